//! What is assumed: the alert, the instant, the zone, and what people do.

use std::collections::BTreeSet;

use escalation_editor::assume::{self, Behaviour};
use escalation_editor::zoned;
use escalation_engine::words::date_and_time;
use leptos::prelude::*;

use crate::clock;
use crate::editor::state::Open;
use crate::session::session;
use crate::strings;

/// How long after the page somebody acknowledges, at first.
const MINUTES: i64 = 4;

/// Chosen where several people do something, or not the same to each page.
const SEVERAL: &str = "several";

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
    // The one person or channel that answers, if it is one and the answer is to every page.
    let one = Memo::new(move |_| {
        open.assumed.more.with(|more| {
            let [response] = more.responses.as_slice() else { return None };
            let (id, is_channel) = assume::by(response)?;
            match assume::behaviour(more, id, is_channel) {
                Behaviour::Acks(after) => Some((id.to_string(), is_channel, after)),
                _ => None,
            }
        })
    });
    let several = move || one.with(Option::is_none) && open.assumed.more.with(|more| !more.responses.is_empty());
    let chosen = move || match one.get() {
        Some((id, is_channel, _)) => key(&id, is_channel),
        None if several() => SEVERAL.to_string(),
        None => String::new(),
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
        if let Some((id, is_channel, _)) = one.get()
            && all.iter().all(|(value, _)| *value != key(&id, is_channel))
        {
            let name = if is_channel { index.channel_name(&id) } else { index.user_name(&id) };
            all.push((key(&id, is_channel), strings::acknowledges(name)));
        }
        if several() {
            all.push((SEVERAL.to_string(), strings::panel::SEVERAL.to_string()));
        }
        all.into_iter().map(|(value, words)| option(value, words)).collect_view()
    };
    let change = move |event| {
        let after = one.get_untracked().map_or(MINUTES * 60, |(_, _, after)| after);
        let value = event_target_value(&event);
        if value == SEVERAL {
            return;
        }
        open.assumed.more.update(|more| {
            more.responses.clear();
            if let Some((kind, id)) = value.split_once(' ') {
                assume::set(more, id, kind == "channel", Behaviour::Acks(after));
            }
        });
    };
    let minutes = move || one.get().map(|(_, _, after)| after / 60);
    let change_minutes = move |event: web_sys::Event| {
        let typed = event_target_value(&event).parse::<i64>().ok().filter(|minutes| (0..=10_080).contains(minutes));
        if let Some((id, is_channel, after)) = one.get_untracked() {
            // What was typed may not have been taken: the field shows what is assumed.
            let after = typed.map_or(after, |minutes| minutes * 60);
            open.assumed.more.update(|more| assume::set(more, &id, is_channel, Behaviour::Acks(after)));
            event_target::<web_sys::HtmlInputElement>(&event).set_value(&(after / 60).to_string());
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
