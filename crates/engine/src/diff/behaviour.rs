//! What a change means for people: when, for which priorities, who is told something else, or at another time.

use serde::Serialize;

use crate::compile::{CompiledPath, Loud};
use crate::index::Index;
use crate::instant::{Instant, Seconds};
use crate::machine::{Step, What, Who};
use crate::prove::{Cell, Cells, During, Horizon, MAX_CELLS, Time, classes, merged};
use crate::read::ReadError;
use crate::scenario::Scenario;
use crate::stretch::{Stretch, overlaps};
use crate::words::duration;

/// What changes for people over a horizon.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Behaviour {
    /// The changes, those of the longest time first.
    pub changes: Vec<Change>,
    /// Whether it is known for every instant. Where it is, and there are no changes, nothing changes for anybody.
    pub is_complete: bool,
    /// In how many cells the instants fall, over both paths and all priorities.
    pub cells: usize,
}

/// Alerts that tell the same people as each other before, and others after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Who was told, in order.
    pub before: Vec<Told>,
    /// Who is told, in order.
    pub after: Vec<Told>,
    /// When such alerts fire.
    pub during: Vec<During>,
}

/// Somebody is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Told {
    /// The id of the person or the channel.
    pub id: String,
    /// Whether it is a channel.
    pub is_channel: bool,
    /// How loudly.
    pub urgency: Loud,
    /// How long after the alert.
    pub when: When,
}

/// When somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// So many seconds after the alert.
    After(Seconds),
    /// When working hours begin or end that the walk waits for, whenever the alert fires; so many seconds after that.
    Later(Seconds),
}

/// Somebody is told, exactly.
#[derive(Debug, Clone, PartialEq)]
struct Page {
    who: Who,
    urgency: Loud,
    time: Time,
}

/// What an alert does to people.
struct Does {
    pages: Vec<Page>,
    /// When the walk first waited for an instant of its own.
    since: Option<Instant>,
    is_known: bool,
}

/// Compares what two paths do, for every instant of a horizon and every priority, with nobody responding.
///
/// # Errors
/// Where the horizon is empty.
pub fn behaviour(
    before: &CompiledPath,
    after: &CompiledPath,
    index: &Index,
    horizon: &Horizon,
) -> Result<Behaviour, ReadError> {
    let mut alert = horizon.scenario.clone();
    if horizon.until <= horizon.from {
        return Err(ReadError::new("until", "must be after `from`"));
    }
    let mut found = Behaviour { changes: Vec::new(), is_complete: true, cells: 0 };
    for class in classes(&[before, after], index) {
        alert.priority_id = class.first().cloned();
        let old = stretches(before, index, horizon, &alert, &mut found);
        let new = stretches(after, index, horizon, &alert, &mut found);
        compare(&class, &old, &new, &mut found);
    }
    for change in &mut found.changes {
        change.during = merged(std::mem::take(&mut change.during));
    }
    let length = |change: &Change| -> Seconds { change.during.iter().map(|during| during.until - during.from).sum() };
    found.changes.sort_by_key(|change| std::cmp::Reverse(length(change)));
    Ok(found)
}

fn stretches(
    path: &CompiledPath,
    index: &Index,
    horizon: &Horizon,
    alert: &Scenario,
    found: &mut Behaviour,
) -> Vec<Stretch<Does>> {
    let (from, until) = (horizon.from, horizon.until);
    let cells = Cells::new(path, index, from, until, alert.semantics.cut_off_after_seconds);
    let mut stretches = Vec::new();
    let counted = cells.visit(alert, (from, until), MAX_CELLS, |cell| {
        let what = Does::new(&cell);
        stretches.push(Stretch { from: cell.from, until: cell.until, assumed: cell.assumed, what });
    });
    match counted {
        Ok(count) => found.cells += count,
        Err(_) => found.is_complete = false,
    }
    stretches
}

impl Does {
    fn new(cell: &Cell) -> Self {
        let told = |(step, time): (&Step, Time)| {
            let (who, urgency) = match &step.what {
                What::Paged { user, urgency, .. } => (Who::User(user.clone()), *urgency),
                What::Posted(channel, urgency) => (Who::Channel(channel.clone()), *urgency),
                _ => return None,
            };
            Some(Page { who, urgency, time })
        };
        let fixed = |(_, time)| if let Time::At(at) = time { Some(at) } else { None };
        Self {
            pages: cell.steps().filter_map(told).collect(),
            since: cell.steps().find_map(fixed),
            is_known: cell.run.outcome.is_known(),
        }
    }

    /// The same for all alerts of which it can be told in the same words.
    fn told(&self) -> Vec<Told> {
        let when = |time| match time {
            Time::After(seconds) => When::After(seconds),
            Time::At(at) => When::Later(at - self.since.unwrap_or(at)),
        };
        let told = |page: &Page| {
            let (id, is_channel) = match &page.who {
                Who::User(id) => (id, false),
                Who::Channel(id) => (id, true),
            };
            Told { id: id.to_string(), is_channel, urgency: page.urgency, when: when(page.time) }
        };
        self.pages.iter().map(told).collect()
    }
}

fn compare(class: &[String], old: &[Stretch<Does>], new: &[Stretch<Does>], found: &mut Behaviour) {
    for (both, was, is) in overlaps(old, new) {
        if was.what.pages == is.what.pages {
            found.is_complete &= was.what.is_known && is.what.is_known;
        } else {
            note(class, both, was.what.told(), is.what.told(), found);
        }
    }
}

fn note(
    class: &[String],
    (from, until): (Instant, Instant),
    before: Vec<Told>,
    after: Vec<Told>,
    found: &mut Behaviour,
) {
    let none = [String::new()];
    let class = if class.is_empty() { &none } else { class };
    let during = class.iter().map(|priority_id| During { from, until, priority_id: priority_id.clone() });
    match found.changes.iter_mut().find(|change| change.before == before && change.after == after) {
        Some(change) => change.during.extend(during),
        None => found.changes.push(Change { before, after, during: during.collect() }),
    }
}

impl Change {
    /// The change as a sentence: for whom, and what was and is.
    #[must_use]
    pub fn sentence(&self, index: &Index) -> String {
        let mut priorities: Vec<&str> = Vec::new();
        for during in &self.during {
            let name = index.priority_name(&during.priority_id);
            if !priorities.contains(&name) && !name.is_empty() {
                priorities.push(name);
            }
        }
        let said = format!("it was {}; it is {}", told(&self.before, index), told(&self.after, index));
        if priorities.is_empty() { said } else { format!("{}: {said}", priorities.join(", ")) }
    }
}

/// Everybody once, with when they are told first.
fn told(all: &[Told], index: &Index) -> String {
    let mut known: Vec<(&str, bool)> = Vec::new();
    let mut words = Vec::new();
    for told in all {
        if known.contains(&(told.id.as_str(), told.is_channel)) {
            continue;
        }
        known.push((&told.id, told.is_channel));
        let name = if told.is_channel { index.channel_name(&told.id) } else { index.user_name(&told.id) };
        let low = if told.urgency == Loud::Low { ", low urgency" } else { "" };
        words.push(match told.when {
            When::After(0) => format!("{name} at once{low}"),
            When::After(seconds) => format!("{name} after {}{low}", duration(seconds)),
            When::Later(0) => format!("{name} once the hours that it waits for change{low}"),
            When::Later(seconds) => {
                format!("{name} {} after the hours that it waits for change{low}", duration(seconds))
            }
        });
    }
    if words.is_empty() { "nobody".to_string() } else { words.join(", ") }
}
