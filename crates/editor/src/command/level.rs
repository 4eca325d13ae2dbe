//! How a level pages.

use escalation_api::{AckMode, Level, Map, NodeKind, PathPayload, RetryConfig, RoundRobinConfig};
use escalation_engine::Seconds;
use escalation_engine::instant::{MINUTE, WEEK};

use super::{Refusal, put, within};
use crate::tree::{self, PathNode};

/// A level that pages nobody yet, for a path: five minutes, the first acknowledgement stops it.
#[must_use]
pub fn new_level(path: &PathPayload) -> PathNode {
    let level = Level {
        targets: Vec::new(),
        time_to_ack_seconds: Some(300),
        time_to_ack_interval_condition: None,
        time_to_ack_weekday_interval_config_id: None,
        ack_mode: Some(AckMode::First),
        round_robin_config: None,
        retry_config: None,
        extra: Map::new(),
    };
    PathNode::new(tree::free_id(path, "level"), NodeKind::Level(level))
}

pub(super) fn set_ack_mode(node: &mut PathNode, mode: Option<&AckMode>) -> Result<(), Refusal> {
    let level = level(node, "acknowledgement")?;
    put(&mut level.ack_mode, mode.cloned(), "ack_mode", &mut level.extra);
    Ok(())
}

pub(super) fn set_round_robin(node: &mut PathNode, on: bool, rotate: Option<Seconds>) -> Result<(), Refusal> {
    let level = level(node, "round robin")?;
    if let Some(seconds) = rotate {
        within(seconds, 1, 4 * WEEK, "the seconds for each person")?;
    }
    if !on && level.round_robin_config.is_none() {
        return Ok(());
    }
    let kept = level.round_robin_config.take();
    let mut config = kept.unwrap_or(RoundRobinConfig { enabled: on, rotate_after_seconds: None, extra: Map::new() });
    config.enabled = on;
    put(&mut config.rotate_after_seconds, rotate, "rotate_after_seconds", &mut config.extra);
    put(&mut level.round_robin_config, Some(config), "round_robin_config", &mut level.extra);
    Ok(())
}

pub(super) fn set_retry(node: &mut PathNode, retry: Option<(i64, Seconds)>) -> Result<(), Refusal> {
    let level = level(node, "retries")?;
    let config = match retry {
        None => None,
        Some((attempts, interval)) => {
            if interval % MINUTE != 0 {
                return Err(Refusal::NotWholeMinutes);
            }
            let attempts = within(attempts, 2, 10, "the number of attempts, counting the first,")?;
            let interval_seconds = within(interval, MINUTE, 4 * WEEK, "the seconds between two attempts")?;
            let extra = level.retry_config.take().map(|config| config.extra).unwrap_or_default();
            Some(RetryConfig { attempts, interval_seconds, extra })
        }
    };
    put(&mut level.retry_config, config, "retry_config", &mut level.extra);
    Ok(())
}

fn level<'a>(node: &'a mut PathNode, what: &'static str) -> Result<&'a mut Level, Refusal> {
    match &mut node.kind {
        NodeKind::Level(level) => Ok(level),
        _ => Err(Refusal::NotOfThisKind(what)),
    }
}
