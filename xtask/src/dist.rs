//! `cargo xtask dist`: one archive with the server, the app inside it.

use std::ffi::OsString;
use std::fs;

use anyhow::{Context as _, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::{app, setup, shell};

pub fn command(args: Vec<OsString>) -> Result<()> {
    if !args.is_empty() {
        bail!("`dist` takes nothing");
    }
    let tools = setup::to_build()?;
    app::build(&tools)?;
    let mut cargo = shell::cargo();
    cargo.args([
        "build",
        "--release",
        "--package",
        "escalation-server",
        "--features",
        "embed-app",
        "--package",
        "escalation-cli",
    ]);
    shell::run(&mut cargo).context("the programs cannot be built")?;

    let host =
        shell::ask(shell::command("rustc").args(["--print", "host-tuple"])).unwrap_or_else(|| "host".to_string());
    let name = format!("escalation-path-builder-{}-{host}", env!("CARGO_PKG_VERSION"));
    let folder = shell::target().join("dist");
    fs::create_dir_all(&folder)?;
    let archive = folder.join(format!("{name}.tar.gz"));
    let file = fs::File::create(&archive).with_context(|| format!("cannot write {}", archive.display()))?;
    let mut tar = tar::Builder::new(GzEncoder::new(file, Compression::best()));
    for program in ["escalation-server", "escalation"] {
        let program = format!("{program}{}", std::env::consts::EXE_SUFFIX);
        let built = shell::target().join("release").join(&program);
        tar.append_path_with_name(built, format!("{name}/{program}"))?;
    }
    for text in ["README.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        tar.append_path_with_name(shell::root().join(text), format!("{name}/{text}"))?;
    }
    tar.into_inner()?.finish()?;
    println!("{}", archive.display());
    Ok(())
}
