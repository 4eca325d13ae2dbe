//! The app: which screen is shown, and what is said when there is none to show.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::clock;
use crate::drafts::Keeping;
use crate::editor::{EditorScreen, Opened};
use crate::later::{self, GoneNote};
use crate::net::{Net, NetError, Way};
use crate::parts::focus;
use crate::parts::notice::Notice;
use crate::parts::texts;
use crate::place::Place;
use crate::reading::Reading;
use crate::route::{Route, route};
use crate::session::{Loading, Session, ask_before_leaving};
use crate::strings;

#[component]
pub fn App() -> impl IntoView {
    let place = Place::PAGE;
    provide_context(place);
    texts::watch(place);
    focus::keep_near(place);
    let session = Session::begin(place, Net::new(Way::default()), false, None);
    view! { <Screens session/> }
}

/// The screens of an instance, on a page or in an element.
#[component]
pub fn Screens(session: Session) -> impl IntoView {
    let place = session.place;
    provide_context(session);
    let listener = ask_before_leaving(move || {
        session.keeping.get_untracked() != Keeping::Works && session.drafts.with_untracked(|drafts| !drafts.is_empty())
    });
    on_cleanup(move || listener.remove());
    Effect::new(move || session.index.with(|index| texts::of_world(place, index.world())));
    let route = route(place);
    let screen = move || match session.loading.get() {
        Loading::Busy => view! { <Skeleton/> }.into_any(),
        Loading::Failed(error) => view! { <Failed error/> }.into_any(),
        Loading::Done => match route.get() {
            Route::List => match later::paths() {
                Some(paths) => (paths.screen)(),
                None => view! { <Skeleton/> }.into_any(),
            },
            Route::Audit => match later::paths() {
                Some(paths) => (paths.audit)(),
                None => view! { <Skeleton/> }.into_any(),
            },
            Route::Access => match later::paths() {
                Some(paths) => (paths.access)(),
                None => view! { <Skeleton/> }.into_any(),
            },
            Route::New(key) if Opened::is_barred(session, &key) => view! { <NoNewPath/> }.into_any(),
            Route::New(key) => view! { <EditorScreen opened=Opened::fresh(session, &key)/> }.into_any(),
            Route::Path(id) => match Opened::path(session, &id) {
                Some(opened) => view! { <EditorScreen opened/> }.into_any(),
                None => view! { <Sought id/> }.into_any(),
            },
        },
    };
    if matches!(route.get_untracked(), Route::List | Route::Audit | Route::Access) {
        // There is nothing to see without its part.
        later::load(session, &Route::List);
    } else {
        // What is seen first is drawn before anything else is loaded.
        Effect::new(move |began: Option<bool>| {
            let begins = began != Some(true) && session.loading.get() != Loading::Busy;
            if begins {
                clock::after_frame(move || later::load(session, &route.get_untracked()));
            }
            begins || began == Some(true)
        });
    }
    view! {
        {screen}
        <GoneNote/>
        <div class="spoken" role="status" aria-live="polite">{move || session.said.get()}</div>
    }
}

/// How long loading may take before it is said that it takes long.
const LATE: Duration = Duration::from_secs(4);

fn reload() {
    let _gone = window().location().reload();
}

/// The shape of what is to come.
#[component]
fn Skeleton() -> impl IntoView {
    let late = RwSignal::new(false);
    set_timeout(
        move || {
            let _left = late.try_set(true);
        },
        LATE,
    );
    view! {
        <main class="skeleton" aria-busy="true">
            <h1 class="spoken">{strings::LOADING}</h1>
            <Show when=move || late.get()>
                <p class="late" role="status">
                    {strings::LOADING_LONG}
                    " "
                    <button class="link" on:click=move |_| reload()>{strings::TRY_AGAIN}</button>
                </p>
            </Show>
            <div class="skeleton-bar"></div>
            <div class="skeleton-tree">
                <i class="bone pill-bone"></i>
                <i class="bone"></i>
                <i class="bone"></i>
                <i class="bone"></i>
            </div>
        </main>
    }
}

