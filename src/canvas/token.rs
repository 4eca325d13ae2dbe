//! Where the walk stands at the time that is looked at.

use escalation_editor::layout::Rect;
use escalation_engine::Seconds;
use leptos::prelude::*;

use crate::editor::state::Open;

/// Half of its size.
const HALF: i32 = 9;
/// How far it is from the left edge: what else is drawn on a node is in its middle and on the right.
const INWARDS: i32 = 20;

/// Whether the walk stands on a node at the time that is looked at.
pub fn is_stood_on(open: Open, id: String) -> Memo<bool> {
    Memo::new(move |_| {
        let until = open.until.get();
        until != Seconds::MAX && open.play.with(|play| play.stands_on(until) == Some(&*id))
    })
}

#[component]
pub fn Token() -> impl IntoView {
    let open = expect_context::<Open>();
    let node = Memo::new(move |_| {
        let until = open.until.get();
        let is_shown = until != Seconds::MAX;
        is_shown.then(|| open.play.with(|play| play.stands_on(until).map(str::to_string)))
    });
    // Nothing where it is in a side that is closed; before the first node it is where the alert fires.
    let rect = Memo::new(move |_| -> Option<Rect> {
        let node = node.get()?;
        open.scene.with(|scene| match node {
            Some(id) => scene.layout.node(&id).map(|node| node.rect),
            None => Some(scene.layout.start),
        })
    });
    // While it is played, the drawing moves along, where it must.
    Effect::new(move |_| {
        if let (Some(Some(id)), true) = (node.get(), open.playback.running.get()) {
            open.show(&id);
        }
    });
    // It stays where it was while it is not seen, so that it does not fly in.
    let last = Memo::new(move |last: Option<&(i32, i32)>| {
        let seen = rect.get().map(|rect| (rect.x + INWARDS, rect.y - HALF));
        seen.or(last.copied()).unwrap_or_default()
    });
    let at = move || {
        let (x, y) = last.get();
        format!("translate({x}px,{y}px)")
    };
    view! { <i class="token" class:away=move || rect.with(Option::is_none) style:transform=at aria-hidden="true"></i> }
}
