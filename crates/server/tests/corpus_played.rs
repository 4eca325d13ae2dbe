//! The corpus of the engine, played by a server whose clock the test sets: with nothing late the steps are those of the
//! simulation, and what is recorded gives them again to the byte.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;
use crate::replay_of;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::database::{Database, is_shared};
use common::{Server, answer};
use escalation_api::{Json as _, PathPayload};
use escalation_engine::machine::{EventKind, Who};
use escalation_engine::scenario::Scenario;
use escalation_engine::trace::{StepName, TraceStep};
use escalation_engine::{Index, Semantics, World, simulate};
use escalation_server::{Clock, start};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Which of the cases are played where databases are shared: each of so many.
const ON_SHARED: usize = 6;

/// The id of a path that a case brings.
const BROUGHT: &str = "brought-by-the-case";

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus")
}

fn files(folder: &str) -> BTreeMap<String, Value> {
    let files = fs::read_dir(corpus().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|file| {
            let text = fs::read_to_string(&file).unwrap();
            (file.file_stem().unwrap().to_str().unwrap().to_string(), serde_json::from_str(&text).unwrap())
        })
        .collect()
}

/// Why a server cannot play a case, if it cannot.
fn unplayable(world: &World, scenario: &Scenario, trace: &[TraceStep]) -> Option<&'static str> {
    if scenario.semantics != Semantics::default() {
        return Some("reads something otherwise");
    }
    if !scenario.branches.is_empty() || !scenario.branch_visits.is_empty() {
        return Some("says how a condition turns out that cannot be decided");
    }
    if !world.unread.is_empty() || is_templated(world, scenario) {
        return Some("has what could not be read, or a template");
    }
    if scenario.priority_id.as_deref().is_none_or(|id| world.priorities.iter().all(|known| known.id != id)) {
        return Some("has no priority of the organisation");
    }
    let stops_at_entries = |step: &TraceStep| step.why.contains("is known from");
    if trace.iter().any(stops_at_entries) {
        return Some("goes beyond the entries that are given; a server knows those of the next year");
    }
    if trace.iter().any(|step| step.why.starts_with("nobody comes on call in")) {
        return Some("knows that nobody comes on call for ever; a server knows it for a year");
    }
    None
}

/// Whether a case comes to a path that is made from a template: how one is stored is not how a world has it.
fn is_templated(world: &World, scenario: &Scenario) -> bool {
    let named = serde_json::to_string(scenario).unwrap();
    let paths = world.paths.iter().filter(|path| path.template_id.is_some());
    named.contains("template_id") || paths.into_iter().any(|path| named.contains(&path.id))
}

/// Writes a world into an empty database. An entry becomes an override of a rotation that has not begun yet.
async fn fill(database: &mut Database, world: &World, paths: &[(String, PathPayload)]) {
    for (rank, priority) in world.priorities.iter().enumerate() {
        let values = [json!(priority.id), json!(priority.name), json!(rank)];
        database.execute("insert into priorities (id, name, rank) values ($1, $2, $3)", &values).await;
    }
    for channel in &world.channels {
        let values = [json!(channel.id), json!(channel.channel_type), json!(channel.name)];
        database.execute("insert into channels (id, type, name) values ($1, $2, $3)", &values).await;
    }
    for user in &world.users {
        let reason = user.not_paged_reason.as_deref();
        let mut document = json!({"id": user.id, "name": user.name, "role": "responder",
            "is_active": reason != Some("is deactivated"), "seats": {"response": "full_access",
            "on_call": if reason == Some("has no on-call seat") { "none" } else { "full_access" }}});
        if let Some(email) = &user.email {
            document["email"] = json!(email);
        }
        assert!(user.can_be_paged || reason.is_some_and(|r| ["is deactivated", "has no on-call seat"].contains(&r)));
        let values = [json!(user.id), json!(document.to_string())];
        database.execute("insert into users (id, is_active, document) values ($1, true, $2)", &values).await;
    }
    for pause in &world.pauses {
        let document = json!({"id": pause.user_id, "user_id": pause.user_id, "starts_at": pause.starts_at, "ends_at": pause.ends_at});
        let id = format!("{}-{}", pause.user_id, pause.starts_at.unix());
        let values = [
            json!(id),
            json!(pause.user_id),
            json!(pause.starts_at.unix()),
            json!(pause.ends_at.unix()),
            json!(document.to_string()),
        ];
        let query =
            "insert into notification_pauses (id, user_id, starts_at, ends_at, document) values ($1, $2, $3, $4, $5)";
        database.execute(query, &values).await;
    }
    for schedule in &world.schedules {
        let user = |id: &String| {
            let name = world.users.iter().find(|user| user.id == *id).map_or(id, |user| &user.name);
            json!({"id": id, "name": name})
        };
        let rotations: Vec<_> = schedule
            .rotas
            .iter()
            .map(|rota| {
                let layers: Vec<_> =
                    (0..schedule.entries.len()).map(|n| json!({"id": format!("{}-{n}", rota.id)})).collect();
                json!({"id": rota.id, "name": rota.name, "users": rota.user_ids.iter().map(user).collect::<Vec<_>>(),
                    "layers": layers, "handover_start_at": "2400-01-01T00:00:00Z", "working_intervals": [],
                    "handovers": [{"interval": 1, "interval_type": "weekly"}]})
            })
            .collect();
        let document = json!({"id": schedule.id, "name": schedule.name, "timezone": schedule.timezone,
            "config": {"rotations": rotations}});
        let values = [json!(schedule.id), json!(document.to_string())];
        database.execute("insert into schedules (id, document) values ($1, $2)", &values).await;
        for (number, entry) in schedule.entries.iter().enumerate() {
            let Some(id) = entry.user_id.as_ref().filter(|id| *id != "NOBODY") else { continue };
            let (of, layer) = (format!("{}-{number}", schedule.id), format!("{}-{number}", entry.rota_id));
            let document = json!({"id": of, "schedule_id": schedule.id, "rotation_id": entry.rota_id, "layer_id": layer,
                "user": user(id), "start_at": entry.start_at, "end_at": entry.end_at,
                "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"});
            let values = [
                json!(of),
                json!(schedule.id),
                json!(entry.rota_id),
                json!(layer),
                json!(entry.start_at.unix()),
                json!(entry.end_at.unix()),
                json!(document.to_string()),
            ];
            let query = "insert into schedule_overrides
                (id, schedule_id, rotation_id, layer_id, starts_at, ends_at, document) values ($1, $2, $3, $4, $5, $6, $7)";
            database.execute(query, &values).await;
        }
    }
    for (id, path) in paths {
        let values = [json!(id), json!(path.write().to_string()), json!("2026-01-01T00:00:00.000Z"), json!(path.name)];
        let query = "insert into escalation_paths (id, document, created_at, updated_at) values ($1, $2, $3, $3)";
        database.execute(query, &values[..3]).await;
        let query = "insert into path_revisions (path_id, number, saved_at, name, document) values ($1, 1, $3, $4, $2)";
        database.execute(query, &values).await;
    }
}

