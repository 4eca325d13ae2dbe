//! What the headers of a request say of it: who is asking, and what they think the path is.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::IF_MATCH;
use axum::http::request::Parts;

use crate::access::Caller;
use crate::error::ApiError;
use crate::store::{Author, Expected, Scope};
use crate::tags;

/// The name of who is asking, if that is known.
pub(crate) struct Who(Option<String>);

impl Who {
    pub(crate) fn name(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get::<Caller>().and_then(Caller::label)))
    }
}

/// Whoever asks, as the audit log keeps it.
impl<S: Send + Sync> FromRequestParts<S> for Author {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let known = parts.extensions.get::<Caller>().zip(parts.extensions.get::<Scope>());
        let author = known.map(|(caller, scope)| caller.author(scope.clone()));
        author.ok_or_else(|| ApiError::unknown_person("Nobody knows who asks"))
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
            numbers.extend(tags::opaque(list).into_iter().filter_map(tags::number));
        }
        Ok(Self::OneOf(numbers))
    }
}
