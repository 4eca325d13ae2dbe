//! What metrics are read of the database, by indices: a scrape costs the same however many escalations there are.

use super::{Result, Store};
use crate::metrics::Readings;

/// The most rows that are counted of anything: more is told as so many.
const MAX_COUNT: i64 = 10_000;

impl Store {
    /// What is due and what waits at an instant, in milliseconds since 1970.
    pub(crate) async fn readings(&self, now: i64) -> Result<Readings> {
        let seconds = now.div_euclid(1_000);
        let query = "select count(*), min(due_at) from (
                 select due_at from escalations
                 where due_at is not null and error is null and due_at <= $1 order by due_at limit $2) as due";
        let query = sqlx::query_as::<_, (i64, Option<i64>)>(query).bind(seconds).bind(MAX_COUNT);
        let (due, first) = query.fetch_one(self.readers()).await?;
        let counted = async |query: &'static str| {
            sqlx::query_scalar::<_, i64>(query).bind(MAX_COUNT).fetch_one(self.readers()).await
        };
        let set_aside =
            counted("select count(*) from (select id from escalations where error is not null limit $1) as found")
                .await?;
        let dead =
            counted("select count(*) from (select id from deliveries where status = 'dead' limit $1) as found").await?;
        let query = "select kind, count(*) from (
                 select kind from deliveries where status = 'waiting' limit $1) as found group by kind order by kind";
        let waiting = sqlx::query_as(query).bind(MAX_COUNT).fetch_all(self.readers()).await?;
        let oldest_due = first.map_or(0, |first| seconds.saturating_sub(first));
        Ok(Readings { due, oldest_due, set_aside, waiting, dead })
    }
}
