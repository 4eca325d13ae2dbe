//! `cargo xtask pictures`: every state of the interface, from the real app, into docs/pictures.

use std::ffi::OsString;
use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::{app, setup, shell};

pub fn command(args: Vec<OsString>) -> Result<()> {
    if !args.is_empty() {
        bail!("`pictures` takes nothing");
    }
    let tools = setup::to_build()?;
    setup::browser_tests()?;
    let chromium = setup::chromium()?;
    app::build(&tools)?;
    let server = app::server()?;
    let folder = shell::root().join("docs/pictures");
    // A picture of a state that is gone goes with it.
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder)?;
    let mut take = shell::command("node");
    take.current_dir(shell::root().join("tests/browser"));
    take.args(["node_modules/@playwright/test/cli.js", "test", "--config", "pictures.config.js", "--reporter=line"]);
    take.env("SERVER", server).env("APP", app::dist()).env("CHROMIUM", chromium).env("PICTURES", &folder);
    shell::run(&mut take).context("not every picture could be taken")?;
    println!("{}", folder.display());
    Ok(())
}
