//! The one way in which menus, lists and popups open above the page: in the browser's top layer, which nothing clips or
//! covers, beside what they belong to, and inside the window, however it is scrolled or sized.

use std::cell::Cell;
use std::rc::Rc;

pub use escalation_editor::popover::{Hanging, Rect};
use escalation_editor::popover::{Placed, place};
use leptos::html::ElementType;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::size;
use crate::place::{self, Place};

/// Where an element is in the window, in CSS pixels.
pub fn rect_of(element: &impl AsRef<Element>) -> Rect {
    let rect = element.as_ref().get_bounding_client_rect();
    Rect { left: rect.left(), top: rect.top(), width: rect.width(), height: rect.height() }
}

/// Opens an element that has the attribute `popover` as soon as it is in the page, and keeps it beside its anchor for as
/// long as the owner lives.
pub fn hang<E>(node: NodeRef<E>, hanging: Hanging, most: f64, anchor: impl Fn() -> Option<Rect> + Clone + 'static)
where
    E: ElementType,
    E::Output: JsCast + AsRef<HtmlElement> + Clone + 'static,
{
    Effect::new(move || {
        if let Some(element) = node.get() {
            open(element.as_ref(), hanging, most, anchor.clone());
        }
    });
}

/// Opens an element that has the attribute `popover`, and keeps it beside its anchor for as long as the owner lives. It
/// becomes no higher than `most` CSS pixels.
pub fn open(element: &HtmlElement, hanging: Hanging, most: f64, anchor: impl Fn() -> Option<Rect> + 'static) {
    // It is in the page, and closed; a browser without popovers shows it as it is.
    let _shown_without = element.show_popover();
    keep(element, hanging, most, anchor);
}

/// Keeps an element that is open, such as a dialog, beside its anchor for as long as the owner lives.
pub fn keep(element: &HtmlElement, hanging: Hanging, most: f64, anchor: impl Fn() -> Option<Rect> + 'static) {
    let kept = element.clone();
    let last = Cell::new(None::<Placed>);
    let put = Rc::new(move || {
        // What was to be done with the next frame comes after it is gone.
        if !kept.is_connected() {
            return;
        }
        let Some(anchor) = anchor() else { return };
        // What lies in the top layer has the whole window, also in an element.
        let (width, height) = Place::PAGE.size();
        // Fields as wide as their list: the width is set before it is measured.
        let px = |name: &str, value: f64| {
            let _refused = kept.style().set_property(name, &format!("{value}px"));
        };
        px("--popover-anchor", anchor.width);
        // As high as it would be if nothing held it back.
        let natural = f64::from(kept.scroll_height() + kept.offset_height() - kept.client_height());
        let size = (f64::from(kept.offset_width()), natural.min(most));
        let placed = place(hanging, anchor, size, (width, height), last.get().map(|placed| placed.side));
        if last.replace(Some(placed)) != Some(placed) {
            px("--popover-left", placed.left);
            px("--popover-top", placed.top);
            px("--popover-height", placed.max_height.min(most));
        }
    });
    put();
    // What it holds may change, and with it its height.
    let grown = Rc::clone(&put);
    size::watch(element, move |_| {
        let put = Rc::clone(&grown);
        // After this round of measuring, which must not change what it measures.
        request_animation_frame(move || put());
    });
    // Whatever scrolls may move the anchor.
    place::listen_first_on_page(&["scroll", "resize"], move || put());
}
