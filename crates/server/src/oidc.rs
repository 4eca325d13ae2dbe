//! OpenID Connect: the way to a provider, and what it says of whoever comes back. The crate `openidconnect` reads and
//! verifies; here is what is asked for, and who gets which role.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::header::CONTENT_TYPE;
use chrono::{TimeDelta, Utc};
use escalation_api::Value;
use futures_util::future::BoxFuture;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClientAuthMethod, CoreErrorResponseType,
    CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm as Algorithm,
    CoreProviderMetadata, CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse,
    CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AsyncHttpClient, AuthType, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IdTokenFields,
    IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, StandardErrorResponse,
    StandardTokenResponse, TokenResponse as _,
};
use reqwest::Url;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::access::{Role, TeamRoles, names};
use crate::error::{ApiError, StartError};
use crate::outward;

/// By how much clocks may differ, in seconds.
const SKEW: i64 = 60;
/// For how long what a provider says of itself is believed without asking again.
const HOLDS: Duration = Duration::from_secs(300);
/// The largest answer of a provider, in bytes.
const MAX_ANSWER: usize = 1024 * 1024;
/// The longest name, address and subject that are kept, in characters.
const MAX_TEXT: usize = 200;
/// How tokens may be signed: by a key that only the provider has.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RsaSsaPkcs1V15Sha256,
    Algorithm::RsaSsaPkcs1V15Sha384,
    Algorithm::RsaSsaPkcs1V15Sha512,
    Algorithm::RsaSsaPssSha256,
    Algorithm::RsaSsaPssSha384,
    Algorithm::RsaSsaPssSha512,
    Algorithm::EcdsaP256Sha256,
    Algorithm::EcdsaP384Sha384,
    Algorithm::EdDsa,
];

/// The role of those in a group of the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRole {
    /// The group, as the provider calls it.
    pub group: String,
    /// The role.
    pub role: Role,
    /// The id of the team in which they have it; nothing: in the organisation.
    pub team: Option<String>,
}

/// How the provider is asked, and who gets which role.
#[derive(Debug, Clone)]
pub(crate) struct OidcConfig {
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<ClientSecret>,
    /// Where whoever has signed in comes back to.
    pub(crate) redirect: String,
    /// The claim with the names of groups.
    pub(crate) groups_claim: String,
    /// What is asked for beside the name and the address.
    pub(crate) scopes: Vec<String>,
    /// Which group gives which role, and in which team, if not in the organisation.
    pub(crate) roles: Vec<GroupRole>,
    /// The role of whoever is in none of them.
    pub(crate) default_role: Role,
    /// Of which addresses somebody must have a verified one; nothing: none is needed.
    pub(crate) domains: Vec<String>,
}

/// A provider.
pub(crate) struct Oidc {
    config: OidcConfig,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    caller: Http,
    known: Mutex<Option<(Instant, CoreProviderMetadata)>>,
}

/// The way to a provider. What whoever comes back must have with them is known to their browser and the database alone.
pub(crate) struct Way {
    pub(crate) address: String,
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) verifier: String,
}

/// Somebody who has signed in, as the provider names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) role: Role,
    pub(crate) team_roles: TeamRoles,
}

/// Why somebody is not signed in. It has no code, no token and no secret in it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// They did not begin here, or too long ago, or have come back before.
    #[error("the sign-in did not begin in this browser, or too long ago")]
    NotBegun,
    /// The provider gives no code.
    #[error("the provider has refused")]
    ByProvider,
    /// It does not answer as it should.
    #[error("the provider cannot be asked: {0}")]
    Unreachable(String),
    /// What it says is not to be believed.
    #[error("the provider's token is refused: {0}")]
    Wrong(String),
    /// They have no address that is allowed.
    #[error("there is no verified e-mail address of an allowed domain")]
    Domain,
    /// They are in no group that may do anything.
    #[error("no group gives a role")]
    NoRole,
    /// They may not sign in any more.
    #[error("the account is disabled")]
    Disabled,
    /// Something else fails, and may work soon.
    #[error("it fails here")]
    Failed(ApiError),
}

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self::Failed(error)
    }
}

/// Claims of which the standard says nothing, such as groups.
#[derive(Debug, Clone, Deserialize, Serialize)]
struct MoreClaims {
    #[serde(flatten)]
    all: BTreeMap<String, Value>,
}

impl AdditionalClaims for MoreClaims {}

type Fields =
    IdTokenFields<MoreClaims, EmptyExtraTokenFields, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, Algorithm>;
type ProviderClient = Client<
    MoreClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What asks a provider: bounded in time and size, and never led elsewhere.
struct Http {
    client: reqwest::Client,
    is_encrypted: bool,
}

