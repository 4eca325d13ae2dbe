//! What is shown of what is stored, to whoever asks by the API and to whoever is sent an event: people, shifts, escalations.

mod escalations;
mod shifts;

use escalation_api::{Map, User};

pub(crate) use escalations::{as_of, named_user, person, tell};
pub(crate) use shifts::{MAX_WINDOW, Overrides, entries_of, overrides};

/// A user of whom no more is known than an id and a name.
pub(crate) fn known_as(id: &str, name: &str) -> User {
    User {
        id: id.to_string(),
        name: name.to_string(),
        email: None,
        role: None,
        slack_user_id: None,
        is_active: None,
        seats: None,
        base_role: None,
        custom_roles: None,
        extra: Map::new(),
    }
}

/// A user as other objects name one.
pub(crate) fn named(user: User) -> User {
    User { is_active: None, seats: None, base_role: None, custom_roles: None, ..user }
}
