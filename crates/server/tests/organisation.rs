//! What is around paths: teams, and what is kept with a path.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

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
