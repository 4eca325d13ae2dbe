//! Shapes that a new path can start with: steps in a usual order, of which only who is paged is still to be chosen.

use escalation_api::{Map, PathPayload, Weekday, WeekdayInterval, WorkingHours};
use escalation_engine::Index;

use crate::command::{Command, Condition, Kind, create, free_hours_id, new_node};
use crate::tree::{ListAt, Side, Slot};

/// What starting with a shape is called in the history.
const NAME: &str = "start with a shape";

/// A shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// One level, and another one five minutes later.
    PrimaryThenSecondary,
    /// A level for the highest priority, and a channel for all others.
    ByPriority,
    /// A level for each of three regions, by their working hours.
    FollowTheSun,
}

impl Shape {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::PrimaryThenSecondary, Self::ByPriority, Self::FollowTheSun];
}

/// The regions of [`Shape::FollowTheSun`] that have hours, with their zone and when they begin and end, every day. All
/// other time is the third region's, so that no minute is without anyone, whatever clocks are changed.
const REGIONS: [(&str, &str, &str, &str); 2] =
    [("Europe", "Europe/London", "08:00", "16:00"), ("Americas", "America/New_York", "11:00", "19:00")];

/// The command that makes a shape of a path without steps. `zone` is that of the
/// viewer, by its IANA name.
///
/// ```
/// use escalation_api::PathPayload;
/// use escalation_editor::shapes::{Shape, start};
/// use escalation_engine::{Index, World};
///
/// let empty = PathPayload::named("Payments");
/// let command = start(Shape::PrimaryThenSecondary, &empty, &Index::new(World::default()), "Europe/London");
/// assert_eq!(command.apply(&empty).unwrap().path.len(), 2);
/// ```
#[must_use]
pub fn start(shape: Shape, path: &PathPayload, index: &Index, zone: &str) -> Command {
    let mut maker = Maker { path: path.clone(), index, zone, commands: Vec::new() };
    match shape {
        Shape::PrimaryThenSecondary => {
            maker.add(ListAt::Root, 0, Kind::Level);
            maker.add(ListAt::Root, 1, Kind::Level);
        }
        Shape::ByPriority => {
            let branch = maker.add(ListAt::Root, 0, Kind::PriorityBranch);
            maker.add(ListAt::Of(branch.clone(), Side::Then), 0, Kind::Level);
            maker.add(ListAt::Of(branch, Side::Else), 0, Kind::NotifyChannel);
        }
        Shape::FollowTheSun => {
            let mut list = ListAt::Root;
            for region in REGIONS {
                let hours = maker.hours(region);
                let branch = maker.add(list, 0, Kind::HoursBranch);
                maker.take(Command::SetCondition(branch.clone(), Condition::Hours(hours)));
                maker.add(ListAt::Of(branch.clone(), Side::Then), 0, Kind::Level);
                list = ListAt::Of(branch, Side::Else);
            }
            maker.add(list, 0, Kind::Level);
        }
    }
    Command::Several(Some(NAME), maker.commands)
}

/// Makes a path step by step, and keeps how.
struct Maker<'a> {
    path: PathPayload,
    index: &'a Index,
    zone: &'a str,
    commands: Vec<Command>,
}

impl Maker<'_> {
    /// Makes a change; one that changes nothing is left out.
    fn take(&mut self, command: Command) {
        if let Ok(path) = command.apply(&self.path) {
            self.path = path;
            self.commands.push(command);
        }
    }

    /// Adds a node, and gives its id.
    fn add(&mut self, list: ListAt, index: usize, kind: Kind) -> String {
        let id = new_node(&self.path, kind).id;
        let command = create(&self.path, Slot { list, index }, kind, self.index, self.zone);
        self.take(command);
        id
    }

    /// Adds the hours of a region, and gives their id.
    fn hours(&mut self, (name, zone, start, end): (&str, &str, &str, &str)) -> String {
        let id = free_hours_id(&self.path, "hours");
        let interval = |weekday: &Weekday| WeekdayInterval {
            weekday: weekday.clone(),
            start_time: start.to_string(),
            end_time: end.to_string(),
            extra: Map::new(),
        };
        let set = WorkingHours {
            id: id.clone(),
            name: name.to_string(),
            timezone: zone.to_string(),
            weekday_intervals: Weekday::KNOWN.iter().map(interval).collect(),
            extra: Map::new(),
        };
        self.take(Command::AddHours(Box::new(set)));
        id
    }
}

#[cfg(test)]
mod tests {
    use escalation_engine::check::Code;
    use escalation_engine::{World, check};
    use serde_json::json;

    use super::*;
    use crate::Editor;

    fn world() -> Index {
        let priorities = json!([{"id": "p1", "name": "P1"}, {"id": "p2", "name": "P2"}]);
        Index::new(World::from_text(&json!({ "priorities": priorities }).to_string()).unwrap())
    }

    #[test]
    fn only_who_is_paged_is_left_to_choose() {
        let index = world();
        for (shape, levels) in [(Shape::PrimaryThenSecondary, 2), (Shape::ByPriority, 2), (Shape::FollowTheSun, 3)] {
            let mut editor = Editor::new_document(PathPayload::named("n"));
            let selected = editor.dispatch(start(shape, &editor.path(), &index, "Asia/Tokyo")).unwrap();
            let path = editor.path();
            let found = check("", &path, &index);
            let without_targets = found.iter().filter(|problem| problem.code == Code::NoTargets).count();
            assert_eq!((without_targets, found.len()), (levels, levels), "{shape:?}: {found:#?}");
            assert!(selected.is_some(), "{shape:?}");
            // It is one change.
            editor.undo();
            assert!(editor.path().path.is_empty(), "{shape:?}");
        }
    }

    #[test]
    fn the_hours_of_the_regions_are_their_own() {
        let index = world();
        let empty = PathPayload::named("n");
        let path = start(Shape::FollowTheSun, &empty, &index, "UTC").apply(&empty).unwrap();
        let zones: Vec<_> = path.working_hours.iter().flatten().map(|set| set.timezone.as_str()).collect();
        assert_eq!(zones, ["Europe/London", "America/New_York"]);
    }
}
