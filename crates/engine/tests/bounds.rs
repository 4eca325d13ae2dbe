//! What the largest questions take is bounded, and what is certain is said all the same. Work is counted by what is
//! allocated and by steps, never by time.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod allocations;

use allocations::{ALLOCATOR, alone};
use escalation_api::{Json as _, PathPayload};
use escalation_engine::compile::Kind;
use escalation_engine::diff::behaviour;
use escalation_engine::machine::Outcome;
use escalation_engine::prove::{Expect, Horizon, Verdict, VerdictKind, prove};
use escalation_engine::simulate::compile_for;
use escalation_engine::{CompiledPath, Index, Instant, Scenario, World, check, simulate};
use serde_json::{Value, json};
use stats_alloc::Region;

/// What some work gives, and how many megabytes it allocates in all.
fn cost<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let region = Region::new(ALLOCATOR);
    let done = work();
    let stats = region.change();
    (done, (stats.bytes_allocated + usize::try_from(stats.bytes_reallocated.max(0)).unwrap()) / 1_000_000)
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn hour(number: i64) -> String {
    (at("2026-03-02T00:00:00Z") + 3_600 * number).to_string()
}

fn level(id: &str, targets: &[Value]) -> Value {
    json!({"id": id, "type": "level", "level": {"targets": targets, "time_to_ack_seconds": 60}})
}

fn user(id: &str) -> Value {
    json!({"type": "user", "id": id, "urgency": "high"})
}

/// A branch on something that cannot be decided.
fn open(id: &str, then: Value, otherwise: Value) -> Value {
    let condition = json!({"subject": format!("alert.{id}"), "operation": "is_set", "param_bindings": []});
    json!({"id": id, "type": "if_else",
        "if_else": {"conditions": [condition], "then_path": then, "else_path": otherwise}})
}

/// A world of these people, and a schedule of which a new shift begins each hour, for 14 days.
fn world(people: &[String]) -> Index {
    let users: Vec<_> = people.iter().map(|id| json!({"id": id, "name": id, "can_be_paged": true})).collect();
    let entry = |number: i64| {
        let person = &people[usize::try_from(number).unwrap() % people.len()];
        json!({"rota_id": "r", "user_id": person, "start_at": hour(number), "end_at": hour(number + 1)})
    };
    let entries: Vec<_> = (0..14 * 24).map(entry).collect();
    let schedule = json!({"id": "s", "name": "S", "timezone": "UTC",
        "rotas": [{"id": "r", "name": "R", "user_ids": people}], "entries": entries});
    let world =
        json!({"users": users, "schedules": [schedule], "entries_from": hour(0), "entries_until": hour(14 * 24)});
    Index::new(World::from_text(&world.to_string()).unwrap())
}

fn people(number: usize) -> Vec<String> {
    (0..number).map(|number| format!("u{number}")).collect()
}

fn judge(path: Value, index: &Index, hours: (i64, i64), expectation: Value) -> Verdict {
    let scenario = Scenario { path: Some(path), ..Scenario::default() };
    let compiled = compile_for(index, &scenario).unwrap();
    let horizon = Horizon { from: at(&hour(hours.0)), until: at(&hour(hours.1)), scenario };
    let expectation = serde_json::from_value(expectation).unwrap();
    prove(&compiled, index, &horizon, &[expectation]).unwrap().remove(0)
}

#[test]
fn more_levels_that_may_decline_than_are_tried() {
    let _alone = alone();
    let index = world(&people(10));
    // R15: each is entered a thousand times.
    let mut nodes: Vec<_> =
        (0..10).map(|number| level(&format!("n{number}"), &[user(&format!("u{number}"))])).collect();
    nodes.push(json!({"id": "r", "type": "repeat", "repeat": {"to_node": "n0", "repeat_times": 1_000}}));
    let path = json!({"name": "n", "path": nodes});
    let expect = |people: usize| json!({"expect": "at_most_people_before", "people": people, "seconds": 120, "with_declines": true});
    let (verdict, megabytes) = cost(|| judge(path.clone(), &index, (0, 1), expect(1)));
    println!("{megabytes} MB");
    assert!(megabytes < 500, "{megabytes} MB");
    // Where nobody declines it fails already, which is certain.
    assert_eq!(verdict.verdict, VerdictKind::Refuted);
    assert!(verdict.scope.limit.is_some());
    // Only where levels decline it may fail, and not all ways are tried.
    assert_ne!(judge(path, &index, (0, 1), expect(9)).verdict, VerdictKind::Proven);
}

