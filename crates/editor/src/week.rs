//! Working hours as a grid: seven days, each of 96 quarters of an hour, by the clock on the wall.
//!
//! A grid is what people paint on; the intervals are what counts. Painting changes the intervals that have a part in
//! that day, and no others: what a grid cannot show, such as a minute off the quarter, an unknown field or a weekday
//! that is none, is as it was until its day is painted on. What is made is the fewest intervals that each lie within a
//! day, because what runs over midnight is read in more than one way.

use escalation_api::working_hours::minute_of_day;
use escalation_api::{Map, Weekday, WeekdayInterval, WorkingHours};
use escalation_engine::calendar::Hours;
use escalation_engine::instant::merge_overlapping;

/// The days of a week; 0 is Monday.
pub const DAYS: usize = 7;
/// The quarters of an hour of a day.
pub const QUARTERS: usize = 96;
/// The minutes of a quarter of an hour.
const QUARTER: u32 = 15;
const DAY: u32 = 1_440;

/// A set of working hours on a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Week {
    intervals: Vec<WeekdayInterval>,
}

/// A time within a day: from a minute until before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Its first minute, from 0.
    pub from: u32,
    /// The first minute after it, at most 1440.
    pub until: u32,
}

/// How a quarter of an hour is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell {
    /// Outside the working hours.
    Off,
    /// Partly inside.
    Part,
    /// Inside.
    On,
}

/// A place on the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    /// From 0, Monday, to 6.
    pub day: usize,
    /// From 0 to 95.
    pub quarter: usize,
}

/// A way on the grid by one key. At an edge it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A quarter of an hour earlier.
    Earlier,
    /// A quarter of an hour later.
    Later,
    /// An hour earlier.
    HourEarlier,
    /// An hour later.
    HourLater,
    /// The same time of the day before.
    DayBefore,
    /// The same time of the day after.
    DayAfter,
    /// The first quarter of the day.
    DayStart,
    /// The last quarter of the day.
    DayEnd,
}

impl Cursor {
    /// The place after a step.
    #[must_use]
    pub fn stepped(self, step: Step) -> Self {
        let Self { day, quarter } = self;
        let (last_day, last) = (DAYS - 1, QUARTERS - 1);
        let (day, quarter) = match step {
            Step::Earlier => (day, quarter.saturating_sub(1)),
            Step::Later => (day, quarter + 1),
            Step::HourEarlier => (day, quarter.saturating_sub(4)),
            Step::HourLater => (day, quarter + 4),
            Step::DayBefore => (day.saturating_sub(1), quarter),
            Step::DayAfter => (day + 1, quarter),
            Step::DayStart => (day, 0),
            Step::DayEnd => (day, last),
        };
        Self { day: day.min(last_day), quarter: quarter.min(last) }
    }
}

impl Week {
    /// The grid of some intervals.
    #[must_use]
    pub fn new(intervals: &[WeekdayInterval]) -> Self {
        Self { intervals: intervals.to_vec() }
    }

    /// The intervals; where nothing was painted, as they came.
    #[must_use]
    pub fn intervals(&self) -> &[WeekdayInterval] {
        &self.intervals
    }

    /// The times of a day, in order and apart from one another.
    #[must_use]
    pub fn spans(&self, day: usize) -> Vec<Span> {
        let parts = self.intervals.iter().flat_map(covered);
        merge_spans(parts.filter(|(of, _)| *of == day).map(|(_, span)| span).collect())
    }

    /// How a quarter of an hour of a day is.
    #[must_use]
    pub fn cell(&self, day: usize, quarter: usize) -> Cell {
        let cell = quarters(quarter, quarter + 1);
        let active: u32 = self.spans(day).iter().map(|span| overlap(*span, cell)).sum();
        match active {
            0 => Cell::Off,
            QUARTER => Cell::On,
            _ => Cell::Part,
        }
    }

