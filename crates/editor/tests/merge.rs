//! Three documents made one.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;

use common::{build, dice, ids, outline, root, structural};
use escalation_api::{Json as _, PathPayload};
use escalation_editor::command::{Timer, insert, new_hours, new_node};
use escalation_editor::merge::{
    Choice, Item, Merge, MergeItemText, MergeSubject, SideChange, compare, is_made_of, is_same, is_written, take,
    told as in_words,
};
use escalation_editor::{Command, Kind, ListAt, Refusal, Run, Side, Slot};
use escalation_engine::{Index, World};
use proptest::prelude::*;
use serde_json::{Value, json};

fn level(id: &str) -> Value {
    json!({"id": id, "type": "level", "level": {"targets": [{"type": "user", "id": id, "urgency": "high"}], "time_to_ack_seconds": 60}})
}

/// a, c, then the branch b with d on one side and e on the other.
fn sample() -> PathPayload {
    let condition = json!({"subject": "escalation.priority", "operation": "one_of", "param_bindings": [{"array_value": [{"literal": "p1"}]}]});
    let branch = json!({"id": "b", "type": "if_else", "if_else": {
        "conditions": [condition], "then_path": [level("d")], "else_path": [level("e")]}});
    PathPayload::read(json!({"name": "Path", "path": [level("a"), level("c"), branch], "odd": 1})).unwrap()
}

fn done(path: &PathPayload, commands: &[Command]) -> PathPayload {
    commands.iter().fold(path.clone(), |path, command| command.apply(&path).unwrap())
}

fn merge(yours: &[Command], theirs: &[Command]) -> Merge {
    let base = sample();
    let (yours, theirs) = (done(&base, yours), done(&base, theirs));
    compare(Arc::new(base), Arc::new(yours), Arc::new(theirs))
}

fn all(merge: &Merge, choice: Choice) -> BTreeMap<MergeSubject, Choice> {
    merge.items.iter().map(|item| (item.what.clone(), choice)).collect()
}

fn by_default(merge: &Merge) -> Result<PathPayload, Refusal> {
    take(merge, &BTreeMap::new())
}

fn told(merge: &Merge) -> Vec<String> {
    let all = in_words(merge, &Index::new(World::default()));
    let tell = |(item, words): (&Item, MergeItemText)| {
        let conflict = if item.conflict { "!" } else { "" };
        format!("{}: {} / {}{conflict}", words.title, words.yours, words.theirs)
    };
    merge.items.iter().zip(all).map(tell).collect()
}

fn wait(id: &str, seconds: i64) -> Command {
    Command::SetTimer(id.into(), Timer::After(seconds))
}

fn in_b(side: Side, index: usize) -> Slot {
    Slot { list: ListAt::Of("b".into(), side), index }
}

#[test]
fn what_does_not_touch_is_together() {
    let new = |id: &str| {
        let mut node = new_node(&sample(), Kind::Level);
        node.id = id.into();
        node
    };
    let yours = [Command::Rename("Yours".into()), wait("a", 120), Command::Insert(root(1), Box::new(new("y")))];
    let theirs = [
        wait("d", 180),
        Command::Insert(in_b(Side::Else, 1), Box::new(new("t"))),
        Command::SetTeams(vec!["team".into()]),
        Command::AddHours(Box::new(new_hours(&sample(), "UTC"))),
        Command::Delete("e".into()),
    ];
    let merge = merge(&yours, &theirs);
    assert!(!merge.has_conflicts());
    let both: Vec<Command> = yours.iter().chain(&theirs).cloned().collect();
    assert_eq!(by_default(&merge).unwrap(), done(&sample(), &both));
    assert_eq!(
        told(&merge),
        [
            "The path’s name: changed: “Yours” / unchanged",
            "The path’s teams: unchanged / new: [\"team\"]",
            "The working hours “Working hours”: unchanged / new: Mon-Fri 09:00-17:00, UTC",
            "Page a: changed: “then after 2m”, was “then after 1m” / unchanged",
            "Page nobody yet: new: after “Page a” / unchanged",
            "Page d: unchanged / changed: “then after 3m”, was “then after 1m”",
            "Page e: unchanged / removed",
            "Page nobody yet: unchanged / new: first on the side “otherwise” of “Priority is p1?”",
        ]
    );
}

