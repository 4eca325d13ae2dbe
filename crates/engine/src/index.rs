//! A world made quick to ask: who is on call at an instant, who is who.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::calendar::Zone;
use crate::instant::Instant;
use crate::world::{Entry, NOBODY, OTHER_PRIORITY, Rota, Schedule, SchedulePart, User, World};

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
    /// Its rotas, in order; last those that only entries name.
    pub rotas: Vec<RotaRoster>,
    has_entries: bool,
    has_all_rotas: bool,
    window: (Instant, Instant),
}

/// One rota, ready to be asked.
#[derive(Debug, Clone)]
pub struct RotaRoster {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// Everybody in it, in the rota's own order.
    members: Known<Vec<Id>>,
    is_listed: bool,
    /// Whether its entries are known at all.
    has_entries: bool,
    /// From when until when it is known who is on call.
    window: (Instant, Instant),
    /// Who is on call from each instant on, until the next: sorted by instant. Nobody before the first.
    shifts: Vec<(Instant, Known<Vec<Id>>)>,
    /// The instants at which entries of somebody start, sorted, with whom they put on call.
    starts: Vec<(Instant, Known<Vec<Id>>)>,
    /// The same, and those at which nobody comes after somebody.
    handovers: Vec<(Instant, Known<Vec<Id>>)>,
}

/// Something about who is on call, or why it is not known. Nobody on call and not known who is on call are different.
pub type Known<T> = Result<T, Unknown>;

/// Why it is not known who is on call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// The instant lies outside the times for which entries are known.
    BeyondEntries,
    /// What says so could not be read.
    Unread,
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
        let window = (world.entries_from.unwrap_or(Instant::MIN), world.entries_until.unwrap_or(Instant::MAX));
        let mut schedules = BTreeMap::new();
        for schedule in &world.schedules {
            schedules.entry(Id::from(schedule.id.as_str())).or_insert_with(|| Roster::new(schedule, window));
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
        let unlisted = if id == OTHER_PRIORITY { "any other priority" } else { id };
        self.world.priorities.iter().find(|priority| priority.id == id).map_or(unlisted, |priority| &priority.name)
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

    /// Whether entries are known at an instant: not before the world's begin and not after their end.
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
    fn new(schedule: &Schedule, window: (Instant, Instant)) -> Self {
        let zone = Zone::get(&schedule.timezone);
        let zone_name = if zone.is_some() { schedule.timezone.clone() } else { "UTC".to_string() };
        let has_entries = !schedule.unread.contains(&SchedulePart::Entries);
        let unlisted = |id: &str| Rota {
            id: id.to_string(),
            name: id.to_string(),
            user_ids: Vec::new(),
            unread: schedule.unread.contains(&SchedulePart::Rotas),
        };
        let mut rotas: Vec<RotaRoster> = schedule
            .rotas
            .iter()
            .map(|rota| {
                let of_rota = schedule.entries.iter().filter(|entry| entry.rota_id == rota.id);
                RotaRoster::new(rota, of_rota.collect(), has_entries, window)
            })
            .collect();
        // Entries of a rota that the schedule does not list (an override, or a rota that is no more) come last.
        let stray: Vec<&Entry> =
            schedule.entries.iter().filter(|e| schedule.rotas.iter().all(|r| r.id != e.rota_id)).collect();
        let stray_ids: BTreeSet<&str> = stray.iter().map(|entry| entry.rota_id.as_str()).collect();
        for id in stray_ids {
            let of_rota = stray.iter().filter(|entry| entry.rota_id == id).copied();
            let roster = RotaRoster::new(&unlisted(id), of_rota.collect(), has_entries, window);
            rotas.push(RotaRoster { is_listed: false, ..roster });
        }
        Self {
            name: schedule.name.clone(),
            zone: zone.unwrap_or_else(Zone::utc),
            zone_name,
            rotas,
            has_entries,
            has_all_rotas: !schedule.unread.contains(&SchedulePart::Rotas),
            window,
        }
    }

    /// The rota with this id.
    #[must_use]
    pub fn rota(&self, id: &str) -> Option<&RotaRoster> {
        self.rotas.iter().find(|rota| &*rota.id == id)
    }

    /// Whether all its rotas are known: if not, there may be others, with people of their own.
    #[must_use]
    pub fn has_all_rotas(&self) -> bool {
        self.has_all_rotas
    }

    /// Whether it is known at all who is on call at an instant, apart from single entries that could not be read.
    ///
    /// # Errors
    /// Why it is not.
    pub fn knows_entries_at(&self, at: Instant) -> Known<()> {
        knows(self.has_entries, self.window, at)
    }

    /// Whether all entries to come are known: if the list of entries ends, there may be others after its end.
    ///
    /// # Errors
    /// Why not all are.
    pub fn knows_all_later_entries(&self) -> Known<()> {
        if self.window.1 < Instant::MAX { Err(Unknown::BeyondEntries) } else { Ok(()) }
    }
}

