//! A verdict is the sum of what single alerts show, and each counterexample shows what it is to show.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod generate;

use std::collections::{BTreeMap, BTreeSet};

use escalation_engine::calendar::Hours;
use escalation_engine::machine::Outcome;
use escalation_engine::prove::{Expectation, Horizon, Verdict, VerdictKind, prove};
use escalation_engine::scenario::Branch;
use escalation_engine::simulate::{compile_for, trace};
use escalation_engine::trace::StepName;
use escalation_engine::{CompiledPath, Index, Instant, Scenario, Trace, World};
use generate::{Dice, PRIORITIES};
use serde_json::{Value, json};

fn expectation(value: Value) -> Expectation {
    serde_json::from_value(value).unwrap()
}

/// Whether one alert shows that an expectation does not hold; nothing if its run cannot be followed far enough to say.
fn fails(expectation: &Expectation, trace: &Trace, fired_at: Instant, world: &World) -> Option<bool> {
    let seconds = expectation.seconds.unwrap_or_default();
    let count = expectation.people.unwrap_or_default();
    let pages: Vec<_> = trace.steps.iter().filter(|step| step.step == StepName::Paged).collect();
    let mut people: Vec<(&str, i64)> = Vec::new();
    for page in &pages {
        let user = page.user_id.as_deref().unwrap();
        if !people.iter().any(|(known, _)| *known == user) {
            people.push((user, page.at - fired_at));
        }
    }
    let last = trace.steps.last().unwrap().at - fired_at;
    let is_known = !matches!(trace.outcome, Outcome::Undecided | Outcome::BeyondEntries | Outcome::CutOff);
    // That something happens in time: it does, or it does not, or nobody knows.
    let within = |first: Option<i64>| match first {
        Some(after) => Some(after > seconds),
        None if is_known || last > seconds => Some(true),
        None => None,
    };
    let name = serde_json::to_value(expectation.expect).unwrap();
    match name.as_str().unwrap() {
        "pages_someone" if pages.is_empty() => is_known.then_some(true),
        "pages_someone" => Some(false),
        "first_page_within" => {
            let counts = |urgency: &str| expectation.urgency.is_none_or(|wanted| wanted.as_str() == urgency);
            let first = pages.iter().find(|page| counts(page.urgency.as_deref().unwrap()));
            within(first.map(|page| page.at - fired_at))
        }
        "reaches_people_within" => within(people.get(count - 1).map(|(_, after)| *after)),
        "covered_by" => {
            let schedule = world.schedules.iter().find(|s| Some(&s.id) == expectation.schedule.as_ref()).unwrap();
            let mut members: BTreeSet<&str> =
                schedule.rotas.iter().flat_map(|rota| rota.user_ids.iter().map(String::as_str)).collect();
            members.extend(schedule.entries.iter().filter_map(|entry| entry.user_id.as_deref()));
            within(people.iter().find(|(user, _)| members.contains(user)).map(|(_, after)| *after))
        }
        "at_most_people_before" => match people.get(count) {
            Some((_, after)) => Some(*after < seconds),
            None if is_known || last >= seconds => Some(false),
            None => None,
        },
        "ends_within" if trace.outcome == Outcome::WaitsForever => Some(true),
        "ends_within" => within(is_known.then_some(last)),
        "no_single_person" if people.len() > 1 => Some(false),
        "no_single_person" => is_known.then_some(people.len() == 1),
        "quiet_hours" => {
            let set = json!({"id": "w", "name": "w", "timezone": expectation.window.as_ref().unwrap()["timezone"],
                "weekday_intervals": expectation.window.as_ref().unwrap()["weekday_intervals"]});
            let hours = Hours::new(&escalation_api::Json::read(set).unwrap()).unwrap();
            let loud = |page: &&&escalation_engine::trace::TraceStep| {
                expectation.urgency.is_none_or(|wanted| Some(wanted.as_str()) == page.urgency.as_deref())
            };
            let disturbs = pages.iter().filter(loud).any(|page| hours.is_active(page.at));
            (disturbs || is_known).then_some(disturbs)
        }
        other => panic!("{other}"),
    }
}

/// Whether one of two alerts at one instant is heard sooner, louder or by more people than the other; nothing if it cannot
/// be said.
fn is_louder(low: &Trace, high: &Trace) -> Option<bool> {
    let heard = |trace: &Trace| {
        let pages = trace.steps.iter().filter(|step| step.step == StepName::Paged);
        let first = pages.clone().map(|page| page.at).next();
        let high_urgency = pages.clone().any(|page| page.urgency.as_deref() == Some("high"));
        let people: BTreeSet<String> = pages.clone().filter_map(|page| page.user_id.clone()).collect();
        let loudness = u8::from(first.is_some()) + u8::from(high_urgency);
        (first, loudness, people.len())
    };
    let is_known =
        |trace: &Trace| !matches!(trace.outcome, Outcome::Undecided | Outcome::BeyondEntries | Outcome::CutOff);
    let ((low_first, low_loudness, low_people), (high_first, high_loudness, high_people)) = (heard(low), heard(high));
    // Priorities that nothing on the way tells apart are equally loud, wherever the way leads.
    let steps =
        |trace: &Trace| trace.steps.iter().map(|step| (step.at, step.step, step.node_id.clone())).collect::<Vec<_>>();
    if steps(low) == steps(high) {
        return Some(false);
    }
    // What cannot be followed any further may still page anybody, from that instant on.
    let end = |trace: &Trace| trace.steps.last().unwrap().at;
    let sooner = match (low_first, high_first) {
        (Some(low), Some(high)) => low < high,
        (Some(low), None) => !is_known(high) && low < end(high),
        (None, _) => false,
    };
    let more = low_loudness > high_loudness || low_people > high_people;
    if sooner || (more && is_known(high)) {
        return Some(true);
    }
    let is_covered = is_known(high) || (!more && (low_first.is_none() || high_first.is_some()));
    (is_known(low) && is_covered).then_some(false)
}

