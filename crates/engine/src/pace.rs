//! Work in slices: what takes long is left after some of it, and gone on with later, where it was left.
//!
//! A slice is a number of steps that are played, never a time: the same work is cut at the same places wherever it is
//! done, and nothing that is found depends on where it is cut. Whoever has a clock looks at it between two slices.

use std::cell::Cell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// How much may be done before the work is left. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Pace(Rc<Cell<usize>>);

impl Pace {
    /// Counts work that was done, and leaves the rest for the next slice where there was enough of it.
    pub(crate) async fn spend(&self, work: usize) {
        let left = self.0.get().saturating_sub(work);
        self.0.set(left);
        if left > 0 {
            return;
        }
        let mut was_left = false;
        poll_fn(|_| if std::mem::replace(&mut was_left, true) { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

/// Work that is done in slices. Whoever does not want its result any more drops it.
pub struct Sliced<'a, T> {
    pace: Pace,
    work: Pin<Box<dyn Future<Output = T> + 'a>>,
}

impl<'a, T> Sliced<'a, T> {
    /// Work that goes at a pace; none of it is done yet.
    pub fn new<F: Future<Output = T> + 'a>(work: impl FnOnce(Pace) -> F) -> Self {
        let pace = Pace::default();
        Self { pace: pace.clone(), work: Box::pin(work(pace)) }
    }

    /// Does a slice: until so many steps are played, and the one run more that they end in. The result, once it is
    /// there; then there is nothing to go on with.
    pub fn advance(&mut self, budget: usize) -> Option<T> {
        self.pace.0.set(budget.max(1));
        // Nothing here waits for anything but the next slice, so nobody need be woken.
        match self.work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => Some(result),
            Poll::Pending => None,
        }
    }

    /// Does all of it at once.
    #[must_use]
    pub fn finish(mut self) -> T {
        loop {
            if let Some(result) = self.advance(usize::MAX) {
                return result;
            }
        }
    }
}

impl<T> fmt::Debug for Sliced<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sliced").field("pace", &self.pace).finish_non_exhaustive()
    }
}
