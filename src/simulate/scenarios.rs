//! The scenarios that are kept with the path under names.

use escalation_api::Value;
use escalation_editor::scenarios::{Item, add, name, take_in};
use escalation_engine::scenario::Named;
use leptos::prelude::*;

use crate::editor::state::Open;
use crate::panel::kept::{Entry, Keeping, List, Words};
use crate::strings;

/// Their name in the API.
pub const NAME: &str = "scenarios";

const WORDS: Words =
    Words { not_kept: strings::scenarios::NOT_KEPT, waits: strings::scenarios::WAITS, came: strings::scenarios::CAME };

impl Entry for Item {
    fn read(value: Value) -> Self {
        Item::read(value)
    }

    fn write(&self) -> Value {
        Item::write(self)
    }

    fn join(base: &[Self], ours: &[Self], theirs: &[Self]) -> Vec<Self> {
        escalation_editor::scenarios::join(base, ours, theirs)
    }
}

/// The named scenarios of the open path.
#[derive(Clone, Copy)]
pub struct Scenarios {
    /// All of them, in the order in which they were kept.
    pub items: RwSignal<Vec<Item>>,
    /// Whether they are kept.
    pub keeping: RwSignal<Keeping>,
    /// The items as they are kept.
    pub list: List<Item>,
    /// The name of the one that was chosen or kept last.
    pub current: RwSignal<Option<String>>,
    /// The one that was deleted last, with its position.
    pub deleted: RwSignal<Option<(usize, Item)>>,
    /// What came of the last thing that was done with them, for the list.
    pub told: RwSignal<Option<String>>,
}

impl Scenarios {
    pub fn new() -> Self {
        let list = List::new();
        Self {
            items: list.items,
            keeping: list.keeping,
            list,
            current: RwSignal::new(None),
            deleted: RwSignal::new(None),
            told: RwSignal::new(None),
        }
    }
}

/// Reads what is kept whenever another path is open; what was made before the first save goes with the path.
pub fn follow(open: Open) {
    open.scenarios.list.follow(open, NAME, WORDS, read);
}

/// Reads what is kept.
pub fn read(open: Open) {
    open.scenarios.list.read(open, NAME, WORDS);
}

/// Keeps what is there.
pub fn keep(open: Open) {
    open.scenarios.list.keep(open, NAME, WORDS);
}

/// Changes the list, keeps it and says so.
fn change<T>(open: Open, said: String, change: impl FnOnce(&mut Vec<Item>) -> Result<T, String>) -> Result<T, String> {
    if open.only_reads() {
        return Err(strings::scenarios::ONLY_READ.to_string());
    }
    // What is not known yet is not overwritten.
    if matches!(open.scenarios.keeping.get_untracked(), Keeping::Reading | Keeping::NotRead) {
        return Err(strings::scenarios::NOT_READ.to_string());
    }
    // What is refused leaves the list as it is shown, with what is being typed in it.
    let mut items = open.scenarios.items.get_untracked();
    let done = change(&mut items)?;
    open.scenarios.items.set(items);
    open.session.say(said);
    keep(open);
    Ok(done)
}

/// Keeps what is assumed under a name. One that has the name already is replaced.
pub fn keep_as(open: Open, typed: &str) -> Result<(), String> {
    let scenario = untrack(|| open.assumed.scenario());
    let typed = typed.trim().to_string();
    let same = open.scenarios.items.with_untracked(|items| items.iter().position(|item| item.name().trim() == typed));
    let said = strings::scenarios::kept(&typed);
    change(open, said, |items| match same.and_then(|at| items.get_mut(at)) {
        Some(item) => {
            let scenario = escalation_editor::scenarios::without_path(&scenario);
            *item = Item::Known(Box::new(Named { name: typed.clone(), scenario }));
            Ok(())
        }
        None => add(items, &typed, &scenario),
    })?;
    open.scenarios.current.set(Some(typed));
    Ok(())
}

/// Gives one another name.
pub fn rename(open: Open, position: usize, typed: &str) -> Result<(), String> {
    let mut before = String::new();
    let new = change(open, strings::scenarios::renamed(typed.trim()), |items| {
        let new = name(items, typed, Some(position))?;
        if let Some(Item::Known(named)) = items.get_mut(position) {
            before = std::mem::replace(&mut named.name, new.clone());
        }
        Ok(new)
    })?;
    if open.scenarios.current.with_untracked(|current| current.as_deref() == Some(&before)) {
        open.scenarios.current.set(Some(new));
    }
    Ok(())
}

/// Deletes one; it can be had back.
pub fn delete(open: Open, position: usize) -> Result<(), String> {
    let name = open.scenarios.items.with_untracked(|items| items.get(position).map(|item| item.name().to_string()));
    let gone = change(open, strings::scenarios::deleted(&name.unwrap_or_default()), |items| {
        if position < items.len() { Ok(items.remove(position)) } else { Err(String::new()) }
    })?;
    open.scenarios.deleted.set(Some((position, gone)));
    Ok(())
}

/// Has the last one back that was deleted.
pub fn undelete(open: Open) {
    let Some((position, item)) = open.scenarios.deleted.get_untracked() else { return };
    let said = strings::scenarios::back(item.name());
    let done = change(open, said, |items| {
        name(items, item.name(), None)?;
        items.insert(position.min(items.len()), item.clone());
        Ok(())
    });
    match done {
        Ok(()) => open.scenarios.deleted.set(None),
        Err(why) => open.session.say(why),
    }
}

/// Assumes what one of them does.
pub fn load(open: Open, named: &Named) {
    open.assumed.load(&named.scenario);
    open.scenarios.current.set(Some(named.name.clone()));
    open.session.say(strings::scenarios::loaded(&named.name));
}

/// Takes in scenarios from a file beside those that there are; gives the names under which they came.
pub fn take(open: Open, from: Vec<Named>) -> Vec<String> {
    let count = from.len();
    let came = change(open, strings::scenarios::came(count), |items| match take_in(items, from) {
        0 => Err(String::new()),
        came => Ok(items.iter().rev().take(came).map(|item| item.name().to_string()).collect()),
    });
    came.unwrap_or_default()
}

/// Takes them out again.
pub fn take_out(open: Open, names: &[String]) {
    if !names.is_empty() {
        let came = |item: &Item| names.iter().any(|name| name == item.name());
        open.scenarios.items.update(|items| items.retain(|item| !came(item)));
        keep(open);
    }
}

/// As they are kept.
pub fn written(all: Vec<Named>) -> impl Iterator<Item = Value> {
    all.into_iter().map(|one| Item::Known(Box::new(one)).write())
}

/// Those that can be played, for a file.
pub fn known(items: &[Item]) -> Vec<Named> {
    items.iter().filter_map(|item| if let Item::Known(named) = item { Some((**named).clone()) } else { None }).collect()
}

/// Whether what is assumed is what the chosen one has.
pub fn is_as_kept(open: Open) -> bool {
    let now = escalation_editor::scenarios::without_path(&open.assumed.scenario());
    let current = open.scenarios.current.get();
    open.scenarios.items.with(|items| {
        items.iter().any(
            |item| matches!(item, Item::Known(named) if Some(&named.name) == current.as_ref() && named.scenario == now),
        )
    })
}
