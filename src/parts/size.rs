//! How large something is on the screen.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::Element;

/// Tells the width and the height of an element once it is laid out, before that is painted, and whenever they change,
/// for as long as the owner lives. To ask at once would have the page laid out for that alone.
pub fn watch(element: &Element, set: impl Fn((f64, f64)) + 'static) {
    let measured = element.clone();
    let measure = move || {
        let size = measured.get_bounding_client_rect();
        set((size.width(), size.height()));
    };
    let callback = Closure::<dyn Fn()>::new(measure);
    if let Ok(observer) = web_sys::ResizeObserver::new(callback.as_ref().unchecked_ref()) {
        observer.observe(element);
        // Dropped with the owner, which disconnects it.
        let held = StoredValue::new_local((observer, callback));
        on_cleanup(move || held.with_value(|(observer, _)| observer.disconnect()));
    }
}
