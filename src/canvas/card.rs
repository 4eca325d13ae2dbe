//! One node: a card, or a lozenge for a branch.

use escalation_editor::changes::Change;
use escalation_editor::layout::NodeBox;
use escalation_editor::play::Visited;
use escalation_editor::words::NodeIcon;
use escalation_editor::{Side, card};
use leptos::attr::custom::custom_attribute;
use leptos::prelude::*;

use wasm_bindgen::JsCast as _;
use web_sys::{Element, MouseEvent};

use super::scene::Card as CardWords;
use super::token::is_stood_on;
use super::{Marks, became_class, kind_class, point, run};
use crate::editor::state::Open;
use crate::later;
use crate::parts::icon::{Glyph, Icon};
use crate::strings;

/// What the id of an element that draws a node begins with.
pub const NODE: &str = "node:";

/// The id of the element that draws a node.
pub fn element_id(node_id: &str) -> String {
    format!("{NODE}{node_id}")
}

/// A node where it is drawn, with its words.
#[derive(Clone, PartialEq)]
struct Drawn {
    node: NodeBox,
    card: CardWords,
}

#[component]
pub fn Card(id: String) -> impl IntoView {
    let open = expect_context::<Open>();
    let drawn = {
        let id = id.clone();
        Memo::new(move |_| {
            open.scene.with(|scene| {
                let (node, card) = (scene.layout.node(&id)?.clone(), scene.card(&id)?.clone());
                Some(Drawn { node, card })
            })
        })
    };
    let visit = open.visit(id.clone());
    let stands = is_stood_on(open, id.clone());
    let problems = open.problems_of(id.clone());
    let has_error = open.has_error(id.clone());
    let became = {
        let id = id.clone();
        Memo::new(move |_| {
            let of = |change: &&Change| change.node_id.as_ref() == Some(&id);
            open.changes.with(|changes| changes.iter().find(of).map(|change| change.became))
        })
    };
    let selected = {
        let id = id.clone();
        Memo::new(move |_| open.selected.with(|selected| selected.as_ref() == Some(&id)))
    };
    // One tab stop for the whole tree: the selected node, or the first.
    let is_stop = {
        let id = id.clone();
        Memo::new(move |_| match open.selected.get() {
            Some(selected) => selected == id,
            None => open.scene.with(|scene| scene.layout.nodes.first().is_some_and(|first| first.id == id)),
        })
    };
    let place =
        move |of: fn(&NodeBox) -> i32| drawn.get().map_or(String::new(), |drawn| format!("{}px", of(&drawn.node)));
    let icon = move || drawn.get().map_or(NodeIcon::Sealed, |drawn| drawn.card.words.icon);
    let number =
        move |of: fn(&NodeBox) -> usize| drawn.get().map_or_else(String::new, |drawn| of(&drawn.node).to_string());
    let spoken = move || {
        drawn.get().map_or_else(String::new, |drawn| spoken(&drawn, visit.get().as_ref(), problems.get(), open))
    };
    let expanded = {
        let id = id.clone();
        move || {
            let is_branch = matches!(icon(), NodeIcon::Priority | NodeIcon::Hours | NodeIcon::Branch);
            is_branch.then(|| (!open.scene.with(|scene| scene.layout.is_closed(&id))).to_string())
        }
    };
    let found = {
        let id = id.clone();
        Memo::new(move |_| open.hits.with(|hits| hits.contains(&id)))
    };
    let marks = expect_context::<Marks>();
    let together = {
        let id = id.clone();
        Memo::new(move |_| marks.together.with(|all| all.contains(&id)))
    };
    let is_target = {
        let id = id.clone();
        Memo::new(move |_| marks.targets.with(|all| all.contains(&id)))
    };
    let is_held = {
        let id = id.clone();
        Memo::new(move |_| {
            let held = open.look.drag.with(|drag| drag.as_ref().map(|drag| drag.run.first.clone()));
            held.is_some_and(|first| first == id || together.get())
        })
    };
    // All in one: a whole class that changes would take away those that are set one by one.
    let class = move || {
        let mut class = format!("node {}", kind_class(icon()));
        let marks = [
            ("walked", visit.with(Option::is_some)),
            ("stands", stands.get()),
            ("stopped", visit.with(|visit| visit.as_ref().is_some_and(|visit| visit.stopped))),
            ("selected", selected.get()),
            ("found", found.get()),
            ("together", together.get()),
            ("target-here", is_target.get()),
            ("held", is_held.get()),
        ];
        let marks = marks.into_iter().filter(|(_, is_on)| *is_on).map(|(name, _)| name);
        for name in marks.chain(became.get().map(became_class)) {
            class.push(' ');
            class.push_str(name);
        }
        class
    };
    let click = {
        let id = id.clone();
        move |event: MouseEvent| {
            if open.look.pointing.with_untracked(Option::is_some) {
                point::choose(open, &id);
            } else if event.shift_key() {
                run::extend_to(open, &id);
            } else {
                open.select(Some(id.clone()));
            }
        }
    };
    let context = {
        let id = id.clone();
        move |event: MouseEvent| {
            event.prevent_default();
            // A finger that stays takes the node up; browsers tell of it as of a right click, too.
            if open.look.drag.with_untracked(Option::is_some) {
                return;
            }
            choose_for_menu(open, &id, together.get_untracked());
            let frame = event.current_target().and_then(|card| card.dyn_into::<Element>().ok());
            let frame = frame.and_then(|card| card.closest(".canvas").ok().flatten());
            let at = frame.map(|frame| {
                let rect = frame.get_bounding_client_rect();
                (event.client_x() - rect.left() as i32, event.client_y() - rect.top() as i32)
            });
            later::with_edit(open, move |edit| (edit.open_for_chosen)(open, at));
        }
    };
    view! {
        <div
            id=element_id(&id)
            class=class
            style:transform=move || drawn.get().map_or(String::new(), |d| format!("translate({}px,{}px)", d.node.rect.x, d.node.rect.y))
            style:width=move || place(|node| node.rect.width)
            style:height=move || place(|node| node.rect.height)
            role="treeitem"
            tabindex=move || if is_stop.get() { "0" } else { "-1" }
            aria-selected=move || (selected.get() || together.get()).to_string()
            // By its own name: leptos knows the other attributes of a tree, not this one.
            {..custom_attribute("aria-level", move || number(|node| node.level))}
            aria-posinset=move || number(|node| node.position)
            aria-setsize=move || number(|node| node.siblings)
            aria-expanded=expanded
            aria-label=spoken
            on:click=click
            on:contextmenu=context
        >
            {move || drawn.get().filter(|_| !marks.far.get()).map(|drawn| view! { <Face face=drawn.card/> })}
            {move || visit.get().filter(|_| !marks.far.get()).map(|visit| view! { <span class="when">{open.when(&visit)}</span> })}
            {move || {
                (problems.get() > 0).then(|| view! {
                    <span class="mark" class:error=has_error><Icon glyph=Glyph::of_problem(has_error.get())/></span>
                })
            }}
            {move || selected.get().then(|| view! { <More/> })}
        </div>
    }
}

