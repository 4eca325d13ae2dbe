//! Every kind of problem, each shown by the smallest path that has it.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use escalation_api::{Json as _, PathPayload};
use escalation_engine::check::{Code, MAX_DEPTH, MAX_NODES, is_refused};
use escalation_engine::{Index, World, check};
use serde_json::{Value, json};

fn index() -> Index {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/worlds/base.json");
    Index::new(World::from_text(&fs::read_to_string(file).unwrap()).unwrap())
}

/// The problems of a path, each as `CODE pointer: message`.
fn problems(path: &Value) -> Vec<String> {
    let path = PathPayload::read(path.clone()).unwrap();
    let found = check("", &path, &index());
    found.iter().map(|p| format!("{} {}: {}", p.code.as_str(), p.pointer, p.message)).collect()
}

fn of_nodes(nodes: Value) -> Value {
    // Without the working hours where nothing asks for them.
    let asks = nodes.to_string().contains("uk");
    let mut path = json!({"name": "n", "path": nodes});
    if asks {
        path["working_hours"] = hours(json!([{"weekday": "monday", "start_time": "09:00", "end_time": "17:00"}]));
    }
    path
}

fn hours(intervals: Value) -> Value {
    json!([{"id": "uk", "name": "UK", "timezone": "Europe/London", "weekday_intervals": intervals}])
}

fn level(id: &str) -> Value {
    // Not the same person twice in a row.
    let even = id.bytes().last().is_some_and(|last| last % 2 == 0);
    let user = if id == "a" {
        "maya"
    } else if even {
        "priya"
    } else {
        "tom"
    };
    json!({"id": id, "type": "level", "level": {"targets": [{"type": "user", "id": user, "urgency": "high"}],
        "time_to_ack_seconds": 300}})
}

/// A level with the id of another.
fn renamed(mut level: Value) -> Value {
    level["id"] = json!("a");
    level
}

fn level_with(field: &str, value: Value) -> Value {
    let mut node = level("a");
    node["level"][field] = value;
    of_nodes(json!([node]))
}

fn target(target: Value) -> Value {
    level_with("targets", json!([target]))
}

fn branch(id: &str, then: Value, otherwise: Value) -> Value {
    json!({"id": id, "type": "if_else", "if_else": {"conditions": [{"subject": "escalation.working_hours[\"uk\"]",
        "operation": "is_active", "param_bindings": []}], "then_path": then, "else_path": otherwise}})
}

