//! What is exported as a case of the corpus passes there.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "../../engine/tests/cases/mod.rs"]
mod cases;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use escalation_api::{Json as _, PathPayload};
use escalation_editor::case::{archive, case};
use escalation_engine::{Scenario, World};

fn base() -> World {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/worlds/base.json");
    World::from_text(&fs::read_to_string(corpus).unwrap()).unwrap()
}

/// Scenarios of the corpus are exported again: each must pass as it is read there.
#[test]
fn each_case_of_the_corpus_can_be_exported_and_passes() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/cases");
    let world = base();
    let mut count = 0;
    for entry in fs::read_dir(corpus).unwrap() {
        let file = entry.unwrap().path();
        let value: serde_json::Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let scenario = Scenario::from_text(&value["scenario"].to_string()).unwrap();
        let Some(path) = scenario.inline_path().unwrap_or_default() else { continue };
        if value["world"] != "base" {
            continue;
        }
        let name = file.file_stem().unwrap().to_str().unwrap();
        for id in ["", "own"] {
            let files = case(name, "As it was.", (id, &path), &world, &scenario).unwrap();
            let files: BTreeMap<_, _> = files.into_iter().collect();
            let worlds = BTreeMap::from([(name.to_string(), files[&format!("worlds/{name}.json")].clone())]);
            let (played, trace) = cases::play(&files[&format!("cases/{name}.json")], &worlds)
                .unwrap_or_else(|why| panic!("{name}: {why}"));
            assert_eq!(trace, files[&format!("traces/{name}.json")], "{name}");
            assert!(!played.rules.is_empty(), "{name}");
            if id.is_empty() {
                let exported: serde_json::Value = serde_json::from_str(&files[&format!("cases/{name}.json")]).unwrap();
                assert_eq!(exported["story"], value["story"], "{name}");
            }
        }
        count += 1;
    }
    assert!(count > 100, "{count} cases");
}

#[test]
fn the_archive_is_one_that_tar_unpacks() {
    let path = PathPayload::read(serde_json::json!({"name": "Ünïcode “n”", "path": [
        {"id": "a", "type": "level", "level": {"targets": [{"type": "user", "id": "maya", "urgency": "high"}]}}]}));
    let scenario = Scenario::from_text(r#"{"fired_at": "2026-03-25T10:00:00Z"}"#).unwrap();
    let files = case("night", "Somebody is paged at night.", ("", &path.unwrap()), &base(), &scenario).unwrap();
    let folder = std::env::temp_dir().join(format!("escalation-case-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("case.tar"), archive(&files)).unwrap();
    let done =
        Command::new("tar").args(["-xf", "case.tar"]).current_dir(&folder).stderr(Stdio::piped()).output().unwrap();
    assert!(done.status.success() && done.stderr.is_empty(), "{}", String::from_utf8_lossy(&done.stderr));
    for (name, content) in &files {
        assert_eq!(fs::read_to_string(folder.join(name)).unwrap(), *content, "{name}");
    }
    fs::remove_dir_all(folder).unwrap();
}
