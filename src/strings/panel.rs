//! The words of the panel below the graph.

pub const PANEL: &str = "Simulation and checks";
pub const EXPECTATIONS: &str = "Expectations";
pub const HEIGHT: &str = "Height of the panel";

pub const KEPT_AT_ONCE: &str = "Saved on the server immediately, apart from the path. Undo doesn’t apply.";
pub const KEPT_HERE: &str = "Saved in this browser only: this server stores no expectations.";
pub const KEPT_WITH_PATH: &str = "Saved once the path is saved.";
pub const NOT_READ: &str = "Couldn’t load the expectations from the server.";
pub const NOT_KEPT: &str = "Couldn’t save the last change to the expectations.";
pub const NO_WORKER: &str = "Proofs now run in this page and may slow it down. Reload to try again.";
pub const WAITS: &str = "Your last change to the expectations isn’t on the server yet; this browser keeps it.";
pub const CAME: &str = "The expectations also changed elsewhere. Both changes were merged.";
pub const IS_EXPECTED: &str = "This is already in the list.";
pub const NOTHING_EXPECTED: &str =
    "Say what must stay true of this path. It is then proven for every alert, at every change.";
pub const GO_ON: &str = "Prove to the end of the schedules";
pub const PROVING: &str = "Not proven yet";
pub const SCOPE: &str = "Scope";
pub const NOT_TRUE: &str = "When it fails";
pub const NOT_KNOWN: &str = "When it is unknown";
pub const NEVER_REACHED: &str = "Never reached, or one way only";
pub const PLAY: &str = "Play";
pub const PLAYED: &str = "The alert is played in the simulation";
pub const EDIT: &str = "Change";
pub const REMOVE: &str = "Remove";
pub const ADD: &str = "Add an expectation";
pub const SUGGESTED: &str = "Suggestions that currently hold";
pub const FAILS: &str = "Currently fails. Add it to see when";
pub const BROKEN: &str = "Failing expectations";

pub const EXPECT: &str = "Expectation";
pub const TIME: &str = "Time";
pub const PEOPLE: &str = "People";
pub const SCHEDULE: &str = "Schedule";
pub const CHOOSE: &str = "Choose…";
pub const PRIORITIES: &str = "Priorities";
pub const ALL_PRIORITIES: &str = "None selected: applies to all.";
pub const WHICH_PAGES: &str = "Pages that count";
pub const ANY: &str = "Any";
pub const WITH_DECLINES: &str = "Also if whole levels decline";
pub const QUIET_HOURS: &str = "Quiet hours";
pub const OTHER_WINDOW: &str = "These quiet hours differ from day to day and are kept as they are.";
pub const REPLACE_WINDOW: &str = "Type others";
pub const FROM: &str = "From";
pub const UNTIL: &str = "Until";
pub const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
pub const ADD_IT: &str = "Add";
pub const CHANGE: &str = "Change";
pub const CANCEL: &str = "Cancel";

pub fn broken(count: usize) -> String {
    if count == 1 { "1 failing expectation".to_string() } else { format!("{count} failing expectations") }
}

pub fn now_broken(sentences: &[&str]) -> String {
    format!("Now failing: {}", sentences.join("; "))
}

pub fn now_holds(sentences: &[&str]) -> String {
    format!("Passing again: {}", sentences.join("; "))
}

pub fn not_understood(text: &str) -> String {
    let short: String = text.chars().take(120).collect();
    format!("Not understood, kept unchanged: {short}")
}

pub fn added(sentence: &str) -> String {
    format!("Expectation added: {sentence}")
}

pub fn removed(sentence: &str) -> String {
    format!("Expectation removed: {sentence}")
}

pub fn gone(sentence: &str) -> String {
    format!("“{sentence}” is removed.")
}

pub fn play(sentence: &str) -> String {
    format!("Play an alert for which this fails: {sentence}")
}

pub const SAVE_WAITS: &str = "Checking expectations, then saving…";
pub const HELD: &str = "It held at the last save.";

pub fn newly_broken(count: usize) -> String {
    if count == 1 {
        "1 expectation that held now fails".to_string()
    } else {
        format!("{count} expectations that held now fail")
    }
}

/// The question before a save that breaks what was expected.
pub fn save_asks(sentences: &[String]) -> String {
    format!("{}: {}. Save anyway?", newly_broken(sentences.len()), sentences.join("; "))
}

pub fn save_although(count: usize) -> String {
    if count == 1 {
        "Save with 1 failing expectation".to_string()
    } else {
        format!("Save with {count} failing expectations")
    }
}

pub fn fix(title: &str) -> String {
    format!("Fix: {title}")
}

pub const OR_PERSON: &str = "Or one of these people";

/// Takes a person out of those of whom one must be paged.
pub fn without_person(name: &str) -> String {
    format!("{name}: remove")
}

pub fn play_at(time: &str) -> String {
    format!("Play an alert that fires {time}")
}

pub fn edit(sentence: &str) -> String {
    format!("Change: {sentence}")
}

pub fn remove(sentence: &str) -> String {
    format!("Remove: {sentence}")
}

pub fn expect(sentence: &str) -> String {
    format!("Expect: {sentence}")
}

pub fn scope(from: &str, until: &str, cells: usize, priorities: &str) -> String {
    let of = if priorities.is_empty() { "alerts without a priority".to_string() } else { priorities.to_string() };
    let cells =
        if cells == 1 { "1 class of alike times".to_string() } else { format!("{cells} classes of alike times") };
    format!("Every alert from {from} to {until}, for {of}. Checked {cells}.")
}

pub fn during(from: &str, until: &str, priorities: &str) -> String {
    if priorities.is_empty() { format!("{from} to {until}") } else { format!("{from} to {until}: {priorities}") }
}

pub fn more_times(count: usize) -> String {
    format!("and {count} more")
}

pub fn tzdata(version: &str) -> String {
    format!("Time zone database {version}.")
}
