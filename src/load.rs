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

use crate::net::{self, Me, Net, NetError};
use crate::strings::unread::{self, UnreadPart};

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
    /// What the server has beyond reading and saving paths; nothing where that could not be read.
    pub features: Option<Vec<String>>,
    /// Whether whoever asks may change nothing.
    pub only_read: bool,
    /// The teams whose paths whoever asks may change, if not those of all.
    pub edits_teams: Option<Vec<String>>,
    /// Who the server takes whoever asks for; nothing where it does not say.
    pub me: Option<Me>,
    /// What could not be read, and is not known.
    pub unread: Vec<Unread>,
}

impl Organisation {
    /// One of which nothing is known but what decides who is paged.
    pub fn of(world: World) -> Self {
        let (teams, templates, unread) = (Vec::new(), Vec::new(), Vec::new());
        Self { world, teams, templates, features: None, only_read: false, edits_teams: None, me: None, unread }
    }
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Unread {
    /// What.
    pub what: UnreadPart,
    /// Why; nothing where the server had more of it than could be read.
    pub why: Option<NetError>,
}

/// What could not be read so far.
#[derive(Default)]
struct Reading(Vec<Unread>);

impl Reading {
    /// What was read; if it could not be, that is noted.
    fn take<T>(&mut self, what: UnreadPart, answer: Result<T, NetError>) -> Option<T> {
        answer.map_err(|why| self.0.push(Unread { what, why: Some(why) })).ok()
    }

