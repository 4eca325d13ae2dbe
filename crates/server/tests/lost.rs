//! The proxy, and an API behind it that misbehaves: what was surely not done is told apart from what may have been, and
//! what only reads is tried again.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::{Answer, Server, answer, is_a, rest};
use reqwest::{Method, StatusCode};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const KEY: &str = "inc_secret_0123456789";
const NOT_KNOWN: &str = "whether it did what was asked is not known";

async fn proxy(upstream: &str) -> Server {
    proxy_with(upstream, &[]).await
}

async fn proxy_with(upstream: &str, more: &[&str]) -> Server {
    let folder = TempDir::new().unwrap();
    let key = folder.path().join("key");
    fs::write(&key, format!("{KEY}\n")).unwrap();
    let options = ["--upstream", upstream, "--upstream-key-file", key.to_str().unwrap()];
    Server::with(folder, &[&options[..], more].concat()).await
}

/// An API that reads each request, answers it with these bytes, and ends the connection. It writes down what it is asked.
async fn upstream(said: Vec<u8>, breaks: bool) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    tokio::spawn({
        let seen = Arc::clone(&seen);
        async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = whole(&mut stream).await;
                // What is about to be changed is looked at, which nobody has asked for.
                let line = request.lines().next().unwrap_or_default().to_string();
                note(&mut seen.lock().unwrap(), line);
                if breaks {
                    stream.set_zero_linger().unwrap();
                    continue;
                }
                // The proxy may have enough of it before its end.
                if stream.write_all(&said).await.is_ok() {
                    stream.shutdown().await.unwrap();
                }
            }
        }
    });
    (url, seen)
}

/// Writes down a request. By the one before a change it is looked at what is about to be changed, which nobody has asked for.
fn note(seen: &mut Vec<String>, line: String) {
    let changed = ["PUT ", "DELETE "].iter().find_map(|method| line.strip_prefix(method));
    if changed.is_some_and(|address| seen.last().is_some_and(|last| last.strip_prefix("GET ") == Some(address))) {
        seen.pop();
    }
    seen.push(line);
}

async fn whole(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await.unwrap_or(0);
        all.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&all).into_owned();
        let length = |head: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            line.map_or(0, |line| line.parse::<usize>().unwrap())
        };
        match text.split_once("\r\n\r\n") {
            Some((head, body)) if body.len() >= length(head) => return text,
            _ if count == 0 => return text,
            _ => {}
        }
    }
}

fn http(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}connection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}

fn json_of(status: &str, body: &str) -> Vec<u8> {
    http(status, "content-type: application/json\r\n", body)
}

/// Reads, checks and does each write.
async fn asked(url: &str) -> (Vec<Answer>, Vec<Answer>) {
    let proxy = proxy(url).await;
    let body = json!({"name": "n", "path": []});
    let send = async |method: Method, path: &str| {
        let request = proxy.request(method.clone(), path);
        let request = if matches!(method, Method::POST | Method::PUT) { request.json(&body) } else { request };
        let said = answer(request).await;
        assert!(!format!("{:?}{}", said.headers, said.body).contains(KEY));
        assert_eq!(said.headers["x-content-type-options"], "nosniff");
        assert_eq!(
            said.headers["content-security-policy"].to_str().unwrap().split(';').next(),
            Some("default-src 'none'")
        );
        said
    };
    let mut reads = Vec::new();
    for (method, path) in [(Method::GET, "/v2/users"), (Method::POST, "/v2/escalation_paths/actions/validate")] {
        reads.push(send(method, path).await);
    }
    let mut writes = Vec::new();
    for (method, path) in [
        (Method::POST, "/v2/escalation_paths"),
        (Method::PUT, "/v2/escalation_paths/a"),
        (Method::DELETE, "/v2/escalation_paths/a"),
        (Method::POST, "/v2/schedule_overrides"),
        (Method::PUT, "/v2/escalation_path_templates/a"),
    ] {
        writes.push(send(method, path).await);
    }
    (reads, writes)
}

