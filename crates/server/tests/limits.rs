//! How often each caller may ask.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use common::{Answer, Server, answer, config};
use escalation_server::Config;
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A server with limits, which names callers by the header `x-user`.
async fn limited(requests: u32, escalations: u32) -> Server {
    let folder = TempDir::new().unwrap();
    let config = config(folder.path(), &["--user-header", "x-user"]);
    let config = Config { requests_per_minute: requests, escalations_per_minute: escalations, ..config };
    Server::of(folder, config).await
}

async fn ask(server: &Server, path: &str, user: Option<&str>) -> Answer {
    let request = server.request(Method::GET, path);
    answer(user.into_iter().fold(request, |request, user| request.header("x-user", user))).await
}

async fn start(server: &Server, path: &str, key: u32) -> Answer {
    let body =
        json!({"idempotency_key": format!("key-{key}"), "title": "T", "user_ids": ["01J0USERMAYA00000000000000"]});
    answer(server.request(Method::POST, path).json(&body)).await
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap()
}

fn number(headers: &HeaderMap, name: &str) -> i64 {
    header(headers, name).parse().unwrap()
}

#[tokio::test]
async fn whoever_asks_too_often_is_told_when_to_try_again() {
    // So few that no time is long enough to fill one up again.
    let server = limited(3, 0).await;
    for left in [2, 1, 0] {
        let said = ask(&server, "/v2/users", None).await;
        assert_eq!(said.status, StatusCode::OK);
        assert_eq!(header(&said.headers, "x-ratelimit-limit"), "3, 3;window=60");
        assert_eq!(number(&said.headers, "x-ratelimit-remaining"), left);
        assert_eq!(number(&said.headers, "x-ratelimit-used"), 3 - left);
    }
    let now = chrono::Utc::now().timestamp();
    let said = ask(&server, "/v2/users", None).await;
    assert_eq!(said.status, StatusCode::TOO_MANY_REQUESTS);
    let wait = number(&said.headers, "retry-after");
    assert!((1..=20).contains(&wait), "{wait}");
    let full = number(&said.headers, "x-ratelimit-reset") - now;
    assert!((wait..=62).contains(&full), "{full}");
    assert_eq!(number(&said.headers, "x-ratelimit-remaining"), 0);
    assert_eq!(said.body["type"], "too_many_requests");
    assert_eq!(said.body["errors"][0]["code"], "too_many_requests");
    let limit = &said.body["rate_limit"];
    assert_eq!((&limit["name"], &limit["limit"], &limit["remaining"]), (&json!("api"), &json!(3), &json!(0)));
    let at = chrono::DateTime::parse_from_rfc3339(limit["retry_after"].as_str().unwrap()).unwrap();
    assert!((0..=22).contains(&(at.timestamp() - now)));
    assert_eq!(header(&said.headers, "x-request-id"), said.body["request_id"]);

    // Other callers, the app's files, health and the document are not concerned.
    let other = ask(&server, "/v2/users", Some("maya@example.com")).await;
    assert_eq!((other.status, number(&other.headers, "x-ratelimit-remaining")), (StatusCode::OK, 2));
    for path in ["/", "/healthz", "/openapi.json", "/docs"] {
        let said = ask(&server, path, None).await;
        assert_eq!(said.status, StatusCode::OK, "{path}");
        assert!(!said.headers.contains_key("x-ratelimit-limit"), "{path}");
    }
    for _ in 0..2 {
        ask(&server, "/builder/v1/info", Some("maya@example.com")).await;
    }
    let refused = ask(&server, "/v3/teams", Some("maya@example.com")).await;
    assert_eq!(refused.body["rate_limit"]["name"], "maya@example.com");
}

#[tokio::test]
async fn escalations_have_a_limit_of_their_own_and_alerts_have_none() {
    let server = limited(20, 2).await;
    let first = start(&server, "/v2/escalations", 1).await;
    assert_eq!(first.status, StatusCode::CREATED, "{:#}", first.body);
    assert_eq!(header(&first.headers, "x-ratelimit-limit"), "2, 20;window=60, 2;window=60");
    assert_eq!(start(&server, "/builder/v1/escalations", 2).await.status, StatusCode::CREATED);
    // The one that there is with this key counts, too.
    let refused = start(&server, "/v2/escalations", 1).await;
    assert_eq!((refused.status, &refused.body["rate_limit"]["limit"]), (StatusCode::TOO_MANY_REQUESTS, &json!(2)));
    assert_eq!(ask(&server, "/v2/escalations", None).await.body["escalations"].as_array().unwrap().len(), 2);

    let source = json!({"name": "S", "routes": [{"user_ids": ["01J0USERMAYA00000000000000"]}]});
    let source = answer(server.request(Method::POST, "/builder/v1/alert_sources").json(&source)).await;
    let (url, secret) = (&source.body["alert_source"]["url"], &source.body["alert_source"]["secret"]);
    for number in 0..25 {
        let event = json!({"title": "T", "status": "firing", "deduplication_key": number.to_string()});
        let event = server.request(Method::POST, url.as_str().unwrap()).json(&event);
        let taken = answer(event.bearer_auth(secret.as_str().unwrap())).await;
        assert_eq!(taken.status, StatusCode::ACCEPTED, "{:#}", taken.body);
        assert!(!taken.headers.contains_key("x-ratelimit-limit"));
    }
}

#[tokio::test]
async fn limits_are_the_vendors_unless_told_and_can_be_switched_off() {
    let parsed = <Config as clap::Parser>::parse_from(["escalation-server"]);
    assert_eq!((parsed.requests_per_minute, parsed.escalations_per_minute), (1_200, 60));
    let off = ["escalation-server", "--requests-per-minute", "0", "--escalations-per-minute", "0"];
    let parsed = <Config as clap::Parser>::parse_from(off);
    assert_eq!((parsed.requests_per_minute, parsed.escalations_per_minute), (0, 0));
    let server = limited(0, 0).await;
    for key in 0..3 {
        let said = start(&server, "/v2/escalations", key).await;
        assert_eq!(said.status, StatusCode::CREATED);
        assert!(!said.headers.contains_key("x-ratelimit-limit"));
    }
}

#[tokio::test]
async fn the_identity_says_what_a_caller_may_do() {
    let roles = |said: &Value| -> Vec<String> { serde_json::from_value(said["identity"]["roles"].clone()).unwrap() };
    let server = Server::demo().await;
    let said = server.get("/v1/identity").await;
    assert_eq!((said.status, &said.body["identity"]["name"]), (StatusCode::OK, &json!("api")));
    assert_eq!(said.body["identity"]["dashboard_url"], format!("{}/", server.base));
    assert!(roles(&said.body).contains(&"escalation_creator".to_string()));

    let editors = ["--user-header", "x-user", "--editor", "maya", "--public-url", "https://paths.example.com/tools"];
    let server = Server::with(TempDir::new().unwrap(), &editors).await;
    let maya = ask(&server, "/v1/identity", Some("maya")).await;
    assert_eq!(maya.body["identity"]["name"], "maya");
    assert_eq!(maya.body["identity"]["dashboard_url"], "https://paths.example.com/tools/");
    assert!(roles(&maya.body).contains(&"schedules_editor".to_string()));
    assert_eq!(
        roles(&ask(&server, "/v1/identity", Some("tom")).await.body),
        ["viewer", "schedules_reader", "on_call_viewer"]
    );
}
