//! Which room sees which: the modules at the top of each crate, and the arrows between them.
//!
//! `xtask/rooms.txt` is the table. An arrow that is not in it fails, so that a new one is decided on and not slipped in;
//! so does one that is in it and gone. Rooms must not form a circle, apart from the one of the app, which is still to be dissolved
//! and must not grow.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::shell;

/// Where the rooms are.
const ROOTS: [&str; 7] = [
    "crates/api/src",
    "crates/engine/src",
    "crates/editor/src",
    "crates/server/src",
    "crates/cli/src",
    "src",
    "xtask/src",
];

/// What is still a circle: take out whatever no longer is in it.
const CIRCLES: [(&str, &[&str]); 1] = [(
    "src",
    &[
        "access",
        "app",
        "audit",
        "bench",
        "canvas",
        "drafts",
        "editor",
        "embed",
        "inspector",
        "later",
        "list",
        "outline",
        "panel",
        "reading",
        "session",
        "simulate",
        "worker",
    ],
)];

/// The rooms that each room sees.
type Arrows = BTreeMap<String, BTreeSet<String>>;

/// How many roots are as the table says, and how many are not; why is printed. With `UPDATE` set the table is written.
pub fn check() -> Result<(u64, u64)> {
    let file = shell::root().join("xtask/rooms.txt");
    let mut all = BTreeMap::new();
    for root in ROOTS {
        all.insert(root, arrows(&shell::root().join(root))?);
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, written(&all))?;
    }
    let table = read(&fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?);
    let (mut passed, mut failed) = (0, 0);
    for (root, arrows) in &all {
        let wrong = wrong(root, arrows, table.get(*root));
        for line in &wrong {
            eprintln!("{root}: {line}");
        }
        if wrong.is_empty() { passed += 1 } else { failed += 1 }
    }
    if failed > 0 {
        eprintln!("xtask/rooms.txt says which room may see which; UPDATE=1 cargo xtask test rooms writes it anew");
    }
    Ok((passed, failed))
}

fn wrong(root: &str, arrows: &Arrows, table: Option<&Arrows>) -> Vec<String> {
    let none = Arrows::new();
    let table = table.unwrap_or(&none);
    let missing = |of: &Arrows, from: &str, to: &str| !of.get(from).is_some_and(|seen| seen.contains(to));
    let pairs = |of: &Arrows| -> Vec<(String, String)> {
        of.iter().flat_map(|(from, seen)| seen.iter().map(|to| (from.clone(), to.clone()))).collect()
    };
    let mut wrong = Vec::new();
    for (from, to) in pairs(arrows).iter().filter(|(from, to)| missing(table, from, to)) {
        wrong.push(format!("`{from}` sees `{to}`, which is not in the table"));
    }
    for (from, to) in pairs(table).iter().filter(|(from, to)| missing(arrows, from, to)) {
        wrong.push(format!("`{from}` no longer sees `{to}`: take it out of the table"));
    }
    let known: Vec<BTreeSet<String>> = CIRCLES
        .iter()
        .filter(|(of, _)| *of == root)
        .map(|(_, rooms)| rooms.iter().map(ToString::to_string).collect())
        .collect();
    let circles = circles(arrows);
    for circle in circles.iter().filter(|circle| !known.contains(circle)) {
        wrong.push(format!("a circle that is not known: {}", circle.iter().cloned().collect::<Vec<_>>().join(", ")));
    }
    for circle in known.iter().filter(|circle| !circles.contains(circle)) {
        wrong.push(format!(
            "no longer a circle: {}; change CIRCLES in xtask/src/arrows.rs",
            circle.iter().cloned().collect::<Vec<_>>().join(", ")
        ));
    }
    wrong
}

