//! Panning and zooming by wheel, mouse, pen and fingers.

use escalation_editor::Viewport;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, PointerEvent, WheelEvent};

use super::card::NODE;
use super::drag::{self, Press};
use crate::editor::state::Open;
use crate::later;
use crate::parts::hold;

/// Fingers and pointers that are down on the background: each with its place on the screen.
pub type Down = Vec<(i32, (f64, f64))>;

/// How much one step of the wheel zooms.
const ZOOM_STEP: f64 = 0.0022;
/// The height of a line, for wheels that count in lines.
const LINE: f64 = 16.0;

/// The wheel pans; with ctrl, as a pinch on a touchpad is told, it zooms.
pub fn wheel(open: Open, event: &WheelEvent) {
    event.prevent_default();
    let unit = if event.delta_mode() == WheelEvent::DOM_DELTA_LINE { LINE } else { 1.0 };
    let (dx, dy) = (event.delta_x() * unit, event.delta_y() * unit);
    let at = inside(event.current_target(), f64::from(event.client_x()), f64::from(event.client_y()));
    open.view.update(|view| {
        *view = if event.ctrl_key() || event.meta_key() {
            view.zoom((-dy * ZOOM_STEP).exp(), at)
        } else if event.shift_key() && dx == 0.0 {
            view.pan(-dy, 0.0)
        } else {
            view.pan(-dx, -dy)
        };
    });
}

/// A pointer goes down: on a node, which may become a drag, or on the background, which pans.
pub fn down(open: Open, event: &PointerEvent) {
    if event.button() > 1 {
        return;
    }
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let inside = |selector: &str| target.as_ref().and_then(|element| element.closest(selector).ok().flatten());
    // A finger on a button in the drawing may be one of two that zoom; alone it presses the button.
    if event.pointer_type() == "touch" && inside(".world button").is_some() {
        return press(open, event, "");
    }
    if inside("button, .search, .alone, .popover").is_some() {
        return;
    }
    if let Some(item) = inside("[role=treeitem]") {
        let id = item.id();
        if let Some(node) = id.strip_prefix(NODE).filter(|_| event.button() == 0) {
            press(open, event, node);
        }
        return;
    }
    pan(open, event.pointer_id(), place(event));
    hold::capture(event);
}

/// Notes that a pointer is down on a node, or on a button, which has no id here. A finger that stays on a node takes it
/// up.
fn press(open: Open, event: &PointerEvent, node: &str) {
    let is_touch = event.pointer_type() == "touch";
    let at = place(event);
    let press = Press { pointer: event.pointer_id(), node: node.to_string(), at, is_touch, drags: false };
    let first = open.look.press.get_value().filter(|first| first.is_touch && is_touch);
    if is_touch && (first.is_some() || open.fingers.with_untracked(|down| !down.is_empty())) {
        // Two fingers zoom, wherever they are.
        open.look.press.set_value(None);
        for finger in first.into_iter().chain([press]) {
            pan(open, finger.pointer, finger.at);
        }
        return hold::capture(event);
    }
    open.look.press.set_value(Some(press.clone()));
    if is_touch && !node.is_empty() && !open.only_reads() {
        let frame = event.current_target().and_then(|frame| frame.dyn_into::<Element>().ok());
        set_timeout(
            move || {
                if open.look.press.try_get_value().flatten().as_ref() == Some(&press) {
                    if let Some(frame) = frame {
                        let _gone = frame.set_pointer_capture(press.pointer);
                    }
                    take_up(open, press);
                }
            },
            drag::LONG_PRESS,
        );
    }
}

/// Takes up what is pressed, at the place where the pointer is: now, or where it is once it can be changed, if it is
/// still down then. Until then nothing moves.
fn take_up(open: Open, press: Press) {
    open.look.press.set_value(Some(Press { drags: true, ..press }));
    later::with_edit(open, move |edit| {
        if let Some(press) = open.look.press.get_value().filter(|press| press.drags) {
            open.look.press.set_value(None);
            (edit.drag)(open, &press.node, press.at);
            drag::moved(open, press.at);
        }
    });
}

