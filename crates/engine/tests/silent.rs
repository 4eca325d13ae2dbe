//! EP119: a way through a path on which nobody is notified.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use escalation_api::{Json as _, PathPayload};
use escalation_engine::check::{Code, check};
use escalation_engine::{Index, World};
use serde_json::{Value, json};

fn silent_at(world: &Value, nodes: Value) -> Vec<String> {
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let hours = json!([{"id": "h", "name": "h", "timezone": "UTC",
        "weekday_intervals": [{"weekday": "monday", "start_time": "09:00", "end_time": "17:00"}]}]);
    let path = PathPayload::read(json!({"name": "n", "path": nodes, "working_hours": hours})).unwrap();
    let found = check("", &path, &index);
    let silent = found.into_iter().filter(|problem| problem.code == Code::Silent);
    silent.map(|problem| format!("{} {}", problem.node_id.unwrap_or_default(), problem.pointer)).collect()
}

fn world() -> Value {
    let over =
        |to: &str| json!([{"id": "o", "type": "escalation_path", "escalation_path": {"escalation_path_id": to}}]);
    json!({"priorities": [{"id": "p1", "name": "P1"}, {"id": "p2", "name": "P2"}],
    "users": [{"id": "amy", "name": "Amy", "can_be_paged": true}],
    "paths": [
        {"id": "quiet", "name": "Quiet", "path": [{"id": "w", "type": "delay", "delay": {"delay_seconds": 60}}]},
        {"id": "loud", "name": "Loud", "path": [{"id": "l", "type": "level", "level": {
            "targets": [{"type": "user", "id": "amy", "urgency": "high"}]}}]},
        {"id": "to_quiet", "name": "To quiet", "path": over("quiet")},
        {"id": "to_loud", "name": "To loud", "path": over("loud")},
        {"id": "round", "name": "Round", "path": over("round")},
    ]})
}

fn level(id: &str) -> Value {
    json!({"id": id, "type": "level", "level": {"time_to_ack_seconds": 60,
        "targets": [{"type": "user", "id": "amy", "urgency": "high"}]}})
}

fn wait(id: &str) -> Value {
    json!({"id": id, "type": "delay", "delay": {"delay_seconds": 60}})
}

fn over(to: &str) -> Value {
    json!({"id": "o", "type": "escalation_path", "escalation_path": {"escalation_path_id": to}})
}

fn branch(id: &str, condition: Value, then: Value, otherwise: Value) -> Value {
    json!({"id": id, "type": "if_else",
        "if_else": {"conditions": [condition], "then_path": then, "else_path": otherwise}})
}

fn priority(ids: &[&str]) -> Value {
    let values: Vec<Value> = ids.iter().map(|id| json!({"literal": id})).collect();
    json!({"subject": "escalation.priority", "operation": "one_of", "param_bindings": [{"array_value": values}]})
}

fn hours() -> Value {
    json!({"subject": "escalation.working_hours[\"h\"]", "operation": "is_active", "param_bindings": []})
}

fn repeat(to: &str) -> Value {
    json!({"id": "r", "type": "repeat", "repeat": {"to_node": to, "repeat_times": 3}})
}

#[test]
fn a_way_that_notifies_nobody() {
    let none: [&str; 0] = [];
    let at = |nodes: Value| silent_at(&world(), nodes);
    assert_eq!(at(json!([wait("w")])), ["w path.0"]);
    assert_eq!(at(json!([level("l"), wait("w")])), none);
    let post = json!({"id": "c", "type": "notify_channel",
        "notify_channel": {"targets": [{"type": "slack_channel", "id": "C1", "urgency": "low"}]}});
    assert_eq!(at(json!([wait("w"), post])), none, "a channel is somebody here");
    // For one priority, or at some times.
    for condition in [
        priority(&["p1"]),
        hours(),
        json!({"subject": "incident.severity", "operation": "is_set", "param_bindings": []}),
    ] {
        let nodes = json!([branch("b", condition, json!([level("l")]), json!([wait("w"), wait("x")]))]);
        assert_eq!(at(nodes), ["x path.0.if_else.else_path.1"]);
    }
    // What nobody can know may notify somebody.
    assert_eq!(at(json!([wait("w"), {"id": "v", "type": "hologram", "hologram": {}}])), none);
    // An empty side is said of the branch; a path without nodes is an error.
    assert_eq!(at(json!([branch("b", hours(), json!([level("l")]), json!([]))])), none);
    assert_eq!(at(json!([])), none);
}

