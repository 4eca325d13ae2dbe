//! Where the list of priorities is not known to be complete, nothing is said as if it were.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use escalation_api::{Json as _, PathPayload};
use escalation_engine::check::{Code, check};
use escalation_engine::diff::behaviour;
use escalation_engine::from_api::Answers;
use escalation_engine::prove::{Expectation, Horizon, Verdict, VerdictKind, classes, prove};
use escalation_engine::simulate::compile_for;
use escalation_engine::world::PrioritySource;
use escalation_engine::{CompiledPath, Index, Instant, Scenario, World, simulate};
use serde_json::{Value, json};

fn world(priorities: Value, from: Value) -> World {
    let person = |id: &str, name: &str| json!({"id": id, "name": name, "can_be_paged": true});
    let mut world = json!({"priorities": priorities, "users": [person("ada", "Ada"), person("bo", "Bo")]});
    if !from.is_null() {
        world["priorities_from"] = from;
    }
    World::from_text(&world.to_string()).unwrap()
}

fn only_p1() -> Value {
    json!([{"id": "p1", "name": "P1"}])
}

fn level(id: &str, user: &str, urgency: &str) -> Value {
    json!({"id": id, "type": "level", "level": {"time_to_ack_seconds": 60,
        "targets": [{"type": "user", "id": user, "urgency": urgency}]}})
}

fn branch(id: &str, among: &[&str], then: Value, otherwise: Value) -> Value {
    let values: Vec<Value> = among.iter().map(|id| json!({"literal": id})).collect();
    json!({"id": id, "type": "if_else", "if_else": {"conditions": [{"subject": "escalation.priority",
        "operation": "one_of", "param_bindings": [{"array_value": values}]}], "then_path": then, "else_path": otherwise}})
}

fn path(nodes: Value) -> Value {
    json!({"name": "x", "path": nodes})
}

fn horizon(path: &Value) -> Horizon {
    let (from, until) = ("2026-06-01T00:00:00Z".parse().unwrap(), "2026-06-02T00:00:00Z".parse().unwrap());
    Horizon { from, until, scenario: Scenario { path: Some(path.clone()), ..Scenario::default() } }
}

fn judge(world: &World, path: &Value, expectations: Value) -> Vec<Verdict> {
    let index = Index::new(world.clone());
    let horizon = horizon(path);
    let compiled = compile_for(&index, &horizon.scenario).unwrap();
    let expectations: Vec<_> = serde_json::from_value(expectations).unwrap();
    prove(&compiled, &index, &horizon, &expectations).unwrap()
}

/// What every list is that is not known to be complete, with one priority known of it.
fn incomplete() -> [World; 3] {
    [world(only_p1(), json!("branches")), world(only_p1(), json!("unreadable")), world(json!([]), Value::Null)]
}

#[test]
fn what_pages_nobody_for_priorities_that_are_not_listed_is_refuted() {
    let nodes = path(json!([branch("b", &["p1"], json!([level("l", "ada", "high")]), json!([]))]));
    for world in incomplete() {
        let [someone, p1, other] = judge(
            &world,
            &nodes,
            json!([{"expect": "pages_someone"}, {"expect": "pages_someone", "priorities": ["p1"]},
                {"expect": "pages_someone", "priorities": ["p7"]}]),
        )
        .try_into()
        .unwrap();
        assert_eq!(
            (someone.verdict, p1.verdict, other.verdict),
            (VerdictKind::Refuted, VerdictKind::Proven, VerdictKind::Refuted)
        );
        assert_eq!(someone.scope.priorities.iter().map(String::as_str).collect::<Vec<_>>(), ["*", "p1", "p7"]);
        let during: Vec<&str> = someone.refuted_during.iter().map(|during| during.priority_id.as_str()).collect();
        assert_eq!(during, ["*", "p7"]);
        assert!(someone.scope.assumed.iter().any(|one| one.contains("priorities")), "{:?}", someone.scope.assumed);
        // What shows it can be played.
        let example = someone.counterexample.unwrap();
        let index = Index::new(world);
        assert_eq!(simulate(&index, &example.scenario).unwrap(), example.trace);
        assert!(
            example.trace.steps.iter().any(|step| step.why.contains("is not P1") || step.why.contains("is not p1"))
        );
        let of_any = Scenario { priority_id: Some("*".to_string()), ..example.scenario };
        let trace = simulate(&index, &of_any).unwrap();
        assert!(trace.steps.iter().any(|step| step.why.starts_with("any other priority is not")));
    }
    let complete = world(only_p1(), Value::Null);
    let [someone] = judge(&complete, &nodes, json!([{"expect": "pages_someone"}])).try_into().unwrap();
    assert_eq!((someone.verdict, someone.scope.priorities), (VerdictKind::Proven, vec!["p1".to_string()]));
    assert!(complete.priorities_note().is_none());
}

