//! What an instance in an element tells the page around it, and does for it.

use std::sync::Arc;

use escalation_api::PathPayload;
use escalation_editor::{Editor, export, import};
use escalation_engine::{Index, Scenario, Severity, World};
use js_sys::{JSON, Object, Reflect};
use leptos::prelude::*;
use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::canvas;
use crate::editor::state::Open;
use crate::editor::{save, transfer};
use crate::session::Given;

/// Tells what happens with the path for as long as it is open.
pub fn follow(open: Open) {
    let place = open.session.place;
    place.tell("ready", &JsValue::UNDEFINED);
    Effect::new(move |before: Option<()>| {
        open.editor.track();
        if before.is_some() {
            place.tell("input", &JsValue::UNDEFINED);
        }
    });
    let is_dirty = Memo::new(move |_| open.editor.with(Editor::is_dirty));
    tell_of(open, "dirtychange", move || JsValue::from(is_dirty.get()), "dirty");
    tell_of(open, "select", move || open.selected.get().map_or(JsValue::NULL, JsValue::from), "nodeId");
    // What goes wrong while that is shown is no event of its own.
    Effect::new(move |_| {
        let (errors, warnings) = open.problems.with(|all| {
            let errors = all.iter().filter(|problem| problem.severity == Severity::Error).count();
            (errors, all.len() - errors)
        });
        let detail = Object::new();
        let set = |name: &str, count: usize| {
            let _set = Reflect::set(&detail, &name.into(), &JsValue::from_f64(count as f64));
        };
        set("errors", errors);
        set("warnings", warnings);
        place.tell("problems", &detail);
    });
    Effect::new(move |before: Option<()>| {
        open.expected.judged.track();
        if before.is_some() {
            let detail = Object::new();
            let broken = open.expected.broken.get();
            let _set = Reflect::set(&detail, &"broken".into(), &JsValue::from_f64(broken as f64));
            place.tell("verdicts", &detail);
        }
    });
    Effect::new(move |before: Option<()>| {
        open.trace.track();
        if before.is_some() {
            place.tell("simulate", &JsValue::UNDEFINED);
        }
    });
}

/// Tells of a value whenever it becomes another, but not of the first.
fn tell_of(open: Open, what: &'static str, value: impl Fn() -> JsValue + 'static, name: &'static str) {
    Effect::new(move |before: Option<()>| {
        let value = value();
        if before.is_some() {
            let detail = Object::new();
            let _set = Reflect::set(&detail, &name.into(), &value);
            open.session.place.tell(what, &detail);
        }
    });
}

/// Does something, or gives what is asked: `value`, the document as JSON text; `path` and `world`, which take such texts
/// in place of what there is, and give what is wrong with them; `save`, and `saved` where the page around has saved;
/// `undo`, `redo`; `check` and `simulate`, which give what was found; `svg`, the graph as a picture; `focus`, which goes
/// to a step by its id.
pub fn act(open: Open, what: &str, with: &JsValue) -> JsValue {
    let text = || with.as_string().unwrap_or_default();
    match what {
        "value" => return export::payload(&open.editor.with_untracked(Editor::path)).into(),
        "dirty" => return open.editor.with_untracked(Editor::is_dirty).into(),
        "path" => return take_path(open, &text()).err().map_or(JsValue::UNDEFINED, JsValue::from),
        "world" => return take_world(open, &text()).err().map_or(JsValue::UNDEFINED, JsValue::from),
        "save" => save::save(open),
        "saved" => {
            let path = open.editor.with_untracked(Editor::path);
            open.editor.update(|editor| editor.mark_saved(&path));
            open.theirs.set(Some(path));
        }
        "undo" => open.undo(),
        "redo" => open.redo(),
        "check" => return json(&*open.problems.get_untracked()),
        "simulate" => return simulate(open, &text()),
        "svg" => return transfer::picture(open).into(),
        "focus" => {
            open.session.place.use_it();
            open.select(Some(text()));
            canvas::focus_selected(open);
        }
        _ => {}
    }
    JsValue::UNDEFINED
}

fn json(value: &impl Serialize) -> JsValue {
    serde_json::to_string(value).ok().and_then(|text| JSON::parse(&text).ok()).unwrap_or_default()
}

/// What happens in a scenario, given as JSON text; in the one that is shown where there is none.
fn simulate(open: Open, scenario: &str) -> JsValue {
    let scenario =
        if scenario.is_empty() { Ok(untrack(|| open.assumed.scenario())) } else { Scenario::from_text(scenario) };
    match scenario {
        Ok(scenario) => {
            let index = open.session.index.get_untracked();
            json(&escalation_engine::simulate::trace(&open.compiled.get_untracked(), &index, &scenario))
        }
        Err(error) => error.to_string().into(),
    }
}

fn take_path(open: Open, text: &str) -> Result<(), String> {
    let path = import::read(text).map_err(|fault| fault.to_string())?.path;
    let path = Arc::new(path);
    open.editor.set(Editor::open((*path).clone()));
    open.theirs.set(Some(path));
    Ok(())
}

fn take_world(open: Open, text: &str) -> Result<(), String> {
    let world = World::from_text(text).map_err(|error| error.to_string())?;
    let path = open.editor.with_untracked(Editor::path);
    open.session.index.set(Arc::new(Index::new(with_path(world, &open.id.get_untracked(), &path))));
    Ok(())
}

/// What the page around has given: what the path stands in, with the path in it.
///
/// # Errors
/// Where one of the documents cannot be read; says which and why.
pub fn given(given: &Given) -> Result<World, String> {
    let imported = import::read(&given.path).map_err(|fault| fault.to_string())?;
    let world = match given.world.as_str() {
        "" => imported.world.unwrap_or_default(),
        text => World::from_text(text).map_err(|error| error.to_string())?,
    };
    Ok(with_path(world, &Given::id_or(&given.id), &imported.path))
}

fn with_path(mut world: World, id: &str, payload: &PathPayload) -> World {
    world.paths.retain(|known| known.id != id);
    world.paths.push(payload.to_read(id, &|of| of.name().to_string()));
    world
}
