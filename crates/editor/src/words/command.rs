//! Changes in words.

use escalation_api::NodeKind;

use crate::command::{Command, Condition, Kind, Replacement};
use crate::tree::PathNode;

/// What it is called to add something in front of the first node, with what goes back to the start.
pub const ADD_AT_START: &str = "add at the start, to which repeats go back";

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
        Command::Delete(_) | Command::DeleteRun(_) => "delete",
        Command::Move(..) => "move",
        Command::Duplicate(_) => "duplicate",
        Command::Wrap(..) => "put into a branch",
        Command::Unwrap(..) => "take out of the branch",
        Command::ChangeKind(_, Kind::Level) => "change to level",
        Command::ChangeKind(_, Kind::NotifyChannel) => "change to channel",
        Command::ChangeKind(_, Kind::Delay) => "change to delay",
        Command::ChangeKind(..) => "change kind",
        Command::Paste(..) => "paste",

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

        Command::Fix(_) => "mend a problem",
        Command::Several(Some(name), _) => name,
        Command::Several(None, all) => all.first().map_or("change", self::command),
        Command::Replace(Replacement::Import, _) => "import",
        Command::Replace(Replacement::Restore, _) => "restore",
        Command::Replace(Replacement::Merge, _) => "merge",
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
        NodeKind::IfElse(_) => "add branch",
        NodeKind::Delay(_) => "add delay",
        NodeKind::Repeat(_) => "add repeat",
        NodeKind::HandOver(_) => "add hand-over",
        NodeKind::Sealed(_) => "add node",
    }
}
