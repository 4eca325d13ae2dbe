//! What is expected of the open path: the form in which it is typed, what the path itself suggests, and how a verdict
//! is told.

mod form;
mod judged;
mod mend;
mod suggest;
mod told;

pub use form::{Form, KINDS, Kind, Wrong};
pub use judged::{Judged, Ruling, judge};
pub use mend::{Mend, mends};
pub use suggest::suggestions;
pub use told::{State, Told, occasions, told};
pub(crate) use told::{day, joined};
