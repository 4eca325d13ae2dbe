//! Three documents made one: what was there, what you made of it and what they made of it.
//!
//! Nodes and sets of working hours are known by their ids. What a node says, without what is in it, is taken whole from
//! one of the two, and so is the list that it stands in. The order in a list is taken from one of the two where both
//! have the same nodes, and what only one has goes behind what it follows there.

mod parts;
mod same;
mod take;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use escalation_api::PathPayload;

use crate::tree::{ListAt, PathNode};
use parts::{Parts, find_conflicts};

pub use same::{is_made_of, is_same, is_written};
use same::{same_field, same_node};
pub use take::take;
pub use told::{MergeItemText, told};

/// One thing that you or they did.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MergeSubject {
    /// A field of the path itself. `path` or `working_hours` where ids do not tell its entries apart.
    Field(String),
    /// The set of working hours with this id.
    Hours(String),
    /// The order of the sets of working hours.
    HoursOrder,
    /// The node with this id: whether it is there, and what it says.
    Node(String),
    /// The list that the node with this id stands in.
    Place(String),
    /// The order of the nodes in a list.
    Order(ListAt),
}

/// What somebody did to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SideChange {
    /// Nothing.
    Nothing,
    /// Made it.
    Added,
    /// Took it out.
    Removed,
    /// Made something else of it.
    Changed,
    /// Put it elsewhere.
    Moved,
}

/// One thing that is not the same with you and with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Which.
    pub what: MergeSubject,
    /// What you did.
    pub yours: SideChange,
    /// What they did.
    pub theirs: SideChange,
    /// Whether both cannot be.
    pub conflict: bool,
}

/// Whose a thing is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Choice {
    /// As you have it.
    Yours,
    /// As they have it.
    Theirs,
}

/// Three documents compared.
#[derive(Debug, Clone)]
pub struct Merge {
    /// What differs between you and them, in the order of the text: yours, then what only they have.
    pub items: Vec<Item>,
    /// What was there.
    pub base: Arc<PathPayload>,
    /// Yours.
    pub yours: Arc<PathPayload>,
    /// Theirs.
    pub theirs: Arc<PathPayload>,
}

impl Item {
    /// Whose it is unless something else is chosen: that of whoever did something; where both cannot be, yours.
    #[must_use]
    pub fn default_choice(&self) -> Choice {
        if !self.conflict && self.yours == SideChange::Nothing { Choice::Theirs } else { Choice::Yours }
    }
}

impl Merge {
    /// The things of which both cannot be and about which nothing was chosen.
    #[must_use]
    pub fn undecided(&self, choices: &BTreeMap<MergeSubject, Choice>) -> usize {
        self.items.iter().filter(|item| item.conflict && !choices.contains_key(&item.what)).count()
    }

    /// Whether there is anything of which both cannot be.
    #[must_use]
    pub fn has_conflicts(&self) -> bool {
        self.items.iter().any(|item| item.conflict)
    }
}

/// Compares what you and what they made of a document.
#[must_use]
pub fn compare(base: Arc<PathPayload>, yours: Arc<PathPayload>, theirs: Arc<PathPayload>) -> Merge {
    let [was, you, they] = Parts::of([&base, &yours, &theirs]);
    let mut items = Vec::new();
    let mut add = |what: MergeSubject, yours: SideChange, theirs: SideChange| {
        let conflict = yours != SideChange::Nothing && theirs != SideChange::Nothing;
        items.push(Item { what, yours, theirs, conflict });
    };
    for name in keys(you.fields.keys(), they.fields.keys()) {
        if !same_field(name, you.fields.get(name), they.fields.get(name)) {
            let did = |now: &Parts| match (was.fields.get(name), now.fields.get(name)) {
                (was, now) if same_field(name, was, now) => SideChange::Nothing,
                (was, now) => did(was, now),
            };
            add(MergeSubject::Field(name.clone()), did(&you), did(&they));
        }
    }
    for id in keys(you.hours.iter().map(|(id, _)| id), they.hours.iter().map(|(id, _)| id)) {
        if you.set(id) != they.set(id) {
            add(MergeSubject::Hours(id.clone()), did(was.set(id), you.set(id)), did(was.set(id), they.set(id)));
        }
    }
    let ids = |parts: &Parts| parts.hours.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
    if let Some((yours, theirs)) = reordered(&ids(&was), &ids(&you), &ids(&they)) {
        add(MergeSubject::HoursOrder, yours, theirs);
    }
    for id in keys(you.order.iter(), they.order.iter()) {
        let own = |parts: &'_ Parts| parts.nodes.get(id).map(|node| node.own.clone());
        let same = |one: &Option<PathNode>, other: &Option<PathNode>| match (one, other) {
            (Some(one), Some(other)) => same_node(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        if !same(&own(&you), &own(&they)) {
            let before = own(&was);
            let did = |now: &Parts| match own(now) {
                now if same(&before, &now) => SideChange::Nothing,
                now => did(before.as_ref(), now.as_ref()),
            };
            add(MergeSubject::Node(id.clone()), did(&you), did(&they));
        }
        let list = |parts: &'_ Parts| parts.nodes.get(id).map(|node| node.list.clone());
        if let (Some(in_yours), Some(in_theirs)) = (list(&you), list(&they))
            && in_yours != in_theirs
        {
            let before = list(&was);
            let did = |now: &ListAt| if before.as_ref() == Some(now) { SideChange::Nothing } else { SideChange::Moved };
            add(MergeSubject::Place(id.clone()), did(&in_yours), did(&in_theirs));
        }
    }
    let none = Vec::new();
    for list in you.lists.keys().filter(|list| they.lists.contains_key(list)) {
        let of = |parts: &'_ Parts| parts.lists.get(list).unwrap_or(&none).clone();
        if let Some((yours, theirs)) = reordered(&of(&was), &of(&you), &of(&they)) {
            add(MergeSubject::Order(list.clone()), yours, theirs);
        }
    }
    find_conflicts(&mut items, &was, &you, &they);
    Merge { items, base, yours, theirs }
}

/// All keys of one, then those that only the other has.
fn keys<'a>(one: impl Iterator<Item = &'a String>, other: impl Iterator<Item = &'a String>) -> Vec<&'a String> {
    let mut seen = BTreeSet::new();
    one.chain(other).filter(|key| seen.insert(key.as_str())).collect()
}

fn did<T: PartialEq>(before: Option<&T>, now: Option<&T>) -> SideChange {
    match (before, now) {
        (None, Some(_)) => SideChange::Added,
        (Some(_), None) => SideChange::Removed,
        (before, now) if before == now => SideChange::Nothing,
        _ => SideChange::Changed,
    }
}

/// Who changed the order, if those that both have are not in the same.
fn reordered(was: &[String], you: &[String], they: &[String]) -> Option<(SideChange, SideChange)> {
    let only =
        |ids: &[String], of: &dyn Fn(&String) -> bool| ids.iter().filter(|id| of(id)).cloned().collect::<Vec<_>>();
    let both = |id: &String| you.contains(id) && they.contains(id);
    if only(you, &both) == only(they, &both) {
        return None;
    }
    let all = |id: &String| both(id) && was.contains(id);
    let did = |now: &[String]| if only(now, &all) == only(was, &all) { SideChange::Nothing } else { SideChange::Moved };
    Some(match (did(you), did(they)) {
        // What is new to both came to different places.
        (SideChange::Nothing, SideChange::Nothing) => (SideChange::Moved, SideChange::Moved),
        one => one,
    })
}

/// What is chosen for each item.
type Choices = BTreeMap<MergeSubject, Choice>;
