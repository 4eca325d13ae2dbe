//! Alerts, and where they come from.

use std::collections::BTreeMap;

use sqlx::{FromRow, Row as _};

use super::audit::{Action, Editing, Entry, Resource, UNREADABLE};
use super::documents::{self, Stored, has_id, is_there_by_number};
use super::escalations::Transition;
use super::turns::made;
use super::{Result, Store, Writing};

/// A source of alerts as it is stored. Instants are in milliseconds since 1970.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct AlertSourceRow {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The digest of its secret.
    pub(crate) secret: String,
    /// JSON.
    pub(crate) document: String,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// An alert as it is stored. Instants are in milliseconds since 1970.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct AlertRow {
    pub(crate) id: String,
    pub(crate) source_id: String,
    pub(crate) deduplication_key: String,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) source_url: Option<String>,
    /// JSON.
    pub(crate) metadata: String,
    /// `firing` or `resolved`.
    pub(crate) status: String,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) resolved_at: Option<i64>,
}

/// The columns of [`AlertRow`]. All would be others once a newer version has added one.
const COLUMNS: &str = "id, source_id, deduplication_key, title, description, source_url, metadata, status, created_at, \
     updated_at, resolved_at";

/// The table of sources, as the log names it.
const SOURCES: &str = "alert_sources";

/// Those sources that there are. One of which that is not known cannot be read.
macro_rules! source {
    () => {
        concat!(
            "select id, name, secret, document, created_at, updated_at, archived_at from alert_sources where ",
            is_there_by_number!(),
        )
    };
}

impl Store {
    /// A page of alert sources, by id.
    pub(crate) async fn alert_sources(&self, after: &str, count: u32) -> Result<Vec<Stored<AlertSourceRow>>> {
        let query = sqlx::query(concat!(source!(), " and id > $1 and ", has_id!(), " order by id limit $2"));
        Ok(documents::rows(SOURCES, &query.bind(after).bind(count).fetch_all(self.readers()).await?))
    }

    pub(crate) async fn alert_source(&self, id: &str) -> Result<Option<AlertSourceRow>> {
        let query = sqlx::query(concat!(source!(), " and id = $1"));
        documents::row(SOURCES, id, query.bind(id).fetch_optional(self.readers()).await?)
    }

    /// Those of these alerts that there are, by id; nothing in place of one that cannot be read, which the log says.
    /// `ids` is a list in JSON.
    pub(crate) async fn those_alerts(&self, ids: &str) -> Result<BTreeMap<String, Option<AlertRow>>> {
        let query = format!("select {COLUMNS} from alerts where id in (select value from json_each($1))");
        let rows = sqlx::query(sqlx::AssertSqlSafe(query)).bind(ids).fetch_all(self.readers()).await?;
        let read = rows.iter().filter_map(|row| {
            let id: String = row.try_get("id").ok()?;
            let alert = AlertRow::from_row(row);
            let alert = alert.inspect_err(|error| tracing::error!("alert `{id}` cannot be read: {error}")).ok();
            Some((id, alert))
        });
        Ok(read.collect())
    }
}

impl Editing<'_> {
    /// Keeps an alert source, in place of the one with its id if there is one. `action` says what that is.
    pub(crate) async fn put_alert_source(&self, action: Action, source: &AlertSourceRow) -> Result<()> {
        made!({
            let query = sqlx::query(
                "insert into alert_sources (id, name, secret, document, created_at, updated_at)
                 values ($1, $2, $3, $4, $5, $6)
                 on conflict (id) do update set name = excluded.name, secret = excluded.secret,
                     document = excluded.document, updated_at = excluded.updated_at, archived_at = null",
            );
            let query = query.bind(&source.id).bind(&source.name).bind(&source.secret).bind(&source.document);
            let mut writing = self.change().await?;
            let before = source_of(&mut writing, &source.id).await?;
            query.bind(source.created_at).bind(source.updated_at).execute(writing.connection()).await?;
            let (resource, id, after) = (Resource::AlertSource, source.id.as_str(), Some(source.document.clone()));
            writing.commit(&Entry { action, resource, id, before, after }).await
        })
    }

    /// Archives an alert source; false if there is none.
    pub(crate) async fn archive_alert_source(&self, id: &str, now: i64) -> Result<bool> {
        made!({
            let query = sqlx::query(concat!(
                "update alert_sources set archived_at = $2 where ",
                is_there_by_number!(),
                " and id = $1",
            ));
            let mut writing = self.change().await?;
            let before = source_of(&mut writing, id).await?;
            if query.bind(id).bind(now).execute(writing.connection()).await?.rows_affected() == 0 {
                writing.leave().await?;
                return Ok(false);
            }
            let resource = Resource::AlertSource;
            writing.commit(&Entry { action: Action::Delete, resource, id, before, after: None }).await?;
            Ok(true)
        })
    }
}

/// What the audit log keeps of an alert source, if it is there: all but the digest of its secret.
async fn source_of(writing: &mut Writing, id: &str) -> Result<Option<String>> {
    let query = sqlx::query(concat!(source!(), " and id = $1"));
    let row = query.bind(id).fetch_optional(writing.connection()).await?;
    let source = row.map(|row| documents::columns::<AlertSourceRow>(SOURCES, id, &row));
    Ok(source.map(|source| source.map_or_else(|_| UNREADABLE.to_string(), |source| source.document)))
}

impl Transition {
    /// The alert of a source that fires with this key, which nobody else changes until the transition ends.
    pub(crate) async fn firing_alert(&mut self, source_id: &str, key: &str) -> Result<Option<AlertRow>> {
        let query = format!(
            "select {COLUMNS} from alerts where source_id = $1 and deduplication_key = $2 and status = 'firing'{}",
            self.dialect().locked()
        );
        let query = sqlx::query_as(sqlx::AssertSqlSafe(query));
        query.bind(source_id).bind(key).fetch_optional(self.connection()).await
    }

    pub(crate) async fn insert_alert(&mut self, alert: &AlertRow) -> Result<()> {
        let query = sqlx::query(
            "insert into alerts (id, source_id, deduplication_key, title, description, source_url, metadata, status,
                 created_at, updated_at, resolved_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        );
        let query = query.bind(&alert.id).bind(&alert.source_id).bind(&alert.deduplication_key).bind(&alert.title);
        let query = query.bind(&alert.description).bind(&alert.source_url).bind(&alert.metadata).bind(&alert.status);
        let query = query.bind(alert.created_at).bind(alert.updated_at).bind(alert.resolved_at);
        query.execute(self.connection()).await.map(drop)
    }

    pub(crate) async fn resolve_alert(&mut self, id: &str, now: i64) -> Result<()> {
        let query =
            sqlx::query("update alerts set status = 'resolved', resolved_at = $2, updated_at = $2 where id = $1");
        query.bind(id).bind(now).execute(self.connection()).await.map(drop)
    }
}
