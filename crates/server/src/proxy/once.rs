//! What is made once, however often it is asked for with one key. Browsers send a request again by themselves where a
//! connection is lost, and the other API makes a second one of it. So an answer to a request with an idempotency key is
//! kept for a while, and whoever comes with the key meanwhile waits for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::StatusCode;
use tokio::time::Instant;

/// For how long an answer is kept.
const KEPT: Duration = Duration::from_secs(600);
/// How many are kept; the oldest give way.
const MAX_KEPT: usize = 100;
/// The largest that is kept, in bytes.
pub(super) const MAX_SIZE: usize = 2 * 1024 * 1024;

/// What was made with a key, once it is.
pub(super) type Slot = Arc<tokio::sync::Mutex<Option<(StatusCode, Bytes)>>>;

/// What was made of late, by key.
#[derive(Default)]
pub(super) struct Once(Mutex<BTreeMap<String, (Instant, Slot)>>);

impl Once {
    /// The place for what is made with a key. Whoever locks it first makes it.
    pub(super) fn slot(&self, key: &str) -> Slot {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.retain(|_, (since, _)| since.elapsed() < KEPT);
        if let Some((_, slot)) = slots.get(key) {
            return Arc::clone(slot);
        }
        while slots.len() >= MAX_KEPT {
            let oldest = slots.iter().min_by_key(|(_, (since, _))| *since).map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { break };
            slots.remove(&oldest);
        }
        let slot = Slot::default();
        slots.insert(key.to_string(), (Instant::now(), Arc::clone(&slot)));
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_key_has_one_slot_for_a_while_and_there_are_not_too_many() {
        let once = Once::default();
        let first = once.slot("a");
        assert!(Arc::ptr_eq(&first, &once.slot("a")));
        for number in 0..MAX_KEPT {
            tokio::time::advance(Duration::from_millis(1)).await;
            once.slot(&format!("b{number}"));
        }
        assert!(!Arc::ptr_eq(&first, &once.slot("a")), "the oldest has given way");
        let late = once.slot("late");
        tokio::time::advance(KEPT).await;
        assert!(!Arc::ptr_eq(&late, &once.slot("late")));
    }
}
