//! The layers of a schedule: overrides name them by id, and shifts by their position.

use escalation_api::Schedule;
use escalation_api::schedule::Rotation;

use super::Override;
use crate::instant::Instant;

/// Why an override has no place in a schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayerError {
    /// There is no rotation with this id that can be read.
    #[error("the schedule has no rotation `{0}`")]
    NoRotation(String),
    /// The rotation with the first id has no layer with the second one, in any of its versions.
    #[error("rotation `{0}` has no layer `{1}`")]
    NoLayer(String, String),
}

/// The layers of the rotations of one schedule, for any number of overrides.
#[derive(Debug, Clone)]
pub struct Layers {
    rotations: Vec<Rotation>,
}

impl Layers {
    /// The layers of those rotations that can be read.
    #[must_use]
    pub fn of(schedule: &Schedule) -> Self {
        Self { rotations: schedule.rotations().into_iter().flatten().filter_map(Result::ok).collect() }
    }

    /// Converts an override as the API has it: on a layer of a rotation, of a user or of nobody, from `start_at` until just
    /// before `end_at`. Where the versions of a rotation differ, the first that has the layer counts.
    ///
    /// # Errors
    /// Where the schedule does not have the rotation or the layer, or not any more.
    pub fn place(
        &self,
        rotation_id: &str,
        layer_id: &str,
        user_id: Option<String>,
        (start_at, end_at): (Instant, Instant),
    ) -> Result<Override, LayerError> {
        let mut versions = self.rotations.iter().filter(|rotation| rotation.id == rotation_id).peekable();
        versions.peek().ok_or_else(|| LayerError::NoRotation(rotation_id.to_string()))?;
        let position =
            |rotation: &Rotation| rotation.layers.iter().position(|layer| layer.id.as_deref() == Some(layer_id));
        let layer = versions
            .find_map(position)
            .ok_or_else(|| LayerError::NoLayer(rotation_id.to_string(), layer_id.to_string()))?;
        Ok(Override { rotation_id: rotation_id.to_string(), layer, user_id, start_at, end_at })
    }
}
