//! Moving, deleting, wrapping and copying nodes, and where nodes may stand.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{all_slots, build, dice, ids, outline, own, root, structural};
use escalation_api::{Json as _, PathPayload};
use escalation_editor::command::{
    Condition, Direction, Loss, Piece, create, create_around, insert, loses, new_node, open_slots, open_slots_for,
    slot_after, slot_for_new, step, wrap,
};
use escalation_editor::{Clip, Command, Editor, Kind, ListAt, Refusal, Run, Side, Slot, clipboard, tree, words};
use escalation_engine::{Index, World, world};
use proptest::prelude::*;
use serde_json::{Value, json};

fn level(id: &str) -> Value {
    json!({"id": id, "type": "level", "level": {"targets": [{"type": "user", "id": "u", "urgency": "high"}]}})
}

fn repeat(id: &str, to: &str) -> Value {
    json!({"id": id, "type": "repeat", "repeat": {"to_node": to, "repeat_times": 1}})
}

fn branch(id: &str, then: Value, otherwise: Value) -> Value {
    let condition = json!({"subject": "escalation.priority", "operation": "one_of", "param_bindings": [{"array_value": [{"literal": "p1"}]}]});
    json!({"id": id, "type": "if_else", "if_else": {"conditions": [condition], "then_path": then, "else_path": otherwise}})
}

fn path(nodes: Value) -> PathPayload {
    PathPayload::read(json!({"name": "Path", "path": nodes})).unwrap()
}

/// a, x, then the branch b with c, d, r (to b) on one side and e on the other.
fn sample() -> PathPayload {
    path(json!([
        level("a"),
        level("x"),
        branch("b", json!([level("c"), level("d"), repeat("r", "b")]), json!([level("e")]))
    ]))
}

fn run(first: &str, last: &str) -> Run {
    Run { first: first.into(), last: last.into() }
}

fn side(of: &str, side: Side, index: usize) -> Slot {
    Slot { list: ListAt::Of(of.into(), side), index }
}

/// The ids in the order of the text, with the sides of branches in brackets.
fn shape(path: &PathPayload) -> String {
    fn list(nodes: &[tree::PathNode]) -> String {
        let of = |node: &tree::PathNode| match &node.kind {
            escalation_api::NodeKind::IfElse(branch) => {
                format!("{}[{}|{}]", node.id, list(&branch.then_path), list(&branch.else_path))
            }
            escalation_api::NodeKind::Repeat(repeat) => format!("{}>{}", node.id, repeat.to_node),
            _ => node.id.clone(),
        };
        nodes.iter().map(of).collect::<Vec<_>>().join(" ")
    }
    list(&path.path)
}

fn after(path: &PathPayload, command: Command) -> String {
    command.apply(path).map_or_else(|refusal| refusal.to_string(), |path| shape(&path))
}

#[test]
fn runs() {
    let path = sample();
    assert_eq!(Run::between(&path, "d", "c"), Some(run("c", "d")));
    assert_eq!(Run::between(&path, "a", "c"), None);
    assert_eq!(run("d", "c").place(&path), Err(Refusal::NotARun));
    assert_eq!(run("a", "c").place(&path), Err(Refusal::NotARun));
    assert_eq!(run("c", "d").place(&path), Ok((ListAt::Of("b".into(), Side::Then), 0..2)));
}

