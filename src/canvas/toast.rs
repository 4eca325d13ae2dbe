//! What is said at the foot of the drawing for a while: why something could not be done, and what was deleted, which can
//! be taken back there.

use std::time::Duration;

use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;

use crate::editor::state::Open;
use crate::later;
use crate::strings;

/// How long it is shown.
const WHILE: Duration = Duration::from_secs(8);

#[component]
pub fn Toast() -> impl IntoView {
    let open = expect_context::<Open>();
    let (refused, deleted) = (open.look.refused, open.look.deleted);
    hide_after_a_while(refused);
    hide_after_a_while(deleted);
    move || {
        if let Some(why) = refused.get() {
            // Those who listen have heard it.
            return Some(view! { <p class="toast" aria-hidden="true">{why}</p> }.into_any());
        }
        let what = deleted.get()?;
        let undo = move |_| {
            deleted.set(None);
            open.undo();
        };
        Some(
            view! {
                <p class="toast">
                    <span>{what}</span>
                    <button class="link" title=move || later::hint(strings::UNDO) on:click=undo>{strings::UNDO}</button>
                </p>
            }
            .into_any(),
        )
    }
}

fn hide_after_a_while(shown: RwSignal<Option<String>>) {
    let waiting = StoredValue::new_local(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    Effect::new(move || {
        stop();
        if shown.with(Option::is_some) {
            let go = move || {
                let _gone = shown.try_set(None);
            };
            waiting.set_value(set_timeout_with_handle(go, WHILE).ok());
        }
    });
    on_cleanup(stop);
}
