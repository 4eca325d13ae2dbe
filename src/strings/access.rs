//! The words about API keys and sessions.

pub const ACCESS: &str = "Access";
pub const NOT_ALLOWED: &str = "Only administrators can manage access";
pub const NOT_ALLOWED_HINT: &str = "Ask an administrator of this server for the role “admin”.";
pub const KEYS: &str = "API keys";
pub const ABOUT_KEYS: &str = "Programs use keys to call the API.";
pub const NO_KEYS: &str = "There are no API keys yet.";
pub const KEYS_NOT_READ: &str = "API keys can’t be read.";
pub const SESSIONS: &str = "Sessions";
pub const ABOUT_SESSIONS: &str = "People who are signed in.";
pub const NO_SESSIONS: &str = "Nobody is signed in.";
pub const SESSIONS_NOT_READ: &str = "Sessions can’t be read.";
pub const SOME_UNREADABLE: &str = "Some entries can’t be read. The server’s log names them.";
pub const NEVER_USED: &str = "Never used.";
pub const NEVER_EXPIRES: &str = "Does not expire.";
pub const REVOKE: &str = "Revoke";
pub const REVOKE_HINT: &str = "Programs that use this key stop working at once.";
pub const END_SESSION: &str = "End session";
pub const END_HINT: &str = "They have to sign in again. Their drafts stay in their browser.";
pub const NOT_DONE: &str = "Nothing was changed.";
pub const MAY_BE_DONE: &str = "The answer was lost. Try again to make sure.";
pub const CREATE_KEY: &str = "Create API key";
pub const CREATE: &str = "Create key";
pub const NAME: &str = "Name";
pub const NAME_HINT: &str = "What will use it, such as Terraform";
pub const RIGHTS: &str = "Allow it to";
pub const TEAM: &str = "Limit to a team";
pub const ALL_TEAMS: &str = "All teams";
pub const EXPIRES: &str = "Expires";
pub const NEVER: &str = "Never";
pub const NOT_MADE: &str = "No key was created.";
pub const MAY_BE_MADE: &str = "The answer was lost. If the list has the key, revoke it.";
pub const MADE: &str = "Key created";
pub const ONLY_NOW: &str = "Copy it now: it is not shown again.";
pub const KEY: &str = "API key";
pub const COPY: &str = "Copy key";
pub const COPIED: &str = "Copied.";
pub const DONE: &str = "Done";

/// What a right allows, as the server names it.
pub fn right(name: &str) -> &str {
    match name {
        "view" => "read everything",
        "edit" => "change paths and schedules",
        "escalate" => "start escalations",
        "respond" => "respond to escalations",
        "act_on_behalf" => "act for other people",
        "admin" => "manage access",
        other => other,
    }
}

/// The teams to whose paths and schedules a key is limited, by their names.
pub fn only_teams(names: &str) -> String {
    format!("Limited to what these teams own: \u{2068}{names}\u{2069}.")
}

/// When a key was made, and by whom if that is known.
pub fn created(when: &str, by: Option<&str>) -> String {
    match by {
        Some(by) => format!("Created {when} by \u{2068}{by}\u{2069}."),
        None => format!("Created {when}."),
    }
}

/// When it was used last.
pub fn last_used(when: &str) -> String {
    format!("Last used {when}.")
}

/// When it expires.
pub fn expires(when: &str) -> String {
    format!("Expires {when}.")
}

/// When it was revoked.
pub fn revoked(when: &str) -> String {
    format!("Revoked {when}.")
}

/// After how long a key expires.
pub fn after_days(days: u32) -> String {
    match days {
        365 => "In a year".to_string(),
        days => format!("In {days} days"),
    }
}

/// When a session was used last, and when it ends by itself.
pub fn session_used(used: &str, until: &str) -> String {
    format!("Last used {used}. Ends {until} if it is not used.")
}

/// A button by which a key is revoked, for those who listen.
pub fn revoke(name: &str) -> String {
    format!("Revoke {name}")
}

/// Whether a key is to be revoked.
pub fn revoke_key(name: &str) -> String {
    format!("Revoke “\u{2068}{name}\u{2069}”?")
}

/// A button by which a session is ended, for those who listen.
pub fn end_session_of(name: &str) -> String {
    format!("End session of {name}")
}

/// Whether a session is to be ended.
pub fn end_session(name: &str) -> String {
    format!("End the session of “\u{2068}{name}\u{2069}”?")
}
