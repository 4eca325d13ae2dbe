//! The standard library for `wasm32-unknown-unknown`.
//!
//! The ordinary way is rustup's own. Where rustup cannot download (many companies mirror crates.io, npm, PyPI and
//! Debian, and nothing else), the library is built once from Debian's compiler and sources, which are of one version,
//! and that compiler is linked into rustup as the toolchain `debian-web`. rustup's own compiler cannot build Debian's
//! sources, nor read what Debian's compiler made, so everything for wasm is then compiled by `debian-web`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::{announce, apt_newest};
use crate::shell;

const TARGET: &str = "wasm32-unknown-unknown";
const TOOLCHAIN: &str = "debian-web";
const LINKER: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER";

/// Makes the target there, by whichever way works, and returns the variables that compiling to it takes.
pub fn install() -> Result<Vec<(&'static str, OsString)>> {
    let installed = || {
        shell::ask(shell::command("rustup").args(["target", "list", "--installed"]))
            .is_some_and(|list| list.lines().any(|t| t == TARGET))
    };
    if installed() {
        return Ok(Vec::new());
    }
    if !debian_is_ready() {
        announce(TARGET, "the app is compiled to it; rustup is asked first");
        if shell::run(shell::command("rustup").args(["target", "add", TARGET])).is_ok() && installed() {
            return Ok(Vec::new());
        }
        eprintln!("rustup cannot download here, so the target's library is built from Debian's sources (about 2 min)");
        from_debian()
            .context("the library for wasm can neither be downloaded by rustup nor built from Debian's sources")?;
    }
    Ok(vec![("RUSTUP_TOOLCHAIN", TOOLCHAIN.into()), (LINKER, linker()?.into())])
}

/// The folder in which Debian's compiler looks for the library.
fn library() -> PathBuf {
    Path::new("/usr/lib/rustlib").join(TARGET).join("lib")
}

/// Says by which compiler the library was built: another one cannot read it.
fn stamp() -> PathBuf {
    library().join("built-by.txt")
}

fn debian_is_ready() -> bool {
    let built_by = fs::read_to_string(stamp()).unwrap_or_default();
    let compiler = shell::ask(shell::command("rustc").args([&format!("+{TOOLCHAIN}"), "-vV"]));
    compiler.is_some_and(|now| now == built_by)
}

fn from_debian() -> Result<()> {
    if !Path::new("/etc/debian_version").exists() {
        bail!(
            "this is neither a machine where rustup can download nor Debian; run `rustup target add {TARGET}` where it can"
        );
    }
    announce("rustc-web, cargo-web, rust-web-src", "Debian's compiler with sources of the same version");
    // An old list of packages may know an older compiler only.
    apt_newest(&["rustc-web", "cargo-web", "rust-web-src"])?;
    let release = shell::ask(shell::command("/usr/bin/rustc").arg("--version")).unwrap_or_default();
    let needed = env!("CARGO_PKG_RUST_VERSION");
    if minor(release.split_whitespace().nth(1).unwrap_or_default()) < minor(needed) {
        bail!(
            "Debian's compiler here is `{release}`, and {needed} is needed: add Debian's security updates to apt's sources"
        );
    }

    // An empty crate, so that cargo builds nothing but the standard library. `test` is what wasm-bindgen-test links
    // to; without embed-bitcode, link time optimisation fails.
    let empty = shell::target().join("wasm-std");
    let build = empty.join("target");
    if build.exists() {
        fs::remove_dir_all(&build)?;
    }
    fs::create_dir_all(empty.join("src"))?;
    fs::write(empty.join("src/lib.rs"), "")?;
    let manifest = "[package]\nname = \"wasm-std\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n";
    fs::write(empty.join("Cargo.toml"), manifest)?;
    let mut cargo = shell::command("/usr/bin/cargo");
    cargo.current_dir(&empty).args(["build", "--release", "--target", TARGET]);
    cargo.arg("-Zbuild-std=std,panic_abort,test");
    cargo.env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-Cembed-bitcode=yes");
    cargo.env("CARGO_TARGET_DIR", &build).env_remove("RUSTUP_TOOLCHAIN");
    shell::run(&mut cargo)?;

    let compiler = shell::ask(shell::command("/usr/bin/rustc").arg("-vV")).context("/usr/bin/rustc does not answer")?;
    let made = empty.join("libs");
    fs::create_dir_all(&made)?;
    for entry in fs::read_dir(build.join(TARGET).join("release/deps"))? {
        let file = entry?.path();
        let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if name.ends_with(".rlib") && !name.starts_with("libwasm_std") {
            fs::copy(&file, made.join(&name))?;
        }
    }
    fs::write(made.join("built-by.txt"), compiler)?;
    put(&made)?;
    shell::run(shell::command("rustup").args(["toolchain", "link", TOOLCHAIN, "/usr"]))
}

/// The second number of a version of Rust, such as 95 of 1.95.0.
fn minor(version: &str) -> u32 {
    version.split('.').nth(1).and_then(|minor| minor.parse().ok()).unwrap_or_default()
}

/// Replaces Debian's folder of the target by `made`, as root where that is needed.
fn put(made: &Path) -> Result<()> {
    let script = format!(
        "rm -rf '{lib}' && mkdir -p '{lib}' && cp '{made}'/* '{lib}'/",
        lib = library().display(),
        made = made.display()
    );
    let as_root = shell::ask(shell::command("id").arg("-u")).as_deref() == Some("0");
    let mut command = if as_root { shell::command("sh") } else { shell::command("sudo") };
    if !as_root {
        command.arg("sh");
    }
    shell::run(command.args(["-c", &script]))
}

/// Debian's compiler finds no linker for wasm; rustup's stable toolchain brings one.
fn linker() -> Result<PathBuf> {
    let sysroot = shell::ask(shell::command("rustc").args(["+stable", "--print", "sysroot"]))
        .or_else(|| shell::ask(shell::command("rustc").args(["--print", "sysroot"])));
    let host = shell::ask(shell::command("rustc").args(["--print", "host-tuple"]));
    if let (Some(sysroot), Some(host)) = (sysroot, host) {
        let lld = Path::new(&sysroot).join("lib/rustlib").join(host).join("bin/rust-lld");
        if lld.is_file() {
            return Ok(lld);
        }
    }
    shell::which("wasm-ld")
        .or_else(|| shell::which("rust-lld"))
        .context("no linker for wasm: neither rust-lld in rustup's stable toolchain nor wasm-ld on PATH (Debian: lld)")
}