#[test]
fn a_condition_that_others_do_not_meet_is_not_constant() {
    let nodes =
        path(json!([branch("b", &["p1"], json!([level("l", "ada", "high")]), json!([level("m", "bo", "low")]))]));
    let payload = escalation_api::PathPayload::read(nodes.clone()).unwrap();
    let codes = |world: &World| -> Vec<Code> {
        check("", &payload, &Index::new(world.clone())).into_iter().map(|problem| problem.code).collect()
    };
    for world in incomplete() {
        assert_eq!(codes(&world), [], "{:?}", world.priorities_from);
    }
    assert_eq!(codes(&world(only_p1(), Value::Null)), [Code::Constant]);
    // What was asked before is decided, whichever priorities there are.
    for (inner, holds) in [(vec!["p1"], "Never"), (vec!["p1", "p2"], "")] {
        let inner = branch("c", &inner, json!([level("l", "ada", "high")]), json!([level("m", "bo", "low")]));
        let outer = path(json!([branch("b", &["p1"], json!([level("n", "ada", "high")]), json!([inner]))]));
        let payload = escalation_api::PathPayload::read(outer).unwrap();
        for world in incomplete() {
            let found = check("", &payload, &Index::new(world));
            let constant: Vec<_> = found.iter().filter(|problem| problem.code == Code::Constant).collect();
            assert_eq!(constant.len(), usize::from(!holds.is_empty()));
            assert!(constant.iter().all(|problem| problem.message.contains(holds)));
        }
    }
    let inner = branch("c", &["p1", "p2"], json!([level("l", "ada", "high")]), json!([level("m", "bo", "low")]));
    let outer = path(json!([branch("b", &["p1"], json!([inner]), json!([level("n", "ada", "high")]))]));
    let payload = escalation_api::PathPayload::read(outer).unwrap();
    for world in incomplete() {
        let found = check("", &payload, &Index::new(world));
        assert!(found.iter().any(|problem| problem.message.starts_with("Always true")), "{found:?}");
    }
}

#[test]
fn a_change_for_others_is_a_change() {
    let with =
        path(json!([branch("b", &["p1"], json!([level("l", "ada", "high")]), json!([level("m", "bo", "low")]))]));
    let without = path(json!([level("l", "ada", "high")]));
    for world in incomplete() {
        let index = Index::new(world);
        let [before, after] = [&with, &without]
            .map(|path| CompiledPath::new("", &escalation_api::PathPayload::read(path.clone()).unwrap(), &index));
        let found = behaviour(&before, &after, &index, &horizon(&with)).unwrap();
        let said: Vec<String> = found.changes.iter().map(|change| change.sentence(&index)).collect();
        assert_eq!(said.len(), 1);
        assert!(said[0].starts_with("any other priority, at any time: Ada is now paged at once"), "{said:?}");
    }
}

#[test]
fn an_order_that_is_not_known_is_not_guessed() {
    let inner = branch("c", &["low"], json!([level("m", "ada", "low")]), json!([level("n", "ada", "high")]));
    let nodes = path(json!([branch("b", &["medium"], json!([level("l", "ada", "high")]), json!([inner]))]));
    let listed = json!([{"id": "low", "name": "Low"}, {"id": "medium", "name": "Medium"}]);
    let expectations = json!([{"expect": "not_louder_than"}, {"expect": "not_louder_than", "pairs": [["low", "medium"]]},
        {"expect": "not_louder_than", "pairs": [["medium", "low"]]}]);
    let answers = |from: Value| {
        let verdicts = judge(&world(listed.clone(), from), &nodes, expectations.clone());
        verdicts.into_iter().map(|verdict| verdict.verdict).collect::<Vec<_>>()
    };
    assert_eq!(answers(json!("branches")), [VerdictKind::Incomplete, VerdictKind::Proven, VerdictKind::Refuted]);
    // In the order of a list that is one, it is another matter.
    assert_eq!(answers(Value::Null)[0], VerdictKind::Refuted);
    // What nothing tells apart is equally loud in any order.
    let alike = path(json!([level("l", "ada", "high")]));
    let [same] =
        judge(&world(listed, json!("branches")), &alike, json!([{"expect": "not_louder_than"}])).try_into().unwrap();
    assert_eq!(same.verdict, VerdictKind::Proven);
}

