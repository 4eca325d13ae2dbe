//! The condition of a branch, in the form that the API returns and in the form that it takes.
//!
//! They differ: what is read has labels, and its subject and operation are objects. A client that sends back what it
//! read is refused, so the two are different types and [`ConditionPayload`] is made from [`Condition`].

use std::fmt;

use crate::macros::object;
use crate::{Json, Map, Value};

object! {
    /// A value of a condition, as it is sent.
    pub struct ParamValuePayload {
        /// The value itself, such as the id of a priority.
        optional literal: String,
        /// A reference to a value in the scope of the escalation.
        optional reference: String,
    }
}

object! {
    /// The values that one parameter of an operation is bound to, as they are sent.
    pub struct BindingPayload {
        /// One value.
        optional value: ParamValuePayload,
        /// Several values.
        optional array_value: Vec<ParamValuePayload>,
    }
}

object! {
    /// A condition as it is sent.
    pub struct ConditionPayload {
        /// What is looked at: `escalation.priority` or `escalation.working_hours["ID"]`.
        required subject: String,
        /// What is asked of it: `one_of` or `is_active`.
        required operation: String,
        /// What it is compared with.
        list param_bindings: Vec<BindingPayload>,
    }
}

object! {
    /// A value of a condition, as it is returned.
    pub struct ParamValue {
        /// For people.
        optional label: String,
        /// The value itself, such as the id of a priority.
        optional literal: String,
        /// A reference to a value in the scope of the escalation.
        optional reference: String,
    }
}

object! {
    /// The values that one parameter of an operation is bound to, as they are returned.
    pub struct Binding {
        /// One value.
        optional value: ParamValue,
        /// Several values.
        optional array_value: Vec<ParamValue>,
    }
}

object! {
    /// What a condition looks at, as it is returned.
    pub struct Subject {
        /// For people.
        optional label: String,
        /// `escalation.priority` or `escalation.working_hours["ID"]`.
        required reference: String,
    }
}

object! {
    /// What a condition asks, as it is returned.
    pub struct Operation {
        /// For people.
        optional label: String,
        /// `one_of` or `is_active`.
        required value: String,
    }
}

object! {
    /// A condition as it is returned.
    pub struct Condition {
        /// What is looked at.
        required subject: Subject,
        /// What is asked of it.
        required operation: Operation,
        /// What it is compared with.
        list param_bindings: Vec<Binding>,
    }
}

/// What both forms of a condition have in common.
pub trait ConditionForm: Json + Clone + fmt::Debug + PartialEq {
    /// The reference of the subject.
    fn subject(&self) -> &str;
    /// The name of the operation.
    fn operation(&self) -> &str;
    /// The literals of the only binding, if that is all there is: one list of literals.
    fn literals(&self) -> Option<Vec<&str>>;
    /// Whether there are no bindings at all.
    fn is_unbound(&self) -> bool;

    /// What the condition tests, if it is one of the two tests that an escalation path knows.
    fn test(&self) -> Option<Test<'_>> {
        match self.operation() {
            "one_of" if self.subject() == PRIORITY => self.literals().map(Test::PriorityOneOf),
            "is_active" if self.is_unbound() => working_hours_of(self.subject()).map(Test::WorkingHoursActive),
            _ => None,
        }
    }
}

