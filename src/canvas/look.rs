//! How the drawing is looked at: what is open beside it, and what is gone through in it.

use escalation_engine::Problem;
use leptos::prelude::*;

/// Signals of how the drawing is looked at. Nothing of it is part of the document.
#[derive(Clone, Copy)]
pub struct Look {
    /// What is open beside the drawing.
    pub overlay: RwSignal<Option<Overlay>>,
    /// The problem that was gone to last.
    pub problem: RwSignal<Option<Problem>>,
}

/// Something that is open beside the drawing; one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// The list of all problems.
    Problems,
}

impl Look {
    pub fn new() -> Self {
        Self { overlay: RwSignal::new(None), problem: RwSignal::new(None) }
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
