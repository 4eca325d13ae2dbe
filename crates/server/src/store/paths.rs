//! Paths and their revisions.

use chrono::{DateTime, Utc};
use escalation_api::{Json as _, PathPayload};
use sqlx::{FromRow as _, Row as _};

use super::audit::{Action, Editing, Entry, Resource, kept};
use super::db::DbRow;
use super::dialect::Dialect;
use super::documents::{document_there, has_id, is_there};
use super::scope::{NotTheirs, Scope, teams_of};
use super::templates::HAS_TEMPLATE;
use super::turns::made;
use super::{Result, Row, Store, Stored, Writing, stamp};

/// How many revisions of a path are kept; the oldest go first.
const MAX_REVISIONS: i64 = 100;

/// A path as it is kept.
pub(crate) struct StoredPath {
    pub(crate) payload: PathPayload,
    /// The number of its newest revision.
    pub(crate) revision: i64,
}

/// A path as it is written: made once, before anybody waits for the change.
#[derive(Debug)]
pub(crate) struct WrittenPath {
    name: String,
    /// The id of the template that it is made from.
    template: Option<String>,
    document: String,
}

impl From<&PathPayload> for WrittenPath {
    fn from(path: &PathPayload) -> Self {
        let template = path.template_id.clone().filter(|_| path.is_templated());
        Self { name: path.name.clone(), template, document: path.write().to_string() }
    }
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
    /// The template that it is made from is not there, or not any more.
    NoTemplate,
}

/// What is made of a path.
#[derive(Clone, Copy)]
pub(crate) enum Change<'a> {
    /// It is replaced.
    Replace(&'a WrittenPath),
    /// It is replaced, and is there again if it was deleted.
    Restore(&'a WrittenPath),
    /// It is deleted: archived, not erased.
    Archive,
}

/// The table, as the log names it.
const TABLE: &str = "escalation_paths";

/// Whether the number of a revision is one: no path was saved so often that it is greater.
macro_rules! is_number {
    ($number:literal) => {
        concat!("(typeof(", $number, ") = 'integer' and ", $number, " between 1 and 1000000000)")
    };
}
pub(super) use is_number;

/// Whether a revision is the newest of its path, as far as its number says. Beside it, one whose number is damaged may be.
macro_rules! is_newest {
    () => {
        concat!(
            "(not ",
            $crate::store::paths::is_number!("number"),
            " or number = (select max(number) from path_revisions newest where newest.path_id = escalation_paths.id and ",
            $crate::store::paths::is_number!("newest.number"),
            "))"
        )
    };
}
pub(super) use is_newest;

impl Store {
    /// A page of paths, by id.
    pub(crate) async fn paths(&self, after: &str, count: u32) -> Result<Vec<Stored<PathPayload>>> {
        let query = sqlx::query_as::<_, Row>(concat!(
            "select id, ",
            document_there!(),
            " from escalation_paths where ",
            is_there!(),
            " and id > $1 and ",
            has_id!(),
            " order by id limit $2",
        ));
        self.read_all(TABLE, query.bind(after).bind(count).fetch_all(self.readers()).await?).await
    }

    /// Those of these paths that there are. `ids` is a list in JSON.
    pub(crate) async fn those_paths(&self, ids: &str) -> Result<Vec<Stored<PathPayload>>> {
        let query = sqlx::query_as::<_, Row>(concat!(
            "select id, ",
            document_there!(),
            " from escalation_paths where ",
            is_there!(),
            " and id in (select value from json_each($1))",
        ));
        self.read_all(TABLE, query.bind(ids).fetch_all(self.readers()).await?).await
    }

    pub(crate) async fn path(&self, id: &str) -> Result<Option<Stored<StoredPath>>> {
        let query = sqlx::query_as::<_, (Vec<u8>, i64)>(concat!(
            "select ",
            document_there!(),
            ", (select coalesce(max(case when ",
            is_number!("number"),
            " then number end), 0) + count(case when not ",
            is_number!("number"),
            " and saved_at >= updated_at then 1 end)
                 from path_revisions where path_id = escalation_paths.id)
             from escalation_paths where ",
            is_there!(),
            " and id = $1",
        ));
        let row = query.bind(id).fetch_optional(self.readers()).await?;
        let Some((bytes, revision)) = row else { return Ok(None) };
        let path = self.read_one(TABLE, Some((id.to_string().into(), bytes))).await?;
        Ok(path.map(|stored| stored.map(|payload| StoredPath { payload, revision })))
    }

    /// Whether there is such a path, readable or not.
    pub(crate) async fn has_path(&self, id: &str) -> Result<bool> {
        let query = concat!("select count(*) from escalation_paths where ", is_there!(), " and id = $1");
        let query = sqlx::query_scalar::<_, i64>(query);
        Ok(query.bind(id).fetch_one(self.readers()).await? > 0)
    }

    /// Whether there is such a path or was one.
    pub(crate) async fn had_path(&self, id: &str) -> Result<bool> {
        let query = sqlx::query_scalar::<_, i64>("select count(*) from escalation_paths where id = $1");
        Ok(query.bind(id).fetch_one(self.readers()).await? > 0)
    }
}

