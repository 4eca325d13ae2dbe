//! Documents: the JSON that came, as it is stored. One that cannot be read is named, and takes nothing else with it.

use escalation_api::{At, Faults, Json, Value};
use serde_json::Error;
use sqlx::{Database, Decode, FromRow, Row as _, Type, ValueRef as _};

use super::db::DbRow;
use super::{Result, Store};
use crate::error::ApiError;

/// What is stored under an id.
pub(crate) struct Stored<T> {
    /// The id.
    pub(crate) id: String,
    /// The document; `None` if it cannot be read, which the log says.
    pub(crate) document: Option<T>,
}

impl<T> Stored<T> {
    /// The document of a `what`, such as `Schedule`.
    ///
    /// # Errors
    /// Names it where it cannot be read, and says what can be done: `remedy`, a sentence without its dot.
    pub(crate) fn readable(self, what: &str, remedy: &str) -> std::result::Result<T, ApiError> {
        let Self { id, document } = self;
        document.ok_or_else(|| ApiError::unreadable(format!("{what} `{id}` is stored, but cannot be read: {remedy}")))
    }

    /// The same with what is made of the document, if something can be.
    pub(crate) fn and_then<U>(self, read: impl FnOnce(T) -> Option<U>) -> Stored<U> {
        Stored { id: self.id, document: self.document.and_then(read) }
    }

    /// The same with something else made of the document.
    pub(super) fn map<U>(self, map: impl FnOnce(T) -> U) -> Stored<U> {
        self.and_then(|document| Some(map(document)))
    }
}

/// What can be done about what is only read here.
pub(crate) const RESTORE_BACKUP: &str = "restore a backup; the server's log says more";

/// An id, and a document as it is in the database. What is asked for is `cast(document as blob)`: what is damaged may not
/// even be text.
pub(super) type Row = (Id, Vec<u8>);

/// An id in a list, which takes nothing else with it where it is damaged: not even that it is UTF-8 is certain.
pub(super) struct Id(Option<String>);

impl Id {
    /// As it is told, also where it cannot be read.
    pub(super) fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or(UNREADABLE_ID)
    }
}

impl From<String> for Id {
    fn from(id: String) -> Self {
        Self(Some(id))
    }
}

impl<DB: Database> Type<DB> for Id
where
    String: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        String::type_info()
    }

    fn compatible(_: &DB::TypeInfo) -> bool {
        true
    }
}

impl<'r, DB: Database> Decode<'r, DB> for Id
where
    String: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> std::result::Result<Self, sqlx::error::BoxDynError> {
        Ok(Self(String::decode(value).ok()))
    }
}

/// Stands for an id that cannot be read.
const UNREADABLE_ID: &str = "(unreadable)";

/// What rows that are listed page by page must have: an id after which the next page can begin. Other rows are named by
/// [`Store::nameless`](super::Store::nameless).
macro_rules! has_id {
    () => {
        "typeof(id) = 'text' and id not glob '*[^ -~]*' and id <> ''"
    };
}
pub(super) use has_id;

/// Which rows of a table there are: those that were not archived at the time in this column. What is no time says of none
/// that it was.
macro_rules! is_there {
    () => {
        is_there!("archived_at")
    };
    ($at:literal) => {
        concat!("(", $at, " is null or not (typeof(", $at, ") = 'text' and ", $at, " glob '[12][0-9][0-9][0-9]-*'))")
    };
}
pub(super) use is_there;

/// The same where instants are numbers.
macro_rules! is_there_by_number {
    () => {
        "(archived_at is null or not (typeof(archived_at) = 'integer' and archived_at > 0))"
    };
}
pub(super) use is_there_by_number;

/// The document of a row that is there. Where it is not known whether it was archived it cannot be read.
macro_rules! document_there {
    () => {
        "cast(case when archived_at is null then document else '' end as blob)"
    };
}
pub(super) use document_there;

/// A row that cannot be read, as an error of the database: answers name it, and the log says why.
#[derive(Debug, thiserror::Error)]
#[error("`{id}` of table `{table}` cannot be read: {why}")]
pub(crate) struct Damaged {
    /// The table.
    pub(crate) table: &'static str,
    /// The id.
    pub(crate) id: String,
    /// Why it cannot be read.
    why: String,
}

impl Damaged {
    /// The error of a row that has this id.
    pub(super) fn error(table: &'static str, id: &str, why: impl ToString) -> sqlx::Error {
        sqlx::Error::Decode(Box::new(Self { table, id: id.to_string(), why: why.to_string() }))
    }
}

/// Reads the columns of a row that has this id.
///
/// # Errors
/// Names the row where one cannot be read, or where it is not known whether it was archived.
pub(super) fn columns<'r, T: FromRow<'r, DbRow>>(table: &'static str, id: &str, row: &'r DbRow) -> Result<T> {
    // Of one that is asked for as one that is there.
    if row.try_get_raw("archived_at").is_ok_and(|at| !at.is_null()) {
        return Err(Damaged::error(table, id, "when it was archived, or whether it was, cannot be known"));
    }
    T::from_row(row).map_err(|error| Damaged::error(table, id, error))
}

/// Reads the columns of the row that has this id, if there is one.
///
/// # Errors
/// As for [`columns`].
pub(super) fn row<T: for<'r> FromRow<'r, DbRow>>(
    table: &'static str,
    id: &str,
    row: Option<DbRow>,
) -> Result<Option<T>> {
    row.as_ref().map(|row| columns(table, id, row)).transpose()
}

