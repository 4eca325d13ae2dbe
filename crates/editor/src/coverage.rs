//! Who is paged first, second and third, for every instant at which an alert may fire: exact, from the prover's cells.

mod axis;
mod broken;
mod csv;
mod draw;
mod loads;
mod search;
mod told;

pub use axis::{Day, MIN_MARK, Mark, days, fit, instant, pixel};
pub use broken::broken;
pub use csv::csv;
pub use draw::{AXIS, COLOURS, Drawing, Line, ROW, colour};
pub use loads::{Load, is_partly_open, loads};
pub use search::{Search, rows};
pub use told::{
    Hole, Summary, label, lateness, moment, part_of_time, stretch_of_time, summary, title, wait_words, words,
};

use escalation_engine::index::Id;
use escalation_engine::instant::{HOUR, MINUTE};
use escalation_engine::prove::Time;
use escalation_engine::{Index, Instant, Seconds};

use crate::words::priorities;

/// So many times that somebody new is paged are looked at.
pub const RANKS: usize = 3;

/// How long it takes until somebody is paged, in classes: the longest time of each class but the last.
pub const WAITS: [Seconds; 4] = [0, 5 * MINUTE, 15 * MINUTE, HOUR];

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoverageQuestion {
    /// Who is paged first, who is paged next that was not before, and so on, counted from 0.
    Rank(usize),
    /// How long it takes until somebody is paged.
    Wait,
}

impl CoverageQuestion {
    /// The rank that is looked at; the time is that of the first.
    #[must_use]
    pub fn rank(self) -> usize {
        match self {
            Self::Rank(rank) => rank,
            Self::Wait => 0,
        }
    }
}

/// Alerts of some priorities, which the path does not tell apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The ids of the priorities; none: alerts without one, where the organisation has none.
    pub priorities: Vec<String>,
    /// All of the time that was asked for, in order, without holes.
    pub stretches: Vec<CoverageInterval>,
}

/// A time in which an alert pages the same people first, second and third.
#[derive(Debug, Clone, PartialEq)]
pub struct CoverageInterval {
    /// The first instant.
    pub from: Instant,
    /// The first instant after the last.
    pub until: Instant,
    /// What an alert does; several ways where that depends on conditions that cannot be decided.
    pub ways: Vec<CoverageOutcome>,
}

/// What an alert does.
#[derive(Debug, Clone, PartialEq)]
pub struct CoverageOutcome {
    /// Who is paged first, who is paged next that was not before, and so on, [`RANKS`] at most.
    pub waves: Vec<NotificationWave>,
    /// Whether it is not known what follows.
    pub is_cut: bool,
}

/// People who are paged for the first time, at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct NotificationWave {
    /// When.
    pub time: Time,
    /// Their ids, sorted.
    pub people: Vec<Id>,
}

/// What is the case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CoverageState {
    /// These people are paged.
    People(Vec<Id>),
    /// Somebody is paged within the time of this class of [`WAITS`].
    Within(usize),
    /// Nobody is paged: the escalation ends before.
    Nobody,
    /// One or the other: it depends on conditions that cannot be decided.
    Depends(Vec<CoverageState>),
    /// It is not known.
    Unknown,
}

/// A time in which the same is the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// The first instant.
    pub from: Instant,
    /// The first instant after the last.
    pub until: Instant,
    /// What.
    pub what: CoverageState,
    /// The shortest and the longest time from an alert to the page.
    pub wait: Option<(Seconds, Seconds)>,
}

impl CoverageOutcome {
    const UNKNOWN: Self = Self { waves: Vec::new(), is_cut: true };

    fn rank(&self, rank: usize) -> CoverageState {
        match self.waves.get(rank) {
            Some(wave) => CoverageState::People(wave.people.clone()),
            None if self.is_cut => CoverageState::Unknown,
            None => CoverageState::Nobody,
        }
    }

    fn wait_at(&self, at: Instant) -> CoverageState {
        match (self.waves.first(), self.rank(0)) {
            (Some(wave), _) => CoverageState::Within(class(wave.after(at))),
            (None, what) => what,
        }
    }
}

impl NotificationWave {
    /// How long after an alert that fires at this instant.
    #[must_use]
    pub fn after(&self, fired_at: Instant) -> Seconds {
        match self.time {
            Time::After(after) => after,
            Time::At(at) => at - fired_at,
        }
    }
}

/// The class of [`WAITS`] that a time belongs to.
fn class(seconds: Seconds) -> usize {
    WAITS.partition_point(|limit| *limit < seconds)
}

/// The one, or that it depends.
fn one_or_depends(all: impl Iterator<Item = CoverageState>) -> CoverageState {
    let mut all: Vec<CoverageState> = all.collect();
    all.sort_unstable();
    all.dedup();
    match all.pop() {
        None => CoverageState::Unknown,
        Some(one) if all.is_empty() => one,
        Some(last) => {
            all.push(last);
            CoverageState::Depends(all)
        }
    }
}

