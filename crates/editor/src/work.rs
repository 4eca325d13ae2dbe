//! Work that may take longer than a frame, as questions and replies that can be sent as text: to a worker, which has
//! nothing but what it is sent, or to nobody, where there is none.

use std::collections::BTreeMap;
use std::sync::Arc;

use escalation_api::{NodeKind, PathPayload};
use escalation_engine::diff::{OccurrenceGroup, behaviour_at, occasions_of};
use escalation_engine::pace::{Pace, Sliced};
use escalation_engine::prove::{Expect, Expectation, Horizon, PriorityInterval, prove_at};
use escalation_engine::scenario::{Branch, Visits};
use escalation_engine::{CompiledPath, Index, Instant, ReadError, Scenario, World};
use serde::{Deserialize, Serialize};

use crate::expect::{ExpectationFix, Judged, Suggestions, find_fixes_at, judge_at, suggestions_at};
use crate::{tree, words};

mod post;

pub use post::{Inbox, Outbox};

/// A path, and over what something is asked of it.
#[derive(Debug, Clone, PartialEq)]
pub struct PathQuery {
    /// The id of the path.
    pub id: String,
    /// The path.
    pub path: Arc<PathPayload>,
    /// The first instant at which an alert may fire.
    pub from: Instant,
    /// The first instant after the last.
    pub until: Instant,
}

/// Something that is asked of the engine.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Whether expectations hold.
    Judge(PathQuery, Vec<Expectation>),
    /// What could be expected, besides this.
    Suggest(PathQuery, Vec<Expectation>),
    /// What would make them hold.
    SuggestFixes(PathQuery, Vec<Expectation>),
    /// What changes for people since the path was as it is here.
    Compare(PathQuery, Arc<PathPayload>),
    /// When nobody is paged.
    Gaps(PathQuery),
}

/// What is replied, in the order of the questions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// What came of each, in their order.
    Judged(Vec<Judged>),
    /// What could be expected.
    Suggested(Suggestions),
    /// Changes, at most one for each that does not hold.
    Mended(Vec<ExpectationFix>),
    /// What changes for people; nothing if it cannot be said.
    Compared(Option<Compared>),
    /// When nobody is paged; nothing if it cannot be said.
    Gaps(Option<Gaps>),
}

/// When nobody is paged as long as nobody responds: the gaps that coverage shows, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gaps {
    /// For which priorities and when such alerts fire, such as `P2 to P5, outside UK hours`; empty where there are none.
    pub times: Vec<String>,
    /// Whether it depends on a condition that cannot be decided.
    pub depends: bool,
    /// Whether it is known for every instant.
    pub is_complete: bool,
    /// The first instant that was not looked at.
    pub until: Instant,
}

/// What changes for people, told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// What changes for most alerts, in a sentence or two.
    #[serde(default)]
    pub lead: Vec<String>,
    /// What changes, that for the longest time first.
    pub changes: Vec<ForPeople>,
    /// Whether nothing else changes.
    pub is_complete: bool,
    /// When it cannot be said.
    pub unknown_during: Vec<PriorityInterval>,
    /// The first instant that was looked at.
    pub from: Instant,
    /// The first instant that was not.
    pub until: Instant,
}

/// A change for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ForPeople {
    /// For whom, when, and what is another than before.
    pub sentence: String,
    /// When such alerts fire.
    pub during: Vec<PriorityInterval>,
    /// Which way branches go that cannot be decided, by node id, where that matters.
    pub branches: BTreeMap<String, Branch>,
    /// The same for each visit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub branch_visits: Visits,
    /// Which of the people of a round robin begins, counted from 0.
    pub turn: usize,
}

impl ForPeople {
    /// The first alert of one of its times.
    #[must_use]
    pub fn alert(&self, during: &PriorityInterval) -> Scenario {
        let (branches, branch_visits) = (self.branches.clone(), self.branch_visits.clone());
        Scenario { branches, branch_visits, turn: self.turn, ..during.first_alert() }
    }
}

impl PathQuery {
    fn compiled(&self, index: &Index) -> CompiledPath {
        CompiledPath::new(&self.id, &self.path, index)
    }

    fn horizon(&self) -> Horizon {
        Horizon { from: self.from, until: self.until, scenario: Scenario::default() }
    }
}

impl Response {
    /// The reply as text.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a reply.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

impl Request {
    /// The reply to it, all at once.
    #[must_use]
    pub fn reply(&self, index: &Index) -> Response {
        Sliced::new(|pace| async move { self.reply_at(&pace, index).await }).finish()
    }

