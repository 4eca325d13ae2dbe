//! Which migrations there are, and which were made: forward at the start, after a copy of the file.

use std::path::Path;

use sqlx::migrate::Migrator;

use super::backup::{copy, with_ending};
use super::dialect::Dialect;
use super::{Result, Store, Writing};
use crate::error::StartError;

/// For a file.
pub(super) static FILE: Migrator = sqlx::migrate!();
/// For a server.
pub(super) static SERVER: Migrator = sqlx::migrate!("migrations/postgres");

/// The newest migration that was made.
const MADE: &str = "select coalesce(max(version), 0) from _sqlx_migrations";

/// The newest migration that this program knows.
fn newest(dialect: Dialect) -> i64 {
    let migrator = match dialect {
        Dialect::Sqlite => &FILE,
        Dialect::Postgres => &SERVER,
    };
    migrator.iter().map(|migration| migration.version).max().unwrap_or_default()
}

impl Store {
    /// Copies a file that is about to be migrated to `escalation.db.before-migration-N` beside it, where N is the first
    /// migration that is to be made. A copy that is there stays: it is from before a try that failed.
    ///
    /// # Errors
    /// Where it cannot be copied: then nothing is migrated.
    pub(super) async fn copy_before_migrating(&self, file: &Path) -> std::result::Result<(), StartError> {
        let failed = |source| StartError::Database { file: file.to_path_buf(), source };
        let table = "select count(*) from sqlite_master where name = '_sqlx_migrations'";
        if sqlx::query_scalar::<_, i64>(table).fetch_one(self.readers()).await.map_err(failed)? == 0 {
            return Ok(());
        }
        let made: i64 = sqlx::query_scalar(MADE).fetch_one(self.readers()).await.map_err(failed)?;
        let Some(next) = FILE.iter().map(|migration| migration.version).find(|version| *version > made) else {
            return Ok(());
        };
        let to = with_ending(file, &format!(".before-migration-{next}"));
        if made > 0 && !to.exists() {
            copy(file, &to).await?;
            tracing::info!("the database was copied to `{}` before it is brought up to date", to.display());
        }
        Ok(())
    }
}

impl Store {
    /// Whether a newer version of this program has migrated the database since this one began; read alone, before there is
    /// anything to do.
    pub(crate) async fn is_of_a_newer_server(&self) -> Result<bool> {
        let made: i64 = sqlx::query_scalar(MADE).fetch_one(self.readers()).await?;
        Ok(made > newest(self.dialect()))
    }
}

/// Whether a newer version of this program has migrated the database since this one began. What it wrote may mean what
/// this one does not know.
pub(super) async fn is_newer(writing: &mut Writing, dialect: Dialect) -> Result<bool> {
    let made: i64 = sqlx::query_scalar(MADE).fetch_one(writing.connection()).await?;
    Ok(made > newest(dialect))
}
