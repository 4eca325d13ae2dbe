//! What changes for people, in words.

use super::behaviour::{Change, Delivery, DeliveryTime, OccurrenceGroup, RecipientChange};
use crate::compile::PageUrgency;
use crate::index::Index;
use crate::instant::Seconds;
use crate::scenario::Branch;
use crate::why::{hours_name, ordinal};
use crate::words::{duration, list};

impl Change {
    /// The change as a sentence: for whom, when, and what is another than before.
    #[must_use]
    pub fn sentence(&self, index: &Index) -> String {
        self.sentence_with(index, |node, side| {
            let holds = if side == Branch::Then { "holds" } else { "does not hold" };
            format!("where the condition of `{node}` {holds}")
        })
    }

    /// The same, with words for a branch that goes one way.
    #[must_use]
    pub fn sentence_with(&self, index: &Index, branch: impl Fn(&str, Branch) -> String) -> String {
        let occasion = |occasion: &OccurrenceGroup| {
            let names: Vec<&str> = occasion.priority_ids.iter().map(|id| index.priority_name(id)).collect();
            match names.len() {
                0 => occasion.times.clone(),
                all if all > 2 && all == index.world().priorities.len() && index.world().knows_all_priorities() => {
                    format!("every priority, {}", occasion.times)
                }
                _ => format!("{}, {}", names.join(", "), occasion.times),
            }
        };
        let when: Vec<String> = self.when.iter().map(occasion).collect();
        let mut when = when.join("; ");
        for (node, side) in &self.branches {
            when.push_str(", ");
            when.push_str(&branch(node, *side));
        }
        for (node, visits) in &self.branch_visits {
            for (visit, side) in (1..).zip(visits) {
                let Some(side) = side else { continue };
                when.push_str(&format!(", {} the {} time", branch(node, *side), ordinal(visit)));
            }
        }
        if !self.turns.is_empty() {
            let turns: Vec<String> = self.turns.iter().map(|turn| (turn + 1).to_string()).collect();
            let turns: Vec<&str> = turns.iter().map(String::as_str).collect();
            let turn = if turns.len() == 1 { "turn" } else { "turns" };
            when.push_str(&format!(", at {turn} {} of the round robin", list(&turns, "and")));
        }
        format!("{when}: {}", self.difference(index))
    }

    /// What is another than before.
    fn difference(&self, index: &Index) -> String {
        if self.people.is_empty() {
            let (was, is) = self.told;
            return if was == is {
                "everybody is paged first as before; what follows comes at other times or with another urgency"
                    .to_string()
            } else {
                let times = if is == 1 { "once".to_string() } else { format!("{is} times") };
                format!("everybody is paged first as before; in all it is {times} instead of {was}")
            };
        }
        let said: Vec<String> = self.people.iter().map(|differs| differs.words(index, self.is_partial)).collect();
        if self.is_partial {
            return said.join("; ") + "; what follows is unknown";
        }
        let nobody = match (self.was_nobody, self.is_nobody) {
            (true, _) => "; it was nobody",
            (_, true) => "; nobody is left",
            _ => "",
        };
        said.join("; ") + nobody
    }
}

impl RecipientChange {
    fn words(&self, index: &Index, is_partial: bool) -> String {
        let name = if self.is_channel { index.channel_name(&self.id) } else { index.user_name(&self.id) };
        let how = (self.before.as_ref(), self.after.as_ref(), self.later_by);
        difference(name, (false, is_partial), self.is_channel, how)
    }
}

/// What is another than before for somebody, or for several (`are_many`): how they were notified first, how they are, and
/// by how many seconds that is later. Where what follows is unknown (`is_partial`), they may be notified later.
pub(super) fn difference(
    name: &str,
    (are_many, is_partial): (bool, bool),
    is_channel: bool,
    (before, after, later_by): (Option<&Delivery>, Option<&Delivery>, Option<Seconds>),
) -> String {
    // A channel is nobody, and is told rather than paged.
    let verb = if is_channel { "told" } else { "paged" };
    let be = if are_many { "are" } else { "is" };
    match (before, after) {
        (Some(_), Some(now)) if later_by.is_some() => {
            let by = later_by.unwrap_or_default();
            let later = if by < 0 { "earlier" } else { "later" };
            format!("{name} {be} {verb} {} {later} than before, {}", duration(by.abs()), now.words())
        }
        (Some(was), Some(now)) => format!("{name} {be} {verb} {} instead of {}", now.words(), was.words()),
        (None, Some(now)) => format!("{name} {be} now {verb} {}", now.words()),
        (Some(was), None) if is_partial => format!("{name} {be} no longer {verb} {}", was.words()),
        (Some(was), None) => format!("{name} {be} no longer {verb} (it was {})", was.words()),
        (None, None) => String::new(),
    }
}

impl Delivery {
    fn words(&self) -> String {
        let low = if self.urgency == PageUrgency::Low { " with low urgency" } else { "" };
        match &self.when {
            DeliveryTime::After(0) => format!("at once{low}"),
            DeliveryTime::After(seconds) => format!("after {}{low}", duration(*seconds)),
            DeliveryTime::Later { seconds, hours, begun } => {
                let (edge, hours) = (if *begun { "begin" } else { "end" }, hours_name(hours));
                match seconds {
                    0 => format!("when {hours} {edge}{low}"),
                    _ => format!("{} after {hours} {edge}{low}", duration(*seconds)),
                }
            }
        }
    }
}
