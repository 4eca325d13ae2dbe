//! Schedules.

use chrono::{DateTime, Utc};
use escalation_api::{Json as _, Schedule};

use super::audit::{Action, Editing, Entry, Resource, kept};
use super::documents::{Id, Row, document_there, has_id, is_there};
use super::paths::is_newest;
use super::turns::made;
use super::{Archived, Result, Store, Stored, Writing, stamp};

/// The table, as named in the log.
const TABLE: &str = "schedules";

impl Store {
    /// Reads a page of schedules, ordered by id.
    pub(crate) async fn schedules(&self, after: &str, count: u32) -> Result<Vec<Stored<Schedule>>> {
        let query = sqlx::query_as::<_, Row>(concat!(
            "select id, ",
            document_there!(),
            " from schedules where ",
            is_there!(),
            " and id > $1 and ",
            has_id!(),
            " order by id limit $2",
        ));
        self.read_all(TABLE, query.bind(after).bind(count).fetch_all(self.readers()).await?).await
    }

    /// Reads the existing schedules among `ids`, a JSON list.
    pub(crate) async fn those_schedules(&self, ids: &str) -> Result<Vec<Stored<Schedule>>> {
        let query = sqlx::query_as::<_, Row>(concat!(
            "select id, ",
            document_there!(),
            " from schedules where ",
            is_there!(),
            " and id in (select value from json_each($1))",
        ));
        self.read_all(TABLE, query.bind(ids).fetch_all(self.readers()).await?).await
    }

    /// Counts the schedules.
    pub(crate) async fn schedule_count(&self) -> Result<i64> {
        let query = concat!("select count(*) from schedules where ", is_there!());
        sqlx::query_scalar(query).fetch_one(self.readers()).await
    }

    /// Reads one schedule; `None` if it doesn't exist or is archived.
    pub(crate) async fn schedule(&self, id: &str) -> Result<Option<Stored<Schedule>>> {
        let query = sqlx::query_as::<_, Row>(concat!(
            "select id, ",
            document_there!(),
            " from schedules where ",
            is_there!(),
            " and id = $1",
        ));
        self.read_one(TABLE, query.bind(id).fetch_optional(self.readers()).await?).await
    }
}

impl Editing<'_> {
    /// Inserts a schedule.
    pub(crate) async fn create_schedule(&self, schedule: &Schedule) -> Result<()> {
        let document = schedule.write().to_string();
        made!({
            let mut writing = self.change().await?;
            let query = sqlx::query("insert into schedules (id, document) values ($1, $2)");
            query.bind(&schedule.id).bind(&document).execute(writing.connection()).await?;
            let (resource, id, after) = (Resource::Schedule, schedule.id.as_str(), Some(document.clone()));
            writing.commit(&Entry { action: Action::Create, resource, id, before: None, after }).await
        })
    }

    /// Replaces a schedule; returns false if it doesn't exist.
    pub(crate) async fn update_schedule(&self, schedule: &Schedule) -> Result<bool> {
        let document = schedule.write().to_string();
        made!({
            let mut writing = self.change().await?;
            let query = sqlx::query(concat!(
                "update schedules set document = $2, archived_at = null where id = $1 and ",
                is_there!(),
            ));
            let query = query.bind(&schedule.id).bind(&document);
            let before = document_of(&mut writing, &schedule.id).await?;
            if query.execute(writing.connection()).await?.rows_affected() == 0 {
                writing.leave().await?;
                return Ok(false);
            }
            let (resource, id, after) = (Resource::Schedule, schedule.id.as_str(), Some(document.clone()));
            writing.commit(&Entry { action: Action::Update, resource, id, before, after }).await?;
            Ok(true)
        })
    }

    /// Archives a schedule, with its overrides, unless a path, a template or an escalation under way names it.
    pub(crate) async fn archive_schedule(&self, id: &str, now: DateTime<Utc>) -> Result<Archived> {
        made!({
            let mut writing = self.change().await?;
            // Ids stand in documents as JSON strings, wherever that is.
            let query = sqlx::query_scalar::<_, String>(concat!(
                "select name from path_revisions join escalation_paths on escalation_paths.id = path_id where ",
                is_there!(),
                " and ",
                is_newest!(),
                " and replace(cast(escalation_paths.document as text), $1, '') <> cast(escalation_paths.document as text)
                 union all
                 select name from escalation_path_templates where ",
                is_there!(),
                " and replace(cast(document as text), $1, '') <> cast(document as text)
                 union all
                 select title as name from escalations join escalation_plans on escalation_plans.id = plan_id
                 where due_at is not null and replace(cast(document as text), $1, '') <> cast(document as text)
                 order by name",
            ));
            let users = query.bind(format!("\"{id}\"")).fetch_all(writing.connection()).await?;
            if !users.is_empty() {
                writing.leave().await?;
                return Ok(Archived::InUse(users));
            }
            let query = sqlx::query(concat!("update schedules set archived_at = $2 where id = $1 and ", is_there!()));
            let query = query.bind(id).bind(stamp(now));
            let before = document_of(&mut writing, id).await?;
            if query.execute(writing.connection()).await?.rows_affected() == 0 {
                writing.leave().await?;
                return Ok(Archived::Missing);
            }
            let overrides = sqlx::query_as::<_, (Id, Vec<u8>)>(concat!(
                "select id, cast(document as blob) from schedule_overrides where schedule_id = $1 and ",
                is_there!(),
                " order by id",
            ));
            for (override_id, document) in overrides.bind(id).fetch_all(writing.connection()).await? {
                let (action, resource, before) = (Action::Delete, Resource::Override, kept(Some(document)));
                let id = override_id.as_str();
                writing.record(&Entry { action, resource, id, before, after: None }).await?;
            }
            let query = sqlx::query(concat!(
                "update schedule_overrides set archived_at = $2 where schedule_id = $1 and ",
                is_there!(),
            ));
            query.bind(id).bind(stamp(now)).execute(writing.connection()).await?;
            let resource = Resource::Schedule;
            writing.commit(&Entry { action: Action::Delete, resource, id, before, after: None }).await?;
            Ok(Archived::Done)
        })
    }
}

/// The document of a schedule that is there or was, as it is stored.
pub(super) async fn document(writing: &mut Writing, id: &str) -> Result<Option<Vec<u8>>> {
    let query = sqlx::query_scalar("select cast(document as blob) from schedules where id = $1").bind(id);
    query.fetch_optional(writing.connection()).await
}

/// The document of a schedule that is there, as the audit log keeps it.
async fn document_of(writing: &mut Writing, id: &str) -> Result<Option<String>> {
    let query = concat!("select ", document_there!(), " from schedules where ", is_there!(), " and id = $1");
    let query = sqlx::query_scalar::<_, Vec<u8>>(query).bind(id);
    Ok(kept(query.fetch_optional(writing.connection()).await?))
}
