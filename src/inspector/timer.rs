//! How long a node waits: typed as `5m` or `1h 30m`, or until working hours begin or end.

use escalation_api::{IntervalCondition, NodeKind};
use escalation_editor::command::Timer;
use escalation_editor::problems::{DELAY, TIME_TO_ACK};
use escalation_editor::{Command, duration};
use escalation_engine::words;
use leptos::prelude::*;

use super::NodeMemo;
use super::beside::{FieldProblems, whole};
use super::branch::AboutHours;
use crate::editor::state::Open;
use crate::parts::typed::Typed;
use crate::strings;

/// The ways to wait, as the field has them.
const AFTER: &str = "after";
const BEGIN: &str = "begin";
const END: &str = "end";
const UNSET: &str = "unset";

/// What a level waits when the field is changed to a duration.
const SUGGESTED: i64 = 300;

#[component]
pub fn TimerForm(id: String, node: NodeMemo, label: &'static str) -> impl IntoView {
    let open = expect_context::<Open>();
    let stored = StoredValue::new(id.clone());
    // Its fields have other names on a delay.
    let is_delay =
        node.with_untracked(|node| node.as_ref().is_some_and(|node| matches!(node.kind, NodeKind::Delay(_))));
    let fields = if is_delay { DELAY } else { TIME_TO_ACK };
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
    let until = Memo::new(move |_| match timer.get() {
        Timer::Until(_, hours) => hours,
        _ => String::new(),
    });
    let about =
        move || (!until.with(String::is_empty)).then(|| view! { <AboutHours id=Signal::derive(move || until.get())/> });
    let has_hours = move || !hours().is_empty();
    view! {
        <div data-field=fields.join(" ")>
        <span class="field-label">{label}</span>
        <div class="timer-form">
            <select class="field" aria-label=label prop:value=way on:change=change_way>
                <option value=AFTER selected=move || way() == AFTER>{strings::AFTER}</option>
                <option value=BEGIN selected=move || way() == BEGIN disabled=move || !has_hours()>{strings::WHEN_BEGIN}</option>
                <option value=END selected=move || way() == END disabled=move || !has_hours()>{strings::WHEN_END}</option>
                <option value=UNSET selected=move || way() == UNSET>{strings::UNSAID}</option>
            </select>
            {move || match way() {
                AFTER => view! { <DurationField timer id=stored/> }.into_any(),
                BEGIN | END => view! { <HoursField timer set/> }.into_any(),
                _ => ().into_any(),
            }}
        </div>
        {about}
        {move || (!has_hours()).then(|| view! { <p class="hint">{strings::HOURS_FIRST}</p> })}
        <FieldProblems of=id fields=whole(&fields)/>
        </div>
    }
}

#[component]
fn DurationField(timer: Memo<Timer>, id: StoredValue<String>) -> impl IntoView {
    let open = expect_context::<Open>();
    let told = Signal::derive(move || match timer.get() {
        Timer::After(seconds) => words::duration(seconds),
        _ => String::new(),
    });
    let take =
        move |text: String| open.try_dispatch(Command::SetTimer(id.get_value(), Timer::After(duration::parse(&text)?)));
    view! { <Typed id="duration" label=strings::DURATION told take/> }
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
