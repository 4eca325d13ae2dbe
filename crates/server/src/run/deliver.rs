//! Sending what escalations have to say: after the transition that says it, at least once.
//!
//! Each kind of delivery is one file: a function that sends one, or says why it cannot. What is sent twice, because the
//! process ended between sending and writing that down, has the same id both times.

mod email;
mod log;
pub(crate) mod webhook;

use std::time::Duration;

use escalation_engine::Index;
use escalation_engine::machine::{State, Status, Who};
use escalation_engine::trace::{StepName, TraceStep};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::sleep;

use super::rules::Notifications;
use super::{Escalations, Fault, MAX_SLEEP, REST, is_of_the_row, status_word};
use crate::config::Config;
use crate::error::{ApiError, StartError};
use crate::store::{Delivery, DeliveryStatus, EscalationRow, KeptLists, Kind, Transition, Turns};

/// How many of a kind are taken, and sent, at once. Mail servers take few connections from one client.
const fn batch(kind: Kind) -> u32 {
    match kind {
        Kind::Log | Kind::Webhook => 64,
        Kind::Email => 8,
    }
}
/// For how long those that were taken are left alone, in milliseconds: after it they are tried by whoever comes first.
/// Longer than any of them may take, and no longer than that: where a process was killed, pages wait for as long.
const fn held_for(kind: Kind) -> i64 {
    match kind {
        Kind::Log => 5_000,
        Kind::Webhook => 30_000,
        Kind::Email => 60_000,
    }
}
/// How often one is tried before it is dead.
const MAX_TRIES: i64 = 12;
/// How long after the first try the second is, in milliseconds; each time twice as long.
const FIRST_REST: i64 = 1_000;
/// The longest time between two tries, in milliseconds.
const MAX_REST: i64 = 300_000;
/// How long what is being sent may still take when the server stops.
const LEFT_OVER: Duration = Duration::from_secs(3);

/// What sends, as it was set up.
pub(crate) struct Senders {
    email: Option<email::Mailer>,
    webhooks: webhook::Sender,
}

impl Senders {
    /// # Errors
    /// Says what of the configuration cannot be used.
    pub(crate) fn new(config: &Config) -> Result<Self, StartError> {
        let email = config.smtp()?.as_ref().map(email::Mailer::new).transpose()?;
        let webhooks = webhook::Sender::new(config.allow_http_webhooks);
        let webhooks = webhooks.map_err(|error| StartError::Sender { what: error.to_string() })?;
        Ok(Self { email, webhooks })
    }

    /// Whether something of a kind can be sent.
    pub(crate) fn has(&self, kind: Kind) -> bool {
        match kind {
            Kind::Log | Kind::Webhook => true,
            Kind::Email => self.email.is_some(),
        }
    }
}

/// Why something was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
enum NotSent {
    /// It is tried again.
    Failed(String),
    /// Nobody is to get it any more.
    Moot(String),
}

impl NotSent {
    fn unreadable(error: serde_json::Error) -> Self {
        Self::Failed(format!("it cannot be read: {error}"))
    }

    fn database(error: sqlx::Error) -> Self {
        Self::of(error.into())
    }

    fn of(error: ApiError) -> Self {
        tracing::error!(?error, "what is to be sent cannot be read");
        Self::Failed("what is to be sent cannot be read; the server's log says why".to_string())
    }
}

/// A delivery that a transition makes.
pub(super) struct Planned {
    pub(super) kind: Kind,
    pub(super) document: Value,
    /// When it is to be sent, in milliseconds.
    pub(super) try_at: i64,
}

impl Planned {
    fn in_the_log(document: Value, now: i64) -> Self {
        Self { kind: Kind::Log, document, try_at: now }
    }
}

