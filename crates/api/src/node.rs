//! The nodes of an escalation path.

use crate::json::{At, FaultKind, Faults, Json, Map, Value, take};
use crate::macros::{object, open_enum};
use crate::{Condition, ConditionForm, ConditionPayload};

open_enum! {
    /// How loudly somebody is told.
    pub enum Urgency {
        /// By the person's rules for high urgency.
        High = "high",
        /// By the person's rules for low urgency.
        Low = "low",
    }
}

open_enum! {
    /// What a target is.
    pub enum TargetType {
        /// A schedule: whom it names is said by [`ScheduleMode`].
        Schedule = "schedule",
        /// A person.
        User = "user",
        /// A channel in Slack.
        SlackChannel = "slack_channel",
        /// A channel in Microsoft Teams.
        MsTeamsChannel = "msteams_channel",
    }
}

impl TargetType {
    /// Whether messages to it can be acknowledged by anybody who is in it.
    #[must_use]
    pub fn is_channel(&self) -> bool {
        matches!(self, Self::SlackChannel | Self::MsTeamsChannel)
    }
}

open_enum! {
    /// Which users of a schedule are meant.
    pub enum ScheduleMode {
        /// Whoever is on call now, in any rota.
        CurrentlyOnCall = "currently_on_call",
        /// Everybody in one rota.
        AllUsersForRota = "all_users_for_rota",
        /// Everybody in any rota.
        AllUsers = "all_users",
        /// Whoever is on call now in one rota.
        CurrentlyOnCallForRota = "currently_on_call_for_rota",
        /// Whoever is on call next in one rota.
        NextOnCallForRota = "next_on_call_for_rota",
        /// Whoever is on call next, in any rota.
        NextOnCall = "next_on_call",
        /// The empty string, which the API's list of values has.
        Unspecified = "",
    }
}

impl ScheduleMode {
    /// Whether the mode looks at one rota and so needs `selected_rota_id`.
    #[must_use]
    pub fn is_for_rota(&self) -> bool {
        matches!(self, Self::AllUsersForRota | Self::CurrentlyOnCallForRota | Self::NextOnCallForRota)
    }
}

open_enum! {
    /// What an acknowledgement means to the others on the level.
    pub enum AckMode {
        /// The others stay paged until each has acknowledged.
        All = "all",
        /// The first acknowledgement cancels the others' pages.
        First = "first",
    }
}

open_enum! {
    /// Which state of a set of working hours is waited for.
    pub enum IntervalCondition {
        /// Inside them.
        Active = "active",
        /// Outside them.
        Inactive = "inactive",
    }
}

object! {
    /// Who is paged or told.
    pub struct Target {
        /// What `id` names.
        required target_type as "type": TargetType,
        /// The id of the user, schedule or channel.
        required id: String,
        /// How loudly.
        required urgency: Urgency,
        /// For a schedule: which of its users.
        optional schedule_mode: ScheduleMode,
        /// For a mode that looks at one rota: which.
        optional selected_rota_id: String,
    }
}

impl Target {
    /// Whether it names people rather than a channel.
    #[must_use]
    pub fn is_people(&self) -> bool {
        matches!(self.target_type, TargetType::User | TargetType::Schedule)
    }
}

object! {
    /// Paging one person after another.
    pub struct RoundRobinConfig {
        /// Whether it is on.
        required enabled: bool,
        /// How long each has before the next is paged, in seconds; absent: one person per escalation.
        optional rotate_after_seconds: i64,
    }
}

object! {
    /// Paging a person again who does not answer.
    pub struct RetryConfig {
        /// How often in all, the first page included: 2 to 10.
        required attempts: i64,
        /// Seconds between two attempts, a multiple of 60.
        required interval_seconds: i64,
    }
}

object! {
    /// People who are paged.
    pub struct Level {
        /// Who.
        list targets: Vec<Target>,
        /// How long to wait for an acknowledgement, in seconds.
        optional time_to_ack_seconds: i64,
        /// Wait until working hours are in this state, instead of a number of seconds.
        optional time_to_ack_interval_condition: IntervalCondition,
        /// The id of those working hours.
        optional time_to_ack_weekday_interval_config_id: String,
        /// What an acknowledgement means to the others.
        optional ack_mode: AckMode,
        /// Paging one person after another.
        optional round_robin_config: RoundRobinConfig,
        /// Paging again who does not answer.
        optional retry_config: RetryConfig,
    }
}

object! {
    /// Channels that are told.
    pub struct NotifyChannel {
        /// Which.
        list targets: Vec<Target>,
        /// How long to wait for an acknowledgement, in seconds.
        optional time_to_ack_seconds: i64,
        /// Wait until working hours are in this state, instead of a number of seconds.
        optional time_to_ack_interval_condition: IntervalCondition,
        /// The id of those working hours.
        optional time_to_ack_weekday_interval_config_id: String,
    }
}

