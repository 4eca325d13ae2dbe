//! What the server gives and no body does; and what of a body is refused at the edge.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use common::{Server, answer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const PAYMENTS: &str = "01J0PATHPAYMENTS0000000000";

fn level() -> Value {
    json!({"id": "a", "type": "level", "level": {"targets": [{"type": "user", "id": "01J0USERMAYA00000000000000", "urgency": "high"}]}})
}

/// The same with what the server gives.
fn with_given(mut body: Value) -> Value {
    let given = json!({
        "id": PAYMENTS, "created_at": "2001-01-01T00:00:00Z", "updated_at": "2001-01-01T00:00:00Z",
        "current_responders": [{"id": "x", "name": "Nobody"}], "has_historical_escalation_path_versions": true});
    body.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
    body
}

async fn send(server: &Server, method: Method, path: &str, body: &Value) -> Value {
    let said = answer(server.request(method, path).json(body)).await;
    assert!(said.status.is_success(), "{path}: {}", said.body);
    said.body
}

/// Makes one, changes it, and asserts that neither says what the body says in the server's place.
async fn comes_and_goes(server: &Server, list: &str, key: &str, body: Value) {
    let made = send(server, Method::POST, list, &with_given(body.clone())).await[key].clone();
    let id = made["id"].as_str().unwrap().to_string();
    assert_ne!(id, PAYMENTS, "{list}");
    let url = format!("{}/{id}", list.replace("/builder/v1/", "/v2/"));
    let shown = server.get(&url).await;
    assert_eq!((shown.status, &shown.body[key]), (StatusCode::OK, &made), "{url}");
    let mut all = vec![made];
    if list.starts_with("/v2/") {
        all.push(send(server, Method::PUT, &url, &with_given(body)).await[key].clone());
        assert_eq!(server.get(&url).await.body[key]["id"], json!(id));
    }
    for told in all {
        assert_eq!(told["id"], json!(id));
        assert!(told.get("current_responders").is_none(), "{told}");
        for field in ["created_at", "updated_at"] {
            assert!(told[field].is_null() || !told[field].as_str().unwrap().starts_with("2001"), "{told}");
        }
        assert_ne!(told["has_historical_escalation_path_versions"], json!(true), "{told}");
    }
}

#[tokio::test]
async fn what_the_server_gives_is_ignored_in_a_body() {
    let server = Server::demo().await;
    comes_and_goes(&server, "/v2/escalation_paths", "escalation_path", json!({"name": "n", "path": [level()]})).await;
    let template = json!({"name": "t", "path": [level()], "params": [
        {"name": "who", "label": "Who", "description": "", "type": "String", "array": false, "optional": true}]});
    comes_and_goes(&server, "/v2/escalation_path_templates", "escalation_path_template", template).await;
    let pause = json!({"user_id": "01J0USERMAYA00000000000000", "starts_at": "2090-01-01T00:00:00Z", "ends_at": "2090-01-02T00:00:00Z"});
    comes_and_goes(&server, "/builder/v1/on_call_notification_pauses", "on_call_notification_pause", pause).await;
    let schedule = server.get("/v2/schedules/01J0SCHEDPRIMARY0000000000").await.body["schedule"].clone();
    let rotation = &schedule["config"]["rotations"][0];
    let placed = json!({
        "schedule_id": schedule["id"], "rotation_id": rotation["id"], "layer_id": rotation["layers"][0]["id"],
        "start_at": "2090-01-01T00:00:00Z", "end_at": "2090-01-02T00:00:00Z", "user": {"id": "01J0USERMAYA00000000000000"}});
    comes_and_goes(&server, "/v2/schedule_overrides", "override", placed).await;
}

