//! What a start says of a database that is not well, and what a stop leaves.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{Server, config};
use escalation_server::{StartError, start};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use tempfile::TempDir;

const PATH: &str = "/v2/escalation_paths/01J0PATHPAYMENTS0000000000";

fn path(name: &str) -> Value {
    json!({"name": name, "path": [{"id": "a", "type": "level", "level": {"targets": [
        {"type": "user", "id": "01J0USERMAYA00000000000000", "urgency": "high"}]}}]})
}

fn database(folder: &Path) -> PathBuf {
    folder.join("data/escalation.db")
}

/// Makes a database with the demo organisation, stops the server, and changes it.
async fn changed(changes: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    let running = start(config(folder.path(), &[])).await.unwrap();
    running.serve(std::future::ready(())).await;
    let options = SqliteConnectOptions::new().filename(database(folder.path()));
    let mut connection = options.connect().await.unwrap();
    for change in changes {
        sqlx::query(sqlx::AssertSqlSafe(*change)).execute(&mut connection).await.unwrap();
    }
    sqlx::Connection::close(connection).await.unwrap();
    folder
}

/// What the server says when it starts as a program, until it serves or gives up.
fn said_at_start(folder: &Path) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_escalation-server"));
    command.args(["--listen", "127.0.0.1:0", "--app"]).arg(common::app(folder)).arg("--data").arg(folder.join("data"));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line).unwrap();
    child.kill().unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap()
}

#[tokio::test]
async fn a_stop_leaves_one_whole_file() {
    let folder = TempDir::new().unwrap();
    let running = start(config(folder.path(), &[])).await.unwrap();
    let base = format!("http://{}", running.address());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(running.serve(async { drop(stopped.await) }));
    let _already = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::new();
    let saved = client.put(format!("{base}{PATH}")).json(&path("Last")).send().await.unwrap();
    assert_eq!(saved.status(), StatusCode::OK);
    drop(client);
    drop(stop);
    serving.await.unwrap();

    let files: Vec<_> =
        fs::read_dir(folder.path().join("data")).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["escalation.db"]);
    // Whoever copies that file has all of it.
    let copy = TempDir::new().unwrap();
    fs::create_dir(copy.path().join("data")).unwrap();
    fs::copy(database(folder.path()), database(copy.path())).unwrap();
    let server = Server::with(copy, &[]).await;
    assert_eq!(server.get(PATH).await.body["escalation_path"]["name"], "Last");
}

#[tokio::test]
async fn a_new_database_leaves_nothing_beside_it() {
    let server = Server::demo().await;
    let names = fs::read_dir(server.folder.path().join("data")).unwrap().map(|file| file.unwrap().file_name());
    let names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    assert!(names.iter().all(|name| name.starts_with("escalation.db")), "{names:?}");
}

#[tokio::test]
async fn an_emptied_file_is_told_at_the_start() {
    let folder = changed(&[]).await;
    fs::write(database(folder.path()), []).unwrap();
    let said = said_at_start(folder.path());
    let line = said.lines().find(|line| line.contains("ERROR") && line.contains("escalation.db"));
    assert!(line.is_some_and(|line| line.contains("0 bytes")), "{said}");

    // With changes beside it that SQLite would throw away it stays as it is.
    let folder = changed(&[]).await;
    fs::write(database(folder.path()), []).unwrap();
    let log = folder.path().join("data/escalation.db-wal");
    fs::write(&log, "changes").unwrap();
    let error = start(config(folder.path(), &[])).await.err().expect("it must not start");
    assert!(matches!(error, StartError::EmptyDatabase { .. }), "{error}");
    assert!(error.to_string().contains("escalation.db"), "{error}");
    assert_eq!(fs::metadata(database(folder.path())).unwrap().len(), 0);
    assert_eq!(fs::read_to_string(log).unwrap(), "changes");
}

