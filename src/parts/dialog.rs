//! A dialog above the page, by the browser's own element: it holds the focus.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, MouseEvent};

use super::focus;
use super::popover::{self, Hanging, Rect};
use crate::place::Place;

#[component]
pub fn Dialog(
    /// What it is called.
    #[prop(into)]
    label: String,
    /// A class for its looks.
    #[prop(optional)]
    class: &'static str,
    /// Whether a click beside it leaves it, too.
    #[prop(optional)]
    light: bool,
    /// Beside what it opens; else it is in the middle of the window.
    #[prop(optional, into)]
    beside: Option<Rect>,
    /// Called when it is left by Escape.
    leave: impl Fn() + Copy + 'static,
    /// What is in it. What has `autofocus` has the focus first.
    children: Children,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    let before = StoredValue::new_local(Place::in_use().active());
    Effect::new(move |_| {
        if let Some(element) = element.get() {
            let owner = Owner::current();
            let is_in_page = element.is_connected();
            let show = move || {
                let _open_already = element.show_modal();
                if let (Some(anchor), Some(owner)) = (beside, owner) {
                    owner.with(|| popover::keep(&element, Hanging::Below, f64::INFINITY, move || Some(anchor)));
                }
            };
            // Before the next key, which is meant for the dialog already.
            if is_in_page { untrack(show) } else { request_animation_frame(show) }
        }
    });
    // Back to where the focus was, unless it has gone elsewhere on purpose.
    on_cleanup(move || {
        let before = before.try_get_value().flatten();
        request_animation_frame(move || {
            if focus::is_nowhere() {
                focus::give(before);
            }
        });
    });
    // Some browsers take the Escape of a word that is being composed for one of the dialog.
    let composing = StoredValue::new(false);
    let press = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        // All that is in it lies in elements of its own.
        if light && target.is_some_and(|target| target.tag_name() == "DIALOG") {
            leave();
        }
    };
    view! {
        <dialog
            node_ref=element
            class=format!("dialog {class}")
            aria-label=label
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                if !composing.get_value() {
                    leave();
                }
            }
            on:compositionstart=move |_| composing.set_value(true)
            on:compositionend=move |_| {
                // Its last key comes after it.
                request_animation_frame(move || {
                    let _left = composing.try_set_value(false);
                });
            }
            // Keys are those of the dialog as long as it is open.
            on:keydown=|event| event.stop_propagation()
            on:click=press
        >
            {children()}
        </dialog>
    }
}
