//! Whatever fails below the database, and whenever: what was acknowledged is there, and the server goes on without a
//! restart.

#![cfg(all(target_os = "linux", target_env = "gnu"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;
use crate::faulty;

use std::path::Path;

use common::{Answer, answer};
use faulty::{ALLOC, EIO, ENFILE, ENOMEM, ENOSPC, Fault, OPEN, Process, READ, SYNC, WRITE};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

const SCHEDULE: &str = "01J0SCHEDPRIMARY0000000000";

/// Something that can be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Save {
    Create,
    Replace,
    Delete,
    Restore,
    Expectations,
    Scenarios,
    CreateTemplate,
    ReplaceTemplate,
    DeleteTemplate,
    Pause,
    EndPause,
    Override,
    MoveOverride,
    DeleteOverride,
}

const ALL: [Save; 14] = [
    Save::Create,
    Save::Replace,
    Save::Delete,
    Save::Restore,
    Save::Expectations,
    Save::Scenarios,
    Save::CreateTemplate,
    Save::ReplaceTemplate,
    Save::DeleteTemplate,
    Save::Pause,
    Save::EndPause,
    Save::Override,
    Save::MoveOverride,
    Save::DeleteOverride,
];

/// A request that saves.
struct Request {
    method: Method,
    url: String,
    body: Value,
    /// Where it can be read then; with the id of the answer at the end if that is empty there.
    read: String,
    /// What is there, and where in the answer; nothing where there is nothing to be found.
    expected: Option<(&'static str, Value)>,
}

/// What was acknowledged, to be read now and later.
struct Saved {
    what: Save,
    url: String,
    expected: Option<(&'static str, Value)>,
}

struct Test {
    process: Process,
    client: Client,
    saved: Vec<Saved>,
    number: u32,
    layer: (String, String),
}

fn path(name: &str) -> Value {
    json!({"name": name, "path": [{"id": "a", "type": "level", "level": {"targets": [
        {"type": "user", "id": "01J0USERMAYA00000000000000", "urgency": "high"}]}}],
        // More than a page of the database.
        "pad": "x".repeat(9_000)})
}

fn template(name: &str) -> Value {
    json!({"name": name, "params": [{"name": "who", "label": "Who", "description": "", "type": "User", "array": false, "optional": true}],
        "path": path(name)["path"]})
}

impl Test {
    async fn start(folder: &Path) -> Self {
        let process = Process::start(folder);
        let _already = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().pool_max_idle_per_host(0).build().unwrap();
        let mut test = Self { process, client, saved: Vec::new(), number: 0, layer: (String::new(), String::new()) };
        let schedule = test.get(&format!("/v2/schedules/{}", SCHEDULE)).await.body;
        let rotation = &schedule["schedule"]["config"]["rotations"][0];
        let text = |value: &Value| value.as_str().unwrap().to_string();
        test.layer = (text(&rotation["id"]), text(&rotation["layers"][0]["id"]));
        test
    }

    async fn get(&self, url: &str) -> Answer {
        answer(self.client.get(format!("{}{url}", self.process.base))).await
    }

    async fn send(&self, request: &Request) -> Answer {
        let to = self.client.request(request.method.clone(), format!("{}{}", self.process.base, request.url));
        answer(to.json(&request.body)).await
    }

    /// Sends what must be done.
    async fn done(&self, request: &Request) -> String {
        let answer = self.send(request).await;
        assert!(answer.status.is_success(), "{} {}: {}", request.method, request.url, answer.body);
        id(&answer.body)
    }

