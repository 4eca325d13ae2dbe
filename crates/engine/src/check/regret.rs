//! What the API takes and somebody regrets: found by walking through the path with what is known to hold there.

use std::collections::{BTreeMap, BTreeSet};

use escalation_api::{self as api, At, ConditionForm as _, IntervalCondition, NodeKind, ScheduleMode, Test};

use super::{ApiNode, Check, Code};
use crate::calendar::Hours;
use crate::words::duration;

/// What holds at a node, whichever alert comes to it.
#[derive(Clone)]
struct Facts<'a> {
    /// The ids of the priorities that it can have.
    priorities: BTreeSet<&'a str>,
    /// Whether working hours are active at this very instant, where a branch has just asked.
    hours: BTreeMap<&'a str, bool>,
    /// The last level before it.
    level: Option<&'a api::Level>,
}

impl<'a> Check<'a> {
    pub(super) fn regrets(&mut self) {
        for set in self.path.working_hours.iter().flatten() {
            if let Some(hours) = Hours::new(set).ok().filter(Hours::is_constant) {
                self.constant_hours.entry(&set.id).or_insert(!hours.week().is_empty());
            }
        }
        let priorities = self.index.world().priorities.iter().map(|priority| priority.id.as_str()).collect();
        let facts = Facts { priorities, hours: BTreeMap::new(), level: None };
        let path = self.path;
        self.regret_list(&path.path, &At::Top.field("path"), facts);
    }

    fn regret_list(&mut self, nodes: &'a [ApiNode], at: &At<'_>, mut facts: Facts<'a>) {
        for (index, node) in nodes.iter().enumerate() {
            let before = self.node_id.replace(node.id.as_str());
            let at = at.index(index);
            self.regret(node, &at.field(node.kind.type_name()), &mut facts);
            self.node_id = before;
        }
    }

    fn regret(&mut self, node: &'a ApiNode, at: &At<'_>, facts: &mut Facts<'a>) {
        match &node.kind {
            NodeKind::Level(level) => {
                self.regret_level(level, facts.level, at);
                let timer = (&level.time_to_ack_interval_condition, &level.time_to_ack_weekday_interval_config_id);
                self.regret_timer(timer, &at.field("time_to_ack_interval_condition"), facts);
                facts.level = Some(level);
                // Time goes by; what the clock said is over.
                facts.hours.clear();
            }
            NodeKind::NotifyChannel(channel) => {
                let timer = (&channel.time_to_ack_interval_condition, &channel.time_to_ack_weekday_interval_config_id);
                self.regret_timer(timer, &at.field("time_to_ack_interval_condition"), facts);
                facts.hours.clear();
            }
            NodeKind::Delay(delay) => {
                let timer = (&delay.delay_interval_condition, &delay.delay_weekday_interval_config_id);
                self.regret_timer(timer, &at.field("delay_interval_condition"), facts);
                facts.hours.clear();
            }
            NodeKind::IfElse(branch) => self.regret_branch(branch, at, facts),
            NodeKind::HandOver(hand_over) => self.regret_hand_over(&hand_over.escalation_path_id, at),
            NodeKind::Repeat(_) | NodeKind::Sealed(_) => {}
        }
    }

    fn regret_level(&mut self, level: &'a api::Level, before: Option<&'a api::Level>, at: &At<'_>) {
        let in_turn = level.round_robin_config.as_ref().is_some_and(|config| config.enabled);
        let everybody =
            |mode: &Option<ScheduleMode>| matches!(mode, Some(ScheduleMode::AllUsers | ScheduleMode::AllUsersForRota));
        for (index, target) in level.targets.iter().enumerate() {
            if before.is_none() && !in_turn && everybody(&target.schedule_mode) {
                let at = at.field("targets");
                let at = at.index(index);
                let message = "The first level pages everybody of a schedule, whoever is on call";
                self.say(Code::EverybodyFirst, &at.field("schedule_mode"), message);
            }
        }
        let by_hours = level.time_to_ack_weekday_interval_config_id.is_some();
        let waits = level.time_to_ack_seconds.filter(|_| !by_hours);
        if let (Some(waits), Some(retry)) = (waits, &level.retry_config)
            && retry.interval_seconds >= waits
            && retry.interval_seconds > 0
        {
            let at = at.field("retry_config");
            let message = format!(
                "Nobody is paged again: the level waits for {}, and the first retry comes after {}",
                duration(waits),
                duration(retry.interval_seconds)
            );
            self.say(Code::RetryTooLate, &at.field("interval_seconds"), message);
        }
        if let (Some(one), Some(other)) = (before.and_then(only_user), only_user(level))
            && one == other
        {
            let name = self.index.user_name(one);
            let message = format!("{name} is the only one here and on the level before");
            self.say(Code::SamePersonAgain, &at.field("targets"), message);
        }
    }

