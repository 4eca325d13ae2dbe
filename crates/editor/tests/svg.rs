//! The graph as a picture.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::fs;
use std::path::Path;

use common::{build, outline};
use escalation_api::{Json as _, NodeKind, PathPayload};
use escalation_editor::layout::{Folds, Layout};
use escalation_editor::svg::{Labels, Theme, draw};
use escalation_editor::tree::{self, PathNode};
use escalation_editor::{card, words};
use escalation_engine::{Index, World};
use proptest::prelude::*;
use serde_json::{Value, json};

fn picture(path: &PathPayload) -> String {
    picture_in(path, &Index::new(World::default()))
}

fn picture_in(path: &PathPayload, index: &Index) -> String {
    let size = |node: &PathNode| card::size(node, &words::node(node, path, index));
    let labels = |node: &PathNode| match &node.kind {
        NodeKind::IfElse(branch) => words::sides(&branch.conditions, index).map(|side| card::text_width(&side) + 20),
        _ => [0, 0],
    };
    let layout = Layout::new(path, &Folds::default(), &size, &labels);
    let colour = |name: &str| format!("<{name}&\">");
    let theme = Theme {
        canvas: colour("canvas"),
        surface: colour("surface"),
        line: colour("line"),
        text: colour("text"),
        muted: colour("muted"),
        level: colour("level"),
        channel: colour("channel"),
        delay: colour("delay"),
        branch: colour("branch"),
        other: colour("other"),
        font: "\"Inter\", sans-serif".into(),
    };
    let labels =
        Labels {
            start: "Alert <fires>", ends: "ends", ends_after: "then ends", repeats: &|times| format!("×{times}")
        };
    let drawn = draw(path, &layout, index, &labels, &theme);
    assert_eq!(drawn, draw(path, &layout, index, &labels, &theme), "always the same");
    drawn
}

/// The texts of a document that is well-formed XML, as far as a picture uses that.
fn texts(xml: &str) -> Vec<String> {
    let (mut open, mut texts, mut rest) = (Vec::new(), Vec::new(), xml.trim_end());
    let plain = |text: &str| {
        assert!(!text.contains('<') && text.chars().all(|c| c >= ' '), "{text:?}");
        let mut plain = text.to_string();
        for (entity, letter) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\"")] {
            plain = plain.replace(entity, letter);
        }
        assert!(plain.split("&amp;").all(|part| !part.contains('&')), "{plain:?}");
        plain.replace("&amp;", "&")
    };
    while !rest.is_empty() {
        let tag;
        (tag, rest) = rest.strip_prefix('<').unwrap().split_once('>').unwrap();
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name.to_string()));
        } else {
            let inside = tag.trim_end_matches('/');
            let (name, attributes) = inside.split_once(' ').unwrap_or((inside, ""));
            let mut attributes = attributes;
            while !attributes.is_empty() {
                let (key, after) = attributes.split_once("=\"").unwrap();
                assert!(key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{key:?}");
                let (value, after) = after.split_once('"').unwrap();
                plain(value);
                attributes = after.trim_start();
            }
            if !tag.ends_with('/') {
                open.push(name.to_string());
            }
        }
        let text;
        (text, rest) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
        let text = plain(text);
        assert!(!open.is_empty() || rest.is_empty(), "one root");
        if !text.is_empty() {
            texts.push(text);
        }
    }
    assert!(open.is_empty());
    texts
}

fn says_everything(path: &PathPayload) {
    let texts = texts(&picture(path)).join("\n");
    let index = Index::new(World::default());
    assert!(texts.contains("Alert <fires>"));
    tree::walk(path, |found| {
        let said = words::node(found.node, path, &index);
        let badges = said.badges.iter().map(|badge| badge.text().to_string());
        for words in [said.kind, said.title, said.timer].into_iter().chain(badges) {
            assert!(texts.contains(&words), "{words} is not in the picture");
        }
        if let NodeKind::IfElse(branch) = &found.node.kind {
            assert!(words::sides(&branch.conditions, &index).iter().all(|side| texts.contains(side)));
        }
    });
}

#[test]
fn the_demo_paths_are_drawn_with_all_their_words() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/demo/paths");
    let mut count = 0;
    for file in fs::read_dir(dir).unwrap() {
        let value: Value = serde_json::from_str(&fs::read_to_string(file.unwrap().path()).unwrap()).unwrap();
        says_everything(&PathPayload::read(value["payload"].clone()).unwrap());
        count += 1;
    }
    assert!(count > 5);
}

#[test]
fn names_cannot_break_out() {
    let name = "</text><script>alert(\"1\")</script>&amp;\u{1}\u{ffff}";
    let level =
        json!({"id": name, "type": "level", "level": {"targets": [{"type": "user", "id": name, "urgency": "high"}]}});
    let path = PathPayload::read(json!({"name": name, "path": [level, {"id": "x", "type": name}]})).unwrap();
    let drawn = picture(&path);
    assert!(!drawn.contains("<script"));
    let shown = "</text><script>alert(\"1\")</script>&amp;\u{fffd}\u{fffd}";
    assert!(texts(&drawn).iter().any(|text| text == shown), "{:?}", texts(&drawn));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn every_path_is_drawn_with_all_its_words(from in outline()) {
        says_everything(&build(&from, ""));
    }
}

#[test]
fn names_of_other_scripts_are_whole_and_keep_their_place() {
    let world = json!({"users": [
        {"id": "maha", "name": "مها الخطيب", "can_be_paged": true},
        {"id": "dana", "name": "דנה לוי (2)", "can_be_paged": true},
        {"id": "sasha", "name": "Александр Константинопольский", "can_be_paged": true},
        {"id": "eleni", "name": "Ελένη Παπαδοπούλου-Κωνσταντίνου", "can_be_paged": true},
        {"id": "turned", "name": "Tom \u{202e}moT", "can_be_paged": true}
    ]});
    let index = Index::new(World::from_text(&world.to_string()).unwrap());
    let level = |id: &str, users: &[&str]| {
        let targets: Vec<Value> = users.iter().map(|id| json!({"type": "user", "id": id, "urgency": "high"})).collect();
        json!({"id": id, "type": "level", "level": {"targets": targets, "time_to_ack_seconds": 300}})
    };
    let path = json!({"name": "دفعات 24/7", "path": [
        level("a", &["maha", "dana"]), level("b", &["sasha"]), level("c", &["eleni"]), level("d", &["turned"])
    ]});
    let texts = texts(&picture_in(&PathPayload::read(path).unwrap(), &index));
    let all = texts.join("\n");
    assert!(!all.contains('…') && !all.contains('\u{202e}'), "{all}");
    assert!(texts.iter().any(|text| text == "\u{2068}دفعات 24/7\u{2069}"), "{all}");
    assert!(
        all.contains("Page \u{2068}مها الخطيب\u{2069} and \u{2068}דנה לוי (2)\u{2069}, all at once. then after 5m"),
        "{all}"
    );
    for part in ["Константинопольский", "Κωνσταντίνου", "Tom moT"] {
        assert!(texts.iter().any(|text| text.ends_with(part)), "{part}: {all}");
    }
}
