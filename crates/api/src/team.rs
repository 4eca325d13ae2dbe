//! Teams, which own paths and schedules.

use crate::macros::object;
use crate::{Map, User};

object! {
    /// A team.
    pub struct Team {
        /// Its id.
        required id: String,
        /// Its name.
        required name: String,
        /// The entry of the catalog that it is made from.
        optional catalog_entry: Map,
        /// Who is in it.
        list members: Vec<User>,
    }
}
