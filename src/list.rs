//! All paths.

mod delete;
pub mod finder;
mod miniature;
pub mod row;
mod template;

use std::sync::Arc;

use escalation_api::{PathPayload, Value};
use escalation_editor::Editor;
use escalation_editor::import::Imported;
use escalation_engine::instant::MINUTE;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::clock;
use crate::drafts::Draft;
use crate::load;
use crate::net;
use crate::panel::expectations::MOST_EXPECTED;
use crate::panel::expected;
use crate::parts::icon::{Glyph, Icon};
use crate::parts::import::{ImportDialog, understand_all};
use crate::place::Place;
use crate::reading::ReadingNote;
use crate::route::Route;
use crate::session::{Session, session};
use crate::simulate::scenarios;
use crate::strings;
use crate::theme::ThemeSwitch;
use crate::transfer::listen_drop;
use crate::{access, audit};
use delete::DeleteDialog;
use finder::FinderBar;
use miniature::Miniature;
use row::Row;
use template::TemplateDialog;

/// With more paths than this each takes less room.
const DENSE: usize = 8;

#[component]
pub fn PathsScreen() -> impl IntoView {
    let session = session();
    // Who is paged right now is found out anew, but not more than once a minute.
    let now = clock::now();
    if now - session.now.get_untracked() >= MINUTE {
        session.now.set(now);
    }
    let deleting = RwSignal::new(None::<Arc<Row>>);
    let fault = RwSignal::new(None::<String>);
    let importing = RwSignal::new(false);
    let templating = RwSignal::new(false);
    let imported = RwSignal::new(None::<usize>);
    let take = move |text: Result<String, String>| match text.and_then(|text| understand_all(&text)) {
        Ok(all) => {
            importing.set(false);
            let count = all.len();
            let keys: Vec<_> = all.into_iter().map(|one| take_new(session, one)).collect();
            match keys.as_slice() {
                [only] => go_to_new(session.place, only),
                // Each waits in the list until it is looked at.
                _ => {
                    imported.set(Some(count));
                    session.say(strings::transfer::imported_several(count));
                }
            }
        }
        Err(why) => {
            fault.set(Some(why));
            importing.set(true);
        }
    };
    let only_reads = move || session.only_reads();
    let take = move |text: Result<String, String>| {
        if untrack(only_reads) { session.say(strings::rights::NO_NEW) } else { take(text) }
    };
    listen_drop(session.place, take);
    session.place.listen(leptos::ev::paste, move |event| {
        let text = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok()).unwrap_or_default();
        if !importing.get_untracked() && deleting.with_untracked(Option::is_none) && !text.trim().is_empty() {
            take(Ok(text));
        }
    });
    let import = move |_| {
        fault.set(None);
        importing.set(true);
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
    let unread = move || {
        let unread = session.unread.get();
        (!unread.is_empty()).then(|| {
            view! {
                <p class="list-note" role="alert">
                    {load::told(&unread)}
                    " "
                    <button class="link" on:click=move |_| session.read_again()>{strings::TRY_AGAIN}</button>
                </p>
            }
        })
    };
    let found = Memo::new_with_compare(move |_| session.finder.find(session), |_, _| true);
    let shown = Memo::new(move |_| found.with(Vec::len));
    let list = move || {
        let is_empty = session.rows.with(|rows| rows.is_empty());
        let rows = found.get();
        let unsaved = session.drafts.with(|drafts| {
            let new = drafts.iter().filter(|(_, draft)| draft.path_id.is_empty());
            new.map(|(key, draft)| (key.clone(), draft.editor.path().name.clone())).collect::<Vec<_>>()
        });
        if is_empty && unsaved.is_empty() {
            return view! { <Empty/> }.into_any();
        }
        let unsaved = unsaved.into_iter().map(|(key, name)| view! { <DraftRow key name discarded/> }).collect_view();
        let is_dense = rows.len() > DENSE;
        let rows = rows.into_iter().map(|row| view! { <PathRow row deleting/> }).collect_view();
        view! { <ul class="paths" class:dense=is_dense>{unsaved}{rows}</ul> }.into_any()
    };
    view! {
        <header class="bar">
            <span class="brand">{strings::PRODUCT}</span>
            <span class="spring"></span>
            <Account/>
            <ThemeSwitch/>
            <Show when=move || session.has(audit::FEATURE) && access::may_see_keys(session)>
                <a class="tool" href=Route::Access.href()>{strings::access::ACCESS}</a>
            </Show>
            <Show when=move || session.has(audit::FEATURE) && session.may(access::RIGHT)>
                <a class="tool" href=Route::Audit.href()>{strings::audit::AUDIT}</a>
            </Show>
            <Show when=move || !only_reads() && session.has(template::FEATURE)>
                <button class="tool" on:click=move |_| templating.set(true)>{strings::transfer::FROM_TEMPLATE}</button>
            </Show>
            <Show when=move || !only_reads()>
                <button class="tool" on:click=import>{strings::transfer::IMPORT}</button>
                <a class="primary" href=Route::New(String::new()).href()>{strings::NEW_PATH}</a>
            </Show>
        </header>
        <main class="list">
            <h1>{strings::PATHS}</h1>
            <FinderBar shown/>
            <ReadingNote/>
            {unread}
            {back}
            {move || imported.get().map(|count| {
                view! { <p class="list-note">{strings::transfer::imported_several(count)}</p> }
            })}
            {list}
        </main>
        <Show when=move || importing.get()>
            <ImportDialog fault several=true take=move |text| take(Ok(text)) leave=move || importing.set(false)/>
        </Show>
        <Show when=move || templating.get()>
            <TemplateDialog shown=templating/>
        </Show>
        {move || deleting.get().map(|row| view! { <DeleteDialog row deleting/> })}
    }
}

