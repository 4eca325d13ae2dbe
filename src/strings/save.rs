//! The words about saving, drafts, and going in and out.

use escalation_editor::changes::Became;

pub const NOT_KEPT: &str = "This browser keeps no drafts: changes that are not saved are lost when the page is closed.";
pub const HAS_DRAFT: &str = "Your changes were not saved";
pub const RESUME: &str = "Resume";
pub const LOOK: &str = "What changed";
pub const DISCARD: &str = "Discard";
pub const DISCARDED: &str = "The draft was discarded.";
pub const NOT_NOW: &str =
    "The draft would replace what you have changed since. Undo those changes first, then this gives the draft back.";
pub const TAKE_BACK: &str = "Undo";
pub const RESUMED: &str = "You go on with your draft.";
pub const MOVED_ON: &str =
    "This path has been saved by somebody else since you began to change it. When you save, you see both.";
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
pub const OTHER_TAB_CHANGES: &str = "This path is also open in another tab, with changes that are not saved.";
pub const OTHER_TAB_SAVED: &str = "Another tab has saved this path. When you save, you see both.";
pub const SEE_BOTH: &str = "Look at both";
pub const FOLLOWED: &str = "Somebody has saved this path: it is shown as it is now.";

pub const CLOSE: &str = "Close";
pub const SAVE_NOW: &str = "Save now";
pub const GO_ON_EDITING: &str = "Go on editing";
pub const IN_THE_PATH: &str = "In the path";
pub const FOR_PEOPLE: &str = "For people";
pub const GAPS: &str = "Nobody is paged";
pub const SAME: &str = "Nothing is different.";
pub const FINDING_OUT: &str = "Finding out who is paged otherwise…";
pub const PEOPLE_UNKNOWN: &str = "It cannot be said what changes for people: it is not known who is on call.";
pub const PEOPLE_INCOMPLETE: &str = "No change in who is paged is known, but not everything is known.";
pub const REST_INCOMPLETE: &str = "What else changes is not known for every instant.";
pub const SIMULATE_IT: &str = "Simulate it";
pub const SIMULATED: &str = "It is simulated below.";
pub const CHECKING: &str = "The server checks it…";
pub const CHECKED: &str = "The server finds no errors.";
pub const CHECK_REFUSES: &str = "The server finds errors.";
pub const CHECK_DID_NOT_RUN: &str = "The server's own check did not run.";
pub const ERRORS_FIRST: &str = "It cannot be saved before its errors are mended.";

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
    format!("{changes}. Save again to confirm, Escape to go on editing.")
}

pub fn new_path(steps: usize) -> String {
    let steps = if steps == 1 { "1 step".to_string() } else { format!("{steps} steps") };
    format!("A new path with {steps}.")
}

/// What became of a node.
pub fn became(became: Became) -> &'static str {
    match became {
        Became::Added => "new",
        Became::Removed => "removed",
        Became::Moved => "moved",
        Became::Changed => "changed",
    }
}

pub fn nobody_else_paged(until: &str) -> String {
    format!("No change in who is paged as long as nobody responds, for any priority at any instant until {until}.")
}

pub fn nothing_else_changes(until: &str) -> String {
    format!(
        "All other alerts page as before as long as nobody responds, for any priority at any instant until {until}. Of \
         those above, what is told is when somebody is paged first; what follows may differ, too: “Show” has all of it."
    )
}

/// Opens those that are not shown at first.
pub fn other_changes(count: usize) -> String {
    if count == 1 { "1 change more".to_string() } else { format!("{count} changes more") }
}

pub fn and_more_changes(count: usize) -> String {
    if count == 1 { "and 1 change more".to_string() } else { format!("and {count} changes more") }
}

pub const THEIRS_TOO: &str = "Somebody else has saved this path";
pub const CHOICES: &str = "What you and they did";
pub const YOU: &str = "You:";
pub const THEY: &str = "They:";
pub const YOURS: &str = "Yours";
pub const THEIRS: &str = "Theirs";
pub const BOTH: &str = "both changed it";
pub const GONE: &str = "Somebody has deleted this path. Your changes are still here: they can be saved as a new path.";
pub const SAVE_AS_NEW: &str = "Save as a new path";
pub const REVIEW_IT: &str = "Take over and review";
pub const TAKE_OVER_FIRST: &str = "Somebody else has saved this path: choose, then take over what you have chosen.";
pub const RESULT_SHOWN: &str =
    "The graph and the simulation show what comes of it; where nothing is chosen yet, yours.";

/// Of steps that are gone: the hint on their mark in the graph.
pub fn removed(titles: &str) -> String {
    format!("Removed here: {titles}")
}

pub const TAKE_OVER: &str = "Take over and go on editing";
pub const NO_PROBLEMS_THEN: &str = "What is chosen has no problems.";

/// How many things both have changed.
pub fn both_changed(count: usize) -> String {
    let both = match count {
        0 => "You and they have changed different things, and all of it is kept.".to_string(),
        1 => "There is 1 thing that both of you have changed: choose whose it is to be.".to_string(),
        many => format!("There are {many} things that both of you have changed: choose whose they are to be."),
    };
    format!("Nothing of theirs is replaced unless you choose so. {both}")
}

/// Why it cannot be saved yet.
pub fn undecided(count: usize) -> String {
    match count {
        1 => "Choose whose 1 thing is to be before you save: yours or theirs.".to_string(),
        many => format!("Choose whose {many} things are to be before you save: yours or theirs."),
    }
}

/// Why what is chosen cannot be had together.
pub fn not_together(why: &str) -> String {
    format!("What is chosen does not go together: {why}.")
}

pub const REVISIONS: &str = "Earlier revisions";
pub const NO_REVISIONS: &str = "The revisions cannot be had. Close this and try again.";
pub const AS_SAVED: &str = "as it is saved";
pub const OLDER: &str = "Older";
pub const SINCE_THEN: &str = "Since then";
pub const RESTORE: &str = "Go back to it";
pub const RESTORE_HINT: &str =
    "Choose one to see what is different since. Going back can be undone, and is not saved yet.";

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
