//! What those see who watch the server: the engine's health, metrics, and the heartbeat.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode as Said;
use axum::routing::get;
use escalation_server::{Clock, StartError, start};
use reqwest::{Method, StatusCode};
use serde_json::json;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::common::database::Database;
use crate::common::{Server, answer, config};

/// A Wednesday, in seconds since 1970.
const NOON: i64 = 1_795_608_000;

/// The metrics as they are told, checked as far as any of them must be.
async fn metrics(server: &Server) -> String {
    let told = answer(server.request(Method::GET, "/metrics").header("host", "10.1.2.3:8787")).await;
    assert_eq!(told.status, StatusCode::OK, "{:#}", told.body);
    assert!(told.headers["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    let text = told.body.as_str().unwrap().to_string();
    assert!(text.ends_with("# EOF\n"), "{text}");
    text
}

#[tokio::test]
async fn metrics_follow_what_happens() {
    let clock = Clock::standing(NOON);
    let server = Server::standing(&clock, TempDir::new().unwrap(), &[]).await;
    let begin = json!({"idempotency_key": "k", "title": "T", "user_ids": ["01J0USERMAYA00000000000000"]});
    let made = server.call(Method::POST, "/v2/escalations", Some(&begin)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
    let before = metrics(&server).await;
    let has = |text: &str, line: &str| text.lines().any(|one| one == line);
    assert!(has(&before, "escalation_transitions_total 1"), "{before}");
    assert!(has(&before, "escalation_due 1"), "{before}");
    assert!(has(&before, "escalation_oldest_due_seconds 0"), "{before}");
    assert!(has(&before, "escalation_database_up 1"), "{before}");
    assert!(has(&before, "escalation_http_requests_total{method=\"POST\",status=\"201\"} 1"), "{before}");
    // Nobody looks for a while: the timer is late, and metrics say so before it runs and after it has.
    clock.set(NOON + 20);
    assert!(has(&metrics(&server).await, "escalation_oldest_due_seconds 20"));
    while clock.tick().await.unwrap() > 0 {}
    let after = metrics(&server).await;
    assert!(has(&after, "escalation_due 0"), "{after}");
    assert!(has(&after, "escalation_timer_lateness_seconds_bucket{le=\"15.0\"} 0"), "{after}");
    assert!(!has(&after, "escalation_timer_lateness_seconds_count 0"), "{after}");
    // What was to be sent goes to the log.
    let mut text = after;
    for _ in 0..200 {
        if text.contains("escalation_deliveries_total{kind=\"log\",result=\"sent\"}") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        text = metrics(&server).await;
    }
    assert!(text.contains("escalation_deliveries_total{kind=\"log\",result=\"sent\"}"), "{text}");
    // Nothing of people or paths is in it.
    assert!(!text.contains("MAYA") && !text.contains("Maya"), "{text}");
}

#[tokio::test]
async fn metrics_need_the_right_to_read() {
    let server = Server::with(TempDir::new().unwrap(), &["--anonymous", "none"]).await;
    assert_eq!(answer(server.request(Method::GET, "/metrics")).await.status, StatusCode::UNAUTHORIZED);
    for url in ["/livez", "/healthz", "/readyz", "/healthz/engine"] {
        let told = answer(server.request(Method::GET, url).header("host", "10.1.2.3")).await;
        assert_eq!(told.status, StatusCode::OK, "{url}: {:#}", told.body);
    }
    let command = escalation_server::KeyCommand::Create {
        name: "Prometheus".to_string(),
        rights: vec![escalation_server::Right::View],
        teams: Vec::new(),
        expires_in_days: None,
    };
    if crate::common::database::is_shared() {
        // The command would have another database there.
        return;
    }
    let mut key = String::new();
    let config = config(server.folder.path(), &[]);
    escalation_server::run_keys(&config, &command, |said| {
        key.push_str(said);
        Ok(())
    })
    .await
    .unwrap();
    let scraped = answer(server.request(Method::GET, "/metrics").bearer_auth(key)).await;
    assert_eq!(scraped.status, StatusCode::OK, "{:#}", scraped.body);
}

#[tokio::test]
async fn the_heartbeat_is_called_while_escalations_run() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let beat = get(async move || {
        counted.fetch_add(1, Ordering::SeqCst);
        Said::NO_CONTENT
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/beat/secret", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/beat/secret", beat)).await });
    let server = Server::with(TempDir::new().unwrap(), &["--heartbeat-url", &url]).await;
    for _ in 0..400 {
        if calls.load(Ordering::SeqCst) > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Once in ten seconds, however often it is looked for timers.
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    let folder = server.stopped().await;
    for wrong in ["nowhere", "ftp://example.com/", "http://example.com/"] {
        let told = start(config(folder.path(), &["--heartbeat-url", wrong])).await.err().unwrap();
        assert!(matches!(told, StartError::Heartbeat { .. }), "{told}");
        assert!(!told.to_string().contains(wrong), "{told}");
    }
}

#[tokio::test]
async fn a_server_that_a_newer_one_has_replaced_takes_up_no_more_work() {
    let clock = Clock::standing(NOON);
    let server = Server::standing(&clock, TempDir::new().unwrap(), &[]).await;
    let begin = json!({"idempotency_key": "k", "title": "T", "user_ids": ["01J0USERMAYA00000000000000"]});
    let made = server.call(Method::POST, "/v2/escalations", Some(&begin)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
    let mut database = Database::of(server.folder.path()).await;
    let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
        select 9999, description, success, checksum, execution_time from _sqlx_migrations
        where version = (select min(version) from _sqlx_migrations)";
    database.execute(newer, &[]).await;
    assert_eq!(clock.tick().await, None, "nothing is run");
    let url = format!("/v2/escalations/{}", made.body["escalation"]["id"].as_str().unwrap());
    assert_eq!(server.get(&url).await.status, StatusCode::OK, "it still answers");
    assert!(!metrics(&server).await.contains("result=\"sent\""));
    // One that is older does not even begin.
    let said = start(config(server.folder.path(), &[])).await.err().unwrap().to_string();
    assert!(said.contains("up to date") && said.contains("a newer version"), "{said}");
    database.execute("delete from _sqlx_migrations where version = 9999", &[]).await;
    assert_eq!(clock.tick().await, Some(1));
}

#[tokio::test]
async fn a_server_that_was_replaced_says_so_though_nothing_is_due() {
    let server = Server::with(TempDir::new().unwrap(), &[]).await;
    let mut database = Database::of(server.folder.path()).await;
    let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
        select 9999, description, success, checksum, execution_time from _sqlx_migrations
        where version = (select min(version) from _sqlx_migrations)";
    database.execute(newer, &[]).await;
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    let engine = server.get("/healthz/engine").await;
    let age = engine.body["last_cycle_seconds"].as_u64().unwrap();
    assert!(age >= 3, "the engine goes on: {age} s");
}
