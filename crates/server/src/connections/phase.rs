//! The phase of a connection: what it is doing, and since when.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::Limits;

/// What a connection is doing.
#[derive(Debug, Clone, Copy)]
enum Doing {
    /// It is accepted, and waits for room.
    Waiting,
    /// Nothing: nothing was heard since; `used` says whether it has had a request before.
    Silent { since: Instant, used: bool },
    /// A request has begun.
    Asking { since: Instant },
    /// A request is being answered.
    Answering,
    /// The answer is complete here, and not all of it has been handed to the system yet.
    Flushing,
}

/// The phase of one connection.
#[derive(Debug)]
pub(super) struct Phase {
    doing: Mutex<Doing>,
    /// Notified when the connection is to make room for another one.
    pub(super) evicted: Notify,
}

impl Phase {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { doing: Mutex::new(Doing::Waiting), evicted: Notify::new() })
    }

    /// Notes that there is room, and the connection is listened to from now on.
    pub(super) fn open(&self) {
        self.set(Doing::Silent { since: Instant::now(), used: false });
    }

    fn get(&self) -> Doing {
        *self.doing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, doing: Doing) {
        *self.doing.lock().unwrap_or_else(PoisonError::into_inner) = doing;
    }

    /// Notes that something came from the client.
    pub(super) fn hear(&self) {
        if matches!(self.get(), Doing::Silent { .. }) {
            self.set(Doing::Asking { since: Instant::now() });
        }
    }

    /// Notes that all that was to be written is with the system.
    pub(super) fn flush(&self) {
        if matches!(self.get(), Doing::Flushing) {
            self.set(Doing::Silent { since: Instant::now(), used: true });
        }
    }

    /// Returns when the phase has taken too long. `None` for those that end otherwise: an answer when it is made, and
    /// flushing when the client takes nothing of it for [`Limits::write`].
    pub(super) fn ends(&self, limits: &Limits) -> Option<Instant> {
        match self.get() {
            Doing::Silent { since, used: true } => Some(since + limits.idle),
            Doing::Silent { since, used: false } | Doing::Asking { since } => Some(since + limits.head),
            Doing::Waiting | Doing::Answering | Doing::Flushing => None,
        }
    }

    /// Whether a request has begun, and is not complete.
    pub(super) fn has_begun(&self) -> bool {
        matches!(self.get(), Doing::Asking { .. })
    }

    /// Whether no request is being answered: none has come whole.
    pub(super) fn is_unasked(&self) -> bool {
        matches!(self.get(), Doing::Silent { .. } | Doing::Asking { .. })
    }

    /// Since when nothing has happened; `None` while something does.
    pub(super) fn silent_since(&self) -> Option<Instant> {
        match self.get() {
            Doing::Silent { since, .. } => Some(since),
            _ => None,
        }
    }

    /// Whether nothing has happened for a time.
    pub(super) fn is_silent_for(&self, time: Duration) -> bool {
        self.silent_since().is_some_and(|since| since.elapsed() >= time)
    }
}

/// There from the beginning of a request until its answer is complete here.
pub(super) struct Answering(Arc<Phase>);

impl Answering {
    pub(super) fn begin(phase: &Arc<Phase>) -> Self {
        phase.set(Doing::Answering);
        Self(Arc::clone(phase))
    }
}

impl Drop for Answering {
    /// The last of the answer is queued, and not yet written: a large one takes as long as the client takes.
    fn drop(&mut self) {
        self.0.set(Doing::Flushing);
    }
}

/// The body of an answer, which is being given until it is dropped.
pub(super) struct Answer {
    pub(super) body: Body,
    pub(super) _answering: Answering,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
