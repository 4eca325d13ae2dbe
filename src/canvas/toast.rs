//! Why something could not be done: seen for a while, and heard.

use std::time::Duration;

use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;

use crate::editor::state::Open;

/// How long it is shown.
const WHILE: Duration = Duration::from_secs(8);

#[component]
pub fn Toast() -> impl IntoView {
    let open = expect_context::<Open>();
    let refused = open.look.refused;
    let waiting = StoredValue::new_local(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    Effect::new(move || {
        stop();
        if refused.with(Option::is_some) {
            let go = move || {
                let _gone = refused.try_set(None);
            };
            waiting.set_value(set_timeout_with_handle(go, WHILE).ok());
        }
    });
    on_cleanup(stop);
    // Those who listen have heard it.
    move || refused.get().map(|why| view! { <p class="toast" aria-hidden="true">{why}</p> })
}
