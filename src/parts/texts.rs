//! All texts of the page, wherever they are made: names from right to left are set apart in them, and what a program that
//! translates pages has put in their place is taken out again.
//!
//! A view keeps the very text nodes that it writes. If one of them is taken out of the page, what is written later is seen
//! by nobody, and the page goes on to show what was so before: another person than is paged. So translation is declined
//! (`translate="no"`), and where a program does it all the same, the page's own texts are put back.

use std::cell::{Cell, RefCell};

use escalation_api::PathPayload;
use escalation_editor::bidi;
use escalation_engine::World;
use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, MutationObserver, MutationObserverInit, MutationRecord, Node};

use crate::place::Place;

/// Attributes that are read out or shown.
const ATTRIBUTES: [&str; 6] =
    ["title", "aria-label", "aria-description", "aria-valuetext", "aria-roledescription", "placeholder"];

/// So often texts are put back in a second; a program that goes on is let have its way until the next.
const MOST_TIMES: u32 = 20;

thread_local! {
    static NAMES: RefCell<Names> = const { RefCell::new(Names { world: Vec::new(), path: Vec::new(), all: Vec::new() }) };
    /// Whether anything from right to left was ever there: attributes are looked at only then.
    static SEEN: Cell<bool> = const { Cell::new(false) };
    static PUT_BACK: Cell<u32> = const { Cell::new(0) };
}

/// The names that are set apart, those of each instance by its number.
struct Names {
    world: Vec<(u32, Vec<String>)>,
    path: Vec<(u32, Vec<String>)>,
    all: Vec<String>,
}

/// Begins, for as long as the owner lives.
pub fn watch(place: Place) {
    let changed = Closure::<dyn Fn(Array, MutationObserver)>::new(move |records: Array, observer: MutationObserver| {
        let records: Vec<MutationRecord> = records.iter().filter_map(|record| record.dyn_into().ok()).collect();
        put_back(&records);
        for record in &records {
            let Some(target) = record.target() else { continue };
            match record.type_().as_str() {
                "childList" => nodes(&record.added_nodes()).for_each(|node| of_tree(place, &node)),
                "characterData" => of_text(&target),
                _ => {
                    if let (Some(element), Some(name)) = (target.dyn_ref(), record.attribute_name()) {
                        of_attribute(element, &name);
                    }
                }
            }
        }
        // What was changed here is known.
        let _ours = observer.take_records();
    });
    let options = MutationObserverInit::new();
    options.set_subtree(true);
    options.set_child_list(true);
    options.set_character_data(true);
    options.set_attribute_filter(&ATTRIBUTES.iter().map(|name| JsValue::from_str(name)).collect::<Array>());
    if let (Ok(observer), Some(page)) = (MutationObserver::new(changed.as_ref().unchecked_ref()), place.base()) {
        let _observes = observer.observe_with_options(&page, &options);
        let held = StoredValue::new_local((observer, changed));
        on_cleanup(move || {
            held.try_with_value(|(observer, _)| observer.disconnect());
        });
    }
}

/// The organisation's names from now on.
pub fn of_world(place: Place, world: &World) {
    let names = bidi::of_world(world);
    set(place, |all| take(&mut all.world, place, names));
}

/// The names of the path that is open; without one, none.
pub fn of_path(place: Place, path: Option<&PathPayload>) {
    let names = path.map(bidi::of_path).unwrap_or_default();
    set(place, |all| take(&mut all.path, place, names));
}

/// Takes the names of an instance in place of those that it had.
fn take(all: &mut Vec<(u32, Vec<String>)>, place: Place, names: Vec<String>) {
    all.retain(|(number, _)| *number != place.number());
    all.push((place.number(), names));
}

fn set(place: Place, change: impl FnOnce(&mut Names)) {
    let is_new = NAMES.with_borrow_mut(|names| {
        change(names);
        let all = names.world.iter().chain(&names.path).flat_map(|(_, names)| names).cloned();
        let all = bidi::in_order(all.collect());
        let is_new = all != names.all;
        names.all = all;
        is_new
    });
    // What is there already was set apart by other names.
    if is_new && let Some(page) = place.base() {
        SEEN.set(true);
        of_tree(place, &page);
    }
}

