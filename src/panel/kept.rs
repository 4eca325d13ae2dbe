//! What is kept with a path and is no part of it: by the server where it can, else by this browser. Of a path that was
//! never saved it is kept beside the draft, for as long as the tab is open.

use escalation_api::Value;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::editor::state::Open;
use crate::net::{self, NetError};

/// Where it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The path was never saved: for as long as the tab is open, and with the path from then on.
    Page,
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
        Place::Page
    } else if open.session.has(name) {
        Place::Server
    } else {
        Place::Browser
    }
}

/// The key of a list, by the id of its path; for one that was never saved, by the key of its draft.
fn key(id: &str, name: &str) -> String {
    format!("{name} {id}")
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn of_tab() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}

fn stored(storage: Option<web_sys::Storage>, key: &str) -> Vec<Value> {
    let text = storage.and_then(|storage| storage.get_item(key).ok().flatten());
    // What another program has left there is nothing to us.
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Keeps a list beside the draft of a path that was never saved.
pub fn beside(draft: &str, name: &str, list: Vec<Value>) {
    // Where the browser keeps nothing, the page has it for as long as the path is open.
    if let Some(storage) = of_tab() {
        let _in_memory = storage.set_item(&key(draft, name), &Value::Array(list).to_string());
    }
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
        let id = if place == Place::Page { open.draft.get_untracked() } else { open.id.get_untracked() };
        Self { place, name, id }
    }

    async fn read(&self) -> Result<Vec<Value>, NetError> {
        match self.place {
            Place::Page => Ok(stored(of_tab(), &key(&self.id, self.name))),
            Place::Server => net::kept(&self.id, self.name).await,
            Place::Browser => Ok(stored(storage(), &key(&self.id, self.name))),
        }
    }

    async fn write(&self, list: Vec<Value>) -> Result<(), NetError> {
        match self.place {
            Place::Page => {
                beside(&self.id, self.name, list);
                Ok(())
            }
            Place::Server => net::keep(&self.id, self.name, list).await,
            Place::Browser => {
                let key = key(&self.id, self.name);
                let written = storage().map(|storage| storage.set_item(&key, &Value::Array(list).to_string()));
                written.and_then(Result::ok).ok_or(NetError::Away)
            }
        }
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
    /// Whether others had changed it when it was kept last; their changes are among the items.
    pub came: RwSignal<bool>,
    /// As it was read or written last.
    base: StoredValue<Vec<T>>,
    /// What is being written, and where: what is to be kept meanwhile goes there.
    writing: StoredValue<Option<(At, ArcStoredValue<Vec<T>>)>>,
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
            base: StoredValue::new(Vec::new()),
            writing: StoredValue::new(None),
        }
    }

    /// Reads what is kept.
    pub fn read(self, open: Open, name: &'static str) {
        self.keeping.set(Keeping::Reading);
        let (id, at) = (open.id.get_untracked(), At::of(open, name));
        spawn_local(async move {
            let found = at.read().await;
            if open.id.try_get_untracked().as_ref() != Some(&id) {
                return;
            }
            match found {
                Ok(list) => {
                    let list: Vec<T> = list.into_iter().map(T::read).collect();
                    self.base.set_value(list.clone());
                    self.came.set(false);
                    self.items.set(list);
                    self.keeping.set(Keeping::Done);
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
            open.session.say(words.not_kept);
            return self.keeping.set(Keeping::NotKept);
        }
        let (id, at) = (open.id.get_untracked(), At::of(open, name));
        let now = self.items.get_untracked();
        let under_way = self.writing.with_value(|writing| match writing {
            Some((to, last)) if *to == at => {
                last.set_value(now.clone());
                true
            }
            _ => false,
        });
        if under_way {
            return;
        }
        self.came.set(false);
        let (mut base, mut ours) = (self.base.get_value(), now.clone());
        let last = ArcStoredValue::new(now);
        self.writing.set_value(Some((at.clone(), last.clone())));
        let is_here = move || open.id.try_get_untracked().as_ref() == Some(&id);
        spawn_local(async move {
            let mut came = false;
            let kept = loop {
                let theirs: Vec<T> = match at.read().await {
                    Ok(list) => list.into_iter().map(T::read).collect(),
                    Err(error) => break Err(error),
                };
                let all = T::join(&base, &ours, &theirs);
                came |= all != ours;
                if all != theirs
                    && let Err(error) = at.write(all.iter().map(T::write).collect()).await
                {
                    break Err(error);
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
                open.session.say(words.not_kept);
            } else if came {
                open.session.say(words.came);
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
    /// That others have changed it, too.
    pub came: &'static str,
}
