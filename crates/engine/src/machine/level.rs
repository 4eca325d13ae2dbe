//! Levels and channels: R4 to R9, R12, R13.

use std::collections::{BTreeMap, BTreeSet};

use super::node::Entered;
use super::state::{Level, Notified, Paging, Person, Phase, ResponseState, Status, Turn};
use super::{Context, Outcome, Run, StepKind, Who};
use crate::compile::{self, ChannelTarget, People, Place, Target, Timer};
use crate::index::Id;
use crate::instant::Instant;
use crate::roster::{self, Chosen, Unknown};
use crate::why::Why;

/// R4: who is paged and who is not.
pub(crate) struct Choice {
    pub(crate) chosen: Vec<Chosen>,
    /// Who, the target that named them, and why not.
    left_out: Vec<(Option<Id>, Id, Why)>,
    /// The field of the semantics that decided whom a target names.
    decision: Option<&'static str>,
}

/// R4: who is paged by a level that is entered at an instant; or why that cannot be said, with the target that it is
/// about.
pub(crate) fn choose(context: &Context<'_>, level: &compile::Level, at: Instant) -> Result<Choice, (Id, Unknown)> {
    let mut choice = Choice { chosen: Vec::new(), left_out: Vec::new(), decision: None };
    let (mut positions, mut left_out) = (BTreeMap::new(), BTreeSet::new());
    for target in &level.targets {
        let Target::People(people, urgency) = target else { continue };
        if matches!(people, People::OnCall(_, _, true)) {
            choice.decision = Some("default_schedule_mode");
        }
        let people = &context.semantics.reading_of(people);
        let via = people.id();
        let named = roster::named(people, context.index, at, context.semantics.next_may_be_nobody);
        let named = named.map_err(|unknown| (via.clone(), unknown))?;
        choice.decision = choice.decision.or(named.decision);
        for (user, why) in named.left_out {
            // A person who cannot be paged is said once, however often they are named.
            if user.as_ref().is_none_or(|user| left_out.insert(user.clone())) {
                choice.left_out.push((user, via.clone(), why));
            }
        }
        roster::choose(&mut choice.chosen, &mut positions, named.people, *urgency, via);
    }
    Ok(choice)
}

