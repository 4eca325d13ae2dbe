//! Any JSON as a path, a scenario, a world or a list of expectations: an answer or a refusal, and every fix
//! mends. What fails is made as small as it can be.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "tests")]

use escalation_api::{Json as _, PathPayload};
use escalation_engine::prove::Expectation;
use escalation_engine::simulate::trace;
use escalation_engine::{CompiledPath, Index, Scenario, World, check, simulate};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Names and words that mean something in these documents, so that more than the outermost braces is looked at.
const WORDS: [&str; 38] = [
    "path",
    "id",
    "type",
    "level",
    "if_else",
    "delay",
    "repeat",
    "notify_channel",
    "escalation_path",
    "targets",
    "conditions",
    "then_path",
    "else_path",
    "to_node",
    "repeat_times",
    "time_to_ack_seconds",
    "delay_seconds",
    "working_hours",
    "weekday_intervals",
    "weekday",
    "monday",
    "start_time",
    "09:00",
    "timezone",
    "Europe/London",
    "retry_config",
    "round_robin_config",
    "schedule_mode",
    "subject",
    "escalation.priority",
    "one_of",
    "param_bindings",
    "fired_at",
    "2026-03-25T10:00:00Z",
    "responses",
    "users",
    "schedules",
    "expect",
];

fn any_json() -> impl Strategy<Value = Value> {
    let word = proptest::sample::select(&WORDS[..]);
    let leaf = prop_oneof![
        4 => word.clone().prop_map(Value::from),
        1 => any::<String>().prop_map(Value::from),
        2 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(6, 64, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((word.clone(), inner), 0..8).prop_map(|fields| {
                Value::from(fields.into_iter().map(|(name, value)| (name.to_string(), value)).collect::<Map<_, _>>())
            }),
        ]
    })
}

/// A node of a known type with anything in it.
fn any_node() -> impl Strategy<Value = Value> {
    const KINDS: [&str; 7] = ["level", "if_else", "delay", "repeat", "notify_channel", "escalation_path", "voicemail"];
    (proptest::sample::select(&KINDS[..]), any_json())
        .prop_map(|(kind, payload)| json!({"id": "n", "type": kind, kind: payload}))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_a_path(nodes in proptest::collection::vec(any_node(), 0..4), field in proptest::sample::select(&WORDS[..]), value in any_json()) {
        let document = json!({"name": "n", "path": nodes, field: value});
        let Ok(path) = PathPayload::read(document) else { return Ok(()) };
        prop_assert_eq!(PathPayload::read(path.write()), Ok(path.clone()));
        let index = Index::new(World::default());
        for problem in check("", &path, &index) {
            if let Some(fix) = problem.fix {
                let mended = fix.apply(&path);
                prop_assert!(mended.is_ok(), "{}: {mended:?}", fix.title);
                let left = check("", &mended.unwrap(), &index);
                let same = |other: &escalation_engine::Problem| other.code == problem.code && other.pointer == problem.pointer && other.message == problem.message;
                prop_assert!(!left.iter().any(same), "{} is still there", problem.message);
            }
        }
        let mut scenario = Scenario::default();
        scenario.semantics.max_steps = 500;
        let played = trace(&CompiledPath::new("", &path, &index), &index, &scenario);
        prop_assert!(played.steps.windows(2).all(|pair| matches!(pair, [one, other] if one.at <= other.at)));
    }

    #[test]
    fn as_anything_else(value in any_json()) {
        let text = value.to_string();
        let _refused_or_not = (World::from_text(&text), Expectation::list_from_text(&text));
        if let Ok(scenario) = Scenario::from_text(&text) {
            let _answer = simulate(&Index::new(World::default()), &scenario);
        }
    }
}
