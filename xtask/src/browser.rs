//! Programs of tests/browser: on the built app, the server and a real Chromium.

use std::process::Command;

use anyhow::Result;

use crate::{app, setup, shell};

/// Node in the folder of the browser tests, with all there that they take.
pub fn node() -> Result<Command> {
    let tools = setup::to_build()?;
    setup::browser_tests()?;
    let chromium = setup::chromium()?;
    app::build(&tools)?;
    let server = app::server()?;
    let mut node = shell::command("node");
    node.current_dir(shell::root().join("tests/browser"));
    node.env("SERVER", server).env("APP", app::dist()).env("CHROMIUM", chromium);
    Ok(node)
}

/// Playwright's test runner there.
pub fn playwright() -> Result<Command> {
    let mut playwright = node()?;
    playwright.args(["node_modules/@playwright/test/cli.js", "test"]);
    Ok(playwright)
}
