//! Who is asking, and what they may do: somebody by an API key, a person who has signed in, one whom a trusted proxy names,
//! or nobody; in this order.
//!
//! It is found out once for each request, before anything else asks for it. Whether that is enough for what is asked is
//! the business of [`crate::rights`].

mod grants;
mod keys;
pub(crate) mod names;
mod networks;
mod sessions;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HeaderName};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::addresses::{METRICS, is_event, is_of_the_api};
use crate::clock::Clock;
use crate::connections::Peer;
use crate::error::ApiError;
use crate::signing::digest;
use crate::store::{Author, AuthorKind, Scope, SessionRow, Store};

use grants::of_roles;
pub(crate) use grants::{Grants, TeamGrants, TeamRoles, read_roles, written_roles};
pub use grants::{Right, Role};
pub(crate) use keys::{NewKey, grants_of, teams_of};
use keys::{PREFIX, divided};
pub use networks::Network;
pub(crate) use sessions::{Sessions, new_token};

/// The addresses that a request has passed, as proxies write them.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Identity {
    /// Somebody, or a program, by an API key.
    Key {
        /// Its id.
        id: String,
        /// Its name.
        name: String,
    },
    /// A person who has signed in.
    Session {
        /// The id of the session.
        id: String,
        /// The id of the account.
        account_id: String,
        name: String,
        email: Option<String>,
        /// Until when it lasts if it is not used any more, in milliseconds since 1970.
        lasts_until: i64,
    },
    /// The person whom a trusted proxy names.
    Person(String),
    /// Nobody said who.
    Nobody,
    /// An API key that is none, or not any more.
    NoKey,
}

/// Who is asking, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    /// Who is asking.
    pub(crate) identity: Identity,
    /// What they may do in the organisation.
    pub(crate) grants: Grants,
    /// What they may do besides with what single teams own.
    pub(crate) teams: TeamGrants,
    /// From where they ask, if that is known.
    pub(crate) address: Option<IpAddr>,
}

impl Caller {
    /// Somebody of whom it is not said yet from where they ask.
    fn new(identity: Identity, grants: Grants) -> Self {
        Self { identity, grants, teams: TeamGrants::new(), address: None }
    }

    /// Whoever is asking, as the audit log keeps it, who may change what is in this scope.
    pub(crate) fn author(&self, scope: Scope) -> Author {
        let id = match &self.identity {
            Identity::Key { id, .. } | Identity::Session { account_id: id, .. } => Some(id.clone()),
            Identity::Person(_) | Identity::Nobody | Identity::NoKey => None,
        };
        Author { kind: self.kind(), id, name: self.name().map(str::to_string), address: self.address, scope }
    }

    /// What whoever is asking is.
    pub(crate) fn kind(&self) -> AuthorKind {
        match self.identity {
            Identity::Key { .. } => AuthorKind::ApiKey,
            Identity::Session { .. } => AuthorKind::Session,
            Identity::Person(_) => AuthorKind::Person,
            Identity::Nobody | Identity::NoKey => AuthorKind::Anonymous,
        }
    }

    /// Whoever is asking, as revisions keep it: nobody takes a key for a person who is called the same.
    pub(crate) fn label(&self) -> Option<String> {
        match &self.identity {
            Identity::Key { name, .. } => Some(format!("API key {name}")),
            _ => self.name().map(str::to_string),
        }
    }

    /// The name of whoever is asking.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.identity {
            Identity::Key { name, .. } | Identity::Session { name, .. } | Identity::Person(name) => Some(name),
            Identity::Nobody | Identity::NoKey => None,
        }
    }

    /// Whether they may do this in the organisation.
    pub(crate) fn may(&self, right: Right) -> bool {
        self.grants.has(right)
    }

    /// Whose things they may do all of this with; nothing where with none.
    pub(crate) fn scope(&self, rights: &[Right]) -> Option<Scope> {
        if rights.iter().all(|right| self.may(*right)) {
            return Some(Scope::Organisation);
        }
        let has_all = |grants: &Grants| rights.iter().all(|right| grants.has(*right) || self.may(*right));
        let teams = self.teams.iter().filter(|(_, grants)| has_all(grants));
        let teams: BTreeSet<_> = teams.map(|(team, _)| team.clone()).collect();
        (!teams.is_empty()).then_some(Scope::Teams(teams))
    }
}

