//! Coverage in words.

use std::collections::BTreeMap;

use escalation_engine::calendar::Zone;
use escalation_engine::instant::HOUR;
use escalation_engine::words::{date_and_time, date_with_year, duration, list};
use escalation_engine::world::WorldPart;
use escalation_engine::{Index, Instant};

use super::{Band, CoverageOutcome, CoverageQuestion, CoverageState, RANKS, Row, WAITS};
use crate::card::{initials, text_width};
use crate::expect::{State, day};
use crate::words::{IF_NOT_PAUSED, for_priorities};

/// What somebody is called by: `first`.
const ORDINALS: [&str; RANKS] = ["first", "second", "third"];

/// What is the case, such as `Maya Chen and Tom Okafor`, `within 5m` or `nobody`.
#[must_use]
pub fn words(what: &CoverageState, index: &Index) -> String {
    match what {
        CoverageState::People(ids) => list(&ids.iter().map(|id| index.user_name(id)).collect::<Vec<_>>(), "and"),
        CoverageState::Within(class) => wait_words(*class),
        CoverageState::Nobody => "nobody".to_string(),
        CoverageState::Depends(all) => {
            let all: Vec<String> = all.iter().map(|what| words(what, index)).collect();
            format!("depends: {}", list(&all.iter().map(String::as_str).collect::<Vec<_>>(), "or"))
        }
        CoverageState::Unknown => "unknown".to_string(),
    }
}

/// A class of waiting: `at once`, `within 5m`, `after more than 1h`.
#[must_use]
pub fn wait_words(class: usize) -> String {
    match WAITS.get(class) {
        Some(0) => "at once".to_string(),
        Some(limit) => format!("within {}", duration(*limit)),
        None => format!("after more than {}", duration(WAITS.last().copied().unwrap_or_default())),
    }
}

/// What is written on a band of this width, in pixels: names, initials or nothing.
#[must_use]
pub fn label(what: &CoverageState, index: &Index, width: i64) -> String {
    const SPACE: i64 = 12;
    let fits = |text: &String| i64::from(text_width(text)) + SPACE <= width;
    let long = match what {
        CoverageState::People(ids) => ids.iter().map(|id| index.user_name(id)).collect::<Vec<_>>().join(", "),
        CoverageState::Depends(_) => "depends".to_string(),
        _ => words(what, index),
    };
    let short = match what {
        CoverageState::People(ids) if ids.len() > 3 => format!("{} people", ids.len()),
        CoverageState::People(ids) => ids.iter().map(|id| initials(index.user_name(id))).collect::<Vec<_>>().join(" "),
        CoverageState::Depends(_) | CoverageState::Unknown => "?".to_string(),
        _ => String::new(),
    };
    [long, short].into_iter().find(fits).unwrap_or_default()
}

/// What is looked at, as a title: `Who is paged first`.
#[must_use]
pub fn title(question: CoverageQuestion) -> String {
    match question {
        CoverageQuestion::Rank(rank) => format!("Who is paged {}", ORDINALS.get(rank).copied().unwrap_or_default()),
        CoverageQuestion::Wait => "How long until somebody is paged".to_string(),
    }
}

/// What an alert does that fires at an instant: `Maya Chen is paged at once, then Tom Okafor after 5m, then nobody else`.
#[must_use]
pub fn moment(row: &Row, at: Instant, index: &Index) -> String {
    let Some(stretch) = row.at(at) else { return String::new() };
    let all: Vec<String> = stretch.ways.iter().map(|way| of_way(way, at, index)).collect();
    match all.as_slice() {
        [one] => one.clone(),
        all => format!("It depends on a condition that can’t be decided: {}", all.join("; or ")),
    }
}

fn of_way(way: &CoverageOutcome, at: Instant, index: &Index) -> String {
    let mut told: Vec<String> = Vec::new();
    for (rank, wave) in way.waves.iter().enumerate() {
        let names = words(&CoverageState::People(wave.people.clone()), index);
        let is = match (rank, wave.people.len()) {
            (0, 1) => " is paged",
            (0, _) => " are paged",
            _ => "",
        };
        let when = match wave.after(at) {
            0 => "at once".to_string(),
            after => format!("after {}", duration(after)),
        };
        told.push(format!("{names}{is} {when}"));
    }
    match (told.is_empty(), way.is_cut) {
        (true, true) => return "Recipients unknown".to_string(),
        (true, false) => return "Nobody is paged".to_string(),
        (false, true) => told.push("then unknown".to_string()),
        (false, false) if told.len() < RANKS => told.push("nobody else".to_string()),
        (false, false) => {}
    }
    told.join(", then ")
}

