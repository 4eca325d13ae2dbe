//! Escalations that run: whatever happens to one is a transition, and each transition is one transaction.
//!
//! The engine's state machine decides what follows, the database keeps all of it. Requests and timers take the same way:
//! the row is read under the database's lock, [`step`](escalation_engine::machine::step) is asked, and the new state is
//! written with what happened, what came of it and what is to be sent. Nothing is sent within it.

mod advance;
mod again;
mod deliver;
mod heartbeat;
mod old;
mod plan;
pub(crate) mod rules;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use escalation_api::escalation::{AlertActor, Creator};
use escalation_api::{Json as _, Map, Value};
use escalation_engine::machine::{Alert, EventKind, State, Who};
use escalation_engine::trace::StepName;
use escalation_engine::{Index, Instant};
use serde_json::json;
use tokio::sync::{Notify, broadcast, watch};
use tokio::time::sleep;

use crate::clock::Clock;
use crate::error::{ApiError, StartError};
use crate::metrics::{Metrics, Readings};
use crate::signing::{digest, short_digest};
use crate::store::{
    Action, AlertRow, Author, Delivery, Entry, EscalationRow, InputRow, Kind, Resource, Store, Transition, Turns,
    Unreadable,
};
use advance::Advanced;
use world::Directory;

pub(crate) use advance::{event_of, status_word};
pub(crate) use deliver::{Senders, delivery_is_readable, webhook};
pub(crate) use heartbeat::Heartbeat;
pub(crate) use plan::{Compiled, Plan};

/// How many escalations one transaction takes on: enough that what a commit costs is shared, few enough that requests do
/// not wait for long.
const BATCH: u32 = 64;
/// How many of those there are at once, where the database takes several.
const RUNNERS: usize = 2;
/// How many timers of one escalation one transaction runs. Whatever is due after that is due in the next.
const MAX_TIMERS: usize = 100;
/// The longest sleep: what another process writes is seen after it.
const MAX_SLEEP: Duration = Duration::from_secs(2);
/// How long to rest where the database fails.
const REST: Duration = Duration::from_secs(1);
/// How often the organisation is read anew where it changes meanwhile.
const MAX_LOADS: u32 = 8;
/// The longest text of a plan, in bytes: a path with all that it hands over to.
const MAX_PLAN: usize = 8 * 1024 * 1024;
/// How much text the plans may have together that are kept in memory, ready to be followed.
const MAX_PLANS: usize = 4 * MAX_PLAN;
/// How many changes a stream of them can lag behind before it looks at the database instead.
const MAX_LAG: usize = 1_024;

/// What is needed to run escalations; cheap to copy.
#[derive(Clone)]
pub(crate) struct Escalations {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    /// The id of the priority of an escalation whose creator cannot choose one; absent: the highest.
    pub(crate) default_priority: Option<String>,
    shared: Arc<Shared>,
}

struct Shared {
    plans: Mutex<Plans>,
    directory: Mutex<Option<Arc<Directory>>>,
    /// Told when something may be due sooner than was known.
    wake: Notify,
    /// Told when something is to be sent, one for each kind.
    mail: [Notify; Kind::ALL.len()],
    senders: Senders,
    /// The ids of those that have changed.
    changed: broadcast::Sender<Arc<str>>,
    /// When it was last looked for timers, by this process's own clock.
    cycle: Mutex<tokio::time::Instant>,
    metrics: Arc<Metrics>,
    heartbeat: Option<Heartbeat>,
}

/// Plans that are kept in memory.
#[derive(Default)]
struct Plans {
    by_id: BTreeMap<String, Arc<Compiled>>,
    /// How much text they were read from, in bytes.
    size: usize,
}

/// Why a transition is not made.
#[derive(Debug)]
enum Fault {
    /// The database fails, and with it whatever else is tried now.
    Database(ApiError),
    /// It is about this escalation, and none else. Nothing was written.
    Row(String),
    /// The same, and something may have been written: the whole transaction is to be given up.
    Torn(String),
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

impl Fault {
    /// Of an error in reading or writing what belongs to one escalation alone. Whatever else is read may be damaged for
    /// all of them, and none is set aside for it.
    fn of_its_own(error: sqlx::Error) -> Self {
        if is_of_the_row(&error) { Self::Torn(error.to_string()) } else { Self::Database(error.into()) }
    }
}

impl From<ApiError> for Fault {
    fn from(error: ApiError) -> Self {
        Self::Database(error)
    }
}

/// Whether an error is about what was to be written or read, so that trying again changes nothing.
fn is_of_the_row(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::RowNotFound | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => true,
        sqlx::Error::Database(error) => error.kind() != sqlx::error::ErrorKind::Other,
        _ => false,
    }
}

