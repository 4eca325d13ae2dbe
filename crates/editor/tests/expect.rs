//! What is expected: as it is typed, as the path suggests it, as a verdict is told.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::path::Path;

use escalation_api::{Json as _, PathPayload};
use escalation_editor::expect::{
    ExpectationFix, Form, Judged, KINDS, Ruling, State, find_fixes, judge, occasions, suggestions, told,
};
use escalation_editor::work::{Inbox, Outbox, PathQuery, Request, Response, WorkerState, world_text};
use escalation_engine::calendar::Zone;
use escalation_engine::prove::{Expect, Expectation, Horizon};
use escalation_engine::world::WorldPart;
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

fn verdict(path: &CompiledPath, index: &Index, expectation: Expectation) -> Judged {
    judge(path, index, &horizon(), &[expectation]).remove(0)
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
    let found = suggestions(&path, &index, &horizon(), &[]).hold;
    let sentences: Vec<_> = found.iter().map(|one| one.sentence(&index)).collect();
    assert_eq!(
        sentences,
        [
            "somebody is paged",
            "somebody is paged at once",
            "at least 2 people paged within 5m",
            "nobody is the only one who is paged",
            "it ends within 10m",
            "a lower priority is never louder than a higher one",
            "no two levels in a row page the same person only",
            "every step is reached and every branch goes both ways",
        ]
    );
    let rest = suggestions(&path, &index, &horizon(), &found[..2]).hold;
    assert_eq!(rest, found[2..], "what is expected already is not suggested");
    for one in found {
        assert_eq!(told(&verdict(&path, &index, one), &index, &Zone::utc()).state, State::Holds);
    }
}

#[test]
fn that_nobody_is_paged_is_said() {
    let index = index();
    let nobody = compiled(json!([level("a", &[], 300)]), &index);
    let found = suggestions(&nobody, &index, &horizon(), &[]);
    let sentences: Vec<_> = found.fail.iter().map(|one| one.sentence(&index)).collect();
    assert_eq!(sentences, ["somebody is paged"]);
    assert!(!found.hold.contains(&found.fail[0]));
    assert_eq!(suggestions(&nobody, &index, &horizon(), &found.fail).fail, [], "it is expected already");
}

#[test]
fn what_does_not_hold_is_not_suggested() {
    let index = index();
    let person = people(&index)[0].clone();
    let path = compiled(json!([level("a", &[&person], 300), level("b", &[&person], 300)]), &index);
    let kinds: Vec<_> = suggestions(&path, &index, &horizon(), &[]).hold.into_iter().map(|one| one.expect).collect();
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
    let tell = |expectation| told(&verdict(&path, &index, expectation), &index, &london);
    let ends = tell(Expectation { seconds: Some(300), ..Expectation::new(Expect::EndsWithin) });
    assert_eq!(
        (ends.state, ends.sentence.as_str()),
        (State::Holds, "Proven for every instant until 6 Apr 2026, for P1 to P5")
    );
    // Where pauses could not be read, every such sentence says what it rests on.
    let mut world = index.world().clone();
    world.unread.push(WorldPart::Pauses);
    let unread = Index::new(world);
    let expectation = Expectation { seconds: Some(300), ..Expectation::new(Expect::EndsWithin) };
    let rests = told(&verdict(&path, &unread, expectation), &unread, &london);
    assert_eq!(rests.sentence, format!("{}, if nobody else has paused notifications", ends.sentence));
    let pages = tell(Expectation::new(Expect::PagesSomeone));
    assert_eq!(
        (pages.state, pages.sentence.as_str()),
        (State::Broken, "Fails 3 times, first from Mon 23 Mar 2026 00:00 until 09:00")
    );
    let single = tell(Expectation::new(Expect::NoConsecutiveSamePerson));
    assert_eq!(single.state, State::Holds);
    let nobody = compiled(json!([]), &index);
    let never = told(&verdict(&nobody, &index, Expectation::new(Expect::PagesSomeone)), &index, &london);
    assert_eq!((never.state, never.sentence.as_str()), (State::Broken, "Always fails"));
}

