//! Lines that go back, beside the part of the tree that is repeated.

use std::collections::BTreeMap;

use escalation_api::{NodeKind, PathPayload};

use super::{Chip, Edge, EdgeKind, Layout, Point, Rect};
use crate::tree;

/// The space beside a part of the tree for the first line that goes back around it.
pub(super) const BESIDE: i32 = 34;
/// The space for each further one.
pub(super) const LANE: i32 = 16;
/// The space below it, for a line that finds no way out to a side.
pub(super) const BELOW: i32 = 18;
/// How far above a node a line that comes back meets the line into it.
const ABOVE: i32 = 12;

/// Adds a line for every repeat whose target is there.
pub(super) fn draw(path: &PathPayload, layout: &mut Layout) {
    // How many lines there are on each side of each node already.
    let mut lanes: BTreeMap<(String, bool), i32> = BTreeMap::new();
    let mut edges = Vec::new();
    tree::walk(path, |found| {
        let NodeKind::Repeat(repeat) = &found.node.kind else { return };
        let (Some(from), Some(to)) = (layout.node(&found.node.id), layout.node(&repeat.to_node)) else { return };
        let (from, to) = (from.rect, to.rect);
        let part = part(layout, &repeat.to_node);
        let drawn = || layout.nodes.iter().map(|node| node.rect).chain(layout.chips.iter().map(|chip| chip.rect));
        let mut beside = drawn().filter(|rect| meets_row(rect, &from));
        let way_left = beside.clone().all(|rect| rect.x >= from.x || rect.right() <= part.x);
        let way_right = beside.all(|rect| rect.x <= from.x || rect.x >= part.right());
        // To the nearer side, if there is a way; otherwise below everything, to the left.
        let nearer_left = from.x - part.x <= part.right() - from.right();
        let left = match (way_left, way_right) {
            (true, true) => nearer_left,
            (true, false) => true,
            (false, true) => false,
            (false, false) => nearer_left,
        };
        let lane = lanes.entry((repeat.to_node.clone(), left)).or_default();
        let beside = BESIDE - 12 + *lane * LANE;
        *lane += 1;
        let x = if left { part.x - beside } else { part.right() + beside };
        let above = Point { x: to.x + to.width / 2, y: to.y - ABOVE };
        let middle = from.y + from.height / 2;
        let mut points = if way_left || way_right {
            vec![Point { x: if left { from.x } else { from.right() }, y: middle }, Point { x, y: middle }]
        } else {
            let out = if left { from.x + 28 } else { from.right() - 28 };
            let below = part.bottom() + BELOW / 2;
            vec![Point { x: out, y: from.bottom() }, Point { x: out, y: below }, Point { x, y: below }]
        };
        points.extend([Point { x, y: above.y }, above]);
        let label = Some(Point { x, y: (middle + above.y) / 2 });
        let (from, to) = (Some(found.node.id.clone()), Some(repeat.to_node.clone()));
        edges.push(Edge { from, to, kind: EdgeKind::Back, points, label });
    });
    layout.edges.extend(edges);
}

/// The part of the tree that begins with a node: the node and what is in it; for the first node of the path
/// everything.
fn part(layout: &Layout, id: &str) -> Rect {
    let first = layout.nodes.first().is_some_and(|first| first.id == id);
    let Some(top) = layout.node(id) else { return layout.start };
    let Some(position) = layout.position(id) else { return layout.start };
    let inside = layout.nodes.iter().skip(position + 1).take_while(|node| first || node.level > top.level);
    let count = inside.clone().count() + 1;
    let ends = layout.ends.iter().filter(|end| end.at.y > top.rect.y).map(|end| end.at.y);
    let mut part = top.rect;
    let of = |chip: &&Chip| {
        chip.branch == id || layout.position(&chip.branch).is_some_and(|at| (position..position + count).contains(&at))
    };
    for rect in inside.map(|node| node.rect).chain(layout.chips.iter().filter(of).map(|chip| chip.rect)) {
        let (right, bottom) = (part.right().max(rect.right()), part.bottom().max(rect.bottom()));
        part.x = part.x.min(rect.x);
        part.y = part.y.min(rect.y);
        (part.width, part.height) = (right - part.x, bottom - part.y);
    }
    if let Some(lowest) = ends.max().filter(|lowest| first && *lowest > part.bottom()) {
        part.height = lowest + 22 - part.y;
    }
    part
}

/// Whether a rectangle lies, at least in part, at the height of another's middle.
fn meets_row(rect: &Rect, of: &Rect) -> bool {
    let middle = of.y + of.height / 2;
    rect != of && rect.y <= middle && middle <= rect.bottom()
}
