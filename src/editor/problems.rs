//! All that is wrong with the path: a list that hangs on the bar, and a walk from one to the next.

use escalation_editor::{Command, problems};
use escalation_engine::check::{Fix, is_refused};
use escalation_engine::{Problem, Severity};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, KeyboardEvent};

use super::about::Code;
use super::state::Open;
use crate::canvas::look::Overlay;
use crate::canvas::{self, shapes};
use crate::later;
use crate::parts::focus;
use crate::parts::icon::{Glyph, Icon};
use crate::parts::keyboard::pressed;
use crate::parts::popover::{self, Hanging};
use crate::place::Place;
use crate::strings;

/// Goes to the next problem, or to the one before, and says which it is.
pub fn walk(open: Open, forward: bool) {
    let all = open.problems.get_untracked();
    let now = open.look.problem.get_untracked();
    let next = problems::walk(&all, now.as_ref(), forward);
    let Some((position, problem)) = next.and_then(|next| Some((next, all.get(next)?))) else {
        return open.session.say(strings::NO_PROBLEMS);
    };
    go_to(open, problem);
    open.session.say(strings::problem_of(position + 1, all.len(), &problem.text(), &problem.hint));
}

/// Shows the node of a problem, and its field in the details.
fn go_to(open: Open, problem: &Problem) {
    open.look.problem.set(Some(problem.clone()));
    open.look.close();
    match &problem.node_id {
        Some(id) => canvas::go_to(open, id),
        None => open.select(None),
    }
    let field = problems::place(problem).to_string();
    // Once the details are those of the node.
    request_animation_frame(move || show_field(open, &field));
}

