//! Comparing text as its readers would, which the browser knows how to do.

use std::cmp::Ordering;

use escalation_editor::bidi::without_controls;
use js_sys::{Array, JsString, Object};

/// In small letters without accents, so that `elodie` finds `Élodie`.
pub fn folded(text: &str) -> String {
    let apart = String::from(JsString::from(text).normalize("NFD").to_lower_case());
    let letters: String = apart.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect();
    // What is copied from the page has marks that set names apart.
    without_controls(&letters).into_owned()
}

/// In the order of the reader's language.
pub fn in_order(one: &str, other: &str) -> Ordering {
    JsString::from(one).locale_compare(other, &Array::new(), &Object::new()).cmp(&0)
}
