//! What is proven also where levels decline.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod generate;

use std::collections::{BTreeMap, BTreeSet};

use escalation_engine::prove::{Expectation, Horizon, Verdict, VerdictKind, prove};
use escalation_engine::scenario::{Answer as Says, Response};
use escalation_engine::simulate::{compile_for, trace};
use escalation_engine::trace::StepName;
use escalation_engine::{CompiledPath, Index, Instant, Scenario, Trace, World};
use generate::Dice;
use serde_json::{Value, json};

fn nack(user: &str, page: u32) -> Response {
    Response {
        user_id: Some(user.to_string()),
        channel_id: None,
        response: Says::Nack,
        after_seconds: 0,
        to_page: Some(page),
        snooze_seconds: None,
    }
}

/// For each entry of a level, in order, the pages that go out with it: to whom, and which page to them it is.
fn first_pages(trace: &Trace) -> Vec<Vec<(String, u32)>> {
    let mut entries: Vec<(Instant, Vec<(String, u32)>)> = Vec::new();
    let mut told: BTreeMap<String, u32> = BTreeMap::new();
    for step in &trace.steps {
        match step.step {
            StepName::Entered => entries.push((step.at, Vec::new())),
            StepName::Paged => {
                let user = step.user_id.clone().unwrap();
                let count = told.entry(user.clone()).or_default();
                *count += 1;
                if let Some((_, pages)) = entries.last_mut().filter(|(entered, _)| *entered == step.at) {
                    pages.push((user, *count));
                }
            }
            _ => {}
        }
    }
    entries.into_iter().map(|(_, pages)| pages).collect()
}

/// The same alert, with some levels declining at once, by the dice.
fn with_some_declining(dice: &mut Dice, path: &CompiledPath, index: &Index, scenario: &Scenario) -> Scenario {
    let mut scenario = scenario.clone();
    let mut position = 0;
    loop {
        let entries = first_pages(&trace(path, index, &scenario));
        let Some(pages) = entries.get(position) else { return scenario };
        if !pages.is_empty() && dice.chance(50) {
            scenario.responses.extend(pages.iter().map(|(user, page)| nack(user, *page)));
        }
        position += 1;
    }
}

fn people_before(trace: &Trace, fired_at: Instant, seconds: i64) -> usize {
    let pages = trace.steps.iter().filter(|step| step.step == StepName::Paged && step.at - fired_at < seconds);
    pages.map(|page| page.user_id.clone().unwrap()).collect::<BTreeSet<_>>().len()
}

#[test]
fn verdicts_are_what_single_alerts_show() {
    let (mut alerts, mut refuted, mut beyond_quiet) = (0, 0, 0);
    for seed in 30_000..30_060 {
        let mut dice = Dice::new(seed);
        let index = Index::new(generate::world(&mut dice));
        let mut scenario = generate::scenario(&mut dice).left_alone();
        // One after the other: who declines brings on the next within the level, which is looked at apart.
        let at_once = scenario.path.as_ref().unwrap().to_string().replace("\"enabled\":true", "\"enabled\":false");
        scenario.path = Some(serde_json::from_str(&at_once).unwrap());
        let path = compile_for(&index, &scenario).unwrap();
        let (from, until) = generate::horizon(&mut dice);
        let expect = |declines: bool| -> Expectation {
            serde_json::from_value(
                json!({"expect": "at_most_people_before", "people": 1, "seconds": 1200, "with_declines": declines}),
            )
            .unwrap()
        };
        let horizon = Horizon { from, until, scenario: scenario.clone() };
        let [with, without]: [Verdict; 2] =
            prove(&path, &index, &horizon, &[expect(true), expect(false)]).unwrap().try_into().unwrap();
        if let Some(example) = &with.counterexample {
            refuted += 1;
            assert!(people_before(&example.trace, example.scenario.fired_at, 1200) > 1, "seed {seed}");
            assert_eq!(trace(&path, &index, &example.scenario), example.trace, "seed {seed}");
        }
        beyond_quiet += u32::from(with.verdict == VerdictKind::Refuted && without.verdict == VerdictKind::Proven);
        // Declining adds ways, and takes none away.
        assert!(without.verdict != VerdictKind::Refuted || with.verdict != VerdictKind::Proven, "seed {seed}");
        for _ in 0..100 {
            let fired_at = from + i64::try_from(dice.below(u64::try_from(until - from).unwrap())).unwrap();
            let priority = dice.one_of(&generate::PRIORITIES).to_string();
            let alert = Scenario { fired_at, priority_id: Some(priority.clone()), ..scenario.clone() };
            let alert = with_some_declining(&mut dice, &path, &index, &alert);
            if people_before(&trace(&path, &index, &alert), fired_at, 1200) > 1 {
                alerts += 1;
                let says = |of: &[escalation_engine::prove::PriorityInterval]| {
                    of.iter().any(|d| d.priority_id == priority && (d.from..d.until).contains(&fired_at))
                };
                let known = says(&with.refuted_during) || says(&with.unknown_during) || fired_at >= with.scope.until;
                assert!(known, "seed {seed}: an alert of {priority} at {fired_at}: {:#?}", alert.responses);
            }
        }
    }
    println!("{alerts} alerts, {refuted} refuted, {beyond_quiet} only where levels decline");
    assert!(alerts > 100 && refuted > 5 && beyond_quiet > 0);
}