#[test]
fn priorities_compare_as_single_alerts_do() {
    let expectations = [expectation(json!({"expect": "not_louder_than"}))];
    let (mut alerts, mut refuted) = (0, 0);
    for seed in 11_000..11_300 {
        let mut dice = Dice::new(seed);
        let world = generate::world(&mut dice);
        let index = Index::new(world.clone());
        let mut scenario = generate::scenario(&mut dice).left_alone();
        if dice.chance(30) {
            // A branch that nobody can decide, around it all.
            let path = scenario.path.as_mut().unwrap();
            let (then, otherwise) = (path["path"].take(), generate::path(&mut dice, &["q"])["path"].take());
            let mut otherwise = otherwise.to_string();
            for digit in '0'..='9' {
                otherwise = otherwise.replace(&format!("\"n{digit}"), &format!("\"m{digit}"));
            }
            path["path"] = json!([{"id": "moon", "type": "if_else", "if_else": {
                "conditions": [{"subject": "escalation.moon", "operation": "is_full", "param_bindings": []}],
                "then_path": then, "else_path": serde_json::from_str::<Value>(&otherwise).unwrap()}}]);
        }
        let path = compile_for(&index, &scenario).unwrap();
        let (from, until) = generate::horizon(&mut dice);
        let question = Question { path: &path, index: &index, scenario: &scenario };
        let [verdict] = prove(&path, &index, &Horizon { from, until, scenario: scenario.clone() }, &expectations)
            .unwrap()
            .try_into()
            .unwrap();
        if let Some(example) = &verdict.counterexample {
            refuted += 1;
            let higher = |low: &str| PRIORITIES[PRIORITIES.iter().position(|id| *id == low).unwrap() - 1];
            let (low, at) = (example.scenario.priority_id.as_deref().unwrap(), example.scenario.fired_at);
            let same_ways = Question { scenario: &example.scenario, ..question };
            let shown = is_louder(&same_ways.trace(low, at), &same_ways.trace(higher(low), at));
            assert_eq!(shown, Some(true), "seed {seed}: the counterexample shows nothing");
        }
        let ways: &[&str] =
            if scenario.path.as_ref().unwrap()["path"][0]["id"] == "moon" { &["then", "else"] } else { &[""] };
        for pair in PRIORITIES.windows(2) {
            let edges = verdict.refuted_during.iter().chain(&verdict.unknown_during).take(12);
            let mut instants: Vec<_> =
                edges.flat_map(|during| [during.from, during.from - 1, during.until - 1, during.until]).collect();
            instants.extend(
                (0..10).map(|_| from + i64::try_from(dice.below(u64::try_from(until - from).unwrap())).unwrap()),
            );
            for at in instants.into_iter().filter(|at| from <= *at && *at < verdict.scope.until) {
                alerts += 1;
                let answers: Vec<_> = ways
                    .iter()
                    .map(|way| {
                        let mut pinned = scenario.clone();
                        if !way.is_empty() {
                            pinned.branches.insert("moon".into(), serde_json::from_value(json!(way)).unwrap());
                        }
                        let question = Question { scenario: &pinned, ..question };
                        is_louder(&question.trace(pair[1], at), &question.trace(pair[0], at))
                    })
                    .collect();
                let judged =
                    (covers(&verdict.refuted_during, pair[1], at), covers(&verdict.unknown_during, pair[1], at));
                let agrees = match judged {
                    (true, _) => answers.contains(&Some(true)),
                    (false, true) => !answers.contains(&Some(true)),
                    (false, false) => answers.iter().all(|answer| *answer == Some(false)),
                };
                assert!(agrees, "seed {seed}, {} at {at}: {answers:?}, but judged {judged:?}", pair[1]);
            }
        }
    }
    println!("{alerts} alerts, {refuted} refuted");
    assert!(refuted > 50, "{refuted}");
}

#[derive(Clone, Copy)]
struct Question<'a> {
    path: &'a CompiledPath,
    index: &'a Index,
    scenario: &'a Scenario,
}