#[test]
fn what_both_changed_is_yours_unless_chosen() {
    let merge = merge(&[wait("a", 120), wait("c", 120)], &[wait("a", 180), Command::Delete("c".into())]);
    assert_eq!(
        told(&merge),
        [
            "Page a: changed: “then after 2m”, was “then after 1m” / changed: “then after 3m”, was “then after 1m”!",
            "Page c: changed: “then after 2m”, was “then after 1m” / removed!",
        ]
    );
    assert_eq!(by_default(&merge).unwrap(), *merge.yours);
    let mixed = BTreeMap::from([(MergeSubject::Node("c".into()), Choice::Theirs)]);
    assert_eq!(take(&merge, &mixed).unwrap(), done(&merge.yours, &[Command::Delete("c".into())]));
}

#[test]
fn moves_and_changes_go_together() {
    let into = Command::Move(Run::one("c"), in_b(Side::Then, 0));
    let merge = merge(&[wait("c", 120)], std::slice::from_ref(&into));
    assert!(!merge.has_conflicts());
    assert_eq!(by_default(&merge).unwrap(), done(&merge.yours, &[into]));
}

#[test]
fn two_orders_are_a_conflict() {
    let merge = merge(
        &[Command::Move(Run::one("c"), root(0))],
        &[Command::Move(Run::one("a"), root(2)), Command::Delete("d".into())],
    );
    assert!(!merge.has_conflicts(), "both came to the same: {:?}", told(&merge));
    let three = |order: [&str; 3]| {
        let path = json!({"name": "n", "path": order.map(level)});
        Arc::new(PathPayload::read(path).unwrap())
    };
    let merge = compare(three(["1", "2", "3"]), three(["2", "1", "3"]), three(["1", "3", "2"]));
    assert_eq!(told(&merge), ["The order of the steps: moved / moved!"]);
    assert_eq!(by_default(&merge).unwrap(), *merge.yours);
    assert_eq!(take(&merge, &all(&merge, Choice::Theirs)).unwrap(), *merge.theirs);
}

#[test]
fn a_branch_that_is_gone_for_one_and_used_by_the_other_is_a_conflict() {
    let gone = [Command::Delete("b".into())];
    for used in [wait("d", 120), insert(&sample(), in_b(Side::Else, 0), new_node(&sample(), Kind::Level))] {
        let merge = merge(&gone, std::slice::from_ref(&used));
        let branch = merge.items.iter().find(|item| item.what == MergeSubject::Node("b".into())).unwrap();
        assert!(branch.conflict && branch.yours == SideChange::Removed, "{:?}", told(&merge));
        assert_eq!(by_default(&merge).unwrap(), *merge.yours);
        let other = self::merge(std::slice::from_ref(&used), &gone);
        assert_eq!(by_default(&other).unwrap(), *other.yours, "it is kept whole");
        let torn = BTreeMap::from([
            (MergeSubject::Node("b".into()), Choice::Yours),
            (MergeSubject::Node("d".into()), Choice::Theirs),
        ]);
        let refusal = take(&merge, &torn).unwrap_err();
        assert_eq!(refusal, Refusal::NowhereToBe("d".into()));
    }
}

#[test]
fn two_ends_of_one_list_are_a_conflict() {
    let end = |kind| insert(&sample(), in_b(Side::Else, 1), new_node(&sample(), kind));
    let merge = merge(&[end(Kind::PriorityBranch)], &[end(Kind::HandOver), wait("a", 120)]);
    assert!(merge.has_conflicts());
    assert_eq!(by_default(&merge).unwrap(), done(&merge.yours, &[wait("a", 120)]));
    let both = BTreeMap::from([(MergeSubject::Node("hand-over-1".into()), Choice::Theirs)]);
    assert_eq!(take(&merge, &both), Err(Refusal::AfterHandOver), "what cannot be is told");
}

