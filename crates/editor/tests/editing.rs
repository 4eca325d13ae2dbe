//! Commands and their history.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;

use escalation_api::{
    AckMode, IntervalCondition, Json as _, Map, PathPayload, ScheduleMode, Target, TargetType, Urgency, WorkingHours,
};
use escalation_editor::command::{Timer, insert, new_hours, new_level, open_slots};
use escalation_editor::{Command, Editor, ListAt, Refusal, Side, Slot, tree};
use proptest::prelude::*;
use serde_json::{Value, json};

fn level(id: &str) -> Value {
    json!({"id": id, "type": "level", "level": {"targets": [{"type": "user", "id": "u", "urgency": "high"}], "time_to_ack_seconds": 300}})
}

fn path(nodes: Value) -> PathPayload {
    PathPayload::read(json!({"name": "Path", "path": nodes})).unwrap()
}

fn branch(id: &str, then: Value, otherwise: Value) -> Value {
    json!({"id": id, "type": "if_else", "if_else": {"conditions": [], "then_path": then, "else_path": otherwise}})
}

fn sample() -> PathPayload {
    path(json!([
        level("a"),
        branch(
            "b",
            json!([level("c"), {"id": "r", "type": "repeat", "repeat": {"to_node": "a", "repeat_times": 1}}]),
            json!([])
        )
    ]))
}

fn ids(path: &PathPayload) -> Vec<String> {
    let mut ids = Vec::new();
    tree::walk(path, |found| ids.push(found.node.id.clone()));
    ids
}

fn at(list: ListAt, index: usize) -> Slot {
    Slot { list, index }
}

fn then(index: usize) -> Slot {
    at(ListAt::Of("b".into(), Side::Then), index)
}

#[test]
fn a_level_goes_into_every_open_slot_and_nowhere_else() {
    let path = sample();
    for (slot, order) in [
        (at(ListAt::Root, 0), "level-1 a b c r"),
        (at(ListAt::Root, 1), "a level-1 b c r"),
        (then(0), "a b level-1 c r"),
        (then(1), "a b c level-1 r"),
        (at(ListAt::Of("b".into(), Side::Else), 0), "a b c r level-1"),
    ] {
        let changed = insert(&path, slot.clone(), new_level(&path)).apply(&path).unwrap();
        assert_eq!(ids(&changed).join(" "), order);
        assert!(open_slots(&path, &slot.list).contains(&slot));
    }
    let level = || Box::new(new_level(&path));
    assert_eq!(Command::Insert(at(ListAt::Root, 0), level()).apply(&path), Err(stranded()));
    let first = insert(&path, at(ListAt::Root, 0), new_level(&path)).apply(&path).unwrap();
    assert_eq!(tree::find(&first, "r").unwrap().node.write()["repeat"]["to_node"], "level-1");
    assert_eq!(Command::Insert(at(ListAt::Root, 2), level()).apply(&path), Err(Refusal::AfterBranch));
    assert_eq!(Command::Insert(then(2), level()).apply(&path), Err(Refusal::AfterRepeat));
    assert_eq!(Command::Insert(then(3), level()).apply(&path), Err(Refusal::NoPlace));
    assert_eq!(
        Command::Insert(at(ListAt::Of("zzz".into(), Side::Then), 0), level()).apply(&path),
        Err(Refusal::NoPlace)
    );
    let twice = Box::new(path.path[0].clone());
    assert_eq!(Command::Insert(then(0), twice).apply(&path), Err(Refusal::IdTaken("a".into())));
    let end = |id: &str| {
        let node = json!({"id": id, "type": "escalation_path", "escalation_path": {"escalation_path_id": "x"}});
        Box::new(self::path(json!([node])).path.remove(0))
    };
    assert_eq!(Command::Insert(at(ListAt::Root, 0), end("x")).apply(&path), Err(Refusal::MustBeLast));
}

/// The repeat that goes back to the first node can no longer do so.
fn stranded() -> Refusal {
    Refusal::Repeat { repeat: "r".into(), to: "a".into() }
}

#[test]
fn new_ids_are_free_and_always_the_same() {
    let path = path(json!([level("level-1"), level("level-3")]));
    assert_eq!(new_level(&path).id, "level-2");
}

