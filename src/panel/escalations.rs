//! The escalations of the open path that run or ran: where each stands, who was paged, and every step with its reason.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use escalation_api::PathPayload;
use escalation_api::escalation::{Escalation, Status};
use escalation_editor::words;
use escalation_engine::trace::TraceStep;
use escalation_engine::words::date_and_time;
use escalation_engine::{CompiledPath, Instant, Scenario, simulate};
use leptos::leptos_dom::helpers::IntervalHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{SubmitEvent, VisibilityState};

use crate::clock;
use crate::editor::state::Open;
use crate::net::List;
use crate::parts::dialog::Dialog;
use crate::reading::Reading;
use crate::strings::{self, escalations as say};

/// The feature of a server that runs escalations.
pub const FEATURE: &str = "escalations";

/// How often is looked what has happened, while they are on screen.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// So many names are said of those who were paged.
const NAMES: usize = 4;

/// How long a title may be: as much as the API takes.
const LONGEST_TITLE: u32 = 255;

/// What is known of the escalations of the path.
#[derive(Clone, Copy)]
struct Known {
    /// The newest first; nothing before they were read.
    all: RwSignal<Option<Vec<Escalation>>>,
    /// Where older ones begin.
    after: RwSignal<Option<String>>,
    /// Whether all of what was asked for could be read.
    is_whole: RwSignal<bool>,
    /// Why the last look failed.
    trouble: RwSignal<Option<String>>,
    /// The one whose steps are shown.
    opened: RwSignal<Option<String>>,
    /// Its steps; nothing before they were read.
    steps: RwSignal<Option<Steps>>,
    /// The path as it was when it began: that is what it follows.
    followed: RwSignal<Option<Arc<PathPayload>>>,
}

/// The steps of an escalation.
#[derive(Debug, Clone, PartialEq)]
enum Steps {
    /// They could not be read.
    NotRead,
    /// The first of them, and whether these are all.
    Read(Vec<TraceStep>, bool),
}

impl Known {
    fn new() -> Self {
        Self {
            all: RwSignal::new(None),
            after: RwSignal::new(None),
            is_whole: RwSignal::new(true),
            trouble: RwSignal::new(None),
            opened: RwSignal::new(None),
            steps: RwSignal::new(None),
            followed: RwSignal::new(None),
        }
    }

    /// Reads the newest, and keeps those that were read before and are older.
    fn look(self, open: Open) {
        let id = open.id.get_untracked();
        if id.is_empty() {
            return;
        }
        spawn_local(async move {
            let found = open.session.net.escalations(&id, None).await;
            if open.id.try_get_untracked().as_ref() != Some(&id) {
                return;
            }
            match found {
                Ok(page) => {
                    let _left = self.trouble.try_set(None);
                    self.take(page);
                }
                Err(error) => {
                    let _left = self.trouble.try_set(Some(error.after(say::NOT_READ)));
                }
            }
        });
        self.look_at_steps(open);
    }

    fn take(self, (newest, next): (List<Escalation>, Option<String>)) {
        let (Some(known), Some(after)) = (self.all.try_get_untracked(), self.after.try_get_untracked()) else { return };
        let new: BTreeSet<_> = newest.items.iter().map(|one| one.id.clone()).collect();
        let oldest = newest.items.last().map(|one| one.id.clone());
        let known: Vec<_> = known.into_iter().flatten().collect();
        // Where the newest do not reach to those that are known, there are others in between.
        let reaches = next.is_none() || known.iter().any(|one| new.contains(&one.id));
        let is_older = |one: &Escalation| reaches && !new.contains(&one.id) && Some(&one.id) < oldest.as_ref();
        let older: Vec<_> = known.into_iter().filter(is_older).collect();
        // Where older ones were read, the list goes on after those.
        if older.is_empty() {
            self.after.set(next);
        } else {
            self.after.set(after);
        }
        let all: Vec<_> = newest.items.into_iter().chain(older).collect();
        self.is_whole.set(newest.is_whole);
        if self.all.with_untracked(|known| known.as_ref() != Some(&all)) {
            self.all.set(Some(all));
        }
    }

