//! A screen with one thing to say and one thing to do.

use leptos::prelude::*;

#[component]
pub fn Notice(
    /// What there is to say.
    title: String,
    /// What it means.
    hint: String,
    /// What there is to do.
    children: Children,
) -> impl IntoView {
    view! {
        <main class="notice">
            <h1>{title}</h1>
            <p>{hint}</p>
            {children()}
        </main>
    }
}
