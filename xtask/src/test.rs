//! `cargo xtask test`: everything, and one line at the end.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::postgres::{Durability, Postgres};
use crate::{app, arrows, browser, packaging, setup, shell, words};

/// A name for the command line, what it is, and how it is run.
type Part = (&'static str, &'static str, fn() -> Result<Counts>);

/// The parts, in the order in which they run.
const PARTS: [Part; 12] = [
    ("fmt", "formatting", formatting),
    ("words", "the words of the glossary", glossary),
    ("rooms", "which room sees which", rooms),
    ("deny", "licences, duplicates and sources of dependencies", deny),
    ("packaging", "what is in packaging/, by the tools that it is for", packaged),
    ("clippy", "clippy without warnings", clippy),
    ("native", "native tests", native),
    ("postgres", "native tests on PostgreSQL", on_postgres),
    ("wasm", "the engine's corpus in WebAssembly", wasm),
    ("sdk", "the vendor's SDK as a client of the server", sdk),
    ("schema", "schemathesis against the server and its OpenAPI document", schema),
    ("browser", "browser tests in Chromium", browser),
];

/// The modules of the server's tests that are run on PostgreSQL, too.
const ON_POSTGRES: [&str; 16] = [
    "alerts",
    "audit",
    "corpus_played",
    "crash",
    "escalations",
    "kept",
    "keys",
    "notifications",
    "observed",
    "organisation",
    "races",
    "revisions",
    "running",
    "schedules",
    "sign_in",
    "teams",
];

/// How many tests passed and failed.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    passed: u64,
    failed: u64,
}

impl Counts {
    /// A check that is one test.
    fn one(passed: bool) -> Self {
        Self { passed: passed.into(), failed: (!passed).into() }
    }
}

pub fn command(args: Vec<OsString>) -> Result<()> {
    let chosen: Vec<String> = args.into_iter().filter_map(|arg| arg.into_string().ok()).collect();
    if let Some(unknown) = chosen.iter().find(|name| PARTS.iter().all(|(part, ..)| part != name)) {
        bail!("there is no part `{unknown}`; the parts are {}", PARTS.map(|(part, ..)| part).join(" "));
    }
    let mut total = Counts::default();
    for (part, about, run) in PARTS {
        if !chosen.is_empty() && chosen.iter().all(|name| name != part) {
            continue;
        }
        eprintln!("\n== {about}");
        let began = Instant::now();
        let counts = run().unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            Counts::one(false)
        });
        eprintln!("== {about}: {} passed, {} failed, {} s", counts.passed, counts.failed, began.elapsed().as_secs());
        total.passed += counts.passed;
        total.failed += counts.failed;
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    // The line says it already.
    if total.failed > 0 { std::process::exit(1) } else { Ok(()) }
}

fn formatting() -> Result<Counts> {
    Ok(Counts::one(shell::run(shell::cargo().args(["fmt", "--all", "--check"])).is_ok()))
}

fn glossary() -> Result<Counts> {
    let (passed, failed) = words::check()?;
    Ok(Counts { passed, failed })
}

fn rooms() -> Result<Counts> {
    let (passed, failed) = arrows::check()?;
    Ok(Counts { passed, failed })
}

fn deny() -> Result<Counts> {
    let folder = setup::cargo_deny()?;
    let cargo_deny = || shell::command(folder.as_ref().map_or_else(|| "cargo-deny".into(), |f| f.join("cargo-deny")));
    let check = |what: &[&str]| {
        let mut command = cargo_deny();
        command.args(["--workspace", "check", "--hide-inclusion-graph"]).args(what);
        Counts::one(shell::run(&mut command).is_ok())
    };
    // A line that excuses nothing any more is an error, too.
    let bans = ["--deny", "unmatched-skip", "--deny", "unnecessary-skip", "bans"];
    let mut counts =
        [check(&["licenses"]), check(&bans), check(&["sources"])].into_iter().fold(Counts::default(), |sum, one| {
            Counts { passed: sum.passed + one.passed, failed: sum.failed + one.failed }
        });
    // Where nothing answers, git would wait for minutes.
    let mut fetch = match shell::which("timeout") {
        Some(timeout) => {
            let mut limited = shell::command(timeout);
            limited.arg("60").arg(cargo_deny().get_program());
            limited
        }
        None => cargo_deny(),
    };
    if shell::run(fetch.args(["--workspace", "fetch", "db"])).is_ok() {
        let advisories = check(&["advisories"]);
        counts.passed += advisories.passed;
        counts.failed += advisories.failed;
    } else {
        println!(
            "NOT CHECKED: whether a dependency has a known vulnerability. RustSec’s database cannot be fetched here"
        );
    }
    Ok(counts)
}

fn packaged() -> Result<Counts> {
    let (mut passed, mut failed) = packaging::check()?;
    let rendered = packaging::rendered();
    let mut chart = shell::command(setup::packaging()?);
    chart.current_dir(shell::root().join("tests/packaging")).arg("-B").arg("test_chart.py").env("RENDERED", &rendered);
    let of_chart = unittest_counts(&mut chart)?;
    passed += of_chart.passed;
    failed += of_chart.failed;
    // What the chart has made of its values is there now.
    let (clean, dirty) = packaging::check_names()?;
    Ok(Counts { passed: passed + clean, failed: failed + dirty })
}

