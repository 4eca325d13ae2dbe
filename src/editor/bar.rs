//! The bar above a path: where one is, whether it is saved, and what may be done.

use escalation_editor::{Editor, words};
use leptos::prelude::*;

use super::menu::Menu;
use super::problems::ProblemsPill;
use super::save::Saving;
use super::state::Open;
use crate::canvas::search;
use crate::later;
use crate::panel::expectations::BrokenPill;
use crate::parts::crumbs::Crumbs;
use crate::parts::icon::{Glyph, Icon};
use crate::strings;
use crate::theme::ThemeSwitch;

#[component]
pub fn Bar() -> impl IntoView {
    let open = expect_context::<Open>();
    let name = move || open.path.get().name.clone();
    let undo = move || open.editor.with(|editor| editor.to_undo().map(words::command));
    let redo = move || open.editor.with(|editor| editor.to_redo().map(words::command));
    let dirty = move || open.editor.with(Editor::is_dirty);
    let only_reads = move || open.session.only_reads();
    let busy = move || open.saving.get() == Saving::Busy;
    let compact = open.session.readers.compact;
    let undo_hint = move || {
        let words = undo().map_or_else(|| strings::UNDO.to_string(), strings::undo);
        later::with_key(&words, strings::UNDO)
    };
    let redo_hint = move || {
        let words = redo().map_or_else(|| strings::REDO.to_string(), strings::redo);
        later::with_key(&words, strings::REDO)
    };
    view! {
        <header class="bar">
            <Crumbs/>
            <h1>
                {move || if only_reads() || compact.get() {
                    view! { <span>{name}</span> }.into_any()
                } else {
                    view! { <button class="title" title=strings::edit::RENAME on:click=move |_| open.ask_name()>{name}</button> }.into_any()
                }}
            </h1>
            <StatusPill/>
            <Show when=only_reads>
                <span class="pill" data-reading>
                    <Icon glyph=Glyph::Eye/>
                    {strings::rights::READ_ONLY}
                </span>
            </Show>
            <ProblemsPill/>
            <BrokenPill/>
            <span class="spring"></span>
            <Show when=move || !only_reads()>
                <button
                    class="tool"
                    disabled=move || undo().is_none()
                    title=undo_hint
                    on:click=move |_| open.undo()
                >
                    <Icon glyph=Glyph::Undo/>
                    <span class="wide">{strings::UNDO}</span>
                </button>
                <button
                    class="tool"
                    disabled=move || redo().is_none()
                    title=redo_hint
                    on:click=move |_| open.redo()
                >
                    <Icon glyph=Glyph::Redo/>
                    <span class="wide">{strings::REDO}</span>
                </button>
            </Show>
            <button
                class="tool icon-only search-button"
                title=move || later::hint(strings::SEARCH)
                aria-label=strings::SEARCH
                on:click=move |_| search::start(open)
            >
                <Icon glyph=Glyph::Search/>
            </button>
            <ThemeSwitch/>
            <Menu/>
            <Show when=move || !only_reads()>
                <button class="primary" title=move || later::hint(strings::SAVE) disabled=move || !dirty() || busy() on:click=move |_| later::with_rest(open, move |rest| (rest.review)(open))>
                    {move || if busy() { strings::SAVING } else { strings::SAVE }}
                </button>
            </Show>
        </header>
    }
}

/// Whether everything is saved.
#[component]
fn StatusPill() -> impl IntoView {
    let open = expect_context::<Open>();
    let text = move || {
        if open.saving.get() == Saving::Busy {
            return strings::SAVING.to_string();
        }
        open.editor.with(|editor| match (editor.is_dirty(), editor.changes_since_save()) {
            (false, _) => strings::SAVED.to_string(),
            (true, Some(count)) => strings::changes(count.max(1)),
            (true, None) if editor.saved().is_some() => strings::DRAFT.to_string(),
            (true, None) => strings::NEVER_SAVED.to_string(),
        })
    };
    let dirty = move || open.editor.with(Editor::is_dirty);
    // Who only reads has saved nothing, unless the path was changed here before.
    let tells = move || dirty() || !open.session.only_reads();
    view! { <Show when=tells><span class="pill" class:changed=dirty data-status>{text}</span></Show> }
}
