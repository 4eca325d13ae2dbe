//! A world from what the API answers.

use escalation_api::user::SeatAccess;
use escalation_api::{self as api, ConditionForm as _, NodeKind, Test};

use crate::instant::Instant;
use crate::world::{Channel, Entry, Pause, Priority, Rota, Schedule, User, World};

/// What the API answers, gathered.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// All users, those who have left included.
    pub users: Vec<api::User>,
    /// All schedules, each with its entries in the window.
    pub schedules: Vec<(api::Schedule, Vec<api::Entry>)>,
    /// All paths.
    pub paths: Vec<api::Path>,
    /// Priorities from the highest to the lowest, if known: the vendor has no list of them.
    pub priorities: Vec<Priority>,
    /// Channels whose names are known.
    pub channels: Vec<Channel>,
    /// Times in which people are not to be paged.
    pub pauses: Vec<Pause>,
    /// The window of the entries.
    pub window: Option<(Instant, Instant)>,
}

impl World {
    /// A world from the answers.
    #[must_use]
    pub fn from_api(answers: Answers) -> Self {
        let Answers { users, schedules, paths, mut priorities, channels, pauses, window } = answers;
        if priorities.is_empty() {
            priorities = named_by(&paths);
        }
        Self {
            priorities,
            users: users.iter().map(user).collect(),
            schedules: schedules.iter().map(|(schedule, entries)| self::schedule(schedule, entries)).collect(),
            channels,
            paths,
            pauses,
            entries_from: window.map(|(from, _)| from),
            entries_until: window.map(|(_, until)| until),
        }
    }
}

fn user(user: &api::User) -> User {
    let seat = user.seats.as_ref().map(|seats| &seats.on_call);
    let reason = match (user.is_active, seat) {
        (Some(false), _) => Some("is deactivated"),
        (_, Some(seat)) if *seat != SeatAccess::FullAccess => Some("has no on-call seat"),
        _ => None,
    };
    User {
        id: user.id.clone(),
        name: user.name.clone(),
        email: user.email.clone(),
        can_be_paged: reason.is_none(),
        not_paged_reason: reason.map(str::to_string),
    }
}

fn schedule(schedule: &api::Schedule, entries: &[api::Entry]) -> Schedule {
    let mut rotas: Vec<Rota> = Vec::new();
    for rotation in schedule.config.iter().flat_map(|config| &config.rotations) {
        let user_ids = rotation.users.iter().map(|user| user.id.clone()).collect();
        let rota = Rota { id: rotation.id.clone(), name: rotation.name.clone(), user_ids };
        // Of several versions of a rotation the last counts for who is in it.
        match rotas.iter_mut().find(|known| known.id == rota.id) {
            Some(known) => *known = rota,
            None => rotas.push(rota),
        }
    }
    let entry = |entry: &api::Entry| Entry {
        rota_id: entry.rotation_id.clone().unwrap_or_default(),
        user_id: entry.user.as_ref().map(|user| user.id.clone()),
        start_at: entry.start_at.at().into(),
        end_at: entry.end_at.at().into(),
    };
    Schedule {
        id: schedule.id.clone(),
        name: schedule.name.clone(),
        timezone: schedule.timezone.clone(),
        rotas,
        entries: entries.iter().map(entry).collect(),
    }
}

/// The priorities that branches name, with the labels that they are returned with, by label.
fn named_by(paths: &[api::Path]) -> Vec<Priority> {
    let mut priorities: Vec<Priority> = Vec::new();
    for path in paths {
        collect(&path.path, &mut priorities);
    }
    priorities.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    priorities.dedup_by(|a, b| a.id == b.id);
    priorities
}

fn collect(nodes: &[api::Node<api::Condition>], priorities: &mut Vec<Priority>) {
    for node in nodes {
        let NodeKind::IfElse(branch) = &node.kind else { continue };
        for condition in branch.conditions.iter().filter(|c| matches!(c.test(), Some(Test::PriorityOneOf(_)))) {
            let values = condition.param_bindings.iter().flat_map(|binding| binding.array_value.iter().flatten());
            for value in values {
                let Some(id) = value.literal.clone() else { continue };
                if priorities.iter().all(|known| known.id != id) {
                    let name = value.label.clone().unwrap_or_else(|| id.clone());
                    priorities.push(Priority { id, name });
                }
            }
        }
        for (_, list) in node.children() {
            collect(list, priorities);
        }
    }
}
