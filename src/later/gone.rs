//! A part that does not come: the server has another version by now, or cannot be reached. Nothing that was changed is
//! lost by that.

use std::cell::RefCell;
use std::time::Duration;

use gloo_net::http::Request;
use leptos::prelude::*;
use web_sys::RequestCache;

use super::held;
use crate::drafts::Keeping;
use crate::parts::stored;
use crate::program;
use crate::session::Session;
use crate::strings::later as words;

/// So long a change that was made last takes to be kept.
const KEPT: Duration = Duration::from_millis(600);

/// The key of the program that was left for another version, so that nothing goes round in a circle.
const LEFT: &str = "left program";

/// Why a part is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// The server has another version.
    Version,
    /// It could not be loaded.
    Away,
}

thread_local! {
    static WHY: ArcRwSignal<Option<Why>> = ArcRwSignal::new(None);
    /// Tries it again.
    static AGAIN: RefCell<Option<Box<dyn FnOnce()>>> = RefCell::default();
}

/// Finds out why a part did not come, and says it. Another version is loaded by itself where nothing would be lost.
pub(super) async fn tell(session: Session, again: impl FnOnce() + 'static) {
    let program = program::name();
    let was_left = stored::read(stored::of_tab(), LEFT).as_deref() == Some(program.as_str());
    let why = if !was_left && is_replaced(&program).await { Why::Version } else { Why::Away };
    // Nobody knows any more what they were meant for when it comes at last.
    held::forget();
    AGAIN.set(Some(Box::new(again)));
    WHY.with(ArcRwSignal::clone).set(Some(why));
    session.say(text(why));
    if why == Why::Version {
        // Drafts are written a moment after each change.
        set_timeout(
            move || {
                let keeping = session.keeping.try_get_untracked();
                let has_drafts = session.drafts.try_with_untracked(|drafts| !drafts.is_empty());
                if keeping == Some(Keeping::Works) || has_drafts == Some(false) {
                    stored::write(stored::of_tab(), LEFT, &program);
                    reload();
                }
            },
            KEPT,
        );
    }
}

/// Whether a part does not come, and the reader has been told.
pub(super) fn is_told() -> bool {
    WHY.with(ArcRwSignal::clone).with_untracked(Option::is_some)
}

/// Tries once more to load what did not come.
fn try_again() {
    WHY.with(ArcRwSignal::clone).set(None);
    if let Some(again) = AGAIN.take() {
        again();
    }
}

/// Whether the page that the server has now begins another program.
async fn is_replaced(program: &str) -> bool {
    let Ok(answer) = Request::get("./").cache(RequestCache::NoStore).send().await else { return false };
    let Ok(page) = answer.text().await else { return false };
    answer.ok() && page.contains("builder-") && !page.contains(program)
}

fn text(why: Why) -> &'static str {
    match why {
        Why::Version => words::NEW_VERSION,
        Why::Away => words::AWAY,
    }
}

fn reload() {
    let _gone = window().location().reload();
}

/// Says that a part does not come, and what to do.
#[component]
pub fn GoneNote() -> impl IntoView {
    let why = WHY.with(ArcRwSignal::clone);
    move || {
        why.get().map(|why| {
            let act = move |_| match why {
                Why::Version => reload(),
                Why::Away => try_again(),
            };
            let name = if why == Why::Version { words::LOAD_AGAIN } else { crate::strings::TRY_AGAIN };
            view! {
                <p class="part-gone" role="alert">
                    <span>{text(why)}</span>
                    <button class="link" on:click=act>{name}</button>
                </p>
            }
        })
    }
}