impl Question<'_> {
    fn trace(&self, priority: &str, fired_at: Instant) -> Trace {
        let priority_id = Some(priority.to_string());
        trace(self.path, self.index, &Scenario { priority_id, fired_at, ..self.scenario.clone() })
    }
}

fn covers(of: &[escalation_engine::prove::PriorityInterval], priority: &str, at: Instant) -> bool {
    of.iter().any(|during| during.priority_id == priority && during.from <= at && at < during.until)
}

#[test]
fn verdicts_are_what_single_alerts_show() {
    let window = json!({"timezone": "Europe/London", "weekday_intervals": [
        {"weekday": "tuesday", "start_time": "22:00", "end_time": "07:00"},
        {"weekday": "wednesday", "start_time": "11:00", "end_time": "12:30"},
    ]});
    let expectations: Vec<Expectation> = [
        json!({"expect": "pages_someone"}),
        json!({"expect": "first_page_within", "seconds": 600}),
        json!({"expect": "first_page_within", "seconds": 4 * 3600, "urgency": "high", "priorities": ["p1", "p3"]}),
        json!({"expect": "reaches_people_within", "people": 2, "seconds": 1800}),
        json!({"expect": "reaches_people_within", "people": 3, "seconds": 30_000}),
        json!({"expect": "at_most_people_before", "people": 1, "seconds": 900}),
        json!({"expect": "at_most_people_before", "people": 2, "seconds": 20_000}),
        json!({"expect": "ends_within", "seconds": 7200}),
        json!({"expect": "no_single_person"}),
        json!({"expect": "covered_by", "schedule": "s", "seconds": 3600}),
        json!({"expect": "quiet_hours", "window": window}),
        json!({"expect": "quiet_hours", "window": window, "urgency": "high", "priorities": ["p2"]}),
    ]
    .into_iter()
    .map(expectation)
    .collect();
    let mut counts = [0_u32; 4];
    let mut alerts = 0;
    for seed in 10_000..10_250 {
        let mut dice = Dice::new(seed);
        let world = generate::world(&mut dice);
        let index = Index::new(world.clone());
        let scenario = generate::scenario(&mut dice).left_alone();
        let path = compile_for(&index, &scenario).unwrap();
        let (from, until) = generate::horizon(&mut dice);
        let question = Question { path: &path, index: &index, scenario: &scenario };
        let horizon = Horizon { from, until, scenario: scenario.clone() };
        let verdicts = prove(&path, &index, &horizon, &expectations).unwrap();
        for (verdict, expectation) in verdicts.iter().zip(&expectations) {
            assert_eq!(&verdict.expectation, expectation);
            counts[verdict.verdict as usize] += 1;
            replays(verdict, expectation, &world);
            for priority in verdict.scope.priorities.clone() {
                let edges = verdict.refuted_during.iter().chain(&verdict.unknown_during);
                let edges = edges.filter(|during| during.priority_id == priority);
                let mut instants: Vec<_> =
                    edges.flat_map(|during| [during.from, during.from - 1, during.until - 1, during.until]).collect();
                instants.truncate(24);
                for _ in 0..12 {
                    let after = dice.below(u64::try_from(verdict.scope.until - from).unwrap());
                    instants.push(from + i64::try_from(after).unwrap());
                }
                for at in instants.into_iter().filter(|at| from <= *at && *at < verdict.scope.until) {
                    alerts += 1;
                    let said = match fails(expectation, &question.trace(&priority, at), at, &world) {
                        None => "unknown",
                        Some(true) => "fails",
                        Some(false) => "holds",
                    };
                    let judged = if covers(&verdict.refuted_during, &priority, at) {
                        "fails"
                    } else if covers(&verdict.unknown_during, &priority, at) {
                        "unknown"
                    } else {
                        "holds"
                    };
                    // At a single instant, what moves with the alert may coincide with what does not, so that more is known.
                    let fails_at = |at| fails(expectation, &question.trace(&priority, at), at, &world) == Some(true);
                    // What was given up is unknown, whatever a single alert shows.
                    let is_given_up = verdict.scope.limit.is_some();
                    let open = judged == "unknown"
                        && (is_given_up || said == "holds" || !(fails_at(at - 1) && fails_at(at + 1)));
                    let agrees = said == judged || open;
                    assert!(agrees, "seed {seed}, {priority} at {at}, {expectation:?}: {said}, but judged {judged}");
                }
            }
        }
    }
    println!("{alerts} alerts; proven, refuted, not applicable, incomplete: {counts:?}");
    assert!(counts[VerdictKind::Proven as usize] > 100 && counts[VerdictKind::Refuted as usize] > 100, "{counts:?}");
}

fn replays(verdict: &Verdict, expectation: &Expectation, world: &World) {
    match (&verdict.counterexample, verdict.verdict) {
        (Some(example), VerdictKind::Refuted) => {
            let replayed = escalation_engine::simulate(&Index::new(world.clone()), &example.scenario).unwrap();
            assert_eq!(replayed, example.trace);
            let fired_at = example.scenario.fired_at;
            assert_eq!(fails(expectation, &replayed, fired_at, world), Some(true), "{expectation:?}");
            let priority = example.scenario.priority_id.as_deref().unwrap();
            assert!(covers(&verdict.refuted_during, priority, fired_at));
        }
        (None, VerdictKind::Refuted) => panic!("nothing shows it: {expectation:?}"),
        (Some(_), answer) => panic!("{answer:?}, and yet there is a counterexample"),
        (None, _) => {}
    }
}

