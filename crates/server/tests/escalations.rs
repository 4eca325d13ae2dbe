//! The escalations API: lists, and all that can be done to one, by a clock that the test sets.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use common::{Answer, Server, answer};
use escalation_server::Clock;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

const MAYA: &str = "01J0USERMAYA00000000000000";
const TOM: &str = "01J0USERTOM000000000000000";
/// 2026-03-04T12:00:00Z.
const NOON: i64 = 1_772_625_600;

struct Test {
    server: Server,
    clock: Clock,
}

impl Test {
    async fn new() -> Self {
        Self::with(&[]).await
    }

    async fn with(more: &[&str]) -> Self {
        let clock = Clock::standing(NOON);
        Self { server: Server::standing(&clock, TempDir::new().unwrap(), more).await, clock }
    }

    /// A path of two levels: Maya for five minutes, then Tom for five.
    async fn path(&self) -> String {
        let level = |id: &str, user: &str| {
            json!({"id": id, "type": "level", "level": {"time_to_ack_seconds": 300, "targets": [
                {"type": "user", "id": user, "urgency": "high"}]}})
        };
        let path = json!({"name": "Two", "path": [level("a", MAYA), level("b", TOM)]});
        let made = self.server.call(Method::POST, "/v2/escalation_paths", Some(&path)).await;
        made.body["escalation_path"]["id"].as_str().unwrap().to_string()
    }

    async fn post(&self, url: &str, body: &Value) -> Answer {
        self.server.call(Method::POST, url, Some(body)).await
    }

