//! The server: the V2 API of escalation paths on an embedded database, a proxy to the vendor's, and the browser app.
//!
//! Handlers translate; what a path means is the engine's business. There are two ways to run: `local`, where this is
//! the API, and `proxy`, where requests go on to another API with a key that never leaves this process.

mod access;
mod accounts;
mod addresses;
mod answer;
mod api;
mod app_files;
mod backups;
mod below;
mod body;
mod builder;
mod clock;
mod config;
mod connections;
mod demo;
mod error;
mod examine;
mod failure;
mod files;
mod guard;
mod health;
mod keys;
mod limits;
mod links;
mod listing;
mod memory;
mod metrics;
mod names;
mod oidc;
mod openapi;
mod origins;
mod outward;
mod proxy;
mod query;
mod respond;
mod rights;
mod run;
mod shown;
mod sign_in;
mod signing;
mod store;
mod tags;
mod who;
mod work;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::{Extension, Router, middleware};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{And, DefaultPredicate, Predicate as _, SizeAbove};

pub use access::{Network, Right, Role};
pub use accounts::run as run_accounts;
pub use backups::run as run_backups;
pub use clock::Clock;
pub use config::{
    AccountCommand, BackupCommand, Command, Config, KeyCommand, LogFormat, Read, Secret, Setting, Source,
};
pub use connections::{Limits, allow_open_files};
pub use error::StartError;
pub use keys::run as run_keys;
pub use openapi::{not_served, openapi};
pub use store::Address;

use access::Access;
use api::PublicBase;
use app_files::AppFiles;
use connections::Tls;
use limits::Limiter;
use memory::Memory;
use metrics::Metrics;
use oidc::Oidc;
use proxy::Proxy;
use run::{Escalations, Heartbeat, Senders};
use sign_in::SignIn;
use store::{Kind, Store};
use work::Work;

/// A server that accepts requests from its start on.
pub struct Running {
    address: SocketAddr,
    listener: TcpListener,
    router: Router,
    tls: Option<Arc<Tls>>,
    limits: Limits,
    stopping: watch::Sender<Option<Instant>>,
    /// To be run while it serves.
    escalations: Option<Escalations>,
    /// For how many days what is over is kept; absent: for ever.
    keep: Option<u32>,
    /// To be closed when all is answered.
    store: Store,
    /// Where the first administrator signs in, once.
    first_link: Option<String>,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `https` or `http`.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// Where the first administrator signs in: a secret that is good once, and only there where nobody has signed in yet.
    #[must_use]
    pub fn first_link(&self) -> Option<&str> {
        self.first_link.as_deref()
    }

    /// With other limits than those of [`start`].
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Serves, and runs escalations, until `stop` is done. Then no more connections are taken and no more escalations
    /// taken on, and what is under way has [`Limits::stop`] left. After it all that was saved is in the one file of the
    /// database.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        let (ending, is_ending) = watch::channel(false);
        let mut running = JoinSet::new();
        if let Some(escalations) = self.escalations {
            for _ in 0..escalations.runners() {
                running.spawn(escalations.clone().run(is_ending.clone()));
            }
            if let Some(days) = self.keep {
                running.spawn(escalations.clone().remove_old(days, is_ending.clone()));
            }
            for kind in Kind::ALL {
                running.spawn(escalations.clone().deliver(kind, is_ending.clone()));
            }
        }
        let patience = self.limits.stop;
        let stop = async {
            stop.await;
            ending.send_replace(true);
        };
        connections::serve((self.listener, self.tls), self.router, self.limits, self.stopping, stop).await;
        let all_ended = async { while running.join_next().await.is_some() {} };
        if timeout(patience, all_ended).await.is_err() {
            tracing::warn!("what escalations were doing is cut off; the database has all or nothing of it");
            running.shutdown().await;
        }
        self.store.close().await;
    }
}

/// Opens the database that the configuration names.
async fn open(config: &Config) -> Result<Store, StartError> {
    // A proxy has an organisation elsewhere.
    let with_demo = !config.empty && config.upstream.is_none();
    match &config.database {
        Some(address) => Store::connect(address, with_demo).await,
        None => Store::open(&config.data, with_demo).await,
    }
}

/// The certificate, where there is one.
fn tls_of(config: &Config) -> Result<Option<Arc<Tls>>, StartError> {
    let files = config.tls_cert.clone().zip(config.tls_key.clone());
    files.map(|(cert, key)| Tls::load(cert, key).map(Arc::new)).transpose()
}

/// The provider at which people sign in, where there is one.
fn oidc_of(config: &Config) -> Result<Option<Oidc>, StartError> {
    config.oidc()?.map(Oidc::new).transpose()
}

/// Reads all that a configuration names, apart from the database, and uses nothing of it.
///
/// # Errors
/// The first thing that is wrong, as [`start`] says it.
pub fn check(config: &Config) -> Result<(), StartError> {
    AppFiles::load(config.app.as_deref(), &config.allow_frames)?;
    tls_of(config)?;
    match config.upstream() {
        Some(upstream) => {
            let (_, is_stopping) = watch::channel(None);
            Proxy::new(upstream, is_stopping, Arc::new(Metrics::new(false)))?;
        }
        None => {
            Senders::new(config)?;
            Heartbeat::new(config)?;
        }
    }
    oidc_of(config)?;
    Ok(())
}

/// Answers of fewer bytes are sent as they are: they fit into a packet.
const MIN_COMPRESSED: u16 = 1024;