/// Scrolls the details to what comes nearest to a field. Elements name theirs with `data-field`, one or several.
fn show_field(open: Open, field: &str) {
    let Some(fields) = open.session.place.find_all("#inspector [data-field]") else { return };
    let elements = (0..fields.length()).filter_map(|at| fields.get(at)?.dyn_into::<Element>().ok());
    let named = elements.flat_map(|element| {
        let names = element.get_attribute("data-field").unwrap_or_default();
        names.split(' ').map(|name| (name.to_string(), element.clone())).collect::<Vec<_>>()
    });
    // The one that names most of it.
    let inside = named.filter(|(name, _)| {
        field.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    if let Some((_, element)) = inside.max_by_key(|(name, _)| name.len()) {
        element.scroll_into_view();
    }
}

/// How many problems there are, and the list of them.
#[component]
pub fn ProblemsPill() -> impl IntoView {
    let open = expect_context::<Open>();
    let count = Memo::new(move |_| {
        open.problems.with(|problems| problems.iter().filter(|problem| !shapes::answer(open, problem)).count())
    });
    // Red is what cannot be saved.
    let errors = Memo::new(move |_| open.problems.with(|problems| is_refused(problems)));
    let shown = move || open.look.overlay.get() == Some(Overlay::Problems);
    let pill = NodeRef::<html::Button>::new();
    // The list goes with the last problem.
    Effect::new(move || {
        if count.get() == 0 && open.look.overlay.get_untracked() == Some(Overlay::Problems) {
            open.look.close();
        }
    });
    let close = move || {
        open.look.close();
        if let Some(pill) = pill.get_untracked() {
            let _gone = pill.focus();
        }
    };
    move || {
        (count.get() > 0).then(|| {
            view! {
                <div class="hung">
                    <button
                        class="pill"
                        class:warn=move || !errors.get()
                        class:bad=move || errors.get()
                        node_ref=pill
                        aria-expanded=move || shown().to_string()
                        aria-haspopup="dialog"
                        title=strings::PROBLEMS_KEYS
                        on:click=move |_| open.look.toggle(Overlay::Problems)
                    >
                        {move || view! { <Icon glyph=Glyph::of_problem(errors.get())/> }}
                        {move || strings::problems(count.get())}
                    </button>
                    <Show when=shown>{move || later::edit().map(|edit| (edit.problems)(pill, Callback::new(move |()| close())))}</Show>
                </div>
            }
        })
    }
}

/// The list of them.
#[component]
pub fn ProblemsList(pill: NodeRef<html::Button>, close: Callback<()>) -> impl IntoView {
    let open = expect_context::<Open>();
    let list = NodeRef::<html::Div>::new();
    popover::hang(list, Hanging::Below, f64::INFINITY, move || Some(popover::rect_of(&pill.try_get_untracked()??)));
    Effect::new(move || {
        let first = list.get().and_then(|list| list.query_selector("button").ok().flatten());
        focus::give(first);
    });
    let keys = move |event: KeyboardEvent| {
        match pressed(&event).as_str() {
            "Escape" => close.run(()),
            "ArrowDown" => move_focus(list, 1),
            "ArrowUp" => move_focus(list, -1),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    // Whoever goes elsewhere is done with it; to the pill it is for the pill to close it. A page about a problem lies in
    // front of it.
    let left = move |event: web_sys::FocusEvent| {
        let to = event.related_target().and_then(|to| to.dyn_into::<Element>().ok());
        let stays = to.as_ref().is_none_or(|to| to.closest(".hung, dialog").ok().flatten().is_some());
        if !stays {
            open.look.close();
        }
    };
    let groups = move || {
        let groups = problems::by_severity(&open.problems.get());
        groups.into_iter().map(|(severity, problems)| view! { <Group severity problems/> }).collect_view()
    };
    view! {
        <div class="popover problems-list" popover="manual" role="dialog" aria-label=strings::PROBLEMS node_ref=list on:keydown=keys on:focusout=left>
            {groups}
        </div>
        <div class="behind" on:click=move |_| open.look.close()></div>
    }
}

#[component]
fn Group(severity: Severity, problems: Vec<Problem>) -> impl IntoView {
    let (title, class) = match severity {
        Severity::Error => (strings::ERRORS, "problem error"),
        Severity::Warning => (strings::WARNINGS, "problem"),
        Severity::Info => (strings::INFOS, "problem"),
    };
    let rows = problems.into_iter().map(|problem| view! { <Row problem class/> }).collect_view();
    view! {
        <h2>{title}</h2>
        <ul class="problems">{rows}</ul>
    }
}

#[component]
fn Row(problem: Problem, class: &'static str) -> impl IntoView {
    let open = expect_context::<Open>();
    let card = problem.node_id.as_ref().and_then(|id| open.scene.with_untracked(|scene| scene.card(id).cloned()));
    let place = card.map_or_else(|| strings::WHOLE_PATH.to_string(), |card| card.words.title);
    let fix = problem.fix.clone();
    let glyph = Glyph::of_problem(problem.severity == Severity::Error);
    let (code, message, hint) = (problem.code.as_str(), problem.message.clone(), problem.hint.clone());
    view! {
        <li class=class>
            <Icon glyph=glyph/>
            <div>
                <span class="place">{place}</span>
                " "
                <button class="link" on:click=move |_| go_to(open, &problem)>{message}</button>
                " "
                <span>{hint}</span>
                {fix.map(|fix| view! { <FixButton fix/> })}
            </div>
            <Code code/>
        </li>
    }
}

/// Mends a problem in one go.
#[component]
pub fn FixButton(fix: Fix) -> impl IntoView {
    let open = expect_context::<Open>();
    let title = fix.title.clone();
    let mend = move |_| {
        open.dispatch(Command::Fix(Box::new(fix.clone())));
        // The button goes with the problem; what is next in the list is next for the focus.
        request_animation_frame(move || {
            if focus::is_nowhere() {
                focus::give(open.session.place.find(".problems-list button, #inspector"));
            }
        });
    };
    let may = move || !open.session.only_reads();
    view! { <Show when=may><button class="quiet fix" on:click=mend.clone()>{title.clone()}</button></Show> }
}

/// Moves the focus from one button of the list to the next, or back.
fn move_focus(list: NodeRef<html::Div>, by: i32) {
    let Some(buttons) = list.get_untracked().and_then(|list| list.query_selector_all("button").ok()) else { return };
    let active = Place::in_use().active();
    let of = |at: u32| buttons.get(at).and_then(|button| button.dyn_into::<Element>().ok());
    let at = (0..buttons.length()).find(|at| of(*at) == active).unwrap_or(0);
    focus::give(at.checked_add_signed(by).and_then(of));
}
