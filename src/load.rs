//! Gathers from the server what the engine needs to know of the organisation.

use escalation_api::template::Template;
use escalation_api::{self as api, Team};
use escalation_engine::from_api::Answers;
use escalation_engine::instant::DAY;
use escalation_engine::world::Pause;
use escalation_engine::{Instant, World};
use futures::future::{join, join_all, join3};

use crate::net::{self, NetError};

/// How far back and ahead of now it is known who is on call.
const BACK: i64 = 31 * DAY;
const AHEAD: i64 = 120 * DAY;

/// What is known of the organisation.
pub struct Organisation {
    /// All that decides who is paged.
    pub world: World,
    /// Whom a path can belong to.
    pub teams: Vec<Team>,
    /// What paths can be made from.
    pub templates: Vec<Template>,
    /// What the server has beyond reading and saving paths.
    pub features: Vec<String>,
    /// Whether whoever asks may change nothing.
    pub only_read: bool,
}

/// The organisation as it is now.
pub async fn organisation(now: Instant) -> Result<Organisation, NetError> {
    let midnight = Instant::from_unix(now.unix().div_euclid(DAY) * DAY);
    let window = (midnight - BACK, midnight + AHEAD);
    let lists = join3(net::users(), net::schedules(), net::paths());
    let own = join3(net::priorities(), net::channels(), net::info());
    let ((users, schedules, paths), (priorities, channels, info)) = join(lists, own).await;
    let schedules = schedules?;
    let (features, only_read) = (info.features, info.rights.is_some_and(|rights| rights == "read"));
    let entries = join_all(schedules.iter().map(|schedule| net::entries(&schedule.id, window)));
    let (entries, (pauses, teams, templates)) = join(entries, further(&features, window)).await;
    let entries: Result<Vec<_>, _> = entries.into_iter().collect();
    let templates = templates?;
    let world = World::from_api(Answers {
        users: users?,
        schedules: schedules.into_iter().zip(entries?.into_iter().map(Some)).collect(),
        paths: paths?,
        priorities: priorities?,
        priorities_unreadable: false,
        channels: channels?,
        pauses: pauses?.iter().map(pause).collect(),
        window: Some(window),
        templates: templates.clone(),
        unread: Vec::new(),
    });
    Ok(Organisation { world, teams: teams?, templates, features, only_read })
}

/// What only some servers have.
async fn further(
    features: &[String],
    window: (Instant, Instant),
) -> (Result<Vec<api::Pause>, NetError>, Result<Vec<Team>, NetError>, Result<Vec<Template>, NetError>) {
    let has = |name: &str| features.iter().any(|feature| feature == name);
    let pauses = async { if has("pauses") { net::pauses(window).await } else { Ok(Vec::new()) } };
    let teams = async { if has("teams") { net::teams().await } else { Ok(Vec::new()) } };
    let templates = async { if has("templates") { net::templates().await } else { Ok(Vec::new()) } };
    join3(pauses, teams, templates).await
}

fn pause(pause: &api::Pause) -> Pause {
    Pause { user_id: pause.user_id.clone(), starts_at: pause.starts_at.at().into(), ends_at: pause.ends_at.at().into() }
}
