//! `cargo xtask pictures`: every state of the interface, from the real app, into docs/pictures.

use std::ffi::OsString;
use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::{browser, shell};

pub fn command(args: Vec<OsString>) -> Result<()> {
    if !args.is_empty() {
        bail!("`pictures` takes nothing");
    }
    let mut take = browser::playwright()?;
    let folder = shell::root().join("docs/pictures");
    // A picture of a state that is gone goes with it.
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder)?;
    take.args(["--config", "pictures.config.js", "--reporter=line"]).env("PICTURES", &folder);
    shell::run(&mut take).context("not every picture could be taken")?;
    println!("{}", folder.display());
    Ok(())
}
