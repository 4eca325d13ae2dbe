//! Keeps foreign pages out.
//!
//! A page elsewhere can make a browser send requests here. It cannot read the answers, and requests that change
//! something carry a content type that makes the browser ask first, which is never allowed. What is left is a foreign
//! name that is made to point here: such requests carry that name and are refused.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::error::ApiError;

/// The names by which this server may be called.
pub(crate) struct Hosts {
    names: Vec<String>,
}

impl Hosts {
    pub(crate) fn new(address: SocketAddr, more: &[String]) -> Self {
        let own = ["localhost", "127.0.0.1", "[::1]"].map(str::to_string);
        let bound = if address.is_ipv6() { format!("[{}]", address.ip()) } else { address.ip().to_string() };
        let more = more.iter().map(|name| name.to_ascii_lowercase());
        Self { names: own.into_iter().chain([bound]).chain(more).collect() }
    }

    fn knows(&self, host: &str) -> bool {
        let authority = host.parse::<Authority>().ok();
        authority.is_some_and(|authority| {
            let name = authority.host().to_ascii_lowercase();
            self.names.contains(&name)
        })
    }
}

/// Refuses requests to a name that is not ours.
pub(crate) async fn check(State(hosts): State<Arc<Hosts>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(Authority::as_str));
    match host {
        Some(host) if hosts.knows(host) => next.run(request).await,
        _ => ApiError::forbidden("This server does not go by that name; start it with --allow-host NAME to let it")
            .into_response(),
    }
}
