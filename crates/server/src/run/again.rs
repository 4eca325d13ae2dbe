//! What was given up, and is tried again because somebody says so: deliveries that are dead, escalations that were set
//! aside.

use super::Escalations;
use crate::error::ApiError;
use crate::store::{Action, Author, Entry, Resource, Turns};

impl Escalations {
    /// Has an escalation run again that was set aside, from where it was; false if it was not, or is over. Where what was
    /// wrong with it is wrong still, it is set aside again.
    pub(crate) async fn release(&self, id: &str, author: &Author) -> Result<bool, ApiError> {
        let mut turns = Turns::default();
        loop {
            let made = self.release_once(id, author).await;
            if !turns.again(&made).await {
                return made;
            }
        }
    }

    async fn release_once(&self, id: &str, author: &Author) -> Result<bool, ApiError> {
        // What is kept of its plan in memory may be what was mended.
        self.plans().by_id.clear();
        self.plans().size = 0;
        let mut work = self.store.transition().await?;
        let now = self.clock.of(&mut work).await?;
        let is_done = work.release(id, now).await?;
        if is_done {
            let (action, resource) = (Action::Release, Resource::Escalation);
            work.record(author, &Entry { action, resource, id, before: None, after: None }, None).await?;
        }
        work.commit().await?;
        if is_done {
            tracing::info!(escalation = id, "runs again, as somebody has said");
            self.tell(id);
        }
        Ok(is_done)
    }

    /// Has a delivery tried again that is not tried any more; false if there is no such one.
    pub(crate) async fn revive(&self, id: &str, author: &Author) -> Result<bool, ApiError> {
        let mut turns = Turns::default();
        loop {
            let made = self.revive_once(id, author).await;
            if !turns.again(&made).await {
                return made;
            }
        }
    }

    async fn revive_once(&self, id: &str, author: &Author) -> Result<bool, ApiError> {
        let mut work = self.store.transition().await?;
        let now = self.clock.of(&mut work).await?;
        let is_done = work.revive_delivery(id, now).await?;
        if is_done {
            let (action, resource) = (Action::Retry, Resource::Delivery);
            work.record(author, &Entry { action, resource, id, before: None, after: None }, None).await?;
        }
        work.commit().await?;
        self.look_at_mail();
        Ok(is_done)
    }
}
