//! Gathers from the server what the engine needs to know of the organisation.

use escalation_engine::from_api::Answers;
use escalation_engine::instant::DAY;
use escalation_engine::{Instant, World};
use futures::future::{join, join_all, join3};

use crate::net::{self, NetError};

/// How far back and ahead of now it is known who is on call.
const BACK: i64 = 31 * DAY;
const AHEAD: i64 = 120 * DAY;

/// The organisation as it is now.
pub async fn world(now: Instant) -> Result<World, NetError> {
    let midnight = Instant::from_unix(now.unix().div_euclid(DAY) * DAY);
    let window = (midnight - BACK, midnight + AHEAD);
    let lists = join3(net::users(), net::schedules(), net::paths());
    let ((users, schedules, paths), (priorities, channels)) =
        join(lists, join(net::priorities(), net::channels())).await;
    let schedules = schedules?;
    let entries = join_all(schedules.iter().map(|schedule| net::entries(&schedule.id, window))).await;
    let entries: Result<Vec<_>, _> = entries.into_iter().collect();
    Ok(World::from_api(Answers {
        users: users?,
        schedules: schedules.into_iter().zip(entries?).collect(),
        paths: paths?,
        priorities: priorities?,
        channels: channels?,
        pauses: Vec::new(),
        window: Some(window),
    }))
}