#[test]
fn many_people_who_decline_in_turn_again_and_again() {
    let _alone = alone();
    let people = people(250);
    let index = world(&people);
    let targets: Vec<_> = people.iter().map(|id| user(id)).collect();
    // It waits for hours that never come, so that each decline brings on one level more.
    for round_robin in
        [json!({"enabled": false}), json!({"enabled": true}), json!({"enabled": true, "rotate_after_seconds": 60})]
    {
        let level = json!({"id": "a", "type": "level", "level": {"targets": targets, "round_robin_config": round_robin,
            "time_to_ack_interval_condition": "active", "time_to_ack_weekday_interval_config_id": "never"}});
        let path = json!({"name": "n", "path": [level,
            {"id": "r", "type": "repeat", "repeat": {"to_node": "a", "repeat_times": 1_000}}],
            "working_hours": [{"id": "never", "name": "never", "timezone": "UTC", "weekday_intervals": []}]});
        let expectation =
            json!({"expect": "at_most_people_before", "people": 250, "seconds": 60, "with_declines": true});
        let (verdict, megabytes) = cost(|| judge(path, &index, (0, 1), expectation));
        println!("{round_robin}: {megabytes} MB");
        assert!(megabytes < 10_000, "{megabytes} MB");
        assert_ne!(verdict.verdict, VerdictKind::Refuted);
    }
}

#[test]
fn ways_that_are_tried_in_vain_take_nothing_from_those_that_are_certain() {
    let _alone = alone();
    let index = world(&people(3));
    // Within the first ten days there are too many ways; after that nobody is paged.
    let on_call = json!({"type": "schedule", "id": "s", "urgency": "high", "schedule_mode": "currently_on_call"});
    let wait = |id: &str| json!({"id": id, "type": "delay", "delay": {"delay_seconds": 60}});
    let back = |id: &str| json!({"id": id, "type": "repeat", "repeat": {"to_node": "b", "repeat_times": 40}});
    let many = open("b", json!([level("l", &[on_call]), back("r")]), json!([wait("x"), back("s")]));
    let first = level("a", &[user("u0")]);
    let condition =
        json!({"subject": "escalation.working_hours[\"h\"]", "operation": "is_active", "param_bindings": []});
    let week = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
    let intervals = week.map(|day| json!({"weekday": day, "start_time": "00:00", "end_time": "24:00"}));
    let path = json!({"name": "n", "path": [{"id": "h", "type": "if_else",
            "if_else": {"conditions": [condition], "then_path": [first, many], "else_path": []}}],
        "working_hours": [{"id": "h", "name": "h", "timezone": "UTC", "weekday_intervals": intervals}]});
    let verdict = judge(path, &index, (0, 6 * 24 + 12), json!({"expect": "pages_someone"}));
    assert_eq!(verdict.verdict, VerdictKind::Refuted);
    let refuted = &verdict.refuted_during;
    assert_eq!((refuted[0].from, refuted[0].until), (at(&hour(6 * 24)), at(&hour(6 * 24 + 12))));
    assert!(verdict.scope.limit.is_some_and(|limit| limit.contains("too many ways")));
}

