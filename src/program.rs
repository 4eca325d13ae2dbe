//! Where this program lies: the page that it is in may be somebody else's.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Where the JavaScript of this program is.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static ADDRESS: String;
}

/// The address of its script.
pub fn address() -> String {
    ADDRESS.with(String::clone)
}

/// The folder that this program lies in, with a slash at its end.
pub fn folder() -> String {
    let address = address();
    address.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default()
}

/// The name of this program's script, which no other version has.
pub fn name() -> String {
    address().rsplit('/').next().unwrap_or_default().to_string()
}
