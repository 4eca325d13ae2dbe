//! In runs and proofs, what could not be read is unknown, never empty; and nobody is not somebody.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod unread_world;

use escalation_engine::machine::Outcome;
use escalation_engine::prove::{Expect, Expectation, Horizon, VerdictKind, prove};
use escalation_engine::simulate::compile_for;
use escalation_engine::trace::StepName;
use escalation_engine::{Index, Scenario, World, simulate};
use serde_json::{Value, json};
use unread_world::{MODES, at, paged, play, scenario, world};

fn all(world: &Value) -> Vec<String> {
    MODES.iter().map(|mode| paged(&play(world, mode))).collect()
}

fn verdict(world: &Value, mode: &str) -> (VerdictKind, Vec<String>) {
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let scenario = scenario(mode);
    let path = compile_for(&index, &scenario).unwrap();
    let (from, until) = (at("2026-06-01T09:00:00Z"), at("2026-06-01T11:00:00Z"));
    let expectations = [Expectation::new(Expect::PagesSomeone)];
    let verdict = prove(&path, &index, &Horizon { from, until, scenario }, &expectations).unwrap().remove(0);
    (verdict.verdict, verdict.scope.assumed)
}

#[test]
fn all_is_known() {
    assert_eq!(all(&world()), ["ada", "ada", "bo", "bo", "ada bo", "ada bo"]);
}

#[test]
fn entries_that_could_not_be_read() {
    let mut world = world();
    world["schedules"][0]["unread"] = json!(["entries"]);
    let unknown = "undecided: who is on call in `S` could not be read";
    assert_eq!(all(&world), [unknown, unknown, unknown, unknown, "ada bo", "ada bo"]);
    assert_eq!(verdict(&world, "currently_on_call").0, VerdictKind::Incomplete);
    assert_eq!(verdict(&world, "all_users").0, VerdictKind::Proven);
}

#[test]
fn one_entry_that_could_not_be_read_is_unknown_for_its_time() {
    let unknown = "undecided: who is on call in `S` could not be read";
    let mut now = world();
    now["schedules"][0]["entries"][0] =
        json!({"rota_id": "r", "unread": true, "start_at": "2026-06-01T00:00:00Z", "end_at": "2026-06-01T12:00:00Z"});
    assert_eq!(all(&now), [unknown, unknown, "bo", "bo", "ada bo", "ada bo"]);
    let mut next = world();
    next["schedules"][0]["entries"][1]["unread"] = json!(true);
    assert_eq!(all(&next), ["ada", "ada", unknown, unknown, "ada bo", "ada bo"]);
    // Of another rota: unknown for the schedule, known for this rota.
    let mut other = world();
    let entry =
        json!({"rota_id": "q", "unread": true, "start_at": "2026-06-01T09:00:00Z", "end_at": "2026-06-01T11:00:00Z"});
    other["schedules"][0]["entries"].as_array_mut().unwrap().push(entry);
    assert_eq!(all(&other), [unknown, "ada", "bo", "bo", "ada bo", "ada bo"]);
    let (verdict, _) = verdict(&other, "currently_on_call");
    assert_eq!(verdict, VerdictKind::Incomplete);
}

#[test]
fn rotas_that_could_not_be_read() {
    let unknown = "undecided: who belongs to `S` could not be read";
    let mut members = world();
    members["schedules"][0]["rotas"][1]["unread"] = json!(true);
    assert_eq!(all(&members), ["ada", "ada", "bo", "bo", unknown, "ada bo"]);
    members["schedules"][0]["rotas"][0]["unread"] = json!(true);
    assert_eq!(all(&members), ["ada", "ada", "bo", "bo", unknown, unknown]);
    let mut list = world();
    list["schedules"][0]["unread"] = json!(["rotas"]);
    assert_eq!(all(&list), ["ada", "ada", "bo", "bo", unknown, "ada bo"]);
    // A rota that is not among those that could be read may exist.
    list["schedules"][0]["rotas"] = json!([]);
    list["schedules"][0]["entries"] = json!([]);
    let nobody = "";
    assert_eq!(all(&list), [nobody, unknown, nobody, unknown, unknown, unknown]);
}

#[test]
fn people_who_could_not_be_read() {
    let mut world = world();
    world["users"] = json!([{"id": "bo", "name": "Bo", "can_be_paged": true}]);
    assert_eq!(paged(&play(&world, "currently_on_call")), "undecided: there is no person `ada`");
    world["unread"] = json!(["users"]);
    let unknown = "undecided: not all people could be read, and `ada` is not among those that could";
    assert_eq!(all(&world), [unknown, unknown, "bo", "bo", unknown, unknown]);
    world["users"] = json!([{"id": "ada", "name": "Ada", "can_be_paged": true, "unread": true}]);
    assert_eq!(paged(&play(&world, "currently_on_call")), "undecided: whether Ada can be paged could not be read");
    world["unread"] = json!(["schedules"]);
    world["schedules"] = json!([]);
    assert_eq!(
        paged(&play(&world, "all_users")),
        "undecided: not all schedules could be read, and `s` is not among those that could"
    );
}

