//! Endpoints of webhooks, people's notification methods and rules, and the server's own keys.

use serde_json::{Value, json};
use sqlx::{FromRow, Row as _};

use super::audit::{Action, Editing, Entry, Resource, UNREADABLE, kept};
use super::db::DbRow;
use super::documents::{self, Stored, has_id, is_there_by_number};
use super::escalations::Transition;
use super::turns::made;
use super::{MayConflict, Result, Store, Writing};

/// Where events are sent, as it is stored.
#[derive(Clone, FromRow)]
pub(crate) struct EndpointRow {
    pub(crate) id: String,
    pub(crate) url: String,
    /// A list, as JSON.
    pub(crate) event_types: String,
    pub(crate) secret: String,
    /// In milliseconds since 1970.
    pub(crate) created_at: i64,
}

impl EndpointRow {
    /// What the audit log keeps of it: all but its secret.
    fn written(&self) -> String {
        let types = serde_json::from_str::<Value>(&self.event_types).unwrap_or_default();
        json!({ "url": self.url, "event_types": types }).to_string()
    }
}

/// Which of the two lists of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PersonList {
    Methods,
    Rules,
}

impl PersonList {
    fn kind(self) -> &'static str {
        match self {
            Self::Methods => "methods",
            Self::Rules => "rules",
        }
    }

    /// As the audit log calls it.
    fn resource(self) -> Resource {
        match self {
            Self::Methods => Resource::NotificationMethods,
            Self::Rules => Resource::NotificationRules,
        }
    }
}

/// What is kept of a person's notifications: a list of each kind, as JSON, if one was set.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeptLists {
    pub(crate) methods: Option<String>,
    pub(crate) rules: Option<String>,
}

impl KeptLists {
    fn of(rows: Vec<(String, String)>) -> Self {
        let mut lists = Self::default();
        for (kind, document) in rows {
            match kind.as_str() {
                "methods" => lists.methods = Some(document),
                "rules" => lists.rules = Some(document),
                _ => {}
            }
        }
        lists
    }
}

/// The table of endpoints, as the log names it.
const ENDPOINTS: &str = "webhook_endpoints";

/// Those endpoints that there are. One of which that is not known cannot be read.
macro_rules! endpoint {
    () => {
        concat!(
            "select id, url, event_types, secret, created_at, archived_at from webhook_endpoints where ",
            is_there_by_number!(),
        )
    };
}

const LISTS: &str = "select kind, document from user_notifications where user_id = $1";

impl Store {
    /// A page of endpoints, by id.
    pub(crate) async fn webhook_endpoints(&self, after: &str, count: u32) -> Result<Vec<Stored<EndpointRow>>> {
        let query = sqlx::query(concat!(endpoint!(), " and id > $1 and ", has_id!(), " order by id limit $2"));
        Ok(documents::rows(ENDPOINTS, &query.bind(after).bind(count).fetch_all(self.readers()).await?))
    }

    pub(crate) async fn webhook_endpoint(&self, id: &str) -> Result<Option<EndpointRow>> {
        let query = sqlx::query(concat!(endpoint!(), " and id = $1"));
        documents::row(ENDPOINTS, id, query.bind(id).fetch_optional(self.readers()).await?)
    }

    /// The lists of a person.
    pub(crate) async fn notification_lists(&self, user_id: &str) -> Result<KeptLists> {
        Ok(KeptLists::of(sqlx::query_as(LISTS).bind(user_id).fetch_all(self.readers()).await?))
    }

    /// One of the server's own keys. Where there is none yet, it becomes `fresh`.
    pub(crate) async fn server_key(&self, name: &str, fresh: &str) -> Result<String> {
        let known = "select secret from server_keys where name = $1";
        if let Some(key) = sqlx::query_scalar(known).bind(name).fetch_optional(self.readers()).await? {
            return Ok(key);
        }
        made!({
            let mut writing = self.change().await?;
            let query =
                sqlx::query("insert into server_keys (name, secret) values ($1, $2) on conflict (name) do nothing");
            query.bind(name).bind(fresh).execute(writing.connection()).await?;
            let key = sqlx::query_scalar(known).bind(name).fetch_one(writing.connection()).await?;
            writing.commit().await?;
            Ok(key)
        })
    }
}

