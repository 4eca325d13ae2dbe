//! Comparing text as its readers would, which the browser knows how to do.

use std::cmp::Ordering;

use js_sys::{Array, JsString, Object};

/// In small letters without accents, so that `elodie` finds `Élodie`.
pub fn folded(text: &str) -> String {
    let apart = String::from(JsString::from(text).normalize("NFD").to_lower_case());
    apart.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect()
}

/// In the order of the reader's language.
pub fn in_order(one: &str, other: &str) -> Ordering {
    JsString::from(one).locale_compare(other, &Array::new(), &Object::new()).cmp(&0)
}