fn knows(has_entries: bool, (from, until): (Instant, Instant), at: Instant) -> Known<()> {
    if !has_entries {
        Err(Unknown::Unread)
    } else if at < from || until <= at {
        Err(Unknown::BeyondEntries)
    } else {
        Ok(())
    }
}

impl RotaRoster {
    fn new(rota: &Rota, mut entries: Vec<&Entry>, has_entries: bool, window: (Instant, Instant)) -> Self {
        entries.retain(|entry| entry.start_at < entry.end_at);
        // R4: by an entry's start, then by the user's id.
        entries.sort_by(|a, b| (a.start_at, &a.user_id).cmp(&(b.start_at, &b.user_id)));
        let edges: BTreeSet<Instant> = entries.iter().flat_map(|entry| [entry.start_at, entry.end_at]).collect();
        // Entries are walked once with the edges: `open` are those that have started and not ended.
        let mut shifts: Vec<(Instant, Known<Vec<Id>>)> = Vec::with_capacity(edges.len());
        let mut gaps = Vec::new();
        let mut waiting = entries.iter().peekable();
        let mut open: Vec<&Entry> = Vec::new();
        let mut was_somebody = false;
        for edge in edges {
            open.retain(|entry| entry.end_at > edge);
            while let Some(entry) = waiting.next_if(|entry| entry.start_at <= edge) {
                open.push(entry);
            }
            let users = unique(open.iter().copied());
            // Of those who are known.
            let is_somebody = open.iter().any(|entry| !entry.unread && user_of(entry).is_some());
            match (shifts.last().map(|(_, before)| before), &users) {
                (Some(Ok(before)), Ok(now)) if !before.is_empty() && now.is_empty() => {
                    gaps.push((edge, Ok(Vec::new())))
                }
                // Nobody now, and not known whether there was somebody.
                (Some(Err(unknown)), Ok(now)) if now.is_empty() => gaps.push((edge, Err(*unknown))),
                // The last of those who are known goes off call, and not known whether anybody is left.
                (Some(_), Err(unknown)) if was_somebody && !is_somebody => gaps.push((edge, Err(*unknown))),
                _ => {}
            }
            shifts.push((edge, users));
            was_somebody = is_somebody;
        }
        // R4: an entry of nobody is not somebody who is next.
        let of_somebody: Vec<&Entry> =
            entries.into_iter().filter(|entry| entry.unread || user_of(entry).is_some()).collect();
        let mut starts: Vec<(Instant, Known<Vec<Id>>)> = Vec::new();
        for group in of_somebody.chunk_by(|a, b| a.start_at == b.start_at) {
            if let Some(first) = group.first() {
                starts.push((first.start_at, unique(group.iter().copied())));
            }
        }
        let mut handovers: Vec<_> = starts.iter().cloned().chain(gaps).collect();
        handovers.sort_by_key(|(at, _)| *at);
        let members = rota.user_ids.iter().filter(|id| *id != NOBODY).map(|id| Id::from(id.as_str()));
        Self {
            id: Id::from(rota.id.as_str()),
            name: rota.name.clone(),
            is_listed: true,
            members: if rota.unread { Err(Unknown::Unread) } else { Ok(members.collect()) },
            has_entries,
            window,
            shifts,
            starts,
            handovers,
        }
    }

