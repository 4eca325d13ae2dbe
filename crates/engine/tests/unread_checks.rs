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
