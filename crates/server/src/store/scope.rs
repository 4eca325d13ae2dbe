//! Whose things somebody may change: those of the organisation, or of single teams.
//!
//! It is checked where a line of the audit log is written, in the transaction of the change, so that no change can be
//! made without it. What does not say which teams own it belongs to the organisation.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;

use serde::Deserialize;

use super::Result;
use super::audit::{Action, Entry, Resource};
use super::connections::Writing;
use super::paths;
use super::schedules;

/// Whose things somebody may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All.
    Organisation,
    /// Those of these teams, by their ids.
    Teams(BTreeSet<String>),
}

impl Scope {
    /// Whether something that these teams own may be changed.
    pub(crate) fn has_one_of(&self, owners: &[String]) -> bool {
        match self {
            Self::Organisation => true,
            Self::Teams(teams) => owners.iter().any(|owner| teams.contains(owner)),
        }
    }

    /// Whether something may be made that these teams own alone.
    pub(crate) fn has_all_of(&self, owners: &[String]) -> bool {
        match self {
            Self::Organisation => true,
            Self::Teams(teams) => !owners.is_empty() && owners.iter().all(|owner| teams.contains(owner)),
        }
    }

    /// Whether something may be changed from being owned by some teams, if it was there, to being owned by others, if it is
    /// there still. It must be theirs and stay theirs, and they give away or take no ownership but their own.
    pub(crate) fn allows(&self, before: Option<&[String]>, after: Option<&[String]>) -> bool {
        let Self::Teams(teams) = self else { return true };
        let is_theirs = |owners: Option<&[String]>| owners.is_none_or(|owners| self.has_one_of(owners));
        let set = |owners: Option<&[String]>| owners.unwrap_or_default().iter().cloned().collect::<BTreeSet<_>>();
        let keeps = after.is_none() || set(before).symmetric_difference(&set(after)).all(|owner| teams.contains(owner));
        is_theirs(before) && is_theirs(after) && keeps
    }
}

/// Somebody would change what no team of theirs owns. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotTheirs;

impl fmt::Display for NotTheirs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it belongs to no team of whoever asks")
    }
}

impl Error for NotTheirs {}

impl NotTheirs {
    /// Whether an error of the database is this.
    pub(crate) fn is(error: &sqlx::Error) -> bool {
        matches!(error, sqlx::Error::Configuration(why) if why.is::<Self>())
    }
}

impl From<NotTheirs> for sqlx::Error {
    fn from(error: NotTheirs) -> Self {
        Self::Configuration(Box::new(error))
    }
}

/// What of a document says whose it is.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Owned {
    #[serde(default)]
    team_ids: Option<Vec<String>>,
    /// That of an override, which has the owners of its schedule.
    #[serde(default)]
    pub(crate) schedule_id: Option<String>,
}

impl Owned {
    /// Reads it.
    ///
    /// # Errors
    /// Where it cannot be read, for whose it is cannot be known then.
    pub(crate) fn read(document: &[u8]) -> std::result::Result<Self, NotTheirs> {
        serde_json::from_slice(document).map_err(|_| NotTheirs)
    }

    /// The teams that own it.
    pub(crate) fn teams(&self) -> &[String] {
        self.team_ids.as_deref().unwrap_or_default()
    }
}

/// Whether somebody may make a change, by what the audit log is to keep of it.
pub(super) async fn check(writing: &mut Writing, scope: &Scope, entry: &Entry<'_>) -> Result<()> {
    if *scope == Scope::Organisation {
        return Ok(());
    }
    let owned = |document: &Option<String>| document.as_deref().map(|text| Owned::read(text.as_bytes())).transpose();
    let (before, after) = (owned(&entry.before)?, owned(&entry.after)?);
    let is_allowed = match entry.resource {
        // Whose it was is known from what was archived, by which the restore was checked.
        Resource::Path if entry.action == Action::Restore && before.is_none() => true,
        Resource::Path | Resource::Schedule => {
            scope.allows(before.as_ref().map(Owned::teams), after.as_ref().map(Owned::teams))
        }
        Resource::Expectations | Resource::Scenarios => {
            scope.has_one_of(&teams_of(paths::document(writing, entry.id).await?)?)
        }
        Resource::Override => {
            let mut are_theirs = true;
            for owned in [before, after].into_iter().flatten() {
                let document = schedules::document(writing, &owned.schedule_id.unwrap_or_default()).await?;
                are_theirs &= scope.has_one_of(&teams_of(document)?);
            }
            are_theirs
        }
        Resource::ApiKey => scope.has_all_of(before.or(after).unwrap_or_default().teams()),
        // One's own.
        Resource::Session => matches!(entry.action, Action::SignIn | Action::SignOut),
        Resource::Template
        | Resource::Pause
        | Resource::NotificationMethods
        | Resource::NotificationRules
        | Resource::AlertSource
        | Resource::WebhookEndpoint
        | Resource::Account
        | Resource::Escalation
        | Resource::Delivery => false,
    };
    if is_allowed { Ok(()) } else { Err(NotTheirs.into()) }
}

/// Whether somebody may do something with an escalation on this path. Without a path it belongs to the organisation.
pub(super) async fn check_escalation(writing: &mut Writing, scope: &Scope, path: Option<&str>) -> Result<()> {
    if *scope == Scope::Organisation {
        return Ok(());
    }
    let owners = match path {
        Some(path) => teams_of(paths::document(writing, path).await?)?,
        None => Vec::new(),
    };
    if scope.has_one_of(&owners) { Ok(()) } else { Err(NotTheirs.into()) }
}

/// The teams that own what a stored document describes; none where it is not there.
pub(super) fn teams_of(document: Option<Vec<u8>>) -> Result<Vec<String>> {
    document.map_or(Ok(Vec::new()), |bytes| Ok(Owned::read(&bytes)?.team_ids.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_changed_is_theirs_stays_theirs_and_moves_no_ownership_but_theirs() {
        let ids = |text: &str| text.split_whitespace().map(str::to_string).collect::<Vec<_>>();
        let scope = Scope::Teams(["a".to_string(), "b".to_string()].into());
        // Owners before and after, of which `-` is: it is not there.
        for (before, after, expected) in [
            ("-", "a", true),
            ("-", "a b", true),
            ("-", "a x", false),
            ("-", "", false),
            ("-", "x", false),
            ("a", "a", true),
            ("a x", "a x", true),
            ("x a", "a x", true),
            ("a", "b", true),
            ("a x", "x", false),
            ("a x", "a", false),
            ("a", "a x", false),
            ("a", "", false),
            ("", "a", false),
            ("x", "x a", false),
            ("x", "x", false),
            ("a", "-", true),
            ("a x", "-", true),
            ("x", "-", false),
            ("", "-", false),
        ] {
            let owners = |text: &str| (text != "-").then(|| ids(text));
            let (from, to) = (owners(before), owners(after));
            assert_eq!(scope.allows(from.as_deref(), to.as_deref()), expected, "from `{before}` to `{after}`");
            assert!(Scope::Organisation.allows(from.as_deref(), to.as_deref()));
        }
        assert!(scope.has_all_of(&ids("a")) && !scope.has_all_of(&ids("a x")) && !scope.has_all_of(&[]));
    }
}