#[component]
fn Failed(error: NetError) -> impl IntoView {
    let session = crate::session::session();
    let signed_out = error == NetError::SignedOut;
    let (title, hint) = match error {
        NetError::Away => (strings::AWAY_LOADING.to_string(), strings::AWAY_LOADING_HINT.to_string()),
        NetError::SignedOut => (strings::rights::SIGNED_OUT.to_string(), strings::rights::SIGNED_OUT_HINT.to_string()),
        NetError::Forbidden(said) => {
            (strings::rights::FORBIDDEN.to_string(), strings::rights::refused(strings::rights::FORBIDDEN_HINT, &said))
        }
        NetError::Unreadable(status) => (strings::status(status.into()), strings::AWAY_LOADING_HINT.to_string()),
        NetError::Busy(seconds) => (strings::BUSY_LOADING.to_string(), strings::try_in(seconds)),
        NetError::Unsure(said) => (strings::AWAY_LOADING.to_string(), said),
        NetError::Refused(error) if session.given.with_value(Option::is_some) => {
            let said = error.errors.into_iter().map(|error| error.message).collect();
            (strings::GIVEN_UNREADABLE.to_string(), said)
        }
        NetError::Refused(error) => {
            let said = error.errors.first().map(|error| error.message.clone()).unwrap_or_default();
            (strings::status(error.status), said)
        }
    };
    // Loading the page itself leads to where one signs in, unless the server has a page for that; a frame may not show
    // it, a new tab does.
    let sign_in = signed_out.then(|| {
        let href = RwSignal::new(window().location().href().unwrap_or_default());
        spawn_local(async move {
            if let Ok(me) = session.net.me().await
                && me.signs_in
            {
                let _left = href.try_set(session.net.sign_in_page());
            }
        });
        view! { <a class="quiet" href=href target="_blank" rel="noopener">{strings::rights::SIGN_IN}</a> }
    });
    view! {
        <Notice title hint>
            <div class="notice-actions">
                {sign_in}
                <button class="primary" on:click=move |_| session.load()>{strings::TRY_AGAIN}</button>
            </div>
        </Notice>
    }
}

/// A path that was not there when all paths were loaded: it may have been made since.
#[component]
fn Sought(id: String) -> impl IntoView {
    let session = crate::session::session();
    let answer = RwSignal::new(None::<Result<(), NetError>>);
    {
        let id = id.clone();
        spawn_local(async move {
            let found = session.net.path(&id).await.map(|path| session.saved(path));
            // The screen may have been left.
            let _left = answer.try_set(Some(found));
        });
    }
    move || match answer.get() {
        None => view! { <Skeleton/> }.into_any(),
        Some(Ok(())) => match Opened::path(session, &id) {
            Some(opened) => view! { <EditorScreen opened/> }.into_any(),
            None => view! { <NoSuchPath/> }.into_any(),
        },
        Some(Err(error)) if error.is_not_found() => view! { <NoSuchPath/> }.into_any(),
        Some(Err(error)) => view! { <Failed error/> }.into_any(),
    }
}

/// Where paths are for reading alone none is made.
#[component]
fn NoNewPath() -> impl IntoView {
    let why = crate::session::session().readers.why.get_untracked().map(Reading::words).unwrap_or_default();
    view! {
        <Notice title=strings::rights::NO_NEW.to_string() hint=why.to_string()>
            <a class="primary" href=Route::List.href()>{strings::BACK_TO_PATHS}</a>
        </Notice>
    }
}

#[component]
fn NoSuchPath() -> impl IntoView {
    view! {
        <Notice title=strings::NOT_FOUND.to_string() hint=strings::NOT_FOUND_HINT.to_string()>
            <a class="primary" href=Route::List.href()>{strings::BACK_TO_PATHS}</a>
        </Notice>
    }
}