/// What begins an escalation.
#[derive(Debug, Clone)]
pub(crate) struct Beginning {
    pub(crate) plan: Plan,
    pub(crate) path_revision: Option<i64>,
    pub(crate) title: String,
    pub(crate) description: String,
    /// Id and name.
    pub(crate) priority: Option<(String, String)>,
    /// JSON, as the API has it.
    pub(crate) creator: String,
    pub(crate) incident_id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    /// In seconds.
    pub(crate) grace_period: i64,
    pub(crate) alert: Alert,
}

/// What an escalation comes from.
#[derive(Default)]
struct Origin {
    alert_id: Option<String>,
    /// The escalation that it takes over from.
    reassigned_from: Option<String>,
}

/// An alert that fires, and what it begins.
#[derive(Clone)]
pub(crate) struct Firing {
    pub(crate) source_id: String,
    /// By which it is known to fire already.
    pub(crate) key: String,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) source_url: Option<String>,
    /// JSON.
    pub(crate) metadata: String,
    pub(crate) beginning: Option<Beginning>,
}

/// What is to become of an escalation, having looked at it under the lock.
pub(crate) enum Decision {
    /// This happens to it.
    Happens(EventKind),
    /// Nothing: what is asked for is so already.
    Nothing,
}

/// What somebody does with an escalation by hand, as the audit log keeps it.
pub(crate) struct Deed<'a> {
    pub(crate) author: &'a Author,
    pub(crate) action: Action,
    /// What is to be known of it besides.
    pub(crate) details: Map,
}

impl<'a> Deed<'a> {
    pub(crate) fn new(author: &'a Author, action: Action) -> Self {
        Self { author, action, details: Map::new() }
    }

    /// With something that is to be known of it.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_string(), value.into());
        self
    }

    /// Writes its line: what the status was, if the escalation was there, and what it is now.
    async fn record(&self, work: &mut Transition, before: Option<&str>, row: &EscalationRow) -> Result<(), ApiError> {
        let mut after = self.details.clone();
        after.insert("status".to_string(), Value::from(row.status.as_str()));
        if let Some(path) = &row.path_id {
            // Where it is given to another, that is said already.
            after.entry("escalation_path_id").or_insert_with(|| Value::from(path.as_str()));
        }
        let before = before.map(|status| json!({ "status": status }).to_string());
        let (id, after) = (row.id.as_str(), Some(Value::Object(after).to_string()));
        let (action, resource) = (self.action, Resource::Escalation);
        let entry = Entry { action, resource, id, before, after };
        Ok(work.record(self.author, &entry, row.path_id.as_deref()).await?)
    }
}

/// The creator of an escalation that an alert has begun.
fn alert_creator(id: &str, title: &str) -> String {
    let alert = AlertActor { id: id.to_string(), title: title.to_string(), extra: Map::new() };
    Creator { alert: Some(alert), user: None, workflow: None, extra: Map::new() }.write().to_string()
}

fn seconds(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(1_000)
}

impl Escalations {
    pub(crate) fn new(
        store: Store,
        clock: Clock,
        default_priority: Option<String>,
        senders: Senders,
        heartbeat: Option<Heartbeat>,
    ) -> Self {
        let shared = Shared {
            plans: Mutex::default(),
            directory: Mutex::default(),
            wake: Notify::new(),
            mail: Default::default(),
            senders,
            changed: broadcast::Sender::new(MAX_LAG),
            cycle: Mutex::new(tokio::time::Instant::now()),
            metrics: Arc::new(Metrics::new(true)),
            heartbeat,
        };
        Self { store, clock, default_priority, shared: Arc::new(shared) }
    }

    /// Whether the default priority is one of the organisation's. Where the database cannot be read it is not known, and
    /// each request says so.
    pub(crate) async fn check_default_priority(&self) -> Result<(), StartError> {
        let (Some(id), Ok(priorities)) = (&self.default_priority, self.store.priorities().await) else { return Ok(()) };
        let is_known = priorities.iter().any(|priority| priority.id == *id);
        if is_known { Ok(()) } else { Err(StartError::NoPriority { id: id.clone() }) }
    }

    /// What is counted.
    pub(crate) fn metrics(&self) -> Arc<Metrics> {
        self.shared.metrics.clone()
    }

    /// What is due and what waits now.
    pub(crate) async fn readings(&self) -> Result<Readings, sqlx::Error> {
        self.store.readings(self.clock.now(&self.store).await?).await
    }

