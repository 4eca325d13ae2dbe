//! How long a node waits: typed as `5m` or `1h 30m`, or until working hours begin or end.

use std::sync::Arc;

use escalation_api::IntervalCondition;
use escalation_editor::command::Timer;
use escalation_editor::tree::PathNode;
use escalation_editor::{Command, duration};
use escalation_engine::words;
use leptos::prelude::*;

use crate::editor::state::Open;
use crate::strings;

/// The ways to wait, as the field has them.
const AFTER: &str = "after";
const BEGIN: &str = "begin";
const END: &str = "end";
const UNSET: &str = "unset";

/// What a level waits when the field is changed to a duration.
const SUGGESTED: i64 = 300;

#[component]
pub fn TimerForm(id: String, node: Memo<Option<Arc<PathNode>>>, label: &'static str) -> impl IntoView {
    let open = expect_context::<Open>();
    let stored = StoredValue::new(id);
    let timer = Memo::new(move |_| node.get().and_then(|node| Timer::of(&node)).unwrap_or(Timer::Unset));
    let set = move |timer: Timer| open.dispatch(Command::SetTimer(stored.get_value(), timer));
    let hours = move || open.path.get().working_hours.clone().unwrap_or_default();
    let way = move || match timer.get() {
        Timer::After(_) => AFTER,
        Timer::Until(IntervalCondition::Inactive, _) => END,
        Timer::Until(..) => BEGIN,
        Timer::Unset => UNSET,
    };
    let change_way = move |event| {
        let known = match timer.get_untracked() {
            Timer::Until(_, hours) => Some(hours),
            _ => hours().first().map(|set| set.id.clone()),
        };
        match (event_target_value(&event).as_str(), known) {
            (BEGIN, Some(hours)) => set(Timer::Until(IntervalCondition::Active, hours)),
            (END, Some(hours)) => set(Timer::Until(IntervalCondition::Inactive, hours)),
            (UNSET, _) => set(Timer::Unset),
            _ => set(Timer::After(SUGGESTED)),
        }
    };
    let has_hours = move || !hours().is_empty();
    view! {
        <span class="field-label">{label}</span>
        <div class="timer-form">
            <select class="field" aria-label=label prop:value=way on:change=change_way>
                <option value=AFTER selected=move || way() == AFTER>{strings::AFTER}</option>
                <option value=BEGIN selected=move || way() == BEGIN disabled=move || !has_hours()>{strings::WHEN_BEGIN}</option>
                <option value=END selected=move || way() == END disabled=move || !has_hours()>{strings::WHEN_END}</option>
                <option value=UNSET selected=move || way() == UNSET>{strings::UNSAID}</option>
            </select>
            {move || match way() {
                AFTER => view! { <DurationField timer set/> }.into_any(),
                BEGIN | END => view! { <HoursField timer set/> }.into_any(),
                _ => ().into_any(),
            }}
        </div>
    }
}

#[component]
fn DurationField(timer: Memo<Timer>, set: impl Fn(Timer) + Copy + Send + Sync + 'static) -> impl IntoView {
    let wrong = RwSignal::new(None::<String>);
    let told = move || match timer.get() {
        Timer::After(seconds) => words::duration(seconds),
        _ => String::new(),
    };
    let change = move |event| match duration::parse(&event_target_value(&event)) {
        Ok(seconds) => {
            wrong.set(None);
            set(Timer::After(seconds));
            // `90m` is shown as `1h 30m`, also where nothing else changed.
            event_target::<web_sys::HtmlInputElement>(&event).set_value(&words::duration(seconds));
        }
        Err(why) => wrong.set(Some(why)),
    };
    view! {
        <input
            class="field"
            class:wrong=move || wrong.get().is_some()
            aria-label=strings::DURATION
            aria-invalid=move || wrong.get().is_some().to_string()
            aria-describedby="duration-fault"
            autocomplete="off"
            maxlength="40"
            prop:value=told
            on:change=change
        />
        <span id="duration-fault" class="fault" role="alert">{move || wrong.get()}</span>
    }
}

#[component]
fn HoursField(timer: Memo<Timer>, set: impl Fn(Timer) + Copy + Send + Sync + 'static) -> impl IntoView {
    let open = expect_context::<Open>();
    let chosen = move || match timer.get() {
        Timer::Until(_, hours) => hours,
        _ => String::new(),
    };
    let options = move || {
        let path = open.path.get();
        let mut sets: Vec<_> =
            path.working_hours.iter().flatten().map(|set| (set.id.clone(), set.name.clone())).collect();
        let now = chosen();
        // One that the path does not have is kept as it is.
        if sets.iter().all(|(id, _)| *id != now) {
            sets.push((now.clone(), now.clone()));
        }
        sets.into_iter()
            .map(|(id, name)| {
                let selected = id == now;
                view! { <option value=id selected=selected>{name}</option> }
            })
            .collect_view()
    };
    let change = move |event| {
        if let Timer::Until(state, _) = timer.get_untracked() {
            set(Timer::Until(state, event_target_value(&event)));
        }
    };
    view! { <select class="field" aria-label=strings::WHICH_HOURS prop:value=chosen on:change=change>{options}</select> }
}
