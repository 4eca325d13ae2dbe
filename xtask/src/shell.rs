//! Where things are, and how other programs are called.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// The project's top folder: that of the tree from which cargo runs this, which need not be the one where it was built.
pub fn root() -> PathBuf {
    let here =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().unwrap_or(&here).to_path_buf()
}

/// Cargo's target folder, as the environment has it or the default.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Where tools are kept that belong to no package manager of the machine, one folder per tool and version.
/// It lies outside the checkout so that a new clone finds them.
pub fn tools() -> Result<PathBuf> {
    if let Some(dir) = env::var_os("ESCALATION_TOOLS") {
        return Ok(PathBuf::from(dir));
    }
    let cache = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cache")))
        .context("neither HOME nor XDG_CACHE_HOME is set; set ESCALATION_TOOLS to a folder for the build tools")?;
    Ok(cache.join("escalation-path-builder"))
}

/// A command that runs in the project's top folder, without the variables that cargo set for xtask itself.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for (name, _) in env::vars_os() {
        let of_cargo = name
            .to_str()
            .is_some_and(|n| n == "CARGO" || n.starts_with("CARGO_PKG_") || n.starts_with("CARGO_MANIFEST_"));
        if of_cargo {
            command.env_remove(name);
        }
    }
    command
}

/// Cargo, by the toolchain that the user has chosen.
pub fn cargo() -> Command {
    command("cargo")
}

/// Runs a command, showing what it prints.
pub fn run(command: &mut Command) -> Result<()> {
    let line = spelled(command);
    eprintln!("  $ {line}");
    let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Runs a command and returns what it wrote to its standard output, or nothing when it is missing or fails.
pub fn ask(command: &mut Command) -> Option<String> {
    let out = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).trim().to_string())
}

/// The full path of a program on PATH.
pub fn which(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file())
}

fn spelled(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|a| a.to_string_lossy().into_owned()));
    words.join(" ")
}
