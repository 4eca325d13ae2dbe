//! Icons, drawn on a grid of 16 by 16 with one stroke.

use escalation_editor::words::NodeIcon;
use leptos::prelude::*;

/// A picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    /// A bell: people are paged.
    Level,
    /// A hash: a channel is told.
    Channel,
    /// A flag: a priority.
    Priority,
    /// A clock: working hours.
    Hours,
    /// A fork.
    Branch,
    /// An hourglass.
    Delay,
    /// Two arrows in a circle.
    Repeat,
    /// An arrow out of a box.
    HandOver,
    /// A lock.
    Sealed,
    /// An arrow to the left.
    Undo,
    /// An arrow to the right.
    Redo,
    /// A half moon.
    Theme,
    /// A cross.
    Close,
    /// A bin.
    Delete,
    /// A sheet on another.
    Copy,
    /// A triangle that warns.
    Warning,
    /// An octagon, as of a sign to stop: an error, told from a warning without its colour.
    Error,
    /// An angle that points up.
    Up,
    /// An angle that points down.
    Down,
    /// A plus.
    Plus,
    /// Three dots.
    More,
    /// A minus.
    Minus,
    /// A magnifying glass.
    Search,
    /// An eye.
    Eye,
    /// A triangle that points to the right.
    Play,
    /// Two strokes.
    Pause,
    /// A triangle that points to the left, to a stroke.
    StepBack,
    /// A triangle that points to the right, to a stroke.
    StepForward,
}

impl From<NodeIcon> for Glyph {
    fn from(icon: NodeIcon) -> Self {
        match icon {
            NodeIcon::Level => Self::Level,
            NodeIcon::Channel => Self::Channel,
            NodeIcon::Priority => Self::Priority,
            NodeIcon::Hours => Self::Hours,
            NodeIcon::Branch => Self::Branch,
            NodeIcon::Delay => Self::Delay,
            NodeIcon::Repeat => Self::Repeat,
            NodeIcon::HandOver => Self::HandOver,
            NodeIcon::Sealed => Self::Sealed,
        }
    }
}

impl Glyph {
    /// That of an error, which forbids saving, or of a warning.
    pub fn of_problem(is_error: bool) -> Self {
        if is_error { Self::Error } else { Self::Warning }
    }
}

fn drawing(glyph: Glyph) -> &'static str {
    match glyph {
        Glyph::Level => {
            "M8 2.2a4 4 0 0 0-4 4c0 3.6-1.5 4.8-1.5 4.8h11S12 9.800 12 6.200a4 4 0 0 0-4-4zM6.500 13.300a1.700 1.700 0 0 0 3 0"
        }
        Glyph::Channel => "M6.500 2.500 5 13.500M11 2.500 9.500 13.500M3 6h10.500M2.500 10H13",
        Glyph::Priority => "M4 14V2.500m0 .3c3-1.600 5 1.600 8 0v6c-3 1.600-5-1.600-8 0",
        Glyph::Hours => "M8 1.800a6.200 6.200 0 1 0 0 12.400A6.200 6.200 0 0 0 8 1.800zM8 4.600V8l2.300 1.500",
        Glyph::Branch => "M8 2v4m0 0L3.500 9.500V14M8 6l4.500 3.500V14",
        Glyph::Delay => "M4 2h8M4 14h8M5 2v2.500L8 8l3-3.500V2M5 14v-2.500L8 8l3 3.500V14",
        Glyph::Repeat => {
            "M3 8a5 5 0 0 1 9-3l1.300 1.300M13.500 3v3.300h-3.300M13 8a5 5 0 0 1-9 3L2.700 9.700M2.500 13V9.700h3.300"
        }
        Glyph::HandOver => "M9 3h4v4M13 3 7.500 8.500M11 9.500V13H3V5h3.500",
        Glyph::Sealed => "M3.500 7h9v6.500h-9zM5.500 7V5a2.500 2.500 0 0 1 5 0v2",
        Glyph::Undo => "M3 6.500h6.500a3.500 3.500 0 0 1 0 7H6M3 6.500 6 3.500M3 6.500l3 3",
        Glyph::Redo => "M13 6.500H6.500a3.500 3.500 0 0 0 0 7H10M13 6.500 10 3.500M13 6.500l-3 3",
        Glyph::Theme => "M8 2a6 6 0 1 0 0 12V2zM8 2a6 6 0 0 1 0 12",
        Glyph::Close => "M4 4l8 8M12 4l-8 8",
        Glyph::Copy => "M6 5.500h7v8H6zM10 5.500v-3H3v8h3",
        Glyph::Delete => "M3 4.500h10M6.500 4.500V3h3v1.500M4.500 4.500l.6 9h5.800l.6-9M6.800 7v4M9.200 7v4",
        Glyph::Error => {
            "M5.400 1.800h5.200l3.600 3.600v5.200l-3.600 3.600H5.400L1.800 10.600V5.400zM8 4.700v4.200M8 11.200v.1"
        }
        Glyph::Warning => "M8 2.500 14.200 13.300H1.800zM8 6.500v3.300M8 11.600v.1",
        Glyph::Up => "M4 9.500 8 5.500l4 4",
        Glyph::Down => "M4 6.500 8 10.500l4-4",
        Glyph::Plus => "M8 3.500v9M3.500 8h9",
        Glyph::More => "M3.500 8h.1M8 8h.1M12.500 8h.1",
        Glyph::Minus => "M3.500 8h9",
        Glyph::Eye => {
            "M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8zM8 6a2 2 0 1 0 0 4a2 2 0 0 0 0-4z"
        }
        Glyph::Play => "M5 3.200v9.600L12.500 8z",
        Glyph::Pause => "M5.500 3.500v9M10.500 3.500v9",
        Glyph::StepBack => "M12 4v8L6.500 8zM4 4v8",
        Glyph::StepForward => "M4 4v8l5.500-4zM12 4v8",
        Glyph::Search => "M7 2.500a4.500 4.500 0 1 0 0 9a4.500 4.500 0 0 0 0-9zM10.300 10.300l3.400 3.400",
    }
}

/// An icon; those who listen hear nothing of it.
#[component]
pub fn Icon(
    /// Which.
    #[prop(into)]
    glyph: Glyph,
) -> impl IntoView {
    let filled = if glyph == Glyph::Theme { "icon half" } else { "icon" };
    view! {
        <svg class=filled viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d=drawing(glyph)/>
        </svg>
    }
}
