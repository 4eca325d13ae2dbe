//! Saving, and what is said when it does not work. The edit stays, whatever happens.

use std::collections::BTreeSet;
use std::sync::Arc;

use escalation_api::{ErrorSingle, Path, PathPayload};
use escalation_editor::Editor;
use escalation_editor::draft::Unsure;
use escalation_editor::merge::{is_made_of, is_same, is_written};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use super::drafts;
use super::notes::About;
use super::side::Side;
use super::state::Open;
use crate::clock;
use crate::drafts::Draft;
use crate::net::{Net, NetError};
use crate::panel::kept;
use crate::route::Route;
use crate::strings;

/// How far saving has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Saving {
    /// Nothing is under way.
    Idle,
    /// On its way.
    Busy,
    /// It did not work.
    Failed {
        /// What is wrong, in a sentence.
        message: String,
        /// What the server says is wrong with the path.
        errors: Vec<ErrorSingle>,
    },
}

/// Saves the path as it is now, if there is anything to save.
pub fn save(open: Open) {
    if open.only_reads() || open.saving.get_untracked() == Saving::Busy || !open.editor.with_untracked(Editor::is_dirty)
    {
        return;
    }
    let session = open.session;
    let place = session.place;
    // The page around an element may save itself, and says then that it has.
    if !place.tell("save-request", &JsValue::UNDEFINED) {
        return;
    }
    if session.given.with_value(Option::is_some) {
        let message = strings::save::NOBODY_SAVES.to_string();
        session.say(message.clone());
        return open.saving.set(Saving::Failed { message, errors: Vec::new() });
    }
    open.saving.set(Saving::Busy);
    session.say(strings::SAVING);
    let (id, path) = (open.id.get_untracked(), open.editor.with_untracked(Editor::path));
    let draft = open.draft.get_untracked();
    let (theirs, unsure) = (open.theirs.get_untracked(), open.unsure.get_untracked());
    let known: BTreeSet<String> =
        session.index.with_untracked(|index| index.world().paths.iter().map(|path| path.id.clone()).collect());
    // With the key of an earlier attempt nothing is made twice, whoever sends it again.
    let key = unsure.as_ref().map(|unsure| unsure.key.clone()).filter(|key| !key.is_empty());
    let key = key.unwrap_or_else(clock::ulid);
    if id.is_empty() && unsure.is_none() {
        // From now on it may be made, also if the page does not live to hear of it.
        let known = Arc::new(known.clone());
        open.unsure.set(Some(Unsure { sent: path.clone(), known, key: key.clone() }));
    }
    // Whatever comes of it, the changes are kept.
    drafts::write(open);
    // Where it is not known whether the server has tags, the one that it gives is sent back all the same.
    let has_tags = untrack(|| !session.lacks("if_match"));
    spawn_local(async move {
        let written = match id.as_str() {
            "" => make(session.net, &path, known, unsure, key, |sent| note_unsure(open, &draft, Some(sent))).await,
            id => write(session.net, id, &path, theirs, has_tags).await,
        };
        match written {
            Ok(saved) => {
                session.say(strings::SAVED);
                done(open, &id, &draft, &path, saved);
            }
            Err(failure) => {
                let (message, errors) = match failure {
                    Failure::Theirs(path) => return show_both(open, *path),
                    Failure::Found(path, sent) => {
                        done(open, &id, &draft, &sent, *path);
                        if open.id.try_get_untracked().is_some() {
                            save(open);
                        }
                        return;
                    }
                    Failure::MayBeMade(sent, error) => {
                        note_unsure(open, &draft, Some(sent));
                        told(error)
                    }
                    Failure::Net(error) if error.is_not_found() && !id.is_empty() => {
                        offer_as_new(open, id);
                        (strings::save::GONE.to_string(), Vec::new())
                    }
                    Failure::NotMade(error) => {
                        note_unsure(open, &draft, None);
                        told(error)
                    }
                    Failure::Net(error) => told(error),
                };
                session.say(message.clone());
                open.saving.try_set(Saving::Failed { message, errors });
            }
        }
    });
}

/// Notes with the draft what may have been made of it; also where its screen was left.
fn note_unsure(open: Open, draft: &str, unsure: Option<Unsure>) {
    match open.unsure.try_set(unsure) {
        None => drafts::write(open),
        Some(unsure) => open.session.note_unsure(draft, unsure),
    }
}

