//! The words about saving, drafts, and going in and out.

pub const NOT_KEPT: &str = "This browser keeps no drafts: changes that are not saved are lost when the page is closed.";
pub const NO_RIGHTS: &str = "The server does not let you save: you may have been signed out, or have no right to change \
                             paths. Your changes are still here, and this browser keeps them. Sign in again in another \
                             tab, then save.";
pub const NO_RIGHTS_LOADING: &str = "You may not see these paths";
pub const NO_RIGHTS_LOADING_HINT: &str =
    "You may have been signed out, or have no right to them. Sign in and try again.";

pub const HAS_DRAFT: &str = "Your changes were not saved";
pub const RESUME: &str = "Resume";
pub const DISCARD: &str = "Discard";
pub const DISCARDED: &str = "The draft was discarded.";
pub const TAKE_BACK: &str = "Undo";
pub const RESUMED: &str = "You go on with your draft.";
pub const MOVED_ON: &str =
    "This path has been saved by somebody else since you began to change it. When you save, you see both.";
pub const NEW_DRAFT: &str = "Never saved";
pub const NOTES: &str = "Notes";

pub fn draft_from(when: &str, zone: &str) -> String {
    format!("You have an unsaved draft from {when} ({zone}).")
}

pub fn discard(name: &str) -> String {
    format!("Discard the draft of {name}")
}
