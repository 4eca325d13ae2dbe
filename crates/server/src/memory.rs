//! Memory for bodies and answers: a bound for all of them together. Each has a bound of its own, and a thousand of the
//! largest at once would still be too many.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody as _, to_bytes};
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::error::ApiError;

/// How long a request waits for memory that others have.
const PATIENCE: Duration = Duration::from_secs(2);
/// Answers of fewer bytes are not counted: they go out at once.
const SMALL_ANSWER: u64 = 64 * 1024;

/// All the memory that there is for bodies and answers; cheap to copy.
#[derive(Clone)]
pub(crate) struct Memory {
    bytes: Arc<Semaphore>,
}

impl Memory {
    /// `megabytes` are of 1,048,576 bytes.
    pub(crate) fn new(megabytes: u32) -> Self {
        let bytes = usize::try_from(megabytes).unwrap_or(usize::MAX).saturating_mul(1024 * 1024);
        Self { bytes: Arc::new(Semaphore::new(bytes.min(Semaphore::MAX_PERMITS))) }
    }

    fn reservation(&self) -> Reservation {
        Reservation { memory: self.clone(), held: Arc::default() }
    }
}

/// What one request has of it, until the last copy is dropped.
#[derive(Clone)]
pub(crate) struct Reservation {
    memory: Memory,
    held: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
}

impl Reservation {
    /// Makes it at least so many bytes, waiting for others to end.
    ///
    /// # Errors
    /// 503 where that takes too long.
    pub(crate) async fn cover(&self, bytes: usize) -> Result<(), ApiError> {
        let mut held = self.held.lock().await;
        let missing = bytes.saturating_sub(held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits));
        if missing == 0 {
            return Ok(());
        }
        let missing = u32::try_from(missing).map_err(|_| no_memory())?;
        let more = timeout(PATIENCE, Arc::clone(&self.memory.bytes).acquire_many_owned(missing)).await;
        let more = more.ok().and_then(Result::ok).ok_or_else(no_memory)?;
        match held.as_mut() {
            Some(held) => held.merge(more),
            None => *held = Some(more),
        }
        Ok(())
    }
}

fn no_memory() -> ApiError {
    ApiError::unavailable("busy", "The server has too many large requests on their way: this was not done; try again")
}

/// The reservation of a request, for what reads its body. Without [`account`] there is none.
pub(crate) fn reservation(request: &Request) -> Option<Reservation> {
    request.extensions().get::<Reservation>().cloned()
}

/// Gives each request a reservation, which lasts until it is answered; with a large answer, until that is with the client.
pub(crate) async fn account(State(memory): State<Memory>, mut request: Request, next: Next) -> Response {
    let reservation = memory.reservation();
    request.extensions_mut().insert(reservation.clone());
    let only_reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let response = next.run(request).await;
    let size = response.body().size_hint().lower();
    if size < SMALL_ANSWER {
        return response;
    }
    match reservation.cover(usize::try_from(size).unwrap_or(usize::MAX)).await {
        Err(error) if only_reads => return error.into_response(),
        // What was done is said.
        _ => {}
    }
    let (parts, body) = response.into_parts();
    match to_bytes(body, usize::MAX).await {
        Ok(content) => {
            let held = Held { content, _reservation: reservation };
            Response::from_parts(parts, Body::from(Bytes::from_owner(held)))
        }
        Err(error) => ApiError::internal(&error).into_response(),
    }
}

/// Content that holds memory until the last byte of it is written.
struct Held {
    content: Bytes,
    _reservation: Reservation,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.content
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_cannot_have_memory_soon_is_told_so() {
        let memory = Memory { bytes: Arc::new(Semaphore::new(10)) };
        let (one, other) = (memory.reservation(), memory.reservation());
        one.cover(6).await.unwrap();
        one.cover(5).await.unwrap();
        other.cover(4).await.unwrap();
        assert_eq!(memory.bytes.available_permits(), 0);
        let refused = other.cover(5).await.unwrap_err();
        assert_eq!((refused.status().as_u16(), refused.code()), (503, "busy"));
        assert!(refused.retry_after().is_some());
        drop(one);
        other.cover(10).await.unwrap();
        drop(other.clone());
        assert_eq!(memory.bytes.available_permits(), 0, "a copy is left");
        drop(other);
        assert_eq!(memory.bytes.available_permits(), 10);
    }
}
