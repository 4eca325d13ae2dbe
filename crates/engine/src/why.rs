//! Why a step happened: as data, and in words. Every sentence of a trace is in this file.

use escalation_api::condition::PRIORITY;

use crate::calendar::Zone;
use crate::compile::{CompiledPath, NamedHours, Reason};
use crate::index::{Id, Index};
use crate::instant::{Instant, Seconds};
use crate::scenario::Branch;
use crate::words::{date_and_time, date_with_year, day_and_time, duration, list, week};

/// Why a step happened.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each is a sentence, and the sentences are below")]
pub enum Why {
    // R1
    GracePeriod { seconds: Seconds },
    Fired,
    GraceOver,
    PathBegins,
    // What led to a node
    NotAcked { within: Seconds },
    AfterEmptyLevel,
    BranchLedHere(Branch),
    WentBack { count: u32, times: u32 },
    RepeatedEnough { times: u32 },
    HandedOver,
    DelayOver,
    EnteredAfresh,
    PagesAgain,
    TheOneDeclined(Id),
    AllDeclined,
    // R3
    Priority { holds: bool, priority: Id, among: Vec<Id> },
    Hours { holds: bool, plan: u32, hours: usize },
    NoConditions,
    Pinned(Box<Why>),
    DecidedBefore(Box<Why>),
    NoPriority,
    MayBeNamed { priority: Id },
    UnknownHours(Id),
    BadHours(Id),
    ForeignCondition(String),
    // R4
    NamedOnLevel,
    OnCall { schedule: Id, rota: Id, until: Option<Instant> },
    NextOnCall { schedule: Id, rota: Id, from: Instant },
    InRota { schedule: Id, rota: Id },
    CannotBePaged,
    Paused { until: Instant },
    NobodyOnCall { schedule: Id, rota: Id },
    NobodyNext { schedule: Id },
    NobodyFrom { schedule: Id, rota: Id, from: Instant },
    NoRotas { schedule: Id },
    BeyondEntries { schedule: Id },
    UnknownUser(Id),
    UnknownSchedule(Id),
    UnknownRota(Id),
    UnreadEntries { schedule: Id },
    UnreadRotas { schedule: Id },
    UnreadUser(Id),
    UnreadSchedule(Id),
    // R5 to R9, R12
    NobodyToPage,
    WaitsSeconds { seconds: Seconds },
    WaitsDefault { seconds: Seconds },
    WaitsForHours { plan: u32, hours: usize, active: bool, now: bool },
    WaitsNotAtAll,
    InTurn(Box<Why>),
    TheirTurn,
    TurnAfterDecline(Id),
    NotAnswered { attempt: u32 },
    ChannelTold,
    // R10, R11, R18, R19
    AckedForAll,
    AckedEachForThemselves,
    AckedAndNobodyLeft,
    AckedLate,
    AckedForGood(Box<Why>),
    Declined,
    DeclinedWithoutEffect,
    PutOff,
    PutOffAnew,
    SnoozeOver,
    WillPageAgain { seconds: Seconds },
    TooLateToPageAgain,
    StillFiring,
    Cancelled,
    ResolvedByHand,
    AlertResolved,
    // R15 to R17, R22, R24
    Repeats { count: u32, times: u32 },
    HandsOver { plan: u32 },
    HandedOverBefore { plan: u32 },
    PathEnds { again: bool, spent: Option<u32> },
    Unclear(Reason),
    TooLong { seconds: Seconds },
    TooManySteps { steps: u32 },
    NothingMoreIsDue,
}

/// What a sentence may name.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    pub(crate) path: &'a CompiledPath,
    pub(crate) index: &'a Index,
}

