//! Many who want something at once of one escalation: exactly one gets it, the others are told so, and nothing fails.
//! Where servers can share a database, they ask two.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;
use crate::replay_of;

use std::collections::BTreeSet;
use std::sync::Arc;

use common::database::{self, is_shared};
use common::{Answer, Server, answer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const MAYA: &str = "01J0USERMAYA00000000000000";
const TOM: &str = "01J0USERTOM000000000000000";
const CLIENTS: usize = 200;

/// Servers with one database.
struct Servers(Vec<Server>);

impl Servers {
    async fn demo() -> Arc<Self> {
        let mut servers = vec![Server::demo().await];
        if is_shared() {
            let folder = database::copied(servers[0].folder.path()).await;
            servers.push(Server::with(folder, &[]).await);
        }
        Arc::new(Self(servers))
    }

    fn first(&self) -> &Server {
        &self.0[0]
    }

    /// That which a client asks.
    fn of(&self, client: usize) -> &Server {
        // Of neighbours, who want different things, some ask the same.
        &self.0[client / 2 % self.0.len()]
    }
}

/// What all clients are answered, who ask at once.
async fn all(servers: &Arc<Servers>, request: impl Fn(usize) -> (String, Value, Option<&'static str>)) -> Vec<Answer> {
    let barrier = Arc::new(tokio::sync::Barrier::new(CLIENTS));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let (servers, barrier, (url, body, by)) = (Arc::clone(servers), Arc::clone(&barrier), request(number));
            tokio::spawn(async move {
                let request = servers.of(number).request(Method::POST, &url).json(&body);
                let request = if let Some(by) = by { request.header("x-incident-user", by) } else { request };
                barrier.wait().await;
                answer(request).await
            })
        })
        .collect();
    let mut answers = Vec::new();
    for client in clients {
        let answer = client.await.unwrap();
        assert!(!answer.status.is_server_error(), "{:#}", answer.body);
        answers.push(answer);
    }
    answers
}

fn count(answers: &[Answer], status: StatusCode) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

async fn steps(server: &Server, id: &str) -> Vec<String> {
    let get = async |url: String| server.get(&url).await.body;
    let (stored, replayed) = replay_of::steps(id, get).await;
    assert_eq!(stored, replayed);
    let name = |text: &String| serde_json::from_str::<Value>(text).unwrap()["step"].as_str().unwrap().to_string();
    stored.iter().map(name).collect()
}

async fn path(server: &Server, seconds: i64) -> String {
    let level = |id: &str, user: &str, seconds: i64| {
        json!({"id": id, "type": "level", "level": {"time_to_ack_seconds": seconds, "targets": [
            {"type": "user", "id": user, "urgency": "high"}]}})
    };
    let path = json!({"name": "Two", "path": [level("a", MAYA, seconds), level("b", TOM, 300)]});
    let made = server.call(Method::POST, "/v2/escalation_paths", Some(&path)).await;
    made.body["escalation_path"]["id"].as_str().unwrap().to_string()
}

