//! What is expected: as it is typed, as the path suggests it, as a verdict is told.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::path::Path;

use escalation_api::{Json as _, PathPayload};
use escalation_editor::expect::{Form, KINDS, State, occasions, suggestions, told};
use escalation_engine::calendar::Zone;
use escalation_engine::prove::{Expect, Expectation, Horizon, Verdict, prove};
use escalation_engine::{CompiledPath, Index, Scenario, World};
use serde_json::{Value, json};

fn index() -> Index {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/worlds/base.json");
    Index::new(World::from_text(&fs::read_to_string(file).unwrap()).unwrap())
}

fn compiled(nodes: Value, index: &Index) -> CompiledPath {
    let path = PathPayload::read(json!({"name": "n", "path": nodes, "working_hours": [
        {"id": "uk", "name": "UK", "timezone": "Europe/London", "weekday_intervals": [
            {"weekday": "monday", "start_time": "09:00", "end_time": "17:00"}]}]}));
    CompiledPath::new("p", &path.unwrap(), index)
}

fn horizon() -> Horizon {
    Horizon {
        from: "2026-03-23T00:00:00Z".parse().unwrap(),
        until: "2026-04-06T00:00:00Z".parse().unwrap(),
        scenario: Scenario::default(),
    }
}

fn level(id: &str, users: &[&str], seconds: i64) -> Value {
    let targets: Vec<_> = users.iter().map(|id| json!({"type": "user", "id": id, "urgency": "high"})).collect();
    json!({"id": id, "type": "level", "level": {"targets": targets, "time_to_ack_seconds": seconds}})
}

fn verdict(path: &CompiledPath, index: &Index, expectation: Expectation) -> Verdict {
    prove(path, index, &horizon(), &[expectation]).unwrap().remove(0)
}

fn people(index: &Index) -> Vec<String> {
    index.world().users.iter().filter(|user| user.can_be_paged).map(|user| user.id.clone()).collect()
}

#[test]
fn every_kind_can_be_typed_and_read_again() {
    for (position, kind) in KINDS.iter().enumerate() {
        let form = Form {
            kind: position,
            schedule: "s".into(),
            with_declines: true,
            priorities: vec!["p1".into()],
            ..Form::new("Europe/London")
        };
        let typed = form.read().unwrap();
        assert_eq!(typed.expect, kind.expect);
        assert_eq!(Form::of(&typed, "Europe/London").read().unwrap(), typed, "{typed:?}");
    }
}

#[test]
fn what_is_wrong_is_said_at_its_field() {
    let kind = |expect| KINDS.iter().position(|kind| kind.expect == expect).unwrap();
    let form = |expect| Form { kind: kind(expect), ..Form::new("Europe/London") };
    let field = |form: Form| form.read().unwrap_err().field;
    assert_eq!(field(Form { time: "soon".into(), ..form(Expect::EndsWithin) }), "seconds");
    assert_eq!(field(Form { people: "0".into(), ..form(Expect::ReachesPeopleWithin) }), "people");
    assert_eq!(field(Form { people: "9999999999999999999999".into(), ..form(Expect::ReachesPeopleWithin) }), "people");
    assert_eq!(field(form(Expect::CoveredBy)), "schedule");
    assert_eq!(field(Form { days: [false; 7], ..form(Expect::QuietHours) }), "window");
    assert_eq!(field(Form { start: "late".into(), ..form(Expect::QuietHours) }), "window");
    assert_eq!(field(Form { zone: "Mars".into(), ..form(Expect::QuietHours) }), "window");
}

#[test]
fn a_window_that_the_form_does_not_know_is_kept() {
    let two = json!({"timezone": "UTC", "weekday_intervals": [
        {"weekday": "monday", "start_time": "00:00", "end_time": "07:00"},
        {"weekday": "monday", "start_time": "22:00", "end_time": "24:00"}]});
    let quiet = Expectation { window: Some(two), ..Expectation::new(Expect::QuietHours) };
    assert_eq!(Form::of(&quiet, "UTC").read().unwrap(), quiet);
}

#[test]
fn a_path_suggests_what_holds_now() {
    let index = index();
    let people = people(&index);
    let path = compiled(json!([level("a", &[&people[0]], 300), level("b", &[&people[1]], 300)]), &index);
    let found = suggestions(&path, &index, &horizon(), &[]);
    let sentences: Vec<_> = found.iter().map(|one| one.sentence(&index)).collect();
    assert_eq!(
        sentences,
        [
            "somebody is paged",
            "somebody is paged within 0s",
            "at least 2 people paged within 5m",
            "nobody is the only one who is paged",
            "it ends within 10m",
            "a lower priority is never louder than a higher one",
            "no two levels in a row page the same person only",
            "every step is reached and every branch goes both ways",
        ]
    );
    let rest = suggestions(&path, &index, &horizon(), &found[..2]);
    assert_eq!(rest, found[2..], "what is expected already is not suggested");
    for one in found {
        assert_eq!(told(&verdict(&path, &index, one), &Zone::utc()).state, State::Holds);
    }
}

#[test]
fn what_does_not_hold_is_not_suggested() {
    let index = index();
    let person = people(&index)[0].clone();
    let path = compiled(json!([level("a", &[&person], 300), level("b", &[&person], 300)]), &index);
    let kinds: Vec<_> = suggestions(&path, &index, &horizon(), &[]).into_iter().map(|one| one.expect).collect();
    assert!(!kinds.contains(&Expect::NoSinglePerson) && !kinds.contains(&Expect::ReachesPeopleWithin), "{kinds:?}");
    assert!(!kinds.contains(&Expect::NoConsecutiveSamePerson), "{kinds:?}");
}

#[test]
fn verdicts_in_words() {
    let index = index();
    let person = people(&index)[0].clone();
    let path = compiled(
        json!([{"id": "b", "type": "if_else", "if_else": {
            "conditions": [{"subject": "escalation.working_hours[\"uk\"]", "operation": "is_active", "param_bindings": []}],
            "then_path": [level("a", &[&person], 300)], "else_path": []}}]),
        &index,
    );
    let london = Zone::get("Europe/London").unwrap();
    let tell = |expectation| told(&verdict(&path, &index, expectation), &london);
    let ends = tell(Expectation { seconds: Some(300), ..Expectation::new(Expect::EndsWithin) });
    assert_eq!((ends.state, ends.sentence.as_str()), (State::Holds, "Proven for every instant to 6 Apr 2026"));
    let pages = tell(Expectation::new(Expect::PagesSomeone));
    assert_eq!(
        (pages.state, pages.sentence.as_str()),
        (State::Broken, "Not true on 3 occasions, first Mon 23 Mar 2026 00:00")
    );
    let single = tell(Expectation::new(Expect::NoConsecutiveSamePerson));
    assert_eq!(single.state, State::Holds);
    let nobody = compiled(json!([]), &index);
    let never = told(&verdict(&nobody, &index, Expectation::new(Expect::PagesSomeone)), &london);
    assert_eq!((never.state, never.sentence.as_str()), (State::Broken, "Never true"));
}

#[test]
fn occasions_are_counted_whatever_the_priority() {
    let index = index();
    let path = compiled(json!([]), &index);
    let verdict = verdict(&path, &index, Expectation::new(Expect::PagesSomeone));
    assert!(verdict.refuted_during.len() > 1, "one for each priority");
    assert_eq!(occasions(&verdict.refuted_during).len(), 1);
}
