//! Sides of branches that are closed, and a branch that is drawn alone.

use std::collections::BTreeSet;

use escalation_api::NodeKind;
use escalation_editor::layout::{Chip, EdgeKind, Rect, inside};
use escalation_editor::{ListAt, Play, Side, tree};
use escalation_engine::{Problem, Severity};
use leptos::prelude::*;

use super::keys;
use crate::editor::state::Open;
use crate::parts::icon::{Glyph, Icon};
use crate::strings;

/// Half the size of the button that closes a side.
const HALF: i32 = 10;

/// Closes a side or opens it, and says so.
fn set(open: Open, branch: &str, side: Side, closed: bool) {
    open.look.folds.update(|folds| folds.set(branch, side, closed));
    // What is looked at is not in a side that is closed.
    let hides = |id: &String| open.scene.with_untracked(|scene| scene.layout.node(id).is_none());
    if closed && open.selected.get_untracked().as_ref().is_some_and(hides) {
        keys::go_to(open, branch);
    }
    let words = side_words(open, branch, side);
    open.session.say(if closed { strings::closed(&words) } else { strings::opened(&words) });
}

/// Opens a side that is closed, and says so.
pub fn show(open: Open, branch: &str, side: Side) {
    if open.look.folds.with_untracked(|folds| folds.is_closed(branch, side)) {
        set(open, branch, side, false);
    }
}

fn side_words(open: Open, branch: &str, side: Side) -> String {
    let sides = open.scene.with_untracked(|scene| scene.card(branch).and_then(|card| card.sides.clone()));
    sides.map_or_else(String::new, |[then, otherwise]| if side == Side::Then { then } else { otherwise })
}

/// Whether the chosen node is a branch.
pub fn on_branch(open: Open) -> bool {
    chosen_branch(open).is_some()
}

fn chosen_branch(open: Open) -> Option<String> {
    let id = open.selected.get()?;
    open.scene.with(|scene| scene.card(&id).is_some_and(|card| card.sides.is_some())).then_some(id)
}

/// The sides of the chosen branch that could be closed, and whether each is.
fn sides(open: Open) -> Vec<(String, Side, bool)> {
    let path = open.path.get_untracked();
    let folds = open.look.folds.get_untracked();
    let Some(id) = untrack(|| chosen_branch(open)) else { return Vec::new() };
    let full = |side: &Side| tree::list(&path, &ListAt::Of(id.clone(), *side)).is_some_and(|list| !list.is_empty());
    let all = [Side::Then, Side::Else].into_iter().filter(full);
    all.map(|side| (id.clone(), side, folds.is_closed(&id, side))).collect()
}

/// Closes the chosen branch; whether anything of it was open.
pub fn close(open: Open) -> bool {
    let still_open: Vec<_> = sides(open).into_iter().filter(|(.., closed)| !closed).collect();
    still_open.iter().for_each(|(id, side, _)| set(open, id, *side, true));
    !still_open.is_empty()
}

/// Opens the chosen branch; whether anything of it was closed.
pub fn open_closed(open: Open) -> bool {
    let closed: Vec<_> = sides(open).into_iter().filter(|(.., closed)| *closed).collect();
    closed.iter().for_each(|(id, side, _)| set(open, id, *side, false));
    !closed.is_empty()
}

/// Closes the side that the chosen node is on.
pub fn close_around(open: Open) {
    let Some(id) = open.selected.get_untracked() else { return };
    let around = open.scene.with_untracked(|scene| scene.layout.node(&id).and_then(|node| node.around.clone()));
    if let Some((branch, side)) = around {
        set(open, &branch, side, true);
    }
}

/// Closes every side.
pub fn close_all(open: Open) {
    let path = open.path.get_untracked();
    open.look.folds.update(|folds| folds.close_all(&path));
    let first = path.path.first().map(|first| first.id.clone());
    let hides = |id: &String| open.scene.with_untracked(|scene| scene.layout.node(id).is_none());
    if open.selected.get_untracked().as_ref().is_some_and(hides) {
        open.select(first);
    }
    super::zoom::fit(open);
    open.session.say(strings::ALL_CLOSED);
}

/// Opens every side.
pub fn open_all(open: Open) {
    open.look.folds.update(escalation_editor::layout::Folds::open_all);
    open.session.say(strings::ALL_OPENED);
}

/// Draws the chosen branch alone, or the one around the chosen node.
pub fn draw_only(open: Open) {
    let Some(id) = open.selected.get_untracked() else { return };
    let path = open.path.get_untracked();
    let Some(found) = tree::find(&path, &id) else { return };
    let branch = match found.node.kind {
        NodeKind::IfElse(_) => Some(id.as_str()),
        _ => found.enclosing.last().copied(),
    };
    // Once more, and all of it is drawn again.
    let is_alone =
        open.look.folds.with_untracked(|folds| folds.only(&path).map(|only| only.node.id.as_str()) == branch);
    only(open, branch.filter(|_| !is_alone).map(str::to_string));
}

/// Draws a branch alone, or the whole path, and says so.
pub fn only(open: Open, branch: Option<String>) {
    let said = branch.as_ref().and_then(|id| open.scene.with_untracked(|s| Some(s.card(id)?.words.title.clone())));
    open.look.folds.update(|folds| folds.draw_only(branch));
    super::zoom::fit(open);
    open.session.say(said.map_or_else(|| strings::WHOLE_SHOWN.to_string(), |title| strings::only(&title)));
}

