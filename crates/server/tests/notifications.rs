//! Deliveries that reach people and programs: webhooks, e-mail with links to answer by, and the rules that say which when.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;
use crate::receivers;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::database::{self, Database};
use common::{Server, answer, config, is_a};
use escalation_server::{Clock, start};
use receivers::{Mail, MailServer, Manner, Receiver, Wrapping, nowhere};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tempfile::TempDir;

const MAYA: &str = "01J0USERMAYA00000000000000";
const TOM: &str = "01J0USERTOM000000000000000";
/// 2026-03-04T12:00:00Z.
const NOON: i64 = 1_772_625_600;
/// Whatever is waited for comes at once, or never.
const PATIENCE: Duration = Duration::from_secs(30);
const CREATED: &str = "public_escalation.escalation_created_v1";
const STATUS_UPDATED: &str = "public_escalation.escalation_status_updated_v1";
/// The name of the file with the certificates that a process believes.
const CERTIFICATES: &str = "certificates.pem";
/// What stands in front of the server.
const PUBLIC: &str = "https://paths.example.com/tools";

async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let late = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < late, "{what} never came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn at(clock: &Clock, after: i64) {
    clock.set(NOON + after);
    // Once more when nothing is due, so that what is to be sent is looked at.
    while clock.tick().await.unwrap() > 0 {}
}

fn target(user: &str, urgency: &str) -> Value {
    json!({"type": "user", "id": user, "urgency": urgency})
}

fn level(id: &str, targets: &[Value]) -> Value {
    json!({"id": id, "type": "level", "level": {"time_to_ack_seconds": 900, "targets": targets}})
}

async fn send(server: &Server, method: Method, path: &str, body: &Value) -> Value {
    let said = server.call(method, path, Some(body)).await;
    assert!(said.status.is_success(), "{path}: {:#}", said.body);
    said.body
}

async fn page(server: &Server, levels: Value, title: &str) -> String {
    let made = send(server, Method::POST, "/v2/escalation_paths", &json!({"name": "Two", "path": levels})).await;
    let body = json!({"idempotency_key": title, "title": title, "description": "<b>Look</b> & see",
        "escalation_path_id": made["escalation_path"]["id"]});
    let made = send(server, Method::POST, "/v2/escalations", &body).await;
    made["escalation"]["id"].as_str().unwrap().to_string()
}

async fn deliveries(server: &Server, id: &str) -> Vec<Value> {
    server.get(&format!("/builder/v1/escalations/{id}")).await.body["deliveries"].as_array().unwrap().clone()
}

async fn status(server: &Server, id: &str) -> String {
    let shown = server.get(&format!("/v2/escalations/{id}")).await.body;
    shown["escalation"]["status"].as_str().unwrap().to_string()
}

async fn respond(server: &Server, id: &str, user: &str, body: &Value) {
    let request = server.request(Method::POST, &format!("/v2/escalations/{id}/actions/respond"));
    let said = answer(request.header("x-incident-user", user).json(body)).await;
    assert_eq!(said.status, StatusCode::OK, "{:#}", said.body);
}

async fn endpoint(server: &Server, body: &Value) -> (String, String) {
    let made = send(server, Method::POST, "/builder/v1/webhook_endpoints", body).await;
    let text = |field: &str| made["webhook_endpoint"][field].as_str().unwrap().to_string();
    (text("id"), text("secret"))
}

/// A secret without what all of them begin with.
fn bare(secret: &str) -> &str {
    secret.strip_prefix("whsec_").unwrap()
}

/// With a mail server at an address.
fn mailing(address: std::net::SocketAddr) -> Vec<String> {
    let smtp = format!("smtp://{address}");
    let more = ["--smtp", &smtp, "--smtp-from", "Paging <paging@example.com>", "--public-url", PUBLIC];
    more.map(str::to_string).to_vec()
}

async fn standing_with_mail(clock: &Clock, mail: std::net::SocketAddr, more: &[&str]) -> Server {
    let mailing = mailing(mail);
    let options: Vec<&str> = mailing.iter().map(String::as_str).chain(more.iter().copied()).collect();
    Server::standing(clock, TempDir::new().unwrap(), &options).await
}

async fn mails(server: &MailServer, count: usize) -> Vec<Mail> {
    until("the mail", async || Some(server.mails()).filter(|mails| mails.len() >= count)).await
}

/// Follows a link as what stands in front passes it on.
async fn follow(server: &Server, method: Method, link: &str) -> (StatusCode, String) {
    let path = link.strip_prefix(PUBLIC).unwrap();
    let said = answer(server.request(method, path).header("host", "paths.example.com")).await;
    if said.status != StatusCode::METHOD_NOT_ALLOWED {
        let policy = said.headers["content-security-policy"].to_str().unwrap().to_string();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(policy.contains("form-action 'self'") && !policy.contains("script"), "{policy}");
        assert_eq!(
            (&said.headers["referrer-policy"], &said.headers["cache-control"]),
            (&"no-referrer".parse().unwrap(), &"no-store".parse().unwrap())
        );
    }
    (said.status, said.body.as_str().unwrap_or_default().to_string())
}

