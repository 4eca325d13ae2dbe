//! Requests to a server of our own, as bytes on a connection: its heads, its addresses and parameters, its documents.

#![allow(clippy::expect_used, reason = "what fails here fails a test")]

use std::future::pending;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{LazyLock, mpsc};
use std::thread;
use std::time::Duration;

use escalation_server::Config;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it is waited for where the request may not be whole.
const TO_WAIT: Duration = Duration::from_millis(100);

/// Where a document is sent that is no request itself.
const ROUTES: [&str; 14] = [
    "POST /v2/escalation_paths/actions/validate",
    "POST /v2/escalation_paths",
    "PUT /v2/escalation_paths/01J0PATHMOBILE000000000000",
    "POST /v2/escalation_path_templates",
    "POST /v2/schedules",
    "POST /v2/schedules/actions/preview_entries",
    "POST /v2/schedule_overrides",
    "POST /v2/escalations",
    "POST /builder/v1/alert_sources",
    "POST /v2/alert_events/http/none",
    "POST /builder/v1/api_keys",
    "POST /builder/v1/on_call_notification_pauses",
    "PUT /builder/v1/escalation_paths/01J0PATHMOBILE000000000000/expectations",
    "PUT /builder/v1/users/01J0USERMAYA00000000000000/notification_rules",
];
/// What requests begin with.
const METHODS: [&str; 7] = ["GET ", "POST ", "PUT ", "DELETE ", "HEAD ", "OPTIONS ", "PATCH "];

/// A server for as long as the process lasts, and where it is.
static SERVER: LazyLock<SocketAddr> = LazyLock::new(|| {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let folder = tempfile::tempdir().expect("a folder can be made");
        std::fs::write(folder.path().join("index.html"), "<!doctype html>").expect("a file can be written");
        let (app, data) = (folder.path().display().to_string(), folder.path().join("data").display().to_string());
        let unlimited = ["--requests-per-minute", "0", "--escalations-per-minute", "0"];
        let own = ["--listen", "127.0.0.1:0", "--app", &app, "--data", &data];
        let options = ["escalation-server"].into_iter().chain(unlimited).chain(own);
        let config = Config::read(options).expect("these are options").config;
        let runtime = tokio::runtime::Runtime::new().expect("threads can be had");
        runtime.block_on(async {
            let running = escalation_server::start(config).await.expect("it starts");
            send.send(running.address()).expect("somebody waits for it");
            running.serve(pending()).await;
        });
    });
    receive.recv().expect("it has an address")
});

/// Sends a request, or a document to one of the addresses that take one, and reads the answer.
pub(crate) fn asked(text: &str) {
    let is_request = METHODS.iter().any(|method| text.starts_with(method));
    let request = if is_request {
        // A head without an end would be waited for.
        format!("{}\r\n\r\n", text.replace("HOST", &SERVER.to_string()))
    } else {
        let route = ROUTES.iter().cycle().nth(text.len() % ROUTES.len()).copied().unwrap_or_default();
        format!(
            "{route} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{text}",
            *SERVER,
            text.len(),
        )
    };
    let answer = sent(request.as_bytes(), if is_request { TO_WAIT } else { PATIENCE });
    // What is no whole request is left without an answer, until its time is over.
    assert!(answer.starts_with("HTTP/1.1 ") || is_request && answer.is_empty(), "{request:?}: {answer:?}");
    assert!(!answer.starts_with("HTTP/1.1 500"), "{request:?}: {answer}");
}

/// Sends bytes, and reads until there is the head of an answer or the time is over.
fn sent(bytes: &[u8], patience: Duration) -> String {
    let mut stream = TcpStream::connect(*SERVER).expect("it takes connections");
    stream.set_read_timeout(Some(patience)).expect("a time can be set");
    // It may have enough of them before their end.
    let _refused = stream.write_all(bytes);
    let (mut answer, mut piece) = (Vec::new(), [0; 4096]);
    while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => break,
            Ok(count) => answer.extend_from_slice(piece.get(..count).unwrap_or_default()),
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}
