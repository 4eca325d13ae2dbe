//! When the alert fires: typed, chosen in a calendar, or one of the instants worth trying.

use escalation_editor::moments::moments;
use escalation_editor::zoned;
use escalation_engine::Instant;
use escalation_engine::calendar::Zone;
use escalation_engine::words::{date_and_time, day_and_time};
use leptos::prelude::*;

use super::controls::zones;
use crate::clock;
use crate::editor::state::Open;
use crate::parts::popup::{At, Popup};
use crate::parts::segments::Segments;
use crate::strings;

/// So many other zones are beside the time.
const OTHERS: usize = 2;

#[component]
pub fn InstantField() -> impl IntoView {
    let open = expect_context::<Open>();
    let value = move || zoned::to_field(&open.zone(), open.assumed.at.get());
    // The time that was typed and does not exist, with the instant that is meant in its place.
    let skipped = RwSignal::new(None::<(String, Instant)>);
    let change = move |event| {
        let typed = event_target_value(&event);
        // A date that is not complete yet changes nothing.
        if let Some(at) = zoned::from_field(&open.zone(), &typed) {
            let is_skipped = zoned::is_skipped(&open.zone(), &typed);
            let time = typed.split_once('T').map_or("", |(_, time)| time).to_string();
            skipped.set(is_skipped.then_some((time, at)));
            open.assumed.at.set(at);
            if let Some(told) = untrack(|| told_odd(open, skipped)) {
                open.session.say(told);
            }
        }
    };
    let now = move |_| {
        let now = clock::now().unix();
        open.assumed.at.set(Instant::from_unix(now - now.rem_euclid(60)));
    };
    let choosing = RwSignal::new(None::<At>);
    view! {
        <div class="control instant">
            <div class="label-row">
                <label class="field-label" for="fired-at">{strings::FIRED_AT}</label>
                <span>
                    <button type="button" class="link" on:click=now>{strings::NOW}</button>
                    <button
                        type="button"
                        class="link"
                        aria-haspopup="dialog"
                        on:click=move |event| choosing.set(Some(At::pressed(&event)))
                    >
                        {strings::assume::NEXT}
                    </button>
                </span>
            </div>
            <input id="fired-at" class="field" type="datetime-local" prop:value=value on:change=change/>
            <span class="hint"><Elsewhere/></span>
            <Twice/>
            {move || told_odd(open, skipped).map(|told| view! { <span class="hint odd">{told}</span> })}
        </div>
        {move || choosing.get().map(|at| view! { <Moments at choosing/> })}
    }
}

/// What is odd about the time that was typed.
fn told_odd(open: Open, skipped: RwSignal<Option<(String, Instant)>>) -> Option<String> {
    let zone = open.zone();
    let at = open.assumed.at.get();
    let time = |at| zoned::to_field(&zone, at).split_once('T').map_or(String::new(), |(_, time)| time.to_string());
    match skipped.get().filter(|(_, meant)| *meant == at) {
        Some((typed, _)) => Some(strings::assume::skipped(&typed, &time(at))),
        None => {
            let both = zoned::twice(&zone, at)?;
            Some(strings::assume::twice(&time(at), both.first() == Some(&at)))
        }
    }
}

/// Which of the two, where the clock shows the time twice.
#[component]
fn Twice() -> impl IntoView {
    let open = expect_context::<Open>();
    let both = Memo::new(move |_| zoned::twice(&open.zone(), open.assumed.at.get()));
    let chosen = Signal::derive(move || {
        let at = open.assumed.at.get();
        both.get().and_then(|both| both.iter().position(|one| *one == at))
    });
    let choose = move |position: usize| {
        if let Some(at) = both.get_untracked().and_then(|both| both.get(position).copied()) {
            open.assumed.at.set(at);
        }
    };
    let is_twice = Memo::new(move |_| both.with(Option::is_some));
    let options = vec![strings::assume::FIRST, strings::assume::SECOND];
    view! {
        <Show when=move || is_twice.get()>
            <div class="twice"><Segments label=strings::assume::WHICH options=options.clone() chosen choose/></div>
        </Show>
    }
}

/// The weekday, which the field does not show, and the same instant in other zones, each of them a button to that zone.
#[component]
fn Elsewhere() -> impl IntoView {
    let open = expect_context::<Open>();
    let names = move || {
        let now = open.assumed.zone.get();
        let all = zones(open).into_iter().filter(|(zone, whose)| *zone != now && (zone == "UTC" || !whose.is_empty()));
        let mut all: Vec<String> = all.map(|(zone, _)| zone).collect();
        // UTC first: it is what logs and the API tell.
        all.sort_by_key(|zone| zone != "UTC");
        all.truncate(OTHERS);
        all
    };
    let here =
        move || strings::assume::which_is(&date_and_time(&open.zone(), open.assumed.at.get()), !names().is_empty());
    let others = move || {
        let at = open.assumed.at.get();
        let day = open.zone().wall(at).day();
        let one = |(position, zone): (usize, String)| {
            let rules = Zone::get(&zone)?;
            let time = day_and_time(&rules, at);
            // The weekday only where it is another.
            let time = if rules.wall(at).day() == day {
                time.split_once(' ').map_or(time.as_str(), |(_, time)| time)
            } else {
                &time
            };
            let words = strings::assume::in_zone(time, &zone);
            let title = strings::assume::tell_in(&zone);
            let change = move |_| {
                open.assumed.zone.set(zone.clone());
                open.session.say(strings::assume::told_in(&zone));
            };
            let comma = (position > 0).then_some(", ");
            Some(view! { {comma}<button type="button" class="link" title=title on:click=change>{words}</button> })
        };
        names().into_iter().enumerate().map(one).collect_view()
    };
    view! { {here}{others} }
}

/// The instants worth trying after the one that is assumed.
#[component]
fn Moments(at: At, choosing: RwSignal<Option<At>>) -> impl IntoView {
    let open = expect_context::<Open>();
    let leave = move || choosing.set(None);
    let all = move || {
        let (path, compiled, index, zone) =
            (open.drawn.get(), open.compiled.get(), open.session.index.get(), open.zone());
        let row = |moment: escalation_editor::moments::Moment| {
            let when = date_and_time(&zone, moment.at);
            let what = strings::assume::moment(&moment.what);
            let said = strings::assume::fires(&what, &when);
            let choose = move |_| {
                open.assumed.at.set(moment.at);
                open.session.say(said.clone());
                leave();
            };
            let unknown = (!moment.is_known).then(|| view! { " "<i>{strings::assume::ON_CALL_UNKNOWN}</i> });
            view! {
                <li>
                    <button type="button" class="moment" on:click=choose>
                        <span>{what}{unknown}</span>
                        <b>{when}</b>
                    </button>
                </li>
            }
        };
        moments(&path, &compiled, &index, &zone, open.assumed.at.get()).into_iter().map(row).collect_view()
    };
    let after = move || strings::assume::after_instant(&date_and_time(&open.zone(), open.assumed.at.get()));
    view! {
        <Popup label=strings::assume::NEXT_LABEL at leave>
            <h3>{strings::assume::NEXT_LABEL}</h3>
            <p class="hint after">{after}</p>
            <ul class="moments">{all}</ul>
        </Popup>
    }
}
