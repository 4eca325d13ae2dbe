//! What a scenario decides that the path leaves open: which way to go at a branch whose condition cannot be known, and
//! whose turn it is first on a level with round robin.

use std::collections::BTreeSet;

use escalation_api::PathPayload;
use escalation_engine::compile::{CompiledPath, Kind, People, Target};
use escalation_engine::machine::Outcome;
use escalation_engine::scenario::{Branch, Scenario};
use escalation_engine::trace::{StepName, TraceStep};
use escalation_engine::{Index, Trace};

use crate::tree::{ListAt, Side};
use crate::{tree, words};

/// A branch that cannot be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchChoice {
    /// The id of the branch.
    pub node_id: String,
    /// Its question.
    pub title: String,
    /// What its sides are called: where the condition holds, and where it does not.
    pub sides: [String; 2],
    /// Which way the scenario has it go.
    pub side: Option<Branch>,
}

/// The branches that a run could not decide, and those for which the scenario says which way to go.
#[must_use]
pub fn pins(trace: &Trace, scenario: &Scenario, path: &PathPayload, index: &Index) -> Vec<BranchChoice> {
    let stopped = trace.steps.last().and_then(stopped_at);
    let ids: BTreeSet<&str> =
        scenario.branches.keys().chain(scenario.branch_visits.keys()).map(String::as_str).collect();
    let new = stopped.filter(|id| !ids.contains(*id));
    ids.into_iter().chain(new).map(|id| pin(id, scenario, path, index)).collect()
}

/// Has a branch go one way whenever the walk comes there, or leaves it open; what was said of single visits is dropped.
pub fn set_pin(scenario: &mut Scenario, id: &str, side: Option<Branch>) {
    scenario.branch_visits.remove(id);
    match side {
        Some(side) => drop(scenario.branches.insert(id.to_string(), side)),
        None => drop(scenario.branches.remove(id)),
    }
}

/// Has a branch go one way where nothing else was said: what was said of single visits stays.
pub fn decide(scenario: &mut Scenario, id: &str, side: Branch) {
    scenario.branches.insert(id.to_string(), side);
}

/// Which way a branch goes whenever the walk comes there; nothing where it is left open, or goes one way at one visit and
/// another way at another.
#[must_use]
pub fn pinned(scenario: &Scenario, id: &str) -> Option<Branch> {
    scenario.branches.get(id).copied().filter(|_| !scenario.branch_visits.contains_key(id))
}

/// The branch at which a run stopped because it cannot be known which way to go.
#[must_use]
pub fn stopped_at(step: &TraceStep) -> Option<&str> {
    let is_branch = step.step == StepName::Stopped && step.outcome == Some(Outcome::Undecided) && step.rule == "R3";
    step.node_id.as_deref().filter(|_| is_branch)
}

/// A branch by its id, in the path or in one that it may hand over to.
#[must_use]
pub fn pin(id: &str, scenario: &Scenario, path: &PathPayload, index: &Index) -> BranchChoice {
    let told = |path: &PathPayload| {
        let found = tree::find(path, id)?;
        Some((words::node(found.node, path, index).title, words::sides_of(found.node, index)?))
    };
    let other = || index.world().paths.iter().find_map(|path| told(&PathPayload::from(path)));
    let (title, sides) = told(path).or_else(other).unwrap_or_else(|| (id.to_string(), words::sides(&[], index)));
    BranchChoice { node_id: id.to_string(), title, sides, side: pinned(scenario, id) }
}

/// A level with round robin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationStart {
    /// The id of the level.
    pub node_id: String,
    /// What it does, in words.
    pub title: String,
    /// The side of the branch that it stands on, if it stands on one.
    pub side: Option<String>,
    /// Who may be on it, with their names, in the order of its targets.
    pub people: Vec<(String, String)>,
    /// Whose turn the scenario has it be first.
    pub first: Option<String>,
}

