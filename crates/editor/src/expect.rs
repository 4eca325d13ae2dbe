//! What is expected of the open path: the form in which it is typed, what the path itself suggests, and how a verdict
//! is told.

mod form;
mod judged;
mod mend;
mod suggest;
mod told;

pub use form::{Form, KINDS, Kind, Wrong};
pub(crate) use judged::judge_at;
pub use judged::{Judged, Ruling, judge};
pub(crate) use mend::find_fixes_at;
pub use mend::{ExpectationFix, find_fixes};
pub(crate) use suggest::suggestions_at;
pub use suggest::{Suggestions, suggestions};
pub(crate) use told::day;
pub use told::{State, VerdictText, occasions, told};