fn refused(said: &Answer, status: u16, code: &str) {
    assert_eq!((said.status.as_u16(), &said.body["errors"][0]["code"]), (status, &json!(code)), "{}", said.body);
    assert_eq!(said.body.to_string().contains(NOT_KNOWN), status == 504, "{}", said.body);
    is_a("ErrorResponse", &said.body, code);
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_may_have_been_done() {
    let made = "{\"escalation_path\":{\"id\":\"01J0X\",\"name\":\"x\",\"path\":[]}}";
    let json_type = "content-type: application/json\r\n";
    let half = format!("HTTP/1.1 201 Created\r\n{json_type}content-length: 100\r\n\r\n{{\"esc").into_bytes();
    let chunks =
        format!("HTTP/1.1 200 OK\r\n{json_type}transfer-encoding: chunked\r\n\r\n4\r\n{{\"es\r\n").into_bytes();
    let html = |status: &str| http(status, "content-type: text/html\r\n", "<script>alert(1)</script>");
    for (said, breaks, code) in [
        (Vec::new(), false, "upstream_lost"),
        (Vec::new(), true, "upstream_lost"),
        (b"NOT HTTP AT ALL\r\n\r\n".to_vec(), false, "upstream_lost"),
        (half, false, "upstream_lost"),
        (chunks, false, "upstream_lost"),
        (html("200 OK"), false, "upstream_not_understood"),
        (html("502 Bad Gateway"), false, "upstream_not_understood"),
        (html("503 Service Unavailable"), false, "upstream_not_understood"),
        (json_of("201 Created", "{\"escalation_path\":"), false, "upstream_not_understood"),
        (json_of("201 Created", ""), false, "upstream_not_understood"),
        (json_of("999 Odd", "{}"), false, "upstream_not_understood"),
        (http("201 Created", "", made), false, "upstream_not_understood"),
        (
            http("201 Created", "content-type: application/json; charset=utf-8\r\ncontent-encoding: gzip\r\n", made),
            false,
            "upstream_not_understood",
        ),
        (http("303 See Other", "location: /elsewhere\r\n", ""), false, "upstream_not_understood"),
        // So a form that was taken shows another page, too.
        (http("302 Found", "location: /elsewhere\r\n", ""), false, "upstream_elsewhere"),
        (http("301 Moved Permanently", "location: /elsewhere\r\n", ""), false, "upstream_elsewhere"),
    ] {
        let (url, seen) = upstream(said.clone(), breaks).await;
        let (reads, writes) = asked(&url).await;
        for said in reads {
            refused(&said, 502, code);
        }
        for said in writes {
            refused(&said, 504, code);
        }
        // What only reads is tried again where another try may go otherwise; what changes something never is.
        let reads = if code == "upstream_lost" { 2 * 3 } else { 2 };
        assert_eq!(seen.lock().unwrap().len(), reads + 5, "{}", String::from_utf8_lossy(&said));
    }
}

#[tokio::test]
async fn what_was_surely_not_done_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let html = |status: &str| http(status, "content-type: text/html\r\nretry-after: 1\r\n", "<h1>No</h1>");
    let elsewhere = |status: &str| http(status, "location: http://127.0.0.1:1/stolen\r\n", "");
    let mut all = vec![(gone, "upstream_unreachable")];
    for (said, code) in [
        (html("403 Forbidden"), "upstream_not_understood"),
        (elsewhere("307 Temporary Redirect"), "upstream_elsewhere"),
        (elsewhere("308 Permanent Redirect"), "upstream_elsewhere"),
    ] {
        all.push((upstream(said, false).await.0, code));
    }
    for (url, code) in all {
        let (reads, writes) = asked(&url).await;
        for said in reads.iter().chain(&writes) {
            refused(said, 502, code);
            assert!(said.headers.get("location").is_none());
        }
    }
    // Whoever is asked to wait waits, and hears for how long, in whatever form it was said.
    let (url, seen) = upstream(html("429 Too Many Requests"), false).await;
    let began = Instant::now();
    let (reads, writes) = asked(&url).await;
    assert_eq!(seen.lock().unwrap().len(), 2 * 3 + 5);
    assert!(began.elapsed() >= Duration::from_secs(10), "a second before each but the first");
    for said in reads.iter().chain(&writes) {
        refused(said, 503, "upstream_busy");
        assert_eq!(said.headers["retry-after"], "1");
    }
}

