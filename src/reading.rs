//! Whether paths are shown for reading alone, and why.

use leptos::prelude::*;

use crate::parts::icon::{Glyph, Icon};
use crate::parts::size;
use crate::place::Place;
use crate::session::{Session, session};
use crate::strings;

/// Why paths are shown for reading alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The server says that whoever asks may change nothing.
    Rights,
    /// The server lets whoever asks change the paths of some teams, and this is none of these.
    Teams,
    /// The address asks for it: `?readonly`.
    Address,
    /// The screen is small.
    Small,
}

impl Reading {
    /// The reason for those who read.
    pub fn words(self) -> &'static str {
        match self {
            Self::Rights => strings::rights::ONLY_RIGHTS,
            Self::Teams => strings::rights::ONLY_TEAMS,
            Self::Address => strings::rights::ONLY_ADDRESS,
            Self::Small => strings::rights::ONLY_SMALL,
        }
    }
}

/// Screens on which a path is read and not built: narrow ones, and telephones that lie on their side.
const SMALL: &str = "(max-width: 600px), (max-height: 480px) and (pointer: coarse)";

/// The same for an element, in CSS pixels: how high it is is up to the page around it.
const NARROW: f64 = 600.0;

/// What asks for reading alone, in the address before the `#`.
const READ_ONLY: &str = "readonly";

/// Signals of whether and why paths are shown for reading alone.
#[derive(Clone, Copy)]
pub struct Readers {
    /// Whether the server lets whoever asks change nothing.
    pub only_read: RwSignal<bool>,
    /// The teams whose paths the server lets whoever asks change, if not those of all.
    pub edits_teams: RwSignal<Option<Vec<String>>>,
    /// The teams that own the path that is open; nothing where none is open that is saved.
    pub owners: RwSignal<Option<Vec<String>>>,
    /// Whether the page around an element asks for it.
    pub by_host: RwSignal<bool>,
    /// Whether paths are changed on a small screen all the same.
    change_here: RwSignal<bool>,
    /// Why paths are for reading alone, if they are.
    pub why: Memo<Option<Reading>>,
    /// Whether the screen of a path is laid out for a small screen.
    pub compact: Memo<bool>,
}

impl Readers {
    pub fn new(place: Place, by_host: bool) -> Self {
        let (only_read, small, change_here) =
            (RwSignal::new(false), RwSignal::new(is_small(place)), RwSignal::new(false));
        let look = move || {
            if small.try_get_untracked().is_some_and(|small| small != is_small(place)) {
                small.set(is_small(place));
            }
        };
        match place.body().filter(|_| !place.is_page()) {
            Some(body) => size::watch(&body, move |_| look()),
            None => {
                let listener = window_event_listener(leptos::ev::resize, move |_| look());
                on_cleanup(move || listener.remove());
            }
        }
        let (edits_teams, owners) = (RwSignal::new(None), RwSignal::new(None::<Vec<String>>));
        let by_host = RwSignal::new(by_host || (place.is_page() && asked_for()));
        let compact = Memo::new(move |_| small.get() && !change_here.get());
        let why = Memo::new(move |_| {
            if only_read.get() {
                Some(Reading::Rights)
            } else if owners.with(|owners| owners.as_ref().is_some_and(|owners| is_foreign(edits_teams, owners))) {
                Some(Reading::Teams)
            } else if by_host.get() {
                Some(Reading::Address)
            } else {
                compact.get().then_some(Reading::Small)
            }
        });
        Self { only_read, edits_teams, owners, by_host, change_here, why, compact }
    }
}

/// Whether the server does not let whoever asks change what these teams own.
fn is_foreign(edits_teams: RwSignal<Option<Vec<String>>>, owners: &[String]) -> bool {
    edits_teams.with(|teams| teams.as_ref().is_some_and(|teams| !owners.iter().any(|owner| teams.contains(owner))))
}

impl Session {
    /// Whether paths are for reading alone.
    pub fn only_reads(self) -> bool {
        self.readers.why.with(Option::is_some)
    }

    /// Whether paths that these teams own are for reading alone.
    pub fn only_reads_of(self, owners: &[String]) -> bool {
        self.only_reads() || is_foreign(self.readers.edits_teams, owners)
    }
}

fn is_small(place: Place) -> bool {
    if !place.is_page() {
        return place.size().0 <= NARROW;
    }
    window().match_media(SMALL).ok().flatten().is_some_and(|query| query.matches())
}

fn asked_for() -> bool {
    let search = window().location().search().unwrap_or_default();
    let names = search.trim_start_matches('?').split('&').filter_map(|part| part.split('=').next());
    names.into_iter().any(|name| name == READ_ONLY)
}

/// Why the path is for reading alone, and what can be done about it.
#[component]
pub fn ReadingNote() -> impl IntoView {
    let session = session();
    let readers = session.readers;
    let act = move || match readers.why.get()? {
        // Which role it is says why.
        Reading::Rights => {
            let role = session.me.get()?.role.filter(|role| matches!(role.as_str(), "viewer" | "responder"))?;
            Some(view! { <span>{strings::rights::of_role(&role)}</span> }.into_any())
        }
        Reading::Teams => Some(view! { <span>{strings::rights::ONLY_TEAMS_HINT}</span> }.into_any()),
        Reading::Address => {
            // What the page around has given is nowhere else.
            if session.given.with_value(Option::is_some) {
                return None;
            }
            let hash = session.place.hash();
            let href = if session.place.is_page() {
                format!("{}{hash}", window().location().pathname().unwrap_or_default())
            } else {
                session.place.link(&hash)
            };
            Some(view! { <a class="link" href=href target="_blank" rel="noopener">{strings::rights::OPEN_TO_CHANGE}</a> }.into_any())
        }
        Reading::Small => {
            let here = move |_| readers.change_here.set(true);
            Some(view! { <button class="link" on:click=here>{strings::rights::CHANGE_HERE}</button> }.into_any())
        }
    };
    move || {
        readers.why.get().map(|why| {
            view! {
                <p class="reading-note">
                    <Icon glyph=Glyph::Eye/>
                    <span class="grow">{why.words()}" "{act()}</span>
                </p>
            }
        })
    }
}