#[test]
fn more_branches_than_are_tried_do_not_hide_what_fails_by_all_of_them() {
    let _alone = alone();
    let index = world(&people(3));
    let nested = |last: Value| {
        (0..100).rev().fold(last, |inside, number| json!([open(&format!("b{number}"), inside.clone(), json!([]))]))
    };
    let mut deep = nested(json!([]));
    for _ in 0..70 {
        deep = deep[0]["if_else"]["then_path"].take();
    }
    let path = |nodes: Value| json!({"name": "n", "path": nodes});
    let verdict = judge(path(deep), &index, (0, 24), json!({"expect": "pages_someone"}));
    assert_eq!(verdict.verdict, VerdictKind::Refuted);
    // Both sides go on: two to the power of twelve ways.
    let both =
        (0..12).rev().fold(json!([]), |inside, number| json!([open(&format!("b{number}"), inside.clone(), inside)]));
    let verdict = judge(path(both.clone()), &index, (0, 24), json!({"expect": "pages_someone"}));
    assert_eq!(verdict.verdict, VerdictKind::Refuted);
    assert!(verdict.scope.limit.is_some());
    let verdict =
        judge(path(both), &index, (0, 24), json!({"expect": "at_most_people_before", "people": 1, "seconds": 60}));
    assert_eq!(verdict.verdict, VerdictKind::Incomplete);
}

/// A template with so many levels, each with so many references to a parameter of so many values.
fn templated(levels: usize, references: usize, values: usize, text: &str) -> (Value, Value) {
    let target = json!({"type": "user", "urgency": "high", "note": text, "binding": {"value": {"reference": "who"}}});
    let level = |number: usize| level(&format!("n{number}"), &vec![target.clone(); references]);
    let param = json!({"name": "who", "label": "", "type": "CatalogEntry[\"User\"]", "array": true, "optional": false,
        "description": ""});
    let template = json!({"id": "t", "name": "T", "params": [param], "expressions": [],
        "path": (0..levels).map(level).collect::<Vec<_>>()});
    let values: Vec<_> = (0..values).map(|number| json!({"literal": format!("u{number}")})).collect();
    let path = json!({"id": "p", "name": "P", "kind": "templated", "template_id": "t", "path": [],
        "param_bindings": {"who": {"array_value": values}}});
    (template, path)
}

#[test]
fn values_that_are_multiplied_by_references_are_bounded() {
    let _alone = alone();
    let mut small = 0;
    for (levels, references, values, text) in
        [(10, 2, 20, ""), (2_000, 4, 1_000, ""), (1, 5_000, 1_000, ""), (10, 10, 1_000, &"x".repeat(10_000))]
    {
        let (template, path) = templated(levels, references, values, text);
        let index = Index::new(World::from_text(&json!({"templates": [template]}).to_string()).unwrap());
        let scenario = Scenario { path: Some(path.clone()), fired_at: at(&hour(0)), ..Scenario::default() };
        let ((compiled, problems), megabytes) = cost(|| {
            let path = PathPayload::read(path).unwrap();
            (compile_for(&index, &scenario).unwrap(), check("p", &path, &index))
        });
        println!("{levels} levels of {references} with {values}: {megabytes} MB");
        assert!(megabytes < 100, "{megabytes} MB");
        let is_whole = !matches!(compiled.plan(0).unwrap().nodes[0].kind, Kind::Undecidable(_));
        let too_large =
            "The template `t`, from which this path takes its nodes, is too large with the values of the path";
        assert_eq!(problems.iter().any(|problem| problem.message == too_large), !is_whole);
        small += usize::from(is_whole);
        if !is_whole {
            let trace = simulate(&index, &scenario).unwrap();
            assert_eq!(trace.outcome, Outcome::Undecided);
        }
    }
    assert_eq!(small, 1);
}

#[test]
fn many_paths_of_one_large_template_are_bounded_together() {
    let _alone = alone();
    let (template, path) = templated(1_000, 1, 10, "");
    let mut templates = vec![template];
    // Each of the paths hands over to the next, by a template of its own name.
    let number = 200;
    let mut paths = Vec::new();
    for position in 0..number {
        let mut of_next = templates[0].clone();
        of_next["id"] = json!(format!("t{position}"));
        of_next["path"].as_array_mut().unwrap().push(json!({"id": "next", "type": "escalation_path",
            "escalation_path": {"escalation_path_id": format!("p{}", position + 1)}}));
        if position < 2 {
            templates.push(of_next);
        }
        let mut path = path.clone();
        path["id"] = json!(format!("p{position}"));
        paths.push(path);
    }
    let hand_over = |position: usize| {
        json!({"id": format!("h{position}"), "type": "if_else", "if_else": {"conditions": [], "else_path": [],
            "then_path": [{"id": format!("o{position}"), "type": "escalation_path",
                "escalation_path": {"escalation_path_id": format!("p{position}")}}]}})
    };
    let all: Vec<_> = (0..number).map(hand_over).collect();
    let index = Index::new(World::from_text(&json!({"templates": templates, "paths": paths}).to_string()).unwrap());
    let scenario = Scenario { path: Some(json!({"name": "n", "path": all})), ..Scenario::default() };
    let (compiled, megabytes) = cost(|| compile_for(&index, &scenario).unwrap());
    println!("{megabytes} MB");
    assert!(megabytes < 400, "{megabytes} MB");
    let undecided = compiled.plans().iter().filter(|plan| matches!(plan.nodes[0].kind, Kind::Undecidable(_))).count();
    assert_eq!(compiled.plans().len(), number + 1);
    assert!(undecided > number / 2 && undecided < number, "{undecided}");
}

