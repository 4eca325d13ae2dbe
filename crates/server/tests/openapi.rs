//! The OpenAPI document, held against the router, the vendor's contract and docs/api.md.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use common::contract::CONTRACT;
use common::{Server, answer};
use escalation_server::{not_served, openapi};
use reqwest::{Method, StatusCode};
use serde_json::Value;

/// Routes that are for people.
const PAGES: [&str; 6] = ["/respond", "/docs", "/openapi.json", "/sign-in", "/sign-in/start", "/sign-in/callback"];

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// A path with its parameters left open.
fn open(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "{}".to_string() } else { part.to_string() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// An address that fits a path.
fn sample(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "1".to_string() } else { part.to_string() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// The paths of all routes in the source of the server, which is the only place that names them.
fn routes() -> BTreeSet<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut routes = BTreeSet::new();
    for file in files(&source) {
        let text = fs::read_to_string(&file).unwrap();
        // The proxy has a part of the same routes.
        if file.ends_with("proxy.rs") {
            continue;
        }
        for call in text.split(".route(").skip(1) {
            let argument = call.trim_start();
            if let Some(literal) = argument.strip_prefix('"') {
                routes.insert(literal.split('"').next().unwrap().to_string());
                continue;
            }
            let name: String = argument.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let paths: &[&str] = match name.as_str() {
                "VALIDATE" => &["/v2/escalation_paths/actions/validate"],
                "RESPOND" => &["/respond"],
                "API_KEYS" => &["/builder/v1/api_keys"],
                "AUDIT" => &["/builder/v1/audit"],
                "ME" => &["/builder/v1/me"],
                "SESSIONS" => &["/builder/v1/sessions"],
                "SIGN_IN" => &["/sign-in"],
                "START" => &["/sign-in/start"],
                "SIGN_OUT" => &["/builder/v1/session/actions/sign_out"],
                "ALIVE" => &["/livez"],
                "ENGINE" => &["/healthz/engine"],
                "METRICS" => &["/metrics"],
                "path" => &["/healthz", "/readyz"],
                _ => panic!("{}: the path of a route is `{name}`: name it here", file.display()),
            };
            routes.extend(paths.iter().map(ToString::to_string));
        }
    }
    routes
}

/// Each path of the document with its methods.
fn documented() -> BTreeMap<String, BTreeSet<String>> {
    let paths = openapi()["paths"].as_object().unwrap();
    let methods = |methods: &Value| methods.as_object().unwrap().keys().map(|name| name.to_uppercase()).collect();
    paths.iter().map(|(path, all)| (path.clone(), methods(all))).collect()
}

#[test]
fn the_document_has_the_paths_of_the_router_and_no_others() {
    let documented: BTreeSet<_> = documented().keys().map(|path| open(path)).collect();
    let mut routes: BTreeSet<_> = routes().iter().map(|path| open(path)).collect();
    for page in PAGES {
        assert!(routes.remove(page), "{page}");
    }
    assert!(routes.len() > 50);
    assert_eq!(routes, documented);
}

#[test]
fn the_document_says_how_a_caller_says_who_it_is() {
    let schemes = &openapi()["components"]["securitySchemes"];
    assert_eq!(schemes["ApiKey"]["type"], "http");
    assert_eq!(schemes["ApiKey"]["scheme"], "bearer");
    assert_eq!(schemes["Session"]["in"], "cookie");
    assert_eq!(schemes["Session"]["name"], "__Host-epb_session");
    let named: Vec<_> =
        openapi()["security"].as_array().unwrap().iter().flat_map(|one| one.as_object().unwrap().keys()).collect();
    assert_eq!(named, ["ApiKey", "Session"]);
}

#[tokio::test]
async fn each_path_has_the_methods_of_the_document_and_says_so() {
    let server = Server::demo().await;
    for (path, methods) in documented() {
        let mut expected = methods.clone();
        if methods.contains("GET") {
            expected.insert("HEAD".to_string());
        }
        let said = answer(server.request(Method::PATCH, &sample(&path))).await;
        assert_eq!(said.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        let allowed = said.headers.get("allow").unwrap_or_else(|| panic!("{path} does not say what is allowed"));
        let allowed: BTreeSet<_> = allowed.to_str().unwrap().split(',').map(|name| name.trim().to_string()).collect();
        assert_eq!(allowed, expected, "{path}");
    }
}

#[tokio::test]
async fn each_operation_of_the_vendor_is_served_or_listed_with_a_reason() {
    let server = Server::demo().await;
    let docs = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api.md")).unwrap();
    let (documented, not_served) = (documented(), not_served());
    let mut count = 0;
    for (path, methods) in CONTRACT["operations"].as_object().unwrap() {
        let served = documented.get(path);
        assert_ne!(served.is_some(), not_served.contains_key(path), "{path}");
        for (method, operation) in methods.as_object().unwrap() {
            count += 1;
            let method = method.to_uppercase();
            if let Some(served) = served {
                assert!(served.contains(&method), "{method} {path}");
                continue;
            }
            let listed = format!("| `{path}` | {} |", not_served[path].as_str().unwrap());
            assert!(docs.contains(&listed), "docs/api.md: {listed}");
            let mut request = server.request(method.parse().unwrap(), &sample(path));
            if operation["body"].is_string() {
                request = request.json(&serde_json::json!({}));
            }
            let said = answer(request).await;
            assert_eq!(
                (said.status, &said.body["type"]),
                (StatusCode::NOT_FOUND, &"not_found".into()),
                "{method} {path}"
            );
        }
    }
    // Those of its document, and `validate`, which it does not document.
    assert_eq!(count, 57);
    for (path, reason) in &not_served {
        assert!(CONTRACT["operations"].get(path).is_some(), "{path}: {reason}");
    }
}

#[test]
fn each_reference_of_the_document_leads_somewhere() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(name) = fields.get("$ref").and_then(Value::as_str) {
                    found.insert(name.to_string());
                }
                fields.values().for_each(|field| references(field, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let (document, mut found) = (openapi(), BTreeSet::new());
    references(document, &mut found);
    for name in &found {
        assert!(document.pointer(name.trim_start_matches('#')).is_some(), "{name}");
    }
    let schemas = document["components"]["schemas"].as_object().unwrap();
    assert_eq!(found.len(), schemas.len(), "all schemas are used");
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(operation["summary"].is_string() && operation["tags"][0].is_string(), "{method} {path}");
            let success = operation["responses"].as_object().unwrap().keys().any(|code| code.starts_with('2'));
            assert!(success, "{method} {path}");
            let parameters = operation["parameters"].as_array().unwrap();
            for name in path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()) {
                assert!(parameters.iter().any(|one| one["name"] == name && one["in"] == "path"), "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn the_document_is_served_and_shown_without_script() {
    let server = Server::demo().await;
    let document = server.get("/openapi.json").await;
    assert_eq!((document.status, &document.body), (StatusCode::OK, openapi()));
    assert_eq!(document.headers["content-type"], "application/json");
    let page = server.get("/docs").await;
    let text = page.body.as_str().unwrap();
    for (path, _) in documented() {
        assert!(text.contains(&path), "{path}");
    }
    assert!(!text.contains("<script") && !text.contains("http://") && !text.contains("https://"));
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
}
