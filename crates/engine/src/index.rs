//! A world made quick to ask: who is on call at an instant, who is who.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use crate::calendar::Zone;
use crate::instant::{Instant, merge_overlapping};
use crate::world::{Entry, NOBODY, Rota, Schedule, SchedulePart, User, World, WorldPart, differing};

/// The id of a person, schedule, channel, path or node; cheap to copy.
pub type Id = Arc<str>;

/// A world with what it takes to answer questions about it.
#[derive(Debug, Clone)]
pub struct Index {
    world: World,
    users: BTreeMap<Id, usize>,
    schedules: BTreeMap<Id, Roster>,
    paths: BTreeMap<Id, usize>,
    channels: BTreeMap<Id, usize>,
    priorities: BTreeMap<Id, usize>,
    /// By person: the starts of pauses, sorted, each with the latest end of all that start until then.
    pauses: BTreeMap<Id, Vec<(Instant, Instant)>>,
    /// The instants at which somebody's pause starts or ends, sorted.
    pause_edges: Vec<Instant>,
}

/// A schedule, ready to be asked.
#[derive(Debug, Clone)]
pub struct Roster {
    /// Its name.
    pub name: String,
    /// Its rotas, in order; last those that only entries name.
    pub rotas: Vec<RotaRoster>,
    /// Where the first rota with each id stands.
    rota_positions: BTreeMap<Id, usize>,
    /// The position of the schedule in its world.
    position: usize,
    /// The instants at which entries start or end, and those between which entries are known, sorted.
    edges: Vec<Instant>,
    has_entries: bool,
    has_all_rotas: bool,
    window: (Instant, Instant),
    /// The zone that it names.
    timezone: String,
    /// The zone in which its times are told, with its name, once that was asked for: few are.
    zone: OnceLock<(Zone, String)>,
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
    /// What its entries say; rotas with one id share it.
    timetable: Arc<Timetable>,
}

/// The entries of one rota, ready to be asked. It takes as much memory as they do.
#[derive(Debug, Clone, Default)]
struct Timetable {
    /// In R4's order: by their start, then by the user's id.
    shifts: Vec<Shift>,
    /// The instants at which entries start or end, sorted.
    edges: Vec<Instant>,
    /// Which entries have started and not ended at some of the edges, sorted by instant.
    snapshots: Vec<Snapshot>,
    /// When an entry that could not be read is open, sorted and apart.
    unread: Vec<(Instant, Instant)>,
    /// When each person is on call, sorted and apart.
    people: BTreeMap<Id, Vec<(Instant, Instant)>>,
    /// The instants at which entries of somebody start, sorted, with whom they put on call.
    starts: Vec<(Instant, Known<Vec<Id>>)>,
    /// The same, and those at which nobody comes after somebody.
    handovers: Vec<(Instant, Known<Vec<Id>>)>,
}

/// An entry of a rota.
#[derive(Debug, Clone)]
struct Shift {
    start: Instant,
    end: Instant,
    user: Option<Id>,
}

/// Which entries are open at an instant.
#[derive(Debug, Clone)]
struct Snapshot {
    at: Instant,
    /// How many entries have started, those that have ended included.
    started: usize,
    /// The positions of those that have not ended.
    open: Vec<usize>,
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
    /// Makes a world quick to ask. What it says twice and differently is unknown: who is on call in two schedules with one
    /// id, who is in such rotas, whether one of two people with one id can be paged, where a hand-over to one of two such paths
    /// leads. Of two channels with one id the first gives the name; nothing else is known of them.
    #[must_use]
    pub fn new(mut world: World) -> Self {
        doubt(&mut world);
        let users = positions(world.users.iter().map(|user| user.id.as_str()));
        let paths = positions(world.paths.iter().map(|path| path.id.as_str()));
        let channels = positions(world.channels.iter().map(|channel| channel.id.as_str()));
        let priorities = positions(world.priorities.iter().map(|priority| priority.id.as_str()));
        let mut schedules = BTreeMap::new();
        for (position, schedule) in world.schedules.iter().enumerate() {
            let roster = || Roster::new(schedule, position, (world.entries_from, world.entries_until));
            schedules.entry(Id::from(schedule.id.as_str())).or_insert_with(roster);
        }
        let mut pauses: BTreeMap<Id, Vec<(Instant, Instant)>> = BTreeMap::new();
        for pause in &world.pauses {
            pauses.entry(Id::from(pause.user_id.as_str())).or_default().push((pause.starts_at, pause.ends_at));
        }
        for of_user in pauses.values_mut() {
            of_user.sort_unstable();
            let mut latest = Instant::MIN;
            for (_, end) in of_user {
                latest = latest.max(*end);
                *end = latest;
            }
        }
        let pause_edges = sorted(world.pauses.iter().flat_map(|pause| [pause.starts_at, pause.ends_at]).collect());
        Self { world, users, schedules, paths, channels, priorities, pauses, pause_edges }
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
        let channel = self.channels.get(id).and_then(|index| self.world.channels.get(*index));
        channel.map_or(id, |channel| &channel.name)
    }

