//! When the API behind this server may be asked: no more often than was agreed, not while it asks to be left alone, not
//! while it is down, and not by one caller for all the others.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout};

use crate::error::ApiError;
use crate::limits::Caller;

/// How long a request waits for its turn.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);
/// How many requests of one caller wait or are under way at once: as many as a browser has connections, and some. Whoever
/// asks for more waits for their own.
const OF_ONE_CALLER: usize = 8;
/// In which time requests are counted. A minute has no more than six times as many.
const SPAN: Duration = Duration::from_secs(10);
/// After how many failures in a row the API is taken to be down.
const MOST_FAILURES: u32 = 8;
/// For how long it is not asked then. After that one request finds out.
const DOWN: Duration = Duration::from_secs(10);
/// From how many callers on those are forgotten who ask for nothing.
const MANY_CALLERS: usize = 1_000;

/// Whose turn it is.
pub(super) struct Pace {
    most: usize,
    span: Duration,
    /// When the last requests were sent. Whoever waits holds it, in the order in which they came.
    sent: tokio::sync::Mutex<VecDeque<Instant>>,
    health: Mutex<Health>,
    callers: Mutex<BTreeMap<Caller, Weak<Semaphore>>>,
}

#[derive(Default)]
struct Health {
    /// Until when it asks to be left alone.
    rests_until: Option<Instant>,
    /// How many requests have failed one after the other.
    failures: u32,
    /// Until when it is taken to be down.
    down_until: Option<Instant>,
}

/// Why it cannot be asked now. Nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotNow {
    /// Too much waits, or it asks to be left alone for so long.
    Busy(Duration),
    /// It has not answered of late.
    Down(Duration),
}

impl From<NotNow> for ApiError {
    fn from(not_now: NotNow) -> Self {
        // Whole seconds, after which it is worth it.
        let seconds = |wait: Duration| u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
        match not_now {
            NotNow::Busy(wait) => Self::upstream_busy(Some(seconds(wait))),
            NotNow::Down(wait) => Self::upstream_down(seconds(wait)),
        }
    }
}

/// A request that is under way, until it is dropped.
pub(super) struct Turn {
    _place: OwnedSemaphorePermit,
}

impl Pace {
    pub(super) fn new(per_minute: NonZeroU32) -> Self {
        let most = (per_minute.get() / 6).max(1);
        // Of fewer than six a minute each has a time of its own.
        let span = if per_minute.get() < 6 { Duration::from_secs(60) / per_minute.get() } else { SPAN };
        Self {
            most: usize::try_from(most).unwrap_or(usize::MAX),
            span,
            sent: tokio::sync::Mutex::default(),
            health: Mutex::default(),
            callers: Mutex::default(),
        }
    }

    /// Waits for the turn of a caller.
    pub(super) async fn turn(&self, caller: &Caller) -> Result<Turn, NotNow> {
        let now = Instant::now();
        let (rest, down) = {
            let health = self.health();
            let left = |until: Option<Instant>| until.map(|until| until.saturating_duration_since(now));
            (left(health.rests_until).unwrap_or_default(), left(health.down_until).unwrap_or_default())
        };
        if !down.is_zero() {
            return Err(NotNow::Down(down));
        }
        if rest > PATIENCE {
            return Err(NotNow::Busy(rest));
        }
        let places = self.places(caller);
        let waited = timeout(PATIENCE, async {
            let place = places.acquire_owned().await;
            self.wait().await;
            place
        });
        let place = waited.await.ok().and_then(Result::ok).ok_or(NotNow::Busy(self.span))?;
        self.begin()?;
        Ok(Turn { _place: place })
    }

    async fn wait(&self) {
        let mut sent = self.sent.lock().await;
        loop {
            let now = Instant::now();
            while sent.front().is_some_and(|first| *first + self.span <= now) {
                sent.pop_front();
            }
            let free_at = sent.front().filter(|_| sent.len() >= self.most).map(|first| *first + self.span);
            let at = free_at.max(self.health().rests_until).filter(|at| *at > now);
            let Some(at) = at else {
                sent.push_back(now);
                return;
            };
            sleep_until(at).await;
        }
    }

