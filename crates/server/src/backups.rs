//! The command line's way to backups: `escalation-server backup`, `verify` and `restore`.

use crate::config::{BackupCommand, Config};
use crate::error::StartError;
use crate::store::{Contents, back_up, restore, verify};

/// Makes, verifies or restores a backup, and says what is to be printed.
///
/// # Errors
/// Where the database is no file, and where the backup cannot be made or used.
pub async fn run(config: &Config, command: &BackupCommand) -> Result<String, StartError> {
    if config.database.is_some() {
        return Err(StartError::BackupOfServer);
    }
    Ok(match command {
        BackupCommand::Backup { to } => {
            let contents = told(back_up(&config.data, to).await?);
            format!("Backed up to {}, verified: {contents}", to.display())
        }
        BackupCommand::Verify { from } => format!("{} can be restored: {}", from.display(), told(verify(from).await?)),
        BackupCommand::Restore { from, replace } => {
            let contents = told(restore(&config.data, from, *replace).await?);
            format!("Restored from {}: {contents}", from.display())
        }
    })
}

fn told(contents: Contents) -> String {
    let Contents { paths, schedules, escalations } = contents;
    format!("{paths} paths, {schedules} schedules, {escalations} escalations")
}