/// A path through so many branches in a row that cannot be decided; each pages another person by `then`, and all of them
/// somebody in the end.
fn undecided(branches: usize, last: &str) -> Value {
    let nodes = (0..branches).rev().fold(json!([level("end", &[user(last)])]), |inside, number| {
        let page = level(&format!("p{number}"), &[user(&format!("u{}", number + 1))]);
        let mut then = vec![page];
        then.extend(inside.as_array().unwrap().iter().cloned());
        json!([open(&format!("b{number}"), json!(then), inside)])
    });
    json!({"name": "n", "path": nodes})
}

fn priorities(number: usize) -> Vec<String> {
    (0..number).map(|number| format!("p{number}")).collect()
}

fn world_of(people: &[String], priorities: &[String]) -> Index {
    let users: Vec<_> = people.iter().map(|id| json!({"id": id, "name": id, "can_be_paged": true})).collect();
    let priorities: Vec<_> = priorities.iter().map(|id| json!({"id": id, "name": id})).collect();
    Index::new(World::from_text(&json!({"users": users, "priorities": priorities}).to_string()).unwrap())
}

/// A branch on priority around a path.
fn by_priority(ids: &[String], then: Value, otherwise: Value) -> Value {
    let values: Vec<_> = ids.iter().map(|id| json!({ "literal": id })).collect();
    let condition = json!({"subject": "escalation.priority", "operation": "one_of",
        "param_bindings": [{"array_value": values}]});
    json!({"name": "n", "path": [{"id": "priority", "type": "if_else",
        "if_else": {"conditions": [condition], "then_path": then["path"], "else_path": otherwise["path"]}}]})
}

#[test]
fn what_a_proof_takes_grows_with_the_ways() {
    let _alone = alone();
    let index = world_of(&people(20), &priorities(2));
    // Four times as many ways: the same two conditions more, which both priorities ask.
    let [small, large] = [7, 9].map(|branches| {
        let path = by_priority(&priorities(1), undecided(branches, "u0"), undecided(branches, "u19"));
        let region = Region::new(ALLOCATOR);
        let verdict = judge(path, &index, (0, 1), json!({"expect": "not_louder_than"}));
        assert_ne!(verdict.verdict, VerdictKind::Incomplete);
        let stats = region.change();
        stats.bytes_allocated + usize::try_from(stats.bytes_reallocated.max(0)).unwrap()
    });
    println!("{small} bytes, then {large}");
    // A run is longer by the two levels, too.
    assert!(large < 8 * small, "{small} bytes, then {large}");
}

#[test]
fn a_proof_of_many_priorities_takes_no_more_than_one_of_a_few() {
    let _alone = alone();
    let [few, many] = [10, 10_000].map(|number| {
        let ids = priorities(number);
        let index = world_of(&people(12), &ids);
        let path = by_priority(&ids[..number / 2], undecided(3, "u0"), undecided(3, "u0"));
        let region = Region::new(ALLOCATOR);
        for expect in [
            json!({"expect": "pages_someone"}),
            json!({"expect": "not_louder_than"}),
            json!({"expect": "at_most_people_before", "people": 1, "seconds": 60}),
        ] {
            let verdict = judge(path.clone(), &index, (0, 24), expect);
            assert_ne!(verdict.verdict, VerdictKind::Incomplete);
            assert_eq!(
                verdict.scope.priorities.len() + usize::from(verdict.expectation.expect == Expect::NotLouderThan),
                number
            );
        }
        let stats = region.change();
        stats.bytes_allocated + usize::try_from(stats.bytes_reallocated.max(0)).unwrap()
    });
    println!("{few} bytes, then {many}");
    // The names of all are told in each verdict; that is all.
    assert!(many < few + 10_000 * 10_000, "{few} bytes, then {many}");
}

