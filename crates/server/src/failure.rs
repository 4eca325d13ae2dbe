//! What is told where the database fails. The log says more; what a client can do about it, the answer says.

use axum::http::StatusCode;
use escalation_api::ErrorType;

use sqlx::postgres::PgDatabaseError;

use crate::error::ApiError;
use crate::store::{CONFLICT, Damaged, MayConflict as _, NotTheirs, RESTORE_BACKUP};

/// SQLite's primary result codes, as <https://www.sqlite.org/rescode.html> has them.
mod code {
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const NO_MEMORY: i32 = 7;
    pub(super) const READ_ONLY: i32 = 8;
    pub(super) const IO: i32 = 10;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANNOT_OPEN: i32 = 14;
    pub(super) const NOT_A_DATABASE: i32 = 26;
    /// An extended one: there is no room for the index of the log beside the database.
    pub(super) const IO_SHARED_MEMORY_SIZE: i32 = 4874;
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        let told = |status, code: &str, message: &str| {
            tracing::error!(%error, "the database fails");
            Self::new(status, ErrorType::Api, code, message)
        };
        let passes = |code: &str, message: &str| {
            tracing::warn!(%error, "the database cannot be used now");
            Self::unavailable(code, message)
        };
        let broken = StatusCode::INTERNAL_SERVER_ERROR;
        if error.is_conflict() {
            tracing::debug!(%error, "others were in the way of a change");
            return Self::unavailable(
                CONFLICT,
                "Others changed the same at the same time: this was not done; try again",
            );
        }
        if NotTheirs::is(&error) {
            return Self::forbidden("This belongs to none of your teams: ask one that owns it, or an administrator");
        }
        let away = || passes("database_away", "The database cannot be reached: look at what is saved, then try again");
        match &error {
            sqlx::Error::PoolTimedOut => {
                return passes("database_busy", "The database is busy: this was not done; try again");
            }
            sqlx::Error::PoolClosed => {
                return passes("stopping", "The server is stopping: this was not done; try again");
            }
            // The thread of a connection ends only where something failed in it for which SQLite has no code: memory.
            sqlx::Error::WorkerCrashed => {
                return passes("out_of_memory", "The server is short of memory: look at what is saved, then try again");
            }
            // Of the connection to a server; what else is of this kind comes from a panic.
            sqlx::Error::Io(why) if why.kind() != std::io::ErrorKind::Other => return away(),
            sqlx::Error::Tls(_) => return away(),
            sqlx::Error::Decode(why) => {
                tracing::error!(%error, "the database fails");
                if let Some(Damaged { table, id, .. }) = why.downcast_ref() {
                    return Self::unreadable(format!(
                        "`{id}` of table `{table}` is stored, but cannot be read: {RESTORE_BACKUP}"
                    ));
                }
                return Self::unreadable("What is stored cannot be read; the server's log says which row");
            }
            _ => {}
        }
        let told_by_server = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
        if let Some(code) = told_by_server.map(PgDatabaseError::code) {
            // As <https://www.postgresql.org/docs/current/errcodes-appendix.html> has them.
            return match code {
                _ if code.starts_with("08") || code.starts_with("28") || code.starts_with("57P") => away(),
                "53300" | "40003" | "3D000" => away(),
                "55P03" | "57014" | "25P03" => {
                    passes("database_locked", "Another program holds the database: this was not done; try again")
                }
                "53200" => passes("out_of_memory", "The database is short of memory: this was not done; try again"),
                "53100" => {
                    let message = "The database's disk is full: nothing was saved; make room on it, then try again";
                    told(StatusCode::INSUFFICIENT_STORAGE, "disk_full", message)
                }
                "58030" => {
                    let message =
                        "The database cannot read or write its disk: look at what is saved before you try again";
                    told(broken, "disk_failed", message)
                }
                "25006" | "42501" => {
                    let message = "The server cannot write to its database: nothing was saved; its log says why";
                    told(broken, "database_not_writable", message)
                }
                "XX001" | "XX002" => {
                    told(broken, "database_damaged", "The server's database is damaged: restore a backup")
                }
                "22021" | "22P05" => {
                    let message = "A text has a character with the number 0, which the database cannot keep: remove it";
                    Self::new(StatusCode::UNPROCESSABLE_ENTITY, ErrorType::Validation, "invalid_value", message)
                }
                _ => Self::internal(&error),
            };
        }
        let extended = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse().ok());
        match extended.map(|code: i32| (code, code & 0xff)) {
            Some((_, code::BUSY | code::LOCKED)) => {
                passes("database_locked", "Another program holds the database: this was not done; try again")
            }
            Some((_, code::NO_MEMORY)) => {
                passes("out_of_memory", "The server is short of memory: this was not done; try again")
            }
            Some((_, code::FULL) | (code::IO_SHARED_MEMORY_SIZE, _)) => {
                let message = "The server's disk is full: nothing was saved; make room on it, then try again";
                told(StatusCode::INSUFFICIENT_STORAGE, "disk_full", message)
            }
            Some((_, code::IO)) => {
                let message = "The server cannot read or write its disk: look at what is saved before you try again";
                told(broken, "disk_failed", message)
            }
            Some((_, code::READ_ONLY | code::CANNOT_OPEN)) => {
                let message = "The server cannot write to its database: nothing was saved; its log says why";
                told(broken, "database_not_writable", message)
            }
            Some((_, code::CORRUPT | code::NOT_A_DATABASE)) => {
                told(broken, "database_damaged", "The server's database is damaged: restore a backup")
            }
            _ => Self::internal(&error),
        }
    }
}
