//! What people do: R10, R11, R18, R19.

use super::node::REPEATS_FOR;
use super::state::{Alert, Paging, Person, Phase, ResponseState, Status};
use super::{Run, StepKind, Who};
use crate::compile::{Kind, RepeatAfterAck};
use crate::instant::Instant;
use crate::semantics::DefaultAckMode;
use crate::why::Why;

impl Run<'_> {
    /// The page that is answered, and whether it is of the node that the walk is on. Nothing if there is no such page
    /// or it can no longer be answered.
    fn answered(&mut self, who: &Who, entry: Option<u32>) -> Option<bool> {
        if matches!(who, Who::Key(_)) {
            return (!self.state.is_acked()).then_some(true);
        }
        let told = self.state.told.iter_mut().rev();
        let mut fitting = told.filter(|told| told.who == *who && entry.is_none_or(|entry| told.entry == entry));
        let told = fitting.find(|told| told.standing == ResponseState::Open)?;
        told.standing = ResponseState::Answered;
        Some(told.entry == self.state.entry)
    }

    /// R11.
    pub(super) fn ack(&mut self, who: &Who, entry: Option<u32>) {
        let was_acked = self.state.is_acked();
        if was_acked && self.state.level.is_none() {
            return;
        }
        let Some(current) = self.answered(who, entry) else { return };
        if !current && (was_acked || !self.context.semantics.late_acks_count) {
            return;
        }
        self.mark(who, current, Paging::Acked);
        let (all, decided) = self.ack_mode();
        let is_open = |person: &Person| matches!(person.paging, Paging::Open { .. });
        let others = all && self.state.level.as_ref().is_some_and(|level| level.people.iter().any(is_open));
        let why = match (all, current) {
            (true, _) if !others => Why::AckedAndNobodyLeft,
            (true, _) => Why::AckedEachForThemselves,
            (false, true) => Why::AckedForAll,
            (false, false) => Why::AckedLate,
        };
        let decision = if current { decided } else { Some("late_acks_count") };
        let last = !was_acked && self.repeat_at(self.at).is_some_and(|at| at.is_none());
        let why = if last { Why::AckedForGood(Box::new(why)) } else { why };
        self.say_decided(StepKind::Acked(who.clone(), others), 11, why, decision);
        if !was_acked {
            self.state.was_acked = true;
            self.state.outcome = None;
            self.state.phase = Phase::Acked;
            self.state.status = Status::Acked;
            if !all {
                self.cancel_pages();
            }
            self.repeat_later(self.at);
        }
        self.forget_level_if_done();
    }

    /// Whether the others on the level stay paged, by the mode of the level that the walk is on; and the decision, if
    /// the level does not say.
    fn ack_mode(&self) -> (bool, Option<&'static str>) {
        let node = self.state.place.and_then(|place| self.context.path.node(place));
        let Some(Kind::Level(level)) = node.map(|node| &node.kind) else { return (false, None) };
        match level.ack_all {
            Some(all) => (all, None),
            None => (self.context.semantics.default_ack_mode == DefaultAckMode::All, Some("default_ack_mode")),
        }
    }

    fn mark(&mut self, who: &Who, current: bool, paging: Paging) {
        let (Who::User(id), Some(level), true) = (who, &mut self.state.level, current) else { return };
        if let Some(person) = level.people.iter_mut().find(|person| person.id == *id) {
            person.paging = paging;
        }
    }

    /// R11, `first`: nobody else can answer any more, whichever level paged them.
    fn cancel_pages(&mut self) {
        for told in self.state.told.iter_mut().filter(|told| told.standing == ResponseState::Open) {
            told.standing = ResponseState::Cancelled;
        }
        self.state.level = None;
    }

    /// R11, `all`: nobody new is paged; once nobody is left to answer, nothing more happens on the level.
    fn forget_level_if_done(&mut self) {
        if !self.state.is_acked() {
            return;
        }
        let Some(level) = &mut self.state.level else { return };
        let in_turn = level.turn.as_ref().and_then(|turn| level.people.get(turn.of)).map(|person| person.id.clone());
        level.people.retain(|person| matches!(person.paging, Paging::Open { .. }));
        if let Some(turn) = &mut level.turn {
            // R9: whose turn was over is not paged again. Without anybody in turn it is nobody's, for good.
            let position = level.people.iter().position(|person| Some(&person.id) == in_turn.as_ref());
            turn.of = position.unwrap_or(level.people.len());
        }
        if level.people.is_empty() {
            self.state.level = None;
        }
    }

    /// R18: when to page again, counted from `since`.
    fn repeat_later(&mut self, since: Instant) {
        let Some(at) = self.repeat_at(since) else { return };
        let before = std::mem::replace(&mut self.state.repeat_at, at);
        self.state.status = if at.is_some() { Status::PendingRepeat } else { Status::Acked };
        match (before, at) {
            (_, Some(at)) => self.say(StepKind::RepeatPending(at), 18, Why::WillPageAgain { seconds: at - since }),
            (Some(_), None) => self.say(StepKind::RepeatDropped, 18, Why::TooLateToPageAgain),
            // The acknowledgement says it.
            (None, None) => {}
        }
    }

    /// R18: when it would page again, counted from `since`; nothing inside if that is too late. Nothing at all where
    /// the path does not page again, or the alert is over.
    fn repeat_at(&self, since: Instant) -> Option<Option<Instant>> {
        let repeat = self.repeat_after_ack().filter(|_| self.state.alert == Alert::Firing)?;
        Some(Some(since + repeat.after).filter(|at| *at <= self.state.fired_at + REPEATS_FOR))
    }

    /// The setting of the path that the escalation began with.
    fn repeat_after_ack(&self) -> Option<RepeatAfterAck> {
        self.context.path.plan(0)?.repeat
    }

    /// R18: activity on the incident.
    pub(super) fn activity(&mut self) {
        if self.state.repeat_at.is_some() && self.repeat_after_ack().is_some_and(|repeat| repeat.delayed_by_activity) {
            self.repeat_later(self.at);
        }
    }

    /// R8, R10, R13.
    pub(super) fn nack(&mut self, who: &Who, entry: Option<u32>) {
        let was_acked = self.state.is_acked();
        // Nobody in particular cannot take it, and before anybody was paged nobody can be asked.
        if matches!(who, Who::Key(_)) {
            return;
        }
        if was_acked && self.state.level.is_none() {
            return;
        }
        let Some(current) = self.answered(who, entry) else { return };
        if was_acked && !current {
            return;
        }
        let counts = current && self.state.level.is_some() && matches!(who, Who::User(_));
        self.mark(who, current, Paging::Declined);
        self.say(StepKind::Nacked(who.clone()), 10, if counts { Why::Declined } else { Why::DeclinedWithoutEffect });
        if was_acked {
            self.forget_level_if_done();
            return;
        }
        if let (Who::User(id), Some(place), true) = (who, self.state.place, counts) {
            self.after_decline(place, id);
        }
    }

    /// R19.
    pub(super) fn snooze(&mut self, who: &Who, entry: Option<u32>, until: Instant) {
        // Before the walk has come to a node there is none to enter afresh.
        if self.state.is_acked() || self.state.place.is_none() || self.answered(who, entry).is_none() {
            return;
        }
        let until = until.max(self.at);
        let why = if matches!(self.state.phase, Phase::Snoozed { .. }) { Why::PutOffAnew } else { Why::PutOff };
        self.state.phase = Phase::Snoozed { until };
        self.state.status = Status::Snoozed;
        self.state.level = None;
        self.say(StepKind::Snoozed(who.clone(), until), 19, why);
    }
}
