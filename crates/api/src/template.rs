//! Templates of escalation paths.

use crate::macros::object;
use crate::{ConditionPayload, Map, Node, RepeatConfig, WorkingHours};

object! {
    /// A template as it is sent. Its targets carry a `binding` in place of an id, so its levels keep them unread.
    pub struct TemplatePayload {
        /// Its name.
        required name: String,
        /// For people.
        optional description: String,
        /// The parameters that paths made from it give values to.
        list params: Vec<Map>,
        /// Its nodes.
        list path: Vec<Node<ConditionPayload>>,
        /// The sets of working hours that its nodes name.
        optional working_hours: Vec<WorkingHours>,
        /// Paging again after an acknowledgement.
        optional repeat_config: RepeatConfig,
    }
}
