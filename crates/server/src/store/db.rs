//! One kind of database for all queries: SQLite or PostgreSQL, whichever is open.
//!
//! sqlx has `Any` for that, but it reads all columns of a row at once, so that of a damaged row nothing could be read, not
//! even its id. Here a row stays what its driver has made of it, and each column is read when it is asked for.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use log::LevelFilter;
use sqlx::encode::IsNull;
use sqlx::error::{BoxDynError, UnexpectedNullError};
use sqlx::postgres::{
    PgArguments, PgConnection, PgPool, PgQueryResult, PgRow, PgTypeInfo, PgValue, PgValueRef, Postgres,
};
use sqlx::sqlite::{
    Sqlite, SqliteArguments, SqliteConnection, SqlitePool, SqliteQueryResult, SqliteRow, SqliteTypeInfo, SqliteValue,
    SqliteValueRef,
};
use sqlx::{
    Arguments, AssertSqlSafe, Column, ColumnIndex, ConnectOptions, Connection, Database, Decode, Describe, Either,
    Encode, Error, Execute, Executor, IntoArguments, Row, SqlStr, Statement, Transaction, Type, TypeInfo, Value,
    ValueRef,
};
use sqlx_core::transaction::TransactionManager;
use url::Url;

use super::Result;
use super::dialect;

/// SQLite or PostgreSQL.
#[derive(Debug)]
pub(super) struct Db;

impl Database for Db {
    type Connection = Never;
    type TransactionManager = Never;
    type Row = DbRow;
    type QueryResult = Done;
    type Column = Never;
    type TypeInfo = Kind;
    type Value = Owned;
    type ValueRef<'r> = Borrowed<'r>;
    type Arguments = Bound;
    type ArgumentBuffer = Vec<Argument>;
    type Statement = Never;

    const NAME: &'static str = "SQLite or PostgreSQL";
    const URL_SCHEMES: &'static [&'static str] = &[];
}

/// What runs statements on one of the two, and fails where the end of what one returns was not seen.
#[derive(Debug)]
pub(super) enum Complete<'c> {
    /// On any connection to a file: one for each statement.
    Files(&'c SqlitePool),
    /// On this connection to a file.
    File(Option<&'c mut SqliteConnection>),
    /// On any connection to a server.
    Servers(&'c PgPool),
    /// On this connection to a server.
    Server(&'c mut PgConnection),
}

impl<'c> Executor<'c> for Complete<'c> {
    type Database = Db;

    fn fetch_many<'e, 'q: 'e, Q>(self, mut query: Q) -> BoxStream<'e, Result<Either<Done, DbRow>>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, Db>,
    {
        let arguments = match query.take_arguments() {
            Ok(arguments) => arguments.unwrap_or_default(),
            Err(error) => return stream::once(async { Err(Error::Encode(error)) }).boxed(),
        };
        let sql = query.sql();
        let returned = match self {
            Self::Files(pool) => return on_any(pool, sql, arguments),
            Self::File(Some(connection)) => on_one(connection, sql, arguments),
            // It was given up.
            Self::File(None) => return stream::once(async { Err(Error::WorkerCrashed) }).boxed(),
            Self::Servers(pool) => {
                of_server(pool.fetch_many(sqlx::query_with(translated(sql), arguments.for_postgres())))
            }
            Self::Server(connection) => {
                of_server(connection.fetch_many(sqlx::query_with(translated(sql), arguments.for_postgres())))
            }
        };
        to_its_end(returned)
    }

    fn fetch_optional<'e, 'q: 'e, Q>(self, query: Q) -> BoxFuture<'e, Result<Option<DbRow>>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, Db>,
    {
        let rows = self.fetch(query);
        // Read to the end: a row that did not arrive must not look like no row.
        Box::pin(rows.try_fold(None, async |first, row| Ok(first.or(Some(row)))))
    }

    fn prepare_with<'e>(self, _: SqlStr, _: &'e [Kind]) -> BoxFuture<'e, Result<Never>>
    where
        'c: 'e,
    {
        Box::pin(async { Err(unsupported("statements that are prepared by hand")) })
    }

    fn describe<'e>(self, _: SqlStr) -> BoxFuture<'e, Result<Describe<Db>>>
    where
        'c: 'e,
    {
        Box::pin(async { Err(unsupported("descriptions of statements")) })
    }
}

fn unsupported(what: &str) -> Error {
    Error::Protocol(format!("{what} are not supported"))
}

fn translated(sql: SqlStr) -> SqlStr {
    match dialect::postgres(sql.as_str()) {
        Cow::Borrowed(_) => sql,
        Cow::Owned(text) => sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(text)),
    }
}

