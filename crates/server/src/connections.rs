//! Connections: how many there may be, and how long each may take to say what it wants and to take the answer.
//!
//! Whoever only reaches the server can hold a connection open; so each state of one has an end, and their number has a
//! bound, below the number of files that the process may have open.

mod clients;
mod phase;
mod refusal;
mod stream;
mod tls;

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tower::ServiceExt as _;

use crate::error::ApiError;
pub(crate) use clients::{Client, Peer};
use clients::{Clients, Place};
use phase::{Answer, Answering};
use stream::{Heard, Link, Punctual};

pub(crate) use stream::TooSlow;
pub(crate) use tls::Tls;

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
    /// Connections of one client at the same time: of one address, or of one /64 network with IPv6. Further ones are
    /// answered with 503. Behind a reverse proxy all connections are of its address.
    pub connections_per_client: usize,
}

/// The most connections where the system allows as many open files.
const MAX_CONNECTIONS: usize = 1_000;
/// The fewest connections that are taken, even where there may not be as many open files.
const MIN_CONNECTIONS: usize = 8;
/// The fewest connections that each client may have: as many as a browser opens.
const MIN_PER_CLIENT: usize = 6;
/// Connections that are answered with a refusal at the same time; further ones are closed without a word.
const MAX_REFUSALS: usize = 16;
/// Open files that are left for everything else: the database and its logs, the listener, what is sent, and connections
/// that are refused.
const OTHER_FILES: usize = 64 + MAX_REFUSALS;
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
            connections: MAX_CONNECTIONS,
            connections_per_client: share(MAX_CONNECTIONS),
        }
    }
}

impl Limits {
    /// The usual limits, with as many connections as this process may have open files for. Where requests are passed on
    /// (`is_proxy`), each may need a second one.
    pub(crate) fn of_process(is_proxy: bool) -> Self {
        let known = open_files();
        let files = known.map_or(usize::MAX, |files| files.saturating_sub(OTHER_FILES));
        let connections = if is_proxy { files / 2 } else { files };
        if let (Some(files), true) = (known, connections < MIN_CONNECTIONS) {
            tracing::warn!(files, "too few files may be open for connections: let this process open 256 or more");
        }
        let connections = connections.clamp(MIN_CONNECTIONS, MAX_CONNECTIONS);
        Self { connections, connections_per_client: share(connections), ..Self::default() }
    }
}

/// What one client may have of all connections: a quarter, so that one alone never has all.
fn share(connections: usize) -> usize {
    (connections / 4).max(MIN_PER_CLIENT)
}

/// Lets this process have as many files open as the system allows it; what a shell allows by itself is often less, and
/// for programs of old.
#[cfg(unix)]
pub fn allow_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    // Where it cannot be raised there are fewer connections.
    let _as_it_is = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

/// Elsewhere there is no such bound.
#[cfg(not(unix))]
pub fn allow_open_files() {}

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
    (listener, tls): (TcpListener, Option<Arc<Tls>>),
    router: Router,
    limits: Limits,
    stopping: watch::Sender<Option<Instant>>,
    stop: impl Future<Output = ()>,
) {
    let door = Door::new(listener, limits.clone());
    // One that is accepted and waits for room: only then is it known that room is needed.
    let mut waiting: Option<((TcpStream, IpAddr), Place)> = None;
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(ended) = connections.join_next(), if !connections.is_empty() => log_panic(ended),
            (stream, address) = door.accept(), if waiting.is_none() => match door.enter(address.ip().into()) {
                Ok(place) => waiting = Some(((stream, address.ip()), place)),
                // Whoever is not understood before a handshake cannot be told anything.
                Err(Some(_)) if tls.is_some() => {}
                Err(Some(refusal)) => {
                    connections.spawn(async move {
                        refusal::refuse(stream, ApiError::too_many_connections(), TICK).await;
                        drop(refusal);
                    });
                }
                Err(None) => {}
            },
            slot = door.slot(), if waiting.is_some() => {
                if let Some((accepted, place)) = waiting.take() {
                    let (router, limits, stopping) = (router.clone(), limits.clone(), stopping.subscribe());
                    let tls = tls.clone();
                    connections.spawn(async move {
                        attend(accepted, tls, router, limits, stopping, &place).await;
                        drop((place, slot));
                    });
                }
            }
        }
    }
    drop(waiting);
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
    refusals: Arc<Semaphore>,
    clients: Arc<Clients>,
    /// When it was last logged that there was no room, that a client had too many, and that none could be accepted.
    full: Seldom,
    crowded: Seldom,
    failing: Seldom,
}