    /// How long ago it was last looked for timers.
    pub(crate) fn cycle_age(&self) -> Duration {
        self.shared.cycle.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// It was looked for timers, and what was due has run.
    fn cycle_is_done(&self) {
        *self.shared.cycle.lock().unwrap_or_else(PoisonError::into_inner) = tokio::time::Instant::now();
        if let Some(heartbeat) = &self.shared.heartbeat {
            heartbeat.beat();
        }
    }

    /// Says which escalations change from now on.
    pub(crate) fn changes(&self) -> broadcast::Receiver<Arc<str>> {
        self.shared.changed.subscribe()
    }

    fn tell(&self, id: &str) {
        // Nobody need be listening.
        drop(self.shared.changed.send(Arc::from(id)));
        self.shared.wake.notify_one();
        self.look_at_mail();
    }

    /// Has what is to be sent looked at anew.
    pub(crate) fn look_at_mail(&self) {
        self.shared.mail.iter().for_each(Notify::notify_one);
    }

    fn mail_of(&self, kind: Kind) -> &Notify {
        let [log, email, webhook] = &self.shared.mail;
        match kind {
            Kind::Log => log,
            Kind::Email => email,
            Kind::Webhook => webhook,
        }
    }

    /// Whether something of a kind can be sent.
    pub(crate) fn sends(&self, kind: Kind) -> bool {
        self.shared.senders.has(kind)
    }

    /// Begins an escalation. Where there is one with its idempotency key, that is given instead.
    pub(crate) async fn begin(&self, beginning: Beginning, deed: &Deed<'_>) -> Result<EscalationRow, ApiError> {
        let mut turns = Turns::default();
        loop {
            let made = self.begin_once(beginning.clone(), deed).await;
            if !turns.again(&made).await {
                return made;
            }
        }
    }

    async fn begin_once(&self, beginning: Beginning, deed: &Deed<'_>) -> Result<EscalationRow, ApiError> {
        let mut work = self.store.transition().await?;
        if let Some(key) = &beginning.idempotency_key
            && let Some(known) = work.row_by_key(key).await?
        {
            work.leave().await?;
            return Ok(known);
        }
        let now = self.clock.of(&mut work).await?;
        let row = self.insert(&mut work, beginning, Origin::default(), now).await?;
        deed.record(&mut work, None, &row).await?;
        work.commit().await?;
        self.tell(&row.id);
        Ok(row)
    }

    /// Keeps an alert, and begins what it begins; false where one with its key fires already.
    pub(crate) async fn alert_fires(&self, firing: Firing) -> Result<bool, ApiError> {
        let mut turns = Turns::default();
        loop {
            let made = self.alert_fires_once(firing.clone()).await;
            if !turns.again(&made).await {
                return made;
            }
        }
    }

    async fn alert_fires_once(&self, firing: Firing) -> Result<bool, ApiError> {
        let mut work = self.store.transition().await?;
        if work.firing_alert(&firing.source_id, &firing.key).await?.is_some() {
            work.leave().await?;
            return Ok(false);
        }
        let now = self.clock.of(&mut work).await?;
        let alert = AlertRow {
            id: ulid::Ulid::from_parts(u64::try_from(now).unwrap_or_default(), ulid::Ulid::generate().random())
                .to_string(),
            source_id: firing.source_id,
            deduplication_key: firing.key,
            title: firing.title,
            description: firing.description,
            source_url: firing.source_url,
            metadata: firing.metadata,
            status: "firing".to_string(),
            created_at: now,
            updated_at: now,
            resolved_at: None,
        };
        work.insert_alert(&alert).await?;
        let mut begun = None;
        if let Some(mut beginning) = firing.beginning {
            beginning.creator = alert_creator(&alert.id, &alert.title);
            let origin = Origin { alert_id: Some(alert.id), reassigned_from: None };
            begun = Some(self.insert(&mut work, beginning, origin, now).await?.id);
        }
        work.commit().await?;
        begun.iter().for_each(|id| self.tell(id));
        Ok(true)
    }

    /// An alert is over, and with it the escalations that it has begun (R18): how many. Nothing where none with this key
    /// fires.
    pub(crate) async fn alert_is_over(&self, source_id: &str, key: &str) -> Result<Option<usize>, ApiError> {
        let mut turns = Turns::default();
        loop {
            let made = self.alert_is_over_once(source_id, key).await;
            if !turns.again(&made).await {
                return made;
            }
        }
    }

    async fn alert_is_over_once(&self, source_id: &str, key: &str) -> Result<Option<usize>, ApiError> {
        let mut work = self.store.transition().await?;
        let Some(alert) = work.firing_alert(source_id, key).await? else {
            work.leave().await?;
            return Ok(None);
        };
        let now = self.clock.of(&mut work).await?;
        work.resolve_alert(&alert.id, now).await?;
        let mut ended = Vec::new();
        for row in work.escalations_of_alert(&alert.id).await? {
            // One that cannot go on pages nobody, the log says why, and the others end all the same.
            let mut row = match row {
                Ok(row) => row,
                Err(unreadable) => {
                    work.set_unreadable_aside(&unreadable, now).await?;
                    continue;
                }
            };
            let version = row.version;
            work.begin_part().await?;
            match self.take(&mut work, &mut row, EventKind::AlertResolved, None, now).await {
                Ok(()) => {
                    work.end_part(true).await?;
                    work.update(&row, version);
                }
                Err(Fault::Row(why) | Fault::Torn(why)) => {
                    tracing::error!(escalation = row.id, "set aside: {why}");
                    work.end_part(false).await?;
                    work.set_aside(&row.id, &why, now).await?;
                }
                Err(Fault::Database(error)) => return Err(error),
            }
            ended.push(row.id);
        }
        work.commit().await?;
        ended.iter().for_each(|id| self.tell(id));
        Ok(Some(ended.len()))
    }

    async fn insert(
        &self,
        work: &mut Transition,
        beginning: Beginning,
        origin: Origin,
        now: i64,
    ) -> Result<EscalationRow, ApiError> {
        let (plan_id, text) = beginning.plan.written().map_err(|error| ApiError::internal(&error))?;
        if text.len() > MAX_PLAN {
            let message = format!("Escalation_path_id and what it hands over to have more than {MAX_PLAN} bytes");
            return Err(ApiError::invalid_parameter("escalation_path_id", message));
        }
        work.put_plan(&plan_id, &text).await?;
        let (id, created_at) = work.new_id(now).await?;
        let at = Instant::from_unix(seconds(created_at));
        let priority_id = beginning.priority.as_ref().map(|(id, _)| id.clone());
        let state = State::new(at, priority_id.as_deref(), beginning.grace_period, beginning.alert);
        let mut row = EscalationRow {
            id,
            plan_id,
            path_id: beginning.plan.path_id,
            path_revision: beginning.path_revision,
            title: beginning.title,
            description: beginning.description,
            priority_id,
            priority_name: beginning.priority.map(|(_, name)| name).unwrap_or_default(),
            creator: beginning.creator,
            alert_id: origin.alert_id,
            incident_id: beginning.incident_id,
            idempotency_key: beginning.idempotency_key,
            reassigned_from: origin.reassigned_from,
            status: status_word(state.status).to_string(),
            first_state: written(&state)?,
            state: written(&state)?,
            version: 0,
            steps: 0,
            event_at: at.unix(),
            due_at: Some(at.unix()),
            error: None,
            created_at,
            updated_at: created_at,
        };
        work.insert(&row).await?;
        self.take(work, &mut row, EventKind::Fire, None, created_at).await.map_err(Fault::told)?;
        work.update(&row, 0);
        Ok(row)
    }

    /// Lets something happen to an escalation, if `decide` says so, which sees it as it is then and the time in seconds.
    /// Nothing where there is no such escalation.
    pub(crate) async fn apply(
        &self,
        id: &str,
        deed: &Deed<'_>,
        decide: impl Fn(&EscalationRow, &State, i64) -> Result<Decision, ApiError>,
    ) -> Result<Option<EscalationRow>, ApiError> {
        let mut turns = Turns::default();
        loop {
            let made = self.apply_once(id, deed, &decide).await;
            if !turns.again(&made).await {
                return made;
            }
        }
    }

    async fn apply_once(
        &self,
        id: &str,
        deed: &Deed<'_>,
        decide: impl Fn(&EscalationRow, &State, i64) -> Result<Decision, ApiError>,
    ) -> Result<Option<EscalationRow>, ApiError> {
        let mut work = self.store.transition().await?;
        let Some(mut row) = work.row(id).await? else {
            work.leave().await?;
            return Ok(None);
        };
        let now = self.clock.of(&mut work).await?;
        let decision = read_state(&row).map_err(Fault::told).and_then(|state| decide(&row, &state, seconds(now)));
        match decision {
            Ok(Decision::Happens(kind)) => {
                let (version, before) = (row.version, row.status.clone());
                self.take(&mut work, &mut row, kind, None, now).await.map_err(Fault::told)?;
                work.update(&row, version);
                deed.record(&mut work, Some(&before), &row).await?;
                work.commit().await?;
                self.tell(id);
                Ok(Some(row))
            }
            Ok(Decision::Nothing) => {
                work.leave().await?;
                Ok(Some(row))
            }
            Err(error) => {
                work.leave().await?;
                Err(error)
            }
        }
    }

    /// Begins an escalation in place of another, which is resolved by it if that is said and it is not over. `check` sees
    /// the first one under the lock. Nothing where there is no such escalation.
    pub(crate) async fn reassign(
        &self,
        id: &str,
        deed: &Deed<'_>,
        beginning: impl Fn(&EscalationRow) -> Result<Beginning, ApiError>,
        resolves: bool,
    ) -> Result<Option<EscalationRow>, ApiError> {
        let mut turns = Turns::default();
        loop {
            let made = self.reassign_once(id, deed, &beginning, resolves).await;
            if !turns.again(&made).await {
                return made;
            }
        }
    }

    async fn reassign_once(
        &self,
        id: &str,
        deed: &Deed<'_>,
        beginning: impl Fn(&EscalationRow) -> Result<Beginning, ApiError>,
        resolves: bool,
    ) -> Result<Option<EscalationRow>, ApiError> {
        let mut work = self.store.transition().await?;
        let Some(mut first) = work.row(id).await? else {
            work.leave().await?;
            return Ok(None);
        };
        let now = self.clock.of(&mut work).await?;
        let taken_over = work.reassigned_to(id).await?;
        let beginning = match taken_over {
            Some(by) => Err(ApiError::conflict(format!("Escalation has been reassigned already, to `{by}`"))),
            None => beginning(&first),
        };
        let beginning = match beginning {
            Ok(beginning) => beginning,
            Err(error) => {
                work.leave().await?;
                return Err(error);
            }
        };
        let origin = Origin { alert_id: first.alert_id.clone(), reassigned_from: Some(id.to_string()) };
        let row = self.insert(&mut work, beginning, origin, now).await?;
        let before = first.status.clone();
        let state = read_state(&first).map_err(Fault::told)?;
        if resolves && (!state.has_ended() || state.is_stopped()) {
            let version = first.version;
            self.take(&mut work, &mut first, EventKind::Resolve, None, now).await.map_err(Fault::told)?;
            work.update(&first, version);
        }
        deed.record(&mut work, Some(&before), &first).await?;
        let begun = Deed { author: deed.author, action: Action::Start, details: deed.details.clone() };
        begun.with("reassigned_from", id).record(&mut work, None, &row).await?;
        work.commit().await?;
        self.tell(id);
        self.tell(&row.id);
        Ok(Some(row))
    }

    /// Cancels an escalation that was set aside: the engine is not asked, for it failed.
    pub(crate) async fn cancel_set_aside(&self, id: &str, deed: &Deed<'_>) -> Result<(), ApiError> {
        let mut turns = Turns::default();
        loop {
            let made = self.cancel_set_aside_once(id, deed).await;
            if !turns.again(&made).await {
                return made;
            }
        }
    }

    async fn cancel_set_aside_once(&self, id: &str, deed: &Deed<'_>) -> Result<(), ApiError> {
        let mut work = self.store.transition().await?;
        let now = self.clock.of(&mut work).await?;
        match work.row(id).await? {
            Some(mut row) if row.error.is_some() => {
                let before = std::mem::replace(&mut row.status, "cancelled".to_string());
                row.due_at = None;
                row.updated_at = now.max(row.updated_at);
                for delivery in work.waiting_deliveries(id).await? {
                    if delivery.kind != Kind::Webhook.word() {
                        work.drop_delivery(&delivery.id, "the escalation was cancelled by then", now).await?;
                    }
                }
                let events = webhook::planned(&mut work, &row, Some(&before), None, now).await.map_err(Fault::told)?;
                // No version follows, so these are the only ones with the next.
                put_deliveries(&mut work, id, row.version + 1, events, now);
                let version = row.version;
                work.update(&row, version);
                deed.record(&mut work, Some(&before), &row).await?;
                work.commit().await?;
                self.tell(id);
            }
            _ => work.leave().await?,
        }
        Ok(())
    }

    /// One transition of one escalation: asks the engine, then writes all that comes of it but the row itself. Nothing is
    /// written where the engine fails. `due` is when a timer was due, in seconds.
    async fn take(
        &self,
        work: &mut Transition,
        row: &mut EscalationRow,
        kind: EventKind,
        due: Option<i64>,
        now: i64,
    ) -> Result<(), Fault> {
        self.advance(work, row, kind, due, now).await?;
        work.flush().await.map_err(Fault::of_its_own)
    }

    /// The same, where what comes of it is held back to be written together with that of others.
    async fn advance(
        &self,
        work: &mut Transition,
        row: &mut EscalationRow,
        kind: EventKind,
        due: Option<i64>,
        now: i64,
    ) -> Result<(), Fault> {
        let plan = self.plan(work, &row.plan_id).await?;
        let state = read_state(row)?;
        // Not before what happened before, whatever the clock says.
        let at = Instant::from_unix(seconds(now).max(row.event_at));
        let directory = self.directory(work, at).await?;
        let mut more: BTreeSet<String> = state.notified().filter_map(user_of).collect();
        if let EventKind::Ack { who, .. } | EventKind::Nack { who, .. } | EventKind::Snooze { who, .. } = &kind {
            more.extend(user_of(who));
        }
        let world = directory.part(&plan.named, more, at);
        let text = written(&world)?;
        let world_id = digest(text.as_bytes());
        let index = Index::new(world);
        let run = |round_robin: &BTreeMap<String, String>| {
            let event = escalation_engine::machine::Event { at, kind: kind.clone() };
            let advanced = AssertUnwindSafe(|| Advanced::new(&plan.path, &index, round_robin, state.clone(), event));
            catch_unwind(advanced).map_err(|_| Fault::Row("the engine panicked; the log says where".to_string()))
        };
        let mut round_robin = BTreeMap::new();
        let mut advanced = run(&round_robin)?;
        if let Some((node, path, people)) = advanced.round_robin_entered(&plan.path, &state)
            && let Some(first) = self.first_in_turn(work, &path, &people).await?
        {
            round_robin.insert(node, first);
            advanced = run(&round_robin)?;
        }
        let had_stopped = state.outcome.is_some();
        let Advanced { state, steps } = advanced;
        if let Some(outcome) = state.outcome.filter(|outcome| !outcome.is_known() && !had_stopped) {
            let (id, why) = (&row.id, steps.last().map(|step| step.why.as_str()).unwrap_or_default());
            tracing::error!("escalation `{id}` pages nobody any more ({}): {why}", outcome.as_str());
            self.shared.metrics.stuck();
        }
        self.shared.metrics.changed(due.map(|due| now.saturating_sub(due.saturating_mul(1_000))));
        // All that can fail for want of sense has been done; from here on things are written.
        let version = row.version + 1;
        let event = kind;
        let kind = written(&event)?;
        let round_robin = if round_robin.is_empty() { None } else { Some(written(&round_robin)?) };
        let state_text = written(&state)?;
        let mut texts = Vec::with_capacity(steps.len());
        for step in &steps {
            texts.push(written(step)?);
        }
        work.put_world(&world_id, &text).await?;
        let input =
            InputRow { number: version, at: at.unix(), due_at: due, kind, world_id, round_robin, recorded_at: now };
        work.put_input(&row.id, input);
        if version > 1 {
            self.drop_moot(work, row, &state, now).await?;
        }
        let mut planned = Vec::new();
        for (step, text) in steps.iter().zip(texts) {
            row.steps += 1;
            work.put_step(&row.id, (row.steps, version), event_of(step.step), text);
            planned.extend(self.planned(work, row, &index, (step, &state), now).await?);
            if let (StepName::Paged, Some(path), Some(user)) = (step.step, &step.path_id, &step.user_id) {
                work.note_page(path, user, now);
            }
        }
        let due = state.due(&advance::context(&plan.path, &index, &BTreeMap::new()));
        row.version = version;
        let before = std::mem::replace(&mut row.status, status_word(state.status).to_string());
        row.state = state_text;
        row.event_at = at.unix();
        row.due_at = due.map(Instant::unix);
        row.updated_at = now.max(row.updated_at);
        let before = Some(before.as_str()).filter(|_| version > 1);
        planned.extend(webhook::planned(work, row, before, Some(&event), now).await?);
        put_deliveries(work, &row.id, version, planned, now);
        Ok(())
    }

    /// R8: of the people on a level with round robin the one who was paged longest ago on this path, if that is not the
    /// first anyway.
    async fn first_in_turn(
        &self,
        work: &mut Transition,
        path: &str,
        people: &[String],
    ) -> Result<Option<String>, sqlx::Error> {
        let ids = serde_json::Value::from(people.to_vec()).to_string();
        let paged = work.last_paged(path, &ids).await?;
        let ago = |id: &&String| paged.get(*id).copied().unwrap_or(i64::MIN);
        // Of several the first.
        let first = people.iter().min_by_key(ago).filter(|first| Some(*first) != people.first());
        Ok(first.cloned())
    }

    /// A plan, ready to be followed. It never changes.
    async fn plan(&self, work: &mut Transition, id: &str) -> Result<Arc<Compiled>, Fault> {
        if let Some(plan) = self.plans().by_id.get(id) {
            return Ok(Arc::clone(plan));
        }
        let text = work.plan(id).await.map_err(Fault::of_its_own)?;
        let text = text.ok_or_else(|| Fault::Row(format!("there is no plan `{id}`")))?;
        let read = catch_unwind(AssertUnwindSafe(|| Compiled::read(&text)));
        let read = read.unwrap_or_else(|_| Err("the engine panicked; the log says where".to_string()));
        let plan = Arc::new(read.map_err(|why| Fault::Row(format!("the plan cannot be read: {why}")))?);
        let mut plans = self.plans();
        if plans.size + text.len() > MAX_PLANS {
            *plans = Plans::default();
        }
        plans.size += text.len();
        plans.by_id.insert(id.to_string(), Arc::clone(&plan));
        Ok(plan)
    }

    fn plans(&self) -> std::sync::MutexGuard<'_, Plans> {
        self.shared.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The organisation as it is now. What is changed while the transition is under way comes after it.
    async fn directory(&self, work: &mut Transition, at: Instant) -> Result<Arc<Directory>, Fault> {
        let Some(number) = work.world_number().await? else {
            // So nothing says whether what is in memory still holds.
            tracing::error!("table `world_changes` is empty; restore a backup: the organisation is read each time");
            return Ok(Arc::new(Directory::load(&self.store, 0, at).await?));
        };
        let known = self.shared.directory.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| known.holds(number, at)) {
            return Ok(known);
        }
        let (mut number, mut left) = (number, MAX_LOADS);
        let mut directory = Arc::new(Directory::load(&self.store, number, at).await?);
        // In a server others may change it meanwhile: what was read in part before and in part after is of no state.
        while let Some(now) = work.world_number_now().await?.filter(|now| *now != number) {
            left -= 1;
            if left == 0 {
                return Err(sqlx::Error::PoolTimedOut.into());
            }
            number = now;
            directory = Arc::new(Directory::load(&self.store, number, at).await?);
        }
        let mut kept = self.shared.directory.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some(Arc::clone(&directory));
        Ok(directory)
    }

