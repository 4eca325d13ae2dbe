//! What a form offers to choose from: each by its name, with what is to be known of it at the instant that is looked at.

use escalation_api::Path;
use escalation_editor::words;
use escalation_engine::calendar::{Zone, zone_names};
use escalation_engine::{Index, Instant};
use leptos::prelude::*;

use crate::clock;
use crate::parts::avatar::Of;
use crate::parts::combobox::Choice;
use crate::parts::text::in_order;
use crate::session::Session;
use crate::strings;

/// What stands between the parts of a key, and in no id.
const APART: char = '\n';

/// Schedules with who is on call, each followed by its rotas where it has several.
pub fn schedules(index: &Index, at: Instant, zone: &Zone) -> Vec<Choice> {
    let about = |id: &str, rota: Option<&str>| words::on_call_now(id, rota, index, at, zone).unwrap_or_default();
    let mut all = Vec::new();
    for schedule in &index.world().schedules {
        let id = &schedule.id;
        let key = format!("schedule{APART}{id}");
        all.push(Choice { name: schedule.name.clone(), about: about(id, None), of: Of::Schedule, key: key.clone() });
        if schedule.rotas.len() > 1 {
            all.extend(schedule.rotas.iter().map(|rota| Choice {
                key: format!("{key}{APART}{}", rota.id),
                name: strings::edit::rota(&schedule.name, &rota.name),
                about: about(id, Some(&rota.id)),
                of: Of::Schedule,
            }));
        }
    }
    all
}

/// People, those first who can be paged.
pub fn people(index: &Index, at: Instant, zone: &Zone) -> Vec<Choice> {
    let mut people: Vec<_> = index.world().users.iter().collect();
    people.sort_by(|a, b| b.can_be_paged.cmp(&a.can_be_paged).then_with(|| in_order(&a.name, &b.name)));
    let choice = |user: &escalation_engine::world::User| Choice {
        key: format!("user{APART}{}", user.id),
        name: user.name.clone(),
        about: words::person_now(&user.id, index, at, zone).or_else(|| user.email.clone()).unwrap_or_default(),
        of: Of::Person,
    };
    people.into_iter().map(choice).collect()
}

/// Channels.
pub fn channels(index: &Index) -> Vec<Choice> {
    let choice = |channel: &escalation_engine::world::Channel| {
        let about = if channel.channel_type == "msteams_channel" { strings::TEAMS } else { strings::SLACK };
        Choice {
            key: format!("{}{APART}{}", channel.channel_type, channel.id),
            name: channel.name.clone(),
            about: about.to_string(),
            of: Of::Channel,
        }
    };
    index.world().channels.iter().map(choice).collect()
}

/// What a key of these stands for: its type, its id, and its rota where it is one.
pub fn chosen(key: &str) -> Option<(&str, &str, Option<&str>)> {
    let (kind, id) = key.split_once(APART)?;
    Some(id.split_once(APART).map_or((kind, id, None), |(id, rota)| (kind, id, Some(rota))))
}

/// The other paths, by name, with who is told first now. Their keys are their ids.
pub fn paths(session: Session, own: &str) -> Vec<Choice> {
    let rows = session.rows.get();
    let first = |path: &Path| rows.iter().find(|row| row.id == path.id).map(|row| row.first.clone());
    session.index.with(|index| {
        let mut paths: Vec<_> = index.world().paths.iter().filter(|path| path.id != own).collect();
        paths.sort_by(|a, b| in_order(&a.name, &b.name));
        let choice = |path: &Path| Choice {
            key: path.id.clone(),
            name: path.name.clone(),
            about: first(path).unwrap_or_default(),
            of: Of::Path,
        };
        paths.into_iter().map(choice).collect()
    })
}

/// Time zones, by name. Their keys are their names.
pub fn zones() -> Vec<Choice> {
    let mut names: Vec<&str> = zone_names().collect();
    names.sort_unstable();
    let choice =
        |name: &str| Choice { key: name.to_string(), name: name.to_string(), about: String::new(), of: Of::Nothing };
    names.into_iter().map(choice).collect()
}

/// How far a zone is from UTC now. Reading a zone takes a while, so that only those that are seen are asked.
pub fn offset(zone: &Choice) -> String {
    words::offset_now(&zone.key, clock::now())
}
