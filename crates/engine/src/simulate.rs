//! Plays a scenario: drives the state machine with assumed time.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::compile::CompiledPath;
use crate::index::Index;
use crate::instant::Instant;
use crate::machine::{Alert, Context, Event, EventKind, Outcome, State, Step, StepKind, Who, step};
use crate::read::ReadError;
use crate::scenario::{Action, Answer, Scenario};
use crate::trace::Trace;
use crate::why::Why;

/// A run before it is told in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The last state.
    pub state: State,
    /// How it ended.
    pub outcome: Outcome,
    /// All that happened.
    pub steps: Vec<Step>,
    /// How much work it was: a unit for each step and for each person whom a level chose when it was entered, whether
    /// they were paged or not.
    pub work: usize,
}

/// Plays a scenario in a world.
///
/// # Errors
/// Where the scenario names no path, one that the world does not have, or one that cannot be read.
pub fn simulate(index: &Index, scenario: &Scenario) -> Result<Trace, ReadError> {
    let path = compile_for(index, scenario)?;
    Ok(trace(&path, index, scenario))
}

/// Compiles the path that a scenario names or brings.
///
/// # Errors
/// Where the scenario names no path, one that the world does not have, or one that cannot be read.
pub fn compile_for(index: &Index, scenario: &Scenario) -> Result<CompiledPath, ReadError> {
    scenario.check()?;
    if !scenario.user_ids.is_empty() {
        return Ok(CompiledPath::direct(&scenario.user_ids));
    }
    if let Some(path) = scenario.inline_path()? {
        let id = scenario.path.as_ref().and_then(|path| path.get("id")).and_then(escalation_api::Value::as_str);
        return Ok(CompiledPath::new(id.unwrap_or_default(), &path, index));
    }
    let Some(id) = &scenario.path_id else {
        return Err(ReadError::new("path_id", "is required: the scenario neither names a path nor brings one"));
    };
    let path = index.path(id).ok_or_else(|| ReadError::new("path_id", format!("the world has no path `{id}`")))?;
    Ok(CompiledPath::new(id, &path.into(), index))
}

/// Plays a scenario on a compiled path and tells the run in words.
#[must_use]
pub fn trace(path: &CompiledPath, index: &Index, scenario: &Scenario) -> Trace {
    let run = run(path, index, scenario);
    Trace::new(&context(path, index, scenario), &run.state, run.outcome, &run.steps)
}

/// What happens to the state machine in a scenario, in order: what [`run`] feeds it.
#[must_use]
pub fn events(path: &CompiledPath, index: &Index, scenario: &Scenario) -> Vec<Event> {
    let mut events = Vec::new();
    play(path, index, scenario, |event| events.push(event.clone()));
    events
}

/// Plays a scenario on a compiled path.
#[must_use]
pub fn run(path: &CompiledPath, index: &Index, scenario: &Scenario) -> Run {
    play(path, index, scenario, |_| {})
}

fn play(path: &CompiledPath, index: &Index, scenario: &Scenario, mut each: impl FnMut(&Event)) -> Run {
    let context = context(path, index, scenario);
    let mut player = Player::new(&context, scenario);
    while let Some(event) = player.next() {
        each(&event);
        player.take(event);
    }
    player.finish()
}

/// Who begins on each level with round robin that a run comes to first, by node id: what
/// [`round_robin`](Scenario::round_robin) says of a scenario that has a [`turn`](Scenario::turn).
#[must_use]
pub fn beginners(path: &CompiledPath, index: &Index, scenario: &Scenario) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut entered = None;
    for step in run(path, index, scenario).steps {
        let node = step.place.and_then(|place| path.node(place));
        match step.what {
            StepKind::Entered => entered = node.filter(|node| node.is_in_turn()),
            StepKind::Paged { user, .. } => {
                if let Some(node) = entered.take() {
                    found.entry(node.id.to_string()).or_insert_with(|| user.to_string());
                }
            }
            _ => {}
        }
    }
    found
}

