//! Where popovers lie, for any anchor, size and window.

use escalation_editor::popover::{EDGE, GAP, Hanging, Placed, Rect, Side, place};
use proptest::prelude::*;

const WINDOW: (f64, f64) = (1440.0, 900.0);

fn anchor(left: f64, top: f64) -> Rect {
    Rect { left, top, width: 80.0, height: 34.0 }
}

fn below(anchor: Rect, size: (f64, f64)) -> Placed {
    place(Hanging::Below, anchor, size, WINDOW, None)
}

#[test]
fn a_menu_of_the_bar_hangs_below_its_button_and_ends_at_the_edge_of_the_window() {
    let placed = below(anchor(1272.0, 11.0), (260.0, 300.0));
    assert_eq!(placed.side, Side::Below);
    assert_eq!((placed.left, placed.top), (WINDOW.0 - 260.0 - EDGE, 45.0 + GAP));
}

#[test]
fn what_has_no_room_below_goes_above() {
    let placed = below(anchor(100.0, 700.0), (376.0, 400.0));
    assert_eq!(placed.side, Side::Above);
    assert_eq!(placed.top + 400.0, 700.0 - GAP);
}

#[test]
fn what_fits_nowhere_scrolls_on_the_side_with_more_room() {
    let placed = below(anchor(100.0, 300.0), (376.0, 2_000.0));
    assert_eq!(placed.side, Side::Below);
    assert_eq!(placed.top + placed.max_height, WINDOW.1 - EDGE);
}

#[test]
fn in_a_low_window_it_covers_its_anchor_rather_than_showing_a_line() {
    let placed = place(Hanging::Below, anchor(100.0, 90.0), (300.0, 500.0), (800.0, 220.0), None);
    assert_eq!((placed.side, placed.top, placed.max_height), (Side::Over, EDGE, 220.0 - 2.0 * EDGE));
}

#[test]
fn it_stays_on_its_side_while_it_fits_there() {
    let at = |height: f64, was: Option<Side>| place(Hanging::Below, anchor(0.0, 500.0), (300.0, height), WINDOW, was);
    let grown = at(420.0, None);
    assert_eq!(grown.side, Side::Above);
    assert_eq!(at(200.0, Some(grown.side)).side, Side::Above);
    assert_eq!(at(200.0, None).side, Side::Below);
}

#[test]
fn a_menu_at_the_pointer_is_moved_into_the_window() {
    let placed = place(Hanging::At, Rect::point(1_430.0, 880.0), (324.0, 400.0), WINDOW, None);
    assert_eq!((placed.left, placed.top), (WINDOW.0 - 324.0 - EDGE, WINDOW.1 - 400.0 - EDGE));
}

proptest! {
    // Also where the anchor is outside the window, as one that was scrolled away.
    #[test]
    fn it_is_always_inside_the_window(
        left in -2_000.0..4_000.0_f64, top in -2_000.0..4_000.0_f64, width in 0.0..900.0_f64, height in 0.0..400.0_f64,
        size in (1.0..800.0_f64, 1.0..3_000.0_f64), window in (120.0..3_000.0_f64, 60.0..2_000.0_f64),
        is_at in any::<bool>(), was in prop::option::of(prop_oneof![Just(Side::Below), Just(Side::Above), Just(Side::Over)]),
    ) {
        let hanging = if is_at { Hanging::At } else { Hanging::Below };
        // The style sheet makes nothing wider than the window.
        let size = (size.0.min(window.0 - 2.0 * EDGE), size.1);
        let anchor = Rect { left, top, width, height };
        let placed = place(hanging, anchor, size, window, was);
        let shown = size.1.min(placed.max_height);
        prop_assert!(shown > 0.0);
        prop_assert!(placed.left >= EDGE && placed.left + size.0 <= window.0 - EDGE + 0.001, "{placed:?}");
        prop_assert!(placed.top >= EDGE - 0.001 && placed.top + shown <= window.1 - EDGE + 0.001, "{placed:?}");
        if placed.side != Side::Over {
            let free = placed.top >= anchor.bottom() || placed.top + shown <= anchor.top
                || anchor.bottom() < 0.0 || anchor.top > window.1;
            prop_assert!(free, "it covers its anchor: {placed:?}");
        }
        // Placed again it stays where it is.
        prop_assert_eq!(place(hanging, anchor, size, window, Some(placed.side)).side, placed.side);
    }
}
