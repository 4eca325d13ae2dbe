//! What the API wraps its answers in.

use crate::json::{At, Fault, FaultKind, Faults, Json, Map, Value};

use crate::macros::object;
use crate::schedule::{Entries, Schedule};
use crate::{Path, Pause, Team, User, template::Template};

/// A page of a list whose elements are read one by one, so that one that cannot be read takes no other with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The elements that could be read, in order.
    pub items: Vec<T>,
    /// Why the others could not: the first reason of each, with its place in the answer.
    pub unread: Vec<Fault>,
    /// What to ask for the next page with; absent on the last.
    pub after: Option<String>,
}

impl<T: Json> Page<T> {
    /// Reads the answer that has the list under `field`, such as `schedules`.
    ///
    /// # Errors
    /// Where the text is no JSON object, has no list under that name, or does not say readably what comes after. A list
    /// that is not there is not an empty one.
    pub fn from_text(text: &str, field: &str) -> Result<Self, Fault> {
        let answer = Map::from_text(text)?;
        let at = At::Top;
        let at = at.field(field);
        let list = match answer.get(field) {
            None | Some(Value::Null) => return Err(at.fault(FaultKind::Required)),
            Some(Value::Array(list)) => list,
            Some(_) => return Err(at.fault(FaultKind::MustBe("a list"))),
        };
        let mut page = Self { items: Vec::with_capacity(list.len()), unread: Vec::new(), after: None };
        for (index, item) in list.iter().enumerate() {
            match T::read(item.clone()) {
                Ok(item) => page.items.push(item),
                Err(item) => {
                    let mut faults = Faults::new();
                    let at = at.index(index);
                    T::explain(&item, &at, &mut faults);
                    let unexplained = at.fault(FaultKind::MustBe("of another kind"));
                    page.unread.push(faults.into_iter().next().unwrap_or(unexplained));
                }
            }
        }
        // What a server could not read itself, it names beside the list.
        if let Some(Value::Array(named)) = answer.get("unreadable") {
            let at = At::Top;
            let at = at.field("unreadable");
            let fault = |index| at.index(index).fault(FaultKind::MustBe("readable by the server"));
            page.unread.extend((0..named.len()).map(fault));
        }
        let meta = "pagination_meta";
        if let Some(value) = answer.get(meta).filter(|value| !value.is_null()) {
            let unclear = || At::Top.field(meta).fault(FaultKind::MustBe("an object"));
            let read = PaginationMeta::read(value.clone()).map_err(|_| unclear())?;
            if read.misread() == Some("after") {
                return Err(At::Top.field("after").fault(FaultKind::MustBe("a string")));
            }
            page.after = read.after;
        }
        Ok(page)
    }
}

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