/// What a run of a scenario goes by.
#[must_use]
pub fn context<'a>(path: &'a CompiledPath, index: &'a Index, scenario: &'a Scenario) -> Context<'a> {
    Context {
        path,
        index,
        semantics: &scenario.semantics,
        branches: &scenario.branches,
        branch_visits: &scenario.branch_visits,
        round_robin: &scenario.round_robin,
        turn: scenario.turn,
    }
}

struct Player<'a> {
    context: &'a Context<'a>,
    scenario: &'a Scenario,
    state: State,
    steps: Vec<Step>,
    /// What is done to the escalation and the alert, the last first; at one instant a cancel before a resolve.
    outside: Vec<(Instant, Outside)>,
    /// When each answers: one answer per person and level entry.
    answers: BTreeMap<(Who, u32), Planned>,
    /// The answers to come, the next first.
    due: BTreeSet<(Instant, usize, (Who, u32))>,
    /// The first response for each person or channel: to one page by its number, or to any.
    responses: BTreeMap<(&'a str, bool), BTreeMap<Option<u32>, usize>>,
    /// How often each was told in this run.
    pages: BTreeMap<Who, u32>,
    /// How many people levels chose when they were entered.
    people: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outside {
    Do(Action),
    AlertResolves,
    Activity,
}

/// An answer to come, or one that was given.
struct Planned {
    /// Nothing once it was given.
    due: Option<Instant>,
    /// In which order answers at one instant were planned.
    order: usize,
    response: Answer,
    snooze: i64,
}

/// Whether the alert of a scenario goes on firing.
pub(crate) fn alert(scenario: &Scenario) -> Alert {
    let firing = scenario.alert_keeps_firing || scenario.alert_resolves_after_seconds.is_some();
    if firing { Alert::Firing } else { Alert::ResolvesWithAck }
}

impl<'a> Player<'a> {
    fn new(context: &'a Context<'a>, scenario: &'a Scenario) -> Self {
        let fired_at = scenario.fired_at;
        let priority = scenario.priority_id.as_deref();
        let state = State::new(fired_at, priority, scenario.grace_period_seconds, alert(scenario));
        let done = scenario.interventions.iter().map(|i| (fired_at + i.after_seconds, Outside::Do(i.action)));
        let resolves = scenario.alert_resolves_after_seconds.map(|after| (fired_at + after, Outside::AlertResolves));
        let activity = scenario.activity_after_seconds.iter().map(|after| (fired_at + *after, Outside::Activity));
        let mut outside: Vec<_> = done.chain(resolves).chain(activity).collect();
        outside.sort_unstable_by(|a, b| b.cmp(a));
        let mut responses: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for (position, response) in scenario.responses.iter().enumerate() {
            let users = response.user_id.as_deref().map(|id| (id, false));
            let channels = response.channel_id.as_deref().map(|id| (id, true));
            for who in users.into_iter().chain(channels) {
                responses.entry(who).or_default().entry(response.to_page).or_insert(position);
            }
        }
        let (steps, answers, due, pages) = Default::default();
        Self { context, scenario, state, steps, outside, answers, due, responses, pages, people: 0 }
    }

    /// The next event. R21: at one instant what is done from outside goes first, then answers, then timers.
    fn next(&mut self) -> Option<Event> {
        if self.state.has_ended() {
            return None;
        }
        if self.state.is_new() {
            return Some(Event { at: self.scenario.fired_at, kind: EventKind::Fire });
        }
        let limit = self.state.limit(self.context);
        let outside = self.outside.last().map(|(at, _)| *at).filter(|at| *at <= limit);
        let answer = self.due.first().map(|(at, ..)| *at).filter(|at| *at <= limit);
        let timer = self.state.due(self.context);

        let first = [outside, answer, timer].into_iter().flatten().min()?;
        let kind = if outside == Some(first) {
            match self.outside.pop()?.1 {
                Outside::Do(Action::Cancel) => EventKind::Cancel,
                Outside::Do(Action::Resolve) => EventKind::Resolve,
                Outside::AlertResolves => EventKind::AlertResolved,
                Outside::Activity => EventKind::Activity,
            }
        } else if answer == Some(first) {
            let (.., key) = self.due.pop_first()?;
            let planned = self.answers.get_mut(&key)?;
            planned.due = None;
            let (who, entry) = (key.0, Some(key.1));
            match planned.response {
                Answer::Ack => EventKind::Ack { who, entry },
                Answer::Nack => EventKind::Nack { who, entry },
                Answer::Snooze => EventKind::Snooze { who, entry, until: first + planned.snooze },
            }
        } else {
            EventKind::Timer
        };
        Some(Event { at: first, kind })
    }

    fn take(&mut self, event: Event) {
        let at = event.at;
        let entry = self.state.entry();
        // The state is moved out and back; what stands in its place meanwhile is never looked at.
        let state = std::mem::replace(&mut self.state, State::new(at, None, 0, Alert::ResolvesWithAck));
        let (state, steps) = step(self.context, state, event);
        self.state = state;
        if self.state.entry() != entry {
            self.people += self.state.people_on_level();
        }
        for step in &steps {
            match &step.what {
                StepKind::Paged { user, .. } => self.plan(Who::User(user.clone()), at),
                StepKind::Posted(channel, _) => self.plan(Who::Channel(channel.clone()), at),
                _ => {}
            }
        }
        self.steps.extend(steps);
    }

    /// R10: plans the answer to a page. Of several for a person the first that matches the page applies; of several in
    /// one level entry the earliest stands.
    fn plan(&mut self, who: Who, at: Instant) {
        let page = self.pages.entry(who.clone()).or_default();
        *page += 1;
        let page = *page;
        let of = match &who {
            Who::User(id) => (&**id, false),
            Who::Channel(id) => (&**id, true),
            // None was paged.
            Who::Key(_) => return,
        };
        let of = self.responses.get(&of);
        let first = of.and_then(|of| [None, Some(page)].iter().filter_map(|page| of.get(page)).min());
        let Some(response) = first.and_then(|first| self.scenario.responses.get(*first)) else { return };
        let due = at + response.after_seconds;
        let order = self.answers.len();
        let planned = Planned {
            due: Some(due),
            order,
            response: response.response,
            snooze: response.snooze_seconds.unwrap_or_default(),
        };
        // The page belongs to the entry at hand: a page is only ever sent on the node that the walk is on.
        let key = (who, self.state.entry());
        match self.answers.entry(key.clone()) {
            Entry::Vacant(free) => {
                free.insert(planned);
            }
            Entry::Occupied(mut before) => {
                let Some(earlier) = before.get().due.filter(|earlier| due < *earlier) else { return };
                let before = before.insert(planned);
                self.due.remove(&(earlier, before.order, key.clone()));
            }
        }
        self.due.insert((due, order, key));
    }

    /// What becomes of a run in which nothing more is due.
    fn finish(mut self) -> Run {
        let outcome =
            self.state.outcome.unwrap_or(if self.state.is_acked() { Outcome::Acked } else { Outcome::WaitsForever });
        if outcome == Outcome::WaitsForever {
            let last = self.steps.last();
            let (at, place, pass) = last.map_or((self.scenario.fired_at, None, 1), |s| (s.at, s.place, s.pass));
            let what = StepKind::Stopped(outcome);
            let rule = crate::machine::Rule(24);
            self.steps.push(Step { at, place, pass, what, rule, why: Why::NothingMoreIsDue, decision: None });
        }
        let work = self.steps.len() + self.people;
        Run { state: self.state, outcome, steps: self.steps, work }
    }
}
