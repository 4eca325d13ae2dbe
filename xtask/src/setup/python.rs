//! The vendor's own Python SDK, the outside client of our server's tests.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::{announce, apt};
use crate::shell;

const SDK: &str = "2.29.0";

/// The Python program of an environment that has the SDK.
pub fn vendor_sdk() -> Result<PathBuf> {
    let home = shell::tools()?.join(format!("incident-io-{SDK}"));
    let python = home.join("bin/python");
    let works = || shell::ask(shell::command(&python).args(["-c", "import incident_io"])).is_some();
    if works() {
        return Ok(python);
    }
    announce(&format!("incident-io {SDK}"), "the vendor's Python SDK, a client that we did not write (10 s)");
    let make = || {
        let version_ok = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";
        shell::ask(shell::command("python3").args(["-c", version_ok]))?;
        shell::run(shell::command("python3").args(["-m", "venv", "--clear"]).arg(&home)).ok()
    };
    if make().is_none() {
        apt(&["python3", "python3-venv"]).context("Python 3.11 or newer with its venv module is missing")?;
        make().context("Python 3.11 or newer with its venv module is missing")?;
    }
    let package = format!("incident-io=={SDK}");
    shell::run(shell::command(&python).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        &package,
    ]))
    .context("the vendor's SDK cannot be installed from PyPI")?;
    works().then_some(python).context("the vendor's SDK is installed but cannot be imported")
}
