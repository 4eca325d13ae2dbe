//! `cargo xtask fuzz`: libFuzzer looks for bytes that bring a reader down. By the stable compiler, so without sanitizers:
//! our own code has no `unsafe` for them to watch.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::{setup, shell};

/// For how long, in seconds, unless something else is said.
const USUAL: u32 = 60;
/// The longest input, in bytes: `MAX_INPUT` of the targets.
const MAX_INPUT: u32 = 32 * 1024;

pub fn command(args: Vec<OsString>) -> Result<()> {
    let mut args = args.into_iter().filter_map(|arg| arg.into_string().ok());
    let Some(target) = args.next() else { bail!("a target is missing: tests/fuzz/src/lib.rs has them") };
    let seconds = args.next().map_or(Ok(USUAL), |text| text.parse()).context("how many seconds is not a number")?;
    let tool = setup::cargo_fuzz()?;
    let folder = shell::root().join("tests/fuzz/libfuzzer");
    let corpus = folder.join("corpus").join(&target);
    fs::create_dir_all(&corpus)?;
    let mut fuzz = shell::command(tool.map_or_else(|| PathBuf::from("cargo-fuzz"), |at| at.join("cargo-fuzz")));
    fuzz.args(["fuzz", "run", "--sanitizer", "none", "--fuzz-dir"]).arg(&folder).arg("any").arg(&corpus);
    // What the project has to begin with.
    fuzz.arg(shell::root().join("tests/contract/examples")).arg(shell::root().join("tests/corpus/worlds"));
    fuzz.arg("--").arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={MAX_INPUT}"));
    shell::run(fuzz.env("FUZZ_TARGET", &target))
}
