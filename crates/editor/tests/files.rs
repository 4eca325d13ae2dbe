//! Documents from files and for files.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{build, outline};
use escalation_api::{Json as _, PathPayload, Value};
use escalation_editor::fault::Place;
use escalation_editor::import::{Imports, read, read_all};
use escalation_editor::{Run, clipboard, export};
use escalation_engine::World;
use escalation_engine::prove::Expectation;
use escalation_engine::scenario::Named;
use proptest::prelude::*;
use serde_json::json;

fn level(id: &str) -> Value {
    json!({"id": id, "type": "level", "level": {"targets": [{"type": "user", "id": "u", "urgency": "high"}]}})
}

#[test]
fn every_form_is_known_for_what_it_is() {
    let payload = json!({"name": "n", "path": [level("a")], "odd": 1.5});
    let returned = json!({"id": "p1", "name": "n", "path": [level("a")], "team_ids": [], "odd": 1.5});
    for (text, what, id) in [
        (payload.to_string(), Imports::Payload, ""),
        (returned.to_string(), Imports::ReadForm, "p1"),
        (json!({"escalation_path": returned}).to_string(), Imports::ReadForm, "p1"),
        (json!({"path": returned, "world": {"users": []}}).to_string(), Imports::Bundle, "p1"),
        (json!({"path": payload}).to_string(), Imports::Bundle, ""),
        (json!([level("a")]).to_string(), Imports::Nodes, ""),
        (level("a").to_string(), Imports::Nodes, ""),
        (json!({"escalation_nodes": [level("a")]}).to_string(), Imports::Nodes, ""),
    ] {
        let imported = read(&text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
        assert_eq!((imported.what, imported.id.as_str()), (what, id), "{text}");
        assert_eq!(imported.path.write()["path"], json!([level("a")]));
        if what != Imports::Nodes {
            assert_eq!(imported.path.write()["odd"], json!(1.5));
        }
    }
}

#[test]
fn a_list_of_paths_is_read_path_by_path() {
    let path = |id: &str| json!({"id": id, "name": id, "path": [level("a")]});
    let list = json!({"escalation_paths": [path("p1"), path("p2")], "pagination_meta": {"page_size": 25}});
    let all = read_all(&list.to_string()).unwrap();
    assert_eq!(
        all.iter().map(|one| (one.what, one.id.as_str())).collect::<Vec<_>>(),
        [(Imports::ReadForm, "p1"), (Imports::ReadForm, "p2")]
    );
    assert_eq!(read(&json!({"escalation_paths": [path("p1")]}).to_string()).unwrap().id, "p1");
    assert_eq!(read_all(&path("p1").to_string()).unwrap().len(), 1);
    let many: Vec<_> = (0..251).map(|_| path("p")).collect();
    assert!(read_all(&json!({"escalation_paths": many}).to_string()).unwrap_err().to_string().contains("251 paths"));
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    for (text, place) in [
        ("{\n \"name\": }", Place::Line(2, 10)),
        ("7", Place::Whole),
        ("{}", Place::Pointer("name".into())),
        (r#"{"escalation_path": {"id": "x"}}"#, Place::Pointer("escalation_path.name".into())),
        (r#"{"path": {"path": []}}"#, Place::Pointer("path.name".into())),
        (r#"{"path": {"name": "n", "path": []}, "word": 1}"#, Place::Whole),
        (r#"{"path": {"name": "n", "path": []}, "world": {"users": 7}}"#, Place::Pointer("world.users".into())),
        (
            r#"{"path": {"name": "n", "path": []}, "expectations": [{"expect": "luck"}]}"#,
            Place::Pointer("expectations.0.expect".into()),
        ),
        (
            r#"{"path": {"name": "n", "path": []}, "scenarios": [{"name": "Night", "scenario": {"fired_at": 7}}]}"#,
            Place::Pointer("scenarios.0.scenario.fired_at".into()),
        ),
        (
            r#"{"path": {"name": "n", "path": []}, "scenarios": [
                {"name": "Night", "scenario": {"fired_at": "2026-03-28T03:10:00Z"}},
                {"name": "Night ", "scenario": {"fired_at": "2026-03-28T03:10:00Z"}}]}"#,
            Place::Pointer("scenarios.1.name".into()),
        ),
        (r#"{"path": {"name": "n", "path": []}, "scenarios": [{"name": " "}]}"#, Place::Pointer("scenarios.0".into())),
        ("[{}]", Place::Pointer("0.id".into())),
        ("{\"name\": \"n\",\n \"path\": [], \"name\": \"m\"}", Place::Line(2, 14)),
        (r#"{"escalation_paths": []}"#, Place::Pointer("escalation_paths".into())),
        (
            r#"{"escalation_paths": [{"name": "n", "path": []}, {"path": []}]}"#,
            Place::Pointer("escalation_paths.1.name".into()),
        ),
        (
            r#"{"escalation_paths": [{"name": "n", "path": []}, {"name": "m", "path": []}]}"#,
            Place::Pointer("escalation_paths".into()),
        ),
    ] {
        let fault = read(text).unwrap_err();
        assert_eq!(fault.place, place, "{text}: {fault}");
    }
    let many: Vec<_> = (0..2_001).map(|n| level(&n.to_string())).collect();
    let fault = read(&json!({"name": "n", "path": many}).to_string()).unwrap_err();
    assert!(fault.to_string().contains("2001 nodes"), "{fault}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(from in outline()) {
        let path = build(&from, "");
        let imported = read(&export::payload(&path)).unwrap();
        prop_assert_eq!((imported.what, imported.path.write().to_string()), (Imports::Payload, path.write().to_string()));
        let expectations = Expectation::list_from_text(r#"[{"expect": "pages_someone"}]"#).unwrap();
        let world = World::from_text(r#"{"priorities": [{"id": "p1", "name": "P1"}]}"#).unwrap();
        let night = r#"[{"name": "Night", "scenario": {"fired_at": "2026-03-28T03:10:00Z"}}]"#;
        let scenarios = Named::list_from_text(night).unwrap();
        for id in ["", "own"] {
            let imported = read(&export::bundle(id, &path, &world, &expectations, &scenarios)).unwrap();
            prop_assert_eq!((imported.what, imported.id.as_str()), (Imports::Bundle, id));
            prop_assert_eq!(&imported.path.path, &path.path);
            prop_assert_eq!(imported.world.as_ref(), Some(&world));
            prop_assert_eq!(imported.expectations.as_ref(), Some(&expectations));
            prop_assert_eq!(imported.scenarios.as_ref(), Some(&scenarios));
        }
        let first = Run::one(path.path[0].id.clone());
        let nodes = read(&clipboard::write(&path, &first).unwrap()).unwrap();
        prop_assert_eq!(&nodes.path.path, &path.path[..1]);
        prop_assert_eq!(&PathPayload::from_text(&export::payload(&nodes.path)).unwrap(), &nodes.path);
    }
}