/// For each row one, and one at the end that says how many rows were changed.
type Steps<'e> = BoxStream<'e, Result<Either<Done, DbRow>>>;

/// Fails where the end was not seen.
fn to_its_end(returned: Steps<'_>) -> Steps<'_> {
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
            None => Some((Err(Error::WorkerCrashed), None)),
        }
    });
    steps.boxed()
}

/// Runs a statement on a connection to a file.
fn on_one<'e>(connection: &'e mut SqliteConnection, sql: SqlStr, arguments: Bound) -> Steps<'e> {
    of_file(connection.fetch_many(sqlx::query_with(sql, arguments.for_sqlite())))
}

/// Runs a statement on any connection to a file, which is dropped where anything failed on it.
fn on_any<'e>(pool: &'e SqlitePool, sql: SqlStr, arguments: Bound) -> Steps<'e> {
    let all = async move {
        let mut connection = match pool.acquire().await {
            Ok(connection) => connection,
            Err(error) => return vec![Err(error)],
        };
        let steps: Vec<_> = to_its_end(on_one(&mut connection, sql, arguments)).collect().await;
        if steps.iter().any(Result::is_err) {
            drop(connection.detach());
        }
        steps
    };
    stream::once(all).flat_map(stream::iter).boxed()
}

fn of_file<'e>(steps: BoxStream<'e, Result<Either<SqliteQueryResult, SqliteRow>>>) -> Steps<'e> {
    let step = |step: Either<SqliteQueryResult, SqliteRow>| {
        step.map_either(|done| Done { rows_affected: done.rows_affected() }, DbRow::File)
    };
    steps.map_ok(step).boxed()
}

fn of_server<'e>(steps: BoxStream<'e, Result<Either<PgQueryResult, PgRow>>>) -> Steps<'e> {
    let step = |step: Either<PgQueryResult, PgRow>| {
        step.map_either(|done| Done { rows_affected: done.rows_affected() }, DbRow::Server)
    };
    steps.map_ok(step).boxed()
}

/// The end of a statement.
#[derive(Debug, Default)]
pub(super) struct Done {
    rows_affected: u64,
}

impl Done {
    /// How many rows it has changed.
    pub(super) fn rows_affected(&self) -> u64 {
        self.rows_affected
    }
}

impl Extend<Self> for Done {
    fn extend<I: IntoIterator<Item = Self>>(&mut self, all: I) {
        self.rows_affected += all.into_iter().map(|done| done.rows_affected).sum::<u64>();
    }
}

/// A row.
pub(super) enum DbRow {
    File(SqliteRow),
    Server(PgRow),
}

impl Row for DbRow {
    type Database = Db;

    fn len(&self) -> usize {
        match self {
            Self::File(row) => row.len(),
            Self::Server(row) => row.len(),
        }
    }

    fn columns(&self) -> &[Never] {
        &[]
    }

    fn try_get_raw<I: ColumnIndex<Self>>(&self, index: I) -> Result<Borrowed<'_>> {
        let index = index.index(self)?;
        Ok(match self {
            Self::File(row) => Borrowed::File(row.try_get_raw(index)?),
            Self::Server(row) => Borrowed::Server(row.try_get_raw(index)?),
        })
    }
}

impl ColumnIndex<DbRow> for usize {
    fn index(&self, row: &DbRow) -> Result<usize> {
        match row {
            DbRow::File(row) => self.index(row),
            DbRow::Server(row) => self.index(row),
        }
    }
}

impl ColumnIndex<DbRow> for &'_ str {
    fn index(&self, row: &DbRow) -> Result<usize> {
        match row {
            DbRow::File(row) => self.index(row),
            DbRow::Server(row) => self.index(row),
        }
    }
}

/// What a column of a row holds.
pub(super) enum Borrowed<'r> {
    File(SqliteValueRef<'r>),
    Server(PgValueRef<'r>),
}

impl<'r> ValueRef<'r> for Borrowed<'r> {
    type Database = Db;

    fn to_owned(&self) -> Owned {
        match self {
            Self::File(value) => Owned::File(ValueRef::to_owned(value)),
            Self::Server(value) => Owned::Server(ValueRef::to_owned(value)),
        }
    }

    fn type_info(&self) -> Cow<'_, Kind> {
        Cow::Owned(match self {
            Self::File(value) => Kind::File(value.type_info().into_owned()),
            Self::Server(value) => Kind::Server(value.type_info().into_owned()),
        })
    }

    fn is_null(&self) -> bool {
        match self {
            Self::File(value) => value.is_null(),
            Self::Server(value) => value.is_null(),
        }
    }
}

/// The same without the row.
pub(super) enum Owned {
    File(SqliteValue),
    Server(PgValue),
}

