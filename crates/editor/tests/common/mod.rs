//! Generated paths that the API would take, and what the tests ask of them.

#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::BTreeMap;

use escalation_api::{IntervalCondition, Json as _, PathPayload, ScheduleMode, Target, TargetType, Urgency, Value};
use escalation_editor::command::{Condition, Timer, insert, new_hours, new_node, wrap};
use escalation_editor::tree::PathNode;
use escalation_editor::{Clip, Command, Kind, ListAt, Run, Side, Slot, tree};
use escalation_engine::check::{Code, Severity};
use escalation_engine::{Index, World, check};
use proptest::prelude::*;
use serde_json::json;

/// The outline of a list of nodes.
#[derive(Debug, Clone)]
pub(crate) struct Outline {
    nodes: Vec<Plain>,
    end: End,
}

#[derive(Debug, Clone, Copy)]
enum Plain {
    Level(u8),
    Channel,
    Delay,
    Unknown,
}

#[derive(Debug, Clone)]
enum End {
    Open,
    Branch(u8, Box<[Outline; 2]>),
    Repeat(usize),
    HandOver,
    RepeatThenHandOver(usize),
}

/// Outlines with branches up to three deep.
pub(crate) fn outline() -> impl Strategy<Value = Outline> {
    let plain = || {
        prop_oneof![
            4 => (0_u8..8).prop_map(Plain::Level),
            1 => Just(Plain::Channel),
            1 => Just(Plain::Delay),
            1 => Just(Plain::Unknown)
        ]
    };
    let end = prop_oneof![
        3 => Just(End::Open),
        2 => (0_usize..4).prop_map(End::Repeat),
        1 => Just(End::HandOver),
        1 => (0_usize..4).prop_map(End::RepeatThenHandOver)
    ];
    let leaf = (prop::collection::vec(plain(), 0..3), end).prop_map(|(nodes, end)| Outline { nodes, end });
    leaf.prop_recursive(3, 24, 2, move |inner| {
        let sides = (inner.clone(), inner.clone()).prop_map(|(a, b)| Box::new([a, b]));
        let branch = (0_u8..3, sides).prop_map(|(kind, sides)| End::Branch(kind, sides));
        (prop::collection::vec(plain(), 0..3), branch).prop_map(|(nodes, end)| Outline { nodes, end })
    })
}

/// The path of an outline; the ids of its nodes begin with a text.
pub(crate) fn build(outline: &Outline, prefix: &str) -> PathPayload {
    let mut builder = Builder { next: 0, prefix, first: format!("{prefix}n0"), around: Vec::new() };
    let mut nodes = builder.list(outline, true);
    if nodes.is_empty() {
        nodes.push(builder.plain(Plain::Level(0)));
    }
    let hours = |id: &str, zone: &str| {
        json!({"id": id, "name": id, "timezone": zone, "icon": id, "weekday_intervals": [
            {"weekday": "monday", "start_time": "09:00", "end_time": "17:00"}]})
    };
    PathPayload::read(json!({"name": "Generated", "path": nodes, "odd": {"b": 1, "a": [null]},
        "working_hours": [hours("uk", "Europe/London"), hours("us", "America/New_York")]}))
    .unwrap()
}

struct Builder<'a> {
    next: usize,
    prefix: &'a str,
    first: String,
    around: Vec<String>,
}