#[test]
fn deleting_closes_the_gap_and_selects_what_is_next() {
    let path = sample();
    assert_eq!(Command::Delete("a".into()).apply(&path), Err(stranded()));
    for (id, left, selects) in [("c", "a b r", Some("r")), ("r", "a b c", Some("c")), ("b", "a", Some("a"))] {
        let command = Command::Delete(id.into());
        let changed = command.apply(&path).unwrap();
        assert_eq!(ids(&changed).join(" "), left);
        assert_eq!(command.selects(&path, &changed).as_deref(), selects);
    }
    assert_eq!(Command::Delete("zzz".into()).apply(&path), Err(Refusal::NoNode("zzz".into())));
    let alone = self::path(json!([branch("b", json!([level("only")]), json!([]))]));
    let mut editor = Editor::open(alone);
    assert_eq!(editor.dispatch(Command::Delete("only".into())), Ok(Some("b".into())));
}

#[test]
fn timers() {
    let mut path = sample();
    let until = Timer::Until(IntervalCondition::Active, "uk".into());
    let refused = Command::SetTimer("a".into(), until.clone()).apply(&path);
    assert!(matches!(refused, Err(Refusal::Illegal(_))), "there are no such hours: {refused:?}");
    let hours = WorkingHours { id: "uk".into(), ..new_hours(&path, "Europe/London") };
    path = Command::AddHours(Box::new(hours)).apply(&path).unwrap();
    let of = |path: &PathPayload| tree::find(path, "a").map(|found| Timer::of(found.node).unwrap()).unwrap();
    let changed = Command::SetTimer("a".into(), until.clone()).apply(&path).unwrap();
    assert_eq!(of(&changed), until);
    assert_eq!(
        changed.path[0].write()["level"],
        json!({"targets": [{"type": "user", "id": "u", "urgency": "high"}],
        "time_to_ack_interval_condition": "active", "time_to_ack_weekday_interval_config_id": "uk"})
    );
    let back = Command::SetTimer("a".into(), Timer::After(60)).apply(&changed).unwrap();
    assert_eq!(of(&back), Timer::After(60));
    assert_eq!(of(&Command::SetTimer("a".into(), Timer::Unset).apply(&back).unwrap()), Timer::Unset);
    assert_eq!(Command::SetTimer("a".into(), Timer::After(-1)).apply(&path), Err(Refusal::NegativeTime));
    assert_eq!(Command::SetTimer("a".into(), Timer::After(300)).apply(&path), Err(Refusal::NoChange));
    assert_eq!(Command::SetTimer("r".into(), Timer::After(5)).apply(&path), Err(Refusal::NotOfThisKind("timer")));
}

#[test]
fn targets() {
    let path = sample();
    let schedule = Target {
        target_type: TargetType::Schedule,
        id: "s".into(),
        urgency: Urgency::High,
        schedule_mode: Some(ScheduleMode::CurrentlyOnCall),
        selected_rota_id: None,
        extra: Map::new(),
    };
    let mut editor = Editor::open(path);
    editor.dispatch(Command::AddTarget("a".into(), schedule)).unwrap();
    editor.dispatch(Command::SetUrgency("a".into(), 1, Urgency::Low)).unwrap();
    editor.dispatch(Command::SetScheduleMode("a".into(), 1, ScheduleMode::AllUsersForRota, Some("r".into()))).unwrap();
    editor.dispatch(Command::RemoveTarget("a".into(), 0)).unwrap();
    let targets = |editor: &Editor| editor.path().path[0].write()["level"]["targets"].clone();
    assert_eq!(
        targets(&editor),
        json!([{"type": "schedule", "id": "s", "urgency": "low", "schedule_mode": "all_users_for_rota", "selected_rota_id": "r"}])
    );
    // A mode for the whole schedule loses the rota, which it must not have.
    editor.dispatch(Command::SetScheduleMode("a".into(), 0, ScheduleMode::AllUsers, Some("r".into()))).unwrap();
    assert_eq!(
        targets(&editor),
        json!([{"type": "schedule", "id": "s", "urgency": "low", "schedule_mode": "all_users"}])
    );
    assert_eq!(editor.dispatch(Command::RemoveTarget("a".into(), 5)), Err(Refusal::NoTarget));
    assert_eq!(
        editor.dispatch(Command::SetAckMode("r".into(), Some(AckMode::All))),
        Err(Refusal::NotOfThisKind("acknowledgement"))
    );
    editor.dispatch(Command::SetAckMode("a".into(), Some(AckMode::All))).unwrap();
    assert_eq!(editor.path().path[0].write()["level"]["ack_mode"], "all");
}

