//! A proof that shares what its runs have in common finds what one finds that plays each run as a whole.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod generate;

use escalation_engine::index::Index;
use escalation_engine::pace::Sliced;
use escalation_engine::prove::{Expect, Expectation, Horizon, MAX_WORK, prove, prove_at, prove_one_by_one};
use escalation_engine::simulate::compile_for;
use escalation_engine::{CompiledPath, World};
use generate::Dice;
use serde_json::{Value, json};

/// One of each kind that goes by runs.
fn expectations() -> Vec<Expectation> {
    let of = |value: Value| Expectation::list_from_text(&json!([value]).to_string()).unwrap().remove(0);
    let window = json!({"timezone": "Europe/London", "weekday_intervals": [
        {"weekday": "saturday", "start_time": "22:00", "end_time": "07:00"}]});
    vec![
        of(json!({"expect": "pages_someone"})),
        of(json!({"expect": "first_page_within", "seconds": 300})),
        of(json!({"expect": "reaches_people_within", "people": 2, "seconds": 3600})),
        of(json!({"expect": "at_most_people_before", "people": 1, "seconds": 600})),
        of(json!({"expect": "ends_within", "seconds": 7200})),
        of(json!({"expect": "no_single_person"})),
        of(json!({"expect": "no_consecutive_same_person"})),
        of(json!({"expect": "quiet_hours", "urgency": "low", "window": window})),
        of(json!({"expect": "not_louder_than"})),
        Expectation::new(Expect::EveryNodeReachable),
    ]
}

fn text(path: &CompiledPath, index: &Index, horizon: &Horizon, alone: bool) -> String {
    let all = expectations();
    let found = if alone { prove_one_by_one(path, index, horizon, &all) } else { prove(path, index, horizon, &all) };
    serde_json::to_string(&found.unwrap()).unwrap()
}

#[test]
fn what_is_shared_changes_nothing() {
    let mut cells = 0;
    for seed in 0..60 {
        let mut dice = Dice::new(seed);
        let index = Index::new(generate::world(&mut dice));
        let mut scenario = generate::scenario(&mut dice).left_alone();
        if dice.chance(30) {
            // So that being cut off matters too.
            scenario.semantics.cut_off_after_seconds = 30 * 3600 + 60;
        }
        if dice.chance(20) {
            scenario.semantics.max_steps = 40;
        }
        let path = compile_for(&index, &scenario).unwrap();
        let (from, until) = generate::horizon(&mut dice);
        let horizon = Horizon { from, until, scenario };
        let shared = text(&path, &index, &horizon, false);
        assert_eq!(shared, text(&path, &index, &horizon, true), "seed {seed}");
        cells += prove(&path, &index, &horizon, &expectations()).unwrap()[0].scope.cells;
    }
    assert!(cells > 2_000, "{cells}");
}

/// A path of so many levels that page a schedule, which begins again nine times.
fn repeating(levels: usize) -> (Index, CompiledPath, Horizon) {
    let hour = |day: i64, hour: i64| format!("2026-03-{:02}T{hour:02}:00:00Z", day + 1);
    let entries = (0..28).flat_map(|day| {
        [(8, 20, "a"), (20, 24, "b")].map(|(start, end, user)| {
            let end = if end == 24 { hour(day + 1, 8) } else { hour(day, end) };
            json!({"rota_id": "r", "user_id": user, "start_at": hour(day, start), "end_at": end})
        })
    });
    let world = json!({
        "users": [{"id": "a", "name": "A", "can_be_paged": true}, {"id": "b", "name": "B", "can_be_paged": true}],
        "priorities": [{"id": "p1", "name": "P1"}],
        "schedules": [{"id": "s", "name": "S", "timezone": "Europe/London",
            "rotas": [{"id": "r", "name": "R", "user_ids": ["a", "b"]}], "entries": entries.collect::<Vec<_>>()}],
    });
    let level = |at: usize| {
        json!({"id": format!("n{at}"), "type": "level", "level": {"time_to_ack_seconds": 300, "ack_mode": "first",
            "targets": [{"type": "schedule", "id": "s", "urgency": "high", "schedule_mode": "currently_on_call"}]}})
    };
    let mut nodes: Vec<Value> = (0..levels).map(level).collect();
    nodes.push(json!({"id": "again", "type": "repeat", "repeat": {"to_node": "n0", "repeat_times": 9}}));
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let path = escalation_api::Json::read(json!({"name": "n", "path": nodes})).unwrap();
    let path = CompiledPath::new("p", &path, &index);
    let (from, until) = ("2026-03-03T00:00:00Z".parse().unwrap(), "2026-03-20T00:00:00Z".parse().unwrap());
    (index, path, Horizon { from, until, scenario: escalation_engine::Scenario::default() })
}

#[test]
fn a_proof_in_slices_finds_what_it_finds_at_once() {
    let (index, path, horizon) = repeating(20);
    let all = expectations();
    let at_once = serde_json::to_string(&prove(&path, &index, &horizon, &all).unwrap()).unwrap();
    for budget in [1, 7, 1_000, MAX_WORK] {
        let mut proof = Sliced::new(|pace| {
            let (path, index, horizon, all) = (&path, &index, &horizon, &all);
            async move { prove_at(&pace, path, index, horizon, all).await }
        });
        let mut slices = 1;
        let found = loop {
            match proof.advance(budget) {
                Some(found) => break found.unwrap(),
                None => slices += 1,
            }
        };
        assert_eq!(serde_json::to_string(&found).unwrap(), at_once);
        let cells = found[0].scope.cells;
        match budget {
            1 => assert!(slices >= cells, "a slice for each alert: {slices} for {cells}"),
            MAX_WORK => assert_eq!(slices, 1),
            _ => assert!(slices > 1, "{slices}"),
        }
    }
}

#[test]
fn what_runs_have_in_common_is_played_once() {
    let (index, path, horizon) = repeating(20);
    let all = expectations();
    let mut proof = Sliced::new(|pace| {
        let (path, index, horizon, all) = (&path, &index, &horizon, &all);
        async move { prove_at(&pace, path, index, horizon, all).await }
    });
    let mut slices = 1;
    let found = loop {
        match proof.advance(100) {
            Some(found) => break found.unwrap(),
            None => slices += 1,
        }
    };
    // Each run has ten passes of twenty levels, and some steps for each.
    let alone = found[0].scope.cells * 10 * 20 * 3;
    assert!(slices * 100 * 8 < alone, "{slices} slices of 100 steps, of {alone}");
}