/// How it is found out who is asking.
pub(crate) struct Access {
    /// The header in which a proxy names a person.
    pub(crate) header: Option<HeaderName>,
    /// From where that header is believed; nothing: from this machine.
    pub(crate) proxies: Vec<Network>,
    /// The persons who may change something; nothing: all of them.
    pub(crate) editors: Vec<String>,
    /// What is allowed without saying who one is.
    pub(crate) anonymous: Role,
    /// Nobody changes anything.
    pub(crate) is_read_only: bool,
    /// How long sessions last.
    pub(crate) sessions: Sessions,
    /// People sign in at a provider.
    pub(crate) has_provider: bool,
    /// Where API keys and sessions are kept.
    pub(crate) store: Store,
    /// By which they expire.
    pub(crate) clock: Clock,
}

impl Access {
    /// Whether there is somebody who may do something: strangers, those whom a proxy or a provider names, those who have an
    /// account, or holders of a key.
    pub(crate) async fn lets_anybody_in(&self) -> Result<bool, sqlx::Error> {
        if self.anonymous != Role::None || self.header.is_some() || self.has_provider {
            return Ok(true);
        }
        Ok(self.store.has_account().await? || self.store.has_api_key(self.clock.now(&self.store).await?).await?)
    }

    /// Finds out who is asking.
    async fn caller(&self, request: &Parts) -> Result<Caller, ApiError> {
        let caller = match self.key(request).await? {
            Some(caller) => caller,
            None => match self.session(request).await? {
                Some(caller) => caller,
                None => self.person(request)?,
            },
        };
        let most = if self.is_read_only { Grants::of(Role::Viewer) } else { Grants::ALL };
        let teams = caller.teams.iter().map(|(team, grants)| (team.clone(), grants.and(most))).collect();
        Ok(Caller { grants: caller.grants.and(most), teams, address: self.address(request), ..caller })
    }

    /// By an API key, where there is one in the request.
    async fn key(&self, request: &Parts) -> Result<Option<Caller>, ApiError> {
        let path = request.uri.path();
        if !takes_keys(path) {
            return Ok(None);
        }
        // What does not look like a key of ours is somebody else's, such as the token of a proxy in front.
        let Some(secret) = bearer(&request.headers)?.filter(|secret| secret.starts_with(PREFIX)) else {
            return Ok(None);
        };
        let none = Caller::new(Identity::NoKey, Grants::NONE);
        let store = &self.store;
        let now = self.clock.now(store).await?;
        let found = store.api_key_by_digest(&digest(secret.as_bytes())).await?;
        let Some(key) = found.filter(|key| key.is_valid(now)) else { return Ok(Some(none)) };
        if key.is_use_old(now) {
            // Not waited for, and not the request's business where it fails.
            let (store, id) = (store.clone(), key.id.clone());
            drop(tokio::spawn(async move {
                if let Err(error) = store.use_api_key(&id, now).await {
                    tracing::warn!(%error, "the last use of API key `{id}` was not kept");
                }
            }));
        }
        let damaged = || ApiError::unreadable(format!("API key `{}` cannot be read: revoke it", key.id));
        let (grants, teams) = divided(&key).ok_or_else(damaged)?;
        Ok(Some(Caller { teams, ..Caller::new(Identity::Key { id: key.id, name: key.name }, grants) }))
    }

