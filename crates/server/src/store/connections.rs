//! Connections to the database: one that writes, and others that read and never wait for it.
//!
//! SQLite rolls a transaction back by itself where the disk is full, where reading or writing fails and where memory
//! runs out. What counts the depth of transactions outside of it does not know of that, and a connection that went on
//! would take each later change for a part of a transaction that nobody commits. So a connection on which anything
//! failed within a transaction is closed, never used again, and so is one whose change was left half way: because the
//! client went away, or because of a panic.
//!
//! What a statement returns arrives row by row from a thread of its own. Where memory runs out, that thread can end
//! without an error, and its rows look like fewer rows. So a result counts only once its end was seen: [`Complete`].

use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    Sqlite, SqliteConnectOptions, SqliteConnection, SqlitePool, SqlitePoolOptions, SqliteQueryResult, SqliteRow,
    SqliteStatement, SqliteTypeInfo,
};
use sqlx::{Describe, Either, Execute, Executor, SqlStr};

use super::Result;

/// For how long a statement waits for another process that holds the database.
const BUSY: Duration = Duration::from_secs(2);
/// For how long a change waits for those before it, and a reader for one of the connections.
const TURN: Duration = Duration::from_secs(3);
/// How many read at once.
const READERS: u32 = 8;

/// The connections to one database.
#[derive(Clone)]
pub(super) struct Connections {
    readers: SqlitePool,
    writer: SqlitePool,
}

impl Connections {
    /// Opens a database, with these options and what is needed here besides.
    pub(super) async fn open(options: SqliteConnectOptions) -> Result<Self> {
        let options = options.busy_timeout(BUSY);
        let pool = |most: u32| SqlitePoolOptions::new().max_connections(most).acquire_timeout(TURN);
        // First the one that writes: it makes what readers find.
        let writer = pool(1).connect_with(options.clone()).await?;
        let readers = pool(READERS).connect_lazy_with(options.pragma("query_only", "on"));
        Ok(Self { readers, writer })
    }

    /// Those that read.
    pub(super) fn readers(&self) -> Complete<&SqlitePool> {
        Complete(&self.readers)
    }

    /// The one that writes, for what makes its own transactions.
    pub(super) fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    /// Begins a change. From now on, until it is committed, nobody else changes anything.
    pub(super) async fn change(&self) -> Result<Writing> {
        let connection = self.writer.acquire().await?;
        let mut writing = Writing { connection, is_over: false };
        sqlx::query("begin immediate").execute(writing.connection()).await?;
        Ok(writing)
    }

    /// Moves all that was changed into the one file, and closes it.
    pub(super) async fn close(&self) {
        self.readers.close().await;
        // The last connection that is closed does it, too, but says nothing where it cannot.
        let moved =
            sqlx::query_as::<_, (i64, i64, i64)>("pragma wal_checkpoint(truncate)").fetch_one(Complete(&self.writer));
        // Where another program is in the way, that is no error: the first column says it.
        let why = match moved.await {
            Ok((0, ..)) => None,
            Ok(_) => Some("another program uses the database".to_string()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(why) = why {
            tracing::warn!("the changes of late stay in the file beside the database, escalation.db-wal: {why}");
        }
        self.writer.close().await;
    }
}

/// A change that is being made. One that is dropped before it is committed is undone, and its connection closed.
pub(super) struct Writing {
    connection: PoolConnection<Sqlite>,
    is_over: bool,
}

impl Writing {
    /// What makes the change.
    pub(super) fn connection(&mut self) -> Complete<&mut SqliteConnection> {
        Complete(&mut self.connection)
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
        if !self.is_over {
            self.connection.close_on_drop();
        }
    }
}

/// Runs statements, and fails where the end of what one returns was not seen.
#[derive(Debug)]
pub(super) struct Complete<E>(E);

impl<'c, E: Executor<'c, Database = Sqlite>> Executor<'c> for Complete<E> {
    type Database = Sqlite;

    fn fetch_many<'e, 'q: 'e, Q>(self, query: Q) -> BoxStream<'e, Result<Either<SqliteQueryResult, SqliteRow>>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, Sqlite>,
    {
        let returned = self.0.fetch_many(query);
        let steps = stream::unfold(Some((returned, false)), async |state| {
            let (mut returned, ended) = state?;
            match returned.next().await {
                Some(Ok(step)) => {
                    // Each statement says at its end how many rows it has changed.
                    let ended = matches!(step, Either::Left(_));
                    Some((Ok(step), Some((returned, ended))))
                }
                Some(Err(error)) => Some((Err(error), None)),
                None if ended => None,
                None => Some((Err(sqlx::Error::WorkerCrashed), None)),
            }
        });
        steps.boxed()
    }

    fn fetch_optional<'e, 'q: 'e, Q>(self, query: Q) -> BoxFuture<'e, Result<Option<SqliteRow>>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, Sqlite>,
    {
        let rows = self.fetch(query);
        // Read to the end: a row that did not arrive must not look like no row.
        Box::pin(rows.try_fold(None, async |first, row| Ok(first.or(Some(row)))))
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [SqliteTypeInfo]) -> BoxFuture<'e, Result<SqliteStatement>>
    where
        'c: 'e,
    {
        self.0.prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Sqlite>>>
    where
        'c: 'e,
    {
        self.0.describe(sql)
    }
}
