//! Every word of the interface that is not said by the engine or the editor, seen or spoken.

pub mod access;
pub mod assume;
pub mod audit;
pub mod coverage;
pub mod edit;
pub mod escalations;
pub mod forms;
pub mod later;
pub mod list;
pub mod panel;
pub mod people;
pub mod playback;
pub mod rights;
pub mod save;
pub mod scenarios;
pub mod transfer;
pub mod unread;

pub use escalation_editor::words::labels::{ACKNOWLEDGING, DURATION, EVERYONE_MUST, FIRST_STOPS, WHO, WHO_TOLD};

use escalation_engine::World;
use escalation_engine::world::PrioritySource;

pub const PRODUCT: &str = "Escalation Path Builder";
pub const PATHS: &str = "Paths";
pub const NEW_PATH: &str = "New path";
pub const NEW_PATH_NAME: &str = "Untitled path";
pub const NO_PATHS: &str = "No paths yet";
pub const NO_PATHS_HINT: &str =
    "An escalation path says who is paged, in what order and after how long. Make the first one.";
pub const LOADING: &str = "Loading";
pub const LOADING_LONG: &str = "Loading takes longer than usual.";
pub const TRY_AGAIN: &str = "Try again";
pub const NOT_FOUND: &str = "There is no such path";
pub const NOT_FOUND_HINT: &str = "It may have been deleted, or the link is wrong.";
pub const BACK_TO_PATHS: &str = "Back to all paths";

pub const SAVE: &str = "Save";
pub const SAVING: &str = "Saving…";
pub const SAVED: &str = "Saved";
pub const NEVER_SAVED: &str = "Not saved yet";
pub const DRAFT: &str = "Unsaved changes";
pub const UNDO: &str = "Undo";
pub const REDO: &str = "Redo";
pub const THEME: &str = "Theme";
pub const DISMISS: &str = "Dismiss";

pub const AWAY: &str = "Can’t reach the server. Your changes are kept; try again later.";
pub const GIVEN_UNREADABLE: &str = "This path can’t be read";
pub const AWAY_LOADING: &str = "Can’t reach the server";
pub const AWAY_LOADING_HINT: &str = "Check that it is running and that you are online.";
pub const UNREADABLE: &str = "Couldn’t read the server’s answer. Your changes are kept.";
pub const REFUSED: &str = "The server rejected the path. Your changes are kept.";

pub const BUSY: &str = "The server is overloaded. Your changes are kept; try again soon.";
pub const BUSY_LOADING: &str = "The server is overloaded";

/// What to do about it, if it says in how many seconds.
pub fn try_in(seconds: Option<u32>) -> String {
    match seconds {
        Some(seconds @ 2..) => format!("Try again in {seconds} seconds."),
        _ => "Try again in a moment.".to_string(),
    }
}

pub fn unsure(said: &str) -> String {
    let said = said.trim_end_matches('.');
    let lost = if said.is_empty() { "The answer was lost" } else { said };
    format!("{lost}. It may have been saved. Save again: that’s checked first.")
}

pub fn and_more(count: usize) -> String {
    format!("and {count} more steps")
}

pub const CANVAS: &str = "Escalation path";
pub const CANVAS_HELP: &str = "Arrows move through the path. Enter edits a step, A adds a level after it, Delete removes it, question mark lists all keys.";
pub const ALERT_FIRES: &str = "Alert fires";
pub const ENDS: &str = "expires: nobody acknowledged";
pub const ENDS_AFTER: &str = "then expires: nobody acknowledged";
pub const ADD_HERE: &str = "Add a step here";
pub const ZOOM_IN: &str = "Zoom in";
pub const ZOOM_OUT: &str = "Zoom out";
pub const FIT: &str = "Fit";
pub const OWN_SIZE: &str = "Zoom to 100%";

pub const INSPECTOR: &str = "Details";
pub const PICK_A_NODE: &str = "Select a step to edit it";
pub const PATH_NAME: &str = "Name";
pub const ADD_TARGET: &str = "Add a person, schedule or channel…";
pub const ADD_TARGET_LABEL: &str = "Add to this level";
pub const REMOVE_TARGET: &str = "Remove";
pub const NOTHING_FITS: &str = "No matches";
pub const MORE_FIT: &str = "Type to find more.";
pub const SLACK: &str = "Slack channel";
pub const TEAMS: &str = "Teams channel";
pub const URGENCY: &str = "Urgency";
pub const HIGH: &str = "High";
pub const LOW: &str = "Low";
pub const WHO_OF_SCHEDULE: &str = "Who to page";
pub const ON_CALL_NOW: &str = "Currently on call";
pub const ON_CALL_NEXT: &str = "Next on call";
pub const EVERYBODY: &str = "Everybody";
pub const GO_ON: &str = "If not acknowledged, escalate";
pub const GO_ON_DELAY: &str = "Wait";
pub const AFTER: &str = "after";
pub const WHEN_BEGIN: &str = "when hours begin";
pub const WHEN_END: &str = "when hours end";
pub const HOURS_FIRST: &str = "Add working hours in the path settings first (Escape to deselect).";
pub const UNSAID: &str = "not set";
pub const WHICH_HOURS: &str = "Which hours";
pub const ACK_UNSAID: &str = "Not set: the first acknowledgement stops paging.";
pub const DELETE: &str = "Delete";
pub const RAW: &str = "JSON source";
pub const PROBLEMS: &str = "Problems";

