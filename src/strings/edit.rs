//! The words about editing: what was done, and going through the tree.

pub const HISTORY: &str = "History";
pub const HISTORY_HINT: &str =
    "Every change since the path was opened, the latest first. Choose one to go to how the path was then.";
pub const IS_NOW: &str = "now";
pub const IS_SAVED: &str = "saved";

/// What is said when a state of the history is gone to. Positions are from 1, the oldest first.
pub fn jumped(name: &str, about: Option<&str>, position: usize, count: usize) -> String {
    let about = about.map(|about| format!(", {about}")).unwrap_or_default();
    format!("The path is as after: {name}{about}. {position} of {count}")
}

pub const AHEAD: &str = "Go to a step by its first letters";
pub const AHEAD_FOR: &str = "Go to:";
pub const AHEAD_HINT: &str = "Type the first letters of a step. Enter stays there, Escape goes back.";
pub const PATH_FORM: &str = "Go to the path’s own details";
pub const NOTHING_BELOW: &str = "Nothing can be added below this step";

/// A rota of a schedule.
pub fn rota(schedule: &str, rota: &str) -> String {
    format!("{schedule}, {rota}")
}
