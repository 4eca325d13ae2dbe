//! Where SQLite and PostgreSQL differ in what they are told. Everything else is the same text for both.
//!
//! Queries are written for SQLite, and of what PostgreSQL has other words for is little enough to be replaced. What means
//! something else on each is asked for by name.

use std::borrow::Cow;

use super::documents::{has_id, is_there};

/// What is written otherwise for PostgreSQL. Text is always text there, and rows have no number.
const WORDS: [(&str, &str); 5] = [
    (" as blob)", " as text)"),
    (has_id!(), "true"),
    (is_there!(), "archived_at is null"),
    (is_there!("cancelled_at"), "cancelled_at is null"),
    ("select rowid, ", "select cast(0 as bigint) as rowid, "),
];

/// The list in JSON that a parameter holds, as rows: what SQLite calls it.
const LIST: &str = "json_each(";

/// Of which kind what a column holds is, which is the column's own there.
const KIND_OF: &str = "typeof(";

/// A statement in the words of PostgreSQL, CockroachDB and YugabyteDB.
pub(super) fn postgres(sql: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(sql);
    for (words, theirs) in WORDS {
        if text.contains(words) {
            text = Cow::Owned(text.replace(words, theirs));
        }
    }
    while let Some((before, rest)) = text.split_once(LIST) {
        let Some((parameter, after)) = rest.split_once(')') else { break };
        let list = format!("{before}jsonb_array_elements_text(cast({parameter} as jsonb)){after}");
        text = Cow::Owned(list);
    }
    while let Some((before, rest)) = text.split_once(KIND_OF) {
        // `typeof(COLUMN) = 'KIND'`: bytes are in no column of ours, and everything else is as it is declared.
        let Some((kind, after)) = rest.split_once(" = '").and_then(|(_, rest)| rest.split_once('\'')) else { break };
        let is_so = if kind == "blob" { "false" } else { "true" };
        let asked = format!("{before}{is_so}{after}");
        text = Cow::Owned(asked);
    }
    text
}

/// Which of the two it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// One file, in which one changes something at a time.
    Sqlite,
    /// A server, or several that are one database, in which many do.
    Postgres,
}

impl Dialect {
    /// The database's clock, in milliseconds since 1970; within a transaction it goes on.
    pub(super) fn now(self) -> &'static str {
        match self {
            Self::Sqlite => "select cast((julianday('now') - 2440587.5) * 86400000.0 as bigint)",
            Self::Postgres => "select cast(floor(extract(epoch from clock_timestamp()) * 1000) as bigint)",
        }
    }

    /// Begins a transaction.
    pub(super) fn begin(self) -> &'static str {
        match self {
            // With the lock that is for whoever changes anything.
            Self::Sqlite => "begin immediate",
            // Each statement sees what was committed before it, and rows are locked one by one.
            Self::Postgres => "begin isolation level read committed",
        }
    }

    /// At the end of a query: nobody else changes its rows until the transaction ends, and who does is waited for.
    pub(super) fn locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " for update",
        }
    }

    /// The same, where rows that somebody else has locked are left out.
    pub(super) fn free(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " for update skip locked",
        }
    }

    /// Whether a column of numbers holds something else, which PostgreSQL does not let in. To SQLite text and bytes come
    /// after all numbers.
    pub(super) fn no_number(self, column: &str) -> String {
        match self {
            Self::Sqlite => format!("{column} >= ''"),
            Self::Postgres => "false".to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_is_left_alone() {
        assert!(matches!(postgres("select id from users where id = $1"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_differs_is_replaced() {
        let query = "select rowid, id, cast(document as blob) from users where id in (select value from json_each($1))
             and name in (select value from json_each($2)) and typeof(id) = 'text' and id not glob '*[^ -~]*' and id <> ''";
        let theirs = "select cast(0 as bigint) as rowid, id, cast(document as text) from users where id in (select value from jsonb_array_elements_text(cast($1 as jsonb)))
             and name in (select value from jsonb_array_elements_text(cast($2 as jsonb))) and true";
        assert_eq!(postgres(query), theirs);
        let query = "select 1 where typeof(a) = 'integer' and not typeof(b) = 'blob' or c = 'd'";
        assert_eq!(postgres(query), "select 1 where true and not false or c = 'd'");
    }
}
