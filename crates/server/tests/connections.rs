//! Connections that say nothing, half of something, or too slowly; their number; and how the server stops.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use std::fs;
use std::time::Duration;

use common::{Server, answer, rest};
use escalation_server::Limits;
use reqwest::{Method, StatusCode};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

const HEAD: &str = "GET /v2/nope HTTP/1.1\r\nhost: localhost\r\n";
const POST: &str = "POST /v2/escalation_paths HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n";
const DOWNLOAD: &str = "GET /large.bin HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
/// The size of the file that is downloaded, in bytes: larger than what the system keeps on its way.
const LARGE: usize = 48 * 1024 * 1024;
/// For what is expected to happen: tests fail after it, and never wait for it to pass.
const LONG: Duration = Duration::from_secs(60);
/// A limit that plays no part in a test.
const NEVER: Duration = Duration::from_secs(3_600);
/// A limit that is waited for.
const SHORT: Duration = Duration::from_secs(1);
/// How long a test waits for what must not happen: longer than [`SHORT`] and than the time after which connections that
/// say nothing make room.
const WHILE: Duration = Duration::from_millis(2_500);

/// A server on which nothing takes too long, but for what is changed.
async fn patient(change: impl FnOnce(&mut Limits)) -> Server {
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join("app")).unwrap();
    fs::write(folder.path().join("app/large.bin"), vec![b'x'; LARGE]).unwrap();
    Server::limited(folder, &[], |limits| {
        (limits.head, limits.body, limits.idle, limits.write, limits.stop) = (NEVER, NEVER, NEVER, NEVER, NEVER);
        change(limits);
    })
    .await
}

/// What comes until the end of a connection, on which one byte more is sent now and then.
async fn dripping(mut stream: TcpStream, drop_of: &str) -> String {
    let dripping = async {
        let mut all = Vec::new();
        loop {
            let mut piece = [0; 4096];
            match timeout(SHORT / 4, stream.read(&mut piece)).await {
                Ok(Ok(0) | Err(_)) => break String::from_utf8(all).unwrap(),
                Ok(Ok(count)) => all.extend_from_slice(&piece[..count]),
                Err(_) => {
                    // It may be closed by now, and what it said is still to be read.
                    let _closed = stream.write_all(drop_of.as_bytes()).await;
                }
            }
        }
    };
    timeout(LONG, dripping).await.unwrap()
}

async fn ended(mut stream: TcpStream) -> String {
    timeout(LONG, rest(&mut stream)).await.unwrap()
}

/// Asks on a connection that is kept, and reads the answer.
async fn ask(stream: &mut TcpStream) {
    stream.write_all(format!("{HEAD}\r\n").as_bytes()).await.unwrap();
    let mut said = Vec::new();
    while !said.ends_with(b"}") {
        let read = timeout(LONG, stream.read_buf(&mut said)).await.unwrap().unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&said));
    }
    assert!(said.starts_with(b"HTTP/1.1 404 "), "{}", String::from_utf8_lossy(&said));
}

/// Asks with a body of which nothing comes, and waits until the server waits for it.
async fn ask_half(stream: &mut TcpStream) {
    stream.write_all(POST.replace("\r\n\r\n", "\r\nexpect: 100-continue\r\n\r\n").as_bytes()).await.unwrap();
    let mut said = [0; 25];
    timeout(LONG, stream.read_exact(&mut said)).await.unwrap().unwrap();
    assert_eq!(said, *b"HTTP/1.1 100 Continue\r\n\r\n");
}

/// A download of which the first bytes are there, and nothing more is read.
async fn download(server: &Server) -> TcpStream {
    let stream = server.connect(DOWNLOAD).await;
    timeout(LONG, stream.peek(&mut [0; 16])).await.unwrap().unwrap();
    stream
}

async fn ends_whole(mut download: TcpStream) {
    let mut all = Vec::new();
    timeout(LONG, download.read_to_end(&mut all)).await.unwrap().unwrap();
    let head = all.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
    assert_eq!(all.len() - head, LARGE);
}

