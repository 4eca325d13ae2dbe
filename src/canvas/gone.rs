//! What the compared state of the path has and this one has not: told beside the place where it was. Those who listen
//! have it in the list of differences.

use escalation_editor::layout::{Point, Rect};
use leptos::prelude::*;

use crate::editor::state::Open;
use crate::strings;

/// The size of a mark, and how far it is from its place.
const WIDTH: i32 = 152;
const HEIGHT: i32 = 22;
const AWAY: i32 = 18;

/// Where the mark of a place is drawn.
pub fn gone_rect(at: Point) -> Rect {
    Rect { x: at.x + AWAY, y: at.y - HEIGHT / 2, width: WIDTH, height: HEIGHT }
}

#[component]
pub fn GoneMarks() -> impl IntoView {
    let open = expect_context::<Open>();
    let marks = move || {
        // Several places in a side that is closed are one place.
        let mut marks: Vec<(Point, Vec<String>)> = Vec::new();
        open.gone.with(|all| {
            if all.is_empty() {
                return;
            }
            let path = open.path.get();
            for gone in all.iter() {
                let Some(at) = open.scene.with(|scene| scene.layout.beside(&path, &gone.slot)) else { continue };
                match marks.iter_mut().find(|(other, _)| *other == at) {
                    Some((_, titles)) => titles.extend(gone.titles.iter().cloned()),
                    None => marks.push((at, gone.titles.clone())),
                }
            }
        });
        marks.into_iter().map(|(at, titles)| view! { <Mark at titles/> }).collect_view()
    };
    view! { {marks} }
}

#[component]
fn Mark(at: Point, titles: Vec<String>) -> impl IntoView {
    let words = match titles.as_slice() {
        [only] => only.clone(),
        all => strings::nodes(all.len()),
    };
    let title = strings::save::removed(&titles.join(", "));
    let rect = gone_rect(at);
    view! {
        <span
            class="was-here"
            aria-hidden="true"
            title=title
            style:max-width=format!("{WIDTH}px")
            style:transform=format!("translate({}px,{}px)", rect.x, rect.y)
        >
            {words}
        </span>
    }
}
