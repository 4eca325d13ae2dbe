//! What is around paths: teams, templates, pauses and overrides, and what is kept with a path.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use common::{Answer, Server};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const URGENT: &str = "/builder/v1/escalation_paths/01J0PATHURGENT000000000000";

/// `pointer: message` of each error.
fn errors(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    let told = |e: &Value| format!("{}: {}", e["source"]["pointer"].as_str().unwrap(), e["message"].as_str().unwrap());
    answer.body["errors"].as_array().unwrap().iter().map(told).collect()
}

#[tokio::test]
async fn teams_and_their_paths() {
    let server = Server::demo().await;
    let names = |body: &Value| {
        body["teams"]
            .as_array()
            .unwrap()
            .iter()
            .map(|team| team["name"].as_str().unwrap().to_string())
            .collect::<Vec<_>>()
    };
    let ours = server.get("/builder/v1/teams").await.body;
    assert_eq!(names(&ours), ["Customer support", "Operations", "Payments", "Platform"]);
    let first = ours["teams"][0].as_object().unwrap();
    assert_eq!(first.keys().collect::<Vec<_>>(), ["id", "name"]);

    let page = server.get("/v3/teams?page_size=3").await.body;
    let after = page["pagination_meta"]["after"].as_str().unwrap();
    let rest = server.get(&format!("/v3/teams?page_size=3&after={after}")).await.body;
    assert_eq!(names(&page).len() + names(&rest).len(), 4);
    let id = first["id"].as_str().unwrap();
    let team = server.get(&format!("/v3/teams/{id}")).await.body;
    assert_eq!(team["team"]["members"][0]["name"], "Kenji Tanaka");
    assert_eq!(server.get("/v3/teams/none").await.status, StatusCode::NOT_FOUND);

    let path = server.get("/v2/escalation_paths/01J0PATHURGENT000000000000").await.body;
    assert_eq!(path["escalation_path"]["team_ids"], json!([id]));
}

#[tokio::test]
async fn what_is_expected_of_a_path_is_kept_with_it() {
    let server = Server::demo().await;
    let url = format!("{URGENT}/expectations");
    assert_eq!(server.get(&url).await.body, json!({"expectations": []}));
    let list = json!({"expectations": [
        {"seconds": 300, "expect": "first_page_within", "priorities": ["01J0PRIORITYP1000000000000"]},
        {"expect": "pages_someone"},
        {"expect": "quiet_hours", "urgency": "low", "window": {"timezone": "Europe/London", "weekday_intervals": [
            {"weekday": "saturday", "start_time": "22:00", "end_time": "07:00"}], "colour": "red"}}]});
    let kept = server.call(Method::PUT, &url, Some(&list)).await;
    assert_eq!((kept.status, &kept.body), (StatusCode::OK, &list));

    let wrong = json!({"expectations": [
        {"expect": "pages_someone"},
        {"expect": "first_page_within"},
        {"expect": "pages_someone", "people": 2},
        {"expect": "miracles"},
        {"expect": "pages_someone", "colour": "red"},
        {"expect": "quiet_hours", "window": {"timezone": "Mars", "weekday_intervals": []}},
        7]});
    let refused = errors(&server.call(Method::PUT, &url, Some(&wrong)).await);
    let pointers: Vec<_> = refused.iter().map(|error| error.split(": ").next().unwrap()).collect();
    assert_eq!(
        pointers,
        [
            "expectations.1.seconds",
            "expectations.2.people",
            "expectations.3.expect",
            "expectations.4.colour",
            "expectations.5.window.timezone",
            "expectations.6"
        ]
    );
    assert_eq!(refused[0], "expectations.1.seconds: seconds: is required by this expectation");
    assert!(refused.iter().all(|error| !error.contains(" line ")), "{refused:?}");
    for body in [json!({}), json!([]), json!({"expectations": vec![json!({"expect": "pages_someone"}); 101]})] {
        let refused = errors(&server.call(Method::PUT, &url, Some(&body)).await);
        assert_eq!(refused, ["expectations: Expectations must be a list of at most 100"]);
    }
    let server = server.restart().await;
    assert_eq!(server.get(&url).await.body.to_string(), list.to_string(), "in the same order, after a restart");
}

