//! Backups of a database that is a file: whole, verified by opening them, and never in place of something unseen.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::Utc;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use ulid::Ulid;

use super::{FILE, Store};
use crate::error::StartError;
use crate::files;

/// What SQLite may keep beside it.
const BESIDE: [&str; 3] = ["", "-wal", "-shm"];

/// What is in a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Contents {
    /// Paths that are not deleted.
    pub(crate) paths: i64,
    pub(crate) schedules: i64,
    pub(crate) escalations: i64,
}

fn failed(file: &Path) -> impl FnOnce(sqlx::Error) -> StartError {
    let file = file.to_path_buf();
    |source| StartError::Database { file, source }
}

fn cannot(file: &Path) -> impl FnOnce(std::io::Error) -> StartError {
    let file = file.to_path_buf();
    |source| StartError::Make { file, source }
}

/// A file beside another, which is put in its place when it is whole.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_os_string();
    name.push(format!(".{}.new", Ulid::generate()));
    name.into()
}

pub(super) fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_os_string();
    name.push(ending);
    name.into()
}

/// Copies the database of a folder to a file, as it is at one instant, and verifies that. A server may run meanwhile.
///
/// # Errors
/// Where there is no database, where the file is there already, and where what was copied cannot be used.
pub(crate) async fn back_up(data: &Path, to: &Path) -> Result<Contents, StartError> {
    let file = data.join(FILE);
    if !file.exists() {
        return Err(StartError::NoDatabase { file });
    }
    if to.exists() {
        return Err(StartError::Exists { file: to.to_path_buf() });
    }
    copied(&file, to, verify).await
}

/// Copies a database to a file that is not there, as it is at one instant.
///
/// # Errors
/// Where it cannot be read or the file cannot be written; then there is none.
pub(super) async fn copy(file: &Path, to: &Path) -> Result<(), StartError> {
    copied(file, to, async |_: &Path| Ok(())).await
}

/// Copies a database, and gives the copy its name once it was looked at.
async fn copied<T>(
    file: &Path,
    to: &Path,
    look: impl AsyncFnOnce(&Path) -> Result<T, StartError>,
) -> Result<T, StartError> {
    let new = beside(to);
    let made = async {
        files::keep_private(&new).map_err(cannot(&new))?;
        let options = SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_secs(30));
        let mut connection = options.connect().await.map_err(failed(file))?;
        let query = sqlx::query("vacuum into $1").bind(new.display().to_string());
        let copied = query.execute(&mut connection).await;
        close(connection).await;
        copied.map_err(failed(file))?;
        let seen = look(&new).await?;
        // Not in place of one that came meanwhile.
        fs::hard_link(&new, to).map_err(|source| match source.kind() {
            ErrorKind::AlreadyExists => StartError::Exists { file: to.to_path_buf() },
            _ => cannot(to)(source),
        })?;
        sync(to)?;
        Ok(seen)
    };
    let made = made.await;
    drop(fs::remove_file(&new));
    made
}

/// Opens a copy of a backup as a server would, and says what is in it.
///
/// # Errors
/// Where it cannot be opened or is damaged.
pub(crate) async fn verify(backup: &Path) -> Result<Contents, StartError> {
    let folder = beside(backup);
    fs::create_dir(&folder).map_err(cannot(&folder))?;
    let opened = async {
        let copy = folder.join(FILE);
        fs::copy(backup, &copy).map_err(|source| StartError::Read { file: backup.to_path_buf(), source })?;
        if fs::metadata(&copy).is_ok_and(|found| found.len() == 0) {
            return Err(StartError::NotWhole { file: backup.to_path_buf(), what: "it is empty".to_string() });
        }
        let store = Store::open(&folder, false).await?;
        let contents = read(&store, backup).await;
        store.close().await;
        contents
    };
    let contents = opened.await;
    drop(fs::remove_dir_all(&folder));
    contents
}

async fn read(store: &Store, backup: &Path) -> Result<Contents, StartError> {
    let failed = |source| StartError::Database { file: backup.to_path_buf(), source };
    let found: Vec<String> =
        sqlx::query_scalar("pragma integrity_check(3)").fetch_all(store.readers()).await.map_err(failed)?;
    if found != ["ok"] {
        return Err(StartError::NotWhole { file: backup.to_path_buf(), what: found.join("; ") });
    }
    let query =
        "select (select count(*) from escalation_paths where archived_at is null), (select count(*) from schedules
        where archived_at is null), (select count(*) from escalations)";
    let failed = |source| StartError::Database { file: backup.to_path_buf(), source };
    let (paths, schedules, escalations) = sqlx::query_as(query).fetch_one(store.readers()).await.map_err(failed)?;
    Ok(Contents { paths, schedules, escalations })
}

/// Puts a backup in the place of the database of a folder, having verified it. With `replaces`, a database that is there
/// is kept beside it under another name; nothing may use it.
///
/// # Errors
/// Where the backup cannot be used, where there is a database and it is not to be replaced, and where it is in use.
pub(crate) async fn restore(data: &Path, from: &Path, replaces: bool) -> Result<Contents, StartError> {
    let contents = verify(from).await?;
    fs::create_dir_all(data).map_err(|source| StartError::Data { folder: data.to_path_buf(), source })?;
    let file = data.join(FILE);
    let is_there = BESIDE.iter().any(|ending| with_ending(&file, ending).exists());
    if is_there && !replaces {
        return Err(StartError::Exists { file });
    }
    if file.exists() && !is_unused(&file).await {
        return Err(StartError::InUse { file });
    }
    let new = beside(&file);
    files::keep_private(&new).map_err(cannot(&new))?;
    let placed = fs::copy(from, &new).map_err(cannot(&new)).and_then(|_| {
        sync(&new)?;
        // Each by a name of its own: what is kept replaces nothing either.
        let before = format!("{FILE}.before-{}-{}", Utc::now().format("%Y%m%dT%H%M%SZ"), Ulid::generate());
        for ending in BESIDE {
            let old = with_ending(&file, ending);
            if old.exists() {
                fs::rename(&old, with_ending(&data.join(&before), ending)).map_err(cannot(&old))?;
            }
        }
        fs::rename(&new, &file).map_err(cannot(&file))
    });
    if placed.is_err() {
        drop(fs::remove_file(&new));
    }
    placed.map(|()| contents)
}

/// Whether no other process has a database open.
async fn is_unused(file: &Path) -> bool {
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(Duration::ZERO);
    let options = options.pragma("locking_mode", "exclusive");
    let Ok(mut connection) = options.connect().await else { return false };
    let locked = sqlx::query("begin exclusive").execute(&mut connection).await.is_ok();
    if locked {
        drop(sqlx::query("rollback").execute(&mut connection).await);
    }
    close(connection).await;
    locked
}

async fn close(connection: SqliteConnection) {
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "a connection to a database was not closed");
    }
}

/// Has a file written through to the disk.
fn sync(file: &Path) -> Result<(), StartError> {
    fs::File::open(file).and_then(|opened| opened.sync_all()).map_err(cannot(file))
}
