//! Every field that a node, a set of working hours or the path itself has can be changed.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use escalation_api::condition::{BindingPayload, ParamValuePayload};
use escalation_api::{
    Json as _, Map, PathPayload, Target, TargetType, Urgency, Weekday, WeekdayInterval, WorkingHours,
};
use escalation_editor::command::{
    Condition, MAX_ENTRIES, MAX_NAME, Replacement, free_hours_id, hours_used_by, legal_repeat_targets, new_hours,
};
use escalation_editor::{Command, Editor, Refusal, tree, words};
use serde_json::{Value, json};

fn level(id: &str) -> Value {
    json!({"id": id, "type": "level", "level": {"targets": [{"type": "user", "id": "u", "urgency": "high"}]}})
}

fn repeat(id: &str, to: &str) -> Value {
    json!({"id": id, "type": "repeat", "repeat": {"to_node": to, "repeat_times": 1}})
}

fn branch(id: &str, condition: Value, then: Value, otherwise: Value) -> Value {
    json!({"id": id, "type": "if_else", "if_else": {"conditions": [condition], "then_path": then, "else_path": otherwise}})
}

fn in_hours(id: &str) -> Value {
    json!({"subject": format!("escalation.working_hours[\"{id}\"]"), "operation": "is_active", "param_bindings": []})
}

fn sample() -> PathPayload {
    PathPayload::read(json!({
        "name": "Path",
        "path": [
            level("a"),
            branch(
                "b",
                in_hours("uk"),
                json!([branch("c", json!({"subject": "escalation.moon", "operation": "is_full", "tide": 3}),
                    json!([level("d"), repeat("r", "c")]), json!([]))]),
                json!([{"id": "h", "type": "escalation_path", "escalation_path": {"escalation_path_id": "other"}}])
            )
        ],
        "working_hours": [{"id": "uk", "name": "UK", "timezone": "Europe/London", "weekday_intervals": []}]
    }))
    .unwrap()
}

fn done(path: &PathPayload, command: Command) -> PathPayload {
    let changed = command.apply(path).unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
    assert_eq!(command.apply(&changed), Err(Refusal::NoChange), "{command:?} done twice changes nothing more");
    assert!(!words::command(&command).is_empty());
    changed
}

fn refused(path: &PathPayload, command: Command) -> Refusal {
    command.apply(path).unwrap_err()
}

fn payload(path: &PathPayload, id: &str) -> Value {
    let node = tree::find(path, id).unwrap().node.write();
    node[node["type"].as_str().unwrap()].clone()
}

#[test]
fn conditions() {
    let path = sample();
    let of = |path: &PathPayload, id: &str| Condition::of(tree::find(path, id).unwrap().node);
    assert_eq!(of(&path, "b"), Some(Condition::Hours("uk".into())));
    assert_eq!(of(&path, "c"), None, "a foreign one is not known");
    let priorities = Condition::Priorities(vec!["p1".into(), "p2".into()]);
    let changed = done(&path, Command::SetCondition("c".into(), priorities.clone()));
    assert_eq!(of(&changed, "c"), Some(priorities));
    assert_eq!(
        payload(&changed, "c")["conditions"],
        json!([{"subject": "escalation.priority", "operation": "one_of",
            "param_bindings": [{"array_value": [{"literal": "p1"}, {"literal": "p2"}]}]}])
    );
    let back = done(&changed, Command::SetCondition("c".into(), Condition::Hours("uk".into())));
    assert_eq!(payload(&back, "c")["conditions"], json!([in_hours("uk")]));
    let nowhere = refused(&path, Command::SetCondition("c".into(), Condition::Hours("us".into())));
    assert!(matches!(nowhere, Refusal::Illegal(_)), "{nowhere:?}");
    for bad in ["", "a\"b"] {
        let refused = refused(&path, Command::SetCondition("c".into(), Condition::Hours(bad.into())));
        assert_eq!(refused, Refusal::BadHoursId(bad.into()));
    }
    let not_a_branch = refused(&path, Command::SetCondition("a".into(), Condition::Hours("uk".into())));
    assert_eq!(not_a_branch, Refusal::NotOfThisKind("condition"));
}

#[test]
fn what_is_unknown_about_a_priority_that_stays_is_kept() {
    let condition = json!({"subject": "escalation.priority", "operation": "one_of", "since": "June",
        "param_bindings": [{"array_value": [{"literal": "p1", "shade": "red"}, {"literal": "p2"}], "n": 1.5}]});
    let path = PathPayload::read(json!({"name": "n", "path": [branch("b", condition, json!([]), json!([]))]})).unwrap();
    let now = Condition::Priorities(vec!["p3".into(), "p1".into()]);
    let changed = done(&path, Command::SetCondition("b".into(), now));
    assert_eq!(
        payload(&changed, "b")["conditions"].to_string(),
        r#"[{"subject":"escalation.priority","operation":"one_of","param_bindings":[{"array_value":[{"literal":"p3"},{"literal":"p1","shade":"red"}],"n":1.5}],"since":"June"}]"#
    );
}

