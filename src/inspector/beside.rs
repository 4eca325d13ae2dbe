//! Problems where they are: beside the field that they are about, or in the head of the form.

use escalation_editor::problems::{Field, beside, of_node, of_path};
use escalation_editor::tree;
use escalation_engine::{Problem, Severity};
use leptos::prelude::*;

use crate::canvas::{self, shapes};
use crate::editor::about::Code;
use crate::editor::problems::FixButton;
use crate::editor::state::Open;
use crate::parts::icon::{Glyph, Icon};
use crate::strings;

/// What is wrong with some fields of a node, or of the path itself.
#[component]
pub fn FieldProblems(
    /// The node.
    #[prop(into)]
    of: Option<String>,
    /// The fields.
    fields: Vec<Field>,
) -> impl IntoView {
    let open = expect_context::<Open>();
    let found = Memo::new(move |_| {
        let all = open.problems.get();
        beside(&all, of.as_deref(), &fields).into_iter().cloned().collect::<Vec<_>>()
    });
    move || found.with(|found| (!found.is_empty()).then(|| list(found, false)))
}

/// Fields with all that is in them.
pub fn whole(names: &[&str]) -> Vec<Field> {
    names.iter().map(|name| Field::Whole((*name).to_string())).collect()
}

/// What is wrong with a node, or with the path, that no field is about. For the path also what is wrong with its nodes,
/// each with the way there.
#[component]
pub fn HeadProblems(
    /// The node.
    of: Option<String>,
) -> impl IntoView {
    let open = expect_context::<Open>();
    let leads = of.is_none();
    let found = Memo::new(move |_| {
        let (all, path) = (open.problems.get(), open.path.get());
        let found = match &of {
            Some(id) => tree::find(&path, id).map(|found| of_node(&all, found.node)).unwrap_or_default(),
            None => {
                let own = of_path(&all, &path).into_iter().filter(|problem| !shapes::answer(open, problem));
                own.chain(all.iter().filter(|problem| problem.node_id.is_some())).collect()
            }
        };
        found.into_iter().cloned().collect::<Vec<Problem>>()
    });
    move || found.with(|found| (!found.is_empty()).then(|| list(found, leads)))
}

fn list(problems: &[Problem], leads: bool) -> impl IntoView + use<> {
    let rows = problems.iter().cloned().map(|problem| view! { <Row problem leads/> }).collect_view();
    view! { <ul class="problems" aria-label=strings::PROBLEMS>{rows}</ul> }
}

#[component]
fn Row(
    problem: Problem,
    /// Whether there is a way to its node.
    leads: bool,
) -> impl IntoView {
    let open = expect_context::<Open>();
    let text = problem.text();
    let Problem { code, severity, node_id, message, hint, fix, .. } = problem;
    let class = if severity == Severity::Error { "problem error" } else { "problem" };
    let go = {
        let node_id = node_id.clone();
        move |_| {
            if let Some(id) = &node_id {
                canvas::go_to(open, id);
            }
        }
    };
    let message = if leads && node_id.is_some() {
        view! { <button class="link" on:click=go>{text}</button> }.into_any()
    } else {
        view! { <strong>{message}</strong> }.into_any()
    };
    view! {
        <li class=class>
            <Icon glyph=Glyph::of_problem(severity == Severity::Error)/>
            <div>
                {message}
                " "
                <span>{hint}</span>
                {fix.map(|fix| view! { <FixButton fix/> })}
            </div>
            <Code code=code.as_str()/>
        </li>
    }
}
