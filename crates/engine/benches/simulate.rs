//! How long one simulation takes, natively. `cargo xtask bench` prints it beside the same in the browser.

#![allow(clippy::unwrap_used, reason = "a bench")]

use std::fs;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use escalation_engine::simulate::{compile_for, run, trace};
use escalation_engine::{Index, Scenario, World, check};
use serde_json::json;

/// Twenty nodes: a branch on priority, one on hours, levels by schedule, a repeat.
fn scenario() -> Scenario {
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

fn benches(criterion: &mut Criterion) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/worlds/base.json");
    let index = Index::new(World::from_text(&fs::read_to_string(file).unwrap()).unwrap());
    let scenario = scenario();
    let path = scenario.inline_path().unwrap().unwrap();
    let compiled = compile_for(&index, &scenario).unwrap();
    criterion.bench_function("compile, 20 nodes", |b| b.iter(|| compile_for(&index, black_box(&scenario))));
    criterion.bench_function("run, 20 nodes", |b| b.iter(|| run(black_box(&compiled), &index, &scenario)));
    criterion.bench_function("simulate, 20 nodes", |b| b.iter(|| trace(black_box(&compiled), &index, &scenario)));
    criterion.bench_function("check, 20 nodes", |b| b.iter(|| check("", black_box(&path), &index)));
}

criterion_group!(all, benches);
criterion_main!(all);
