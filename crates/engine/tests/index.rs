//! A world is made quick to ask in time and room that grow with it, and answers as its entries say.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod allocations;
mod generate;

use std::collections::BTreeSet;

use allocations::{ALLOCATOR, alone};
use escalation_engine::world::{Entry, World, WorldPart};
use escalation_engine::{Index, Instant};
use generate::Dice;
use serde_json::{Value, json};
use stats_alloc::Region;

fn at(minute: usize) -> Instant {
    "2026-03-02T00:00:00Z".parse::<Instant>().unwrap() + 60 * i64::try_from(minute).unwrap()
}

fn entry(rota: &str, user: &str, from: usize, until: usize) -> Value {
    json!({"rota_id": rota, "user_id": user, "start_at": at(from), "end_at": at(until)})
}

fn world(rotas: &[String], entries: Vec<Value>) -> World {
    let rotas: Vec<_> = rotas.iter().map(|id| json!({"id": id, "name": id, "user_ids": []})).collect();
    let schedule = json!({"id": "s", "name": "S", "timezone": "UTC", "rotas": rotas, "entries": entries});
    World::from_text(&json!({"schedules": [schedule], "entries_from": at(0)}).to_string()).unwrap()
}

/// Worlds of so many entries: the name, and the rotas and entries.
type Shape = (&'static str, fn(usize) -> (Vec<String>, Vec<Value>));

fn one() -> Vec<String> {
    vec!["r".to_string()]
}

const SHAPES: &[Shape] = &[
    ("one after the other", |n| (one(), (0..n).map(|i| entry("r", &format!("u{}", i % 9), i, i + 1)).collect())),
    ("all end together", |n| (one(), (0..n).map(|i| entry("r", &format!("u{i}"), i, n + 1)).collect())),
    ("all begin together", |n| (one(), (0..n).map(|i| entry("r", &format!("u{i}"), 0, i + 1)).collect())),
    ("one person in all of them", |n| (one(), (0..n).map(|i| entry("r", "u", i, n + 1)).collect())),
    ("a rota for each", |n| {
        let rotas: Vec<_> = (0..n).map(|i| format!("r{i}")).collect();
        let entries = rotas.iter().map(|rota| entry(rota, "u", 0, 9)).collect();
        (rotas, entries)
    }),
    ("rotas that are not listed", |n| (one(), (0..n).map(|i| entry(&format!("x{i}"), "u", 0, 9)).collect())),
    ("rotas with one id", |n| (vec!["r".into(); n], (0..n).map(|i| entry("r", &format!("u{i}"), i, n + 1)).collect())),
];

#[test]
fn what_an_index_takes_grows_with_the_world() {
    let _alone = alone();
    for (shape, of) in SHAPES {
        let [small, large] = [1_000, 4_000].map(|number| {
            let (rotas, entries) = of(number);
            let world = world(&rotas, entries);
            let region = Region::new(ALLOCATOR);
            let index = Index::new(world);
            let stats = region.change();
            let roster = index.schedule("s").unwrap();
            assert!(roster.rotas.iter().all(|rota| rota.on_call(at(0)).is_ok()));
            stats.bytes_allocated + usize::try_from(stats.bytes_reallocated.max(0)).unwrap()
        });
        println!("{shape:<30} {} kB {} kB", small / 1_000, large / 1_000);
        assert!(large < 6 * small, "{shape}: {small} bytes, then {large}");
    }
}

/// Who is on call at an instant by the entries, in R4's order.
fn by_entries(entries: &[Entry], at: Instant) -> Option<Vec<String>> {
    let mut open: Vec<&Entry> = entries.iter().filter(|entry| entry.start_at <= at && at < entry.end_at).collect();
    if open.iter().any(|entry| entry.unread) {
        return None;
    }
    open.sort_by_key(|entry| (entry.start_at, entry.user_id.clone()));
    let mut seen = BTreeSet::new();
    Some(open.iter().filter_map(|entry| entry.user_id.clone()).filter(|id| seen.insert(id.clone())).collect())
}

#[test]
fn who_is_on_call_is_what_the_entries_say() {
    let _alone = alone();
    let mut looked_at = 0;
    for seed in 0..60 {
        let mut dice = Dice::new(90_000 + seed);
        let mut draw = |below: u64| usize::try_from(dice.below(below)).unwrap();
        let number = 1 + draw(80);
        let entries: Vec<_> = (0..number)
            .map(|_| {
                let from = draw(60);
                let mut entry = entry("r", &format!("u{}", draw(7)), from, from + draw(50));
                match draw(40) {
                    0 => entry["unread"] = json!(true),
                    1 => entry["user_id"] = Value::Null,
                    _ => {}
                }
                entry
            })
            .collect();
        let world = world(&one(), entries);
        let entries = world.schedules[0].entries.clone();
        let index = Index::new(world);
        let rota = index.schedule("s").unwrap().rota("r").unwrap();
        for minute in 0..120 {
            let now = at(minute);
            let expected = by_entries(&entries, now);
            let found = rota.on_call(now).ok();
            let found = found.map(|ids| ids.iter().map(|id| id.to_string()).collect::<Vec<_>>());
            assert_eq!(found, expected, "seed {seed}, minute {minute}");
            for user in expected.into_iter().flatten() {
                // Until the first minute at which it is somebody else, or not known.
                let until = (minute + 1..200).map(at).find_map(|then| match by_entries(&entries, then) {
                    Some(people) if people.contains(&user) => None,
                    Some(_) => Some(Some(then)),
                    None => Some(None),
                });
                assert_eq!(rota.on_call_until(&user, now), until.flatten(), "seed {seed}, minute {minute}, {user}");
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 5_000, "{looked_at}");
}

/// Two different things with one id: which of them is meant is not known.
#[test]
fn what_is_said_twice_and_differently_is_unknown() {
    let world = |doubled: &[(&str, Value)]| {
        let mut world = json!({
            "users": [{"id": "u", "name": "Ada", "can_be_paged": true}],
            "schedules": [{"id": "s", "name": "S", "timezone": "UTC", "rotas": [{"id": "r", "name": "R"}],
                           "entries": [entry("r", "u", 0, 9)]}],
            "channels": [{"id": "c", "type": "slack_channel", "name": "#c"}],
            "paths": [{"id": "p", "name": "P", "path": []}],
            "templates": [],
            "pauses": [],
        });
        for (list, item) in doubled {
            world[list].as_array_mut().unwrap().push(item.clone());
        }
        world
    };
    let read = |world: &Value| World::from_text(&world.to_string());
    let whole = world(&[]);
    for (list, what, pointer, changed) in [
        ("users", "user", "users.1.id", ("can_be_paged", json!(false))),
        ("schedules", "schedule", "schedules.1.id", ("entries", json!([]))),
        ("channels", "channel", "channels.1.id", ("name", json!("#d"))),
        ("paths", "path", "paths.1.id", ("name", json!("Q"))),
    ] {
        let same = whole[list][0].clone();
        assert!(read(&world(&[(list, same.clone())])).is_ok(), "{list}");
        let mut other = same;
        other[changed.0] = changed.1;
        let doubled = world(&[(list, other)]);
        let error = read(&doubled).unwrap_err();
        assert_eq!((error.pointer.as_str(), error.message.contains(what)), (pointer, true), "{error}");
        // From elsewhere than a file it is unknown.
        let index = Index::new(serde_json::from_value(doubled).unwrap());
        assert_eq!(index.world().contradiction(), None, "{list}: it can be sent and read again");
        match list {
            "users" => assert!(index.user("u").unwrap().unread),
            "schedules" => {
                let roster = index.schedule("s").unwrap();
                assert!(roster.knows_entries_at(at(1)).is_err() && !roster.has_all_rotas());
            }
            "paths" => {
                assert!(index.path("p").is_none() && index.world().unread.contains(&WorldPart::Paths));
            }
            _ => {}
        }
    }
    let pause = |from: usize, until: usize| json!({"user_id": "u", "starts_at": at(from), "ends_at": at(until)});
    assert!(read(&world(&[("pauses", pause(3, 3))])).is_ok());
    assert_eq!(read(&world(&[("pauses", pause(3, 2))])).unwrap_err().pointer, "pauses.0.ends_at");
    let mut backwards = world(&[]);
    backwards["schedules"][0]["entries"].as_array_mut().unwrap().push(entry("r", "u", 4, 3));
    assert_eq!(read(&backwards).unwrap_err().pointer, "schedules.0.entries.1.end_at");
    let mut rotas = world(&[]);
    rotas["schedules"][0]["rotas"].as_array_mut().unwrap().push(json!({"id": "r", "name": "Other"}));
    assert_eq!(read(&rotas).unwrap_err().pointer, "schedules.0.rotas.1.id");
    let mut window = world(&[]);
    (window["entries_from"], window["entries_until"]) = (json!(at(5)), json!(at(4)));
    assert_eq!(read(&window).unwrap_err().pointer, "entries_until");
}
