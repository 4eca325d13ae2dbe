//! What the compared state of the path has and this one has not: told beside the place where it was. Those who listen
//! have it in the list of differences.

use std::sync::Arc;

use escalation_editor::gone::{Gone, gone};
use escalation_editor::layout::Point;
use leptos::prelude::*;

use crate::editor::state::Open;
use crate::strings;

#[component]
pub fn GoneMarks() -> impl IntoView {
    let open = expect_context::<Open>();
    let all = Memo::new(move |_| {
        let before = open.compared.get();
        Arc::new(before.map_or_else(Vec::new, |before| gone(&before, &open.path.get(), &open.session.index.get())))
    });
    let marks = move || {
        let placed = |gone: &Gone| {
            let mark = open
                .scene
                .with(|scene| scene.layout.slots.iter().find(|mark| mark.slot == gone.slot).map(|mark| mark.at));
            mark.map(|at| view! { <Mark at titles=gone.titles.clone()/> })
        };
        all.with(|all| all.iter().filter_map(placed).collect_view())
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
    view! {
        <span
            class="was-here"
            aria-hidden="true"
            title=title
            style:transform=format!("translate({}px,{}px) translate(0,-50%)", at.x + 18, at.y)
        >
            {words}
        </span>
    }
}
