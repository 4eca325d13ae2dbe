//! Works out again what happened to an escalation, from what is recorded of it, by the engine alone.

#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::BTreeMap;

use escalation_engine::machine::{Context, Event, Outcome, State, step};
use escalation_engine::{CompiledPath, Index, Semantics, Trace, World};
use serde_json::{Value, json};

/// The steps of an escalation: as they are stored, and as they follow from what is recorded. `get` asks the server.
pub(crate) async fn steps(id: &str, get: impl AsyncFn(String) -> Value) -> (Vec<String>, Vec<String>) {
    (stored(id, &get).await, replayed(id, &get).await)
}

/// The steps as they are stored, to the byte.
pub(crate) async fn stored(id: &str, get: &impl AsyncFn(String) -> Value) -> Vec<String> {
    let mut steps = Vec::new();
    let mut after = json!("0");
    while let Some(from) = after.as_str() {
        let page = get(format!("/builder/v1/escalations/{id}?after={from}")).await;
        for step in page["steps"].as_array().unwrap() {
            assert_eq!(step["number"], steps.len() + 1, "{id}");
            let mut step = step.as_object().unwrap().clone();
            for added in ["number", "input", "due_at", "late_seconds"] {
                step.shift_remove(added);
            }
            steps.push(Value::Object(step).to_string());
        }
        after = page["pagination_meta"]["after"].clone();
    }
    steps
}

async fn replayed(id: &str, get: &impl AsyncFn(String) -> Value) -> Vec<String> {
    let (semantics, branches, visits) = (Semantics::default(), BTreeMap::new(), BTreeMap::new());
    let mut steps = Vec::new();
    let mut run: Option<(State, CompiledPath)> = None;
    let (mut after, mut number) = (json!("0"), 0);
    while let Some(from) = after.as_str() {
        let page = get(format!("/builder/v1/escalations/{id}/inputs?after={from}")).await;
        let (mut state, path) = run.take().unwrap_or_else(|| {
            let state = serde_json::from_value(page["state"].clone()).unwrap();
            (state, compile(&page["plan"]))
        });
        for input in page["inputs"].as_array().unwrap() {
            number += 1;
            assert_eq!(input["number"], number, "{id}: none is missing");
            let world: World =
                serde_json::from_value(page["worlds"][input["world"].as_str().unwrap()].clone()).unwrap();
            let index = Index::new(world);
            let round_robin: Option<BTreeMap<String, String>> =
                serde_json::from_value(input["round_robin"].clone()).unwrap();
            let round_robin = round_robin.unwrap_or_default();
            let context = Context {
                path: &path,
                index: &index,
                semantics: &semantics,
                branches: &branches,
                branch_visits: &visits,
                round_robin: &round_robin,
                turn: 0,
            };
            let event: Event = serde_json::from_value(input["event"].clone()).unwrap();
            let (next, made) = step(&context, state, event);
            state = next;
            let trace = Trace::new(&context, &state, Outcome::WaitsForever, &made);
            steps.extend(trace.steps.iter().map(|step| serde_json::to_string(step).unwrap()));
        }
        after = page["pagination_meta"]["after"].clone();
        run = Some((state, path));
    }
    steps
}

fn compile(plan: &Value) -> CompiledPath {
    let Some(id) = plan["path_id"].as_str() else {
        let users: Vec<String> = serde_json::from_value(plan["user_ids"].clone()).unwrap();
        return CompiledPath::direct(&users);
    };
    let index = Index::new(serde_json::from_value(plan["world"].clone()).unwrap());
    CompiledPath::new(id, &index.path(id).unwrap().into(), &index)
}
