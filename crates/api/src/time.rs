//! Instants on the wire.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::json::{At, FaultKind, Faults, Json, Value};
use crate::macros::through_value;

/// An RFC 3339 timestamp that is written back as it was spelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timestamp {
    text: String,
    at: DateTime<Utc>,
}

impl Timestamp {
    /// The instant.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// The text, as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// In UTC, with as many decimals of the second as there are.
impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Self {
        Self { text: at.to_rfc3339_opts(SecondsFormat::AutoSi, true), at }
    }
}

impl Json for Timestamp {
    fn read(value: Value) -> Result<Self, Value> {
        let at = value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        match (at, value) {
            (Some(at), Value::String(text)) => Ok(Self { text, at: at.with_timezone(&Utc) }),
            (_, value) => Err(value),
        }
    }

    fn write(&self) -> Value {
        Value::from(self.text.as_str())
    }

    fn explain(value: &Value, at: &At<'_>, faults: &mut Faults) {
        if Self::read(value.clone()).is_err() {
            faults.push(at, FaultKind::MustBe("a timestamp like 2026-03-28T03:10:00Z"));
        }
    }
}

through_value!(Timestamp);