impl Why {
    /// The field of the semantics that this rests on, where it always rests on the same.
    pub(crate) fn decision(&self) -> Option<&'static str> {
        match self {
            Self::AllDeclined => Some("all_declined_moves_on"),
            Self::TooLong { .. } => Some("cut_off_after_seconds"),
            Self::TooManySteps { .. } => Some("max_steps"),
            _ => None,
        }
    }

    /// The sentence. `at` is the instant of the step, `user` the person whom it is about.
    pub(crate) fn text(&self, names: Names<'_>, at: Instant, user: Option<&str>) -> String {
        match self {
            Self::GracePeriod { seconds } => {
                format!("nobody is told for {}, in case the alert joins an incident", duration(*seconds))
            }
            Self::Fired => "there is no grace period, so paging begins at once".to_string(),
            Self::GraceOver => "the grace period is over".to_string(),
            Self::PathBegins => "the path begins here".to_string(),
            Self::NotAcked { within: 0 } => "there was no wait".to_string(),
            Self::NotAcked { within } => format!("nobody acknowledged within {}", duration(*within)),
            Self::AfterEmptyLevel => "the level before was passed over".to_string(),
            Self::BranchLedHere(Branch::Then) => "the condition holds".to_string(),
            Self::BranchLedHere(Branch::Else) => "the condition does not hold".to_string(),
            Self::WentBack { count, times } => {
                format!("the path goes back here, for the {} of {}", ordinal(*count), times_in_all(*times))
            }
            Self::RepeatedEnough { times } => format!("{}, so the path goes on", gone_back(*times)),
            Self::HandedOver => "the other path begins here".to_string(),
            Self::DelayOver => "the delay is over".to_string(),
            Self::EnteredAfresh => "the snooze is over, so the node is entered afresh".to_string(),
            Self::PagesAgain => "the path begins again".to_string(),
            Self::TheOneDeclined(id) => {
                format!("{} declined, and round robin without rotation pages one person only", names.user(id))
            }
            Self::AllDeclined => "everybody who was paged declined".to_string(),
            Self::Priority { .. }
            | Self::Hours { .. }
            | Self::NoConditions
            | Self::Pinned(_)
            | Self::DecidedBefore(_)
            | Self::NoPriority
            | Self::MayBeNamed { .. }
            | Self::UnknownHours(_)
            | Self::BadHours(_)
            | Self::ForeignCondition(_) => self.of_branch(names, at),
            Self::NamedOnLevel
            | Self::OnCall { .. }
            | Self::NextOnCall { .. }
            | Self::InRota { .. }
            | Self::CannotBePaged
            | Self::Paused { .. }
            | Self::NobodyOnCall { .. }
            | Self::NobodyNext { .. }
            | Self::NobodyFrom { .. }
            | Self::UnreadEntries { .. }
            | Self::UnreadRotas { .. }
            | Self::UnreadUser(_)
            | Self::UnreadSchedule(_)
            | Self::NoRotas { .. }
            | Self::BeyondEntries { .. }
            | Self::UnknownUser(_)
            | Self::UnknownSchedule(_)
            | Self::UnknownRota(_) => self.of_people(names, at, user),
            Self::NobodyToPage => {
                "there is nobody to page and no channel to tell, so the level does not wait".to_string()
            }
            Self::WaitsSeconds { seconds } => format!("for {}", duration(*seconds)),
            Self::WaitsDefault { seconds } => {
                format!("for {}, because the level does not say for how long", duration(*seconds))
            }
            Self::WaitsForHours { plan, hours, active, now } => names.waits_for_hours(*plan, *hours, *active, *now),
            Self::WaitsNotAtAll => "no time is given, so there is no wait".to_string(),
            Self::InTurn(why) => format!("{}, one person after another", why.text(names, at, user)),
            Self::TheirTurn => "nobody answered, and it is their turn".to_string(),
            Self::TurnAfterDecline(id) => format!("{} declined, so it is their turn", names.user(id)),
            Self::NotAnswered { attempt } => format!("they have not answered, so this is attempt {attempt}"),
            Self::ChannelTold => "anybody in the channel may acknowledge".to_string(),
            Self::AckedForAll => "the first to acknowledge stops the path and everybody else's page".to_string(),
            Self::AckedEachForThemselves => {
                "the path stops; on this level each is paged until they acknowledge themselves".to_string()
            }
            Self::AckedAndNobodyLeft => "the path stops, and nobody on this level is still paged".to_string(),
            Self::AckedLate => "somebody who was paged before may still acknowledge, and the path stops".to_string(),
            Self::AckedForGood(why) => {
                let why = why.text(names, at, user);
                format!("{why}; it does not page again, as that would be more than 7 days after the alert fired")
            }
            Self::Declined => "they cannot take it".to_string(),
            Self::DeclinedWithoutEffect => "they cannot take it, which changes nothing any more".to_string(),
            Self::PutOff => "nobody is paged until the snooze is over".to_string(),
            Self::PutOffAnew => {
                "this counts in place of the snooze before: nobody is paged until it is over".to_string()
            }
            Self::SnoozeOver => "the snooze is over".to_string(),
            Self::WillPageAgain { seconds } => format!(
                "the alert still fires, so the path begins again {} later unless it resolves",
                duration(*seconds)
            ),
            Self::TooLateToPageAgain => {
                "after this activity it would be more than 7 days after the alert fired".to_string()
            }
            Self::StillFiring => "the alert still fires".to_string(),
            Self::Cancelled => "the escalation is cancelled: nobody is paged any more".to_string(),
            Self::ResolvedByHand => "the escalation is resolved: nobody is paged any more".to_string(),
            Self::AlertResolved => "the alert resolves: nobody is paged any more".to_string(),
            Self::Repeats { count, times } => format!("for the {} of {}", ordinal(*count), times_in_all(*times)),
            Self::HandsOver { plan } => format!("the path hands over to `{}`", names.plan(*plan)),
            Self::HandedOverBefore { plan } => {
                format!("this run has been on `{}` before: the paths hand over in a circle", names.plan(*plan))
            }
            Self::PathEnds { again, spent } => {
                let again = if *again { " again" } else { "" };
                let spent = spent.map_or(String::new(), |times| format!("{}; ", gone_back(times)));
                format!("{spent}nothing follows, and nobody has acknowledged since paging began{again}")
            }
            Self::Unclear(reason) => unclear(reason),
            Self::TooLong { seconds } => format!("a run is followed for {} and no longer", duration(*seconds)),
            Self::TooManySteps { steps } => format!("a run is followed for {steps} steps and no longer"),
            Self::NothingMoreIsDue => "what it waits for never comes".to_string(),
        }
    }

    fn of_branch(&self, names: Names<'_>, at: Instant) -> String {
        match self {
            Self::Priority { holds, priority, among } => {
                let among: Vec<&str> = among.iter().map(|id| names.index.priority_name(id)).collect();
                let is = if *holds { "is" } else { "is not" };
                let of = if among.len() == 1 { "" } else { "one of " };
                let other = names.index.world().is_other_priority(priority);
                let priority = names.index.priority_name(priority);
                let priority = if other { priority.to_string() } else { format!("priority {priority}") };
                format!("{priority} {is} {of}{}", list(&among, "or"))
            }
            Self::Hours { holds, plan, hours } => names.hours(*plan, *hours).map_or_else(String::new, |set| {
                let Some(hours) = &set.hours else { return String::new() };
                let inside = if *holds { "inside" } else { "outside" };
                let now = day_and_time(hours.zone(), at);
                format!("{now} {} is {inside} {} ({})", set.zone_name, hours_name(&set.name), week(hours))
            }),
            Self::NoConditions => "there is no condition, so it holds".to_string(),
            Self::Pinned(why) => format!("the scenario says so; otherwise: {}", why.of_branch(names, at)),
            Self::DecidedBefore(why) => {
                let same = match &**why {
                    Self::NoPriority | Self::MayBeNamed { .. } => "an alert has one priority",
                    Self::ForeignCondition(subject) if subject == PRIORITY => "an alert has one priority",
                    _ => "a condition has one outcome at one instant",
                };
                format!("it was decided before, and {same}; otherwise: {}", why.of_branch(names, at))
            }
            Self::NoPriority => "the alert's priority is not given".to_string(),
            Self::MayBeNamed { priority } => {
                format!("any other priority may be the one with the id `{priority}`, which is named")
            }
            Self::UnknownHours(id) => format!("there are no working hours `{id}` on this path"),
            Self::BadHours(id) => format!("the working hours `{id}` have no meaning: an unknown zone, weekday or time"),
            Self::ForeignCondition(subject) => format!("what `{subject}` is cannot be known here"),
            _ => String::new(),
        }
    }

    fn of_people(&self, names: Names<'_>, at: Instant, user: Option<&str>) -> String {
        match self {
            Self::NamedOnLevel => "named on this level".to_string(),
            Self::OnCall { schedule, rota, until: None } => format!("on call in {}", names.rota(schedule, rota)),
            Self::OnCall { schedule, rota, until: Some(until) } => {
                format!("on call in {} until {}", names.rota(schedule, rota), names.when(schedule, *until))
            }
            Self::NextOnCall { schedule, rota, from } => {
                format!("next on call in {}, from {}", names.rota(schedule, rota), names.when(schedule, *from))
            }
            Self::InRota { schedule, rota } => format!("in {}", names.rota(schedule, rota)),
            Self::CannotBePaged => {
                let reason = user.and_then(|id| names.index.user(id)).and_then(|user| user.not_paged_reason.as_deref());
                reason.unwrap_or("cannot be paged").to_string()
            }
            Self::Paused { until } => {
                format!("has paused notifications until {}", date_and_time(&Zone::utc(), *until) + " UTC")
            }
            Self::NobodyOnCall { schedule, rota } => {
                format!("nobody is on call in {} at {}", names.rota(schedule, rota), names.when(schedule, at))
            }
            Self::NobodyNext { schedule } => {
                format!("nobody comes on call in `{}` after this", names.schedule(schedule))
            }
            Self::NobodyFrom { schedule, rota, from } => {
                format!(
                    "nobody is next on call in {}, from {}",
                    names.rota(schedule, rota),
                    names.when(schedule, *from)
                )
            }
            Self::UnreadEntries { schedule } => {
                format!("who is on call in `{}` could not be read", names.schedule(schedule))
            }
            Self::UnreadRotas { schedule } => {
                format!("who belongs to `{}` could not be read", names.schedule(schedule))
            }
            Self::UnreadUser(id) => match names.index.user(id) {
                Some(user) => format!("whether {} can be paged could not be read", user.name),
                None => format!("not all people could be read, and `{id}` is not among those that could"),
            },
            Self::UnreadSchedule(id) => {
                format!("not all schedules could be read, and `{id}` is not among those that could")
            }
            Self::NoRotas { schedule } => format!("`{}` has no rotas", names.schedule(schedule)),
            Self::BeyondEntries { schedule } => {
                let (from, until) = (names.index.world().entries_from, names.index.world().entries_until);
                let schedules = &names.index.world().schedules;
                let of = schedules.iter().find(|known| *known.id == **schedule).map(|known| known.timezone.as_str());
                let zone = of.and_then(|name| Some((name, Zone::get(name)?)));
                let (zone_name, zone) = zone.unwrap_or_else(|| ("UTC", Zone::utc()));
                let known = |bound: Option<Instant>| {
                    bound.map_or_else(|| "ever".to_string(), |bound| date_with_year(&zone, bound))
                };
                format!(
                    "who is on call in `{}` is known from {} until {} only ({})",
                    names.schedule(schedule),
                    known(from),
                    known(until),
                    zone_name
                )
            }
            Self::UnknownUser(id) => format!("there is no person `{id}`"),
            Self::UnknownSchedule(id) => format!("there is no schedule `{id}`"),
            Self::UnknownRota(id) => format!("the schedule has no rota `{id}`"),
            _ => String::new(),
        }
    }
}

