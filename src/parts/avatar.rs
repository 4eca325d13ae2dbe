//! A person, schedule, channel or path as two letters in a round or square field.

use escalation_editor::card::initials;
use leptos::prelude::*;

/// What the letters stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// A person.
    Person,
    /// A schedule.
    Schedule,
    /// A channel.
    Channel,
    /// An escalation path.
    Path,
    /// Something that has no face.
    Nothing,
}

/// One of eight shades, always the same for a name.
fn shade(name: &str) -> usize {
    name.bytes().fold(7_usize, |sum, byte| (sum * 31 + usize::from(byte)) % 1009) % 8
}

#[component]
pub fn Avatar(
    /// Whose.
    #[prop(into)]
    name: String,
    /// What it is.
    of: Of,
) -> impl IntoView {
    let class = match of {
        Of::Person => format!("avatar shade-{}", shade(&name)),
        Of::Schedule => "avatar square schedule".to_string(),
        Of::Channel => "avatar square channel".to_string(),
        Of::Path => "avatar square".to_string(),
        Of::Nothing => return None,
    };
    let letters = if of == Of::Channel { "#".to_string() } else { initials(&name) };
    Some(view! { <span class=class aria-hidden="true">{letters}</span> })
}