#[tokio::test]
async fn a_head_has_an_end() {
    let server = patient(|limits| limits.head = SHORT).await;
    assert_eq!(ended(server.connect("").await).await, "", "nothing was asked, so nothing is answered");
    for half in ["GET", HEAD] {
        let said = ended(server.connect(half).await).await;
        assert!(said.starts_with("HTTP/1.1 408 "), "{half}: {said}");
    }
    let said = dripping(server.connect(HEAD).await, "x: y\r\n").await;
    assert!(said.starts_with("HTTP/1.1 408 ") && said.contains("\"type\":\"request_timeout\""), "{said}");
    let id = said.split("x-request-id: ").nth(1).unwrap().split('\r').next().unwrap();
    assert!(said.contains(&format!("\"request_id\":\"{id}\"")), "{said}");
    // The second head on a connection has one, too.
    let mut second = server.connect("").await;
    ask(&mut second).await;
    second.write_all(b"GET /").await.unwrap();
    let said = dripping(second, "a").await;
    assert!(said.starts_with("HTTP/1.1 408 "), "{said}");
    assert_eq!(server.get("/builder/v1/info").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_has_an_end() {
    let server = patient(|limits| limits.body = SHORT).await;
    let (half, drops) = (server.connect(&format!("{POST}{{")).await, server.connect(POST).await);
    for said in [ended(half).await, dripping(drops, " ").await] {
        assert!(said.starts_with("HTTP/1.1 408 ") && said.contains("\"type\":\"request_timeout\""), "{said}");
        assert!(said.contains("nothing was done"), "{said}");
    }
}

#[tokio::test]
async fn a_connection_is_kept_and_not_for_ever() {
    let server = patient(|limits| limits.head = SHORT).await;
    let mut kept = server.connect("").await;
    ask(&mut kept).await;
    // Longer than a head may take.
    sleep(WHILE).await;
    ask(&mut kept).await;

    let server = patient(|limits| limits.idle = SHORT).await;
    let mut kept = server.connect("").await;
    ask(&mut kept).await;
    assert_eq!(ended(kept).await, "", "it ends without a word");
}

#[tokio::test]
async fn a_body_that_does_not_come_whole_is_no_body() {
    let server = Server::demo().await;
    let head = "POST /v2/escalation_paths HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
    let torn = server.raw(&format!("{head}transfer-encoding: chunked\r\n\r\nzz\r\n")).await;
    assert!(torn.starts_with("HTTP/1.1 400 "), "{torn}");
    let mut half = server.connect(&format!("{head}content-length: 10\r\n\r\n{{")).await;
    half.shutdown().await.unwrap();
    let said = ended(half).await;
    assert!(said.starts_with("HTTP/1.1 400 ") && said.contains("did not come whole"), "{said}");
}

#[tokio::test]
async fn a_download_takes_as_long_as_its_client() {
    let server = patient(|limits| (limits.head, limits.idle) = (SHORT, SHORT)).await;
    let slow = download(&server).await;
    sleep(WHILE).await;
    ends_whole(slow).await;
}

#[tokio::test]
async fn a_download_is_not_cut_to_make_room() {
    let server = patient(|limits| limits.connections = 1).await;
    let slow = download(&server).await;
    let waits = server.connect(&format!("{HEAD}connection: close\r\n\r\n")).await;
    sleep(WHILE).await;
    ends_whole(slow).await;
    let said = ended(waits).await;
    assert!(said.starts_with("HTTP/1.1 404 "), "{said}");
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_given_up() {
    let server = patient(|limits| (limits.connections, limits.write) = (1, SHORT)).await;
    let greedy = download(&server).await;
    // The only place is free again.
    let said = timeout(LONG, server.raw(&format!("{HEAD}connection: close\r\n\r\n"))).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 404 "), "{said}");
    drop(greedy);
}

#[tokio::test]
async fn what_says_nothing_makes_room() {
    let server = patient(|limits| limits.connections = 10).await;
    let mut silent = Vec::new();
    for _ in 0..30 {
        silent.push(server.connect("").await);
    }
    for _ in 0..20 {
        let kept = server.connect(&format!("{HEAD}\r\n")).await;
        silent.push(kept);
    }
    // None of them has an end of its own.
    let said = timeout(LONG, server.raw(&format!("{HEAD}connection: close\r\n\r\n"))).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 404 "), "{said}");
}

#[tokio::test]
async fn as_many_connections_as_there_may_be_are_kept() {
    let server = patient(|limits| limits.connections = 2).await;
    let (mut one, mut other) = (server.connect("").await, server.connect("").await);
    ask(&mut one).await;
    ask(&mut other).await;
    sleep(WHILE).await;
    ask(&mut other).await;
    ask(&mut one).await;
    // One more needs room, and the one that has said nothing for longest makes it.
    sleep(WHILE).await;
    ask(&mut one).await;
    let mut third = server.connect("").await;
    ask(&mut third).await;
    assert_eq!(ended(other).await, "");
    ask(&mut one).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn one_client_never_has_all_connections() {
    let server = patient(|limits| (limits.connections, limits.connections_per_client) = (4, 3)).await;
    let mut greedy = Vec::new();
    for _ in 0..3 {
        greedy.push(download(&server).await);
    }
    let refused = server.raw(&format!("{HEAD}\r\n")).await;
    assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains("\r\nretry-after: "), "{refused}");
    assert!(refused.contains("\"code\":\"too_many_connections\""), "{refused}");
    let elsewhere = server.connect_from("127.0.0.2", &format!("{HEAD}connection: close\r\n\r\n")).await;
    let said = ended(elsewhere).await;
    assert!(said.starts_with("HTTP/1.1 404 "), "{said}");
    // And again, once one of its connections is done.
    ends_whole(greedy.remove(0)).await;
    loop {
        let said = timeout(LONG, server.raw(&format!("{HEAD}connection: close\r\n\r\n"))).await.unwrap();
        if said.starts_with("HTTP/1.1 404 ") {
            break;
        }
        assert!(said.starts_with("HTTP/1.1 503 "), "{said}");
    }
}

#[tokio::test]
async fn it_stops_though_somebody_has_asked_half() {
    // It does not wait for its limit, nor for those of a head and a body.
    for (half, status) in [("nothing", None), ("head", None), ("body", Some("408"))] {
        let mut server = patient(|_| {}).await;
        let mut asked = server.connect("").await;
        ask(&mut asked).await;
        match half {
            "head" => asked.write_all(HEAD.as_bytes()).await.unwrap(),
            "body" => ask_half(&mut asked).await,
            _ => {}
        }
        server.stop();
        timeout(LONG, server.ended()).await.unwrap();
        let address = server.base.trim_start_matches("http://").to_string();
        assert!(TcpStream::connect(address).await.is_err(), "{half}: nobody new is let in");
        let said = ended(asked).await;
        match status {
            Some(status) => assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{half}: {said}"),
            None => assert_eq!(said, "", "{half}"),
        }
    }
}

#[tokio::test]
async fn what_is_no_request_is_answered_as_everything_is() {
    let server = Server::demo().await;
    let long = "a".repeat(70_000);
    let wrong = [
        ("400", "hello\r\n\r\n".to_string()),
        ("400", "GET / HTTP/9.9\r\nhost: localhost\r\n\r\n".to_string()),
        ("400", "GET / HTTP/1.1\r\nhost: localhost\r\nbroken header\r\n\r\n".to_string()),
        ("400", "GET / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1x\r\n\r\n".to_string()),
        ("400", "POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: nope\r\n\r\n".to_string()),
        ("400", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_string()),
        ("400", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\r\n\r\n".to_string()),
        ("414", format!("GET /{long} HTTP/1.1\r\nhost: localhost\r\n\r\n")),
        ("431", format!("GET / HTTP/1.1\r\nhost: localhost\r\n{}\r\n", "x: y\r\n".repeat(200))),
        ("431", format!("GET / HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n", long.repeat(5))),
    ];
    for (status, request) in wrong {
        // Alone, and after a request that was answered.
        let mut used = server.connect("").await;
        ask(&mut used).await;
        for mut stream in [server.connect("").await, used] {
            stream.write_all(request.as_bytes()).await.unwrap();
            let start = request.get(..60).unwrap_or(&request);
            let said = timeout(Duration::from_secs(5), rest(&mut stream)).await.unwrap_or_else(|_| panic!("{start:?}"));
            assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{start:?}: {said}");
            let (head, body) = said.split_once("\r\n\r\n").unwrap();
            assert!(head.contains("\r\ncontent-type: application/json"), "{start:?}: {head}");
            let body: serde_json::Value = serde_json::from_str(body).unwrap();
            assert_eq!(body["status"].to_string(), status, "{start:?}");
            common::is_a("ErrorResponse", &body, "no request");
        }
    }
    assert_eq!(server.get("/builder/v1/info").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_under_way_is_answered_before_it_stops() {
    // Another API that takes longer than the server has left.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    let folder = TempDir::new().unwrap();
    let key = folder.path().join("key");
    std::fs::write(&key, "secret").unwrap();
    let options = ["--upstream", &upstream, "--upstream-key-file", key.to_str().unwrap()];
    let mut server = Server::limited(folder, &options, |limits| limits.stop = Duration::from_secs(10)).await;
    let asked = tokio::spawn(answer(server.request(Method::GET, "/v2/users")));
    let written = tokio::spawn(answer(server.request(Method::DELETE, "/v2/escalation_paths/a")));
    let both = (listener.accept().await.unwrap(), listener.accept().await.unwrap());
    server.stop();
    let (asked, written) =
        (timeout(LONG, asked).await.unwrap().unwrap(), timeout(LONG, written).await.unwrap().unwrap());
    assert_eq!((asked.status, written.status), (StatusCode::GATEWAY_TIMEOUT, StatusCode::GATEWAY_TIMEOUT));
    assert!(written.body.to_string().contains("whether it did what was asked is not known"), "{}", written.body);
    drop(both);
}

/// The program itself, as whoever operates it sees it.
#[cfg(unix)]
mod program {
    use super::*;
    use std::process::Stdio;
    use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
    use tokio::process::{Child, ChildStderr, Command};

    /// A program that serves, its address, and its log, line by line.
    async fn program(folder: &TempDir, limit: Option<u32>) -> (Child, String, Lines<BufReader<ChildStderr>>) {
        let app = common::app(folder.path());
        let files = limit.map_or_else(String::new, |limit| format!("ulimit -n {limit}; "));
        let mut child = Command::new("sh")
            .args(["-c", &format!("{files}exec \"$@\""), "sh", env!("CARGO_BIN_EXE_escalation-server")])
            .args(["--listen", "127.0.0.1:0", "--app", app.to_str().unwrap()])
            .arg("--data")
            .arg(folder.path().join("data"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
        let address = line.trim().trim_end_matches('/').rsplit('/').next().unwrap().to_string();
        let log = BufReader::new(child.stderr.take().unwrap()).lines();
        (child, address, log)
    }

    async fn signal(child: &Child, name: &str) {
        let id = child.id().unwrap().to_string();
        assert!(Command::new("kill").args([format!("-{name}"), id]).status().await.unwrap().success());
    }

    /// Waits until something is in the log.
    async fn logged(log: &mut Lines<BufReader<ChildStderr>>, what: &str) {
        let found = async {
            while let Some(line) = log.next_line().await.unwrap() {
                if line.contains(what) {
                    return;
                }
            }
            panic!("the log ended without {what}");
        };
        timeout(LONG, found).await.unwrap();
    }

    #[tokio::test]
    async fn a_signal_ends_it_and_a_second_one_at_once() {
        let folder = TempDir::new().unwrap();
        for signals in [["TERM"].as_slice(), &["TERM", "TERM"], &["INT", "TERM"]] {
            let (mut child, address, mut log) = program(&folder, None).await;
            let mut half = TcpStream::connect(&address).await.unwrap();
            ask_half(&mut half).await;
            for name in signals {
                signal(&child, name).await;
                logged(&mut log, "asked to stop").await;
            }
            if signals.len() > 1 {
                logged(&mut log, "asked to stop twice: stopped at once").await;
            }
            let status = timeout(LONG, child.wait()).await.unwrap().unwrap();
            assert_eq!(status.success(), signals.len() == 1, "{signals:?}: {status}");
        }
    }

    #[tokio::test]
    async fn with_few_open_files_too_many_connections_are_still_told_so() {
        let folder = TempDir::new().unwrap();
        let (child, address, mut log) = program(&folder, Some(64)).await;
        logged(&mut log, "too few files may be open").await;
        // They are all held open.
        let mut connections = Vec::new();
        for _ in 0..12 {
            let mut stream = TcpStream::connect(&address).await.unwrap();
            stream.write_all(b"GET /v2/users HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
            connections.push(stream);
        }
        let mut answers = Vec::new();
        for stream in &mut connections {
            let mut first = String::new();
            BufReader::new(stream).read_line(&mut first).await.unwrap();
            answers.push(first.split(' ').nth(1).unwrap().to_string());
        }
        // A quarter is too few for one, so each may have six.
        assert_eq!(answers.iter().filter(|status| *status == "200").count(), 6, "{answers:?}");
        assert_eq!(answers.iter().filter(|status| *status == "503").count(), 6, "{answers:?}");
        drop((connections, child));
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn it_answers_though_more_want_to_than_it_may_have_files_open() {
        let folder = TempDir::new().unwrap();
        let (child, address, mut log) = program(&folder, Some(64)).await;
        let mut silent = Vec::new();
        for number in 0..80 {
            // From as many addresses as it takes for none to have more than its share.
            silent.push(common::connect_from(&format!("127.0.0.{}", 2 + number / 4), &address).await);
        }
        let mut asked = TcpStream::connect(&address).await.unwrap();
        asked.write_all(format!("{HEAD}connection: close\r\n\r\n").as_bytes()).await.unwrap();
        let said = ended(asked).await;
        assert!(said.starts_with("HTTP/1.1 404 "), "{said}");
        logged(&mut log, "no more connections are taken until others end").await;
        drop(child);
    }
}