#[derive(Debug, thiserror::Error)]
enum HttpError {
    #[error("it does not answer")]
    Request(#[source] reqwest::Error),
    #[error("its answer is longer than {MAX_ANSWER} bytes")]
    TooLarge,
    #[error("it names an address that is not encrypted")]
    Plain,
    #[error("its answer cannot be read")]
    Http(#[source] axum::http::Error),
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = BoxFuture<'c, Result<HttpResponse, HttpError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            if self.is_encrypted && request.uri().scheme_str() != Some("https") {
                return Err(HttpError::Plain);
            }
            let request = reqwest::Request::try_from(request).map_err(HttpError::Request)?;
            let mut answer = self.client.execute(request).await.map_err(HttpError::Request)?;
            let mut builder = axum::http::Response::builder().status(answer.status());
            if let Some(kind) = answer.headers().get(CONTENT_TYPE) {
                builder = builder.header(CONTENT_TYPE, kind);
            }
            let mut body = Vec::new();
            while let Some(piece) = answer.chunk().await.map_err(HttpError::Request)? {
                if body.len().saturating_add(piece.len()) > MAX_ANSWER {
                    return Err(HttpError::TooLarge);
                }
                body.extend_from_slice(&piece);
            }
            builder.body(body).map_err(HttpError::Http)
        })
    }
}

impl Oidc {
    /// A provider that is asked when somebody signs in: that it cannot be reached now keeps nothing from starting.
    ///
    /// # Errors
    /// Where an address is none, or not encrypted and not on this machine.
    pub(crate) fn new(config: OidcConfig) -> Result<Self, StartError> {
        let wrong = |what: &str| StartError::Oidc { what: what.to_string() };
        let url = Url::parse(&config.issuer).map_err(|_| wrong("--oidc-issuer is not an address"))?;
        outward::check_url(&config.issuer, false).map_err(|what| wrong(&format!("--oidc-issuer {what}")))?;
        let issuer = IssuerUrl::new(config.issuer.clone()).map_err(|_| wrong("--oidc-issuer is not an address"))?;
        let redirect =
            RedirectUrl::new(config.redirect.clone()).map_err(|_| wrong("--public-url is not an address"))?;
        let is_encrypted = url.scheme() == "https";
        let client = outward::client(is_encrypted).map_err(|error| wrong(&error.to_string()))?;
        Ok(Self { config, issuer, redirect, caller: Http { client, is_encrypted }, known: Mutex::default() })
    }

    /// What the provider says of itself, with its keys; not older than this.
    async fn metadata(&self, holds: Duration) -> Result<CoreProviderMetadata, String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, metadata)) = known.filter(|(at, _)| at.elapsed() < holds) {
            return Ok(metadata);
        }
        let read = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.caller).await;
        let metadata = read.map_err(|error| error.to_string())?;
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), metadata.clone()));
        Ok(metadata)
    }

    fn client(&self, metadata: CoreProviderMetadata) -> ProviderClient {
        let methods = metadata.token_endpoint_auth_methods_supported().cloned().unwrap_or_default();
        let (basic, post) = (CoreClientAuthMethod::ClientSecretBasic, CoreClientAuthMethod::ClientSecretPost);
        // The standard's default is the first.
        let is_post = methods.contains(&post) && !methods.contains(&basic);
        let client_id = ClientId::new(self.config.client_id.clone());
        let client = ProviderClient::from_provider_metadata(metadata, client_id, self.config.client_secret.clone());
        client.set_redirect_uri(self.redirect.clone()).set_auth_type(if is_post {
            AuthType::RequestBody
        } else {
            AuthType::BasicAuth
        })
    }

    /// The way to the provider.
    ///
    /// # Errors
    /// Where it does not say which that is.
    pub(crate) async fn way(&self) -> Result<Way, ApiError> {
        let metadata = self.metadata(HOLDS).await.map_err(|why| {
            tracing::error!("the identity provider cannot be asked: {why}");
            ApiError::unavailable("provider_unreachable", "The identity provider does not answer; try again")
        })?;
        let client = self.client(metadata);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request =
            client.authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random);
        for scope in ["profile", "email"].into_iter().chain(self.config.scopes.iter().map(String::as_str)) {
            request = request.add_scope(Scope::new(scope.to_string()));
        }
        let (address, state, nonce) = request.set_pkce_challenge(challenge).url();
        Ok(Way {
            address: address.to_string(),
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        })
    }

    /// Who has come back with a code.
    ///
    /// # Errors
    /// Says why they are not signed in.
    pub(crate) async fn person(&self, code: &str, nonce: String, verifier: String) -> Result<Person, Refused> {
        // Asked anew, because it may have other keys by now.
        let metadata = self.metadata(Duration::ZERO).await.map_err(Refused::Unreachable)?;
        let client = self.client(metadata);
        let exchange = client.exchange_code(AuthorizationCode::new(code.to_string()));
        let exchange = exchange.map_err(|error| Refused::Unreachable(error.to_string()))?;
        let exchange = exchange.set_pkce_verifier(PkceCodeVerifier::new(verifier)).request_async(&self.caller).await;
        let tokens = exchange.map_err(|error| match error {
            openidconnect::RequestTokenError::ServerResponse(answer) => {
                // Its code alone: what else it says may repeat what it was sent.
                Refused::Wrong(format!("it does not take the code: {}", answer.error().as_ref()))
            }
            openidconnect::RequestTokenError::Parse(..) => Refused::Wrong("its answer cannot be read".to_string()),
            error => Refused::Unreachable(error.to_string()),
        })?;
        let token = tokens.id_token().ok_or_else(|| Refused::Wrong("it gives no token".to_string()))?;
        let early = || Utc::now() - TimeDelta::seconds(SKEW);
        let not_to_come = |issued: chrono::DateTime<Utc>| {
            let is_to_come = issued > Utc::now() + TimeDelta::seconds(SKEW);
            if is_to_come { Err("it is issued in the future".to_string()) } else { Ok(()) }
        };
        let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
        let verifier = verifier.set_time_fn(early).set_issue_time_verifier_fn(not_to_come);
        let claims = token.claims(&verifier, &Nonce::new(nonce));
        let claims = claims.map_err(|error| Refused::Wrong(error.to_string()))?;
        let email = claims.email().map(|email| email.as_str().to_string());
        if !self.config.domains.is_empty() {
            let verified = email.as_deref().filter(|_| claims.email_verified() == Some(true));
            let domain = verified.and_then(|email| email.rsplit_once('@')).map(|(_, domain)| domain);
            let is_allowed =
                |domain: &str| self.config.domains.iter().any(|allowed| allowed.eq_ignore_ascii_case(domain));
            if !domain.is_some_and(is_allowed) {
                return Err(Refused::Domain);
            }
        }
        let groups = groups(claims.additional_claims().all.get(&self.config.groups_claim));
        let (role, team_roles) = roles(&self.config.roles, self.config.default_role, &groups);
        if role == Role::None && team_roles.values().all(|role| *role == Role::None) {
            return Err(Refused::NoRole);
        }
        let subject = claims.subject().as_str().to_string();
        if subject.is_empty() || subject.len() > MAX_TEXT {
            return Err(Refused::Wrong(format!("its subject must have from 1 to {MAX_TEXT} bytes")));
        }
        let full = claims.name().and_then(|name| name.get(None)).map(|name| name.as_str().to_string());
        let short = claims.preferred_username().map(|name| name.as_str().to_string());
        let mut known = [full, short, email.clone()].into_iter().flatten();
        let name = known.find_map(|name| names::key(name.trim()).ok()).unwrap_or_else(|| subject.clone());
        let email = email.filter(|email| email.len() <= MAX_TEXT && !email.contains(char::is_control));
        Ok(Person { issuer: self.config.issuer.clone(), subject, name, email, role, team_roles })
    }
}

