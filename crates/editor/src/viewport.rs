//! The part of the drawing that is seen: where it begins and how large it is shown.

use crate::layout::{Rect, Size};

/// How the drawing is put on the screen: `screen = world * scale + offset`, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Viewport {
    /// Where the left edge of the drawing is on the screen.
    pub x: f64,
    /// Where its top edge is.
    pub y: f64,
    /// How large it is shown; 1 is its own size.
    pub scale: f64,
}

/// The smallest scale: some hundred steps below one another are on one screen.
pub const MIN_SCALE: f64 = 0.03;
/// The largest scale.
pub const MAX_SCALE: f64 = 2.0;

impl Default for Viewport {
    fn default() -> Self {
        Self { x: 0.0, y: 0.0, scale: 1.0 }
    }
}

/// What is drawn over a lower corner of the screen, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Corner {
    /// Whether it is the right one.
    pub is_right: bool,
    /// Across, from the edge of the screen.
    pub width: f64,
    /// Up, from the edge of the screen.
    pub height: f64,
}

impl Viewport {
    /// Shows all of a drawing in the middle of a screen, not larger than its own size. A drawing that is higher than
    /// the screen, were it readable, begins at the top.
    #[must_use]
    pub fn fit(drawing: Size, screen: (f64, f64)) -> Self {
        let (width, height) = (f64::from(drawing.width.max(1)), f64::from(drawing.height.max(1)));
        let scale = (screen.0 / width).min(screen.1 / height).clamp(MIN_SCALE, 1.0);
        Self { x: (screen.0 - width * scale) / 2.0, y: ((screen.1 - height * scale) / 2.0).max(0.0), scale }
    }

    /// Shows the top of a drawing in the middle of a screen, large enough to be read: what is higher than the screen
    /// goes on below it, what is wider is shown smaller as long as it can be read.
    #[must_use]
    pub fn open(drawing: Size, top_middle: f64, screen: (f64, f64)) -> Self {
        let fit = Self::fit(drawing, screen);
        if fit.scale >= COMFORTABLE {
            return fit;
        }
        let scale = (screen.0 / f64::from(drawing.width.max(1))).clamp(READABLE, COMFORTABLE);
        let width = f64::from(drawing.width) * scale;
        let x = if width <= screen.0 { (screen.0 - width) / 2.0 } else { screen.0 / 2.0 - top_middle * scale };
        Self { x, y: 0.0, scale }
    }

    /// Moves the drawing on the screen.
    #[must_use]
    pub fn pan(self, dx: f64, dy: f64) -> Self {
        Self { x: self.x + dx, y: self.y + dy, ..self }
    }

    /// Changes the scale by a factor; the point of the drawing under `at` stays there.
    #[must_use]
    pub fn zoom(self, factor: f64, at: (f64, f64)) -> Self {
        let scale = (self.scale * factor).clamp(MIN_SCALE, MAX_SCALE);
        let moved = |offset: f64, at: f64| at - (at - offset) * scale / self.scale;
        Self { x: moved(self.x, at.0), y: moved(self.y, at.1), scale }
    }

    /// The part of the drawing that a screen shows, with a margin around it.
    #[must_use]
    pub fn seen(self, screen: (f64, f64), margin: f64) -> Rect {
        let world = |at: f64, offset: f64| ((at - offset) / self.scale).round();
        let (left, top) = (world(-margin, self.x), world(-margin, self.y));
        let (right, bottom) = (world(screen.0 + margin, self.x), world(screen.1 + margin, self.y));
        Rect { x: left as i32, y: top as i32, width: (right - left) as i32, height: (bottom - top) as i32 }
    }

    /// Moves the drawing as little as it takes to show a rectangle of it.
    #[must_use]
    pub fn reveal(self, rect: Rect, screen: (f64, f64), margin: f64) -> Self {
        let shift = |from: i32, size: i32, offset: f64, screen: f64| {
            let (low, high) = (f64::from(from) * self.scale + offset, f64::from(from + size) * self.scale + offset);
            if low < margin {
                margin - low
            } else if high > screen - margin {
                // The beginning is more important than the end.
                (screen - margin - high).max(margin - low)
            } else {
                0.0
            }
        };
        self.pan(shift(rect.x, rect.width, self.x, screen.0), shift(rect.y, rect.height, self.y, screen.1))
    }

    /// Moves the drawing up where a rectangle of it would lie under something in a lower corner of the screen that is
    /// drawn over it: `corner` is the size of that. Nothing is moved where its top would go out of sight.
    #[must_use]
    pub fn clear_of(self, rect: Rect, screen: (f64, f64), corner: Corner) -> Self {
        let at = |from: i32, offset: f64| f64::from(from) * self.scale + offset;
        let (left, right) = (at(rect.x, self.x), at(rect.right(), self.x));
        let beside = if corner.is_right { right <= screen.0 - corner.width } else { left >= corner.width };
        let below = at(rect.bottom(), self.y) - (screen.1 - corner.height);
        let has_room = at(rect.y, self.y) - below >= 0.0;
        if beside || below <= 0.0 || !has_room { self } else { self.pan(0.0, -below) }
    }

    /// Moves the drawing on by one frame while a pointer that drags something is near an edge of the screen: to what is
    /// hidden behind that edge, and no further than there is something.
    #[must_use]
    pub fn follow(self, at: (f64, f64), drawing: Size, screen: (f64, f64)) -> Self {
        let shift = |at: f64, offset: f64, length: i32, screen: f64| {
            if at < EDGE {
                (-offset).clamp(0.0, STEP)
            } else if at > screen - EDGE {
                (screen - (f64::from(length) * self.scale + offset)).clamp(-STEP, 0.0)
            } else {
                0.0
            }
        };
        self.pan(shift(at.0, self.x, drawing.width, screen.0), shift(at.1, self.y, drawing.height, screen.1))
    }
}

