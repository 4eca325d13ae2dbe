//! R4: who a level pages.

use crate::compile::{Loud, People};
use crate::index::{Id, Index, Roster, RotaRoster};
use crate::instant::Instant;
use crate::why::Why;

/// Whom a target names at an instant, in R4's order.
pub(crate) struct Named {
    /// Who is paged, and why this person.
    pub(crate) people: Vec<(Id, Why)>,
    /// Who is not (nobody in particular for a rota with nobody on call), and why.
    pub(crate) left_out: Vec<(Option<Id>, Why)>,
}

/// Why it cannot be said whom a target names.
pub(crate) enum Unknown {
    /// The instant lies outside the known entries.
    BeyondEntries,
    /// There is no such person.
    User(Id),
    /// There is no such schedule.
    Schedule(Id),
    /// The schedule has no such rota.
    Rota(Id),
}

/// One person to page.
pub(crate) struct Chosen {
    pub(crate) id: Id,
    pub(crate) urgency: Loud,
    /// The target that named the person first.
    pub(crate) via: Id,
    pub(crate) why: Why,
}

/// Adds the people of a target to those chosen before: a person named twice is paged once, at the higher urgency.
pub(crate) fn choose(chosen: &mut Vec<Chosen>, named: Vec<(Id, Why)>, urgency: Loud, via: &Id) {
    for (id, why) in named {
        match chosen.iter_mut().find(|known| known.id == id) {
            Some(known) => known.urgency = known.urgency.max(urgency),
            None => chosen.push(Chosen { id, urgency, via: via.clone(), why }),
        }
    }
}

/// Whom a target names.
pub(crate) fn named(people: &People, index: &Index, at: Instant) -> Result<Named, Unknown> {
    let mut named = Named { people: Vec::new(), left_out: Vec::new() };
    match people {
        People::User(id) => named.add(index, id, at, Why::NamedOnLevel)?,
        People::OnCall(id, rota, _) => {
            let (schedule, rotas) = rotas(index, id, rota.as_ref())?;
            known(index, at)?;
            for rota in rotas {
                let on_call = rota.on_call(at);
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
            let (_, rotas) = rotas(index, id, rota.as_ref())?;
            known(index, at)?;
            let starts: Vec<_> =
                rotas.iter().filter_map(|rota| rota.next_start(at).map(|next| (*rota, next))).collect();
            let Some(first) = starts.iter().map(|(_, (start, _))| *start).min() else {
                // The next entry may lie beyond those that are known. If all are, there is none.
                if index.world().entries_until.is_some() {
                    return Err(Unknown::BeyondEntries);
                }
                named.left_out.push((None, Why::NobodyNext { schedule: id.clone() }));
                return Ok(named);
            };
            known(index, first)?;
            for (rota, (start, users)) in starts {
                if start != first {
                    continue;
                }
                if users.is_empty() {
                    named.left_out.push((None, Why::NobodyOnCall { schedule: id.clone(), rota: rota.id.clone() }));
                }
                for user in users {
                    let why = Why::NextOnCall { schedule: id.clone(), rota: rota.id.clone(), from: start };
                    named.add(index, user, at, why)?;
                }
            }
        }
        People::All(id, rota) => {
            let (_, rotas) = rotas(index, id, rota.as_ref())?;
            for rota in rotas {
                for user in &rota.members {
                    let why = Why::InRota { schedule: id.clone(), rota: rota.id.clone() };
                    named.add(index, user, at, why)?;
                }
            }
        }
    }
    Ok(named)
}

fn known(index: &Index, at: Instant) -> Result<(), Unknown> {
    if index.knows_entries_at(at) { Ok(()) } else { Err(Unknown::BeyondEntries) }
}

/// The schedule and those of its rotas that count.
fn rotas<'a>(index: &'a Index, id: &Id, rota: Option<&Id>) -> Result<(&'a Roster, Vec<&'a RotaRoster>), Unknown> {
    let schedule = index.schedule(id).ok_or_else(|| Unknown::Schedule(id.clone()))?;
    let rotas = match rota {
        None => schedule.rotas.iter().collect(),
        Some(rota) => vec![schedule.rota(rota).ok_or_else(|| Unknown::Rota(rota.clone()))?],
    };
    Ok((schedule, rotas))
}

impl Named {
    /// Adds a person once, unless they cannot be paged now.
    fn add(&mut self, index: &Index, id: &Id, at: Instant, why: Why) -> Result<(), Unknown> {
        let user = index.user(id).ok_or_else(|| Unknown::User(id.clone()))?;
        let known =
            self.people.iter().map(|(known, _)| Some(known)).chain(self.left_out.iter().map(|(l, _)| l.as_ref()));
        if known.flatten().any(|known| known == id) {
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