impl Builder<'_> {
    fn id(&mut self) -> String {
        self.next += 1;
        format!("{}n{}", self.prefix, self.next - 1)
    }

    fn list(&mut self, outline: &Outline, root: bool) -> Vec<Value> {
        let mut nodes: Vec<Value> = outline.nodes.iter().map(|plain| self.plain(*plain)).collect();
        match &outline.end {
            End::Open => {}
            End::Branch(kind, sides) => {
                let id = self.id();
                self.around.push(id.clone());
                let [then, otherwise] = [self.list(&sides[0], false), self.list(&sides[1], false)];
                self.around.pop();
                let condition = match kind {
                    0 => {
                        json!({"subject": "escalation.working_hours[\"uk\"]", "operation": "is_active", "param_bindings": []})
                    }
                    1 => {
                        json!({"subject": "escalation.priority", "operation": "one_of", "param_bindings": [{"array_value": [{"literal": "p1"}]}]})
                    }
                    _ => json!({"subject": "escalation.moon", "operation": "is_full", "param_bindings": [], "tide": 1}),
                };
                nodes.push(json!({"id": id, "type": "if_else", "z": 1, "if_else": {
                    "conditions": [condition], "then_path": then, "else_path": otherwise, "y": []}}));
            }
            End::Repeat(to) if !(root && nodes.is_empty()) => nodes.push(self.repeat(*to)),
            End::RepeatThenHandOver(to) if !(root && nodes.is_empty()) => {
                nodes.push(self.repeat(*to));
                nodes.push(self.hand_over());
            }
            _ => nodes.push(self.hand_over()),
        }
        nodes
    }

    fn repeat(&mut self, to: usize) -> Value {
        let id = self.id();
        let to = to.checked_sub(1).and_then(|to| self.around.get(to)).unwrap_or(&self.first);
        json!({"id": id, "type": "repeat", "repeat": {"to_node": to, "repeat_times": 2}})
    }

    fn hand_over(&mut self) -> Value {
        json!({"id": self.id(), "type": "escalation_path", "escalation_path": {"escalation_path_id": "other"}})
    }

    fn plain(&mut self, plain: Plain) -> Value {
        let id = self.id();
        match plain {
            Plain::Level(shape) => {
                let mut level = json!({"targets": [{"type": "user", "id": "u", "urgency": "high", "t": 0}]});
                if shape & 1 > 0 {
                    level["targets"]
                        .as_array_mut()
                        .unwrap()
                        .push(json!({"type": "slack_channel", "id": "c", "urgency": "low"}));
                    level["round_robin_config"] = json!({"enabled": true, "q": "w"});
                }
                if shape & 2 > 0 {
                    level["time_to_ack_interval_condition"] = json!("active");
                    level["time_to_ack_weekday_interval_config_id"] = json!("us");
                } else {
                    level["time_to_ack_seconds"] = json!(300);
                }
                if shape & 4 > 0 {
                    level["retry_config"] = json!({"attempts": 3, "interval_seconds": 60});
                    level["later"] = json!([1, {"n": 2}]);
                    level["ack_mode"] = Value::Null;
                }
                json!({"id": id, "type": "level", "level": level, "note": ["kept"]})
            }
            Plain::Channel => json!({"id": id, "type": "notify_channel", "notify_channel": {
                "targets": [{"type": "slack_channel", "id": "c", "urgency": "low"}]}}),
            Plain::Delay => json!({"id": id, "type": "delay", "delay": {"delay_seconds": 60}}),
            Plain::Unknown => json!({"type": "hologram", "hologram": {"to": [id]}, "id": id}),
        }
    }
}

/// Every slot that there could be, one beyond the end of each list included.
pub(crate) fn all_slots(path: &PathPayload) -> Vec<Slot> {
    let mut lists = vec![ListAt::Root];
    tree::walk(path, |found| {
        if matches!(found.node.kind, escalation_api::NodeKind::IfElse(_)) {
            lists.extend([Side::Then, Side::Else].map(|side| ListAt::Of(found.node.id.clone(), side)));
        }
    });
    let of = |list: &ListAt| {
        let length = tree::list(path, list).unwrap().len();
        (0..=length + 1).map(|index| Slot { list: list.clone(), index }).collect::<Vec<_>>()
    };
    lists.iter().flat_map(of).collect()
}

/// The ids of all nodes, in the order of the text.
pub(crate) fn ids(path: &PathPayload) -> Vec<String> {
    let mut ids = Vec::new();
    tree::walk(path, |found| ids.push(found.node.id.clone()));
    ids
}

/// What each node says, without what is in it.
pub(crate) fn own(path: &PathPayload) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    tree::walk(path, |found| {
        all.insert(found.node.id.clone(), without_inside(found.node));
    });
    all
}

fn without_inside(node: &PathNode) -> String {
    let mut value = node.write();
    if let Some(branch) = value.get_mut("if_else").and_then(Value::as_object_mut) {
        branch.insert("then_path".into(), json!([]));
        branch.insert("else_path".into(), json!([]));
    }
    value.to_string()
}

/// Everything that the API would refuse, but for what is only still to be filled in; and what is never reached.
pub(crate) fn structural(path: &PathPayload) -> Vec<String> {
    let content = [Code::NoNodes, Code::NoTargets, Code::NoPriorities, Code::RotaMissing];
    let problems = check("", path, &Index::new(World::default()));
    let bad = problems.into_iter().filter(|problem| {
        problem.severity == Severity::Error && !content.contains(&problem.code) || problem.code == Code::Unreachable
    });
    bad.map(|problem| format!("{} {}: {}", problem.code.as_str(), problem.pointer, problem.message)).collect()
}

