//! The database: one SQLite file, or a PostgreSQL server that several processes share.

mod alerts;
mod audit;
mod backup;
mod connections;
mod db;
mod dialect;
mod documents;
mod escalations;
mod health;
mod kept;
mod keys;
mod migrations;
mod notifications;
mod overrides;
mod paths;
mod pauses;
mod readings;
mod schedules;
mod scope;
mod server;
mod sessions;
mod start;
mod templates;
mod turns;

use chrono::{DateTime, SecondsFormat, Utc};
use escalation_api::{Team, User};
use escalation_engine::world::{Channel, Priority};
use sqlx::Row as _;

use crate::work::Aside;
use connections::{Connections, Writing};
use db::{Complete, DbRow};
use dialect::Dialect;
use documents::{Row, has_id, is_there, is_there_by_number};

pub(crate) use alerts::{AlertRow, AlertSourceRow};
pub(crate) use audit::{
    Action, AuditFilter, AuditRow, Author, AuthorKind, Document, Editing, Entry, NotDone, Resource, UNREADABLE,
};
pub(crate) use backup::{Contents, back_up, restore, verify};
pub(crate) use documents::{Damaged, RESTORE_BACKUP, Stored};
use escalations::Texts;
pub(crate) use escalations::{
    Among, Delivery, DeliveryStatus, EscalationRow, Filter, InputRow, Kind, Old, Place, ReadDelivery, Span, StepRow,
    Transition, Unreadable,
};
pub(crate) use kept::Kept;
pub(crate) use keys::KeyRow;
pub(crate) use notifications::{EndpointRow, KeptLists, PersonList};
pub(crate) use overrides::{OverrideFilter, Placed, Placing};
pub(crate) use paths::{Change, Expected, Outcome, Revision, Saving, WrittenPath};
pub(crate) use scope::{NotTheirs, Owned, Scope};
pub use server::Address;
pub(crate) use sessions::{AccountRow, NewSession, SessionRow, SignInRow};
pub(crate) use start::TextColumn;
pub(crate) use templates::{Archived, StoredTemplate, WrittenTemplate};
pub(crate) use turns::{CONFLICT, MayConflict, Turns};

/// A handle on the database; cheap to copy.
#[derive(Clone)]
pub(crate) struct Store {
    connections: Connections,
    aside: Aside,
    texts: Texts,
}

/// The database in its folder, where it is a file.
pub(crate) const FILE: &str = "escalation.db";

type Result<T> = std::result::Result<T, sqlx::Error>;

impl Store {
    fn new(connections: Connections) -> Self {
        Self { connections, aside: Aside::new(), texts: Texts::default() }
    }

