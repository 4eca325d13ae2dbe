//! The words about what could not be read from the server and is not known.

/// What could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnreadPart {
    /// What the server says of itself: what it has beyond reading and saving paths, and who may change them.
    Server,
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
    /// Some priorities of the list.
    SomePriorities,
    /// The list of priorities.
    Priorities,
    /// The names of some channels.
    SomeChannels,
    /// The names of channels.
    Channels,
    /// Some of those who have paused notifications.
    SomePauses,
    /// Who has paused notifications.
    Pauses,
    /// The names of some teams.
    SomeTeams,
    /// The names of teams.
    Teams,
    /// Some of what paths can be made from.
    SomeTemplates,
    /// What paths can be made from.
    Templates,
    /// Who is on call by the schedule with this name.
    OnCall(String),
    /// What has changed in so many minutes, since when the API behind the server has not answered.
    Newer(u32),
}

impl UnreadPart {
    /// Whether it is templates, or some of them.
    pub fn is_of_templates(&self) -> bool {
        matches!(self, UnreadPart::Templates | UnreadPart::SomeTemplates)
    }

    /// Whether it is teams, or some of them.
    pub fn is_of_teams(&self) -> bool {
        matches!(self, UnreadPart::Teams | UnreadPart::SomeTeams)
    }
}

pub const BUSY: &str = "The server is overloaded.";
pub const FORBIDDEN: &str = "You don’t have access.";
pub const READ: &str = "Everything could be read.";
pub const SIGNED_OUT: &str = "Sign in again to read it.";

/// What is not known, a sentence each.
pub fn told(all: &[&UnreadPart]) -> String {
    let mut told = Vec::new();
    let schedules: Vec<_> =
        all.iter().filter_map(|what| if let UnreadPart::OnCall(name) = what { Some(name) } else { None }).collect();
    match schedules.as_slice() {
        [] => {}
        [name] => told.push(format!("Who is on call in {name} could not be read: it is unknown.")),
        [first, rest @ ..] => {
            told.push(format!("Who is on call in {first} and {} more could not be read: it is unknown.", rest.len()));
        }
    }
    told.extend(all.iter().filter_map(|what| one(what)).map(str::to_string));
    told.extend(all.iter().filter_map(|what| match what {
        UnreadPart::Newer(1) => Some("The API does not answer. This was read up to a minute ago.".to_string()),
        UnreadPart::Newer(minutes) => {
            Some(format!("The API does not answer. This was read up to {minutes} minutes ago."))
        }
        _ => None,
    }));
    told.join(" ")
}

fn one(what: &UnreadPart) -> Option<&'static str> {
    Some(match what {
        UnreadPart::Server => "What this server can do could not be read: some features are missing.",
        UnreadPart::SomePaths => "Not all paths could be read: some are missing.",
        UnreadPart::SomeSchedules => "Not all schedules could be read: some are missing.",
        UnreadPart::Schedules => "Schedules could not be read: who is on call is unknown.",
        UnreadPart::SomePeople => "Not all people could be read: some are unknown.",
        UnreadPart::People => "People could not be read: who can be paged is unknown.",
        UnreadPart::SomePriorities => "Not all priorities could be read: there are others.",
        UnreadPart::Priorities => "Priorities could not be read: there may be others.",
        UnreadPart::SomeChannels => "Not all channels could be read: some names are missing.",
        UnreadPart::Channels => "Channels could not be read: their names are missing.",
        UnreadPart::SomePauses => "Not all pauses could be read: others may have paused notifications.",
        UnreadPart::Pauses => "Pauses could not be read: who has paused notifications is unknown.",
        UnreadPart::SomeTeams => "Not all teams could be read: some names are missing.",
        UnreadPart::Teams => "Teams could not be read: their names are missing.",
        UnreadPart::SomeTemplates => "Not all templates could be read: some are missing.",
        UnreadPart::Templates => "Templates could not be read: none can be chosen.",
        UnreadPart::OnCall(_) | UnreadPart::Newer(_) => return None,
    })
}
