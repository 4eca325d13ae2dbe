//! The path's sets of working hours: one line for each, of which one is open.

use escalation_api::WorkingHours;
use escalation_editor::command::{hours_used_by, new_hours};
use escalation_editor::{Command, tree, typed_week, words};
use escalation_engine::calendar::Zone;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::Element;

use super::beside::{FieldProblems, whole};
use super::choices;
use super::path::focus;
use super::week::WeekGrid;
use crate::clock;
use crate::editor::state::Open;
use crate::parts::combobox::Combobox;
use crate::parts::icon::{Glyph, Icon};
use crate::parts::typed::Typed;
use crate::session::session;
use crate::strings;

/// A set of the path, for as long as it is there.
pub type SetMemo = Memo<Option<WorkingHours>>;

#[component]
pub fn HoursList() -> impl IntoView {
    let open = expect_context::<Open>();
    let count = Memo::new(move |_| open.path.with(|path| path.working_hours.as_ref().map_or(0, Vec::len)));
    let rows = move || (0..count.get()).map(|position| view! { <HoursSet position/> }).collect_view();
    let add = move |_| {
        let set = new_hours(&open.path.get_untracked(), &open.assumed.zone.get_untracked());
        open.hours.set(Some(set.id.clone()));
        open.dispatch(Command::AddHours(Box::new(set)));
        request_animation_frame(|| focus(".hours-set[open] > summary"));
    };
    view! {
        <span class="field-label">{strings::forms::HOURS}</span>
        {move || (count.get() == 0).then(|| view! { <p class="hint">{strings::forms::NO_HOURS}</p> })}
        <ul class="hours">{rows}</ul>
        <button class="quiet beneath" on:click=add><Icon glyph=Glyph::Plus/>{strings::forms::ADD_HOURS}</button>
    }
}

#[component]
fn HoursSet(position: usize) -> impl IntoView {
    let open = expect_context::<Open>();
    let set: SetMemo = Memo::new(move |_| {
        open.path.with(|path| path.working_hours.as_ref().and_then(|all| all.get(position).cloned()))
    });
    let id = Memo::new(move |_| set.get().map(|set| set.id).unwrap_or_default());
    let is_open = Memo::new(move |_| open.hours.with(|shown| shown.as_ref() == Some(&id.get())));
    let name = move || set.get().map(|set| set.name);
    let about = move || set.get().map(|set| words::hours_about(&set, open.assumed.at.get()) + ".");
    let toggled = move |event: web_sys::Event| {
        let details = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let now = details.is_some_and(|details| details.has_attribute("open"));
        if now != is_open.get_untracked() {
            open.hours.set(now.then(|| id.get_untracked()));
        }
    };
    let field = format!("working_hours.{position}");
    view! {
        <li data-field=field.clone()>
            <details class="hours-set" open=move || is_open.get() on:toggle=toggled>
                <summary>
                    <Icon glyph=Glyph::Hours/>
                    <span class="grow">
                        <strong>{name}</strong>
                        " "
                        <span class="hint">{about}</span>
                    </span>
                </summary>
                {move || is_open.get().then(|| view! { <SetForm position set/> })}
            </details>
            <FieldProblems of=None fields=whole(&[&field])/>
        </li>
    }
}