    /// Paints the quarters of a day from one until before another on or off. Nothing else changes, by any clock.
    #[must_use]
    pub fn paint(&self, day: usize, from: usize, until: usize, on: bool) -> Self {
        let painted = quarters(from, until);
        let length = painted.until.saturating_sub(painted.from);
        let active: u32 = self.spans(day).iter().map(|span| overlap(*span, painted)).sum();
        if day >= DAYS || active == if on { length } else { 0 } {
            return self.clone();
        }
        // What has a part in the day becomes plain spans, and with it the days that it runs on to.
        let touches = |interval: &WeekdayInterval| covered(interval).any(|(of, _)| of == day);
        let mut days = vec![day];
        days.extend(self.intervals.iter().filter(|i| touches(i)).flat_map(covered).map(|(of, _)| of));
        let dissolves = |interval: &WeekdayInterval| touches(interval) || is_plain(interval, &days);
        let (dissolved, mut kept): (Vec<_>, Vec<_>) = self.intervals.iter().cloned().partition(dissolves);
        let mut spans: Vec<(usize, Span)> = dissolved.iter().flat_map(covered).collect();
        if on {
            spans.push((day, painted));
        } else {
            spans = spans
                .into_iter()
                .flat_map(|(of, span)| {
                    if of == day { without(span, painted) } else { [Some(span), None] }.map(|s| (of, s))
                })
                .filter_map(|(of, span)| Some((of, span?)))
                .collect();
        }
        for day in 0..DAYS {
            let of_day = spans.iter().filter(|(of, _)| *of == day).map(|(_, span)| *span).collect();
            for span in merge_spans(of_day) {
                let Some(interval) = interval(day, span) else { continue };
                // Among those that stay, in the order of the week.
                let begins = |other: &WeekdayInterval| covered(other).next().map(|(of, span)| (of, span.from));
                let at = kept.iter().position(|other| begins(other).is_some_and(|begins| begins > (day, span.from)));
                kept.insert(at.unwrap_or(kept.len()), interval);
            }
        }
        Self { intervals: kept }
    }

    /// The week in words: "Mon-Fri 09:00-17:00". Intervals that have no meaning are left out.
    #[must_use]
    pub fn words(&self) -> String {
        let intervals = self.intervals.iter().filter(|interval| parts(interval).is_some()).cloned().collect();
        let set = WorkingHours {
            id: String::new(),
            name: String::new(),
            timezone: "UTC".to_string(),
            weekday_intervals: intervals,
            extra: Map::new(),
        };
        Hours::new(&set).map(|hours| escalation_engine::words::week(&hours)).unwrap_or_default()
    }
}

/// The days and times that an interval covers (R20): one part, or two if it runs over midnight. Nothing if it has no
/// meaning.
fn parts(interval: &WeekdayInterval) -> Option<[Option<(usize, Span)>; 2]> {
    let day = usize::try_from(interval.weekday.day()?.num_days_from_monday()).ok()?;
    let from = u32::from(minute_of_day(&interval.start_time)?);
    let until = u32::from(minute_of_day(&interval.end_time)?);
    if (from, until) == (DAY, 0) {
        // From midnight to that midnight there is nothing.
        return Some([None, None]);
    }
    // 24:00 as a start is 00:00 of the day after.
    let (day, from, until) = if from == DAY { ((day + 1) % DAYS, 0, until % DAY) } else { (day, from, until) };
    Some(if until > from {
        [Some((day, Span { from, until })), None]
    } else {
        let rest = Some(((day + 1) % DAYS, Span { from: 0, until })).filter(|_| until > 0);
        [Some((day, Span { from, until: DAY })), rest]
    })
}

/// The same, one after the other.
fn covered(interval: &WeekdayInterval) -> impl Iterator<Item = (usize, Span)> {
    parts(interval).into_iter().flatten().flatten()
}

/// Whether an interval is what painting makes, within one of some days.
fn is_plain(interval: &WeekdayInterval, days: &[usize]) -> bool {
    match parts(interval) {
        Some([Some((day, span)), None]) => {
            days.contains(&day) && span.from % QUARTER == 0 && span.until % QUARTER == 0 && interval.extra.is_empty()
        }
        _ => false,
    }
}

fn interval(day: usize, span: Span) -> Option<WeekdayInterval> {
    let time = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
    Some(WeekdayInterval {
        weekday: Weekday::KNOWN.get(day)?.clone(),
        start_time: time(span.from),
        end_time: time(span.until),
        extra: Map::new(),
    })
}

fn quarters(from: usize, until: usize) -> Span {
    let minute = |quarter: usize| u32::try_from(quarter.min(QUARTERS)).map_or(DAY, |quarter| quarter * QUARTER);
    Span { from: minute(from), until: minute(until).max(minute(from)) }
}

fn overlap(one: Span, other: Span) -> u32 {
    one.until.min(other.until).saturating_sub(one.from.max(other.from))
}

/// What is left of a span.
fn without(span: Span, cut: Span) -> [Option<Span>; 2] {
    let before = Span { from: span.from, until: span.until.min(cut.from) };
    let after = Span { from: span.from.max(cut.until), until: span.until };
    [before, after].map(|span| Some(span).filter(|span| span.from < span.until))
}

/// Merges spans that overlap or touch, and sorts them.
fn merge_spans(spans: Vec<Span>) -> Vec<Span> {
    let merged = merge_overlapping(spans.into_iter().map(|Span { from, until }| (from, until)).collect());
    merged.into_iter().map(|(from, until)| Span { from, until }).collect()
}
