//! What is stored as text of ours and will be needed without being asked for: escalations that run, what they are to send,
//! how people are told. What of it cannot be read is said at the start, by name, and not when somebody is to be paged.

use escalation_api::escalation::{Creator, Status};
use escalation_api::{Json as _, Schedule};
use escalation_engine::Instant;
use escalation_engine::machine::{EventKind, State};
use escalation_engine::schedule::{ScheduleError, shifts};
use escalation_engine::trace::TraceStep;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::access::Right;
use crate::api;
use crate::run::rules::{Method, Rule};
use crate::run::{Compiled, delivery_is_readable, webhook};
use crate::store::{Store, TextColumn};

/// Which escalations are not over. One that was set aside was told of when it was.
const RUNNING: &str = "error is null and status not in ('expired', 'cancelled', 'resolved')";

/// Reads all of it, and says in the log what cannot be.
pub(crate) async fn examine(store: &Store) {
    let all = "true";
    let there = "archived_at is null";
    let text = |table, id, column, condition: &str| TextColumn { table, id, column, condition: condition.to_string() };
    let escalations = |column| text("escalations", "id", column, RUNNING);

    store.examine_texts(escalations("state"), |_, text| json::<State>(text)).await;
    store.examine_texts(escalations("first_state"), |_, text| json::<State>(text)).await;
    store.examine_texts(escalations("creator"), |_, text| json::<Creator>(text)).await;
    store.examine_texts(escalations("status"), |_, text| status(text)).await;
    let without_plan = format!("{RUNNING} and plan_id not in (select id from escalation_plans)");
    store.examine_texts(text("escalations", "id", "plan_id", &without_plan), |_, _| gone("the plan")).await;
    let without_alert = format!("{RUNNING} and alert_id is not null and alert_id not in (select id from alerts)");
    store.examine_texts(text("escalations", "id", "alert_id", &without_alert), |_, _| gone("the alert")).await;

    let followed = format!("id in (select plan_id from escalations where {RUNNING})");
    let plans = text("escalation_plans", "id", "document", &followed);
    store.examine_texts(plans, |_, text| Compiled::read(text).map(drop)).await;
    let of_running = format!("escalation_id in (select id from escalations where {RUNNING})");
    let numbered = "escalation_id || '/' || number";
    let steps = text("escalation_steps", numbered, "document", &of_running);
    store.examine_texts(steps, |_, text| json::<TraceStep>(text)).await;
    let inputs = text("escalation_inputs", numbered, "kind", &of_running);
    store.examine_texts(inputs, |_, text| json::<EventKind>(text)).await;

    let schedules = text("schedules", "id", "document", there);
    store.examine_texts(schedules, |_, text| schedule(text)).await;
    let keys = text("api_keys", "id", "rights", "revoked_at is null");
    store.examine_texts(keys, |_, text| rights(text)).await;
    let lists = text("user_notifications", "user_id || '/' || kind", "document", all);
    store.examine_texts(lists, notifications).await;
    let sources = text("alert_sources", "id", "document", there);
    store.examine_texts(sources, |_, text| json::<api::AlertSource>(text)).await;
    let endpoints = text("webhook_endpoints", "id", "event_types", there);
    store.examine_texts(endpoints, |_, text| event_types(text)).await;
    let endpoints = text("webhook_endpoints", "id", "url", there);
    store.examine_texts(endpoints, |_, text| webhook::check_url(text, true).map(drop).map_err(str::to_string)).await;

    let unsent = "status not in ('sent', 'dropped', 'dead')";
    let deliveries = |column| text("deliveries", "kind || '/' || id", column, unsent);
    store
        .examine_texts(deliveries("document"), |id, text| {
            let (kind, _) = id.split_once('/').unwrap_or((id, ""));
            delivery_is_readable(kind, text)
        })
        .await;
    store
        .examine_texts(deliveries("status"), |_, text| match text {
            "waiting" => Ok(()),
            _ => Err(format!("there is no status `{text}`")),
        })
        .await;
}

/// Whether it can be said of a schedule who is on call. One that has no rotations of its own is another system's.
fn schedule(text: &str) -> Result<(), String> {
    // What is no schedule was said of the table as a whole.
    let Ok(schedule) = Schedule::from_text(text) else { return Ok(()) };
    match shifts(&schedule, Instant::from_unix(0), Instant::from_unix(1)) {
        Ok(_) | Err(ScheduleError::NoRotations | ScheduleError::Holidays | ScheduleError::TooMany) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

fn rights(text: &str) -> Result<(), String> {
    match text.split(' ').find(|right| right.parse::<Right>().is_err()) {
        Some(unknown) => Err(format!("there is no right `{unknown}`")),
        None => Ok(()),
    }
}

fn gone(what: &str) -> Result<(), String> {
    Err(format!("{what} that it names is gone"))
}

fn event_types(text: &str) -> Result<(), String> {
    let types: Vec<String> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match types.iter().find(|one| !webhook::EVENT_TYPES.contains(&one.as_str())) {
        Some(unknown) => Err(format!("there is no event type `{unknown}`")),
        None => Ok(()),
    }
}

fn json<T: DeserializeOwned>(text: &str) -> Result<(), String> {
    serde_json::from_str::<T>(text).map(drop).map_err(|error| error.to_string())
}

fn status(text: &str) -> Result<(), String> {
    let is_known = Status::KNOWN.iter().any(|status| status.as_str() == text);
    if is_known { Ok(()) } else { Err(format!("there is no status `{text}`")) }
}

/// What was set for a person. The id ends in what it is a list of.
fn notifications(id: &str, text: &str) -> Result<(), String> {
    match id.rsplit_once('/') {
        Some((_, "methods")) => json::<Vec<Method>>(text),
        Some((_, "rules")) => json::<Vec<Rule>>(text),
        // Of another version, which knows what it is.
        _ => json::<IgnoredAny>(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_one_of_the_vendors() {
        assert_eq!(status("triggered"), Ok(()));
        assert_eq!(status("Triggered"), Err("there is no status `Triggered`".to_string()));
    }
}
