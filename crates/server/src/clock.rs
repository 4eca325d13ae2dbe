//! The clock that escalations run by: the database's, or one that a test sets.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot};

use crate::store::{Store, Transition};

/// Where escalations have their time from: the database's clock, and no other. A test has one of its own, which stands
/// until it is set, and with it nothing happens but by [`tick`](Self::tick).
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<Manual>>);

/// Asks for one round; the answer is how many escalations it has taken on.
type Tick = oneshot::Sender<usize>;

#[derive(Debug)]
struct Manual {
    /// In milliseconds since 1970.
    now: AtomicI64,
    ask: mpsc::UnboundedSender<Tick>,
    asked: Mutex<Option<mpsc::UnboundedReceiver<Tick>>>,
}

impl Clock {
    /// A clock that stands at an instant, in seconds since 1970.
    #[must_use]
    pub fn standing(at: i64) -> Self {
        let (ask, asked) = mpsc::unbounded_channel();
        let now = AtomicI64::new(at.saturating_mul(1_000));
        Self(Some(Arc::new(Manual { now, ask, asked: Mutex::new(Some(asked)) })))
    }

    /// Sets a standing clock to an instant, in seconds since 1970. The database's goes on as it does.
    pub fn set(&self, at: i64) {
        if let Some(manual) = &self.0 {
            manual.now.store(at.saturating_mul(1_000), Ordering::SeqCst);
        }
    }

    /// Has whatever is due by a standing clock take one timer each, at most as many at once as a round takes, and says how
    /// many there were. Nothing where no server runs by this clock.
    pub async fn tick(&self) -> Option<usize> {
        let (answer, answered) = oneshot::channel();
        self.0.as_ref()?.ask.send(answer).ok()?;
        answered.await.ok()
    }

    /// Whether it stands until it is set.
    pub(crate) fn stands(&self) -> bool {
        self.0.is_some()
    }

    /// The rounds that are asked for, where they are. Only the first who asks gets them.
    pub(crate) fn ticks(&self) -> Option<mpsc::UnboundedReceiver<Tick>> {
        self.0.as_ref()?.asked.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The time of a transition, in milliseconds since 1970.
    pub(crate) async fn of(&self, transition: &mut Transition) -> Result<i64, sqlx::Error> {
        match &self.0 {
            Some(manual) => Ok(manual.now.load(Ordering::SeqCst)),
            None => transition.now().await,
        }
    }

    /// The time now, in milliseconds since 1970.
    pub(crate) async fn now(&self, store: &Store) -> Result<i64, sqlx::Error> {
        match &self.0 {
            Some(manual) => Ok(manual.now.load(Ordering::SeqCst)),
            None => store.now().await,
        }
    }
}