/// Nearly all of the time, all that is known of it, and all of it for some priorities only are three things.
#[test]
fn how_long_it_is_not_true() {
    let index = index();
    let zone = Zone::utc();
    let nobody = verdict(&compiled(json!([]), &index), &index, Expectation::new(Expect::PagesSomeone));
    let with = |change: fn(&mut Ruling)| {
        let mut judged = nobody.clone();
        change(judged.ruling.as_mut().unwrap());
        told(&judged, &index, &zone).sentence
    };
    let until = |ruling: &mut Ruling| {
        let at = "2026-04-05T23:10:00Z".parse().unwrap();
        ruling.refuted_during.iter_mut().for_each(|during| during.until = at);
    };
    assert_eq!(with(until), "Fails from Mon 23 Mar 2026 00:00 until Sun 5 Apr 2026 23:10");
    let unknown = |ruling: &mut Ruling| {
        let at = "2026-04-05T23:10:00Z".parse().unwrap();
        ruling.unknown_during = ruling.refuted_during.clone();
        ruling.unknown_during.iter_mut().for_each(|during| during.from = at);
        ruling.refuted_during.iter_mut().for_each(|during| during.until = at);
    };
    assert_eq!(with(unknown), "Fails whenever known; unknown from Sun 5 Apr 2026 23:10");
    let two = with(|ruling| ruling.refuted_during.truncate(2));
    let names: Vec<&str> = nobody.ruling.as_ref().unwrap().refuted_during[..2]
        .iter()
        .map(|during| index.priority_name(&during.priority_id))
        .collect();
    assert_eq!(two, format!("Always fails for {}, {}", names[0], names[1]));
}

#[test]
fn occasions_are_counted_whatever_the_priority() {
    let index = index();
    let path = compiled(json!([]), &index);
    let ruling = verdict(&path, &index, Expectation::new(Expect::PagesSomeone)).ruling.unwrap();
    assert!(ruling.refuted_during.len() > 1, "one for each priority");
    assert_eq!(occasions(&ruling.refuted_during).len(), 1, "all at the same times");
}

/// What is never true of one priority says nothing about when it is not true of another.
#[test]
fn each_priority_has_its_own_times() {
    let index = index();
    let person = people(&index)[0].clone();
    let ids: Vec<_> = index.world().priorities.iter().map(|priority| priority.id.clone()).collect();
    let branch = |id: &str, condition: Value, then: Value, otherwise: Value| json!({"id": id, "type": "if_else", "if_else": {"conditions": [condition], "then_path": then, "else_path": otherwise}});
    let priority = json!({"subject": "escalation.priority", "operation": "one_of", "param_bindings": [{"array_value": [{"literal": ids[3]}]}]});
    let hours = json!({"subject": "escalation.working_hours[\"uk\"]", "operation": "is_active", "param_bindings": []});
    let in_hours = branch("h", hours, json!([level("a", &[&person], 300)]), json!([]));
    let path = compiled(json!([branch("p", priority, json!([]), json!([in_hours]))]), &index);
    let london = Zone::get("Europe/London").unwrap();
    let judged = verdict(&path, &index, Expectation::new(Expect::PagesSomeone));
    assert_eq!(
        told(&judged, &index, &london).sentence,
        "Always fails for P4; for P1, P2, P3, P5 fails 3 times, first from Mon 23 Mar 2026 00:00 until 09:00"
    );
    let all = occasions(&judged.ruling.unwrap().refuted_during);
    let of: Vec<_> = all.iter().map(|one| one.priority_ids.len()).collect();
    assert_eq!((all.len(), of.iter().sum::<usize>()), (4, 3 * 4 + 1), "{all:?}");
}

