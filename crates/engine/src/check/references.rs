//! What a path names must exist, and be able to do what it is named for.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use escalation_api::{At, Target, TargetType};

use super::fix::remove;
use super::{Check, Code, OfRota, PeopleOf};
use crate::template;
use crate::world::{NOBODY, Schedule, SchedulePart, WorldPart};

/// What is said of people whom a schedule names and the world does not.
const AMONG: &str = "refers to unknown people";

impl<'a> Check<'a> {
    /// `others`: whether somebody is left if this target is taken out.
    pub(super) fn target_exists(&mut self, target: &'a Target, at: &At<'_>, others: bool) {
        // What it is bound to is said with the template.
        if template::open(&target.extra).is_some() {
            return;
        }
        let said = self.problems.len();
        let at_id = at.field("id");
        match target.target_type {
            TargetType::User => match self.index.user(&target.id) {
                None => self.not_there(("person", "people"), WorldPart::Users, &target.id, &at_id),
                Some(user) if user.unread => {
                    self.say(Code::Unread, &at_id, format!("Couldn't read whether {} can be paged", user.name));
                }
                Some(user) if !user.can_be_paged => {
                    let reason = user.not_paged_reason.as_ref();
                    let reason = reason.map_or_else(String::new, |reason| format!(" {reason} and"));
                    let message = format!("{}{reason} can't be paged", user.name);
                    self.say(Code::CannotBePaged, &at_id, message);
                }
                Some(_) => {}
            },
            TargetType::Schedule => match self.index.schedule(&target.id) {
                None => self.not_there(("schedule", "schedules"), WorldPart::Schedules, &target.id, &at_id),
                Some(_) if self.names_nobody(target) => {
                    let name = self.index.schedule(&target.id).map_or(target.id.as_str(), |schedule| &schedule.name);
                    let message = format!("Nobody is known to be on call in {name}");
                    self.say(Code::CannotBePaged, &at_id, message);
                }
                Some(schedule) => match rota_of(target).filter(|rota| schedule.rota(rota).is_none()) {
                    Some(rota) if schedule.has_all_rotas() => {
                        let message = format!("{} has no rota `{rota}`", schedule.name);
                        self.say(Code::UnknownReference, &at.field("selected_rota_id"), message);
                    }
                    _ => self.people_of(target, &at_id),
                },
            },
            // There is no list of all channels, so one that is not known may well exist.
            TargetType::SlackChannel | TargetType::MsTeamsChannel | TargetType::Other(_) => {}
        }
        // Nobody is lost with a target that pages nobody. What could not be read may be somebody.
        let is_certain = self.problems.get(said).is_some_and(|problem| {
            problem.code == Code::CannotBePaged
                || (problem.code == Code::UnknownReference && !problem.message.contains(AMONG))
        });
        if others && is_certain {
            self.fix("Remove this target", vec![remove(&at.to_string())]);
        }
    }

    /// Whether a target surely pages nobody: a person who cannot be paged, or a schedule in which nobody is found.
    pub(super) fn names_nobody(&mut self, target: &'a Target) -> bool {
        match target.target_type {
            TargetType::User => self.index.user(&target.id).is_some_and(|user| !user.unread && !user.can_be_paged),
            TargetType::Schedule => {
                let mode = target.schedule_mode.as_ref().map_or("", |mode| mode.as_str());
                // All that are the same are asked for once: a schedule can have thousands of entries.
                let rota = rota_of(target);
                let same = (target.id.as_str(), mode.starts_with("all_users"), rota);
                if let Some(known) = self.nobody.get(&same) {
                    return *known;
                }
                let schedule = self.index.written_schedule(&target.id);
                let nobody = schedule.is_some_and(|schedule| {
                    let (rotas, entries) = self.of_rota(schedule, rota);
                    // A rota that does not exist is said as such.
                    if rotas.is_empty() {
                        return false;
                    }
                    let is_nobody = |id: &String| id == NOBODY;
                    match mode.starts_with("all_users") {
                        true => {
                            !schedule.unread.contains(&SchedulePart::Rotas)
                                && rotas.iter().all(|rota| !rota.unread && rota.user_ids.iter().all(is_nobody))
                        }
                        // A world of which no entries are known says nothing of who is on call.
                        false => {
                            self.index.world().entries_from.is_some()
                                && !schedule.unread.contains(&SchedulePart::Entries)
                                && entries.iter().all(|entry| !entry.unread && entry.user_id.iter().all(is_nobody))
                        }
                    }
                });
                self.nobody.insert(same, nobody);
                nobody
            }
            TargetType::SlackChannel | TargetType::MsTeamsChannel | TargetType::Other(_) => false,
        }
    }

    pub(super) fn path_exists(&mut self, id: &str, at: &At<'_>) {
        if self.index.path(id).is_none() && (id != self.id || id.is_empty()) {
            self.not_there(("path", "paths"), WorldPart::Paths, id, at);
        }
    }

