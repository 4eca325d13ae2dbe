//! Nodes from elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use escalation_api::{PathPayload, WorkingHours};

use super::{Clip, Refusal, copy, few_enough, hours, list_of, run};
use crate::tree::{self, Slot};

/// Puts nodes into a slot. Ids that are taken become free ones, and the working hours that are named come along: the
/// same are not added twice, and others with a taken id get another.
pub(super) fn paste(path: &mut PathPayload, slot: &Slot, clip: &Clip) -> Result<(), Refusal> {
    let mut nodes = copy::with_free_ids(path, &clip.nodes);
    let mut named = BTreeSet::new();
    tree::each(&nodes, &mut |node| named.extend(hours::named_hours(node).into_iter().map(str::to_string)));
    let mut sets = path.working_hours.take();
    let before = sets.as_ref().map_or(0, Vec::len);
    let mut renamed = BTreeMap::new();
    for set in clip.hours.iter().filter(|set| named.contains(&set.id)) {
        let known = sets.get_or_insert_default();
        let same = |other: &&WorkingHours| WorkingHours { id: set.id.clone(), ..(*other).clone() } == *set;
        let id = if let Some(same) = known.iter().find(|other| other.id == set.id && same(other)) {
            same.id.clone()
        } else if known.iter().all(|other| other.id != set.id) {
            known.push(set.clone());
            set.id.clone()
        } else if let Some(same) = known.iter().find(same) {
            same.id.clone()
        } else {
            let taken = |id: &str| known.iter().chain(&clip.hours).any(|other| other.id == id);
            let id = tree::free("hours", taken);
            known.push(WorkingHours { id: id.clone(), ..set.clone() });
            id
        };
        if id != set.id {
            renamed.insert(set.id.clone(), id);
        }
    }
    if sets.as_ref().map_or(0, Vec::len) > before {
        let sets = list_of(sets.get_or_insert_default(), "working_hours", &mut path.extra)?;
        few_enough(sets.len())?;
    }
    path.working_hours = sets;
    copy::rename_hours(&mut nodes, &renamed);
    run::put_at(path, slot, nodes)
}
