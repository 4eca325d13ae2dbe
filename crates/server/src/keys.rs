//! The command line's way to API keys: `escalation-server key`.

use std::io;

use chrono::DateTime;

use crate::access::{NewKey, teams_of};
use crate::config::{Config, KeyCommand};
use crate::error::StartError;
use crate::listing::{lines, plain};
use crate::open;
use crate::store::{Author, FILE, KeyRow};

/// A day, in milliseconds.
const DAY: i64 = 86_400_000;

/// Makes, lists or revokes API keys, and prints what is to be known. A server may run on the same database. A key that
/// cannot be printed is revoked.
///
/// # Errors
/// Where the database cannot be used, or there is no such key.
pub async fn run(
    config: &Config,
    command: &KeyCommand,
    print: impl FnOnce(&str) -> io::Result<()>,
) -> Result<(), StartError> {
    let file = config.data.join(FILE);
    // A new database has no keys: whoever asks for them has another in mind.
    if config.database.is_none() && !matches!(command, KeyCommand::Create { .. }) && !file.exists() {
        return Err(StartError::NoDatabase { file });
    }
    let store = open(config).await?;
    let author = Author::of_command_line();
    let now = config.clock.now(&store).await.map_err(StartError::Keys)?;
    let said = match command {
        KeyCommand::Create { name, rights, teams, expires_in_days } => {
            let key = NewKey::new(name, rights.iter().copied().collect(), now);
            let mut key = key.map_err(|_| StartError::NoRandomness)?;
            key.for_teams(teams);
            key.row.expires_at = expires_in_days.map(|days| now.saturating_add(i64::from(days).saturating_mul(DAY)));
            key.keep(&store.by(&author)).await.map_err(StartError::Keys)?;
            if let Err(source) = print(&key.secret) {
                // Nobody has it.
                let id = key.row.id;
                let revoked = store.by(&author).revoke_api_key(&id, now).await;
                store.close().await;
                revoked.map_err(|source| StartError::NotRevoked { id, source })?;
                return Err(StartError::NotPrinted { source });
            }
            store.close().await;
            return Ok(());
        }
        KeyCommand::List => {
            let page = async |after: &str, count| store.api_keys(after, count).await;
            let text = lines(page, |key| line(key, now)).await.map_err(StartError::Keys)?;
            if text.is_empty() { "There are no API keys".to_string() } else { text }
        }
        KeyCommand::Revoke { id } => {
            let failed = |source| StartError::NotRevoked { id: id.clone(), source };
            if !store.by(&author).revoke_api_key(id, now).await.map_err(failed)? {
                return Err(StartError::NoKey { id: id.clone() });
            }
            format!("API key {id} is revoked")
        }
    };
    store.close().await;
    print(&said).map_err(|source| StartError::NotPrinted { source })
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
    let teams = match teams_of(key) {
        Some(None) => String::new(),
        Some(Some(teams)) => format!(" of {}", teams.iter().map(|team| plain(team)).collect::<Vec<_>>().join(" ")),
        None => " of unreadable teams".to_string(),
    };
    format!("{}  {}  [{}]{teams}  {state}, {used}", plain(&key.id), plain(&key.name), plain(&key.rights))
}
