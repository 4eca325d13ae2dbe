//! Templated paths: the nodes of a template, with the values that a path binds its parameters to.
//!
//! A value is put in the place of each binding. What stays open (a parameter without a value, a reference to something
//! that only an escalation has, an expression) stays where it is, so that a run stops there and nowhere else (R25).

use std::borrow::Cow;
use std::collections::BTreeMap;

use escalation_api::template::{Param, Template};
use escalation_api::{Json as _, Map, Path, PathKind, PathPayload, Value};

use crate::world::{World, WorldPart};

/// The most that a template may come to with the values of a path: the bytes of its text, and [`PER_VALUE`] for each JSON
/// value. Each reference stands for as many values as its parameter has, so that it may come to much more than both
/// documents. A document of 1 MB comes to some 3,000,000 by itself.
const MAX_RESOLVED: usize = 4_000_000;

/// The most that all templates may come to which are resolved for one compiled path, in the same measure.
pub(crate) const MAX_RESOLVED_IN_ALL: usize = 4 * MAX_RESOLVED;

/// What a JSON value counts besides its text.
const PER_VALUE: usize = 16;

/// A path as a standalone one would be: itself, unless it takes its nodes from a template.
///
/// # Errors
/// Why its nodes are not known.
pub fn resolve<'a>(path: &'a PathPayload, world: &World) -> Result<Cow<'a, PathPayload>, Unresolved> {
    resolve_within(path, world, &mut { MAX_RESOLVED })
}

/// The same for one of many paths, which may come to `left` all together. What this one comes to is taken from that.
pub(crate) fn resolve_within<'a>(
    path: &'a PathPayload,
    world: &World,
    left: &mut usize,
) -> Result<Cow<'a, PathPayload>, Unresolved> {
    if !path.is_templated() {
        return Ok(Cow::Borrowed(path));
    }
    if !path.path.is_empty() {
        return Err(Unresolved::OwnNodes);
    }
    let id = path.template_id.as_deref().unwrap_or_default();
    if id.is_empty() {
        return Err(Unresolved::NoTemplate);
    }
    let Some(template) = world.templates.iter().find(|template| template.id == id) else {
        let is_unread = world.is_unread(WorldPart::Templates);
        return Err(if is_unread { Unresolved::Unread(id.to_string()) } else { Unresolved::Missing(id.to_string()) });
    };
    let bad = || Unresolved::Bad(id.to_string());
    let decides = ["path", "working_hours", "repeat_config", "params"];
    let is_bad = decides.iter().any(|field| template.extra.get(*field).is_some_and(|value| !value.is_null()));
    if is_bad || !has_list(&template.extra) {
        return Err(bad());
    }
    let too_large = |TooLarge| Unresolved::TooLarge(id.to_string());
    let most = MAX_RESOLVED.min(*left);
    if most == 0 {
        return Err(too_large(TooLarge));
    }
    let mut nodes: Value = template.path.iter().map(escalation_api::Node::write).collect();
    let mut values = Values { params: params(path, template), left: most };
    let bound = values.take(size(&nodes)).and_then(|()| values.bind(&mut nodes));
    // What is too large by itself counts, too: it took as much work.
    *left -= most - values.left;
    bound.map_err(too_large)?;
    let mut fields = Map::new();
    fields.insert("id".to_string(), Value::from("-"));
    fields.insert("name".to_string(), Value::from(path.name.as_str()));
    fields.insert("path".to_string(), nodes);
    let read = Path::read(Value::Object(fields)).map_err(|_| bad())?;
    Ok(Cow::Owned(PathPayload {
        working_hours: template.working_hours.clone(),
        repeat_config: path.repeat_config.clone().or_else(|| template.repeat_config.clone()),
        team_ids: path.team_ids.clone(),
        ..PathPayload::from(&read)
    }))
}

/// The template that a path takes its nodes from, if it is there.
pub(crate) fn of<'w>(path: &Path, world: &'w World) -> Option<&'w Template> {
    let id = path.template_id.as_deref().filter(|_| path.kind == Some(PathKind::Templated))?;
    world.templates.iter().find(|template| template.id == id)
}

