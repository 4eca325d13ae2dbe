//! From a path as it is written to one that is quick to walk.
//!
//! Compiling never fails. What has no meaning becomes a node that cannot be decided, so that a run stops there (R22)
//! and never guesses.

mod nodes;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use escalation_api::{Path, PathPayload, RepeatConfig, Urgency, WorkingHours};
use serde::{Deserialize, Serialize};

use crate::calendar::Hours;
use crate::index::{Id, Index};
use crate::instant::Seconds;
use crate::template::{self, MAX_RESOLVED_IN_ALL, Unresolved};

/// A path, and every path that it may hand over to, ready to be walked.
#[derive(Debug, Clone, Default)]
pub struct CompiledPath {
    plans: Vec<Plan>,
}

/// One path.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Its id; empty for one that has none yet.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// Its nodes in the order in which they are written, a branch before what is in it.
    pub nodes: Vec<Node>,
    /// Its first node.
    pub first: Option<NodeIndex>,
    /// Its sets of working hours.
    pub hours: Vec<NamedHours>,
    /// Paging again after an acknowledgement (R18).
    pub repeat: Option<RepeatAfterAck>,
}

/// The position of a node among its path's nodes.
pub type NodeIndex = u32;

/// A node of one of the compiled paths: the path's position, then the node's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place(pub u32, pub NodeIndex);

/// A set of working hours with its names.
#[derive(Debug, Clone)]
pub struct NamedHours {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// The IANA name of its zone, as it is written.
    pub zone_name: String,
    /// What it means, if it means anything.
    pub hours: Option<Hours>,
}

/// R18.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepeatAfterAck {
    /// How long after the acknowledgement.
    pub after: Seconds,
    /// Whether activity starts that time anew.
    pub delayed_by_activity: bool,
}

/// A node, ready to be walked.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its id; empty if it has none.
    pub id: Id,
    /// The next node of its list.
    pub next: Option<NodeIndex>,
    /// What it does.
    pub kind: Kind,
}

impl Node {
    /// Whether it is a level that pages its people in turn.
    #[must_use]
    pub fn is_in_turn(&self) -> bool {
        matches!(&self.kind, Kind::Level(level) if level.round_robin.is_some())
    }
}

/// What a node does.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Pages people.
    Level(Level),
    /// Tells channels.
    Channel(Vec<ChannelTarget>, Timer),
    /// Branches.
    Branch(Branch),
    /// Waits.
    Delay(Timer),
    /// Goes back to a node, so often.
    Repeat(NodeIndex, u32),
    /// Goes on with the first node of another compiled path, by position.
    HandOver(u32),
    /// A run stops here.
    Undecidable(Reason),
}

/// Who is paged, how, and for how long.
#[derive(Debug, Clone)]
pub struct Level {
    /// In the order in which they are written.
    pub targets: Vec<Target>,
    /// How long the level waits.
    pub timer: Timer,
    /// What an acknowledgement means to the others, if that is said.
    pub ack_all: Option<bool>,
    /// One after another.
    pub round_robin: Option<RoundRobin>,
    /// Again, who does not answer.
    pub retry: Option<Retry>,
}

/// R8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundRobin {
    /// How long each has; absent: one person only.
    pub rotate_after: Option<Seconds>,
}

/// R9.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// How often in all.
    pub attempts: u32,
    /// How long between two attempts.
    pub interval: Seconds,
}

/// One target of a level.
#[derive(Debug, Clone)]
pub enum Target {
    /// People.
    People(People, PageUrgency),
    /// A channel.
    Channel(ChannelTarget),
}

/// A channel that is told.
#[derive(Debug, Clone)]
pub struct ChannelTarget {
    /// Its id.
    pub id: Id,
    /// How loudly.
    pub urgency: PageUrgency,
}

/// R4: which people a target names.
#[derive(Debug, Clone)]
pub enum People {
    /// One person.
    User(Id),
    /// Whoever is on call now, in all rotas or one; and whether the mode was not said.
    OnCall(Id, Option<Id>, bool),
    /// Whoever is on call next.
    Next(Id, Option<Id>),
    /// Everybody.
    All(Id, Option<Id>),
}

impl People {
    /// The id of the user or the schedule.
    #[must_use]
    pub fn id(&self) -> &Id {
        match self {
            Self::User(id) | Self::OnCall(id, ..) | Self::Next(id, _) | Self::All(id, _) => id,
        }
    }
}

