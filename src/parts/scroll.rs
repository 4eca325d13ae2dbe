//! Scrolling a list, and nothing around it.

use leptos::prelude::*;

use crate::place::Place;

/// Scrolls a list as little as shows one of its options, both given by their ids, once they are drawn.
pub fn reveal(list: &str, option: &str) {
    let (list, option) = (list.to_string(), option.to_string());
    request_animation_frame(move || {
        let by_id = |id: &str| Place::in_use().by_id(id);
        let (Some(list), Some(option)) = (by_id(&list), by_id(&option)) else { return };
        let (frame, row) = (list.get_bounding_client_rect(), option.get_bounding_client_rect());
        // Without the line around the list.
        let top = frame.top() + f64::from(list.client_top());
        let bottom = top + f64::from(list.client_height());
        let by = if row.top() < top { row.top() - top } else { (row.bottom() - bottom).max(0.0) };
        // By whole pixels, and not too few.
        let by = if by < 0.0 { by.floor() } else { by.ceil() };
        list.set_scroll_top(list.scroll_top() + by as i32);
    });
}
