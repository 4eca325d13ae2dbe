//! Why there is no answer of the API behind this server, and what is said of it: what was surely not done is told apart
//! from what may have been.

use std::error::Error;
use std::iter;

use axum::http::StatusCode;

use crate::error::ApiError;

/// The longest wait that is passed on, in seconds.
pub(super) const MAX_WAIT: u32 = 3_600;

/// Why there is no answer of the other API.
#[derive(Debug)]
pub(super) enum Lost {
    /// A connection was never made, so nothing was asked.
    Unreachable(reqwest::Error),
    /// It took too long, or this server stops.
    InTime(Option<reqwest::Error>),
    /// The connection broke.
    Broken(reqwest::Error),
    /// It answered with more than is passed on.
    TooLarge,
    /// There is no memory for the answer.
    NoMemory,
    /// What came is no answer of the API: another program's page, another encoding, no JSON.
    NotUnderstood,
    /// What stands before the API has lost its answer.
    Behind,
    /// What came is no answer of the API, with a status by which the request was refused.
    Refused(StatusCode),
    /// The same, and nothing is to be asked for so many seconds, if that is said.
    Busy(Option<u32>),
    /// It leads elsewhere. The key goes nowhere else. By some answers that lead elsewhere what was asked may be done.
    Elsewhere(StatusCode),
}

impl Lost {
    /// The kind and all causes, for the log: a name that is not known, a certificate that is not trusted.
    pub(super) fn cause(&self) -> String {
        match self {
            Self::Unreachable(error) | Self::Broken(error) | Self::InTime(Some(error)) => {
                let first: &dyn Error = error;
                let causes = iter::successors(Some(first), |error| Error::source(*error));
                causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
            }
            other => format!("{other:?}"),
        }
    }

    /// What is said of it. Where a request changes something (`does`), only what surely was not done is called refused.
    pub(super) fn told(&self, does: bool) -> ApiError {
        let (code, message) = match self {
            Self::Unreachable(_) => {
                ("upstream_unreachable", "The API behind this server cannot be reached".to_string())
            }
            Self::InTime(_) => ("upstream_timeout", "The API behind this server did not answer in time".to_string()),
            Self::Broken(_) | Self::Behind => {
                ("upstream_lost", "The answer of the API behind this server was lost".to_string())
            }
            Self::TooLarge => {
                ("upstream_too_large", "The API behind this server answered with more than is passed on".to_string())
            }
            Self::NoMemory => {
                let message = "The server has no memory now for the answer of the API behind it";
                if !does {
                    return ApiError::unavailable("busy", message);
                }
                ("busy", message.to_string())
            }
            Self::NotUnderstood => {
                ("upstream_not_understood", "What the API behind this server answered is not understood".to_string())
            }
            Self::Refused(status) => {
                let message = format!("What stands before the API behind this server refused it with {status}");
                ("upstream_not_understood", message)
            }
            Self::Busy(seconds) => return ApiError::upstream_busy(*seconds),
            Self::Elsewhere(_) => {
                let message = "The API behind this server is elsewhere: --upstream must be its own address";
                ("upstream_elsewhere", message.to_string())
            }
        };
        let surely_not_done = match self {
            Self::Unreachable(_) => true,
            // By these the other side has waited for the request, or for its answer, in vain.
            Self::Refused(status) => !matches!(status.as_u16(), 408 | 499),
            // These ask for the same again elsewhere; after others a form that was taken shows another page.
            Self::Elsewhere(status) => {
                matches!(*status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT)
            }
            Self::InTime(_)
            | Self::Broken(_)
            | Self::Behind
            | Self::TooLarge
            | Self::NoMemory
            | Self::NotUnderstood
            | Self::Busy(_) => false,
        };
        if does && !surely_not_done {
            let message = format!("{message}; whether it did what was asked is not known");
            return ApiError::upstream(StatusCode::GATEWAY_TIMEOUT, code, &message);
        }
        let status =
            if matches!(self, Self::InTime(_)) { StatusCode::GATEWAY_TIMEOUT } else { StatusCode::BAD_GATEWAY };
        ApiError::upstream(status, code, &message)
    }
}

impl From<reqwest::Error> for Lost {
    fn from(error: reqwest::Error) -> Self {
        // The address of a request has what somebody searches for.
        let error = error.without_url();
        // The first, for a connection that is not made in time was not made.
        if error.is_connect() {
            Self::Unreachable(error)
        } else if error.is_timeout() {
            Self::InTime(Some(error))
        } else {
            Self::Broken(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::Client;

    use super::*;

    #[tokio::test]
    async fn the_cause_is_kept_for_the_log() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gone = format!("http://{}/v2/users?email=somebody", listener.local_addr().unwrap());
        drop(listener);
        let _already = rustls::crypto::ring::default_provider().install_default();
        let lost = Lost::from(Client::new().get(gone).send().await.unwrap_err());
        let cause = lost.cause();
        assert!(matches!(lost, Lost::Unreachable(_)) && cause.contains("refused"), "{cause}");
        assert!(!cause.contains("somebody"), "{cause}");
        assert_eq!(Lost::TooLarge.cause(), "TooLarge");
    }
}
