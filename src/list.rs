//! All paths.

mod miniature;

use std::sync::Arc;

use escalation_api::{NodeKind, Path, PathPayload};
use escalation_editor::{Play, tree};
use escalation_engine::{CompiledPath, Index, Problem, Scenario, check, simulate};
use leptos::prelude::*;

use crate::clock;
use crate::drafts::Draft;
use crate::parts::icon::{Glyph, Icon};
use crate::parts::text::in_order;
use crate::route::Route;
use crate::session::session;
use crate::strings;
use crate::theme::ThemeSwitch;
use miniature::Miniature;

/// What a row of the list says.
struct Row {
    id: String,
    name: String,
    shape: String,
    first: String,
    problems: Vec<Problem>,
    path: PathPayload,
}

impl Row {
    fn new(path: &Path, index: &Index) -> Self {
        let payload = PathPayload::from(path);
        let (mut levels, mut branches) = (0, 0);
        tree::walk(&payload, |found| match found.node.kind {
            NodeKind::Level(_) => levels += 1,
            NodeKind::IfElse(_) => branches += 1,
            _ => {}
        });
        Self {
            id: path.id.clone(),
            name: path.name.clone(),
            shape: strings::shape(levels, branches),
            first: first_paged(path, &payload, index),
            problems: check(&path.id, &payload, index),
            path: payload,
        }
    }
}

/// Who would be told first if an alert of the highest priority fired now.
fn first_paged(path: &Path, payload: &PathPayload, index: &Index) -> String {
    let scenario = Scenario {
        priority_id: index.world().priorities.first().map(|priority| priority.id.clone()),
        fired_at: clock::now(),
        ..Scenario::default()
    };
    let compiled = CompiledPath::new(&path.id, payload, index);
    let trace = simulate::trace(&compiled, index, &scenario);
    let play = Play::new(&trace, &path.id, index);
    let first = play.pages.first().map(|page| page.at);
    let mut names: Vec<_> = Vec::new();
    for page in play.pages.iter().take_while(|page| Some(page.at) == first) {
        if !names.contains(&page.name.as_str()) {
            names.push(page.name.as_str());
        }
    }
    if names.is_empty() { strings::NOBODY_TOLD.to_string() } else { strings::paged_first(&names.join(", ")) }
}

#[component]
pub fn PathsScreen() -> impl IntoView {
    let session = session();
    let rows = move || {
        let index: Arc<Index> = session.index.get();
        let mut rows: Vec<_> = index.world().paths.iter().map(|path| Row::new(path, &index)).collect();
        rows.sort_by(|a, b| in_order(&a.name, &b.name));
        rows
    };
    let discarded = RwSignal::new(None::<(String, Draft)>);
    let back = move || {
        let (key, draft) = discarded.get()?;
        let back = move |_| {
            session.keep_draft(&key, draft.clone());
            discarded.set(None);
        };
        Some(view! {
            <p class="list-note">
                {strings::save::DISCARDED}
                " "
                <button class="link" on:click=back>{strings::save::TAKE_BACK}</button>
            </p>
        })
    };
    let list = move || {
        let rows = rows();
        let unsaved = session.drafts.with(|drafts| {
            let new = drafts.iter().filter(|(_, draft)| draft.path_id.is_empty());
            new.map(|(key, draft)| (key.clone(), draft.editor.path().name.clone())).collect::<Vec<_>>()
        });
        if rows.is_empty() && unsaved.is_empty() {
            return view! { <Empty/> }.into_any();
        }
        let unsaved = unsaved.into_iter().map(|(key, name)| view! { <DraftRow key name discarded/> }).collect_view();
        let rows = rows.into_iter().map(|row| view! { <PathRow row/> }).collect_view();
        view! { <ul class="paths">{unsaved}{rows}</ul> }.into_any()
    };
    view! {
        <header class="bar">
            <span class="brand">{strings::PRODUCT}</span>
            <span class="spring"></span>
            <ThemeSwitch/>
            <a class="primary" href=Route::New(String::new()).href()>{strings::NEW_PATH}</a>
        </header>
        <main class="list">
            <h1>{strings::PATHS}</h1>
            {back}
            {list}
        </main>
    }
}

#[component]
fn PathRow(row: Row) -> impl IntoView {
    let session = session();
    let index = session.index.get_untracked();
    let draft = session.draft_of(&row.id).is_some();
    let draft = draft.then(|| view! { <span class="pill changed">{strings::DRAFT}</span> });
    let problems = (!row.problems.is_empty()).then(|| {
        view! {
            <span class="pill warn">
                <Icon glyph=Glyph::Warning/>
                {strings::problems(row.problems.len())}
            </span>
        }
    });
    view! {
        <li>
            <a class="path-row" href=Route::Path(row.id).href()>
                <Miniature path=row.path index/>
                <span class="path-words">
                    <strong>{row.name}</strong>
                    <span class="path-shape">{row.shape}</span>
                    <span class="path-first">{row.first}</span>
                </span>
                {draft}
                {problems}
            </a>
        </li>
    }
}

/// A path that was never saved.
#[component]
fn DraftRow(
    key: String,
    name: String,
    /// The draft that was discarded last, which can be had back.
    discarded: RwSignal<Option<(String, Draft)>>,
) -> impl IntoView {
    let session = session();
    let href = Route::New(key.clone()).href();
    let label = strings::save::discard(&name);
    let discard = move |_| {
        if let Some(draft) = session.drop_draft(&key) {
            discarded.set(Some((key.clone(), draft)));
            session.say(strings::save::DISCARDED);
        }
    };
    view! {
        <li class="draft-row">
            <a class="path-row" href=href>
                <span class="path-words">
                    <strong>{name}</strong>
                    <span class="path-shape">{strings::save::NEW_DRAFT}</span>
                </span>
                <span class="pill changed">{strings::DRAFT}</span>
            </a>
            <button class="quiet danger" aria-label=label on:click=discard>{strings::save::DISCARD}</button>
        </li>
    }
}

#[component]
fn Empty() -> impl IntoView {
    view! {
        <div class="empty">
            <h2>{strings::NO_PATHS}</h2>
            <p>{strings::NO_PATHS_HINT}</p>
            <a class="primary" href=Route::New(String::new()).href()>{strings::NEW_PATH}</a>
        </div>
    }
}
