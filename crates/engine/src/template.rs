//! Templated paths: the nodes of a template, with the values that a path binds its parameters to.
//!
//! A value is put in the place of each binding. What stays open (a parameter without a value, a reference to something
//! that only an escalation has, an expression) stays where it is, so that a run stops there and nowhere else (R25).

use std::borrow::Cow;

use escalation_api::template::{Param, Template};
use escalation_api::{Json as _, Map, Path, PathPayload, Value};

use crate::world::{World, WorldPart};

/// A path as a standalone one would be: itself, unless it takes its nodes from a template.
///
/// # Errors
/// Why its nodes are not known.
pub fn resolve<'a>(path: &'a PathPayload, world: &World) -> Result<Cow<'a, PathPayload>, Unresolved> {
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
    if decides.iter().any(|field| template.extra.get(*field).is_some_and(|value| !value.is_null())) {
        return Err(bad());
    }
    let values = Values { path, template };
    let mut nodes: Value = template.path.iter().map(escalation_api::Node::write).collect();
    values.bind(&mut nodes);
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

/// The values that a path gives to a template's parameters.
struct Values<'a> {
    path: &'a PathPayload,
    template: &'a Template,
}

impl Values<'_> {
    /// Puts values in the place of the bindings in some nodes.
    fn bind(&self, nodes: &mut Value) {
        for node in nodes.as_array_mut().into_iter().flatten() {
            for kind in ["level", "notify_channel"] {
                let targets = node.get_mut(kind).and_then(|payload| payload.get_mut("targets"));
                if let Some(targets) = targets.and_then(Value::as_array_mut) {
                    *targets = targets.drain(..).flat_map(|target| self.target(target)).collect();
                }
            }
            let Some(branch) = node.get_mut("if_else") else { continue };
            for condition in branch.get_mut("conditions").and_then(Value::as_array_mut).into_iter().flatten() {
                let bindings = condition.get_mut("param_bindings").and_then(Value::as_array_mut);
                for binding in bindings.into_iter().flatten().filter(|binding| is_reference(binding)) {
                    if let Some(literals) = self.literals(binding, true) {
                        let values = literals.into_iter().map(|literal| serde_json::json!({ "literal": literal }));
                        *binding = serde_json::json!({ "array_value": values.collect::<Vec<_>>() });
                    }
                }
            }
            for side in ["then_path", "else_path"] {
                if let Some(list) = branch.get_mut(side) {
                    self.bind(list);
                }
            }
        }
    }

    /// A target for each value that its binding has; one that keeps its binding where there is none.
    fn target(&self, mut target: Value) -> Vec<Value> {
        let Some(fields) = target.as_object_mut() else { return vec![target] };
        let Some(binding) = fields.get("binding").filter(|binding| !binding.is_null()).cloned() else {
            return vec![target];
        };
        match self.literals(&binding, true) {
            Some(ids) => {
                fields.shift_remove("binding");
                let of = |id: String| {
                    let mut fields = fields.clone();
                    fields.insert("id".to_string(), Value::from(id));
                    Value::Object(fields)
                };
                ids.into_iter().map(of).collect()
            }
            None => {
                fields.insert("id".to_string(), Value::from(""));
                vec![target]
            }
        }
    }

    /// The literals of a binding, in order; nothing where one of them is not known. References are to parameters, and what
    /// those are bound to has literals only.
    fn literals(&self, binding: &Value, may_refer: bool) -> Option<Vec<String>> {
        let is_there = |field: &&str| binding.get(*field).is_some_and(|value| !value.is_null());
        let values = match (["value", "array_value"].iter().filter(|field| is_there(field)).count(), binding) {
            (1, Value::Object(fields)) => match fields.get("value").filter(|value| !value.is_null()) {
                Some(value) => vec![value],
                None => fields.get("array_value")?.as_array()?.iter().collect(),
            },
            _ => return None,
        };
        let mut literals = Vec::with_capacity(values.len());
        for value in values {
            let text = |field: &str| value.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
            match (text("literal"), text("reference")) {
                (Some(literal), None) => literals.push(literal.to_string()),
                (None, Some(name)) if may_refer => literals.extend(self.literals(&self.bound(name)?, false)?),
                _ => return None,
            }
        }
        Some(literals)
    }

    /// What a parameter of the template is bound to, by the path or by default. Each binding is read by itself.
    fn bound(&self, name: &str) -> Option<Value> {
        let param: &Param = self.template.params.iter().find(|param| param.name == name)?;
        let bound = self.path.param_bindings.iter().flat_map(|all| &all.0);
        let bound = bound.clone().find(|(of, _)| of == name).map(|(_, binding)| binding.write());
        // Where one of them cannot be read, all are as they came.
        let as_it_came = || self.path.extra.get("param_bindings")?.get(name).cloned();
        let has_value = |binding: &Value| {
            ["value", "array_value"].iter().any(|field| binding.get(*field).is_some_and(|value| !value.is_null()))
        };
        match bound.or_else(as_it_came) {
            Some(binding) if !binding.is_object() || has_value(&binding) => Some(binding),
            _ if param.extra.get("default_value").is_some_and(|value| !value.is_null()) => None,
            _ => param.default_value.as_ref().map(escalation_api::Json::write),
        }
    }
}

fn is_reference(binding: &Value) -> bool {
    let values = binding.get("value").into_iter();
    let mut values = values.chain(binding.get("array_value").and_then(Value::as_array).into_iter().flatten());
    values.any(|value| value.get("reference").is_some_and(Value::is_string))
}
