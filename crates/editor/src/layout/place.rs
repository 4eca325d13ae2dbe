//! Measures, then places.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use escalation_api::{NodeKind, PathPayload};

use super::folds::Folds;
use super::{
    BELOW, BELOW_BRANCH, BESIDE, Chip, Edge, EdgeKind, End, Layout, MARGIN, NodeBox, Point, Rect, Size, SlotMark, back,
};
use crate::tree::{self, ListAt, PathNode, Side, Slot};

/// How far something reaches to both sides of its axis, and how far down.
#[derive(Debug, Clone, Copy, Default)]
struct Extent {
    left: i32,
    right: i32,
    height: i32,
}

/// A list of nodes, measured.
struct Measured<'a> {
    nodes: Vec<MeasuredNode<'a>>,
    extent: Extent,
    /// If it is closed: the first node that is not drawn, and how many are not.
    closed: Option<(&'a str, usize)>,
}

struct MeasuredNode<'a> {
    node: &'a PathNode,
    size: Size,
    /// What it and all in it take.
    extent: Extent,
    /// For a branch: its sides, each with the distance of its axis from the branch's own.
    sides: Option<[(Measured<'a>, i32); 2]>,
}

struct Ruler<'a> {
    folds: &'a Folds,
    size: &'a dyn Fn(&PathNode) -> Size,
    labels: &'a dyn Fn(&PathNode) -> [i32; 2],
    /// How many repeats go to each node.
    back_to: BTreeMap<String, i32>,
}

const START: Size = Size { width: 104, height: 30 };
/// What is drawn for a side that is closed.
const CHIP: Size = Size { width: 124, height: 34 };
/// How wide the words at an end are, at most.
const END: Size = Size { width: 236, height: 22 };

pub(super) fn place(
    path: &PathPayload,
    folds: &Folds,
    size: &dyn Fn(&PathNode) -> Size,
    labels: &dyn Fn(&PathNode) -> [i32; 2],
) -> Layout {
    let only = folds.only(path);
    let nodes = only.as_ref().map_or(path.path.as_slice(), |only| std::slice::from_ref(only.node));
    let mut ruler = Ruler { folds, size, labels, back_to: BTreeMap::new() };
    ruler.count_back(nodes);
    let mut measured = ruler.list(nodes);
    // Lines that go back to the first node go around the whole path; a branch has made way for them itself.
    if let Some(first) = nodes.first().filter(|first| !matches!(first.kind, NodeKind::IfElse(_))) {
        ruler.make_way(&first.id, &mut measured.extent);
    }
    let axis = MARGIN + measured.extent.left.max(START.width / 2);
    let start = Rect { x: axis - START.width / 2, y: MARGIN, width: START.width, height: START.height };
    let top = start.bottom() + BELOW;
    let mut layout = Layout {
        nodes: Vec::new(),
        edges: Vec::new(),
        slots: Vec::new(),
        ends: Vec::new(),
        chips: Vec::new(),
        start,
        size: Size {
            width: axis + measured.extent.right.max(START.width / 2) + MARGIN,
            height: top + measured.extent.height + MARGIN,
        },
        positions: BTreeMap::new(),
    };
    let from = From { id: None, kind: EdgeKind::Next, points: vec![Point { x: axis, y: start.bottom() }], label: None };
    let mut placer = Placer { layout: &mut layout, enclosing: Vec::new() };
    let top = Point { x: axis, y: top };
    match (only, measured.nodes.first()) {
        // Nothing is put before a branch that is drawn alone: it would not be seen there.
        (Some(only), Some(branch)) => {
            placer.edge(from, Some(branch.node.id.clone()), top);
            placer.node(branch, only.slot, top, (1, 1));
        }
        _ => placer.list(&measured, &ListAt::Root, top, from, (nodes.len(), 0)),
    }
    let positions = layout.nodes.iter().enumerate().rev().map(|(position, node)| (node.id.clone(), position));
    layout.positions = positions.collect();
    back::draw(path, &mut layout);
    layout
}