fn world() -> World {
    World::from_text(
        r#"{"priorities": [{"id": "p1", "name": "P1"}, {"id": "p2", "name": "P2"}],
            "users": [{"id": "a", "name": "Ada", "can_be_paged": true}, {"id": "b", "name": "Bo", "can_be_paged": true},
                {"id": "c", "name": "Cy", "can_be_paged": true}]}"#,
    )
    .unwrap()
}

fn level(id: &str, users: &[&str], round_robin: Value) -> Value {
    let targets: Vec<Value> = users.iter().map(|id| json!({"type": "user", "id": id, "urgency": "high"})).collect();
    json!({"id": id, "type": "level", "level": {"targets": targets, "time_to_ack_seconds": 3600,
        "round_robin_config": round_robin}})
}

fn verdict(nodes: Value, expectation: Value) -> Verdict {
    let index = Index::new(world());
    let scenario = Scenario { path: Some(json!({"name": "n", "path": nodes})), ..Scenario::default() };
    let path = compile_for(&index, &scenario).unwrap();
    let (from, until) = ("2026-03-02T00:00:00Z".parse().unwrap(), "2026-03-09T00:00:00Z".parse().unwrap());
    let expectation = serde_json::from_value(expectation).unwrap();
    prove(&path, &index, &Horizon { from, until, scenario }, &[expectation]).unwrap().remove(0)
}

#[test]
fn a_level_that_declines_brings_the_next_one_on() {
    let nodes = || json!([level("one", &["a"], Value::Null), level("two", &["b", "c"], Value::Null)]);
    let at_most = |declines: bool| {
        verdict(
            nodes(),
            json!({"expect": "at_most_people_before", "people": 1, "seconds": 60, "with_declines": declines}),
        )
    };
    assert_eq!(at_most(false).verdict, VerdictKind::Proven);
    let refuted = at_most(true);
    assert_eq!(refuted.verdict, VerdictKind::Refuted);
    assert_eq!(refuted.counterexample.unwrap().scenario.responses, [nack("a", 1)]);
    assert!(refuted.scope.assumed[0].starts_with("whole levels may decline at once"));
}

#[test]
fn one_after_the_other_declines() {
    let turns = json!({"enabled": true, "rotate_after_seconds": 600});
    let nodes = json!([level("one", &["a", "b"], turns), level("two", &["c"], Value::Null)]);
    let refuted =
        verdict(nodes, json!({"expect": "at_most_people_before", "people": 2, "seconds": 60, "with_declines": true}));
    assert_eq!(refuted.verdict, VerdictKind::Refuted);
    assert_eq!(refuted.counterexample.unwrap().scenario.responses, [nack("a", 1), nack("b", 1)]);
}