/// A world of one person on call in working weeks, another always, and two priorities.
fn office() -> World {
    let entries: Vec<Value> = (0..3)
        .map(|week| {
            let monday = Instant::from_unix(1_774_224_000 + week * 7 * 86_400);
            json!({"rota_id": "r", "user_id": "amy", "start_at": monday, "end_at": monday + 5 * 86_400})
        })
        .collect();
    let world = json!({
        "priorities": [{"id": "p1", "name": "P1"}, {"id": "p2", "name": "P2"}],
        "users": [{"id": "amy", "name": "Amy", "can_be_paged": true}, {"id": "ben", "name": "Ben", "can_be_paged": true}],
        "schedules": [{"id": "s", "name": "S", "timezone": "UTC", "rotas": [{"id": "r", "name": "R", "user_ids": ["amy"]}], "entries": entries}],
        "entries_from": "2026-03-23T00:00:00Z",
        "entries_until": "2026-04-13T00:00:00Z",
    });
    World::from_text(&world.to_string()).unwrap()
}

fn judge(path: Value, expectations: &[Value]) -> Vec<Verdict> {
    let index = Index::new(office());
    let scenario = Scenario { path: Some(path), ..Scenario::default() };
    let compiled = compile_for(&index, &scenario).unwrap();
    let horizon = Horizon {
        from: "2026-03-23T00:00:00Z".parse().unwrap(),
        until: "2026-04-13T00:00:00Z".parse().unwrap(),
        scenario,
    };
    let expectations: Vec<_> = expectations.iter().cloned().map(expectation).collect();
    prove(&compiled, &index, &horizon, &expectations).unwrap()
}

fn level(id: &str, kind: &str, target: &str, seconds: i64) -> Value {
    json!({"id": id, "type": "level", "level": {"targets": [{"type": kind, "id": target, "urgency": "high"}], "time_to_ack_seconds": seconds}})
}

#[test]
fn a_schedule_with_nobody_at_weekends() {
    let path = json!({"name": "n", "path": [level("a", "schedule", "s", 300)]});
    let [someone, quick] =
        judge(path, &[json!({"expect": "pages_someone"}), json!({"expect": "first_page_within", "seconds": 60})])
            .try_into()
            .unwrap();
    assert_eq!((someone.verdict, quick.verdict), (VerdictKind::Refuted, VerdictKind::Refuted));
    let first = &someone.refuted_during[0];
    assert_eq!(
        (first.from.to_string(), first.until.to_string()),
        ("2026-03-28T00:00:00Z".into(), "2026-03-30T00:00:00Z".into())
    );
    assert_eq!(someone.refuted_during.len(), 6, "three weekends for each of two priorities");
    assert_eq!(someone.counterexample.unwrap().scenario.fired_at.to_string(), "2026-03-28T00:00:00Z");
    assert_eq!(quick.refuted_during, someone.refuted_during);
    assert!(someone.scope.assumed.contains(&"nobody responds".to_string()));

    let path = json!({"name": "n", "path": [level("a", "schedule", "s", 300), level("b", "user", "ben", 300)]});
    let [someone, single] =
        judge(path, &[json!({"expect": "pages_someone"}), json!({"expect": "no_single_person"})]).try_into().unwrap();
    assert_eq!(someone.verdict, VerdictKind::Proven);
    assert_eq!(single.verdict, VerdictKind::Refuted, "at weekends Ben is alone");
}

#[test]
fn where_the_entries_end_the_proof_ends() {
    let path = json!({"name": "n", "path": [level("a", "user", "ben", 3600), level("b", "schedule", "s", 300)]});
    let [ends] = judge(path, &[json!({"expect": "ends_within", "seconds": 7200})]).try_into().unwrap();
    assert_eq!(ends.verdict, VerdictKind::Proven);
    assert_eq!(ends.scope.until.to_string(), "2026-04-12T23:00:00Z", "an hour later nobody knows who is on call");
}

#[test]
fn nodes_that_are_never_reached() {
    let branch = |id: &str, then: Value, otherwise: Value| {
        json!({"id": id, "type": "if_else", "if_else": {"conditions": [{"subject": "escalation.priority", "operation": "one_of",
            "param_bindings": [{"array_value": [{"literal": "p1"}]}]}], "then_path": then, "else_path": otherwise}})
    };
    let inner = branch("inner", json!([level("a", "user", "ben", 60)]), json!([level("never", "user", "amy", 60)]));
    let path = json!({"name": "n", "path": [branch("outer", json!([inner]), json!([level("b", "user", "ben", 60)]))]});
    let [reachable] = judge(path, &[json!({"expect": "every_node_reachable"})]).try_into().unwrap();
    assert_eq!(
        (reachable.verdict, reachable.never),
        (VerdictKind::Refuted, vec!["inner".to_string(), "never".to_string()])
    );
}

