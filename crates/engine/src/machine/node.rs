//! The walk from node to node: R1 to R3, R6, R14 to R18, R22, R24.

use super::state::{Phase, Status};
use super::{EventKind, Outcome, Run, StepKind};
use crate::compile::{Branch, Condition, Kind, NodeIndex, Place, Reason, Timer};
use crate::index::Id;
use crate::instant::{DAY, Instant, Seconds};
use crate::scenario;
use crate::why::Why;

/// R18: nothing repeats later than this after the alert fired.
pub(super) const REPEATS_FOR: Seconds = 7 * DAY;

impl Run<'_> {
    pub(super) fn take(&mut self, event: EventKind) {
        // R26: what could not be followed any further is still there to be answered.
        let ends =
            matches!(event, EventKind::Ack { .. } | EventKind::Cancel | EventKind::Resolve | EventKind::AlertResolved);
        if self.state.has_ended() && !(ends && self.state.is_stopped()) {
            return;
        }
        match event {
            EventKind::Fire => self.fire(),
            EventKind::Timer => self.timer(),
            EventKind::Ack { who, entry } => self.ack(&who, entry),
            EventKind::Nack { who, entry } => self.nack(&who, entry),
            EventKind::Snooze { who, entry, until } => self.snooze(&who, entry, until),
            EventKind::Cancel => {
                self.end(StepKind::Cancelled, Status::Cancelled, Outcome::Cancelled, 19, Why::Cancelled)
            }
            EventKind::Resolve => {
                self.end(StepKind::Resolved, Status::Resolved, Outcome::Resolved, 19, Why::ResolvedByHand)
            }
            EventKind::AlertResolved => {
                self.end(StepKind::Resolved, Status::Resolved, Outcome::Resolved, 18, Why::AlertResolved);
            }
            EventKind::Activity => self.activity(),
        }
    }

    /// R1. Without a grace period the walk begins at the same instant, as a timer: what is done to the escalation at
    /// that instant goes first (R21).
    fn fire(&mut self) {
        let Phase::New { grace } = self.state.phase else { return };
        let until = self.at + grace;
        self.state.phase = Phase::Grace { until };
        if grace > 0 {
            self.say(StepKind::Pending(until), 1, Why::GracePeriod { seconds: grace });
        }
    }

    fn trigger(&mut self) {
        self.state.status = Status::Triggered;
        self.state.handed = vec![0];
        let why = if self.at > self.state.fired_at { Why::GraceOver } else { Why::Fired };
        self.say(StepKind::Triggered, 1, why);
        self.go(self.context.path.first(0), 1, Why::PathBegins);
    }

    fn timer(&mut self) {
        if self.state.due_unbounded(self.context).is_none_or(|due| self.at < due) {
            if self.at >= self.state.limit(self.context) && !self.state.is_acked() {
                let seconds = self.context.semantics.cut_off_after_seconds;
                self.stop(Outcome::CutOff, 24, Why::TooLong { seconds });
            }
            return;
        }
        // R26: a timer may be late. Whatever else was to come within a time that is over does not come any more.
        let is_over = |until: Option<crate::Instant>| until.is_some_and(|until| until <= self.at);
        match self.state.phase {
            Phase::New { .. } => self.fire(),
            Phase::Grace { .. } => self.trigger(),
            Phase::Snoozed { .. } => {
                self.state.status = Status::Triggered;
                self.say(StepKind::Resumed, 19, Why::SnoozeOver);
                self.go(self.state.place, 19, Why::EnteredAfresh);
            }
            Phase::Waiting { since, until } if is_over(until) => self.time_is_up(since),
            Phase::Acked if is_over(self.state.repeat_at) => self.start_again(),
            Phase::Waiting { .. } if is_over(self.state.next_turn()) => self.next_turn(None),
            Phase::Waiting { .. } | Phase::Acked => self.retry(),
            Phase::Ended => {}
        }
        self.cut_off_if_endless();
    }

    /// R24, in steps.
    pub(super) fn cut_off_if_endless(&mut self) -> bool {
        let endless = self.state.steps >= self.context.semantics.max_steps && !self.state.has_ended();
        if endless {
            self.stop(Outcome::CutOff, 24, Why::TooManySteps { steps: self.state.steps });
        }
        endless
    }

    /// Walks on until a node waits or the run ends. `rule` and `why` say what led to the first node.
    pub(super) fn go(&mut self, to: Option<Place>, rule: u8, why: Why) {
        let (mut to, mut rule, mut why) = (to, rule, why);
        self.state.level = None;
        loop {
            if self.cut_off_if_endless() {
                return;
            }
            let Some(place) = to else {
                let again = self.state.was_acked;
                let spent = if let Why::RepeatedEnough { times } = why { Some(times) } else { None };
                self.end(StepKind::Expired, Status::Expired, Outcome::Expired, 17, Why::PathEnds { again, spent });
                return;
            };
            // The node exists: places come from the compiled path itself.
            let Some(node) = self.context.path.node(place) else { return };
            self.state.place = Some(place);
            self.say(StepKind::Entered, rule, why);
            let next = self.context.path.next(place);
            (to, rule, why) = match &node.kind {
                Kind::Level(level) => match self.level(place, level) {
                    Entered::Waits => return,
                    Entered::PassedOver => (next, 5, Why::AfterEmptyLevel),
                },
                Kind::Channel(targets, timer) => {
                    self.channel(place, targets, timer);
                    return;
                }
                Kind::Delay(timer) => {
                    self.delay(place, timer);
                    return;
                }
                Kind::Branch(branch) => match self.branch(place, &node.id, branch) {
                    Some(side) => {
                        let first = match side {
                            scenario::Branch::Then => branch.then,
                            scenario::Branch::Else => branch.otherwise,
                        };
                        (first.map(|first| Place(place.0, first)), 3, Why::BranchLedHere(side))
                    }
                    None => return,
                },
                Kind::Repeat(back, times) => self.repeat(place, *back, *times, next),
                Kind::HandOver(plan) => match self.hand_over(*plan) {
                    Some(first) => (first, 16, Why::HandedOver),
                    None => return,
                },
                Kind::Undecidable(reason) => {
                    self.undecided(22, reason.clone());
                    return;
                }
            };
        }
    }

    /// R3.
    fn branch(&mut self, place: Place, id: &Id, branch: &Branch) -> Option<scenario::Branch> {
        let said = self.said_of_visit(id);
        let mut undecided = None;
        let mut open = Vec::new();
        let mut holds = None;
        for condition in &branch.conditions {
            match self.holds(place, condition) {
                Ok((false, why)) => {
                    self.say(StepKind::Branched(scenario::Branch::Else), 3, why);
                    return Some(scenario::Branch::Else);
                }
                Ok((true, why)) => holds = Some(why),
                Err(why) => {
                    undecided = Some(why);
                    open.push(condition.open(place, self.state.priority.as_deref()));
                }
            }
        }
        let Some(why) = undecided else {
            self.say(StepKind::Branched(scenario::Branch::Then), 3, holds.unwrap_or(Why::NoConditions));
            return Some(scenario::Branch::Then);
        };
        self.state.outcomes.come_to(self.at);
        if let Some(side) = self.state.outcomes.side(&open) {
            self.say(StepKind::Branched(side), 3, Why::DecidedBefore(Box::new(why)));
            return Some(side);
        }
        match said {
            Some(side) => {
                self.state.outcomes.note(open, side);
                self.say(StepKind::Branched(side), 3, Why::Pinned(Box::new(why)));
                Some(side)
            }
            None => {
                self.stop(Outcome::Undecided, 3, why);
                None
            }
        }
    }

    /// Counts that the walk comes to a branch, and gives the way that the scenario says for this time.
    fn said_of_visit(&mut self, id: &Id) -> Option<scenario::Branch> {
        let of_visit = self.context.branch_visits.get(&**id).and_then(|visits| {
            let visit = self.state.visits.entry(id.clone()).or_default();
            *visit += 1;
            visits.get(*visit - 1).copied().flatten()
        });
        of_visit.or_else(|| self.context.branches.get(&**id).copied())
    }

    /// Whether a condition holds now, or why that cannot be said.
    fn holds(&self, place: Place, condition: &Condition) -> Result<(bool, Why), Why> {
        match condition {
            Condition::Priority(among) => match &self.state.priority {
                Some(priority) => {
                    if Condition::is_open_on_priority(among, Some(priority), self.context.index.world()) {
                        return Err(Why::MayBeNamed { priority: priority.clone() });
                    }
                    let holds = among.contains(priority) && !self.context.index.world().is_other_priority(priority);
                    Ok((holds, Why::Priority { holds, priority: priority.clone(), among: among.clone() }))
                }
                None => Err(Why::NoPriority),
            },
            Condition::Hours(hours) => {
                let position = hours.as_ref().map_err(|id| Why::UnknownHours(id.clone()))?;
                let set = self.context.path.hours(place.0, *position);
                let named = set.ok_or_else(|| Why::UnknownHours(Id::from("")))?;
                let hours = named.hours.as_ref().ok_or_else(|| Why::BadHours(named.id.clone()))?;
                let holds = hours.is_active(self.at);
                Ok((holds, Why::Hours { holds, plan: place.0, hours: *position }))
            }
            Condition::Foreign(subject, _) => Err(Why::ForeignCondition(subject.clone())),
        }
    }

    /// R14.
    fn delay(&mut self, place: Place, timer: &Timer) {
        self.state.entry += 1;
        match self.until(place, timer, None) {
            Ok((until, why, decision)) => {
                self.state.phase = Phase::Waiting { since: self.at, until };
                self.state.status = Status::Delayed;
                self.say_decided(StepKind::Delayed(until), 14, why, decision);
            }
            Err(why) => self.stop(Outcome::Undecided, 14, why),
        }
    }

    /// R6 and R14: until when a node waits that is entered now, why, and by which decision.
    pub(super) fn until(
        &self,
        place: Place,
        timer: &Timer,
        default: Option<Seconds>,
    ) -> Result<(Option<Instant>, Why, Option<&'static str>), Why> {
        let both = timer.seconds.is_some() && timer.hours.is_some();
        let decision = both.then_some("interval_wins");
        let seconds =
            |seconds: Seconds, decision| Ok((Some(self.at + seconds), Why::WaitsSeconds { seconds }, decision));
        match (&timer.hours, timer.seconds) {
            (Some(_), Some(given)) if !self.context.semantics.interval_wins => seconds(given, decision),
            (Some((hours, active)), _) => {
                let position = hours.as_ref().map_err(|id| Why::UnknownHours(id.clone()))?;
                let set = self.context.path.hours(place.0, *position);
                let named = set.ok_or_else(|| Why::UnknownHours(Id::from("")))?;
                let hours = named.hours.as_ref().ok_or_else(|| Why::BadHours(named.id.clone()))?;
                let until = hours.first(self.at, *active);
                let why = Why::WaitsForHours {
                    plan: place.0,
                    hours: *position,
                    active: *active,
                    now: until == Some(self.at),
                };
                Ok((until, why, decision))
            }
            (None, Some(given)) => seconds(given, None),
            (None, None) => match default {
                Some(default) => Ok((
                    Some(self.at + default),
                    Why::WaitsDefault { seconds: default },
                    Some("default_time_to_ack_seconds"),
                )),
                None => Ok((Some(self.at), Why::WaitsNotAtAll, None)),
            },
        }
    }

    /// R6, R14: the time of the node is up.
    fn time_is_up(&mut self, since: Instant) {
        let Some(place) = self.state.place else { return };
        let was_delay = self.state.status == Status::Delayed;
        self.state.status = Status::Triggered;
        let next = self.context.path.next(place);
        if was_delay {
            self.go(next, 14, Why::DelayOver)
        } else {
            self.go(next, 6, Why::NotAcked { within: self.at - since })
        }
    }

    /// R15.
    fn repeat(&mut self, place: Place, back: NodeIndex, times: u32, next: Option<Place>) -> (Option<Place>, u8, Why) {
        let done = self.state.counters.iter().find(|(repeat, _)| *repeat == place).map_or(0, |(_, done)| *done);
        if done >= times {
            return (next, 15, Why::RepeatedEnough { times });
        }
        let to = Place(place.0, back);
        if self.context.semantics.repeat_counters_reset {
            // What begins anew is the branch that it goes back to or, from the first node, everything.
            let inside = self.context.path.inside(to);
            let kept =
                |(repeat, _): &(Place, u32)| *repeat == place || repeat.0 != place.0 || !inside.contains(&repeat.1);
            self.state.counters.retain(kept);
        }
        match self.state.counters.iter_mut().find(|(repeat, _)| *repeat == place) {
            Some((_, done)) => *done += 1,
            None => self.state.counters.push((place, 1)),
        }
        self.say(StepKind::Repeated(to), 15, Why::Repeats { count: done + 1, times });
        self.state.pass += 1;
        (Some(to), 15, Why::WentBack { count: done + 1, times })
    }

    /// R16.
    fn hand_over(&mut self, plan: u32) -> Option<Option<Place>> {
        if self.state.handed.contains(&plan) {
            self.stop(Outcome::HandoverCycle, 16, Why::HandedOverBefore { plan });
            return None;
        }
        self.state.handed.push(plan);
        self.say(StepKind::HandedOver(plan), 16, Why::HandsOver { plan });
        Some(self.context.path.first(plan))
    }

    /// R18: from the first node, with fresh counters.
    fn start_again(&mut self) {
        let first = self.context.path.first(0);
        self.state.repeat_at = None;
        self.state.counters.clear();
        self.state.handed = vec![0];
        self.state.status = Status::Triggered;
        self.state.place = None;
        self.state.pass += 1;
        self.say(StepKind::RepeatStarted(first), 18, Why::StillFiring);
        self.go(first, 18, Why::PagesAgain);
    }

    pub(super) fn undecided(&mut self, rule: u8, reason: Reason) {
        self.stop(Outcome::Undecided, rule, Why::Unclear(reason));
    }

    /// Nothing more can be said of the run; the status stays what it is.
    pub(super) fn stop(&mut self, outcome: Outcome, rule: u8, why: Why) {
        self.say(StepKind::Stopped(outcome), rule, why);
        self.close(outcome);
    }

    fn end(&mut self, what: StepKind, status: Status, outcome: Outcome, rule: u8, why: Why) {
        self.state.status = status;
        self.say(what, rule, why);
        self.close(outcome);
    }

    fn close(&mut self, outcome: Outcome) {
        self.state.outcome = Some(outcome);
        self.state.phase = Phase::Ended;
        self.state.level = None;
        self.state.repeat_at = None;
    }
}

/// What comes of entering a level.
pub(super) enum Entered {
    /// The walk waits there, or the run ended.
    Waits,
    /// R5.
    PassedOver,
}
