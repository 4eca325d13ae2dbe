//! Signing in and out: the page for it, links by which it is done once, and the way to a provider and back.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{HeaderValue, LOCATION, REFERRER_POLICY, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, body::Body};
use maud::{Markup, html};
use ulid::Ulid;

use crate::access::{Caller, Identity, Role, Sessions, TeamRoles, new_token, read_roles, written_roles};
use crate::body;
use crate::clock::Clock;
use crate::error::ApiError;
use crate::oidc::{Oidc, Refused};
use crate::query::Query;
use crate::respond::{page, shell};
use crate::rights::{SIGN_IN, SIGN_OUT, START};
use crate::signing::digest;
use crate::store::{AccountRow, Action, Author, AuthorKind, NewSession, SignInRow, Store};

/// The parameter with the token of a link.
const TOKEN: &str = "t";
/// For how long a link is good that nobody has asked to be good for longer, in milliseconds.
pub(crate) const DEFAULT_LINK: i64 = 24 * 3_600_000;
/// For how long somebody may be at their provider, in milliseconds.
const AT_PROVIDER: i64 = 10 * 60_000;
/// The name of the first administrator, who may change it later by signing in another way.
const FIRST: &str = "Administrator";

/// What is needed to sign somebody in.
pub(crate) struct SignIn {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) sessions: Sessions,
    pub(crate) oidc: Option<Oidc>,
}

pub(crate) fn router(sign_in: Arc<SignIn>) -> Router {
    Router::new()
        .route(SIGN_IN, get(show).post(by_link))
        .route(START, get(begin))
        .route("/sign-in/callback", get(come_back))
        .route(SIGN_OUT, post(sign_out))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state(sign_in)
}

/// A link by which somebody signs in once, below the address of the server. It is known here and nowhere else.
///
/// # Errors
/// Where the database fails, or the system has no randomness to give.
pub(crate) async fn new_link(
    store: &Store,
    author: &Author,
    (name, role, teams): (&str, Role, &TeamRoles),
    now: i64,
    lasts: i64,
) -> Result<String, ApiError> {
    let token = new_token()?;
    let account = AccountRow {
        id: Ulid::generate().to_string(),
        issuer: None,
        subject: None,
        name: name.to_string(),
        email: None,
        role: role.as_str().to_string(),
        team_roles: written_roles(teams),
        created_at: now,
        disabled_at: None,
    };
    store.by(author).add_sign_in_link(&account, &digest(token.as_bytes()), now.saturating_add(lasts)).await?;
    Ok(format!("{SIGN_IN}?{TOKEN}={token}"))
}

/// The link for the first administrator, where nobody has signed in or has a key yet.
///
/// # Errors
/// As for [`new_link`].
pub(crate) async fn first_link(store: &Store, clock: &Clock) -> Result<Option<String>, ApiError> {
    let now = clock.now(store).await?;
    if store.had_session().await? || store.has_api_key(now).await? {
        return Ok(None);
    }
    let author = Author::of_command_line();
    new_link(store, &author, (FIRST, Role::Admin, &TeamRoles::new()), now, DEFAULT_LINK).await.map(Some)
}

