//! The graph: pan, zoom, cards and lines.

pub mod ahead;
mod card;
mod drag;
pub mod folds;
mod gone;
mod keys;
pub mod lines;
pub mod look;
pub mod menu;
pub mod minimap;
pub mod point;
mod pointer;
pub mod run;
pub mod scene;
pub mod search;
pub mod shapes;
mod slots;
mod toast;
pub mod token;
pub mod zoom;

use escalation_editor::Viewport;
use escalation_editor::changes::NodeChange;
use escalation_editor::layout::Rect;
use escalation_editor::words::NodeIcon;
use leptos::html::Section;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

use crate::editor::state::Open;
use crate::later;
use crate::parts::{focus, hold, size};
use crate::strings;
use ahead::AheadHint;
use card::Card;
use drag::Ghost;
use folds::{Crumbs, FoldMarks};
use gone::GoneMarks;
use lines::Lines;
use menu::OpenMenu;
use minimap::Minimap;
use point::PointingHint;
use search::Search;
use shapes::Shapes;
use slots::Slots;
use toast::Toast;
use token::Token;
use zoom::ZoomBar;

pub use card::element_id;
pub use drag::{Press, begin as drag, cancel as cancel_drag, drop};
pub use gone::gone_rect;
pub use keys::{add_below, choose_focused, focus_selected, go_to, is_in_drawing, on_tree};

/// Below this scale nothing is written on cards: a thousand of them are drawn anew in a frame.
const FAR: f64 = 0.15;

/// What is drawn around what is seen, in pixels of the screen, so that panning finds it there.
const MARGIN: f64 = 300.0;
/// What is seen is looked at anew when the drawing has moved by so much.
const GRAIN: f64 = 128.0;

/// What cards ask of the drawing as a whole.
#[derive(Clone, Copy)]
struct Marks {
    /// The nodes that are chosen together.
    together: Memo<Vec<String>>,
    /// The nodes that a repeat can go back to, while one is chosen for it.
    targets: Memo<Vec<String>>,
    /// Whether everything is so small that nothing on it can be read or met.
    far: Memo<bool>,
}

#[component]
pub fn Canvas() -> impl IntoView {
    let open = expect_context::<Open>();
    let frame = NodeRef::<Section>::new();
    watch_size(frame, open);
    open_view(open);
    let element = move || frame.get_untracked().map(|frame| frame.unchecked_into::<web_sys::Element>());
    hold::watch(element, move |which| pointer::is_held(open, which), move || pointer::lost(open));
    let far = Memo::new(move |_| open.view.with(|view| view.scale < FAR));
    provide_context(Marks {
        together: Memo::new(move |_| run::together(open)),
        targets: Memo::new(move |_| point::targets(open)),
        far,
    });

    let move_world = move || {
        let view = open.view.get();
        // Whole numbers: what writes fractions weighs ten kilobytes in the bundle.
        let scale = (view.scale * 10_000.0).round() as i64;
        let (whole, rest) = (scale / 10_000, scale % 10_000);
        format!("translate({}px,{}px) scale({whole}.{rest:04})", view.x.round() as i64, view.y.round() as i64)
    };
    let grid = move || {
        let view = open.view.get();
        format!("{}px {}px", view.x.round() as i64, view.y.round() as i64)
    };
    let seen = Memo::new(move |_| {
        let view = open.view.get();
        let grained = Viewport { x: (view.x / GRAIN).floor() * GRAIN, y: (view.y / GRAIN).floor() * GRAIN, ..view };
        grained.seen(open.screen.get(), MARGIN + GRAIN)
    });
    let visible = move || {
        let seen = seen.get();
        let selected = open.selected.get();
        let focused = keys::in_focus();
        keys::keep_focus();
        open.scene.with(|scene| {
            let all = &scene.layout.nodes;
            // However far away: what has the focus, and the one node by which Tab comes into the tree.
            let stop = selected.or_else(|| all.first().map(|node| node.id.clone()));
            let is_held = |id: &String| stop.as_ref() == Some(id) || focused.as_ref() == Some(id);
            let shown = all.iter().filter(|node| node.rect.meets(&seen) || is_held(&node.id));
            shown.map(|node| node.id.clone()).collect::<Vec<_>>()
        })
    };
    // As thin as can be seen, however small the drawing is.
    let hair =
        move || far.get().then(|| open.view.with(|view| ((1.0 / view.scale.max(0.001)).round() as i64).to_string()));
    view! {
        <section
            // A page has one of these, and that of somebody else has its own.
            role=open.session.place.is_page().then_some("main")
            class="canvas"
            class:panning=move || open.panning.get()
            class:dragging=move || open.look.drag.with(Option::is_some)
            class:pointing=move || open.look.pointing.with(Option::is_some)
            node_ref=frame
            style:background-position=grid
            on:wheel=move |event| pointer::wheel(open, &event)
            on:pointerdown=move |event| pointer::down(open, &event)
            on:pointermove=move |event| pointer::moved(open, &event)
            on:pointerup=move |event| pointer::up(open, &event)
        >
            <div class="world" class:far=far style:transform=move_world style=("--hair", hair)>
                <Lines seen/>
                <Start/>
                <div
                    class="cards"
                    class:simulated=move || open.simulated.get()
                    style:width=move || format!("{}px", open.scene.with(|scene| scene.layout.size.width))
                    style:height=move || format!("{}px", open.scene.with(|scene| scene.layout.size.height))
                    role="tree"
                    aria-multiselectable="true"
                    aria-label=strings::CANVAS
                    aria-describedby="canvas-help"
                    on:keydown=move |event| keys::on_tree(open, &event)
                    on:focusout=move |event| ahead::left(open, &event)
                >
                    <For each=visible key=|id: &String| id.clone() let(id)>
                        <Card id/>
                    </For>
                </div>
                {move || later::edit().map(|edit| (edit.marks)(seen))}
                <Token/>
            </div>
            <p id="canvas-help" class="spoken">{move || if open.session.only_reads() { strings::rights::READING_HELP } else { strings::CANVAS_HELP }}</p>
            {move || later::edit().map(|edit| (edit.finding)())}
            <ZoomBar/>
            <Ghost/>
            <Toast/>
            {move || later::edit().map(|edit| (edit.menus)())}
        </section>
    }
}

