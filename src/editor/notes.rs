//! Quiet words above the graph: what is to be known, and what may be done about it. They wait to be dismissed.

use std::sync::Arc;

use leptos::prelude::*;

use super::state::Open;
use crate::load;
use crate::parts::icon::{Glyph, Icon};
use crate::strings;

/// What a note is about; there is one of each at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// Something of the organisation could not be read.
    Unread,
    /// Proofs are worked out in the page.
    NoWorker,
    /// The browser keeps no drafts.
    NotKept,
    /// Somebody else has saved the path.
    MovedOn,
    /// A draft was discarded.
    Discarded,
    /// Another document is in the place of this one.
    Imported,
    /// A file was offered that lacks something.
    Exported,
    /// The address brings a scenario that cannot be used.
    Link,
    /// Another tab has the path open.
    OtherTab,
}

/// What may be done about a note. Not a `Callback` of leptos, which would go with the dialog that left the note.
pub type Act = Arc<dyn Fn() + Send + Sync>;

/// A note.
#[derive(Clone)]
pub struct Note {
    /// What it is about.
    pub about: About,
    /// What it says.
    pub text: String,
    /// What may be done: its name, and how.
    pub act: Option<(&'static str, Act)>,
}

impl Open {
    /// Shows a note and says it; one about the same is replaced.
    pub fn note(self, about: About, text: &str, act: Option<(&'static str, Act)>) {
        self.forget_note(about);
        self.notes.update(|notes| notes.push(Note { about, text: text.to_string(), act }));
        self.session.say(text);
    }

    /// Takes a note away.
    pub fn forget_note(self, about: About) {
        if self.notes.with_untracked(|notes| notes.iter().any(|note| note.about == about)) {
            self.notes.update(|notes| notes.retain(|note| note.about != about));
        }
    }
}

/// Says that proofs are worked out in the page, once that is so.
pub fn follow_worker(open: Open) {
    Effect::new(move |_| {
        if open.session.background.gave_up() {
            open.note(About::NoWorker, strings::panel::NO_WORKER, None);
        }
    });
}

/// Says what could not be read, for as long as it is so.
pub fn follow_unread(open: Open) {
    Effect::new(move |_| {
        let unread = open.session.unread.get();
        if unread.is_empty() {
            open.forget_note(About::Unread);
        } else {
            let again: Act = Arc::new(move || open.session.read_again());
            open.note(About::Unread, &load::told(&unread), Some((strings::TRY_AGAIN, again)));
        }
    });
}

#[component]
pub fn Notes() -> impl IntoView {
    let open = expect_context::<Open>();
    let notes = move || {
        let notes = open.notes.get();
        let rows = notes.into_iter().map(|note| {
            let about = note.about;
            let act = note.act.map(|(name, act)| {
                let act = move |_| {
                    open.forget_note(about);
                    act();
                };
                view! { <button class="link" on:click=act>{name}</button> }
            });
            view! {
                <li>
                    <span class="grow">{note.text}</span>
                    {act}
                    <button class="tool icon-only" aria-label=strings::DISMISS on:click=move |_| open.forget_note(about)>
                        <Icon glyph=Glyph::Close/>
                    </button>
                </li>
            }
        });
        rows.collect_view()
    };
    view! {
        <Show when=move || open.notes.with(|notes| !notes.is_empty())>
            // A landmark, so that a note is found by those who go from one to the next.
            <section class="notes" aria-label=strings::save::NOTES>
                <ul aria-label=strings::save::NOTES>{notes}</ul>
            </section>
        </Show>
    }
}
