//! The kinds of nodes that can be made, and making one of another.

use escalation_api::{
    Delay, HandOver, IfElse, IntervalCondition, Level, Map, NodeKind, NotifyChannel, PathPayload, Repeat, Target,
    WorkingHours,
};
use escalation_engine::{Index, Seconds};

use super::{Command, Condition, Refusal, insert, new_hours, new_level, wrap};
use crate::tree::{self, PathNode, Side, Slot};

/// A kind of node that can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Pages people.
    Level,
    /// Tells channels.
    NotifyChannel,
    /// Waits.
    Delay,
    /// Branches on priority.
    PriorityBranch,
    /// Branches on working hours.
    HoursBranch,
    /// Goes back.
    Repeat,
    /// Goes on in another path.
    HandOver,
}

impl Kind {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 7] = [
        Self::Level,
        Self::NotifyChannel,
        Self::Delay,
        Self::PriorityBranch,
        Self::HoursBranch,
        Self::Repeat,
        Self::HandOver,
    ];
    /// The kinds of which a node can become another, with [`Command::ChangeKind`].
    pub const CHANGEABLE: [Self; 3] = [Self::Level, Self::NotifyChannel, Self::Delay];

    /// The kind of a node; nothing for one that cannot be made, such as a branch on something else.
    #[must_use]
    pub fn of(node: &PathNode) -> Option<Self> {
        Some(match &node.kind {
            NodeKind::Level(_) => Self::Level,
            NodeKind::NotifyChannel(_) => Self::NotifyChannel,
            NodeKind::Delay(_) => Self::Delay,
            NodeKind::IfElse(_) => match Condition::of(node)? {
                Condition::Priorities(_) => Self::PriorityBranch,
                Condition::Hours(_) => Self::HoursBranch,
            },
            NodeKind::Repeat(_) => Self::Repeat,
            NodeKind::HandOver(_) => Self::HandOver,
            NodeKind::Sealed(_) => return None,
        })
    }

    /// Whether nodes of this kind are branches.
    #[must_use]
    pub fn is_branch(self) -> bool {
        matches!(self, Self::PriorityBranch | Self::HoursBranch)
    }

    /// The word that ids of such nodes begin with.
    pub(super) fn word(node: &PathNode) -> &'static str {
        match node.kind {
            NodeKind::Level(_) => "level",
            NodeKind::NotifyChannel(_) => "channel",
            NodeKind::Delay(_) => "delay",
            NodeKind::IfElse(_) => "branch",
            NodeKind::Repeat(_) => "repeat",
            NodeKind::HandOver(_) => "hand-over",
            NodeKind::Sealed(_) => "node",
        }
    }
}

/// How long a new channel or delay waits, in seconds.
const FIVE_MINUTES: Seconds = 300;

/// A node of a kind for a path, with what can be said without asking: five minutes, once more from the start, the
/// path's first working hours. Whom it pages, which priorities it asks for and which path it goes on with is still to
/// be chosen.
#[must_use]
pub fn new_node(path: &PathPayload, kind: Kind) -> PathNode {
    let kind = match kind {
        Kind::Level => return new_level(path),
        Kind::NotifyChannel => NodeKind::NotifyChannel(NotifyChannel {
            targets: Vec::new(),
            time_to_ack_seconds: Some(FIVE_MINUTES),
            time_to_ack_interval_condition: None,
            time_to_ack_weekday_interval_config_id: None,
            extra: Map::new(),
        }),
        Kind::Delay => NodeKind::Delay(Delay {
            delay_seconds: Some(FIVE_MINUTES),
            delay_interval_condition: None,
            delay_weekday_interval_config_id: None,
            extra: Map::new(),
        }),
        Kind::PriorityBranch => branch(&Condition::Priorities(Vec::new())),
        Kind::HoursBranch => {
            let first = path.working_hours.iter().flatten().next();
            let id = first.map_or_else(|| new_hours(path, "UTC").id, |set| set.id.clone());
            branch(&Condition::Hours(id))
        }
        Kind::Repeat => NodeKind::Repeat(Repeat {
            to_node: path.path.first().map(|first| first.id.clone()).unwrap_or_default(),
            repeat_times: 1,
            extra: Map::new(),
        }),
        Kind::HandOver => NodeKind::HandOver(HandOver { escalation_path_id: String::new(), extra: Map::new() }),
    };
    let mut node = PathNode::new("", kind);
    node.id = tree::free_id(path, Kind::word(&node));
    node
}

fn branch(condition: &Condition) -> NodeKind<escalation_api::ConditionPayload> {
    NodeKind::IfElse(IfElse {
        conditions: condition.payload().into_iter().collect(),
        then_path: Vec::new(),
        else_path: Vec::new(),
        extra: Map::new(),
    })
}

/// The command that makes a node of a kind in a slot, ready to be used: a branch on priority asks for the highest of
/// the world, and one on working hours comes with a set in `zone` where the path has none.
#[must_use]
pub fn create(path: &PathPayload, slot: Slot, kind: Kind, index: &Index, zone: &str) -> Command {
    let (node, hours) = ready(path, kind, index, zone);
    with_hours(hours, insert(path, slot, node))
}

/// The command that puts a branch of a kind around a node and all that follows it, ready to be used as with [`create`];
/// they go to its first side.
#[must_use]
pub fn create_around(path: &PathPayload, first: &str, kind: Kind, index: &Index, zone: &str) -> Command {
    let (node, hours) = ready(path, kind, index, zone);
    with_hours(hours, wrap(path, first, Side::Then, node))
}

