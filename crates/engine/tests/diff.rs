//! What a change changes: the sum of what single alerts show, and no more nodes than were touched.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod generate;

use escalation_api::{Json as _, PathPayload};
use escalation_engine::compile::CompiledPath;
use escalation_engine::diff::{Difference, behaviour, structure};
use escalation_engine::prove::Horizon;
use escalation_engine::simulate::{compile_for, trace};
use escalation_engine::trace::StepName;
use escalation_engine::{Index, Instant, Scenario, World};
use generate::{Dice, PRIORITIES};
use serde_json::{Value, json};

/// Whom an alert tells, how loudly and when, whoever of those at one instant comes first.
fn pages(path: &CompiledPath, index: &Index, scenario: &Scenario) -> Vec<(String, String, Instant)> {
    let trace = trace(path, index, scenario);
    let told = trace.steps.into_iter().filter(|step| matches!(step.step, StepName::Paged | StepName::Posted));
    let mut pages: Vec<_> =
        told.map(|step| (step.user_id.or(step.channel_id).unwrap(), step.urgency.unwrap(), step.at)).collect();
    pages.sort();
    pages
}

/// Changes something small in a path.
fn touched(dice: &mut Dice, path: &Value) -> Value {
    fn nodes<'a>(list: &'a mut Value, all: &mut Vec<&'a mut Value>) {
        for node in list.as_array_mut().unwrap() {
            if node["type"] == "if_else" {
                let branch = node["if_else"].as_object_mut().unwrap();
                for (name, side) in branch.iter_mut() {
                    if name != "conditions" {
                        nodes(side, all);
                    }
                }
            } else {
                all.push(node);
            }
        }
    }
    let mut changed = path.clone();
    let mut all = Vec::new();
    nodes(&mut changed["path"], &mut all);
    if !all.is_empty() {
        let which = usize::try_from(dice.below(all.len() as u64)).unwrap();
        let node = &mut all[which];
        if let Some(level) = node.get_mut("level") {
            if dice.chance(50) {
                level["targets"] = json!([{"type": "user", "id": "amy", "urgency": "high"}]);
            } else {
                level["time_to_ack_seconds"] = json!(420);
            }
        } else if let Some(delay) = node.get_mut("delay") {
            delay["delay_seconds"] = json!(180);
        }
    }
    changed
}

#[test]
fn a_change_is_what_single_alerts_show() {
    let (mut alerts, mut changed, mut same) = (0, 0, 0);
    for seed in 50_000..50_100 {
        let mut dice = Dice::new(seed);
        let index = Index::new(generate::world(&mut dice));
        let scenario = generate::scenario(&mut dice).left_alone();
        let before = compile_for(&index, &scenario).unwrap();
        let after_scenario =
            Scenario { path: Some(touched(&mut dice, scenario.path.as_ref().unwrap())), ..scenario.clone() };
        let after = compile_for(&index, &after_scenario).unwrap();
        let (from, until) = generate::horizon(&mut dice);
        let horizon = Horizon { from, until, scenario: scenario.clone() };
        let found = behaviour(&before, &after, &index, &horizon).unwrap();
        for priority in PRIORITIES {
            let covers = |at: Instant| {
                let during = found.changes.iter().flat_map(|change| &change.during);
                during
                    .filter(|during| during.priority_id == priority)
                    .any(|during| during.from <= at && at < during.until)
            };
            let mut instants: Vec<_> = (0..25)
                .map(|_| from + i64::try_from(dice.below(u64::try_from(until - from).unwrap())).unwrap())
                .collect();
            let edges = found.changes.iter().flat_map(|change| &change.during).take(8);
            instants.extend(edges.flat_map(|during| [during.from, during.from - 1, during.until - 1, during.until]));
            for fired_at in instants.into_iter().filter(|at| from <= *at && *at < until) {
                alerts += 1;
                let alert = Scenario { priority_id: Some(priority.to_string()), fired_at, ..scenario.clone() };
                // Whoever begins where people are paged in turn; there are no more than eight.
                let differs = (0..8).any(|turn| {
                    let alert = Scenario { turn, ..alert.clone() };
                    pages(&before, &index, &alert) != pages(&after, &index, &alert)
                });
                // At a single instant, what moves with the alert may coincide with what does not.
                let coincides = !differs && covers(fired_at) && covers(fired_at + 1).max(covers(fired_at - 1));
                // Where it is not known for every instant, what is not said may differ yet.
                let unsaid = differs && !found.is_complete;
                assert!(
                    differs == covers(fired_at) || coincides || unsaid,
                    "seed {seed}, {priority} at {fired_at}: {differs}"
                );
                if differs { changed += 1 } else { same += 1 }
            }
        }
    }
    println!("{alerts} alerts: {changed} changed, {same} the same");
    assert!(changed > 1_000 && same > 1_000);
}

