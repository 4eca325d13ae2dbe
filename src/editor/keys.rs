//! The keys that work everywhere on the screen of a path.

use leptos::prelude::*;

use super::actions;
use super::state::Open;
use crate::canvas;

/// Listens while the screen is there.
pub fn listen(open: Open) {
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "Escape" {
            canvas::cancel_drag(open);
        }
        // What is done already is not done again.
        if !event.default_prevented() {
            actions::press(open, &event, false);
        }
    });
    on_cleanup(move || listener.remove());
}
