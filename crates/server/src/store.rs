//! The database: one SQLite file.

mod connections;
mod documents;
mod health;
mod kept;
mod overrides;
mod paths;
mod pauses;
mod start;
mod templates;

use chrono::{DateTime, SecondsFormat, Utc};
use escalation_api::{Schedule, Team, User};
use escalation_engine::world::{Channel, Priority};
use sqlx::sqlite::SqlitePool;

use connections::{Complete, Connections, Writing};
use documents::{Row, document, documents, stored, unreadable};

pub(crate) use documents::Stored;
pub(crate) use kept::Kept;
pub(crate) use overrides::OverrideFilter;
pub(crate) use paths::{Change, Expected, Outcome, Revision, Saving};
pub(crate) use templates::{Archived, StoredTemplate};

/// A handle on the database; cheap to copy.
#[derive(Clone)]
pub(crate) struct Store {
    connections: Connections,
}

type Result<T> = std::result::Result<T, sqlx::Error>;

impl Store {
    /// What reads, and never waits for what writes.
    fn readers(&self) -> Complete<&SqlitePool> {
        self.connections.readers()
    }

    /// Begins a change, which lasts once it is committed. Nobody else changes anything meanwhile.
    async fn change(&self) -> Result<Writing> {
        self.connections.change().await
    }

    /// Ends the use of the database: all of it is in one file then.
    pub(crate) async fn close(&self) {
        self.connections.close().await;
    }

    /// A page of users, by id.
    pub(crate) async fn users(&self, filter: &UserFilter<'_>, after: &str, count: u32) -> Result<Vec<Stored<User>>> {
        let query = sqlx::query_as::<_, Row>(
            "select id, cast(document as blob) from users
             where id > $1 and (is_active or $2) and ($3 is null or email = $3) and ($4 is null or slack_user_id = $4)
             order by id limit $5",
        );
        let query = query.bind(after).bind(filter.include_inactive).bind(filter.email).bind(filter.slack_user_id);
        Ok(documents("users", query.bind(count).fetch_all(self.readers()).await?))
    }

    pub(crate) async fn user(&self, id: &str) -> Result<Option<User>> {
        let query = sqlx::query_scalar::<_, Vec<u8>>("select cast(document as blob) from users where id = $1");
        let row = query.bind(id).fetch_optional(self.readers()).await?;
        row.map(|bytes| document("users", id, &bytes)).transpose()
    }

    /// Those of these users that there are. `ids` is a list in JSON.
    pub(crate) async fn those_users(&self, ids: &str) -> Result<Vec<Stored<User>>> {
        let query = sqlx::query_as::<_, Row>(
            "select id, cast(document as blob) from users where id in (select value from json_each($1))",
        );
        Ok(documents("users", query.bind(ids).fetch_all(self.readers()).await?))
    }

    /// A page of schedules, by id.
    pub(crate) async fn schedules(&self, after: &str, count: u32) -> Result<Vec<Stored<Schedule>>> {
        let query = sqlx::query_as::<_, Row>(
            "select id, cast(document as blob) from schedules where id > $1 order by id limit $2",
        );
        Ok(documents("schedules", query.bind(after).bind(count).fetch_all(self.readers()).await?))
    }

    /// Those of these schedules that there are. `ids` is a list in JSON.
    pub(crate) async fn those_schedules(&self, ids: &str) -> Result<Vec<Stored<Schedule>>> {
        let query = sqlx::query_as::<_, Row>(
            "select id, cast(document as blob) from schedules where id in (select value from json_each($1))",
        );
        Ok(documents("schedules", query.bind(ids).fetch_all(self.readers()).await?))
    }

    pub(crate) async fn schedule_count(&self) -> Result<i64> {
        sqlx::query_scalar("select count(*) from schedules").fetch_one(self.readers()).await
    }

    pub(crate) async fn schedule(&self, id: &str) -> Result<Option<Schedule>> {
        let query = sqlx::query_scalar::<_, Vec<u8>>("select cast(document as blob) from schedules where id = $1");
        let row = query.bind(id).fetch_optional(self.readers()).await?;
        row.map(|bytes| document("schedules", id, &bytes)).transpose()
    }

    /// A page of teams, by id.
    pub(crate) async fn teams(&self, after: &str, count: u32) -> Result<Vec<Stored<Team>>> {
        let query =
            sqlx::query_as::<_, Row>("select id, cast(document as blob) from teams where id > $1 order by id limit $2");
        Ok(documents("teams", query.bind(after).bind(count).fetch_all(self.readers()).await?))
    }

    pub(crate) async fn team(&self, id: &str) -> Result<Option<Team>> {
        let query = sqlx::query_scalar::<_, Vec<u8>>("select cast(document as blob) from teams where id = $1");
        let row = query.bind(id).fetch_optional(self.readers()).await?;
        row.map(|bytes| document("teams", id, &bytes)).transpose()
    }

    /// The ids and names of all teams, by name.
    pub(crate) async fn team_names(&self) -> Result<Vec<(String, String)>> {
        sqlx::query_as("select id, name from teams order by name, id").fetch_all(self.readers()).await
    }

    /// From the highest to the lowest.
    pub(crate) async fn priorities(&self) -> Result<Vec<Priority>> {
        let query = sqlx::query_as::<_, (String, String)>("select id, name from priorities order by rank, id");
        let rows = query.fetch_all(self.readers()).await?;
        Ok(rows.into_iter().map(|(id, name)| Priority { id, name }).collect())
    }

    pub(crate) async fn channels(&self) -> Result<Vec<Channel>> {
        let query =
            sqlx::query_as::<_, (String, String, String)>("select id, type, name from channels order by name, id");
        let rows = query.fetch_all(self.readers()).await?;
        Ok(rows.into_iter().map(|(id, channel_type, name)| Channel { id, channel_type, name }).collect())
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
