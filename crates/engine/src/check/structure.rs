//! Ids and the order of nodes.

use std::collections::{BTreeMap, BTreeSet};

use escalation_api::{At, NodeKind};

use super::fix::{add, remove, replace};
use super::{ApiNode, Check, Code, MAX_DEPTH, bounded};
use crate::words;

impl<'a> Check<'a> {
    pub(super) fn identity(&mut self, node: &'a ApiNode, at: &At<'_>) {
        let at_id = at.field("id");
        if node.id.is_empty() {
            // A sealed node's own faults say it too, with the other things that are wrong with it.
            if !matches!(node.kind, NodeKind::Sealed(_)) {
                self.say(Code::NoId, &at_id, "The step has no id");
                self.fix_id(&at_id.to_string());
            }
            return;
        }
        if self.ids.insert(&node.id) {
            return;
        }
        let path = self.path;
        let places = self.first_places.get_or_insert_with(|| {
            let mut places = BTreeMap::new();
            note_places(&path.path, &At::Top.field("path"), &mut places);
            places
        });
        let first = places.get(node.id.as_str()).map_or("", String::as_str);
        let message = format!("Id `{}` is already used at {first}", node.id);
        self.say(Code::DuplicateId, &at_id, message);
        // A repeat may mean either of the two.
        if !self.is_repeated(&node.id) {
            self.fix_id(&at_id.to_string());
        }
    }

    fn title_of(&self, node: &ApiNode) -> String {
        bounded(words::step::title(node, self.path, self.index))
    }

    /// Offers an id that is free. Whatever goes to the old one goes on to the node that has it first.
    pub(super) fn fix_id(&mut self, at: &str) {
        if self.free_id.is_none() {
            let mut taken = BTreeSet::new();
            ids(&self.path.path, &mut taken);
            self.free_id = (1..).map(|number: u32| format!("node-{number}")).find(|id| !taken.contains(id.as_str()));
        }
        if let Some(free) = self.free_id.clone() {
            self.fix(format!("Use the id `{free}`"), vec![add(at, free)]);
        }
    }

    /// What may follow what in a list.
    pub(super) fn order(&mut self, nodes: &'a [ApiNode], at: &At<'_>) {
        let mut is_reached = true;
        for (index, pair) in nodes.windows(2).enumerate() {
            let [node, following] = pair else { continue };
            let at = at.index(index + 1);
            let before = self.current.replace(following);
            match (&node.kind, &following.kind) {
                (NodeKind::IfElse(_), _) => {
                    let message = format!("Never reached: it follows the branch “{}”", self.title_of(node));
                    self.say(Code::AfterBranch, &at, message);
                }
                (NodeKind::Repeat(_), NodeKind::HandOver(_)) => {}
                (NodeKind::Repeat(_), _) => {
                    self.say(Code::AfterRepeat, &at, "Only a hand-over can follow a repeat");
                }
                (NodeKind::HandOver(_), _) => {
                    let message = format!("Never reached: it follows “{}”", self.title_of(node));
                    self.say(Code::Unreachable, &at, message);
                    // What follows it is not reached either. That is offered once: it takes out all of them.
                    if is_reached {
                        let after = (index + 1..nodes.len()).map(|_| remove(&at.to_string())).collect();
                        self.fix("Delete the steps that are never reached", after);
                    }
                    is_reached = false;
                }
                _ => {}
            }
            self.current = before;
        }
    }

    pub(super) fn branch(&mut self, node: &'a ApiNode, at: &At<'_>) {
        let NodeKind::IfElse(branch) = &node.kind else { return };
        if branch.misread().is_none_or(|field| field != "conditions") && branch.conditions.len() != 1 {
            let message = format!("A branch needs exactly one condition, not {}", branch.conditions.len());
            self.say(Code::ConditionCount, &at.field("conditions"), message);
        }
        for (index, condition) in branch.conditions.iter().enumerate() {
            self.condition(condition, &at.field("conditions").index(index));
        }
        let depth = self.enclosing.len() + 1;
        if depth == MAX_DEPTH + 1 {
            let message = format!("Branches are nested {depth} deep (limit {MAX_DEPTH})");
            self.say(Code::TooDeep, at, message);
        }
        self.enclosing.push(&node.id);
        for (field, list) in node.children() {
            let at = at.field(field);
            if list.is_empty() && branch.misread().is_none_or(|misread| misread != field) {
                let [then, otherwise] = words::step::sides(&branch.conditions, self.index).map(bounded);
                let side = if field == "then_path" { then } else { otherwise };
                let message = format!("No steps on the side “{side}”: the escalation ends there");
                self.say(Code::EmptyBranch, &at, message);
            }
            self.list(list, &at);
        }
        self.enclosing.pop();
    }

    pub(super) fn repeat_target(&mut self, to_node: &str, at: &At<'_>) {
        let first = self.path.path.first().is_some_and(|first| first.id == to_node);
        if !first && !self.enclosing.contains(&to_node) {
            self.say(
                Code::RepeatTarget,
                &at.field("to_node"),
                "A repeat must go back to the first step or an enclosing branch",
            );
            if let Some(first) = self.path.path.first().filter(|first| !first.id.is_empty()) {
                self.fix("Go back to the first step", vec![replace(&at.field("to_node").to_string(), &*first.id)]);
            }
        }
    }
}

fn ids<'a>(nodes: &'a [ApiNode], found: &mut BTreeSet<&'a str>) {
    for node in nodes {
        found.insert(&node.id);
        for (_, list) in node.children() {
            ids(list, found);
        }
    }
}

/// Notes where each id stands first. Most paths have no id twice, and the places of their nodes are not written out.
fn note_places<'n>(nodes: &'n [ApiNode], at: &At<'_>, places: &mut BTreeMap<&'n str, String>) {
    for (index, node) in nodes.iter().enumerate() {
        let at = at.index(index);
        if !node.id.is_empty() {
            places.entry(&node.id).or_insert_with(|| at.to_string());
        }
        for (field, list) in node.children() {
            note_places(list, &at.field("if_else").field(field), places);
        }
    }
}
