//! Templates of escalation paths.

use std::collections::{BTreeMap, BTreeSet};

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use chrono::Utc;
use escalation_api::condition::{BindingPayload, Labelled};
use escalation_api::template::{Template, TemplatePayload};
use escalation_api::{At, ErrorSingle, Faults, Json as _, Map, PathPayload, Value};
use escalation_engine::check::Severity;
use escalation_engine::world::Priority;
use escalation_engine::{Index, check};
use serde_json::json;
use ulid::Ulid;

use super::paths::{error, find_voicemail, gather, labels, name_fault};
use super::{Json, Told, nameless, page, read, without_given};
use crate::body;
use crate::error::ApiError;
use crate::query::Query;
use crate::store::{Author, Store, StoredTemplate, Table, WrittenTemplate};
use crate::work::{Job, Work};

pub(super) async fn list(
    State(store): State<Store>,
    Extension(work): Extension<Work>,
    query: Query,
) -> Result<Json, ApiError> {
    let page_size = query.page_size(25)?;
    let search = query.get("search").unwrap_or_default();
    // A page can be of templates of 1 MB each.
    let job = work.begin().await?;
    let mut templates = store.templates(search, query.get("after").unwrap_or_default(), page_size + 1).await?;
    let meta = page(&mut templates, page_size, |template| &template.id);
    let nameless = nameless(&store, Table::Templates, &meta).await?;
    let priorities = store.priorities().await?;
    job.run(move || {
        let told = Told::of(templates, |id, template| read_form(id, &template, &priorities));
        told.with_nameless(nameless).answer("escalation_path_templates", &meta)
    })
    .await
}

pub(super) async fn show(State(store): State<Store>, Path(id): Path<String>) -> Result<Json, ApiError> {
    one(&store, &id).await
}

pub(super) async fn create(
    State(store): State<Store>,
    Extension(work): Extension<Work>,
    author: Author,
    request: Request,
) -> Result<Response, ApiError> {
    let (body, job) = body::read(request, &work, Ok).await?;
    let template = valid(&store, job, body).await?;
    let id = Ulid::generate().to_string();
    store.by(&author).create_template(&id, &template, Utc::now()).await?;
    Ok((StatusCode::CREATED, one(&store, &id).await?).into_response())
}

pub(super) async fn update(
    State(store): State<Store>,
    Path(id): Path<String>,
    Extension(work): Extension<Work>,
    author: Author,
    request: Request,
) -> Result<Json, ApiError> {
    let (body, job) = body::read(request, &work, Ok).await?;
    if !store.has_template(&id).await? {
        return Err(missing());
    }
    let template = valid(&store, job, body).await?;
    if !store.by(&author).update_template(&id, &template, Utc::now()).await? {
        return Err(missing());
    }
    one(&store, &id).await
}

pub(super) async fn destroy(
    State(store): State<Store>,
    Path(id): Path<String>,
    author: Author,
) -> Result<StatusCode, ApiError> {
    store.by(&author).archive_template(&id, Utc::now()).await?.answer("Escalation path template")?;
    Ok(StatusCode::NO_CONTENT)
}

fn missing() -> ApiError {
    ApiError::not_found("Escalation path template")
}

async fn one(store: &Store, id: &str) -> Result<Json, ApiError> {
    let template = store.template(id).await?.ok_or_else(missing)?;
    let template = template.readable("Escalation path template", "save it anew or delete it")?;
    let (id, priorities) = (id.to_string(), store.priorities().await?);
    let write = move || Json::new(&json!({ "escalation_path_template": read_form(&id, &template, &priorities) }));
    store.aside().write(write).await
}

/// A template as it is returned.
pub(super) fn returned(id: &str, template: &StoredTemplate, priorities: &[Priority]) -> Option<Template> {
    Template::read(read_form(id, template, priorities)).ok()
}