async fn begin(server: &Server, key: &str, path: &str) -> String {
    let body = json!({"idempotency_key": key, "title": key, "escalation_path_id": path});
    let made = server.call(Method::POST, "/v2/escalations", Some(&body)).await;
    let id = made.body["escalation"]["id"].as_str().unwrap().to_string();
    // Until Maya is paged.
    while server.get(&format!("/v2/escalations/{id}")).await.body["escalation"]["events"].as_array().unwrap().len() < 2
    {
        tokio::task::yield_now().await;
    }
    id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_begins_one_escalation() {
    let servers = Servers::demo().await;
    let server = servers.first();
    let path = path(server, 300).await;
    let answers = all(&servers, |number| {
        let title = format!("By {number}");
        let body = json!({"idempotency_key": "one", "title": title, "escalation_path_id": path});
        ("/v2/escalations".to_string(), body, None)
    })
    .await;
    assert_eq!(count(&answers, StatusCode::CREATED), CLIENTS);
    let first = &answers[0].body["escalation"]["id"];
    assert!(answers.iter().all(|answer| answer.body["escalation"]["id"] == *first));
    let list = server.get("/v2/escalations").await.body;
    assert_eq!(list["escalations"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acknowledgement_meets_the_timer() {
    let servers = Servers::demo().await;
    let server = servers.first();
    let path = path(server, 1).await;
    for round in 0..5 {
        let id = begin(server, &format!("round-{round}"), &path).await;
        // About when Maya's time is up.
        tokio::time::sleep(std::time::Duration::from_millis(600 + 150 * round)).await;
        let answers = all(&servers, |number| {
            let by = if number % 2 == 0 { Some(MAYA) } else { None };
            (format!("/v2/escalations/{id}/actions/respond"), json!({"response": "ack"}), by)
        })
        .await;
        // Whoever has acknowledged may hear so again; the other has come too late.
        let (done, late) = (count(&answers, StatusCode::OK), count(&answers, StatusCode::CONFLICT));
        assert_eq!((done, late), (CLIENTS / 2, CLIENTS / 2));
        let steps = steps(server, &id).await;
        assert_eq!(steps.iter().filter(|step| *step == "acked").count(), 1, "{steps:?}");
        assert_eq!(steps.last().unwrap(), "acked", "nothing comes after it: {steps:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_meets_a_reassignment() {
    let servers = Servers::demo().await;
    let server = servers.first();
    let path = path(server, 300).await;
    for round in 0..5 {
        let id = begin(server, &format!("round-{round}"), &path).await;
        let answers = all(&servers, |number| {
            let action = if number % 2 == 0 { "cancel" } else { "reassign" };
            (format!("/v2/escalations/{id}/actions/{action}"), json!({"user_ids": [TOM]}), None)
        })
        .await;
        let steps = steps(server, &id).await;
        let made = count(&answers, StatusCode::CREATED);
        match steps.last().unwrap().as_str() {
            "cancelled" => {
                assert_eq!((made, count(&answers, StatusCode::OK)), (0, CLIENTS / 2));
                assert_eq!(count(&answers, StatusCode::CONFLICT), CLIENTS / 2);
            }
            "resolved" => {
                assert_eq!((made, count(&answers, StatusCode::OK)), (1, 0));
                assert_eq!(count(&answers, StatusCode::CONFLICT), CLIENTS - 1);
            }
            other => panic!("{other}: {steps:?}"),
        }
        let ends = steps.iter().filter(|step| ["cancelled", "resolved"].contains(&step.as_str())).count();
        assert_eq!(ends, 1, "{steps:?}");
        let trace = server.get(&format!("/builder/v1/escalations/{id}")).await.body;
        assert_eq!(trace["escalation"]["reassigned_to"].is_string(), made == 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_grows_while_it_is_read_leaves_nothing_out() {
    let servers = Servers::demo().await;
    let server = servers.first();
    let path = path(server, 300).await;
    let made = |prefix: &'static str| {
        let path = path.clone();
        move |number: usize| {
            let body =
                json!({"idempotency_key": format!("{prefix}-{number}"), "title": "T", "escalation_path_id": path});
            ("/v2/escalations".to_string(), body, None)
        }
    };
    let there = all(&servers, made("there")).await;
    let ids = |answers: &[Answer]| -> BTreeSet<String> {
        answers.iter().map(|answer| answer.body["escalation"]["id"].as_str().unwrap().to_string()).collect()
    };
    let there = ids(&there);
    assert_eq!(there.len(), CLIENTS, "each has its own");
    // While others come.
    let more = tokio::spawn({
        let servers = Arc::clone(&servers);
        let more = made("more");
        async move { all(&servers, more).await }
    });
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("/v2/escalations?page_size=7&after={after}")).await.body;
        let text = |one: &Value| one["id"].as_str().unwrap().to_string();
        seen.extend(page["escalations"].as_array().unwrap().iter().map(text));
        match page["pagination_meta"]["after"].as_str() {
            Some(next) => after = next.to_string(),
            None => break,
        }
    }
    assert!(seen.is_sorted_by(|a, b| a > b), "the newest first, and none twice: {seen:#?}");
    let seen: BTreeSet<String> = seen.into_iter().collect();
    assert!(there.is_subset(&seen), "{:?}", there.difference(&seen));
    let more = ids(&more.await.unwrap());
    assert!(there.iter().max() < more.iter().min(), "whoever comes later comes first in the list");
}

/// A way to the database that can be cut.
struct Way {
    port: u16,
    taken: tokio::task::JoinHandle<()>,
}

impl Way {
    async fn open(port: u16, socket: std::path::PathBuf) -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let taken = tokio::spawn(async move {
            // Dropped with this, and all that goes on in it.
            let mut open = tokio::task::JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let mut far = tokio::net::UnixStream::connect(&socket).await.unwrap();
                open.spawn(async move { drop(tokio::io::copy_bidirectional(&mut near, &mut far).await) });
            }
        });
        Self { port, taken }
    }

    async fn cut(self) -> u16 {
        self.taken.abort();
        assert!(self.taken.await.unwrap_err().is_cancelled());
        self.port
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_away_is_waited_for() {
    let folder = tempfile::TempDir::new().unwrap();
    let Some(address) = database::address(folder.path()) else { return };
    // The tests' server is reached by a socket in a folder, which comes in the address.
    let host = address.split("host=").nth(1).unwrap().split('&').next().unwrap();
    let socket = std::path::Path::new(host).join(".s.PGSQL.5432");
    let way = Way::open(0, socket.clone()).await;
    let near = address.replace(&format!("host={host}"), &format!("host=127.0.0.1&port={}", way.port));
    let app = common::app(folder.path()).display().to_string();
    let args = ["escalation-server", "--listen", "127.0.0.1:0", "--app", &app, "--database", &near];
    let config = <escalation_server::Config as clap::Parser>::parse_from(args);
    let server = Server::of(folder, config).await;
    let path = path(&server, 300).await;
    let id = begin(&server, "one", &path).await;

    let port = way.cut().await;
    let body = json!({"idempotency_key": "two", "title": "T", "escalation_path_id": path});
    let asked = [(Method::GET, format!("/v2/escalations/{id}")), (Method::POST, "/v2/escalations".to_string())];
    let asked = asked.map(|(method, url)| answer(server.request(method, &url).json(&body)));
    let asked = asked.into_iter().chain([answer(server.request(Method::GET, "/readyz"))]).map(tokio::spawn);
    for answer in asked.collect::<Vec<_>>() {
        let answer = answer.await.unwrap();
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{:#}", answer.body);
        assert!(answer.headers.contains_key("retry-after"));
    }

    let _way = Way::open(port, socket).await;
    let mut made = answer(server.request(Method::POST, "/v2/escalations").json(&body)).await;
    while made.status == StatusCode::SERVICE_UNAVAILABLE {
        made = answer(server.request(Method::POST, "/v2/escalations").json(&body)).await;
    }
    assert_eq!(made.status, StatusCode::CREATED, "{:#}", made.body);
    // It goes on by itself.
    let two = made.body["escalation"]["id"].as_str().unwrap();
    while server.get(&format!("/v2/escalations/{two}")).await.body["escalation"]["events"].as_array().unwrap().len() < 2
    {
        tokio::task::yield_now().await;
    }
}