/// The smallest path with each problem.
fn cases() -> Vec<(Value, &'static str)> {
    let a = || level("a");
    let repeat =
        |to: &str, times: i64| json!({"id": "r", "type": "repeat", "repeat": {"to_node": to, "repeat_times": times}});
    let hand_over =
        |to: &str| json!({"id": "h", "type": "escalation_path", "escalation_path": {"escalation_path_id": to}});
    let both = |then: Value| branch("b", then, json!([level("z")]));
    let until = |state: &str| {
        json!({"id": "u", "type": "delay",
            "delay": {"delay_interval_condition": state, "delay_weekday_interval_config_id": "uk"}})
    };
    let conditions = |conditions: Value| {
        let mut node = both(json!([a()]));
        node["if_else"]["conditions"] = conditions;
        of_nodes(json!([node]))
    };
    let priorities = |ids: Value| {
        conditions(
            json!([{"subject": "escalation.priority", "operation": "one_of", "param_bindings": [{"array_value": ids}]}]),
        )
    };
    let set = |field: &str, value: Value| {
        let mut path = of_nodes(json!([until("active"), a()]));
        path["working_hours"][0][field] = value;
        path
    };
    let whole = |field: &str, value: Value| {
        let mut path = of_nodes(json!([a()]));
        path[field] = value;
        path
    };
    vec![
        (of_nodes(json!([])), "EP001 path: The path has no steps"),
        (of_nodes(json!([{"type": "level", "level": level("x")["level"]}])), "EP002 path.0.id: Id is required"),
        (of_nodes(json!([a(), renamed(level("c"))])), "EP003 path.1.id: Id `a` is already used at path.0"),
        (
            of_nodes(json!([{"id": "x", "type": "notify_channel", "level": {}}])),
            "EP004 path.0.notify_channel: Notify_channel type requires a notify_channel payload",
        ),
        (
            level_with("time_to_ack_seconds", json!("5m")),
            "EP004 path.0.level.time_to_ack_seconds: Time_to_ack_seconds must be a whole number",
        ),
        (whole("team_ids", json!(7)), "EP004 team_ids: Team_ids must be a list"),
        (level_with("targets", json!([])), "EP005 path.0.level.targets: No recipients are chosen"),
        (
            of_nodes(json!([both(json!([a()])), level("c")])),
            "EP006 path.1: Never reached: it follows the branch “In UK hours?”",
        ),
        (of_nodes(json!([a(), repeat("a", 1), level("c")])), "EP007 path.2: Only a hand-over can follow a repeat"),
        (
            of_nodes(json!([a(), level("c"), repeat("c", 1)])),
            "EP008 path.2.repeat.to_node: A repeat must go back to the first step or an enclosing branch",
        ),
        (conditions(json!([])), "EP009 path.0.if_else.conditions: A branch needs exactly one condition, not 0"),
        (priorities(json!([])), "EP010 path.0.if_else.conditions.0.param_bindings: No priorities are chosen"),
        (
            target(
                json!({"type": "schedule", "id": "primary", "urgency": "high", "schedule_mode": "currently_on_call_for_rota"}),
            ),
            "EP011 path.0.level.targets.0.selected_rota_id: Only one rota is paged, but none is chosen",
        ),
        (
            target(
                json!({"type": "schedule", "id": "primary", "urgency": "high", "schedule_mode": "currently_on_call", "selected_rota_id": "main"}),
            ),
            "EP012 path.0.level.targets.0.selected_rota_id: A rota is chosen, but the whole schedule is paged",
        ),
        (
            level_with("retry_config", json!({"attempts": 11, "interval_seconds": 60})),
            "EP013 path.0.level.retry_config.attempts: Attempts must be between 2 and 10",
        ),
        (
            level_with("retry_config", json!({"attempts": 3, "interval_seconds": 90})),
            "EP013 path.0.level.retry_config.interval_seconds: The retry interval must be whole minutes",
        ),
        (
            conditions(
                json!([{"subject": "escalation.working_hours[\"mars\"]", "operation": "is_active", "param_bindings": []}]),
            ),
            "EP014 path.0.if_else.conditions.0.subject: The path has no working hours `mars`",
        ),
        (
            of_nodes(
                json!([{"id": "d", "type": "delay", "delay": {"delay_interval_condition": "active", "delay_weekday_interval_config_id": "mars"}}]),
            ),
            "EP014 path.0.delay.delay_weekday_interval_config_id: The path has no working hours `mars`",
        ),
        (
            level_with("time_to_ack_interval_condition", json!("active")),
            "EP015 path.0.level.time_to_ack_weekday_interval_config_id: It waits for working hours, but none are chosen",
        ),
        (
            level_with("time_to_ack_seconds", json!(-1)),
            "EP016 path.0.level.time_to_ack_seconds: The wait can't be negative",
        ),
        (of_nodes(json!([a(), repeat("a", 0)])), "EP016 path.1.repeat.repeat_times: It must repeat at least once"),
        (
            level_with("round_robin_config", json!({"enabled": true, "rotate_after_seconds": 0})),
            "EP016 path.0.level.round_robin_config.rotate_after_seconds: The rotation time must be more than 0",
        ),
        (
            whole("repeat_config", json!({"repeat_after_seconds": 60, "delay_repeat_on_activity": false})),
            "EP016 repeat_config.repeat_after_seconds: Paging again must wait between 5 minutes and 4 days",
        ),
        (
            set("timezone", json!("Europe/Atlantis")),
            "EP017 working_hours.0.timezone: Unknown time zone `Europe/Atlantis`",
        ),
        (
            set("weekday_intervals", json!([{"weekday": "Monday", "start_time": "09:00", "end_time": "17:00"}])),
            "EP017 working_hours.0.weekday_intervals.0.weekday: Unknown weekday `Monday`",
        ),
        (
            set("weekday_intervals", json!([{"weekday": "monday", "start_time": "9", "end_time": "17:00"}])),
            "EP017 working_hours.0.weekday_intervals.0: Invalid time `9`",
        ),
        (
            {
                let mut path = set("name", json!("x"));
                let mut other = path["working_hours"][0].clone();
                other["name"] = json!("y");
                path["working_hours"].as_array_mut().unwrap().push(other);
                path
            },
            "EP018 working_hours.1.id: Two sets of working hours have the id `uk`",
        ),
        (
            of_nodes(
                json!([{"id": "c", "type": "notify_channel", "notify_channel": {"targets": [{"type": "user", "id": "maya", "urgency": "low"}]}}]),
            ),
            "EP019 path.0.notify_channel.targets.0.type: A channel step can't notify a target of type `user`",
        ),
        (json!({"name": "n", "kind": "templated", "path": []}), "EP020 template_id: A templated path needs a template"),
        (
            json!({"name": "n", "kind": "templated", "template_id": "t", "path": [a()]}),
            "EP021 path: A templated path can't have steps of its own",
        ),
        (
            of_nodes((0..=MAX_NODES).map(|n| level(&format!("n{n}"))).collect()),
            "EP022 path: The path has 2001 steps (limit 2000)",
        ),
        (
            json!({"name": "n", "path": [a()], "team_ids": vec!["t"; 1_001]}),
            "EP024 team_ids: Too many teams: 1001 (limit 1000)",
        ),
        (
            of_nodes(json!([a(), {"id": "x", "type": "hologram", "hologram": {}}])),
            "EP101 path.1.type: Unknown step type `hologram`",
        ),
        (
            target(json!({"type": "user", "id": "maya", "urgency": "medium"})),
            "EP102 path.0.level.targets.0.urgency: Unknown urgency `medium`",
        ),
        (level_with("ack_mode", json!("some")), "EP102 path.0.level.ack_mode: Unknown acknowledgement mode `some`"),
        (
            conditions(json!([{"subject": "alert.colour", "operation": "is", "param_bindings": []}])),
            "EP103 path.0.if_else.conditions.0.subject: Unknown condition `alert.colour is`",
        ),
        (
            of_nodes(json!([both(json!([]))])),
            "EP104 path.0.if_else.then_path: No steps on the side “yes”: the escalation ends there",
        ),
        (
            target(json!({"type": "user", "id": "ghost", "urgency": "high"})),
            "EP105 path.0.level.targets.0.id: There is no person `ghost`",
        ),
        (
            target(json!({"type": "schedule", "id": "ghost", "urgency": "high"})),
            "EP105 path.0.level.targets.0.id: There is no schedule `ghost`",
        ),
        (
            target(
                json!({"type": "schedule", "id": "primary", "urgency": "high", "schedule_mode": "next_on_call_for_rota", "selected_rota_id": "ghost"}),
            ),
            "EP105 path.0.level.targets.0.selected_rota_id: Primary has no rota `ghost`",
        ),
        (
            of_nodes(json!([hand_over("ghost")])),
            "EP105 path.0.escalation_path.escalation_path_id: There is no path `ghost`",
        ),
        (
            priorities(json!([{"literal": "p1"}, {"literal": "p9"}])),
            "EP105 path.0.if_else.conditions.0.param_bindings.0.array_value.1: There is no priority `p9`",
        ),
        (
            target(json!({"type": "user", "id": "zoe", "urgency": "high"})),
            "EP106 path.0.level.targets.0.id: Zoe Adams is deactivated and can't be paged",
        ),
        (
            of_nodes(json!([hand_over("other"), a()])),
            "EP107 path.1: Never reached: it follows “Hand over to Other path”",
        ),
        (
            priorities(
                json!([{"literal": "p1"}, {"literal": "p2"}, {"literal": "p3"}, {"literal": "p4"}, {"literal": "p5"}]),
            ),
            "EP108 path.0.if_else.conditions.0: Always true for the priorities that get here",
        ),
        (
            of_nodes(json!([branch(
                "b",
                json!([branch("c", json!([a()]), json!([level("d")]))]),
                json!([level("e")])
            )])),
            "EP108 path.0.if_else.then_path.0.if_else.conditions.0: Always true: working hours “UK” are already decided here",
        ),
        (
            {
                let mut path = of_nodes(json!([until("active"), a()]));
                path["working_hours"][0]["weekday_intervals"] = json!([]);
                path
            },
            "EP109 path.0.delay.delay_interval_condition: Working hours “UK” are never active: the wait never ends",
        ),
        (
            of_nodes(json!([branch("b", json!([until("active"), a()]), json!([level("e")]))])),
            "EP110 path.0.if_else.then_path.0.delay.delay_interval_condition: Working hours “UK” are already active here: it never waits",
        ),
        (
            target(json!({"type": "schedule", "id": "primary", "urgency": "high", "schedule_mode": "all_users"})),
            "EP111 path.0.level.targets.0.schedule_mode: The first level pages a whole schedule, not just who is on call",
        ),
        (
            level_with("retry_config", json!({"attempts": 2, "interval_seconds": 300})),
            "EP112 path.0.level.retry_config.interval_seconds: Never retries: it escalates after 5m, but the first retry is due after 5m",
        ),
        (
            of_nodes(json!([a(), {"id": "z", "type": "level", "level": a()["level"]}])),
            "EP114 path.1.level.targets: Maya Chen is the only recipient here and on the previous level",
        ),
        (whole("working_hours", hours(json!([]))), "EP115 working_hours.0: Working hours “UK” are not used"),
        (
            of_nodes(json!([until("active"), repeat("u", 3)])),
            "EP116 path.1.repeat: All repeats may run at the same instant",
        ),
        (
            set("weekday_intervals", json!([{"weekday": "sunday", "start_time": "22:00", "end_time": "06:00"}])),
            "EP117 working_hours.0.weekday_intervals.0: Sunday 22:00 to 06:00 ends on Monday",
        ),
        (
            set("weekday_intervals", json!([{"weekday": "sunday", "start_time": "00:00", "end_time": "00:00"}])),
            "EP118 working_hours.0.weekday_intervals.0: Sunday 00:00 to 00:00 is read as 24 hours",
        ),
        (
            of_nodes(json!([{"id": "d", "type": "delay", "delay": {"delay_seconds": 60}}])),
            "EP119 path.0: The path can end here without notifying anybody",
        ),
        (
            set("weekday_intervals", json!([{"weekday": "sunday", "start_time": "09:00", "end_time": "23:59"}])),
            "EP120 working_hours.0.weekday_intervals.0.end_time: Sunday 09:00 to 23:59 excludes the last minute of the day",
        ),
        (
            set("timezone", json!("Factory")),
            "EP121 working_hours.0.timezone: Time zone `Factory` is a placeholder, read as UTC",
        ),
        (
            templated(
                &json!({"schedule": {"value": {"literal": "primary"}}, "urgent": {"array_value": [{"literal": "p1"}]}}),
            ),
            "EP123 param_bindings: Parameter `people` of the template has no value",
        ),
        (deep(MAX_DEPTH + 1), "EP023 PLACE: Branches are nested 33 deep (limit 32)"),
    ]
}

