//! The words about what is assumed in a simulation: what people do, when the alert fires, and all else.

use escalation_editor::assume::Behaviour;
use escalation_editor::moments::MomentKind;
use escalation_engine::scenario::{Action, Answer, Intervention, Response};
use escalation_engine::words::duration;

pub const DOES_NOTHING: &str = "Does nothing";
pub const ACKNOWLEDGES: &str = "Acknowledges";
pub const DECLINES: &str = "Declines";
pub const SNOOZES: &str = "Snoozes";
pub const SNOOZED_FOR: &str = "For how long";
pub const NO_SNOOZE: &str = "Enter a snooze longer than 0.";
pub const SNOOZES_ONCE: &str = "Paging pauses, then this step restarts. They don’t respond again.";
pub const AFTER_PAGE: &str = "After the page";
pub const DONE: &str = "Done";
pub const MORE_ANSWERS: &str = "Several responses, kept until you choose another:";

/// What the form of somebody's behaviour is called.
pub fn what_does(name: &str) -> String {
    format!("What {name} does")
}

fn after(seconds: i64) -> String {
    if seconds == 0 { "at once".to_string() } else { format!("after {}", duration(seconds)) }
}

/// What somebody does, on their lane; nothing for somebody who does nothing.
pub fn does(behaviour: Behaviour) -> String {
    match behaviour {
        Behaviour::Silent => String::new(),
        Behaviour::Acks(seconds) => format!("acks {}", after(seconds)),
        Behaviour::Declines(seconds) => format!("declines {}", after(seconds)),
        Behaviour::Snoozes(seconds, long) => format!("snoozes {} for {}", after(seconds), duration(long)),
        Behaviour::Other => "several responses".to_string(),
    }
}

/// What somebody does from now on, for those who listen.
pub fn now_does(name: &str, behaviour: Behaviour) -> String {
    match behaviour {
        Behaviour::Silent => format!("{name} does nothing"),
        Behaviour::Acks(seconds) => format!("{name} acknowledges {}", after(seconds)),
        Behaviour::Declines(seconds) => format!("{name} declines {}", after(seconds)),
        Behaviour::Snoozes(seconds, long) => format!("{name} snoozes {} for {}", after(seconds), duration(long)),
        Behaviour::Other => format!("{name} responds in several ways"),
    }
}

/// One of several responses: `to page 2 declines after 4m`.
pub fn answer(response: &Response) -> String {
    let what = match response.response {
        Answer::Ack => "acknowledges".to_string(),
        Answer::Nack => "declines".to_string(),
        Answer::Snooze => format!("snoozes for {}", duration(response.snooze_seconds.unwrap_or_default())),
    };
    let page = response.to_page.map_or_else(|| "to any page".to_string(), |page| format!("to page {page}"));
    format!("{page}: {what} {}", after(response.after_seconds))
}

pub const ASSUMED: &str = "Assumptions";
pub const AS_IN: &str = "As in a scenario";

/// That people do what they do in a named scenario.
pub fn as_in(name: &str) -> String {
    format!("People do what they do in “{name}”")
}

pub const EVERYBODY: &str = "Everybody acknowledges";

pub fn respond(count: usize) -> String {
    if count == 1 { "1 responds".to_string() } else { format!("{count} respond") }
}

pub const OF_PATH: &str = "the path's";
pub const OF_VIEWER: &str = "yours";
pub const NEXT: &str = "Next…";
pub const NEXT_LABEL: &str = "Suggested times";
pub const ON_CALL_UNKNOWN: &str = "on-call unknown yet";
pub const WHICH: &str = "Which of the two";
pub const FIRST: &str = "First";
pub const SECOND: &str = "Second";

/// The time, before the same time in other zones if there are any.
pub fn which_is(here: &str, elsewhere: bool) -> String {
    if elsewhere { format!("{here}, which is ") } else { here.to_string() }
}

pub fn in_zone(time: &str, zone: &str) -> String {
    format!("{time} {zone}")
}

pub fn tell_in(zone: &str) -> String {
    format!("Show times in {zone}")
}

pub fn told_in(zone: &str) -> String {
    format!("Times shown in {zone}")
}

pub fn twice(time: &str, first: bool) -> String {
    format!("{time} occurs twice (clocks go back). Using the {}.", if first { "first" } else { "second" })
}

pub fn skipped(typed: &str, meant: &str) -> String {
    format!("{typed} doesn’t exist (clocks go forward). Using {meant}.")
}

pub fn after_instant(when: &str) -> String {
    format!("The next of each after {when}")
}

/// What makes an instant worth trying.
pub fn moment(what: &MomentKind) -> String {
    match what {
        MomentKind::SundayNight => "Sunday night".to_string(),
        MomentKind::BeforeChange(true) => "Before the clocks go forward".to_string(),
        MomentKind::BeforeChange(false) => "Before the clocks go back".to_string(),
        MomentKind::AfterChange(true) => "The clocks have gone forward".to_string(),
        MomentKind::AfterChange(false) => "The clocks have gone back".to_string(),
        MomentKind::HoursBegin(name) => format!("{name} hours begin"),
        MomentKind::HoursEnd(name) => format!("{name} hours end"),
        MomentKind::Handover(schedule, names) if names.is_empty() => format!("{schedule}: nobody is on call"),
        MomentKind::Handover(schedule, names) => format!("{schedule}: over to {}", names.join(", ")),
    }
}

pub fn fires(what: &str, when: &str) -> String {
    format!("The alert fires {when}: {what}")
}

pub const MORE: &str = "More assumptions";
pub const GRACE: &str = "Grace period";
pub const NONE: &str = "none";
pub const RESOLVES: &str = "Alert resolves after";
pub const WHEN_ACKED: &str = "when acknowledged";
pub const FIRES_ON: &str = "Alert keeps firing after an acknowledgement";
pub const FIRES_ON_NO_LONGER: &str = "The alert resolves when it is acknowledged";
pub const ACTIVITY: &str = "Activity on the incident after";
pub const ACTIVITY_HINT: &str = "5m, 20m";
pub const BRANCHES: &str = "Branches that can’t be decided here";
pub const OPEN: &str = "left open";
pub const TURNS: &str = "Who is first in round robins";
pub const TURNS_HINT: &str = "Ignored if that person isn’t on the level at that time.";
pub const FIRST_OF_LEVEL: &str = "The first of the level";
pub const BESIDE: &str = "Also assumed";
pub const READINGS: &str = "Non-default reading of open questions";
pub const RESET: &str = "Reset";
pub const RESET_DONE: &str = "Assumptions reset";

pub fn differ(count: usize) -> String {
    if count == 1 { "1 assumption".to_string() } else { format!("{count} assumptions") }
}

pub fn assumed(what: &str, told: &str) -> String {
    format!("{what}: {}", if told.trim().is_empty() { NONE } else { told.trim() })
}

pub fn pinned(title: &str, side: &str) -> String {
    format!("{title} {side}")
}

pub fn not_pinned(title: &str) -> String {
    format!("{title} {OPEN}")
}

pub fn first_on(title: &str) -> String {
    format!("Who is first: {title}")
}

pub fn turn(title: &str, name: Option<&str>) -> String {
    format!("{title}: {} first", name.unwrap_or("the first of the level"))
}

pub fn go(side: &str) -> String {
    format!("Continue with “{side}”")
}

/// What is done to the escalation as a whole.
pub fn done(what: &Intervention) -> String {
    let verb = match what.action {
        Action::Cancel => "cancelled",
        Action::Resolve => "resolved",
    };
    format!("The escalation is {verb} {}", after(what.after_seconds))
}
