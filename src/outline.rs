//! The path as a list to be read, for screens on which the graph would be too small: each step with when it comes and
//! who is told, and its details below it once it is chosen.

use escalation_api::{ConditionPayload, Node, NodeKind};
use escalation_editor::Side;
use escalation_editor::words::NodeIcon;
use escalation_editor::{ListAt, layout::End};
use leptos::prelude::*;

use crate::canvas::lines::{end_words, is_reached, is_side_walked};
use crate::canvas::token::is_stood_on;
use crate::canvas::{Canvas, element_id, kind_class, zoom};
use crate::editor::state::Open;
use crate::later;
use crate::parts::icon::Icon;
use crate::parts::segments::Segments;
use crate::reading::ReadingNote;
use crate::strings;

/// The path on a small screen: as an outline, or as the graph.
#[component]
pub fn SmallScreen() -> impl IntoView {
    let open = expect_context::<Open>();
    let graph = RwSignal::new(false);
    let choose = move |position: usize| {
        graph.set(position == 1);
        if position == 1 {
            // Once it is there: all of it, to find one's way.
            request_animation_frame(move || request_animation_frame(move || zoom::fit(open)));
        }
    };
    let shown = move || {
        if graph.get() {
            view! {
                <Canvas/>
                {move || crate::editor::details()}
            }
            .into_any()
        } else {
            view! { <Outline/> }.into_any()
        }
    };
    view! {
        <section class="small-head" aria-label=strings::rights::HOW_SHOWN>
            <ReadingNote/>
            <Segments
                label=strings::rights::HOW_SHOWN
                options=vec![strings::rights::OUTLINE, strings::rights::GRAPH]
                chosen=Signal::derive(move || Some(usize::from(graph.get())))
                choose
            />
        </section>
        {shown}
    }
}

#[component]
fn Outline() -> impl IntoView {
    let open = expect_context::<Open>();
    let steps = move || open.path.with(|path| list(open, &path.path, ListAt::Root));
    let about = RwSignal::new(false);
    view! {
        <section class="outline" role=open.session.place.is_page().then_some("main") aria-label=strings::CANVAS>
            <p class="outline-start">{strings::ALERT_FIRES}</p>
            {steps}
            <details class="about-path" on:toggle=move |_| about.set(true)>
                <summary>{strings::rights::ABOUT}</summary>
                <Show when=move || about.get()>
                    {move || later::edit().map(|edit| (edit.path_facts)())}
                </Show>
            </details>
        </section>
    }
}

/// The steps of a list, and how it ends.
fn list(open: Open, nodes: &[Node<ConditionPayload>], at: ListAt) -> AnyView {
    let steps = nodes.iter().map(|node| {
        let sides = match &node.kind {
            NodeKind::IfElse(branch) => {
                let side = |side: Side, nodes: &[Node<ConditionPayload>]| {
                    let inside = list(open, nodes, ListAt::Of(node.id.clone(), side));
                    view! { <SideOf branch=node.id.clone() side>{inside}</SideOf> }.into_any()
                };
                vec![side(Side::Then, &branch.then_path), side(Side::Else, &branch.else_path)]
            }
            _ => Vec::new(),
        };
        view! {
            <li>
                <Step id=node.id.clone()/>
                {sides}
            </li>
        }
    });
    let steps = steps.collect_view();
    let end = open.scene.with_untracked(|scene| scene.layout.ends.iter().find(|end| end.list == at).cloned());
    let end = end.map(|end| view! { <EndOf end/> });
    view! { <ol class="outline-steps">{steps}{end}</ol> }.into_any()
}

#[component]
fn Step(id: String) -> impl IntoView {
    let open = expect_context::<Open>();
    let card = {
        let id = id.clone();
        Memo::new(move |_| open.scene.with(|scene| scene.card(&id).cloned()))
    };
    let visit = open.visit(id.clone());
    let problems = open.problems_of(id.clone());
    let stands = is_stood_on(open, id.clone());
    let is_open = {
        let id = id.clone();
        Memo::new(move |_| open.selected.with(|selected| selected.as_ref() == Some(&id)))
    };
    let words = move || card.get().map(|card| card.words);
    let class = move || {
        let kind = words().map_or("", |words| kind_class(words.icon));
        format!("outline-step {kind}")
    };
    let toggle = {
        let id = id.clone();
        move |_| open.select((!is_open.get_untracked()).then(|| id.clone()))
    };
    let body = move || {
        words().map(|words| {
            let badges = words.badges.iter().map(|badge| badge.text().to_string()).collect::<Vec<_>>().join(", ");
            let more = [words.timer, badges].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ");
            let is_branch = matches!(words.icon, NodeIcon::Priority | NodeIcon::Hours | NodeIcon::Branch);
            let kind = (!is_branch).then(|| view! { <span class="spoken">{words.kind}": "</span> });
            view! {
                <Icon glyph=words.icon/>
                <span class="grow">
                    {kind}
                    <strong>{words.title}</strong>
                    " "
                    <span class="outline-more">{more}</span>
                    {move || visit.get().filter(|visit| !visit.told.is_empty()).map(|visit| {
                        view! { " " <span class="outline-told">{strings::told(&visit.told.join(", "))}</span> }
                    })}
                    {move || (problems.get() > 0).then(|| {
                        view! { " " <span class="outline-problems">{strings::problems(problems.get())}</span> }
                    })}
                </span>
            }
        })
    };
    let when = move || visit.get().map(|visit| view! { " " <span class="outline-when">{open.when(&visit)}</span> });
    let details = {
        let id = id.clone();
        move || {
            is_open.get().then(|| {
                let id = id.clone();
                let details = move || later::edit().map(|edit| (edit.node_details)(id.clone()));
                view! { <div class="outline-details">{details}</div> }
            })
        }
    };
    view! {
        <button
            id=element_id(&id)
            class=class
            class:walked=move || visit.with(Option::is_some)
            class:stands=move || stands.get()
            class:stopped=move || visit.with(|visit| visit.as_ref().is_some_and(|visit| visit.stopped))
            aria-expanded=move || is_open.get().to_string()
            on:click=toggle
        >
            {body}
            {when}
        </button>
        {details}
    }
}

/// A side of a branch, with what is asked for it.
#[component]
fn SideOf(branch: String, side: Side, children: Children) -> impl IntoView {
    let open = expect_context::<Open>();
    let walked = is_side_walked(open, branch.clone(), side);
    let words = move || {
        open.scene.with(|scene| {
            let [then, otherwise] = scene.card(&branch)?.sides.clone()?;
            Some(if side == Side::Then { then } else { otherwise })
        })
    };
    view! {
        <div class="outline-side" class:walked=move || walked.get()>
            <p class="outline-label">{words}</p>
            {children()}
        </div>
    }
}

#[component]
fn EndOf(end: End) -> impl IntoView {
    let open = expect_context::<Open>();
    let reached = is_reached(open, &end);
    let after_repeat = end.after_repeat;
    view! {
        <li class="outline-end" class:reached=move || reached.get()>{move || end_words(open, after_repeat)}</li>
    }
}
