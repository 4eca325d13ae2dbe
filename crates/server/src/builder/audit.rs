//! The audit log, for administrators: page by page, or all of it as JSON lines.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use escalation_api::Value;
use escalation_api::list::PaginationMeta;
use escalation_api::{Json as _, Map};
use futures_util::stream;
use serde_json::json;

use super::escalations::told_at;
use crate::api::Json;
use crate::error::ApiError;
use crate::query::Query;
use crate::rights::AUDIT;
use crate::store::{Action, AuditFilter, AuditRow, AuthorKind, Document, Resource, Store};

/// The most lines of a page.
const MAX_LINES: u32 = 250;
/// How large the documents of a page may be together, in bytes, unless one line alone has more.
const MAX_PAGE: i64 = 4 * 1024 * 1024;
/// The same for a piece of an export, of which one is in memory at a time.
const MAX_PIECE: i64 = 1024 * 1024;
/// What asks for an export, and is answered then.
const JSON_LINES: &str = "application/x-ndjson";

pub(crate) fn router(store: Store) -> Router {
    Router::new()
        .route(AUDIT, get(list))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state(store)
}

async fn list(State(store): State<Store>, query: Query, headers: HeaderMap) -> Result<Response, ApiError> {
    let filter = filter(&query)?;
    let after = || ApiError::invalid_parameter("after", "After must be the number of a line".to_string());
    let below = match query.get("after") {
        None => i64::MAX,
        Some(text) => text.parse().ok().filter(|number| *number >= 0).ok_or_else(after)?,
    };
    let page_size = query.page_size(MAX_LINES)?;
    let accepts = |accepted: &HeaderValue| accepted.to_str().is_ok_and(|text| text.contains(JSON_LINES));
    // A link cannot say what it accepts.
    if query.flag("export")? || headers.get_all(ACCEPT).iter().any(accepts) {
        return Ok(export(store, filter, below));
    }
    let page = store.audit_page(&filter, below, page_size, MAX_PAGE).await?;
    let meta = PaginationMeta {
        after: page.after.map(|number| number.to_string()),
        page_size: Some(page_size.into()),
        total_record_count: None,
        extra: Map::new(),
    };
    let write = move || {
        let (mut lines, mut unreadable) = (Vec::new(), Vec::new());
        for row in page.rows {
            match row {
                Ok(row) => lines.push(told(row)),
                Err(number) => unreadable.push(Value::String(number.to_string())),
            }
        }
        let mut answer = json!({ "audit_log": lines, "pagination_meta": meta.write() });
        if let Some(fields) = answer.as_object_mut().filter(|_| !unreadable.is_empty()) {
            fields.insert("unreadable".to_string(), Value::Array(unreadable));
        }
        Json::new(&answer)
    };
    Ok(store.aside().write(write).await?.into_response())
}

fn filter(query: &Query) -> Result<AuditFilter, ApiError> {
    let word = |name: &str, known: &[&str]| match query.get(name) {
        Some(word) if !known.contains(&word) => {
            let message = format!("{} must be {}", escalation_api::capitalised(name), known.join(", "));
            Err(ApiError::invalid_parameter(name, message))
        }
        word => Ok(word.map(str::to_string)),
    };
    let at = |name: &str| Ok::<_, ApiError>(query.instant(name)?.map(|at| at.unix().saturating_mul(1_000)));
    Ok(AuditFilter {
        actor: query.get("actor").map(str::to_string),
        actor_kind: word("actor_kind", AuthorKind::WORDS)?,
        action: word("action", Action::WORDS)?,
        resource: word("resource", Resource::WORDS)?,
        resource_id: query.get("resource_id").map(str::to_string),
        from: at("from")?,
        until: at("to")?,
    })
}

fn told(row: AuditRow) -> Value {
    let AuditRow { line, before, after } = row;
    let mut unreadable = Vec::new();
    let mut document = |name: &str, document: Document| match document {
        Document::None => Value::Null,
        Document::Known(value) => value,
        Document::Unreadable => {
            unreadable.push(Value::from(name));
            Value::Null
        }
    };
    let (before, after) = (document("before", before), document("after", after));
    let mut told = json!({
        "number": line.number,
        "at": told_at(line.at),
        "actor": { "kind": line.actor_kind, "id": line.actor_id, "name": line.actor_name },
        "address": line.address,
        "action": line.action,
        "resource": { "type": line.resource, "id": line.resource_id },
        "outcome": line.outcome.as_deref().unwrap_or("done"),
        "before": before,
        "after": after,
    });
    // Null alone would say that there was none.
    if let Some(fields) = told.as_object_mut().filter(|_| !unreadable.is_empty()) {
        fields.insert("unreadable".to_string(), Value::Array(unreadable));
    }
    told
}

/// All lines that are asked for, the newest first, one JSON object in each line of the answer. Where the database fails
/// on the way, the answer is cut off, so that nobody takes it for all of them.
fn export(store: Store, filter: AuditFilter, below: i64) -> Response {
    let filter = Arc::new(filter);
    let pieces = stream::try_unfold(Some(below), move |below| {
        let (store, filter) = (store.clone(), Arc::clone(&filter));
        async move {
            let Some(below) = below else { return Ok::<_, sqlx::Error>(None) };
            let page = store.audit_page(&filter, below, MAX_LINES, MAX_PIECE).await?;
            let mut piece = String::new();
            for row in page.rows {
                let line = match row {
                    Ok(row) => told(row),
                    Err(number) => json!({ "number": number, "unreadable": ["line"] }),
                };
                piece.push_str(&line.to_string());
                piece.push('\n');
            }
            Ok(Some((piece, page.after)))
        }
    });
    ([(CONTENT_TYPE, JSON_LINES)], Body::from_stream(pieces)).into_response()
}
