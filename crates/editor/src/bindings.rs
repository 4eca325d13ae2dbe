//! The values that a path gives to the parameters of the template that it is made from.

use escalation_api::condition::{BindingPayload, ParamValuePayload};
use escalation_api::template::Param;
use escalation_api::{Map, PathPayload};

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