#[test]
fn what_is_not_known_survives_every_change() {
    let path = PathPayload::read(json!({"name": "n", "odd": 1, "path": [
        {"id": "a", "type": "level", "x": [1], "level": {"targets": [], "y": null, "time_to_ack_seconds": 5}},
        {"id": "s", "type": "hologram", "hologram": {"z": {}}}]}))
    .unwrap();
    let changed = Command::SetTimer("a".into(), Timer::After(6)).apply(&path).unwrap();
    let changed = Command::Insert(at(ListAt::Root, 1), Box::new(new_level(&changed))).apply(&changed).unwrap();
    let mut expected = path.write();
    expected["path"][0]["level"]["time_to_ack_seconds"] = json!(6);
    expected["path"].as_array_mut().unwrap().insert(1, new_level(&path).write());
    assert_eq!(changed.write(), expected);
}

#[test]
fn undo_redo_and_what_is_saved() {
    let mut editor = Editor::open(sample());
    assert!(!editor.is_dirty() && editor.undo().is_none() && editor.redo().is_none());
    editor.dispatch(Command::Rename("One".into())).unwrap();
    editor.dispatch(Command::Rename("Two".into())).unwrap();
    assert!(editor.is_dirty());
    assert_eq!(editor.changes_since_save(), Some(2));
    assert_eq!(editor.undo(), Some(Command::Rename("Two".into())));
    assert_eq!(editor.path().name, "One");
    editor.mark_saved(&editor.path());
    assert!(!editor.is_dirty());
    editor.undo();
    assert!(editor.is_dirty(), "what is saved is ahead");
    assert_eq!(editor.changes_since_save(), Some(1));
    editor.redo();
    assert!(!editor.is_dirty());
    editor.redo();
    assert_eq!(editor.path().name, "Two");
    editor.undo();
    editor.dispatch(Command::Rename("Three".into())).unwrap();
    assert!(editor.redo().is_none(), "another change forgets what was undone");
    assert_eq!(editor.dispatch(Command::Rename(" ".into())), Err(Refusal::EmptyName));
    assert_eq!(editor.path().name, "Three", "a refused change changes nothing");

    let mut back = Editor::open(sample());
    back.dispatch(Command::Rename("Other".into())).unwrap();
    back.dispatch(Command::Rename("Path".into())).unwrap();
    assert!(!back.is_dirty(), "the same content is saved content");
}

/// A command that may or may not fit a path.
fn any_command() -> impl Strategy<Value = Command> {
    let id = || prop::sample::select(vec!["a", "b", "c", "r", "level-1", "level-2"]).prop_map(String::from);
    let list = prop_oneof![
        Just(ListAt::Root),
        (id(), prop::bool::ANY).prop_map(|(id, then)| ListAt::Of(id, if then { Side::Then } else { Side::Else }))
    ];
    prop_oneof![
        "[a-z]{0,3}".prop_map(Command::Rename),
        (list, 0_usize..4, 1_u32..5).prop_map(|(list, index, n)| {
            let mut node = new_level(&sample());
            node.id = format!("level-{n}");
            Command::Insert(Slot { list, index }, Box::new(node))
        }),
        id().prop_map(Command::Delete),
        (id(), -1_i64..4).prop_map(|(id, seconds)| Command::SetTimer(id, Timer::After(seconds * 60))),
        (id(), 0_usize..2).prop_map(|(id, index)| Command::RemoveTarget(id, index)),
        (id(), 0_usize..2).prop_map(|(id, index)| Command::SetUrgency(id, index, Urgency::Low)),
        id().prop_map(|id| Command::SetAckMode(id, Some(AckMode::All))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Beside the editor runs the plainest model of one: a list of all documents.
    #[test]
    fn the_history_is_a_list_of_documents(commands in prop::collection::vec(prop_oneof![6 => any_command().prop_map(Some), 2 => Just(None)], 1..40)) {
        let mut editor = Editor::open(sample());
        let mut model = vec![Arc::new(sample())];
        for command in commands {
            match command {
                Some(command) => {
                    let before = editor.path();
                    match editor.dispatch(command.clone()) {
                        Ok(_) => model.push(editor.path()),
                        Err(_) => prop_assert_eq!(editor.path(), before),
                    }
                }
                None => {
                    if editor.undo().is_some() {
                        model.pop();
                    }
                }
            }
            prop_assert_eq!(&editor.path(), model.last().unwrap());
            let unique: std::collections::BTreeSet<_> = ids(&editor.path()).into_iter().collect();
            prop_assert_eq!(unique.len(), ids(&editor.path()).len());
        }
        while let Some(before) = model.pop() {
            prop_assert_eq!(editor.path(), before);
            prop_assert_eq!(editor.undo().is_some(), !model.is_empty());
        }
    }
}
