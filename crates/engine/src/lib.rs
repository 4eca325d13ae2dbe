//! What an escalation path means: who is paged, when and why.
//!
//! The rules are those of `docs/semantics.md`, by number. The crate knows no DOM, no HTTP, no clock, no randomness, no
//! thread and no file: all that it needs arrives as arguments. It computes with whole numbers and ordered maps, so the
//! same input gives the same bytes natively and in WebAssembly.
//!
//! - [`World`] and [`Scenario`] are what comes in, [`Trace`] what goes out; all three are JSON documents.
//! - [`CompiledPath`] is a path made quick to walk, [`Index`] a world made quick to ask.
//! - [`prove::prove`] judges expectations over all instants of a horizon.
//! - [`machine::step`] is the one state machine; [`simulate()`] drives it with assumed time.

pub mod calendar;
pub mod check;
pub mod compile;
pub mod diff;
pub mod document;
pub mod from_api;
pub mod index;
pub mod instant;
pub mod machine;
pub mod pace;
pub mod prove;
pub mod scenario;
pub mod schedule;
pub mod semantics;
pub mod simulate;
pub mod template;
pub mod trace;
pub mod words;
pub mod world;

mod read;
mod roster;
mod story;
mod stretch;
mod why;

pub use check::{Problem, Severity, check, check_document};
pub use compile::CompiledPath;
pub use document::Document;
pub use index::Index;
pub use instant::{Instant, Seconds};
pub use read::ReadError;
pub use scenario::Scenario;
pub use semantics::Semantics;
pub use simulate::simulate;
pub use trace::Trace;
pub use why::Why;
pub use world::World;