    /// A request that saves something of its own, so that it can be told whether that was lost.
    async fn request(&mut self, save: Save) -> Request {
        self.number += 1;
        let name = format!("n{}", self.number);
        let paths = "/v2/escalation_paths/".to_string();
        let templates = "/v2/escalation_path_templates/".to_string();
        let pauses = "/v2/on_call_notification_pauses/".to_string();
        let overrides = "/v2/schedule_overrides/".to_string();
        let post = |url: &str, body: Value, read: String, expected| Request {
            method: Method::POST,
            url: url.trim_end_matches('/').to_string(),
            body,
            read,
            expected,
        };
        // One after the other, so that none takes over the time of another.
        let day = |hours: u32| {
            let at = chrono::DateTime::from_timestamp(1_900_000_000, 0).unwrap();
            (at + chrono::TimeDelta::days(self.number.into()) + chrono::TimeDelta::hours(hours.into())).to_rfc3339()
        };
        let pause = json!({"user_id": "01J0USERMAYA00000000000000", "starts_at": day(0), "ends_at": day(1),
            "reason": name});
        let user = json!({"id": "01J0USERMAYA00000000000000"});
        let over = json!({"schedule_id": SCHEDULE, "rotation_id": self.layer.0, "layer_id": self.layer.1,
            "start_at": day(0), "end_at": day(1), "user": user});
        let named = Some(("/escalation_path/name", json!(name)));
        let template_named = Some(("/escalation_path_template/name", json!(name)));
        let create = post(&paths, path(&name), paths.clone(), named.clone());
        let create_template = post(&templates, template(&name), templates.clone(), template_named.clone());
        let reason = Some(("/on_call_notification_pause/reason", json!(name)));
        let create_pause = post("/builder/v1/on_call_notification_pauses", pause, pauses.clone(), reason);
        let start = Some(("/override/start_at", over["start_at"].clone()));
        let create_override = post(&overrides, over.clone(), overrides.clone(), start.clone());
        let instead = |method, url: String, body, read: String, expected| Request { method, url, body, read, expected };
        let before = path(&format!("before-{name}"));
        match save {
            Save::Create => create,
            Save::CreateTemplate => create_template,
            Save::Pause => create_pause,
            Save::Override => create_override,
            Save::Replace => {
                let url = paths.clone() + &self.done(&post(&paths, before, String::new(), None)).await;
                instead(Method::PUT, url.clone(), path(&name), url, named)
            }
            Save::Restore => {
                let id = self.done(&create).await;
                let url = paths.clone() + &id;
                self.done(&instead(Method::PUT, url.clone(), before, String::new(), None)).await;
                let restore = format!("/builder/v1/escalation_paths/{id}/revisions/1/restore");
                instead(Method::POST, restore, json!({}), url, named)
            }
            Save::Delete => {
                let url = paths.clone() + &self.done(&create).await;
                instead(Method::DELETE, url.clone(), json!({}), url, None)
            }
            Save::Expectations => {
                let url = format!("/builder/v1/escalation_paths/{}/expectations", self.done(&create).await);
                let list = json!([{"expect": "pages_someone"}]);
                instead(Method::PUT, url.clone(), json!({"expectations": list}), url, Some(("/expectations", list)))
            }
            Save::Scenarios => {
                let url = format!("/builder/v1/escalation_paths/{}/scenarios", self.done(&create).await);
                let scenario = json!({"fired_at": "2026-11-23T10:00:00Z", "path_id": "01J0PATHPAYMENTS0000000000"});
                let list = json!([{"name": name, "scenario": scenario}]);
                instead(Method::PUT, url.clone(), json!({"scenarios": list}), url, Some(("/scenarios", list)))
            }
            Save::ReplaceTemplate => {
                let url = templates.clone() + &self.done(&post(&templates, template("t"), String::new(), None)).await;
                instead(Method::PUT, url.clone(), template(&name), url, template_named)
            }
            Save::DeleteTemplate => {
                let url = templates.clone() + &self.done(&create_template).await;
                instead(Method::DELETE, url.clone(), json!({}), url, None)
            }
            Save::EndPause => {
                let id = self.done(&create_pause).await;
                let end = format!("/builder/v1/on_call_notification_pauses/{id}");
                instead(Method::DELETE, end, json!({}), pauses + &id, None)
            }
            Save::MoveOverride => {
                let url = overrides + &self.done(&create_override).await;
                let mut moved = over;
                moved["start_at"] = json!(day(2));
                moved["end_at"] = json!(day(3));
                let start = Some(("/override/start_at", moved["start_at"].clone()));
                instead(Method::PUT, url.clone(), moved, url, start)
            }
            Save::DeleteOverride => {
                let url = overrides + &self.done(&create_override).await;
                instead(Method::DELETE, url.clone(), json!({}), url, None)
            }
        }
    }

    /// Keeps what was acknowledged, and reads it.
    async fn keep(&mut self, what: Save, request: Request, answer: &Answer) {
        let read = if request.read.ends_with('/') { request.read + &id(&answer.body) } else { request.read };
        self.saved.push(Saved { what, url: read, expected: request.expected });
        self.read(self.saved.last().unwrap()).await;
    }

    /// Reads what was acknowledged.
    async fn read(&self, saved: &Saved) {
        let answer = self.get(&saved.url).await;
        match &saved.expected {
            Some((at, value)) => {
                assert_eq!(answer.body.pointer(at), Some(value), "{:?} is lost: {}", saved.what, answer.body);
            }
            None => assert_eq!(answer.status, StatusCode::NOT_FOUND, "{:?} is lost: {}", saved.what, answer.body),
        }
    }

