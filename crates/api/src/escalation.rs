//! Escalations and what is asked of them.

use crate::macros::{object, open_enum};
use crate::{Map, Timestamp, Urgency, User};

open_enum! {
    /// Where an escalation stands.
    pub enum Status {
        /// Nobody has been told yet: the grace period.
        Pending = "pending",
        /// People are being paged.
        Triggered = "triggered",
        /// Somebody has taken it.
        Acked = "acked",
        /// The alert is over.
        Resolved = "resolved",
        /// The path ran out.
        Expired = "expired",
        /// Somebody stopped it.
        Cancelled = "cancelled",
        /// Put off until later.
        Snoozed = "snoozed",
        /// Waiting at a delay.
        Delayed = "delayed",
        /// Acknowledged, and about to page again.
        PendingRepeat = "pending_repeat",
    }
}

open_enum! {
    /// What happened.
    pub enum EventKind {
        /// The grace period began.
        EnteredGracePeriod = "entered_grace_period",
        /// Paging began.
        Triggered = "triggered",
        /// People were paged.
        NotifiedUsers = "notified_users",
        /// Channels were told.
        NotifiedChannels = "notified_channels",
        /// Somebody acknowledged.
        Acked = "acked",
        /// Somebody stopped it.
        Cancelled = "cancelled",
        /// The alert is over.
        Resolved = "resolved",
        /// The path ran out.
        Expired = "expired",
    }
}

object! {
    /// Something that happened in an escalation.
    pub struct Event {
        /// Its id.
        required id: String,
        /// What happened.
        required event: EventKind,
        /// When.
        required occurred_at: Timestamp,
        /// How loudly people were paged.
        optional urgency: Urgency,
        /// The people.
        optional users: Vec<User>,
        /// The channels.
        optional channels: Vec<Map>,
    }
}

object! {
    /// The name of a priority.
    pub struct PriorityName {
        /// Such as `P1`.
        required name: String,
    }
}

object! {
    /// An escalation as the API returns it.
    pub struct Escalation {
        /// Its id.
        required id: String,
        /// What it is about.
        required title: String,
        /// More about it; may be empty.
        optional description: String,
        /// Where it stands.
        required status: Status,
        /// How urgent the alert is.
        optional priority: PriorityName,
        /// The alert, user or workflow that began it.
        optional creator: Map,
        /// The path that it follows; absent when people were paged directly.
        optional escalation_path_id: String,
        /// What happened so far.
        list events: Vec<Event>,
        /// The alerts that it is about.
        optional related_alerts: Vec<Map>,
        /// The incidents that it is about.
        optional related_incidents: Vec<Map>,
        /// When it began.
        required created_at: Timestamp,
        /// When it last changed.
        required updated_at: Timestamp,
    }
}

object! {
    /// One escalation.
    pub struct OneEscalation {
        /// The escalation.
        required escalation: Escalation,
    }
}

object! {
    /// What begins an escalation.
    pub struct EscalationPayload {
        /// The same key again returns the first escalation.
        required idempotency_key: String,
        /// What it is about.
        required title: String,
        /// More about it.
        optional description: String,
        /// The path to follow; not together with `user_ids`.
        optional escalation_path_id: String,
        /// The people to page; not together with a path.
        optional user_ids: Vec<String>,
        /// The incident that it belongs to.
        optional incident_id: String,
    }
}

object! {
    /// How long to put off.
    pub struct SnoozeDetails {
        /// Until when.
        required snooze_until: Timestamp,
        /// Why.
        optional reason: String,
    }
}

object! {
    /// Somebody's answer to an escalation.
    pub struct RespondPayload {
        /// `ack`, `nack` or `snooze`.
        required response: String,
        /// For `snooze`: how long.
        optional snooze_details: SnoozeDetails,
    }
}

object! {
    /// What hands an escalation to others.
    pub struct ReassignPayload {
        /// The path to follow; not together with `user_ids`.
        optional escalation_path_id: String,
        /// The people to page; not together with a path.
        optional user_ids: Vec<String>,
        /// Whether the first escalation is resolved by it; true if absent.
        optional resolve_original: bool,
    }
}
