//! Checks a path before it runs: what the API refuses, and risky configurations that it accepts.
//!
//! All findings at once, in the order of the text. Checking never fails, whatever the path looks like.

mod code;
mod fix;
mod hours;
mod limits;
mod node;
mod references;
mod structure;
mod warnings;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use escalation_api::{At, ConditionPayload, Node, NodeKind, PathPayload, capitalised};
use serde::{Deserialize, Serialize};

use crate::index::Index;
use crate::template::{self, Unresolved};
use crate::words;
use crate::world::{Entry, Rota, WorldPart};

use warnings::{Trail, Ways};

pub use code::Code;
pub use fix::{Fix, NotThere, Op, Operation};

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The API refuses the path.
    Error,
    /// The API accepts it, and it is risky.
    Warning,
    /// Worth knowing.
    Info,
}

/// One thing that is wrong with a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Which kind of problem; stable.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// The node, if it is one node's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_id: Option<String>,
    /// What the canvas calls that node, such as `Page Primary on-call`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Where, in the vendor's dotted form: `path.0.level.targets.1.selected_rota_id`.
    pub pointer: String,
    /// What is wrong, in a sentence that needs the step to be named beside it: see [`Problem::text`].
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// A change that fixes it, where there is a safe one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

impl Problem {
    /// The message after the name of its step: `Page Zoe Adams: Zoe Adams is deactivated and can't be paged`.
    #[must_use]
    pub fn text(&self) -> String {
        let Some(step) = &self.step else { return self.message.clone() };
        let colon = if step.ends_with('?') { "" } else { ":" };
        format!("{step}{colon} {}", self.message)
    }
}

/// The deepest nesting of branches that is taken.
pub const MAX_DEPTH: usize = 32;
/// The most nodes that are taken.
pub const MAX_NODES: usize = 2_000;
/// How often a repeat may go back. The vendor has a bound and does not say which.
pub const MAX_REPEATS: i64 = 1_000;

/// How many problems of one severity are told of a path. Nobody reads as many, and a document of 1 MB can have half a
/// million, each with its words.
pub const MAX_PROBLEMS: usize = 2_000;

/// What is wrong with a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// In the order of the text; at most [`MAX_PROBLEMS`] of each severity.
    pub problems: Vec<Problem>,
    /// How many errors there are besides.
    pub more_errors: usize,
    /// How many warnings and remarks there are besides.
    pub more_warnings: usize,
}

/// Checks a path in a world. `id` is the path's own, or empty for a new one. At most [`MAX_PROBLEMS`] of each severity
/// are told; [`findings`] says how many more there are.
#[must_use]
pub fn check(id: &str, path: &PathPayload, index: &Index) -> Vec<Problem> {
    findings(id, path, index).problems
}

/// Checks a path in a world, and counts what is not told.
///
/// What is larger than is taken is said to be that, and nothing else of it is looked at: the time and the room that this
/// takes grow with the document and no faster.
#[must_use]
pub fn findings(id: &str, path: &PathPayload, index: &Index) -> Findings {
    let mut check = Check::new(id, path, index);
    if check.whole() {
        check.warnings();
        check.hours_warnings(&At::Top);
        check.unread();
        check.templated();
    }
    let [more_errors, more_warnings, more_infos] = check.more;
    Findings { problems: check.problems, more_errors, more_warnings: more_warnings + more_infos }
}

/// The same without what takes a walk with all that is known on the way: what is wrong with the document as such. This is
/// asked of every change before it is made.
#[must_use]
pub fn check_document(id: &str, path: &PathPayload, index: &Index) -> Vec<Problem> {
    let mut check = Check::new(id, path, index);
    check.whole();
    check.problems
}

/// Whether the API would refuse a path with these problems.
#[must_use]
pub fn is_refused(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}

type ApiNode = Node<ConditionPayload>;

/// The people of a schedule: its id, whether everybody is meant or who is on call, and the rota, if it is one.
type PeopleOf<'a> = (&'a str, bool, Option<&'a str>);

/// The rotas of a schedule that have one id, and their entries.
type OfRota<'a> = (Vec<&'a Rota>, Vec<&'a Entry>);

