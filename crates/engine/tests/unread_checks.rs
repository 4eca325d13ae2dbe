//! What could not be read is not said to be missing, or to be nobody, by a check.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod unread_world;

use escalation_api::{self as api, Json as _};
use escalation_engine::{Index, World, check};
use serde_json::{Value, json};
use unread_world::{level, world};

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

/// A zone that is none, for a schedule of which not all entries could be read: its times are told in UTC.
const UNREAD: &str = "unread";

#[test]
fn a_schedule_whose_days_end_a_minute_early_is_warned_about_where_that_is_known() {
    let day = |day: u32, from: &str, until: &str| {
        json!({"user_id": "ada", "rota_id": "r",
            "start_at": format!("2026-06-{day:02}T{from}"), "end_at": format!("2026-06-{day:02}T{until}")})
    };
    let said = |entries: Vec<Value>, timezone: &str, mode: &str| {
        let unread = if timezone == UNREAD { json!(["entries"]) } else { json!([]) };
        let world = json!({
            "users": [{"id": "ada", "name": "Ada", "can_be_paged": true}],
            "priorities": [{"id": "p1", "name": "P1"}],
            "entries_from": "2026-06-01T00:00:00Z",
            "entries_until": "2026-06-30T00:00:00Z",
            "schedules": [{"id": "s", "name": "Primary", "timezone": timezone,
                "rotas": [{"id": "r", "name": "R", "user_ids": ["ada"]}], "entries": entries, "unread": unread}],
        });
        let node = json!({"id": "a", "type": "level", "level": {"time_to_ack_seconds": 300, "targets": [
            {"type": "schedule", "id": "s", "urgency": "high", "schedule_mode": mode}]}});
        let second = json!({"id": "b", "type": "level", "level": {"time_to_ack_seconds": 300, "targets": [
            {"type": "schedule", "id": "s", "urgency": "high", "schedule_mode": mode}]}});
        let index = Index::new(World::from_text(&world.to_string()).unwrap());
        let path = api::PathPayload::read(json!({"name": "p", "path": [node, second]})).unwrap();
        let problems = check("", &path, &index);
        problems
            .into_iter()
            .filter(|problem| problem.code.as_str() == "EP120")
            .map(|problem| problem.message)
            .collect::<Vec<_>>()
    };
    let now = "currently_on_call";
    let short: Vec<_> = (1..20).map(|date| day(date, "00:00:00Z", "23:59:00Z")).collect();
    let whole = "Nobody is on call in Primary from 23:59 to midnight on 18 days";
    assert_eq!(said(short.clone(), "UTC", now), [whole], "said once, and the last day has nothing after it");
    // At another hour of the schedule's own clock it is no day that ends early, and one of a whole schedule pages everybody.
    assert_eq!(said(short.clone(), "Europe/London", now), Vec::<String>::new());
    assert_eq!(said(short.clone(), "UTC", "all_users"), Vec::<String>::new());
    let local: Vec<_> = (1..20).map(|date| day(date, "00:00:00+01:00", "23:59:00+01:00")).collect();
    assert_eq!(said(local, "Europe/London", now).len(), 1);
    // Somebody else has that minute, it is once, it is no minute, or it is not known who is on call in it.
    let mut covered = short.clone();
    covered.push(json!({"user_id": "ada", "rota_id": "r",
        "start_at": "2026-06-01T00:00:00Z", "end_at": "2026-06-30T00:00:00Z"}));
    assert_eq!(said(covered, "UTC", now), Vec::<String>::new());
    assert_eq!(said(short[..2].to_vec(), "UTC", now), Vec::<String>::new(), "once may be an override");
    let hours: Vec<_> = (1..20).map(|date| day(date, "09:00:00Z", "17:00:00Z")).collect();
    assert_eq!(said(hours, "UTC", now), Vec::<String>::new());
    assert_eq!(said(short, UNREAD, now), Vec::<String>::new(), "some entries could not be read");
}
