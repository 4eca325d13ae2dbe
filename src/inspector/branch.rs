//! The form of a branch: what it asks.

use escalation_api::{Json as _, NodeKind, Value};
use escalation_editor::command::{Condition, new_hours};
use escalation_editor::{Command, words};
use leptos::prelude::*;

use super::beside::{FieldProblems, whole};
use super::{NodeMemo, Raw};
use crate::editor::state::Open;
use crate::parts::segments::Segments;
use crate::place::Place;
use crate::session::session;
use crate::strings;

#[component]
pub fn BranchForm(id: String, node: NodeMemo) -> impl IntoView {
    let open = expect_context::<Open>();
    let stored = StoredValue::new(id.clone());
    let condition = Memo::new(move |_| node.get().and_then(|node| Condition::of(&node)));
    let set = move |condition| open.dispatch(Command::SetCondition(stored.get_value(), condition));
    let asks = Memo::new(move |_| {
        condition.get().map(|condition| match condition {
            Condition::Priorities(_) => 0,
            Condition::Hours(_) => 1,
        })
    });
    let choose = move |chosen: usize| match (asks.get_untracked(), chosen) {
        (Some(now), chosen) if now == chosen => {}
        (_, 0) => {
            let highest = session().index.with_untracked(|index| index.world().priorities.first().cloned());
            set(Condition::Priorities(highest.into_iter().map(|priority| priority.id).collect()));
        }
        _ => {
            let path = open.path.get_untracked();
            match path.working_hours.iter().flatten().next() {
                Some(first) => set(Condition::Hours(first.id.clone())),
                None => {
                    let hours = new_hours(&path, &open.assumed.zone.get_untracked());
                    let ask = Command::SetCondition(stored.get_value(), Condition::Hours(hours.id.clone()));
                    let name = words::command(&ask);
                    open.dispatch(Command::Several(Some(name), vec![Command::AddHours(Box::new(hours)), ask]));
                }
            }
        }
    };
    let form = move || match asks.get() {
        Some(0) => view! { <Priorities condition set/> }.into_any(),
        Some(_) => view! { <HoursChoice condition set/> }.into_any(),
        None => view! { <Foreign node/> }.into_any(),
    };
    view! {
        <div data-field="conditions">
            <span class="field-label">{strings::forms::ASKS}</span>
            <Segments
                label=strings::forms::ASKS
                options=vec![strings::forms::ASKS_PRIORITY, strings::forms::ASKS_HOURS]
                chosen=Signal::derive(move || asks.get())
                choose
            />
            {form}
            <FieldProblems of=id fields=whole(&["conditions"])/>
        </div>
    }
}

#[component]
fn Priorities(condition: Memo<Option<Condition>>, set: impl Fn(Condition) + Copy + Send + 'static) -> impl IntoView {
    let index = session().index;
    let chosen = Memo::new(move |_| match condition.get() {
        Some(Condition::Priorities(ids)) => ids,
        _ => Vec::new(),
    });
    // In the order of the organisation; what it does not have comes last.
    let all = Memo::new(move |_| {
        let mut all: Vec<String> = index.with(|index| index.world().priorities.iter().map(|p| p.id.clone()).collect());
        let others: Vec<String> = chosen.get().into_iter().filter(|id| !all.contains(id)).collect();
        all.extend(others);
        all
    });
    let toggle = move |id: &str| {
        let (all, now) = (all.get_untracked(), chosen.get_untracked());
        let is_in = |other: &String| if other == id { !now.contains(other) } else { now.contains(other) };
        set(Condition::Priorities(all.into_iter().filter(is_in).collect()));
    };
    let chips = move || {
        let chips = all.get().into_iter().map(|id| {
            let name = index.with(|index| index.priority_name(&id).to_string());
            let own = id.clone();
            let pressed = move || chosen.with(|chosen| chosen.contains(&own)).to_string();
            view! { <button class="chip-choice" aria-pressed=pressed on:click=move |_| toggle(&id)>{name}</button> }
        });
        chips.collect_view()
    };
    view! {
        <span class="field-label">{strings::forms::YES_FOR}</span>
        <div class="chip-choices" role="group" aria-label=strings::forms::YES_FOR>{chips}</div>
    }
}

#[component]
fn HoursChoice(condition: Memo<Option<Condition>>, set: impl Fn(Condition) + Copy + Send + 'static) -> impl IntoView {
    let open = expect_context::<Open>();
    let chosen = Memo::new(move |_| match condition.get() {
        Some(Condition::Hours(id)) => id,
        _ => String::new(),
    });
    let options = move || {
        let (path, now) = (open.path.get(), chosen.get());
        let mut sets: Vec<_> =
            path.working_hours.iter().flatten().map(|set| (set.id.clone(), set.name.clone())).collect();
        // One that the path does not have is kept as it is.
        if sets.iter().all(|(id, _)| *id != now) {
            sets.push((now.clone(), now.clone()));
        }
        let option = |(id, name): (String, String)| {
            let selected = id == now;
            view! { <option value=id selected=selected>{name}</option> }
        };
        sets.into_iter().map(option).collect_view()
    };
    view! {
        <label class="field-label" for="branch-hours">{strings::forms::YES_IN}</label>
        <select
            id="branch-hours"
            class="field"
            prop:value=move || chosen.get()
            on:change=move |event| set(Condition::Hours(event_target_value(&event)))
        >
            {options}
        </select>
        <AboutHours id=Signal::derive(move || chosen.get())/>
    }
}

/// What some working hours are and how they are now, and the way to change them.
#[component]
pub fn AboutHours(id: Signal<String>) -> impl IntoView {
    let open = expect_context::<Open>();
    let about = move || {
        let path = open.path.get();
        let set = path.working_hours.iter().flatten().find(|set| set.id == id.get())?;
        Some(words::hours_about(set, open.assumed.at.get()) + ".")
    };
    let edit = move |_| {
        open.hours.set(Some(id.get_untracked()));
        open.select(None);
        request_animation_frame(|| {
            let form = Place::in_use().find(".hours-set[open]");
            if let Some(form) = form {
                form.scroll_into_view();
            }
            super::path::focus(".hours-set[open] > summary");
        });
    };
    move || {
        about().map(|about| {
            view! {
                <p class="hint">{about}</p>
                <button class="quiet beneath" on:click=edit>{strings::forms::EDIT_HOURS}</button>
            }
        })
    }
}

/// Something else that a branch asks: kept, shown, and replaced as soon as something is chosen.
#[component]
fn Foreign(node: NodeMemo) -> impl IntoView {
    move || {
        let node = node.get()?;
        let NodeKind::IfElse(branch) = &node.kind else { return None };
        let raw = Value::Array(branch.conditions.iter().map(|condition| condition.write()).collect());
        let why = if branch.conditions.is_empty() { strings::forms::NO_CONDITION } else { strings::forms::FOREIGN };
        Some(view! {
            <p class="hint">{why}</p>
            {(!branch.conditions.is_empty()).then(|| view! { <Raw value=raw/> })}
        })
    }
}
