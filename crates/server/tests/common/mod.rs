//! A real server on a real port, and a client that holds every answer to the contract.

#![allow(dead_code, unused_imports, reason = "each test file uses a part")]

pub(crate) mod contract;
pub(crate) mod database;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser as _;
pub(crate) use contract::is_a;
use escalation_server::{Clock, Config, Limits, start};
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) struct Server {
    pub(crate) base: String,
    pub(crate) folder: TempDir,
    client: Client,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
    noted: contract::Noted,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

/// The paths of the demo organisation as they are sent, by their ids.
pub(crate) fn demo_paths() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/paths");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |file: &PathBuf| -> Value { serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap() };
    let paths = files.iter().map(read);
    paths.map(|path| (path["id"].as_str().unwrap().to_string(), path["payload"].clone())).collect()
}

/// A small app to serve in place of the built one.
pub(crate) fn app(folder: &Path) -> PathBuf {
    let app = folder.join("app");
    fs::create_dir_all(&app).unwrap();
    fs::write(app.join("index.html"), "<!doctype html><script type=\"module\">start()</script>").unwrap();
    fs::write(app.join("app-0123456789abcdef.js"), "plain").unwrap();
    fs::write(app.join("app-0123456789abcdef.js.br"), "brotli").unwrap();
    fs::write(app.join("app-0123456789abcdef.js.gz"), "gzip").unwrap();
    app
}

pub(crate) fn config(folder: &Path, more: &[&str]) -> Config {
    let (app, data) = (app(folder), folder.join("data"));
    let fixed = ["escalation-server", "--listen", "127.0.0.1:0", "--app"].map(str::to_string);
    let folders = [app.display().to_string(), "--data".to_string(), data.display().to_string()];
    let database = database::address(folder).map(|address| ["--database".to_string(), address]);
    let more = database.into_iter().flatten().chain(more.iter().map(ToString::to_string));
    let mut config = Config::parse_from(fixed.into_iter().chain(folders).chain(more));
    // Tests ask more than people do; those of the limits set them.
    config.requests_per_minute = 0;
    config.escalations_per_minute = 0;
    config
}

impl Server {
    /// With the demo organisation.
    pub(crate) async fn demo() -> Self {
        Self::with(TempDir::new().unwrap(), &[]).await
    }

    pub(crate) async fn with(folder: TempDir, more: &[&str]) -> Self {
        Self::limited(folder, more, |_| ()).await
    }

    /// With other limits of connections.
    pub(crate) async fn limited(folder: TempDir, more: &[&str], change: impl FnOnce(&mut Limits)) -> Self {
        let mut limits = Limits::default();
        change(&mut limits);
        let config = config(folder.path(), more);
        Self::started(folder, config, limits).await
    }

    /// With the demo organisation and a clock that stands, on which escalations run.
    pub(crate) async fn standing(clock: &Clock, folder: TempDir, more: &[&str]) -> Self {
        let config = Config { clock: clock.clone(), ..config(folder.path(), more) };
        Self::started(folder, config, Limits::default()).await
    }

    /// As it is told.
    pub(crate) async fn of(folder: TempDir, config: Config) -> Self {
        Self::started(folder, config, Limits::default()).await
    }

    async fn started(folder: TempDir, config: Config, limits: Limits) -> Self {
        let passes_on = config.upstream.is_some();
        let running = start(config).await.unwrap().with_limits(limits);
        let noted = contract::note_server(running.address().port(), folder.path(), passes_on);
        let base = format!("http://{}", running.address());
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(running.serve(async { drop(stopped.await) }));
        Self { base, folder, client: client(), stop: Some(stop), serving: Some(serving), noted }
    }

    /// Stops the server and starts another on the same folder.
    pub(crate) async fn restart(mut self) -> Self {
        drop(self.stop.take());
        Self::with(self.folder, &[]).await
    }

    /// Stops the server, and leaves what it has stored.
    pub(crate) async fn stopped(mut self) -> TempDir {
        // What keeps connections open goes first, so that nothing is waited for.
        self.client = client();
        // Before another program can have its port.
        drop(self.noted);
        drop(self.stop.take());
        self.serving.take().unwrap().await.unwrap();
        self.folder
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    /// Sends a request.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.base));
        if let Some(body) = body {
            request = request.json(body);
        }
        answer(request).await
    }

    /// A connection, on which this has been sent.
    pub(crate) async fn connect(&self, sent: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.base.trim_start_matches("http://")).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        stream
    }

    /// What is answered to a request as it goes over the wire, to the end of the connection.
    pub(crate) async fn raw(&self, sent: &str) -> String {
        rest(&mut self.connect(sent).await).await
    }

    /// The status of the same, with `host: localhost` and the end of the connection asked for.
    pub(crate) async fn status_of(&self, line: &str, headers: &str) -> u16 {
        let said = self.raw(&format!("{line} HTTP/1.1\r\n{headers}connection: close\r\n\r\n")).await;
        said.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{line}: {said}"))
    }

    /// Tells the server to stop.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Done when the server has stopped.
    pub(crate) async fn ended(&mut self) {
        self.serving.take().unwrap().await.unwrap();
    }

    /// A connection from another address of this machine, on which this has been sent.
    pub(crate) async fn connect_from(&self, source: &str, sent: &str) -> TcpStream {
        let mut stream = connect_from(source, self.base.trim_start_matches("http://")).await;
        stream.write_all(sent.as_bytes()).await.unwrap();
        stream
    }

    /// Sends a request as it is put together by the test.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }
}

/// A connection from an address of this machine, such as `127.0.0.2`, which Linux has without being asked.
pub(crate) async fn connect_from(source: &str, address: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{source}:0").parse().unwrap()).unwrap();
    socket.connect(address.parse().unwrap()).await.unwrap()
}

/// Sends a request and reads the answer. What the vendor's contract and our document know of must answer as they say.
pub(crate) async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let (client, request) = request.build_split();
    let request = request.unwrap();
    let (method, path) = (request.method().clone(), request.url().path().to_string());
    let port = request.url().port();
    contract::note_sent(port, request.body().and_then(reqwest::Body::as_bytes));
    let response = client.execute(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.unwrap();
    let answer = Answer { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) };
    contract::check(port, &method, &path, &answer);
    answer
}

/// All that comes until the other side ends the connection, or breaks it.
pub(crate) async fn rest(stream: &mut TcpStream) -> String {
    let (mut all, mut piece) = (Vec::new(), [0; 4096]);
    while let Ok(count) = stream.read(&mut piece).await {
        if count == 0 {
            break;
        }
        all.extend_from_slice(&piece[..count]);
    }
    String::from_utf8_lossy(&all).into_owned()
}

fn client() -> Client {
    let _already = rustls::crypto::ring::default_provider().install_default();
    Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}
