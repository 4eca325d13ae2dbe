//! What could not be read is unknown, never empty; and nobody is not somebody.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use escalation_api::schedule::Entries;
use escalation_api::{self as api, Json as _};
use escalation_engine::from_api::Answers;
use escalation_engine::machine::Outcome;
use escalation_engine::prove::{Answer, Expect, Expectation, Horizon, prove};
use escalation_engine::simulate::compile_for;
use escalation_engine::trace::StepName;
use escalation_engine::world::{SchedulePart, WorldPart};
use escalation_engine::{Index, Instant, Scenario, Trace, World, check, simulate};
use serde_json::{Value, json};

const MODES: [&str; 6] = [
    "currently_on_call",
    "currently_on_call_for_rota",
    "next_on_call",
    "next_on_call_for_rota",
    "all_users",
    "all_users_for_rota",
];

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// Ada is on call for the first half of 1 June, Bo from 13:00.
fn world() -> Value {
    json!({
        "users": [{"id": "ada", "name": "Ada", "can_be_paged": true}, {"id": "bo", "name": "Bo", "can_be_paged": true}],
        "schedules": [{"id": "s", "name": "S", "timezone": "UTC",
            "rotas": [{"id": "r", "name": "R", "user_ids": ["ada", "bo"]}, {"id": "q", "name": "Q", "user_ids": ["bo"]}],
            "entries": [
                {"rota_id": "r", "user_id": "ada", "start_at": "2026-06-01T00:00:00Z", "end_at": "2026-06-01T12:00:00Z"},
                {"rota_id": "r", "user_id": "bo", "start_at": "2026-06-01T13:00:00Z", "end_at": "2026-06-02T00:00:00Z"},
            ]}],
    })
}

fn level(mode: &str) -> Value {
    let mut target = json!({"type": "schedule", "id": "s", "urgency": "high", "schedule_mode": mode});
    if mode.ends_with("_for_rota") {
        target["selected_rota_id"] = json!("r");
    }
    json!({"id": mode, "type": "level", "level": {"time_to_ack_seconds": 60, "targets": [target]}})
}

fn scenario(mode: &str) -> Scenario {
    let path = json!({"name": "p", "path": [level(mode)]});
    Scenario { path: Some(path), fired_at: at("2026-06-01T10:00:00Z"), ..Scenario::default() }
}

fn play(world: &Value, mode: &str) -> Trace {
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    simulate(&index, &scenario(mode)).unwrap()
}

/// Who is paged, or the last reason and the outcome where the run stopped.
fn paged(trace: &Trace) -> String {
    if trace.outcome == Outcome::Expired {
        let paged = trace.steps.iter().filter(|step| step.step == StepName::Paged);
        return paged.filter_map(|step| step.user_id.clone()).collect::<Vec<_>>().join(" ");
    }
    format!("{}: {}", trace.outcome.as_str(), trace.steps.last().unwrap().why)
}

fn all(world: &Value) -> Vec<String> {
    MODES.iter().map(|mode| paged(&play(world, mode))).collect()
}

fn verdict(world: &Value, mode: &str) -> (Answer, Vec<String>) {
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
    assert_eq!(verdict(&world, "currently_on_call").0, Answer::Incomplete);
    assert_eq!(verdict(&world, "all_users").0, Answer::Proven);
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
    assert_eq!(verdict, Answer::Incomplete);
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
    assert_eq!(verdict, Answer::Proven);
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
            assert_eq!(verdict(world, mode).0, Answer::Proven);
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
    assert_eq!(rota.on_call(at("2026-06-01T10:00:00Z")).map(<[_]>::len), Ok(1));
    assert_eq!(rota.on_call(at("2026-06-01T12:30:00Z")).map(<[_]>::len), Ok(0));
    for instant in ["2026-05-31T23:59:59Z", "2026-06-01T13:00:00Z", "2026-07-01T00:00:00Z"] {
        assert!(rota.on_call(at(instant)).is_err(), "{instant}");
    }
    assert_eq!(rota.next_change(at("2026-05-01T00:00:00Z")), Some(at("2026-06-01T00:00:00Z")));
    assert_eq!(rota.next_change(at("2026-06-01T12:00:00Z")), Some(at("2026-06-01T13:00:00Z")));
    assert_eq!(play(&world, "next_on_call").outcome, Outcome::BeyondEntries);
}

