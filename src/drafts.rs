//! Work that is not saved: in memory with all of its history, and in the browser's database for the next time.

mod store;

use std::collections::BTreeMap;
use std::sync::Arc;

use escalation_api::{PathPayload, Value};
use escalation_editor::Editor;
use escalation_editor::draft::{self, Attachments, Unsure};
use escalation_editor::merge::is_written;
use escalation_engine::Instant;
use futures::future::{Either, select};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::IdbDatabase;

use crate::clock;
use crate::session::Session;
use crate::strings;

/// A document with changes that are not saved.
#[derive(Clone)]
pub struct Draft {
    /// The id of its path; empty for one that was never saved.
    pub path_id: String,
    /// When it was changed last.
    pub at: Instant,
    /// Whether it is from an earlier visit, so that it is asked about before it is shown.
    pub is_from_before: bool,
    /// The document, with what it began from.
    pub editor: Editor,
    /// What is kept beside a path that was never saved.
    pub beside: Attachments,
    /// What may have been made of it already, for a path that was never saved.
    pub unsure: Option<Unsure>,
}

impl Draft {
    /// The draft of a path that was never saved.
    pub fn new(editor: Editor) -> Self {
        let (path_id, at, beside) = (String::new(), clock::now(), Attachments::new());
        Self { path_id, at, is_from_before: false, editor, beside, unsure: None }
    }

    /// Whether anything would be lost with it.
    pub fn is_worth_keeping(&self) -> bool {
        self.editor.has_unsaved_work() || !self.beside.is_empty()
    }
}

/// Whether the browser keeps drafts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// It is not known yet.
    Unknown,
    /// It does.
    Works,
    /// It does not: they are lost with the page.
    Fails,
}

/// How long is waited for what was kept, in milliseconds, before the page is shown without it.
const PATIENCE: u32 = 2_000;

/// The browser's database, once it is open.
pub type Database = StoredValue<Option<IdbDatabase>, LocalStorage>;

impl Session {
    /// Reads what was kept on an earlier visit or by other tabs. A browser that does not answer holds nobody up: drafts
    /// that come later are there then, and until then it is said that none are kept.
    pub async fn read_drafts(self) {
        let (answered, wait) = futures::channel::oneshot::channel::<()>();
        spawn_local(async move {
            let read = self.read_database().await;
            let all = match read {
                Ok(all) => all,
                Err(_) => {
                    self.keeping.set(Keeping::Fails);
                    let _nobody_waits = answered.send(());
                    return;
                }
            };
            self.keeping.set(Keeping::Works);
            self.take_in(all);
            self.write_what_waits();
            let _nobody_waits = answered.send(());
        });
        let patience = crate::clock::pause(PATIENCE);
        if let Either::Right(_) = select(wait, Box::pin(patience)).await
            && self.keeping.get_untracked() == Keeping::Unknown
        {
            self.keeping.set(Keeping::Fails);
        }
    }

    async fn read_database(self) -> Result<Vec<(String, String)>, wasm_bindgen::JsValue> {
        let database = match self.database.get_value() {
            Some(database) => database,
            None => store::open(&self.net.base(), move || self.lose_database()).await?,
        };
        let all = store::all(&database).await?;
        self.database.set_value(Some(database));
        Ok(all)
    }

    /// Closes the database once the session is over; what was begun is written.
    pub fn close_database(self) {
        on_cleanup(move || {
            if let Some(database) = self.database.try_update_value(Option::take).flatten() {
                database.set_onversionchange(None);
                database.set_onclose(None);
                database.close();
            }
        });
    }

    /// The browser has closed the database: somebody has removed what it keeps, or another version of this page needs
    /// it. It is opened again for what comes next.
    fn lose_database(self) {
        self.database.set_value(None);
        self.waiting.update_value(|waiting| {
            waiting.extend(self.drafts.with_untracked(|all| all.keys().cloned().collect::<Vec<_>>()))
        });
        // Until it is open again nothing is kept.
        self.keeping.set(Keeping::Unknown);
        spawn_local(async move {
            match store::open(&self.net.base(), move || self.lose_database()).await {
                Ok(database) => {
                    self.database.set_value(Some(database));
                    self.keeping.set(Keeping::Works);
                    self.write_what_waits();
                }
                Err(_) => self.does_not_keep(),
            }
        });
        spawn_local(async move {
            clock::pause(PATIENCE).await;
            if self.keeping.get_untracked() == Keeping::Unknown {
                self.does_not_keep();
            }
        });
    }

