//! The pages in docs/problems say what the engine says.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::string_slice, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use escalation_api::{Json as _, PathPayload};
use escalation_engine::check::Code;
use escalation_engine::diff::behaviour;
use escalation_engine::prove::Horizon;
use escalation_engine::{CompiledPath, Index, Instant, Problem, Scenario, Severity, World, check};
use serde_json::Value;

/// Their examples would be longer than anybody reads, or take another world.
const IN_PROSE: [Code; 4] = [Code::TooManyNodes, Code::TooDeep, Code::TooMuch, Code::Unread];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn index() -> Index {
    Index::new(World::from_text(&text("tests/corpus/worlds/base.json")).unwrap())
}

fn page(code: Code) -> String {
    text(&format!("docs/problems/{}.md", code.as_str()))
}

fn severity(code: Code) -> &'static str {
    match code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

/// What is under a heading of a page.
fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let start = format!("\n## {heading}\n");
    let (_, rest) = page.split_once(&start).unwrap_or_else(|| panic!("no `{heading}` in {}", &page[..40]));
    rest.split_once("\n## ").map_or(rest, |(section, _)| section)
}

/// The one path of a section, and its id if it has one.
fn path(section: &str) -> (String, PathPayload) {
    let mut blocks = section.split("```json\n").skip(1);
    let block = blocks.next().unwrap_or_else(|| panic!("no path in: {section}"));
    assert_eq!(blocks.next(), None, "several paths");
    let (json, _) = block.split_once("\n```").unwrap();
    let value: Value = serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"));
    let id = value.get("id").and_then(Value::as_str).unwrap_or_default().to_string();
    (id, PathPayload::read(value).unwrap())
}

/// The pages with paths: the code, the page, and the paths before and after.
fn examples() -> impl Iterator<Item = (Code, String, (String, PathPayload), (String, PathPayload))> {
    Code::ALL.iter().copied().filter(|code| !IN_PROSE.contains(code)).map(|code| {
        let page = page(code);
        let [before, after] = ["Before", "After"].map(|heading| path(section(&page, heading)));
        (code, page, before, after)
    })
}

fn says(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|p| format!("{} {}: {}", p.code.as_str(), p.pointer, p.message)).collect()
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let files = fs::read_dir(root().join("docs/problems")).unwrap();
    let files: BTreeSet<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    let mut expected: BTreeSet<String> = Code::ALL.iter().map(|code| format!("{}.md", code.as_str())).collect();
    expected.insert("README.md".to_string());
    assert_eq!(files, expected);
}

#[test]
fn title_and_severity() {
    for code in Code::ALL.iter().copied() {
        let page = page(code);
        let mut lines = page.lines();
        let title = format!("# {}: {}", code.as_str(), code.meaning().trim_end_matches('.'));
        assert_eq!(lines.next(), Some(&*title));
        let stated = lines.nth(1).unwrap();
        let (word, api) = match code.severity() {
            Severity::Error => ("**Error.**", "The API refuses the path"),
            Severity::Warning => ("**Warning.**", "The API takes the path"),
            Severity::Info => ("**Info.**", "The API takes the path"),
        };
        assert!(stated.starts_with(&format!("{word} {api}")), "{}: {stated}", code.as_str());
        for lead in ["**At night:** ", "**When to leave it:** "] {
            assert!(page.contains(&format!("\n{lead}")), "{} has no `{lead}`", code.as_str());
        }
    }
}

#[test]
fn the_list_of_pages() {
    let readme = text("docs/problems/README.md");
    let rows: Vec<&str> = readme.lines().filter(|line| line.starts_with("| [")).collect();
    let expected = Code::ALL.iter().copied().map(|code| {
        let (name, severity) = (code.as_str(), severity(code));
        format!("| [{name}]({name}.md) | {severity} | {} |", code.meaning())
    });
    assert_eq!(rows, expected.collect::<Vec<_>>());
    assert!(text("docs/semantics.md").contains("](problems/README.md)"));
}

#[test]
fn before_has_the_problem_and_no_other() {
    let index = index();
    for (code, page, (id, before), _) in examples() {
        let found = check(&id, &before, &index);
        assert!(!found.is_empty() && found.iter().all(|p| p.code == code), "{}: {:?}", code.as_str(), says(&found));
        for problem in &found {
            let said = format!("> `{}`: {}\n", problem.pointer, problem.text());
            assert!(section(&page, "Before").contains(&said), "{} does not say: {said}", code.as_str());
        }
    }
}

#[test]
fn after_has_no_problem() {
    let index = index();
    for (code, _, _, (id, after)) in examples() {
        let found = check(&id, &after, &index);
        assert!(found.is_empty(), "{}: {:?}", code.as_str(), says(&found));
    }
}

#[test]
fn what_the_engine_offers() {
    let index = index();
    for code in IN_PROSE {
        assert!(section(&page(code), "Fix").contains("The engine offers no fix"), "{}", code.as_str());
    }
    for (code, page, (id, before), (_, after)) in examples() {
        let advice = section(&page, "Fix");
        let mut mended = before.clone();
        let mut offered = 0;
        // One after the other: each is made for the path as it is then.
        while let Some(fix) = check(&id, &mended, &index).into_iter().find_map(|problem| problem.fix) {
            offered += 1;
            assert!(offered < 10, "{}: mended again and again", code.as_str());
            assert!(advice.contains(&format!("“{}”", fix.title)), "{} does not say: {}", code.as_str(), fix.title);
            mended = fix.apply(&mended).unwrap();
        }
        assert_eq!(offered > 0, !advice.contains("The engine offers no fix"), "{}", code.as_str());
        if offered > 0 {
            assert_eq!(mended.write(), after.write(), "{}: the fix makes something else of it", code.as_str());
        }
    }
}

/// Where a page promises it.
#[test]
fn nothing_changes_for_anybody() {
    let index = index();
    let instant = |text: &str| -> Instant { text.parse().unwrap() };
    let mut promised = 0;
    for (code, page, (id, before), (_, after)) in examples() {
        if !page.contains("`diff` says that nothing changes for anybody") {
            continue;
        }
        promised += 1;
        // The instants for which the entries of the world are known.
        let (from, until) = (instant("2026-03-01T00:00:00Z"), instant("2026-05-01T00:00:00Z"));
        let [before, after] = [before, after].map(|path| CompiledPath::new(&id, &path, &index));
        let horizon = Horizon { from, until, scenario: Scenario::default() };
        let found = behaviour(&before, &after, &index, &horizon).unwrap();
        let changes: Vec<_> = found.changes.iter().map(|change| change.sentence(&index)).collect();
        assert!(found.is_complete && changes.is_empty(), "{}: {changes:?}", code.as_str());
    }
    assert_eq!(promised, 9);
}