/// Ada, who is on call, as the API tells it.
fn answers(schedule: &Value, entries: &Value) -> Answers {
    let user = |id: &str| {
        api::User::read(json!({"id": id, "name": id, "seats": {"on_call": "full_access", "response": "none"}})).unwrap()
    };
    Answers {
        users: vec![user("ada"), user("bo")],
        schedules: vec![(
            api::Schedule::read(schedule.clone()).unwrap(),
            Some(Entries::read(entries.clone()).unwrap()),
        )],
        ..Answers::default()
    }
}

fn rotation(id: &str) -> Value {
    json!({"id": id, "name": id, "users": [{"id": "ada", "name": "Ada", "role": "unset"}],
        "layers": [{"id": "l", "name": "l"}], "handover_start_at": "2026-06-01T00:00:00Z",
        "handovers": [{"interval": 1, "interval_type": "weekly"}], "working_intervals": []})
}

fn schedule(rotations: Value) -> Value {
    json!({"id": "s", "name": "S", "timezone": "UTC", "config": {"rotations": rotations}})
}

fn final_entries(user: Value) -> Value {
    json!({"scheduled": [], "overrides": [], "final": [{"rotation_id": "r", "user": user,
        "start_at": "2026-06-01T00:00:00Z", "end_at": "2026-06-02T00:00:00Z"}]})
}

#[test]
fn what_the_api_answers_unreadably_is_unknown() {
    let ada = json!({"id": "ada", "name": "Ada", "role": "unset"});
    let known = World::from_api(answers(&schedule(json!([rotation("r")])), &final_entries(ada.clone())));
    let known = &known.schedules[0];
    assert!(known.unread.is_empty() && !known.rotas[0].unread && !known.entries[0].unread);

    // One rotation of two: nothing else is lost.
    let mut bad = rotation("q");
    bad["name"] = json!(5);
    let world = World::from_api(answers(&schedule(json!([rotation("r"), bad])), &final_entries(ada.clone())));
    let [good, bad] = world.schedules[0].rotas.as_slice() else { panic!("{world:?}") };
    assert!(!good.unread && good.user_ids == ["ada"] && bad.unread && bad.id == "q");
    assert!(world.schedules[0].unread.is_empty());

    // Whatever of it it is that cannot be read.
    for field in ["name", "users", "layers", "handover_start_at", "handovers", "working_intervals"] {
        for value in [None, Some(Value::Null), Some(json!({"moon": 5}))] {
            let mut bad = rotation("r");
            match value {
                Some(value) => bad[field] = value,
                None => drop(bad.as_object_mut().unwrap().remove(field)),
            }
            let world = World::from_api(answers(&schedule(json!([bad])), &final_entries(ada.clone())));
            assert!(world.schedules[0].rotas[0].unread, "{field}");
        }
    }
    let mut nameless = rotation("r");
    nameless.as_object_mut().unwrap().remove("id");
    let unknown = [
        schedule(json!([nameless])),
        schedule(json!(null)),
        schedule(json!({"r": rotation("r")})),
        json!({"id": "s", "name": "S", "timezone": "UTC", "config": null}),
        json!({"id": "s", "name": "S", "timezone": "UTC"}),
        json!({"id": "s", "name": "S", "timezone": "UTC", "config": {"rotation": [rotation("r")]}}),
    ];
    for schedule in unknown {
        let world = World::from_api(answers(&schedule, &final_entries(ada.clone())));
        assert_eq!(world.schedules[0].unread, [SchedulePart::Rotas], "{schedule}");
    }

    // Of whom an entry is.
    for user in [json!({"id": "ada"}), json!("ada"), json!(5), json!([])] {
        let world = World::from_api(answers(&schedule(json!([rotation("r")])), &final_entries(user.clone())));
        assert!(world.schedules[0].entries[0].unread, "{user}");
        assert!(world.schedules[0].unread.is_empty());
    }
    let nobody = World::from_api(answers(&schedule(json!([rotation("r")])), &final_entries(Value::Null)));
    assert!(!nobody.schedules[0].entries[0].unread && nobody.schedules[0].entries[0].user_id.is_none());

    // When it is, or of which rota.
    for (field, value) in [("start_at", json!("monday")), ("end_at", json!(null)), ("rotation_id", json!(5))] {
        let mut entries = final_entries(ada.clone());
        entries["final"][0][field] = value;
        let world = World::from_api(answers(&schedule(json!([rotation("r")])), &entries));
        assert_eq!(world.schedules[0].unread, [SchedulePart::Entries], "{field}");
    }
    let world = World::from_api(answers(&schedule(json!([rotation("r")])), &json!({"final": {}})));
    assert_eq!(world.schedules[0].unread, [SchedulePart::Entries]);
    let mut none = answers(&schedule(json!([rotation("r")])), &final_entries(ada));
    none.schedules[0].1 = None;
    assert_eq!(World::from_api(none).schedules[0].unread, [SchedulePart::Entries]);
}

