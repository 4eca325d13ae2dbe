//! People, to look up.

use axum::extract::{Path, State};
use escalation_api::Json as _;
use serde_json::json;

use super::{Json, Told, nameless, page};
use crate::error::ApiError;
use crate::query::Query;
use crate::store::{RESTORE_BACKUP, Store, Table, UserFilter};

pub(super) async fn list(State(store): State<Store>, query: Query) -> Result<Json, ApiError> {
    let page_size = query.page_size(10_000)?;
    let filter = UserFilter {
        email: query.get("email"),
        slack_user_id: query.get("slack_user_id"),
        include_inactive: query.flag("include_inactive")?,
    };
    let mut users = store.users(&filter, query.get("after").unwrap_or_default(), page_size + 1).await?;
    let meta = page(&mut users, page_size, |user| &user.id);
    let nameless = nameless(&store, Table::Users, &meta).await?;
    Ok(Told::of(users, |_, user| user.write()).with_nameless(nameless).answer("users", &meta))
}

pub(super) async fn show(State(store): State<Store>, Path(id): Path<String>) -> Result<Json, ApiError> {
    let user = store.user(&id).await?.ok_or_else(|| ApiError::not_found("User"))?;
    let user = user.readable("User", RESTORE_BACKUP)?;
    Ok(Json::new(&json!({ "user": user.write() })))
}
