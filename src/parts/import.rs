//! A dialog that takes a document: from a file, or pasted.

use escalation_editor::import::{self, Imported};
use leptos::prelude::*;

use super::dialog::Dialog;
use crate::strings;
use crate::transfer;

#[component]
pub fn ImportDialog(
    /// What was wrong with the last text.
    fault: RwSignal<Option<String>>,
    /// Whether several paths can be taken at once.
    #[prop(optional)]
    several: bool,
    /// Called with the text, once it is known that it can be read.
    take: impl Fn(String) + Copy + Send + Sync + 'static,
    /// Called when it is left.
    leave: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let check = move |text: String| if several { understand_all(&text).map(drop) } else { understand(&text).map(drop) };
    let read = move |text: Result<String, String>| match text.clone().and_then(check) {
        Ok(()) => take(text.unwrap_or_default()),
        Err(why) => fault.set(Some(why)),
    };
    let choose = move |event: web_sys::Event| transfer::chosen(&event_target(&event), read);
    view! {
        <Dialog label=strings::transfer::IMPORT class="import" leave>
            <h2>{strings::transfer::IMPORT}</h2>
            <p class="hint">{strings::transfer::IMPORT_HINT}</p>
            <label class="field-label" for="import-file">{strings::transfer::FILE}</label>
            <input id="import-file" type="file" accept=".json,application/json" autofocus=true on:change=choose/>
            <label class="field-label" for="import-text">{strings::transfer::OR_PASTE}</label>
            <textarea
                id="import-text"
                class="field"
                rows="8"
                spellcheck="false"
                dir="auto"
                prop:value=move || typed.get()
                on:input=move |event| typed.set(event_target_value(&event))
            ></textarea>
            <p class="fault" role="alert">{move || fault.get().unwrap_or_default()}</p>
            <div class="dialog-actions">
                <button class="quiet" on:click=move |_| leave()>{strings::transfer::CANCEL}</button>
                <span class="spring"></span>
                <button
                    class="primary"
                    disabled=move || typed.with(|typed| typed.trim().is_empty())
                    on:click=move |_| read(Ok(typed.get_untracked()))
                >
                    {strings::transfer::IMPORT}
                </button>
            </div>
        </Dialog>
    }
}

/// Reads a document with one path or several, or says why it cannot be used.
pub fn understand_all(text: &str) -> Result<Vec<Imported>, String> {
    import::read_all(text).map_err(|fault| fault.to_string())
}

/// Reads a document, or says why it cannot be used.
pub fn understand(text: &str) -> Result<Imported, String> {
    import::read(text).map_err(|fault| fault.to_string())
}
