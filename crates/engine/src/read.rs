//! Reading our own documents, with the place of a fault.

use std::fmt;

use escalation_api::template::Template;
use escalation_api::{Path, Value};
use serde::de::DeserializeOwned;
use serde::{Deserialize as _, Deserializer};

/// Why a document cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// Where, as a dotted path: `responses.0.after_seconds`; empty for the whole document.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pointer.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.pointer, self.message)
        }
    }
}

impl std::error::Error for ReadError {}

impl ReadError {
    pub(crate) fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), message: message.into() }
    }
}

/// Reads JSON text; a fault is named with its place.
pub(crate) fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, ReadError> {
    let mut json = serde_json::Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let pointer = error.path().to_string().replace('[', ".").replace(']', "");
        let pointer = if pointer == "." { String::new() } else { pointer.trim_start_matches('.').to_string() };
        ReadError::new(pointer, error.into_inner().to_string())
    })?;
    json.end().map_err(|error| ReadError::new("", error.to_string()))?;
    Ok(read)
}

/// Paths whose conditions are as they are returned or as they are sent.
pub(crate) fn paths<'de, D: Deserializer<'de>>(json: D) -> Result<Vec<Path>, D::Error> {
    Ok(Vec::<AnyForm<Path>>::deserialize(json)?.into_iter().map(|path| path.0).collect())
}

/// Templates whose conditions are as they are returned or as they are sent.
pub(crate) fn templates<'de, D: Deserializer<'de>>(json: D) -> Result<Vec<Template>, D::Error> {
    Ok(Vec::<AnyForm<Template>>::deserialize(json)?.into_iter().map(|template| template.0).collect())
}

/// A document with nodes under `path`, in the form that the API returns whatever its conditions were written as.
struct AnyForm<T>(T);

impl<'de, T: DeserializeOwned> serde::Deserialize<'de> for AnyForm<T> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let mut value = Value::deserialize(json)?;
        if let Some(nodes) = value.get_mut("path") {
            as_returned(nodes);
        }
        serde_json::from_value(value).map(Self).map_err(serde::de::Error::custom)
    }
}

/// Puts the conditions of some nodes into the form that the API returns, one by one. What is in neither form stays.
pub(crate) fn as_returned(nodes: &mut Value) {
    for node in nodes.as_array_mut().into_iter().flatten() {
        let Some(branch) = node.get_mut("if_else") else { continue };
        for condition in branch.get_mut("conditions").and_then(Value::as_array_mut).into_iter().flatten() {
            for (field, inner) in [("subject", "reference"), ("operation", "value")] {
                if let Some(value) = condition.get_mut(field).filter(|value| value.is_string()) {
                    *value = serde_json::json!({ "label": value.clone(), inner: value.clone() });
                }
            }
        }
        for side in ["then_path", "else_path"] {
            if let Some(nodes) = branch.get_mut(side) {
                as_returned(nodes);
            }
        }
    }
}
