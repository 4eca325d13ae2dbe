//! A templated path is the path that its template comes to, and unknown only where a value is missing (R25).

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use escalation_api::PathPayload;
use escalation_engine::check::{Code, check};
use escalation_engine::diff::behaviour;
use escalation_engine::machine::Outcome;
use escalation_engine::prove::{Expect, Expectation, Horizon, Verdict, VerdictKind, prove};
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
    assert_eq!(verdicts(&bound), [VerdictKind::Proven; 2]);
    assert_eq!(verdicts(&path(json!({"two": literal("bo")}))), [VerdictKind::Incomplete; 2]);
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

#[test]
fn problems_of_a_template_that_are_not_told_are_counted() {
    let target = |id: &str| json!({"type": "user", "id": id, "urgency": "high"});
    let level = |number: usize| {
        json!({"id": format!("n{number}"), "type": "level",
            "level": {"time_to_ack_seconds": 60, "targets": [target("nobody"), target("no one")]}})
    };
    let world = world((0..2_000).map(level).collect());
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let path = <PathPayload as escalation_api::Json>::read(path(json!({}))).unwrap();
    let found = escalation_engine::check::findings("", &path, &index);
    assert_eq!((found.problems.len(), found.more_warnings), (2_000, 2_000));
}

fn problems(world: &Value, path: &Value) -> Vec<(Code, String)> {
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let path = PathPayload::read_either(path.clone()).unwrap();
    check("", &path, &index).into_iter().map(|problem| (problem.code, problem.message)).collect()
}

/// What each expectation comes to, with its sentence on what was assumed of branches.
fn judged(world: &Value, path: &Value, expectations: Value) -> Vec<Verdict> {
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let scenario = Scenario { path: Some(path.clone()), ..Scenario::default() };
    let compiled = compile_for(&index, &scenario).unwrap();
    let (from, until) = (at("2026-06-01T00:00:00Z"), at("2026-06-02T00:00:00Z"));
    let expectations: Vec<Expectation> = serde_json::from_value(expectations).unwrap();
    prove(&compiled, &index, &Horizon { from, until, scenario }, &expectations).unwrap()
}

#[test]
fn check_says_what_is_wrong_with_what_it_comes_to() {
    let none = json!({"one": {"array_value": []}});
    let channel = json!([{"id": "c", "type": "notify_channel", "notify_channel": {"time_to_ack_seconds": 60,
        "targets": [{"type": "slack_channel", "urgency": "high", "binding": {"value": {"reference": "one"}}}]}}]);
    for (nodes, bindings) in
        [(json!([]), json!({})), (json!([user("a", "one")]), none.clone()), (channel, none.clone())]
    {
        let (world, path) = (world(nodes), path(bindings));
        let [verdict] = judged(&world, &path, json!([{"expect": "pages_someone"}])).try_into().unwrap();
        assert_eq!(verdict.verdict, VerdictKind::Refuted);
        let [(code, message)] = problems(&world, &path).try_into().unwrap();
        assert_eq!(code, Code::Silent);
        assert!(message.starts_with("In the template at `path"), "{message}");
    }
    // Somebody is paged after a level without targets.
    let two = json!({"one": {"array_value": []}, "two": literal("bo")});
    assert_eq!(problems(&world(json!([user("a", "one"), user("b", "two")])), &path(two)), []);

    let mut by_hours = world(json!([
        {"id": "w", "type": "delay", "delay": {"delay_interval_condition": "active", "delay_weekday_interval_config_id": "h"}},
        user("a", "one")]));
    by_hours["templates"][0]["working_hours"] = json!([{"id": "h", "name": "h", "timezone": "Factory",
        "weekday_intervals": [{"weekday": "monday", "start_time": "12:00", "end_time": "23:59"}]}]);
    let ada = path(json!({"one": literal("ada")}));
    let codes = |world: &Value| problems(world, &ada).into_iter().map(|(code, _)| code).collect::<Vec<_>>();
    assert_eq!(codes(&by_hours), [Code::MinuteShort, Code::NoPlace]);

    // What keeps a run from going on is said, whatever it is, and is no reason to refuse the path.
    let changed = |pointer: &str, value: Value| {
        let mut nodes = json!([user("a", "one")]);
        *nodes.pointer_mut(pointer).unwrap() = value;
        world(nodes)
    };
    for (world, at) in [
        (changed("/0/level/time_to_ack_seconds", json!({"reference": "one"})), "path.0.level.time_to_ack_seconds"),
        (changed("/0/level/time_to_ack_seconds", json!(-5)), "path.0.level.time_to_ack_seconds"),
        (changed("/0/level", json!(5)), "path.0.level"),
        (
            world(json!([{"id": "r", "type": "repeat", "repeat": {"to_node": "x", "repeat_times": 2}}])),
            "path.0.repeat.to_node",
        ),
        (
            world(json!([{"id": "w", "type": "delay", "delay": {"delay_interval_condition": "active",
                "delay_weekday_interval_config_id": "none"}}])),
            "path.0.delay.delay_weekday_interval_config_id",
        ),
    ] {
        assert_eq!(play(&world, &ada).outcome, Outcome::Undecided, "{at}");
        let found = problems(&world, &ada);
        let said = |(code, message): &(Code, String)| *code == Code::Unread && message.contains(&format!("at `{at}`"));
        assert!(found.iter().any(said), "{at}: {found:?}");
    }
}

