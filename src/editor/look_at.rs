//! What is looked at: a node or where one was, chosen and brought into view.

use escalation_api::PathPayload;
use escalation_editor::command::to_look_at;
use escalation_editor::layout::Rect;
use escalation_editor::tree;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlInputElement;

use super::state::Open;
use crate::canvas::{self, minimap, zoom};

impl Open {
    /// Looks at a node, and shows it, whatever hides it.
    pub fn select(self, id: Option<String>) {
        if let Some(id) = &id {
            let (path, mut folds) = (self.path.get_untracked(), self.look.folds.get_untracked());
            if folds.reveal(&path, id) {
                self.look.folds.set(folds);
            }
        }
        if let Some(id) = &id {
            self.show(id);
        }
        if self.look.to.with_untracked(Option::is_some) {
            self.look.to.set(None);
        }
        if self.selected.get_untracked() != id {
            self.selected.set(id);
        }
    }

    /// Goes to the field with the name of the path, ready to be typed over.
    pub fn ask_name(self) {
        self.side.set(None);
        self.select(None);
        request_animation_frame(move || {
            let field = self.session.place.by_id("path-name");
            if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) {
                let _gone = field.focus();
                field.select();
            }
        });
    }

    /// Moves the drawing as little as it takes to show a node.
    pub fn show(self, id: &str) {
        let rect = self.scene.with_untracked(|scene| scene.layout.node(id).map(|node| node.rect));
        if let Some(rect) = rect {
            self.show_rect(rect);
        }
    }

    /// Shows where a node was that is gone, whatever hides the place.
    pub fn show_gone(self, id: &str) {
        let slot = self.gone.with_untracked(|all| {
            let gone = all.iter().find(|gone| gone.ids.iter().any(|one| one == id));
            gone.map(|gone| gone.slot.clone())
        });
        let Some(slot) = slot else { return };
        let (path, mut folds) = (self.path.get_untracked(), self.look.folds.get_untracked());
        if folds.reveal_list(&path, &slot.list) {
            self.look.folds.set(folds);
        }
        if let Some(at) = self.scene.with_untracked(|scene| scene.layout.beside(&path, &slot)) {
            self.show_rect(canvas::gone_rect(at));
        }
    }

    fn show_rect(self, rect: Rect) {
        let screen = self.screen.get_untracked();
        let now = self.view.get_untracked();
        let mut shown = now.reveal(rect, (screen.0 - self.covered(), screen.1), 24.0);
        // Not under what is drawn over the corners.
        shown = shown.clear_of(rect, screen, zoom::CORNER);
        if untrack(|| minimap::is_shown(self)) {
            shown = shown.clear_of(rect, screen, minimap::CORNER);
        }
        if shown != now {
            self.view.set(shown);
        }
    }

    /// Looks at what is there again, or beside what is gone; a focus in the drawing goes with it.
    pub(super) fn look_at_what_came(self, before: &PathPayload, in_drawing: bool) {
        let selected = self.selected.get_untracked();
        let next = to_look_at(before, &self.path.get_untracked(), selected.as_deref());
        if next == selected {
            return;
        }
        self.select(next);
        if in_drawing {
            canvas::focus_selected(self);
        }
    }

    pub(super) fn forget_missing_selection(self) {
        let path = self.path.get_untracked();
        let gone = self.selected.get_untracked().is_some_and(|id| tree::find(&path, &id).is_none());
        if gone {
            self.selected.set(None);
        }
    }
}
