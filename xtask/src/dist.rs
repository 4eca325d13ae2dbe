//! `cargo xtask dist`: one archive with the server, the app inside it, and papers that say what is in them.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{app, setup, shell};

/// What the lists of cargo-cyclonedx are called beside each manifest, before they are moved.
const LIST: &str = "sbom-of-dist";
const LICENCES: &str = "licences.html";
const CHECKSUMS: &str = "SHA256SUMS";
const WASM: &str = "wasm32-unknown-unknown";

pub fn command(args: Vec<OsString>) -> Result<()> {
    let papers_alone = match args.as_slice() {
        [] => false,
        [papers] if papers == "papers" => true,
        _ => bail!("`dist` takes nothing but `papers`"),
    };
    let host =
        shell::ask(shell::command("rustc").args(["--print", "host-tuple"])).unwrap_or_else(|| "host".to_string());
    let folder = shell::target().join("dist");
    // Checksums are of what is there.
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    // First, since it takes tools that may have to be built.
    let mut files = papers(&folder, &host)?;
    if !papers_alone {
        files.push(archive(&folder, &host, &files)?);
    }
    write_checksums(&folder, &files)?;
    for file in &files {
        println!("{}", file.display());
    }
    println!("{}", folder.join(CHECKSUMS).display());
    Ok(())
}

/// Builds the programs and puts them into one archive, with the papers.
fn archive(folder: &Path, host: &str, papers: &[PathBuf]) -> Result<PathBuf> {
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

    let name = format!("escalation-path-builder-{}-{host}", env!("CARGO_PKG_VERSION"));
    let programs = ["escalation-server", "escalation"]
        .map(|program| shell::target().join("release").join(format!("{program}{}", std::env::consts::EXE_SUFFIX)));
    let archive = folder.join(format!("{name}.tar.gz"));
    pack(&archive, &name, &[&programs[..], papers].concat())?;
    Ok(archive)
}

/// Puts files into an archive, with what goes into every one.
fn pack(archive: &Path, name: &str, files: &[PathBuf]) -> Result<()> {
    let file = fs::File::create(archive).with_context(|| format!("cannot write {}", archive.display()))?;
    let mut tar = tar::Builder::new(GzEncoder::new(file, Compression::best()));
    let texts = ["README.md", "LICENSE-APACHE", "LICENSE-MIT"].map(|text| shell::root().join(text));
    for file in files.iter().chain(&texts) {
        let called = file.file_name().context("a file has a name")?.to_string_lossy();
        tar.append_path_with_name(file, format!("{name}/{called}")).with_context(|| file.display().to_string())?;
    }
    tar.append_dir_all(format!("{name}/packaging"), shell::root().join("packaging"))?;
    tar.into_inner()?.finish()?;
    Ok(())
}

/// Writes what is in the programs and the app, as SBOMs, and the texts of licences.
fn papers(folder: &Path, host: &str) -> Result<Vec<PathBuf>> {
    let tools = setup::to_describe()?;
    // The texts are in the packages, of which building fetches only those for one target.
    shell::run(shell::cargo().args(["fetch", "--locked"])).context("the packages cannot be fetched")?;
    let program = |name: &str| {
        let built = tools.iter().map(|folder| folder.join(name)).find(|program| program.is_file());
        shell::command(built.unwrap_or_else(|| name.into()))
    };
    let lists = move_lists(folder, &[]).and_then(|_none| {
        let mut programs = program("cargo-cyclonedx");
        programs.args(["cyclonedx", "--manifest-path", "crates/server/Cargo.toml", "--features", "embed-app"]);
        let wanted = [("crates/server", "escalation-server"), ("crates/cli", "escalation")];
        let mut lists = list(folder, &mut programs, host, &wanted)?;
        let mut app = program("cargo-cyclonedx");
        app.args(["cyclonedx", "--manifest-path", "Cargo.toml"]);
        lists.extend(list(folder, &mut app, WASM, &[("", "app")])?);
        Ok(lists)
    });
    let mut papers = lists.context("the SBOMs cannot be written")?;

    let licences = folder.join(LICENCES);
    let mut about = program("cargo-about");
    about.args(["generate", "--config", "packaging/about.toml", "--workspace", "--all-features", "--locked", "--fail"]);
    // Without it, what a package lacks is asked of other hosts.
    about.arg("--offline");
    about.args(["--target", host, "--target", WASM, "--output-file"]).arg(&licences).arg("packaging/licences.hbs");
    shell::run(&mut about).context("the texts of licences cannot be collected")?;
    papers.push(licences);
    Ok(papers)
}

