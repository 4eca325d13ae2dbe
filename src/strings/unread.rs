//! The words about what could not be read from the server and is not known.

/// What could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Some paths of the list.
    SomePaths,
    /// Some schedules of the list.
    SomeSchedules,
    /// The list of schedules.
    Schedules,
    /// Some people of the list.
    SomePeople,
    /// The list of people.
    People,
    /// The list of priorities.
    Priorities,
    /// The names of channels.
    Channels,
    /// Who has paused notifications.
    Pauses,
    /// The names of teams.
    Teams,
    /// What paths can be made from.
    Templates,
    /// Who is on call by the schedule with this name.
    OnCall(String),
}

pub const BUSY: &str = "The server has too much to do.";
pub const FORBIDDEN: &str = "You may not read it.";
pub const READ: &str = "Everything could be read.";
pub const SIGNED_OUT: &str = "Sign in again to read it.";

/// What is not known, a sentence each.
pub fn told(all: &[&What]) -> String {
    let mut told = Vec::new();
    let schedules: Vec<_> =
        all.iter().filter_map(|what| if let What::OnCall(name) = what { Some(name) } else { None }).collect();
    match schedules.as_slice() {
        [] => {}
        [name] => told.push(format!("Who is on call in {name} could not be read: it is unknown.")),
        [first, rest @ ..] => {
            told.push(format!("Who is on call in {first} and {} more could not be read: it is unknown.", rest.len()));
        }
    }
    told.extend(all.iter().filter_map(|what| one(what)).map(str::to_string));
    told.join(" ")
}

fn one(what: &What) -> Option<&'static str> {
    Some(match what {
        What::SomePaths => "Not all paths could be read: some are missing.",
        What::SomeSchedules => "Not all schedules could be read: some are missing.",
        What::Schedules => "Schedules could not be read: who is on call is unknown.",
        What::SomePeople => "Not all people could be read: some are unknown.",
        What::People => "People could not be read: who can be paged is unknown.",
        What::Priorities => "Priorities could not be read: there may be others.",
        What::Channels => "Channels could not be read: their names are missing.",
        What::Pauses => "Pauses could not be read: who has paused notifications is unknown.",
        What::Teams => "Teams could not be read: their names are missing.",
        What::Templates => "Templates could not be read: none can be chosen.",
        What::OnCall(_) => return None,
    })
}
