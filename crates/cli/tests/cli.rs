//! The program as a person or a CI job runs it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn project(file: &str) -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(file).display().to_string()
}

fn run(args: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_escalation"));
    let mut child =
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn good() -> Value {
    json!({"name": "Good", "path": [{"id": "a", "type": "level", "level": {"targets":
        [{"type": "user", "id": "maya", "urgency": "high"}], "time_to_ack_seconds": 300}}]})
}

#[test]
fn check_says_all_that_is_wrong() {
    let world = project("tests/corpus/worlds/base.json");
    let clean = run(&["check", "-", "--world", &world], &good().to_string());
    assert_eq!((clean.status.code(), text(&clean.stdout).as_str()), (Some(0), "nothing to say against `Good`\n"));

    let wrong = json!({"name": "n", "path": [{"id": "a", "type": "level", "level": {"targets": []}}, {"id": "a", "type": "delay", "delay": {}}]});
    let found = run(&["check", "-", "--world", &world], &wrong.to_string());
    let said = text(&found.stdout);
    assert_eq!(found.status.code(), Some(1));
    for part in ["EP005", "path.0.level.targets", "EP003", "path.1.id"] {
        assert!(said.contains(part), "{said}");
    }
    let json = run(&["check", "-", "--world", &world, "--format", "json"], &wrong.to_string());
    let problems: Value = serde_json::from_slice(&json.stdout).unwrap();
    let codes: Vec<_> = problems.as_array().unwrap().iter().map(|p| p["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["EP005", "EP003"]);
}

#[test]
fn a_path_in_any_form() {
    let read = project("tests/contract/examples/20-show-path.response.json");
    let example: Value = serde_json::from_str(&std::fs::read_to_string(read).unwrap()).unwrap();
    let answer = run(&["check", "-"], &example["body"].to_string());
    assert_eq!(answer.status.code(), Some(0), "{}", text(&answer.stderr));
    let path = run(&["check", "-"], &example["body"]["escalation_path"].to_string());
    assert_eq!(path.status.code(), Some(0), "{}", text(&path.stderr));
}

#[test]
fn simulate_says_who_when_and_why() {
    let world = project("tests/corpus/worlds/base.json");
    let scenario = json!({"path": good(), "priority_id": "p1", "fired_at": "2026-03-25T10:00:00Z"});
    let file = std::env::temp_dir().join(format!("scenario-{}.json", std::process::id()));
    std::fs::write(&file, scenario.to_string()).unwrap();
    let file = file.display().to_string();

    let told = run(&["simulate", "--world", &world, "--scenario", &file], "");
    let said = text(&told.stdout);
    assert_eq!(told.status.code(), Some(0), "{}", text(&told.stderr));
    assert!(said.contains("Maya Chen") && said.contains("named on this level"), "{said}");
    assert!(said.ends_with("expired at 2026-03-25T10:05:00Z\n"), "{said}");

    let json = run(&["simulate", "--world", &world, "--scenario", &file, "--format", "json"], "");
    let trace: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(trace["outcome"], "expired");
    assert_eq!(trace["steps"][2]["user_id"], "maya");

    let other =
        run(&["simulate", "--world", &world, "--path", "-", "--at", "2026-03-25T11:00:00Z"], &good().to_string());
    assert!(text(&other.stdout).ends_with("expired at 2026-03-25T11:05:00Z\n"));

    // A case of the corpus is played as it is.
    let case = project("tests/corpus/cases/r01-no-grace.json");
    let played = run(&["simulate", "--world", &world, "--scenario", &case, "--format", "json"], "");
    let trace: Value = serde_json::from_slice(&played.stdout).unwrap();
    let held = std::fs::read_to_string(project("tests/corpus/traces/r01-no-grace.json")).unwrap();
    assert_eq!(trace, serde_json::from_str::<Value>(&held).unwrap());

    let unknown = json!({"name": "n", "path": [{"id": "x", "type": "hologram"}]});
    let undecided =
        run(&["simulate", "--world", &world, "--path", "-", "--at", "2026-03-25T11:00:00Z"], &unknown.to_string());
    assert_eq!(undecided.status.code(), Some(1), "nobody can say who is paged");
}

#[test]
fn input_that_cannot_be_used() {
    let world = project("tests/corpus/worlds/base.json");
    for (args, input, said) in [
        (vec!["check", "-"], "{", "- is not JSON"),
        (vec!["check", "-"], "{}", "name: Name is required"),
        (vec!["check", "/nowhere.json"], "", "/nowhere.json cannot be read"),
        (vec!["check", "-", "--world", "-"], "{}", "error"),
        (
            vec!["simulate", "--scenario", "-"],
            r#"{"fired_at": "soon"}"#,
            "- is no scenario: fired_at: `soon` is not a timestamp",
        ),
        (
            vec!["simulate", "--scenario", "-"],
            r#"{"fired_at": "2026-03-25T10:00:00Z", "firedat": 1}"#,
            "unknown field `firedat`",
        ),
        (vec!["simulate", "--scenario", "-"], r#"{"fired_at": "2026-03-25T10:00:00Z"}"#, "there is no path"),
        (
            vec!["simulate", "--scenario", "-", "--world", &world],
            r#"{"fired_at": "2026-03-25T10:00:00Z", "path_id": "ghost"}"#,
            "the world has no path `ghost`",
        ),
        (
            vec!["simulate", "--scenario", "-"],
            r#"{"fired_at": "2026-03-25T10:00:00Z", "path_id": "p", "responses": [{"user_id": "u", "response": "ack", "after_seconds": -1}]}"#,
            "responses.0.after_seconds: must not be negative",
        ),
    ] {
        let refused = run(&args, input);
        assert_eq!(refused.status.code(), Some(2), "{args:?}");
        assert!(text(&refused.stderr).contains(said), "{args:?}: {}", text(&refused.stderr));
        assert_eq!(text(&refused.stdout), "");
    }
}

fn file(name: &str, content: &Value) -> String {
    let file = std::env::temp_dir().join(format!("{name}-{}.json", std::process::id()));
    std::fs::write(&file, content.to_string()).unwrap();
    file.display().to_string()
}

#[test]
fn prove_says_whether_and_until_when() {
    let world = project("tests/corpus/worlds/base.json");
    let expectations = file(
        "expectations",
        &json!([{"expect": "first_page_within", "seconds": 60}, {"expect": "ends_within", "seconds": 60, "priorities": ["p1"]}]),
    );
    let args = ["prove", "-", "--world", &world, "--expectations", &expectations, "--from", "2026-03-24T00:00:00Z"];
    let told = run(&args, &good().to_string());
    let said = text(&told.stdout);
    assert_eq!(told.status.code(), Some(1), "{}", text(&told.stderr));
    assert!(said.contains("proven") && said.contains("somebody is paged within 1m"), "{said}");
    assert!(said.contains("refuted") && said.contains("P1: it ends within 1m"), "{said}");
    assert!(said.contains("cells; assumed: nobody responds"), "{said}");

    let json = run(&[&args[..], &["--format", "json"]].concat(), &good().to_string());
    let verdicts: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(verdicts[0]["verdict"], "proven");
    assert_eq!(verdicts[1]["counterexample"]["trace"]["outcome"], "expired");

    // The counterexample is a scenario like any other.
    let scenario = file("counterexample", &verdicts[1]["counterexample"]["scenario"]);
    let played = run(&["simulate", "--world", &world, "--scenario", &scenario, "--format", "json"], "");
    let trace: Value = serde_json::from_slice(&played.stdout).unwrap();
    assert_eq!(trace, verdicts[1]["counterexample"]["trace"]);

    let fine = run(&["prove", "-", "--world", &world, "--from", "2026-03-24T00:00:00Z"], &good().to_string());
    assert_eq!(fine.status.code(), Some(0), "{}", text(&fine.stdout));

    let wrong = file("wrong", &json!([{"expect": "ends_within"}]));
    let refused = run(&["prove", "-", "--world", &world, "--expectations", &wrong], &good().to_string());
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("0.seconds: is required by this expectation"), "{}", text(&refused.stderr));
}

#[test]
fn entries_of_a_schedule() {
    let demo = std::fs::read_to_string(project("crates/server/demo/schedules.json")).unwrap();
    let demo: Value = serde_json::from_str(&demo).unwrap();
    let schedule = file("schedule", &demo[0]);
    let args =
        ["entries", &schedule, "--from", "2026-03-23T00:00:00Z", "--until", "2026-04-06T00:00:00Z", "--format", "json"];
    let told = run(&args, "");
    assert_eq!(told.status.code(), Some(0), "{}", text(&told.stderr));
    let entries: Value = serde_json::from_slice(&told.stdout).unwrap();
    let scheduled = entries["scheduled"].as_array().unwrap().clone();
    assert!(scheduled.len() >= 2, "{entries}");
    for pair in scheduled.windows(2) {
        assert!(pair[0]["start_at"].as_str() <= pair[1]["start_at"].as_str());
    }
    assert_eq!(entries["scheduled"], entries["final"]);

    let rotation = &demo[0]["config"]["rotations"][0];
    let over = |layer: &Value| {
        json!({"overrides": [{"id": "o", "rotation_id": rotation["id"], "layer_id": layer, "user": {"id": "somebody"},
            "start_at": "2026-03-25T00:00:00Z", "end_at": "2026-03-26T00:00:00Z"}]})
    };
    let overrides = file("overrides", &over(&rotation["layers"][0]["id"]));
    let told = run(&[&args[..], &["--overrides", &overrides]].concat(), "");
    let entries: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(entries["overrides"].as_array().unwrap().len(), 1, "{}", text(&told.stderr));
    let last = entries["final"].as_array().unwrap();
    assert!(last.iter().any(|entry| entry["user_id"] == "somebody") && last.len() == scheduled.len() + 2, "{entries}");
    let wrong = file("wrong-overrides", &over(&json!("nowhere")));
    let refused = run(&[&args[..], &["--overrides", &wrong]].concat(), "");
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("has no layer `nowhere`"));
    let refused = run(&["entries", "-", "--from", "2026-03-23T00:00:00Z"], "{}");
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn diff_says_what_changes_for_people() {
    let world = project("tests/corpus/worlds/base.json");
    let before = file("before", &good());
    let mut changed = good();
    changed["path"][0]["level"]["targets"][0]["id"] = json!("tom");
    let after = file("after", &changed);
    let from = ["--world", &world, "--from", "2026-03-24T00:00:00Z", "--until", "2026-03-31T00:00:00Z"];
    let told = run(&[&["diff", &before, &after][..], &from].concat(), "");
    let said = text(&told.stdout);
    assert_eq!(told.status.code(), Some(1), "{}", text(&told.stderr));
    assert!(said.contains("~ `a`: level.targets was"), "{said}");
    assert!(
        said.contains("every priority, at any time: Tom Okafor is now paged at once; Maya Chen is no longer paged"),
        "{said}"
    );
    assert!(said.contains("as long as nobody responds, all other alerts page as before"), "{said}");

    // Another name is a difference, but nobody notices.
    let mut renamed = good();
    renamed["name"] = json!("Better");
    let after = file("renamed", &renamed);
    let told = run(&[&["diff", &before, &after][..], &from].concat(), "");
    assert!(text(&told.stdout).contains("nothing changes for anybody who is paged"), "{}", text(&told.stdout));
    let same = run(&[&["diff", &before, &before][..], &from].concat(), "");
    assert_eq!(same.status.code(), Some(0));
    let json = run(&[&["diff", &before, &after, "--format", "json"][..], &from].concat(), "");
    let both: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(
        (both["structure"][0]["field"].as_str(), both["behaviour"]["is_complete"].as_bool()),
        (Some("name"), Some(true))
    );
}

#[test]
fn a_bundle_is_one_file() {
    let world: Value =
        serde_json::from_str(&std::fs::read_to_string(project("tests/corpus/worlds/base.json")).unwrap()).unwrap();
    let bundle = json!({"path": good(), "world": world, "expectations": [{"expect": "ends_within", "seconds": 60}]});
    let from = ["--from", "2026-03-24T00:00:00Z"];
    let told = run(&[&["prove", "-"][..], &from].concat(), &bundle.to_string());
    assert_eq!(told.status.code(), Some(1), "{}", text(&told.stderr));
    assert!(text(&told.stdout).contains("it ends within 1m"), "{}", text(&told.stdout));
    let played = run(&["simulate", "--path", "-", "--at", "2026-03-25T11:00:00Z"], &bundle.to_string());
    assert!(text(&played.stdout).contains("Maya Chen"), "{}", text(&played.stdout));
    let checked = run(&["check", "-"], &bundle.to_string());
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stdout));

    for (wrong, said) in [
        (json!({"path": good(), "word": {}}), "`word` does not belong to one"),
        (json!({"path": good(), "world": {"users": 7}}), "world.users"),
        (json!({"path": good(), "world": {}, "expectations": [{"expect": "luck"}]}), "expectations.0.expect"),
        (json!({"path": good()}), "there is no world"),
    ] {
        let refused = run(&[&["prove", "-"][..], &from].concat(), &wrong.to_string());
        assert_eq!(refused.status.code(), Some(2));
        assert!(text(&refused.stderr).contains(said), "{}", text(&refused.stderr));
    }
}

#[test]
fn a_counterexample_knows_its_own_path() {
    let back = json!([{"id": "h", "type": "escalation_path", "escalation_path": {"escalation_path_id": "own"}}]);
    let path = json!({"id": "own", "name": "n", "path": back});
    let bundle = json!({"path": path, "world": {"paths": [path]}, "expectations": [{"expect": "pages_someone"}]});
    let told = run(&["prove", "-", "--from", "2026-03-24T00:00:00Z", "--format", "json"], &bundle.to_string());
    let verdicts: Value = serde_json::from_slice(&told.stdout).unwrap();
    let example = &verdicts[0]["counterexample"];
    assert_eq!(example["trace"]["steps"].as_array().unwrap().len(), 3, "{example}");
    let world = file("own-world", &bundle["world"]);
    let scenario = file("own-scenario", &example["scenario"]);
    let played = run(&["simulate", "--world", &world, "--scenario", &scenario, "--format", "json"], "");
    assert_eq!(serde_json::from_slice::<Value>(&played.stdout).unwrap(), example["trace"]);
}

#[test]
fn what_is_not_known_until_then_is_not_passed() {
    let world = project("tests/corpus/worlds/base.json");
    let mut on_call = good();
    on_call["path"][0]["level"]["targets"][0] = json!({"type": "schedule", "id": "primary", "urgency": "high"});
    let path = file("until", &on_call);
    let until =
        |until: &str| run(&["prove", &path, "--world", &world, "--from", "2026-03-24T00:00:00Z", "--until", until], "");
    assert_eq!(until("2026-03-25T00:00:00Z").status.code(), Some(0));
    // The entries of the world end before.
    let further = until("2026-12-25T00:00:00Z");
    let said = text(&further.stdout);
    assert_eq!((further.status.code(), said.contains("what follows is not known")), (Some(1), true), "{said}");
}

#[test]
fn a_priority_that_the_world_does_not_have() {
    let world = project("tests/corpus/worlds/base.json");
    let path = file("priority", &good());
    let at = ["--world", &world, "--at", "2026-03-24T00:00:00Z", "--path", &path, "--priority", "P1"];
    let refused = run(&[&["simulate"][..], &at].concat(), "");
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2));
    assert!(said.contains("the world has no priority `P1`; it has p1, p2"), "{said}");
}

#[test]
fn what_the_readme_says_can_be_run() {
    let root = project("");
    let readme = std::fs::read_to_string(project("README.md")).unwrap();
    let lines: Vec<_> =
        readme.lines().filter(|line| line.starts_with("escalation ") && line.contains("docs/examples")).collect();
    assert_eq!(lines.len(), 4);
    for line in lines {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_escalation"));
        let done = command.current_dir(&root).args(line.split_whitespace().skip(1)).output().unwrap();
        assert!(matches!(done.status.code(), Some(0 | 1)), "{line}: {}", text(&done.stderr));
        assert!(!done.stdout.is_empty(), "{line}");
    }
}
