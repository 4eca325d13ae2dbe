//! The lines between nodes, their words, and the ends.

use escalation_editor::layout::{Edge, EdgeKind, End, Rect, svg_path};
use escalation_editor::{ListAt, Side};
use leptos::prelude::*;

use crate::editor::state::Open;
use crate::strings;

/// How round the corners of lines are.
const RADIUS: i32 = 12;

fn bounds(edge: &Edge) -> Rect {
    let xs = edge.points.iter().map(|point| point.x);
    let ys = edge.points.iter().map(|point| point.y);
    let (left, right) = (xs.clone().min().unwrap_or(0), xs.max().unwrap_or(0));
    let (top, bottom) = (ys.clone().min().unwrap_or(0), ys.max().unwrap_or(0));
    Rect { x: left - 1, y: top - 1, width: right - left + 2, height: bottom - top + 2 }
}

#[component]
pub fn Lines(seen: Memo<Rect>) -> impl IntoView {
    let open = expect_context::<Open>();
    let edges = move || {
        let seen = seen.get();
        open.scene.with(|scene| {
            scene.layout.edges.iter().filter(|edge| bounds(edge).meets(&seen)).cloned().collect::<Vec<_>>()
        })
    };
    let labelled = move || edges().into_iter().filter(|edge| edge.label.is_some()).collect::<Vec<_>>();
    let ends = move || {
        let seen = seen.get();
        let near = |end: &&End| {
            seen.x <= end.at.x && end.at.x <= seen.right() && seen.y <= end.at.y && end.at.y <= seen.bottom()
        };
        open.scene.with(|scene| scene.layout.ends.iter().filter(near).cloned().collect::<Vec<_>>())
    };
    view! {
        <svg
            class="lines"
            aria-hidden="true"
            focusable="false"
            width=move || open.scene.with(|scene| scene.layout.size.width)
            height=move || open.scene.with(|scene| scene.layout.size.height)
        >
            <For each=edges key=key let(edge)>
                <Line edge/>
            </For>
        </svg>
        <For each=labelled key=key let(edge)>
            <Label edge/>
        </For>
        <For each=ends key=|end| (end.list.clone(), end.after.clone(), end.at.x, end.at.y) let(end)>
            <EndWords end/>
        </For>
    }
}

type Key = (Option<String>, Option<String>, EdgeKind, Vec<(i32, i32)>);

/// A line that moves is another line: there are few on the screen.
fn key(edge: &Edge) -> Key {
    let points = edge.points.iter().map(|point| (point.x, point.y)).collect();
    (edge.from.clone(), edge.to.clone(), edge.kind, points)
}

fn walked(open: Open, edge: &Edge) -> Memo<bool> {
    let key = (edge.from.clone(), edge.to.clone(), edge.kind);
    Memo::new(move |_| open.play.with(|play| play.walked.get(&key).is_some_and(|first| *first <= open.until.get())))
}

#[component]
fn Line(edge: Edge) -> impl IntoView {
    let open = expect_context::<Open>();
    let walked = walked(open, &edge);
    let back = edge.kind == EdgeKind::Back;
    let head = edge.points.last().filter(|_| back).map(|at| {
        // From the left or from the right, whichever way the line comes.
        let before = edge.points.iter().rev().nth(1).map_or(at.x, |point| point.x);
        let from = if before < at.x { -7 } else { 7 };
        format!("M{} {}L{} {}L{} {}", at.x + from, at.y - 4, at.x, at.y, at.x + from, at.y + 4)
    });
    view! {
        <g class="line" class:back=back class:walked=move || walked.get()>
            <path d=svg_path(&edge.points, RADIUS)/>
            {head.map(|d| view! { <path d=d/> })}
        </g>
    }
}

#[component]
fn Label(edge: Edge) -> impl IntoView {
    let open = expect_context::<Open>();
    let walked = walked(open, &edge);
    let at = edge.label.map_or(String::new(), |at| format!("translate({}px,{}px) translate(-50%,-50%)", at.x, at.y));
    let from = edge.from.clone().unwrap_or_default();
    let words = move || {
        open.scene.with(|scene| {
            let card = scene.card(&from)?;
            match edge.kind {
                EdgeKind::Side(Side::Then) => card.sides.as_ref().map(|[then, _]| then.clone()),
                EdgeKind::Side(Side::Else) => card.sides.as_ref().map(|[_, otherwise]| otherwise.clone()),
                EdgeKind::Back => card.times.map(strings::repeats),
                EdgeKind::Next => None,
            }
        })
    };
    view! { <span class="label" class:walked=move || walked.get() style:transform=at aria-hidden="true">{words}</span> }
}

#[component]
fn EndWords(end: End) -> impl IntoView {
    let open = expect_context::<Open>();
    let reached = is_reached(open, &end);
    let words = move || end_words(open, end.after_repeat);
    let at = format!("translate({}px,{}px) translate(-50%,0)", end.at.x, end.at.y);
    view! { <span class="end" class:reached=move || reached.get() style:transform=at>{words}</span> }
}

/// Whether the run comes to an end.
pub fn is_reached(open: Open, end: &End) -> Memo<bool> {
    // The last node before the end, or the branch whose side is empty.
    let key = match (&end.after, &end.list) {
        (Some(after), _) => (Some(after.clone()), None, EdgeKind::Next),
        (None, ListAt::Of(branch, side)) => (Some(branch.clone()), None, EdgeKind::Side(*side)),
        (None, ListAt::Root) => (None, None, EdgeKind::Next),
    };
    Memo::new(move |_| open.play.with(|play| play.walked.get(&key).is_some_and(|first| *first <= open.until.get())))
}

/// What an end says.
pub fn end_words(open: Open, after_repeat: bool) -> &'static str {
    match after_repeat {
        _ if open.path.with(|path| path.is_templated()) => strings::forms::STEPS_FROM_TEMPLATE,
        true => strings::ENDS_AFTER,
        false => strings::ENDS,
    }
}

/// Whether the run goes to a side of a branch.
pub fn is_side_walked(open: Open, branch: String, side: Side) -> Memo<bool> {
    Memo::new(move |_| {
        open.play.with(|play| {
            let until = open.until.get();
            play.walked.iter().any(|((from, _, kind), first)| {
                from.as_ref() == Some(&branch) && *kind == EdgeKind::Side(side) && *first <= until
            })
        })
    })
}
