//! The form of a level.

use escalation_api::{AckMode, Level, Map, NodeKind, ScheduleMode, Target, TargetType, Urgency};
use escalation_editor::problems::Field;
use escalation_editor::{Command, duration, numerals, tree};
use escalation_engine::{Seconds, words};
use leptos::prelude::*;

use super::beside::{FieldProblems, whole};
use super::target::TargetRow;
use super::timer::TimerForm;
use super::{NodeMemo, choices};
use crate::editor::state::Open;
use crate::parts::combobox::Combobox;
use crate::parts::segments::Segments;
use crate::parts::typed::Typed;
use crate::session::session;
use crate::strings;

#[component]
pub fn LevelForm(id: String, node: NodeMemo) -> impl IntoView {
    let open = expect_context::<Open>();
    let level = Memo::new(move |_| match node.get().as_deref().map(|node| &node.kind) {
        Some(NodeKind::Level(level)) => Some(level.clone()),
        _ => None,
    });
    let mode = Signal::derive(move || {
        level.with(|level| match level.as_ref()?.ack_mode {
            Some(AckMode::First) => Some(0),
            Some(AckMode::All) => Some(1),
            _ => None,
        })
    });
    let stored = StoredValue::new(id.clone());
    let choose = move |position: usize| {
        let mode = if position == 0 { AckMode::First } else { AckMode::All };
        open.dispatch(Command::SetAckMode(stored.get_value(), Some(mode)));
    };
    let means = move || match mode.get() {
        Some(0) => strings::forms::FIRST_MEANS,
        Some(_) => strings::forms::ALL_MEANS,
        None => strings::ACK_UNSAID,
    };
    view! {
        <TargetList id=id.clone() node label=strings::WHO/>
        <TimerForm id=id.clone() node label=strings::GO_ON/>
        <div data-field="ack_mode">
            <span class="field-label">{strings::ACKNOWLEDGING}</span>
            <Segments
                label=strings::ACKNOWLEDGING
                options=vec![strings::FIRST_STOPS, strings::EVERYONE_MUST]
                chosen=mode
                choose
            />
            <p class="hint">{means}</p>
            <FieldProblems of=id.clone() fields=whole(&["ack_mode"])/>
        </div>
        <RoundRobin id=id.clone() level/>
        <Retries id level/>
    }
}

#[component]
fn RoundRobin(id: String, level: Memo<Option<Level>>) -> impl IntoView {
    let open = expect_context::<Open>();
    let stored = StoredValue::new(id.clone());
    let config = Memo::new(move |_| level.with(|level| level.as_ref()?.round_robin_config.clone()));
    let on = Memo::new(move |_| config.with(|config| config.as_ref().is_some_and(|config| config.enabled)));
    let rotate = Memo::new(move |_| config.with(|config| config.as_ref()?.rotate_after_seconds));
    let choose = move |position: usize| {
        open.dispatch(Command::SetRoundRobin(stored.get_value(), position == 1, rotate.get_untracked()));
    };
    let take = move |text: String| {
        let rotate = if text.trim().is_empty() { None } else { Some(duration::parse(&text)?) };
        open.try_dispatch(Command::SetRoundRobin(stored.get_value(), true, rotate))
    };
    let told = Signal::derive(move || rotate.get().map(words::duration).unwrap_or_default());
    let more = move || {
        on.get().then(|| {
            let means = move || if rotate.get().is_some() { strings::forms::ROTATES } else { strings::forms::ONE_EACH };
            view! {
                <div class="inline-field">
                    <label class="hint" for="rotate-after">{strings::forms::EACH_HAS}</label>
                    <Typed id="rotate-after" class="small" label=strings::forms::EACH_HAS told take placeholder=strings::forms::ONE_ONLY/>
                </div>
                <p class="hint">{means}</p>
            }
        })
    };
    view! {
        <div data-field="round_robin_config">
            <span class="field-label">{strings::forms::ORDER}</span>
            <Segments
                label=strings::forms::ORDER
                options=vec![strings::forms::ALL_AT_ONCE, strings::forms::ONE_BY_ONE]
                chosen=Signal::derive(move || Some(usize::from(on.get())))
                choose
            />
            {more}
            <FieldProblems of=id fields=whole(&["round_robin_config"])/>
        </div>
    }
}

/// What is suggested where somebody is to be paged again: twice in all, two minutes apart.
const SUGGESTED_RETRY: (i64, Seconds) = (2, 120);