#[test]
fn moving() {
    let path = sample();
    assert_eq!(shape(&path), "a x b[c d r>b|e]");
    for (nodes, to, expected) in [
        (run("a", "a"), root(2), "x a b[c d r>b|e]"),
        (run("x", "x"), root(0), "x a b[c d r>b|e]"),
        (run("a", "x"), side("b", Side::Else, 1), "b[c d r>b|e a x]"),
        (run("c", "d"), root(1), "a c d x b[r>b|e]"),
        (run("d", "r"), side("b", Side::Else, 1), "a x b[c|e d r>b]"),
        (run("c", "c"), side("b", Side::Then, 2), "a x b[d c r>b|e]"),
        (run("a", "a"), root(0), "nothing changes"),
        (run("a", "x"), root(1), "nothing changes"),
        (run("b", "b"), side("b", Side::Then, 0), "steps cannot go into themselves"),
        (run("b", "b"), root(0), "nothing comes after a branch: it is entered and never returned from"),
        (run("a", "a"), root(3), "nothing comes after a branch: it is entered and never returned from"),
        (run("c", "c"), side("b", Side::Then, 3), "nothing but a hand-over comes after a repeat"),
        (run("a", "a"), root(9), "this place is no longer there"),
        (run("zzz", "a"), root(1), "there is no step `zzz` any more"),
    ] {
        assert_eq!(after(&path, Command::Move(nodes.clone(), to.clone())), expected, "{nodes:?} to {to:?}");
    }
    let stranded = Command::Move(run("r", "r"), root(0)).apply(&path);
    assert_eq!(stranded, Err(Refusal::AfterRepeat));
    let inner = self::path(json!([
        level("a"),
        branch("b", json!([repeat("r", "b")]), json!([branch("i", json!([]), json!([]))]))
    ]));
    let out = Command::Move(run("r", "r"), side("i", Side::Then, 0)).apply(&inner).unwrap();
    assert_eq!(shape(&out), "a b[|i[r>b|]]", "it still lies in the branch");
    let refused = Command::Move(run("i", "i"), root(1)).apply(&inner).unwrap_err();
    assert_eq!(refused, Refusal::AfterBranch);
    let back = self::path(json!([branch(
        "o",
        json!([level("q"), branch("b", json!([repeat("r", "b")]), json!([]))]),
        json!([])
    )]));
    let refused = Command::Move(run("r", "r"), side("o", Side::Else, 0)).apply(&back).unwrap_err();
    assert_eq!(refused, Refusal::Repeat { repeat: "r".into(), to: "b".into() });
    assert!(refused.to_string().starts_with("the repeat `r` goes back to `b`"), "{refused}");
}

#[test]
fn by_keys() {
    let path = sample();
    let go = |id: &str, direction| step(&path, &Run::one(id), direction);
    assert_eq!(go("a", Direction::Up), None);
    assert_eq!(go("a", Direction::Down), Some(root(2)));
    assert_eq!(go("x", Direction::Down), None, "nothing comes after a branch");
    assert_eq!(go("x", Direction::Up), Some(root(0)));
    assert_eq!(go("x", Direction::In), Some(side("b", Side::Then, 0)));
    assert_eq!(go("a", Direction::In), None);
    assert_eq!(go("c", Direction::Out), Some(root(2)));
    assert_eq!(go("c", Direction::In), Some(side("b", Side::Else, 0)));
    assert_eq!(go("e", Direction::In), Some(side("b", Side::Then, 0)));
    assert_eq!(go("c", Direction::Down), Some(side("b", Side::Then, 2)));
    assert_eq!(go("d", Direction::Down), None, "nothing comes after a repeat");
    assert_eq!(go("r", Direction::Up), None);
    assert_eq!(go("r", Direction::Out), None, "it goes back to the branch that it lies in");
    assert_eq!(step(&path, &run("a", "x"), Direction::In), Some(side("b", Side::Then, 0)));
    assert_eq!(go("a", Direction::Out), None);
}

