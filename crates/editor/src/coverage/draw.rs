//! Coverage as a picture: the content of an `svg` element, whose looks are the style sheet's business.

use std::fmt::Write as _;

use escalation_engine::calendar::Zone;
use escalation_engine::index::Id;
use escalation_engine::words::duration;
use escalation_engine::{Index, Instant};

use super::axis::{Mark, days, pixel};
use super::{Band, CoverageQuestion, CoverageState, label};
use crate::svg::escaped;
use crate::zoned::clock_changes;

/// The height of the axis, in pixels.
pub const AXIS: i64 = 36;

/// The height of a row, in pixels.
pub const ROW: i64 = 40;

/// From the upper edge of a row to that of its bands, and their height.
const TOP: i64 = 8;
const HEIGHT: i64 = 28;

/// From this width on, a mark has a line where it begins.
const LINED: i64 = 6;

/// So many people have a colour each; as many again have the same with a texture.
pub const COLOURS: usize = 8;

/// A row to be drawn.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Its bands.
    pub bands: &'a [Band],
    /// Their marks.
    pub marks: &'a [Mark],
    /// When something that is expected is not true.
    pub refuted: &'a [(Instant, Instant)],
}

/// What all rows share.
#[derive(Debug, Clone, Copy)]
pub struct Drawing<'a> {
    /// What is looked at.
    pub question: CoverageQuestion,
    /// The first instant, and the first after the last.
    pub time: (Instant, Instant),
    /// The present.
    pub now: Instant,
    /// Where the times are told.
    pub zone: &'a Zone,
    /// How wide it is, in pixels.
    pub width: i64,
    /// For the names.
    pub index: &'a Index,
    /// Everybody who has a colour, in order.
    pub people: &'a [Id],
}

/// The class of a person's colour; `people` are all, in order.
#[must_use]
pub fn colour(people: &[Id], id: &Id) -> String {
    let position = people.iter().position(|known| known == id).unwrap_or_default() % (2 * COLOURS);
    let texture = if position >= COLOURS { " textured" } else { "" };
    format!("who-{}{texture}", position % COLOURS + 1)
}

