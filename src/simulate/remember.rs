//! What is assumed of a path outlives loading the page anew: for as long as the tab is open.

use escalation_editor::share;
use escalation_engine::calendar::Zone;
use leptos::prelude::*;

use crate::editor::state::Open;
use crate::parts::stored;

/// The key of what is assumed of a path; of one that was never saved, by its draft.
fn key(open: Open) -> String {
    let id = open.id.get();
    format!("assumed {}", if id.is_empty() { open.draft.get() } else { id })
}

/// Assumes what was assumed of this path in this tab last, and goes on noting it.
pub fn follow(open: Open) {
    if let Some(text) = stored::read(stored::of_tab(), &untrack(|| key(open))) {
        let (zone, scenario) = text.split_once('\n').unwrap_or(("", &text));
        // What another version has left there is nothing to us.
        if let Ok(scenario) = share::read(scenario) {
            open.assumed.load(&scenario);
            if Zone::get(zone).is_some() {
                open.assumed.zone.set(zone.to_string());
            }
        }
    }
    let now = Memo::new(move |_| (open.assumed.zone.get(), open.assumed.scenario()));
    Effect::new(move |before: Option<()>| {
        let key = key(open);
        let text = now.with(|(zone, scenario)| share::write(scenario).map(|scenario| format!("{zone}\n{scenario}")));
        // What nobody has touched is anew what is assumed of every path.
        if let (Some(()), Ok(text)) = (before, text) {
            stored::write(stored::of_tab(), &key, &text);
        }
    });
}
