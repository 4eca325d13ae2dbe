//! What a trace means for what is drawn: the route that was walked, who was told where, and a lane for each.

use std::collections::BTreeMap;

use escalation_engine::machine::Outcome;
use escalation_engine::trace::{StepName, TraceStep};
use escalation_engine::{Index, Instant, Seconds, Trace};

use crate::layout::EdgeKind;
use crate::tree::Side;

/// A line of the drawing: where from, where to, and what it means.
pub type Line = (Option<String>, Option<String>, EdgeKind);

/// A run, ready to be drawn. All in it that happens has its time, so that it can be drawn as it is at any time.
#[derive(Debug, Clone, PartialEq)]
pub struct Play {
    /// What happened at each node of the open path.
    pub visits: BTreeMap<String, Visit>,
    /// The lines that were walked, and when first.
    pub walked: BTreeMap<Line, Seconds>,
    /// Everybody who was told, each time.
    pub pages: Vec<Page>,
    /// A lane for each person and channel, in the order in which they were first told.
    pub lanes: Vec<Lane>,
    /// Where the walk stayed, one after another.
    pub stays: Vec<Wait>,
    /// What the walk did at once.
    pub turns: Vec<Transition>,
    /// The times at which anything happens, in order, from the alert to the end.
    pub events: Vec<Seconds>,
    /// The nodes of the open path as the walk came to them.
    entered: Vec<(Seconds, String)>,
    /// When somebody took it in the last walk: others who must acknowledge, too, may still be paged after that.
    pub taken: Option<Seconds>,
    /// Whether somebody took it in a walk before that.
    pub was_taken: bool,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it lasted.
    pub lasted: Seconds,
}

/// What happened at a node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visit {
    /// When the walk came to it, each time, after the alert fired.
    pub at: Vec<Seconds>,
    /// The names of those who were told on the first visit, and when each was.
    pub told: Vec<(Seconds, String)>,
    /// When the run ended here without an end: undecided, in a circle and the like.
    pub stopped: Option<Seconds>,
}

/// What has happened at a node by some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visited {
    /// When the walk came to it first.
    pub first: Seconds,
    /// How often it came.
    pub times: usize,
    /// The names of those who were told on the first visit.
    pub told: Vec<String>,
    /// Whether the run ended here without an end.
    pub stopped: bool,
}

impl Visit {
    /// When the walk came here first, if it did by a time.
    #[must_use]
    pub fn first_by(&self, time: Seconds) -> Option<Seconds> {
        self.at.first().copied().filter(|first| *first <= time)
    }

    /// What has happened here by a time; nothing before the first visit.
    #[must_use]
    pub fn by(&self, time: Seconds) -> Option<Visited> {
        let first = self.first_by(time)?;
        let told = self.told.iter().filter(|(at, _)| *at <= time);
        Some(Visited {
            first,
            times: self.at.partition_point(|at| *at <= time),
            told: told.map(|(_, name)| name.clone()).collect(),
            stopped: self.stopped.is_some_and(|at| at <= time),
        })
    }
}

/// Where the walk stayed for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wait {
    /// Since when, after the alert fired.
    pub from: Seconds,
    /// Until when.
    pub until: Seconds,
    /// What for.
    pub kind: StayKind,
    /// The position in the trace of the step with which it began.
    pub step: usize,
    /// The position of the step with which the walk came to the node.
    pub entered: Option<usize>,
}

/// What the walk stays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StayKind {
    /// Nobody is told yet.
    Grace,
    /// Somebody may answer.
    Wait,
    /// Nobody is paged for a while.
    Delay,
    /// Somebody has put it off.
    Snooze,
    /// Somebody has taken it; it may begin again.
    Quiet,
}

/// Something that the walk did at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Transition {
    /// When, after the alert fired.
    pub after: Seconds,
    /// What.
    pub kind: TurnKind,
    /// The position of its step in the trace.
    pub step: usize,
}

/// What the walk does at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TurnKind {
    /// It goes back, so that this is the pass with that number.
    Back(u32),
    /// It begins again, as the alert still fires.
    Again,
    /// It goes on in another path.
    HandOver,
    /// It passes over a level on which there is nobody.
    PassedOver,
    /// It ends, well or badly.
    End(bool),
}

