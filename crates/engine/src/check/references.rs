//! What a path names must exist, and be able to do what it is named for.

use escalation_api::{At, Target, TargetType};

use super::fix::remove;
use super::{Check, Code};

impl Check<'_> {
    /// `others`: whether somebody is left if this target is taken out.
    pub(super) fn target_exists(&mut self, target: &Target, at: &At<'_>, others: bool) {
        let said = self.problems.len();
        let at_id = at.field("id");
        match target.target_type {
            TargetType::User => match self.index.user(&target.id) {
                None => self.missing("person", &target.id, &at_id),
                Some(user) if !user.can_be_paged => {
                    let reason = user.not_paged_reason.as_deref().unwrap_or("cannot be paged");
                    let message = format!("{} {reason}, so nobody is paged by this target", user.name);
                    self.say(Code::CannotBePaged, &at_id, message);
                }
                Some(_) => {}
            },
            TargetType::Schedule => match self.index.schedule(&target.id) {
                None => self.missing("schedule", &target.id, &at_id),
                Some(_) if self.names_nobody(target) => {
                    let name = self.index.schedule(&target.id).map_or(target.id.as_str(), |schedule| &schedule.name);
                    let message = format!("Nobody is on call in {name}, as far as it is known, so nobody is paged");
                    self.say(Code::CannotBePaged, &at_id, message);
                }
                Some(schedule) => {
                    let for_rota = target.schedule_mode.as_ref().is_some_and(escalation_api::ScheduleMode::is_for_rota);
                    let rota = target.selected_rota_id.as_deref().filter(|rota| for_rota && !rota.is_empty());
                    if let Some(rota) = rota.filter(|rota| schedule.rota(rota).is_none()) {
                        let message = format!("{} has no rota `{rota}`", schedule.name);
                        self.say(Code::UnknownReference, &at.field("selected_rota_id"), message);
                    }
                }
            },
            // There is no list of all channels, so one that is not known may well exist.
            TargetType::SlackChannel | TargetType::MsTeamsChannel | TargetType::Other(_) => {}
        }
        // Nobody is lost with a target that pages nobody.
        if others && self.problems.len() > said {
            self.fix("Remove this target", vec![remove(&at.to_string())]);
        }
    }

    /// Whether a target surely pages nobody: a person who cannot be paged, or a schedule in which nobody is found.
    pub(super) fn names_nobody(&self, target: &Target) -> bool {
        match target.target_type {
            TargetType::User => self.index.user(&target.id).is_some_and(|user| !user.can_be_paged),
            TargetType::Schedule => {
                let mode = target.schedule_mode.as_ref().map_or("", |mode| mode.as_str());
                self.index.world().schedules.iter().find(|schedule| schedule.id == target.id).is_some_and(|schedule| {
                    let of_rota =
                        |id: &str| target.selected_rota_id.as_deref().is_none_or(|rota| rota.is_empty() || rota == id);
                    // A rota that does not exist is said as such.
                    if schedule.rotas.iter().all(|rota| !of_rota(&rota.id)) {
                        return false;
                    }
                    let on_call = || schedule.entries.iter().filter(|entry| of_rota(&entry.rota_id));
                    let everybody = || schedule.rotas.iter().filter(|rota| of_rota(&rota.id));
                    match mode.starts_with("all_users") {
                        true => everybody().all(|rota| rota.user_ids.is_empty()),
                        // A world of which no entries are known says nothing of who is on call.
                        false => {
                            self.index.world().entries_from.is_some() && on_call().all(|entry| entry.user_id.is_none())
                        }
                    }
                })
            }
            TargetType::SlackChannel | TargetType::MsTeamsChannel | TargetType::Other(_) => false,
        }
    }

    pub(super) fn path_exists(&mut self, id: &str, at: &At<'_>) {
        if self.index.path(id).is_none() && (id != self.id || id.is_empty()) {
            self.missing("path", id, at);
        }
    }

    /// `others`: whether a priority is left if this one is taken out.
    pub(super) fn priority_exists(&mut self, id: &str, at: &At<'_>, others: bool) {
        // A world may not know all priorities: the vendor has no list of them.
        let world = self.index.world();
        if world.knows_all_priorities() && world.priorities.iter().all(|priority| priority.id != id) {
            self.missing("priority", id, at);
            if others {
                self.fix("Leave this priority out", vec![remove(&at.to_string())]);
            }
        }
    }

    fn missing(&mut self, kind: &str, id: &str, at: &At<'_>) {
        let message = if id.is_empty() { format!("No {kind} is chosen") } else { format!("There is no {kind} `{id}`") };
        self.say(Code::UnknownReference, at, message);
    }
}