#[tokio::test]
async fn a_path_that_is_read_and_sent_again_is_a_copy() {
    let server = Server::demo().await;
    let before = server.get("/v2/escalation_paths").await.body["escalation_paths"].as_array().unwrap().len();
    let payments = server.get(&format!("/v2/escalation_paths/{PAYMENTS}")).await.body;
    let copy = with_given(json!({"name": "copy of Payments", "path": [level()]}));
    let made = send(&server, Method::POST, "/v2/escalation_paths", &copy).await;
    let id = made["escalation_path"]["id"].as_str().unwrap();
    let all = server.get("/v2/escalation_paths").await.body["escalation_paths"].clone();
    let ids: std::collections::BTreeSet<_> =
        all.as_array().unwrap().iter().map(|path| path["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), before + 1, "each id once");
    let url = format!("/v2/escalation_paths/{id}");
    let other = with_given(json!({"id": "OTHER", "name": "copy", "path": [level()]}));
    assert_eq!(send(&server, Method::PUT, &url, &other).await["escalation_path"]["id"], json!(id));
    let revision = server.get(&format!("/builder/v1/escalation_paths/{id}/revisions/2")).await.body;
    assert_eq!(revision["revision"]["escalation_path"]["id"], json!(id));
    assert!(revision["revision"]["escalation_path"].get("current_responders").is_none());
    assert_eq!(server.call(Method::DELETE, &url, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(
        server.get(&format!("/v2/escalation_paths/{PAYMENTS}")).await.body,
        payments,
        "the original is as it was"
    );
}

#[tokio::test]
async fn voicemail_is_for_call_routes_and_what_nobody_knows_is_kept() {
    let server = Server::demo().await;
    let mail = json!({"id": "v", "type": "voicemail", "voicemail": {"greeting": "Please leave a message."}});
    let branch = json!({"id": "b", "type": "if_else", "if_else": {
        "conditions": [{"subject": "escalation.priority", "operation": "one_of", "param_bindings": [{"array_value": [{"literal": "01J0PRIORITYP1000000000000"}]}]}],
        "then_path": [level()], "else_path": [mail]}});
    for (nodes, pointer) in [
        (json!([mail]), "path.0.type"),
        (json!([level(), {"id": "v", "type": "voicemail"}]), "path.1.type"),
        (
            json!([{"id": "x", "type": "voicemail", "delay": {"delay_seconds": 961_254_059_109_030_066_913_280_i128.to_string()}}]),
            "path.0.type",
        ),
        (json!([branch]), "path.0.if_else.else_path.0.type"),
    ] {
        let body = json!({"name": "v", "path": nodes});
        let templated = json!({"name": "t", "path": nodes, "params": [
            {"name": "who", "label": "Who", "description": "", "type": "String", "array": false, "optional": true}]});
        for (path, body) in [
            ("/v2/escalation_paths", &body),
            ("/v2/escalation_paths/actions/validate", &body),
            ("/v2/escalation_path_templates", &templated),
        ] {
            let refused = answer(server.request(Method::POST, path).json(body)).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {}", refused.body);
            let mail: Vec<_> = refused.body["errors"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|error| error["message"] == "Voicemail is only valid inside a call route's path")
                .collect();
            assert_eq!(mail.len(), 1, "{}", refused.body);
            assert_eq!(mail[0]["source"]["pointer"], pointer);
        }
    }
    // It may be younger than this program.
    let odd = json!({"name": "o", "path": [level(), {"id": "h", "type": "hologram", "hologram": {"z": 1}}]});
    let made = send(&server, Method::POST, "/v2/escalation_paths", &odd).await;
    assert_eq!(made["escalation_path"]["path"][1], odd["path"][1]);
}

#[tokio::test]
async fn something_must_be_seen_of_a_name() {
    let server = Server::demo().await;
    for name in ["", "  ", "\u{200b}", "\u{feff}\u{2060}", "\0", "a\0b", "\u{202e}", "\t\u{ad}"] {
        let refused = answer(
            server.request(Method::POST, "/v2/escalation_paths").json(&json!({"name": name, "path": [level()]})),
        )
        .await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name:?}");
        assert_eq!(refused.body["errors"][0]["source"]["pointer"], "name");
        let lists = json!({"scenarios": [{"name": name, "scenario": {"fired_at": "2026-03-28T03:10:00Z", "path_id": PAYMENTS}}]});
        let url = format!("/builder/v1/escalation_paths/{PAYMENTS}/scenarios");
        let refused = answer(server.request(Method::PUT, &url).json(&lists)).await;
        assert_eq!(refused.body["errors"][0]["source"]["pointer"], "scenarios.0.name", "{}", refused.body);
    }
    send(&server, Method::POST, "/v2/escalation_paths", &json!({"name": "👩‍🚒 支払い", "path": [level()]})).await;
}

#[tokio::test]
async fn times_that_are_not_told_apart_are_refused_by_name() {
    let server = Server::demo().await;
    let pause = json!({"user_id": "01J0USERMAYA00000000000000", "starts_at": "9999-12-01T00:00:00Z", "ends_at": "9999-12-02T00:00:00Z"});
    let refused = answer(server.request(Method::POST, "/builder/v1/on_call_notification_pauses").json(&pause)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        refused.body["errors"][0]["message"],
        "Starts_at must be after 1900-01-01T00:00:00Z and before 2500-01-01T00:00:00Z"
    );
    let placed = json!({
        "schedule_id": "01J0SCHEDPRIMARY0000000000", "rotation_id": "x", "layer_id": "y",
        "start_at": "2499-12-01T00:00:00Z", "end_at": "9999-12-02T00:00:00Z", "user": {"id": "01J0USERMAYA00000000000000"}});
    let refused = answer(server.request(Method::POST, "/v2/schedule_overrides").json(&placed)).await;
    let messages: Vec<_> =
        refused.body["errors"].as_array().unwrap().iter().map(|e| e["message"].as_str().unwrap()).collect();
    assert!(
        messages.contains(&"End_at must be after 1900-01-01T00:00:00Z and before 2500-01-01T00:00:00Z"),
        "{messages:?}"
    );
}

#[tokio::test]
async fn a_path_that_is_asked_for_twice_with_one_key_is_made_once() {
    let server = Server::demo().await;
    let key = "01K0KEY0000000000000000000";
    let make = async |key: &str, name: &str| {
        let request = server.request(Method::POST, "/v2/escalation_paths");
        answer(request.header("idempotency-key", key).json(&json!({"name": name, "path": [level()]}))).await
    };
    let all = async || server.get("/v2/escalation_paths").await.body["escalation_paths"].as_array().unwrap().len();
    let before = all().await;
    // At once, and later with what is different by then.
    let made = futures_util::future::join_all((0..8).map(|_| make(key, "Once"))).await;
    for said in made.iter().chain([&make(key, "Other").await]) {
        assert_eq!(said.status, StatusCode::CREATED, "{}", said.body);
        assert_eq!(said.body["escalation_path"]["id"], key);
        assert_eq!(said.body["escalation_path"]["name"], "Once");
    }
    assert_eq!(all().await, before + 1);
    assert_eq!(
        make("01k0key0000000000000000001", "Another").await.body["escalation_path"]["id"],
        "01K0KEY0000000000000000001"
    );
    for wrong in ["", "x", "01K0KEY00000000000000000000", "8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "../../v2/users"] {
        let said = make(wrong, "Wrong").await;
        assert_eq!(said.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}: {}", said.body);
        assert_eq!(said.body["errors"][0]["source"]["pointer"], "idempotency-key");
    }
    assert_eq!(make(PAYMENTS, "Taken").await.body["escalation_path"]["name"], "Payments");
    answer(server.request(Method::DELETE, &format!("/v2/escalation_paths/{key}")).json(&json!({}))).await;
    assert_eq!(make(key, "Once").await.status, StatusCode::CONFLICT);
}
