//! What a start says of a database that is not well, and what a stop leaves.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{Answer, Server, answer, config};
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

async fn save(server: &Server, url: &str, body: &Value, tag: &str) -> Answer {
    answer(server.request(Method::PUT, url).header("if-match", tag).json(body)).await
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
    // A process that another test has just begun may still have the copy open for writing, until it is a program.
    let ended = loop {
        match command.output() {
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => tokio::task::yield_now().await,
            ended => break ended.unwrap(),
        }
    };
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
        "update path_revisions set document = '[' where path_id = '01J0PATHURGENT000000000000' and number = 1",
        "insert into path_documents (path_id, kind, document, saved_at)
         values ('01J0PATHURGENT000000000000', 'expectations', '[', '2026-11-29T00:00:00Z')",
    ])
    .await;
    let said = said_at_start(folder.path());
    for (table, id) in [
        ("escalation_paths", "01J0PATHPAYMENTS0000000000"),
        ("users", "01J0USERMAYA00000000000000"),
        ("schedules", "01J0SCHEDPRIMARY0000000000"),
        ("teams", ""),
        ("escalation_path_templates", ""),
        ("path_revisions", "01J0PATHURGENT000000000000/1"),
        ("path_documents", "01J0PATHURGENT000000000000/expectations"),
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

    // Asked for alone, each is named, and what can be done is said.
    let list = |url: &str, name: &str| {
        let url = url.to_string();
        let server = &server;
        let name = name.to_string();
        async move { format!("{url}/{}", server.get(&url).await.body[name.as_str()][0].as_str().unwrap()) }
    };
    let urgent = "/builder/v1/escalation_paths/01J0PATHURGENT000000000000";
    for (url, remedy) in [
        (PATH.to_string(), "restore one of its revisions"),
        ("/v2/users/01J0USERMAYA00000000000000".to_string(), "restore a backup"),
        ("/v2/schedules/01J0SCHEDPRIMARY0000000000".to_string(), "restore a backup"),
        ("/v2/schedule_entries?schedule_id=01J0SCHEDPRIMARY0000000000".to_string(), "restore a backup"),
        (list("/v3/teams", "unreadable").await, "restore a backup"),
        (list("/v2/escalation_path_templates", "unreadable").await, "save it anew or delete it"),
        (format!("{urgent}/revisions/1"), "restore another one"),
        (format!("{urgent}/expectations"), "save it anew"),
    ] {
        let one = server.get(&url).await;
        assert_eq!(one.status, StatusCode::INTERNAL_SERVER_ERROR, "{url}: {}", one.body);
        let error = &one.body["errors"][0];
        assert_eq!(error["code"], "unreadable", "{url}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("is stored, but cannot be read") && message.contains(remedy), "{url}: {message}");
        common::is_a("ErrorResponse", &one.body, &url);
    }
    let kept = format!("{urgent}/expectations");
    let saved = server.call(Method::PUT, &kept, Some(&json!({"expectations": []}))).await;
    assert_eq!((saved.status, server.get(&kept).await.status), (StatusCode::OK, StatusCode::OK), "{}", saved.body);

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

/// Also what is read by its columns, in which SQLite lets anything be.
#[tokio::test]
async fn a_column_of_the_wrong_kind_is_told_at_the_start() {
    let whole = said_at_start(changed(&[]).await.path());
    assert!(!whole.contains("ERROR"), "{whole}");
    let folder = changed(&[
        "update priorities set name = x'ff' where rowid = 1",
        "update channels set type = x'00' where rowid = 1",
        "pragma foreign_keys = off",
        "update path_revisions set number = 'x' where path_id = '01J0PATHURGENT000000000000'",
        "update users set id = x'ff' where id = '01J0USERMAYA00000000000000'",
        "insert into escalations (id, plan_id, title, description, priority_name, creator, status, first_state, state,
             version, steps, event_at, due_at, created_at, updated_at)
         values ('torn', 'p', '', '', '', '{}', 'expired', '{}', '{', 1, 1, 0, 1.5, 0, 0)",
        "insert into escalation_steps (escalation_id, number, input, document) values ('torn', 1, 1, '{')",
        "insert into deliveries (id, escalation_id, version, number, kind, document, status, tries, try_at, created_at,
             updated_at) values ('late', 'torn', 1, 1, 'log', '{}', 'sent', 0, 'x', 0, 0)",
        "insert into alerts (id, source_id, deduplication_key, title, metadata, status, created_at, updated_at)
         values ('loud', 's', 'k', '', '[', 'firing', 0, 0)",
        "update world_changes set number = x'00'",
    ])
    .await;
    let said = said_at_start(folder.path());
    for (table, id, faults) in [
        ("priorities", "", "name"),
        ("channels", "", "type"),
        ("users", "row ", "id"),
        ("path_revisions", "01J0PATHURGENT000000000000", "number"),
        ("world_changes", "row ", "number"),
        ("escalations", "torn", "state due_at"),
        ("escalation_steps", "torn", "document"),
        ("deliveries", "late", "try_at"),
        ("alerts", "loud", "metadata"),
    ] {
        let is_it = |line: &&str| line.contains(&format!("table `{table}`")) && line.contains("the fault is in");
        let lines: Vec<_> = said.lines().filter(is_it).collect();
        assert_eq!(lines.len(), 1, "{table}: {said}");
        assert!(lines[0].contains(id) && lines[0].ends_with(&format!("the fault is in {faults}")), "{lines:?}");
    }
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
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    let message = refused.body["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("`o`") && message.ends_with("replace it or delete it first"), "{message}");
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
async fn an_override_that_cannot_be_read_can_be_replaced() {
    let folder = changed(&[
        "insert into schedule_overrides (id, schedule_id, rotation_id, layer_id, starts_at, ends_at, document)
         values ('o', '01J0SCHEDPRIMARY0000000000', 'primary', 'primary-1', 1000000000, 4000000000, 'damaged')",
    ])
    .await;
    let server = Server::with(folder, &[]).await;
    let one = server.get("/v2/schedule_overrides/o").await;
    assert_eq!(one.body["errors"][0]["code"], "unreadable", "{}", one.body);

    // Who is on call now is not known, and that is said.
    let id = "01J0SCHEDPRIMARY0000000000";
    let listed = server.get("/v2/schedules").await;
    assert_eq!(listed.body["unknown_shifts"], json!([id]));
    let schedules = listed.body["schedules"].as_array().unwrap();
    for schedule in schedules {
        assert_eq!(schedule.get("current_shifts").is_none(), schedule["id"] == id, "{schedule}");
    }
    let shown = server.get(&format!("/v2/schedules/{id}")).await.body;
    assert_eq!((&shown["unknown_shifts"], shown["schedule"].get("current_shifts")), (&json!([id]), None));

    let placed = json!({"rotation_id": "primary", "layer_id": "primary-1", "start_at": "2030-03-18T00:00:00Z",
        "end_at": "2030-03-18T01:00:00Z", "user": {"id": "01J0USERMAYA00000000000000"}});
    let moved = server.call(Method::PUT, "/v2/schedule_overrides/o", Some(&placed)).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.body);
    let shown = server.get("/v2/schedule_overrides/o").await.body["override"].clone();
    assert_eq!((&shown["schedule_id"], &shown["user"]["id"]), (&json!(id), &placed["user"]["id"]));
    let listed = server.get("/v2/schedules").await.body;
    assert_eq!(listed.get("unknown_shifts"), None);

    // What could not be read is still in the database.
    let folder = server.stopped().await;
    let mut connection = SqliteConnectOptions::new().filename(database(folder.path())).connect().await.unwrap();
    let kept = "select count(*) from schedule_overrides where document = 'damaged' and archived_at is not null";
    assert_eq!(sqlx::query_scalar::<_, i64>(kept).fetch_one(&mut connection).await.unwrap(), 1);
}

#[tokio::test]
async fn what_depends_on_something_that_cannot_be_read_says_so() {
    let folder = changed(&[
        "insert into schedule_overrides (id, schedule_id, rotation_id, layer_id, starts_at, ends_at, document)
         values ('o', '01J0SCHEDPRIMARY0000000000', 'primary', 'primary-1', 1000000000, 1000086400,
             '{\"id\":\"o\",\"schedule_id\":\"01J0SCHEDPRIMARY0000000000\",\"rotation_id\":\"primary\",
               \"layer_id\":\"primary-1\",\"start_at\":\"2001-09-09T01:46:40Z\",\"end_at\":\"2001-09-10T01:46:40Z\",
               \"created_at\":\"2001-09-09T01:46:40Z\",\"updated_at\":\"2001-09-09T01:46:40Z\"}')",
        "update schedules set document = '[]' where id = '01J0SCHEDPRIMARY0000000000'",
        "update users set document = '' where id = '01J0USERMAYA00000000000000'",
    ])
    .await;
    let server = Server::with(folder, &[]).await;
    let listed = server.get("/v2/schedule_overrides?schedule_id=01J0SCHEDPRIMARY0000000000").await;
    assert_eq!((listed.status, &listed.body["overrides"][0]["id"]), (StatusCode::OK, &json!("o")), "{}", listed.body);
    let placed = json!({"schedule_id": "01J0SCHEDPRIMARY0000000000", "rotation_id": "primary",
        "layer_id": "primary-1", "start_at": "2030-03-18T00:00:00Z", "end_at": "2030-03-18T01:00:00Z",
        "user": {"id": "01J0USERMAYA00000000000000"}});
    for (method, url) in [(Method::POST, "/v2/schedule_overrides"), (Method::PUT, "/v2/schedule_overrides/o")] {
        let refused = server.call(method.clone(), url, Some(&placed)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{method}: {}", refused.body);
        let errors: Vec<_> = refused.body["errors"].as_array().unwrap().iter().collect();
        let of = |error: &Value| (error["code"].clone(), error["source"]["pointer"].clone());
        let told: Vec<_> = errors.into_iter().map(of).collect();
        let unreadable = |at: &str| (json!("unreadable"), json!(at));
        assert_eq!(told, [unreadable("schedule_id"), unreadable("user")], "{method}");
    }
    assert_eq!(server.call(Method::DELETE, "/v2/schedule_overrides/o", None).await.status, StatusCode::NO_CONTENT);
    // Only that there is such a user matters.
    let pause = json!({"user_id": "01J0USERMAYA00000000000000", "starts_at": "2100-01-01T00:00:00Z",
        "ends_at": "2100-01-02T00:00:00Z"});
    let made = server.call(Method::POST, "/builder/v1/on_call_notification_pauses", Some(&pause)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
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

/// Columns only say where to look: one that holds something else hides no row, and moves none to another place.
#[tokio::test]
async fn a_damaged_column_hides_nothing() {
    let schedule = "01J0SCHEDPRIMARY0000000000";
    let (primary, secondary) = (format!("/v2/schedules/{schedule}"), "/v2/schedules/01J0SCHEDSECONDARY00000000");
    for (column, of_all) in [
        ("starts_at = '{'", false),
        ("ends_at = 1.5", false),
        ("ends_at = x'ff'", false),
        ("layer_id = x'ff'", false),
        ("archived_at = x'ff'", false),
        ("schedule_id = x'ff'", true),
    ] {
        let folder = changed(&[
            "insert into schedule_overrides (id, schedule_id, rotation_id, layer_id, starts_at, ends_at, document)
             select 'o', id, 'primary', 'primary-1', 1000000000, 4000000000, '{}' from schedules
             where id = '01J0SCHEDPRIMARY0000000000'",
            "pragma foreign_keys = off",
            &format!("update schedule_overrides set {column}"),
        ])
        .await;
        let server = Server::with(folder, &[]).await;
        let entries = server.get(&format!("/v2/schedule_entries?schedule_id={schedule}")).await;
        assert_eq!(entries.body["errors"][0]["code"], "unreadable", "{column}: {}", entries.body);
        assert!(entries.body["errors"][0]["message"].as_str().unwrap().contains("`o`"), "{column}: {}", entries.body);
        assert_eq!(server.get(&primary).await.body["unknown_shifts"], json!([schedule]), "{column}");
        // The others are as they are, unless it can be of any.
        let other = server.get(secondary).await.body;
        assert_eq!(other["unknown_shifts"].is_array(), of_all, "{column}: {other}");
        let listed = server.get(&format!("/v2/schedule_overrides?schedule_id={schedule}")).await;
        assert_eq!(listed.body["unreadable"], json!(["o"]), "{column}: {}", listed.body);
        let shown = server.get("/v2/schedule_overrides/o").await;
        assert_eq!(shown.body["errors"][0]["code"], "unreadable", "{column}: {}", shown.body);
        // What can be done about it is done.
        let deleted = server.call(Method::DELETE, "/v2/schedule_overrides/o", None).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{column}: {}", deleted.body);
        assert_eq!(server.get(&primary).await.body["unknown_shifts"], json!(null), "{column}");
    }
}

#[tokio::test]
async fn a_damaged_column_of_a_pause_a_person_or_a_priority_is_named() {
    let folder = changed(&[
        "insert into notification_pauses (id, user_id, starts_at, ends_at, document) values
             ('p', '01J0USERMAYA00000000000000', '{', 1900600000, '{}'),
             ('q', '01J0USERMAYA00000000000000', 1900000000, x'ff', '{}'),
             ('r', '01J0USERMAYA00000000000000', 1900000000, 1900600000, '{}')",
        "update notification_pauses set cancelled_at = x'ff' where id = 'r'",
        "update users set is_active = 'x' where id = '01J0USERMAYA00000000000000'",
        "update priorities set rank = 'x' where rowid = 1",
        "update path_revisions set saved_at = x'ff' where path_id = '01J0PATHPAYMENTS0000000000'",
        "insert into path_documents (path_id, kind, document, saved_at, revision)
         values ('01J0PATHPAYMENTS0000000000', 'expectations', '[]', '2026-11-29T00:00:00Z', '{')",
    ])
    .await;
    let said = said_at_start(folder.path());
    for (id, fault) in [("p", "starts_at"), ("q", "ends_at"), ("r", "cancelled_at"), ("01J0PATHPAYMENTS", "revision")] {
        let line = said.lines().find(|line| line.contains(&format!("`{id}")) && line.ends_with(fault));
        assert!(line.is_some(), "{id}: {said}");
    }
    let server = Server::with(folder, &[]).await;
    let pauses = server.get("/v2/on_call_notification_pauses?to=2031-01-01T00:00:00Z").await;
    assert_eq!(pauses.body["unreadable"], json!(["q", "r", "p"]), "{}", pauses.body);
    let people = server.get("/v2/users").await;
    assert_eq!(people.body["unreadable"], json!(["01J0USERMAYA00000000000000"]), "{}", people.body);
    let priorities = server.get("/builder/v1/priorities").await;
    assert_eq!(priorities.body["unreadable"].as_array().map(Vec::len), Some(1), "{}", priorities.body);
    let revisions = server.get("/builder/v1/escalation_paths/01J0PATHPAYMENTS0000000000/revisions").await;
    assert_eq!(revisions.body["unreadable"], json!(["1"]), "{}", revisions.body);

    // Nobody who read the list before is taken to have read it as it is; without a condition it is saved.
    let kept = "/builder/v1/escalation_paths/01J0PATHPAYMENTS0000000000/expectations";
    let none = json!({"expectations": []});
    let stale = save(&server, kept, &none, "\"1\"").await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "{}", stale.body);
    assert_eq!(server.call(Method::PUT, kept, Some(&none)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_revision_without_a_number_gets_one_with_the_next_save() {
    let id = "01J0PATHPAYMENTS0000000000";
    let server = Server::demo().await;
    for name in ["Second", "Third"] {
        assert_eq!(server.call(Method::PUT, PATH, Some(&path(name))).await.status, StatusCode::OK);
    }
    let options = SqliteConnectOptions::new().filename(database(server.folder.path()));
    let mut connection = options.connect().await.unwrap();
    let damage = "update path_revisions set number = 'x' where path_id = $1 and number = 3";
    sqlx::query(damage).bind(id).execute(&mut connection).await.unwrap();
    let revisions = format!("/builder/v1/escalation_paths/{id}/revisions");
    let listed = server.get(&revisions).await.body;
    let numbers = |listed: &Value| -> Vec<i64> {
        listed["revisions"].as_array().unwrap().iter().map(|one| one["number"].as_i64().unwrap()).collect()
    };
    assert_eq!((numbers(&listed), &listed["unreadable"]), (vec![2, 1], &json!(["without a number"])), "{listed}");
    // It is the third all the same: who has read the second has not read this.
    assert_eq!(server.get(PATH).await.body["escalation_path"]["name"], "Third");
    let stale = save(&server, PATH, &path("Fourth"), "\"2\"").await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "{}", stale.body);
    let saved = save(&server, PATH, &path("Fourth"), "\"3\"").await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
    let listed = server.get(&revisions).await.body;
    assert_eq!((numbers(&listed), &listed["unreadable"]), (vec![4, 3, 2, 1], &json!(null)), "{listed}");
}

#[tokio::test]
async fn what_may_have_been_deleted_is_named_and_not_gone() {
    let sources = "insert into alert_sources (id, name, secret, document, created_at, updated_at)
        values ('01SOURCE', 'Source', 's', '{\"routes\":[]}', 1, 1)";
    let endpoints = "insert into webhook_endpoints (id, url, event_types, secret, created_at)
        values ('01ENDPOINT', 'https://example.com/', '[]', 's', 1)";
    let lists = [
        ("escalation_paths", "/v2/escalation_paths"),
        ("schedules", "/v2/schedules"),
        ("escalation_path_templates", "/v2/escalation_path_templates"),
        ("alert_sources", "/builder/v1/alert_sources"),
        ("webhook_endpoints", "/builder/v1/webhook_endpoints"),
    ];
    for value in ["x'ff'", "''", "0"] {
        let of = |table: &str| {
            format!("update {table} set archived_at = {value} where rowid = (select min(rowid) from {table})")
        };
        let changes = lists.map(|(table, _)| of(table));
        let changes: Vec<&str> = [sources, endpoints].into_iter().chain(changes.iter().map(String::as_str)).collect();
        let folder = changed(&changes).await;
        let said = said_at_start(folder.path());
        for (table, _) in lists {
            let line =
                said.lines().find(|line| line.contains(&format!("table `{table}`")) && line.ends_with("archived_at"));
            assert!(line.is_some(), "{value}, {table}: {said}");
        }
        let server = Server::with(folder, &[]).await;
        for (_, list) in lists {
            let listed = server.get(list).await.body;
            assert_eq!(listed["unreadable"].as_array().map(Vec::len), Some(1), "{value}, {list}: {listed:#}");
            let one = format!("{list}/{}", listed["unreadable"][0].as_str().unwrap());
            let shown = server.get(&one).await;
            assert_eq!(shown.body["errors"][0]["code"], "unreadable", "{value}, {one}: {}", shown.body);
        }
        // It can be saved and deleted, and is as it should be then.
        let first = server.get("/v2/escalation_paths").await.body["unreadable"][0].clone();
        let first = format!("/v2/escalation_paths/{}", first.as_str().unwrap());
        assert_eq!(server.call(Method::PUT, &first, Some(&path("Saved"))).await.status, StatusCode::OK, "{value}");
        assert_eq!(server.get(&first).await.body["escalation_path"]["name"], "Saved", "{value}");
        for list in ["/builder/v1/alert_sources/01SOURCE", "/builder/v1/webhook_endpoints/01ENDPOINT"] {
            assert_eq!(server.call(Method::DELETE, list, None).await.status, StatusCode::NO_CONTENT, "{value}, {list}");
            assert_eq!(server.get(list).await.status, StatusCode::NOT_FOUND, "{value}, {list}");
        }
    }
}

#[tokio::test]
async fn an_override_that_is_elsewhere_than_its_columns_say_is_not_believed() {
    let schedule = "01J0SCHEDPRIMARY0000000000";
    let document = json!({
        "id": "o", "schedule_id": schedule, "rotation_id": "primary", "layer_id": "primary-1",
        "start_at": "2026-11-20T00:00:00Z", "end_at": "2026-11-21T00:00:00Z", "user": {"id": "01J0USERMAYA00000000000000"},
    });
    for columns in ["starts_at = 1000000000", "ends_at = 4000000000", "schedule_id = '01J0SCHEDSECONDARY00000000'"] {
        let folder = changed(&[
            &format!(
                "insert into schedule_overrides (id, schedule_id, rotation_id, layer_id, starts_at, ends_at, document)
                 values ('o', '{schedule}', 'primary', 'primary-1', 1795132800, 1795219200, '{document}')"
            ),
            &format!("update schedule_overrides set {columns}"),
        ])
        .await;
        let said = said_at_start(folder.path());
        assert!(said.contains("`o` of table `schedule_overrides` cannot be read"), "{columns}: {said}");
        let server = Server::with(folder, &[]).await;
        let shown = server.get("/v2/schedule_overrides/o").await;
        assert_eq!(shown.body["errors"][0]["code"], "unreadable", "{columns}: {}", shown.body);
    }
}

#[tokio::test]
async fn a_list_of_no_kind_is_no_empty_one() {
    let folder = changed(&["insert into path_documents (path_id, kind, document, saved_at, revision)
         values ('01J0PATHPAYMENTS0000000000', x'ff', '[1]', '2026-11-29T00:00:00Z', 1)"])
    .await;
    let server = Server::with(folder, &[]).await;
    let kept = |kind: &str| format!("/builder/v1/escalation_paths/01J0PATHPAYMENTS0000000000/{kind}");
    for kind in ["expectations", "scenarios"] {
        let shown = server.get(&kept(kind)).await;
        assert_eq!(shown.body["errors"][0]["code"], "unreadable", "{kind}: {}", shown.body);
        let saved = server.call(Method::PUT, &kept(kind), Some(&json!({kind: []}))).await;
        assert_eq!(saved.status, StatusCode::OK, "{kind}: {}", saved.body);
        assert_eq!(server.get(&kept(kind)).await.body[kind], json!([]));
    }
}

#[tokio::test]
async fn a_damaged_revision_is_not_taken_for_another() {
    let id = "01J0PATHPAYMENTS0000000000";
    // An older one keeps its place; one of a number that none can have is the newest; none at all begins anew.
    for (damage, expected) in [
        ("update path_revisions set number = x'ff' where path_id = $1 and number = 2", &[4_i64, 3, 2, 1][..]),
        ("update path_revisions set number = 9223372036854775807 where path_id = $1 and number = 3", &[4, 3, 2, 1]),
        ("update path_revisions set number = -5 where path_id = $1 and number = 3", &[4, 3, 2, 1]),
        ("delete from path_revisions where path_id = $1", &[1]),
    ] {
        let server = Server::demo().await;
        for name in ["Second", "Third"] {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            assert_eq!(server.call(Method::PUT, PATH, Some(&path(name))).await.status, StatusCode::OK);
        }
        let options = SqliteConnectOptions::new().filename(database(server.folder.path()));
        let mut connection = options.connect().await.unwrap();
        sqlx::query(damage).bind(id).execute(&mut connection).await.unwrap();
        let shown = answer(server.request(Method::GET, PATH)).await;
        let tag = shown.headers["etag"].to_str().unwrap().to_string();
        let saved = save(&server, PATH, &path("Fourth"), &tag).await;
        assert_eq!(saved.status, StatusCode::OK, "{damage}: {}", saved.body);
        let listed = server.get(&format!("/builder/v1/escalation_paths/{id}/revisions")).await.body;
        let revisions = listed["revisions"].as_array().unwrap();
        let numbers: Vec<_> = revisions.iter().map(|one| one["number"].as_i64().unwrap()).collect();
        assert_eq!(numbers, expected, "{damage}: {listed}");
        let names: Vec<_> = revisions.iter().map(|one| one["name"].as_str().unwrap()).collect();
        let known = ["Fourth", "Third", "Second"];
        assert_eq!(names[..names.len().min(3)], known[..names.len().min(3)], "{damage}: {listed}");
    }
    let server = Server::demo().await;
    let options = SqliteConnectOptions::new().filename(database(server.folder.path())).foreign_keys(false);
    let mut connection = options.connect().await.unwrap();
    sqlx::query("update path_revisions set path_id = 'x' where path_id = $1")
        .bind(id)
        .execute(&mut connection)
        .await
        .unwrap();
    assert_eq!(server.call(Method::PUT, PATH, Some(&path("Saved"))).await.status, StatusCode::OK);
    assert_eq!(server.call(Method::DELETE, PATH, None).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn what_is_null_or_of_another_kind_is_not_told_as_something() {
    let folder = changed(&[
        "pragma foreign_keys = off",
        "update priorities set id = null where rank = 0",
        "update channels set id = null where rowid = (select min(rowid) from channels)",
        "insert into path_documents (path_id, kind, document, saved_at, revision)
         values ('01J0PATHPAYMENTS0000000000', 'expectations', '{}', '2026-11-29T00:00:00Z', 1)",
        "insert into alert_sources (id, name, secret, document, created_at, updated_at) values ('01SOURCE', 'S', 's', '5', 1, 1)",
        "insert into webhook_endpoints (id, url, event_types, secret, created_at)
         values ('01ENDPOINT', 'https://example.com/', '5', 's', 1)",
    ])
    .await;
    let server = Server::with(folder, &[]).await;
    for (list, name) in [
        ("/builder/v1/priorities", "priorities"),
        ("/builder/v1/channels", "channels"),
        ("/builder/v1/alert_sources", "alert_sources"),
        ("/builder/v1/webhook_endpoints", "webhook_endpoints"),
    ] {
        let told = server.get(list).await.body;
        assert_eq!(told["unreadable"].as_array().map(Vec::len), Some(1), "{list}: {told:#}");
        assert!(told[name].as_array().unwrap().iter().all(|one| one["id"] != ""), "{list}: {told:#}");
    }
    for one in [
        "/builder/v1/escalation_paths/01J0PATHPAYMENTS0000000000/expectations",
        "/builder/v1/webhook_endpoints/01ENDPOINT",
    ] {
        let told = server.get(one).await;
        assert_eq!(told.body["errors"][0]["code"], "unreadable", "{one}: {:#}", told.body);
    }
}

/// What will be needed without being asked for, to page somebody.
#[tokio::test]
async fn what_is_json_and_says_something_else_is_told_at_the_start() {
    let whole = said_at_start(changed(&[]).await.path());
    assert!(!whole.contains("ERROR"), "{whole}");
    let user = "01J0USERMAYA00000000000000";
    let folder = changed(&[
        "pragma foreign_keys = off",
        "insert into escalation_plans (id, document) values ('plan', '{\"path_id\": 5}'), ('ended', '5')",
        "insert into escalations (id, plan_id, title, description, priority_name, creator, status, first_state, state,
             version, steps, event_at, due_at, created_at, updated_at)
         values ('runs', 'plan', '', '', '', '5', 'Triggered', '[]', '{}', 1, 1, 0, 4000000000, 0, 0),
                ('over', 'ended', '', '', '', '{}', 'expired', '{}', '{}', 1, 1, 0, null, 0, 0),
                ('taken', 'nowhere', '', '', '', '{}', 'acked', '{}', '{}', 1, 1, 0, null, 0, 0)",
        "update escalations set alert_id = 'nothing' where id = 'taken'",
        "insert into escalation_steps (escalation_id, number, input, document) values ('runs', 1, 1, '5'), ('over', 1, 1, '5')",
        "insert into path_documents (path_id, kind, document, saved_at, revision)
         values ('01J0PATHPAYMENTS0000000000', 'expectations', '[5]', '2026-11-29T00:00:00Z', 1),
                ('01J0PATHPAYMENTS0000000000', 'scenarios', '{}', '2026-11-29T00:00:00Z', 1),
                ('01J0PATHPAYMENTS0000000000', 'others', '[]', '2026-11-29T00:00:00Z', 1)",
        "update users set id = '' where id = '01J0USERTOM000000000000000'",
        "update schedules set document = json_set(document, '$.timezone', 'Mars/Olympus')
         where id = '01J0SCHEDPRIMARY0000000000'",
        "insert into api_keys (id, name, rights, secret, created_at) values ('key', 'k', 'view zzz', 'digest', 1)",
        "update path_revisions set number = 0 where path_id = '01J0PATHPAYMENTS0000000000'",
        &format!(
            "insert into user_notifications (user_id, kind, document, updated_at)
             values ('{user}', 'methods', '[{{}}]', 1), ('{user}', 'rules', '{{}}', 1), ('{user}', 'later', '7', 1)"
        ),
        "insert into alert_sources (id, name, secret, document, created_at, updated_at)
         values ('source', 'S', 's', '{\"routes\": 5}', 1, 1)",
        "insert into webhook_endpoints (id, url, event_types, secret, created_at)
         values ('endpoint', 'https://example.com/', '{}', 's', 1)",
        "insert into deliveries (id, escalation_id, version, number, kind, document, status, tries, try_at, created_at,
             updated_at) values ('mail', 'runs', 1, 1, 'email', '{}', 'waiting', 0, 4000000000000, 0, 0),
             ('post', 'runs', 1, 2, 'webhook', '{}', 'waiting', 0, 4000000000000, 0, 0),
             ('line', 'runs', 1, 4, 'log', '5', 'waiting', 0, 4000000000000, 0, 0),
             ('bird', 'runs', 1, 5, 'pigeon', '{}', 'waiting', 0, 4000000000000, 0, 0),
             ('lost', 'runs', 1, 6, 'log', '{}', 'zzz', 0, 4000000000000, 0, 0),
             ('gone', 'runs', 1, 3, 'email', '{}', 'sent', 0, 0, 0, 0)",
    ])
    .await;
    let said = said_at_start(folder.path());
    for (column, table, name) in [
        ("state", "escalations", "runs"),
        ("first_state", "escalations", "runs"),
        ("creator", "escalations", "runs"),
        ("status", "escalations", "runs"),
        ("document", "escalation_plans", "plan"),
        ("document", "user_notifications", &format!("{user}/methods")),
        ("document", "user_notifications", &format!("{user}/rules")),
        ("document", "alert_sources", "source"),
        ("event_types", "webhook_endpoints", "endpoint"),
        ("document", "deliveries", "email/mail"),
        ("document", "deliveries", "webhook/post"),
        ("document", "deliveries", "log/line"),
        ("document", "deliveries", "pigeon/bird"),
        ("status", "deliveries", "log/lost"),
        ("plan_id", "escalations", "taken"),
        ("alert_id", "escalations", "taken"),
        ("state", "escalations", "taken"),
        ("document", "escalation_steps", "runs/1"),
        ("document", "schedules", "01J0SCHEDPRIMARY0000000000"),
        ("rights", "api_keys", "key"),
    ] {
        let expected = format!(" {column} of `{name}` of table `{table}` cannot be read: ");
        assert_eq!(said.matches(&expected).count(), 1, "{expected}: {said}");
    }
    for kind in ["expectations", "scenarios", "others"] {
        let expected = format!("row `01J0PATHPAYMENTS0000000000/{kind}` of table `path_documents` cannot be read");
        assert_eq!(said.matches(&expected).count(), 1, "{expected}: {said}");
    }
    assert!(said.contains("`01J0PATHPAYMENTS0000000000` of table `path_revisions` cannot be read"), "{said}");
    assert!(said.lines().any(|line| line.contains("table `users`") && line.ends_with("the fault is in id")), "{said}");
    for nothing in ["over", "over/1", "ended", "later", "gone"] {
        assert!(!said.contains(&format!("`{nothing}`")), "{nothing}: {said}");
    }
    // Who has no id is in no page, and named all the same.
    let server = Server::with(folder, &[]).await;
    let people = server.get("/v2/users").await.body;
    let unreadable = people["unreadable"].as_array().unwrap();
    assert!(unreadable.len() == 1 && unreadable[0].as_str().unwrap().starts_with("row "), "{people}");
}

/// A path without nodes is not one whose nodes cannot be read: it would page nobody, and nobody would hear of it.
#[tokio::test]
async fn a_path_whose_nodes_cannot_be_read_is_not_followed() {
    let id = "01J0PATHPAYMENTS0000000000";
    for (document, has_list) in [
        (r#"{"name":"a"}"#, false),
        (r#"{"name":"a","path":null}"#, false),
        (r#"{"name":"a","path":{}}"#, false),
        (r#"{"name":"a","path":[5]}"#, true),
        (r#"{"name":"a","path":[{"id":"x","type":"level"}]}"#, true),
    ] {
        let folder =
            changed(&[&format!("update escalation_paths set document = '{document}' where id = '{id}'")]).await;
        let said = said_at_start(folder.path());
        let named = format!("row `{id}` of table `escalation_paths` cannot be read");
        assert!(said.contains(&named), "{document}: {said}");
        let server = Server::with(folder, &[]).await;
        let body = json!({"title": "Disk is full", "idempotency_key": "k", "escalation_path_id": id});
        let begun = server.call(Method::POST, "/v2/escalations", Some(&body)).await;
        if has_list {
            // Whoever comes before is paged; that nobody comes after is counted.
            assert_eq!(begun.status, StatusCode::CREATED, "{document}: {}", begun.body);
            let metrics = async || server.request(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
            while !metrics().await.contains("escalation_stuck_total 1") {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        } else {
            assert_eq!(begun.body["errors"][0]["code"], "unreadable", "{document}: {}", begun.body);
            let shown = server.get(&format!("/v2/escalation_paths/{id}")).await;
            assert_eq!(shown.body["errors"][0]["code"], "unreadable", "{document}: {}", shown.body);
        }
    }
}

#[tokio::test]
async fn a_table_that_is_gone_is_told_as_gone() {
    let said = said_at_start(changed(&["pragma foreign_keys = off", "drop table world_changes"]).await.path());
    assert!(
        said.contains("table `world_changes` cannot be read: ") && said.contains("there is no such table"),
        "{said}"
    );
}

#[tokio::test]
async fn a_priority_whose_name_cannot_be_read_is_told_by_its_id() {
    let folder = changed(&["update priorities set name = x'ff' where rank = (select min(rank) from priorities)"]).await;
    let server = Server::with(folder, &[]).await;
    let listed = server.get("/builder/v1/priorities").await.body;
    let first = &listed["priorities"][0];
    assert_eq!(first["name"], first["id"], "{listed}");
    let body = json!({"title": "Disk is full", "idempotency_key": "k", "user_ids": ["01J0USERMAYA00000000000000"]});
    let begun = server.call(Method::POST, "/v2/escalations", Some(&body)).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.body);
    assert_eq!(begun.body["escalation"]["priority"]["name"], first["id"], "{}", begun.body);
}

#[tokio::test]
async fn who_may_be_asked_for_by_email_is_named_and_not_gone() {
    let user = "01J0USERMAYA00000000000000";
    let folder = changed(&[
        &format!("update users set email = x'ff', slack_user_id = x'ff' where id = '{user}'"),
        "update users set email = null where id = '01J0USERTOM000000000000000'",
    ])
    .await;
    let server = Server::with(folder, &[]).await;
    for filter in ["email=somebody@example.com", "slack_user_id=U1"] {
        let found = server.get(&format!("/v2/users?{filter}")).await.body;
        assert_eq!((&found["users"], &found["unreadable"]), (&json!([]), &json!([user])), "{filter}: {found}");
    }
    // Who is not asked for by what is damaged is whole.
    assert_eq!(server.get("/v2/users").await.body["unreadable"], json!(null));
}
