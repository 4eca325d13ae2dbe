//! What the API wraps its answers in.

use crate::macros::object;
use crate::schedule::{Entries, Schedule};
use crate::{Path, Pause, Team, User, template::Template};

object! {
    /// Where a page of a list ends.
    pub struct PaginationMeta {
        /// The id to ask for what comes after; absent on the last page.
        optional after: String,
        /// How many were asked for.
        optional page_size: i64,
        /// How many there are in all; only some lists say so.
        optional total_record_count: i64,
    }
}

object! {
    /// A page of paths.
    pub struct Paths {
        /// The paths.
        list escalation_paths: Vec<Path>,
        /// Where the page ends.
        optional pagination_meta: PaginationMeta,
    }
}

object! {
    /// One path.
    pub struct OnePath {
        /// The path.
        required escalation_path: Path,
    }
}

object! {
    /// A page of users.
    pub struct Users {
        /// The users.
        list users: Vec<User>,
        /// Where the page ends.
        optional pagination_meta: PaginationMeta,
    }
}

object! {
    /// A page of schedules.
    pub struct Schedules {
        /// The schedules.
        list schedules: Vec<Schedule>,
        /// Where the page ends.
        optional pagination_meta: PaginationMeta,
    }
}

object! {
    /// The entries of a schedule in a window.
    pub struct ScheduleEntries {
        /// The entries.
        required schedule_entries: Entries,
    }
}

object! {
    /// A page of pauses of notifications.
    pub struct Pauses {
        /// The pauses.
        list on_call_notification_pauses: Vec<Pause>,
        /// Where the page ends.
        optional pagination_meta: PaginationMeta,
    }
}

object! {
    /// A page of templates.
    pub struct Templates {
        /// The templates.
        list escalation_path_templates: Vec<Template>,
        /// Where the page ends.
        optional pagination_meta: PaginationMeta,
    }
}

object! {
    /// Teams.
    pub struct Teams {
        /// The teams.
        list teams: Vec<Team>,
        /// Where the page ends.
        optional pagination_meta: PaginationMeta,
    }
}
