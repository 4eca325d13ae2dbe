//! Somebody else has saved the path meanwhile: what you did and what they did, and whose each thing is to be.

use std::collections::BTreeMap;
use std::sync::Arc;

use escalation_api::PathPayload;
use escalation_editor::command::Replacement;
use escalation_editor::merge::{self, Choice, Item, Merge, MergeItemText, MergeSubject};
use escalation_editor::{Command, Editor, words};
use escalation_engine::{Problem, check};
use leptos::prelude::*;

use super::review;
use super::side::SidePanel;
use super::state::Open;
use crate::parts::icon::{Glyph, Icon};
use crate::parts::segments::Segments;
use crate::strings;

/// What is chosen otherwise than it would be.
type Choices = RwSignal<BTreeMap<MergeSubject, Choice>>;

/// The id of the words that say why it cannot be saved yet.
const REASON: &str = "undecided";

#[component]
pub fn Compare(
    /// The path as they have saved it.
    theirs: Arc<PathPayload>,
) -> impl IntoView {
    let open = expect_context::<Open>();
    let choices: Choices = RwSignal::new(BTreeMap::new());
    let base = open.theirs.get_untracked().unwrap_or_else(|| theirs.clone());
    let merged = {
        let theirs = theirs.clone();
        Memo::new_with_compare(
            move |_| Arc::new(merge::compare(base.clone(), open.editor.with(Editor::path), theirs.clone())),
            |_, _| true,
        )
    };
    let result = Memo::new(move |_| merge::take(&merged.get(), &choices.get()).map(Arc::new));
    // The graph and all below it show what would come of it.
    Effect::new(move || open.preview.set(result.get().ok()));
    on_cleanup(move || {
        let _left = open.preview.try_set(None);
    });
    let rows = move || {
        let merge = merged.get();
        let told = merge::told(&merge, &open.session.index.get());
        let first = merge.items.iter().find(|item| item.conflict).map(|item| item.what.clone());
        let rows = merge.items.iter().cloned().zip(told);
        rows.map(|(item, told)| {
            let is_first = first.as_ref() == Some(&item.what);
            view! { <ItemRow item told choices is_first/> }
        })
        .collect_view()
    };
    let summary = move || strings::save::both_changed(conflicts(&merged.get()));
    let take_over = {
        let theirs = theirs.clone();
        move |reviews: bool| {
            if let Ok(result) = result.get_untracked() {
                take_over(open, &theirs, &result, reviews);
            }
        }
    };
    let keep_editing = {
        let take_over = take_over.clone();
        move |_| take_over(false)
    };
    let undecided = Memo::new(move |_| choices.with(|choices| merged.with(|merge| merge.undecided(choices))));
    let refused = move || undecided.get() > 0 || result.with(Result::is_err);
    let reason = move || {
        let count = undecided.get();
        (count > 0).then(|| view! { <p class="hint" id=REASON>{strings::save::undecided(count)}</p> })
    };
    let described = move || (undecided.get() > 0).then_some(REASON);
    // Where there is something to decide the focus begins there.
    let saves_first = merged.with_untracked(|merge| !merge.has_conflicts()).then_some("");
    view! {
        <SidePanel title=strings::save::THEIRS_TOO.to_string()>
            <div class="side-body">
                <p>{summary}</p>
                <p class="hint">{strings::save::RESULT_SHOWN}</p>
                <ul class="differences choices" aria-label=strings::save::CHOICES>{rows}</ul>
                {move || (undecided.get() == 0).then(|| view! { <Preview result/> })}
            </div>
            <div class="side-foot">
                {reason}
                <div class="dialog-actions">
                    <button class="quiet" disabled=refused aria-describedby=described on:click=keep_editing>{strings::save::TAKE_OVER}</button>
                    <span class="spring"></span>
                    <button
                        class="primary"
                        data-first=saves_first
                        disabled=refused
                        aria-describedby=described
                        on:click=move |_| take_over(true)
                    >
                        {strings::save::REVIEW_IT}
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
fn ItemRow(
    item: Item,
    told: MergeItemText,
    choices: Choices,
    /// Whether it is the first of which both cannot be.
    is_first: bool,
) -> impl IntoView {
    let open = expect_context::<Open>();
    // Of what both changed nothing is chosen before somebody does.
    let (what, default) = (item.what.clone(), (!item.conflict).then(|| item.default_choice()));
    let chosen = {
        let what = what.clone();
        Signal::derive(move || {
            let choice = choices.with(|choices| choices.get(&what).copied()).or(default);
            choice.map(|choice| usize::from(choice == Choice::Theirs))
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
                <div data-first=is_first.then_some("")>
                    <Segments label=told.title options=vec![strings::save::YOURS, strings::save::THEIRS] chosen choose/>
                </div>
            </div>
        </li>
    }
}

/// What would be wrong with what is chosen.
#[component]
fn Preview(result: Memo<Result<Arc<PathPayload>, escalation_editor::Refusal>>) -> impl IntoView {
    let open = expect_context::<Open>();
    let row = |text: String, hint: String| {
        view! { <li class="problem error"><Icon glyph=Glyph::Error/><div><strong>{text}</strong>" "<span>{hint}</span></div></li> }
    };
    move || {
        let rows = match result.get() {
            Err(refusal) => {
                let why = words::refusal(&refusal, &open.path.get(), &open.session.index.get());
                vec![row(strings::save::not_together(&why), String::new())]
            }
            Ok(path) => {
                let problems: Vec<Problem> = check(&open.id.get(), &path, &open.session.index.get());
                problems.into_iter().map(|problem| row(problem.text(), problem.hint)).collect()
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

/// Makes what is chosen the document, on top of what they have saved, and opens the review before it is saved.
fn take_over(open: Open, theirs: &Arc<PathPayload>, result: &Arc<PathPayload>, reviews: bool) {
    open.preview.set(None);
    open.theirs.set(Some(theirs.clone()));
    open.editor.update(|editor| editor.mark_saved(theirs));
    open.dispatch(Command::Replace(Replacement::Merge, Box::new((**result).clone())));
    open.close_side();
    if reviews {
        review::ask(open);
    }
}
