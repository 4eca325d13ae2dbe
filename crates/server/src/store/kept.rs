//! What is kept with a path and is no part of it.

use chrono::{DateTime, Utc};
use escalation_api::Value;

use super::audit::{Action, Editing, Entry, Resource, kept};
use super::documents::{Stored, is_there, stored_value};
use super::paths::{Expected, Outcome};
use super::turns::made;
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

    /// As the audit log calls it.
    fn resource(self) -> Resource {
        match self {
            Self::Expectations => Resource::Expectations,
            Self::Scenarios => Resource::Scenarios,
        }
    }
}

/// How often a list was saved, 0 if never. Where that is damaged: more often than it can have been, so that nobody who read
/// it before is taken to have read it as it is.
macro_rules! revision {
    () => {
        "case when revision is null then 0 when typeof(revision) = 'integer' then revision else 1000000000 end"
    };
}

impl Store {
    /// What is kept with a path and the revision of that list, 0 where none was ever saved; nothing if there is no such
    /// path.
    pub(crate) async fn kept(&self, id: &str, kind: Kept) -> Result<Option<(Stored<Value>, i64)>> {
        let query = sqlx::query_as::<_, (Option<Vec<u8>>, i64, bool)>(concat!(
            "select cast(path_documents.document as blob), ",
            revision!(),
            ", exists (select 1 from path_documents
                 where path_id = escalation_paths.id and kind not in ('expectations', 'scenarios')) from escalation_paths
             left join path_documents on path_id = id and kind = $2 where id = $1 and ",
            is_there!(),
        ));
        let row = query.bind(id).bind(kind.as_str()).fetch_optional(self.readers()).await?;
        let Some((bytes, revision, has_others)) = row else { return Ok(None) };
        let id = format!("{id}/{}", kind.as_str());
        let list = match bytes {
            Some(bytes) => {
                let read = move || {
                    let list = stored_value("path_documents", id.clone(), &bytes);
                    list.and_then(|list| {
                        if !list.is_array() {
                            tracing::error!("the document of row `{id}` of table `path_documents` is no list");
                        }
                        list.is_array().then_some(list)
                    })
                };
                self.aside.run(usize::MAX, read).await.map_err(sqlx::Error::Io)?
            }
            // A list of a kind that there is not is this one or another.
            None if has_others => {
                tracing::error!("the kind of a row of table `path_documents` cannot be read: it may be `{id}`");
                Stored { id, document: None }
            }
            None => Stored { id, document: Some(Value::Array(Vec::new())) },
        };
        Ok(Some((list, revision)))
    }
}

impl Editing<'_> {
    /// Replaces a list that is kept with a path and is at the revision expected. `list` is the JSON of it.
    pub(crate) async fn keep(
        &self,
        id: &str,
        kind: Kept,
        list: &str,
        expected: &Expected,
        now: DateTime<Utc>,
    ) -> Result<Outcome> {
        made!({
            // Locked from the start: between the look at the revision and the change nobody else saves.
            let mut writing = self.change().await?;
            let query = sqlx::query_scalar::<_, i64>(concat!(
                "select ",
                revision!(),
                " from escalation_paths
                 left join path_documents on path_id = id and kind = $2 where id = $1 and ",
                is_there!(),
            ));
            let row = query.bind(id).bind(kind.as_str()).fetch_optional(writing.connection()).await?;
            let Some(revision) = row else {
                writing.leave().await?;
                return Ok(Outcome::Missing);
            };
            if !expected.has(revision) {
                writing.leave().await?;
                return Ok(Outcome::Stale(revision));
            }
            let query = sqlx::query_scalar::<_, Vec<u8>>(
                "select cast(document as blob) from path_documents where path_id = $1 and kind = $2",
            );
            let before = query.bind(id).bind(kind.as_str()).fetch_optional(writing.connection()).await?;
            let query = sqlx::query(
                "insert into path_documents (path_id, kind, document, saved_at, revision) values ($1, $2, $3, $4, $5)
                 on conflict (path_id, kind) do update
                 set document = excluded.document, saved_at = excluded.saved_at, revision = excluded.revision",
            );
            let query = query.bind(id).bind(kind.as_str()).bind(list).bind(stamp(now)).bind(revision + 1);
            query.execute(writing.connection()).await?;
            let (action, before, after) = (Action::Update, kept(before), Some(list.to_string()));
            writing.commit(&Entry { action, resource: kind.resource(), id, before, after }).await?;
            Ok(Outcome::Done(revision + 1))
        })
    }
}