#[test]
fn the_lower_priority_is_louder() {
    let path = json!({"name": "n", "path": [{"id": "b", "type": "if_else", "if_else": {
        "conditions": [{"subject": "escalation.priority", "operation": "one_of", "param_bindings": [{"array_value": [{"literal": "p1"}]}]}],
        "then_path": [{"id": "d", "type": "delay", "delay": {"delay_seconds": 60}}, level("a", "user", "ben", 60)],
        "else_path": [level("c", "user", "ben", 60)]}}]});
    let [louder] = judge(path, &[json!({"expect": "not_louder_than"})]).try_into().unwrap();
    assert_eq!(louder.verdict, VerdictKind::Refuted);
    assert_eq!(louder.refuted_during.len(), 1);
    assert_eq!(louder.counterexample.unwrap().scenario.priority_id.as_deref(), Some("p2"));
}

#[test]
fn the_same_person_twice() {
    let path = json!({"name": "n", "path": [level("a", "user", "ben", 60), level("b", "schedule", "s", 60), level("c", "user", "ben", 60)]});
    let [same] = judge(path, &[json!({"expect": "no_consecutive_same_person"})]).try_into().unwrap();
    assert_eq!(same.verdict, VerdictKind::Refuted, "at weekends nobody is between the two");
    assert_eq!(
        same.refuted_during[0].from.to_string(),
        "2026-03-27T23:59:00Z",
        "that is when the second level is empty"
    );
}

#[test]
fn a_condition_that_nobody_can_decide_goes_both_ways() {
    let path = json!({"name": "n", "path": [{"id": "b", "type": "if_else", "if_else": {
        "conditions": [{"subject": "escalation.moon", "operation": "is_full", "param_bindings": []}],
        "then_path": [level("a", "user", "ben", 60)], "else_path": []}}]});
    let [someone] = judge(path, &[json!({"expect": "pages_someone"})]).try_into().unwrap();
    assert_eq!(someone.verdict, VerdictKind::Refuted);
    let example = someone.counterexample.unwrap();
    assert_eq!(serde_json::to_value(&example.scenario.branches).unwrap(), json!({"b": "else"}));
    assert!(someone.scope.assumed.iter().any(|assumed| assumed.contains("`b`")));
}

#[test]
fn parameters_that_mean_nothing() {
    let index = Index::new(office());
    let scenario = Scenario { path: Some(json!({"name": "n", "path": []})), ..Scenario::default() };
    let path = compile_for(&index, &scenario).unwrap();
    let horizon = Horizon { from: scenario.fired_at, until: scenario.fired_at + 60, scenario };
    for (wrong, said) in [
        (json!({"expect": "ends_within"}), "expectations.0.seconds: is required by this expectation"),
        (
            json!({"expect": "pages_someone", "seconds": 1}),
            "expectations.0.seconds: does not belong to this expectation",
        ),
        (
            json!({"expect": "covered_by", "seconds": 1, "schedule": "x"}),
            "expectations.0.schedule: the world has no schedule `x`",
        ),
        (
            json!({"expect": "quiet_hours", "window": {"timezone": "Mars", "weekday_intervals": []}}),
            "expectations.0.window.timezone: `Mars` is no IANA zone",
        ),
        (
            json!({"expect": "pages_someone", "priorities": ["p9"]}),
            "expectations.0.priorities: the world has no priority `p9`",
        ),
    ] {
        let error = prove(&path, &index, &horizon, &[expectation(wrong)]).unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
    }
    let empty = Horizon { until: horizon.from, ..horizon };
    assert!(prove(&path, &index, &empty, &[]).is_err());
}

#[test]
fn a_limit_is_named_and_proves_nothing() {
    // Each minute somebody's turn, from Friday evening to Monday morning.
    let turns = json!({"id": "a", "type": "level", "level": {
        "targets": [{"type": "user", "id": "amy", "urgency": "high"}, {"type": "user", "id": "ben", "urgency": "high"}],
        "round_robin_config": {"enabled": true, "rotate_after_seconds": 60},
        "time_to_ack_interval_condition": "active", "time_to_ack_weekday_interval_config_id": "h"}});
    let five = ["monday", "tuesday", "wednesday", "thursday", "friday"];
    let intervals = five.map(|day| json!({"weekday": day, "start_time": "09:00", "end_time": "17:00"}));
    let path = json!({"name": "n", "path": [turns],
        "working_hours": [{"id": "h", "name": "h", "timezone": "Europe/London", "weekday_intervals": intervals}]});
    let person = |id: &str| json!({"id": id, "name": id, "can_be_paged": true});
    let world = json!({"users": [person("amy"), person("ben")]});
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let scenario = Scenario { path: Some(path), ..Scenario::default() };
    let compiled = compile_for(&index, &scenario).unwrap();
    let from: Instant = "2026-01-01T00:00:00Z".parse().unwrap();
    let horizon = Horizon { from, until: from + 365 * 86_400, scenario };
    let [verdict] = prove(&compiled, &index, &horizon, &[expectation(json!({"expect": "pages_someone"}))])
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(verdict.verdict, VerdictKind::Incomplete);
    assert!(verdict.scope.limit.unwrap().starts_with("given up at 2026-"));
    assert!(verdict.scope.cells > 100);
}

