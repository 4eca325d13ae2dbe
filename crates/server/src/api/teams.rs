//! Teams, to look up.

use axum::extract::{Path, State};
use escalation_api::Json as _;
use serde_json::json;

use super::{Json, Told, nameless, page};
use crate::error::ApiError;
use crate::query::Query;
use crate::store::{RESTORE_BACKUP, Store, Table};

pub(super) async fn list(State(store): State<Store>, query: Query) -> Result<Json, ApiError> {
    let page_size = query.page_size(250)?;
    let mut teams = store.teams(query.get("after").unwrap_or_default(), page_size + 1).await?;
    let meta = page(&mut teams, page_size, |team| &team.id);
    let nameless = nameless(&store, Table::Teams, &meta).await?;
    Ok(Told::of(teams, |_, team| team.write()).with_nameless(nameless).answer("teams", &meta))
}

pub(super) async fn show(State(store): State<Store>, Path(id): Path<String>) -> Result<Json, ApiError> {
    let team = store.team(&id).await?.ok_or_else(|| ApiError::not_found("Team"))?;
    let team = team.readable("Team", RESTORE_BACKUP)?;
    Ok(Json::new(&json!({ "team": team.write() })))
}
