//! The OpenAPI document of everything that this server serves, and a page that shows it.
//!
//! It is built from the structure of the vendor's API (`tests/contract/v2.json`), which the tests hold every answer to, and
//! from `own.json`: which of the vendor's operations are served, what else is, and in which details schemas differ. A test
//! compares it with the router.

mod page;

use std::sync::LazyLock;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use serde_json::{Map, Value, json};

use crate::error::ApiError;

const VENDOR: &str = include_str!("../../../tests/contract/v2.json");
const OWN: &str = include_str!("openapi/own.json");
/// Our formats that requests and answers contain, by the name of their component.
const FORMATS: [(&str, &str); 2] = [
    ("Expectation", include_str!("../../../docs/schema/expectation.schema.json")),
    ("Scenario", include_str!("../../../docs/schema/scenario.schema.json")),
];

static DOCUMENT: LazyLock<Value> = LazyLock::new(build);
static TEXT: LazyLock<String> = LazyLock::new(|| DOCUMENT.to_string());

/// Returns the OpenAPI 3.1 document of a server that answers from a database. A server that is a proxy has none.
#[must_use]
pub fn openapi() -> &'static Value {
    &DOCUMENT
}

/// Returns the vendor's operations that are not served: the reason by path.
#[must_use]
pub fn not_served() -> Map<String, Value> {
    object(read(OWN).get("not_served"))
}

/// Serves the document and the page.
pub(crate) fn router() -> Router {
    Router::new()
        .route("/openapi.json", get(async || ([(CONTENT_TYPE, "application/json")], TEXT.as_str())))
        .route("/docs", get(async || page::response()))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
}

/// Reads a file that is part of the program; the tests make sure that it can be read.
fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn object(value: Option<&Value>) -> Map<String, Value> {
    value.and_then(Value::as_object).cloned().unwrap_or_default()
}

