//! Shapes to start a path with, as long as it has no steps.

use escalation_api::NodeKind;
use escalation_editor::shapes::{Shape, start};
use escalation_editor::tree;
use escalation_engine::Problem;
use escalation_engine::check::Code;
use leptos::prelude::*;

use super::keys;
use crate::editor::state::Open;
use crate::strings;

/// Whether shapes are offered: of a path that was never saved, to who may change it, until it has a step or is to begin
/// empty.
pub fn are_offered(open: Open) -> bool {
    let is_empty = open.path.with(|path| path.path.is_empty() && !path.is_templated());
    is_empty && open.id.with(String::is_empty) && open.look.shapes.get() && !open.session.only_reads()
}

/// Whether a problem is that there is no step yet, which the shapes are for.
pub fn answer(open: Open, problem: &Problem) -> bool {
    problem.code == Code::NoNodes && are_offered(open)
}

#[component]
pub fn Shapes() -> impl IntoView {
    let open = expect_context::<Open>();
    let are_offered = Memo::new(move |_| are_offered(open));
    let leave = Callback::new(move |()| {
        open.look.shapes.set(false);
        keys::focus_selected(open);
    });
    move || {
        are_offered.get().then(|| {
            let offers = Shape::ALL.into_iter().map(|shape| {
                let (name, about) = strings::edit::shape(shape);
                view! { <Offer name about take=Callback::new(move |()| begin(open, shape))/> }
            });
            view! {
                <section
                    class="shapes"
                    aria-label=strings::edit::SHAPES
                    on:pointerdown=|event: web_sys::PointerEvent| event.stop_propagation()
                    on:wheel=|event: web_sys::WheelEvent| event.stop_propagation()
                >
                    <h2>{strings::edit::SHAPES}</h2>
                    <p class="hint">{strings::edit::SHAPES_HINT}</p>
                    <div class="shape-offers">
                        {offers.collect_view()}
                        <Offer name=strings::edit::NO_SHAPE about=strings::edit::NO_SHAPE_HINT take=leave/>
                    </div>
                </section>
            }
        })
    }
}

#[component]
fn Offer(name: &'static str, about: &'static str, take: Callback<()>) -> impl IntoView {
    view! {
        <button class="shape" on:click=move |_| take.run(())>
            <strong>{name}</strong>
            <span>{about}</span>
        </button>
    }
}

/// Makes a shape, and asks who the first level pages.
fn begin(open: Open, shape: Shape) {
    let (path, index) = (open.path.get_untracked(), open.session.index.get_untracked());
    open.dispatch(start(shape, &path, &index, &open.assumed.zone.get_untracked()));
    let mut first = None;
    tree::walk(&open.path.get_untracked(), |found| {
        if first.is_none() && matches!(found.node.kind, NodeKind::Level(_)) {
            first = Some(found.node.id.clone());
        }
    });
    super::show_top(open);
    open.select(first);
    keys::focus_who(open);
}