    async fn create(&self, key: &str, path: &str) -> String {
        let body = json!({"idempotency_key": key, "title": key, "escalation_path_id": path});
        let made = self.post("/v2/escalations", &body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
        made.body["escalation"]["id"].as_str().unwrap().to_string()
    }

    /// Runs what is due at a time after noon, in seconds.
    async fn run(&self, after: i64) {
        self.clock.set(NOON + after);
        while self.clock.tick().await.unwrap() > 0 {}
    }

    async fn shown(&self, id: &str) -> Value {
        self.server.get(&format!("/v2/escalations/{id}")).await.body["escalation"].clone()
    }

    /// The status, and each event with whom it is about.
    async fn told(&self, id: &str) -> (String, Vec<String>) {
        let shown = self.shown(id).await;
        let events = shown["events"].as_array().unwrap().iter().map(|event| {
            let users = event["users"].as_array().into_iter().flatten().map(|user| user["name"].as_str().unwrap());
            let kind = event["event"].as_str().unwrap();
            [kind].into_iter().chain(users).collect::<Vec<_>>().join(" ")
        });
        (shown["status"].as_str().unwrap().to_string(), events.collect())
    }

    async fn action(&self, id: &str, action: &str, by: Option<&str>, body: &Value) -> Answer {
        let request = self.server.request(Method::POST, &format!("/v2/escalations/{id}/actions/{action}")).json(body);
        let request = if let Some(by) = by { request.header("x-incident-user", by) } else { request };
        answer(request).await
    }

    async fn respond(&self, id: &str, by: Option<&str>, response: &str) -> StatusCode {
        self.action(id, "respond", by, &json!({ "response": response })).await.status
    }

    async fn cancel(&self, id: &str) -> StatusCode {
        answer(self.server.request(Method::POST, &format!("/v2/escalations/{id}/actions/cancel"))).await.status
    }

    /// The keys of the escalations that are listed.
    async fn listed(&self, query: &str) -> Vec<String> {
        let list = self.server.get(&format!("/v2/escalations?{query}")).await;
        assert_eq!(list.status, StatusCode::OK, "{query}: {:#}", list.body);
        let titles = list.body["escalations"].as_array().unwrap().iter();
        titles.map(|escalation| escalation["title"].as_str().unwrap().to_string()).collect()
    }
}

#[track_caller]
fn pointers(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{:#}", answer.body);
    let errors = answer.body["errors"].as_array().unwrap();
    errors.iter().map(|error| error["source"]["pointer"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_path_is_followed_until_it_ends() {
    let test = Test::new().await;
    let path = test.path().await;
    let id = test.create("one", &path).await;
    assert_eq!(test.told(&id).await, ("pending".to_string(), vec![]));
    test.run(0).await;
    let paged = ["triggered", "notified_users Maya Chen"];
    assert_eq!(test.told(&id).await, ("triggered".to_string(), paged.map(String::from).to_vec()));
    test.run(299).await;
    assert_eq!(test.told(&id).await.1.len(), 2);
    test.run(300).await;
    assert_eq!(test.told(&id).await.1[2..], ["notified_users Tom Okafor"]);
    test.run(600).await;
    assert_eq!(test.told(&id).await.0, "expired");
    let shown = test.shown(&id).await;
    assert_eq!(shown["escalation_path_id"], path.as_str());
    assert_eq!((&shown["priority"]["name"], &shown["creator"]), (&json!("P1"), &json!({})));
    assert_eq!(shown["created_at"], "2026-03-04T12:00:00Z");
    assert_eq!(shown["updated_at"], "2026-03-04T12:10:00Z");
    let ids: std::collections::BTreeSet<_> =
        shown["events"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 4);
}

#[tokio::test]
async fn an_escalation_keeps_the_path_that_it_began_with() {
    let test = Test::new().await;
    let path = test.path().await;
    let id = test.create("one", &path).await;
    test.run(0).await;
    let url = format!("/v2/escalation_paths/{path}");
    let other = json!({"name": "Other", "path": [{"id": "x", "type": "delay", "delay": {"delay_seconds": 60}}]});
    assert_eq!(test.server.call(Method::PUT, &url, Some(&other)).await.status, StatusCode::OK);
    test.run(300).await;
    assert_eq!(test.told(&id).await.1[2..], ["notified_users Tom Okafor"]);
    let trace = test.server.get(&format!("/builder/v1/escalations/{id}")).await.body;
    assert_eq!((&trace["escalation"]["revision"], &trace["steps"][1]["node_id"]), (&json!(1), &json!("a")));
    // One that begins now follows what there is now.
    let later = test.create("two", &path).await;
    test.run(300).await;
    assert_eq!(test.told(&later).await.0, "delayed");
}

#[tokio::test]
async fn who_is_looked_up_when_a_level_is_entered() {
    let test = Test::new().await;
    let path = test.path().await;
    let id = test.create("one", &path).await;
    test.run(0).await;
    let at = |seconds: i64| chrono::DateTime::from_timestamp(NOON + seconds, 0).unwrap().to_rfc3339();
    let pause = json!({"user_id": TOM, "starts_at": at(100), "ends_at": at(1_000)});
    let made = test.post("/builder/v1/on_call_notification_pauses", &pause).await;
    assert_eq!(made.status, StatusCode::CREATED);
    test.run(300).await;
    let (status, events) = test.told(&id).await;
    assert_eq!((status.as_str(), events[2].as_str()), ("expired", "expired"), "nobody is left to page");
}

#[tokio::test]
async fn people_are_paged_directly() {
    let test = Test::new().await;
    let body = json!({"idempotency_key": "k", "title": "Help", "description": "Now", "user_ids": [MAYA, TOM]});
    let made = test.post("/v2/escalations", &body).await;
    let id = made.body["escalation"]["id"].as_str().unwrap();
    test.run(0).await;
    let shown = test.shown(id).await;
    let event = &shown["events"][1];
    assert_eq!((&event["event"], &event["urgency"]), (&json!("notified_users"), &json!("high")));
    assert_eq!(event["users"].as_array().unwrap().len(), 2);
    assert_eq!((shown.get("escalation_path_id"), &shown["description"]), (None, &json!("Now")));
}

#[tokio::test]
async fn what_is_wrong_with_a_beginning_is_said_with_its_place() {
    let test = Test::new().await;
    let path = test.path().await;
    let with = |more: Value| {
        let mut body = json!({"idempotency_key": "k", "title": "T"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (body, expected) in [
        (json!({}), vec!["idempotency_key", "title"]),
        (with(json!({})), vec!["escalation_path_id"]),
        (with(json!({"escalation_path_id": path, "user_ids": [MAYA]})), vec!["escalation_path_id"]),
        (with(json!({"escalation_path_id": "no-such-path"})), vec!["escalation_path_id"]),
        (with(json!({"user_ids": [MAYA, "no-such-user", "nor-this"]})), vec!["user_ids.1", "user_ids.2"]),
        (with(json!({"user_ids": vec![MAYA; 251]})), vec!["user_ids"]),
        (with(json!({"user_ids": MAYA})), vec!["user_ids"]),
        (json!({"idempotency_key": "", "title": " ", "user_ids": [MAYA]}), vec!["idempotency_key", "title"]),
        (with(json!({"user_ids": [MAYA], "incident_id": ""})), vec!["incident_id"]),
        (with(json!({"user_ids": [MAYA], "description": "x".repeat(20_001)})), vec!["description"]),
    ] {
        let refused = test.post("/v2/escalations", &body).await;
        assert_eq!(pointers(&refused), expected, "{body}");
    }
    let own = "/builder/v1/escalations";
    let unknown = with(json!({"user_ids": [MAYA], "priority_id": "p0"}));
    assert_eq!(pointers(&test.post(own, &unknown).await), ["priority_id"]);
    let request = test.server.request(Method::POST, "/v2/escalations").header("x-incident-user", "nobody");
    let refused = answer(request.json(&with(json!({"user_ids": [MAYA]})))).await;
    assert_eq!(pointers(&refused), ["X-Incident-User"]);
    assert!(test.listed("").await.is_empty());
}

#[tokio::test]
async fn a_key_that_was_used_gives_what_it_began() {
    let test = Test::new().await;
    let path = test.path().await;
    let id = test.create("once", &path).await;
    // Also where what is sent is another thing, or not possible any more.
    let body = json!({"idempotency_key": "once", "title": "Other", "escalation_path_id": "gone"});
    let again = test.post("/v2/escalations", &body).await;
    assert_eq!((again.status, &again.body["escalation"]["id"]), (StatusCode::CREATED, &json!(id)));
    assert_eq!(test.listed("").await, ["once"]);
}

#[tokio::test]
async fn the_priority_is_the_default_one() {
    let test = Test::with(&["--default-priority", "01J0PRIORITYP3000000000000"]).await;
    let id = test.create("one", &test.path().await).await;
    assert_eq!(test.shown(&id).await["priority"]["name"], "P3");
    let body =
        json!({"idempotency_key": "k", "title": "T", "user_ids": [MAYA], "priority_id": "01J0PRIORITYP2000000000000"});
    let made = test.post("/builder/v1/escalations", &body).await;
    assert_eq!(made.body["escalation"]["priority"]["name"], "P2");
    let clock = Clock::standing(NOON);
    let folder = TempDir::new().unwrap();
    let config = common::config(folder.path(), &["--default-priority", "none"]);
    let refused = escalation_server::start(escalation_server::Config { clock, ..config }).await.err().unwrap();
    assert_eq!(refused.to_string(), "--default-priority: there is no priority `none`");
}

#[tokio::test]
async fn who_was_paged_may_respond() {
    let test = Test::new().await;
    let path = test.path().await;
    let id = test.create("one", &path).await;
    test.run(0).await;
    let asked = json!({"user_ids": [TOM, MAYA]});
    let may = test.action(&id, "check_permissions", None, &asked).await;
    assert_eq!(
        may.body,
        json!({"response_options": [{"user_id": TOM, "available_actions": []},
            {"user_id": MAYA, "available_actions": ["ack", "nack", "snooze"]}]})
    );
    let unknown = test.action(&id, "check_permissions", None, &json!({"user_ids": [MAYA, "x"]})).await;
    assert_eq!(pointers(&unknown), ["user_ids.1"]);
    assert_eq!(test.respond(&id, Some(TOM), "ack").await, StatusCode::CONFLICT);
    // Declining brings Tom's level on.
    assert_eq!(test.respond(&id, Some(MAYA), "nack").await, StatusCode::OK);
    assert_eq!(test.told(&id).await.1[2..], ["notified_users Tom Okafor"]);
    assert_eq!(test.respond(&id, Some(MAYA), "ack").await, StatusCode::CONFLICT, "she has declined");
    assert_eq!(test.respond(&id, Some(TOM), "ack").await, StatusCode::OK);
    let (status, events) = test.told(&id).await;
    assert_eq!((status.as_str(), events[3].as_str()), ("acked", "acked Tom Okafor"));
    // Sent again it is no conflict, and happens once.
    assert_eq!(test.respond(&id, Some(TOM), "ack").await, StatusCode::OK);
    assert_eq!(test.told(&id).await.1.len(), 4);
    assert_eq!(test.respond(&id, None, "ack").await, StatusCode::CONFLICT);
    let may = test.action(&id, "check_permissions", None, &asked).await;
    assert_eq!(may.body["response_options"][0]["available_actions"], json!([]));
}

#[tokio::test]
async fn a_key_acknowledges_and_snoozes_but_does_not_decline() {
    let test = Test::new().await;
    let path = test.path().await;
    let id = test.create("one", &path).await;
    test.run(0).await;
    let nack = test.action(&id, "respond", None, &json!({"response": "nack"})).await;
    assert_eq!(pointers(&nack), ["response"]);
    let wave = test.action(&id, "respond", None, &json!({"response": "wave"})).await;
    assert_eq!(pointers(&wave), ["response"]);
    let snooze =
        |until: &str| json!({"response": "snooze", "snooze_details": {"snooze_until": until, "reason": "Wait"}});
    for (body, expected) in [
        (json!({"response": "snooze"}), "snooze_details"),
        (snooze("soon"), "snooze_details.snooze_until"),
        (snooze("2026-03-04T12:00:00Z"), "snooze_details.snooze_until"),
        (snooze("2026-04-04T12:00:00Z"), "snooze_details.snooze_until"),
        (json!({"response": "ack", "snooze_details": {"snooze_until": "2026-03-04T13:00:00Z"}}), "snooze_details"),
    ] {
        assert_eq!(pointers(&test.action(&id, "respond", None, &body).await), [expected], "{body}");
    }
    let done = test.action(&id, "respond", None, &snooze("2026-03-04T12:30:00Z")).await;
    assert_eq!((done.status, done.body), (StatusCode::OK, json!("")));
    assert_eq!(test.told(&id).await.0, "snoozed");
    test.run(1_800).await;
    let (status, events) = test.told(&id).await;
    assert_eq!((status.as_str(), events[2].as_str()), ("triggered", "notified_users Maya Chen"));
    assert_eq!(test.respond(&id, None, "ack").await, StatusCode::OK);
    assert_eq!(test.told(&id).await.1[3..], ["acked"]);
    assert_eq!(test.respond(&id, None, "ack").await, StatusCode::OK, "sent again");
    let trace = test.server.get(&format!("/builder/v1/escalations/{id}")).await.body;
    let steps = trace["steps"].as_array().unwrap();
    assert_eq!(steps.last().unwrap()["key"], "api");
}

#[tokio::test]
async fn what_is_over_cannot_be_cancelled() {
    let test = Test::new().await;
    let path = test.path().await;
    let id = test.create("one", &path).await;
    test.run(0).await;
    assert_eq!(test.cancel(&id).await, StatusCode::OK);
    assert_eq!(test.told(&id).await.0, "cancelled");
    assert_eq!(test.cancel(&id).await, StatusCode::OK, "twice is fine");
    assert_eq!(test.told(&id).await.1.len(), 3);
    assert_eq!(test.respond(&id, Some(MAYA), "ack").await, StatusCode::CONFLICT);
    test.run(10_000).await;
    assert_eq!(test.told(&id).await.0, "cancelled");

    let expired = test.create("two", &path).await;
    test.run(10_000).await;
    test.run(20_000).await;
    test.run(30_000).await;
    assert_eq!(test.told(&expired).await.0, "expired");
    assert_eq!(test.cancel(&expired).await, StatusCode::CONFLICT);
    assert_eq!(test.cancel("01J0NOSUCHESCALATION000000").await, StatusCode::NOT_FOUND);
    // A page elsewhere can make a browser send this.
    let request = test.server.request(Method::POST, &format!("/v2/escalations/{id}/actions/cancel"));
    let refused = answer(request.header("origin", "https://elsewhere.example")).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let snoozed = test.create("three", &path).await;
    test.run(30_000).await;
    let body = json!({"response": "snooze", "snooze_details": {"snooze_until": "2026-03-05T12:00:00Z"}});
    assert_eq!(test.action(&snoozed, "respond", None, &body).await.status, StatusCode::OK);
    assert_eq!(test.cancel(&snoozed).await, StatusCode::OK, "snoozed ones can be");
}

#[tokio::test]
async fn an_escalation_is_reassigned_once() {
    let test = Test::new().await;
    let path = test.path().await;
    let id = test.create("one", &path).await;
    test.run(0).await;
    let neither = test.action(&id, "reassign", None, &json!({})).await;
    assert_eq!(pointers(&neither), ["escalation_path_id"]);
    let made = test.post(&format!("/v2/escalations/{id}/actions/reassign"), &json!({"user_ids": [TOM]})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
    let new = &made.body["escalation"];
    assert_eq!((&new["title"], &new["priority"]["name"]), (&json!("one"), &json!("P1")));
    assert_eq!(test.told(&id).await.0, "resolved");
    let again = test.action(&id, "reassign", None, &json!({"user_ids": [TOM]})).await;
    assert_eq!((again.status, &again.body["type"]), (StatusCode::CONFLICT, &json!("conflict")));
    assert_eq!(test.cancel(&id).await, StatusCode::CONFLICT);
    let new = new["id"].as_str().unwrap();
    test.run(1).await;
    assert_eq!(test.told(new).await.1[1..], ["notified_users Tom Okafor"]);
    let trace = test.server.get(&format!("/builder/v1/escalations/{id}")).await.body;
    assert_eq!(trace["escalation"]["reassigned_to"], new);

    // The first may go on beside it.
    let body = json!({"escalation_path_id": path, "resolve_original": false, "title": "Both", "description": "Of us"});
    let made = test.action(new, "reassign", Some(TOM), &body).await;
    assert_eq!(made.body["escalation"]["description"], "Of us");
    assert_eq!(made.body["escalation"]["creator"]["user"]["id"], TOM);
    assert_eq!(test.told(new).await.0, "triggered");
    let missing = test.action("01J0NOSUCHESCALATION000000", "reassign", None, &json!({})).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn lists_are_filtered_by_everything() {
    let test = Test::new().await;
    let (a, b) = (test.path().await, test.path().await);
    let one = test.create("ab-1", &a).await;
    test.clock.set(NOON + 86_400);
    let two = test.create("ab-2", &b).await;
    let body = json!({"idempotency_key": "ac-3", "title": "ac-3", "user_ids": [TOM], "incident_id": "INC1"});
    test.post("/v2/escalations", &body).await;
    test.cancel(&two).await;
    test.clock.set(NOON + 2 * 86_400);
    test.cancel(&one).await;
    let four = test.create("a%_4", &b).await;
    for (query, expected) in [
        ("", vec!["a%_4", "ac-3", "ab-2", "ab-1"]),
        ("escalation_path[one_of]=A", vec!["ab-1"]),
        ("escalation_path%5Bone_of%5D=A&escalation_path%5Bone_of%5D=B", vec!["a%_4", "ab-2", "ab-1"]),
        ("escalation_path[not_in]=A", vec!["a%_4", "ac-3", "ab-2"]),
        ("escalation_path[one_of]=A&escalation_path[one_of]=B&escalation_path[not_in]=B", vec!["ab-1"]),
        ("escalation_path[one_of]=A&escalation_path[not_in]=A", vec![]),
        ("escalation_path[one_of]=X", vec![]),
        ("status[one_of]=cancelled", vec!["ab-2", "ab-1"]),
        ("status[one_of]=cancelled&status[one_of]=pending", vec!["a%_4", "ac-3", "ab-2", "ab-1"]),
        ("status[not_in]=cancelled", vec!["a%_4", "ac-3"]),
        ("status[one_of]=pending&escalation_path[one_of]=B", vec!["a%_4"]),
        ("status[not_in]=pending&escalation_path[not_in]=B", vec!["ab-1"]),
        ("incident[one_of]=INC1", vec!["ac-3"]),
        ("incident[not_in]=INC1", vec!["a%_4", "ab-2", "ab-1"]),
        ("alert[one_of]=X", vec![]),
        ("alert[not_in]=X", vec!["a%_4", "ac-3", "ab-2", "ab-1"]),
        ("idempotency_key[is]=ab-2", vec!["ab-2"]),
        ("idempotency_key[is]=ab", vec![]),
        ("idempotency_key[is]=ab-2&idempotency_key[is]=ab-1", vec![]),
        ("idempotency_key[starts_with]=ab", vec!["ab-2", "ab-1"]),
        ("idempotency_key[starts_with]=a%25_", vec!["a%_4"]),
        ("idempotency_key[starts_with]=a&idempotency_key[starts_with]=ac", vec!["ac-3"]),
        ("created_at[gte]=2026-03-05", vec!["a%_4", "ac-3", "ab-2"]),
        ("created_at[lte]=2026-03-05", vec!["ac-3", "ab-2", "ab-1"]),
        ("created_at[lte]=2026-03-05T12:00:00Z", vec!["ac-3", "ab-2", "ab-1"]),
        ("created_at[lte]=2026-03-05T11:59:59Z", vec!["ab-1"]),
        ("created_at[gte]=2026-03-05T13:00:00%2B01:00", vec!["a%_4", "ac-3", "ab-2"]),
        ("created_at[date_range]=2026-03-05~2026-03-05", vec!["ac-3", "ab-2"]),
        ("created_at[gte]=2026-03-05&created_at[lte]=2026-03-05", vec!["ac-3", "ab-2"]),
        ("updated_at[gte]=2026-03-06", vec!["a%_4", "ab-1"]),
        ("updated_at[lte]=2026-03-05", vec!["ac-3", "ab-2"]),
        ("updated_at[gte]=2026-03-06&created_at[lte]=2026-03-04", vec!["ab-1"]),
        ("status[one_of]=cancelled&updated_at[date_range]=2026-03-05~2026-03-05T23:00:00Z", vec!["ab-2"]),
        ("page_size=50&something=else", vec!["a%_4", "ac-3", "ab-2", "ab-1"]),
    ] {
        let query = query.replace("=A", &format!("={a}")).replace("=B", &format!("={b}"));
        assert_eq!(test.listed(&query).await, expected, "{query}");
    }
    // Stable while new ones arrive.
    let first = test.server.get("/v2/escalations?page_size=2").await.body;
    assert_eq!(first["pagination_meta"]["page_size"], 2);
    let after = first["pagination_meta"]["after"].as_str().unwrap();
    test.create("a5", &a).await;
    assert_eq!(test.listed(&format!("page_size=2&after={after}")).await, ["ab-2", "ab-1"]);
    assert_eq!(test.listed(&format!("after={four}")).await, ["ac-3", "ab-2", "ab-1"]);
    let last = test.server.get(&format!("/v2/escalations?page_size=2&after={after}")).await.body;
    assert_eq!(last["pagination_meta"].get("after"), None);
}

#[tokio::test]
async fn an_unknown_filter_is_said_with_its_parameter() {
    let test = Test::new().await;
    for (query, expected) in [
        ("status[is]=triggered", "status[is]"),
        ("status%5Bone_of%5D=half", "status[one_of]"),
        ("status=triggered", "status"),
        ("colour[one_of]=red", "colour[one_of]"),
        ("created_at[gt]=2026-01-01", "created_at[gt]"),
        ("created_at[gte]=yesterday", "created_at[gte]"),
        ("created_at[gte]=2026-02-30", "created_at[gte]"),
        ("created_at[gte]=9999-01-01", "created_at[gte]"),
        ("updated_at[date_range]=2026-01-01", "updated_at[date_range]"),
        ("updated_at[date_range]=2026-01-01~", "updated_at[date_range]"),
        ("idempotency_key[one_of]=x", "idempotency_key[one_of]"),
        ("escalation_path[one_of", "escalation_path[one_of"),
        ("page_size=0", "page_size"),
        ("page_size=51", "page_size"),
        ("page_size=", "page_size"),
        ("page_size=2&page_size=3", "page_size"),
        ("status[one_of=acked", "status[one_of"),
        ("status[one_of]x=acked", "status[one_of]x"),
        ("after=zzz", "after"),
        ("after=01j0path000000000000000000", "after"),
        ("incident[one_of]=a%00b", "incident[one_of]"),
    ] {
        let answer = test.server.get(&format!("/v2/escalations?{query}")).await;
        assert_eq!(pointers(&answer), [expected], "{query}");
    }
    let many = vec!["status[one_of]=acked"; 201].join("&");
    let answer = test.server.get(&format!("/v2/escalations?{many}")).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let both = test.server.get("/v2/escalations?status[is]=x&page_size=99").await;
    assert_eq!(pointers(&both), ["status[is]", "page_size"]);
}

#[tokio::test]
async fn only_editors_page_but_everybody_may_ask_who_can_respond() {
    let test = Test::with(&["--read-only"]).await;
    let body = json!({"idempotency_key": "k", "title": "T", "user_ids": [MAYA]});
    assert_eq!(test.post("/v2/escalations", &body).await.status, StatusCode::FORBIDDEN);
    let url = "/v2/escalations/01J0NOSUCHESCALATION000000/actions/check_permissions";
    let asked = test.post(url, &json!({"user_ids": []})).await;
    assert_eq!(asked.status, StatusCode::NOT_FOUND);
    let cancelled = test.cancel("01J0NOSUCHESCALATION000000").await;
    assert_eq!(cancelled, StatusCode::FORBIDDEN);
}
