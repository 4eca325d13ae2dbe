//! Work that is not saved: in memory with all of its history, and in the browser's database for the next time.

mod store;

use std::collections::BTreeMap;

use escalation_api::Value;
use escalation_editor::Editor;
use escalation_editor::draft::{self, Beside};
use escalation_engine::Instant;
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
    pub beside: Beside,
}

impl Draft {
    /// The draft of a path that was never saved.
    pub fn new(editor: Editor) -> Self {
        Self { path_id: String::new(), at: clock::now(), is_from_before: false, editor, beside: Beside::new() }
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

/// The browser's database, once it is open.
pub type Database = StoredValue<Option<IdbDatabase>, LocalStorage>;

impl Session {
    /// Reads what was kept on an earlier visit or by other tabs.
    pub async fn read_drafts(self) {
        let read = async {
            let database = match self.database.get_value() {
                Some(database) => database,
                None => store::open().await?,
            };
            let all = store::all(&database).await?;
            self.database.set_value(Some(database));
            Ok::<_, wasm_bindgen::JsValue>(all)
        };
        let Ok(all) = read.await else {
            self.keeping.set(Keeping::Fails);
            return;
        };
        self.keeping.set(Keeping::Works);
        self.drafts.update(|drafts| {
            // What this page has made itself is newer here.
            drafts.retain(|key, draft| !draft.is_from_before || all.iter().any(|(kept, _)| kept == key));
            for (key, text) in all {
                let known = drafts.get(&key).is_some_and(|draft| !draft.is_from_before);
                if let Some(draft) = from_text(&text).filter(|_| !known) {
                    drafts.insert(key, draft);
                }
            }
        });
    }

    /// Keeps a draft, under its own key.
    pub fn keep_draft(self, key: &str, draft: Draft) {
        let text = to_text(&draft);
        self.drafts.update(|drafts| {
            drafts.insert(key.to_string(), draft);
        });
        self.write(|database| store::put(database, key, &text));
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
            self.write(|database| store::delete(database, key));
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

    fn write(self, write: impl FnOnce(&IdbDatabase) -> Result<web_sys::IdbRequest, wasm_bindgen::JsValue>) {
        let request = self.database.with_value(|database| database.as_ref().map(write));
        match request {
            Some(Ok(request)) => spawn_local(async move {
                if store::answer(&request).await.is_err() {
                    self.does_not_keep();
                }
            }),
            Some(Err(_)) => self.does_not_keep(),
            None => {}
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
    let Draft { path_id, at, editor, beside, .. } = draft.clone();
    draft::write(&draft::Draft { path_id, at, editor, beside })
}

/// What cannot be read is left where it is: another version of the app may know it.
fn from_text(text: &str) -> Option<Draft> {
    let draft::Draft { path_id, at, editor, beside } = draft::read(text).ok()?;
    Some(Draft { path_id, at, is_from_before: true, editor, beside })
}
