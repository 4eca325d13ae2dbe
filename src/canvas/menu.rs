//! Menus in the drawing: what can be put into a place, and what can be done with the chosen nodes.

use escalation_editor::command::{Kind, Piece, open_slots_for};
use escalation_editor::layout::SlotMark;
use escalation_editor::words::names;
use escalation_editor::{Command, ListAt, Slot, clipboard};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::look::{Menu, MenuOf};
use super::{folds, keys, run};
use crate::editor::actions::{self, Action, shown};
use crate::editor::state::Open;
use crate::parts::icon::{Glyph, Icon};
use crate::parts::keyboard::pressed;
use crate::parts::popover::{self, Hanging, Rect};
use crate::place::Place;
use crate::strings;

/// One line of a menu.
#[derive(Clone)]
struct Item {
    glyph: Option<Glyph>,
    name: &'static str,
    keys: &'static str,
    what: MenuEntry,
}

#[derive(Clone)]
enum MenuEntry {
    Make(Slot, Kind),
    Paste(Slot),
    Act(&'static Action),
}

/// Opens what can be done with the chosen nodes, at a place of the frame, or beside the first of them.
pub fn open_for_chosen(open: Open, at: Option<(i32, i32)>) {
    let Some(id) = open.selected.get_untracked() else { return };
    let beside = || {
        let view = open.view.get_untracked();
        let rect = open.scene.with_untracked(|scene| scene.layout.node(&id).map(|node| node.rect))?;
        let on_screen = |at: i32, offset: f64| (f64::from(at) * view.scale + offset).round() as i32;
        Some((on_screen(rect.right(), view.x) + 6, on_screen(rect.y, view.y)))
    };
    if let Some(at) = at.or_else(beside) {
        open.look.menu.set(Some(Menu { of: MenuOf::Chosen, at }));
    }
}

/// Opens what can be put behind the chosen nodes.
pub fn open_below(open: Open) {
    let Some(slot) = run::slot_for_any(open) else { return open.refuse(strings::edit::NOTHING_BELOW) };
    // What is put into a side that is closed is to be seen.
    if let ListAt::Of(branch, side) = &slot.list {
        folds::show(open, branch, *side);
    }
    let mark = open.scene.with_untracked(|scene| scene.layout.slots.iter().find(|mark| mark.slot == slot).cloned());
    match mark {
        Some(mark) => open_for_slot(open, &mark),
        None => open.refuse(strings::edit::NOTHING_BELOW),
    }
}

/// Opens what can be put into a place of the drawing, beside it. Where nothing can, that is said.
pub fn open_for_slot(open: Open, mark: &SlotMark) {
    let view = open.view.get_untracked();
    let on_screen = |at: i32, offset: f64| (f64::from(at) * view.scale + offset).round() as i32;
    let at = (on_screen(mark.at.x, view.x) + 18, on_screen(mark.at.y, view.y) - 14);
    let of = MenuOf::Slot(mark.slot.clone());
    if items(open, &of).is_empty() {
        return open.refuse(strings::edit::NOTHING_HERE);
    }
    open.look.menu.set(Some(Menu { of, at }));
}

fn items(open: Open, of: &MenuOf) -> Vec<Item> {
    match of {
        MenuOf::Slot(slot) => {
            let kinds = run::kinds_for(open, slot).into_iter();
            let mut items: Vec<_> = kinds
                .map(|kind| {
                    let (glyph, name, keys) = told(kind);
                    Item { glyph: Some(glyph), name, keys, what: MenuEntry::Make(slot.clone(), kind) }
                })
                .collect();
            if can_paste(open, slot) {
                items.push(Item {
                    glyph: None,
                    name: names::PASTE,
                    keys: "Ctrl+V",
                    what: MenuEntry::Paste(slot.clone()),
                });
            }
            items
        }
        MenuOf::Chosen => {
            let possible = actions::all().filter(|action| action.on_nodes && untrack(|| action.is_possible(open)));
            let item = |action: &'static Action| Item {
                glyph: None,
                name: action.name,
                keys: action.keys.first().copied().unwrap_or_default(),
                what: MenuEntry::Act(action),
            };
            possible.map(item).collect()
        }
    }
}

fn told(kind: Kind) -> (Glyph, &'static str, &'static str) {
    match kind {
        Kind::Level => (Glyph::Level, strings::NEW_LEVEL, "L"),
        Kind::NotifyChannel => (Glyph::Channel, strings::NEW_CHANNEL, "C"),
        Kind::Delay => (Glyph::Delay, strings::NEW_DELAY, "D"),
        Kind::PriorityBranch => (Glyph::Priority, strings::NEW_BRANCH, "B"),
        Kind::HoursBranch => (Glyph::Hours, strings::NEW_HOURS_BRANCH, "W"),
        Kind::Repeat => (Glyph::Repeat, strings::NEW_REPEAT, "R"),
        Kind::HandOver => (Glyph::HandOver, strings::NEW_HAND_OVER, "H"),
    }
}

/// Whether what was copied last on this screen may go into a slot.
fn can_paste(open: Open, slot: &Slot) -> bool {
    let clip = open.look.copied.get_untracked().and_then(|text| clipboard::read(&text).ok());
    let path = open.path.get_untracked();
    clip.is_some_and(|clip| open_slots_for(&path, &Piece::Clip(&clip)).contains(slot))
}