#[tokio::test]
async fn what_is_an_answer_is_passed_on_whatever_its_status() {
    let error = "{\"type\":\"api_error\",\"status\":500,\"request_id\":\"x\",\"errors\":[]}";
    for (said, status, body) in [
        (json_of("500 Internal Server Error", error), 500, error),
        (json_of("429 Too Many Requests", error), 429, error),
        (
            http("200 OK", "Content-Type: Application/JSON ; charset=utf-8\r\nset-cookie: a=b\r\n", "{\"a\":[1.50]}"),
            200,
            "{\"a\":[1.50]}",
        ),
    ] {
        let (url, _) = upstream(said, false).await;
        let (reads, writes) = asked(&url).await;
        for said in reads.iter().chain(&writes) {
            assert_eq!((said.status.as_u16(), said.body.to_string()), (status, body.to_string()));
            assert_eq!(said.headers["content-type"], "application/json");
            assert!(said.headers.get("set-cookie").is_none());
        }
    }
    let (url, seen) = upstream(json_of("200 OK", "{\"users\":[]}"), false).await;
    let head = answer(proxy(&url).await.request(Method::HEAD, "/v2/users")).await;
    assert_eq!(
        (head.status, head.body, &head.headers["content-length"]),
        (StatusCode::OK, json!(""), &"12".parse().unwrap())
    );
    assert_eq!(*seen.lock().unwrap(), ["GET /v2/users HTTP/1.1"]);
    let (url, _) = upstream(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(), false).await;
    assert!(asked(&url).await.1.iter().all(|said| said.status == StatusCode::NO_CONTENT));
}

#[tokio::test]
async fn no_address_here_is_another_one_there() {
    let (url, seen) = upstream(json_of("200 OK", "{}"), false).await;
    let plain = proxy(&url).await;
    let below = proxy(&format!("{url}/base/")).await;
    let bad = [
        "..\\..\\v1\\identity",
        "..\\..\\v2\\schedules\\01ABC",
        "\\",
        "a\\..\\..",
        "..\\..\\..\\elsewhere",
        "%5C..",
        "%2e%2e",
        "a%00",
        "a;b",
        "a#b",
        "a\tb",
        "..",
        ".",
        "a..b",
        "ａ",
        "a|b",
        "a{b}",
        "a\"b",
        "a<b",
    ];
    for server in [&plain, &below] {
        for list in ["escalation_paths", "users", "schedules", "schedule_overrides", "escalation_path_templates"] {
            for id in bad {
                for method in ["GET", "PUT", "DELETE"] {
                    let headers = "host: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n";
                    let said = server.raw(&format!("{method} /v2/{list}/{id} HTTP/1.1\r\n{headers}\r\n{{}}")).await;
                    // A `#` ends an address, so what is before it is asked for: nothing else.
                    let ends = id.contains('#');
                    assert!(
                        ["400", "404", "405"].contains(&said.split(' ').nth(1).unwrap()) || ends,
                        "{method} {id}: {said}"
                    );
                }
            }
        }
    }
    let asked: Vec<_> = seen.lock().unwrap().drain(..).collect();
    assert!(asked.iter().all(|line| line.ends_with("/a HTTP/1.1")), "{asked:?}");
    let plain = below.request(Method::GET, "/v2/users/a_B-9?x=%2e%2e%5C&y=a%2Bb%3D%3D");
    assert_eq!(answer(plain).await.status, StatusCode::OK);
    assert_eq!(*seen.lock().unwrap(), ["GET /base/v2/users/a_B-9?x=%2e%2e%5C&y=a%2Bb%3D%3D HTTP/1.1"]);
}

