//! Documents that mean harm, or are broken: never a panic, never a hang, an answer with bounds.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod generate;

use std::fs;
use std::path::Path;

use escalation_api::PathPayload;
use escalation_engine::prove::{Expect, Expectation, Horizon, prove};
use escalation_engine::simulate::compile_for;
use escalation_engine::{Index, Scenario, World, check, simulate};
use generate::Dice;
use serde_json::{Value, json};

/// Puts something odd somewhere into a document.
fn break_it(dice: &mut Dice, value: &mut Value) {
    let depth = dice.below(6);
    break_at(dice, value, depth);
}

fn break_at(dice: &mut Dice, value: &mut Value, depth: u64) {
    let mut within: Vec<&mut Value> = match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(fields) => fields.values_mut().collect(),
        _ => Vec::new(),
    };
    if depth > 0 && !within.is_empty() {
        let which = usize::try_from(dice.below(within.len() as u64)).unwrap();
        return break_at(dice, within[which], depth - 1);
    }
    *value = match dice.below(14) {
        0 => Value::Null,
        1 => json!(-1),
        2 => json!(i64::MAX),
        3 => json!(i64::MIN),
        4 => json!(u64::MAX),
        5 => serde_json::from_str("1e400").unwrap(),
        6 => json!(0.5),
        7 => json!(""),
        8 => json!("\u{0}\u{202e}🦀"),
        9 => json!([]),
        10 => json!({}),
        11 => json!("9999-12-31T23:59:59Z"),
        12 => json!("0000-01-01T00:00:00Z"),
        _ => json!([[[[[[]]]]]]),
    };
}

fn try_all(world: &Value, scenario: &Value) -> u32 {
    let mut answers = 0;
    let world = World::from_text(&world.to_string()).unwrap_or_default();
    let index = Index::new(world);
    let Ok(scenario) = Scenario::from_text(&scenario.to_string()) else { return answers };
    if let Ok(trace) = simulate(&index, &scenario) {
        assert!(trace.steps.len() <= 100_100);
        serde_json::to_string(&trace).unwrap();
        answers += 1;
    }
    if let Some(Ok(path)) = scenario.path.clone().map(PathPayload::read_either) {
        assert!(check("", &path, &index).len() < 100_000);
        answers += 1;
    }
    if let Ok(path) = compile_for(&index, &scenario) {
        let from = scenario.fired_at;
        let horizon = Horizon { from, until: from + 86_400, scenario };
        let expectations =
            [Expect::PagesSomeone, Expect::EveryNodeReachable, Expect::NotLouderThan].map(Expectation::new);
        answers += u32::from(prove(&path, &index, &horizon, &expectations).is_ok());
    }
    answers
}

#[test]
fn broken_documents_are_answered() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus");
    let world: Value = serde_json::from_str(&fs::read_to_string(corpus.join("worlds/base.json")).unwrap()).unwrap();
    let mut files: Vec<_> = fs::read_dir(corpus.join("cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut answers = 0;
    for (seed, file) in (0..).zip(&files) {
        let case: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        let mut dice = Dice::new(60_000 + seed);
        for _ in 0..150 {
            let (mut world, mut scenario) = (world.clone(), case["scenario"].clone());
            if dice.chance(40) {
                break_it(&mut dice, &mut world);
            }
            for _ in 0..1 + dice.below(3) {
                break_it(&mut dice, &mut scenario);
            }
            answers += try_all(&world, &scenario);
        }
    }
    println!("{answers} answers");
    assert!(answers > 5_000);
}

#[test]
fn text_of_any_kind_is_read_or_refused() {
    let mut dice = Dice::new(70_000);
    let pieces =
        ["{", "}", "[", "]", "\"path\"", ":", ",", "1e999999999", "-", "\"", "null", "\\u0000", "\u{feff}", "😀", " "];
    for _ in 0..5_000 {
        let text: String = (0..dice.below(40)).map(|_| *dice.one_of(&pieces)).collect();
        let _refused = (World::from_text(&text), Scenario::from_text(&text), Expectation::list_from_text(&text));
    }
    // Deep and long.
    for open in ["[", "{\"path\":"] {
        let deep = open.repeat(100_000);
        assert!(World::from_text(&deep).is_err() && Scenario::from_text(&deep).is_err());
    }
    let long = format!(
        "{{\"fired_at\": \"2026-03-25T10:00:00Z\", \"path\": {{\"name\": \"n\", \"path\": [{}]}}}}",
        "{},".repeat(300_000)
    );
    assert!(Scenario::from_text(&long).is_err());
}

/// The largest documents that are taken: wide, deep, and with as much going on as can be.
#[test]
fn the_largest_documents_have_bounded_answers() {
    let level = |id: String, seconds: i64| json!({"id": id, "type": "level", "level": {"targets": [{"type": "user", "id": "amy", "urgency": "high"}], "time_to_ack_seconds": seconds}});
    let wide: Vec<Value> = (0..5_000).map(|number| level(format!("n{number}"), 60)).collect();
    let mut deep = json!([level("end".into(), 60)]);
    for number in 0..35 {
        let condition = json!({"subject": "escalation.moon", "operation": "is_full", "param_bindings": []});
        deep = json!([{"id": format!("b{number}"), "type": "if_else",
            "if_else": {"conditions": [condition], "then_path": deep, "else_path": []}}]);
    }
    let busy = json!([{"id": "a", "type": "level", "level": {
        "targets": [{"type": "user", "id": "amy", "urgency": "high"}, {"type": "user", "id": "ben", "urgency": "high"}],
        "round_robin_config": {"enabled": true, "rotate_after_seconds": 1},
        "time_to_ack_interval_condition": "active", "time_to_ack_weekday_interval_config_id": "never"}}]);
    let world = json!({
        "priorities": [{"id": "p1", "name": "P1"}],
        "users": [{"id": "amy", "name": "Amy", "can_be_paged": true}, {"id": "ben", "name": "Ben", "can_be_paged": true}],
    });
    let never = json!([{"id": "never", "name": "never", "timezone": "UTC", "weekday_intervals": []}]);
    for nodes in [json!(wide), deep, busy] {
        let path = json!({"name": "n", "path": nodes, "working_hours": never});
        let scenario = json!({"path": path, "priority_id": "p1", "fired_at": "2026-03-25T10:00:00Z"});
        assert!(try_all(&world, &scenario) >= 2);
    }
}
