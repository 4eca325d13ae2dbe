//! What the headers of a request say of it: who is asking, and what they think the path is.

use axum::extract::FromRequestParts;
use axum::http::header::{HeaderName, IF_MATCH};
use axum::http::request::Parts;

use crate::error::ApiError;
use crate::store::Expected;
use crate::tags;

/// The longest name that is kept, in characters.
const MAX_NAME: usize = 200;

/// The header that names who is asking, if there is one.
#[derive(Clone)]
pub(crate) struct Header(pub(crate) Option<HeaderName>);

/// Who is asking, if something in front of the server says so.
pub(crate) struct Who(Option<String>);

impl Who {
    pub(crate) fn name(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let header = parts.extensions.get::<Header>().and_then(|header| header.0.as_ref());
        let mut values = header.into_iter().flat_map(|header| parts.headers.get_all(header));
        let Some(value) = values.next() else { return Ok(Self(None)) };
        // What stands in front may add its own to what a browser sent; which is which cannot be known.
        if values.next().is_some() {
            return Err(ApiError::bad_request("The header that says who is asking is there more than once"));
        }
        // Names are not all ASCII.
        let Ok(text) = str::from_utf8(value.as_bytes()) else {
            return Err(ApiError::bad_request("The header that says who is asking is not UTF-8"));
        };
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self(None));
        }
        name(text).map(|name| Self(Some(name))).map_err(ApiError::bad_request)
    }
}

/// A name of somebody, as the header gives it.
///
/// # Errors
/// Where it is empty or longer than is kept: two that begin alike must not be taken for one.
pub(crate) fn name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if (1..=MAX_NAME).contains(&name.chars().count()) {
        Ok(name.to_string())
    } else {
        Err(format!("the name of somebody has from 1 to {MAX_NAME} characters"))
    }
}

/// `If-Match`: a path, or a list kept with one, is changed only where it is at one of these revisions.
impl<S: Send + Sync> FromRequestParts<S> for Expected {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut tags = parts.headers.get_all(IF_MATCH).iter().peekable();
        if tags.peek().is_none() {
            return Ok(Self::Any);
        }
        let mut numbers = Vec::new();
        for list in tags.filter_map(|tags| tags.to_str().ok()) {
            if list.trim() == "*" {
                return Ok(Self::Any);
            }
            // A tag that is none of ours is one that the path is not at. A weak one is as good as another: our tags are
            // numbers of revisions, and what stands between must make them weak where it compresses.
            numbers.extend(tags::opaque(list).filter_map(tags::number));
        }
        Ok(Self::OneOf(numbers))
    }
}
