//! Backups: made while the server runs, verified, and restored.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::path::Path;

use escalation_server::{BackupCommand, StartError, run_backups};
use reqwest::{Method, StatusCode};
use serde_json::json;
use tempfile::TempDir;

use crate::common::database::{Database, is_shared};
use crate::common::{Server, config};

const PATHS: &str = "/v2/escalation_paths";

async fn back_up(folder: &Path, to: &Path) -> Result<String, StartError> {
    run_backups(&config(folder, &[]), &BackupCommand::Backup { to: to.to_path_buf() }).await
}

async fn restore(folder: &Path, from: &Path, replace: bool) -> Result<String, StartError> {
    run_backups(&config(folder, &[]), &BackupCommand::Restore { from: from.to_path_buf(), replace }).await
}

async fn save(server: &Server, name: &str) {
    let path = json!({"name": name, "path": [{"id": "a", "type": "level", "level": {"targets": [
        {"type": "user", "id": "01J0USERMAYA00000000000000", "urgency": "high"}]}}]});
    assert_eq!(server.call(Method::POST, PATHS, Some(&path)).await.status, StatusCode::CREATED);
}

async fn names(server: &Server) -> String {
    server.get(PATHS).await.body["escalation_paths"].to_string()
}

#[tokio::test]
async fn what_was_saved_before_a_backup_is_there_after_a_restore() {
    if is_shared() {
        // A server is backed up by its own tools.
        return;
    }
    let server = Server::demo().await;
    save(&server, "Before the backup").await;
    let folder = server.folder.path().to_path_buf();
    let backup = folder.join("monday.db");
    let said = back_up(&folder, &backup).await.unwrap();
    assert!(said.ends_with("verified: 8 paths, 4 schedules, 0 escalations"), "{said}");
    // Names and addresses of people are in it, and nothing is left beside it.
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&backup).unwrap().permissions()) & 0o077, 0);
    let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains(".new")), "{left:?}");
    assert!(matches!(back_up(&folder, &backup).await, Err(StartError::Exists { .. })));
    save(&server, "After the backup").await;
    // Not while it is in use, and not in place of what is there unless that is asked for.
    assert!(matches!(restore(&folder, &backup, false).await, Err(StartError::Exists { .. })));
    assert!(matches!(restore(&folder, &backup, true).await, Err(StartError::InUse { .. })));
    assert!(names(&server).await.contains("After the backup"));
    let kept = server.stopped().await;
    assert!(restore(&folder, &backup, true).await.unwrap().starts_with("Restored from "));
    let data = fs::read_dir(folder.join("data")).unwrap().map(|entry| entry.unwrap().file_name());
    let before = data.filter(|name| name.to_string_lossy().starts_with("escalation.db.before-")).count();
    assert_eq!(before, 1, "what was there is kept");
    let server = Server::with(kept, &[]).await;
    let names = names(&server).await;
    assert!(names.contains("Before the backup") && !names.contains("After the backup"), "{names}");
}

#[tokio::test]
async fn what_is_no_backup_is_said_to_be_none() {
    if is_shared() {
        return;
    }
    let server = Server::demo().await;
    let folder = server.stopped().await;
    let backup = folder.path().join("backup.db");
    back_up(folder.path(), &backup).await.unwrap();
    let whole = fs::read(&backup).unwrap();
    let verify = async |content: &[u8]| {
        fs::write(&backup, content).unwrap();
        run_backups(&config(folder.path(), &[]), &BackupCommand::Verify { from: backup.clone() }).await
    };
    assert!(verify(&whole).await.unwrap().contains("7 paths"));
    assert!(verify(b"").await.is_err());
    assert!(verify(b"no database, however long it may be").await.is_err());
    assert!(verify(&whole[..whole.len() / 2]).await.is_err(), "torn");
    let mut damaged = whole.clone();
    damaged[100..8_192].fill(0xff);
    assert!(verify(&damaged).await.is_err(), "damaged");
    // Nothing was put in its place, and nothing is left.
    assert!(restore(folder.path(), &backup, true).await.is_err());
    let empty = TempDir::new().unwrap();
    assert!(matches!(back_up(empty.path(), &empty.path().join("b")).await, Err(StartError::NoDatabase { .. })));
    assert!(run_backups(&config(folder.path(), &[]), &BackupCommand::Verify { from: "nowhere".into() }).await.is_err());
    drop(Server::with(folder, &[]).await);
}

#[tokio::test]
async fn before_a_file_is_brought_up_to_date_it_is_copied() {
    if is_shared() {
        return;
    }
    let server = Server::demo().await;
    save(&server, "Before the upgrade").await;
    let folder = server.stopped().await;
    let data = folder.path().join("data");
    let copies = || {
        let names = fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.contains("before") || name.contains("new")).collect::<Vec<_>>()
    };
    assert!(copies().is_empty(), "a new database has nothing to lose");
    // As it was before the newest migration.
    let mut older = Database::of(folder.path()).await;
    for (table, column) in [("api_keys", "team_ids"), ("accounts", "team_roles"), ("audit_log", "outcome")] {
        older.execute(&format!("alter table {table} drop column {column}"), &[]).await;
    }
    older.execute("delete from _sqlx_migrations where version = 16", &[]).await;
    older.close().await;
    let server = Server::with(folder, &[]).await;
    assert_eq!(copies(), ["escalation.db.before-migration-16"]);
    let copy = data.join("escalation.db.before-migration-16");
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&copy).unwrap().permissions()) & 0o077, 0);
    save(&server, "After the upgrade").await;
    let folder = server.restart().await.stopped().await;
    assert_eq!(copies(), ["escalation.db.before-migration-16"], "nothing is migrated twice");
    // It is what there was.
    restore(folder.path(), &copy, true).await.unwrap();
    let server = Server::with(folder, &[]).await;
    let names = names(&server).await;
    assert!(names.contains("Before the upgrade") && !names.contains("After the upgrade"), "{names}");
    // What cannot be copied is not changed.
    let folder = server.stopped().await;
    let mut older = Database::of(folder.path()).await;
    older.execute("delete from _sqlx_migrations where version >= 14", &[]).await;
    older.execute("pragma wal_checkpoint(truncate)", &[]).await;
    older.close().await;
    let copy = data.join("escalation.db.before-migration-14");
    std::os::unix::fs::symlink("/nowhere/at/all", &copy).unwrap();
    let said = escalation_server::start(config(folder.path(), &[])).await.err().unwrap().to_string();
    assert!(said.contains("before-migration-14"), "{said}");
}