#[test]
fn repeats_go_to_the_first_node_and_to_branches_around_them() {
    let path = sample();
    assert_eq!(legal_repeat_targets(&path, "r"), ["a", "b", "c"]);
    for to in legal_repeat_targets(&path, "r").iter().filter(|to| *to != "c") {
        let changed = done(&path, Command::SetRepeatTarget("r".into(), to.clone()));
        assert_eq!(payload(&changed, "r")["to_node"], **to);
    }
    for to in ["d", "h", "r", "nowhere"] {
        let refused = refused(&path, Command::SetRepeatTarget("r".into(), to.into()));
        assert_eq!(refused, Refusal::Repeat { repeat: "r".into(), to: to.into() });
    }
    let changed = done(&path, Command::SetRepeatTimes("r".into(), 1_000));
    assert_eq!(payload(&changed, "r")["repeat_times"], json!(1_000));
    for times in [0, -1, 1_001, i64::MAX] {
        let refused = refused(&path, Command::SetRepeatTimes("r".into(), times));
        assert!(matches!(refused, Refusal::OutOfBounds(_, 1, 1_000)), "{refused:?}");
    }
}

#[test]
fn hand_overs() {
    let path = sample();
    let changed = done(&path, Command::SetHandOver("h".into(), "third".into()));
    assert_eq!(payload(&changed, "h"), json!({"escalation_path_id": "third"}));
    assert_eq!(refused(&path, Command::SetHandOver("h".into(), " ".into())), Refusal::EmptyName);
    assert_eq!(refused(&path, Command::SetHandOver("a".into(), "x".into())), Refusal::NotOfThisKind("other path"));
}

#[test]
fn round_robin_and_retries() {
    let path = sample();
    let on = done(&path, Command::SetRoundRobin("a".into(), true, Some(60)));
    assert_eq!(payload(&on, "a")["round_robin_config"], json!({"enabled": true, "rotate_after_seconds": 60}));
    let one = done(&on, Command::SetRoundRobin("a".into(), true, None));
    assert_eq!(payload(&one, "a")["round_robin_config"], json!({"enabled": true}));
    let off = done(&one, Command::SetRoundRobin("a".into(), false, None));
    assert_eq!(payload(&off, "a")["round_robin_config"], json!({"enabled": false}));
    assert_eq!(refused(&path, Command::SetRoundRobin("a".into(), false, None)), Refusal::NoChange);
    assert!(matches!(refused(&path, Command::SetRoundRobin("a".into(), true, Some(0))), Refusal::OutOfBounds(_, 1, _)));

    let retried = done(&path, Command::SetRetry("a".into(), Some((3, 120))));
    assert_eq!(payload(&retried, "a")["retry_config"], json!({"attempts": 3, "interval_seconds": 120}));
    assert_eq!(done(&retried, Command::SetRetry("a".into(), None)), path);
    for (attempts, interval) in [(1, 60), (11, 60), (3, 0), (3, -60)] {
        let refused = refused(&path, Command::SetRetry("a".into(), Some((attempts, interval))));
        assert!(matches!(refused, Refusal::OutOfBounds(..)), "{refused:?}");
    }
    assert_eq!(refused(&path, Command::SetRetry("a".into(), Some((3, 90)))), Refusal::NotWholeMinutes);
    assert_eq!(refused(&path, Command::SetRetry("b".into(), None)), Refusal::NotOfThisKind("retries"));
}

