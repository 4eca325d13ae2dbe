//! The kinds of problems. A code never changes its meaning and is never used again.

use serde::{Deserialize, Serialize};

use super::Severity;

macro_rules! codes {
    ($( #[doc = $meaning:literal] $name:ident = $code:literal, $severity:ident, $hint:literal; )*) => {
        /// A kind of problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Code {
            $( #[doc = $meaning] #[serde(rename = $code)] $name, )*
        }

        impl Code {
            /// All of them, in order.
            pub const ALL: &[Self] = &[$( Self::$name, )*];

            /// The code itself, such as `EP001`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$name => $code, )* }
            }

            /// What it means, in a sentence: `The path has no nodes.`
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $( Self::$name => $meaning.trim_ascii(), )* }
            }

            /// How bad it is.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $( Self::$name => Severity::$severity, )* }
            }

            /// What to do about it.
            #[must_use]
            pub fn hint(self) -> &'static str {
                match self { $( Self::$name => $hint, )* }
            }
        }
    };
}

codes! {
    /// The path has no nodes.
    NoNodes = "EP001", Error, "Add a level that pages somebody.";
    /// A node has no id.
    NoId = "EP002", Error, "Give the node an id that no other node of the path has.";
    /// Two nodes have one id.
    DuplicateId = "EP003", Error, "Give one of the two another id, and look at the repeats that go to it.";
    /// A node does not have what its type promises, or has a value of the wrong kind.
    BadField = "EP004", Error, "Give the field a value of that kind, or leave it out if it is optional.";
    /// A level or a channel node without targets.
    NoTargets = "EP005", Error, "Add a person, a schedule or a channel.";
    /// Something follows a branch.
    AfterBranch = "EP006", Error, "A branch is never returned from: move what follows into one of its sides.";
    /// Something other than a hand-over follows a repeat.
    AfterRepeat = "EP007", Error, "A repeat is the end of its list: move it to the end.";
    /// A repeat goes to a node that it cannot go to.
    RepeatTarget = "EP008", Error, "Let it go back to the first node of the path or to a branch that it lies in.";
    /// A branch has no condition, or several.
    ConditionCount = "EP009", Error, "A branch tests one condition: nest branches to combine several.";
    /// A condition on priority without priorities.
    NoPriorities = "EP010", Error, "Choose at least one priority.";
    /// A mode for one rota without the rota.
    RotaMissing = "EP011", Error, "Choose the rota, or a mode for the whole schedule.";
    /// A rota with a mode for the whole schedule.
    RotaNotAllowed = "EP012", Error, "Leave the rota out, or choose a mode for one rota.";
    /// Retries that are out of bounds.
    RetryBounds = "EP013", Error, "2 to 10 attempts, counting the first page, at whole minutes.";
    /// A condition or a timer names working hours that the path does not have.
    UnknownHours = "EP014", Error, "Add the working hours to the path, or choose others.";
    /// One of the two fields of a timer by working hours without the other.
    HalfInterval = "EP015", Error, "Give both the working hours and the state to wait for, or neither.";
    /// A number that means nothing here.
    BadNumber = "EP016", Error, "Use a number in that range.";
    /// Working hours without meaning.
    BadHours = "EP017", Error, "Use an IANA zone such as Europe/London, weekdays in lower case and times as HH:MM.";
    /// Two sets of working hours have one id.
    DuplicateHours = "EP018", Error, "Give one of the two another id.";
    /// A target of a kind that does not belong there.
    TargetKind = "EP019", Error, "A channel node tells channels; to page people add a level.";
    /// A templated path without a template.
    TemplateMissing = "EP020", Error, "Choose the template that the path is made from.";
    /// A templated path with nodes of its own.
    TemplatedWithNodes = "EP021", Error, "Remove the nodes, or make the path a standalone one.";
    /// More nodes than are taken.
    TooManyNodes = "EP022", Error, "Split the path in two with a hand-over.";
    /// Branches nested more deeply than is taken.
    TooDeep = "EP023", Error, "Split the path in two with a hand-over.";
    /// More of something than is taken.
    TooMuch = "EP024", Error, "Leave out what is not needed, or split it.";

    /// A node whose type is not known.
    UnknownNode = "EP101", Warning, "It is kept as it is, but nobody can say here who is paged after it.";
    /// A value that is not known.
    UnknownValue = "EP102", Warning, "It is kept as it is, but nobody can say here what it does.";
    /// A condition that is neither on priority nor on working hours.
    ForeignCondition = "EP103", Warning, "It is kept as it is; say in the simulation which way to go.";
    /// A side of a branch without nodes.
    EmptyBranch = "EP104", Warning, "Add a node, or the escalation ends there.";
    /// A person, schedule, rota, priority or path that does not exist.
    UnknownReference = "EP105", Warning, "Choose one that exists.";
    /// Somebody who cannot be paged.
    CannotBePaged = "EP106", Warning, "Choose somebody with an on-call seat.";
    /// A node that is never reached.
    Unreachable = "EP107", Warning, "Move it before the hand-over, or remove it.";
    /// A condition that always or never holds.
    Constant = "EP108", Warning, "Remove the branch, or test something else.";
    /// A wait for working hours that never come.
    NeverComes = "EP109", Warning, "Wait for another state, for other working hours, or for a number of minutes.";
    /// A wait for working hours that are there already.
    AlreadySo = "EP110", Warning, "Remove the wait, or wait for the other state.";
    /// Everybody of a schedule on the first level.
    EverybodyFirst = "EP111", Warning, "Page who is on call first, and everybody on a later level.";
    /// Retries that come after the level is left.
    RetryTooLate = "EP112", Warning, "Wait for longer than the retries take, or retry sooner.";
    /// Hand-overs in a circle.
    Circle = "EP113", Warning, "Hand over to a path that does not come back; a repeat goes back within the path.";
    /// The same person on two levels in a row.
    SamePersonAgain = "EP114", Warning, "Page somebody else, or use retries to page the same person again.";
    /// Working hours that nothing on the path asks for.
    UnusedHours = "EP115", Info, "Remove them, or use them in a branch or a wait.";
    /// A section that may be repeated at one and the same instant.
    RepeatInNoTime = "EP116", Warning, "Give a level in the section a time to acknowledge, or add a delay.";
    /// Working hours that run past midnight.
    Overnight = "EP117", Info, "They end on the next day, whatever is said of that day; two intervals say it plainly.";
    /// Working hours of a whole day, said by the same start and end.
    WholeDay = "EP118", Info, "The same start and end are read as 24 hours here; 00:00 to 24:00 says it plainly.";
    /// A way through the path on which nobody is notified.
    Silent = "EP119", Warning, "Add a level, so that somebody is paged, or a channel.";
    /// Working hours that end a minute before midnight.
    MinuteShort = "EP120", Warning, "An end is not included: write 24:00, or the last minute of the day is left out.";
    /// A time zone that stands for no place.
    NoPlace = "EP121", Warning, "Use the zone of the people whose hours these are, or UTC.";
    /// Something that the path names could not be read.
    Unread = "EP122", Info, "Read it again; until then it is not known here who is paged by it.";
    /// A target of the template that is bound to something without a value.
    Unbound = "EP123", Warning, "Give the parameter a value; until then it is not known who is paged there.";
}
