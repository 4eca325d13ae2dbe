//! What is assumed: the alert, the instant, the zone, and what people do.

use std::collections::BTreeSet;

use escalation_editor::zoned;
use escalation_engine::words::date_and_time;
use leptos::prelude::*;

use crate::clock;
use crate::editor::state::{Behaviour, Open};
use crate::session::session;
use crate::strings;

/// How long after the page somebody acknowledges, at first.
const MINUTES: i64 = 4;

#[component]
pub fn Controls() -> impl IntoView {
    view! {
        <form class="controls" on:submit=|event| event.prevent_default()>
            <PriorityField/>
            <InstantField/>
            <ZoneField/>
            <PeopleField/>
        </form>
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
        let known = index.world().priorities.iter().map(|priority| option(priority.id.clone(), priority.name.clone()));
        known.chain([none]).collect_view()
    };
    let change = move |event| open.assumed.priority.set(Some(event_target_value(&event)).filter(|id| !id.is_empty()));
    view! {
        <label class="control">
            <span class="field-label">{strings::PRIORITY}</span>
            <select class="field" prop:value=chosen on:change=change>{options}</select>
        </label>
    }
}

#[component]
fn InstantField() -> impl IntoView {
    let open = expect_context::<Open>();
    let value = move || zoned::to_field(&open.zone(), open.assumed.at.get());
    let change = move |event| {
        // A date that is not complete yet changes nothing.
        if let Some(at) = zoned::from_field(&open.zone(), &event_target_value(&event)) {
            open.assumed.at.set(at);
        }
    };
    let now = move |_| {
        let now = clock::now().unix();
        open.assumed.at.set(escalation_engine::Instant::from_unix(now - now.rem_euclid(60)));
    };
    // The weekday, which the field does not show, and the time where the viewer is.
    let told = move || {
        let at = open.assumed.at.get();
        let here = date_and_time(&open.zone(), at);
        let utc = escalation_engine::words::day_and_time(&escalation_engine::calendar::Zone::utc(), at);
        format!("{here}, which is {utc} UTC")
    };
    view! {
        <div class="control instant">
            <div class="label-row">
                <label class="field-label" for="fired-at">{strings::FIRED_AT}</label>
                <button type="button" class="link" on:click=now>{strings::NOW}</button>
            </div>
            <input id="fired-at" class="field" type="datetime-local" prop:value=value on:change=change/>
            <span class="hint">{told}</span>
        </div>
    }
}

#[component]
fn ZoneField() -> impl IntoView {
    let open = expect_context::<Open>();
    let index = session().index;
    let zones = Memo::new(move |_| {
        let path = open.path.get();
        let of_path = path.working_hours.iter().flatten().map(|set| set.timezone.clone());
        let index = index.get();
        let of_schedules = index.world().schedules.iter().map(|schedule| schedule.timezone.clone());
        let here = [clock::viewer_zone(), "UTC".to_string(), open.assumed.zone.get()];
        of_path.chain(of_schedules).chain(here).collect::<BTreeSet<_>>()
    });
    let options = move || {
        let now = open.assumed.zone.get();
        let option = |zone: String| {
            let selected = zone == now;
            let words = zone.clone();
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

#[component]
fn PeopleField() -> impl IntoView {
    let open = expect_context::<Open>();
    let key = |id: &str, is_channel: bool| format!("{}{id}", if is_channel { "channel " } else { "user " });
    let chosen = move || match open.assumed.people.get() {
        Behaviour::Nobody => String::new(),
        Behaviour::Acks { id, is_channel, .. } => key(&id, is_channel),
    };
    let options = move || {
        let now = chosen();
        let index = session().index.get();
        let option = |value: String, words: String| {
            let selected = value == now;
            view! { <option value=value selected=selected>{words}</option> }
        };
        let mut all = vec![(String::new(), strings::NOBODY_RESPONDS.to_string())];
        let lanes = open.silent.get();
        all.extend(lanes.lanes.iter().map(|lane| (key(&lane.id, lane.is_channel), strings::acknowledges(&lane.name))));
        // Somebody who is not told any more keeps the behaviour that they were given.
        if let Behaviour::Acks { id, is_channel, .. } = open.assumed.people.get()
            && all.iter().all(|(value, _)| *value != key(&id, is_channel))
        {
            let name = if is_channel { index.channel_name(&id) } else { index.user_name(&id) };
            all.push((key(&id, is_channel), strings::acknowledges(name)));
        }
        all.into_iter().map(|(value, words)| option(value, words)).collect_view()
    };
    let change = move |event| {
        let after = match open.assumed.people.get_untracked() {
            Behaviour::Acks { after, .. } => after,
            Behaviour::Nobody => MINUTES * 60,
        };
        let value = event_target_value(&event);
        open.assumed.people.set(match value.split_once(' ') {
            Some((kind, id)) => Behaviour::Acks { id: id.to_string(), is_channel: kind == "channel", after },
            None => Behaviour::Nobody,
        });
    };
    let minutes = move || match open.assumed.people.get() {
        Behaviour::Acks { after, .. } => Some(after / 60),
        Behaviour::Nobody => None,
    };
    let change_minutes = move |event| {
        let typed = event_target_value(&event).parse::<i64>().ok().filter(|minutes| (0..=10_080).contains(minutes));
        if let Behaviour::Acks { id, is_channel, after } = open.assumed.people.get_untracked() {
            // Set in any case, so that the field shows what is assumed.
            let after = typed.map_or(after, |minutes| minutes * 60);
            open.assumed.people.set(Behaviour::Acks { id, is_channel, after });
        }
    };
    let responds = Memo::new(move |_| minutes().is_some());
    view! {
        <div class="control people">
            <label class="field-label" for="people">{strings::BEHAVIOUR}</label>
            <select id="people" class="field" prop:value=chosen on:change=change>{options}</select>
            <Show when=move || responds.get()>
                <label class="minutes">
                    <input
                        class="field"
                        type="number"
                        min="0"
                        max="10080"
                        prop:value=move || minutes().map(|m| m.to_string())
                        on:change=change_minutes
                    />
                    {strings::MINUTES}
                </label>
            </Show>
        </div>
    }
}
