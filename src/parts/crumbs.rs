//! The way back to all paths, before the title of a screen.

use leptos::prelude::*;

use crate::route::Route;
use crate::strings;

#[component]
pub fn Crumbs() -> impl IntoView {
    view! {
        <nav class="crumbs" aria-label=strings::PATHS>
            <a href=Route::List.href()>{strings::PATHS}</a>
            <span aria-hidden="true">"/"</span>
        </nav>
    }
}
