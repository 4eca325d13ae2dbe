//! Opening the database: a new one is made wholly or not at all, and what is wrong with one that is there is said then,
//! by name, and not by the first request that meets it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono::Utc;
use escalation_api::{Json as _, PathPayload, Schedule, Team, User, template::TemplatePayload};
use escalation_api::{Pause, schedule::ScheduleOverride};
use futures_util::TryStreamExt as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Row as _, ValueRef as _};
use ulid::Ulid;

use super::connections::{Connections, Writing};
use super::db::DbRow;
use super::documents::{document, list, whole};
use super::overrides::says;
use super::paths::{Saving, WrittenPath, insert_path};
use super::templates::{WrittenTemplate, insert_template};
use super::{FILE, Result, Store};
use crate::demo::{self, Organisation};
use crate::error::StartError;
use crate::files;

/// How many documents are read together, each of which may have 1 MB.
const AT_ONCE: u32 = 20;
/// How many kinds of damage are told of a file.
const MOST_DAMAGE: u32 = 5;
/// How many rows of a table are named for what is in their columns.
const MOST_ROWS: u32 = 100;
/// The tables that are read by their columns, and which of those hold JSON.
const COLUMNS_WITH_JSON: [(&str, &[&str]); 30] = [
    ("accounts", &[]),
    ("api_keys", &[]),
    ("audit_log", &[]),
    ("sessions", &[]),
    ("sign_in_links", &[]),
    ("sign_ins", &[]),
    ("priorities", &[]),
    ("channels", &[]),
    ("users", &[]),
    ("schedules", &[]),
    ("teams", &[]),
    ("escalation_paths", &[]),
    ("path_revisions", &[]),
    ("path_documents", &[]),
    ("escalation_path_templates", &[]),
    ("notification_pauses", &[]),
    ("schedule_overrides", &[]),
    ("world_changes", &[]),
    ("escalation_plans", &["document"]),
    ("escalation_worlds", &["document"]),
    ("escalations", &["creator", "first_state", "state"]),
    ("escalation_inputs", &["kind"]),
    ("escalation_steps", &["document"]),
    ("deliveries", &["document"]),
    ("path_pages", &[]),
    ("alert_sources", &["document"]),
    ("alerts", &["metadata"]),
    ("webhook_endpoints", &["event_types"]),
    ("user_notifications", &["document"]),
    ("server_keys", &[]),
];

/// A column of texts and what names its rows: all of it SQL.
#[derive(Debug, Clone)]
pub(crate) struct TextColumn {
    pub(crate) table: &'static str,
    /// What names a row.
    pub(crate) id: &'static str,
    pub(crate) column: &'static str,
    /// Which rows count.
    pub(crate) condition: String,
}

impl Store {
    /// Opens the database in a folder, making both if they are not there. A new one gets the demo organisation if
    /// `with_demo` says so.
    pub(crate) async fn open(folder: &Path, with_demo: bool) -> std::result::Result<Self, StartError> {
        let not_writable = |source| StartError::Data { folder: folder.to_path_buf(), source };
        fs::create_dir_all(folder).map_err(not_writable)?;
        // Whether a folder can be written to is only known from writing to it.
        let probe = folder.join(".writable");
        fs::write(&probe, []).and_then(|()| fs::remove_file(&probe)).map_err(not_writable)?;

        let file = folder.join(FILE);
        let organisation = if with_demo { Some(demo::organisation()?) } else { None };
        match fs::metadata(&file) {
            Err(error) if error.kind() == ErrorKind::NotFound => make(&file, organisation.as_ref()).await?,
            Err(source) => return Err(StartError::Read { file, source }),
            // A new one is never empty, not even for an instant: this one was emptied. SQLite would remove what is beside
            // it, which may be all that is left.
            Ok(found) if found.len() == 0 && fs::metadata(log_of(&file)).is_ok_and(|log| log.len() > 0) => {
                return Err(StartError::EmptyDatabase { file });
            }
            // Names, addresses and ids of people are in it.
            Ok(_) => files::keep_private(&file)
                .map_err(|source| StartError::ReadOnlyDatabase { file: file.clone(), source })?,
        }
        if fs::metadata(&file).is_ok_and(|found| found.len() == 0) {
            let file = file.display();
            tracing::error!(
                "the database `{file}` was empty (0 bytes) and is begun anew: if it was used, restore a backup"
            );
        }
        let failed = |source| StartError::Database { file: file.clone(), source };
        let connections = Connections::open(options(&file).journal_mode(SqliteJournalMode::Wal)).await;
        let store = Self::new(connections.map_err(failed)?);
        store.copy_before_migrating(&file).await?;
        let migrated = store.connections.migrate().await;
        migrated.map_err(|source| StartError::Migrate { file: file.clone(), source })?;
        store.begin(organisation.as_ref()).await.map_err(failed)?;
        store.examine(&file).await;
        Ok(store)
    }