/// The two tests of an escalation path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test<'a> {
    /// The escalation's priority is one of these ids.
    PriorityOneOf(Vec<&'a str>),
    /// The working hours with this id are active.
    WorkingHoursActive(&'a str),
}

/// The subject of a condition on the priority of the escalation.
pub const PRIORITY: &str = "escalation.priority";
const WORKING_HOURS: (&str, &str) = ("escalation.working_hours[\"", "\"]");

/// The id in `escalation.working_hours["ID"]`, which stands there as it is, without escapes.
fn working_hours_of(subject: &str) -> Option<&str> {
    let id = subject.strip_prefix(WORKING_HOURS.0)?.strip_suffix(WORKING_HOURS.1)?;
    (!id.is_empty() && !id.contains('"')).then_some(id)
}

impl ConditionPayload {
    /// Tests whether the escalation's priority is one of these.
    pub fn priority_one_of<S: Into<String>>(ids: impl IntoIterator<Item = S>) -> Self {
        let values = ids.into_iter().map(|id| ParamValuePayload {
            literal: Some(id.into()),
            reference: None,
            extra: Map::new(),
        });
        let binding = BindingPayload { value: None, array_value: Some(values.collect()), extra: Map::new() };
        Self {
            subject: PRIORITY.to_string(),
            operation: "one_of".to_string(),
            param_bindings: vec![binding],
            extra: Map::new(),
        }
    }

    /// Tests whether the working hours with this id are active.
    #[must_use]
    pub fn working_hours_active(id: &str) -> Self {
        Self {
            subject: format!("{}{id}{}", WORKING_HOURS.0, WORKING_HOURS.1),
            operation: "is_active".to_string(),
            param_bindings: Vec::new(),
            extra: Map::new(),
        }
    }

    /// The form that is returned, with the labels that `label` gives to the subject, the operation and the literals.
    #[must_use]
    pub fn to_read(&self, label: &dyn Fn(Labelled<'_>) -> String) -> Condition {
        Condition {
            subject: Subject {
                label: Some(label(Labelled::Subject(&self.subject))),
                reference: self.subject.clone(),
                extra: Map::new(),
            },
            operation: Operation {
                label: Some(label(Labelled::Operation(&self.operation))),
                value: self.operation.clone(),
                extra: Map::new(),
            },
            param_bindings: self.param_bindings.iter().map(|binding| binding.to_read(label)).collect(),
            extra: self.extra.clone(),
        }
    }
}

impl BindingPayload {
    /// The form that is returned, with the labels that `label` gives to the literals.
    #[must_use]
    pub fn to_read(&self, label: &dyn Fn(Labelled<'_>) -> String) -> Binding {
        let value = |v: &ParamValuePayload| ParamValue {
            label: Some(label(Labelled::Literal(v.literal.as_deref().or(v.reference.as_deref()).unwrap_or_default()))),
            literal: v.literal.clone(),
            reference: v.reference.clone(),
            extra: v.extra.clone(),
        };
        Binding {
            value: self.value.as_ref().map(value),
            array_value: self.array_value.as_ref().map(|all| all.iter().map(value).collect()),
            extra: self.extra.clone(),
        }
    }
}

/// Something that gets a label in the form that is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Labelled<'a> {
    /// The reference of a subject.
    Subject(&'a str),
    /// The name of an operation.
    Operation(&'a str),
    /// A literal value, or a reference where there is none.
    Literal(&'a str),
}

impl<'a> Labelled<'a> {
    /// The reference, name or value itself: a label for whoever knows of no better one.
    #[must_use]
    pub fn name(self) -> &'a str {
        match self {
            Self::Subject(name) | Self::Operation(name) | Self::Literal(name) => name,
        }
    }
}

impl From<&Condition> for ConditionPayload {
    fn from(read: &Condition) -> Self {
        Self {
            subject: read.subject.reference.clone(),
            operation: read.operation.value.clone(),
            param_bindings: read.param_bindings.iter().map(BindingPayload::from).collect(),
            extra: read.extra.clone(),
        }
    }
}

impl From<&Binding> for BindingPayload {
    fn from(read: &Binding) -> Self {
        let value = |v: &ParamValue| ParamValuePayload {
            literal: v.literal.clone(),
            reference: v.reference.clone(),
            extra: v.extra.clone(),
        };
        Self {
            value: read.value.as_ref().map(value),
            array_value: read.array_value.as_ref().map(|all| all.iter().map(value).collect()),
            extra: read.extra.clone(),
        }
    }
}

impl ConditionForm for ConditionPayload {
    fn subject(&self) -> &str {
        &self.subject
    }
    fn operation(&self) -> &str {
        &self.operation
    }
    fn literals(&self) -> Option<Vec<&str>> {
        match self.param_bindings.as_slice() {
            [BindingPayload { array_value: Some(values), .. }] => values.iter().map(|v| v.literal.as_deref()).collect(),
            _ => None,
        }
    }
    fn is_unbound(&self) -> bool {
        self.param_bindings.is_empty() && self.extra.get("param_bindings").is_none_or(Value::is_null)
    }
}

impl ConditionForm for Condition {
    fn subject(&self) -> &str {
        &self.subject.reference
    }
    fn operation(&self) -> &str {
        &self.operation.value
    }
    fn literals(&self) -> Option<Vec<&str>> {
        match self.param_bindings.as_slice() {
            [Binding { array_value: Some(values), .. }] => values.iter().map(|v| v.literal.as_deref()).collect(),
            _ => None,
        }
    }
    fn is_unbound(&self) -> bool {
        self.param_bindings.is_empty() && self.extra.get("param_bindings").is_none_or(Value::is_null)
    }
}
