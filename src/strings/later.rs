//! What is said while a part of the program is not there.

/// Another version is on the server.
pub const NEW_VERSION: &str = "The app was updated. Your changes are kept, and it loads again.";

/// A part could not be loaded.
pub const AWAY: &str = "A part of the app could not be loaded. Check that you are online.";

/// Loads the page again.
pub const LOAD_AGAIN: &str = "Load again";
