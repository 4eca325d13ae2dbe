//! The axis of time: what is written on it, the slider along it, and the buttons that play.

use escalation_editor::axis::{FOLD, SHORT_FOLD};
use escalation_editor::playback::Speed;
use escalation_editor::words;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::PointerEvent;

use super::playback::{look_at, now, press, seek, step_and_say, toggle, told};
use crate::editor::state::Open;
use crate::parts::hold;
use crate::parts::icon::{Glyph, Icon};
use crate::strings;

/// A pointer that is so near to an event means the event, in pixels.
const NEAR: i64 = 5;

/// Play, and a step on and back.
#[component]
pub fn Transport() -> impl IntoView {
    let open = expect_context::<Open>();
    let of = open.playback;
    let label = move || if of.running.get() { strings::playback::PAUSE } else { strings::playback::PLAY };
    let glyph = move || {
        let glyph = if of.running.get() { Glyph::Pause } else { Glyph::Play };
        view! { <Icon glyph/> }
    };
    let speed = move |event| {
        let chosen = event_target_value(&event);
        if let Some(speed) = Speed::ALL.into_iter().find(|speed| speed.name() == chosen) {
            of.speed.set(speed);
        }
    };
    let speeds = Speed::ALL.map(|speed| {
        view! { <option value=speed.name() selected=speed == of.speed.get_untracked()>{speed.name()}</option> }
    });
    let button = move |on: bool, label: &'static str, glyph: Glyph| {
        view! {
            <button type="button" class="tool icon-only" aria-label=label title=label on:click=move |_| step_and_say(open, on)>
                <Icon glyph/>
            </button>
        }
    };
    view! {
        <div class="transport" role="group" aria-label=strings::TIMELINE>
            {button(false, strings::playback::BACK, Glyph::StepBack)}
            <button type="button" class="tool icon-only play" aria-label=label title=label on:click=move |_| toggle(open)>
                {glyph}
            </button>
            {button(true, strings::playback::ON, Glyph::StepForward)}
            <select class="field speed" aria-label=strings::playback::SPEED prop:value=move || of.speed.get().name() on:change=speed>
                {speeds.collect_view()}
            </select>
        </div>
    }
}

/// The axis itself, a slider from event to event.
#[component]
pub fn Scrubber() -> impl IntoView {
    let open = expect_context::<Open>();
    let track = NodeRef::<html::Div>::new();
    let ticks = move || {
        let tick = |tick: escalation_editor::axis::Tick| {
            let time = open.time_of(tick.after);
            // The offset of a time that comes twice has no room beside it.
            let (time, below) = match time.split_once(" UTC") {
                Some((time, offset)) => (time.to_string(), format!("UTC{offset}")),
                None => (time, strings::after(tick.after)),
            };
            view! {
                <span class="tick" style:transform=format!("translateX({}px)", tick.x)>
                    <b>{time}</b>
                    <i>{below}</i>
                </span>
            }
        };
        open.axis.get().ticks().into_iter().map(tick).collect_view()
    };
    let folds = move || {
        let (axis, play) = (open.axis.get(), open.play.get());
        let fold = |piece: &escalation_editor::axis::AxisSegment| {
            let (length, why, full) = open.tell(|told| words::fold(told, &play, piece));
            let why = (piece.width >= FOLD).then(|| view! { <i>{why}</i> });
            let words = (piece.width >= SHORT_FOLD).then(|| view! { <b>{length}</b>{why} });
            view! {
                <span
                    class="fold-words"
                    title=full
                    style:transform=format!("translateX({}px)", piece.x)
                    style:width=format!("{}px", piece.width)
                >
                    {words}
                </span>
            }
        };
        axis.folds().map(fold).collect_view()
    };
    let place = move |event: &PointerEvent| {
        let Some(track) = track.get_untracked() else { return };
        let x = f64::from(event.client_x()) - track.get_bounding_client_rect().left();
        look_at(open, open.axis.get_untracked().near(x.round() as i64, NEAR));
    };
    let held = RwSignal::new(false);
    let element = move || track.get_untracked().map(|track| track.unchecked_into::<web_sys::Element>());
    hold::watch(element, move |_| held.get_untracked(), move || held.set(false));
    let down = move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        hold::capture(&event);
        held.set(true);
        open.playback.running.set(false);
        place(&event);
    };
    let x = Memo::new(move |_| open.axis.get().x(now(open)));
    let spoken = Memo::new(move |_| told(open));
    let is_at_end = move || open.until.get() == escalation_engine::Seconds::MAX;
    let time = move || {
        let at = now(open);
        view! { <b>{open.time_of(at)}</b><i>{strings::after(at)}</i> }
    };
    view! {
        <div
            class="track scrubber"
            class:at-end=is_at_end
            role="slider"
            tabindex="0"
            node_ref=track
            aria-label=strings::playback::TIME
            aria-description=strings::playback::KEYS
            aria-valuemin="0"
            aria-valuemax=move || open.play.with(|play| play.lasted).to_string()
            aria-valuenow=move || now(open).to_string()
            aria-valuetext=move || spoken.get()
            on:keydown=move |event| press(open, &event)
            on:pointerdown=down
            on:pointermove=move |event| {
                if held.get_untracked() {
                    place(&event);
                }
            }
            on:pointerup=move |_| held.set(false)
            on:dblclick=move |_| seek(open, escalation_engine::Seconds::MAX)
        >
            {ticks}
            {folds}
            <span class="head" style=("--x", move || format!("{}px", x.get()))>{time}</span>
        </div>
    }
}