/// Has lists written for a target, and keeps those that are wanted.
fn list(
    folder: &Path,
    cyclonedx: &mut std::process::Command,
    target: &str,
    wanted: &[(&str, &str)],
) -> Result<Vec<PathBuf>> {
    cyclonedx.args(["--format", "json", "--spec-version", "1.5", "--target", target, "--override-filename", LIST]);
    let written = shell::run(cyclonedx);
    let lists = move_lists(folder, wanted)?;
    written?;
    Ok(lists)
}

/// cargo-cyclonedx writes a list beside each manifest of the workspace. Moves those that are wanted, and removes the rest.
fn move_lists(folder: &Path, wanted: &[(&str, &str)]) -> Result<Vec<PathBuf>> {
    let root = shell::root();
    let mut moved = Vec::new();
    for member in members()? {
        let written = member.join(format!("{LIST}.json"));
        if !written.is_file() {
            continue;
        }
        if let Some((_, name)) = wanted.iter().find(|(of, _)| root.join(of) == member) {
            let to = folder.join(format!("{name}.cdx.json"));
            fs::copy(&written, &to)?;
            moved.push(to);
        }
        fs::remove_file(written)?;
    }
    moved.sort();
    Ok(moved)
}

/// The folders of all packages of the workspace.
fn members() -> Result<Vec<PathBuf>> {
    let told = shell::ask(shell::cargo().args(["metadata", "--no-deps", "--offline", "--format-version", "1"]));
    let told: Value = serde_json::from_str(&told.context("cargo does not say what is in the workspace")?)?;
    let packages = told.get("packages").and_then(Value::as_array).context("the workspace has no packages")?;
    let manifest = |package: &Value| Some(Path::new(package.get("manifest_path")?.as_str()?).parent()?.to_path_buf());
    packages.iter().map(|package| manifest(package).context("a package has a manifest")).collect()
}

/// Writes what `sha256sum --check` reads.
fn write_checksums(folder: &Path, files: &[PathBuf]) -> Result<()> {
    let mut lines = String::new();
    for file in files {
        let digest = Sha256::digest(fs::read(file)?);
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let name = file.file_name().context("a file has a name")?.to_string_lossy();
        lines.push_str(&format!("{digest}  {name}\n"));
    }
    fs::write(folder.join(CHECKSUMS), lines)?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_archive_has_what_the_image_takes() {
        let folder = shell::target().join("packaging/pack");
        fs::create_dir_all(&folder).unwrap();
        let files = ["escalation-server", "escalation", LICENCES].map(|name| folder.join(name));
        for file in &files {
            fs::write(file, "x").unwrap();
        }
        let archive = folder.join("x.tar.gz");
        pack(&archive, "x", &files).unwrap();
        let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(fs::File::open(&archive).unwrap()));
        let packed: Vec<String> =
            tar.entries().unwrap().map(|e| e.unwrap().path().unwrap().to_string_lossy().into_owned()).collect();
        assert!(packed.contains(&"x/packaging/systemd/escalation-server.service".to_string()), "{packed:?}");
        let image = fs::read_to_string(shell::root().join("packaging/container/Containerfile")).unwrap();
        let copied = image.lines().filter_map(|line| line.strip_prefix("COPY "));
        for line in copied {
            let words: Vec<&str> = line.split(' ').filter(|word| !word.starts_with("--")).collect();
            for source in words.split_last().unwrap().1 {
                assert!(packed.contains(&format!("x/{source}")), "{source}: {packed:?}");
            }
        }
    }

    #[test]
    fn lists_are_taken_from_beside_every_manifest() {
        let members = members().unwrap();
        for member in ["", "crates/server", "crates/cli", "tests/fuzz", "xtask"] {
            assert!(members.contains(&shell::root().join(member)), "{member}: {members:?}");
        }
    }

    #[test]
    fn checksums_are_those_of_sha256sum() {
        let folder = shell::target().join("packaging/checksums");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("empty");
        fs::write(&file, "").unwrap();
        write_checksums(&folder, &[file]).unwrap();
        let said = fs::read_to_string(folder.join(CHECKSUMS)).unwrap();
        assert_eq!(said, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  empty\n");
    }
}
