//! The words about saving, drafts, and going in and out.

use escalation_editor::changes::NodeChange;

pub const NOT_KEPT: &str = "This browser stores no drafts: closing the page loses unsaved changes.";
pub const HAS_DRAFT: &str = "You have unsaved changes";
pub const RESUME: &str = "Resume";
pub const LOOK: &str = "What changed";
pub const DISCARD: &str = "Discard";
pub const DISCARDED: &str = "The draft was discarded.";
pub const NOT_NOW: &str = "The draft would replace your newer changes. Undo those first.";
pub const TAKE_BACK: &str = "Undo";
pub const RESUMED: &str = "Draft resumed.";
/// Nobody saves what is edited in an element.
pub const NOBODY_SAVES: &str = "This page does not save paths. Export the path to keep it.";
pub const MOVED_ON: &str = "This path was saved elsewhere. You’ll merge when you save.";
pub const NEW_DRAFT: &str = "Never saved";
pub const NOTES: &str = "Notes";

pub fn draft_from(when: &str, zone: &str) -> String {
    format!("You have an unsaved draft from {when} ({zone}).")
}

pub fn drafts_from(count: usize, zone: &str) -> String {
    format!("You have {count} unsaved drafts of this path. Those that you do not choose are kept. Times in {zone}.")
}

pub fn discard(name: &str) -> String {
    format!("Discard the draft of {name}")
}

pub const OTHER_TAB: &str = "This path is also open in another tab.";
pub const OTHER_TAB_COPY: &str = "This draft is open in another tab. Here you edit a copy of it.";
pub const OTHER_TAB_CHANGES: &str = "This path is also open in another tab, with unsaved changes.";
pub const OTHER_TAB_SAVED: &str = "Another tab saved this path. You’ll merge when you save.";
pub const SEE_BOTH: &str = "Compare";
pub const FOLLOWED: &str = "Somebody saved this path; this is the new version.";

pub const CLOSE: &str = "Close";
pub const SAVE_NOW: &str = "Save now";
pub const GO_ON_EDITING: &str = "Keep editing";
pub const IN_THE_PATH: &str = "In the path";
pub const FOR_PEOPLE: &str = "Paging impact";
pub const GAPS: &str = "Nobody is paged";
pub const GAPS_BUSY: &str = "Looking for times when nobody is paged…";
pub const GAPS_UNKNOWN: &str = "Couldn’t check whether somebody is always paged.";
pub const GAPS_NOT_ALL: &str = "No gap found, but some data is unknown.";
pub const SAME: &str = "No changes.";
pub const FINDING_OUT: &str = "Comparing who is paged…";
pub const PEOPLE_UNKNOWN: &str = "Paging impact unknown: on-call data is missing.";
pub const PEOPLE_INCOMPLETE: &str = "No known change in who is paged, but some data is unknown.";
pub const REST_INCOMPLETE: &str = "Other changes are unknown for some times.";
pub const SIMULATE_IT: &str = "Simulate it";
pub const SIMULATED: &str = "It is simulated below.";
pub const CHECKING: &str = "Checking on the server…";
pub const CHECKED: &str = "The server finds no errors.";
pub const CHECK_REFUSES: &str = "The server finds errors.";
pub const CHECK_DID_NOT_RUN: &str = "Couldn’t check on the server.";
pub const ERRORS_FIRST: &str = "Fix the errors to save.";

/// The heading of a review.
pub fn review(name: &str) -> String {
    format!("Save {name}?")
}

/// What is said when a review opens.
pub fn reviewed(changes: usize, errors: usize) -> String {
    if errors > 0 {
        return format!("{}. {ERRORS_FIRST}", super::problems(errors));
    }
    let changes = match changes {
        0 => "A new path".to_string(),
        1 => "1 change".to_string(),
        many => format!("{many} changes"),
    };
    format!("{changes}. Save again to confirm, Escape to keep editing.")
}

pub fn new_path(steps: usize) -> String {
    let steps = if steps == 1 { "1 step".to_string() } else { format!("{steps} steps") };
    format!("A new path with {steps}.")
}

