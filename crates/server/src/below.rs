//! A server that people reach below a path, such as `https://tools.example.com/paths/`, behind a reverse proxy that leaves
//! that path in the requests that it passes on.

use axum::Router;
use axum::extract::Request;
use axum::http::header::LOCATION;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use tower::ServiceExt as _;

/// Takes the path away from requests that have it. Those without it were passed on by a proxy that took it away itself.
/// `path` has no slash at its end.
pub(crate) fn below(path: String, router: Router) -> Router {
    if path.is_empty() {
        return router;
    }
    Router::new().fallback(async move |mut request: Request| -> Response {
        match rest(request.uri(), &path) {
            Rest::Root => {
                // What the page loads is relative to it.
                let mut response = StatusCode::PERMANENT_REDIRECT.into_response();
                if let Ok(root) = HeaderValue::from_str(&format!("{path}/")) {
                    response.headers_mut().insert(LOCATION, root);
                }
                return response;
            }
            Rest::Below(uri) => *request.uri_mut() = uri,
            Rest::Elsewhere => {}
        }
        match router.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    })
}

/// Where an address is.
#[derive(Debug, PartialEq)]
enum Rest {
    /// The path itself, without the slash at its end.
    Root,
    /// Below it: what is left.
    Below(Uri),
    Elsewhere,
}

fn rest(uri: &Uri, path: &str) -> Rest {
    let Some(rest) = uri.path().strip_prefix(path) else { return Rest::Elsewhere };
    if rest.is_empty() {
        return Rest::Root;
    }
    let query = uri.query().map_or(String::new(), |query| format!("?{query}"));
    let mut parts = uri.clone().into_parts();
    match PathAndQuery::try_from(format!("{rest}{query}")) {
        Ok(left) if rest.starts_with('/') => {
            parts.path_and_query = Some(left);
            Uri::from_parts(parts).map_or(Rest::Elsewhere, Rest::Below)
        }
        _ => Rest::Elsewhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_segments_are_taken_away() {
        let of = |uri: &str| rest(&uri.parse().unwrap(), "/tools/paths");
        let below = |uri: &str| Rest::Below(uri.parse().unwrap());
        assert_eq!(of("/tools/paths"), Rest::Root);
        assert_eq!(of("/tools/paths/"), below("/"));
        assert_eq!(of("/tools/paths/v2/users?a=%2F&b"), below("/v2/users?a=%2F&b"));
        assert_eq!(of("/tools/paths/tools/paths/"), below("/tools/paths/"));
        assert_eq!(of("http://host/tools/paths/v2"), below("http://host/v2"));
        for elsewhere in ["/", "/v2/users", "/tools", "/tools/pathsx", "/tools/paths%2Fv2", "/Tools/paths/"] {
            assert_eq!(of(elsewhere), Rest::Elsewhere, "{elsewhere}");
        }
    }
}
