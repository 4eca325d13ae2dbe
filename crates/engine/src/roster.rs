//! R4: who a level pages.

use std::collections::{BTreeMap, BTreeSet};

use crate::compile::{PageUrgency, People};
use crate::index::{self, Id, Index, Known, Roster, RotaRoster};
use crate::instant::Instant;
use crate::why::Why;
use crate::world::WorldPart;

/// Whom a target names at an instant, in R4's order.
pub(crate) struct Named {
    /// Who is paged, and why this person.
    pub(crate) people: Vec<(Id, Why)>,
    /// Who is not (nobody in particular for a rota with nobody on call), and why.
    pub(crate) left_out: Vec<(Option<Id>, Why)>,
    /// The field of the semantics on which this rests, where another reading would name others.
    pub(crate) decision: Option<&'static str>,
    /// Everybody of both.
    seen: BTreeSet<Id>,
}

/// Why it cannot be said whom a target names.
pub(crate) enum Unknown {
    /// The instant lies outside the known entries.
    BeyondEntries,
    /// Who is on call could not be read.
    UnreadEntries(Id),
    /// Who is in the schedule, or in one of its rotas, could not be read.
    UnreadRotas(Id),
    /// There is no such person.
    User(Id),
    /// Whether there is such a person, or whether they can be paged, could not be read.
    UnreadUser(Id),
    /// There is no such schedule.
    Schedule(Id),
    /// Not all schedules could be read, and it is not among those that could.
    UnreadSchedule(Id),
    /// The schedule has no such rota.
    Rota(Id),
}

impl Unknown {
    /// Why it is not known who is on call in a schedule.
    fn on_call(unknown: index::Unknown, schedule: &Id) -> Self {
        match unknown {
            index::Unknown::BeyondEntries => Self::BeyondEntries,
            index::Unknown::Unread => Self::UnreadEntries(schedule.clone()),
        }
    }
}

impl From<Unknown> for Why {
    fn from(unknown: Unknown) -> Self {
        match unknown {
            Unknown::User(id) => Self::UnknownUser(id),
            Unknown::Schedule(id) => Self::UnknownSchedule(id),
            Unknown::Rota(id) => Self::UnknownRota(id),
            Unknown::UnreadEntries(schedule) => Self::UnreadEntries { schedule },
            Unknown::UnreadRotas(schedule) => Self::UnreadRotas { schedule },
            Unknown::UnreadUser(id) => Self::UnreadUser(id),
            Unknown::UnreadSchedule(id) => Self::UnreadSchedule(id),
            Unknown::BeyondEntries => Self::BeyondEntries { schedule: Id::from("") },
        }
    }
}

/// One person to page.
pub(crate) struct Chosen {
    pub(crate) id: Id,
    pub(crate) urgency: PageUrgency,
    /// The target that named the person first.
    pub(crate) via: Id,
    pub(crate) why: Why,
}

/// Adds the people of a target to those chosen before: a person named twice is paged once, at the higher urgency.
///
/// `positions` says where each stands among them.
pub(crate) fn choose(
    chosen: &mut Vec<Chosen>,
    positions: &mut BTreeMap<Id, usize>,
    named: Vec<(Id, Why)>,
    urgency: PageUrgency,
    via: &Id,
) {
    for (id, why) in named {
        let position = *positions.entry(id.clone()).or_insert(chosen.len());
        match chosen.get_mut(position) {
            Some(known) => known.urgency = known.urgency.max(urgency),
            None => chosen.push(Chosen { id, urgency, via: via.clone(), why }),
        }
    }
}

