//! A path that is made from a template: which one, and what its parameters are bound to.

use escalation_api::Json as _;
use escalation_api::condition::BindingPayload;
use escalation_api::template::{Param, Template};
use escalation_editor::Command;
use escalation_editor::bindings::{self, binding, bound, literals, strangers};
use escalation_editor::template::Takes;
use escalation_engine::calendar::Zone;
use escalation_engine::{Index, Instant};
use leptos::prelude::*;

use super::beside::{FieldProblems, whole};
use super::path::focus;
use super::{Raw, choices};
use crate::editor::state::Open;
use crate::parts::avatar::Of;
use crate::parts::combobox::{Choice, Combobox};
use crate::parts::icon::{Glyph, Icon};
use crate::parts::typed::Typed;
use crate::session::session;
use crate::strings;

/// The template of a path that is made from one; for a path with nothing in it the way to choose one.
#[component]
pub fn TemplateForm() -> impl IntoView {
    let open = expect_context::<Open>();
    let templates = session().templates;
    let templated = Memo::new(move |_| open.path.with(|path| path.is_templated()));
    let empty = Memo::new(move |_| open.path.with(|path| path.path.is_empty()));
    let offered = move || templated.get() || empty.get() && !templates.with(|all| all.is_empty());
    move || offered().then(|| view! { <Made templated/> })
}

#[component]
fn Made(templated: Memo<bool>) -> impl IntoView {
    let open = expect_context::<Open>();
    let templates = session().templates;
    let id = Memo::new(move |_| open.path.with(|path| path.template_id.clone().unwrap_or_default()));
    let template =
        Memo::new(move |_| templates.with(|all| all.iter().find(|template| template.id == id.get()).cloned()));
    // One that is not known is shown by its id.
    let shown = Signal::derive(move || {
        let name = template.with(|template| template.as_ref().map(|template| template.name.clone()));
        Some(name.unwrap_or_else(|| id.get()))
    });
    let choices = Memo::new(move |_| {
        let choice = |template: &Template| Choice {
            key: template.id.clone(),
            name: template.name.clone(),
            about: template.description.clone().unwrap_or_default(),
            of: Of::Nothing,
        };
        templates.with(|all| all.iter().map(choice).collect::<Vec<_>>())
    });
    // What the template before was given and this one, by its id, does not take.
    let lost = RwSignal::new(None::<(String, String)>);
    let choose = move |id: String| {
        let to = templates.with_untracked(|all| all.iter().find(|template| template.id == id).cloned());
        let Some(to) = to else { return };
        let from = template.get_untracked();
        let (command, dropped) = bindings::to_template(&open.path.get_untracked(), from.as_ref(), &to);
        open.dispatch(command);
        let said = (!dropped.is_empty()).then(|| strings::forms::values_lost(&dropped.join(", ")));
        if let Some(said) = &said {
            open.session.say(said.clone());
        }
        lost.set(said.map(|said| (to.id, said)));
    };
    let told_lost = move || {
        let said = lost.get().filter(|(of, _)| *of == id.get()).map(|(_, said)| said);
        said.map(|said| view! { <p class="hint" data-lost>{said}</p> })
    };
    let leave = move |_| {
        open.dispatch(Command::SetTemplate(None));
        focus("#inspector");
    };
    let about = move || template.with(|template| template.as_ref().and_then(|template| template.description.clone()));
    let params = move || {
        let params =
            template.with(|template| template.as_ref().map(|template| template.params.clone()).unwrap_or_default());
        params.into_iter().map(|param| view! { <ParamField param/> }).collect_view()
    };
    let others = move || {
        let params =
            template.with(|template| template.as_ref().map(|template| template.params.clone()).unwrap_or_default());
        let path = open.path.get();
        let of = |name: &str| Some((name.to_string(), binding(&path, name)?.write()));
        let rows = strangers(&path, &params).into_iter().filter_map(of).map(|(name, value)| {
            let remove = strings::forms::remove(&name);
            let unbind = {
                let name = name.clone();
                move |_| open.dispatch(Command::SetBinding(name.clone(), None))
            };
            view! {
                <span class="field-label">{name}</span>
                <p class="hint">{strings::forms::STRANGER}</p>
                <Raw value/>
                <button class="quiet beneath" on:click=unbind>{remove}</button>
            }
        });
        rows.collect::<Vec<_>>()
    };
    view! {
        <div data-field="template_id">
            <label class="field-label" for="template">{strings::forms::TEMPLATE}</label>
            <Combobox id="template" label=strings::forms::TEMPLATE placeholder=strings::forms::PICK_TEMPLATE shown choices choose/>
            <p class="hint">{about}</p>
            {told_lost}
            <FieldProblems of=None fields=whole(&["template_id"])/>
            {move || templated.get().then(|| view! {
                <p class="hint">{strings::forms::FROM_TEMPLATE}</p>
                <button class="quiet beneath" on:click=leave>{strings::forms::NO_TEMPLATE}</button>
            })}
        </div>
        <div data-field="param_bindings">
            {move || templated.get().then(params)}
            {move || templated.get().then(others)}
            <FieldProblems of=None fields=whole(&["param_bindings"])/>
        </div>
    }
}

