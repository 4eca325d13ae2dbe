//! Escalations and what is asked of them.

use crate::macros::{object, open_enum};
use crate::{PaginationMeta, Timestamp, Urgency, User};

open_enum! {
    /// Where an escalation stands.
    pub enum Status {
        /// Nobody has been notified yet: the grace period.
        Pending = "pending",
        /// People are being paged.
        Triggered = "triggered",
        /// Somebody has acknowledged it.
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
        /// Channels were notified.
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

open_enum! {
    /// A response to an escalation.
    pub enum Response {
        /// “I have it.”
        Ack = "ack",
        /// “I cannot take it”, which only a person can say.
        Nack = "nack",
        /// “Later.”
        Snooze = "snooze",
    }
}

open_enum! {
    /// Where an alert stands.
    pub enum AlertStatus {
        /// It fires.
        Firing = "firing",
        /// It is over.
        Resolved = "resolved",
    }
}

object! {
    /// A chat channel, by the ids of its kind.
    pub struct ChatChannel {
        /// The Slack workspace.
        optional slack_team_id: String,
        /// The channel in Slack.
        optional slack_channel_id: String,
        /// The team in Microsoft Teams.
        optional microsoft_teams_team_id: String,
        /// The channel in Microsoft Teams.
        optional microsoft_teams_channel_id: String,
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
        /// How urgently people were paged.
        optional urgency: Urgency,
        /// The people.
        optional users: Vec<User>,
        /// The channels.
        optional channels: Vec<ChatChannel>,
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
    /// An alert as the creator of an escalation.
    pub struct AlertActor {
        /// Its id.
        required id: String,
        /// Its title.
        required title: String,
    }
}

object! {
    /// A workflow as the creator of an escalation.
    pub struct WorkflowActor {
        /// Its id.
        required id: String,
        /// Its name.
        required name: String,
    }
}

object! {
    /// Who or what began an escalation; nothing of it where that was an API key.
    pub struct Creator {
        /// An alert.
        optional alert: AlertActor,
        /// A person.
        optional user: User,
        /// A workflow.
        optional workflow: WorkflowActor,
    }
}

object! {
    /// An alert as other objects name one.
    pub struct AlertSlim {
        /// Its id.
        required id: String,
        /// Its title.
        required title: String,
        /// More about it.
        optional description: String,
        /// What makes two events one alert.
        required deduplication_key: String,
        /// The alert source on which it fired.
        required alert_source_id: String,
        /// Where it stands.
        required status: AlertStatus,
        /// The groups that it belongs to.
        optional alert_group_ids: Vec<String>,
        /// Where the system that sent it shows it.
        optional source_url: String,
        /// When it was resolved.
        optional resolved_at: Timestamp,
        /// When it first fired.
        required created_at: Timestamp,
        /// When it last changed.
        required updated_at: Timestamp,
    }
}

object! {
    /// An incident as other objects name one.
    pub struct IncidentSlim {
        /// Its id.
        required id: String,
        /// Its number.
        required external_id: i64,
        /// What it is about.
        required name: String,
        /// Its reference, such as `INC-123`.
        required reference: String,
        /// `public` or `private`.
        required visibility: String,
        /// The category of its status, such as `active`.
        required status_category: String,
        /// More about it.
        optional summary: String,
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
        optional creator: Creator,
        /// The path that it follows; absent when people were paged directly.
        optional escalation_path_id: String,
        /// What happened so far.
        list events: Vec<Event>,
        /// The alerts that it is about.
        list related_alerts: Vec<AlertSlim>,
        /// The incidents that it is about.
        list related_incidents: Vec<IncidentSlim>,
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
    /// A page of escalations, the newest first.
    pub struct Escalations {
        /// The escalations.
        list escalations: Vec<Escalation>,
        /// Where the page ends.
        optional pagination_meta: PaginationMeta,
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
    /// How long to snooze.
    pub struct SnoozeDetails {
        /// Until when.
        required snooze_until: Timestamp,
        /// Why.
        optional reason: String,
    }
}

object! {
    /// Somebody's response to an escalation.
    pub struct RespondPayload {
        /// The response.
        required response: Response,
        /// For a snooze: how long.
        optional snooze_details: SnoozeDetails,
    }
}

object! {
    /// What reassigns an escalation to others.
    pub struct ReassignPayload {
        /// The path to follow; not together with `user_ids`.
        optional escalation_path_id: String,
        /// The people to page; not together with a path.
        optional user_ids: Vec<String>,
        /// What the new escalation is about; that of the first if absent.
        optional title: String,
        /// More about it; that of the first if absent.
        optional description: String,
        /// Whether the first escalation is resolved by it; true if absent.
        optional resolve_original: bool,
    }
}

object! {
    /// Asks who may respond to an escalation, and how.
    pub struct CheckPermissionsPayload {
        /// The people.
        required user_ids: Vec<String>,
    }
}

object! {
    /// How a person may respond to an escalation.
    pub struct ResponseOptions {
        /// The person.
        required user_id: String,
        /// The responses; none where they cannot respond.
        required available_actions: Vec<Response>,
    }
}

object! {
    /// Who may respond to an escalation, in the order in which they were asked for.
    pub struct Permissions {
        /// For each person.
        required response_options: Vec<ResponseOptions>,
    }
}
