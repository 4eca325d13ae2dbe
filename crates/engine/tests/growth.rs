//! What a document costs grows with the document and no faster: no shape of it makes the work or the memory explode.
//! What is allocated is counted, not timed, so that it is the same on every machine. `cargo xtask bench` prints the table
//! with times.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod allocations;

use std::time::{Duration, Instant as Clock};

use allocations::{ALLOCATOR, alone};
use escalation_api::{At, Faults, Json as _, PathPayload};
use escalation_engine::check::{Code, MAX_PROBLEMS, findings, is_refused};
use escalation_engine::diff::behaviour;
use escalation_engine::prove::{Expectation, Horizon, prove};
use escalation_engine::simulate::run;
use escalation_engine::{CompiledPath, Index, Instant, Scenario, World, check};
use serde_json::{Value, json};
use stats_alloc::Region;

/// A document of so many of something.
type Shape = (&'static str, fn(usize) -> Value);

fn nodes(number: usize, node: impl Fn(usize) -> Value) -> Value {
    json!({"name": "n", "path": (0..number).map(node).collect::<Vec<_>>()})
}

fn target(id: &str) -> Value {
    json!({"type": "user", "id": id, "urgency": "high"})
}

fn schedule(id: &str, mode: &str) -> Value {
    json!({"type": "schedule", "id": id, "urgency": "high", "schedule_mode": mode, "selected_rota_id": "r1"})
}

fn level(id: String, targets: Value) -> Value {
    json!({"id": id, "type": "level", "level": {"targets": targets, "time_to_ack_seconds": 60}})
}

fn branch(id: String, condition: Value, then_path: Value, else_path: Value) -> Value {
    json!({"id": id, "type": "if_else",
        "if_else": {"conditions": [condition], "then_path": then_path, "else_path": else_path}})
}

fn priorities(ids: Vec<String>) -> Value {
    let values: Vec<_> = ids.into_iter().map(|id| json!({ "literal": id })).collect();
    json!({"subject": "escalation.priority", "operation": "one_of", "param_bindings": [{"array_value": values}]})
}

/// Branches in a heap: each has two below it, so that none is deep.
fn heap(number: usize, at: usize) -> Value {
    if at > number {
        return json!([]);
    }
    let condition = priorities(vec![format!("p{}", at % 5)]);
    json!([branch(format!("b{at}"), condition, heap(number, 2 * at), heap(number, 2 * at + 1))])
}

/// Within what is taken: each of these is looked at whole, up to 2,000.
const WITHIN: &[Shape] = &[
    ("levels", |n| nodes(n, |i| level(format!("n{i}"), json!([target("u1")])))),
    ("levels with one id", |n| nodes(n, |_| level("a".into(), json!([target("u1")])))),
    ("levels without id", |n| nodes(n, |_| level(String::new(), json!([target("u1")])))),
    ("levels without targets", |n| nodes(n, |i| level(format!("n{i}"), json!([])))),
    ("nodes without anything", |n| nodes(n, |_| json!({}))),
    ("nodes of unknown types", |n| nodes(n, |i| json!({"id": format!("n{i}"), "type": format!("t{i}")}))),
    ("hand-overs", |n| {
        nodes(
            n,
            |i| json!({"id": format!("n{i}"), "type": "escalation_path", "escalation_path": {"escalation_path_id": "c0"}}),
        )
    }),
    ("hand-overs to all", |n| {
        nodes(n, |i| {
            json!({"id": format!("n{i}"), "type": "escalation_path",
                "escalation_path": {"escalation_path_id": format!("c{i}")}})
        })
    }),
    ("repeats", |n| {
        nodes(
            n,
            |i| json!({"id": format!("n{i}"), "type": "repeat", "repeat": {"to_node": format!("n{}", i / 2), "repeat_times": 2}}),
        )
    }),
    ("delays that are repeated", |n| {
        nodes(n, |i| {
            let hours = json!({"delay_interval_condition": "active", "delay_weekday_interval_config_id": "always"});
            json!({"id": format!("n{i}"), "type": "delay", "delay": hours})
        })
    }),
    ("branches", |n| json!({"name": "n", "path": heap(n, 1)})),
    // With what is in them they are as many nodes as are taken.
    ("branches one after another", |n| {
        nodes(n / 2, |i| {
            let inside = json!([level(format!("l{i}"), json!([target("u1")]))]);
            branch(format!("n{i}"), priorities(vec!["p1".into()]), inside, json!([]))
        })
    }),
    ("schedules with thousands of entries", |n| {
        nodes(n, |i| level(format!("n{i}"), json!([schedule("s0", "currently_on_call_for_rota")])))
    }),
    ("schedules with thousands of strangers", |n| {
        nodes(n, |i| level(format!("n{i}"), json!([schedule("s0", "currently_on_call")])))
    }),
    ("hand-overs to diamonds", |n| {
        nodes(
            n,
            |i| json!({"id": format!("n{i}"), "type": "escalation_path", "escalation_path": {"escalation_path_id": "d0"}}),
        )
    }),
    ("schedules", |n| nodes(n, |i| level(format!("n{i}"), json!([schedule(&format!("s{i}"), "all_users")])))),
    ("timers by unknown hours", |n| {
        nodes(n, |i| {
            let hours =
                json!({"delay_interval_condition": "active", "delay_weekday_interval_config_id": format!("h{i}")});
            json!({"id": format!("n{i}"), "type": "delay", "delay": hours})
        })
    }),
    ("priorities", |n| {
        let ids = |from: usize| (0..250).map(|i| format!("p{}", from + i)).collect::<Vec<_>>();
        nodes(n / 250, |i| branch(format!("n{i}"), priorities(ids(250 * i)), json!([]), json!([])))
    }),
    ("working hours", |n| {
        let intervals: Vec<_> =
            (0..8).map(|_| json!({"weekday": "monday", "start_time": "09:00", "end_time": "08:00"})).collect();
        let set =
            |i: usize| json!({"id": format!("h{i}"), "name": "", "timezone": "UTC", "weekday_intervals": intervals});
        json!({"name": "n", "path": [], "working_hours": (0..n / 8).map(set).collect::<Vec<_>>()})
    }),
    ("the same working hours", |n| {
        let set = json!({"id": "h", "name": "", "timezone": "UTC", "weekday_intervals": []});
        json!({"name": "n", "path": [], "working_hours": vec![set; n / 8]})
    }),
];

/// More than is taken: each is said to be that, up to half a million.
const BEYOND: &[Shape] = &[
    ("nodes", |n| nodes(n, |_| json!({}))),
    ("no nodes", |n| nodes(n, |_| json!(0))),
    ("hand-overs", |n| {
        nodes(
            n,
            |i| json!({"id": format!("n{i}"), "type": "escalation_path", "escalation_path": {"escalation_path_id": "c0"}}),
        )
    }),
    ("targets", |n| json!({"name": "n", "path": [level("a".into(), json!(vec![target("u1"); n]))]})),
    ("targets without anything", |n| json!({"name": "n", "path": [level("a".into(), json!(vec![json!({}); n]))]})),
    ("teams", |n| json!({"name": "n", "path": [], "team_ids": vec!["t"; n]})),
    ("teams that are none", |n| json!({"name": "n", "path": [], "team_ids": vec![1; n]})),
    ("working hours", |n| {
        let set = json!({"id": "h", "name": "", "timezone": "UTC", "weekday_intervals": []});
        json!({"name": "n", "path": [], "working_hours": vec![set; n]})
    }),
    ("intervals", |n| {
        let interval = json!({"weekday": "x", "start_time": "1", "end_time": "2"});
        json!({"name": "n", "path": [], "working_hours": [
            {"id": "h", "name": "", "timezone": "UTC", "weekday_intervals": vec![interval; n]}]})
    }),
    ("conditions", |n| {
        let condition = json!({"subject": "s", "operation": "o", "param_bindings": []});
        json!({"name": "n", "path": [{"id": "a", "type": "if_else",
            "if_else": {"conditions": vec![condition; n], "then_path": [], "else_path": []}}]})
    }),
    ("priorities", |n| {
        let condition = priorities((0..n).map(|i| format!("p{i}")).collect());
        json!({"name": "n", "path": [branch("a".into(), condition, json!([]), json!([]))]})
    }),
    ("values for a template", |n| {
        let values: serde_json::Map<_, _> = (0..n).map(|i| (format!("v{i}"), json!({}))).collect();
        json!({"name": "n", "kind": "templated", "path": [], "param_bindings": values})
    }),
    ("a long id", |n| json!({"name": "n", "path": [level("y".repeat(n), json!(vec![json!({}); 200]))]})),
    ("a long name", |n| json!({"name": "y".repeat(n), "path": []})),
];

/// An organisation with a schedule of thousands of entries, many schedules, and paths that hand over in a long chain.
fn world() -> World {
    let rota = json!({"id": "r1", "name": "R", "user_ids": []});
    let entry = |i: i64| {
        let at = |hour: i64| chrono::DateTime::from_timestamp(1_700_000_000 + 3_600 * hour, 0).unwrap().to_rfc3339();
        json!({"rota_id": "r1", "user_id": format!("x{i}"), "start_at": at(i), "end_at": at(i + 1)})
    };
    let entries: Vec<_> = (0..5_000).map(entry).collect();
    let schedule = |i: usize| {
        let entries = if i == 0 { json!(entries) } else { json!([]) };
        json!({"id": format!("s{i}"), "name": "S", "timezone": "UTC", "rotas": [rota], "entries": entries})
    };
    let path = |i: usize| {
        let next = format!("c{}", i + 1);
        json!({"id": format!("c{i}"), "name": "C", "path": [
            {"id": "a", "type": "escalation_path", "escalation_path": {"escalation_path_id": next}}]})
    };
    // Each hands over to the next by both sides of a branch, and none of them notifies anybody.
    let diamond = |i: usize| {
        let over = |side: &str| {
            json!([{"id": side, "type": "escalation_path",
            "escalation_path": {"escalation_path_id": format!("d{}", i + 1)}}])
        };
        let last = json!([{"id": "w", "type": "delay", "delay": {"delay_seconds": 60}}]);
        let (then, otherwise) = if i == 1_000 { (last.clone(), last) } else { (over("t"), over("e")) };
        json!({"id": format!("d{i}"), "name": "D", "path": [branch("b".into(), priorities(vec!["p1".into()]), then, otherwise)]})
    };
    let paths: Vec<_> = (0..2_000).map(path).chain((0..=1_000).map(diamond)).collect();
    let world = json!({
        "priorities": (0..5).map(|i| json!({"id": format!("p{i}"), "name": format!("P{i}")})).collect::<Vec<_>>(),
        "users": [{"id": "u1", "name": "Amy", "can_be_paged": true}],
        "schedules": (0..2_000).map(schedule).collect::<Vec<_>>(),
        "paths": paths,
        "entries_from": "2020-01-01T00:00:00Z",
    });
    World::from_text(&world.to_string()).unwrap()
}

/// What something costs: the bytes that it allocates in all, which is at least as much as there ever is at once, and the
/// time.
fn cost<T>(work: impl FnOnce() -> T) -> (T, usize, Duration) {
    let (region, clock) = (Region::new(ALLOCATOR), Clock::now());
    let done = work();
    let stats = region.change();
    (done, stats.bytes_allocated + usize::try_from(stats.bytes_reallocated.max(0)).unwrap(), clock.elapsed())
}

/// Asserts that from one size to four times that the costs do not grow by much more than that.
fn grows(what: &str, shape: &str, [small, large]: [(usize, usize, Duration); 2]) {
    let kilobytes = |bytes: usize| bytes / 1_000;
    println!(
        "{what:<10} {shape:<36} {:>7} {:>9} kB {:>9.2?} {:>8} {:>9} kB {:>9.2?}",
        small.0,
        kilobytes(small.1),
        small.2,
        large.0,
        kilobytes(large.1),
        large.2
    );
    let allowed = 6 * small.1.max(100_000);
    assert!(large.1 <= allowed, "{what} of {shape}: {} bytes for {}, {} for {}", small.1, small.0, large.1, large.0);
}

#[test]
fn costs_grow_with_the_document() {
    let _alone = alone();
    let index = Index::new(world());
    for (shape, document) in WITHIN {
        let measured = [500, 2_000].map(|number| {
            let path = PathPayload::read(document(number)).unwrap();
            let (_, bytes, time) = cost(|| check("own", &path, &index));
            (number, bytes, time)
        });
        grows("check", shape, measured);
        let measured = [500, 2_000].map(|number| {
            let path = PathPayload::read(document(number)).unwrap();
            let (_, bytes, time) = cost(|| CompiledPath::new("own", &path, &index));
            (number, bytes, time)
        });
        grows("compile", shape, measured);
    }
    too_large();
}

/// Everything that is asked of a path that compiles: a run, proofs and a comparison with itself but for one node.
#[test]
fn costs_of_runs_and_proofs_grow_with_the_document() {
    let _alone = alone();
    let index = Index::new(world());
    let fired_at: Instant = "2023-11-20T10:00:00Z".parse().unwrap();
    let horizon = |seconds| Horizon { from: fired_at, until: fired_at + seconds, scenario: Scenario::default() };
    let expectations = |kinds: Value| -> Vec<Expectation> { serde_json::from_value(kinds).unwrap() };
    for (shape, document) in WITHIN {
        let paths = [500, 2_000].map(|number| {
            let mut other = document(number);
            other["path"].as_array_mut().unwrap().insert(0, level("first".into(), json!([target("u1")])));
            let [path, other] = [document(number), other].map(|path| PathPayload::read(path).unwrap());
            (number, CompiledPath::new("own", &path, &index), CompiledPath::new("own", &other, &index))
        });
        let measured = paths.each_ref().map(|(number, path, _)| {
            let scenario = Scenario { fired_at, priority_id: Some("p1".into()), ..Scenario::default() };
            let (_, bytes, time) = cost(|| run(path, &index, &scenario));
            (*number, bytes, time)
        });
        grows("run", shape, measured);
        let measured = paths.each_ref().map(|(number, path, _)| {
            let all = expectations(json!([{"expect": "pages_someone"}, {"expect": "not_louder_than"},
                {"expect": "every_node_reachable"}, {"expect": "no_consecutive_same_person"}]));
            let (_, bytes, time) = cost(|| prove(path, &index, &horizon(600), &all).unwrap());
            (*number, bytes, time)
        });
        grows("prove", shape, measured);
        let measured = paths.each_ref().map(|(number, path, _)| {
            let all = expectations(
                json!([{"expect": "at_most_people_before", "people": 1, "seconds": 60, "with_declines": true}]),
            );
            let (_, bytes, time) = cost(|| prove(path, &index, &horizon(600), &all).unwrap());
            (*number, bytes, time)
        });
        grows("declines", shape, measured);
        let measured = paths.each_ref().map(|(number, path, other)| {
            let (_, bytes, time) = cost(|| behaviour(path, other, &index, &horizon(600)).unwrap());
            (*number, bytes, time)
        });
        grows("diff", shape, measured);
    }
}

/// What is too large is refused at a cost that grows with it.
fn too_large() {
    let index = Index::new(world());
    for (shape, document) in BEYOND {
        let measured = [50_000, 200_000].map(|number| {
            let document = document(number);
            let (answer, bytes, time) = cost(|| match PathPayload::read(document) {
                Ok(path) => {
                    let found = findings("", &path, &index);
                    let kept = found.problems.len();
                    assert!(kept <= 3 * MAX_PROBLEMS && is_refused(&found.problems), "{shape}: {kept}");
                    serde_json::to_string(&found.problems).unwrap().len()
                }
                Err(value) => {
                    let mut faults = Faults::new();
                    PathPayload::explain(&value, &At::Top, &mut faults);
                    assert!(!faults.is_empty(), "{shape}");
                    faults.iter().map(|fault| fault.pointer.len()).sum()
                }
            });
            assert!(answer < 3_000_000, "{shape}: an answer of {answer} bytes");
            (number, bytes, time)
        });
        grows("refuse", shape, measured);
    }
}

#[test]
fn what_is_too_large_is_said_to_be_that_and_no_more() {
    let _alone = alone();
    let index = Index::new(World::default());
    for (shape, document) in BEYOND {
        let Ok(path) = PathPayload::read(document(5_000)) else { continue };
        let found = findings("", &path, &index);
        let counted = |code: Code| found.problems.iter().filter(|problem| problem.code == code).count();
        let misread = found.problems.iter().any(|problem| problem.code == Code::BadField);
        assert!(counted(Code::TooMuch) + counted(Code::TooManyNodes) >= 1 || misread, "{shape}: {found:?}");
        assert!(!found.problems.iter().any(|problem| problem.message.len() > 1_000), "{shape}");
    }
}

#[test]
fn what_is_not_told_is_counted() {
    let _alone = alone();
    let index = Index::new(World::default());
    let levels = nodes(
        2_000,
        |i| json!({"id": format!("n{i}"), "type": "level", "level": {"targets": [{"type": "user", "id": "x", "urgency": "low"}, {"type": "user", "id": "y", "urgency": "low"}]}}),
    );
    let found = findings("", &PathPayload::read(levels).unwrap(), &index);
    assert_eq!((found.problems.len(), found.more_errors, found.more_warnings), (MAX_PROBLEMS, 0, 2_000));
    assert_eq!(found.problems[0].fix.as_ref().unwrap().title, "Remove this target");
    // Errors are told whatever else there is.
    let mut both = nodes(
        1_999,
        |i| json!({"id": format!("n{i}"), "type": "level", "level": {"targets": [{"type": "user", "id": "x", "urgency": "low"}, {"type": "user", "id": "y", "urgency": "low"}]}}),
    );
    both["path"].as_array_mut().unwrap().push(json!({"id": "n0", "type": "level", "level": {"targets": []}}));
    let found = findings("", &PathPayload::read(both).unwrap(), &index);
    let errors = found.problems.iter().filter(|problem| problem.severity == escalation_engine::Severity::Error).count();
    assert_eq!((errors, found.more_errors), (2, 0));
}

#[test]
fn what_follows_a_hand_over_is_taken_out_by_the_fix_of_the_first() {
    let _alone = alone();
    let index = Index::new(World::default());
    let path = nodes(
        5,
        |i| json!({"id": format!("n{i}"), "type": "escalation_path", "escalation_path": {"escalation_path_id": "x"}}),
    );
    let path = PathPayload::read(path).unwrap();
    let problems = check("", &path, &index);
    let fixes: Vec<_> = problems.iter().filter(|problem| problem.code == Code::Unreachable).map(|p| &p.fix).collect();
    assert_eq!(fixes.iter().filter(|fix| fix.is_some()).count(), 1);
    let fixed = fixes[0].as_ref().unwrap().apply(&path).unwrap();
    assert_eq!(fixed.path.len(), 1);
}
