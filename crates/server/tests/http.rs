//! The API through real HTTP.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use std::fs;
use std::path::Path;

use clap::Parser as _;
use common::{Server, answer, is_a};
use escalation_server::Config;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const URGENT: &str = "/v2/escalation_paths/01J0PATHURGENT000000000000";

fn example(name: &str) -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/contract/examples/{name}.json"));
    serde_json::from_str::<Value>(&fs::read_to_string(file).unwrap()).unwrap()["body"].clone()
}

fn level(id: &str) -> Value {
    json!({"id": id, "type": "level", "level": {"targets": [{"type": "user", "id": "01J0USERMAYA00000000000000", "urgency": "high"}]}})
}

fn path(name: &str) -> Value {
    json!({"name": name, "path": [level("a")]})
}

async fn create(server: &Server, payload: &Value) -> Value {
    let made = server.call(Method::POST, "/v2/escalation_paths", Some(payload)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    made.body["escalation_path"].clone()
}

#[tokio::test]
async fn the_whole_life_of_a_path() {
    let server = Server::demo().await;
    let payload = example("01-working-hours-branch.create");
    is_a("EscalationsCreatePathPayloadV2", &payload, "the example");
    let made = create(&server, &payload).await;
    let url = format!("/v2/escalation_paths/{}", made["id"].as_str().unwrap());

    let shown = server.get(&url).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert_eq!(shown.body["escalation_path"], made);
    assert_eq!(made["kind"], "standalone");
    let condition = &made["path"][0]["if_else"]["conditions"][0];
    assert_eq!(
        condition["subject"],
        json!({"label": "Working hours: UK", "reference": "escalation.working_hours[\"UK\"]"})
    );
    assert_eq!(condition["operation"], json!({"label": "is active", "value": "is_active"}));

    // What was returned is refused: its conditions have another form.
    let echoed = server.call(Method::PUT, &url, Some(&made)).await;
    assert_eq!(echoed.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", echoed.body);

    let mut changed = payload.clone();
    changed["name"] = json!("Changed");
    changed["path"][0]["if_else"]["then_path"][0]["level"]["time_to_ack_seconds"] = json!(120);
    let updated = server.call(Method::PUT, &url, Some(&changed)).await;
    assert_eq!(updated.status, StatusCode::OK);
    let server = server.restart().await;
    assert_eq!(server.get(&url).await.body, updated.body, "it survives a restart");

    let deleted = server.call(Method::DELETE, &url, None).await;
    assert_eq!((deleted.status, deleted.body), (StatusCode::NO_CONTENT, json!("")));
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(server.call(method, &url, None).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(server.call(Method::PUT, &url, Some(&changed)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_example_is_taken_and_given_back() {
    let server = Server::demo().await;
    for name in [
        "01-working-hours-branch",
        "02-hold-until-working-hours",
        "03-priority-branch",
        "04-rota-modes",
        "05-retry-and-round-robin",
        "06-hand-over",
        "09-templated-path",
    ] {
        let payload = example(&format!("{name}.create"));
        let made = create(&server, &payload).await;
        let read = escalation_api::Json::read(made).unwrap_or_else(|_| panic!("{name}"));
        let sent = escalation_api::PathPayload::from(&read);
        let mut expected = payload.clone();
        expected["kind"] = payload.get("kind").cloned().unwrap_or(json!("standalone"));
        assert_eq!(escalation_api::Json::write(&sent), expected, "{name}");
    }
}

#[tokio::test]
async fn unknown_fields_and_nodes_survive() {
    let server = Server::demo().await;
    let payload = json!({"name": "Odd", "colour": "red", "team_ids": [], "path": [
        {"id": "a", "type": "level", "sparkle": 1, "level": {"targets": [
            {"type": "user", "id": "01J0USERMAYA00000000000000", "urgency": "high", "ringtone": {"name": "cicada"}}], "snore": null}},
        {"id": "b", "type": "hologram", "hologram": {"z": 1, "a": [null, 1.5]}}]});
    // Not held to the contract, which does not know them either.
    let made = answer(server.request(Method::POST, "/v2/escalation_paths").json(&payload)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let made = &made.body["escalation_path"];
    assert_eq!(made["colour"], "red");
    assert_eq!(made["path"], payload["path"]);
    assert_eq!(made["path"][1].to_string(), payload["path"][1].to_string(), "in the same order");
}

#[tokio::test]
async fn faults_are_told_all_at_once_with_their_places() {
    let server = Server::demo().await;
    let refused = |payload: Value| {
        let server = &server;
        async move {
            let refused = server.call(Method::POST, "/v2/escalation_paths", Some(&payload)).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
            assert_eq!(refused.body["type"], "validation_error");
            let errors = refused.body["errors"].as_array().unwrap().clone();
            errors
                .iter()
                .map(|e| format!("{}: {}", e["source"]["pointer"].as_str().unwrap(), e["message"].as_str().unwrap()))
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(refused(json!({})).await, ["name: Name is required", "path: Path is required"]);
    assert_eq!(refused(json!({"name": 5, "path": []})).await, ["name: Name must be a string"]);
    assert_eq!(refused(json!({"name": " ", "path": [level("a")]})).await, ["name: Name is required"]);
    assert_eq!(refused(json!([])).await, [": The document must be an object"]);
    assert_eq!(
        refused(json!({"name": "n", "path": [
        {"id": "a", "type": "notify_channel", "level": {}},
        {"id": "a", "type": "repeat", "repeat": {"to_node": "zzz", "repeat_times": 1}}]}))
        .await,
        [
            "path.0.notify_channel: Step of type notify_channel: Notify_channel type requires a notify_channel payload",
            "path.1.id: Back to `zzz`, once more: Id `a` is already used at path.0",
            "path.1.repeat.to_node: Back to `zzz`, once more: A repeat must go back to the first step or an enclosing branch"
        ]
    );

    let cases = example("90-rejected-paths");
    for case in cases["cases"].as_array().unwrap() {
        let payload = json!({"name": case["why"], "path": case["path"], "working_hours": cases["working_hours"]});
        assert_eq!(refused(payload).await.len(), 1, "{}", case["why"]);
    }
    let listed = server.get("/v2/escalation_paths").await;
    assert_eq!(listed.body["escalation_paths"].as_array().unwrap().len(), 7, "nothing was created");
}

#[tokio::test]
async fn a_fault_has_a_code_and_a_hint() {
    let server = Server::demo().await;
    let refused = server.call(Method::POST, "/v2/escalation_paths", Some(&json!({"name": "n", "path": []}))).await;
    assert_eq!(
        refused.body["errors"][0],
        json!({
        "code": "invalid_value", "message": "The path has no steps",
        "source": {"field": "path", "pointer": "path"},
        "metadata": {"code": "EP001", "hint": "Add a level that pages somebody."}})
    );
}

#[tokio::test]
async fn validating_says_what_saving_would_and_saves_nothing() {
    let server = Server::demo().await;
    let validate =
        async |payload: &Value| server.call(Method::POST, "/v2/escalation_paths/actions/validate", Some(payload)).await;
    // The one text that is known of the vendor.
    let known = example("40-validate-path");
    let answer = validate(&known["request"]).await;
    assert_eq!((answer.status, &answer.body), (StatusCode::OK, &known["response_200"]));

    let mut empty_else = known["request"].clone();
    let branch = &mut empty_else["path"][0]["if_else"];
    branch["then_path"] = std::mem::replace(&mut branch["else_path"], json!([]));
    let warnings = validate(&empty_else).await.body["warnings"].clone();
    assert_eq!(warnings[0]["path"], "path.0.if_else.else_path");
    assert_eq!(warnings[0]["summary"], "if_else has an empty \"else\" branch");

    let unknown = json!({"path": [{"id": "a", "type": "level", "level": {"targets": [
        {"type": "user", "id": "nobody", "urgency": "high"}]}}]});
    assert_eq!(
        validate(&unknown).await.body["warnings"],
        json!([{"path": "path.0.level.targets.0.id", "summary": "Page nobody: There is no person `nobody`",
            "detail": "Choose one that exists."}])
    );

    // Refused with the very errors with which saving refuses.
    for wrong in [json!({"path": []}), json!({}), json!({"name": 5, "path": [level("a"), level("a")]})] {
        let refused = validate(&wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let mut named = wrong.clone();
        named.as_object_mut().unwrap().entry("name").or_insert_with(|| json!("n"));
        let saved = server.call(Method::POST, "/v2/escalation_paths", Some(&named)).await;
        assert_eq!(refused.body["errors"], saved.body["errors"]);
    }
    assert_eq!(validate(&json!([])).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let listed = server.get("/v2/escalation_paths").await;
    assert_eq!(listed.body["escalation_paths"].as_array().unwrap().len(), 7);
}

#[tokio::test]
async fn lists_are_told_in_pages() {
    let server = Server::with(TempDir::new().unwrap(), &["--empty"]).await;
    assert_eq!(
        server.get("/v2/escalation_paths").await.body,
        json!({"escalation_paths": [], "pagination_meta": {"page_size": 25}})
    );
    for n in 0..7 {
        create(&server, &json!({"name": format!("n{n}"), "path": [{"id": "a", "type": "delay", "delay": {}}]})).await;
    }
    let (mut after, mut seen) = (String::new(), Vec::new());
    loop {
        let page = server.get(&format!("/v2/escalation_paths?page_size=3&after={after}")).await.body;
        seen.extend(page["escalation_paths"].as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap().to_string()));
        assert_eq!(page["pagination_meta"]["page_size"], 3);
        match page["pagination_meta"]["after"].as_str() {
            Some(id) => after = id.to_string(),
            None => break,
        }
    }
    assert_eq!(seen.len(), 7);
    assert!(seen.is_sorted());
    for wrong in ["0", "26", "many", "-1", "", "2&page_size=3"] {
        let refused = server.get(&format!("/v2/escalation_paths?page_size={wrong}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.body["errors"][0]["source"]["field"], "page_size");
    }
    let refused = server.get("/v2/escalation_paths?after=zzz").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.body["errors"][0]["source"]["field"], "after");
}

#[tokio::test]
async fn people() {
    let server = Server::demo().await;
    let names = |body: &Value| {
        body["users"].as_array().unwrap().iter().map(|u| u["name"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    let active = server.get("/v2/users?page_size=250").await.body;
    assert_eq!(names(&active).len(), 13);
    let all = server.get("/v2/users?page_size=250&include_inactive=true").await.body;
    assert_eq!(names(&all).len(), 14);
    let first = server.get("/v2/users?page_size=5").await.body;
    let rest = server
        .get(&format!("/v2/users?page_size=100&after={}", first["pagination_meta"]["after"].as_str().unwrap()))
        .await
        .body;
    assert_eq!([names(&first), names(&rest)].concat(), names(&active));
    assert_eq!(names(&server.get("/v2/users?email=maya.chen@northlight.example").await.body), ["Maya Chen"]);
    let shown = server.get("/v2/users/01J0USERDANIEL000000000000").await.body;
    assert_eq!(shown["user"]["seats"]["on_call"], "none");
    assert_eq!(server.get("/v2/users/nobody").await.status, StatusCode::NOT_FOUND);
    assert_eq!(server.get("/v2/users?include_inactive=perhaps").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn schedules_and_who_is_on_call() {
    let server = Server::demo().await;
    let list = server.get("/v2/schedules").await.body;
    let schedules = list["schedules"].as_array().unwrap();
    assert_eq!(schedules.len(), 4);
    assert_eq!(list["pagination_meta"]["total_record_count"], 4);
    let zones: std::collections::BTreeSet<_> = schedules.iter().map(|s| s["timezone"].as_str().unwrap()).collect();
    assert_eq!(zones.len(), 3);
    let shown = server.get("/v2/schedules/01J0SCHEDSECONDARY00000000").await.body;
    assert_eq!(shown["schedule"]["current_shifts"].as_array().unwrap().len(), 2, "two people at the same time");
    assert_eq!(shown["schedule"]["next_shifts"].as_array().unwrap().len(), 2);
    assert_eq!(server.get("/v2/schedules/none").await.status, StatusCode::NOT_FOUND);

    let entries = |id: &str, from: &str, until: &str| {
        let path = format!("/v2/schedule_entries?schedule_id={id}&entry_window_start={from}&entry_window_end={until}");
        let server = &server;
        async move {
            let body = server.get(&path).await.body;
            let tell = |e: &Value| {
                format!(
                    "{} {} {}",
                    e["user"]["name"].as_str().unwrap_or("nobody"),
                    e["start_at"].as_str().unwrap(),
                    e["end_at"].as_str().unwrap()
                )
            };
            body["schedule_entries"]["final"].as_array().unwrap().iter().map(tell).collect::<Vec<_>>()
        }
    };
    // Across the change to summer time the handover stays at 09:00 in London.
    assert_eq!(
        entries("01J0SCHEDPRIMARY0000000000", "2026-03-24T00:00:00Z", "2026-03-31T00:00:00Z").await,
        [
            "Alice Moreau 2026-03-23T09:00:00Z 2026-03-30T08:00:00Z",
            "Maya Chen 2026-03-30T08:00:00Z 2026-04-06T08:00:00Z"
        ]
    );
    // Nobody on Sundays, by the clock of Singapore.
    assert_eq!(
        entries("01J0SCHEDSUPPORT0000000000", "2026-03-28T10:00:00Z", "2026-03-29T20:00:00Z").await,
        [
            "Mei Ling Tan 2026-03-28T01:00:00Z 2026-03-28T16:00:00Z",
            "Daniel Weiss 2026-03-29T16:00:00Z 2026-03-30T01:00:00Z"
        ]
    );

    let refused = |query: &str| {
        let path = format!("/v2/schedule_entries?{query}");
        let server = &server;
        async move { server.get(&path).await.status }
    };
    assert_eq!(refused("").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused("schedule_id=none").await, StatusCode::NOT_FOUND);
    assert_eq!(
        refused("schedule_id=01J0SCHEDPRIMARY0000000000&entry_window_start=soon").await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(refused("schedule_id=01J0SCHEDPRIMARY0000000000&entry_window_start=2026-01-01T00:00:00Z&entry_window_end=2036-01-01T00:00:00Z").await, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn our_own_lists() {
    let server = Server::demo().await;
    let priorities = server.get("/builder/v1/priorities").await.body;
    let names: Vec<_> =
        priorities["priorities"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["P1", "P2", "P3", "P4", "P5"]);
    assert_eq!(server.get("/builder/v1/channels").await.body["channels"].as_array().unwrap().len(), 4);
    let info = server.get("/builder/v1/info").await.body;
    assert_eq!(info["mode"], "local");
    let features = [
        "validate",
        "revisions",
        "if_match",
        "expectations",
        "scenarios",
        "teams",
        "templates",
        "overrides",
        "pauses",
        "pause_changes",
        "escalations",
        "webhooks",
        "notification_rules",
        "audit",
        "me",
    ];
    assert_eq!(info["features"], json!(features));
}

#[tokio::test]
async fn every_input_has_a_bound() {
    let server = Server::demo().await;
    let post = |body: String| {
        server.request(Method::POST, "/v2/escalation_paths").header("content-type", "application/json").body(body)
    };
    let large = answer(post(format!("{{\"name\":\"{}\"}}", "x".repeat(1024 * 1024)))).await;
    assert_eq!((large.status, &large.body["type"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("payload_too_large")));
    let deep = answer(post(format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)))).await;
    assert_eq!((deep.status, &deep.body["type"]), (StatusCode::BAD_REQUEST, &json!("invalid_request_error")));
    let torn = answer(post("{\"name\":".to_string())).await;
    assert_eq!(torn.status, StatusCode::BAD_REQUEST);
    let many: Vec<_> = (0..2_001).map(|n| json!({"id": format!("n{n}"), "type": "delay", "delay": {}})).collect();
    let many = server.call(Method::POST, "/v2/escalation_paths", Some(&json!({"name": "n", "path": many}))).await;
    assert_eq!(many.body["errors"][0]["metadata"]["code"], "EP022");
    // A body that is sent in pieces says no length; it is cut off all the same.
    let address = server.base.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /v2/escalation_paths HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let piece = format!("{:x}\r\n{}\r\n", 600_000, " ".repeat(600_000));
    stream.write_all(format!("{head}{piece}{piece}0\r\n\r\n").as_bytes()).await.unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 413");
    let form = answer(
        server
            .request(Method::POST, "/v2/escalation_paths")
            .header("content-type", "text/plain")
            .body(path("n").to_string()),
    )
    .await;
    assert_eq!(form.status, StatusCode::BAD_REQUEST, "a foreign page can send plain text without asking");
    assert_eq!(form.body["errors"][0]["code"], "unsupported_media_type", "and the vendor has no 415");
    is_a("ErrorResponse", &form.body, "a refused content type");
    for encoding in ["gzip", "br", "identity, gzip"] {
        let compressed = server.request(Method::POST, "/v2/escalation_paths").header("content-encoding", encoding);
        let compressed = compressed.header("content-type", "application/json").body(path("n").to_string());
        let compressed = answer(compressed).await;
        assert_eq!(compressed.status, StatusCode::BAD_REQUEST, "{encoding}: {}", compressed.body);
        assert_eq!(compressed.body["errors"][0]["code"], "unsupported_media_type", "{encoding}");
    }
    let plain = server.request(Method::POST, "/v2/escalation_paths").header("content-encoding", "identity");
    let plain = plain.header("content-type", "application/json").body(path("n").to_string());
    assert_eq!(answer(plain).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn what_is_not_there_is_an_error_in_the_same_form() {
    let server = Server::demo().await;
    for (method, path, status) in [
        (Method::GET, "/v2/nothing", StatusCode::NOT_FOUND),
        (Method::GET, "/nothing", StatusCode::NOT_FOUND),
        (Method::PATCH, URGENT, StatusCode::METHOD_NOT_ALLOWED),
        (Method::POST, "/v2/users", StatusCode::METHOD_NOT_ALLOWED),
        (Method::POST, "/", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let answer = server.call(method, path, None).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.body["request_id"], answer.headers["x-request-id"].to_str().unwrap(), "{path}");
        is_a("ErrorResponse", &answer.body, path);
    }
}

/// What is inside an answer that was compressed.
fn unpacked(packed: &[u8]) -> Value {
    serde_json::from_reader(flate2::read::GzDecoder::new(packed)).unwrap()
}

#[tokio::test]
async fn large_answers_are_compressed_for_those_who_accept_it() {
    let server = Server::demo().await;
    let ask = async |accepts: &str, path: &str| {
        server.request(Method::GET, path).header("accept-encoding", accepts).send().await.unwrap()
    };
    let plain = ask("identity", "/v2/escalation_paths").await;
    assert!(plain.headers().get("content-encoding").is_none());
    let plain = plain.bytes().await.unwrap();

    let packed = ask("gzip, deflate, br", "/v2/escalation_paths").await;
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert_eq!(packed.headers()["vary"], "accept-encoding");
    assert_eq!(packed.headers()["cache-control"], "no-store");
    let packed = packed.bytes().await.unwrap();
    assert!(packed.len() * 4 < plain.len(), "{} of {}", packed.len(), plain.len());
    assert_eq!(unpacked(&packed), serde_json::from_slice::<Value>(&plain).unwrap());

    // An error is no longer than a packet, and a stream waits for nothing.
    let small = ask("gzip", "/v2/nothing").await;
    assert!(small.headers().get("content-encoding").is_none());
    let made = json!({"idempotency_key": "one", "title": "One", "escalation_path_id": "01J0PATHURGENT000000000000"});
    let made = server.call(Method::POST, "/v2/escalations", Some(&made)).await;
    let id = made.body["escalation"]["id"].as_str().unwrap();
    let stream = ask("gzip", &format!("/builder/v1/escalations/{id}/stream")).await;
    assert_eq!(stream.status(), StatusCode::OK);
    assert!(stream.headers().get("content-encoding").is_none());
}

#[tokio::test]
async fn the_apps_files() {
    let server = Server::demo().await;
    let page = answer(server.request(Method::GET, "/")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.headers["cache-control"], "no-cache");
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("'wasm-unsafe-eval' 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
    let again = answer(server.request(Method::GET, "/").header("if-none-match", page.headers["etag"].clone())).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);

    for (accepts, content, encoding) in
        [("gzip, br", "brotli", Some("br")), ("gzip", "gzip", Some("gzip")), ("identity", "plain", None)]
    {
        let script =
            answer(server.request(Method::GET, "/app-0123456789abcdef.js").header("accept-encoding", accepts)).await;
        assert_eq!(script.body, content);
        assert_eq!(script.headers.get("content-encoding").map(|e| e.to_str().unwrap()), encoding);
        assert_eq!(script.headers["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(script.headers["vary"], "accept-encoding");
    }
}

#[tokio::test]
async fn frames_are_for_those_who_are_named() {
    let policy = async |more: &[&str]| {
        let server = Server::with(TempDir::new().unwrap(), more).await;
        let page = answer(server.request(Method::GET, "/")).await;
        page.headers["content-security-policy"].to_str().unwrap().to_string()
    };
    assert!(policy(&[]).await.ends_with("frame-ancestors 'none'"));
    let two = ["--allow-frame", "https://portal.example.com", "--allow-frame", "http://localhost:3000"];
    assert!(policy(&two).await.ends_with("frame-ancestors https://portal.example.com http://localhost:3000"));
    for wrong in [
        "portal.example.com",
        "*",
        "https://*",
        "https://a.example/page",
        "https://a.example; script-src *",
        "https://a.example:99999",
        "https://a.example:",
        "https://:443",
        "https://[::1",
        "https://a..example",
        "https://-a.example",
        "https://a-.example",
        "https://a.example:0",
    ] {
        let config = Config::try_parse_from(["escalation-server", "--allow-frame", wrong]);
        assert!(config.unwrap_err().to_string().contains("an origin is scheme, name and port"), "{wrong}");
    }
}

#[tokio::test]
async fn pages_of_other_origins_are_for_those_who_are_named() {
    let portal = "https://portal.example.com";
    let allowing = Server::with(TempDir::new().unwrap(), &["--allow-origin", portal]).await;
    let asks = |server: &Server, origin: &'static str| {
        let request = server.request(Method::OPTIONS, "/v2/escalation_paths");
        let request = request.header("origin", origin).header("access-control-request-method", "PUT");
        answer(request.header("access-control-request-headers", "authorization,content-type"))
    };
    let allowed = asks(&allowing, portal).await;
    assert_eq!(allowed.status, StatusCode::OK);
    assert_eq!(allowed.headers["access-control-allow-origin"], portal);
    // Whoever is signed in here lends nothing to a page elsewhere.
    assert!(!allowed.headers.contains_key("access-control-allow-credentials"));
    for path in ["/", "/v2/escalation_paths", "/v2/escalation_paths/none"] {
        let read = answer(allowing.request(Method::GET, path).header("origin", portal)).await;
        assert_eq!(read.headers["access-control-allow-origin"], portal, "{path}");
        assert!(!read.headers.contains_key("access-control-allow-credentials"), "{path}");
        let other = answer(allowing.request(Method::GET, path).header("origin", "https://evil.example.com")).await;
        assert!(!other.headers.contains_key("access-control-allow-origin"), "{path}");
    }
    assert!(!asks(&allowing, "https://evil.example.com").await.headers.contains_key("access-control-allow-origin"));
    let without = Server::demo().await;
    assert!(!asks(&without, portal).await.headers.contains_key("access-control-allow-origin"));
    let read = answer(without.request(Method::GET, "/v2/escalation_paths").header("origin", portal)).await;
    assert!(!read.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn foreign_names_are_refused() {
    let server = Server::demo().await;
    let by = |name: &'static str| answer(server.request(Method::GET, "/v2/escalation_paths").header("host", name));
    assert_eq!(by("evil.example").await.status, StatusCode::FORBIDDEN);
    assert_eq!(by("evil.example:8787").await.status, StatusCode::FORBIDDEN);
    assert_eq!(by("localhost").await.status, StatusCode::OK);
    let allowed = Server::with(TempDir::new().unwrap(), &["--allow-host", "oncall.example"]).await;
    let named = answer(allowed.request(Method::GET, "/builder/v1/info").header("host", "OnCall.example")).await;
    assert_eq!(named.status, StatusCode::OK);
}

#[tokio::test]
async fn what_keeps_it_from_starting_is_said() {
    let folder = TempDir::new().unwrap();
    let server = Server::demo().await;
    let said = |config| async { escalation_server::start(config).await.err().unwrap().to_string() };

    let mut taken = common::config(folder.path(), &[]);
    taken.listen = server.base.trim_start_matches("http://").parse().unwrap();
    let text = said(taken.clone()).await;
    assert!(text.starts_with(&format!("port {} is in use", taken.listen.port())), "{text}");

    let mut unbuilt = common::config(folder.path(), &[]);
    unbuilt.app = Some(folder.path().join("nowhere"));
    let text = said(unbuilt).await;
    assert!(text.starts_with("the app is not built: there is no index.html in"), "{text}");

    // A file where the folder should be cannot be written into, even by root.
    let mut unwritable = common::config(folder.path(), &[]);
    fs::write(folder.path().join("file"), "").unwrap();
    unwritable.data = folder.path().join("file/data");
    let text = said(unwritable).await;
    assert!(text.starts_with("cannot write to the data folder"), "{text}");

    let mut damaged = common::config(folder.path(), &[]);
    damaged.data = folder.path().join("damaged");
    fs::create_dir(&damaged.data).unwrap();
    fs::write(damaged.data.join("escalation.db"), "this is no database, whatever its name says. ".repeat(50)).unwrap();
    let text = said(damaged).await;
    assert!(text.contains("the database"), "{text}");
}

#[tokio::test]
async fn a_database_is_begun_once() {
    let paths = async |server: &Server| {
        server.call(Method::GET, "/v2/escalation_paths", None).await.body["escalation_paths"].as_array().unwrap().len()
    };
    // One that was begun without the demo organisation stays without it.
    let server = Server::with(TempDir::new().unwrap(), &["--empty"]).await;
    assert_eq!(paths(&server).await, 0);
    let server = server.restart().await;
    assert_eq!(paths(&server).await, 0);

    // One that was left before it was begun is begun.
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join("data")).unwrap();
    fs::write(folder.path().join("data/escalation.db"), []).unwrap();
    let server = Server::with(folder, &[]).await;
    assert_eq!(paths(&server).await, 7);
}

#[tokio::test]
async fn what_is_stored_can_be_read_again() {
    let server = Server::demo().await;
    let nested = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    let path = |depth: usize| json!({"name": "Deep", "path": [level("a")], "later": nested(depth)});
    let answer = server.call(Method::POST, "/v2/escalation_paths", Some(&path(110))).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let answer = server.call(Method::POST, "/v2/escalation_paths", Some(&path(112))).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.body["errors"][0]["source"]["pointer"], "later.0.0.0.0.0.0.0.0.0.0.0");
    let all = server.call(Method::GET, "/v2/escalation_paths", None).await;
    assert_eq!(all.body["escalation_paths"].as_array().unwrap().len(), 8);
}

#[tokio::test]
async fn below_a_path_that_a_proxy_leaves_in_place_and_without_it() {
    let server = Server::with(TempDir::new().unwrap(), &["--public-url", "https://tools.example.com/team/paths"]).await;
    for path in ["/v2/escalation_paths?page_size=1", "/healthz", "/openapi.json", "/v2/none", "/builder/v1/info"] {
        let (plain, below) = (server.get(path).await, server.get(&format!("/team/paths{path}")).await);
        assert_eq!(
            (below.status, &below.body["escalation_paths"]),
            (plain.status, &plain.body["escalation_paths"]),
            "{path}"
        );
    }
    let said = server.raw("GET /team/paths HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await;
    assert!(said.starts_with("HTTP/1.1 308 ") && said.contains("\r\nlocation: /team/paths/\r\n"), "{said}");
    assert_eq!(server.get("/team/pathsx/v2/users").await.status, StatusCode::NOT_FOUND);
    // Whoever may not do something here may not do it there.
    let closed = Server::with(TempDir::new().unwrap(), &["--read-only", "--public-url", "https://x.example/p"]).await;
    for path in [URGENT.to_string(), format!("/p{URGENT}")] {
        assert_eq!(closed.call(Method::DELETE, &path, None).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}