/// `Mon 23 Mar 09:00 to Mon 30 Mar 09:00`.
#[must_use]
pub fn stretch_of_time(from: Instant, until: Instant, zone: &Zone) -> String {
    format!("{} to {}", date_and_time(zone, from), date_and_time(zone, until))
}

/// The same of a part of a time that is looked at: what was before and what comes after is not told.
#[must_use]
pub fn part_of_time(part: (Instant, Instant), whole: (Instant, Instant), zone: &Zone) -> String {
    match (part.0 > whole.0, part.1 < whole.1) {
        (true, true) => stretch_of_time(part.0, part.1, zone),
        (true, false) => format!("from {} on", date_and_time(zone, part.0)),
        (false, true) => format!("until {}", date_and_time(zone, part.1)),
        (false, false) => "the whole range".to_string(),
    }
}

/// How long after the alert people are paged, where that is more than an hour: a band lies where alerts fire.
#[must_use]
pub fn lateness(band: &Band) -> Option<String> {
    let (least, most) = band.wait.filter(|(_, most)| *most > HOUR && matches!(band.what, CoverageState::People(_)))?;
    let most_words = duration(most);
    Some(match least {
        0 => format!("The page comes up to {most_words} after the alert"),
        least if least == most => format!("The page comes {most_words} after the alert"),
        least => format!("The page comes {} to {most_words} after the alert", duration(least)),
    })
}

/// A time in which nobody is paged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// The first instant.
    pub from: Instant,
    /// The first instant after the last.
    pub until: Instant,
    /// The positions of the rows that have it.
    pub rows: Vec<usize>,
}

/// Whether there is always somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Whether there is.
    pub state: State,
    /// The same in a sentence.
    pub sentence: String,
    /// When there is nobody, in order.
    pub holes: Vec<Hole>,
}

/// Tells whether somebody is paged for every alert, with times in a zone.
#[must_use]
pub fn summary(rows: &[Row], index: &Index, zone: &Zone) -> Summary {
    let bands: Vec<(usize, Band)> = rows
        .iter()
        .enumerate()
        .flat_map(|(position, row)| row.bands(CoverageQuestion::Rank(0)).into_iter().map(move |band| (position, band)))
        .collect();
    let mut holes: BTreeMap<(Instant, Instant), Vec<usize>> = BTreeMap::new();
    let mut unknown: Option<Instant> = None;
    let mut depends: Option<Instant> = None;
    let earlier = |known: &mut Option<Instant>, at: Instant| *known = Some(known.map_or(at, |known| known.min(at)));
    for (row, band) in &bands {
        match &band.what {
            CoverageState::Nobody => holes.entry((band.from, band.until)).or_default().push(*row),
            CoverageState::Unknown => earlier(&mut unknown, band.from),
            CoverageState::Depends(all) if all.iter().any(|what| !matches!(what, CoverageState::People(_))) => {
                earlier(&mut depends, band.from);
            }
            CoverageState::Depends(_) | CoverageState::People(_) | CoverageState::Within(_) => {}
        }
    }
    let holes: Vec<Hole> = holes.into_iter().map(|((from, until), rows)| Hole { from, until, rows }).collect();
    let until = bands.iter().map(|(_, band)| band.until).max();
    let until = until.map(|until| day(zone, until - 1)).unwrap_or_default();
    let (state, sentence) = match (holes.len(), unknown, depends) {
        (0, None, None) => {
            let all: Vec<String> = rows.iter().flat_map(|row| row.priorities.iter().cloned()).collect();
            let of = for_priorities(&all, index);
            let pauses = if index.world().is_unread(WorldPart::Pauses) { IF_NOT_PAUSED } else { "" };
            (State::Holds, format!("Somebody is paged first at every instant to {until}{of}{pauses}"))
        }
        (0, None, Some(at)) => {
            let from = date_with_year(zone, at);
            (State::Unsure, format!("From {from} on it depends on a condition whether somebody is paged"))
        }
        (0, Some(at), _) => {
            let from = date_with_year(zone, at);
            (State::Unsure, format!("No gap is known, but recipients are unknown from {from} on"))
        }
        (1, ..) => (State::Broken, format!("1 gap until {until}: nobody is paged")),
        (count, ..) => (State::Broken, format!("{count} gaps until {until}: nobody is paged")),
    };
    Summary { state, sentence, holes }
}