/// A new node, with the working hours that it needs and the path does not have.
fn ready(path: &PathPayload, kind: Kind, index: &Index, zone: &str) -> (PathNode, Option<WorkingHours>) {
    let mut node = new_node(path, kind);
    if let (Kind::PriorityBranch, Some(highest)) = (kind, index.world().priorities.first()) {
        node.kind = branch(&Condition::Priorities(vec![highest.id.clone()]));
    }
    let needs = kind == Kind::HoursBranch && path.working_hours.iter().flatten().next().is_none();
    (node, needs.then(|| new_hours(path, zone)))
}

fn with_hours(hours: Option<WorkingHours>, command: Command) -> Command {
    match hours {
        Some(set) => Command::Several(None, vec![Command::AddHours(Box::new(set)), command]),
        None => command,
    }
}

/// Something that a node loses by becoming one of another kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Loss {
    /// Somebody is no longer paged or told.
    Target(Target),
    /// What an acknowledgement means to the others.
    AckMode,
    /// Paging one after another.
    RoundRobin,
    /// Paging again who does not answer.
    Retries,
    /// A field that is not known.
    Unknown(String),
}

/// A level, channel node or delay, as far as the three have something in common.
struct Common {
    seconds: Option<Seconds>,
    state: Option<IntervalCondition>,
    hours: Option<String>,
    targets: Vec<Target>,
    losses: Vec<Loss>,
}

/// What a node would lose by becoming one of that kind; of `words::loss` each is a sentence. Empty also where it cannot
/// become one, which [`Command::ChangeKind`] refuses.
#[must_use]
pub fn loses(path: &PathPayload, id: &str, kind: Kind) -> Vec<Loss> {
    let Some(found) = tree::find(path, id) else { return Vec::new() };
    changed(found.node, kind).map(|(_, losses)| losses).unwrap_or_default()
}

pub(super) fn change(node: &mut PathNode, kind: Kind) -> Result<(), Refusal> {
    if Kind::of(node) == Some(kind) {
        return Ok(());
    }
    node.kind = changed(node, kind).ok_or(Refusal::NotChangeable)?.0;
    Ok(())
}

fn changed(node: &PathNode, kind: Kind) -> Option<(NodeKind<escalation_api::ConditionPayload>, Vec<Loss>)> {
    if Kind::of(node) == Some(kind) {
        return None;
    }
    let mut common = Common::of(node)?;
    let keeps = |target: &Target| match kind {
        Kind::Level => true,
        Kind::NotifyChannel => !target.is_people(),
        _ => false,
    };
    let (kept, lost): (Vec<_>, Vec<_>) = common.targets.into_iter().partition(keeps);
    let mut losses: Vec<Loss> = lost.into_iter().map(Loss::Target).collect();
    losses.append(&mut common.losses);
    let kind = match kind {
        Kind::Level => NodeKind::Level(Level {
            targets: kept,
            time_to_ack_seconds: common.seconds,
            time_to_ack_interval_condition: common.state,
            time_to_ack_weekday_interval_config_id: common.hours,
            ack_mode: None,
            round_robin_config: None,
            retry_config: None,
            extra: Map::new(),
        }),
        Kind::NotifyChannel => NodeKind::NotifyChannel(NotifyChannel {
            targets: kept,
            time_to_ack_seconds: common.seconds,
            time_to_ack_interval_condition: common.state,
            time_to_ack_weekday_interval_config_id: common.hours,
            extra: Map::new(),
        }),
        Kind::Delay => NodeKind::Delay(Delay {
            delay_seconds: common.seconds,
            delay_interval_condition: common.state,
            delay_weekday_interval_config_id: common.hours,
            extra: Map::new(),
        }),
        _ => return None,
    };
    Some((kind, losses))
}

impl Common {
    fn of(node: &PathNode) -> Option<Self> {
        let unknown = |extra: &Map| {
            let fields = extra.iter().filter(|(_, value)| !value.is_null());
            fields.map(|(name, _)| Loss::Unknown(name.clone())).collect::<Vec<_>>()
        };
        Some(match &node.kind {
            NodeKind::Level(level) => {
                let round_robin = level.round_robin_config.as_ref().is_some_and(|config| config.enabled);
                // The default is nothing to lose.
                let ack_mode = level.ack_mode.as_ref().is_some_and(|mode| *mode != escalation_api::AckMode::First);
                let lost = [
                    ack_mode.then_some(Loss::AckMode),
                    round_robin.then_some(Loss::RoundRobin),
                    level.retry_config.is_some().then_some(Loss::Retries),
                ];
                Self {
                    seconds: level.time_to_ack_seconds,
                    state: level.time_to_ack_interval_condition.clone(),
                    hours: level.time_to_ack_weekday_interval_config_id.clone(),
                    targets: level.targets.clone(),
                    losses: lost.into_iter().flatten().chain(unknown(&level.extra)).collect(),
                }
            }
            NodeKind::NotifyChannel(channel) => Self {
                seconds: channel.time_to_ack_seconds,
                state: channel.time_to_ack_interval_condition.clone(),
                hours: channel.time_to_ack_weekday_interval_config_id.clone(),
                targets: channel.targets.clone(),
                losses: unknown(&channel.extra),
            },
            NodeKind::Delay(delay) => Self {
                seconds: delay.delay_seconds,
                state: delay.delay_interval_condition.clone(),
                hours: delay.delay_weekday_interval_config_id.clone(),
                targets: Vec::new(),
                losses: unknown(&delay.extra),
            },
            _ => return None,
        })
    }
}
