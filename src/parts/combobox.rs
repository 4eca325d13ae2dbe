//! A field that finds things by their names: type, go through what fits by arrows, choose by Enter or a click.

use escalation_editor::search;
use leptos::html::Input;
use leptos::prelude::*;

use super::avatar::{Avatar, Of};
use crate::parts::text::folded;
use crate::strings;

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// What it is to the program.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// What it is, or who is meant by it now.
    pub about: String,
    /// How it is drawn.
    pub of: Of,
}

/// The most choices that are shown at once.
const MOST: usize = 50;

#[component]
pub fn Combobox(
    /// Tells this field from others on the page.
    id: &'static str,
    /// What is chosen here, for those who listen.
    label: &'static str,
    /// What is written in the empty field.
    placeholder: &'static str,
    /// All that can be chosen.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// Called with the key of what is chosen.
    choose: impl Fn(String) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let open = RwSignal::new(false);
    let at = RwSignal::new(0_usize);
    let field = NodeRef::<Input>::new();
    let found = Memo::new(move |_| {
        let all = choices.get();
        let names: Vec<_> = all.iter().map(|choice| folded(&choice.name)).collect();
        let fitting = search::find(&folded(&typed.get()), names.iter().map(String::as_str), MOST);
        fitting.into_iter().filter_map(|position| all.get(position).cloned()).collect::<Vec<_>>()
    });
    let option_id = move |position: usize| format!("{id}-{position}");
    let take = move |choice: &Choice| {
        choose(choice.key.clone());
        typed.set(String::new());
        at.set(0);
        open.set(false);
    };
    let keys = move |event: web_sys::KeyboardEvent| {
        let count = found.with(Vec::len);
        match event.key().as_str() {
            "ArrowDown" if !open.get() => open.set(true),
            "ArrowDown" => at.update(|at| *at = (*at + 1) % count.max(1)),
            "ArrowUp" => at.update(|at| *at = (*at + count.max(1) - 1) % count.max(1)),
            "Enter" if open.get() => {
                if let Some(choice) = found.with(|found| found.get(at.get()).cloned()) {
                    take(&choice);
                }
            }
            "Escape" if open.get() => open.set(false),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let active = move || (open.get() && found.with(|found| !found.is_empty())).then(|| option_id(at.get()));
    let options = move || {
        let rows = found.get().into_iter().enumerate().map(|(position, choice)| {
            let chosen = choice.clone();
            view! {
                <li
                    id=option_id(position)
                    role="option"
                    aria-selected=move || (at.get() == position).to_string()
                    // Before the field loses the focus, which closes the list.
                    on:mousedown=move |event| {
                        event.prevent_default();
                        take(&chosen);
                    }
                    on:mousemove=move |_| {
                        if at.get_untracked() != position {
                            at.set(position);
                        }
                    }
                >
                    <Avatar name=choice.name.clone() of=choice.of/>
                    <span class="grow">
                        <strong>{choice.name}</strong>
                        " "
                        <span>{choice.about}</span>
                    </span>
                </li>
            }
        });
        rows.collect_view()
    };
    let none = move || found.with(Vec::is_empty);
    view! {
        <div class="combobox">
            <input
                node_ref=field
                class="field"
                role="combobox"
                aria-label=label
                aria-autocomplete="list"
                aria-expanded=move || open.get().to_string()
                aria-controls=move || open.get().then(|| format!("{id}-list"))
                aria-activedescendant=active
                autocomplete="off"
                placeholder=placeholder
                prop:value=move || typed.get()
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    at.set(0);
                    open.set(true);
                }
                on:click=move |_| open.set(true)
                on:blur=move |_| open.set(false)
                on:keydown=keys
            />
            <Show when=move || open.get()>
                <ul id=format!("{id}-list") class="options" role="listbox" aria-label=label>
                    {options}
                    {move || none().then(|| view! { <li class="none" role="option" aria-selected="false" aria-disabled="true">{strings::NOTHING_FITS}</li> })}
                </ul>
            </Show>
        </div>
    }
}
