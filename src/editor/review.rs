//! The review before a save: what is different, what that means for people, and what speaks against it.

use std::sync::Arc;

use escalation_api::PathPayload;
use escalation_editor::{Editor, pointer};
use escalation_engine::{Problem, Severity};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::differences::Differences;
use super::gaps::Unpaged;
use super::people::ForPeople;
use super::save::{self, Saving};
use super::side::{Side, SidePanel};
use super::state::Open;
use crate::net::{Net, NetError};
use crate::panel::expectations::BrokenExpectations;
use crate::parts::focus;
use crate::parts::icon::{Glyph, Icon};
use crate::parts::typed::go_to_wrong;
use crate::strings;

/// What the server says of the path, without saving it.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    /// It is asked.
    Busy,
    /// It has answered.
    Done(Vec<Finding>),
    /// It could not be asked, or does not have this.
    DidNotRun,
}

/// Something that is wrong with the path, or may be.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    node_id: Option<String>,
    pointer: String,
    message: String,
    hint: String,
    is_error: bool,
}

impl Finding {
    fn at(pointer: &str, path: &PathPayload) -> Self {
        let node_id = pointer::node_at(path, pointer).map(|node| node.id.clone());
        Self { node_id, pointer: pointer.to_string(), message: String::new(), hint: String::new(), is_error: false }
    }
}

impl From<&Problem> for Finding {
    fn from(problem: &Problem) -> Self {
        Self {
            node_id: problem.node_id.clone(),
            pointer: problem.pointer.clone(),
            message: problem.text(),
            hint: problem.hint.clone(),
            is_error: problem.severity == Severity::Error,
        }
    }
}

/// Opens the review; in the review it saves. So whoever is certain presses the same key twice.
pub fn ask(open: Open) {
    let details = open.session.place.by_id("inspector");
    if let Some(wrong) = details.and_then(|details| go_to_wrong(&details)) {
        return open.refuse(wrong);
    }
    if open.side.get_untracked() == Some(Side::Review) {
        return confirm(open);
    }
    // What is being chosen there is not thrown away; it is reviewed once it is taken over.
    if open.side.with_untracked(|side| matches!(side, Some(Side::Compare(_)))) {
        return open.session.say(strings::save::TAKE_OVER_FIRST);
    }
    if open.saving.get_untracked() == Saving::Busy || !open.editor.with_untracked(Editor::is_dirty) {
        return;
    }
    let saved = open.editor.with_untracked(|editor| editor.saved().cloned());
    open.show_side(Side::Review, saved);
    save::look(open);
    let changes = open.changes.with_untracked(|changes| changes.len());
    let reviewed = strings::save::reviewed(changes, errors(open));
    match lost(open) {
        0 => open.session.say(reviewed),
        count => open.session.say(format!("{}. {reviewed}", strings::panel::newly_broken(count))),
    }
}

/// Saves what was reviewed, if nothing forbids it. If it breaks what was expected and held, it is asked first; if that is
/// not known yet, it is waited for.
pub fn confirm(open: Open) {
    if errors(open) > 0 {
        return open.session.say(strings::save::ERRORS_FIRST);
    }
    match open.expected.lost.get_untracked() {
        None => {
            open.expected.save_waits.set(true);
            open.session.say(strings::panel::SAVE_WAITS);
        }
        Some(lost) if !lost.is_empty() => {
            open.session.say(strings::panel::save_asks(&lost));
            // After the review has given the focus to its first button.
            request_animation_frame(|| focus::give_to("save-now"));
        }
        Some(_) => save::save(open),
    }
}

/// How many expectations held when the path was last saved, and do not now.
fn lost(open: Open) -> usize {
    open.expected.lost.with(|lost| lost.as_ref().map_or(0, Vec::len))
}

fn errors(open: Open) -> usize {
    open.problems.with(|all| all.iter().filter(|problem| problem.severity == Severity::Error).count())
}

