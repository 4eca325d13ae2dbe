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

impl Code {
    /// What is said of a path whose template has a problem of this kind, if anything is. What the API refuses it has
    /// taken with the template: that is no reason to refuse the path, but a run may stop there.
    pub(super) fn of_template(self) -> Option<Self> {
        match self {
            Self::UnusedHours => None,
            Self::NoNodes => Some(Self::Silent),
            Self::BadField
            | Self::RepeatTarget
            | Self::RotaMissing
            | Self::RetryBounds
            | Self::UnknownHours
            | Self::BadNumber
            | Self::BadHours
            | Self::TargetKind
            | Self::TooManyNodes
            | Self::TooDeep
            | Self::TooMuch => Some(Self::Unread),
            other => (other.severity() != Severity::Error).then_some(other),
        }
    }
}

codes! {
    /// The path has no steps.
    NoNodes = "EP001", Error, "Add a level that pages somebody.";
    /// A step has no id.
    NoId = "EP002", Error, "Give the step an id that no other step has.";
    /// Two steps have the same id.
    DuplicateId = "EP003", Error, "Give one of them another id, and check repeats that go back to it.";
    /// A field is missing, or has a value of the wrong kind.
    BadField = "EP004", Error, "Give the field a valid value, or remove it if it is optional.";
    /// A level or channel step without recipients.
    NoTargets = "EP005", Error, "Add a person, a schedule or a channel.";
    /// Unreachable steps after a branch.
    AfterBranch = "EP006", Error, "Move it into one of the sides of the branch.";
    /// Unreachable steps after a repeat.
    AfterRepeat = "EP007", Error, "Move the repeat to the end.";
    /// Invalid repeat target.
    RepeatTarget = "EP008", Error, "Choose the first step of the path, or a branch around the repeat.";
    /// A branch with no condition, or several.
    ConditionCount = "EP009", Error, "Choose one condition; nest branches to combine several.";
    /// A priority condition without priorities.
    NoPriorities = "EP010", Error, "Choose at least one priority.";
    /// A level pages one rota, and none is chosen.
    RotaMissing = "EP011", Error, "Choose the rota, or page the whole schedule.";
    /// A rota is chosen where the whole schedule is paged.
    RotaNotAllowed = "EP012", Error, "Remove the rota, or page one rota only.";
    /// Retries out of range.
    RetryBounds = "EP013", Error, "Use 2 to 10 attempts, counting the first, at whole minutes.";
    /// Unknown working hours.
    UnknownHours = "EP014", Error, "Add these working hours to the path, or choose others.";
    /// Incomplete wait for working hours.
    HalfInterval = "EP015", Error, "Choose both the working hours and what to wait for, or neither.";
    /// Number out of range.
    BadNumber = "EP016", Error, "Use a number in that range.";
    /// Invalid working hours.
    BadHours = "EP017", Error, "Use an IANA time zone (Europe/London), lower-case weekdays and times as HH:MM.";
    /// Two sets of working hours have the same id.
    DuplicateHours = "EP018", Error, "Give one of them another id.";
    /// Wrong kind of target.
    TargetKind = "EP019", Error, "Choose a channel; to page people, add a level.";
    /// A templated path without a template.
    TemplateMissing = "EP020", Error, "Choose a template.";
    /// A templated path with steps of its own.
    TemplatedWithNodes = "EP021", Error, "Delete the steps, or make the path standalone.";
    /// Too many steps.
    TooManyNodes = "EP022", Error, "Split the path with a hand-over.";
    /// Branches nested too deeply.
    TooDeep = "EP023", Error, "Split the path with a hand-over.";
    /// Too many entries, or too long.
    TooMuch = "EP024", Error, "Remove what is not needed, or split the path.";

    /// Unknown step type.
    UnknownNode = "EP101", Warning, "It is kept unchanged; who is paged after it is unknown.";
    /// Unknown value.
    UnknownValue = "EP102", Warning, "It is kept unchanged; its effect is unknown.";
    /// Unknown condition.
    ForeignCondition = "EP103", Warning, "It is kept unchanged; choose a side in the simulation.";
    /// A side of a branch without steps.
    EmptyBranch = "EP104", Warning, "Add a step to this side.";
    /// A person, schedule, rota, priority or path that does not exist.
    UnknownReference = "EP105", Warning, "Choose one that exists.";
    /// A recipient who can't be paged.
    CannotBePaged = "EP106", Warning, "Choose somebody with an on-call seat.";
    /// Unreachable steps after a hand-over.
    Unreachable = "EP107", Warning, "Move it before the hand-over, or delete it.";
    /// A condition that is always or never true.
    Constant = "EP108", Warning, "Delete the branch, or change its condition.";
    /// A wait that never ends.
    NeverComes = "EP109", Warning, "Wait for other working hours, or for a number of minutes.";
    /// A wait without effect.
    AlreadySo = "EP110", Warning, "Remove the wait, or wait for something else.";
    /// A whole schedule on the first level.
    EverybodyFirst = "EP111", Warning, "Page who is on call first, and everybody on a later level.";
    /// Retries that never happen.
    RetryTooLate = "EP112", Warning, "Wait longer, or retry sooner.";
    /// Hand-over cycle.
    Circle = "EP113", Warning, "Hand over to another path; to go back within the path, use a repeat.";
    /// The same person on two levels in a row.
    SamePersonAgain = "EP114", Warning, "Page somebody else, or use retries to page the same person again.";
    /// Unused working hours.
    UnusedHours = "EP115", Info, "Remove them, or use them in a branch or a wait.";
    /// Repeat without delay.
    RepeatInNoTime = "EP116", Warning, "Add a delay, or time to acknowledge on a repeated level.";
    /// Working hours that run past midnight.
    Overnight = "EP117", Info, "The times after midnight belong to the next day; two intervals make that plain.";
    /// Working hours with the same start and end.
    WholeDay = "EP118", Info, "It means 24 hours; 00:00 to 24:00 makes that plain.";
    /// The path can end without notifying anybody.
    Silent = "EP119", Warning, "Add a level or a channel before this point.";
    /// Working hours that end a minute before midnight.
    MinuteShort = "EP120", Warning, "An end is exclusive: use 24:00 to include the last minute.";
    /// A placeholder time zone.
    NoPlace = "EP121", Warning, "Choose the time zone of the people who work these hours.";
    /// Incomplete data.
    Unread = "EP122", Info, "Reload; until then, who is paged is uncertain.";
    /// A template parameter without a value.
    Unbound = "EP123", Warning, "Set the parameter: until then, who is paged is unknown.";
}
