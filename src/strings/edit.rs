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
pub const NOTHING_HERE: &str = "Nothing can be added here";
pub const NOTHING_BELOW: &str = "Nothing can be added below this step";

/// A rota of a schedule.
pub fn rota(schedule: &str, rota: &str) -> String {
    format!("{schedule}, {rota}")
}

/// A name that is written small in the middle of a sentence, where it stands alone.
pub fn alone(name: &str) -> String {
    let mut letters = name.to_string();
    if let Some(first) = letters.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    letters
}

/// What is said of a change that was made; `also` is what it does besides.
pub fn done(what: &str, also: Option<&str>) -> String {
    let also = also.map(|also| format!(". {also}")).unwrap_or_default();
    format!("Done: {what}{also}")
}

pub const ABOUT: &str = "What this means";
pub const NO_PAGE: &str = "This page cannot be had now. Close it and try again.";

/// The page about a kind of problem.
pub fn about(code: &str) -> String {
    format!("{ABOUT}: {code}")
}

/// What a button deletes: the step, or all that are chosen together.
pub fn delete(count: usize) -> String {
    if count > 1 { format!("{} {}", super::DELETE, super::nodes(count)) } else { super::DELETE.to_string() }
}

/// What the details say where several steps are chosen together.
pub fn several(count: usize) -> String {
    format!("{}. These details are of this one alone.", super::chosen(count))
}

/// What a menu is of: the step, or all that are chosen together.
pub fn actions(count: usize) -> String {
    if count > 1 { format!("Actions for {}", super::nodes(count)) } else { super::ACTIONS.to_string() }
}
