//! The screen of one path: the bar, the graph, the details and the simulation.

mod bar;
mod keys;
pub mod problems;
mod save;
pub mod state;

use escalation_api::{Path, PathPayload};
use escalation_editor::Editor;
use leptos::prelude::*;

use crate::canvas::Canvas;
use crate::inspector::Inspector;
use crate::session::Session;
use crate::simulate::Simulate;
use crate::strings;
use bar::Bar;
use state::Open;

/// A path to be opened.
pub struct Opened {
    id: String,
    editor: Editor,
}

impl Opened {
    /// A path as it was saved.
    pub fn saved(path: &Path) -> Self {
        Self { id: path.id.clone(), editor: Editor::open(PathPayload::from(path)) }
    }

    /// A path that was left before it was saved, with all that was done to it.
    pub fn draft(session: Session, id: &str) -> Option<Self> {
        let editor = session.drafts.try_update(|drafts| drafts.remove(id))??;
        Some(Self { id: id.to_string(), editor })
    }

    /// A new path with nothing in it.
    pub fn fresh() -> Self {
        Self { id: String::new(), editor: Editor::new_document(PathPayload::named(strings::NEW_PATH_NAME)) }
    }
}

#[component]
pub fn EditorScreen(opened: Opened) -> impl IntoView {
    let open = Open::new(opened.id, opened.editor);
    provide_context(open);
    keys::listen(open);
    save::keep_unsaved_work(open);
    save::refresh(open);
    crate::bench::offer(open);
    view! {
        <div class="editor" class:panel-closed=move || !open.panel.get()>
            <Bar/>
            <Canvas/>
            <Inspector/>
            <Simulate/>
        </div>
    }
}