#[test]
fn seats_that_cannot_be_read_are_unknown() {
    let read = |user: Value| {
        let users = vec![api::User::read(user).unwrap()];
        let world = World::from_api(Answers { users, ..Answers::default() });
        (world.users[0].can_be_paged, world.users[0].unread)
    };
    assert_eq!(read(json!({"id": "a", "name": "A"})), (true, false));
    let seat = |seat: Value| json!({"id": "a", "name": "A", "seats": {"on_call": seat, "response": "none"}});
    assert_eq!(read(seat(json!("full_access"))), (true, false));
    assert_eq!(read(seat(json!("none"))), (false, false));
    for unclear in [seat(json!("half_access")), seat(json!(5)), json!({"id": "a", "name": "A", "is_active": "yes"})] {
        assert!(read(unclear.clone()).1, "{unclear}");
    }
    // One reason is enough.
    assert_eq!(read(json!({"id": "a", "name": "A", "is_active": false, "seats": 5})), (false, false));
}

#[test]
fn paths_of_a_world_in_either_form() {
    let sent = |id: &str| {
        json!({"id": id, "name": id, "working_hours": [{"id": "h", "name": "h", "timezone": "UTC", "weekday_intervals": [
            {"weekday": "monday", "start_time": "00:00", "end_time": "24:00"}]}],
            "path": [{"id": "b", "type": "if_else", "if_else": {
                "conditions": [{"subject": "escalation.working_hours[\"h\"]", "operation": "is_active", "param_bindings": []}],
                "then_path": [level("all_users")],
                "else_path": [{"id": "c", "type": "if_else", "if_else": {
                    "conditions": [{"subject": "escalation.priority", "operation": "one_of",
                        "param_bindings": [{"array_value": [{"literal": "p1"}]}]}],
                    "then_path": [], "else_path": []}}]}}]})
    };
    let mut world = world();
    let mut returned = sent("returned");
    returned["path"][0]["if_else"]["conditions"][0]["subject"] =
        json!({"label": "h", "reference": "escalation.working_hours[\"h\"]"});
    returned["path"][0]["if_else"]["conditions"][0]["operation"] = json!({"label": "is active", "value": "is_active"});
    world["paths"] = json!([sent("sent"), returned]);
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    for id in ["sent", "returned"] {
        for (day, outcome) in [("2026-06-01", "ada bo"), ("2026-06-02", "")] {
            let fired_at = at(&format!("{day}T10:00:00Z"));
            let scenario =
                Scenario { path_id: Some(id.into()), priority_id: Some("p1".into()), fired_at, ..Scenario::default() };
            assert_eq!(paged(&simulate(&index, &scenario).unwrap()), outcome, "{id} {day}");
        }
    }
    // What is in neither form stays what nobody can decide.
    let mut neither = sent("neither");
    neither["path"][0]["if_else"]["conditions"][0]["subject"] = json!(5);
    world["paths"] = json!([neither]);
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let scenario =
        Scenario { path_id: Some("neither".into()), fired_at: at("2026-06-01T10:00:00Z"), ..Scenario::default() };
    assert_eq!(simulate(&index, &scenario).unwrap().outcome, Outcome::Undecided);
    world["paths"] = json!([{"name": "no id"}]);
    let error = World::from_text(&world.to_string()).unwrap_err().to_string();
    assert!(error.starts_with("paths.0: ") && error.contains("id"), "{error}");
}