#[test]
fn a_hand_over_to_a_template_that_tells_nobody() {
    let hand_over = |id: &str, to: &str| json!({"id": id, "type": "escalation_path", "escalation_path": {"escalation_path_id": to}});
    let mut world = world(json!([user("a", "one")]));
    let mut other = path(json!({"one": {"array_value": []}}));
    other["id"] = json!("other");
    world["paths"] = json!([other]);
    let over = json!({"name": "p", "path": [hand_over("h", "other")]});
    let codes = |world: &Value| problems(world, &over).into_iter().map(|(code, _)| code).collect::<Vec<_>>();
    assert_eq!(codes(&world), [Code::Silent]);
    world["paths"][0]["param_bindings"] = json!({"one": literal("ada")});
    assert_eq!(codes(&world), []);
    world["templates"][0]["path"] = json!([user("a", "one"), hand_over("h", "other")]);
    assert_eq!(codes(&world), [Code::Circle]);
}

/// An alert has one priority, and so a condition on it that is not known has one outcome in a run.
#[test]
fn an_open_condition_on_priority_goes_one_way_in_a_run() {
    let page = |id: &str, who: &str| level(id, json!({"type": "user", "id": who}));
    let branch = |otherwise: Value| {
        json!([{"id": "b", "type": "if_else", "if_else": {
        "conditions": [{"subject": "escalation.priority", "operation": "one_of",
            "param_bindings": [{"array_value": [{"reference": "one"}]}]}],
        "then_path": [page("x", "ada"), {"id": "r", "type": "repeat", "repeat": {"to_node": "b", "repeat_times": 1}}],
        "else_path": otherwise}}])
    };
    let of = |nodes: Value, expectations: Value| judged(&world(nodes), &path(json!({})), expectations);
    let expectations = json!([{"expect": "at_most_people_before", "people": 1, "seconds": 600},
        {"expect": "ends_within", "seconds": 120}, {"expect": "ends_within", "seconds": 60}, {"expect": "not_louder_than"}]);
    let found = of(branch(json!([page("y", "bo")])), expectations);
    let answers: Vec<VerdictKind> = found.iter().map(|verdict| verdict.verdict).collect();
    // It may hold for one of two priorities and not for the other.
    assert_eq!(answers, [VerdictKind::Proven, VerdictKind::Proven, VerdictKind::Refuted, VerdictKind::Incomplete]);
    let said = "the condition of `b` may hold or not, for all of a run";
    assert!(found[0].scope.assumed.iter().any(|one| one == said), "{:?}", found[0].scope.assumed);
    // The way that notifies nobody is gone again and again.
    let back = json!([{"id": "s", "type": "repeat", "repeat": {"to_node": "b", "repeat_times": 3}}]);
    let silent = problems(&world(branch(back)), &path(json!({})));
    assert!(silent.iter().any(|(code, _)| *code == Code::Silent), "{silent:?}");
    // Something else than a priority may change.
    let mut nodes = branch(json!([page("y", "bo")]));
    nodes[0]["if_else"]["conditions"][0]["subject"] = json!("alert.attributes.team");
    let [verdict] =
        of(nodes, json!([{"expect": "at_most_people_before", "people": 1, "seconds": 600}])).try_into().unwrap();
    assert_eq!(verdict.verdict, VerdictKind::Refuted);
}