impl Editing<'_> {
    /// Adds an endpoint, unless there are `most` already; false then.
    pub(crate) async fn add_webhook_endpoint(&self, endpoint: &EndpointRow, most: i64) -> Result<bool> {
        made!({
            let mut writing = self.change().await?;
            let count = concat!("select count(*) from webhook_endpoints where ", is_there_by_number!());
            let count = sqlx::query_scalar::<_, i64>(count);
            if count.fetch_one(writing.connection()).await? >= most {
                writing.leave().await?;
                return Ok(false);
            }
            let query = sqlx::query(
                "insert into webhook_endpoints (id, url, event_types, secret, created_at) values ($1, $2, $3, $4, $5)",
            );
            let query = query.bind(&endpoint.id).bind(&endpoint.url);
            let query = query.bind(&endpoint.event_types).bind(&endpoint.secret).bind(endpoint.created_at);
            query.execute(writing.connection()).await?;
            let (resource, id, after) = (Resource::WebhookEndpoint, endpoint.id.as_str(), Some(endpoint.written()));
            writing.commit(&Entry { action: Action::Create, resource, id, before: None, after }).await?;
            Ok(true)
        })
    }

    /// Archives an endpoint, and forgets its secret; false if there is none.
    pub(crate) async fn archive_webhook_endpoint(&self, id: &str, now: i64) -> Result<bool> {
        made!({
            let query = sqlx::query(concat!(
                "update webhook_endpoints set archived_at = $2, secret = '' where ",
                is_there_by_number!(),
                " and id = $1",
            ));
            let mut writing = self.change().await?;
            let before = endpoint_of(&mut writing, id).await?;
            if query.bind(id).bind(now).execute(writing.connection()).await?.rows_affected() == 0 {
                writing.leave().await?;
                return Ok(false);
            }
            let resource = Resource::WebhookEndpoint;
            writing.commit(&Entry { action: Action::Delete, resource, id, before, after: None }).await?;
            Ok(true)
        })
    }

    /// Keeps a list of a person in place of the one before, if `check` finds nothing wrong with it beside the other list,
    /// which nobody changes meanwhile.
    pub(crate) async fn put_notification_list<E: From<sqlx::Error> + MayConflict>(
        &self,
        user_id: &str,
        list: PersonList,
        document: &str,
        now: i64,
        check: impl Fn(&KeptLists) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        made!({
            let mut writing = self.change().await?;
            let known = sqlx::query_as(LISTS).bind(user_id).fetch_all(writing.connection()).await?;
            if let Err(error) = check(&KeptLists::of(known)) {
                writing.leave().await?;
                return Err(error);
            }
            let query = sqlx::query_scalar::<_, Vec<u8>>(
                "select cast(document as blob) from user_notifications where user_id = $1 and kind = $2",
            );
            let before = kept(query.bind(user_id).bind(list.kind()).fetch_optional(writing.connection()).await?);
            let query = sqlx::query(
                "insert into user_notifications (user_id, kind, document, updated_at) values ($1, $2, $3, $4)
                 on conflict (user_id, kind) do update set document = excluded.document,
                     updated_at = excluded.updated_at",
            );
            let query = query.bind(user_id).bind(list.kind()).bind(document).bind(now);
            query.execute(writing.connection()).await?;
            let (resource, id, after) = (list.resource(), user_id, Some(document.to_string()));
            Ok(writing.commit(&Entry { action: Action::Update, resource, id, before, after }).await?)
        })
    }
}

/// What the audit log keeps of an endpoint, if it is there: all but its secret.
async fn endpoint_of(writing: &mut Writing, id: &str) -> Result<Option<String>> {
    let query = sqlx::query(concat!(endpoint!(), " and id = $1"));
    let row = query.bind(id).fetch_optional(writing.connection()).await?;
    Ok(row.map(|row| match documents::columns::<EndpointRow>(ENDPOINTS, id, &row) {
        Ok(endpoint) => endpoint.written(),
        Err(_) => UNREADABLE.to_string(),
    }))
}

impl Transition {
    /// The ids of the endpoints that get events, with the types of those, as JSON. They are looked at once.
    pub(crate) async fn webhook_endpoints(&mut self) -> Result<Vec<(String, String)>> {
        if let Some(known) = &self.endpoints {
            return Ok(known.clone());
        }
        let query = "select id, event_types from webhook_endpoints where archived_at is null order by id";
        let rows: Vec<DbRow> = sqlx::query(query).fetch_all(self.connection()).await?;
        // One that is damaged gets nothing, and takes nothing from the others.
        let endpoints: Vec<_> = rows
            .iter()
            .filter_map(|row| {
                let read = row.try_get(0).and_then(|id| Ok((id, row.try_get(1)?)));
                read.inspect_err(|error| tracing::error!("a webhook endpoint cannot be read: {error}")).ok()
            })
            .collect();
        self.endpoints = Some(endpoints.clone());
        Ok(endpoints)
    }

    /// The lists of a person. They are looked at once.
    pub(crate) async fn notification_lists(&mut self, user_id: &str) -> Result<KeptLists> {
        if let Some(known) = self.lists.get(user_id) {
            return Ok(known.clone());
        }
        let lists = KeptLists::of(sqlx::query_as(LISTS).bind(user_id).fetch_all(self.connection()).await?);
        self.lists.insert(user_id.to_string(), lists.clone());
        Ok(lists)
    }
}
