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
use crate::why::Why;
use crate::words::duration;

use super::times::{Known, Words};

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
    /// The same in words.
    pub when: Vec<Occasion>,
}

/// When alerts of some priorities fire, in words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Occasion {
    /// The ids of the priorities; none where the world has none.
    pub priority_ids: Vec<String>,
    /// Exactly when: `weekends (Europe/London)`, `outside UK hours`, `3 times, first from …`.
    pub times: String,
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// So many seconds after the alert.
    After(Seconds),
    /// After working hours have begun or ended that the walk waits for, whenever the alert fires.
    Later {
        /// So many seconds after that.
        seconds: Seconds,
        /// The name of the working hours.
        hours: String,
        /// Whether they have begun.
        begun: bool,
    },
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
    /// When a wait for working hours was first over, the name of the hours, and whether they had begun.
    since: Option<(Instant, String, bool)>,
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
    let words = words(before, after, index, horizon);
    for change in &mut found.changes {
        change.during = merged(std::mem::take(&mut change.during));
        change.when = occasions(&change.during, &words);
    }
    let length = |change: &Change| -> Seconds { change.during.iter().map(|during| during.until - during.from).sum() };
    found.changes.sort_by_key(|change| std::cmp::Reverse(length(change)));
    Ok(found)
}

/// What the times of changes may be told by.
fn words<'a>(before: &'a CompiledPath, after: &'a CompiledPath, index: &'a Index, horizon: &Horizon) -> Words<'a> {
    let sets = || [after, before].into_iter().flat_map(|path| path.plans()).flat_map(|plan| &plan.hours);
    let known = sets().filter_map(|set| Some(Known { name: &set.name, hours: set.hours.as_ref()? })).collect();
    let of_schedules = index.world().schedules.iter().map(|schedule| schedule.timezone.as_str());
    let mut zones: Vec<&str> = Vec::new();
    for zone in sets().map(|set| &*set.zone_name).chain(of_schedules).chain(["UTC"]) {
        // Each takes some work where nothing fits.
        if !zones.contains(&zone) && zones.len() < 4 {
            zones.push(zone);
        }
    }
    Words { horizon: (horizon.from, horizon.until), known, zones }
}

type Intervals = Vec<(Instant, Instant)>;

/// The times of each priority in words; those that have the same are said together.
fn occasions(during: &[During], words: &Words<'_>) -> Vec<Occasion> {
    let mut by_times: Vec<(Vec<String>, Intervals)> = Vec::new();
    for of_one in during.chunk_by(|one, other| one.priority_id == other.priority_id) {
        let stretches: Vec<_> = of_one.iter().map(|during| (during.from, during.until)).collect();
        let id = of_one.first().map(|during| during.priority_id.clone()).filter(|id| !id.is_empty());
        match by_times.iter_mut().find(|(_, known)| *known == stretches) {
            Some((ids, _)) => ids.extend(id),
            None => by_times.push((id.into_iter().collect(), stretches)),
        }
    }
    let occasion = |(priority_ids, stretches): (_, Vec<_>)| Occasion { priority_ids, times: words.of(&stretches) };
    by_times.into_iter().map(occasion).collect()
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
        let what = Does::new(&cell, path);
        stretches.push(Stretch { from: cell.from, until: cell.until, assumed: cell.assumed, what });
    });
    match counted {
        Ok(count) => found.cells += count,
        Err(_) => found.is_complete = false,
    }
    stretches
}

impl Does {
    fn new(cell: &Cell, path: &CompiledPath) -> Self {
        let told = |(step, time): (&Step, Time)| {
            let (who, urgency) = match &step.what {
                What::Paged { user, urgency, .. } => (Who::User(user.clone()), *urgency),
                What::Posted(channel, urgency) => (Who::Channel(channel.clone()), *urgency),
                _ => return None,
            };
            Some(Page { who, urgency, time })
        };
        let mut waits = None;
        let mut since = None;
        for (step, time) in cell.steps() {
            if let (Time::At(at), None) = (time, &since) {
                let (hours, begun) = waits.take().unwrap_or_default();
                since = Some((at, hours, begun));
            }
            let why = if let Why::InTurn(why) = &step.why { why } else { &step.why };
            if let Why::WaitsForHours { plan, hours, active, .. } = why {
                waits = path.hours(*plan, *hours).map(|set| (set.name.to_string(), *active));
            }
        }
        Self { pages: cell.steps().filter_map(told).collect(), since, is_known: cell.run.outcome.is_known() }
    }