fn build() -> Value {
    let (vendor, own) = (read(VENDOR), read(OWN));
    let mut schemas = object(vendor.pointer("/components/schemas"));
    schemas.extend(object(own.get("schemas")));
    for (name, text) in FORMATS {
        let mut schema = read(text);
        if let Some(fields) = schema.as_object_mut() {
            fields.shift_remove("$schema");
        }
        schemas.insert(name.to_string(), schema);
    }
    add_unreadable(&mut schemas);
    for (name, patch) in object(own.get("patches")) {
        merge(schemas.entry(name).or_insert(Value::Null), &patch);
    }
    let parameters = object(own.get("parameters"));
    let mut paths = Map::new();
    let mut add = |path: &str, method: &str, operation: Value| {
        let methods = paths.entry(path.to_string()).or_insert_with(|| json!({}));
        if let Some(methods) = methods.as_object_mut() {
            methods.insert(method.to_string(), operation);
        }
    };
    for (path, methods) in object(own.get("served")) {
        for (method, about) in object(Some(&methods)) {
            let described = vendor.get("operations").and_then(|all| all.get(&path)?.get(&method)).cloned();
            let mut described = described.unwrap_or_default();
            merge(&mut described, about.get("patch").unwrap_or(&json!({})));
            add(&path, &method, operation(&path, &method, &about, &described, &parameters));
        }
    }
    for (path, methods) in object(own.get("own")) {
        for (method, about) in object(Some(&methods)) {
            add(&path, &method, operation(&path, &method, &about, &about, &parameters));
        }
    }
    prune(&mut schemas, &paths);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Escalation Path Builder",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "incident.io's API, as far as this server has it, and its own under /builder/v1.",
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        // Any of these; what is needed where nobody says who they are is up to whoever runs the server.
        "security": [{ "ApiKey": [] }, { "Session": [] }, {}],
        "components": { "schemas": schemas, "securitySchemes": {
            "ApiKey": { "type": "http", "scheme": "bearer", "description": "An API key" },
            "Session": { "type": "apiKey", "in": "cookie", "name": "__Host-epb_session",
                "description": "The session of somebody who has signed in at /sign-in. What changes something must come from a page of the server" },
        } },
    })
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// Builds an operation. `about` has its summary, tag and further parameters by name; `described` its parameters, body and
/// responses.
fn operation(path: &str, method: &str, about: &Value, described: &Value, known: &Map<String, Value>) -> Value {
    let mut parameters: Vec<Value> = Vec::new();
    let listed = |value: &Value| value.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
    let named = listed(about).into_iter().filter_map(|name| known.get(name.as_str()?).cloned());
    parameters.extend(listed(described).into_iter().filter(Value::is_object).chain(named));
    parameters.iter_mut().for_each(allow_empty);
    let error =
        json!({ "description": "Error", "content": { "application/json": { "schema": reference("ErrorResponse") } } });
    let mut responses = Map::new();
    for (code, schema) in object(described.get("responses")).into_iter().filter(|(code, _)| code.starts_with('2')) {
        let response = match schema.as_str() {
            None => json!({ "description": "Done" }),
            Some(kind) if kind.contains('/') && !kind.contains('|') => {
                json!({ "description": "Done", "content": { kind: {} } })
            }
            // A schema, and perhaps other types that can be asked for.
            Some(schema) => {
                let mut parts = schema.split('|');
                let mut content = Map::new();
                let name = parts.next().unwrap_or_default();
                content.insert("application/json".to_string(), json!({ "schema": reference(name) }));
                content.extend(parts.map(|kind| (kind.to_string(), json!({}))));
                json!({ "description": "Done", "content": content })
            }
        };
        responses.insert(code, response);
    }
    responses.insert("4XX".to_string(), error.clone());
    responses.insert("5XX".to_string(), error);
    let name = path.replace(['/', '{', '}', '_'], " ");
    let id: Vec<&str> = std::iter::once(method).chain(name.split_whitespace()).collect();
    let mut operation = json!({
        "operationId": id.join("_"),
        "summary": about.get("summary"),
        "tags": [about.get("tag")],
        "parameters": parameters,
        "responses": responses,
    });
    if let (Some(body), Some(fields)) = (described.get("body").and_then(Value::as_str), operation.as_object_mut()) {
        let body = json!({ "required": true, "content": { "application/json": { "schema": reference(body) } } });
        fields.insert("requestBody".to_string(), body);
    }
    operation
}

/// An empty parameter of a query counts as absent, also where its values have a format.
fn allow_empty(parameter: &mut Value) {
    let is_of_query = parameter.get("in").is_some_and(|place| place == "query");
    if let Some(schema) = parameter.get_mut("schema").filter(|schema| is_of_query && schema.get("format").is_some())
        && schema.get("type").is_some_and(|kind| kind == "string")
    {
        *schema = json!({ "anyOf": [schema, { "const": "" }] });
    }
}

/// Lists name stored rows that cannot be read.
fn add_unreadable(schemas: &mut Map<String, Value>) {
    for (_, schema) in schemas.iter_mut() {
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { continue };
        if properties.contains_key("pagination_meta") && !properties.contains_key("unreadable") {
            properties.insert("unreadable".to_string(), reference("Unreadable"));
        }
    }
}

/// Applies a merge patch (RFC 7396).
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let Some(fields) = target.as_object_mut() else { return };
    for (name, value) in patch {
        if value.is_null() {
            fields.shift_remove(name);
        } else {
            merge(fields.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

/// Removes the schemas that nothing refers to.
fn prune(schemas: &mut Map<String, Value>, paths: &Map<String, Value>) {
    let mut used = std::collections::BTreeSet::new();
    let mut open: Vec<Value> = paths.values().cloned().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                let name = fields.get("$ref").and_then(Value::as_str).and_then(|name| name.rsplit('/').next());
                if let Some(name) = name
                    && used.insert(name.to_string())
                {
                    open.extend(schemas.get(name).cloned());
                }
                open.extend(fields.into_iter().map(|(_, value)| value));
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    schemas.retain(|name, _| used.contains(name));
}