struct Check<'a> {
    id: &'a str,
    path: &'a PathPayload,
    index: &'a Index,
    /// Whether its nodes are those of a template.
    is_resolved: bool,
    problems: Vec<Problem>,
    /// The ids of the nodes so far.
    ids: BTreeSet<&'a str>,
    /// Where each id stands first; made once one stands twice.
    first_places: Option<BTreeMap<&'a str, String>>,
    /// The ids of the branches around the node at hand.
    enclosing: Vec<&'a str>,
    /// The node at hand.
    current: Option<&'a ApiNode>,
    /// What the node is called of which a problem was found last.
    title: Option<(&'a ApiNode, String)>,
    /// The sets of working hours whose state is always the same, and that state.
    constant_hours: BTreeMap<&'a str, bool>,
    /// The schedules whose days were looked at.
    seen_schedules: BTreeSet<&'a str>,
    /// The sets of working hours that something names.
    used_hours: BTreeSet<&'a str>,
    /// Whether there is a node or a condition that is not known, and may name anything.
    has_unknown: bool,
    /// How many problems of each severity there are, and how many of them are not told.
    told: [usize; 3],
    more: [usize; 3],
    /// Whether the problem that was found last is told.
    is_last_told: bool,
    /// The nodes to which a repeat goes back.
    repeated: BTreeSet<&'a str>,
    /// The sets of working hours that the path has.
    known_hours: BTreeSet<&'a str>,
    /// The priorities that the world knows.
    priorities: BTreeSet<&'a str>,
    /// An id that no node has.
    free_id: Option<String>,
    /// Whether schedules surely name nobody, by the schedule, whether everybody of it is meant, and the rota.
    nobody: BTreeMap<PeopleOf<'a>, bool>,
    /// What is said of the people of schedules, by the same.
    people: BTreeMap<PeopleOf<'a>, Rc<[(Code, String)]>>,
    /// By schedule and the rota's id: the rotas with that id, and their entries.
    rotas: BTreeMap<&'a str, BTreeMap<&'a str, OfRota<'a>>>,
    /// Where hand-overs lead.
    ways: Ways<'a>,
    /// Whether paths that are handed over to surely notify nobody.
    silent: BTreeMap<&'a str, bool>,
    /// How much may yet come from templates of such paths.
    resolvable: usize,
    /// The nodes to which a repeat may go back from the node at hand.
    since: Trail<'a>,
    /// The branches around the node at hand and those that came before it, from the outermost; marked are those that may
    /// go another way later: an alert has one priority.
    around: Trail<'a>,
}

impl<'a> Check<'a> {
    fn new(id: &'a str, path: &'a PathPayload, index: &'a Index) -> Self {
        Self {
            id,
            path,
            index,
            is_resolved: false,
            problems: Vec::new(),
            ids: BTreeSet::new(),
            first_places: None,
            enclosing: Vec::new(),
            current: None,
            title: None,
            constant_hours: BTreeMap::new(),
            seen_schedules: BTreeSet::new(),
            used_hours: BTreeSet::new(),
            has_unknown: false,
            told: [0; 3],
            more: [0; 3],
            is_last_told: false,
            repeated: BTreeSet::new(),
            known_hours: path.working_hours.iter().flatten().map(|set| set.id.as_str()).collect(),
            priorities: index.world().priorities.iter().map(|priority| priority.id.as_str()).collect(),
            free_id: None,
            nobody: BTreeMap::new(),
            people: BTreeMap::new(),
            rotas: BTreeMap::new(),
            ways: Ways::default(),
            silent: BTreeMap::new(),
            resolvable: template::MAX_RESOLVED_IN_ALL,
            since: Trail::default(),
            around: Trail::default(),
        }
    }

    /// What is wrong with the document; false if it is larger than is taken.
    fn whole(&mut self) -> bool {
        let top = At::Top;
        if !self.within_limits(&top) {
            return false;
        }
        self.fields(&top);
        self.hours(&top);
        self.repeat_config(&top);
        let path = self.path;
        let nodes = top.field("path");
        if path.is_templated() {
            if path.template_id.is_none() {
                self.say(Code::TemplateMissing, &top.field("template_id"), "A templated path needs a template");
            }
            if !path.path.is_empty() {
                self.say(Code::TemplatedWithNodes, &nodes, "A templated path can't have steps of its own");
            }
        } else if path.path.is_empty() {
            self.say(Code::NoNodes, &nodes, "The path has no steps");
        }
        self.list(&path.path, &nodes);
        true
    }

    /// What the nodes of its template come to with what a templated path binds. A fault of the template is no reason to
    /// refuse the path.
    fn templated(&mut self) {
        if !self.path.is_templated() || self.path.template_id.is_none() || !self.path.path.is_empty() {
            return;
        }
        let top = At::Top;
        let at = top.field("template_id");
        let resolved = match template::resolve(self.path, self.index.world()) {
            Ok(resolved) => resolved,
            Err(Unresolved::Missing(id)) => return self.missing("template", &id, &at),
            Err(unresolved) => {
                let said = unresolved.to_string();
                return self.say(Code::Unread, &at, capitalised(&said));
            }
        };
        let mut of_nodes = Check::new(self.id, &resolved, self.index);
        of_nodes.is_resolved = true;
        if of_nodes.whole() {
            of_nodes.warnings();
            of_nodes.hours_warnings(&top);
            of_nodes.unread();
        }
        for problem in of_nodes.problems {
            if let Some(code) = problem.code.of_template() {
                let message = format!("In the template at `{}`: {}", problem.pointer, problem.message);
                self.push(code, at.to_string(), message);
                if let Some(told) = self.problems.last_mut().filter(|_| self.is_last_told) {
                    told.node_id = problem.node_id;
                    told.step = problem.step;
                }
            }
        }
        // Those of the template that were counted only.
        let [errors, warnings, infos] = of_nodes.more;
        for (more, of_template) in self.more.iter_mut().zip([0, warnings, infos + errors]) {
            *more += of_template;
        }
        let mut open = Vec::new();
        unbound(&resolved.path, &mut open);
        for (node, name) in open {
            let message = format!("Parameter `{name}` of the template has no value");
            self.say(Code::Unbound, &top.field("param_bindings"), message);
            if let Some(problem) = self.problems.last_mut().filter(|_| self.is_last_told) {
                problem.node_id = Some(node.id.clone()).filter(|id| !id.is_empty());
                problem.step = Some(bounded(words::step::title(node, &resolved, self.index)));
            }
        }
    }