#[test]
fn a_priority_is_compared_with_those_that_are_not_asked_about() {
    let level = |id: &str, users: &[&str], urgency: &str| {
        let targets: Vec<Value> =
            users.iter().map(|id| json!({"type": "user", "id": id, "urgency": urgency})).collect();
        json!({"id": id, "type": "level", "level": {"targets": targets, "time_to_ack_seconds": 60}})
    };
    let path = json!({"name": "n", "path": [{"id": "b", "type": "if_else", "if_else": {
        "conditions": [{"subject": "escalation.priority", "operation": "one_of",
            "param_bindings": [{"array_value": [{"literal": "p2"}]}]}],
        "then_path": [level("loud", &["amy", "ben"], "high")], "else_path": [level("quiet", &["ben"], "low")]}}]});
    let judged = judge(
        path,
        &[
            json!({"expect": "not_louder_than", "priorities": ["p2"]}),
            json!({"expect": "not_louder_than", "priorities": ["p1"]}),
            json!({"expect": "not_louder_than", "pairs": [["p2", "p1"]]}),
            json!({"expect": "not_louder_than", "pairs": []}),
            json!({"expect": "not_louder_than", "pairs": [["p1", "p1"]]}),
        ],
    );
    let answers: Vec<_> = judged.iter().map(|verdict| verdict.verdict).collect();
    assert_eq!(
        answers,
        [
            VerdictKind::Refuted,
            VerdictKind::NotApplicable,
            VerdictKind::Refuted,
            VerdictKind::NotApplicable,
            VerdictKind::NotApplicable
        ]
    );
    assert_eq!(judged[0].scope.priorities, ["p2"]);
}

#[test]
fn covered_by_people() {
    let path = json!({"name": "n", "path": [level("a", "user", "amy", 60), level("b", "user", "ben", 60)]});
    let by = |users: Value, seconds: i64| json!({"expect": "covered_by", "users": users, "seconds": seconds});
    let judged = judge(path, &[by(json!(["ben"]), 60), by(json!(["ben"]), 59), by(json!(["ben", "amy"]), 0)]);
    let answers: Vec<_> = judged.iter().map(|verdict| verdict.verdict).collect();
    assert_eq!(answers, [VerdictKind::Proven, VerdictKind::Refuted, VerdictKind::Proven]);
    assert_eq!(judged[2].expectation.sentence(&Index::new(office())), "Ben or Amy is paged at once");
}

