//! Removing escalations and alerts that are over, after the time for which they are to be kept.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use super::{Escalations, REST};
use crate::error::ApiError;
use crate::store::{Old, Place, Turns};

/// How many are looked at, and removed, in one transaction: few enough that nobody waits for it.
const AT_ONCE: u32 = 50;
/// For how long what is due and who asks go first, after each of those.
const PAUSE: Duration = Duration::from_millis(50);
/// How often all is looked through.
const EVERY: Duration = Duration::from_secs(3_600);
/// After how long it is tried again where the database fails.
const AGAIN: Duration = Duration::from_secs(60);
/// A day, in milliseconds.
const DAY: i64 = 86_400_000;

impl Escalations {
    /// Removes what has been over for so many days, until it is told to stop. Work that is due goes first.
    pub(crate) async fn remove_old(self, days: u32, mut stop: watch::Receiver<bool>) {
        loop {
            let rest = match self.sweep(days, &stop).await {
                Ok(count) => {
                    if count > 0 {
                        tracing::info!("{count} escalations and alerts were removed that were over {days} days ago");
                    }
                    EVERY
                }
                Err(error) => {
                    tracing::error!(?error, "what is old cannot be removed now; it is tried again");
                    AGAIN
                }
            };
            tokio::select! {
                _ = stop.changed() => {}
                () = sleep(rest) => {}
            }
            if *stop.borrow() {
                return;
            }
        }
    }

    /// Looks through all that is old once, and says how many of it were removed.
    async fn sweep(&self, days: u32, stop: &watch::Receiver<bool>) -> Result<usize, ApiError> {
        let before = self.clock.now(&self.store).await?.saturating_sub(DAY.saturating_mul(days.into()));
        let mut removed = 0;
        // An alert stays for as long as one of its escalations does.
        for what in [Old::Escalations, Old::Alerts] {
            let mut after = Place::default();
            while !*stop.borrow() {
                if self.until_due().await.is_zero() {
                    sleep(REST).await;
                    continue;
                }
                let old = self.store.old(what, before, &after, AT_ONCE).await?;
                let Some(last) = old.last() else { break };
                after.clone_from(last);
                let ids: Vec<_> = old.into_iter().map(|(_, id)| id).collect();
                removed += self.remove(what, &serde_json::Value::from(ids).to_string(), before).await?;
                sleep(PAUSE).await;
            }
        }
        Ok(removed)
    }

    async fn remove(&self, what: Old, ids: &str, before: i64) -> Result<usize, ApiError> {
        let mut turns = Turns::default();
        loop {
            let made = self.remove_once(what, ids, before).await;
            if !turns.again(&made).await {
                return made;
            }
        }
    }

    async fn remove_once(&self, what: Old, ids: &str, before: i64) -> Result<usize, ApiError> {
        let mut work = self.store.transition().await?;
        let removed = match what {
            Old::Escalations => work.remove_escalations(ids, before).await?,
            Old::Alerts => usize::try_from(work.remove_alerts(ids, before).await?).unwrap_or_default(),
        };
        work.commit().await?;
        Ok(removed)
    }
}
