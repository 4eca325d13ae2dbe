//! Pages of other origins that may have elements of the app. A browser lets them read what is here only where the answer
//! says so.

use std::time::Duration;

use axum::http::header::{
    ACCEPT, AGE, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, LINK, RETRY_AFTER, WARNING,
};
use axum::http::{HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser need not ask again.
const KEPT: Duration = Duration::from_secs(600);

/// What such pages may send and read; nothing where there are none. Cookies are not among it: whoever is signed in here
/// lends nothing to a page elsewhere, which has API keys or people of its own.
pub(crate) fn allow(origins: &[String]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
    let sent = [ACCEPT, AUTHORIZATION, CONTENT_TYPE, IF_MATCH, HeaderName::from_static("idempotency-key")];
    let read = [AGE, ETAG, LINK, RETRY_AFTER, WARNING, HeaderName::from_static("x-request-id")];
    Some(
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins))
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
            .allow_headers(sent)
            .expose_headers(read)
            .max_age(KEPT),
    )
}