#[test]
fn a_world_says_where_its_priorities_come_from() {
    let returned = |id: &str, label: &str| {
        let condition = json!({"subject": {"label": "Priority", "reference": "escalation.priority"},
            "operation": {"label": "is one of", "value": "one_of"},
            "param_bindings": [{"array_value": [{"label": label, "literal": id}]}]});
        escalation_api::Path::read(json!({"id": "a", "name": "A", "path": [{"id": "b", "type": "if_else",
            "if_else": {"conditions": [condition], "then_path": [], "else_path": []}}]}))
        .unwrap()
    };
    let priority = |id: &str| escalation_engine::world::Priority { id: id.to_string(), name: id.to_uppercase() };
    let paths = vec![returned("m", "Medium")];
    let made = |priorities: Vec<_>, priorities_unreadable: bool| {
        World::from_api(Answers { paths: paths.clone(), priorities, priorities_unreadable, ..Answers::default() })
    };
    let ids = |world: &World| world.priorities.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
    let given = made(vec![priority("p1")], false);
    assert_eq!((ids(&given), given.priorities_from), (vec!["p1".into()], Some(PrioritySource::Organisation)));
    assert!(given.knows_all_priorities());
    let named = made(Vec::new(), false);
    assert_eq!((ids(&named), named.priorities_from), (vec!["m".into()], Some(PrioritySource::Branches)));
    let unread = made(vec![priority("p1")], true);
    assert_eq!(
        (ids(&unread), unread.priorities_from),
        (vec!["m".into(), "p1".into()], Some(PrioritySource::Unreadable))
    );
    for world in [&named, &unread] {
        assert!(!world.knows_all_priorities() && !world.knows_priority_order());
        // It is the same after it was written.
        assert_eq!(World::from_text(&serde_json::to_string(world).unwrap()).unwrap(), *world);
    }
}

#[test]
fn groups_of_priorities() {
    let groups = |world: &World, nodes: Value| {
        let index = Index::new(world.clone());
        let payload = escalation_api::PathPayload::read(path(nodes)).unwrap();
        classes(&[&CompiledPath::new("", &payload, &index)], &index)
    };
    let nodes =
        || json!([branch("b", &["p1", "p3"], json!([]), json!([branch("c", &["p3", "*"], json!([]), json!([]))]))]);
    let none: Vec<Vec<String>> = vec![vec![]];
    let all = |of: &[&[&str]]| -> Vec<Vec<String>> {
        of.iter().map(|class| class.iter().map(ToString::to_string).collect()).collect()
    };
    let two = json!([{"id": "p1", "name": "P1"}, {"id": "p2", "name": "P2"}]);
    // Of a complete list nothing else counts.
    assert_eq!(groups(&world(two.clone(), Value::Null), nodes()), all(&[&["p1"], &["p2"]]));
    // Who is named is somebody, and any other is like one that is not named, unless a condition says something of `*`.
    assert_eq!(groups(&world(two.clone(), json!("branches")), nodes()), all(&[&["p1"], &["p2"], &["p3"], &["*"]]));
    let plain = json!([branch("b", &["p1", "p3"], json!([]), json!([]))]);
    assert_eq!(groups(&world(two.clone(), json!("branches")), plain), all(&[&["p1", "p3"], &["p2", "*"]]));
    assert_eq!(groups(&world(json!([]), Value::Null), nodes()), all(&[&["p1"], &["p3"], &["*"]]));
    // Where nothing asks for it, it does not matter which there are.
    assert_eq!(groups(&world(json!([]), Value::Null), json!([level("l", "ada", "high")])), none);
    assert_eq!(groups(&world(two, json!("unreadable")), json!([])), all(&[&["p1", "p2", "*"]]));
}