    fn more(self, open: Open) {
        let (id, after) = (open.id.get_untracked(), self.after.get_untracked());
        let Some(after) = after else { return };
        spawn_local(async move {
            match open.session.net.escalations(&id, Some(&after)).await {
                Ok((older, next)) => {
                    let _left = self.after.try_set(next);
                    let _left = self.all.try_update(|all| all.get_or_insert_default().extend(older.items));
                }
                Err(error) => {
                    let _left = self.trouble.try_set(Some(error.after(say::NOT_READ)));
                }
            }
        });
    }

    fn look_at_steps(self, open: Open) {
        let Some(id) = self.opened.get_untracked() else { return };
        let path_id = open.id.get_untracked();
        spawn_local(async move {
            let is_opened = || self.opened.try_get_untracked().flatten().as_ref() == Some(&id);
            let found = open.session.net.escalation_steps(&id).await;
            let revision = found.as_ref().ok().and_then(|(_, _, revision)| *revision);
            let found = found.map_or(Steps::NotRead, |(steps, is_all, _)| Steps::Read(steps, is_all));
            if let Some(number) = revision.filter(|_| self.followed.try_with_untracked(Option::is_none) == Some(true))
                && let Ok(path) = open.session.net.revision(&path_id, number).await
                // Another one may have been opened meanwhile, which follows another revision.
                && is_opened()
            {
                let _left = self.followed.try_set(Some(Arc::new(PathPayload::from(&path))));
            }
            if !is_opened() || open.id.try_get_untracked().is_none() {
                return;
            }
            // What is shown stays where the next look fails.
            let has_some = self.steps.with_untracked(|steps| matches!(steps, Some(Steps::Read(..))));
            let is_same = self.steps.with_untracked(|steps| steps.as_ref() == Some(&found));
            if !is_same && (found != Steps::NotRead || !has_some) {
                self.steps.set(Some(found));
            }
        });
    }

    fn open_or_close(self, open: Open, id: &str) {
        let is_open = self.opened.with_untracked(|opened| opened.as_deref() == Some(id));
        self.opened.set((!is_open).then(|| id.to_string()));
        self.steps.set(None);
        self.followed.set(None);
        self.look_at_steps(open);
    }
}

/// Whether whoever asks may page people and respond. On a small screen, too, where paths are not changed.
fn may_act(open: Open) -> bool {
    match open.session.readers.why.get() {
        None | Some(Reading::Small) => true,
        // Whoever may not change paths may still respond.
        Some(Reading::Rights | Reading::Teams) => {
            let owners = open.session.readers.owners.get().unwrap_or_default();
            ["respond", "escalate"].iter().all(|right| open.session.may_for(right, &owners))
        }
        Some(Reading::Address) => false,
    }
}

/// Whether anything can still be done about it.
fn is_live(status: &Status) -> bool {
    !matches!(status, Status::Resolved | Status::Expired | Status::Cancelled)
}

/// Whether somebody can still take it.
fn can_be_acked(status: &Status) -> bool {
    is_live(status) && !matches!(status, Status::Acked | Status::PendingRepeat)
}

#[component]
pub fn Escalations() -> impl IntoView {
    let open = expect_context::<Open>();
    let known = Known::new();
    let paging = RwSignal::new(false);
    Effect::new(move |_| {
        open.id.track();
        known.all.set(None);
        known.after.set(None);
        known.opened.set(None);
        known.look(open);
    });
    look_again(move || known.look(open));
    let is_new = move || open.id.with(String::is_empty);
    let may_page = move || !is_new() && may_act(open);
    let ids = move || known.all.get().unwrap_or_default().into_iter().map(|one| one.id).collect::<Vec<_>>();
    let hint = move || {
        if is_new() {
            return Some(say::SAVE_FIRST);
        }
        known.all.with(|all| match all {
            None if known.trouble.with(Option::is_none) => Some(strings::LOADING),
            Some(all) if all.is_empty() => Some(say::NONE),
            _ => None,
        })
    };
    view! {
        <div class="running">
            <div class="running-head">
                <Show when=may_page>
                    <button type="button" class="primary" on:click=move |_| paging.set(true)>{say::PAGE_NOW}</button>
                </Show>
                <p class="fault" role="alert">{move || known.trouble.get()}</p>
                <Show when=move || !known.is_whole.get()><p class="hint">{say::SOME_UNREAD}</p></Show>
            </div>
            {move || hint().map(|hint| view! { <p class="hint nothing">{hint}</p> })}
            <ul class="escalations" aria-label=say::ESCALATIONS>
                // A row stays what it is while others come before it: whoever is about to press a button presses that.
                <For each=ids key=|id| id.clone() let(id)>
                    <Row id known/>
                </For>
            </ul>
            <Show when=move || known.after.with(Option::is_some)>
                <button type="button" class="link" on:click=move |_| known.more(open)>{say::MORE}</button>
            </Show>
        </div>
        <Show when=move || paging.get()>
            <PageNow shown=paging known/>
        </Show>
    }
}

