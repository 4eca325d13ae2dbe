//! The browser app: views only. What a path means is the engine's business, what may be done to it the editor's.

#![allow(unreachable_pub, reason = "nothing outside a program reaches in")]

mod access;
mod app;
mod audit;
mod bench;
mod canvas;
mod clock;
mod drafts;
mod editor;
mod inspector;
mod later;
mod list;
mod load;
mod net;
mod outline;
mod panel;
mod parts;
mod place;
mod reading;
mod route;
mod session;
mod simulate;
mod strings;
mod theme;
mod transfer;
mod worker;

use leptos::mount::mount_to_body;

fn main() {
    console_error_panic_hook::set_once();
    // A worker has no page: it waits for what it is asked.
    if web_sys::window().is_none() {
        return;
    }
    if let Some(boot) = leptos::prelude::document().get_element_by_id("boot") {
        boot.remove();
    }
    mount_to_body(app::App);
}
