//! What is kept with a path and is no part of it: by the server where it can, else by this browser. Of a path that was
//! never saved it is kept with the draft. What the server could not be told waits in this browser.

use escalation_api::Value;
use escalation_editor::Editor;
use escalation_editor::draft::Attachments;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::clock;
use crate::editor::state::Open;
use crate::net::NetError;
use crate::parts::stored;
use crate::session::Session;

/// Where it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The path was never saved: with its draft, and with the path from then on.
    Draft,
    /// This browser.
    Browser,
    /// The server.
    Server,
}

/// Whether it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keeping {
    /// It is being read.
    Reading,
    /// What is shown is what is kept.
    Done,
    /// It could not be read; nothing can be added until it has been.
    NotRead,
    /// The last change is not kept.
    NotKept,
}

/// Where lists of this name are kept.
pub fn place(open: Open, name: &str) -> Place {
    if open.id.with(String::is_empty) {
        Place::Draft
    } else if open.session.lacks(name) {
        Place::Browser
    } else {
        // It is asked, too, where it is not known what it has: what it keeps must not be hidden by what is kept here.
        Place::Server
    }
}

/// The key of a list in this browser, by the id of its path.
fn key(id: &str, name: &str) -> String {
    format!("{name} {id}")
}

fn list(text: Option<String>) -> Vec<Value> {
    // What another program has left there is nothing to us.
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// The list of a name that is kept with a path.
#[derive(Debug, Clone, PartialEq, Eq)]
struct At {
    place: Place,
    name: &'static str,
    /// The id of the path; the key of its draft for one that was never saved.
    id: String,
}

impl At {
    fn of(open: Open, name: &'static str) -> Self {
        let place = untrack(|| place(open, name));
        let id = if place == Place::Draft { open.draft.get_untracked() } else { open.id.get_untracked() };
        Self { place, name, id }
    }

    /// What is kept, and the tag of this state of it where there are tags.
    async fn read(&self, session: Session) -> Result<(Vec<Value>, Option<String>), NetError> {
        match self.place {
            Place::Draft => Ok((session.beside(&self.id, self.name), None)),
            Place::Server => session.net.kept(&self.id, self.name).await,
            Place::Browser => Ok((list(stored::read(stored::for_good(), &key(&self.id, self.name))), None)),
        }
    }

    /// Writes it in the place of the state with this tag; `editor` is the path's document.
    async fn write(
        &self,
        session: Session,
        list: Vec<Value>,
        tag: Option<&str>,
        editor: &Editor,
    ) -> Result<(), NetError> {
        match self.place {
            Place::Draft => {
                session.keep_beside(&self.id, self.name, list, editor);
                Ok(())
            }
            Place::Server => session.net.keep(&self.id, self.name, list, tag).await,
            Place::Browser => {
                let text = Value::Array(list).to_string();
                let written = stored::write(stored::for_good(), &key(&self.id, self.name), &text);
                if written { Ok(()) } else { Err(NetError::Away) }
            }
        }
    }

    /// What the keys begin with under which it waits; each page has one of its own, so that none takes another's away.
    fn waiting(&self) -> String {
        waiting(&self.id, self.name)
    }
}

fn waiting(id: &str, name: &str) -> String {
    format!("unkept {} ", key(id, name))
}

/// How often it is tried again to keep a list that others are writing, too.
const MOST_TRIES: u32 = 8;

/// What was last known to be kept, and what was to be kept in its place and could not be.
type Unkept<T> = (Vec<T>, Vec<T>);

/// A key and the text under it.
type Kept = (String, String);

/// All that waits in this browser to be kept there.
fn unkept<T: Entry>(at: &At) -> Vec<(Kept, Unkept<T>)> {
    let read = |list: Vec<Value>| list.into_iter().map(T::read).collect();
    let one = |key: String| {
        let text = stored::read(stored::for_good(), &key)?;
        let [base, ours]: [Vec<Value>; 2] = serde_json::from_str(&text).ok()?;
        Some(((key, text), (read(base), read(ours))))
    };
    stored::keys(stored::for_good(), &at.waiting()).into_iter().filter_map(one).collect()
}

/// Has a list wait in this browser for the server to have it; `page` tells this page from others. Whether it does.
fn wait<T: Entry>(at: &At, page: &str, base: &[T], ours: &[T]) -> bool {
    at.place == Place::Server && {
        let write = |list: &[T]| Value::Array(list.iter().map(T::write).collect());
        let text = Value::Array(vec![write(base), write(ours)]).to_string();
        stored::write(stored::for_good(), &format!("{}{page}", at.waiting()), &text)
    }
}

/// Keeps with a path that was saved for the first time what was kept beside its draft, where its screen was left
/// meanwhile. Until the server has it, it waits in this browser, for when the path is opened.
pub fn take_along(session: Session, id: &str, beside: Attachments) {
    for (name, list) in beside {
        if list.is_empty() {
            continue;
        }
        let text = Value::Array(list.clone()).to_string();
        if untrack(|| session.lacks(&name)) {
            stored::write(stored::for_good(), &key(id, &name), &text);
            continue;
        }
        let waiting = format!("{}{}", waiting(id, &name), clock::token());
        stored::write(stored::for_good(), &waiting, &format!("[[],{text}]"));
        let id = id.to_string();
        spawn_local(async move {
            // Nobody else has kept anything with it so far; what somebody has is joined with this once it is opened.
            let written = match session.net.kept(&id, &name).await {
                Ok((there, tag)) if there.is_empty() => session.net.keep(&id, &name, list, tag.as_deref()).await,
                Ok(_) => return,
                Err(error) => Err(error),
            };
            if written.is_ok() {
                stored::remove(stored::for_good(), &waiting);
            }
        });
    }
}

/// What such a list is made of.
pub trait Entry: Clone + PartialEq + Send + Sync + 'static {
    /// Reads what is kept.
    fn read(value: Value) -> Self;
    /// The same as it is kept.
    fn write(&self) -> Value;
    /// What becomes of the list when others have changed it, too.
    fn join(base: &[Self], ours: &[Self], theirs: &[Self]) -> Vec<Self>;
}