impl Value for Owned {
    type Database = Db;

    fn as_ref(&self) -> Borrowed<'_> {
        match self {
            Self::File(value) => Borrowed::File(value.as_ref()),
            Self::Server(value) => Borrowed::Server(value.as_ref()),
        }
    }

    fn type_info(&self) -> Cow<'_, Kind> {
        Cow::Owned(match self {
            Self::File(value) => Kind::File(value.type_info().into_owned()),
            Self::Server(value) => Kind::Server(value.type_info().into_owned()),
        })
    }

    fn is_null(&self) -> bool {
        match self {
            Self::File(value) => value.is_null(),
            Self::Server(value) => value.is_null(),
        }
    }
}

/// The type of a value that was read, or of one that is bound.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    File(SqliteTypeInfo),
    Server(PgTypeInfo),
    Bound(&'static str),
}

impl TypeInfo for Kind {
    fn is_null(&self) -> bool {
        match self {
            Self::File(kind) => kind.is_null(),
            Self::Server(kind) => kind.is_null(),
            Self::Bound(_) => false,
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::File(kind) => kind.name(),
            Self::Server(kind) => kind.name(),
            Self::Bound(name) => name,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is bound to a statement, before it is known on which of the two it runs.
#[derive(Debug, Clone)]
pub(super) enum Argument {
    Bool(Option<bool>),
    Integer(Option<i64>),
    Text(Option<String>),
}

/// All that is bound to a statement.
#[derive(Default)]
pub(super) struct Bound {
    values: Vec<Argument>,
}

impl Bound {
    fn for_sqlite(self) -> SqliteArguments {
        let mut arguments = SqliteArguments::default();
        for value in self.values {
            // Nothing of this can fail: it is copied.
            drop(match value {
                Argument::Bool(value) => arguments.add(value),
                Argument::Integer(value) => arguments.add(value),
                Argument::Text(value) => arguments.add(value),
            });
        }
        arguments
    }

    fn for_postgres(self) -> PgArguments {
        let mut arguments = PgArguments::default();
        for value in self.values {
            drop(match value {
                Argument::Bool(value) => arguments.add(value),
                Argument::Integer(value) => arguments.add(value),
                Argument::Text(value) => arguments.add(value),
            });
        }
        arguments
    }
}

impl Arguments for Bound {
    type Database = Db;

    fn reserve(&mut self, additional: usize, _: usize) {
        self.values.reserve(additional);
    }

    fn add<'t, T: Encode<'t, Db> + Type<Db>>(&mut self, value: T) -> std::result::Result<(), BoxDynError> {
        value.encode(&mut self.values).map(drop)
    }

    fn len(&self) -> usize {
        self.values.len()
    }

    fn format_placeholder<W: fmt::Write>(&self, writer: &mut W) -> fmt::Result {
        write!(writer, "${}", self.values.len())
    }
}

impl IntoArguments<Db> for Bound {
    fn into_arguments(self) -> Self {
        self
    }
}

/// What can be bound and read. It is read as the driver of each database reads it.
macro_rules! value {
    ($kind:ty, $name:expr, $variant:ident, $as:ty, $into:expr) => {
        impl Type<Db> for $kind {
            fn type_info() -> Kind {
                Kind::Bound($name)
            }

            fn compatible(kind: &Kind) -> bool {
                match kind {
                    Kind::File(kind) => <$as as Type<Sqlite>>::compatible(kind),
                    Kind::Server(kind) => <$as as Type<Postgres>>::compatible(kind),
                    Kind::Bound(_) => true,
                }
            }
        }

        impl Encode<'_, Db> for $kind {
            fn encode_by_ref(&self, buffer: &mut Vec<Argument>) -> std::result::Result<IsNull, BoxDynError> {
                let into: fn(&$kind) -> $as = $into;
                buffer.push(Argument::$variant(Some(into(self))));
                Ok(IsNull::No)
            }
        }
    };
}

macro_rules! readable {
    ($kind:ty) => {
        impl<'r> Decode<'r, Db> for $kind {
            fn decode(value: Borrowed<'r>) -> std::result::Result<Self, BoxDynError> {
                // SQLite's driver reads an empty text or 0 then, which is something.
                if value.is_null() {
                    return Err(Box::new(UnexpectedNullError));
                }
                match value {
                    Borrowed::File(value) => <$kind as Decode<Sqlite>>::decode(value),
                    Borrowed::Server(value) => <$kind as Decode<Postgres>>::decode(value),
                }
            }
        }
    };
}

const BOOL: &str = "boolean";
const INTEGER: &str = "integer";

value!(bool, BOOL, Bool, bool, |value| *value);
value!(i64, INTEGER, Integer, i64, |value| *value);
value!(u32, INTEGER, Integer, i64, |value| i64::from(*value));
value!(String, "text", Text, String, String::clone);
readable!(bool);
readable!(i64);
readable!(String);

impl Type<Db> for str {
    fn type_info() -> Kind {
        <String as Type<Db>>::type_info()
    }

    fn compatible(kind: &Kind) -> bool {
        <String as Type<Db>>::compatible(kind)
    }
}

impl Encode<'_, Db> for &str {
    fn encode_by_ref(&self, buffer: &mut Vec<Argument>) -> std::result::Result<IsNull, BoxDynError> {
        <String as Encode<Db>>::encode_by_ref(&(*self).to_string(), buffer)
    }
}

impl<'q, T: Encode<'q, Db> + Type<Db>> Encode<'q, Db> for Option<T> {
    fn encode_by_ref(&self, buffer: &mut Vec<Argument>) -> std::result::Result<IsNull, BoxDynError> {
        if let Some(value) = self {
            return value.encode_by_ref(buffer);
        }
        buffer.push(match T::type_info() {
            Kind::Bound(BOOL) => Argument::Bool(None),
            Kind::Bound(INTEGER) => Argument::Integer(None),
            _ => Argument::Text(None),
        });
        Ok(IsNull::Yes)
    }
}