    /// Runs what is due, at most `count` escalations and `timers` of each, in one transaction. Says how many there were.
    async fn run_due(&self, count: u32, timers: usize) -> Result<usize, ApiError> {
        let mut turns = Turns::default();
        loop {
            let made = self.run_due_once(count, timers).await;
            if !turns.again(&made).await {
                return made;
            }
        }
    }

    async fn run_due_once(&self, count: u32, timers: usize) -> Result<usize, ApiError> {
        let mut work = self.store.transition().await?;
        if work.is_of_a_newer_server().await? {
            work.leave().await?;
            return Err(ApiError::replaced());
        }
        let now = self.clock.of(&mut work).await?;
        let rows = work.due(seconds(now), count).await?;
        if rows.is_empty() {
            work.leave().await?;
            return Ok(0);
        }
        let taken = rows.len();
        let ids: Vec<_> = rows.iter().filter_map(|row| Some(row.as_ref().ok()?.id.clone())).collect();
        match self.run_rows(work, rows, timers, now).await {
            Ok(()) => {}
            // Nothing says whose fault it is: each is run alone, and the one that fails is set aside.
            Err(Fault::Row(_) | Fault::Torn(_)) => {
                for id in &ids {
                    self.run_alone(id, timers).await?;
                }
            }
            Err(Fault::Database(error)) => return Err(error),
        }
        Ok(taken)
    }

