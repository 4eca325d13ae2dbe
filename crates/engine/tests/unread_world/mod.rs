//! A small world for what could not be read, and alerts in it.

#![allow(dead_code, reason = "each of the tests uses a part of it")]

use escalation_engine::machine::Outcome;
use escalation_engine::trace::StepName;
use escalation_engine::{Index, Instant, Scenario, Trace, World, simulate};
use serde_json::{Value, json};

pub(crate) const MODES: [&str; 6] = [
    "currently_on_call",
    "currently_on_call_for_rota",
    "next_on_call",
    "next_on_call_for_rota",
    "all_users",
    "all_users_for_rota",
];

pub(crate) fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// Ada is on call for the first half of 1 June, Bo from 13:00.
pub(crate) fn world() -> Value {
    json!({
        "users": [{"id": "ada", "name": "Ada", "can_be_paged": true}, {"id": "bo", "name": "Bo", "can_be_paged": true}],
        "schedules": [{"id": "s", "name": "S", "timezone": "UTC",
            "rotas": [{"id": "r", "name": "R", "user_ids": ["ada", "bo"]}, {"id": "q", "name": "Q", "user_ids": ["bo"]}],
            "entries": [
                {"rota_id": "r", "user_id": "ada", "start_at": "2026-06-01T00:00:00Z", "end_at": "2026-06-01T12:00:00Z"},
                {"rota_id": "r", "user_id": "bo", "start_at": "2026-06-01T13:00:00Z", "end_at": "2026-06-02T00:00:00Z"},
            ]}],
    })
}

pub(crate) fn level(mode: &str) -> Value {
    let mut target = json!({"type": "schedule", "id": "s", "urgency": "high", "schedule_mode": mode});
    if mode.ends_with("_for_rota") {
        target["selected_rota_id"] = json!("r");
    }
    json!({"id": mode, "type": "level", "level": {"time_to_ack_seconds": 60, "targets": [target]}})
}

pub(crate) fn scenario(mode: &str) -> Scenario {
    let path = json!({"name": "p", "path": [level(mode)]});
    Scenario { path: Some(path), fired_at: at("2026-06-01T10:00:00Z"), ..Scenario::default() }
}

pub(crate) fn play(world: &Value, mode: &str) -> Trace {
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    simulate(&index, &scenario(mode)).unwrap()
}

/// Who is paged, or the last reason and the outcome where the run stopped.
pub(crate) fn paged(trace: &Trace) -> String {
    if trace.outcome == Outcome::Expired {
        let paged = trace.steps.iter().filter(|step| step.step == StepName::Paged);
        return paged.filter_map(|step| step.user_id.clone()).collect::<Vec<_>>().join(" ");
    }
    format!("{}: {}", trace.outcome.as_str(), trace.steps.last().unwrap().why)
}
