//! What escalations send: written with the transition that it belongs to, sent afterwards, at least once.

use sqlx::{FromRow, Row as _};

use super::{Transition, Unreadable};
use crate::store::documents::has_id;
use crate::store::{DbRow, Dialect, Result, Store};

/// By what something is sent. What each kind sends is taken on its own, so that none waits for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A line of the server's log; and what is of no kind that is known.
    Log,
    Email,
    Webhook,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Log, Self::Email, Self::Webhook];

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Email => "email",
            Self::Webhook => "webhook",
        }
    }

    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Which deliveries are taken with it, in SQL.
    const fn condition(self) -> &'static str {
        match self {
            Self::Log => "kind not in ('email', 'webhook')",
            Self::Email => "kind = 'email'",
            Self::Webhook => "kind = 'webhook'",
        }
    }
}

/// Something to be sent.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Delivery {
    /// Follows from escalation, version and number: whoever is sent it twice can tell by it.
    pub(crate) id: String,
    pub(crate) escalation_id: String,
    pub(crate) version: i64,
    /// Among those of one version, from 1.
    pub(crate) number: i64,
    /// By what it is sent.
    pub(crate) kind: String,
    /// To whom, and what, as JSON.
    pub(crate) document: String,
    /// `waiting`, `sent`, `dropped` or `dead`.
    pub(crate) status: String,
    /// How often it was tried.
    pub(crate) tries: i64,
    /// When it is tried next, in milliseconds.
    pub(crate) try_at: i64,
    /// Why it could not be sent when it was tried last.
    pub(crate) error: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// What becomes of a delivery that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DeliveryStatus {
    /// It was sent.
    Sent,
    /// It is tried again at this time, in milliseconds.
    Again(i64, String),
    /// Nobody is to get it any more.
    Dropped(String),
    /// It is not tried any more.
    Dead(String),
}

/// A delivery, or why it cannot be read.
pub(crate) type ReadDelivery = std::result::Result<Delivery, Unreadable>;

fn read_delivery(row: &DbRow) -> ReadDelivery {
    Delivery::from_row(row).map_err(|error| Unreadable {
        id: row.try_get("id").unwrap_or_default(),
        rowid: row.try_get("rowid").unwrap_or_default(),
        why: format!("the row cannot be read: {error}"),
    })
}

pub(super) const COLUMNS: &str = "id, escalation_id, version, number, kind, document, status, tries, try_at, error, created_at, \
     updated_at";

impl Transition {
    /// Takes those that are to be tried now. Until `held_until` nobody else takes them; if this process ends before it says
    /// what became of them, they are tried again then. One whose time is no number is taken at once: to SQLite text and
    /// bytes come after all numbers, so that it would never be due.
    pub(crate) async fn take_deliveries(
        &mut self,
        kind: Kind,
        now: i64,
        held_until: i64,
        count: u32,
    ) -> Result<Vec<ReadDelivery>> {
        let (mut rows, kind) = (Vec::new(), kind.condition());
        if self.writing.dialect() == Dialect::Postgres {
            return self.take_free_deliveries(kind, now, held_until, count).await;
        }
        for condition in ["try_at >= ''", "try_at <= $1"] {
            let query = format!(
                "update deliveries set try_at = $2, tries = tries + 1, updated_at = $1 where rowid in
                     (select rowid from deliveries where status = 'waiting' and {kind} and {condition}
                      order by try_at limit $3)
                 returning rowid, {COLUMNS}"
            );
            let query = sqlx::query(sqlx::AssertSqlSafe(query)).bind(now).bind(held_until).bind(count);
            rows.extend(query.fetch_all(self.writing.connection()).await?.iter().map(read_delivery));
        }
        Ok(rows)
    }

    /// The same where several processes take some at once: each takes what no other is about to take.
    async fn take_free_deliveries(
        &mut self,
        kind: &str,
        now: i64,
        held_until: i64,
        count: u32,
    ) -> Result<Vec<ReadDelivery>> {
        let free = self.writing.dialect().free();
        let query = format!(
            "select id from deliveries where status = 'waiting' and {kind} and try_at <= $1
             order by try_at limit $2{free}"
        );
        let query = sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(query)).bind(now).bind(count);
        let ids = query.fetch_all(self.writing.connection()).await?;
        // Locked by the first statement; in one statement the number of rows would not be certain to be that of the limit.
        let query = format!(
            "update deliveries set try_at = $2, tries = tries + 1, updated_at = $1
             where id in (select value from json_each($3)) returning cast(0 as bigint) as rowid, {COLUMNS}"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(query)).bind(now).bind(held_until);
        let query = query.bind(serde_json::Value::from(ids).to_string());
        Ok(query.fetch_all(self.writing.connection()).await?.iter().map(read_delivery).collect())
    }

    /// Has a delivery that cannot be read tried no more.
    pub(crate) async fn bury_delivery(&mut self, row: &Unreadable, now: i64) -> Result<()> {
        tracing::error!(delivery = row.id, row = row.rowid, "not sent: {}", row.why);
        let query = match self.writing.dialect() {
            Dialect::Sqlite => {
                sqlx::query("update deliveries set status = 'dead', error = $2, updated_at = $3 where rowid = $1")
                    .bind(row.rowid)
            }
            Dialect::Postgres => {
                sqlx::query("update deliveries set status = 'dead', error = $2, updated_at = $3 where id = $1")
                    .bind(&row.id)
            }
        };
        query.bind(&row.why).bind(now).execute(self.writing.connection()).await.map(drop)
    }

