//! Where the list of priorities is not known to be complete, nothing is said as if it were.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use escalation_api::Json as _;
use escalation_engine::check::{Code, check};
use escalation_engine::diff::behaviour;
use escalation_engine::from_api::Answers;
use escalation_engine::prove::{Answer, Horizon, Verdict, classes, prove};
use escalation_engine::simulate::compile_for;
use escalation_engine::world::PrioritySource;
use escalation_engine::{CompiledPath, Index, Scenario, World, simulate};
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
        assert_eq!((someone.verdict, p1.verdict, other.verdict), (Answer::Refuted, Answer::Proven, Answer::Refuted));
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
    assert_eq!((someone.verdict, someone.scope.priorities), (Answer::Proven, vec!["p1".to_string()]));
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
    for (inner, holds) in [(vec!["p1"], "never"), (vec!["p1", "p2"], "")] {
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
        assert!(found.iter().any(|problem| problem.message.starts_with("This always holds")), "{found:?}");
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
    assert_eq!(answers(json!("branches")), [Answer::Incomplete, Answer::Proven, Answer::Refuted]);
    // In the order of a list that is one, it is another matter.
    assert_eq!(answers(Value::Null)[0], Answer::Refuted);
    // What nothing tells apart is equally loud in any order.
    let alike = path(json!([level("l", "ada", "high")]));
    let [same] =
        judge(&world(listed, json!("branches")), &alike, json!([{"expect": "not_louder_than"}])).try_into().unwrap();
    assert_eq!(same.verdict, Answer::Proven);
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
    // Who is named is somebody, and any other is like one that is not named, whatever a condition says of `*`.
    assert_eq!(groups(&world(two.clone(), json!("branches")), nodes()), all(&[&["p1"], &["p2", "*"], &["p3"]]));
    assert_eq!(groups(&world(json!([]), Value::Null), nodes()), all(&[&["p1"], &["p3"], &["*"]]));
    // Where nothing asks for it, it does not matter which there are.
    assert_eq!(groups(&world(json!([]), Value::Null), json!([level("l", "ada", "high")])), none);
    assert_eq!(groups(&world(two, json!("unreadable")), json!([])), all(&[&["p1", "p2", "*"]]));
}
