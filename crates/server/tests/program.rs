//! The program itself, as whoever operates it sees it: where it finds the app, and what it says of a key.

#![cfg(all(unix, not(feature = "embed-app")))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Output, Stdio};

use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;

/// Runs the program in a folder, asks for the page once it serves, and stops it.
async fn run(folder: &TempDir, options: &[&str]) -> (Option<String>, Output) {
    run_and_ask(folder, options, "/").await
}

/// The same with another address than that of the page.
async fn run_and_ask(folder: &TempDir, options: &[&str], path: &str) -> (Option<String>, Output) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_escalation-server"))
        .args(["--listen", "127.0.0.1:0", "--data", "data"])
        .args(options)
        .env_remove("ESCALATION_APP")
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
    let mut page = None;
    if let Some(address) = line.trim().trim_end_matches('/').rsplit('/').next().filter(|address| !address.is_empty()) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        page = Some(common::rest(&mut stream).await);
        let id = child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    }
    (page, child.wait_with_output().await.unwrap())
}

#[tokio::test]
async fn without_being_told_where_the_app_is_it_looks_where_it_is_built() {
    let folder = TempDir::new().unwrap();
    let (page, output) = run(&folder, &[]).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(page.is_none() && !output.status.success(), "{said}");
    assert!(said.contains("this program has no app inside, and there is no index.html in `dist`"), "{said}");
    assert!(said.contains("--app FOLDER"), "{said}");

    fs::create_dir(folder.path().join("dist")).unwrap();
    fs::write(folder.path().join("dist/index.html"), "<!doctype html><title>Built</title>").unwrap();
    let (page, output) = run(&folder, &[]).await;
    assert!(page.unwrap().ends_with("<title>Built</title>"));
    assert!(output.status.success());

    let (page, output) = run(&folder, &["--app", "nowhere"]).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(page.is_none() && said.contains("there is no index.html in `nowhere`"), "{said}");
}

#[tokio::test]
async fn a_database_that_cannot_be_had_is_named_without_its_password() {
    let folder = TempDir::new().unwrap();
    common::app(folder.path());
    for (address, said) in [
        ("postgres://me:geheim@127.0.0.1:1/plans", "cannot use the database `127.0.0.1:1/plans`: "),
        ("postgres://me:geheim@127.0.0.1:many/plans", "--database is not the address of a database: "),
        ("geheim", "--database is not the address of a database: "),
    ] {
        let (page, output) = run(&folder, &["--app", "app", "--database", address]).await;
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(page.is_none() && !output.status.success(), "{error}");
        assert!(error.contains(said) && !error.contains("geheim"), "{error}");
    }
}

#[tokio::test]
async fn a_key_that_everybody_can_read_is_warned_of() {
    let folder = TempDir::new().unwrap();
    common::app(folder.path());
    let key = folder.path().join("key");
    fs::write(&key, "inc_secret_0123456789").unwrap();
    for (mode, is_warned) in [(0o600, false), (0o640, false), (0o644, true), (0o604, true)] {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
        let options = ["--app", "app", "--upstream", "https://api.example", "--upstream-key-file", "key"];
        let (page, output) = run(&folder, &options).await;
        let log = String::from_utf8(output.stderr).unwrap();
        assert!(page.unwrap().starts_with("HTTP/1.1 200 "), "{log}");
        assert_eq!(log.contains("everybody on this machine can read the key"), is_warned, "{mode:o}: {log}");
        assert!(!log.contains("inc_secret"), "{log}");
    }
}

