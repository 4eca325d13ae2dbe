//! In what the API answers and in documents, what cannot be read is unknown, and takes nothing else with it.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod unread_world;

use escalation_api::schedule::Entries;
use escalation_api::{self as api, Json as _};
use escalation_engine::from_api::Answers;
use escalation_engine::machine::Outcome;
use escalation_engine::prove::{Expectation, Horizon, VerdictKind, prove};
use escalation_engine::simulate::compile_for;
use escalation_engine::world::{SchedulePart, WorldPart};
use escalation_engine::{Index, Scenario, World, simulate};
use serde_json::{Value, json};
use unread_world::{at, level, paged, world};

/// Ada, who is on call, as the API tells it.
fn answers(schedule: &Value, entries: &Value) -> Answers {
    let user = |id: &str| {
        api::User::read(json!({"id": id, "name": id, "seats": {"on_call": "full_access", "response": "none"}})).unwrap()
    };
    Answers {
        users: vec![user("ada"), user("bo")],
        schedules: vec![(
            api::Schedule::read(schedule.clone()).unwrap(),
            Some(Entries::read(entries.clone()).unwrap()),
        )],
        ..Answers::default()
    }
}

fn rotation(id: &str) -> Value {
    json!({"id": id, "name": id, "users": [{"id": "ada", "name": "Ada", "role": "unset"}],
        "layers": [{"id": "l", "name": "l"}], "handover_start_at": "2026-06-01T00:00:00Z",
        "handovers": [{"interval": 1, "interval_type": "weekly"}], "working_intervals": []})
}

fn schedule(rotations: Value) -> Value {
    json!({"id": "s", "name": "S", "timezone": "UTC", "config": {"rotations": rotations}})
}

fn final_entries(user: Value) -> Value {
    json!({"scheduled": [], "overrides": [], "final": [{"rotation_id": "r", "user": user,
        "start_at": "2026-06-01T00:00:00Z", "end_at": "2026-06-02T00:00:00Z"}]})
}

#[test]
fn what_the_api_answers_unreadably_is_unknown() {
    let ada = json!({"id": "ada", "name": "Ada", "role": "unset"});
    let known = World::from_api(answers(&schedule(json!([rotation("r")])), &final_entries(ada.clone())));
    let known = &known.schedules[0];
    assert!(known.unread.is_empty() && !known.rotas[0].unread && !known.entries[0].unread);

    // One rotation of two: nothing else is lost.
    let mut bad = rotation("q");
    bad["name"] = json!(5);
    let world = World::from_api(answers(&schedule(json!([rotation("r"), bad])), &final_entries(ada.clone())));
    let [good, bad] = world.schedules[0].rotas.as_slice() else { panic!("{world:?}") };
    assert!(!good.unread && good.user_ids == ["ada"] && bad.unread && bad.id == "q");
    assert!(world.schedules[0].unread.is_empty());

    // Whatever of it it is that cannot be read.
    for field in ["name", "users", "layers", "handover_start_at", "handovers", "working_intervals"] {
        for value in [None, Some(Value::Null), Some(json!({"moon": 5}))] {
            let mut bad = rotation("r");
            match value {
                Some(value) => bad[field] = value,
                None => drop(bad.as_object_mut().unwrap().remove(field)),
            }
            let world = World::from_api(answers(&schedule(json!([bad])), &final_entries(ada.clone())));
            assert!(world.schedules[0].rotas[0].unread, "{field}");
        }
    }
    let mut nameless = rotation("r");
    nameless.as_object_mut().unwrap().remove("id");
    let unknown = [
        schedule(json!([nameless])),
        schedule(json!(null)),
        schedule(json!({"r": rotation("r")})),
        json!({"id": "s", "name": "S", "timezone": "UTC", "config": null}),
        json!({"id": "s", "name": "S", "timezone": "UTC"}),
        json!({"id": "s", "name": "S", "timezone": "UTC", "config": {"rotation": [rotation("r")]}}),
    ];
    for schedule in unknown {
        let world = World::from_api(answers(&schedule, &final_entries(ada.clone())));
        assert_eq!(world.schedules[0].unread, [SchedulePart::Rotas], "{schedule}");
    }

    // Of whom an entry is.
    for user in [json!({"id": "ada"}), json!("ada"), json!(5), json!([])] {
        let world = World::from_api(answers(&schedule(json!([rotation("r")])), &final_entries(user.clone())));
        assert!(world.schedules[0].entries[0].unread, "{user}");
        assert!(world.schedules[0].unread.is_empty());
    }
    let nobody = World::from_api(answers(&schedule(json!([rotation("r")])), &final_entries(Value::Null)));
    assert!(!nobody.schedules[0].entries[0].unread && nobody.schedules[0].entries[0].user_id.is_none());

    // When it is, or of which rota.
    for (field, value) in [("start_at", json!("monday")), ("end_at", json!(null)), ("rotation_id", json!(5))] {
        let mut entries = final_entries(ada.clone());
        entries["final"][0][field] = value;
        let world = World::from_api(answers(&schedule(json!([rotation("r")])), &entries));
        assert_eq!(world.schedules[0].unread, [SchedulePart::Entries], "{field}");
    }
    let world = World::from_api(answers(&schedule(json!([rotation("r")])), &json!({"final": {}})));
    assert_eq!(world.schedules[0].unread, [SchedulePart::Entries]);
    let mut none = answers(&schedule(json!([rotation("r")])), &final_entries(ada));
    none.schedules[0].1 = None;
    assert_eq!(World::from_api(none).schedules[0].unread, [SchedulePart::Entries]);
}

