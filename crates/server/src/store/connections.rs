//! Connections to the database: in a file one that writes, and others that read and never wait for it; in a server several
//! of both.
//!
//! SQLite rolls a transaction back by itself where the disk is full, where reading or writing fails and where memory
//! runs out. What counts the depth of transactions outside of it does not know of that, and a connection that went on
//! would take each later change for a part of a transaction that nobody commits. So a connection on which anything
//! failed within a transaction is closed, never used again, and so is one whose change was left half way: because the
//! client went away, or because of a panic.
//!
//! What a statement returns arrives row by row from a thread of its own. Where memory runs out, that thread can end
//! without an error, and its rows look like fewer rows. So a result counts only once its end was seen: [`Complete`].
//! And what is asked of a thread while it ends is never answered. So a connection on which anything failed is neither
//! given back, which asks whether it is still there, nor asked to close: it is dropped, and its thread ends by itself.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::migrate::MigrateError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, Postgres};
use sqlx::sqlite::{Sqlite, SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use tokio::time::{Instant, sleep};

use super::db::Complete;
use super::dialect::Dialect;
use super::{Result, migrations};

/// For how long a statement waits for another process that holds the database.
const BUSY: Duration = Duration::from_secs(2);
/// For how long a change waits for those before it while none of them comes to its turn, and a reader for one of the
/// connections.
const TURN: Duration = Duration::from_secs(3);
/// For how long a change waits for those before it at most, while they do: many at once are all served.
const LAST_TURN: Duration = Duration::from_secs(25);
/// How many read at once.
const READERS: u32 = 8;
/// How many change something in a server at once.
const WRITERS: u32 = 8;
/// For how long a statement waits for rows that others have locked, how long it may take, and for how long nothing may be
/// heard in the midst of a change, in milliseconds: nobody waits for ever for a process that hangs.
const LIMITS: [(&str, &str); 3] =
    [("lock_timeout", "3000"), ("statement_timeout", "30000"), ("idle_in_transaction_session_timeout", "15000")];

/// The connections to one database.
#[derive(Clone)]
pub(super) struct Connections {
    pools: Pools,
    /// When a change came to its turn last.
    last: Arc<Mutex<Instant>>,
}

#[derive(Clone)]
enum Pools {
    /// To a file.
    Sqlite { readers: SqlitePool, writer: SqlitePool },
    /// To a server.
    Postgres { readers: PgPool, writers: PgPool },
}

impl Connections {
    fn new(pools: Pools) -> Self {
        Self { pools, last: Arc::new(Mutex::new(Instant::now())) }
    }

    /// Opens a file, with these options and what is needed here besides.
    pub(super) async fn open(options: SqliteConnectOptions) -> Result<Self> {
        let options = options.busy_timeout(BUSY);
        let pool =
            |most: u32, patience: Duration| SqlitePoolOptions::new().max_connections(most).acquire_timeout(patience);
        // First the one that writes: it makes what readers find.
        let writer = pool(1, LAST_TURN).connect_with(options.clone()).await?;
        let readers = pool(READERS, TURN).connect_lazy_with(options.pragma("query_only", "on"));
        Ok(Self::new(Pools::Sqlite { readers, writer }))
    }

    /// Connects to a server.
    pub(super) async fn connect(options: PgConnectOptions) -> Result<Self> {
        let options = options.options(LIMITS);
        let pool = |most: u32, patience: Duration| PgPoolOptions::new().max_connections(most).acquire_timeout(patience);
        let writers = pool(WRITERS, LAST_TURN).connect_with(options.clone()).await?;
        Ok(Self::new(Pools::Postgres { readers: pool(READERS, TURN).connect_lazy_with(options), writers }))
    }

    /// Brings a file up to date; a server was, before it is connected to.
    pub(super) async fn migrate(&self) -> std::result::Result<(), MigrateError> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => migrations::FILE.run(writer).await,
            Pools::Postgres { .. } => Ok(()),
        }
    }

    /// In which words it is told what to do.
    pub(super) fn dialect(&self) -> Dialect {
        match &self.pools {
            Pools::Sqlite { .. } => Dialect::Sqlite,
            Pools::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// Those that read.
    pub(super) fn readers(&self) -> Complete<'_> {
        match &self.pools {
            Pools::Sqlite { readers, .. } => Complete::Files(readers),
            Pools::Postgres { readers, .. } => Complete::Servers(readers),
        }
    }

    /// Begins a change of whatever there is. In a file nobody else changes anything from now on, until it is committed;
    /// in a server, nobody changes the rows that are locked in it.
    pub(super) async fn begin(&self) -> Result<Writing> {
        let connection = match &self.pools {
            Pools::Sqlite { writer, .. } => Connection::Sqlite(Some(self.turn(writer.acquire()).await?)),
            Pools::Postgres { writers, .. } => Connection::Postgres(self.turn(writers.acquire()).await?),
        };
        let mut writing = Writing { connection, is_over: false };
        sqlx::query(self.dialect().begin()).execute(writing.connection()).await?;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        Ok(writing)
    }

    /// Waits for a connection that changes something: as long as others come to their turn, and no longer where the
    /// database stands still.
    async fn turn<T>(&self, acquired: impl Future<Output = Result<T>>) -> Result<T> {
        let mut acquired = pin!(acquired);
        loop {
            tokio::select! {
                acquired = &mut acquired => return acquired,
                () = sleep(TURN) => {
                    if self.last.lock().unwrap_or_else(PoisonError::into_inner).elapsed() >= TURN {
                        return Err(sqlx::Error::PoolTimedOut);
                    }
                }
            }
        }
    }

    /// Begins a change of what is looked up or saved by people: from now on, until it is committed, nobody else makes one.
    ///
    /// In a server all such changes lock one row, and count in it, so that none can forget to. In a file there is but one
    /// change at a time, and triggers count.
    pub(super) async fn change(&self) -> Result<Writing> {
        let mut writing = self.begin().await?;
        if self.dialect() == Dialect::Postgres {
            sqlx::query("update world_changes set number = number + 1").execute(writing.connection()).await?;
        }
        Ok(writing)
    }

    /// Ends the use of the database.
    pub(super) async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { readers, writer } => close_file(readers, writer).await,
            Pools::Postgres { readers, writers } => {
                readers.close().await;
                writers.close().await;
            }
        }
    }
}

