//! The way back to all paths, before the title of a screen.

use leptos::prelude::*;

use crate::place::Place;
use crate::route::Route;
use crate::strings;

#[component]
pub fn Crumbs() -> impl IntoView {
    // Somebody else's page has ways of its own.
    Place::here().is_page().then(|| {
        view! {
            <nav class="crumbs" aria-label=strings::PATHS>
                <a href=Route::List.href()>{strings::PATHS}</a>
                <span aria-hidden="true">"/"</span>
            </nav>
        }
    })
}
