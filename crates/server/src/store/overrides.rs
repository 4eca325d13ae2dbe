//! Overrides of schedules.

use chrono::{DateTime, Utc};
use escalation_api::Json as _;
use escalation_api::schedule::ScheduleOverride;
use escalation_engine::Instant;
use ulid::Ulid;

use super::{Result, Row, Store, Stored, Writing, document, documents, stamp, stored, unreadable};

/// Which overrides are asked for.
pub(crate) struct OverrideFilter<'a> {
    pub(crate) schedule_id: &'a str,
    pub(crate) rotation_id: Option<&'a str>,
    pub(crate) layer_id: Option<&'a str>,
}

/// An override, and what is known of it also where it cannot be read.
pub(crate) struct Placed {
    pub(crate) schedule_id: String,
    pub(crate) starts_at: Instant,
    pub(crate) ends_at: Instant,
    pub(crate) document: Option<ScheduleOverride>,
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
        let query = sqlx::query_as::<_, Row>(
            "select id, cast(document as blob) from schedule_overrides
             where archived_at is null and schedule_id = $1 and ($2 is null or rotation_id = $2)
                 and ($3 is null or layer_id = $3) and id > $4
             order by id limit $5",
        );
        let query = query.bind(filter.schedule_id).bind(filter.rotation_id).bind(filter.layer_id);
        Ok(documents(TABLE, query.bind(after).bind(count).fetch_all(self.readers()).await?))
    }

    /// The overrides of one schedule or of all that lie in a window, at least in part, by when they start.
    pub(crate) async fn overrides_between(
        &self,
        schedule_id: Option<&str>,
        from: Instant,
        until: Instant,
    ) -> Result<Vec<Placed>> {
        let query = sqlx::query_as::<_, (String, i64, i64, String, Vec<u8>)>(
            "select schedule_id, starts_at, ends_at, id, cast(document as blob) from schedule_overrides
             where archived_at is null and ($1 is null or schedule_id = $1) and ends_at > $2 and starts_at < $3
             order by starts_at, id",
        );
        let query = query.bind(schedule_id).bind(from.unix()).bind(until.unix());
        let rows = query.fetch_all(self.readers()).await?;
        let placed = rows.into_iter().map(|(schedule_id, starts_at, ends_at, id, bytes)| Placed {
            schedule_id,
            starts_at: Instant::from_unix(starts_at),
            ends_at: Instant::from_unix(ends_at),
            document: stored(TABLE, id, &bytes).document,
        });
        Ok(placed.collect())
    }

    pub(crate) async fn schedule_override(&self, id: &str) -> Result<Option<ScheduleOverride>> {
        let query = sqlx::query_scalar::<_, Vec<u8>>(
            "select cast(document as blob) from schedule_overrides where archived_at is null and id = $1",
        );
        let row = query.bind(id).fetch_optional(self.readers()).await?;
        row.map(|bytes| document(TABLE, id, &bytes)).transpose()
    }

    /// Puts an override in its place, new or in place of the one with its id. It takes over the time of others on its
    /// layer; what is left of them are new ones.
    ///
    /// With `replaces` it must still be there: false if it was deleted meanwhile, or gave way to another.
    pub(crate) async fn place_override(
        &self,
        placed: &ScheduleOverride,
        replaces: bool,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let mut writing = self.change().await?;
        let query = sqlx::query("delete from schedule_overrides where id = $1 and archived_at is null");
        let found = query.bind(&placed.id).execute(writing.connection()).await?.rows_affected() > 0;
        if replaces && !found {
            writing.leave().await?;
            return Ok(false);
        }
        let query = sqlx::query_as::<_, Row>(
            "select id, cast(document as blob) from schedule_overrides
             where archived_at is null and schedule_id = $1 and rotation_id = $2 and layer_id = $3
                 and ends_at > $4 and starts_at < $5
             order by starts_at, id",
        );
        let query = query.bind(&placed.schedule_id).bind(&placed.rotation_id).bind(&placed.layer_id);
        let (start, end) = (Instant::from(placed.start_at.at()), Instant::from(placed.end_at.at()));
        let rows = query.bind(start.unix()).bind(end.unix()).fetch_all(writing.connection()).await?;
        let neighbours: Vec<Stored<ScheduleOverride>> = documents(TABLE, rows);
        for Stored { id, document } in neighbours {
            // Of one that cannot be read nobody knows what would be left: it is not taken away unseen.
            let Some(neighbour) = document else { return Err(unreadable(TABLE, &id)) };
            let query = sqlx::query("update schedule_overrides set archived_at = $2 where id = $1");
            query.bind(&id).bind(stamp(now)).execute(writing.connection()).await?;
            let part = |part: ScheduleOverride| ScheduleOverride { id: Ulid::generate().to_string(), ..part };
            if Instant::from(neighbour.start_at.at()) < start {
                let before = ScheduleOverride { end_at: placed.start_at.clone(), ..neighbour.clone() };
                insert_override(&mut writing, &part(before)).await?;
            }
            if end < Instant::from(neighbour.end_at.at()) {
                let after = ScheduleOverride { start_at: placed.end_at.clone(), ..neighbour };
                insert_override(&mut writing, &part(after)).await?;
            }
        }
        insert_override(&mut writing, placed).await?;
        writing.commit().await?;
        Ok(true)
    }

    /// Deletes an override, or finds it deleted; false if there never was one.
    pub(crate) async fn archive_override(&self, id: &str, now: DateTime<Utc>) -> Result<bool> {
        let query = sqlx::query("update schedule_overrides set archived_at = coalesce(archived_at, $2) where id = $1");
        let mut writing = self.change().await?;
        let done = query.bind(id).bind(stamp(now)).execute(writing.connection()).await?.rows_affected() > 0;
        writing.commit().await?;
        Ok(done)
    }
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
