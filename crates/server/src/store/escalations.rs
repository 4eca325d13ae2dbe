//! Escalations that run: their rows, what happened to them, and what they send.
//!
//! A transition is one [`Transition`]: a transaction in which a row is read, changed and written with the next version,
//! together with the inputs, the steps and the deliveries that belong to it. Nobody else changes anything meanwhile, so of
//! two that come at once the second sees what the first has done.

mod held;
mod list;
mod old;
mod outbox;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::{FromRow, Row as _};
use ulid::Ulid;

use super::connections::Connections;
use super::documents::{self, has_id};
use super::notifications::KeptLists;
use super::{Complete, DbRow, Dialect, Result, Store, Writing, migrations};
use held::Held;

pub(crate) use list::{Among, Filter, Span};
pub(crate) use old::{Old, Place};
pub(crate) use outbox::{Delivery, DeliveryStatus, Kind, ReadDelivery};

/// An escalation as it is stored. Instants ending in `_at` are in milliseconds since 1970, unless they say otherwise.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct EscalationRow {
    pub(crate) id: String,
    pub(crate) plan_id: String,
    pub(crate) path_id: Option<String>,
    pub(crate) path_revision: Option<i64>,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) priority_id: Option<String>,
    pub(crate) priority_name: String,
    /// JSON, as the API has it.
    pub(crate) creator: String,
    pub(crate) alert_id: Option<String>,
    pub(crate) incident_id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) reassigned_from: Option<String>,
    pub(crate) status: String,
    /// The engine's state before the first input, as JSON.
    pub(crate) first_state: String,
    /// The engine's state, as JSON.
    pub(crate) state: String,
    /// How many inputs it has taken.
    pub(crate) version: i64,
    /// How many steps they have made.
    pub(crate) steps: i64,
    /// When the last of them was, in seconds.
    pub(crate) event_at: i64,
    /// When its next timer is due, in seconds.
    pub(crate) due_at: Option<i64>,
    /// Why it was set aside.
    pub(crate) error: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// Something that happened to an escalation, as it is stored.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct InputRow {
    /// From 1.
    pub(crate) number: i64,
    /// In seconds.
    pub(crate) at: i64,
    /// When a timer was due, in seconds.
    pub(crate) due_at: Option<i64>,
    /// The engine's event, as JSON.
    pub(crate) kind: String,
    pub(crate) world_id: String,
    /// Who began on a level with round robin, by node, as JSON.
    pub(crate) round_robin: Option<String>,
    /// In milliseconds.
    pub(crate) recorded_at: i64,
}

/// A step of an escalation, as it is stored.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct StepRow {
    /// From 1.
    pub(crate) number: i64,
    /// The number of the input that made it.
    pub(crate) input: i64,
    /// When that was, in seconds.
    pub(crate) at: i64,
    /// When the timer was due that made it, in seconds.
    pub(crate) due_at: Option<i64>,
    /// The step of a trace, as JSON.
    pub(crate) document: String,
}

/// A row that cannot be read, and why.
pub(crate) struct Unreadable {
    /// Its id, or nothing where not even that can be read.
    pub(crate) id: String,
    /// By which it is found all the same.
    pub(crate) rowid: i64,
    pub(crate) why: String,
}

/// The table, as the log names it.
const TABLE: &str = "escalations";

/// The columns of [`EscalationRow`].
const COLUMNS: &str = "id, plan_id, path_id, path_revision, title, description, priority_id, priority_name, creator, \
     alert_id, incident_id, idempotency_key, reassigned_from, status, first_state, state, version, steps, event_at, due_at, error, \
     created_at, updated_at";

/// How far apart ids of one millisecond are, at most.
const MAX_STEP: u128 = 1 << 64;

