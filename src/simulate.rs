//! What happens: what is assumed, a lane for everybody who is told, and every step with its reason.

mod controls;
mod lanes;
mod steps;

use escalation_editor::words;
use leptos::prelude::*;

use crate::editor::state::Open;
use crate::parts::icon::{Glyph, Icon};
use crate::strings;
use controls::Controls;
use lanes::Lanes;
use steps::Steps;

#[component]
pub fn Simulate() -> impl IntoView {
    let open = expect_context::<Open>();
    let outcome = move || {
        let play = open.play.get();
        let trace = open.trace.get();
        words::outcome(play.outcome, play.pages.len(), trace.ended_at, &open.zone())
    };
    let is_bad = move || {
        open.play.with(|play| play.pages.is_empty() || play.outcome >= escalation_engine::machine::Outcome::Undecided)
    };
    let toggle_label = move || if open.panel.get() { strings::COLLAPSE } else { strings::EXPAND };
    view! {
        <section class="panel" aria-label=strings::SIMULATE>
            <header class="tabs">
                <h2 class="tab on">{strings::SIMULATE}</h2>
                <span class="pill outcome" class:bad=is_bad data-outcome>{outcome}</span>
                <span class="spring"></span>
                <button
                    class="tool icon-only"
                    class:turned=move || !open.panel.get()
                    aria-expanded=move || open.panel.get().to_string()
                    aria-label=toggle_label
                    title=toggle_label
                    on:click=move |_| open.panel.update(|shown| *shown = !*shown)
                >
                    <Icon glyph=Glyph::Down/>
                </button>
            </header>
            <Show when=move || open.panel.get()>
                <Controls/>
                <Lanes/>
                <Steps/>
            </Show>
        </section>
    }
}