    /// `others`: whether a priority is left if this one is taken out.
    pub(super) fn priority_exists(&mut self, id: &str, at: &At<'_>, others: bool) {
        // A world may not know all priorities: the vendor has no list of them.
        if self.index.world().knows_all_priorities() && !self.priorities.contains(id) {
            self.missing("priority", id, at);
            if others {
                self.fix("Remove this priority", vec![remove(&at.to_string())]);
            }
        }
    }

    /// Whether it is known whom a schedule names, and whether they are among the people.
    fn people_of(&mut self, target: &'a Target, at: &At<'_>) {
        let everybody = target.schedule_mode.as_ref().is_some_and(|mode| mode.as_str().starts_with("all_users"));
        // All that are the same are asked for once.
        let same = (target.id.as_str(), everybody, rota_of(target));
        let said = match self.people.get(&same) {
            Some(said) => said.clone(),
            None => {
                let said: Rc<[(Code, String)]> = self.said_of_people(same).into();
                self.people.insert(same, said.clone());
                said
            }
        };
        for (code, message) in said.iter() {
            self.say(*code, at, message.as_str());
        }
    }

    /// What there is to say of the people of a schedule, or of one of its rotas: of everybody, or of who is on call.
    fn said_of_people(&mut self, (id, everybody, rota): PeopleOf<'a>) -> Vec<(Code, String)> {
        let Some(schedule) = self.index.written_schedule(id) else { return Vec::new() };
        let (rotas, entries) = self.of_rota(schedule, rota);
        let mut said = Vec::new();
        let is_unread = match everybody {
            true => schedule.unread.contains(&SchedulePart::Rotas) || rotas.iter().any(|rota| rota.unread),
            false => schedule.unread.contains(&SchedulePart::Entries) || entries.iter().any(|entry| entry.unread),
        };
        if is_unread {
            let what = if everybody { "who belongs to" } else { "who is on call in" };
            said.push((Code::Unread, format!("Couldn't fully read {what} {}", schedule.name)));
        }
        let ids: Vec<&str> = match everybody {
            true => rotas.iter().flat_map(|rota| &rota.user_ids).map(String::as_str).collect(),
            false => entries.iter().filter_map(|entry| entry.user_id.as_deref()).collect(),
        };
        let is_stranger = |id: &&str| *id != NOBODY && self.index.user(id).is_none();
        let mut strangers = ids.into_iter().filter(is_stranger);
        let Some(first) = strangers.next() else { return said };
        let others: BTreeSet<&str> = strangers.filter(|id| *id != first).collect();
        let more = match others.len() {
            0 => String::new(),
            count => format!(" and {count} more"),
        };
        said.push(if self.index.world().is_unread(WorldPart::Users) {
            (Code::Unread, format!("{} refers to `{first}`{more}; not all people could be read", schedule.name))
        } else {
            (Code::UnknownReference, format!("{} {AMONG}: `{first}`{more}", schedule.name))
        });
        said
    }

    /// The rotas with this id and their entries; without an id all of the schedule.
    fn of_rota(&mut self, schedule: &'a Schedule, rota: Option<&str>) -> OfRota<'a> {
        let Some(rota) = rota else { return (schedule.rotas.iter().collect(), schedule.entries.iter().collect()) };
        let of_schedule = self.rotas.entry(&schedule.id).or_insert_with(|| {
            let mut of_schedule: BTreeMap<&str, OfRota<'_>> = BTreeMap::new();
            for rota in &schedule.rotas {
                of_schedule.entry(&rota.id).or_default().0.push(rota);
            }
            for entry in &schedule.entries {
                of_schedule.entry(&entry.rota_id).or_default().1.push(entry);
            }
            of_schedule
        });
        of_schedule.get(rota).cloned().unwrap_or_default()
    }

    /// Something is not in the world: it does not exist or, if not all could be read, that is not known.
    fn not_there(&mut self, (kind, kinds): (&str, &str), part: WorldPart, id: &str, at: &At<'_>) {
        if id.is_empty() || !self.index.world().is_unread(part) {
            return self.missing(kind, id, at);
        }
        let message = format!("Couldn't find {kind} `{id}`: not all {kinds} could be read");
        self.say(Code::Unread, at, message);
    }

    pub(super) fn missing(&mut self, kind: &str, id: &str, at: &At<'_>) {
        let message = if id.is_empty() { format!("No {kind} is chosen") } else { format!("There is no {kind} `{id}`") };
        self.say(Code::UnknownReference, at, message);
    }
}

/// The rota that a target is for; in other modes one that is chosen plays no part.
fn rota_of(target: &Target) -> Option<&str> {
    let for_rota = target.schedule_mode.as_ref().is_some_and(escalation_api::ScheduleMode::is_for_rota);
    target.selected_rota_id.as_deref().filter(|rota| for_rota && !rota.is_empty())
}
