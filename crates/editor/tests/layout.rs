//! Where everything is drawn.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use escalation_api::{Json as _, NodeKind, PathPayload};
use escalation_editor::command::open_slots;
use escalation_editor::layout::{CARD, EdgeKind, Folds, Layout, Point, Rect, Size, svg_path};
use escalation_editor::tree::PathNode;
use escalation_editor::{ListAt, Side, Slot};
use proptest::prelude::*;
use serde_json::{Value, json};

fn lay_out(path: &PathPayload) -> Layout {
    folded(path, &Folds::default())
}

fn folded(path: &PathPayload, folds: &Folds) -> Layout {
    let size = |node: &PathNode| match node.kind {
        NodeKind::IfElse(_) => Size { width: 180, height: 38 },
        NodeKind::Level(_) => Size { width: CARD, height: 104 },
        _ => Size { width: CARD, height: 60 },
    };
    Layout::new(path, folds, &size, &|_| [40, 70])
}

fn demo() -> Vec<PathPayload> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/demo/paths");
    let mut files: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let read = |file| {
        PathPayload::read(serde_json::from_str::<Value>(&fs::read_to_string(file).unwrap()).unwrap()["payload"].clone())
    };
    files.into_iter().map(|file| read(file).unwrap()).collect()
}

/// What must hold of every layout.
fn is_tidy(path: &PathPayload, folds: &Folds, layout: &Layout) {
    let whole = Rect { x: 0, y: 0, width: layout.size.width, height: layout.size.height };
    let inside =
        |rect: &Rect| rect.x >= 0 && rect.y >= 0 && rect.right() <= whole.right() && rect.bottom() <= whole.bottom();
    for (index, node) in layout.nodes.iter().enumerate() {
        assert!(inside(&node.rect), "{} is outside: {:?}", node.id, node.rect);
        for other in &layout.nodes[index + 1..] {
            assert!(!node.rect.meets(&other.rect), "{} meets {}", node.id, other.id);
        }
        if let Some((around, side)) = &node.around {
            let around = layout.node(around).unwrap();
            assert!(node.rect.y > around.rect.bottom(), "{} is not below {}", node.id, around.id);
            let middle = |rect: &Rect| rect.x + rect.width / 2;
            assert_eq!(
                middle(&node.rect) < middle(&around.rect),
                *side == Side::Then,
                "{} is on the wrong side",
                node.id
            );
        }
    }
    for (index, chip) in layout.chips.iter().enumerate() {
        assert!(inside(&chip.rect), "{chip:?} is outside");
        assert!(layout.nodes.iter().all(|node| !node.rect.meets(&chip.rect)), "{chip:?} lies on a node");
        assert!(
            layout.chips[index + 1..].iter().all(|other| !other.rect.meets(&chip.rect)),
            "{chip:?} lies on another"
        );
    }
    for edge in &layout.edges {
        for pair in edge.points.windows(2) {
            assert!(pair[0].x == pair[1].x || pair[0].y == pair[1].y, "{edge:?} is slanted");
        }
        for Point { x, y } in &edge.points {
            assert!((0..=whole.width).contains(x) && (0..=whole.height).contains(y), "{edge:?} is outside");
        }
        // Lines into a node and lines on a level go through nobody else.
        if edge.kind != EdgeKind::Back {
            for node in
                layout.nodes.iter().filter(|n| Some(&n.id) != edge.from.as_ref() && Some(&n.id) != edge.to.as_ref())
            {
                for pair in edge.points.windows(2) {
                    let (a, b) = (pair[0], pair[1]);
                    let line = Rect {
                        x: a.x.min(b.x),
                        y: a.y.min(b.y),
                        width: (a.x - b.x).abs().max(1),
                        height: (a.y - b.y).abs().max(1),
                    };
                    assert!(!line.meets(&node.rect), "a line from {:?} goes through {}", edge.from, node.id);
                }
            }
        }
    }
    for (index, slot) in layout.slots.iter().enumerate() {
        let mark = Rect { x: slot.at.x - 10, y: slot.at.y - 10, width: 20, height: 20 };
        assert!(layout.nodes.iter().all(|node| !node.rect.meets(&mark)), "{slot:?} lies on a node");
        assert!(
            layout.slots[index + 1..]
                .iter()
                .all(|other| (other.at.x - slot.at.x).abs() >= 20 || (other.at.y - slot.at.y).abs() >= 20),
            "{slot:?} lies on another"
        );
    }
    // Exactly the places into which something can be put are offered.
    let mut lists = if folds.only(path).is_some() { Vec::new() } else { vec![ListAt::Root] };
    lists.extend(
        layout
            .nodes
            .iter()
            .filter(|n| {
                layout.edges.iter().any(|e| e.from.as_ref() == Some(&n.id) && matches!(e.kind, EdgeKind::Side(_)))
            })
            .flat_map(|n| [(&n.id, Side::Then), (&n.id, Side::Else)])
            // Nothing is put into a side that is closed.
            .filter(|(id, side)| layout.chips.iter().all(|chip| chip.branch != **id || chip.side != *side))
            .map(|(id, side)| ListAt::Of(id.clone(), side)),
    );
    let open: BTreeSet<_> = lists.iter().flat_map(|list| open_slots(path, list)).collect();
    let offered: BTreeSet<_> =
        layout.slots.iter().filter(|mark| !mark.after_repeat).map(|mark| mark.slot.clone()).collect();
    assert_eq!(offered, open);
}

