//! Overrides of schedules.

use chrono::{DateTime, Utc};
use escalation_api::Json as _;
use escalation_api::schedule::ScheduleOverride;
use escalation_engine::Instant;
use ulid::Ulid;

use super::audit::{Action, Editing, Entry, Recorded, Resource, kept};
use super::documents::{Id, has_id, is_there, stored};
use super::turns::made;
use super::{Result, Store, Stored, Writing, stamp};

/// Which overrides are asked for.
pub(crate) struct OverrideFilter<'a> {
    pub(crate) schedule_id: &'a str,
    pub(crate) rotation_id: Option<&'a str>,
    pub(crate) layer_id: Option<&'a str>,
}

/// An override, and what is known of it also where it cannot be read.
pub(crate) struct Placed {
    /// `None` where not even that is known.
    pub(crate) schedule_id: Option<String>,
    pub(crate) starts_at: Instant,
    pub(crate) ends_at: Instant,
    pub(crate) stored: Stored<ScheduleOverride>,
}

/// The schedule, from when, until when, the id and the document.
type PlacedRow = (Option<String>, Option<i64>, Option<i64>, Id, Vec<u8>);

/// What is not known of one that cannot be read could be anything: it may be of any schedule and count at any time. So is
/// one whose columns say something else than its document.
fn placed((schedule_id, starts_at, ends_at, id, bytes): PlacedRow) -> Placed {
    let stored: Stored<ScheduleOverride> = stored(TABLE, id, &bytes);
    if let (Some(schedule_id), Some(starts_at), Some(ends_at), Some(one)) =
        (&schedule_id, starts_at, ends_at, &stored.document)
        && !says(one, schedule_id, starts_at, ends_at)
    {
        tracing::error!("the columns of row `{}` of table `{TABLE}` are not what its document says", stored.id);
        return Placed {
            schedule_id: None,
            starts_at: Instant::MIN,
            ends_at: Instant::MAX,
            stored: stored.and_then(|_| None),
        };
    }
    Placed {
        schedule_id,
        starts_at: starts_at.map_or(Instant::MIN, Instant::from_unix),
        ends_at: ends_at.map_or(Instant::MAX, Instant::from_unix),
        stored,
    }
}

/// Whether an override says of itself what its columns say.
pub(super) fn says(one: &ScheduleOverride, schedule_id: &str, starts_at: i64, ends_at: i64) -> bool {
    let (start, end) = (Instant::from(one.start_at.at()), Instant::from(one.end_at.at()));
    one.schedule_id == schedule_id && start.unix() == starts_at && end.unix() == ends_at
}

/// Whether one is where its columns say. Where they say nothing it cannot be read, whatever its document says.
macro_rules! is_placed {
    () => {
        "typeof(schedule_id) = 'text' and typeof(rotation_id) = 'text' and typeof(layer_id) = 'text'
             and typeof(starts_at) = 'integer' and typeof(ends_at) = 'integer' and archived_at is null"
    };
}

/// Its document, as far as it is where its columns say.
macro_rules! document {
    () => {
        concat!("cast(case when ", is_placed!(), " then document else '' end as blob)")
    };
}

/// Of which schedule it is, from when and until when, as far as that can be read; its id and its document.
macro_rules! placed_row {
    () => {
        concat!(
            "select case when typeof(schedule_id) = 'text' then schedule_id end,
                 case when typeof(starts_at) = 'integer' then starts_at end,
                 case when typeof(ends_at) = 'integer' then ends_at end, id, ",
            document!(),
            " from schedule_overrides"
        )
    };
}

/// The outcome of putting an override in its place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Placing {
    /// It is there.
    Done,
    /// The one that it replaces is not there any more: it was deleted meanwhile, or gave way to another.
    Missing,
    /// The override with this id lies in its time and cannot be read: nobody knows what would be left of it, so it is not
    /// taken away unseen.
    Unreadable(String),
}

/// The table, as the log names it.
const TABLE: &str = "schedule_overrides";

impl Store {
    /// A page of overrides, by id.
    pub(crate) async fn overrides(
        &self,
        filter: &OverrideFilter<'_>,
        after: &str,
        count: u32,
    ) -> Result<Vec<Stored<ScheduleOverride>>> {
        let query = sqlx::query_as::<_, PlacedRow>(concat!(
            placed_row!(),
            " where ",
            is_there!(),
            " and (schedule_id = $1 and (($2 is null or rotation_id = $2) and ($3 is null or layer_id = $3) or not (",
            is_placed!(),
            ")) or not typeof(schedule_id) = 'text') and id > $4 and ",
            has_id!(),
            " order by id limit $5",
        ));
        let query = query.bind(filter.schedule_id).bind(filter.rotation_id).bind(filter.layer_id);
        let rows = query.bind(after).bind(count).fetch_all(self.readers()).await?;
        Ok(self.read_placed(rows).await?.into_iter().map(|placed| placed.stored).collect())
    }

