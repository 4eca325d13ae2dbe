//! A real Chromium for the browser tests and the pictures.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::{announce, apt};
use crate::shell;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The browser's program: `CHROMIUM` if set, else what PATH has, else what can be installed.
pub fn chromium() -> Result<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM") {
        return Ok(PathBuf::from(named));
    }
    let found = || NAMES.iter().find_map(|name| shell::which(name)).or_else(of_playwright);
    if let Some(program) = found() {
        return Ok(program);
    }
    if shell::which("apt-get").is_some() {
        announce("chromium", "the browser tests run in it (15 s)");
        apt(&["chromium", "fonts-liberation", "fonts-inter"])?;
    } else {
        announce("chromium", "the browser tests run in it; Playwright downloads its own");
        super::browser_tests()?;
        let dir = shell::root().join("tests/browser");
        shell::run(shell::command("npx").current_dir(dir).args(["playwright", "install", "chromium"]))?;
    }
    found().context("no Chromium can be found or installed: install one, or set CHROMIUM to its program")
}

/// The browser that Playwright downloaded for itself, if it did.
fn of_playwright() -> Option<PathBuf> {
    let dir = shell::root().join("tests/browser");
    let script = "process.stdout.write(require('playwright-core').chromium.executablePath())";
    let path = shell::ask(shell::command("node").current_dir(dir).args(["-e", script]))?;
    Some(PathBuf::from(path)).filter(|p| p.is_file())
}