    /// Where it was down for long enough, one request finds out whether it still is.
    fn begin(&self) -> Result<(), NotNow> {
        let now = Instant::now();
        let mut health = self.health();
        match health.down_until {
            Some(until) if until > now => Err(NotNow::Down(until - now)),
            Some(_) => {
                health.down_until = Some(now + DOWN);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Whether it has not answered of late.
    pub(super) fn is_down(&self) -> bool {
        self.health().down_until.is_some()
    }

    /// It has answered.
    pub(super) fn succeeded(&self) {
        let mut health = self.health();
        (health.failures, health.down_until) = (0, None);
    }

    /// It could not be asked, or could not answer.
    pub(super) fn failed(&self) {
        let mut health = self.health();
        health.failures = health.failures.saturating_add(1);
        if health.failures >= MOST_FAILURES {
            health.down_until = Some(Instant::now() + DOWN);
        }
    }

    /// It asks to be left alone.
    pub(super) fn rest(&self, wait: Duration) {
        let until = Some(Instant::now() + wait);
        let mut health = self.health();
        health.rests_until = health.rests_until.max(until);
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn places(&self, caller: &Caller) -> Arc<Semaphore> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = callers.get(caller).and_then(Weak::upgrade) {
            return places;
        }
        if callers.len() >= MANY_CALLERS {
            callers.retain(|_, places| places.strong_count() > 0);
        }
        let places = Arc::new(Semaphore::new(OF_ONE_CALLER));
        callers.insert(caller.clone(), Arc::downgrade(&places));
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn pace(per_minute: u32) -> Arc<Pace> {
        Arc::new(Pace::new(NonZeroU32::new(per_minute).unwrap()))
    }

    fn named(name: &str) -> Caller {
        Caller::Named(name.to_string())
    }

    #[tokio::test(start_paused = true)]
    async fn no_minute_has_more_than_was_agreed() {
        for per_minute in [1, 5, 6, 7, 60, 600] {
            let pace = pace(per_minute);
            let mut sent = Vec::new();
            while sent.len() < 3 * per_minute as usize {
                match pace.turn(&named("a")).await {
                    Ok(_turn) => sent.push(Instant::now()),
                    Err(NotNow::Busy(_)) => {}
                    Err(down) => panic!("{down:?}"),
                }
            }
            for (at, one) in sent.iter().enumerate() {
                let within = sent[at..].iter().filter(|other| **other - *one < 60 * SECOND).count();
                assert!(within <= per_minute as usize, "{within} of {per_minute}");
            }
            let all = *sent.last().unwrap() - sent[0];
            assert!(all <= Duration::from_secs(220), "{per_minute}: they are not slower than they must be, {all:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_for_much_waits_for_their_own() {
        let pace = pace(600);
        let mut held = Vec::new();
        for _ in 0..OF_ONE_CALLER {
            held.push(pace.turn(&named("a")).await.unwrap());
        }
        assert!(matches!(pace.turn(&named("a")).await, Err(NotNow::Busy(_))));
        let began = Instant::now();
        assert!(pace.turn(&named("b")).await.is_ok());
        assert_eq!(began.elapsed(), Duration::ZERO);
        held.clear();
        assert!(pace.turn(&named("a")).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn while_it_asks_to_be_left_alone_all_wait() {
        let pace = pace(600);
        pace.rest(5 * SECOND);
        pace.rest(SECOND);
        let began = Instant::now();
        assert!(pace.turn(&named("a")).await.is_ok());
        assert_eq!(began.elapsed(), 5 * SECOND);
        pace.rest(60 * SECOND);
        assert_eq!(pace.turn(&named("a")).await.err(), Some(NotNow::Busy(60 * SECOND)), "nobody waits in vain");
        // Whoever waited already when it asked for it waits on.
        let pace = Arc::new(Pace::new(NonZeroU32::MIN));
        assert!(pace.turn(&named("a")).await.is_ok());
        tokio::time::advance(55 * SECOND).await;
        let waiting = tokio::spawn({
            let pace = Arc::clone(&pace);
            async move { pace.turn(&named("a")).await.map(|_| ()) }
        });
        tokio::task::yield_now().await;
        pace.rest(10 * SECOND);
        let began = Instant::now();
        waiting.await.unwrap().unwrap();
        assert_eq!(began.elapsed(), 10 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_down_is_left_alone_until_one_request_finds_out() {
        let pace = pace(600);
        for _ in 1..MOST_FAILURES {
            pace.failed();
        }
        pace.succeeded();
        for _ in 1..MOST_FAILURES {
            pace.failed();
        }
        assert!(pace.turn(&named("a")).await.is_ok());
        pace.failed();
        assert_eq!(pace.turn(&named("a")).await.err(), Some(NotNow::Down(DOWN)));
        tokio::time::advance(DOWN).await;
        assert!(pace.turn(&named("a")).await.is_ok(), "one finds out");
        assert_eq!(pace.turn(&named("b")).await.err(), Some(NotNow::Down(DOWN)), "and no other");
        pace.failed();
        assert_eq!(pace.turn(&named("b")).await.err(), Some(NotNow::Down(DOWN)));
        tokio::time::advance(DOWN).await;
        assert!(pace.turn(&named("a")).await.is_ok());
        pace.succeeded();
        assert!(pace.turn(&named("b")).await.is_ok());
    }
}
