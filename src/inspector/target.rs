//! One target of a level or a channel node.

use escalation_api::{ScheduleMode, Target, TargetType, Urgency};
use escalation_editor::{Command, words};
use leptos::prelude::*;

use super::beside::{FieldProblems, whole};
use crate::editor::state::Open;
use crate::parts::avatar::{Avatar, Of};
use crate::parts::icon::{Glyph, Icon};
use crate::parts::segments::Segments;
use crate::session::session;
use crate::strings;

#[component]
pub fn TargetRow(
    id: String,
    position: usize,
    /// Whether it is the last.
    last: Signal<bool>,
    target: Memo<Option<Target>>,
) -> impl IntoView {
    let open = expect_context::<Open>();
    let index = session().index;
    let stored = StoredValue::new(id.clone());
    let name =
        Memo::new(move |_| target.get().map(|target| words::target_name(&target, &index.get())).unwrap_or_default());
    let of = move || match target.get().map(|target| target.target_type) {
        Some(TargetType::User) => Of::Person,
        Some(TargetType::Schedule) => Of::Schedule,
        _ => Of::Channel,
    };
    let about = move || {
        target.get().map(|target| words::target_now(&target, &index.get(), open.assumed.at.get(), &open.zone()))
    };
    // Of a person; of a schedule the words say it of each.
    let paused = move || {
        let (target, at) = (target.get()?, open.assumed.at.get());
        (target.target_type == TargetType::User && index.with(|index| index.paused_until(&target.id, at).is_some()))
            .then_some("paused")
    };
    let urgency = Signal::derive(move || match target.get().map(|target| target.urgency) {
        Some(Urgency::High) => Some(0),
        Some(Urgency::Low) => Some(1),
        _ => None,
    });
    let choose = move |chosen: usize| {
        let urgency = if chosen == 0 { Urgency::High } else { Urgency::Low };
        open.dispatch(Command::SetUrgency(stored.get_value(), position, urgency));
    };
    let shift = move |to: usize, selector: &'static str| {
        open.dispatch(Command::MoveTarget(stored.get_value(), position, to));
        // With what was moved, and to the other button where this one can go no further.
        request_animation_frame(move || {
            let row = format!(".target:nth-child({}) ", to + 1);
            super::path::focus(&format!("{row}{selector}:not(:disabled), {row}.move:not(:disabled)"));
        });
    };
    let label = move |words: &'static str| move || format!("{words}: {}", name.get());
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
                    <span class=paused>{about}</span>
                </div>
                <button
                    class="tool icon-only move up"
                    aria-label=label(strings::forms::MOVE_TARGET_UP)
                    title=strings::forms::MOVE_TARGET_UP
                    disabled=position == 0
                    on:click=move |_| shift(position.saturating_sub(1), ".up")
                >
                    <Icon glyph=Glyph::Up/>
                </button>
                <button
                    class="tool icon-only move down"
                    aria-label=label(strings::forms::MOVE_TARGET_DOWN)
                    title=strings::forms::MOVE_TARGET_DOWN
                    disabled=move || last.get()
                    on:click=move |_| shift(position + 1, ".down")
                >
                    <Icon glyph=Glyph::Down/>
                </button>
                <button class="tool icon-only" aria-label=remove_label title=strings::REMOVE_TARGET on:click=remove>
                    <Icon glyph=Glyph::Close/>
                </button>
            </div>
            <div class="target-choices">
                {mode}
                <Segments label=strings::URGENCY options=vec![strings::HIGH, strings::LOW] chosen=urgency choose/>
            </div>
            <FieldProblems of=id fields=whole(&[&format!("targets.{position}")])/>
        </li>
    }
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