impl Ruler<'_> {
    /// Counts how many repeats that are drawn go to each node.
    fn count_back(&mut self, nodes: &[PathNode]) {
        for node in nodes {
            match &node.kind {
                NodeKind::Repeat(repeat) => *self.back_to.entry(repeat.to_node.clone()).or_default() += 1,
                NodeKind::IfElse(branch) => {
                    for (side, nodes) in [(Side::Then, &branch.then_path), (Side::Else, &branch.else_path)] {
                        self.count_back(self.folds.drawn(&node.id, side, nodes).unwrap_or_default());
                    }
                }
                _ => {}
            }
        }
    }

    /// A side of a branch, which may be closed.
    fn side<'a>(&self, branch: &str, side: Side, nodes: &'a [PathNode]) -> Measured<'a> {
        match (self.folds.drawn(branch, side, nodes), nodes.first()) {
            (None, Some(first)) => Measured {
                nodes: Vec::new(),
                extent: Extent { left: CHIP.width / 2, right: CHIP.width / 2, height: CHIP.height },
                closed: Some((&first.id, tree::count(nodes))),
            },
            _ => self.list(nodes),
        }
    }

    fn list<'a>(&self, nodes: &'a [PathNode]) -> Measured<'a> {
        let nodes: Vec<_> = nodes.iter().map(|node| self.node(node)).collect();
        let mut extent = Extent { left: END.width / 2, right: END.width / 2, height: 0 };
        for (index, node) in nodes.iter().enumerate() {
            extent.left = extent.left.max(node.extent.left);
            extent.right = extent.right.max(node.extent.right);
            extent.height += node.extent.height + if index > 0 { BELOW } else { 0 };
        }
        match nodes.last().map(|last| &last.node.kind) {
            Some(NodeKind::IfElse(_) | NodeKind::HandOver(_)) => {}
            Some(_) => extent.height += BELOW + END.height,
            None => extent.height += END.height,
        }
        Measured { nodes, extent, closed: None }
    }

    fn node<'a>(&self, node: &'a PathNode) -> MeasuredNode<'a> {
        let size = (self.size)(node);
        let half = size.width / 2;
        let mut extent = Extent { left: half, right: size.width - half, height: size.height };
        let mut sides = None;
        if let NodeKind::IfElse(branch) = &node.kind {
            let then = self.side(&node.id, Side::Then, &branch.then_path);
            let otherwise = self.side(&node.id, Side::Else, &branch.else_path);
            let [then_label, else_label] = (self.labels)(node);
            // Far enough for the contents not to meet and for the words to fit on the line.
            let apart = then.extent.right + BESIDE + otherwise.extent.left;
            let to_then = (half + then_label + 24).max(apart / 2);
            let to_else = (half + else_label + 24).max(apart - to_then);
            extent.left = extent.left.max(to_then + then.extent.left);
            extent.right = extent.right.max(to_else + otherwise.extent.right);
            extent.height += BELOW_BRANCH + then.extent.height.max(otherwise.extent.height);
            sides = Some([(then, -to_then), (otherwise, to_else)]);
        }
        if sides.is_some() {
            self.make_way(&node.id, &mut extent);
        }
        MeasuredNode { node, size, extent, sides }
    }

    /// Adds room for the lines that go back to a node around what it takes.
    fn make_way(&self, id: &str, extent: &mut Extent) {
        let lanes = self.back_to.get(id).copied().unwrap_or_default();
        if lanes > 0 {
            let beside = back::BESIDE + (lanes - 1) * back::LANE;
            extent.left += beside;
            extent.right += beside;
            extent.height += back::BELOW;
        }
    }
}

/// Where a line into a list comes from.
struct From {
    id: Option<String>,
    kind: EdgeKind,
    points: Vec<Point>,
    label: Option<Point>,
}

struct Placer<'l> {
    layout: &'l mut Layout,
    enclosing: Vec<(String, Side)>,
}

