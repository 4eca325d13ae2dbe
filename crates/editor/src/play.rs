//! What a trace means for what is drawn: the route that was walked, who was told where, and a lane for each.

use std::collections::{BTreeMap, BTreeSet};

use escalation_engine::machine::Outcome;
use escalation_engine::trace::{StepName, TraceStep};
use escalation_engine::{Index, Instant, Seconds, Trace};

use crate::layout::EdgeKind;
use crate::tree::Side;

/// A run, ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Play {
    /// What happened at each node of the open path.
    pub visits: BTreeMap<String, Visit>,
    /// The lines that were walked.
    pub walked: BTreeSet<(Option<String>, Option<String>, EdgeKind)>,
    /// Everybody who was told, each time.
    pub pages: Vec<Page>,
    /// A lane for each person and channel, in the order in which they were first told.
    pub lanes: Vec<Lane>,
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
    /// The names of those who were told on the first visit.
    pub told: Vec<String>,
    /// Whether the run ended here without an end: undecided, in a circle and the like.
    pub stopped: bool,
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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mark {
    /// When, after the alert fired.
    pub after: Seconds,
    /// What.
    pub kind: MarkKind,
    /// Until when the page counts on its level, for a page.
    pub until: Option<Seconds>,
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
    /// Reads a trace of the path with this id; empty for one that has none yet.
    #[must_use]
    pub fn new(trace: &Trace, path_id: &str, index: &Index) -> Self {
        let fired_at = trace.steps.first().map_or(trace.ended_at, |step| step.at - step.after_seconds);
        let mut play = Self {
            visits: BTreeMap::new(),
            walked: BTreeSet::new(),
            pages: Vec::new(),
            lanes: Vec::new(),
            outcome: trace.outcome,
            lasted: trace.ended_at - fired_at,
        };
        let here = |step: &TraceStep| step.path_id.as_deref().unwrap_or_default() == path_id;
        let mut route = Route::default();
        for step in &trace.steps {
            if here(step) {
                play.visit(step, index);
                route.walk(step, &mut play.walked);
            }
            play.tell(step, index);
        }
        play.close_pages(trace);
        play
    }

    fn visit(&mut self, step: &TraceStep, index: &Index) {
        let Some(id) = &step.node_id else { return };
        match step.step {
            StepName::Entered => self.visits.entry(id.clone()).or_default().at.push(step.after_seconds),
            StepName::Stopped => self.visits.entry(id.clone()).or_default().stopped = true,
            StepName::Paged | StepName::Posted => {
                let visit = self.visits.entry(id.clone()).or_default();
                let name = name_of(step, index);
                if visit.at.len() == 1 && !visit.told.contains(&name) {
                    visit.told.push(name);
                }
            }
            _ => {}
        }
    }

    fn tell(&mut self, step: &TraceStep, index: &Index) {
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
        let mark = Mark { after: step.after_seconds, kind, until: None };
        match self.lanes.iter_mut().find(|lane| lane.id == *id && lane.is_channel == is_channel) {
            Some(lane) => lane.marks.push(mark),
            None => self.lanes.push(Lane { id: id.clone(), name, is_channel, marks: vec![mark] }),
        }
    }

    /// A page counts on its level until the walk leaves it, or the run ends.
    fn close_pages(&mut self, trace: &Trace) {
        let leaves = |step: &TraceStep| {
            matches!(
                step.step,
                StepName::Entered | StepName::Acked | StepName::Expired | StepName::Cancelled | StepName::Resolved
            ) || matches!(step.step, StepName::Snoozed | StepName::Stopped)
        };
        let mut ends: Vec<Seconds> =
            trace.steps.iter().filter(|step| leaves(step)).map(|step| step.after_seconds).collect();
        ends.dedup();
        for lane in &mut self.lanes {
            for mark in lane.marks.iter_mut().filter(|mark| mark.kind == MarkKind::Page) {
                let next = ends.partition_point(|end| *end <= mark.after);
                mark.until = ends.get(next).copied().or(Some(self.lasted)).filter(|until| *until > mark.after);
            }
        }
    }
}

/// The way of the walk through the lines.
#[derive(Default)]
struct Route {
    /// The node that the walk came from; nothing: from where the alert fires.
    from: Option<String>,
    by: Option<EdgeKind>,
}

impl Route {
    fn walk(&mut self, step: &TraceStep, walked: &mut BTreeSet<(Option<String>, Option<String>, EdgeKind)>) {
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
                    walked.insert((self.from.take(), step.node_id.clone(), self.by.unwrap_or(EdgeKind::Next)));
                }
                *self = Self { from: step.node_id.clone(), by: None };
            }
            StepName::Expired => {
                walked.insert((self.from.take(), None, self.by.unwrap_or(EdgeKind::Next)));
            }
            _ => {}
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

/// Round instants on an axis of this length, each some nice step after the one before; about `count` of them.
#[must_use]
pub fn ticks(length: Seconds, count: i64) -> Vec<Seconds> {
    const STEPS: [Seconds; 17] =
        [1, 5, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400, 172_800];
    let ideal = length / count.max(1);
    let step = STEPS.into_iter().find(|step| *step >= ideal).unwrap_or(604_800).max(1);
    (0..=length / step).map(|tick| tick * step).collect()
}
