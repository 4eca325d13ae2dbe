//! The details for those who read: what each field says, as text that can be marked and copied.

use escalation_editor::words::{LinkTarget, PropertyRow, PropertyValue, facts_of_node, facts_of_path};
use leptos::prelude::*;

use super::NodeMemo;
use super::beside::HeadProblems;
use crate::canvas;
use crate::editor::state::Open;
use crate::reading::ReadingNote;
use crate::route::Route;
use crate::session::session;
use crate::strings;

/// What the path says of itself.
#[component]
pub fn PathFacts() -> impl IntoView {
    let open = expect_context::<Open>();
    let session = session();
    let facts = Memo::new(move |_| {
        let (path, index, at) = (open.path.get(), session.index.get(), open.assumed.at.get());
        session
            .teams
            .with(|teams| session.templates.with(|templates| facts_of_path(&path, teams, templates, &index, at)))
    });
    view! {
        <h2>{move || open.path.with(|path| path.name.clone())}</h2>
        <Show when=move || !session.readers.compact.get()><ReadingNote/></Show>
        <p class="hint">{strings::rights::PICK_TO_READ}</p>
        <HeadProblems of=None/>
        <Facts facts/>
    }
}

/// What a node says.
#[component]
pub fn NodeFacts(node: NodeMemo) -> impl IntoView {
    let open = expect_context::<Open>();
    let facts = Memo::new(move |_| {
        let (path, index, at) = (open.path.get(), session().index.get(), open.assumed.at.get());
        let zone = open.zone();
        node.with(|node| node.as_ref().map(|node| facts_of_node(node, &path, &index, at, &zone))).unwrap_or_default()
    });
    view! { <Facts facts/> }
}

#[component]
fn Facts(facts: Memo<Vec<PropertyRow>>) -> impl IntoView {
    let rows = move || {
        let row = |fact: PropertyRow| {
            let says = fact.says.into_iter().map(|said| view! { <Line said/> }).collect_view();
            view! { <div data-field=fact.field><dt>{fact.label}</dt>{says}</div> }
        };
        facts.get().into_iter().map(row).collect_view()
    };
    view! { <dl class="facts">{rows}</dl> }
}

#[component]
fn Line(said: PropertyValue) -> impl IntoView {
    let open = expect_context::<Open>();
    let PropertyValue { text, about, leads } = said;
    let text = match leads {
        None => view! { <strong>{text}</strong> }.into_any(),
        Some(LinkTarget::Path(id)) => view! { <a class="link" href=Route::Path(id).href()>{text}</a> }.into_any(),
        Some(LinkTarget::Node(id)) => {
            view! { <button class="link" on:click=move |_| canvas::go_to(open, &id)>{text}</button> }.into_any()
        }
    };
    let about = (!about.is_empty()).then(|| view! { " " <span>{about}</span> });
    view! { <dd>{text}{about}</dd> }
}