/// Some of the characters that a terminal acts on may stand in an address.
#[tokio::test]
async fn addresses_are_quoted_in_the_log() {
    let folder = TempDir::new().unwrap();
    common::app(folder.path());
    let (page, output) = run_and_ask(&folder, &["--app", "app"], "/a\u{9b}31m\u{202e}z").await;
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(page.unwrap().starts_with("HTTP/1.1 404 "), "{log}");
    assert!(log.contains(r#"path="/a\u{9b}31m\u{202e}z""#), "{log}");
    assert!(!log.contains(['\u{9b}', '\u{202e}']), "{log}");
}

/// Who copies the one file would not have what was saved last.
#[tokio::test]
async fn changes_that_stay_beside_the_database_are_warned_of() {
    let folder = TempDir::new().unwrap();
    common::app(folder.path());
    run(&folder, &["--app", "app"]).await;
    // Another program, in the middle of reading.
    let options = SqliteConnectOptions::new().filename(folder.path().join("data/escalation.db"));
    let mut reader = options.connect().await.unwrap();
    sqlx::query("begin").execute(&mut reader).await.unwrap();
    let count = "select count(*) from begun";
    sqlx::query_scalar::<_, i64>(count).fetch_one(&mut reader).await.unwrap();
    let (page, output) = run_and_ask(&folder, &["--app", "app"], "/readyz").await;
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(page.unwrap().starts_with("HTTP/1.1 200 "), "{log}");
    let line = log.lines().find(|line| line.contains("WARN") && line.contains("escalation.db-wal"));
    assert!(line.is_some_and(|line| line.contains("another program uses the database")), "{log}");

    sqlx::query("rollback").execute(&mut reader).await.unwrap();
    drop(reader);
    let (_, output) = run(&folder, &["--app", "app"]).await;
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(!log.contains("escalation.db-wal"), "{log}");
}

/// A log on a full disk, or into a pipe that nobody reads any more, takes no request and no stop with it.
#[tokio::test]
async fn a_log_that_cannot_be_written_ends_nothing() {
    let folder = TempDir::new().unwrap();
    let app = common::app(folder.path());
    for full in [true, false] {
        let (reader, writer) = std::io::pipe().unwrap();
        let log =
            if full { Stdio::from(fs::File::options().write(true).open("/dev/full").unwrap()) } else { writer.into() };
        drop(reader);
        let mut child = Command::new(env!("CARGO_BIN_EXE_escalation-server"))
            .args(["--listen", "127.0.0.1:0", "--data", "data", "--app"])
            .arg(&app)
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
        let address = line.trim().trim_end_matches('/').rsplit('/').next().unwrap();
        for request in ["GET /v2/users HTTP/1.1", "GET /v2/nothing HTTP/1.1", "GET /v2/users HTTP/1.1"] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let request = format!("{request}\r\nhost: localhost\r\nconnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            let answer = common::rest(&mut stream).await;
            assert!(answer.starts_with("HTTP/1.1 "), "full: {full}: {answer}");
        }
        let id = child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
        assert!(child.wait().await.unwrap().success(), "full: {full}");
    }
}

#[tokio::test]
async fn a_configuration_is_checked_without_a_database() {
    let folder = TempDir::new().unwrap();
    let app = common::app(folder.path());
    let file = folder.path().join("server.toml");
    let run = async |text: &str, variable: Option<(&str, &str)>| {
        fs::write(&file, text).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_escalation-server"));
        command.args(["--check-config", "--memory", "99", "--config"]).arg(&file).current_dir(folder.path());
        let output = command.env("ESCALATION_APP", &app).envs(variable).output().await.unwrap();
        let said = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.success(), said(output.stdout), said(output.stderr))
    };
    let (is_right, said, _) =
        run("memory = 128\nread-only = true", Some(("ESCALATION_ALLOW_HOST", "a.example.com,b.example.com"))).await;
    assert!(is_right);
    for line in [
        "memory = \"99\"  # flag",
        "read-only = \"true\"  # file",
        "allow-host = \"a.example.com, b.example.com\"  # environment",
        "data = \"data\"  # default",
    ] {
        assert!(said.lines().any(|said| said == line), "{line}: {said}");
    }
    assert!(!folder.path().join("data").exists());
    for (text, expected) in [
        ("memoy = 128", "memoy: there is no such option"),
        ("heartbeat-url = \"http://example.com/\"", "the address of the heartbeat"),
        ("upstream = \"http://example.com\"\nupstream-key-file = \"nowhere\"", "only https keeps the key secret"),
        (
            "public-url = \"https://example.com\"\noidc-issuer = \"https://example.com\"\noidc-client-id = \"x\"
             oidc-client-secret-file = \"nowhere\"",
            "nowhere",
        ),
        (
            "smtp = \"smtp://mail.example.com\"\nsmtp-from = \"x\"\npublic-url = \"https://example.com\"",
            "--smtp-from must be an address",
        ),
    ] {
        let (is_right, _, said) = run(text, None).await;
        assert!(!is_right && said.contains(expected), "{text}: {said}");
    }
}

/// Each event is a JSON object, and no query string is in any.
#[tokio::test]
async fn the_log_can_be_json() {
    let folder = TempDir::new().unwrap();
    let app = common::app(folder.path()).display().to_string();
    let options = ["--app", &app, "--log", "json"];
    let (page, output) = run_and_ask(&folder, &options, "/v2/users?email=somebody@example.com").await;
    let page = page.unwrap();
    let id = page.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap().trim().to_string();
    let said = String::from_utf8(output.stderr).unwrap();
    let events: Vec<serde_json::Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let asked = events.iter().find(|event| event["request"] == id.as_str()).unwrap();
    assert_eq!((&asked["status"], &asked["level"]), (&serde_json::json!(200), &serde_json::json!("INFO")));
    assert!(!said.contains("somebody"), "{said}");
}
