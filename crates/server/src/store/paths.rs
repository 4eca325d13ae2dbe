//! Paths and their revisions.

use chrono::{DateTime, Utc};
use escalation_api::{Json as _, PathPayload};

use super::{Result, Row, Store, Stored, Writing, document, documents, stamp};

/// How many revisions of a path are kept; the oldest go first.
const MAX_REVISIONS: i64 = 100;

/// A path as it is kept.
pub(crate) struct StoredPath {
    pub(crate) payload: PathPayload,
    /// The number of its newest revision.
    pub(crate) revision: i64,
}

/// What is told of a revision in a list.
#[derive(sqlx::FromRow)]
pub(crate) struct Revision {
    pub(crate) number: i64,
    pub(crate) saved_at: String,
    pub(crate) name: String,
    pub(crate) saved_by: Option<String>,
    pub(crate) note: Option<String>,
}

/// Who saves and when, and what it is other than a save.
pub(crate) struct Saving<'a> {
    pub(crate) at: DateTime<Utc>,
    pub(crate) by: Option<&'a str>,
    pub(crate) note: Option<&'a str>,
}

impl<'a> Saving<'a> {
    pub(crate) fn now(by: Option<&'a str>) -> Self {
        Self { at: Utc::now(), by, note: None }
    }
}

/// Which revision the path is expected to be at.
pub(crate) enum Expected {
    /// Whichever it is.
    Any,
    /// One of these.
    OneOf(Vec<i64>),
}

impl Expected {
    /// Whether this is the revision expected, or one of them.
    pub(super) fn has(&self, revision: i64) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(numbers) => numbers.contains(&revision),
        }
    }
}

/// What became of a change of a path, or of what is kept with one.
pub(crate) enum Outcome {
    /// It is done, and this is the new revision.
    Done(i64),
    /// There is no such path.
    Missing,
    /// It is at this revision, which is not the one expected.
    Stale(i64),
}