    /// The name of a priority, or the id of one that is not known.
    #[must_use]
    pub fn priority_name<'a>(&'a self, id: &'a str) -> &'a str {
        let unlisted = if self.world.is_other_priority(id) { "any other priority" } else { id };
        let priority = self.priorities.get(id).and_then(|index| self.world.priorities.get(*index));
        priority.map_or(unlisted, |priority| &priority.name)
    }

    /// A schedule.
    #[must_use]
    pub fn schedule(&self, id: &str) -> Option<&Roster> {
        self.schedules.get(id)
    }

    /// A schedule as the world has it.
    pub(crate) fn written_schedule(&self, id: &str) -> Option<&Schedule> {
        self.world.schedules.get(self.schedules.get(id)?.position)
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
        let of_user = self.pauses.get(user_id)?;
        let started = of_user.partition_point(|(start, _)| *start <= at);
        // Of those that have started the one that ends last is active if any is.
        let (_, latest) = of_user.get(started.checked_sub(1)?)?;
        Some(*latest).filter(|latest| at < *latest)
    }

    /// The first instant after `at` at which somebody's pause starts or ends.
    pub(crate) fn next_pause_edge(&self, at: Instant) -> Option<Instant> {
        after(&self.pause_edges, at)
    }
}

impl Roster {
    fn new(schedule: &Schedule, position: usize, known: (Option<Instant>, Option<Instant>)) -> Self {
        let window = (known.0.unwrap_or(Instant::MIN), known.1.unwrap_or(Instant::MAX));
        let has_entries = !schedule.unread.contains(&SchedulePart::Entries);
        let mut by_rota: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for entry in &schedule.entries {
            by_rota.entry(&entry.rota_id).or_default().push(entry);
        }
        let timetables: BTreeMap<&str, Arc<Timetable>> =
            by_rota.into_iter().map(|(id, entries)| (id, Arc::new(Timetable::new(entries)))).collect();
        let roster = |rota: &Rota, is_listed: bool| {
            let timetable = timetables.get(rota.id.as_str()).cloned().unwrap_or_default();
            RotaRoster::new(rota, is_listed, timetable, has_entries, window)
        };
        let mut rotas: Vec<RotaRoster> = schedule.rotas.iter().map(|rota| roster(rota, true)).collect();
        let listed: BTreeSet<&str> = schedule.rotas.iter().map(|rota| rota.id.as_str()).collect();
        // Entries of a rota that the schedule does not list (an override, or a rota that is no more) come last.
        for id in timetables.keys().filter(|id| !listed.contains(*id)) {
            let (id, name) = (id.to_string(), id.to_string());
            let unread = schedule.unread.contains(&SchedulePart::Rotas);
            rotas.push(roster(&Rota { id, name, user_ids: Vec::new(), unread }, false));
        }
        let edges = schedule.entries.iter().flat_map(|entry| [entry.start_at, entry.end_at]);
        let edges = sorted(edges.chain(known.0).chain(known.1).collect());
        Self {
            name: schedule.name.clone(),
            rota_positions: positions(rotas.iter().map(|rota| &*rota.id)),
            rotas,
            position,
            edges,
            has_entries,
            has_all_rotas: !schedule.unread.contains(&SchedulePart::Rotas),
            window,
            timezone: schedule.timezone.clone(),
            zone: OnceLock::new(),
        }
    }