/// The arrows between the modules at the top of a crate.
fn arrows(root: &Path) -> Result<Arrows> {
    let mut files = Vec::new();
    sources(root, &mut files)?;
    let room_of = |file: &Path| {
        let first = file.strip_prefix(root).ok()?.components().next()?;
        Some(first.as_os_str().to_str()?.trim_end_matches(".rs").to_string())
    };
    let rooms: BTreeSet<String> = files.iter().filter_map(|file| room_of(file)).collect();
    let mut arrows = Arrows::new();
    for file in &files {
        let Some(room) = room_of(file) else { continue };
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        for seen in seen(&code(&text)) {
            if rooms.contains(&seen) && seen != room {
                arrows.entry(room.clone()).or_default().insert(seen);
            }
        }
    }
    Ok(arrows)
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// What is compiled: without comments, and without the tests, which may look at anything.
fn code(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests").or_else(|| {
        // With attributes in between.
        let tests = text.find("\nmod tests {")?;
        text.get(..tests)?.rfind("#[cfg(test)]")
    });
    let text = end.and_then(|end| text.get(..end)).unwrap_or(text);
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The first name of each path that begins at the crate: of `crate::a::b` and `crate::{a::b, c}`.
fn seen(code: &str) -> BTreeSet<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut all = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        let Some(inner) = after.strip_prefix('{') else {
            all.insert(name(after));
            continue;
        };
        let (mut depth, mut begins) = (0_u32, true);
        for (at, char) in inner.char_indices() {
            match char {
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                '{' => depth += 1,
                ',' if depth == 0 => begins = true,
                char if begins && !char.is_whitespace() => {
                    all.insert(name(inner.get(at..).unwrap_or_default()));
                    begins = false;
                }
                _ => {}
            }
        }
    }
    all
}

/// Rooms that see one another, by whatever way, in groups.
fn circles(arrows: &Arrows) -> Vec<BTreeSet<String>> {
    let reached = |from: &String| {
        let (mut found, mut open) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(room) = open.pop() {
            for seen in arrows.get(&room).into_iter().flatten() {
                if found.insert(seen.clone()) {
                    open.push(seen.clone());
                }
            }
        }
        found
    };
    let reach: BTreeMap<&String, BTreeSet<String>> = arrows.keys().map(|room| (room, reached(room))).collect();
    let mut circles: Vec<BTreeSet<String>> = Vec::new();
    for (room, seen) in &reach {
        let both = |other: &&String| reach.get(*other).is_some_and(|back| back.contains(*room));
        let circle: BTreeSet<String> = seen.iter().filter(both).cloned().collect();
        if !circle.is_empty() && !circles.contains(&circle) {
            circles.push(circle);
        }
    }
    circles
}

fn written(all: &BTreeMap<&str, Arrows>) -> String {
    let mut text = "# Which room sees which, in each crate. `cargo xtask test rooms` holds the code to it; see\n# xtask/src/arrows.rs.\n".to_string();
    for (root, arrows) in all {
        let _infallible = write!(text, "\n[{root}]\n");
        for (room, seen) in arrows {
            let seen = seen.iter().cloned().collect::<Vec<_>>().join(" ");
            let _infallible = writeln!(text, "{room}: {seen}");
        }
    }
    text
}

fn read(text: &str) -> BTreeMap<String, Arrows> {
    let mut all: BTreeMap<String, Arrows> = BTreeMap::new();
    let mut root = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            root = name.to_string();
        } else if let Some((room, seen)) = line.split_once(':') {
            let seen = seen.split_whitespace().map(str::to_string).collect();
            all.entry(root.clone()).or_default().insert(room.to_string(), seen);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_a_file_sees_is_found_however_it_is_written() {
        let text = "use crate::{a::{self, x}, b, c::Y as Z};\nuse crate::d;\nlet _ = crate::e::f(crate::g::h);\n// crate::no\n#[cfg(test)]\nmod tests { use crate::t; }";
        assert_eq!(seen(&code(text)), set(&["a", "b", "c", "d", "e", "g"]));
        let text = "use crate::a;\n\n#[cfg(test)]\n#[allow(clippy::unwrap_used)]\nmod tests {\n    use crate::t;\n}\n";
        assert_eq!(seen(&code(text)), set(&["a"]));
    }

    #[test]
    fn circles_are_found_and_what_is_not_as_the_table_says() {
        let arrows: Arrows = [("a", set(&["b"])), ("b", set(&["c"])), ("c", set(&["b", "d"]))]
            .map(|(room, seen)| (room.to_string(), seen))
            .into();
        assert_eq!(circles(&arrows), [set(&["b", "c"])]);
        let all = BTreeMap::from([("here", arrows.clone())]);
        assert_eq!(read(&written(&all)).get("here"), Some(&arrows));
        let mut table = arrows.clone();
        table.entry("a".to_string()).or_default().insert("d".to_string());
        table.entry("c".to_string()).or_default().remove("d");
        let said = wrong("here", &arrows, Some(&table));
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(
            said.iter().any(|line| line.contains("`c` sees `d`")) && said.iter().any(|line| line.contains("circle"))
        );
    }
}
