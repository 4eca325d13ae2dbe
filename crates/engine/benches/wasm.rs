//! The same as `simulate.rs`, in WebAssembly: `cargo xtask bench` runs it in Node with the profile of the app.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench")]

mod inputs;

use std::hint::black_box;

use escalation_engine::prove::prove;
use escalation_engine::simulate::{compile_for, run, trace};
use escalation_engine::{Index, World};
use inputs::{PASSES, Question, chain, ordinary, repeating, scenario, tree_of};
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

const WORLD: &str = include_str!("../../../tests/corpus/worlds/base.json");

/// Prints the median of seven, each long enough for a clock of milliseconds.
fn print(name: &str, mut what: impl FnMut()) {
    what();
    let mut count = 1_u32;
    let mut medians = Vec::new();
    while medians.len() < 7 {
        let began = js_sys::Date::now();
        (0..count).for_each(|_| what());
        let took = js_sys::Date::now() - began;
        if took < 50.0 {
            count *= 2;
        } else {
            medians.push(took * 1_000.0 / f64::from(count));
        }
    }
    medians.sort_by(f64::total_cmp);
    console_log!("{name:<50} {:>10.0} us", medians[3]);
}

#[wasm_bindgen_test]
fn speeds() {
    let index = Index::new(World::from_text(WORLD).unwrap());
    let scenario = scenario();
    let compiled = compile_for(&index, &scenario).unwrap();
    print("run, 20 nodes", || drop(black_box(run(&compiled, &index, &scenario))));
    print("simulate, 20 nodes", || drop(black_box(trace(&compiled, &index, &scenario))));
    let questions = [ordinary(), tree_of(3, 52), tree_of(5, 13), tree_of(7, 13), tree_of(7, 52), chain(), repeating()];
    for Question { name, path, index, horizon, expectations } in questions {
        // A path that begins again goes through its levels that often for each cell.
        console_log!(
            "{} cells, up to {PASSES} passes each",
            prove(&path, &index, &horizon, &expectations).unwrap()[0].scope.cells
        );
        print(&format!("prove, {name}"), || drop(black_box(prove(&path, &index, &horizon, &expectations).unwrap())));
    }
}
