//! Where nodes may stand.

use std::collections::BTreeSet;

use escalation_api::{NodeKind, PathPayload};
use escalation_engine::check::{MAX_DEPTH, MAX_NODES};

use super::{Clip, Command, Kind, Refusal, Run, copy, is_last, new_node, run};
use crate::tree::{self, ListAt, PathNode, Side, Slot};

/// What is to be put somewhere.
#[derive(Debug, Clone, Copy)]
pub enum Piece<'a> {
    /// A new node of a kind, by [`insert`] or [`create`](super::create).
    New(Kind),
    /// Nodes of the path, by [`Command::Move`].
    Run(&'a Run),
    /// Nodes from elsewhere, by [`Command::Paste`].
    Clip(&'a Clip),
}

/// A way that nodes can go by one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Before the node that is before them.
    Up,
    /// Behind the node that follows.
    Down,
    /// Before the branch that they lie in: nothing may stand behind it.
    Out,
    /// Into the branch that follows; where none does, over to the other side of the branch that they lie in.
    In,
}

/// The command that puts a node into a slot. Where it becomes the first of the path, what went back to the first node
/// goes back to it: the API lets a repeat go to the first node or to a branch around it, and nowhere else.
#[must_use]
pub fn insert(path: &PathPayload, slot: Slot, node: PathNode) -> Command {
    let (is_first, id) = (slot.list == ListAt::Root && slot.index == 0, node.id.clone());
    redirecting(path, is_first, &id, Command::Insert(slot, Box::new(node)))
}

/// The command that puts a branch around a node and all that follows it; repeats as with [`insert`].
#[must_use]
pub fn wrap(path: &PathPayload, first: &str, side: Side, branch: PathNode) -> Command {
    let (is_first, id) = (path.path.first().is_some_and(|node| node.id == first), branch.id.clone());
    redirecting(path, is_first, &id, Command::Wrap(first.to_string(), side, Box::new(branch)))
}

fn redirecting(path: &PathPayload, is_first: bool, to: &str, command: Command) -> Command {
    let first = path.path.first().filter(|_| is_first);
    let stranded = first.map(|first| back_to_first(path, &first.id)).unwrap_or_default();
    if stranded.is_empty() {
        return command;
    }
    let redirect = stranded.into_iter().map(|repeat| Command::SetRepeatTarget(repeat, to.to_string()));
    Command::Several(None, std::iter::once(command).chain(redirect).collect())
}

/// The repeats that may go to the first node only because it is the first.
fn back_to_first(path: &PathPayload, first: &str) -> Vec<String> {
    let mut repeats = Vec::new();
    tree::walk(path, |found| {
        if let NodeKind::Repeat(repeat) = &found.node.kind
            && repeat.to_node == first
            && !found.enclosing.contains(&first)
        {
            repeats.push(found.node.id.clone());
        }
    });
    repeats
}

/// Puts a node into a slot. What follows a branch goes into its `then` side.
pub(super) fn put_in(path: &mut PathPayload, slot: &Slot, node: &PathNode) -> Result<(), Refusal> {
    let list = tree::list(path, &slot.list).ok_or(Refusal::NoPlace)?;
    if tree::find(path, &node.id).is_some() {
        return Err(Refusal::IdTaken(node.id.clone()));
    }
    match (&node.kind, list.get(slot.index)) {
        (NodeKind::IfElse(_), Some(_)) => return run::wrap(path, slot, Side::Then, node),
        (NodeKind::HandOver(_), Some(_)) => return Err(Refusal::MustBeLast),
        (NodeKind::Repeat(_), Some(follows)) if !matches!(follows.kind, NodeKind::HandOver(_)) => {
            return Err(Refusal::MustBeLast);
        }
        _ => {}
    }
    run::put_at(path, slot, vec![node.clone()])
}

/// The slots of a list into which a level may be put.
#[must_use]
pub fn open_slots(path: &PathPayload, list: &ListAt) -> Vec<Slot> {
    let nodes = tree::list(path, list).unwrap_or_default();
    let open =
        |index: &usize| index.checked_sub(1).and_then(|before| nodes.get(before)).is_none_or(|before| !is_last(before));
    (0..=nodes.len()).filter(open).map(|index| Slot { list: list.clone(), index }).collect()
}

/// The slots into which something may be put, in the order of the text: those of which the command is not refused and
/// changes something.
#[must_use]
pub fn open_slots_for(path: &PathPayload, piece: &Piece<'_>) -> Vec<Slot> {
    let Some(shape) = Shape::of(path, piece) else { return Vec::new() };
    let mut slots = Vec::new();
    shape.look(&path.path, &ListAt::Root, &mut Vec::new(), &mut slots);
    slots
}