/// The bytes of a text: what is damaged may be none.
impl Type<Db> for Vec<u8> {
    fn type_info() -> Kind {
        Kind::Bound("bytes")
    }

    fn compatible(kind: &Kind) -> bool {
        match kind {
            Kind::File(kind) => <Self as Type<Sqlite>>::compatible(kind),
            Kind::Server(kind) => <String as Type<Postgres>>::compatible(kind),
            Kind::Bound(_) => true,
        }
    }
}

impl<'r> Decode<'r, Db> for Vec<u8> {
    fn decode(value: Borrowed<'r>) -> std::result::Result<Self, BoxDynError> {
        match value {
            Borrowed::File(value) => <Self as Decode<Sqlite>>::decode(value),
            Borrowed::Server(value) => Ok(value.as_bytes()?.to_vec()),
        }
    }
}

/// What there is none of: a connection is either to a file or to a server.
#[derive(Debug, Clone)]
pub(super) enum Never {}

impl FromStr for Never {
    type Err = Error;

    fn from_str(_: &str) -> Result<Self> {
        Err(unsupported("connections to either"))
    }
}

impl ConnectOptions for Never {
    type Connection = Self;

    fn from_url(_: &Url) -> Result<Self> {
        Err(unsupported("connections to either"))
    }

    async fn connect(&self) -> Result<Self> {
        match *self {}
    }

    fn log_statements(self, _: LevelFilter) -> Self {
        self
    }

    fn log_slow_statements(self, _: LevelFilter, _: Duration) -> Self {
        self
    }
}

impl Connection for Never {
    type Database = Db;
    type Options = Self;

    async fn close(self) -> Result<()> {
        match self {}
    }

    async fn close_hard(self) -> Result<()> {
        match self {}
    }

    async fn ping(&mut self) -> Result<()> {
        match *self {}
    }

    async fn begin(&mut self) -> Result<Transaction<'_, Db>> {
        match *self {}
    }

    fn shrink_buffers(&mut self) {
        match *self {}
    }

    async fn flush(&mut self) -> Result<()> {
        match *self {}
    }

    fn should_flush(&self) -> bool {
        match *self {}
    }
}

impl TransactionManager for Never {
    type Database = Db;

    async fn begin(connection: &mut Self, _: Option<SqlStr>) -> Result<()> {
        match *connection {}
    }

    async fn commit(connection: &mut Self) -> Result<()> {
        match *connection {}
    }

    async fn rollback(connection: &mut Self) -> Result<()> {
        match *connection {}
    }

    fn start_rollback(connection: &mut Self) {
        match *connection {}
    }

    fn get_transaction_depth(connection: &Self) -> usize {
        match *connection {}
    }
}

impl Column for Never {
    type Database = Db;

    fn ordinal(&self) -> usize {
        match *self {}
    }

    fn name(&self) -> &str {
        match *self {}
    }

    fn type_info(&self) -> &Kind {
        match *self {}
    }
}

impl Statement for Never {
    type Database = Db;

    fn into_sql(self) -> SqlStr {
        match self {}
    }

    fn sql(&self) -> &SqlStr {
        match *self {}
    }

    fn parameters(&self) -> Option<Either<&[Kind], usize>> {
        match *self {}
    }

    fn columns(&self) -> &[Self] {
        match *self {}
    }

    sqlx_core::impl_statement_query!(Bound);
}