    /// Begins a new database with an organisation or without one, wholly or not at all.
    pub(super) async fn begin(&self, organisation: Option<&Organisation>) -> Result<()> {
        let begun = "select count(*) from begun";
        if sqlx::query_scalar::<_, i64>(begun).fetch_one(self.readers()).await? > 0 {
            return Ok(());
        }
        let mut writing = self.change().await?;
        if sqlx::query_scalar::<_, i64>(begun).fetch_one(writing.connection()).await? > 0 {
            return writing.leave().await;
        }
        let now = Utc::now().to_rfc3339();
        sqlx::query("insert into begun (at) values ($1)").bind(now).execute(writing.connection()).await?;
        if let Some(organisation) = organisation {
            fill(&mut writing, organisation).await?;
        }
        writing.commit().await
    }

    /// Looks at all that is in the database, and says in the log what is damaged. What is not can be used.
    async fn examine(&self, file: &Path) {
        let file = file.display();
        // In vain, but it says what would be in the way of the first change.
        let tried = async { self.change().await?.leave().await };
        if let Err(error) = tried.await {
            tracing::error!("nothing can be written to the database `{file}` now: {error}");
        }
        let check = format!("pragma quick_check({MOST_DAMAGE})");
        match sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(check)).fetch_all(self.readers()).await {
            Ok(found) if found == ["ok"] => {}
            Ok(found) => {
                tracing::error!("the database `{file}` is damaged; restore a backup: {}", found.join("; "));
            }
            Err(error) => tracing::error!("the database `{file}` is damaged; restore a backup: {error}"),
        }
        for (table, json) in COLUMNS_WITH_JSON {
            self.examine_columns(table, json).await;
        }
        self.examine_table("users", "id", whole::<User>).await;
        self.examine_table("schedules", "id", whole::<Schedule>).await;
        self.examine_table("teams", "id", whole::<Team>).await;
        self.examine_table("escalation_paths", "id", whole::<PathPayload>).await;
        self.examine_table("path_revisions", "path_id || '/' || number", whole::<PathPayload>).await;
        self.examine_table("escalation_path_templates", "id", document::<TemplatePayload>).await;
        self.examine_table("notification_pauses", "id", whole::<Pause>).await;
        self.examine_rows("schedule_overrides", "id", PLACE, place).await;
        self.examine_table("path_documents", "path_id || '/' || kind", list).await;
    }

    /// Says which rows of a table have something in a column that is not of its kind, and where JSON should be and is not.
    /// SQLite lets anything be in any column.
    async fn examine_columns(&self, table: &str, json: &[&str]) {
        let found = async {
            let columns = sqlx::query_as::<_, (String, String, bool)>(
                "select name, case when lower(type) = 'text' then 'text' else 'integer' end, not \"notnull\" and pk = 0
                 from pragma_table_info($1)",
            );
            let columns = columns.bind(table).fetch_all(self.readers()).await?;
            if columns.is_empty() {
                return Err(sqlx::Error::Configuration("there is no such table".into()));
            }
            let faults = columns.iter().map(|(name, kind, may_be_null)| {
                let null = if *may_be_null { ", 'null'" } else { "" };
                let json =
                    if json.contains(&name.as_str()) { format!(" or not json_valid({name})") } else { String::new() };
                // Whether a row is there at all hangs on this one.
                let time = match (name.as_str(), kind.as_str()) {
                    ("archived_at" | "cancelled_at", "text") => " or not {name} glob '[12][0-9][0-9][0-9]-*'",
                    ("archived_at", _) => " or not {name} > 0",
                    ("number", "integer") if table == "path_revisions" => " or not {name} between 1 and 1000000000",
                    // No page has one without it.
                    ("id", _) => " or {name} = ''",
                    _ => "",
                };
                let time = time.replace("{name}", name);
                format!("case when typeof({name}) not in ('{kind}'{null}){json}{time} then ' {name}' else '' end")
            });
            let faults = faults.collect::<Vec<_>>().join(" || ");
            let query = format!(
                "select number, named, faults from
                     (select rowid as number, {faults} as faults, case typeof({first}) when 'text' then {first} end as named
                      from {table})
                 where faults <> '' order by number limit {MOST_ROWS}",
                first = columns.first().map_or("rowid", |(name, ..)| name.as_str()),
            );
            sqlx::query_as::<_, (i64, Option<String>, String)>(sqlx::AssertSqlSafe(query))
                .fetch_all(self.readers())
                .await
        };
        match found.await {
            Ok(rows) => {
                for (number, id, faults) in rows {
                    let id = id.unwrap_or_else(|| format!("row {number}"));
                    tracing::error!("`{id}` of table `{table}` cannot be read: the fault is in{faults}");
                }
            }
            Err(error) => tracing::error!("table `{table}` cannot be read: {error}"),
        }
    }

    /// Says which documents of a table cannot be read. `id` is what names a row, in SQL.
    async fn examine_table<T>(
        &self,
        table: &str,
        id: &str,
        read: fn(&str, &str, &[u8]) -> std::result::Result<T, String>,
    ) {
        self.examine_rows(table, id, "", |id, bytes, _| read(table, id, bytes).map(drop)).await;
    }

    /// Says which texts in a column cannot be read. `read` is given the name of the row and the text. All rows are read in
    /// one go, whatever names them: by pages each would look at all rows again.
    pub(crate) async fn examine_texts(
        &self,
        texts: TextColumn,
        read: impl Fn(&str, &str) -> std::result::Result<(), String>,
    ) {
        let TextColumn { table, id, column, condition } = texts;
        // What has no name was told of with its columns.
        let query = format!(
            "select name, cast(content as blob)
             from (select {id} as name, {column} as content from {table} where {condition}) as texts
             where typeof(name) = 'text' and not content is null"
        );
        let query = sqlx::query_as::<_, (String, Vec<u8>)>(sqlx::AssertSqlSafe(query.as_str()));
        let mut rows = query.fetch(self.readers());
        let mut faults = 0_u32;
        loop {
            let (name, bytes) = match rows.try_next().await {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(error) => return tracing::error!("table `{table}` cannot be read: {error}"),
            };
            let read = str::from_utf8(&bytes).map_err(|error| error.to_string()).and_then(|text| read(&name, text));
            let Err(error) = read else { continue };
            faults += 1;
            if faults <= MOST_ROWS {
                tracing::error!("{column} of `{name}` of table `{table}` cannot be read: {error}");
            }
        }
        if faults > MOST_ROWS {
            tracing::error!("{column} of {faults} rows of table `{table}` cannot be read; {MOST_ROWS} are named");
        }
    }

    /// The same with `more` columns, of which `read` knows what they must be.
    async fn examine_rows(
        &self,
        table: &str,
        id: &str,
        more: &str,
        read: impl Fn(&str, &[u8], &DbRow) -> std::result::Result<(), String>,
    ) {
        let query = format!(
            "select rowid, {id}, cast(document as blob){more} from {table} where rowid > $1 order by rowid limit {AT_ONCE}"
        );
        let mut after = i64::MIN;
        loop {
            let query = sqlx::query(sqlx::AssertSqlSafe(query.as_str())).bind(after);
            let rows = match query.fetch_all(self.readers()).await {
                Ok(rows) => rows,
                Err(error) => return tracing::error!("table `{table}` cannot be read: {error}"),
            };
            for row in &rows {
                after = match row.try_get(0) {
                    Ok(number) => number,
                    Err(error) => return tracing::error!("table `{table}` cannot be read: {error}"),
                };
                match row.try_get(1).and_then(|id| Ok((id, row.try_get(2)?))) {
                    Ok((id, bytes)) => {
                        let (id, bytes): (String, Vec<u8>) = (id, bytes);
                        if let Err(error) = read(&id, &bytes, row) {
                            tracing::error!("{error}");
                        }
                    }
                    Err(error) => tracing::error!("row {after} of table `{table}` cannot be read: {error}"),
                }
            }
            if rows.is_empty() {
                return;
            }
        }
    }
}