#[test]
fn documents_whose_ids_tell_nothing_apart_are_taken_whole() {
    let twice = |seconds: i64| {
        let mut odd = level("x");
        odd["level"]["time_to_ack_seconds"] = json!(seconds);
        let path = json!({"name": "n", "path": [level("x"), odd]});
        Arc::new(PathPayload::read(path).unwrap())
    };
    let merge = compare(twice(1), twice(2), twice(3));
    let items: Vec<_> = merge.items.iter().map(|item| (item.what.clone(), item.conflict)).collect();
    assert_eq!(items, [(MergeSubject::Field("path".into()), true)]);
    assert_eq!(take(&merge, &all(&merge, Choice::Theirs)).unwrap(), *merge.theirs);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn all_of_one_is_that_one_and_the_default_is_sound(
        from in outline(), you in prop::collection::vec(dice(), 0..5), they in prop::collection::vec(dice(), 0..5)
    ) {
        let base = build(&from, "");
        let edit = |rolls: Vec<_>| rolls.into_iter().fold(base.clone(), |path, mut roll: common::Dice| {
            roll.command(&path, &base).apply(&path).unwrap_or(path)
        });
        let (yours, theirs) = (edit(you), edit(they));
        let merge = compare(Arc::new(base.clone()), Arc::new(yours.clone()), Arc::new(theirs.clone()));
        prop_assert_eq!(&take(&merge, &all(&merge, Choice::Yours)).unwrap(), &yours);
        prop_assert_eq!(&take(&merge, &all(&merge, Choice::Theirs)).unwrap(), &theirs);
        if let Ok(path) = by_default(&merge) {
            prop_assert_eq!(structural(&path), [""; 0]);
        }
        prop_assert!(merge.items.iter().all(|item| item.yours != SideChange::Nothing || item.theirs != SideChange::Nothing));
        for (yours, theirs) in [(&yours, &base), (&base, &yours), (&yours, &yours)] {
            let merge = compare(Arc::new(base.clone()), Arc::new(yours.clone()), Arc::new(theirs.clone()));
            prop_assert!(!merge.has_conflicts());
            let expected = if yours == &base { theirs } else { yours };
            prop_assert_eq!(&by_default(&merge).unwrap(), expected);
        }
    }

    #[test]
    fn edits_of_different_nodes_are_both_there(from in outline(), mut roll in dice()) {
        let base = build(&from, "");
        let (mut yours, mut theirs, mut both) = (base.clone(), base.clone(), base.clone());
        for (index, id) in ids(&base).into_iter().enumerate() {
            let at = |path: &PathPayload| {
                let found = escalation_editor::tree::find(path, &id).unwrap();
                Slot { list: found.slot.list.clone(), index: found.slot.index }
            };
            let mut node = new_node(&base, Kind::Delay);
            node.id = format!("new-{index}");
            let (way, mine) = (roll.roll(3), roll.roll(2) == 0);
            let command = |path: &PathPayload| match way {
                0 => wait(&id, 7),
                1 => Command::Insert(at(path), Box::new(node.clone())),
                _ => Command::SetRetry(id.clone(), Some((5, 300))),
            };
            let one = if mine { &mut yours } else { &mut theirs };
            if let (Ok(alone), Ok(together)) = (command(one).apply(one), command(&both).apply(&both)) {
                (*one, both) = (alone, together);
            }
        }
        let merge = compare(Arc::new(base), Arc::new(yours), Arc::new(theirs));
        prop_assert!(!merge.has_conflicts());
        prop_assert_eq!(by_default(&merge).unwrap(), both);
    }
}

#[test]
fn documents_that_say_the_same() {
    let document = |more: Value| {
        let mut path = json!({"name": "Path", "path": [level("a")]});
        path.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        PathPayload::read(path).unwrap()
    };
    let plain = document(json!({}));
    // What a server fills in.
    let filled = json!({"kind": "standalone", "working_hours": [], "team_ids": [], "param_bindings": {}, "odd": null});
    assert!(is_same(&plain, &document(filled.clone())) && is_same(&document(filled), &plain));
    // What somebody says.
    let binding = json!({"param_bindings": {"who": {"value": {"literal": "x"}}}});
    for said in [json!({"team_ids": ["T0"]}), json!({"template_id": "t"}), json!({"odd": 1}), binding] {
        let other = document(said.clone());
        assert!(!is_same(&plain, &other) && !is_same(&other, &plain), "{said}");
        assert!(is_same(&other, &other.clone()));
    }
    let kind = |kind: &str| document(json!({"kind": kind}));
    assert!(!is_same(&kind("standalone"), &kind("templated")));
    let teams = |ids: [&str; 2]| document(json!({"team_ids": ids}));
    assert!(is_same(&teams(["T0", "T1"]), &teams(["T1", "T0"])));
    assert!(!is_same(&teams(["T0", "T1"]), &teams(["T0", "T2"])));
    // A server may add fields to what it makes, and must not have others than were sent.
    assert!(is_made_of(&document(json!({"made_at": "now"})), &plain));
    assert!(!is_made_of(&document(json!({"odd": 2})), &document(json!({"odd": 1}))));
    // It may give what is new to teams; to others than were asked for, it may not.
    assert!(is_made_of(&document(json!({"team_ids": ["T1"]})), &plain));
    assert!(!is_made_of(&document(json!({"team_ids": ["T1"]})), &document(json!({"team_ids": ["T2"]}))));
    assert!(!is_written(&document(json!({"team_ids": ["T1"]})), &plain, &plain));
    assert!(!is_made_of(&document(json!({})), &payload(json!({"name": "Path", "path": []}))), "nothing was sent");
}

