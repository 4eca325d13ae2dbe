//! The audit log: a line for each change and each page by hand, and no change without one.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use common::database::{Database, is_shared};
use common::{Answer, Server, answer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

const AUDIT: &str = "/builder/v1/audit";
const PATHS: &str = "/v2/escalation_paths";
const MAYA: &str = "01J0USERMAYA00000000000000";
const TOM: &str = "01J0USERTOM000000000000000";
const SCHEDULE: &str = "01J0SCHEDPRIMARY0000000000";

fn path(name: &str) -> Value {
    json!({"name": name, "path": [{"id": "a", "type": "level", "level": {"targets": [
        {"type": "user", "id": MAYA, "urgency": "high"}]}}]})
}

/// The lines of the log, the oldest first.
async fn lines(server: &Server, query: &str) -> Vec<Value> {
    let told = server.get(&format!("{AUDIT}?page_size=250&{query}")).await;
    assert_eq!(told.status, StatusCode::OK, "{:#}", told.body);
    let mut lines = told.body["audit_log"].as_array().unwrap().clone();
    lines.reverse();
    lines
}

/// Does something that must succeed, and returns the answer and the lines that it has left, the oldest first.
async fn done(server: &Server, method: Method, url: &str, body: Value) -> (Value, Vec<Value>) {
    let before = lines(server, "").await.len();
    let body = (method != Method::DELETE).then_some(&body);
    let told = server.call(method.clone(), url, body).await;
    assert!(told.status.is_success(), "{method} {url}: {:#}", told.body);
    (told.body, lines(server, "").await.split_off(before))
}

/// Asserts what a line says, and returns what there was before and after.
fn says(lines: &[Value], action: &str, resource: &str, id: &str) -> (Value, Value) {
    let found: Vec<_> =
        lines.iter().filter(|line| line["action"] == action && line["resource"]["type"] == resource).collect();
    let [line] = found[..] else { panic!("{action} {resource}: {lines:#?}") };
    assert_eq!(line["resource"]["id"], id, "{line:#}");
    assert_eq!(line["actor"], json!({"kind": "anonymous", "id": null, "name": null}));
    assert_eq!(line["address"], "127.0.0.1");
    (line["before"].clone(), line["after"].clone())
}

#[tokio::test]
async fn every_change_leaves_a_line_with_what_was_and_what_is() {
    let server = Server::demo().await;
    assert_eq!(lines(&server, "").await, [] as [Value; 0], "the demo organisation is nobody's change");
    let text = |body: &Value, pointer: &str| body.pointer(pointer).unwrap().as_str().unwrap().to_string();

    // Paths and what is kept with them.
    let (made, left) = done(&server, Method::POST, PATHS, path("One")).await;
    let id = text(&made, "/escalation_path/id");
    let (before, after) = says(&left, "create", "escalation_path", &id);
    assert_eq!((before, &after["name"]), (Value::Null, &json!("One")));
    let url = format!("{PATHS}/{id}");
    let (_, left) = done(&server, Method::PUT, &url, path("Two")).await;
    let (before, after) = says(&left, "update", "escalation_path", &id);
    assert_eq!((&before["name"], &after["name"]), (&json!("One"), &json!("Two")));
    for (list, one) in [
        ("expectations", json!({"expect": "first_page_within", "seconds": 300})),
        ("scenarios", json!({"name": "S", "scenario": {"at": "2026-03-28T03:10:00Z", "priority": null}})),
    ] {
        let url = format!("/builder/v1/escalation_paths/{id}/{list}");
        let empty = json!({list: []});
        let (_, left) = done(&server, Method::PUT, &url, empty).await;
        assert_eq!(says(&left, "update", list, &id), (Value::Null, json!([])));
        let kept = server.call(Method::PUT, &url, Some(&json!({list: [one]}))).await;
        if kept.status.is_success() {
            let line = lines(&server, "").await.pop().unwrap();
            assert_eq!((&line["before"], line["after"].as_array().unwrap().len()), (&json!([]), 1));
        }
    }
    let (_, left) = done(&server, Method::DELETE, &url, json!({})).await;
    let (before, after) = says(&left, "delete", "escalation_path", &id);
    assert_eq!((&before["name"], after), (&json!("Two"), Value::Null));
    let restore = format!("/builder/v1/escalation_paths/{id}/revisions/1/restore");
    let (_, left) = done(&server, Method::POST, &restore, json!({})).await;
    let (before, after) = says(&left, "restore", "escalation_path", &id);
    assert_eq!((before, &after["name"]), (Value::Null, &json!("One")));

    // Templates.
    let template = server.get("/v2/escalation_path_templates").await.body["escalation_path_templates"][0].clone();
    let (made, left) = done(&server, Method::POST, "/v2/escalation_path_templates", template).await;
    let id = text(&made, "/escalation_path_template/id");
    assert_eq!(says(&left, "create", "escalation_path_template", &id).0, Value::Null);
    let url = format!("/v2/escalation_path_templates/{id}");
    let mut template = made["escalation_path_template"].clone();
    template["name"] = json!("Renamed");
    let (_, left) = done(&server, Method::PUT, &url, template).await;
    let (before, after) = says(&left, "update", "escalation_path_template", &id);
    assert!(before["name"] != "Renamed" && after["name"] == "Renamed");
    let (_, left) = done(&server, Method::DELETE, &url, json!({})).await;
    assert_eq!(says(&left, "delete", "escalation_path_template", &id).1, Value::Null);

    // Overrides: one that takes over the middle of another leaves two parts of it.
    let over = |from: &str, until: &str, user: &str| {
        json!({"schedule_id": SCHEDULE, "rotation_id": "primary", "layer_id": "primary-1", "user": {"id": user},
            "start_at": from, "end_at": until})
    };
    let url = "/v2/schedule_overrides";
    let whole = over("2030-01-01T00:00:00Z", "2030-01-10T00:00:00Z", MAYA);
    let (made, left) = done(&server, Method::POST, url, whole).await;
    let first = text(&made, "/override/id");
    assert_eq!(left.len(), 1);
    says(&left, "create", "schedule_override", &first);
    let middle = over("2030-01-04T00:00:00Z", "2030-01-05T00:00:00Z", TOM);
    let (made, left) = done(&server, Method::POST, url, middle).await;
    let second = text(&made, "/override/id");
    assert_eq!(left.len(), 4, "{left:#?}");
    assert_eq!(says(&left, "delete", "schedule_override", &first).0["end_at"], "2030-01-10T00:00:00Z");
    assert_eq!(left[3]["resource"]["id"], second.as_str());
    let moved = over("2030-01-04T06:00:00Z", "2030-01-05T00:00:00Z", TOM);
    let (_, left) = done(&server, Method::PUT, &format!("{url}/{second}"), moved).await;
    let (before, after) = says(&left, "update", "schedule_override", &second);
    assert_eq!(
        (&before["start_at"], &after["start_at"]),
        (&json!("2030-01-04T00:00:00Z"), &json!("2030-01-04T06:00:00Z"))
    );
    let (_, left) = done(&server, Method::DELETE, &format!("{url}/{second}"), json!({})).await;
    assert_eq!(says(&left, "delete", "schedule_override", &second).1, Value::Null);
    // What is deleted already is not deleted again.
    let (_, left) = done(&server, Method::DELETE, &format!("{url}/{second}"), json!({})).await;
    assert_eq!(left.len(), 0);

    // Pauses.
    let url = "/builder/v1/on_call_notification_pauses";
    let pause = json!({"user_id": MAYA, "starts_at": "2030-01-01T00:00:00Z", "ends_at": "2030-01-02T00:00:00Z"});
    let (made, left) = done(&server, Method::POST, url, pause).await;
    let id = text(&made, "/on_call_notification_pause/id");
    assert_eq!(says(&left, "create", "on_call_notification_pause", &id).1["user_id"], MAYA);
    let (_, left) = done(&server, Method::DELETE, &format!("{url}/{id}"), json!({})).await;
    assert_eq!(says(&left, "delete", "on_call_notification_pause", &id).0["user_id"], MAYA);

    // People's ways to be notified.
    let methods = json!({"notification_methods": [{"method_type": "email", "address": "maya@example.com"}]});
    let url = format!("/builder/v1/users/{MAYA}/notification_methods");
    let (_, left) = done(&server, Method::PUT, &url, methods).await;
    assert_eq!(says(&left, "update", "notification_methods", MAYA).1[0]["address"], "maya@example.com");
    let url = format!("/builder/v1/users/{MAYA}/notification_rules");
    let (_, left) = done(&server, Method::PUT, &url, json!({"notification_rules": []})).await;
    assert_eq!(says(&left, "update", "notification_rules", MAYA), (Value::Null, json!([])));
}

#[tokio::test]
async fn schedules_leave_lines_and_take_their_overrides_with_them() {
    let server = Server::demo().await;
    let schedule = json!({"schedule": {"name": "S", "timezone": "Europe/London", "config": {"rotations": [{
        "id": "r", "name": "R", "handover_start_at": "2026-01-05T09:00:00Z", "handovers": [{"interval": 1, "interval_type": "weekly"}],
        "layers": [{"id": "l", "name": "L"}], "users": [{"id": MAYA}]}]}}});
    let (made, left) = done(&server, Method::POST, "/v2/schedules", schedule.clone()).await;
    let id = made["schedule"]["id"].as_str().unwrap().to_string();
    assert_eq!(says(&left, "create", "schedule", &id).1["name"], "S");
    let mut renamed = schedule;
    renamed["schedule"]["name"] = json!("T");
    let (_, left) = done(&server, Method::PUT, &format!("/v2/schedules/{id}"), renamed).await;
    let (before, after) = says(&left, "update", "schedule", &id);
    assert_eq!((&before["name"], &after["name"]), (&json!("S"), &json!("T")));
    let over = json!({"schedule_id": id, "rotation_id": "r", "layer_id": "l", "user": {"id": TOM},
        "start_at": "2030-01-01T00:00:00Z", "end_at": "2030-01-02T00:00:00Z"});
    let (made, _) = done(&server, Method::POST, "/v2/schedule_overrides", over).await;
    let (_, left) = done(&server, Method::DELETE, &format!("/v2/schedules/{id}"), json!({})).await;
    assert_eq!(left.len(), 2);
    assert_eq!(says(&left, "delete", "schedule", &id).0["name"], "T");
    says(&left, "delete", "schedule_override", made["override"]["id"].as_str().unwrap());
}

#[tokio::test]
async fn secrets_are_in_no_line() {
    let server = Server::demo().await;
    let mut secrets = Vec::new();
    let sources = "/builder/v1/alert_sources";
    let (made, left) = done(&server, Method::POST, sources, json!({"name": "Prometheus"})).await;
    let id = made["alert_source"]["id"].as_str().unwrap().to_string();
    secrets.push(made["alert_source"]["secret"].clone());
    assert_eq!(says(&left, "create", "alert_source", &id).1["name"], "Prometheus");
    let (_, left) = done(&server, Method::PUT, &format!("{sources}/{id}"), json!({"name": "P"})).await;
    let (before, after) = says(&left, "update", "alert_source", &id);
    assert_eq!((&before["name"], &after["name"]), (&json!("Prometheus"), &json!("P")));
    let rotate = format!("{sources}/{id}/actions/rotate_secret");
    let (made, left) = done(&server, Method::POST, &rotate, json!({})).await;
    says(&left, "rotate_secret", "alert_source", &id);
    secrets.push(made["alert_source"]["secret"].clone());
    let (_, left) = done(&server, Method::DELETE, &format!("{sources}/{id}"), json!({})).await;
    assert_eq!(says(&left, "delete", "alert_source", &id).1, Value::Null);

    let hooks = "/builder/v1/webhook_endpoints";
    let hook = json!({"url": "https://chat.example.com/hook"});
    let (made, left) = done(&server, Method::POST, hooks, hook).await;
    let id = made["webhook_endpoint"]["id"].as_str().unwrap().to_string();
    secrets.push(made["webhook_endpoint"]["secret"].clone());
    assert_eq!(says(&left, "create", "webhook_endpoint", &id).1["url"], "https://chat.example.com/hook");
    let (_, left) = done(&server, Method::DELETE, &format!("{hooks}/{id}"), json!({})).await;
    assert_eq!(says(&left, "delete", "webhook_endpoint", &id).0["url"], "https://chat.example.com/hook");

    let keys = "/builder/v1/api_keys";
    let (made, left) = done(&server, Method::POST, keys, json!({"name": "CI", "rights": ["view", "edit"]})).await;
    let key = made["api_key"]["secret"].as_str().unwrap().to_string();
    let id = made["api_key"]["id"].as_str().unwrap().to_string();
    secrets.push(made["api_key"]["secret"].clone());
    assert_eq!(
        says(&left, "create", "api_key", &id).1,
        json!({"name": "CI", "rights": ["view", "edit"], "expires_at": null})
    );
    // What is done with the key is the key's.
    let saved = answer(server.request(Method::POST, PATHS).bearer_auth(&key).json(&path("By key"))).await;
    assert_eq!(saved.status, StatusCode::CREATED, "{:#}", saved.body);
    for actor in ["CI", &id] {
        let by_key = lines(&server, &format!("actor={actor}")).await;
        assert_eq!(by_key.len(), 1);
        assert_eq!(by_key[0]["actor"], json!({"kind": "api_key", "id": id, "name": "CI"}));
    }
    let (_, left) = done(&server, Method::DELETE, &format!("{keys}/{id}"), json!({})).await;
    assert_eq!(says(&left, "revoke", "api_key", &id).1, Value::Null);
    let (_, left) = done(&server, Method::DELETE, &format!("{keys}/{id}"), json!({})).await;
    assert_eq!(left.len(), 0, "it was revoked before");

    let all = serde_json::to_string(&lines(&server, "").await).unwrap();
    assert!(secrets.len() == 4 && all.contains("rotate_secret"));
    for secret in secrets {
        let secret = secret.as_str().unwrap();
        let digest: String = ring::digest::digest(&ring::digest::SHA256, secret.as_bytes())
            .as_ref()
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert!(secret.len() > 20 && !all.contains(secret) && !all.contains(&digest), "{secret}");
    }
}

#[tokio::test]
async fn whoever_pages_somebody_by_hand_or_responds_is_in_the_log() {
    let server = Server::demo().await;
    let begin = json!({"idempotency_key": "k", "title": "Fire", "user_ids": [MAYA]});
    let post = async |url: &str, user: Option<&str>, body: &Value| {
        let request = server.request(Method::POST, url).json(body);
        answer(if let Some(user) = user { request.header("x-incident-user", user) } else { request }).await
    };
    let made = post("/v2/escalations", Some(TOM), &begin).await;
    let id = made.body["escalation"]["id"].as_str().unwrap().to_string();
    let (before, after) = says(&lines(&server, "").await, "start", "escalation", &id);
    assert_eq!(before, Value::Null);
    assert_eq!(
        (&after["title"], &after["on_behalf_of"], &after["user_ids"]),
        (&json!("Fire"), &json!(TOM), &json!([MAYA]))
    );
    // The same again begins nothing, and is no line.
    assert_eq!(post("/v2/escalations", None, &begin).await.status, StatusCode::CREATED);
    assert_eq!(lines(&server, "").await.len(), 1);
    // The timer that pages is nobody's deed.
    let escalation = format!("/v2/escalations/{id}");
    for _ in 0..200 {
        if server.get(&escalation).await.body["escalation"]["status"] == "triggered" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(lines(&server, "").await.len(), 1);
    let ack = post(&format!("{escalation}/actions/respond"), Some(MAYA), &json!({"response": "ack"})).await;
    assert_eq!(ack.status, StatusCode::OK, "{:#}", ack.body);
    let (before, after) = says(&lines(&server, "").await, "respond", "escalation", &id);
    assert_eq!((&before["status"], &after["status"]), (&json!("triggered"), &json!("acked")));
    assert_eq!((&after["response"], &after["user_id"]), (&json!("ack"), &json!(MAYA)));
    let reassigned = post(&format!("{escalation}/actions/reassign"), None, &json!({"user_ids": [TOM]})).await;
    let other = reassigned.body["escalation"]["id"].as_str().unwrap().to_string();
    assert_eq!(says(&lines(&server, "").await, "reassign", "escalation", &id).1["user_ids"], json!([TOM]));
    let begun = lines(&server, &format!("resource=escalation&resource_id={other}")).await;
    assert_eq!(says(&begun, "start", "escalation", &other).1["reassigned_from"], id.as_str());
    assert_eq!(post(&format!("/v2/escalations/{other}/actions/cancel"), None, &json!({})).await.status, StatusCode::OK);
    let (before, after) = says(&lines(&server, "action=cancel").await, "cancel", "escalation", &other);
    assert!(before["status"] != "cancelled" && after["status"] == "cancelled");
    // Once more changes nothing.
    post(&format!("/v2/escalations/{other}/actions/cancel"), None, &json!({})).await;
    assert_eq!(lines(&server, "action=cancel").await.len(), 1);
    // What is refused is no change.
    let refused = post(&format!("{escalation}/actions/respond"), Some(TOM), &json!({"response": "ack"})).await;
    assert!(!refused.status.is_success());
    assert_eq!(lines(&server, "action=respond").await.len(), 1);
}

#[tokio::test]
async fn without_its_line_no_change_is_made() {
    let server = Server::demo().await;
    let (made, _) = done(&server, Method::POST, PATHS, path("One")).await;
    let id = made["escalation_path"]["id"].as_str().unwrap().to_string();
    let begin = json!({"idempotency_key": "k", "title": "T", "user_ids": [MAYA]});
    let begun = server.call(Method::POST, "/v2/escalations", Some(&begin)).await;
    let begun = begun.body["escalation"]["id"].as_str().unwrap().to_string();
    let mut database = Database::of(server.folder.path()).await;
    database.execute("alter table audit_log rename to elsewhere", &[]).await;
    let refused = async |method: Method, url: &str, body: Value| {
        let body = (method != Method::DELETE).then_some(&body);
        let told = server.call(method.clone(), url, body).await;
        assert!(told.status.is_server_error(), "{method} {url}: {:#}", told.body);
    };
    let url = format!("{PATHS}/{id}");
    refused(Method::PUT, &url, path("Two")).await;
    refused(Method::DELETE, &url, json!({})).await;
    refused(Method::POST, PATHS, path("Other")).await;
    refused(Method::PUT, &format!("/builder/v1/escalation_paths/{id}/scenarios"), json!({"scenarios": []})).await;
    refused(Method::POST, "/builder/v1/api_keys", json!({"name": "n", "rights": ["view"]})).await;
    refused(Method::POST, "/builder/v1/alert_sources", json!({"name": "n"})).await;
    refused(Method::POST, "/builder/v1/webhook_endpoints", json!({"url": "https://example.com/"})).await;
    refused(Method::POST, "/v2/escalations", json!({"idempotency_key": "l", "title": "T", "user_ids": [MAYA]})).await;
    refused(Method::POST, &format!("/v2/escalations/{begun}/actions/cancel"), json!({})).await;
    database.execute("alter table elsewhere rename to audit_log", &[]).await;
    assert_eq!(server.get(&url).await.body["escalation_path"]["name"], "One");
    assert_eq!(server.get("/builder/v1/api_keys").await.body["api_keys"], json!([]));
    assert_eq!(server.get("/builder/v1/alert_sources").await.body["alert_sources"], json!([]));
    assert_eq!(server.get("/builder/v1/webhook_endpoints").await.body["webhook_endpoints"], json!([]));
    assert_eq!(server.get("/v2/escalations").await.body["escalations"].as_array().unwrap().len(), 1);
    assert_ne!(server.get(&format!("/v2/escalations/{begun}")).await.body["escalation"]["status"], "cancelled");
    let (_, left) = done(&server, Method::PUT, &url, path("Two")).await;
    says(&left, "update", "escalation_path", &id);
    database.close().await;
}

async fn export(server: &Server, query: &str) -> Vec<Value> {
    let request = server.request(Method::GET, &format!("{AUDIT}?{query}")).header("accept", "application/x-ndjson");
    let told = request.send().await.unwrap();
    assert_eq!(told.headers()["content-type"], "application/x-ndjson");
    assert_eq!(told.headers()["cache-control"], "no-store");
    told.text().await.unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn the_log_is_read_page_by_page_by_filter_and_as_json_lines() {
    let server = Server::demo().await;
    let mut ids = Vec::new();
    for name in ["A", "B", "C"] {
        let (made, _) = done(&server, Method::POST, PATHS, path(name)).await;
        ids.push(made["escalation_path"]["id"].as_str().unwrap().to_string());
    }
    done(&server, Method::DELETE, &format!("{PATHS}/{}", ids[0]), json!({})).await;
    done(&server, Method::POST, "/builder/v1/alert_sources", json!({"name": "P"})).await;
    let mut all = lines(&server, "").await;
    assert_eq!(all.len(), 5);
    all.reverse();
    // In pages of two, the newest first, while more comes.
    let (mut read, mut after) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("{AUDIT}?page_size=2&after={after}")).await.body;
        read.extend(page["audit_log"].as_array().unwrap().clone());
        let Some(next) = page["pagination_meta"]["after"].as_str() else { break };
        after = next.to_string();
        server.call(Method::POST, "/builder/v1/alert_sources", Some(&json!({"name": "More"}))).await;
    }
    assert_eq!(read, all);
    assert_eq!(
        export(&server, "").await,
        server.get(&format!("{AUDIT}?page_size=250")).await.body["audit_log"].as_array().unwrap().clone()
    );
    for (query, count) in [
        ("action=delete".to_string(), 1),
        ("resource=escalation_path".to_string(), 4),
        (format!("resource=escalation_path&resource_id={}", ids[0]), 2),
        ("actor=nobody".to_string(), 0),
        ("actor_kind=api_key".to_string(), 0),
        ("actor_kind=anonymous&action=create&resource=escalation_path".to_string(), 3),
        ("to=2020-01-01T00:00:00Z".to_string(), 0),
        ("from=2020-01-01T00:00:00Z&resource=escalation_path".to_string(), 4),
        ("from=2120-01-01T00:00:00Z".to_string(), 0),
    ] {
        assert_eq!(lines(&server, &query).await.len(), count, "{query}");
        assert_eq!(export(&server, &query).await.len(), count, "{query}");
    }
    for query in ["action=destroy", "resource=path", "from=yesterday", "after=x", "page_size=251", "actor_kind=robot"] {
        let refused = server.get(&format!("{AUDIT}?{query}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}: {:#}", refused.body);
    }
}

#[tokio::test]
async fn a_page_has_as_much_as_fits_and_says_where_to_go_on() {
    let server = Server::demo().await;
    let mut large = path("Large");
    large["path"][0]["level"]["note"] = json!("x".repeat(900_000));
    let (made, _) = done(&server, Method::POST, PATHS, large.clone()).await;
    let url = format!("{PATHS}/{}", made["escalation_path"]["id"].as_str().unwrap());
    for _ in 0..4 {
        let saved = server.call(Method::PUT, &url, Some(&large)).await;
        assert_eq!(saved.status, StatusCode::OK, "{:#}", saved.body);
    }
    let (mut pages, mut count, mut after) = (0, 0, String::new());
    loop {
        let page = server.get(&format!("{AUDIT}?page_size=100&after={after}")).await;
        assert!(page.body.to_string().len() < 5_000_000);
        let on_it = page.body["audit_log"].as_array().unwrap().len();
        assert!(on_it > 0);
        (pages, count) = (pages + 1, count + on_it);
        let Some(next) = page.body["pagination_meta"]["after"].as_str() else { break };
        after = next.to_string();
    }
    assert_eq!((pages, count), (3, 5));
    assert_eq!(export(&server, "").await.len(), 5);
}

#[tokio::test]
async fn only_administrators_read_the_log() {
    if is_shared() {
        // The second server has another database there.
        return;
    }
    let server = Server::demo().await;
    let mut keys = Vec::new();
    for right in ["view", "edit", "escalate", "respond", "act_on_behalf", "admin"] {
        let new = json!({"name": right, "rights": [right]});
        let made = server.call(Method::POST, "/builder/v1/api_keys", Some(&new)).await;
        keys.push((right, made.body["api_key"]["secret"].as_str().unwrap().to_string()));
    }
    let server = Server::with(server.stopped().await, &["--anonymous", "editor"]).await;
    assert_eq!(server.get(AUDIT).await.status, StatusCode::UNAUTHORIZED);
    for (right, key) in keys {
        for accept in ["application/json", "application/x-ndjson"] {
            let request = server.request(Method::GET, AUDIT).header("accept", accept).bearer_auth(&key);
            let expected = if right == "admin" { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(request.send().await.unwrap().status(), expected, "{right}");
        }
    }
}

#[tokio::test]
async fn the_address_is_the_one_that_trusted_proxies_saw() {
    let from = async |more: &[&str], forwarded: &[&str]| {
        let server = Server::with(TempDir::new().unwrap(), more).await;
        let mut request = server.request(Method::POST, PATHS).json(&path("One")).header("x-user", "maya@example.com");
        for value in forwarded {
            request = request.header("x-forwarded-for", *value);
        }
        let saved: Answer = answer(request).await;
        assert_eq!(saved.status, StatusCode::CREATED, "{:#}", saved.body);
        // Read beside the server: whoever a proxy names is no administrator.
        let mut database = Database::of(server.folder.path()).await;
        let query = "select address || ' ' || actor_kind || ' ' || coalesce(actor_name, '') from audit_log";
        let told = database.text(query, &[]).await.unwrap();
        database.close().await;
        told
    };
    let named = ["--user-header", "X-User"];
    let of_two = ["--user-header", "X-User", "--trusted-proxy", "127.0.0.1", "--trusted-proxy", "10.0.0.0/8"];
    let elsewhere = ["--user-header", "X-User", "--trusted-proxy", "10.0.0.5"];
    for (more, forwarded, told) in [
        // Where no proxy is expected, anybody may have written it.
        (&[][..], &["192.0.2.7"][..], "127.0.0.1 anonymous "),
        (&elsewhere, &["192.0.2.7"], "127.0.0.1 anonymous "),
        (&named, &[], "127.0.0.1 person maya@example.com"),
        (&named, &["192.0.2.7"], "192.0.2.7 person maya@example.com"),
        // What comes first is whatever the browser sent.
        (&named, &["203.0.113.9, 192.0.2.7"], "192.0.2.7 person maya@example.com"),
        (&named, &["203.0.113.9", "192.0.2.7"], "192.0.2.7 person maya@example.com"),
        (&of_two, &["203.0.113.9, 192.0.2.7, 10.1.2.3"], "192.0.2.7 person maya@example.com"),
        (&of_two, &["unknown, 10.1.2.3"], "10.1.2.3 person maya@example.com"),
        (&named, &["2001:db8::7"], "2001:db8::7 person maya@example.com"),
    ] {
        assert_eq!(from(more, forwarded).await, told, "{more:?} {forwarded:?}");
    }
}

#[tokio::test]
async fn what_could_not_be_read_is_said_to_be_so() {
    if is_shared() {
        // There nothing is damaged in this way.
        return;
    }
    let server = Server::demo().await;
    let (made, _) = done(&server, Method::POST, PATHS, path("One")).await;
    let id = made["escalation_path"]["id"].as_str().unwrap().to_string();
    let mut database = Database::of(server.folder.path()).await;
    database.execute("update escalation_paths set document = '{' where id = $1", &[id.clone().into()]).await;
    server.call(Method::PUT, &format!("{PATHS}/{id}"), Some(&path("Two"))).await;
    let line = lines(&server, "action=update").await.pop().unwrap();
    assert_eq!(
        (&line["before"], &line["unreadable"], &line["after"]["name"]),
        (&Value::Null, &json!(["before"]), &json!("Two"))
    );
    // A line that is damaged itself is named, and so it is in an export.
    database.execute("update audit_log set actor_kind = x'ff' where action = 'update'", &[]).await;
    let told = server.get(AUDIT).await.body;
    assert_eq!((&told["unreadable"], told["audit_log"].as_array().unwrap().len()), (&json!(["2"]), 1));
    assert_eq!(export(&server, "").await[0], json!({"number": 2, "unreadable": ["line"]}));
    database.close().await;
}