fn templated(bindings: &Value) -> Value {
    json!({"name": "n", "kind": "templated", "template_id": "t2", "path": [], "param_bindings": bindings})
}

fn deep(levels: usize) -> Value {
    // A while later the clock may say otherwise.
    let wait = |depth: usize| json!({"id": format!("w{depth}"), "type": "delay", "delay": {"delay_seconds": 60}});
    let end = json!([wait(levels), level("a")]);
    let nodes = (0..levels).fold(end, |inner, depth| {
        json!([wait(depth), branch(&format!("b{depth}"), inner, json!([level(&format!("e{depth}"))]))])
    });
    of_nodes(nodes)
}

#[test]
fn each_problem_alone() {
    for (path, expected) in cases() {
        let mut found: Vec<_> = problems(&path);
        // A wait alone notifies nobody.
        found.retain(|problem| !problem.starts_with("EP119") || expected.starts_with("EP119"));
        let place = format!("path.1{}.if_else", ".if_else.then_path.1".repeat(MAX_DEPTH));
        assert_eq!(
            found,
            [expected.replace("PLACE", &place)],
            "in {}",
            serde_json::to_string(&path).unwrap().chars().take(400).collect::<String>()
        );
    }
}

/// Paths with a problem that has a fix, beside the smallest ones.
fn mended() -> Vec<Value> {
    let nobody = json!({"type": "user", "id": "ghost", "urgency": "high"});
    let maya = json!({"type": "user", "id": "maya", "urgency": "high"});
    let nine_to_five = |start: &str| json!([{"weekday": "monday", "start_time": start, "end_time": "17:00"}]);
    let with_hours = |intervals: Value| {
        let mut path = of_nodes(json!([branch("b", json!([level("a")]), json!([level("e")]))]));
        path["working_hours"] = hours(intervals);
        path
    };
    let mut twice = with_hours(nine_to_five("09:00"));
    twice["working_hours"] = json!([twice["working_hours"][0], twice["working_hours"][0]]);
    vec![
        level_with("targets", json!([maya, nobody])),
        level_with("targets", json!([{"type": "user", "id": "zoe", "urgency": "high"}, maya])),
        level_with("retry_config", json!({"attempts": 1, "interval_seconds": 60})),
        of_nodes(json!([{"id": "h", "type": "escalation_path", "escalation_path": {"escalation_path_id": "other"}},
            level("a"), level("c")])),
        with_hours(nine_to_five("9:00")),
        with_hours(json!([{"weekday": "saturday", "start_time": "20:00", "end_time": "08:00"},
            {"weekday": "monday", "start_time": "09:00", "end_time": "17:00"}])),
        twice,
    ]
}

