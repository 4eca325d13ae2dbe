//! What is drawn: the layout and the words of each node.

use std::collections::BTreeMap;

use escalation_api::{NodeKind, PathPayload};
use escalation_editor::card;
use escalation_editor::layout::{Folds, Layout};
use escalation_editor::tree::{self, PathNode};
use escalation_editor::words::{self, NodeWords};
use escalation_engine::Index;

/// All that is drawn of a path, whatever is simulated.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Where everything is.
    pub layout: Layout,
    cards: BTreeMap<String, Card>,
}

/// What a node says.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// The node in words.
    pub words: NodeWords,
    /// For a branch: the words on its two lines.
    pub sides: Option<[String; 2]>,
    /// For a repeat: how often.
    pub times: Option<i64>,
}

impl Scene {
    pub fn new(path: &PathPayload, index: &Index, folds: &Folds) -> Self {
        let mut cards = BTreeMap::new();
        tree::walk(path, |found| {
            let node = found.node;
            let (sides, times) = match &node.kind {
                NodeKind::IfElse(branch) => (Some(words::sides(&branch.conditions, index)), None),
                NodeKind::Repeat(repeat) => (None, Some(repeat.repeat_times)),
                _ => (None, None),
            };
            cards.insert(node.id.clone(), Card { words: words::node(node, path, index), sides, times });
        });
        let size = |node: &PathNode| {
            let known = cards.get(&node.id).map(|card| card::size(node, &card.words));
            known.unwrap_or_else(|| card::size(node, &words::node(node, path, index)))
        };
        let labels = |node: &PathNode| {
            let sides = cards.get(&node.id).and_then(|card| card.sides.as_ref());
            sides.map_or([0, 0], |[then, otherwise]| [card::text_width(then) + 20, card::text_width(otherwise) + 20])
        };
        Self { layout: Layout::new(path, folds, &size, &labels), cards }
    }

    pub fn card(&self, id: &str) -> Option<&Card> {
        self.cards.get(id)
    }
}
