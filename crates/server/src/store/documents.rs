//! Documents: the JSON that came, as it is stored. One that cannot be read is said by name, and takes nothing else with
//! it.

use escalation_api::{Json, Value};
use serde_json::Error;

use super::Result;

/// What is stored under an id.
pub(crate) struct Stored<T> {
    /// The id.
    pub(crate) id: String,
    /// The document; nothing if it cannot be read, which the log says.
    pub(crate) document: Option<T>,
}

/// An id, and a document as it is in the database. What is asked for is `cast(document as blob)`: what is damaged may not
/// even be text.
pub(super) type Row = (String, Vec<u8>);

/// Reads the documents of a table.
pub(super) fn documents<T: Json>(table: &str, rows: Vec<Row>) -> Vec<Stored<T>> {
    rows.into_iter().map(|(id, bytes)| stored(table, id, &bytes)).collect()
}

/// Reads one; the log says why it cannot be read.
pub(super) fn stored<T: Json>(table: &str, id: String, bytes: &[u8]) -> Stored<T> {
    let document = document(table, &id, bytes);
    if let Err(error) = &document {
        tracing::error!("{error}");
    }
    Stored { document: document.ok(), id }
}

/// Reads a document that was written by [`escalation_api::Json::write`].
pub(super) fn document<T: Json>(table: &str, id: &str, bytes: &[u8]) -> Result<T> {
    let read = json(bytes).map_err(|error| error.to_string());
    let read = read.and_then(|value| T::read(value).map_err(|_| "it is not of the kind that was stored".to_string()));
    read.map_err(|why| damaged(table, id, &why))
}

/// The error for one that was found not to be readable, which the log says already.
pub(super) fn unreadable(table: &str, id: &str) -> sqlx::Error {
    damaged(table, id, "see above")
}

/// Reads JSON that is not known more closely.
pub(super) fn value(table: &str, id: &str, bytes: &[u8]) -> Result<Value> {
    json(bytes).map_err(|error| damaged(table, id, &error.to_string()))
}

fn json(bytes: &[u8]) -> std::result::Result<Value, Error> {
    serde_json::from_slice(bytes)
}

/// The error for a row whose document cannot be read.
fn damaged(table: &str, id: &str, why: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("the document of row `{id}` of table `{table}` cannot be read: {why}").into())
}
