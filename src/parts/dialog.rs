//! A dialog above the page, by the browser's own element: it holds the focus, and gives it back.

use leptos::html;
use leptos::prelude::*;

#[component]
pub fn Dialog(
    /// What it is called.
    label: String,
    /// Called when it is left by Escape.
    leave: impl Fn() + Copy + 'static,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(element) = element.get() {
            // The element is in the page by then, and not open: nothing else can go wrong.
            request_animation_frame(move || {
                let _open_already = element.show_modal();
            });
        }
    });
    view! {
        <dialog
            node_ref=element
            class="dialog"
            aria-label=label
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                leave();
            }
            // Keys are those of the dialog as long as it is open.
            on:keydown=|event| event.stop_propagation()
        >
            {children()}
        </dialog>
    }
}