    async fn reply_at(&self, pace: &Pace, index: &Index) -> Response {
        match self {
            Self::Judge(about, all) => {
                Response::Judged(judge_at(pace, &about.compiled(index), index, &about.horizon(), all).await)
            }
            Self::Suggest(about, known) => {
                let (path, horizon) = (about.compiled(index), about.horizon());
                Response::Suggested(suggestions_at(pace, &path, index, &horizon, known).await)
            }
            Self::SuggestFixes(about, all) => {
                Response::Mended(find_fixes_at(pace, &about.id, &about.path, index, &about.horizon(), all).await)
            }
            Self::Compare(about, before) => Response::Compared(compared(pace, about, before, index).await),
            Self::Gaps(about) => Response::Gaps(gaps(pace, about, index).await),
        }
    }
}

async fn gaps(pace: &Pace, about: &PathQuery, index: &Index) -> Option<Gaps> {
    let (path, horizon) = (about.compiled(index), about.horizon());
    let expected = [Expectation::new(Expect::PagesSomeone)];
    let verdict = prove_at(pace, &path, index, &horizon, &expected).await.ok()?.pop()?;
    let told = |occasion: OccurrenceGroup| {
        let priorities = words::priorities(&occasion.priority_ids, index);
        match occasion.priority_ids.first() {
            None => escalation_api::capitalised(&occasion.times),
            Some(first) if index.world().is_other_priority(first) => {
                escalation_api::capitalised(&format!("{priorities}, {}", occasion.times))
            }
            Some(_) => format!("{priorities}, {}", occasion.times),
        }
    };
    let occasions = occasions_of(&path, index, &horizon, &verdict.refuted_during);
    Some(Gaps {
        times: occasions.into_iter().map(told).collect(),
        depends: verdict.depends,
        is_complete: verdict.unknown_during.is_empty() && verdict.scope.until == about.until,
        until: verdict.scope.until,
    })
}

async fn compared(pace: &Pace, about: &PathQuery, older: &PathPayload, index: &Index) -> Option<Compared> {
    let (before, after) = (CompiledPath::new(&about.id, older, index), about.compiled(index));
    let found = behaviour_at(pace, &before, &after, index, &about.horizon()).await.ok()?;
    let side = |id: &str, side: Branch| {
        let branch = [&*about.path, older].into_iter().find_map(|path| Some((path, tree::find(path, id)?.node)));
        let Some((path, node)) = branch else { return format!("where `{id}` goes one way") };
        let [then, otherwise] = match &node.kind {
            NodeKind::IfElse(branch) => words::sides(&branch.conditions, index),
            _ => Default::default(),
        };
        let side = if side == Branch::Then { then } else { otherwise };
        format!("where “{}” goes “{side}”", words::node(node, path, index).title)
    };
    let told = |change: &escalation_engine::diff::Change| ForPeople {
        sentence: change.sentence_with(index, side),
        during: change.during.clone(),
        branches: change.branches.clone(),
        branch_visits: change.branch_visits.clone(),
        turn: change.turns.first().copied().unwrap_or_default(),
    };
    Some(Compared {
        lead: found.lead(index, about.until - about.from),
        changes: found.changes.iter().map(told).collect(),
        is_complete: found.is_complete,
        unknown_during: found.unknown_during,
        from: about.from,
        until: about.until,
    })
}

/// A world as text, for [`WorkerState::set_world`].
#[must_use]
pub fn world_text(world: &World) -> String {
    serde_json::to_string(world).unwrap_or_default()
}

/// So many questions are kept with their replies: what is undone, and the path as it was saved, are asked about again.
const MAX_KNOWN: usize = 8;

/// How many steps are played in one slice: about a millisecond of work.
const SLICE: usize = 2_000;

/// Where questions are answered, in slices: in a worker, or in the page where there can be none.
#[derive(Default)]
pub struct WorkerState {
    index: Option<Arc<Index>>,
    inbox: Inbox,
    /// The most urgent first.
    jobs: Vec<Job>,
    /// The last questions and their replies, the newest last.
    known: Vec<(Request, Response)>,
}

struct Job {
    kind: u32,
    number: u32,
    /// The world that it is about.
    index: Arc<Index>,
    request: Arc<Request>,
    work: Sliced<'static, Response>,
}

impl WorkerState {
    /// Takes the world that questions are about from now on. What was asked about another is answered about that.
    ///
    /// # Errors
    /// Where the text is no world.
    pub fn set_world(&mut self, text: &str) -> Result<(), ReadError> {
        self.set_index(Arc::new(Index::new(World::from_text(text)?)));
        Ok(())
    }

    /// The same, where it is at hand.
    pub fn set_index(&mut self, index: Arc<Index>) {
        if !self.index.as_ref().is_some_and(|known| Arc::ptr_eq(known, &index)) {
            self.known.clear();
            self.index = Some(index);
        }
    }

    /// Takes a question as an [`Outbox`] has written it; nothing if there is no world yet, or the text is no question.
    pub fn hear(&mut self, text: &str, kind: u32, number: u32) -> Option<()> {
        let request = self.inbox.read(text)?;
        self.ask(request, kind, number)
    }

    /// Takes a question in place of the one of its kind that is not answered yet. A smaller kind is more urgent. Nothing if
    /// there is no world yet.
    pub fn ask(&mut self, request: Request, kind: u32, number: u32) -> Option<()> {
        self.jobs.retain(|job| job.kind != kind);
        let (index, request) = (self.index.clone()?, Arc::new(request));
        let known = self.known.iter().find(|(known, _)| *known == *request).map(|(_, reply)| reply.clone());
        let (asked, about) = (request.clone(), index.clone());
        let work = Sliced::new(|pace| async move {
            match known {
                Some(reply) => reply,
                None => asked.reply_at(&pace, &about).await,
            }
        });
        let at = self.jobs.partition_point(|job| job.kind < kind);
        self.jobs.insert(at, Job { kind, number, index, request, work });
        Some(())
    }

    /// Whether something is left to do.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        !self.jobs.is_empty()
    }

    /// Does a slice of what is most urgent; the number of its question and the reply, where that is all of it.
    pub fn advance(&mut self) -> Option<(u32, Response)> {
        let reply = self.jobs.first_mut()?.work.advance(SLICE)?;
        let Job { number, index, request, .. } = self.jobs.remove(0);
        // What is known is known of the world of now.
        if self.index.as_ref().is_some_and(|now| Arc::ptr_eq(now, &index)) {
            self.known.retain(|(known, _)| *known != *request);
            self.known.push((Arc::unwrap_or_clone(request), reply.clone()));
            if self.known.len() > MAX_KNOWN {
                self.known.remove(0);
            }
        }
        Some((number, reply))
    }
}
