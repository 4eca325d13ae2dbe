//! The list of changes, and drafts.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{build, outline};
use escalation_api::{Json as _, PathPayload};
use escalation_editor::command::{Timer, to_look_at};
use escalation_editor::draft::{self, Draft};
use escalation_editor::fault::Place;
use escalation_editor::{Clip, Command, Editor, ListAt, Run, Slot};
use escalation_engine::check::check;
use escalation_engine::{Index, Instant, World};
use proptest::prelude::*;
use serde_json::json;

fn rename(name: &str) -> Command {
    Command::Rename(name.into())
}

/// The names of the states, with a mark on what is now and on what is saved.
fn told(editor: &Editor) -> Vec<String> {
    let mark = |on, mark| if on { mark } else { "" };
    let entries = editor.history().into_iter();
    entries.map(|entry| format!("{}{}{}", entry.name, mark(entry.is_now, "<"), mark(entry.is_saved, "*"))).collect()
}

#[test]
fn all_states_are_listed_and_can_be_gone_to() {
    let mut editor = Editor::open(PathPayload::named("a"));
    editor.dispatch(rename("b")).unwrap();
    editor.dispatch(Command::SetRepeatConfig(Some((300, false)))).unwrap();
    assert_eq!(told(&editor), ["opened*", "rename", "change paging again<"]);
    assert!(editor.jump(1) && editor.path().name == "b");
    editor.mark_saved(&editor.path());
    assert_eq!(told(&editor), ["opened", "rename<*", "change paging again"]);
    assert!(!editor.jump(1) && !editor.jump(3), "there is no such other state");
    assert!(editor.jump(2) && editor.is_dirty());
    assert!(editor.jump(0));
    editor.dispatch(rename("c")).unwrap();
    assert_eq!(told(&editor), ["opened", "rename<"]);
}

#[test]
fn a_change_is_told_with_the_step_that_it_was_about() {
    let wait = |id: &str, seconds: i64| json!({"id": id, "type": "delay", "delay": {"delay_seconds": seconds}});
    let path = PathPayload::read(json!({"name": "n", "path": [wait("a", 60), wait("b", 120)]})).unwrap();
    let mut editor = Editor::open(path);
    editor.dispatch(Command::SetTimer("a".into(), Timer::After(300))).unwrap();
    editor.dispatch(Command::Delete("b".into())).unwrap();
    editor.dispatch(Command::Duplicate(Run::one("a"))).unwrap();
    editor.dispatch(rename("x")).unwrap();
    let index = Index::new(World::default());
    let about = |state| editor.about(state, &index);
    assert_eq!(about(0), None, "nothing led to what was opened");
    assert_eq!(about(1).as_deref(), Some("Wait 5m"), "as it is by the change");
    assert_eq!(about(2).as_deref(), Some("Wait 2m"), "what is deleted, as it was");
    assert_eq!(about(3).as_deref(), Some("Wait 5m"));
    assert_eq!(about(4), None, "the path's own name");
    assert_eq!(about(5), None);
    let node = |state| editor.node_of(state);
    assert_eq!(node(1).as_deref(), Some("a"));
    assert_eq!(node(2).as_deref(), Some("a"), "the neighbour of what is gone");
    assert_eq!(node(3).as_deref(), Some("delay-1"), "the copy");
    assert_eq!(node(4), None);

    // What is about several steps says how many.
    let path = editor.path();
    let ids: Vec<_> = path.path.iter().map(|node| node.id.clone()).collect();
    let run = Run::between(&path, &ids[0], &ids[1]).unwrap();
    let clip = Clip::of(&path, &run).unwrap();
    editor.dispatch(Command::Paste(Slot { list: ListAt::Root, index: 0 }, Box::new(clip))).unwrap();
    editor.dispatch(Command::Several(Some("cut"), vec![Command::DeleteRun(run)])).unwrap();
    let about = |state| editor.about(state, &index);
    assert_eq!(about(5).as_deref(), Some("Wait 5m and 1 step more"));
    assert_eq!(about(6).as_deref(), Some("Wait 5m and 1 step more"));
}

#[test]
fn the_oldest_states_of_a_large_path_are_forgotten() {
    let level = |n: usize| json!({"id": format!("{n}"), "type": "delay", "delay": {}});
    let nodes: Vec<_> = (0..2_000).map(level).collect();
    let mut editor = Editor::open(PathPayload::read(json!({"name": "a", "path": nodes})).unwrap());
    for n in 0..120 {
        editor.dispatch(rename(&format!("{n}"))).unwrap();
    }
    assert_eq!(told(&editor).len(), 100, "200,000 nodes");
    while editor.undo().is_some() {}
    assert_eq!(editor.path().name, "20");
}

