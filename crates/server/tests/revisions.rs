//! What a path was before, and saving what somebody else has saved meanwhile.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use std::fs;
use std::path::Path;

use common::{Answer, Server, answer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

fn path(name: &str) -> Value {
    json!({"name": name, "team_ids": [], "path": [{"id": "a", "type": "level", "level": {"targets": [
        {"type": "user", "id": "01J0USERMAYA00000000000000", "urgency": "high"}]}}]})
}

async fn create(server: &Server, name: &str) -> String {
    let made = server.call(Method::POST, "/v2/escalation_paths", Some(&path(name))).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert_eq!(made.headers["etag"], "\"1\"");
    made.body["escalation_path"]["id"].as_str().unwrap().to_string()
}

/// Sends a path if the one there is at the revision expected.
async fn put_if(server: &Server, id: &str, name: &str, tag: &str) -> Answer {
    let request = server.request(Method::PUT, &format!("/v2/escalation_paths/{id}"));
    answer(request.header("if-match", tag).json(&path(name))).await
}

async fn numbers(server: &Server, id: &str, query: &str) -> Vec<i64> {
    let list = server.get(&format!("/builder/v1/escalation_paths/{id}/revisions{query}")).await;
    assert_eq!(list.status, StatusCode::OK, "{}", list.body);
    list.body["revisions"].as_array().unwrap().iter().map(|revision| revision["number"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn each_save_is_kept_and_can_be_had_again() {
    let server = Server::demo().await;
    let id = create(&server, "First").await;
    let (url, revisions) =
        (format!("/v2/escalation_paths/{id}"), format!("/builder/v1/escalation_paths/{id}/revisions"));
    let first = server.get(&url).await.body;
    let second = server.call(Method::PUT, &url, Some(&path("Second"))).await;
    assert_eq!(second.headers["etag"], "\"2\"");
    assert_eq!(server.get(&url).await.headers["etag"], "\"2\"");
    let refused = server.call(Method::PUT, &url, Some(&json!({"name": "Third", "path": []}))).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);

    let list = server.get(&revisions).await.body;
    assert_eq!(list["pagination_meta"], json!({"page_size": 25}));
    let told: Vec<_> =
        list["revisions"].as_array().unwrap().iter().map(|one| (one["number"].clone(), one["name"].clone())).collect();
    assert_eq!(told, [(json!(2), json!("Second")), (json!(1), json!("First"))], "what is refused leaves nothing");
    let shown = server.get(&format!("{revisions}/1")).await.body;
    assert_eq!(shown["revision"]["escalation_path"], first["escalation_path"]);
    assert_eq!(shown["revision"]["saved_at"], list["revisions"][1]["saved_at"]);
    for missing in ["3", "0", "first"] {
        assert_eq!(server.get(&format!("{revisions}/{missing}")).await.status, StatusCode::NOT_FOUND, "{missing}");
    }

    let restored = server.call(Method::POST, &format!("{revisions}/1/restore"), Some(&json!({}))).await;
    assert_eq!((restored.status, &restored.headers["etag"].to_str().unwrap()), (StatusCode::OK, &"\"3\""));
    assert_eq!(restored.body, first);
    assert_eq!(server.get(&url).await.body, first);
    let server = server.restart().await;
    let list = server.get(&revisions).await.body;
    assert_eq!(list["revisions"][0]["note"], "Restored from revision 1");
    assert_eq!(list["revisions"][0]["name"], "First");
    assert_eq!(numbers(&server, &id, "").await, [3, 2, 1]);
}

#[tokio::test]
async fn a_deleted_path_is_brought_back() {
    let server = Server::demo().await;
    let id = create(&server, "Gone").await;
    let url = format!("/v2/escalation_paths/{id}");
    let before = server.get(&url).await.body;
    assert_eq!(server.call(Method::DELETE, &url, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(server.get(&url).await.status, StatusCode::NOT_FOUND);
    let list = server.get(&format!("/builder/v1/escalation_paths/{id}/revisions")).await.body;
    assert_eq!((&list["revisions"][0]["note"], &list["revisions"][0]["number"]), (&json!("Deleted"), &json!(2)));
    let restore = format!("/builder/v1/escalation_paths/{id}/revisions/2/restore");
    assert_eq!(server.call(Method::POST, &restore, Some(&json!({}))).await.status, StatusCode::OK);
    assert_eq!(server.get(&url).await.body, before);
    let listed = server.get("/v2/escalation_paths").await.body;
    assert_eq!(listed["escalation_paths"].as_array().unwrap().len(), 8);
}

#[tokio::test]
async fn somebody_who_was_faster_is_noticed() {
    let server = Server::demo().await;
    let id = create(&server, "Base").await;
    assert_eq!(put_if(&server, &id, "Mine", "\"1\"").await.status, StatusCode::OK);
    let stale = put_if(&server, &id, "Theirs", "\"1\"").await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    common::is_a("ErrorResponse", &stale.body, "a stale save");
    assert_eq!(stale.body["type"], "precondition_failed");
    assert_eq!(stale.body["errors"][0]["metadata"], json!({"revision": "2"}));
    for never in ["", "\"\"", "2", "W/\"1\"", "\"two\"", "\"3\", \"1\""] {
        assert_eq!(put_if(&server, &id, "n", never).await.status, StatusCode::PRECONDITION_FAILED, "{never}");
    }
    assert_eq!(server.get(&format!("/v2/escalation_paths/{id}")).await.body["escalation_path"]["name"], "Mine");
    assert_eq!(put_if(&server, &id, "Listed", "\"9\", \"2\"").await.status, StatusCode::OK);
    assert_eq!(put_if(&server, &id, "Whichever", "*").await.status, StatusCode::OK);
    let url = format!("/v2/escalation_paths/{id}");
    let delete = answer(server.request(Method::DELETE, &url).header("if-match", "\"3\"")).await;
    assert_eq!(delete.status, StatusCode::PRECONDITION_FAILED);
    let restore = server.request(Method::POST, &format!("/builder/v1/escalation_paths/{id}/revisions/1/restore"));
    let restore = answer(restore.header("if-match", "\"3\"").json(&json!({}))).await;
    assert_eq!(restore.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(numbers(&server, &id, "").await, [4, 3, 2, 1]);
}

#[tokio::test]
async fn of_many_at_once_one_is_first() {
    let server = Server::demo().await;
    let id = create(&server, "Base").await;
    let (a, b, c, d, e) = tokio::join!(
        put_if(&server, &id, "a", "\"1\""),
        put_if(&server, &id, "b", "\"1\""),
        put_if(&server, &id, "c", "\"1\""),
        put_if(&server, &id, "d", "\"1\""),
        put_if(&server, &id, "e", "\"1\""),
    );
    let mut statuses: Vec<_> = [a, b, c, d, e].iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412]);
    assert_eq!(numbers(&server, &id, "").await, [2, 1]);
}

#[tokio::test]
async fn the_newest_hundred_are_kept_and_told_in_pages() {
    let server = Server::demo().await;
    let id = create(&server, "n").await;
    for _ in 0..104 {
        let saved = server.call(Method::PUT, &format!("/v2/escalation_paths/{id}"), Some(&path("n"))).await;
        assert_eq!(saved.status, StatusCode::OK);
    }
    assert_eq!(numbers(&server, &id, "?page_size=100").await, (6..=105).rev().collect::<Vec<_>>());
    assert_eq!(numbers(&server, &id, "?page_size=3").await, [105, 104, 103]);
    assert_eq!(numbers(&server, &id, "?page_size=3&after=8").await, [7, 6]);
    let url = format!("/builder/v1/escalation_paths/{id}/revisions");
    let page = server.get(&format!("{url}?page_size=3")).await.body;
    assert_eq!(page["pagination_meta"], json!({"after": "103", "page_size": 3}));
    for wrong in ["?page_size=101", "?page_size=0", "?after=x"] {
        assert_eq!(server.get(&format!("{url}{wrong}")).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    assert_eq!(server.get("/builder/v1/escalation_paths/none/revisions").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_foreign_page_cannot_restore() {
    let server = Server::demo().await;
    let id = create(&server, "n").await;
    let url = format!("/builder/v1/escalation_paths/{id}/revisions/1/restore");
    let plain = answer(server.request(Method::POST, &url).header("content-type", "text/plain").body("{}")).await;
    assert_eq!(plain.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer(server.request(Method::POST, &url)).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(numbers(&server, &id, "").await, [1]);
}

#[tokio::test]
async fn who_saved_is_what_the_named_header_says() {
    let saved_by = async |more: &[&str]| {
        let server = Server::with(TempDir::new().unwrap(), more).await;
        let request = server.request(Method::POST, "/v2/escalation_paths");
        let made = answer(request.header("x-forwarded-email", "zoë@example.com").json(&path("n"))).await;
        let id = made.body["escalation_path"]["id"].as_str().unwrap();
        let list = server.get(&format!("/builder/v1/escalation_paths/{id}/revisions")).await.body;
        list["revisions"][0].get("saved_by").cloned()
    };
    assert_eq!(saved_by(&["--user-header", "X-Forwarded-Email"]).await, Some(json!("zoë@example.com")));
    assert_eq!(saved_by(&[]).await, None, "nobody is believed without being asked to");
    assert_eq!(saved_by(&["--user-header", "x-other"]).await, None);
}

#[tokio::test]
async fn a_database_from_before_has_one_revision_of_each_path() {
    if common::database::is_shared() {
        // Of which there was no version before.
        return;
    }
    let folder = TempDir::new().unwrap();
    let (old, data) = (folder.path().join("old"), folder.path().join("data"));
    fs::create_dir_all(&old).unwrap();
    fs::create_dir_all(&data).unwrap();
    for name in ["0001_first.sql", "0002_begun.sql"] {
        let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        fs::copy(migrations.join(name), old.join(name)).unwrap();
    }
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(data.join("escalation.db"));
    let pool = sqlx::SqlitePool::connect_with(options.create_if_missing(true)).await.unwrap();
    sqlx::migrate::Migrator::new(old.as_path()).await.unwrap().run(&pool).await.unwrap();
    sqlx::query("insert into begun (at) values ('2026-01-01T00:00:00Z')").execute(&pool).await.unwrap();
    let insert = "insert into escalation_paths (id, document, created_at, updated_at)
                  values ('old', $1, '2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z')";
    sqlx::query(insert).bind(path("Old").to_string()).execute(&pool).await.unwrap();
    pool.close().await;

    let server = Server::with(folder, &[]).await;
    assert_eq!(server.get("/v2/escalation_paths/old").await.headers["etag"], "\"1\"");
    let list = server.get("/builder/v1/escalation_paths/old/revisions").await.body;
    assert_eq!(list["revisions"], json!([{"number": 1, "saved_at": "2026-02-01T00:00:00.000Z", "name": "Old"}]));
    assert_eq!(put_if(&server, "old", "New", "\"1\"").await.status, StatusCode::OK);
    let before = server.get("/builder/v1/escalation_paths/old/revisions/1").await.body;
    assert_eq!(before["revision"]["escalation_path"]["name"], "Old");
}
