//! How the drawing is looked at: what of it is closed, what is open beside it, and what is gone through in it.

use std::sync::Arc;

use escalation_api::PathPayload;
use escalation_editor::layout::Folds;
use escalation_editor::{search, tree};
use escalation_engine::Problem;
use leptos::prelude::*;

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
}

impl Look {
    pub fn new() -> Self {
        Self {
            folds: RwSignal::new(Folds::default()),
            overlay: RwSignal::new(None),
            typed: RwSignal::new(String::new()),
            problem: RwSignal::new(None),
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
