//! The files of the app while they are made: tools that shrink them, and names by which a browser may keep them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::setup::Tools;
use crate::shell;

/// So many digits of a digest are in a name. The server lets a browser keep what has as many.
const DIGITS: usize = 16;

/// A name with a digest of the content, so that what has this name never changes: `style-1f3a5b7c9d0e2f41.css`.
pub fn named(stem: &str, content: &[u8], ending: &str) -> String {
    let digest: String = Sha256::digest(content).iter().take(DIGITS / 2).map(|byte| format!("{byte:02x}")).collect();
    format!("{stem}-{digest}.{ending}")
}

/// Writes a file under a name with a digest of its content, and returns that name.
pub fn put(folder: &Path, stem: &str, content: &[u8], ending: &str) -> Result<String> {
    let name = named(stem, content, ending);
    fs::write(folder.join(&name), content).with_context(|| format!("cannot write {name}"))?;
    Ok(name)
}

/// An empty folder with this name.
pub fn emptied(folder: PathBuf) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// A script or a style sheet as short as it can be, with what it imports inside it.
pub fn bundle(tools: &Tools, entry: &Path, out: &Path) -> Result<Vec<u8>> {
    let mut esbuild = shell::command("esbuild");
    esbuild.arg(entry).arg(format!("--outfile={}", out.display()));
    esbuild.args(["--bundle", "--minify", "--format=esm", "--log-level=warning", "--legal-comments=none"]);
    run(tools, &mut esbuild)?;
    Ok(fs::read(out)?)
}

/// The same for a script that is no module, or imports by names that are only known to the browser.
pub fn minified(tools: &Tools, script: &Path, out: &Path) -> Result<Vec<u8>> {
    let mut esbuild = shell::command("esbuild");
    esbuild.arg(script).arg(format!("--outfile={}", out.display())).args(["--minify", "--log-level=warning"]);
    run(tools, &mut esbuild)?;
    Ok(fs::read(out)?)
}

/// Runs one of the tools.
pub fn run(tools: &Tools, command: &mut Command) -> Result<()> {
    tools.on_path(command)?;
    shell::run(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_follows_from_the_content() {
        assert_eq!(named("style", b"a", "css"), "style-ca978112ca1bbdca.css");
        assert_ne!(named("style", b"b", "css"), named("style", b"a", "css"));
    }
}