    /// Writes what was changed while there was no database to write to.
    fn write_what_waits(self) {
        for key in self.waiting.try_update_value(std::mem::take).unwrap_or_default() {
            match self.drafts.with_untracked(|drafts| drafts.get(&key).map(to_text)) {
                Some(text) => self.write(&key, |database| store::put(database, &key, &text)),
                None => self.write(&key, |database| store::delete(database, &key)),
            }
        }
    }

    /// Takes in what another tab has made of a draft. The one that is open here stays, and is kept.
    pub fn hear_of_draft(self, key: String) {
        let Some(database) = self.database.get_value() else { return };
        spawn_local(async move {
            // What cannot be had stays as it is known.
            let Ok(text) = store::one(&database, &key).await else { return };
            if self.own_draft.with_value(|own| own.as_ref() == Some(&key)) {
                let own = self.drafts.with_untracked(|drafts| drafts.get(&key).map(to_text));
                if let Some(own) = own.filter(|_| text.is_none()) {
                    self.write(&key, |database| store::put(database, &key, &own));
                }
                return;
            }
            let now = text.as_deref().and_then(from_text);
            // What another version of the app has written is kept, whatever it is.
            let is_unreadable = text.is_some() && now.is_none();
            self.unreadable.update_value(|keys| {
                if is_unreadable {
                    keys.insert(key.clone())
                } else {
                    keys.remove(&key)
                };
            });
            self.drafts.update(|drafts| match now {
                Some(draft) => {
                    drafts.insert(key, draft);
                }
                None => {
                    drafts.remove(&key);
                }
            });
        });
    }

    fn take_in(self, all: Vec<(String, String)>) {
        let now = clock::now();
        let mut over = Vec::new();
        self.drafts.update(|drafts| {
            // What this page has made itself is newer here.
            drafts.retain(|key, draft| !draft.is_from_before || all.iter().any(|(kept, _)| kept == key));
            for (key, text) in all {
                let known = drafts.get(&key).is_some_and(|draft| !draft.is_from_before);
                match from_text(&text) {
                    Some(_) if known => {}
                    Some(draft) if draft::is_over(draft.at, now) => over.push(key),
                    Some(draft) => {
                        drafts.insert(key, draft);
                    }
                    None => self.unreadable.update_value(|keys| {
                        keys.insert(key);
                    }),
                }
            }
        });
        for key in over {
            self.write(&key, |database| store::delete(database, &key));
        }
    }

    /// Removes the drafts of a path that say what is saved: a save was done, and its answer was lost.
    pub fn drop_written(self, path_id: &str, saved: &PathPayload) {
        for (key, draft) in self.waiting_drafts(path_id) {
            let is_saved = |base: &Arc<PathPayload>| is_written(saved, &draft.editor.path(), base);
            if draft.editor.saved().is_some_and(is_saved) {
                self.drop_draft(&key);
            }
        }
    }

    /// Keeps a draft, under its own key.
    pub fn keep_draft(self, key: &str, draft: Draft) {
        let text = to_text(&draft);
        self.drafts.update(|drafts| {
            drafts.insert(key.to_string(), draft);
        });
        self.write(key, |database| store::put(database, key, &text));
    }

    /// Whether a draft may be begun under a key: nothing that is not known here is kept under it.
    pub fn is_free(self, key: &str) -> bool {
        self.keeping.get_untracked() == Keeping::Works
            && !self.drafts.with_untracked(|drafts| drafts.contains_key(key))
            && !self.unreadable.with_value(|keys| keys.contains(key))
    }

    /// Notes with a draft of a path that was never saved what may have been made of it.
    pub fn note_unsure(self, key: &str, unsure: Option<Unsure>) {
        let known = self.drafts.with_untracked(|drafts| drafts.get(key).cloned());
        if let Some(draft) = known.filter(|draft| draft.path_id.is_empty() && draft.unsure != unsure) {
            self.keep_draft(key, Draft { unsure, ..draft });
        }
    }

    /// Copies a draft, with what is kept beside it, to another key: the first is another tab's to change.
    pub fn copy_draft(self, from: &str, to: &str) {
        let known = self.drafts.with_untracked(|drafts| drafts.get(from).cloned());
        if let Some(draft) = known {
            self.keep_draft(to, Draft { is_from_before: false, ..draft });
        }
    }