/// Two priorities are two alerts, also where neither depends on the clock: what is true of one makes nothing uncertain.
#[test]
fn what_differs_by_priority_depends_on_nothing() {
    let index = index();
    let first = index.world().priorities[0].id.clone();
    let foreign = json!([{"subject": "alert.attributes[\"team\"]", "operation": "is_set", "param_bindings": []}]);
    let only_first = json!([{"subject": "escalation.priority", "operation": "one_of", "param_bindings": [{"array_value": [{"literal": first}]}]}]);
    let branch = |id: &str, conditions: &Value, [then, otherwise]: [Value; 2]| json!([{"id": id, "type": "if_else", "if_else": {"conditions": conditions, "then_path": then, "else_path": otherwise}}]);
    let delay = |id: &str, seconds: i64| json!([{"id": id, "type": "delay", "delay": {"delay_seconds": seconds}}]);
    let ends = |nodes: Value| {
        let expected = Expectation { seconds: Some(60), ..Expectation::new(Expect::EndsWithin) };
        told(&verdict(&compiled(nodes, &index), &index, expected), &index, &Zone::utc()).sentence
    };
    assert_eq!(ends(branch("p", &only_first, [delay("a", 30), delay("b", 90)])), "Always fails for P2 to P5");
    // Nor where each goes several ways, and all of them come to the same.
    let short = branch("x", &foreign, [delay("a", 30), delay("b", 40)]);
    let long = branch("y", &foreign, [delay("c", 80), delay("d", 90)]);
    assert_eq!(ends(branch("p", &only_first, [short, long])), "Always fails for P2 to P5");
}

/// What one and the same alert may do or not is neither true nor never true.
#[test]
fn what_depends_on_something_is_said_to() {
    let index = index();
    let person = people(&index)[0].clone();
    let foreign = json!([{"subject": "alert.attributes[\"team\"]", "operation": "is_set", "param_bindings": []}]);
    let path = |otherwise: Value| {
        let branch = json!({"conditions": foreign, "then_path": [level("a", &[&person], 300)], "else_path": otherwise});
        compiled(json!([{"id": "b", "type": "if_else", "if_else": branch}]), &index)
    };
    let pages = |path: &CompiledPath| {
        let judged = verdict(path, &index, Expectation::new(Expect::PagesSomeone));
        told(&judged, &index, &Zone::utc()).sentence
    };
    assert_eq!(pages(&path(json!([]))), "Not certain at any instant: it depends on a condition that cannot be decided");
    let both = path(json!([level("c", &[&person], 300)]));
    assert!(pages(&both).starts_with("Proven for every instant"), "{}", pages(&both));
    let mut turns = level("a", &people(&index)[..2].iter().map(String::as_str).collect::<Vec<_>>(), 300);
    turns["level"]["round_robin_config"] = json!({"enabled": true});
    let turns = compiled(json!([turns]), &index);
    assert!(pages(&turns).ends_with(", if round robins begin with the first person"), "{}", pages(&turns));
}

fn payload(nodes: Value) -> PathPayload {
    PathPayload::read(json!({"name": "n", "path": nodes, "working_hours": []})).unwrap()
}

fn timed(expect: Expect, seconds: i64) -> Expectation {
    Expectation { seconds: Some(seconds), ..Expectation::new(expect) }
}

/// What would mend it, as titles by position; each is tried again here.
fn mended(path: &PathPayload, all: &[Expectation]) -> Vec<(usize, String)> {
    let index = index();
    let found = find_fixes("p", path, &index, &horizon(), all);
    let state = |path: &PathPayload| judge(&CompiledPath::new("p", path, &index), &index, &horizon(), all);
    let before = state(path);
    for ExpectationFix { at, fix } in &found {
        let after = state(&fix.apply(path).unwrap());
        assert!(before[*at].is_broken() && after[*at].holds(), "{fix:?}");
        for (before, after) in before.iter().zip(&after) {
            assert!(!before.holds() || after.holds(), "{fix:?} breaks {:?}", before.expectation);
        }
    }
    found.into_iter().map(|mend| (mend.at, mend.fix.title)).collect()
}

