//! Paths, worlds and scenarios made up from a number, always the same for the same number. All times are whole
//! minutes, so that a second implementation can go from minute to minute.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests, of which each uses a part"
)]

use escalation_engine::instant::{DAY, HOUR, MINUTE};
use escalation_engine::scenario::Branch;
use escalation_engine::{Instant, Scenario, World};
use serde_json::{Value, json};

fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Numbers as if at random (SplitMix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        // Mixed, so that the numbers of one seed are not those of the next one, moved by one.
        Self(mix(mix(seed) ^ 0x9E37_79B9_7F4A_7C15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// From 0 to just below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    /// Whole minutes, in seconds.
    pub fn minutes(&mut self, from: u64, to: u64) -> i64 {
        i64::try_from(from + self.below(to - from + 1)).unwrap() * MINUTE
    }
}

/// 2026-03-24T00:00:00Z, a Tuesday; the clock changes in London five days later.
pub const BEGIN: i64 = 1_774_310_400;
/// For so many days entries are known.
pub const DAYS: i64 = 12;

const USERS: [&str; 6] = ["amy", "ben", "cat", "dan", "eve", "fay"];
pub const PRIORITIES: [&str; 3] = ["p1", "p2", "p3"];
const ZONES: [&str; 4] = ["Europe/London", "America/New_York", "Asia/Kolkata", "UTC"];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

fn at(unix: i64) -> String {
    Instant::from_unix(unix).to_string()
}

/// A world with two paths besides the one that is walked, `q` and `r`.
pub fn world(dice: &mut Dice) -> World {
    let users: Vec<Value> = USERS
        .iter()
        .map(|id| {
            let mut user = json!({"id": id, "name": id.to_uppercase(), "can_be_paged": true});
            if dice.chance(8) {
                user["can_be_paged"] = json!(false);
                user["not_paged_reason"] = json!("has no seat");
            }
            user
        })
        .collect();
    let schedules: Vec<Value> = ["s", "t"]
        .iter()
        .map(|id| {
            let rotas = 1 + dice.below(2);
            let mut listed = Vec::new();
            let mut entries = Vec::new();
            for rota in 0..rotas {
                let rota_id = format!("{id}{rota}");
                let members: Vec<&str> = USERS.iter().copied().filter(|_| dice.chance(50)).collect();
                let mut from = BEGIN - dice.minutes(0, 600);
                while from < BEGIN + DAYS * DAY && !members.is_empty() {
                    let length = dice.minutes(30, 1800);
                    let user = if dice.chance(7) { Value::Null } else { json!(dice.one_of(&members)) };
                    entries.push(
                        json!({"rota_id": rota_id, "user_id": user, "start_at": at(from), "end_at": at(from + length)}),
                    );
                    from += length;
                    if dice.chance(20) {
                        from += dice.minutes(1, 400);
                    }
                    if dice.chance(10) {
                        // Two at a time.
                        from -= dice.minutes(1, 20);
                    }
                }
                listed.push(json!({"id": rota_id, "name": rota_id, "user_ids": members}));
            }
            json!({"id": id, "name": id, "timezone": dice.one_of(&ZONES), "rotas": listed, "entries": entries})
        })
        .collect();
    let mut pauses = Vec::new();
    while dice.chance(40) {
        let from = BEGIN + dice.minutes(0, 10 * 1440);
        let until = from + dice.minutes(1, 1440);
        pauses.push(json!({"user_id": dice.one_of(&USERS), "starts_at": at(from), "ends_at": at(until)}));
    }
    let paths: Vec<Value> = ["q", "r"]
        .iter()
        .map(|id| {
            let mut path = path(dice, &["q", "r"]);
            path["id"] = json!(id);
            as_returned(&mut path["path"]);
            path
        })
        .collect();
    let mut world = json!({
        "priorities": PRIORITIES.map(|id| json!({"id": id, "name": id.to_uppercase()})),
        "users": users,
        "schedules": schedules,
        "channels": [{"id": "c", "type": "slack_channel", "name": "#c"}],
        "paths": paths,
        "pauses": pauses,
    });
    if dice.chance(60) {
        world["entries_from"] = json!(at(BEGIN));
        world["entries_until"] = json!(at(BEGIN + DAYS * DAY));
    }
    World::from_text(&world.to_string()).unwrap()
}

/// Gives the conditions of some nodes the form in which they are returned.
fn as_returned(nodes: &mut Value) {
    for node in nodes.as_array_mut().unwrap() {
        let Some(branch) = node.get_mut("if_else") else { continue };
        for condition in branch["conditions"].as_array_mut().unwrap() {
            condition["subject"] = json!({"label": "subject", "reference": condition["subject"]});
            condition["operation"] = json!({"label": "operation", "value": condition["operation"]});
            for binding in condition["param_bindings"].as_array_mut().unwrap() {
                for value in binding["array_value"].as_array_mut().unwrap() {
                    value["label"] = json!("label");
                }
            }
        }
        as_returned(&mut branch["then_path"]);
        as_returned(&mut branch["else_path"]);
    }
}

/// A path in the form in which it is sent.
pub fn path(dice: &mut Dice, others: &[&str]) -> Value {
    let mut hours = Vec::new();
    for id in ["h", "k"] {
        let intervals: Vec<Value> = (0..1 + dice.below(4))
            .map(|_| {
                let minute = |dice: &mut Dice| {
                    let minute = dice.below(24 * 12) * 5;
                    format!("{:02}:{:02}", minute / 60, minute % 60)
                };
                json!({"weekday": dice.one_of(&WEEKDAYS), "start_time": minute(dice), "end_time": minute(dice)})
            })
            .collect();
        hours.push(json!({"id": id, "name": id, "timezone": dice.one_of(&ZONES), "weekday_intervals": intervals}));
    }
    let mut count = 0;
    let mut root = String::new();
    let nodes = list(dice, 0, &mut count, &mut root, &mut Vec::new(), others);
    json!({"name": "made up", "path": nodes, "working_hours": hours})
}

fn list(
    dice: &mut Dice,
    depth: u64,
    count: &mut u64,
    root: &mut String,
    around: &mut Vec<String>,
    others: &[&str],
) -> Value {
    let mut nodes = Vec::new();
    let length = dice.below(4);
    for _ in 0..length {
        let id = new_id(count, root);
        nodes.push(match dice.below(10) {
            0 => {
                let mut node =
                    json!({"id": id, "type": "notify_channel", "notify_channel": {"targets": [channel(dice)]}});
                timer(dice, &mut node["notify_channel"], "time_to_ack", 40);
                node
            }
            1 | 2 => {
                let mut node = json!({"id": id, "type": "delay", "delay": {}});
                timer(dice, &mut node["delay"], "delay", 60);
                node
            }
            _ => level(dice, &id),
        });
    }
    let id = new_id(count, root);
    match dice.below(10) {
        0..=3 if depth < 3 => {
            let condition = if dice.chance(50) {
                let among: Vec<Value> =
                    PRIORITIES.iter().filter(|_| dice.chance(50)).map(|p| json!({"literal": p})).collect();
                let among = if among.is_empty() { vec![json!({"literal": "p1"})] } else { among };
                json!({"subject": "escalation.priority", "operation": "one_of", "param_bindings": [{"array_value": among}]})
            } else {
                let subject = format!("escalation.working_hours[\"{}\"]", dice.one_of(&["h", "k"]));
                json!({"subject": subject, "operation": "is_active", "param_bindings": []})
            };
            around.push(id.clone());
            let then = list(dice, depth + 1, count, root, around, others);
            let otherwise = list(dice, depth + 1, count, root, around, others);
            around.pop();
            nodes.push(json!({"id": id, "type": "if_else",
                "if_else": {"conditions": [condition], "then_path": then, "else_path": otherwise}}));
        }
        4 | 5 => {
            let to = if around.is_empty() || dice.chance(50) { root.clone() } else { dice.one_of(around).clone() };
            nodes.push(
                json!({"id": id, "type": "repeat", "repeat": {"to_node": to, "repeat_times": 1 + dice.below(3)}}),
            );
        }
        6 => nodes.push(json!({"id": id, "type": "escalation_path",
            "escalation_path": {"escalation_path_id": dice.one_of(others)}})),
        _ => {}
    }
    Value::Array(nodes)
}

fn new_id(count: &mut u64, root: &mut String) -> String {
    *count += 1;
    let id = format!("n{count}");
    if root.is_empty() {
        root.clone_from(&id);
    }
    id
}

fn channel(dice: &mut Dice) -> Value {
    json!({"type": "slack_channel", "id": "c", "urgency": dice.one_of(&["high", "low"])})
}

fn level(dice: &mut Dice, id: &str) -> Value {
    let mut targets = Vec::new();
    for _ in 0..1 + dice.below(3) {
        let urgency = *dice.one_of(&["high", "low"]);
        targets.push(match dice.below(10) {
            0 => channel(dice),
            1..=3 => json!({"type": "user", "id": dice.one_of(&USERS), "urgency": urgency}),
            _ => {
                let schedule = *dice.one_of(&["s", "t"]);
                let mut target = json!({"type": "schedule", "id": schedule, "urgency": urgency});
                match dice.below(8) {
                    0 => target["schedule_mode"] = json!("all_users"),
                    1 => target["schedule_mode"] = json!("next_on_call"),
                    2 => {
                        target["schedule_mode"] = json!(*dice.one_of(&[
                            "currently_on_call_for_rota",
                            "all_users_for_rota",
                            "next_on_call_for_rota"
                        ]));
                        target["selected_rota_id"] = json!(format!("{schedule}0"));
                    }
                    3 => target["schedule_mode"] = json!(""),
                    4 => {}
                    _ => target["schedule_mode"] = json!("currently_on_call"),
                }
                target
            }
        });
    }
    let mut level = json!({"targets": targets});
    timer(dice, &mut level, "time_to_ack", 80);
    match dice.below(4) {
        0 => level["round_robin_config"] = json!({"enabled": true}),
        1 => level["round_robin_config"] = json!({"enabled": true, "rotate_after_seconds": dice.minutes(1, 6)}),
        2 => level["round_robin_config"] = json!({"enabled": false}),
        _ => {}
    }
    if dice.chance(30) {
        level["retry_config"] = json!({"attempts": 2 + dice.below(3), "interval_seconds": dice.minutes(1, 4)});
    }
    if dice.chance(70) {
        level["ack_mode"] = json!(*dice.one_of(&["first", "all"]));
    }
    json!({"id": id, "type": "level", "level": level})
}

/// Sets seconds in so many of a hundred cases, otherwise mostly working hours.
fn timer(dice: &mut Dice, of: &mut Value, prefix: &str, seconds: u64) {
    if dice.chance(seconds) {
        of[format!("{prefix}_seconds")] = json!(dice.minutes(0, 20));
    } else if dice.chance(80) {
        of[format!("{prefix}_interval_condition")] = json!(*dice.one_of(&["active", "inactive"]));
        of[format!("{prefix}_weekday_interval_config_id")] = json!(*dice.one_of(&["h", "k"]));
    }
}

/// An alert on a path of its own, and what people do.
pub fn scenario(dice: &mut Dice) -> Scenario {
    let path = path(dice, &["q", "r", "q", "nowhere"]);
    let mut scenario = json!({
        "path": path,
        "priority_id": dice.one_of(&PRIORITIES),
        "fired_at": at(BEGIN + dice.minutes(0, 9 * 1440)),
    });
    if dice.chance(15) {
        scenario["grace_period_seconds"] = json!(dice.minutes(0, 5));
    }
    let mut responses = Vec::new();
    while dice.chance(55) && responses.len() < 5 {
        let mut response = json!({"response": "ack", "after_seconds": dice.minutes(0, 12)});
        if dice.chance(10) {
            response["channel_id"] = json!("c");
        } else {
            response["user_id"] = json!(dice.one_of(&USERS));
        }
        match dice.below(10) {
            0..=4 => response["response"] = json!("nack"),
            5 => {
                response["response"] = json!("snooze");
                response["snooze_seconds"] = json!(dice.minutes(1, 30));
            }
            _ => {}
        }
        if dice.chance(40) {
            response["to_page"] = json!(1 + dice.below(3));
        }
        responses.push(response);
    }
    scenario["responses"] = json!(responses);
    if dice.chance(8) {
        let action = *dice.one_of(&["cancel", "resolve"]);
        scenario["interventions"] = json!([{"after_seconds": dice.minutes(0, 60), "action": action}]);
    }
    if dice.chance(8) {
        scenario["alert_resolves_after_seconds"] = json!(dice.minutes(0, 90));
    }
    Scenario::from_text(&scenario.to_string()).unwrap()
}

/// An instant of the known time, to the second.
pub fn instant(dice: &mut Dice) -> Instant {
    Instant::from_unix(BEGIN + i64::try_from(dice.below(u64::try_from(8 * DAY).unwrap())).unwrap())
}

/// A week from the beginning, less some hours, so that not everything begins at midnight.
pub fn horizon(dice: &mut Dice) -> (Instant, Instant) {
    let from = BEGIN + dice.minutes(0, 600);
    (Instant::from_unix(from), Instant::from_unix(from + 2 * DAY + HOUR * 5))
}

/// Makes some conditions of a scenario's path such that only the scenario decides them, and has it say something of most.
pub fn unknown(dice: &mut Dice, scenario: &mut Scenario) {
    let mut found = Vec::new();
    severity(dice, &mut scenario.path.as_mut().unwrap()["path"], &mut found);
    for id in found {
        if dice.chance(60) {
            let visits = (0..1 + dice.below(4)).map(|_| *dice.one_of(&[None, Some(Branch::Then), Some(Branch::Else)]));
            let visits = visits.collect();
            scenario.branch_visits.insert(id.clone(), visits);
        }
        if dice.chance(60) {
            scenario.branches.insert(id, *dice.one_of(&[Branch::Then, Branch::Else]));
        }
    }
}

fn severity(dice: &mut Dice, nodes: &mut Value, found: &mut Vec<String>) {
    for node in nodes.as_array_mut().unwrap() {
        let id = node["id"].as_str().unwrap().to_string();
        let Some(branch) = node.get_mut("if_else") else { continue };
        if dice.chance(70) {
            branch["conditions"] = json!([{"subject": "incident.severity", "operation": "one_of",
                "param_bindings": [{"array_value": [{"literal": dice.one_of(&["x", "y"])}]}]}]);
            found.push(id);
        }
        severity(dice, &mut branch["then_path"], found);
        severity(dice, &mut branch["else_path"], found);
    }
}
