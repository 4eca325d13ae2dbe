//! Deliveries to endpoints of webhooks: the vendor's events, signed by the Standard Webhooks specification.
//!
//! Of an event is stored what it is about and how the escalation stood then; its body is made when it is sent, and is the
//! same each time.

use escalation_api::Value;
use escalation_engine::machine::{EventKind, Who};
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{NotSent, Planned};
use crate::error::ApiError;
pub(crate) use crate::outward::check_url;
use crate::outward::client;
use crate::run::Fault;
use crate::shown;
use crate::store::{Delivery, EscalationRow, Kind, Store, Transition};

/// An escalation was created.
const CREATED: &str = "public_escalation.escalation_created_v1";
/// The status of one has changed.
const STATUS_UPDATED: &str = "public_escalation.escalation_status_updated_v1";
/// The events that an endpoint can get.
pub(crate) const EVENT_TYPES: [&str; 2] = [CREATED, STATUS_UPDATED];

/// An event as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Event {
    endpoint_id: String,
    event_type: String,
    /// How the escalation stood.
    status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous_status: Option<String>,
    /// In milliseconds since 1970.
    updated_at: i64,
    /// How many steps there were.
    steps: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actor: Option<Actor>,
}

/// Who has changed the status.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Actor {
    User(String),
    Key(String),
    /// The alert that began the escalation.
    Alert,
}

impl Actor {
    fn of(kind: &EventKind) -> Option<Self> {
        match kind {
            EventKind::Ack { who, .. } | EventKind::Nack { who, .. } | EventKind::Snooze { who, .. } => match who {
                Who::User(id) => Some(Self::User(id.to_string())),
                Who::Key(name) => Some(Self::Key(name.to_string())),
                // The vendor has no word for it.
                Who::Channel(_) => None,
            },
            EventKind::AlertResolved => Some(Self::Alert),
            _ => None,
        }
    }
}

/// What has become of an escalation, if that is an event: `row` is it now, `before` its status before, if it was there.
pub(in crate::run) async fn planned(
    work: &mut Transition,
    row: &EscalationRow,
    before: Option<&str>,
    kind: Option<&EventKind>,
    now: i64,
) -> Result<Vec<Planned>, Fault> {
    if before == Some(row.status.as_str()) {
        return Ok(Vec::new());
    }
    let event_type = if before.is_none() { CREATED } else { STATUS_UPDATED };
    let mut planned = Vec::new();
    for (endpoint_id, types) in work.webhook_endpoints().await? {
        let types: Vec<String> = serde_json::from_str(&types).unwrap_or_else(|error| {
            tracing::error!("webhook endpoint `{endpoint_id}` cannot be read, and gets nothing: {error}");
            Vec::new()
        });
        if !types.iter().any(|one| one == event_type) {
            continue;
        }
        let event = Event {
            endpoint_id,
            event_type: event_type.to_string(),
            status: row.status.clone(),
            previous_status: before.map(str::to_string),
            updated_at: row.updated_at,
            steps: row.steps,
            actor: kind.and_then(Actor::of),
        };
        planned.push(Planned {
            kind: Kind::Webhook,
            document: serde_json::to_value(&event).map_err(|error| ApiError::internal(&error))?,
            try_at: now,
        });
    }
    Ok(planned)
}

/// What sends events.
pub(super) struct Sender {
    /// For what is encrypted.
    client: Client,
    /// For what is not: by no proxy that the environment names.
    plain: Client,
    http_is_allowed: bool,
}

impl Sender {
    pub(super) fn new(http_is_allowed: bool) -> Result<Self, reqwest::Error> {
        Ok(Self { client: client(true)?, plain: client(false)?, http_is_allowed })
    }

