//! What is kept with a path: nobody's addition is lost where two add at once.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use common::{Answer, Server, answer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const PATH: &str = "/builder/v1/escalation_paths/01J0PATHPAYMENTS0000000000";

fn list(kind: &str, number: usize) -> Value {
    match kind {
        "expectations" => json!({"expectations": vec![json!({"expect": "pages_someone"}); number]}),
        _ => {
            let scenario = json!({"fired_at": "2026-11-23T10:00:00Z", "path_id": "01J0PATHPAYMENTS0000000000"});
            let named: Vec<_> = (0..number).map(|n| json!({"name": format!("n{n}"), "scenario": scenario})).collect();
            json!({ "scenarios": named })
        }
    }
}

async fn put_if(server: &Server, url: &str, body: &Value, tag: &str) -> Answer {
    answer(server.request(Method::PUT, url).header("if-match", tag).json(body)).await
}

#[tokio::test]
async fn a_list_is_saved_only_where_it_is_what_it_was() {
    let server = Server::demo().await;
    for kind in ["expectations", "scenarios"] {
        let url = format!("{PATH}/{kind}");
        assert_eq!(server.get(&url).await.headers["etag"], "\"0\"", "never saved");
        let first = put_if(&server, &url, &list(kind, 1), "\"0\"").await;
        assert_eq!(
            (first.status, &first.headers["etag"]),
            (StatusCode::OK, &"\"1\"".parse().unwrap()),
            "{}",
            first.body
        );
        let late = put_if(&server, &url, &list(kind, 2), "\"0\"").await;
        assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);
        common::is_a("ErrorResponse", &late.body, "a stale list");
        assert_eq!(late.body["errors"][0]["metadata"], json!({"revision": "1"}));
        let read = server.get(&url).await;
        assert_eq!((&read.body, &read.headers["etag"]), (&list(kind, 1), &"\"1\"".parse().unwrap()));
        assert_eq!(put_if(&server, &url, &list(kind, 2), "\"1\"").await.headers["etag"], "\"2\"");
        assert_eq!(put_if(&server, &url, &list(kind, 3), "*").await.headers["etag"], "\"3\"");
        let whichever = server.call(Method::PUT, &url, Some(&list(kind, 0))).await;
        assert_eq!((whichever.status, &whichever.headers["etag"]), (StatusCode::OK, &"\"4\"".parse().unwrap()));
        let refused = put_if(&server, &url, &json!({kind: [1]}), "\"4\"").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(server.get(&url).await.headers["etag"], "\"4\"", "what is refused is no revision");
    }
    let gone = put_if(&server, "/builder/v1/escalation_paths/none/scenarios", &list("scenarios", 0), "\"0\"").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn of_many_who_add_at_once_one_is_first_and_the_others_are_told() {
    let server = Server::demo().await;
    let (server, url) = (&server, &format!("{PATH}/expectations"));
    let body = &list("expectations", 1);
    let (a, b, c) = tokio::join!(
        put_if(server, url, body, "\"0\""),
        put_if(server, url, body, "\"0\""),
        put_if(server, url, body, "\"0\""),
    );
    let mut statuses: Vec<_> = [a, b, c].iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412]);
}

#[tokio::test]
async fn a_list_keeps_its_revision_while_its_path_is_deleted() {
    let server = Server::demo().await;
    let (url, path) = (format!("{PATH}/expectations"), "/v2/escalation_paths/01J0PATHPAYMENTS0000000000");
    server.call(Method::PUT, &url, Some(&list("expectations", 1))).await;
    assert_eq!(server.call(Method::DELETE, path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(server.get(&url).await.status, StatusCode::NOT_FOUND);
    assert_eq!(put_if(&server, &url, &list("expectations", 2), "\"1\"").await.status, StatusCode::NOT_FOUND);
    let restored = server.call(Method::POST, &format!("{PATH}/revisions/1/restore"), Some(&json!({}))).await;
    assert_eq!(restored.status, StatusCode::OK);
    let read = server.get(&url).await;
    assert_eq!((&read.body, &read.headers["etag"]), (&list("expectations", 1), &"\"1\"".parse().unwrap()));
}