#[tokio::test]
async fn webhooks_are_signed_and_say_what_the_vendors_say() {
    let server = Server::demo().await;
    let (all, created) = (Receiver::start(Manner::Takes).await, Receiver::start(Manner::Takes).await);
    let (id, secret) = endpoint(&server, &json!({"url": all.url})).await;
    let (other, _) = endpoint(&server, &json!({"url": created.url, "event_types": [CREATED]})).await;
    let escalation = page(&server, json!([level("a", &[target(MAYA, "high")])]), "one").await;
    until("the page", async || (status(&server, &escalation).await == "triggered").then_some(())).await;
    respond(&server, &escalation, MAYA, &json!({"response": "ack"})).await;
    let hooks = until("the events", async || Some(all.hooks()).filter(|hooks| hooks.len() >= 3)).await;

    let verifier = Webhook::new(&secret).unwrap();
    let (mut ids, mut told) = (BTreeSet::new(), Vec::new());
    for hook in &hooks {
        verifier.verify(&hook.body, &hook.headers).unwrap();
        let mut forged = hook.body.to_vec();
        forged.push(b' ');
        assert!(verifier.verify(&forged, &hook.headers).is_err());
        assert!(ids.insert(hook.headers["webhook-id"].to_str().unwrap().to_string()));
        let body: Value = serde_json::from_slice(&hook.body).unwrap();
        let kind = body["event_type"].as_str().unwrap().to_string();
        is_a(if kind == CREATED { "EscalationV2" } else { "EscalationWithStatusChangeV2" }, &body[&kind], &kind);
        told.push((kind.clone(), body[&kind].clone()));
    }
    // In whatever order they come.
    let find = |kind: &str, status: &str| {
        let fits =
            |(one, said): &&(String, Value)| one == kind && (said["status"] == status || said["new_status"] == status);
        told.iter().find(fits).unwrap_or_else(|| panic!("{kind} {status}")).1.clone()
    };
    let begun = find(CREATED, "pending");
    assert_eq!((&begun["id"], &begun["title"]), (&json!(escalation), &json!("one")));
    let triggered = find(STATUS_UPDATED, "triggered");
    assert_eq!((&triggered["previous_status"], &triggered["actor"]), (&json!("pending"), &Value::Null));
    assert_eq!(triggered["escalation"]["status"], "triggered", "as it was then");
    let acked = find(STATUS_UPDATED, "acked");
    assert_eq!((&acked["previous_status"], &acked["actor"]["user"]["id"]), (&json!("triggered"), &json!(MAYA)));
    let events = acked["escalation"]["events"].as_array().unwrap();
    assert_eq!(events.last().unwrap()["event"], "acked");
    let of_webhooks: BTreeSet<_> = deliveries(&server, &escalation)
        .await
        .iter()
        .filter(|one| one["kind"] == "webhook" && one["message"]["endpoint_id"] == json!(id))
        .map(|one| one["id"].as_str().unwrap().to_string())
        .collect();
    assert_eq!(of_webhooks, ids, "the id of a webhook is that of its delivery");
    let first: Value = serde_json::from_slice(&created.hooks()[0].body).unwrap();
    assert_eq!((created.hooks().len(), &first["event_type"]), (1, &json!(CREATED)));

    // The secret is told once.
    for url in [
        "/builder/v1/webhook_endpoints".to_string(),
        format!("/builder/v1/webhook_endpoints/{id}"),
        format!("/builder/v1/escalations/{escalation}"),
    ] {
        let said = server.get(&url).await;
        assert!(said.status.is_success() && !said.body.to_string().contains(bare(&secret)), "{url}");
    }
    for gone in [&id, &other] {
        let url = format!("/builder/v1/webhook_endpoints/{gone}");
        assert_eq!(server.call(Method::DELETE, &url, None).await.status, StatusCode::NO_CONTENT);
        assert_eq!(server.get(&url).await.status, StatusCode::NOT_FOUND);
    }
    let quiet = page(&server, json!([level("a", &[target(MAYA, "high")])]), "two").await;
    assert!(deliveries(&server, &quiet).await.iter().all(|one| one["kind"] != "webhook"));
}

