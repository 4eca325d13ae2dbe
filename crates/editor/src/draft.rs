//! A document with changes that are not saved, as text that outlives the page.
//!
//! The document and what it began from are kept, and not the steps in between.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use escalation_api::{At, Json as _, Map, Path, PathPayload, Value};
use escalation_engine::Instant;
use escalation_engine::instant::DAY;

use crate::fault::{self, Fault};
use crate::history::Editor;
use crate::merge::is_made_of;

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
    pub beside: Attachments,
    /// What may have been made of it already, for a path that was never saved.
    pub unsure: Option<Unsure>,
}

/// An attempt to make a new path of which it is not known whether it was made: the answer was lost, or the page was.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsure {
    /// What was sent.
    pub sent: Arc<PathPayload>,
    /// The ids of the paths that were there before, as far as is known: none of them is what was made.
    pub known: Arc<BTreeSet<String>>,
    /// The idempotency key that it was sent with; empty for a draft of before there was one.
    pub key: String,
}

impl Unsure {
    /// The path that was made by that attempt, among all that there are now: the newest, if there are several, as ids
    /// are in the order in which they were made.
    #[must_use]
    pub fn made<'a>(&self, all: &'a [Path]) -> Option<&'a Path> {
        let new = all.iter().filter(|path| !self.known.contains(&path.id));
        new.filter(|path| is_made_of(&PathPayload::from(*path), &self.sent)).max_by_key(|path| &path.id)
    }
}

/// Lists by their names.
pub type Attachments = BTreeMap<String, Vec<Value>>;

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
    if let Some(unsure) = &draft.unsure {
        fields.insert("sent".to_string(), unsure.sent.write());
        fields.insert("key".to_string(), Value::from(unsure.key.as_str()));
        let known = unsure.known.iter().map(|id| Value::from(id.as_str()));
        fields.insert("known".to_string(), Value::Array(known.collect()));
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
    let sent = document("sent")?;
    let lists = fields.shift_remove("beside").and_then(|lists| lists.as_object().cloned()).unwrap_or_default();
    let beside = lists.into_iter().filter_map(|(name, list)| Some((name, list.as_array()?.clone()))).collect();
    let known = fields.get("known").and_then(Value::as_array).into_iter().flatten();
    let known: BTreeSet<_> = known.filter_map(|id| id.as_str().map(str::to_string)).collect();
    let key = fields.get("key").and_then(Value::as_str).unwrap_or_default().to_string();
    let unsure = sent.map(|sent| Unsure { sent: Arc::new(sent), known: Arc::new(known), key });
    Ok(Draft { path_id, at: Instant::from_unix(at), editor: Editor::resume(base.map(Arc::new), path), beside, unsure })
}

/// For how long a draft is kept that nobody comes back to, in days.
pub const KEPT_FOR: i64 = 180;

/// Whether a draft is so old that it is not asked about any more. What cannot be read is never old: another version may
/// know what it is.
#[must_use]
pub fn is_over(at: Instant, now: Instant) -> bool {
    now - at > KEPT_FOR * DAY
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(id: &str, name: &str) -> Path {
        Path::read(json!({"id": id, "name": name, "kind": "standalone", "path": []})).unwrap()
    }

    fn unsure(name: &str, known: &[&str]) -> Unsure {
        let sent = Arc::new(PathPayload::named(name));
        let known = Arc::new(known.iter().map(ToString::to_string).collect());
        Unsure { sent, known, key: "01K0KEY0000000000000000000".to_string() }
    }

    #[test]
    fn what_was_made_is_none_of_those_that_were_there() {
        let all = [path("a", "New"), path("b", "New"), path("c", "Other")];
        assert_eq!(unsure("New", &["a"]).made(&all).map(|path| path.id.as_str()), Some("b"));
        assert_eq!(unsure("New", &[]).made(&all).map(|path| path.id.as_str()), Some("b"), "the newest");
        assert_eq!(unsure("New", &["a", "b"]).made(&all), None, "it was not made: others are called so, too");
        assert_eq!(unsure("Another", &[]).made(&all), None);
    }

    #[test]
    fn what_may_have_been_made_is_kept_with_the_draft() {
        let editor = Editor::new_document(PathPayload::named("Later"));
        let at = Instant::from_unix(5);
        let unsure = Some(unsure("New", &["a", "b"]));
        let draft = Draft { path_id: String::new(), at, editor, beside: Attachments::new(), unsure };
        let text = write(&draft);
        let read = read(&text).unwrap();
        assert_eq!(read.unsure, draft.unsure);
        assert_eq!(write(&read), text);
    }

    #[test]
    fn a_draft_does_not_wait_for_ever() {
        let at = Instant::from_unix(1_000_000_000);
        assert!(!is_over(at, at) && !is_over(at, at + KEPT_FOR * DAY) && is_over(at, at + KEPT_FOR * DAY + 1));
        assert!(!is_over(at, at - 5), "clocks differ");
    }
}