    /// A list as far as it could be read; if that is not all of it, that is noted.
    fn part<T>(&mut self, what: UnreadPart, list: net::List<T>) -> Vec<T> {
        if !list.is_whole {
            self.0.push(Unread { what, why: None });
        }
        list.items
    }
}

/// The organisation as it is now.
///
/// Where the list of paths cannot be read, `open` is read alone if it is the id of a path.
///
/// # Errors
/// Where there is nothing to show: no path.
pub async fn organisation(net: Net, now: Instant, open: Option<&str>) -> Result<Organisation, NetError> {
    // What was read before is none of this.
    net.take_oldest();
    let midnight = Instant::from_unix(now.unix().div_euclid(DAY) * DAY);
    let window = (midnight - BACK, midnight + AHEAD);
    let lists = join3(net.users(), net.schedules(), net.paths());
    let own = join3(net.priorities(), net.channels(), net.info());
    let ((users, schedules, paths), (priorities, channels, info)) = join(lists, own).await;
    let mut reading = Reading::default();
    let paths = match (paths, open) {
        (Err(error), Some(id)) if error != NetError::SignedOut => match net.path(id).await {
            Ok(path) => net::List { items: vec![path], is_whole: false },
            Err(_) => return Err(error),
        },
        (paths, _) => paths?,
    };
    let paths = reading.part(UnreadPart::SomePaths, paths);
    // A server that does not say what it is refuses by itself what may not be done.
    let info = reading.take(UnreadPart::Server, info);
    let only_read = info.as_ref().is_some_and(|info| info.rights.as_deref() == Some("read"));
    let (features, edits_teams) = info.map(|info| (info.features, info.edits_teams)).unzip();
    let edits_teams = edits_teams.flatten();
    let schedules = schedules.map(|list| reading.part(UnreadPart::SomeSchedules, list));
    let schedules = reading.take(UnreadPart::Schedules, schedules).unwrap_or_default();
    let asked = schedules.iter().map(|schedule| net.entries(&schedule.id, window));
    let asked = stream::iter(asked).buffered(AT_ONCE).collect::<Vec<_>>();
    let me = async {
        // Where it cannot be read, less is offered, and the server refuses by itself.
        let has = features.as_ref().is_some_and(|features| features.iter().any(|known| known == "me"));
        if has { net.me().await.ok() } else { None }
    };
    let (entries, (pauses, teams, templates), me) = join3(asked, further(net, features.as_deref(), window), me).await;
    let users = users.map(|list| reading.part(UnreadPart::SomePeople, list));
    let users = reading.take(UnreadPart::People, users);
    let knows_priorities = priorities.as_ref().is_ok_and(|list| list.is_whole);
    let priorities = priorities.map(|list| reading.part(UnreadPart::SomePriorities, list));
    let priorities = reading.take(UnreadPart::Priorities, priorities);
    let channels = channels.map(|list| reading.part(UnreadPart::SomeChannels, list));
    let channels = reading.take(UnreadPart::Channels, channels);
    // What a server has no list of is not known. That is said where it matters, and not as something that failed.
    let never_read = [("pauses", WorldPart::Pauses), ("templates", WorldPart::Templates)];
    let never_read =
        never_read.into_iter().filter(|(feature, _)| lacks(features.as_deref(), feature)).map(|(_, part)| part);
    let mut unread: Vec<_> = never_read.collect();
    let pauses = pauses.map(|list| reading.part(UnreadPart::SomePauses, list));
    let pauses = reading.take(UnreadPart::Pauses, pauses);
    let teams = teams.map(|list| reading.part(UnreadPart::SomeTeams, list));
    let teams = reading.take(UnreadPart::Teams, teams);
    let templates = templates.map(|list| reading.part(UnreadPart::SomeTemplates, list));
    let templates = reading.take(UnreadPart::Templates, templates);
    let schedules = schedules.into_iter().zip(entries).map(|(schedule, entries)| {
        let entries = reading.take(UnreadPart::OnCall(schedule.name.clone()), entries);
        (schedule, entries)
    });
    let schedules = schedules.collect();
    if let Some(oldest) = net.take_oldest() {
        reading.0.push(Unread { what: UnreadPart::Newer(oldest.div_ceil(60).max(1)), why: None });
    }
    let templates = templates.unwrap_or_default();
    unread.extend(reading.0.iter().filter_map(|one| part(&one.what)));
    unread.sort_unstable();
    unread.dedup();
    let world = World::from_api(Answers {
        users: users.unwrap_or_default(),
        schedules,
        paths,
        priorities_unreadable: !knows_priorities,
        priorities: priorities.unwrap_or_default(),
        channels: channels.unwrap_or_default(),
        pauses: pauses.unwrap_or_default().iter().map(pause).collect(),
        window: Some(window),
        templates: templates.clone(),
        unread,
    });
    Ok(Organisation {
        world,
        teams: teams.unwrap_or_default(),
        templates,
        features,
        only_read,
        edits_teams,
        me,
        unread: reading.0,
    })
}

/// The list of the world that is not known, or not whole.
fn part(what: &UnreadPart) -> Option<WorldPart> {
    Some(match what {
        UnreadPart::SomePaths => WorldPart::Paths,
        UnreadPart::SomeSchedules | UnreadPart::Schedules => WorldPart::Schedules,
        UnreadPart::SomePeople | UnreadPart::People => WorldPart::Users,
        UnreadPart::SomePauses | UnreadPart::Pauses => WorldPart::Pauses,
        UnreadPart::SomeTemplates | UnreadPart::Templates => WorldPart::Templates,
        // What is said of these is not who is paged, or is said by each schedule.
        UnreadPart::Server
        | UnreadPart::SomePriorities
        | UnreadPart::Priorities
        | UnreadPart::SomeChannels
        | UnreadPart::Channels
        | UnreadPart::SomeTeams
        | UnreadPart::Teams
        | UnreadPart::OnCall(_)
        | UnreadPart::Newer(_) => return None,
    })
}

/// Whether a server is known to lack a feature; `features` is nothing where it is not known what it has.
pub fn lacks(features: Option<&[String]>, feature: &str) -> bool {
    features.is_some_and(|all| all.iter().all(|known| known != feature))
}

/// What only some servers have.
async fn further(net: Net, features: Option<&[String]>, window: (Instant, Instant)) -> Further {
    // Where it is not known what there is, it is tried.
    let has = |feature: &str| !lacks(features, feature);
    let pauses = async { if has("pauses") { net.pauses(window).await } else { Ok(net::List::default()) } };
    let teams = async { if has("teams") { net.teams().await } else { Ok(net::List::default()) } };
    let templates = async { if has("templates") { net.templates().await } else { Ok(net::List::default()) } };
    join3(pauses, teams, templates).await
}

type Further =
    (Result<net::List<api::Pause>, NetError>, Result<net::List<Team>, NetError>, Result<net::List<Template>, NetError>);

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
