//! What the benches measure with, the same natively and in WebAssembly.

use escalation_engine::instant::WEEK;
use escalation_engine::prove::{Expectation, Horizon};
use escalation_engine::simulate::compile_for;
use escalation_engine::{CompiledPath, Index, Instant, Scenario, World};
use serde_json::{Value, json};

/// A question for the prover.
pub(crate) struct Question {
    pub(crate) name: String,
    pub(crate) path: CompiledPath,
    pub(crate) index: Index,
    pub(crate) horizon: Horizon,
    pub(crate) expectations: Vec<Expectation>,
}

impl Question {
    fn new(name: &str, path: Value, weeks: i64) -> Self {
        let index = organisation(weeks + 2);
        let scenario = Scenario { path: Some(path), ..Scenario::default() };
        let compiled = compile_for(&index, &scenario).unwrap();
        let from = Instant::from_unix(BEGIN);
        let horizon = Horizon { from, until: from + weeks * WEEK, scenario };
        Self { name: name.to_string(), path: compiled, index, horizon, expectations: expectations() }
    }
}

/// Monday 2026-03-23, 09:00 in London.
const BEGIN: i64 = 1_774_256_400;

/// Twenty nodes: a branch on priority, one on hours, levels by schedule, a repeat.
pub(crate) fn scenario() -> Scenario {
    let level = |id: String| {
        json!({"id": id, "type": "level", "level": {"time_to_ack_seconds": 300, "targets": [
            {"type": "schedule", "id": "primary", "urgency": "high", "schedule_mode": "currently_on_call"},
            {"type": "schedule", "id": "regions", "urgency": "high", "schedule_mode": "currently_on_call"}]}})
    };
    let levels = |name: &str, count: usize| (0..count).map(|n| level(format!("{name}-{n}"))).collect::<Vec<_>>();
    let mut urgent = levels("urgent", 7);
    urgent.push(json!({"id": "again", "type": "repeat", "repeat": {"to_node": "priority", "repeat_times": 2}}));
    let hours = json!({"id": "hours", "type": "if_else", "if_else": {"conditions": [
        {"subject": "escalation.working_hours[\"uk\"]", "operation": "is_active", "param_bindings": []}],
        "then_path": levels("day", 5), "else_path": levels("night", 5)}});
    let path = json!({"name": "Twenty nodes", "working_hours": [{"id": "uk", "name": "UK", "timezone": "Europe/London",
        "weekday_intervals": [{"weekday": "monday", "start_time": "09:00", "end_time": "17:00"}]}],
        "path": [{"id": "priority", "type": "if_else", "if_else": {"conditions": [{"subject": "escalation.priority",
            "operation": "one_of", "param_bindings": [{"array_value": [{"literal": "p1"}]}]}],
            "then_path": urgent, "else_path": [hours]}}]});
    let scenario = json!({"path": path, "priority_id": "p1", "fired_at": "2026-03-25T10:00:00Z"});
    Scenario::from_text(&scenario.to_string()).unwrap()
}

/// An organisation of five priorities and two schedules with weekly rotas, for so many weeks from 2026-03-23.
fn organisation(weeks: i64) -> Index {
    let begin = Instant::from_unix(BEGIN);
    let users = ["amy", "ben", "cat", "dan"];
    let schedule = |id: &str| {
        let entry = |week: i64| {
            let start = begin + week * WEEK;
            let user = users.get(usize::try_from(week).unwrap() % users.len());
            json!({"rota_id": "r", "user_id": user, "start_at": start, "end_at": start + WEEK})
        };
        let entries: Vec<_> = (0..weeks).map(entry).collect();
        json!({"id": id, "name": id, "timezone": "Europe/London", "entries": entries,
            "rotas": [{"id": "r", "name": "R", "user_ids": users}]})
    };
    let priorities = ["p1", "p2", "p3", "p4", "p5"].map(|id| json!({"id": id, "name": id}));
    let everybody = users.map(|id| json!({"id": id, "name": id, "can_be_paged": true}));
    let world = json!({
        "priorities": priorities,
        "users": everybody,
        "schedules": [schedule("primary"), schedule("regions")],
        "entries_from": begin,
        "entries_until": begin + weeks * WEEK,
    });
    Index::new(World::from_text(&world.to_string()).unwrap())
}

/// All expectations that take no more than a path and a world.
fn expectations() -> Vec<Expectation> {
    let all = json!([
        {"expect": "pages_someone"},
        {"expect": "first_page_within", "seconds": 60},
        {"expect": "reaches_people_within", "people": 2, "seconds": 1800},
        {"expect": "at_most_people_before", "people": 3, "seconds": 600},
        {"expect": "ends_within", "seconds": 86_400},
        {"expect": "quiet_hours", "urgency": "low", "window": {"timezone": "Europe/London", "weekday_intervals": [
            {"weekday": "saturday", "start_time": "22:00", "end_time": "07:00"}]}},
        {"expect": "not_louder_than"},
        {"expect": "no_single_person"},
        {"expect": "no_consecutive_same_person"},
        {"expect": "every_node_reachable"},
        {"expect": "covered_by", "schedule": "primary", "seconds": 3600},
    ]);
    Expectation::list_from_text(&all.to_string()).unwrap()
}

