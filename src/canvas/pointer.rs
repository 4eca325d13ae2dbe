//! Panning and zooming by wheel, mouse, pen and fingers.

use escalation_editor::Viewport;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, PointerEvent, WheelEvent};

use crate::editor::state::Open;

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

/// A pointer goes down on the background.
pub fn down(open: Open, event: &PointerEvent) {
    let on_something = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|element| element.closest("[role=treeitem], button, .search, .alone").ok().flatten().is_some());
    if on_something || event.button() > 1 {
        return;
    }
    open.fingers.update(|down| down.push((event.pointer_id(), place(event))));
    open.panning.set(true);
    if let Some(frame) = event.current_target().and_then(|frame| frame.dyn_into::<Element>().ok()) {
        let _gone = frame.set_pointer_capture(event.pointer_id());
    }
}

/// A pointer that is down moves: one pans, two zoom about their middle.
pub fn moved(open: Open, event: &PointerEvent) {
    let mut fingers = open.fingers.get_untracked();
    let Some(at) = fingers.iter().position(|(id, _)| *id == event.pointer_id()) else { return };
    let now = place(event);
    let before = fingers.clone();
    if let Some(finger) = fingers.get_mut(at) {
        finger.1 = now;
    }
    open.view.update(|view| *view = dragged(*view, &before, &fingers));
    open.fingers.set(fingers);
}

/// A pointer goes up. A click on the background, without a drag, chooses nothing.
pub fn up(open: Open, event: &PointerEvent) {
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
