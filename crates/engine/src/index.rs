//! A world made quick to ask: who is on call at an instant, who is who.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::calendar::Zone;
use crate::instant::Instant;
use crate::world::{Entry, Schedule, User, World};

/// The id of a person, schedule, channel, path or node; cheap to copy.
pub type Id = Arc<str>;

/// A world with what it takes to answer questions about it.
#[derive(Debug, Clone)]
pub struct Index {
    world: World,
    users: BTreeMap<Id, usize>,
    schedules: BTreeMap<Id, Roster>,
    paths: BTreeMap<Id, usize>,
}

/// A schedule, ready to be asked.
#[derive(Debug, Clone)]
pub struct Roster {
    /// Its name.
    pub name: String,
    /// The zone in which its times are told; UTC if the schedule's own is unknown.
    pub zone: Zone,
    /// The name of that zone.
    pub zone_name: String,
    /// Its rotas, in order.
    pub rotas: Vec<RotaRoster>,
}

/// One rota, ready to be asked.
#[derive(Debug, Clone)]
pub struct RotaRoster {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// Everybody in it, in the rota's own order.
    pub members: Vec<Id>,
    /// Who is on call from each instant on, until the next: sorted by instant. Nobody before the first.
    shifts: Vec<(Instant, Vec<Id>)>,
    /// The instants at which entries start, sorted, with whom they put on call.
    starts: Vec<(Instant, Vec<Id>)>,
}

impl Index {
    /// Makes a world quick to ask. Of two things with one id the first counts.
    #[must_use]
    pub fn new(world: World) -> Self {
        let mut users = BTreeMap::new();
        for (index, user) in world.users.iter().enumerate() {
            users.entry(Id::from(user.id.as_str())).or_insert(index);
        }
        let mut paths = BTreeMap::new();
        for (index, path) in world.paths.iter().enumerate() {
            paths.entry(Id::from(path.id.as_str())).or_insert(index);
        }
        let mut schedules = BTreeMap::new();
        for schedule in &world.schedules {
            schedules.entry(Id::from(schedule.id.as_str())).or_insert_with(|| Roster::new(schedule));
        }
        Self { world, users, schedules, paths }
    }

    /// The world itself.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// A person.
    #[must_use]
    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.get(id).and_then(|index| self.world.users.get(*index))
    }

    /// The name of a person, or the id of one who is not known.
    #[must_use]
    pub fn user_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.user(id).map_or(id, |user| &user.name)
    }

    /// The name of a channel, or the id of one that is not known.
    #[must_use]
    pub fn channel_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.world.channels.iter().find(|channel| channel.id == id).map_or(id, |channel| &channel.name)
    }

    /// The name of a priority, or the id of one that is not known.
    #[must_use]
    pub fn priority_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.world.priorities.iter().find(|priority| priority.id == id).map_or(id, |priority| &priority.name)
    }

    /// A schedule.
    #[must_use]
    pub fn schedule(&self, id: &str) -> Option<&Roster> {
        self.schedules.get(id)
    }

    /// A path of the world.
    #[must_use]
    pub fn path(&self, id: &str) -> Option<&escalation_api::Path> {
        self.paths.get(id).and_then(|index| self.world.paths.get(*index))
    }

    /// Whether it is known who is on call at an instant.
    #[must_use]
    pub fn knows_entries_at(&self, at: Instant) -> bool {
        self.world.entries_from.is_none_or(|from| from <= at) && self.world.entries_until.is_none_or(|until| at < until)
    }

    /// Until when a person is not to be paged, if a pause is active at an instant.
    #[must_use]
    pub fn paused_until(&self, user_id: &str, at: Instant) -> Option<Instant> {
        let active = |p: &&crate::world::Pause| p.user_id == user_id && p.starts_at <= at && at < p.ends_at;
        self.world.pauses.iter().filter(active).map(|p| p.ends_at).max()
    }
}

