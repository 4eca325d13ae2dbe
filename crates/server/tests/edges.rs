//! What a request may look like at all, and what every answer looks like.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use std::fs;

use clap::Parser as _;
use common::{Server, answer, is_a};
use escalation_server::Config;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tempfile::TempDir;

const LOCAL: &str = "host: localhost\r\n";
const URGENT: &str = "/v2/escalation_paths/01J0PATHURGENT000000000000";

#[tokio::test]
async fn an_address_of_the_api_has_plain_names_and_nothing_else() {
    let server = Server::demo().await;
    let lists = [
        "/v2/escalation_paths",
        "/v2/escalation_path_templates",
        "/v2/users",
        "/v2/schedules",
        "/v2/schedule_overrides",
        "/v2/on_call_notification_pauses",
        "/v3/teams",
        "/builder/v1/on_call_notification_pauses",
        "/builder/v1/escalation_paths",
    ];
    let long = "a".repeat(65);
    let ids = [
        "%FF",
        "%41",
        "a%2Fb",
        "..%5C..",
        "a\\b",
        "..\\..\\v1\\identity",
        "a;b",
        "a:b",
        "a,b",
        "..",
        ".",
        "a.b",
        "é",
        &long,
    ];
    for list in lists {
        for id in ids {
            for line in
                [format!("GET {list}/{id}"), format!("DELETE {list}/{id}"), format!("GET {list}/{id}/revisions")]
            {
                let said = server.raw(&format!("{line} HTTP/1.1\r\n{LOCAL}connection: close\r\n\r\n")).await;
                // What is no address at all does not get as far as the API.
                let status = said.split(' ').nth(1).unwrap();
                assert!(matches!(status, "404" | "405" | "400"), "{line}: {said}");
                if status != "400" {
                    assert!(
                        said.contains("content-type: application/json") && said.contains("\"request_id\":"),
                        "{said}"
                    );
                }
            }
        }
    }
    let plain = server.get(&format!("/v2/users/{}", "a".repeat(64))).await;
    assert_eq!(plain.body["errors"][0]["message"], "User could not be found");
}

#[tokio::test]
async fn one_name_of_ours_and_no_other() {
    let folder = TempDir::new().unwrap();
    let server = Server::with(folder, &["--allow-host", "Paths.Example.com"]).await;
    let asks = async |line: &str, headers: &str| server.status_of(line, headers).await;
    let list = "GET /v2/users";
    for (name, status) in [
        ("localhost", 200),
        ("localhost.", 200),
        ("LOCALHOST:80", 200),
        ("paths.example.com", 200),
        ("paths.example.com.", 200),
        ("paths.example.com.:8787", 200),
        ("[::1]:80", 200),
        ("[0:0::1]", 200),
        ("paths.example.com..", 403),
        ("evil.example", 403),
        ("paths.example.com.evil.example", 403),
        ("", 403),
        ("localhost@evil.example", 400),
        ("evil@localhost", 400),
        ("localhost/", 400),
        ("localhost:http", 400),
        ("localhost localhost", 400),
    ] {
        assert_eq!(asks(list, &format!("host: {name}\r\n")).await, status, "{name}");
    }
    assert_eq!(asks(list, "host: localhost\r\nhost: evil.example\r\n").await, 400);
    assert_eq!(asks(list, "host: localhost\r\nhost: localhost\r\n").await, 400);
    assert_eq!(asks(list, "").await, 400, "RFC 9112, 3.2");
    // An address in the request line counts, and the header does not.
    assert_eq!(asks("GET http://evil.example/v2/users", LOCAL).await, 403);
    assert_eq!(asks("GET http://localhost/v2/users", "host: evil.example\r\n").await, 200);
    assert_eq!(asks("GET http://maya@localhost/v2/users", LOCAL).await, 400);
    assert_eq!(asks("GET ftp://localhost/v2/users", LOCAL).await, 400);
    let old = server.raw("GET /v2/users HTTP/1.0\r\n\r\n").await;
    assert!(old.starts_with("HTTP/1.0 403"), "{old}");
    // Odd forms of a target are answered, and change nothing.
    assert_eq!(asks("OPTIONS *", LOCAL).await, 404);
    assert!(asks("CONNECT localhost:80", LOCAL).await >= 400);
}