/// Does what a line says. By a pointer (`clicked`) whoever makes a step goes on in its details; by keys they are an Enter
/// away.
fn take(open: Open, what: MenuEntry, clicked: bool) {
    open.look.menu.set(None);
    match what {
        MenuEntry::Make(slot, kind) => {
            open.dispatch(run::making(open, slot, kind));
            // Nobody is paged yet: that comes next.
            if clicked && matches!(kind, Kind::Level | Kind::NotifyChannel) {
                return keys::focus_who(open);
            }
        }
        MenuEntry::Paste(slot) => {
            let clip = open.look.copied.get_untracked().and_then(|text| clipboard::read(&text).ok());
            if let Some(clip) = clip {
                open.dispatch(Command::Paste(slot, Box::new(clip)));
            }
        }
        MenuEntry::Act(action) => return (action.run)(open),
    }
    keys::focus_selected(open);
}

/// The menu that is open.
#[component]
pub fn OpenMenu() -> impl IntoView {
    let open = expect_context::<Open>();
    move || open.look.menu.get().map(|menu| view! { <Lines menu/> })
}

#[component]
fn Lines(menu: Menu) -> impl IntoView {
    let open = expect_context::<Open>();
    let list = NodeRef::<html::Ul>::new();
    let before = StoredValue::new_local(Place::in_use().active());
    let all = items(open, &menu.of);
    let count = untrack(|| run::together(open)).len();
    let is_choice = matches!(menu.of, MenuOf::Slot(_));
    let (label, list_role, item_role) = if is_choice {
        (strings::ADD_HERE.to_string(), "listbox", "option")
    } else {
        (strings::edit::actions(count), "menu", "menuitem")
    };
    // Where it opens is told from the corner of the drawing.
    let anchor = move || {
        let frame = popover::rect_of(&list.try_get_untracked()??.closest(".canvas").ok()??);
        Some(Rect::point(frame.left + f64::from(menu.at.0), frame.top + f64::from(menu.at.1)))
    };
    popover::hang(list, Hanging::At, f64::INFINITY, anchor);
    Effect::new(move || {
        list.track();
        focus_at(list, 0);
    });
    let shut = move || {
        open.look.menu.set(None);
        let back = before.try_get_value().flatten().and_then(|element| element.dyn_into::<HtmlElement>().ok());
        if let Some(back) = back.filter(|element| element.is_connected()) {
            let _gone = back.focus();
        }
    };
    let letters = StoredValue::new(all.clone());
    let press = move |event: KeyboardEvent| {
        let count = letters.with_value(Vec::len).max(1);
        let at = position(list).unwrap_or(0);
        match pressed(&event).as_str() {
            "Escape" | "Tab" => shut(),
            "ArrowDown" => focus_at(list, (at + 1) % count),
            "ArrowUp" => focus_at(list, (at + count - 1) % count),
            "Home" => focus_at(list, 0),
            "End" => focus_at(list, count - 1),
            "Enter" | " " => {
                if let Some(item) = letters.with_value(|all| all.get(at).cloned()) {
                    take(open, item.what, false);
                }
            }
            // A word is being composed, or the key is one of the browser's.
            "" => return,
            _ if event.ctrl_key() || event.meta_key() || event.alt_key() => return,
            key => {
                let item =
                    letters.with_value(|all| all.iter().find(|item| item.keys.eq_ignore_ascii_case(key)).cloned());
                if let Some(item) = item {
                    take(open, item.what, false);
                }
            }
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let left = move |event: web_sys::FocusEvent| {
        let to = event.related_target().and_then(|to| to.dyn_into::<Element>().ok());
        if to.is_some_and(|to| to.closest(".step-menu").ok().flatten().is_none()) {
            open.look.menu.set(None);
        }
    };
    let rows = all.into_iter().map(|item| {
        let what = item.what.clone();
        let name =
            if item.name == names::DELETE { strings::edit::delete(count) } else { strings::edit::alone(item.name) };
        view! {
            <li
                role=item_role
                tabindex="-1"
                aria-selected=is_choice.then_some("false")
                on:click=move |_| take(open, what.clone(), true)
                on:mousemove=move |event: web_sys::MouseEvent| {
                    if let Some(line) = event.current_target().and_then(|line| line.dyn_into::<HtmlElement>().ok()) {
                        let _gone = line.focus();
                    }
                }
            >
                {item.glyph.map(|glyph| view! { <Icon glyph/> })}
                <span class="grow">{name}</span>
                " "
                {(!item.keys.is_empty()).then(|| view! { <kbd>{shown(item.keys)}</kbd> })}
            </li>
        }
    });
    let rows = rows.collect_view();
    view! {
        <div class="behind" on:pointerdown=move |event: web_sys::PointerEvent| {
            event.stop_propagation();
            open.look.menu.set(None);
        } on:contextmenu=|event: web_sys::MouseEvent| event.prevent_default()></div>
        <ul
            class="popover step-menu"
            popover="manual"
            node_ref=list
            role=list_role
            aria-label=label
            on:keydown=press
            on:focusout=left
            on:pointerdown=|event: web_sys::PointerEvent| event.stop_propagation()
            on:wheel=|event: web_sys::WheelEvent| event.stop_propagation()
        >
            {rows}
        </ul>
    }
}

fn position(list: NodeRef<html::Ul>) -> Option<usize> {
    let active = Place::in_use().active()?;
    let lines = list.get_untracked()?.children();
    (0..lines.length()).find(|at| lines.item(*at).as_ref() == Some(&active)).map(|at| at as usize)
}

fn focus_at(list: NodeRef<html::Ul>, at: usize) {
    let lines = list.get_untracked().map(|list| list.children());
    let line = lines.and_then(|lines| lines.item(u32::try_from(at).ok()?));
    if let Some(line) = line.and_then(|line| line.dyn_into::<HtmlElement>().ok()) {
        let _gone = line.focus();
    }
}