    /// Runs these escalations as one transition. Of one that fails before anything of it is written, the others go on.
    async fn run_rows(
        &self,
        mut work: Transition,
        rows: Vec<Result<EscalationRow, Unreadable>>,
        timers: usize,
        now: i64,
    ) -> Result<(), Fault> {
        let (mut read, mut told) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
        for row in rows {
            match row {
                Ok(row) => read.push(row),
                Err(unreadable) => work.set_unreadable_aside(&unreadable, now).await?,
            }
        }
        let ids: Vec<_> = read.iter().map(|row| row.id.clone()).collect();
        work.look_at_waiting(&ids).await.map_err(Fault::of_its_own)?;
        for mut row in read {
            let version = row.version;
            match self.run_timers(&mut work, &mut row, timers, now).await {
                Ok(()) => {}
                Err(Fault::Row(why)) => {
                    tracing::error!(escalation = row.id, "set aside: {why}");
                    // With what it has done before that.
                    row.error = Some(why);
                    row.updated_at = now.max(row.updated_at);
                }
                Err(fault) => return Err(fault),
            }
            work.update(&row, version);
            told.push(row.id);
        }
        work.flush().await.map_err(Fault::of_its_own)?;
        work.commit().await?;
        told.iter().for_each(|id| self.tell(id));
        Ok(())
    }