#[test]
fn seats_that_cannot_be_read_are_unknown() {
    let read = |user: Value| {
        let users = vec![api::User::read(user).unwrap()];
        let world = World::from_api(Answers { users, ..Answers::default() });
        (world.users[0].can_be_paged, world.users[0].unread)
    };
    assert_eq!(read(json!({"id": "a", "name": "A"})), (true, false));
    let seat = |seat: Value| json!({"id": "a", "name": "A", "seats": {"on_call": seat, "response": "none"}});
    assert_eq!(read(seat(json!("full_access"))), (true, false));
    assert_eq!(read(seat(json!("none"))), (false, false));
    for unclear in [seat(json!("half_access")), seat(json!(5)), json!({"id": "a", "name": "A", "is_active": "yes"})] {
        assert!(read(unclear.clone()).1, "{unclear}");
    }
    // One reason is enough.
    assert_eq!(read(json!({"id": "a", "name": "A", "is_active": false, "seats": 5})), (false, false));
}

#[test]
fn paths_of_a_world_in_either_form() {
    let sent = |id: &str| {
        json!({"id": id, "name": id, "working_hours": [{"id": "h", "name": "h", "timezone": "UTC", "weekday_intervals": [
            {"weekday": "monday", "start_time": "00:00", "end_time": "24:00"}]}],
            "path": [{"id": "b", "type": "if_else", "if_else": {
                "conditions": [{"subject": "escalation.working_hours[\"h\"]", "operation": "is_active", "param_bindings": []}],
                "then_path": [level("all_users")],
                "else_path": [{"id": "c", "type": "if_else", "if_else": {
                    "conditions": [{"subject": "escalation.priority", "operation": "one_of",
                        "param_bindings": [{"array_value": [{"literal": "p1"}]}]}],
                    "then_path": [], "else_path": []}}]}}]})
    };
    let mut world = world();
    let mut returned = sent("returned");
    returned["path"][0]["if_else"]["conditions"][0]["subject"] =
        json!({"label": "h", "reference": "escalation.working_hours[\"h\"]"});
    returned["path"][0]["if_else"]["conditions"][0]["operation"] = json!({"label": "is active", "value": "is_active"});
    world["paths"] = json!([sent("sent"), returned]);
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    for id in ["sent", "returned"] {
        for (day, outcome) in [("2026-06-01", "ada bo"), ("2026-06-02", "")] {
            let fired_at = at(&format!("{day}T10:00:00Z"));
            let scenario =
                Scenario { path_id: Some(id.into()), priority_id: Some("p1".into()), fired_at, ..Scenario::default() };
            assert_eq!(paged(&simulate(&index, &scenario).unwrap()), outcome, "{id} {day}");
        }
    }
    // What is in neither form stays what nobody can decide.
    let mut neither = sent("neither");
    neither["path"][0]["if_else"]["conditions"][0]["subject"] = json!(5);
    world["paths"] = json!([neither]);
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let scenario =
        Scenario { path_id: Some("neither".into()), fired_at: at("2026-06-01T10:00:00Z"), ..Scenario::default() };
    assert_eq!(simulate(&index, &scenario).unwrap().outcome, Outcome::Undecided);
    world["paths"] = json!([{"name": "no id"}]);
    let error = World::from_text(&world.to_string()).unwrap_err().to_string();
    assert!(error.starts_with("paths.0: ") && error.contains("id"), "{error}");
}

