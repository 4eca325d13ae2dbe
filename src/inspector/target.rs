//! One target of a level or a channel node.

use escalation_api::{ScheduleMode, Target, TargetType, Urgency};
use escalation_editor::{Command, words};
use escalation_engine::{Index, Instant};
use leptos::prelude::*;

use crate::editor::state::Open;
use crate::parts::avatar::{Avatar, Of};
use crate::parts::icon::{Glyph, Icon};
use crate::parts::segments::Segments;
use crate::session::session;
use crate::strings;

#[component]
pub fn TargetRow(id: String, position: usize, target: Memo<Option<Target>>) -> impl IntoView {
    let open = expect_context::<Open>();
    let index = session().index;
    let stored = StoredValue::new(id);
    let name =
        Memo::new(move |_| target.get().map(|target| words::target_name(&target, &index.get())).unwrap_or_default());
    let of = move || match target.get().map(|target| target.target_type) {
        Some(TargetType::User) => Of::Person,
        Some(TargetType::Schedule) => Of::Schedule,
        _ => Of::Channel,
    };
    let about = move || target.get().map(|target| about(&target, &index.get(), open.assumed.at.get()));
    let urgency = Signal::derive(move || match target.get().map(|target| target.urgency) {
        Some(Urgency::High) => Some(0),
        Some(Urgency::Low) => Some(1),
        _ => None,
    });
    let choose = move |chosen: usize| {
        let urgency = if chosen == 0 { Urgency::High } else { Urgency::Low };
        open.dispatch(Command::SetUrgency(stored.get_value(), position, urgency));
    };
    let remove = move |_| open.dispatch(Command::RemoveTarget(stored.get_value(), position));
    let remove_label = move || format!("{} {}", strings::REMOVE_TARGET, name.get());
    let mode = move || {
        let is_schedule = target.get().is_some_and(|target| target.target_type == TargetType::Schedule);
        is_schedule.then(|| view! { <ModeSelect id=stored.get_value() position target/> })
    };
    view! {
        <li class="target" data-field=format!("targets.{position}")>
            <div class="target-head">
                {move || view! { <Avatar name=name.get() of=of()/> }}
                <div class="grow">
                    <strong>{move || name.get()}</strong>
                    <span>{about}</span>
                </div>
                <button class="tool icon-only" aria-label=remove_label title=strings::REMOVE_TARGET on:click=remove>
                    <Icon glyph=Glyph::Close/>
                </button>
            </div>
            <div class="target-choices">
                {mode}
                <Segments label=strings::URGENCY options=vec![strings::HIGH, strings::LOW] chosen=urgency choose/>
            </div>
        </li>
    }
}

/// Who is meant by a target at an instant: "Maya Chen now".
fn about(target: &Target, index: &Index, at: Instant) -> String {
    let mode = words::target_mode(target, index);
    let on_call = matches!(
        target.schedule_mode,
        None | Some(ScheduleMode::CurrentlyOnCall | ScheduleMode::CurrentlyOnCallForRota | ScheduleMode::Unspecified)
    );
    let Some(schedule) = index.schedule(&target.id).filter(|_| on_call && target.target_type == TargetType::Schedule)
    else {
        return mode;
    };
    if !index.knows_entries_at(at) {
        return mode;
    }
    let rotas =
        schedule.rotas.iter().filter(|rota| target.selected_rota_id.as_deref().is_none_or(|id| *rota.id == *id));
    let people: Vec<&str> = rotas.flat_map(|rota| rota.on_call(at)).map(|id| index.user_name(id)).collect();
    if people.is_empty() { format!("{mode}: nobody then") } else { format!("{mode}: {}", people.join(", ")) }
}

/// Which users of a schedule are meant: the modes for the whole schedule, then those for each rota.
#[component]
fn ModeSelect(id: String, position: usize, target: Memo<Option<Target>>) -> impl IntoView {
    let open = expect_context::<Open>();
    let index = session().index;
    let stored = StoredValue::new(id);
    let value = move || {
        let target = target.get();
        let mode = target.as_ref().and_then(|target| target.schedule_mode.clone());
        let mode = mode.filter(|mode| *mode != ScheduleMode::Unspecified).unwrap_or(ScheduleMode::CurrentlyOnCall);
        let rota = target.and_then(|target| target.selected_rota_id).unwrap_or_default();
        format!("{mode} {rota}")
    };
    let options = move || {
        let index = index.get();
        let schedule = target.get().and_then(|target| index.schedule(&target.id).cloned());
        let whole = [
            (ScheduleMode::CurrentlyOnCall, strings::ON_CALL_NOW),
            (ScheduleMode::NextOnCall, strings::ON_CALL_NEXT),
            (ScheduleMode::AllUsers, strings::EVERYBODY),
        ];
        let chosen = value();
        let mut options: Vec<_> =
            whole.into_iter().map(|(mode, words)| (format!("{mode} "), words.to_string())).collect();
        for rota in schedule.iter().flat_map(|schedule| &schedule.rotas) {
            let modes = [
                (ScheduleMode::CurrentlyOnCallForRota, strings::ON_CALL_NOW),
                (ScheduleMode::NextOnCallForRota, strings::ON_CALL_NEXT),
                (ScheduleMode::AllUsersForRota, strings::EVERYBODY),
            ];
            options.extend(
                modes.map(|(mode, words)| (format!("{mode} {}", rota.id), format!("{words}, {} only", rota.name))),
            );
        }
        // One that is not among them is kept as it is.
        if options.iter().all(|(value, _)| *value != chosen) {
            options.push((chosen.clone(), chosen.clone()));
        }
        options
            .into_iter()
            .map(|(value, words)| {
                let selected = value == chosen;
                view! { <option value=value selected=selected>{words}</option> }
            })
            .collect_view()
    };
    let change = move |event| {
        let chosen = event_target_value(&event);
        let Some((mode, rota)) = chosen.split_once(' ') else { return };
        let rota = Some(rota.to_string()).filter(|rota| !rota.is_empty());
        open.dispatch(Command::SetScheduleMode(stored.get_value(), position, ScheduleMode::from(mode), rota));
    };
    view! {
        <select class="field small" aria-label=strings::WHO_OF_SCHEDULE prop:value=value on:change=change>{options}</select>
    }
}