#[component]
fn Retries(id: String, level: Memo<Option<Level>>) -> impl IntoView {
    let open = expect_context::<Open>();
    let stored = StoredValue::new(id.clone());
    let retry = Memo::new(move |_| {
        level.with(|level| level.as_ref()?.retry_config.as_ref().map(|retry| (retry.attempts, retry.interval_seconds)))
    });
    let set = move |retry| open.try_dispatch(Command::SetRetry(stored.get_value(), retry));
    let choose = move |position: usize| {
        let retry = (position == 1).then(|| retry.get_untracked().unwrap_or(SUGGESTED_RETRY));
        open.dispatch(Command::SetRetry(stored.get_value(), retry));
    };
    let now = move || retry.get_untracked().unwrap_or(SUGGESTED_RETRY);
    let take_attempts = move |text: String| {
        let attempts = numerals::count(&text)?;
        set(Some((attempts, now().1)))
    };
    let take_apart = move |text: String| set(Some((now().0, duration::parse(&text)?)));
    let attempts = Signal::derive(move || retry.get().map(|(attempts, _)| attempts.to_string()).unwrap_or_default());
    let apart = Signal::derive(move || retry.get().map(|(_, apart)| words::duration(apart)).unwrap_or_default());
    let is_on = Memo::new(move |_| retry.get().is_some());
    let more = move || {
        is_on.get().then(|| {
            view! {
                <div class="inline-field">
                    <label class="hint" for="attempts">{strings::forms::ATTEMPTS}</label>
                    <Typed id="attempts" class="small" label=strings::forms::ATTEMPTS told=attempts take=take_attempts most=4/>
                </div>
                <div class="inline-field">
                    <label class="hint" for="apart">{strings::forms::APART}</label>
                    <Typed id="apart" class="small" label=strings::forms::APART told=apart take=take_apart/>
                </div>
            }
        })
    };
    view! {
        <div data-field="retry_config">
            <span class="field-label">{strings::forms::RETRIES}</span>
            <Segments
                label=strings::forms::RETRIES
                options=vec![strings::forms::ONCE, strings::forms::AGAIN]
                chosen=Signal::derive(move || Some(usize::from(is_on.get())))
                choose
            />
            {more}
            <FieldProblems of=id fields=whole(&["retry_config"])/>
        </div>
    }
}

/// Who is paged or told, and the way to add somebody.
#[component]
pub fn TargetList(id: String, node: NodeMemo, label: &'static str) -> impl IntoView {
    let stored = StoredValue::new(id);
    let count = Memo::new(move |_| node.get().map_or(0, |node| tree::targets(&node).unwrap_or_default().len()));
    let rows = move || {
        (0..count.get())
            .map(|position| {
                let target =
                    Memo::new(move |_| node.get().and_then(|node| tree::targets(&node)?.get(position).cloned()));
                let last = move || position + 1 == count.get();
                view! { <TargetRow id=stored.get_value() position last=Signal::derive(last) target/> }
            })
            .collect_view()
    };
    view! {
        <div data-field="targets">
            <span class="field-label">{label}</span>
            <ul class="targets">{rows}</ul>
            <AddTarget id=stored.get_value() node/>
            <FieldProblems of=stored.get_value() fields=vec![Field::Itself("targets".to_string())]/>
        </div>
    }
}

/// A field that finds whoever can be added.
#[component]
fn AddTarget(id: String, node: NodeMemo) -> impl IntoView {
    let open = expect_context::<Open>();
    let index = session().index;
    let stored = StoredValue::new(id);
    let only_channels =
        Memo::new(move |_| node.get().is_some_and(|node| matches!(node.kind, NodeKind::NotifyChannel(_))));
    let choices = Memo::new(move |_| {
        let (index, at, zone) = (index.get(), open.assumed.at.get(), open.zone());
        let channels = choices::channels(&index);
        if only_channels.get() {
            return channels;
        }
        let all = [choices::schedules(&index, at, &zone), choices::people(&index, at, &zone), channels];
        all.into_iter().flatten().collect()
    });
    let choose = move |key: String| {
        let Some((kind, target_id, rota)) = choices::chosen(&key) else { return };
        let target_type = TargetType::from(kind);
        let mode = match rota {
            Some(_) => ScheduleMode::CurrentlyOnCallForRota,
            None => ScheduleMode::CurrentlyOnCall,
        };
        let target = Target {
            urgency: if target_type.is_channel() { Urgency::Low } else { Urgency::High },
            id: target_id.to_string(),
            schedule_mode: (target_type == TargetType::Schedule).then_some(mode),
            selected_rota_id: rota.map(str::to_string),
            target_type,
            extra: Map::new(),
        };
        open.dispatch(Command::AddTarget(stored.get_value(), target));
    };
    view! {
        <Combobox id="add-target" label=strings::ADD_TARGET_LABEL placeholder=strings::ADD_TARGET choices choose/>
    }
}
