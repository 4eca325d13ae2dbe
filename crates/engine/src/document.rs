//! A path as it is found in a file: as it is sent, as it is returned, or in a bundle with what it stands in, what is
//! expected of it and the scenarios that are kept with it.

use escalation_api::{At, Faults, Json as _, Map, PathPayload, Value};

use crate::prove::Expectation;
use crate::read::ReadError;
use crate::scenario::Named;
use crate::world::World;

/// A path from a file, and what the file has beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// In which form it came.
    pub form: Form,
    /// The id of the path; empty for one that has none.
    pub id: String,
    /// The path.
    pub path: PathPayload,
    /// What it stands in.
    pub world: Option<World>,
    /// What is expected of it.
    pub expectations: Option<Vec<Expectation>>,
    /// The scenarios that are kept with it.
    pub scenarios: Option<Vec<Named>>,
}

/// The forms in which a path is found in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// As it is sent.
    Sent,
    /// As it is returned, alone or in the whole answer, `{"escalation_path": …}`.
    Returned,
    /// `{"path": …, "world": …, "expectations": […], "scenarios": […]}`, of which only the path must be there.
    Bundle,
}

const FIELDS: [&str; 4] = ["path", "world", "expectations", "scenarios"];

impl Document {
    /// Reads any of the forms.
    ///
    /// # Errors
    /// What is not as it must be, with its place: in a path everything, in the rest the first thing.
    pub fn read(value: Value) -> Result<Self, Vec<ReadError>> {
        let (mut form, mut around, mut world) = (Form::Sent, "", None);
        let (mut expectations, mut scenarios) = (None, None);
        let value = match value {
            Value::Object(mut answer) if answer.contains_key("escalation_path") => {
                (form, around) = (Form::Returned, "escalation_path");
                answer.remove(around).unwrap_or_default()
            }
            // The nodes of a path are a list.
            Value::Object(mut bundle) if bundle.get("path").is_some_and(Value::is_object) => {
                (form, around) = (Form::Bundle, "path");
                if let Some(other) = bundle.keys().find(|key| !FIELDS.contains(&key.as_str())) {
                    return Err(vec![ReadError::new(
                        "",
                        format!("this is no bundle: `{other}` does not belong to one"),
                    )]);
                }
                let within = |name: &str, error: ReadError| {
                    let pointer =
                        [name, &error.pointer].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
                    vec![ReadError::new(pointer.join("."), error.message)]
                };
                if let Some(given) = bundle.remove("world") {
                    world = Some(World::from_text(&given.to_string()).map_err(|error| within("world", error))?);
                }
                if let Some(given) = bundle.remove("expectations") {
                    let read = Expectation::list_from_text(&given.to_string());
                    expectations = Some(read.map_err(|error| within("expectations", error))?);
                }
                if let Some(given) = bundle.remove("scenarios") {
                    let read = Named::list_from_text(&given.to_string());
                    scenarios = Some(read.map_err(|error| within("scenarios", error))?);
                }
                bundle.remove("path").unwrap_or_default()
            }
            other => other,
        };
        let id = value.get("id").and_then(Value::as_str).unwrap_or_default().to_string();
        if form == Form::Sent && !id.is_empty() {
            form = Form::Returned;
        }
        let path = PathPayload::read_either(value).map_err(|value| {
            let mut faults = Faults::new();
            let top = At::Top;
            let at = if around.is_empty() { top } else { top.field(around) };
            PathPayload::explain(&value, &at, &mut faults);
            faults.iter().map(|fault| ReadError::new(fault.pointer.clone(), fault.to_string())).collect::<Vec<_>>()
        })?;
        Ok(Self { form, id, path, world, expectations, scenarios })
    }

    /// The document as a bundle, with what it has.
    #[must_use]
    pub fn bundle(&self) -> Value {
        let mut path = self.path.write();
        if let (false, Some(fields)) = (self.id.is_empty(), path.as_object_mut()) {
            // First, as in what is returned.
            fields.shift_insert(0, "id".to_string(), Value::from(self.id.as_str()));
        }
        let mut bundle = Map::new();
        bundle.insert("path".to_string(), path);
        // None has anything that is no JSON.
        if let Some(Ok(world)) = self.world.as_ref().map(serde_json::to_value) {
            bundle.insert("world".to_string(), world);
        }
        if let Some(Ok(expectations)) = self.expectations.as_ref().map(serde_json::to_value) {
            bundle.insert("expectations".to_string(), expectations);
        }
        if let Some(Ok(scenarios)) = self.scenarios.as_ref().map(serde_json::to_value) {
            bundle.insert("scenarios".to_string(), scenarios);
        }
        Value::Object(bundle)
    }
}
