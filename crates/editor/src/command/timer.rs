//! How long a node waits.

use escalation_api::{IntervalCondition, NodeKind};
use escalation_engine::Seconds;

use super::{Refusal, put};
use crate::tree::PathNode;

/// How long a node waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timer {
    /// It does not say.
    Unset,
    /// A number of seconds.
    After(Seconds),
    /// Until working hours with this id are in that state.
    Until(IntervalCondition, String),
}

impl Timer {
    /// How long a node waits; nothing for a node that never does.
    #[must_use]
    pub fn of(node: &PathNode) -> Option<Self> {
        let (seconds, state, hours) = match &node.kind {
            NodeKind::Level(level) => (
                level.time_to_ack_seconds,
                &level.time_to_ack_interval_condition,
                &level.time_to_ack_weekday_interval_config_id,
            ),
            NodeKind::NotifyChannel(channel) => (
                channel.time_to_ack_seconds,
                &channel.time_to_ack_interval_condition,
                &channel.time_to_ack_weekday_interval_config_id,
            ),
            NodeKind::Delay(delay) => {
                (delay.delay_seconds, &delay.delay_interval_condition, &delay.delay_weekday_interval_config_id)
            }
            _ => return None,
        };
        Some(match (state, hours, seconds) {
            // R6: working hours win.
            (Some(state), Some(hours), _) => Self::Until(state.clone(), hours.clone()),
            (_, _, Some(seconds)) => Self::After(seconds),
            _ => Self::Unset,
        })
    }

    pub(super) fn set(&self, node: &mut PathNode) -> Result<(), Refusal> {
        let (after, state, hours) = match self {
            Self::Unset => (None, None, None),
            Self::After(after) if *after < 0 => return Err(Refusal::NegativeTime),
            Self::After(after) => (Some(*after), None, None),
            Self::Until(state, id) => (None, Some(state.clone()), Some(id.clone())),
        };
        let (fields, extra, [seconds_name, state_name, hours_name]) = match &mut node.kind {
            NodeKind::Level(level) => (
                (
                    &mut level.time_to_ack_seconds,
                    &mut level.time_to_ack_interval_condition,
                    &mut level.time_to_ack_weekday_interval_config_id,
                ),
                &mut level.extra,
                TIME_TO_ACK,
            ),
            NodeKind::NotifyChannel(channel) => (
                (
                    &mut channel.time_to_ack_seconds,
                    &mut channel.time_to_ack_interval_condition,
                    &mut channel.time_to_ack_weekday_interval_config_id,
                ),
                &mut channel.extra,
                TIME_TO_ACK,
            ),
            NodeKind::Delay(delay) => (
                (
                    &mut delay.delay_seconds,
                    &mut delay.delay_interval_condition,
                    &mut delay.delay_weekday_interval_config_id,
                ),
                &mut delay.extra,
                DELAY,
            ),
            _ => return Err(Refusal::NotOfThisKind("timer")),
        };
        put(fields.0, after, seconds_name, extra);
        put(fields.1, state, state_name, extra);
        put(fields.2, hours, hours_name, extra);
        Ok(())
    }
}

const TIME_TO_ACK: [&str; 3] =
    ["time_to_ack_seconds", "time_to_ack_interval_condition", "time_to_ack_weekday_interval_config_id"];
const DELAY: [&str; 3] = ["delay_seconds", "delay_interval_condition", "delay_weekday_interval_config_id"];
