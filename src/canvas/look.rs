//! How the drawing is looked at: what of it is closed, what is open beside it, and what is gone through in it.

use std::sync::Arc;

use escalation_api::PathPayload;
use escalation_editor::command::Run;
use escalation_editor::layout::Folds;
use escalation_editor::{Slot, search, tree};
use escalation_engine::Problem;
use leptos::prelude::*;

use super::Press;
use super::scene::Scene;
use crate::parts::text::folded;
use crate::session::Session;

/// Signals of how the drawing is looked at. Nothing of it is part of the document.
#[derive(Clone, Copy)]
pub struct Look {
    /// What is not drawn.
    pub folds: RwSignal<Folds>,
    /// What is open beside the drawing.
    pub overlay: RwSignal<Option<Overlay>>,
    /// What is looked for, as it was typed.
    pub typed: RwSignal<String>,
    /// The problem that was gone to last.
    pub problem: RwSignal<Option<Problem>>,
    /// The other end of the nodes that are chosen together with the one that is looked at.
    pub to: RwSignal<Option<String>>,
    /// The menu that is open in the drawing.
    pub menu: RwSignal<Option<Menu>>,
    /// What is being dragged.
    pub drag: RwSignal<Option<Drag>>,
    /// The pointer that is down on a node.
    pub press: StoredValue<Option<Press>>,
    /// The repeat whose target is being chosen in the drawing.
    pub pointing: RwSignal<Option<String>>,
    /// The nodes that were copied last on this screen, as text.
    pub copied: RwSignal<Option<String>>,
    /// The code of the problem whose page is open.
    pub about: RwSignal<Option<&'static str>>,
    /// What is about to get the focus, with the next frame.
    pub focusing: StoredValue<Coming>,
    /// What was typed to go to a step by its first letters, while that is done.
    pub ahead: RwSignal<Option<String>>,
    /// Why something could not be done, for as long as it is shown.
    pub refused: RwSignal<Option<String>>,
    /// What was deleted last, for as long as it is offered to take that back.
    pub deleted: RwSignal<Option<String>>,
    /// Whether a path without steps offers shapes to start with.
    pub shapes: RwSignal<bool>,
}

/// What gets the focus with the next frame, once it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coming {
    /// Nothing: the focus is where it is.
    Nothing,
    /// The node with this id.
    Node(String),
    /// The place for a first node.
    Place,
}

/// A menu in the drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// What it offers.
    pub of: MenuOf,
    /// Where it opens, in pixels of the frame.
    pub at: (i32, i32),
}

/// What a menu offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MenuOf {
    /// What can be put into a slot.
    Slot(Slot),
    /// What can be done with the chosen nodes.
    Chosen,
}

/// Nodes that are being dragged.
#[derive(Debug, Clone, PartialEq)]
pub struct Drag {
    /// The nodes.
    pub run: Run,
    /// The words on the first, and how many there are.
    pub words: String,
    /// Where they may go.
    pub slots: Arc<Vec<Slot>>,
    /// Where the pointer is, in pixels of the frame.
    pub at: (f64, f64),
    /// Where they would go now.
    pub over: Option<Slot>,
}

/// Something that is open beside the drawing; one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// The list of all problems.
    Problems,
    /// The field in which is typed what to look for.
    Search,
    /// All that can be done and gone to, by name.
    Palette,
    /// All keys.
    Keys,
    /// What is done with the path as a whole.
    Menu,
}

impl Look {
    pub fn new() -> Self {
        Self {
            folds: RwSignal::new(Folds::default()),
            overlay: RwSignal::new(None),
            typed: RwSignal::new(String::new()),
            problem: RwSignal::new(None),
            to: RwSignal::new(None),
            menu: RwSignal::new(None),
            drag: RwSignal::new(None),
            press: StoredValue::new(None),
            pointing: RwSignal::new(None),
            copied: RwSignal::new(None),
            about: RwSignal::new(None),
            focusing: StoredValue::new(Coming::Nothing),
            ahead: RwSignal::new(None),
            refused: RwSignal::new(None),
            deleted: RwSignal::new(None),
            shapes: RwSignal::new(true),
        }
    }

    /// The nodes that have in them what is looked for, in the order of the text.
    pub fn hits(
        self,
        path: Memo<Arc<PathPayload>>,
        scene: Memo<Arc<Scene>>,
        session: Session,
    ) -> Memo<Arc<Vec<String>>> {
        let searching = Memo::new(move |_| self.overlay.get() == Some(Overlay::Search));
        let texts = Memo::new(move |_| {
            let mut texts = Vec::new();
            if searching.get() {
                let (path, scene, index) = (path.get(), scene.get(), session.index.get());
                tree::walk(&path, |found| {
                    if let Some(card) = scene.card(&found.node.id) {
                        texts.push((found.node.id.clone(), folded(&search::text(found.node, &card.words, &index))));
                    }
                });
            }
            texts
        });
        Memo::new(move |_| {
            let typed = folded(&self.typed.get());
            let mut hits = Vec::new();
            if !typed.trim().is_empty() {
                texts.with(|texts| {
                    let fits = texts.iter().filter(|(_, text)| search::rank(&typed, text).is_some());
                    hits.extend(fits.map(|(id, _)| id.clone()));
                });
            }
            Arc::new(hits)
        })
    }

    /// Opens something, or closes it if it is open.
    pub fn toggle(self, overlay: Overlay) {
        self.overlay.update(|open| *open = if *open == Some(overlay) { None } else { Some(overlay) });
    }

    /// Closes whatever is open.
    pub fn close(self) {
        self.overlay.set(None);
    }
}