    /// The same for all alerts of which it can be told in the same words.
    fn told(&self) -> Vec<Told> {
        let when = |time| match time {
            Time::After(seconds) => When::After(seconds),
            Time::At(at) => {
                let (since, hours, begun) = self.since.clone().unwrap_or((at, String::new(), true));
                When::Later { seconds: at - since, hours, begun }
            }
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
        None => found.changes.push(Change { before, after, during: during.collect(), when: Vec::new() }),
    }
}

impl Change {
    /// The change as a sentence: for whom, when, and what is another than before.
    #[must_use]
    pub fn sentence(&self, index: &Index) -> String {
        let occasion = |occasion: &Occasion| {
            let names: Vec<&str> = occasion.priority_ids.iter().map(|id| index.priority_name(id)).collect();
            match names.len() {
                0 => occasion.times.clone(),
                all if all > 2 && all == index.world().priorities.len() => {
                    format!("every priority, {}", occasion.times)
                }
                _ => format!("{}, {}", names.join(", "), occasion.times),
            }
        };
        let when: Vec<String> = self.when.iter().map(occasion).collect();
        format!("{}: {}", when.join("; "), self.difference(index))
    }

    /// What is another than before.
    fn difference(&self, index: &Index) -> String {
        let (before, after) = (first_of_each(&self.before), first_of_each(&self.after));
        let was = |told: &&&Told| before.iter().find(|was| was.is_of(told)).copied();
        if before.is_empty() {
            return format!("{}; it was nobody", all_told(&after, index));
        }
        if after.is_empty() {
            return format!("nobody any more; it was {}", all_told(&before, index));
        }
        let mut said = Vec::new();
        for told in &after {
            let name = told.name(index);
            match was(&told) {
                None => said.push(format!("{name} is now {} {}", told.verb(), told.how())),
                Some(was) if was.when == told.when && was.urgency == told.urgency => {}
                Some(was) => said.push(format!("{name} is {} {} instead of {}", told.verb(), told.how(), was.how())),
            }
        }
        for was in before.iter().filter(|was| after.iter().all(|told| !told.is_of(was))) {
            said.push(format!("{} is no longer {} (it was {})", was.name(index), was.verb(), was.how()));
        }
        if said.is_empty() {
            return format!("the same are paged again at other times; first {}", all_told(&after, index));
        }
        said.join("; ")
    }
}

impl Told {
    fn is_of(&self, other: &Self) -> bool {
        self.id == other.id && self.is_channel == other.is_channel
    }

    fn name<'a>(&'a self, index: &'a Index) -> &'a str {
        if self.is_channel { index.channel_name(&self.id) } else { index.user_name(&self.id) }
    }

    /// A channel is nobody.
    fn verb(&self) -> &'static str {
        if self.is_channel { "told" } else { "paged" }
    }

    fn how(&self) -> String {
        let low = if self.urgency == Loud::Low { " with low urgency" } else { "" };
        match &self.when {
            When::After(0) => format!("at once{low}"),
            When::After(seconds) => format!("after {}{low}", duration(*seconds)),
            When::Later { seconds, hours, begun } => {
                let edge = if *begun { "begin" } else { "end" };
                match seconds {
                    0 => format!("when {hours} {edge}{low}"),
                    _ => format!("{} after {hours} {edge}{low}", duration(*seconds)),
                }
            }
        }
    }
}

/// Everybody once, with when they are told first.
fn first_of_each(all: &[Told]) -> Vec<&Told> {
    let mut first: Vec<&Told> = Vec::new();
    for told in all {
        if first.iter().all(|known| !known.is_of(told)) {
            first.push(told);
        }
    }
    first
}

fn all_told(all: &[&Told], index: &Index) -> String {
    all.iter().map(|told| format!("{} {}", told.name(index), told.how())).collect::<Vec<_>>().join(", ")
}
