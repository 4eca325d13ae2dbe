//! Where everything is drawn: a tidy tree from the top down, in whole pixels.
//!
//! Positions are derived from the path and from nothing else, in one walk down to measure and one to place. Each list
//! of nodes hangs on a vertical axis; a branch puts the axes of its sides as near to its own as their contents allow.
//! Going back is drawn beside the part of the tree that it repeats.

mod back;
mod folds;
mod place;

use std::collections::BTreeMap;

use escalation_api::PathPayload;

use crate::tree::{self, ListAt, PathNode, Side, Slot};

pub use folds::{Folds, inside};
pub use place::svg_path;

/// The width of a card.
pub const CARD: i32 = 264;
/// The space between a node and the next in its list.
pub const BELOW: i32 = 56;
/// The space between a branch and the first nodes of its sides.
pub const BELOW_BRANCH: i32 = 66;
/// The space between the contents of the sides of a branch.
pub const BESIDE: i32 = 44;
/// The space around the whole drawing.
pub const MARGIN: i32 = 40;

/// The size of something drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Across.
    pub width: i32,
    /// Down.
    pub height: i32,
}

/// A point of the drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
}

/// A rectangle of the drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    /// Its left edge.
    pub x: i32,
    /// Its top edge.
    pub y: i32,
    /// Across.
    pub width: i32,
    /// Down.
    pub height: i32,
}

impl Rect {
    /// Its right edge.
    #[must_use]
    pub fn right(&self) -> i32 {
        self.x + self.width
    }

    /// Its bottom edge.
    #[must_use]
    pub fn bottom(&self) -> i32 {
        self.y + self.height
    }

    /// Whether the two have a point in common.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }
}

/// A node where it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeBox {
    /// The node's id.
    pub id: String,
    /// Where it is.
    pub rect: Rect,
    /// How deep it is in the tree, from 1.
    pub level: usize,
    /// Its place in its list, from 1.
    pub position: usize,
    /// How many nodes its list and, for a side of a branch, the other side have.
    pub siblings: usize,
    /// The branch around it and the side that it is on.
    pub around: Option<(String, Side)>,
    /// Its place in the tree.
    pub slot: Slot,
}

/// What a line means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// To the next node.
    Next,
    /// To a side of a branch.
    Side(Side),
    /// Back.
    Back,
}

/// A line between two nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The node that it comes from; nothing: where the alert fires.
    pub from: Option<String>,
    /// The node that it goes to; nothing: the end.
    pub to: Option<String>,
    /// What it means.
    pub kind: EdgeKind,
    /// Its corners.
    pub points: Vec<Point>,
    /// Where its words are centred.
    pub label: Option<Point>,
}

/// A place into which a node can be put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotMark {
    /// Which.
    pub slot: Slot,
    /// Its centre.
    pub at: Point,
    /// Whether it comes after a repeat, where nothing but a hand-over may stand.
    pub after_repeat: bool,
}

/// The end of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// The last node before it; nothing for an empty list.
    pub after: Option<String>,
    /// The list that ends.
    pub list: ListAt,
    /// The middle of its first line.
    pub at: Point,
    /// Whether it comes only once a repeat has gone back often enough.
    pub after_repeat: bool,
}

/// What is drawn for a side of a branch that is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// The branch.
    pub branch: String,
    /// The side.
    pub side: Side,
    /// Where it is.
    pub rect: Rect,
    /// How many nodes are in it.
    pub count: usize,
}

/// Where everything is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The nodes, in the order of the text.
    pub nodes: Vec<NodeBox>,
    /// The lines.
    pub edges: Vec<Edge>,
    /// Where nodes can be put.
    pub slots: Vec<SlotMark>,
    /// Where lists end.
    pub ends: Vec<End>,
    /// The sides that are closed.
    pub chips: Vec<Chip>,
    /// Where the alert fires, or where the way comes from into a branch that is drawn alone.
    pub start: Rect,
    /// The size of the whole.
    pub size: Size,
    positions: BTreeMap<String, usize>,
}

impl Layout {
    /// Lays out what is drawn of a path. `size` tells how large a node is drawn, `labels` how wide the words on the
    /// sides of a branch.
    #[must_use]
    pub fn new(
        path: &PathPayload,
        folds: &Folds,
        size: &dyn Fn(&PathNode) -> Size,
        labels: &dyn Fn(&PathNode) -> [i32; 2],
    ) -> Self {
        place::place(path, folds, size, labels)
    }

    /// A node where it is drawn.
    #[must_use]
    pub fn node(&self, id: &str) -> Option<&NodeBox> {
        self.positions.get(id).and_then(|position| self.nodes.get(*position))
    }

    /// The point beside which something is told of a place: its slot, or the side that is closed with it, or else the
    /// lower edge of the node before it. Nothing where no part of that is drawn.
    #[must_use]
    pub fn beside(&self, path: &PathPayload, slot: &Slot) -> Option<Point> {
        if let Some(mark) = self.slots.iter().find(|mark| mark.slot == *slot) {
            return Some(mark.at);
        }
        let mut list = slot.list.clone();
        while let ListAt::Of(branch, side) = list {
            if let Some(chip) = self.chips.iter().find(|chip| chip.branch == branch && chip.side == side) {
                return Some(Point { x: chip.rect.right(), y: chip.rect.y + chip.rect.height / 2 });
            }
            list = tree::find(path, &branch)?.slot.list;
        }
        let before = tree::list(path, &slot.list)?.get(slot.index.checked_sub(1)?)?;
        let rect = self.node(&before.id)?.rect;
        Some(Point { x: rect.x + rect.width / 2, y: rect.bottom() + BELOW / 2 })
    }

    /// Whether a branch is drawn and all that is in it is closed.
    #[must_use]
    pub fn is_closed(&self, branch: &str) -> bool {
        let mut chips = self.chips.iter().filter(|chip| chip.branch == branch).peekable();
        let inside = self.position(branch).and_then(|position| self.nodes.get(position + 1));
        let shows_one = inside.is_some_and(|next| next.around.as_ref().is_some_and(|(around, _)| around == branch));
        chips.peek().is_some() && !shows_one
    }

    /// The place of a node in the order of the text.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        self.positions.get(id).copied()
    }
}