#[tokio::test]
async fn endpoints_are_refused_by_name() {
    let server = Server::demo().await;
    for (body, pointer) in [
        (json!({}), "url"),
        (json!({"url": "http://example.com/"}), "url"),
        (json!({"url": "https://a:b@example.com/"}), "url"),
        (json!({"url": "https://example.com/\n"}), "url"),
        (json!({"url": format!("https://example.com/{}", "x".repeat(1_000))}), "url"),
        (json!({"url": "https://example.com/", "event_types": []}), "event_types"),
        (json!({"url": "https://example.com/", "event_types": "all"}), "event_types"),
        (json!({"url": "https://example.com/", "event_types": [CREATED, "schedule.shift_change_v1"]}), "event_types.1"),
        (json!({"url": "https://example.com/", "event_types": [CREATED, CREATED]}), "event_types.1"),
    ] {
        let refused = server.call(Method::POST, "/builder/v1/webhook_endpoints", Some(&body)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(refused.body["errors"][0]["source"]["pointer"], pointer, "{body}");
    }
    let open = Server::with(TempDir::new().unwrap(), &["--allow-http-webhooks"]).await;
    endpoint(&open, &json!({"url": "http://example.com/"})).await;
}

#[tokio::test]
async fn a_receiver_that_fails_is_asked_again_and_holds_nobody_up() {
    let clock = Clock::standing(NOON);
    let server = Server::standing(&clock, TempDir::new().unwrap(), &[]).await;
    let (bad, good) = (Receiver::start(Manner::Answers(500)).await, Receiver::start(Manner::Takes).await);
    let (failing, secret) = endpoint(&server, &json!({"url": bad.url, "event_types": [CREATED]})).await;
    let (away, _) =
        endpoint(&server, &json!({"url": format!("http://{}/", nowhere()), "event_types": [CREATED]})).await;
    endpoint(&server, &json!({"url": good.url, "event_types": [CREATED]})).await;
    let id = page(&server, json!([level("a", &[target(MAYA, "high")])]), "one").await;
    let of = async |endpoint: &str| {
        let all = deliveries(&server, &id).await;
        all.into_iter().find(|one| one["message"]["endpoint_id"] == json!(endpoint)).unwrap()
    };
    let fails_with = async |endpoint: &str, what: &str| {
        until(what, async || {
            Some(of(endpoint).await).filter(|one| one["error"].as_str().is_some_and(|error| error.contains(what)))
        })
        .await
    };
    fails_with(&failing, "answered 500").await;
    fails_with(&away, "could not be reached").await;
    until("the good one's", async || (good.hooks().len() == 1).then_some(())).await;

    bad.behave(Manner::Redirects);
    at(&clock, 2).await;
    fails_with(&failing, "redirects are not followed").await;
    assert_eq!(bad.hooks().len(), 2, "and none came elsewhere");
    bad.behave(Manner::AnswersForEver);
    at(&clock, 10).await;
    let sent = until("it", async || Some(of(&failing).await).filter(|one| one["status"] == "sent")).await;
    assert_eq!(sent["tries"], 3);
    let hooks = bad.hooks();
    let same = |hook: &receivers::Hook| (hook.headers["webhook-id"].clone(), hook.body.clone());
    assert!(hooks.iter().all(|hook| same(hook) == same(&hooks[0])), "the same each time");
    let verifier = Webhook::new(&secret).unwrap();
    for hook in &hooks {
        // The clock that stands is too far off to be verified with.
        let header = |name: &str| hook.headers[name].to_str().unwrap();
        let signature = verifier.sign(header("webhook-id"), header("webhook-timestamp").parse().unwrap(), &hook.body);
        assert_eq!(header("webhook-signature"), signature.unwrap());
    }

    // Which is not there at all is dead in the end, and can be sent again by hand.
    let mut after = 10;
    let dead = until("the end", async || {
        after += 600;
        at(&clock, after).await;
        Some(of(&away).await).filter(|one| one["status"] == "dead")
    })
    .await;
    assert_eq!(dead["tries"], 12);
    let listed = server.get("/builder/v1/deliveries").await.body;
    assert_eq!(listed["deliveries"][0]["id"], dead["id"]);
    let url = format!("/builder/v1/deliveries/{}/actions/retry", dead["id"].as_str().unwrap());
    assert_eq!(server.call(Method::POST, &url, Some(&json!({}))).await.status, StatusCode::NO_CONTENT);
    until("a try", async || Some(of(&away).await).filter(|one| one["tries"] == 1 && one["error"].is_string())).await;
}

#[tokio::test]
async fn a_receiver_that_never_answers_holds_nobody_up_and_no_stop() {
    let mail = MailServer::start();
    let clock = Clock::standing(NOON);
    let server = standing_with_mail(&clock, mail.address, &[]).await;
    let (slow, good) = (Receiver::start(Manner::NeverAnswers).await, Receiver::start(Manner::Takes).await);
    for receiver in [&slow, &good] {
        endpoint(&server, &json!({"url": receiver.url, "event_types": [CREATED]})).await;
    }
    let id = page(&server, json!([level("a", &[target(MAYA, "high")])]), "one").await;
    until("the slow one's", async || (slow.hooks().len() == 1).then_some(())).await;
    until("the good one's", async || (good.hooks().len() == 1).then_some(())).await;
    at(&clock, 1).await;
    mails(&mail, 1).await;
    let late = until("the end of patience", async || {
        let all = deliveries(&server, &id).await;
        all.into_iter().find(|one| one["error"] == "the endpoint did not answer in time")
    })
    .await;
    assert_eq!(late["status"], "waiting");
    at(&clock, 60).await;
    until("another try", async || (slow.hooks().len() == 2).then_some(())).await;
    let asked = Instant::now();
    let folder = server.stopped().await;
    assert!(asked.elapsed() < Duration::from_secs(8), "{:?}", asked.elapsed());
    let mut database = Database::of(folder.path()).await;
    let query = "select count(*) || ' ' || min(error) from deliveries where status = 'waiting'";
    assert_eq!(database.text(query, &[]).await.unwrap(), "1 the server stopped while it was sent");
}

#[tokio::test]
async fn a_page_is_a_mail_by_which_the_person_answers() {
    let mail = MailServer::start();
    let clock = Clock::standing(NOON);
    // Whoever has the link needs no other right.
    let server = standing_with_mail(&clock, mail.address, &["--user-header", "x-user", "--editor", "me"]).await;
    let as_me = async |method: Method, path: &str, body: &Value| {
        let said = answer(server.request(method, path).header("x-user", "me").json(body)).await;
        assert!(said.status.is_success(), "{path}: {:#}", said.body);
        said.body
    };
    let levels = json!([level("a", &[target(MAYA, "high"), target(TOM, "high")]), level("b", &[target(TOM, "low")])]);
    let made = as_me(Method::POST, "/v2/escalation_paths", &json!({"name": "Two", "path": levels})).await;
    let begin = async |title: &str, after: i64| {
        let body = json!({"idempotency_key": title, "title": title, "description": "<b>Look</b> & see\n.\nend",
            "escalation_path_id": made["escalation_path"]["id"]});
        let made = as_me(Method::POST, "/v2/escalations", &body).await;
        at(&clock, after).await;
        made["escalation"]["id"].as_str().unwrap().to_string()
    };
    let title = "Checkout <script>alert(1)</script>\r\nBcc: eve@example.com\r\n\r\nü";
    let id = begin(title, 1).await;
    let all = mails(&mail, 2).await;
    let to = |who: &str, all: &[Mail]| all.iter().rfind(|mail| mail.to[0].contains(who)).unwrap().clone();
    let (maya, tom) = (to("maya", &all), to("tom", &all));
    assert_eq!((maya.to.len(), maya.header("Bcc").len(), maya.header("To").len()), (1, 0, 1), "nothing is injected");
    assert_eq!(maya.header("Subject"), ["[high] Checkout <script>alert(1)</script> Bcc: eve@example.com ü"]);
    assert_eq!(maya.header("Auto-Submitted"), ["auto-generated"]);
    let (text, html) = (maya.part("text/plain"), maya.part("text/html"));
    assert!(text.contains("You are paged at high urgency: ") && text.contains("<b>Look</b> & see\n.\nend"), "{text}");
    assert!(html.contains("&lt;b&gt;Look&lt;/b&gt; &amp; see") && !html.contains("<script"), "{html}");
    let sent = deliveries(&server, &id).await;
    let of_maya = sent.iter().find(|one| one["kind"] == "email" && one["message"]["user_id"] == MAYA).unwrap();
    assert_eq!(maya.header("Message-ID"), [format!("<{}@example.com>", of_maya["id"].as_str().unwrap())]);
    assert!(!of_maya.to_string().contains("respond?t="), "no link is kept");

    // To look changes nothing, however often.
    let [ack, nack] = maya.links();
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let (code, said) = follow(&server, method.clone(), &ack).await;
        assert_eq!(code, StatusCode::OK);
        if method == Method::GET {
            assert!(said.contains("<form method=\"post\">") && said.contains("Checkout &lt;script&gt;"), "{said}");
            assert!(!said.contains("<script") && said.contains("&lt;b&gt;Look"), "{said}");
        }
    }
    assert_eq!(status(&server, &id).await, "triggered");
    for method in [Method::PUT, Method::DELETE] {
        assert!(!follow(&server, method, &ack).await.0.is_success());
    }
    // What is not ours, or put together from two of ours, is nothing.
    let [tom_ack, _] = tom.links();
    let (mine, theirs) = (ack.split_once('.').unwrap(), tom_ack.split_once('.').unwrap());
    let (head, tail) = (ack.rsplit_once('.').unwrap(), tom_ack.rsplit_once('.').unwrap());
    assert!(mine != theirs);
    let forged = format!("{}.{}", tail.0, head.1);
    for link in [
        forged,
        ack.strip_suffix(|_: char| true).unwrap().to_string(),
        format!("{PUBLIC}/respond"),
        format!("{PUBLIC}/respond?t=a.b"),
    ] {
        for method in [Method::GET, Method::POST] {
            let (code, said) = follow(&server, method, &link).await;
            assert_eq!(code, StatusCode::FORBIDDEN, "{link}");
            assert!(said.contains("This link is not valid"), "{said}");
        }
    }
    assert_eq!(status(&server, &id).await, "triggered");

    let (code, said) = follow(&server, Method::POST, &ack).await;
    assert!(code == StatusCode::OK && said.contains("You have acknowledged this escalation."), "{said}");
    assert_eq!(status(&server, &id).await, "acked");
    let step = server.get(&format!("/v2/escalations/{id}")).await.body;
    assert_eq!(step["escalation"]["events"].as_array().unwrap().last().unwrap()["users"][0]["id"], MAYA);
    for (method, link, says) in [
        (Method::GET, &ack, "You have already acknowledged"),
        (Method::POST, &ack, "You have already acknowledged"),
        (Method::POST, &nack, "You have already acknowledged"),
        (Method::GET, &tom_ack, "already acknowledged, by Maya Chen"),
        (Method::POST, &tom_ack, "already acknowledged, by Maya Chen"),
    ] {
        let (code, said) = follow(&server, method, link).await;
        assert!(code == StatusCode::OK && said.contains(says) && !said.contains("<form"), "{says}: {said}");
    }

    // Declined: the other one goes on; and when it is over, that is said.
    let id = begin("another", 1).await;
    let all = mails(&mail, 4).await;
    let ([ack, nack], [tom_ack, tom_nack]) = (to("maya", &all).links(), to("tom", &all).links());
    let (_, said) = follow(&server, Method::POST, &nack).await;
    assert!(said.contains("You have declined."), "{said}");
    let (_, said) = follow(&server, Method::POST, &nack).await;
    assert!(said.contains("has been answered, or it is over"), "{said}");
    let (_, said) = follow(&server, Method::POST, &ack).await;
    assert!(said.contains("has been answered, or it is over"), "{said}");
    assert_eq!(status(&server, &id).await, "triggered");
    follow(&server, Method::POST, &tom_nack).await;
    at(&clock, 2).await;
    assert_eq!(mails(&mail, 5).await.last().unwrap().header("Subject"), ["[low] another"], "the next level");
    as_me(Method::POST, &format!("/v2/escalations/{id}/actions/cancel"), &json!({})).await;
    let (code, said) = follow(&server, Method::POST, &tom_ack).await;
    assert!(code == StatusCode::OK && said.contains("it is cancelled"), "{said}");

    // For ever it is good for nothing.
    begin("a third", 3).await;
    let [ack, _] = to("maya", &mails(&mail, 7).await).links();
    clock.set(NOON + 72 * 3_600 + 3);
    for method in [Method::GET, Method::POST] {
        let (code, said) = follow(&server, method, &ack).await;
        assert!(code == StatusCode::GONE && said.contains("This link has expired"), "{said}");
    }
}

