//! Addresses that this server calls by itself: which they may be, and how they are called.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::{Client, Url, redirect};

/// How long a receiver may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it may take until there is a connection.
const TO_CONNECT: Duration = Duration::from_secs(5);

/// Whether events may go to an address: encrypted, or not over a network, unless it is allowed otherwise.
///
/// # Errors
/// Says what an address must be.
pub(crate) fn check_url(text: &str, http_is_allowed: bool) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "must be an address such as https://example.com/hook")?;
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let is_here = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    match url.scheme() {
        "https" => {}
        "http" if is_here || http_is_allowed => {}
        "http" => return Err("must begin with https: only this machine is reached by http"),
        _ => return Err("must begin with https"),
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err("must have no name, password or fragment in it");
    }
    Ok(url)
}

/// What calls addresses that pass [`check_url`]: those that are encrypted, or the others, by no proxy that the environment
/// names.
pub(crate) fn client(is_encrypted: bool) -> Result<Client, reqwest::Error> {
    // The provider is the only one that is compiled in; that it is set already is fine.
    let _already = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder()
        // What is meant for one address is for no other.
        .redirect(redirect::Policy::none())
        .timeout(PATIENCE)
        .connect_timeout(TO_CONNECT)
        .user_agent(concat!("escalation-path-builder/", env!("CARGO_PKG_VERSION")));
    if is_encrypted { builder.build() } else { builder.no_proxy().build() }
}
