//! The words about scenarios that are kept under names, shared and exported.

pub const SCENARIOS: &str = "Scenarios";
pub const KEPT_AT_ONCE: &str = "Saved on the server immediately, apart from the path.";
pub const KEPT_HERE: &str = "Saved in this browser only: this server stores no scenarios.";
pub const KEPT_WITH_PATH: &str = "Saved once the path is saved.";
pub const ONLY_READ: &str = "Read only: you can simulate and share scenarios, not save them.";
pub const NOT_READ: &str = "Couldn’t load the scenarios from the server.";
pub const NOT_KEPT: &str = "Couldn’t save the last change to the scenarios.";
pub const WAITS: &str = "Your last change to the scenarios isn’t on the server yet; this browser keeps it.";
pub const CAME: &str = "The scenarios also changed elsewhere. Both changes were merged.";
pub const NONE: &str = "None yet. Name the current assumptions to save them.";
pub const NAME: &str = "Name";
pub const KEEP: &str = "Keep";
pub const REPLACE: &str = "Replace";
pub const RENAME: &str = "Rename";
pub const DELETE: &str = "Delete";
pub const TAKE_BACK: &str = "Undo";
pub const CHANGED: &str = "changed";
pub const COPY_LINK: &str = "Copy link";
pub const COPY_LINK_LONG: &str = "Copy the link to this simulation";
pub const LINK_COPIED: &str = "Link to this simulation copied.";
pub const LINK_TAKEN: &str = "The link's scenario is simulated";
pub const LINK_UNREADABLE: &str = "Couldn’t read the scenario in the link: it was cut off or changed.";
pub const SAVE_FIRST: &str = "Save the path to copy a link.";
pub const AS_CASE: &str = "Export as a test case";
pub const LATER: &str = "From a newer version: kept unchanged.";

pub fn kept(name: &str) -> String {
    format!("Kept as “{name}”")
}

pub fn renamed(name: &str) -> String {
    format!("Renamed to “{name}”")
}

pub fn deleted(name: &str) -> String {
    format!("“{name}” is deleted.")
}

pub fn back(name: &str) -> String {
    format!("“{name}” is back")
}

pub fn loaded(name: &str) -> String {
    format!("“{name}” is simulated")
}

pub fn came(count: usize) -> String {
    if count == 1 { "1 scenario came with it".to_string() } else { format!("{count} scenarios came with it") }
}

pub fn rename(name: &str) -> String {
    format!("Rename {name}")
}

pub fn delete(name: &str) -> String {
    format!("Delete {name}")
}

/// What one is about, in short.
pub fn about(priority: &str, when: &str, zone: &str) -> String {
    let priority = if priority.is_empty() { "no priority" } else { priority };
    format!("{priority}, {when} {zone}")
}

/// The name that is offered for what is assumed.
pub fn suggested(priority: &str, when: &str) -> String {
    if priority.is_empty() { when.to_string() } else { format!("{priority} {when}") }
}

/// What a test case is about.
pub fn about_case(path: &str, when: &str, zone: &str, outcome: &str) -> String {
    format!("{path}, an alert at {when} {zone}: {outcome}.")
}

/// What to do with the file.
pub fn case_hint(file: &str, name: &str) -> String {
    format!(
        "{file} was downloaded. Unpack it in tests/corpus to hold the engine to it. To play it: \
         escalation simulate --scenario cases/{name}.json --world worlds/{name}.json"
    )
}