    /// Known fields of the path itself whose values are of the wrong kind. Those of nodes are said with the nodes.
    fn fields(&mut self, top: &At<'_>) {
        let path = self.path;
        let shallow = PathPayload {
            name: path.name.clone(),
            kind: path.kind.clone(),
            path: Vec::new(),
            working_hours: path.working_hours.clone(),
            repeat_config: path.repeat_config.clone(),
            team_ids: path.team_ids.clone(),
            template_id: path.template_id.clone(),
            param_bindings: path.param_bindings.clone(),
            extra: path.extra.clone(),
        };
        self.misread(&shallow, top);
    }

    /// A list of nodes: the order in it, then each.
    fn list(&mut self, nodes: &'a [ApiNode], at: &At<'_>) {
        self.order(nodes, at);
        for (index, node) in nodes.iter().enumerate() {
            let at = at.index(index);
            let before = self.current.replace(node);
            self.identity(node, &at);
            self.node(node, &at);
            self.current = before;
        }
    }

    /// What may change who is paged and could not be read, whoever is named.
    fn unread(&mut self) {
        let pages = |node: &ApiNode| matches!(node.kind, NodeKind::Level(_));
        if self.index.world().is_unread(WorldPart::Pauses) && any(&self.path.path, &pages) {
            let message = "Not all notification pauses could be read; some recipients may be paused";
            self.say(Code::Unread, &At::Top.field("path"), message);
        }
    }

    fn say(&mut self, code: Code, at: &At<'_>, message: impl Into<String>) {
        self.push(code, at.to_string(), message.into());
    }

    fn push(&mut self, code: Code, pointer: String, mut message: String) {
        let severity = match code.severity() {
            Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Info => 2,
        };
        let (Some(told), Some(more)) = (self.told.get_mut(severity), self.more.get_mut(severity)) else { return };
        if *told == MAX_PROBLEMS {
            *more += 1;
            self.is_last_told = false;
            return;
        }
        *told += 1;
        self.is_last_told = true;
        // It may quote a name that is as long as a document.
        message.truncate(message.floor_char_boundary(limits::MAX_MESSAGE));
        let step = self.title();
        self.problems.push(Problem {
            code,
            severity: code.severity(),
            node_id: self.current.map(|node| node.id.clone()).filter(|id| !id.is_empty()),
            step,
            pointer,
            message,
            hint: code.hint().to_string(),
            fix: None,
        });
    }

    /// What the node at hand is called. It is made once for all problems of a node.
    fn title(&mut self) -> Option<String> {
        let node = self.current?;
        if let Some((known, title)) = &self.title
            && std::ptr::eq(*known, node)
        {
            return Some(title.clone());
        }
        let title = bounded(words::step::title(node, self.path, self.index));
        self.title = Some((node, title.clone()));
        Some(title)
    }

    /// What a set of working hours of the path is called.
    fn hours_name(&self, id: &str) -> String {
        let name = self.path.working_hours.iter().flatten().find(|set| set.id == id).map(|set| set.name.as_str());
        name.filter(|name| !name.is_empty()).map_or_else(|| format!("`{id}`"), |name| format!("“{name}”"))
    }

    /// Offers what fixes the problem that was said last.
    fn fix(&mut self, title: impl Into<String>, patch: Vec<Operation>) {
        if let Some(problem) = self.problems.last_mut().filter(|_| self.is_last_told) {
            problem.fix = Some(Fix { title: title.into(), patch });
        }
    }
}

/// Whether something holds for one of some nodes, or of those in them.
fn any(nodes: &[ApiNode], holds: &dyn Fn(&ApiNode) -> bool) -> bool {
    nodes.iter().any(|node| holds(node) || node.children().any(|(_, list)| any(list, holds)))
}

/// A title that is short enough for a message; it may quote names that are as long as a document.
fn bounded(mut title: String) -> String {
    if title.len() > limits::MAX_TITLE {
        title.truncate(title.floor_char_boundary(limits::MAX_TITLE));
        title.push('…');
    }
    title
}

/// The targets that are bound to something without a value: the node, and what it is bound to.
fn unbound<'n>(nodes: &'n [ApiNode], found: &mut Vec<(&'n ApiNode, String)>) {
    for node in nodes {
        let targets = match &node.kind {
            NodeKind::Level(level) => &level.targets[..],
            NodeKind::NotifyChannel(channel) => &channel.targets[..],
            _ => &[],
        };
        found.extend(targets.iter().filter_map(|target| Some((node, template::open(&target.extra)?))));
        for (_, list) in node.children() {
            unbound(list, found);
        }
    }
}
