//! Time on a line of pixels: days, changes of the clock, and bands that may be less than a pixel wide.

use std::ops::Range;

use escalation_engine::calendar::{WallTime, Zone};
use escalation_engine::instant::MINUTE;
use escalation_engine::words::date;
use escalation_engine::{Instant, Seconds};

use super::{Band, CoverageState};

/// A day on the wall of a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// Its first instant.
    pub from: Instant,
    /// The first instant of the next day.
    pub until: Instant,
    /// 0 for Monday to 6 for Sunday.
    pub weekday: i64,
    /// What is written above it, in two lines, as far as there is room.
    pub label: (String, String),
    day: i64,
}

impl Day {
    /// Whether it is a Saturday or a Sunday.
    #[must_use]
    pub fn is_weekend(&self) -> bool {
        self.weekday >= 5
    }

    /// The instant at which the wall first shows this time of the day, as seconds since midnight.
    #[must_use]
    pub fn at(&self, second: Seconds, zone: &Zone) -> Instant {
        zone.first_at_wall(WallTime::new(self.day, second))
    }
}

/// So many pixels a date with its month needs.
const MONTH: i64 = 54;

/// The days of a time, the first and the last whole, with words for so many pixels in all.
#[must_use]
pub fn days((from, until): (Instant, Instant), zone: &Zone, width: i64) -> Vec<Day> {
    let (first, last) = (zone.wall(from).day(), zone.wall(until - 1).day());
    let wide = width / (last - first + 1).max(1);
    let start = |day| zone.first_at_wall(WallTime::new(day, 0));
    let day = |day: i64| {
        let (from, weekday) = (start(day), WallTime::new(day, 0).weekday());
        let label = label(&date(zone, from), weekday, wide, day == first, last - day);
        Day { from, until: start(day + 1), weekday, label, day }
    };
    let mut days: Vec<Day> = (first..=last).map(day).collect();
    if (24..MONTH).contains(&wide) {
        make_room(&mut days);
    }
    days
}

/// A date with its month is wider than a day: the next one is left out or, where that has a month, too, its own month.
fn make_room(days: &mut [Day]) {
    let has_month = |day: &Day| day.label.1.contains(' ');
    let mut rest = days;
    while let [this, next, ..] = &mut *rest {
        if has_month(this) && has_month(next) {
            let end = this.label.1.find(' ').unwrap_or_default();
            this.label.1.truncate(end);
        } else if has_month(this) {
            next.label.1.clear();
        }
        rest = rest.get_mut(1..).unwrap_or_default();
    }
}

/// `Mon` and `23 Nov`, with less where there is less room.
fn label(date: &str, weekday: i64, wide: i64, is_first: bool, left: i64) -> (String, String) {
    let mut words = date.split(' ');
    let mut word = || words.next().unwrap_or_default();
    let (name, number, month) = (word(), word(), word());
    let with_month = || format!("{number} {month}");
    match wide {
        MONTH.. => (name.to_string(), with_month()),
        24.. if is_first || number == "1" => (name.to_string(), with_month()),
        24.. => (name.to_string(), number.to_string()),
        // A word for each week, where a whole one is to come.
        6.. if weekday == 0 && left >= 4 => (String::new(), with_month()),
        _ => (String::new(), String::new()),
    }
}

/// What is narrower is drawn together with its neighbours, if they are as narrow.
const OWN_MARK: i64 = 4;

/// The least width of a mark, so that nothing is too small to be seen.
pub const MIN_MARK: i64 = 2;

/// What is drawn for one band, or for several that are too narrow for one each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Where it begins, in pixels.
    pub x: i64,
    /// How wide it is.
    pub width: i64,
    /// The positions of the bands.
    pub bands: Range<usize>,
    /// Whether in one of them nobody is paged.
    pub has_hole: bool,
}

/// Where an instant lies on so many pixels.
#[must_use]
pub fn pixel(at: Instant, (from, until): (Instant, Instant), width: i64) -> i64 {
    let length = (until - from).max(1);
    (at - from).clamp(0, length) * width / length
}

/// The instant that is meant by a pixel: to the minute, and of the band that is drawn there, if it is one.
#[must_use]
pub fn instant(
    x: i64,
    bands: &[Band],
    marks: &[Mark],
    (from, until): (Instant, Instant),
    width: i64,
) -> Option<Instant> {
    let mark = marks.iter().find(|mark| (mark.x..mark.x + mark.width).contains(&x))?;
    let (first, last) = (bands.get(mark.bands.start)?, bands.get(mark.bands.end.checked_sub(1)?)?);
    let at = from + (until - from) * x / width.max(1);
    let at = Instant::from_unix(at.unix() - at.unix().rem_euclid(MINUTE));
    Some(at.min(last.until - 1).max(first.from))
}

/// Marks for the bands of a time, on so many pixels: in order, without space in between, and each band has one.
#[must_use]
pub fn fit(bands: &[Band], (from, until): (Instant, Instant), width: i64) -> Vec<Mark> {
    let pixel = |at| pixel(at, (from, until), width);
    let mut marks: Vec<(Mark, bool)> = Vec::new();
    for (position, band) in bands.iter().enumerate() {
        let (x, end) = (pixel(band.from), pixel(band.until));
        let is_narrow = end - x < OWN_MARK;
        let is_hole = band.what == CoverageState::Nobody;
        match marks.last_mut().filter(|(_, narrow)| *narrow && is_narrow) {
            Some((last, _)) => {
                last.width = end - last.x;
                last.bands.end = position + 1;
                last.has_hole |= is_hole;
            }
            None => {
                let mark = Mark { x, width: end - x, bands: position..position + 1, has_hole: is_hole };
                marks.push((mark, is_narrow));
            }
        }
    }
    join_at_end(&mut marks, 0);
    let before_last = marks.len().saturating_sub(2);
    join_at_end(&mut marks, before_last);
    // What is too small takes a little of its neighbours, which are wide enough to give it.
    let mut edges: Vec<i64> = marks.iter().map(|(mark, _)| mark.x).chain([width]).collect();
    let last = marks.len().saturating_sub(1);
    for (position, (mark, _)) in marks.iter().enumerate() {
        let missing = (MIN_MARK - mark.width).max(0);
        let before = if position == 0 {
            0
        } else if position == last {
            missing
        } else {
            missing / 2
        };
        if let Some(edge) = edges.get_mut(position) {
            *edge -= before;
        }
        if let Some(edge) = edges.get_mut(position + 1) {
            *edge = (*edge + missing - before).min(width);
        }
    }
    let ends = edges.iter().skip(1).copied().collect::<Vec<_>>();
    let placed = marks.into_iter().zip(edges).zip(ends);
    placed.map(|(((mark, _), x), end)| Mark { x, width: end - x, ..mark }).collect()
}

/// Joins the two marks at an end where the outer one is too small and the inner one could not give it enough.
fn join_at_end(marks: &mut Vec<(Mark, bool)>, position: usize) {
    let Some([(one, _), (two, _)]) = marks.get(position..position + 2) else { return };
    if one.width.min(two.width) < MIN_MARK && one.width.max(two.width) < OWN_MARK + MIN_MARK {
        let (bands, has_hole) = (one.bands.start..two.bands.end, one.has_hole || two.has_hole);
        let joined = Mark { x: one.x, width: one.width + two.width, bands, has_hole };
        marks.splice(position..position + 2, [(joined, true)]);
    }
}