    /// The zone in which its times are told, and the name of that; UTC if the schedule's own is unknown.
    #[must_use]
    pub fn zone(&self) -> (&Zone, &str) {
        let (zone, name) = self.zone.get_or_init(|| match Zone::get(&self.timezone) {
            Some(zone) => (zone, self.timezone.clone()),
            None => (Zone::utc(), "UTC".to_string()),
        });
        (zone, name)
    }

    /// The rota with this id.
    #[must_use]
    pub fn rota(&self, id: &str) -> Option<&RotaRoster> {
        self.rota_positions.get(id).and_then(|position| self.rotas.get(*position))
    }

    /// The first instant after `at` at which an entry starts or ends, or entries begin or cease to be known.
    pub(crate) fn next_edge(&self, at: Instant) -> Option<Instant> {
        after(&self.edges, at)
    }

    /// How many days end, by the schedule's own clock, with a minute in which nobody is on call though somebody is before and
    /// after it: what comes of an end at 23:59. As far as it is known who is on call.
    pub(crate) fn short_days(&self) -> usize {
        let zone = self.zone().0;
        let somebody =
            |at: Instant| self.rotas.iter().any(|rota| rota.on_call(at).is_ok_and(|users| !users.is_empty()));
        let nobody = |at: Instant| self.rotas.iter().all(|rota| rota.on_call(at).is_ok_and(|users| users.is_empty()));
        let last_minutes = self.edges.windows(2).filter_map(|pair| match pair {
            [from, until] if *until == *from + 60 => Some((*from, *until)),
            _ => None,
        });
        let last_minutes = last_minutes.filter(|(_, until)| zone.wall(*until).second_of_day() == 0);
        last_minutes.filter(|(from, until)| nobody(*from) && somebody(*from - 1) && somebody(*until)).count()
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

impl Timetable {
    fn new(mut entries: Vec<&Entry>) -> Self {
        entries.retain(|entry| entry.start_at < entry.end_at);
        // R4: by an entry's start, then by the user's id.
        entries.sort_by(|a, b| (a.start_at, &a.user_id).cmp(&(b.start_at, &b.user_id)));
        let mut people: BTreeMap<Id, Vec<(Instant, Instant)>> = BTreeMap::new();
        let mut shifts = Vec::with_capacity(entries.len());
        for entry in &entries {
            let user = user_of(entry).map(|user| match people.get_key_value(user) {
                Some((known, _)) => known.clone(),
                None => Id::from(user),
            });
            if let Some(user) = &user {
                people.entry(user.clone()).or_default().push((entry.start_at, entry.end_at));
            }
            shifts.push(Shift { start: entry.start_at, end: entry.end_at, user });
        }
        for on_call in people.values_mut() {
            *on_call = merge_overlapping(std::mem::take(on_call));
        }
        let unread = entries.iter().filter(|entry| entry.unread).map(|entry| (entry.start_at, entry.end_at));
        let unread = merge_overlapping(unread.collect());
        let edges = sorted(shifts.iter().flat_map(|shift| [shift.start, shift.end]).collect());
        // R4: an entry of nobody is not somebody who is next.
        let of_somebody = entries.iter().zip(&shifts).filter(|(entry, shift)| entry.unread || shift.user.is_some());
        let of_somebody: Vec<_> = of_somebody.collect();
        let mut starts: Vec<(Instant, Known<Vec<Id>>)> = Vec::new();
        for group in of_somebody.chunk_by(|(a, _), (b, _)| a.start_at == b.start_at) {
            if let Some((first, _)) = group.first() {
                let users = if group.iter().any(|(entry, _)| entry.unread) {
                    Err(Unknown::Unread)
                } else {
                    Ok(distinct(group.iter().filter_map(|(_, shift)| shift.user.as_ref())).cloned().collect())
                };
                starts.push((first.start_at, users));
            }
        }
        let mut table = Self { shifts, edges, unread, people, starts, ..Self::default() };
        let gaps = table.sweep(&entries);
        table.handovers = table.starts.iter().cloned().chain(gaps).collect();
        table.handovers.sort_by_key(|(at, _)| *at);
        table
    }

    /// Walks through the edges once: notes at some of them which entries are open, and returns the instants at which
    /// nobody comes after somebody.
    fn sweep(&mut self, entries: &[&Entry]) -> Vec<(Instant, Known<Vec<Id>>)> {
        let mut ends: Vec<usize> = (0..entries.len()).collect();
        let end_of = |position: &usize| entries.get(*position).map(|entry| entry.end_at);
        ends.sort_by_key(end_of);
        let mut ending = ends.into_iter().peekable();
        let mut starting = entries.iter().enumerate().peekable();
        let mut open: BTreeSet<usize> = BTreeSet::new();
        let mut gaps = Vec::new();
        let (mut unread, mut known, mut started, mut since) = (0_usize, 0_usize, 0, 0_usize);
        let mut before: Option<(Known<bool>, bool)> = None;
        for edge in &self.edges {
            let is_known = |position: usize| entries.get(position).is_some_and(|e| !e.unread && user_of(e).is_some());
            let is_unread = |position: usize| entries.get(position).is_some_and(|entry| entry.unread);
            while let Some(position) = ending.next_if(|position| end_of(position).is_some_and(|end| end <= *edge)) {
                open.remove(&position);
                unread -= usize::from(is_unread(position));
                known -= usize::from(is_known(position));
                since += 1;
            }
            while let Some((position, _)) = starting.next_if(|(_, entry)| entry.start_at <= *edge) {
                open.insert(position);
                unread += usize::from(is_unread(position));
                known += usize::from(is_known(position));
                started = position + 1;
                since += 1;
            }
            // Of those who are known.
            let is_somebody = known > 0;
            let now = if unread > 0 { Err(Unknown::Unread) } else { Ok(is_somebody) };
            match (before, now) {
                (Some((Ok(true), _)), Ok(false)) => gaps.push((*edge, Ok(Vec::new()))),
                // Nobody now, and not known whether there was somebody.
                (Some((Err(unknown), _)), Ok(false)) => gaps.push((*edge, Err(unknown))),
                // The last of those who are known goes off call, and not known whether anybody is left.
                (Some((_, true)), Err(unknown)) if !is_somebody => gaps.push((*edge, Err(unknown))),
                _ => {}
            }
            before = Some((now, is_somebody));
            // As many entries as are open have started or ended since the last: so all snapshots take as much room as the
            // entries, and to find who is on call takes no more than there are people on call, but for a few.
            if since >= open.len().max(FEW) {
                self.snapshots.push(Snapshot { at: *edge, started, open: open.iter().copied().collect() });
                since = 0;
            }
        }
        gaps
    }

    /// The users of the entries that are open at an instant, each once, in the entries' order.
    fn open(&self, at: Instant) -> Vec<&Id> {
        let later = self.snapshots.partition_point(|snapshot| snapshot.at <= at);
        let snapshot = later.checked_sub(1).and_then(|position| self.snapshots.get(position));
        let (started, open) = snapshot.map_or((0, &[][..]), |snapshot| (snapshot.started, &snapshot.open));
        let open = open.iter().filter_map(|position| self.shifts.get(*position));
        let started = self.shifts.iter().skip(started).take_while(|shift| shift.start <= at);
        let now = open.chain(started).filter(|shift| at < shift.end);
        distinct(now.filter_map(|shift| shift.user.as_ref())).collect()
    }
}

/// So many entries are gone through to find who is on call, even if nobody is.
const FEW: usize = 16;

impl RotaRoster {
    fn new(
        rota: &Rota,
        is_listed: bool,
        timetable: Arc<Timetable>,
        has_entries: bool,
        window: (Instant, Instant),
    ) -> Self {
        let members = rota.user_ids.iter().filter(|id| *id != NOBODY).map(|id| Id::from(id.as_str()));
        Self {
            id: Id::from(rota.id.as_str()),
            name: rota.name.clone(),
            is_listed,
            members: if rota.unread { Err(Unknown::Unread) } else { Ok(members.collect()) },
            has_entries,
            window,
            timetable,
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
    pub fn on_call(&self, at: Instant) -> Known<Vec<&Id>> {
        knows(self.has_entries, self.window, at)?;
        if within(&self.timetable.unread, at).is_some() { Err(Unknown::Unread) } else { Ok(self.timetable.open(at)) }
    }

    /// The first instant after `at` at which somebody comes on or goes off call, or at which it begins or ceases to be
    /// known who is.
    #[must_use]
    pub fn next_change(&self, at: Instant) -> Option<Instant> {
        let change = after(&self.timetable.edges, at);
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
        let starts = if or_nobody { &self.timetable.handovers } else { &self.timetable.starts };
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
        let (_, until) = within(self.timetable.people.get(user)?, at)?;
        // Up to the end it must be known who is on call.
        let unread = &self.timetable.unread;
        let next_unread = unread.get(unread.partition_point(|(from, _)| *from <= at)).map(|(from, _)| *from);
        let is_known =
            knows(self.has_entries, self.window, until).is_ok() && next_unread.is_none_or(|from| until < from);
        is_known.then_some(until)
    }
}

/// Where each id stands first.
fn positions<'a>(ids: impl Iterator<Item = &'a str>) -> BTreeMap<Id, usize> {
    let mut positions = BTreeMap::new();
    for (position, id) in ids.enumerate() {
        positions.entry(Id::from(id)).or_insert(position);
    }
    positions
}

/// Marks as unread what a world says twice and differently, and leaves it in it once: then it contradicts itself no more,
/// and can be written and read again.
fn doubt(world: &mut World) {
    let owned = |ids: BTreeSet<&str>| ids.into_iter().map(str::to_string).collect::<BTreeSet<_>>();
    let users = owned(differing(&world.users, |user| &user.id));
    let schedules = owned(differing(&world.schedules, |schedule| &schedule.id));
    let channels = owned(differing(&world.channels, |channel| &channel.id));
    let paths = owned(differing(&world.paths, |path| &path.id));
    let templates = owned(differing(&world.templates, |template| &template.id));
    for user in world.users.iter_mut().filter(|user| users.contains(&user.id)) {
        user.unread = true;
    }
    keep_first(&mut world.users, users, |user| &user.id);
    for schedule in &mut world.schedules {
        if schedules.contains(&schedule.id) {
            schedule.unread = vec![SchedulePart::Rotas, SchedulePart::Entries];
        }
        let rotas = owned(differing(&schedule.rotas, |rota| &rota.id));
        for rota in schedule.rotas.iter_mut().filter(|rota| rotas.contains(&rota.id)) {
            rota.unread = true;
        }
        keep_first(&mut schedule.rotas, rotas, |rota| &rota.id);
    }
    keep_first(&mut world.schedules, schedules, |schedule| &schedule.id);
    keep_first(&mut world.channels, channels, |channel| &channel.id);
    if !paths.is_empty() {
        world.paths.retain(|path| !paths.contains(&path.id));
        WorldPart::Paths.add_to(&mut world.unread);
    }
    if !templates.is_empty() {
        world.templates.retain(|template| !templates.contains(&template.id));
        WorldPart::Templates.add_to(&mut world.unread);
    }
}

/// Leaves the first of all that have one of these ids.
fn keep_first<T>(items: &mut Vec<T>, mut ids: BTreeSet<String>, id: impl Fn(&T) -> &str) {
    let doubled = ids.clone();
    items.retain(|item| ids.remove(id(item)) || !doubled.contains(id(item)));
}

/// Some instants in order, each once.
fn sorted(mut instants: Vec<Instant>) -> Vec<Instant> {
    instants.sort_unstable();
    instants.dedup();
    instants
}

/// The first of some sorted instants that comes after `at`.
fn after(instants: &[Instant], at: Instant) -> Option<Instant> {
    instants.get(instants.partition_point(|instant| *instant <= at)).copied()
}

/// The one of some times, sorted and apart, in which an instant lies.
fn within(times: &[(Instant, Instant)], at: Instant) -> Option<(Instant, Instant)> {
    let begun = times.partition_point(|(from, _)| *from <= at);
    times.get(begun.checked_sub(1)?).copied().filter(|(_, until)| at < *until)
}

/// Whom an entry puts on call.
fn user_of(entry: &Entry) -> Option<&str> {
    entry.user_id.as_deref().filter(|id| *id != NOBODY)
}

/// Each id once, in order.
fn distinct<'a>(ids: impl Iterator<Item = &'a Id>) -> impl Iterator<Item = &'a Id> {
    let mut seen = BTreeSet::new();
    ids.filter(move |id| seen.insert(*id))
}
