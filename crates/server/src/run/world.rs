//! What is looked up when a level is entered: who is on call, who has paused, who has left (R4).
//!
//! The organisation is kept in memory until it changes. Of it each transition gets the part that its plan can ask for, and
//! that part is stored with what happened, so that the run can be played again from what is stored alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use escalation_engine::from_api::Answers;
use escalation_engine::instant::DAY;
use escalation_engine::world::{self, WorldPart};
use escalation_engine::{Index, Instant, World};

use super::plan::Named;
use crate::error::ApiError;
use crate::shown::{MAX_WINDOW, Overrides, entries_of, overrides};
use crate::store::{Store, Table, UserFilter};

/// How many rows are read at once.
const AT_ONCE: u32 = 1_000;
/// The most pauses that are looked at. Where there are more, the others are not known.
const MAX_PAUSES: u32 = 100_000;

/// The organisation at one state of it, for one day.
pub(super) struct Directory {
    /// Which state.
    number: i64,
    /// The day, by its first instant in UTC: from when on entries are known.
    day: Instant,
    world: World,
    schedules: BTreeMap<String, escalation_api::Schedule>,
    overrides: Overrides,
    /// Schedules with their entries, once they were asked for.
    rosters: Mutex<BTreeMap<String, Arc<Roster>>>,
}

/// A schedule with its entries.
struct Roster {
    schedule: world::Schedule,
    index: Index,
}

/// The first instant of a day in UTC.
fn day(at: Instant) -> Instant {
    Instant::from_unix(at.unix().div_euclid(DAY).saturating_mul(DAY))
}

impl Directory {
    /// Whether this is the organisation at an instant, where it is in this state.
    pub(super) fn holds(&self, number: i64, at: Instant) -> bool {
        self.number == number && self.day == day(at)
    }

    /// Reads all of it.
    pub(super) async fn load(store: &Store, number: i64, at: Instant) -> Result<Self, ApiError> {
        let from = day(at);
        let priorities = store.read_priorities().await?;
        let mut answers = Answers {
            priorities_unreadable: !priorities.unreadable.is_empty(),
            priorities: priorities.rows,
            ..Answers::default()
        };
        answers.channels = store.channels().await?;
        for (table, part) in [(Table::Users, WorldPart::Users), (Table::Schedules, WorldPart::Schedules)] {
            // Of what is left out it is not known that it is not there.
            if !store.nameless(table).await?.is_empty() {
                answers.unread.push(part);
            }
        }
        let mut unreadable = Vec::new();
        let filter = UserFilter { include_inactive: true, ..UserFilter::default() };
        let mut after = String::new();
        loop {
            let users = store.users(&filter, &after, AT_ONCE).await?;
            let Some(last) = users.last() else { break };
            after.clone_from(&last.id);
            for user in users {
                match user.document {
                    Some(user) => answers.users.push(user),
                    None => unreadable.push(user.id),
                }
            }
        }
        let pauses = store.pauses(from, None, None, MAX_PAUSES).await?;
        let is_cut = u32::try_from(pauses.len()).is_ok_and(|count| count >= MAX_PAUSES);
        if is_cut || pauses.iter().any(|pause| pause.document.is_none()) {
            answers.unread.push(WorldPart::Pauses);
        }
        let pauses = pauses.into_iter().filter_map(|pause| pause.document).map(|pause| world::Pause {
            user_id: pause.user_id,
            starts_at: pause.starts_at.at().into(),
            ends_at: pause.ends_at.at().into(),
        });
        answers.pauses = pauses.collect();
        let mut schedules = BTreeMap::new();
        let mut after = String::new();
        loop {
            let page = store.schedules(&after, AT_ONCE).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.id);
            for schedule in page {
                match schedule.document {
                    Some(document) => drop(schedules.insert(schedule.id, document)),
                    None if answers.unread.contains(&WorldPart::Schedules) => {}
                    None => answers.unread.push(WorldPart::Schedules),
                }
            }
        }
        answers.window = Some((from, from + MAX_WINDOW));
        let overrides = overrides(store, None, from, from + MAX_WINDOW).await?;
        let mut world = World::from_api(answers);
        world.users.extend(unreadable.into_iter().map(|id| world::User {
            name: id.clone(),
            id,
            email: None,
            can_be_paged: true,
            not_paged_reason: None,
            unread: true,
        }));
        Ok(Self { number, day: from, world, schedules, overrides, rosters: Mutex::default() })
    }

    /// What a plan can ask for at an instant, with these people besides.
    pub(super) fn part(&self, named: &Named, more: BTreeSet<String>, at: Instant) -> World {
        let schedules: Vec<_> =
            named.schedules.iter().filter_map(|id| self.roster(id)).map(|roster| roster.part(at)).collect();
        let mut users = more;
        users.extend(named.users.iter().cloned());
        for schedule in &schedules {
            users.extend(schedule.rotas.iter().flat_map(|rota| rota.user_ids.iter().cloned()));
            users.extend(schedule.entries.iter().filter_map(|entry| entry.user_id.clone()));
        }
        let is_active = |pause: &&world::Pause| pause.starts_at <= at && at < pause.ends_at;
        World {
            priorities: self.world.priorities.clone(),
            priorities_from: self.world.priorities_from,
            users: self.world.users.iter().filter(|user| users.contains(&user.id)).cloned().collect(),
            schedules,
            channels: self.world.channels.iter().filter(|c| named.channels.contains(&c.id)).cloned().collect(),
            paths: Vec::new(),
            templates: Vec::new(),
            pauses: self
                .world
                .pauses
                .iter()
                .filter(is_active)
                .filter(|p| users.contains(&p.user_id))
                .cloned()
                .collect(),
            entries_from: self.world.entries_from,
            entries_until: self.world.entries_until,
            unread: self.world.unread.clone(),
        }
    }

    /// A schedule with its entries.
    fn roster(&self, id: &str) -> Option<Arc<Roster>> {
        let schedule = self.schedules.get(id)?;
        let mut rosters = self.rosters.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(roster) = rosters.get(id) {
            return Some(Arc::clone(roster));
        }
        let window = (self.day, self.day + MAX_WINDOW);
        let entries = entries_of(schedule, &self.overrides, window.0, window.1).ok();
        let answers =
            Answers { schedules: vec![(schedule.clone(), entries)], window: Some(window), ..Answers::default() };
        let world = World::from_api(answers);
        let schedule = world.schedules.first()?.clone();
        let roster = Arc::new(Roster { schedule, index: Index::new(world) });
        rosters.insert(id.to_string(), Arc::clone(&roster));
        Some(roster)
    }
}

impl Roster {
    /// The schedule with those of its entries that say who is on call at an instant, until when, and who is next.
    fn part(&self, at: Instant) -> world::Schedule {
        let mut until = at;
        for rota in self.index.schedule(&self.schedule.id).iter().flat_map(|roster| &roster.rotas) {
            for user in rota.on_call(at).unwrap_or_default() {
                until = until.max(rota.on_call_until(user, at).unwrap_or(Instant::MAX));
            }
            let starts = [false, true].map(|or_nobody| rota.next_start(at, or_nobody).map(|(from, _)| from));
            until = until.max(starts.into_iter().flatten().max().unwrap_or(at));
        }
        let mut schedule = self.schedule.clone();
        schedule.entries.retain(|entry| at < entry.end_at && entry.start_at <= until);
        schedule
    }
}
