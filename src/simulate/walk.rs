//! What the path itself does: where it waits and what for, when it goes back, how it ends.

use escalation_editor::card::text_width;
use escalation_editor::play::{StayKind, Transition, TurnKind, Wait};
use escalation_editor::words;
use escalation_engine::Seconds;
use leptos::prelude::*;

use super::lanes::Window;
use crate::editor::state::Open;
use crate::strings;

#[component]
pub fn WalkRow() -> impl IntoView {
    let open = expect_context::<Open>();
    let window = expect_context::<Window>();
    let count = move || {
        let until = open.until.get();
        let count = open.play.with(|play| play.paged_by(until).len());
        if until == Seconds::MAX {
            strings::playback::paged_in_all(count, open.play.with(|play| play.outcome.is_known()))
        } else {
            strings::playback::paged_so_far(count)
        }
    };
    let names = move || {
        let until = open.until.get();
        open.play.with(|play| play.paged_by(until).join(", "))
    };
    let drawn = move || {
        let (play, axis) = (open.play.get(), open.axis.get());
        let stays = play.stays.iter().filter(|stay| window.shows(&axis, stay.from, stay.until));
        let stays = stays.map(|stay| draw_stay(open, stay, led_to(&play.turns, stay))).collect_view();
        let ends = play.turns.iter().filter(|turn| is_drawn(turn) && window.shows(&axis, turn.after, turn.after));
        let ends = ends.map(|turn| draw_turn(open, turn)).collect_view();
        (stays, ends)
    };
    let spoken = move || {
        let play = open.play.get();
        open.tell(|told| {
            let mut said: Vec<(Seconds, String)> = Vec::new();
            said.extend(play.stays.iter().take(SAID).map(|stay| (stay.from, words::stay(told, stay).1)));
            said.extend(play.turns.iter().take(SAID).map(|turn| (turn.after, words::turn(told, turn).1)));
            said.sort_by_key(|(after, _)| *after);
            let said: Vec<String> =
                said.into_iter().map(|(after, words)| format!("{}: {words}", strings::after(after))).collect();
            format!("{}: {}", strings::playback::WALK, said.join(". "))
        })
    };
    view! {
        <div class="walk">
            <span class="lane-name so-far" title=names>{count}</span>
            <div class="track" role="img" aria-label=spoken>{drawn}</div>
        </div>
    }
}

/// So much is said of the walk in one sentence; all of it is in the list and the table.
const SAID: usize = 40;

/// Beside the words on a stay, in pixels.
const PADDING: i64 = 14;
/// Of words that are cut off, so much must be seen for them to say anything, in pixels.
const LEAST: i64 = 30;

/// About how wide words on a stay are, which are smaller than those on a card.
fn width(words: &str) -> i64 {
    i64::from(text_width(words)) * 22 / 25
}

/// What led to a stay, where it is told with it.
fn led_to(turns: &[Transition], stay: &Wait) -> Option<Transition> {
    let at = turns.iter().filter(|turn| turn.after == stay.from);
    at.copied().find(|turn| matches!(turn.kind, TurnKind::Back(_) | TurnKind::Again | TurnKind::HandOver))
}

/// Whether it has a mark of its own.
fn is_drawn(turn: &Transition) -> bool {
    matches!(turn.kind, TurnKind::End(_) | TurnKind::PassedOver)
}

fn draw_stay(open: Open, stay: &Wait, turn: Option<Transition>) -> impl IntoView + use<> {
    let kind = match stay.kind {
        StayKind::Wait => "stay",
        StayKind::Delay | StayKind::Grace => "stay idle",
        StayKind::Snooze => "stay put-off",
        StayKind::Quiet => "stay taken",
    };
    let axis = open.axis.get();
    let (from, until) = (axis.x(stay.from), axis.x(stay.until));
    let ((short, full), before) =
        open.tell(|told| (words::stay(told, stay), turn.map(|turn| words::turn(told, &turn))));
    let (prefix, full) = match before {
        Some((short, led)) => (Some(short), format!("{led}. {full}")),
        None => (None, full),
    };
    // What led to it is whole or not there; the rest may be cut off.
    let room = until - from - PADDING;
    let prefix = prefix.filter(|prefix| width(prefix) <= room);
    let rest = room - prefix.as_deref().map_or(0, width);
    let prefix = prefix.map(|prefix| view! { <b>{prefix}</b>" " });
    view! {
        <span
            class=kind
            title=full
            style:transform=format!("translateX({from}px)")
            style:width=format!("{}px", (until - from - 2).max(2))
        >
            {prefix}
            {(rest >= LEAST).then_some(short)}
        </span>
    }
}

fn draw_turn(open: Open, turn: &Transition) -> impl IntoView + use<> {
    let class = match turn.kind {
        TurnKind::End(true) => "turn ends",
        _ => "turn bad",
    };
    let x = open.axis.get().x(turn.after);
    let (_, full) = open.tell(|told| words::turn(told, turn));
    view! { <i class=class title=full style:transform=format!("translateX({x}px)")></i> }
}