/// How loudly somebody is told; higher is louder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageUrgency {
    /// Low urgency.
    Low,
    /// High urgency.
    High,
}

impl PageUrgency {
    fn new(urgency: &Urgency) -> Option<Self> {
        match urgency {
            Urgency::High => Some(Self::High),
            Urgency::Low => Some(Self::Low),
            Urgency::Other(_) => None,
        }
    }

    /// The API's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Low => "low",
        }
    }
}

/// R6 and R14: how long a node waits.
#[derive(Debug, Clone, Default)]
pub struct Timer {
    /// A number of seconds.
    pub seconds: Option<Seconds>,
    /// Until working hours, by position, are active or not.
    pub hours: Option<(Result<usize, Id>, bool)>,
}

/// R3.
#[derive(Debug, Clone)]
pub struct Branch {
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// The first node where they do.
    pub then: Option<NodeIndex>,
    /// The first node where they do not.
    pub otherwise: Option<NodeIndex>,
}

/// One condition of a branch.
#[derive(Debug, Clone)]
pub enum Condition {
    /// The priority's id is one of these.
    Priority(Vec<Id>),
    /// The working hours with this position, or with this id if there are none such, are active.
    Hours(Result<usize, Id>),
    /// Anything else: the subject, for people, and all of it as text, which two conditions share that ask the same.
    Foreign(String, Id),
}

