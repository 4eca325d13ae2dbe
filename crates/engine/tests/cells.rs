//! A run that begins anywhere in a cell is the cell's run.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod generate;

use escalation_engine::compile::CompiledPath;
use escalation_engine::machine::{Step, StepKind};
use escalation_engine::prove::{Cell, Cells};
use escalation_engine::simulate::{compile_for, run};
use escalation_engine::{Index, Instant, Scenario};
use generate::Dice;

/// Whether two steps are the same but for the instants and the words that name them.
fn same(one: &Step, other: &Step) -> bool {
    let what = match (&one.what, &other.what) {
        (StepKind::Pending(_), StepKind::Pending(_)) => true,
        (StepKind::Waiting(one), StepKind::Waiting(other)) | (StepKind::Delayed(one), StepKind::Delayed(other)) => {
            one.is_some() == other.is_some()
        }
        (one, other) => one == other,
    };
    what && (one.place, one.pass, one.rule) == (other.place, other.pass, other.rule)
}

fn agrees(path: &CompiledPath, index: &Index, scenario: &Scenario, cell: &Cell, at: Instant) -> Result<(), String> {
    let scenario = Scenario { fired_at: at, ..cell.assumed.of(scenario) };
    let played = run(path, index, &scenario);
    if played.outcome != cell.run.outcome || played.steps.len() != cell.run.steps.len() {
        return Err(format!(
            "{:?} after {} steps, not {:?} after {}",
            played.outcome,
            played.steps.len(),
            cell.run.outcome,
            cell.run.steps.len()
        ));
    }
    for ((step, of_cell), moves) in played.steps.iter().zip(&cell.run.steps).zip(&cell.moves) {
        let expected = if *moves { of_cell.at + (at - cell.from) } else { of_cell.at };
        if step.at != expected || !same(step, of_cell) {
            return Err(format!("{step:?}, not, at {expected}, {of_cell:?}"));
        }
    }
    Ok(())
}

#[test]
fn runs_agree_with_their_cell() {
    look_at(0..400, false);
}

#[test]
fn runs_in_which_levels_decline_agree_with_their_cell() {
    look_at(20_000..20_050, true);
}

fn look_at(seeds: std::ops::Range<u64>, declines: bool) {
    let (mut all_cells, mut looked_at, mut incomplete) = (0, 0, 0);
    for seed in seeds {
        let mut dice = Dice::new(seed);
        let index = Index::new(generate::world(&mut dice));
        let mut scenario = generate::scenario(&mut dice).left_alone();
        if dice.chance(30) {
            // So that being cut off matters too.
            scenario.semantics.cut_off_after_seconds = 30 * 3600 + 60;
        }
        if dice.chance(30) {
            // Branches that go both ways, each time anew.
            generate::unknown(&mut dice, &mut scenario);
            (scenario.branches, scenario.branch_visits) = Default::default();
        }
        let path = compile_for(&index, &scenario).unwrap();
        let (from, until) = generate::horizon(&mut dice);
        let cells = Cells::new(&path, &index);
        let cells = if declines { cells.with_declines() } else { cells };
        let mut found = Vec::new();
        let counted = match cells.visit(&scenario, (from, until), 100_000, |cell| found.push(cell)) {
            Ok(counted) => counted,
            // It would take too long, or there are more ways than are tried, and that is said.
            Err(_) => {
                incomplete += 1;
                continue;
            }
        };
        assert_eq!(counted, found.len());
        assert_eq!((found[0].from, found[found.len() - 1].until), (from, until));
        all_cells += found.len();
        let mut check = |cell: &Cell, at: Instant| {
            looked_at += 1;
            agrees(&path, &index, &scenario, cell, at).unwrap_or_else(|error| {
                let path = scenario.path.as_ref().unwrap();
                panic!("seed {seed}: an alert at {at} in the cell {} to {}: {error}\n{path:#}", cell.from, cell.until)
            });
        };
        for cell in &found {
            check(cell, cell.from);
            check(cell, cell.until - 1);
            check(cell, cell.from + (cell.until - cell.from) / 2);
        }
        for _ in 0..200 {
            let at = from + i64::try_from(dice.below(u64::try_from(until - from).unwrap())).unwrap();
            let cell = found.iter().rfind(|cell| cell.from <= at).unwrap();
            let ways: Vec<&Cell> = found.iter().filter(|way| way.from == cell.from).collect();
            let way = *dice.one_of(&ways);
            check(way, at);
        }
    }
    println!("{all_cells} cells, {looked_at} runs, {incomplete} incomplete");
    assert!(looked_at > 1_000 * incomplete && looked_at > 15_000);
}