/// A list, and what is known of what is kept of it.
pub struct List<T: Entry> {
    /// As it is on this page.
    pub items: RwSignal<Vec<T>>,
    /// Whether it is kept.
    pub keeping: RwSignal<Keeping>,
    /// Whether the last change waits in this browser, where it is not kept.
    pub waits: RwSignal<bool>,
    /// Whether others had changed it when it was kept last; their changes are among the items.
    pub came: RwSignal<bool>,
    /// As it was read or written last.
    base: StoredValue<Vec<T>>,
    /// What is being written, and where: what is to be kept meanwhile goes there.
    writing: StoredValue<Option<(At, ArcStoredValue<Vec<T>>)>>,
    /// Tells this page from others.
    page: StoredValue<String>,
    /// What waited when it was read: once it is kept it waits no longer.
    waited: StoredValue<Vec<Kept>>,
}

// Derived, they would be there for entries that can be copied only.
impl<T: Entry> Clone for List<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Entry> Copy for List<T> {}

impl<T: Entry> List<T> {
    pub fn new() -> Self {
        Self {
            items: RwSignal::new(Vec::new()),
            keeping: RwSignal::new(Keeping::Reading),
            came: RwSignal::new(false),
            waits: RwSignal::new(false),
            base: StoredValue::new(Vec::new()),
            writing: StoredValue::new(None),
            page: StoredValue::new(clock::token()),
            waited: StoredValue::new(Vec::new()),
        }
    }

    /// Reads what is kept.
    pub fn read(self, open: Open, name: &'static str, words: Words) {
        self.keeping.set(Keeping::Reading);
        let (id, at) = (open.id.get_untracked(), At::of(open, name));
        spawn_local(async move {
            let found = at.read(open.session).await;
            if open.id.try_get_untracked().as_ref() != Some(&id) {
                return;
            }
            match found {
                Ok((list, _)) => {
                    let list: Vec<T> = list.into_iter().map(T::read).collect();
                    let waits = if open.only_reads() { Vec::new() } else { unkept::<T>(&at) };
                    let join = |all: Vec<T>, (_, (base, ours)): &(Kept, Unkept<T>)| T::join(base, ours, &all);
                    let joined = (!waits.is_empty()).then(|| waits.iter().fold(list.clone(), join));
                    self.waited.set_value(waits.into_iter().map(|(kept, _)| kept).collect());
                    self.base.set_value(list.clone());
                    self.came.set(false);
                    self.keeping.set(Keeping::Done);
                    if let Some(all) = joined {
                        self.items.set(all);
                        self.keep(open, name, words);
                    } else {
                        self.items.set(list);
                    }
                }
                Err(_) => self.keeping.set(Keeping::NotRead),
            }
        });
    }