/// Whether a path or a template has a list of nodes: what stands in its place otherwise is kept among the other fields.
pub(crate) fn has_list(extra: &Map) -> bool {
    !extra.contains_key("path")
}

/// Why the nodes of a templated path are not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// It does not say from which template.
    #[error("this path takes its nodes from a template and does not say from which")]
    NoTemplate,
    /// There is no template with this id.
    #[error("there is no template `{0}`, from which this path takes its nodes")]
    Missing(String),
    /// Not all templates could be read, and the one with this id is not among those that could.
    #[error("not all templates could be read, and `{0}` is not among those that could")]
    Unread(String),
    /// The template with this id cannot be read.
    #[error("the template `{0}`, from which this path takes its nodes, cannot be read")]
    Bad(String),
    /// With the values of the path, the template with this id is larger than is taken.
    #[error("the template `{0}`, from which this path takes its nodes, is too large with the values of the path")]
    TooLarge(String),
    /// It has nodes of its own, too.
    #[error("this path takes its nodes from a template and has nodes of its own")]
    OwnNodes,
}

/// The name of what a target is bound to that has no value, if that is so: what is left of a binding.
pub(crate) fn open(extra: &Map) -> Option<String> {
    let binding = extra.get("binding").filter(|binding| !binding.is_null())?;
    let values = binding.get("value").into_iter();
    let values = values.chain(binding.get("array_value").and_then(Value::as_array).into_iter().flatten());
    let names: Vec<&str> = values.filter_map(|value| value.get("reference").and_then(Value::as_str)).collect();
    Some(names.join(", "))
}

/// A template comes to more than is taken.
#[derive(Debug, Clone, Copy)]
struct TooLarge;

/// How much a JSON value is: the bytes of its text, and [`PER_VALUE`] for each value in it.
fn size(value: &Value) -> usize {
    let inside = match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(fields) => fields.iter().map(|(name, value)| name.len() + size(value)).sum(),
        Value::String(text) => text.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    PER_VALUE + inside
}

/// The values that a path gives to a template's parameters, and how much may yet be put in their places.
struct Values<'a> {
    /// By the parameter's name; nothing where one of the values is not known.
    params: BTreeMap<&'a str, Option<Vec<String>>>,
    left: usize,
}

impl Values<'_> {
    /// Counts so much; fails where that is more than is left, of which nothing is left then.
    fn take(&mut self, size: usize) -> Result<(), TooLarge> {
        let left = self.left.checked_sub(size);
        self.left = left.unwrap_or(0);
        left.map(|_| ()).ok_or(TooLarge)
    }

    /// Puts values in the place of the bindings in some nodes.
    fn bind(&mut self, nodes: &mut Value) -> Result<(), TooLarge> {
        for node in nodes.as_array_mut().into_iter().flatten() {
            for kind in ["level", "notify_channel"] {
                let targets = node.get_mut(kind).and_then(|payload| payload.get_mut("targets"));
                if let Some(targets) = targets.and_then(Value::as_array_mut) {
                    let mut bound = Vec::with_capacity(targets.len());
                    for target in targets.drain(..) {
                        self.target(target, &mut bound)?;
                    }
                    *targets = bound;
                }
            }
            let Some(branch) = node.get_mut("if_else") else { continue };
            for condition in branch.get_mut("conditions").and_then(Value::as_array_mut).into_iter().flatten() {
                let bindings = condition.get_mut("param_bindings").and_then(Value::as_array_mut);
                for binding in bindings.into_iter().flatten().filter(|binding| is_reference(binding)) {
                    if let Some(literals) = self.literals(binding)? {
                        let values = literals.into_iter().map(|literal| serde_json::json!({ "literal": literal }));
                        *binding = serde_json::json!({ "array_value": values.collect::<Vec<_>>() });
                    }
                }
            }
            for side in ["then_path", "else_path"] {
                if let Some(list) = branch.get_mut(side) {
                    self.bind(list)?;
                }
            }
        }
        Ok(())
    }

    /// Adds a target for each value that its binding has; one that keeps its binding where there is none.
    fn target(&mut self, mut target: Value, bound: &mut Vec<Value>) -> Result<(), TooLarge> {
        let binding = target.get("binding").filter(|binding| !binding.is_null()).cloned();
        if let (Some(binding), Some(fields)) = (binding, target.as_object_mut()) {
            if let Some(ids) = self.literals(&binding)? {
                fields.shift_remove("binding");
                // It is copied for each value.
                let of_each = fields.iter().map(|(name, value)| name.len() + size(value)).sum::<usize>() + PER_VALUE;
                self.take(of_each.saturating_mul(ids.len()))?;
                bound.extend(ids.into_iter().map(|id| {
                    let mut fields = fields.clone();
                    fields.insert("id".to_string(), Value::from(id));
                    Value::Object(fields)
                }));
                return Ok(());
            }
            fields.insert("id".to_string(), Value::from(""));
        }
        bound.push(target);
        Ok(())
    }

    /// The literals of a binding that may refer to parameters, in order; nothing where one of them is not known.
    fn literals(&mut self, binding: &Value) -> Result<Option<Vec<String>>, TooLarge> {
        let Some(values) = values_of(binding) else { return Ok(None) };
        let mut literals = Vec::new();
        for value in values {
            let of_value = match (text(value, "literal"), text(value, "reference")) {
                // It is written in the document.
                (Some(literal), None) => {
                    literals.push(literal.to_string());
                    continue;
                }
                (None, Some(name)) => self.params.get(name).and_then(Option::as_deref),
                _ => None,
            };
            let Some(of_value) = of_value else { return Ok(None) };
            // A literal is two values: an object and its text.
            let size = of_value.iter().map(|literal| literal.len() + 2 * PER_VALUE).sum();
            self.left = self.left.checked_sub(size).ok_or(TooLarge)?;
            literals.extend(of_value.iter().cloned());
        }
        Ok(Some(literals))
    }
}