/// The levels with round robin of a path and of those that it may hand over to.
#[must_use]
pub fn turns(compiled: &CompiledPath, scenario: &Scenario, path: &PathPayload, index: &Index) -> Vec<RotationStart> {
    let mut all: Vec<RotationStart> = Vec::new();
    for (position, plan) in compiled.plans().iter().enumerate() {
        let other = (position > 0).then(|| index.path(&plan.id).map(PathPayload::from)).flatten();
        let path = other.as_ref().unwrap_or(path);
        for node in plan.nodes.iter().filter(|node| !node.id.is_empty()) {
            let Kind::Level(level) = &node.kind else { continue };
            // An id that is used twice is decided once.
            if level.round_robin.is_none() || all.iter().any(|turn| turn.node_id == *node.id) {
                continue;
            }
            let found = tree::find(path, &node.id);
            let title = found.as_ref().map(|found| words::node(found.node, path, index).title);
            all.push(RotationStart {
                node_id: node.id.to_string(),
                title: title.unwrap_or_else(|| node.id.to_string()),
                side: found.and_then(|found| side(&found.slot.list, path, index)),
                people: people(&level.targets, index),
                first: scenario.round_robin.get(&*node.id).cloned(),
            });
        }
    }
    all
}

/// What the side is called that a list is.
fn side(list: &ListAt, path: &PathPayload, index: &Index) -> Option<String> {
    let ListAt::Of(branch, side) = list else { return None };
    let [then, otherwise] = words::sides_of(tree::find(path, branch)?.node, index)?;
    Some(if *side == Side::Then { then } else { otherwise })
}