#[tokio::test]
async fn a_mail_server_that_was_away_gets_the_mail_when_it_is_back() {
    let address = nowhere();
    let clock = Clock::standing(NOON);
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("password"), "open sesame\n").unwrap();
    let file = folder.path().join("password").display().to_string();
    let mut options = mailing(address);
    options[1] = format!("smtp://pager%40example.com@{address}");
    options.extend(["--smtp-password-file".to_string(), file]);
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let server = Server::standing(&clock, folder, &options).await;
    let id = page(&server, json!([level("a", &[target(MAYA, "high")])]), "one").await;
    at(&clock, 1).await;
    let of_mail = async || deliveries(&server, &id).await.into_iter().find(|one| one["kind"] == "email").unwrap();
    let waiting = until("the failure", async || Some(of_mail().await).filter(|one| one["error"].is_string())).await;
    assert!(waiting["error"].as_str().unwrap().starts_with("the mail server did not take it"), "{waiting:#}");
    let mail = MailServer::on(address, true);
    at(&clock, 10).await;
    let sent = until("it", async || Some(of_mail().await).filter(|one| one["status"] == "sent")).await;
    assert_eq!(sent["id"], waiting["id"]);
    let all = mails(&mail, 1).await;
    assert_eq!((all.len(), all[0].header("From")), (1, vec!["Paging <paging@example.com>".to_string()]));
}

#[tokio::test]
async fn a_mail_server_that_does_not_know_us_is_told_of() {
    let mail = MailServer::on(nowhere(), true);
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("password"), "close sesame").unwrap();
    let mut options = mailing(mail.address);
    options[1] = format!("smtp://pager%40example.com@{}", mail.address);
    options.extend(["--smtp-password-file".to_string(), folder.path().join("password").display().to_string()]);
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let server = Server::with(folder, &options).await;
    let id = page(&server, json!([level("a", &[target(MAYA, "high")])]), "one").await;
    let failed = until("the failure", async || {
        let all = deliveries(&server, &id).await;
        all.into_iter().find(|one| one["kind"] == "email" && one["error"].is_string())
    })
    .await;
    assert!(!failed.to_string().contains("sesame"), "{failed:#}");
    assert!(mail.mails().is_empty());
}