    async fn read_placed(&self, rows: Vec<PlacedRow>) -> Result<Vec<Placed>> {
        let size = rows.iter().map(|(.., bytes)| bytes.len()).sum();
        self.aside.run(size, move || rows.into_iter().map(placed).collect()).await.map_err(sqlx::Error::Io)
    }

    /// The overrides of one schedule or of all that lie in a window, at least in part, by when they start.
    pub(crate) async fn overrides_between(
        &self,
        schedule_id: Option<&str>,
        from: Instant,
        until: Instant,
    ) -> Result<Vec<Placed>> {
        let query = sqlx::query_as::<_, PlacedRow>(concat!(
            placed_row!(),
            " where ",
            is_there!(),
            " and (($1 is null or schedule_id = $1) and (ends_at > $2 and starts_at < $3 or not (",
            is_placed!(),
            ")) or not typeof(schedule_id) = 'text') order by starts_at, id",
        ));
        let query = query.bind(schedule_id).bind(from.unix()).bind(until.unix());
        self.read_placed(query.fetch_all(self.readers()).await?).await
    }

    pub(crate) async fn schedule_override(&self, id: &str) -> Result<Option<Placed>> {
        let query = sqlx::query_as::<_, PlacedRow>(concat!(placed_row!(), " where ", is_there!(), " and id = $1",));
        Ok(query.bind(id).fetch_optional(self.readers()).await?.map(placed))
    }
}

impl Editing<'_> {
    /// Puts an override in its place, new or in place of the one with its id. It takes over the time of others on its
    /// layer; what is left of them are new ones.
    ///
    /// With `replaces` it must still be there. What it was is archived under an id of its own.
    pub(crate) async fn place_override(
        &self,
        placed: &ScheduleOverride,
        replaces: bool,
        now: DateTime<Utc>,
    ) -> Result<Placing> {
        made!({
            let mut writing = self.change().await?;
            let before = document_of(&mut writing, &placed.id).await?;
            if replaces {
                let query = sqlx::query(concat!(
                    "update schedule_overrides set id = $2, archived_at = $3 where id = $1 and ",
                    is_there!()
                ));
                let query = query.bind(&placed.id).bind(Ulid::generate().to_string()).bind(stamp(now));
                if query.execute(writing.connection()).await?.rows_affected() == 0 {
                    writing.leave().await?;
                    return Ok(Placing::Missing);
                }
            }
            let query = sqlx::query_as::<_, PlacedRow>(concat!(
                placed_row!(),
                " where ",
                is_there!(),
                " and schedule_id = $1 and (rotation_id = $2 and layer_id = $3 and ends_at > $4 and starts_at < $5 or not (",
                is_placed!(),
                ")) order by starts_at, id",
            ));
            let query = query.bind(&placed.schedule_id).bind(&placed.rotation_id).bind(&placed.layer_id);
            let (start, end) = (Instant::from(placed.start_at.at()), Instant::from(placed.end_at.at()));
            let rows = query.bind(start.unix()).bind(end.unix()).fetch_all(writing.connection()).await?;
            for Placed { stored: Stored { id, document }, .. } in self.read_placed(rows).await? {
                let Some(neighbour) = document else {
                    writing.leave().await?;
                    return Ok(Placing::Unreadable(id));
                };
                let query = sqlx::query("update schedule_overrides set archived_at = $2 where id = $1");
                query.bind(&id).bind(stamp(now)).execute(writing.connection()).await?;
                let before = Some(neighbour.write().to_string());
                let (action, resource) = (Action::Delete, Resource::Override);
                writing.record(&Entry { action, resource, id: &id, before, after: None }).await?;
                let part = |part: ScheduleOverride| ScheduleOverride { id: Ulid::generate().to_string(), ..part };
                if Instant::from(neighbour.start_at.at()) < start {
                    let before = ScheduleOverride { end_at: placed.start_at.clone(), ..neighbour.clone() };
                    insert_part(&mut writing, &part(before)).await?;
                }
                if end < Instant::from(neighbour.end_at.at()) {
                    let after = ScheduleOverride { start_at: placed.end_at.clone(), ..neighbour };
                    insert_part(&mut writing, &part(after)).await?;
                }
            }
            insert_override(&mut writing, placed).await?;
            let action = if replaces { Action::Update } else { Action::Create };
            let after = Some(placed.write().to_string());
            let entry = Entry { action, resource: Resource::Override, id: &placed.id, before, after };
            writing.commit(&entry).await?;
            Ok(Placing::Done)
        })
    }

    /// Deletes an override, or finds it deleted; false if there never was one.
    pub(crate) async fn archive_override(&self, id: &str, now: DateTime<Utc>) -> Result<bool> {
        made!({
            let query = sqlx::query(concat!(
                "update schedule_overrides set archived_at = case when ",
                is_there!(),
                " then $2 else archived_at end where id = $1"
            ));
            let mut writing = self.change().await?;
            let before = document_of(&mut writing, id).await?;
            let is_there = query.bind(id).bind(stamp(now)).execute(writing.connection()).await?.rows_affected() > 0;
            if before.is_none() {
                writing.leave().await?;
                return Ok(is_there);
            }
            let resource = Resource::Override;
            writing.commit(&Entry { action: Action::Delete, resource, id, before, after: None }).await?;
            Ok(true)
        })
    }
}