    /// Reads it whenever another path is open. A new path that was saved for the first time takes it along instead.
    pub fn follow(self, open: Open, name: &'static str, words: Words, read: fn(Open)) {
        Effect::new(move |before: Option<String>| {
            let id = open.id.get();
            if before.as_deref() == Some("") && self.items.with_untracked(|items| !items.is_empty()) {
                // Nothing of it has been kept there yet.
                self.base.set_value(Vec::new());
                self.keep(open, name, words);
            } else {
                read(open);
            }
            id
        });
    }

    /// Keeps it, with what others have changed since it was read or written last. One write after the other: what is
    /// changed during one is kept after it, also if the path is left meanwhile.
    pub fn keep(self, open: Open, name: &'static str, words: Words) {
        if open.only_reads() {
            return open.session.say(words.not_kept);
        }
        let (id, at) = (open.id.get_untracked(), At::of(open, name));
        let now = self.items.get_untracked();
        let under_way = self.writing.with_value(|writing| match writing {
            Some((to, last)) if *to == at => {
                last.set_value(now.clone());
                wait(&at, &self.page.get_value(), &self.base.get_value(), &now);
                true
            }
            _ => false,
        });
        if under_way {
            return;
        }
        self.came.set(false);
        let (mut base, mut ours) = (self.base.get_value(), now.clone());
        // Until it is kept it waits, so that it outlives a page that is closed meanwhile.
        let page = self.page.get_value();
        wait(&at, &page, &base, &ours);
        let waited = self.waited.get_value();
        let editor = open.editor.get_untracked();
        let last = ArcStoredValue::new(now);
        self.writing.set_value(Some((at.clone(), last.clone())));
        let is_here = move || open.id.try_get_untracked().as_ref() == Some(&id);
        spawn_local(async move {
            let mut came = false;
            let mut tries = 0;
            let kept = loop {
                let (theirs, tag): (Vec<T>, _) = match at.read(open.session).await {
                    Ok((list, tag)) => (list.into_iter().map(T::read).collect(), tag),
                    Err(error) => break Err(error),
                };
                let all = T::join(&base, &ours, &theirs);
                came |= all != ours;
                if all != theirs {
                    let list = all.iter().map(T::write).collect();
                    match at.write(open.session, list, tag.as_deref(), &editor).await {
                        Ok(()) => {}
                        // Others have written since it was read: it is joined with that, too.
                        Err(error) if error.is_moved_on() && tries < MOST_TRIES => {
                            tries += 1;
                            clock::pause((clock::dice() * 100.0 * f64::from(tries)) as u32).await;
                            continue;
                        }
                        Err(error) => break Err(error),
                    }
                }
                let now = last.get_value();
                let next = T::join(&ours, &now, &all);
                if is_here() {
                    self.base.set_value(all.clone());
                    if next != now {
                        self.items.set(next.clone());
                    }
                }
                last.set_value(next.clone());
                if now == ours {
                    break Ok(());
                }
                (base, ours) = (all, next);
            };
            if kept.is_err() {
                // It waits as it is now, if this browser has room for it.
                let waits = last.with_value(|last| wait(&at, &page, &base, last));
                open.session.say(if waits { words.waits } else { words.not_kept });
                self.waits.try_set(waits);
            } else if came {
                open.session.say(words.came);
            }
            if kept.is_ok() {
                stored::remove(stored::for_good(), &format!("{}{page}", at.waiting()));
                // What its page has changed since waits on.
                for (key, text) in waited {
                    if stored::read(stored::for_good(), &key) == Some(text) {
                        stored::remove(stored::for_good(), &key);
                    }
                }
            }
            if is_here() {
                self.writing.set_value(None);
                self.came.set(came);
                self.keeping.set(if kept.is_ok() { Keeping::Done } else { Keeping::NotKept });
            }
        });
    }
}

/// What is said of a list.
#[derive(Clone, Copy)]
pub struct Words {
    /// That the last change is not kept.
    pub not_kept: &'static str,
    /// That it waits in this browser.
    pub waits: &'static str,
    /// That others have changed it, too.
    pub came: &'static str,
}
