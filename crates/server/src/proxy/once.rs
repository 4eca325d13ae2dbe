//! What is made once, however often it is asked for with one key. Browsers send a request again by themselves where a
//! connection is lost, and the other API makes a second one of it. So an answer to a request with an idempotency key is
//! kept for a while, and whoever comes with the key meanwhile waits for it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Answer;
use crate::error::ApiError;

/// For how long an answer is kept.
const KEPT: Duration = Duration::from_secs(600);
/// How many are kept; the oldest give way.
const MAX_KEPT: usize = 100;
/// The largest that is kept, in bytes.
const MAX_SIZE: usize = 2 * 1024 * 1024;

/// The place for what is made with a key.
#[derive(Default)]
pub(super) struct Slot {
    last: tokio::sync::Mutex<Option<Made>>,
    /// How many requests have ended in it.
    ended: AtomicU64,
}

/// What came of the last request.
struct Made {
    answer: Result<Answer, ApiError>,
    /// Its place among all requests of the key.
    end: u64,
}

impl Slot {
    /// What was made with the key, or what comes of making it now. Whoever has come while that is under way hears the same,
    /// also that it is not known: sent again, it might be made twice.
    pub(super) async fn make(
        &self,
        came: Came,
        make: impl Future<Output = Result<Answer, ApiError>>,
    ) -> Result<Answer, ApiError> {
        let mut last = self.last.lock().await;
        let is_kept = |made: &&Made| {
            let is_small = |answer: &Answer| answer.status.is_success() && answer.content.len() <= MAX_SIZE;
            made.end > came.0 || made.answer.as_ref().is_ok_and(is_small)
        };
        if let Some(made) = last.as_ref().filter(is_kept) {
            return made.answer.clone();
        }
        let answer = make.await;
        let end = self.ended.fetch_add(1, Ordering::SeqCst) + 1;
        *last = Some(Made { answer: answer.as_ref().map(Answer::without_headers).map_err(Clone::clone), end });
        answer
    }

    /// Notes when somebody comes.
    pub(super) fn come(&self) -> Came {
        Came(self.ended.load(Ordering::SeqCst))
    }
}

/// When somebody came: after how many requests of the key had ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Came(u64);

/// What was made of late, by key.
#[derive(Default)]
pub(super) struct Once(Mutex<BTreeMap<String, (Instant, Arc<Slot>)>>);

impl Once {
    /// The place for what is made with a key. Whoever locks it first makes it.
    pub(super) fn slot(&self, key: &str) -> Arc<Slot> {
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
        let slot = Arc::<Slot>::default();
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