/// What is made of a path.
#[derive(Clone, Copy)]
pub(crate) enum Change<'a> {
    /// It is replaced.
    Replace(&'a PathPayload),
    /// It is replaced, and is there again if it was deleted.
    Restore(&'a PathPayload),
    /// It is deleted: archived, not erased.
    Archive,
}

/// The table, as the log names it.
const TABLE: &str = "escalation_paths";

impl Store {
    /// A page of paths, by id.
    pub(crate) async fn paths(&self, after: &str, count: u32) -> Result<Vec<Stored<PathPayload>>> {
        let query = sqlx::query_as::<_, Row>(
            "select id, cast(document as blob) from escalation_paths
             where archived_at is null and id > $1 order by id limit $2",
        );
        Ok(documents(TABLE, query.bind(after).bind(count).fetch_all(self.readers()).await?))
    }

    /// Those of these paths that there are. `ids` is a list in JSON.
    pub(crate) async fn those_paths(&self, ids: &str) -> Result<Vec<Stored<PathPayload>>> {
        let query = sqlx::query_as::<_, Row>(
            "select id, cast(document as blob) from escalation_paths
             where archived_at is null and id in (select value from json_each($1))",
        );
        Ok(documents(TABLE, query.bind(ids).fetch_all(self.readers()).await?))
    }

    pub(crate) async fn path(&self, id: &str) -> Result<Option<StoredPath>> {
        let query = sqlx::query_as::<_, (Vec<u8>, i64)>(
            "select cast(document as blob), (select max(number) from path_revisions where path_id = escalation_paths.id)
             from escalation_paths where archived_at is null and id = $1",
        );
        let row = query.bind(id).fetch_optional(self.readers()).await?;
        let read = |(bytes, revision): (Vec<u8>, _)| {
            document(TABLE, id, &bytes).map(|payload| StoredPath { payload, revision })
        };
        row.map(read).transpose()
    }

    /// Whether there is such a path, readable or not.
    pub(crate) async fn has_path(&self, id: &str) -> Result<bool> {
        let query =
            sqlx::query_scalar::<_, i64>("select count(*) from escalation_paths where archived_at is null and id = $1");
        Ok(query.bind(id).fetch_one(self.readers()).await? > 0)
    }

    pub(crate) async fn create_path(&self, id: &str, path: &PathPayload, saving: &Saving<'_>) -> Result<()> {
        let mut writing = self.change().await?;
        insert_path(&mut writing, id, path, saving).await?;
        writing.commit().await
    }

    /// Changes a path that is at the revision expected, and keeps what it was.
    pub(crate) async fn change_path(
        &self,
        id: &str,
        change: Change<'_>,
        expected: &Expected,
        saving: &Saving<'_>,
    ) -> Result<Outcome> {
        // Locked from the start: between the look at the revision and the change nobody else saves.
        let mut writing = self.change().await?;
        let query = sqlx::query_scalar::<_, i64>(
            "select number from escalation_paths join path_revisions on path_id = id
             where id = $1 and (archived_at is null or $2) order by number desc limit 1",
        );
        let with_archived = matches!(change, Change::Restore(_));
        let row = query.bind(id).bind(with_archived).fetch_optional(writing.connection()).await?;
        let outcome = match row {
            None => Some(Outcome::Missing),
            Some(number) if !expected.has(number) => Some(Outcome::Stale(number)),
            Some(_) => None,
        };
        if let Some(outcome) = outcome {
            writing.leave().await?;
            return Ok(outcome);
        }
        let number = row.unwrap_or_default();
        match change {
            Change::Replace(path) | Change::Restore(path) => {
                let query = sqlx::query(
                    "update escalation_paths set document = $2, updated_at = $3, archived_at = null where id = $1",
                );
                let query = query.bind(id).bind(path.write().to_string()).bind(stamp(saving.at));
                query.execute(writing.connection()).await?;
                insert_revision(&mut writing, id, number + 1, path, saving).await?;
            }
            // Not looked into: what cannot be read can be deleted.
            Change::Archive => {
                let query = sqlx::query("update escalation_paths set updated_at = $2, archived_at = $2 where id = $1");
                query.bind(id).bind(stamp(saving.at)).execute(writing.connection()).await?;
                let query = sqlx::query(
                    "insert into path_revisions (path_id, number, saved_at, name, saved_by, note, template_id, document)
                     select path_id, number + 1, $3, name, $4, $5, template_id, document from path_revisions
                     where path_id = $1 and number = $2",
                );
                let query = query.bind(id).bind(number).bind(stamp(saving.at)).bind(saving.by).bind(saving.note);
                query.execute(writing.connection()).await?;
            }
        }
        let query = sqlx::query("delete from path_revisions where path_id = $1 and number <= $2");
        query.bind(id).bind(number + 1 - MAX_REVISIONS).execute(writing.connection()).await?;
        writing.commit().await?;
        Ok(Outcome::Done(number + 1))
    }

    /// A page of the revisions of a path, deleted ones included, the newest first; nothing if there never was one.
    pub(crate) async fn revisions(&self, id: &str, before: i64, count: u32) -> Result<Option<Vec<Revision>>> {
        let known = sqlx::query_scalar::<_, i64>("select count(*) from escalation_paths where id = $1");
        if known.bind(id).fetch_one(self.readers()).await? == 0 {
            return Ok(None);
        }
        let query = sqlx::query_as::<_, Revision>(
            "select number, saved_at, name, saved_by, note from path_revisions
             where path_id = $1 and number < $2 order by number desc limit $3",
        );
        query.bind(id).bind(before).bind(count).fetch_all(self.readers()).await.map(Some)
    }

    /// One revision of a path, with its content.
    pub(crate) async fn revision(&self, id: &str, number: i64) -> Result<Option<(Revision, PathPayload)>> {
        let query = sqlx::query_as::<_, (String, String, Option<String>, Option<String>, Vec<u8>)>(
            "select saved_at, name, saved_by, note, cast(document as blob) from path_revisions where path_id = $1 and number = $2",
        );
        let row = query.bind(id).bind(number).fetch_optional(self.readers()).await?;
        row.map(|(saved_at, name, saved_by, note, bytes)| {
            let path = document("path_revisions", &format!("{id}/{number}"), &bytes)?;
            Ok((Revision { number, saved_at, name, saved_by, note }, path))
        })
        .transpose()
    }
}

pub(super) async fn insert_path(
    writing: &mut Writing,
    id: &str,
    path: &PathPayload,
    saving: &Saving<'_>,
) -> Result<()> {
    let query =
        sqlx::query("insert into escalation_paths (id, document, created_at, updated_at) values ($1, $2, $3, $3)");
    let query = query.bind(id).bind(path.write().to_string()).bind(stamp(saving.at));
    query.execute(writing.connection()).await?;
    insert_revision(writing, id, 1, path, saving).await
}

async fn insert_revision(
    writing: &mut Writing,
    id: &str,
    number: i64,
    path: &PathPayload,
    saving: &Saving<'_>,
) -> Result<()> {
    let query = sqlx::query(
        "insert into path_revisions (path_id, number, saved_at, name, saved_by, note, template_id, document)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    );
    let template = path.template_id.as_deref().filter(|_| path.is_templated());
    let query = query.bind(id).bind(number).bind(stamp(saving.at)).bind(&path.name).bind(saving.by).bind(saving.note);
    query.bind(template).bind(path.write().to_string()).execute(writing.connection()).await.map(drop)
}