/// The form in which a template is returned: conditions and bindings with labels. Expressions are as they were sent.
fn read_form(id: &str, template: &StoredTemplate, priorities: &[Priority]) -> Value {
    let StoredTemplate { payload, was_used } = template;
    let hours = payload.working_hours.as_deref().unwrap_or_default();
    let label = labels(hours, priorities);
    let read = Template {
        id: id.to_string(),
        name: payload.name.clone(),
        description: payload.description.clone(),
        params: payload.params.clone(),
        path: payload.path.iter().map(|node| node.with_conditions(&|condition| condition.to_read(&label))).collect(),
        expressions: payload.expressions.clone().unwrap_or_default(),
        working_hours: payload.working_hours.clone(),
        repeat_config: payload.repeat_config.clone(),
        has_historical_escalation_path_versions: Some(*was_used),
        extra: without_given(payload.extra.clone()),
    };
    // The first of a name counts.
    let of_names: BTreeMap<_, _> =
        payload.params.iter().rev().map(|param| (param.name.as_str(), &param.label)).collect();
    let of_params = |of: Labelled<'_>| match of {
        Labelled::Literal(name) => of_names.get(name).map_or_else(|| label(of), ToString::to_string),
        other => label(other),
    };
    let mut written = read.write();
    each_target(written.get_mut("path"), "path", &mut |target, _| {
        let binding = target.get_mut("binding");
        if let Some(binding) = binding
            && let Ok(read) = BindingPayload::read(binding.clone())
        {
            *binding = read.to_read(&of_params).write();
        }
    });
    written
}

/// Visits each target in a list of nodes, with the dotted path to it.
fn each_target(nodes: Option<&mut Value>, at: &str, visit: &mut dyn FnMut(&mut Map, &str)) {
    for (index, node) in nodes.and_then(Value::as_array_mut).into_iter().flatten().enumerate() {
        for kind in ["level", "notify_channel"] {
            let targets = node.get_mut(kind).and_then(|payload| payload.get_mut("targets"));
            for (number, target) in targets.and_then(Value::as_array_mut).into_iter().flatten().enumerate() {
                if let Some(target) = target.as_object_mut() {
                    visit(target, &format!("{at}.{index}.{kind}.targets.{number}"));
                }
            }
        }
        for side in ["then_path", "else_path"] {
            let nodes = node.get_mut("if_else").and_then(|branch| branch.get_mut(side));
            each_target(nodes, &format!("{at}.{index}.if_else.{side}"), visit);
        }
    }
}

/// How many parameters a template may have.
const MAX_PARAMS: usize = 250;

/// Reads a template and checks it, every fault at once: its nodes like those of a path, its bindings by its parameters.
async fn valid(store: &Store, job: Job, body: Value) -> Result<WrittenTemplate, ApiError> {
    let (mut errors, path, body) = job.run(move || shape(&body).map(|(errors, path)| (errors, path, body))).await??;
    let references = gather(store, "", &path).await?;
    let check = move || {
        let checked = check::findings("", &path, &Index::new(references.into_world()));
        (checked, read::<TemplatePayload>(body).map(|template| WrittenTemplate::from(&template)))
    };
    let (checked, template) = job.run(check).await?;
    let problems = checked.problems.into_iter().filter(|problem| problem.severity == Severity::Error);
    errors.extend(problems.map(error));
    if errors.is_empty() { template } else { Err(ApiError::invalid_with(errors, checked.more_errors)) }
}

/// What is wrong with a template but for its nodes, and these as a path that has no bindings.
fn shape(body: &Value) -> Result<(Vec<ErrorSingle>, PathPayload), ApiError> {
    let mut errors = Vec::new();
    if body.get("params").and_then(Value::as_array).is_some_and(|params| params.len() > MAX_PARAMS) {
        let message = format!("Params must have at most {MAX_PARAMS} parameters");
        return Err(ApiError::invalid_parameter("params", message));
    }
    let plain: TemplatePayload = read(unbound(body, &mut errors))?;
    let mut faults = Faults::new();
    TemplatePayload { path: Vec::new(), ..plain.clone() }.faults(&At::Top, &mut faults);
    errors.extend(faults.into_iter().map(ErrorSingle::from));
    errors.extend(name_fault(&plain.name));
    find_voicemail(&plain.path, &At::Top.field("path"), &mut errors);
    let is_left = plain.extra.get("params").is_some_and(|params| !params.is_null());
    if plain.params.is_empty() && !is_left {
        errors.push(ErrorSingle::new("invalid_value", "Params must have at least one parameter").at("params"));
    }
    let mut before = BTreeSet::new();
    for (index, param) in plain.params.iter().enumerate() {
        if !before.insert(&param.name) {
            let message = format!("Name `{}` is used before", param.name);
            errors.push(ErrorSingle::new("invalid_value", message).at(&format!("params.{index}.name")));
        }
    }
    let path = PathPayload {
        path: plain.path,
        working_hours: plain.working_hours,
        repeat_config: plain.repeat_config,
        ..PathPayload::named(&plain.name)
    };
    Ok((errors, path))
}