/// Whether a branch is drawn alone.
pub fn is_alone(open: Open) -> bool {
    let path = open.path.get();
    open.look.folds.with(|folds| folds.only(&path).is_some())
}

/// The sides that are closed, each as one chip, and the buttons that close those that are open.
#[component]
pub fn FoldMarks(seen: Memo<Rect>) -> impl IntoView {
    let open = expect_context::<Open>();
    let chips = move || {
        let seen = seen.get();
        open.scene
            .with(|scene| scene.layout.chips.iter().filter(|chip| chip.rect.meets(&seen)).cloned().collect::<Vec<_>>())
    };
    // On the corner of the line to each open side with something in it.
    let corners = move || {
        let seen = seen.get();
        open.scene.with(|scene| {
            let layout = &scene.layout;
            let corner = |edge: &escalation_editor::layout::Edge| {
                let (EdgeKind::Side(side), Some(branch), Some(_)) = (edge.kind, &edge.from, &edge.to) else {
                    return None;
                };
                let at = *edge.points.get(1)?;
                let near = Rect { x: at.x - HALF, y: at.y - HALF, width: 2 * HALF, height: 2 * HALF }.meets(&seen);
                let is_closed = || layout.chips.iter().any(|chip| chip.side == side && chip.branch == *branch);
                (near && !is_closed()).then(|| (branch.clone(), side, at.x - HALF, at.y - HALF))
            };
            layout.edges.iter().filter_map(corner).collect::<Vec<_>>()
        })
    };
    view! {
        <For each=corners key=Clone::clone let((branch, side, x, y))>
            <button
                class="fold"
                tabindex="-1"
                aria-expanded="true"
                aria-label=strings::close_side(&side_words(open, &branch, side))
                title=strings::CLOSE_SIDE
                style:transform=format!("translate({x}px,{y}px)")
                on:click=move |_| set(open, &branch, side, true)
            >
                <Icon glyph=Glyph::Minus/>
            </button>
        </For>
        <For each=chips key=|chip| (chip.branch.clone(), chip.side, chip.rect.x, chip.rect.y, chip.count) let(chip)>
            <ClosedSide chip/>
        </For>
    }
}

#[component]
fn ClosedSide(chip: Chip) -> impl IntoView {
    let open = expect_context::<Open>();
    let list = ListAt::Of(chip.branch.clone(), chip.side);
    let ids = Memo::new(move |_| inside(&open.path.get(), &list).into_iter().collect::<BTreeSet<_>>());
    let problems = Memo::new(move |_| {
        let in_it = |id: &Option<String>| id.as_ref().is_some_and(|id| ids.with(|ids| ids.contains(id)));
        open.problems.with(|all| all.iter().filter(|problem| in_it(&problem.node_id)).count())
    });
    let has_error = Memo::new(move |_| {
        let in_it = |id: &Option<String>| id.as_ref().is_some_and(|id| ids.with(|ids| ids.contains(id)));
        let is_error = |problem: &Problem| problem.severity == Severity::Error && in_it(&problem.node_id);
        open.problems.with(|all| all.iter().any(is_error))
    });
    let walked = Memo::new(move |_| {
        let until = open.until.get();
        let is_visited =
            |play: &Play, id: &String| play.visits.get(id).is_some_and(|visit| visit.first_by(until).is_some());
        ids.with(|ids| open.play.with(|play| ids.iter().any(|id| is_visited(play, id))))
    });
    let words = side_words(open, &chip.branch, chip.side);
    let label = move || {
        let problems = Some(problems.get()).filter(|count| *count > 0).map(strings::problems);
        strings::open_side(&words, chip.count, problems.as_deref())
    };
    let rect = chip.rect;
    view! {
        <button
            class="closed-side"
            class:walked=move || walked.get()
            tabindex="-1"
            aria-expanded="false"
            aria-label=label
            style:width=format!("{}px", rect.width)
            style:height=format!("{}px", rect.height)
            style:transform=format!("translate({}px,{}px)", rect.x, rect.y)
            on:click=move |_| set(open, &chip.branch, chip.side, false)
        >
            <Icon glyph=Glyph::Plus/>
            {strings::nodes(chip.count)}
            {move || (problems.get() > 0).then(|| view! {
                <span class="mark" class:error=has_error><Icon glyph=Glyph::of_problem(has_error.get())/></span>
            })}
        </button>
    }
}

/// Where one is while a branch is drawn alone, and the ways back.
#[component]
pub fn Crumbs() -> impl IntoView {
    let open = expect_context::<Open>();
    let around = Memo::new(move |_| {
        let path = open.path.get();
        let found = open.look.folds.with(|folds| folds.only(&path))?;
        let ids: Vec<_> = found.enclosing.iter().map(ToString::to_string).collect();
        Some((ids, found.node.id.clone()))
    });
    let title = move |id: &str| open.scene.with(|scene| scene.card(id).map(|card| card.words.title.clone()));
    move || {
        around.get().map(|(ids, here)| {
            let steps = ids.into_iter().map(|id| {
                let words = title(&id);
                view! {
                    <span aria-hidden="true">"/"</span>
                    <button class="link" on:click=move |_| only(open, Some(id.clone()))>{words}</button>
                }
            });
            view! {
                <nav class="alone" aria-label=strings::WHERE>
                    <button class="link" on:click=move |_| only(open, None)>{strings::WHOLE}</button>
                    {steps.collect_view()}
                    <span aria-hidden="true">"/"</span>
                    <strong aria-current="location">{title(&here)}</strong>
                </nav>
            }
        })
    }
}