/// The role of somebody who is in these groups, and those in teams: of several the highest, and where no group gives one in
/// the organisation the usual one.
fn roles(all: &[GroupRole], usual: Role, groups: &BTreeSet<String>) -> (Role, TeamRoles) {
    let (mut everywhere, mut teams) = (None, TeamRoles::new());
    for given in all.iter().filter(|given| groups.contains(&given.group)) {
        match &given.team {
            None => everywhere = everywhere.max(Some(given.role)),
            Some(team) => {
                let role = teams.entry(team.clone()).or_insert(given.role);
                *role = given.role.max(*role);
            }
        }
    }
    (everywhere.unwrap_or(usual), teams)
}

/// The groups that a claim names: a list, or one.
fn groups(claim: Option<&Value>) -> BTreeSet<String> {
    match claim {
        Some(Value::String(one)) => BTreeSet::from([one.clone()]),
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_string).collect(),
        _ => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn of_several_groups_the_highest_role_counts_in_each_team_for_itself() {
        let given = |group: &str, role, team: Option<&str>| GroupRole {
            group: group.to_string(),
            role,
            team: team.map(str::to_string),
        };
        let all = [
            given("sre", Role::Responder, None),
            given("all", Role::Viewer, None),
            given("sre", Role::Editor, Some("a")),
            given("all", Role::Viewer, Some("a")),
            given("leads", Role::Admin, Some("b")),
        ];
        let of = |groups: &[&str]| roles(&all, Role::None, &groups.iter().map(ToString::to_string).collect());
        let teams = |list: &[(&str, Role)]| list.iter().map(|(team, role)| (team.to_string(), *role)).collect();
        assert_eq!(of(&["all", "sre"]), (Role::Responder, teams(&[("a", Role::Editor)])));
        assert_eq!(of(&["leads"]), (Role::None, teams(&[("b", Role::Admin)])));
        assert_eq!(of(&["others"]), (Role::None, TeamRoles::new()));
    }

    #[test]
    fn groups_are_a_list_or_one() {
        let all = |names: &[&str]| names.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
        assert_eq!(groups(Some(&json!(["a", "b", 1]))), all(&["a", "b"]));
        assert_eq!(groups(Some(&json!("a"))), all(&["a"]));
        for none in [None, Some(json!(null)), Some(json!({"a": true})), Some(json!(1))] {
            assert_eq!(groups(none.as_ref()), all(&[]), "{none:?}");
        }
    }
}
