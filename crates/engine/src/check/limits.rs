//! How large a path may be. It is counted before anything else is done with it, so that what comes after is bounded.

use std::fmt::Display;

use escalation_api::{At, ConditionPayload, NodeKind};

use super::{ApiNode, Check, Code, MAX_NODES};

/// The longest id of a node and the longest name of a path, in bytes. Each problem of a node has the node's id.
const MAX_TEXT: usize = 1_000;
/// The longest message, in bytes.
pub(super) const MAX_MESSAGE: usize = 1_000;
/// The longest title of a step in a problem, in bytes.
pub(super) const MAX_TITLE: usize = 200;
/// The most targets of one node.
const MAX_TARGETS: usize = 250;
/// The most conditions of one branch that are looked at; one is taken.
const MAX_CONDITIONS: usize = 100;
/// The most bindings of one condition, and of a path that is made from a template.
const MAX_BINDINGS: usize = 250;
/// The most values of one binding, such as priorities.
const MAX_VALUES: usize = 1_000;
/// The most teams that own a path.
const MAX_TEAMS: usize = 1_000;
/// The most sets of working hours.
const MAX_HOURS: usize = 250;
/// The most intervals of one set of working hours.
const MAX_INTERVALS: usize = 500;

impl<'a> Check<'a> {
    /// Counts what there is, and gathers what is asked for again and again. False if there is more than is taken, which is
    /// said then.
    pub(super) fn within_limits(&mut self, top: &At<'_>) -> bool {
        let path = self.path;
        let nodes = count(&path.path);
        if nodes > MAX_NODES {
            let message = format!("The path has {nodes} steps (limit {MAX_NODES})");
            self.say(Code::TooManyNodes, &top.field("path"), message);
        }
        if path.name.len() > MAX_TEXT {
            let message = format!("The name is too long: {} bytes (limit {MAX_TEXT})", path.name.len());
            self.say(Code::TooMuch, &top.field("name"), message);
        }
        self.at_most(MAX_TEAMS, path.team_ids.as_deref().map_or(0, <[_]>::len), &top.field("team_ids"), "teams");
        let bindings = path.param_bindings.as_ref().map_or(&[][..], |bindings| &bindings.0);
        let at = top.field("param_bindings");
        self.at_most(MAX_BINDINGS, bindings.len(), &at, "parameters");
        for (name, binding) in bindings.iter().take(MAX_BINDINGS) {
            let values = binding.array_value.as_deref().map_or(0, <[_]>::len);
            self.at_most(MAX_VALUES, values, &at.field(name).field("array_value"), "values");
        }
        let sets = path.working_hours.as_deref().unwrap_or_default();
        let at = top.field("working_hours");
        self.at_most(MAX_HOURS, sets.len(), &at, "sets of working hours");
        for (index, set) in sets.iter().enumerate().take(MAX_HOURS) {
            let at = at.index(index);
            let at = at.field("weekday_intervals");
            self.at_most(MAX_INTERVALS, set.weekday_intervals.len(), &at, "intervals");
        }
        if nodes <= MAX_NODES {
            self.limits_of(&path.path, &top.field("path"));
        }
        self.told == [0; 3]
    }

    fn limits_of(&mut self, nodes: &'a [ApiNode], at: &At<'_>) {
        for (index, node) in nodes.iter().enumerate() {
            let at = at.index(index);
            if node.id.len() > MAX_TEXT {
                let message = format!("The id is too long: {} bytes (limit {MAX_TEXT})", node.id.len());
                self.say(Code::TooMuch, &at.field("id"), message);
            }
            let payload = at.field(node.kind.type_name());
            match &node.kind {
                NodeKind::Level(level) => {
                    self.at_most(MAX_TARGETS, level.targets.len(), &payload.field("targets"), "targets");
                }
                NodeKind::NotifyChannel(channel) => {
                    self.at_most(MAX_TARGETS, channel.targets.len(), &payload.field("targets"), "targets");
                }
                NodeKind::IfElse(branch) => {
                    let at = payload.field("conditions");
                    self.at_most(MAX_CONDITIONS, branch.conditions.len(), &at, "conditions");
                    for (index, condition) in branch.conditions.iter().enumerate().take(MAX_CONDITIONS) {
                        self.limits_of_condition(condition, &at.index(index));
                    }
                }
                NodeKind::Repeat(repeat) => {
                    self.repeated.insert(&repeat.to_node);
                }
                NodeKind::Delay(_) | NodeKind::HandOver(_) | NodeKind::Sealed(_) => {}
            }
            for (field, list) in node.children() {
                self.limits_of(list, &payload.field(field));
            }
        }
    }

    fn limits_of_condition(&mut self, condition: &ConditionPayload, at: &At<'_>) {
        let at = at.field("param_bindings");
        self.at_most(MAX_BINDINGS, condition.param_bindings.len(), &at, "parameters");
        for (index, binding) in condition.param_bindings.iter().enumerate().take(MAX_BINDINGS) {
            let values = binding.array_value.as_deref().map_or(0, <[_]>::len);
            self.at_most(MAX_VALUES, values, &at.index(index).field("array_value"), "values");
        }
    }

    fn at_most(&mut self, most: usize, found: usize, at: &At<'_>, what: impl Display) {
        if found > most {
            self.say(Code::TooMuch, at, format!("Too many {what}: {found} (limit {most})"));
        }
    }
}

/// How many nodes there are, those in branches included.
fn count(nodes: &[ApiNode]) -> usize {
    nodes.iter().map(|node| 1 + node.children().map(|(_, list)| count(list)).sum::<usize>()).sum()
}