#[tokio::test]
async fn scenarios_are_kept_by_name() {
    let server = Server::demo().await;
    let url = format!("{URGENT}/scenarios");
    assert_eq!(server.get(&url).await.body, json!({"scenarios": []}));
    let fired = "2026-03-28T03:10:00Z";
    let list = json!({"scenarios": [
        {"name": "Saturday night", "scenario": {"path_id": "01J0PATHURGENT000000000000", "fired_at": fired}},
        {"name": "Somebody answers", "scenario": {"fired_at": fired, "responses": [
            {"user_id": "01J0USERMAYA00000000000000", "response": "ack", "after_seconds": 240}]}}]});
    assert_eq!(server.call(Method::PUT, &url, Some(&list)).await.body, list);
    let wrong = json!({"scenarios": [
        {"name": " ", "scenario": {"fired_at": fired}},
        {"name": "Soon", "scenario": {"fired_at": "soon"}},
        {"name": "Soon", "scenario": {"fired_at": fired, "responses": [{"response": "ack", "after_seconds": -1}]}},
        {"name": "Empty"},
        {"name": "x".repeat(201), "scenario": {"fired_at": fired, "path": {"path": []}}}]});
    let refused = errors(&server.call(Method::PUT, &url, Some(&wrong)).await);
    let pointers: Vec<_> = refused.iter().map(|error| error.split(": ").next().unwrap()).collect();
    assert_eq!(
        pointers,
        [
            "scenarios.0.name",
            "scenarios.1.scenario.fired_at",
            "scenarios.2.name",
            "scenarios.2.scenario.responses.0.after_seconds",
            "scenarios.3.scenario",
            "scenarios.4.name",
            "scenarios.4.scenario.path.name"
        ]
    );
    assert_eq!(server.get(&url).await.body, list);
}

#[tokio::test]
async fn nothing_is_kept_with_a_path_that_is_not_there() {
    let server = Server::demo().await;
    let path = "/v2/escalation_paths/01J0PATHURGENT000000000000";
    let (url, list) = (format!("{URGENT}/expectations"), json!({"expectations": [{"expect": "pages_someone"}]}));
    server.call(Method::PUT, &url, Some(&list)).await;
    server.call(Method::DELETE, path, None).await;
    for (url, body) in [(&url, &list), (&format!("{URGENT}/scenarios"), &json!({"scenarios": []}))] {
        assert_eq!(server.get(url).await.status, StatusCode::NOT_FOUND);
        assert_eq!(server.call(Method::PUT, url, Some(body)).await.status, StatusCode::NOT_FOUND);
    }
    let restore = format!("{URGENT}/revisions/1/restore");
    assert_eq!(server.call(Method::POST, &restore, Some(&json!({}))).await.status, StatusCode::OK);
    assert_eq!(server.get(&url).await.body, list, "it comes back with the path");
}

fn target(param: &str) -> Value {
    json!({"type": "user", "urgency": "high", "binding": {"value": {"reference": param}}})
}

/// A template with a branch, so that targets are found inside one.
fn template() -> Value {
    json!({"name": "Two levels", "description": "d", "colour": "red", "params": [
        {"name": "first", "label": "First", "type": "CatalogEntry[\"User\"]", "array": false, "optional": false,
            "description": "", "later": 1},
        {"name": "second", "label": "Second", "type": "CatalogEntry[\"User\"]", "array": false, "optional": true,
            "description": ""}],
        "path": [{"id": "b", "type": "if_else", "if_else": {
            "conditions": [{"subject": "escalation.priority", "operation": "one_of", "param_bindings": [
                {"array_value": [{"literal": "01J0PRIORITYP1000000000000"}]}]}],
            "then_path": [{"id": "l1", "type": "level", "level": {"targets": [target("first")]}}],
            "else_path": [{"id": "l2", "type": "level", "level": {"targets": [
                target("second"), {"type": "user", "id": "01J0USERMAYA00000000000000", "urgency": "low"}]}}]}}]})
}