/// The slot into which nodes go by one key; nothing where they cannot.
#[must_use]
pub fn step(path: &PathPayload, run: &Run, direction: Direction) -> Option<Slot> {
    let (list, range) = run.place(path).ok()?;
    let open = open_slots_for(path, &Piece::Run(run));
    let find = |slot: Slot| open.contains(&slot).then_some(slot);
    match direction {
        Direction::Up => find(Slot { index: range.start.checked_sub(1)?, list }),
        Direction::Down => find(Slot { index: range.end + 1, list }),
        Direction::Out => match &list {
            ListAt::Root => None,
            ListAt::Of(branch, _) => find(tree::find(path, branch)?.slot),
        },
        Direction::In => {
            let into = |branch: &str, side| find(Slot { list: ListAt::Of(branch.to_string(), side), index: 0 });
            let follows = tree::list(path, &list)?.get(range.end);
            match (follows.map(|node| (&node.kind, &node.id)), &list) {
                (Some((NodeKind::IfElse(_), branch)), _) => {
                    into(branch, Side::Then).or_else(|| into(branch, Side::Else))
                }
                (_, ListAt::Of(branch, Side::Then)) => into(branch, Side::Else),
                (_, ListAt::Of(branch, Side::Else)) => into(branch, Side::Then),
                _ => None,
            }
        }
    }
}

/// The place after some nodes, or the nearest before it into which a piece may go. Nothing comes after a branch: below
/// it is inside it, at the beginning of its first side that is empty, or else of its first. Without nodes it is after
/// the first of the path; in a path that has none, its only place. Nothing where there is no such place.
#[must_use]
pub fn slot_after(path: &PathPayload, after: Option<&Run>, piece: &Piece<'_>) -> Option<Slot> {
    let slots = open_slots_for(path, piece);
    let Some(first) = path.path.first() else { return slots.into_iter().next() };
    if let Some(list) = after.and_then(|run| side_below(path, run)) {
        let inside = slots.iter().filter(|slot| slot.list == list).min_by_key(|slot| slot.index);
        if let Some(slot) = inside {
            return Some(slot.clone());
        }
    }
    let (list, range) = after.unwrap_or(&Run::one(&first.id)).place(path).ok()?;
    let here = slots.into_iter().filter(|slot| slot.list == list && slot.index <= range.end);
    here.max_by_key(|slot| slot.index)
}

/// The place after some nodes in which a new node of any kind may be made. As [`slot_after`] for a level, but directly
/// after a repeat, where nothing but a hand-over may stand.
#[must_use]
pub fn slot_for_new(path: &PathPayload, after: Option<&Run>) -> Option<Slot> {
    let level = slot_after(path, after, &Piece::New(Kind::Level));
    if after.is_some_and(|run| side_below(path, run).is_some()) && level.is_some() {
        return level;
    }
    let hand_over = slot_after(path, after, &Piece::New(Kind::HandOver));
    level.into_iter().chain(hand_over).max_by_key(|slot| slot.index)
}

/// The side of a branch that is below it: the first that is empty, or else the first.
fn side_below(path: &PathPayload, run: &Run) -> Option<ListAt> {
    let NodeKind::IfElse(branch) = &tree::find(path, &run.last)?.node.kind else { return None };
    let side = if !branch.then_path.is_empty() && branch.else_path.is_empty() { Side::Else } else { Side::Then };
    Some(ListAt::Of(run.last.clone(), side))
}

/// What decides where nodes fit.
struct Shape<'a> {
    /// Those that would be moved, which are not in their place any more.
    moved: Option<(ListAt, std::ops::Range<usize>)>,
    moved_ids: BTreeSet<&'a str>,
    first: String,
    begins_with_hand_over: bool,
    ends: Ends,
    /// How deep branches are nested in them.
    height: usize,
    /// Where their repeats go that go to nothing around them among these nodes themselves.
    back_to: Vec<String>,
    /// The first node of the path that must stay the first, because other repeats go to it.
    must_stay_first: Option<&'a str>,
    /// The first node of the path that is not moved.
    first_of_rest: Option<&'a str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    Open,
    /// What follows would go into it.
    NewBranch,
    Repeat,
    Closed,
}