/// A text as it is shown, where that is another.
fn shown(text: &str) -> Option<String> {
    if !bidi::is_concerned(text) {
        return None;
    }
    let shown = NAMES.with_borrow(|names| bidi::shown(text, &names.all).into_owned());
    (shown != text).then_some(shown)
}

/// All texts below a node, and the node itself.
fn of_tree(place: Place, node: &Node) {
    if node.node_type() == Node::TEXT_NODE {
        return of_text(node);
    }
    let Some(element) = node.dyn_ref::<Element>() else { return };
    let is_concerned = node.text_content().is_some_and(|text| bidi::is_concerned(&text));
    if is_concerned && !SEEN.replace(true) {
        // Attributes that were there before.
        if let Some(page) = place.base() {
            of_attributes(&page);
        }
    }
    if SEEN.get() {
        of_attributes(element);
    }
    if is_concerned {
        of_texts(node);
    }
}

fn of_texts(node: &Node) {
    if node.node_type() == Node::TEXT_NODE {
        return of_text(node);
    }
    nodes(&node.child_nodes()).for_each(|child| of_texts(&child));
}

fn of_text(text: &Node) {
    // What is typed, and what is no text to anybody.
    let is_other = |parent: Element| matches!(parent.tag_name().as_str(), "TEXTAREA" | "SCRIPT" | "STYLE");
    if let Some(shown) = text.node_value().and_then(|text| shown(&text))
        && !text.parent_element().is_some_and(is_other)
    {
        text.set_node_value(Some(&shown));
    }
}

fn of_attributes(element: &Element) {
    let of = |element: &Element| {
        for name in ATTRIBUTES {
            of_attribute(element, name);
        }
    };
    of(element);
    let all = ATTRIBUTES.map(|name| format!("[{name}]")).join(",");
    if let Ok(found) = element.query_selector_all(&all) {
        nodes(&found).filter_map(|node| node.dyn_into::<Element>().ok()).for_each(|element| of(&element));
    }
}

fn of_attribute(element: &Element, name: &str) {
    if let Some(shown) = element.get_attribute(name).and_then(|text| shown(&text)) {
        SEEN.set(true);
        let _known = element.set_attribute(name, &shown);
    }
}

fn nodes(list: &web_sys::NodeList) -> impl Iterator<Item = Node> + use<> {
    // A list may be one that changes.
    (0..list.length()).filter_map(|at| list.item(at)).collect::<Vec<_>>().into_iter()
}

/// Puts texts of the page back where something else was put in their place: `<font>` elements, which are nowhere else on
/// this page.
fn put_back(records: &[MutationRecord]) {
    let put = records.iter().flat_map(|record| nodes(&record.added_nodes()).map(move |node| (record, node)));
    let put: Vec<(&MutationRecord, Element)> = put
        .filter_map(|(record, node)| Some((record, node.dyn_into::<Element>().ok()?)))
        .filter(|(_, element)| element.tag_name() == "FONT")
        .collect();
    if put.is_empty() {
        return;
    }
    let times = PUT_BACK.replace(PUT_BACK.get() + 1);
    if times == 0 {
        set_timeout(|| PUT_BACK.set(0), std::time::Duration::from_secs(1));
    }
    let removed = |record: &MutationRecord| nodes(&record.removed_nodes()).collect::<Vec<_>>();
    for (at, font) in put {
        let texts = || {
            let own = removed(at);
            if !own.is_empty() {
                return own;
            }
            // Put in before the text was taken out, or after: what lay beside it says where.
            let font: &Node = font.as_ref();
            let beside = records.iter().find(|record| {
                let (before, after) = (record.previous_sibling(), record.next_sibling());
                let near = before.as_ref() == Some(font) || after.as_ref() == Some(font);
                let same = before == at.previous_sibling() && after == at.next_sibling();
                record.target() == at.target() && record.removed_nodes().length() > 0 && (near || same)
            });
            beside.map(removed).unwrap_or_default()
        };
        let (texts, put) = (texts(), Array::new());
        for text in texts.iter().filter(|text| text.node_type() == Node::TEXT_NODE && !text.is_connected()) {
            put.push(text);
        }
        if put.length() == 0 || !font.is_connected() {
            continue;
        }
        let back = move || {
            let _replaced = font.replace_with_with_node(&put);
        };
        // Two programs that undo what the other does must not stop the page.
        if times < MOST_TIMES { back() } else { set_timeout(back, std::time::Duration::from_secs(1)) }
    }
}
