//! The open path as a file in several forms, and a file in its place.

use std::sync::Arc;

use escalation_editor::command::Replacement;
use escalation_editor::import::{Imported, Imports};
use escalation_editor::layout::Folds;
use escalation_editor::needed::needed;
use escalation_editor::svg::{self, Labels, Theme};
use escalation_editor::{Command, Editor, export};
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::clipboard;
use super::notes::About;
use super::state::Open;
use crate::canvas::scene::Scene;
use crate::later::Export;
use crate::panel::expected;
use crate::panel::kept::Keeping;
use crate::parts::import::{ImportDialog, understand};
use crate::place::Place;
use crate::simulate::scenarios;
use crate::strings;
use crate::transfer::{self, Offered, file_name, offer_pixels, offer_text};

const JSON: &str = "application/json";

/// The path as it is sent.
fn as_json(open: Open) {
    // The document itself, also while it is shown what would come of two versions.
    let path = open.editor.with_untracked(Editor::path);
    tell(open, offer_text(&file_name(&path.name, "json"), JSON, &export::payload(&path)));
}

/// The path with what it stands in, what is expected of it and the scenarios kept with it.
fn as_bundle(open: Open) {
    let (id, path) = (open.id.get_untracked(), open.editor.with_untracked(Editor::path));
    let world = open.session.index.with_untracked(|index| needed(&path, index.world()));
    let expectations = open.expected.items.with_untracked(|items| expected::known(items));
    let named = open.scenarios.items.with_untracked(|items| scenarios::known(items));
    let text = export::bundle(&id, &path, &world, &expectations, &named);
    let offered = offer_text(&file_name(&path.name, "bundle.json"), JSON, &text);
    let unread = |keeping: Keeping| matches!(keeping, Keeping::Reading | Keeping::NotRead);
    if unread(open.expected.keeping.get_untracked()) || unread(open.scenarios.keeping.get_untracked()) {
        open.note(About::Exported, &offered.words(strings::transfer::EXPORTED_WITHOUT), None);
    } else {
        tell(open, offered);
    }
}

/// The whole graph as a picture, as SVG.
pub fn picture(open: Open) -> String {
    draw(open, &computed(open.session.place)).0
}

fn as_svg(open: Open) {
    let picture = picture(open);
    tell(open, offer_text(&file_name(&open.path.get_untracked().name, "svg"), "image/svg+xml", &picture));
}

/// The same as pixels.
fn as_png(open: Open) {
    let (picture, size) = draw(open, &computed(open.session.place));
    let name = file_name(&open.path.get_untracked().name, "png");
    offer_pixels(name, &picture, size, move |offered| match offered {
        Some(offered) => tell(open, offered),
        None => open.refuse(strings::transfer::NO_PICTURE.to_string()),
    });
}

/// What the path becomes outside.
pub fn export(open: Open, what: Export) {
    match what {
        Export::Json => as_json(open),
        Export::Bundle => as_bundle(open),
        Export::Svg => as_svg(open),
        Export::Png => as_png(open),
        Export::Print => print(open),
    }
}

/// Says what came of a file that was offered; what was not taken is seen, too.
fn tell(open: Open, offered: Offered) {
    let told = offered.words(strings::transfer::EXPORTED);
    if offered == Offered::Taken { open.session.say(told) } else { open.refuse(told) }
}

/// Has the browser print.
fn print(open: Open) {
    transfer::print(move || open.refuse(strings::transfer::NOT_PRINTED.to_string()));
}

fn draw(open: Open, theme: &Theme) -> (String, (i32, i32)) {
    let path = open.path.get_untracked();
    let index = open.session.index.get_untracked();
    // All of it, whatever is closed on the screen.
    let scene = Scene::new(&path, &index, &Folds::default());
    let labels = Labels {
        start: strings::ALERT_FIRES,
        ends: strings::ENDS,
        ends_after: strings::ENDS_AFTER,
        repeats: &strings::repeats,
    };
    let size = (scene.layout.size.width, scene.layout.size.height);
    (svg::draw(&path, &scene.layout, &index, &labels, theme), size)
}

