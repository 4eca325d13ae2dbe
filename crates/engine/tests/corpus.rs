//! Plays every case of tests/corpus, each as a test of its own. `UPDATE=1` writes the traces anew; what must happen
//! stands in the case itself and is never written.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod cases;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};

/// The rules by which no step is made: they decide in which order nodes and what happens at one instant come, how hours
/// are read, and of which nodes a path consists.
const NO_STEP: [&str; 5] = ["R2", "R20", "R21", "R23", "R25"];

fn main() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus");
    let worlds: BTreeMap<String, String> = files(&corpus.join("worlds")).into_iter().map(read).collect();
    let all: Vec<_> = files(&corpus.join("cases")).into_iter().map(read).collect();

    let mut trials = Vec::new();
    let names: BTreeSet<String> = all.iter().map(|(name, _)| name.clone()).collect();
    // The rules that cases are about, those of them that a step of the case is made by, and those of all steps.
    let (mut rules, mut shown, mut steps) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (name, text) in all {
        if let Ok((case, trace)) = cases::play(&text, &worlds) {
            let made_by = made_by(&trace);
            shown.extend(case.rules.iter().filter(|rule| made_by.contains(*rule)).cloned());
            rules.extend(case.rules);
            steps.extend(made_by);
        }
        let (worlds, stored) = (worlds.clone(), corpus.join("traces").join(format!("{name}.json")));
        trials.push(Trial::test(name, move || check(&text, &worlds, &stored)));
    }
    trials.push(Trial::test("every_rule_has_a_case", move || {
        let missing = |found: &BTreeSet<String>| -> Vec<_> {
            (1..=25).map(|n| format!("R{n}")).filter(|rule| !found.contains(rule)).collect()
        };
        if !missing(&rules).is_empty() {
            return Err(format!("no case is about {}", missing(&rules).join(", ")).into());
        }
        for (found, whose) in [(&steps, "no step"), (&shown, "no step of a case that is about it")] {
            if missing(found) != NO_STEP {
                return Err(format!("{whose} is made by {}", missing(found).join(", ")).into());
            }
        }
        Ok(())
    }));
    trials.push(Trial::test("every_trace_has_a_case", move || {
        let traces = files(&corpus.join("traces")).into_iter().map(|file| read(file).0);
        let stray: Vec<_> = traces.filter(|name| !names.contains(name)).collect();
        if stray.is_empty() { Ok(()) } else { Err(format!("traces of no case: {}", stray.join(", ")).into()) }
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// The rules by which the steps of a trace are made.
fn made_by(trace: &str) -> BTreeSet<String> {
    let trace: serde_json::Value = serde_json::from_str(trace).unwrap();
    let steps = trace["steps"].as_array().unwrap();
    steps.iter().filter_map(|step| step["rule"].as_str()).map(str::to_string).collect()
}

fn check(case: &str, worlds: &BTreeMap<String, String>, stored: &Path) -> Result<(), Failed> {
    let (_, trace) = cases::play(case, worlds)?;
    if std::env::var_os("UPDATE").is_some() {
        if std::env::var_os("CI").is_some() {
            return Err("traces are not written anew where changes are checked: unset UPDATE or CI".into());
        }
        fs::write(stored, trace)?;
        return Ok(());
    }
    let expected = fs::read_to_string(stored).unwrap_or_default();
    if trace == expected {
        return Ok(());
    }
    let differs = trace.lines().zip(expected.lines()).position(|(a, b)| a != b);
    let line = differs.unwrap_or_else(|| trace.lines().count().min(expected.lines().count()));
    let of = |text: &str| text.lines().nth(line).unwrap_or("(nothing)").to_string();
    Err(format!("line {} is\n  {}\nbut must be\n  {}", line + 1, of(&trace), of(&expected)).into())
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn read(file: PathBuf) -> (String, String) {
    (file.file_stem().unwrap().to_string_lossy().into_owned(), fs::read_to_string(file).unwrap())
}
