//! What a path was before: each save keeps one more revision.

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use escalation_api::{Json as _, Map, PathPayload, Value};
use serde_json::json;

use crate::api::{Json, Told, one, page, read_form, take};
use crate::body;
use crate::error::ApiError;
use crate::query::Query;
use crate::store::{Author, Change, Expected, Revision, Saving, Store};
use crate::who::Who;
use crate::work::Work;

pub(super) async fn list(State(store): State<Store>, Path(id): Path<String>, query: Query) -> Result<Json, ApiError> {
    let page_size = query.page_size(100)?;
    let before = query.get("after").map_or(Ok(i64::MAX), |after| {
        let wrong = || ApiError::invalid_parameter("after", "After must be the number of a revision".to_string());
        after.parse().ok().filter(|number| *number >= 0).ok_or_else(wrong)
    })?;
    let revisions = store.revisions(&id, before, page_size + 1).await?;
    let mut revisions = revisions.ok_or_else(|| ApiError::not_found("Escalation path"))?;
    let meta = page(&mut revisions, page_size, |revision| &revision.id);
    let mut told = Told::of(revisions, |_, revision| Value::Object(summary(&revision)));
    if query.get("after").is_none() {
        for _ in 0..store.unnumbered(&id).await? {
            told.unreadable("without a number".to_string());
        }
    }
    Ok(told.answer("revisions", &meta))
}

pub(super) async fn show(
    State(store): State<Store>,
    Path((id, number)): Path<(String, String)>,
) -> Result<Json, ApiError> {
    let (revision, path) = find(&store, &id, &number).await?;
    let priorities = store.priorities().await?;
    let write = move || {
        let mut told = summary(&revision);
        told.insert("escalation_path".to_string(), read_form(&id, &path, &priorities).write());
        Json::new(&json!({ "revision": told }))
    };
    store.aside().write(write).await
}

/// Makes a path what it was, also one that was deleted. What it is until then stays a revision.
pub(super) async fn restore(
    State(store): State<Store>,
    Path((id, number)): Path<(String, String)>,
    Extension(work): Extension<Work>,
    who: Who,
    author: Author,
    expected: Expected,
    request: Request,
) -> Result<Response, ApiError> {
    // Nothing is read from the body. That it is sent as JSON is what keeps foreign pages out.
    body::bytes(request).await?;
    let (revision, path) = find(&store, &id, &number).await?;
    // What it refers to may have gone since.
    let taken = take(&store, work.begin().await?, &id, path).await?;
    let note = format!("Restored from revision {}", revision.number);
    let saving = Saving { note: Some(&note), ..Saving::now(who.name()) };
    let outcome = store.by(&author).change_path(&id, Change::Restore(&taken.written), &expected, &saving).await?;
    one(&store, &id, taken.path, outcome.revision()?).await
}

async fn find(store: &Store, id: &str, number: &str) -> Result<(Revision, PathPayload), ApiError> {
    let missing = || ApiError::not_found("Revision");
    let number = number.parse().map_err(|_| missing())?;
    let stored = store.revision(id, number).await?.ok_or_else(missing)?;
    stored.readable("Revision", "restore another one")
}

fn summary(revision: &Revision) -> Map {
    let mut told = Map::new();
    let mut tell = |name: &str, value: Option<Value>| value.map(|value| told.insert(name.to_string(), value));
    tell("number", Some(revision.number.into()));
    tell("saved_at", Some(revision.saved_at.as_str().into()));
    tell("name", Some(revision.name.as_str().into()));
    tell("saved_by", revision.saved_by.as_deref().map(Value::from));
    tell("note", revision.note.as_deref().map(Value::from));
    told
}