fn payload(value: Value) -> PathPayload {
    PathPayload::read_either(value).unwrap()
}

fn level(id: &str, user: &str, seconds: i64) -> Value {
    json!({"id": id, "type": "level", "level": {"targets": [{"type": "user", "id": user, "urgency": "high"}], "time_to_ack_seconds": seconds}})
}

fn branch(id: &str, then: Value, otherwise: Value) -> Value {
    json!({"id": id, "type": "if_else", "if_else": {"conditions": [{"subject": "escalation.priority", "operation": "one_of",
        "param_bindings": [{"array_value": [{"literal": "p1"}]}]}], "then_path": then, "else_path": otherwise}})
}

#[test]
fn nodes_that_are_added_removed_moved_and_changed() {
    let before = json!({"name": "n", "path": [level("a", "amy", 60), level("b", "ben", 60), level("c", "cat", 60), branch("d", json!([level("e", "eve", 60)]), json!([]))]});
    let after = json!({"name": "m", "path": [level("c", "cat", 60), level("a", "amy", 120), level("f", "fay", 60), branch("d", json!([]), json!([level("e", "eve", 60)]))]});
    let differences = structure(&payload(before.clone()), &payload(after));
    let told: Vec<String> = differences
        .iter()
        .map(|difference| match difference {
            Difference::Added { node_id, to } => format!("added {node_id} at {}", to.position),
            Difference::Removed { node_id, .. } => format!("removed {node_id}"),
            Difference::Moved { node_id, from, to } => format!(
                "moved {node_id} {:?} {:?}",
                from.within.as_ref().map(|w| &w.1),
                to.within.as_ref().map(|w| &w.1)
            ),
            Difference::Changed { node_id, field, before, after } => {
                format!(
                    "changed {} {field} {} {}",
                    node_id.as_deref().unwrap_or("-"),
                    before.as_ref().unwrap(),
                    after.as_ref().unwrap()
                )
            }
        })
        .collect();
    assert_eq!(
        told,
        [
            "removed b",
            "changed - name \"n\" \"m\"",
            "moved c None None",
            "changed a level.time_to_ack_seconds 60 120",
            "added f at 2",
            "moved e Some(\"then_path\") Some(\"else_path\")",
        ]
    );
    assert_eq!(structure(&payload(before.clone()), &payload(before)), []);
}

fn changes_of(before: Value, after: Value) -> (Vec<String>, bool) {
    let users = ["amy", "ben", "cat", "dan"].map(|id| json!({"id": id, "name": id, "can_be_paged": true}));
    let world: World = serde_json::from_value(json!({
        "users": users,
        "priorities": [{"id": "p1", "name": "P1"}],
    }))
    .unwrap();
    let index = Index::new(world);
    let [before, after] =
        [before, after].map(|path| CompiledPath::new("p", &payload(json!({"name": "n", "path": path})), &index));
    let (from, until) = (Instant::from_unix(1_800_000_000), Instant::from_unix(1_800_604_800));
    let horizon = Horizon { from, until, scenario: Scenario::default() };
    let found = behaviour(&before, &after, &index, &horizon).unwrap();
    (found.changes.iter().map(|change| change.sentence(&index)).collect(), found.is_complete)
}