/// Who has signed in, and the way out.
#[component]
fn Account() -> impl IntoView {
    let session = session();
    let trouble = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let sign_out = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        trouble.set(false);
        spawn_local(async move {
            let done = session.net.sign_out().await;
            let _left = busy.try_set(false);
            match done {
                // What is on the page is no longer the reader's; drafts stay in the browser.
                Ok(()) | Err(net::NetError::SignedOut) => session.load(),
                Err(_) => {
                    let _left = trouble.try_set(true);
                }
            }
        });
    };
    move || {
        let me = session.me.get().filter(|me| me.kind == "session")?;
        let role = |(id, role, _): (&str, Option<&str>, &[Value])| {
            Some(strings::rights::team_role(role?, &session.team_name(id)))
        };
        let mut in_teams: Vec<_> = me.in_teams().filter_map(role).collect();
        if in_teams.len() > 2 {
            in_teams = vec![strings::rights::team_roles(in_teams.len())];
        }
        let name = me.name.unwrap_or_default();
        let role = me.role.map(|role| strings::rights::role(&role).to_string()).unwrap_or_default();
        Some(view! {
            <span class="account">
                <bdi>{name}</bdi>
                <span class="pill">{role}</span>
                {in_teams.into_iter().map(|role| view! { <span class="pill">{role}</span> }).collect_view()}
            </span>
            <button class="tool" on:click=sign_out>{strings::rights::SIGN_OUT}</button>
            {move || trouble.get().then(|| view! { <span class="fault" role="alert">{strings::rights::NOT_SIGNED_OUT}</span> })}
        })
    }
}

/// Begins a path that is not saved yet with what is there.
fn begin(session: Session, path: PathPayload) {
    go_to_new(session.place, &keep_new(session, path));
}

/// Keeps a path that is not saved yet as a draft; its key.
fn keep_new(session: Session, path: PathPayload) -> String {
    let key = clock::token();
    session.keep_draft(&key, Draft::new(Editor::resume(None, path)));
    key
}

/// Keeps what was imported as a path of its own, with what a bundle brings beside it.
fn take_new(session: Session, one: Imported) -> String {
    let key = clock::token();
    let lists = [
        (expected::NAME, one.expectations.map(|all| expected::written(all).take(MOST_EXPECTED).collect())),
        (scenarios::NAME, one.scenarios.map(|all| scenarios::written(all).collect())),
    ];
    let beside = lists.into_iter().filter_map(|(name, list)| Some((name.to_string(), list?))).collect();
    session.keep_draft(&key, Draft { beside, ..Draft::new(Editor::resume(None, one.path)) });
    key
}

fn go_to_new(place: Place, key: &str) {
    place.go(&Route::New(key.to_string()).href());
}

#[component]
fn PathRow(
    row: Arc<Row>,
    /// Which path is to be deleted.
    deleting: RwSignal<Option<Arc<Row>>>,
) -> impl IntoView {
    let session = session();
    let draft = session.draft_of(&row.id).is_some();
    let draft = draft.then(|| view! { <span class="pill changed">{strings::DRAFT}</span> });
    let problems = (row.problems > 0).then(|| {
        view! {
            <span class="pill warn">
                <Icon glyph=Glyph::Warning/>
                {strings::problems(row.problems)}
            </span>
        }
    });
    let teams = session.teams.with_untracked(|teams| {
        let named = teams.iter().filter(|team| row.teams.contains(&team.id));
        named.map(|team| view! { <span class="chip">{team.name.clone()}</span>" " }).collect_view()
    });
    let (id, copy_label) = (row.id.clone(), strings::transfer::duplicate(&row.name));
    let duplicate = move |_| {
        let path = session.index.with_untracked(|index| index.path(&id).map(PathPayload::from));
        if let Some(path) = path {
            begin(session, PathPayload { name: strings::transfer::copy_of(&path.name), ..path });
        }
    };
    let delete_label = strings::transfer::delete(&row.name);
    let owners = row.teams.clone();
    let delete = {
        let row = row.clone();
        move |_| deleting.set(Some(row.clone()))
    };
    view! {
        <li class="path-item">
            <a class="path-row" href=Route::Path(row.id.clone()).href()>
                <Miniature scene=row.scene.clone()/>
                <span class="path-words">
                    <strong>{row.name.clone()}</strong>
                    <span class="path-shape">{row.shape.clone()}" "{teams}</span>
                    <span class="path-first">{row.first.clone()}</span>
                </span>
                {draft}
                {problems}
            </a>
            <Show when=move || !session.only_reads()>
                <span class="path-tools">
                    <button class="tool icon-only" title=copy_label.clone() aria-label=copy_label.clone() on:click=duplicate.clone()>
                        <Icon glyph=Glyph::Copy/>
                    </button>
                    <button
                        class="tool icon-only"
                        title={
                            let (label, owners) = (delete_label.clone(), owners.clone());
                            move || if session.only_reads_of(&owners) { strings::rights::ONLY_TEAMS.to_string() } else { label.clone() }
                        }
                        aria-label=delete_label.clone()
                        disabled={
                            let owners = owners.clone();
                            move || session.only_reads_of(&owners)
                        }
                        on:click=delete.clone()
                    >
                        <Icon glyph=Glyph::Delete/>
                    </button>
                </span>
            </Show>
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
            <Show when=move || !session().only_reads()>
                <a class="primary" href=Route::New(String::new()).href()>{strings::NEW_PATH}</a>
            </Show>
        </div>
    }
}
