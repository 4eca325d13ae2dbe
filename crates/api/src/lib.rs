//! The wire format of the incident.io V2 API, as far as escalation paths need it.
//!
//! This crate knows JSON and nothing else, and it loses nothing:
//!
//! - every object keeps the fields that it does not know, in its `extra`;
//! - every enumeration keeps the values that it does not know, in its `Other`;
//! - a known field whose value is not of the right kind stays in `extra` and is written back as it came;
//! - a node of a type that is not known, or whose content is not what its type promises, is kept whole as
//!   [`NodeKind::Sealed`].
//!
//! This matters because the API's `PUT` replaces a whole path: a client that drops a field erases configuration.
//!
//! What the API returns and what it takes are different types, because conditions differ: see [`condition`].
//!
//! ```
//! use escalation_api::{Json as _, PathPayload};
//!
//! let text = r#"{"name":"Night","path":[{"id":"n1","type":"carrier_pigeon","carrier_pigeon":{"loft":3}}],"colour":"red"}"#;
//! let path = PathPayload::from_text(text).unwrap();
//! assert_eq!(path.name, "Night");
//! assert_eq!(path.write().to_string(), text);
//! ```

mod json;
mod macros;

pub mod condition;
pub mod error;
pub mod escalation;
pub mod list;
pub mod node;
pub mod path;
pub mod pause;
pub mod schedule;
pub mod team;
pub mod template;
pub mod time;
pub mod user;
pub mod working_hours;

pub use condition::{Condition, ConditionForm, ConditionPayload, Test};
pub use error::{ErrorResponse, ErrorSingle, ErrorSource, ErrorType};
pub use json::{At, Fault, FaultKind, Faults, Json, Map, Named, Value, capitalised};
pub use list::PaginationMeta;
pub use node::{
    AckMode, Delay, HandOver, IfElse, IntervalCondition, Level, Node, NodeKind, NotifyChannel, Repeat, RetryConfig,
    RoundRobinConfig, ScheduleMode, Target, TargetType, Urgency,
};
pub use path::{Path, PathKind, PathPayload, RepeatConfig};
pub use pause::{Pause, PausePayload};
pub use schedule::{Entry, Schedule};
pub use team::Team;
pub use time::Timestamp;
pub use user::User;
pub use working_hours::{Weekday, WeekdayInterval, WorkingHours};