#[test]
fn what_is_unread_is_kept_in_a_document() {
    let mut unread = world();
    unread["unread"] = json!(["users", "pauses"]);
    unread["schedules"][0]["unread"] = json!(["entries"]);
    unread["schedules"][0]["rotas"][0]["unread"] = json!(true);
    unread["schedules"][0]["entries"][0]["unread"] = json!(true);
    unread["users"][0]["unread"] = json!(true);
    let read = World::from_text(&unread.to_string()).unwrap();
    assert!(read.is_unread(WorldPart::Users) && !read.is_unread(WorldPart::Paths));
    let again = World::from_text(&serde_json::to_string(&read).unwrap()).unwrap();
    assert_eq!(read, again);
    // A world of which all is known has none of these fields.
    let text = serde_json::to_string(&World::from_text(&world().to_string()).unwrap()).unwrap();
    assert!(!text.contains("unread"), "{text}");
    assert!(World::from_text(r#"{"unread": ["moons"]}"#).is_err());
}

fn answer_to(world: &Value, path: Value, expectation: Expectation) -> Answer {
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
    assert_eq!(answer_to(&world(), path.clone(), ends), Answer::Incomplete);
    let few = Expectation { people: Some(1), seconds: Some(600), ..Expectation::new(Expect::AtMostPeopleBefore) };
    assert_eq!(answer_to(&world(), path, few), Answer::Incomplete);
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
    assert_eq!(answer(schedule(rota(json!([]), true))), Answer::Incomplete);
    assert_eq!(answer(schedule(rota(json!(["ada"]), true))), Answer::Incomplete, "its list of people does not count");
    assert_eq!(answer(schedule(rota(json!(["ada"]), false))), Answer::Proven);
    assert_eq!(answer(schedule(rota(json!(["bo"]), false))), Answer::Refuted);
    let mut unread = schedule(rota(json!(["bo"]), false));
    unread["entries"] = json!([{"rota_id": "r", "user_id": "ada", "unread": true,
        "start_at": "2026-06-01T00:00:00Z", "end_at": "2026-06-02T00:00:00Z"}]);
    assert_eq!(answer(unread), Answer::Incomplete);
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

fn codes(world: &Value, nodes: Value) -> Vec<String> {
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let path = api::PathPayload::read(json!({"name": "p", "path": nodes})).unwrap();
    check("", &path, &index).into_iter().map(|problem| problem.code.as_str().to_string()).collect()
}

#[test]
fn a_path_that_could_not_be_read_is_not_said_to_notify_nobody() {
    let mut world = world();
    let hand_over = json!([{"id": "h", "type": "escalation_path", "escalation_path": {"escalation_path_id": "x"}}]);
    world["paths"] = json!([{"id": "x", "name": "X", "path": []}]);
    assert!(codes(&world, hand_over.clone()).contains(&"EP119".to_string()));
    for unread in [
        json!(5),
        json!([{"id": "b", "type": "if_else", "if_else": {"conditions": [], "then_path": 5, "else_path": []}}]),
    ] {
        world["paths"][0]["path"] = unread;
        assert!(!codes(&world, hand_over.clone()).contains(&"EP119".to_string()));
    }
}

#[test]
fn a_rota_counts_only_in_the_modes_for_one() {
    let mut world = world();
    world["entries_from"] = json!("2026-06-01T00:00:00Z");
    let mut nodes = json!([level("currently_on_call"), level("currently_on_call_for_rota")]);
    for node in nodes.as_array_mut().unwrap() {
        // Nobody is on call in it.
        node["level"]["targets"][0]["selected_rota_id"] = json!("q");
    }
    let said = |at: usize| codes(&world, json!([nodes[at]])).contains(&"EP106".to_string());
    assert!(!said(0), "the run pages the person on call in any rota");
    assert!(said(1));
}
