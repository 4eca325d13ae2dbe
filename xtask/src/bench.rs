//! `cargo xtask bench`: sizes and speeds, printed, never asserted.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use crate::{app, bench_server, browser, rooms, setup, shell};

pub fn command(args: Vec<OsString>) -> Result<()> {
    match args.as_slice() {
        [] => {}
        [part] if part == "app" => {
            app::build(&setup::to_build()?)?;
            return of_app();
        }
        [part] if part == "server" => return bench_server::run(false),
        [part, quick] if part == "server" && quick == "--quick" => return bench_server::run(true),
        _ => bail!("`bench` takes nothing but `app` or `server`, and `server` takes `--quick`"),
    }
    let tools = setup::to_build()?;
    app::build(&tools)?;
    of_app()?;

    println!("\nThe engine, natively");
    let mut criterion = shell::cargo();
    criterion.args([
        "bench",
        "--quiet",
        "--package",
        "escalation-engine",
        "--bench",
        "simulate",
        "--",
        "--quick",
        "--noplot",
    ]);
    shell::run(&mut criterion)?;

    println!("\nGrowing documents of each shape: time and memory must grow with them and no faster");
    let mut growth = shell::cargo();
    growth.args(["test", "--quiet", "--release", "--package", "escalation-engine", "--test", "growth"]);
    growth.args(["--", "--nocapture"]);
    shell::run(&mut growth)?;

    println!("\nThe engine, in WebAssembly, built as in the app");
    let mut wasm = shell::cargo();
    tools.for_wasm(&mut wasm)?;
    wasm.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner");
    // The runner gives up after twenty seconds unless told.
    wasm.env("WASM_BINDGEN_TEST_TIMEOUT", "300");
    // Without `--quiet`: cargo hands it on to the runner, which does not know it.
    wasm.args(["test", "--profile", "wasm-release", "--target", "wasm32-unknown-unknown"]);
    wasm.args(["--package", "escalation-engine", "--test", "speed_wasm", "--", "--nocapture"]);
    shell::run(&mut wasm)?;

    println!("\nThe app, in Chromium");
    shell::run(browser::node()?.arg("bench.js"))?;
    bench_server::run(false)
}

/// How large the app is, and what takes the room in each part of its program.
fn of_app() -> Result<()> {
    sizes(&app::dist())?;
    for (name, part) in app::named_parts()? {
        rooms::print(&name, &part)?;
    }
    Ok(())
}

/// Everything that is loaded in the end, raw and compressed.
fn sizes(dist: &Path) -> Result<()> {
    println!("\nThe app, in bytes                raw       gzip     brotli");
    let mut files: Vec<_> = fs::read_dir(dist)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let mut total = [0; 3];
    for file in files {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // Pages about problems are loaded when they are opened.
        if file.is_dir() || name.ends_with(".br") || name.ends_with(".gz") {
            continue;
        }
        let plain = fs::read(&file)?;
        // What does not get smaller is sent as it is.
        let sizes =
            [plain.len(), app::gzip(&plain)?.len().min(plain.len()), app::brotli(&plain)?.len().min(plain.len())];
        row(&short(&name), sizes);
        for (sum, size) in total.iter_mut().zip(sizes) {
            *sum += size;
        }
    }
    row("everything", total);
    println!("what of it is loaded when, and how much that may be: tests/browser/budget.spec.js and budget.json");
    Ok(())
}

fn row(name: &str, [raw, gzip, brotli]: [usize; 3]) {
    println!("{name:<26} {raw:>10} {gzip:>10} {brotli:>10}");
}

/// A name without the hash in it.
fn short(name: &str) -> String {
    let is_hash = |part: &&str| part.len() >= 15 && part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'_');
    let (stem, ending) = name.split_once('.').unwrap_or((name, ""));
    let parts: Vec<&str> = stem.split('-').filter(|part| !is_hash(&part.trim_end_matches("_bg"))).collect();
    format!("{}.{ending}", parts.join("-"))
}
