//! What comes from npm: Binaryen and esbuild, which shrink the bundle, and the browser tests' driver.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use super::announce;
use crate::shell;

const BINARYEN: &str = "132.0.0";
const ESBUILD: &str = "0.28.2";
const PRISM: &str = "5.16.0";
/// The oldest Node.js that Playwright runs on.
const NODE: u32 = 20;

/// The folder that holds `wasm-opt`.
pub fn binaryen() -> Result<PathBuf> {
    npm_tool("binaryen", BINARYEN, "wasm-opt", "its wasm-opt makes the program smaller (2 s)")
}

/// The folder that holds `esbuild`.
pub fn esbuild() -> Result<PathBuf> {
    npm_tool("esbuild", ESBUILD, "esbuild", "it makes one small script of several, and one style sheet (2 s)")
}

/// The folder of a program from npm, kept with the other tools.
fn npm_tool(package: &str, version: &str, program: &str, why: &str) -> Result<PathBuf> {
    let home = shell::tools()?.join(format!("{package}-{version}"));
    let bin = home.join("node_modules/.bin");
    if !bin.join(program).exists() {
        has_node()?;
        announce(&format!("{package} {version}"), why);
        fs::create_dir_all(&home)?;
        let mut npm = shell::command("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(&home).arg(format!("{package}@{version}"));
        shell::run(&mut npm).with_context(|| format!("{package} cannot be installed from npm"))?;
    }
    Ok(bin)
}

/// The program of Prism, which mocks an API. The bench alone takes it.
pub fn prism() -> Result<PathBuf> {
    let home = shell::tools()?.join(format!("prism-{PRISM}"));
    let program = home.join("node_modules/.bin/prism");
    if !program.exists() {
        has_node()?;
        announce(&format!("Prism {PRISM}"), "the server is measured beside it (30 s)");
        fs::create_dir_all(&home)?;
        let package = format!("@stoplight/prism-cli@{PRISM}");
        shell::run(
            shell::command("npm").args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(&home).arg(package),
        )
        .context("Prism cannot be installed from npm")?;
    }
    Ok(program)
}

/// Playwright and axe, as locked in tests/browser.
pub fn browser_tests() -> Result<()> {
    let dir = shell::root().join("tests/browser");
    let lock = fs::read(dir.join("package-lock.json")).context("tests/browser/package-lock.json is missing")?;
    let stamp = dir.join("node_modules/.locked");
    if fs::read(&stamp).is_ok_and(|done| done == lock) {
        return Ok(());
    }
    has_node()?;
    announce("the browser tests' packages", "Playwright drives the browser, axe checks accessibility (10 s)");
    let mut npm = shell::command("npm");
    npm.current_dir(&dir).args(["ci", "--no-audit", "--no-fund"]).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    shell::run(&mut npm).context("the packages of tests/browser cannot be installed from npm")?;
    fs::write(stamp, lock)?;
    Ok(())
}

fn has_node() -> Result<()> {
    let version = shell::ask(shell::command("node").arg("--version"))
        .with_context(|| format!("Node.js is missing: install version {NODE} or newer, with npm"))?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|v| v.parse::<u32>().ok());
    if major.is_none_or(|v| v < NODE) {
        bail!("Node.js {version} is too old: install version {NODE} or newer");
    }
    if shell::which("npm").is_none() {
        bail!("npm is missing: install it beside Node.js {version}");
    }
    Ok(())
}
