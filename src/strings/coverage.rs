//! The words of coverage.

pub const COVERAGE: &str = "Coverage";
pub const HOW_LONG: &str = "Range";
pub const WEEKS: [&str; 3] = ["1 week", "4 weeks", "13 weeks"];
pub const WHAT: &str = "What is shown";
pub const QUESTIONS: [&str; 4] = ["First", "Second", "Third", "How long"];
pub const EARLIER: &str = "A week earlier";
pub const LATER: &str = "A week later";
pub const TODAY: &str = "Today";
pub const EXPORT: &str = "Export as CSV";
pub const CSV: &str = "CSV";
pub const HINT: &str = "Point at a moment to read it, or use the arrow keys. A click or Enter simulates it.";
pub const SIMULATE_THIS: &str = "Simulate this";
pub const WORKING: &str = "Calculating";
pub const ASSUMED: &str = "Assumes nobody responds and round robins start with the first person.";
pub const HOLES: &str = "Gaps";
pub const PERSON: &str = "Person";
pub const HOURS: &str = "Hours";
pub const NIGHTS: &str = "At night";
pub const WEEKENDS: &str = "At weekends";
pub const HOURS_HINT: &str = "Hours in which an alert that fires pages them";
pub const NIGHTS_HINT: &str = "Those between 22:00 and 07:00";
pub const WEEKENDS_HINT: &str = "Those on Saturdays and Sundays";
pub const COUNTED: &str = "Counted by when the alert fires, not by when the page comes.";
pub const PEOPLE_DEPEND: &str = "Excludes hours that are unknown or depend on a condition.";
pub const NO_PEOPLE: &str = "Nobody is paged at this rank.";
pub const AS_TABLE: &str = "As a table";
pub const PRIORITIES: &str = "Priorities";
pub const FROM: &str = "From";
pub const UNTIL: &str = "Until";
pub const PAGED: &str = "Paged";
pub const AFTER: &str = "After";
pub const LEGEND: &str = "Legend";
pub const NOBODY: &str = "Nobody is paged";
pub const NOBODY_MORE: &str = "Nobody else is paged";
pub const UNKNOWN: &str = "Unknown";
pub const DEPENDS: &str = "Depends on a condition";
pub const SEVERAL: &str = "Several, too short to draw";
pub const CLOCK: &str = "The clock changes";
pub const NOT_TRUE: &str = "An expectation fails";

/// The time that is looked at.
pub fn time(from: &str, until: &str, zone: &str) -> String {
    format!("{from} – {until}, {zone}")
}

pub fn working(percent: usize) -> String {
    format!("{WORKING}: {percent}%")
}

/// An alert of some priorities, at a moment.
pub fn moment(row: &str, when: &str, zone: &str) -> String {
    format!("{row}, {when} {zone}")
}

pub fn band(what: &str, time: &str) -> String {
    format!("{what}: {time}")
}

pub fn several(count: usize) -> String {
    format!("{count} are drawn as one here")
}

pub fn not_true(sentences: &str) -> String {
    format!("Failing then: {sentences}")
}

pub fn simulated(when: &str) -> String {
    format!("An alert at {when} is simulated")
}

pub fn hole(time: &str, row: &str) -> String {
    format!("{time}: {row}")
}

pub fn by_person(what: &str) -> String {
    format!("{what}, by person")
}

/// Whole hours, with minutes where there are any.
pub fn hours(seconds: i64) -> String {
    let (hours, minutes) = (seconds / 3600, seconds % 3600 / 60);
    if minutes == 0 { format!("{hours}h") } else { format!("{hours}h {minutes}m") }
}

pub fn more_rows(count: usize) -> String {
    format!("and {count} more, which the exported file has")
}

pub fn sorted(by: &str) -> String {
    format!("Sorted by {by}")
}

pub fn exported(name: &str) -> String {
    format!("{name} is exported")
}