impl Run<'_> {
    /// R4, R5, R7, R8.
    pub(super) fn level(&mut self, place: Place, level: &compile::Level) -> Entered {
        self.state.entry += 1;
        let Some(Choice { chosen, left_out, decision }) = self.choose(level) else { return Entered::Waits };
        for (user, via, why) in left_out {
            let decided = matches!(why, Why::NobodyFrom { .. }).then_some("next_may_be_nobody");
            self.say_decided(StepKind::LeftOut(user, via), 4, why, decided);
        }
        let channels: Vec<_> = level.targets.iter().filter_map(Target::channel).collect();
        if chosen.is_empty() && channels.is_empty() {
            self.say(StepKind::SkippedEmpty, 5, Why::NobodyToPage);
            return Entered::PassedOver;
        }
        let default = self.context.semantics.default_time_to_ack_seconds;
        let waits = self.until(place, &level.timer, Some(default));
        let deadline = waits.as_ref().ok().and_then(|(until, ..)| *until);
        self.page_first(place, level, chosen, deadline, !channels.is_empty(), decision);
        for channel in channels {
            self.post(channel);
        }
        self.wait(waits, level.round_robin.is_some_and(|config| config.rotate_after.is_some()));
        Entered::Waits
    }

    /// R4. Nothing where it cannot be said: the run has been stopped.
    fn choose(&mut self, level: &compile::Level) -> Option<Choice> {
        match choose(self.context, level, self.at) {
            Ok(choice) => Some(choice),
            Err((schedule, Unknown::BeyondEntries)) => {
                self.stop(Outcome::BeyondEntries, 4, Why::BeyondEntries { schedule });
                None
            }
            Err((_, unknown)) => {
                self.stop(Outcome::Undecided, 4, Why::from(unknown));
                None
            }
        }
    }

    /// R7: everyone at once. R8: the first in turn.
    fn page_first(
        &mut self,
        place: Place,
        level: &compile::Level,
        mut chosen: Vec<Chosen>,
        deadline: Option<Instant>,
        has_channel: bool,
        decision: Option<&'static str>,
    ) {
        let mut turn = None;
        if let Some(round_robin) = level.round_robin.filter(|_| !chosen.is_empty()) {
            let id = self.context.path.node(place).map(|node| node.id.clone());
            let starting = id.and_then(|id| self.context.round_robin.get(&*id));
            let first = starting.and_then(|first| chosen.iter().position(|person| *person.id == **first));
            let by_turn = self.context.turn.checked_rem(chosen.len()).unwrap_or_default();
            chosen.rotate_left(first.unwrap_or(by_turn));
            turn = Some(Turn { of: 0, until: round_robin.rotate_after.map(|after| self.at + after) });
        }
        let mut people = Vec::with_capacity(chosen.len());
        for (position, person) in chosen.into_iter().enumerate() {
            let paged = turn.as_ref().is_none_or(|turn| turn.of == position);
            let Chosen { id, urgency, via, why } = person;
            let person = Person { id, urgency, via, paging: Paging::Not };
            if paged {
                let rule = if turn.is_some() { 8 } else { 7 };
                self.tell(Who::User(person.id.clone()));
                let what = StepKind::Paged { user: person.id.clone(), urgency, attempt: 1, via: person.via.clone() };
                self.say_decided(what, rule, why, decision);
            }
            let paging = if paged { Paging::Open { last: self.at, count: 1 } } else { Paging::Not };
            people.push(Person { paging, ..person });
        }
        self.state.level = Some(Level { deadline, people, has_channel, turn });
    }

    /// R12.
    pub(super) fn channel(&mut self, place: Place, targets: &[ChannelTarget], timer: &Timer) {
        self.state.entry += 1;
        let waits = self.until(place, timer, None);
        for target in targets {
            self.post(target);
        }
        self.wait(waits, false);
    }

    fn post(&mut self, target: &ChannelTarget) {
        self.tell(Who::Channel(target.id.clone()));
        self.say(StepKind::Posted(target.id.clone(), target.urgency), 12, Why::ChannelTold);
    }

    /// R10: may answer from now on.
    fn tell(&mut self, who: Who) {
        let entry = self.state.entry;
        // Those of this entry are the last.
        let mut of_entry = self.state.told.iter().rev().take_while(|told| told.entry == entry);
        if !of_entry.any(|told| told.who == who) {
            self.state.told.push(Notified { who, entry, standing: ResponseState::Open });
        }
    }

    /// R6: waits at the node that was entered, or stops where it cannot be said for how long.
    fn wait(&mut self, waits: Result<(Option<Instant>, Why, Option<&'static str>), Why>, in_turn: bool) {
        match waits {
            Ok((until, why, decision)) => {
                self.state.phase = Phase::Waiting { since: self.at, until };
                self.state.status = Status::Triggered;
                let why = if in_turn { Why::InTurn(Box::new(why)) } else { why };
                self.say_decided(StepKind::Waiting(until), 6, why, decision);
            }
            Err(why) => self.stop(Outcome::Undecided, 6, why),
        }
    }

    /// R8: the next person's turn begins now. `declined` is who just said no, if that is the reason.
    pub(super) fn next_turn(&mut self, declined: Option<Id>) {
        let until = self.rotate_after().map(|after| self.at + after);
        let at = self.at;
        let Some(level) = &mut self.state.level else { return };
        let Some(turn) = &mut level.turn else { return };
        let count = level.people.len();
        let open = |position: &usize| {
            level.people.get(*position).is_some_and(|person| matches!(person.paging, Paging::Not | Paging::Open { .. }))
        };
        // The last one looked at is whose turn it was.
        let following = (1..=count).map(|ahead| (turn.of + ahead) % count).find(open);
        let Some(following) = following else {
            level.turn = None;
            return;
        };
        *turn = Turn { of: following, until };
        let Some(person) = level.people.get_mut(following) else { return };
        person.paging = Paging::Open { last: at, count: 1 };
        let (user, urgency, via) = (person.id.clone(), person.urgency, person.via.clone());
        self.tell(Who::User(user.clone()));
        let why = declined.map_or(Why::TheirTurn, Why::TurnAfterDecline);
        self.say(StepKind::Paged { user, urgency, attempt: 1, via }, 8, why);
    }

    fn rotate_after(&self) -> Option<i64> {
        let compile::Kind::Level(level) = &self.context.path.node(self.state.place?)?.kind else { return None };
        level.round_robin?.rotate_after
    }

    /// R9: whoever is due is paged again.
    pub(super) fn retry(&mut self) {
        let Some((_, position)) = self.state.next_retry(self.context).filter(|(due, _)| *due <= self.at) else {
            return;
        };
        let Some(person) = self.state.level.as_mut().and_then(|level| level.people.get_mut(position)) else { return };
        let Paging::Open { count, .. } = person.paging else { return };
        person.paging = Paging::Open { last: self.at, count: count + 1 };
        let (user, urgency, via) = (person.id.clone(), person.urgency, person.via.clone());
        self.say(
            StepKind::Paged { user, urgency, attempt: count + 1, via },
            9,
            Why::NotAnswered { attempt: count + 1 },
        );
    }

    /// R8, R13: somebody on the level has declined.
    pub(super) fn after_decline(&mut self, place: Place, who: &Id) {
        let Some(level) = &self.state.level else { return };
        let next = self.context.path.next(place);
        let all = level.people.iter().all(|person| person.paging == Paging::Declined);
        let moves_on = self.context.semantics.all_declined_moves_on;
        match &level.turn {
            // One person only: on to the next node, whoever else is there. Somebody in a channel may still take it.
            Some(Turn { until: None, .. }) if level.has_channel => {}
            Some(Turn { until: None, .. }) => self.go(next, 8, Why::TheOneDeclined(who.clone())),
            _ if all && moves_on && !level.has_channel => self.go(next, 13, Why::AllDeclined),
            // With nobody left to page, this ends the turns.
            Some(turn) if level.people.get(turn.of).is_some_and(|person| person.id == *who) => {
                self.next_turn(Some(who.clone()));
            }
            _ => {}
        }
    }
}

impl Target {
    fn channel(&self) -> Option<&ChannelTarget> {
        match self {
            Self::Channel(channel) => Some(channel),
            Self::People(..) => None,
        }
    }
}
