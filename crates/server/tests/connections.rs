//! Connections that say nothing, half of something, or too slowly; their number; and how the server stops.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::time::{Duration, Instant};

use common::{Server, answer, rest};
use reqwest::{Method, StatusCode};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

const HEAD: &str = "GET /v2/nope HTTP/1.1\r\nhost: localhost\r\n";
const POST: &str = "POST /v2/escalation_paths HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n";
/// Longer than anything here may take, and shorter than the usual limits.
const LONG: Duration = Duration::from_secs(12);

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

async fn impatient() -> Server {
    Server::limited(TempDir::new().unwrap(), &[], |limits| {
        limits.head = ms(400);
        limits.body = ms(600);
        limits.idle = ms(800);
        limits.write = ms(500);
    })
    .await
}

/// What comes until the end of a connection, on which one byte more is sent now and then.
async fn dripping(mut stream: TcpStream, drop_of: &str) -> String {
    let dripping = async {
        let mut all = Vec::new();
        loop {
            let mut piece = [0; 4096];
            match timeout(ms(50), stream.read(&mut piece)).await {
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

#[tokio::test]
async fn each_state_of_a_connection_has_an_end() {
    let server = impatient().await;
    assert_eq!(ended(server.connect("").await).await, "", "nothing was asked, so nothing is answered");
    for half in ["GET", HEAD, "\r\n"] {
        let said = ended(server.connect(half).await).await;
        assert!(said.starts_with("HTTP/1.1 408 ") || half == "\r\n", "{half}: {said}");
    }
    let said = dripping(server.connect(HEAD).await, "x: y\r\n").await;
    assert!(said.starts_with("HTTP/1.1 408 ") && said.contains("\"type\":\"request_timeout\""), "{said}");
    for said in
        [ended(server.connect(&format!("{POST}{{")).await).await, dripping(server.connect(POST).await, " ").await]
    {
        assert!(said.starts_with("HTTP/1.1 408 ") && said.contains("\"type\":\"request_timeout\""), "{said}");
        assert!(said.contains("nothing was done"), "{said}");
    }
    // Kept alive for longer than a head may take, and not for ever.
    let mut kept = server.connect(&format!("{HEAD}\r\n")).await;
    sleep(ms(550)).await;
    kept.write_all(format!("{HEAD}\r\n").as_bytes()).await.unwrap();
    let said = ended(kept).await;
    assert_eq!(said.matches("HTTP/1.1 404 ").count(), 2, "{said}");
    assert!(!said.contains(" 408 "), "{said}");
    // The second head on a connection has a bound, too.
    let said = ended(server.connect(&format!("{HEAD}\r\n")).await).await;
    assert!(said.starts_with("HTTP/1.1 404 "), "{said}");
    let mut second = server.connect(&format!("{HEAD}\r\n")).await;
    sleep(ms(100)).await;
    second.write_all(b"GET /").await.unwrap();
    let said = dripping(second, "a").await;
    assert!(said.contains("HTTP/1.1 408 "), "{said}");
    assert_eq!(server.get("/builder/v1/info").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_that_does_not_come_whole_is_told_apart_from_one_that_is_too_large() {
    let server = Server::demo().await;
    let head = "POST /v2/escalation_paths HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
    let torn = server.raw(&format!("{head}transfer-encoding: chunked\r\n\r\nzz\r\n")).await;
    assert!(torn.starts_with("HTTP/1.1 400 "), "{torn}");
    let mut half = server.connect(&format!("{head}content-length: 10\r\n\r\n{{")).await;
    half.shutdown().await.unwrap();
    let said = ended(half).await;
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 400 "), "{said}");
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_given_up() {
    let folder = TempDir::new().unwrap();
    // Larger than what the system keeps on its way.
    std::fs::create_dir_all(folder.path().join("app")).unwrap();
    std::fs::write(folder.path().join("app/large.bin"), vec![b'x'; 48 * 1024 * 1024]).unwrap();
    let server = Server::limited(folder, &[], |limits| {
        limits.connections = 1;
        limits.write = ms(500);
    })
    .await;
    let greedy = server.connect("GET /large.bin HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    sleep(ms(100)).await;
    // The only place is free again.
    let said = timeout(LONG, server.raw(&format!("{HEAD}connection: close\r\n\r\n"))).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 404 "), "{said}");
    drop(greedy);
}

#[tokio::test]
async fn what_says_nothing_makes_room() {
    let server = Server::limited(TempDir::new().unwrap(), &[], |limits| limits.connections = 10).await;
    let mut silent = Vec::new();
    for _ in 0..30 {
        silent.push(server.connect("").await);
    }
    for _ in 0..20 {
        let kept = server.connect(&format!("{HEAD}\r\n")).await;
        silent.push(kept);
    }
    let begun = Instant::now();
    let said = timeout(LONG, server.raw(&format!("{HEAD}connection: close\r\n\r\n"))).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 404 "), "{said}");
    assert!(begun.elapsed() < LONG, "before any of them has had its time");
}

#[tokio::test]
async fn it_stops_though_somebody_has_asked_half() {
    for (sent, at_once) in [("", true), (HEAD, false), (POST, false)] {
        let folder = TempDir::new().unwrap();
        let config = common::config(folder.path(), &[]);
        let limits = escalation_server::Limits { stop: ms(900), ..escalation_server::Limits::default() };
        let running = escalation_server::start(config).await.unwrap().with_limits(limits);
        let address = running.address();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = tokio::spawn(running.serve(async { drop(stopped.await) }));
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        sleep(ms(200)).await;
        let begun = Instant::now();
        drop(stop);
        timeout(LONG, serving).await.unwrap().unwrap();
        assert_eq!(begun.elapsed() < ms(800), at_once, "{sent:?}: {:?}", begun.elapsed());
        assert!(TcpStream::connect(address).await.is_err(), "nobody new is let in");
    }
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
    let mut server = Server::limited(folder, &options, |limits| limits.stop = ms(1_500)).await;
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
    use tokio::io::{AsyncBufReadExt as _, BufReader};
    use tokio::process::{Child, Command};

    async fn program(folder: &TempDir, limit: Option<u32>) -> (Child, String) {
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
        (child, address)
    }

    async fn signal(child: &Child, name: &str) {
        let id = child.id().unwrap().to_string();
        assert!(Command::new("kill").args([format!("-{name}"), id]).status().await.unwrap().success());
    }

    #[tokio::test]
    async fn a_signal_ends_it_in_time_and_a_second_one_at_once() {
        let folder = TempDir::new().unwrap();
        for (signals, least, most) in
            [(["TERM"].as_slice(), 8, 14), (&["TERM", "TERM"], 0, 5), (&["INT", "TERM"], 0, 5)]
        {
            let (mut child, address) = program(&folder, None).await;
            let mut half = TcpStream::connect(&address).await.unwrap();
            half.write_all(HEAD.as_bytes()).await.unwrap();
            sleep(ms(300)).await;
            let begun = Instant::now();
            for name in signals {
                signal(&child, name).await;
                sleep(ms(300)).await;
            }
            let status = timeout(Duration::from_secs(25), child.wait()).await.unwrap().unwrap();
            let took = begun.elapsed().as_secs();
            assert!((least..=most).contains(&took), "{signals:?}: {took} s");
            assert_eq!(status.success(), signals.len() == 1, "{signals:?}: {status}");
        }
    }

    #[tokio::test]
    async fn it_answers_though_more_want_to_than_it_may_have_files_open() {
        let folder = TempDir::new().unwrap();
        let (mut child, address) = program(&folder, Some(64)).await;
        let mut silent = Vec::new();
        for _ in 0..80 {
            silent.push(TcpStream::connect(&address).await.unwrap());
        }
        let mut asked = TcpStream::connect(&address).await.unwrap();
        asked.write_all(format!("{HEAD}connection: close\r\n\r\n").as_bytes()).await.unwrap();
        let said = timeout(Duration::from_secs(30), rest(&mut asked)).await.unwrap();
        assert!(said.starts_with("HTTP/1.1 404 "), "{said}");
        signal(&child, "TERM").await;
        let mut log = String::new();
        child.stderr.take().unwrap().read_to_string(&mut log).await.unwrap();
        assert!(log.contains("no more connections are taken until others end"), "{log}");
    }
}