    /// Runs one escalation, if it is due and nobody else runs it, and sets it aside where it fails.
    async fn run_alone(&self, id: &str, timers: usize) -> Result<(), ApiError> {
        let mut turns = Turns::default();
        loop {
            let made = self.run_alone_once(id, timers).await;
            if !turns.again(&made).await {
                return made;
            }
        }
    }

    async fn run_alone_once(&self, id: &str, timers: usize) -> Result<(), ApiError> {
        let mut work = self.store.transition().await?;
        let now = self.clock.of(&mut work).await?;
        let Some(row) = work.due_one(id, seconds(now)).await? else { return work.leave().await.map_err(Into::into) };
        match self.run_rows(work, vec![row], timers, now).await {
            Ok(()) => Ok(()),
            Err(Fault::Row(why) | Fault::Torn(why)) => {
                tracing::error!(escalation = id, "set aside: {why}");
                let mut work = self.store.transition().await?;
                work.set_aside(id, &why, now).await?;
                work.commit().await?;
                self.tell(id);
                Ok(())
            }
            Err(Fault::Database(error)) => Err(error),
        }
    }

    async fn run_timers(
        &self,
        work: &mut Transition,
        row: &mut EscalationRow,
        timers: usize,
        now: i64,
    ) -> Result<(), Fault> {
        for _ in 0..timers {
            let Some(due) = row.due_at.filter(|due| *due <= seconds(now)) else { break };
            self.advance(work, row, EventKind::Timer, Some(due), now).await?;
        }
        Ok(())
    }