/// Looks again and again while the page is seen, for as long as what asks is there.
fn look_again(look: impl Fn() + 'static) {
    let every = move || {
        if document().visibility_state() == VisibilityState::Visible {
            look();
        }
    };
    let handle: Option<IntervalHandle> = set_interval_with_handle(every, LOOK_EVERY).ok();
    on_cleanup(move || {
        if let Some(handle) = handle {
            handle.clear();
        }
    });
}

#[component]
fn Row(id: String, known: Known) -> impl IntoView {
    let open = expect_context::<Open>();
    let busy = RwSignal::new(false);
    // What was wrong with what was tried last; it stays until something is tried again.
    let trouble = RwSignal::new(String::new());
    let one = {
        let id = id.clone();
        Memo::new(move |_| known.all.with(|all| all.iter().flatten().find(|one| one.id == id).cloned()))
    };
    let title = Memo::new(move |_| one.with(|one| one.as_ref().map(|one| one.title.clone()).unwrap_or_default()));
    let status = Memo::new(move |_| one.with(|one| one.as_ref().map(|one| one.status.clone())));
    let about = move || {
        let one = one.get()?;
        let created: Instant = one.created_at.at().into();
        let mut names: Vec<&str> = Vec::new();
        for user in one.events.iter().flat_map(|event| event.users.iter().flatten()) {
            if !names.contains(&user.name.as_str()) {
                names.push(&user.name);
            }
        }
        let shown = names.get(..NAMES).unwrap_or(&names);
        let when = date_and_time(&open.zone(), created);
        Some(say::about(&when, shown, names.len() - shown.len(), is_live(&one.status)))
    };
    let priority = move || one.with(|one| one.as_ref()?.priority.as_ref().map(|priority| priority.name.clone()));
    let class = move || match status.get() {
        Some(Status::Triggered | Status::Expired) => "pill bad",
        Some(Status::Acked | Status::Resolved | Status::PendingRepeat) => "pill good",
        _ => "pill",
    };
    let words = move || status.with(|status| status.as_ref().map(|status| say::status(status).to_string()));
    let word = move || status.with(|status| status.as_ref().map(|status| status.as_str().to_string()));
    let is_open = {
        let id = id.clone();
        Memo::new(move |_| known.opened.with(|opened| opened.as_ref() == Some(&id)))
    };
    let id = StoredValue::new(id);
    let act = move |acks: bool| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        trouble.set(String::new());
        let id = id.get_value();
        spawn_local(async move {
            let done = if acks {
                open.session.net.acknowledge(&id).await
            } else {
                open.session.net.cancel_escalation(&id).await
            };
            match done {
                Ok(()) => open.session.say(if acks { say::ACKNOWLEDGED } else { say::CANCELLED }),
                Err(error) => {
                    let _left =
                        trouble.try_set(error.after(if acks { say::NOT_ACKNOWLEDGED } else { say::NOT_CANCELLED }));
                }
            }
            let _left = busy.try_set(false);
            if open.id.try_get_untracked().is_some() {
                known.look(open);
            }
        });
    };
    let may = move |can: fn(&Status) -> bool| may_act(open) && status.with(|status| status.as_ref().is_some_and(can));
    view! {
        <li class="escalation" data-escalation=id.get_value()>
            <div class="escalation-head">
                <div class="grow">
                    <strong>{title}</strong>
                    " "
                    <span class=class data-escalation-status=word>{words}</span>
                    " "
                    {move || priority().map(|name| view! { <span class="pill">{name}</span> })}
                    <p class="hint">{about}</p>
                </div>
                <Show when=move || may(can_be_acked)>
                    <button
                        type="button"
                        class="quiet"
                        aria-label=move || title.with(|title| say::acknowledge(title))
                        disabled=move || busy.get()
                        on:click=move |_| act(true)
                    >
                        {say::ACKNOWLEDGE}
                    </button>
                </Show>
                <Show when=move || may(is_live)>
                    <button
                        type="button"
                        class="quiet danger"
                        aria-label=move || title.with(|title| say::cancel(title))
                        disabled=move || busy.get()
                        on:click=move |_| act(false)
                    >
                        {say::CANCEL}
                    </button>
                </Show>
                <button
                    type="button"
                    class="quiet"
                    aria-label=move || title.with(|title| say::steps_of(title))
                    aria-expanded=move || is_open.get().to_string()
                    on:click=move |_| known.open_or_close(open, &id.get_value())
                >
                    {say::SHOW_STEPS}
                </button>
            </div>
            <p class="fault" role="alert">{move || trouble.get()}</p>
            <Show when=move || is_open.get()><StepList known/></Show>
        </li>
    }
}

