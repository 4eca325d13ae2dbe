//! Changes that were in each other's way: one has won, and the others are made again, as a whole.

use std::time::Duration;

use tokio::time::sleep;

use crate::error::ApiError;

/// How often a change is made until it is given up.
const MAX_TRIES: u32 = 12;
/// How long to rest before the second time, in milliseconds; then twice as long each time.
const FIRST_REST: u64 = 2;
/// The longest rest, in milliseconds.
const MAX_REST: u64 = 200;

/// An error that may be one of these.
pub(crate) trait MayConflict {
    /// Whether nothing was changed, because somebody else has changed something at the same time.
    fn is_conflict(&self) -> bool;
}

impl MayConflict for sqlx::Error {
    fn is_conflict(&self) -> bool {
        let code =
            self.as_database_error().and_then(|error| error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>());
        // A serialization failure, a deadlock, and what is there once already: between the look and the change. A file has
        // one change at a time.
        code.is_some_and(|error| matches!(error.code(), "40001" | "40P01" | "23505"))
    }
}

impl MayConflict for ApiError {
    fn is_conflict(&self) -> bool {
        self.code() == CONFLICT
    }
}

/// The code of the answer where a change was given up.
pub(crate) const CONFLICT: &str = "database_conflict";

/// Counts how often a change is made.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    past: u32,
}

impl Turns {
    /// Whether it is to be made again, which is worth it from when this says so.
    pub(crate) async fn again<T, E: MayConflict>(&mut self, made: &Result<T, E>) -> bool {
        let is_conflict = made.as_ref().err().is_some_and(MayConflict::is_conflict);
        self.past += 1;
        if !is_conflict || self.past >= MAX_TRIES {
            return false;
        }
        let rest = FIRST_REST.saturating_mul(1 << self.past.min(16)).min(MAX_REST);
        sleep(Duration::from_millis(rest)).await;
        true
    }
}

/// Makes a change of the store until it is made, or given up. It sees nothing of what it did before.
macro_rules! made {
    ($change:block) => {{
        let mut turns = $crate::store::turns::Turns::default();
        loop {
            let made = async $change.await;
            if !turns.again(&made).await {
                break made;
            }
        }
    }};
}

pub(super) use made;

#[cfg(test)]
mod tests {
    use super::*;

    struct Fault(bool);

    impl MayConflict for Fault {
        fn is_conflict(&self) -> bool {
            self.0
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_in_the_way_is_met_a_bounded_number_of_times() {
        let count = async |made: fn() -> Result<(), Fault>| {
            let mut turns = Turns::default();
            let mut count = 1;
            while turns.again(&made()).await {
                count += 1;
            }
            count
        };
        assert_eq!(count(|| Ok(())).await, 1);
        assert_eq!(count(|| Err(Fault(false))).await, 1);
        assert_eq!(count(|| Err(Fault(true))).await, MAX_TRIES);
    }
}