/// Why a run stops at a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The node is of a type that is not known.
    UnknownType(String),
    /// The node's type promises something that is not there or not as it must be.
    BadPayload(String),
    /// A field has a value that is not understood.
    Misread(&'static str),
    /// A field has a value that is not known.
    UnknownValue(&'static str, String),
    /// A field has a value that means nothing here, such as a negative time.
    BadValue(&'static str),
    /// A repeat goes to a node to which it cannot go.
    BadRepeat(String),
    /// A hand-over goes to a path that is not known.
    UnknownPath(String),
    /// The path takes its nodes from a template, and they are not known.
    Template(Unresolved),
    /// A target is bound to something that has no value, by name.
    Unbound(String),
    /// The path is not understood.
    BadPath(&'static str),
}

impl CompiledPath {
    /// Compiles a path with all those that it may hand over to. `id` is the path's own, or empty for a new one.
    #[must_use]
    pub fn new(id: &str, path: &PathPayload, index: &Index) -> Self {
        let mut compiler = Compiler {
            index,
            positions: BTreeMap::from([(Id::from(id), 0)]),
            found: VecDeque::new(),
            resolvable: MAX_RESOLVED_IN_ALL,
        };
        let mut plans = vec![compiler.plan(id, path)];
        // Paths are compiled in the order in which they are found, which is that of their positions.
        while let Some(path) = compiler.found.pop_front() {
            plans.push(compiler.plan(&path.id, &PathPayload::from(path)));
        }
        Self { plans }
    }

    /// R23: a path of one level that pages these people at once, with high urgency.
    #[must_use]
    pub fn direct(user_ids: &[String]) -> Self {
        let target = |id: &String| Target::People(People::User(Id::from(id.as_str())), PageUrgency::High);
        let level = Level {
            targets: user_ids.iter().map(target).collect(),
            timer: Timer::default(),
            ack_all: Some(false),
            round_robin: None,
            retry: None,
        };
        let node = Node { id: Id::from("direct"), next: None, kind: Kind::Level(level) };
        let plan = Plan {
            id: Id::from(""),
            name: String::new(),
            nodes: vec![node],
            first: Some(0),
            hours: Vec::new(),
            repeat: None,
        };
        Self { plans: vec![plan] }
    }

    /// The path that was compiled, then those that it may hand over to.
    #[must_use]
    pub fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// One of the paths.
    #[must_use]
    pub fn plan(&self, position: u32) -> Option<&Plan> {
        self.plans.get(usize::try_from(position).ok()?)
    }

    /// A node of one of the paths.
    #[must_use]
    pub fn node(&self, place: Place) -> Option<&Node> {
        self.plan(place.0)?.nodes.get(usize::try_from(place.1).ok()?)
    }

    /// The path's first node.
    #[must_use]
    pub fn first(&self, position: u32) -> Option<Place> {
        self.plan(position)?.first.map(|node| Place(position, node))
    }

    /// Whether all nodes of the path itself are known: not where a list of nodes could not be read, or what may have one.
    #[must_use]
    pub(crate) fn knows_nodes(&self) -> bool {
        let hides = |node: &Node| match &node.kind {
            Kind::Undecidable(Reason::Template(_) | Reason::BadPath(_)) => true,
            Kind::Undecidable(Reason::Misread(field)) => nodes::LISTS.contains(field),
            Kind::Undecidable(Reason::BadPayload(name)) => name == "if_else",
            _ => false,
        };
        self.plan(0).is_some_and(|plan| !plan.nodes.iter().any(hides))
    }

    /// The node after this one in its list.
    #[must_use]
    pub fn next(&self, place: Place) -> Option<Place> {
        self.node(place)?.next.map(|node| Place(place.0, node))
    }

    /// The nodes that begin anew when the walk goes back to one: those in it, if it is a branch, and all of its path, if
    /// it is the first.
    #[must_use]
    pub fn inside(&self, place: Place) -> BTreeSet<NodeIndex> {
        let Some(plan) = self.plan(place.0) else { return BTreeSet::new() };
        let mut inside = BTreeSet::new();
        let mut open = if plan.first == Some(place.1) { vec![place.1] } else { Vec::new() };
        let within = |node: NodeIndex| match self.node(Place(place.0, node)).map(|node| &node.kind) {
            Some(Kind::Branch(branch)) => [branch.then, branch.otherwise],
            _ => [None, None],
        };
        open.extend(within(place.1).into_iter().flatten());
        while let Some(node) = open.pop() {
            if inside.insert(node) {
                open.extend(within(node).into_iter().flatten());
                open.extend(self.next(Place(place.0, node)).map(|next| next.1));
            }
        }
        inside
    }

    /// The working hours with this position in a path.
    #[must_use]
    pub fn hours(&self, plan: u32, position: usize) -> Option<&NamedHours> {
        self.plan(plan)?.hours.get(position)
    }
}

struct Compiler<'a> {
    index: &'a Index,
    /// The positions of the paths found so far, by their ids.
    positions: BTreeMap<Id, u32>,
    found: VecDeque<&'a Path>,
    /// How much may yet come from templates.
    resolvable: usize,
}

impl Compiler<'_> {
    fn plan(&mut self, id: &str, path: &PathPayload) -> Plan {
        // The bindings of a templated path are read one by one.
        let of_template = |field: &str| path.is_templated() && matches!(field, "param_bindings" | "working_hours");
        let misread = path.misread().filter(|field| *field != "team_ids" && !of_template(field));
        // No list is not an empty one; only a templated path has nothing to say there.
        let has_no_list = !path.is_templated() && !template::has_list(&path.extra);
        let misread = misread.or(has_no_list.then_some("path")).map(Reason::BadPath);
        let resolved = template::resolve_within(path, self.index.world(), &mut self.resolvable);
        let (path, whole) = match &resolved {
            Ok(resolved) => (&**resolved, misread),
            Err(unresolved) => (path, misread.or_else(|| Some(Reason::Template(unresolved.clone())))),
        };
        let hours: Vec<_> = path.working_hours.iter().flatten().map(NamedHours::new).collect();
        let (nodes, first) = match whole {
            Some(reason) => (vec![Node { id: Id::from(""), next: None, kind: Kind::Undecidable(reason) }], Some(0)),
            None => nodes::compile(&path.path, &hours, |id| self.position(id)),
        };
        Plan {
            id: Id::from(id),
            name: path.name.clone(),
            nodes,
            first,
            hours,
            repeat: path.repeat_config.as_ref().map(RepeatAfterAck::new),
        }
    }

    /// The position of a path that is handed over to; it is compiled later if it is new.
    fn position(&mut self, id: &str) -> Option<u32> {
        // Not chosen yet; also the id of a path that is not saved yet, which this is not.
        if id.is_empty() {
            return None;
        }
        if let Some(known) = self.positions.get(id) {
            return Some(*known);
        }
        let path = self.index.path(id)?;
        let position = u32::try_from(self.positions.len()).ok()?;
        self.found.push_back(path);
        self.positions.insert(Id::from(id), position);
        Some(position)
    }
}

impl NamedHours {
    fn new(set: &WorkingHours) -> Self {
        Self {
            id: Id::from(set.id.as_str()),
            name: set.name.clone(),
            zone_name: set.timezone.clone(),
            hours: Hours::new(set).ok(),
        }
    }
}

impl RepeatAfterAck {
    fn new(config: &RepeatConfig) -> Self {
        Self { after: config.repeat_after_seconds.max(0), delayed_by_activity: config.delay_repeat_on_activity }
    }
}
