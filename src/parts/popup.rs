//! Something small that opens beside what was pressed, above the page. It is left by Escape or by a click beside it.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, Event};

use super::dialog::Dialog;

/// How wide it is at most and how far it stays from the edges of the page, in pixels; as in the style sheet.
const WIDTH: i32 = 340;
const EDGE: i32 = 16;
/// How far it stays from what was pressed.
const GAP: i32 = 6;

/// Where on the page it opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    left: i32,
    /// From the bottom of the page where it opens upwards, else from the top.
    edge: i32,
    upwards: bool,
}

impl At {
    /// Beside what was pressed, on the side on which there is more room.
    pub fn pressed(event: &Event) -> Self {
        let element = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
        let size =
            |size: Result<wasm_bindgen::JsValue, _>| size.ok().and_then(|size| size.as_f64()).unwrap_or(800.0) as i32;
        let (width, height) = (size(window().inner_width()), size(window().inner_height()));
        let Some(rect) = element.map(|element| element.get_bounding_client_rect()) else {
            return Self { left: EDGE, edge: EDGE, upwards: false };
        };
        let (top, bottom) = (rect.top() as i32, rect.bottom() as i32);
        let upwards = top > height - bottom;
        let left = (rect.left() as i32).min(width - WIDTH - EDGE).max(EDGE);
        Self { left, edge: if upwards { height - top } else { bottom } + GAP, upwards }
    }
}

#[component]
pub fn Popup(
    /// What it is called.
    #[prop(into)]
    label: String,
    /// Where it opens.
    at: At,
    /// Called when it is left.
    leave: impl Fn() + Copy + 'static,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    view! {
        <div
            class="popup-place"
            class:upwards=at.upwards
            style=("--popup-left", format!("{}px", at.left))
            style=("--popup-edge", format!("{}px", at.edge))
        >
            <Dialog label class="popup" light=true leave>
                <div class="popup-in">{children()}</div>
            </Dialog>
        </div>
    }
}