fn working_hours() -> Value {
    let hours = |id: &str, zone: &str| {
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
        let intervals = days.map(|day| json!({"weekday": day, "start_time": "09:00", "end_time": "17:30"}));
        json!({"id": id, "name": id, "timezone": zone, "weekday_intervals": intervals})
    };
    json!([hours("uk", "Europe/London"), hours("us", "America/New_York")])
}

/// Twenty nodes, two sets of working hours, weekly rotas, a quarter of a year.
pub(crate) fn ordinary() -> Question {
    let mut path = scenario().path.unwrap();
    path["working_hours"] = working_hours();
    path["path"][0]["if_else"]["else_path"][0]["if_else"]["else_path"][0] = json!({"id": "wait", "type": "delay",
        "delay": {"delay_interval_condition": "active", "delay_weekday_interval_config_id": "us"}});
    Question::new("20 nodes, 13 weeks", path, 13)
}

/// A tree with so many levels of branches, over so many weeks.
pub(crate) fn tree_of(levels: u32, weeks: i64) -> Question {
    let mut count = 0;
    let nodes = tree(levels, &mut count);
    let path = json!({"name": "Tree", "path": nodes, "working_hours": working_hours()});
    Question::new(&format!("{count:>4} nodes, {weeks:>2} weeks"), path, weeks)
}

/// A thousand levels one after the other, over a year.
pub(crate) fn chain() -> Question {
    let level = |n: usize| {
        json!({"id": format!("n{n}"), "type": "level", "level": {"time_to_ack_seconds": 300, "targets": [
            {"type": "schedule", "id": "primary", "urgency": "high", "schedule_mode": "currently_on_call"}]}})
    };
    let nodes: Vec<Value> = (0..1_000).map(level).collect();
    Question::new("1000 levels in a chain, 52 weeks", json!({"name": "Chain", "path": nodes}), 52)
}

/// How often the walk goes through the path of [`repeating`].
pub(crate) const PASSES: usize = 10;

/// A hundred levels, two sets of working hours, weekly rotas, and back to the first node nine times: a quarter of a year.
pub(crate) fn repeating() -> Question {
    let level = |n: usize| {
        let schedule = if n.is_multiple_of(2) { "primary" } else { "regions" };
        json!({"id": format!("n{n}"), "type": "level", "level": {"time_to_ack_seconds": 300, "targets": [
            {"type": "schedule", "id": schedule, "urgency": "high", "schedule_mode": "currently_on_call"}]}})
    };
    let levels = |from: usize| (from..from + 33).map(level).collect::<Vec<_>>();
    let branch = |id: &str, hours: &str, then: Vec<Value>, otherwise: Vec<Value>| {
        json!({"id": id, "type": "if_else", "if_else": {"conditions": [{"subject":
            format!("escalation.working_hours[\"{hours}\"]"), "operation": "is_active", "param_bindings": []}],
            "then_path": then, "else_path": otherwise}})
    };
    let again = |mut nodes: Vec<Value>, id: &str| {
        nodes.push(json!({"id": id, "type": "repeat", "repeat": {"to_node": "n0", "repeat_times": PASSES - 1}}));
        nodes
    };
    let mut nodes = levels(0);
    nodes.push(branch("b", "uk", again(levels(33), "r1"), again(levels(66), "r2")));
    let path = json!({"name": "Repeating", "path": nodes, "working_hours": working_hours()});
    Question::new(&format!("100 levels, {PASSES} passes, 13 weeks"), path, 13)
}

/// Branches on hours and priorities in turn, so many one in another, with seven levels at each end.
fn tree(levels: u32, count: &mut u32) -> Value {
    let mut id = || {
        *count += 1;
        format!("n{count}")
    };
    if levels == 0 {
        let level = |id: String| {
            json!({"id": id, "type": "level", "level": {"time_to_ack_seconds": 300, "targets": [
                {"type": "schedule", "id": "primary", "urgency": "high", "schedule_mode": "currently_on_call"}]}})
        };
        return (0..7).map(|_| level(id())).collect();
    }
    let id = id();
    let condition = match levels % 3 {
        0 => json!({"subject": "escalation.working_hours[\"uk\"]", "operation": "is_active", "param_bindings": []}),
        1 => json!({"subject": "escalation.working_hours[\"us\"]", "operation": "is_active", "param_bindings": []}),
        _ => json!({"subject": "escalation.priority", "operation": "one_of",
            "param_bindings": [{"array_value": [{"literal": format!("p{}", 1 + levels / 3)}]}]}),
    };
    let (then, otherwise) = (tree(levels - 1, count), tree(levels - 1, count));
    json!([{"id": id, "type": "if_else", "if_else": {"conditions": [condition], "then_path": then, "else_path": otherwise}}])
}