#[test]
fn a_problem_is_mended_in_one_step() {
    let hours = json!({"id": "uk", "name": "UK", "timezone": "UTC", "weekday_intervals": []});
    let level =
        json!({"id": "a", "type": "level", "level": {"targets": [{"type": "user", "id": "u", "urgency": "high"}]}});
    let path = PathPayload::read(json!({"name": "n", "path": [level], "working_hours": [hours]})).unwrap();
    let problems = check("", &path, &Index::new(World::default()));
    let fix = problems.iter().find_map(|problem| problem.fix.clone()).unwrap();
    let mut editor = Editor::open(path);
    editor.dispatch(Command::Fix(Box::new(fix.clone()))).unwrap();
    assert_eq!(editor.path().write()["working_hours"], json!([]));
    assert_eq!(told(&editor)[1], "fix a problem<");
    let again = editor.dispatch(Command::Fix(Box::new(fix))).unwrap_err();
    assert!(again.to_string().contains("has changed since"), "{again}");
}

#[test]
fn what_is_no_draft_is_told() {
    let place = |text: &str| draft::read(text).unwrap_err().place;
    assert_eq!(place("{"), Place::Line(1, 1));
    assert_eq!(place("[]"), Place::Whole);
    assert_eq!(place("{}"), Place::Pointer("path_id".into()));
    assert_eq!(place(r#"{"path_id": "", "at": 1}"#), Place::Pointer("path".into()));
    assert_eq!(place(r#"{"path_id": "", "at": 1, "path": {}}"#), Place::Pointer("path.name".into()));
    assert_eq!(place(&" ".repeat(5 << 20)), Place::Whole);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_draft_is_read_as_it_was_written(from in outline(), saved in any::<bool>(), at in 0_i64..2_000_000_000) {
        let path = build(&from, "");
        let mut editor = if saved { Editor::open(path) } else { Editor::new_document(path) };
        editor.dispatch(rename("Other")).unwrap();
        let lists = saved.then(|| ("scenarios".to_string(), vec![json!({"name": "Night", "later": [1.50]})]));
        let beside = lists.into_iter().collect();
        let draft = Draft { path_id: "p".into(), at: Instant::from_unix(at), editor: editor.clone(), beside, unsure: None };
        let text = draft::write(&draft);
        let read = draft::read(&text).unwrap();
        prop_assert_eq!(&read.beside, &draft.beside);
        prop_assert_eq!(read.editor.path().write().to_string(), editor.path().write().to_string());
        prop_assert_eq!(read.editor.saved(), editor.saved());
        prop_assert_eq!((read.path_id.as_str(), read.at), ("p", Instant::from_unix(at)));
        prop_assert_eq!(draft::write(&read), text);
        prop_assert!(read.editor.has_unsaved_work());
    }
}

#[test]
fn a_state_is_gone_back_to_whatever_was_done_since() {
    let mut editor = Editor::open(PathPayload::named("a"));
    let before = editor.path();
    editor.dispatch(rename("b")).unwrap();
    editor.dispatch(rename("c")).unwrap();
    assert!(editor.go_back_to(&before) && editor.path().name == "a");
    assert!(!editor.go_back_to(&before), "it is not before now");
    assert!(editor.redo().is_some() && editor.redo().is_some() && editor.path().name == "c");
    assert!(!editor.go_back_to(&std::sync::Arc::new(PathPayload::named("a"))), "a state of another history");
}

#[test]
fn what_is_there_again_is_looked_at_and_else_what_is_beside_what_is_gone() {
    let wait = |id: &str| json!({"id": id, "type": "delay", "delay": {"delay_seconds": 60}});
    let path = |ids: &[&str]| {
        let nodes: Vec<_> = ids.iter().map(|id| wait(id)).collect();
        PathPayload::read(json!({"name": "n", "path": nodes})).unwrap()
    };
    let next = |before: &[&str], after: &[&str], at| to_look_at(&path(before), &path(after), at);
    assert_eq!(next(&["b", "c"], &["a", "b", "c"], Some("b")).as_deref(), Some("a"), "a cut that is undone");
    assert_eq!(next(&["a"], &["a", "b", "c"], Some("a")).as_deref(), Some("b"), "the first of several");
    assert_eq!(next(&[], &["a"], None).as_deref(), Some("a"));
    assert_eq!(next(&["a", "b", "c"], &["a", "c"], Some("b")).as_deref(), Some("c"), "an addition that is undone");
    assert_eq!(next(&["a", "b"], &["a"], Some("b")).as_deref(), Some("a"));
    assert_eq!(next(&["a"], &[], Some("a")), None);
    assert_eq!(next(&["a", "b"], &["b", "a"], Some("b")).as_deref(), Some("b"), "what is there stays");
    assert_eq!(next(&["a", "b"], &["a"], None), None, "nothing was looked at");
}