pub const SIMULATE: &str = "Simulate";
pub const COLLAPSE: &str = "Collapse";
pub const EXPAND: &str = "Expand";
pub const PRIORITY: &str = "Priority";
pub const NO_PRIORITY: &str = "none";
pub const OTHER_PRIORITY: &str = "Any other priority";

/// Where the list of priorities comes from, where there may be others.
pub fn priorities_note(world: &World) -> Option<&'static str> {
    let is_unread = world.priorities_from == Some(PrioritySource::Unreadable);
    match (world.knows_all_priorities(), is_unread) {
        (true, _) => None,
        (false, true) => Some("Priorities couldn’t be loaded; shown are those that paths name."),
        (false, false) => Some("No list of priorities is set up; shown are those that paths name."),
    }
}
pub const FIRED_AT: &str = "Fires at";
pub const NOW: &str = "Now";
pub const ZONE: &str = "Zone";
pub const BEHAVIOUR: &str = "People";
pub const NOBODY_RESPONDS: &str = "Nobody responds";
pub const TIMELINE: &str = "Timeline";
pub const WHAT_HAPPENS: &str = "What happens";
pub const PAGES_ONLY: &str = "Pages only";
pub const NOBODY_TOLD: &str = "Nobody is notified.";
pub const NOT_KNOWN_WHO: &str = "Recipients unknown.";

pub use escalation_editor::words::after;

pub fn acknowledges(name: &str) -> String {
    format!("{name} acknowledges")
}

pub fn zoomed(percent: i64) -> String {
    format!("{percent}%")
}

pub fn problems(count: usize) -> String {
    if count == 1 { "1 problem".to_string() } else { format!("{count} problems") }
}

pub fn changes(count: usize) -> String {
    if count == 1 { "1 unsaved change".to_string() } else { format!("{count} unsaved changes") }
}

/// The title of the page while a path is open.
pub fn title(path: &str) -> String {
    format!("{path} · {PRODUCT}")
}

pub fn undo(what: &str) -> String {
    format!("Undo: {what}")
}

pub fn redo(what: &str) -> String {
    format!("Redo: {what}")
}

pub fn undone(what: &str) -> String {
    format!("Undone: {what}")
}

pub fn redone(what: &str) -> String {
    format!("Redone: {what}")
}

pub fn visits(count: usize) -> String {
    format!("×{count}")
}

pub fn told(names: &str) -> String {
    format!("{names} notified")
}

pub fn on_side(side: &str) -> String {
    format!("on the side “{side}”")
}

pub fn repeats(count: i64) -> String {
    format!("×{count}")
}

pub fn paged_first(names: &str) -> String {
    format!("first now: {names}")
}

pub fn shape(levels: usize, branches: usize) -> String {
    let plural = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let levels = plural(levels, "level", "levels");
    if branches == 0 { levels } else { format!("{levels}, {}", plural(branches, "branch", "branches")) }
}

pub fn status(status: i64) -> String {
    format!("The server answered with status {status}")
}

pub const ERRORS: &str = "Errors (fix before saving)";
pub const WARNINGS: &str = "Warnings";
pub const INFOS: &str = "Worth knowing";
pub const NO_PROBLEMS: &str = "No problems";
pub const WHOLE_PATH: &str = "Path settings";
pub const PROBLEMS_KEYS: &str = "All problems. F8: next, Shift+F8: previous";

pub fn problem_of(position: usize, count: usize, message: &str, hint: &str) -> String {
    format!("Problem {position} of {count}: {message}. {hint}")
}

pub const SEARCH: &str = "Search this path";
pub const SEARCH_HINT: &str = "Kind, name or id";
pub const NEXT: &str = "Next";
pub const PREVIOUS: &str = "Previous";
pub const CLOSE: &str = "Close";
pub const OTHER_LETTERS: &str =
    "On a keyboard without Latin letters, press the keys where these letters are on a US keyboard.";
pub const PALETTE: &str = "All commands";
pub const PALETTE_HINT: &str = "Type a command, a step or a path";
/// The kind of a step, with the side of the branch that it is on.
pub fn kind_on_side(kind: &str, side: Option<&str>) -> String {
    side.map_or_else(|| kind.to_string(), |side| format!("{kind}, on “{side}”"))
}