#[test]
fn a_null_or_a_value_that_was_not_understood_gives_way_to_the_new_one() {
    let mut node = level("a");
    node["level"]["ack_mode"] = Value::Null;
    node["level"]["retry_config"] = json!({"attempts": "many"});
    node["level"]["time_to_ack_seconds"] = json!("soon");
    let path = PathPayload::read(json!({"name": "n", "path": [node]})).unwrap();
    let all = Command::Several(
        None,
        vec![
            Command::SetAckMode("a".into(), Some(escalation_api::AckMode::All)),
            Command::SetRetry("a".into(), Some((2, 60))),
            Command::SetTimer("a".into(), escalation_editor::command::Timer::After(60)),
        ],
    );
    let changed = done(&path, all);
    assert_eq!(
        payload(&changed, "a"),
        json!({"targets": [{"type": "user", "id": "u", "urgency": "high"}], "time_to_ack_seconds": 60,
            "ack_mode": "all", "retry_config": {"attempts": 2, "interval_seconds": 60}})
    );
    let odd = json!({"id": "a", "type": "level", "level": {"targets": "everybody"}});
    let path = PathPayload::read(json!({"name": "n", "path": [odd]})).unwrap();
    assert_eq!(refused(&path, Command::RemoveTarget("a".into(), 0)), Refusal::NotUnderstood("targets"));
    let odd = json!({"id": "b", "type": "if_else", "if_else": {"conditions": [in_hours("x")], "then_path": null, "else_path": 7}});
    let path = PathPayload::read(json!({"name": "n", "path": [odd]})).unwrap();
    let slot = |side| escalation_editor::Slot { list: escalation_editor::ListAt::Of("b".into(), side), index: 0 };
    let new = || escalation_editor::command::new_level(&path);
    let into = |side| escalation_editor::command::insert(&path, slot(side), new());
    let changed = into(escalation_editor::Side::Then).apply(&path).unwrap();
    assert_eq!(payload(&changed, "b")["then_path"][0]["id"], "level-1");
    assert_eq!(refused(&path, into(escalation_editor::Side::Else)), Refusal::NoPlace);
}

#[test]
fn targets_are_replaced_and_moved() {
    let target = |id: &str| Target {
        target_type: TargetType::User,
        id: id.into(),
        urgency: Urgency::High,
        schedule_mode: None,
        selected_rota_id: None,
        extra: Map::new(),
    };
    let mut path = sample();
    for id in ["v", "w"] {
        path = Command::AddTarget("a".into(), target(id)).apply(&path).unwrap();
    }
    let order = |path: &PathPayload| {
        let targets = payload(path, "a")["targets"].clone();
        targets.as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap().to_string()).collect::<String>()
    };
    assert_eq!(order(&path), "uvw");
    for (from, to, expected) in [(0, 2, "vwu"), (2, 0, "wuv"), (1, 2, "uwv")] {
        assert_eq!(order(&Command::MoveTarget("a".into(), from, to).apply(&path).unwrap()), expected);
    }
    assert_eq!(refused(&path, Command::MoveTarget("a".into(), 0, 3)), Refusal::NoTarget);
    assert_eq!(order(&done(&path, Command::ReplaceTarget("a".into(), 1, target("x")))), "uxw");
    assert_eq!(refused(&path, Command::ReplaceTarget("a".into(), 3, target("x"))), Refusal::NoTarget);
    let many: Vec<Command> = (0..MAX_ENTRIES).map(|_| Command::AddTarget("a".into(), target("x"))).collect();
    assert_eq!(refused(&path, Command::Several(None, many)), Refusal::TooMany);
}

#[test]
fn the_path_itself() {
    let path = sample();
    let changed = done(&path, Command::SetTeams(vec!["t1".into(), "t2".into()]));
    assert_eq!(changed.write()["team_ids"], json!(["t1", "t2"]));
    assert_eq!(done(&changed, Command::SetTeams(Vec::new())).write()["team_ids"], json!([]));
    assert_eq!(refused(&path, Command::SetTeams(Vec::new())), Refusal::NoChange);

    let again = done(&path, Command::SetRepeatConfig(Some((300, true))));
    assert_eq!(again.write()["repeat_config"], json!({"repeat_after_seconds": 300, "delay_repeat_on_activity": true}));
    assert_eq!(done(&again, Command::SetRepeatConfig(None)), path);
    for seconds in [299, 345_601] {
        let refused = refused(&path, Command::SetRepeatConfig(Some((seconds, false))));
        assert!(matches!(refused, Refusal::OutOfBounds(_, 300, 345_600)), "{refused:?}");
    }
    assert_eq!(refused(&path, Command::Rename("x".repeat(MAX_NAME + 1))), Refusal::LongName);
}

