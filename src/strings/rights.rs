//! The words about who may see and change something, and about reading without changing.

pub const SIGNED_OUT: &str = "You are signed out";
pub const SIGNED_OUT_HINT: &str = "Sign in to continue. This browser keeps unsaved changes.";
pub const SIGN_IN: &str = "Sign in";
pub const SIGN_OUT: &str = "Sign out";
pub const NOT_SIGNED_OUT: &str = "You are still signed in: the server can’t be reached.";

/// A role, as the server names it.
pub fn role(word: &str) -> &str {
    match word {
        "viewer" => "Viewer",
        "responder" => "Responder",
        "editor" => "Editor",
        "admin" => "Administrator",
        other => other,
    }
}

/// A role in a team.
pub fn team_role(word: &str, team: &str) -> String {
    format!("{} of \u{2068}{team}\u{2069}", role(word))
}

/// Roles in so many teams.
pub fn team_roles(count: usize) -> String {
    format!("Roles in {count} teams")
}

/// What somebody with this role may not do, and who can change that.
pub fn of_role(word: &str) -> String {
    let may = match word {
        "viewer" => "can’t change paths or page people",
        "responder" => "can page people and respond, but can’t change paths",
        _ => "can’t change paths",
    };
    format!("Your role, {}, {may}. An administrator can give you another.", role(word))
}
pub const FORBIDDEN: &str = "You don’t have access to these paths";
pub const FORBIDDEN_HINT: &str = "Ask the server’s administrator for read access.";

pub const SAVE_SIGNED_OUT: &str =
    "You are signed out. This browser keeps your changes. Sign in again in another tab, then save.";
pub const SAVE_FORBIDDEN: &str =
    "You have read-only access. This browser keeps your changes. Ask for write access, or export the path.";
pub const DELETE_SIGNED_OUT: &str = "Nothing was deleted: you are signed out. Sign in again in another tab.";
pub const DELETE_FORBIDDEN: &str = "You have read-only access: nothing was deleted.";

/// What may not be done, and what the server says about it.
pub fn refused(what: &str, said: &str) -> String {
    if said.is_empty() { what.to_string() } else { format!("{what} The server says: {said}.") }
}

pub const READ_ONLY: &str = "Read only";
pub const ONLY_RIGHTS: &str = "You have read-only access.";
pub const ONLY_TEAMS: &str = "None of your teams owns this path.";
pub const ONLY_TEAMS_HINT: &str = "Ask one of its owners to change it, or an administrator for a role.";
pub const ONLY_ADDRESS: &str = "Shown for reading.";
pub const ONLY_SMALL: &str = "Read only, because the screen is small.";
pub const NOT_CHANGED: &str = "This path is read only here.";
pub const OPEN_TO_CHANGE: &str = "Open for editing";
pub const CHANGE_HERE: &str = "Edit here";
pub const PICK_TO_READ: &str = "Select a step to see its details.";
pub const READING_HELP: &str =
    "Arrows move through the path. Enter goes to the details of a step. Question mark lists all keys.";
pub const NO_NEW: &str = "You can’t create paths here";

pub const OUTLINE: &str = "Outline";
pub const GRAPH: &str = "Graph";
pub const HOW_SHOWN: &str = "How the path is shown";
pub const ABOUT: &str = "About this path";
