//! PostgreSQL for the tests that several servers share a database in.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::{announce, apt};
use crate::shell;

/// Where Debian and Ubuntu have the programs of each version, which are not on PATH.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The folder with the programs of PostgreSQL: `POSTGRES_BIN` if set, else that of the newest version, else that of what
/// PATH has, else what can be installed.
pub fn postgres() -> Result<PathBuf> {
    if let Some(named) = env::var_os("POSTGRES_BIN") {
        return Ok(PathBuf::from(named));
    }
    if let Some(folder) = found() {
        return Ok(folder);
    }
    announce("postgresql", "the tests run on it, too (20 s)");
    apt(&["postgresql"])?;
    found().context("no PostgreSQL can be found or installed: install one, or set POSTGRES_BIN to the folder of initdb")
}

fn found() -> Option<PathBuf> {
    let has_all = |folder: &Path| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file());
    let version = |folder: &PathBuf| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let mut versions: Vec<PathBuf> =
        fs::read_dir(VERSIONS).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    versions.sort_by_key(version);
    let of_debian = versions.into_iter().rev().map(|folder| folder.join("bin")).find(|folder| has_all(folder));
    of_debian.or_else(|| Some(shell::which("initdb")?.parent()?.to_path_buf()).filter(|folder| has_all(folder)))
}
