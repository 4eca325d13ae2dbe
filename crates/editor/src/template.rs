//! A path of its own from a template: its nodes, with people and schedules in the place of parameters.

use std::collections::BTreeMap;

use escalation_api::template::Template;
use escalation_api::{Json as _, Map, PathPayload, Value};

use crate::fault::Fault;

/// What a parameter takes, as far as it can be chosen here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Takes {
    /// A schedule.
    Schedule,
    /// A person.
    User,
    /// Something that is written down, such as the id of a channel.
    Text,
}

impl Takes {
    /// What a parameter of this type takes: `CatalogEntry["Schedule"]` a schedule.
    #[must_use]
    pub fn of(param_type: &str) -> Self {
        if param_type.contains("Schedule") {
            Self::Schedule
        } else if param_type.contains("User") {
            Self::User
        } else {
            Self::Text
        }
    }
}

/// The path that a template describes, with these values for its parameters, by their names. A target whose parameter
/// has no value is left out, and so is a node that has no target then.
///
/// # Errors
/// If the template has nodes that cannot be read.
pub fn instantiate(template: &Template, name: &str, values: &BTreeMap<String, String>) -> Result<PathPayload, Fault> {
    const HINT: &str = "Its template may be of a newer version.";
    let read = template.write();
    let mut fields = Map::new();
    fields.insert("id".to_string(), Value::from(""));
    fields.insert("name".to_string(), Value::from(name));
    for field in ["path", "working_hours", "repeat_config"] {
        if let Some(value) = read.get(field).filter(|value| !value.is_null()) {
            fields.insert(field.to_string(), value.clone());
        }
    }
    if let Some(nodes) = fields.get_mut("path").and_then(Value::as_array_mut) {
        bind(nodes, values);
    }
    PathPayload::read_either(Value::Object(fields))
        .map(|path| PathPayload { extra: Map::new(), ..path })
        .map_err(|value| Fault::of::<PathPayload>(&value, &escalation_api::At::Top, HINT))
}

fn bind(nodes: &mut Vec<Value>, values: &BTreeMap<String, String>) {
    nodes.retain_mut(|node| {
        for side in ["then_path", "else_path"] {
            let list = node.get_mut("if_else").and_then(|branch| branch.get_mut(side)).and_then(Value::as_array_mut);
            if let Some(list) = list {
                bind(list, values);
            }
        }
        for kind in ["level", "notify_channel"] {
            let targets = node.get_mut(kind).and_then(|level| level.get_mut("targets")).and_then(Value::as_array_mut);
            if let Some(targets) = targets {
                let had = !targets.is_empty();
                targets.retain_mut(|target| bind_target(target, values));
                if had && targets.is_empty() {
                    return false;
                }
            }
        }
        true
    });
}

/// Puts a value in the place of a target's binding; whether there is one.
fn bind_target(target: &mut Value, values: &BTreeMap<String, String>) -> bool {
    let Some(fields) = target.as_object_mut() else { return true };
    let Some(binding) = fields.shift_remove("binding") else { return true };
    let value = binding.get("value");
    let text = |name: &str| value.and_then(|value| value.get(name)).and_then(Value::as_str);
    let referred = text("reference").and_then(|name| values.get(name)).map(String::as_str);
    match text("literal").or(referred).filter(|id| !id.is_empty()) {
        Some(id) => {
            fields.insert("id".to_string(), Value::from(id));
            true
        }
        None => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::BTreeMap;

    use escalation_api::template::Template;
    use escalation_api::{Json as _, NodeKind};
    use serde_json::json;

    use super::{Takes, instantiate};

    #[test]
    fn values_take_the_place_of_parameters() {
        let level = |id: &str, kind: &str, of: &str| {
            json!({"id": id, "type": "level", "level": {"time_to_ack_seconds": 300, "targets": [
                {"type": kind, "urgency": "high", "binding": {"value": {"reference": of}}}]}})
        };
        let template = json!({
        "id": "t", "name": "Team", "params": [], "expressions": [], "path": [
            level("first", "schedule", "primary"),
            {"id": "if", "type": "if_else", "if_else": {"conditions": [{
                "subject": {"label": "Priority", "reference": "escalation.priority"},
                "operation": {"label": "is one of", "value": "one_of"},
                "param_bindings": [{"array_value": [{"label": "P1", "literal": "p1"}]}]}],
                "then_path": [level("second", "user", "manager")], "else_path": []}},
        ]});
        let template = Template::read(template).unwrap();
        let values = BTreeMap::from([("primary".to_string(), "01S".to_string())]);
        let path = instantiate(&template, "Payments", &values).unwrap();
        assert_eq!(path.name, "Payments");
        let [first, branch] = path.path.as_slice() else { panic!("{:?}", path.path) };
        let NodeKind::Level(level) = &first.kind else { panic!("{first:?}") };
        assert_eq!(level.targets.first().map(|target| target.id.as_str()), Some("01S"));
        assert!(level.targets.iter().all(|target| target.extra.is_empty()));
        let NodeKind::IfElse(branch) = &branch.kind else { panic!("{branch:?}") };
        assert!(branch.then_path.is_empty(), "nobody is left to page there");
        assert!(path.extra.is_empty() && path.template_id.is_none());
    }

    #[test]
    fn what_parameters_take() {
        assert_eq!(Takes::of("CatalogEntry[\"Schedule\"]"), Takes::Schedule);
        assert_eq!(Takes::of("CatalogEntry[\"User\"]"), Takes::User);
        assert_eq!(Takes::of("String"), Takes::Text);
    }
}
