//! Making a level, a channel or a delay another one of these, with what is lost said first.

use escalation_editor::command::{Kind, Loss, loses};
use escalation_editor::{Command, words};
use leptos::html;
use leptos::prelude::*;

use super::NodeMemo;
use crate::editor::state::Open;
use crate::parts::focus;
use crate::session::session;
use crate::strings;

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Level => strings::forms::TO_LEVEL,
        Kind::NotifyChannel => strings::forms::TO_CHANNEL,
        _ => strings::forms::TO_DELAY,
    }
}

#[component]
pub fn ChangeKind(id: String, node: NodeMemo) -> impl IntoView {
    let open = expect_context::<Open>();
    let id = StoredValue::new(id);
    // The buttons stay where they are while something else of the node changes: one of them may have the focus.
    let now =
        Memo::new(move |_| node.get().and_then(|node| Kind::of(&node)).filter(|kind| Kind::CHANGEABLE.contains(kind)));
    // The change that is asked about.
    let asked = RwSignal::new(None::<(Kind, Vec<Loss>)>);
    let change = move |kind| {
        asked.set(None);
        open.dispatch(Command::ChangeKind(id.get_value(), kind));
        crate::canvas::focus_selected(open);
    };
    let ask = move |kind| {
        let losses = loses(&open.path.get_untracked(), &id.get_value(), kind);
        if losses.is_empty() { change(kind) } else { asked.set(Some((kind, losses))) }
    };
    let buttons = move || {
        now.get().map(|now| {
            let others = Kind::CHANGEABLE.into_iter().filter(move |kind| *kind != now);
            let buttons = others.map(|kind| {
                view! { <button class="quiet" id=button_id(kind) on:click=move |_| ask(kind)>{name(kind)}</button> }
            });
            view! {
                <span class="field-label">{strings::forms::CHANGE_INTO}</span>
                <div class="chip-choices">{buttons.collect_view()}</div>
            }
        })
    };
    let question = move || {
        asked.get().map(|(kind, losses)| {
            view! { <Question kind losses change=move || change(kind) leave=move || {
                asked.set(None);
                focus::give_to(&button_id(kind));
            }/> }
        })
    };
    view! { {buttons} {question} }
}

fn button_id(kind: Kind) -> String {
    format!("change-into-{kind:?}")
}

#[component]
fn Question(
    kind: Kind,
    losses: Vec<Loss>,
    change: impl Fn() + Copy + Send + 'static,
    leave: impl Fn() + Copy + Send + 'static,
) -> impl IntoView {
    let index = session().index.get_untracked();
    let rows = losses.iter().map(|loss| view! { <li>{words::loss(loss, &index)}</li> }).collect_view();
    let keep = NodeRef::<html::Button>::new();
    // Whoever presses Enter once more loses nothing.
    Effect::new(move |_| {
        if let Some(keep) = keep.get() {
            let _gone = keep.focus();
        }
    });
    view! {
        <div class="loss-question" role="group" aria-label=strings::forms::LOST>
            <strong>{strings::forms::LOST}</strong>
            <ul>{rows}</ul>
            <div class="chip-choices">
                <button class="quiet" node_ref=keep on:click=move |_| leave()>{strings::forms::KEEP}</button>
                <button class="quiet danger" on:click=move |_| change()>{strings::forms::change_to(name(kind))}</button>
            </div>
        </div>
    }
}