/// What keeps texts, and the digests of those that it is known to have kept.
pub(super) type Texts = Arc<Mutex<BTreeSet<(&'static str, String)>>>;

/// How many of them are remembered.
const MAX_TEXTS: usize = 10_000;

/// The most events that are told of one escalation.
pub(crate) const MAX_EVENTS: u32 = 1_000;

fn read_row(row: &DbRow) -> std::result::Result<EscalationRow, Unreadable> {
    EscalationRow::from_row(row).map_err(|error| Unreadable {
        id: row.try_get("id").unwrap_or_default(),
        rowid: row.try_get("rowid").unwrap_or_default(),
        why: format!("the row cannot be read: {error}"),
    })
}

fn select(condition: &str) -> sqlx::AssertSqlSafe<String> {
    sqlx::AssertSqlSafe(format!("select rowid, {COLUMNS} from escalations where {condition}"))
}

impl Store {
    pub(crate) async fn escalation(&self, id: &str) -> Result<Option<EscalationRow>> {
        documents::row(TABLE, id, sqlx::query(select("id = $1")).bind(id).fetch_optional(self.readers()).await?)
    }

    pub(crate) async fn escalation_by_key(&self, key: &str) -> Result<Option<EscalationRow>> {
        sqlx::query_as(select("idempotency_key = $1")).bind(key).fetch_optional(self.readers()).await
    }

    /// The one that took over from this one.
    pub(crate) async fn reassigned_to(&self, id: &str) -> Result<Option<String>> {
        let query = sqlx::query_scalar("select id from escalations where reassigned_from = $1");
        query.bind(id).fetch_optional(self.readers()).await
    }

    /// Those of these escalations that there are, the newest first. `ids` is a list in JSON.
    pub(crate) async fn those_escalations(
        &self,
        ids: &str,
    ) -> Result<Vec<std::result::Result<EscalationRow, Unreadable>>> {
        let query = sqlx::query(select("id in (select value from json_each($1)) order by id desc"));
        Ok(query.bind(ids).fetch_all(self.readers()).await?.iter().map(read_row).collect())
    }

    /// Steps of an escalation after one, in order.
    pub(crate) async fn escalation_steps(&self, id: &str, after: i64, count: u32) -> Result<Vec<StepRow>> {
        let query = sqlx::query(
            "select s.number, s.input, i.at, i.due_at, s.document from escalation_steps s
             join escalation_inputs i on i.escalation_id = s.escalation_id and i.number = s.input
             where s.escalation_id = $1 and s.number > $2 order by s.number limit $3",
        );
        let rows = query.bind(id).bind(after).bind(count).fetch_all(self.readers()).await?;
        rows.iter().map(|row| documents::columns("escalation_steps", id, row)).collect()
    }

    /// The first of those steps for which the API has a word, with that word, in order; or why one cannot be read.
    pub(crate) async fn escalation_events(
        &self,
        id: &str,
    ) -> Result<std::result::Result<Vec<(i64, String, String)>, String>> {
        let query = sqlx::query(
            "select number, event, document from escalation_steps where escalation_id = $1 and event is not null
             order by number limit $2",
        );
        let rows = query.bind(id).bind(MAX_EVENTS).fetch_all(self.readers()).await?;
        let rows: Result<Vec<_>> = rows.iter().map(FromRow::from_row).collect();
        Ok(rows.map_err(|error| error.to_string()))
    }

    /// What happened to an escalation after an input, in order.
    pub(crate) async fn escalation_inputs(&self, id: &str, after: i64, count: u32) -> Result<Vec<InputRow>> {
        let query = sqlx::query(
            "select number, at, due_at, kind, world_id, round_robin, recorded_at from escalation_inputs
             where escalation_id = $1 and number > $2 order by number limit $3",
        );
        let rows = query.bind(id).bind(after).bind(count).fetch_all(self.readers()).await?;
        rows.iter().map(|row| documents::columns("escalation_inputs", id, row)).collect()
    }

    /// A page of those that were set aside, by id: id, status, why, and when, in milliseconds since 1970.
    pub(crate) async fn set_aside_escalations(
        &self,
        after: &str,
        count: u32,
    ) -> Result<Vec<(String, String, String, i64)>> {
        let query = sqlx::query_as(concat!(
            "select id, cast(status as text), cast(error as text), cast(updated_at as bigint) from escalations
             where error is not null and id > $1 and ",
            has_id!(),
            " order by id limit $2",
        ));
        query.bind(after).bind(count).fetch_all(self.readers()).await
    }

    /// A world that was looked up.
    pub(crate) async fn escalation_world(&self, id: &str) -> Result<Option<String>> {
        let query = sqlx::query("select document from escalation_worlds where id = $1");
        let row = query.bind(id).fetch_optional(self.readers()).await?;
        Ok(documents::row::<(String,)>("escalation_worlds", id, row)?.map(|(document,)| document))
    }

    pub(crate) async fn escalation_plan(&self, id: &str) -> Result<Option<String>> {
        let query = sqlx::query("select document from escalation_plans where id = $1");
        let row = query.bind(id).fetch_optional(self.readers()).await?;
        Ok(documents::row::<(String,)>("escalation_plans", id, row)?.map(|(document,)| document))
    }

    /// When the next timer of any escalation is due, in seconds. What is no number is due at once: it is looked at, and
    /// set aside, before it can hide anything.
    pub(crate) async fn next_due(&self) -> Result<Option<i64>> {
        let query = format!(
            "select case
                 when exists (select 1 from escalations where {} and error is null) then 0
                 else (select cast(due_at as bigint) from escalations
                     where due_at is not null and error is null order by due_at limit 1)
             end",
            self.dialect().no_number("due_at")
        );
        sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(self.readers()).await
    }

    /// The database's clock, in milliseconds since 1970.
    pub(crate) async fn now(&self) -> Result<i64> {
        sqlx::query_scalar(self.dialect().now()).fetch_one(self.readers()).await
    }

    /// Begins a transition.
    pub(crate) async fn transition(&self) -> Result<Transition> {
        let writing = self.connections.begin().await?;
        Ok(Transition {
            writing,
            connections: self.connections.clone(),
            texts: Arc::clone(&self.texts),
            held: Held::default(),
            waiting: BTreeMap::new(),
            world: None,
            endpoints: None,
            lists: BTreeMap::new(),
            paged: BTreeMap::new(),
            kept: None,
        })
    }
}

/// A change of escalations. What is not committed has not happened.
pub(crate) struct Transition {
    writing: Writing,
    connections: Connections,
    /// The texts that are known to be kept.
    texts: Texts,
    /// What is not written yet.
    held: Held,
    /// The deliveries that wait for some escalations, if that was looked at for all of them at once.
    waiting: BTreeMap<String, Vec<Delivery>>,
    /// Which state of what is looked up there is, once that was asked.
    world: Option<Option<i64>>,
    /// The endpoints of webhooks, once they were asked for.
    pub(super) endpoints: Option<Vec<(String, String)>>,
    /// People's notification lists, once they were asked for.
    pub(super) lists: BTreeMap<String, KeptLists>,
    /// When people were paged in it, by path and person.
    paged: Pages,
    /// That before the part that can be taken back alone.
    kept: Option<Pages>,
}

/// When people were paged, by path and person.
type Pages = BTreeMap<(String, String), i64>;

impl Transition {
    /// Whether the database belongs to a newer version of this program by now, which runs what is due.
    pub(crate) async fn is_of_a_newer_server(&mut self) -> Result<bool> {
        let dialect = self.connections.dialect();
        migrations::is_newer(&mut self.writing, dialect).await
    }

    /// Makes it last.
    pub(crate) async fn commit(mut self) -> Result<()> {
        self.flush().await?;
        // At the end and in order: of two transitions that page the same people neither waits for the other for long, and
        // never each for the other.
        for ((path_id, user_id), at) in std::mem::take(&mut self.paged) {
            let query = sqlx::query(
                "insert into path_pages (path_id, user_id, paged_at) values ($1, $2, $3)
                 on conflict (path_id, user_id) do update set paged_at = excluded.paged_at",
            );
            query.bind(path_id).bind(user_id).bind(at).execute(self.writing.connection()).await?;
        }
        self.writing.commit().await
    }

    /// The change of the database that it is.
    pub(super) fn writing(&mut self) -> &mut Writing {
        &mut self.writing
    }

    /// What makes it.
    pub(super) fn connection(&mut self) -> Complete<'_> {
        self.writing.connection()
    }

    /// In which words it is told what to do.
    pub(super) fn dialect(&self) -> Dialect {
        self.writing.dialect()
    }

    /// Ends it with nothing changed.
    pub(crate) async fn leave(self) -> Result<()> {
        self.writing.leave().await
    }

    /// The database's clock, in milliseconds since 1970.
    pub(crate) async fn now(&mut self) -> Result<i64> {
        sqlx::query_scalar(self.writing.dialect().now()).fetch_one(self.writing.connection()).await
    }

    /// Which state of what is looked up there is, where that is known; as it was when that was asked first.
    pub(crate) async fn world_number(&mut self) -> Result<Option<i64>> {
        match self.world {
            Some(known) => Ok(known),
            None => self.world_number_now().await,
        }
    }

    /// The same, asked anew: in a server others may have changed it meanwhile.
    pub(crate) async fn world_number_now(&mut self) -> Result<Option<i64>> {
        let query = sqlx::query_scalar("select cast(max(number) as bigint) from world_changes");
        let number = query.fetch_one(self.writing.connection()).await?;
        self.world = Some(number);
        Ok(number)
    }

    /// Begins a part of the transition that can be taken back alone. What is held back is written before it.
    pub(crate) async fn begin_part(&mut self) -> Result<()> {
        self.flush().await?;
        self.kept = Some(self.paged.clone());
        sqlx::query("savepoint part").execute(self.writing.connection()).await.map(drop)
    }

    /// Ends that part: what it has written stays, or is taken back.
    pub(crate) async fn end_part(&mut self, stays: bool) -> Result<()> {
        let kept = self.kept.take();
        if !stays {
            self.paged = kept.unwrap_or_default();
            sqlx::query("rollback to part").execute(self.writing.connection()).await?;
        }
        sqlx::query("release part").execute(self.writing.connection()).await.map(drop)
    }

    /// An escalation, which nobody else changes until the transition ends.
    pub(crate) async fn row(&mut self, id: &str) -> Result<Option<EscalationRow>> {
        let locked = self.writing.dialect().locked();
        let query = sqlx::query(select(&format!("id = $1{locked}"))).bind(id);
        documents::row(TABLE, id, query.fetch_optional(self.writing.connection()).await?)
    }

    pub(crate) async fn row_by_key(&mut self, key: &str) -> Result<Option<EscalationRow>> {
        sqlx::query_as(select("idempotency_key = $1")).bind(key).fetch_optional(self.writing.connection()).await
    }

    pub(crate) async fn reassigned_to(&mut self, id: &str) -> Result<Option<String>> {
        let query = sqlx::query_scalar("select id from escalations where reassigned_from = $1");
        query.bind(id).fetch_optional(self.writing.connection()).await
    }

    /// Those that are due at an instant in seconds, the longest due first, without those that somebody else has taken.
    pub(crate) async fn due(
        &mut self,
        now: i64,
        count: u32,
    ) -> Result<Vec<std::result::Result<EscalationRow, Unreadable>>> {
        // What is no number would never be due, and is found here to be set aside.
        let dialect = self.writing.dialect();
        let mut rows = Vec::new();
        for condition in [&dialect.no_number("due_at"), "due_at <= $1"] {
            let free = dialect.free();
            let query = select(&format!("error is null and {condition} order by due_at limit $2{free}"));
            let query = sqlx::query(query).bind(now).bind(count);
            rows.extend(query.fetch_all(self.writing.connection()).await?.iter().map(read_row));
        }
        Ok(rows)
    }

    /// One of them, if it is due and nobody else has taken it.
    pub(crate) async fn due_one(
        &mut self,
        id: &str,
        now: i64,
    ) -> Result<Option<std::result::Result<EscalationRow, Unreadable>>> {
        let free = self.writing.dialect().free();
        let query = sqlx::query(select(&format!("id = $1 and error is null and due_at <= $2{free}")));
        Ok(query.bind(id).bind(now).fetch_optional(self.writing.connection()).await?.as_ref().map(read_row))
    }

    /// An id later than all before, by this time in milliseconds where that is later; and the time of it.
    ///
    /// In a server others may be about to commit one, before or after it: no two are equal, and each is later than all that
    /// were committed when it was made.
    pub(crate) async fn new_id(&mut self, now: i64) -> Result<(String, i64)> {
        // What begins with more than 7 is none, and neither is what is damaged; of that there may be some at the end.
        let query = sqlx::query_scalar::<_, Vec<u8>>(
            "select cast(id as blob) from escalations where id < '8' order by id desc limit 10",
        );
        let last = query.fetch_all(self.writing.connection()).await?;
        let last = last.iter().find_map(|id| Ulid::from_string(str::from_utf8(id).ok()?).ok());
        let random = Ulid::generate().random();
        let fresh = Ulid::from_parts(u64::try_from(now).unwrap_or_default(), random);
        let id = match last {
            Some(last) if fresh <= last && self.writing.dialect() == Dialect::Postgres => {
                // Some way after it, so that another who does the same does not come to the same.
                let step = (random % MAX_STEP) + 1;
                let next = last.random().checked_add(step).filter(|next| *next < 1 << 80);
                let next = next.map(|next| Ulid::from_parts(last.timestamp_ms(), next));
                next.unwrap_or_else(|| Ulid::from_parts(last.timestamp_ms() + 1, random >> 1))
            }
            Some(last) if fresh <= last => {
                // The same millisecond, or a clock that went back.
                last.increment().unwrap_or_else(|_| Ulid::from_parts(last.timestamp_ms() + 1, random >> 1))
            }
            _ => fresh,
        };
        Ok((id.to_string(), i64::try_from(id.timestamp_ms()).unwrap_or(now)))
    }

    /// Keeps a plan, if it is not kept already.
    pub(crate) async fn put_plan(&mut self, id: &str, document: &str) -> Result<()> {
        let query = "insert into escalation_plans (id, document) values ($1, $2) on conflict (id) do nothing";
        self.put_text(query, id, document).await
    }

    /// Keeps a world, if it is not kept already.
    pub(crate) async fn put_world(&mut self, id: &str, document: &str) -> Result<()> {
        let query = "insert into escalation_worlds (id, document) values ($1, $2) on conflict (id) do nothing";
        self.put_text(query, id, document).await
    }

    /// Keeps a text by its digest. In a server it lasts at once, whatever becomes of the transition: of two that keep
    /// several of the same, in whichever order, neither waits for the other. Nothing removes it, so that it need not be
    /// written again.
    async fn put_text(&mut self, put: &'static str, id: &str, document: &str) -> Result<()> {
        let query = sqlx::query(put).bind(id).bind(document);
        if self.writing.dialect() == Dialect::Sqlite {
            return query.execute(self.writing.connection()).await.map(drop);
        }
        let text = (put, id.to_string());
        if self.texts.lock().unwrap_or_else(PoisonError::into_inner).contains(&text) {
            return Ok(());
        }
        query.execute(self.connections.readers()).await?;
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if texts.len() >= MAX_TEXTS {
            texts.clear();
        }
        texts.insert(text);
        Ok(())
    }

    pub(crate) async fn plan(&mut self, id: &str) -> Result<Option<String>> {
        let query = sqlx::query_scalar("select document from escalation_plans where id = $1");
        query.bind(id).fetch_optional(self.writing.connection()).await
    }

    pub(crate) async fn insert(&mut self, row: &EscalationRow) -> Result<()> {
        let query = format!(
            "insert into escalations ({COLUMNS}) values
             ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(query));
        let query = query.bind(&row.id).bind(&row.plan_id).bind(&row.path_id).bind(row.path_revision).bind(&row.title);
        let query = query.bind(&row.description).bind(&row.priority_id).bind(&row.priority_name).bind(&row.creator);
        let query = query.bind(&row.alert_id).bind(&row.incident_id).bind(&row.idempotency_key);
        let query = query.bind(&row.reassigned_from).bind(&row.status).bind(&row.first_state).bind(&row.state);
        let query = query.bind(row.version).bind(row.steps).bind(row.event_at).bind(row.due_at).bind(&row.error);
        let query = query.bind(row.created_at);
        query.bind(row.updated_at).execute(self.writing.connection()).await.map(drop)
    }

    /// Sets a row aside: it is not run any more, and says why.
    pub(crate) async fn set_aside(&mut self, id: &str, why: &str, now: i64) -> Result<()> {
        let query = sqlx::query("update escalations set error = $2, updated_at = $3 where id = $1");
        query.bind(id).bind(why).bind(now).execute(self.writing.connection()).await.map(drop)
    }

    /// Has one that was set aside run again; false if it was not, or is over.
    pub(crate) async fn release(&mut self, id: &str, now: i64) -> Result<bool> {
        let query = sqlx::query(
            "update escalations set error = null, updated_at = $2
             where id = $1 and error is not null and status not in ('expired', 'cancelled', 'resolved')",
        );
        let done = query.bind(id).bind(now).execute(self.writing.connection()).await?;
        Ok(done.rows_affected() == 1)
    }

    /// Sets one aside that cannot be read.
    pub(crate) async fn set_unreadable_aside(&mut self, row: &Unreadable, now: i64) -> Result<()> {
        tracing::error!(escalation = row.id, row = row.rowid, "set aside: {}", row.why);
        let query = match self.writing.dialect() {
            Dialect::Sqlite => {
                sqlx::query("update escalations set error = $2, updated_at = $3 where rowid = $1").bind(row.rowid)
            }
            Dialect::Postgres => {
                sqlx::query("update escalations set error = $2, updated_at = $3 where id = $1").bind(&row.id)
            }
        };
        query.bind(&row.why).bind(now).execute(self.writing.connection()).await.map(drop)
    }

    /// The escalations that an alert has begun and that are not over.
    pub(crate) async fn escalations_of_alert(
        &mut self,
        alert_id: &str,
    ) -> Result<Vec<std::result::Result<EscalationRow, Unreadable>>> {
        let locked = self.writing.dialect().locked();
        let query = format!("alert_id = $1 and status not in ('expired', 'cancelled', 'resolved') order by id{locked}");
        let query = select(&query);
        let query = sqlx::query(query).bind(alert_id);
        Ok(query.fetch_all(self.writing.connection()).await?.iter().map(read_row).collect())
    }

    /// When those of these people who ever were paged on a path last were. `ids` is a list in JSON.
    /// Nobody else asks about that path until the transition ends, for the turn goes on with it.
    pub(crate) async fn last_paged(&mut self, path_id: &str, ids: &str) -> Result<BTreeMap<String, i64>> {
        if self.writing.dialect() == Dialect::Postgres {
            let query = "select id from escalation_paths where id = $1 for update";
            sqlx::query(query).bind(path_id).fetch_all(self.writing.connection()).await?;
        }
        let query = sqlx::query_as::<_, (String, i64)>(
            "select user_id, cast(paged_at as bigint) from path_pages
             where path_id = $1 and user_id in (select value from json_each($2))",
        );
        let rows = query.bind(path_id).bind(ids).fetch_all(self.writing.connection()).await?;
        let mut last: BTreeMap<String, i64> = rows.into_iter().collect();
        let now = self.paged.iter().filter(|((path, _), _)| path == path_id);
        last.extend(now.map(|((_, user), at)| (user.clone(), *at)));
        Ok(last)
    }

    /// Notes that a person was paged on a path.
    pub(crate) fn note_page(&mut self, path_id: &str, user_id: &str, at: i64) {
        self.paged.insert((path_id.to_string(), user_id.to_string()), at);
    }
}