/// What a step has to say, if it is one that says something to somebody. Its `entry` is the number by which a response says
/// that it is to this page.
fn message(row: &EscalationRow, step: &TraceStep, state: &State) -> Option<Value> {
    // To a person or to a channel: the field of the other is absent.
    let is_to_somebody = matches!(step.step, StepName::Paged | StepName::Posted);
    is_to_somebody.then(|| {
        let who = match (&step.user_id, &step.channel_id) {
            (Some(id), _) => Some(Who::User(id.as_str().into())),
            (None, id) => id.as_ref().map(|id| Who::Channel(id.as_str().into())),
        };
        // Not that of the state: several nodes may have been entered at once.
        let entry = who.and_then(|who| state.entry_of(&who)).unwrap_or_else(|| state.entry());
        let fields = [
            ("user_id", json!(step.user_id)),
            ("channel_id", json!(step.channel_id)),
            ("attempt", json!(step.attempt)),
            ("escalation_id", json!(row.id)),
            ("title", json!(row.title)),
            ("urgency", json!(step.urgency)),
            ("why", json!(step.why)),
            ("at", json!(step.at)),
            ("entry", json!(entry)),
        ];
        let said = fields.into_iter().filter(|(_, value)| !value.is_null());
        said.map(|(name, value)| (name.to_string(), value)).collect()
    })
}

/// The same with more fields.
fn with(document: &Value, fields: &[(&str, &str)]) -> Value {
    let mut document = document.clone();
    if let Some(known) = document.as_object_mut() {
        known.extend(fields.iter().map(|(name, value)| ((*name).to_string(), Value::from(*value))));
    }
    document
}

/// Whether what a delivery of this kind sends can be read.
///
/// # Errors
/// Why it cannot.
pub(crate) fn delivery_is_readable(kind: &str, text: &str) -> Result<(), String> {
    match Kind::of(kind) {
        Some(Kind::Log) => serde_json::from_str::<serde_json::Map<String, Value>>(text).map(drop),
        None => return Err(format!("there is no kind `{kind}`")),
        Some(Kind::Email) => serde_json::from_str::<email::Page>(text).map(drop),
        Some(Kind::Webhook) => serde_json::from_str::<webhook::Event>(text).map(drop),
    }
    .map_err(|error| error.to_string())
}

/// Why nobody need be told of a page any more, if it is so.
fn moot(state: &State, delivery: &Delivery, now: i64) -> Option<String> {
    let page: Value = serde_json::from_str(&delivery.document).ok()?;
    let named = |field: &str| page.get(field).and_then(Value::as_str);
    let who = match (named("user_id"), named("channel_id")) {
        (Some(id), _) => Who::User(id.into()),
        (None, Some(id)) => Who::Channel(id.into()),
        (None, None) => return None,
    };
    let entry = page.get("entry").and_then(Value::as_u64).and_then(|entry| u32::try_from(entry).ok());
    if state.status == Status::Snoozed {
        // R19: who is paged after it is paged anew.
        return Some("the escalation was snoozed".to_string());
    }
    if state.may_ack(&who, entry) {
        return None;
    }
    // One that was due, or is tried again, was on its way before: that nobody has answered makes no page moot.
    let was_due = delivery.tries > 0 || delivery.try_at <= now;
    if state.status == Status::Expired && was_due && state.has_open_page(&who, entry) {
        return None;
    }
    if state.has_ended() || state.is_acked() {
        return Some(format!("the escalation was {} by then", status_word(state.status)));
    }
    Some("the page was answered".to_string())
}

/// What becomes of a delivery after a try, the so many-th, at a time in milliseconds.
fn settled(result: Result<(), NotSent>, tries: i64, now: i64) -> DeliveryStatus {
    match result {
        Ok(()) => DeliveryStatus::Sent,
        Err(NotSent::Moot(why)) => DeliveryStatus::Dropped(why),
        Err(NotSent::Failed(why)) if tries >= MAX_TRIES => DeliveryStatus::Dead(why),
        Err(NotSent::Failed(why)) => {
            let doublings = u32::try_from(tries - 1).unwrap_or_default().min(30);
            let rest = FIRST_REST.saturating_mul(1 << doublings).min(MAX_REST);
            DeliveryStatus::Again(now.saturating_add(rest), why)
        }
    }
}

