//! A templated path is the path that its template comes to, and unknown only where a value is missing (R25).

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use escalation_api::PathPayload;
use escalation_engine::diff::behaviour;
use escalation_engine::machine::Outcome;
use escalation_engine::prove::{Answer, Expect, Expectation, Horizon, prove};
use escalation_engine::simulate::compile_for;
use escalation_engine::trace::StepName;
use escalation_engine::{CompiledPath, Index, Instant, Scenario, Trace, World, simulate};
use serde_json::{Value, json};

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn level(id: &str, target: Value) -> Value {
    let mut target = target;
    target["urgency"] = json!("high");
    json!({"id": id, "type": "level", "level": {"time_to_ack_seconds": 60, "targets": [target]}})
}

fn user(id: &str, of: &str) -> Value {
    level(id, json!({"type": "user", "binding": {"value": {"reference": of}}}))
}

fn param(name: &str, default: Value) -> Value {
    let mut param = json!({"name": name, "label": name, "type": "CatalogEntry[\"User\"]", "array": false,
        "optional": false, "description": ""});
    if !default.is_null() {
        param["default_value"] = default;
    }
    param
}

fn literal(id: &str) -> Value {
    json!({"value": {"literal": id}})
}

/// A world with one template, made of these nodes, with the parameters `one`, `two` and `three`, which has a default.
fn world(nodes: Value) -> Value {
    let users = ["ada", "bo", "cy"].map(|id| json!({"id": id, "name": id, "can_be_paged": true}));
    let params = json!([param("one", Value::Null), param("two", Value::Null), param("three", literal("cy"))]);
    json!({"users": users, "priorities": [{"id": "p1", "name": "P1"}, {"id": "p2", "name": "P2"}],
        "templates": [{"id": "t", "name": "T", "params": params, "expressions": [], "path": nodes}]})
}

fn path(bindings: Value) -> Value {
    json!({"name": "p", "kind": "templated", "template_id": "t", "path": [], "param_bindings": bindings})
}

fn play(world: &Value, path: &Value) -> Trace {
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let scenario = Scenario {
        path: Some(path.clone()),
        priority_id: Some("p1".into()),
        fired_at: at("2026-06-01T10:00:00Z"),
        ..Scenario::default()
    };
    simulate(&index, &scenario).unwrap()
}

/// Who is paged, in order; and why the run stopped, if it did.
fn told(trace: &Trace) -> String {
    let paged = trace.steps.iter().filter(|step| step.step == StepName::Paged);
    let mut all: Vec<String> = paged.filter_map(|step| step.user_id.clone()).collect();
    if trace.outcome != Outcome::Expired {
        let last = trace.steps.last().unwrap();
        all.push(format!("{} at {}: {}", trace.outcome.as_str(), last.node_id.as_deref().unwrap_or("-"), last.why));
    }
    all.join(" ")
}

#[test]
fn values_are_those_that_the_path_binds() {
    let world = world(json!([user("a", "one"), user("b", "two"), user("c", "three")]));
    let of = |bindings: Value| told(&play(&world, &path(bindings)));
    assert_eq!(of(json!({"one": literal("ada"), "two": literal("bo"), "three": literal("ada")})), "ada bo ada");
    assert_eq!(of(json!({"one": literal("ada"), "two": literal("bo")})), "ada bo cy", "the default counts");
    let several = json!({"array_value": [{"literal": "ada"}, {"literal": "bo"}]});
    assert_eq!(of(json!({"one": several, "two": literal("bo")})), "ada bo bo cy");
    assert_eq!(of(json!({"one": {"array_value": []}, "two": literal("bo")})), "bo cy", "no values are no targets");
    // As it is returned, with labels.
    let labelled = json!({"value": {"label": "Ada", "literal": "ada"}});
    assert_eq!(of(json!({"one": labelled, "two": literal("bo")})), "ada bo cy");
}