/// Somebody is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// When.
    pub at: Instant,
    /// How long after the alert fired.
    pub after: Seconds,
    /// The name of the person or the channel.
    pub name: String,
    /// Whether it is a channel.
    pub is_channel: bool,
    /// `high` or `low`.
    pub urgency: String,
    /// For the how-manieth time on this level.
    pub attempt: u32,
    /// The node, if it has an id.
    pub node_id: Option<String>,
    /// Why this person.
    pub why: String,
    /// By which rule.
    pub rule: String,
}

/// All that concerns one person or channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lane {
    /// The id of the person or the channel.
    pub id: String,
    /// The name.
    pub name: String,
    /// Whether it is a channel.
    pub is_channel: bool,
    /// What happened, in time order.
    pub marks: Vec<Mark>,
}

/// Something on a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mark {
    /// When, after the alert fired.
    pub after: Seconds,
    /// What.
    pub kind: MarkKind,
    /// Until when the page counts on its level, for a page: until it is answered, or the level is over for them.
    pub until: Option<Seconds>,
    /// Whether it is a page of low urgency.
    pub is_low: bool,
    /// The position of its step in the trace.
    pub step: usize,
}

/// What happened on a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MarkKind {
    /// Told for the first time on a level or in a turn.
    Page,
    /// Told again.
    Retry,
    /// Has taken it.
    Ack,
    /// Cannot take it.
    Nack,
    /// Puts it off.
    Snooze,
}

impl Play {
    /// A run in which nothing happens, for as long as it cannot be followed.
    #[must_use]
    pub fn nothing() -> Self {
        Self {
            visits: BTreeMap::new(),
            walked: BTreeMap::new(),
            pages: Vec::new(),
            lanes: Vec::new(),
            stays: Vec::new(),
            turns: Vec::new(),
            events: vec![0],
            entered: Vec::new(),
            taken: None,
            was_taken: false,
            outcome: Outcome::Expired,
            lasted: 0,
        }
    }

    /// Reads a trace of the path with this id; empty for one that has none yet.
    #[must_use]
    pub fn new(trace: &Trace, path_id: &str, index: &Index) -> Self {
        let fired_at = trace.steps.first().map_or(trace.ended_at, |step| step.at - step.after_seconds);
        let mut events: Vec<Seconds> = trace.steps.iter().map(|step| step.after_seconds).collect();
        events.extend([0, trace.ended_at - fired_at]);
        events.sort_unstable();
        events.dedup();
        let (outcome, lasted) = (trace.outcome, trace.ended_at - fired_at);
        let mut play = Self { events, outcome, lasted, ..Self::nothing() };
        let here = |step: &TraceStep| step.path_id.as_deref().unwrap_or_default() == path_id;
        let mut route = Route::default();
        let mut stays = Stays::default();
        for (position, step) in trace.steps.iter().enumerate() {
            if here(step) {
                play.visit(step, index);
                route.walk(step, &mut play.walked);
            }
            play.tell(position, step, index);
            play.take(step);
            stays.follow(position, step, &mut play);
        }
        stays.end(play.lasted, &mut play);
        play.close_pages(trace);
        play
    }

    /// The last event that is not after a time; nothing for a time at or after the end.
    #[must_use]
    pub fn last_event(&self, time: Seconds) -> Option<Seconds> {
        let behind = self.events.partition_point(|event| *event <= time);
        behind.checked_sub(1).and_then(|last| self.events.get(last)).copied().filter(|_| time < self.lasted)
    }

    /// The node of the open path on which the walk stands at a time.
    #[must_use]
    pub fn stands_on(&self, time: Seconds) -> Option<&str> {
        let behind = self.entered.partition_point(|(at, _)| *at <= time);
        behind.checked_sub(1).and_then(|last| self.entered.get(last)).map(|(_, id)| id.as_str())
    }

    /// The names of those who have been paged by a time, each once, in the order in which they were; no channels.
    #[must_use]
    pub fn paged_by(&self, time: Seconds) -> Vec<&str> {
        let first = |lane: &&Lane| lane.marks.first().is_some_and(|mark| mark.after <= time);
        self.lanes.iter().filter(|lane| !lane.is_channel).filter(first).map(|lane| lane.name.as_str()).collect()
    }

