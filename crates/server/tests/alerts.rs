//! Alerts that come in: which escalation they begin, and which end with them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use common::database::is_shared;
use common::{Answer, Server, answer, is_a};
use escalation_server::Clock;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use tempfile::TempDir;

const MAYA: &str = "01J0USERMAYA00000000000000";
const TOM: &str = "01J0USERTOM000000000000000";
const P2: &str = "01J0PRIORITYP2000000000000";
/// 2026-03-04T12:00:00Z.
const NOON: i64 = 1_772_625_600;

struct Test {
    server: Server,
    clock: Clock,
    url: String,
    secret: String,
}

fn source() -> Value {
    json!({"name": "Prometheus", "routes": [
        {"when": [{"pointer": "/metadata/team", "operator": "is", "value": "payments"},
            {"pointer": "/metadata/severity", "operator": "one_of", "value": ["critical", 1]}],
            "user_ids": [MAYA], "priority_id": P2, "grace_period_seconds": 60},
        {"when": [{"pointer": "/title", "operator": "contains", "value": "disk"}], "user_ids": [TOM]}]})
}

impl Test {
    async fn new(more: &[&str]) -> Self {
        let clock = Clock::standing(NOON);
        let server = Server::standing(&clock, TempDir::new().unwrap(), more).await;
        let made =
            answer(server.request(Method::POST, "/builder/v1/alert_sources").header("x-user", "ed").json(&source()))
                .await;
        assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
        let text = |field: &str| made.body["alert_source"][field].as_str().unwrap().to_string();
        Self { url: text("url"), secret: text("secret"), server, clock }
    }

    async fn event(&self, body: &Value) -> Answer {
        answer(self.server.request(Method::POST, &self.url).bearer_auth(&self.secret).json(body)).await
    }

    async fn fires(&self, key: &str, title: &str, metadata: Value) -> String {
        let body = json!({"title": title, "status": "firing", "deduplication_key": key, "metadata": metadata});
        let taken = self.event(&body).await;
        assert_eq!(taken.status, StatusCode::ACCEPTED, "{:#}", taken.body);
        assert_eq!((&taken.body["status"], &taken.body["deduplication_key"]), (&json!("success"), &json!(key)));
        taken.body["message"].as_str().unwrap().to_string()
    }

    async fn listed(&self, query: &str) -> Vec<Value> {
        self.server.get(&format!("/v2/escalations?{query}")).await.body["escalations"].as_array().unwrap().clone()
    }

    async fn run(&self, after: i64) {
        self.clock.set(NOON + after);
        while self.clock.tick().await.unwrap() > 0 {}
    }
}

#[tokio::test]
async fn an_alert_begins_an_escalation_and_ends_it() {
    let test = Test::new(&[]).await;
    let metadata = json!({"team": "payments", "severity": "critical"});
    assert_eq!(test.fires("cpu", "CPU is high", metadata.clone()).await, "The alert has begun an escalation");
    assert_eq!(test.fires("cpu", "CPU is high", metadata.clone()).await, "An alert with this key fires already");
    let all = test.listed("").await;
    assert_eq!(all.len(), 1);
    let (id, alert) = (all[0]["id"].as_str().unwrap(), &all[0]["related_alerts"][0]);
    assert_eq!((&all[0]["priority"]["name"], &all[0]["status"]), (&json!("P2"), &json!("pending")));
    assert_eq!(all[0]["creator"]["alert"], json!({"id": alert["id"], "title": "CPU is high"}));
    assert_eq!((&alert["status"], &alert["deduplication_key"]), (&json!("firing"), &json!("cpu")));
    assert_eq!(test.listed(&format!("alert[one_of]={}", alert["id"].as_str().unwrap())).await.len(), 1);
    assert_eq!(test.listed("alert[one_of]=x").await.len(), 0);

    // The grace period, then Maya, and then the alert is over.
    test.run(0).await;
    assert_eq!(test.listed("status[one_of]=pending").await[0]["events"][0]["event"], "entered_grace_period");
    test.run(60).await;
    assert_eq!(test.listed("status[one_of]=triggered").await.len(), 1);
    let over = json!({"title": "CPU is high", "status": "resolved", "deduplication_key": "cpu"});
    let taken = test.event(&over).await;
    assert_eq!(taken.body["message"], "The alert is resolved, and 1 escalations with it");
    let shown = test.server.get(&format!("/v2/escalations/{id}")).await.body["escalation"].clone();
    assert_eq!((&shown["status"], &shown["related_alerts"][0]["status"]), (&json!("resolved"), &json!("resolved")));
    assert_eq!(test.event(&over).await.body["message"], "No alert with this key fires");
    // It fires anew.
    assert_eq!(test.fires("cpu", "CPU is high", metadata).await, "The alert has begun an escalation");
    assert_eq!(test.listed("").await.len(), 2);
    is_a("EscalationsListResultV2", &test.server.get("/v2/escalations").await.body, "the list");
}