#[test]
fn a_page_that_is_brought_into_quiet_hours() {
    let delay = json!({"id": "d", "type": "delay", "delay": {"delay_seconds": 60}});
    let nodes = || json!([level("one", &["a"], Value::Null), delay, level("two", &["b"], Value::Null)]);
    let quiet = |declines: bool| {
        let window = json!({"timezone": "UTC", "weekday_intervals": [
            {"weekday": "monday", "start_time": "10:00", "end_time": "10:30"}]});
        verdict(nodes(), json!({"expect": "quiet_hours", "window": window, "with_declines": declines}))
    };
    // From 8:59, when the second level comes an hour and a minute later, and one minute later.
    let begins = |verdict: &Verdict| verdict.refuted_during.iter().map(|d| d.from.to_string()).collect::<Vec<_>>();
    assert_eq!(begins(&quiet(false))[..2], ["2026-03-02T08:59:00Z", "2026-03-02T10:00:00Z"]);
    assert_eq!(begins(&quiet(true))[..2], ["2026-03-02T08:59:00Z", "2026-03-02T09:59:00Z"]);
}

#[test]
fn not_louder_also_if_levels_decline() {
    let hours = json!({"id": "h", "name": "h", "timezone": "UTC", "weekday_intervals": [
        {"weekday": "monday", "start_time": "10:00", "end_time": "11:00"}]});
    let branch = |id: &str, subject: &str, bindings: Value, then: Value, otherwise: Value| {
        let operation = if subject.contains("hours") { "is_active" } else { "one_of" };
        json!({"id": id, "type": "if_else", "if_else": {"conditions": [{"subject": subject, "operation": operation,
            "param_bindings": bindings}], "then_path": then, "else_path": otherwise}})
    };
    // The lower one pages two more only if its first level declines within the hour.
    let inside = branch(
        "i",
        "escalation.working_hours[\"h\"]",
        json!([]),
        json!([level("two", &["b", "c"], Value::Null)]),
        json!([{"id": "end", "type": "delay", "delay": {"delay_seconds": 60}}]),
    );
    let low = json!([level("one", &["a"], Value::Null), inside]);
    let high = json!([level("high", &["a"], Value::Null), level("other", &["b"], Value::Null)]);
    let priority = json!([{"array_value": [{"literal": "p1"}]}]);
    let nodes = json!([branch("p", "escalation.priority", priority, high, low)]);
    let index = Index::new(world());
    let scenario =
        Scenario { path: Some(json!({"name": "n", "path": nodes, "working_hours": [hours]})), ..Scenario::default() };
    let path = compile_for(&index, &scenario).unwrap();
    let (from, until) = ("2026-03-02T10:00:00Z".parse().unwrap(), "2026-03-02T11:00:00Z".parse().unwrap());
    let horizon = Horizon { from, until, scenario };
    let judge = |declines: bool| {
        let expectation = json!({"expect": "not_louder_than", "with_declines": declines});
        prove(&path, &index, &horizon, &[serde_json::from_value(expectation).unwrap()]).unwrap().remove(0)
    };
    // After the hour that the first level waits, it is past eleven.
    assert_eq!(judge(false).verdict, VerdictKind::Proven);
    let refuted = judge(true);
    assert_eq!(refuted.verdict, VerdictKind::Refuted);
    assert_eq!(refuted.counterexample.unwrap().scenario.responses, [nack("a", 1)]);
}

#[test]
fn too_many_ways_are_said_to_be_too_many() {
    let nodes: Vec<Value> = (0..11).map(|n| level(&format!("n{n}"), &["a"], Value::Null)).collect();
    let expectation = json!({"expect": "at_most_people_before", "people": 1, "seconds": 60, "with_declines": true});
    assert_eq!(verdict(json!(nodes), expectation).verdict, VerdictKind::Incomplete);
}