    /// A list that is kept beside a path that was never saved.
    pub fn beside(self, key: &str, name: &str) -> Vec<Value> {
        let list = |drafts: &BTreeMap<String, Draft>| drafts.get(key)?.beside.get(name).cloned();
        self.drafts.with_untracked(list).unwrap_or_default()
    }

    /// Keeps a list beside a path that was never saved; `editor` is its document.
    pub fn keep_beside(self, key: &str, name: &str, list: Vec<Value>, editor: &Editor) {
        let known = self.drafts.with_untracked(|drafts| drafts.get(key).cloned());
        let mut draft =
            known.map_or_else(|| Draft::new(editor.clone()), |known| Draft { editor: editor.clone(), ..known });
        if list.is_empty() {
            draft.beside.remove(name);
        } else {
            draft.beside.insert(name.to_string(), list);
        }
        if draft.is_worth_keeping() {
            self.keep_draft(key, draft);
        } else {
            self.drop_draft(key);
        }
    }

    /// Removes a draft: it was saved, or is not wanted.
    pub fn drop_draft(self, key: &str) -> Option<Draft> {
        let dropped = self.drafts.try_update(|drafts| drafts.remove(key)).flatten();
        if dropped.is_some() {
            self.write(key, |database| store::delete(database, key));
        }
        dropped
    }

    /// The newest draft of a path, with its key.
    pub fn draft_of(self, path_id: &str) -> Option<(String, Draft)> {
        self.drafts.with_untracked(|drafts| {
            let of = drafts.iter().filter(|(_, draft)| draft.path_id == path_id);
            // One that was left on this page comes before those of earlier visits.
            let newest = of.max_by_key(|(_, draft)| (!draft.is_from_before, draft.at));
            newest.map(|(key, draft)| (key.clone(), draft.clone()))
        })
    }

    /// The drafts of a path that are from earlier visits, the newest first, each with its key.
    pub fn waiting_drafts(self, path_id: &str) -> Vec<(String, Draft)> {
        self.drafts.with_untracked(|drafts| {
            let waiting = drafts.iter().filter(|(_, draft)| draft.path_id == path_id && draft.is_from_before);
            let mut all: Vec<_> = waiting.map(|(key, draft)| (key.clone(), draft.clone())).collect();
            all.sort_by_key(|(_, draft)| std::cmp::Reverse(draft.at));
            all
        })
    }

    fn write(self, key: &str, write: impl FnOnce(&IdbDatabase) -> Result<store::Written, wasm_bindgen::JsValue>) {
        let written = self.database.with_value(|database| database.as_ref().map(write));
        let key = key.to_string();
        match written {
            Some(Ok(written)) => spawn_local(async move {
                let is_kept = written.await.is_ok();
                if is_kept {
                    self.tell_kept(&key);
                }
                self.note_kept(key, is_kept);
            }),
            Some(Err(_)) => self.note_kept(key, false),
            None => self.waiting.update_value(|waiting| {
                waiting.insert(key);
            }),
        }
    }

    /// Notes whether what was written last under a key is kept. What did not fit may fit again.
    fn note_kept(self, key: String, is_kept: bool) {
        let all_kept = self.unkept.try_update_value(|unkept| {
            if is_kept {
                unkept.remove(&key);
            } else {
                unkept.insert(key);
            }
            unkept.is_empty()
        });
        if !is_kept {
            self.does_not_keep();
        } else if all_kept == Some(true) && self.keeping.get_untracked() == Keeping::Fails {
            self.keeping.set(Keeping::Works);
        }
    }

    fn does_not_keep(self) {
        if self.keeping.get_untracked() != Keeping::Fails {
            self.keeping.set(Keeping::Fails);
            self.say(strings::save::NOT_KEPT);
        }
    }
}

fn to_text(draft: &Draft) -> String {
    let Draft { path_id, at, editor, beside, unsure, .. } = draft.clone();
    draft::write(&draft::Draft { path_id, at, editor, beside, unsure })
}

/// What cannot be read is left where it is: another version of the app may know it.
fn from_text(text: &str) -> Option<Draft> {
    let draft::Draft { path_id, at, editor, beside, unsure } = draft::read(text).ok()?;
    Some(Draft { path_id, at, is_from_before: true, editor, beside, unsure })
}
