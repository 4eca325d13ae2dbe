//! Other tabs of this browser that have the same path open: they tell each other what they do.

use std::sync::Arc;

use escalation_editor::Editor;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use web_sys::{BroadcastChannel, MessageEvent};

use super::notes::About;
use super::state::Open;
use super::{drafts, save};
use crate::route;
use crate::session::Session;
use crate::strings;

const CHANNEL: &str = "escalation-path-builder";

/// The way to other tabs, where the browser has one.
pub type Channel = StoredValue<Option<BroadcastChannel>, LocalStorage>;

pub fn channel() -> Channel {
    StoredValue::new_local(BroadcastChannel::new(CHANNEL).ok())
}

/// What a tab does with a path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    /// It has opened it, and asks who else has.
    Opens,
    /// It has it open, too.
    HasOpen,
    /// It has left it.
    Leaves,
    /// It has saved it.
    Saves,
    /// It has deleted it.
    Deletes,
    /// It has kept a draft of it, or dropped one.
    Keeps,
}

const WORDS: [(Does, &str); 6] = [
    (Does::Opens, "opens"),
    (Does::HasOpen, "has-open"),
    (Does::Leaves, "leaves"),
    (Does::Saves, "saves"),
    (Does::Deletes, "deletes"),
    (Does::Keeps, "keeps"),
];

/// By what tabs know a path: its id; for one that was never saved, the key of its draft in a form that is no id.
fn name_of(path_id: &str, key: &str) -> String {
    if path_id.is_empty() { format!("new/{key}") } else { path_id.to_string() }
}

/// What is heard from another tab: what it does, the key of its draft and the name of the path.
fn understood(event: &MessageEvent) -> Option<(Does, String, String)> {
    let text = event.data().as_string()?;
    let mut words = text.splitn(3, ' ');
    let (word, key, path_id) = (words.next()?, words.next()?, words.next()?);
    let does = WORDS.iter().find(|(_, of)| *of == word).map(|(does, _)| *does)?;
    Some((does, key.to_string(), path_id.to_string()))
}

impl Session {
    /// Tells other tabs what is done with a path. A tab is known by the key of its draft.
    fn tell(self, does: Does, path_id: &str, key: &str) {
        let name = name_of(path_id, key);
        let word = WORDS.iter().find(|(of, _)| *of == does).map_or("", |(_, word)| word);
        self.channel.with_value(|channel| {
            if let Some(channel) = channel {
                let _closed = channel.post_message(&JsValue::from_str(&format!("{word} {key} {name}")));
            }
        });
    }

    /// Tells other tabs that a path was saved.
    pub fn tell_saved(self, path_id: &str, key: &str) {
        self.tell(Does::Saves, path_id, key);
    }

    /// Tells other tabs that a path was deleted.
    pub fn tell_deleted(self, path_id: &str) {
        self.tell(Does::Deletes, path_id, "-");
    }

    /// Tells other tabs that a draft is another now, or gone.
    pub fn tell_kept(self, key: &str) {
        self.tell(Does::Keeps, "", key);
    }

    /// Keeps what is known of all paths and drafts as other tabs save and delete them, for as long as the page is there.
    pub fn follow_others(self) {
        let hear = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| match understood(&event) {
            // The screen of an open path looks by itself: it may have changes of its own.
            Some((Does::Saves, _, id)) if !route::is_on(self.place, &id) => spawn_local(async move {
                // If it cannot be had, what is known stays until the page is loaded anew.
                if let Ok(path) = self.net.path(&id).await {
                    self.saved(path);
                }
            }),
            Some((Does::Deletes, _, id)) if !route::is_on(self.place, &id) => self.deleted(&id),
            Some((Does::Keeps, key, _)) => self.hear_of_draft(key),
            _ => {}
        });
        self.channel.with_value(|channel| {
            if let Some(channel) = channel {
                let _unsupported = channel.add_event_listener_with_callback("message", hear.as_ref().unchecked_ref());
            }
        });
        let hear = StoredValue::new_local(hear);
        on_cleanup(move || {
            hear.with_value(|hear| {
                self.channel.try_with_value(|channel| {
                    if let Some(channel) = channel {
                        let _gone =
                            channel.remove_event_listener_with_callback("message", hear.as_ref().unchecked_ref());
                        channel.close();
                    }
                });
            });
        });
    }
}

/// Listens to other tabs, and tells them, while the screen is there.
pub fn listen(open: Open) {
    let hear = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some((does, key, path_id)) = understood(&event)
            && name_of(&open.id.get_untracked(), &open.draft.get_untracked()) == path_id
        {
            heard(open, does, &key);
        }
    });
    let channel = open.session.channel;
    channel.with_value(|channel| {
        if let Some(channel) = channel {
            let _unsupported = channel.add_event_listener_with_callback("message", hear.as_ref().unchecked_ref());
        }
    });
    let me = move |does| open.session.tell(does, &open.id.get_untracked(), &open.draft.get_untracked());
    // The address of a new path is known once it is saved; and a draft that is resumed is this tab's from then on.
    Effect::new(move |before: Option<(String, String)>| {
        let now = (open.id.get(), open.draft.get());
        if let Some((id, key)) = before.filter(|before| *before != now) {
            open.session.tell(Does::Leaves, &id, &key);
        }
        open.session.tell(Does::Opens, &now.0, &now.1);
        now
    });
    let gone = window_event_listener_untyped("pagehide", move |_| me(Does::Leaves));
    let back = window_event_listener_untyped("pageshow", move |_| me(Does::Opens));
    let hear = StoredValue::new_local(hear);
    on_cleanup(move || {
        me(Does::Leaves);
        gone.remove();
        back.remove();
        hear.with_value(|hear| {
            channel.with_value(|channel| {
                if let Some(channel) = channel {
                    let _gone = channel.remove_event_listener_with_callback("message", hear.as_ref().unchecked_ref());
                }
            });
        });
    });
}

fn heard(open: Open, does: Does, key: &str) {
    let was_alone = open.others.with_untracked(|others| others.is_empty());
    match does {
        // It has opened the draft that is open here: it is told, and goes on with a copy.
        Does::Opens if open.draft.get_untracked() == key => {
            open.session.tell(Does::HasOpen, &open.id.get_untracked(), key);
        }
        Does::HasOpen if open.draft.get_untracked() == key => drafts::part(open),
        Does::Opens | Does::HasOpen => {
            open.others.update(|others| {
                others.insert(key.to_string());
            });
            if does == Does::Opens {
                open.session.tell(Does::HasOpen, &open.id.get_untracked(), &open.draft.get_untracked());
            }
            // What is asked about is what the other tab is at work on.
            if open.question.get_untracked().as_deref() == Some(key) {
                open.question.set(None);
                open.note(About::OtherTab, strings::save::OTHER_TAB_CHANGES, None);
            } else if was_alone {
                open.note(About::OtherTab, strings::save::OTHER_TAB, None);
            }
        }
        Does::Leaves => {
            open.others.update(|others| {
                others.remove(key);
            });
            if open.others.with_untracked(|others| others.is_empty()) {
                open.forget_note(About::OtherTab);
            }
        }
        Does::Saves => {
            if open.editor.with_untracked(Editor::is_dirty) {
                let look = Arc::new(move || super::review::ask(open));
                open.note(About::MovedOn, strings::save::OTHER_TAB_SAVED, Some((strings::save::SEE_BOTH, look)));
            } else {
                save::follow(open);
            }
        }
        // Saving says so, and offers to save it as a new one.
        Does::Deletes => {}
        Does::Keeps => {}
    }
}
