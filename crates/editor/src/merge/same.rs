//! Whether two documents say the same. What a server fills in where nothing was said is no difference.

use escalation_api::{Map, PathPayload, Value};

/// Whether two documents say the same: those of which one was read from a server, or both. A list, an object or a
/// value that is empty says what its absence does, and who does not say the kind leaves it to the server.
#[must_use]
pub fn is_same(one: &PathPayload, other: &PathPayload) -> bool {
    is_made_of(one, other) && said(&one.extra) == said(&other.extra)
}

/// Whether a document that a server has may have been made of one that was sent: the same, but for fields that are not
/// known, of which the server may have more.
#[must_use]
pub fn is_made_of(made: &PathPayload, sent: &PathPayload) -> bool {
    let kinds = made.kind.as_ref().zip(sent.kind.as_ref());
    let has_extra =
        said(&sent.extra).iter().all(|(name, value)| made.extra.get(*name).is_none_or(|made| made == *value));
    made.name == sent.name
        && kinds.is_none_or(|(made, sent)| made == sent)
        && made.path == sent.path
        && list(&made.working_hours) == list(&sent.working_hours)
        && made.repeat_config == sent.repeat_config
        && sorted(list(&made.team_ids)) == sorted(list(&sent.team_ids))
        && made.template_id == sent.template_id
        && has_same_bindings(made, sent)
        && has_extra
}

fn list<T>(list: &Option<Vec<T>>) -> &[T] {
    list.as_deref().unwrap_or_default()
}

/// Teams have no order.
fn sorted(ids: &[String]) -> Vec<&String> {
    let mut ids: Vec<_> = ids.iter().collect();
    ids.sort();
    ids
}

/// Whether two have the same bindings, in whatever order.
fn has_same_bindings(one: &PathPayload, other: &PathPayload) -> bool {
    let one = one.param_bindings.as_ref().map_or(&[][..], |named| &named.0);
    let other = other.param_bindings.as_ref().map_or(&[][..], |named| &named.0);
    one.len() == other.len() && one.iter().all(|binding| other.contains(binding))
}

/// The fields that say something, by name.
fn said(fields: &Map) -> std::collections::BTreeMap<&str, &Value> {
    let is_said = |value: &Value| match value {
        Value::Null => false,
        Value::Array(list) => !list.is_empty(),
        Value::Object(object) => !object.is_empty(),
        _ => true,
    };
    fields.iter().filter(|(_, value)| is_said(value)).map(|(name, value)| (name.as_str(), value)).collect()
}