#[test]
fn deleting_wrapping_unwrapping_and_duplicating() {
    let path = sample();
    let new = || Box::new(new_node(&path, Kind::PriorityBranch));
    for (command, expected) in [
        (Command::DeleteRun(run("c", "d")), "a x b[r>b|e]"),
        (Command::DeleteRun(run("a", "b")), ""),
        (Command::Wrap("x".into(), Side::Then, new()), "a branch-1[x b[c d r>b|e]|]"),
        (Command::Wrap("a".into(), Side::Else, new()), "branch-1[|a x b[c d r>b|e]]"),
        (Command::Insert(root(1), new()), "a branch-1[x b[c d r>b|e]|]"),
        (Command::Insert(side("b", Side::Else, 1), new()), "a x b[c d r>b|e branch-1[|]]"),
        (Command::Unwrap("b".into(), Side::Else), "a x e"),
        (
            Command::Unwrap("b".into(), Side::Then),
            "the repeat `r` goes back to `b`, which must be the first step of the path or a branch around the repeat: \
             let it go elsewhere first, or delete it",
        ),
        (Command::Unwrap("a".into(), Side::Then), "a step of this kind has no sides"),
        (Command::Duplicate(run("a", "x")), "a x level-1 level-2 b[c d r>b|e]"),
        (Command::Duplicate(run("b", "b")), "nothing comes after a branch: it is entered and never returned from"),
    ] {
        assert_eq!(after(&path, command.clone()), expected, "{command:?}");
    }
    // What one change puts in and the next takes away again is not what is chosen afterwards.
    let mut editor = Editor::open(path.clone());
    let level = Box::new(new_node(&path, Kind::Level));
    let both = vec![Command::Insert(side("b", Side::Then, 0), level), Command::DeleteRun(run("b", "b"))];
    assert_eq!(editor.dispatch(Command::Several(None, both)), Ok(Some("x".into())));
    let mut editor = Editor::open(path.clone());
    assert_eq!(editor.dispatch(Command::Duplicate(run("a", "x"))), Ok(Some("level-1".into())));
    assert_eq!(editor.dispatch(Command::Unwrap("b".into(), Side::Else)), Ok(Some("e".into())));
    assert_eq!(editor.dispatch(Command::Move(run("a", "a"), root(2))), Ok(Some("a".into())));
    assert_eq!(editor.dispatch(Command::DeleteRun(run("x", "a"))), Ok(Some("level-1".into())));
    let filled = Command::Wrap("a".into(), Side::Then, Box::new(path.path[2].clone()));
    assert_eq!(filled.apply(&path), Err(Refusal::IdTaken("b".into())));
}

#[test]
fn where_a_step_goes_that_is_added_below() {
    let path = path(json!([
        level("a"),
        branch("b", json!([level("c"), repeat("r", "b")]), json!([branch("n", json!([level("e")]), json!([])),]))
    ]));
    let below = |id: &str| slot_after(&path, Some(&Run::one(id)), &Piece::New(Kind::Level));
    assert_eq!(below("a"), Some(root(1)));
    assert_eq!(below("b"), Some(side("b", Side::Then, 0)), "inside it, as nothing comes after a branch");
    assert_eq!(below("n"), Some(side("n", Side::Else, 0)), "the side that is empty");
    assert_eq!(below("c"), Some(side("b", Side::Then, 1)));
    assert_eq!(below("r"), Some(side("b", Side::Then, 1)), "the nearest before, as no level comes after a repeat");
    assert_eq!(slot_after(&path, Some(&run("a", "a")), &Piece::New(Kind::Repeat)), None, "it must be the last");
    assert_eq!(slot_after(&path, None, &Piece::New(Kind::Level)), Some(root(1)), "after the first");
    assert_eq!(slot_after(&path, Some(&run("c", "a")), &Piece::New(Kind::Level)), None, "these are no run");
    // Of any kind: also what may stand after a repeat.
    let any = |id: &str| slot_for_new(&path, Some(&Run::one(id)));
    assert_eq!(any("r"), Some(side("b", Side::Then, 2)));
    assert_eq!(any("b"), Some(side("b", Side::Then, 0)), "not at the end of a side that a hand-over could end");
    assert_eq!(any("n"), Some(side("n", Side::Else, 0)));
    let end = self::path(json!([level("a"), repeat("r", "a"), {"id": "h", "type": "escalation_path",
        "escalation_path": {"escalation_path_id": "p"}}]));
    assert_eq!(slot_for_new(&end, Some(&Run::one("h"))), Some(root(1)), "nothing comes after a hand-over");
    let empty = self::path(json!([]));
    assert_eq!(slot_for_new(&empty, None), Some(root(0)));
}

