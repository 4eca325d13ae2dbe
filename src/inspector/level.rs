//! The form of a level.

use std::sync::Arc;

use escalation_api::{AckMode, Map, NodeKind, ScheduleMode, Target, TargetType, Urgency};
use escalation_editor::Command;
use escalation_editor::tree::PathNode;
use escalation_engine::{Index, Instant};
use leptos::prelude::*;

use super::target::TargetRow;
use super::timer::TimerForm;
use crate::editor::state::Open;
use crate::parts::avatar::Of;
use crate::parts::combobox::{Choice, Combobox};
use crate::parts::segments::Segments;
use crate::parts::text::in_order;
use crate::session::session;
use crate::strings;

#[component]
pub fn LevelForm(id: String, node: Memo<Option<Arc<PathNode>>>) -> impl IntoView {
    let open = expect_context::<Open>();
    let mode = Signal::derive(move || match node.get().as_deref().map(|node| &node.kind) {
        Some(NodeKind::Level(level)) => match level.ack_mode {
            Some(AckMode::First) => Some(0),
            Some(AckMode::All) => Some(1),
            _ => None,
        },
        _ => None,
    });
    let stored = StoredValue::new(id.clone());
    let choose = move |position: usize| {
        let mode = if position == 0 { AckMode::First } else { AckMode::All };
        open.dispatch(Command::SetAckMode(stored.get_value(), Some(mode)));
    };
    view! {
        <TargetList id=id.clone() node label=strings::WHO/>
        <TimerForm id node label=strings::GO_ON/>
        <span class="field-label">{strings::ACKNOWLEDGING}</span>
        <Segments label=strings::ACKNOWLEDGING options=vec![strings::FIRST_STOPS, strings::EVERYONE_MUST] chosen=mode choose/>
        {move || mode.get().is_none().then(|| view! { <p class="hint">{strings::ACK_UNSAID}</p> })}
    }
}

fn targets_of(node: &PathNode) -> &[Target] {
    match &node.kind {
        NodeKind::Level(level) => &level.targets,
        NodeKind::NotifyChannel(channel) => &channel.targets,
        _ => &[],
    }
}

/// Who is paged or told, and the way to add somebody.
#[component]
pub fn TargetList(id: String, node: Memo<Option<Arc<PathNode>>>, label: &'static str) -> impl IntoView {
    let stored = StoredValue::new(id);
    let count = Memo::new(move |_| node.get().map_or(0, |node| targets_of(&node).len()));
    let rows = move || {
        (0..count.get())
            .map(|position| {
                let target = Memo::new(move |_| node.get().and_then(|node| targets_of(&node).get(position).cloned()));
                view! { <TargetRow id=stored.get_value() position target/> }
            })
            .collect_view()
    };
    view! {
        <span class="field-label">{label}</span>
        <ul class="targets">{rows}</ul>
        <AddTarget id=stored.get_value() node/>
    }
}

/// A field that finds whoever can be added.
#[component]
fn AddTarget(id: String, node: Memo<Option<Arc<PathNode>>>) -> impl IntoView {
    let open = expect_context::<Open>();
    let index = session().index;
    let stored = StoredValue::new(id);
    let only_channels =
        Memo::new(move |_| node.get().is_some_and(|node| matches!(node.kind, NodeKind::NotifyChannel(_))));
    let choices = Memo::new(move |_| choices(&index.get(), only_channels.get(), open.assumed.at.get()));
    let choose = move |key: String| {
        let Some((kind, target_id)) = key.split_once(' ') else { return };
        let target_type = TargetType::from(kind);
        let is_schedule = target_type == TargetType::Schedule;
        let target = Target {
            urgency: if target_type.is_channel() { Urgency::Low } else { Urgency::High },
            target_type,
            id: target_id.to_string(),
            schedule_mode: is_schedule.then_some(ScheduleMode::CurrentlyOnCall),
            selected_rota_id: None,
            extra: Map::new(),
        };
        open.dispatch(Command::AddTarget(stored.get_value(), target));
    };
    view! {
        <Combobox id="add-target" label=strings::ADD_TARGET_LABEL placeholder=strings::ADD_TARGET choices choose/>
    }
}

/// Schedules with who is on call, then people, then channels.
fn choices(index: &Index, only_channels: bool, at: Instant) -> Vec<Choice> {
    let world = index.world();
    let mut all = Vec::new();
    if !only_channels {
        all.extend(world.schedules.iter().map(|schedule| {
            let rotas = index.schedule(&schedule.id).map_or(&[][..], |roster| &roster.rotas);
            let on_call = rotas.iter().flat_map(|rota| rota.on_call(at)).map(|id| index.user_name(id));
            let on_call: Vec<&str> = on_call.collect();
            let about = if on_call.is_empty() { strings::NOBODY_THEN.to_string() } else { on_call.join(", ") };
            Choice { key: format!("schedule {}", schedule.id), name: schedule.name.clone(), about, of: Of::Schedule }
        }));
        let mut people: Vec<_> = world.users.iter().collect();
        people.sort_by(|a, b| b.can_be_paged.cmp(&a.can_be_paged).then_with(|| in_order(&a.name, &b.name)));
        all.extend(people.into_iter().map(|user| {
            let about = user.not_paged_reason.clone().or_else(|| user.email.clone()).unwrap_or_default();
            Choice { key: format!("user {}", user.id), name: user.name.clone(), about, of: Of::Person }
        }));
    }
    all.extend(world.channels.iter().map(|channel| {
        let about = if channel.channel_type == "msteams_channel" { strings::TEAMS } else { strings::SLACK };
        let key = format!("{} {}", channel.channel_type, channel.id);
        Choice { key, name: channel.name.clone(), about: about.to_string(), of: Of::Channel }
    }));
    all
}