#[tokio::test]
async fn of_all_bytes_only_plain_ones_go_on() {
    let (url, seen) = upstream(json_of("200 OK", "{}"), false).await;
    let proxy = proxy(&url).await;
    let mut plain = Vec::new();
    for byte in 0x21..=0xff_u8 {
        let mut stream = proxy.connect("GET /v2/users/a").await;
        stream.write_all(&[byte]).await.unwrap();
        stream.write_all(b"b HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
        let said = rest(&mut stream).await;
        let line = match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' => format!("a{}b", char::from(byte)),
            // These end the path; what follows a `#` is for nobody but a browser.
            b'?' => "a?b".to_string(),
            b'#' => "a".to_string(),
            _ => {
                assert!(said.starts_with("HTTP/1.1 404 ") || said.starts_with("HTTP/1.1 400 "), "{byte:x}: {said}");
                continue;
            }
        };
        assert!(said.starts_with("HTTP/1.1 200 "), "{byte:x}: {said}");
        plain.push(format!("GET /v2/users/{line} HTTP/1.1"));
    }
    assert_eq!(*seen.lock().unwrap(), plain);
    assert_eq!(plain.len(), 66);
}

#[tokio::test]
async fn a_key_is_one_line_of_ascii() {
    let folder = TempDir::new().unwrap();
    let key = folder.path().join("key");
    let starts = async |content: &[u8]| {
        fs::write(&key, content).unwrap();
        let options = ["--upstream", "https://api.example", "--upstream-key-file", key.to_str().unwrap()];
        escalation_server::start(common::config(folder.path(), &options)).await.err().map(|error| error.to_string())
    };
    for good in ["key", "key\n", "key\r\n", " \tkey  \n\n"] {
        assert_eq!(starts(good.as_bytes()).await, None, "{good:?}");
    }
    for bad in ["\u{feff}key", "ключ", "two words", "two\nlines", "", "\n", "k\0y", "k\u{7f}", "kéy", "k\u{a0}"] {
        let said = starts(bad.as_bytes()).await.unwrap();
        assert!(said.contains("does not hold a key") && (bad.len() < 3 || !said.contains(bad)), "{bad:?}: {said}");
    }
    assert!(starts(b"\xff\xfek\0e\0y\0").await.unwrap().contains("does not hold a key"), "UTF-16");
    fs::write(&key, KEY).unwrap();
    for url in ["https://user@api.example", "https://api.example/?a=b", "https://api.example/#x"] {
        let options = ["--upstream", url, "--upstream-key-file", key.to_str().unwrap()];
        let said = escalation_server::start(common::config(folder.path(), &options)).await.err().unwrap().to_string();
        assert!(said.contains("nothing else"), "{url}: {said}");
    }
}

