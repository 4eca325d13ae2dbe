//! Dragging nodes to another place: only to where they may go, which is shown while it lasts.

use std::sync::Arc;
use std::time::Duration;

use escalation_editor::Slot;
use escalation_editor::command::{Piece, Run, open_slots_for};
use leptos::prelude::*;

use super::look::Drag;
use super::run;
use crate::editor::state::Open;
use crate::strings;

/// How far a pointer goes, in pixels, before a press is a drag.
pub const THRESHOLD: f64 = 6.0;
/// How long a finger stays before it drags rather than pans.
pub const LONG_PRESS: Duration = Duration::from_millis(450);
/// From how far a slot draws what is dragged, in pixels of the screen.
const REACH: f64 = 110.0;

/// A pointer that went down on a node.
#[derive(Debug, Clone, PartialEq)]
pub struct Press {
    /// The pointer.
    pub pointer: i32,
    /// The node.
    pub node: String,
    /// Where, in pixels of the frame.
    pub at: (f64, f64),
    /// Whether it is a finger.
    pub is_touch: bool,
    /// Whether it drags the node as soon as that can be changed.
    pub drags: bool,
}

/// Takes up the node, and with it all that are chosen together with it.
pub fn begin(open: Open, node: &str, at: (f64, f64)) {
    let together = untrack(|| run::together(open));
    let run = if together.iter().any(|id| id == node) { run::now(open) } else { None };
    let run = run.unwrap_or_else(|| Run::one(node));
    let path = open.path.get_untracked();
    let slots = open_slots_for(&path, &Piece::Run(&run));
    let count = run.nodes(&path).map_or(1, <[_]>::len);
    let title = open.scene.with_untracked(|scene| scene.card(&run.first).map(|card| card.words.title.clone()));
    let words = if count > 1 { strings::nodes(count) } else { title.unwrap_or_default() };
    open.look.menu.set(None);
    open.session.say(strings::dragging(&words, slots.len()));
    open.look.drag.set(Some(Drag { run, words, slots: Arc::new(slots), at, over: None }));
    pan_at_edges(open);
}

/// The pointer goes elsewhere.
pub fn moved(open: Open, at: (f64, f64)) {
    let Some(mut drag) = open.look.drag.get_untracked() else { return };
    drag.at = at;
    drag.over = nearest(open, &drag.slots, at);
    open.look.drag.set(Some(drag));
}

/// Lets go: what is dragged goes where it would.
pub fn drop(open: Open) {
    let Some(drag) = open.look.drag.get_untracked() else { return };
    open.look.drag.set(None);
    match drag.over {
        Some(slot) => {
            open.select(Some(drag.run.first.clone()));
            run::move_to(open, drag.run, slot);
        }
        None => open.session.say(strings::DROPPED_NOWHERE),
    }
}

/// Leaves everything where it was.
pub fn cancel(open: Open) {
    if open.look.drag.get_untracked().is_some() {
        open.look.drag.set(None);
        open.session.say(strings::DROPPED_NOWHERE);
    }
}

fn nearest(open: Open, slots: &[Slot], at: (f64, f64)) -> Option<Slot> {
    let view = open.view.get_untracked();
    open.scene.with_untracked(|scene| {
        let away = |x: i32, y: i32| {
            let (x, y) = (f64::from(x) * view.scale + view.x, f64::from(y) * view.scale + view.y);
            (x - at.0).hypot(y - at.1)
        };
        let legal = scene.layout.slots.iter().filter(|mark| slots.contains(&mark.slot));
        let by_distance = legal.map(|mark| (away(mark.at.x, mark.at.y), mark));
        let near = by_distance.filter(|(distance, _)| *distance <= REACH);
        near.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, mark)| mark.slot.clone())
    })
}

/// Moves the drawing while the pointer is near an edge, frame by frame, for as long as the drag lasts.
fn pan_at_edges(open: Open) {
    request_animation_frame(move || {
        let Some(Some(drag)) = open.look.drag.try_get_untracked() else { return };
        let size = open.scene.with_untracked(|scene| scene.layout.size);
        let now = open.view.get_untracked();
        let next = now.follow(drag.at, size, open.screen.get_untracked());
        if next != now {
            open.view.set(next);
            moved(open, drag.at);
        }
        pan_at_edges(open);
    });
}

/// What is dragged, at the pointer.
#[component]
pub fn Ghost() -> impl IntoView {
    let open = expect_context::<Open>();
    move || {
        open.look.drag.get().map(|drag| {
            let at = format!("translate({}px,{}px)", drag.at.0.round() as i64 + 14, drag.at.1.round() as i64 + 10);
            view! { <div class="ghost" aria-hidden="true" style:transform=at>{drag.words}</div> }
        })
    }
}
