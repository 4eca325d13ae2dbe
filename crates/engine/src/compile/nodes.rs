//! The nodes of one path.

use escalation_api::{
    self as api, ConditionForm as _, ConditionPayload, IntervalCondition, Json as _, NodeKind, Test, Value,
};

use super::{
    Branch, ChannelTarget, Condition, Kind, Level, NamedHours, Node, NodeIndex, PageUrgency, People, Reason, Retry,
    RoundRobin, Target, Timer,
};
use crate::index::Id;
use crate::template;

type ApiNode = api::Node<ConditionPayload>;

/// The lists of nodes in a branch.
pub(super) const LISTS: [&str; 2] = ["then_path", "else_path"];

/// Compiles a path's nodes; `position` finds the position of a path that is handed over to.
pub(super) fn compile(
    path: &[ApiNode],
    hours: &[NamedHours],
    position: impl FnMut(&str) -> Option<u32>,
) -> (Vec<Node>, Option<NodeIndex>) {
    let mut walk = Walk { hours, position, nodes: Vec::new(), enclosing: Vec::new() };
    let first = walk.list(path);
    (walk.nodes, first)
}

struct Walk<'a, F> {
    hours: &'a [NamedHours],
    position: F,
    nodes: Vec<Node>,
    /// The branches around the node at hand.
    enclosing: Vec<(Id, NodeIndex)>,
}