impl Roster {
    fn new(schedule: &Schedule) -> Self {
        let zone = Zone::get(&schedule.timezone);
        let zone_name = if zone.is_some() { schedule.timezone.clone() } else { "UTC".to_string() };
        let mut rotas: Vec<RotaRoster> = schedule
            .rotas
            .iter()
            .map(|rota| {
                let of_rota = schedule.entries.iter().filter(|entry| entry.rota_id == rota.id);
                RotaRoster::new(&rota.id, &rota.name, &rota.user_ids, of_rota.collect())
            })
            .collect();
        // Entries of a rota that the schedule does not list (an override, or a rota that is no more) come last.
        let stray: Vec<&Entry> =
            schedule.entries.iter().filter(|e| schedule.rotas.iter().all(|r| r.id != e.rota_id)).collect();
        let stray_ids: BTreeSet<&str> = stray.iter().map(|entry| entry.rota_id.as_str()).collect();
        for id in stray_ids {
            let of_rota = stray.iter().filter(|entry| entry.rota_id == id).copied();
            rotas.push(RotaRoster::new(id, id, &[], of_rota.collect()));
        }
        Self { name: schedule.name.clone(), zone: zone.unwrap_or_else(Zone::utc), zone_name, rotas }
    }

    /// The rota with this id.
    #[must_use]
    pub fn rota(&self, id: &str) -> Option<&RotaRoster> {
        self.rotas.iter().find(|rota| &*rota.id == id)
    }
}

impl RotaRoster {
    fn new(id: &str, name: &str, members: &[String], mut entries: Vec<&Entry>) -> Self {
        entries.retain(|entry| entry.start_at < entry.end_at);
        // R4: by an entry's start, then by the user's id.
        entries.sort_by(|a, b| (a.start_at, &a.user_id).cmp(&(b.start_at, &b.user_id)));
        let edges: BTreeSet<Instant> = entries.iter().flat_map(|entry| [entry.start_at, entry.end_at]).collect();
        // Entries are walked once with the edges: `open` are those that have started and not ended.
        let mut shifts = Vec::with_capacity(edges.len());
        let mut waiting = entries.iter().peekable();
        let mut open: Vec<&Entry> = Vec::new();
        for edge in edges {
            open.retain(|entry| entry.end_at > edge);
            while let Some(entry) = waiting.next_if(|entry| entry.start_at <= edge) {
                open.push(entry);
            }
            shifts.push((edge, unique(open.iter().copied())));
        }
        let mut starts: Vec<(Instant, Vec<Id>)> = Vec::new();
        for group in entries.chunk_by(|a, b| a.start_at == b.start_at) {
            if let Some(first) = group.first() {
                starts.push((first.start_at, unique(group.iter().copied())));
            }
        }
        let members = members.iter().map(|id| Id::from(id.as_str())).collect();
        Self { id: Id::from(id), name: name.to_string(), members, shifts, starts }
    }

    /// Who is on call at an instant: R4's order.
    #[must_use]
    pub fn on_call(&self, at: Instant) -> &[Id] {
        let after = self.shifts.partition_point(|(from, _)| *from <= at);
        let now = after.checked_sub(1).and_then(|index| self.shifts.get(index));
        now.map_or(&[], |(_, users)| users)
    }

    /// The first instant after `at` at which somebody comes on or goes off call.
    #[must_use]
    pub fn next_change(&self, at: Instant) -> Option<Instant> {
        let after = self.shifts.partition_point(|(from, _)| *from <= at);
        self.shifts.get(after).map(|(from, _)| *from)
    }

    /// The earliest entries that start after `at`: when, and whom they put on call.
    #[must_use]
    pub fn next_start(&self, at: Instant) -> Option<(Instant, &[Id])> {
        let after = self.starts.partition_point(|(from, _)| *from <= at);
        self.starts.get(after).map(|(from, users)| (*from, users.as_slice()))
    }

    /// Until when a person who is on call at `at` stays so without a break.
    #[must_use]
    pub fn on_call_until(&self, user: &str, at: Instant) -> Option<Instant> {
        let mut until = self.next_change(at)?;
        while self.on_call(until).iter().any(|id| &**id == user) {
            until = self.next_change(until)?;
        }
        Some(until)
    }
}

/// The users of entries, each once, in the entries' order.
fn unique<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<Id> {
    let mut users: Vec<Id> = Vec::new();
    for id in entries.filter_map(|entry| entry.user_id.as_deref()) {
        if !users.iter().any(|known| &**known == id) {
            users.push(Id::from(id));
        }
    }
    users
}
