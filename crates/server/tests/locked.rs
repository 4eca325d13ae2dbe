//! Another program holds the database: what reads goes on, and what writes is told to come again.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use common::{Server, answer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

const PATH: &str = "/v2/escalation_paths/01J0PATHPAYMENTS0000000000";

fn path(name: &str) -> Value {
    json!({"name": name, "path": [{"id": "a", "type": "level", "level": {"targets": [
        {"type": "user", "id": "01J0USERMAYA00000000000000", "urgency": "high"}]}}]})
}

async fn other_program(server: &Server) -> SqliteConnection {
    let file = server.folder.path().join("data/escalation.db");
    SqliteConnectOptions::new().filename(file).connect().await.unwrap()
}

#[tokio::test]
async fn a_locked_database_is_read_and_not_written() {
    let server = Server::demo().await;
    let mut other = other_program(&server).await;
    sqlx::query("begin immediate").execute(&mut other).await.unwrap();
    // More than there are connections, and they wait while the readers read.
    let writers: Vec<_> = (0..12)
        .map(|number| tokio::spawn(answer(server.request(Method::PUT, PATH).json(&path(&format!("n{number}"))))))
        .collect();
    assert_eq!(server.get(PATH).await.status, StatusCode::OK);
    assert!(writers.iter().all(|writer| !writer.is_finished()), "who reads waits for those who write");
    for _ in 0..3 {
        for url in [PATH, "/v2/escalation_paths", "/v2/users", "/v2/schedules"] {
            assert_eq!(server.get(url).await.status, StatusCode::OK);
        }
        let checked = server.call(Method::POST, "/v2/escalation_paths/actions/validate", Some(&path("n"))).await;
        assert_eq!(checked.status, StatusCode::OK, "{}", checked.body);
    }
    for writer in writers {
        let told = writer.await.unwrap();
        assert_eq!(told.status, StatusCode::SERVICE_UNAVAILABLE, "{}", told.body);
        common::is_a("ErrorResponse", &told.body, "a locked database");
        assert_eq!(told.headers["retry-after"], "2");
        let code = told.body["errors"][0]["code"].as_str().unwrap();
        assert!(["database_locked", "database_busy"].contains(&code), "{code}");
    }
    let every = [
        (Method::POST, "/v2/escalation_paths", path("n")),
        (Method::DELETE, PATH, json!({})),
        (
            Method::PUT,
            "/builder/v1/escalation_paths/01J0PATHPAYMENTS0000000000/expectations",
            json!({"expectations": []}),
        ),
    ];
    for (method, url, body) in every {
        let told = answer(server.request(method, url).json(&body)).await;
        assert_eq!(told.status, StatusCode::SERVICE_UNAVAILABLE, "{}", told.body);
    }
    sqlx::query("rollback").execute(&mut other).await.unwrap();
    for number in 0..10 {
        let name = format!("after-{number}");
        let saved = server.call(Method::PUT, PATH, Some(&path(&name))).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
        assert_eq!(server.get(PATH).await.body["escalation_path"]["name"], json!(name));
    }
}

#[tokio::test]
async fn one_who_reads_for_long_is_in_nobodys_way() {
    let server = Server::demo().await;
    let mut other = other_program(&server).await;
    sqlx::query("begin").execute(&mut other).await.unwrap();
    sqlx::query("select count(*) from users").execute(&mut other).await.unwrap();
    let saved = server.call(Method::PUT, PATH, Some(&path("n"))).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
    other.close().await.unwrap();
}

/// Clients that go away in the middle of a save leave nothing behind that is in the way of others.
#[tokio::test]
async fn saves_that_nobody_waits_for() {
    let server = Server::demo().await;
    for round in 0..60_u64 {
        let save = answer(server.request(Method::PUT, PATH).json(&path("given up")));
        drop(tokio::time::timeout(std::time::Duration::from_micros(round * 100), save).await);
    }
    for number in 0..5 {
        let name = format!("n{number}");
        let saved = server.call(Method::PUT, PATH, Some(&path(&name))).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
        assert_eq!(server.get(PATH).await.body["escalation_path"]["name"], json!(name));
    }
}
