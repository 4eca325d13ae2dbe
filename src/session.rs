//! What all screens share: the organisation, and the voice of the page.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use escalation_api::template::Template;
use escalation_api::{Path, Team};
use escalation_engine::{Index, Instant, World};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::clock;
use crate::drafts::{Database, Draft, Keeping};
use crate::editor::tabs::{Channel, channel};
use crate::later;
use crate::list::finder::Finder;
use crate::list::row::{Rows, rows};
use crate::load::{self, Organisation, Unread};
use crate::net::{Me, Net, NetError};
use crate::place::Place;
use crate::reading::Readers;
use crate::route::{self, Route};
use crate::strings;
use crate::worker::Background;

/// The documents themselves, where they do not come from a server.
#[derive(Debug, Clone)]
pub struct Given {
    /// The id of the path, or nothing.
    pub id: String,
    /// The path as JSON.
    pub path: String,
    /// What it stands in, as JSON; nothing where a bundle has both.
    pub world: String,
}

impl Given {
    /// The id by which such a path is known here.
    pub fn id_or(id: &str) -> String {
        if id.is_empty() { "given".to_string() } else { id.to_string() }
    }
}

/// How far loading has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Loading {
    /// On its way.
    Busy,
    /// There.
    Done,
    /// It did not work.
    Failed(NetError),
}

/// What all screens share.
#[derive(Clone, Copy)]
pub struct Session {
    /// Where the app lives.
    pub place: Place,
    /// The server.
    pub net: Net,
    /// The documents that it was given in place of a server.
    pub given: StoredValue<Option<Given>>,
    /// The organisation.
    pub index: RwSignal<Arc<Index>>,
    /// Whom a path can belong to.
    pub teams: RwSignal<Arc<Vec<Team>>>,
    /// What paths can be made from.
    pub templates: RwSignal<Arc<Vec<Template>>>,
    /// The instant of which the list of paths tells.
    pub now: RwSignal<Instant>,
    /// The list of paths.
    pub rows: Rows,
    /// Which of them are shown.
    pub finder: Finder,
    /// How far loading it has come.
    pub loading: RwSignal<Loading>,
    /// What is said to those who listen.
    pub said: RwSignal<String>,
    /// Work that is not saved, by its own keys.
    pub drafts: RwSignal<BTreeMap<String, Draft>>,
    /// Whether the browser keeps it when the page goes.
    pub keeping: RwSignal<Keeping>,
    /// The keys of what it could not keep.
    pub unkept: StoredValue<BTreeSet<String>>,
    /// Where it keeps it.
    pub database: Database,
    /// The keys of drafts that were changed while it was not open.
    pub waiting: StoredValue<BTreeSet<String>>,
    /// The keys of drafts that cannot be read: another version of the app may know them.
    pub unreadable: StoredValue<BTreeSet<String>>,
    /// The key of the draft that is open.
    pub own_draft: StoredValue<Option<String>>,
    /// What this server has beyond reading and saving paths; nothing where that is not known.
    pub features: RwSignal<Option<Vec<String>>>,
    /// What could not be read of the organisation, and is not known.
    pub unread: RwSignal<Vec<Unread>>,
    /// What was saved, and nothing for what was deleted, while the organisation is read again: it is newer than what
    /// was read.
    newer: StoredValue<Option<BTreeMap<String, Option<Path>>>>,
    /// The way to other tabs.
    pub channel: Channel,
    /// Whether and why paths are for reading alone.
    pub readers: Readers,
    /// Who the server takes the reader for; nothing where it does not say.
    pub me: RwSignal<Option<Me>>,
    /// Where work is done that takes longer than a frame.
    pub background: Background,
    /// Another one, where much is tried and nobody waits for it.
    pub trials: Background,
}

impl Session {
    /// A session that begins to load.
    pub fn begin(place: Place, net: Net, only_reads: bool, given: Option<Given>) -> Self {
        let is_given = given.is_some();
        let index = RwSignal::new(Arc::new(Index::new(World::default())));
        let now = RwSignal::new(clock::now());
        let session = Self {
            place,
            net,
            given: StoredValue::new(given),
            index,
            now,
            rows: rows(index, now),
            finder: Finder::new(),
            teams: RwSignal::new(Arc::default()),
            templates: RwSignal::new(Arc::default()),
            loading: RwSignal::new(Loading::Busy),
            said: RwSignal::new(String::new()),
            drafts: RwSignal::new(BTreeMap::new()),
            keeping: RwSignal::new(Keeping::Unknown),
            unkept: StoredValue::new(BTreeSet::new()),
            database: StoredValue::new_local(None),
            waiting: StoredValue::new(BTreeSet::new()),
            unreadable: StoredValue::new(BTreeSet::new()),
            own_draft: StoredValue::new(None),
            features: RwSignal::new(None),
            unread: RwSignal::new(Vec::new()),
            newer: StoredValue::new(None),
            // Others have documents of their own.
            channel: if is_given { StoredValue::new_local(None) } else { channel() },
            readers: Readers::new(place, only_reads),
            me: RwSignal::new(None),
            background: Background::new(),
            trials: Background::new(),
        };
        session.load();
        session.follow_others();
        session.close_database();
        session
    }

    /// Loads the organisation anew. What was kept on an earlier visit is asked about where it comes in time, and holds
    /// nothing up where it does not.
    pub fn load(self) {
        self.loading.set(Loading::Busy);
        if let Some(given) = self.given.get_value() {
            return self.take_given(given);
        }
        spawn_local(async move {
            let drafts = self.read_drafts();
            let open = open_path(self.place);
            let loaded = load::organisation(self.net, clock::now(), open.as_deref());
            let (loaded, ()) = futures::future::join(loaded, drafts).await;
            match loaded {
                Ok(organisation) => {
                    self.take(organisation);
                    self.loading.set(Loading::Done);
                }
                Err(error) => self.loading.set(Loading::Failed(error)),
            }
        });
    }

