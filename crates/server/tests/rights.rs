//! Who may change something, and who may look.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use clap::Parser as _;
use common::{Answer, Server, answer};
use escalation_server::Config;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

const URL: &str = "/v2/escalation_paths/01J0PATHMOBILE000000000000";

/// All that changes something, and where the way there goes through a body.
const CHANGES: [(Method, &str); 12] = [
    (Method::POST, "/v2/escalation_paths"),
    (Method::PUT, URL),
    (Method::DELETE, URL),
    (Method::PATCH, URL),
    (Method::POST, "/v2/escalation_path_templates"),
    (Method::POST, "/v2/schedule_overrides"),
    (Method::DELETE, "/v2/schedule_overrides/1"),
    (Method::POST, "/builder/v1/on_call_notification_pauses"),
    (Method::PUT, "/builder/v1/escalation_paths/01J0PATHMOBILE000000000000/expectations"),
    (Method::PUT, "/builder/v1/escalation_paths/01J0PATHMOBILE000000000000/scenarios"),
    (Method::POST, "/builder/v1/escalation_paths/01J0PATHMOBILE000000000000/revisions/1/restore"),
    (Method::POST, "/builder/v1/what/is/not/there/yet"),
];

async fn server(more: &[&str]) -> Server {
    Server::with(TempDir::new().unwrap(), more).await
}

/// Sends a request as somebody.
async fn send(server: &Server, who: Option<&str>, method: &Method, url: &str, body: &Value) -> Answer {
    let request = server.request(method.clone(), url);
    let request = if let Some(who) = who { request.header("x-user", who) } else { request };
    answer(if *method == Method::GET { request } else { request.json(body) }).await
}

/// The path as it is sent, under another name.
async fn renamed(server: &Server) -> Value {
    let mut path = server.get(URL).await.body["escalation_path"].clone();
    path["name"] = json!("Another name");
    path
}

async fn rights(server: &Server, who: Option<&str>) -> Value {
    send(server, who, &Method::GET, "/builder/v1/info", &Value::Null).await.body["rights"].clone()
}

#[tokio::test]
async fn everybody_may_where_nothing_is_said() {
    let server = server(&[]).await;
    assert_eq!(rights(&server, None).await, "write");
    let path = renamed(&server).await;
    assert_eq!(server.call(Method::PUT, URL, Some(&path)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn nobody_may_change_what_is_for_reading() {
    let server = server(&["--read-only"]).await;
    assert_eq!(rights(&server, None).await, "read");
    let path = renamed(&server).await;
    for (method, url) in &CHANGES {
        let refused = send(&server, None, method, url, &path).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{method} {url}: {}", refused.body);
        assert_eq!(refused.body["type"], "resource_forbidden");
        assert!(refused.body["errors"][0]["message"].as_str().unwrap().contains("read only"));
    }
    assert_eq!(server.get(URL).await.body["escalation_path"]["name"], "Mobile apps");
    // What saves nothing is no change.
    let validate = server.call(Method::POST, "/v2/escalation_paths/actions/validate", Some(&path)).await;
    assert_eq!(validate.status, StatusCode::OK, "{}", validate.body);
}

#[tokio::test]
async fn those_who_are_named_may_and_nobody_else() {
    let server =
        server(&["--user-header", "X-User", "--editor", "maya@example.com", "--editor", "zoë@example.com"]).await;
    let path = renamed(&server).await;
    for editor in ["maya@example.com", "zoë@example.com", " maya@example.com "] {
        assert_eq!(rights(&server, Some(editor)).await, "write", "{editor}");
        let saved = send(&server, Some(editor), &Method::PUT, URL, &path).await;
        assert_eq!(saved.status, StatusCode::OK, "{editor}: {}", saved.body);
    }
    for other in ["tom@example.com", "MAYA@example.com", "maya@example.com, zoë@example.com", "*"] {
        assert_eq!(rights(&server, Some(other)).await, "read", "{other}");
        for (method, url) in &CHANGES {
            let refused = send(&server, Some(other), method, url, &path).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{other}: {method} {url}: {}", refused.body);
        }
    }
    for nobody in [None, Some(""), Some("  ")] {
        assert_eq!(rights(&server, nobody).await, "read");
        let refused = send(&server, nobody, &Method::PUT, URL, &path).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{}", refused.body);
        assert_eq!(refused.body["type"], "authentication_error");
        assert_eq!(send(&server, nobody, &Method::GET, URL, &path).await.status, StatusCode::OK);
    }
}

#[test]
fn names_need_the_header_that_has_them() {
    for wrong in [&["--editor", "a"][..], &["--read-only", "--user-header", "X-User", "--editor", "a"]] {
        assert!(Config::try_parse_from(["escalation-server"].iter().chain(wrong)).is_err(), "{wrong:?}");
    }
}