#[component]
pub fn Review() -> impl IntoView {
    let open = expect_context::<Open>();
    let check = RwSignal::new(Check::Busy);
    // What is changed while it is reviewed is reviewed, too.
    Effect::new(move |_| {
        let path = open.path.get();
        check.set(Check::Busy);
        spawn_local(async move {
            let found = ask_server(open.session.net, &path).await;
            // Only what is asked last counts.
            if open.path.try_get_untracked().is_some_and(|now| Arc::ptr_eq(&now, &path)) {
                let _left = check.try_set(found);
            }
        });
    });
    // With nothing left to save there is nothing to review.
    Effect::new(move |_| {
        if !open.editor.with(Editor::is_dirty) {
            open.close_side();
        }
    });
    // What was wanted before it was known what it breaks.
    let waits = open.expected.save_waits;
    Effect::new(move |_| {
        if open.expected.lost.with(Option::is_some) && waits.get() {
            waits.set(false);
            confirm(open);
        }
    });
    on_cleanup(move || {
        let _left = waits.try_set(false);
    });
    let is_new = move || open.compared.with(Option::is_none);
    let blocked = Memo::new(move |_| errors(open) > 0);
    let busy = move || open.saving.get() == Saving::Busy;
    let breaks = Memo::new(move |_| lost(open));
    let warns = move || breaks.get() > 0;
    let first_is_back = move || (blocked.get() || warns()).then_some("");
    let first_is_save = move || (!blocked.get() && !warns()).then_some("");
    let press = move |_| if breaks.get_untracked() > 0 { save::save(open) } else { confirm(open) };
    let title = strings::save::review(&open.path.get_untracked().name);
    let body = move || {
        if is_new() {
            view! { <p>{move || strings::save::new_path(open.scene.with(|scene| scene.layout.nodes.len()))}</p> }
                .into_any()
        } else {
            view! {
                <Differences/>
                <ForPeople/>
            }
            .into_any()
        }
    };
    view! {
        <SidePanel title>
            <div class="side-body">
                <Failure/>
                <Findings check/>
                <BrokenExpectations/>
                <Unpaged/>
                {body}
            </div>
            <div class="side-foot">
                <p class="hint">{move || checked(&check.get(), blocked.get())}</p>
                <div class="dialog-actions">
                    <button class="quiet" data-first=first_is_back on:click=move |_| open.close_side()>
                        {strings::save::GO_ON_EDITING}
                    </button>
                    <span class="spring"></span>
                    <button
                        id="save-now"
                        class="primary"
                        class:danger=warns
                        data-first=first_is_save
                        disabled=move || blocked.get() || busy()
                        on:click=press
                    >
                        {move || match breaks.get() {
                            _ if busy() => strings::SAVING.to_string(),
                            0 => strings::save::SAVE_NOW.to_string(),
                            count => strings::panel::save_although(count),
                        }}
                    </button>
                </div>
            </div>
        </SidePanel>
    }
}

async fn ask_server(net: Net, path: &Arc<PathPayload>) -> Check {
    let found = |pointer: &str, message: &str, hint: &str, is_error| Finding {
        message: message.to_string(),
        hint: hint.to_string(),
        is_error,
        ..Finding::at(pointer, path)
    };
    match net.validate(path).await {
        Ok(warnings) => {
            Check::Done(warnings.iter().map(|one| found(&one.path, &one.summary, &one.detail, false)).collect())
        }
        Err(NetError::Refused(error)) if error.status == 422 => {
            Check::Done(error.errors.iter().map(|one| found(one.pointer(), &one.message, "", true)).collect())
        }
        Err(_) => Check::DidNotRun,
    }
}

/// What came of the server's check, in a sentence.
fn checked(check: &Check, blocked: bool) -> &'static str {
    match check {
        _ if blocked => strings::save::ERRORS_FIRST,
        Check::Busy => strings::save::CHECKING,
        Check::DidNotRun => strings::save::CHECK_DID_NOT_RUN,
        Check::Done(found) if found.iter().any(|finding| finding.is_error) => strings::save::CHECK_REFUSES,
        Check::Done(_) => strings::save::CHECKED,
    }
}

/// What is wrong, by the checks here and by the server's.
#[component]
fn Findings(check: RwSignal<Check>) -> impl IntoView {
    let open = expect_context::<Open>();
    move || {
        let mut all: Vec<Finding> = open.problems.with(|problems| problems.iter().map(Finding::from).collect());
        if let Check::Done(found) = check.get() {
            // Our own server says what is said here already.
            let new: Vec<_> =
                found.into_iter().filter(|one| !all.iter().any(|known| known.pointer == one.pointer)).collect();
            all.extend(new);
        }
        all.sort_by_key(|finding| !finding.is_error);
        (!all.is_empty()).then(|| {
            view! {
                <h3>{strings::problems(all.len())}</h3>
                <ul class="problems" aria-label=strings::PROBLEMS>
                    {all.into_iter().map(|finding| view! { <FindingRow finding/> }).collect_view()}
                </ul>
            }
        })
    }
}

#[component]
fn FindingRow(finding: Finding) -> impl IntoView {
    let open = expect_context::<Open>();
    let class = if finding.is_error { "problem error" } else { "problem" };
    let message = match finding.node_id {
        Some(id) => {
            let go = move |_| open.select(Some(id.clone()));
            view! { <button class="link" on:click=go>{finding.message}</button> }.into_any()
        }
        None => view! { <strong>{finding.message}</strong> }.into_any(),
    };
    view! {
        <li class=class>
            <Icon glyph=Glyph::of_problem(finding.is_error)/>
            <div>{message}" "<span>{finding.hint}</span></div>
        </li>
    }
}

/// Why saving did not work.
#[component]
fn Failure() -> impl IntoView {
    let open = expect_context::<Open>();
    move || {
        let Saving::Failed { message, errors } = open.saving.get() else { return None };
        let path = open.path.get_untracked();
        let found = errors.into_iter().map(|error| {
            let finding =
                Finding { message: error.message.clone(), is_error: true, ..Finding::at(error.pointer(), &path) };
            view! { <FindingRow finding/> }
        });
        Some(view! {
            <div class="failure" role="alert">
                <p>{message}</p>
                <ul class="problems">{found.collect_view()}</ul>
            </div>
        })
    }
}
