//! `cargo xtask test words`: the documents and the texts of the program keep to docs/glossary.md.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::shell;

const GLOSSARY: &str = "docs/glossary.md";

/// What is checked: documents, and source files with texts.
const PLACES: [&str; 6] = ["README.md", "ARCHITECTURE.md", "docs", "src", "crates", "xtask"];

/// Files in which words may stand, the words (none: all of them), and why.
const EXCEPTIONS: &[(&str, &[&str], &str)] = &[
    (GLOSSARY, &[], "it lists them"),
    ("crates/engine/src/why.rs", &[], "traces of the corpus hold these sentences"),
    ("src/simulate/scenario_menu.rs", &["told"], "a class of the style sheet"),
    ("crates/server/src/api/notifications.rs", &["is not known here"], "clients know this message"),
    ("crates/engine/src/prove.rs", &["looked at"], "verdicts that others store hold these sentences"),
    ("xtask/src/words.rs", &[], "it names them"),
    ("crates/engine/src/prove/expectation.rs", &["louder"], "verdicts that others store hold these sentences"),
];

/// A word that the glossary has a better one for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    line: usize,
    word: String,
    better: String,
}

/// Prints every word that is not to be used, and returns how many files were read and how many have one.
pub fn check() -> Result<(u64, u64)> {
    let mut files = Vec::new();
    for place in PLACES {
        list_files(&shell::root(), place, &mut files)?;
    }
    let words = word_list(&fs::read_to_string(shell::root().join(GLOSSARY))?)?;
    let (mut clean, mut dirty) = (0, 0);
    for file in files {
        let text = fs::read_to_string(shell::root().join(&file)).with_context(|| file.clone())?;
        let found = findings(&file, &text, &words);
        for Finding { line, word, better } in &found {
            println!("{file}:{line}: “{word}”: write {better}");
        }
        if found.is_empty() { clean += 1 } else { dirty += 1 }
    }
    Ok((clean, dirty))
}

/// Adds the documents and source files at a place, in order. Tests name what they check as they like.
fn list_files(root: &Path, place: &str, files: &mut Vec<String>) -> Result<()> {
    let whole = root.join(place);
    if whole.is_file() {
        if place.ends_with(".md") || place.ends_with(".rs") {
            files.push(place.to_string());
        }
        return Ok(());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(&whole).with_context(|| place.to_string())? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    for name in names.iter().filter(|name| !["tests", "benches", "fuzz", "target"].contains(&name.as_str())) {
        list_files(root, &format!("{place}/{name}"), files)?;
    }
    Ok(())
}

/// The words of the glossary’s table, each with the better one.
fn word_list(glossary: &str) -> Result<Vec<(String, String)>> {
    let (_, table) = glossary.split_once("\n| not | but |\n").context("the glossary has no list of words")?;
    let rows = table.lines().skip(1).map_while(|row| row.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "));
    let words = rows.flat_map(|(words, better)| words.split(", ").map(|word| (word.to_string(), better.to_string())));
    Ok(words.collect())
}

fn findings(file: &str, text: &str, words: &[(String, String)]) -> Vec<Finding> {
    let exception = EXCEPTIONS.iter().find(|(path, ..)| *path == file).map(|(_, words, _)| *words);
    let is_allowed = |word: &str| exception.is_some_and(|words| words.is_empty() || words.contains(&word));
    let texts = if file.ends_with(".md") { prose(text) } else { literals(text) };
    let mut found = Vec::new();
    for (line, text) in texts {
        let text = text.to_lowercase();
        for (word, better) in words.iter().filter(|(word, _)| !is_allowed(word) && has_word(&text, word)) {
            found.push(Finding { line, word: word.clone(), better: better.clone() });
        }
    }
    found
}

/// Whether a text has a word that is not a part of another.
fn has_word(text: &str, word: &str) -> bool {
    let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '-');
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (text.get(..at), text.get(at + word.len()..));
        is_end(before.and_then(|text| text.chars().next_back())) && is_end(after.and_then(|text| text.chars().next()))
    })
}

