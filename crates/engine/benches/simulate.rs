//! How long one simulation takes, natively. `cargo xtask bench` prints it beside the same in the browser.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench")]

mod inputs;

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use escalation_engine::prove::prove;
use escalation_engine::simulate::{compile_for, run, trace};
use escalation_engine::{Index, World, check};
use inputs::{PASSES, Question, chain, ordinary, repeating, scenario, tree_of};

fn benches(criterion: &mut Criterion) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/worlds/base.json");
    let index = Index::new(World::from_text(&fs::read_to_string(file).unwrap()).unwrap());
    let scenario = scenario();
    let path = scenario.inline_path().unwrap().unwrap();
    let compiled = compile_for(&index, &scenario).unwrap();
    criterion.bench_function("compile, 20 nodes", |b| b.iter(|| compile_for(&index, black_box(&scenario))));
    criterion.bench_function("run, 20 nodes", |b| b.iter(|| run(black_box(&compiled), &index, &scenario)));
    criterion.bench_function("simulate, 20 nodes", |b| b.iter(|| trace(black_box(&compiled), &index, &scenario)));
    criterion.bench_function("check, 20 nodes", |b| b.iter(|| check("", black_box(&path), &index)));
    let tree = tree_of(7, 2);
    let path = tree.horizon.scenario.inline_path().unwrap().unwrap();
    criterion.bench_function("check, 1023 nodes", |b| b.iter(|| check("", black_box(&path), &tree.index)));
}

/// Proofs of all expectations for five priorities, and how their cost grows: with the time that is looked at, and with
/// the size of the path.
fn proofs(criterion: &mut Criterion) {
    let trees = [(3, 13), (3, 26), (3, 52), (5, 13), (7, 13), (7, 52)];
    let questions = [ordinary()]
        .into_iter()
        .chain(trees.map(|(levels, weeks)| tree_of(levels, weeks)))
        .chain([chain(), repeating()]);
    for Question { name, path, index, horizon, expectations } in questions {
        let verdicts = prove(&path, &index, &horizon, &expectations).unwrap();
        let cells = verdicts.first().map_or(0, |verdict| verdict.scope.cells);
        criterion.bench_function(&format!("prove, {name}, {cells:>5} cells"), |b| {
            b.iter(|| prove(black_box(&path), &index, &horizon, &expectations));
        });
    }
}

/// What one pass through a path costs that begins again, by sharing what passes have in common.
fn passes(_: &mut Criterion) {
    let Question { name, path, index, horizon, expectations } = repeating();
    let began = Instant::now();
    let verdicts = prove(&path, &index, &horizon, &expectations).unwrap();
    let took = began.elapsed();
    let passes = verdicts.first().map_or(0, |verdict| verdict.scope.cells) * PASSES;
    println!("prove, {name}: {passes} passes, {} ns for each", took.as_nanos() / passes.max(1) as u128);
}

criterion_group!(all, benches, proofs, passes);
criterion_main!(all);