fn unclear(reason: &Reason) -> String {
    match reason {
        Reason::UnknownType(name) if name == "voicemail" => {
            "voicemail means something only in a call route".to_string()
        }
        Reason::UnknownType(name) => format!("what a node of type `{name}` does is not known here"),
        Reason::BadPayload(name) => format!("this node of type `{name}` does not say what such a node must say"),
        Reason::Misread(field) => format!("`{field}` is not of the right kind"),
        Reason::UnknownValue(field, value) => format!("what `{value}` means as {field} is not known here"),
        Reason::BadValue(field) => format!("{field} has a value, or none, that means nothing here"),
        Reason::BadRepeat(node) => {
            format!("a repeat cannot go to `{node}`: it is neither the first node nor a branch around this one")
        }
        Reason::UnknownPath(id) => format!("there is no path `{id}`"),
        Reason::Template(unresolved) => unresolved.to_string(),
        Reason::Unbound(name) if name.is_empty() => "a target is bound to something that has no value".to_string(),
        Reason::Unbound(name) => format!("a target is bound to `{name}`, which has no value here"),
        Reason::BadPath(field) => format!("`{field}` of this path is not of the right kind"),
    }
}

pub(crate) fn ordinal(count: u32) -> String {
    let suffix = match (count % 10, count % 100) {
        (1, rest) if rest != 11 => "st",
        (2, rest) if rest != 12 => "nd",
        (3, rest) if rest != 13 => "rd",
        _ => "th",
    };
    format!("{count}{suffix}")
}

