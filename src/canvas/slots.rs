//! The places between nodes: a button that offers what can be put there, and where something dragged can go.

use escalation_editor::layout::{Rect, SlotMark};
use leptos::prelude::*;

use super::Marks;
use super::shapes;
use crate::editor::state::Open;
use crate::later;
use crate::parts::icon::{Glyph, Icon};
use crate::strings;

/// The places that are near what is seen.
#[component]
pub fn Slots(seen: Memo<Rect>) -> impl IntoView {
    let open = expect_context::<Open>();
    let far = expect_context::<Marks>().far;
    let marks = move || {
        // Nothing can be put among the steps of a template, nor where the path is for reading alone.
        // Where shapes are offered, one of them begins empty.
        if open.path.with(|path| path.is_templated()) || open.session.only_reads() || shapes::are_offered(open) {
            return Vec::new();
        }
        // Where they are too small to be met, they are there for what is dragged alone.
        if far.get() && open.look.drag.with(Option::is_none) {
            return Vec::new();
        }
        let seen = seen.get();
        let inside = |mark: &&SlotMark| {
            let (x, y) = (mark.at.x, mark.at.y);
            seen.x <= x && x <= seen.right() && seen.y <= y && y <= seen.bottom()
        };
        open.scene.with(|scene| scene.layout.slots.iter().filter(inside).cloned().collect::<Vec<_>>())
    };
    view! {
        <For each=marks key=|mark| (mark.slot.clone(), mark.at.x, mark.at.y) let(mark)>
            <Plus mark/>
        </For>
    }
}

#[component]
fn Plus(mark: SlotMark) -> impl IntoView {
    let open = expect_context::<Open>();
    let slot = StoredValue::new(mark.slot.clone());
    // Nothing, while nothing is dragged; else whether this may be its place, and whether it would be now.
    let drop = Memo::new(move |_| {
        open.look.drag.with(|drag| {
            let drag = drag.as_ref()?;
            slot.with_value(|slot| Some((drag.slots.contains(slot), drag.over.as_ref() == Some(slot))))
        })
    });
    let place = mark.clone();
    let offer = move |_| {
        let place = place.clone();
        later::with_edit(open, move |edit| (edit.open_for_slot)(open, &place));
    };
    view! {
        <button
            class="plus"
            class:drop=move || drop.get().is_some_and(|(legal, _)| legal)
            class:over=move || drop.get().is_some_and(|(_, over)| over)
            class:away=move || drop.get().is_some_and(|(legal, _)| !legal)
            tabindex=move || if open.scene.with(|scene| scene.layout.nodes.is_empty()) { "0" } else { "-1" }
            title=move || later::with_key(strings::ADD_HERE, strings::ADD_MENU)
            aria-label=strings::ADD_HERE
            aria-haspopup="listbox"
            style:transform=format!("translate({}px,{}px)", mark.at.x - 11, mark.at.y - 11)
            on:click=offer
        >
            <Icon glyph=Glyph::Plus/>
        </button>
    }
}