#[test]
fn each_fix_mends_its_problem_and_makes_no_other() {
    let index = index();
    let mut mends = BTreeSet::new();
    let paths = cases().into_iter().map(|(path, _)| path).chain(mended());
    for path in paths {
        let path = PathPayload::read(path).unwrap();
        let before = check("", &path, &index);
        for problem in &before {
            let Some(fix) = &problem.fix else { continue };
            mends.insert(problem.code.as_str());
            let after = check("", &fix.apply(&path).unwrap(), &index);
            let count = |of: &[escalation_engine::Problem], code: Code| of.iter().filter(|p| p.code == code).count();
            for code in Code::ALL.iter().copied() {
                let allowed = count(&before, code) - usize::from(code == problem.code);
                assert!(count(&after, code) <= allowed, "{}: {} gives {after:?}", problem.message, fix.title);
            }
        }
    }
    let expected = [
        "EP002", "EP003", "EP008", "EP011", "EP012", "EP013", "EP015", "EP016", "EP017", "EP018", "EP105", "EP106",
        "EP107", "EP108", "EP110", "EP111", "EP112", "EP115", "EP117", "EP118", "EP120", "EP121",
    ];
    assert_eq!(mends.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn a_fix_for_another_path_is_refused() {
    let index = index();
    let path = PathPayload::read(level_with("retry_config", json!({"attempts": 1, "interval_seconds": 60}))).unwrap();
    let fix = check("", &path, &index).remove(0).fix.unwrap();
    let other = PathPayload::read(of_nodes(json!([level("a")]))).unwrap();
    assert_eq!(
        fix.apply(&other).unwrap_err().to_string(),
        "there is nothing at `/path/0/level/retry_config` in this path"
    );
}

#[test]
fn hours_that_may_be_used_are_not_called_unused() {
    let mut path = of_nodes(json!([level("a"), {"id": "x", "type": "hologram", "hologram": {"hours": "night"}}]));
    path["working_hours"] = hours(json!([]));
    assert_eq!(problems(&path), ["EP101 path.1.type: Unknown step type `hologram`"]);
}

#[test]
fn fixes_that_would_do_harm_are_not_offered() {
    let fix_of = |path: Value, code: &str| {
        let found = check("", &PathPayload::read(path).unwrap(), &index());
        found.into_iter().find(|problem| problem.code.as_str() == code).map(|problem| problem.fix.is_some())
    };
    // It begins at the end of the day: there is nothing before midnight to split off.
    let mut path = of_nodes(json!([branch("b", json!([level("a")]), json!([level("e")]))]));
    path["working_hours"] = hours(json!([{"weekday": "saturday", "start_time": "24:00", "end_time": "06:00"}]));
    assert_eq!(fix_of(path, "EP117"), Some(false));
    // What follows a branch would be reached without it.
    let inner = branch("c", json!([level("a")]), json!([level("d")]));
    let path = of_nodes(json!([branch("b", json!([inner, level("x")]), json!([level("e")]))]));
    assert_eq!(fix_of(path, "EP108"), Some(false));
}

#[test]
fn more_that_somebody_regrets() {
    let world = json!({"users": [{"id": "maya", "name": "Maya", "can_be_paged": true}],
    "schedules": [{"id": "hole", "name": "Hole", "timezone": "UTC", "entries": [],
        "rotas": [{"id": "r", "name": "R", "user_ids": []}]}],
    "entries_from": "2026-03-01T00:00:00Z",
    "paths": [
        {"id": "one", "name": "One", "path": [{"id": "h", "type": "escalation_path", "escalation_path": {"escalation_path_id": "two"}}]},
        {"id": "two", "name": "Two", "path": [{"id": "h", "type": "escalation_path", "escalation_path": {"escalation_path_id": "one"}}]},
    ]});
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let said = |nodes: Value| -> Vec<String> {
        let path = PathPayload::read(json!({"name": "n", "path": nodes})).unwrap();
        check("", &path, &index).iter().map(|p| format!("{} {}", p.code.as_str(), p.pointer)).collect()
    };
    let hole = json!({"id": "a", "type": "level", "level": {"time_to_ack_seconds": 300, "targets": [
        {"type": "schedule", "id": "hole", "urgency": "high", "schedule_mode": "currently_on_call"}]}});
    let again = json!({"id": "r", "type": "repeat", "repeat": {"to_node": "a", "repeat_times": 3}});
    // Nobody is paged, so the level does not wait, so all repeats happen at once.
    assert_eq!(said(json!([hole, again])), ["EP106 path.0.level.targets.0.id", "EP116 path.1.repeat"]);
    // A circle further on, which this path is not part of.
    let hand_over = json!({"id": "h", "type": "escalation_path", "escalation_path": {"escalation_path_id": "one"}});
    assert_eq!(said(json!([hand_over])), ["EP113 path.0.escalation_path.escalation_path_id"]);
    // A level that does not say how long it waits, waits half an hour.
    let late = json!({"id": "a", "type": "level", "level": {"targets": [{"type": "user", "id": "maya", "urgency": "high"}],
        "retry_config": {"attempts": 2, "interval_seconds": 1800}}});
    assert_eq!(said(json!([late])), ["EP112 path.0.level.retry_config.interval_seconds"]);
}

#[test]
fn every_code_has_a_case() {
    let mut shown: BTreeSet<&str> = cases().iter().map(|(_, expected)| &expected[..5]).collect();
    // It takes a path that has an id: see `hand_overs_in_a_circle`.
    shown.insert("EP113");
    // It takes a world that could not be read whole: see `what_could_not_be_read_is_said`.
    shown.insert("EP122");
    let all: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(shown, all);
}

#[test]
fn all_at_once() {
    let path = of_nodes(json!([
        branch("b", json!([]), json!([{"id": "b", "type": "level", "level": {"targets": [], "time_to_ack_seconds": -5}}])),
        {"id": "r", "type": "repeat", "repeat": {"to_node": "nowhere", "repeat_times": 1}},
        {"type": "delay", "delay": {"delay_seconds": "x"}},
    ]));
    let codes: Vec<String> = problems(&path).iter().map(|p| p[..5].to_string()).collect();
    assert_eq!(codes, ["EP006", "EP007", "EP104", "EP003", "EP005", "EP016", "EP008", "EP002", "EP004"]);
}

#[test]
fn the_vendors_shapes() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/contract/examples");
    let read = |file: &str| -> Value {
        let text = fs::read_to_string(dir.join(file)).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["body"].clone()
    };
    for file in [
        "01-working-hours-branch",
        "02-hold-until-working-hours",
        "03-priority-branch",
        "04-rota-modes",
        "05-retry-and-round-robin",
        "06-hand-over",
        "09-templated-path",
    ] {
        let path = PathPayload::read(read(&format!("{file}.create.json"))).unwrap();
        let found = check("", &path, &index());
        assert!(!is_refused(&found), "{file}: {found:?}");
    }
    let rejected = read("90-rejected-paths.json");
    let expected = [
        ("nodes after a branch", "EP006"),
        ("repeat to a sibling that is neither root nor an enclosing if_else", "EP008"),
        ("type without its payload", "EP004"),
        ("selected_rota_id with a whole-schedule mode", "EP012"),
        ("more than one condition", "EP009"),
        ("retry interval not whole minutes", "EP013"),
    ];
    let cases = rejected["cases"].as_array().unwrap();
    assert_eq!(cases.len(), expected.len());
    for (case, (why, code)) in cases.iter().zip(expected) {
        assert_eq!(case["why"], why);
        let path = json!({"name": why, "path": case["path"], "working_hours": rejected["working_hours"]});
        let found = check("", &PathPayload::read(path).unwrap(), &index());
        let errors: Vec<_> =
            found.iter().filter(|p| is_refused(std::slice::from_ref(*p))).map(|p| p.code.as_str()).collect();
        assert_eq!(errors, [code], "{why}");
    }
}

#[test]
fn hand_overs_in_a_circle() {
    let hand_over = |id: &str, to: &str| json!({"id": id, "type": "escalation_path", "escalation_path": {"escalation_path_id": to}});
    let path = |id: &str, to: &str| json!({"id": id, "name": id, "path": [hand_over("h", to)]});
    let world =
        json!({"paths": [path("one", "two"), path("two", "three"), path("three", "one"), path("aside", "two")]});
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let found = |id: &str, to: &str| {
        let path = PathPayload::read(json!({"name": id, "path": [hand_over("h", to)]})).unwrap();
        check(id, &path, &index).iter().map(|p| format!("{} {}", p.code.as_str(), p.pointer)).collect::<Vec<_>>()
    };
    assert_eq!(found("one", "two"), ["EP113 path.0.escalation_path.escalation_path_id"]);
    assert_eq!(found("one", "one"), ["EP113 path.0.escalation_path.escalation_path_id"]);
    // The circle is further on, and the escalation stops there all the same.
    assert_eq!(found("aside", "two"), ["EP113 path.0.escalation_path.escalation_path_id"]);
}

#[test]
fn the_docs_have_every_code() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/semantics.md");
    let docs = fs::read_to_string(docs).unwrap();
    for code in Code::ALL {
        let row = docs.lines().find(|line| line.starts_with(&format!("| {} |", code.as_str())));
        assert!(row.is_some_and(|row| row.contains(code.hint())), "{}", code.as_str());
    }
}

