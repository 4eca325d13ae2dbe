//! Stretches of time in words: "weekends (Europe/London)" rather than a list of fifty.

use crate::calendar::{Hours, Zone};
use crate::instant::{DAY, Instant, Seconds, WEEK, merge_overlapping};
use crate::words;

/// Working hours that words may name.
pub(super) struct Known<'a> {
    pub(super) name: &'a str,
    pub(super) hours: &'a Hours,
}

/// What times may be told by.
pub(super) struct Words<'a> {
    /// The first instant, and the first after the last.
    pub(super) horizon: (Instant, Instant),
    /// The sets of working hours of both paths.
    pub(super) known: Vec<Known<'a>>,
    /// Zones whose week may explain the times, the likeliest first.
    pub(super) zones: Vec<&'a str>,
}

impl Words<'_> {
    /// Some stretches within the horizon, exactly: by a word that means the same, by a week of some zone if they come
    /// back each week, or as a number of times with the first.
    pub(super) fn of(&self, stretches: &[(Instant, Instant)]) -> String {
        let stretches = merge_overlapping(stretches.to_vec());
        if stretches == [self.horizon] {
            return "at any time".to_string();
        }
        for Known { name, hours } in &self.known {
            if self.stretches_of(hours, true) == stretches {
                return format!("in {name}");
            }
            if self.stretches_of(hours, false) == stretches {
                return format!("outside {name}");
            }
        }
        let weekly = self.zones.iter().find_map(|name| {
            let week = self.week_of(&stretches, &Zone::get(name)?)?;
            Some(format!("{} ({name})", in_a_week(&week)))
        });
        weekly.unwrap_or_else(|| {
            let zone = self.zones.iter().find_map(|name| Some((*name, Zone::get(name)?)));
            let (name, zone) = zone.unwrap_or(("UTC", Zone::utc()));
            let first = stretches.first().copied().unwrap_or(self.horizon);
            let first = format!(
                "{} to {} ({name})",
                words::date_and_time(&zone, first.0),
                words::date_and_time(&zone, first.1)
            );
            match stretches.len() {
                0 | 1 => format!("from {first}"),
                count => format!("{count} times, first from {first}"),
            }
        })
    }

    /// A week on the wall of a zone that gives exactly these stretches, if there is one that can be told shortly.
    fn week_of(&self, stretches: &[(Instant, Instant)], zone: &Zone) -> Option<Hours> {
        let mut spans: Vec<(Seconds, Seconds)> = Vec::new();
        for (from, until) in stretches {
            let (begin, end) = (zone.wall(*from), zone.wall(*until));
            let begin_of_week = begin.second_of_week();
            let length = (end.day() - begin.day()) * DAY + end.second_of_day() - begin.second_of_day();
            if length >= WEEK {
                return None;
            }
            let span = (begin_of_week, begin_of_week + length);
            // What the horizon cuts says less than the whole weeks do.
            let is_cut = *from == self.horizon.0 || *until == self.horizon.1;
            if !is_cut && !spans.contains(&span) {
                spans.push(span);
            }
            if spans.len() > 14 {
                return None;
            }
        }
        let hours = Hours::weekly(zone.clone(), &spans);
        (self.stretches_of(&hours, true) == stretches).then_some(hours)
    }

    /// When, within the horizon, hours are in a state.
    fn stretches_of(&self, hours: &Hours, active: bool) -> Vec<(Instant, Instant)> {
        let (mut at, end) = self.horizon;
        let mut found = Vec::new();
        while let Some(from) = hours.first(at, active).filter(|from| *from < end) {
            at = hours.first(from, !active).unwrap_or(end).min(end);
            found.push((from, at));
            if at >= end {
                break;
            }
        }
        found
    }
}

fn in_a_week(hours: &Hours) -> String {
    match hours.week() {
        [(from, until)] if (*from, *until) == (5 * DAY, WEEK) => "weekends".to_string(),
        [(from, until)] if (*from, *until) == (0, 5 * DAY) => "weekdays".to_string(),
        _ => words::week(hours),
    }
}
