//! The words about what a change changes for people.

pub const BEFORE: &str = "Before";
pub const AFTER: &str = "After";
pub const WHO: &str = "Who";
pub const SHOW: &str = "Show";
pub const HIDE: &str = "Hide";
pub const EARLIER: &str = "Earlier time";
pub const LATER: &str = "Later time";
pub const NOT_TOLD: &str = "not notified";
pub const LOW: &str = "low";

pub const FOLLOWS_OTHERWISE: &str =
    "What follows an acknowledgement changes too; see the list of changes. Simulate responses to see its effect.";

/// To show before and after, or to hide it.
pub fn before_and_after(word: &str, sentence: &str) -> String {
    format!("{word} before and after: {sentence}")
}

/// Which of the times at which something changes is shown.
pub fn instance(position: usize, count: usize) -> String {
    if count == 1 { "the only time".to_string() } else { format!("{position} of {count}") }
}

/// For what the table is.
pub fn caption(priority: &str, at: &str, until: &str, zone: &str) -> String {
    let of = if priority.is_empty() { "An alert".to_string() } else { format!("{priority}, an alert") };
    format!("{of} that fires {at} ({zone}). Alike until {until}.")
}

pub const ENDS: &str = "Ends";

/// When it is unknown what changes.
pub fn not_known(times: &str, more: usize) -> String {
    let more = if more == 0 { String::new() } else { format!(", and {more} more times") };
    format!("Changes are unknown for alerts that fire {times}{more}.")
}

pub fn time_span(from: &str, until: &str) -> String {
    format!("{from} to {until}")
}
