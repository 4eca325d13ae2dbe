//! What mends a problem, as data: a JSON Patch of the path's document, with no more than four of its operations.

use escalation_api::{Json as _, PathPayload, Value};
use serde::{Deserialize, Serialize};

/// A change that makes a problem go away. Others may come to light by it, such as those of a node that could not be read
/// before, so a path is checked again after each; what it changes for people, `diff` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// The changes, one after the other, as RFC 6902 has them.
    pub patch: Vec<Operation>,
}

/// One change of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// What is done.
    pub op: Op,
    /// Where, as RFC 6901 has it: `/path/0/level/targets/1`.
    pub path: String,
    /// For a move: from where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// With what; nothing for a removal and a move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// What is done to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Puts a value before the element with that index, or under that name.
    Add,
    /// Takes out what is there.
    Remove,
    /// Puts a value in the place of what is there.
    Replace,
    /// Takes out what is at another place and adds it here.
    Move,
}

/// A fix is not for this path: something that it changes is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is nothing at `{0}` in this path")]
pub struct NotThere(pub String);

impl Fix {
    /// The path with this mended.
    ///
    /// # Errors
    /// Where the path is not the one for which the fix was made.
    pub fn apply(&self, path: &PathPayload) -> Result<PathPayload, NotThere> {
        let mut document = path.write();
        for operation in &self.patch {
            operation.apply(&mut document).ok_or_else(|| NotThere(operation.path.clone()))?;
        }
        PathPayload::read(document).map_err(|_| NotThere(String::new()))
    }
}

impl Operation {
    fn apply(&self, document: &mut Value) -> Option<()> {
        if let (Op::Move, Some(from)) = (self.op, &self.from) {
            let value = document.pointer(from)?.clone();
            let take = Self { op: Op::Remove, path: from.clone(), from: None, value: None };
            let put = Self { op: Op::Add, path: self.path.clone(), from: None, value: Some(value) };
            return take.apply(document).and_then(|()| put.apply(document));
        }
        let (parent, name) = self.path.rsplit_once('/')?;
        let value = || self.value.clone();
        match document.pointer_mut(parent)? {
            Value::Array(list) => {
                let index: usize = name.parse().ok()?;
                match self.op {
                    Op::Add if index <= list.len() => list.insert(index, value()?),
                    Op::Replace => *list.get_mut(index)? = value()?,
                    Op::Remove if index < list.len() => drop(list.remove(index)),
                    Op::Add | Op::Remove | Op::Move => return None,
                }
            }
            Value::Object(fields) => match self.op {
                Op::Add => drop(fields.insert(name.to_string(), value()?)),
                Op::Replace => *fields.get_mut(name)? = value()?,
                // The others keep their order.
                Op::Remove => drop(fields.shift_remove(name)?),
                Op::Move => return None,
            },
            _ => return None,
        }
        Some(())
    }
}

/// Takes out what is at a place, given in the vendor's dotted form.
pub(super) fn remove(at: &str) -> Operation {
    Operation { op: Op::Remove, path: pointer(at), from: None, value: None }
}

/// Puts a value in the place of what is there.
pub(super) fn replace(at: &str, value: impl Into<Value>) -> Operation {
    Operation { op: Op::Replace, path: pointer(at), from: None, value: Some(value.into()) }
}

/// Puts a value before the element with that index, or under that name.
pub(super) fn add(at: &str, value: impl Into<Value>) -> Operation {
    Operation { op: Op::Add, path: pointer(at), from: None, value: Some(value.into()) }
}

/// Takes out what is at one place and adds it at another.
pub(super) fn shift(from: &str, to: &str) -> Operation {
    Operation { op: Op::Move, path: pointer(to), from: Some(pointer(from)), value: None }
}

/// No name that a path has holds a dot, a slash or a tilde.
fn pointer(at: &str) -> String {
    format!("/{}", at.replace('.', "/"))
}
