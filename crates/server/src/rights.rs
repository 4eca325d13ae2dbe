//! What each request needs, and whether whoever asks may do that.
//!
//! It is asked of every request before it is looked at further, so that nothing new can be forgotten: what is not known
//! to change nothing is a change.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::access::{Access, Caller, Identity, Right, takes_keys};
use crate::addresses::{ON_BEHALF_OF, VALIDATE, is_answer, is_event, is_of_the_api, is_preview, is_question};
use crate::error::ApiError;
use crate::store::Scope;

/// Where API keys are.
pub(crate) const API_KEYS: &str = "/builder/v1/api_keys";
/// Where sessions are.
pub(crate) const SESSIONS: &str = "/builder/v1/sessions";
/// Who whoever asks is taken for, which everybody may know of themselves.
pub(crate) const ME: &str = "/builder/v1/me";
/// Where the session of whoever asks ends.
pub(crate) const SIGN_OUT: &str = "/builder/v1/session/actions/sign_out";
/// Where one signs in.
pub(crate) const SIGN_IN: &str = "/sign-in";
/// Where one is sent to one's provider.
pub(crate) const START: &str = "/sign-in/start";
/// Where the audit log is.
pub(crate) const AUDIT: &str = "/builder/v1/audit";
/// What this server can do, which whoever has to say who they are must know before.
pub(crate) const INFO: &str = "/builder/v1/info";
/// What all of our own addresses begin with.
const OWN: &str = "/builder/v1/";
/// What is owned by teams: below these addresses it is known whose something is.
const OWNED: [&str; 6] = [
    "/v2/escalation_paths",
    "/v2/schedules",
    "/v2/schedule_overrides",
    "/v2/escalations",
    "/builder/v1/escalation_paths",
    "/builder/v1/escalations",
];
/// Where an escalation begins.
const BEGINNINGS: [&str; 2] = ["/v2/escalations", "/builder/v1/escalations"];

/// Whether a request begins an escalation: a new one, or one that takes over from another.
pub(crate) fn begins_escalation(request: &Request) -> bool {
    let path = request.uri().path();
    request.method() == Method::POST && (BEGINNINGS.contains(&path) || acts(path, "reassign"))
}

/// Whether this is done with one escalation.
fn acts(path: &str, action: &str) -> bool {
    BEGINNINGS.iter().any(|prefix| path.starts_with(prefix)) && path.ends_with(&format!("/actions/{action}"))
}

/// Whether a request changes nothing, whatever it is.
fn only_reads(request: &Request) -> bool {
    let method = request.method();
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
        || (*method == Method::POST
            && [|path: &str| path == VALIDATE, is_question, is_preview].iter().any(|is| is(request.uri().path())))
}

/// Whether an address is another, or below it.
fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What a request needs; nothing where everybody may ask it, or where it brings a secret of its own.
fn needed(request: &Request) -> Option<Right> {
    let path = request.uri().path();
    if [API_KEYS, AUDIT, SESSIONS].into_iter().any(|prefix| is_below(path, prefix)) {
        return Some(Right::Admin);
    }
    if only_reads(request) {
        return (takes_keys(path) && path != INFO && path != ME).then_some(Right::View);
    }
    // An alert brings a secret of its own, and comes from no person; a link says for whom it is. Whoever signs out has
    // nothing else to lose.
    if is_event(path) || is_answer(path) || [SIGN_IN, SIGN_OUT].contains(&path) {
        return None;
    }
    if BEGINNINGS.contains(&path) {
        return Some(Right::Escalate);
    }
    let acts_on_one = BEGINNINGS.iter().any(|prefix| {
        let of_one = path.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('/'));
        of_one.is_some_and(|rest| rest.contains("/actions/") && !rest.ends_with("/actions/release"))
    });
    Some(if acts_on_one { Right::Respond } else { Right::Edit })
}

/// Why somebody may not do what needs this right.
fn refusal(access: &Access, caller: &Caller, right: Right) -> ApiError {
    match &caller.identity {
        Identity::NoKey => ApiError::unknown_person("The API key is unknown, expired or revoked: send another"),
        _ if access.is_read_only && right != Right::View => ApiError::forbidden("This server is read only"),
        Identity::Key { name, .. } => ApiError::forbidden(format!("API key `{name}` lacks the right `{right}`")),
        Identity::Person(name) if right == Right::Admin => {
            ApiError::forbidden(format!("{name} is not an administrator here"))
        }
        Identity::Person(name) => ApiError::forbidden(format!("{name} may read paths here, and not change them")),
        Identity::Session { name, .. } => {
            ApiError::forbidden(format!("{name} lacks the right `{right}`: ask an administrator for another role"))
        }
        Identity::Nobody if !access.editors.is_empty() && right != Right::View => {
            ApiError::unknown_person("Not signed in: only named editors may change paths")
        }
        Identity::Nobody => {
            ApiError::unknown_person("Not signed in: sign in, or send an API key as Authorization: Bearer KEY")
        }
    }
}

/// Refuses what whoever asks may not do.
pub(crate) async fn check(State(access): State<Arc<Access>>, mut request: Request, next: Next) -> Response {
    let Some(caller) = request.extensions().get::<Caller>() else {
        return ApiError::unknown_person("Nobody knows who asks").into_response();
    };
    let path = request.uri().path();
    if access.is_read_only && !only_reads(&request) && (is_event(path) || is_answer(path)) {
        return ApiError::forbidden("This server is read only").into_response();
    }
    // Nobody reads on behalf of somebody; our own way to respond always names a person or a channel.
    let is_named = request.headers().contains_key(ON_BEHALF_OF) || path.starts_with(OWN) && acts(path, "respond");
    let on_behalf = is_of_the_api(path) && !only_reads(&request) && is_named;
    let also = [(on_behalf, Right::ActOnBehalf), (acts(path, "reassign"), Right::Escalate)];
    let also = also.into_iter().filter_map(|(is_needed, right)| is_needed.then_some(right));
    let needs: Vec<_> = needed(&request).into_iter().chain(also).collect();
    // Single teams' rights count where it is looked at whose something is: where it is changed.
    let is_owned = is_below(path, API_KEYS) || OWNED.iter().any(|prefix| is_below(path, prefix));
    let scope = caller.scope(&needs).filter(|scope| is_owned || *scope == Scope::Organisation);
    let Some(scope) = scope else {
        let missing = needs.iter().find(|right| !caller.may(**right));
        return refusal(&access, caller, missing.copied().unwrap_or(Right::View)).into_response();
    };
    // A key that is none is said to be so, also where none is needed.
    if caller.identity == Identity::NoKey {
        return refusal(&access, caller, Right::View).into_response();
    }
    request.extensions_mut().insert(scope);
    next.run(request).await
}
