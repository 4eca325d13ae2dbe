//! What is assumed, in short: the alert, the instant, the zone, and what people do, with a button for all else.

use escalation_engine::Scenario;
use leptos::prelude::*;

use super::instant::InstantField;
use super::people::PeopleField;
use crate::clock;
use crate::editor::state::Open;
use crate::session::session;
use crate::strings;

/// Assumes something else, and says so.
pub fn assume(open: Open, said: String, change: impl FnOnce(&mut Scenario)) {
    open.assumed.more.update(change);
    open.session.say(said);
}

#[component]
pub fn Controls() -> impl IntoView {
    view! {
        <div class="controls" role="group" aria-label=strings::assume::ASSUMED>
            <PriorityField/>
            <InstantField/>
            <ZoneField/>
            <PeopleField/>
            <PrioritiesNote/>
        </div>
    }
}

#[component]
fn PriorityField() -> impl IntoView {
    let open = expect_context::<Open>();
    let index = session().index;
    let chosen = move || open.assumed.priority.get().unwrap_or_default();
    let options = move || {
        let now = chosen();
        let option = |id: String, name: String| {
            let selected = id == now;
            view! { <option value=id selected=selected>{name}</option> }
        };
        let none = option(String::new(), strings::NO_PRIORITY.to_string());
        let index = index.get();
        let world = index.world();
        let known = world.priorities.iter().map(|priority| option(priority.id.clone(), priority.name.clone()));
        let others = (!world.knows_all_priorities())
            .then(|| option(world.other_priority().into_owned(), strings::OTHER_PRIORITY.to_string()));
        // One that the organisation does not have stays what it is.
        let is_offered = now.is_empty() || (now == world.other_priority() && others.is_some());
        let other =
            (!is_offered && world.priorities.iter().all(|one| one.id != now)).then(|| option(now.clone(), now.clone()));
        known.chain(others).chain(other).chain([none]).collect_view()
    };
    let change = move |event| open.assumed.priority.set(Some(event_target_value(&event)).filter(|id| !id.is_empty()));
    view! {
        <label class="control">
            <span class="field-label">{strings::PRIORITY}</span>
            <select class="field" prop:value=chosen on:change=change>{options}</select>
        </label>
    }
}

/// Where the list of priorities comes from, where there may be others.
#[component]
pub fn PrioritiesNote() -> impl IntoView {
    let index = session().index;
    move || {
        let note = index.with(|index| strings::priorities_note(index.world()));
        note.map(|note| view! { <p class="hint priorities-note" data-priorities>{note}</p> })
    }
}

/// The zones in which times may be told, each with whose it is: the path's, the viewer's, UTC, the schedules', and the
/// one that is chosen.
pub fn zones(open: Open) -> Vec<(String, &'static str)> {
    let of_path = open.path.get().working_hours.iter().flatten().map(|set| set.timezone.clone()).collect::<Vec<_>>();
    let of_schedules = open
        .session
        .index
        .with(|index| index.world().schedules.iter().map(|schedule| schedule.timezone.clone()).collect::<Vec<_>>());
    let with = |whose: &'static str| move |zone: String| (zone, whose);
    let all = of_path.into_iter().map(with(strings::assume::OF_PATH));
    let all = all.chain([(clock::viewer_zone(), strings::assume::OF_VIEWER), ("UTC".to_string(), "")]);
    let all = all.chain(of_schedules.into_iter().map(with(""))).chain([(open.assumed.zone.get(), "")]);
    let mut zones: Vec<(String, &'static str)> = Vec::new();
    for (zone, whose) in all {
        if !zones.iter().any(|(known, _)| *known == zone) {
            zones.push((zone, whose));
        }
    }
    zones
}

#[component]
fn ZoneField() -> impl IntoView {
    let open = expect_context::<Open>();
    let zones = Memo::new(move |_| zones(open));
    let options = move || {
        let now = open.assumed.zone.get();
        let option = |(zone, whose): (String, &'static str)| {
            let selected = zone == now;
            let words = if whose.is_empty() { zone.clone() } else { format!("{zone} ({whose})") };
            view! { <option value=zone selected=selected>{words}</option> }
        };
        zones.get().into_iter().map(option).collect_view()
    };
    let change = move |event| open.assumed.zone.set(event_target_value(&event));
    view! {
        <label class="control">
            <span class="field-label">{strings::ZONE}</span>
            <select class="field" prop:value=move || open.assumed.zone.get() on:change=change>{options}</select>
        </label>
    }
}
