//! The details of the chosen node, or of the path itself: a form for all that can be changed.

mod beside;
mod branch;
mod choices;
mod facts;
mod flow;
mod hours;
mod kind;
mod level;
mod path;
mod target;
mod template;
mod timer;
mod week;

use std::sync::Arc;

use escalation_api::{Json as _, NodeKind, Value};
use escalation_editor::tree::{self, PathNode};
use escalation_editor::words;
use leptos::prelude::*;

use crate::canvas::{self, run};
use crate::editor::state::Open;
use crate::parts::icon::{Glyph, Icon};
use crate::parts::keyboard::pressed;
use crate::session::session;
use crate::strings;
use beside::HeadProblems;
use branch::BranchForm;
use facts::NodeFacts;
use flow::{HandOverForm, RepeatForm};
use kind::ChangeKind;
use level::{LevelForm, TargetList};
use path::PathForm;
use timer::TimerForm;

pub use facts::PathFacts;

/// The node that a form is of, for as long as it is there.
pub type NodeMemo = Memo<Option<Arc<PathNode>>>;

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
    let body = move || match (kind.get(), open.session.only_reads()) {
        (None, false) => view! { <PathForm/> }.into_any(),
        (None, true) => view! { <PathFacts/> }.into_any(),
        (Some((id, kind)), only_reads) => view! { <Details id kind only_reads/> }.into_any(),
    };
    // Back to where Enter came from; a field that is open or being typed into takes Escape for itself.
    let keys = move |event: web_sys::KeyboardEvent| {
        if pressed(&event) == "Escape" && !event.default_prevented() {
            event.prevent_default();
            canvas::focus_selected(open);
        }
    };
    view! {
        <aside class="inspector" id="inspector" tabindex="-1" aria-label=strings::INSPECTOR on:keydown=keys>{body}</aside>
    }
}

#[component]
fn Details(
    id: String,
    kind: String,
    /// Whether it is read and not changed.
    only_reads: bool,
) -> impl IntoView {
    let open = expect_context::<Open>();
    let node = node_memo(open, &id);
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
    if only_reads {
        return view! {
            {head}
            <Read id node/>
        }
        .into_any();
    }
    let form = match kind.as_str() {
        "level" => view! { <LevelForm id=id.clone() node/> }.into_any(),
        "notify_channel" => view! {
            <TargetList id=id.clone() node label=strings::WHO_TOLD/>
            <TimerForm id=id.clone() node label=strings::GO_ON/>
        }
        .into_any(),
        "delay" => view! { <TimerForm id=id.clone() node label=strings::GO_ON_DELAY/> }.into_any(),
        "if_else" => view! { <BranchForm id=id.clone() node/> }.into_any(),
        "repeat" => view! { <RepeatForm id=id.clone() node/> }.into_any(),
        "escalation_path" => view! { <HandOverForm id=id.clone() node/> }.into_any(),
        _ => ().into_any(),
    };
    // How many are chosen together with it: they are deleted together, the form is of the one.
    let count = Memo::new(move |_| run::together(open).len());
    let several = move || {
        let count = Some(count.get()).filter(|count| *count > 1)?;
        Some(view! { <p class="hint">{strings::edit::several(count)}</p> })
    };
    view! {
        {head}
        {several}
        <HeadProblems of=Some(id.clone())/>
        {form}
        <Sealed node/>
        <ChangeKind id node/>
        <div class="actions">
            <button class="quiet danger" on:click=move |_| run::delete(open)>
                <Icon glyph=Glyph::Delete/>
                {move || strings::edit::delete(count.get())}
            </button>
        </div>
    }
    .into_any()
}

fn node_memo(open: Open, id: &str) -> NodeMemo {
    let id = id.to_string();
    Memo::new(move |_| {
        let path = open.path.get();
        tree::find(&path, &id).map(|found| Arc::new(found.node.clone()))
    })
}

/// What a node says, for those who read: all but its name.
#[component]
pub fn NodeDetails(id: String) -> impl IntoView {
    let node = node_memo(expect_context::<Open>(), &id);
    view! { <Read id node/> }
}

#[component]
fn Read(id: String, node: NodeMemo) -> impl IntoView {
    view! {
        <HeadProblems of=Some(id)/>
        <NodeFacts node/>
        <Sealed node/>
    }
}

/// What is not understood here, as it is stored.
#[component]
fn Sealed(node: NodeMemo) -> impl IntoView {
    move || {
        let node = node.get().filter(|node| matches!(node.kind, NodeKind::Sealed(_)))?;
        let why = match node.kind.type_name() {
            "voicemail" => strings::forms::VOICEMAIL,
            _ => strings::forms::SEALED,
        };
        Some(view! {
            <p class="hint">{why}</p>
            <Raw value=node.write()/>
        })
    }
}

/// A value as it is stored.
#[component]
pub fn Raw(value: Value) -> impl IntoView {
    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
    view! {
        <details class="raw">
            <summary>{strings::RAW}</summary>
            <pre tabindex="0">{text}</pre>
        </details>
    }
}