#[tokio::test]
async fn mail_that_cannot_be_sent_as_it_is_set_up_is_said_at_the_start() {
    let refused = async |smtp: &str, from: &str| {
        let folder = TempDir::new().unwrap();
        let options = ["--smtp", smtp, "--smtp-from", from, "--public-url", PUBLIC];
        match start(config(folder.path(), &options)).await {
            Err(error) => error.to_string(),
            Ok(_) => panic!("{smtp} {from}"),
        }
    };
    for (smtp, what) in [
        ("smtp://a:hunter2@localhost", "the password must not be in it"),
        ("http://localhost", "must begin with smtps:// or smtp://"),
        ("smtp://a@localhost", "there is a user, and no password"),
        ("smtp://localhost/x", "nothing else"),
        ("localhost", "must look like"),
    ] {
        let said = refused(smtp, "paging@example.com").await;
        assert!(said.contains(what) && !said.contains("hunter2"), "{smtp}: {said}");
    }
    assert!(refused("smtp://localhost", "nobody").await.contains("--smtp-from must be an address"));
}

#[tokio::test]
async fn a_persons_rules_say_which_is_sent_when_and_an_answer_drops_the_rest() {
    let mail = MailServer::start();
    let clock = Clock::standing(NOON);
    let server = standing_with_mail(&clock, mail.address, &[]).await;
    let url = |api: &str, list: &str| format!("/{api}/users/{MAYA}/notification_{list}");
    let default = server.get(&url("v2", "methods")).await.body;
    assert_eq!(default["notification_methods"][0]["address"], "maya.chen@northlight.example");
    assert_eq!(default["notification_methods"][0]["is_usable"], true);
    assert_eq!(server.get(&url("v2", "rules")).await.body["notification_rules"].as_array().unwrap().len(), 2);

    let methods = json!({"notification_methods": [
        {"id": "work", "method_type": "email", "address": "maya@work.example"},
        {"method_type": "email", "address": "maya@home.example"}]});
    let kept = send(&server, Method::PUT, &url("builder/v1", "methods"), &methods).await;
    assert_eq!(server.get(&url("v2", "methods")).await.body, kept);
    assert_eq!(kept["notification_methods"][1]["id"].as_str().unwrap().len(), 26);
    let rules = json!({"notification_rules": [
        {"rule_type": "high_urgency", "method_type": "email", "method_target": {"type": "specific", "specific": {"id": "work"}}},
        {"id": "later", "rule_type": "high_urgency", "delay_seconds": 300, "method_type": "email", "method_target": {"type": "all", "all": {}}}]});
    let kept = send(&server, Method::PUT, &url("builder/v1", "rules"), &rules).await;
    assert_eq!(server.get(&url("v2", "rules")).await.body, kept);
    // What was read can be sent again.
    assert_eq!(send(&server, Method::PUT, &url("builder/v1", "rules"), &kept).await, kept);

    // One at once, two after five minutes; the times are from the page on.
    let id = page(&server, json!([level("a", &[target(MAYA, "high")])]), "one").await;
    at(&clock, 1).await;
    let told = async |id: &str| {
        let all = deliveries(&server, id).await;
        let word = |one: &Value, field: &str| one[field].as_str().unwrap_or_default().to_string();
        all.iter().map(|one| (word(one, "kind"), word(one, "status"), word(one, "try_at"))).collect::<Vec<_>>()
    };
    assert_eq!(mails(&mail, 1).await[0].to, ["maya@work.example"]);
    let (email, later) = ("email".to_string(), "2026-03-04T12:05:01.000Z".to_string());
    let waits = (email.clone(), "waiting".to_string(), later);
    until("the note", async || (told(&id).await[0].1 == "sent").then_some(())).await;
    assert_eq!(told(&id).await[1..], [waits.clone(), waits]);
    at(&clock, 300).await;
    assert_eq!(mail.mails().len(), 1, "not before its time");
    at(&clock, 301).await;
    let all = mails(&mail, 3).await;
    let to: BTreeSet<_> = all[1..].iter().map(|mail| mail.to[0].as_str()).collect();
    assert_eq!(to, ["maya@home.example", "maya@work.example"].into());

    // Whoever has answered, or where it is over, is told no more.
    for (number, (ends, path, body)) in [
        ("the escalation was acked by then", "respond", json!({"response": "ack"})),
        ("the escalation was cancelled by then", "cancel", json!({})),
        ("the page was answered", "respond", json!({"response": "nack"})),
        (
            "the escalation was snoozed",
            "respond",
            json!({"response": "snooze", "snooze_details": {"snooze_until": "2026-03-04T13:30:00Z"}}),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let levels = json!([level("a", &[target(MAYA, "high"), target(TOM, "low")])]);
        let begun = 1_000 + 10 * i64::try_from(number).unwrap();
        clock.set(NOON + begun);
        let id = page(&server, levels, ends).await;
        at(&clock, begun + 1).await;
        until("the mail", async || {
            (told(&id).await.iter().filter(|one| one.0 == "email" && one.1 == "sent").count() == 2).then_some(())
        })
        .await;
        let url = format!("/v2/escalations/{id}/actions/{path}");
        let said = answer(server.request(Method::POST, &url).header("x-incident-user", MAYA).json(&body)).await;
        assert!(said.status.is_success(), "{:#}", said.body);
        // With the answer, and not some time after it.
        let all = deliveries(&server, &id).await;
        let dropped: Vec<_> = all.iter().filter(|one| one["status"] == "dropped").collect();
        assert_eq!(dropped.len(), 2, "{all:#?}");
        assert!(dropped.iter().all(|one| one["error"] == ends && one["message"]["rule_id"] == "later"), "{dropped:#?}");
        send(&server, Method::POST, &format!("/v2/escalations/{id}/actions/cancel"), &json!({})).await;
    }
    let count = mail.mails().len();
    assert_eq!(count, 3 + 4 * 2);
    at(&clock, 2_000).await;
    let listed = server.get("/builder/v1/deliveries?status=dropped").await.body;
    assert_eq!(listed["deliveries"].as_array().unwrap().len(), 8);

    // Whom no rule is for is in the log, and why; whoever has none again is told as at first.
    let id = page(&server, json!([level("a", &[target(MAYA, "low")])]), "low").await;
    at(&clock, 2_001).await;
    let all = deliveries(&server, &id).await;
    assert_eq!((all.len(), &all[0]["kind"]), (1, &json!("log")), "{all:#?}");
    assert_eq!(all[0]["message"]["reason"], "no rule of this person leads anywhere");
    for (list, empty) in
        [("rules", json!({"notification_rules": []})), ("methods", json!({"notification_methods": []}))]
    {
        send(&server, Method::PUT, &url("builder/v1", list), &empty).await;
    }
    assert_eq!(server.get(&url("v2", "methods")).await.body, default);
    let id = page(&server, json!([level("a", &[target(MAYA, "low")])]), "again").await;
    at(&clock, 2_002).await;
    let last = mails(&mail, count + 1).await.last().unwrap().clone();
    assert_eq!(last.to, ["maya.chen@northlight.example"]);
    let kinds: Vec<_> = told(&id).await.into_iter().map(|one| one.0).collect();
    assert_eq!(kinds, ["log", "email"]);
}

#[tokio::test]
async fn what_is_wrong_with_methods_and_rules_is_said_where() {
    let server = Server::demo().await;
    let all = json!({"type": "all"});
    let method = |id: &str| json!({"id": id, "method_type": "email", "address": "a@example.com"});
    let rule = |target: Value| json!({"rule_type": "low_urgency", "method_type": "email", "method_target": target});
    let methods = |list: Value| ("methods", json!({"notification_methods": list}));
    let rules = |list: Value| ("rules", json!({"notification_rules": list}));
    let with = |mut value: Value, field: &str, to: Value| {
        value[field] = to;
        value
    };
    for ((list, body), pointer) in [
        (("methods", json!({})), "notification_methods"),
        (methods(json!([1])), "notification_methods.0"),
        (methods((0..21).map(|n| method(&n.to_string())).collect()), "notification_methods"),
        (methods(json!([method("a"), method("a")])), "notification_methods.1.id"),
        (methods(json!([method("a b")])), "notification_methods.0.id"),
        (methods(json!([with(method("a"), "method_type", json!("phone"))])), "notification_methods.0.method_type"),
        (
            methods(json!([with(method("a"), "address", json!("a@example.com\nBcc: b@example.com"))])),
            "notification_methods.0.address",
        ),
        (
            methods(json!([with(method("a"), "address", json!(format!("a@{}.com", "x".repeat(300))))])),
            "notification_methods.0.address",
        ),
        (methods(json!([with(method("a"), "colour", json!("red"))])), "notification_methods.0.colour"),
        (rules(json!([with(rule(all.clone()), "rule_type", json!("loud"))])), "notification_rules.0.rule_type"),
        (rules(json!([with(rule(all.clone()), "delay_seconds", json!(1_201))])), "notification_rules.0.delay_seconds"),
        (rules(json!([with(rule(all.clone()), "delay_seconds", json!(1.5))])), "notification_rules.0.delay_seconds"),
        (rules(json!([rule(json!({"type": "some"}))])), "notification_rules.0.method_target.type"),
        (rules(json!([rule(json!({"type": "specific"}))])), "notification_rules.0.method_target.specific.id"),
        (
            rules(json!([rule(all.clone()), rule(json!({"type": "specific", "specific": {"id": "gone"}}))])),
            "notification_rules.1.method_target.specific.id",
        ),
        (rules((0..51).map(|_| rule(all.clone())).collect()), "notification_rules"),
    ] {
        let url = format!("/builder/v1/users/{MAYA}/notification_{list}");
        let refused = server.call(Method::PUT, &url, Some(&body)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(refused.body["errors"][0]["source"]["pointer"], pointer, "{:#}", refused.body);
    }
    // A method that a rule names stays as long as the rule does.
    let url = |list: &str| format!("/builder/v1/users/{MAYA}/notification_{list}");
    send(&server, Method::PUT, &url("methods"), &json!({"notification_methods": [method("a")]})).await;
    let named = json!({"type": "specific", "specific": {"id": "a"}});
    send(&server, Method::PUT, &url("rules"), &json!({"notification_rules": [rule(named)]})).await;
    let refused =
        server.call(Method::PUT, &url("methods"), Some(&json!({"notification_methods": [method("b")]}))).await;
    assert_eq!(refused.body["errors"][0]["source"]["pointer"], "notification_methods");
    // Without a mail server nothing goes by mail, and that is said.
    assert_eq!(
        server.get(&format!("/v2/users/{MAYA}/notification_methods")).await.body["notification_methods"][0]["is_usable"],
        false
    );
    for path in ["/v2/users/NOBODY/notification_methods", "/v2/users/NOBODY/notification_rules"] {
        assert_eq!(server.get(path).await.status, StatusCode::NOT_FOUND);
    }
}

/// With the mail server that asks who sends.
fn mailing_as_pager(mail: std::net::SocketAddr) -> Vec<String> {
    let mut options = mailing(mail);
    options[1] = format!("smtp://pager%40example.com@{mail}");
    options
}

/// A server as a process, and what it says. The certificates that it believes are those of a file in its folder, if that
/// is there.
fn process(folder: &Path, options: &[String], said: &Arc<Mutex<String>>) -> (Child, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_escalation-server"));
    command.args(["--listen", "127.0.0.1:0", "--app"]).arg(common::app(folder)).arg("--data").arg(folder.join("data"));
    command.args(options).env("ESCALATION_SMTP_PASSWORD", "open sesame").env("RUST_LOG", "debug");
    if let Some(database) = database::address(folder) {
        command.env("ESCALATION_DATABASE", database);
    }
    if folder.join(CERTIFICATES).exists() {
        command.env("SSL_CERT_FILE", folder.join(CERTIFICATES));
    }
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let said = Arc::clone(said);
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| said.lock().unwrap().push_str(&line)));
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let base = line.trim().rsplit(' ').next().unwrap().trim_end_matches('/').to_string();
    assert!(base.starts_with("http://"), "{line}");
    (child, base)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_being_sent_when_the_server_was_killed_has_the_same_id_again_and_no_secret_is_logged() {
    let _already = rustls::crypto::ring::default_provider().install_default();
    let (folder, said, mail) =
        (TempDir::new().unwrap(), Arc::new(Mutex::new(String::new())), MailServer::on(nowhere(), true));
    let (mut child, base) = process(folder.path(), &mailing_as_pager(mail.address), &said);
    let client = Client::new();
    let receiver = Receiver::start(Manner::NeverAnswers).await;
    let body = json!({"url": receiver.url, "event_types": [CREATED]});
    let made = client.post(format!("{base}/builder/v1/webhook_endpoints")).json(&body).send().await.unwrap();
    let made: Value = made.json().await.unwrap();
    let secret = made["webhook_endpoint"]["secret"].as_str().unwrap().to_string();
    let body = json!({"idempotency_key": "k", "title": "one", "user_ids": [MAYA]});
    let made = client.post(format!("{base}/v2/escalations")).json(&body).send().await.unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    // It has come, and the server does not know that yet.
    until("the first", async || (receiver.hooks().len() == 1).then_some(())).await;
    let links = mails(&mail, 1).await[0].links();
    let path = links[0].strip_prefix(PUBLIC).unwrap();
    let shown = client.get(format!("{base}{path}")).send().await.unwrap();
    assert_eq!(shown.status(), StatusCode::OK);
    child.kill().unwrap();
    child.wait().unwrap();
    // As if the time were up for which nobody else would take it.
    let mut database = Database::of(folder.path()).await;
    let query = "update deliveries set try_at = 0 where status = 'waiting' and kind = 'webhook' returning kind";
    assert_eq!(database.text(query, &[]).await.unwrap(), "webhook");
    database.close().await;
    receiver.behave(Manner::Takes);
    let (mut child, _) = process(folder.path(), &mailing_as_pager(mail.address), &said);
    until("the second", async || (receiver.hooks().len() == 2).then_some(())).await;
    let hooks = receiver.hooks();
    assert_eq!(hooks[0].headers["webhook-id"], hooks[1].headers["webhook-id"]);
    assert_eq!(hooks[0].body, hooks[1].body);
    for hook in &hooks {
        Webhook::new(&secret).unwrap().verify(&hook.body, &hook.headers).unwrap();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let said = said.lock().unwrap();
    let token = path.split_once("t=").unwrap().1;
    for secret in [bare(&secret), "sesame", token] {
        assert!(said.contains("/respond") && !said.contains(secret), "{secret} is in the log");
    }
}

#[tokio::test]
async fn pages_of_nodes_that_were_entered_at_once_are_each_answered_by_their_own_number() {
    let clock = Clock::standing(NOON);
    let server = Server::standing(&clock, TempDir::new().unwrap(), &[]).await;
    let channels = server.get("/builder/v1/channels").await.body;
    let channel = channels["channels"].as_array().unwrap().iter().find(|one| one["type"] == "slack_channel").unwrap();
    let posted = json!({"id": "c", "type": "notify_channel", "notify_channel": {"time_to_ack_seconds": 0, "targets": [
        {"type": "slack_channel", "id": channel["id"], "urgency": "high"}]}});
    let id = page(&server, json!([posted, level("a", &[target(MAYA, "high")])]), "one").await;
    at(&clock, 1).await;
    let all = until("both", async || Some(deliveries(&server, &id).await).filter(|all| all.len() == 2)).await;
    let entries: Vec<_> = all.iter().map(|one| one["message"]["entry"].as_i64().unwrap()).collect();
    assert!(entries[0] < entries[1], "{all:#?}");
    let body = json!({"response": "ack", "channel_id": channel["id"], "entry": entries[0]});
    let url = format!("/builder/v1/escalations/{id}/actions/respond");
    let said = server.call(Method::POST, &url, Some(&body)).await;
    assert_eq!(said.status, StatusCode::NO_CONTENT, "{:#}", said.body);
    assert_eq!(status(&server, &id).await, "acked");
}

#[tokio::test]
async fn an_escalation_that_was_set_aside_ends_for_those_who_are_told_too() {
    let clock = Clock::standing(NOON);
    let server = standing_with_mail(&clock, nowhere(), &[]).await;
    let receiver = Receiver::start(Manner::Takes).await;
    endpoint(&server, &json!({"url": receiver.url, "event_types": [STATUS_UPDATED]})).await;
    let id = page(&server, json!([level("a", &[target(MAYA, "high")])]), "one").await;
    at(&clock, 1).await;
    until("triggered", async || (receiver.hooks().len() == 1).then_some(())).await;
    let mut database = Database::of(server.folder.path()).await;
    database.execute("update escalations set state = '{'", &[]).await;
    at(&clock, 901).await;
    assert_eq!(status(&server, &id).await, "triggered");
    let url = format!("/v2/escalations/{id}/actions/cancel");
    assert_eq!(server.call(Method::POST, &url, None).await.status, StatusCode::OK);
    let hook = until("cancelled", async || receiver.hooks().get(1).cloned()).await;
    let body: Value = serde_json::from_slice(&hook.body).unwrap();
    assert_eq!(body[STATUS_UPDATED]["new_status"], "cancelled", "{body:#}");
    let all = deliveries(&server, &id).await;
    let mail = all.iter().find(|one| one["kind"] == "email").unwrap();
    assert_eq!((&mail["status"], &mail["error"]), (&json!("dropped"), &json!("the escalation was cancelled by then")));
}

#[tokio::test]
async fn an_alert_that_is_over_is_who_has_resolved_its_escalation() {
    let server = Server::demo().await;
    let receiver = Receiver::start(Manner::Takes).await;
    endpoint(&server, &json!({"url": receiver.url, "event_types": [STATUS_UPDATED]})).await;
    let source = json!({"name": "Prometheus", "routes": [{"user_ids": [MAYA]}]});
    let source = send(&server, Method::POST, "/builder/v1/alert_sources", &source).await["alert_source"].clone();
    for alert in ["firing", "resolved"] {
        let event = json!({"title": "CPU", "status": alert, "deduplication_key": "cpu"});
        let request = server.request(Method::POST, source["url"].as_str().unwrap());
        let said = answer(request.bearer_auth(source["secret"].as_str().unwrap()).json(&event)).await;
        assert_eq!(said.status, StatusCode::ACCEPTED, "{:#}", said.body);
    }
    let resolved = until("resolved", async || {
        let hooks = receiver.hooks().into_iter().map(|hook| serde_json::from_slice::<Value>(&hook.body).unwrap());
        hooks.map(|body| body[STATUS_UPDATED].clone()).find(|said| said["new_status"] == "resolved")
    })
    .await;
    is_a("EscalationWithStatusChangeV2", &resolved, STATUS_UPDATED);
    assert_eq!(resolved["actor"]["alert"]["title"], "CPU");
}

/// Begins an escalation at a process that pages Maya, and gives the delivery by e-mail once `fits` says so.
async fn mailed(base: &str, fits: impl Fn(&Value) -> bool) -> Value {
    let client = Client::new();
    let body = json!({"idempotency_key": "k", "title": "one", "user_ids": [MAYA]});
    let made = client.post(format!("{base}/v2/escalations")).json(&body).send().await.unwrap();
    let made: Value = made.json().await.unwrap();
    let url = format!("{base}/builder/v1/escalations/{}", made["escalation"]["id"].as_str().unwrap());
    until("the delivery", async || {
        let shown: Value = client.get(&url).send().await.unwrap().json().await.unwrap();
        let all = shown["deliveries"].as_array().unwrap().clone();
        all.into_iter().find(|one| one["kind"] == "email" && fits(one))
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_goes_encrypted_over_a_network_or_not_at_all() {
    let _already = rustls::crypto::ring::default_provider().install_default();
    // An address of this machine that is none of those that nobody else can listen on.
    let at = |scheme: &str, server: &MailServer| {
        let mut options = mailing(server.address);
        options[1] = format!("{scheme}://pager%40example.com@0.0.0.0:{}", server.address.port());
        options
    };
    let started = |options: &[String], certificate: Option<&str>| {
        let folder = TempDir::new().unwrap();
        if let Some(certificate) = certificate {
            std::fs::write(folder.path().join(CERTIFICATES), certificate).unwrap();
        }
        let (child, base) = process(folder.path(), options, &Arc::default());
        (folder, child, base)
    };
    for (scheme, wrapping) in [("smtp", Wrapping::Command), ("smtps", Wrapping::All)] {
        let (mail, certificate) = MailServer::encrypted(wrapping);
        let (_folder, mut child, base) = started(&at(scheme, &mail), Some(&certificate));
        mailed(&base, |one| one["status"] == "sent").await;
        let all = mail.mails();
        assert!(all.len() == 1 && all[0].is_encrypted, "{scheme}: {all:?}");
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // Neither to whom nobody vouches for, nor to whom has no encryption, and no password either.
    let (_, elsewhere) = MailServer::encrypted(Wrapping::All);
    for (scheme, mail) in [
        ("smtps", MailServer::encrypted(Wrapping::All).0),
        ("smtp", MailServer::encrypted(Wrapping::Command).0),
        ("smtp", MailServer::on(nowhere(), true)),
    ] {
        let (_folder, mut child, base) = started(&at(scheme, &mail), Some(&elsewhere));
        let failed = mailed(&base, |one| one["error"].is_string()).await;
        assert_eq!(failed["status"], "waiting", "{failed:#}");
        assert!(mail.mails().is_empty(), "{scheme}");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

#[tokio::test]
async fn a_page_that_was_due_when_nobody_had_answered_is_still_sent() {
    let address = nowhere();
    let clock = Clock::standing(NOON);
    let server = standing_with_mail(&clock, address, &[]).await;
    let rules = json!({"notification_rules": [
        {"rule_type": "high_urgency", "method_type": "email", "method_target": {"type": "all"}},
        {"id": "later", "rule_type": "high_urgency", "delay_seconds": 1_200, "method_type": "email", "method_target": {"type": "all"}}]});
    send(&server, Method::PUT, &format!("/builder/v1/users/{MAYA}/notification_rules"), &rules).await;
    let levels = || json!([level("a", &[target(MAYA, "high"), target(TOM, "high")])]);
    let tried = async |id: &str| {
        until("a try", async || {
            let mails = deliveries(&server, id).await.into_iter().filter(|one| one["kind"] == "email");
            let tried = mails.filter(|one| one["error"].is_string()).count();
            (tried == 2).then_some(())
        })
        .await;
    };
    let of = async |id: &str, user: &str| {
        let mails = deliveries(&server, id).await.into_iter().filter(|one| one["message"]["user_id"] == user);
        let mails = mails.filter(|one| one["kind"] == "email");
        mails.map(|one| (one["status"].clone(), one["error"].clone())).collect::<Vec<_>>()
    };
    // Nobody answers; Maya declines; and somebody cancels.
    let (unanswered, declined, cancelled) = (
        page(&server, levels(), "unanswered").await,
        page(&server, levels(), "declined").await,
        page(&server, levels(), "cancelled").await,
    );
    at(&clock, 1).await;
    for id in [&unanswered, &declined, &cancelled] {
        tried(id).await;
    }
    respond(&server, &declined, MAYA, &json!({"response": "nack"})).await;
    send(&server, Method::POST, &format!("/v2/escalations/{cancelled}/actions/cancel"), &json!({})).await;
    at(&clock, 901).await;
    for (id, ends) in [(&unanswered, "expired"), (&declined, "expired"), (&cancelled, "cancelled")] {
        assert_eq!(status(&server, id).await, ends);
    }
    let dropped = |why: &str| (json!("dropped"), json!(why));
    let expired = dropped("the escalation was expired by then");
    let maya = of(&unanswered, MAYA).await;
    assert_eq!(
        (maya[0].0.as_str(), &maya[1]),
        (Some("waiting"), &expired),
        "what was not due yet is not sent: {maya:?}"
    );
    let answered = dropped("the page was answered");
    assert_eq!(of(&declined, MAYA).await, [answered.clone(), answered]);
    let over = dropped("the escalation was cancelled by then");
    assert_eq!((of(&cancelled, MAYA).await, of(&cancelled, TOM).await), (vec![over.clone(), over.clone()], vec![over]));
    let mail = MailServer::on(address, false);
    at(&clock, 1_300).await;
    let mut to: Vec<_> = mails(&mail, 3).await.into_iter().flat_map(|mail| mail.to).collect();
    to.sort();
    assert_eq!(to, ["maya.chen@northlight.example", "tom.okafor@northlight.example", "tom.okafor@northlight.example"]);
}