#[test]
fn what_could_not_be_read_is_said() {
    let target = |target: Value| json!([{"id": "a", "type": "level", "level": {"time_to_ack_seconds": 300, "targets": [target]}}]);
    let schedule =
        |mode: &str| target(json!({"type": "schedule", "id": "s", "urgency": "high", "schedule_mode": mode}));
    let user = target(json!({"type": "user", "id": "ghost", "urgency": "high"}));
    let over = json!([{"id": "h", "type": "escalation_path", "escalation_path": {"escalation_path_id": "gone"}}]);
    let said = |world: &Value, nodes: &Value| -> Vec<String> {
        let index = Index::new(World::from_text(&world.to_string()).unwrap());
        let path = PathPayload::read(json!({"name": "n", "path": nodes})).unwrap();
        let found = check("", &path, &index);
        assert!(found.iter().all(|problem| problem.code != Code::Unread || problem.fix.is_none()));
        let found = found.iter().filter(|problem| problem.code != Code::EverybodyFirst);
        found.map(|p| format!("{} {}: {}", p.code.as_str(), p.pointer, p.message)).collect()
    };
    let world = |unread: Value| {
        json!({"users": [{"id": "ada", "name": "Ada", "can_be_paged": true}], "unread": unread,
            "schedules": [{"id": "s", "name": "S", "timezone": "UTC", "rotas": [{"id": "r", "name": "R", "user_ids": ["ada"]}],
                "entries": [{"rota_id": "r", "user_id": "ada", "start_at": "2026-06-01T00:00:00Z", "end_at": "2026-06-02T00:00:00Z"}]}]})
    };
    let whole = world(json!([]));
    assert_eq!(said(&whole, &user), ["EP105 path.0.level.targets.0.id: There is no person `ghost`"]);
    assert_eq!(said(&whole, &over), ["EP105 path.0.escalation_path.escalation_path_id: There is no path `gone`"]);
    let all = world(json!(["users", "schedules", "paths"]));
    assert_eq!(
        said(&all, &user),
        ["EP122 path.0.level.targets.0.id: Couldn't find person `ghost`: not all people could be read"]
    );
    assert_eq!(
        said(&all, &over),
        ["EP122 path.0.escalation_path.escalation_path_id: Couldn't find path `gone`: not all paths could be read"]
    );
    assert_eq!(
        said(&world(json!(["pauses"])), &schedule("currently_on_call")),
        ["EP122 path: Not all notification pauses could be read; some recipients may be paused"]
    );
    let mut unread = whole.clone();
    unread["schedules"][0]["unread"] = json!(["entries"]);
    unread["entries_from"] = json!("2026-06-01T00:00:00Z");
    assert_eq!(
        said(&unread, &schedule("currently_on_call")),
        ["EP122 path.0.level.targets.0.id: Couldn't fully read who is on call in S"]
    );
    assert_eq!(said(&unread, &schedule("all_users")), [""; 0]);
    unread["schedules"][0] = json!({"id": "s", "name": "S", "timezone": "UTC", "unread": ["rotas"], "rotas": [
        {"id": "r", "name": "R", "unread": true}]});
    assert_eq!(
        said(&unread, &schedule("all_users")),
        ["EP122 path.0.level.targets.0.id: Couldn't fully read who belongs to S"]
    );
    // Whom a rota names, and nobody lists.
    let mut stranger = whole.clone();
    stranger["schedules"][0]["rotas"][0]["user_ids"] = json!(["ada", "NOBODY", "ghost", "ghost"]);
    stranger["schedules"][0]["entries"][0]["user_id"] = json!("ghost");
    for mode in ["currently_on_call", "next_on_call", "all_users"] {
        assert_eq!(
            said(&stranger, &schedule(mode)),
            ["EP105 path.0.level.targets.0.id: S refers to unknown people: `ghost`"],
            "{mode}"
        );
    }
    stranger["schedules"][0]["rotas"][0]["user_ids"] = json!(["ada", "NOBODY"]);
    stranger["schedules"][0]["entries"][0]["user_id"] = json!("NOBODY");
    assert_eq!(said(&stranger, &schedule("all_users")), [""; 0]);
    stranger["entries_from"] = json!("2026-06-01T00:00:00Z");
    assert_eq!(
        said(&stranger, &schedule("currently_on_call")),
        ["EP106 path.0.level.targets.0.id: Nobody is known to be on call in S"]
    );
}

