//! What people and API keys may be called.

use crate::names::is_blank;

/// The longest id of a team, in bytes.
const MAX_ID: usize = 100;
/// The longest name, in characters.
const MAX_NAME: usize = 200;
/// Characters that turn the direction of a text around, so that it looks like another.
const DIRECTIONS: [char; 9] =
    ['\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}'];

/// The name of a person, as a header gives it.
///
/// # Errors
/// Where it is empty or longer than is kept: two that begin alike must not be taken for one.
pub(crate) fn person(text: &str) -> Result<String, String> {
    let name = text.trim();
    if (1..=MAX_NAME).contains(&name.chars().count()) {
        Ok(name.to_string())
    } else {
        Err(format!("the name of somebody has from 1 to {MAX_NAME} characters"))
    }
}

/// The name of an API key, as an administrator gives it.
///
/// # Errors
/// Where nobody could tell it from another, or by whom it is used.
pub(crate) fn key(name: &str) -> Result<String, String> {
    let is_plain = name.trim() == name && !name.contains(|c: char| c.is_control() || DIRECTIONS.contains(&c));
    if name.chars().count() > MAX_NAME || !is_plain || is_blank(name) {
        return Err(format!("Name must have from 1 to {MAX_NAME} characters that can be seen, and no blanks around"));
    }
    Ok(name.to_string())
}

/// The id of a team, as addresses have it.
///
/// # Errors
/// Where it cannot be one.
pub(crate) fn team(id: &str) -> Result<String, String> {
    let is_plain = id.bytes().all(|c| c.is_ascii_alphanumeric() || b"_-".contains(&c));
    if is_plain && (1..=MAX_ID).contains(&id.len()) {
        Ok(id.to_string())
    } else {
        Err(format!("the id of a team has from 1 to {MAX_ID} letters, digits, `_` and `-`"))
    }
}