#[test]
fn a_side_that_no_alert_takes() {
    let none: [&str; 0] = [];
    let inner = |condition: Value| branch("c", condition, json!([level("l")]), json!([wait("w")]));
    let nodes =
        |condition: Value| json!([branch("b", condition.clone(), json!([inner(condition)]), json!([level("m")]))]);
    assert_eq!(silent_at(&world(), nodes(hours())), none);
    assert_eq!(silent_at(&world(), nodes(priority(&["p1"]))), none);
    let all = json!([branch("b", priority(&["p1", "p2"]), json!([level("l")]), json!([wait("w")]))]);
    assert_eq!(silent_at(&world(), all.clone()), none);
    // Where there may be others, they take it.
    let mut incomplete = world();
    incomplete["priorities_from"] = json!("branches");
    assert_eq!(silent_at(&incomplete, all), ["w path.0.if_else.else_path.0"]);
}

#[test]
fn once_more_round() {
    let none: [&str; 0] = [];
    let at = |nodes: Value| silent_at(&world(), nodes);
    assert_eq!(at(json!([wait("w"), repeat("w")])), ["r path.1"]);
    // An hour later it may be inside the hours.
    let around =
        |condition: Value| json!([branch("b", condition, json!([level("l")]), json!([wait("w"), repeat("b")]))]);
    assert_eq!(at(around(hours())), none);
    // The priority stays what it is.
    assert_eq!(at(around(priority(&["p1"]))), ["r path.0.if_else.else_path.1"]);
    let outside = branch("h", hours(), json!([level("m")]), around(priority(&["p1"])));
    assert_eq!(at(json!([outside])), ["r path.0.if_else.else_path.0.if_else.else_path.1"]);
}

#[test]
fn what_it_hands_over_to() {
    let none: [&str; 0] = [];
    let at = |to: &str| silent_at(&world(), json!([wait("w"), over(to)]));
    for quiet in ["quiet", "to_quiet"] {
        assert_eq!(at(quiet), ["o path.1"], "{quiet}");
    }
    for may in ["loud", "to_loud", "nowhere", "round"] {
        assert_eq!(at(may), none, "{may}");
    }
}

#[test]
fn whether_a_path_is_silent_does_not_depend_on_how_many_ways_lead_to_it() {
    let mut world = world();
    // Each hands over to the next by both sides of a branch: two to the power of 60 ways.
    let diamond = |number: usize| {
        let next = if number == 59 { "quiet".to_string() } else { format!("d{}", number + 1) };
        let sides = json!([over(&next)]);
        json!({"id": format!("d{number}"), "name": "D",
            "path": [branch("b", priority(&["p1"]), sides.clone(), sides)]})
    };
    world["paths"].as_array_mut().unwrap().extend((0..60).map(diamond));
    assert_eq!(silent_at(&world, json!([over("d0")])), ["o path.0"]);
    // A chain that is longer than a hundred paths is followed, too.
    let next = |number: usize| {
        let next = if number == 299 { "quiet".to_string() } else { format!("c{}", number + 1) };
        json!({"id": format!("c{number}"), "name": "C", "path": [over(&next)]})
    };
    world["paths"].as_array_mut().unwrap().extend((0..300).map(next));
    assert_eq!(silent_at(&world, json!([over("c0")])), ["o path.0"]);
    // Where it comes round or notifies somebody it is another matter.
    let last = world["paths"].as_array_mut().unwrap().last_mut().unwrap();
    last["path"] = json!([over("c7")]);
    assert_eq!(silent_at(&world, json!([over("c0")])), [""; 0]);
}
