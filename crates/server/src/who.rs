//! What the headers of a request say of it: who is asking, and what they think the path is.

use axum::extract::FromRequestParts;
use axum::http::header::{HeaderName, IF_MATCH};
use axum::http::request::Parts;

use crate::error::ApiError;
use crate::store::Expected;

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
        let value = header.and_then(|header| parts.headers.get(header));
        // Names are not all ASCII.
        let name = value.map(|value| String::from_utf8_lossy(value.as_bytes()).trim().chars().take(MAX_NAME).collect());
        Ok(Self(name.filter(|name: &String| !name.is_empty())))
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
        let tags = tags.filter_map(|tags| tags.to_str().ok()).flat_map(|tags| tags.split(',')).map(str::trim);
        let mut numbers = Vec::new();
        for tag in tags {
            if tag == "*" {
                return Ok(Self::Any);
            }
            // A tag that is none of ours is one that the path is not at.
            numbers.extend(tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')?.parse::<i64>().ok()));
        }
        Ok(Self::OneOf(numbers))
    }
}