#[test]
fn a_templated_path_is_checked_as_what_it_comes_to() {
    let literal = |id: &str| json!({"value": {"literal": id}});
    let bind = |people: Value| {
        templated(
            &json!({"schedule": literal("primary"), "people": people, "urgent": {"array_value": [{"literal": "p1"}]}}),
        )
    };
    assert_eq!(problems(&bind(json!({"array_value": [{"literal": "tom"}, {"literal": "priya"}]}))), [""; 0]);
    assert_eq!(
        problems(&bind(json!({"array_value": [{"literal": "tom"}, {"literal": "ghost"}]}))),
        ["EP105 template_id: In the template at `path.1.level.targets.1.id`: There is no person `ghost`"]
    );
    let mut elsewhere = bind(literal("tom"));
    elsewhere["template_id"] = json!("t9");
    assert_eq!(problems(&elsewhere), ["EP105 template_id: There is no template `t9`"]);
    // What is wrong with a template is no reason to refuse a path.
    let path = PathPayload::read(bind(json!({"array_value": []}))).unwrap();
    assert!(!is_refused(&check("", &path, &index())));
}

#[test]
fn a_minute_that_another_interval_has_is_not_left_out() {
    let path = |intervals: Value| {
        let mut path = of_nodes(json!([branch("b", json!([level("a")]), json!([level("e")]))]));
        path["working_hours"] = hours(intervals);
        problems(&path)
    };
    let on = |day: &str, start: &str, end: &str| json!({"weekday": day, "start_time": start, "end_time": end});
    assert_eq!(path(json!([on("monday", "00:00", "23:59"), on("monday", "23:00", "24:00")])), [""; 0]);
    assert_eq!(path(json!([on("monday", "00:00", "23:59:00"), on("tuesday", "00:00", "24:00")])).len(), 1);
    assert_eq!(path(json!([on("monday", "00:00", "23:58"), on("tuesday", "00:00", "24:00")])), [""; 0]);
}

