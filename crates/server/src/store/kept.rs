//! What is kept with a path and is no part of it.

use chrono::{DateTime, Utc};
use escalation_api::Value;

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
    /// What is kept with a path; nothing if there is no such path.
    pub(crate) async fn kept(&self, id: &str, kind: Kept) -> Result<Option<Value>> {
        let query = sqlx::query_scalar::<_, Option<String>>(
            "select path_documents.document from escalation_paths
             left join path_documents on path_id = id and kind = $2 where id = $1 and archived_at is null",
        );
        let row = query.bind(id).bind(kind.as_str()).fetch_optional(&self.pool).await?;
        let read = |text: String| serde_json::from_str(&text).map_err(|error| sqlx::Error::Decode(error.into()));
        row.map(|text| text.map_or_else(|| Ok(Value::Array(Vec::new())), read)).transpose()
    }

    /// Replaces what is kept with a path; false if there is no such path.
    pub(crate) async fn keep(&self, id: &str, kind: Kept, list: &Value, now: DateTime<Utc>) -> Result<bool> {
        let query = sqlx::query(
            "insert into path_documents (path_id, kind, document, saved_at)
             select id, $2, $3, $4 from escalation_paths where id = $1 and archived_at is null
             on conflict (path_id, kind) do update set document = excluded.document, saved_at = excluded.saved_at",
        );
        let query = query.bind(id).bind(kind.as_str()).bind(list.to_string()).bind(stamp(now));
        Ok(query.execute(&self.pool).await?.rows_affected() > 0)
    }
}
