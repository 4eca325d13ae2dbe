//! Python programs that the tests of the server run, each in an environment of its own.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::{announce, apt};
use crate::shell;

/// A package of PyPI.
struct Package {
    name: &'static str,
    version: &'static str,
    module: &'static str,
    why: &'static str,
}

/// The Python program of an environment that has the vendor's own SDK, the outside client of our server's tests.
pub fn vendor_sdk() -> Result<PathBuf> {
    let why = "the vendor's Python SDK, a client that we did not write (10 s)";
    environment(&Package { name: "incident-io", version: "2.29.0", module: "incident_io", why })
}

/// The Python program of an environment that has schemathesis.
pub fn schemathesis() -> Result<PathBuf> {
    let why = "it tests the server by its OpenAPI document (20 s)";
    environment(&Package { name: "schemathesis", version: "4.32.5", module: "schemathesis", why })
}

fn environment(package: &Package) -> Result<PathBuf> {
    let Package { name, version, module, why } = package;
    let home = shell::tools()?.join(format!("{name}-{version}"));
    let python = home.join("bin/python");
    let works = || shell::ask(shell::command(&python).args(["-c", &format!("import {module}")])).is_some();
    if works() {
        return Ok(python);
    }
    announce(&format!("{name} {version}"), why);
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
    shell::run(shell::command(&python).args(pip).arg(format!("{name}=={version}")))
        .with_context(|| format!("`{name}` cannot be installed from PyPI"))?;
    works().then_some(python).with_context(|| format!("`{name}` is installed but cannot be imported"))
}
