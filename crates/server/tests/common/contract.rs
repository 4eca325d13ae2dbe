//! Holds answers to the vendor's contract and to the document of this server.
//!
//! By the vendor's contract an answer has what it promises. By our document, which names every addition of ours, it has
//! nothing else, except for unknown fields and values that the test has sent itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use escalation_server::openapi;
use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::Answer;

/// The structure of the vendor's API.
pub(crate) static CONTRACT: LazyLock<Value> = LazyLock::new(|| {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/contract/v2.json");
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
});

/// The schemas of our document; those of the vendor's objects let nothing in that they do not name.
static CLOSED: LazyLock<Value> = LazyLock::new(|| {
    let mut components = openapi()["components"].clone();
    let vendors = CONTRACT["components"]["schemas"].as_object().unwrap();
    for (name, schema) in components["schemas"].as_object_mut().unwrap() {
        if vendors.contains_key(name) {
            close(schema);
        }
    }
    components
});

fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.get("properties").is_some_and(Value::is_object) && !fields.contains_key("additionalProperties") {
                fields.insert("additionalProperties".to_string(), json!(false));
            }
            fields.iter_mut().for_each(|(_, field)| close(field));
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// A schema is compiled once.
fn validator(components: &'static Value, schema: &str) -> Arc<Validator> {
    type Compiled = BTreeMap<(usize, String), Arc<Validator>>;
    static COMPILED: LazyLock<Mutex<Compiled>> = LazyLock::new(Mutex::default);
    let key = (std::ptr::from_ref(components).addr(), schema.to_string());
    let mut compiled = COMPILED.lock().unwrap();
    let compile = || {
        let root = json!({"$ref": format!("#/components/schemas/{schema}"), "components": components});
        Arc::new(jsonschema::validator_for(&root).unwrap())
    };
    Arc::clone(compiled.entry(key).or_insert_with(compile))
}

/// Texts below this length, in bytes, are noted.
const MAX_NOTED: usize = 100;

/// What a test knows of the servers that it has started on one folder.
#[derive(Default)]
struct Known {
    /// The names of all fields, and the short texts, that were sent to them.
    sent: BTreeSet<String>,
    /// They pass on the answers of an API that the test has made up.
    passes_on: bool,
}

/// What is known, by folder; of a server that is a program of its own by no folder.
static KNOWN: LazyLock<Mutex<BTreeMap<PathBuf, Known>>> = LazyLock::new(Mutex::default);

/// The folders of servers, by their ports.
static FOLDERS: LazyLock<Mutex<BTreeMap<u16, PathBuf>>> = LazyLock::new(Mutex::default);

/// For as long as this is there, a server is known to be at a port: then a program of its own may get the same one.
pub(crate) struct Noted {
    port: u16,
    folder: PathBuf,
}

impl Drop for Noted {
    fn drop(&mut self) {
        let mut folders = FOLDERS.lock().unwrap();
        // Another server may be there already.
        if folders.get(&self.port) == Some(&self.folder) {
            folders.remove(&self.port);
        }
    }
}

/// A server is at this port now. Where it passes on what a made-up API says, its answers are held to nothing.
pub(crate) fn note_server(port: u16, folder: &Path, passes_on: bool) -> Noted {
    let folder = folder.to_path_buf();
    FOLDERS.lock().unwrap().insert(port, folder.clone());
    KNOWN.lock().unwrap().entry(folder.clone()).or_default().passes_on = passes_on;
    Noted { port, folder }
}

fn folder_of(port: Option<u16>) -> PathBuf {
    port.and_then(|port| FOLDERS.lock().unwrap().get(&port).cloned()).unwrap_or_default()
}

/// Notes which fields and values a test sends: unknown ones come back.
pub(crate) fn note_sent(port: Option<u16>, body: Option<&[u8]>) {
    if let Some(body) = body.and_then(|body| serde_json::from_slice(body).ok()) {
        note(&body, &mut KNOWN.lock().unwrap().entry(folder_of(port)).or_default().sent);
    }
}

fn note(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if !names.contains(name) {
                    names.insert(name.clone());
                }
                note(field, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| note(item, names)),
        Value::String(text) if text.len() < MAX_NOTED && !names.contains(text) => drop(names.insert(text.clone())),
        _ => {}
    }
}

