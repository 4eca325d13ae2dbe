//! What fields and their values are called: in forms, and where a path is only read.

/// The targets of a level.
pub const WHO: &str = "Who is paged";
/// The targets of a channel.
pub const WHO_TOLD: &str = "Who is notified";
/// How long something waits.
pub const DURATION: &str = "How long";
/// What an acknowledgement does to the others.
pub const ACKNOWLEDGING: &str = "Acknowledging";
/// One acknowledgement is enough.
pub const FIRST_STOPS: &str = "First stops the rest";
/// Each stays paged until they answer.
pub const EVERYONE_MUST: &str = "Everyone must";
/// Where a repeat goes.
pub const BACK_TO: &str = "Goes back to";
/// The path of a hand-over.
pub const GO_ON_IN: &str = "Hands over to";
/// The condition of a branch.
pub const ASKS: &str = "Condition";
/// What it means that the first stops the rest.
pub const FIRST_MEANS: &str = "One acknowledgement stops the path, and the others are no longer paged.";
/// What it means that everyone must.
pub const ALL_MEANS: &str = "One acknowledgement stops the path; the others stay paged until each has answered.";
/// Whether all are paged, or one.
pub const ORDER: &str = "Order";
/// All are paged.
pub const ALL_AT_ONCE: &str = "All at once";
/// One is paged.
pub const ONE_BY_ONE: &str = "Round robin";
/// What becomes of who does not answer.
pub const RETRIES: &str = "Without a response";
/// Nobody is paged again.
pub const ONCE: &str = "Is paged once";
/// The teams of a path.
pub const TEAMS: &str = "Owning teams";
/// What a team is called whose name is not known.
pub const UNKNOWN_TEAM: &str = "Unknown team";
/// The setting for what comes after an acknowledgement.
pub const PAGE_AGAIN: &str = "After an acknowledgement";
/// Sets of working hours.
pub const HOURS: &str = "Working hours";
/// The template of a path.
pub const TEMPLATE: &str = "From template";
