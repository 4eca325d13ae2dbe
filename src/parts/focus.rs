//! Where the focus is, and where it goes.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

/// Whether nothing has the focus, as when what had it is gone.
pub fn is_nowhere() -> bool {
    document().active_element().is_none_or(|active| active.tag_name() == "BODY")
}

/// Gives it to an element, if there is one.
pub fn give(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _gone = element.focus();
    }
}

/// Gives it to the element with this id.
pub fn give_to(id: &str) {
    give(document().get_element_by_id(id));
}
