//! API keys.

use chrono::DateTime;
use serde_json::json;
use sqlx::FromRow;

use super::audit::{Action, Editing, Entry, Resource, UNREADABLE};
use super::documents::{self, Stored, has_id};
use super::turns::made;
use super::{Result, Store, Writing, stamp};

/// How old the last use may be that is kept, in milliseconds: not every request writes.
const USE_IS_OLD: i64 = 60_000;

/// An API key as it is stored. Instants are in milliseconds since 1970.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct KeyRow {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The names of its rights, by spaces.
    pub(crate) rights: String,
    pub(crate) created_at: i64,
    /// Who made it, if that is known.
    pub(crate) created_by: Option<String>,
    /// From when it is not valid any more; nothing: it stays valid.
    pub(crate) expires_at: Option<i64>,
    /// When it was used last, to the minute.
    pub(crate) last_used_at: Option<i64>,
    pub(crate) revoked_at: Option<i64>,
    /// The ids of the teams whose things it may change, a list in JSON; nothing: those of the organisation.
    pub(crate) team_ids: Option<String>,
}

impl KeyRow {
    /// Whether it can be used at an instant: it is not revoked and has not expired.
    pub(crate) fn is_valid(&self, now: i64) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }

    /// What the audit log keeps of it: all but its digest and when it was used.
    fn written(&self) -> String {
        let rights: Vec<_> = self.rights.split(' ').collect();
        let mut written = json!({ "name": self.name, "rights": rights, "expires_at": self.expires_at.map(told_at) });
        if let (Some(teams), Some(fields)) = (&self.team_ids, written.as_object_mut()) {
            fields.insert("team_ids".to_string(), serde_json::from_str(teams).unwrap_or_default());
        }
        written.to_string()
    }

    /// Whether its last use that is kept is older than it should be.
    pub(crate) fn is_use_old(&self, now: i64) -> bool {
        self.last_used_at.is_none_or(|last| now.saturating_sub(last) >= USE_IS_OLD)
    }
}

/// From milliseconds since 1970.
fn told_at(at: i64) -> String {
    DateTime::from_timestamp_millis(at).map(stamp).unwrap_or_default()
}

/// The table, as the log names it.
const TABLE: &str = "api_keys";

/// The columns of [`KeyRow`].
macro_rules! columns {
    () => {
        "select id, name, rights, created_at, created_by, expires_at, last_used_at, revoked_at, team_ids from api_keys"
    };
}

impl Store {
    /// A page of API keys, by id; those that were revoked are among them.
    pub(crate) async fn api_keys(&self, after: &str, count: u32) -> Result<Vec<Stored<KeyRow>>> {
        let query = sqlx::query(concat!(columns!(), " where id > $1 and ", has_id!(), " order by id limit $2"));
        Ok(documents::rows(TABLE, &query.bind(after).bind(count).fetch_all(self.readers()).await?))
    }

    /// The key with this id, revoked or not.
    pub(crate) async fn api_key(&self, id: &str) -> Result<Option<KeyRow>> {
        let query = sqlx::query(concat!(columns!(), " where id = $1"));
        documents::row(TABLE, id, query.bind(id).fetch_optional(self.readers()).await?)
    }

    /// The key with this digest, revoked or not.
    pub(crate) async fn api_key_by_digest(&self, digest: &str) -> Result<Option<KeyRow>> {
        let query = sqlx::query(concat!(columns!(), " where secret = $1")).bind(digest);
        // What it may do cannot be known where it cannot be read.
        documents::found(TABLE, query.fetch_optional(self.readers()).await?)
    }

    /// Whether there is a key that can be used at an instant, in milliseconds since 1970.
    pub(crate) async fn has_api_key(&self, now: i64) -> Result<bool> {
        let query = "select exists (select 1 from api_keys where revoked_at is null and (expires_at is null or expires_at > $1))";
        sqlx::query_scalar(query).bind(now).fetch_one(self.readers()).await
    }

    /// Keeps when a key was used last.
    pub(crate) async fn use_api_key(&self, id: &str, now: i64) -> Result<()> {
        made!({
            let query = sqlx::query("update api_keys set last_used_at = $2 where id = $1");
            let mut writing = self.change().await?;
            query.bind(id).bind(now).execute(writing.connection()).await?;
            writing.commit().await
        })
    }
}

impl Editing<'_> {
    /// Keeps a new key by the digest of its secret.
    pub(crate) async fn add_api_key(&self, key: &KeyRow, digest: &str) -> Result<()> {
        made!({
            let query = sqlx::query(
                "insert into api_keys (id, name, rights, secret, created_at, created_by, expires_at, team_ids)
                 values ($1, $2, $3, $4, $5, $6, $7, $8)",
            );
            let query = query.bind(&key.id).bind(&key.name).bind(&key.rights).bind(digest).bind(key.created_at);
            let query = query.bind(key.created_by.as_deref()).bind(key.expires_at).bind(key.team_ids.as_deref());
            let mut writing = self.change().await?;
            query.execute(writing.connection()).await?;
            let (resource, id, after) = (Resource::ApiKey, key.id.as_str(), Some(key.written()));
            writing.commit(&Entry { action: Action::Create, resource, id, before: None, after }).await
        })
    }

    /// Revokes a key, or finds it revoked; false if there is none.
    pub(crate) async fn revoke_api_key(&self, id: &str, now: i64) -> Result<bool> {
        made!({
            let mut writing = self.change().await?;
            let Some(before) = key_of(&mut writing, id).await? else {
                writing.leave().await?;
                return Ok(false);
            };
            let query = sqlx::query("update api_keys set revoked_at = $2 where id = $1 and revoked_at is null");
            if query.bind(id).bind(now).execute(writing.connection()).await?.rows_affected() == 0 {
                writing.leave().await?;
                return Ok(true);
            }
            let (action, resource, before) = (Action::Revoke, Resource::ApiKey, Some(before));
            writing.commit(&Entry { action, resource, id, before, after: None }).await?;
            Ok(true)
        })
    }
}

/// What the audit log keeps of a key, if it is there: all but its digest and when it was used.
async fn key_of(writing: &mut Writing, id: &str) -> Result<Option<String>> {
    let row = sqlx::query(concat!(columns!(), " where id = $1")).bind(id).fetch_optional(writing.connection()).await?;
    let key = row.map(|row| documents::columns::<KeyRow>(TABLE, id, &row));
    Ok(key.map(|key| key.map_or_else(|_| UNREADABLE.to_string(), |key| key.written())))
}
