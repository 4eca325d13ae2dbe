//! API keys: made once, shown once, and kept as a digest. They have 256 random bits, so that nobody finds one by trying,
//! however fast a digest is made.

use ulid::Ulid;

use super::grants::{Grants, Right, Role, TeamGrants};
use crate::error::ApiError;
use crate::signing;
use crate::signing::digest;
use crate::store::{Editing, KeyRow};

/// What keys begin with, so that a search for leaked secrets finds them.
pub(super) const PREFIX: &str = "epb_";

/// What a key allows; nothing where that cannot be read.
pub(crate) fn grants_of(key: &KeyRow) -> Option<Grants> {
    let rights: Result<Vec<Right>, ()> = key.rights.split(' ').map(str::parse).collect();
    Some(rights.ok()?.into_iter().collect())
}

/// What a key allows in the organisation, and with what its teams own; nothing where that cannot be read. To read is not
/// divided among teams.
pub(crate) fn divided(key: &KeyRow) -> Option<(Grants, TeamGrants)> {
    let grants = grants_of(key)?;
    let Some(teams) = teams_of(key)? else { return Some((grants, TeamGrants::new())) };
    let reads = grants.and(Grants::of(Role::Viewer));
    Some((reads, teams.into_iter().map(|team| (team, grants)).collect()))
}

/// The teams that a key is for, if it is not for the organisation; nothing where they cannot be read.
#[expect(clippy::option_option, reason = "what cannot be read is not what is not there")]
pub(crate) fn teams_of(key: &KeyRow) -> Option<Option<Vec<String>>> {
    key.team_ids.as_deref().map(serde_json::from_str).transpose().ok()
}

/// A key that is about to be kept. Its secret is known here and nowhere else.
pub(crate) struct NewKey {
    pub(crate) row: KeyRow,
    pub(crate) secret: String,
}

impl NewKey {
    /// A key that does not expire, made at an instant by nobody who is known.
    ///
    /// # Errors
    /// Where the system has no randomness to give.
    pub(crate) fn new(name: &str, grants: Grants, now: i64) -> Result<Self, ApiError> {
        let row = KeyRow {
            id: Ulid::generate().to_string(),
            name: name.to_string(),
            rights: grants.rights().map(Right::as_str).collect::<Vec<_>>().join(" "),
            created_at: now,
            created_by: None,
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
            team_ids: None,
        };
        Ok(Self { row, secret: format!("{PREFIX}{}", signing::secret_text()?) })
    }

    /// Has it change only what these teams own; with none, what the organisation has.
    pub(crate) fn for_teams(&mut self, teams: &[String]) {
        self.row.team_ids = (!teams.is_empty()).then(|| serde_json::Value::from(teams).to_string());
    }

    /// Keeps it, by the digest of its secret.
    pub(crate) async fn keep(&self, store: &Editing<'_>) -> Result<(), sqlx::Error> {
        store.add_api_key(&self.row, &digest(self.secret.as_bytes())).await
    }
}
