//! The database: one SQLite file.

mod health;
mod kept;
mod overrides;
mod paths;
mod pauses;
mod templates;

use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};
use escalation_api::{Json as _, Schedule, Team, User, Value};
use escalation_engine::world::{Channel, Priority};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::demo;
use crate::error::StartError;
use crate::files;

pub(crate) use kept::Kept;
pub(crate) use overrides::OverrideFilter;
pub(crate) use paths::{Change, Expected, Outcome, Revision, Saving};
pub(crate) use templates::{Archived, StoredTemplate};

/// A handle on the database; cheap to copy.
#[derive(Clone)]
pub(crate) struct Store {
    pool: SqlitePool,
}

type Result<T> = std::result::Result<T, sqlx::Error>;

impl Store {
    /// Opens the database in a folder, making both if they are not there. A new one gets the demo organisation if
    /// `with_demo` says so.
    pub(crate) async fn open(folder: &Path, with_demo: bool) -> std::result::Result<Self, StartError> {
        let not_writable = |source| StartError::Data { folder: folder.to_path_buf(), source };
        std::fs::create_dir_all(folder).map_err(not_writable)?;
        // Whether a folder can be written to is only known from writing to it.
        let probe = folder.join(".writable");
        std::fs::write(&probe, []).and_then(|()| std::fs::remove_file(&probe)).map_err(not_writable)?;

        let file = folder.join("escalation.db");
        // Names, addresses and ids of people are in it.
        files::keep_private(&file).map_err(not_writable)?;
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true);
        let pool = SqlitePoolOptions::new().max_connections(8).connect_with(options).await;
        let pool = pool.map_err(|source| StartError::Database { file: file.clone(), source })?;
        let migrated = sqlx::migrate!().run(&pool).await;
        migrated.map_err(|source| StartError::Migrate { file: file.clone(), source })?;
        let store = Self { pool };
        let organisation = if with_demo { Some(demo::organisation()?) } else { None };
        let begun = store.begin(organisation.as_ref()).await;
        begun.map_err(|source| StartError::Database { file, source })?;
        Ok(store)
    }

    /// Begins a new database with an organisation or without one, wholly or not at all.
    async fn begin(&self, organisation: Option<&demo::Organisation>) -> Result<()> {
        let mut transaction = self.pool.begin().await?;
        let begun: i64 = sqlx::query_scalar("select count(*) from begun").fetch_one(&mut *transaction).await?;
        if begun > 0 {
            return Ok(());
        }
        let now = Utc::now().to_rfc3339();
        sqlx::query("insert into begun (at) values ($1)").bind(now).execute(&mut *transaction).await?;
        if let Some(organisation) = organisation {
            fill(&mut transaction, organisation).await?;
        }
        transaction.commit().await
    }

    /// A page of users, by id.
    pub(crate) async fn users(&self, filter: &UserFilter<'_>, after: &str, count: u32) -> Result<Vec<User>> {
        let query = sqlx::query_scalar::<_, String>(
            "select document from users
             where id > $1 and (is_active or $2) and ($3 is null or email = $3) and ($4 is null or slack_user_id = $4)
             order by id limit $5",
        );
        let query = query.bind(after).bind(filter.include_inactive).bind(filter.email).bind(filter.slack_user_id);
        documents(query.bind(count).fetch_all(&self.pool).await?)
    }

    pub(crate) async fn user(&self, id: &str) -> Result<Option<User>> {
        let query = sqlx::query_scalar::<_, String>("select document from users where id = $1");
        let row = query.bind(id).fetch_optional(&self.pool).await?;
        row.map(|text| document(&text)).transpose()
    }

    /// A page of schedules, by id.
    pub(crate) async fn schedules(&self, after: &str, count: u32) -> Result<Vec<Schedule>> {
        let query =
            sqlx::query_scalar::<_, String>("select document from schedules where id > $1 order by id limit $2");
        documents(query.bind(after).bind(count).fetch_all(&self.pool).await?)
    }

    pub(crate) async fn schedule_count(&self) -> Result<i64> {
        sqlx::query_scalar("select count(*) from schedules").fetch_one(&self.pool).await
    }

    pub(crate) async fn schedule(&self, id: &str) -> Result<Option<Schedule>> {
        let query = sqlx::query_scalar::<_, String>("select document from schedules where id = $1");
        let row = query.bind(id).fetch_optional(&self.pool).await?;
        row.map(|text| document(&text)).transpose()
    }

    /// A page of teams, by id.
    pub(crate) async fn teams(&self, after: &str, count: u32) -> Result<Vec<Team>> {
        let query = sqlx::query_scalar::<_, String>("select document from teams where id > $1 order by id limit $2");
        documents(query.bind(after).bind(count).fetch_all(&self.pool).await?)
    }

    pub(crate) async fn team(&self, id: &str) -> Result<Option<Team>> {
        let query = sqlx::query_scalar::<_, String>("select document from teams where id = $1");
        let row = query.bind(id).fetch_optional(&self.pool).await?;
        row.map(|text| document(&text)).transpose()
    }

    /// The ids and names of all teams, by name.
    pub(crate) async fn team_names(&self) -> Result<Vec<(String, String)>> {
        sqlx::query_as("select id, name from teams order by name, id").fetch_all(&self.pool).await
    }

    /// From the highest to the lowest.
    pub(crate) async fn priorities(&self) -> Result<Vec<Priority>> {
        let query = sqlx::query_as::<_, (String, String)>("select id, name from priorities order by rank, id");
        let rows = query.fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(|(id, name)| Priority { id, name }).collect())
    }

    pub(crate) async fn channels(&self) -> Result<Vec<Channel>> {
        let query =
            sqlx::query_as::<_, (String, String, String)>("select id, type, name from channels order by name, id");
        let rows = query.fetch_all(&self.pool).await?;
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

/// Writes an organisation into an empty database.
async fn fill(connection: &mut sqlx::SqliteConnection, organisation: &demo::Organisation) -> Result<()> {
    for (rank, priority) in (0_i64..).zip(&organisation.priorities) {
        let query = sqlx::query("insert into priorities (id, name, rank) values ($1, $2, $3)");
        query.bind(&priority.id).bind(&priority.name).bind(rank).execute(&mut *connection).await?;
    }
    for channel in &organisation.channels {
        let query = sqlx::query("insert into channels (id, type, name) values ($1, $2, $3)");
        query.bind(&channel.id).bind(&channel.channel_type).bind(&channel.name).execute(&mut *connection).await?;
    }
    for user in &organisation.users {
        let query = sqlx::query(
            "insert into users (id, email, slack_user_id, is_active, document) values ($1, $2, $3, $4, $5)",
        );
        let query = query.bind(&user.id).bind(&user.email).bind(&user.slack_user_id);
        let query = query.bind(user.is_active != Some(false)).bind(user.write().to_string());
        query.execute(&mut *connection).await?;
    }
    for schedule in &organisation.schedules {
        let query = sqlx::query("insert into schedules (id, document) values ($1, $2)");
        query.bind(&schedule.id).bind(schedule.write().to_string()).execute(&mut *connection).await?;
    }
    for team in &organisation.teams {
        let query = sqlx::query("insert into teams (id, name, document) values ($1, $2, $3)");
        query.bind(&team.id).bind(&team.name).bind(team.write().to_string()).execute(&mut *connection).await?;
    }
    for (id, template) in &organisation.templates {
        templates::insert_template(connection, id, template, Utc::now()).await?;
    }
    for (id, path) in &organisation.paths {
        paths::insert_path(connection, id, path, &Saving::now(None)).await?;
    }
    Ok(())
}

fn documents<T: escalation_api::Json>(texts: Vec<String>) -> Result<Vec<T>> {
    texts.iter().map(|text| document(text)).collect()
}

/// Reads a document that was written by [`escalation_api::Json::write`].
fn document<T: escalation_api::Json>(text: &str) -> Result<T> {
    let damaged = |what: String| sqlx::Error::Decode(what.into());
    let value: Value = serde_json::from_str(text).map_err(|error| damaged(error.to_string()))?;
    T::read(value).map_err(|_| damaged("a document is not of the kind that was stored".to_string()))
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