    /// Takes what the page around has given. It keeps that, too: there are no drafts.
    fn take_given(self, given: Given) {
        self.keeping.set(Keeping::Works);
        spawn_local(async move {
            let Some(rest) = later::have_rest().await else {
                return self.loading.set(Loading::Failed(NetError::Away));
            };
            match (rest.given)(&given) {
                Ok(world) => {
                    self.take(Organisation { features: Some(Vec::new()), ..Organisation::of(world) });
                    self.loading.set(Loading::Done);
                }
                Err(said) => self.loading.set(Loading::Failed(NetError::given(said))),
            }
        });
    }

    /// Reads again what could not be read, without taking away what is shown meanwhile.
    pub fn read_again(self) {
        if self.newer.with_value(Option::is_some) {
            return;
        }
        self.newer.set_value(Some(BTreeMap::new()));
        self.say(strings::LOADING);
        spawn_local(async move {
            let open = open_path(self.place);
            let read = load::organisation(self.net, clock::now(), open.as_deref()).await;
            let newer = self.newer.try_update_value(Option::take).flatten().unwrap_or_default();
            match read {
                Ok(mut organisation) => {
                    for (id, path) in newer {
                        organisation.world.paths.retain(|known| known.id != id);
                        organisation.world.paths.extend(path);
                    }
                    let is_all = organisation.unread.is_empty();
                    self.take(organisation);
                    if is_all {
                        self.say(strings::unread::READ);
                    }
                }
                Err(_) => {
                    // It is as unknown as before, and that is said again.
                    self.unread.notify();
                    self.say(strings::AWAY_LOADING);
                }
            }
        });
    }

    fn take(self, organisation: Organisation) {
        let Organisation { world, teams, templates, features, only_read, edits_teams, me, unread } = organisation;
        self.me.set(me);
        self.readers.only_read.set(only_read);
        self.readers.edits_teams.set(edits_teams);
        self.features.set(features);
        self.teams.set(Arc::new(teams));
        self.templates.set(Arc::new(templates));
        self.now.set(clock::now());
        self.index.set(Arc::new(Index::new(world)));
        self.unread.set(unread);
    }

    /// Whether this server is known to have something beyond reading and saving paths.
    pub fn has(self, feature: &str) -> bool {
        self.features.with(|features| features.iter().flatten().any(|known| known == feature))
    }

    /// Whether this server is known to lack something beyond reading and saving paths.
    pub fn lacks(self, feature: &str) -> bool {
        self.features.with(|features| load::lacks(features.as_deref(), feature))
    }

    /// Whether the server lets the reader do this in the organisation, by the name of the right.
    pub fn may(self, right: &str) -> bool {
        self.me.with(|me| me.as_ref().is_some_and(|me| me.rights.iter().any(|known| known == right)))
    }

    /// The teams with whose things the server lets the reader do this.
    pub fn teams_with(self, right: &str) -> Vec<String> {
        self.me.with(|me| {
            let teams = me.iter().flat_map(Me::in_teams);
            let with = teams.filter(|(_, _, rights)| rights.iter().any(|known| known == right));
            with.map(|(id, ..)| id.to_string()).collect()
        })
    }

    /// The name of a team, or its id where that is not known.
    pub fn team_name(self, id: &str) -> String {
        let name = |teams: &Arc<Vec<Team>>| teams.iter().find(|team| team.id == id).map(|team| team.name.clone());
        self.teams.with(name).unwrap_or_else(|| id.to_string())
    }

    /// Whether the server lets the reader do this with what these teams own.
    pub fn may_for(self, right: &str, owners: &[String]) -> bool {
        self.may(right) || self.teams_with(right).iter().any(|team| owners.contains(team))
    }

    /// Says something to those who listen.
    pub fn say(self, text: impl Into<String>) {
        self.said.set(text.into());
    }

    /// Takes a path into the organisation as it was saved.
    pub fn saved(self, path: Path) {
        self.note_newer(&path.id, Some(&path));
        let mut world = self.index.get_untracked().world().clone();
        match world.paths.iter_mut().find(|known| known.id == path.id) {
            Some(known) => *known = path,
            None => world.paths.push(path),
        }
        self.index.set(Arc::new(Index::new(world)));
    }
}

impl Session {
    /// Takes a path out of the organisation: it was deleted.
    pub fn deleted(self, id: &str) {
        self.note_newer(id, None);
        let mut world = self.index.get_untracked().world().clone();
        world.paths.retain(|path| path.id != id);
        self.index.set(Arc::new(Index::new(world)));
    }

    fn note_newer(self, id: &str, path: Option<&Path>) {
        self.newer.update_value(|newer| {
            if let Some(newer) = newer {
                newer.insert(id.to_string(), path.cloned());
            }
        });
    }
}

/// The id of the path that the address names, if it names one.
fn open_path(place: Place) -> Option<String> {
    match route::current(place) {
        Route::Path(id) => Some(id),
        _ => None,
    }
}

/// Asks before the page itself is left, for as long as something would be lost.
pub fn ask_before_leaving(something_is_lost: impl Fn() -> bool + 'static) -> WindowListenerHandle {
    window_event_listener(leptos::ev::beforeunload, move |event| {
        if something_is_lost() {
            event.prevent_default();
            event.set_return_value("");
        }
    })
}

/// The session of the app.
pub fn session() -> Session {
    expect_context::<Session>()
}
