//! The words about finding a path among many.

pub const SEARCH: &str = "Search paths";
pub const SEARCH_HINT: &str = "Search by name, team or person";
pub const TEAM: &str = "Team";
pub const ALL_TEAMS: &str = "All teams";
pub const SHOW: &str = "Show";
pub const ALL: &str = "All paths";
pub const WITH_PROBLEMS: &str = "With problems";
pub const PAGES_NOBODY: &str = "Page nobody now";
pub const WITH_DRAFT: &str = "With a draft";
pub const SORT: &str = "Sort";
pub const BY_NAME: &str = "By name";
pub const BY_PROBLEMS: &str = "Most problems first";
pub const BY_SIZE: &str = "Most steps first";
pub const SHOW_ALL: &str = "Show all";

/// How many paths are shown.
pub fn found(shown: usize, all: usize) -> String {
    match shown {
        0 => format!("None of {all} paths matches."),
        1 => format!("1 of {all} paths."),
        _ => format!("{shown} of {all} paths."),
    }
}
