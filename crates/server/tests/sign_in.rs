//! Signing in by a link or at a provider, what sessions allow, and how they end.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "tests")]

use crate::common;
use crate::provider;

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

use clap::Parser as _;
use common::database::{Database, is_shared};
use common::{Answer, Server, answer, config};
use escalation_server::{AccountCommand, Clock, Config, Role, StartError, run_accounts, start};
use provider::{CLIENT, Provider, SECRET, Signing};
use reqwest::{Client, Method, StatusCode, redirect};
use serde_json::{Value, json};
use tempfile::TempDir;

const PATHS: &str = "/v2/escalation_paths";
const ME: &str = "/builder/v1/me";
const SESSIONS: &str = "/builder/v1/sessions";
const SIGN_OUT: &str = "/builder/v1/session/actions/sign_out";
const MAYA: &str = "01J0USERMAYA00000000000000";
/// A Wednesday, in seconds since 1970.
const NOON: i64 = 1_795_608_000;
const HOUR: i64 = 3_600;
const CLOSED: [&str; 2] = ["--anonymous", "none"];
/// What a browser says of a request by a page of the server.
const HERE: (&str, &str) = ("sec-fetch-site", "same-origin");

fn path(name: &str) -> Value {
    json!({"name": name, "path": [{"id": "a", "type": "level", "level": {"targets": [
        {"type": "user", "id": MAYA, "urgency": "high"}]}}]})
}

/// A link for somebody, below the address of the server.
async fn link_of(folder: &Path, clock: &Clock, name: &str, role: Role, minutes: u32) -> String {
    let config = Config { clock: clock.clone(), ..config(folder, &[]) };
    let mut link = String::new();
    let command = AccountCommand::Link { name: name.to_string(), role, team_roles: Vec::new(), minutes };
    let print = |said: &str| {
        link.push_str(said);
        Ok(())
    };
    run_accounts(&config, &command, print).await.unwrap();
    link[link.find("/sign-in?t=").unwrap()..].to_string()
}

/// The cookie that an answer sets, as it is sent back; nothing where it is taken back.
fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let all = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let pair = all.filter_map(|line| line.split(';').next()).find(|pair| pair.starts_with(&format!("{name}=")))?;
    (!pair.ends_with('=')).then(|| pair.to_string())
}

async fn use_link(server: &Server, link: &str) -> Answer {
    answer(server.request(Method::POST, link).header(HERE.0, HERE.1)).await
}

/// The cookie of somebody who has signed in by a link.
async fn signed_in(server: &Server, clock: &Clock, name: &str, role: Role) -> String {
    let link = link_of(server.folder.path(), clock, name, role, 60).await;
    cookie(&use_link(server, &link).await, "epb_session").unwrap()
}

/// Asks with a cookie, as a page of the server does.
async fn ask(server: &Server, cookie: &str, method: Method, url: &str, body: Option<&Value>) -> Answer {
    let mut request = server.request(method, url).header("cookie", cookie).header(HERE.0, HERE.1);
    if let Some(body) = body {
        request = request.json(body);
    }
    answer(request).await
}