#[test]
fn whoever_begins_a_round_robin_is_compared() {
    let turns = |users: &[&str], rotate: Value| {
        let mut level = level("a", "amy", 300);
        level["level"]["targets"] =
            users.iter().map(|id| json!({"type": "user", "id": id, "urgency": "high"})).collect();
        level["level"]["round_robin_config"] = json!({"enabled": true});
        if rotate.is_number() {
            level["level"]["round_robin_config"]["rotate_after_seconds"] = rotate;
        }
        level
    };
    let and_amy = |level: Value| json!([level, self::level("b", "amy", 300)]);
    let before = || and_amy(turns(&["amy", "ben"], Value::Null));
    // Amy is paged first by the first turn and by the second level, whoever has the second.
    let (said, complete) = changes_of(before(), and_amy(turns(&["amy", "cat"], Value::Null)));
    assert!(complete);
    assert_eq!(
        said,
        [
            "P1, at any time, at turn 2 of the round robin: cat is now paged at once; ben is no longer paged (it was at once)"
        ]
    );
    assert_eq!(changes_of(before(), before()), (vec![], true));
    // What comes of every turn is said once.
    let (said, _) = changes_of(before(), and_amy(turns(&["cat", "dan"], Value::Null)));
    assert_eq!(said.len(), 2, "{said:?}");
    let more = |level: Value| json!([level, self::level("b", "dan", 300)]);
    let was = more(turns(&["amy", "ben"], Value::Null));
    let (said, _) = changes_of(was, json!([turns(&["amy", "ben"], Value::Null)]));
    assert_eq!(said, ["P1, at any time: dan is no longer paged (it was after 5m)"]);
    // The third of a rotation comes only when the first two have had their time.
    let (said, _) = changes_of(
        json!([turns(&["amy", "ben", "cat"], json!(200))]),
        json!([turns(&["amy", "ben", "dan"], json!(200))]),
    );
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said.iter().any(|one| one.contains("at turn 3") && one.contains("dan is now paged at once")), "{said:?}");
    assert!(said.iter().any(|one| one.contains("at turn 2") && one.contains("after 3m 20s")), "{said:?}");
    // One more person is one turn more.
    let (said, _) = changes_of(and_amy(turns(&["ben"], Value::Null)), and_amy(turns(&["ben", "cat"], Value::Null)));
    assert_eq!(
        said,
        [
            "P1, at any time, at turn 2 of the round robin: cat is now paged at once; ben is no longer paged (it was at once)"
        ]
    );
}

#[test]
fn where_a_condition_cannot_be_decided_it_is_said_which_way_something_changes() {
    let either = |then: Value, otherwise: Value| {
        let mut branch = branch("team", then, otherwise);
        branch["if_else"]["conditions"][0]["subject"] = json!("alert.attributes[\"team\"]");
        json!([branch])
    };
    let [amy, ben, cat] = ["amy", "ben", "cat"].map(|user| json!([level(user, user, 60)]));
    let before = either(amy.clone(), ben.clone());
    let (said, complete) = changes_of(before.clone(), either(cat.clone(), ben.clone()));
    assert!(complete);
    assert_eq!(
        said,
        [
            "P1, at any time, where the condition of `team` holds: cat is now paged at once; amy is no longer paged (it was at once)"
        ]
    );
    let (said, _) = changes_of(before, either(ben, amy.clone()));
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("does not hold: amy is now") || said[1].contains("does not hold: amy is now"), "{said:?}");
    // What comes about either way is said once, and without the condition.
    let (said, _) = changes_of(either(amy.clone(), amy), either(cat.clone(), cat));
    assert_eq!(said, ["P1, at any time: cat is now paged at once; amy is no longer paged (it was at once)"]);
}

