//! Builds the browser app into `dist/`, compressed, and the server.

mod element;
mod files;
mod page;
mod program;

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::setup::{self, Tools};
use crate::shell;

/// The folder of the built app.
pub fn dist() -> PathBuf {
    shell::root().join("dist")
}

/// The parts of the program with the names of their functions.
pub fn named_parts() -> Result<Vec<(String, PathBuf)>> {
    program::named()
}

pub fn command(args: Vec<OsString>) -> Result<()> {
    if !args.is_empty() {
        bail!("`app` takes nothing");
    }
    build(&setup::to_build()?)?;
    println!("{}", dist().display());
    Ok(())
}

/// Builds the app in release form unless it is newer than everything that it is made of.
pub fn build(tools: &Tools) -> Result<()> {
    if is_fresh() {
        return Ok(());
    }
    eprintln!("building the app (about 3 min at first)");
    // What is changed while it is built is not built.
    let began = SystemTime::now();
    let made = page::build(tools).context("the app cannot be built")?;
    compress(&made)?;
    // What is served meanwhile is whole, the old app or the new one.
    if dist().exists() {
        fs::remove_dir_all(dist())?;
    }
    fs::rename(&made, dist()).context("the app cannot be put into dist")?;
    let stamp = fs::File::create(stamp())?;
    stamp.set_modified(began)?;
    Ok(())
}

/// Written when everything is built and compressed.
fn stamp() -> PathBuf {
    shell::target().join("app-built")
}

/// What the app is made of.
const SOURCES: [&str; 16] = [
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
    "index.html",
    "src",
    "style",
    "public",
    "crates/api/Cargo.toml",
    "crates/api/src",
    "crates/engine/Cargo.toml",
    "crates/engine/src",
    "crates/editor/Cargo.toml",
    "crates/editor/src",
    "docs/problems",
    "xtask/src/app.rs",
    "xtask/src/app",
];

fn is_fresh() -> bool {
    let Ok(built) = fs::metadata(stamp()).and_then(|meta| meta.modified()) else { return false };
    let newest = SOURCES.iter().filter_map(|source| newest(&shell::root().join(source))).max();
    dist().join("index.html").is_file() && newest.is_some_and(|newest| newest < built)
}

/// When a file, or anything in a folder, was last changed.
fn newest(path: &Path) -> Option<SystemTime> {
    // A folder itself changes when a file in it is added or removed.
    let own = fs::metadata(path).and_then(|meta| meta.modified()).ok()?;
    let entries = fs::read_dir(path).into_iter().flatten();
    entries.filter_map(|entry| newest(&entry.ok()?.path())).chain([own]).max()
}

/// Puts a `.br` and a `.gz` beside every file that gets smaller by it.
fn compress(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let file = entry?.path();
        if file.is_dir() {
            compress(&file)?;
            continue;
        }
        let plain = fs::read(&file)?;
        let beside = |ending: &str| PathBuf::from(format!("{}.{ending}", file.display()));
        for (ending, packed) in [("br", brotli(&plain)?), ("gz", gzip(&plain)?)] {
            if packed.len() < plain.len() {
                fs::write(beside(ending), packed)?;
            }
        }
    }
    Ok(())
}

pub fn brotli(plain: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
    brotli::BrotliCompress(&mut &*plain, &mut packed, &parameters)?;
    Ok(packed)
}

pub fn gzip(plain: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain)?;
    Ok(encoder.finish()?)
}

/// Builds the server and returns its program. It is optimised a little only: it waits for the disk and the network, and
/// is there minutes sooner. What is given away is built by `dist`.
pub fn server() -> Result<PathBuf> {
    let mut cargo = shell::cargo();
    cargo.args(["build", "--quiet", "--package", "escalation-server"]);
    shell::run(&mut cargo).context("the server cannot be built")?;
    Ok(shell::target().join("debug").join(format!("escalation-server{}", std::env::consts::EXE_SUFFIX)))
}
