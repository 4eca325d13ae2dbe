//! What takes the place of the details for a while: the review before a save, and what else compares the path with
//! another state of it.

use std::sync::Arc;

use escalation_api::PathPayload;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, KeyboardEvent};

use super::compare::Compare;
use super::history::History;
use super::review::Review;
use super::revisions::Revisions;
use super::save::Saving;
use super::state::Open;
use crate::canvas;
use crate::later;
use crate::parts::icon::{Glyph, Icon};
use crate::parts::keyboard::pressed;
use crate::strings;

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Side {
    /// What is about to be saved.
    Review,
    /// What somebody else has saved meanwhile.
    Compare(Arc<PathPayload>),
    /// What the path was before.
    Revisions,
    /// What was done since it was opened.
    History,
}

impl Open {
    /// Shows something beside the graph, compared with another state of the path.
    pub fn show_side(self, side: Side, compared: Option<Arc<PathPayload>>) {
        self.compared.set(compared);
        self.side.set(Some(side));
    }

    /// How much of the graph's right is under what is shown here, in pixels of the screen.
    pub fn covered(self) -> f64 {
        if self.side.with_untracked(Option::is_none) {
            return 0.0;
        }
        let rect = |selector: &str| self.session.place.find(selector).map(|element| element.get_bounding_client_rect());
        let (Some(panel), Some(graph)) = (rect(".side-panel"), rect(".canvas")) else { return 0.0 };
        // Where all of it is covered, as on a telephone, there is nowhere to show anything.
        if panel.left() <= graph.left() { 0.0 } else { (graph.right() - panel.left()).max(0.0) }
    }

    /// Shows the details again.
    pub fn close_side(self) {
        if self.side.with_untracked(Option::is_none) {
            return;
        }
        self.side.set(None);
        self.compared.set(None);
        if self.saving.with_untracked(|saving| matches!(saving, Saving::Failed { .. })) {
            self.saving.set(Saving::Idle);
        }
        canvas::focus_selected(self);
    }
}

#[component]
pub fn SideScreen() -> impl IntoView {
    let open = expect_context::<Open>();
    move || {
        let rest = later::rest()?;
        open.side.get().map(|side| (rest.side)(side))
    }
}

/// What is shown, by its name.
pub fn content(side: Side) -> AnyView {
    match side {
        Side::Review => view! { <Review/> }.into_any(),
        Side::Compare(theirs) => view! { <Compare theirs/> }.into_any(),
        Side::Revisions => view! { <Revisions/> }.into_any(),
        Side::History => view! { <History/> }.into_any(),
    }
}

/// The frame of what is shown. The focus goes to the first button with the attribute `data-first`, or in an element with
/// it.
#[component]
pub fn SidePanel(
    /// What it is called.
    title: String,
    children: Children,
) -> impl IntoView {
    let open = expect_context::<Open>();
    let panel = NodeRef::<html::Section>::new();
    Effect::new(move |_| {
        let Some(panel) = panel.get() else { return };
        let is_in_page = panel.is_connected();
        let give = move || {
            let first = panel.query_selector("button[data-first], [data-first] button").ok().flatten();
            let first = first.and_then(|first| first.dyn_into::<HtmlElement>().ok());
            let _gone = match first {
                Some(first) => first.focus(),
                None => panel.focus(),
            };
        };
        // Before the next key, which is meant for the panel already.
        if is_in_page { untrack(give) } else { request_animation_frame(give) }
    });
    let keys = move |event: KeyboardEvent| {
        if pressed(&event) == "Escape" {
            event.prevent_default();
            event.stop_propagation();
            open.close_side();
        }
    };
    let label = title.clone();
    view! {
        <section class="side-panel" role="dialog" tabindex="-1" aria-label=label node_ref=panel on:keydown=keys>
            <div class="side-head">
                <h2>{title}</h2>
                <button class="tool icon-only" aria-label=strings::save::CLOSE title=strings::save::CLOSE on:click=move |_| open.close_side()>
                    <Icon glyph=Glyph::Close/>
                </button>
            </div>
            {children()}
        </section>
    }
}
