//! The words about the audit log.

pub const AUDIT: &str = "Audit log";
pub const ABOUT: &str = "Every change, and who was paged by hand. The newest first.";
pub const FILTERS: &str = "Filters";
pub const WHO: &str = "Who";
pub const WHO_HINT: &str = "Name or id";
pub const ACTION: &str = "Action";
pub const ANY_ACTION: &str = "Any action";
pub const RESOURCE: &str = "Changed";
pub const ANY_RESOURCE: &str = "Anything";
pub const FROM: &str = "From";
pub const TO: &str = "To";
pub const APPLY: &str = "Apply filters";
pub const CLEAR: &str = "Clear filters";
pub const EXPORT: &str = "Export as JSON lines";
pub const OLDER: &str = "Show older";
pub const NOTHING: &str = "Nothing matches these filters.";
pub const NOTHING_YET: &str = "Nothing has been changed yet.";
pub const NOT_ALLOWED: &str = "Only administrators can read the audit log";
pub const NOT_READ: &str = "The audit log cannot be read.";
pub const BEFORE: &str = "Before";
pub const AFTER: &str = "After";
pub const NONE: &str = "None";
pub const UNREADABLE: &str = "Unknown: it cannot be read";
pub const SHOW: &str = "Show before and after";
pub const SOME_UNREADABLE: &str = "Some lines cannot be read. The server’s log names them.";
pub const BY_NOBODY: &str = "Somebody who did not sign in";
pub const BY_COMMAND_LINE: &str = "The server’s command line";

/// What was done, as the server names it.
pub fn action(word: &str) -> &str {
    match word {
        "create" => "Created",
        "update" => "Changed",
        "delete" => "Deleted",
        "restore" => "Restored",
        "revoke" => "Revoked",
        "rotate_secret" => "Replaced the secret of",
        "start" => "Started",
        "respond" => "Responded to",
        "cancel" => "Cancelled",
        "resolve" => "Resolved",
        "reassign" => "Reassigned",
        "activity" => "Reported activity on",
        "release" => "Released",
        "retry" => "Retried",
        "invite_to_sign_in" => "Created a sign-in link for",
        "sign_in" => "Signed in:",
        "sign_out" => "Signed out:",
        other => other,
    }
}

/// What it was done with, as the server names it.
pub fn resource(word: &str) -> &str {
    match word {
        "escalation_path" => "path",
        "escalation_path_template" => "template",
        "expectations" => "expectations of path",
        "scenarios" => "scenarios of path",
        "schedule" => "schedule",
        "schedule_override" => "override",
        "on_call_notification_pause" => "pause",
        "notification_methods" => "notification methods of",
        "notification_rules" => "notification rules of",
        "alert_source" => "alert source",
        "webhook_endpoint" => "webhook endpoint",
        "api_key" => "API key",
        "account" => "account",
        "session" => "session",
        "escalation" => "escalation",
        "delivery" => "delivery",
        other => other,
    }
}

/// How a change went that was passed on, if it is not done.
pub fn outcome(word: &str) -> Option<&'static str> {
    match word {
        "refused" => Some("Refused"),
        "unknown" => Some("Result unknown"),
        _ => None,
    }
}

/// Who it was, where that is not a name alone.
pub fn by(kind: &str, name: &str) -> String {
    match kind {
        "api_key" => format!("API key {name}"),
        "link" => format!("{name}, by a link in an e-mail"),
        _ => name.to_string(),
    }
}

/// Where it came from.
pub fn from(address: &str) -> String {
    format!("from {address}")
}

/// How many lines are shown, and whether there are older ones.
pub fn count(shown: usize, has_more: bool) -> String {
    match (shown, has_more) {
        (_, true) => format!("{shown} lines shown; there are older ones."),
        (1, false) => "1 line.".to_string(),
        (_, false) => format!("{shown} lines."),
    }
}
