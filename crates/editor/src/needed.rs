//! The part of an organisation that a path needs to be understood by somebody who has nothing else.

use std::borrow::Cow;
use std::collections::BTreeSet;

use escalation_api::{NodeKind, PathPayload, Target, TargetType};
use escalation_engine::{World, template};

use crate::tree;

/// What a path refers to, and what that refers to: paths that it hands over to, schedules with their people, people and
/// channels. Priorities and the time for which on-call is known stay as they are; email addresses are left out.
#[must_use]
pub fn needed(path: &PathPayload, world: &World) -> World {
    let (ids, paths) = referred(path, world);
    let has = |kind: &'static str, id: &str| ids.contains(&(kind, id.to_string()));
    let schedules: Vec<_> = world.schedules.iter().filter(|one| has("schedule", &one.id)).cloned().collect();
    let people = people_of(&ids, world);
    let mut users: Vec<_> = world.users.iter().filter(|user| people.contains(user.id.as_str())).cloned().collect();
    users.iter_mut().for_each(|user| user.email = None);
    World {
        priorities: world.priorities.clone(),
        priorities_from: world.priorities_from,
        users,
        channels: world.channels.iter().filter(|channel| has("channel", &channel.id)).cloned().collect(),
        paths: world.paths.iter().filter(|path| paths.contains(path.id.as_str())).cloned().collect(),
        pauses: world.pauses.iter().filter(|pause| people.contains(pause.user_id.as_str())).cloned().collect(),
        entries_from: world.entries_from,
        entries_until: world.entries_until,
        templates: world.templates.iter().filter(|one| has("template", &one.id)).cloned().collect(),
        unread: world.unread.clone(),
        schedules,
    }
}

/// The ids of everybody whom a path could page at some instant, in the order of the organisation.
#[must_use]
pub fn people(path: &PathPayload, world: &World) -> Vec<String> {
    let (ids, _) = referred(path, world);
    let people = people_of(&ids, world);
    let users = world.users.iter().filter(|user| people.contains(user.id.as_str()));
    users.map(|user| user.id.clone()).collect()
}

/// The people among what is referred to, and those of the schedules.
fn people_of<'a>(ids: &'a BTreeSet<(&'static str, String)>, world: &'a World) -> BTreeSet<&'a str> {
    let mut people: BTreeSet<&str> =
        ids.iter().filter(|(kind, _)| *kind == "user").map(|(_, id)| id.as_str()).collect();
    for schedule in world.schedules.iter().filter(|one| ids.contains(&("schedule", one.id.clone()))) {
        people.extend(schedule.rotas.iter().flat_map(|rota| rota.user_ids.iter().map(String::as_str)));
        people.extend(schedule.entries.iter().filter_map(|entry| entry.user_id.as_deref()));
    }
    people
}

/// The targets that a path and those that it hands over to refer to, with their kinds; and the ids of those paths.
fn referred<'a>(path: &PathPayload, world: &'a World) -> (BTreeSet<(&'static str, String)>, BTreeSet<&'a str>) {
    let mut paths: BTreeSet<&str> = BTreeSet::new();
    let mut ids = BTreeSet::new();
    let mut waiting = vec![Cow::Borrowed(path)];
    while let Some(path) = waiting.pop() {
        ids.extend(path.template_id.iter().map(|id| ("template", id.clone())));
        let Ok(nodes) = template::resolve(&path, world) else { continue };
        tree::walk(&nodes, |found| {
            let mut refer = |targets: &[Target]| {
                ids.extend(targets.iter().map(|target| (kind(&target.target_type), target.id.clone())));
            };
            match &found.node.kind {
                NodeKind::Level(level) => refer(&level.targets),
                NodeKind::NotifyChannel(channel) => refer(&channel.targets),
                NodeKind::HandOver(hand_over) => {
                    let other = world.paths.iter().find(|other| other.id == hand_over.escalation_path_id);
                    if let Some(other) = other.filter(|other| paths.insert(&other.id)) {
                        waiting.push(Cow::Owned(PathPayload::from(other)));
                    }
                }
                _ => {}
            }
        });
    }
    (ids, paths)
}

fn kind(target: &TargetType) -> &'static str {
    match target {
        TargetType::User => "user",
        TargetType::Schedule => "schedule",
        TargetType::SlackChannel | TargetType::MsTeamsChannel | TargetType::Other(_) => "channel",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use escalation_api::{Json as _, PathPayload};
    use escalation_engine::World;
    use serde_json::json;

    use super::needed;

    #[test]
    fn what_is_referred_to_and_no_more() {
        let level = |id: &str, kind: &str, of: &str| json!({"id": id, "type": "level", "level": {"targets": [{"type": kind, "id": of, "urgency": "high"}]}});
        let over =
            |to: &str| json!({"id": "over", "type": "escalation_path", "escalation_path": {"escalation_path_id": to}});
        let user = |id: &str| json!({"id": id, "name": id, "email": format!("{id}@example.com"), "can_be_paged": true});
        let world: World = serde_json::from_value(json!({
            "priorities": [{"id": "p1", "name": "P1"}],
            "users": [user("maya"), user("ruth"), user("tom"), user("nobody")],
            "schedules": [
                {"id": "primary", "name": "Primary", "timezone": "UTC", "rotas": [{"id": "r", "name": "R", "user_ids": ["ruth"]}]},
                {"id": "other", "name": "Other", "timezone": "UTC", "rotas": [{"id": "r", "name": "R", "user_ids": ["nobody"]}]},
            ],
            "channels": [{"id": "c1", "type": "slack_channel", "name": "#one"}, {"id": "c2", "type": "slack_channel", "name": "#two"}],
            "paths": [
                {"id": "second", "name": "Second", "path": [level("x", "user", "tom"), over("second")]},
                {"id": "third", "name": "Third", "path": []},
            ],
            "pauses": [{"user_id": "nobody", "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2026-01-02T00:00:00Z"}],
        }))
        .unwrap();
        let path = json!({"name": "First", "path": [
            level("a", "user", "maya"), level("b", "schedule", "primary"), level("c", "slack_channel", "c1"), over("second")]});
        let found = needed(&PathPayload::read(path).unwrap(), &world);
        let ids = |all: Vec<&str>| all.join(" ");
        assert_eq!(ids(found.users.iter().map(|user| user.id.as_str()).collect()), "maya ruth tom");
        assert_eq!(ids(found.schedules.iter().map(|one| one.id.as_str()).collect()), "primary");
        assert_eq!(ids(found.channels.iter().map(|one| one.id.as_str()).collect()), "c1");
        assert_eq!(ids(found.paths.iter().map(|one| one.id.as_str()).collect()), "second");
        assert_eq!((found.priorities.len(), found.pauses.len()), (1, 0));
        assert!(found.users.iter().all(|user| user.email.is_none()));
    }
}