/// A slot of the path's own list.
pub(crate) fn root(index: usize) -> Slot {
    Slot { list: ListAt::Root, index }
}

/// Numbers, made into a command for a path once that is known.
#[derive(Debug, Clone)]
pub(crate) struct Dice(Vec<usize>);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        let rolled = self.0.pop().unwrap_or_default();
        self.0.insert(0, rolled / 7 + 3);
        if sides == 0 { 0 } else { rolled % sides }
    }

    pub(crate) fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.roll(all.len())].clone()
    }

    pub(crate) fn command(&mut self, path: &PathPayload, other: &PathPayload) -> Command {
        let mut known = ids(path);
        known.push("nowhere".into());
        let slots = all_slots(path);
        let run = |dice: &mut Self, path: &PathPayload| {
            let known = ids(path);
            let (a, b) = (dice.of(&known), dice.of(&known));
            Run::between(path, &a, &b).unwrap_or(Run::one(a))
        };
        if ids(path).is_empty() {
            return insert(path, root(0), new_node(path, Kind::Level));
        }
        let id = self.of(&known);
        let side = self.of(&[Side::Then, Side::Else]);
        let target = Target {
            target_type: self.of(&[TargetType::User, TargetType::SlackChannel]),
            id: "t".into(),
            urgency: Urgency::Low,
            schedule_mode: None,
            selected_rota_id: None,
            extra: escalation_api::Map::new(),
        };
        match self.roll(34) {
            0..=2 => Command::Move(run(self, path), self.of(&slots)),
            3 => Command::DeleteRun(run(self, path)),
            4 => Command::Delete(id),
            5 | 6 => Command::Duplicate(run(self, path)),
            7 => Command::Wrap(id, side, Box::new(new_node(path, Kind::PriorityBranch))),
            8 => wrap(path, &id, side, new_node(path, Kind::HoursBranch)),
            9 => Command::Unwrap(id, side),
            10 | 11 => {
                let kind = self.of(&Kind::ALL);
                insert(path, self.of(&slots), new_node(path, kind))
            }
            12 => {
                let kind = self.of(&Kind::ALL);
                Command::Insert(self.of(&slots), Box::new(new_node(path, kind)))
            }
            13 => Command::ChangeKind(id, self.of(&Kind::ALL)),
            14 | 15 => {
                let from = if self.roll(2) == 0 { path } else { other };
                let run = run(self, from);
                Command::Paste(self.of(&slots), Box::new(Clip::of(from, &run).unwrap()))
            }
            16 => Command::SetTimer(id, Timer::After([0, 60, -60][self.roll(3)])),
            17 => Command::SetTimer(id, Timer::Until(IntervalCondition::Active, self.of(&["uk".into(), "eu".into()]))),
            18 => Command::AddTarget(id, target),
            19 => Command::ReplaceTarget(id, self.roll(2), target),
            20 => Command::MoveTarget(id, self.roll(2), self.roll(3)),
            21 => Command::RemoveTarget(id, self.roll(2)),
            22 => Command::SetScheduleMode(id, 0, self.of(ScheduleMode::KNOWN), Some("rota".into())),
            23 => Command::SetRoundRobin(id, self.roll(2) == 0, [None, Some(60), Some(0)][self.roll(3)]),
            24 => Command::SetRetry(id, [None, Some((2, 60)), Some((1, 60)), Some((3, 61))][self.roll(4)]),
            25 => Command::SetCondition(id, Condition::Priorities(vec!["p2".into()])),
            26 => Command::SetCondition(id, Condition::Hours(self.of(&["us".into(), "eu".into(), "\"".into()]))),
            27 => Command::SetRepeatTarget(id, self.of(&known)),
            28 => Command::SetRepeatTimes(id, [1, 0, 2_000][self.roll(3)]),
            29 => Command::SetHandOver(id, "third".into()),
            30 => Command::RemoveHours(self.of(&["uk".into(), "us".into(), "eu".into()])),
            31 => Command::AddHours(Box::new(new_hours(path, self.of(&["UTC", "Nowhere"])))),
            32 => Command::SetTemplate([None, Some("t".into())][self.roll(2)].clone()),
            _ => Command::Several(None, vec![self.command(path, other), self.command(path, other)]),
        }
    }
}

pub(crate) fn dice() -> impl Strategy<Value = Dice> {
    prop::collection::vec(0_usize..100_000, 12).prop_map(Dice)
}
