//! Installs what a bare machine lacks. Each step looks first whether it is done already, says what it installs and
//! why, and never touches a machine where the ordinary way works.

mod browser;
mod node;
mod postgres;
mod python;
mod wasm_target;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::shell;

pub use browser::chromium;
pub use node::{binaryen, browser_tests, esbuild, prism};
pub use postgres::postgres;
pub use python::{schemathesis, vendor_sdk};

/// What later commands need to know of the tools.
pub struct Tools {
    /// Folders that go before PATH.
    path: Vec<PathBuf>,
    /// Variables of every command that compiles to wasm.
    wasm: Vec<(&'static str, OsString)>,
}

impl Tools {
    /// Gives a command the tools on its PATH.
    pub fn on_path(&self, command: &mut Command) -> Result<()> {
        let old = env::var_os("PATH").unwrap_or_default();
        let all = self.path.iter().cloned().chain(env::split_paths(&old));
        command.env("PATH", env::join_paths(all).context("PATH cannot be extended")?);
        Ok(())
    }

    /// Gives a command all that it takes to compile to wasm.
    pub fn for_wasm(&self, command: &mut Command) -> Result<()> {
        self.on_path(command)?;
        for (name, value) in &self.wasm {
            command.env(name, value);
        }
        Ok(())
    }
}

pub fn command(args: Vec<OsString>) -> Result<()> {
    let all = match args.as_slice() {
        [] => false,
        [flag] if flag == "--all" => true,
        _ => bail!("`setup` takes nothing but `--all`"),
    };
    to_build()?;
    if all {
        to_test()?;
    }
    println!("everything is there");
    Ok(())
}

/// Installs what building and running takes.
pub fn to_build() -> Result<Tools> {
    let wasm = wasm_target::install()?;
    let bindgen = cargo_tool("wasm-bindgen-cli", "wasm-bindgen", &locked("wasm-bindgen")?, BINDGEN_WHY)?;
    let path = [bindgen, Some(binaryen()?), Some(esbuild()?)].into_iter().flatten().collect();
    Ok(Tools { path, wasm })
}

/// Installs what the tests take beyond that.
pub fn to_test() -> Result<()> {
    browser_tests()?;
    chromium()?;
    vendor_sdk()?;
    schemathesis()?;
    postgres()?;
    Ok(())
}

const BINDGEN_WHY: &str =
    "it writes the JavaScript around the wasm and must be of the very version in Cargo.lock (about 3 min on 2 cores)";

/// Says what is being installed and why.
fn announce(what: &str, why: &str) {
    eprintln!("installing {what}: {why}");
}

/// The version of a package in Cargo.lock.
fn locked(package: &str) -> Result<String> {
    let lock = fs::read_to_string(shell::root().join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let wanted = format!("name = \"{package}\"");
    lock.lines()
        .skip_while(|line| *line != wanted)
        .nth(1)
        .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .map(str::to_string)
        .with_context(|| format!("Cargo.lock does not name `{package}`"))
}

/// A program from crates.io, in a folder of its own unless PATH already has that version.
fn cargo_tool(package: &str, program: &str, version: &str, why: &str) -> Result<Option<PathBuf>> {
    let is_it = |at: &str| {
        shell::ask(shell::command(at).arg("--version"))
            .is_some_and(|said| said.split_whitespace().nth(1) == Some(version))
    };
    if is_it(program) {
        return Ok(None);
    }
    let home = shell::tools()?.join(format!("{package}-{version}"));
    let bin = home.join("bin");
    if is_it(&bin.join(program).to_string_lossy()) {
        return Ok(Some(bin));
    }
    announce(&format!("{package} {version}"), why);
    let mut install = shell::cargo();
    install.args(["install", package, "--version", &format!("={version}"), "--root"]).arg(&home);
    install.env("CARGO_TARGET_DIR", home.join("build"));
    shell::run(&mut install).with_context(|| format!("`{package}` {version} cannot be installed from crates.io"))?;
    // Only the program is kept; if this fails, all that is lost is disk space.
    let _kept = fs::remove_dir_all(home.join("build"));
    Ok(Some(bin))
}

/// Installs packages of Debian or Ubuntu, in whichever version is known. The error says what to do by hand.
fn apt(packages: &[&str]) -> Result<()> {
    apt_with(packages, false)
}

/// Installs packages in their newest version, or brings them there.
fn apt_newest(packages: &[&str]) -> Result<()> {
    apt_with(packages, true)
}

fn apt_with(packages: &[&str], newest: bool) -> Result<()> {
    let by_hand = || format!("install by hand: {}", packages.join(" "));
    if shell::which("apt-get").is_none() {
        bail!("this machine has no apt-get; {}", by_hand());
    }
    let as_root = shell::ask(shell::command("id").arg("-u")).as_deref() == Some("0");
    let sudo = !as_root;
    if sudo && shell::which("sudo").is_none() {
        bail!("installing packages takes root and there is no sudo; {}", by_hand());
    }
    let apt_get = |words: &[&str]| {
        let mut command = shell::command(if sudo { "sudo" } else { "apt-get" });
        if sudo {
            command.arg("apt-get");
        }
        command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    let install = [&["install", "-y", "-q", "--no-install-recommends"], packages].concat();
    // The package lists of a fresh machine are empty or old, so a failure is tried once more with new ones.
    if !newest && shell::run(&mut apt_get(&install)).is_ok() {
        return Ok(());
    }
    shell::run(&mut apt_get(&["update", "-q"])).with_context(by_hand)?;
    shell::run(&mut apt_get(&install)).with_context(by_hand)
}
