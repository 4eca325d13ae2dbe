//! Small things that every screen uses.

pub mod avatar;
pub mod combobox;
pub mod crumbs;
pub mod dialog;
pub mod focus;
pub mod hold;
pub mod icon;
pub mod import;
pub mod keyboard;
pub mod notice;
pub mod popover;
pub mod popup;
pub mod scroll;
pub mod segments;
pub mod size;
pub mod stored;
pub mod text;
pub mod texts;
pub mod typed;
