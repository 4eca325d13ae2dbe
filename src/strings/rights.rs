//! The words about who may see and change something, and about reading without changing.

pub const SIGNED_OUT: &str = "You are signed out";
pub const SIGNED_OUT_HINT: &str =
    "What answered asks who you are. Sign in again: nothing that you have changed is lost, this browser keeps it.";
pub const SIGN_IN: &str = "Sign in";
pub const FORBIDDEN: &str = "You may not see these paths";
pub const FORBIDDEN_HINT: &str = "Ask whoever looks after this server for the right to read them.";

pub const SAVE_SIGNED_OUT: &str = "You are signed out. Your changes are still here, and this browser keeps them. Sign in \
                                   again in another tab, then save.";
pub const SAVE_FORBIDDEN: &str = "You may look at this path, and not change it. Your changes are still here, and this browser keeps them. Ask for \
     the right to change it, or export it.";
pub const DELETE_SIGNED_OUT: &str =
    "You are signed out: nothing was deleted. Sign in again in another tab, then delete it.";
pub const DELETE_FORBIDDEN: &str = "You may look at this path, and not delete it.";

/// What may not be done, and what the server says about it.
pub fn refused(what: &str, said: &str) -> String {
    if said.is_empty() { what.to_string() } else { format!("{what} The server says: {said}.") }
}

pub const READ_ONLY: &str = "Read only";
pub const ONLY_RIGHTS: &str = "You may look at paths here, and not change them.";
pub const ONLY_ADDRESS: &str = "Shown for reading.";
pub const ONLY_SMALL: &str = "Shown for reading, as the screen is small.";
pub const NOT_CHANGED: &str = "The path is shown for reading: it cannot be changed here.";
pub const OPEN_TO_CHANGE: &str = "Open to change it";
pub const CHANGE_HERE: &str = "Change it here";
pub const PICK_TO_READ: &str = "Choose a step to see what it says.";
pub const READING_HELP: &str =
    "Arrows move through the path. Enter goes to the details of a step. Question mark lists all keys.";
pub const NO_NEW: &str = "No path can be made here";

pub const OUTLINE: &str = "Outline";
pub const GRAPH: &str = "Graph";
pub const HOW_SHOWN: &str = "How the path is shown";
pub const ABOUT: &str = "About this path";