/// The columns by which overrides are looked for.
const PLACE: &str = ", schedule_id, starts_at, ends_at, archived_at";

/// Whether an override can be read, and is where its columns say. Of one that was archived nobody asks where it is, and
/// of columns that cannot be read it was said already.
fn place(id: &str, bytes: &[u8], row: &DbRow) -> std::result::Result<(), String> {
    let one = document::<ScheduleOverride>("schedule_overrides", id, bytes)?;
    let is_there = row.try_get_raw("archived_at").is_ok_and(|at| at.is_null());
    match (row.try_get::<String, _>("schedule_id"), row.try_get("starts_at"), row.try_get("ends_at")) {
        (Ok(schedule_id), Ok(starts_at), Ok(ends_at)) if is_there && !says(&one, &schedule_id, starts_at, ends_at) => {
            let fault = "its schedule or its time is another in its columns than in its document";
            Err(format!("`{id}` of table `schedule_overrides` cannot be read: {fault}"))
        }
        _ => Ok(()),
    }
}

/// What SQLite keeps beside a database until it is moved into it.
fn log_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_os_string();
    name.push("-wal");
    name.into()
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(file).synchronous(SqliteSynchronous::Full).foreign_keys(true)
}

/// Makes a new database beside its place, and puts it there when it is whole.
async fn make(file: &Path, organisation: Option<&Organisation>) -> std::result::Result<(), StartError> {
    let beside = file.with_file_name(format!("escalation-{}.new", Ulid::generate()));
    let made = make_at(&beside, organisation).await;
    let placed = made.and_then(|()| {
        // Not in place of one that another server has made meanwhile; some file systems have no links.
        let linked = fs::hard_link(&beside, file);
        let placed = linked.or_else(|error| match error.kind() {
            ErrorKind::AlreadyExists => Ok(()),
            _ if file.exists() => Ok(()),
            _ => fs::rename(&beside, file),
        });
        placed.map_err(|source| StartError::Make { file: file.to_path_buf(), source })
    });
    for ending in ["", "-journal"] {
        let mut name = beside.clone().into_os_string();
        name.push(ending);
        // There is none where it was moved.
        drop(fs::remove_file(name));
    }
    placed
}

