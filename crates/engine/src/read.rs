//! Reading our own documents, with the place of a fault.

use std::fmt;

use serde::de::DeserializeOwned;

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