#[test]
fn what_goes_back_to_the_start_goes_back_to_the_new_start() {
    let path = path(json!([level("a"), repeat("r", "a")]));
    let new = || new_node(&path, Kind::Level);
    assert!(matches!(Command::Insert(root(0), Box::new(new())).apply(&path), Err(Refusal::Repeat { .. })));
    let command = insert(&path, root(0), new());
    assert_eq!(words::command(&command), "add level");
    assert!(words::also(&command).unwrap().contains("goes back to it"));
    assert_eq!(words::also(&insert(&path, root(1), new())), None);
    assert_eq!(after(&path, command), "level-1 a r>level-1");
    let command = wrap(&path, "a", Side::Else, new_node(&path, Kind::PriorityBranch));
    assert_eq!(after(&path, command), "branch-1[|a r>branch-1]");
    let copies = self::path(json!([branch("b", json!([level("a"), repeat("r", "b")]), json!([]))]));
    let clip = Clip::of(&copies, &Run::one("b")).unwrap();
    let pasted = Command::Paste(side("b", Side::Else, 0), Box::new(clip));
    assert_eq!(after(&copies, pasted), "b[a r>b|branch-1[level-1 repeat-1>branch-1]]".replace("]]", "|]]"));
}

#[test]
fn what_is_offered_by_name_is_called_so_when_it_is_done() {
    let path = path(json!([level("a"), branch("b", json!([]), json!([]))]));
    let index = Index::new(World::default());
    let around = |kind| create_around(&path, "a", kind, &index, "UTC");
    let run = || Run::one("a");
    for (command, name) in [
        (around(Kind::PriorityBranch), words::names::WRAP_PRIORITY),
        (around(Kind::HoursBranch), words::names::WRAP_HOURS),
        (Command::Unwrap("b".into(), Side::Then), words::names::UNWRAP_THEN),
        (Command::Unwrap("b".into(), Side::Else), words::names::UNWRAP_ELSE),
        (Command::Delete("a".into()), words::names::DELETE),
        (Command::DeleteRun(run()), words::names::DELETE),
        (Command::Duplicate(run()), words::names::DUPLICATE),
        (Command::Paste(root(0), Box::new(Clip::of(&path, &run()).unwrap())), words::names::PASTE),
    ] {
        assert_eq!(words::command(&command), name);
    }
    assert_eq!(after(&path, around(Kind::HoursBranch)), "branch-1[a b[|]|]", "with all that follows");
}

#[test]
fn refusals_tell_steps_by_their_words() {
    let hours = json!([{"id": "uk", "name": "UK", "timezone": "UTC", "weekday_intervals": []}]);
    let wait = json!({"id": "w", "type": "delay", "delay": {"delay_interval_condition": "active",
        "delay_weekday_interval_config_id": "uk"}});
    let path = PathPayload::read(json!({"name": "n", "path": [wait, level("a"), repeat("r", "w")],
        "working_hours": hours}))
    .unwrap();
    let index = Index::new(World::default());
    let told = |command: Command| words::refusal(&command.apply(&path).unwrap_err(), &path, &index);
    assert_eq!(
        told(Command::Delete("w".into())),
        "“Back to the start, once more” goes back to “Wait until UK hours begin”, which must be the first step of the \
         path or a branch around the repeat: let it go elsewhere first, or delete it"
    );
    assert_eq!(
        told(Command::RemoveHours("uk".into())),
        "these working hours are used by “Wait until UK hours begin”: let them use others first"
    );
    assert_eq!(told(Command::Delete("gone".into())), "this step is no longer there");
    let away = Refusal::NowhereToBe("a".into());
    assert_eq!(
        words::refusal(&away, &path, &index),
        "“Page u” lies in a branch that is not chosen: choose both or neither"
    );
    for refusal in [
        Refusal::NotOfThisKind("sides"),
        Refusal::NotARun,
        Refusal::IntoItself,
        Refusal::MustBeLast,
        Refusal::NoId,
        Refusal::IdTaken("x".into()),
        Refusal::HasNodes,
    ] {
        let told = words::refusal(&refusal, &path, &index);
        assert!(!told.contains("node") && told.contains("step"), "{told}");
    }
}