fn pan(open: Open, pointer: i32, at: (f64, f64)) {
    open.fingers.update(|down| down.push((pointer, at)));
    open.panning.set(true);
}

/// A pointer that is down moves: what it holds follows; one on the background pans, two zoom about their middle.
pub fn moved(open: Open, event: &PointerEvent) {
    let now = place(event);
    if open.look.drag.with_untracked(Option::is_some) {
        return drag::moved(open, now);
    }
    if let Some(press) = open.look.press.get_value().filter(|press| press.pointer == event.pointer_id()) {
        if press.drags {
            return open.look.press.set_value(Some(Press { at: now, ..press }));
        }
        if (now.0 - press.at.0).hypot(now.1 - press.at.1) < drag::THRESHOLD {
            return;
        }
        hold::capture(event);
        if !press.is_touch && !open.only_reads() {
            return take_up(open, Press { at: now, ..press });
        }
        open.look.press.set_value(None);
        pan(open, press.pointer, press.at);
    }
    let mut fingers = open.fingers.get_untracked();
    let Some(at) = fingers.iter().position(|(id, _)| *id == event.pointer_id()) else { return };
    let before = fingers.clone();
    if let Some(finger) = fingers.get_mut(at) {
        finger.1 = now;
    }
    open.view.update(|view| *view = dragged(*view, &before, &fingers));
    open.fingers.set(fingers);
}

/// A pointer goes up, and lets go of what it holds.
pub fn up(open: Open, event: &PointerEvent) {
    if open.look.drag.with_untracked(Option::is_some) {
        later::with_edit(open, move |edit| (edit.drop)(open));
    }
    released(open, event);
}

/// Whether a pointer, or any, holds something in the drawing.
pub fn is_held(open: Open, which: Option<i32>) -> bool {
    let is = |pointer: i32| which.is_none_or(|which| which == pointer);
    let is_pressed = open.look.press.with_value(|press| press.as_ref().is_some_and(|press| is(press.pointer)));
    let pans = open.fingers.with_untracked(|down| down.iter().any(|(pointer, _)| is(*pointer)));
    is_pressed || pans || open.look.drag.with_untracked(Option::is_some)
}

/// The page loses the pointers: what is dragged stays where it was.
pub fn lost(open: Open) {
    drag::cancel(open);
    open.look.press.set_value(None);
    open.fingers.set(Vec::new());
    open.panning.set(false);
}

fn released(open: Open, event: &PointerEvent) {
    open.look.press.set_value(None);
    open.fingers.update(|down| down.retain(|(id, _)| *id != event.pointer_id()));
    if open.fingers.with_untracked(Vec::is_empty) {
        open.panning.set(false);
    }
}

fn dragged(view: Viewport, before: &Down, now: &Down) -> Viewport {
    match (before.as_slice(), now.as_slice()) {
        ([(_, from)], [(_, to)]) => view.pan(to.0 - from.0, to.1 - from.1),
        ([(_, a), (_, b), ..], [(_, c), (_, d), ..]) => {
            let middle = |a: &(f64, f64), b: &(f64, f64)| (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1));
            let apart = |a: &(f64, f64), b: &(f64, f64)| (a.0 - b.0).hypot(a.1 - b.1).max(1.0);
            let (from, to) = (middle(a, b), middle(c, d));
            view.pan(to.0 - from.0, to.1 - from.1).zoom(apart(c, d) / apart(a, b), to)
        }
        _ => view,
    }
}

fn place(event: &PointerEvent) -> (f64, f64) {
    inside(event.current_target(), f64::from(event.client_x()), f64::from(event.client_y()))
}

/// A place in the window as a place in the frame.
fn inside(frame: Option<web_sys::EventTarget>, x: f64, y: f64) -> (f64, f64) {
    let frame = frame.and_then(|frame| frame.dyn_into::<Element>().ok());
    frame.map_or((x, y), |frame| {
        let rect = frame.get_bounding_client_rect();
        (x - rect.left(), y - rect.top())
    })
}
