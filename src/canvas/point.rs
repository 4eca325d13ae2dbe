//! Choosing in the drawing where a repeat goes back to.

use escalation_editor::Command;
use escalation_editor::command::legal_repeat_targets;
use leptos::prelude::*;

use super::{keys, run};
use crate::editor::state::Open;
use crate::parts::focus;
use crate::place::Place;
use crate::strings;

/// Begins with the chosen repeat.
pub fn begin(open: Open) {
    if !untrack(|| run::is_repeat(open)) {
        return;
    }
    let Some(id) = open.selected.get_untracked() else { return };
    let targets = legal_repeat_targets(&open.path.get_untracked(), &id);
    let Some(first) = targets.first() else { return open.refuse(strings::NO_TARGET) };
    open.look.folds.update(|folds| {
        for target in &targets {
            folds.reveal(&open.path.get_untracked(), target);
        }
    });
    open.look.pointing.set(Some(id));
    let first = first.clone();
    open.show(&first);
    request_animation_frame(move || focus::give_to(&super::card::element_id(&first)));
    open.session.say(strings::pointing(targets.len()));
}

/// The nodes that can be chosen now.
pub fn targets(open: Open) -> Vec<String> {
    let repeat = open.look.pointing.get();
    repeat.map(|id| legal_repeat_targets(&open.path.get(), &id)).unwrap_or_default()
}

/// Chooses a node. One that is not legal is refused, and choosing goes on.
pub fn choose(open: Open, id: &str) {
    let Some(repeat) = open.look.pointing.get_untracked() else { return };
    if !untrack(|| targets(open)).iter().any(|target| target == id) {
        return open.refuse(strings::NO_TARGET_HERE);
    }
    open.look.pointing.set(None);
    open.dispatch(Command::SetRepeatTarget(repeat, id.to_string()));
    keys::focus_selected(open);
}

/// Leaves everything as it is.
pub fn leave(open: Open) {
    open.look.pointing.set(None);
    open.session.say(strings::POINTING_LEFT);
    keys::focus_selected(open);
}

/// Goes to the next node that can be chosen, or to the one before, from the one that has the focus.
pub fn go(open: Open, forward: bool) {
    let targets = untrack(|| targets(open));
    let active = Place::in_use().active().map(|element| element.id());
    let at = targets.iter().position(|id| active.as_deref() == Some(super::card::element_id(id).as_str()));
    let next = match (at, forward) {
        (Some(at), true) => (at + 1) % targets.len().max(1),
        (Some(at), false) => at.checked_sub(1).unwrap_or(targets.len().saturating_sub(1)),
        (None, _) => 0,
    };
    if let Some(id) = targets.get(next).cloned() {
        open.show(&id);
        // At once, for a key that follows at once; and again where it is drawn then.
        keys::focus_in_place(&super::card::element_id(&id));
        request_animation_frame(move || focus::give_to(&super::card::element_id(&id)));
    }
}

/// What is to be done, while a target is being chosen.
#[component]
pub fn PointingHint() -> impl IntoView {
    let open = expect_context::<Open>();
    move || {
        open.look.pointing.get().map(|_| {
            view! {
                <div class="alone pointing-hint">
                    <strong>{strings::POINT}</strong>
                    <button class="link" on:click=move |_| leave(open)>{strings::CANCEL}</button>
                </div>
            }
        })
    }
}