/// As somebody else's file is: for root every file can be written to.
#[cfg(unix)]
#[tokio::test]
async fn a_file_that_cannot_be_written_to_is_told_at_the_start() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;
    let folder = changed(&[]).await;
    let data = folder.path().join("data");
    let set = |file: &Path, mode| fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
    set(folder.path(), 0o777);
    set(&data, 0o777);
    set(&database(folder.path()), 0o444);
    let program = folder.path().join("server");
    fs::copy(env!("CARGO_BIN_EXE_escalation-server"), &program).unwrap();
    let mut command = Command::new(&program);
    command.current_dir(folder.path()).args(["--listen", "127.0.0.1:0", "--app"]).arg(common::app(folder.path()));
    command.arg("--data").arg(&data);
    let is_root = fs::OpenOptions::new().write(true).open(database(folder.path())).is_ok();
    if is_root {
        command.uid(65_534).gid(65_534);
    }
    let ended = command.output().unwrap();
    let told = String::from_utf8(ended.stderr).unwrap();
    assert!(!ended.status.success(), "it starts: {told}");
    assert!(told.contains("escalation.db") && told.contains("cannot write"), "{told}");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_takes_nothing_with_it() {
    let folder = changed(&[
        "update escalation_paths set document = 'no json' where id = '01J0PATHPAYMENTS0000000000'",
        "update users set document = x'ff00' where id = '01J0USERMAYA00000000000000'",
        "update schedules set document = '[]' where id = '01J0SCHEDPRIMARY0000000000'",
        "update teams set document = '' where rowid = 1",
        "update escalation_path_templates set document = '{' where rowid = 1",
    ])
    .await;
    let said = said_at_start(folder.path());
    for (table, id) in [
        ("escalation_paths", "01J0PATHPAYMENTS0000000000"),
        ("users", "01J0USERMAYA00000000000000"),
        ("schedules", "01J0SCHEDPRIMARY0000000000"),
        ("teams", ""),
        ("escalation_path_templates", ""),
    ] {
        let line = said.lines().find(|line| line.contains("ERROR") && line.contains(&format!("table `{table}`")));
        assert!(line.is_some_and(|line| line.contains(id)), "nothing of {table} {id}: {said}");
    }

    let server = Server::with(folder, &[]).await;
    let lists = [
        ("/v2/escalation_paths", "escalation_paths", 6),
        ("/v2/users", "users", 12),
        ("/v2/schedules", "schedules", 3),
    ];
    for (url, name, readable) in lists {
        let list = server.get(url).await;
        assert_eq!(list.status, StatusCode::OK, "{url}: {}", list.body);
        assert!(list.body[name].as_array().unwrap().len() >= readable, "{url}: {}", list.body);
        assert_eq!(list.body["unreadable"].as_array().unwrap().len(), 1, "{url}");
    }
    for url in ["/v3/teams", "/v2/escalation_path_templates"] {
        let list = server.get(url).await;
        assert_eq!((list.status, list.body["unreadable"].as_array().unwrap().len()), (StatusCode::OK, 1), "{url}");
    }
    // A page ends where it ends, whatever is in it.
    let page = server.get("/v2/escalation_paths?page_size=1").await;
    assert!(page.body["pagination_meta"]["after"].is_string());

    let one = server.get(PATH).await;
    assert_eq!(one.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(one.body["errors"][0]["code"], "unreadable");
    common::is_a("ErrorResponse", &one.body, "a row that cannot be read");

    // Saves of others, which may name what cannot be read: it is not known to be missing.
    let names_it = json!({"name": "n", "path": [
        {"id": "a", "type": "level", "level": {"targets": [
            {"type": "user", "id": "01J0USERMAYA00000000000000", "urgency": "high"},
            {"type": "schedule", "id": "01J0SCHEDPRIMARY0000000000", "urgency": "high",
             "schedule_mode": "currently_on_call"}]}},
        {"id": "b", "type": "escalation_path",
         "escalation_path": {"escalation_path_id": "01J0PATHPAYMENTS0000000000"}}]});
    let saved = server.call(Method::POST, "/v2/escalation_paths", Some(&names_it)).await;
    assert_eq!(saved.status, StatusCode::CREATED, "{}", saved.body);
    let checked = server.call(Method::POST, "/v2/escalation_paths/actions/validate", Some(&names_it)).await;
    assert_eq!(checked.body, json!({"warnings": []}));
    // And of itself: what is put in its place can be read, and what it was can be deleted.
    assert_eq!(server.call(Method::PUT, PATH, Some(&path("Anew"))).await.status, StatusCode::OK);
    assert_eq!(server.get(PATH).await.body["escalation_path"]["name"], "Anew");
}

/// Overrides and pauses: who is on call is not known, rather than known without them.
#[tokio::test]
async fn an_override_that_cannot_be_read_is_not_left_out() {
    let schedule = "01J0SCHEDPRIMARY0000000000";
    let folder = changed(&[
        "insert into schedule_overrides (id, schedule_id, rotation_id, layer_id, starts_at, ends_at, document)
         select 'o', id, json_extract(document, '$.config.rotations[0].id'),
             json_extract(document, '$.config.rotations[0].layers[0].id'), 1900000000, 1900600000, ''
         from schedules where id = '01J0SCHEDPRIMARY0000000000'",
        "insert into notification_pauses (id, user_id, starts_at, ends_at, document)
         values ('p', '01J0USERMAYA00000000000000', 1900000000, 1900600000, '')",
    ])
    .await;
    let server = Server::with(folder, &[]).await;
    let entries = async |from: i64, until: i64| {
        let at = |unix: i64| chrono::DateTime::from_timestamp(unix, 0).unwrap().to_rfc3339().replace("+00:00", "Z");
        let window = format!("entry_window_start={}&entry_window_end={}", at(from), at(until));
        server.get(&format!("/v2/schedule_entries?schedule_id={schedule}&{window}")).await
    };
    let within = entries(1_900_000_000, 1_900_100_000).await;
    assert_eq!(within.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", within.body);
    assert_eq!(within.body["errors"][0]["code"], "unreadable");
    assert_eq!(entries(1_901_000_000, 1_901_100_000).await.status, StatusCode::OK, "it plays no part in another week");

    // One in its place would take it away unseen.
    let shown = server.get(&format!("/v2/schedules/{schedule}")).await.body;
    let rotation = &shown["schedule"]["config"]["rotations"][0];
    let placed = json!({"schedule_id": schedule, "rotation_id": rotation["id"], "layer_id": rotation["layers"][0]["id"],
        "start_at": "2030-03-18T00:00:00Z", "end_at": "2030-03-18T01:00:00Z", "user": {"id": "01J0USERMAYA00000000000000"}});
    let refused = server.call(Method::POST, "/v2/schedule_overrides", Some(&placed)).await;
    assert_eq!(refused.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", refused.body);
    let listed = server.get(&format!("/v2/schedule_overrides?schedule_id={schedule}")).await;
    assert_eq!(listed.body["unreadable"], json!(["o"]), "it is still there");
    assert_eq!(server.call(Method::DELETE, "/v2/schedule_overrides/o", None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(server.call(Method::POST, "/v2/schedule_overrides", Some(&placed)).await.status, StatusCode::CREATED);

    let pauses = "/v2/on_call_notification_pauses?to=2031-01-01T00:00:00Z";
    assert_eq!(server.get(pauses).await.body["unreadable"], json!(["p"]));
    let end = "/builder/v1/on_call_notification_pauses/p";
    assert_eq!(server.call(Method::DELETE, end, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(server.get(pauses).await.body["unreadable"], json!(null));
    let unknown = server.get(&format!("{pauses}&after=x")).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", unknown.body);
    assert_eq!(server.get(&format!("{pauses}&after=p")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_path_made_from_a_template_that_cannot_be_read_can_be_saved() {
    let folder = changed(&["update escalation_path_templates set document = '{'"]).await;
    let server = Server::with(folder, &[]).await;
    let templates = server.get("/v2/escalation_path_templates").await;
    let template = &templates.body["unreadable"][0];
    assert!(template.is_string(), "{}", templates.body);
    let path = json!({"name": "n", "kind": "templated", "template_id": template, "param_bindings": {}});
    let saved = server.call(Method::POST, "/v2/escalation_paths", Some(&path)).await;
    assert_eq!(saved.status, StatusCode::CREATED, "{}", saved.body);
}

#[tokio::test]
async fn a_path_that_cannot_be_read_can_be_deleted_and_restored() {
    let folder = changed(&["update escalation_paths set document = '' where id = '01J0PATHPAYMENTS0000000000'"]).await;
    let server = Server::with(folder, &[]).await;
    assert_eq!(server.call(Method::DELETE, PATH, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(server.get(PATH).await.status, StatusCode::NOT_FOUND);
    let restore = "/builder/v1/escalation_paths/01J0PATHPAYMENTS0000000000/revisions/1/restore";
    assert_eq!(server.call(Method::POST, restore, Some(&json!({}))).await.status, StatusCode::OK);
    assert_eq!(server.get(PATH).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_damaged_file_is_told_at_the_start() {
    let folder = changed(&[]).await;
    let file = database(folder.path());
    let mut bytes = fs::read(&file).unwrap();
    for page in bytes.chunks_mut(4096).skip(6).step_by(3) {
        page.fill(0x5a);
    }
    fs::write(&file, bytes).unwrap();
    let said = said_at_start(folder.path());
    assert!(said.contains("escalation.db` is damaged") || said.contains("error: cannot"), "{said}");
}
