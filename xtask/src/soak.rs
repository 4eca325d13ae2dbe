//! `cargo xtask soak`: the crash test in its long form, on a PostgreSQL that is restarted, too.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};

use crate::postgres::{Durability, Postgres};
use crate::shell;

/// After which kills of a server PostgreSQL is restarted, as the soak tells of them.
const RESTARTS: [&str; 2] = ["kill 17 of ", "kill 34 of "];

pub fn command(args: Vec<OsString>) -> Result<()> {
    if !args.is_empty() {
        bail!("`soak` takes nothing");
    }
    let mut server = Postgres::start(Durability::Full)?;
    let mut cargo = shell::cargo();
    // As the tests are built: it is about what holds, not about how fast.
    cargo.args(["bench", "--profile", "dev", "--package", "escalation-server", "--bench", "soak"]);
    cargo.env("ESCALATION_TEST_DATABASE", server.address());
    cargo.env("ESCALATION_SOAK_RESULT", shell::root().join("docs/soak.md"));
    let mut soak = cargo.stdout(Stdio::piped()).spawn().context("the soak cannot be started")?;
    let out = soak.stdout.take().context("the soak says nothing")?;
    for line in BufReader::new(out).lines() {
        let line = line?;
        println!("{line}");
        if RESTARTS.iter().any(|restart| line.starts_with(restart)) {
            server.restart()?;
            println!("PostgreSQL was killed and started again");
        }
    }
    let status = soak.wait()?;
    if !status.success() {
        bail!("the soak failed ({status})");
    }
    Ok(())
}