impl Editing<'_> {
    /// Makes a path, at revision 1, unless its template is gone.
    pub(crate) async fn create_path(&self, id: &str, path: &WrittenPath, saving: &Saving<'_>) -> Result<Outcome> {
        made!({
            let mut writing = self.change().await?;
            if !has_template_of(&mut writing, path).await? {
                writing.leave().await?;
                return Ok(Outcome::NoTemplate);
            }
            insert_path(&mut writing, id, path, saving).await?;
            let after = Some(path.document.clone());
            let entry = Entry { action: Action::Create, resource: Resource::Path, id, before: None, after };
            writing.commit(&entry).await?;
            Ok(Outcome::Done(1))
        })
    }

    /// Changes a path that is at the revision expected, and keeps what it was.
    pub(crate) async fn change_path(
        &self,
        id: &str,
        change: Change<'_>,
        expected: &Expected,
        saving: &Saving<'_>,
    ) -> Result<Outcome> {
        made!({
            // Locked from the start: between the look at the revision and the change nobody else saves.
            let mut writing = self.change().await?;
            self.number_anew(&mut writing, id).await?;
            // A path whose revisions are gone is changed all the same.
            let query = sqlx::query_scalar::<_, i64>(concat!(
                "select coalesce(number, 0) from escalation_paths left join path_revisions on path_id = id
                 where id = $1 and (",
                is_there!(),
                " or $2) order by coalesce(number, 0) desc limit 1",
            ));
            let with_archived = matches!(change, Change::Restore(_));
            let row = query.bind(id).bind(with_archived).fetch_optional(writing.connection()).await?;
            let outcome = match (row, change) {
                (None, _) => Some(Outcome::Missing),
                (Some(number), _) if !expected.has(number) => Some(Outcome::Stale(number)),
                (Some(_), Change::Replace(path) | Change::Restore(path))
                    if !has_template_of(&mut writing, path).await? =>
                {
                    Some(Outcome::NoTemplate)
                }
                (Some(_), _) => None,
            };
            if let Some(outcome) = outcome {
                writing.leave().await?;
                return Ok(outcome);
            }
            let number = row.unwrap_or_default();
            if let Change::Restore(path) = change
                && writing.author().scope != Scope::Organisation
            {
                // Also what is deleted belongs to somebody, who keeps it.
                let owners = teams_of(document(&mut writing, id).await?)?;
                let after = teams_of(Some(path.document.clone().into_bytes()))?;
                if !writing.author().scope.allows(Some(&owners), Some(&after)) {
                    return Err(NotTheirs.into());
                }
            }
            let before = document_of(&mut writing, id).await?;
            let (action, after) = match change {
                Change::Replace(path) => (Action::Update, Some(path.document.clone())),
                Change::Restore(path) => (Action::Restore, Some(path.document.clone())),
                Change::Archive => (Action::Delete, None),
            };
            match change {
                Change::Replace(path) | Change::Restore(path) => {
                    let query = sqlx::query(
                        "update escalation_paths set document = $2, updated_at = $3, archived_at = null where id = $1",
                    );
                    let query = query.bind(id).bind(path.document.as_str()).bind(stamp(saving.at));
                    query.execute(writing.connection()).await?;
                    insert_revision(&mut writing, id, number + 1, path, saving).await?;
                }
                // Not looked into: what cannot be read can be deleted.
                Change::Archive => {
                    let query =
                        sqlx::query("update escalation_paths set updated_at = $2, archived_at = $2 where id = $1");
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
            writing.commit(&Entry { action, resource: Resource::Path, id, before, after }).await?;
            Ok(Outcome::Done(number + 1))
        })
    }
}

impl Store {
    /// Numbers the revisions of a path anew whose number is damaged: each comes after those that were saved before it, in
    /// the place that it left, or after all others where that is taken.
    async fn number_anew(&self, writing: &mut Writing, id: &str) -> Result<()> {
        if self.dialect() == Dialect::Postgres {
            // There is no such thing.
            return Ok(());
        }
        let query = sqlx::query_scalar::<_, i64>(concat!(
            "select rowid from path_revisions where path_id = $1 and not ",
            is_number!("number"),
            " order by saved_at, rowid",
        ));
        for row in query.bind(id).fetch_all(writing.connection()).await? {
            let query = sqlx::query(concat!(
                "with others as (select number, saved_at from path_revisions where path_id = $1 and ",
                is_number!("number"),
                "), place as (
                     select 1 + coalesce(max(number), 0) as number from others
                     where saved_at <= (select saved_at from path_revisions where rowid = $2))
                 update path_revisions set number = case
                     when (select number from place) in (select number from others)
                         then 1 + (select max(number) from others)
                     else (select number from place) end
                 where rowid = $2",
            ));
            query.bind(id).bind(row).execute(writing.connection()).await?;
            tracing::warn!("a revision of escalation path `{id}` had no number, and was given the one that it left");
        }
        Ok(())
    }

    /// A page of the revisions of a path by number, deleted ones included, the newest first; nothing if there never was
    /// one.
    pub(crate) async fn revisions(&self, id: &str, before: i64, count: u32) -> Result<Option<Vec<Stored<Revision>>>> {
        let known = sqlx::query_scalar::<_, i64>("select count(*) from escalation_paths where id = $1");
        if known.bind(id).fetch_one(self.readers()).await? == 0 {
            return Ok(None);
        }
        let query = sqlx::query(concat!(
            "select number, saved_at, name, saved_by, note from path_revisions where path_id = $1 and number < $2 and ",
            is_number!("number"),
            " order by number desc limit $3",
        ));
        let rows = query.bind(id).bind(before).bind(count).fetch_all(self.readers()).await?;
        Ok(Some(rows.iter().map(|row| revision_of(id, row)).collect()))
    }

    /// How many revisions of a path have no number that can be read.
    pub(crate) async fn unnumbered(&self, id: &str) -> Result<i64> {
        let query = concat!("select count(*) from path_revisions where path_id = $1 and not ", is_number!("number"));
        sqlx::query_scalar(query).bind(id).fetch_one(self.readers()).await
    }

    /// One revision of a path, with its content.
    pub(crate) async fn revision(&self, id: &str, number: i64) -> Result<Option<Stored<(Revision, PathPayload)>>> {
        let query = sqlx::query(
            "select number, saved_at, name, saved_by, note, cast(document as blob) as document from path_revisions
             where path_id = $1 and number = $2",
        );
        let Some(row) = query.bind(id).bind(number).fetch_optional(self.readers()).await? else { return Ok(None) };
        let Stored { id: name, document: revision } = revision_of(id, &row);
        let path = self.read_one("path_revisions", Some((format!("{id}/{number}").into(), row.try_get("document")?)));
        let path = path.await?.and_then(|path| path.document);
        Ok(Some(Stored { id: name, document: revision.zip(path) }))
    }
}

/// What is told of a revision, by its number.
fn revision_of(path_id: &str, row: &DbRow) -> Stored<Revision> {
    let number = row.try_get::<i64, _>("number").unwrap_or_default();
    let read = Revision::from_row(row);
    let document = read.inspect_err(|error| {
        tracing::error!("revision {number} of escalation path `{path_id}` cannot be read: {error}");
    });
    Stored { id: number.to_string(), document: document.ok() }
}

/// The document of a path that is there or was, as it is stored.
pub(super) async fn document(writing: &mut Writing, id: &str) -> Result<Option<Vec<u8>>> {
    let query = sqlx::query_scalar("select cast(document as blob) from escalation_paths where id = $1").bind(id);
    query.fetch_optional(writing.connection()).await
}

/// The document of a path that is there, as the audit log keeps it.
async fn document_of(writing: &mut Writing, id: &str) -> Result<Option<String>> {
    let query = concat!("select ", document_there!(), " from escalation_paths where ", is_there!(), " and id = $1");
    let query = sqlx::query_scalar::<_, Vec<u8>>(query).bind(id);
    Ok(kept(query.fetch_optional(writing.connection()).await?))
}

/// Whether the template of a path is there, if it is made from one. Within the change, so that it stays.
async fn has_template_of(writing: &mut Writing, path: &WrittenPath) -> Result<bool> {
    match &path.template {
        Some(id) => sqlx::query_scalar(HAS_TEMPLATE).bind(id).fetch_one(writing.connection()).await,
        None => Ok(true),
    }
}

pub(super) async fn insert_path(
    writing: &mut Writing,
    id: &str,
    path: &WrittenPath,
    saving: &Saving<'_>,
) -> Result<()> {
    let query =
        sqlx::query("insert into escalation_paths (id, document, created_at, updated_at) values ($1, $2, $3, $3)");
    let query = query.bind(id).bind(path.document.as_str()).bind(stamp(saving.at));
    query.execute(writing.connection()).await?;
    insert_revision(writing, id, 1, path, saving).await
}

async fn insert_revision(
    writing: &mut Writing,
    id: &str,
    number: i64,
    path: &WrittenPath,
    saving: &Saving<'_>,
) -> Result<()> {
    let query = sqlx::query(
        "insert into path_revisions (path_id, number, saved_at, name, saved_by, note, template_id, document)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    );
    let query = query.bind(id).bind(number).bind(stamp(saving.at)).bind(&path.name).bind(saving.by).bind(saving.note);
    query.bind(path.template.as_deref()).bind(path.document.as_str()).execute(writing.connection()).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Archived, Author};
    use serde_json::json;
    use tempfile::TempDir;

    /// A save is checked before its change begins, and its template may go in between.
    #[tokio::test]
    async fn a_template_that_is_deleted_while_a_path_is_saved_stays_without_paths() {
        let folder = TempDir::new().unwrap();
        let store = Store::open(folder.path(), true).await.unwrap();
        let author = Author::of_command_line();
        let saving = Saving::now(None);
        let template = store.templates("", "", 1).await.unwrap().pop().unwrap().id;
        let own = PathPayload::read(json!({"name": "Own", "path": []})).unwrap();
        let made = json!({"name": "Made", "kind": "templated", "template_id": template, "path": []});
        let (own, made) = (WrittenPath::from(&own), WrittenPath::from(&PathPayload::read(made).unwrap()));
        assert!(matches!(store.by(&author).create_path("own", &own, &saving).await.unwrap(), Outcome::Done(1)));
        assert!(matches!(store.by(&author).archive_template(&template, saving.at).await.unwrap(), Archived::Done));

        assert!(matches!(store.by(&author).create_path("made", &made, &saving).await.unwrap(), Outcome::NoTemplate));
        assert!(!store.has_path("made").await.unwrap());
        for change in [Change::Replace(&made), Change::Restore(&made)] {
            let outcome = store.by(&author).change_path("own", change, &Expected::Any, &saving).await.unwrap();
            assert!(matches!(outcome, Outcome::NoTemplate));
        }
        let path = store.path("own").await.unwrap().unwrap().document.unwrap();
        assert_eq!((path.payload.name.as_str(), path.revision), ("Own", 1));
        store.close().await;
    }
}
