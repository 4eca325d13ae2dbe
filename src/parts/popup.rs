//! Something small that opens beside what was pressed, above the page. It is left by Escape or by a click beside it.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, Event};

use super::dialog::Dialog;
use super::popover::{self, Rect};

/// What it opens beside: where that was in the window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct At(Rect);

impl At {
    /// Beside what was pressed.
    pub fn pressed(event: &Event) -> Self {
        let element = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
        Self(element.map(|element| popover::rect_of(&element)).unwrap_or_default())
    }
}

#[component]
pub fn Popup(
    /// What it is called.
    #[prop(into)]
    label: String,
    /// Where it opens.
    at: At,
    /// Called when it is left.
    leave: impl Fn() + Copy + 'static,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    view! {
        <Dialog label class="popover popup" light=true beside=at.0 leave>
            <div class="popup-in">{children()}</div>
        </Dialog>
    }
}
