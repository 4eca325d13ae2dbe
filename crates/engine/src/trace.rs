//! What a run was, as a document: one JSON form for the browser, the command line, the corpus and the server.

use serde::{Deserialize, Serialize};

use crate::index::Id;
use crate::instant::{Instant, Seconds};
use crate::machine::{Context, Outcome, State, Status, Step, StepKind, Who};
use crate::scenario::Branch;
use crate::why::Names;

/// A run from its first to its last step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// How it ended.
    pub outcome: Outcome,
    /// Where the escalation stood at the end.
    pub status: Status,
    /// When the last step was.
    pub ended_at: Instant,
    /// The version of the time zone database that was used.
    pub tzdata: String,
    /// What happened, in time order.
    pub steps: Vec<TraceStep>,
    /// The same as the API tells it.
    pub events: Vec<Event>,
    /// What was assumed because it could not be read, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumed: Vec<String>,
}

/// One thing that happened.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TraceStep {
    /// When.
    pub at: Instant,
    /// How long after the alert fired.
    pub after_seconds: Seconds,
    /// At which node, if at any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_id: Option<String>,
    /// In which path, if it has an id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_id: Option<String>,
    /// How often the walk had begun or gone back, from 1.
    pub pass: u32,
    /// What: `paged`, `waiting`, `acked` and so on.
    pub step: StepName,
    /// By which rule, such as `R7`.
    pub rule: String,
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<String>,
    /// The name of the key with which a program answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// How loudly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<String>,
    /// For the how-manieth time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// The id of the target that named the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// Which side of a branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<Branch>,
    /// The node that the walk goes back to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_node: Option<String>,
    /// The path that the walk goes on in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_path: Option<String>,
    /// Until when it waits. A wait without it is for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
    /// After an acknowledgement: whether others on the level stay paged until they answer or its time is up (R11).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub others_stay_paged: bool,
    /// How the run ended, for the step that ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The field of the semantics that decided it, if the vendor does not say and one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// Why, in words.
    pub why: String,
}

/// The names of steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they are those of machine::What")]
pub enum StepName {
    Pending,
    #[default]
    Triggered,
    Entered,
    Branched,
    Paged,
    Posted,
    LeftOut,
    SkippedEmpty,
    Waiting,
    Acked,
    Nacked,
    Snoozed,
    Resumed,
    Delayed,
    Repeated,
    HandedOver,
    RepeatPending,
    RepeatDropped,
    RepeatStarted,
    Expired,
    Cancelled,
    Resolved,
    Stopped,
}

/// An event of the API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its id, unique in the run.
    pub id: String,
    /// What happened: `triggered`, `notified_users` and so on.
    pub event: String,
    /// When.
    pub occurred_at: Instant,
    /// How loudly people were paged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<String>,
    /// The people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<EventUser>,
    /// The channels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<EventChannel>,
}

/// A person in an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventUser {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their email address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// A channel in an event, in the field of its kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventChannel {
    /// In Slack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slack_channel_id: Option<String>,
    /// In Microsoft Teams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub microsoft_teams_channel_id: Option<String>,
}

impl Default for Instant {
    fn default() -> Self {
        Self::from_unix(0)
    }
}

impl Trace {
    /// The trace of a run that has not begun, for as long as it cannot be followed.
    #[must_use]
    pub fn nothing(at: Instant) -> Self {
        Self {
            outcome: Outcome::Expired,
            status: Status::Pending,
            ended_at: at,
            tzdata: String::new(),
            steps: Vec::new(),
            events: Vec::new(),
            assumed: Vec::new(),
        }
    }

    /// Tells a run in words. `steps` are all of it.
    #[must_use]
    pub fn new(context: &Context<'_>, state: &State, outcome: Outcome, steps: &[Step]) -> Self {
        Self {
            outcome,
            status: state.status,
            ended_at: steps.last().map_or(state.fired_at, |step| step.at),
            tzdata: crate::calendar::tzdata_version().to_string(),
            steps: steps.iter().map(|step| TraceStep::new(context, state.fired_at, step)).collect(),
            events: events(context, steps),
            assumed: assumed(context, steps),
        }
    }
}

/// What a run rests on that could not be read.
fn assumed(context: &Context<'_>, steps: &[Step]) -> Vec<String> {
    let has_paged = steps.iter().any(|step| matches!(step.what, StepKind::Paged { .. }));
    if has_paged { context.index.world().assumed() } else { Vec::new() }
}