#[test]
fn a_conflict_is_undecided_until_something_is_chosen() {
    let name = |name: &str| Command::Rename(name.to_string());
    let merge = merge(&[name("Yours")], &[name("Theirs")]);
    assert_eq!(merge.undecided(&BTreeMap::new()), 1);
    let chosen = merge.items.iter().map(|item| (item.what.clone(), Choice::Yours)).collect();
    assert_eq!(merge.undecided(&chosen), 0);
}

fn payload(value: Value) -> PathPayload {
    PathPayload::read(value).unwrap()
}

/// A path unchanged sent, and as a server gives it back that fills in what was not said and orders as it likes.
fn sent_and_made() -> (Value, Value) {
    let condition = |values: [&str; 2]| {
        let values: Vec<_> = values.iter().map(|id| json!({"literal": id})).collect();
        json!({"subject": "escalation.priority", "operation": "one_of", "param_bindings": [{"array_value": values}]})
    };
    let sent = json!({"name": "Path", "path": [
        {"id": "a", "type": "level", "level": {"time_to_ack_seconds": 60, "targets": [
            {"type": "schedule", "id": "s", "urgency": "high"}, {"type": "user", "id": "u", "urgency": "low"}]}},
        {"id": "b", "type": "if_else", "if_else": {"conditions": [condition(["p1", "p2"])], "else_path": [], "then_path": [
            {"id": "c", "type": "delay", "delay": {"delay_seconds": 60}}]}}]});
    let made = json!({"name": "Path", "kind": "standalone", "working_hours": [], "team_ids": [], "repeat_config": null, "path": [
        {"id": "a", "type": "level", "level": {"time_to_ack_seconds": 60, "ack_mode": "all", "retry_config": null,
            "round_robin_config": {"enabled": false}, "targets": [
            {"type": "user", "id": "u", "urgency": "low", "selected_rota_id": null},
            {"type": "schedule", "id": "s", "urgency": "high", "schedule_mode": "currently_on_call"}]}},
        {"id": "b", "type": "if_else", "if_else": {"conditions": [condition(["p2", "p1"])], "else_path": [], "then_path": [
            {"id": "c", "type": "delay", "delay": {"delay_seconds": 60, "delay_interval_condition": null}}]}}]});
    (sent, made)
}

#[test]
fn what_a_server_filled_in_was_made_of_what_was_sent() {
    let (sent, made) = sent_and_made();
    let [sent, made] = [sent, made].map(payload);
    assert!(is_made_of(&made, &sent), "all that was sent is there");
    assert!(!is_made_of(&sent, &made), "what was sent is not there");
    assert!(!is_same(&made, &sent), "they do not say the same");
}

#[test]
fn something_else_was_not_made_of_what_was_sent() {
    let (sent, made) = sent_and_made();
    let other = [
        ("/name", json!("Another")),
        ("/path/0/id", json!("z")),
        ("/path/0/level/time_to_ack_seconds", json!(61)),
        ("/path/0/level/targets/0/urgency", json!("high")),
        ("/path/0/level/targets/1/id", json!("t")),
        ("/path/1/if_else/conditions/0/param_bindings/0/array_value/0/literal", json!("p3")),
        ("/path/1/if_else/then_path/0/delay/delay_seconds", json!(120)),
        ("/path/1/if_else/then_path", json!([])),
        ("/path", json!([])),
    ];
    for (pointer, value) in other {
        let mut now = made.clone();
        *now.pointer_mut(pointer).unwrap() = value;
        assert!(!is_made_of(&payload(now), &payload(sent.clone())), "{pointer}");
    }
}

#[test]
fn an_order_that_says_something_is_a_difference() {
    let in_turn = |ids: [&str; 2]| {
        let targets: Vec<_> = ids.iter().map(|id| json!({"type": "user", "id": id, "urgency": "high"})).collect();
        let level = json!({"targets": targets, "round_robin_config": {"enabled": true}});
        payload(json!({"name": "Path", "path": [{"id": "a", "type": "level", "level": level}]}))
    };
    assert!(!is_same(&in_turn(["u", "v"]), &in_turn(["v", "u"])));
    assert!(is_same(&in_turn(["u", "v"]), &in_turn(["u", "v"])));
    let (_, made) = sent_and_made();
    let mut nodes = made.clone();
    nodes["path"].as_array_mut().unwrap().reverse();
    assert!(!is_same(&payload(nodes), &payload(made)), "nodes follow one another");
}

