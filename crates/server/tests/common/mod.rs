//! A real server on a real port, and a client that holds every answer to the contract.

#![allow(dead_code, reason = "each test file uses a part")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use clap::Parser as _;
use escalation_server::{Config, Limits, start};
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

pub(crate) struct Server {
    pub(crate) base: String,
    pub(crate) folder: TempDir,
    client: Client,
    stop: Option<oneshot::Sender<()>>,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
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
    Config::parse_from(fixed.into_iter().chain(folders).chain(more.iter().map(ToString::to_string)))
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
        let running = start(config(folder.path(), more)).await.unwrap().with_limits(limits);
        let base = format!("http://{}", running.address());
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(running.serve(async { drop(stopped.await) }));
        Self { base, folder, client: client(), stop: Some(stop) }
    }

    /// Stops the server and starts another on the same folder.
    pub(crate) async fn restart(mut self) -> Self {
        drop(self.stop.take());
        Self::with(self.folder, &[]).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    /// Sends a request. What the contract knows of must answer as the contract says.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.base));
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = answer(request).await;
        keeps_the_contract(&method, path, &answer);
        answer
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

    /// Lets the server stop; done when it has.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Sends a request as it is put together by the test.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }
}

pub(crate) async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.unwrap();
    Answer { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
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

/// The structure of the vendor's API.
fn contract() -> &'static Value {
    static CONTRACT: OnceLock<Value> = OnceLock::new();
    CONTRACT.get_or_init(|| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/contract/v2.json");
        serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
    })
}

fn keeps_the_contract(method: &Method, path: &str, answer: &Answer) {
    let path = path.split('?').next().unwrap();
    let fits = |template: &str| {
        let (a, b): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
        a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a == b || a.starts_with('{'))
    };
    let operations = contract()["operations"].as_object().unwrap();
    let operation = operations
        .iter()
        .find(|(template, _)| fits(template))
        .map(|(_, methods)| &methods[method.as_str().to_lowercase()]);
    let Some(operation) = operation.filter(|operation| operation.is_object()) else { return };
    let status = answer.status.as_u16().to_string();
    let schema = if answer.status.is_success() {
        let expected = operation["responses"].as_object().unwrap();
        expected.get(&status).unwrap_or_else(|| panic!("{method} {path} never answers {status}")).as_str()
    } else {
        Some("ErrorResponse")
    };
    if let Some(schema) = schema {
        is_a(schema, &answer.body, &format!("{method} {path}"));
    }
    if !answer.status.is_success() {
        assert_eq!(answer.body["status"], answer.status.as_u16(), "{method} {path}");
    }
}

/// Asserts that a value is what a schema of the contract says.
pub(crate) fn is_a(schema: &str, value: &Value, what: &str) {
    let mut root = serde_json::json!({"$ref": format!("#/components/schemas/{schema}")});
    root["components"] = contract()["components"].clone();
    let validator = jsonschema::validator_for(&root).unwrap();
    let errors: Vec<_> = validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{what} is no {schema}:\n{}\n{value:#}", errors.join("\n"));
}
