//! Pauses of notifications.

use chrono::{DateTime, Utc};
use escalation_api::{Json as _, Pause};
use escalation_engine::Instant;

use super::audit::{Action, Editing, Entry, Resource, kept};
use super::documents::is_there;
use super::turns::made;
use super::{Result, Row, Store, Stored, Writing, stamp};

/// The table, as the log names it.
const TABLE: &str = "notification_pauses";

/// Whether a pause is where its columns say. Where they say nothing it cannot be read, whatever its document says.
macro_rules! is_placed {
    () => {
        "typeof(starts_at) = 'integer' and typeof(ends_at) = 'integer' and cancelled_at is null"
    };
}

/// Those that there are: those that were not cancelled.
macro_rules! of_pauses {
    () => {
        concat!(
            "select id, cast(case when ",
            is_placed!(),
            " then document else '' end as blob) from notification_pauses where ",
            is_there!("cancelled_at")
        )
    };
}

impl Store {
    /// A page of the pauses that end after `from` and start before `to`, by when they start.
    pub(crate) async fn pauses(
        &self,
        from: Instant,
        to: Option<Instant>,
        after: Option<&str>,
        count: u32,
    ) -> Result<Vec<Stored<Pause>>> {
        let query = sqlx::query_as::<_, Row>(concat!(
            of_pauses!(),
            " and (ends_at > $1 and starts_at < $2 or not (",
            is_placed!(),
            ")) and ($3 is null or (starts_at, id) > (select starts_at, id from notification_pauses where id = $3))
             order by starts_at, id limit $4",
        ));
        let query = query.bind(from.unix()).bind(to.unwrap_or(Instant::MAX).unix()).bind(after).bind(count);
        self.read_all(TABLE, query.fetch_all(self.readers()).await?).await
    }

    /// Whether there is such a pause or was one.
    pub(crate) async fn had_pause(&self, id: &str) -> Result<bool> {
        let query = sqlx::query_scalar::<_, i64>("select count(*) from notification_pauses where id = $1");
        Ok(query.bind(id).fetch_one(self.readers()).await? > 0)
    }

    pub(crate) async fn pause(&self, id: &str) -> Result<Option<Stored<Pause>>> {
        let query = sqlx::query_as::<_, Row>(concat!(of_pauses!(), " and id = $1"));
        self.read_one(TABLE, query.bind(id).fetch_optional(self.readers()).await?).await
    }
}

impl Editing<'_> {
    /// Keeps a pause, in place of the one with its id if there is one.
    pub(crate) async fn keep_pause(&self, pause: &Pause) -> Result<()> {
        made!({
            let query = sqlx::query(
                "insert into notification_pauses (id, user_id, starts_at, ends_at, document) values ($1, $2, $3, $4, $5)
                 on conflict (id) do update set ends_at = excluded.ends_at, document = excluded.document",
            );
            let (starts_at, ends_at) = (Instant::from(pause.starts_at.at()), Instant::from(pause.ends_at.at()));
            let query = query.bind(&pause.id).bind(&pause.user_id).bind(starts_at.unix()).bind(ends_at.unix());
            let mut writing = self.change().await?;
            let before = document_of(&mut writing, &pause.id).await?;
            let document = pause.write().to_string();
            query.bind(&document).execute(writing.connection()).await?;
            let action = if before.is_some() { Action::Update } else { Action::Create };
            let (resource, id, after) = (Resource::Pause, pause.id.as_str(), Some(document));
            writing.commit(&Entry { action, resource, id, before, after }).await
        })
    }

    pub(crate) async fn cancel_pause(&self, id: &str, now: DateTime<Utc>) -> Result<()> {
        made!({
            let query = sqlx::query("update notification_pauses set cancelled_at = $2 where id = $1");
            let mut writing = self.change().await?;
            let before = document_of(&mut writing, id).await?;
            query.bind(id).bind(stamp(now)).execute(writing.connection()).await?;
            let resource = Resource::Pause;
            writing.commit(&Entry { action: Action::Delete, resource, id, before, after: None }).await
        })
    }
}

/// The document of a pause that is there, as the audit log keeps it.
async fn document_of(writing: &mut Writing, id: &str) -> Result<Option<String>> {
    let query = "select cast(document as blob) from notification_pauses where cancelled_at is null and id = $1";
    let query = sqlx::query_scalar::<_, Vec<u8>>(query).bind(id);
    Ok(kept(query.fetch_optional(writing.connection()).await?))
}