/// The values of a binding, which has one or a list of them; nothing where it has neither, or both.
fn values_of(binding: &Value) -> Option<&[Value]> {
    let field = |name: &str| binding.get(name).filter(|value| !value.is_null());
    match (field("value"), field("array_value")) {
        (Some(value), None) => Some(std::slice::from_ref(value)),
        (None, Some(values)) => values.as_array().map(Vec::as_slice),
        _ => None,
    }
}

/// A field of a value that has a text which is not empty.
fn text<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    value.get(field).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The values of each parameter of a template. What parameters are bound to has literals only.
fn params<'a>(path: &PathPayload, template: &'a Template) -> BTreeMap<&'a str, Option<Vec<String>>> {
    let mut bindings = BTreeMap::new();
    for (name, binding) in path.param_bindings.iter().flat_map(|all| &all.0) {
        bindings.entry(name.as_str()).or_insert(binding);
    }
    let literals = |binding: Value| -> Option<Vec<String>> {
        let literal = |value| match (text(value, "literal"), text(value, "reference")) {
            (Some(literal), None) => Some(literal.to_string()),
            _ => None,
        };
        values_of(&binding)?.iter().map(literal).collect()
    };
    let mut params = BTreeMap::new();
    for param in &template.params {
        let bound = || {
            let bound = bindings.get(param.name.as_str()).map(|binding| binding.write());
            // Where one of them cannot be read, all are as they came.
            bound.or_else(|| path.extra.get("param_bindings")?.get(&param.name).cloned())
        };
        params.entry(param.name.as_str()).or_insert_with(|| value_of(param, bound()).and_then(literals));
    }
    params
}

/// What a parameter is bound to by a path, or else by default. Each binding is read by itself.
fn value_of(param: &Param, bound: Option<Value>) -> Option<Value> {
    let has_value = |binding: &Value| {
        ["value", "array_value"].iter().any(|field| binding.get(*field).is_some_and(|value| !value.is_null()))
    };
    match bound {
        Some(binding) if !binding.is_object() || has_value(&binding) => Some(binding),
        _ if param.extra.get("default_value").is_some_and(|value| !value.is_null()) => None,
        _ => param.default_value.as_ref().map(escalation_api::Json::write),
    }
}

fn is_reference(binding: &Value) -> bool {
    let values = binding.get("value").into_iter();
    let mut values = values.chain(binding.get("array_value").and_then(Value::as_array).into_iter().flatten());
    values.any(|value| value.get("reference").is_some_and(Value::is_string))
}
