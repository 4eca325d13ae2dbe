//! The whole drawing in a corner, with what is seen of it. A click or a drag there moves the view. Those who listen and
//! those who use keys have the tree itself.

use std::fmt::Write as _;

use escalation_editor::Viewport;
use escalation_editor::viewport::Corner;
use leptos::prelude::*;
use leptos::svg::Svg;
use wasm_bindgen::JsCast as _;
use web_sys::PointerEvent;

use crate::editor::state::Open;
use crate::parts::hold;

/// The most that it takes of the screen, across and down.
const MOST: (f64, f64) = (160.0, 112.0);

/// A frame that is lower than this has no room for it.
const LOW: f64 = 260.0;

/// What it takes of its corner, with what is around it.
pub const CORNER: Corner = Corner { is_right: true, width: MOST.0 + 32.0, height: MOST.1 + 32.0 };

/// Whether it is shown: only where there is more than is seen.
pub fn is_shown(open: Open) -> bool {
    let size = open.scene.with(|scene| scene.layout.size);
    let (view, screen) = (open.view.get(), open.screen.get());
    let larger = |drawing: i32, screen: f64| screen > 1.0 && f64::from(drawing) * view.scale > screen * 1.25;
    screen.1 > LOW && (larger(size.width, screen.0) || larger(size.height, screen.1))
}

#[component]
pub fn Minimap() -> impl IntoView {
    let open = expect_context::<Open>();
    let needed = Memo::new(move |_| is_shown(open));
    view! { <Show when=move || needed.get()><Map/></Show> }
}

#[component]
fn Map() -> impl IntoView {
    let open = expect_context::<Open>();
    let frame = NodeRef::<Svg>::new();
    let held = RwSignal::new(false);
    let element = move || frame.get_untracked().map(|frame| frame.unchecked_into::<web_sys::Element>());
    hold::watch(element, move |_| held.get_untracked(), move || held.set(false));
    let size = Memo::new(move |_| open.scene.with(|scene| scene.layout.size));
    let scale = Memo::new(move |_| {
        let size = size.get();
        (MOST.0 / f64::from(size.width.max(1))).min(MOST.1 / f64::from(size.height.max(1)))
    });
    let pixels = move |length: i32| format!("{}px", (f64::from(length) * scale.get()).ceil() as i64);
    let boxes = move |walked: bool| {
        let play = open.play.get();
        let (lit, until) = (open.simulated.get(), open.until.get());
        let is_visited = |id: &String| lit && play.visits.get(id).is_some_and(|visit| visit.first_by(until).is_some());
        open.scene.with(|scene| {
            let mut path = String::new();
            let all = scene.layout.nodes.iter();
            for node in all.filter(|node| is_visited(&node.id) == walked) {
                let rect = node.rect;
                let _infallible =
                    write!(path, "M{} {}h{}v{}h-{}z", rect.x, rect.y, rect.width, rect.height, rect.width);
            }
            for chip in scene.layout.chips.iter().filter(|_| !walked) {
                let rect = chip.rect;
                let _infallible =
                    write!(path, "M{} {}h{}v{}h-{}z", rect.x, rect.y, rect.width, rect.height, rect.width);
            }
            path
        })
    };
    let seen = Memo::new(move |_| open.view.get().seen(open.screen.get(), 0.0));
    let center = move |event: &PointerEvent| {
        let Some(frame) = frame.get_untracked() else { return };
        let rect = frame.get_bounding_client_rect();
        let (size, screen) = (size.get_untracked(), open.screen.get_untracked());
        let at =
            |client: i32, from: f64, length: f64, of: i32| (f64::from(client) - from) / length.max(1.0) * f64::from(of);
        let x = at(event.client_x(), rect.left(), rect.width(), size.width);
        let y = at(event.client_y(), rect.top(), rect.height(), size.height);
        open.view.update(|view| {
            *view = Viewport { x: screen.0 / 2.0 - x * view.scale, y: screen.1 / 2.0 - y * view.scale, ..*view };
        });
    };
    let down = move |event: PointerEvent| {
        event.stop_propagation();
        event.prevent_default();
        hold::capture(&event);
        held.set(true);
        center(&event);
    };
    view! {
        <svg
            class="minimap"
            node_ref=frame
            aria-hidden="true"
            focusable="false"
            viewBox=move || format!("0 0 {} {}", size.get().width, size.get().height)
            style:width=move || pixels(size.get().width)
            style:height=move || pixels(size.get().height)
            on:pointerdown=down
            on:pointermove=move |event: PointerEvent| {
                event.stop_propagation();
                if held.get_untracked() {
                    center(&event);
                }
            }
            on:pointerup=move |_| held.set(false)
        >
            <path class="all" d=move || boxes(false)/>
            <path class="walked" d=move || boxes(true)/>
            <rect
                class="seen"
                x=move || seen.get().x
                y=move || seen.get().y
                width=move || seen.get().width
                height=move || seen.get().height
            />
        </svg>
    }
}