    /// By a session, where there is one that is good.
    async fn session(&self, request: &Parts) -> Result<Option<Caller>, ApiError> {
        let token = self.sessions.token(&request.headers).filter(|_| takes_keys(request.uri.path()));
        let Some(token) = token else { return Ok(None) };
        let store = &self.store;
        let now = self.clock.now(store).await?;
        let found = store.session_by_digest(&digest(token.as_bytes())).await?;
        let Some(session) = found.filter(|session| session.is_valid(now, self.sessions.idle)) else { return Ok(None) };
        let changes = !request.method.is_safe();
        if changes && !self.sessions.is_from_here(&request.headers) {
            return Err(ApiError::forbidden(
                "This request does not come from a page of this server: programs send an API key",
            ));
        }
        if session.is_use_old(now) {
            // Not waited for, and not the request's business where it fails.
            let (store, id) = (store.clone(), session.id.clone());
            drop(tokio::spawn(async move {
                if let Err(error) = store.use_session(&id, now).await {
                    tracing::warn!(%error, "the last use of session `{id}` was not kept");
                }
            }));
        }
        let damaged = || ApiError::unreadable(format!("The role of account `{}` cannot be read", session.account_id));
        let role: Role = session.role.parse().map_err(|_| damaged())?;
        let teams = read_roles(&session.team_roles).ok_or_else(damaged)?;
        let (grants, teams) = of_roles(role, &teams);
        let lasts_until = session.expires_at.min(now.saturating_add(self.sessions.idle));
        let SessionRow { id, account_id, name, email, .. } = session;
        let identity = Identity::Session { id, account_id, name, email, lasts_until };
        Ok(Some(Caller { teams, ..Caller::new(identity, grants) }))
    }

    /// By the header of a proxy, or by nothing.
    fn person(&self, request: &Parts) -> Result<Caller, ApiError> {
        let peer = request.extensions.get::<Peer>().map(|peer| peer.0);
        let header = self.header.as_ref().filter(|_| self.trusts(peer));
        let Some(name) = header.map_or(Ok(None), |header| named(&request.headers, header))? else {
            let anonymous = Grants::of(self.anonymous);
            let most = if self.editors.is_empty() { Grants::ALL } else { Grants::of(Role::Viewer) };
            return Ok(Caller::new(Identity::Nobody, anonymous.and(most)));
        };
        let is_editor = self.editors.is_empty() || self.editors.contains(&name);
        let role = if is_editor { Role::Editor } else { Role::Viewer };
        Ok(Caller::new(Identity::Person(name), Grants::of(role)))
    }

    /// From where a request comes, if that is known: behind a proxy that is trusted, the last address in `X-Forwarded-For`
    /// that is not one of such a proxy. What stands before that anybody may have written.
    fn address(&self, request: &Parts) -> Option<IpAddr> {
        let peer = request.extensions.get::<Peer>().map(|peer| peer.0.to_canonical())?;
        if self.header.is_none() && self.proxies.is_empty() || !self.trusts(Some(peer)) {
            return Some(peer);
        }
        let mut last = peer;
        let values = request.headers.get_all(FORWARDED_FOR).iter().rev();
        let addresses = values.flat_map(|value| value.to_str().unwrap_or_default().rsplit(','));
        for address in addresses {
            let Ok(address) = address.trim().parse::<IpAddr>() else { break };
            last = address.to_canonical();
            if !self.trusts(Some(last)) {
                break;
            }
        }
        Some(last)
    }

    /// Whether the header of a proxy is believed that comes from here. Where it is not known from where, it comes from
    /// this process.
    fn trusts(&self, peer: Option<IpAddr>) -> bool {
        let Some(peer) = peer.map(|peer| peer.to_canonical()) else { return true };
        if self.proxies.is_empty() { peer.is_loopback() } else { self.proxies.iter().any(|network| network.has(peer)) }
    }
}

/// Whether an address is one that needs a right: the API, but for alerts, which bring secrets of their own, and metrics.
pub(crate) fn takes_keys(path: &str) -> bool {
    is_of_the_api(path) && !is_event(path) || path == METRICS
}

/// The API key of a request; other ways to authorize are not ours.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(ApiError::bad_request("The header Authorization is there more than once"));
    }
    let Some((scheme, secret)) = value.to_str().ok().and_then(|text| text.split_once(' ')) else { return Ok(None) };
    Ok(scheme.eq_ignore_ascii_case("bearer").then_some(secret.trim()))
}

/// The person whom a header names, if it does.
fn named(headers: &HeaderMap, header: &HeaderName) -> Result<Option<String>, ApiError> {
    let mut values = headers.get_all(header).iter();
    let Some(value) = values.next() else { return Ok(None) };
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
        return Ok(None);
    }
    names::person(text).map(Some).map_err(ApiError::bad_request)
}

/// Finds out who is asking, for all that comes after.
pub(crate) async fn identify(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match access.caller(&parts).await {
        Ok(caller) => {
            parts.extensions.insert(caller);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(error) => error.into_response(),
    }
}