#[test]
fn more_times_than_are_told_are_unknown_of_the_other_priorities() {
    let _alone = alone();
    let ids = priorities(1_000);
    let index = world_of(&people(3), &ids);
    // Fails each night, for each priority: 1,000 times 365.
    let set = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
        .map(|day| json!({"weekday": day, "start_time": "08:00", "end_time": "20:00"}));
    let condition =
        json!({"subject": "escalation.working_hours[\"h\"]", "operation": "is_active", "param_bindings": []});
    let path = json!({"name": "n", "working_hours": [{"id": "h", "name": "h", "timezone": "UTC", "weekday_intervals": set}],
        "path": [{"id": "b", "type": "if_else", "if_else": {"conditions": [condition],
            "then_path": [level("a", &[user("u0")])], "else_path": []}}]});
    let path = by_priority(&ids, path.clone(), json!({"path": []})).as_object().cloned().map(|mut outer| {
        outer.insert("working_hours".to_string(), path["working_hours"].clone());
        Value::Object(outer)
    });
    let verdict = judge(path.unwrap(), &index, (0, 365 * 24), json!({"expect": "pages_someone"}));
    assert_eq!(verdict.verdict, VerdictKind::Refuted);
    assert!(verdict.refuted_during.len() <= 100_000);
    assert!(verdict.scope.limit.is_some());
    let told: std::collections::BTreeSet<_> =
        verdict.refuted_during.iter().chain(&verdict.unknown_during).map(|during| &during.priority_id).collect();
    assert_eq!(told.len(), 1_000);
}

#[test]
fn what_a_diff_takes_grows_with_the_ways_and_names_what_it_gives_up() {
    let _alone = alone();
    let index = world_of(&people(20), &priorities(1));
    let compare = |before: Value, after: Value| {
        let [before, after] =
            [before, after].map(|path| CompiledPath::new("p", &PathPayload::read(path).unwrap(), &index));
        let horizon = Horizon { from: at(&hour(0)), until: at(&hour(1)), scenario: Scenario::default() };
        let region = Region::new(ALLOCATOR);
        let found = behaviour(&before, &after, &index, &horizon).unwrap();
        let stats = region.change();
        (found, stats.bytes_allocated + usize::try_from(stats.bytes_reallocated.max(0)).unwrap())
    };
    let [small, large] = [5, 7].map(|branches| {
        let (found, bytes) = compare(undecided(branches, "u0"), undecided(branches, "u19"));
        assert!(found.is_complete && !found.changes.is_empty());
        bytes
    });
    println!("{small} bytes, then {large}");
    assert!(large < 10 * small, "{small} bytes, then {large}");
    let (found, _) = compare(undecided(9, "u0"), undecided(9, "u0"));
    assert!(found.is_complete && found.changes.is_empty());
    // More ways than are tried: it is said when.
    let (found, bytes) = compare(undecided(12, "u0"), undecided(12, "u19"));
    assert!(!found.is_complete && bytes < 2_000_000_000, "{bytes}");
    assert_eq!((found.unknown_during[0].from, found.unknown_during[0].until), (at(&hour(0)), at(&hour(1))));
}

