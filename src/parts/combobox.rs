//! A field that finds things by their names: type, go through what fits by arrows, choose by Enter or a click.

use escalation_editor::search;
use leptos::html::{self, Input};
use leptos::prelude::*;

use super::avatar::{Avatar, Of};
use super::keyboard::pressed;
use super::popover::{self, Hanging};
use super::scroll;
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

/// How high the list is at most, in pixels.
const HIGH: f64 = 264.0;

/// The most choices that are shown at once.
const MOST: usize = 50;

#[component]
pub fn Combobox(
    /// Tells this field from others on the page.
    #[prop(into)]
    id: String,
    /// What is chosen here, for those who listen.
    #[prop(into)]
    label: String,
    /// What is written in the empty field.
    placeholder: &'static str,
    /// What is chosen already; a field that adds to a list has nothing.
    #[prop(optional, into)]
    shown: MaybeProp<String>,
    /// All that can be chosen.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// Says more of those that are shown, where that takes too long to say of all.
    #[prop(optional)]
    tell: Option<fn(&Choice) -> String>,
    /// Called with the key of what is chosen.
    choose: impl Fn(String) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    // Nothing while nobody types: then the field shows what is chosen.
    let typed = RwSignal::new(None::<String>);
    let open = RwSignal::new(false);
    let at = RwSignal::new(0_usize);
    let field = NodeRef::<Input>::new();
    let names =
        Memo::new(move |_| choices.with(|all| all.iter().map(|choice| folded(&choice.name)).collect::<Vec<_>>()));
    // One more than is shown tells that there are more.
    let fitting = Memo::new(move |_| {
        let sought = folded(&typed.get().unwrap_or_default());
        names.with(|names| search::find(&sought, names.iter().map(String::as_str), MOST + 1))
    });
    let has_more = move || fitting.with(|fitting| fitting.len() > MOST);
    let found = Memo::new(move |_| {
        let (all, fitting) = (choices.get(), fitting.get());
        fitting.into_iter().take(MOST).filter_map(|position| all.get(position).cloned()).collect::<Vec<_>>()
    });
    let id = StoredValue::new(id);
    let option_id = move |position: usize| format!("{}-{position}", id.get_value());
    let list_id = move || format!("{}-list", id.get_value());
    let close = move || {
        typed.set(None);
        at.set(0);
        open.set(false);
    };
    let take = move |choice: &Choice| {
        close();
        choose(choice.key.clone());
    };
    // What is gone to by arrows is seen.
    let go = move |position: usize| {
        at.set(position);
        scroll::reveal(&list_id(), &option_id(position));
    };
    let keys = move |event: web_sys::KeyboardEvent| {
        let count = found.with(Vec::len);
        match pressed(&event).as_str() {
            "ArrowDown" if !open.get() => open.set(true),
            "ArrowDown" => go((at.get() + 1) % count.max(1)),
            "ArrowUp" => go((at.get() + count.max(1) - 1) % count.max(1)),
            "Enter" if open.get() => {
                if let Some(choice) = found.with(|found| found.get(at.get()).cloned()) {
                    take(&choice);
                }
            }
            "Escape" if open.get() => {
                // What is chosen already stays so.
                if shown.get_untracked().is_some() {
                    close();
                }
                open.set(false);
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let active = move || (open.get() && found.with(|found| !found.is_empty())).then(|| option_id(at.get()));
    let options = move || {
        let rows = found.get().into_iter().enumerate().map(|(position, choice)| {
            let chosen = choice.clone();
            let about = tell.map_or_else(|| choice.about.clone(), |tell| tell(&choice));
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
                        <span>{about}</span>
                    </span>
                </li>
            }
        });
        rows.collect_view()
    };
    let list_label = StoredValue::new(label.clone());
    let none = move || found.with(Vec::is_empty);
    view! {
        <div class="combobox">
            <input
                node_ref=field
                class="field"
                role="combobox"
                id=id.get_value()
                aria-label=label.clone()
                aria-autocomplete="list"
                aria-expanded=move || open.get().to_string()
                aria-controls=move || open.get().then(list_id)
                aria-activedescendant=active
                autocomplete="off"
                dir="auto"
                placeholder=placeholder
                prop:value=move || typed.get().or_else(|| shown.get()).unwrap_or_default()
                on:input=move |event| {
                    typed.set(Some(event_target_value(&event)));
                    at.set(0);
                    open.set(true);
                }
                on:click=move |_| open.set(true)
                on:focus=move |_| {
                    // What is typed next takes its place.
                    if shown.with_untracked(Option::is_some) && let Some(field) = field.get_untracked() {
                        field.select();
                    }
                }
                on:blur=move |_| {
                    // A field that goes with its screen is left, too, when nothing of it is there any more.
                    if open.try_set(false).is_none() && shown.with_untracked(Option::is_some) {
                        close();
                    }
                }
                on:keydown=keys
            />
            <Show when=move || open.get()>
                <Options id=list_id() label=list_label.get_value() field>
                    {options}
                    {move || none().then(|| view! { <li class="none" role="option" aria-selected="false" aria-disabled="true">{strings::NOTHING_FITS}</li> })}
                    {move || has_more().then(|| view! { <li class="none" role="option" aria-selected="false" aria-disabled="true">{strings::MORE_FIT}</li> })}
                </Options>
            </Show>
        </div>
    }
}

/// The list that hangs on the field, as wide as it.
#[component]
fn Options(id: String, label: String, field: NodeRef<Input>, children: Children) -> impl IntoView {
    let list = NodeRef::<html::Ul>::new();
    popover::hang(list, Hanging::Below, HIGH, move || Some(popover::rect_of(&field.try_get_untracked()??)));
    view! {
        <ul id=id class="popover options" popover="manual" role="listbox" aria-label=label node_ref=list>
            {children()}
        </ul>
    }
}
