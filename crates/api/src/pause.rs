//! Times in which somebody is not to be paged.

use crate::Timestamp;
use crate::macros::object;

object! {
    /// A pause of a person's on-call notifications.
    pub struct Pause {
        /// Its id.
        required id: String,
        /// Whose notifications are paused.
        required user_id: String,
        /// From when.
        required starts_at: Timestamp,
        /// Until when.
        required ends_at: Timestamp,
        /// Why, for people.
        optional reason: String,
        /// When it was made.
        optional created_at: Timestamp,
        /// When it was last changed.
        optional updated_at: Timestamp,
    }
}

object! {
    /// A pause as it is sent.
    pub struct PausePayload {
        /// Whose notifications are paused.
        required user_id: String,
        /// From when.
        required starts_at: Timestamp,
        /// Until when.
        required ends_at: Timestamp,
        /// Why, for people.
        optional reason: String,
    }
}
