//! The proxy, with a second instance of our own server in the vendor's role.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use std::fs;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use common::{Server, answer};
use reqwest::{Method, StatusCode};
use serde_json::json;
use tempfile::TempDir;

const KEY: &str = "inc_secret_0123456789";

/// A server that passes on to `upstream`.
async fn proxy(upstream: &str, more: &[&str]) -> Server {
    let folder = TempDir::new().unwrap();
    let key = folder.path().join("key");
    fs::write(&key, format!("{KEY}\n")).unwrap();
    let options = ["--upstream", upstream, "--upstream-key-file", key.to_str().unwrap()];
    Server::with(folder, &[&options, more].concat()).await
}

/// A stand between the proxy and the vendor that demands the key and writes down what it sees.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<(String, String)>>>);

async fn gate(vendor: &Server) -> (String, Seen) {
    let seen = Seen::default();
    let base = vendor.base.clone();
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let onward = move |request: Request| {
        let (client, base) = (client.clone(), base.clone());
        async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            let url = format!("{base}{}", parts.uri);
            let mut onward = client.request(parts.method, url).body(body);
            if let Some(content_type) = parts.headers.get("content-type") {
                onward = onward.header("content-type", content_type);
            }
            let answer = onward.send().await.unwrap();
            let (status, headers) = (answer.status(), answer.headers().clone());
            let mut response = (status, answer.bytes().await.unwrap()).into_response();
            response.headers_mut().insert(
                "content-type",
                headers.get("content-type").cloned().unwrap_or(axum::http::HeaderValue::from_static("text/plain")),
            );
            response.headers_mut().insert("x-ratelimit-remaining", axum::http::HeaderValue::from_static("1199"));
            response.headers_mut().insert("set-cookie", axum::http::HeaderValue::from_static("session=1"));
            response
        }
    };
    let router = Router::new().fallback(onward).layer(middleware::from_fn_with_state(seen.clone(), demand_key));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("http://{address}"), seen)
}