impl<F: FnMut(&str) -> Option<u32>> Walk<'_, F> {
    /// Adds a list of nodes and returns the first.
    fn list(&mut self, nodes: &[ApiNode]) -> Option<NodeIndex> {
        let mut first = None;
        let mut last: Option<NodeIndex> = None;
        for node in nodes {
            let index = self.node(node)?;
            match last.and_then(|last| self.at(last)) {
                Some(before) => before.next = Some(index),
                None => first = Some(index),
            }
            last = Some(index);
        }
        first
    }

    fn at(&mut self, index: NodeIndex) -> Option<&mut Node> {
        self.nodes.get_mut(usize::try_from(index).ok()?)
    }

    fn node(&mut self, node: &ApiNode) -> Option<NodeIndex> {
        let index = NodeIndex::try_from(self.nodes.len()).ok()?;
        let id = Id::from(node.id.as_str());
        // Its place is taken before what is in it, so that the order is that of the text.
        let unknown = Kind::Undecidable(Reason::UnknownType(String::new()));
        self.nodes.push(Node { id: id.clone(), next: None, kind: unknown });
        let kind = match &node.kind {
            NodeKind::IfElse(branch) => self.branch(branch, id, index),
            _ => self.kind(node),
        };
        let kind = kind.unwrap_or_else(Kind::Undecidable);
        if let Some(node) = self.at(index) {
            node.kind = kind;
        }
        Some(index)
    }

    fn branch(&mut self, branch: &api::IfElse<ConditionPayload>, id: Id, index: NodeIndex) -> Result<Kind, Reason> {
        self.enclosing.push((id, index));
        let then = self.list(&branch.then_path);
        let otherwise = self.list(&branch.else_path);
        self.enclosing.pop();
        // A list that could not be read says more than another field: there may be nodes in it.
        let is_bad = |field: &&str| branch.extra.get(*field).is_some_and(|value| !value.is_null());
        if let Some(field) = LISTS.into_iter().find(is_bad).or_else(|| branch.misread()) {
            return Err(Reason::Misread(field));
        }
        let conditions = branch.conditions.iter().map(|condition| self.condition(condition)).collect();
        Ok(Kind::Branch(Branch { conditions, then, otherwise }))
    }

    fn condition(&self, condition: &ConditionPayload) -> Condition {
        match condition.test() {
            Some(Test::PriorityOneOf(ids)) => Condition::Priority(ids.into_iter().map(Id::from).collect()),
            Some(Test::WorkingHoursActive(id)) => Condition::Hours(self.hours(id)),
            None => Condition::Foreign(condition.subject.clone(), Id::from(text(condition).as_str())),
        }
    }

    fn hours(&self, id: &str) -> Result<usize, Id> {
        let known = self.hours.iter().position(|set| *set.id == *id);
        known.ok_or_else(|| Id::from(id))
    }

    fn kind(&mut self, node: &ApiNode) -> Result<Kind, Reason> {
        match &node.kind {
            NodeKind::Level(level) => self.level(level).map(Kind::Level),
            NodeKind::NotifyChannel(channel) => {
                if let Some(field) = channel.misread() {
                    return Err(Reason::Misread(field));
                }
                let targets = channel.targets.iter().map(|target| {
                    if !target.target_type.is_channel() {
                        return Err(Reason::UnknownValue("type", target.target_type.to_string()));
                    }
                    channel_target(target)
                });
                let timer = self.timer(
                    channel.time_to_ack_seconds,
                    channel.time_to_ack_interval_condition.as_ref(),
                    channel.time_to_ack_weekday_interval_config_id.as_deref(),
                )?;
                Ok(Kind::Channel(targets.collect::<Result<_, _>>()?, timer))
            }
            NodeKind::Delay(delay) => {
                if let Some(field) = delay.misread() {
                    return Err(Reason::Misread(field));
                }
                self.timer(
                    delay.delay_seconds,
                    delay.delay_interval_condition.as_ref(),
                    delay.delay_weekday_interval_config_id.as_deref(),
                )
                .map(Kind::Delay)
            }
            NodeKind::Repeat(repeat) => {
                let times = u32::try_from(repeat.repeat_times.max(-1).min(i64::from(u32::MAX)));
                let times = times.map_err(|_| Reason::BadValue("repeat_times"))?;
                // R15: the path's first node, or a branch around this node; the nearest of two with one id.
                let around = self.enclosing.iter().rev().find(|(id, _)| **id == *repeat.to_node);
                let to = around
                    .map(|(_, index)| *index)
                    .or_else(|| self.nodes.first().filter(|first| *first.id == *repeat.to_node).map(|_| 0));
                to.map(|to| Kind::Repeat(to, times)).ok_or_else(|| Reason::BadRepeat(repeat.to_node.clone()))
            }
            NodeKind::HandOver(hand_over) => {
                let id = &hand_over.escalation_path_id;
                (self.position)(id).map(Kind::HandOver).ok_or_else(|| Reason::UnknownPath(id.clone()))
            }
            NodeKind::IfElse(_) => Err(Reason::BadPayload("if_else".to_string())),
            NodeKind::Sealed(_) => {
                let name = node.kind.type_name();
                let promised = api::node::KNOWN_TYPES.contains(&name);
                Err(if promised { Reason::BadPayload(name.to_string()) } else { Reason::UnknownType(name.to_string()) })
            }
        }
    }

    fn level(&self, level: &api::Level) -> Result<Level, Reason> {
        if let Some(field) = level.misread() {
            return Err(Reason::Misread(field));
        }
        let targets: Result<Vec<_>, _> = level.targets.iter().map(target).collect();
        let ack_all = match &level.ack_mode {
            None => None,
            Some(api::AckMode::All) => Some(true),
            Some(api::AckMode::First) => Some(false),
            Some(api::AckMode::Other(mode)) => return Err(Reason::UnknownValue("ack_mode", mode.clone())),
        };
        let timer = self.timer(
            level.time_to_ack_seconds,
            level.time_to_ack_interval_condition.as_ref(),
            level.time_to_ack_weekday_interval_config_id.as_deref(),
        )?;
        Ok(Level { targets: targets?, timer, ack_all, round_robin: round_robin(level)?, retry: retry(level)? })
    }

    fn timer(
        &self,
        seconds: Option<i64>,
        state: Option<&IntervalCondition>,
        hours: Option<&str>,
    ) -> Result<Timer, Reason> {
        if seconds.is_some_and(|seconds| seconds < 0) {
            return Err(Reason::BadValue("a negative time"));
        }
        // R6: working hours count only when both of their fields are there.
        let hours = match (state, hours) {
            (Some(IntervalCondition::Active), Some(id)) => Some((self.hours(id), true)),
            (Some(IntervalCondition::Inactive), Some(id)) => Some((self.hours(id), false)),
            (Some(IntervalCondition::Other(state)), Some(_)) => {
                return Err(Reason::UnknownValue("interval_condition", state.clone()));
            }
            _ => None,
        };
        Ok(Timer { seconds, hours })
    }
}

