//! The largest and the most repetitive bodies there are: an answer with bounds, and everybody else is served meanwhile.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use std::time::Duration;

use common::{Answer, Server, answer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// For what is expected to happen.
const LONG: Duration = Duration::from_secs(60);

/// As many of the same as a body of 1 MB holds, but for what is around it.
fn many(one: &str) -> String {
    let number = 1_000_000 / (one.len() + 1);
    format!("[{}]", vec![one; number].join(","))
}

/// `key` in place of `%` in a text, numbered.
fn numbered(one: &str) -> String {
    let number = 1_000_000 / (one.len() + 5);
    let all: Vec<_> = (0..number).map(|index| one.replace('%', &index.to_string())).collect();
    format!("[{}]", all.join(","))
}

fn paths() -> Vec<(&'static str, String)> {
    let level = |targets: String| {
        format!(r#"{{"name":"x","path":[{{"id":"a","type":"level","level":{{"targets":{targets}}}}}]}}"#)
    };
    let branch = |conditions: String| {
        format!(
            r#"{{"name":"x","path":[{{"id":"a","type":"if_else","if_else":{{"conditions":{conditions},"then_path":[],"else_path":[]}}}}]}}"#
        )
    };
    let with = |field: &str, value: String| format!(r#"{{"name":"x","{field}":{value},"path":[]}}"#);
    let path = |nodes: String| format!(r#"{{"name":"x","path":{nodes}}}"#);
    let target = r#"{"type":"user","id":"nobody","urgency":"high"}"#;
    let hand_over =
        r#"{"id":"h%","type":"escalation_path","escalation_path":{"escalation_path_id":"01J0PATHPAYMENTS0000000000"}}"#;
    let hours = r#"{"id":"h","name":"","timezone":"","weekday_intervals":[]}"#;
    let interval = r#"{"weekday":"x","start_time":"1","end_time":"2"}"#;
    let hours_of =
        |intervals: String| format!(r#"[{{"id":"h","name":"","timezone":"UTC","weekday_intervals":{intervals}}}]"#);
    let long = "y".repeat(900_000);
    vec![
        ("nodes without anything", path(many("{}"))),
        ("no nodes", path(many("0"))),
        ("lists", path(many("[]"))),
        ("the same node", path(many(r#"{"id":"a","type":"delay","delay":{}}"#))),
        ("nodes without id", path(many(r#"{"id":"","type":"delay","delay":{}}"#))),
        ("nodes of an unknown type", path(numbered(r#"{"id":"n%","type":"t"}"#))),
        ("hand-overs", path(numbered(hand_over))),
        ("repeats", path(numbered(r#"{"id":"r%","type":"repeat","repeat":{"to_node":"z","repeat_times":0}}"#))),
        ("branches", path(numbered(r#"{"id":"b%","type":"if_else","if_else":{}}"#))),
        ("targets without anything", level(many("{}"))),
        ("targets that are none", level(many("0"))),
        ("the same target", level(many(target))),
        ("conditions without anything", branch(many("{}"))),
        ("conditions", branch(many(r#"{"subject":"s","operation":"o","param_bindings":[]}"#))),
        ("bindings", branch(format!(r#"[{{"subject":"s","operation":"o","param_bindings":{}}}]"#, many("{}")))),
        (
            "priorities",
            branch(format!(
                r#"[{{"subject":"escalation.priority","operation":"one_of","param_bindings":[{{"array_value":{}}}]}}]"#,
                numbered(r#"{"literal":"p%"}"#)
            )),
        ),
        ("teams that are none", with("team_ids", many("1"))),
        ("teams", with("team_ids", many("\"t\""))),
        ("the same working hours", with("working_hours", many(hours))),
        ("working hours without anything", with("working_hours", many("{}"))),
        ("intervals", with("working_hours", hours_of(many(interval)))),
        ("intervals without anything", with("working_hours", hours_of(many("{}")))),
        (
            "values for a template",
            format!(
                r#"{{"name":"x","kind":"templated","template_id":"t","path":[],"param_bindings":{{{}}}}}"#,
                (0..50_000).map(|n| format!(r#""p{n}":{{}}"#)).collect::<Vec<_>>().join(",")
            ),
        ),
        ("fields", format!("{{{}}}", (0..90_000).map(|n| format!("\"{n}\":0")).collect::<Vec<_>>().join(","))),
        ("a long name", format!(r#"{{"name":"{long}","path":[]}}"#)),
        (
            "a long id",
            format!(
                r#"{{"name":"x","path":[{{"id":"{long}","type":"level","level":{{"targets":[{}]}}}}]}}"#,
                vec!["{}"; 249].join(",")
            ),
        ),
        ("a long type", format!(r#"{{"name":"x","path":[{{"id":"a","type":"{long}"}}]}}"#)),
        (
            "a long name of a value",
            format!(
                r#"{{"name":"x","path":[],"param_bindings":{{"{long}":{{"array_value":{}}}}}}}"#,
                "[".to_string() + &vec!["0"; 40_000].join(",") + "]"
            ),
        ),
        ("depth", format!("{{\"name\":\"x\",\"path\":{}{}}}", "[".repeat(300_000), "]".repeat(300_000))),
        ("text", format!("\"{long}\"")),
    ]
}

async fn send(server: &Server, method: Method, url: &str, body: String) -> Answer {
    let request = server.request(method, url).header("content-type", "application/json");
    answer(request.body(body)).await
}

/// Asserts that a body is refused in few words, which say how many more there are.
fn is_short(what: &str, told: &Answer) {
    assert!(told.status.is_client_error() || told.status.is_success(), "{what}: {} {}", told.status, told.body);
    let size = told.body.to_string().len();
    assert!(size < 1_500_000, "{what}: an answer of {size} bytes");
    if let Some(errors) = told.body["errors"].as_array() {
        assert!(errors.len() <= 101, "{what}: {} errors", errors.len());
        assert!(size < 300_000, "{what}: an answer of {size} bytes");
        if errors.len() == 101 {
            let last = errors.last().unwrap()["message"].as_str().unwrap();
            assert!(last.starts_with("... and ") && last.ends_with(" more"), "{what}: {last}");
        }
        common::is_a("ErrorResponse", &told.body, what);
    }
}

#[tokio::test]
async fn every_operation_answers_the_largest_bodies_in_short() {
    let server = Server::demo().await;
    let one = "/v2/escalation_paths/01J0PATHPAYMENTS0000000000";
    let templates = server.get("/v2/escalation_path_templates").await.body;
    let id = templates["escalation_path_templates"][0]["id"].as_str().unwrap();
    let template = format!("/v2/escalation_path_templates/{id}");
    let cover = json!({"schedule_id": "01J0SCHEDPRIMARY0000000000", "rotation_id": "primary", "layer_id": "primary-1",
        "start_at": "2026-03-24T00:00:00Z", "end_at": "2026-03-25T00:00:00Z",
        "user": {"id": "01J0USERMAYA00000000000000"}});
    let made = server.call(Method::POST, "/v2/schedule_overrides", Some(&cover)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let cover = format!("/v2/schedule_overrides/{}", made.body["override"]["id"].as_str().unwrap());
    let operations = [
        (Method::POST, "/v2/escalation_paths/actions/validate"),
        (Method::POST, "/v2/escalation_paths"),
        (Method::PUT, one),
        (Method::POST, "/v2/escalation_path_templates"),
        (Method::PUT, &template),
        (Method::POST, "/v2/schedule_overrides"),
        (Method::PUT, &cover),
        (Method::POST, "/builder/v1/on_call_notification_pauses"),
        (Method::PUT, "/builder/v1/escalation_paths/01J0PATHPAYMENTS0000000000/expectations"),
        (Method::PUT, "/builder/v1/escalation_paths/01J0PATHPAYMENTS0000000000/scenarios"),
    ];
    for (what, body) in paths() {
        for (method, url) in &operations {
            let told = send(&server, method.clone(), url, body.clone()).await;
            is_short(&format!("{what} to {method} {url}"), &told);
        }
    }
}

#[tokio::test]
async fn lists_and_templates_of_many_things() {
    let server = Server::demo().await;
    let kept = |list: &str| format!("/builder/v1/escalation_paths/01J0PATHPAYMENTS0000000000/{list}");
    let template = |params: String, targets: String| {
        format!(
            r#"{{"name":"x","params":{params},"path":[{{"id":"a","type":"level","level":{{"targets":{targets}}}}}]}}"#
        )
    };
    let bound = r#"{"type":"user","urgency":"high","binding":{"value":{"reference":"r%"}}}"#;
    let param = r#"{"name":"p","label":"","type":"User","array":false,"optional":true}"#;
    let hundred = |one: &str| format!("[{}]", vec![one; 100].join(","));
    let bodies = [
        (Method::POST, "/v2/escalation_path_templates".to_string(), template(many(param), "[]".to_string())),
        (Method::POST, "/v2/escalation_path_templates".to_string(), template(many("{}"), "[]".to_string())),
        (Method::POST, "/v2/escalation_path_templates".to_string(), template(hundred(param), numbered(bound))),
        (Method::PUT, kept("expectations"), format!(r#"{{"expectations":{}}}"#, many("{}"))),
        (Method::PUT, kept("expectations"), format!(r#"{{"expectations":{}}}"#, hundred("{}"))),
        (Method::PUT, kept("scenarios"), format!(r#"{{"scenarios":{}}}"#, many("{}"))),
        (
            Method::PUT,
            kept("scenarios"),
            format!(
                r#"{{"scenarios":[{{"name":"n","scenario":{{"fired_at":"2026-11-23T10:00:00Z","path":{{"name":"n","path":{}}}}}}}]}}"#,
                many("{}")
            ),
        ),
    ];
    for (method, url, body) in bodies {
        let told = send(&server, method.clone(), &url, body).await;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{method} {url}: {}", told.body);
        is_short(&url, &told);
    }
}

#[tokio::test]
async fn errors_are_told_up_to_a_hundred_and_then_counted() {
    let server = Server::demo().await;
    let nodes: Vec<Value> = (0..500).map(|n| json!({"id": format!("n{n}"), "type": "level"})).collect();
    let told = server.call(Method::POST, "/v2/escalation_paths", Some(&json!({"name": "n", "path": nodes}))).await;
    let errors = told.body["errors"].as_array().unwrap();
    assert_eq!((errors.len(), &errors[100]["message"]), (101, &json!("... and 400 more")));
    assert_eq!(errors[100].get("source"), None);
    let unknown: Vec<Value> = (0..500).map(|n| json!({"id": format!("n{n}"), "type": "t"})).collect();
    let validate = "/v2/escalation_paths/actions/validate";
    let told = server.call(Method::POST, validate, Some(&json!({"path": unknown}))).await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.body);
    let warnings = told.body["warnings"].as_array().unwrap();
    assert_eq!((warnings.len(), &warnings[100]["summary"]), (101, &json!("... and 400 more")));
}

/// Of many large bodies at once each is answered, or told to come again.
#[tokio::test]
async fn many_large_bodies_at_once() {
    let server = Server::demo().await;
    let body =
        format!(r#"{{"name":"x","path":{}}}"#, numbered(r#"{"id":"n%","type":"level","level":{"targets":[{}]}}"#));
    let sent: Vec<_> = (0..80)
        .map(|_| {
            let request = server.request(Method::POST, "/v2/escalation_paths/actions/validate");
            tokio::spawn(answer(request.header("content-type", "application/json").body(body.clone())))
        })
        .collect();
    let mut checked = 0;
    for sent in sent {
        let told = sent.await.unwrap();
        match told.status {
            StatusCode::UNPROCESSABLE_ENTITY => checked += 1,
            StatusCode::SERVICE_UNAVAILABLE => assert!(told.headers.contains_key("retry-after")),
            other => panic!("{other}: {}", told.body),
        }
    }
    assert!(checked > 0);
}

/// While bodies that are not complete hold all the memory there is, further ones are told to come again, and what has no
/// body is answered.
#[tokio::test]
async fn memory_for_bodies_is_bounded_in_total() {
    const SIZE: usize = 1_000_000;
    let folder = TempDir::new().unwrap();
    let server = Server::limited(folder, &["--memory", "64"], |limits| limits.body = Duration::from_secs(600)).await;
    let head = format!(
        "POST /v2/escalation_paths/actions/validate HTTP/1.1\r\nhost: localhost\r\n\
         content-type: application/json\r\ncontent-length: {SIZE}\r\n\r\n"
    );
    // All but the last byte.
    let most = format!("{head}{}", " ".repeat(SIZE - 1));
    let mut sent = JoinSet::new();
    for _ in 0..70 {
        let mut stream = server.connect("").await;
        let most = most.clone();
        sent.spawn(async move {
            stream.write_all(most.as_bytes()).await.unwrap();
            let mut said = vec![0; 4096];
            let count = stream.read(&mut said).await.unwrap();
            (String::from_utf8_lossy(&said[..count]).into_owned(), stream)
        });
    }
    let (said, _) = timeout(LONG, sent.join_next()).await.unwrap().unwrap().unwrap();
    assert!(said.starts_with("HTTP/1.1 503 ") && said.contains("\r\nretry-after: "), "{said}");
    assert!(said.contains("\"code\":\"busy\"") && said.contains("this was not done"), "{said}");
    assert!(sent.len() > 60, "the others wait for their last byte");
    assert_eq!(server.get("/builder/v1/info").await.status, StatusCode::OK);
    assert_eq!(server.get("/v2/users").await.status, StatusCode::OK);
    sent.shutdown().await;
    let validate = || send(&server, Method::POST, "/v2/escalation_paths/actions/validate", "{}".to_string());
    let again = async { while validate().await.status == StatusCode::SERVICE_UNAVAILABLE {} };
    timeout(LONG, again).await.unwrap();
}

/// What a save costs does not grow with all that is stored: what is in it is what is looked up.
#[tokio::test]
async fn a_save_reads_what_it_names() {
    let server = Server::demo().await;
    let level = |id: &str| {
        json!({"id": id, "type": "level", "level": {"targets": [
        {"type": "user", "id": "01J0USERMAYA00000000000000", "urgency": "high"}]}})
    };
    let to = |id: &str| json!({"id": "h", "type": "escalation_path", "escalation_path": {"escalation_path_id": id}});
    let create = async |nodes: Value| {
        let made = server.call(Method::POST, "/v2/escalation_paths", Some(&json!({"name": "n", "path": nodes}))).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        made.body["escalation_path"]["id"].as_str().unwrap().to_string()
    };
    // A circle over several paths is found, though each is looked up on its own.
    let first = create(json!([level("a")])).await;
    let second = create(json!([level("a"), to(&first)])).await;
    let third = create(json!([level("a"), to(&second)])).await;
    let url = format!("/v2/escalation_paths/{first}");
    let circle = json!({"name": "n", "path": [level("a"), to(&third)]});
    assert_eq!(server.call(Method::PUT, &url, Some(&circle)).await.status, StatusCode::OK, "a circle is a warning");
    let validate = "/v2/escalation_paths/actions/validate";
    let told = server.call(Method::POST, validate, Some(&circle)).await;
    let summary = told.body["warnings"][0]["summary"].as_str().unwrap();
    assert!(summary.contains("form a cycle") && summary.ends_with("back at n"), "{summary}");
    let told = server.call(Method::POST, validate, Some(&json!({"path": [level("a"), to("none")]}))).await;
    assert_eq!(told.body["warnings"][0]["summary"], "Hand over to none: There is no path `none`");
}