/// Looks, while the path is reviewed, whether somebody else has saved it; then both are shown in place of the review.
pub fn look(open: Open) {
    let id = open.id.get_untracked();
    let Some(known) = open.theirs.get_untracked().filter(|_| !id.is_empty()) else { return };
    spawn_local(async move {
        // If it cannot be had, saving will look again.
        let Ok(now) = open.session.net.path(&id).await else { return };
        let as_before = open.theirs.try_get_untracked().flatten().is_some_and(|now| Arc::ptr_eq(&now, &known));
        let reviews =
            as_before && open.side.get_untracked() == Some(Side::Review) && open.saving.get_untracked() != Saving::Busy;
        let payload = PathPayload::from(&now);
        if !reviews || is_same(&payload, &known) {
            return;
        }
        let path = open.editor.with_untracked(Editor::path);
        if is_written(&payload, &path, &known) {
            // It was saved, and the answer was lost.
            open.session.say(strings::SAVED);
            done(open, &id, &open.draft.get_untracked(), &path, now);
        } else {
            show_both(open, now);
        }
    });
}

/// Shows what is here and what somebody else has saved. In the graph, which shows what comes of both, is marked what is
/// different from what both began with.
fn show_both(open: Open, path: Path) {
    // The screen may have been left; the changes are a draft then.
    if open.saving.try_set(Saving::Idle).is_some() {
        return;
    }
    let theirs = Arc::new(PathPayload::from(&path));
    open.session.saved(path);
    let base = open.theirs.get_untracked().unwrap_or_else(|| theirs.clone());
    open.show_side(Side::Compare(theirs), Some(base));
    open.session.say(strings::save::THEIRS_TOO);
}

/// The path was deleted elsewhere: what is here can be a new one.
fn offer_as_new(open: Open, gone: String) {
    // The screen may have been left; the changes are a draft then.
    if open.id.try_get_untracked().as_ref() != Some(&gone) {
        return;
    }
    let anew = Arc::new(move || {
        if open.id.get_untracked() != gone {
            return;
        }
        open.session.deleted(&gone);
        open.id.set(String::new());
        open.theirs.set(None);
        let path = (*open.path.get_untracked()).clone();
        open.editor.set(Editor::new_document(path));
        drafts::name_address(open);
        save(open);
    });
    open.note(About::MovedOn, strings::save::GONE, Some((strings::save::SAVE_AS_NEW, anew)));
}

/// Why a path was not saved.
enum Failure {
    Net(NetError),
    /// Somebody else has saved it meanwhile.
    Theirs(Box<Path>),
    /// It was made of what was sent earlier, and is as it was then: what has changed since takes its place.
    Found(Box<Path>, Arc<PathPayload>),
    /// It is new, and may have been made.
    MayBeMade(Unsure, NetError),
    /// It is new, and was not made.
    NotMade(NetError),
}

impl From<NetError> for Failure {
    fn from(error: NetError) -> Self {
        Self::Net(error)
    }
}

/// Writes a path that is there; `theirs` is what it is known to be on the server. Where the server has tags nobody else
/// can save between the look and the write.
async fn write(
    net: Net,
    id: &str,
    path: &Arc<PathPayload>,
    theirs: Option<Arc<PathPayload>>,
    has_tags: bool,
) -> Result<Path, Failure> {
    let Some(theirs) = theirs else { return Ok(net.save(id, path, None).await?) };
    let (now, tag) = net.path_tagged(id).await?;
    let payload = PathPayload::from(&now);
    if !is_same(&payload, &theirs) {
        return if is_written(&payload, path, &theirs) { Ok(now) } else { Err(Failure::Theirs(Box::new(now))) };
    }
    replace(net, id, path, &payload, tag.filter(|_| has_tags)).await
}

/// Puts a path in the place of what is there, if that is still in the state with this tag. Browsers send such a request
/// again by themselves where the connection is lost: the second finds what the first has done.
async fn replace(
    net: Net,
    id: &str,
    path: &PathPayload,
    before: &PathPayload,
    tag: Option<String>,
) -> Result<Path, Failure> {
    match net.save(id, path, tag.as_deref()).await {
        Err(error) if error.is_moved_on() => {
            let now = net.path(id).await?;
            let is_ours = is_written(&PathPayload::from(&now), path, before);
            if is_ours { Ok(now) } else { Err(Failure::Theirs(Box::new(now))) }
        }
        answer => Ok(answer?),
    }
}