    /// The deliveries that wait for an escalation, and can be read.
    pub(crate) async fn waiting_deliveries(&mut self, escalation_id: &str) -> Result<Vec<Delivery>> {
        if let Some(known) = self.waiting.remove(escalation_id) {
            return Ok(known);
        }
        // With those of this transition.
        self.flush().await?;
        let query = format!("select rowid, {COLUMNS} from deliveries where status = 'waiting' and escalation_id = $1");
        let query = sqlx::query(sqlx::AssertSqlSafe(query)).bind(escalation_id);
        let rows = query.fetch_all(self.writing.connection()).await?;
        // Whatever else there is, is buried when it is to be sent.
        Ok(rows.iter().filter_map(|row| read_delivery(row).ok()).collect())
    }

    /// Looks for all of these escalations at once at what waits for them, which is known then until it is asked for.
    pub(crate) async fn look_at_waiting(&mut self, ids: &[String]) -> Result<()> {
        let query = format!(
            "select rowid, {COLUMNS} from deliveries
             where status = 'waiting' and escalation_id in (select value from json_each($1))"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(query)).bind(serde_json::Value::from(ids.to_vec()).to_string());
        let rows = query.fetch_all(self.writing.connection()).await?;
        self.waiting = ids.iter().map(|id| (id.clone(), Vec::new())).collect();
        for delivery in rows.iter().filter_map(|row| read_delivery(row).ok()) {
            if let Some(known) = self.waiting.get_mut(&delivery.escalation_id) {
                known.push(delivery);
            }
        }
        Ok(())
    }

    /// Drops a delivery that waits: nobody need be told any more.
    pub(crate) async fn drop_delivery(&mut self, id: &str, why: &str, now: i64) -> Result<()> {
        let query = sqlx::query(
            "update deliveries set status = 'dropped', error = $2, updated_at = $3 where id = $1 and status = 'waiting'",
        );
        query.bind(id).bind(why).bind(now).execute(self.writing.connection()).await.map(drop)
    }

    /// Says what became of one that was tried. One that somebody else has sent meanwhile stays sent, and one that was sent
    /// while it was dropped is sent all the same.
    pub(crate) async fn settle_delivery(&mut self, id: &str, status: &DeliveryStatus, now: i64) -> Result<()> {
        let (status, try_at, error) = match status {
            DeliveryStatus::Sent => ("sent", now, None),
            DeliveryStatus::Again(at, why) => ("waiting", *at, Some(why)),
            DeliveryStatus::Dropped(why) => ("dropped", now, Some(why)),
            DeliveryStatus::Dead(why) => ("dead", now, Some(why)),
        };
        let query = sqlx::query(
            "update deliveries set status = $2, try_at = $3, error = $4, updated_at = $5
             where id = $1 and (status = 'waiting' or (status = 'dropped' and $2 = 'sent'))",
        );
        let query = query.bind(id).bind(status).bind(try_at).bind(error).bind(now);
        query.execute(self.writing.connection()).await.map(drop)
    }

    /// Says that all of these were sent.
    pub(crate) async fn settle_sent(&mut self, ids: Vec<String>, now: i64) -> Result<()> {
        let query = sqlx::query(
            "update deliveries set status = 'sent', try_at = $1, error = null, updated_at = $1
             where id in (select value from json_each($2)) and status in ('waiting', 'dropped')",
        );
        let query = query.bind(now).bind(serde_json::Value::from(ids).to_string());
        query.execute(self.writing.connection()).await.map(drop)
    }

    /// Has a dead delivery tried again; false if there is no such one.
    pub(crate) async fn revive_delivery(&mut self, id: &str, now: i64) -> Result<bool> {
        let query = sqlx::query(
            "update deliveries set status = 'waiting', tries = 0, try_at = $2, updated_at = $2
             where id = $1 and status = 'dead'",
        );
        let done = query.bind(id).bind(now).execute(self.writing.connection()).await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Store {
    /// When the next delivery of a kind is to be tried, in milliseconds, or sooner: at once where that of one is no number.
    pub(crate) async fn next_delivery(&self, kind: Kind) -> Result<Option<i64>> {
        let kind = match kind {
            // The first of all: that it is of no other kind would have to be asked of each before it.
            Kind::Log => "true",
            kind => kind.condition(),
        };
        let query = format!(
            "select case
                 when exists (select 1 from deliveries where status = 'waiting' and {kind} and {}) then 0
                 else (select cast(try_at as bigint) from deliveries where status = 'waiting' and {kind}
                     order by try_at limit 1)
             end",
            self.dialect().no_number("try_at")
        );
        sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(self.readers()).await
    }

    /// A page of deliveries with a status, by id.
    pub(crate) async fn deliveries(&self, status: &str, after: &str, count: u32) -> Result<Vec<ReadDelivery>> {
        let query = format!(
            "select rowid, {COLUMNS} from deliveries where status = $1 and id > $2 and {} order by id limit $3",
            has_id!()
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(query)).bind(status).bind(after).bind(count);
        Ok(query.fetch_all(self.readers()).await?.iter().map(read_delivery).collect())
    }

    /// The deliveries of an escalation, in order.
    pub(crate) async fn deliveries_of(&self, escalation_id: &str, count: u32) -> Result<Vec<ReadDelivery>> {
        let query = format!(
            "select rowid, {COLUMNS} from deliveries where escalation_id = $1 order by version, number limit $2"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(query)).bind(escalation_id).bind(count);
        Ok(query.fetch_all(self.readers()).await?.iter().map(read_delivery).collect())
    }
}
