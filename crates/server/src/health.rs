//! Whether the server is well, for what looks after it: a load balancer, a container's probe. Such ask by any name, often
//! by an address, and are told nothing but yes or no.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::addresses::{ALIVE, ENGINE, METRICS, READY};
use crate::answer::Json;
use crate::error::ApiError;
use crate::files;
use crate::metrics::Metrics;
use crate::run::Escalations;
use crate::store::Store;

/// After how long without a look for timers the engine is not well: many times as long as it rests.
const ENGINE_IS_OLD: Duration = Duration::from_secs(30);
/// The type of what Prometheus reads.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// How long what was found is told again: whoever reaches the server can ask as often as they like.
const HOLDS: Duration = Duration::from_secs(1);
/// How long the database has to write something.
const PATIENCE: Duration = Duration::from_secs(3);

/// The database, and what was found of it last; one looks, the others wait for that.
struct Health {
    store: Store,
    /// That of a database which is a file.
    folder: Option<PathBuf>,
    found: Mutex<Option<(Instant, bool)>>,
}

impl Health {
    async fn is_ready(&self) -> bool {
        let mut found = self.found.lock().await;
        if let Some((at, is_ready)) = *found
            && at.elapsed() < HOLDS
        {
            return is_ready;
        }
        let is_ready = match timeout(PATIENCE, self.store.can_write()).await {
            Ok(Ok(())) => match &self.folder {
                Some(folder) if !files::has_room(folder) => {
                    tracing::warn!(folder = %folder.display(), "the disk of the database is full");
                    false
                }
                _ => true,
            },
            Ok(Err(error)) => {
                tracing::warn!(%error, "the database cannot be written");
                false
            }
            Err(_) => {
                tracing::warn!("the database cannot be written: it does not answer");
                false
            }
        };
        *found = Some((Instant::now(), is_ready));
        is_ready
    }
}

/// Where it is asked. That the API behind a proxy is away is nothing that restarting it would mend.
pub(crate) fn router(store: Store, folder: Option<PathBuf>) -> Router {
    let health = Arc::new(Health { store, folder, found: Mutex::new(None) });
    let mut router = Router::new().route(ALIVE, get(async || well()));
    for path in READY {
        router = router.route(path, get(ready));
    }
    router.method_not_allowed_fallback(async || ApiError::method_not_allowed()).with_state(health)
}

/// Where it is asked how the engine is, and what was counted. Without an engine there is only what was counted.
pub(crate) fn engine(escalations: Option<Escalations>, metrics: Arc<Metrics>) -> Router {
    let measured = {
        let escalations = escalations.clone();
        async move || {
            let (mut readings, mut age) = (None, Duration::ZERO);
            if let Some(escalations) = &escalations {
                readings = timeout(PATIENCE, escalations.readings()).await.ok().and_then(Result::ok);
                age = escalations.cycle_age();
            }
            ([(CONTENT_TYPE, OPEN_METRICS)], metrics.text(readings.as_ref(), age))
        }
    };
    let mut router = Router::new().route(METRICS, get(measured));
    if let Some(escalations) = escalations {
        router = router.route(ENGINE, get(async move || cycles(escalations.cycle_age())));
    }
    router.method_not_allowed_fallback(async || ApiError::method_not_allowed())
}

/// Whether an engine is well that has looked for timers so long ago.
fn cycles(age: Duration) -> Result<Json, ApiError> {
    if age > ENGINE_IS_OLD {
        return Err(ApiError::unavailable("unavailable", "Escalations are not run: the engine stands still"));
    }
    Ok(Json::new(&json!({ "status": "ok", "last_cycle_seconds": age.as_secs() })))
}

async fn ready(State(health): State<Arc<Health>>) -> Result<Json, ApiError> {
    if health.is_ready().await {
        Ok(well())
    } else {
        Err(ApiError::unavailable("unavailable", "The database cannot be written"))
    }
}

fn well() -> Json {
    Json::new(&json!({ "status": "ok" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_stands_still_is_not_well() {
        assert!(cycles(Duration::ZERO).is_ok());
        assert!(cycles(ENGINE_IS_OLD).is_ok());
        assert!(cycles(ENGINE_IS_OLD + Duration::from_millis(1)).is_err());
    }
}