#[tokio::test]
async fn a_link_signs_somebody_in_once() {
    let clock = Clock::default();
    let options = ["--anonymous", "none", "--allow-host", "oncall.example"];
    let server = Server::with(TempDir::new().unwrap(), &options).await;
    let link = link_of(server.folder.path(), &clock, "Maya <b>", Role::Editor, 60).await;
    assert_eq!(server.get(PATHS).await.status, StatusCode::UNAUTHORIZED);
    // To look at it uses nothing up, and what scans mail does no more.
    for _ in 0..2 {
        let page = server.get(&link).await;
        assert_eq!(page.status, StatusCode::OK);
        let text = page.body.as_str().unwrap();
        assert!(text.contains("Maya &lt;b&gt;") && text.contains("editor"), "{text}");
        assert_eq!(page.headers["referrer-policy"], "same-origin");
    }
    // A page elsewhere signs nobody in.
    for request in [
        server.request(Method::POST, &link),
        server.request(Method::POST, &link).header("origin", "https://evil.example.com"),
        server.request(Method::POST, &link).header("sec-fetch-site", "cross-site"),
    ] {
        assert_eq!(answer(request).await.status, StatusCode::FORBIDDEN);
    }
    // Where the browser would not keep the cookie the link stays good, and that is said.
    let plain = server.request(Method::POST, &link).header("host", "oncall.example");
    let plain = answer(plain.header("origin", "http://oncall.example")).await;
    assert_eq!(plain.status, StatusCode::FORBIDDEN);
    assert!(plain.body.as_str().unwrap().contains("https"), "{:?}", plain.body);
    assert!(!plain.headers.contains_key("set-cookie"));
    let done = use_link(&server, &link).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert_eq!(done.headers["location"], "./");
    let set = done.headers.get_all("set-cookie").iter().next().unwrap().to_str().unwrap().to_string();
    assert!(set.starts_with("epb_session=eps_") && set.contains("; HttpOnly; SameSite=Lax; Max-Age=604800"), "{set}");
    let session = cookie(&done, "epb_session").unwrap();
    for gone in [use_link(&server, &link).await, server.get(&link).await] {
        assert_eq!(gone.status, StatusCode::GONE);
        assert!(cookie(&gone, "epb_session").is_none());
    }
    let me = ask(&server, &session, Method::GET, ME, None).await.body;
    assert_eq!((&me["kind"], &me["name"], &me["role"]), (&json!("session"), &json!("Maya <b>"), &json!("editor")));
    assert_eq!(me["rights"], json!(["view", "edit", "escalate", "respond", "act_on_behalf"]));
    assert_eq!(server.get(ME).await.body["rights"], json!([]));
    // What is saved has the name, and so has the log.
    let saved = ask(&server, &session, Method::POST, PATHS, Some(&path("One"))).await;
    assert_eq!(saved.status, StatusCode::CREATED, "{:#}", saved.body);
    let id = saved.body["escalation_path"]["id"].as_str().unwrap();
    let revisions = format!("/builder/v1/escalation_paths/{id}/revisions");
    let revisions = ask(&server, &session, Method::GET, &revisions, None).await.body;
    assert_eq!(revisions["revisions"][0]["saved_by"], "Maya <b>");
    let admin = signed_in(&server, &clock, "Ada", Role::Admin).await;
    let log = ask(&server, &admin, Method::GET, "/builder/v1/audit?page_size=100", None).await.body;
    let lines = log["audit_log"].as_array().unwrap();
    let done = |action: &str, name: &str| {
        lines
            .iter()
            .any(|line| line["action"] == action && line["actor"]["kind"] == "session" && line["actor"]["name"] == name)
    };
    assert!(done("create", "Maya <b>") && done("sign_in", "Maya <b>") && done("sign_in", "Ada"), "{log:#}");
    // Out, and nothing of it is good for anything any more.
    let out = ask(&server, &session, Method::POST, SIGN_OUT, Some(&json!({}))).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert!(
        out.headers["set-cookie"]
            .to_str()
            .unwrap()
            .starts_with("epb_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
    );
    assert_eq!(ask(&server, &session, Method::GET, PATHS, None).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&server, &session, Method::POST, SIGN_OUT, Some(&json!({}))).await.status, StatusCode::NO_CONTENT);
    // No token is kept: neither of the sessions nor of the links.
    let mut database = Database::of(server.folder.path()).await;
    for (table, column) in [("sessions", "secret"), ("sign_in_links", "secret")] {
        let query = format!("select count(*) || '' from {table} where {column} like 'eps_%' or length({column}) <> 64");
        assert_eq!(database.text(&query, &[]).await.as_deref(), Some("0"), "{table}");
    }
    database.close().await;
}