#[test]
fn what_does_not_hold_is_mended_by_the_change_that_changes_least() {
    let index = index();
    let people = people(&index);
    let path = payload(json!([level("a", &[&people[0]], 950_400), level("b", &[&people[1]], 300)]));
    let ends = timed(Expect::EndsWithin, 864_000);
    let name = index.user_name(&people[0]).to_string();
    let said = format!("Wait 1d instead of 11d after “Page {name}”");
    assert_eq!(mended(&path, &[Expectation::new(Expect::PagesSomeone), ends.clone()]), [(1, said)]);
    // What holds needs nothing.
    assert_eq!(mended(&path, &[Expectation::new(Expect::PagesSomeone)]), []);
    // Nothing that can be waited mends a path that pages nobody.
    assert_eq!(mended(&payload(json!([])), &[Expectation::new(Expect::PagesSomeone)]), []);
}

#[test]
fn no_fix_breaks_what_held() {
    let index = index();
    let people = people(&index);
    let path = payload(json!([level("a", &[&people[0]], 7_200), level("b", &[&people[1]], 300)]));
    let soon = Expectation { people: Some(2), ..timed(Expect::ReachesPeopleWithin, 3_600) };
    assert_eq!(mended(&path, std::slice::from_ref(&soon)).len(), 1);
    // Waiting for less would page the second person too soon for this one.
    let late = Expectation { people: Some(1), ..timed(Expect::AtMostPeopleBefore, 7_200) };
    assert_eq!(mended(&path, &[soon, late]), []);
}

#[test]
fn what_a_check_mends_mends_what_is_expected() {
    let index = index();
    let person = people(&index)[0].clone();
    let other = people(&index)[1].clone();
    // One and the same person on two levels in a row; a level after the end is not reached.
    let branch = json!({"id": "c", "type": "if_else", "if_else": {
        "conditions": [{"subject": "escalation.priority", "operation": "one_of", "param_bindings": [
            {"array_value": index.world().priorities.iter().map(|one| json!({"literal": one.id})).collect::<Vec<_>>()}]}],
        "then_path": [level("a", &[&person], 300)], "else_path": [level("b", &[&other], 300)]}});
    let path = payload(json!([branch]));
    let fixes = escalation_engine::check("p", &path, &index).into_iter().filter_map(|problem| problem.fix).count();
    let found = mended(&path, &[Expectation::new(Expect::EveryNodeReachable)]);
    assert_eq!(found.len(), usize::from(fixes > 0), "{fixes} {found:?}");
}

/// The next reply, which is to this question.
fn answers(desk: &mut WorkerState, to: u32) -> Response {
    while desk.is_busy() {
        if let Some((number, reply)) = desk.advance() {
            assert_eq!(number, to);
            return reply;
        }
    }
    panic!("nothing was asked")
}

/// A path whose proof takes some slices.
fn long_path(index: &Index, seconds: i64) -> PathPayload {
    let people = people(index);
    let schedule = index.world().schedules.first().unwrap().id.clone();
    let mut nodes: Vec<_> = (0..40).map(|at| level(&format!("n{at}"), &[&people[at % 2]], seconds)).collect();
    nodes.push(json!({"id": "s", "type": "level", "level": {"time_to_ack_seconds": 300, "targets": [
        {"type": "schedule", "id": schedule, "urgency": "high", "schedule_mode": "currently_on_call"}]}}));
    nodes.push(json!({"id": "r", "type": "repeat", "repeat": {"to_node": "n0", "repeat_times": 9}}));
    payload(json!(nodes))
}

