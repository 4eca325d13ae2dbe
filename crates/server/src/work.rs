//! What takes time, such as reading and checking a large path, is done beside the threads that answer requests, a few at
//! a time. Whoever comes when too many wait is told so at once, so that all others are answered.

use std::io;
use std::sync::Arc;
use std::thread;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use crate::error::ApiError;

/// How many may wait for their turn. Each has a body of at most 1 MB in memory.
const WAITING: usize = 32;

/// The turns that there are; cheap to copy.
#[derive(Clone)]
pub(crate) struct Work {
    turns: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl Work {
    /// As many at once as there are processors.
    pub(crate) fn new() -> Self {
        let at_once = processors();
        Self { turns: Arc::new(Semaphore::new(at_once)), places: Arc::new(Semaphore::new(at_once + WAITING)) }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// Where too many wait already.
    pub(crate) async fn begin(&self) -> Result<Job, ApiError> {
        let busy = || ApiError::unavailable("busy", "The server is busy: this was not done; try again");
        let place = self.places.clone().try_acquire_owned().map_err(|_| busy())?;
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| busy())?;
        Ok(Job { held: Arc::new((turn, place)) })
    }
}

/// Documents of fewer bytes are read at once: to hand them over would take longer.
const SMALL: usize = 16 * 1024;

/// Reading and writing documents beside the threads that answer requests, as many at once as there are processors. Unlike
/// [`Work`] nobody is turned away. Cheap to copy.
#[derive(Clone)]
pub(crate) struct Aside {
    turns: Arc<Semaphore>,
}

impl Aside {
    pub(crate) fn new() -> Self {
        Self { turns: Arc::new(Semaphore::new(processors())) }
    }

    /// Makes an answer of a document that may be large.
    ///
    /// # Errors
    /// Where it panics.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        self.run(usize::MAX, write).await.map_err(|error| ApiError::internal(&error))
    }

    /// Does something with documents of `size` bytes in total.
    ///
    /// # Errors
    /// Where it panics.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        size: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        if size < SMALL {
            return Ok(work());
        }
        let turn = self.turns.clone().acquire_owned().await.map_err(io::Error::other)?;
        let done = spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(io::Error::other)
    }
}

fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// A turn. It ends when it is dropped and what was begun is done, also where nobody waits for that any more.
pub(crate) struct Job {
    held: Arc<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
}

impl Job {
    /// Does something that takes time.
    ///
    /// # Errors
    /// Where it panics.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let held = self.held.clone();
        let done = spawn_blocking(move || {
            let done = work();
            drop(held);
            done
        });
        done.await.map_err(|error| ApiError::internal(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[tokio::test]
    async fn large_documents_are_read_on_another_thread() {
        let here = thread::current().id();
        let aside = Aside::new();
        assert_eq!(aside.run(SMALL - 1, || thread::current().id()).await.unwrap(), here);
        assert_ne!(aside.run(SMALL, || thread::current().id()).await.unwrap(), here);
    }

    #[tokio::test]
    async fn what_is_begun_keeps_its_turn_though_nobody_waits_for_it() {
        let work = Work { turns: Arc::new(Semaphore::new(1)), places: Arc::new(Semaphore::new(2)) };
        let job = work.begin().await.unwrap();
        let (end, ended) = channel::<()>();
        let running = job.run(move || ended.recv().is_ok());
        // Begun, and given up.
        drop(tokio::time::timeout(std::time::Duration::from_millis(1), running).await);
        drop(job);
        assert_eq!((work.turns.available_permits(), work.places.available_permits()), (0, 1));
        let waits = tokio::spawn({
            let work = work.clone();
            async move { work.begin().await.is_ok() }
        });
        while work.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(work.begin().await.is_err(), "too many wait");
        end.send(()).unwrap();
        assert!(waits.await.unwrap());
    }
}