#[tokio::test]
async fn all_teams_or_none() {
    use axum::extract::Query;
    use std::collections::BTreeMap;
    /// Pages of teams by cursor; one of them is odd, another has no name.
    async fn page(Query(asked): Query<BTreeMap<String, String>>) -> axum::response::Response {
        use axum::response::IntoResponse as _;
        let next = |after: &str| json!({"after": after, "page_size": 250});
        let team = |id: &str, name: &str| json!({"id": id, "name": name});
        let page = match asked.get("after").map(String::as_str) {
            None => json!({"teams": [team("b", "B")], "pagination_meta": next("a+b==&x")}),
            Some("a+b==&x") => json!({"teams": [{"id": "nameless"}], "pagination_meta": next("last")}),
            Some("last") => json!({"teams": [team("a", "A")], "pagination_meta": {"page_size": 250}}),
            Some(other) => panic!("{other}"),
        };
        ([("content-type", "application/json")], page.to_string()).into_response()
    }
    let serve = async |router: axum::Router| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        proxy(&url).await.get("/builder/v1/teams").await
    };
    let all = serve(axum::Router::new().fallback(page)).await;
    let names: Vec<_> =
        all.body["teams"].as_array().unwrap().iter().map(|team| team["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["A", "B", "nameless"]);
    for odd in [
        json!({"teams": [{"id": "a", "name": "A"}], "pagination_meta": {"after": "again"}}),
        json!({"teams": [{"name": "no id"}]}),
        json!({"teams": {}}),
        json!([]),
    ] {
        let odd = async move || ([("content-type", "application/json")], odd.to_string());
        let said = serve(axum::Router::new().fallback(odd)).await;
        refused(&said, 502, "upstream_not_understood");
    }
    let count = Arc::new(AtomicUsize::new(0));
    let endless = move || {
        let page = count.fetch_add(1, Ordering::Relaxed);
        async move {
            let body = json!({"teams": [{"id": "a", "name": "A"}], "pagination_meta": {"after": page.to_string()}});
            ([("content-type", "application/json")], body.to_string())
        }
    };
    refused(&serve(axum::Router::new().fallback(endless)).await, 502, "upstream_too_large");
}

/// Answers that clients do not take are held, and what is asked beyond what there is memory for is refused before it is
/// done.
#[tokio::test]
async fn memory_for_answers_is_bounded_in_total() {
    let pad = "x".repeat(22_000_000);
    let large = json!({"users": [], "pagination_meta": {"page_size": 25}, "pad": pad}).to_string();
    let (url, seen) = upstream(json_of("200 OK", &large), false).await;
    let proxy = proxy_with(&url, &["--memory", "64"]).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let stream = proxy.connect("GET /v2/users HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await;
        stream.peek(&mut [0; 16]).await.unwrap();
        held.push(stream);
    }
    let told = proxy.get("/v2/users").await;
    assert_eq!((told.status, &told.body["errors"][0]["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("busy")));
    assert!(told.headers.contains_key("retry-after"));
    is_a("ErrorResponse", &told.body, "no memory");
    let asked = seen.lock().unwrap().len();
    let path = json!({"name": "x".repeat(200_000), "path": []});
    let told = proxy.call(Method::POST, "/v2/escalation_paths", Some(&path)).await;
    assert_eq!((told.status, &told.body["errors"][0]["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("busy")));
    assert_eq!(seen.lock().unwrap().len(), asked, "it was not asked to do it");
    for mut stream in held {
        assert!(rest(&mut stream).await.len() > 22_000_000);
    }
    assert_eq!(proxy.get("/v2/users").await.status, StatusCode::OK, "there is memory again");
}

#[tokio::test]
async fn what_is_asked_for_again_with_its_key_is_made_once() {
    let (url, seen) = upstream(json_of("201 Created", "{\"escalation_path\":{\"id\":\"a\"}}"), false).await;
    let server = proxy(&url).await;
    let make = |key: &str| {
        let request = server.request(Method::POST, "/v2/escalation_paths").json(&json!({"name": "n", "path": []}));
        answer(request.header("idempotency-key", key))
    };
    let (one, other) = tokio::join!(make("one"), make("one"));
    let third = make("one").await;
    for said in [&one, &other, &third] {
        assert_eq!((said.status, &said.body), (StatusCode::CREATED, &one.body));
    }
    assert_eq!(seen.lock().unwrap().len(), 1);
    make("two").await;
    assert_eq!(seen.lock().unwrap().len(), 2);
    assert_eq!(make(&"x".repeat(201)).await.status, StatusCode::UNPROCESSABLE_ENTITY);

    // A browser that loses its connection asks again, and the first is still under way.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = proxy(&format!("http://{}", listener.local_addr().unwrap())).await;
    let body = "{\"name\":\"n\",\"path\":[]}";
    let head = "POST /v2/escalation_paths HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nidempotency-key: k\r\nconnection: close\r\n";
    let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    let first = server.connect(&request).await;
    let (mut behind, _) = listener.accept().await.unwrap();
    whole(&mut behind).await;
    drop(first);
    let mut again = server.connect(&request).await;
    behind.write_all(&json_of("201 Created", "{\"escalation_path\":{\"id\":\"a\"}}")).await.unwrap();
    behind.shutdown().await.unwrap();
    let said = rest(&mut again).await;
    assert!(said.starts_with("HTTP/1.1 201 ") && said.ends_with("{\"escalation_path\":{\"id\":\"a\"}}"), "{said}");

    // What was refused can be asked for anew.
    let (url, seen) = upstream(json_of("422 Unprocessable Entity", "{}"), false).await;
    let server = proxy(&url).await;
    for _ in 0..2 {
        let request = server.request(Method::POST, "/v2/escalation_paths").json(&json!({}));
        assert_eq!(answer(request.header("idempotency-key", "k")).await.status, 422);
    }
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn neither_the_key_nor_what_is_no_text_is_passed_on() {
    let repeats = format!("{{\"request\":{{\"authorization\":\"Bearer {KEY}\"}}}}");
    let mut broken = json_of("200 OK", "{\"a\":\"??\"}");
    let at = broken.windows(2).position(|part| part == b"??").unwrap();
    broken[at] = 0xff;
    for said in [json_of("401 Unauthorized", &repeats), json_of("200 OK", &repeats), broken] {
        let (url, _) = upstream(said, false).await;
        let (reads, writes) = asked(&url).await;
        for said in reads.iter().chain(&writes) {
            assert!(said.status.is_server_error(), "{} {}", said.status, said.body);
            assert_eq!(said.body["errors"][0]["code"], "upstream_not_understood");
            assert!(!said.body.to_string().contains(KEY));
        }
    }
}

/// An API that answers one request after the other as a list says, and then like the last of it.
async fn in_turn(said: Vec<Vec<u8>>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    tokio::spawn({
        let seen = Arc::clone(&seen);
        async move {
            for at in 0.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = whole(&mut stream).await;
                // What is about to be changed is looked at, which nobody has asked for.
                let line = request.lines().next().unwrap_or_default().to_string();
                note(&mut seen.lock().unwrap(), line);
                let answer = said.get(at).or(said.last()).unwrap();
                stream.write_all(answer).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        }
    });
    (url, seen)
}

#[tokio::test]
async fn what_only_reads_is_tried_again_until_there_is_an_answer() {
    let error = "{\"type\":\"api_error\",\"status\":503,\"request_id\":\"x\",\"errors\":[]}";
    let good = json_of("200 OK", "{\"users\":[]}");
    let busy = http("429 Too Many Requests", "content-type: application/json\r\nretry-after: 1\r\n", error);
    for bad in [json_of("502 Bad Gateway", error), json_of("503 Service Unavailable", error), Vec::new(), busy] {
        let (url, seen) = in_turn(vec![bad.clone(), bad.clone(), good.clone()]).await;
        let said = proxy(&url).await.get("/v2/users").await;
        assert_eq!((said.status, said.body), (StatusCode::OK, json!({"users": []})));
        assert_eq!(seen.lock().unwrap().len(), 3);
        let (url, seen) = in_turn(vec![bad, good.clone()]).await;
        let path = json!({"name": "n", "path": []});
        let said = proxy(&url).await.call(Method::POST, "/v2/escalation_paths", Some(&path)).await;
        assert_ne!(said.status, StatusCode::OK);
        assert_eq!(seen.lock().unwrap().len(), 1, "what changes something is sent once");
    }
    // What is said about what was asked for is said.
    for status in ["500 Internal Server Error", "403 Forbidden", "404 Not Found"] {
        let (url, seen) = in_turn(vec![json_of(status, error), good.clone()]).await;
        assert!(status.starts_with(proxy(&url).await.get("/v2/users").await.status.as_str()));
        assert_eq!(seen.lock().unwrap().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn however_many_look_it_is_asked_for_once() {
    let (url, seen) = upstream(json_of("200 OK", "{\"schedule_entries\":{}}"), false).await;
    let server = proxy(&url).await;
    let entries = "/v2/schedule_entries?schedule_id=a&entry_window_start=2026-11-01T00:00:00Z";
    let all = futures_util::future::join_all((0..50).map(|_| server.get(entries))).await;
    assert!(all.iter().all(|said| said.status == StatusCode::OK && said.body == all[0].body));
    assert_eq!(seen.lock().unwrap().len(), 1);
    // Another address is another question, and a path that somebody may be about to change is always read.
    server.get("/v2/schedule_entries?schedule_id=b").await;
    for _ in 0..3 {
        server.get("/v2/escalation_paths/a").await;
    }
    assert_eq!(seen.lock().unwrap().len(), 5);
    // After a change all is read anew, and after one that was lost, too.
    let path = json!({"name": "n", "path": []});
    server.call(Method::PUT, "/v2/escalation_paths/a", Some(&path)).await;
    server.get(entries).await;
    server.get(entries).await;
    assert_eq!(seen.lock().unwrap().len(), 7);
    let unshared = proxy_with(&url, &["--upstream-cache-seconds", "0"]).await;
    unshared.get(entries).await;
    unshared.get(entries).await;
    assert_eq!(seen.lock().unwrap().len(), 9);
}

#[tokio::test]
async fn while_the_api_is_down_the_last_answer_counts_with_its_age() {
    let (url, seen) = in_turn(vec![json_of("200 OK", "{\"users\":[1]}"), Vec::new()]).await;
    let server = proxy_with(&url, &["--upstream-cache-seconds", "0"]).await;
    let first = server.get("/v2/users").await;
    assert!(first.status == StatusCode::OK && !first.headers.contains_key("age"));
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    // What does not come once says nothing about the API.
    for _ in 0..7 {
        refused(&server.get("/v2/users").await, 502, "upstream_lost");
    }
    let said = server.get("/v2/users").await;
    assert_eq!((said.status, &said.body), (StatusCode::OK, &json!({"users": [1]})));
    assert!(said.headers["age"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
    assert!(said.headers["warning"].to_str().unwrap().starts_with("110 "));
    // What was never read is not made up, what somebody may be about to change is not taken from before, and nothing is
    // sent for a while.
    let asked = seen.lock().unwrap().len();
    let path = json!({"name": "n", "path": []});
    for said in [
        server.get("/v2/schedules").await,
        server.get("/v2/escalation_paths/a").await,
        server.call(Method::PUT, "/v2/escalation_paths/a", Some(&path)).await,
    ] {
        refused(&said, 503, "upstream_down");
        assert!(said.headers.contains_key("retry-after"));
    }
    assert_eq!(seen.lock().unwrap().len(), asked);
    // After a change what was before it does not count, though it was not sent.
    refused(&server.get("/v2/users").await, 503, "upstream_down");
    let metrics = answer(server.request(Method::GET, "/metrics")).await;
    let text = metrics.body.as_str().unwrap();
    assert!(text.contains("escalation_upstream_requests_total{result=\"answered\"} 1\n"), "{text}");
    assert!(text.contains("escalation_upstream_requests_total{result=\"lost\"} 24\n"), "{text}");
}

#[tokio::test]
async fn one_answer_that_is_none_is_not_replaced_by_an_older_one() {
    let error = "{\"type\":\"api_error\",\"status\":500,\"request_id\":\"x\",\"errors\":[]}";
    let html = http("200 OK", "content-type: text/html\r\n", "<h1>Hello</h1>");
    for (bad, status) in
        [(json_of("500 Internal Server Error", error), 500), (html, 502), (json_of("200 OK", "{"), 502)]
    {
        let (url, _) = in_turn(vec![json_of("200 OK", "{\"users\":[1]}"), bad]).await;
        let server = proxy_with(&url, &["--upstream-cache-seconds", "0"]).await;
        assert_eq!(server.get("/v2/users").await.status, StatusCode::OK);
        assert_eq!(server.get("/v2/users").await.status.as_u16(), status);
    }
}

#[tokio::test]
async fn what_a_gateway_has_lost_may_have_been_done() {
    let error = "{\"type\":\"api_error\",\"status\":502,\"request_id\":\"x\",\"errors\":[]}";
    let html = |status: &str| http(status, "content-type: text/html\r\n", "<h1>No</h1>");
    for said in [json_of("502 Bad Gateway", error), html("499 Closed"), html("408 Request Timeout")] {
        let (url, seen) = upstream(said, false).await;
        let (_, writes) = asked(&url).await;
        for said in writes {
            assert_eq!(said.status, StatusCode::GATEWAY_TIMEOUT, "{}", said.body);
            assert!(said.body.to_string().contains(NOT_KNOWN), "{}", said.body);
        }
        assert!(seen.lock().unwrap().len() >= 7);
    }
}

#[tokio::test]
async fn whoever_waits_for_what_is_made_with_a_key_hears_that_it_was_lost() {
    let slow = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&slow);
    let lost = async move || {
        let first = count.fetch_add(1, Ordering::SeqCst) == 0;
        tokio::time::sleep(Duration::from_millis(400)).await;
        if first { (StatusCode::OK, "<h1>Lost</h1>".to_string()) } else { (StatusCode::CREATED, "{}".to_string()) }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(lost)).await });
    let server = proxy(&url).await;
    let make = || {
        let request = server.request(Method::POST, "/v2/escalation_paths").json(&json!({"name": "n", "path": []}));
        answer(request.header("idempotency-key", "same"))
    };
    let (one, other) = tokio::join!(make(), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        make().await
    });
    assert_eq!((one.status, other.status), (StatusCode::GATEWAY_TIMEOUT, StatusCode::GATEWAY_TIMEOUT));
    assert_eq!(slow.load(Ordering::SeqCst), 1, "it was sent once");
}

#[tokio::test]
async fn no_more_goes_on_in_a_minute_than_was_agreed() {
    let (url, seen) = upstream(json_of("200 OK", "{}"), false).await;
    let server = proxy_with(&url, &["--upstream-requests-per-minute", "12"]).await;
    let began = Instant::now();
    for id in 0..3 {
        assert_eq!(server.get(&format!("/v2/users/{id}")).await.status, StatusCode::OK);
    }
    assert!(began.elapsed() >= Duration::from_secs(10), "two at once, and the third when the first is ten seconds old");
    assert_eq!(seen.lock().unwrap().len(), 3);
}

/// What may have been done, and what surely was not, is in the log as that.
#[tokio::test]
async fn a_change_whose_answer_is_lost_is_in_the_log_as_unknown() {
    for (said, outcome) in [
        (Vec::new(), "unknown"),
        (json_of("500 Internal Server Error", "{\"errors\":[]}"), "unknown"),
        (json_of("502 Bad Gateway", "{\"errors\":[]}"), "unknown"),
        (json_of("408 Request Timeout", "{\"errors\":[]}"), "unknown"),
        (json_of("201 Created", "{\"escalation_path\":"), "unknown"),
        (json_of("422 Unprocessable Entity", "{\"errors\":[]}"), "refused"),
        (http("307 Temporary Redirect", "location: /elsewhere\r\n", ""), "refused"),
        (json_of("201 Created", "{\"escalation_path\":{\"id\":\"01J0X\",\"name\":\"x\"}}"), "done"),
    ] {
        let (url, _) = upstream(said.clone(), false).await;
        let proxy = proxy(&url).await;
        let body = json!({"name": "n", "path": []});
        proxy.call(Method::POST, "/v2/escalation_paths", Some(&body)).await;
        proxy.call(Method::PUT, "/v2/escalation_paths/a", Some(&body)).await;
        let log = proxy.get("/builder/v1/audit").await.body;
        let lines = log["audit_log"].as_array().unwrap();
        assert_eq!(lines.len(), 2, "{log:#}");
        for line in lines {
            assert_eq!(line["outcome"], outcome, "{}: {line:#}", String::from_utf8_lossy(&said));
            let name = if outcome == "done" { "x" } else { "n" };
            assert_eq!(line["after"]["name"], name);
        }
        // What was not read is not told as if it had not been there.
        let update = &lines[0];
        let is_known = outcome == "done";
        assert_eq!(update["unreadable"].is_null(), is_known, "{update:#}");
        assert_eq!(update["before"]["id"].is_null(), !is_known);
    }
}

/// Headers about limits are numbers, or are not passed on: an API that repeats what it was sent would tell the key.
#[tokio::test]
async fn no_header_has_anything_but_numbers_in_it() {
    let headers = |retry: &str, limit: &str| {
        let own = format!("retry-after: {retry}\r\nx-ratelimit-limit: {limit}\r\nx-ratelimit-remaining: 7\r\n");
        http("409 Conflict", &format!("content-type: application/json\r\n{own}"), "{\"errors\":[]}")
    };
    for (retry, limit, are_passed_on) in [
        ("5", "60, 1200;window=60, 60;window=60", true),
        (KEY, KEY, false),
        ("-5", "1200;key=1", false),
        ("99999999999999999999", "1e9", false),
    ] {
        let (url, _) = upstream(headers(retry, limit), false).await;
        let said = proxy(&url).await.get("/v2/users").await;
        assert_eq!(said.status, StatusCode::CONFLICT);
        assert_eq!(said.headers["x-ratelimit-remaining"], "7");
        for (name, value) in [("retry-after", retry), ("x-ratelimit-limit", limit)] {
            let passed = said.headers.get(name).map(|passed| passed.to_str().unwrap());
            assert_eq!(passed, are_passed_on.then_some(value), "{name}");
        }
    }
}
