//! A new path from a template: which one, and who stands for its parameters.

use std::collections::BTreeMap;

use escalation_api::template::Param;
use escalation_editor::bidi::unmarked;
use escalation_editor::template::{Takes, instantiate};
use leptos::prelude::*;

use super::begin;
use crate::parts::dialog::Dialog;
use crate::session::session;
use crate::strings;

/// The feature of a server that has them.
pub const FEATURE: &str = "templates";

#[component]
pub fn TemplateDialog(
    /// Whether it is open.
    shown: RwSignal<bool>,
) -> impl IntoView {
    let session = session();
    let all = session.templates;
    let chosen = RwSignal::new(all.with_untracked(|all| all.first().cloned()));
    let values = RwSignal::new(BTreeMap::<String, String>::new());
    let trouble = RwSignal::new(String::new());
    let leave = move || shown.set(false);
    let choose = move |event| {
        let id = event_target_value(&event);
        let of = all.with(|all| all.iter().find(|template| template.id == id).cloned());
        values.set(BTreeMap::new());
        chosen.set(of);
    };
    let options = move || {
        all.get().iter().map(|one| view! { <option value=one.id.clone()>{one.name.clone()}</option> }).collect_view()
    };
    let about = move || chosen.get().and_then(|template| template.description.clone()).unwrap_or_default();
    let fields = move || {
        let params = chosen.get().map(|template| template.params.clone()).unwrap_or_default();
        params.into_iter().map(|param| view! { <Field param values/> }).collect_view()
    };
    let complete = move || {
        let values = values.get();
        let has = |param: &Param| param.optional || values.get(&param.name).is_some_and(|value| !value.is_empty());
        chosen.get().is_some_and(|template| template.params.iter().all(has))
    };
    let make = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(template) = chosen.get_untracked() else { return };
        match instantiate(&template, strings::NEW_PATH_NAME, &values.get_untracked()) {
            Ok(path) => begin(session, path),
            Err(fault) => trouble.set(fault.to_string()),
        }
    };
    let none = move || all.with(|all| all.is_empty());
    let unread = move || session.unread.with(|unread| unread.iter().any(|one| one.what.is_of_templates()));
    let hint = move || match (unread(), none()) {
        (true, _) => Some(strings::transfer::TEMPLATES_UNREAD),
        (false, true) => Some(strings::transfer::NO_TEMPLATES),
        (false, false) => None,
    };
    view! {
        <Dialog label=strings::transfer::FROM_TEMPLATE class="import" leave>
            <form on:submit=make>
                <h2>{strings::transfer::FROM_TEMPLATE}</h2>
                {move || hint().map(|hint| view! { <p class="hint">{hint}</p> })}
                <label class="field-label" for="template">{strings::transfer::TEMPLATE}</label>
                <select id="template" class="field" autofocus=true on:change=choose>{options}</select>
                <p class="hint">{about}</p>
                {fields}
                <p class="hint">{strings::transfer::TEMPLATE_HINT}</p>
                <p class="fault" role="alert">{move || trouble.get()}</p>
                <div class="dialog-actions">
                    <button type="button" class="quiet" on:click=move |_| leave()>{strings::transfer::CANCEL}</button>
                    <span class="spring"></span>
                    <button class="primary" disabled=move || !complete()>{strings::transfer::MAKE}</button>
                </div>
            </form>
        </Dialog>
    }
}

/// Who or what stands for a parameter.
#[component]
fn Field(param: Param, values: RwSignal<BTreeMap<String, String>>) -> impl IntoView {
    let id = format!("param-{}", param.name);
    let index = session().index.get_untracked();
    let world = index.world();
    let all: Vec<(String, String)> = match Takes::of(&param.param_type) {
        Takes::Schedule => world.schedules.iter().map(|one| (one.id.clone(), one.name.clone())).collect(),
        Takes::User => world.users.iter().map(|one| (one.id.clone(), one.name.clone())).collect(),
        Takes::Text => Vec::new(),
    };
    let name = param.name.clone();
    let set = move |event: web_sys::Event| {
        let value = unmarked(&event_target_value(&event));
        values.update(|values| {
            values.insert(name.clone(), value);
        });
    };
    let label = if param.optional { strings::transfer::optional(&param.label) } else { param.label.clone() };
    let field = if all.is_empty() {
        view! { <input id=id.clone() class="field" autocomplete="off" dir="auto" on:input=set/> }.into_any()
    } else {
        let options = all.into_iter().map(|(id, name)| view! { <option value=id>{name}</option> }).collect_view();
        view! { <select id=id.clone() class="field" on:change=set><option value=""></option>{options}</select> }
            .into_any()
    };
    view! {
        <label class="field-label" for=id>{label}</label>
        {field}
        <p class="hint">{param.description}</p>
    }
}