#[test]
fn a_change_in_a_sentence() {
    let world = json!({
        "priorities": [{"id": "p1", "name": "P1"}, {"id": "p2", "name": "P2"}],
        "users": [{"id": "amy", "name": "Amy", "can_be_paged": true}, {"id": "ben", "name": "Ben", "can_be_paged": true}],
    });
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let compiled = |path: Value| CompiledPath::new("", &payload(path), &index);
    let before = compiled(json!({"name": "n", "path": [level("a", "amy", 600)]}));
    let after = compiled(
        json!({"name": "n", "path": [branch("b", json!([level("a", "amy", 600), level("c", "ben", 60)]), json!([level("d", "amy", 600)]))]}),
    );
    let from: Instant = "2026-03-23T00:00:00Z".parse().unwrap();
    let horizon = Horizon { from, until: from + 7 * 86_400, scenario: Scenario::default() };
    let found = behaviour(&before, &after, &index, &horizon).unwrap();
    assert!(found.is_complete);
    let sentences: Vec<_> = found.changes.iter().map(|change| change.sentence(&index)).collect();
    assert_eq!(sentences, ["P1, at any time: Ben is now paged after 10m"]);
    assert_eq!((found.changes[0].during[0].from, found.changes[0].during[0].until), (horizon.from, horizon.until));

    // Another way to write the same changes nothing for anybody, and that is known.
    let same = compiled(
        json!({"name": "renamed", "path": [branch("b", json!([level("a", "amy", 600)]), json!([level("d", "amy", 600)]))]}),
    );
    let found = behaviour(&before, &same, &index, &horizon).unwrap();
    assert!(found.is_complete && found.changes.is_empty());
}

/// To wait twice for the same hours, or once, comes to the same.
#[test]
fn the_same_instants_reached_otherwise_are_no_change() {
    let world = json!({"users": [{"id": "amy", "name": "Amy", "can_be_paged": true}]});
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let hours = |id: &str, start: &str| {
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let days = days.map(|day| json!({"weekday": day, "start_time": start, "end_time": "12:00"}));
        json!({"id": id, "name": id, "timezone": "UTC", "weekday_intervals": days})
    };
    let wait = |id: &str, hours: &str, state: &str| {
        json!({"id": id, "type": "delay",
            "delay": {"delay_interval_condition": state, "delay_weekday_interval_config_id": hours}})
    };
    let path = |nodes: Value| {
        let path =
            json!({"name": "n", "path": nodes, "working_hours": [hours("eight", "08:00"), hours("nine", "09:00")]});
        CompiledPath::new("", &payload(path), &index)
    };
    let once = path(json!([wait("a", "nine", "inactive"), wait("b", "nine", "active"), level("c", "amy", 60)]));
    let twice = path(json!([
        wait("a", "nine", "inactive"),
        wait("e", "eight", "active"),
        wait("b", "nine", "active"),
        level("c", "amy", 60)
    ]));
    let from: Instant = "2026-03-23T00:00:00Z".parse().unwrap();
    let horizon = Horizon { from, until: from + 7 * 86_400, scenario: Scenario::default() };
    let found = behaviour(&once, &twice, &index, &horizon).unwrap();
    assert!(found.is_complete && found.changes.is_empty(), "{:?}", found.changes);
}

/// What changes between two paths of these nodes, over three months with a change of the clock, in sentences.
fn sentences(before: Value, after: Value) -> Vec<String> {
    let world = json!({
        "priorities": [{"id": "p1", "name": "P1"}, {"id": "p2", "name": "P2"}],
        "users": [{"id": "amy", "name": "Amy", "can_be_paged": true}, {"id": "ben", "name": "Ben", "can_be_paged": true}],
    });
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let set = |id: &str, days: &[&str], start: &str, end: &str| {
        let days: Vec<_> =
            days.iter().map(|day| json!({"weekday": day, "start_time": start, "end_time": end})).collect();
        json!({"id": id, "name": id, "timezone": "Europe/London", "weekday_intervals": days})
    };
    let five = ["monday", "tuesday", "wednesday", "thursday", "friday"];
    let hours = json!([
        set("UK hours", &five, "09:00", "17:00"),
        set("the week", &five, "00:00", "24:00"),
        set("the early shift", &["monday"], "06:00", "07:00")
    ]);
    let compiled = |nodes: Value| {
        CompiledPath::new("", &payload(json!({"name": "n", "path": nodes, "working_hours": hours})), &index)
    };
    let from: Instant = "2026-03-04T13:20:00Z".parse().unwrap();
    let horizon = Horizon { from, until: from + 91 * 86_400, scenario: Scenario::default() };
    let found = behaviour(&compiled(before), &compiled(after), &index, &horizon).unwrap();
    assert!(found.is_complete);
    found.changes.iter().map(|change| change.sentence(&index)).collect()
}