/// Compresses answers for those who accept it: lists say the same again and again, and become a tenth to a fortieth. Not
/// what arrives bit by bit, which would wait for more. By gzip, quickly: brotli takes sixteen times the memory.
fn compressed() -> CompressionLayer<And<DefaultPredicate, SizeAbove>> {
    let is_worth_it = DefaultPredicate::new().and(SizeAbove::new(MIN_COMPRESSED));
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(is_worth_it)
}

/// Opens the database or reads the key, loads the app and binds the address.
///
/// # Errors
/// Says what is wrong and what to do.
pub async fn start(config: Config) -> Result<Running, StartError> {
    let app = AppFiles::load(config.app.as_deref(), &config.allow_frames)?;
    let tls = tls_of(&config)?;
    let oidc = oidc_of(&config)?;
    let (stopping, is_stopping) = watch::channel(None);
    let passed_on = Arc::new(Metrics::new(false));
    let proxy = config.upstream().map(|upstream| Proxy::new(upstream, is_stopping.clone(), Arc::clone(&passed_on)));
    let proxy = proxy.transpose()?;
    let is_proxy = proxy.is_some();
    let store = open(&config).await?;
    let (v2, escalations, metrics) = match proxy {
        Some(proxy) => (proxy::router(Arc::new(proxy), store.clone()), None, passed_on),
        None => {
            examine::examine(&store).await;
            let (clock, priority) = (config.clock.clone(), config.default_priority.clone());
            let escalations =
                Escalations::new(store.clone(), clock, priority, Senders::new(&config)?, Heartbeat::new(&config)?);
            escalations.check_default_priority().await?;
            let routes = api::router(store.clone()).merge(builder::router(store.clone()));
            let routes = routes.merge(api::escalations(escalations.clone())).merge(api::alerts(escalations.clone()));
            let routes = routes.merge(builder::escalations(escalations.clone(), is_stopping));
            let routes =
                routes.merge(api::notifications(escalations.clone())).merge(respond::router(escalations.clone()));
            let routes = routes.merge(builder::set_aside(escalations.clone()));
            let routes = routes.merge(builder::webhooks(escalations.clone(), config.allow_http_webhooks));
            let base = config.public_url.as_ref().map(|url| url.base.clone());
            let routes = routes.layer(Extension(Work::new())).layer(Extension(PublicBase(base.clone())));
            let routes = routes.merge(api::identity(base)).merge(openapi::router());
            let metrics = escalations.metrics();
            (routes, Some(escalations), metrics)
        }
    };
    let keys = builder::Keys { store: store.clone(), clock: config.clock.clone(), has_teams: !is_proxy };
    let v2 = v2.merge(builder::api_keys(keys)).merge(builder::audit(store.clone()));
    let v2 = v2.layer(middleware::from_fn_with_state(Memory::new(config.memory), memory::account));
    let v2 = v2.layer(compressed());
    let has_provider = oidc.is_some();
    let is_closed = config.anonymous() != Role::Admin && config.user_header.is_none() && !has_provider;
    let first_link = if (config.empty || is_proxy) && config.anonymous.is_none() && is_closed {
        let link = sign_in::first_link(&store, &config.clock).await;
        link.map_err(|error| StartError::NoLink { what: error.message().to_string() })?
    } else {
        None
    };
    let access = Arc::new(Access {
        sessions: config.sessions(),
        has_provider,
        header: config.user_header.clone(),
        proxies: config.trusted_proxies.clone(),
        editors: config.editors.clone(),
        anonymous: config.anonymous(),
        is_read_only: config.read_only,
        store: store.clone(),
        clock: config.clock.clone(),
    });
    if config.anonymous.is_none() && !access.lets_anybody_in().await.map_err(StartError::Keys)? {
        return Err(StartError::NoAuthentication { address: config.listen });
    }
    let (clock, sessions) = (config.clock.clone(), config.sessions());
    let sign_in = Arc::new(SignIn { store: store.clone(), clock, sessions, oidc });
    let v2 = v2.merge(builder::me()).merge(builder::sessions(Arc::clone(&sign_in))).merge(sign_in::router(sign_in));
    let listener = TcpListener::bind(config.listen).await.map_err(|source| StartError::bind(config.listen, source))?;
    let address = listener.local_addr().map_err(|source| StartError::bind(config.listen, source))?;
    let mut names = config.allow_hosts.clone();
    names.extend(config.public_url.as_ref().map(|url| url.host.clone()));
    let hosts = guard::Hosts::new(address, &names);
    let limiter = Arc::new(Limiter::new(config.rates()));
    let router = v2
        .merge(builder::info(is_proxy))
        .merge(health::router(store.clone(), config.database.is_none().then(|| config.data.clone())))
        .merge(health::engine(escalations.clone(), metrics.clone()))
        .fallback_service(app_files::router(app))
        .layer(middleware::from_fn_with_state(access.clone(), rights::check))
        .layer(middleware::from_fn_with_state(limiter, limits::check))
        .layer(middleware::from_fn_with_state(access, access::identify))
        .layer(middleware::from_fn(guard::plain))
        .layer(tower::util::option_layer(origins::allow(&config.allow_origins)))
        .layer(middleware::from_fn_with_state(Arc::new(hosts), guard::check))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(middleware::from_fn_with_state(metrics, error::finish));
    let router = below::below(config.public_url.as_ref().map_or(String::new(), |url| url.path.clone()), router);
    let limits = Limits::of_process(config.upstream().is_some());
    let keep = config.keep_escalations;
    let first_link = first_link.map(|link| format!("{}{link}", config.base_at(address)));
    Ok(Running { first_link, address, listener, router, tls, limits, stopping, escalations, keep, store })
}