#[tokio::test]
async fn the_first_route_that_fits_counts() {
    let test = Test::new(&[]).await;
    test.fires("a", "disk is full", json!({"team": "payments", "severity": 1})).await;
    test.fires("b", "disk is full", json!({"team": "payments"})).await;
    let kept = test.fires("c", "Else", json!({})).await;
    assert_eq!(kept, "The alert is kept; no route of its source is for it");
    test.run(60).await;
    let all = test.listed("").await;
    let paged: Vec<_> =
        all.iter().map(|one| &one["events"].as_array().unwrap().last().unwrap()["users"][0]["id"]).collect();
    assert_eq!(paged, [TOM, MAYA]);
}

#[tokio::test]
async fn an_alert_brings_the_secret_of_its_source() {
    let test = Test::new(&["--user-header", "x-user", "--editor", "ed"]).await;
    let body = json!({"title": "disk", "status": "firing", "deduplication_key": "a"});
    let request = || test.server.request(Method::POST, &test.url).json(&body);
    for refused in [request(), request().bearer_auth("wrong"), request().header("x-user", "ed")] {
        assert_eq!(answer(refused).await.status, StatusCode::UNAUTHORIZED);
    }
    let by_token = test.server.request(Method::POST, &format!("{}?token={}", test.url, test.secret)).json(&body);
    assert_eq!(answer(by_token).await.status, StatusCode::ACCEPTED);
    assert_eq!(answer(request().basic_auth("any", Some(&test.secret))).await.status, StatusCode::ACCEPTED);
    let url = test.url.replace("/v2/alert_events/http", "/builder/v1/alert_sources");
    let shown = test.server.get(&url).await.body;
    assert_eq!(shown["alert_source"].get("secret"), None);
    let rotate = test.server.request(Method::POST, &format!("{url}/actions/rotate_secret")).header("x-user", "ed");
    let rotated = answer(rotate.json(&json!({}))).await.body;
    assert_eq!(test.event(&body).await.status, StatusCode::UNAUTHORIZED);
    let secret = rotated["alert_source"]["secret"].as_str().unwrap();
    assert_eq!(answer(request().bearer_auth(secret)).await.status, StatusCode::ACCEPTED);
    let gone = test.server.request(Method::DELETE, &url).header("x-user", "ed");
    assert_eq!(answer(gone).await.status, StatusCode::NO_CONTENT);
    assert_eq!(answer(request().bearer_auth(secret)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_wrong_is_said_with_its_place() {
    let test = Test::new(&[]).await;
    let pointers = |answer: &Answer| -> Vec<String> {
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{:#}", answer.body);
        let errors = answer.body["errors"].as_array().unwrap().iter();
        errors.map(|error| error["source"]["pointer"].as_str().unwrap_or_default().to_string()).collect()
    };
    for (body, expected) in [
        (json!({}), vec!["title", "status", "deduplication_key"]),
        (json!({"title": "T", "status": "loud", "deduplication_key": "a"}), vec!["status"]),
        (json!({"title": "T", "status": "firing", "deduplication_key": ""}), vec!["deduplication_key"]),
        (json!({"title": 7, "status": "firing", "deduplication_key": "a", "metadata": []}), vec!["title", "metadata"]),
    ] {
        assert_eq!(pointers(&test.event(&body).await), expected, "{body}");
    }
    let mut wrong = source();
    wrong["routes"][1]["user_ids"] = json!(["nobody"]);
    wrong["routes"][1]["priority_id"] = json!("p0");
    wrong["routes"][1]["when"][0]["pointer"] = json!("title");
    wrong["routes"][0]["when"][1]["value"] = json!("critical");
    let refused = test.server.call(Method::POST, "/builder/v1/alert_sources", Some(&wrong)).await;
    let expected = ["routes.0.when.1", "routes.1.when.0", "routes.1.priority_id", "routes.1.user_ids.0"];
    assert_eq!(pointers(&refused), expected);
    let unknown = json!({"name": "X", "rules": []});
    let refused = test.server.call(Method::POST, "/builder/v1/alert_sources", Some(&unknown)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn an_acknowledged_alert_that_still_fires_pages_again() {
    let test = Test::new(&[]).await;
    let path = json!({"name": "Again", "repeat_config": {"repeat_after_seconds": 600, "delay_repeat_on_activity": false},
        "path": [{"id": "a", "type": "level", "level": {"targets": [{"type": "user", "id": MAYA, "urgency": "high"}]}}]});
    let made = test.server.call(Method::POST, "/v2/escalation_paths", Some(&path)).await;
    let id = made.body["escalation_path"]["id"].as_str().unwrap();
    let url = test.url.replace("/v2/alert_events/http", "/builder/v1/alert_sources");
    let changed = json!({"name": "All", "routes": [{"escalation_path_id": id}]});
    assert_eq!(test.server.call(Method::PUT, &url, Some(&changed)).await.status, StatusCode::OK);
    test.fires("a", "T", json!({})).await;
    test.run(0).await;
    let escalation = test.listed("").await[0]["id"].as_str().unwrap().to_string();
    let url = format!("/v2/escalations/{escalation}/actions/respond");
    let acked = test.server.call(Method::POST, &url, Some(&json!({"response": "ack"}))).await;
    assert_eq!(acked.status, StatusCode::OK);
    assert_eq!(test.listed("").await[0]["status"], "pending_repeat");
    test.run(600).await;
    assert_eq!(test.listed("").await[0]["status"], "triggered");
    // A route that leads nowhere is said.
    let gone = test.server.call(Method::DELETE, &format!("/v2/escalation_paths/{id}"), None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    let body = json!({"title": "T", "status": "firing", "deduplication_key": "b"});
    assert_eq!(test.event(&body).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn an_alert_that_is_over_ends_all_that_can_end() {
    if is_shared() {
        // Which lets no such thing in.
        return;
    }
    let test = Test::new(&[]).await;
    test.fires("k", "disk full", json!({})).await;
    test.run(0).await;
    // Three escalations of one alert: one that cannot be read, one that cannot write its next step, and one that is whole.
    let file = test.server.folder.path().join("data/escalation.db");
    let options = SqliteConnectOptions::new().filename(file).foreign_keys(false);
    let mut connection = options.connect().await.unwrap();
    let columns = "plan_id, path_id, path_revision, title, description, priority_id, priority_name, creator, alert_id,
        incident_id, idempotency_key, reassigned_from, status, first_state, state, version, steps, event_at, due_at,
        error, created_at, updated_at";
    for change in [
        format!("insert into escalations (id, {columns}) select '7Z' || substr(id, 3), {columns} from escalations"),
        format!("insert into escalations (id, {columns}) select x'ff', {columns} from escalations limit 1"),
        "update escalations set steps = 0 where id < '7'".to_string(),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(change)).execute(&mut connection).await.unwrap();
    }
    let over = json!({"title": "disk full", "status": "resolved", "deduplication_key": "k"});
    let taken = test.event(&over).await;
    assert_eq!(taken.status, StatusCode::ACCEPTED, "{:#}", taken.body);
    let query = "select status, error is not null from escalations order by id";
    let rows: Vec<(String, bool)> = sqlx::query_as(query).fetch_all(&mut connection).await.unwrap();
    assert_eq!(rows.len(), 3);
    assert!(rows[0].0 != "resolved" && rows[0].1, "{rows:?}");
    assert_eq!(rows[1], ("resolved".to_string(), false), "{rows:?}");
    assert!(rows[2].0 != "resolved" && rows[2].1, "{rows:?}");
    let alert: String = sqlx::query_scalar("select status from alerts").fetch_one(&mut connection).await.unwrap();
    assert_eq!(alert, "resolved");
}