#[test]
fn times_in_words() {
    let amy = || level("a", "amy", 600);
    let during = |hours: &str, then: Value, otherwise: Value| {
        json!([{"id": "b", "type": "if_else", "if_else": {"conditions": [{
            "subject": format!("escalation.working_hours[\"{hours}\"]"), "operation": "is_active", "param_bindings": []}],
            "then_path": then, "else_path": otherwise}}])
    };
    let both = json!([amy(), level("c", "ben", 60)]);
    assert_eq!(
        sentences(json!([amy()]), during("the week", json!([amy()]), both.clone())),
        ["P1, P2, outside the week: Ben is now paged after 10m"]
    );
    assert_eq!(
        sentences(json!([amy()]), during("UK hours", both.clone(), json!([amy()]))),
        ["P1, P2, in UK hours: Ben is now paged after 10m"]
    );
    // Ten minutes sooner than the hours, on the wall, also where the clock has changed.
    let later = |then: Value| json!([amy(), during("UK hours", then, json!([level("d", "amy", 60)]))[0]]);
    assert_eq!(
        sentences(later(json!([level("d", "amy", 60)])), later(json!([level("c", "ben", 60)]))),
        ["P1, P2, Mon-Fri 08:50-16:50 (Europe/London): Ben is now paged after 10m"]
    );
    let wait = |hours: &str, state: &str| {
        json!({"id": "w", "type": "delay",
            "delay": {"delay_interval_condition": state, "delay_weekday_interval_config_id": hours}})
    };
    assert_eq!(
        sentences(json!([amy()]), json!([wait("UK hours", "active"), amy()])),
        ["P1, P2, outside UK hours: Amy is paged when UK hours begin instead of at once"]
    );
    assert_eq!(
        sentences(
            json!([wait("UK hours", "active"), level("b", "ben", 300), amy()]),
            json!([wait("UK hours", "active"), level("b", "ben", 600)])
        ),
        [
            "P1, P2, outside UK hours: Amy is no longer paged (it was 5m after UK hours begin)",
            "P1, P2, in UK hours: Amy is no longer paged (it was after 5m)"
        ]
    );
    assert_eq!(
        sentences(json!([amy()]), json!([wait("the early shift", "active")])),
        ["P1, P2, at any time: Amy is no longer paged (it was at once); nobody is left"]
    );
}

/// Who is on call beside somebody makes no other change of what changes for them.
#[test]
fn a_change_is_told_once_whoever_else_is_paged() {
    let begin: Instant = "2026-03-02T09:00:00Z".parse().unwrap();
    let entry = |week: i64| {
        let user = ["amy", "cat", "dan"][usize::try_from(week % 3).unwrap()];
        json!({"rota_id": "r", "user_id": user,
            "start_at": begin + week * 7 * 86_400, "end_at": begin + (week + 1) * 7 * 86_400})
    };
    let entries: Vec<_> = (0..9).map(entry).collect();
    let person = |id: &str| json!({"id": id, "name": id, "can_be_paged": true});
    let everybody = ["amy", "ben", "cat", "dan"].map(person);
    let world = json!({
        "users": everybody,
        "schedules": [{"id": "s", "name": "S", "timezone": "UTC", "rotas": [{"id": "r", "name": "R", "user_ids": []}],
            "entries": entries}],
        "entries_from": begin, "entries_until": begin + 9 * 7 * 86_400,
    });
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let on_call = json!({"id": "a", "type": "level", "level": {"time_to_ack_seconds": 600,
        "targets": [{"type": "schedule", "id": "s", "urgency": "high"}]}});
    let compiled = |nodes: Value| CompiledPath::new("", &payload(json!({"name": "n", "path": nodes})), &index);
    let before = compiled(json!([on_call, level("b", "ben", 600)]));
    let after = compiled(json!([on_call]));
    let horizon = Horizon { from: begin, until: begin + 8 * 7 * 86_400, scenario: Scenario::default() };
    let found = behaviour(&before, &after, &index, &horizon).unwrap();
    let sentences: Vec<_> = found.changes.iter().map(|change| change.sentence(&index)).collect();
    assert_eq!(sentences, ["at any time: ben is no longer paged (it was after 10m)"]);
}

