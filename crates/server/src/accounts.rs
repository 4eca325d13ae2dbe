//! The command line's way to accounts: `escalation-server account`.

use std::fmt::Write as _;
use std::io;

use chrono::DateTime;

use crate::config::{AccountCommand, Config};
use crate::error::StartError;
use crate::open;
use crate::sign_in::new_link;
use crate::store::{AccountRow, Author, FILE};

/// A minute, in milliseconds.
const MINUTE: i64 = 60_000;
/// How many accounts are read at once.
const AT_ONCE: u32 = 250;

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
        AccountCommand::Link { name, role, minutes } => {
            let lasts = i64::from(*minutes).saturating_mul(MINUTE);
            let link = new_link(&store, &author, (name, *role), now, lasts).await;
            let link = link.map_err(|error| StartError::NoLink { what: error.message().to_string() })?;
            format!("{}{link}", config.base())
        }
        AccountCommand::List => {
            let mut text = String::new();
            let mut after = String::new();
            loop {
                let page = store.accounts(&after, AT_ONCE).await.map_err(StartError::Accounts)?;
                let Some(last) = page.last() else { break };
                after.clone_from(&last.id);
                for stored in &page {
                    let _infallible = match &stored.document {
                        Some(account) => writeln!(text, "{}", line(account)),
                        None => writeln!(text, "{}  (unreadable)", stored.id),
                    };
                }
            }
            if text.is_empty() { "There are no accounts".to_string() } else { text.trim_end().to_string() }
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

/// An account in a line: id, name, role, and how somebody signs in with it.
fn line(account: &AccountRow) -> String {
    // What is damaged may have characters that make up a line of their own.
    let plain = |text: &str| text.replace(char::is_control, "\u{fffd}");
    let by = account.issuer.as_deref().map_or_else(|| "by links".to_string(), plain);
    let email = account.email.as_deref().map_or_else(String::new, |email| format!(" <{}>", plain(email)));
    let disabled = account.disabled_at.and_then(DateTime::from_timestamp_millis);
    let state = disabled.map_or_else(String::new, |at| format!(", disabled {}", at.format("%F %R UTC")));
    format!("{}  {}{email}  [{}]  {by}{state}", plain(&account.id), plain(&account.name), plain(&account.role))
}