    pub(super) async fn send(&self, store: &Store, delivery: &Delivery, now: i64) -> Result<(), NotSent> {
        let event: Event = serde_json::from_str(&delivery.document).map_err(NotSent::unreadable)?;
        let endpoint = store.webhook_endpoint(&event.endpoint_id).await.map_err(NotSent::database)?;
        let endpoint = endpoint.ok_or_else(|| NotSent::Moot("its endpoint has been deleted".to_string()))?;
        let failed = |what: &str| NotSent::Failed(what.to_string());
        let url = check_url(&endpoint.url, self.http_is_allowed)
            .map_err(|what| NotSent::Failed(format!("the address of its endpoint {what}")))?;
        let body = body(store, delivery, event).await?;
        let timestamp = now.div_euclid(1_000);
        let signature = crate::signing::webhook_signature(&endpoint.secret, &delivery.id, timestamp, &body)
            .ok_or_else(|| failed("the secret of its endpoint cannot be read"))?;
        let client = if url.scheme() == "https" { &self.client } else { &self.plain };
        let request = client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &delivery.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(body);
        // Of the answer nothing but the status is read, however much there is.
        let status = match request.send().await {
            Ok(answer) => answer.status(),
            Err(error) if error.is_timeout() => return Err(failed("the endpoint did not answer in time")),
            Err(error) if error.is_connect() => return Err(failed("the endpoint could not be reached")),
            // The address may have a secret in it.
            Err(error) => return Err(NotSent::Failed(format!("the endpoint did not answer: {}", error.without_url()))),
        };
        if status.is_success() {
            Ok(())
        } else if status.is_redirection() {
            Err(NotSent::Failed(format!("the endpoint answered {}: redirects are not followed", status.as_u16())))
        } else {
            Err(NotSent::Failed(format!("the endpoint answered {}", status.as_u16())))
        }
    }
}

/// The body of a request, as the vendor's document has it.
async fn body(store: &Store, delivery: &Delivery, event: Event) -> Result<String, NotSent> {
    let row = store.escalation(&delivery.escalation_id).await.map_err(NotSent::database)?;
    let row = row.ok_or_else(|| NotSent::Moot("its escalation is gone".to_string()))?;
    let creator: Value = serde_json::from_str(&row.creator).unwrap_or_default();
    let as_of = EscalationRow { status: event.status.clone(), updated_at: event.updated_at, ..row };
    let escalation = shown::as_of(store, as_of, event.steps).await.map_err(NotSent::of)?;
    let content = if event.event_type == CREATED {
        escalation
    } else {
        let actor = match event.actor {
            None => None,
            Some(Actor::User(id)) => Some(json!({ "user": shown::named_user(store, &id).await.map_err(NotSent::of)? })),
            Some(Actor::Key(name)) => Some(json!({ "api_key": { "id": name, "name": name } })),
            Some(Actor::Alert) => creator.get("alert").map(|alert| json!({ "alert": alert })),
        };
        let mut content = json!({ "escalation": escalation, "new_status": event.status });
        let more = [("previous_status", event.previous_status.map(Value::from)), ("actor", actor)];
        if let Some(fields) = content.as_object_mut() {
            let more = more.into_iter().filter_map(|(name, value)| Some((name.to_string(), value?)));
            fields.extend(more);
        }
        content
    };
    Ok(json!({ "event_type": event.event_type, (event.event_type.clone()): content }).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_go_encrypted_or_not_over_a_network() {
        for url in ["https://example.com/hook?a=b", "http://localhost:1/", "http://127.0.0.9:1/", "http://[::1]:1/"] {
            assert!(check_url(url, false).is_ok(), "{url}");
        }
        for url in ["http://example.com/", "http://10.0.0.1/", "http://localhost.example.com/"] {
            assert!(check_url(url, false).is_err() && check_url(url, true).is_ok(), "{url}");
        }
        for url in
            ["", "/hook", "ftp://localhost/", "https://a:b@example.com/", "https://example.com/#a", "file:///etc"]
        {
            assert!(check_url(url, true).is_err(), "{url}");
        }
    }
}