    /// Saves while the call of that number fails, and saves again when it is over. False if no call failed.
    async fn attempt(&mut self, save: Save, fault: Fault, number: i64) -> bool {
        let mut requests = vec![self.request(save).await];
        if fault.lasts {
            // The next on whatever connection the first has left.
            requests.push(self.request(Save::Create).await);
        }
        self.process.arm(fault, number);
        let mut answers = Vec::new();
        for request in &requests {
            answers.push(self.send(request).await);
        }
        let fired = self.process.disarm();
        for (request, answer) in requests.into_iter().zip(answers) {
            if answer.status.is_success() {
                self.keep(save, request, &answer).await;
            } else {
                assert!([500, 503, 507].contains(&answer.status.as_u16()), "{save:?}: {}", answer.body);
                common::is_a("ErrorResponse", &answer.body, "a failure");
                assert_eq!(answer.headers.contains_key("retry-after"), answer.status == 503, "{}", answer.body);
            }
        }
        for save in [save, Save::Create] {
            let request = self.request(save).await;
            let answer = self.send(&request).await;
            let what = format!("{fault:?} at {number}, after it");
            assert!(answer.status.is_success(), "{what}: {save:?}: {}", answer.body);
            self.keep(save, request, &answer).await;
        }
        fired
    }
}

fn id(body: &Value) -> String {
    let one = body.as_object().and_then(|fields| fields.values().next());
    one.and_then(|one| one["id"].as_str()).unwrap_or_default().to_string()
}

/// Lets each call in turn fail of each request that saves something. Then the power fails.
async fn survives(fault: Fault, next: impl Fn(i64) -> i64) {
    let folder = TempDir::new_in(if Path::new("/dev/shm").is_dir() { "/dev/shm" } else { "." }).unwrap();
    let mut test = Test::start(folder.path()).await;
    let mut fired = 0;
    for save in ALL {
        let mut number = 1;
        while test.attempt(save, fault, number).await {
            fired += 1;
            number = next(number);
            assert!(number < 100_000, "{save:?} has no end");
        }
    }
    for saved in &test.saved {
        test.read(saved).await;
    }
    let Test { process, saved, number, .. } = test;
    process.kill();
    let test = Test { saved, number, ..Test::start(folder.path()).await };
    for saved in &test.saved {
        test.read(saved).await;
    }
    println!("{fault:?}: {fired} calls failed, {} saves are there", test.saved.len());
    assert!(fired >= ALL.len(), "only {fired} calls failed");
}

fn one_more(number: i64) -> i64 {
    number + 1
}

#[tokio::test]
async fn a_full_disk() {
    survives(Fault { calls: WRITE, error: ENOSPC, lasts: true }, one_more).await;
}

#[tokio::test]
async fn a_disk_that_is_full_for_a_moment() {
    survives(Fault { calls: WRITE, error: ENOSPC, lasts: false }, one_more).await;
}

#[tokio::test]
async fn a_disk_that_fails_to_write() {
    survives(Fault { calls: WRITE, error: EIO, lasts: false }, one_more).await;
}

#[tokio::test]
async fn a_disk_that_fails_to_make_things_last() {
    survives(Fault { calls: SYNC, error: EIO, lasts: true }, one_more).await;
}

#[tokio::test]
async fn a_disk_that_fails_whatever_is_done() {
    survives(Fault { calls: WRITE | SYNC | READ | OPEN, error: EIO, lasts: true }, one_more).await;
}

#[tokio::test]
async fn too_little_memory() {
    survives(Fault { calls: ALLOC, error: ENOMEM, lasts: false }, |number| number + 1 + number / 4).await;
}

#[tokio::test]
async fn too_little_memory_for_a_while() {
    survives(Fault { calls: ALLOC, error: ENOMEM, lasts: true }, |number| number + 1 + number / 4).await;
}

#[tokio::test]
async fn too_many_files_while_a_connection_is_opened_again() {
    let folder = TempDir::new().unwrap();
    let mut test = Test::start(folder.path()).await;
    for number in 1..4 {
        // The first write fails, and then no file can be opened.
        let request = test.request(Save::Create).await;
        test.process.arm(Fault { calls: WRITE, error: ENOSPC, lasts: true }, number);
        let failed = test.send(&request).await;
        assert_eq!(failed.status, StatusCode::INSUFFICIENT_STORAGE, "{}", failed.body);
        assert_eq!(failed.body["errors"][0]["code"], "disk_full");
        let request = test.request(Save::Pause).await;
        test.process.arm(Fault { calls: OPEN, error: ENFILE, lasts: true }, 1);
        let failed = test.send(&request).await;
        assert!(failed.status.is_server_error(), "{}", failed.body);
        test.process.disarm();
        let request = test.request(Save::Create).await;
        let made = test.send(&request).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        test.keep(Save::Create, request, &made).await;
    }
}
