//! The draft of the open path: kept while it is changed, asked about when it is from an earlier visit.

use std::sync::Arc;
use std::time::Duration;

use escalation_editor::Editor;
use escalation_editor::changes::{Change, changes};
use escalation_engine::calendar::Zone;
use escalation_engine::words::date_and_time;
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;
use web_sys::VisibilityState;

use super::differences::DifferenceRow;
use super::notes::About;
use super::state::Open;
use crate::clock;
use crate::drafts::{Draft, Keeping};
use crate::parts::dialog::Dialog;
use crate::route::Route;
use crate::session::ask_before_leaving;
use crate::strings;

/// How long after a change the draft is written, so that what is typed in one go is written once.
const PAUSE: Duration = Duration::from_millis(300);

/// Keeps the changes of the open path for as long as they are not saved.
pub fn keep(open: Open) {
    let own = open.session.own_draft;
    own.set_value(Some(open.draft.get_untracked()));
    Effect::new(move |_| own.set_value(Some(open.draft.get())));
    let waiting = StoredValue::new_local(None::<TimeoutHandle>);
    let stop_waiting = move || {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    Effect::new(move |before: Option<()>| {
        open.editor.track();
        // Not when it is opened: what was kept may still be asked about.
        if before.is_none() {
            return;
        }
        stop_waiting();
        // The first change is kept as soon as it is drawn: what a page writes while it goes may be too late.
        let is_kept = open.session.drafts.with_untracked(|drafts| drafts.contains_key(&open.draft.get_untracked()));
        let pause = if is_kept { PAUSE } else { Duration::ZERO };
        waiting.set_value(set_timeout_with_handle(move || write(open), pause).ok());
    });
    let at_once = move || {
        stop_waiting();
        write(open);
    };
    let gone = window_event_listener_untyped("pagehide", move |_| at_once());
    let hidden = window_event_listener_untyped("visibilitychange", move |_| {
        if document().visibility_state() == VisibilityState::Hidden {
            at_once();
        }
    });
    let left = ask_before_leaving(move || {
        at_once();
        open.session.keeping.get_untracked() != Keeping::Works && open.editor.with_untracked(Editor::has_unsaved_work)
    });
    Effect::new(move |told: Option<bool>| {
        let keeping = open.session.keeping.get();
        let fails = keeping == Keeping::Fails;
        if fails && told != Some(true) {
            open.note(About::NotKept, strings::save::NOT_KEPT, None);
        } else if keeping == Keeping::Works {
            open.forget_note(About::NotKept);
        }
        fails
    });
    on_cleanup(move || {
        at_once();
        own.set_value(None);
        gone.remove();
        hidden.remove();
        left.remove();
    });
}

/// From now on changes are tried on a copy: those that what is being typed would make.
pub fn begin_ahead(open: Open) {
    if let Some(editor) = open.editor.try_get_untracked() {
        open.ahead.set_value(Some(editor));
    }
}

/// Writes the draft as it would be with them.
pub fn end_ahead(open: Open) {
    if let Some(editor) = open.ahead.try_update_value(Option::take).flatten() {
        write_of(open, editor);
    }
}

/// Writes the draft as it is now, or removes it where nothing is left to keep.
pub fn write(open: Open) {
    if let Some(editor) = open.editor.try_get_untracked() {
        write_of(open, editor);
    }
}

fn write_of(open: Open, editor: Editor) {
    // While it is asked what becomes of the draft, it stays as it is.
    if open.question.try_with_untracked(Option::is_some) != Some(false) {
        return;
    }
    let Some(key) = open.draft.try_get_untracked() else { return };
    let path_id = open.id.get_untracked();
    let known = open.session.drafts.with_untracked(|drafts| drafts.get(&key).cloned());
    // What is kept beside a path that has been saved is kept with it.
    let beside = known.as_ref().filter(|draft| draft.path_id == path_id).map(|draft| draft.beside.clone());
    let unsure = open.unsure.get_untracked();
    let draft = Draft { path_id, beside: beside.unwrap_or_default(), unsure, ..Draft::new(editor) };
    if !draft.is_worth_keeping() {
        open.session.drop_draft(&key);
        return;
    }
    let same = |known: &Draft| {
        known.path_id == draft.path_id && known.unsure == draft.unsure && *known.editor.path() == *draft.editor.path()
    };
    if !known.as_ref().is_some_and(same) {
        open.session.keep_draft(&key, draft);
    }
}

/// A draft from an earlier visit.
#[component]
pub fn DraftQuestion() -> impl IntoView {
    let open = expect_context::<Open>();
    let dialog = move || {
        // Where the path is for reading alone the draft waits.
        let key = open.question.get().filter(|_| !open.session.only_reads())?;
        let all = open.session.waiting_drafts(&open.id.get_untracked());
        let zone_name = clock::viewer_zone();
        let zone = Zone::get(&zone_name).unwrap_or_else(Zone::utc);
        let from = match all.as_slice() {
            [(_, only)] => strings::save::draft_from(&date_and_time(&zone, only.at), &zone_name),
            all => strings::save::drafts_from(all.len(), &zone_name),
        };
        // Which of them is meant, until one is gone on with or discarded.
        let chosen = RwSignal::new(key);
        let resume = move || resume(open, chosen.get_untracked());
        let discard = move |_| discard(open, chosen.get_untracked());
        let looks = RwSignal::new(false);
        let several = (all.len() > 1).then(|| {
            let rows = all.iter().map(|(key, draft)| {
                let (key, when) = (key.clone(), date_and_time(&zone, draft.at));
                let count = strings::changes(changed(open, draft).len().max(1));
                let (is_chosen, choice) = (key.clone(), key);
                view! {
                    <li>
                        <button
                            class="revision"
                            aria-pressed=move || chosen.with(|chosen| *chosen == is_chosen).to_string()
                            on:click=move |_| chosen.set(choice.clone())
                        >
                            <strong>{when}</strong>
                            " "
                            <span class="detail">{count}</span>
                        </button>
                    </li>
                }
            });
            view! { <ul class="revisions" aria-label=strings::save::HAS_DRAFT>{rows.collect_view()}</ul> }
        });
        let list = move || {
            looks.get().then(|| {
                let draft = open.session.drafts.with_untracked(|drafts| drafts.get(&chosen.get()).cloned());
                let changes = draft.map(|draft| changed(open, &draft)).unwrap_or_default();
                let rows = changes.into_iter().map(|change| view! { <DifferenceRow change leads=false/> });
                view! { <ul class="differences">{rows.collect_view()}</ul> }
            })
        };
        Some(view! {
            <Dialog label=strings::save::HAS_DRAFT.to_string() leave=resume>
                <h2>{strings::save::HAS_DRAFT}</h2>
                <p>{from}</p>
                {several}
                {list}
                <div class="dialog-actions">
                    <button class="quiet danger" on:click=discard>{strings::save::DISCARD}</button>
                    <span class="spring"></span>
                    <button
                        class="quiet"
                        aria-expanded=move || looks.get().to_string()
                        on:click=move |_| looks.update(|looks| *looks = !*looks)
                    >
                        {strings::save::LOOK}
                    </button>
                    <button class="primary" autofocus on:click=move |_| resume()>{strings::save::RESUME}</button>
                </div>
            </Dialog>
        })
    };
    view! { {dialog} }
}

/// What a draft changes.
fn changed(open: Open, draft: &Draft) -> Vec<Change> {
    let before = draft.editor.saved().cloned().unwrap_or_else(|| draft.editor.path());
    changes(&before, &draft.editor.path(), &open.session.index.get_untracked())
}

/// Goes on with the draft.
fn resume(open: Open, key: String) {
    let Some(draft) = open.session.drafts.with_untracked(|drafts| drafts.get(&key).cloned()) else { return };
    let now = open.theirs.get_untracked();
    let base = draft.editor.saved().cloned();
    let moved_on = super::save::differ(base.as_deref(), now.as_deref());
    open.draft.set(key);
    open.theirs.set(base);
    open.unsure.set(draft.unsure);
    open.editor.set(draft.editor);
    open.question.set(None);
    if moved_on {
        open.note(About::MovedOn, strings::save::MOVED_ON, None);
    } else {
        open.session.say(strings::save::RESUMED);
    }
}

/// Lets the draft go; it can be had back until the screen is left.
fn discard(open: Open, key: String) {
    let dropped = open.session.drop_draft(&key);
    ask_next(open);
    let Some(draft) = dropped else { return };
    offer_back(open, key, draft, strings::save::DISCARDED);
}

/// Offers to have a draft back. Not in the place of newer changes: they come first.
fn offer_back(open: Open, key: String, draft: Draft, text: &str) {
    let back = Arc::new(move || {
        if open.editor.with_untracked(Editor::has_unsaved_work) {
            return offer_back(open, key.clone(), draft.clone(), strings::save::NOT_NOW);
        }
        open.session.keep_draft(&key, draft.clone());
        resume(open, key.clone());
    });
    open.note(About::Discarded, text, Some((strings::save::TAKE_BACK, back)));
}

/// Goes on under a key of its own: another tab is at work on the draft that this one has opened.
pub fn part(open: Open) {
    let (key, own) = (open.draft.get_untracked(), clock::token());
    open.session.copy_draft(&key, &own);
    open.draft.set(own.clone());
    open.session.own_draft.set_value(Some(own));
    name_address(open);
    write(open);
    // What the other tab has made of it is its own.
    open.session.hear_of_draft(key);
    open.note(About::OtherTab, strings::save::OTHER_TAB_COPY, None);
}

/// Asks about the next draft that waits, once that which was asked about is gone.
pub fn ask_next(open: Open) {
    let next = open.session.waiting_drafts(&open.id.get_untracked()).into_iter().next();
    open.question.set(next.map(|(key, _)| key));
}

/// The address of a path that was never saved is that of its draft, so that loading the page anew finds it.
pub fn name_address(open: Open) {
    if open.id.get_untracked().is_empty() {
        open.session.place.replace(&Route::New(open.draft.get_untracked()).href());
    }
}