    /// Whether its schedule lists it. One that only entries name (by an override, or of a rota that is no more) has no
    /// list of people.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.is_listed
    }

    /// Everybody in the rota, in its own order.
    ///
    /// # Errors
    /// Where that could not be read.
    pub fn members(&self) -> Known<&[Id]> {
        self.members.as_deref().map_err(|unknown| *unknown)
    }

    /// Who is on call at an instant, in R4's order; the first instant of an entry counts, the last does not.
    ///
    /// # Errors
    /// Why that is not known.
    pub fn on_call(&self, at: Instant) -> Known<&[Id]> {
        knows(self.has_entries, self.window, at)?;
        let after = self.shifts.partition_point(|(from, _)| *from <= at);
        let now = after.checked_sub(1).and_then(|index| self.shifts.get(index));
        now.map_or(Ok(&[]), |(_, users)| users.as_deref().map_err(|unknown| *unknown))
    }

    /// The first instant after `at` at which somebody comes on or goes off call, or at which it begins or ceases to be
    /// known who is.
    #[must_use]
    pub fn next_change(&self, at: Instant) -> Option<Instant> {
        let after = self.shifts.partition_point(|(from, _)| *from <= at);
        let change = self.shifts.get(after).map(|(from, _)| *from);
        let bounds = [self.window.0, self.window.1].into_iter();
        let bounds = bounds.filter(|bound| at < *bound && Instant::MIN < *bound && *bound < Instant::MAX);
        change.into_iter().chain(bounds).min()
    }

    /// The earliest entries of somebody that start after `at`: when, and whom they put on call. With `or_nobody` an
    /// instant from which nobody is on call after somebody was, counts too. Where it is not known who is next, from which
    /// instant on it is not. Nothing where all entries are known and none starts later.
    #[must_use]
    pub fn next_start(&self, at: Instant, or_nobody: bool) -> Option<(Instant, Known<&[Id]>)> {
        if let Err(unknown) = knows(self.has_entries, self.window, at) {
            return Some((at, Err(unknown)));
        }
        let starts = if or_nobody { &self.handovers } else { &self.starts };
        let after = starts.partition_point(|(from, _)| *from <= at);
        let end = self.window.1;
        match starts.get(after) {
            Some((from, users)) if *from < end => Some((*from, users.as_deref().map_err(|unknown| *unknown))),
            None if end == Instant::MAX => None,
            Some(_) | None => Some((end, Err(Unknown::BeyondEntries))),
        }
    }

    /// Until when a person who is on call at `at` stays so without a break; nothing where that has no end, or is not
    /// known.
    #[must_use]
    pub fn on_call_until(&self, user: &str, at: Instant) -> Option<Instant> {
        let mut until = self.next_change(at)?;
        while self.on_call(until).ok()?.iter().any(|id| &**id == user) {
            until = self.next_change(until)?;
        }
        Some(until)
    }
}

/// Whom an entry puts on call.
fn user_of(entry: &Entry) -> Option<&str> {
    entry.user_id.as_deref().filter(|id| *id != NOBODY)
}

/// The users of entries, each once, in the entries' order.
fn unique<'a>(entries: impl Iterator<Item = &'a Entry>) -> Known<Vec<Id>> {
    let mut users: Vec<Id> = Vec::new();
    for entry in entries {
        if entry.unread {
            return Err(Unknown::Unread);
        }
        if let Some(id) = user_of(entry).filter(|id| users.iter().all(|known| **known != **id)) {
            users.push(Id::from(id));
        }
    }
    Ok(users)
}