#[test]
fn new_nodes() {
    let path = sample();
    let world = World { priorities: vec![world::Priority { id: "p9".into(), name: "P9".into() }], ..World::default() };
    let index = Index::new(world);
    for kind in Kind::ALL {
        let node = new_node(&path, kind);
        assert_eq!(Kind::of(&node), Some(kind));
        let slots = open_slots_for(&path, &Piece::New(kind));
        assert!(!slots.is_empty(), "{kind:?}");
        for slot in slots {
            let made = create(&path, slot, kind, &index, "Europe/Paris").apply(&path).unwrap();
            assert_eq!(structural(&made), [""; 0], "{kind:?}");
            if kind == Kind::HoursBranch {
                assert_eq!(made.write()["working_hours"][0]["timezone"], "Europe/Paris");
            }
            if kind == Kind::PriorityBranch {
                let found = tree::find(&made, "branch-1").unwrap();
                assert_eq!(Condition::of(found.node), Some(Condition::Priorities(vec!["p9".into()])));
            }
        }
    }
    let empty = PathPayload::named("n");
    assert_eq!(open_slots_for(&empty, &Piece::New(Kind::Repeat)), [], "there is nothing to go back to");
    assert_eq!(open_slots_for(&empty, &Piece::New(Kind::Level)), [root(0)]);
    let hand_over = open_slots_for(&path, &Piece::New(Kind::HandOver));
    assert_eq!(hand_over, [side("b", Side::Then, 3), side("b", Side::Else, 1)]);
}