/// What became of a node.
pub fn became(became: NodeChange) -> &'static str {
    match became {
        NodeChange::Added => "new",
        NodeChange::Removed => "removed",
        NodeChange::Moved => "moved",
        NodeChange::Changed => "changed",
    }
}

pub fn nobody_else_paged(until: &str) -> String {
    format!("No change in who is paged until {until}, for any priority, if nobody responds.")
}

pub fn nothing_else_changes(until: &str) -> String {
    format!(
        "All other alerts page as before until {until}, for any priority, if nobody responds. The changes above are \
         to the first page; “Show” has what follows."
    )
}

/// Opens all changes, with the times of each.
pub fn all_changes(count: usize) -> String {
    format!("Show all {count} changes, with their times")
}

pub fn and_more_changes(count: usize) -> String {
    if count == 1 { "and 1 more change".to_string() } else { format!("and {count} more changes") }
}

pub const THEIRS_TOO: &str = "This path was saved elsewhere";
pub const CHOICES: &str = "Changes";
pub const YOU: &str = "You:";
pub const THEY: &str = "They:";
pub const YOURS: &str = "Yours";
pub const THEIRS: &str = "Theirs";
pub const BOTH: &str = "conflict";
pub const GONE: &str = "Somebody deleted this path. You can save your changes as a new path.";
pub const SAVE_AS_NEW: &str = "Save as a new path";
pub const REVIEW_IT: &str = "Apply and review";
pub const TAKE_OVER_FIRST: &str = "This path was saved elsewhere: resolve conflicts and apply the result first.";
pub const RESULT_SHOWN: &str = "Previewing the merge result. Unresolved conflicts show your version.";

/// Of steps that are gone: the hint on their mark in the graph.
pub fn removed(titles: &str) -> String {
    format!("Removed here: {titles}")
}

pub const TAKE_OVER: &str = "Apply and keep editing";
pub const NO_PROBLEMS_THEN: &str = "The merge result has no problems.";

/// How many things both have changed.
pub fn both_changed(count: usize) -> String {
    let both = match count {
        0 => "No conflicts: all changes are kept.".to_string(),
        1 => "1 conflict: choose yours or theirs.".to_string(),
        many => format!("{many} conflicts: choose yours or theirs."),
    };
    format!("Their changes stay unless you replace them. {both}")
}

/// Why it cannot be saved yet.
pub fn undecided(count: usize) -> String {
    match count {
        1 => "Resolve 1 conflict before saving: choose yours or theirs.".to_string(),
        many => format!("Resolve {many} conflicts before saving: choose yours or theirs."),
    }
}

/// Why what is chosen cannot be had together.
pub fn not_together(why: &str) -> String {
    format!("These choices conflict: {why}.")
}

pub const REVISIONS: &str = "Earlier revisions";
pub const NO_REVISIONS: &str = "Couldn’t load the revisions. Close this and try again.";
pub const AS_SAVED: &str = "current version";
pub const OLDER: &str = "Older";
pub const SINCE_THEN: &str = "Since then";
pub const RESTORE: &str = "Restore";
pub const RESTORE_HINT: &str = "Choose one to see what changed since. Restoring can be undone.";

pub fn times_in(zone: &str) -> String {
    format!("Times in {zone}.")
}

pub fn restored(number: i64) -> String {
    format!("This is revision {number}. It is not saved yet.")
}

pub const MORE: &str = "More";

pub fn more_gaps(count: usize) -> String {
    match count {
        1 => "and at 1 more time".to_string(),
        _ => format!("and at {count} more times"),
    }
}

/// For what that holds: until when, and what it depends on.
pub fn gaps_hint(until: &str, depends: bool, is_complete: bool) -> String {
    let depends = if depends { " Depends on a condition that can’t be decided here." } else { "" };
    let rest = if is_complete { "" } else { " Not everything is known." };
    format!("Checked until {until}, with nobody responding.{depends}{rest}")
}
