//! The buttons for zooming.

use escalation_editor::Viewport;
use escalation_editor::viewport::Corner;
use leptos::prelude::*;

use crate::editor::state::Open;
use crate::later;
use crate::strings;

/// One step of a button or a key.
pub const STEP: f64 = 1.25;

/// What they take of their corner, with what is around them.
pub const CORNER: Corner = Corner { is_right: false, width: 206.0, height: 54.0 };

/// Zooms about the middle.
pub fn zoom(open: Open, factor: f64) {
    let screen = open.screen.get_untracked();
    open.view.update(|view| *view = view.zoom(factor, (screen.0 / 2.0, screen.1 / 2.0)));
}

/// Shows everything.
pub fn fit(open: Open) {
    let size = open.scene.with_untracked(|scene| scene.layout.size);
    open.view.set(Viewport::fit(size, open.screen.get_untracked()));
}

/// Shows the drawing at its own size.
pub fn own_size(open: Open) {
    let scale = open.view.get_untracked().scale;
    zoom(open, 1.0 / scale);
}

#[component]
pub fn ZoomBar() -> impl IntoView {
    let open = expect_context::<Open>();
    let percent = move || strings::zoomed((open.view.get().scale * 100.0).round() as i64);
    view! {
        <div class="zoom">
            <button aria-label=strings::ZOOM_OUT title=move || later::hint(strings::ZOOM_OUT) on:click=move |_| zoom(open, 1.0 / STEP)>"−"</button>
            <button class="percent" title=move || later::hint(strings::OWN_SIZE) on:click=move |_| own_size(open)>{percent}</button>
            <button aria-label=strings::ZOOM_IN title=move || later::hint(strings::ZOOM_IN) on:click=move |_| zoom(open, STEP)>"+"</button>
            <button title=move || later::hint(strings::FIT_ALL) on:click=move |_| fit(open)>{strings::FIT}</button>
        </div>
    }
}