/// The lines of a document, without code.
fn prose(text: &str) -> Vec<(usize, String)> {
    let mut is_code = false;
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            // What stands between two backticks is every second part.
            lines.push((index + 1, line.split('`').step_by(2).collect::<Vec<_>>().join("`")));
        }
    }
    lines
}

/// The string literals of a source file that have a space, up to its tests.
fn literals(text: &str) -> Vec<(usize, String)> {
    let (text, _) = text.split_once("#[cfg(test)]").unwrap_or((text, ""));
    let (mut found, mut line) = (Vec::new(), 1);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' => line += 1,
            '/' if rest.peek() == Some(&'/') => while rest.next_if(|c| *c != '\n').is_some() {},
            // A quotation mark as a character is no text.
            '\'' if rest.peek() == Some(&'"') => drop(rest.next()),
            '"' => {
                let (start, mut literal) = (line, String::new());
                while let Some(c) = rest.next().filter(|c| *c != '"') {
                    line += usize::from(c == '\n');
                    match c {
                        '\\' => {
                            // A line that goes on: the rest of it is one text.
                            if rest.next() == Some('\n') {
                                line += 1;
                                while rest.next_if(|c| *c == ' ').is_some() {}
                            }
                        }
                        c => literal.push(c),
                    }
                }
                if literal.contains(' ') {
                    found.push((start, literal));
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn words() -> Vec<(String, String)> {
        word_list("# G\n\n| not | but |\n|---|---|\n| hole, holes | gap |\n| told | notified |\n\nEnd\n").unwrap()
    }

    fn found(file: &str, text: &str) -> Vec<String> {
        findings(file, text, &words())
            .into_iter()
            .map(|found| format!("{}: {}: {}", found.line, found.word, found.better))
            .collect()
    }

    #[test]
    fn a_planted_word_is_found() {
        assert_eq!(found("docs/x.md", "One.\nTwo Holes here.\n"), ["2: holes: gap"]);
        let source = "// told\nconst A: &str = \"Who is told\";\nlet c = '\"';\nf(\"a\\\n   b hole\", \"told\", \"untold n\");\n";
        assert_eq!(found("src/x.rs", source), ["2: told: notified", "4: hole: gap"]);
    }

    #[test]
    fn names_code_and_tests_are_not_texts() {
        assert_eq!(found("docs/x.md", "`told` is a name.\n```\ntold\n```\n"), [""; 0]);
        assert_eq!(found("src/x.rs", "f(\"outline-told\");\n#[cfg(test)]\nconst A: &str = \"is told\";\n"), [""; 0]);
        let mut files = Vec::new();
        list_files(&shell::root(), "xtask", &mut files).unwrap();
        list_files(&shell::root(), "crates/engine", &mut files).unwrap();
        assert!(files.contains(&"xtask/src/words.rs".to_string()));
        assert!(!files.iter().any(|file| file.contains("/tests/") || file.ends_with(".toml")), "{files:?}");
    }

    #[test]
    fn an_exception_is_for_one_file() {
        assert_eq!(found("crates/engine/src/why.rs", "f(\"is told\");"), [""; 0]);
        assert_eq!(found("crates/engine/src/whys.rs", "f(\"is told\");"), ["1: told: notified"]);
    }

    #[test]
    fn only_one_file_may_be_unsafe() {
        let mut files = Vec::new();
        for place in ["src", "crates", "xtask"] {
            list_files(&shell::root(), place, &mut files).unwrap();
        }
        // Put together, so that this file does not say it.
        let allowed = ["allow(unsafe", "_code"].concat();
        let may = |file: &String| {
            let text = fs::read_to_string(shell::root().join(file)).unwrap();
            text.split_whitespace().collect::<String>().contains(&allowed)
        };
        assert_eq!(files.into_iter().filter(may).collect::<Vec<_>>(), ["src/later.rs"]);
    }

    #[test]
    fn the_glossary_has_a_list_and_every_exception_a_file() {
        let glossary = fs::read_to_string(shell::root().join(GLOSSARY)).unwrap();
        assert!(word_list(&glossary).unwrap().len() > 20);
        for (file, ..) in EXCEPTIONS {
            assert!(shell::root().join(file).exists(), "{file}");
        }
    }
}