/// The id that stands for any other priority is told apart from a priority that has this very id.
#[test]
fn a_priority_with_the_id_of_any_other() {
    let star = || json!([{"id": "*", "name": "Star"}, {"id": "p1", "name": "P1"}]);
    let nodes = path(json!([branch("b", &["*", "p1"], json!([level("l", "ada", "high")]), json!([]))]));
    let expectations = json!([{"expect": "pages_someone"}, {"expect": "pages_someone", "priorities": ["*"]}]);
    let found = |world: &World, nodes: &Value| judge(world, nodes, expectations.clone());
    for from in ["branches", "unreadable"] {
        let world = world(star(), json!(from));
        let [all, one] = found(&world, &nodes).try_into().unwrap();
        assert_eq!((all.verdict, one.verdict), (VerdictKind::Refuted, VerdictKind::Proven));
        assert_eq!(all.scope.priorities, ["*", "**", "p1"]);
        assert_eq!(all.refuted_during.iter().map(|during| during.priority_id.as_str()).collect::<Vec<_>>(), ["**"]);
        let trace = all.counterexample.unwrap().trace;
        let why = "any other priority is not one of Star or P1";
        assert!(trace.steps.iter().any(|step| step.why == why), "{:?}", trace.steps);
        assert!(!world.is_other_priority("*") && world.is_other_priority("**") && !world.is_other_priority("***"));
    }
    assert_eq!(world(json!([{"id": "**", "name": "S"}]), json!("branches")).other_priority(), "*");
    assert_eq!(
        world(json!([{"id": "*", "name": "S"}, {"id": "***", "name": "T"}]), json!("branches")).other_priority(),
        "****"
    );
    // Of a complete list nothing is any other.
    let [all, one] = found(&world(star(), Value::Null), &nodes).try_into().unwrap();
    assert_eq!((all.verdict, one.verdict), (VerdictKind::Proven, VerdictKind::Proven));
    assert_eq!(all.scope.priorities, ["*", "p1"]);

    // Where only a condition names it, any other priority may be that one.
    let not_star = path(json!([branch("b", &["*"], json!([]), json!([level("l", "ada", "high")]))]));
    let inner =
        json!([branch("c", &["p1", "*"], json!([level("l", "ada", "high")]), json!([level("m", "bo", "low")]))]);
    let same = path(json!([branch("b", &["*"], inner, json!([level("l", "ada", "high")]))]));
    for world in [world(only_p1(), json!("branches")), world(only_p1(), json!("unreadable"))] {
        let [all, _] = found(&world, &not_star).try_into().unwrap();
        assert_eq!((all.verdict, all.depends), (VerdictKind::Refuted, true));
        assert_eq!(all.refuted_during[0].priority_id, "*");
        // It is that one or it is not, in all conditions of a run.
        let bo = json!([{"expect": "covered_by", "users": ["ada"], "seconds": 0}]);
        assert_eq!(judge(&world, &same, bo)[0].verdict, VerdictKind::Proven);
    }
}

#[test]
fn priorities_without_an_id_or_listed_twice() {
    let nodes = path(json!([branch("b", &["p1", ""], json!([level("l", "ada", "high")]), json!([]))]));
    // What is listed without an id may be any.
    let nameless = world(json!([{"id": "p1", "name": "P1"}, {"id": "", "name": "P2"}]), Value::Null);
    let [all] = judge(&nameless, &nodes, json!([{"expect": "pages_someone"}])).try_into().unwrap();
    assert_eq!((all.verdict, all.scope.priorities), (VerdictKind::Refuted, vec!["*".to_string(), "p1".to_string()]));
    assert!(nameless.priorities_note().unwrap().starts_with("a priority is listed without an id"));
    assert!(all.scope.assumed.iter().any(|one| one.starts_with("a priority is listed without an id")));
    let example = all.counterexample.unwrap();
    assert_eq!(example.scenario.priority_id.as_deref(), Some("*"));
    // An alert with an empty id has none.
    let of_nobody = Scenario { priority_id: Some(String::new()), ..example.scenario };
    let trace = simulate(&Index::new(nameless), &of_nobody).unwrap();
    assert!(trace.steps.last().unwrap().why.starts_with("the alert's priority is not given"));

    // One that is listed twice is one priority, and the order of a list that has it is none.
    let twice =
        world(json!([{"id": "p1", "name": "P1"}, {"id": "p2", "name": "P2"}, {"id": "p1", "name": "P1"}]), Value::Null);
    assert!(twice.knows_all_priorities() && !twice.knows_priority_order());
    let loud =
        path(json!([branch("b", &["p1"], json!([level("l", "ada", "high")]), json!([level("m", "ada", "low")]))]));
    let [louder, all] =
        judge(&twice, &loud, json!([{"expect": "not_louder_than"}, {"expect": "pages_someone"}])).try_into().unwrap();
    assert_eq!((louder.verdict, all.verdict), (VerdictKind::Incomplete, VerdictKind::Proven));
    assert_eq!(all.scope.priorities, ["p1", "p2"]);
    let payload = escalation_api::PathPayload::read(loud).unwrap();
    let index = Index::new(twice);
    let groups = classes(&[&CompiledPath::new("", &payload, &index)], &index);
    assert_eq!(groups, [vec!["p1".to_string()], vec!["p2".to_string()]]);
}