/// Whose turn it is first, as the case says: everybody else was paged later.
async fn turns(database: &mut Database, world: &World, path: &str, first: &str) {
    for user in &world.users {
        let at = if user.id == first { 1 } else { 2 };
        let values = [json!(path), json!(user.id), json!(at)];
        database.execute("insert into path_pages (path_id, user_id, paged_at) values ($1, $2, $3)", &values).await;
    }
}

struct Played {
    server: Server,
    id: String,
}

impl Played {
    async fn get(&self, url: String) -> Value {
        self.server.get(&url).await.body
    }
}

/// Plays a scenario in a world, event by event.
async fn play(
    world: &World,
    scenario: &Scenario,
    events: &[escalation_engine::machine::Event],
) -> Result<Played, String> {
    let folder = TempDir::new().unwrap();
    let running = start(common::config(folder.path(), &["--empty"])).await.unwrap();
    running.serve(std::future::ready(())).await;
    let mut database = Database::of(folder.path()).await;
    let mut paths: Vec<_> = world.paths.iter().map(|path| (path.id.clone(), PathPayload::from(path))).collect();
    paths.extend(scenario.inline_path().unwrap().map(|path| (BROUGHT.to_string(), path)));
    fill(&mut database, world, &paths).await;
    let path = scenario.path_id.clone().unwrap_or_else(|| BROUGHT.to_string());
    if let Some(first) = scenario.round_robin.values().next() {
        turns(&mut database, world, &path, first).await;
    }
    database.close().await;

    let clock = Clock::standing(scenario.fired_at.unix());
    let server = Server::standing(&clock, folder, &["--empty"]).await;
    let fires = scenario.alert_keeps_firing || scenario.alert_resolves_after_seconds.is_some();
    let mut body = json!({"idempotency_key": "k", "title": "T", "priority_id": scenario.priority_id,
        "grace_period_seconds": scenario.grace_period_seconds, "alert_keeps_firing": fires});
    if scenario.user_ids.is_empty() {
        body["escalation_path_id"] = json!(path);
    } else {
        body["user_ids"] = json!(scenario.user_ids);
    }
    let made = server.call(Method::POST, "/builder/v1/escalations", Some(&body)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
    let id = made.body["escalation"]["id"].as_str().unwrap().to_string();
    for event in events {
        clock.set(event.at.unix());
        let respond = |who: &Who, entry: &Option<u32>, mut body: Value| {
            match who {
                Who::User(user) => body["user_id"] = json!(user),
                Who::Channel(channel) => body["channel_id"] = json!(channel),
                Who::Key(_) => panic!("no scenario has keys"),
            }
            body["entry"] = json!(entry);
            (format!("/builder/v1/escalations/{id}/actions/respond"), body)
        };
        let (url, body) = match &event.kind {
            EventKind::Fire => continue,
            EventKind::Timer => {
                if clock.tick().await != Some(1) {
                    return Err(format!("nothing is due at {}", event.at));
                }
                continue;
            }
            EventKind::Ack { who, entry } => respond(who, entry, json!({"response": "ack"})),
            EventKind::Nack { who, entry } => respond(who, entry, json!({"response": "nack"})),
            EventKind::Snooze { who, entry, until } => {
                respond(who, entry, json!({"response": "snooze", "snooze_details": {"snooze_until": until}}))
            }
            EventKind::Cancel => (format!("/v2/escalations/{id}/actions/cancel"), json!({})),
            EventKind::Resolve => (format!("/builder/v1/escalations/{id}/actions/resolve"), json!({})),
            EventKind::AlertResolved => (format!("/builder/v1/escalations/{id}/actions/alert_resolved"), json!({})),
            EventKind::Activity => (format!("/builder/v1/escalations/{id}/actions/activity"), json!({})),
        };
        let answered = answer(server.request(Method::POST, &url).json(&body)).await;
        // What the engine takes no notice of is refused.
        let fine = answered.status.is_success() || answered.status == StatusCode::CONFLICT;
        assert!(fine, "{url} {body}: {:#}", answered.body);
    }
    Ok(Played { server, id })
}

/// The events, without what a simulation does not have.
fn events_of(events: &Value) -> Vec<Value> {
    let ids = |list: &Value, fields: &[&str]| -> Vec<Value> {
        let list = list.as_array().into_iter().flatten();
        list.map(|one| fields.iter().map(|field| one[*field].clone()).find(|id| !id.is_null()).unwrap()).collect()
    };
    let told = events.as_array().unwrap().iter().map(|event| {
        json!([
            event["event"],
            event["occurred_at"],
            event["urgency"],
            ids(&event["users"], &["id"]),
            ids(&event["channels"], &["slack_channel_id", "microsoft_teams_channel_id"])
        ])
    });
    told.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_does_is_what_the_simulation_says() {
    let worlds = files("worlds");
    let (mut playable, mut played, mut refused) = (0, 0, BTreeMap::<&str, Vec<String>>::new());
    let mut wrong = Vec::new();
    for (name, case) in files("cases") {
        let world = World::from_text(&worlds[case["world"].as_str().unwrap()].to_string()).unwrap();
        let mut scenario = Scenario::from_text(&case["scenario"].to_string()).unwrap();
        if let Some(path) = &mut scenario.path {
            path["id"] = json!(BROUGHT);
        }
        let index = Index::new(world.clone());
        let Ok(path) = simulate::compile_for(&index, &scenario) else { continue };
        let mut trace = simulate::trace(&path, &index, &scenario);
        if let Some(why) = unplayable(&world, &scenario, &trace.steps) {
            refused.entry(why).or_default().push(name);
            continue;
        }
        playable += 1;
        // What differs between databases is met by any few of them.
        if is_shared() && playable % ON_SHARED != 0 {
            continue;
        }
        // That nothing more is due is found by looking ahead, which only a simulation does.
        trace.steps.retain(|step| step.step != StepName::Stopped || step.why != "what it waits for never comes");
        let events = simulate::events(&path, &index, &scenario);
        let run = match play(&world, &scenario, &events).await {
            Ok(run) => run,
            Err(why) => {
                wrong.push(format!("{name}: {why}"));
                continue;
            }
        };
        let (stored, replayed) = replay_of::steps(&run.id, async |url| run.get(url).await).await;
        let expected: Vec<_> = trace.steps.iter().map(|step| serde_json::to_string(step).unwrap()).collect();
        let shown = run.get(format!("/v2/escalations/{}", run.id)).await;
        let told = events_of(&shown["escalation"]["events"]);
        let expected_events = events_of(&serde_json::to_value(&trace.events).unwrap());
        if stored != replayed {
            wrong.push(format!(
                "{name}: what is recorded gives\n  {}\nnot\n  {}",
                replayed.join("\n  "),
                stored.join("\n  ")
            ));
        } else if stored != expected {
            let differs = (0..).find(|n| stored.get(*n) != expected.get(*n)).unwrap();
            let of = |steps: &[String]| steps.get(differs).cloned().unwrap_or_default();
            wrong.push(format!("{name}: step {differs} is\n  {}\nnot\n  {}", of(&stored), of(&expected)));
        } else if told != expected_events {
            wrong.push(format!("{name}: the events are {told:?}, not {expected_events:?}"));
        }
        played += 1;
    }
    for (why, cases) in &refused {
        println!("{}: {why}: {}", cases.len(), cases.join(", "));
    }
    println!("{played} cases played");
    assert!(wrong.is_empty(), "{} of {played}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(playable >= 140 && played >= 20, "only {playable} cases can be played, and {played} were");
}