#[tokio::test]
async fn names_that_could_never_match_are_refused_at_the_start() {
    for wrong in ["", "x:443", "http://x", "https://x/", "x/y", "*.example.com", "a b", "пример.рф", "a@b"] {
        let config = Config::try_parse_from(["escalation-server", "--allow-host", wrong]);
        let said = config.unwrap_err().to_string();
        assert!(said.contains("a name ") || said.contains("value is required"), "{wrong}: {said}");
    }
    for wrong in ["", "  ", &"x".repeat(201)] {
        let config = Config::try_parse_from(["escalation-server", "--user-header", "x-user", "--editor", wrong]);
        assert!(config.is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn every_answer_that_is_no_file_is_data_and_not_kept() {
    let folder = TempDir::new().unwrap();
    let server = Server::with(folder, &["--user-header", "x-user", "--editor", "maya"]).await;
    let post = |kind: &'static str, body: &'static str| {
        server
            .request(Method::POST, "/v2/escalation_paths")
            .header("x-user", "maya")
            .header("content-type", kind)
            .body(body)
    };
    let get = |path: &str| server.request(Method::GET, path);
    for (request, status) in [
        (get("/v2/users"), 200),
        (get("/builder/v1/info"), 200),
        (get("/healthz"), 200),
        (get("/v2/users/none"), 404),
        (get("/nothing.js"), 404),
        (get("/v2/nothing"), 404),
        (get("/v2/users").header("host", "evil.example"), 403),
        (server.request(Method::DELETE, URGENT).header("x-user", "bob"), 403),
        (server.request(Method::DELETE, URGENT), 401),
        (server.request(Method::PATCH, URGENT).header("x-user", "maya"), 405),
        (post("application/json", "{"), 400),
        (post("text/plain", "{}"), 400),
        (post("application/json", "{}"), 422),
    ] {
        let said = answer(request).await;
        assert_eq!(said.status, status, "{}", said.body);
        assert_eq!(said.headers["x-content-type-options"], "nosniff", "{status}");
        assert_eq!(said.headers["cache-control"], "no-store", "{status}");
        assert!(
            said.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"),
            "{status}"
        );
        if !said.status.is_success() {
            is_a("ErrorResponse", &said.body, "an error");
        }
    }
    // A script's own policy would hold for the worker that it starts.
    let script = answer(get("/app-0123456789abcdef.js")).await;
    assert!(script.headers.get("content-security-policy").is_none());
    assert_eq!(script.headers["cache-control"], "public, max-age=31536000, immutable");
}

#[tokio::test]
async fn who_is_asking_is_said_once() {
    let folder = TempDir::new().unwrap();
    let long = "m".repeat(200);
    let editors = ["--user-header", "x-user", "--editor", "maya@example.com", "--editor", &long];
    let server = Server::with(folder, &editors).await;
    let save = async |names: &[&str]| {
        let body = json!({"name": "n", "path": [{"id": "a", "type": "delay", "delay": {}}]});
        let mut request = server.request(Method::POST, "/v2/escalation_paths").json(&body);
        for name in names {
            request = request.header("x-user", *name);
        }
        answer(request).await.status.as_u16()
    };
    assert_eq!(save(&["maya@example.com"]).await, 201);
    assert_eq!(save(&["maya@example.com", "bob@example.com"]).await, 400);
    assert_eq!(save(&["bob@example.com", "maya@example.com"]).await, 400);
    assert_eq!(save(&["maya@example.com", "maya@example.com"]).await, 400);
    assert_eq!(save(&["", "maya@example.com"]).await, 400);
    assert_eq!(save(&["maya@example.com, bob@example.com"]).await, 403);
    assert_eq!(save(&[""]).await, 401);
    // One who begins like an editor with a long name is not that one.
    assert_eq!(save(&[&long]).await, 201);
    assert_eq!(save(&[&format!("{long}allory")]).await, 400);
    let odd = server
        .raw(&format!("POST /v2/escalation_paths HTTP/1.1\r\n{LOCAL}x-user: \u{1}\r\nconnection: close\r\n\r\n"))
        .await;
    assert!(odd.starts_with("HTTP/1.1 400"), "{odd}");
    let twice =
        server.request(Method::GET, "/builder/v1/info").header("x-user", "maya@example.com").header("x-user", "b");
    assert_eq!(answer(twice).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_tag_that_was_changed_on_its_way_is_still_ours() {
    let server = Server::demo().await;
    let body = json!({"name": "Urgent", "path": [{"id": "a", "type": "delay", "delay": {}}]});
    let save =
        async |tag: String| answer(server.request(Method::PUT, URGENT).header("if-match", tag).json(&body)).await;
    let mut revision = 1;
    for form in [
        "\"N\"",
        "W/\"N\"",
        "\"N-gzip\"",
        "\"N--gzip\"",
        "\"N;gzip\"",
        "W/\"N-br\"",
        "\"0\", W/\"N\"",
        "\"x\",\"N-zstd\"",
        "*",
    ] {
        let said = save(form.replace('N', &revision.to_string())).await;
        assert_eq!(said.status, StatusCode::OK, "{form}: {}", said.body);
        revision += 1;
        assert_eq!(said.headers["etag"], format!("\"{revision}\""));
    }
    for form in
        ["W/\"0\"", "\"0-gzip\"", "\"1\"", "W/\"1-gzip\"", "N", "\"N-x\"", "\"-N\"", "\"N.0\"", "nonsense", "\"\"", ""]
    {
        let said = save(form.replace('N', &revision.to_string())).await;
        assert_eq!(said.status, StatusCode::PRECONDITION_FAILED, "{form}");
        assert_eq!(said.body["errors"][0]["metadata"]["revision"], revision.to_string());
    }
}

#[tokio::test]
async fn each_encoding_of_a_file_has_a_tag_of_its_own() {
    let server = Server::demo().await;
    let get = |accepts: &'static str| {
        server.request(Method::GET, "/app-0123456789abcdef.js").header("accept-encoding", accepts)
    };
    let mut tags = Vec::new();
    for accepts in ["br", "gzip", "identity"] {
        let tag = answer(get(accepts)).await.headers["etag"].to_str().unwrap().to_string();
        for known in [
            tag.clone(),
            format!("W/{tag}"),
            format!("\"x\", {tag}"),
            tag.replacen("=\"", "=-gzip\"", 1),
            "*".to_string(),
        ] {
            let again = answer(get(accepts).header("if-none-match", &known)).await;
            assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{accepts} {known}");
            assert_eq!(again.headers["etag"], tag);
            assert_eq!(again.headers["vary"], "accept-encoding");
        }
        tags.push(tag);
    }
    for (accepts, other) in [("br", 1), ("gzip", 2), ("identity", 0)] {
        assert_eq!(answer(get(accepts).header("if-none-match", &tags[other])).await.status, StatusCode::OK);
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 3);
}

#[tokio::test]
async fn whether_it_is_well_may_be_asked_by_any_name() {
    let server = Server::demo().await;
    for path in ["/healthz", "/readyz", "/livez"] {
        for name in ["10.1.2.3:8787", "anything.example", "localhost"] {
            let well = answer(server.request(Method::GET, path).header("host", name)).await;
            assert_eq!((well.status, well.body), (StatusCode::OK, json!({"status": "ok"})), "{path} {name}");
        }
        assert_eq!(server.status_of(&format!("HEAD {path}"), "host: 10.1.2.3\r\n").await, 200);
        assert_eq!(server.status_of(&format!("POST {path}"), LOCAL).await, 405);
        assert_eq!(server.status_of(&format!("GET {path}/x"), "host: 10.1.2.3\r\n").await, 403);
    }
    assert_eq!(server.status_of("GET /builder/v1/info", "host: 10.1.2.3\r\n").await, 403);
}

#[tokio::test]
async fn it_is_not_well_while_the_database_cannot_be_written() {
    use sqlx::ConnectOptions as _;
    let server = Server::demo().await;
    let file = server.folder.path().join("data/escalation.db");
    let mut other = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).connect().await.unwrap();
    // Another program that holds the lock is the one way to it that root has, too.
    sqlx::query("begin exclusive").execute(&mut other).await.unwrap();
    let ill = answer(server.request(Method::GET, "/healthz").header("host", "10.1.2.3")).await;
    assert_eq!(ill.status, StatusCode::SERVICE_UNAVAILABLE, "{}", ill.body);
    is_a("ErrorResponse", &ill.body, "ill");
    assert_eq!(server.get("/livez").await.status, StatusCode::OK);
    sqlx::query("rollback").execute(&mut other).await.unwrap();
    for _ in 0..100 {
        if server.get("/readyz").await.status == StatusCode::OK {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("it is never well again");
}

#[cfg(unix)]
#[tokio::test]
async fn the_database_is_for_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |file: &std::path::Path| fs::metadata(file).unwrap().permissions().mode() & 0o777;
    let server = Server::demo().await;
    let data = server.folder.path().join("data");
    let names: Vec<_> = fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(names.len() >= 2, "{names:?}");
    for file in names {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    // One that everybody could read until now is closed.
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join("data")).unwrap();
    let file = folder.path().join("data/escalation.db");
    fs::write(&file, []).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o664)).unwrap();
    let server = Server::with(folder, &[]).await;
    assert_eq!(mode(&server.folder.path().join("data/escalation.db")), 0o660);
}

#[tokio::test]
async fn parameters_have_bounds() {
    let server = Server::demo().await;
    let status = async |path: String| {
        let said = server.get(&path).await;
        (said.status.as_u16(), said.body["errors"][0]["message"].as_str().unwrap_or_default().to_string())
    };
    let templates = "/v2/escalation_path_templates?search=";
    for count in [1_001, 20_000, 60_000] {
        let (status, message) = status(format!("{templates}{}", "a".repeat(count))).await;
        assert_eq!((status, message.as_str()), (422, "Search must have at most 1000 bytes"));
    }
    assert_eq!(status(format!("{templates}{}", "%25".repeat(1_000))).await.0, 200);
    for parameter in ["search", "after", "page_size"] {
        let (status, message) = status(format!("/v2/escalation_path_templates?{parameter}=%00")).await;
        assert_eq!(status, 422, "{message}");
    }
    assert!(matches!(status(format!("{templates}%FF")).await.0, 200 | 400));
    let entries = |from: &str, until: &str| {
        format!(
            "/v2/schedule_entries?schedule_id=01J0SCHEDPRIMARY0000000000&entry_window_start={from}&entry_window_end={until}"
        )
    };
    for (from, until, field) in [
        ("9999-12-31T00:00:00Z", "9999-12-31T23:59:59Z", "Entry_window_start"),
        ("2499-12-31T00:00:00Z", "2500-01-01T00:00:00Z", "Entry_window_end"),
        ("1899-01-01T00:00:00Z", "1899-02-01T00:00:00Z", "Entry_window_start"),
    ] {
        let (status, message) = status(entries(from, until)).await;
        let right = format!("{field} must be after 1900-01-01T00:00:00Z and before 2500-01-01T00:00:00Z");
        assert_eq!((status, message), (422, right));
    }
}