/// What a condition that nobody can decide turns out to be at an instant, as if at random, the same for one number.
fn turns_out(number: u64, condition: &str, at: Instant) -> bool {
    let seed = condition.bytes().fold(number, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
    Dice::new(seed ^ u64::try_from(at.unix()).unwrap().wrapping_mul(0x9E37_79B9)).chance(50)
}

/// The condition of each branch of a path, by node id.
fn conditions(nodes: &Value, found: &mut BTreeMap<String, String>) {
    for node in nodes.as_array().unwrap() {
        let Some(branch) = node.get("if_else") else { continue };
        found.insert(node["id"].as_str().unwrap().to_string(), branch["conditions"].to_string());
        conditions(&branch["then_path"], found);
        conditions(&branch["else_path"], found);
    }
}

/// An alert for which each such condition turns out as the number says, and what becomes of it.
fn with_outcomes(question: Question<'_>, alert: &Scenario, number: u64) -> Trace {
    let mut asked = BTreeMap::new();
    conditions(&alert.path.as_ref().unwrap()["path"], &mut asked);
    let mut alert = alert.clone();
    loop {
        let found = trace(question.path, question.index, &alert);
        let last = found.steps.last().unwrap();
        let node = last.node_id.clone().unwrap_or_default();
        if found.outcome != Outcome::Undecided || last.rule != "R3" {
            return found;
        }
        let is_visit = |step: &&escalation_engine::trace::TraceStep| {
            step.step == StepName::Entered && step.node_id.as_ref() == Some(&node)
        };
        let visit = found.steps.iter().filter(is_visit).count();
        let holds = turns_out(number, &asked[&node], last.at);
        let of_node = alert.branch_visits.entry(node).or_default();
        of_node.resize(visit, None);
        of_node[visit - 1] = Some(if holds { Branch::Then } else { Branch::Else });
    }
}

/// One condition at one instant has one outcome, and another one perhaps at another instant.
#[test]
fn conditions_that_nobody_can_decide_are_judged_in_every_way() {
    let expectations: Vec<Expectation> = [
        json!({"expect": "pages_someone"}),
        json!({"expect": "first_page_within", "seconds": 600}),
        json!({"expect": "reaches_people_within", "people": 2, "seconds": 1800}),
        json!({"expect": "at_most_people_before", "people": 1, "seconds": 900}),
        json!({"expect": "ends_within", "seconds": 7200}),
        json!({"expect": "no_single_person"}),
    ]
    .into_iter()
    .map(expectation)
    .collect();
    let (mut alerts, mut refuted, mut depends) = (0, 0, 0);
    for seed in 70_000..70_150 {
        let mut dice = Dice::new(seed);
        let world = generate::world(&mut dice);
        let index = Index::new(world.clone());
        let mut scenario = generate::scenario(&mut dice).left_alone();
        generate::unknown(&mut dice, &mut scenario);
        (scenario.branches, scenario.branch_visits) = Default::default();
        let path = compile_for(&index, &scenario).unwrap();
        let (from, until) = generate::horizon(&mut dice);
        let question = Question { path: &path, index: &index, scenario: &scenario };
        let horizon = Horizon { from, until, scenario: scenario.clone() };
        let verdicts = prove(&path, &index, &horizon, &expectations).unwrap();
        for (verdict, expectation) in verdicts.iter().zip(&expectations) {
            depends += u32::from(verdict.depends);
            if let Some(example) = &verdict.counterexample {
                refuted += 1;
                replays(verdict, expectation, &world);
                // No condition turns out both ways at one instant.
                let mut asked = BTreeMap::new();
                conditions(&scenario.path.as_ref().unwrap()["path"], &mut asked);
                let mut turned_out = BTreeMap::new();
                for step in example.trace.steps.iter().filter(|step| step.step == StepName::Branched) {
                    let Some(condition) = asked.get(step.node_id.as_deref().unwrap()) else { continue };
                    if condition.contains("incident.severity") && step.path_id.is_none() {
                        let before = turned_out.insert((condition, step.at), step.branch);
                        assert!(before.is_none_or(|before| before == step.branch), "seed {seed}: {step:?}");
                    }
                }
            }
        }
        for _ in 0..12 {
            let at = from + i64::try_from(dice.below(u64::try_from(until - from).unwrap())).unwrap();
            let priority = dice.one_of(&PRIORITIES).to_string();
            let alert = Scenario { fired_at: at, priority_id: Some(priority.clone()), ..scenario.clone() };
            for number in 0..6 {
                let found = with_outcomes(question, &alert, number);
                for (verdict, expectation) in verdicts.iter().zip(&expectations) {
                    alerts += 1;
                    let said = fails(expectation, &found, at, &world);
                    let known = covers(&verdict.refuted_during, &priority, at)
                        || covers(&verdict.unknown_during, &priority, at)
                        || at >= verdict.scope.until;
                    assert!(said == Some(false) || known, "seed {seed}, {priority} at {at}, {expectation:?}: {said:?}");
                }
            }
        }
    }
    println!("{alerts} alerts, {refuted} refuted, {depends} depend");
    assert!(refuted > 100 && depends > 20, "{refuted} {depends}");
}

fn severity(id: &str, among: &[&str], then: Value, otherwise: Value) -> Value {
    let values: Vec<Value> = among.iter().map(|id| json!({"literal": id})).collect();
    json!({"id": id, "type": "if_else", "if_else": {"conditions": [{"subject": "incident.severity",
        "operation": "one_of", "param_bindings": [{"array_value": values}]}], "then_path": then, "else_path": otherwise}})
}

#[test]
fn a_condition_may_turn_out_otherwise_at_the_next_visit() {
    let back = json!({"id": "r", "type": "repeat", "repeat": {"to_node": "b", "repeat_times": 1}});
    let path = json!({"name": "n", "path": [
        severity("b", &["x"], json!([level("a", "user", "amy", 60), back]), json!([level("c", "user", "ben", 60)]))]});
    let at_most = json!({"expect": "at_most_people_before", "people": 1, "seconds": 600});
    let [at_most] = judge(path, &[at_most]).try_into().unwrap();
    assert_eq!((at_most.verdict, at_most.depends), (VerdictKind::Refuted, true));
    let example = at_most.counterexample.unwrap();
    assert!(example.scenario.branches.is_empty());
    assert_eq!(serde_json::to_value(&example.scenario.branch_visits).unwrap(), json!({"b": ["then", "else"]}));
    let replayed = escalation_engine::simulate(&Index::new(office()), &example.scenario).unwrap();
    assert_eq!(replayed, example.trace);
}

#[test]
fn a_condition_turns_out_one_way_at_one_instant() {
    // Written otherwise, it asks the same.
    let inner = severity("d", &["y", "x"], json!([]), json!([level("c", "user", "ben", 60)]));
    let path = json!({"name": "n", "path": [
        severity("b", &["x", "y"], json!([level("a", "user", "amy", 60)]), json!([inner]))]});
    let expectations = [json!({"expect": "pages_someone"}), json!({"expect": "every_node_reachable"})];
    let [someone, reached] = judge(path, &expectations).try_into().unwrap();
    assert_eq!((someone.verdict, someone.depends), (VerdictKind::Proven, false));
    assert_eq!((reached.verdict, reached.never), (VerdictKind::Refuted, vec!["d".to_string()]));
    // With a minute between them it may.
    let wait = json!({"id": "w", "type": "delay", "delay": {"delay_seconds": 60}});
    let inner = severity("d", &["x"], json!([]), json!([level("c", "user", "ben", 60)]));
    let path = json!({"name": "n", "path": [
        severity("b", &["x"], json!([level("a", "user", "amy", 60)]), json!([wait, inner]))]});
    let [someone, reached] = judge(path, &expectations).try_into().unwrap();
    assert_eq!((someone.verdict, reached.verdict), (VerdictKind::Refuted, VerdictKind::Proven));
}

#[test]
fn more_visits_than_are_tried_prove_nothing() {
    let wait = |id: &str| json!({"id": id, "type": "delay", "delay": {"delay_seconds": 60}});
    let back = |id: &str| json!({"id": id, "type": "repeat", "repeat": {"to_node": "b", "repeat_times": 40}});
    let path = json!({"name": "n", "path": [
        severity("b", &["x"], json!([wait("w"), back("r")]), json!([wait("x"), back("s")]))]});
    let expectations =
        [json!({"expect": "pages_someone"}), json!({"expect": "at_most_people_before", "people": 1, "seconds": 600})];
    let [someone, at_most] = judge(path, &expectations).try_into().unwrap();
    // By one of the ways in which it always turns out the same it fails, which is certain.
    assert_eq!((someone.verdict, at_most.verdict), (VerdictKind::Refuted, VerdictKind::Incomplete));
    assert_eq!(someone.scope.limit.as_deref(), Some("given up: there are too many ways for one alert to go"));
}

#[test]
fn what_is_certain_before_a_run_becomes_unknown_is_said() {
    // It waits until twelve, when nobody knows who is on call.
    let hours = json!({"id": "h", "name": "h", "timezone": "UTC", "weekday_intervals": [
        {"weekday": "monday", "start_time": "12:00", "end_time": "13:00"}]});
    let wait = json!({"id": "d", "type": "delay", "delay": {"delay_interval_condition": "active",
        "delay_weekday_interval_config_id": "h"}});
    let path = json!({"name": "n", "working_hours": [hours], "path": [wait, level("l", "schedule", "s", 60)]});
    let mut world = office();
    world.entries_until = Some("2026-03-23T00:30:00Z".parse().unwrap());
    let index = Index::new(world);
    let scenario = Scenario { path: Some(path), ..Scenario::default() };
    let compiled = compile_for(&index, &scenario).unwrap();
    let (from, until) = ("2026-03-23T01:00:00Z".parse().unwrap(), "2026-03-23T11:59:30Z".parse().unwrap());
    let expectations = [
        json!({"expect": "ends_within", "seconds": 60}),
        json!({"expect": "first_page_within", "seconds": 60}),
        json!({"expect": "reaches_people_within", "people": 1, "seconds": 60}),
        json!({"expect": "covered_by", "users": ["amy"], "seconds": 60}),
        json!({"expect": "at_most_people_before", "people": 0, "seconds": 60}),
    ]
    .map(expectation);
    let verdicts = prove(&compiled, &index, &Horizon { from, until, scenario }, &expectations).unwrap();
    let minute_before: Instant = "2026-03-23T11:59:00Z".parse().unwrap();
    for verdict in &verdicts[..4] {
        assert_eq!(verdict.verdict, VerdictKind::Refuted, "{:?}", verdict.expectation);
        assert!(verdict.refuted_during.iter().all(|during| (during.from, during.until) == (from, minute_before)));
        assert!(verdict.unknown_during.iter().all(|during| (during.from, during.until) == (minute_before, until)));
        assert_eq!((verdict.refuted_during.len(), verdict.unknown_during.len()), (2, 2));
    }
    // Before a minute has passed nobody is paged, as long as that is followed: what stops after exactly a minute is.
    assert_eq!((verdicts[4].verdict, verdicts[4].scope.until), (VerdictKind::Proven, minute_before + 1));
}

#[test]
fn a_grace_period_is_named_among_what_is_assumed() {
    let path = json!({"name": "n", "path": [level("a", "user", "amy", 60)]});
    let [quick] = judge(path.clone(), &[json!({"expect": "first_page_within", "seconds": 60})]).try_into().unwrap();
    assert_eq!(quick.scope.assumed, ["nobody responds", "there is no grace period"]);
    let index = Index::new(office());
    let scenario = Scenario { path: Some(path), grace_period_seconds: 300, ..Scenario::default() };
    let compiled = compile_for(&index, &scenario).unwrap();
    let (from, until) = ("2026-03-23T01:00:00Z".parse().unwrap(), "2026-03-23T11:59:30Z".parse().unwrap());
    let expectations = [expectation(json!({"expect": "first_page_within", "seconds": 60}))];
    let [slow] =
        prove(&compiled, &index, &Horizon { from, until, scenario }, &expectations).unwrap().try_into().unwrap();
    assert_eq!((slow.verdict, slow.scope.assumed[1].as_str()), (VerdictKind::Refuted, "a grace period of 5m"));
}