/// Moves all that was changed into the one file, and closes it.
async fn close_file(readers: &SqlitePool, writer: &SqlitePool) {
    readers.close().await;
    // The last connection that is closed does it, too, but says nothing where it cannot.
    let moved = sqlx::query_as::<_, (i64, i64, i64)>("pragma wal_checkpoint(truncate)");
    // Where another program is in the way, that is no error: the first column says it.
    let why = match moved.fetch_one(Complete::Files(writer)).await {
        Ok((0, ..)) => None,
        Ok(_) => Some("another program uses the database".to_string()),
        Err(error) => Some(error.to_string()),
    };
    if let Some(why) = why {
        tracing::warn!("the changes of late stay in the file beside the database, escalation.db-wal: {why}");
    }
    writer.close().await;
}

enum Connection {
    /// Nothing once it is given up.
    Sqlite(Option<PoolConnection<Sqlite>>),
    Postgres(PoolConnection<Postgres>),
}

/// A change that is being made. One that is dropped before it is committed is undone, and its connection closed.
pub(super) struct Writing {
    connection: Connection,
    is_over: bool,
}

impl Writing {
    /// What makes the change.
    pub(super) fn connection(&mut self) -> Complete<'_> {
        match &mut self.connection {
            Connection::Sqlite(connection) => Complete::File(connection.as_deref_mut()),
            Connection::Postgres(connection) => Complete::Server(connection),
        }
    }

    /// In which words it is told what to do.
    pub(super) fn dialect(&self) -> Dialect {
        match self.connection {
            Connection::Sqlite(_) => Dialect::Sqlite,
            Connection::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Makes the change last. What is not said to have been committed may have been.
    pub(super) async fn commit(mut self) -> Result<()> {
        sqlx::query("commit").execute(self.connection()).await?;
        self.is_over = true;
        Ok(())
    }

    /// Ends a change that has nothing to change.
    pub(super) async fn leave(mut self) -> Result<()> {
        sqlx::query("rollback").execute(self.connection()).await?;
        self.is_over = true;
        Ok(())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        match &mut self.connection {
            // Another may be opened at once: until this one is closed, it waits for the lock.
            Connection::Sqlite(connection) => drop(connection.take().map(PoolConnection::detach)),
            Connection::Postgres(connection) => connection.close_on_drop(),
        }
    }
}
