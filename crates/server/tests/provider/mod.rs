//! A small provider of OpenID Connect: it signs real tokens, and can be told to sign wrong ones.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) const CLIENT: &str = "paths";
pub(crate) const SECRET: &str = "a-client-secret-that-nobody-may-see";

/// By which key a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signing {
    /// The provider's, on an elliptic curve.
    Es256,
    /// The provider's, by RSA.
    Rs256,
    /// One that the provider does not publish.
    Stranger,
    /// None: `alg` says `none`.
    Unsigned,
    /// The client's secret, which the client knows, too.
    Hs256,
    /// The provider's, over something else.
    Torn,
}

/// What the next token is like.
#[derive(Debug, Clone)]
pub(crate) struct Manner {
    pub(crate) signing: Signing,
    /// Claims that are others; null: not there.
    pub(crate) claims: Value,
}

struct Inner {
    base: String,
    ec: EcdsaKeyPair,
    stranger: EcdsaKeyPair,
    rsa: RsaKeyPair,
    manner: Mutex<Manner>,
    /// Nonce and challenge by code.
    codes: Mutex<BTreeMap<String, (String, String)>>,
    used: Mutex<BTreeSet<String>>,
    /// All codes and tokens that were given out.
    secrets: Mutex<Vec<String>>,
}

#[derive(Clone)]
pub(crate) struct Provider(Arc<Inner>);

fn ec() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.as_ref(), &random).unwrap()
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let inner = Inner {
            base: format!("http://{}", listener.local_addr().unwrap()),
            ec: ec(),
            stranger: ec(),
            rsa: RsaKeyPair::from_der(key.to_pkcs1_der().unwrap().as_bytes()).unwrap(),
            manner: Mutex::new(Manner { signing: Signing::Es256, claims: json!({}) }),
            codes: Mutex::default(),
            used: Mutex::default(),
            secrets: Mutex::default(),
        };
        let provider = Self(Arc::new(inner));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(about))
            .route("/keys", get(keys))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    pub(crate) fn base(&self) -> &str {
        &self.0.base
    }

    /// Has tokens be like this from now on.
    pub(crate) fn behave(&self, signing: Signing, claims: Value) {
        *self.0.manner.lock().unwrap() = Manner { signing, claims };
    }

    pub(crate) fn secrets(&self) -> Vec<String> {
        self.0.secrets.lock().unwrap().clone()
    }

    fn token(&self, nonce: &str) -> String {
        let manner = self.0.manner.lock().unwrap().clone();
        let now = chrono::Utc::now().timestamp();
        let mut claims = json!({
            "iss": self.0.base, "sub": "maya", "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": nonce,
            "name": "Maya Lindgren", "email": "maya@example.com", "email_verified": true, "groups": ["everybody"],
        });
        for (name, value) in manner.claims.as_object().unwrap() {
            let fields = claims.as_object_mut().unwrap();
            match value {
                Value::Null => drop(fields.remove(name)),
                // Seconds from now.
                Value::String(text) if name == "exp" || name == "iat" => {
                    fields.insert(name.clone(), (now + text.parse::<i64>().unwrap()).into());
                }
                value => drop(fields.insert(name.clone(), value.clone())),
            }
        }
        let (alg, kid) = match manner.signing {
            Signing::Es256 | Signing::Stranger | Signing::Torn => ("ES256", "ec"),
            Signing::Rs256 => ("RS256", "rsa"),
            Signing::Unsigned => ("none", "ec"),
            Signing::Hs256 => ("HS256", "ec"),
        };
        let header = encoded(json!({"alg": alg, "kid": kid, "typ": "JWT"}).to_string());
        let signed = format!("{header}.{}", encoded(claims.to_string()));
        let random = SystemRandom::new();
        let signature = match manner.signing {
            Signing::Es256 => self.0.ec.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec(),
            Signing::Torn => self.0.ec.sign(&random, b"something else").unwrap().as_ref().to_vec(),
            Signing::Stranger => self.0.stranger.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec(),
            Signing::Rs256 => {
                let mut signature = vec![0; self.0.rsa.public().modulus_len()];
                self.0.rsa.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).unwrap();
                signature
            }
            Signing::Unsigned => Vec::new(),
            Signing::Hs256 => {
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
                ring::hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
            }
        };
        format!("{signed}.{}", encoded(signature))
    }
}

/// JSON, as an answer.
fn told(value: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

async fn about(State(provider): State<Provider>) -> Response {
    let base = provider.base();
    told(&json!({
        "issuer": base, "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"), "jwks_uri": format!("{base}/keys"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        // A provider that says too much is not believed in that.
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    }))
}

async fn keys(State(provider): State<Provider>) -> Response {
    // 4, x and y.
    let point = provider.0.ec.public_key().as_ref().to_vec();
    let public = rsa_parts(&provider.0.rsa);
    told(&json!({"keys": [
        {"kty": "EC", "crv": "P-256", "kid": "ec", "use": "sig", "alg": "ES256",
            "x": encoded(&point[1..33]), "y": encoded(&point[33..])},
        {"kty": "RSA", "kid": "rsa", "use": "sig", "alg": "RS256", "n": public.0, "e": public.1},
    ]}))
}

fn rsa_parts(key: &RsaKeyPair) -> (String, String) {
    let parts: ring::rsa::PublicKeyComponents<Vec<u8>> = key.public().into();
    (encoded(parts.n), encoded(parts.e))
}

/// Signs in whoever comes, as if they had said who they are.
async fn authorize(State(provider): State<Provider>, Query(asked): Query<BTreeMap<String, String>>) -> Response {
    let is_right = asked["client_id"] == CLIENT
        && asked["response_type"] == "code"
        && asked["code_challenge_method"] == "S256"
        && asked["scope"].split(' ').any(|scope| scope == "openid");
    if !is_right {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let mut bytes = [0; 16];
    ring::rand::SecureRandom::fill(&SystemRandom::new(), &mut bytes).unwrap();
    let code = encoded(bytes);
    provider.0.secrets.lock().unwrap().push(code.clone());
    let known = (asked["nonce"].clone(), asked["code_challenge"].clone());
    provider.0.codes.lock().unwrap().insert(code.clone(), known);
    Redirect::to(&format!("{}?code={code}&state={}", asked["redirect_uri"], asked["state"])).into_response()
}

async fn token(State(provider): State<Provider>, headers: HeaderMap, body: String) -> Response {
    let asked: BTreeMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let refuse = |code: &str| (StatusCode::BAD_REQUEST, told(&json!({"error": code}))).into_response();
    let basic = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{SECRET}")));
    if headers.get("authorization").is_none_or(|sent| sent.as_bytes() != basic.as_bytes()) {
        return refuse("invalid_client");
    }
    let code = asked["code"].clone();
    let Some((nonce, challenge)) = provider.0.codes.lock().unwrap().get(&code).cloned() else {
        return refuse("invalid_grant");
    };
    let verifier = ring::digest::digest(&ring::digest::SHA256, asked["code_verifier"].as_bytes());
    // Each code is good once.
    if encoded(verifier.as_ref()) != challenge || !provider.0.used.lock().unwrap().insert(code) {
        return refuse("invalid_grant");
    }
    let token = provider.token(&nonce);
    provider.0.secrets.lock().unwrap().push(token.clone());
    told(&json!({"access_token": "access", "token_type": "Bearer", "id_token": token}))
}
