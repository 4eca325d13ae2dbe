//! What of a path is not drawn: sides of branches that are closed, and everything around a branch that is looked at
//! alone. It is a way of looking, not part of the document.

use std::collections::BTreeMap;

use escalation_api::{NodeKind, PathPayload};

use crate::tree::{self, ListAt, PathNode, Side};

/// What is not drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folds {
    /// The branches of which a side is closed, with which of the two. Those that are gone close nothing.
    closed: BTreeMap<String, [bool; 2]>,
    /// The branch that is drawn alone.
    only: Option<String>,
}

impl Folds {
    /// Whether a side is closed.
    #[must_use]
    pub fn is_closed(&self, branch: &str, side: Side) -> bool {
        self.closed.get(branch).is_some_and(|[then, otherwise]| if side == Side::Then { *then } else { *otherwise })
    }

    /// Closes a side or opens it.
    pub fn set(&mut self, branch: &str, side: Side, closed: bool) {
        let [then, otherwise] = self.closed.entry(branch.to_string()).or_default();
        *(if side == Side::Then { then } else { otherwise }) = closed;
    }

    /// Closes every side of every branch.
    pub fn close_all(&mut self, path: &PathPayload) {
        tree::walk(path, |found| {
            if let NodeKind::IfElse(_) = found.node.kind {
                self.set(&found.node.id, Side::Then, true);
                self.set(&found.node.id, Side::Else, true);
            }
        });
    }

    /// Opens every side.
    pub fn open_all(&mut self) {
        self.closed.clear();
    }

    /// The branch that is drawn alone, if the path has it.
    #[must_use]
    pub fn only<'a>(&self, path: &'a PathPayload) -> Option<tree::LocatedNode<'a>> {
        let found = tree::find(path, self.only.as_deref()?)?;
        matches!(found.node.kind, NodeKind::IfElse(_)).then_some(found)
    }

    /// Draws a branch alone, or the whole path.
    pub fn draw_only(&mut self, branch: Option<String>) {
        self.only = branch;
    }

    /// Opens whatever hides a node. Whether anything did.
    pub fn reveal(&mut self, path: &PathPayload, id: &str) -> bool {
        let Some(found) = tree::find(path, id) else { return false };
        let is_in = |only: &str| only == id || found.enclosing.contains(&only);
        let whole = self.draw_whole_unless(path, is_in);
        self.open_to(path, found.slot.list) || whole
    }

    /// Opens whatever hides a list. Whether anything did.
    pub fn reveal_list(&mut self, path: &PathPayload, list: &ListAt) -> bool {
        let ListAt::Of(branch, _) = list else { return self.draw_whole_unless(path, |_| false) };
        let Some(found) = tree::find(path, branch) else { return false };
        let is_in = |only: &str| only == branch || found.enclosing.contains(&only);
        let whole = self.draw_whole_unless(path, is_in);
        self.open_to(path, list.clone()) || whole
    }

    /// Draws the path as a whole where what is looked for is not in the branch that is drawn alone.
    fn draw_whole_unless(&mut self, path: &PathPayload, is_in: impl Fn(&str) -> bool) -> bool {
        match self.only.take_if(|only| !is_in(only)) {
            // One that is gone hid nothing.
            Some(only) => tree::find(path, &only).is_some(),
            None => false,
        }
    }

    /// Opens a side and all sides around it.
    fn open_to(&mut self, path: &PathPayload, mut list: ListAt) -> bool {
        let mut changed = false;
        if self.closed.is_empty() {
            return changed;
        }
        while let ListAt::Of(branch, side) = list {
            list = tree::find(path, &branch).map_or(ListAt::Root, |around| around.slot.list);
            if self.is_closed(&branch, side) {
                self.set(&branch, side, false);
                changed = true;
            }
        }
        changed
    }

    /// The nodes of a branch's side that are drawn, if it is open.
    pub(super) fn drawn<'a>(&self, branch: &str, side: Side, nodes: &'a [PathNode]) -> Option<&'a [PathNode]> {
        (nodes.is_empty() || !self.is_closed(branch, side)).then_some(nodes)
    }
}

/// The ids of all nodes in a list and in what is in it.
#[must_use]
pub fn inside(path: &PathPayload, list: &ListAt) -> Vec<String> {
    let mut ids = Vec::new();
    collect(tree::list(path, list).unwrap_or_default(), &mut ids);
    ids
}

fn collect(nodes: &[PathNode], ids: &mut Vec<String>) {
    for node in nodes {
        ids.push(node.id.clone());
        if let NodeKind::IfElse(branch) = &node.kind {
            collect(&branch.then_path, ids);
            collect(&branch.else_path, ids);
        }
    }
}