    /// How many may run what is due at once: of a server that several processes share, so that one is about to write while
    /// another works out what; of a file one at a time.
    pub(crate) fn runners(&self) -> usize {
        if self.store.is_shared() && !self.clock.stands() { RUNNERS } else { 1 }
    }

    /// Runs escalations until it is told to stop; what is under way then is finished.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        if let Some(mut ticks) = self.clock.ticks() {
            while let Some(answer) = tokio::select! {
                _ = stop.changed() => None,
                tick = ticks.recv() => tick,
            } {
                match self.run_due(BATCH, 1).await {
                    Ok(count) => {
                        self.cycle_is_done();
                        // A clock that stands was set meanwhile.
                        self.look_at_mail();
                        let _nobody_waits = answer.send(count);
                    }
                    Err(error) => tracing::error!(?error, "escalations cannot be run"),
                }
            }
            return;
        }
        while !*stop.borrow() {
            // Looked at first without the lock, which requests wait for.
            let rest = self.until_due().await;
            let run = if rest.is_zero() { self.run_due(BATCH, MAX_TIMERS).await.map(Some) } else { Ok(None) };
            if run.is_ok() {
                self.cycle_is_done();
            }
            let rest = match run {
                Ok(None) => rest,
                // Somebody else has run it, or what was found is not what is due.
                Ok(Some(0)) => REST,
                Ok(Some(_)) => continue,
                Err(error) => {
                    tracing::error!(?error, "escalations cannot be run now; it is tried again");
                    REST
                }
            };
            tokio::select! {
                _ = stop.changed() => {}
                () = self.shared.wake.notified() => {}
                () = sleep(rest) => {}
            }
        }
    }

    /// How long nothing is due, and no longer than [`MAX_SLEEP`]. Where that is not known, something may be.
    async fn until_due(&self) -> Duration {
        // Whoever has been replaced says so at once, and not when something is due for the first time since.
        if matches!(self.store.is_of_a_newer_server().await, Ok(true)) {
            return Duration::ZERO;
        }
        let (due, now) = match (self.store.next_due().await, self.clock.now(&self.store).await) {
            (Ok(due), Ok(now)) => (due, now),
            (Err(error), _) | (_, Err(error)) => {
                tracing::error!(%error, "couldn't read when the next escalation is due");
                return Duration::ZERO;
            }
        };
        let Some(due) = due else { return MAX_SLEEP };
        let wait = due.saturating_mul(1_000).saturating_sub(now).max(0);
        Duration::from_millis(u64::try_from(wait).unwrap_or_default()).min(MAX_SLEEP)
    }
}