/// How near to an edge of the screen a pointer that drags moves the drawing, and how far at once, in CSS pixels.
const EDGE: f64 = 44.0;
const STEP: f64 = 14.0;

/// The smallest scale at which cards can be read.
const READABLE: f64 = 0.62;
/// The scale at which cards are read with ease.
const COMFORTABLE: f64 = 0.8;

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: (f64, f64) = (800.0, 600.0);

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }

    #[test]
    fn the_point_under_the_pointer_stays() {
        let before = Viewport { x: 30.0, y: -50.0, scale: 0.8 };
        let at = (200.0, 300.0);
        let after = before.zoom(1.5, at);
        close(after.scale, 1.2);
        close((at.0 - before.x) / before.scale, (at.0 - after.x) / after.scale);
        close((at.1 - before.y) / before.scale, (at.1 - after.y) / after.scale);
        close(before.zoom(100.0, at).scale, MAX_SCALE);
        close(before.zoom(0.0001, at).scale, MIN_SCALE);
    }

    #[test]
    fn a_small_drawing_is_not_blown_up() {
        let view = Viewport::fit(Size { width: 400, height: 300 }, SCREEN);
        assert_eq!(view, Viewport { x: 200.0, y: 150.0, scale: 1.0 });
        let large = Viewport::fit(Size { width: 1600, height: 600 }, SCREEN);
        assert_eq!(large, Viewport { x: 0.0, y: 150.0, scale: 0.5 });
    }

    #[test]
    fn a_large_drawing_opens_readable_at_its_top() {
        let view = Viewport::open(Size { width: 4000, height: 3000 }, 1000.0, SCREEN);
        close(view.scale, READABLE);
        close(view.y, 0.0);
        close(1000.0 * view.scale + view.x, 400.0);
    }

    #[test]
    fn a_high_drawing_opens_as_large_as_its_width_allows() {
        let of = |width, height| Viewport::open(Size { width, height }, 200.0, SCREEN);
        assert_eq!(of(400, 5000), Viewport { x: 240.0, y: 0.0, scale: COMFORTABLE });
        assert_eq!(of(1100, 5000), Viewport { x: 0.0, y: 0.0, scale: 800.0 / 1100.0 });
        close(of(5000, 5000).scale, READABLE);
        // What fits is shown whole.
        assert_eq!(of(400, 700), Viewport::fit(Size { width: 400, height: 700 }, SCREEN));
    }

    #[test]
    fn revealing_moves_no_further_than_needed() {
        let view = Viewport::default();
        let rect = |x, y| Rect { x, y, width: 100, height: 50 };
        assert_eq!(view.reveal(rect(300, 300), SCREEN, 20.0), view);
        assert_eq!(view.reveal(rect(-100, 300), SCREEN, 20.0), Viewport { x: 120.0, ..view });
        assert_eq!(view.reveal(rect(300, 590), SCREEN, 20.0), Viewport { y: -60.0, ..view });
    }

    #[test]
    fn what_is_under_a_corner_is_moved_up() {
        let view = Viewport::default();
        let rect = |x, y| Rect { x, y, width: 100, height: 50 };
        let right = Corner { is_right: true, width: 180.0, height: 130.0 };
        let left = Corner { is_right: false, ..right };
        assert_eq!(view.clear_of(rect(650, 500), SCREEN, right), Viewport { y: -80.0, ..view });
        assert_eq!(view.clear_of(rect(650, 500), SCREEN, left), view);
        assert_eq!(view.clear_of(rect(500, 500), SCREEN, right), view);
        assert_eq!(view.clear_of(rect(650, 400), SCREEN, right), view);
        assert_eq!(view.clear_of(rect(100, 500), SCREEN, left), Viewport { y: -80.0, ..view });
        let high = Rect { height: 560, ..rect(650, 20) };
        assert_eq!(view.clear_of(high, SCREEN, right), view, "its top would go out of sight");
    }

    #[test]
    fn a_drag_at_an_edge_goes_to_what_is_hidden_and_no_further() {
        let drawing = Size { width: 1000, height: 400 };
        let view = Viewport { x: -30.0, y: 50.0, scale: 1.0 };
        // In the middle nothing moves, and below nothing is hidden.
        assert_eq!(view.follow((400.0, 300.0), drawing, SCREEN), view);
        assert_eq!(view.follow((400.0, 590.0), drawing, SCREEN), view);
        assert_eq!(view.follow((400.0, 10.0), drawing, SCREEN), view);
        // At the left 30 pixels are hidden, at the right 170.
        assert_eq!(view.follow((10.0, 300.0), drawing, SCREEN), Viewport { x: -16.0, ..view });
        let left = (0..9).fold(view, |view, _| view.follow((10.0, 300.0), drawing, SCREEN));
        assert_eq!(left, Viewport { x: 0.0, ..view });
        let right = (0..99).fold(view, |view, _| view.follow((790.0, 300.0), drawing, SCREEN));
        assert_eq!(right, Viewport { x: -200.0, ..view });
    }

    #[test]
    fn what_is_seen() {
        let view = Viewport { x: -100.0, y: 50.0, scale: 0.5 };
        assert_eq!(view.seen(SCREEN, 0.0), Rect { x: 200, y: -100, width: 1600, height: 1200 });
    }
}
