//! Removing what is over and old, a few at a time.
//!
//! What is looked at goes on from where it ended, so that what cannot be removed yet is not looked at again and again. An
//! escalation goes with its inputs, steps and deliveries or stays with all of them. Plans and worlds stay: there are as
//! many as there were different paths and rosters, and others may be about to follow them.

use super::Transition;
use crate::store::documents::has_id;
use crate::store::{Result, Store};

/// What is removed by its age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Old {
    Escalations,
    Alerts,
}

/// When something was changed last, in milliseconds since 1970, and its id.
pub(crate) type Place = (i64, String);

impl Store {
    /// Those that were changed before a time and come after a place, by when they were changed. They may still be needed.
    pub(crate) async fn old(&self, what: Old, before: i64, after: &Place, count: u32) -> Result<Vec<Place>> {
        let query = match what {
            Old::Escalations => concat!(
                "select updated_at, id from escalations
                 where updated_at < $1 and updated_at >= $2 and (updated_at > $2 or id > $3) and ",
                has_id!(),
                " order by updated_at, id limit $4",
            ),
            Old::Alerts => concat!(
                "select resolved_at, id from alerts
                 where status = 'resolved' and resolved_at < $1 and resolved_at >= $2
                     and (resolved_at > $2 or id > $3) and ",
                has_id!(),
                " order by resolved_at, id limit $4",
            ),
        };
        let query = sqlx::query_as(query).bind(before).bind(after.0).bind(&after.1).bind(count);
        query.fetch_all(self.readers()).await
    }
}

impl Transition {
    /// Removes those of these escalations that are over, were changed before a time, and are not needed any more: nothing
    /// of them waits to be sent, their alert does not fire, and none that took over from them is left. Says how many those
    /// were. `ids` is a list in JSON.
    pub(crate) async fn remove_escalations(&mut self, ids: &str, before: i64) -> Result<usize> {
        let query = format!(
            "select id from escalations
             where id in (select value from json_each($1)) and updated_at < $2
                 and (error is null or status = 'cancelled')
                 and (status in ('expired', 'cancelled', 'resolved') or (status = 'acked' and due_at is null))
                 and not exists (select 1 from alerts where alerts.id = alert_id and alerts.status = 'firing')
                 and not exists (select 1 from escalations newer where newer.reassigned_from = escalations.id)
                 and not exists (select 1 from deliveries
                     where deliveries.escalation_id = escalations.id and deliveries.status = 'waiting'){}",
            self.dialect().free()
        );
        let query = sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(query)).bind(ids).bind(before);
        let removed = query.fetch_all(self.connection()).await?;
        let ids = serde_json::Value::from(removed.clone()).to_string();
        for query in [
            "delete from deliveries where escalation_id in (select value from json_each($1))",
            "delete from escalation_steps where escalation_id in (select value from json_each($1))",
            "delete from escalation_inputs where escalation_id in (select value from json_each($1))",
            "delete from escalations where id in (select value from json_each($1))",
        ] {
            sqlx::query(query).bind(&ids).execute(self.connection()).await?;
        }
        Ok(removed.len())
    }

    /// Removes those of these alerts that were resolved before a time, and whose escalations are gone. Says how many those
    /// were. `ids` is a list in JSON.
    pub(crate) async fn remove_alerts(&mut self, ids: &str, before: i64) -> Result<u64> {
        let query = sqlx::query(
            "delete from alerts
             where id in (select value from json_each($1)) and status = 'resolved' and resolved_at < $2
                 and not exists (select 1 from escalations where escalations.alert_id = alerts.id)",
        );
        Ok(query.bind(ids).bind(before).execute(self.connection()).await?.rows_affected())
    }
}
