//! Connections: how many there may be, and how long each may take to say what it wants and to take the answer.
//!
//! Whoever only reaches the server can hold a connection open; so each state of one has an end, and their number has a
//! bound, below the number of files that the process may have open.

use std::convert::Infallible;
use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Request, Response};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep, sleep, sleep_until, timeout};
use tower::ServiceExt as _;

use crate::error::ApiError;

/// How many connections there may be, and how long things may take.
#[derive(Debug, Clone)]
pub struct Limits {
    /// From the beginning of a request, or of a connection, until its head is complete.
    pub head: Duration,
    /// From the end of the head until the body is complete.
    pub body: Duration,
    /// Between two requests on one connection.
    pub idle: Duration,
    /// Without the client taking anything of an answer.
    pub write: Duration,
    /// From being told to stop until what is still under way is cut off.
    pub stop: Duration,
    /// Connections at the same time; further ones wait until there is room.
    pub connections: usize,
}

/// The most connections where the system allows as many open files.
const MOST_CONNECTIONS: usize = 1_000;
/// Open files that are left for everything else: the database, its logs, the listener.
const OTHER_FILES: usize = 48;
/// The largest head of a request, in bytes; an address alone may have half of it.
const MAX_HEAD: usize = 128 * 1024;
/// How often a connection looks whether its time is over, and the longest that it takes to make room.
const TICK: Duration = Duration::from_secs(1);
/// Lines about the same trouble are written at most this often.
const LOG_EVERY: Duration = Duration::from_secs(10);

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(15),
            body: Duration::from_secs(30),
            idle: Duration::from_secs(60),
            write: Duration::from_secs(30),
            stop: Duration::from_secs(10),
            connections: MOST_CONNECTIONS,
        }
    }
}

impl Limits {
    /// The usual limits, with as many connections as this process may have open files for. Where requests are passed on
    /// (`is_proxy`), each may need a second one.
    pub(crate) fn of_process(is_proxy: bool) -> Self {
        let files = open_files().map_or(usize::MAX, |files| files.saturating_sub(OTHER_FILES));
        let connections = if is_proxy { files / 2 } else { files };
        Self { connections: connections.clamp(8, MOST_CONNECTIONS), ..Self::default() }
    }
}

/// How many files the process may have open, if there is a bound.
#[cfg(unix)]
fn open_files() -> Option<usize> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current.and_then(|files| usize::try_from(files).ok())
}

#[cfg(not(unix))]
fn open_files() -> Option<usize> {
    None
}

/// Whether the server has been told to stop, and when whatever still waits must give up so that it can be answered.
pub(crate) type Stopping = watch::Receiver<Option<Instant>>;

/// Serves until `stop` is done, and then what is under way, for a while.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stopping: watch::Sender<Option<Instant>>,
    stop: impl Future<Output = ()>,
) {
    let door = Door {
        slots: Arc::new(Semaphore::new(limits.connections)),
        crowded: Arc::new(Notify::new()),
        listener,
        limits: limits.clone(),
    };
    let (mut full, mut failing) = (Seldom::default(), Seldom::default());
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let (slot, stream) = tokio::select! {
            () = &mut stop => break,
            accepted = door.accept(&mut full, &mut failing) => accepted,
            Some(ended) = connections.join_next(), if !connections.is_empty() => {
                log_panic(ended);
                continue;
            }
        };
        let connection =
            attend(stream, router.clone(), limits.clone(), stopping.subscribe(), Arc::clone(&door.crowded));
        connections.spawn(async move {
            connection.await;
            drop(slot);
        });
    }
    // Nobody new; and whoever waits for something else has time left to say that it has not come.
    drop(door);
    stopping.send_replace(Some(Instant::now() + limits.stop * 4 / 5));
    let all_ended = async { while connections.join_next().await.map(log_panic).is_some() {} };
    if timeout(limits.stop, all_ended).await.is_err() {
        tracing::warn!(connections = connections.len(), "what has not ended until now is cut off");
        connections.shutdown().await;
    }
}

fn log_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(%error, "a connection ended by a fault of this program");
    }
}

/// Where connections come in.
struct Door {
    listener: TcpListener,
    limits: Limits,
    slots: Arc<Semaphore>,
    /// Told when somebody waits for room, so that connections on which nothing happens make it.
    crowded: Arc<Notify>,
}

impl Door {
    /// The next connection, once there is room for it.
    async fn accept(&self, full: &mut Seldom, failing: &mut Seldom) -> (OwnedSemaphorePermit, TcpStream) {
        loop {
            let Some(slot) = self.slot(full).await else { continue };
            match self.listener.accept().await {
                Ok((stream, _)) => return (slot, stream),
                // Those went away before it was their turn.
                Err(error) if is_of_the_client(&error) => {}
                Err(error) => {
                    if failing.now() {
                        tracing::error!(%error, "connections cannot be accepted");
                    }
                    // Usually all files are in use. What is idle may go, and then it is tried again.
                    self.crowded.notify_waiters();
                    sleep(TICK / 2).await;
                }
            }
        }
    }

    async fn slot(&self, full: &mut Seldom) -> Option<OwnedSemaphorePermit> {
        if let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() {
            return Some(slot);
        }
        if full.now() {
            let connections = self.limits.connections;
            tracing::warn!(connections, "no more connections are taken until others end");
        }
        self.crowded.notify_waiters();
        timeout(TICK / 2, Arc::clone(&self.slots).acquire_owned()).await.ok()?.ok()
    }
}

fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Something that is said once in a while, however often it happens.
#[derive(Default)]
struct Seldom(Option<Instant>);

impl Seldom {
    fn now(&mut self) -> bool {
        let is_due = self.0.is_none_or(|last| last.elapsed() >= LOG_EVERY);
        if is_due {
            self.0 = Some(Instant::now());
        }
        is_due
    }
}

/// Serves one connection until it ends, or has taken too long.
async fn attend(stream: TcpStream, router: Router, limits: Limits, mut stopping: Stopping, crowded: Arc<Notify>) {
    // Small answers go out at once.
    let _as_it_is = stream.set_nodelay(true);
    let phase = Phase::new();
    let service = service_fn({
        let (phase, body) = (Arc::clone(&phase), limits.body);
        move |request: Request<Incoming>| {
            let answering = Answering::begin(&phase);
            let request = request.map(|incoming| Body::new(Punctual::new(incoming, body)));
            let router = router.clone();
            async move {
                let Ok(response): Result<Response<Body>, Infallible> = router.oneshot(request).await;
                Ok::<_, Infallible>(response.map(|body| Answer { body, _answering: answering }))
            }
        }
    });
    let heard = Heard { stream, phase: Arc::clone(&phase), patience: limits.write, stalled: None };
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // Told apart below: a head that does not come, and nobody who asks for anything more.
        .header_read_timeout(None)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(heard), service);
    let mut is_told = false;
    loop {
        let look_again = (Instant::now() + TICK).min(phase.ends(&limits).unwrap_or(Instant::now() + TICK));
        tokio::select! {
            ended = &mut connection => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection broke");
                }
                return;
            }
            _ = stopping.changed(), if !is_told => {
                is_told = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
            () = crowded.notified() => if phase.is_silent_for(TICK) { return },
            () = sleep_until(look_again) => {
                if phase.ends(&limits).is_none_or(|end| end > Instant::now()) {
                    continue;
                }
                if phase.has_begun() {
                    refuse(connection.into_parts().io.into_inner().stream).await;
                }
                return;
            }
        }
    }
}

/// Says that a request took too long to be asked. Nothing else is on its way then.
async fn refuse(mut stream: TcpStream) {
    let (id, error) = (ulid::Ulid::generate().to_string(), ApiError::too_slow());
    let body = error.envelope(&id);
    let answer = format!(
        "HTTP/1.1 408 Request Timeout\r\ncontent-type: application/json\r\ncache-control: no-store\r\n\
         x-content-type-options: nosniff\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let written = async {
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await
    };
    let _gone_or_not = timeout(TICK, written).await;
}

/// What a connection is doing.
#[derive(Clone, Copy)]
enum Doing {
    /// Nothing: nothing was heard since; `used` says whether it has had a request before.
    Silent { since: Instant, used: bool },
    /// A request has begun.
    Asking { since: Instant },
    /// A request is being answered.
    Answering,
}

struct Phase(Mutex<Doing>);

impl Phase {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Doing::Silent { since: Instant::now(), used: false })))
    }

    fn get(&self) -> Doing {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, doing: Doing) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = doing;
    }

    fn hear(&self) {
        if matches!(self.get(), Doing::Silent { .. }) {
            self.set(Doing::Asking { since: Instant::now() });
        }
    }

    /// When it has taken too long, if it can.
    fn ends(&self, limits: &Limits) -> Option<Instant> {
        match self.get() {
            Doing::Silent { since, used: true } => Some(since + limits.idle),
            Doing::Silent { since, used: false } | Doing::Asking { since } => Some(since + limits.head),
            Doing::Answering => None,
        }
    }

    fn has_begun(&self) -> bool {
        matches!(self.get(), Doing::Asking { .. })
    }

    fn is_silent_for(&self, time: Duration) -> bool {
        matches!(self.get(), Doing::Silent { since, .. } if since.elapsed() >= time)
    }
}

/// There while a request is being answered.
struct Answering(Arc<Phase>);

impl Answering {
    fn begin(phase: &Arc<Phase>) -> Self {
        phase.set(Doing::Answering);
        Self(Arc::clone(phase))
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.set(Doing::Silent { since: Instant::now(), used: true });
    }
}

/// A stream that tells when something is heard, and fails when nothing of an answer is taken.
struct Heard {
    stream: TcpStream,
    phase: Arc<Phase>,
    patience: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Heard {
    /// Bounds the waiting for the other side.
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
        let poll = Pin::new(&mut this.stream).poll_write(context, content);
        this.bounded(poll, context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        contents: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.stream).poll_write_vectored(context, contents);
        this.bounded(poll, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.stream).poll_flush(context);
        this.bounded(poll, context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.stream).poll_shutdown(context);
        this.bounded(poll, context)
    }
}

/// The body did not come in time.
#[derive(Debug, thiserror::Error)]
#[error("the body did not come in time")]
pub(crate) struct TooSlow;

/// A body that must be complete within a time, however it is dealt out.
struct Punctual {
    incoming: Incoming,
    until: Instant,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Punctual {
    fn new(incoming: Incoming, patience: Duration) -> Self {
        Self { incoming, until: Instant::now() + patience, waiting: None }
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

/// The body of an answer, which is being given until it is dropped.
struct Answer {
    body: Body,
    _answering: Answering,
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