/// Whom a target names.
pub(crate) fn named(people: &People, index: &Index, at: Instant, next_may_be_nobody: bool) -> Result<Named, Unknown> {
    let mut named = Named { people: Vec::new(), left_out: Vec::new(), decision: None, seen: BTreeSet::new() };
    match people {
        People::User(id) => named.add(index, id, at, Why::NamedOnLevel)?,
        People::OnCall(id, rota, _) => {
            let (schedule, rotas) = rotas(index, id, rota.as_ref())?;
            let unknown = |unknown| Unknown::on_call(unknown, id);
            schedule.knows_entries_at(at).map_err(unknown)?;
            for rota in rotas {
                let on_call = rota.on_call(at).map_err(unknown)?;
                if on_call.is_empty() {
                    named.left_out.push((None, Why::NobodyOnCall { schedule: id.clone(), rota: rota.id.clone() }));
                }
                for user in on_call {
                    let until = rota.on_call_until(user, at);
                    let why = Why::OnCall { schedule: id.clone(), rota: rota.id.clone(), until };
                    named.add(index, user, at, why)?;
                }
            }
            if schedule.rotas.is_empty() {
                named.left_out.push((None, Why::NoRotas { schedule: id.clone() }));
            }
        }
        People::Next(id, rota) => {
            let (schedule, rotas) = rotas(index, id, rota.as_ref())?;
            let unknown = |unknown| Unknown::on_call(unknown, id);
            schedule.knows_entries_at(at).map_err(unknown)?;
            if rotas.is_empty() {
                // There may be somebody later, in a rota of which nothing is known yet.
                schedule.knows_all_later_entries().map_err(unknown)?;
            }
            let starts = next(&rotas, at, next_may_be_nobody).map_err(unknown)?;
            if next(&rotas, at, !next_may_be_nobody).as_ref() != Ok(&starts) {
                named.decision = Some("next_may_be_nobody");
            }
            if starts.is_empty() {
                named.left_out.push((None, Why::NobodyNext { schedule: id.clone() }));
            }
            for (rota, from, users) in starts {
                let (schedule, rota) = (id.clone(), rota.clone());
                if users.is_empty() {
                    named.left_out.push((None, Why::NobodyFrom { schedule, rota, from }));
                    continue;
                }
                for user in users {
                    let why = Why::NextOnCall { schedule: schedule.clone(), rota: rota.clone(), from };
                    named.add(index, user, at, why)?;
                }
            }
        }
        People::All(id, rota) => {
            let (schedule, rotas) = rotas(index, id, rota.as_ref())?;
            if !schedule.has_all_rotas() && rota.is_none() {
                return Err(Unknown::UnreadRotas(id.clone()));
            }
            // A rota that only entries name has no list of people: it is asked for by name in vain.
            if let Some(missing) = rota.as_ref().filter(|_| rotas.iter().all(|rota| !rota.is_listed())) {
                return Err(no_such_rota(schedule, id, missing));
            }
            for rota in rotas {
                for user in rota.members().map_err(|_| Unknown::UnreadRotas(id.clone()))? {
                    let why = Why::InRota { schedule: id.clone(), rota: rota.id.clone() };
                    named.add(index, user, at, why)?;
                }
            }
        }
    }
    Ok(named)
}

/// R4: the entries that are the first to start after `at`, in any of the rotas: the rota, when, and whom they put on call.
fn next<'a>(rotas: &[&'a RotaRoster], at: Instant, or_nobody: bool) -> Known<Vec<(&'a Id, Instant, &'a [Id])>> {
    let starts =
        rotas.iter().filter_map(|rota| rota.next_start(at, or_nobody).map(|(from, users)| (&rota.id, from, users)));
    let starts: Vec<_> = starts.collect();
    let Some(first) = starts.iter().map(|(_, from, _)| *from).min() else { return Ok(Vec::new()) };
    let starts = starts.into_iter().filter(|(_, from, _)| *from == first);
    starts.map(|(rota, from, users)| Ok((rota, from, users?))).collect()
}

/// The schedule and those of its rotas that count.
fn rotas<'a>(index: &'a Index, id: &Id, rota: Option<&Id>) -> Result<(&'a Roster, Vec<&'a RotaRoster>), Unknown> {
    let is_unread = index.world().is_unread(WorldPart::Schedules);
    let missing = if is_unread { Unknown::UnreadSchedule } else { Unknown::Schedule };
    let schedule = index.schedule(id).ok_or_else(|| missing(id.clone()))?;
    let rotas = match rota {
        None => schedule.rotas.iter().collect(),
        Some(rota) => {
            vec![schedule.rota(rota).ok_or_else(|| no_such_rota(schedule, id, rota))?]
        }
    };
    Ok((schedule, rotas))
}

/// Why nothing is known of a rota that a schedule does not list: there is none, or not all could be read.
fn no_such_rota(schedule: &Roster, id: &Id, rota: &Id) -> Unknown {
    match schedule.has_all_rotas() {
        true => Unknown::Rota(rota.clone()),
        false => Unknown::UnreadRotas(id.clone()),
    }
}

impl Named {
    /// Adds a person once, unless they cannot be paged now.
    fn add(&mut self, index: &Index, id: &Id, at: Instant, why: Why) -> Result<(), Unknown> {
        let is_unread = index.world().is_unread(WorldPart::Users);
        let missing = if is_unread { Unknown::UnreadUser } else { Unknown::User };
        let user = index.user(id).ok_or_else(|| missing(id.clone()))?;
        if user.unread {
            return Err(Unknown::UnreadUser(id.clone()));
        }
        if !self.seen.insert(id.clone()) {
            return Ok(());
        }
        if !user.can_be_paged {
            self.left_out.push((Some(id.clone()), Why::CannotBePaged));
        } else if let Some(until) = index.paused_until(id, at) {
            self.left_out.push((Some(id.clone()), Why::Paused { until }));
        } else {
            self.people.push((id.clone(), why));
        }
        Ok(())
    }
}
