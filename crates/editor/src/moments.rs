//! Instants worth trying: those at which what happens to an alert may become another.

use std::collections::BTreeSet;

use escalation_api::PathPayload;
use escalation_engine::calendar::{Hours, WallTime, Zone};
use escalation_engine::compile::{CompiledPath, Kind, People, Target};
use escalation_engine::instant::{DAY, HOUR, MINUTE};
use escalation_engine::{Index, Instant, Seconds};

use crate::zoned::clock_changes;

/// An instant worth trying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// What it is.
    pub what: MomentKind,
    /// When it is.
    pub at: Instant,
    /// Whether it is known who is on call then, if that matters to the path.
    pub is_known: bool,
}

impl Moment {
    fn new(what: MomentKind, at: Instant) -> Self {
        Self { what, at, is_known: true }
    }
}

/// What makes an instant worth trying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MomentKind {
    /// The time at which fewest people are awake: Sunday 03:00.
    SundayNight,
    /// A minute before the clocks go forward (true) or back.
    BeforeChange(bool),
    /// As soon as the clocks have gone forward (true) or back.
    AfterChange(bool),
    /// The working hours of this name begin.
    HoursBegin(String),
    /// They end.
    HoursEnd(String),
    /// Others are on call in the schedule of this name from then on, with their names; nobody if there are none.
    Handover(String, Vec<String>),
}

/// How far clock changes are looked for.
const FAR: Seconds = 370 * DAY;

/// So many sets of working hours and so many schedules are looked at.
const MOST: usize = 4;

/// So many changes of a schedule by which nobody comes or goes are passed over.
const MOST_CHANGES: usize = 200;

/// The next of each kind after `at`, in time order. Zone changes and Sundays are those of `zone`.
#[must_use]
pub fn moments(path: &PathPayload, compiled: &CompiledPath, index: &Index, zone: &Zone, at: Instant) -> Vec<Moment> {
    let schedules = schedules(compiled);
    let mut all = vec![Moment::new(MomentKind::SundayNight, sunday_night(zone, at))];
    if let Some((change, by)) = clock_changes((at, at + FAR), zone).first().copied() {
        let forward = by > 0;
        all.push(Moment::new(MomentKind::BeforeChange(forward), change - MINUTE));
        all.push(Moment::new(MomentKind::AfterChange(forward), change));
    }
    for set in path.working_hours.iter().flatten().take(MOST) {
        let Ok(hours) = Hours::new(set) else { continue };
        let turns = |active: bool| {
            // From the other state on, so that what is so already does not count.
            let from = hours.first(at, !active)?;
            hours.first(from, active)
        };
        all.extend(turns(true).map(|at| Moment::new(MomentKind::HoursBegin(set.name.clone()), at)));
        all.extend(turns(false).map(|at| Moment::new(MomentKind::HoursEnd(set.name.clone()), at)));
    }
    all.extend(schedules.iter().take(MOST).filter_map(|id| handover(index, id, at)));
    all.retain(|moment| moment.at > at && moment.at < Instant::MAX);
    for moment in &mut all {
        let known = |id: &&str| index.schedule(id).is_none_or(|schedule| schedule.knows_entries_at(moment.at).is_ok());
        moment.is_known = schedules.iter().all(known);
    }
    all.sort_by_key(|moment| moment.at);
    all
}

fn sunday_night(zone: &Zone, at: Instant) -> Instant {
    let wall = zone.wall(at);
    let sunday = wall.day() + 6 - wall.weekday();
    let this = zone.first_at_wall(WallTime::new(sunday, 3 * HOUR));
    if this > at { this } else { zone.first_at_wall(WallTime::new(sunday + 7, 3 * HOUR)) }
}

/// The ids of the schedules that a path and those that it hands over to page by, in the order of the text.
fn schedules(compiled: &CompiledPath) -> Vec<&str> {
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for node in compiled.plans().iter().flat_map(|plan| &plan.nodes) {
        let Kind::Level(level) = &node.kind else { continue };
        for target in &level.targets {
            if let Target::People(People::OnCall(id, ..) | People::Next(id, _), _) = target
                && seen.insert(id)
            {
                all.push(&**id);
            }
        }
    }
    all
}