#[test]
fn names_of_zones() {
    let of = |zone: &str| {
        let mut path = of_nodes(json!([branch("b", json!([level("a")]), json!([level("e")]))]));
        path["working_hours"][0]["timezone"] = json!(zone);
        problems(&path)
    };
    for known in ["Etc/GMT+5", "Asia/Calcutta", "US/Pacific", "EST", "UTC", "europe/london"] {
        assert_eq!(of(known), [""; 0], "{known}");
    }
    for unknown in ["US/Pacific-New", "UTC+5", "GMT+5", " Europe/London ", " ", "", "+05:00", "EST5EDT4"] {
        assert_eq!(of(unknown), [format!("EP017 working_hours.0.timezone: Unknown time zone `{unknown}`")]);
    }
    for never_set in ["Factory", "factory", "FACTORY"] {
        assert!(of(never_set)[0].starts_with("EP121 "), "{never_set}");
    }
}

#[test]
fn a_problem_names_its_step() {
    let zoe = target(json!({"type": "user", "id": "zoe", "urgency": "high"}));
    let one_side = of_nodes(json!([branch("b", json!([]), json!([level("z")]))]));
    let path = whole_path_problem();
    for (path, text) in [
        (zoe, "Page Zoe Adams: Zoe Adams is deactivated and can't be paged"),
        (one_side, "In UK hours? No steps on the side “yes”: the escalation ends there"),
        (path, "Two sets of working hours have the id `uk`"),
    ] {
        let path = PathPayload::read(path).unwrap();
        let found = check("", &path, &index());
        assert!(found.iter().any(|problem| problem.text() == text), "{found:?}");
    }
    // However long the names are, a problem stays short.
    let channel = json!({"type": "slack_channel", "id": "é".repeat(300), "urgency": "medium"});
    let path = PathPayload::read(target(channel)).unwrap();
    let long = check("", &path, &index()).remove(0);
    assert!(long.step.unwrap().len() < 210);
}

fn whole_path_problem() -> Value {
    let mut path = of_nodes(json!([branch("b", json!([level("a")]), json!([level("z")]))]));
    path["working_hours"] = json!([path["working_hours"][0], path["working_hours"][0]]);
    path
}