#[tokio::test]
async fn the_life_of_a_template() {
    let server = Server::demo().await;
    let url = "/v2/escalation_path_templates";
    let listed = server.get(url).await.body;
    assert_eq!(listed["escalation_path_templates"][0]["name"], "Service team: primary, backup, manager");

    common::is_a("EscalationPathTemplatesCreatePayloadV2", &template(), "the payload");
    let made = server.call(Method::POST, url, Some(&template())).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let made = &made.body["escalation_path_template"];
    let one = format!("{url}/{}", made["id"].as_str().unwrap());
    let branch = &made["path"][0]["if_else"];
    assert_eq!(branch["conditions"][0]["subject"], json!({"label": "Priority", "reference": "escalation.priority"}));
    assert_eq!(
        branch["else_path"][0]["level"]["targets"][0],
        json!({"type": "user", "urgency": "high", "binding": {"value": {"label": "Second", "reference": "second"}}})
    );
    assert_eq!((&made["colour"], &made["params"][0]["later"]), (&json!("red"), &json!(1)));
    assert_eq!(made["has_historical_escalation_path_versions"], false);
    assert_eq!(server.get(&one).await.body["escalation_path_template"], *made);

    let found = async |search: &str| {
        let body = server.get(&format!("{url}?search={search}")).await.body;
        body["escalation_path_templates"].as_array().unwrap().len()
    };
    assert_eq!((found("LEVELS").await, found("e").await, found("nothing").await), (1, 2, 0));
    assert_eq!((found("%25").await, found("_").await, found("%5C").await), (0, 0, 0), "no wildcards");
    let page = server.get(&format!("{url}?page_size=1")).await.body;
    assert!(page["pagination_meta"]["after"].is_string());

    let mut changed = template();
    changed["name"] = json!("Three levels");
    let updated = server.call(Method::PUT, &one, Some(&changed)).await;
    assert_eq!(updated.status, StatusCode::OK, "{}", updated.body);
    let server = server.restart().await;
    assert_eq!(server.get(&one).await.body, updated.body);
    assert_eq!(server.call(Method::DELETE, &one, None).await.status, StatusCode::NO_CONTENT);
    for (method, body) in [(Method::GET, None), (Method::DELETE, None), (Method::PUT, Some(&changed))] {
        assert_eq!(server.call(method, &one, body).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn faults_of_a_template_are_told_all_at_once() {
    let server = Server::demo().await;
    let refused = async |payload: Value| {
        errors(&server.call(Method::POST, "/v2/escalation_path_templates", Some(&payload)).await)
    };
    assert_eq!(refused(json!({"path": []})).await, ["name: Name is required", "params: Params is required"]);
    let mut wrong = template();
    wrong["params"][1]["name"] = json!("first");
    wrong["path"][0]["if_else"]["then_path"][0]["level"]["targets"][0]["id"] = json!("both");
    wrong["path"][0]["if_else"]["then_path"][0]["level"]["retry_config"] =
        json!({"attempts": 99, "interval_seconds": 60});
    assert_eq!(
        refused(wrong).await,
        [
            "path.0.if_else.then_path.0.level.targets.0.id: Id must be left out where there is a binding",
            "path.0.if_else.else_path.0.level.targets.0.binding: Binding refers to `second`, which is no parameter of the template",
            "params.1.name: Name `first` is used before",
            "path.0.if_else.then_path.0.level.retry_config.attempts: Page bound: Attempts must be between 2 and 10",
        ]
    );
    let mut bare = template();
    bare["params"] = json!([]);
    bare["path"] = json!([{"id": "a", "type": "level", "level": {"targets": [{"type": "user", "urgency": "high"}]}}]);
    assert_eq!(
        refused(bare).await,
        [
            "params: Params must have at least one parameter",
            "path.0.level.targets.0.id: Page nobody yet: Id is required"
        ]
    );
}

#[tokio::test]
async fn paths_made_from_a_template() {
    let server = Server::demo().await;
    let made = server.call(Method::POST, "/v2/escalation_path_templates", Some(&template())).await.body;
    let id = made["escalation_path_template"]["id"].as_str().unwrap();
    let template_url = format!("/v2/escalation_path_templates/{id}");
    let path = |bindings: Value| json!({"name": "Made", "kind": "templated", "template_id": id, "path": [], "param_bindings": bindings, "team_ids": []});
    let refused =
        async |payload: Value| errors(&server.call(Method::POST, "/v2/escalation_paths", Some(&payload)).await);
    let maya = json!({"value": {"literal": "01J0USERMAYA00000000000000"}});
    assert_eq!(
        refused(path(json!({"third": maya}))).await,
        [
            "param_bindings.first: Param_bindings must give `first` a value: First",
            "param_bindings.third: Param_bindings has `third`, which is no parameter of the template"
        ]
    );
    let mut unknown = path(json!({}));
    unknown["template_id"] = json!("none");
    assert_eq!(
        refused(unknown).await,
        ["template_id: Template_id must be the id of an escalation path template; there is none `none`"]
    );

    let payload = path(json!({"first": maya}));
    let made = server.call(Method::POST, "/v2/escalation_paths", Some(&payload)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let made = &made.body["escalation_path"];
    assert_eq!((&made["kind"], &made["path"], &made["template_id"]), (&json!("templated"), &json!([]), &json!(id)));
    assert!(made.get("working_hours").is_none());

    // A template from which a path is made stays.
    let kept = server.call(Method::DELETE, &template_url, None).await;
    assert_eq!((kept.status, &kept.body["type"]), (StatusCode::CONFLICT, &json!("conflict")));
    assert_eq!(
        kept.body["errors"][0]["message"],
        "Escalation path template is used by `Made`: change or delete these first"
    );
    let was_used = async || {
        let template = server.get(&template_url).await.body;
        template["escalation_path_template"]["has_historical_escalation_path_versions"].clone()
    };
    assert_eq!(was_used().await, false, "it is used now, not before");
    let own = json!({"name": "Made", "team_ids": [], "path": [{"id": "a", "type": "delay", "delay": {}}]});
    let path_id = made["id"].as_str().unwrap();
    let saved = server.call(Method::PUT, &format!("/v2/escalation_paths/{path_id}"), Some(&own)).await;
    assert_eq!(saved.status, StatusCode::OK);
    assert_eq!(was_used().await, true);
    assert_eq!(server.call(Method::DELETE, &template_url, None).await.status, StatusCode::NO_CONTENT);

    // Without its template the earlier revision cannot come back.
    let restore = format!("/builder/v1/escalation_paths/{path_id}/revisions/1/restore");
    let refused = errors(&server.call(Method::POST, &restore, Some(&json!({}))).await);
    assert!(refused[0].starts_with("template_id: "), "{refused:?}");
}

#[tokio::test]
async fn pauses_are_told_and_made() {
    let server = Server::demo().await;
    let (told, made) = ("/v2/on_call_notification_pauses", "/builder/v1/on_call_notification_pauses");
    let pause = |from: &str, to: &str| json!({"user_id": "01J0USERMAYA00000000000000", "starts_at": from, "ends_at": to, "reason": "Annual leave"});
    let create = async |payload: Value| {
        let answer = server.call(Method::POST, made, Some(&payload)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.body["on_call_notification_pause"]["id"].as_str().unwrap().to_string()
    };
    let ids = async |query: &str| {
        let body = server.get(&format!("{told}{query}")).await.body;
        let pauses = body["on_call_notification_pauses"].as_array().unwrap().clone();
        pauses.iter().map(|pause| pause["id"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    let late = create(pause("2100-02-01T00:00:00Z", "2100-02-08T00:00:00Z")).await;
    let over = create(pause("2020-01-01T00:00:00Z", "2020-01-08T00:00:00Z")).await;
    let active = create(pause("2020-01-01T00:00:00+01:00", "2100-01-08T00:00:00Z")).await;
    let soon = create(pause("2100-01-01T00:00:00Z", "2100-01-08T00:00:00Z")).await;

    assert_eq!(ids("").await, [&active, &soon, &late].map(String::as_str), "what is not over, by start");
    assert_eq!(ids("?from=2019-01-01T00:00:00Z").await, [&active, &over, &soon, &late].map(String::as_str));
    assert_eq!(ids("?from=2019-01-01T00:00:00Z&to=2020-01-01T00:00:00Z").await, [active.as_str()]);
    assert_eq!(ids("?page_size=1").await, [active.as_str()]);
    assert_eq!(ids(&format!("?page_size=1&after={active}")).await, [soon.as_str()]);
    let shown = server.get(&format!("{told}/{active}")).await.body;
    assert_eq!(shown["on_call_notification_pause"]["starts_at"], "2020-01-01T00:00:00+01:00", "as it was sent");
    for wrong in ["?page_size=251", "?from=yesterday", "?to=tomorrow"] {
        assert_eq!(server.get(&format!("{told}{wrong}")).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }

    let wrong = json!({"user_id": "nobody", "starts_at": "2100-01-01T00:00:00Z", "ends_at": "2100-01-01T00:00:00Z",
        "reason": "x".repeat(501)});
    let refused = errors(&server.call(Method::POST, made, Some(&wrong)).await);
    assert_eq!(
        refused,
        [
            "user_id: User_id must be the id of a user; there is none `nobody`",
            "ends_at: Ends_at must be after starts_at",
            "reason: Reason must have at most 500 characters"
        ]
    );
    let refused = errors(&server.call(Method::POST, made, Some(&json!({"starts_at": "soon"}))).await);
    assert_eq!(refused.len(), 3, "{refused:?}");

    // One that has not begun is cancelled, one that has begun ends.
    for id in [&late, &active, &over] {
        let ended = server.call(Method::DELETE, &format!("{made}/{id}"), None).await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(ids("").await, [soon.as_str()]);
    assert_eq!(server.get(&format!("{told}/{late}")).await.status, StatusCode::NOT_FOUND);
    let resumed = server.get(&format!("{told}/{active}")).await.body["on_call_notification_pause"].clone();
    assert_eq!(resumed["ends_at"], resumed["updated_at"]);
    assert_eq!(server.call(Method::DELETE, &format!("{made}/{late}"), None).await.status, StatusCode::NOT_FOUND);
}

/// An override of the primary schedule.
fn cover(email: &str, from: &str, until: &str) -> Value {
    json!({"schedule_id": "01J0SCHEDPRIMARY0000000000", "rotation_id": "primary", "layer_id": "primary-1",
        "start_at": from, "end_at": until, "user": {"email": email}})
}

const OVERRIDES: &str = "/v2/schedule_overrides";
const PRIMARY: &str = "schedule_id=01J0SCHEDPRIMARY0000000000";

async fn make(server: &Server, payload: &Value) -> String {
    common::is_a("SchedulesCreateOverridePayloadV2", payload, "the payload");
    let made = server.call(Method::POST, OVERRIDES, Some(payload)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    made.body["override"]["id"].as_str().unwrap().to_string()
}

/// Who, from when and until when, of a list of overrides or entries.
fn turns(list: &Value) -> Vec<String> {
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_string();
    let told =
        |one: &Value| format!("{} {} {}", text(&one["user"], "name"), text(one, "start_at"), text(one, "end_at"));
    list.as_array().unwrap().iter().map(told).collect()
}

async fn overrides(server: &Server) -> Vec<String> {
    let list = server.get(&format!("{OVERRIDES}?{PRIMARY}&layer_id=primary-1")).await.body;
    let mut turns = turns(&list["overrides"]);
    turns.sort_by_key(|turn| turn.split(' ').nth(2).map(str::to_string));
    turns
}

#[tokio::test]
async fn entries_with_overrides() {
    let server = Server::demo().await;
    make(&server, &cover("oscar.vidal@northlight.example", "2026-03-25T18:00:00Z", "2026-03-26T09:00:00Z")).await;
    // Outside the window asked for, and in the way of a shift that is in it.
    make(&server, &cover("grace.kim@northlight.example", "2026-03-29T00:00:00Z", "2026-04-02T00:00:00Z")).await;
    let window = "entry_window_start=2026-03-25T00:00:00Z&entry_window_end=2026-03-27T00:00:00Z";
    let entries =
        server.get(&format!("/v2/schedule_entries?{PRIMARY}&{window}")).await.body["schedule_entries"].clone();
    assert_eq!(turns(&entries["scheduled"]), ["Alice Moreau 2026-03-23T09:00:00Z 2026-03-30T08:00:00Z"]);
    assert_eq!(turns(&entries["overrides"]), ["Oscar Vidal 2026-03-25T18:00:00Z 2026-03-26T09:00:00Z"]);
    assert_eq!(
        turns(&entries["final"]),
        [
            "Alice Moreau 2026-03-23T09:00:00Z 2026-03-25T18:00:00Z",
            "Oscar Vidal 2026-03-25T18:00:00Z 2026-03-26T09:00:00Z",
            "Alice Moreau 2026-03-26T09:00:00Z 2026-03-29T00:00:00Z",
        ]
    );
    assert_eq!(entries["overrides"][0]["fingerprint"], entries["final"][1]["fingerprint"]);

    // Who is on call now.
    make(&server, &cover("sofia.lindqvist@northlight.example", "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z")).await;
    let shown = async |server: &Server| {
        let listed = server.get("/v2/schedules").await.body["schedules"][1].clone();
        let shown = server.get("/v2/schedules/01J0SCHEDPRIMARY0000000000").await.body["schedule"].clone();
        assert_eq!((&listed["id"], &listed["current_shifts"]), (&shown["id"], &shown["current_shifts"]));
        turns(&shown["current_shifts"])
    };
    assert!(!shown(&server).await[0].starts_with("Sofia Lindqvist"));
    let now = chrono::Utc::now();
    let text = |hours| (now + chrono::TimeDelta::hours(hours)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    make(&server, &cover("sofia.lindqvist@northlight.example", &text(-1), &text(1))).await;
    assert_eq!(shown(&server).await, [format!("Sofia Lindqvist {} {}", text(-1), text(1))]);
}

#[tokio::test]
async fn an_override_takes_over_the_time_of_others() {
    let server = Server::demo().await;
    let (oscar, grace) = ("oscar.vidal@northlight.example", "grace.kim@northlight.example");
    let first = make(&server, &cover(oscar, "2026-03-24T00:00:00Z", "2026-03-26T00:00:00Z")).await;
    let second = make(&server, &cover(grace, "2026-03-27T00:00:00Z", "2026-03-28T00:00:00Z")).await;
    let url = format!("{OVERRIDES}/{second}");
    let mut wider = cover(grace, "2026-03-25T00:00:00Z", "2026-03-25T12:00:00Z");
    wider.as_object_mut().unwrap().remove("schedule_id");
    let moved = server.call(Method::PUT, &url, Some(&wider)).await;
    assert_eq!((moved.status, &moved.body["override"]["id"]), (StatusCode::OK, &json!(second)));
    assert_eq!(
        overrides(&server).await,
        [
            "Oscar Vidal 2026-03-24T00:00:00Z 2026-03-25T00:00:00Z",
            "Grace Kim 2026-03-25T00:00:00Z 2026-03-25T12:00:00Z",
            "Oscar Vidal 2026-03-25T12:00:00Z 2026-03-26T00:00:00Z",
        ]
    );
    assert_eq!(server.get(&format!("{OVERRIDES}/{first}")).await.status, StatusCode::NOT_FOUND, "it is two others now");

    let mut other = wider.clone();
    other["user"] = json!({"email": oscar});
    let refused = errors(&server.call(Method::PUT, &url, Some(&other)).await);
    assert_eq!(refused, ["user: User cannot be changed: delete the override and create another one"]);

    for _ in 0..2 {
        assert_eq!(server.call(Method::DELETE, &url, None).await.status, StatusCode::NO_CONTENT, "safe to try again");
    }
    assert_eq!(server.get(&url).await.status, StatusCode::NOT_FOUND);
    assert_eq!(server.call(Method::PUT, &url, Some(&wider)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(overrides(&server).await.len(), 2);
    let none = server.call(Method::DELETE, &format!("{OVERRIDES}/none"), None).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    let page = server.get(&format!("{OVERRIDES}?{PRIMARY}&page_size=1")).await.body;
    assert!(page["pagination_meta"]["after"].is_string());
}

#[tokio::test]
async fn faults_of_an_override_are_told_all_at_once() {
    let server = Server::demo().await;
    let mut wrong = cover("nobody@northlight.example", "2026-03-25T00:00:00Z", "2026-03-25T00:00:00Z");
    wrong["layer_id"] = json!("ninth");
    let refused = errors(&server.call(Method::POST, OVERRIDES, Some(&wrong)).await);
    assert_eq!(
        refused,
        [
            "layer_id: Layer_id must be a layer of the rotation; it has none `ninth`",
            "end_at: End_at must be after start_at, and not by more than 370 days",
            "user: User must be a user, by id, email or slack_user_id; there is none like this"
        ]
    );
    wrong["schedule_id"] = json!("none");
    let refused = errors(&server.call(Method::POST, OVERRIDES, Some(&wrong)).await);
    assert_eq!(refused[0], "schedule_id: Schedule_id must be the id of a schedule; there is none `none`");
    wrong["user"] = json!({"id": 5});
    let refused = errors(&server.call(Method::POST, OVERRIDES, Some(&wrong)).await);
    assert_eq!(refused, ["user.id: Id must be a string"]);
    assert_eq!(server.get(OVERRIDES).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(server.get(&format!("{OVERRIDES}?schedule_id=none")).await.status, StatusCode::NOT_FOUND);
}
