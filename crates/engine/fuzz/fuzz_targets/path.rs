//! Any text as a path: read without loss, checked, every fix applied, compiled, played and proven.

#![no_main]

use escalation_api::{Json, PathPayload};
use escalation_engine::prove::{Expect, Expectation, Horizon, prove};
use escalation_engine::simulate::trace;
use escalation_engine::{CompiledPath, Index, Scenario, World, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(path) = PathPayload::from_text(text) else { return };
    let again = PathPayload::from_text(&path.write().to_string());
    assert_eq!(again.as_ref(), Ok(&path));
    let index = Index::new(World::default());
    for problem in check("", &path, &index) {
        if let Some(fix) = problem.fix {
            fix.apply(&path).expect("a fix is for the path for which it was made");
        }
    }
    let compiled = CompiledPath::new("", &path, &index);
    let mut scenario = Scenario::default();
    scenario.semantics.max_steps = 2_000;
    let trace = trace(&compiled, &index, &scenario);
    assert!(trace.steps.len() <= 2_100);
    assert!(trace.steps.windows(2).all(|pair| pair[0].at <= pair[1].at));
    let from = scenario.fired_at;
    let horizon = Horizon { from, until: from + 3_600, scenario };
    let expectations = [Expect::PagesSomeone, Expect::EveryNodeReachable].map(Expectation::new);
    prove(&compiled, &index, &horizon, &expectations).expect("these take any path");
});
