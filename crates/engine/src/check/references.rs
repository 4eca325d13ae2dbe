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

    pub(super) fn path_exists(&mut self, id: &str, at: &At<'_>) {
        if self.index.path(id).is_none() && (id != self.id || id.is_empty()) {
            self.missing("path", id, at);
        }
    }

    /// `others`: whether a priority is left if this one is taken out.
    pub(super) fn priority_exists(&mut self, id: &str, at: &At<'_>, others: bool) {
        let priorities = &self.index.world().priorities;
        // A world may know of no priorities at all: the vendor has no list of them.
        if !priorities.is_empty() && priorities.iter().all(|priority| priority.id != id) {
            self.missing("priority", id, at);
            if others {
                self.fix("Leave this priority out", vec![remove(&at.to_string())]);
            }
        }
    }

    fn missing(&mut self, kind: &str, id: &str, at: &At<'_>) {
        self.say(Code::UnknownReference, at, format!("There is no {kind} `{id}`"));
    }
}