    /// What reads, and never waits for what writes.
    fn readers(&self) -> Complete<'_> {
        self.connections.readers()
    }

    /// What reads and writes documents beside the threads that answer requests.
    pub(crate) fn aside(&self) -> &Aside {
        &self.aside
    }

    /// Begins a change, which lasts once it is committed. Nobody else changes anything meanwhile.
    async fn change(&self) -> Result<Writing> {
        self.connections.change().await
    }

    /// In which words the database is told what to do.
    fn dialect(&self) -> Dialect {
        self.connections.dialect()
    }

    /// Whether several processes may use it at once.
    pub(crate) fn is_shared(&self) -> bool {
        self.dialect() == Dialect::Postgres
    }

    /// Ends the use of the database: all of it is in one file then, if it is one.
    pub(crate) async fn close(&self) {
        self.connections.close().await;
    }

    /// Which rows of a table have an id that is no text, or none that can be asked for: their numbers, at most
    /// [`MAX_NAMELESS`]. No page has them, and the log names them.
    pub(crate) async fn nameless(&self, table: Table) -> Result<Vec<i64>> {
        if self.dialect() == Dialect::Postgres {
            // There is no such thing.
            return Ok(Vec::new());
        }
        let (table, there) = (table.name(), table.is_there());
        let query = format!(
            "select rowid from {table} where not ({}) and {there} order by rowid limit {MAX_NAMELESS}",
            has_id!()
        );
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(query));
        let rows: Vec<i64> = query.fetch_all(self.readers()).await?;
        for row in &rows {
            tracing::error!("the id of row {row} of table `{table}` cannot be read: it is left out");
        }
        Ok(rows)
    }

    /// A page of users, by id. One of whom a column that is asked about cannot be read may be one of them: their document
    /// is not read, so that they are named as unreadable.
    pub(crate) async fn users(&self, filter: &UserFilter<'_>, after: &str, count: u32) -> Result<Vec<Stored<User>>> {
        let query = sqlx::query_as::<_, Row>(concat!(
            "select id, cast(case when typeof(is_active) = 'integer'
                                   and ($3 is null or typeof(email) = 'text')
                                   and ($4 is null or typeof(slack_user_id) = 'text') then document else '' end as blob)
             from users where id > $1 and ",
            has_id!(),
            " and (is_active or $2 or not typeof(is_active) = 'integer')
              and ($3 is null or email = $3 or not typeof(email) = 'text' and not email is null)
              and ($4 is null or slack_user_id = $4 or not typeof(slack_user_id) = 'text' and not slack_user_id is null)
             order by id limit $5",
        ));
        let query = query.bind(after).bind(filter.include_inactive).bind(filter.email).bind(filter.slack_user_id);
        self.read_all("users", query.bind(count).fetch_all(self.readers()).await?).await
    }

    pub(crate) async fn user(&self, id: &str) -> Result<Option<Stored<User>>> {
        let query = sqlx::query_as::<_, Row>("select id, cast(document as blob) from users where id = $1");
        self.read_one("users", query.bind(id).fetch_optional(self.readers()).await?).await
    }

    /// Those of these users that there are. `ids` is a list in JSON.
    pub(crate) async fn those_users(&self, ids: &str) -> Result<Vec<Stored<User>>> {
        let query = sqlx::query_as::<_, Row>(
            "select id, cast(document as blob) from users where id in (select value from json_each($1))",
        );
        self.read_all("users", query.bind(ids).fetch_all(self.readers()).await?).await
    }

    /// A page of teams, by id.
    pub(crate) async fn teams(&self, after: &str, count: u32) -> Result<Vec<Stored<Team>>> {
        let query = sqlx::query_as::<_, Row>(concat!(
            "select id, cast(document as blob) from teams where id > $1 and ",
            has_id!(),
            " order by id limit $2",
        ));
        self.read_all("teams", query.bind(after).bind(count).fetch_all(self.readers()).await?).await
    }

    pub(crate) async fn team(&self, id: &str) -> Result<Option<Stored<Team>>> {
        let query = sqlx::query_as::<_, Row>("select id, cast(document as blob) from teams where id = $1");
        self.read_one("teams", query.bind(id).fetch_optional(self.readers()).await?).await
    }

    /// The ids and names of all teams, by name, and which cannot be read.
    pub(crate) async fn team_names(&self) -> Result<Readable<(String, String)>> {
        let rows = sqlx::query("select rowid, id, name from teams order by name, id").fetch_all(self.readers()).await?;
        Ok(Readable::of("teams", &rows, |row| Ok((row.try_get("id")?, row.try_get("name")?))))
    }

    /// From the highest to the lowest.
    pub(crate) async fn priorities(&self) -> Result<Vec<Priority>> {
        Ok(self.read_priorities().await?.rows)
    }

    /// The same, and which cannot be read.
    pub(crate) async fn read_priorities(&self) -> Result<Readable<Priority>> {
        let rows =
            sqlx::query("select rowid, id, name, rank from priorities order by rank, id").fetch_all(self.readers());
        Ok(Readable::of("priorities", &rows.await?, |row| {
            // One whose place is not known is none of them: which is the highest would be guessed.
            row.try_get::<i64, _>("rank")?;
            let id: String = row.try_get("id")?;
            // It is what conditions and requests name by its id, whatever it is called.
            let name = row.try_get("name").unwrap_or_else(|error| {
                tracing::error!(
                    "the name of `{id}` of table `priorities` cannot be read, and its id stands for it: {error}"
                );
                id.clone()
            });
            Ok(Priority { id, name })
        }))
    }

    pub(crate) async fn channels(&self) -> Result<Vec<Channel>> {
        Ok(self.read_channels().await?.rows)
    }

    /// The same, and which cannot be read.
    pub(crate) async fn read_channels(&self) -> Result<Readable<Channel>> {
        let rows =
            sqlx::query("select rowid, id, type, name from channels order by name, id").fetch_all(self.readers());
        Ok(Readable::of("channels", &rows.await?, |row| {
            Ok(Channel { id: row.try_get("id")?, channel_type: row.try_get("type")?, name: row.try_get("name")? })
        }))
    }
}

/// The most rows without an id that are named of a table.
const MAX_NAMELESS: u32 = 100;

/// A table that is listed page by page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    AlertSources,
    ApiKeys,
    Escalations,
    Overrides,
    Paths,
    Schedules,
    Teams,
    Templates,
    Users,
    WebhookEndpoints,
}

impl Table {
    /// Its name in the database.
    fn name(self) -> &'static str {
        match self {
            Self::AlertSources => "alert_sources",
            Self::ApiKeys => "api_keys",
            Self::Escalations => "escalations",
            Self::Overrides => "schedule_overrides",
            Self::Paths => "escalation_paths",
            Self::Schedules => "schedules",
            Self::Teams => "teams",
            Self::Templates => "escalation_path_templates",
            Self::Users => "users",
            Self::WebhookEndpoints => "webhook_endpoints",
        }
    }

    /// Which of its rows there are, in SQL.
    fn is_there(self) -> &'static str {
        match self {
            Self::AlertSources | Self::WebhookEndpoints => is_there_by_number!(),
            Self::Overrides | Self::Paths | Self::Schedules | Self::Templates => is_there!(),
            Self::ApiKeys | Self::Escalations | Self::Teams | Self::Users => "true",
        }
    }
}

/// The rows of a table that can be read, and what the others are called.
pub(crate) struct Readable<T> {
    pub(crate) rows: Vec<T>,
    /// Their ids, or their numbers where not even those can be read.
    pub(crate) unreadable: Vec<String>,
}

impl<T> Readable<T> {
    fn of(table: &str, rows: &[DbRow], read: impl Fn(&DbRow) -> Result<T>) -> Self {
        let mut all = Self { rows: Vec::with_capacity(rows.len()), unreadable: Vec::new() };
        for row in rows {
            match read(row) {
                Ok(row) => all.rows.push(row),
                Err(error) => {
                    let number = || format!("row {}", row.try_get::<i64, _>("rowid").unwrap_or_default());
                    let id = row.try_get::<String, _>("id").unwrap_or_else(|_| number());
                    tracing::error!("`{id}` of table `{table}` cannot be read, and is left out: {error}");
                    all.unreadable.push(id);
                }
            }
        }
        all
    }
}

/// Which users are asked for.
#[derive(Default)]
pub(crate) struct UserFilter<'a> {
    pub(crate) email: Option<&'a str>,
    pub(crate) slack_user_id: Option<&'a str>,
    pub(crate) include_inactive: bool,
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