#[test]
fn the_demo_paths_are_tidy() {
    for path in demo() {
        is_tidy(&path, &Folds::default(), &lay_out(&path));
    }
}

#[test]
fn lines_that_go_back_touch_nobody_in_the_demo() {
    for path in demo() {
        let layout = lay_out(&path);
        for edge in layout.edges.iter().filter(|edge| edge.kind == EdgeKind::Back) {
            for node in layout.nodes.iter().filter(|node| Some(&node.id) != edge.from.as_ref()) {
                for pair in edge.points.windows(2) {
                    let (a, b) = (pair[0], pair[1]);
                    let line = Rect {
                        x: a.x.min(b.x),
                        y: a.y.min(b.y),
                        width: (a.x - b.x).abs().max(1),
                        height: (a.y - b.y).abs().max(1),
                    };
                    assert!(!line.meets(&node.rect), "{}: {edge:?} goes through {}", path.name, node.id);
                }
            }
        }
    }
}

#[test]
fn a_path_without_nodes_has_a_start_a_place_and_an_end() {
    let path = PathPayload::named("n");
    let layout = lay_out(&path);
    assert_eq!((layout.nodes.len(), layout.edges.len(), layout.slots.len(), layout.ends.len()), (0, 1, 1, 1));
    is_tidy(&path, &Folds::default(), &layout);
}

#[test]
fn the_tree_is_told_for_the_ear() {
    let path = &demo()[2];
    let layout = lay_out(path);
    let told: Vec<_> =
        layout.nodes.iter().map(|n| format!("{} level {}, {} of {}", n.id, n.level, n.position, n.siblings)).collect();
    assert_eq!(
        told,
        [
            "prio-1 level 1, 1 of 1",
            "crit-1 level 2, 1 of 4",
            "crit-2 level 2, 2 of 4",
            "crit-3 level 2, 3 of 4",
            "hours-1 level 2, 4 of 4",
            "low-1 level 3, 1 of 4",
            "low-2 level 3, 2 of 4",
            "low-3 level 3, 3 of 4",
            "low-4 level 3, 4 of 4",
        ]
    );
}

/// The closed sides with how many nodes are in them, and what is drawn.
fn told(layout: &Layout) -> (Vec<String>, Vec<&str>) {
    let chips = layout.chips.iter().map(|chip| format!("{} {:?} {}", chip.branch, chip.side, chip.count));
    (chips.collect(), layout.nodes.iter().map(|node| node.id.as_str()).collect())
}

