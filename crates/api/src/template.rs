//! Templates of escalation paths.

use crate::condition::Binding;
use crate::macros::object;
use crate::{Condition, ConditionPayload, Map, Node, RepeatConfig, WorkingHours};

object! {
    /// A parameter of a template.
    pub struct Param {
        /// What bindings name it by.
        required name: String,
        /// For people.
        required label: String,
        /// What it takes, such as `CatalogEntry["Schedule"]`.
        required param_type as "type": String,
        /// Whether it takes several values.
        required array: bool,
        /// Whether a path may leave it unbound.
        required optional: bool,
        /// For people.
        required description: String,
        /// The value where a path does not bind it.
        optional default_value: Binding,
        /// The kinds of bindings to offer; none: all.
        optional allowed_value_types: Vec<String>,
    }
}

object! {
    /// A template as it is sent. Its targets may carry a `binding` in place of an id: then its levels keep them unread.
    pub struct TemplatePayload {
        /// Its name.
        required name: String,
        /// For people.
        optional description: String,
        /// The parameters that paths made from it give values to.
        list params: Vec<Param>,
        /// Its nodes.
        list path: Vec<Node<ConditionPayload>>,
        /// What bindings can refer to besides parameters.
        optional expressions: Vec<Map>,
        /// The sets of working hours that its nodes name.
        optional working_hours: Vec<WorkingHours>,
        /// Paging again after an acknowledgement.
        optional repeat_config: RepeatConfig,
    }
}

object! {
    /// A template as the API returns it. Targets with a `binding` are kept unread as in [`TemplatePayload`].
    pub struct Template {
        /// Its id.
        required id: String,
        /// Its name.
        required name: String,
        /// For people.
        optional description: String,
        /// The parameters that paths made from it give values to.
        list params: Vec<Param>,
        /// Its nodes.
        list path: Vec<Node<Condition>>,
        /// What bindings can refer to besides parameters.
        list expressions: Vec<Map>,
        /// The sets of working hours that its nodes name.
        optional working_hours: Vec<WorkingHours>,
        /// Paging again after an acknowledgement.
        optional repeat_config: RepeatConfig,
        /// Whether a path was made from it in an earlier revision.
        optional has_historical_escalation_path_versions: bool,
    }
}