/// What follows where nobody knows what follows may ask for the priority.
#[test]
fn what_is_not_known_may_tell_priorities_apart() {
    let level = |user: &str| {
        json!({"id": format!("l-{user}"), "type": "level", "level": {"time_to_ack_seconds": 300, "targets": [
            {"type": "user", "id": user, "urgency": "high"}]}})
    };
    let on_call = json!({"id": "s", "type": "level", "level": {"time_to_ack_seconds": 300, "targets": [
        {"type": "schedule", "id": "gone", "urgency": "high", "schedule_mode": "currently_on_call"}]}});
    let world = |more: Value| {
        let mut world = json!({"users": [{"id": "ada", "name": "Ada", "can_be_paged": true}],
            "priorities": [{"id": "p1", "name": "P1"}, {"id": "p2", "name": "P2"}]});
        world.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world
    };
    let of = |path: Value, world: &Value, expectation: Value| -> VerdictKind {
        let index = Index::new(World::from_text(&world.to_string()).unwrap());
        let payload = PathPayload::from_text(&path.to_string()).unwrap();
        let path = CompiledPath::new("", &payload, &index);
        let from = "2026-06-01T00:00:00Z".parse::<Instant>().unwrap();
        let horizon = Horizon { from, until: from + 86_400, scenario: Scenario::default() };
        let expectations = Expectation::list_from_text(&json!([expectation]).to_string()).unwrap();
        prove(&path, &index, &horizon, &expectations).unwrap().remove(0).verdict
    };
    let handed = json!({"id": "h", "type": "escalation_path", "escalation_path": {"escalation_path_id": "nope"}});
    let odd = json!({"id": "t", "type": "teleport", "teleport": {}});
    let open = json!({"id": "b", "type": "if_else", "if_else": {"conditions": "P1", "then_path": [], "else_path": []}});
    for (last, more) in [
        (handed.clone(), json!({"unread": ["paths"]})),
        (handed.clone(), json!({})),
        (odd.clone(), json!({})),
        (open, json!({})),
        (handed, json!({"paths": [{"id": "nope", "name": "N", "path": null}]})),
    ] {
        let path = json!({"name": "P", "path": [level("ada"), last]});
        for expectation in [
            json!({"expect": "not_louder_than"}),
            json!({"expect": "not_louder_than", "pairs": [["p2", "p1"]]}),
            json!({"expect": "not_louder_than", "with_declines": true}),
        ] {
            assert_eq!(of(path.clone(), &world(more.clone()), expectation), VerdictKind::Incomplete, "{path} {more}");
        }
        let mut any = world(more.clone());
        any["priorities_from"] = json!("branches");
        assert_eq!(of(path.clone(), &any, json!({"expect": "not_louder_than"})), VerdictKind::Incomplete, "{path}");
    }
    // A rank is one of the priority, too.
    let ranked = json!({"name": "P", "path": [{"id": "b", "type": "if_else", "if_else": {
        "conditions": [{"subject": "escalation.priority.rank", "operation": "gt", "param_bindings": [{"value": {"literal": "3"}}]}],
        "then_path": [level("ada"), level("ada")], "else_path": []}}]});
    assert_eq!(of(ranked, &world(json!({})), json!({"expect": "not_louder_than"})), VerdictKind::Incomplete);
    // Who is on call is the same for each, known or not; and what is never reached says nothing.
    let unread = world(json!({"unread": ["schedules"]}));
    let path = json!({"name": "P", "path": [level("ada"), on_call]});
    assert_eq!(of(path, &unread, json!({"expect": "not_louder_than"})), VerdictKind::Proven);
}