impl CoverageInterval {
    /// What is the case for a rank, counted from 0.
    #[must_use]
    pub fn rank(&self, rank: usize) -> CoverageState {
        one_or_depends(self.ways.iter().map(|way| way.rank(rank)))
    }

    /// The shortest and the longest time from an alert of a part of this time to the page of a rank.
    fn wait(&self, rank: usize, (from, until): (Instant, Instant)) -> Option<(Seconds, Seconds)> {
        let waves = self.ways.iter().filter_map(|way| way.waves.get(rank));
        waves.map(|wave| (wave.after(until - 1), wave.after(from))).map(ordered).reduce(wider)
    }

    fn by_rank(&self, rank: usize) -> Band {
        let (from, until) = (self.from, self.until);
        Band { from, until, what: self.rank(rank), wait: self.wait(rank, (from, until)) }
    }

    /// Where the walk waits for working hours it takes less and less time: a part for each class.
    fn by_wait(&self) -> Vec<Band> {
        let mut edges = vec![self.from];
        for way in &self.ways {
            if let Some(NotificationWave { time: Time::At(at), .. }) = way.waves.first() {
                edges.extend(WAITS.map(|limit| *at - limit));
            }
        }
        edges.retain(|edge| (self.from..self.until).contains(edge));
        edges.sort_unstable();
        edges.dedup();
        let ends = edges.iter().skip(1).copied().chain([self.until]);
        let part = |(from, until): (Instant, Instant)| Band {
            from,
            until,
            what: one_or_depends(self.ways.iter().map(|way| way.wait_at(from))),
            wait: self.wait(0, (from, until)),
        };
        edges.iter().copied().zip(ends).map(part).collect()
    }
}

fn ordered((a, b): (Seconds, Seconds)) -> (Seconds, Seconds) {
    (a.min(b), a.max(b))
}

fn wider(one: (Seconds, Seconds), other: (Seconds, Seconds)) -> (Seconds, Seconds) {
    (one.0.min(other.0), one.1.max(other.1))
}

impl Row {
    /// The bands of all of the time: what is next to one another is not the same.
    #[must_use]
    pub fn bands(&self, question: CoverageQuestion) -> Vec<Band> {
        let mut bands: Vec<Band> = Vec::new();
        let mut push = |band: Band| match bands.last_mut().filter(|last| last.what == band.what) {
            Some(last) => {
                last.until = band.until;
                last.wait = last.wait.into_iter().chain(band.wait).reduce(wider);
            }
            None => bands.push(band),
        };
        for stretch in &self.stretches {
            match question {
                CoverageQuestion::Rank(rank) => push(stretch.by_rank(rank)),
                CoverageQuestion::Wait => stretch.by_wait().into_iter().for_each(&mut push),
            }
        }
        bands
    }

    /// The stretch that an instant lies in.
    #[must_use]
    pub fn at(&self, at: Instant) -> Option<&CoverageInterval> {
        self.stretches.get(self.stretches.partition_point(|stretch| stretch.until <= at))
    }

    /// The priorities by name: `P1, P2`, or `P3 to P5` where they follow one another.
    #[must_use]
    pub fn name(&self, index: &Index) -> String {
        let names = priorities(&self.priorities, index);
        match self.priorities.as_slice() {
            [] => "Any alert".to_string(),
            // A name stays as it is.
            [one] if index.world().is_other_priority(one) => escalation_api::capitalised(&names),
            _ => names,
        }
    }
}

/// The position of the band that an instant lies in.
#[must_use]
pub fn band_at(bands: &[Band], at: Instant) -> Option<usize> {
    let position = bands.partition_point(|band| band.until <= at);
    bands.get(position).map(|_| position)
}

/// Where the next band begins; the same instant in the last.
#[must_use]
pub fn next(bands: &[Band], at: Instant) -> Instant {
    band_at(bands, at).and_then(|position| bands.get(position + 1)).map_or(at, |band| band.from)
}

/// Where the band begins or, at its begin, the one before.
#[must_use]
pub fn before(bands: &[Band], at: Instant) -> Instant {
    bands.iter().rev().map(|band| band.from).find(|from| *from < at).unwrap_or(at)
}

/// Everybody who is paged first, second or third in some rows, in the organisation's order.
#[must_use]
pub fn people(rows: &[Row], index: &Index) -> Vec<Id> {
    let ways = rows.iter().flat_map(|row| &row.stretches).flat_map(|stretch| &stretch.ways);
    let all: std::collections::BTreeSet<&Id> = ways.flat_map(|way| &way.waves).flat_map(|wave| &wave.people).collect();
    let position = |id: &Id| index.world().users.iter().position(|user| user.id == **id).unwrap_or(usize::MAX);
    let mut all: Vec<Id> = all.into_iter().cloned().collect();
    all.sort_by_cached_key(|id| position(id));
    all
}
