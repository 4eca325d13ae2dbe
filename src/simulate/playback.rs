//! Playing the run: which time of it is looked at, and what moves that.

use escalation_editor::playback::{self, Head, Speed};
use escalation_editor::words;
use escalation_engine::Seconds;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

use crate::clock;
use crate::editor::state::Open;
use crate::panel::Tab;
use crate::parts::keyboard::pressed;
use crate::strings;

/// How many events a page is.
const PAGE: usize = 10;
/// The room for the axis until it is known.
const ROOM: i64 = 640;

/// Which time of the run is looked at, and whether it moves by itself.
#[derive(Clone, Copy)]
pub struct Playback {
    /// The time, after the alert fired; nothing: the end.
    pub at: RwSignal<Option<Seconds>>,
    /// Whether it moves by itself.
    pub running: RwSignal<bool>,
    /// How fast.
    pub speed: RwSignal<Speed>,
    /// The room for the axis, in pixels.
    pub room: RwSignal<i64>,
    /// Whether the steps are shown as a table.
    pub as_table: RwSignal<bool>,
    /// Where it is on the axis, to the fraction of a pixel.
    head: StoredValue<Head>,
    /// Counts how often it began to move, so that what belongs to an earlier time ends.
    turn: StoredValue<u32>,
}

impl Playback {
    pub fn new() -> Self {
        Self {
            at: RwSignal::new(None),
            running: RwSignal::new(false),
            speed: RwSignal::new(Speed::default()),
            room: RwSignal::new(ROOM),
            as_table: RwSignal::new(false),
            head: StoredValue::new(Head::default()),
            turn: StoredValue::new(0),
        }
    }
}

/// The time that is looked at, as a number: at the end that of the end.
pub fn now(open: Open) -> Seconds {
    let end = open.play.with(|play| play.lasted);
    open.playback.at.get().map_or(end, |at| at.min(end))
}

/// Looks at a time; at or after the end, at all of it.
pub fn look_at(open: Open, at: Seconds) {
    let at = Some(at.max(0)).filter(|at| *at < open.play.with_untracked(|play| play.lasted));
    open.playback.head.set_value(Head::new(&open.axis.get_untracked(), untrack(|| at.unwrap_or_else(|| now(open)))));
    if open.playback.at.get_untracked() != at {
        open.playback.at.set(at);
    }
}

/// The same by hand: what plays by itself stops.
pub fn seek(open: Open, at: Seconds) {
    open.playback.running.set(false);
    look_at(open, at);
}

/// Goes so many events on or back.
pub fn step(open: Open, on: bool, count: usize) {
    let from = untrack(|| now(open));
    let to = open.play.with_untracked(|play| playback::events_on(&play.events, from, on, count));
    seek(open, to.unwrap_or(from));
}

/// Goes to the next event or the one before, and says what happens there.
pub fn step_and_say(open: Open, on: bool) {
    step(open, on, 1);
    open.session.say(untrack(|| told(open)));
}

/// What the time that is looked at is, in words.
pub fn told(open: Open) -> String {
    let until = open.until.get();
    if until == Seconds::MAX {
        return format!("{}. {}", strings::playback::AT_END, open.outcome());
    }
    let what = open.tell(|told| words::moment(told, until));
    let paged = open.play.with(|play| play.paged_by(until).len());
    strings::playback::at(&open.time_of(until), &strings::after(until), &what, paged)
}

/// Plays, from the beginning if it is at the end, or pauses.
pub fn toggle(open: Open) {
    let of = open.playback;
    if of.running.get_untracked() {
        of.running.set(false);
        open.session.say(strings::playback::paused(&untrack(|| told(open))));
        return;
    }
    look_at(open, of.at.get_untracked().unwrap_or_default());
    of.turn.update_value(|turn| *turn = turn.wrapping_add(1));
    of.running.set(true);
    open.session.say(strings::playback::PLAYING);
    if moves() {
        frame(open, of.turn.get_value(), clock::milliseconds())
    } else {
        pause_and_step(open, of.turn.get_value())
    }
}

/// The same from anywhere: what plays is seen.
pub fn show_and_toggle(open: Open) {
    open.show_tab(Tab::Simulate);
    toggle(open);
}

/// Another alert is looked at as a whole: a time in the run of the one before says nothing of it.
pub fn begin_anew(open: Open) {
    Effect::new(move |before: Option<()>| {
        open.assumed.priority.track();
        open.assumed.at.track();
        if before.is_some() {
            open.playback.running.set(false);
            open.playback.at.set(None);
        }
    });
}

/// Whether things may move.
fn moves() -> bool {
    let query = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
    query.is_none_or(|query| !query.matches())
}

/// Whether it still plays as it did: the screen may be gone, and it may have been paused since.
fn is_playing(open: Open, turn: u32) -> bool {
    open.playback.running.try_get_untracked() == Some(true) && open.playback.turn.try_get_value() == Some(turn)
}

/// Moves along the axis with each frame.
fn frame(open: Open, turn: u32, before: f64) {
    request_animation_frame(move || {
        if !is_playing(open, turn) {
            return;
        }
        let of = open.playback;
        let now = clock::milliseconds();
        let axis = open.axis.get_untracked();
        let (head, at) = of.head.get_value().moved(&axis, (now - before) as i64, of.speed.get_untracked());
        let end = open.play.with_untracked(|play| play.lasted);
        match at.filter(|at| *at < end) {
            Some(at) => {
                of.head.set_value(head);
                if of.at.get_untracked() != Some(at) {
                    of.at.set(Some(at));
                }
                frame(open, turn, now);
            }
            None => finish(open),
        }
    });
}

/// Goes from event to event, and moves nothing in between.
fn pause_and_step(open: Open, turn: u32) {
    let count = open.play.with_untracked(|play| play.events.len());
    let pause = playback::pause(count, open.playback.speed.get_untracked());
    let pause = std::time::Duration::from_millis(pause.unsigned_abs());
    set_timeout(
        move || {
            if !is_playing(open, turn) {
                return;
            }
            let from = untrack(|| now(open));
            let (next, end) = open.play.with_untracked(|play| (playback::event(&play.events, from, true), play.lasted));
            match next.filter(|next| *next < end) {
                Some(next) => {
                    look_at(open, next);
                    pause_and_step(open, turn);
                }
                None => finish(open),
            }
        },
        pause,
    );
}

fn finish(open: Open) {
    open.playback.running.set(false);
    open.playback.at.set(None);
    open.session.say(strings::playback::ended(&untrack(|| told(open))));
}

/// A key on the slider of time.
pub fn press(open: Open, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
        return;
    }
    match pressed(event).as_str() {
        "ArrowRight" | "ArrowUp" => step(open, true, 1),
        "ArrowLeft" | "ArrowDown" => step(open, false, 1),
        "PageUp" => step(open, true, PAGE),
        "PageDown" => step(open, false, PAGE),
        "Home" => seek(open, 0),
        "End" => seek(open, Seconds::MAX),
        " " => toggle(open),
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}
