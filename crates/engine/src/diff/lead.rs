//! What a change means for people, in a sentence or two: that which concerns most alerts first.

use std::collections::{BTreeMap, BTreeSet};

use crate::index::Index;
use crate::instant::Seconds;
use crate::words::{duration, list};

use super::behaviour::{Behaviour, Change, Delivery, DeliveryTime, RecipientChange};
use super::told;

/// So many sentences at most.
const MOST: usize = 2;
/// So many people are named in one.
const NAMED: usize = 3;

/// What is another than before, whoever it is about.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind<'a> {
    /// Only what follows the first notifications.
    Follows,
    /// People, or channels, are notified first so many seconds later; fewer than none: earlier.
    Later { is_channel: bool, by: Seconds },
    /// How people, or channels, were notified first, and how they are.
    /// Where what follows is unknown, they may be notified later.
    Otherwise { is_channel: bool, before: Option<&'a Delivery>, after: Option<&'a Delivery>, is_partial: bool },
}

/// The alerts that one kind of change concerns.
#[derive(Default)]
struct Concerned<'a> {
    /// For how many seconds such alerts can fire, over all priorities.
    seconds: Seconds,
    /// The same for each priority.
    by_priority: BTreeMap<&'a str, Seconds>,
    /// The ids of those who are notified otherwise.
    people: BTreeSet<&'a str>,
    /// Whether it depends on more than when the alert fires.
    depends: bool,
}

impl Behaviour {
    /// The changes that concern most alerts, in at most two sentences: who is notified otherwise, whatever the times at
    /// which that is so, for which priorities, and whether always. `horizon` is how many seconds were looked at.
    ///
    /// All other changes are in [`Behaviour::changes`] alone.
    #[must_use]
    pub fn lead(&self, index: &Index, horizon: Seconds) -> Vec<String> {
        let mut kinds: BTreeMap<Kind<'_>, Concerned<'_>> = BTreeMap::new();
        for change in &self.changes {
            let mut of_change: BTreeMap<Kind<'_>, Vec<&str>> = BTreeMap::new();
            for differs in &change.people {
                of_change.entry(kind(differs, change.is_partial)).or_default().push(&differs.id);
            }
            if of_change.is_empty() {
                of_change.insert(Kind::Follows, Vec::new());
            }
            for (kind, people) in of_change {
                kinds.entry(kind).or_default().add(change, people);
            }
        }
        let mut kinds: Vec<_> = kinds.into_iter().collect();
        kinds.sort_by_key(|(_, concerned)| std::cmp::Reverse(concerned.seconds));
        // What comes of the first at each handover, for minutes, is no gist.
        let least = kinds.first().map_or(0, |(_, first)| first.seconds / 10);
        let most = kinds.iter().take(MOST).take_while(|(_, concerned)| concerned.seconds >= least);
        most.map(|(kind, concerned)| sentence(kind, concerned, index, horizon)).collect()
    }
}

fn kind(differs: &RecipientChange, is_partial: bool) -> Kind<'_> {
    let RecipientChange { is_channel, before, after, later_by, .. } = differs;
    let by = match (before, after) {
        (Some(was), Some(now)) if was.urgency == now.urgency => match (&was.when, &now.when) {
            (DeliveryTime::After(was), DeliveryTime::After(now)) => Some(now - was),
            _ => *later_by,
        },
        _ => None,
    };
    match by {
        Some(by) => Kind::Later { is_channel: *is_channel, by },
        None => {
            let (before, after) = (before.as_ref(), after.as_ref());
            Kind::Otherwise { is_channel: *is_channel, before, after, is_partial }
        }
    }
}

impl<'a> Concerned<'a> {
    fn add(&mut self, change: &'a Change, people: Vec<&'a str>) {
        self.depends |= !(change.branches.is_empty() && change.branch_visits.is_empty() && change.turns.is_empty());
        for during in &change.during {
            let seconds = during.until - during.from;
            self.seconds = self.seconds.saturating_add(seconds);
            let of_priority = self.by_priority.entry(&during.priority_id).or_default();
            *of_priority = of_priority.saturating_add(seconds);
        }
        self.people.extend(people);
    }
}

fn sentence(kind: &Kind<'_>, concerned: &Concerned<'_>, index: &Index, horizon: Seconds) -> String {
    let what = match kind {
        Kind::Follows => "Everybody is paged first as before; what follows is different".to_string(),
        Kind::Later { is_channel, by } => {
            let (names, are_many) = names(concerned, *is_channel, index);
            let (be, verb) = (if are_many { "are" } else { "is" }, if *is_channel { "told" } else { "paged" });
            let later = if *by < 0 { "earlier" } else { "later" };
            format!("{names} {be} {verb} {} {later}", duration(by.abs()))
        }
        Kind::Otherwise { is_channel, before, after, is_partial } => {
            let (names, are_many) = names(concerned, *is_channel, index);
            told::difference(&names, (are_many, *is_partial), *is_channel, (*before, *after, None))
        }
    };
    format!("{what}{}{}.", priorities(concerned, index), times(concerned, horizon))
}

/// Whom it is about, and whether that is more than one.
fn names(concerned: &Concerned<'_>, is_channel: bool, index: &Index) -> (String, bool) {
    let people = concerned.people.iter().copied();
    let mut names: Vec<&str> = if is_channel {
        people.map(|id| index.channel_name(id)).collect()
    } else {
        people.map(|id| index.user_name(id)).collect()
    };
    let more = names.len().saturating_sub(NAMED);
    let others = if more == 1 { "1 other".to_string() } else { format!("{more} others") };
    if more > 0 {
        names.truncate(NAMED);
        names.push(&others);
    }
    (list(&names, "and"), names.len() > 1)
}

/// For which priorities, unless it is all of them or there are none.
fn priorities(concerned: &Concerned<'_>, index: &Index) -> String {
    let ids: Vec<&str> = concerned.by_priority.keys().copied().filter(|id| !id.is_empty()).collect();
    if ids.is_empty() {
        return String::new();
    }
    if ids.len() > 2 && ids.len() == index.world().priorities.len() && index.world().knows_all_priorities() {
        return ", for every priority".to_string();
    }
    // In the order of the world.
    let known = index.world().priorities.iter().map(|priority| &*priority.id).filter(|id| ids.contains(id));
    let mut ordered: Vec<&str> = known.collect();
    ordered.extend(ids.iter().filter(|id| !ordered.contains(id)).copied().collect::<Vec<_>>());
    let names: Vec<&str> = ordered.iter().map(|id| index.priority_name(id)).collect();
    format!(", for {}", list(&names, "and"))
}

/// Whether that is so whenever such an alert fires.
fn times(concerned: &Concerned<'_>, horizon: Seconds) -> &'static str {
    let count = i64::try_from(concerned.by_priority.len()).unwrap_or(i64::MAX);
    let all = horizon.saturating_mul(count);
    match concerned.seconds {
        _ if concerned.depends => ", in some cases",
        seconds if seconds >= all => "",
        seconds if seconds.saturating_mul(20) >= all.saturating_mul(19) => ", nearly always",
        seconds if seconds.saturating_mul(2) > all => ", at most times",
        _ => ", at some times",
    }
}
