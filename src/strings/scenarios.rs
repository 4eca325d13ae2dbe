//! The words about scenarios that are kept under names, shared and exported.

pub const SCENARIOS: &str = "Scenarios";
pub const KEPT_AT_ONCE: &str = "Kept on the server at once, beside the path.";
pub const KEPT_HERE: &str = "Kept in this browser at once: this server keeps no scenarios.";
pub const KEPT_WITH_PATH: &str = "Kept once the path is saved.";
pub const ONLY_READ: &str = "Shown for reading: scenarios can be simulated and shared, but not kept.";
pub const NOT_READ: &str = "The scenarios of this path could not be read from the server.";
pub const NOT_KEPT: &str = "The last change to the scenarios is not kept.";
pub const WAITS: &str = "The last change to the scenarios waits in this browser: the server could not keep it yet.";
pub const CAME: &str = "Somebody else has changed the scenarios, too: both are in the list.";
pub const NONE: &str = "None yet. Give what is assumed now a name to have it again.";
pub const NAME: &str = "Name";
pub const KEEP: &str = "Keep";
pub const REPLACE: &str = "Replace";
pub const RENAME: &str = "Rename";
pub const DELETE: &str = "Delete";
pub const TAKE_BACK: &str = "Undo";
pub const CHANGED: &str = "changed";
pub const COPY_LINK: &str = "Copy link";
pub const COPY_LINK_LONG: &str = "Copy the link to this simulation";
pub const LINK_COPIED: &str = "The link to this simulation is copied.";
pub const LINK_TAKEN: &str = "The link's scenario is simulated";
pub const LINK_UNREADABLE: &str = "The scenario in the link cannot be read: it was cut off or changed on the way.";
pub const SAVE_FIRST: &str = "A link can be copied once the path is saved.";
pub const AS_CASE: &str = "Export as a test case";
pub const LATER: &str = "Of a later version: kept as it is.";

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
        "{file} is with your downloads. Unpack it in tests/corpus to hold the engine to it. To play it: \
         escalation simulate --scenario cases/{name}.json --world worlds/{name}.json"
    )
}