impl TraceStep {
    fn new(context: &Context<'_>, fired_at: Instant, step: &Step) -> Self {
        let text = |id: &Id| Some(id.to_string()).filter(|id| !id.is_empty());
        let node_id = |place| context.path.node(place).and_then(|node| text(&node.id));
        let mut told = Self {
            at: step.at,
            after_seconds: step.at - fired_at,
            node_id: step.place.and_then(node_id),
            path_id: step.place.and_then(|place| context.path.plan(place.0)).and_then(|plan| text(&plan.id)),
            pass: step.pass,
            step: step.what.name(),
            rule: step.rule.to_string(),
            decision: step.decision.map(str::to_string),
            ..Self::default()
        };
        match &step.what {
            StepKind::Pending(until) => told.until = Some(*until),
            StepKind::Branched(side) => told.branch = Some(*side),
            StepKind::Paged { user, urgency, attempt, via } => {
                told.user_id = text(user);
                told.urgency = Some(urgency.as_str().to_string());
                told.attempt = Some(*attempt);
                told.via = text(via);
            }
            StepKind::Posted(channel, urgency) => {
                told.channel_id = text(channel);
                told.urgency = Some(urgency.as_str().to_string());
            }
            StepKind::LeftOut(user, via) => {
                told.user_id = user.as_ref().and_then(text);
                told.via = text(via);
            }
            StepKind::Waiting(until) | StepKind::Delayed(until) => told.until = *until,
            StepKind::Acked(who, others) => {
                told.who(who);
                told.others_stay_paged = *others;
            }
            StepKind::Nacked(who) => told.who(who),
            StepKind::Snoozed(who, until) => {
                told.who(who);
                told.until = Some(*until);
            }
            StepKind::Repeated(to) => told.to_node = node_id(*to),
            StepKind::HandedOver(plan) => told.to_path = context.path.plan(*plan).and_then(|plan| text(&plan.id)),
            StepKind::RepeatPending(until) => told.until = Some(*until),
            StepKind::RepeatStarted(to) => told.to_node = to.and_then(node_id),
            StepKind::Expired => told.outcome = Some(Outcome::Expired),
            StepKind::Cancelled => told.outcome = Some(Outcome::Cancelled),
            StepKind::Resolved => told.outcome = Some(Outcome::Resolved),
            StepKind::Stopped(outcome) => told.outcome = Some(*outcome),
            StepKind::Triggered
            | StepKind::Entered
            | StepKind::SkippedEmpty
            | StepKind::Resumed
            | StepKind::RepeatDropped => {}
        }
        let names = Names { path: context.path, index: context.index };
        told.why = step.why.text(names, step.at, told.user_id.as_deref());
        told
    }

    fn who(&mut self, who: &Who) {
        match who {
            Who::User(id) => self.user_id = Some(id.to_string()),
            Who::Channel(id) => self.channel_id = Some(id.to_string()),
            Who::Key(id) => self.key = Some(id.to_string()),
        }
    }
}

impl StepKind {
    /// The name of the step in JSON.
    #[must_use]
    pub fn name(&self) -> StepName {
        match self {
            Self::Pending(_) => StepName::Pending,
            Self::Triggered => StepName::Triggered,
            Self::Entered => StepName::Entered,
            Self::Branched(_) => StepName::Branched,
            Self::Paged { .. } => StepName::Paged,
            Self::Posted(..) => StepName::Posted,
            Self::LeftOut(..) => StepName::LeftOut,
            Self::SkippedEmpty => StepName::SkippedEmpty,
            Self::Waiting(_) => StepName::Waiting,
            Self::Acked(..) => StepName::Acked,
            Self::Nacked(_) => StepName::Nacked,
            Self::Snoozed(..) => StepName::Snoozed,
            Self::Resumed => StepName::Resumed,
            Self::Delayed(_) => StepName::Delayed,
            Self::Repeated(_) => StepName::Repeated,
            Self::HandedOver(_) => StepName::HandedOver,
            Self::RepeatPending(_) => StepName::RepeatPending,
            Self::RepeatDropped => StepName::RepeatDropped,
            Self::RepeatStarted(_) => StepName::RepeatStarted,
            Self::Expired => StepName::Expired,
            Self::Cancelled => StepName::Cancelled,
            Self::Resolved => StepName::Resolved,
            Self::Stopped(_) => StepName::Stopped,
        }
    }
}

/// The API's events. It has none for the nodes, the skips, the declines, the snoozes, the delays and the repeats.
fn events(context: &Context<'_>, steps: &[Step]) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    let mut last = None;
    for step in steps {
        let name = match &step.what {
            StepKind::Pending(_) => "entered_grace_period",
            StepKind::Triggered => "triggered",
            StepKind::Paged { .. } => "notified_users",
            StepKind::Posted(..) => "notified_channels",
            StepKind::Acked(..) => "acked",
            StepKind::Expired => "expired",
            StepKind::Cancelled => "cancelled",
            StepKind::Resolved => "resolved",
            _ => continue,
        };
        let urgency = match &step.what {
            StepKind::Paged { urgency, .. } => Some(urgency.as_str().to_string()),
            _ => None,
        };
        // People paged at once and alike are one event; so are channels.
        let key = (name, step.at, step.place, urgency.clone());
        let joins = name.starts_with("notified") && last.as_ref() == Some(&key);
        if !joins {
            let id = (events.len() + 1).to_string();
            events.push(Event {
                id,
                event: name.to_string(),
                occurred_at: step.at,
                urgency,
                users: Vec::new(),
                channels: Vec::new(),
            });
        }
        last = Some(key);
        let Some(event) = events.last_mut() else { continue };
        match &step.what {
            StepKind::Paged { user, .. } | StepKind::Acked(Who::User(user), _) => {
                event.users.push(EventUser::new(context, user))
            }
            StepKind::Posted(channel, _) | StepKind::Acked(Who::Channel(channel), _) => {
                event.channels.push(EventChannel::new(context, channel));
            }
            _ => {}
        }
    }
    events
}

impl EventUser {
    fn new(context: &Context<'_>, id: &str) -> Self {
        let user = context.index.user(id);
        Self {
            id: id.to_string(),
            name: context.index.user_name(id).to_string(),
            email: user.and_then(|user| user.email.clone()),
        }
    }
}

impl EventChannel {
    fn new(context: &Context<'_>, id: &str) -> Self {
        let channel = context.index.world().channels.iter().find(|channel| channel.id == id);
        let id = Some(id.to_string());
        if channel.is_some_and(|channel| channel.channel_type == "msteams_channel") {
            Self { microsoft_teams_channel_id: id, slack_channel_id: None }
        } else {
            Self { slack_channel_id: id, microsoft_teams_channel_id: None }
        }
    }
}