#[component]
fn ParamField(param: Param) -> impl IntoView {
    let open = expect_context::<Open>();
    let index = session().index;
    let takes = Takes::of(&param.param_type);
    let label = if param.optional { strings::forms::optional(&param.label) } else { param.label.clone() };
    let id = format!("param-{}", param.name);
    let several = param.array;
    let name = StoredValue::new(param.name.clone());
    let now: Memo<Option<BindingPayload>> =
        Memo::new(move |_| open.path.with(|path| binding(path, &name.get_value()).cloned()));
    let values = Memo::new(move |_| {
        now.with(|now| {
            now.as_ref().and_then(literals).unwrap_or_default().into_iter().map(str::to_string).collect::<Vec<_>>()
        })
    });
    let set = move |literals: Vec<String>| {
        let binding = now.with_untracked(|now| bound(now.as_ref(), &literals, several));
        open.try_dispatch(Command::SetBinding(name.get_value(), binding.map(Box::new)))
    };
    let put = move |literals| {
        if let Err(refusal) = set(literals) {
            open.session.say(refusal);
        }
    };
    let choose = move |key: String| {
        let mut all = values.get_untracked();
        if !several {
            all.clear();
        }
        if !all.contains(&key) {
            all.push(key);
        }
        put(all);
    };
    let choices = Memo::new(move |_| values_for(&index.get(), takes, open.assumed.at.get(), &open.zone()));
    let word = move |value: &str| {
        choices.with(|all| {
            all.iter()
                .find(|choice| choice.key == value)
                .map_or_else(|| value.to_string(), |choice| choice.name.clone())
        })
    };
    let chips = move || {
        let chips = values.get().into_iter().map(|value| {
            let word = word(&value);
            let remove_label = strings::forms::remove(&word);
            let remove = move |_| put(values.get_untracked().into_iter().filter(|other| *other != value).collect());
            view! {
                <li class="owner">
                    <span>{word}</span>
                    <button class="tool icon-only" aria-label=remove_label.clone() title=remove_label on:click=remove><Icon glyph=Glyph::Close/></button>
                </li>
            }
        });
        chips.collect_view()
    };
    // Something else than literals is kept until it is replaced.
    let foreign = move || {
        let raw = now.with(|now| now.as_ref().filter(|now| literals(now).is_none()).map(|now| now.write()))?;
        Some(view! { <p class="hint">{strings::forms::REFERENCE}</p> <Raw value=raw/> })
    };
    let missing = !param.optional && param.default_value.is_none();
    let needed = move || (missing && now.with(Option::is_none)).then_some(strings::forms::NEEDED);
    let take = move |text: String| {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_string);
        let whole = Some(text.trim().to_string()).filter(|text| !text.is_empty());
        set(if several { parts.collect() } else { whole.into_iter().collect() })
    };
    let field = if takes == Takes::Text {
        let told = Signal::derive(move || values.get().join(", "));
        view! { <Typed id=id.clone() label=label.clone() told take most=500/> }.into_any()
    } else {
        view! {
            <ul class="owners">{chips}</ul>
            <Combobox id=id.clone() label=label.clone() placeholder=strings::forms::PICK_VALUE choices choose/>
        }
        .into_any()
    };
    view! {
        <div data-field=format!("param_bindings.{}", param.name)>
            <label class="field-label" for=id>{label}</label>
            {field}
            <p class="hint">{param.description.clone()}</p>
            <p class="fault">{needed}</p>
            {foreign}
        </div>
    }
}

/// What a parameter can be bound to.
fn values_for(index: &Index, takes: Takes, at: Instant, zone: &Zone) -> Vec<Choice> {
    let all = match takes {
        Takes::User => choices::people(index, at, zone),
        Takes::Schedule => choices::schedules(index, at, zone),
        Takes::Text => Vec::new(),
    };
    // A parameter takes a schedule as a whole, and by its id alone.
    let of = |choice: Choice| match choices::chosen(&choice.key) {
        Some((_, id, None)) => Some(Choice { key: id.to_string(), ..choice.clone() }),
        _ => None,
    };
    all.into_iter().filter_map(of).collect()
}