/// The places between nodes, and the marks on what is closed or gone.
pub fn marks(seen: Memo<Rect>) -> AnyView {
    view! {
        <Slots seen/>
        <GoneMarks/>
        <FoldMarks seen/>
    }
    .into_any()
}

/// What is looked for or pointed at, and the way back from a branch alone.
pub fn finding() -> AnyView {
    view! {
        <Crumbs/>
        <PointingHint/>
        <AheadHint/>
        <Search/>
    }
    .into_any()
}

/// All of it in a corner, shapes to begin with, and menus.
pub fn menus() -> AnyView {
    view! {
        <Minimap/>
        <Shapes/>
        <OpenMenu/>
    }
    .into_any()
}

/// Where the alert fires.
#[component]
fn Start() -> impl IntoView {
    let open = expect_context::<Open>();
    let at = move || {
        let start = open.scene.with(|scene| scene.layout.start);
        format!("translate({}px,{}px)", start.x, start.y)
    };
    let words = move || if folds::is_alone(open) { strings::FROM_ABOVE } else { strings::ALERT_FIRES };
    view! { <div class="start" style:transform=at>{words}</div> }
}

/// Keeps the size of the frame.
fn watch_size(frame: NodeRef<Section>, open: Open) {
    Effect::new(move |_| {
        let Some(element) = frame.get() else { return };
        size::watch(&element, move |size| open.screen.set(size));
    });
}

/// Shows the drawing as soon as the size of the frame is known.
fn open_view(open: Open) {
    Effect::new(move |shown: Option<bool>| {
        let screen = open.screen.get();
        if shown == Some(true) || screen.0 < 1.0 {
            return shown.unwrap_or(false);
        }
        show_top(open);
        // The address may have named a node.
        if let Some(chosen) = open.selected.get_untracked() {
            open.select(Some(chosen));
        }
        // What has no steps yet has no name either.
        if untrack(|| shapes::are_offered(open)) && open.id.with_untracked(String::is_empty) {
            open.ask_name();
            return true;
        }
        // The keys of the tree work at once, unless the page is a frame in another that has the focus.
        if focus::is_nowhere() && open.session.place.takes_focus() {
            focus_selected(open);
        }
        true
    });
}

/// Shows the top of the drawing, large enough to be read.
pub fn show_top(open: Open) {
    let (size, top) = open.scene.with_untracked(|scene| (scene.layout.size, scene.layout.start));
    open.view.set(Viewport::open(size, f64::from(top.x + top.width / 2), open.screen.get_untracked()));
}

/// The class of a node's kind.
pub fn kind_class(icon: NodeIcon) -> &'static str {
    match icon {
        NodeIcon::Level => "level",
        NodeIcon::Channel => "channel",
        NodeIcon::Priority | NodeIcon::Hours | NodeIcon::Branch => "branch",
        NodeIcon::Delay => "delay",
        NodeIcon::Repeat => "repeat",
        NodeIcon::HandOver => "hand-over",
        NodeIcon::Sealed => "sealed",
    }
}

/// The class of what became of a node.
pub fn became_class(became: NodeChange) -> &'static str {
    match became {
        NodeChange::Added => "added",
        NodeChange::Removed => "removed",
        NodeChange::Moved => "moved",
        NodeChange::Changed => "changed",
    }
}