object! {
    /// A branch. It is entered and never returned from.
    pub struct IfElse<C> {
        /// What must hold; the API takes exactly one condition.
        list conditions: Vec<C>,
        /// What follows when it holds.
        list then_path: Vec<Node<C>>,
        /// What follows when it does not.
        list else_path: Vec<Node<C>>,
    }
}

object! {
    /// Waiting, with nobody paged.
    pub struct Delay {
        /// How long, in seconds.
        optional delay_seconds: i64,
        /// Wait until working hours are in this state, instead of a number of seconds.
        optional delay_interval_condition: IntervalCondition,
        /// The id of those working hours.
        optional delay_weekday_interval_config_id: String,
    }
}

object! {
    /// Going back.
    pub struct Repeat {
        /// The path's first node, or a branch that this node lies in.
        required to_node: String,
        /// How often.
        required repeat_times: i64,
    }
}

object! {
    /// Going on with another path.
    pub struct HandOver {
        /// The id of that path.
        required escalation_path_id: String,
    }
}

/// A node of an escalation path, with conditions of the form `C`.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<C> {
    /// Chosen by whoever made the node, unique in the path. Empty if the node has none.
    pub id: String,
    /// What it does.
    pub kind: NodeKind<C>,
    /// Fields that are not known. Empty for a sealed node, which keeps everything in [`NodeKind::Sealed`].
    pub extra: Map,
}

/// What a node does.
#[derive(Debug, Clone, PartialEq)]
// In WebAssembly, with its short addresses, a level is small enough.
#[cfg_attr(not(target_arch = "wasm32"), expect(clippy::large_enum_variant, reason = "most nodes are levels"))]
pub enum NodeKind<C> {
    /// Pages people.
    Level(Level),
    /// Tells channels.
    NotifyChannel(NotifyChannel),
    /// Branches.
    IfElse(IfElse<C>),
    /// Waits.
    Delay(Delay),
    /// Goes back.
    Repeat(Repeat),
    /// Goes on with another path.
    HandOver(HandOver),
    /// Anything else: an unknown type, or a known one without what it promises. The whole node as it came.
    Sealed(Value),
}

/// The API's names of the types whose payload is known.
pub const KNOWN_TYPES: [&str; 6] = ["level", "notify_channel", "if_else", "delay", "repeat", "escalation_path"];

impl<C: ConditionForm> NodeKind<C> {
    /// The API's name of the type; of a sealed node whatever it says, or the empty string.
    #[must_use]
    pub fn type_name(&self) -> &str {
        match self {
            Self::Level(_) => "level",
            Self::NotifyChannel(_) => "notify_channel",
            Self::IfElse(_) => "if_else",
            Self::Delay(_) => "delay",
            Self::Repeat(_) => "repeat",
            Self::HandOver(_) => "escalation_path",
            Self::Sealed(raw) => raw.get("type").and_then(Value::as_str).unwrap_or_default(),
        }
    }

    fn payload(&self) -> Option<Value> {
        Some(match self {
            Self::Level(payload) => payload.write(),
            Self::NotifyChannel(payload) => payload.write(),
            Self::IfElse(payload) => payload.write(),
            Self::Delay(payload) => payload.write(),
            Self::Repeat(payload) => payload.write(),
            Self::HandOver(payload) => payload.write(),
            Self::Sealed(_) => return None,
        })
    }

    /// Takes the payload that `type_name` promises.
    fn take(type_name: &str, map: &mut Map) -> Option<Self> {
        match type_name {
            "level" => take(map, type_name).map(Self::Level),
            "notify_channel" => take(map, type_name).map(Self::NotifyChannel),
            "if_else" => take(map, type_name).map(Self::IfElse),
            "delay" => take(map, type_name).map(Self::Delay),
            "repeat" => take(map, type_name).map(Self::Repeat),
            "escalation_path" => take(map, type_name).map(Self::HandOver),
            _ => None,
        }
    }

    /// Says what is wrong with the payload of a node of this type.
    fn explain(type_name: &str, payload: &Value, at: &At<'_>, faults: &mut Faults) {
        match type_name {
            "level" => Level::explain(payload, at, faults),
            "notify_channel" => NotifyChannel::explain(payload, at, faults),
            "if_else" => IfElse::<C>::explain(payload, at, faults),
            "delay" => Delay::explain(payload, at, faults),
            "repeat" => Repeat::explain(payload, at, faults),
            "escalation_path" => HandOver::explain(payload, at, faults),
            _ => {}
        }
    }
}

impl<C: ConditionForm> Node<C> {
    /// A node with nothing in it but what is known.
    pub fn new(id: impl Into<String>, kind: NodeKind<C>) -> Self {
        Self { id: id.into(), kind, extra: Map::new() }
    }

    /// The lists of nodes inside this one, with the name of their field: those of a branch.
    pub fn children(&self) -> impl Iterator<Item = (&'static str, &Vec<Node<C>>)> {
        let both = match &self.kind {
            NodeKind::IfElse(branch) => Some([("then_path", &branch.then_path), ("else_path", &branch.else_path)]),
            _ => None,
        };
        both.into_iter().flatten()
    }
}