/// A condition as text: the same for conditions that ask the same, whatever the order of fields and labels for people.
fn text(condition: &ConditionPayload) -> String {
    let mut value = condition.write();
    canonical(&mut value, condition.operation == "one_of");
    value.to_string()
}

fn canonical(value: &mut Value, is_set: bool) {
    match value {
        Value::Object(fields) => {
            fields.remove("label");
            fields.sort_keys();
            fields.values_mut().for_each(|field| canonical(field, is_set));
        }
        Value::Array(list) => {
            list.iter_mut().for_each(|one| canonical(one, is_set));
            if is_set {
                list.sort_by_cached_key(Value::to_string);
                list.dedup();
            }
        }
        _ => {}
    }
}

fn loud(target: &api::Target) -> Result<PageUrgency, Reason> {
    PageUrgency::new(&target.urgency).ok_or_else(|| Reason::UnknownValue("urgency", target.urgency.to_string()))
}

fn channel_target(target: &api::Target) -> Result<ChannelTarget, Reason> {
    if let Some(name) = template::open(&target.extra) {
        return Err(Reason::Unbound(name));
    }
    Ok(ChannelTarget { id: Id::from(target.id.as_str()), urgency: loud(target)? })
}

fn target(target: &api::Target) -> Result<Target, Reason> {
    if let Some(name) = template::open(&target.extra) {
        return Err(Reason::Unbound(name));
    }
    if let Some(field) = target.misread() {
        return Err(Reason::Misread(field));
    }
    let id = Id::from(target.id.as_str());
    match &target.target_type {
        api::TargetType::User => Ok(Target::People(People::User(id), loud(target)?)),
        api::TargetType::Schedule => Ok(Target::People(people(target, id)?, loud(target)?)),
        api::TargetType::SlackChannel | api::TargetType::MsTeamsChannel => channel_target(target).map(Target::Channel),
        api::TargetType::Other(other) => Err(Reason::UnknownValue("type", other.clone())),
    }
}

/// R4: the modes of a schedule.
fn people(target: &api::Target, id: Id) -> Result<People, Reason> {
    use api::ScheduleMode as Mode;
    let rota = || {
        let rota = target.selected_rota_id.as_deref().filter(|rota| !rota.is_empty());
        rota.map(Id::from).ok_or(Reason::BadValue("selected_rota_id"))
    };
    Ok(match &target.schedule_mode {
        Some(Mode::CurrentlyOnCall) => People::OnCall(id, None, false),
        None | Some(Mode::Unspecified) => People::OnCall(id, None, true),
        Some(Mode::CurrentlyOnCallForRota) => People::OnCall(id, Some(rota()?), false),
        Some(Mode::NextOnCall) => People::Next(id, None),
        Some(Mode::NextOnCallForRota) => People::Next(id, Some(rota()?)),
        Some(Mode::AllUsers) => People::All(id, None),
        Some(Mode::AllUsersForRota) => People::All(id, Some(rota()?)),
        Some(Mode::Other(mode)) => return Err(Reason::UnknownValue("schedule_mode", mode.clone())),
    })
}

fn round_robin(level: &api::Level) -> Result<Option<RoundRobin>, Reason> {
    let Some(config) = &level.round_robin_config else { return Ok(None) };
    match (config.misread(), config.rotate_after_seconds) {
        (Some(field), _) => Err(Reason::Misread(field)),
        _ if !config.enabled => Ok(None),
        (None, Some(seconds)) if seconds <= 0 => Err(Reason::BadValue("rotate_after_seconds")),
        (None, rotate_after) => Ok(Some(RoundRobin { rotate_after })),
    }
}

fn retry(level: &api::Level) -> Result<Option<Retry>, Reason> {
    let Some(config) = &level.retry_config else { return Ok(None) };
    let attempts = u32::try_from(config.attempts).ok().filter(|attempts| *attempts > 0);
    let attempts = attempts.ok_or(Reason::BadValue("attempts"))?;
    if config.interval_seconds <= 0 {
        return Err(Reason::BadValue("interval_seconds"));
    }
    Ok(Some(Retry { attempts, interval: config.interval_seconds }))
}
