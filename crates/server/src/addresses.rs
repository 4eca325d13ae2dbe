//! Where things are: the addresses about which more than one room asks.

use axum::http::HeaderName;

/// The header that says in whose name something is done.
pub(crate) const ON_BEHALF_OF: HeaderName = HeaderName::from_static("x-incident-user");
/// Where a path is checked and nothing is saved.
pub(crate) const VALIDATE: &str = "/v2/escalation_paths/actions/validate";
/// Where events of alerts come in, below which is the id of their source. They bring a secret of their own.
pub(crate) const EVENTS: &str = "/v2/alert_events/http/";
/// Where a link leads by which a person answers a page.
pub(crate) const RESPOND: &str = "/respond";
/// Whether the process answers at all.
pub(crate) const ALIVE: &str = "/livez";
/// Whether it can do its work.
pub(crate) const READY: [&str; 2] = ["/healthz", "/readyz"];
/// Whether escalations are run.
pub(crate) const ENGINE: &str = "/healthz/engine";
/// What is counted and measured.
pub(crate) const METRICS: &str = "/metrics";

/// Whether an address belongs to the API, and not to the app's files.
pub(crate) fn is_of_the_api(path: &str) -> bool {
    ["/v1/", "/v2/", "/v3/", "/builder/"].iter().any(|prefix| path.starts_with(prefix))
}

/// Whether a request brings an alert, and with it a secret that says whether it may.
pub(crate) fn is_event(path: &str) -> bool {
    path.starts_with(EVENTS)
}

/// Whether a request only asks who may respond.
pub(crate) fn is_question(path: &str) -> bool {
    path.starts_with("/v2/escalations/") && path.ends_with("/actions/check_permissions")
}

/// Whether a request previews a schedule, and so changes nothing.
pub(crate) fn is_preview(path: &str) -> bool {
    path.starts_with("/v2/schedules/") && path.ends_with("/actions/preview_entries")
}

/// Whether a request answers by a link, which says whether it may.
pub(crate) fn is_answer(path: &str) -> bool {
    path == RESPOND
}

/// Whether somebody asks how the server is: whoever watches it may do so by any name.
pub(crate) fn is_probe(path: &str) -> bool {
    [ALIVE, ENGINE, METRICS].contains(&path) || READY.contains(&path)
}
