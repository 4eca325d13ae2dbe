//! Nodes as text, and the working hours that come along.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use escalation_api::{Json as _, PathPayload};
use escalation_editor::fault::Place;
use escalation_editor::{Clip, Command, ListAt, Refusal, Run, Slot, clipboard};
use serde_json::{Value, json};

fn branch(id: &str, hours: &str) -> Value {
    let condition = json!({"subject": format!("escalation.working_hours[\"{hours}\"]"), "operation": "is_active", "param_bindings": []});
    let delay = json!({"id": format!("{id}-d"), "type": "delay", "delay": {
        "delay_interval_condition": "active", "delay_weekday_interval_config_id": hours}});
    json!({"id": id, "type": "if_else", "if_else": {"conditions": [condition], "then_path": [delay], "else_path": []}})
}

fn path(nodes: Value, zone: &str) -> PathPayload {
    let hours = json!({"id": "uk", "name": "UK", "timezone": zone, "weekday_intervals": []});
    PathPayload::read(json!({"name": "n", "path": nodes, "working_hours": [hours]})).unwrap()
}

fn start() -> Slot {
    Slot { list: ListAt::Root, index: 0 }
}

#[test]
fn working_hours_come_along() {
    let from = path(json!([branch("b", "uk")]), "Europe/London");
    let clip = clipboard::read(&clipboard::write(&from, &Run::one("b")).unwrap()).unwrap();
    let paste = |into: &PathPayload| Command::Paste(start(), Box::new(clip.clone())).apply(into).unwrap();

    let missing = paste(&PathPayload::named("m"));
    assert_eq!(missing.working_hours, from.working_hours);

    let same = paste(&path(json!([]), "Europe/London"));
    assert_eq!(same.write(), from.write(), "the same set is not added twice");

    let other = paste(&path(json!([]), "Asia/Tokyo"));
    let written = other.write();
    assert_eq!(written["working_hours"][1]["id"], "hours-1");
    assert_eq!(written["working_hours"][1]["timezone"], "Europe/London");
    let expected = branch("b", "hours-1");
    assert_eq!(written["path"], json!([expected]), "what is pasted names it by its new id");

    let side = Slot { list: ListAt::Of("b".into(), escalation_editor::Side::Else), index: 0 };
    let twice = Command::Paste(side, Box::new(clip.clone())).apply(&other).unwrap().write();
    assert_eq!(twice["working_hours"].as_array().unwrap().len(), 2, "it is found again");
    let copy = &twice["path"][0]["if_else"]["else_path"][0];
    assert_eq!((&copy["id"], &copy["if_else"]["then_path"][0]["id"]), (&json!("branch-1"), &json!("delay-1")));

    let without = Clip { hours: Vec::new(), ..clip };
    let refused = Command::Paste(start(), Box::new(without)).apply(&PathPayload::named("m")).unwrap_err();
    assert!(matches!(refused, Refusal::Illegal(_)), "{refused:?}");
}

#[test]
fn a_repeat_to_what_was_not_copied_is_refused() {
    let nodes =
        json!([branch("b", "uk"), {"id": "r", "type": "repeat", "repeat": {"to_node": "b", "repeat_times": 1}}]);
    let clip = clipboard::read(&nodes[1].to_string()).unwrap();
    let level = json!({"id": "a", "type": "delay", "delay": {}});
    let into = path(json!([level]), "UTC");
    let refused = Command::Paste(Slot { list: ListAt::Root, index: 1 }, Box::new(clip)).apply(&into);
    assert_eq!(refused, Err(Refusal::Repeat { repeat: "r".into(), to: "b".into() }));
}

#[test]
fn nodes_are_read_in_every_form() {
    let sent = branch("b", "uk");
    let mut returned = sent.clone();
    returned["if_else"]["conditions"] = json!([{"operation": {"label": "is active", "value": "is_active"},
        "subject": {"label": "UK", "reference": "escalation.working_hours[\"uk\"]"}, "param_bindings": []}]);
    let expected = path(json!([sent]), "UTC").path;
    for text in [
        sent.to_string(),
        json!([sent]).to_string(),
        json!({"escalation_nodes": [sent]}).to_string(),
        returned.to_string(),
    ] {
        assert_eq!(clipboard::read(&text).unwrap(), Clip { nodes: expected.clone(), hours: Vec::new() }, "{text}");
    }
}

#[test]
fn what_is_no_node_is_told_with_its_place() {
    for (text, place) in [
        ("", Place::Whole),
        ("hello", Place::Line(1, 1)),
        ("[\n  {]", Place::Line(2, 4)),
        ("7", Place::Whole),
        ("{}", Place::Whole),
        ("[]", Place::Whole),
        ("[1]", Place::Pointer("0".into())),
        (r#"{"escalation_nodes": [{"id": "a"}]}"#, Place::Pointer("escalation_nodes.0.type".into())),
        (r#"{"escalation_nodes": 1}"#, Place::Pointer("escalation_nodes".into())),
        (
            r#"{"escalation_nodes": [{"id": "a", "type": "x"}], "working_hours": [{}]}"#,
            Place::Pointer("working_hours.0.id".into()),
        ),
    ] {
        let fault = clipboard::read(text).unwrap_err();
        assert_eq!(fault.place, place, "{text}: {fault}");
        assert!(!fault.message.is_empty() && !fault.hint.is_empty());
    }
    let many: Vec<_> = (0..2_001).map(|n| json!({"id": format!("{n}"), "type": "x"})).collect();
    assert!(clipboard::read(&json!(many).to_string()).is_err());
    assert!(clipboard::read(&format!("[{}]", " ".repeat(clipboard::MAX_TEXT))).is_err());
    assert!(clipboard::read(&"[".repeat(10_000)).is_err());
    let mut deep = json!([]);
    for n in 0..33 {
        deep = json!([{"id": format!("{n}"), "type": "if_else", "if_else": {"conditions": [], "then_path": deep, "else_path": []}}]);
    }
    assert!(clipboard::read(&deep.to_string()).is_err());
}