impl<'a> Shape<'a> {
    fn of(path: &'a PathPayload, piece: &Piece<'_>) -> Option<Self> {
        let (new, clip);
        let (nodes, moved) = match piece {
            Piece::New(kind) => {
                new = new_node(path, *kind);
                (std::slice::from_ref(&new), None)
            }
            Piece::Run(run) => {
                let (list, range) = run.place(path).ok()?;
                (run.nodes(path).ok()?, Some((list, range)))
            }
            Piece::Clip(given) => {
                clip = copy::with_free_ids(path, &given.nodes);
                (clip.as_slice(), None)
            }
        };
        let (first, last) = (nodes.first()?, nodes.last()?);
        let mut total = 0;
        tree::walk(path, |_| total += 1);
        if moved.is_none() && total + tree::count(nodes) > MAX_NODES {
            return None;
        }
        let moved_ids: BTreeSet<&str> = match &moved {
            Some((list, range)) => {
                tree::list(path, list)?.get(range.clone())?.iter().map(|node| node.id.as_str()).collect()
            }
            None => BTreeSet::new(),
        };
        let is_moved = |found: &tree::LocatedNode<'_>| {
            moved_ids.contains(found.node.id.as_str()) || found.enclosing.iter().any(|id| moved_ids.contains(id))
        };
        let root = path.path.first().map(|node| node.id.as_str());
        let is_new = matches!(piece, Piece::New(_));
        let mut must_stay_first = None;
        // A repeat that is wrong already may go on being so.
        let mut wrong = BTreeSet::new();
        tree::walk(path, |found| {
            let NodeKind::Repeat(repeat) = &found.node.kind else { return };
            let (to, around) = (repeat.to_node.as_str(), found.enclosing.contains(&repeat.to_node.as_str()));
            if !around && root != Some(to) {
                wrong.insert(found.node.id.as_str());
            } else if !around && !is_new && !is_moved(&found) {
                must_stay_first = root;
            }
        });
        let mut back_to = Vec::new();
        going_out(nodes, &mut Vec::new(), &mut |repeat, to| {
            if moved.is_none() || !wrong.contains(repeat) {
                back_to.push(to.to_string());
            }
        });
        let ends = match (&last.kind, is_new) {
            (NodeKind::IfElse(_), true) => Ends::NewBranch,
            (NodeKind::IfElse(_) | NodeKind::HandOver(_), _) => Ends::Closed,
            (NodeKind::Repeat(_), _) => Ends::Repeat,
            _ => Ends::Open,
        };
        Some(Self {
            first: first.id.clone(),
            begins_with_hand_over: matches!(first.kind, NodeKind::HandOver(_)),
            ends,
            height: tree::height(nodes),
            back_to,
            must_stay_first,
            first_of_rest: path.path.iter().map(|node| node.id.as_str()).find(|id| !moved_ids.contains(id)),
            moved,
            moved_ids,
        })
    }

    /// Adds the slots of a list, and of all in it, that are open.
    fn look<'n>(&self, nodes: &'n [PathNode], list: &ListAt, around: &mut Vec<&'n str>, slots: &mut Vec<Slot>) {
        let here = self.moved.as_ref().filter(|(moved, _)| moved == list).map(|(_, range)| range.clone());
        for index in 0..=nodes.len() {
            // The two ends of what is moved and all between are where it is already.
            let is_here = here.as_ref().is_some_and(|here| (here.start..=here.end).contains(&index));
            if !is_here && self.fits(nodes, list, index, around) {
                slots.push(Slot { list: list.clone(), index });
            }
            let Some(node) = nodes.get(index) else { continue };
            if let NodeKind::IfElse(branch) = &node.kind
                && !self.moved_ids.contains(node.id.as_str())
            {
                around.push(&node.id);
                for (side, name, inside) in
                    [(Side::Then, "then_path", &branch.then_path), (Side::Else, "else_path", &branch.else_path)]
                {
                    // A side that is not understood cannot be added to.
                    if branch.extra.get(name).is_none_or(escalation_api::Value::is_null) {
                        self.look(inside, &ListAt::Of(node.id.clone(), side), around, slots);
                    }
                }
                around.pop();
            }
        }
    }

    fn fits(&self, nodes: &[PathNode], list: &ListAt, index: usize, around: &[&str]) -> bool {
        let before = index.checked_sub(1).and_then(|before| nodes.get(before));
        let follows = nodes.get(index);
        let goes_after = match before.map(|node| &node.kind) {
            Some(NodeKind::IfElse(_) | NodeKind::HandOver(_)) => false,
            Some(NodeKind::Repeat(_)) => self.begins_with_hand_over,
            _ => true,
        };
        let goes_before = match (self.ends, follows) {
            (_, None) | (Ends::Open | Ends::NewBranch, _) => true,
            (Ends::Repeat, Some(follows)) => matches!(follows.kind, NodeKind::HandOver(_)),
            (Ends::Closed, Some(_)) => false,
        };
        let swallowed = match self.ends {
            Ends::NewBranch => 1 + nodes.get(index..).map_or(0, tree::height),
            _ => 0,
        };
        let at_start = *list == ListAt::Root && index == 0;
        let first = if at_start { Some(self.first.as_str()) } else { self.first_of_rest };
        let is_back = |to: &String| first == Some(to.as_str()) || around.contains(&to.as_str());
        goes_after
            && goes_before
            && around.len() + self.height.max(swallowed) <= MAX_DEPTH
            && self.must_stay_first.is_none_or(|stays| first == Some(stays))
            && self.back_to.iter().all(is_back)
    }
}

/// Every repeat of some nodes that goes to none of the branches around it among them: its id and where it goes.
fn going_out<'n>(nodes: &'n [PathNode], around: &mut Vec<&'n str>, tell: &mut impl FnMut(&'n str, &'n str)) {
    for node in nodes {
        if let NodeKind::Repeat(repeat) = &node.kind
            && !around.contains(&repeat.to_node.as_str())
        {
            tell(&node.id, &repeat.to_node);
        }
        around.push(&node.id);
        for (_, inside) in node.children() {
            going_out(inside, around, tell);
        }
        around.pop();
    }
}