/// A node is always read: what is not understood is sealed.
impl<C: ConditionForm> Json for Node<C> {
    fn read(value: Value) -> Result<Self, Value> {
        let id = value.get("id").and_then(Value::as_str).unwrap_or_default().to_string();
        let type_name = value.get("type").and_then(Value::as_str).unwrap_or_default().to_string();
        let mut map = match value {
            Value::Object(map) if KNOWN_TYPES.contains(&type_name.as_str()) && !id.is_empty() => map,
            sealed => return Ok(Self { id, kind: NodeKind::Sealed(sealed), extra: Map::new() }),
        };
        match NodeKind::take(&type_name, &mut map) {
            Some(kind) => {
                map.shift_remove("id");
                map.shift_remove("type");
                Ok(Self { id, kind, extra: map })
            }
            None => Ok(Self { id, kind: NodeKind::Sealed(Value::Object(map)), extra: Map::new() }),
        }
    }

    fn write(&self) -> Value {
        let mut map = Map::new();
        match (&self.kind, self.kind.payload()) {
            (NodeKind::Sealed(raw), _) => {
                let mut raw = raw.clone();
                // The id is the one field that an edit may have changed.
                if let Some(id) = raw.get_mut("id")
                    && !self.id.is_empty()
                {
                    *id = Value::from(self.id.as_str());
                }
                return raw;
            }
            (kind, payload) => {
                map.insert("id".to_string(), Value::from(self.id.as_str()));
                map.insert("type".to_string(), Value::from(kind.type_name()));
                if let Some(payload) = payload {
                    map.insert(kind.type_name().to_string(), payload);
                }
            }
        }
        map.extend(self.extra.iter().map(|(name, value)| (name.clone(), value.clone())));
        Value::Object(map)
    }

    fn explain(value: &Value, at: &At<'_>, faults: &mut Faults) {
        if !value.is_object() {
            faults.push(at, FaultKind::MustBe("an object"));
            return;
        }
        for name in ["id", "type"] {
            match value.get(name) {
                None => faults.push(&at.field(name), FaultKind::Required),
                Some(text) if text.as_str().is_some_and(|t| !t.is_empty()) => {}
                Some(_) => faults.push(&at.field(name), FaultKind::MustBe("a string that is not empty")),
            }
        }
        let type_name = value.get("type").and_then(Value::as_str).unwrap_or_default();
        if !KNOWN_TYPES.contains(&type_name) {
            return;
        }
        match value.get(type_name) {
            None | Some(Value::Null) => {
                faults.push(&at.field(type_name), FaultKind::NoPayload(type_name.to_string()));
            }
            Some(payload) => NodeKind::<C>::explain(type_name, payload, &at.field(type_name), faults),
        }
    }

    fn faults(&self, at: &At<'_>, faults: &mut Faults) {
        match &self.kind {
            NodeKind::Level(payload) => payload.faults(&at.field("level"), faults),
            NodeKind::NotifyChannel(payload) => payload.faults(&at.field("notify_channel"), faults),
            NodeKind::IfElse(payload) => payload.faults(&at.field("if_else"), faults),
            NodeKind::Delay(payload) => payload.faults(&at.field("delay"), faults),
            NodeKind::Repeat(payload) => payload.faults(&at.field("repeat"), faults),
            NodeKind::HandOver(payload) => payload.faults(&at.field("escalation_path"), faults),
            NodeKind::Sealed(raw) => Self::explain(raw, at, faults),
        }
    }
}

impl<C: ConditionForm> serde::Serialize for Node<C> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.write().serialize(serializer)
    }
}

/// The form that is sent, of what was returned.
impl From<&Node<Condition>> for Node<ConditionPayload> {
    fn from(read: &Node<Condition>) -> Self {
        read.with_conditions(&|condition| ConditionPayload::from(condition))
    }
}

impl<C: ConditionForm> Node<C> {
    /// The same node with its conditions in another form. A sealed node stays as it is.
    pub fn with_conditions<D: ConditionForm>(&self, change: &dyn Fn(&C) -> D) -> Node<D> {
        let list = |nodes: &[Self]| nodes.iter().map(|node| node.with_conditions(change)).collect();
        let kind = match &self.kind {
            NodeKind::Level(level) => NodeKind::Level(level.clone()),
            NodeKind::NotifyChannel(channel) => NodeKind::NotifyChannel(channel.clone()),
            NodeKind::IfElse(branch) => NodeKind::IfElse(IfElse {
                conditions: branch.conditions.iter().map(change).collect(),
                then_path: list(&branch.then_path),
                else_path: list(&branch.else_path),
                extra: branch.extra.clone(),
            }),
            NodeKind::Delay(delay) => NodeKind::Delay(delay.clone()),
            NodeKind::Repeat(repeat) => NodeKind::Repeat(repeat.clone()),
            NodeKind::HandOver(hand_over) => NodeKind::HandOver(hand_over.clone()),
            NodeKind::Sealed(raw) => NodeKind::Sealed(raw.clone()),
        };
        Node { id: self.id.clone(), kind, extra: self.extra.clone() }
    }
}
