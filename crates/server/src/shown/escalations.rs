//! Escalations as the API tells them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use escalation_api::escalation::{
    AlertSlim, AlertStatus, ChatChannel, Creator, Escalation, Event, EventKind, PriorityName, Status,
};
use escalation_api::{Json as _, Map, Timestamp, Urgency, User, Value};
use escalation_engine::trace::TraceStep;

use super::{known_as, named};
use crate::error::ApiError;
use crate::store::{AlertRow, EscalationRow, Store};

/// Escalations that were told, and the ids of those that cannot be read.
pub(crate) struct Said {
    pub(crate) escalations: Vec<Escalation>,
    pub(crate) unreadable: Vec<String>,
}

/// Tells of escalations, in their order.
pub(crate) async fn tell(store: &Store, rows: Vec<EscalationRow>) -> Result<Said, ApiError> {
    tell_until(store, rows, i64::MAX).await
}

/// Tells of an escalation as it was when it had so many steps.
pub(crate) async fn as_of(store: &Store, row: EscalationRow, steps: i64) -> Result<Value, ApiError> {
    let said = tell_until(store, vec![row], steps).await?;
    let escalation = said.escalations.into_iter().next();
    let unreadable = || ApiError::unreadable("This escalation cannot be read; the server's log says why");
    Ok(escalation.ok_or_else(unreadable)?.write())
}

/// A person as other objects name one.
pub(crate) async fn named_user(store: &Store, id: &str) -> Result<Value, ApiError> {
    Ok(person(id, store.user(id).await?.and_then(|user| user.document)).write())
}

async fn tell_until(store: &Store, rows: Vec<EscalationRow>, last: i64) -> Result<Said, ApiError> {
    let mut said = Said { escalations: Vec::with_capacity(rows.len()), unreadable: Vec::new() };
    let mut read = Vec::with_capacity(rows.len());
    let mut users = BTreeSet::new();
    for row in rows {
        let steps = store.escalation_events(&row.id).await?.and_then(|steps| {
            let read = |(number, event, text): (i64, String, String)| match serde_json::from_str::<TraceStep>(&text) {
                Ok(step) => Ok((number, event, step)),
                Err(error) => Err(error.to_string()),
            };
            steps.into_iter().filter(|(number, ..)| *number <= last).map(read).collect::<Result<Vec<_>, _>>()
        });
        let creator = serde_json::from_str::<Creator>(&row.creator).map_err(|error| error.to_string());
        match steps.and_then(|steps| Ok((steps, creator?))) {
            Ok((steps, creator)) => {
                users.extend(steps.iter().filter_map(|(.., step)| step.user_id.clone()));
                read.push((row, steps, creator));
            }
            Err(error) => {
                tracing::error!("escalation `{}` cannot be read: {error}", row.id);
                said.unreadable.push(row.id);
            }
        }
    }
    let ids = users.iter().map(String::as_str).collect::<Value>().to_string();
    let known = store.those_users(&ids).await?.into_iter();
    let known: BTreeMap<String, User> = known.filter_map(|user| Some((user.id, user.document?))).collect();
    let ids = read.iter().filter_map(|(row, ..)| row.alert_id.as_deref()).collect::<Value>().to_string();
    let alerts = store.those_alerts(&ids).await?;
    let channels = store.channels().await?;
    let is_in_teams = |id: &str| channels.iter().any(|c| c.id == id && c.channel_type == "msteams_channel");
    for (row, steps, creator) in read {
        let events = events(&row.id, steps, &known, &is_in_teams);
        let related = row.alert_id.as_ref().and_then(|id| alerts.get(id));
        if matches!(related, Some(None)) {
            said.unreadable.push(row.id);
            continue;
        }
        let related = related.into_iter().flatten().map(alert).collect();
        said.escalations.push(escalation(row, creator, events, related));
    }
    Ok(said)
}

/// A person as other objects name one.
pub(crate) fn person(id: &str, user: Option<User>) -> User {
    let user = user.unwrap_or_else(|| known_as(id, id));
    // The vendor's are never without.
    named(User { role: user.role.or_else(|| Some("unset".to_string())), ..user })
}

/// Steps as the API's events: people paged at once and alike are one event, and so are channels.
fn events(
    id: &str,
    steps: Vec<(i64, String, TraceStep)>,
    users: &BTreeMap<String, User>,
    is_in_teams: &dyn Fn(&str) -> bool,
) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    let mut last = None;
    for (number, event, step) in steps {
        let is_page = step.urgency.clone().filter(|_| event == "notified_users");
        let key = (event.clone(), step.at, step.path_id.clone(), step.node_id.clone(), is_page.clone());
        if !event.starts_with("notified") || last.as_ref() != Some(&key) {
            events.push(Event {
                id: format!("{id}-{number}"),
                event: EventKind::from(event.as_str()),
                occurred_at: DateTime::from(step.at).into(),
                urgency: is_page.as_deref().map(Urgency::from),
                users: None,
                channels: None,
                extra: Map::new(),
            });
        }
        last = Some(key);
        let Some(event) = events.last_mut() else { continue };
        if let Some(user) = &step.user_id {
            event.users.get_or_insert_default().push(person(user, users.get(user).cloned()));
        }
        if let Some(channel) = step.channel_id {
            let (slack, teams) = if is_in_teams(&channel) { (None, Some(channel)) } else { (Some(channel), None) };
            event.channels.get_or_insert_default().push(ChatChannel {
                slack_team_id: None,
                slack_channel_id: slack,
                microsoft_teams_team_id: None,
                microsoft_teams_channel_id: teams,
                extra: Map::new(),
            });
        }
    }
    events
}

fn alert(row: &AlertRow) -> AlertSlim {
    AlertSlim {
        id: row.id.clone(),
        title: row.title.clone(),
        description: row.description.clone(),
        deduplication_key: row.deduplication_key.clone(),
        alert_source_id: row.source_id.clone(),
        status: AlertStatus::from(row.status.as_str()),
        alert_group_ids: Some(Vec::new()),
        source_url: row.source_url.clone(),
        resolved_at: row.resolved_at.map(timestamp),
        created_at: timestamp(row.created_at),
        updated_at: timestamp(row.updated_at),
        extra: Map::new(),
    }
}

fn escalation(row: EscalationRow, creator: Creator, events: Vec<Event>, alerts: Vec<AlertSlim>) -> Escalation {
    Escalation {
        id: row.id,
        title: row.title,
        description: Some(row.description),
        status: Status::from(row.status.as_str()),
        priority: Some(PriorityName { name: row.priority_name, extra: Map::new() }),
        creator: Some(creator),
        escalation_path_id: row.path_id,
        events,
        related_alerts: alerts,
        related_incidents: Vec::new(),
        created_at: timestamp(row.created_at),
        updated_at: timestamp(row.updated_at),
        extra: Map::new(),
    }
}

/// From milliseconds since 1970.
pub(super) fn timestamp(at: i64) -> Timestamp {
    DateTime::from_timestamp_millis(at).unwrap_or_default().into()
}