#[test]
fn quiet_hours_that_are_disturbed_by_very_many_pages() {
    let _alone = alone();
    let index = world_of(&people(2), &priorities(1));
    // Each minute a page for 14 days, in one cell of a year.
    let turns = json!({"id": "a", "type": "level", "level": {"targets": [user("u0"), user("u1")],
        "round_robin_config": {"enabled": true, "rotate_after_seconds": 60}, "time_to_ack_seconds": 1_200_000}});
    let window = json!({"timezone": "UTC", "weekday_intervals": [
        {"weekday": "monday", "start_time": "00:00", "end_time": "00:01"},
        {"weekday": "friday", "start_time": "12:00", "end_time": "12:01"}]});
    let (verdict, megabytes) = cost(|| {
        judge(
            json!({"name": "n", "path": [turns]}),
            &index,
            (0, 365 * 24),
            json!({"expect": "quiet_hours", "window": window}),
        )
    });
    println!("{megabytes} MB");
    assert_eq!(verdict.verdict, VerdictKind::Refuted);
    assert!(megabytes < 500, "{megabytes} MB");
}

/// The largest documents, each with what it is large in.
fn largest() -> Vec<(&'static str, Value)> {
    let person = |number: usize| user(&format!("u{}", number % 200));
    let everybody = json!({"type": "schedule", "id": "s", "urgency": "low", "schedule_mode": "all_users"});
    let repeat = json!({"id": "r", "type": "repeat", "repeat": {"to_node": "n0", "repeat_times": 1_000}});
    let levels = |number: usize, targets: &dyn Fn(usize) -> Vec<Value>| -> Vec<Value> {
        (0..number).map(|at| level(&format!("n{at}"), &targets(at))).collect()
    };
    let with_repeat = |mut nodes: Vec<Value>| {
        nodes.push(repeat.clone());
        json!({"name": "n", "path": nodes})
    };
    let full = |depth: usize| {
        (0..depth).rev().fold(json!([level("end", &[user("u0")])]), |inside, number| {
            json!([open(&format!("b{number}"), inside.clone(), inside)])
        })
    };
    let mut turns = level("n0", std::slice::from_ref(&everybody));
    turns["level"]["round_robin_config"] = json!({"enabled": true, "rotate_after_seconds": 1});
    turns["level"]["time_to_ack_seconds"] = json!(1_000_000);
    vec![
        ("levels", json!({"name": "n", "path": levels(2_000, &|at| vec![person(at)])})),
        ("targets", json!({"name": "n", "path": levels(40, &|at| (0..250).map(|of| person(at + of)).collect())})),
        ("repeats", with_repeat(levels(10, &|at| vec![person(at)]))),
        ("repeats that page everybody", with_repeat(levels(10, &|_| vec![everybody.clone()]))),
        ("branches", json!({"name": "n", "path": full(9)})),
        ("turns", json!({"name": "n", "path": [turns]})),
    ]
}

#[test]
fn the_largest_documents_are_simulated_proven_and_compared_within_bounds() {
    let _alone = alone();
    let index = world(&people(200));
    for (what, document) in largest() {
        let mut after = document.clone();
        after["path"].as_array_mut().unwrap().insert(0, level("new", &[user("u1")]));
        let [before, after] =
            [&document, &after].map(|path| CompiledPath::new("p", &PathPayload::read(path.clone()).unwrap(), &index));
        let scenario = Scenario { path: Some(document), fired_at: at(&hour(1)), ..Scenario::default() };
        let (trace, simulated) = cost(|| simulate(&index, &scenario).unwrap());
        assert!(trace.steps.len() <= 100_100, "{what}");
        let horizon = Horizon { from: at(&hour(0)), until: at(&hour(2)), scenario: Scenario::default() };
        let expectations = json!([{"expect": "pages_someone"}, {"expect": "every_node_reachable"},
            {"expect": "at_most_people_before", "people": 1, "seconds": 300},
            {"expect": "not_louder_than", "with_declines": true}]);
        let expectations: Vec<_> = serde_json::from_value(expectations).unwrap();
        let (verdicts, proven) = cost(|| prove(&before, &index, &horizon, &expectations).unwrap());
        assert_eq!(verdicts.len(), 4);
        let (found, compared) = cost(|| behaviour(&before, &after, &index, &horizon).unwrap());
        assert!(found.changes.iter().map(|change| change.during.len()).sum::<usize>() <= 110_000, "{what}");
        println!("{what}: {simulated} MB, {proven} MB, {compared} MB");
        assert!(simulated < 500 && proven < 10_000 && compared < 5_000, "{what}: {simulated} {proven} {compared} MB");
    }
}
