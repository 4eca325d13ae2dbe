//! The path's own form.

use escalation_editor::Command;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::beside::{Beside, HeadProblems, whole};
use crate::editor::state::Open;
use crate::parts::typed::Typed;
use crate::strings;

#[component]
pub fn PathForm() -> impl IntoView {
    let open = expect_context::<Open>();
    let name = Signal::derive(move || open.path.with(|path| path.name.clone()));
    let rename = move |text| open.try_dispatch(Command::Rename(text));
    view! {
        <p class="hint first">{strings::PICK_A_NODE}</p>
        <HeadProblems of=None/>
        <div data-field="name">
            <label class="field-label" for="path-name">{strings::PATH_NAME}</label>
            <Typed id="path-name" label=strings::PATH_NAME told=name take=rename most=200/>
            <Beside of=None fields=whole(&["name"])/>
        </div>
    }
}

/// Gives the focus to the first element that fits.
pub fn focus(selector: &str) {
    let element = document().query_selector(selector).ok().flatten();
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _gone = element.focus();
    }
}