#[test]
fn a_newer_question_takes_the_place_of_the_one_of_its_kind() {
    let index = std::sync::Arc::new(index());
    let Horizon { from, until, .. } = horizon();
    let about = |seconds| PathQuery { id: "p".into(), path: long_path(&index, seconds).into(), from, until };
    let judge = |seconds| Request::Judge(about(seconds), vec![timed(Expect::EndsWithin, 864_000)]);
    let mut desk = WorkerState::default();
    desk.set_index(index.clone());
    desk.ask(Request::Gaps(about(60)), 3, 1).unwrap();
    assert_eq!(desk.advance(), None, "it takes more than a slice");
    // As if somebody typed: none is answered but the last, and what is less urgent waits for it.
    for (number, seconds) in (2..).zip([120, 180, 240, 300]) {
        desk.ask(judge(seconds), 0, number).unwrap();
        assert_eq!(desk.advance(), None, "it takes more than a slice");
    }
    let mut slices = 0;
    let mut replies = Vec::new();
    while desk.is_busy() {
        slices += 1;
        replies.extend(desk.advance());
    }
    assert!(slices > 10, "{slices}");
    assert_eq!(replies, [(5, judge(300).reply(&index)), (1, Request::Gaps(about(60)).reply(&index))]);
    // What was answered before is known.
    desk.ask(judge(300), 0, 6).unwrap();
    assert_eq!(desk.advance(), Some((6, judge(300).reply(&index))));
    // What was asked about a world is answered about it, and is not known of the one that has come meanwhile.
    desk.ask(judge(200), 0, 8).unwrap();
    assert_eq!(desk.advance(), None);
    let other = std::sync::Arc::new(Index::new(World::default()));
    desk.set_index(other.clone());
    while desk.is_busy() {
        if let Some(reply) = desk.advance() {
            assert_eq!(reply, (8, judge(200).reply(&index)));
        }
    }
    desk.ask(judge(200), 0, 9).unwrap();
    let mut replies = Vec::new();
    while desk.is_busy() {
        replies.extend(desk.advance());
    }
    assert_eq!(replies, [(9, judge(200).reply(&other))]);
    // It is not known of another world.
    desk.set_index(std::sync::Arc::new(Index::new(index.world().clone())));
    desk.ask(judge(300), 0, 7).unwrap();
    assert_eq!(desk.advance(), None, "it takes more than a slice");
}

#[test]
fn an_edit_is_sent_and_not_its_path() {
    let index = index();
    let Horizon { from, until, .. } = horizon();
    let path = std::sync::Arc::new(long_path(&index, 300));
    let judge = |path: &std::sync::Arc<PathPayload>| {
        let about = PathQuery { id: "p".into(), path: path.clone(), from, until };
        Request::Judge(about, vec![timed(Expect::EndsWithin, 864_000)])
    };
    let (mut outbox, mut inbox) = (Outbox::default(), Inbox::default());
    let mut send = |question: &Request| {
        let text = outbox.write(question);
        assert_eq!(inbox.read(&text).as_ref(), Some(question));
        text.len()
    };
    let whole = send(&judge(&path));
    assert!(whole > 4_000 && send(&judge(&path)) < 400, "{whole}");
    let compare = |path: &std::sync::Arc<PathPayload>, before: &std::sync::Arc<PathPayload>| {
        let about = PathQuery { id: "p".into(), path: path.clone(), from, until };
        Request::Compare(about, before.clone())
    };
    // Names of any length and script: a character is never cut in two.
    let mut now = (*path).clone();
    for name in ["é", "è", "ééé", "", "日本", "日木", "🙂", "🙃", "x", "xxxx"] {
        now.name = format!("n{name}n{name}");
        let named = std::sync::Arc::new(now.clone());
        assert!(send(&judge(&named)) < 500);
        assert!(send(&judge(&path)) < 500, "what was saved is asked about, too");
        assert!(send(&compare(&named, &path)) < 500);
    }
    now.path.remove(20);
    assert!(send(&judge(&std::sync::Arc::new(now.clone()))) < 800);
    now.path.clear();
    let empty = std::sync::Arc::new(now);
    send(&judge(&empty));
    send(&compare(&path, &empty));
    assert!(inbox.read("{}").is_none());
}