#[test]
fn only_what_stays_open_is_unknown() {
    let world = world(json!([user("a", "one"), user("b", "two"), user("c", "three")]));
    let of = |bindings: Value| told(&play(&world, &path(bindings)));
    let open = "ada undecided at b: a target is bound to `two`, which has no value here";
    let referring = json!({"value": {"reference": "alert.attributes.team"}});
    for two in [
        Value::Null,
        json!({}),
        json!({"value": null}),
        json!({"value": {}}),
        json!({"value": {"literal": ""}}),
        referring,
        json!({"value": {"reference": "three"}}),
        json!({"value": {"literal": "bo", "reference": "one"}}),
        json!({"value": {"literal": "bo"}, "array_value": []}),
        json!({"array_value": [{"literal": "bo"}, {"reference": "x"}]}),
        json!(5),
        json!({"value": 5}),
        json!({"value": {"literal": 5}}),
        json!({"array_value": {}}),
    ] {
        assert_eq!(of(json!({"one": literal("ada"), "two": two})), open, "{two}");
    }
    assert_eq!(of(json!({"one": literal("ada")})), open);
    assert_eq!(of(Value::Null), "undecided at a: a target is bound to `one`, which has no value here");
    // What a template refers to that is no parameter.
    let expression = self::world(json!([user("a", "one"), user("b", "expressions[\"x\"]")]));
    let expected = "ada undecided at b: a target is bound to `expressions[\"x\"]`, which has no value here";
    assert_eq!(told(&play(&expression, &path(json!({"one": literal("ada")})))), expected);
}

#[test]
fn templates_that_are_not_there() {
    let mut world = world(json!([user("a", "one")]));
    let bound = path(json!({"one": literal("ada")}));
    let mut own = bound.clone();
    own["path"] = json!([level("x", json!({"type": "user", "id": "ada"}))]);
    assert_eq!(
        told(&play(&world, &own)),
        "undecided at -: this path takes its nodes from a template and has nodes of its own"
    );
    let mut no_template = bound.clone();
    no_template.as_object_mut().unwrap().remove("template_id");
    assert_eq!(
        told(&play(&world, &no_template)),
        "undecided at -: this path takes its nodes from a template and does not say from which"
    );
    world["templates"][0]["path"] = json!(5);
    assert_eq!(
        told(&play(&world, &bound)),
        "undecided at -: the template `t`, from which this path takes its nodes, cannot be read"
    );
    world["templates"] = json!([]);
    assert_eq!(
        told(&play(&world, &bound)),
        "undecided at -: there is no template `t`, from which this path takes its nodes"
    );
    world["unread"] = json!(["templates"]);
    assert_eq!(
        told(&play(&world, &bound)),
        "undecided at -: not all templates could be read, and `t` is not among those that could"
    );
}

#[test]
fn conditions_refer_to_parameters() {
    let branch = |values: Value, condition_form: bool| {
        let (subject, operation) = match condition_form {
            true => (json!("escalation.priority"), json!("one_of")),
            false => (
                json!({"label": "Priority", "reference": "escalation.priority"}),
                json!({"label": "is one of", "value": "one_of"}),
            ),
        };
        json!([{"id": "b", "type": "if_else", "if_else": {
            "conditions": [{"subject": subject, "operation": operation, "param_bindings": [values]}],
            "then_path": [user("x", "two")], "else_path": [user("y", "three")]}}])
    };
    for form in [true, false] {
        for values in [json!({"array_value": [{"reference": "one"}]}), json!({"value": {"reference": "one"}})] {
            let world = world(branch(values, form));
            let of = |one: Value| told(&play(&world, &path(json!({"one": one, "two": literal("bo")}))));
            assert_eq!(of(json!({"array_value": [{"literal": "p1"}, {"literal": "p2"}]})), "bo");
            assert_eq!(of(literal("p2")), "cy");
            assert!(of(Value::Null).starts_with("undecided at b"), "{}", of(Value::Null));
        }
    }
}

#[test]
fn proofs_and_changes_are_of_what_it_comes_to() {
    let world = world(json!([user("a", "one"), user("b", "two")]));
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let verdicts = |path: &Value| {
        let scenario = Scenario { path: Some(path.clone()), ..Scenario::default() };
        let compiled = compile_for(&index, &scenario).unwrap();
        let (from, until) = (at("2026-06-01T00:00:00Z"), at("2026-06-02T00:00:00Z"));
        let expectations = [Expect::PagesSomeone, Expect::EveryNodeReachable].map(Expectation::new);
        let verdicts = prove(&compiled, &index, &Horizon { from, until, scenario }, &expectations).unwrap();
        verdicts.iter().map(|verdict| verdict.verdict).collect::<Vec<_>>()
    };
    let bound = path(json!({"one": literal("ada"), "two": literal("bo")}));
    assert_eq!(verdicts(&bound), [Answer::Proven; 2]);
    assert_eq!(verdicts(&path(json!({"two": literal("bo")}))), [Answer::Incomplete; 2]);
    let changes = |one: &Value, other: &Value| {
        let [one, other] = [one, other].map(|path| PathPayload::read_either(path.clone()).unwrap());
        let [one, other] = [one, other].map(|path| CompiledPath::new("", &path, &index));
        let (from, until) = (at("2026-06-01T00:00:00Z"), at("2026-06-02T00:00:00Z"));
        let found = behaviour(&one, &other, &index, &Horizon { from, until, scenario: Scenario::default() }).unwrap();
        (found.is_complete, found.changes.len())
    };
    let plain = json!({"name": "p", "path": [
        level("a", json!({"type": "user", "id": "ada"})), level("b", json!({"type": "user", "id": "bo"}))]});
    assert_eq!(changes(&bound, &plain), (true, 0));
    let (complete, count) = changes(&bound, &path(json!({"one": literal("ada"), "two": literal("cy")})));
    assert!(complete && count > 0);
}