#[test]
fn an_order_that_says_nothing_is_nobody_s_doing() {
    let (_, made) = sent_and_made();
    let mut turned = made.clone();
    turned["path"][0]["level"]["targets"].as_array_mut().unwrap().reverse();
    turned.as_object_mut().unwrap().remove("kind");
    let [made, turned] = [made, turned].map(payload);
    assert!(is_same(&made, &turned));
    let mut yours = made.clone();
    yours.name = "Yours".to_string();
    let merge = compare(Arc::new(made), Arc::new(yours), Arc::new(turned));
    assert_eq!(
        merge.items.iter().map(|item| &item.what).collect::<Vec<_>>(),
        [&MergeSubject::Field("name".to_string())]
    );
}

#[test]
fn a_write_whose_answer_was_lost_is_known_by_what_was_sent() {
    let (sent, made) = sent_and_made();
    let before = made.clone();
    // What was there, filled in, with another name: nothing else was sent.
    let mut renamed = made.clone();
    renamed["name"] = json!("Renamed");
    // A level that is new was filled in.
    let mut longer = sent.clone();
    longer["name"] = json!("Renamed");
    let new = json!({"id": "n", "type": "level", "level": {"targets": []}});
    longer["path"].as_array_mut().unwrap().insert(0, new.clone());
    let mut longer_now = made.clone();
    longer_now["name"] = json!("Renamed");
    let mut filled = new;
    filled["level"]["ack_mode"] = json!("all");
    longer_now["path"].as_array_mut().unwrap().insert(0, filled);
    let [before_, renamed_, longer_now_] = [&before, &renamed, &longer_now].map(|value| payload(value.clone()));
    assert!(is_written(&renamed_, &renamed_, &before_));
    assert!(!is_written(&before_, &renamed_, &before_), "it was not written");
    // What was taken out and is there again was put in by somebody else, or was never written.
    let mut without = renamed.clone();
    without["path"][0]["level"].as_object_mut().unwrap().remove("ack_mode");
    assert!(!is_written(&renamed_, &payload(without), &before_));
    // What was sent of the nodes that were there has all that was there.
    let mut whole = before.clone();
    whole["name"] = json!("Renamed");
    whole["path"].as_array_mut().unwrap().insert(0, json!({"id": "n", "type": "level", "level": {"targets": []}}));
    assert!(is_written(&longer_now_, &payload(whole), &before_));
}

proptest! {
    #[test]
    fn what_is_the_same_was_made_of_the_same(from in outline(), other in outline()) {
        let (sent, another) = (build(&from, ""), build(&other, ""));
        prop_assert!(is_made_of(&sent, &sent) && is_same(&sent, &sent) && is_written(&sent, &sent, &another));
        prop_assert_eq!(is_same(&sent, &another), is_same(&another, &sent));
        prop_assert_eq!(is_same(&sent, &another), is_made_of(&sent, &another) && is_made_of(&another, &sent));
        prop_assert_eq!(is_same(&sent, &another), sent == another);
    }
}

#[test]
fn what_was_taken_out_of_a_target_that_is_paged_in_turn_was_not_saved() {
    let before = json!({"name": "Path", "path": [{"id": "a", "type": "level", "level": {"time_to_ack_seconds": 60,
        "round_robin_config": {"enabled": true}, "targets": [{"type": "schedule", "id": "s", "urgency": "high",
            "schedule_mode": "currently_on_call", "selected_rota_id": "r"}]}}]});
    for in_turn in [true, false] {
        let mut before = before.clone();
        before["path"][0]["level"]["round_robin_config"]["enabled"] = json!(in_turn);
        let mut sent = before.clone();
        sent["path"][0]["level"]["targets"][0].as_object_mut().unwrap().remove("selected_rota_id");
        let [before, sent] = [before, sent].map(payload);
        assert!(!is_written(&before, &sent, &before), "in turn: {in_turn}");
        assert!(is_written(&sent, &sent, &before));
    }
}

#[test]
fn what_was_taken_out_of_a_node_of_an_unknown_type_was_not_saved() {
    let branch = |then: Value| json!({"id": "b", "type": "if_else", "if_else": {"conditions": [], "then_path": then, "else_path": []}});
    let (whole, without) = (json!({"id": "u", "type": "young", "more": 1}), json!({"id": "u", "type": "young"}));
    let before = payload(json!({"name": "Path", "path": [branch(json!([])), whole]}));
    // It is moved, too, so that nothing stood before where it stands now.
    let sent = payload(json!({"name": "Path", "path": [branch(json!([without]))]}));
    let made = payload(json!({"name": "Path", "path": [branch(json!([whole]))]}));
    assert!(!is_written(&made, &sent, &before));
    assert!(is_written(&sent, &sent, &before));
}
