//! The values that a path gives to the parameters of the template that it is made from.

use escalation_api::condition::{BindingPayload, ParamValuePayload};
use escalation_api::template::{Param, Template};
use escalation_api::{Map, PathPayload};

use crate::Command;

/// What the parameter with this name is bound to.
#[must_use]
pub fn binding<'a>(path: &'a PathPayload, name: &str) -> Option<&'a BindingPayload> {
    path.param_bindings.as_ref()?.0.iter().find(|(of, _)| of == name).map(|(_, binding)| binding)
}

/// The parameters that are bound and that a template does not have.
#[must_use]
pub fn strangers<'a>(path: &'a PathPayload, params: &[Param]) -> Vec<&'a str> {
    let bound = path.param_bindings.iter().flat_map(|all| &all.0).map(|(name, _)| name.as_str());
    bound.filter(|name| params.iter().all(|param| param.name != *name)).collect()
}

/// The change to another template: values are kept for parameters that it has, too, and that take the same; with the
/// labels of those whose values are lost.
#[must_use]
pub fn to_template(path: &PathPayload, from: Option<&Template>, to: &Template) -> (Command, Vec<String>) {
    let (mut all, mut lost) = (vec![Command::SetTemplate(Some(to.id.clone()))], Vec::new());
    for (name, binding) in path.param_bindings.iter().flat_map(|all| &all.0) {
        let was = from.and_then(|from| from.params.iter().find(|param| param.name == *name));
        let is = to.params.iter().find(|param| param.name == *name);
        let takes = |param: &Param| (param.param_type.clone(), param.array);
        if is.is_some_and(|is| was.is_none_or(|was| takes(was) == takes(is))) {
            all.push(Command::SetBinding(name.clone(), Some(Box::new(binding.clone()))));
        } else {
            lost.push(was.map_or_else(|| name.clone(), |was| was.label.clone()));
        }
    }
    (Command::Several(None, all), lost)
}

/// The literals of a binding in order; nothing if it has something else, such as a reference.
#[must_use]
pub fn literals(binding: &BindingPayload) -> Option<Vec<&str>> {
    let values = binding.value.iter().chain(binding.array_value.iter().flatten());
    values.map(|value| value.literal.as_deref().filter(|_| value.reference.is_none())).collect()
}

/// A binding to some literals, for a parameter that takes several or one; nothing for no literals. What is unknown
/// about the binding, and about values that stay, is kept.
#[must_use]
pub fn bound(before: Option<&BindingPayload>, literals: &[String], several: bool) -> Option<BindingPayload> {
    if literals.is_empty() {
        return None;
    }
    let value = |literal: &String| {
        let mut known = before.iter().flat_map(|b| b.value.iter().chain(b.array_value.iter().flatten()));
        let kept = known.find(|value| value.literal.as_ref() == Some(literal) && value.reference.is_none()).cloned();
        kept.unwrap_or_else(|| ParamValuePayload { literal: Some(literal.clone()), reference: None, extra: Map::new() })
    };
    let extra = before.map(|before| before.extra.clone()).unwrap_or_default();
    Some(if several {
        BindingPayload { value: None, array_value: Some(literals.iter().map(value).collect()), extra }
    } else {
        BindingPayload { value: literals.first().map(value), array_value: None, extra }
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use escalation_api::{Json as _, Value};
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> BindingPayload {
        BindingPayload::read(value).unwrap()
    }

    #[test]
    fn what_another_template_takes_too_is_kept() {
        let template = |id: &str, params: Value| {
            Template::read(json!({"id": id, "name": id, "params": params, "path": [], "expressions": []})).unwrap()
        };
        let param = |name: &str, takes: &str| json!({"name": name, "label": name.to_uppercase(), "type": takes, "array": false, "optional": false, "description": ""});
        let from = template("one", json!([param("lead", "User"), param("team", "Schedule"), param("old", "User")]));
        let to = template("two", json!([param("lead", "User"), param("team", "User")]));
        let value = |id: &str| json!({"value": {"literal": id}});
        let path = PathPayload::read(json!({"name": "n", "path": [], "kind": "templated", "template_id": "one",
            "param_bindings": {"lead": value("u"), "team": value("s"), "old": value("v")}}));
        let path = path.unwrap();
        let (command, lost) = to_template(&path, Some(&from), &to);
        assert_eq!(lost, ["TEAM", "OLD"]);
        let after = command.apply(&path).unwrap().write();
        assert_eq!((&after["template_id"], &after["param_bindings"]), (&json!("two"), &json!({"lead": value("u")})));
    }

    #[test]
    fn values_are_kept_that_stay() {
        let before = read(json!({"array_value": [{"literal": "a", "tide": 3}, {"literal": "b"}], "moon": "full"}));
        assert_eq!(literals(&before), Some(vec!["a", "b"]));
        let of = |literals: &[&str], several| {
            let literals: Vec<String> = literals.iter().map(ToString::to_string).collect();
            bound(Some(&before), &literals, several).map(|binding| binding.write())
        };
        let both = json!({"array_value": [{"literal": "c"}, {"literal": "a", "tide": 3}], "moon": "full"});
        assert_eq!(of(&["c", "a"], true), Some(both));
        assert_eq!(of(&["a"], false), Some(json!({"value": {"literal": "a", "tide": 3}, "moon": "full"})));
        assert_eq!(of(&[], true), None);
        assert_eq!(literals(&read(json!({"value": {"reference": "alert.team"}}))), None);
        assert_eq!(literals(&read(json!({}))), Some(vec![]));
    }

    #[test]
    fn what_is_bound_and_not_asked_for() {
        let path = json!({"name": "x", "kind": "templated", "template_id": "t", "path": [],
            "param_bindings": {"lead": {"value": {"literal": "u"}}, "old": {"value": {"literal": "v"}}}});
        let path = PathPayload::read(path).unwrap();
        let lead = json!({"name": "lead", "label": "Lead", "type": "CatalogEntry[\"User\"]", "array": false,
            "optional": false, "description": ""});
        let lead = Param::read(lead).unwrap();
        assert_eq!(strangers(&path, &[lead]), ["old"]);
        assert_eq!(binding(&path, "lead").and_then(literals), Some(vec!["u"]));
        assert_eq!(binding(&path, "none"), None);
    }
}
