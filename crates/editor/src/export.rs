//! Documents as text for files. Nothing is lost: what is read again is what was written.

use escalation_api::{Json as _, PathPayload};
use escalation_engine::World;
use escalation_engine::document::{Document, Form};
use escalation_engine::prove::Expectation;
use escalation_engine::scenario::Named;

/// A path as it is sent, as JSON on several lines.
#[must_use]
pub fn payload(path: &PathPayload) -> String {
    format!("{:#}\n", path.write())
}

/// A path with its id, what it stands in, what is expected of it and the scenarios kept with it, as JSON on several
/// lines: one file for the command line.
#[must_use]
pub fn bundle(
    id: &str,
    path: &PathPayload,
    world: &World,
    expectations: &[Expectation],
    scenarios: &[Named],
) -> String {
    let document = Document {
        form: Form::Bundle,
        id: id.to_string(),
        path: path.clone(),
        world: Some(world.clone()),
        expectations: Some(expectations.to_vec()),
        scenarios: Some(scenarios.to_vec()),
    };
    format!("{:#}\n", document.bundle())
}
