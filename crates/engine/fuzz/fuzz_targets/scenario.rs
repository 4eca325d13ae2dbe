//! Any text as a scenario in the corpus' world: refused, or played to the same trace each time.

#![no_main]

use std::sync::OnceLock;

use escalation_engine::{Index, Scenario, World, simulate};
use libfuzzer_sys::fuzz_target;

static INDEX: OnceLock<Index> = OnceLock::new();

fuzz_target!(|text: &str| {
    let world = include_str!("../../../../tests/corpus/worlds/base.json");
    let index = INDEX.get_or_init(|| Index::new(World::from_text(world).expect("a world")));
    let Ok(mut scenario) = Scenario::from_text(text) else { return };
    scenario.semantics.max_steps = scenario.semantics.max_steps.min(2_000);
    if let Ok(trace) = simulate(index, &scenario) {
        assert!(trace.steps.len() <= 2_100);
        assert_eq!(simulate(index, &scenario).as_ref(), Ok(&trace));
    }
});