    fn visit(&mut self, step: &TraceStep, index: &Index) {
        let Some(id) = &step.node_id else { return };
        let after = step.after_seconds;
        match step.step {
            StepName::Entered => {
                self.visits.entry(id.clone()).or_default().at.push(after);
                self.entered.push((after, id.clone()));
            }
            StepName::Stopped => self.visits.entry(id.clone()).or_default().stopped = Some(after),
            StepName::Paged | StepName::Posted => {
                let visit = self.visits.entry(id.clone()).or_default();
                let name = name_of(step, index);
                if visit.at.len() == 1 && visit.told.iter().all(|(_, told)| *told != name) {
                    visit.told.push((after, name));
                }
            }
            _ => {}
        }
    }

    fn tell(&mut self, position: usize, step: &TraceStep, index: &Index) {
        let kind = match step.step {
            StepName::Paged if step.attempt.unwrap_or(1) > 1 => MarkKind::Retry,
            StepName::Paged | StepName::Posted => MarkKind::Page,
            StepName::Acked => MarkKind::Ack,
            StepName::Nacked => MarkKind::Nack,
            StepName::Snoozed => MarkKind::Snooze,
            _ => return,
        };
        let Some(id) = step.user_id.as_ref().or(step.channel_id.as_ref()) else { return };
        let (name, is_channel) = (name_of(step, index), step.user_id.is_none());
        if matches!(kind, MarkKind::Page | MarkKind::Retry) {
            self.pages.push(Page {
                at: step.at,
                after: step.after_seconds,
                name: name.clone(),
                is_channel,
                urgency: step.urgency.clone().unwrap_or_default(),
                attempt: step.attempt.unwrap_or(1),
                node_id: step.node_id.clone(),
                why: step.why.clone(),
                rule: step.rule.clone(),
            });
        }
        let is_low = step.urgency.as_deref() == Some("low");
        let mark = Mark { after: step.after_seconds, kind, until: None, is_low, step: position };
        match self.lanes.iter_mut().find(|lane| lane.id == *id && lane.is_channel == is_channel) {
            Some(lane) => lane.marks.push(mark),
            None => self.lanes.push(Lane { id: id.clone(), name, is_channel, marks: vec![mark] }),
        }
    }

    fn take(&mut self, step: &TraceStep) {
        match step.step {
            StepName::Acked if self.taken.is_none() => self.taken = Some(step.after_seconds),
            StepName::RepeatStarted => self.was_taken |= self.taken.take().is_some(),
            _ => {}
        }
    }

    /// A page counts on its level until it is answered, the walk leaves the level, or the run ends.
    fn close_pages(&mut self, trace: &Trace) {
        let ends = level_ends(trace);
        for lane in &mut self.lanes {
            let is_answer = |mark: &&Mark| matches!(mark.kind, MarkKind::Ack | MarkKind::Nack | MarkKind::Snooze);
            let answers: Vec<Seconds> = lane.marks.iter().filter(is_answer).map(|mark| mark.after).collect();
            for mark in lane.marks.iter_mut().filter(|mark| mark.kind == MarkKind::Page) {
                let next = |times: &[Seconds]| times.get(times.partition_point(|time| *time <= mark.after)).copied();
                let until = [next(&ends), next(&answers)].into_iter().flatten().min().unwrap_or(self.lasted);
                mark.until = Some(until.min(self.lasted)).filter(|until| *until > mark.after);
            }
        }
    }
}

/// When pages end that nobody has answered, in order: the walk goes on, or somebody has acknowledged. Where everybody
/// must, the others stay paged until the time of the level is up (R11).
fn level_ends(trace: &Trace) -> Vec<Seconds> {
    let fired_at = trace.steps.first().map_or(trace.ended_at, |step| step.at - step.after_seconds);
    let mut ends = Vec::new();
    let (mut deadline, mut open_until) = (None, None::<Seconds>);
    for step in &trace.steps {
        let now = step.after_seconds;
        match step.step {
            StepName::Waiting => deadline = step.until.map(|until| until - fired_at),
            StepName::Acked if step.others_stay_paged => open_until = Some(deadline.unwrap_or(Seconds::MAX)),
            StepName::Entered
            | StepName::Acked
            | StepName::Expired
            | StepName::Cancelled
            | StepName::Resolved
            | StepName::Snoozed
            | StepName::Stopped => {
                // What comes before its time ends it: the path begins again, or the last of them has answered.
                ends.push(open_until.take().map_or(now, |until| until.min(now)));
                ends.push(now);
            }
            _ => {}
        }
    }
    ends.extend(open_until);
    ends.sort_unstable();
    ends.dedup();
    ends
}