impl Escalations {
    /// What a step has to say to somebody, by what and when.
    pub(super) async fn planned(
        &self,
        work: &mut Transition,
        row: &EscalationRow,
        index: &Index,
        (step, state): (&TraceStep, &State),
        now: i64,
    ) -> Result<Vec<Planned>, Fault> {
        let Some(document) = message(row, step, state) else { return Ok(Vec::new()) };
        let person = step.user_id.as_deref().filter(|_| self.shared.senders.has(Kind::Email));
        let Some(user_id) = person else { return Ok(vec![Planned::in_the_log(document, now)]) };
        let kept = match work.notification_lists(user_id).await {
            Err(error) if is_of_the_row(&error) => {
                tracing::error!(user = user_id, "their notification rules cannot be read: {error}");
                KeptLists::default()
            }
            kept => kept?,
        };
        let email = index.user(user_id).and_then(|user| user.email.as_deref());
        // Nobody goes without a page for what cannot be read.
        let all = Notifications::of(user_id, email, &kept).or_else(|error| {
            tracing::error!(user = user_id, "their notification rules cannot be read, and do not count: {error}");
            Notifications::of(user_id, email, &KeptLists::default())
        });
        let all = all.map_err(|error| ApiError::internal(&error))?;
        let notices = all.notices(step.urgency.as_deref().unwrap_or_default());
        let planned = notices.map(|notice| Planned {
            kind: notice.kind,
            document: with(&document, &[("method_id", notice.method_id), ("rule_id", notice.rule_id)]),
            try_at: now.saturating_add(notice.delay_seconds.saturating_mul(1_000)),
        });
        let mut planned: Vec<_> = planned.collect();
        if all.by_default {
            planned.insert(0, Planned::in_the_log(document, now));
        } else if planned.is_empty() {
            let reason = "no rule of this person leads anywhere";
            planned.push(Planned::in_the_log(with(&document, &[("reason", reason)]), now));
        }
        Ok(planned)
    }

    /// Drops what waits of earlier transitions and need not be sent any more, now that the escalation is in this state.
    pub(super) async fn drop_moot(
        &self,
        work: &mut Transition,
        row: &EscalationRow,
        state: &State,
        now: i64,
    ) -> Result<(), Fault> {
        for delivery in work.waiting_deliveries(&row.id).await.map_err(Fault::of_its_own)? {
            if delivery.kind != Kind::Webhook.word()
                && let Some(why) = moot(state, &delivery, now)
            {
                work.drop_delivery(&delivery.id, &why, now).await.map_err(Fault::of_its_own)?;
            }
        }
        Ok(())
    }

