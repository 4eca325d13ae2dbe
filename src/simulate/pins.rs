//! What the scenario decides and the path does not: which way to go at branches whose condition cannot be known, and
//! whose turn it is first.

use escalation_editor::pins::{self, BranchChoice, RotationStart};
use escalation_engine::scenario::Branch;
use leptos::prelude::*;

use super::controls::assume;
use crate::editor::state::Open;
use crate::parts::focus;
use crate::strings;

fn said(pin: &BranchChoice, side: Option<Branch>) -> String {
    let [then, otherwise] = &pin.sides;
    match side {
        Some(Branch::Then) => strings::assume::pinned(&pin.title, then),
        Some(Branch::Else) => strings::assume::pinned(&pin.title, otherwise),
        None => strings::assume::not_pinned(&pin.title),
    }
}

fn pin(open: Open, pin: &BranchChoice, side: Option<Branch>) {
    let (said, id) = (said(pin, side), pin.node_id.clone());
    assume(open, said, |more| pins::set_pin(more, &id, side));
}

/// The branches that could not be decided, each with the way that it is to go.
#[component]
pub fn Branches() -> impl IntoView {
    let open = expect_context::<Open>();
    let all = Memo::new(move |_| {
        let (trace, path, index) = (open.trace.get(), open.drawn.get(), open.session.index.get());
        open.assumed.more.with(|more| pins::pins(&trace, more, &path, &index))
    });
    let row = move |one: BranchChoice| {
        let label = one.title.clone();
        let [then, otherwise] = one.sides.clone();
        let choices =
            [(Some(Branch::Then), then), (Some(Branch::Else), otherwise), (None, strings::assume::OPEN.to_string())];
        let choices = choices.map(|(side, words)| {
            let (one, id) = (one.clone(), one.node_id.clone());
            // It changes where it stands, and is not drawn anew: whoever pressed it stays on it.
            let pressed = move || open.assumed.more.with(|more| pins::pinned(more, &id) == side).to_string();
            view! {
                <button type="button" aria-pressed=pressed on:click=move |_| pin(open, &one, side)>
                    {words}
                </button>
            }
        });
        view! {
            <li>
                <span class="pin-title">{label.clone()}</span>
                <div class="segments" role="group" aria-label=label>{choices.collect_view()}</div>
            </li>
        }
    };
    view! {
        <Show when=move || all.with(|all| !all.is_empty())>
            <h4>{strings::assume::BRANCHES}</h4>
            <ul class="pins">
                <For each=move || all.get() key=|one| (one.node_id.clone(), one.title.clone(), one.sides.clone()) children=row/>
            </ul>
        </Show>
    }
}

/// Who begins on each level with round robin.
#[component]
pub fn Turns() -> impl IntoView {
    let open = expect_context::<Open>();
    let all = Memo::new(move |_| {
        let (compiled, path, index) = (open.compiled.get(), open.drawn.get(), open.session.index.get());
        open.assumed.more.with(|more| pins::turns(&compiled, more, &path, &index))
    });
    // A row stays what it is while another of its people is chosen: whoever chose stays on it.
    let key = |turn: &RotationStart| {
        let foreign = turn.first.clone().filter(|id| turn.people.iter().all(|(known, _)| known != id));
        (turn.node_id.clone(), turn.title.clone(), turn.side.clone(), turn.people.clone(), foreign)
    };
    let row = move |turn: RotationStart| {
        let RotationStart { node_id, title, side, mut people, first } = turn;
        let title = side.map_or(title.clone(), |side| format!("{title}, {}", strings::on_side(&side)));
        // Somebody who is not on the level any more stays chosen.
        if let Some(id) = first.clone().filter(|id| people.iter().all(|(known, _)| known != id)) {
            let name = open.session.index.with_untracked(|index| index.user_name(&id).to_string());
            people.push((id, name));
        }
        let names = people.clone();
        let at_first = first.unwrap_or_default();
        let options = people.into_iter().map(|(id, name)| {
            let selected = id == at_first;
            view! { <option value=id selected=selected>{name}</option> }
        });
        let spoken = strings::assume::first_on(&title);
        let about = title.clone();
        let level = node_id.clone();
        let now = move || open.assumed.more.with(|more| more.round_robin.get(&level).cloned().unwrap_or_default());
        let change = move |event| {
            let id = event_target_value(&event);
            let name = names.iter().find(|(known, _)| *known == id).map(|(_, name)| name.as_str());
            let said = strings::assume::turn(&about, name);
            let node = node_id.clone();
            assume(open, said, |more| {
                if id.is_empty() {
                    more.round_robin.remove(&node);
                } else {
                    more.round_robin.insert(node, id);
                }
            });
        };
        view! {
            <li>
                <span class="pin-title">{title}</span>
                <select class="field" aria-label=spoken prop:value=now on:change=change>
                    <option value="" selected=at_first.is_empty()>{strings::assume::FIRST_OF_LEVEL}</option>
                    {options.collect_view()}
                </select>
            </li>
        }
    };
    view! {
        <Show when=move || all.with(|all| !all.is_empty())>
            <h4>{strings::assume::TURNS}</h4>
            <ul class="pins"><For each=move || all.get() key=key children=row/></ul>
            <p class="hint">{strings::assume::TURNS_HINT}</p>
        </Show>
    }
}

/// Which way to go on where a run stopped, beside the step that says so.
#[component]
pub fn Decide(node_id: String) -> impl IntoView {
    let open = expect_context::<Open>();
    let (path, index) = (open.drawn.get_untracked(), open.session.index.get_untracked());
    let one = open.assumed.more.with_untracked(|more| pins::pin(&node_id, more, &path, &index));
    let choices = [Branch::Then, Branch::Else].into_iter().zip(one.sides.clone()).map(|(side, words)| {
        let one = one.clone();
        let press = move |event: web_sys::MouseEvent| {
            // The step itself is not chosen.
            event.stop_propagation();
            assume(open, said(&one, Some(side)), |more| pins::decide(more, &one.node_id, side));
            focus::give_to("tab-simulate");
        };
        view! { <button type="button" class="quiet" on:click=press>{strings::assume::go(&words)}</button> }
    });
    view! { <span class="decide">{choices.collect_view()}</span> }
}
