//! Finding out, while the tab is shown: once the frame is painted, in slices, so that typing never waits for it.

use std::sync::Arc;
use std::time::Duration;

use escalation_editor::coverage::{Search, people, summary};
use escalation_engine::Instant;
use escalation_engine::calendar::WallTime;
use leptos::prelude::*;

use super::{CoverageResult, WEEKS};
use crate::clock;
use crate::editor::state::Open;

/// So long nothing may have changed before it is looked for.
const REST: Duration = Duration::from_millis(60);

/// After so long the browser has its turn, in milliseconds.
const SLICE: f64 = 8.0;

/// The time that is looked at: whole weeks from the beginning of today, or of another day, where times are told.
pub fn time(open: Open) -> (Instant, Instant) {
    let zone = open.zone();
    let weeks = WEEKS.get(open.coverage.weeks.get()).copied().unwrap_or(1);
    let day = zone.wall(clock::now()).day() + 7 * open.coverage.shift.get();
    let at = |day| zone.first_at_wall(WallTime::new(day, 0));
    (at(day), at(day + 7 * weeks))
}

/// Looks for it whenever something has changed that it depends on, for as long as the owner lives.
pub fn follow(open: Open) {
    let coverage = open.coverage;
    Effect::new(move || {
        let (compiled, index, time) = (open.compiled.get(), open.session.index.get(), time(open));
        let number = next(open);
        let is_known = coverage.found.with_untracked(|found| {
            found.as_ref().is_some_and(|found| {
                Arc::ptr_eq(&found.compiled, &compiled) && Arc::ptr_eq(&found.index, &index) && found.time == time
            })
        });
        coverage.is_fresh.set(false);
        if is_known {
            list(open, number);
            return;
        }
        coverage.percent.set(0);
        // What was changed is drawn first.
        let begin = move || {
            let search = Search::new(compiled.clone(), index.clone(), time);
            let found =
                CoverageResult { compiled, index, time, now: clock::now(), rows: Vec::new(), people: Vec::new() };
            slice(open, number, search, found);
        };
        request_animation_frame(move || set_timeout(begin, REST));
    });
    on_cleanup(move || {
        next(open);
    });
}

/// Nothing that was asked before is answered any more.
fn next(open: Open) -> u64 {
    let number = open.coverage.asked.try_get_value().unwrap_or_default() + 1;
    open.coverage.asked.try_update_value(|asked| *asked = number);
    number
}

fn slice(open: Open, number: u64, mut search: Search, found: CoverageResult) {
    let coverage = open.coverage;
    if coverage.asked.try_get_value() != Some(number) {
        return;
    }
    let began = clock::milliseconds();
    while !search.is_done() && clock::milliseconds() - began < SLICE {
        search.go_on();
    }
    if !search.is_done() {
        coverage.percent.set(search.percent());
        set_timeout(move || slice(open, number, search, found), Duration::ZERO);
        return;
    }
    let rows = search.finish();
    let people = people(&rows, &found.index);
    // Where the rows are others, the keyboard begins anew.
    let count = rows.len();
    if coverage.cursor.with_untracked(|cursor| {
        cursor.is_some_and(|(row, at)| row >= count || at < found.time.0 || at >= found.time.1)
    }) {
        coverage.cursor.set(None);
    }
    coverage.found.set(Some(Arc::new(CoverageResult { rows, people, ..found })));
    // The drawing is a frame of work, and so is the list.
    request_animation_frame(move || set_timeout(move || list(open, number), Duration::ZERO));
}

/// Lists what is drawn.
fn list(open: Open, number: u64) {
    let coverage = open.coverage;
    if coverage.asked.try_get_value() != Some(number) {
        return;
    }
    let found = coverage.found.get_untracked();
    let is_listed = coverage.listed.with_untracked(|listed| match (listed, &found) {
        (Some(listed), Some(found)) => Arc::ptr_eq(listed, found),
        _ => false,
    });
    if !is_listed {
        coverage.listed.set(found);
    }
    coverage.is_fresh.set(true);
    tell(open);
}

/// Says whether there is always somebody, where that has changed.
fn tell(open: Open) {
    let summary = untrack(|| {
        let zone = open.zone();
        open.coverage.found.with(|found| found.as_ref().map(|found| summary(&found.rows, &found.index, &zone)))
    });
    let Some(summary) = summary else { return };
    let now = (summary.state, summary.holes.len());
    let before = open.coverage.told.try_update_value(|told| told.replace(now)).flatten();
    if before.is_some_and(|before| before != now) {
        open.session.say(summary.sentence);
    }
}
