//! Who may change something: everybody who reaches the server, those who are named, or nobody.
//!
//! It is asked of every request before it is looked at further, so that nothing new can be forgotten: what is not known
//! to change nothing is a change.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::api::{VALIDATE, is_event, is_preview, is_question};
use crate::error::ApiError;
use crate::links::is_answer;
use crate::who::Who;

/// Who may change something.
#[derive(Debug, Clone)]
pub(crate) enum Rights {
    /// Whoever reaches the server.
    Everybody,
    /// Those with these names, as the header has them.
    Named(Vec<String>),
    /// Nobody.
    Nobody,
}

impl Rights {
    pub(crate) fn new(read_only: bool, editors: Vec<String>) -> Self {
        match (read_only, editors) {
            (true, _) => Self::Nobody,
            (false, editors) if editors.is_empty() => Self::Everybody,
            (false, editors) => Self::Named(editors),
        }
    }

    /// Whether this person may change something.
    fn check(&self, who: &Who) -> Result<(), ApiError> {
        match (self, who.name()) {
            (Self::Everybody, _) => Ok(()),
            (Self::Nobody, _) => Err(ApiError::forbidden("This server is read only")),
            (Self::Named(names), Some(name)) if names.iter().any(|editor| editor == name) => Ok(()),
            (Self::Named(_), Some(name)) => {
                Err(ApiError::forbidden(format!("{name} may read paths here, and not change them")))
            }
            (Self::Named(_), None) => {
                Err(ApiError::unknown_person("Not signed in: only named editors may change paths"))
            }
        }
    }

    /// The same in a word, for those who ask beforehand.
    pub(crate) fn word(&self, who: &Who) -> &'static str {
        if self.may_write(who) { "write" } else { "read" }
    }

    /// Whether this caller may change something.
    pub(crate) fn may_write(&self, who: &Who) -> bool {
        self.check(who).is_ok()
    }
}

/// Whether a request changes nothing, whatever it is.
fn only_reads(request: &Request) -> bool {
    let method = request.method();
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
        || (*method == Method::POST
            && [|path: &str| path == VALIDATE, is_question, is_preview].iter().any(|is| is(request.uri().path())))
}

/// Refuses changes by those who may not make them.
pub(crate) async fn check(State(rights): State<Arc<Rights>>, who: Who, request: Request, next: Next) -> Response {
    // An alert brings a secret of its own, and comes from no person; a link says for whom it is.
    let path = request.uri().path();
    let by_secret = (is_event(path) || is_answer(path)) && !matches!(*rights, Rights::Nobody);
    if !only_reads(&request)
        && !by_secret
        && let Err(error) = rights.check(&who)
    {
        return error.into_response();
    }
    next.run(request).await
}
