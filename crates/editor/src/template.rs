//! A path of its own from a template: its nodes, with people and schedules in the place of parameters.

use std::collections::BTreeMap;

use escalation_api::template::Template;
use escalation_api::{ConditionPayload, Json as _, Map, Node, NodeKind, PathPayload, Value, capitalised};
use escalation_engine::{World, template};
use serde_json::json;

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

/// The path that a template describes, with these values for its parameters, by their names, or else with the parameters'
/// defaults. A target whose parameter has no value is left out, and so is a node that has no target then.
///
/// # Errors
/// If the template has nodes that cannot be read, or comes to more than is taken.
pub fn instantiate(template: &Template, name: &str, values: &BTreeMap<String, String>) -> Result<PathPayload, Fault> {
    const HINT: &str = "Its template may be of a newer version.";
    let literal = |(name, id): (&String, &String)| (name.clone(), json!({"value": {"literal": id}}));
    let bindings: Map = values.iter().map(literal).collect();
    let templated = json!({"name": name, "kind": "templated", "template_id": template.id, "path": [],
        "param_bindings": bindings});
    let templated = PathPayload::read(templated)
        .map_err(|value| Fault::of::<PathPayload>(&value, &escalation_api::At::Top, HINT))?;
    let world = World { templates: vec![template.clone()], ..World::default() };
    let resolved = template::resolve(&templated, &world);
    let mut path = resolved.map_err(|why| Fault::whole(capitalised(&why.to_string()), HINT))?.into_owned();
    leave_out_open(&mut path.path);
    Ok(PathPayload { extra: Map::new(), ..path })
}

/// Leaves out targets without a value, and nodes of which no target is left.
fn leave_out_open(nodes: &mut Vec<Node<ConditionPayload>>) {
    nodes.retain_mut(|node| {
        let targets = match &mut node.kind {
            NodeKind::IfElse(branch) => {
                leave_out_open(&mut branch.then_path);
                leave_out_open(&mut branch.else_path);
                return true;
            }
            NodeKind::Level(level) => &mut level.targets,
            NodeKind::NotifyChannel(channel) => &mut channel.targets,
            _ => return true,
        };
        // A list that was bound to no values left none, as one that is open does.
        targets.retain(|target| target.extra.get("binding").is_none_or(Value::is_null));
        for target in targets.iter_mut() {
            target.extra.shift_remove("binding");
        }
        !targets.is_empty()
    });
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::BTreeMap;

    use escalation_api::template::Template;
    use escalation_api::{Json as _, NodeKind, Value};
    use serde_json::json;

    use super::{Takes, instantiate};

    #[test]
    fn values_take_the_place_of_parameters() {
        let level = |id: &str, kind: &str, of: &str| {
            json!({"id": id, "type": "level", "level": {"time_to_ack_seconds": 300, "targets": [
                {"type": kind, "urgency": "high", "binding": {"value": {"reference": of}}}]}})
        };
        let param = |name: &str| json!({"name": name, "label": name, "type": "String", "array": false, "optional": false, "description": ""});
        let template = json!({
        "id": "t", "name": "Team", "params": [param("primary"), param("manager")], "expressions": [], "path": [
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
    fn defaults_lists_and_conditions_count_as_in_the_engine() {
        let param = |name: &str, default: Value| {
            let mut param = json!({"name": name, "label": name, "type": "CatalogEntry[\"User\"]", "array": false,
                "optional": true, "description": ""});
            if !default.is_null() {
                param["default_value"] = default;
            }
            param
        };
        let level = |id: &str, binding: Value| {
            json!({"id": id, "type": "level", "level": {"targets": [
            {"type": "user", "urgency": "high", "binding": binding}]}})
        };
        let condition = json!({"subject": {"label": "Priority", "reference": "escalation.priority"},
            "operation": {"label": "is one of", "value": "one_of"},
            "param_bindings": [{"array_value": [{"label": "which", "reference": "which"}]}]});
        let template = json!({"id": "t", "name": "T", "expressions": [],
            "params": [param("first", json!({"value": {"literal": "ada"}})), param("which", Value::Null), param("none", Value::Null)],
            "path": [level("a", json!({"value": {"reference": "first"}})),
                level("b", json!({"array_value": [{"literal": "bo"}, {"literal": "cy"}]})),
                level("c", json!({"value": {"reference": "none"}})),
                {"id": "d", "type": "if_else", "if_else": {"conditions": [condition], "else_path": [],
                    "then_path": [level("e", json!({"value": {"reference": "expressions[\"x\"]"}}))]}}]});
        let template = Template::read(template).unwrap();
        let path = instantiate(&template, "P", &BTreeMap::from([("which".to_string(), "p1".to_string())])).unwrap();
        let targets = |node: &escalation_api::Node<_>| match &node.kind {
            NodeKind::Level(level) => level.targets.iter().map(|target| target.id.clone()).collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        let [first, both, branch] = path.path.as_slice() else { panic!("{:?}", path.path) };
        assert_eq!(
            (targets(first), targets(both)),
            (vec!["ada".to_string()], vec!["bo".to_string(), "cy".to_string()])
        );
        let NodeKind::IfElse(branch) = &branch.kind else { panic!("{branch:?}") };
        assert!(branch.then_path.is_empty());
        let bound = branch.conditions.first().unwrap().write().to_string();
        assert!(bound.contains("p1") && !bound.contains("reference"), "{bound}");
    }

    #[test]
    fn what_parameters_take() {
        assert_eq!(Takes::of("CatalogEntry[\"Schedule\"]"), Takes::Schedule);
        assert_eq!(Takes::of("CatalogEntry[\"User\"]"), Takes::User);
        assert_eq!(Takes::of("String"), Takes::Text);
    }
}