/// Whether what is wrong with an answer is a field or a value that the test has sent itself, to the servers on this folder
/// or, where it is not known to which, to any.
fn is_sent(folder: Option<&Path>, error: &jsonschema::ValidationError<'_>) -> bool {
    let known = KNOWN.lock().unwrap();
    let was_sent =
        |name: &str| known.iter().any(|(of, known)| folder.is_none_or(|f| f == of) && known.sent.contains(name));
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected.iter().all(|name| was_sent(name)),
        // Long texts are not noted; the contract has none.
        ValidationErrorKind::Enum { .. } => {
            error.instance().as_str().is_some_and(|value| value.len() >= MAX_NOTED || was_sent(value))
        }
        _ => false,
    }
}

/// The operations of the path in `all` that fits an address: one without parameters first.
pub(crate) fn fitting<'a>(all: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let fits = |template: &str| {
        let (a, b): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
        a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a == b || a.starts_with('{'))
    };
    all.get(path).or_else(|| all.iter().find(|(template, _)| fits(template)).map(|(_, methods)| methods))
}

/// Asserts that an answer of the server at this port is what is promised.
pub(crate) fn check(port: Option<u16>, method: &Method, path: &str, answer: &Answer) {
    let folder = folder_of(port);
    if KNOWN.lock().unwrap().get(&folder).is_some_and(|known| known.passes_on) {
        return;
    }
    let is_a = |schema: &str, value: &Value, what: &str| {
        holds(&CONTRACT["components"], Some(&folder), schema, value, &format!("{what} is no {schema}"));
    };
    let is_nothing_else = |schema: &str, value: &Value, what: &str| {
        holds(&CLOSED, Some(&folder), schema, value, &format!("{what} is no {schema} of our document"));
    };
    let (what, name) = (format!("{method} {path}"), method.as_str().to_lowercase());
    let status = answer.status.as_u16().to_string();
    let is_api = ["/v1/", "/v2/", "/v3/", "/builder/"].iter().any(|prefix| path.starts_with(prefix));
    if is_api && !answer.status.is_success() && *method != Method::HEAD {
        is_a("ErrorResponse", &answer.body, &what);
        is_nothing_else("ErrorResponse", &answer.body, &what);
        assert_eq!(answer.body["status"], answer.status.as_u16(), "{what}");
        return;
    }
    let vendors = fitting(CONTRACT["operations"].as_object().unwrap(), path);
    if let Some(operation) = vendors.and_then(|methods| methods.get(&name)) {
        let expected = operation["responses"].as_object().unwrap();
        let schema = expected.get(&status).unwrap_or_else(|| panic!("{what} never answers {status}"));
        match schema.as_str() {
            Some(schema) => is_a(schema, &answer.body, &what),
            None => assert_eq!(answer.body, "", "{what}"),
        }
    }
    let ours = fitting(openapi()["paths"].as_object().unwrap(), path);
    if let Some(operation) = ours.and_then(|methods| methods.get(&name)) {
        let expected = operation["responses"].as_object().unwrap();
        let Some(response) = expected.get(&status) else {
            assert!(!answer.status.is_success(), "{what} is not documented to answer {status}");
            return;
        };
        let reference = response.pointer("/content/application~1json/schema/$ref").and_then(Value::as_str);
        if let Some(schema) = reference.and_then(|name| name.rsplit('/').next()) {
            is_nothing_else(schema, &answer.body, &what);
        }
    }
}

/// Asserts that a value is what a schema of the vendor's contract says.
pub(crate) fn is_a(schema: &str, value: &Value, what: &str) {
    holds(&CONTRACT["components"], None, schema, value, &format!("{what} is no {schema}"));
}

/// A value is what a schema says; in our own document a schema allows nothing that it does not name.
fn holds(components: &'static Value, folder: Option<&Path>, schema: &str, value: &Value, what: &str) {
    let validator = validator(components, schema);
    if validator.is_valid(value) {
        return;
    }
    let errors = validator.iter_errors(value).filter(|error| !is_sent(folder, error));
    let errors: Vec<_> = errors.map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{what}:\n{}\n{value:#}", errors.join("\n"));
}
