//! The words about escalations that run.

use escalation_api::escalation::Status;

pub const ESCALATIONS: &str = "Escalations";
pub const NONE: &str = "This path has not paged anybody yet.";
pub const SAVE_FIRST: &str = "Save the path to page people with it.";
pub const NOT_READ: &str = "Escalations could not be read.";
pub const SOME_UNREAD: &str = "Not all escalations could be read.";
pub const STEPS_NOT_READ: &str = "The steps could not be read.";
pub const MORE: &str = "Show more";
pub const SHOW_STEPS: &str = "Steps";
pub const ONLY_FIRST: &str = "Only the first 1,000 steps are shown.";

pub const PAGE_NOW: &str = "Page now…";
pub const PAGE: &str = "Page now";
pub const PAGE_TITLE: &str = "Page people now?";
pub const ABOUT: &str = "What is wrong";
pub const ABOUT_HINT: &str = "People read this first.";
pub const WHO: &str = "Who is paged if nobody responds";
pub const UNSAVED: &str = "Unsaved changes don’t count.";
pub const PAGED: &str = "People are being paged.";
pub const MAY_BE_PAGED: &str = "No answer: people may have been paged. Try again; nobody is paged twice.";
pub const PATH_NOT_READ: &str = "The path could not be read again.";
pub const DEFAULT_PRIORITY: &str = "The server’s default";
pub const OTHER_PRIORITIES: &str = "There may be other priorities.";
pub const ON_CALL_AS_LOADED: &str = "Who is on call is as this page has loaded it.";
pub const NOT_ACKNOWLEDGED: &str = "It was not acknowledged.";
pub const NOT_CANCELLED: &str = "It was not cancelled.";
pub const AWAY: &str = "Can’t reach the server.";

pub const ACKNOWLEDGE: &str = "Acknowledge";
pub const CANCEL: &str = "Cancel";
pub const ACKNOWLEDGED: &str = "Acknowledged.";
pub const CANCELLED: &str = "Cancelled.";

/// Where an escalation stands.
pub fn status(status: &Status) -> &str {
    match status {
        Status::Pending => "Pending",
        Status::Triggered => "Paging",
        Status::Acked => "Acknowledged",
        Status::Resolved => "Resolved",
        Status::Expired => "Nobody acknowledged",
        Status::Cancelled => "Cancelled",
        Status::Snoozed => "Snoozed",
        Status::Delayed => "Waiting",
        Status::PendingRepeat => "Acknowledged, pages again",
        Status::Other(other) => other,
    }
}

/// When it began, and who was paged so far.
pub fn about(when: &str, names: &[&str], more: usize, is_live: bool) -> String {
    match (names, more) {
        ([], _) if is_live => format!("Began {when}. Nobody is paged yet."),
        ([], _) => format!("Began {when}. Nobody was paged."),
        (names, 0) => format!("Began {when}. Paged {}.", escalation_engine::words::list(names, "and")),
        (names, more) => format!("Began {when}. Paged {} and {more} more.", names.join(", ")),
    }
}

pub fn acknowledge(title: &str) -> String {
    format!("Acknowledge {title}")
}

pub fn cancel(title: &str) -> String {
    format!("Cancel {title}")
}

pub fn steps_of(title: &str) -> String {
    format!("Steps of {title}")
}
