//! Documents from files and from text that was pasted.

use std::collections::BTreeSet;

use escalation_api::{PathPayload, Value};
use escalation_engine::World;
use escalation_engine::check::{MAX_DEPTH, MAX_NODES};
use escalation_engine::document::{Document, Form};
use escalation_engine::prove::Expectation;
use escalation_engine::scenario::Named;

use crate::clipboard;
use crate::fault::{self, Fault, Place};
use crate::tree;
use crate::words;

/// The longest text that is read, in bytes; a bundle can have a year of entries.
pub const MAX_TEXT: usize = 16 << 20;

/// A document that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// In which form it came.
    pub what: Imports,
    /// The id of the path; empty for one that has none.
    pub id: String,
    /// The path, with every fault that it may have.
    pub path: PathPayload,
    /// What it stands in, if a bundle has that.
    pub world: Option<World>,
    /// What is expected of it, if a bundle has that.
    pub expectations: Option<Vec<Expectation>>,
    /// The scenarios that are kept with it, if a bundle has them.
    pub scenarios: Option<Vec<Named>>,
}

/// The forms that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Imports {
    /// A path as it is sent.
    Payload,
    /// A path as it is returned.
    ReadForm,
    /// A path with what it stands in and what is expected of it.
    Bundle,
    /// Nodes, as they are copied, or as a list.
    Nodes,
}

/// The most paths that are read from one text.
pub const MAX_PATHS: usize = 250;

/// The list of paths as the API returns it.
const LIST: &str = "escalation_paths";

/// Reads a document in any form.
///
/// # Errors
/// Why it cannot be read; so it is with several paths, of which none is meant.
pub fn read(text: &str) -> Result<Imported, Fault> {
    let mut all = read_all(text)?;
    match (all.pop(), all.len()) {
        (Some(only), 0) => Ok(only),
        (_, more) => {
            let message = format!("The text has {} paths", more + 1);
            Err(Fault::at(LIST, message, "Import it in the list of paths, where each of them becomes a new path."))
        }
    }
}

/// Reads a document in any form, or a list of paths as the API returns it. There is one at least.
///
/// # Errors
/// Why it cannot be read.
pub fn read_all(text: &str) -> Result<Vec<Imported>, Fault> {
    let mut value = fault::json(text, MAX_TEXT)?;
    let Some(list) = value.as_object_mut().and_then(|fields| fields.get_mut(LIST)).and_then(Value::as_array_mut) else {
        return Ok(vec![one(value)?]);
    };
    let list = std::mem::take(list);
    if list.is_empty() || list.len() > MAX_PATHS {
        let message = format!("The list has {} paths", list.len());
        return Err(Fault::at(LIST, message, "Take a list of 1 to 250 paths."));
    }
    let within = |(position, value): (usize, Value)| {
        one(value).map_err(|fault| match fault.place {
            Place::Pointer(pointer) => Fault { place: Place::Pointer(format!("{LIST}.{position}.{pointer}")), ..fault },
            _ => Fault { place: Place::Pointer(format!("{LIST}.{position}")), ..fault },
        })
    };
    list.into_iter().enumerate().map(within).collect()
}

fn one(value: Value) -> Result<Imported, Fault> {
    let is_nodes = match &value {
        Value::Array(_) => true,
        Value::Object(fields) => fields.contains_key("escalation_nodes") || fields.contains_key("type"),
        _ => false,
    };
    let imported = if is_nodes {
        let clip = clipboard::from_value(value)?;
        let hours = Some(clip.hours).filter(|hours| !hours.is_empty());
        let path = PathPayload { path: clip.nodes, working_hours: hours, ..PathPayload::named(words::IMPORTED) };
        Imported { what: Imports::Nodes, id: String::new(), path, world: None, expectations: None, scenarios: None }
    } else {
        const HINT: &str = "Choose the JSON of an escalation path, a bundle, or a list of nodes.";
        let document = Document::read(value).map_err(|errors| match errors.into_iter().next() {
            Some(error) => Fault::at(error.pointer, error.message, HINT),
            None => Fault::whole("This is no escalation path", HINT),
        })?;
        let what = match document.form {
            Form::Sent => Imports::Payload,
            Form::Returned => Imports::ReadForm,
            Form::Bundle => Imports::Bundle,
        };
        let Document { id, path, world, expectations, scenarios, .. } = document;
        Imported { what, id, path, world, expectations, scenarios }
    };
    let mut count = 0;
    tree::each(&imported.path.path, &mut |_| count += 1);
    let depth = tree::height(&imported.path.path);
    if count > MAX_NODES || depth > MAX_DEPTH {
        let message = format!("The path has {count} nodes, with branches {depth} deep");
        return Err(Fault::at("path", message, "Split it: a path has at most 2,000 nodes, and branches 32 deep."));
    }
    let (mut known, mut twice) = (BTreeSet::new(), None);
    tree::walk(&imported.path, |found| {
        if !known.insert(found.node.id.clone()) && twice.is_none() {
            twice = Some(found.node.id.clone());
        }
    });
    match twice {
        // Nothing could tell them apart: neither the graph nor whoever changes one of them.
        Some(id) if id.is_empty() => Err(Fault::at("path", "Two nodes have no id", "Give each node an id of its own.")),
        Some(id) => {
            let message = format!("Two nodes have the id `{id}`");
            Err(Fault::at("path", message, "Give one of them another, and say so in the repeats that go back to it."))
        }
        None => Ok(imported),
    }
}