/// The way of the walk through the lines.
#[derive(Default)]
struct Route {
    /// The node that the walk came from; nothing: from where the alert fires.
    from: Option<String>,
    by: Option<EdgeKind>,
}

impl Route {
    fn walk(&mut self, step: &TraceStep, walked: &mut BTreeMap<Line, Seconds>) {
        match step.step {
            StepName::Branched => {
                let side = match step.branch {
                    Some(escalation_engine::scenario::Branch::Then) => Side::Then,
                    _ => Side::Else,
                };
                self.by = Some(EdgeKind::Side(side));
            }
            StepName::Repeated => self.by = Some(EdgeKind::Back),
            StepName::RepeatStarted => *self = Self::default(),
            StepName::Entered => {
                if self.from != step.node_id {
                    let line = (self.from.take(), step.node_id.clone(), self.by.unwrap_or(EdgeKind::Next));
                    walked.entry(line).or_insert(step.after_seconds);
                }
                *self = Self { from: step.node_id.clone(), by: None };
            }
            StepName::Expired => {
                let line = (self.from.take(), None, self.by.unwrap_or(EdgeKind::Next));
                walked.entry(line).or_insert(step.after_seconds);
            }
            _ => {}
        }
    }
}

/// What the walk stays for, while the steps are gone through.
#[derive(Default)]
struct Stays {
    now: Option<(Seconds, StayKind, usize)>,
    entered: Option<usize>,
}

impl Stays {
    fn follow(&mut self, position: usize, step: &TraceStep, play: &mut Play) {
        let after = step.after_seconds;
        let kind = match step.step {
            // They are told, or not, and the walk stays where it is.
            StepName::Paged | StepName::Posted | StepName::LeftOut | StepName::Nacked => return,
            StepName::Pending => Some(StayKind::Grace),
            StepName::Waiting => Some(StayKind::Wait),
            StepName::Delayed => Some(StayKind::Delay),
            StepName::Snoozed => Some(StayKind::Snooze),
            StepName::RepeatPending => Some(StayKind::Quiet),
            // Others of the level may take it, too, while it is quiet.
            StepName::Acked if self.now.is_some_and(|(_, kind, _)| kind == StayKind::Quiet) => return,
            _ => None,
        };
        self.end(after, play);
        match step.step {
            StepName::Entered => self.entered = Some(position),
            StepName::Pending | StepName::RepeatStarted => self.entered = None,
            _ => {}
        }
        self.now = kind.map(|kind| (after, kind, position));
        let turn = match step.step {
            StepName::Repeated => TurnKind::Back(step.pass + 1),
            StepName::RepeatStarted => TurnKind::Again,
            StepName::HandedOver => TurnKind::HandOver,
            StepName::SkippedEmpty => TurnKind::PassedOver,
            StepName::Cancelled | StepName::Resolved => TurnKind::End(true),
            StepName::Expired | StepName::Stopped => TurnKind::End(false),
            _ => return,
        };
        play.turns.push(Transition { after, kind: turn, step: position });
    }

    /// The walk goes on, or the run is over.
    fn end(&mut self, until: Seconds, play: &mut Play) {
        if let Some((from, kind, step)) = self.now.take()
            && until > from
        {
            play.stays.push(Wait { from, until, kind, step, entered: self.entered });
        }
    }
}

fn name_of(step: &TraceStep, index: &Index) -> String {
    match (&step.user_id, &step.channel_id) {
        (Some(user), _) => index.user_name(user).to_string(),
        (None, Some(channel)) => index.channel_name(channel).to_string(),
        (None, None) => String::new(),
    }
}
