//! What is true of every run, whatever the path, the world and what people do.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod generate;

use std::collections::BTreeMap;

use escalation_engine::compile::Kind;
use escalation_engine::instant::DAY;
use escalation_engine::machine::{Alert, Outcome, State, Step, StepKind, Who, step};
use escalation_engine::simulate::{compile_for, context, events, run};
use escalation_engine::{CompiledPath, Index, Scenario};
use generate::Dice;
use serde_json::json;

/// Every generated alert, a third of them with paging again after an acknowledgement, with its compiled path.
fn each(seeds: std::ops::Range<u64>, mut check: impl FnMut(u64, &CompiledPath, &Index, &Scenario)) {
    for seed in seeds {
        let mut dice = Dice::new(seed);
        let index = Index::new(generate::world(&mut dice));
        for _ in 0..4 {
            let mut scenario = generate::scenario(&mut dice);
            if dice.chance(35) {
                let after = 300 + 60 * dice.below(60);
                scenario.path.as_mut().unwrap()["repeat_config"] =
                    json!({"repeat_after_seconds": after, "delay_repeat_on_activity": dice.chance(50)});
                scenario.alert_keeps_firing = true;
                scenario.activity_after_seconds = vec![600, 4_000];
            }
            let path = compile_for(&index, &scenario).unwrap();
            check(seed, &path, &index, &scenario);
        }
    }
}

/// The server stores the state as JSON whenever it waits, and goes on from it, perhaps in another process.
#[test]
fn a_run_can_be_stored_at_any_instant_and_goes_on_the_same() {
    let mut count = 0;
    each(20_000..20_200, |seed, path, index, scenario| {
        let whole = run(path, index, scenario);
        let firing = scenario.alert_keeps_firing || scenario.alert_resolves_after_seconds.is_some();
        let alert = if firing { Alert::Firing } else { Alert::ResolvesWithAck };
        let grace = scenario.grace_period_seconds;
        let mut state = State::new(scenario.fired_at, scenario.priority_id.as_deref(), grace, alert);
        let mut steps = Vec::new();
        let context = context(path, index, scenario);
        for event in events(path, index, scenario) {
            let stored = serde_json::to_string(&state).unwrap();
            let restored: State = serde_json::from_str(&stored).unwrap();
            assert_eq!(restored, state, "seed {seed}");
            let event = serde_json::from_str(&serde_json::to_string(&event).unwrap()).unwrap();
            let (after, more) = step(&context, restored, event);
            state = after;
            steps.extend(more);
            count += 1;
        }
        // What a run says when nothing is due any more is the driver's word, not the machine's.
        let told = whole.steps.iter().filter(|step| step.what != StepKind::Stopped(Outcome::WaitsForever));
        assert!(told.eq(steps.iter()), "seed {seed}");
        assert_eq!(state, whole.state, "seed {seed}");
    });
    println!("{count} events");
    assert!(count > 5_000);
}

#[test]
fn what_is_true_of_every_run() {
    each(30_000..32_000, |seed, path, index, scenario| {
        let run = run(path, index, scenario);
        let end = scenario.fired_at + scenario.semantics.cut_off_after_seconds;
        let mut now = scenario.fired_at;
        let (mut acked_first, mut over) = (false, false);
        let mut entered_at = scenario.fired_at;
        // Pages to each person since the present node was entered.
        let mut pages: BTreeMap<String, u32> = BTreeMap::new();
        // Pages before this step were cancelled: R11.
        let mut cancelled = 0;
        for (position, step) in run.steps.iter().enumerate() {
            assert!(now <= step.at, "seed {seed}: time runs backwards at {step:?}");
            assert!(step.at <= end.max(scenario.fired_at + 14 * DAY), "seed {seed}: too late {step:?}");
            assert!(!over, "seed {seed}: something after the end: {step:?}");
            now = step.at;
            let node = step.place.and_then(|place| path.node(place));
            match &step.what {
                StepKind::Entered => {
                    pages.clear();
                    entered_at = step.at;
                }
                StepKind::Paged { user, attempt, .. } => {
                    assert!(!acked_first, "seed {seed}: a page after an acknowledgement: {step:?}");
                    let Some(Kind::Level(level)) = node.map(|node| &node.kind) else {
                        panic!("seed {seed}: a page without a level: {step:?}")
                    };
                    let most = level.retry.map_or(1, |retry| retry.attempts);
                    assert!(*attempt <= most, "seed {seed}: too many retries: {step:?}");
                    let count = pages.entry(user.to_string()).or_default();
                    *count += 1;
                    // Where turns come round, each has its own retries.
                    let turns = level.round_robin.is_some_and(|round_robin| round_robin.rotate_after.is_some());
                    assert!(turns || *count <= most, "seed {seed}: paged too often: {step:?}");
                    // R4: decided when the level is entered, for those whose turn comes later too.
                    let known = index.user(user).is_some_and(|user| user.can_be_paged);
                    let is_paused = entered_at == step.at && index.paused_until(user, step.at).is_some();
                    assert!(known && !is_paused, "seed {seed}: {step:?}");
                }
                StepKind::Acked(who, _) => {
                    let all =
                        matches!(node.map(|node| &node.kind), Some(Kind::Level(level)) if level.ack_all == Some(true));
                    acked_first = !all;
                    let told = run.steps[cancelled..position].iter().any(|told| match (&told.what, who) {
                        (StepKind::Paged { user, .. }, Who::User(who)) => user == who && told.at <= step.at,
                        (StepKind::Posted(channel, _), Who::Channel(who)) => channel == who && told.at <= step.at,
                        _ => false,
                    });
                    assert!(told, "seed {seed}: an answer to no page: {step:?}");
                    if acked_first {
                        cancelled = position;
                    }
                }
                StepKind::RepeatStarted(_) => acked_first = false,
                StepKind::Cancelled | StepKind::Resolved | StepKind::Expired | StepKind::Stopped(_) => over = true,
                _ => {}
            }
        }
    });
}