/// Reads the columns of a row that was found by something else than its id, with which they begin, if there is one.
///
/// # Errors
/// As for [`columns`].
pub(super) fn found<T: for<'r> FromRow<'r, DbRow>>(table: &'static str, row: Option<DbRow>) -> Result<Option<T>> {
    row.as_ref().map(|row| columns(table, &id_of(row), row)).transpose()
}

fn id_of(row: &DbRow) -> String {
    row.try_get(0).unwrap_or_else(|_| UNREADABLE_ID.to_string())
}

/// Reads the columns of each row, which begin with its id.
pub(super) fn rows<'r, T: FromRow<'r, DbRow>>(table: &'static str, rows: &'r [DbRow]) -> Vec<Stored<T>> {
    let read = |row: &'r DbRow| {
        let id = id_of(row);
        let document = columns(table, &id, row).inspect_err(|error| tracing::error!("{error}")).ok();
        Stored { id, document }
    };
    rows.iter().map(read).collect()
}

impl Store {
    /// Reads the documents of a table.
    pub(super) async fn read_all<T: Json + Send + 'static>(
        &self,
        table: &'static str,
        rows: Vec<Row>,
    ) -> Result<Vec<Stored<T>>> {
        let size = rows.iter().map(|(_, bytes)| bytes.len()).sum();
        let read = move || rows.into_iter().map(|(id, bytes)| stored(table, id, &bytes)).collect();
        self.aside.run(size, read).await.map_err(sqlx::Error::Io)
    }

    /// Reads one document.
    pub(super) async fn read_one<T: Json + Send + 'static>(
        &self,
        table: &'static str,
        row: Option<Row>,
    ) -> Result<Option<Stored<T>>> {
        Ok(self.read_all(table, Vec::from_iter(row)).await?.pop())
    }
}

/// Reads one; the log says why it cannot be read.
pub(super) fn stored<T: Json>(table: &str, id: impl Into<Id>, bytes: &[u8]) -> Stored<T> {
    match id.into() {
        Id(Some(id)) => named(id, |id| document(table, id, bytes)),
        Id(None) => {
            tracing::error!("the id of a row of table `{table}` cannot be read");
            Stored { id: UNREADABLE_ID.to_string(), document: None }
        }
    }
}

/// The same for JSON that is not known more closely.
pub(super) fn stored_value(table: &str, id: String, bytes: &[u8]) -> Stored<Value> {
    named(id, |id| value(table, id, bytes))
}

fn named<T>(id: String, read: impl FnOnce(&str) -> std::result::Result<T, String>) -> Stored<T> {
    let document = read(&id).inspect_err(|error| tracing::error!("{error}")).ok();
    Stored { id, document }
}

/// Reads a document that was written by [`escalation_api::Json::write`].
///
/// # Errors
/// Names the row and says why it cannot be read.
pub(super) fn document<T: Json>(table: &str, id: &str, bytes: &[u8]) -> std::result::Result<T, String> {
    let read = json(bytes).map_err(|error| error.to_string());
    let read = read.and_then(|value| match value.get("path") {
        // No list of nodes is not an empty one.
        path if HAVE_NODES.contains(&table) && !path.is_some_and(Value::is_array) => {
            Err("it has no list of nodes".to_string())
        }
        _ => Ok(value),
    });
    let read = read.and_then(|value| T::read(value).map_err(|_| "it is not of the kind that was stored".to_string()));
    read.map_err(|why| damaged(table, id, &why))
}

/// Reads a document as [`document`] does, of which nothing may be misunderstood.
///
/// # Errors
/// As for [`document`], and where something known in it has a value that it cannot have.
pub(super) fn whole<T: Json>(table: &str, id: &str, bytes: &[u8]) -> std::result::Result<T, String> {
    let read: T = document(table, id, bytes)?;
    let mut faults = Faults::new();
    read.faults(&At::Top, &mut faults);
    match faults.into_iter().next() {
        Some(fault) => Err(damaged(table, id, &format!("{}: {fault}", fault.pointer))),
        None => Ok(read),
    }
}

/// Reads a list that is kept with a path: of what kind is the end of its id.
///
/// # Errors
/// As for [`document`].
pub(super) fn list(table: &str, id: &str, bytes: &[u8]) -> std::result::Result<(), String> {
    let wrong = |why: &str| Err(damaged(table, id, why));
    let items = value(table, id, bytes)?;
    match (id.rsplit_once('/').map(|(_, kind)| kind), items.as_array()) {
        (Some("expectations" | "scenarios"), Some(items)) if items.iter().all(Value::is_object) => Ok(()),
        (Some("expectations" | "scenarios"), Some(_)) => wrong("not everything in its list is an object"),
        (Some("expectations" | "scenarios"), None) => wrong("it is no list"),
        _ => wrong("there is no such kind of list"),
    }
}

/// Tables of what has nodes.
const HAVE_NODES: [&str; 3] = ["escalation_paths", "path_revisions", "escalation_path_templates"];

/// Reads JSON that is not known more closely.
///
/// # Errors
/// As for [`document`].
pub(super) fn value(table: &str, id: &str, bytes: &[u8]) -> std::result::Result<Value, String> {
    json(bytes).map_err(|error| damaged(table, id, &error.to_string()))
}

fn json(bytes: &[u8]) -> std::result::Result<Value, Error> {
    serde_json::from_slice(bytes)
}

/// The error for a row whose document cannot be read.
fn damaged(table: &str, id: &str, why: &str) -> String {
    format!("the document of row `{id}` of table `{table}` cannot be read: {why}")
}