/// The instants count, not the words for them.
#[test]
fn another_day_is_another_time() {
    let amy = || level("a", "amy", 600);
    let wait = || {
        json!({"id": "w", "type": "delay",
            "delay": {"delay_interval_condition": "active", "delay_weekday_interval_config_id": "UK hours"}})
    };
    let day = json!({"id": "d", "type": "delay", "delay": {"delay_seconds": 86_400}});
    let said = sentences(json!([wait(), amy()]), json!([day, wait(), amy()]));
    let later = said.iter().find(|said| said.contains("Amy is paged 1d later than before, when UK hours begin"));
    assert!(later.is_some_and(|said| said.contains("Mon-Wed 17:00-09:00; Sun 17:00-09:00")), "{said:#?}");
}

#[test]
fn what_follows_the_first_pages() {
    let with_retries = |retries: Value, urgency: &str| {
        let maya = json!({"type": "user", "id": "amy", "urgency": "high"});
        let again = json!({"type": "user", "id": "amy", "urgency": urgency});
        json!([
            {"id": "a", "type": "level", "level": {"targets": [maya], "time_to_ack_seconds": 600, "retry_config": retries}},
            {"id": "b", "type": "level", "level": {"targets": [again], "time_to_ack_seconds": 600}},
        ])
    };
    let retries = json!({"attempts": 3, "interval_seconds": 120});
    assert_eq!(
        sentences(with_retries(retries, "high"), with_retries(Value::Null, "high")),
        ["P1, P2, at any time: everybody is paged first as before; in all it is 2 times instead of 4"]
    );
    assert_eq!(
        sentences(with_retries(Value::Null, "high"), with_retries(Value::Null, "low")),
        [
            "P1, P2, at any time: everybody is paged first as before; what follows comes at other times or with another urgency"
        ]
    );
}

/// What cannot be followed is not told as if nobody were paged.
#[test]
fn what_is_not_known_is_not_told() {
    let world = json!({"users": [{"id": "amy", "name": "Amy", "can_be_paged": true}]});
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let compiled = |nodes: Value| CompiledPath::new("", &payload(json!({"name": "n", "path": nodes})), &index);
    let amy = compiled(json!([level("a", "amy", 600)]));
    let unknown = compiled(json!([{"id": "x", "type": "hologram", "hologram": {}}]));
    let from: Instant = "2026-03-04T00:00:00Z".parse().unwrap();
    let horizon = Horizon { from, until: from + 86_400, scenario: Scenario::default() };
    for (before, after) in [(&amy, &unknown), (&unknown, &amy), (&unknown, &unknown)] {
        let found = behaviour(before, after, &index, &horizon).unwrap();
        assert!(found.changes.is_empty() && !found.is_complete);
        assert_eq!((found.unknown_during[0].from, found.unknown_during[0].until), (horizon.from, horizon.until));
    }
    let for_ages = Horizon { until: from + 400 * 86_400, ..horizon };
    assert!(behaviour(&amy, &amy, &index, &for_ages).is_err());
}

#[test]
fn the_order_of_targets_alone_is_no_change() {
    let of = |targets: &[(&str, &str)]| {
        let targets: Vec<Value> = targets
            .iter()
            .map(|(id, urgency)| {
                let kind = if *id == "c" { "slack_channel" } else { "user" };
                json!({"type": kind, "id": id, "urgency": urgency})
            })
            .collect();
        json!([{"id": "l", "type": "level", "level": {"targets": targets, "time_to_ack_seconds": 60,
            "retry_config": {"attempts": 3, "interval_seconds": 15}}}])
    };
    let before = of(&[("amy", "high"), ("c", "low"), ("ben", "low")]);
    let nothing = (Vec::new(), true);
    assert_eq!(changes_of(before.clone(), of(&[("ben", "low"), ("amy", "high"), ("c", "low")])), nothing);
    // Another urgency is a change.
    let (said, _) = changes_of(before, of(&[("ben", "high"), ("amy", "high"), ("c", "low")]));
    assert_eq!(said, ["P1, at any time: ben is paged at once instead of at once with low urgency"]);
}