#[test]
fn templates() {
    assert_eq!(refused(&sample(), Command::SetTemplate(Some("t".into()))), Refusal::HasNodes);
    let empty = PathPayload::named("n");
    let templated = done(&empty, Command::SetTemplate(Some("t".into())));
    assert_eq!(templated.write(), json!({"name": "n", "kind": "templated", "path": [], "template_id": "t"}));
    let value = ParamValuePayload { literal: Some("s1".into()), reference: None, extra: Map::new() };
    let binding = Box::new(BindingPayload { value: Some(value), array_value: None, extra: Map::new() });
    let bound = done(&templated, Command::SetBinding("schedule".into(), Some(binding.clone())));
    assert_eq!(bound.write()["param_bindings"], json!({"schedule": {"value": {"literal": "s1"}}}));
    assert_eq!(done(&bound, Command::SetBinding("schedule".into(), None)), templated);
    let other = done(&bound, Command::SetTemplate(Some("u".into())));
    assert_eq!(other.param_bindings, None, "the parameters of another template are others");
    assert_eq!(
        done(&bound, Command::SetTemplate(None)).write(),
        json!({"name": "n", "kind": "standalone", "path": []})
    );
    assert_eq!(refused(&empty, Command::SetBinding("x".into(), Some(binding))), Refusal::NotOfThisKind("parameters"));
}

#[test]
fn working_hours() {
    let path = sample();
    assert_eq!(hours_used_by(&path, "uk"), ["b"]);
    assert_eq!(refused(&path, Command::RemoveHours("uk".into())), Refusal::HoursUsed(vec!["b".into()]));
    assert_eq!(free_hours_id(&path, "uk"), "uk-1");
    let new = new_hours(&path, "Asia/Tokyo");
    let added = done_once(&path, Command::AddHours(Box::new(new.clone())));
    assert_eq!(new.id, "hours-1");
    assert_eq!(refused(&added, Command::AddHours(Box::new(new.clone()))), Refusal::HoursTaken("hours-1".into()));
    let changed = done(&added, Command::RenameHours("hours-1".into(), "Tokyo".into()));
    let changed = done(&changed, Command::SetHoursZone("hours-1".into(), "Asia/Seoul".into()));
    let interval = |start: &str| WeekdayInterval {
        weekday: Weekday::Sunday,
        start_time: start.into(),
        end_time: "24:00".into(),
        extra: Map::new(),
    };
    let changed = done(&changed, Command::SetHoursIntervals("hours-1".into(), vec![interval("22:00")]));
    assert_eq!(
        changed.write()["working_hours"][1],
        json!({"id": "hours-1", "name": "Tokyo", "timezone": "Asia/Seoul",
            "weekday_intervals": [{"weekday": "sunday", "start_time": "22:00", "end_time": "24:00"}]})
    );
    assert_eq!(done_once(&changed, Command::RemoveHours("hours-1".into())), path);
    assert_eq!(refused(&path, Command::RemoveHours("x".into())), Refusal::NoHours("x".into()));
    assert_eq!(
        refused(&path, Command::SetHoursZone("uk".into(), "Europe/Atlantis".into())),
        Refusal::UnknownZone("Europe/Atlantis".into())
    );
    let late = refused(&path, Command::SetHoursIntervals("uk".into(), vec![interval("25:00")]));
    assert!(matches!(late, Refusal::Illegal(_)), "{late:?}");
    let bad = WorkingHours { id: "a\"b".into(), ..new };
    assert_eq!(refused(&path, Command::AddHours(Box::new(bad))), Refusal::BadHoursId("a\"b".into()));
}

fn done_once(path: &PathPayload, command: Command) -> PathPayload {
    command.apply(path).unwrap()
}

#[test]
fn several_changes_are_one_step_and_need_not_fit_in_between() {
    // A branch on hours that do not exist yet: neither order of the two would do alone.
    let path = sample();
    let set = Command::SetCondition("c".into(), Condition::Hours("hours-1".into()));
    let add = Command::AddHours(Box::new(new_hours(&path, "UTC")));
    let mut editor = Editor::open(path.clone());
    editor.dispatch(Command::Several(Some("ask for new hours"), vec![set.clone(), add.clone()])).unwrap();
    assert_eq!(editor.to_undo().map(words::command), Some("ask for new hours"));
    assert_eq!(hours_used_by(&editor.path(), "hours-1"), ["c"]);
    editor.undo();
    assert_eq!(*editor.path(), path);
    let bad = Command::Several(None, vec![add, Command::Delete("nowhere".into())]);
    assert_eq!(editor.dispatch(bad), Err(Refusal::NoNode("nowhere".into())));
    assert_eq!(*editor.path(), path, "all or nothing");
}

#[test]
fn another_document_comes_as_it_is() {
    let path = sample();
    let odd = PathPayload::read(json!({"name": "odd", "path": [repeat("r", "nowhere"), level("r")]})).unwrap();
    let mut editor = Editor::open(path.clone());
    editor.dispatch(Command::Replace(Replacement::Import, Box::new(odd.clone()))).unwrap();
    assert_eq!(*editor.path(), odd);
    editor.dispatch(Command::Rename("even".into())).unwrap();
    editor.undo();
    editor.undo();
    assert_eq!(*editor.path(), path);
}
