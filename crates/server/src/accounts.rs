//! The command line's way to accounts: `escalation-server account`.

use std::io;

use chrono::DateTime;

use crate::access::read_roles;
use crate::config::{AccountCommand, Config};
use crate::error::StartError;
use crate::listing::{lines, plain};
use crate::open;
use crate::sign_in::new_link;
use crate::store::{AccountRow, Author, FILE};

/// A minute, in milliseconds.
const MINUTE: i64 = 60_000;

/// Gives out links to sign in, lists accounts or disables one, and prints what is to be known. A server may run on the same
/// database.
///
/// # Errors
/// Where the database cannot be used, or there is no such account.
pub async fn run(
    config: &Config,
    command: &AccountCommand,
    print: impl FnOnce(&str) -> io::Result<()>,
) -> Result<(), StartError> {
    let file = config.data.join(FILE);
    if config.database.is_none() && !matches!(command, AccountCommand::Link { .. }) && !file.exists() {
        return Err(StartError::NoDatabase { file });
    }
    let store = open(config).await?;
    let author = Author::of_command_line();
    let now = config.clock.now(&store).await.map_err(StartError::Accounts)?;
    let said = match command {
        AccountCommand::Link { name, role, team_roles, minutes } => {
            let lasts = i64::from(*minutes).saturating_mul(MINUTE);
            let link =
                new_link(&store, &author, (name, *role, &team_roles.iter().cloned().collect()), now, lasts).await;
            let link = link.map_err(|error| StartError::NoLink { what: error.message().to_string() })?;
            format!("{}{link}", config.base())
        }
        AccountCommand::List => {
            let page = async |after: &str, count| store.accounts(after, count).await;
            let text = lines(page, line).await.map_err(StartError::Accounts)?;
            if text.is_empty() { "There are no accounts".to_string() } else { text }
        }
        AccountCommand::Disable { id } => {
            if !store.by(&author).disable_account(id, now).await.map_err(StartError::Accounts)? {
                return Err(StartError::NoAccount { id: id.clone() });
            }
            format!("Account {id} is disabled, and its sessions are over")
        }
    };
    store.close().await;
    print(&said).map_err(|source| StartError::LinkNotPrinted { source })
}

/// An account in a line: id, name, roles, and how somebody signs in with it.
fn line(account: &AccountRow) -> String {
    let by = account.issuer.as_deref().map_or_else(|| "by links".to_string(), plain);
    let email = account.email.as_deref().map_or_else(String::new, |email| format!(" <{}>", plain(email)));
    let disabled = account.disabled_at.and_then(DateTime::from_timestamp_millis);
    let state = disabled.map_or_else(String::new, |at| format!(", disabled {}", at.format("%F %R UTC")));
    let roles = match read_roles(&account.team_roles) {
        Some(teams) => {
            let teams = teams.iter().map(|(team, role)| format!(" {}@{}", role.as_str(), plain(team)));
            teams.fold(plain(&account.role), |all, one| all + &one)
        }
        None => "unreadable".to_string(),
    };
    format!("{}  {}{email}  [{roles}]  {by}{state}", plain(&account.id), plain(&account.name))
}