fn severity(id: &str, then: Value, otherwise: Value) -> Value {
    let mut branch = branch(id, then, otherwise);
    branch["if_else"]["conditions"][0]["subject"] = json!("incident.severity");
    branch
}

#[test]
fn one_condition_has_one_outcome_in_both_paths() {
    let [amy, ben] = ["amy", "ben"].map(|user| json!([level(user, user, 60)]));
    // The same branch by another name.
    let nothing = (Vec::new(), true);
    let renamed = |id: &str| json!([severity(id, amy.clone(), ben.clone())]);
    assert_eq!(changes_of(renamed("b"), renamed("c")), nothing);
    // Asked once more, at the same instant.
    let twice = json!([severity("b", amy.clone(), json!([severity("d", json!([]), ben.clone())]))]);
    assert_eq!(changes_of(renamed("b"), twice), nothing);
}

#[test]
fn a_change_at_one_visit() {
    let back = json!({"id": "r", "type": "repeat", "repeat": {"to_node": "b", "repeat_times": 1}});
    let path = |user: &str| {
        json!([severity("b", json!([level("a", "amy", 60), back.clone()]), json!([level("c", user, 60)]))])
    };
    let (mut said, complete) = changes_of(path("ben"), path("cat"));
    said.sort();
    assert!(complete);
    assert_eq!(
        said,
        [
            "P1, at any time, where the condition of `b` does not hold the 1st time: cat is now paged at once; ben is no longer paged (it was at once)",
            "P1, at any time, where the condition of `b` holds the 1st time, where the condition of `b` does not hold the 2nd time: cat is now paged after 1m; ben is no longer paged (it was after 1m)",
        ]
    );
}

/// What changes at each handover for somebody else is one sentence.
#[test]
fn what_concerns_most_alerts_leads() {
    let begin: Instant = "2026-03-02T09:00:00Z".parse().unwrap();
    let week = 7 * 86_400;
    let entry = |number: i64| {
        let user = ["amy", "cat"][usize::try_from(number % 2).unwrap()];
        json!({"rota_id": "r", "user_id": user, "start_at": begin + number * week, "end_at": begin + (number + 1) * week})
    };
    let entries: Vec<_> = (0..9).map(entry).collect();
    let people = [("amy", "Amy"), ("ben", "Ben"), ("cat", "Cat")];
    let world = json!({
        "priorities": [{"id": "p1", "name": "P1"}, {"id": "p2", "name": "P2"}, {"id": "p3", "name": "P3"}],
        "users": people.map(|(id, name)| json!({"id": id, "name": name, "can_be_paged": true})),
        "schedules": [{"id": "s", "name": "S", "timezone": "UTC", "rotas": [{"id": "r", "name": "R", "user_ids": []}],
            "entries": entries}],
        "entries_from": begin, "entries_until": begin + 9 * week,
    });
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let on_call = json!({"id": "a", "type": "level", "level": {"time_to_ack_seconds": 600,
        "targets": [{"type": "schedule", "id": "s", "urgency": "high"}]}});
    let lead = |before: Value, after: Value| {
        let compiled = |nodes: Value| CompiledPath::new("", &payload(json!({"name": "n", "path": nodes})), &index);
        let horizon = Horizon { from: begin, until: begin + 8 * week, scenario: Scenario::default() };
        let found = behaviour(&compiled(before), &compiled(after), &index, &horizon).unwrap();
        (found.lead(&index, 8 * week), found.changes.len())
    };
    let timer = |seconds: i64| json!([level("b", "ben", seconds), on_call]);
    // Every week it is somebody else.
    let (sentences, changes) = lead(timer(300), timer(600));
    assert_eq!(sentences, ["Amy and Cat are paged 5m later, for every priority, nearly always."]);
    assert!(changes > 2);
    let urgent = json!([branch("c", json!([level("b", "ben", 300)]), json!([on_call]))]);
    let (sentences, _) = lead(json!([on_call]), urgent);
    assert_eq!(
        sentences,
        ["Ben is now paged at once, for P1.", "Amy and Cat are no longer paged (it was at once), for P1."]
    );
    // Half of the time is not always.
    let amy = json!([level("b", "amy", 300)]);
    let (sentences, _) = lead(amy.clone(), json!([on_call]));
    assert_eq!(
        sentences,
        [
            "Cat is now paged at once, for every priority, at some times.",
            "Amy is no longer paged (it was at once), for every priority, at some times.",
        ]
    );
    assert_eq!(lead(amy.clone(), amy), (Vec::new(), 0));
}