#[test]
fn pauses_that_could_not_be_read_are_assumed_not_to_be() {
    let mut world = world();
    assert_eq!(play(&world, "currently_on_call").assumed, Vec::<String>::new());
    world["unread"] = json!(["pauses"]);
    world["pauses"] =
        json!([{"user_id": "ada", "starts_at": "2026-06-01T00:00:00Z", "ends_at": "2026-06-02T00:00:00Z"}]);
    let assumed = "nobody else has paused notifications: not all pauses could be read";
    let trace = play(&world, "all_users");
    assert_eq!((paged(&trace), trace.assumed), ("bo".to_string(), vec![assumed.to_string()]));
    // Nobody was paged, so nothing rests on it.
    assert!(play(&world, "currently_on_call").assumed.is_empty());
    let (verdict, assumptions) = verdict(&world, "all_users");
    assert_eq!(verdict, VerdictKind::Proven);
    assert!(assumptions.iter().any(|one| one == assumed), "{assumptions:?}");
}

#[test]
fn a_gap_is_a_gap_with_or_without_an_entry() {
    let absent = world();
    let mut entry = world();
    let gap = json!({"rota_id": "r", "start_at": "2026-06-01T12:00:00Z", "end_at": "2026-06-01T13:00:00Z"});
    entry["schedules"][0]["entries"].as_array_mut().unwrap().push(gap.clone());
    let mut vendor = world();
    let nobody = json!({"rota_id": "r", "user_id": "NOBODY", "start_at": "2026-06-01T12:00:00Z", "end_at": "2026-06-01T13:00:00Z"});
    vendor["schedules"][0]["entries"].as_array_mut().unwrap().push(nobody);
    for world in [&absent, &entry, &vendor] {
        for mode in ["next_on_call", "next_on_call_for_rota"] {
            let trace = play(world, mode);
            assert_eq!(paged(&trace), "bo");
            let step = trace.steps.iter().find(|step| step.step == StepName::Paged).unwrap();
            assert_eq!(step.decision.as_deref(), Some("next_may_be_nobody"));
            assert_eq!(verdict(world, mode).0, VerdictKind::Proven);
            // The other reading is the same for all of them, too.
            let mut scenario = scenario(mode);
            scenario.semantics.next_may_be_nobody = true;
            let index = Index::new(World::from_text(&world.to_string()).unwrap());
            let trace = simulate(&index, &scenario).unwrap();
            assert_eq!(paged(&trace), "");
            let step = trace.steps.iter().find(|step| step.step == StepName::LeftOut).unwrap();
            let why = "nobody is next on call in S (R), from Mon 1 Jun 12:00 UTC";
            assert_eq!((step.why.as_str(), step.decision.as_deref()), (why, Some("next_may_be_nobody")));
        }
    }
    // A gap of one rota does not hide who is next in another.
    let mut of_another = world();
    of_another["schedules"][0]["entries"] = json!([
        {"rota_id": "r", "start_at": "2026-06-01T11:00:00Z", "end_at": "2026-06-01T13:00:00Z"},
        {"rota_id": "q", "user_id": "bo", "start_at": "2026-06-01T12:00:00Z", "end_at": "2026-06-02T00:00:00Z"},
    ]);
    assert_eq!(paged(&play(&of_another, "next_on_call")), "bo");
}

#[test]
fn nobody_is_nobody() {
    let mut world = world();
    world["schedules"][0]["rotas"][0]["user_ids"] = json!(["ada", "NOBODY"]);
    world["schedules"][0]["entries"] = json!([
        {"rota_id": "r", "user_id": "NOBODY", "start_at": "2026-06-01T00:00:00Z", "end_at": "2026-06-02T00:00:00Z"}]);
    assert_eq!(all(&world), ["", "", "", "", "ada bo", "ada"]);
    // Not even where the list of people has it.
    world["users"].as_array_mut().unwrap().push(json!({"id": "NOBODY", "name": "Nobody", "can_be_paged": true}));
    assert_eq!(all(&world), ["", "", "", "", "ada bo", "ada"]);
}

#[test]
fn outside_the_window_nobody_can_say() {
    let mut world = world();
    world["entries_from"] = json!("2026-06-01T00:00:00Z");
    world["entries_until"] = json!("2026-06-01T13:00:00Z");
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let rota = index.schedule("s").unwrap().rota("r").unwrap();
    assert_eq!(rota.on_call(at("2026-06-01T10:00:00Z")).map(|people| people.len()), Ok(1));
    assert_eq!(rota.on_call(at("2026-06-01T12:30:00Z")).map(|people| people.len()), Ok(0));
    for instant in ["2026-05-31T23:59:59Z", "2026-06-01T13:00:00Z", "2026-07-01T00:00:00Z"] {
        assert!(rota.on_call(at(instant)).is_err(), "{instant}");
    }
    assert_eq!(rota.next_change(at("2026-05-01T00:00:00Z")), Some(at("2026-06-01T00:00:00Z")));
    assert_eq!(rota.next_change(at("2026-06-01T12:00:00Z")), Some(at("2026-06-01T13:00:00Z")));
    assert_eq!(play(&world, "next_on_call").outcome, Outcome::BeyondEntries);
}

