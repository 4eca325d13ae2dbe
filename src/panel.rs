//! The panel below the graph: what happens to one alert, who is paged when, what is expected, and what really runs.

pub mod coverage;
pub mod escalations;
pub mod expectations;
pub mod expected;
mod form;
pub mod kept;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{KeyboardEvent, PointerEvent};

use crate::editor::state::Open;
use crate::later;
use crate::parts::focus;
use crate::parts::hold;
use crate::parts::icon::{Glyph, Icon};
use crate::parts::keyboard::pressed;
use crate::simulate::{ScenarioMenu, Simulate};
use crate::strings;
use coverage::CoverageView;
use escalations::Escalations;
use expectations::Expectations;

/// What the panel shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// One alert.
    Simulate,
    /// Who is paged when.
    Coverage,
    /// What is expected.
    Expectations,
    /// Escalations that run or ran.
    Escalations,
}

const TABS: [Tab; 4] = [Tab::Simulate, Tab::Coverage, Tab::Expectations, Tab::Escalations];

/// The tabs that this server has something for.
fn tabs(open: Open) -> Vec<Tab> {
    let has = |tab: &Tab| *tab != Tab::Escalations || !open.session.lacks(escalations::FEATURE);
    TABS.into_iter().filter(has).collect()
}

impl Tab {
    fn name(self) -> &'static str {
        match self {
            Self::Simulate => strings::SIMULATE,
            Self::Coverage => strings::coverage::COVERAGE,
            Self::Expectations => strings::panel::EXPECTATIONS,
            Self::Escalations => strings::escalations::ESCALATIONS,
        }
    }

    fn id(self) -> &'static str {
        match self {
            Self::Simulate => "tab-simulate",
            Self::Coverage => "tab-coverage",
            Self::Expectations => "tab-expectations",
            Self::Escalations => "tab-escalations",
        }
    }
}

/// The most that the panel has of the window at first, in pixels and in hundredths; what it can have, and a step by key.
const HEIGHT: i32 = 288;
const SHARE: i32 = 32;
const AT_FIRST: i32 = 200;
const LEAST: i32 = 160;
const ABOVE: i32 = 240;
const STEP: i32 = 24;

#[component]
pub fn Panel() -> impl IntoView {
    let open = expect_context::<Open>();
    let outcome = move || open.outcome();
    let is_bad = move || {
        open.play.with(|play| play.pages.is_empty() || play.outcome >= escalation_engine::machine::Outcome::Undecided)
    };
    let toggle_label = move || if open.panel.get() { strings::COLLAPSE } else { strings::EXPAND };
    // The tab that is shown, shown again, stays as it is: it may play, and have the focus.
    let shown = Memo::new(move |_| open.tab.get());
    view! {
        <section class="panel" aria-label=strings::panel::PANEL>
            <Handle/>
            <h2 class="spoken">{strings::panel::PANEL}</h2>
            <header class="tabs">
                <TabList/>
                <Show when=move || open.tab.get() == Tab::Simulate>
                    <span class="pill outcome" class:bad=is_bad data-outcome>{outcome}</span>
                </Show>
                <span class="spring"></span>
                <Show when=move || open.tab.get() == Tab::Simulate && open.panel.get()>
                    <ScenarioMenu/>
                </Show>
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
                {move || {
                    let tab = shown.get();
                    let content = match tab {
                        Tab::Simulate => view! { <Simulate/> }.into_any(),
                        Tab::Coverage | Tab::Expectations | Tab::Escalations => {
                            (move || later::rest().map(|rest| (rest.tab)(tab))).into_any()
                        }
                    };
                    let class = match tab {
                        Tab::Simulate => "tabpanel simulate",
                        Tab::Coverage => "tabpanel coverage",
                        Tab::Expectations => "tabpanel expectations",
                        Tab::Escalations => "tabpanel running-panel",
                    };
                    view! {
                        <div id="tabpanel" class=class role="tabpanel" aria-labelledby=tab.id()>{content}</div>
                    }
                }}
            </Show>
        </section>
    }
}