pub const PATH: &str = "Path";
pub const ALL_KEYS: &str = "All keys";
pub const ADD_BELOW: &str = "Add level below";
pub const ADDED_ABOVE: &str = "Added above the repeat: only a hand-over can follow it";
pub const ADDED_INSIDE: &str = "Added inside the branch: nothing can follow it";
pub const NEXT_PROBLEM: &str = "Go to the next problem";
pub const PREVIOUS_PROBLEM: &str = "Go to the previous problem";
pub const ALL_PROBLEMS: &str = "List all problems";
pub const FIT_ALL: &str = "Show everything";
pub const CLOSE_SIDE: &str = "Collapse this side";
pub const CLOSE_AROUND: &str = "Collapse the side around the step";
pub const CLOSE_ALL: &str = "Collapse all branches";
pub const OPEN_ALL: &str = "Expand all branches";
pub const ALL_CLOSED: &str = "All branches are collapsed";
pub const ALL_OPENED: &str = "All branches are expanded";
pub const DRAW_ONLY: &str = "Show only this branch";
pub const WHOLE: &str = "Whole path";
pub const WHOLE_SHOWN: &str = "The whole path is shown";
pub const FROM_ABOVE: &str = "from above";
pub const WHERE: &str = "Where this branch is";
pub const COPY_LINK: &str = "Copy the link to this step";
pub const LINK_COPIED: &str = "Link copied";
pub const NOT_COPIED: &str = "Nothing copied: this browser doesn’t allow it.";
pub const SHOW_SIMULATION: &str = "Show or hide the simulation";

/// The keys that move.
pub const MOVES: [(&[&str], &str); 7] = [
    (&["↑", "↓"], "Up and down through the path"),
    (&["→"], "Expand a branch, or go into it"),
    (&["←"], "Collapse a branch, or go out of it"),
    (&["Home", "End"], "First and last step"),
    (&["Enter"], "Go to the details"),
    (&["Escape"], "From the details back to the graph"),
    (&["Escape"], "In the graph: clear the selection"),
];

pub fn nodes(count: usize) -> String {
    if count == 1 { "1 step".to_string() } else { format!("{count} steps") }
}

pub fn close_side(side: &str) -> String {
    format!("Collapse “{side}”")
}

pub fn open_side(side: &str, count: usize, problems: Option<&str>) -> String {
    let problems = problems.map(|problems| format!(", {problems}")).unwrap_or_default();
    format!("Expand “{side}”: {}{problems}", nodes(count))
}

pub fn closed(side: &str) -> String {
    format!("“{side}” is collapsed")
}

pub fn opened(side: &str) -> String {
    format!("“{side}” is expanded")
}

pub fn only(title: &str) -> String {
    format!("Only “{title}” is shown")
}

pub fn no_node(id: &str) -> String {
    format!("This path has no step {id}")
}

pub fn hits(at: Option<usize>, count: usize) -> String {
    at.map_or_else(|| format!("{count} found"), |at| format!("{at} of {count}"))
}

pub fn hit(at: usize, count: usize, title: &str) -> String {
    format!("{at} of {count}: {title}")
}

pub const ADD_MENU: &str = "Add a step below…";
pub const NEW_LEVEL: &str = "Level: page people";
pub const NEW_CHANNEL: &str = "Channel: post to a channel";
pub const NEW_DELAY: &str = "Delay: wait";
pub const NEW_BRANCH: &str = "Branch on priority";
pub const NEW_HOURS_BRANCH: &str = "Branch on working hours";
pub const NEW_REPEAT: &str = "Repeat: go back";
pub const NEW_HAND_OVER: &str = "Hand-over to another path";
pub const ACTIONS: &str = "Actions for this step";
pub const COPY: &str = "Copy";
pub const MOVE_UP: &str = "Move up";
pub const MOVE_DOWN: &str = "Move down";
pub const MOVE_OUT: &str = "Move out of the branch";
pub const MOVE_IN: &str = "Move into the branch, or to its other side";
pub const CHOOSE_TARGET: &str = "Pick where to go back in the graph";
pub const CHOOSE_NEXT: &str = "Also select the next step";
pub const CHOOSE_BEFORE: &str = "Also select the previous step";
pub const NOT_TOGETHER: &str = "You can only select consecutive steps";
pub const NO_FURTHER: &str = "It can’t move further this way";
pub const NO_PLACE: &str = "These steps can’t go here";
pub const NO_TARGET: &str = "There is nothing that this repeat can go back to";
pub const NO_TARGET_HERE: &str = "A repeat goes back to the first step or to a branch around it";
pub const POINT: &str = "Choose where to go back";
pub const POINTING_LEFT: &str = "Repeat target unchanged";
pub const CANCEL: &str = "Cancel";
pub const DROPPED_NOWHERE: &str = "Nothing was moved";

pub fn chosen(count: usize) -> String {
    format!("{} selected", nodes(count))
}

pub fn copied(count: usize) -> String {
    format!("{} copied", nodes(count))
}

pub fn pointing(count: usize) -> String {
    format!("{POINT}: {}. Arrows move, Enter chooses, Escape cancels.", nodes(count))
}

pub fn dragging(words: &str, places: usize) -> String {
    let places = if places == 1 { "1 place".to_string() } else { format!("{places} places") };
    format!("{words}: {places} to go to")
}