/// How many faults of bindings are told: more than are answered, so that there is a number of the rest.
const MOST_FAULTS: usize = 1_000;

/// The template with an id in place of each binding, so that its nodes can be read as those of a path; and what is wrong
/// with the bindings.
fn unbound(body: &Value, errors: &mut Vec<ErrorSingle>) -> Value {
    let params = body.get("params").and_then(Value::as_array);
    let names: BTreeSet<_> =
        params.into_iter().flatten().filter_map(|param| param.get("name").and_then(Value::as_str)).collect();
    // An expression can be referred to in ways that are not told apart here.
    let has_expressions = body.get("expressions").and_then(Value::as_array).is_some_and(|all| !all.is_empty());
    let mut plain = body.clone();
    each_target(plain.get_mut("path"), "path", &mut |target, at| {
        let Some(binding) = target.get("binding").filter(|binding| !binding.is_null()).cloned() else { return };
        let at_binding = format!("{at}.binding");
        let mut wrong = |message: String, at: &str| {
            if errors.len() < MOST_FAULTS {
                errors.push(ErrorSingle::new("invalid_value", message).at(at));
            }
        };
        if target.contains_key("id") {
            wrong("Id must be left out where there is a binding".to_string(), &format!("{at}.id"));
        }
        target.insert("id".to_string(), Value::from("bound"));
        let Ok(binding) = BindingPayload::read(binding) else {
            return wrong("Binding must be an object".to_string(), &at_binding);
        };
        let values: Vec<_> = binding.value.iter().chain(binding.array_value.iter().flatten()).collect();
        if values.is_empty() {
            wrong("Binding must have a value".to_string(), &at_binding);
        }
        for reference in values.into_iter().filter_map(|value| value.reference.as_deref()) {
            if !names.contains(&reference) && !has_expressions {
                wrong(format!("Binding refers to `{reference}`, which is no parameter of the template"), &at_binding);
            }
        }
    });
    plain
}

/// What is wrong with how a path uses its template.
pub(super) async fn misused(store: &Store, path: &PathPayload) -> Result<Vec<ErrorSingle>, ApiError> {
    let mut errors = Vec::new();
    let Some(id) = path.template_id.as_deref().filter(|_| path.is_templated()) else { return Ok(errors) };
    let Some(template) = store.template(id).await? else {
        let message = format!("Template_id must be the id of an escalation path template; there is none `{id}`");
        return Ok(vec![ErrorSingle::new("invalid_value", message).at("template_id")]);
    };
    // Where it cannot be read, it is there, and what it asks for is not known.
    let Some(template) = template.document else { return Ok(errors) };
    let params = &template.payload.params;
    let bound = path.param_bindings.as_ref().map_or(&[][..], |bindings| &bindings.0);
    let with_value: BTreeSet<_> = bound
        .iter()
        .filter(|(_, to)| to.value.is_some() || to.array_value.is_some())
        .map(|(name, _)| name.as_str())
        .collect();
    let names: BTreeSet<_> = params.iter().map(|param| param.name.as_str()).collect();
    let mut wrong = |name: &str, message: String| {
        errors.push(ErrorSingle::new("invalid_value", message).at(&format!("param_bindings.{name}")));
    };
    for param in params.iter().filter(|param| !param.optional && param.default_value.is_none()) {
        if !with_value.contains(param.name.as_str()) {
            wrong(&param.name, format!("Param_bindings must give `{}` a value: {}", param.name, param.label));
        }
    }
    for (name, _) in bound.iter().filter(|(name, _)| !names.contains(name.as_str())) {
        wrong(name, format!("Param_bindings has `{name}`, which is no parameter of the template"));
    }
    Ok(errors)
}