#[tokio::test]
async fn a_page_elsewhere_changes_nothing_with_somebodys_session() {
    let clock = Clock::default();
    let server = Server::with(TempDir::new().unwrap(), &CLOSED).await;
    let session = signed_in(&server, &clock, "Maya", Role::Admin).await;
    let host = server.base.trim_start_matches("http://").to_string();
    for (headers, is_done) in [
        (vec![], false),
        (vec![("sec-fetch-site", "cross-site")], false),
        (vec![("sec-fetch-site", "same-site")], false),
        (vec![("origin", "https://evil.example.com")], false),
        (vec![("origin", "null")], false),
        (vec![("origin", "http://127.0.0.1:1")], false),
        (vec![("sec-fetch-site", "cross-site"), ("origin", server.base.as_str())], false),
        (vec![("origin", server.base.as_str())], true),
        (vec![("sec-fetch-site", "same-origin")], true),
    ] {
        for (method, url) in [(Method::POST, PATHS), (Method::POST, SIGN_OUT), (Method::DELETE, "/v2/schedules/none")] {
            if is_done && url == SIGN_OUT {
                continue;
            }
            let mut request = server.request(method.clone(), url).header("cookie", &session).header("host", &host);
            for (name, value) in &headers {
                request = request.header(*name, *value);
            }
            let told = answer(request.json(&path("One"))).await;
            assert_eq!(told.status != StatusCode::FORBIDDEN, is_done, "{headers:?} {url}: {:#}", told.body);
        }
        // To look is no change.
        let request = server.request(Method::GET, PATHS).header("cookie", &session);
        assert_eq!(answer(request).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn sessions_end_when_they_rest_and_in_the_end() {
    let clock = Clock::standing(NOON);
    let server = Server::standing(&clock, TempDir::new().unwrap(), &CLOSED).await;
    let session = signed_in(&server, &clock, "Maya", Role::Viewer).await;
    let status = async |cookie: &str| ask(&server, cookie, Method::GET, PATHS, None).await.status;
    clock.set(NOON + 12 * HOUR);
    assert_eq!(status(&session).await, StatusCode::UNAUTHORIZED, "it has rested for twelve hours");
    clock.set(NOON + 12 * HOUR - 1);
    assert_eq!(status(&session).await, StatusCode::OK);
    // The use counts, as soon as it is kept.
    let used = async |at: i64| {
        let query = "select used_at || '' from sessions";
        for _ in 0..200 {
            let mut database = Database::of(server.folder.path()).await;
            let found = database.text(query, &[]).await.unwrap();
            database.close().await;
            if found == (at * 1_000).to_string() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("the use at {at} was not kept");
    };
    let mut at = NOON + 12 * HOUR - 1;
    used(at).await;
    while at + 11 * HOUR < NOON + 168 * HOUR {
        at += 11 * HOUR;
        clock.set(at);
        assert_eq!(status(&session).await, StatusCode::OK);
        used(at).await;
    }
    clock.set(NOON + 168 * HOUR - 1);
    assert_eq!(status(&session).await, StatusCode::OK);
    clock.set(NOON + 168 * HOUR);
    assert_eq!(status(&session).await, StatusCode::UNAUTHORIZED, "it has lasted for a week");
    // Links expire as well, and a new one takes the place of the last.
    let first = link_of(server.folder.path(), &clock, "Tom", Role::Viewer, 60).await;
    let second = link_of(server.folder.path(), &clock, "Tom", Role::Viewer, 60).await;
    assert_eq!(use_link(&server, &first).await.status, StatusCode::GONE);
    clock.set(NOON + 169 * HOUR);
    assert_eq!(use_link(&server, &second).await.status, StatusCode::GONE);
    let third = link_of(server.folder.path(), &clock, "Tom", Role::Viewer, 60).await;
    assert_eq!(use_link(&server, &third).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn each_role_may_do_its_own_and_no_more() {
    let clock = Clock::default();
    let server = Server::with(TempDir::new().unwrap(), &CLOSED).await;
    let begin = |key: &str| json!({"idempotency_key": key, "title": "T", "user_ids": [MAYA]});
    for (place, (name, role)) in
        [("V", Role::Viewer), ("R", Role::Responder), ("E", Role::Editor), ("A", Role::Admin)].into_iter().enumerate()
    {
        let session = signed_in(&server, &clock, name, role).await;
        let may = async |method: Method, url: &str, body: Option<&Value>| {
            let told = ask(&server, &session, method, url, body).await;
            if !told.status.is_success() {
                assert_eq!(told.status, StatusCode::FORBIDDEN, "{name} {url}: {:#}", told.body);
                let said = told.body["errors"][0]["message"].as_str().unwrap().to_string();
                assert!(said.contains(name) && said.contains("lacks the right"), "{said}");
            }
            told.status.is_success()
        };
        assert!(may(Method::GET, PATHS, None).await, "{name}");
        assert_eq!(may(Method::POST, "/v2/escalations", Some(&begin(name))).await, place >= 1, "{name}");
        assert_eq!(may(Method::POST, PATHS, Some(&path(name))).await, place >= 2, "{name}");
        assert_eq!(may(Method::GET, "/builder/v1/api_keys", None).await, place >= 3, "{name}");
        assert_eq!(may(Method::GET, SESSIONS, None).await, place >= 3, "{name}");
        assert_eq!(may(Method::GET, "/builder/v1/audit", None).await, place >= 3, "{name}");
        let info = ask(&server, &session, Method::GET, "/builder/v1/info", None).await.body;
        assert_eq!(info["rights"] == "write", place >= 2);
    }
}

#[tokio::test]
async fn a_session_is_revoked_at_once_and_so_are_those_of_an_account_that_is_disabled() {
    let clock = Clock::default();
    let server = Server::with(TempDir::new().unwrap(), &CLOSED).await;
    let admin = signed_in(&server, &clock, "Ada", Role::Admin).await;
    let (first, second) = (
        signed_in(&server, &clock, "Maya", Role::Editor).await,
        signed_in(&server, &clock, "Maya", Role::Viewer).await,
    );
    // One account, whose role is the last one that it was given, in all of its sessions.
    assert_eq!(ask(&server, &first, Method::GET, ME, None).await.body["role"], "viewer");
    let listed = ask(&server, &admin, Method::GET, SESSIONS, None).await.body;
    let of_maya: Vec<_> =
        listed["sessions"].as_array().unwrap().iter().filter(|one| one["account"]["name"] == "Maya").collect();
    assert_eq!(of_maya.len(), 2);
    assert!(!listed.to_string().contains("eps_"));
    let own = ask(&server, &first, Method::GET, ME, None).await.body["session"]["id"].as_str().unwrap().to_string();
    let url = format!("{SESSIONS}/{own}");
    assert_eq!(ask(&server, &second, Method::DELETE, &url, None).await.status, StatusCode::FORBIDDEN);
    assert_eq!(ask(&server, &admin, Method::DELETE, &url, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ask(&server, &first, Method::GET, PATHS, None).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&server, &second, Method::GET, PATHS, None).await.status, StatusCode::OK);
    let none = format!("{SESSIONS}/none");
    assert_eq!(ask(&server, &admin, Method::DELETE, &none, None).await.status, StatusCode::NOT_FOUND);
    let account = of_maya[0]["account"]["id"].as_str().unwrap().to_string();
    let config = config(server.folder.path(), &[]);
    let mut said = String::new();
    let print = |text: &str| {
        said.push_str(text);
        Ok(())
    };
    run_accounts(&config, &AccountCommand::Disable { id: account }, print).await.unwrap();
    assert!(said.contains("is disabled"), "{said}");
    assert_eq!(ask(&server, &second, Method::GET, PATHS, None).await.status, StatusCode::UNAUTHORIZED);
    let unknown = run_accounts(&config, &AccountCommand::Disable { id: "none".to_string() }, |_| Ok(())).await;
    assert!(matches!(unknown, Err(StartError::NoAccount { .. })));
}

#[tokio::test]
async fn a_key_counts_before_a_session_and_that_before_a_header() {
    let clock = Clock::default();
    let server = Server::with(TempDir::new().unwrap(), &["--user-header", "X-User"]).await;
    let session = signed_in(&server, &clock, "Maya", Role::Admin).await;
    let new = json!({"name": "CI", "rights": ["view"]});
    let made = ask(&server, &session, Method::POST, "/builder/v1/api_keys", Some(&new)).await;
    let key = made.body["api_key"]["secret"].as_str().unwrap().to_string();
    let who = async |key: Option<&str>, cookie: Option<&str>, header: Option<&str>| {
        let mut request = server.request(Method::GET, ME);
        if let Some(key) = key {
            request = request.bearer_auth(key);
        }
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        if let Some(header) = header {
            request = request.header("x-user", header);
        }
        let told = answer(request).await.body;
        (told["kind"].as_str().unwrap().to_string(), told["name"].as_str().unwrap_or_default().to_string())
    };
    let is = |kind: &str, name: &str| (kind.to_string(), name.to_string());
    assert_eq!(who(Some(&key), Some(&session), Some("tom")).await, is("api_key", "CI"));
    assert_eq!(who(None, Some(&session), Some("tom")).await, is("session", "Maya"));
    assert_eq!(who(None, None, Some("tom")).await, is("person", "tom"));
    assert_eq!(who(None, None, None).await, is("anonymous", ""));
    // A session that is none is as if there were none.
    for none in
        ["epb_session=eps_x", "epb_session=", &format!("{session}; {session}"), &session.replace("epb_", "xepb_")]
    {
        assert_eq!(who(None, Some(none), Some("tom")).await, is("person", "tom"), "{none}");
        assert_eq!(who(None, Some(none), None).await, is("anonymous", ""), "{none}");
    }
}

#[tokio::test]
async fn the_first_administrator_gets_a_link_where_nobody_else_can_get_in() {
    let folder = TempDir::new().unwrap();
    let on_all = async |more: &[&str]| {
        let mut config = config(folder.path(), more);
        config.listen = "0.0.0.0:0".parse().unwrap();
        start(config).await
    };
    assert!(matches!(on_all(&[]).await.err(), Some(StartError::NoAuthentication { .. })), "the demo organisation");
    let folder = TempDir::new().unwrap();
    let on_all = async |more: &[&str]| {
        let mut config = config(folder.path(), &[&["--empty"], more].concat());
        config.listen = "0.0.0.0:0".parse().unwrap();
        start(config).await
    };
    assert!(on_all(&["--anonymous", "viewer"]).await.unwrap().first_link().is_none());
    assert!(on_all(&["--user-header", "X-User"]).await.unwrap().first_link().is_none());
    let earlier = on_all(&[]).await.unwrap().first_link().unwrap().to_string();
    let link =
        on_all(&["--public-url", "https://paths.example.com/tools"]).await.unwrap().first_link().unwrap().to_string();
    assert!(link.starts_with("https://paths.example.com/tools/sign-in?t=eps_"), "{link}");
    let server = Server::with(folder, &["--empty", "--anonymous", "none"]).await;
    let below = |link: &str| link[link.find("/sign-in?").unwrap()..].to_string();
    assert_eq!(use_link(&server, &below(&earlier)).await.status, StatusCode::GONE);
    let done = use_link(&server, &below(&link)).await;
    let session = cookie(&done, "epb_session").unwrap();
    assert_eq!(ask(&server, &session, Method::GET, ME, None).await.body["role"], "admin");
    // Now somebody has signed in, and can let others in.
    let mut config = config(server.folder.path(), &["--empty"]);
    config.listen = "0.0.0.0:0".parse().unwrap();
    assert!(start(config).await.unwrap().first_link().is_none());
}

// At a provider.

fn with_provider<'a>(provider: &'a Provider, more: &[&'a str]) -> Vec<&'a str> {
    let fixed = ["--public-url", "http://127.0.0.1:1", "--oidc-issuer", provider.base(), "--oidc-client-id", CLIENT];
    [&CLOSED[..], &fixed, &["--oidc-client-secret", SECRET], more].concat()
}

/// How far somebody is on the way to their provider and back.
struct Way {
    cookie: String,
    /// To where they come back.
    callback: String,
}

async fn go(base: &str) -> Way {
    let _already = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let begun = client.get(format!("{base}/sign-in/start")).send().await.unwrap();
    assert_eq!(begun.status(), StatusCode::SEE_OTHER, "{}", begun.text().await.unwrap());
    let cookie = begun.headers()["set-cookie"].to_str().unwrap().to_string();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let back = client.get(begun.headers()["location"].to_str().unwrap()).send().await.unwrap();
    let to = back.headers()["location"].to_str().unwrap().to_string();
    let callback = to.strip_prefix("http://127.0.0.1:1").unwrap().to_string();
    Way { cookie: cookie.split(';').next().unwrap().to_string(), callback }
}

async fn come_back(server: &Server, way: &Way) -> Answer {
    answer(server.request(Method::GET, &way.callback).header("cookie", &way.cookie)).await
}

async fn through(server: &Server) -> Answer {
    come_back(server, &go(&server.base).await).await
}

#[tokio::test]
async fn somebody_signs_in_at_their_provider() {
    let provider = Provider::start().await;
    let more = ["--oidc-group", "platform=editor", "--oidc-group", "leads=admin", "--oidc-domain", "Example.com"];
    let server = Server::with(TempDir::new().unwrap(), &with_provider(&provider, &more)).await;
    let page = server.get("/sign-in").await;
    assert!(page.body.as_str().unwrap().contains("sign-in/start"), "{}", page.body);
    for (signing, groups, role) in [
        (Signing::Es256, json!(["everybody", "platform"]), "editor"),
        (Signing::Rs256, json!(["platform", "leads"]), "admin"),
        (Signing::Rs256, json!("platform"), "editor"),
    ] {
        provider.behave(signing, json!({"groups": groups}));
        let done = through(&server).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        assert_eq!(done.headers["location"], "../");
        let session = cookie(&done, "epb_session").unwrap();
        let me = ask(&server, &session, Method::GET, ME, None).await.body;
        assert_eq!((&me["name"], &me["email"]), (&json!("Maya Lindgren"), &json!("maya@example.com")));
        assert_eq!(me["role"], role);
    }
    // It is one account, whoever often they sign in.
    let mut database = Database::of(server.folder.path()).await;
    assert_eq!(database.text("select count(*) || '' from accounts", &[]).await.as_deref(), Some("1"));
    assert_eq!(database.text("select count(*) || '' from sign_ins", &[]).await.as_deref(), Some("0"));
    // The log names the account, from the first line on.
    let of_others = "select count(*) || '' from audit_log where actor_kind = 'session'
         and (actor_id is null or actor_id <> (select id from accounts))";
    assert_eq!(database.text(of_others, &[]).await.as_deref(), Some("0"));
    let of_it =
        "select count(*) || '' from audit_log where actor_id = (select id from accounts) and action <> 'sign_in'";
    assert_eq!(database.text(of_it, &[]).await.as_deref(), Some("3"), "it was made, and changed twice");
    // A disabled account stays out.
    database.execute("update accounts set disabled_at = 1", &[]).await;
    database.close().await;
    assert_eq!(through(&server).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_a_provider_does_not_say_as_it_must_signs_nobody_in() {
    let provider = Provider::start().await;
    let more = ["--oidc-group", "everybody=viewer", "--oidc-domain", "example.com"];
    let server = Server::with(TempDir::new().unwrap(), &with_provider(&provider, &more)).await;
    for (signing, claims, what) in [
        (Signing::Es256, json!({"nonce": "another"}), "another nonce"),
        (Signing::Es256, json!({"nonce": null}), "no nonce"),
        (Signing::Es256, json!({"aud": "another"}), "another audience"),
        (Signing::Es256, json!({"aud": [CLIENT, "another"]}), "one more audience"),
        (Signing::Es256, json!({"exp": "-90"}), "expired"),
        (Signing::Es256, json!({"exp": null}), "never expires"),
        (Signing::Es256, json!({"iat": "90"}), "issued in the future"),
        (Signing::Es256, json!({"iss": "http://127.0.0.1:1"}), "another issuer"),
        (Signing::Unsigned, json!({}), "unsigned"),
        (Signing::Stranger, json!({}), "another key"),
        (Signing::Torn, json!({}), "a signature of something else"),
        (Signing::Hs256, json!({}), "signed by the client's secret"),
        (Signing::Es256, json!({"email": "maya@evil.example"}), "another domain"),
        (Signing::Es256, json!({"email": "maya@example.com.evil.example"}), "another domain with ours in it"),
        (Signing::Es256, json!({"email": "maya@example.com@evil.example"}), "two domains"),
        (Signing::Es256, json!({"email_verified": false}), "an address that is not verified"),
        (Signing::Es256, json!({"email_verified": null}), "an address of which that is not said"),
        (Signing::Es256, json!({"email": null}), "no address"),
        (Signing::Es256, json!({"groups": ["others"]}), "no group"),
        (Signing::Es256, json!({"groups": null}), "no groups at all"),
        (Signing::Es256, json!({"sub": ""}), "nobody"),
    ] {
        provider.behave(signing, claims);
        let refused = through(&server).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{what}: {}", refused.body);
        assert!(cookie(&refused, "epb_session").is_none(), "{what}");
        assert!(refused.body.as_str().unwrap().contains("You are not signed in"), "{what}");
    }
    let mut database = Database::of(server.folder.path()).await;
    assert_eq!(database.text("select count(*) || '' from sessions", &[]).await.as_deref(), Some("0"));
    database.close().await;
    // Clocks may differ by a minute.
    for claims in [json!({"exp": "-30"}), json!({"iat": "30"})] {
        provider.behave(Signing::Es256, claims);
        assert_eq!(through(&server).await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn whoever_comes_back_has_gone_from_here_and_comes_back_once() {
    let provider = Provider::start().await;
    let clock = Clock::standing(NOON);
    let server = Server::standing(&clock, TempDir::new().unwrap(), &with_provider(&provider, &[])).await;
    let way = go(&server.base).await;
    assert_eq!(come_back(&server, &way).await.status, StatusCode::SEE_OTHER);
    // Again with all of the same, and with another code.
    assert_eq!(come_back(&server, &way).await.status, StatusCode::BAD_REQUEST);
    let other = go(&server.base).await;
    let mixed = |cookie: &str, callback: &str| Way { cookie: cookie.to_string(), callback: callback.to_string() };
    for wrong in [
        mixed("", &other.callback),
        mixed(&way.cookie, &other.callback),
        mixed(&other.cookie, "/sign-in/callback?code=x"),
        mixed(&other.cookie, "/sign-in/callback?code=x&state=y"),
    ] {
        let refused = come_back(&server, &wrong).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", wrong.callback);
    }
    // A code of somebody else, who began elsewhere: the nonce and the challenge are others.
    let code = other.callback.split('&').next().unwrap();
    let third = go(&server.base).await;
    let (_, state) = third.callback.split_once('&').unwrap();
    let stolen = mixed(&third.cookie, &format!("{code}&{state}"));
    assert_eq!(come_back(&server, &stolen).await.status, StatusCode::FORBIDDEN);
    // The provider says no, and too late.
    let fourth = go(&server.base).await;
    let (_, state) = fourth.callback.split_once('&').unwrap();
    let denied = mixed(&fourth.cookie, &format!("/sign-in/callback?error=access_denied&{state}"));
    assert_eq!(come_back(&server, &denied).await.status, StatusCode::FORBIDDEN);
    let late = go(&server.base).await;
    clock.set(NOON + 600);
    assert_eq!(come_back(&server, &late).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn without_its_provider_the_server_runs_and_says_what_is_wrong() {
    let nowhere = crate::receivers::nowhere();
    let issuer = format!("http://{nowhere}");
    let options = ["--public-url", "http://127.0.0.1:1", "--oidc-issuer", &issuer, "--oidc-client-id", CLIENT];
    let server = Server::with(TempDir::new().unwrap(), &[&CLOSED[..], &options].concat()).await;
    let told = server.get("/sign-in/start").await;
    assert_eq!(told.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(told.body.as_str().unwrap().contains("You can’t sign in now"), "{}", told.body);
    let folder = server.stopped().await;
    for wrong in ["http://accounts.example.com", "nowhere", "https://me:secret@accounts.example.com"] {
        let options = ["--public-url", "https://paths.example.com", "--oidc-issuer", wrong, "--oidc-client-id", CLIENT];
        let told = start(config(folder.path(), &options)).await.err().unwrap();
        assert!(matches!(told, StartError::Oidc { .. }), "{told}");
        assert!(!told.to_string().contains("secret@"), "{told}");
    }
    for wrong in [
        &["--oidc-issuer", "https://a.example.com"][..],
        &["--oidc-client-id", "a"],
        &["--oidc-group", "a=admin"],
        &[
            "--public-url",
            "https://p.example.com",
            "--oidc-issuer",
            "https://a.example.com",
            "--oidc-client-id",
            "a",
            "--oidc-group",
            "a",
        ],
        &[
            "--public-url",
            "https://p.example.com",
            "--oidc-issuer",
            "https://a.example.com",
            "--oidc-client-id",
            "a",
            "--oidc-group",
            "a=boss",
        ],
    ] {
        assert!(Config::try_parse_from([&["escalation-server"], wrong].concat()).is_err(), "{wrong:?}");
    }
    let all = [
        "escalation-server",
        "--public-url",
        "https://p.example.com",
        "--oidc-issuer",
        "https://a.example.com",
        "--oidc-client-id",
        "a",
        "--oidc-client-secret",
        SECRET,
    ];
    assert!(!format!("{:?}", Config::try_parse_from(all).unwrap()).contains(SECRET));
}

#[tokio::test]
async fn nothing_that_is_answered_or_logged_has_a_token_a_key_or_the_clients_secret_in_it() {
    if is_shared() {
        // The program has a database of its own there.
        return;
    }
    let provider = Provider::start().await;
    provider.behave(Signing::Es256, json!({"groups": ["leads"]}));
    let folder = TempDir::new().unwrap();
    let secret_file = folder.path().join("secret");
    std::fs::write(&secret_file, format!("{SECRET}\n")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_escalation-server"));
    let app = common::app(folder.path());
    command.args(["--listen", "127.0.0.1:0", "--anonymous", "none", "--public-url", "http://127.0.0.1:1"]);
    command.args(["--oidc-issuer", provider.base(), "--oidc-client-id", CLIENT, "--oidc-group", "leads=admin"]);
    command.arg("--oidc-client-secret-file").arg(&secret_file).arg("--app").arg(app);
    command.arg("--data").arg(folder.path().join("data")).env("RUST_LOG", "trace");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let log = std::thread::spawn(move || {
        let mut text = Vec::new();
        stderr.read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    });
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let base = first.trim().split(" is at ").nth(1).unwrap().trim_end_matches('/').to_string();
    let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let mut answers = String::new();
    let mut secrets = vec![SECRET.to_string()];
    // Two who sign in, one of whom is refused.
    let way = go(&base).await;
    secrets.push(way.cookie.split_once('=').unwrap().1.to_string());
    let back = client.get(format!("{base}{}", way.callback)).header("cookie", &way.cookie).send().await.unwrap();
    let set = back.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_string();
    secrets.push(set.split_once('=').unwrap().1.to_string());
    answers.push_str(&back.text().await.unwrap());
    provider.behave(Signing::Stranger, json!({}));
    let refused = go(&base).await;
    let back =
        client.get(format!("{base}{}", refused.callback)).header("cookie", &refused.cookie).send().await.unwrap();
    answers.push_str(&back.text().await.unwrap());
    let send = async |method: Method, url: &str, body: Value| {
        let request = client.request(method, format!("{base}{url}")).header("cookie", &set).header(HERE.0, HERE.1);
        let request = if body.is_null() { request } else { request.json(&body) };
        request.send().await.unwrap()
    };
    let made = send(Method::POST, "/builder/v1/api_keys", json!({"name": "CI", "rights": ["view"]})).await;
    let made: Value = made.json().await.unwrap();
    let key = made["api_key"]["secret"].as_str().unwrap().to_string();
    answers.push_str(&client.get(format!("{base}{ME}")).bearer_auth(&key).send().await.unwrap().text().await.unwrap());
    answers.push_str(
        &client.get(format!("{base}{ME}")).bearer_auth("epb_wrong").send().await.unwrap().text().await.unwrap(),
    );
    secrets.push(key);
    for url in [
        ME,
        SESSIONS,
        "/builder/v1/api_keys",
        "/builder/v1/audit",
        "/builder/v1/audit?export=true",
        "/metrics",
        PATHS,
        "/",
    ] {
        let told = send(Method::GET, url, Value::Null).await;
        assert_eq!(told.status(), StatusCode::OK, "{url}");
        answers.push_str(&told.text().await.unwrap());
    }
    let out = send(Method::POST, SIGN_OUT, json!({})).await;
    answers.push_str(&format!("{:?}", out.headers()));
    child.kill().unwrap();
    child.wait().unwrap();
    let log = log.join().unwrap();
    secrets.extend(provider.secrets());
    assert!(secrets.len() >= 8 && log.contains("nobody was signed in"), "{log}");
    for secret in secrets {
        assert!(secret.len() > 15 && !answers.contains(&secret), "answered: {secret}");
        let line = log.lines().find(|line| line.contains(&secret));
        assert!(line.is_none(), "logged: {}", line.unwrap());
    }
}

#[tokio::test]
async fn a_session_that_has_rested_is_not_listed() {
    let clock = Clock::standing(NOON);
    let server = Server::standing(&clock, TempDir::new().unwrap(), &CLOSED).await;
    signed_in(&server, &clock, "Tom", Role::Viewer).await;
    clock.set(NOON + 12 * HOUR);
    let ada = signed_in(&server, &clock, "Ada", Role::Admin).await;
    let listed = ask(&server, &ada, Method::GET, "/builder/v1/sessions", None).await.body;
    let names: Vec<_> = listed["sessions"].as_array().unwrap().iter().map(|one| &one["account"]["name"]).collect();
    assert_eq!(names, ["Ada"], "{listed}");
}

#[tokio::test]
async fn nobody_keeps_others_from_their_provider_by_going_there_often() {
    let provider = Provider::start().await;
    let server =
        Server::with(TempDir::new().unwrap(), &with_provider(&provider, &["--oidc-group", "platform=viewer"])).await;
    provider.behave(Signing::Es256, json!({"groups": ["platform"]}));
    let mut database = Database::of(server.folder.path()).await;
    let all = "insert into sign_ins (state, nonce, verifier, expires_at)
         with recursive numbers (number) as (select 1 union all select number + 1 from numbers where number < 10000)
         select 's' || number, 'n', 'v', 4000000000000 + number from numbers";
    database.execute(all, &[]).await;
    let way = go(&server.base).await;
    let told = "select count(*) || ' ' || min(expires_at) from sign_ins where expires_at >= 4000000000000";
    assert_eq!(database.text(told, &[]).await.as_deref(), Some("9999 4000000000002"), "who went first is forgotten");
    database.close().await;
    assert_eq!(come_back(&server, &way).await.status, StatusCode::SEE_OTHER);
}
