//! The JSON Schemas in docs/schema are what the engine reads and writes.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

use escalation_engine::{Scenario, Semantics, World};
use jsonschema::Validator;
use serde_json::{Value, json};

fn project(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file)
}

fn read(file: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

fn schema(name: &str) -> Validator {
    jsonschema::validator_for(&read(&project(&format!("docs/schema/{name}.schema.json")))).unwrap()
}

fn corpus(folder: &str) -> Vec<(String, Value)> {
    let entries = fs::read_dir(project("tests/corpus").join(folder)).unwrap();
    entries.map(|entry| entry.unwrap().path()).map(|file| (file.display().to_string(), read(&file))).collect()
}

fn assert_fits(schema: &Validator, value: &Value, name: &str) {
    let errors: Vec<_> = schema.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{name}:\n{}", errors.join("\n"));
}

#[test]
fn the_corpus_fits() {
    let (world, scenario, trace) = (schema("world"), schema("scenario"), schema("trace"));
    for (name, value) in corpus("worlds") {
        assert_fits(&world, &value, &name);
    }
    for (name, value) in corpus("cases") {
        assert_fits(&scenario, &value["scenario"], &name);
    }
    for (name, value) in corpus("traces") {
        assert_fits(&trace, &value, &name);
    }
}

#[test]
fn what_is_written_fits() {
    for (name, value) in corpus("worlds") {
        let read = World::from_text(&value.to_string()).unwrap();
        assert_fits(&schema("world"), &serde_json::to_value(read).unwrap(), &name);
    }
    let mut all = serde_json::to_value(Scenario::default()).unwrap();
    all["semantics"] = serde_json::to_value(Semantics::default()).unwrap();
    assert_fits(&schema("scenario"), &all, "a scenario with all semantics");
}

/// Both the schema and the engine refuse these.
#[test]
fn what_the_schema_refuses_the_engine_refuses() {
    let at = "2026-03-25T10:00:00Z";
    let scenarios = [
        json!({}),
        json!({"fired_at": at, "firedat": at}),
        json!({"fired_at": at, "grace_period_seconds": -1}),
        json!({"fired_at": at, "responses": [{"response": "ack", "after_seconds": 1}]}),
        json!({"fired_at": at, "responses": [{"user_id": "u", "channel_id": "c", "response": "ack", "after_seconds": 1}]}),
        json!({"fired_at": at, "responses": [{"user_id": "u", "response": "wave", "after_seconds": 1}]}),
        json!({"fired_at": at, "responses": [{"user_id": "u", "response": "ack", "after_seconds": 1, "to_page": 0}]}),
        json!({"fired_at": at, "interventions": [{"after_seconds": 1, "action": "explode"}]}),
        json!({"fired_at": at, "branches": {"b": "maybe"}}),
        json!({"fired_at": at, "semantics": {"max_steps": 100_001}}),
        json!({"fired_at": at, "semantics": {"moon": "full"}}),
    ];
    for scenario in scenarios {
        assert!(!schema("scenario").is_valid(&scenario), "the schema takes {scenario}");
        assert!(Scenario::from_text(&scenario.to_string()).is_err(), "the engine takes {scenario}");
    }
    let worlds = [
        json!({"usres": []}),
        json!({"users": [{"id": "u", "name": "U"}]}),
        json!({"schedules": [{"id": "s", "name": "S"}]}),
        json!({"priorities": [{"id": 1, "name": "P1"}]}),
        json!({"entries_from": 5}),
    ];
    for world in worlds {
        assert!(!schema("world").is_valid(&world), "the schema takes {world}");
        assert!(World::from_text(&world.to_string()).is_err(), "the engine takes {world}");
    }
}

fn expectations() -> Vec<Value> {
    let window = json!({"timezone": "Europe/London", "weekday_intervals": [
        {"weekday": "saturday", "start_time": "00:00", "end_time": "24:00"}]});
    vec![
        json!({"expect": "pages_someone", "priorities": ["p1"]}),
        json!({"expect": "first_page_within", "seconds": 60, "urgency": "high"}),
        json!({"expect": "reaches_people_within", "seconds": 600, "people": 2}),
        json!({"expect": "quiet_hours", "window": window, "with_declines": true}),
        json!({"expect": "at_most_people_before", "seconds": 600, "people": 1, "with_declines": true}),
        json!({"expect": "not_louder_than", "pairs": [["p2", "p1"]]}),
        json!({"expect": "ends_within", "seconds": 3600}),
        json!({"expect": "no_single_person"}),
        json!({"expect": "no_consecutive_same_person"}),
        json!({"expect": "every_node_reachable"}),
        json!({"expect": "covered_by", "schedule": "primary", "seconds": 600}),
        json!({"expect": "covered_by", "users": ["maya", "tom"], "seconds": 600}),
    ]
}

#[test]
fn expectations_and_verdicts_fit() {
    use escalation_engine::prove::{Expectation, Horizon, VerdictKind, prove};
    use escalation_engine::simulate::compile_for;
    let (expectation, verdict) = (schema("expectation"), schema("verdict"));
    for value in expectations() {
        assert_fits(&expectation, &value, &value.to_string());
    }
    let expectations = Expectation::list_from_text(&json!(expectations()).to_string()).unwrap();
    let world = fs::read_to_string(project("tests/corpus/worlds/base.json")).unwrap();
    let index = escalation_engine::Index::new(World::from_text(&world).unwrap());
    let nodes = json!([{"id": "a", "type": "level", "level": {"time_to_ack_seconds": 300, "targets": [
        {"type": "schedule", "id": "primary", "urgency": "high"}]}}]);
    let scenario = Scenario { path: Some(json!({"name": "n", "path": nodes})), ..Scenario::default() };
    let path = compile_for(&index, &scenario).unwrap();
    let (from, until) = ("2026-03-20T00:00:00Z".parse().unwrap(), "2026-03-30T00:00:00Z".parse().unwrap());
    let verdicts = prove(&path, &index, &Horizon { from, until, scenario }, &expectations).unwrap();
    let count = |answer: VerdictKind| verdicts.iter().filter(|verdict| verdict.verdict == answer).count();
    assert!(count(VerdictKind::Proven) > 2 && count(VerdictKind::Refuted) > 2);
    for of in &verdicts {
        let value = serde_json::to_value(of).unwrap();
        assert_fits(&verdict, &value, &value["expectation"].to_string());
        assert_fits(&expectation, &value["expectation"], "the expectation of a verdict");
        if of.counterexample.is_some() {
            assert_fits(&schema("scenario"), &value["counterexample"]["scenario"], "a counterexample's scenario");
            assert_fits(&schema("trace"), &value["counterexample"]["trace"], "a counterexample's trace");
        }
    }
}

/// Both the schema and the engine refuse these.
#[test]
fn expectations_that_mean_nothing() {
    use escalation_engine::prove::Expectation;
    let mut refused = vec![
        json!({}),
        json!({"expect": "luck"}),
        json!({"expect": "pages_someone", "moon": "full"}),
        json!({"expect": "ends_within", "seconds": -1}),
        json!({"expect": "quiet_hours", "window": {"weekday_intervals": []}}),
    ];
    // What one kind needs, another does not take.
    for value in expectations() {
        for field in ["seconds", "people", "window", "schedule", "users"] {
            let mut changed = value.clone();
            if changed.as_object_mut().unwrap().remove(field).is_none() {
                changed[field] = expectations().iter().find_map(|other| other.get(field).cloned()).unwrap();
            }
            refused.push(changed);
        }
    }
    for value in refused {
        assert!(!schema("expectation").is_valid(&value), "the schema takes {value}");
        assert!(Expectation::list_from_text(&json!([value]).to_string()).is_err(), "the engine takes {value}");
    }
}