fn clippy() -> Result<Counts> {
    // The app is there for WebAssembly alone, and its rooms are compiled otherwise for it.
    // In parts, as it is built; above it is whole.
    let app = ["--package", "escalation-path-builder", "--target", "wasm32-unknown-unknown", "--features", "parts"];
    let counts = [&["--workspace", "--all-targets"][..], &app].map(|what| {
        let mut clippy = shell::cargo();
        clippy.args(["clippy", "--quiet"]).args(what).args(["--", "--deny", "warnings"]);
        shell::run(&mut clippy).is_ok()
    });
    Ok(Counts::one(counts.iter().all(|clean| *clean)))
}

fn native() -> Result<Counts> {
    // The app itself is tested in the browser.
    let mut cargo = shell::cargo();
    cargo.args(["test", "--workspace", "--exclude", "escalation-path-builder", "--no-fail-fast"]);
    cargo_counts(&mut cargo)
}

/// The tests of the server that have to do with the database, once more on one that several processes share.
fn on_postgres() -> Result<Counts> {
    let server = Postgres::start(Durability::None)?;
    let mut cargo = shell::cargo();
    // All packages, as for the native tests: what was built for those is used again.
    cargo.args(["test", "--workspace", "--exclude", "escalation-path-builder", "--no-fail-fast"]);
    cargo.args(["--test", "server", "--"]).args(ON_POSTGRES.map(|module| format!("{module}::")));
    cargo.env("ESCALATION_TEST_DATABASE", server.address());
    cargo_counts(&mut cargo)
}

fn wasm() -> Result<Counts> {
    let tools = setup::to_build()?;
    let mut cargo = shell::cargo();
    tools.for_wasm(&mut cargo)?;
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner");
    cargo.args([
        "test",
        "--target",
        "wasm32-unknown-unknown",
        "--package",
        "escalation-engine",
        "--test",
        "corpus_wasm",
    ]);
    cargo_counts(&mut cargo)
}

fn sdk() -> Result<Counts> {
    let python = setup::vendor_sdk()?;
    let server = app::server()?;
    let mut tests = shell::command(python);
    tests.current_dir(shell::root().join("tests/sdk")).arg("-B").arg("test_sdk.py").env("SERVER", server);
    unittest_counts(&mut tests)
}

/// Requests that follow the document of the server, and some that don't.
fn schema() -> Result<Counts> {
    let python = setup::schemathesis()?;
    let server = app::server()?;
    let mut tests = shell::command(python);
    tests.current_dir(shell::root().join("tests/schema")).arg("-B").arg("test_schema.py").env("SERVER", server);
    Ok(Counts::one(shell::run(&mut tests).is_ok()))
}

fn browser() -> Result<Counts> {
    let mut tests = browser::playwright()?;
    let results = shell::target().join("browser-results.json");
    let _none = fs::remove_file(&results);
    tests.arg("--reporter=list,json").env("PLAYWRIGHT_JSON_OUTPUT_FILE", &results);
    let (_, succeeded) = watched(&mut tests)?;
    let text = fs::read_to_string(&results).context("the browser tests did not run")?;
    let results: Value = serde_json::from_str(&text)?;
    let stats = |name: &str| results.get("stats").and_then(|s| s.get(name)).and_then(Value::as_u64).unwrap_or_default();
    // A test that passes only when it is tried again has failed.
    let failed = stats("unexpected") + stats("flaky");
    Ok(Counts { passed: stats("expected"), failed: failed.max(u64::from(!succeeded)) })
}

/// Runs tests of Python's unittest: `Ran 7 tests in 1.2s`, then `OK` or `FAILED (failures=1, errors=1)`.
fn unittest_counts(tests: &mut Command) -> Result<Counts> {
    let (lines, succeeded) = watched(tests)?;
    let ran = lines.iter().rev().find_map(|line| line.strip_prefix("Ran ")?.split(' ').next()?.parse::<u64>().ok());
    let ran = ran.context("the Python tests did not run")?;
    let numbers = |line: &String| line.split(['=', ',', ')']).filter_map(|word| word.parse::<u64>().ok()).sum::<u64>();
    let failed = lines.iter().rev().find(|line| line.starts_with("FAILED")).map_or(0, numbers);
    Ok(Counts { passed: ran.saturating_sub(failed), failed: failed.max(u64::from(!succeeded)) })
}

/// Runs cargo's tests and adds up the lines `test result: ok. 3 passed; 0 failed; …`.
fn cargo_counts(cargo: &mut Command) -> Result<Counts> {
    let (lines, succeeded) = watched(cargo)?;
    let mut counts = Counts::default();
    for line in lines.iter().filter_map(|line| line.trim().strip_prefix("test result: ")) {
        let number = |name: &str| {
            let before = line.split([';', '.']).find_map(|part| part.trim().strip_suffix(name))?;
            before.trim().parse::<u64>().ok()
        };
        counts.passed += number("passed").unwrap_or_default();
        counts.failed += number("failed").unwrap_or_default();
    }
    // What could not even be compiled has no such line.
    counts.failed = counts.failed.max(u64::from(!succeeded));
    Ok(counts)
}

/// Runs a command, shows what it writes to its standard output and returns the lines.
fn watched(command: &mut Command) -> Result<(Vec<String>, bool)> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("a test program cannot be started")?;
    let mut lines = Vec::new();
    if let Some(out) = child.stdout.take() {
        for line in BufReader::new(out).lines() {
            let line = line?;
            println!("{line}");
            lines.push(line);
        }
    }
    Ok((lines, child.wait()?.success()))
}
