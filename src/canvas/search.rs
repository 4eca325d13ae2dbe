//! Looking for nodes by what is said of them: what fits is marked, and gone through by Enter.

use escalation_editor::search;
use leptos::html::Input;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::keys;
use super::look::Overlay;
use crate::editor::state::Open;
use crate::parts::focus;
use crate::parts::icon::{Glyph, Icon};
use crate::parts::keyboard::pressed;
use crate::strings;

/// Opens the field, or goes back to it.
pub fn start(open: Open) {
    open.look.overlay.set(Some(Overlay::Search));
    request_animation_frame(|| focus::give_to("search"));
}

fn finish(open: Open) {
    open.look.close();
    keys::focus_selected(open);
}

/// Goes to the next node that fits, or to the one before; around at the end.
fn step(open: Open, forward: bool) {
    let hits = open.hits.get_untracked();
    let at = open.selected.with_untracked(|selected| hits.iter().position(|id| selected.as_ref() == Some(id)));
    let Some(next) = search::around(at, hits.len(), forward) else { return open.session.say(strings::NOTHING_FITS) };
    let Some(id) = hits.get(next) else { return };
    open.select(Some(id.clone()));
    let title = open.scene.with_untracked(|scene| scene.card(id).map(|card| card.words.title.clone()));
    open.session.say(strings::hit(next + 1, hits.len(), &title.unwrap_or_default()));
}

#[component]
pub fn Search() -> impl IntoView {
    let open = expect_context::<Open>();
    view! { <Show when=move || open.look.overlay.get() == Some(Overlay::Search)><Field/></Show> }
}

#[component]
fn Field() -> impl IntoView {
    let open = expect_context::<Open>();
    let field = NodeRef::<Input>::new();
    Effect::new(move || {
        if let Some(field) = field.get() {
            let _gone = field.focus();
            field.select();
        }
    });
    let count = move || {
        let hits = open.hits.get();
        let at = open.selected.with(|selected| hits.iter().position(|id| selected.as_ref() == Some(id)));
        let empty = open.look.typed.with(|typed| typed.trim().is_empty());
        if empty { String::new() } else { strings::hits(at.map(|at| at + 1), hits.len()) }
    };
    let escape = move |event: KeyboardEvent| {
        if pressed(&event) == "Escape" {
            event.prevent_default();
            finish(open);
        }
    };
    let enter = move |event: KeyboardEvent| {
        if pressed(&event) == "Enter" {
            event.prevent_default();
            step(open, !event.shift_key());
        }
    };
    view! {
        <div class="search" role="search" on:keydown=escape>
            <input
                id="search"
                class="field"
                node_ref=field
                aria-label=strings::SEARCH
                placeholder=strings::SEARCH_HINT
                autocomplete="off"
                dir="auto"
                spellcheck="false"
                maxlength="200"
                prop:value=move || open.look.typed.get()
                on:keydown=enter
                on:input=move |event| open.look.typed.set(event_target_value(&event))
            />
            <span class="hits" aria-live="polite">{count}</span>
            <button class="tool icon-only" aria-label=strings::PREVIOUS title=strings::PREVIOUS on:click=move |_| step(open, false)>
                <span class="turned"><Icon glyph=Glyph::Down/></span>
            </button>
            <button class="tool icon-only" aria-label=strings::NEXT title=strings::NEXT on:click=move |_| step(open, true)>
                <Icon glyph=Glyph::Down/>
            </button>
            <button class="tool icon-only" aria-label=strings::CLOSE title=strings::CLOSE on:click=move |_| finish(open)>
                <Icon glyph=Glyph::Close/>
            </button>
        </div>
    }
}