#[test]
fn a_closed_side_is_one_chip() {
    let path = &demo()[2];
    let mut folds = Folds::default();
    folds.set("prio-1", Side::Else, true);
    let layout = folded(path, &folds);
    is_tidy(path, &folds, &layout);
    assert_eq!(told(&layout), (vec!["prio-1 Else 5".to_string()], vec!["prio-1", "crit-1", "crit-2", "crit-3"]));
    let edge = layout.edges.iter().find(|edge| edge.kind == EdgeKind::Side(Side::Else)).unwrap();
    assert_eq!(edge.to.as_deref(), Some("hours-1"), "the line still goes to the first node");

    // What is inside is shown by opening all that is around it, and nothing else.
    folds.close_all(path);
    assert_eq!(told(&folded(path, &folds)), (vec!["prio-1 Then 3".into(), "prio-1 Else 5".into()], vec!["prio-1"]));
    assert!(folds.reveal(path, "low-2"));
    assert_eq!(
        told(&folded(path, &folds)),
        (vec!["prio-1 Then 3".into(), "hours-1 Then 1".into()], vec!["prio-1", "hours-1", "low-2", "low-3", "low-4"])
    );
    assert!(!folds.reveal(path, "low-2"), "it is shown already");
    folds.open_all();
    assert_eq!(folded(path, &folds), lay_out(path));
}

#[test]
fn what_is_told_of_a_place_is_beside_it_or_beside_what_hides_it() {
    let path = &demo()[2];
    let slot = |branch: &str, side, index| Slot { list: ListAt::Of(branch.into(), side), index };
    let inner = slot("hours-1", Side::Else, 1);
    let open = lay_out(path);
    let marked = open.slots.iter().find(|mark| mark.slot == inner).unwrap();
    assert_eq!(open.beside(path, &inner), Some(marked.at));
    let mut folds = Folds::default();
    for (branch, side) in [("hours-1", Side::Else), ("prio-1", Side::Else)] {
        folds.set(branch, side, true);
        let layout = folded(path, &folds);
        let chip = layout.chips.iter().find(|chip| chip.branch == branch && chip.side == side).unwrap().rect;
        let at = layout.beside(path, &inner).unwrap();
        assert_eq!((at.x, at.y), (chip.right(), chip.y + chip.height / 2), "the outermost side that is closed");
    }
    // Nothing can be put behind a repeat, and yet something can have been there.
    let repeat = open.node("crit-3").unwrap();
    let behind = slot("prio-1", Side::Then, 3);
    assert!(open.slots.iter().all(|mark| mark.slot != behind || mark.after_repeat));
    assert!(open.beside(path, &behind).unwrap().y > repeat.rect.bottom());
    assert_eq!(open.beside(path, &slot("nowhere", Side::Then, 0)), None);

    assert!(folds.reveal_list(path, &inner.list));
    assert_eq!(folded(path, &folds), lay_out(path));
    assert!(!folds.reveal_list(path, &inner.list), "it is shown already");
    folds.draw_only(Some("hours-1".into()));
    assert!(!folds.reveal_list(path, &inner.list));
    assert_eq!(folded(path, &folds).beside(path, &behind), None, "it is not drawn");
    assert!(folds.reveal_list(path, &behind.list), "what is elsewhere shows the whole path");
    assert_eq!(folded(path, &folds), lay_out(path));
}

#[test]
fn a_branch_can_be_drawn_alone() {
    let path = &demo()[2];
    let mut folds = Folds::default();
    folds.draw_only(Some("hours-1".into()));
    let layout = folded(path, &folds);
    is_tidy(path, &folds, &layout);
    assert_eq!(told(&layout).1, ["hours-1", "low-1", "low-2", "low-3", "low-4"]);
    assert_eq!(layout.nodes[0].level, 1);
    assert_eq!(layout.nodes[0].slot, lay_out(path).node("hours-1").unwrap().slot, "its place is that in the path");
    assert!(!folds.reveal(path, "low-3"));
    assert!(folds.reveal(path, "crit-1"), "what is elsewhere shows the whole path");
    assert_eq!(folded(path, &folds), lay_out(path));
    folds.draw_only(Some("gone".into()));
    assert_eq!(folded(path, &folds), lay_out(path));
}

