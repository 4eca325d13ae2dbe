//! The server: the V2 API of escalation paths on an embedded database, a proxy to the vendor's, and the browser app.
//!
//! Handlers translate; what a path means is the engine's business. There are two ways to run: `local`, where this is
//! the API, and `proxy`, where requests go on to another API with a key that never leaves this process.

mod api;
mod app_files;
mod body;
mod builder;
mod config;
mod connections;
mod demo;
mod error;
mod failure;
mod files;
mod guard;
mod health;
mod names;
mod proxy;
mod query;
mod rights;
mod store;
mod tags;
mod who;
mod work;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::{Extension, Router, middleware};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;

pub use config::Config;
pub use connections::Limits;
pub use error::StartError;

use app_files::AppFiles;
use proxy::Proxy;
use rights::Rights;
use store::Store;
use work::Work;

/// A server that accepts requests from its start on.
pub struct Running {
    address: SocketAddr,
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stopping: watch::Sender<Option<Instant>>,
    /// To be closed when all is answered.
    store: Option<Store>,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// With other limits than those of [`start`].
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Serves until `stop` is done. Then no more connections are taken, and what is under way has [`Limits::stop`] left.
    /// After it all that was saved is in the one file of the database.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        connections::serve(self.listener, self.router, self.limits, self.stopping, stop).await;
        if let Some(store) = self.store {
            store.close().await;
        }
    }
}

/// Opens the database or reads the key, loads the app and binds the address.
///
/// # Errors
/// Says what is wrong and what to do.
pub async fn start(config: Config) -> Result<Running, StartError> {
    let app = AppFiles::load(config.app.as_deref(), &config.allow_frames)?;
    let (stopping, is_stopping) = watch::channel(None);
    let (v2, store) = match config.upstream() {
        Some(upstream) => (proxy::router(Arc::new(Proxy::new(upstream, is_stopping)?)), None),
        None => {
            let store = Store::open(&config.data, !config.empty).await?;
            let routes = api::router(store.clone()).merge(builder::router(store.clone()));
            (routes.layer(Extension(Work::new())), Some(store))
        }
    };
    let listener = TcpListener::bind(config.listen).await.map_err(|source| StartError::bind(config.listen, source))?;
    let address = listener.local_addr().map_err(|source| StartError::bind(config.listen, source))?;
    let hosts = guard::Hosts::new(address, &config.allow_hosts);
    let rights = Arc::new(Rights::new(config.read_only, config.editors.clone()));
    let router = v2
        .merge(builder::info(config.upstream().is_some(), rights.clone()))
        .merge(health::router(store.clone(), config.data.clone()))
        .fallback_service(app_files::router(app))
        .layer(middleware::from_fn_with_state(rights, rights::check))
        .layer(middleware::from_fn(guard::plain))
        .layer(middleware::from_fn_with_state(Arc::new(hosts), guard::check))
        .layer(Extension(who::Header(config.user_header.clone())))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(middleware::from_fn(error::finish));
    let limits = Limits::of_process(config.upstream().is_some());
    Ok(Running { address, listener, router, limits, stopping, store })
}
