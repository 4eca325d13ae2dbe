//! The corpus in WebAssembly: every trace must be the same, to the byte, as natively.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod cases;

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use wasm_bindgen_test::wasm_bindgen_test;

static CORPUS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../tests/corpus");

fn files(dir: &str) -> BTreeMap<String, String> {
    let name = |file: &include_dir::File<'_>| file.path().file_stem().unwrap().to_string_lossy().into_owned();
    let files = CORPUS.get_dir(dir).unwrap().files();
    files.map(|file| (name(file), file.contents_utf8().unwrap().to_string())).collect()
}

#[wasm_bindgen_test]
fn every_trace_is_the_same_as_natively() {
    let (worlds, cases, traces) = (files("worlds"), files("cases"), files("traces"));
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for (name, case) in &cases {
        match cases::play(case, &worlds) {
            Ok((_, trace)) if Some(&trace) == traces.get(name) => {}
            Ok(_) => wrong.push(format!("{name}: the trace differs")),
            Err(why) => wrong.push(format!("{name}: {why}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
