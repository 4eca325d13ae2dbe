//! Gathers from the server what the engine needs to know of the organisation. What cannot be read is not known, and
//! holds nobody up; it is never taken for none.

use escalation_api::template::Template;
use escalation_api::{self as api, Team};
use escalation_engine::from_api::Answers;
use escalation_engine::instant::DAY;
use escalation_engine::world::{Pause, WorldPart};
use escalation_engine::{Instant, World};
use futures::StreamExt as _;
use futures::future::{join, join3};
use futures::stream;

use crate::net::{self, NetError};
use crate::strings::unread::{self, What};

/// How far back and ahead of now it is known who is on call.
const BACK: i64 = 31 * DAY;
const AHEAD: i64 = 120 * DAY;

/// So many schedules are asked for at a time: everybody shares what a server takes in a minute.
const AT_ONCE: usize = 6;

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
    /// What could not be read, and is not known.
    pub unread: Vec<Unread>,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Unread {
    /// What.
    pub what: What,
    /// Why; nothing where the server had more of it than could be read.
    pub why: Option<NetError>,
}

/// What could not be read so far.
#[derive(Default)]
struct Reading(Vec<Unread>);

impl Reading {
    /// What was read; if it could not be, that is noted.
    fn take<T>(&mut self, what: What, answer: Result<T, NetError>) -> Option<T> {
        answer.map_err(|why| self.0.push(Unread { what, why: Some(why) })).ok()
    }

    /// A list as far as it could be read; if that is not all of it, that is noted.
    fn part<T>(&mut self, what: What, list: net::List<T>) -> Vec<T> {
        if !list.is_whole {
            self.0.push(Unread { what, why: None });
        }
        list.items
    }
}

/// The organisation as it is now.
///
/// # Errors
/// Where there is nothing to show: no list of paths, or a server that does not say what it is.
pub async fn organisation(now: Instant) -> Result<Organisation, NetError> {
    let midnight = Instant::from_unix(now.unix().div_euclid(DAY) * DAY);
    let window = (midnight - BACK, midnight + AHEAD);
    let lists = join3(net::users(), net::schedules(), net::paths());
    let own = join3(net::priorities(), net::channels(), net::info());
    let ((users, schedules, paths), (priorities, channels, info)) = join(lists, own).await;
    let (paths, info) = (paths?, info?);
    let (features, only_read) = (info.features, info.rights.is_some_and(|rights| rights == "read"));
    let mut reading = Reading::default();
    let paths = reading.part(What::SomePaths, paths);
    let schedules = schedules.map(|list| reading.part(What::SomeSchedules, list));
    let schedules = reading.take(What::Schedules, schedules).unwrap_or_default();
    let asked = schedules.iter().map(|schedule| net::entries(&schedule.id, window));
    let asked = stream::iter(asked).buffered(AT_ONCE).collect::<Vec<_>>();
    let (entries, (pauses, teams, templates)) = join(asked, further(&features, window)).await;
    let users = users.map(|list| reading.part(What::SomePeople, list));
    let users = reading.take(What::People, users);
    let priorities = reading.take(What::Priorities, priorities);
    let channels = reading.take(What::Channels, channels);
    let pauses = reading.take(What::Pauses, pauses);
    let teams = reading.take(What::Teams, teams);
    let templates = reading.take(What::Templates, templates);
    let schedules = schedules.into_iter().zip(entries).map(|(schedule, entries)| {
        let entries = reading.take(What::OnCall(schedule.name.clone()), entries);
        (schedule, entries)
    });
    let schedules = schedules.collect();
    let templates = templates.unwrap_or_default();
    let mut unread: Vec<_> = reading.0.iter().filter_map(|one| part(&one.what)).collect();
    unread.sort_unstable();
    unread.dedup();
    let world = World::from_api(Answers {
        users: users.unwrap_or_default(),
        schedules,
        paths,
        priorities_unreadable: priorities.is_none(),
        priorities: priorities.unwrap_or_default(),
        channels: channels.unwrap_or_default(),
        pauses: pauses.unwrap_or_default().iter().map(pause).collect(),
        window: Some(window),
        templates: templates.clone(),
        unread,
    });
    Ok(Organisation { world, teams: teams.unwrap_or_default(), templates, features, only_read, unread: reading.0 })
}

/// The list of the world that is not known, or not whole.
fn part(what: &What) -> Option<WorldPart> {
    Some(match what {
        What::SomePaths => WorldPart::Paths,
        What::SomeSchedules | What::Schedules => WorldPart::Schedules,
        What::SomePeople | What::People => WorldPart::Users,
        What::Pauses => WorldPart::Pauses,
        What::Templates => WorldPart::Templates,
        // What is said of these is not who is paged, or is said by each schedule.
        What::Priorities | What::Channels | What::Teams | What::OnCall(_) => return None,
    })
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

/// What could not be read, in words: what follows from that, and why it is so.
pub fn told(all: &[Unread]) -> String {
    let whats: Vec<_> = all.iter().map(|one| &one.what).collect();
    let mut told = unread::told(&whats);
    let mut add = |text: &str| {
        told.push(' ');
        told.push_str(text);
    };
    let why = |is: fn(&NetError) -> bool| all.iter().filter_map(|one| one.why.as_ref()).any(is);
    if why(|error| matches!(error, NetError::Busy(_))) {
        add(unread::BUSY);
    }
    if why(|error| matches!(error, NetError::Forbidden(_))) {
        add(unread::FORBIDDEN);
    }
    if why(|error| matches!(error, NetError::SignedOut)) {
        add(unread::SIGNED_OUT);
    }
    told
}