#[test]
fn a_worker_says_what_would_be_said_here() {
    let index = index();
    let people = people(&index);
    let path = payload(json!([level("a", &[&people[0]], 950_400), level("b", &[&people[1]], 300)]));
    let before = payload(json!([level("a", &[&people[0]], 300)]));
    let Horizon { from, until, .. } = horizon();
    let about = PathQuery { id: "p".into(), path: path.into(), from, until };
    let all = vec![
        Expectation::new(Expect::PagesSomeone),
        timed(Expect::EndsWithin, 864_000),
        Expectation { window: Some(json!({"timezone": "Mars"})), ..Expectation::new(Expect::QuietHours) },
    ];
    let (mut desk, mut outbox) = (WorkerState::default(), Outbox::default());
    let judge = Request::Judge(about.clone(), all.clone());
    assert_eq!(desk.hear(&outbox.write(&judge), 0, 0), None, "it has no world");
    desk.set_world(&world_text(index.world())).unwrap();
    assert!(desk.set_world("{").is_err() && desk.hear("{}", 0, 0).is_none());
    let questions = [
        judge,
        Request::Suggest(about.clone(), all.clone()),
        Request::SuggestFixes(about.clone(), all),
        Request::Compare(about.clone(), before.into()),
        Request::Gaps(about),
    ];
    for question in questions {
        desk.hear(&outbox.write(&question), 0, 7).unwrap();
        let reply = Response::from_text(&answers(&mut desk, 7).to_text()).unwrap();
        assert_eq!(reply, question.reply(&index));
        match reply {
            Response::Judged(all) => {
                assert!(all[0].holds() && all[1].is_broken() && all[2].ruling.is_err(), "{all:?}");
                assert!(all[1].ruling.as_ref().unwrap().example.is_some());
            }
            Response::Suggested(all) => assert!(!all.hold.is_empty()),
            Response::Mended(all) => assert_eq!(all.len(), 1),
            Response::Compared(found) => assert!(found.is_some_and(|found| !found.changes.is_empty())),
            Response::Gaps(found) => assert!(found.is_some_and(|found| found.times.is_empty() && found.is_complete)),
        }
    }
}

#[test]
fn when_nobody_is_paged() {
    let world = json!({
        "priorities": [{"id": "p1", "name": "P1"}, {"id": "p2", "name": "P2"}, {"id": "p3", "name": "P3"}],
        "users": [{"id": "amy", "name": "Amy", "can_be_paged": true}],
    });
    let gaps = |world: &serde_json::Value| {
        let index = Index::new(serde_json::from_value(world.clone()).unwrap());
        let condition = |subject: &str, operation: &str, bindings: serde_json::Value| json!([{"subject": subject, "operation": operation, "param_bindings": bindings}]);
        let level = json!({"id": "l", "type": "level", "level": {"time_to_ack_seconds": 60,
            "targets": [{"type": "user", "id": "amy", "urgency": "high"}]}});
        let again = json!({"id": "m", "type": "level", "level": level["level"]});
        let hours = json!({"id": "h", "type": "if_else", "if_else": {
            "conditions": condition("escalation.working_hours[\"uk\"]", "is_active", json!([])),
            "then_path": [level], "else_path": [{"id": "w", "type": "delay", "delay": {"delay_seconds": 60}}]}});
        let path = json!({"name": "n", "path": [{"id": "b", "type": "if_else", "if_else": {
            "conditions": condition("escalation.priority", "one_of", json!([{"array_value": [{"literal": "p1"}]}])),
            "then_path": [again], "else_path": [hours]}}],
            "working_hours": [{"id": "uk", "name": "UK hours", "timezone": "Europe/London", "weekday_intervals": [
                {"weekday": "monday", "start_time": "09:00", "end_time": "17:00"}]}]});
        let Horizon { from, until, .. } = horizon();
        let path = escalation_api::Json::read(path).unwrap();
        let about = PathQuery { id: String::new(), path: std::sync::Arc::new(path), from, until };
        match Request::Gaps(about).reply(&index) {
            Response::Gaps(Some(found)) => found,
            other => panic!("{other:?}"),
        }
    };
    let found = gaps(&world);
    assert_eq!((found.times, found.depends, found.is_complete), (vec!["P2, P3, outside UK hours".into()], false, true));
    // Where the list is not known to be complete, nothing is said as if it were.
    let mut incomplete = world;
    incomplete["priorities_from"] = json!("branches");
    assert_eq!(gaps(&incomplete).times, ["P2, P3 and any other priority, outside UK hours"]);
}
