//! API keys, and what may be done without one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use std::path::Path;

use clap::Parser as _;
use common::database::is_shared;
use common::{Answer, Server, answer, config};
use escalation_server::{Clock, Config, StartError, start};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::ConnectOptions as _;
use tempfile::TempDir;
use tokio::process::Command;

const PATHS: &str = "/v2/escalation_paths";
const KEYS: &str = "/builder/v1/api_keys";
const MAYA: &str = "01J0USERMAYA00000000000000";
/// A Wednesday, in seconds since 1970.
const NOON: i64 = 1_795_608_000;

fn path(name: &str) -> Value {
    json!({"name": name, "path": [{"id": "a", "type": "level", "level": {"targets": [
        {"type": "user", "id": MAYA, "urgency": "high"}]}}]})
}

/// Asks with a key, or without one.
async fn ask(server: &Server, key: Option<&str>, method: Method, url: &str, body: Option<&Value>) -> Answer {
    let mut request = server.request(method, url);
    if let Some(key) = key {
        request = request.bearer_auth(key);
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    answer(request).await
}

/// A server where strangers may do nothing, and a key of each right alone, of `view` beside it, and of all.
async fn closed() -> (Server, Vec<(&'static str, String)>) {
    let server = Server::demo().await;
    let mut keys = Vec::new();
    for right in ["view", "edit", "escalate", "respond", "act_on_behalf", "admin"] {
        let made = server.call(Method::POST, KEYS, Some(&json!({"name": right, "rights": [right]}))).await;
        assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
        keys.push((right, made.body["api_key"]["secret"].as_str().unwrap().to_string()));
    }
    let folder = server.stopped().await;
    (Server::with(folder, &["--anonymous", "none"]).await, keys)
}

#[tokio::test]
async fn without_a_key_nothing_is_answered_where_strangers_may_do_nothing() {
    if is_shared() {
        // The second server has another database there.
        return;
    }
    let (server, keys) = closed().await;
    for (method, url) in [
        (Method::GET, PATHS),
        (Method::POST, PATHS),
        (Method::GET, "/v2/escalations"),
        (Method::POST, "/v2/escalations"),
        (Method::GET, "/v1/identity"),
        (Method::GET, "/v3/teams"),
        (Method::GET, KEYS),
        (Method::GET, "/v2/nothing"),
    ] {
        let body = json!({});
        let body = (method == Method::POST).then_some(&body);
        for key in [None, Some(""), Some("epb_wrong"), Some("é")] {
            let refused = ask(&server, key, method.clone(), url, body).await;
            assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{method} {url} {key:?}: {:#}", refused.body);
            assert_eq!(refused.body["type"], "authentication_error", "{method} {url}");
        }
    }
    // What is needed before it is known who asks, and the app itself.
    for url in ["/", "/builder/v1/info", "/livez", "/openapi.json"] {
        assert_eq!(ask(&server, None, Method::GET, url, None).await.status, StatusCode::OK, "{url}");
    }
    // Each right allows its own, and nothing else.
    let escalation = json!({"idempotency_key": "k", "title": "T", "user_ids": [MAYA]});
    let made = ask(&server, Some(&keys[2].1), Method::POST, "/v2/escalations", Some(&escalation)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
    let cancel = format!("/v2/escalations/{}/actions/cancel", made.body["escalation"]["id"].as_str().unwrap());
    let asked = [
        ("view", Method::GET, PATHS.to_string(), None),
        ("edit", Method::POST, PATHS.to_string(), Some(path("New"))),
        ("escalate", Method::POST, "/v2/escalations".to_string(), Some(escalation)),
        ("respond", Method::POST, cancel, Some(json!({}))),
        ("admin", Method::GET, KEYS.to_string(), None),
    ];
    for (right, key) in &keys {
        // In the name of somebody by our own way to respond, and by taking over: each needs two.
        let acts =
            format!("{}/actions", asked[3].2.trim_end_matches("/actions/cancel").replace("/v2/", "/builder/v1/"));
        let named = ask(
            &server,
            Some(key),
            Method::POST,
            &format!("{acts}/respond"),
            Some(&json!({"response": "ack", "user_id": MAYA})),
        )
        .await;
        assert_eq!(named.status, StatusCode::FORBIDDEN, "{right}: {:#}", named.body);
        let reassign = asked[3].2.replace("cancel", "reassign");
        let reassigned = ask(&server, Some(key), Method::POST, &reassign, Some(&json!({"user_ids": [MAYA]}))).await;
        assert_eq!(reassigned.status, StatusCode::FORBIDDEN, "{right}: {:#}", reassigned.body);
        for (needed, method, url, body) in &asked {
            let told = ask(&server, Some(key), method.clone(), url, body.as_ref()).await;
            if right == needed {
                assert!(told.status.is_success(), "{right}, {needed}: {:#}", told.body);
            } else {
                assert_eq!(told.status, StatusCode::FORBIDDEN, "{right}, {needed}: {:#}", told.body);
                let message = told.body["errors"][0]["message"].as_str().unwrap();
                assert!(message.contains(&format!("`{needed}`")), "{message}");
            }
        }
    }
}

#[tokio::test]
async fn a_key_acts_for_a_person_only_where_it_may() {
    let server = Server::demo().await;
    let mut keys = Vec::new();
    for rights in [json!(["escalate"]), json!(["escalate", "act_on_behalf"])] {
        let made = server.call(Method::POST, KEYS, Some(&json!({"name": "Bot", "rights": rights}))).await;
        keys.push(made.body["api_key"]["secret"].as_str().unwrap().to_string());
    }
    let escalation = json!({"idempotency_key": "k", "title": "T", "user_ids": [MAYA]});
    let on_behalf = async |key: &str| {
        let request = server.request(Method::POST, "/v2/escalations").bearer_auth(key);
        answer(request.header("x-incident-user", MAYA).json(&escalation)).await
    };
    assert_eq!(on_behalf(&keys[0]).await.status, StatusCode::FORBIDDEN);
    let made = on_behalf(&keys[1]).await;
    assert_eq!(made.body["escalation"]["creator"]["user"]["id"], MAYA, "{:#}", made.body);
}

#[tokio::test]
async fn a_key_is_shown_once_and_counts_until_it_expires_or_is_revoked() {
    let clock = Clock::standing(NOON);
    let server = Server::standing(&clock, TempDir::new().unwrap(), &["--anonymous", "admin"]).await;
    let new = json!({"name": "Terraform", "rights": ["view", "edit"], "expires_at": "2026-11-26T12:00:00Z"});
    let made = server.call(Method::POST, KEYS, Some(&new)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
    let (id, secret) = (made.body["api_key"]["id"].clone(), made.body["api_key"]["secret"].clone());
    let (id, secret) = (id.as_str().unwrap(), secret.as_str().unwrap());
    let identity = async || ask(&server, Some(secret), Method::GET, "/v1/identity", None).await;
    let known = identity().await;
    assert_eq!(known.body["identity"]["name"], "Terraform", "{:#}", known.body);
    let roles = known.body["identity"]["roles"].to_string();
    assert!(roles.contains("on_call_editor") && !roles.contains("escalation_creator"), "{roles}");
    // What it saves has its name.
    let saved = ask(&server, Some(secret), Method::POST, PATHS, Some(&path("By key"))).await;
    let revisions =
        format!("/builder/v1/escalation_paths/{}/revisions", saved.body["escalation_path"]["id"].as_str().unwrap());
    assert_eq!(server.get(&revisions).await.body["revisions"][0]["saved_by"], "API key Terraform");
    // The secret is nowhere else, and the last use comes.
    let mut used = Value::Null;
    for _ in 0..200 {
        let listed = server.get(KEYS).await.body;
        assert!(!listed.to_string().contains(secret));
        used = listed["api_keys"][0]["last_used_at"].clone();
        if !used.is_null() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(used.is_string());
    // Until it expires, to the second.
    clock.set(NOON + 86_399);
    assert_eq!(identity().await.status, StatusCode::OK);
    clock.set(NOON + 86_400);
    assert_eq!(identity().await.status, StatusCode::UNAUTHORIZED);
    clock.set(NOON);
    assert_eq!(identity().await.status, StatusCode::OK);
    for _ in 0..2 {
        assert_eq!(server.call(Method::DELETE, &format!("{KEYS}/{id}"), None).await.status, StatusCode::NO_CONTENT);
        assert_eq!(identity().await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(server.call(Method::DELETE, &format!("{KEYS}/none"), None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_wrong_with_a_new_key_is_said() {
    let server = Server::demo().await;
    for (body, at) in [
        (json!({"rights": ["view"]}), "name"),
        (json!({"name": "\u{200b}", "rights": ["view"]}), "name"),
        (json!({"name": "x".repeat(201), "rights": ["view"]}), "name"),
        (json!({"name": "n"}), "rights"),
        (json!({"name": "n", "rights": []}), "rights"),
        (json!({"name": "n", "rights": "view"}), "rights"),
        (json!({"name": "n", "rights": ["view", "View"]}), "rights.1"),
        (json!({"name": "n", "rights": ["view", "view"]}), "rights.1"),
        (json!({"name": "n", "rights": ["view"], "expires_at": "2020-01-01T00:00:00Z"}), "expires_at"),
        (json!({"name": "n", "rights": ["view"], "expires_at": 5}), "expires_at"),
        (json!({"name": "n", "rights": ["view"], "expires_at": "2500-01-01T00:00:00Z"}), "expires_at"),
        (json!({"name": "n", "rights": ["view"], "expires_in_days": 30}), "expires_in_days"),
        (json!({"name": " n", "rights": ["view"]}), "name"),
        (json!({"name": "\u{202e}n", "rights": ["view"]}), "name"),
    ] {
        let refused = server.call(Method::POST, KEYS, Some(&body)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(refused.body["errors"][0]["source"]["pointer"], at, "{:#}", refused.body);
    }
    assert_eq!(server.get(KEYS).await.body["api_keys"], json!([]));
}

#[tokio::test]
async fn the_header_of_a_proxy_is_believed_from_where_it_is_named() {
    let who = async |more: &[&str]| {
        let server = Server::with(TempDir::new().unwrap(), &[&["--user-header", "X-User"], more].concat()).await;
        let told = answer(server.request(Method::GET, "/v1/identity").header("x-user", "maya@example.com")).await;
        told.body["identity"]["name"].as_str().unwrap().to_string()
    };
    assert_eq!(who(&[]).await, "maya@example.com");
    assert_eq!(who(&["--trusted-proxy", "127.0.0.0/8"]).await, "maya@example.com");
    assert_eq!(who(&["--trusted-proxy", "10.0.0.0/8", "--trusted-proxy", "192.0.2.1"]).await, "api");
    for wrong in [&["--trusted-proxy", "10.0.0.0/8"][..], &["--user-header", "x", "--trusted-proxy", "anywhere"]] {
        assert!(Config::try_parse_from([&["escalation-server"], wrong].concat()).is_err(), "{wrong:?}");
    }
}

#[tokio::test]
async fn it_starts_for_others_only_where_it_is_known_who_they_are() {
    let folder = TempDir::new().unwrap();
    let on_all = async |more: &[&str]| {
        let mut config = config(folder.path(), more);
        config.listen = "0.0.0.0:0".parse().unwrap();
        start(config).await.map(drop)
    };
    assert!(matches!(on_all(&[]).await, Err(StartError::NoAuthentication { .. })));
    assert!(matches!(on_all(&["--read-only"]).await, Err(StartError::NoAuthentication { .. })));
    assert!(on_all(&["--anonymous", "viewer"]).await.is_ok());
    assert!(on_all(&["--anonymous", "none"]).await.is_ok());
    assert!(on_all(&["--user-header", "X-User"]).await.is_ok());
    let command = escalation_server::KeyCommand::Create {
        name: "Operator".to_string(),
        rights: vec![escalation_server::Right::Admin],
        teams: Vec::new(),
        expires_in_days: None,
    };
    let config = config(folder.path(), &[]);
    let refused = escalation_server::run_keys(&config, &command, |_| Err(std::io::ErrorKind::StorageFull.into())).await;
    assert!(matches!(refused, Err(StartError::NotPrinted { .. })));
    assert!(on_all(&[]).await.is_err(), "a key that nobody has is none");
    let mut made = String::new();
    escalation_server::run_keys(&config, &command, |said| {
        made.push_str(said);
        Ok(())
    })
    .await
    .unwrap();
    assert!(made.starts_with("epb_"));
    assert!(on_all(&[]).await.is_ok());
}

/// What the program says to `key …`, and whether it succeeds.
/// It is waited for without holding up the server of the test, which may be about to write.
async fn key(data: &Path, args: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_escalation-server"));
    let said = command.arg("key").args(args).arg("--data").arg(data).env("RUST_LOG", "error").output().await.unwrap();
    (said.status.success(), String::from_utf8([said.stdout, said.stderr].concat()).unwrap())
}

#[tokio::test]
async fn keys_are_made_listed_and_revoked_by_the_command_line() {
    if is_shared() {
        // The program has a database of its own there.
        return;
    }
    let server = Server::with(TempDir::new().unwrap(), &["--anonymous", "none"]).await;
    let data = server.folder.path().join("data");
    assert_eq!(key(&data, &["list"]).await, (true, "There are no API keys\n".to_string()));
    let (done, said) = key(&server.folder.path().join("typo"), &["list"]).await;
    assert!(!done && said.contains("there is no database"), "{said}");
    assert!(!server.folder.path().join("typo").exists());
    let (made, secret) = key(&data, &["create", "--name", "CI", "--right", "view", "--expires-in-days", "30"]).await;
    assert!(made && secret.starts_with("epb_"), "{secret}");
    let of = async || ask(&server, Some(secret.trim()), Method::GET, PATHS, None).await.status;
    assert_eq!(of().await, StatusCode::OK);
    let (_, list) = key(&data, &["list"]).await;
    assert!(list.contains("CI  [view]  expires "), "{list}");
    let id = list.split("  ").next().unwrap();
    let (revoked, said) = key(&data, &["revoke", id]).await;
    assert!(revoked, "{said}");
    assert_eq!(of().await, StatusCode::UNAUTHORIZED);
    assert!(key(&data, &["list"]).await.1.contains("revoked"));
    let (done, said) = key(&data, &["revoke", "none"]).await;
    assert!(!done && said.contains("there is no API key `none`"), "{said}");
    for wrong in [
        &["create", "--name", "n"][..],
        &["create", "--name", " ", "--right", "view"],
        &["create", "--name", "n", "--right", "all"],
    ] {
        assert!(!key(&data, wrong).await.0, "{wrong:?}");
    }
}

#[tokio::test]
async fn whoever_a_proxy_does_not_name_does_not_make_keys() {
    for more in [&["--user-header", "X-User"][..], &["--user-header", "X-User", "--trusted-proxy", "10.0.0.5"]] {
        let server = Server::with(TempDir::new().unwrap(), more).await;
        for name in [None, Some(""), Some(" "), Some("maya")] {
            let request = server.request(Method::GET, KEYS);
            let request = if let Some(name) = name { request.header("x-user", name) } else { request };
            let told = answer(request).await;
            assert!(!told.status.is_success(), "{more:?} {name:?}: {:#}", told.body);
        }
    }
}

#[tokio::test]
async fn a_key_whose_rights_are_damaged_allows_nothing() {
    if is_shared() {
        // Columns hold nothing there that they should not.
        return;
    }
    let server = Server::demo().await;
    let made = server.call(Method::POST, KEYS, Some(&json!({"name": "n", "rights": ["view", "edit"]}))).await;
    let (id, secret) = (made.body["api_key"]["id"].clone(), made.body["api_key"]["secret"].clone());
    let file = server.folder.path().join("data/escalation.db");
    let mut connection = sqlx::sqlite::SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    sqlx::query("update api_keys set rights = 'vew edit'").execute(&mut connection).await.unwrap();
    let refused = ask(&server, secret.as_str(), Method::GET, PATHS, None).await;
    assert_eq!(refused.body["errors"][0]["code"], "unreadable", "{:#}", refused.body);
    assert!(refused.body.to_string().contains(id.as_str().unwrap()), "{:#}", refused.body);
    assert_eq!(server.get(KEYS).await.body["unreadable"], json!([id]));
}

#[tokio::test]
async fn a_stream_ends_with_its_key() {
    let clock = Clock::standing(NOON);
    let server = Server::standing(&clock, TempDir::new().unwrap(), &[]).await;
    let begin = json!({"idempotency_key": "k", "title": "T", "user_ids": [MAYA]});
    let made = server.call(Method::POST, "/v2/escalations", Some(&begin)).await;
    let id = made.body["escalation"]["id"].as_str().unwrap();
    let key = server.call(Method::POST, KEYS, Some(&json!({"name": "n", "rights": ["view"]}))).await;
    let stream = server.request(Method::GET, &format!("/builder/v1/escalations/{id}/stream"));
    let mut stream = stream.bearer_auth(key.body["api_key"]["secret"].as_str().unwrap()).send().await.unwrap();
    assert!(stream.chunk().await.unwrap().is_some());
    let revoke = format!("{KEYS}/{}", key.body["api_key"]["id"].as_str().unwrap());
    assert_eq!(server.call(Method::DELETE, &revoke, None).await.status, StatusCode::NO_CONTENT);
    // It looks anew every few seconds; what happens meanwhile is not told.
    while clock.tick().await.unwrap() > 0 {}
    let end = async { while stream.chunk().await.is_ok_and(|chunk| chunk.is_some()) {} };
    assert!(tokio::time::timeout(std::time::Duration::from_secs(60), end).await.is_ok());
}
