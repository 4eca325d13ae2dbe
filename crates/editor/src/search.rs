//! Finding things by typing parts of their names, and nodes by typing parts of what is said of them.

use escalation_api::{ConditionForm as _, Json as _, NodeKind, Target, Test, Value};
use escalation_engine::Index;

use crate::tree::PathNode;
use crate::words::{self, NodeWords};

/// The position after one of so many, or before it; after the last comes the first. From nowhere it is the first, or the
/// last; of none there is none.
#[must_use]
pub fn around(at: Option<usize>, count: usize, forward: bool) -> Option<usize> {
    let last = count.checked_sub(1)?;
    Some(match (at, forward) {
        (Some(at), true) => {
            if at == last {
                0
            } else {
                at + 1
            }
        }
        (Some(at), false) => at.checked_sub(1).unwrap_or(last),
        (None, true) => 0,
        (None, false) => last,
    })
}

/// All that a node can be found by: what is written on it, its id, and the names and ids of all that it names.
#[must_use]
pub fn text(node: &PathNode, words: &NodeWords, index: &Index) -> String {
    let mut text = vec![words.kind.clone(), words.title.clone(), words.timer.clone(), node.id.clone()];
    text.extend(words.badges.iter().map(|badge| badge.text().to_string()));
    let mut named = |targets: &[Target]| {
        for target in targets {
            text.push(words::target_name(target, index));
            text.push(words::target_mode(target, index));
            text.push(target.id.clone());
        }
    };
    match &node.kind {
        NodeKind::Level(level) => named(&level.targets),
        NodeKind::NotifyChannel(channel) => named(&channel.targets),
        NodeKind::IfElse(branch) => {
            for condition in &branch.conditions {
                match condition.test() {
                    Some(Test::PriorityOneOf(ids)) => text.extend(ids.iter().map(ToString::to_string)),
                    Some(Test::WorkingHoursActive(id)) => text.push(id.to_string()),
                    None => {}
                }
            }
        }
        NodeKind::Repeat(repeat) => text.push(repeat.to_node.clone()),
        NodeKind::HandOver(hand_over) => text.push(hand_over.escalation_path_id.clone()),
        NodeKind::Delay(_) => {}
        NodeKind::Sealed(_) => strings(&node.write(), &mut text),
    }
    text.join(" ")
}

/// The words in a JSON value: names of fields and strings.
fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| strings(value, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                found.push(name.clone());
                strings(value, found);
            }
        }
        _ => {}
    }
}

/// The position of the name that is gone to by typing what it begins with, or what a word in it begins with: the next
/// after `at`, or `at` itself while more is typed of it; around at the end. One letter typed again and again goes
/// through all that begin with it. Both are compared as they are.
#[must_use]
pub fn ahead<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>, at: Option<usize>) -> Option<usize> {
    let begins = |name: &str, typed: &str| {
        let mut found = name.match_indices(typed);
        found.any(|(from, _)| {
            let before = name.get(..from).and_then(|before| before.chars().next_back());
            before.is_none_or(|before| before.is_whitespace() || before.is_ascii_punctuation())
        })
    };
    let names: Vec<&str> = names.into_iter().collect();
    let from = |first: usize, typed: &str| {
        let around = (first..names.len()).chain(0..first.min(names.len()));
        around.into_iter().find(|position| names.get(*position).is_some_and(|name| begins(name, typed)))
    };
    let typed = typed.trim_start();
    let first = typed.chars().next()?;
    let next = at.map_or(0, |at| at + 1);
    let is_one = typed.chars().all(|letter| letter == first);
    let whole = from(if typed.chars().nth(1).is_none() { next } else { at.unwrap_or(0) }, typed);
    whole.or_else(|| if is_one { from(next, typed.get(..first.len_utf8())?) } else { None })
}

/// How well a name fits what was typed; smaller is better, nothing is not at all. Every word that was typed must be in
/// the name; names that begin with it come first, then those with a word that does. Both are compared as they are: in
/// small letters, say, if that is to make no difference.
#[must_use]
pub fn rank(typed: &str, name: &str) -> Option<u8> {
    let typed = typed.trim();
    if !typed.split_whitespace().all(|word| name.contains(word)) {
        return None;
    }
    let begins = |words: &str| words.starts_with(typed);
    let name = name.trim_start_matches(['#', '@']);
    if begins(name) {
        Some(0)
    } else if name.split(|c: char| c.is_whitespace() || c.is_ascii_punctuation()).any(begins) {
        Some(1)
    } else {
        Some(2)
    }
}