    fn regret_timer(
        &mut self,
        (state, hours): (&'a Option<IntervalCondition>, &'a Option<String>),
        at: &At<'_>,
        facts: &Facts<'a>,
    ) {
        let wanted = match state {
            Some(IntervalCondition::Active) => true,
            Some(IntervalCondition::Inactive) => false,
            _ => return,
        };
        let Some(id) = hours.as_deref() else { return };
        let state = if wanted { "active" } else { "inactive" };
        match self.constant_hours.get(id).copied() {
            Some(always) if always != wanted => {
                self.say(Code::NeverComes, at, format!("Working hours `{id}` are never {state}: this waits for ever"));
            }
            Some(_) => {
                self.say(Code::AlreadySo, at, format!("Working hours `{id}` are always {state}: this never waits"));
            }
            None if facts.hours.get(id) == Some(&wanted) => {
                let message = format!("Working hours `{id}` are {state} at this point: this never waits");
                self.say(Code::AlreadySo, at, message);
            }
            None => {}
        }
    }

    fn regret_branch(&mut self, branch: &'a api::IfElse<api::ConditionPayload>, at: &At<'_>, facts: &Facts<'a>) {
        let mut sides = [facts.clone(), facts.clone()];
        let [then, otherwise] = &mut sides;
        if let [condition] = branch.conditions.as_slice() {
            let at = at.field("conditions");
            let at = at.index(0);
            match condition.test() {
                Some(Test::PriorityOneOf(ids)) if !facts.priorities.is_empty() && !ids.is_empty() => {
                    then.priorities.retain(|id| ids.contains(id));
                    otherwise.priorities.retain(|id| !ids.contains(id));
                    let side = match (then.priorities.is_empty(), otherwise.priorities.is_empty()) {
                        (true, _) => Some("never"),
                        (_, true) => Some("always"),
                        _ => None,
                    };
                    if let Some(side) = side {
                        let message = format!("This {side} holds for the priorities that come here");
                        self.say(Code::Constant, &at, message);
                    }
                }
                Some(Test::WorkingHoursActive(id)) => {
                    let known = self.constant_hours.get(id).or_else(|| facts.hours.get(id)).copied();
                    if let Some(state) = known {
                        let side = if state { "always" } else { "never" };
                        self.say(
                            Code::Constant,
                            &at,
                            format!("This {side} holds: working hours `{id}` decide it before"),
                        );
                    }
                    then.hours.insert(id, true);
                    otherwise.hours.insert(id, false);
                }
                _ => {}
            }
        }
        let lists = [("then_path", &branch.then_path), ("else_path", &branch.else_path)];
        for ((field, list), facts) in lists.into_iter().zip(sides) {
            self.regret_list(list, &at.field(field), facts);
        }
    }

    /// Whether a path hands over to one that hands over back to it.
    fn regret_hand_over(&mut self, to: &'a str, at: &At<'_>) {
        if self.id.is_empty() {
            return;
        }
        let mut seen = BTreeSet::new();
        let mut open = vec![to];
        while let Some(id) = open.pop() {
            if id == self.id {
                let message = "This path comes back to itself, and the escalation stops there";
                self.say(Code::Circle, &at.field("escalation_path_id"), message);
                return;
            }
            if let Some(path) = self.index.path(id).filter(|_| seen.insert(id)) {
                hand_overs(&path.path, &mut open);
            }
        }
    }
}

/// The user whom a level pages, if it pages nobody else and tells nobody.
fn only_user(level: &api::Level) -> Option<&str> {
    match level.targets.as_slice() {
        [target] if target.target_type == api::TargetType::User => Some(&target.id),
        _ => None,
    }
}

fn hand_overs<'a, C: api::ConditionForm>(nodes: &'a [api::Node<C>], found: &mut Vec<&'a str>) {
    for node in nodes {
        if let NodeKind::HandOver(hand_over) = &node.kind {
            found.push(&hand_over.escalation_path_id);
        }
        for (_, list) in node.children() {
            hand_overs(list, found);
        }
    }
}
