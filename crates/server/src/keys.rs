//! The command line's way to API keys: `escalation-server key`.

use std::fmt::Write as _;

use chrono::DateTime;
use ulid::Ulid;

use crate::access::{digest_of, new_key, written};
use crate::config::{Config, KeyCommand};
use crate::error::StartError;
use crate::open;
use crate::store::KeyRow;

/// A day, in milliseconds.
const DAY: i64 = 86_400_000;
/// How many keys are read at once.
const AT_ONCE: u32 = 250;

/// Makes, lists or revokes API keys, and says what is to be printed. A server may run on the same database.
///
/// # Errors
/// Where the database cannot be used, or there is no such key.
pub async fn run(config: &Config, command: &KeyCommand) -> Result<String, StartError> {
    let store = open(config).await?;
    let now = config.clock.now(&store).await.map_err(StartError::Keys)?;
    let said = match command {
        KeyCommand::Create { name, rights, expires_in_days } => {
            let secret = new_key().map_err(|_| StartError::NoRandomness)?;
            let key = KeyRow {
                id: Ulid::generate().to_string(),
                name: name.clone(),
                rights: written(rights.iter().copied().collect()),
                created_at: now,
                created_by: None,
                expires_at: expires_in_days.map(|days| now.saturating_add(i64::from(days).saturating_mul(DAY))),
                last_used_at: None,
                revoked_at: None,
            };
            store.add_api_key(&key, &digest_of(&secret)).await.map_err(StartError::Keys)?;
            secret
        }
        KeyCommand::List => {
            let mut text = String::new();
            let mut after = String::new();
            loop {
                let page = store.api_keys(&after, AT_ONCE).await.map_err(StartError::Keys)?;
                let Some(last) = page.last() else { break };
                after.clone_from(&last.id);
                for stored in &page {
                    let _infallible = match &stored.document {
                        Some(key) => writeln!(text, "{}", line(key, now)),
                        None => writeln!(text, "{}  (unreadable)", stored.id),
                    };
                }
            }
            text.trim_end().to_string()
        }
        KeyCommand::Revoke { id } => {
            if !store.revoke_api_key(id, now).await.map_err(StartError::Keys)? {
                return Err(StartError::NoKey { id: id.clone() });
            }
            format!("API key {id} is revoked")
        }
    };
    store.close().await;
    Ok(said)
}

/// A key in a line: id, name, rights, and what else is to be known of it.
fn line(key: &KeyRow, now: i64) -> String {
    let at =
        |at: i64| DateTime::from_timestamp_millis(at).map_or_else(String::new, |at| at.format("%F %R UTC").to_string());
    let state = match (key.revoked_at, key.expires_at) {
        (Some(end), _) => format!("revoked {}", at(end)),
        (None, Some(end)) if end <= now => format!("expired {}", at(end)),
        (None, Some(end)) => format!("expires {}", at(end)),
        (None, None) => "does not expire".to_string(),
    };
    let used = key.last_used_at.map_or_else(|| "never used".to_string(), |last| format!("last used {}", at(last)));
    format!("{}  {}  [{}]  {state}, {used}", key.id, key.name, key.rights)
}
