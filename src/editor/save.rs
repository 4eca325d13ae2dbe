//! Saving, and what is said when it does not work. The edit stays, whatever happens.

use std::sync::Arc;

use escalation_api::{ErrorSingle, Path, PathPayload};
use escalation_editor::Editor;
use escalation_editor::draft::Beside;
use escalation_editor::merge::{is_made_of, is_same};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::drafts;
use super::notes::About;
use super::side::Side;
use super::state::Open;
use crate::drafts::Draft;
use crate::net::{self, NetError};
use crate::route::{self, Route};
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
    // Whatever comes of it, the changes are kept.
    drafts::write(open);
    open.saving.set(Saving::Busy);
    let session = open.session;
    session.say(strings::SAVING);
    let (id, path) = (open.id.get_untracked(), open.editor.with_untracked(Editor::path));
    let draft = open.draft.get_untracked();
    let (theirs, unsure) = (open.theirs.get_untracked(), open.unsure.get_untracked());
    let has_tags = session.features.with_untracked(|all| all.iter().any(|known| known == "if_match"));
    spawn_local(async move {
        match write(&id, &path, theirs, unsure, has_tags).await {
            Ok(saved) => {
                session.say(strings::SAVED);
                done(open, &id, &draft, &path, saved);
            }
            Err(failure) => {
                let (message, errors) = match failure {
                    Failure::Theirs(path) => return show_both(open, *path),
                    Failure::Net(error) if error.is_not_found() && !id.is_empty() => {
                        offer_as_new(open, id);
                        (strings::save::GONE.to_string(), Vec::new())
                    }
                    Failure::Net(error) => {
                        if id.is_empty() && matches!(error, NetError::Away | NetError::Unsure(_)) {
                            open.unsure.try_set(Some(path));
                        }
                        told(error)
                    }
                };
                session.say(message.clone());
                open.saving.try_set(Saving::Failed { message, errors });
            }
        }
    });
}

/// Looks, while the path is reviewed, whether somebody else has saved it; then both are shown in place of the review.
pub fn look(open: Open) {
    let id = open.id.get_untracked();
    let Some(known) = open.theirs.get_untracked().filter(|_| !id.is_empty()) else { return };
    spawn_local(async move {
        // If it cannot be had, saving will look again.
        let Ok(now) = net::path(&id).await else { return };
        let as_before = open.theirs.try_get_untracked().flatten().is_some_and(|now| Arc::ptr_eq(&now, &known));
        let reviews =
            as_before && open.side.get_untracked() == Some(Side::Review) && open.saving.get_untracked() != Saving::Busy;
        if reviews && !is_same(&PathPayload::from(&now), &known) {
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
}

impl From<NetError> for Failure {
    fn from(error: NetError) -> Self {
        Self::Net(error)
    }
}

/// Writes a path. `theirs` is the path as it is known to be on the server; `unsure` is what may have been made of an
/// earlier attempt to make this new path. Where the server has tags nobody else can save between the look and the write.
async fn write(
    id: &str,
    path: &PathPayload,
    theirs: Option<Arc<PathPayload>>,
    unsure: Option<Arc<PathPayload>>,
    has_tags: bool,
) -> Result<Path, Failure> {
    let mut tag = None;
    if let Some(theirs) = theirs.filter(|_| !id.is_empty()) {
        let now;
        (now, tag) = net::path_tagged(id).await?;
        if !is_same(&PathPayload::from(&now), &theirs) {
            return Err(Failure::Theirs(Box::new(now)));
        }
    }
    let mut id = id.to_string();
    if let Some(unsure) = unsure.filter(|_| id.is_empty()) {
        let all = net::paths().await?;
        // The newest, if there are several: ids are in the order in which they were made.
        let made = all.iter().filter(|made| is_made_of(&PathPayload::from(*made), &unsure)).max_by_key(|made| &made.id);
        id = made.map(|made| made.id.clone()).unwrap_or_default();
    }
    match net::save(&id, path, tag.as_deref().filter(|_| has_tags)).await {
        Err(error) if error.is_moved_on() => Err(Failure::Theirs(Box::new(net::path(&id).await?))),
        answer => Ok(answer?),
    }
}

/// Whether there are two documents that do not say the same.
pub fn differ(one: Option<&PathPayload>, other: Option<&PathPayload>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if !is_same(one, other))
}

/// Notes that the path was saved. The screen may have been left meanwhile; then there is a draft of what was saved.
fn done(open: Open, id: &str, draft: &str, path: &Arc<PathPayload>, saved: Path) {
    let session = open.session;
    let is_open = open.editor.try_update(|editor| editor.mark_saved(path)).is_some();
    if is_open {
        open.theirs.set(Some(Arc::new(PathPayload::from(&saved))));
        open.unsure.set(None);
        if id.is_empty() {
            open.id.set(saved.id.clone());
            route::rename(&Route::Path(saved.id.clone()));
        }
        open.saving.set(Saving::Idle);
        open.forget_note(About::MovedOn);
        session.tell_saved(&saved.id, draft);
        open.forget_note(About::Discarded);
        if !open.editor.with_untracked(Editor::is_dirty) {
            session.drop_draft(draft);
        }
    } else if let Some(mut left) = session.drop_draft(draft) {
        left.editor.mark_saved(path);
        if left.editor.has_unsaved_work() {
            session.keep_draft(draft, Draft { path_id: saved.id.clone(), beside: Beside::new(), ..left });
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
        NetError::Refused(error) => (strings::REFUSED.to_string(), error.errors),
    }
}

/// Looks whether the path is still as it was when all paths were loaded, and shows it as it is.
pub fn refresh(open: Open) {
    let id = open.id.get_untracked();
    if id.is_empty() {
        return;
    }
    let known = open.session.index.with_untracked(|index| index.path(&id).map(PathPayload::from)).map(Arc::new);
    // A draft knows what it began from.
    let base = open.editor.with_untracked(|editor| editor.saved().filter(|_| editor.is_dirty()).cloned());
    open.theirs.set(base.or_else(|| known.clone()));
    let before = known.clone();
    spawn_local(async move {
        // If it cannot be had, what is shown is as good as what is known; saving will look again.
        let Ok(now) = net::path(&id).await else { return };
        if !before.is_some_and(|before| is_same(&before, &PathPayload::from(&now))) {
            show(open, now);
        }
    });
}

/// Shows the path as somebody else has saved it, as nothing was changed here.
pub fn follow(open: Open) {
    let id = open.id.get_untracked();
    spawn_local(async move {
        if let Ok(now) = net::path(&id).await
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
