//! What a path names must exist, and be able to do what it is named for.

use escalation_api::{At, Target, TargetType};

use super::fix::remove;
use super::{Check, Code};
use crate::index::Roster;
use crate::template;
use crate::world::{NOBODY, SchedulePart, WorldPart};

/// What is said of people whom a schedule names and the world does not.
const AMONG: &str = "who is not among";

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
                    self.say(Code::Unread, &at_id, format!("Whether {} can be paged could not be read", user.name));
                }
                Some(user) if !user.can_be_paged => {
                    let reason = user.not_paged_reason.as_deref().unwrap_or("cannot be paged");
                    let message = format!("{} {reason}, so nobody is paged by this target", user.name);
                    self.say(Code::CannotBePaged, &at_id, message);
                }
                Some(_) => {}
            },
            TargetType::Schedule => match self.index.schedule(&target.id) {
                None => self.not_there(("schedule", "schedules"), WorldPart::Schedules, &target.id, &at_id),
                Some(_) if self.names_nobody(target) => {
                    let name = self.index.schedule(&target.id).map_or(target.id.as_str(), |schedule| &schedule.name);
                    let message = format!("Nobody is on call in {name}, as far as it is known, so nobody is paged");
                    self.say(Code::CannotBePaged, &at_id, message);
                }
                Some(schedule) => match rota_of(target).filter(|rota| schedule.rota(rota).is_none()) {
                    Some(rota) if schedule.has_all_rotas() => {
                        let message = format!("{} has no rota `{rota}`", schedule.name);
                        self.say(Code::UnknownReference, &at.field("selected_rota_id"), message);
                    }
                    _ => self.people_of(schedule, target, &at_id),
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
                let mut schedules = self.index.world().schedules.iter();
                let schedule = schedules.find(|schedule| schedule.id == target.id);
                let nobody = schedule.is_some_and(|schedule| {
                    let of_rota = |id: &str| rota.is_none_or(|rota| rota == id);
                    // A rota that does not exist is said as such.
                    if schedule.rotas.iter().all(|rota| !of_rota(&rota.id)) {
                        return false;
                    }
                    let on_call = || schedule.entries.iter().filter(|entry| of_rota(&entry.rota_id));
                    let mut everybody = schedule.rotas.iter().filter(|rota| of_rota(&rota.id));
                    let is_nobody = |id: &String| id == NOBODY;
                    match mode.starts_with("all_users") {
                        true => {
                            !schedule.unread.contains(&SchedulePart::Rotas)
                                && everybody.all(|rota| !rota.unread && rota.user_ids.iter().all(is_nobody))
                        }
                        // A world of which no entries are known says nothing of who is on call.
                        false => {
                            self.index.world().entries_from.is_some()
                                && !schedule.unread.contains(&SchedulePart::Entries)
                                && on_call().all(|entry| !entry.unread && entry.user_id.iter().all(is_nobody))
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
                self.fix("Leave this priority out", vec![remove(&at.to_string())]);
            }
        }
    }

    /// Whether it is known whom a schedule names, and whether they are among the people.
    fn people_of(&mut self, schedule: &Roster, target: &Target, at: &At<'_>) {
        let rota = rota_of(target);
        let of_rota = |id: &str| rota.is_none_or(|rota| rota == id);
        let everybody = target.schedule_mode.as_ref().is_some_and(|mode| mode.as_str().starts_with("all_users"));
        let known = self.index.world().schedules.iter().find(|one| one.id == target.id);
        let Some(known) = known else { return };
        let rotas = || known.rotas.iter().filter(|rota| of_rota(&rota.id));
        let entries = || known.entries.iter().filter(|entry| of_rota(&entry.rota_id));
        let is_unread = match everybody {
            true => !schedule.has_all_rotas() || rotas().any(|rota| rota.unread),
            false => known.unread.contains(&SchedulePart::Entries) || entries().any(|entry| entry.unread),
        };
        if is_unread {
            let what = if everybody { "Who belongs to" } else { "Who is on call in" };
            self.say(Code::Unread, at, format!("{what} {} could not be read, at least in part", schedule.name));
        }
        let ids: Vec<&str> = match everybody {
            true => rotas().flat_map(|rota| &rota.user_ids).map(String::as_str).collect(),
            false => entries().filter_map(|entry| entry.user_id.as_deref()).collect(),
        };
        let mut strangers: Vec<&str> = Vec::new();
        for id in ids {
            if id != NOBODY && self.index.user(id).is_none() && !strangers.contains(&id) {
                strangers.push(id);
            }
        }
        let Some(first) = strangers.first() else { return };
        let more = match strangers.len() - 1 {
            0 => String::new(),
            count => format!(" and {count} more"),
        };
        if self.index.world().is_unread(WorldPart::Users) {
            let message = format!("{} names `{first}`{more}; not all people could be read", schedule.name);
            self.say(Code::Unread, at, message);
        } else {
            let message = format!("{} names `{first}`{more} {AMONG} the people", schedule.name);
            self.say(Code::UnknownReference, at, message);
        }
    }

    /// Something is not in the world: it does not exist or, if not all could be read, that is not known.
    fn not_there(&mut self, (kind, kinds): (&str, &str), part: WorldPart, id: &str, at: &At<'_>) {
        if id.is_empty() || !self.index.world().is_unread(part) {
            return self.missing(kind, id, at);
        }
        let message = format!("Not all {kinds} could be read, and `{id}` is not among those that could");
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