/// The document of an override that is there, as the audit log keeps it.
async fn document_of(writing: &mut Writing, id: &str) -> Result<Option<String>> {
    let query = concat!("select ", document!(), " from schedule_overrides where ", is_there!(), " and id = $1");
    let query = sqlx::query_scalar::<_, Vec<u8>>(query).bind(id);
    Ok(kept(query.fetch_optional(writing.connection()).await?))
}

/// What is left of an override, part of whose time another has taken.
async fn insert_part(writing: &mut Recorded<'_>, part: &ScheduleOverride) -> Result<()> {
    insert_override(writing, part).await?;
    let (action, resource, after) = (Action::Create, Resource::Override, Some(part.write().to_string()));
    writing.record(&Entry { action, resource, id: &part.id, before: None, after }).await
}

async fn insert_override(writing: &mut Writing, one: &ScheduleOverride) -> Result<()> {
    let query = sqlx::query(
        "insert into schedule_overrides (id, schedule_id, rotation_id, layer_id, starts_at, ends_at, document)
         values ($1, $2, $3, $4, $5, $6, $7)",
    );
    let (start, end) = (Instant::from(one.start_at.at()), Instant::from(one.end_at.at()));
    let query = query.bind(&one.id).bind(&one.schedule_id).bind(&one.rotation_id).bind(&one.layer_id);
    let query = query.bind(start.unix()).bind(end.unix()).bind(one.write().to_string());
    query.execute(writing.connection()).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Author;
    use escalation_api::Value;
    use serde_json::json;
    use tempfile::TempDir;

    const SCHEDULE: &str = "01J0SCHEDPRIMARY0000000000";

    fn over(id: &str, from: &str, until: &str) -> ScheduleOverride {
        let value: Value = json!({"id": id, "schedule_id": SCHEDULE, "rotation_id": "primary", "layer_id": "primary-1",
            "start_at": from, "end_at": until});
        ScheduleOverride::read(value).unwrap()
    }

    #[tokio::test]
    async fn an_override_that_is_deleted_while_it_is_moved_stays_deleted() {
        let folder = TempDir::new().unwrap();
        let store = Store::open(folder.path(), true).await.unwrap();
        let now = Utc::now();
        let one = over("o", "2026-03-24T00:00:00Z", "2026-03-25T00:00:00Z");
        assert_eq!(store.by(&Author::of_command_line()).place_override(&one, false, now).await.unwrap(), Placing::Done);
        // Another request has it by now, and moves it once this one has deleted it.
        assert!(store.by(&Author::of_command_line()).archive_override("o", now).await.unwrap());
        let moved = over("o", "2026-03-26T00:00:00Z", "2026-03-27T00:00:00Z");
        assert_eq!(
            store.by(&Author::of_command_line()).place_override(&moved, true, now).await.unwrap(),
            Placing::Missing
        );
        assert!(store.schedule_override("o").await.unwrap().is_none());
        let all = store.overrides_between(None, Instant::MIN, Instant::MAX).await.unwrap();
        assert!(all.is_empty());
        store.close().await;
    }

    #[tokio::test]
    async fn what_an_override_was_before_it_was_moved_is_archived() {
        let folder = TempDir::new().unwrap();
        let store = Store::open(folder.path(), true).await.unwrap();
        let now = Utc::now();
        store
            .by(&Author::of_command_line())
            .place_override(&over("o", "2026-03-24T00:00:00Z", "2026-03-25T00:00:00Z"), false, now)
            .await
            .unwrap();
        let moved = over("o", "2026-03-24T12:00:00Z", "2026-03-27T00:00:00Z");
        assert_eq!(
            store.by(&Author::of_command_line()).place_override(&moved, true, now).await.unwrap(),
            Placing::Done
        );
        let kept = "select count(*) from schedule_overrides where archived_at is not null
                    and document like '%2026-03-24T00:00:00Z%'";
        assert_eq!(sqlx::query_scalar::<_, i64>(kept).fetch_one(store.readers()).await.unwrap(), 1);
        assert_eq!(store.overrides_between(None, Instant::MIN, Instant::MAX).await.unwrap().len(), 1);
        store.close().await;
    }
}
