//! Somebody else has saved the path meanwhile: what you did and what they did, and whose each thing is to be.

use std::collections::BTreeMap;
use std::sync::Arc;

use escalation_api::PathPayload;
use escalation_editor::command::Replacement;
use escalation_editor::merge::{self, Choice, Item, Merge, Told, What};
use escalation_editor::{Command, Editor};
use escalation_engine::{Problem, check};
use leptos::prelude::*;

use super::save;
use super::side::SidePanel;
use super::state::Open;
use crate::parts::icon::{Glyph, Icon};
use crate::parts::segments::Segments;
use crate::strings;

/// What is chosen otherwise than it would be.
type Choices = RwSignal<BTreeMap<What, Choice>>;

#[component]
pub fn Compare(
    /// The path as they have saved it.
    theirs: Arc<PathPayload>,
) -> impl IntoView {
    let open = expect_context::<Open>();
    let choices: Choices = RwSignal::new(BTreeMap::new());
    let base = open.theirs.get_untracked().unwrap_or_else(|| theirs.clone());
    // What is changed meanwhile is compared, too.
    let merged = {
        let theirs = theirs.clone();
        Memo::new_with_compare(
            move |_| Arc::new(merge::compare(base.clone(), open.path.get(), theirs.clone())),
            |_, _| true,
        )
    };
    let result = Memo::new(move |_| merge::take(&merged.get(), &choices.get()).map(Arc::new));
    let rows = move || {
        let merge = merged.get();
        let told = merge::told(&merge, &open.session.index.get());
        let rows = merge.items.iter().cloned().zip(told);
        rows.map(|(item, told)| view! { <ItemRow item told choices/> }).collect_view()
    };
    let summary = move || strings::save::both_changed(conflicts(&merged.get()));
    let take_over = {
        let theirs = theirs.clone();
        move |saves: bool| {
            if let Ok(result) = result.get_untracked() {
                take_over(open, &theirs, &result, saves);
            }
        }
    };
    let keep_editing = {
        let take_over = take_over.clone();
        move |_| take_over(false)
    };
    let refused = move || result.with(Result::is_err);
    view! {
        <SidePanel title=strings::save::THEIRS_TOO.to_string()>
            <div class="side-body">
                <p>{summary}</p>
                <ul class="differences choices" aria-label=strings::save::CHOICES>{rows}</ul>
                <Preview result/>
            </div>
            <div class="side-foot">
                <div class="dialog-actions">
                    <button class="quiet" disabled=refused on:click=keep_editing>{strings::save::TAKE_OVER}</button>
                    <span class="spring"></span>
                    <button class="primary" data-first="" disabled=refused on:click=move |_| take_over(true)>
                        {strings::save::SAVE_NOW}
                    </button>
                </div>
            </div>
        </SidePanel>
    }
}

fn conflicts(merge: &Merge) -> usize {
    merge.items.iter().filter(|item| item.conflict).count()
}

/// One thing, and whose it is to be.
#[component]
fn ItemRow(item: Item, told: Told, choices: Choices) -> impl IntoView {
    let open = expect_context::<Open>();
    let (what, default) = (item.what.clone(), item.default_choice());
    let chosen = {
        let what = what.clone();
        Signal::derive(move || {
            let choice = choices.with(|choices| choices.get(&what).copied()).unwrap_or(default);
            Some(usize::from(choice == Choice::Theirs))
        })
    };
    let what = StoredValue::new(what);
    let choose = move |position: usize| {
        let choice = if position == 0 { Choice::Yours } else { Choice::Theirs };
        choices.update(|choices| {
            choices.insert(what.get_value(), choice);
        });
    };
    let title = match told.node_id {
        Some(id) => {
            let go = move |_| open.select(Some(id.clone()));
            view! { <button class="link" on:click=go>{told.title.clone()}</button> }.into_any()
        }
        None => view! { <strong>{told.title.clone()}</strong> }.into_any(),
    };
    let conflict = item.conflict.then(|| view! { <span class="pill bad">{strings::save::BOTH}</span> });
    view! {
        <li class="difference" class:conflict=item.conflict>
            <div class="grow">
                {title}
                " "
                {conflict}
                <span class="detail"><b>{strings::save::YOU}</b>" "{told.yours}</span>
                <span class="detail"><b>{strings::save::THEY}</b>" "{told.theirs}</span>
                <Segments label=told.title options=vec![strings::save::YOURS, strings::save::THEIRS] chosen choose/>
            </div>
        </li>
    }
}

/// What would be wrong with what is chosen.
#[component]
fn Preview(result: Memo<Result<Arc<PathPayload>, escalation_editor::Refusal>>) -> impl IntoView {
    let open = expect_context::<Open>();
    let row = |text: String, hint: String| {
        view! { <li class="problem error"><Icon glyph=Glyph::Warning/><div><strong>{text}</strong>" "<span>{hint}</span></div></li> }
    };
    move || {
        let rows = match result.get() {
            Err(refusal) => vec![row(strings::save::not_together(&refusal.to_string()), String::new())],
            Ok(path) => {
                let problems: Vec<Problem> = check(&open.id.get(), &path, &open.session.index.get());
                problems.into_iter().map(|problem| row(problem.message, problem.hint)).collect()
            }
        };
        if rows.is_empty() {
            return view! { <p class="hint" data-preview>{strings::save::NO_PROBLEMS_THEN}</p> }.into_any();
        }
        view! {
            <h3 data-preview>{strings::problems(rows.len())}</h3>
            <ul class="problems">{rows.into_iter().collect_view()}</ul>
        }
        .into_any()
    }
}

/// Makes what is chosen the document, on top of what they have saved, and saves it.
fn take_over(open: Open, theirs: &Arc<PathPayload>, result: &Arc<PathPayload>, saves: bool) {
    open.theirs.set(Some(theirs.clone()));
    open.editor.update(|editor| editor.mark_saved(theirs));
    open.dispatch(Command::Replace(Replacement::Merge, Box::new((**result).clone())));
    open.close_side();
    if saves && open.editor.with_untracked(Editor::is_dirty) {
        save::save(open);
    }
}
