//! Changes in words.

use escalation_api::NodeKind;

use crate::command::{Command, Condition, Kind, Replacement};
use crate::tree::{PathNode, Side};

/// The names of changes that are offered by name, too: one for each, wherever it is written.
pub mod names {
    /// Takes steps out.
    pub const DELETE: &str = "delete";
    /// Takes steps out and onto the clipboard.
    pub const CUT: &str = "cut";
    /// Puts what is on the clipboard in.
    pub const PASTE: &str = "paste";
    /// Copies steps to the place behind them.
    pub const DUPLICATE: &str = "duplicate";
    /// Puts a branch on priority around a step and all that follows.
    pub const WRAP_PRIORITY: &str = "put into a branch on priority";
    /// The same with a branch on working hours.
    pub const WRAP_HOURS: &str = "put into a branch on working hours";
    /// Puts what is on the first side of a branch in its place.
    pub const UNWRAP_THEN: &str = "replace the branch by its first side";
    /// The same with the second side.
    pub const UNWRAP_ELSE: &str = "replace the branch by its second side";
}

/// What a change does besides what it is called, to be said with it; nothing where its name says all.
#[must_use]
pub fn also(command: &Command) -> Option<&'static str> {
    let Command::Several(_, all) = command else { return None };
    match all.as_slice() {
        [Command::Insert(..) | Command::Wrap(..), rest @ ..]
            if rest.iter().any(|command| matches!(command, Command::SetRepeatTarget(..))) =>
        {
            Some("It is the first step now, and what went back to the start goes back to it")
        }
        all => all.iter().find_map(also),
    }
}

/// What a change is called in the history: "change timer".
#[must_use]
pub fn command(command: &Command) -> &'static str {
    match command {
        Command::Rename(_) => "rename",
        Command::SetTeams(_) => "change teams",
        Command::SetRepeatConfig(_) => "change paging again",
        Command::SetTemplate(_) => "change template",
        Command::SetBinding(..) => "change parameter",

        Command::AddHours(_) => "add working hours",
        Command::RenameHours(..) => "rename working hours",
        Command::SetHoursZone(..) => "change time zone",
        Command::SetHoursIntervals(..) => "change working hours",
        Command::RemoveHours(_) => "remove working hours",

        Command::Insert(_, node) => insert(node),
        Command::Delete(_) | Command::DeleteRun(_) => names::DELETE,
        Command::Move(..) => "move",
        Command::Duplicate(_) => names::DUPLICATE,
        Command::Wrap(_, _, branch) => match Condition::of(branch) {
            Some(Condition::Priorities(_)) => names::WRAP_PRIORITY,
            Some(Condition::Hours(_)) => names::WRAP_HOURS,
            None => "put into a branch",
        },
        Command::Unwrap(_, Side::Then) => names::UNWRAP_THEN,
        Command::Unwrap(_, Side::Else) => names::UNWRAP_ELSE,
        Command::ChangeKind(_, Kind::Level) => "change into level",
        Command::ChangeKind(_, Kind::NotifyChannel) => "change into channel",
        Command::ChangeKind(_, Kind::Delay) => "change into delay",
        Command::ChangeKind(..) => "change kind",
        Command::Paste(..) => names::PASTE,

        Command::SetTimer(..) => "change timer",
        Command::AddTarget(..) => "add target",
        Command::ReplaceTarget(..) => "change target",
        Command::MoveTarget(..) => "move target",
        Command::RemoveTarget(..) => "remove target",
        Command::SetUrgency(..) => "change urgency",
        Command::SetScheduleMode(..) => "change who of the schedule is meant",
        Command::SetAckMode(..) => "change acknowledging",
        Command::SetRoundRobin(..) => "change round robin",
        Command::SetRetry(..) => "change retries",

        Command::SetCondition(_, Condition::Priorities(_)) => "change priorities",
        Command::SetCondition(_, Condition::Hours(_)) => "change condition",
        Command::SetRepeatTarget(..) => "change where to go back",
        Command::SetRepeatTimes(..) => "change number of repeats",
        Command::SetHandOver(..) => "change other path",

        Command::Fix(_) => "fix a problem",
        Command::Several(Some(name), _) => name,
        // Hours that are added for something else are no change of their own.
        Command::Several(None, all) => {
            let first = all.iter().find(|command| !matches!(command, Command::AddHours(_))).or(all.first());
            first.map_or("change", self::command)
        }
        Command::Replace(Replacement::Import, _) => "import",
        Command::Replace(Replacement::Restore, _) => "go back to an earlier revision",
        Command::Replace(Replacement::Merge, _) => "merge",
    }
}

/// A step and how many others.
#[must_use]
pub fn and_more(title: String, more: usize) -> String {
    match more {
        0 => title,
        1 => format!("{title} and 1 step more"),
        _ => format!("{title} and {more} steps more"),
    }
}

/// What the state before all changes is called; of a draft that is gone on with the next one too.
#[must_use]
pub fn opened(is_draft: bool) -> &'static str {
    if is_draft { "earlier changes" } else { "opened" }
}

fn insert(node: &PathNode) -> &'static str {
    match node.kind {
        NodeKind::Level(_) => "add level",
        NodeKind::NotifyChannel(_) => "add channel",
        NodeKind::IfElse(_) => match Condition::of(node) {
            Some(Condition::Priorities(_)) => "add branch on priority",
            Some(Condition::Hours(_)) => "add branch on working hours",
            None => "add branch",
        },
        NodeKind::Delay(_) => "add delay",
        NodeKind::Repeat(_) => "add repeat",
        NodeKind::HandOver(_) => "add hand-over",
        NodeKind::Sealed(_) => "add step",
    }
}
