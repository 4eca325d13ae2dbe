//! What goes over a connection: its bytes, which the phase hears of, and bodies that must come in time.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use axum::http::StatusCode;
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep, sleep_until};
use tokio_rustls::server::TlsStream;

use super::phase::Phase;
use super::{Stopping, TICK};

/// A connection, encrypted or not.
pub(super) enum Link {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Link {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Link {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, content: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, content),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, content),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        contents: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(context, contents),
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(context, contents),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}

/// A stream that notes when something is heard, and fails when nothing of an answer is taken.
///
/// What hyper answers by itself, to what is no request, has neither a body nor an id. It is kept back, and its status
/// is kept for the answer that takes its place.
pub(super) struct Heard {
    stream: Link,
    phase: Arc<Phase>,
    patience: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
    refused: Option<StatusCode>,
}

impl Heard {
    /// `patience` is how long the client may take nothing of an answer.
    pub(super) fn new(stream: Link, phase: Arc<Phase>, patience: Duration) -> Self {
        Self { stream, phase, patience, stalled: None, refused: None }
    }

    /// The stream, and the status that hyper would have answered with by itself.
    pub(super) fn into_inner(self) -> (Link, Option<StatusCode>) {
        (self.stream, self.refused)
    }

    /// Keeps back what is written where no request is being answered; how many bytes that were.
    fn keep_back<'a>(&mut self, mut contents: impl Iterator<Item = &'a [u8]>) -> Option<usize> {
        if !self.phase.is_unasked() {
            return None;
        }
        let first = contents.next().unwrap_or_default();
        if self.refused.is_none() {
            let status = first.get("HTTP/1.1 ".len()..).and_then(|status| status.get(..3));
            self.refused = status.and_then(|status| StatusCode::from_bytes(status).ok());
        }
        Some(first.len() + contents.map(<[u8]>::len).sum::<usize>())
    }

    /// Bounds the waiting for the other side: each byte that it takes gives it the whole time again.
    fn bounded<T>(&mut self, poll: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.stalled = None;
            return poll;
        }
        let patience = self.patience;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Heard {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        if buffer.filled().len() > before {
            this.phase.hear();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Heard {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, content: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if let Some(kept) = this.keep_back([content].into_iter()) {
            return Poll::Ready(Ok(kept));
        }
        let poll = Pin::new(&mut this.stream).poll_write(context, content);
        this.bounded(poll, context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        contents: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if let Some(kept) = this.keep_back(contents.iter().map(|content| &**content)) {
            return Poll::Ready(Ok(kept));
        }
        let poll = Pin::new(&mut this.stream).poll_write_vectored(context, contents);
        this.bounded(poll, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.stream).poll_flush(context);
        // hyper flushes once it has written all that it has.
        if let Poll::Ready(Ok(())) = poll {
            this.phase.flush();
        }
        this.bounded(poll, context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.refused.is_some() {
            return Poll::Ready(Ok(()));
        }
        let poll = Pin::new(&mut this.stream).poll_shutdown(context);
        this.bounded(poll, context)
    }
}

/// The body did not come in time.
#[derive(Debug, thiserror::Error)]
#[error("the body did not come in time")]
pub(crate) struct TooSlow;

/// A body that must be complete within a time, however it is dealt out; and soon where the server stops.
pub(super) struct Punctual {
    incoming: Incoming,
    until: Instant,
    /// Whether the server has been asked to stop. Where it changes, the connection is polled, and this with it.
    stopping: Stopping,
    is_stopping: bool,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Punctual {
    pub(super) fn new(incoming: Incoming, patience: Duration, stopping: Stopping) -> Self {
        Self { incoming, until: Instant::now() + patience, stopping, is_stopping: false, waiting: None }
    }
}

impl HttpBody for Punctual {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        let this = self.get_mut();
        if !this.is_stopping && this.stopping.borrow().is_some() {
            this.is_stopping = true;
            this.until = this.until.min(Instant::now() + TICK);
            this.waiting = None;
        }
        let until = this.until;
        // Its time is over also where something has come: a byte now and then is not a body.
        let waiting = this.waiting.get_or_insert_with(|| Box::pin(sleep_until(until)));
        if waiting.as_mut().poll(context).is_ready() {
            return Poll::Ready(Some(Err(TooSlow.into())));
        }
        Pin::new(&mut this.incoming).poll_frame(context).map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
