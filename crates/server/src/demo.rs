//! The demo organisation: a company with people in London, New York and Singapore.

use std::collections::BTreeSet;

use escalation_api::template::TemplatePayload;
use escalation_api::{Json, PathPayload, Schedule, Team, User, Value};
use escalation_engine::world::{Channel, Priority};
use serde::Deserialize;

use crate::error::StartError;
use crate::names;

/// An organisation to fill a new database with.
pub(crate) struct Organisation {
    pub(crate) priorities: Vec<Priority>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) users: Vec<User>,
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) teams: Vec<Team>,
    /// Each with its id.
    pub(crate) templates: Vec<(String, TemplatePayload)>,
    /// Each with its id.
    pub(crate) paths: Vec<(String, PathPayload)>,
}

/// The things of which the vendor's API has no list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lists {
    #[serde(default)]
    pub(crate) priorities: Vec<Priority>,
    #[serde(default)]
    pub(crate) channels: Vec<Channel>,
}

impl Lists {
    /// What makes them useless, with its place: an id that cannot be named by one thing alone.
    pub(crate) fn fault(&self) -> Option<String> {
        let priorities = self.priorities.iter().map(|one| (one.id.as_str(), one.name.as_str()));
        let channels = self.channels.iter().map(|one| (one.id.as_str(), one.name.as_str()));
        fault_of("priorities", priorities).or_else(|| fault_of("channels", channels))
    }
}

fn fault_of<'a>(list: &str, named: impl Iterator<Item = (&'a str, &'a str)>) -> Option<String> {
    let mut known = BTreeSet::new();
    named.enumerate().find_map(|(position, (id, name))| {
        let at = format!("{list}.{position}");
        if names::is_blank(id) || id.chars().any(char::is_control) {
            Some(format!("{at}.id must have something that can be seen, and no control characters"))
        } else if id == "*" {
            Some(format!("{at}.id must not be `*`, which stands for any other priority"))
        } else if !known.insert(id) {
            Some(format!("{at}.id is `{id}`, which another one has"))
        } else {
            names::fault(name).map(|_| format!("{at}.name must have something that can be seen, and no NUL"))
        }
    })
}

const PATHS: [&str; 7] = [
    include_str!("../demo/paths/1-urgent-support.json"),
    include_str!("../demo/paths/2-back-office.json"),
    include_str!("../demo/paths/3-payments.json"),
    include_str!("../demo/paths/4-warehouse.json"),
    include_str!("../demo/paths/5-data-platform.json"),
    include_str!("../demo/paths/6-mobile-apps.json"),
    include_str!("../demo/paths/7-major-incidents.json"),
];

/// Reads the demo organisation.
pub(crate) fn organisation() -> Result<Organisation, StartError> {
    let lists: Lists = serde_json::from_str(include_str!("../demo/organisation.json")).map_err(damaged)?;
    let users: Vec<User> = serde_json::from_str(include_str!("../demo/users.json")).map_err(damaged)?;
    let schedules: Vec<Schedule> = serde_json::from_str(include_str!("../demo/schedules.json")).map_err(damaged)?;
    let teams: Vec<Team> = serde_json::from_str(include_str!("../demo/teams.json")).map_err(damaged)?;
    let templates: Vec<Demo> = serde_json::from_str(include_str!("../demo/templates.json")).map_err(damaged)?;
    let templates: Result<Vec<_>, _> = templates.into_iter().map(read).collect();
    let paths: Result<Vec<_>, _> =
        PATHS.iter().map(|text| serde_json::from_str(text).map_err(damaged).and_then(read)).collect();
    let Lists { priorities, channels } = lists;
    Ok(Organisation { priorities, channels, users, schedules, teams, templates: templates?, paths: paths? })
}

/// A payload with the id that it gets.
#[derive(Deserialize)]
struct Demo {
    id: String,
    payload: Value,
}

fn read<T: Json>(demo: Demo) -> Result<(String, T), StartError> {
    let payload = T::read(demo.payload).map_err(|_| StartError::Demo(demo.id.clone()))?;
    Ok((demo.id, payload))
}

fn damaged(error: serde_json::Error) -> StartError {
    StartError::Demo(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use escalation_api::schedule::Entries;
    use escalation_engine::check::is_refused;
    use escalation_engine::from_api::Answers;
    use escalation_engine::{Index, World, check};

    #[test]
    fn it_is_what_the_vendor_would_take_but_for_the_faults_that_are_meant() {
        let Organisation { priorities, channels, users, schedules, teams, paths, .. } = organisation().unwrap();
        assert_eq!((users.len(), priorities.len(), schedules.len(), paths.len()), (14, 5, 4, 7));
        let member = |user: &User| users.iter().any(|known| known.id == user.id && known.name == user.name);
        assert!(teams.iter().flat_map(|team| &team.members).all(member));
        for (_, path) in &paths {
            let owners = path.team_ids.as_ref().unwrap();
            assert!(!owners.is_empty() && owners.iter().all(|id| teams.iter().any(|team| team.id == *id)));
        }
        let as_read = |(id, path): &(String, PathPayload)| crate::api::read_form(id, path, &priorities);
        let world = World::from_api(Answers {
            users,
            schedules: schedules.into_iter().map(|schedule| (schedule, Some(Entries::default()))).collect(),
            paths: paths.iter().map(as_read).collect(),
            priorities: priorities.clone(),
            channels,
            ..Answers::default()
        });
        let index = Index::new(world);
        for (id, path) in &paths {
            let problems = check(id, path, &index);
            assert!(!is_refused(&problems), "{}: {problems:?}", path.name);
            let faulty = path.name == "Warehouse (inherited)";
            assert_eq!(!problems.is_empty(), faulty, "{}: {problems:?}", path.name);
        }
    }
}