/// Makes a new path; `before` are the ids of those that are known. If it may have been made before, it is looked for
/// first. `note` is told what is about to be sent: from then on it may be made.
async fn make(
    net: Net,
    path: &Arc<PathPayload>,
    before: BTreeSet<String>,
    unsure: Option<Unsure>,
    key: String,
    note: impl Fn(Unsure),
) -> Result<Path, Failure> {
    let mut known = None;
    if let Some(unsure) = &unsure {
        let not_known = |error| Failure::MayBeMade(unsure.clone(), error);
        let list = net.paths().await.map_err(not_known)?;
        let all = list.items;
        if unsure.made(&all).is_none() && !list.is_whole {
            // It may be among those that could not be read.
            return Err(not_known(NetError::Unreadable(200)));
        }
        if let Some(made) = unsure.made(&all) {
            if is_made_of(&PathPayload::from(made), path) {
                return Ok(made.clone());
            }
            return Err(Failure::Found(Box::new(made.clone()), unsure.sent.clone()));
        }
        known = Some(all.into_iter().map(|path| path.id).collect());
    }
    let known = known.unwrap_or(before);
    let sent = Unsure { sent: path.clone(), known: Arc::new(known), key: key.clone() };
    note(sent.clone());
    let made = net.make(path, &key).await;
    if let (Ok(made), Some(unsure)) = (&made, &unsure)
        && !is_made_of(&PathPayload::from(made), path)
        && is_made_of(&PathPayload::from(made), &unsure.sent)
    {
        return Err(Failure::Found(Box::new(made.clone()), unsure.sent.clone()));
    }
    made.map_err(|error| match unsure {
        // Whoever is too busy to answer may have done it.
        _ if error.may_be_done() || matches!(error, NetError::Busy(_)) => Failure::MayBeMade(sent, error),
        // That of the first attempt may still come.
        Some(unsure) => Failure::MayBeMade(unsure, error),
        None => Failure::NotMade(error),
    })
}

/// Whether there are two documents that do not say the same.
pub fn differ(one: Option<&PathPayload>, other: Option<&PathPayload>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if !is_same(one, other))
}

/// Notes that the path was saved. The screen may have been left meanwhile; then there is a draft of what was saved.
fn done(open: Open, id: &str, draft: &str, path: &Arc<PathPayload>, saved: Path) {
    let session = open.session;
    let is_open = open.editor.try_update(|editor| editor.mark_saved(path)).is_some();
    session.place.tell("saved", &JsValue::from_str(&saved.id));
    if is_open {
        open.theirs.set(Some(Arc::new(PathPayload::from(&saved))));
        open.unsure.set(None);
        if id.is_empty() {
            open.id.set(saved.id.clone());
            session.place.replace(&Route::Path(saved.id.clone()).href());
        }
        open.saving.set(Saving::Idle);
        open.forget_note(About::MovedOn);
        session.tell_saved(&saved.id, draft);
        open.forget_note(About::Discarded);
        if !open.editor.with_untracked(Editor::is_dirty) {
            session.drop_draft(draft);
        }
    } else if let Some(mut left) = session.drop_draft(draft) {
        kept::take_along(session, &saved.id, std::mem::take(&mut left.beside));
        left.editor.mark_saved(path);
        if left.editor.has_unsaved_work() {
            session.keep_draft(draft, Draft { path_id: saved.id.clone(), unsure: None, ..left });
        }
    }
    session.saved(saved);
}

fn told(error: NetError) -> (String, Vec<ErrorSingle>) {
    match error {
        NetError::Away => (strings::AWAY.to_string(), Vec::new()),
        NetError::SignedOut => (strings::rights::SAVE_SIGNED_OUT.to_string(), Vec::new()),
        NetError::Forbidden(said) => (strings::rights::refused(strings::rights::SAVE_FORBIDDEN, &said), Vec::new()),
        NetError::Unreadable(_) => (strings::UNREADABLE.to_string(), Vec::new()),
        NetError::Unsure(said) => (strings::unsure(&said), Vec::new()),
        NetError::Busy(_) => (strings::BUSY.to_string(), Vec::new()),
        NetError::Refused(error) => (strings::REFUSED.to_string(), error.errors),
    }
}

/// Looks whether the path is still as it was when it was opened, and shows it as it is.
pub fn refresh(open: Open) {
    let id = open.id.get_untracked();
    if id.is_empty() {
        return;
    }
    let before = open.theirs.get_untracked();
    spawn_local(async move {
        // If it cannot be had, what is shown is as good as what is known; saving will look again.
        let Ok(now) = open.session.net.path(&id).await else { return };
        if !before.is_some_and(|before| is_same(&before, &PathPayload::from(&now))) {
            show(open, now);
        }
    });
}

/// Shows the path as somebody else has saved it, as nothing was changed here.
pub fn follow(open: Open) {
    let id = open.id.get_untracked();
    spawn_local(async move {
        if let Ok(now) = open.session.net.path(&id).await
            && show(open, now)
        {
            open.session.say(strings::save::FOLLOWED);
        }
    });
}

/// Shows a path as it is on the server; whether it does. What was changed here stays: saving will say that somebody
/// else has saved.
fn show(open: Open, now: Path) -> bool {
    if open.editor.try_with_untracked(Editor::has_unsaved_work) != Some(false) {
        return false;
    }
    let payload = Arc::new(PathPayload::from(&now));
    open.editor.set(Editor::open((*payload).clone()));
    open.theirs.set(Some(payload));
    open.session.saved(now);
    true
}
