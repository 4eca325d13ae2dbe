//! All that can be done, and all that can be gone to, by typing part of its name.

use escalation_editor::{ListAt, Side, search};
use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::actions::{self, Action, shown};
use super::state::Open;
use crate::canvas;
use crate::canvas::look::Overlay;
use crate::parts::dialog::Dialog;
use crate::parts::keyboard::pressed;
use crate::parts::scroll;
use crate::parts::text::folded;
use crate::route::Route;
use crate::session::session;
use crate::strings;

/// One line of the palette.
#[derive(Clone)]
struct Item {
    name: String,
    about: String,
    /// Other words by which it is found.
    also: &'static str,
    what: PaletteTarget,
}

#[derive(Clone)]
enum PaletteTarget {
    Action(&'static Action),
    Node(String),
    Path(String),
}

/// The most lines that are shown at once.
const MOST: usize = 60;

#[component]
pub fn Palette() -> impl IntoView {
    let open = expect_context::<Open>();
    view! {
        <Show when=move || open.look.overlay.get() == Some(Overlay::Palette)>
            <Dialog label=strings::PALETTE class="palette" light=true leave=move || open.look.close()>
                <Lines/>
            </Dialog>
        </Show>
    }
}

/// All lines: what can be done now, then the steps of this path, then the other paths.
fn items(open: Open) -> Vec<Item> {
    let possible = actions::all().filter(|action| action.is_possible(open));
    let mut items: Vec<_> = possible
        .map(|action| Item {
            name: action.title(),
            about: action.keys.first().map(|key| shown(key)).unwrap_or_default(),
            also: action.found_by,
            what: PaletteTarget::Action(action),
        })
        .collect();
    let path = open.path.get();
    let scene = open.scene.get();
    escalation_editor::tree::walk(&path, |found| {
        if let Some(card) = scene.card(&found.node.id) {
            let (name, what) = (card.words.title.clone(), PaletteTarget::Node(found.node.id.clone()));
            // Steps of one name are told apart by the side that they are on.
            let side = if let ListAt::Of(branch, side) = &found.slot.list {
                scene.card(branch).and_then(|branch| branch.sides.as_ref()?.get(usize::from(*side == Side::Else)))
            } else {
                None
            };
            let about = strings::kind_on_side(&card.words.kind, side.map(String::as_str));
            items.push(Item { name, about, also: "", what });
        }
    });
    let here = open.id.get();
    let index = session().index.get();
    let others = index.world().paths.iter().filter(|path| path.id != here);
    items.extend(others.map(|path| Item {
        name: path.name.clone(),
        about: strings::PATH.to_string(),
        also: "",
        what: PaletteTarget::Path(path.id.clone()),
    }));
    items
}

fn choose(open: Open, what: &PaletteTarget) {
    open.look.close();
    match what {
        PaletteTarget::Action(action) => (action.run)(open),
        PaletteTarget::Node(id) => canvas::go_to(open, id),
        PaletteTarget::Path(id) => {
            open.session.place.go(&Route::Path(id.clone()).href());
        }
    }
}

#[component]
fn Lines() -> impl IntoView {
    let open = expect_context::<Open>();
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let all = StoredValue::new(untrack(|| items(open)));
    let names = StoredValue::new(all.with_value(|all| {
        all.iter().map(|item| folded(&format!("{} {} {}", item.name, item.about, item.also))).collect::<Vec<_>>()
    }));
    // One more than is shown tells that there are more.
    let fitting = Memo::new(move |_| {
        let typed = folded(&typed.get());
        names.with_value(|names| search::find(&typed, names.iter().map(String::as_str), MOST + 1))
    });
    let has_more = move || fitting.with(|fitting| fitting.len() > MOST);
    let found = Memo::new(move |_| fitting.with(|fitting| fitting.iter().copied().take(MOST).collect::<Vec<_>>()));
    let take = move |position: usize| {
        let what = found.with_untracked(|found| found.get(position).copied());
        let what = what.and_then(|item| all.with_value(|all| all.get(item).map(|item| item.what.clone())));
        if let Some(what) = what {
            choose(open, &what);
        }
    };
    let option_id = |position: usize| format!("palette-{position}");
    let press = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len).max(1);
        match pressed(&event).as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" => take(at.get_untracked()),
            _ => return,
        }
        event.prevent_default();
    };
    // What is chosen by arrows stays in view.
    Effect::new(move || scroll::reveal("palette-list", &option_id(at.get())));
    let rows = move || {
        let rows = found.get().into_iter().enumerate().filter_map(|(position, item)| {
            let Item { name, about, what, .. } = all.with_value(|all| all.get(item).cloned())?;
            let is_key = matches!(what, PaletteTarget::Action(_)) && !about.is_empty();
            let about = if is_key {
                view! { <kbd>{about}</kbd> }.into_any()
            } else {
                view! { <span>{about}</span> }.into_any()
            };
            Some(view! {
                <li
                    id=option_id(position)
                    role="option"
                    aria-selected=move || (at.get() == position).to_string()
                    on:click=move |_| take(position)
                >
                    <span class="grow">{name}</span>
                    " "
                    {about}
                </li>
            })
        });
        rows.collect_view()
    };
    let none = move || found.with(Vec::is_empty);
    view! {
        <input
            class="field"
            role="combobox"
            autofocus=true
            aria-label=strings::PALETTE
            aria-autocomplete="list"
            aria-expanded="true"
            aria-controls="palette-list"
            aria-activedescendant=move || (!none()).then(|| option_id(at.get()))
            autocomplete="off"
            dir="auto"
            spellcheck="false"
            maxlength="200"
            placeholder=strings::PALETTE_HINT
            prop:value=move || typed.get()
            on:input=move |event| {
                typed.set(event_target_value(&event));
                at.set(0);
            }
            on:keydown=press
        />
        <ul id="palette-list" role="listbox" aria-label=strings::PALETTE>
            {rows}
            {move || none().then(|| view! { <li class="none" role="option" aria-selected="false" aria-disabled="true">{strings::NOTHING_FITS}</li> })}
            {move || has_more().then(|| view! { <li class="none" role="option" aria-selected="false" aria-disabled="true">{strings::MORE_FIT}</li> })}
        </ul>
    }
}