/// The next instant at which others are on call in a schedule, as far as that is known.
fn handover(index: &Index, schedule: &str, at: Instant) -> Option<Moment> {
    let roster = index.schedule(schedule)?;
    let on_call = |at: Instant| {
        roster.knows_entries_at(at).ok()?;
        let rotas = roster.rotas.iter().map(|rota| rota.on_call(at).ok());
        let all: Option<Vec<_>> = rotas.collect();
        Some(all?.into_iter().flatten().map(|id| &**id).collect::<BTreeSet<&str>>())
    };
    let before = on_call(at)?;
    let mut now = at;
    for _ in 0..MOST_CHANGES {
        now = roster.rotas.iter().filter_map(|rota| rota.next_change(now)).min()?;
        let then = on_call(now)?;
        if then != before {
            let names = then.iter().map(|id| index.user_name(id).to_string()).collect();
            return Some(Moment::new(MomentKind::Handover(roster.name.clone(), names), now));
        }
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use escalation_api::Json as _;
    use escalation_engine::World;
    use serde_json::json;

    fn told(zone: &str, at: &str) -> Vec<String> {
        let world: World = serde_json::from_value(json!({
            "users": [{"id": "maya", "name": "Maya", "can_be_paged": true}, {"id": "tom", "name": "Tom", "can_be_paged": true}],
            "schedules": [{"id": "s", "name": "Primary", "timezone": "UTC",
                "rotas": [{"id": "r", "name": "R", "user_ids": ["maya", "tom"]}],
                "entries": [
                    {"rota_id": "r", "user_id": "maya", "start_at": "2026-03-01T09:00:00Z", "end_at": "2026-03-15T09:00:00Z"},
                    // The same person goes on: nobody comes or goes.
                    {"rota_id": "r", "user_id": "maya", "start_at": "2026-03-15T09:00:00Z", "end_at": "2026-03-29T09:00:00Z"},
                    {"rota_id": "r", "user_id": "tom", "start_at": "2026-03-29T09:00:00Z", "end_at": "2026-04-05T09:00:00Z"},
                ]}],
            "entries_until": "2026-04-20T00:00:00Z",
        }))
        .unwrap();
        let path = PathPayload::read(json!({"name": "n", "path": [{"id": "a", "type": "level", "level": {"targets": [
                {"type": "schedule", "id": "s", "urgency": "high", "schedule_mode": "currently_on_call"}]}}],
            "working_hours": [{"id": "w", "name": "UK", "timezone": "Europe/London", "weekday_intervals": [
                {"weekday": "monday", "start_time": "09:00", "end_time": "17:00"}]}]}))
        .unwrap();
        let index = Index::new(world);
        let compiled = CompiledPath::new("", &path, &index);
        let zone = Zone::get(zone).unwrap();
        let all = moments(&path, &compiled, &index, &zone, at.parse().unwrap());
        let unknown = |moment: &Moment| if moment.is_known { "" } else { " unknown" };
        all.iter().map(|moment| format!("{} {:?}{}", moment.at, moment.what, unknown(moment))).collect()
    }

    #[test]
    fn the_next_of_each_in_time_order() {
        assert_eq!(
            told("Europe/London", "2026-03-23T12:00:00Z"),
            [
                "2026-03-23T17:00:00Z HoursEnd(\"UK\")",
                "2026-03-29T00:59:00Z BeforeChange(true)",
                "2026-03-29T01:00:00Z AfterChange(true)",
                // 03:00 by the new time.
                "2026-03-29T02:00:00Z SundayNight",
                "2026-03-29T09:00:00Z Handover(\"Primary\", [\"Tom\"])",
                "2026-03-30T08:00:00Z HoursBegin(\"UK\")",
            ]
        );
    }

    #[test]
    fn strictly_after_the_instant() {
        // At each of them the next is asked for, and it is a later one.
        for (at, next) in [
            ("2026-03-29T02:00:00Z", "2026-04-05T02:00:00Z SundayNight"),
            ("2026-03-29T01:00:00Z", "2026-10-25T00:59:00Z BeforeChange(false) unknown"),
            ("2026-03-29T09:00:00Z", "2026-04-05T09:00:00Z Handover(\"Primary\", [])"),
            ("2026-03-30T08:00:00Z", "2026-04-06T08:00:00Z HoursBegin(\"UK\")"),
        ] {
            assert!(told("Europe/London", at).contains(&next.to_string()), "{at}: {:?}", told("Europe/London", at));
        }
    }

    #[test]
    fn no_change_of_the_clock_where_there_is_none() {
        let all = told("Asia/Singapore", "2026-03-23T12:00:00Z");
        assert!(all.iter().all(|one| !one.contains("Change")), "{all:?}");
        assert!(all.contains(&"2026-03-28T19:00:00Z SundayNight".to_string()), "{all:?}");
        // What is not known is not offered.
        let all = told("UTC", "2026-04-06T12:00:00Z");
        assert!(all.iter().all(|one| !one.contains("Handover")), "{all:?}");
        // Other instants are, and it is said that it is not known who is on call then.
        assert!(told("UTC", "2026-04-19T12:00:00Z").iter().all(|one| one.ends_with(" unknown")));
        assert!(told("UTC", "2026-04-12T12:00:00Z").iter().any(|one| !one.ends_with(" unknown")));
    }
}
