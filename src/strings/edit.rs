//! The words about editing: what was done, and going through the tree.

pub const HISTORY: &str = "History";
pub const HISTORY_HINT: &str = "Changes since the path was opened, latest first. Choose one to restore it.";
pub const IS_NOW: &str = "now";
pub const IS_SAVED: &str = "saved";

/// What is said when a state of the history is gone to. Positions are from 1, the oldest first.
pub fn jumped(name: &str, about: Option<&str>, position: usize, count: usize) -> String {
    let about = about.map(|about| format!(", {about}")).unwrap_or_default();
    format!("Restored to: {name}{about}. {position} of {count}")
}

pub const AHEAD: &str = "Go to a step by its first letters";
pub const AHEAD_FOR: &str = "Go to:";
pub const AHEAD_HINT: &str = "Type the first letters of a step. Enter stays there, Escape goes back.";
pub const PATH_FORM: &str = "Go to the path settings";
pub const NOTHING_HERE: &str = "Nothing can be added here";
pub const NOTHING_BELOW: &str = "Nothing can be added below this step";

/// What was deleted, which can be taken back.
pub fn deleted(what: &str) -> String {
    format!("Deleted: {what}")
}

/// What a button does, and its key.
pub fn with_key(what: &str, key: &str) -> String {
    format!("{what} ({key})")
}

pub const GROUP_MOVE: &str = "Move through the path";
pub const GROUP_CHANGE: &str = "Change the path";
pub const GROUP_CHOOSE: &str = "Select steps";
pub const GROUP_FIND: &str = "Find";
pub const GROUP_PANEL: &str = "Simulate and prove";
pub const GROUP_VIEW: &str = "Zoom and fold";
pub const GROUP_PATH: &str = "The path as a whole";

/// What people type who look for an action.
pub const LIKE_SIMULATE: &str = "who is paged test play timeline what happens";
pub const LIKE_COVERAGE: &str = "who is on call gaps nobody next weeks";
pub const LIKE_EXPECTATIONS: &str = "prove proofs rules tests always";
pub const LIKE_ESCALATIONS: &str = "page now incidents running acknowledge";
pub const LIKE_HISTORY: &str = "changes earlier states log";
pub const LIKE_IMPORT: &str = "upload open file paste json terraform";
pub const LIKE_ADD: &str = "new insert level channel delay branch repeat";
pub const LIKE_PROBLEMS: &str = "errors warnings checks";
pub const LIKE_KEYS: &str = "help shortcuts keyboard";
pub const LIKE_SAVE: &str = "publish apply review";
pub const LIKE_PATH_FORM: &str = "rename name teams owner working hours settings";

pub const SHAPES: &str = "Start with a shape";
pub const SHAPES_HINT: &str = "You choose who is paged afterwards. Everything can be changed.";
pub const NO_SHAPE: &str = "Empty";
pub const NO_SHAPE_HINT: &str = "Add each step yourself.";
pub const RENAME: &str = "Rename this path";

/// The name of a shape, and what it does.
pub fn shape(shape: escalation_editor::shapes::Shape) -> (&'static str, &'static str) {
    use escalation_editor::shapes::Shape;
    match shape {
        Shape::PrimaryThenSecondary => ("Primary, then secondary", "Page one, and five minutes later the other."),
        Shape::ByPriority => ("By priority", "Page for the highest priority; post all others to a channel."),
        Shape::FollowTheSun => ("Follow the sun", "Page the region whose working day it is."),
    }
}

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
pub const NO_PAGE: &str = "Couldn’t load this page. Close it and try again.";

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
    format!("{}. These details are for this step only.", super::chosen(count))
}

/// What a menu is of: the step, or all that are chosen together.
pub fn actions(count: usize) -> String {
    if count > 1 { format!("Actions for {}", super::nodes(count)) } else { super::ACTIONS.to_string() }
}