async fn demand_key(State(seen): State<Seen>, request: Request, next: Next) -> Response {
    let headers = request
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect::<Vec<_>>();
    seen.0.lock().unwrap().push((format!("{} {}", request.method(), request.uri()), headers.join("\n")));
    if request.headers().get("authorization").and_then(|v| v.to_str().ok()) != Some(&format!("Bearer {KEY}")) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

#[tokio::test]
async fn a_key_of_a_server_is_none_of_a_proxy() {
    let vendor = Server::demo().await;
    let (url, seen) = gate(&vendor).await;
    let proxy = proxy(&url, &[]).await;
    // Whoever sends one takes it for something; as a stranger they might be allowed more than they think.
    for path in ["/v2/escalation_paths", "/metrics"] {
        let refused = answer(proxy.request(Method::GET, path).bearer_auth("epb_none")).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{path}: {:#}", refused.body);
    }
    assert!(seen.0.lock().unwrap().is_empty(), "nothing was passed on");
    // It counts its requests, and has no engine.
    let metrics = answer(proxy.request(Method::GET, "/metrics")).await;
    let text = metrics.body.as_str().unwrap();
    assert!(text.contains("escalation_http_requests_total{method=\"GET\",status=\"401\"} 2"), "{text}");
    assert!(!text.contains("escalation_due") && !text.contains("escalation_engine"), "{text}");
    assert_eq!(proxy.get("/healthz/engine").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_same_reads_and_writes() {
    let vendor = Server::demo().await;
    let (url, seen) = gate(&vendor).await;
    let proxy = proxy(&url, &[]).await;
    for path in [
        "/v2/escalation_paths?page_size=3",
        "/v2/users?page_size=100",
        "/v3/teams?page_size=2",
        "/builder/v1/teams",
        "/v2/schedules/01J0SCHEDPRIMARY0000000000",
        "/v2/schedule_entries?schedule_id=01J0SCHEDPRIMARY0000000000&entry_window_start=2026-03-24T00:00:00Z&entry_window_end=2026-04-24T00:00:00Z",
    ] {
        let (there, here) = (vendor.get(path).await, proxy.get(path).await);
        assert_eq!((here.status, &here.body), (there.status, &there.body), "{path}");
        assert_eq!(here.headers["content-type"], "application/json");
    }
    let payload = json!({"name": "Through the proxy", "team_ids": [], "path": [{"id": "a", "type": "delay", "delay": {"delay_seconds": 5}}]});
    let made = proxy.call(Method::POST, "/v2/escalation_paths", Some(&payload)).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let url = format!("/v2/escalation_paths/{}", made.body["escalation_path"]["id"].as_str().unwrap());
    assert_eq!(vendor.get(&url).await.body, made.body);
    let mut changed = payload;
    changed["name"] = json!("Changed");
    assert_eq!(proxy.call(Method::PUT, &url, Some(&changed)).await.status, StatusCode::OK);
    assert_eq!(vendor.get(&url).await.body["escalation_path"]["name"], "Changed");
    assert_eq!(proxy.call(Method::DELETE, &url, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(vendor.get(&url).await.status, StatusCode::NOT_FOUND);
    assert!(seen.0.lock().unwrap().len() >= 7, "all of it went through the gate");
    let info = proxy.get("/builder/v1/info").await.body;
    assert_eq!(info["mode"], "proxy");
    assert_eq!(proxy.get("/builder/v1/priorities").await.body, json!({"priorities": [], "origin": "none"}));
    assert_eq!(vendor.get("/builder/v1/priorities").await.body["origin"], "database");
    assert_eq!(info["features"], json!(["validate", "teams", "templates", "overrides", "pauses", "audit", "me"]));
}

#[tokio::test]
async fn what_is_changed_there_is_in_the_log_here() {
    let vendor = Server::demo().await;
    let (url, _) = gate(&vendor).await;
    let proxy = proxy(&url, &[]).await;
    const PATHS: &str = "/v2/escalation_paths";
    let mut path =
        json!({"name": "First", "team_ids": [], "path": [{"id": "a", "type": "delay", "delay": {"delay_seconds": 5}}]});
    let made = proxy.call(Method::POST, PATHS, Some(&path)).await;
    let id = made.body["escalation_path"]["id"].as_str().unwrap().to_string();
    let url = format!("{PATHS}/{id}");
    path["name"] = json!("Second");
    proxy.call(Method::PUT, &url, Some(&path)).await;
    path["path"] = json!([]);
    assert_eq!(proxy.call(Method::PUT, &url, Some(&path)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(proxy.call(Method::DELETE, &url, None).await.status, StatusCode::NO_CONTENT);
    // What reads leaves no line.
    proxy.call(Method::POST, "/v2/escalation_paths/actions/validate", Some(&path)).await;
    proxy.get(PATHS).await;
    let log = proxy.get("/builder/v1/audit").await.body;
    let lines = log["audit_log"].as_array().unwrap();
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            assert_eq!(line["resource"], json!({"type": "escalation_path", "id": id}), "{line:#}");
            assert_eq!(line["address"], "127.0.0.1");
            [&line["action"], &line["outcome"], &line["before"]["name"], &line["after"]["name"]].map(Clone::clone)
        })
        .collect();
    let null = json!(null);
    let expected = [
        [json!("delete"), json!("done"), json!("Second"), null.clone()],
        [json!("update"), json!("refused"), json!("Second"), json!("Second")],
        [json!("update"), json!("done"), json!("First"), json!("Second")],
        [json!("create"), json!("done"), null, json!("First")],
    ];
    assert_eq!(told, expected, "{log:#}");
}

#[tokio::test]
async fn who_may_change_something_there_is_decided_here() {
    const TEAM: &str = "01J0TEAMPAYMENTS0000000000";
    const PATHS: &str = "/v2/escalation_paths";
    let vendor = Server::demo().await;
    let (url, seen) = gate(&vendor).await;
    let proxy = proxy(&url, &[]).await;
    let key = async |rights: &[&str], teams: &[&str]| {
        let teams = (!teams.is_empty()).then_some(teams);
        let body = json!({"name": "Robot", "rights": rights, "team_ids": teams});
        let made = proxy.call(Method::POST, "/builder/v1/api_keys", Some(&body)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
        made.body["api_key"]["secret"].as_str().unwrap().to_string()
    };
    let (reader, editor, of_team) =
        (key(&["view"], &[]).await, key(&["view", "edit"], &[]).await, key(&["view", "edit"], &[TEAM]).await);
    let send = async |key: &str, method: Method, url: &str, body: Option<&serde_json::Value>| {
        let request = proxy.request(method, url).bearer_auth(key);
        answer(if let Some(body) = body { request.json(body) } else { request }).await.status.as_u16()
    };
    let path = |owners: &[&str]| json!({"name": "P", "team_ids": owners, "path": [{"id": "a", "type": "delay", "delay": {"delay_seconds": 5}}]});
    assert_eq!(send(&reader, Method::GET, PATHS, None).await, 200);
    assert_eq!(send(&reader, Method::POST, PATHS, Some(&path(&[]))).await, 403);
    assert_eq!(send(&editor, Method::POST, PATHS, Some(&path(&[]))).await, 201);
    assert_eq!(send(&of_team, Method::POST, PATHS, Some(&path(&[]))).await, 403);
    assert_eq!(send(&of_team, Method::POST, PATHS, Some(&path(&[TEAM]))).await, 201);
    let mut own = 0;
    for (id, mut renamed) in common::demo_paths() {
        let url = format!("{PATHS}/{id}");
        let is_own = renamed["team_ids"].as_array().unwrap().contains(&json!(TEAM));
        own += usize::from(is_own);
        renamed["name"] = json!("Renamed");
        let expected = if is_own { 200 } else { 403 };
        assert_eq!(send(&of_team, Method::PUT, &url, Some(&renamed)).await, expected, "{id}");
        renamed["team_ids"] = json!([TEAM, "01J0TEAMPLATFORM0000000000", "01J0TEAMSUPPORT00000000000"]);
        assert_eq!(send(&of_team, Method::PUT, &url, Some(&renamed)).await, 403);
        if !is_own {
            assert_eq!(send(&of_team, Method::DELETE, &url, None).await, 403);
        }
    }
    assert!(own >= 1);
    // An override belongs to the teams of its schedule; what is of no team to the organisation.
    let over = json!({"schedule_id": "01J0SCHEDPRIMARY0000000000", "rotation_id": "r", "layer_id": "l",
        "start_at": "2026-12-24T00:00:00Z", "end_at": "2026-12-25T00:00:00Z", "user": {"id": "01J0USERMAYA00000000000000"}});
    assert_eq!(send(&of_team, Method::POST, "/v2/schedule_overrides", Some(&over)).await, 403);
    assert_eq!(send(&of_team, Method::POST, "/v2/escalation_path_templates", Some(&json!({}))).await, 403);
    // What another reader may read otherwise is not passed on, and what is sent is what was checked.
    for odd in [
        r#"{"name":"P","team_ids":["01J0TEAMPAYMENTS0000000000"],"Team_Ids":["01J0TEAMPLATFORM0000000000"],"path":[]}"#
            .to_string(),
        r#"{"name":"P","team_ids":["01J0TEAMPLATFORM0000000000"],"path":[],"x":"\ud800"}"#.to_string(),
        format!(
            r#"{{"name":"P","team_ids":["01J0TEAMPLATFORM0000000000"],"path":[],"x":{}{}}}"#,
            "[".repeat(200),
            "]".repeat(200)
        ),
        r#"{"$serde_json::private::Number":"1","name":"P","team_ids":["01J0TEAMPLATFORM0000000000"],"path":[]}"#
            .to_string(),
        r#"["team_ids"]"#.to_string(),
        "nothing".to_string(),
    ] {
        let before = seen.0.lock().unwrap().iter().filter(|(line, _)| !line.starts_with("GET")).count();
        for (method, url) in
            [(Method::POST, PATHS.to_string()), (Method::PUT, format!("{PATHS}/01J0PATHPAYMENTS0000000000"))]
        {
            let request = proxy.request(method, &url).bearer_auth(&of_team);
            let request = request.header("content-type", "application/json").body(odd.clone());
            let refused = answer(request).await;
            assert!(refused.status.is_client_error(), "{odd}: {:#}", refused.body);
        }
        let after = seen.0.lock().unwrap().iter().filter(|(line, _)| !line.starts_with("GET")).count();
        assert_eq!(after, before, "{odd} was passed on");
    }
    // An override stays on its schedule where none is named, and is that schedule's teams' to change.
    let schedule = json!({"schedule": {"name": "S", "timezone": "Europe/London", "team_ids": [TEAM], "config": {"rotations": [{
        "id": "r", "name": "R", "handover_start_at": "2026-01-05T09:00:00Z", "handovers": [
            {"interval": 1, "interval_type": "weekly"}], "layers": [{"id": "l", "name": "L"}],
        "users": [{"id": "01J0USERMAYA00000000000000"}], "working_interval": []}]}}});
    let made = vendor.call(Method::POST, "/v2/schedules", Some(&schedule)).await;
    let mut own = json!({"schedule_id": made.body["schedule"]["id"], "rotation_id": "r", "layer_id": "l",
        "user": {"id": "01J0USERMAYA00000000000000"}, "start_at": "2026-12-24T00:00:00Z", "end_at": "2026-12-25T00:00:00Z"});
    let request = proxy.request(Method::POST, "/v2/schedule_overrides").bearer_auth(&of_team).json(&own);
    let made = answer(request).await;
    assert!(made.status.is_success(), "{:#}", made.body);
    let id = made.body.as_object().unwrap().values().find_map(|value| value["id"].as_str()).unwrap().to_string();
    own.as_object_mut().unwrap().remove("schedule_id");
    assert_eq!(send(&of_team, Method::PUT, &format!("/v2/schedule_overrides/{id}"), Some(&own)).await, 200);
    // Where what is there cannot be read, nothing is changed.
    let written = || seen.0.lock().unwrap().iter().filter(|(line, _)| !line.starts_with("GET")).count();
    let before = written();
    assert_eq!(send(&of_team, Method::PUT, &format!("{PATHS}/none"), Some(&path(&[TEAM]))).await, 404);
    assert!(written() - before <= 1);
    for line in
        proxy.get("/builder/v1/audit?actor=Robot&resource=escalation_path").await.body["audit_log"].as_array().unwrap()
    {
        assert_eq!(line["actor"]["kind"], "api_key");
    }
}

#[tokio::test]
async fn the_vendors_errors_as_they_are() {
    let vendor = Server::demo().await;
    let (url, _) = gate(&vendor).await;
    let proxy = proxy(&url, &[]).await;
    let wrong = json!({"name": "n", "path": []});
    let (here, there) = (
        proxy.call(Method::POST, "/v2/escalation_paths", Some(&wrong)).await,
        vendor.call(Method::POST, "/v2/escalation_paths", Some(&wrong)).await,
    );
    assert_eq!(here.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(here.body["errors"], there.body["errors"]);
    let validated = proxy.call(Method::POST, "/v2/escalation_paths/actions/validate", Some(&wrong)).await;
    assert_eq!(validated.body["errors"], there.body["errors"]);
    assert_eq!(here.headers["x-ratelimit-remaining"], "1199");
    assert!(here.headers.get("set-cookie").is_none(), "only what the app needs is passed on");
    assert_eq!(proxy.get("/v2/escalation_paths/none").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_key_goes_to_the_vendor_and_nowhere_else() {
    let vendor = Server::demo().await;
    let (url, seen) = gate(&vendor).await;
    let proxy = proxy(&url, &[]).await;
    let request = proxy
        .request(Method::GET, "/v2/users")
        .header("authorization", "Bearer of-the-page")
        .header("cookie", "a=b")
        .header("x-incident-user", "boss");
    let users = answer(request).await;
    assert_eq!(users.status, StatusCode::OK);
    let (_, headers) = seen.0.lock().unwrap().last().unwrap().clone();
    assert!(headers.contains(&format!("authorization: Bearer {KEY}")));
    for foreign in ["of-the-page", "cookie", "x-incident-user"] {
        assert!(!headers.contains(foreign), "{headers}");
    }
    let everything = [
        format!("{:?}{}", users.headers, users.body),
        answer(proxy.request(Method::GET, "/")).await.body.to_string(),
        proxy.get("/builder/v1/info").await.body.to_string(),
        proxy.get("/v2/escalation_paths/none").await.body.to_string(),
    ];
    assert!(everything.iter().all(|text| !text.contains(KEY)));
}

#[tokio::test]
async fn only_what_the_app_needs_is_passed_on() {
    let vendor = Server::demo().await;
    let (url, seen) = gate(&vendor).await;
    let proxy = proxy(&url, &[]).await;
    for (method, path) in [
        (Method::GET, "/v1/identity"),
        (Method::GET, "/v2/alerts"),
        (Method::POST, "/v2/users"),
        (Method::DELETE, "/v2/schedules/01J0SCHEDPRIMARY0000000000"),
        (Method::POST, "/v2/on_call_notification_pauses"),
        (Method::DELETE, "/v2/on_call_notification_pauses/none"),
        (Method::DELETE, "/v3/teams/none"),
        (Method::GET, "/v2/escalation_paths/actions/validate"),
        (Method::POST, "/v2/escalation_paths/actions/destroy"),
        (Method::GET, "/builder/v1/on_call_notification_pauses"),
        (Method::POST, "/builder/v1/on_call_notification_pauses"),
        (Method::GET, "/v2/users/%2e%2e"),
        (Method::GET, "/v2/users/..%2Fapi_keys"),
    ] {
        let refused = proxy.call(method, path, None).await;
        assert!(
            matches!(refused.status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED),
            "{path}: {}",
            refused.status
        );
    }
    assert!(seen.0.lock().unwrap().is_empty(), "{:?}", seen.0.lock().unwrap());
}

#[tokio::test]
async fn what_is_around_paths_is_passed_on_too() {
    let vendor = Server::demo().await;
    let (url, seen) = gate(&vendor).await;
    let proxy = proxy(&url, &[]).await;
    let all = [Method::GET, Method::PUT, Method::DELETE].as_slice();
    let mut asked = Vec::new();
    for (methods, path) in [
        ([Method::GET, Method::POST].as_slice(), "/v2/escalation_path_templates"),
        (all, "/v2/escalation_path_templates/none"),
        (&[Method::GET, Method::POST], "/v2/schedule_overrides"),
        (all, "/v2/schedule_overrides/none"),
        (&[Method::GET], "/v2/on_call_notification_pauses"),
        (&[Method::GET], "/v2/on_call_notification_pauses/none"),
        (&[Method::GET], "/v3/teams"),
        (&[Method::GET], "/v3/teams/none"),
        (&[Method::POST], "/v2/escalation_paths/actions/validate"),
    ] {
        for method in methods {
            let body = json!({});
            let body = matches!(*method, Method::POST | Method::PUT).then_some(&body);
            let (here, there) =
                (proxy.call(method.clone(), path, body).await, vendor.call(method.clone(), path, body).await);
            assert_eq!((here.status, &here.body["errors"]), (there.status, &there.body["errors"]), "{method} {path}");
            // What is about to be changed is looked at before.
            if matches!(*method, Method::PUT | Method::DELETE) {
                asked.push(format!("GET {path}"));
            }
            asked.push(format!("{method} {path}"));
        }
    }
    let seen: Vec<_> = seen.0.lock().unwrap().iter().map(|(request, _)| request.clone()).collect();
    assert_eq!(seen, asked);
}

#[tokio::test]
async fn what_is_kept_here_is_not_there() {
    let vendor = Server::demo().await;
    let (url, seen) = gate(&vendor).await;
    let proxy = proxy(&url, &[]).await;
    for path in ["revisions", "revisions/1", "expectations", "scenarios"] {
        let url = format!("/builder/v1/escalation_paths/01J0PATHURGENT000000000000/{path}");
        let answer = proxy.get(&url).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        let message = answer.body["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("are not kept while this server passes requests on"), "{message}");
    }
    assert!(seen.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_api_that_is_away_is_said_to_be() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let proxy = proxy(&gone, &[]).await;
    let away = proxy.get("/v2/escalation_paths").await;
    assert_eq!(away.status, StatusCode::BAD_GATEWAY);
    assert_eq!(away.body["errors"][0]["code"], "upstream_unreachable");
    assert!(!away.body.to_string().contains(KEY));
    assert_eq!(answer(proxy.request(Method::GET, "/")).await.status, StatusCode::OK, "the app itself is served");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let router = Router::new().fallback(async || (StatusCode::FOUND, [("location", "http://127.0.0.1:1/steal")]));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let proxy = proxy(&url, &[]).await;
    let answer = answer(proxy.request(Method::GET, "/v2/users")).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert_eq!(answer.body["errors"][0]["code"], "upstream_elsewhere");
    assert!(answer.headers.get("location").is_none());
}

#[tokio::test]
async fn what_the_vendor_has_no_list_of_comes_from_a_file() {
    let vendor = Server::demo().await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("organisation.json");
    fs::write(&file, json!({"priorities": [{"id": "p", "name": "P1"}]}).to_string()).unwrap();
    let proxy = proxy(&vendor.base, &["--organisation", file.to_str().unwrap()]).await;
    assert_eq!(
        proxy.get("/builder/v1/priorities").await.body,
        json!({"priorities": [{"id": "p", "name": "P1"}], "origin": "file"})
    );
    assert_eq!(proxy.get("/builder/v1/channels").await.body, json!({"channels": []}));

    // What names nothing, or more than one thing, keeps it from starting.
    let key = folder.path().join("key");
    fs::write(&key, KEY).unwrap();
    let named = |list: &str, id: &str| match list {
        "priorities" => json!({"id": id, "name": "P1"}),
        _ => json!({"id": id, "name": "#general", "type": "slack_channel"}),
    };
    for (list, ids, at) in [
        ("priorities", vec![""], "priorities.0.id"),
        ("priorities", vec!["p", "*"], "priorities.1.id"),
        ("priorities", vec!["p", "q", "p"], "priorities.2.id"),
        ("priorities", vec!["\u{200b}"], "priorities.0.id"),
        ("channels", vec!["c", "c"], "channels.1.id"),
        ("channels", vec!["c\n"], "channels.0.id"),
    ] {
        let entries: Vec<_> = ids.into_iter().map(|id| named(list, id)).collect();
        fs::write(&file, json!({ list: entries }).to_string()).unwrap();
        let arguments = ["--upstream", &vendor.base, "--upstream-key-file", key.to_str().unwrap(), "--organisation"];
        let arguments = [&arguments[..], &[file.to_str().unwrap()]].concat();
        let refused = escalation_server::start(common::config(folder.path(), &arguments)).await.err().unwrap();
        assert!(refused.to_string().contains(at), "{at}: {refused}");
    }
}

#[tokio::test]
async fn a_bad_key_file_or_address_keeps_it_from_starting() {
    let folder = TempDir::new().unwrap();
    let key = folder.path().join("key");
    let said = async |url: &str| {
        let config = common::config(folder.path(), &["--upstream", url, "--upstream-key-file", key.to_str().unwrap()]);
        escalation_server::start(config).await.err().unwrap().to_string()
    };
    assert!(said("https://api.example").await.starts_with("cannot read"));
    fs::write(&key, "two words").unwrap();
    let text = said("https://api.example").await;
    assert!(text.contains("does not hold a key") && !text.contains("two words"), "{text}");
    fs::write(&key, KEY).unwrap();
    assert!(said("http://api.example").await.contains("only https"));
    assert!(said("nonsense").await.contains("is not the address of an API"));
    assert!(!said("http://me:hunter2@api.example").await.contains("hunter2"), "it may hold a password");
}
