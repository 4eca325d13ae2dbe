//! Names that an object has twice. Readers take one of the two and say nothing; what is imported must not depend on
//! which.

use std::collections::BTreeSet;

/// The first name that stands twice in an object, with its line and column from 1. The text must be JSON.
///
/// ```
/// use escalation_editor::twice::twice;
/// assert!(twice(r#"{"a": 1, "b": 2}"#).is_none());
/// assert!(twice(r#"{"a": 1, "a": 2}"#).is_some());
/// ```
#[must_use]
pub fn twice(text: &str) -> Option<(usize, usize, String)> {
    let bytes = text.as_bytes();
    // The names of each object that is open; nothing for a list.
    let mut open: Vec<Option<BTreeSet<String>>> = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' => open.push(Some(BTreeSet::new())),
            b'[' => open.push(None),
            b'}' | b']' => {
                open.pop();
            }
            b'"' => {
                let end = end_of_string(bytes, at);
                let is_name = bytes.get(end..)?.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
                if let Some(names) = open.last_mut().and_then(Option::as_mut).filter(|_| is_name) {
                    // `"a"` and `"\u0061"` are the same name.
                    let name: String = serde_json::from_str(text.get(at..end)?).ok()?;
                    if !names.insert(name.clone()) {
                        let before = text.get(..at)?;
                        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
                        let column = at - before.rfind('\n').map_or(0, |newline| newline + 1) + 1;
                        return Some((line, column, name));
                    }
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Where the string ends that begins at a quote: behind its last one.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_that_is_there_twice() {
        let of = |text: &str| twice(text).map(|(line, column, name)| format!("{line}:{column} {name}"));
        assert_eq!(of(r#"{"a": 1, "b": {"a": 2}, "c": [{"a": 3}, {"a": 4}]}"#), None);
        assert_eq!(of(r#"{"a": 1, "a": 2}"#), Some("1:10 a".to_string()));
        assert_eq!(of("{\n  \"x\": [{\"b\": 1,\n    \"b\": 2}]}"), Some("3:5 b".to_string()));
        assert_eq!(of(r#"{"a": 1, "\u0061": 2}"#), Some("1:10 a".to_string()));
        // What only looks like a name.
        assert_eq!(of(r#"{"a": "\"a\": 1, ", "b": "a", "c": "}{"}"#), None);
        assert_eq!(of(r#"["a", "a"]"#), None);
        assert_eq!(of("7"), None);
    }
}
