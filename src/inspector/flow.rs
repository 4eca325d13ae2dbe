//! The forms of what goes elsewhere: repeats and hand-overs.

use escalation_api::NodeKind;
use escalation_editor::command::legal_repeat_targets;
use escalation_editor::{Command, numerals, words};
use leptos::prelude::*;

use super::beside::{FieldProblems, whole};
use super::{NodeMemo, choices};
use crate::canvas::point;
use crate::editor::state::Open;
use crate::parts::combobox::Combobox;
use crate::parts::typed::Typed;
use crate::route::Route;
use crate::session::session;
use crate::strings;

#[component]
pub fn RepeatForm(id: String, node: NodeMemo) -> impl IntoView {
    let open = expect_context::<Open>();
    let stored = StoredValue::new(id.clone());
    let repeat = move || match node.get().as_deref().map(|node| &node.kind) {
        Some(NodeKind::Repeat(repeat)) => (repeat.to_node.clone(), repeat.repeat_times),
        _ => (String::new(), 0),
    };
    let to = Memo::new(move |_| repeat().0);
    let times = Memo::new(move |_| repeat().1);
    let options = move || {
        let (path, index, now) = (open.path.get(), session().index.get(), to.get());
        let mut targets = legal_repeat_targets(&path, &stored.get_value());
        // One that is not legal is kept for as long as nothing else is chosen.
        if !targets.contains(&now) {
            targets.push(now.clone());
        }
        let option = |target: String| {
            let words = words::repeat_target(&target, &path, &index);
            let selected = target == now;
            view! { <option value=target selected=selected>{words}</option> }
        };
        targets.into_iter().map(option).collect_view()
    };
    let choose = move |event| {
        open.dispatch(Command::SetRepeatTarget(stored.get_value(), event_target_value(&event)));
    };
    let take = move |text: String| {
        let times = numerals::count(&text)?;
        open.try_dispatch(Command::SetRepeatTimes(stored.get_value(), times))
    };
    view! {
        <div data-field="to_node">
            <label class="field-label" for="repeat-to">{strings::forms::BACK_TO}</label>
            <select id="repeat-to" class="field" prop:value=move || to.get() on:change=choose>{options}</select>
            <FieldProblems of=id.clone() fields=whole(&["to_node"])/>
            <button class="quiet beneath" on:click=move |_| point::begin(open)>{strings::CHOOSE_TARGET}</button>
        </div>
        <div data-field="repeat_times">
            <label class="field-label" for="repeat-times">{strings::forms::TIMES}</label>
            <Typed id="repeat-times" label=strings::forms::TIMES told=Signal::derive(move || times.get().to_string()) take most=6/>
            <p class="hint">{move || strings::forms::runs(times.get())}</p>
            <FieldProblems of=id fields=whole(&["repeat_times"])/>
        </div>
    }
}

#[component]
pub fn HandOverForm(id: String, node: NodeMemo) -> impl IntoView {
    let open = expect_context::<Open>();
    let index = session().index;
    let stored = StoredValue::new(id.clone());
    let to = Memo::new(move |_| match node.get().as_deref().map(|node| &node.kind) {
        Some(NodeKind::HandOver(hand_over)) => hand_over.escalation_path_id.clone(),
        _ => String::new(),
    });
    let name = Memo::new(move |_| index.with(|index| index.path(&to.get()).map(|path| path.name.clone())));
    let choices = Memo::new(move |_| choices::paths(session(), &open.id.get()));
    let choose = move |path: String| open.dispatch(Command::SetHandOver(stored.get_value(), path));
    // One that is not known is shown by its id.
    let shown = Signal::derive(move || Some(name.get().unwrap_or_else(|| to.get())));
    let link = move || {
        name.get().map(|name| {
            view! { <a class="quiet beneath" href=Route::Path(to.get()).href()>{strings::forms::open_path(&name)}</a> }
        })
    };
    view! {
        <div data-field="escalation_path_id">
            <label class="field-label" for="hand-over">{strings::forms::GO_ON_IN}</label>
            <Combobox id="hand-over" label=strings::forms::GO_ON_IN placeholder=strings::forms::PICK_PATH shown choices choose/>
            <FieldProblems of=id fields=whole(&["escalation_path_id"])/>
            {link}
        </div>
    }
}
