//! What somebody may do.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;

/// One thing that somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Right {
    /// Read paths, schedules and escalations.
    View,
    /// Change paths, schedules, overrides, pauses, templates, alert sources and webhooks.
    Edit,
    /// Start an escalation, which pages people.
    Escalate,
    /// Acknowledge, decline, snooze, cancel, resolve and reassign escalations.
    Respond,
    /// Do so in the name of a person, by the header `X-Incident-User`.
    ActOnBehalf,
    /// Make and revoke API keys.
    Admin,
}

impl Right {
    /// All of them.
    pub(crate) const ALL: [Self; 6] =
        [Self::View, Self::Edit, Self::Escalate, Self::Respond, Self::ActOnBehalf, Self::Admin];

    /// Its name, as the API and the command line have it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Edit => "edit",
            Self::Escalate => "escalate",
            Self::Respond => "respond",
            Self::ActOnBehalf => "act_on_behalf",
            Self::Admin => "admin",
        }
    }

    fn bit(self) -> u8 {
        1 << (self as u8)
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Right {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|right| right.as_str() == text).ok_or(())
    }
}

/// What somebody may do who has a place in the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Role {
    /// Nothing.
    None,
    /// Reads.
    Viewer,
    /// Reads, starts escalations and responds to them.
    Responder,
    /// A responder who changes paths and schedules, too.
    Editor,
    /// Everything.
    Admin,
}

impl Role {
    pub(crate) const ALL: [Self; 5] = [Self::None, Self::Viewer, Self::Responder, Self::Editor, Self::Admin];

    /// Its name, as the API and the command line have it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Viewer => "viewer",
            Self::Responder => "responder",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == text);
        found.ok_or_else(|| format!("a role is {}", Self::ALL.map(Self::as_str).join(", ")))
    }
}

/// The roles that somebody has in single teams, by their ids. They count for what the team owns.
pub(crate) type TeamRoles = BTreeMap<String, Role>;

/// Roles in teams as they are stored.
pub(crate) fn written_roles(roles: &TeamRoles) -> String {
    let roles = roles.iter().map(|(team, role)| (team.clone(), role.as_str().into()));
    serde_json::Value::Object(roles.collect()).to_string()
}

/// Reads roles in teams; nothing where they cannot be read.
pub(crate) fn read_roles(text: &str) -> Option<TeamRoles> {
    let roles: BTreeMap<String, String> = serde_json::from_str(text).ok()?;
    roles.into_iter().map(|(team, role)| Some((team, role.parse().ok()?))).collect()
}

/// What somebody may do with what single teams own, by the ids of the teams.
pub(crate) type TeamGrants = BTreeMap<String, Grants>;

/// What roles in teams allow, and what that is in the organisation: to read is not divided.
pub(crate) fn of_roles(role: Role, teams: &TeamRoles) -> (Grants, TeamGrants) {
    let teams: TeamGrants = teams.iter().map(|(team, role)| (team.clone(), Grants::of(*role))).collect();
    let reads = teams.values().any(|grants| grants.has(Right::View));
    let most = if reads { Grants::of(Role::Viewer) } else { Grants::NONE };
    (Grants::of(role).or(most), teams)
}

/// Everything that somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grants(u8);

impl Grants {
    /// Nothing.
    pub(crate) const NONE: Self = Self(0);
    /// Everything.
    pub(crate) const ALL: Self = Self(u8::MAX);

    /// What a role may do.
    pub(crate) fn of(role: Role) -> Self {
        let responder = [Right::View, Right::Escalate, Right::Respond, Right::ActOnBehalf];
        match role {
            Role::None => Self::NONE,
            Role::Viewer => Self::from_iter([Right::View]),
            Role::Responder => Self::from_iter(responder),
            Role::Editor => Self::from_iter(responder.into_iter().chain([Right::Edit])),
            Role::Admin => Self::ALL,
        }
    }

    /// Whether this is among it.
    pub(crate) fn has(self, right: Right) -> bool {
        self.0 & right.bit() != 0
    }

    /// What is among one of them.
    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is among both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Each of them, in order.
    pub(crate) fn rights(self) -> impl Iterator<Item = Right> {
        Right::ALL.into_iter().filter(move |right| self.has(*right))
    }
}

impl FromIterator<Right> for Grants {
    fn from_iter<I: IntoIterator<Item = Right>>(rights: I) -> Self {
        Self(rights.into_iter().fold(0, |all, right| all | right.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_what_the_one_below_may() {
        let roles = [Role::None, Role::Viewer, Role::Responder, Role::Editor, Role::Admin];
        for pair in roles.windows(2) {
            let [below, above] = [Grants::of(pair[0]), Grants::of(pair[1])];
            assert_eq!(below.and(above), below);
            assert_ne!(below, above);
        }
        assert!(!Grants::of(Role::Editor).has(Right::Admin));
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for right in Right::ALL {
            assert_eq!(right.as_str().parse(), Ok(right));
            assert_eq!(Grants::from_iter([right]).rights().collect::<Vec<_>>(), [right]);
        }
        assert_eq!("View".parse::<Right>(), Err(()));
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert!("Admin".parse::<Role>().is_err());
    }
}