/// The positions of the names that fit, the best first, otherwise in their own order; at most so many.
pub fn find<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<usize> {
    let ranked = names.into_iter().enumerate().filter_map(|(position, name)| Some((rank(typed, name)?, position)));
    let mut ranked: Vec<_> = ranked.collect();
    ranked.sort_unstable();
    ranked.into_iter().take(most).map(|(_, position)| position).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use escalation_api::PathPayload;
    use escalation_engine::World;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_node_is_found_by_all_that_it_names() {
        let path = json!({"name": "n", "path": [
            {"id": "first", "type": "level", "level": {"time_to_ack_seconds": 300, "targets": [
                {"type": "user", "id": "U1", "urgency": "low"}, {"type": "user", "id": "U2", "urgency": "low"},
                {"type": "user", "id": "U3", "urgency": "low"}, {"type": "schedule", "id": "S4", "urgency": "low"},
            ]}},
            {"id": "odd", "type": "hologram", "hologram": {"colour": "blue", "size": 3}},
            {"id": "back", "type": "repeat", "repeat": {"to_node": "first", "repeat_times": 1}},
        ]});
        let path = PathPayload::read(path).unwrap();
        let index = Index::new(World::default());
        let found = |typed: &str| {
            let text = |node: &PathNode| text(node, &words::node(node, &path, &index), &index);
            let fits = path.path.iter().filter(|node| rank(typed, &text(node)).is_some());
            fits.map(|node| node.id.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(found("S4"), ["first"], "also one that the title leaves out");
        assert_eq!(found("Level low urgency"), ["first"], "kind and badge, in any order");
        assert_eq!(found("5m"), ["first"]);
        assert_eq!(found("blue"), ["odd"], "what is not understood is found by what it says");
        assert_eq!(found("first"), ["first", "back"], "by its id, and by that of where it goes");
        assert_eq!(found("nobody"), [""; 0]);
    }

    #[test]
    fn by_first_letters() {
        let names = ["priority is p1?", "page primary on-call", "page ruth", "wait 5m", "page “primary”"];
        let go = |typed: &str, at: Option<usize>| ahead(typed, names, at);
        assert_eq!(go("p", None), Some(0));
        assert_eq!(go("p", Some(0)), Some(1), "the next one");
        assert_eq!(go("p", Some(4)), Some(0), "around");
        assert_eq!(go("pa", Some(1)), Some(1), "the one that is there still fits");
        assert_eq!(go("page r", Some(1)), Some(2), "several words");
        assert_eq!(go("pp", Some(1)), Some(2), "the same letter again");
        assert_eq!(go("ruth", Some(0)), Some(2), "a word in it");
        assert_eq!(go("call", Some(0)), Some(1));
        assert_eq!(go("all", Some(0)), None, "not in the middle of a word");
        assert_eq!(go("w", Some(3)), Some(3), "the only one is gone to again");
        assert_eq!(go("", Some(3)), None);
        assert_eq!(go("w", Some(30)), Some(3));
        assert_eq!(ahead("x", [], None), None);
    }

    #[test]
    fn the_best_first() {
        let names = ["Alice Moreau", "Maya Chen", "Tom Okafor", "#payments-alerts", "Primary on-call", "Mei Ling Tan"];
        let small = names.map(str::to_ascii_lowercase);
        let found = |typed: &str| {
            find(typed, small.iter().map(String::as_str), 10).into_iter().map(|at| names[at]).collect::<Vec<_>>()
        };
        assert_eq!(
            found("m"),
            ["Maya Chen", "Mei Ling Tan", "Alice Moreau", "Tom Okafor", "#payments-alerts", "Primary on-call"]
        );
        assert_eq!(found("pay"), ["#payments-alerts"]);
        assert_eq!(found("call"), ["Primary on-call"]);
        assert_eq!(found("tan mei"), ["Mei Ling Tan"]);
        assert_eq!(found("zzz"), [""; 0]);
        assert_eq!(found("").len(), names.len());
        assert_eq!(find("", names, 2), [0, 1]);
    }
}
