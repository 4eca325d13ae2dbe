//! The database behind a server under test: a file, or a schema of its own in the PostgreSQL server that the environment
//! names. `cargo xtask test` runs what it can on both.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use sqlx::postgres::{PgArguments, PgConnectOptions};
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions};
use sqlx::{
    Arguments as _, AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, Row as _, SqliteConnection,
};
use tempfile::TempDir;

/// The address of a database in a PostgreSQL server, such as `postgres://me@/name?host=/folder`; absent: files.
const SERVER: &str = "ESCALATION_TEST_DATABASE";
/// Where a folder says which schema is its own.
const SCHEMA: &str = "schema";

fn server() -> Option<String> {
    std::env::var(SERVER).ok().filter(|address| !address.is_empty())
}

/// Whether it is PostgreSQL, which several processes can share and which lets nothing in that is not of its column's kind.
pub(crate) fn is_shared() -> bool {
    server().is_some()
}

/// The address of a schema of its own for a folder, made if it is not there; nothing where the database is a file in it.
pub(crate) fn address(folder: &Path) -> Option<String> {
    let server = server()?;
    let note = folder.join(SCHEMA);
    let schema = fs::read_to_string(&note).unwrap_or_else(|_| {
        let name: String = folder.file_name().unwrap().as_encoded_bytes().iter().map(|b| format!("{b:02x}")).collect();
        let schema = format!("test_{name}");
        execute_blocking(&server, &format!("create schema {schema}"));
        fs::create_dir_all(folder).unwrap();
        fs::write(&note, &schema).unwrap();
        schema
    });
    let joined = if server.contains('?') { '&' } else { '?' };
    Some(format!("{server}{joined}options=-csearch_path%3D{schema}"))
}

/// Also from within a runtime.
fn execute_blocking(server: &str, query: &str) {
    let (server, query) = (server.to_string(), query.to_string());
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut connection = PgConnection::connect(&server).await.unwrap();
            sqlx::query(AssertSqlSafe(query)).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        });
    });
    thread.join().unwrap();
}

/// A folder whose server has the same database as that of another; a copy of it where it is a file.
pub(crate) async fn copied(folder: &Path) -> TempDir {
    let copy = TempDir::new().unwrap();
    if is_shared() {
        fs::copy(folder.join(SCHEMA), copy.path().join(SCHEMA)).unwrap();
        return copy;
    }
    let data = copy.path().join("data");
    fs::create_dir(&data).unwrap();
    let file = data.join("escalation.db").display().to_string();
    Database::of(folder).await.execute("vacuum into $1", &[file.into()]).await;
    copy
}

macro_rules! bound {
    ($arguments:ty, $values:expr) => {{
        let mut arguments = <$arguments>::default();
        for value in $values {
            match value {
                Value::Number(number) => arguments.add(number.as_i64().unwrap()),
                Value::Bool(yes) => arguments.add(*yes),
                Value::Null => arguments.add(None::<String>),
                Value::String(text) => arguments.add(text.clone()),
                other => arguments.add(other.to_string()),
            }
            .unwrap();
        }
        arguments
    }};
}

/// A connection to it beside the server's.
pub(crate) enum Database {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Database {
    pub(crate) async fn of(folder: &Path) -> Self {
        if let Some(address) = address(folder) {
            return Self::Postgres(address.parse::<PgConnectOptions>().unwrap().connect().await.unwrap());
        }
        let file = folder.join("data/escalation.db");
        // What damages a file keeps no rules.
        let options = SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_secs(20));
        Self::Sqlite(options.foreign_keys(false).connect().await.unwrap())
    }

    pub(crate) async fn execute(&mut self, query: &str, values: &[Value]) {
        let query = AssertSqlSafe(query.to_string());
        match self {
            Self::Sqlite(connection) => {
                sqlx::query_with(query, bound!(SqliteArguments, values)).execute(connection).await.map(|_| ()).unwrap();
            }
            Self::Postgres(connection) => {
                sqlx::query_with(query, bound!(PgArguments, values)).execute(connection).await.map(|_| ()).unwrap();
            }
        }
    }

    /// The text in the first column of the first row, if there is one.
    pub(crate) async fn text(&mut self, query: &str, values: &[Value]) -> Option<String> {
        let query = AssertSqlSafe(query.to_string());
        match self {
            Self::Sqlite(connection) => {
                let query = sqlx::query_with(query, bound!(SqliteArguments, values));
                query.fetch_optional(connection).await.unwrap()?.get(0)
            }
            Self::Postgres(connection) => {
                let query = sqlx::query_with(query, bound!(PgArguments, values));
                query.fetch_optional(connection).await.unwrap()?.get(0)
            }
        }
    }

    pub(crate) async fn close(self) {
        match self {
            Self::Sqlite(connection) => connection.close().await.unwrap(),
            Self::Postgres(connection) => connection.close().await.unwrap(),
        }
    }
}
