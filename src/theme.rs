//! Light, dark, or as the system has it.

use leptos::prelude::*;

use crate::parts::icon::{Glyph, Icon};
use crate::parts::stored;
use crate::place::Place;
use crate::strings;

const KEY: &str = "theme";

fn chosen() -> Option<String> {
    stored::read(stored::for_good(), KEY).filter(|theme| theme == "light" || theme == "dark")
}

fn system() -> &'static str {
    let dark = window().match_media("(prefers-color-scheme: dark)").ok().flatten().is_some_and(|query| query.matches());
    if dark { "dark" } else { "light" }
}

/// Switches between light and dark, and keeps the choice in this browser.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let place = Place::here();
    // In somebody else's page that page says which.
    if !place.is_page() {
        return ().into_any();
    }
    let theme = RwSignal::new(chosen());
    Effect::new(move || {
        let Some(root) = place.base() else { return };
        let _unsupported = match theme.get() {
            Some(theme) => root.set_attribute("data-theme", &theme),
            None => root.remove_attribute("data-theme"),
        };
    });
    let switch = move |_| {
        let now = theme.get_untracked().unwrap_or_else(|| system().to_string());
        let next = if now == "dark" { "light" } else { "dark" };
        stored::write(stored::for_good(), KEY, next);
        theme.set(Some(next.to_string()));
    };
    view! {
        <button class="tool icon-only" title=strings::THEME aria-label=strings::THEME on:click=switch>
            <Icon glyph=Glyph::Theme/>
        </button>
    }
    .into_any()
}
