//! What is done with the path as a whole, and seldom: a menu that hangs on the bar.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, KeyboardEvent};

use super::actions::{self, Action};
use super::state::Open;
use crate::canvas::look::Overlay;
use crate::later;
use crate::parts::focus;
use crate::parts::icon::{Glyph, Icon};
use crate::parts::keyboard::pressed;
use crate::parts::popover::{self, Hanging};
use crate::place::Place;
use crate::strings;

/// The actions that are in it, by name.
const NAMES: &[&str] = &[
    strings::edit::HISTORY,
    strings::save::REVISIONS,
    strings::transfer::IMPORT,
    strings::transfer::AS_JSON,
    strings::transfer::AS_BUNDLE,
    strings::transfer::AS_SVG,
    strings::transfer::AS_PNG,
    strings::transfer::PRINT,
];

fn actions() -> impl Iterator<Item = &'static Action> {
    NAMES.iter().filter_map(|name| actions::all().find(|action| action.name == *name))
}

#[component]
pub fn Menu() -> impl IntoView {
    let open = expect_context::<Open>();
    let shown = move || open.look.overlay.get() == Some(Overlay::Menu);
    let button = NodeRef::<html::Button>::new();
    let close = move || {
        open.look.close();
        if let Some(button) = button.get_untracked() {
            let _gone = button.focus();
        }
    };
    view! {
        // A path can always be exported, so there is always something in it.
            <div class="hung">
                <button
                    class="tool"
                    node_ref=button
                    aria-haspopup="menu"
                    aria-expanded=move || shown().to_string()
                    on:click=move |_| open.look.toggle(Overlay::Menu)
                >
                    {strings::save::MORE}
                    <Icon glyph=Glyph::Down/>
                </button>
                <Show when=shown>
                    {move || later::edit().map(|edit| (edit.menu)(button, Callback::new(move |()| close())))}
                </Show>
            </div>
    }
}

/// Its lines.
#[component]
pub fn Items(button: NodeRef<html::Button>, close: Callback<()>) -> impl IntoView {
    let open = expect_context::<Open>();
    let list = NodeRef::<html::Ul>::new();
    popover::hang(list, Hanging::Below, f64::INFINITY, move || Some(popover::rect_of(&button.try_get_untracked()??)));
    Effect::new(move || {
        let first = list.get().and_then(|list| list.query_selector("button").ok().flatten());
        focus::give(first);
    });
    let keys = move |event: KeyboardEvent| {
        match pressed(&event).as_str() {
            "Escape" | "Tab" => close.run(()),
            "ArrowDown" => step(list, |at, count| (at + 1) % count),
            "ArrowUp" => step(list, |at, count| (at + count - 1) % count),
            "Home" => step(list, |_, _| 0),
            "End" => step(list, |_, count| count - 1),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let items = actions().filter(|action| untrack(|| action.is_possible(open))).map(|action| {
        let run = move |_| {
            close.run(());
            (action.run)(open);
        };
        view! { <li role="none"><button role="menuitem" tabindex="-1" on:click=run>{action.title()}</button></li> }
    });
    view! {
        <ul class="popover path-menu" popover="manual" role="menu" aria-label=strings::save::MORE node_ref=list on:keydown=keys>
            {items.collect_view()}
        </ul>
        <div class="behind" on:click=move |_| open.look.close()></div>
    }
}

/// Moves the focus to another item, by its position and the number of all.
fn step(list: NodeRef<html::Ul>, to: fn(u32, u32) -> u32) {
    let Some(items) = list.get_untracked().and_then(|list| list.query_selector_all("button").ok()) else { return };
    let active = Place::in_use().active();
    let of = |at: u32| items.get(at).and_then(|item| item.dyn_into::<Element>().ok());
    let at = (0..items.length()).find(|at| of(*at) == active).unwrap_or(0);
    focus::give(of(to(at, items.length().max(1))));
}