/// What has happened so far, step by step.
#[component]
fn StepList(known: Known) -> impl IntoView {
    let open = expect_context::<Open>();
    let told = move || match known.steps.get() {
        None => view! { <p class="hint">{strings::LOADING}</p> }.into_any(),
        Some(Steps::NotRead) => view! { <p class="fault">{say::STEPS_NOT_READ}</p> }.into_any(),
        Some(Steps::Read(steps, is_all)) => {
            let (index, id, zone) = (open.session.index.get(), open.id.get(), open.zone());
            // Where what it follows cannot be had, the path as it is saved now is the nearest.
            let now = || Arc::new(index.path(&id).map_or_else(|| PathPayload::named(""), PathPayload::from));
            let path = known.followed.get().unwrap_or_else(now);
            let rows = steps.iter().filter_map(|step| {
                let words = words::step(step, &path, &id, &index, &zone)?;
                Some(view! {
                    <li class="step" class:page=words.is_page class:bad=words.is_bad>
                        <span class="step-time">
                            <b>{date_and_time(&zone, step.at)}</b>
                            <i>{strings::after(step.after_seconds)}</i>
                        </span>
                        <span class="step-words">
                            <strong>{words.what}</strong>
                            <span>{words.why}" "<code>{step.rule.clone()}</code></span>
                        </span>
                    </li>
                })
            });
            let rows = rows.collect_view();
            let rest = (!is_all).then(|| view! { <p class="hint">{say::ONLY_FIRST}</p> });
            view! { <ol class="escalation-steps" aria-label=strings::WHAT_HAPPENS>{rows}</ol>{rest} }.into_any()
        }
    };
    view! { {told} }
}