impl Placer<'_> {
    /// Places a list with its first node at `top`. `counted` is how many nodes its parent has in all and how many of
    /// them come before this list.
    fn list(&mut self, list: &Measured<'_>, at: &ListAt, top: Point, from: From, counted: (usize, usize)) {
        let Point { x: axis, mut y } = top;
        let mut from = from;
        let mut after = None;
        for (index, measured) in list.nodes.iter().enumerate() {
            let slot = Slot { list: at.clone(), index };
            self.slot(&from, slot.clone(), Point { x: axis, y }, after);
            self.edge(from, Some(measured.node.id.clone()), Point { x: axis, y });
            self.node(measured, slot, Point { x: axis, y }, (counted.0, counted.1 + index + 1));
            let bottom = y + measured.extent.height;
            y = bottom + BELOW;
            from = From {
                id: Some(measured.node.id.clone()),
                kind: EdgeKind::Next,
                points: vec![Point { x: axis, y: bottom }],
                label: None,
            };
            after = Some(measured.node);
        }
        let last = list.nodes.last().map(|last| &last.node.kind);
        if matches!(last, Some(NodeKind::IfElse(_) | NodeKind::HandOver(_))) {
            return;
        }
        let slot = Slot { list: at.clone(), index: list.nodes.len() };
        self.slot(&from, slot, Point { x: axis, y }, after);
        let after_repeat = matches!(last, Some(NodeKind::Repeat(_)));
        let end = End {
            after: from.id.clone().filter(|_| last.is_some()),
            list: at.clone(),
            at: Point { x: axis, y },
            after_repeat,
        };
        self.edge(from, None, Point { x: axis, y });
        self.layout.ends.push(end);
    }

    fn node(&mut self, measured: &MeasuredNode<'_>, slot: Slot, top: Point, (siblings, position): (usize, usize)) {
        let Size { width, height } = measured.size;
        let rect = Rect { x: top.x - width / 2, y: top.y, width, height };
        let id = measured.node.id.clone();
        self.layout.nodes.push(NodeBox {
            id: id.clone(),
            rect,
            level: self.enclosing.len() + 1,
            position,
            siblings,
            around: self.enclosing.last().cloned(),
            slot,
        });
        let Some(sides) = &measured.sides else { return };
        let middle = top.y + height / 2;
        let all: usize = sides.iter().map(|(side, _)| side.nodes.len()).sum();
        let mut before = 0;
        for ((list, offset), side) in sides.iter().zip([Side::Then, Side::Else]) {
            let begins = if *offset < 0 { rect.x } else { rect.right() };
            let axis = top.x + offset;
            let from = From {
                id: Some(id.clone()),
                kind: EdgeKind::Side(side),
                points: vec![Point { x: begins, y: middle }, Point { x: axis, y: middle }],
                label: Some(Point { x: (begins + axis) / 2, y: middle }),
            };
            let first = Point { x: axis, y: rect.bottom() + BELOW_BRANCH };
            if let Some((hidden, count)) = list.closed {
                self.edge(from, Some(hidden.to_string()), first);
                let rect = Rect { x: axis - CHIP.width / 2, y: first.y, width: CHIP.width, height: CHIP.height };
                self.layout.chips.push(Chip { branch: id.clone(), side, rect, count });
                continue;
            }
            self.enclosing.push((id.clone(), side));
            self.list(list, &ListAt::Of(id.clone(), side), first, from, (all, before));
            self.enclosing.pop();
            before += list.nodes.len();
        }
    }

    /// Marks a slot, with what is before and below it. Nothing stands after a branch or a hand-over.
    fn slot(&mut self, from: &From, slot: Slot, below: Point, after: Option<&PathNode>) {
        let after_repeat = match after.map(|node| &node.kind) {
            Some(NodeKind::IfElse(_) | NodeKind::HandOver(_)) => return,
            Some(NodeKind::Repeat(_)) => true,
            _ => false,
        };
        let above = from.points.last().map_or(below.y, |point| point.y);
        // In the upper half, so that a line that comes back has room below.
        let at = Point { x: below.x, y: (above + below.y) / 2 - 4 };
        self.layout.slots.push(SlotMark { slot, at, after_repeat });
    }

    fn edge(&mut self, from: From, to: Option<String>, end: Point) {
        let mut points = from.points;
        points.push(end);
        self.layout.edges.push(Edge { from: from.id, to, kind: from.kind, points, label: from.label });
    }
}

/// A line with round corners, as the `d` of an SVG path.
#[must_use]
pub fn svg_path(points: &[Point], radius: i32) -> String {
    let mut path = String::new();
    let Some(first) = points.first() else { return path };
    let _infallible = write!(path, "M{} {}", first.x, first.y);
    for corner in points.windows(3) {
        let [before, at, after] = corner else { continue };
        let toward = |to: &Point, reach: i32| Point {
            x: at.x + (to.x - at.x).signum() * reach.min((to.x - at.x).abs() / 2),
            y: at.y + (to.y - at.y).signum() * reach.min((to.y - at.y).abs() / 2),
        };
        let (into, out) = (toward(before, radius), toward(after, radius));
        let _infallible = write!(path, "L{} {}Q{} {} {} {}", into.x, into.y, at.x, at.y, out.x, out.y);
    }
    if let Some(last) = points.last().filter(|_| points.len() > 1) {
        let _infallible = write!(path, "L{} {}", last.x, last.y);
    }
    path
}