impl Drawing<'_> {
    /// The rows, below an axis.
    #[must_use]
    pub fn svg(&self, rows: &[Line<'_>]) -> String {
        let mut text = String::new();
        let height = AXIS + ROW * i64::try_from(rows.len()).unwrap_or_default();
        self.axis(&mut text, height);
        for (position, row) in (0..).zip(rows) {
            self.row(&mut text, AXIS + ROW * position, row);
        }
        self.over(&mut text, height);
        text
    }

    fn x(&self, at: Instant) -> i64 {
        pixel(at, self.time, self.width)
    }

    fn axis(&self, text: &mut String, height: i64) {
        let all = days(self.time, self.zone, self.width);
        let count = i64::try_from(all.len()).unwrap_or(1).max(1);
        let changes = clock_changes(self.time, self.zone);
        let mut lines = [String::new(), String::new()];
        for day in &all {
            let (x, end) = (self.x(day.from), self.x(day.until));
            if day.is_weekend() {
                rect(text, "weekend", (x, 0, end - x, height));
            }
            let [days, weeks] = &mut lines;
            let line = if day.weekday == 0 { weeks } else { days };
            if x > 0 && (day.weekday == 0 || self.width / count >= 16) {
                let _infallible = write!(line, "M{x}.5 {}V{height}", AXIS - 6);
            }
            let (name, date) = &day.label;
            let (y, anchor) = if name.is_empty() { (27, x + 4) } else { (30, x + 5) };
            let change = changes.iter().find(|(at, _)| (day.from..day.until).contains(at));
            let name_width = if name.is_empty() { 0 } else { 30 };
            if let Some((_, by)) = change {
                let by = format!("{}{}", if *by > 0 { "+" } else { "" }, duration(*by));
                // Where there is no room for both, it takes the place of the name.
                let is_wide = end - x > 2 * name_width + 30;
                let x = if is_wide { anchor + name_width } else { anchor };
                words(text, "clock-words", (x, 14), &by);
                if is_wide {
                    words(text, "day-name", (anchor, 14), name);
                }
            } else if !name.is_empty() {
                words(text, "day-name", (anchor, 14), name);
            }
            if !date.is_empty() {
                words(text, "day-date", (anchor, y), date);
            }
        }
        let [days, weeks] = lines;
        let _infallible = write!(text, r#"<path class="day-lines" d="{days}"/><path class="week-lines" d="{weeks}"/>"#);
    }

    fn row(&self, text: &mut String, top: i64, row: &Line<'_>) {
        for (from, until) in row.refuted {
            let (x, end) = (self.x(*from), self.x(*until));
            if *until > self.time.0 && *from < self.time.1 {
                rect(text, "refuted", (x, top + 2, (end - x).max(2), 4));
            }
        }
        let mut edges = String::new();
        let mut is_wide = false;
        for mark in row.marks {
            let place = (mark.x, top + TOP, mark.width, HEIGHT);
            match row.bands.get(mark.bands.clone()) {
                Some([band]) => self.band(text, band, place),
                _ => rect(text, if mark.has_hole { "several has-hole" } else { "several" }, place),
            }
            // Between two that are hardly wider than a line, the colours say it.
            let was_wide = std::mem::replace(&mut is_wide, mark.width >= LINED);
            if mark.x > 0 && was_wide && is_wide {
                let _infallible = write!(edges, "M{}.5 {}v{}", mark.x, top + TOP - 2, HEIGHT + 4);
            }
        }
        let class = if self.question == CoverageQuestion::Wait { "steps-of-wait" } else { "handovers" };
        let _infallible = write!(text, r#"<path class="{class}" d="{edges}"/>"#);
    }

    fn band(&self, text: &mut String, band: &Band, (x, y, width, height): (i64, i64, i64, i64)) {
        let class = match &band.what {
            CoverageState::People(ids) => {
                // A stripe for each, as far as there is room.
                let count = i64::try_from(ids.len()).unwrap_or(1).clamp(1, 4);
                for (position, id) in (0..count).zip(ids) {
                    let (from, to) = (height * position / count, height * (position + 1) / count);
                    let is_rest = position == 3 && ids.len() > 4;
                    let class = if is_rest { "who-more".to_string() } else { colour(self.people, id) };
                    let plain = class.strip_suffix(" textured");
                    rect(text, plain.unwrap_or(&class), (x, y + from, width, to - from));
                    if plain.is_some() {
                        rect(text, "texture", (x, y + from, width, to - from));
                    }
                }
                "on-people"
            }
            CoverageState::Within(class) => {
                rect(text, &format!("wait-{}", class + 1), (x, y, width, height));
                match class {
                    0 | 1 => "on-wait-low",
                    2 | 3 => "on-wait-middle",
                    _ => "on-wait-high",
                }
            }
            CoverageState::Nobody if self.question.rank() == 0 => {
                rect(text, "hole", (x, y, width, height));
                rect(text, "hole-hatch", (x, y, width, height));
                "on-hole"
            }
            CoverageState::Nobody => {
                rect(text, "none", (x, y, width, height));
                "on-plain"
            }
            CoverageState::Depends(_) => {
                rect(text, "depends", (x, y, width, height));
                "on-plain"
            }
            CoverageState::Unknown => {
                rect(text, "unknown", (x, y, width, height));
                "on-plain"
            }
        };
        let said = label(&band.what, self.index, width);
        if !said.is_empty() {
            words(text, class, (x + 6, y + height / 2 + 4), &said);
        }
    }

    /// What is drawn over the rows: changes of the clock, and the present.
    fn over(&self, text: &mut String, height: i64) {
        for (at, _) in clock_changes(self.time, self.zone) {
            let _infallible = write!(text, r#"<path class="clock-change" d="M{}.5 4V{height}"/>"#, self.x(at));
        }
        if (self.time.0..self.time.1).contains(&self.now) {
            let x = self.x(self.now);
            let top = AXIS - 5;
            let _infallible = write!(
                text,
                r#"<path class="now" d="M{x}.5 {AXIS}V{height}"/><path class="now-head" d="M{} {top}h9l-4.5 6z"/>"#,
                x - 4
            );
        }
    }
}

fn rect(text: &mut String, class: &str, (x, y, width, height): (i64, i64, i64, i64)) {
    let _infallible =
        write!(text, r#"<rect class="{class}" x="{x}" y="{y}" width="{}" height="{height}"/>"#, width.max(0));
}

fn words(text: &mut String, class: &str, (x, y): (i64, i64), said: &str) {
    let _infallible = write!(text, r#"<text class="{class}" x="{x}" y="{y}">{}</text>"#, escaped(said));
}
