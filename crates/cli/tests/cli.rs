//! The program as a person or a CI job runs it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "tests")]

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
    assert_eq!((clean.status.code(), text(&clean.stdout).as_str()), (Some(0), "`Good`: no problems found\n"));

    let wrong = json!({"name": "n", "path": [{"id": "a", "type": "level", "level": {"targets": []}}, {"id": "a", "type": "delay", "delay": {}}]});
    let found = run(&["check", "-", "--world", &world], &wrong.to_string());
    let said = text(&found.stdout);
    assert_eq!(found.status.code(), Some(1));
    for part in ["EP005", "path.0.level.targets", "EP003", "path.1.id", "No wait: Id `a` is already used at path.0"] {
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
        (vec!["check", "/nowhere.json"], "", "can't read /nowhere.json"),
        (vec!["check", "-", "--world", "-"], "{}", "error"),
        (
            vec!["simulate", "--scenario", "-"],
            r#"{"fired_at": "soon"}"#,
            "- is not a scenario: fired_at: `soon` is not a timestamp",
        ),
        (
            vec!["simulate", "--scenario", "-"],
            r#"{"fired_at": "2026-03-25T10:00:00Z", "firedat": 1}"#,
            "unknown field `firedat`",
        ),
        (vec!["simulate", "--scenario", "-"], r#"{"fired_at": "2026-03-25T10:00:00Z"}"#, "no path given"),
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
    for (field, value, why) in [
        ("end_at", json!("2026-03-25T00:00:00Z"), "must end after it starts"),
        ("end_at", json!("2026-03-24T00:00:00Z"), "must end after it starts"),
        ("user", json!({"id": ""}), "a user without an id"),
        ("user", json!({"id": " "}), "a user without an id"),
    ] {
        let mut wrong = over(&rotation["layers"][0]["id"]);
        wrong["overrides"][0][field] = value;
        let refused = run(&[&args[..], &["--overrides", &file("no-override", &wrong)]].concat(), "");
        assert_eq!(refused.status.code(), Some(2));
        assert!(text(&refused.stderr).contains(why), "{}", text(&refused.stderr));
    }
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
    assert!(said.contains("all other alerts page as before"), "{said}");

    // Another name is a difference, but nobody notices.
    let mut renamed = good();
    renamed["name"] = json!("Better");
    let after = file("renamed", &renamed);
    let told = run(&[&["diff", &before, &after][..], &from].concat(), "");
    assert!(text(&told.stdout).contains("no change in who is paged"), "{}", text(&told.stdout));
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
        (json!({"path": good()}), "no world given"),
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
    assert_eq!((further.status.code(), said.contains("unknown after that")), (Some(1), true), "{said}");
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

fn schedule(rotations: Value) -> Value {
    json!({"id": "s", "name": "S", "timezone": "UTC", "config": {"rotations": rotations}})
}

fn rotation(id: &str, users: &[&str]) -> Value {
    let users: Vec<_> = users.iter().map(|id| json!({"id": id, "name": id, "role": "unset"})).collect();
    json!({"id": id, "name": id, "users": users, "layers": [{"id": "l", "name": "l"}],
        "handover_start_at": "2026-06-01T00:00:00Z", "handovers": [{"interval": 1, "interval_type": "weekly"}],
        "working_intervals": []})
}

fn entries(schedule: &Value, more: &[&str]) -> Output {
    let args = ["entries", "-", "--from", "2026-06-01T00:00:00Z", "--until", "2026-06-08T00:00:00Z"];
    run(&[&args[..], more].concat(), &schedule.to_string())
}

#[test]
fn a_rotation_that_cannot_be_read_is_not_nobody() {
    let whole = entries(&schedule(json!([rotation("r", &["ada"])])), &[]);
    assert_eq!((whole.status.code(), text(&whole.stdout).contains("ada")), (Some(0), true));
    assert_eq!(entries(&schedule(json!([rotation("r", &[])])), &[]).status.code(), Some(0), "nobody is in it");
    let refused = |schedule: &Value, said: &str| {
        let done = entries(schedule, &[]);
        let error = text(&done.stderr);
        assert_eq!((done.status.code(), error.contains(said)), (Some(2), true), "{said}: {error}");
        assert_eq!(text(&done.stdout), "", "{said}");
    };
    for field in ["name", "id", "users", "layers", "handover_start_at", "handovers", "working_intervals"] {
        for value in [None, Some(Value::Null), Some(json!(true))] {
            let mut bad = rotation("r", &["ada"]);
            match value {
                Some(value) => bad[field] = value,
                None => drop(bad.as_object_mut().unwrap().remove(field)),
            }
            refused(&schedule(json!([bad])), &format!("config.rotations.0.{field}"));
        }
    }
    let with = |pointer: &str, value: Value| {
        let mut bad = rotation("r", &["ada"]);
        *bad.pointer_mut(pointer).unwrap() = value;
        schedule(json!([bad]))
    };
    refused(&with("/users/0/name", json!(5)), "config.rotations.0.users.0.name");
    refused(&with("/users/0", json!("ada")), "config.rotations.0.users.0");
    refused(
        &with("/working_intervals", json!([{"weekday": "monday", "start_time": "09:00"}])),
        "working_intervals.0.end_time",
    );
    refused(
        &with("/working_intervals", json!([{"weekday": "monday", "start_time": "9", "end_time": "17:00"}])),
        "rotation `r`",
    );
    refused(&with("/handovers", json!([])), "rotation `r`");
    refused(&with("/handovers/0/interval", json!("1")), "config.rotations.0.handovers.0.interval");
    for config in
        [json!(null), json!({}), json!({"rotation": []}), json!({"rotations": null}), json!({"rotations": {}})]
    {
        refused(&json!({"id": "s", "name": "S", "timezone": "UTC", "config": config}), "config.rotations");
    }
    refused(&json!({"id": "s", "name": "S", "timezone": "UTC"}), "config.rotations");
    let mut mode = rotation("r", &["ada"]);
    mode["scheduling_mode"] = json!(7);
    refused(&schedule(json!([mode])), "config.rotations.0.scheduling_mode");

    // The others are known all the same.
    let mut bad = rotation("q", &["bo"]);
    bad["name"] = json!(5);
    let mixed = entries(&schedule(json!([rotation("r", &["ada"]), bad])), &["--format", "json"]);
    assert_eq!(mixed.status.code(), Some(2));
    let told: Value = serde_json::from_slice(&mixed.stdout).unwrap();
    assert_eq!((told["final"].as_array().unwrap().len(), &told["final"][0]["user_id"]), (1, &json!("ada")));
    assert!(told["unknown"][0].as_str().unwrap().starts_with("config.rotations.1.name: "), "{told}");
    assert!(text(&mixed.stderr).contains("config.rotations.1.name"));
    // Unless it may be a version of them.
    let mut version = rotation("r", &["bo"]);
    version["effective_from"] = json!("later");
    let versions = entries(&schedule(json!([rotation("r", &["ada"]), version])), &[]);
    assert_eq!((versions.status.code(), text(&versions.stdout)), (Some(2), String::new()));
}

#[test]
fn nobody_is_no_person() {
    let done = entries(&schedule(json!([rotation("r", &["NOBODY", "ada"])])), &[]);
    assert_eq!((done.status.code(), text(&done.stdout).contains("NOBODY")), (Some(0), false));
}

#[test]
fn what_holidays_change_is_not_known() {
    let mut with = schedule(json!([rotation("r", &["ada"])]));
    with["holidays_public_config"] = json!({"country_codes": ["DE"]});
    let done = entries(&with, &[]);
    assert_eq!((done.status.code(), text(&done.stderr).contains("holidays_public_config")), (Some(2), true));
    assert_eq!(entries(&with, &["--ignore-holidays"]).status.code(), Some(0));
    with["holidays_public_config"] = json!({"country_codes": 5});
    assert_eq!(entries(&with, &[]).status.code(), Some(2));
    with["holidays_public_config"] = json!({"country_codes": []});
    assert_eq!(entries(&with, &[]).status.code(), Some(0));
}

#[test]
fn overrides_count_by_when_they_were_made() {
    let s = schedule(json!([rotation("r", &["ada"])]));
    let over = |id: &str, user: &str, from: &str, until: &str, more: Value| {
        let mut one = json!({"id": id, "schedule_id": "s", "rotation_id": "r", "layer_id": "l", "start_at": from,
            "end_at": until, "user": {"id": user, "name": user, "role": "unset"}});
        one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        one
    };
    let told = |list: &[&Value]| {
        let file = file("made", &json!({"overrides": list}));
        let done = entries(&s, &["--overrides", &file, "--format", "json"]);
        let told: Value = serde_json::from_slice(&done.stdout).unwrap_or_default();
        let who = |entry: &Value| {
            format!("{} {}", entry["user_id"].as_str().unwrap(), &entry["start_at"].as_str().unwrap()[8..13])
        };
        let all = told["final"].as_array().map(|all| all.iter().map(who).collect::<Vec<_>>().join(", "));
        (done.status.code(), all.unwrap_or_else(|| text(&done.stderr)))
    };
    let inside = "ada 01T00, bo 02T12, cy 03T13, bo 03T15, ada 04T12".to_string();
    let (bo, cy) = (("2026-06-02T12:00:00Z", "2026-06-04T12:00:00Z"), ("2026-06-03T13:00:00Z", "2026-06-03T15:00:00Z"));
    // By their ids, which are in the order in which they were made.
    let one = over("o1", "bo", bo.0, bo.1, json!({}));
    let two = over("o2", "cy", cy.0, cy.1, json!({}));
    assert_eq!(told(&[&one, &two]), (Some(0), inside.clone()));
    assert_eq!(told(&[&two, &one]), (Some(0), inside.clone()));
    // By what they say, whatever their ids.
    let one = over("o9", "bo", bo.0, bo.1, json!({"created_at": "2026-05-01T00:00:00Z"}));
    let two = over("o2", "cy", cy.0, cy.1, json!({"created_at": "2026-05-02T00:00:00Z"}));
    assert_eq!(told(&[&one, &two]), (Some(0), inside.clone()));
    assert_eq!(told(&[&two, &one]), (Some(0), inside.clone()));
    // Where neither says it, nobody knows.
    let (one, two) = (over("o", "bo", bo.0, bo.1, json!({})), over("o", "cy", cy.0, cy.1, json!({})));
    let (code, error) = told(&[&one, &two]);
    assert_eq!((code, error.contains("created_at")), (Some(2), true), "{error}");
    // Of another schedule.
    let other = over("o1", "bo", bo.0, bo.1, json!({"schedule_id": "another", "rotation_id": "x"}));
    assert_eq!(told(&[&other]), (Some(0), "ada 01T00".to_string()));
    // Nobody takes over.
    let nobody = over("o1", "NOBODY", bo.0, bo.1, json!({}));
    assert_eq!(told(&[&nobody]), (Some(0), "ada 01T00, ada 04T12".to_string()));
}

const NASTY: &str = "x\n::error::y\r\n  ::set-env name=a::b\u{1b}[31m\u{202e}##[error]z";

/// What is printed as text has no control character and no line that is a command.
fn assert_safe(done: &Output, about: &str) {
    let all = text(&done.stdout) + &text(&done.stderr);
    assert!(!all.is_empty(), "{about}");
    let acts = |char: char| {
        (char.is_control() && char != '\n') || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!all.chars().any(acts), "{about}: {all:?}");
    assert!(all.lines().all(|line| !line.trim_start().starts_with("::") && !line.contains("##[")), "{about}: {all}");
}

#[test]
fn names_are_no_commands() {
    let world = json!({
        "users": [{"id": NASTY, "name": NASTY, "can_be_paged": false, "not_paged_reason": NASTY}, {"id": "::error::", "name": "::error::", "can_be_paged": true}],
        "priorities": [{"id": NASTY, "name": NASTY}, {"id": "p", "name": "::error::p"}],
        "schedules": [{"id": NASTY, "name": NASTY, "timezone": NASTY, "rotas": [{"id": NASTY, "name": NASTY, "user_ids": [NASTY]}]}],
        "channels": [{"id": NASTY, "type": "slack_channel", "name": NASTY}],
    });
    let nasty = |id: &str| {
        json!({"name": NASTY, "path": [
            {"id": NASTY, "type": "level", "level": {"time_to_ack_seconds": 60, "targets": [
                {"type": "user", "id": id, "urgency": "high"}, {"type": "schedule", "id": NASTY, "urgency": "high"},
                {"type": "slack_channel", "id": NASTY, "urgency": "high"}]}},
            {"id": "b", "type": "if_else", "if_else": {"conditions": [{"subject": NASTY, "operation": NASTY, "param_bindings": []}],
                "then_path": [{"id": NASTY, "type": NASTY}], "else_path": []}}]})
    };
    let (one, other) = (file("nasty-one", &nasty(NASTY)), file("nasty-other", &nasty("::error::")));
    let world = file("nasty-world", &world);
    let at = ["--from", "2026-06-01T00:00:00Z", "--until", "2026-06-02T00:00:00Z"];
    let runs: [&[&str]; 8] = [
        &["check", &one, "--world", &world],
        &["check", &one],
        &["simulate", "--path", &one, "--world", &world, "--at", at[1], "--priority", "p"],
        &["simulate", "--path", &one, "--world", &world, "--at", at[1], "--priority", NASTY],
        &["simulate", "--path", &one, "--world", &world, "--at", at[1], "--priority", "none\n::error::"],
        &["prove", &one, "--world", &world, at[0], at[1], at[2], at[3]],
        &["diff", &one, &other, "--world", &world, at[0], at[1], at[2], at[3]],
        &["diff", &other, &one, "--world", &world, at[0], at[1], at[2], at[3]],
    ];
    for args in runs {
        let done = run(args, "");
        assert_safe(&done, &args.join(" "));
        let json = run(&[args, &["--format", "json"]].concat(), "");
        let said = text(&json.stdout);
        assert!(!said.contains("##[") && !said.contains(['\u{1b}', '\u{202e}']), "{said}");
        assert!(said.lines().all(|line| !line.trim_start().starts_with("::")), "{said}");
    }
    let named = json!({"name": NASTY, "path": good()["path"]});
    assert_safe(&run(&["check", "-"], &named.to_string()), "nothing to say");
    let mut rota = rotation(NASTY, &[NASTY, "a"]);
    assert_safe(&entries(&schedule(json!([rota.clone()])), &[]), "entries");
    rota["handovers"] = json!([]);
    let mut of = schedule(json!([rota]));
    of["name"] = json!(NASTY);
    assert_safe(&entries(&of, &[]), "a schedule that means nothing");
    assert_safe(&run(&["check", NASTY], ""), "a file");
    assert_safe(&run(&["check", "-"], &json!({"path": {}, NASTY: 1}).to_string()), "no bundle");
    assert_safe(
        &run(&["simulate", "--world", "-", "--at", "2026-06-01T00:00:00Z"], &json!({NASTY: 1}).to_string()),
        "no world",
    );
    assert_safe(&run(&["entries", "-", "--from", "x\n::error::y\u{1b}[31m"], ""), "an argument");
}

#[test]
#[cfg(unix)]
fn a_reader_that_has_left_is_no_error() {
    let world = project("tests/corpus/worlds/base.json");
    let path = file("pipe", &good());
    let s = file("pipe-schedule", &schedule(json!([rotation("r", &["ada"])])));
    let from = "2026-03-24T00:00:00Z";
    let runs: [&[&str]; 7] = [
        &["check", &path, "--world", &world],
        &["simulate", "--path", &path, "--world", &world, "--at", from],
        &["prove", &path, "--world", &world, "--from", from],
        &["diff", &path, &path, "--world", &world, "--from", from],
        &["entries", &s, "--from", from],
        &["--help"],
        &["check", "no such file"],
    ];
    for args in runs {
        for format in ["text", "json"] {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let mut command = Command::new(env!("CARGO_BIN_EXE_escalation"));
            let done = command.args(args).args(["--format", format]).stdout(writer).output().unwrap();
            assert!(matches!(done.status.code(), Some(0..=2)), "{args:?}: {done:?}");
            assert!(!text(&done.stderr).contains("panic"), "{}", text(&done.stderr));
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let mut command = Command::new(env!("CARGO_BIN_EXE_escalation"));
            let done = command.args(args).stderr(writer).output().unwrap();
            assert!(matches!(done.status.code(), Some(0..=2)), "{args:?}: {done:?}");
        }
    }
}

#[test]
fn a_world_that_has_paths_as_they_are_sent() {
    let condition = json!({"subject": "escalation.priority", "operation": "one_of", "param_bindings": [{"array_value": [{"literal": "p1"}]}]});
    let other = json!({"id": "other", "name": "Other", "path": [{"id": "b", "type": "if_else", "if_else": {
        "conditions": [condition], "then_path": good()["path"], "else_path": []}}]});
    let over = json!({"name": "x", "path": [{"id": "g", "type": "escalation_path", "escalation_path": {"escalation_path_id": "other"}}]});
    let world = json!({"users": [{"id": "maya", "name": "Maya", "can_be_paged": true}], "priorities": [{"id": "p1", "name": "P1"}], "paths": [other]});
    let bundle = file("sent-bundle", &json!({"path": over, "world": world}));
    let told = run(&["simulate", "--path", &bundle, "--at", "2026-06-01T00:00:00Z", "--priority", "p1"], "");
    assert_eq!(told.status.code(), Some(0), "{}", text(&told.stdout));
    assert!(text(&told.stdout).contains("Maya"));
    let scenario =
        file("sent-scenario", &json!({"path_id": "other", "priority_id": "p1", "fired_at": "2026-06-01T00:00:00Z"}));
    let world = file("sent-world", &world);
    let told = run(&["simulate", "--world", &world, "--scenario", &scenario], "");
    assert_eq!(told.status.code(), Some(0), "{}", text(&told.stdout));
}
