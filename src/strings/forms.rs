//! The words of the forms.

pub use escalation_editor::words::labels::{
    ALL_AT_ONCE, ALL_MEANS, ASKS, BACK_TO, FIRST_MEANS, GO_ON_IN, HOURS, ONCE, ONE_BY_ONE, ORDER, PAGE_AGAIN, RETRIES,
    TEAMS, TEMPLATE,
};

pub const SEALED: &str = "Unknown kind of step, kept unchanged. You can move or delete it.";
pub const VOICEMAIL: &str = "Voicemail works only in call routes. You can move or delete it.";

pub const CHANGE_INTO: &str = "Change into";
pub const TO_LEVEL: &str = "Level";
pub const TO_CHANNEL: &str = "Channel";
pub const TO_DELAY: &str = "Delay";
pub const LOST: &str = "This will discard:";
pub const KEEP: &str = "Keep as it is";

pub fn change_to(kind: &str) -> String {
    format!("Change into {kind}")
}

pub const TIMES: &str = "How often it goes back";

pub fn runs(times: i64) -> String {
    format!("The section runs {} times in total, then the path continues or ends.", times.saturating_add(1))
}

/// Why nothing is saved while something cannot be read.
pub fn not_readable(text: &str, label: &str) -> String {
    format!("“{text}” isn’t a valid value for “{label}”. Change it, or press Escape to undo.")
}

/// What is said when a field is left behind in which something could not be taken.
pub fn dropped(text: &str, label: &str, why: &str) -> String {
    format!("Discarded “{text}” for “{label}”: {}.", why.trim_end_matches('.'))
}

pub const PICK_PATH: &str = "Type part of a path’s name…";

pub fn open_path(name: &str) -> String {
    format!("Open {name}")
}

pub const ASKS_PRIORITY: &str = "Priority";
pub const ASKS_HOURS: &str = "Working hours";
pub const YES_FOR: &str = "Yes for alerts of priority";
pub const YES_IN: &str = "Yes during";
pub const EDIT_HOURS: &str = "Change these hours";
pub const NO_CONDITION: &str = "Choose a condition.";
pub const FOREIGN: &str = "You can’t edit this condition here. It is kept until you choose another.";

pub const EACH_HAS: &str = "Next person after";
pub const ONE_ONLY: &str = "never";
pub const ROTATES: &str = "Pages one person at a time; moves on if they don’t acknowledge.";
pub const ONE_EACH: &str = "Pages one person per escalation. Set a time to move on to the next.";
pub const AGAIN: &str = "Is paged again";
pub const ATTEMPTS: &str = "Total pages";
pub const APART: &str = "Time between pages";
pub const MOVE_TARGET_UP: &str = "Move up";
pub const MOVE_TARGET_DOWN: &str = "Move down";

pub const ADD_TEAM: &str = "Add a team…";
pub const NO_TEAMS: &str = "None, and no teams are known.";
pub const TEAMS_UNREAD: &str = "Teams could not be read. Some names may be missing.";

pub fn remove(name: &str) -> String {
    format!("Remove {name}")
}

pub const NOT_AGAIN: &str = "Done";
pub const YES_AGAIN: &str = "Page again";
pub const AGAIN_AFTER: &str = "If the alert still fires after";
pub const DELAYS: &str = "Activity on the incident restarts that time";

pub const NO_HOURS: &str = "None. Branches and waits can use working hours.";
pub const ADD_HOURS: &str = "Add working hours";
pub const HOURS_NAME: &str = "Name of these hours";
pub const HOURS_ZONE: &str = "Time zone";
pub const CHANGES: &str = "The hours follow wall-clock time, which changes:";
pub const NO_CHANGES: &str = "No clock changes within a year.";
pub const WEEK: &str = "Week";
pub const GRID: &str = "week grid";
pub const WEEK_HELP: &str =
    "Paint with the mouse. By keys: arrows move, with Shift they mark more, Space fills or clears what is marked.";
pub const EXACT: &str = "Type the times";
pub const EXACT_HINT: &str = "Such as 09:00-12:30, 13:00-17:00. 22:00-06:00 ends on the day after.";
pub const CLOSED: &str = "closed";
pub const INSIDE: &str = "inside";
pub const PARTLY: &str = "partly inside";
pub const OUTSIDE: &str = "outside";
pub const USED_BY: &str = "Used by";
pub const NOT_USED: &str = "Not used by any step.";
pub const STILL_USED: &str = "In use by these steps. Change or delete them first.";
pub const REMOVE_HOURS: &str = "Remove these hours";
pub const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

pub fn week_label(week: &str, zone: &str) -> String {
    format!("{week}, {zone}")
}

/// Days, from 0, and quarters of an hour, each first and last.
pub fn marked(days: (usize, usize), quarters: (usize, usize)) -> String {
    let day = |day: usize| DAYS.get(day).copied().unwrap_or_default();
    let time = |quarter: usize| format!("{:02}:{:02}", quarter / 4, quarter % 4 * 15);
    let days = if days.0 == days.1 { day(days.0).to_string() } else { format!("{} to {}", day(days.0), day(days.1)) };
    format!("{days} {}-{}", time(quarters.0), time(quarters.1 + 1))
}

pub fn painted(on: bool, marked: &str, week: &str) -> String {
    let what = if on { "is inside now" } else { "is outside now" };
    format!("{marked} {what}. The week: {week}")
}

pub const PICK_TEMPLATE: &str = "Choose a template…";
pub const FROM_TEMPLATE: &str = "All steps come from the template. Set its parameters here.";
/// What another template does not take.
pub fn values_lost(labels: &str) -> String {
    format!("This template doesn’t use: {labels}.")
}

pub const NO_TEMPLATE: &str = "Use no template";
pub const STRANGER: &str = "The template doesn’t use this.";
pub const REFERENCE: &str = "Not a plain value. It is kept until you choose another.";
pub const NEEDED: &str = "The template needs this.";
pub const PICK_VALUE: &str = "Type part of a name…";
pub const STEPS_FROM_TEMPLATE: &str = "its steps come from a template: recipients unknown";

pub fn optional(label: &str) -> String {
    format!("{label} (optional)")
}
