//! The one place that looks at a clock, throws dice, and looks at where the viewer is.

use std::time::Duration;

use escalation_engine::Instant;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Now, to the second.
pub fn now() -> Instant {
    // Milliseconds since 1970 fit a float exactly for the next 285,000 years.
    Instant::from_unix((js_sys::Date::now() / 1000.0) as i64)
}

/// Milliseconds on a clock that only goes forward, to measure how long something takes.
pub fn milliseconds() -> f64 {
    leptos::prelude::window().performance().map_or(0.0, |performance| performance.now())
}

/// The IANA name of the viewer's zone, UTC where the browser does not say.
pub fn viewer_zone() -> String {
    let options = js_sys::Intl::DateTimeFormat::default().resolved_options();
    let zone = js_sys::Reflect::get(&options, &JsValue::from_str("timeZone")).ok();
    zone.and_then(|zone| zone.as_string()).unwrap_or_else(|| "UTC".to_string())
}

/// A name that nothing else has, here or in another tab.
pub fn token() -> String {
    // 52 bits of the browser's randomness: whole numbers to which a float is exact.
    let random = (js_sys::Math::random() * 4_503_599_627_370_496.0) as u64;
    format!("{random:013x}")
}

/// A ULID: when it is, in milliseconds, and what nothing else has. It is the id of what is made with it.
pub fn ulid() -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let letter = |index: u64| LETTERS.get((index % 32) as usize).map_or('0', |letter| char::from(*letter));
    let now = js_sys::Date::now() as u64;
    let time = (0..10).rev().map(|place| letter(now >> (5 * place)));
    let random = (0..16).map(|_| letter((js_sys::Math::random() * 32.0) as u64));
    time.chain(random).collect()
}

/// A number from 0 to 1, any of them, for what is not to be done by all at once.
pub fn dice() -> f64 {
    js_sys::Math::random()
}

/// Waits, in milliseconds.
pub async fn pause(milliseconds: u32) {
    let mut wait = |done: js_sys::Function, _| {
        let call = move || {
            let _called = done.call0(&JsValue::NULL);
        };
        leptos::prelude::set_timeout(call, Duration::from_millis(milliseconds.into()));
    };
    let _waited = JsFuture::from(js_sys::Promise::new(&mut wait)).await;
}

/// Calls back once what was changed is drawn.
pub fn after_frame(then: impl FnOnce() + 'static) {
    leptos::prelude::request_animation_frame(move || leptos::prelude::set_timeout(then, std::time::Duration::ZERO));
}
