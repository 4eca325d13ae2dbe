//! Keeps foreign pages out, and addresses that could be read in two ways.
//!
//! A page elsewhere can make a browser send requests here. It cannot read the answers, and requests that change
//! something carry a content type that makes the browser ask first, which is allowed to pages that are named alone. What is left is a foreign
//! name that is made to point here: such requests carry that name and are refused.

use std::net::{Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::addresses::{is_of_the_api, is_probe};
use crate::error::ApiError;

/// The longest id in an address, in characters. The vendor's have 26.
const MAX_ID: usize = 64;

/// The names by which this server may be called.
pub(crate) struct Hosts {
    names: Vec<String>,
}

impl Hosts {
    /// `more` are names as [`host_name`] gives them.
    pub(crate) fn new(address: SocketAddr, more: &[String]) -> Self {
        let own = ["localhost", "127.0.0.1", "[::1]"].map(str::to_string);
        let bound = if address.is_ipv6() { format!("[{}]", address.ip()) } else { address.ip().to_string() };
        Self { names: own.into_iter().chain([bound]).chain(more.iter().cloned()).collect() }
    }

    fn knows(&self, authority: &Authority) -> bool {
        self.names.contains(&normal(authority.host()))
    }
}

/// A host as it is compared: in small letters, without the dot that ends a full name, and an IPv6 address as short as it
/// can be written.
fn normal(host: &str) -> String {
    match within_brackets(host).unwrap_or(host).parse::<Ipv6Addr>() {
        Ok(address) => format!("[{address}]"),
        Err(_) => host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase(),
    }
}

fn within_brackets(host: &str) -> Option<&str> {
    host.strip_prefix('[')?.strip_suffix(']')
}

/// Reads a name by which browsers reach the server: without scheme, port or path, as browsers send it.
///
/// # Errors
/// Says what a name looks like.
pub(crate) fn host_name(text: &str) -> Result<String, String> {
    let name = normal(text);
    let is_label = |label: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (1..=63).contains(&label.len()) && label.bytes().all(plain) && !label.starts_with('-') && !label.ends_with('-')
    };
    let is_name = name.len() <= 253 && name.split('.').all(is_label);
    let is_address = || within_brackets(&name).is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    if is_name || is_address() {
        Ok(name)
    } else if !text.is_ascii() {
        Err("a name is written as browsers send it, in ASCII (xn--…)".to_string())
    } else {
        Err("a name has no scheme, port or path, such as paths.example.com".to_string())
    }
}

/// Refuses requests to a name that is not ours. Whether the server is well may be asked by any name.
pub(crate) async fn check(State(hosts): State<Arc<Hosts>>, request: Request, next: Next) -> Response {
    match asked_by(&request) {
        Err(error) => error.into_response(),
        Ok(Some(name)) if hosts.knows(&name) => next.run(request).await,
        Ok(_) if is_probe(request.uri().path()) => next.run(request).await,
        Ok(_) => ApiError::forbidden("Host not allowed; start the server with --allow-host NAME").into_response(),
    }
}

/// The name by which a request asks, by RFC 9112, section 3.2: an address in the request line counts before the header,
/// and what leaves it open is refused.
fn asked_by(request: &Request) -> Result<Option<Authority>, ApiError> {
    let uri = request.uri();
    let header = host(request.headers())?;
    if header.is_none() && request.version() >= Version::HTTP_11 {
        return Err(ApiError::bad_request("A request must have a host header"));
    }
    if uri.scheme_str().is_some_and(|scheme| scheme != "http" && scheme != "https") {
        return Err(ApiError::bad_request("The address must be one of http or https"));
    }
    match uri.authority() {
        Some(authority) if authority.as_str().contains('@') => {
            Err(ApiError::bad_request("The address must not name a user"))
        }
        Some(authority) => Ok(Some(authority.clone())),
        None => Ok(header.flatten()),
    }
}

/// The one host header, if there is one; one without a name is there all the same.
fn host(headers: &HeaderMap) -> Result<Option<Option<Authority>>, ApiError> {
    let mut hosts = headers.get_all(HOST).iter();
    let Some(host) = hosts.next() else { return Ok(None) };
    if hosts.next().is_some() {
        return Err(ApiError::bad_request("A request must have one host header"));
    }
    if host.is_empty() {
        return Ok(Some(None));
    }
    let authority = Authority::try_from(host.as_bytes()).ok();
    let is_plain = |all: &Authority| {
        let port = all.as_str().strip_prefix(all.host());
        port.is_some_and(|port| {
            port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.bytes().all(|c| c.is_ascii_digit()))
        })
    };
    match authority.filter(is_plain) {
        Some(authority) => Ok(Some(Some(authority))),
        None => Err(ApiError::bad_request("The host header must be a name and perhaps a port")),
    }
}

/// Whether a `Host` header names this machine itself.
pub(crate) fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = normal(authority.host());
    let address = within_brackets(&name).unwrap_or(&name).parse::<std::net::IpAddr>();
    name == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Refuses addresses of the API in which anything but letters, digits, `_` and `-` stands between the slashes. All of our
/// names and ids are such; anything else could be read as one address here and as another one elsewhere.
pub(crate) async fn plain(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_plain = |part: &str| {
        part.len() <= MAX_ID && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    };
    if is_of_the_api(path) && !path.split('/').all(is_plain) {
        return ApiError::not_found("The requested resource").into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_hosts() {
        for (text, name) in [
            ("paths.example.com", "paths.example.com"),
            ("Paths.Example.COM.", "paths.example.com"),
            ("paths", "paths"),
            ("on_call-1", "on_call-1"),
            ("10.1.2.3", "10.1.2.3"),
            ("::1", "[::1]"),
            ("[0:0:0:0:0:0:0:1]", "[::1]"),
        ] {
            assert_eq!(host_name(text).as_deref(), Ok(name), "{text}");
        }
        let long = "a".repeat(64);
        for text in [
            "",
            ".",
            "x:443",
            "http://x",
            "x/",
            "*.example.com",
            "a b",
            "a..b",
            "-a",
            "a@b",
            "[::1]:80",
            "[x]",
            "é.com",
            "пример.рф",
            "a,b",
            "a\n",
            &long,
        ] {
            assert!(host_name(text).is_err(), "{text}");
        }
    }
}
