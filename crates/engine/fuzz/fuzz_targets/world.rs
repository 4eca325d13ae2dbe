//! Any text as a world, as an expectation and as a schedule: refused, or used without harm.

#![no_main]

use escalation_api::{Json, Schedule};
use escalation_engine::instant::DAY;
use escalation_engine::prove::Expectation;
use escalation_engine::{Index, Instant, Scenario, World, schedule, simulate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _refused_or_not = Expectation::list_from_text(text);
    if let Ok(of) = Schedule::from_text(text) {
        let from = Instant::from_unix(1_774_256_400);
        let _shifts = schedule::shifts(&of, from, from + DAY);
    }
    let Ok(world) = World::from_text(text) else { return };
    let paths: Vec<String> = world.paths.iter().map(|path| path.id.clone()).collect();
    let index = Index::new(world);
    for id in paths.into_iter().take(3) {
        let mut scenario = Scenario { path_id: Some(id), ..Scenario::default() };
        scenario.semantics.max_steps = 1_000;
        let _trace = simulate(&index, &scenario);
    }
});
