//! Why a change may not be made.

/// Why a change may not be made: what is in the way and, where there is one, the way around it. Steps are named by
/// their ids here; [`refusal`](crate::words::refusal) tells them by their words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The node is gone.
    #[error("there is no step `{0}` any more")]
    NoNode(String),
    /// The list or the place in it is gone.
    #[error("this place is no longer there")]
    NoPlace,
    /// The node has no such thing.
    #[error("a step of this kind has no {0}")]
    NotOfThisKind(&'static str),
    /// The nodes do not follow one another in one list.
    #[error("these steps do not follow one another any more")]
    NotARun,
    /// Nodes would go into themselves.
    #[error("steps cannot go into themselves")]
    IntoItself,
    /// The node cannot become one of that kind.
    #[error("only levels, channels and delays can become one another")]
    NotChangeable,
    /// The target is gone.
    #[error("this target is no longer there")]
    NoTarget,
    /// The set of working hours is gone.
    #[error("there are no working hours `{0}` on this path")]
    NoHours(String),
    /// Nothing comes after a branch.
    #[error("nothing comes after a branch: it is entered and never returned from")]
    AfterBranch,
    /// Nothing but a hand-over comes after a repeat.
    #[error("nothing but a hand-over comes after a repeat")]
    AfterRepeat,
    /// Nothing comes after a hand-over.
    #[error("nothing comes after a hand-over")]
    AfterHandOver,
    /// The node itself must be the last.
    #[error("this must be the last step of its side")]
    MustBeLast,
    /// Another node has its id.
    #[error("another step has the id `{0}`")]
    IdTaken(String),
    /// A node has no id, so that nothing can name it.
    #[error("a step needs an id")]
    NoId,
    /// A repeat would go to a node that it cannot go to.
    #[error(
        "the repeat `{repeat}` goes back to `{to}`, which must be the first step of the path or a branch around the \
         repeat: let it go elsewhere first, or delete it"
    )]
    Repeat {
        /// The id of the repeat.
        repeat: String,
        /// The id of the node that it goes to.
        to: String,
    },
    /// Working hours are used.
    #[error("these working hours are used by {}: let them use others first", .0.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", "))]
    HoursUsed(Vec<String>),
    /// Another set of working hours has this id.
    #[error("other working hours have the id `{0}`")]
    HoursTaken(String),
    /// A name is empty.
    #[error("a name is needed")]
    EmptyName,
    /// A name is too long.
    #[error("this name is too long: at most {} bytes", super::MAX_NAME)]
    LongName,
    /// A list is too long.
    #[error("this is too many: at most {}", super::MAX_ENTRIES)]
    TooMany,
    /// A time is negative.
    #[error("a time cannot be negative")]
    NegativeTime,
    /// A number is out of bounds.
    #[error("{0} must be from {1} to {2}")]
    OutOfBounds(&'static str, i64, i64),
    /// Retries come at whole minutes.
    #[error("retries come at whole minutes")]
    NotWholeMinutes,
    /// The zone is not in the database.
    #[error("there is no time zone `{0}`: use an IANA name such as Europe/London")]
    UnknownZone(String),
    /// An id that cannot stand where it is named.
    #[error("`{0}` cannot be an id of working hours: it must not be empty nor have a quotation mark")]
    BadHoursId(String),
    /// A path with nodes cannot have a template.
    #[error("a path from a template has no steps of its own: delete them first")]
    HasNodes,
    /// The field has something that this version does not understand.
    #[error("{0} holds something that is not understood here; it is kept as it is")]
    NotUnderstood(&'static str),
    /// The problem is no longer as it was when it was found.
    #[error("the path has changed since this problem was found: look at the problems again")]
    FixGone,
    /// A node is chosen and the branch that it lies in is not.
    #[error("the step `{0}` lies in a branch that is not chosen: choose both or neither")]
    NowhereToBe(String),
    /// Something else that the API would refuse, in the checker's words.
    #[error("{0}")]
    Illegal(String),
    /// It is the same already.
    #[error("nothing changes")]
    NoChange,
}