#[test]
fn what_a_template_has_beside_its_nodes() {
    let mut world = world(json!([
        {"id": "w", "type": "delay", "delay": {"delay_interval_condition": "active", "delay_weekday_interval_config_id": "h"}},
        user("a", "one")]));
    world["templates"][0]["working_hours"] = json!([{"id": "h", "name": "h", "timezone": "UTC",
        "weekday_intervals": [{"weekday": "monday", "start_time": "12:00", "end_time": "13:00"}]}]);
    world["templates"][0]["repeat_config"] = json!({"repeat_after_seconds": 600, "delay_repeat_on_activity": false});
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let read = |path: Value| CompiledPath::new("", &PathPayload::read_either(path).unwrap(), &index);
    let bound = path(json!({"one": literal("ada")}));
    let trace = play(&world, &bound);
    let paged = trace.steps.iter().find(|step| step.step == StepName::Paged).unwrap();
    assert_eq!(paged.at, at("2026-06-01T12:00:00Z"));
    assert_eq!(read(bound.clone()).plans()[0].repeat.unwrap().after, 600);
    let mut own = bound;
    own["repeat_config"] = json!({"repeat_after_seconds": 900, "delay_repeat_on_activity": false});
    assert_eq!(read(own).plans()[0].repeat.unwrap().after, 900);
}

#[test]
fn a_hand_over_goes_on_in_a_templated_path() {
    let mut world = world(json!([user("a", "one")]));
    let mut other = path(json!({"one": literal("ada")}));
    other["id"] = json!("other");
    world["paths"] = json!([other]);
    let over = json!({"name": "p", "path": [
        {"id": "h", "type": "escalation_path", "escalation_path": {"escalation_path_id": "other"}}]});
    let trace = play(&world, &over);
    assert_eq!(told(&trace), "ada");
    let places: BTreeMap<_, _> = trace.steps.iter().map(|step| (step.node_id.clone(), step.path_id.clone())).collect();
    assert_eq!(places.get(&Some("a".to_string())), Some(&Some("other".to_string())));
}

/// Whatever stands in the place of anything, there is an answer, and what cannot be read is never nobody.
#[test]
fn anything_anywhere() {
    let odd =
        [json!(null), json!(5), json!("x"), json!([]), json!({}), json!([{}]), json!({"value": {"reference": "one"}})];
    let world = world(json!([user("a", "one"), user("b", "two")]));
    let bound = path(json!({"one": literal("ada"), "two": literal("bo")}));
    let mut count = 0;
    for (document, is_world) in [(&world["templates"][0], true), (&bound, false)] {
        let mut pointers = Vec::new();
        places(document, String::new(), &mut pointers);
        for pointer in pointers {
            for value in &odd {
                let mut changed = document.clone();
                *changed.pointer_mut(&pointer).unwrap() = value.clone();
                let (mut world, mut path) = (world.clone(), bound.clone());
                if is_world {
                    world["templates"][0] = changed;
                } else {
                    path = changed;
                }
                let Ok(read) = World::from_text(&world.to_string()) else { continue };
                let scenario =
                    Scenario { path: Some(path), fired_at: at("2026-06-01T10:00:00Z"), ..Scenario::default() };
                let Ok(trace) = simulate(&Index::new(read), &scenario) else { continue };
                assert!(trace.steps.len() > 1, "{pointer} {value}");
                count += 1;
            }
        }
    }
    assert!(count > 200, "{count}");
}

fn places(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| places(value, format!("{at}/{name}"), found)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, value)| places(value, format!("{at}/{index}"), found))
        }
        _ => {}
    }
    if !at.is_empty() {
        found.push(at);
    }
}
