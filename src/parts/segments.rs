//! One of a few, side by side.

use leptos::prelude::*;

/// A choice of one among a few; none may be chosen yet.
#[component]
pub fn Segments(
    /// What is chosen, for those who listen.
    #[prop(into)]
    label: String,
    /// The words, in order.
    options: Vec<&'static str>,
    /// The position of the one that is chosen.
    #[prop(into)]
    chosen: Signal<Option<usize>>,
    /// Called with the position of the one that is chosen anew.
    choose: impl Fn(usize) + Copy + 'static,
) -> impl IntoView {
    let buttons = options.into_iter().enumerate().map(|(position, words)| {
        let pressed = move || (chosen.get() == Some(position)).to_string();
        view! {
            <button type="button" aria-pressed=pressed on:click=move |_| choose(position)>{words}</button>
        }
    });
    view! { <div class="segments" role="group" aria-label=label>{buttons.collect_view()}</div> }
}
