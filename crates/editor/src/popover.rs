//! Where something that opens above the page lies: beside what it belongs to, and never outside the window.
//!
//! All lengths are CSS pixels, from the top left corner of the window.

/// How far a popover stays from the edges of the window.
pub const EDGE: f64 = 8.0;
/// How far it stays from its anchor.
pub const GAP: f64 = 6.0;
/// The least height that is worth a place above or below the anchor; with less on both sides it covers the anchor.
pub const MIN_ROOM: f64 = 132.0;

/// A rectangle in the window.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    /// Its left edge.
    pub left: f64,
    /// Its upper edge.
    pub top: f64,
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
}

impl Rect {
    /// A point, as that at which a pointer was pressed.
    pub fn point(left: f64, top: f64) -> Self {
        Self { left, top, width: 0.0, height: 0.0 }
    }

    /// The lower edge.
    pub fn bottom(self) -> f64 {
        self.top + self.height
    }
}

/// How a popover lies to its anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hanging {
    /// Below it; where that is too short, above it; where that is, too, on the side with more room.
    Below,
    /// From its top downwards, moved up as far as the window asks for: a menu at a pointer.
    At,
}

/// On which side of its anchor a popover lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Under it.
    Below,
    /// Higher on the screen.
    Above,
    /// Over it.
    Over,
}

/// Where a popover lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// Its left edge.
    pub left: f64,
    /// Its upper edge.
    pub top: f64,
    /// It is no higher than this, and scrolls where it would be.
    pub max_height: f64,
    /// On which side of the anchor that is.
    pub side: Side,
}

/// Places a popover of a width and a natural height beside its anchor. One that was on a side stays there as long as it
/// fits there, so that it does not jump when its content changes.
pub fn place(hanging: Hanging, anchor: Rect, size: (f64, f64), window: (f64, f64), was: Option<Side>) -> Placed {
    let (width, height) = size;
    let whole = (window.1 - 2.0 * EDGE).max(0.0);
    let left = anchor.left.min(window.0 - width - EDGE).max(EDGE);
    let over = || {
        let top = anchor.top.min(window.1 - EDGE - height.min(whole)).max(EDGE);
        Placed { left, top, max_height: whole, side: Side::Over }
    };
    if hanging == Hanging::At {
        return over();
    }
    // An anchor that was scrolled away has no more room beside it than the window has.
    let below = (window.1 - EDGE - (anchor.bottom() + GAP)).min(whole);
    let above = (anchor.top - GAP - EDGE).min(whole);
    let fits = |side: Side| match side {
        Side::Below => height <= below,
        Side::Above => height <= above,
        Side::Over => false,
    };
    let side = match was {
        Some(side) if fits(side) => side,
        _ if fits(Side::Below) => Side::Below,
        _ if fits(Side::Above) => Side::Above,
        _ if below.max(above) < MIN_ROOM.min(whole) => Side::Over,
        _ if above > below => Side::Above,
        _ => Side::Below,
    };
    match side {
        Side::Below => Placed { left, top: (anchor.bottom() + GAP).max(EDGE), max_height: below, side },
        Side::Above => {
            let bottom = (anchor.top - GAP).min(window.1 - EDGE);
            Placed { left, top: bottom - height.min(above), max_height: above, side }
        }
        Side::Over => over(),
    }
}