fn answer_to(world: &Value, path: Value, expectation: Expectation) -> VerdictKind {
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let from = at("2026-06-01T10:00:00Z");
    let scenario = Scenario { path: Some(path), fired_at: from, ..Scenario::default() };
    let compiled = compile_for(&index, &scenario).unwrap();
    prove(&compiled, &index, &Horizon { from, until: from + 3_600, scenario }, &[expectation])
        .unwrap()
        .remove(0)
        .verdict
}

fn page(user: &str) -> Value {
    json!({"id": "l", "type": "level", "level": {"time_to_ack_seconds": 60,
        "targets": [{"type": "user", "id": user, "urgency": "high"}]}})
}

#[test]
fn a_hand_over_to_no_path_yet_is_not_known_to_end() {
    let hand_over = json!({"id": "h", "type": "escalation_path", "escalation_path": {"escalation_path_id": ""}});
    let path = json!({"name": "n", "path": [page("ada"), hand_over]});
    let ends = Expectation { seconds: Some(120), ..Expectation::new(Expect::EndsWithin) };
    assert_eq!(answer_to(&world(), path.clone(), ends), VerdictKind::Incomplete);
    let few = Expectation { people: Some(1), seconds: Some(600), ..Expectation::new(Expect::AtMostPeopleBefore) };
    assert_eq!(answer_to(&world(), path, few), VerdictKind::Incomplete);
}

#[test]
fn who_could_not_be_read_may_be_one_of_those_who_cover() {
    let covers =
        || Expectation { schedule: Some("s".to_string()), seconds: Some(60), ..Expectation::new(Expect::CoveredBy) };
    let path = || json!({"name": "n", "path": [page("ada")]});
    let with = |schedule: Value| {
        let mut world = world();
        world["schedules"] = json!([schedule]);
        world
    };
    let rota = |users: Value, unread: bool| json!({"id": "r", "name": "R", "user_ids": users, "unread": unread});
    let schedule = |rota: Value| json!({"id": "s", "name": "S", "timezone": "UTC", "rotas": [rota]});
    let answer = |schedule: Value| answer_to(&with(schedule), path(), covers());
    assert_eq!(answer(schedule(rota(json!([]), true))), VerdictKind::Incomplete);
    assert_eq!(
        answer(schedule(rota(json!(["ada"]), true))),
        VerdictKind::Incomplete,
        "its list of people does not count"
    );
    assert_eq!(answer(schedule(rota(json!(["ada"]), false))), VerdictKind::Proven);
    assert_eq!(answer(schedule(rota(json!(["bo"]), false))), VerdictKind::Refuted);
    let mut unread = schedule(rota(json!(["bo"]), false));
    unread["entries"] = json!([{"rota_id": "r", "user_id": "ada", "unread": true,
        "start_at": "2026-06-01T00:00:00Z", "end_at": "2026-06-02T00:00:00Z"}]);
    assert_eq!(answer(unread), VerdictKind::Incomplete);
}

#[test]
fn nobody_is_next_only_where_all_later_entries_are_known() {
    let mut world = world();
    world["schedules"] = json!([{"id": "s", "name": "S", "timezone": "UTC"}]);
    assert!(play(&world, "next_on_call").outcome.is_known());
    world["entries_until"] = json!("2026-06-02T00:00:00Z");
    assert!(!play(&world, "next_on_call").outcome.is_known());
}

#[test]
fn a_rota_that_only_entries_name_has_no_list_of_people() {
    let mut world = world();
    world["schedules"][0]["rotas"] = json!([{"id": "q", "name": "Q", "user_ids": ["bo"]}]);
    assert!(!play(&world, "all_users_for_rota").outcome.is_known());
    // Who is on call in it is known all the same.
    assert!(play(&world, "currently_on_call_for_rota").outcome.is_known());
}

#[test]
fn an_unread_entry_may_be_nobody_where_the_last_who_is_known_goes() {
    let mut world = world();
    let entry = |user: &str, start: &str, end: &str| {
        let day = |time: &str| format!("2026-06-01T{time}:00Z");
        json!({"rota_id": "r", "user_id": user, "start_at": day(start), "end_at": day(end)})
    };
    let mut unread = entry("bo", "00:00", "20:00");
    unread["unread"] = json!(true);
    world["schedules"][0]["entries"] = json!([entry("ada", "00:00", "11:00"), unread, entry("bo", "12:00", "23:00")]);
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let mut scenario = scenario("next_on_call");
    assert!(simulate(&index, &scenario).unwrap().outcome.is_known());
    scenario.semantics.next_may_be_nobody = true;
    assert!(!simulate(&index, &scenario).unwrap().outcome.is_known());
}
