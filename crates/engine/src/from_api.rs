//! A world from what the API answers.

use escalation_api::template::Template;
use escalation_api::user::SeatAccess;
use escalation_api::{self as api, ConditionForm as _, Json as _, NodeKind, Test, Value};

use crate::instant::Instant;
use crate::world::{
    Channel, Entry, NOBODY, Pause, Priority, PrioritySource, Rota, Schedule, SchedulePart, User, World, WorldPart,
};

/// What the API answers, gathered.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// All users, those who have left included.
    pub users: Vec<api::User>,
    /// All schedules, each with its entries in the window; nothing where these could not be read.
    pub schedules: Vec<(api::Schedule, Option<api::schedule::Entries>)>,
    /// All paths.
    pub paths: Vec<api::Path>,
    /// All templates.
    pub templates: Vec<Template>,
    /// Priorities from the highest to the lowest, if known: the vendor has no list of them.
    pub priorities: Vec<Priority>,
    /// Whether there may be a list of priorities that could not be read.
    pub priorities_unreadable: bool,
    /// Channels whose names are known.
    pub channels: Vec<Channel>,
    /// Times in which people are not to be paged.
    pub pauses: Vec<Pause>,
    /// The window of the entries.
    pub window: Option<(Instant, Instant)>,
    /// Which of the lists could not be read, or not whole.
    pub unread: Vec<WorldPart>,
}

impl World {
    /// A world from the answers.
    #[must_use]
    pub fn from_api(answers: Answers) -> Self {
        let Answers {
            users,
            schedules,
            paths,
            templates,
            priorities,
            priorities_unreadable,
            channels,
            mut pauses,
            window,
            mut unread,
        } = answers;
        let listed = pauses.len();
        pauses.retain(|pause| pause.starts_at <= pause.ends_at);
        if pauses.len() < listed {
            WorldPart::Pauses.add_to(&mut unread);
        }
        let from = match (priorities_unreadable, priorities.is_empty()) {
            (true, _) => PrioritySource::Unreadable,
            (false, true) => PrioritySource::Branches,
            (false, false) => PrioritySource::Organisation,
        };
        let priorities = if from.is_a_list() { priorities } else { named_by(&paths, priorities) };
        Self {
            priorities,
            priorities_from: Some(from),
            users: users.iter().map(user).collect(),
            schedules: schedules.iter().map(|(schedule, entries)| self::schedule(schedule, entries.as_ref())).collect(),
            channels,
            paths,
            templates,
            pauses,
            unread,
            entries_from: window.map(|(from, _)| from),
            entries_until: window.map(|(_, until)| until),
        }
    }
}

fn user(user: &api::User) -> User {
    let seat = user.seats.as_ref().map(|seats| &seats.on_call);
    let reason = match (user.is_active, seat) {
        (Some(false), _) => Some("is deactivated"),
        (_, Some(SeatAccess::ViewerOnly | SeatAccess::None)) => Some("has no on-call seat"),
        _ => None,
    };
    // One reason is enough, whatever else could be read.
    let left_over = |field: &str| user.extra.get(field).is_some_and(|value| !value.is_null());
    let is_unclear = left_over("seats") || left_over("is_active") || matches!(seat, Some(SeatAccess::Other(_)));
    User {
        id: user.id.clone(),
        name: user.name.clone(),
        email: user.email.clone(),
        can_be_paged: reason.is_none(),
        not_paged_reason: reason.map(str::to_string),
        unread: reason.is_none() && is_unclear,
    }
}

fn schedule(schedule: &api::Schedule, entries: Option<&api::schedule::Entries>) -> Schedule {
    let mut unread = Vec::new();
    let rotas = rotas(schedule).unwrap_or_else(|rotas| {
        unread.push(SchedulePart::Rotas);
        rotas
    });
    let entries = entries.and_then(self::entries).unwrap_or_else(|| {
        unread.push(SchedulePart::Entries);
        Vec::new()
    });
    Schedule {
        id: schedule.id.clone(),
        name: schedule.name.clone(),
        timezone: schedule.timezone.clone(),
        rotas,
        entries,
        unread,
    }
}

/// The rotas of a schedule; as an error those that are known, where there may be others.
fn rotas(schedule: &api::Schedule) -> Result<Vec<Rota>, Vec<Rota>> {
    let mut rotas: Vec<Rota> = Vec::new();
    let mut has_all = true;
    for rotation in schedule.rotations().ok_or_else(Vec::new)? {
        let rota = match rotation {
            Ok(rotation) => {
                let user_ids = rotation.users.iter().map(|user| user.id.clone()).filter(|id| id != NOBODY).collect();
                Rota { id: rotation.id.clone(), name: rotation.name.clone(), user_ids, unread: false }
            }
            Err(value) => {
                let text = |field: &str| value.get(field).and_then(Value::as_str).map(str::to_string);
                let Some(id) = text("id") else {
                    has_all = false;
                    continue;
                };
                Rota { name: text("name").unwrap_or_else(|| id.clone()), id, user_ids: Vec::new(), unread: true }
            }
        };
        // Of several versions of a rotation the last counts for who is in it.
        match rotas.iter_mut().find(|known| known.id == rota.id) {
            Some(known) => *known = rota,
            None => rotas.push(rota),
        }
    }
    if has_all { Ok(rotas) } else { Err(rotas) }
}

/// The entries of a schedule; nothing where there may be others, or it is not known of when one is.
fn entries(entries: &api::schedule::Entries) -> Option<Vec<Entry>> {
    let entry = |entry: Result<api::Entry, Value>| {
        let (entry, unread) = match entry {
            Ok(entry) => (entry, false),
            // Of whom, is all that may be missing.
            Err(value) => (api::Entry::read(value).ok()?, true),
        };
        let left_over = |field: &str| entry.extra.get(field).is_some_and(|value| !value.is_null());
        if left_over("rotation_id") || entry.end_at.at() < entry.start_at.at() {
            return None;
        }
        Some(Entry {
            rota_id: entry.rotation_id.clone().unwrap_or_default(),
            user_id: entry.user.as_ref().map(|user| user.id.clone()).filter(|id| id != NOBODY),
            start_at: entry.start_at.at().into(),
            end_at: entry.end_at.at().into(),
            unread: unread && left_over("user"),
        })
    };
    entries.each_final()?.into_iter().map(entry).collect()
}

/// The priorities that branches name, with the labels that they are returned with, by label; and those that are known
/// without them.
fn named_by(paths: &[api::Path], known: Vec<Priority>) -> Vec<Priority> {
    let mut priorities = known;
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
                let Some(id) = value.literal.clone().filter(|id| !id.is_empty()) else { continue };
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