/// The button of what can be done with the chosen node. The keys have a key for it.
#[component]
fn More() -> impl IntoView {
    let open = expect_context::<Open>();
    view! {
        <button
            class="more-button"
            tabindex="-1"
            title=strings::ACTIONS
            aria-label=strings::ACTIONS
            aria-haspopup="menu"
            on:click=move |event| {
                event.stop_propagation();
                later::with_edit(open, move |edit| (edit.open_for_chosen)(open, None));
            }
        >
            <Icon glyph=Glyph::More/>
        </button>
    }
}

/// What the menu is opened on is chosen, unless it is chosen together with others already.
fn choose_for_menu(open: Open, id: &str, together: bool) {
    if !together && open.selected.with_untracked(|selected| selected.as_deref() != Some(id)) {
        open.select(Some(id.to_string()));
    }
}

/// What is written on a node.
#[component]
fn Face(face: CardWords) -> impl IntoView {
    let words = face.words;
    if face.sides.is_some() {
        return view! { <Icon glyph=words.icon/><span class="question">{words.title}</span> }.into_any();
    }
    let two_lines = card::title_lines(&words) == 2;
    let badges = words.badges.iter().map(|badge| view! { <span class="chip">{badge.text().to_string()}</span>" " });
    let badges = (!words.badges.is_empty()).then(|| view! { <div class="chips">{badges.collect_view()}</div> });
    let timer = (!words.timer.is_empty()).then(|| view! { <div class="timer">{words.timer.clone()}</div> });
    view! {
        <div class="kind"><Icon glyph=words.icon/>{words.kind}</div>
        // Spaces, so that the words are words to those who read them out.
        " "
        <div class="title" class:two=two_lines>{words.title}</div>
        " "
        {timer}
        " "
        {badges}
        " "
    }
    .into_any()
}

/// A node in one sentence, for the ear: what is written on it, in that order, then what is only seen.
fn spoken(drawn: &Drawn, visit: Option<&Visited>, problems: usize, open: Open) -> String {
    let words = &drawn.card.words;
    let mut said = vec![format!("{}: {}", words.kind, words.title)];
    said.extend(Some(words.timer.clone()).filter(|timer| !timer.is_empty()));
    said.extend(words.badges.iter().map(|badge| badge.text().to_string()));
    if let Some(visit) = visit {
        said.push(open.when(visit));
        said.extend((!visit.told.is_empty()).then(|| strings::told(&visit.told.join(", "))));
    }
    if let Some((branch, side)) = &drawn.node.around {
        let label = open.scene.with(|scene| scene.card(branch).and_then(|card| card.sides.clone()));
        let side = label.map(|[then, otherwise]| if *side == Side::Then { then } else { otherwise });
        said.extend(side.map(|side| strings::on_side(&side)));
    }
    if problems > 0 {
        said.push(strings::problems(problems));
    }
    said.join(". ")
}