async fn make_at(file: &Path, organisation: Option<&Organisation>) -> std::result::Result<(), StartError> {
    files::keep_private(file).map_err(|source| StartError::Make { file: file.to_path_buf(), source })?;
    let failed = |source| StartError::Database { file: file.to_path_buf(), source };
    let options = options(file).create_if_missing(true).journal_mode(SqliteJournalMode::Delete);
    let connections = Connections::open(options).await.map_err(failed)?;
    let store = Store::new(connections);
    let migrated = store.connections.migrate().await;
    migrated.map_err(|source| StartError::Migrate { file: file.to_path_buf(), source })?;
    store.begin(organisation).await.map_err(failed)?;
    store.close().await;
    Ok(())
}

/// Writes an organisation into an empty database.
async fn fill(writing: &mut Writing, organisation: &Organisation) -> Result<()> {
    for (rank, priority) in (0_i64..).zip(&organisation.priorities) {
        let query = sqlx::query("insert into priorities (id, name, rank) values ($1, $2, $3)");
        query.bind(&priority.id).bind(&priority.name).bind(rank).execute(writing.connection()).await?;
    }
    for channel in &organisation.channels {
        let query = sqlx::query("insert into channels (id, type, name) values ($1, $2, $3)");
        query.bind(&channel.id).bind(&channel.channel_type).bind(&channel.name).execute(writing.connection()).await?;
    }
    for user in &organisation.users {
        let query = sqlx::query(
            "insert into users (id, email, slack_user_id, is_active, document) values ($1, $2, $3, $4, $5)",
        );
        let query = query.bind(&user.id).bind(&user.email).bind(&user.slack_user_id);
        let query = query.bind(user.is_active != Some(false)).bind(user.write().to_string());
        query.execute(writing.connection()).await?;
    }
    for schedule in &organisation.schedules {
        let query = sqlx::query("insert into schedules (id, document) values ($1, $2)");
        query.bind(&schedule.id).bind(schedule.write().to_string()).execute(writing.connection()).await?;
    }
    for team in &organisation.teams {
        let query = sqlx::query("insert into teams (id, name, document) values ($1, $2, $3)");
        query.bind(&team.id).bind(&team.name).bind(team.write().to_string()).execute(writing.connection()).await?;
    }
    for (id, template) in &organisation.templates {
        insert_template(writing, id, &WrittenTemplate::from(template), Utc::now()).await?;
    }
    for (id, path) in &organisation.paths {
        insert_path(writing, id, &WrittenPath::from(path), &Saving::now(None)).await?;
    }
    Ok(())
}
