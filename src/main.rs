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
mod embed;
mod inspector;
mod later;
mod list;
mod load;
mod net;
mod outline;
mod panel;
mod parts;
mod place;
mod program;
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
    // Elsewhere elements begin it: in a page of somebody else nothing but they is ours.
    let Ok(Some(boot)) = leptos::prelude::document().query_selector("#boot[data-app]") else { return };
    boot.remove();
    mount_to_body(app::App);
}
