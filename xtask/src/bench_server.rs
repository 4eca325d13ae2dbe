//! `cargo xtask bench server`: how fast the server is, beside a mock of the vendor's API, and how it grows.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value, json};

use crate::postgres::{Durability, Postgres};
use crate::{setup, shell};

/// How long the mock may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// `is_quick`: as the tests are built, which is there minutes sooner, and slower.
pub fn run(is_quick: bool) -> Result<()> {
    let build = if is_quick { "built as for the tests" } else { "a release build" };
    println!("\nThe server: {build}, the database on this disk, and whoever asks on the same processors");
    let mock = Mock::start()?;
    let postgres = Postgres::start(Durability::Full)?;
    let mut cargo = shell::cargo();
    cargo.args(["bench", "--quiet", "--package", "escalation-server", "--bench", "server"]);
    if is_quick {
        cargo.args(["--profile", "dev"]);
    }
    cargo.env("ESCALATION_BENCH_MOCK", format!("http://{}", mock.address));
    cargo.env("ESCALATION_BENCH_MOCK_PROCESS", mock.child.id().to_string());
    cargo.env("ESCALATION_BENCH_DATABASE", postgres.address());
    shell::run(&mut cargo)
}

/// Stoplight Prism, which answers as the vendor's document says.
struct Mock {
    address: SocketAddr,
    child: Child,
}

impl Mock {
    fn start() -> Result<Self> {
        let prism = setup::prism()?;
        let document = document()?;
        // Whatever is free now is free a moment later, too.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut serve = shell::command(prism);
        serve.args(["mock", "--host", "127.0.0.1", "--port", &address.port().to_string(), "--verboseLevel", "error"]);
        let child = serve.arg(document).stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        let mut mock = Self { address, child: child.context("Prism cannot be started")? };
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            if Instant::now() > until || mock.child.try_wait()?.is_some() {
                bail!("Prism does not start");
            }
            sleep(Duration::from_millis(100));
        }
        Ok(mock)
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}

/// What the tests hold our answers to, as a document of `OpenAPI`.
fn document() -> Result<PathBuf> {
    let contract = fs::read_to_string(shell::root().join("tests/contract/v2.json"))?;
    let contract: Value = serde_json::from_str(&contract)?;
    let operations = contract.get("operations").and_then(Value::as_object).context("the contract has no operations")?;
    let mut paths = Map::new();
    for (path, methods) in operations {
        let mut told = Map::new();
        for (method, operation) in methods.as_object().into_iter().flatten() {
            told.insert(method.clone(), of_openapi(operation));
        }
        let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let parameter = |name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}});
        told.insert("parameters".to_string(), names.map(parameter).collect());
        paths.insert(path.clone(), Value::Object(told));
    }
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "The vendor's API", "version": "2"},
        "paths": paths,
        "components": contract.get("components"),
    });
    let file = shell::target().join("bench-openapi.json");
    fs::write(&file, document.to_string())?;
    Ok(file)
}

fn of_openapi(operation: &Value) -> Value {
    let content = |schema: &Value| {
        let schema = schema.as_str().map(|name| json!({"$ref": format!("#/components/schemas/{name}")}));
        schema.map(|schema| json!({"application/json": {"schema": schema}}))
    };
    let mut responses = Map::new();
    for (status, schema) in operation.get("responses").and_then(Value::as_object).into_iter().flatten() {
        let mut response = json!({"description": status});
        if let (Some(content), Some(fields)) = (content(schema), response.as_object_mut()) {
            fields.insert("content".to_string(), content);
        }
        responses.insert(status.clone(), response);
    }
    let mut told = json!({"responses": responses});
    if let (Some(content), Some(fields)) = (operation.get("body").and_then(content), told.as_object_mut()) {
        fields.insert("requestBody".to_string(), json!({"required": true, "content": content}));
    }
    told
}
