//! The moment that is pointed at, in words.

use leptos::prelude::*;

use super::shown::Drawn;
use super::{Pointed, simulate};
use crate::editor::state::Open;
use crate::strings::coverage as words;

#[component]
pub fn Reading(shown: Drawn, pointed: Pointed) -> impl IntoView {
    let open = expect_context::<Open>();
    let at = Memo::new(move |_| pointed.get().or(open.coverage.cursor.get()));
    let told = move || {
        let said = at.get().zip(shown.get()).map(|((row, at), shown)| shown.read(open, row, at));
        let Some([head, what, more @ ..]) = said.as_deref() else {
            return view! { <p class="hint">{words::HINT}" "{words::ASSUMED}</p> }.into_any();
        };
        let (head, what, more) = (head.clone(), what.clone(), more.join(". "));
        view! { <p><strong>{head}</strong>" "{what}"."</p><p class="hint">{more}</p> }.into_any()
    };
    let go = move |_| {
        if let Some((row, at)) = at.get_untracked() {
            simulate(open, row, at);
        }
    };
    view! {
        <div class="cover-reading" data-reading>
            <div class="grow">{told}</div>
            <Show when=move || at.get().is_some()>
                <button class="quiet" on:click=go>{words::SIMULATE_THIS}</button>
            </Show>
        </div>
    }
}
