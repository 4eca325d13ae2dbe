//! What is stored as text of ours and will be needed without being asked for: escalations that run, what they are to send,
//! how people are told. What of it cannot be read is said at the start, by name, and not when somebody is to be paged.

use escalation_api::escalation::{Creator, Status};
use escalation_engine::machine::State;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::api;
use crate::run::rules::{Method, Rule};
use crate::run::{Compiled, delivery_is_readable};
use crate::store::{Store, TextColumn};

/// Which escalations still have something to do.
const RUNNING: &str = "due_at is not null and error is null";
/// What they follow.
const FOLLOWED: &str = "id in (select plan_id from escalations where due_at is not null and error is null)";

/// Reads all of it, and says in the log what cannot be.
pub(crate) async fn examine(store: &Store) {
    let escalations = |column| TextColumn { table: "escalations", id: "id", column, condition: RUNNING };
    store.examine_texts(escalations("state"), |_, text| json::<State>(text)).await;
    store.examine_texts(escalations("first_state"), |_, text| json::<State>(text)).await;
    store.examine_texts(escalations("creator"), |_, text| json::<Creator>(text)).await;
    store.examine_texts(escalations("status"), |_, text| status(text)).await;
    let plans = TextColumn { table: "escalation_plans", id: "id", column: "document", condition: FOLLOWED };
    store.examine_texts(plans, |_, text| Compiled::read(text).map(drop)).await;
    let lists =
        TextColumn { table: "user_notifications", id: "user_id || '/' || kind", column: "document", condition: "true" };
    store.examine_texts(lists, notifications).await;
    let there = "archived_at is null";
    let sources = TextColumn { table: "alert_sources", id: "id", column: "document", condition: there };
    store.examine_texts(sources, |_, text| json::<api::AlertSource>(text)).await;
    let endpoints = TextColumn { table: "webhook_endpoints", id: "id", column: "event_types", condition: there };
    store.examine_texts(endpoints, |_, text| json::<Vec<String>>(text)).await;
    let deliveries = TextColumn {
        table: "deliveries",
        id: "kind || '/' || id",
        column: "document",
        condition: "status = 'waiting'",
    };
    store
        .examine_texts(deliveries, |id, text| {
            let (kind, _) = id.split_once('/').unwrap_or((id, ""));
            delivery_is_readable(kind, text)
        })
        .await;
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
