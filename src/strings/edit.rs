//! The words about editing: what was done, and going through the tree.

pub const HISTORY: &str = "Undo history";
pub const HISTORY_HINT: &str =
    "Every change since the path was opened, the latest first. Choose one to go to how the path was then.";
pub const IS_NOW: &str = "now";
pub const IS_SAVED: &str = "saved";

/// What is said when a state of the history is gone to. Positions are from 1, the oldest first.
pub fn jumped(name: &str, about: Option<&str>, position: usize, count: usize) -> String {
    let about = about.map(|about| format!(", {about}")).unwrap_or_default();
    format!("The path is as after: {name}{about}. {position} of {count}")
}