/// What a tab shows that is seldom looked at.
pub fn tab(tab: Tab) -> AnyView {
    match tab {
        Tab::Simulate => view! { <Simulate/> }.into_any(),
        Tab::Coverage => view! { <CoverageView/> }.into_any(),
        Tab::Expectations => view! { <Expectations/> }.into_any(),
        Tab::Escalations => view! { <Escalations/> }.into_any(),
    }
}

/// One tab stop; arrows go from tab to tab and show it.
#[component]
fn TabList() -> impl IntoView {
    let open = expect_context::<Open>();
    let list = NodeRef::<html::Div>::new();
    let show = move |tab: Tab| open.show_tab(tab);
    let press = move |event: KeyboardEvent| {
        let now = open.tab.get_untracked();
        let all = untrack(|| tabs(open));
        let at = all.iter().position(|tab| *tab == now).unwrap_or_default();
        let next = match pressed(&event).as_str() {
            "ArrowRight" => (at + 1) % all.len(),
            "ArrowLeft" => (at + all.len() - 1) % all.len(),
            "Home" => 0,
            "End" => all.len() - 1,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        if let Some(tab) = all.get(next) {
            show(*tab);
            focus::give_to(tab.id());
        }
    };
    let broken = move || open.expected.broken.get();
    let one = move |tab: Tab| {
        let is_on = move || open.tab.get() == tab;
        let mark = move || {
            let count = if tab == Tab::Expectations { broken() } else { 0 };
            (count > 0).then(|| {
                view! { <span class="count bad" aria-label=strings::panel::broken(count)>{count}</span> }
            })
        };
        view! {
            <button
                id=tab.id()
                class="tab"
                class:on=is_on
                role="tab"
                aria-selected=move || is_on().to_string()
                aria-controls=move || (is_on() && open.panel.get()).then_some("tabpanel")
                tabindex=move || if is_on() { "0" } else { "-1" }
                on:click=move |_| show(tab)
            >
                {tab.name()}
                {mark}
            </button>
        }
    };
    let all = move || tabs(open).into_iter().map(one).collect_view();
    view! { <div class="tablist" role="tablist" aria-label=strings::panel::PANEL node_ref=list on:keydown=press>{all}</div> }
}

/// The upper edge, by which the height is changed.
#[component]
fn Handle() -> impl IntoView {
    let open = expect_context::<Open>();
    let screen = move || open.session.place.size().1 as i32;
    let most = move || (screen() - ABOVE).max(LEAST);
    // As the styles have it.
    let at_first = move || (screen() * SHARE / 100).clamp(AT_FIRST, HEIGHT);
    let now = move || open.panel_height.get().unwrap_or_else(at_first);
    let set = move |height: i32| open.panel_height.set(Some(height.clamp(LEAST, most())));
    // Where the pointer went down, and how high the panel was then.
    let drag = RwSignal::new(None::<(i32, i32)>);
    let handle = NodeRef::<html::Div>::new();
    let element = move || handle.get_untracked().map(|handle| handle.unchecked_into::<web_sys::Element>());
    hold::watch(element, move |_| drag.with_untracked(Option::is_some), move || drag.set(None));
    let down = move |event: PointerEvent| {
        hold::capture(&event);
        drag.set(Some((event.client_y(), untrack(now))));
    };
    let moved = move |event: PointerEvent| {
        if let Some((from, height)) = drag.get_untracked() {
            set(height + from - event.client_y());
        }
    };
    let press = move |event: KeyboardEvent| {
        let height = untrack(now);
        match pressed(&event).as_str() {
            "ArrowUp" => set(height + STEP),
            "ArrowDown" => set(height - STEP),
            "Home" => set(LEAST),
            "End" => set(most()),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    view! {
        <Show when=move || open.panel.get()>
            <div
                class="handle"
                node_ref=handle
                role="separator"
                tabindex="0"
                aria-orientation="horizontal"
                aria-label=strings::panel::HEIGHT
                aria-valuemin=LEAST.to_string()
                aria-valuemax=most().to_string()
                aria-valuenow=move || now().to_string()
                on:pointerdown=down
                on:pointermove=moved
                on:pointerup=move |_| drag.set(None)
                on:dblclick=move |_| open.panel_height.set(None)
                on:keydown=press
            ></div>
        </Show>
    }
}
