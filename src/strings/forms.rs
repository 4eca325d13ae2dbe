//! The words of the forms.

pub const SEALED: &str =
    "This kind of step is not known here. It is kept as it is: it can be moved and deleted, not changed.";
pub const VOICEMAIL: &str = "Voicemail takes a message from a caller; only the path of a call route has it. It is kept as it is: it can be moved and deleted, not changed.";

pub const CHANGE_INTO: &str = "Change into";
pub const TO_LEVEL: &str = "Level";
pub const TO_CHANNEL: &str = "Channel";
pub const TO_DELAY: &str = "Delay";
pub const LOST: &str = "This is lost by it:";
pub const KEEP: &str = "Keep as it is";

pub fn change_to(kind: &str) -> String {
    format!("Change into {kind}")
}

pub const BACK_TO: &str = "Goes back to";
pub const TIMES: &str = "How often it goes back";
pub const NOT_A_NUMBER: &str = "type a whole number";

pub fn runs(times: i64) -> String {
    format!("The section runs {} times in all, then the path goes on or ends.", times.saturating_add(1))
}

pub const GO_ON_IN: &str = "Goes on in";
pub const PICK_PATH: &str = "Type part of a path’s name…";

pub fn open_path(name: &str) -> String {
    format!("Open {name}")
}

pub const ASKS: &str = "What it asks";
pub const ASKS_PRIORITY: &str = "Priority";
pub const ASKS_HOURS: &str = "Working hours";
pub const YES_FOR: &str = "Yes for alerts of priority";
pub const YES_IN: &str = "Yes during";
pub const EDIT_HOURS: &str = "Change these hours";
pub const NO_CONDITION: &str = "Nothing is asked yet: choose what.";
pub const FOREIGN: &str =
    "This condition is not one that can be changed here. It is kept as it is until you choose another above.";

pub fn hours_about(week: &str, zone: &str, now: &str) -> String {
    let now = if now.is_empty() { String::new() } else { format!("; {now}") };
    format!("{week}, {zone}{now}.")
}

pub const FIRST_MEANS: &str = "One acknowledgement stops the path, and the others are no longer paged.";
pub const ALL_MEANS: &str = "One acknowledgement stops the path; the others stay paged until each has answered.";
pub const ORDER: &str = "In what order";
pub const ALL_AT_ONCE: &str = "All at once";
pub const ONE_BY_ONE: &str = "Round robin";
pub const EACH_HAS: &str = "Next person after";
pub const ONE_ONLY: &str = "never";
pub const ROTATES: &str = "One person is paged; who does not acknowledge in that time is followed by the next.";
pub const ONE_EACH: &str = "One person for each escalation. With a time here, the next person is paged after it.";
pub const RETRIES: &str = "Who does not answer";
pub const ONCE: &str = "Is paged once";
pub const AGAIN: &str = "Is paged again";
pub const ATTEMPTS: &str = "Pages in all";
pub const APART: &str = "Time between pages";
pub const MOVE_TARGET_UP: &str = "Move up";
pub const MOVE_TARGET_DOWN: &str = "Move down";
