//! What a change means for people: when, for which priorities, who is told something else, or at another time.

use serde::Serialize;

use crate::compile::{CompiledPath, Loud};
use crate::index::{Id, Index};
use crate::instant::{Instant, Seconds};
use crate::machine::{Outcome, What, Who};
use crate::prove::{Cell, Cells, During, Horizon, MAX_CELLS, classes, merged};
use crate::read::ReadError;
use crate::scenario::Scenario;
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
    /// Seconds after the alert, or the instant itself.
    after: Result<Seconds, Instant>,
    when: When,
}

/// A stretch of time with what happens in it, for each way through branches that cannot be decided.
struct Stretch {
    from: Instant,
    until: Instant,
    ways: Vec<(std::collections::BTreeMap<String, crate::scenario::Branch>, Vec<Page>, bool)>,
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
    let mut quiet = horizon.scenario.clone();
    quiet.responses.clear();
    quiet.interventions.clear();
    if horizon.until <= horizon.from {
        return Err(ReadError::new("until", "must be after `from`"));
    }
    let mut found = Behaviour { changes: Vec::new(), is_complete: true, cells: 0 };
    for class in classes(&[before, after], index) {
        quiet.priority_id = class.first().cloned();
        let old = stretches(before, index, horizon, &quiet, &mut found);
        let new = stretches(after, index, horizon, &quiet, &mut found);
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
    quiet: &Scenario,
    found: &mut Behaviour,
) -> Vec<Stretch> {
    let (from, until) = (horizon.from, horizon.until);
    let cells = Cells::new(path, index, from, until, quiet.semantics.cut_off_after_seconds);
    let mut stretches: Vec<Stretch> = Vec::new();
    let counted = cells.visit(quiet, (from, until), MAX_CELLS, |cell| {
        let is_known = !matches!(cell.run.outcome, Outcome::Undecided | Outcome::BeyondEntries | Outcome::CutOff);
        let way = (cell.assumed.clone(), pages(&cell), is_known);
        match stretches.last_mut().filter(|last| last.from == cell.from) {
            Some(last) => last.ways.push(way),
            None => stretches.push(Stretch { from: cell.from, until: cell.until, ways: vec![way] }),
        }
    });
    match counted {
        Ok(count) => found.cells += count,
        Err(_) => found.is_complete = false,
    }
    stretches
}

/// Everybody whom a cell's run tells, in order.
fn pages(cell: &Cell) -> Vec<Page> {
    let mut pages = Vec::new();
    // The instant from which times are counted that do not move with the alert.
    let mut since = cell.from;
    let mut moved = true;
    for (step, moves) in cell.run.steps.iter().zip(&cell.moves) {
        if moved && !moves {
            since = step.at;
        }
        moved = *moves;
        let (who, urgency) = match &step.what {
            What::Paged { user, urgency, .. } => (Who::User(Id::clone(user)), *urgency),
            What::Posted(channel, urgency) => (Who::Channel(Id::clone(channel)), *urgency),
            _ => continue,
        };
        let (after, when) = if *moves {
            (Ok(step.at - cell.from), When::After(step.at - cell.from))
        } else {
            (Err(step.at), When::Later(step.at - since))
        };
        pages.push(Page { who, urgency, after, when });
    }
    pages
}

fn compare(class: &[String], old: &[Stretch], new: &[Stretch], found: &mut Behaviour) {
    let mut begin = 0;
    for was in old {
        while new.get(begin).is_some_and(|is| is.until <= was.from) {
            begin += 1;
        }
        for is in new.iter().skip(begin).take_while(|is| is.from < was.until) {
            let (from, until) = (was.from.max(is.from), was.until.min(is.until));
            if from >= until {
                continue;
            }
            for (assumed_before, before, known_before) in &was.ways {
                for (assumed_after, after, known_after) in &is.ways {
                    // A branch that is in both goes one way in both.
                    let fits =
                        assumed_before.iter().all(|(node, side)| assumed_after.get(node).is_none_or(|s| s == side));
                    if !fits {
                        continue;
                    }
                    if before == after {
                        found.is_complete &= *known_before && *known_after;
                        continue;
                    }
                    note(class, (from, until), before, after, found);
                }
            }
        }
    }
}

fn note(class: &[String], (from, until): (Instant, Instant), before: &[Page], after: &[Page], found: &mut Behaviour) {
    let told = |pages: &[Page]| -> Vec<Told> { pages.iter().map(Told::from).collect() };
    let (before, after) = (told(before), told(after));
    let none = [String::new()];
    let class = if class.is_empty() { &none } else { class };
    let during = class.iter().map(|priority_id| During { from, until, priority_id: priority_id.clone() });
    match found.changes.iter_mut().find(|change| change.before == before && change.after == after) {
        Some(change) => change.during.extend(during),
        None => found.changes.push(Change { before, after, during: during.collect() }),
    }
}

impl From<&Page> for Told {
    fn from(page: &Page) -> Self {
        let (id, is_channel) = match &page.who {
            Who::User(id) => (id, false),
            Who::Channel(id) => (id, true),
        };
        Self { id: id.to_string(), is_channel, urgency: page.urgency, when: page.when }
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
