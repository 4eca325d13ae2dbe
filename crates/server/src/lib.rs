//! The server: the V2 API of escalation paths on an embedded database, a proxy to the vendor's, and the browser app.
//!
//! Handlers translate; what a path means is the engine's business. There are two ways to run: `local`, where this is
//! the API, and `proxy`, where requests go on to another API with a key that never leaves this process.

mod api;
mod app_files;
mod body;
mod builder;
mod config;
mod demo;
mod error;
mod guard;
mod proxy;
mod query;
mod rights;
mod store;
mod who;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::{Extension, Router, middleware};
use tokio::net::TcpListener;

pub use config::Config;
pub use error::StartError;

use app_files::AppFiles;
use proxy::Proxy;
use rights::Rights;
use store::Store;

/// A server that accepts requests from its start on.
pub struct Running {
    address: SocketAddr,
    listener: TcpListener,
    router: Router,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` is done.
    ///
    /// # Errors
    /// Where the listener fails.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
        axum::serve(self.listener, self.router).with_graceful_shutdown(stop).await
    }
}

/// Opens the database or reads the key, loads the app and binds the address.
///
/// # Errors
/// Says what is wrong and what to do.
pub async fn start(config: Config) -> Result<Running, StartError> {
    let app = AppFiles::load(config.app.as_deref(), &config.allow_frames)?;
    let v2 = match config.upstream() {
        Some(upstream) => proxy::router(Arc::new(Proxy::new(upstream)?)),
        None => {
            let store = Store::open(&config.data, !config.empty).await?;
            api::router(store.clone()).merge(builder::router(store))
        }
    };
    let listener = TcpListener::bind(config.listen).await.map_err(|source| StartError::bind(config.listen, source))?;
    let address = listener.local_addr().map_err(|source| StartError::bind(config.listen, source))?;
    let hosts = guard::Hosts::new(address, &config.allow_hosts);
    let rights = Arc::new(Rights::new(config.read_only, config.editors.clone()));
    let router = v2
        .merge(builder::info(config.upstream().is_some(), rights.clone()))
        .fallback_service(app_files::router(app))
        .layer(middleware::from_fn_with_state(rights, rights::check))
        .layer(middleware::from_fn_with_state(Arc::new(hosts), guard::check))
        .layer(Extension(who::Header(config.user_header)))
        .layer(middleware::from_fn(error::finish));
    Ok(Running { address, listener, router })
}
