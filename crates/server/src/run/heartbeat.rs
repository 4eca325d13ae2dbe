//! A heartbeat: an address that is called for as long as escalations are run. What waits for it, such as a dead man's
//! switch, says when it stops.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Client, Url};
use tokio::time::Instant;

use crate::config::Config;
use crate::error::StartError;
use crate::outward::{check_url, client};

/// How often it is called, at most.
const EVERY: Duration = Duration::from_secs(10);

/// Calls the address.
pub(crate) struct Heartbeat {
    client: Client,
    url: Url,
    last: Arc<Mutex<Last>>,
}

/// The last call.
#[derive(Debug, Default)]
struct Last {
    at: Option<Instant>,
    /// Whether it failed, so that the log says so once.
    failed: bool,
}

impl Heartbeat {
    /// The one that the configuration names, if it does.
    ///
    /// # Errors
    /// Where its address cannot be called.
    pub(crate) fn new(config: &Config) -> Result<Option<Self>, StartError> {
        let Some(url) = &config.heartbeat_url else { return Ok(None) };
        // The address is not repeated: it is the secret of whoever waits for it.
        let url = check_url(url, config.allow_http_webhooks);
        let url = url.map_err(|what| StartError::Heartbeat { what: what.to_string() })?;
        let client = client(url.scheme() == "https");
        let client = client.map_err(|error| StartError::Sender { what: error.to_string() })?;
        Ok(Some(Self { client, url, last: Arc::default() }))
    }

    /// Escalations were run just now. The address is called if that was long enough ago, and nobody waits for it.
    pub(super) fn beat(&self) {
        let now = Instant::now();
        {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.at.is_some_and(|at| now.saturating_duration_since(at) < EVERY) {
                return;
            }
            last.at = Some(now);
        }
        let (call, last) = (self.client.get(self.url.clone()), Arc::clone(&self.last));
        drop(tokio::spawn(async move {
            let result = call.send().await.and_then(reqwest::Response::error_for_status);
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            match result {
                Ok(_) => last.failed = false,
                Err(error) if !last.failed => {
                    last.failed = true;
                    tracing::warn!("the heartbeat does not arrive: {}", error.without_url());
                }
                Err(_) => {}
            }
        }));
    }
}