impl Fault {
    /// What is answered where it is met by a request.
    fn told(self) -> ApiError {
        match self {
            Self::Database(error) => error,
            Self::Row(why) | Self::Torn(why) => {
                tracing::error!("an escalation cannot go on: {why}");
                ApiError::unreadable("This escalation cannot go on; the server's log says why")
            }
        }
    }
}

/// Writes the deliveries that a version of an escalation makes.
fn put_deliveries(work: &mut Transition, escalation_id: &str, version: i64, planned: Vec<deliver::Planned>, now: i64) {
    for (number, planned) in (1_i64..).zip(planned) {
        let delivery = Delivery {
            id: short_digest(format!("{escalation_id}/{version}/{number}").as_bytes()),
            escalation_id: escalation_id.to_string(),
            version,
            number,
            kind: planned.kind.word().to_string(),
            document: planned.document.to_string(),
            status: "waiting".to_string(),
            tries: 0,
            try_at: planned.try_at,
            error: None,
            created_at: now,
            updated_at: now,
        };
        work.put_delivery(delivery);
    }
}

fn user_of(who: &Who) -> Option<String> {
    match who {
        Who::User(id) => Some(id.to_string()),
        Who::Channel(_) | Who::Key(_) => None,
    }
}

fn read_state(row: &EscalationRow) -> Result<State, Fault> {
    serde_json::from_str(&row.state).map_err(|error| Fault::Row(format!("its state cannot be read: {error}")))
}

/// What is stored of a value.
fn written<T: serde::Serialize>(value: &T) -> Result<String, ApiError> {
    serde_json::to_string(value).map_err(|error| ApiError::internal(&error))
}
