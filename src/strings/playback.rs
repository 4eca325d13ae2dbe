//! The words of the timeline and of playing a run.

pub const PLAY: &str = "Play the simulation";
pub const PAUSE: &str = "Pause";
pub const BACK: &str = "Simulation: previous event";
pub const ON: &str = "Simulation: next event";
pub const SPEED: &str = "Speed";
pub const PLAYING: &str = "Playing";
pub const TIME: &str = "Time in the simulation";
pub const KEYS: &str = "Arrows go from event to event, Home and End to the ends. Space or K plays.";
pub const AT_END: &str = "At the end";
pub const WALK: &str = "The path";
pub const LIST: &str = "List";
pub const TABLE: &str = "Table";
pub const AS: &str = "Shown as";
pub const COPY: &str = "Copy the table as text";
pub const COPIED: &str = "Table copied";
pub const SHOW_EARLIER: &str = "Show earlier steps";
pub const SHOW_MORE: &str = "Show more";
pub const RULE: &str = "Rule";

/// The columns of the table.
pub fn columns(zone: &str) -> [String; 6] {
    [format!("Time, {zone}"), "After".into(), "Step".into(), "Who".into(), "Why".into(), RULE.into()]
}

/// What the slider says of where it is.
pub fn at(time: &str, after: &str, what: &str, paged: usize) -> String {
    format!("{time}, {after}: {what}. {}", paged_so_far(paged))
}

pub fn paged_so_far(count: usize) -> String {
    match count {
        0 => "Nobody paged yet".to_string(),
        1 => "1 person paged so far".to_string(),
        _ => format!("{count} people paged so far"),
    }
}

pub fn paged_in_all(count: usize, is_known: bool) -> String {
    match count {
        0 if !is_known => "Recipients unknown".to_string(),
        0 => "Nobody is paged".to_string(),
        1 if is_known => "1 person is paged".to_string(),
        1 => "1 person is paged, as far as is known".to_string(),
        _ if is_known => format!("{count} people are paged"),
        _ => format!("{count} people are paged, as far as is known"),
    }
}

pub fn paused(what: &str) -> String {
    format!("Paused. {what}")
}

pub fn ended(outcome: &str) -> String {
    format!("Played to the end. {outcome}")
}

/// The words on a mark.
pub const MARK_PAGED: &str = "paged";
pub const MARK_PAGED_LOW: &str = "paged, low urgency";
pub const MARK_AGAIN: &str = "again";
pub const MARK_ACKS: &str = "acks";
pub const MARK_DECLINES: &str = "declines";
pub const MARK_SNOOZES: &str = "snoozes";
/// A channel is not paged.
pub const MARK_TOLD: &str = "notified";
pub const MARK_TOLD_AGAIN: &str = "notified again";
pub const MARK_PAGED_AGAIN: &str = "paged again";
pub const MARK_ACKNOWLEDGES: &str = "acknowledges";

/// What a mark is, for the ear: "paged at T+5m".
pub fn mark(what: &str, after: &str) -> String {
    format!("{what} at {after}")
}

/// How many steps come before those that are listed.
pub fn not_listed(count: usize) -> String {
    format!("{count} earlier {} not listed.", if count == 1 { "step" } else { "steps" })
}
