//! Why a text that was pasted or imported cannot be used.

use std::fmt;

use escalation_api::{At, Faults, Json, Value};

use crate::twice::twice;

/// Why a text cannot be used: where, what is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What is wrong there, in a sentence without its full stop.
    pub message: String,
    /// What to do about it, a sentence.
    pub hint: &'static str,
}

/// A place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The text as a whole.
    Whole,
    /// Where it stops being JSON, or what is JSON cannot be meant: the line and the column, from 1.
    Line(usize, usize),
    /// A place in the JSON, in the dotted form of the API: `path.0.level`.
    Pointer(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Whole => {}
            Place::Line(line, column) => write!(f, "Line {line}, column {column}: ")?,
            Place::Pointer(pointer) => write!(f, "{pointer}: ")?,
        }
        write!(f, "{}. {}", self.message, self.hint)
    }
}

impl std::error::Error for Fault {}

impl Fault {
    pub(crate) fn whole(message: impl Into<String>, hint: &'static str) -> Self {
        Self { place: Place::Whole, message: message.into(), hint }
    }

    pub(crate) fn at(pointer: impl fmt::Display, message: impl Into<String>, hint: &'static str) -> Self {
        let pointer = pointer.to_string();
        let place = if pointer.is_empty() { Place::Whole } else { Place::Pointer(pointer) };
        Self { place, message: message.into(), hint }
    }

    /// The first reason why a value is not of a type, with `at` as the place of the value.
    pub(crate) fn of<T: Json>(value: &Value, at: &At<'_>, hint: &'static str) -> Self {
        let mut faults = Faults::new();
        T::explain(value, at, &mut faults);
        match faults.into_iter().next() {
            Some(fault) => Self::at(&fault.pointer, fault.to_string(), hint),
            None => Self::at(at, "This is of another kind than it must be", hint),
        }
    }
}

/// Reads a text as JSON.
pub(crate) fn json(text: &str, most: usize) -> Result<Value, Fault> {
    if text.len() > most {
        let message = format!("The text has {} bytes; at most {most} are taken", text.len());
        return Err(Fault::whole(message, "Take a smaller part of it."));
    }
    if text.trim().is_empty() {
        return Err(Fault::whole("There is no text", "Copy some nodes, or choose a file that is not empty."));
    }
    let value = text.parse::<Value>().map_err(|error| {
        let words = error.to_string();
        let words = words.split(" at line ").next().unwrap_or_default();
        Fault {
            place: Place::Line(error.line(), error.column()),
            message: format!("This is not JSON: {words}"),
            hint: "It must be JSON from its first character to its last.",
        }
    })?;
    match twice(text) {
        None => Ok(value),
        Some((line, column, name)) => Err(Fault {
            place: Place::Line(line, column),
            message: format!("`{name}` stands here twice"),
            hint: "Keep the one that is meant: one of the two would be lost.",
        }),
    }
}
