//! The open document: what may be done to it, what was done, how it is told in words and where it is drawn.
//!
//! The document is a value that is never changed in place; its history is a list of such values. Every change is a
//! [`Command`] through [`Editor::dispatch`], and undo, the mark of what is not saved and the names of changes hang on
//! it. Something that only shows a document has no `Editor`. This crate knows no DOM.

pub mod address;
pub mod assume;
pub mod axis;
pub mod beside;
pub mod bidi;
pub mod bindings;
pub mod card;
pub mod case;
pub mod changes;
pub mod clipboard;
pub mod command;
pub mod coverage;
pub mod draft;
pub mod duration;
pub mod expect;
pub mod export;
pub mod fault;
pub mod gone;
pub mod history;
pub mod import;
pub mod kept;
pub mod keyboard;
pub mod layout;
pub mod merge;
pub mod moments;
pub mod needed;
pub mod numerals;
pub mod page;
pub mod pins;
pub mod play;
pub mod playback;
pub mod pointer;
pub mod popover;
pub mod problems;
pub mod retry;
pub mod scenarios;
pub mod search;
pub mod shapes;
pub mod share;
pub mod sheet;
pub mod svg;
pub mod tag;
pub mod template;
pub mod tree;
pub mod twice;
pub mod typed_week;
pub mod viewport;
pub mod week;
pub mod words;
pub mod work;
pub mod zoned;

pub use axis::Axis;
pub use command::Clip;
pub use command::{Command, Kind, Refusal, Run};
pub use fault::Fault;
pub use history::{Editor, Entry};
pub use layout::Layout;
pub use play::Play;
pub use tree::{ListAt, Side, Slot};
pub use viewport::Viewport;
