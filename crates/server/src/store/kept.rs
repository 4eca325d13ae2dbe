//! What is kept with a path and is no part of it.

use chrono::{DateTime, Utc};
use escalation_api::Value;

use super::documents::value;
use super::paths::{Expected, Outcome};
use super::{Result, Store, stamp};

/// What can be kept with a path: a list of each.
#[derive(Clone, Copy)]
pub(crate) enum Kept {
    /// What is expected of it.
    Expectations,
    /// Named scenarios.
    Scenarios,
}

impl Kept {
    /// The name of the list.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Expectations => "expectations",
            Self::Scenarios => "scenarios",
        }
    }
}

impl Store {
    /// What is kept with a path and the revision of that list, 0 where none was ever saved; nothing if there is no such
    /// path.
    pub(crate) async fn kept(&self, id: &str, kind: Kept) -> Result<Option<(Value, i64)>> {
        let query = sqlx::query_as::<_, (Option<Vec<u8>>, Option<i64>)>(
            "select cast(path_documents.document as blob), revision from escalation_paths
             left join path_documents on path_id = id and kind = $2 where id = $1 and archived_at is null",
        );
        let row = query.bind(id).bind(kind.as_str()).fetch_optional(self.readers()).await?;
        let read = |bytes: Vec<u8>| value("path_documents", &format!("{id}/{}", kind.as_str()), &bytes);
        row.map(|(bytes, revision)| {
            let list = bytes.map_or_else(|| Ok(Value::Array(Vec::new())), read)?;
            Ok((list, revision.unwrap_or_default()))
        })
        .transpose()
    }

    /// Replaces a list that is kept with a path and is at the revision expected.
    pub(crate) async fn keep(
        &self,
        id: &str,
        kind: Kept,
        list: &Value,
        expected: &Expected,
        now: DateTime<Utc>,
    ) -> Result<Outcome> {
        // Locked from the start: between the look at the revision and the change nobody else saves.
        let mut writing = self.change().await?;
        let query = sqlx::query_scalar::<_, Option<i64>>(
            "select revision from escalation_paths
             left join path_documents on path_id = id and kind = $2 where id = $1 and archived_at is null",
        );
        let row = query.bind(id).bind(kind.as_str()).fetch_optional(writing.connection()).await?;
        let Some(revision) = row.map(Option::unwrap_or_default) else {
            writing.leave().await?;
            return Ok(Outcome::Missing);
        };
        if !expected.has(revision) {
            writing.leave().await?;
            return Ok(Outcome::Stale(revision));
        }
        let query = sqlx::query(
            "insert into path_documents (path_id, kind, document, saved_at, revision) values ($1, $2, $3, $4, $5)
             on conflict (path_id, kind) do update
             set document = excluded.document, saved_at = excluded.saved_at, revision = excluded.revision",
        );
        let query = query.bind(id).bind(kind.as_str()).bind(list.to_string()).bind(stamp(now)).bind(revision + 1);
        query.execute(writing.connection()).await?;
        writing.commit().await?;
        Ok(Outcome::Done(revision + 1))
    }
}