/// Asks before people are paged: about what, how urgent it is, and who that would be.
#[component]
fn PageNow(shown: RwSignal<bool>, known: Known) -> impl IntoView {
    let open = expect_context::<Open>();
    // The same key for all tries: nobody is paged twice.
    let key = StoredValue::new(clock::token());
    let title = RwSignal::new(String::new());
    let priority = RwSignal::new(open.assumed.priority.get_untracked());
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(String::new());
    // Once people may be paged, what they were paged for is not changed any more.
    let is_sent = RwSignal::new(false);
    let leave = move || shown.set(false);
    // Who is paged is said of the path as it is now.
    let is_read = RwSignal::new(false);
    let id = open.id.get_untracked();
    spawn_local(async move {
        match open.session.net.path(&id).await {
            Ok(path) => open.session.saved(path),
            Err(error) => {
                let _left = trouble.try_set(error.after(say::PATH_NOT_READ));
            }
        }
        let _left = is_read.try_set(true);
    });
    let who = Memo::new(move |_| {
        if !is_read.get() {
            return Some(strings::LOADING.to_string());
        }
        let (index, id) = (open.session.index.get(), open.id.get());
        let saved = index.path(&id).map(PathPayload::from)?;
        let compiled = CompiledPath::new(&id, &saved, &index);
        let now = clock::now();
        let scenario = Scenario { fired_at: now, priority_id: priority.get(), ..Scenario::default() };
        let trace = simulate::trace(&compiled, &index, &scenario);
        Some(words::who_is_told(&trace, &index))
    });
    let options = move || {
        let index = open.session.index.get();
        let one = |id: String, name: String| {
            let selected = priority.with_untracked(|chosen| chosen.as_ref() == Some(&id));
            view! { <option value=id selected=selected>{name}</option> }
        };
        index.world().priorities.iter().map(|one_of| one(one_of.id.clone(), one_of.name.clone())).collect_view()
    };
    let has_priorities = move || open.session.index.with(|index| !index.world().priorities.is_empty());
    let ready = move || !busy.get() && title.with(|title| !title.trim().is_empty());
    let page = move |event: SubmitEvent| {
        event.prevent_default();
        if !untrack(ready) {
            return;
        }
        busy.set(true);
        trouble.set(String::new());
        let (id, about, chosen) = (open.id.get_untracked(), title.get_untracked(), priority.get_untracked());
        spawn_local(async move {
            let key = key.get_value();
            match open.session.net.page_now(&id, about.trim(), &key, chosen.as_deref()).await {
                Ok(()) => {
                    open.session.say(say::PAGED);
                    let _left = shown.try_set(false);
                    if open.id.try_get_untracked().is_some() {
                        known.look(open);
                    }
                }
                Err(error) => {
                    let may_be = error.may_be_done();
                    if may_be {
                        let _left = is_sent.try_set(true);
                    }
                    let told = if may_be { say::MAY_BE_PAGED.to_string() } else { error.after("") };
                    let _left = trouble.try_set(told.trim().to_string());
                    let _left = busy.try_set(false);
                }
            }
        });
    };
    view! {
        <Dialog label=say::PAGE_TITLE class="import" leave>
            <form on:submit=page>
                <h2>{say::PAGE_TITLE}</h2>
                <label class="field-label" for="page-title">{say::ABOUT}</label>
                <input
                    id="page-title"
                    class="field"
                    autofocus=true
                    autocomplete="off"
                    dir="auto"
                    maxlength=LONGEST_TITLE
                    readonly=move || is_sent.get()
                    prop:value=move || title.get()
                    on:input=move |event| title.set(event_target_value(&event))
                />
                <p class="hint">{say::ABOUT_HINT}</p>
                <Show when=has_priorities>
                    <label class="field-label" for="page-priority">{strings::PRIORITY}</label>
                    <select
                        id="page-priority"
                        class="field"
                        disabled=move || is_sent.get()
                        on:change=move |event| {
                            priority.set(Some(event_target_value(&event)).filter(|id| !id.is_empty()));
                        }
                    >
                        <option value="" selected=priority.get_untracked().is_none()>{say::DEFAULT_PRIORITY}</option>
                        {options}
                    </select>
                    <Show when=move || open.session.index.with(|index| !index.world().knows_all_priorities())>
                        <p class="hint">{say::OTHER_PRIORITIES}</p>
                    </Show>
                </Show>
                <h3 class="field-label">{say::WHO}</h3>
                <p data-who>{move || who.get().unwrap_or_default()}</p>
                <p class="hint">{say::ON_CALL_AS_LOADED}</p>
                <Show when=move || open.editor.with(escalation_editor::Editor::is_dirty)>
                    <p class="hint">{say::UNSAVED}</p>
                </Show>
                <p class="fault" role="alert">{move || trouble.get()}</p>
                <div class="dialog-actions">
                    <button type="button" class="quiet" on:click=move |_| leave()>{strings::transfer::CANCEL}</button>
                    <span class="spring"></span>
                    <button class="primary" disabled=move || !ready()>{say::PAGE}</button>
                </div>
            </form>
        </Dialog>
    }
}
