//! Keys as the page takes them. Every handler asks here and not the event itself, which `clippy.toml` sees to: while a
//! word is being composed, as with Japanese or Chinese, keys belong to the input method; and letters of other keyboards
//! count by their place.

#![expect(clippy::disallowed_methods, reason = "the one place that asks events for their keys")]

use escalation_editor::keyboard;
use web_sys::KeyboardEvent;

/// What Safari says of the key that ends a composition, when it is over already.
const COMPOSED: u32 = 229;

/// Whether a key is one of an input method, and not of the page.
pub fn is_composing(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == COMPOSED || event.key() == "Process"
}

/// The key that was pressed: `Enter`, `a`, `'`; empty while a word is being composed, so that nothing fits.
pub fn pressed(event: &KeyboardEvent) -> String {
    if is_composing(event) {
        return String::new();
    }
    keyboard::sign(&event.key(), &event.code(), event.shift_key())
}

/// The key as it is typed, in the letters of its keyboard, for text that is sought; empty while a word is being composed.
pub fn typed(event: &KeyboardEvent) -> String {
    if is_composing(event) { String::new() } else { event.key() }
}