/// What comes before that which cannot be known changes for certain.
#[test]
fn what_follows_unknown_hides_nothing_that_comes_before() {
    let level = |id: &str, user: &str| {
        json!({"id": id, "type": "level", "level": {"time_to_ack_seconds": 300, "targets": [
            {"type": "user", "id": user, "urgency": "high"}]}})
    };
    let on_call = json!({"id": "two", "type": "level", "level": {"time_to_ack_seconds": 300, "targets": [
        {"type": "schedule", "id": "zz", "urgency": "high", "schedule_mode": "currently_on_call"}]}});
    let odd = json!({"id": "t", "type": "teleport", "teleport": {}});
    let delay = json!({"id": "d", "type": "delay", "delay": {"delay_seconds": 86_400}});
    let world = json!({"users": [{"id": "ada", "name": "Ada", "can_be_paged": true},
        {"id": "bo", "name": "Bo", "can_be_paged": true}], "unread": ["schedules"]});
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let from: Instant = "2026-06-01T00:00:00Z".parse().unwrap();
    let horizon = Horizon { from, until: from + 2 * 86_400, scenario: Scenario::default() };
    let sentences = |before: Value, after: Value| {
        let [before, after] = [before, after].map(|nodes| {
            let payload = PathPayload::from_text(&json!({"name": "P", "path": nodes}).to_string()).unwrap();
            CompiledPath::new("", &payload, &index)
        });
        let found = behaviour(&before, &after, &index, &horizon).unwrap();
        assert!(!found.is_complete && found.changes.iter().all(|change| change.is_partial));
        let told: Vec<_> = found.changes.iter().map(|change| change.sentence(&index)).collect();
        (told, found.lead(&index, 2 * 86_400))
    };
    for last in [on_call.clone(), odd] {
        let (told, lead) = sentences(json!([level("one", "bo"), last]), json!([level("one", "ada"), last]));
        let [told] = told.try_into().unwrap();
        assert!(
            told.ends_with("Ada is now paged at once; Bo is no longer paged at once; what follows is unknown"),
            "{told}"
        );
        assert_eq!(lead, ["Ada is now paged at once.", "Bo is no longer paged at once."]);
        // Nobody for a day, and nobody any more.
        for after in [json!([delay, level("one", "bo"), last]), json!([last])] {
            let (told, _) = sentences(json!([level("one", "bo"), last]), after.clone());
            let expected = after.as_array().unwrap().len() > 1;
            assert_eq!(told.len(), usize::from(expected), "{told:?}");
        }
        // What is the same up to there is not called a change.
        let same = json!([level("one", "bo"), last]);
        assert_eq!(sentences(same.clone(), same).0, Vec::<String>::new());
    }
    // A run that is known to its end is known beyond that of the other.
    let handed = json!({"id": "h", "type": "escalation_path", "escalation_path": {"escalation_path_id": "gone"}});
    let half = json!({"id": "d", "type": "delay", "delay": {"delay_seconds": 1_500}});
    let (told, _) =
        sentences(json!([level("one", "ada"), half, level("x", "bo")]), json!([level("one", "bo"), handed]));
    assert!(
        told.iter().any(|told| told.contains("Bo is paged at once instead of after 30 minutes")
            || told.contains("Bo is paged at once instead of after 30m")),
        "{told:?}"
    );
    // Somebody who may be paged later is not said to be paged no longer, and whom only one run is known to page is not told.
    let (told, _) =
        sentences(json!([level("one", "ada"), level("x", "bo"), on_call]), json!([level("one", "ada"), on_call]));
    assert_eq!(told, Vec::<String>::new());
}