fn theme(colour: impl Fn(&str) -> String) -> Theme {
    Theme {
        canvas: colour("--canvas"),
        surface: colour("--surface"),
        line: colour("--line-strong"),
        text: colour("--text"),
        muted: colour("--muted"),
        level: colour("--kind-level"),
        channel: colour("--kind-channel"),
        delay: colour("--kind-delay"),
        branch: colour("--kind-branch"),
        other: colour("--kind-other"),
        font: colour("--font"),
    }
}

/// The colours as they are on the screen now: a file has no tokens.
fn computed(place: Place) -> Theme {
    let Some(body) = place.body() else { return tokens() };
    // A token says what it is in light and in dark; which of them holds is known of an element that uses it.
    let probe = document().create_element("span").ok().and_then(|probe| probe.dyn_into::<HtmlElement>().ok());
    let Some(probe) = probe.filter(|probe| body.append_child(probe).is_ok()) else { return tokens() };
    let resolved = theme(|name| {
        let property = if name == "--font" { "font-family" } else { "color" };
        let _kept = probe.style().set_property(property, &format!("var({name})"));
        let style = window().get_computed_style(&probe).ok().flatten();
        let value = style.and_then(|style| style.get_property_value(property).ok()).unwrap_or_default();
        value.trim().replace('"', "'")
    });
    probe.remove();
    resolved
}

/// The tokens themselves: what is printed has the colours of paper.
fn tokens() -> Theme {
    theme(|name| format!("var({name})"))
}

/// The whole graph, for the printer alone; it is drawn when it is asked for.
#[component]
pub fn Printed() -> impl IntoView {
    let open = expect_context::<Open>();
    let page = NodeRef::<Div>::new();
    let listener = window_event_listener_untyped("beforeprint", move |_| {
        if let Some(page) = page.get_untracked() {
            page.set_inner_html(&draw(open, &tokens()).0);
        }
    });
    on_cleanup(move || listener.remove());
    view! { <div class="printed" node_ref=page aria-hidden="true"></div> }
}

/// Opens the dialog that takes a file.
pub fn import(open: Open) {
    open.import_fault.set(None);
    open.importing.set(true);
}

/// Takes text that came in any way: nodes are put behind the chosen ones, a path in the place of this one.
pub fn take(open: Open, text: Result<String, String>) {
    let read = text.and_then(|text| Ok((understand(&text)?, text)));
    match read {
        Ok((imported, text)) if imported.what == Imports::Nodes => {
            open.importing.set(false);
            clipboard::paste(open, &text);
        }
        Ok((imported, _)) => {
            open.importing.set(false);
            replace(open, imported);
        }
        Err(why) => {
            open.import_fault.set(Some(why));
            open.importing.set(true);
        }
    }
}

fn replace(open: Open, imported: Imported) {
    let before = open.path.get_untracked();
    let expectations = expected::take_in(open, imported.expectations.unwrap_or_default());
    let named = scenarios::take(open, imported.scenarios.unwrap_or_default());
    open.dispatch(Command::Replace(Replacement::Import, Box::new(imported.path)));
    if !Arc::ptr_eq(&before, &open.path.get_untracked()) {
        let told = strings::transfer::imported(expectations.len(), named.len());
        let undo = Arc::new(move || {
            // What was done since is taken back with it, and can be made again.
            let mut gone_back = false;
            open.editor.update(|editor| gone_back = editor.go_back_to(&before));
            let said = if gone_back { strings::transfer::NOT_IMPORTED } else { strings::transfer::TOO_LATE };
            if gone_back {
                expected::take_out(open, &expectations);
                scenarios::take_out(open, &named);
                open.select(None);
                open.session.say(said);
            } else {
                open.note(About::Imported, said, None);
            }
        });
        open.note(About::Imported, &told, Some((strings::save::TAKE_BACK, undo)));
    }
}

#[component]
pub fn Import() -> impl IntoView {
    let open = expect_context::<Open>();
    view! {
        <Show when=move || open.importing.get()>
            <ImportDialog
                fault=open.import_fault
                take=move |text| take(open, Ok(text))
                leave=move || open.importing.set(false)
            />
        </Show>
    }
}
