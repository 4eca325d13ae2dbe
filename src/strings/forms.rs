//! The words of the forms.

pub use escalation_editor::words::labels::{
    ALL_AT_ONCE, ALL_MEANS, ASKS, BACK_TO, FIRST_MEANS, GO_ON_IN, HOURS, ONCE, ONE_BY_ONE, ORDER, PAGE_AGAIN, RETRIES,
    TEAMS, TEMPLATE,
};

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

pub const TIMES: &str = "How often it goes back";

pub fn runs(times: i64) -> String {
    format!("The section runs {} times in all, then the path goes on or ends.", times.saturating_add(1))
}

/// Why nothing is saved while something cannot be read.
pub fn not_readable(text: &str, label: &str) -> String {
    format!("“{text}” cannot be taken for “{label}”: nothing is saved. Change it, or press Escape for what was there.")
}

/// What is said when a field is left behind in which something could not be taken.
pub fn dropped(text: &str, label: &str, why: &str) -> String {
    format!("“{text}” was not taken for “{label}”: {}.", why.trim_end_matches('.'))
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
pub const NO_CONDITION: &str = "Nothing is asked yet: choose what.";
pub const FOREIGN: &str =
    "This condition is not one that can be changed here. It is kept as it is until you choose another above.";

pub const EACH_HAS: &str = "Next person after";
pub const ONE_ONLY: &str = "never";
pub const ROTATES: &str = "One person is paged; who does not acknowledge in that time is followed by the next.";
pub const ONE_EACH: &str = "One person for each escalation. With a time here, the next person is paged after it.";
pub const AGAIN: &str = "Is paged again";
pub const ATTEMPTS: &str = "Pages in all";
pub const APART: &str = "Time between pages";
pub const MOVE_TARGET_UP: &str = "Move up";
pub const MOVE_TARGET_DOWN: &str = "Move down";

pub const ADD_TEAM: &str = "Add a team…";
pub const NO_TEAMS: &str = "None, and no teams are known.";

pub fn remove(name: &str) -> String {
    format!("Remove {name}")
}

pub const NOT_AGAIN: &str = "Done";
pub const YES_AGAIN: &str = "Page again";
pub const AGAIN_AFTER: &str = "If the alert still fires after";
pub const DELAYS: &str = "Activity on the incident starts that time anew";

pub const NO_HOURS: &str = "None. A branch or a wait can ask for working hours.";
pub const ADD_HOURS: &str = "Add working hours";
pub const HOURS_NAME: &str = "What they are called";
pub const HOURS_ZONE: &str = "Time zone";
pub const CHANGES: &str = "The hours follow the clock on the wall, which changes:";
pub const NO_CHANGES: &str = "No change of the clock within a year.";
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
pub const STILL_USED: &str = "They are still used: let these steps use other hours first, or delete them.";
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
pub const FROM_TEMPLATE: &str = "All steps come from the template; here they are given what they need.";
/// What another template does not take.
pub fn values_lost(labels: &str) -> String {
    format!("This template does not take what the one before was given: {labels}.")
}

pub const NO_TEMPLATE: &str = "Use no template";
pub const STRANGER: &str = "The template does not ask for this.";
pub const REFERENCE: &str = "This is not one plain value. It is kept as it is until you choose another.";
pub const NEEDED: &str = "The template needs this.";
pub const PICK_VALUE: &str = "Type part of a name…";
pub const STEPS_FROM_TEMPLATE: &str = "its steps come from a template: who is paged cannot be said here";

pub fn optional(label: &str) -> String {
    format!("{label} (optional)")
}
