//! Measuring from outside, on a page whose address has `?bench`. `window.__bench` has
//!
//! - `simulate(n)`: the milliseconds of n simulations of the open path,
//! - `load(path)`: opens a path that is given as JSON text,
//! - `insertAfter(id)`: puts a level behind a node,
//! - `editText(id, text)`: sets how long a node waits, as it would be typed,
//! - `select(id)`: chooses a node,
//! - `scrub(permille)`: looks at a time of the simulation, in thousandths of its length on the axis,
//! - `memory()`: the bytes of the program's own memory.
//!
//! All that change something give a promise that is kept after the frame that shows it.

use escalation_api::{Json as _, PathPayload, Value};
use escalation_editor::command::{Timer, insert, new_level};
use escalation_editor::{Command, Editor, Slot, duration, tree};
use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::closure::{Closure, WasmClosure};
use wasm_bindgen::{JsCast as _, JsValue};

use crate::editor::state::Open;
use crate::simulate::playback;

/// Offers it, on such a page, for the open path.
pub fn offer(open: Open) {
    let asked = window().location().search().is_ok_and(|search| search.contains("bench"));
    if !asked {
        return;
    }
    let bench = Object::new();
    let simulate = Closure::<dyn Fn(u32) -> f64>::new(move |times: u32| {
        let begin = js_sys::Date::now();
        for _ in 0..times {
            open.simulate_once();
        }
        js_sys::Date::now() - begin
    });
    put(&bench, "simulate", simulate);
    let load = Closure::<dyn Fn(String) -> Promise>::new(move |text: String| {
        let value = serde_json::from_str::<Value>(&text).ok();
        if let Some(path) = value.and_then(|value| PathPayload::read(value).ok()) {
            open.select(None);
            open.editor.set(Editor::open(path));
            crate::canvas::show_top(open);
        }
        painted()
    });
    put(&bench, "load", load);
    let insert_after = Closure::<dyn Fn(String) -> Promise>::new(move |id: String| {
        let path = open.path.get_untracked();
        if let Some(found) = tree::find(&path, &id) {
            let slot = Slot { index: found.slot.index + 1, list: found.slot.list };
            open.dispatch(insert(&path, slot, new_level(&path)));
        }
        painted()
    });
    put(&bench, "insertAfter", insert_after);
    let edit = Closure::<dyn Fn(String, String) -> Promise>::new(move |id: String, text: String| {
        if let Ok(seconds) = duration::parse(&text) {
            open.dispatch(Command::SetTimer(id, Timer::After(seconds)));
        }
        painted()
    });
    put(&bench, "editText", edit);
    let select = Closure::<dyn Fn(String) -> Promise>::new(move |id: String| {
        open.select(Some(id));
        painted()
    });
    put(&bench, "select", select);
    let scrub = Closure::<dyn Fn(u32) -> Promise>::new(move |permille: u32| {
        let axis = open.axis.get_untracked();
        playback::look_at(open, axis.at(axis.width * i64::from(permille) / 1_000));
        painted()
    });
    put(&bench, "scrub", scrub);
    let memory = Closure::<dyn Fn() -> f64>::new(|| {
        let buffer = wasm_bindgen::memory().unchecked_into::<js_sys::WebAssembly::Memory>().buffer();
        f64::from(buffer.unchecked_into::<js_sys::ArrayBuffer>().byte_length())
    });
    put(&bench, "memory", memory);
    let _frozen = Reflect::set(&window(), &JsValue::from_str("__bench"), &bench);
}

/// Puts a function there, for the page's whole life.
fn put<T: WasmClosure + ?Sized>(bench: &Object, name: &str, function: Closure<T>) {
    let _frozen = Reflect::set(bench, &JsValue::from_str(name), function.as_ref().unchecked_ref());
    function.forget();
}

/// Kept in the first task after the next frame.
fn painted() -> Promise {
    Promise::new(&mut |done: Function, _| {
        request_animation_frame(move || {
            set_timeout(
                move || {
                    let _nobody_waits = done.call0(&JsValue::NULL);
                },
                std::time::Duration::ZERO,
            );
        });
    })
}