impl Door {
    fn new(listener: TcpListener, limits: Limits) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(limits.connections)),
            refusals: Arc::new(Semaphore::new(MAX_REFUSALS)),
            clients: Arc::default(),
            listener,
            limits,
            full: Seldom::default(),
            crowded: Seldom::default(),
            failing: Seldom::default(),
        }
    }

    /// The next connection. Nothing is lost if this is dropped while it waits.
    async fn accept(&self) -> (TcpStream, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok(accepted) => return accepted,
                // Those went away before it was their turn.
                Err(error) if is_of_the_client(&error) => {}
                Err(error) => {
                    if self.failing.is_due() {
                        tracing::error!(%error, "connections cannot be accepted");
                    }
                    // Usually all files are in use. What is idle may go, and then it is tried again.
                    self.clients.make_room(TICK);
                    sleep(TICK / 2).await;
                }
            }
        }
    }

    /// A place for a connection among those of its client. Where it has too many, the permit to say so, if not too many
    /// are told that already.
    fn enter(&self, client: Client) -> Result<Place, Option<OwnedSemaphorePermit>> {
        self.clients.enter(client, self.limits.connections_per_client, TICK).ok_or_else(|| {
            if self.crowded.is_due() {
                tracing::warn!(%client, "a client has as many connections as one may have; further ones are refused");
            }
            Arc::clone(&self.refusals).try_acquire_owned().ok()
        })
    }

    /// Waits for room for one more connection; the one that has been silent for longest makes it. Nothing is lost if this
    /// is dropped while it waits.
    async fn slot(&self) -> OwnedSemaphorePermit {
        loop {
            if let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() {
                return slot;
            }
            if self.full.is_due() {
                let connections = self.limits.connections;
                tracing::warn!(connections, "no more connections are taken until others end");
            }
            self.clients.make_room(TICK);
            if let Ok(Ok(slot)) = timeout(TICK / 2, Arc::clone(&self.slots).acquire_owned()).await {
                return slot;
            }
        }
    }
}

fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Something that is logged once in a while, however often it happens.
#[derive(Default)]
struct Seldom(Mutex<Option<Instant>>);

impl Seldom {
    /// Whether it is to be logged now; then not again for a while.
    fn is_due(&self) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last.is_none_or(|last| last.elapsed() >= LOG_EVERY);
        if is_due {
            *last = Some(Instant::now());
        }
        is_due
    }
}

/// Begins an encrypted connection; nothing where there is none.
async fn shake_hands(stream: TcpStream, tls: &Tls) -> Option<Link> {
    let mut first = [0];
    // A handshake begins with a byte that is no letter, as a request does.
    if stream.peek(&mut first).await.is_ok() && first[0].is_ascii_uppercase() {
        refusal::refuse(stream, ApiError::no_https(), TICK).await;
        return None;
    }
    match tls.acceptor().accept(stream).await {
        Ok(stream) => Some(Link::Tls(Box::new(stream))),
        Err(error) => {
            tracing::debug!(%error, "a handshake failed");
            None
        }
    }
}

/// Serves one connection until it ends, or has taken too long.
async fn attend(
    (stream, peer): (TcpStream, IpAddr),
    tls: Option<Arc<Tls>>,
    router: Router,
    limits: Limits,
    mut stopping: Stopping,
    place: &Place,
) {
    // Small answers go out at once.
    let _as_it_is = stream.set_nodelay(true);
    let phase = &place.phase;
    phase.open();
    let link = match tls {
        None => Link::Plain(stream),
        Some(tls) => tokio::select! {
            link = shake_hands(stream, &tls) => match link {
                Some(link) => link,
                None => return,
            },
            () = sleep(limits.head) => return,
            () = phase.evicted.notified() => return,
            _ = stopping.changed() => return,
        },
    };
    let service = service_fn({
        let (phase, body, stopping) = (Arc::clone(phase), limits.body, stopping.clone());
        let (client, peer) = (place.client, Peer(peer));
        move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(client);
            request.extensions_mut().insert(peer);
            let answering = Answering::begin(&phase);
            let request = request.map(|incoming| Body::new(Punctual::new(incoming, body, stopping.clone())));
            let router = router.clone();
            async move {
                let Ok(response): Result<Response<Body>, Infallible> = router.oneshot(request).await;
                Ok::<_, Infallible>(response.map(|body| Answer { body, _answering: answering }))
            }
        }
    });
    let heard = Heard::new(link, Arc::clone(phase), limits.write);
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
                    if error.is_parse() && phase.is_unasked() {
                        let (stream, status) = connection.into_parts().io.into_inner().into_inner();
                        refusal::refuse(stream, ApiError::no_request(status), TICK).await;
                    }
                }
                return;
            }
            _ = stopping.changed(), if !is_told => {
                is_told = true;
                std::pin::Pin::new(&mut connection).graceful_shutdown();
            }
            () = phase.evicted.notified() => {
                if phase.is_silent_for(TICK) {
                    return;
                }
                // A request has come meanwhile, and is answered.
                std::pin::Pin::new(&mut connection).graceful_shutdown();
            }
            () = sleep_until(look_again) => {
                if phase.ends(&limits).is_none_or(|end| end > Instant::now()) {
                    continue;
                }
                if phase.has_begun() {
                    // Nothing else is on its way: what was asked before has been flushed.
                    let (stream, _) = connection.into_parts().io.into_inner().into_inner();
                    refusal::refuse(stream, ApiError::too_slow(), TICK).await;
                }
                return;
            }
        }
    }
}
