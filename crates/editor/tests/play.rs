//! What a trace means for what is drawn.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::path::Path;

use escalation_editor::layout::EdgeKind;
use escalation_editor::play::{MarkKind, ticks};
use escalation_editor::{Play, Side};
use escalation_engine::{Index, Scenario, World, simulate};
use serde_json::{Value, json};

fn play(scenario: Value, id: &str) -> Play {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/worlds/base.json");
    let index = Index::new(World::from_text(&fs::read_to_string(file).unwrap()).unwrap());
    let trace = simulate(&index, &Scenario::from_text(&scenario.to_string()).unwrap()).unwrap();
    Play::new(&trace, id, &index)
}

/// A case of the corpus.
fn case(name: &str) -> Play {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/corpus/cases/{name}.json"));
    let case: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    play(case["scenario"].clone(), "")
}

fn walked(play: &Play) -> Vec<String> {
    let tell = |(from, to, kind): &(Option<String>, Option<String>, EdgeKind)| {
        let name = |id: &Option<String>| id.clone().unwrap_or_else(|| "*".into());
        let kind = match kind {
            EdgeKind::Next => "",
            EdgeKind::Back => " back",
            EdgeKind::Side(Side::Then) => " then",
            EdgeKind::Side(Side::Else) => " else",
        };
        format!("{}-{}{kind}", name(from), name(to))
    };
    play.walked.iter().map(tell).collect()
}

#[test]
fn the_route_through_branches_and_back() {
    let play = case("r03-tested-each-time");
    assert_eq!(walked(&play), ["*-b", "b-d else", "b-l1 then", "d-r", "l1-*", "r-b back"]);
    assert_eq!(play.visits["b"].at, [0, 3600]);
    assert_eq!(play.visits["l1"].told, ["Maya Chen"]);
    assert!(!play.visits.contains_key("l2"));
}

#[test]
fn an_empty_side_is_walked_to_its_end() {
    assert_eq!(walked(&case("r03-empty-side")), ["*-b", "b-* else"]);
}

#[test]
fn a_snooze_walks_no_line() {
    assert_eq!(walked(&case("r19-snooze")), ["*-l1", "l1-l2", "l2-*"]);
}

#[test]
fn lanes_and_pages() {
    let play = case("r11-all");
    let lanes: Vec<_> = play.lanes.iter().map(|lane| (lane.name.as_str(), lane.marks.len())).collect();
    assert_eq!(lanes, [("Maya Chen", 4), ("Tom Okafor", 2)]);
    let maya: Vec<_> = play.lanes[0].marks.iter().map(|mark| (mark.after, mark.kind)).collect();
    assert_eq!(maya, [(0, MarkKind::Page), (60, MarkKind::Retry), (120, MarkKind::Retry), (150, MarkKind::Ack)]);
    assert_eq!(play.lanes[0].marks[0].until, Some(30), "until somebody takes it");
    let pages: Vec<_> = play.pages.iter().map(|page| (page.after, page.name.as_str(), page.attempt)).collect();
    assert_eq!(pages, [(0, "Maya Chen", 1), (0, "Tom Okafor", 1), (60, "Maya Chen", 2), (120, "Maya Chen", 3)]);
}

#[test]
fn another_paths_nodes_are_not_ours() {
    // Both paths have a node of the same id.
    let scenario = json!({"path": {"id": "mine", "name": "n", "path": [
        {"id": "o1", "type": "delay", "delay": {"delay_seconds": 60}},
        {"id": "h", "type": "escalation_path", "escalation_path": {"escalation_path_id": "other"}}]},
        "fired_at": "2026-03-25T10:00:00Z"});
    let play = play(scenario, "mine");
    assert_eq!(play.visits["o1"].at, [0]);
    assert_eq!(play.visits["o1"].told, [""; 0]);
    assert_eq!(play.pages.len(), 1, "but who is paged there is told");
}

#[test]
fn where_a_run_stops() {
    let play = case("r22-unknown-type");
    assert!(play.visits["x"].stopped && !play.visits["l1"].stopped);
}

#[test]
fn ticks_are_round() {
    assert_eq!(ticks(1500, 6), [0, 300, 600, 900, 1200, 1500]);
    assert_eq!(ticks(0, 6), [0]);
    assert_eq!(ticks(86_400 * 14, 7).len(), 8);
}
