//! One document, by what is chosen.

use std::collections::BTreeSet;

use escalation_api::{Json as _, NodeKind, PathPayload, Value};

use super::parts::Parts;
use super::{Choice, Choices, Merge, MergeSubject};
use crate::command::{Refusal, legal};
use crate::tree::{ListAt, PathNode, Side};

/// The document by what is chosen; what is not goes by [`Item::default_choice`](super::Item::default_choice).
///
/// # Errors
/// If what is chosen does not go together: something is in a branch that is gone, or the document has an error of
/// structure that neither yours nor theirs has.
pub fn take(merge: &Merge, choices: &Choices) -> Result<PathPayload, Refusal> {
    let [_, you, they] = Parts::of([&merge.base, &merge.yours, &merge.theirs]);
    let chooser = Chooser { merge, choices, you: &you, they: &they };
    let mut fields = chooser.fields();
    let hours = chooser.hours();
    if !fields.contains_key("working_hours") && (!hours.is_empty() || chooser.prevails().working_hours.is_some()) {
        fields.insert("working_hours".to_string(), Value::Array(hours));
    }
    if !fields.contains_key("path") {
        fields.insert("path".to_string(), chooser.nodes()?.write());
    }
    let path = PathPayload::read(Value::Object(fields)).map_err(|_| Refusal::NotUnderstood("the path"))?;
    let of_yours = legal::no_worse(&merge.yours, &path);
    of_yours.or_else(|refusal| legal::no_worse(&merge.theirs, &path).map_err(|_| refusal))?;
    Ok(path)
}

struct Chooser<'a> {
    merge: &'a Merge,
    choices: &'a Choices,
    you: &'a Parts,
    they: &'a Parts,
}

impl Chooser<'_> {
    /// Whose something is; what is the same with both, yours.
    fn whose(&self, what: &MergeSubject) -> Choice {
        let item = || self.merge.items.iter().find(|item| item.what == *what);
        let chosen = self.choices.get(what).copied();
        item().map_or(Choice::Yours, |item| chosen.unwrap_or_else(|| item.default_choice()))
    }

    fn of(&self, what: &MergeSubject) -> &Parts {
        match self.whose(what) {
            Choice::Yours => self.you,
            Choice::Theirs => self.they,
        }
    }

    /// The document that is the whole of what is chosen, if there is one; otherwise yours.
    fn prevails(&self) -> &PathPayload {
        let all = self.merge.items.iter().all(|item| self.whose(&item.what) == Choice::Theirs);
        if all { &self.merge.theirs } else { &self.merge.yours }
    }

    fn fields(&self) -> escalation_api::Map {
        let mut fields = escalation_api::Map::new();
        for name in super::keys(self.you.fields.keys(), self.they.fields.keys()) {
            if let Some(value) = self.of(&MergeSubject::Field(name.clone())).fields.get(name) {
                fields.insert(name.clone(), value.clone());
            }
        }
        fields
    }

    fn hours(&self) -> Vec<Value> {
        let ids = |parts: &Parts| parts.hours.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
        let (yours, theirs) = (ids(self.you), ids(self.they));
        let set = |id: &String| self.of(&MergeSubject::Hours(id.clone())).set(id);
        let is_there = |id: &String| set(id).is_some();
        let order = merged(&yours, &theirs, self.whose(&MergeSubject::HoursOrder), &is_there);
        order.iter().filter_map(set).cloned().collect()
    }

    fn nodes(&self) -> Result<Vec<PathNode>, Refusal> {
        let mut there = BTreeSet::new();
        for id in super::keys(self.you.order.iter(), self.they.order.iter()) {
            if self.of(&MergeSubject::Node(id.clone())).nodes.contains_key(id) {
                there.insert(id.as_str());
            }
        }
        let mut placed = BTreeSet::new();
        let nodes = self.list(&ListAt::Root, &there, &mut placed);
        match there.iter().find(|id| !placed.contains(**id)) {
            Some(id) => Err(Refusal::NowhereToBe((*id).to_string())),
            None => Ok(nodes),
        }
    }

    fn list(&self, list: &ListAt, there: &BTreeSet<&str>, placed: &mut BTreeSet<String>) -> Vec<PathNode> {
        let none = Vec::new();
        let of = |parts: &'_ Parts| parts.lists.get(list).unwrap_or(&none).clone();
        let is_here = |id: &String| there.contains(id.as_str()) && self.place(id) == Some(list);
        let order = merged(&of(self.you), &of(self.they), self.whose(&MergeSubject::Order(list.clone())), &is_here);
        let mut nodes = Vec::with_capacity(order.len());
        for id in order {
            let Some(part) = self.of(&MergeSubject::Node(id.clone())).nodes.get(&id) else { continue };
            placed.insert(id.clone());
            let mut node = part.own.clone();
            if let NodeKind::IfElse(branch) = &mut node.kind {
                branch.then_path = self.list(&ListAt::Of(id.clone(), Side::Then), there, placed);
                branch.else_path = self.list(&ListAt::Of(id, Side::Else), there, placed);
            }
            nodes.push(node);
        }
        nodes
    }

    /// The list that a node is to stand in: of whoever moved it, if it is with both; otherwise of whoever has it.
    fn place(&self, id: &str) -> Option<&ListAt> {
        let chosen = self.of(&MergeSubject::Place(id.to_string())).nodes.get(id);
        chosen.or_else(|| self.you.nodes.get(id)).or_else(|| self.they.nodes.get(id)).map(|part| &part.list)
    }
}

/// The order of those that are to be there: that of one of the two, with what only the other has behind what it follows
/// there.
fn merged(yours: &[String], theirs: &[String], whose: Choice, is_there: &dyn Fn(&String) -> bool) -> Vec<String> {
    let (first, second) = match whose {
        Choice::Yours => (yours, theirs),
        Choice::Theirs => (theirs, yours),
    };
    let mut order: Vec<String> = first.iter().filter(|id| is_there(id)).cloned().collect();
    let mut before: Option<&String> = None;
    for id in second.iter().filter(|id| is_there(id)) {
        if !order.contains(id) {
            let at = before.and_then(|before| order.iter().position(|other| other == before));
            order.insert(at.map_or(0, |at| at + 1), id.clone());
        }
        before = Some(id);
    }
    order
}