#[test]
fn corners_are_round() {
    let point = |x, y| Point { x, y };
    assert_eq!(svg_path(&[point(0, 0), point(0, 50), point(80, 50)], 10), "M0 0L0 40Q0 50 10 50L80 50");
    assert_eq!(
        svg_path(&[point(0, 0), point(0, 8), point(80, 8)], 10),
        "M0 0L0 4Q0 8 10 8L80 8",
        "no further than half way"
    );
    assert_eq!(svg_path(&[point(1, 2), point(1, 9)], 10), "M1 2L1 9");
}

fn any_list(depth: u32) -> BoxedStrategy<Vec<Value>> {
    let simple = prop_oneof![
        Just(json!({"type": "level", "level": {"targets": []}})),
        Just(json!({"type": "delay", "delay": {}})),
        Just(json!({"type": "zeppelin"})),
    ];
    let end: BoxedStrategy<Option<Value>> = if depth == 0 {
        Just(None).boxed()
    } else {
        let branch = (any_list(depth - 1), any_list(depth - 1)).prop_map(|(then, otherwise)| {
            Some(json!({"type": "if_else", "if_else": {"conditions": [], "then_path": then, "else_path": otherwise}}))
        });
        let repeat = Just(Some(json!({"type": "repeat", "repeat": {"to_node": "n0", "repeat_times": 1}})));
        let hand_over = Just(Some(json!({"type": "escalation_path", "escalation_path": {"escalation_path_id": "p"}})));
        prop_oneof![2 => Just(None), 5 => branch, 1 => repeat, 1 => hand_over].boxed()
    };
    (prop::collection::vec(simple, 0..4), end)
        .prop_map(|(mut nodes, end)| {
            nodes.extend(end);
            nodes
        })
        .boxed()
}

/// Gives every node an id of its own, in the order of the text.
fn name(nodes: &mut [Value], next: &mut usize) {
    for node in nodes {
        node["id"] = json!(format!("n{next}"));
        *next += 1;
        for side in ["then_path", "else_path"] {
            if let Some(list) = node.get_mut("if_else").and_then(|b| b.get_mut(side)).and_then(Value::as_array_mut) {
                name(list, next);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_path_is_tidy(mut nodes in any_list(6)) {
        name(&mut nodes, &mut 0);
        let path = PathPayload::read(json!({"name": "n", "path": nodes})).unwrap();
        let layout = lay_out(&path);
        is_tidy(&path, &Folds::default(), &layout);
        prop_assert_eq!(lay_out(&path), layout);
    }

    #[test]
    fn every_path_is_tidy_with_sides_closed(mut nodes in any_list(6), closed: Vec<(usize, bool)>, only: Option<usize>) {
        name(&mut nodes, &mut 0);
        let path = PathPayload::read(json!({"name": "n", "path": nodes})).unwrap();
        let all = lay_out(&path);
        let id = |at: usize| Some(all.nodes.get(at % all.nodes.len().max(1))?.id.clone());
        let mut folds = Folds::default();
        for (at, side) in closed {
            if let Some(id) = id(at) {
                folds.set(&id, if side { Side::Then } else { Side::Else }, true);
            }
        }
        folds.draw_only(only.and_then(id));
        let layout = folded(&path, &folds);
        is_tidy(&path, &folds, &layout);
        let hidden: usize = layout.chips.iter().map(|chip| chip.count).sum();
        if folds.only(&path).is_none() {
            prop_assert_eq!(layout.nodes.len() + hidden, all.nodes.len(), "nothing is lost");
        }
        // Whatever is hidden can be shown.
        for node in &all.nodes {
            let mut folds = folds.clone();
            folds.reveal(&path, &node.id);
            prop_assert!(folded(&path, &folds).node(&node.id).is_some());
        }
    }
}
