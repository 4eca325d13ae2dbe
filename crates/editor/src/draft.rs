//! A document with changes that are not saved, as text that outlives the page.
//!
//! The document and what it began from are kept, and not the steps in between.

use std::collections::BTreeMap;
use std::sync::Arc;

use escalation_api::{At, Json as _, Map, PathPayload, Value};
use escalation_engine::Instant;

use crate::fault::{self, Fault};
use crate::history::Editor;

/// The longest text that is read, in bytes.
const MAX_TEXT: usize = 4 << 20;

/// A document with changes that are not saved.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The id of its path; empty for one that was never saved.
    pub path_id: String,
    /// When it was changed last.
    pub at: Instant,
    /// The document, with what it began from.
    pub editor: Editor,
    /// What is kept beside a path that was never saved, as lists by their names: what is expected of it, its scenarios.
    pub beside: Beside,
}

/// Lists by their names.
pub type Beside = BTreeMap<String, Vec<Value>>;

/// Writes a draft. Nothing of either document is lost.
#[must_use]
pub fn write(draft: &Draft) -> String {
    let mut fields = Map::new();
    fields.insert("path_id".to_string(), Value::from(draft.path_id.as_str()));
    fields.insert("at".to_string(), Value::from(draft.at.unix()));
    if let Some(base) = draft.editor.saved() {
        fields.insert("base".to_string(), base.write());
    }
    fields.insert("path".to_string(), draft.editor.path().write());
    if !draft.beside.is_empty() {
        let lists = draft.beside.iter().map(|(name, list)| (name.clone(), Value::Array(list.clone())));
        fields.insert("beside".to_string(), Value::Object(lists.collect()));
    }
    Value::Object(fields).to_string()
}

/// Reads a draft.
///
/// # Errors
/// Why the text is none. Whoever keeps it should go on keeping it: another version may read it.
pub fn read(text: &str) -> Result<Draft, Fault> {
    const HINT: &str = "It may have been written by another version.";
    let missing = |name: &str| Fault::at(name, "This is missing, or of another kind", HINT);
    let Value::Object(mut fields) = fault::json(text, MAX_TEXT)? else {
        return Err(Fault::whole("A draft is an object", HINT));
    };
    let path_id = fields.get("path_id").and_then(Value::as_str).ok_or_else(|| missing("path_id"))?.to_string();
    let at = fields.get("at").and_then(Value::as_i64).ok_or_else(|| missing("at"))?;
    let mut document = |name: &'static str| match fields.shift_remove(name) {
        None => Ok(None),
        Some(value) => PathPayload::read(value)
            .map(Some)
            .map_err(|value| Fault::of::<PathPayload>(&value, &At::Top.field(name), HINT)),
    };
    let base = document("base")?;
    let path = document("path")?.ok_or_else(|| missing("path"))?;
    let lists = fields.shift_remove("beside").and_then(|lists| lists.as_object().cloned()).unwrap_or_default();
    let beside = lists.into_iter().filter_map(|(name, list)| Some((name, list.as_array()?.clone()))).collect();
    Ok(Draft { path_id, at: Instant::from_unix(at), editor: Editor::resume(base.map(Arc::new), path), beside })
}
