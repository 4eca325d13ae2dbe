//! People.

use crate::Map;
use crate::macros::{object, open_enum};

open_enum! {
    /// What a seat allows.
    pub enum SeatAccess {
        /// Everything.
        FullAccess = "full_access",
        /// Looking.
        ViewerOnly = "viewer_only",
        /// Nothing.
        None = "none",
    }
}

object! {
    /// The seats of a person.
    pub struct Seats {
        /// On-call.
        required on_call: SeatAccess,
        /// Response.
        required response: SeatAccess,
    }
}

object! {
    /// A person, as lists of users and as other objects name them.
    pub struct User {
        /// Their id.
        required id: String,
        /// Their name.
        required name: String,
        /// Their email address.
        optional email: String,
        /// Their role; the API keeps it for old clients only.
        optional role: String,
        /// Their id in Slack.
        optional slack_user_id: String,
        /// False for somebody who has left or is not active yet; only in lists of users.
        optional is_active: bool,
        /// Their seats; only in lists of users.
        optional seats: Seats,
        /// Their base role; only in lists of users.
        optional base_role: Map,
        /// Their further roles; only in lists of users.
        optional custom_roles: Vec<Map>,
    }
}