fn people(targets: &[Target], index: &Index) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    let mut add = |id: &str| {
        if !all.iter().any(|(known, _)| known == id) {
            all.push((id.to_string(), index.user_name(id).to_string()));
        }
    };
    for target in targets {
        match target {
            Target::People(People::User(id), _) => add(id),
            Target::People(People::OnCall(id, rota, _) | People::Next(id, rota) | People::All(id, rota), _) => {
                let rotas = index.schedule(id).map_or(&[][..], |schedule| &schedule.rotas);
                let rotas = rotas.iter().filter(|one| rota.as_ref().is_none_or(|rota| *rota == one.id));
                rotas.filter_map(|rota| rota.members().ok()).flatten().for_each(|id| add(id));
            }
            Target::Channel(_) => {}
        }
    }
    all
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use escalation_api::Json as _;
    use escalation_engine::{World, simulate};
    use serde_json::{Value, json};

    fn foreign(id: &str, then: &Value, otherwise: &Value) -> Value {
        json!({"id": id, "type": "if_else", "if_else": {
            "conditions": [{"subject": "alert.attributes.service", "operation": "one_of",
                "param_bindings": [{"array_value": [{"literal": id}]}]}],
            "then_path": then, "else_path": otherwise}})
    }

    #[test]
    fn branches_are_met_one_after_another_and_stay_in_the_list() {
        let end = json!([]);
        let path =
            PathPayload::read(json!({"name": "n", "path": [foreign("a", &json!([foreign("b", &end, &end)]), &end)]}));
        let path = path.unwrap();
        let index = Index::new(World::default());
        let compiled = CompiledPath::new("", &path, &index);
        let mut scenario = Scenario::default();
        let mut met = |a: Option<Branch>, b: Option<Branch>| {
            let decided = [("a", a), ("b", b)].into_iter().filter_map(|(id, side)| Some((id.to_string(), side?)));
            scenario.branches = decided.collect();
            let trace = simulate::trace(&compiled, &index, &scenario);
            let told = |pin: BranchChoice| format!("{} {:?}", pin.node_id, pin.side);
            pins(&trace, &scenario, &path, &index).into_iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(met(None, None), ["a None"]);
        assert_eq!(met(Some(Branch::Then), None), ["a Some(Then)", "b None"]);
        assert_eq!(met(Some(Branch::Then), Some(Branch::Else)), ["a Some(Then)", "b Some(Else)"]);
        assert_eq!(met(Some(Branch::Else), None), ["a Some(Else)"]);
        let named = pin("a", &Scenario::default(), &path, &index);
        assert!(named.title.contains("alert.attributes.service"), "{}", named.title);
        assert_eq!(named.sides, ["yes", "otherwise"]);
        assert_eq!(pin("gone", &Scenario::default(), &path, &index).title, "gone");
    }

    #[test]
    fn what_is_decided_where_a_run_stops_leaves_earlier_visits_as_they_were() {
        let end = json!([]);
        let back = json!([{"id": "w", "type": "delay", "delay": {"delay_seconds": 60}},
            {"id": "r", "type": "repeat", "repeat": {"repeat_times": 1, "to_node": "a"}}]);
        let path = PathPayload::read(json!({"name": "n", "path": [foreign("a", &back, &end)]})).unwrap();
        let index = Index::new(World::default());
        let compiled = CompiledPath::new("", &path, &index);
        let mut scenario = Scenario::default();
        scenario.branch_visits.insert("a".to_string(), vec![Some(Branch::Then)]);
        let sides = |scenario: &Scenario| {
            let trace = simulate::trace(&compiled, &index, scenario);
            let ways = |step: &&TraceStep| step.branch.is_some() || stopped_at(step).is_some();
            let branches = trace.steps.iter().filter(ways);
            branches.map(|step| (step.branch, stopped_at(step).is_some())).collect::<Vec<_>>()
        };
        assert_eq!(sides(&scenario), [(Some(Branch::Then), false), (None, true)]);
        decide(&mut scenario, "a", Branch::Else);
        assert_eq!(sides(&scenario), [(Some(Branch::Then), false), (Some(Branch::Else), false)]);
        set_pin(&mut scenario, "a", Some(Branch::Else));
        assert_eq!(sides(&scenario), [(Some(Branch::Else), false)]);
    }

    #[test]
    fn levels_with_round_robin_and_who_may_begin() {
        let level = |id: &str, robin: bool| {
            json!({"id": id, "type": "level", "level": {
            "targets": [{"type": "user", "id": "ruth", "urgency": "high"}, {"type": "schedule", "id": "s", "urgency": "high"}],
            "round_robin_config": {"enabled": robin}}})
        };
        let over = json!({"id": "o", "type": "escalation_path", "escalation_path": {"escalation_path_id": "other"}});
        let world: World = serde_json::from_value(json!({
            "users": [{"id": "ruth", "name": "Ruth", "can_be_paged": true}],
            "schedules": [{"id": "s", "name": "S", "timezone": "UTC",
                "rotas": [{"id": "r", "name": "R", "user_ids": ["maya", "ruth", "tom"]}]}],
            "paths": [{"id": "other", "name": "Other", "path": [level("c", true)]}],
        }))
        .unwrap();
        let path =
            PathPayload::read(json!({"name": "n", "path": [level("a", true), level("b", false), over]})).unwrap();
        let index = Index::new(world);
        let compiled = CompiledPath::new("", &path, &index);
        let mut scenario = Scenario::default();
        scenario.round_robin.insert("c".to_string(), "tom".to_string());
        let all = turns(&compiled, &scenario, &path, &index);
        let ids: Vec<_> = all.iter().map(|turn| (turn.node_id.as_str(), turn.first.as_deref())).collect();
        assert_eq!(ids, [("a", None), ("c", Some("tom"))]);
        let people: Vec<_> =
            all.iter().flat_map(|turn| &turn.people).map(|(id, name)| format!("{id} {name}")).collect();
        assert_eq!(people, ["ruth Ruth", "maya maya", "tom tom", "ruth Ruth", "maya maya", "tom tom"]);
        assert!(all.iter().all(|turn| turn.title.starts_with("Page Ruth")), "{all:?}");
    }
}
