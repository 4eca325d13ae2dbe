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
