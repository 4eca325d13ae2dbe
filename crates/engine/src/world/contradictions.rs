//! What cannot be true of one organisation: a file that says it is refused, and where it comes from elsewhere it is
//! unknown.

use std::collections::{BTreeMap, BTreeSet};

use crate::instant::Instant;
use crate::read::ReadError;
use crate::world::{Schedule, World};

impl World {
    /// The first thing that contradicts something else in it, with its place: two different things with one id, or a time
    /// that ends before it starts. The same thing twice is no contradiction, and a priority that is listed twice is only one
    /// whose [order is not known](Self::knows_priority_order).
    ///
    /// ```
    /// use escalation_engine::World;
    ///
    /// let world = r#"{"users": [{"id": "u1", "name": "Ada", "can_be_paged": true},
    ///                           {"id": "u1", "name": "Ben", "can_be_paged": false}]}"#;
    /// let error = World::from_text(world).unwrap_err();
    /// assert_eq!(error.to_string(), "users.1.id: `u1` is the id of another user, too");
    /// ```
    #[must_use]
    pub fn contradiction(&self) -> Option<ReadError> {
        let users = second("users", &self.users, "user", |user| &user.id);
        let schedules = || second("schedules", &self.schedules, "schedule", |schedule| &schedule.id);
        let paths = || second("paths", &self.paths, "path", |path| &path.id);
        let templates = || second("templates", &self.templates, "template", |template| &template.id);
        let channels = || second("channels", &self.channels, "channel", |channel| &channel.id);
        let times = || {
            let pauses = self.pauses.iter().map(|pause| (pause.starts_at, pause.ends_at));
            backwards("pauses", "ends_at", pauses).or_else(|| match (self.entries_from, self.entries_until) {
                (Some(from), Some(until)) => backwards("", "entries_until", [(from, until)].into_iter()),
                _ => None,
            })
        };
        let within =
            || self.schedules.iter().enumerate().find_map(|(position, schedule)| of_schedule(position, schedule));
        users.or_else(schedules).or_else(paths).or_else(templates).or_else(channels).or_else(within).or_else(times)
    }
}

fn of_schedule(position: usize, schedule: &Schedule) -> Option<ReadError> {
    let at = |list: &str| format!("schedules.{position}.{list}");
    let entries = schedule.entries.iter().map(|entry| (entry.start_at, entry.end_at));
    second(&at("rotas"), &schedule.rotas, "rota", |rota| &rota.id)
        .or_else(|| backwards(&at("entries"), "end_at", entries))
}

/// The second of two different things in a list that have one id.
fn second<T: PartialEq>(list: &str, items: &[T], kind: &str, id: impl Fn(&T) -> &str) -> Option<ReadError> {
    let (position, id) = differing_at(items, id).next()?;
    Some(ReadError::new(format!("{list}.{position}.id"), format!("`{id}` is the id of another {kind}, too")))
}

/// The first of some times that ends before it starts. One without length is none, and contradicts nothing.
fn backwards(list: &str, end: &str, mut times: impl Iterator<Item = (Instant, Instant)>) -> Option<ReadError> {
    let position = times.position(|(from, until)| until < from)?;
    let pointer = if list.is_empty() { end.to_string() } else { format!("{list}.{position}.{end}") };
    Some(ReadError::new(pointer, "must not be before the start"))
}

/// The ids under which a list has different things: which of them is meant is not known.
pub(crate) fn differing<T: PartialEq>(items: &[T], id: impl Fn(&T) -> &str) -> BTreeSet<&str> {
    differing_at(items, id).map(|(_, id)| id).collect()
}

/// Where a list has something else than the first that has the same id.
fn differing_at<'a, T: PartialEq>(
    items: &'a [T],
    id: impl Fn(&'a T) -> &'a str,
) -> impl Iterator<Item = (usize, &'a str)> {
    let mut seen: BTreeMap<&str, &T> = BTreeMap::new();
    items.iter().enumerate().filter_map(move |(position, item)| {
        let id = id(item);
        (*seen.entry(id).or_insert(item) != item).then_some((position, id))
    })
}
