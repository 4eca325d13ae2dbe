//! What you and they did, in words.

use escalation_api::PathPayload;
use escalation_engine::Index;

use super::node;
use crate::merge::{Did, Item, Merge, What};
use crate::tree::{self, ListAt, Side};

/// A difference between your document and theirs, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemWords {
    /// What it is about: "Level “Page Alice Moreau”".
    pub about: String,
    /// What you did: "You changed it".
    pub yours: String,
    /// What they did: "They removed it".
    pub theirs: String,
}

/// Tells a difference in words.
#[must_use]
pub fn merge_item(item: &Item, merge: &Merge, index: &Index) -> ItemWords {
    let about = match &item.what {
        What::Field(name) => field(name).to_string(),
        What::Hours(id) => {
            let set = |path: &PathPayload| path.working_hours.iter().flatten().find(|set| set.id == *id).cloned();
            let set = set(&merge.yours).or_else(|| set(&merge.theirs)).or_else(|| set(&merge.base));
            format!("Working hours “{}”", set.map_or_else(|| id.clone(), |set| set.name))
        }
        What::HoursOrder => "The order of the working hours".to_string(),
        What::Node(id) => titled(id, merge, index),
        What::Place(id) => format!("Where “{}” is", title(id, merge, index).1),
        What::Order(ListAt::Root) => "The order of the path's own list".to_string(),
        What::Order(ListAt::Of(id, side)) => {
            let side = if *side == Side::Then { "yes" } else { "otherwise" };
            format!("The order in “{}”, {side}", title(id, merge, index).1)
        }
    };
    ItemWords { about, yours: did("You", item.yours), theirs: did("They", item.theirs) }
}

fn did(who: &str, did: Did) -> String {
    let what = match did {
        Did::Nothing => "left it as it was",
        Did::Added => "added it",
        Did::Removed => "removed it",
        Did::Changed => "changed it",
        Did::Moved => "moved it",
    };
    format!("{who} {what}")
}

fn titled(id: &str, merge: &Merge, index: &Index) -> String {
    let (kind, title) = title(id, merge, index);
    format!("{kind} “{title}”")
}

fn title(id: &str, merge: &Merge, index: &Index) -> (String, String) {
    let documents = [&merge.yours, &merge.theirs, &merge.base];
    let found = documents.into_iter().find_map(|path| Some((path, tree::find(path, id)?)));
    found.map_or_else(
        || ("Node".to_string(), id.to_string()),
        |(path, found)| {
            let words = node(found.node, path, index);
            (words.kind, words.title)
        },
    )
}

fn field(name: &str) -> &str {
    match name {
        "name" => "The name",
        "path" => "All nodes",
        "working_hours" => "All working hours",
        "repeat_config" => "Paging again after an acknowledgement",
        "team_ids" => "The teams",
        "kind" => "Whether the path is from a template",
        "template_id" => "The template",
        "param_bindings" => "The parameters of the template",
        other => other,
    }
}
