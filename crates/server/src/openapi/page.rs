//! The page that shows the document: it loads nothing and runs no script.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use axum::response::{Html, IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::error::IsFile;

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;\
    color:#1b1b1f;background:#fff}h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}\
    details{border-top:1px solid #8886;padding:.4rem 0}summary{cursor:pointer}code,pre{font:.9rem/1.4 ui-monospace,monospace}\
    pre{overflow:auto;max-height:30rem;padding:.6rem;background:#8881}table{border-collapse:collapse}\
    th,td{text-align:left;padding:.15rem .8rem .15rem 0;vertical-align:top}.method{display:inline-block;min-width:4rem;\
    font-weight:700;text-transform:uppercase}a{color:inherit}\
    @media(prefers-color-scheme:dark){body{color:#e6e6ea;background:#17171a}}";

static POLICY: LazyLock<Option<HeaderValue>> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!("default-src 'none'; style-src 'sha256-{style}'; frame-ancestors 'none'; base-uri 'none'");
    HeaderValue::try_from(policy).ok()
});

static PAGE: LazyLock<String> = LazyLock::new(|| render(super::openapi()).into_string());

/// Returns the page of the document.
pub(super) fn response() -> Response {
    let mut response = Html(PAGE.as_str()).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(policy) = POLICY.clone() {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        response.extensions_mut().insert(IsFile);
    }
    response
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn fields(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

fn render(document: &Value) -> Markup {
    let mut groups: BTreeMap<&str, Vec<(&str, &str, &Value)>> = BTreeMap::new();
    for (path, methods) in fields(document.get("paths")) {
        for (method, operation) in fields(Some(methods)) {
            groups.entry(text(operation, "/tags/0")).or_default().push((path, method, operation));
        }
    }
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (text(document, "/info/title")) " API" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { (text(document, "/info/title")) " API" }
                    p { (text(document, "/info/description")) " The same as " a href="openapi.json" { "OpenAPI" } "." }
                    @for (group, operations) in &groups {
                        h2 { (group) }
                        @for (path, method, shown) in operations { (operation(path, method, shown)) }
                    }
                    h2 { "Schemas" }
                    @for (name, schema) in fields(document.pointer("/components/schemas")) {
                        details id=(name) {
                            summary { code { (name) } }
                            pre { (serde_json::to_string_pretty(schema).unwrap_or_default()) }
                        }
                    }
                }
            }
        }
    }
}

fn operation(path: &str, method: &str, operation: &Value) -> Markup {
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let body = operation.pointer("/requestBody/content/application~1json/schema");
    html! {
        details id=(text(operation, "/operationId")) {
            summary { code { span class="method" { (method) } " " (path) } " " (text(operation, "/summary")) }
            @if let Some(parameters) = parameters.filter(|all| !all.is_empty()) {
                table {
                    tr { th { "Parameter" } th { "In" } th { "Type" } th {} }
                    @for parameter in parameters {
                        tr {
                            td { code { (text(parameter, "/name")) } }
                            td { (text(parameter, "/in")) }
                            td { (kind(parameter.get("schema"))) }
                            td { (text(parameter, "/description")) }
                        }
                    }
                }
            }
            @if let Some(body) = body { p { "Body: " (kind(Some(body))) } }
            ul {
                @for (status, response) in fields(operation.get("responses")) {
                    li {
                        (status) " "
                        @for (content_type, content) in fields(response.get("content")) {
                            @if content_type == "application/json" { (kind(content.get("schema"))) }
                            @else { code { (content_type) } }
                        }
                    }
                }
            }
        }
    }
}

/// Names a type, and links to it if it is one of the schemas.
fn kind(schema: Option<&Value>) -> Markup {
    let Some(schema) = schema else { return html! {} };
    let name = text(schema, "/$ref").rsplit('/').next().unwrap_or_default();
    if !name.is_empty() {
        return html! { a href=(format!("#{name}")) { code { (name) } } };
    }
    let bounds = |name: &str| schema.get(name).map(|bound| format!(", {name} {bound}")).unwrap_or_default();
    let values = schema.get("enum").map(|values| format!(" {values}")).unwrap_or_default();
    html! { (text(schema, "/type")) (values) (bounds("minimum")) (bounds("maximum")) (bounds("maxLength")) }
}
