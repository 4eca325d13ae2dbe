//! Whether the server is well, for what looks after it: a load balancer, a container's probe. Such ask by any name, often
//! by an address, and are told nothing but yes or no.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::api::Json;
use crate::error::ApiError;
use crate::files;
use crate::store::Store;

/// Whether the process answers at all.
const ALIVE: &str = "/livez";
/// Whether it can do its work.
const READY: [&str; 2] = ["/healthz", "/readyz"];

/// How long what was found is told again: whoever reaches the server can ask as often as they like.
const HOLDS: Duration = Duration::from_secs(1);
/// How long the database has to write something.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether this is asked of a path.
pub(crate) fn is_asked(path: &str) -> bool {
    path == ALIVE || READY.contains(&path)
}

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

/// Where it is asked. Without a database of its own the server is ready when it answers: that the API behind it is away
/// is nothing that restarting it would mend.
pub(crate) fn router(store: Option<Store>, folder: Option<PathBuf>) -> Router {
    let health = store.map(|store| Arc::new(Health { store, folder, found: Mutex::new(None) }));
    let mut router = Router::new().route(ALIVE, get(async || well()));
    for path in READY {
        router = router.route(path, get(ready));
    }
    router.method_not_allowed_fallback(async || ApiError::method_not_allowed()).with_state(health)
}

async fn ready(State(health): State<Option<Arc<Health>>>) -> Result<Json, ApiError> {
    match health {
        Some(health) if !health.is_ready().await => {
            Err(ApiError::unavailable("unavailable", "The database cannot be written"))
        }
        _ => Ok(well()),
    }
}

fn well() -> Json {
    Json::new(&json!({ "status": "ok" }))
}
