//! What is assumed as an address: it can be copied, and opening it simulates exactly that.

use escalation_editor::share;
use escalation_engine::Scenario;
use escalation_engine::calendar::Zone;
use leptos::prelude::*;

use crate::editor::link;
use crate::editor::notes::About;
use crate::editor::state::Open;
use crate::panel::Tab;
use crate::route::{self, Route};
use crate::strings;

/// What the address brought.
#[derive(Debug, Clone, PartialEq)]
pub struct Brought {
    /// As it stands in the address.
    query: String,
    scenario: Scenario,
    zone: String,
}

/// Whether there is an address that others can open.
pub fn can(open: Open) -> bool {
    open.id.with(|id| !id.is_empty())
}

/// Copies the address of what is assumed.
pub fn copy(open: Open) {
    let (scenario, zone) = untrack(|| (open.assumed.scenario(), open.assumed.zone.get()));
    let tell = move |said: String| {
        open.session.say(said.clone());
        // The screen may have been left.
        let _left = open.scenarios.told.try_set(Some(said));
    };
    match share::write(&scenario) {
        Ok(text) => {
            let query = route::query(&text, &zone);
            let href = Route::Path(open.id.get_untracked()).href();
            let said = |copied| if copied { strings::scenarios::LINK_COPIED } else { strings::NOT_COPIED };
            let link = open.session.place.link(&format!("{href}?{query}"));
            link::put(link, move |copied| tell(said(copied).to_string()));
        }
        Err(why) => tell(why),
    }
}

/// Assumes what the address says, if it says anything new. What is wrong with it is told, and nothing is changed.
pub fn take(open: Open) {
    let Some(query) = route::current_query(open.session.place) else { return };
    if open.brought.with_untracked(|brought| brought.as_ref().is_some_and(|brought| brought.query == query)) {
        return;
    }
    match read(&query) {
        Ok(None) => {}
        Ok(Some((scenario, zone))) => {
            open.assumed.load(&scenario);
            let zone = zone.filter(|zone| Zone::get(zone).is_some());
            if let Some(zone) = zone {
                open.assumed.zone.set(zone);
            }
            let (scenario, zone) = untrack(|| (open.assumed.scenario(), open.assumed.zone.get()));
            open.brought.set(Some(Brought { query, scenario, zone }));
            open.show_tab(Tab::Simulate);
            open.session.say(strings::scenarios::LINK_TAKEN);
        }
        Err(why) => open.note(About::Link, &why, None),
    }
}

fn read(query: &str) -> Result<Option<(Scenario, Option<String>)>, String> {
    let Some(text) = route::value(query, route::SCENARIO) else { return Ok(None) };
    let text = text.ok_or_else(|| strings::scenarios::LINK_UNREADABLE.to_string())?;
    Ok(Some((share::read(&text)?, route::value(query, route::ZONE).flatten())))
}

/// What the address goes on saying for as long as it is what is assumed.
pub fn still(open: Open) -> Option<String> {
    let brought = open.brought.get()?;
    let same = brought.scenario == open.assumed.scenario() && brought.zone == open.assumed.zone.get();
    same.then_some(brought.query)
}