fn times_in_all(times: u32) -> String {
    if times == 1 { "1 time".to_string() } else { format!("{times} times") }
}

/// That a repeat is used up.
fn gone_back(times: u32) -> String {
    if times == 0 { "it may not go back".to_string() } else { format!("it has gone back {}", times_in_words(times)) }
}

fn times_in_words(times: u32) -> String {
    match times {
        1 => "once".to_string(),
        2 => "twice".to_string(),
        _ => format!("{times} times"),
    }
}

/// "UK hours" for a set named "UK"; a name that says so itself stays as it is.
pub(crate) fn hours_name(name: &str) -> String {
    if name.to_ascii_lowercase().contains("hours") { name.to_string() } else { format!("{name} hours") }
}

impl<'a> Names<'a> {
    fn user(&self, id: &'a str) -> &'a str {
        self.index.user_name(id)
    }

    fn schedule(&self, id: &'a str) -> &'a str {
        self.index.schedule(id).map_or(id, |schedule| &schedule.name)
    }

    /// The schedule's name, with the rota's where there are several.
    fn rota(&self, schedule: &str, rota: &str) -> String {
        let Some(roster) = self.index.schedule(schedule) else { return schedule.to_string() };
        match roster.rota(rota) {
            Some(rota) if roster.rotas.len() > 1 => format!("{} ({})", roster.name, rota.name),
            _ => roster.name.clone(),
        }
    }

    /// An instant in the zone of a schedule.
    fn when(&self, schedule: &str, at: Instant) -> String {
        self.index.schedule(schedule).map_or_else(
            || at.to_string(),
            |roster| {
                let (zone, name) = roster.zone();
                format!("{} {name}", date_and_time(zone, at))
            },
        )
    }

    fn plan(&self, plan: u32) -> &'a str {
        self.path.plan(plan).map_or("", |plan| &plan.name)
    }

    fn hours(&self, plan: u32, hours: usize) -> Option<&'a NamedHours> {
        self.path.hours(plan, hours)
    }

    fn waits_for_hours(&self, plan: u32, hours: usize, active: bool, now: bool) -> String {
        let Some(set) = self.hours(plan, hours) else { return String::new() };
        let name = hours_name(&set.name);
        match (now, active) {
            (true, true) => format!("it is inside {name} already, so there is no wait"),
            (true, false) => format!("it is outside {name} already, so there is no wait"),
            (false, true) => format!("until {name} begin"),
            (false, false) => format!("until {name} end"),
        }
    }
}