    /// Sends what is of a kind until it is told to stop; what was taken by then is sent, if that takes no longer than
    /// [`LEFT_OVER`].
    pub(crate) async fn deliver(self, kind: Kind, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let rest = match self.send_due(kind, &stop).await {
                Ok(0) => self.until_mail(kind).await,
                Ok(_) => continue,
                Err(error) => {
                    tracing::error!(?error, "nothing can be sent now; it is tried again");
                    REST
                }
            };
            tokio::select! {
                _ = stop.changed() => {}
                () = self.mail_of(kind).notified() => {}
                () = sleep(rest) => {}
            }
        }
    }

    /// Sends one by its kind.
    async fn send(&self, delivery: &Delivery) -> Result<(), NotSent> {
        let senders = &self.shared.senders;
        match Kind::of(&delivery.kind) {
            Some(Kind::Log) => log::send(delivery).await,
            Some(Kind::Email) => match &senders.email {
                Some(mailer) => mailer.send(&self.store, delivery).await,
                None => Err(NotSent::Failed("no mail server is set up (--smtp)".to_string())),
            },
            Some(Kind::Webhook) => {
                let now = self.clock.now(&self.store).await.map_err(NotSent::database)?;
                senders.webhooks.send(&self.store, delivery, now).await
            }
            None => Err(NotSent::Failed(format!("there is no kind `{}` of deliveries", delivery.kind))),
        }
    }

    /// Sends what of a kind is to be sent now, and says how many there were.
    async fn send_due(&self, kind: Kind, stop: &watch::Receiver<bool>) -> Result<usize, ApiError> {
        let now = self.clock.now(&self.store).await?;
        if self.store.next_delivery(kind).await?.is_none_or(|next| next > now) {
            return Ok(0);
        }
        let mut turns = Turns::default();
        let (count, read) = loop {
            let made = self.take_due(kind).await;
            if !turns.again(&made).await {
                break made?;
            }
        };
        // At once, so that one that does not answer holds none of the others up.
        let sent = join_all(read.iter().map(|delivery| async {
            tokio::select! {
                result = self.send(delivery) => result,
                () = cut_off(stop.clone()) => Err(NotSent::Failed("the server stopped while it was sent".to_string())),
            }
        }));
        let done: Vec<_> = read.iter().zip(sent.await).collect();
        let mut turns = Turns::default();
        loop {
            let made = self.settle(&done).await;
            if !turns.again(&made).await {
                break made?;
            }
        }
        Ok(count)
    }

    /// Takes what of a kind is to be sent now: how many there were, and those that can be read.
    async fn take_due(&self, kind: Kind) -> Result<(usize, Vec<Delivery>), ApiError> {
        let mut work = self.store.transition().await?;
        if work.is_of_a_newer_server().await? {
            work.leave().await?;
            return Err(ApiError::replaced());
        }
        let now = self.clock.of(&mut work).await?;
        let taken = work.take_deliveries(kind, now, now.saturating_add(held_for(kind)), batch(kind)).await?;
        let count = taken.len();
        let mut read = Vec::with_capacity(count);
        for delivery in taken {
            match delivery {
                Ok(delivery) => read.push(delivery),
                // Nobody knows to whom it is, or what: the others are sent all the same.
                Err(unreadable) => work.bury_delivery(&unreadable, now).await?,
            }
        }
        work.commit().await?;
        Ok((count, read))
    }

    /// Says what became of those that were tried.
    async fn settle(&self, done: &[(&Delivery, Result<(), NotSent>)]) -> Result<(), ApiError> {
        let mut work = self.store.transition().await?;
        let now = self.clock.of(&mut work).await?;
        let settled: Vec<_> =
            done.iter().map(|(delivery, result)| (*delivery, settled(result.clone(), delivery.tries, now))).collect();
        let mut sent = Vec::new();
        for (delivery, status) in &settled {
            match status {
                DeliveryStatus::Sent => {
                    sent.push(delivery.id.clone());
                    continue;
                }
                DeliveryStatus::Dead(why) => {
                    tracing::error!(delivery = delivery.id, escalation = delivery.escalation_id, "not sent: {why}");
                }
                DeliveryStatus::Again(..) | DeliveryStatus::Dropped(_) => {}
            }
            work.settle_delivery(&delivery.id, status, now).await?;
        }
        if !sent.is_empty() {
            work.settle_sent(sent, now).await?;
        }
        work.commit().await?;
        for (delivery, status) in settled {
            let result = match status {
                DeliveryStatus::Sent => "sent",
                DeliveryStatus::Again(..) => "again",
                DeliveryStatus::Dropped(_) => "dropped",
                DeliveryStatus::Dead(_) => "dead",
            };
            // What is no kind of ours is in no label: anything can be stored.
            self.shared.metrics.tried(Kind::of(&delivery.kind).map_or("other", Kind::word), result);
        }
        Ok(())
    }

    async fn until_mail(&self, kind: Kind) -> Duration {
        match (self.store.next_delivery(kind).await, self.clock.now(&self.store).await) {
            (Ok(Some(next)), Ok(now)) if next > now => {
                let wait = u64::try_from(next.saturating_sub(now)).unwrap_or(1);
                Duration::from_millis(wait).min(MAX_SLEEP)
            }
            // It is of another kind, or has come in the meantime.
            (Ok(Some(_)), Ok(_)) => Duration::from_millis(200),
            _ => MAX_SLEEP,
        }
    }
}

/// Done when the server has been stopping for too long to wait for what is being sent.
async fn cut_off(mut stop: watch::Receiver<bool>) {
    // Where nobody can say so any more, it has stopped.
    drop(stop.wait_for(|is_stopping| *is_stopping).await);
    sleep(LEFT_OVER).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_tried_less_and_less_often_and_then_no_more() {
        let tried = |tries| settled(Err(NotSent::Failed("away".to_string())), tries, 10);
        let rests: Vec<_> = (1..MAX_TRIES)
            .map(|tries| match tried(tries) {
                DeliveryStatus::Again(at, why) if why == "away" => at - 10,
                other => panic!("{other:?}"),
            })
            .collect();
        let seconds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300];
        assert_eq!(rests, seconds.map(|seconds| seconds * 1_000));
        assert_eq!(tried(MAX_TRIES), DeliveryStatus::Dead("away".to_string()));
        assert_eq!(settled(Ok(()), MAX_TRIES, 10), DeliveryStatus::Sent);
        let gone = Err(NotSent::Moot("gone".to_string()));
        assert_eq!(settled(gone, 1, 10), DeliveryStatus::Dropped("gone".to_string()));
    }
}