/// Makes a page of what there is to say.
fn said(status: StatusCode, title: &str, content: &Markup) -> Response {
    let mut response = page(status, &shell(title, content));
    // The address may be a secret to others, and a form that is sent without a referrer has no origin either.
    response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

fn failed(error: &ApiError) -> Response {
    tracing::error!(?error, "nobody can sign in now");
    said(error.status(), "You can’t sign in now", &html! { p { "Nothing was changed. Try again." } })
}

fn no_link() -> Response {
    let content = html! {
        p { "It has been used, or it has expired. Ask an administrator for another link." }
    };
    said(StatusCode::GONE, "This link is no longer valid", &content)
}

/// The page on which one signs in. To look at it uses no link up: what scans mail follows links.
async fn show(State(sign_in): State<Arc<SignIn>>, query: Query) -> Response {
    let Some(token) = query.get(TOKEN) else {
        let content = html! {
            @if sign_in.oidc.is_some() {
                p { a href="sign-in/start" { "Continue to your identity provider" } }
            } @else {
                p { "Use the link that an administrator of this server has given you." }
                p { "Administrators create links with " code { "escalation-server account link" } "." }
            }
        };
        return said(StatusCode::OK, "Sign in", &content);
    };
    let found = async {
        let now = sign_in.clock.now(&sign_in.store).await?;
        sign_in.store.account_of_link(&digest(token.as_bytes()), now).await
    };
    match found.await {
        Ok(Some(account)) => {
            let content = html! {
                p { "You sign in as " strong { (account.name) } ", with the role " strong { (account.role) } "." }
                @for (team, role) in read_roles(&account.team_roles).unwrap_or_default() {
                    p { "In team " strong { (team) } ", you have the role " strong { (role.as_str()) } "." }
                }
                form method="post" { button type="submit" { "Sign in" } }
            };
            said(StatusCode::OK, "Sign in", &content)
        }
        Ok(None) => no_link(),
        Err(error) => failed(&error.into()),
    }
}

/// Uses a link up.
async fn by_link(
    State(sign_in): State<Arc<SignIn>>,
    author: Author,
    headers: HeaderMap,
    query: Query,
) -> Result<Response, ApiError> {
    // The link stays good.
    if sign_in.sessions.is_too_plain(&headers) {
        let content = html! {
            p { "Browsers keep you signed in over https alone. Open this link at an https address of this server." }
            p { "Operators set one up with " code { "--tls-cert" } " and " code { "--tls-key" } ", or a proxy." }
        };
        return Ok(said(StatusCode::FORBIDDEN, "This connection is not secure", &content));
    }
    // A page elsewhere could sign somebody in as somebody else, who then sees what they do.
    if !sign_in.sessions.is_from_here(&headers) {
        return Err(ApiError::forbidden("Sign in on the page of this server"));
    }
    let link = digest(query.get(TOKEN).unwrap_or_default().as_bytes());
    let now = sign_in.clock.now(&sign_in.store).await?;
    let Some(account) = sign_in.store.account_of_link(&link, now).await? else { return Ok(no_link()) };
    let author = Author { kind: AuthorKind::Session, id: Some(account.id), name: Some(account.name), ..author };
    let begun = async |session: &NewSession<'_>| sign_in.store.by(&author).sign_in_by_link(&link, session).await;
    match sign_in.begin_session(now, begun).await? {
        Some(token) => Ok(sign_in.signed_in(&headers, &token, "./")),
        None => Ok(no_link()),
    }
}

impl SignIn {
    /// Begins a session, if `begin` says that there may be one; its token.
    async fn begin_session(
        &self,
        now: i64,
        begin: impl AsyncFnOnce(&NewSession<'_>) -> Result<bool, sqlx::Error>,
    ) -> Result<Option<String>, ApiError> {
        // Always another, so that nobody gives somebody a token beforehand that becomes theirs.
        let token = new_token()?;
        let (id, digest) = (Ulid::generate().to_string(), digest(token.as_bytes()));
        let expires_at = now.saturating_add(self.sessions.longest);
        let session = NewSession { id: &id, digest: &digest, now, expires_at };
        Ok(begin(&session).await?.then_some(token))
    }

    /// The answer to whoever has signed in, who goes on to the app: an address relative to theirs.
    fn signed_in(&self, headers: &HeaderMap, token: &str, app: &'static str) -> Response {
        let mut response = elsewhere(app);
        let cookies = [self.sessions.keep(headers, token), self.sessions.keep_sign_in(headers, "", 0)];
        for cookie in cookies.into_iter().flatten() {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}

/// Leads a browser to another address, by `GET`.
fn elsewhere(address: &str) -> Response {
    let mut response = (StatusCode::SEE_OTHER, Body::empty()).into_response();
    if let Ok(address) = HeaderValue::try_from(address) {
        response.headers_mut().insert(LOCATION, address);
    }
    response
}

/// Sends somebody to their provider.
async fn begin(State(sign_in): State<Arc<SignIn>>, headers: HeaderMap) -> Response {
    let Some(oidc) = &sign_in.oidc else {
        return said(StatusCode::NOT_FOUND, "There is no identity provider", &html! { p { "Sign in by a link." } });
    };
    let begun = async {
        let now = sign_in.clock.now(&sign_in.store).await?;
        let way = oidc.way().await?;
        let row = SignInRow { nonce: way.nonce, verifier: way.verifier, expires_at: now.saturating_add(AT_PROVIDER) };
        sign_in.store.add_sign_in(&digest(way.state.as_bytes()), &row, now).await?;
        let mut response = elsewhere(&way.address);
        let cookie = sign_in.sessions.keep_sign_in(&headers, &way.state, AT_PROVIDER / 1_000);
        response.headers_mut().extend(cookie.map(|cookie| (SET_COOKIE, cookie)));
        Ok::<_, ApiError>(response)
    };
    begun.await.unwrap_or_else(|error| failed(&error))
}

/// Whoever comes back from their provider.
async fn come_back(State(sign_in): State<Arc<SignIn>>, author: Author, headers: HeaderMap, query: Query) -> Response {
    let Some(oidc) = &sign_in.oidc else { return refused(&Refused::NotBegun) };
    let done = async {
        let now = sign_in.clock.now(&sign_in.store).await.map_err(ApiError::from)?;
        let state = query.get("state").unwrap_or_default();
        // Whoever comes back is the browser that went, and comes back once.
        if sign_in.sessions.sign_in(&headers) != Some(state) {
            return Err(Refused::NotBegun);
        }
        let begun = sign_in.store.take_sign_in(&digest(state.as_bytes()), now).await.map_err(ApiError::from)?;
        let begun = begun.ok_or(Refused::NotBegun)?;
        let code = query.get("code").ok_or(Refused::ByProvider)?;
        let person = oidc.person(code, begun.nonce, begun.verifier).await?;
        let account = AccountRow {
            id: Ulid::generate().to_string(),
            issuer: Some(person.issuer),
            subject: Some(person.subject),
            name: person.name,
            email: person.email,
            role: person.role.as_str().to_string(),
            team_roles: written_roles(&person.team_roles),
            created_at: now,
            disabled_at: None,
        };
        // Which account it is says the database.
        let name = Some(account.name.clone());
        let author = Author { kind: AuthorKind::Session, id: None, name, ..author };
        let begun = async |session: &NewSession<'_>| sign_in.store.by(&author).sign_in(&account, session).await;
        let token = sign_in.begin_session(now, begun).await?;
        token.ok_or(Refused::Disabled)
    };
    match done.await {
        Ok(token) => sign_in.signed_in(&headers, &token, "../"),
        Err(why) => {
            let mut response = refused(&why);
            let cookie = sign_in.sessions.keep_sign_in(&headers, "", 0);
            response.headers_mut().extend(cookie.map(|cookie| (SET_COOKIE, cookie)));
            response
        }
    }
}

/// Why somebody is not signed in, and what to do about it. What the provider says is in the log alone.
fn refused(why: &Refused) -> Response {
    tracing::warn!("nobody was signed in: {why}");
    let (status, hint) = match why {
        Refused::Failed(error) => return failed(error),
        Refused::NotBegun => (StatusCode::BAD_REQUEST, "The sign-in took too long, or began in another browser."),
        Refused::ByProvider => (StatusCode::FORBIDDEN, "Your identity provider has refused."),
        Refused::Unreachable(_) => (StatusCode::BAD_GATEWAY, "Your identity provider can’t be reached."),
        Refused::Wrong(_) => (StatusCode::FORBIDDEN, "Your identity provider’s answer can’t be trusted."),
        Refused::Domain => (StatusCode::FORBIDDEN, "Your e-mail address is not one of this organisation."),
        Refused::NoRole => (StatusCode::FORBIDDEN, "None of your groups has access. Ask an administrator."),
        Refused::Disabled => (StatusCode::FORBIDDEN, "Your account is disabled. Ask an administrator."),
    };
    let content = html! {
        p { (hint) }
        p { a href="../sign-in" { "Try again" } }
    };
    said(status, "You are not signed in", &content)
}

/// Ends the session of whoever asks; without one there is nothing to end.
async fn sign_out(
    State(sign_in): State<Arc<SignIn>>,
    Extension(caller): Extension<Caller>,
    author: Author,
    request: Request,
) -> Result<Response, ApiError> {
    let headers = request.headers().clone();
    // Not looked at, but a page elsewhere cannot send it unasked.
    body::bytes(request).await?;
    if let Identity::Session { id, .. } = &caller.identity {
        let now = sign_in.clock.now(&sign_in.store).await?;
        sign_in.store.by(&author).end_session(Action::SignOut, id, now).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().extend(sign_in.sessions.keep(&headers, "").map(|cookie| (SET_COOKIE, cookie)));
    Ok(response)
}