#[test]
fn changing_the_kind() {
    let mut node = level("a");
    node["level"] = json!({"targets": [{"type": "user", "id": "u", "urgency": "high"},
        {"type": "slack_channel", "id": "c", "urgency": "low"}], "time_to_ack_seconds": 60, "ack_mode": "all",
        "retry_config": {"attempts": 2, "interval_seconds": 60}, "round_robin_config": {"enabled": true}, "odd": 1});
    node["note"] = json!("kept");
    let path = path(json!([node, repeat("r", "a")]));
    let losses = loses(&path, "a", Kind::NotifyChannel);
    let told: Vec<_> = losses.iter().map(|loss| words::loss(loss, &Index::new(World::default()))).collect();
    assert_eq!(
        told,
        [
            "u is no longer named",
            "What an acknowledgement means to the others is no longer said",
            "There is no round robin any more",
            "There are no retries any more",
            "The unknown field `odd` is removed"
        ]
    );
    let of = |path: &PathPayload| tree::find(path, "a").unwrap().node.write();
    let channel = Command::ChangeKind("a".into(), Kind::NotifyChannel).apply(&path).unwrap();
    assert_eq!(
        of(&channel),
        json!({"id": "a", "type": "notify_channel", "notify_channel": {
            "targets": [{"type": "slack_channel", "id": "c", "urgency": "low"}], "time_to_ack_seconds": 60}, "note": "kept"})
    );
    assert_eq!(loses(&channel, "a", Kind::Level), [], "a level can name channels");
    let delay = Command::ChangeKind("a".into(), Kind::Delay).apply(&channel).unwrap();
    assert_eq!(of(&delay), json!({"id": "a", "type": "delay", "delay": {"delay_seconds": 60}, "note": "kept"}));
    assert!(matches!(loses(&channel, "a", Kind::Delay).as_slice(), [Loss::Target(_)]));
    assert_eq!(Command::ChangeKind("r".into(), Kind::Level).apply(&path), Err(Refusal::NotChangeable));
    assert_eq!(Command::ChangeKind("a".into(), Kind::Repeat).apply(&path), Err(Refusal::NotChangeable));
    assert_eq!(Command::ChangeKind("a".into(), Kind::Level).apply(&path), Err(Refusal::NoChange));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 150, ..ProptestConfig::default() })]

    /// A change never makes an error of structure, is undone without a trace, and touches nothing but what it is about.
    #[test]
    fn every_change_is_sound_or_refused(from in outline(), other in outline(), rolls in prop::collection::vec(dice(), 1..12)) {
        let (path, other) = (build(&from, ""), build(&other, ""));
        prop_assert_eq!(structural(&path), [""; 0]);
        let mut editor = Editor::open(path);
        for mut roll in rolls {
            let before = editor.path();
            let command = roll.command(&before, &other);
            match editor.dispatch(command.clone()) {
                Err(refusal) => {
                    prop_assert!(!refusal.to_string().is_empty());
                    prop_assert_eq!(&editor.path(), &before);
                }
                Ok(selects) => {
                    let after = editor.path();
                    prop_assert_eq!(structural(&after), [""; 0], "{:?} of {}", command, shape(&before));
                    let known: std::collections::BTreeSet<_> = ids(&after).into_iter().collect();
                    prop_assert_eq!(known.len(), ids(&after).len());
                    if let Some(selected) = selects {
                        prop_assert!(known.contains(&selected), "{:?} selects {}", command, selected);
                    }
                    prop_assert_eq!(after.write()["odd"].to_string(), before.write()["odd"].to_string());
                    let (old, new) = (own(&before), own(&after));
                    let changed: Vec<_> = old.iter().filter(|(id, text)| new.get(*id).is_some_and(|now| now != *text)).collect();
                    let most = match &command {
                        Command::Several(..) => usize::MAX,
                        Command::Move(..) | Command::DeleteRun(_) | Command::Delete(_) | Command::Duplicate(_)
                        | Command::Wrap(..) | Command::Unwrap(..) | Command::Insert(..) | Command::Paste(..) => 0,
                        _ => 1,
                    };
                    prop_assert!(changed.len() <= most, "{:?} changes {:?}", command, changed);
                    // What is written can be read, and says the same.
                    let text = after.write().to_string();
                    prop_assert_eq!(PathPayload::from_text(&text).unwrap().write().to_string(), text);
                    editor.undo();
                    prop_assert_eq!(&editor.path(), &before);
                    prop_assert_eq!(before.write().to_string(), editor.path().write().to_string());
                    editor.redo();
                    prop_assert_eq!(&editor.path(), &after);
                }
            }
        }
    }

    /// The slots that are offered are those that work.
    #[test]
    fn open_slots_are_those_of_which_nothing_is_refused(from in outline(), other in outline(), mut roll in dice()) {
        let (path, other) = (build(&from, ""), build(&other, if roll.roll(2) == 0 { "" } else { "o" }));
        let works = |command: &dyn Fn(Slot) -> Command| {
            all_slots(&path).into_iter().filter(|slot| command(slot.clone()).apply(&path).is_ok()).collect::<std::collections::BTreeSet<_>>()
        };
        let offered = |piece: &Piece<'_>| {
            let slots = open_slots_for(&path, piece);
            let set: std::collections::BTreeSet<_> = slots.iter().cloned().collect();
            assert_eq!(set.len(), slots.len());
            set
        };
        let known = ids(&path);
        let (a, b) = (roll.of(&known), roll.of(&known));
        let run = Run::between(&path, &a, &b).unwrap_or(Run::one(a));
        prop_assert_eq!(offered(&Piece::Run(&run)), works(&|slot| Command::Move(run.clone(), slot)), "{:?} in {}", run, shape(&path));
        for from in [&path, &other] {
            let known = ids(from);
            let (a, b) = (roll.of(&known), roll.of(&known));
            let clip = Clip::of(from, &Run::between(from, &a, &b).unwrap_or(Run::one(a))).unwrap();
            let pastes = works(&|slot| Command::Paste(slot, Box::new(clip.clone())));
            prop_assert_eq!(offered(&Piece::Clip(&clip)), pastes, "{:?} into {}", clip, shape(&path));
        }
        for kind in Kind::ALL {
            let inserts = works(&|slot| insert(&path, slot, new_node(&path, kind)));
            prop_assert_eq!(offered(&Piece::New(kind)), inserts, "{:?} into {}", kind, shape(&path));
        }
        let levels = offered(&Piece::New(Kind::Level));
        let lists: std::collections::BTreeSet<_> = all_slots(&path).into_iter().map(|slot| slot.list).collect();
        prop_assert_eq!(levels, lists.iter().flat_map(|list| open_slots(&path, list)).collect());
    }

    #[test]
    fn what_is_copied_is_what_is_pasted(from in outline(), mut roll in dice()) {
        let path = build(&from, "");
        let known = ids(&path);
        let run = Run::one(roll.of(&known));
        let text = clipboard::write(&path, &run).unwrap();
        prop_assert_eq!(clipboard::read(&text), Ok(Clip::of(&path, &run).unwrap()));
    }
}
