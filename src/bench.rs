//! Measuring from outside, on a page whose address has `?bench`: `window.__bench.simulate(n)` gives the milliseconds of
//! n simulations of the open path.

use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};

use crate::editor::state::Open;

/// Offers it, on such a page, for the open path.
pub fn offer(open: Open) {
    let asked = window().location().search().is_ok_and(|search| search.contains("bench"));
    if !asked {
        return;
    }
    let simulate = Closure::<dyn Fn(u32) -> f64>::new(move |times: u32| {
        let begin = js_sys::Date::now();
        for _ in 0..times {
            open.simulate_once();
        }
        js_sys::Date::now() - begin
    });
    let bench = js_sys::Object::new();
    let _frozen = js_sys::Reflect::set(&bench, &JsValue::from_str("simulate"), simulate.as_ref().unchecked_ref());
    let _frozen = js_sys::Reflect::set(&window(), &JsValue::from_str("__bench"), &bench);
    // It is for the page's whole life.
    simulate.forget();
}