/// R18: the walk that begins again pages as an alert does that fires then. So what is proven of every instant at which
/// an alert may fire is proven of every instant at which it pages again.
#[test]
fn paging_again_is_as_an_alert_that_fires_then() {
    let mut count = 0;
    each(60_000..60_400, |seed, path, index, scenario| {
        let whole = run(path, index, scenario);
        let limit = scenario.fired_at + scenario.semantics.cut_off_after_seconds;
        for (position, step) in whole.steps.iter().enumerate() {
            if !matches!(step.what, StepKind::RepeatStarted(_)) {
                continue;
            }
            let again = Scenario { fired_at: step.at, grace_period_seconds: 0, ..scenario.left_alone() };
            let fresh = run(path, index, &again);
            let told = |step: &&Step| matches!(step.what, StepKind::Paged { .. } | StepKind::Posted(..));
            let answered = |step: &&Step| {
                matches!(
                    step.what,
                    StepKind::Acked(..) | StepKind::Nacked(_) | StepKind::Snoozed(..) | StepKind::Resolved
                )
            };
            let segment: Vec<&Step> = whole.steps[position + 1..].iter().take_while(|step| !answered(step)).collect();
            let until = whole.steps[position + 1..].iter().find(answered).map_or(limit, |step| step.at);
            let of = |step: &Step| (step.at, step.what.clone());
            let one: Vec<_> = segment.into_iter().filter(told).map(of).collect();
            let other: Vec<_> = fresh.steps.iter().filter(told).map(of).take_while(|(at, _)| *at <= until).collect();
            // At the very instant of the answer a page may come after it.
            let shorter = one.len().min(other.len());
            assert_eq!(one[..shorter], other[..shorter], "seed {seed}");
            assert!(other[shorter..].iter().all(|(at, _)| *at == until) && one.len() <= other.len(), "seed {seed}");
            count += 1;
        }
    });
    println!("{count} times again");
    assert!(count > 300);
}

/// R22: up to a node that is not known everything is as it would be without it; there the run stops, and nothing is made
/// up of what follows.
#[test]
fn what_is_unknown_is_never_guessed() {
    fn replace(nodes: &mut serde_json::Value, id: &str) {
        for node in nodes.as_array_mut().into_iter().flatten() {
            if node["id"] == id {
                *node = json!({"id": id, "type": "hologram", "hologram": {"of": "somebody"}});
            } else if node["type"] == "if_else" {
                replace(&mut node["if_else"]["then_path"], id);
                replace(&mut node["if_else"]["else_path"], id);
            }
        }
    }
    let mut dice = Dice::new(61_000);
    let mut count = 0;
    each(61_000..61_300, |seed, path, index, scenario| {
        let whole = run(path, index, scenario);
        let entered =
            |step: &&Step| matches!(step.what, StepKind::Entered) && step.place.is_some_and(|place| place.0 == 0);
        let visited: Vec<_> = whole.steps.iter().filter(entered).filter_map(|step| step.place).collect();
        if visited.is_empty() {
            return;
        }
        let node = path.node(*dice.one_of(&visited)).unwrap();
        let mut changed = scenario.clone();
        replace(&mut changed.path.as_mut().unwrap()["path"], &node.id);
        let other = compile_for(index, &changed).unwrap();
        let short = run(&other, index, &changed);
        let name =
            |of: &CompiledPath, step: &Step| step.place.and_then(|place| of.node(place)).map(|node| node.id.clone());
        let reached = whole.steps.iter().position(|step| {
            matches!(step.what, StepKind::Entered)
                && name(path, step).as_ref() == Some(&node.id)
                && step.place.unwrap().0 == 0
        });
        let reached = reached.unwrap();
        let told = |step: &Step| {
            matches!(
                step.what,
                StepKind::Paged { .. } | StepKind::Posted(..) | StepKind::Acked(..) | StepKind::Nacked(_)
            )
            .then(|| (step.at, step.what.clone()))
        };
        let before: Vec<_> = whole.steps[..reached].iter().filter_map(told).collect();
        assert_eq!(short.steps.iter().filter_map(told).collect::<Vec<_>>(), before, "seed {seed}");
        assert_eq!(short.outcome, Outcome::Undecided, "seed {seed}");
        count += 1;
    });
    assert!(count > 500);
}