#[component]
fn SetForm(position: usize, set: SetMemo) -> impl IntoView {
    let open = expect_context::<Open>();
    let id = Memo::new(move |_| set.get().map(|set| set.id).unwrap_or_default());
    let name = Signal::derive(move || set.get().map(|set| set.name).unwrap_or_default());
    let rename = move |text| open.try_dispatch(Command::RenameHours(id.get_untracked(), text));
    let zone = Memo::new(move |_| set.get().map(|set| set.timezone).unwrap_or_default());
    let choices = Signal::stored(choices::zones());
    let choose = move |zone| open.dispatch(Command::SetHoursZone(id.get_untracked(), zone));
    let changes = move || {
        let zone = Zone::get(&zone.get())?;
        let changes = words::clock_changes(&zone, clock::now());
        let rows = changes.into_iter().map(|change| view! { <li>{change}</li> }).collect::<Vec<_>>();
        Some(if rows.is_empty() {
            view! { <p class="hint">{strings::forms::NO_CHANGES}</p> }.into_any()
        } else {
            view! {
                <p class="hint">{strings::forms::CHANGES}</p>
                <ul class="hint clock-changes">{rows}</ul>
            }
            .into_any()
        })
    };
    let refused = RwSignal::new(None::<String>);
    let uses = Memo::new(move |_| {
        let path = open.path.get();
        hours_used_by(&path, &id.get()).into_iter().map(str::to_string).collect::<Vec<_>>()
    });
    let remove = move |_| match open.try_dispatch(Command::RemoveHours(id.get_untracked())) {
        Ok(()) => focus("#inspector"),
        Err(_) => {
            refused.set(Some(strings::forms::STILL_USED.to_string()));
            request_animation_frame(|| focus(".hours-uses button"));
        }
    };
    let links = move || {
        let (path, index) = (open.path.get(), session().index.get());
        let links = uses.get().into_iter().filter_map(|id| {
            let title = words::node(tree::find(&path, &id)?.node, &path, &index).title;
            Some(view! { <li><button class="link" on:click=move |_| crate::canvas::go_to(open, &id)>{title}</button></li> })
        });
        links.collect::<Vec<_>>()
    };
    view! {
        <div class="set-form">
            <label class="field-label" for=format!("hours-name-{position}")>{strings::forms::HOURS_NAME}</label>
            <Typed id=format!("hours-name-{position}") label=strings::forms::HOURS_NAME told=name take=rename most=200/>
            <label class="field-label" for=format!("hours-zone-{position}")>{strings::forms::HOURS_ZONE}</label>
            <Combobox
                id=format!("hours-zone-{position}")
                label=strings::forms::HOURS_ZONE
                placeholder=strings::forms::HOURS_ZONE
                shown=Signal::derive(move || Some(zone.get()))
                choices
                tell=choices::offset
                choose
            />
            {changes}
            <span class="field-label">{strings::forms::WEEK}</span>
            <WeekGrid set zone/>
            <details class="raw days">
                <summary>{strings::forms::EXACT}</summary>
                <p class="hint">{strings::forms::EXACT_HINT}</p>
                {(0..7).map(|day| view! { <DayField day set/> }).collect_view()}
            </details>
            <div class="hours-uses">
                <span class="field-label">
                    {move || if uses.with(Vec::is_empty) { strings::forms::NOT_USED } else { strings::forms::USED_BY }}
                </span>
                <ul>{links}</ul>
            </div>
            <p class="fault" role="alert">{move || refused.get().filter(|_| !uses.with(Vec::is_empty))}</p>
            <button class="quiet danger beneath" on:click=remove><Icon glyph=Glyph::Delete/>{strings::forms::REMOVE_HOURS}</button>
        </div>
    }
}

/// The times of a day, typed.
#[component]
fn DayField(day: usize, set: SetMemo) -> impl IntoView {
    let open = expect_context::<Open>();
    let label = strings::forms::DAYS.get(day).copied().unwrap_or_default();
    let told =
        Signal::derive(move || set.get().map(|set| typed_week::told(&set.weekday_intervals, day)).unwrap_or_default());
    let take = move |text: String| {
        let Some(set) = set.get_untracked() else { return Ok(()) };
        let week = typed_week::typed(&set.weekday_intervals, day, &text)?;
        open.try_dispatch(Command::SetHoursIntervals(set.id, week))
    };
    view! {
        <div class="day-field">
            <label class="hint" for=format!("day-{day}")>{label}</label>
            <Typed id=format!("day-{day}") class="small" label=label told take placeholder=strings::forms::CLOSED most=200/>
        </div>
    }
}
