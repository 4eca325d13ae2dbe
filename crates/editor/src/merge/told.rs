//! What you and they did, in words.

use escalation_api::{Json as _, PathPayload, Value};
use escalation_engine::Index;

use super::{Item, Merge, MergeSubject, SideChange};
use crate::changes::{self, Change};
use crate::tree;

/// An item in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeItemText {
    /// The node that it is about, if it is one.
    pub node_id: Option<String>,
    /// What it is about.
    pub title: String,
    /// What you did.
    pub yours: String,
    /// What they did.
    pub theirs: String,
}

/// Tells the items of a comparison in words, in their order.
#[must_use]
pub fn told(merge: &Merge, index: &Index) -> Vec<MergeItemText> {
    let teller = Teller {
        merge,
        index,
        yours: changes::changes(&merge.base, &merge.yours, index),
        theirs: changes::changes(&merge.base, &merge.theirs, index),
    };
    merge.items.iter().map(|item| teller.told(item)).collect()
}

struct Teller<'a> {
    merge: &'a Merge,
    index: &'a Index,
    yours: Vec<Change>,
    theirs: Vec<Change>,
}

impl Teller<'_> {
    fn told(&self, item: &Item) -> MergeItemText {
        let node_id = match &item.what {
            MergeSubject::Node(id) | MergeSubject::Place(id) => Some(id.clone()),
            _ => None,
        };
        MergeItemText {
            title: self.title(&item.what),
            yours: self.did(item, item.yours, &self.merge.yours, &self.yours),
            theirs: self.did(item, item.theirs, &self.merge.theirs, &self.theirs),
            node_id,
        }
    }

    fn title(&self, what: &MergeSubject) -> String {
        let all = [&self.merge.yours, &self.merge.theirs, &self.merge.base];
        let node = |id: &str| {
            let of = all.into_iter().find(|path| tree::find(path, id).is_some());
            of.map_or_else(|| id.to_string(), |path| changes::title(path, id, self.index))
        };
        let set = |id: &str| {
            let sets = all.into_iter().flat_map(|path| path.working_hours.iter().flatten());
            sets.into_iter().find(|set| set.id == id).map_or_else(|| id.to_string(), |set| set.name.clone())
        };
        match what {
            MergeSubject::Field(field) => format!("The path’s {}", changes::label(field)),
            MergeSubject::Hours(id) => format!("The working hours “{}”", set(id)),
            MergeSubject::HoursOrder => "The order of the working hours".to_string(),
            MergeSubject::Node(id) => node(id),
            MergeSubject::Place(id) => format!("Where “{}” is", node(id)),
            MergeSubject::Order(tree::ListAt::Root) => "The order of the steps".to_string(),
            MergeSubject::Order(tree::ListAt::Of(id, _)) => format!("The order of the steps in “{}”", node(id)),
        }
    }

    fn did(&self, item: &Item, did: SideChange, now: &PathPayload, changes: &[Change]) -> String {
        let word = match did {
            SideChange::Nothing => return "unchanged".to_string(),
            SideChange::Added => "new",
            SideChange::Removed => return "removed".to_string(),
            SideChange::Changed => "changed",
            SideChange::Moved => return "moved".to_string(),
        };
        let details = match &item.what {
            MergeSubject::Node(id) => {
                let change = changes.iter().find(|change| change.node_id.as_ref() == Some(id));
                change.map(|change| change.details.join("; ")).unwrap_or_default()
            }
            MergeSubject::Field(field) => match now.write().get(field) {
                Some(Value::String(text)) => format!("“{}”", changes::short(text)),
                Some(value) => changes::short(&value.to_string()),
                None => String::new(),
            },
            MergeSubject::Hours(id) => {
                let set = now.working_hours.iter().flatten().find(|set| set.id == *id);
                set.map(changes::hours_of).unwrap_or_default()
            }
            _ => String::new(),
        };
        if details.is_empty() { word.to_string() } else { format!("{word}: {details}") }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Arc;

    use escalation_api::{Json as _, PathPayload, Value};
    use escalation_engine::{Index, World};
    use serde_json::json;

    use super::told;
    use crate::merge::compare;

    fn path(name: &str, nodes: &[(&str, i64)]) -> Arc<PathPayload> {
        let level = |(id, seconds): &(&str, i64)| -> Value {
            json!({"id": id, "type": "level", "level": {"targets": [], "time_to_ack_seconds": seconds}})
        };
        let nodes: Vec<Value> = nodes.iter().map(level).collect();
        Arc::new(PathPayload::read(json!({"name": name, "path": nodes})).unwrap())
    }

    #[test]
    fn what_you_and_they_did() {
        let base = path("Payments", &[("a", 60), ("b", 60), ("c", 60)]);
        let yours = path("Money", &[("a", 300), ("b", 60), ("c", 60)]);
        let theirs = path("Payments", &[("a", 600), ("c", 60), ("d", 60)]);
        let merge = compare(base, yours, theirs);
        let all: Vec<_> = told(&merge, &Index::new(World::default()))
            .into_iter()
            .map(|told| format!("{} | {} | {}", told.title, told.yours, told.theirs))
            .collect();
        assert_eq!(
            all,
            [
                "The path’s name | changed: “Money” | unchanged",
                "Page nobody yet | changed: “then after 5m”, was “then after 1m” | changed: “then after 10m”, was \
                 “then after 1m”",
                "Page nobody yet | unchanged | removed",
                "Page nobody yet | unchanged | new: after “Page nobody yet”",
            ]
        );
    }
}
