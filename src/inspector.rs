//! The details of the chosen node: forms for what can be changed here, words for the rest.

mod level;
mod target;
mod timer;

use std::sync::Arc;

use escalation_api::{NodeKind, Value};
use escalation_editor::tree::{self, PathNode};
use escalation_editor::{Command, words};
use escalation_engine::Severity;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

use crate::editor::problems::FixButton;
use crate::editor::state::Open;
use crate::parts::icon::{Glyph, Icon};
use crate::session::session;
use crate::strings;
use level::{LevelForm, TargetList};
use timer::TimerForm;

#[component]
pub fn Inspector() -> impl IntoView {
    let open = expect_context::<Open>();
    // The form is built anew for another node only; its fields follow the document by themselves.
    let kind = Memo::new(move |_| {
        let id = open.selected.get()?;
        let path = open.path.get();
        let found = tree::find(&path, &id)?;
        Some((id, found.node.kind.type_name().to_string()))
    });
    let body = move || match kind.get() {
        None => view! { <Nothing/> }.into_any(),
        Some((id, kind)) => view! { <Details id kind/> }.into_any(),
    };
    view! { <aside class="inspector" id="inspector" tabindex="-1" aria-label=strings::INSPECTOR>{body}</aside> }
}

#[component]
fn Nothing() -> impl IntoView {
    let open = expect_context::<Open>();
    let rename = move |event: web_sys::Event| {
        open.dispatch(Command::Rename(event_target_value(&event)));
        // What was typed may not have been taken, or not as it was.
        if let Some(field) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok()) {
            field.set_value(&open.path.get_untracked().name);
        }
    };
    view! {
        <label class="field-label" for="path-name">{strings::PATH_NAME}</label>
        <input id="path-name" class="field" prop:value=move || open.path.get().name.clone() on:change=rename maxlength="200"/>
        <p class="hint">{strings::PICK_A_NODE}</p>
        <ProblemList of=None/>
    }
}

/// A node of the open path, for as long as it is there.
pub fn node_memo(open: Open, id: String) -> Memo<Option<Arc<PathNode>>> {
    Memo::new(move |_| {
        let path = open.path.get();
        tree::find(&path, &id).map(|found| Arc::new(found.node.clone()))
    })
}

#[component]
fn Details(id: String, kind: String) -> impl IntoView {
    let open = expect_context::<Open>();
    let node = node_memo(open, id.clone());
    let words = Memo::new(move |_| {
        let index = session().index.get();
        node.get().map(|node| words::node(&node, &open.path.get(), &index))
    });
    let head = move || {
        words.get().map(|words| {
            let subtitle =
                if words.timer.is_empty() { words.title.clone() } else { format!("{}, {}", words.title, words.timer) };
            view! {
                <h2><Icon glyph=words.icon/>{words.kind}</h2>
                <p class="subtitle">{subtitle}</p>
            }
        })
    };
    let form = match kind.as_str() {
        "level" => view! { <LevelForm id=id.clone() node/> }.into_any(),
        "notify_channel" => view! {
            <TargetList id=id.clone() node label=strings::WHO_TOLD/>
            <TimerForm id=id.clone() node label=strings::GO_ON/>
        }
        .into_any(),
        "delay" => view! { <TimerForm id=id.clone() node label=strings::GO_ON_DELAY/> }.into_any(),
        _ => view! { <Plain node/> }.into_any(),
    };
    let delete = {
        let id = id.clone();
        move |_| {
            open.dispatch(Command::Delete(id.clone()));
            crate::canvas::focus_selected(open);
        }
    };
    view! {
        {head}
        <ProblemList of=Some(id)/>
        {form}
        <div class="actions">
            <button class="quiet danger" on:click=delete><Icon glyph=Glyph::Delete/>{strings::DELETE}</button>
        </div>
    }
}

/// What cannot be changed here, as it is stored.
#[component]
fn Plain(node: Memo<Option<Arc<PathNode>>>) -> impl IntoView {
    let raw = move || node.get().map(|node| pretty(&node));
    view! {
        <p class="hint">{strings::READ_ONLY_KIND}</p>
        <details class="raw">
            <summary>{strings::RAW}</summary>
            <pre>{raw}</pre>
        </details>
    }
}

fn pretty(node: &PathNode) -> String {
    use escalation_api::Json as _;
    let mut value = node.write();
    if let NodeKind::IfElse(_) = node.kind {
        // What is in the branch is drawn; here it would only be long.
        for side in ["then_path", "else_path"] {
            if let Some(list) = value.get_mut("if_else").and_then(|branch| branch.get_mut(side)) {
                let count = list.as_array().map_or(0, Vec::len);
                *list = Value::from(format!("… {count}"));
            }
        }
    }
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

/// What is wrong with a node, or with the path as a whole.
#[component]
fn ProblemList(of: Option<String>) -> impl IntoView {
    let open = expect_context::<Open>();
    move || {
        let problems: Vec<_> =
            open.problems.with(|all| all.iter().filter(|p| of.is_none() || p.node_id == of).cloned().collect());
        (!problems.is_empty()).then(|| {
            let rows = problems.into_iter().map(|problem| {
                let class = if problem.severity == Severity::Error { "problem error" } else { "problem" };
                let node_id = problem.node_id.clone();
                let go = move |_| open.select(node_id.clone());
                let link = of.is_none() && problem.node_id.is_some();
                view! {
                    <li class=class>
                        <Icon glyph=Glyph::Warning/>
                        <div>
                            {if link {
                                view! { <button class="link" on:click=go>{problem.message}</button> }.into_any()
                            } else {
                                view! { <strong>{problem.message}</strong> }.into_any()
                            }}
                            <span>{problem.hint}</span>
                            {problem.fix.map(|fix| view! { <FixButton fix/> })}
                        </div>
                        <code>{problem.code.as_str()}</code>
                    </li>
                }
            });
            view! { <ul class="problems" aria-label=strings::PROBLEMS>{rows.collect_view()}</ul> }
        })
    }
}