#[test]
fn what_is_unread_is_kept_in_a_document() {
    let mut unread = world();
    unread["unread"] = json!(["users", "pauses"]);
    unread["schedules"][0]["unread"] = json!(["entries"]);
    unread["schedules"][0]["rotas"][0]["unread"] = json!(true);
    unread["schedules"][0]["entries"][0]["unread"] = json!(true);
    unread["users"][0]["unread"] = json!(true);
    let read = World::from_text(&unread.to_string()).unwrap();
    assert!(read.is_unread(WorldPart::Users) && !read.is_unread(WorldPart::Paths));
    let again = World::from_text(&serde_json::to_string(&read).unwrap()).unwrap();
    assert_eq!(read, again);
    // A world of which all is known has none of these fields.
    let text = serde_json::to_string(&World::from_text(&world().to_string()).unwrap()).unwrap();
    assert!(!text.contains("unread"), "{text}");
    assert!(World::from_text(r#"{"unread": ["moons"]}"#).is_err());
}

/// Which nodes a path has is not known: then it is not known either whether each is reached, or when the path ends.
#[test]
fn nothing_is_proven_of_nodes_that_are_not_known() {
    let branch = |then: Value, otherwise: Value, conditions: Value| {
        json!([{"id": "b", "type": "if_else",
            "if_else": {"conditions": conditions, "then_path": then, "else_path": otherwise}}])
    };
    let priority =
        |values: Value| json!([{"subject": "escalation.priority", "operation": "one_of", "param_bindings": values}]);
    let p1 = priority(json!([{"array_value": [{"literal": "p1"}]}]));
    let page = || json!([level("currently_on_call")]);
    let templated =
        |path: Value| json!({"name": "x", "kind": "templated", "template_id": "t", "path": path, "param_bindings": {}});
    let plain = |path: Value| json!({"name": "x", "path": path});
    let missing = json!({"name": "x", "kind": "templated", "template_id": "NO", "path": [], "param_bindings": {}});
    let bad = json!({"name": "x", "kind": "templated", "template_id": "bad", "path": [], "param_bindings": {}});
    let mut hidden = plain(branch(json!("abc"), page(), p1.clone()));
    hidden["path"][0]["if_else"]["else_path"] = json!(5);
    for path in [
        missing,
        bad,
        plain(json!("abc")),
        plain(json!({})),
        plain(Value::Null),
        json!({"name": "x", "kind": "standalone", "path": null}),
        templated(page()),
        templated(json!("abc")),
        hidden,
        plain(branch(json!("abc"), json!([]), p1.clone())),
        plain(branch(json!([]), json!("abc"), json!("abc"))),
        plain(json!([{"id": "b", "type": "if_else", "if_else": [page()]}])),
    ] {
        let mut world = world();
        let text = json!({"id": "bad", "name": "Bad", "params": [], "expressions": [], "path": null});
        world["templates"] = json!([text, {"id": "t", "name": "T", "params": [], "expressions": [], "path": page()}]);
        world["priorities"] = json!([{"id": "p1", "name": "P1"}, {"id": "p2", "name": "P2"}]);
        let index = Index::new(World::from_text(&world.to_string()).unwrap());
        let scenario = Scenario { path: Some(path.clone()), ..Scenario::default() };
        let compiled = compile_for(&index, &scenario).unwrap();
        let horizon = Horizon { from: at("2026-06-01T00:00:00Z"), until: at("2026-06-02T00:00:00Z"), scenario };
        let expectations: Vec<Expectation> = serde_json::from_value(json!([
            {"expect": "every_node_reachable"}, {"expect": "pages_someone"}, {"expect": "ends_within", "seconds": 60},
            {"expect": "first_page_within", "seconds": 60}, {"expect": "no_single_person"},
            {"expect": "at_most_people_before", "people": 1, "seconds": 600}, {"expect": "no_consecutive_same_person"}]))
        .unwrap();
        let verdicts = prove(&compiled, &index, &horizon, &expectations).unwrap();
        for verdict in verdicts {
            assert_eq!(verdict.verdict, VerdictKind::Incomplete, "{path}: {:?}", verdict.expectation.expect);
        }
        let paths = json!([{"id": "other", "name": "Other", "path": null}]);
        world["paths"] = paths;
        let index = Index::new(World::from_text(&world.to_string()).unwrap());
        let over =
            plain(json!([{"id": "h", "type": "escalation_path", "escalation_path": {"escalation_path_id": "other"}}]));
        let over = api::PathPayload::read(over).unwrap();
        let codes: Vec<_> =
            escalation_engine::check("", &over, &index).into_iter().map(|problem| problem.code).collect();
        assert_eq!(codes, [], "it is not known whether it notifies anybody");
    }
}
