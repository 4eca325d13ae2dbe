//! The program of the app: compiled, divided into parts, bound to JavaScript and shrunk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, ensure};

use super::files;
use crate::setup::Tools;
use crate::shell;

/// What the compiler's output needs to be allowed.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// The name of the program's script and of its first part.
const STEM: &str = "builder";

/// The program in a folder.
pub struct Program {
    /// The script around it.
    pub script: String,
    /// Its first part, without which there is nothing.
    pub first: String,
}

/// Where the steps of the build leave what they make; with names of functions, for whoever asks what takes the room.
pub fn workshop() -> PathBuf {
    shell::target().join("app")
}

/// Builds the program and puts it into a folder.
pub fn build(tools: &Tools, folder: &Path) -> Result<Program> {
    let compiled = compile(tools)?;
    let divided = divide(&compiled)?;
    let bound = bind(tools, &divided)?;
    let first = shrink(tools, &bound.join("main_bg.wasm"))?;
    let first = files::put(folder, STEM, &first, "wasm")?;
    // The names of the parts are in the script, so they come first.
    let mut names = BTreeMap::new();
    for part in parts(&divided)? {
        let stem = part.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let name = files::put(folder, stem.trim_start_matches("split_"), &shrink(tools, &part)?, "wasm")?;
        names.insert(stem, name);
    }
    let loader = divided.join(LOADER);
    let mut text = fs::read_to_string(&loader)?;
    for (stem, name) in &names {
        text = text.replace(&format!("\"./{stem}.wasm\""), &format!("\"./{name}\""));
    }
    fs::write(bound.join(LOADER), text)?;
    let main = bound.join("main.js");
    let text = trusting(&fs::read_to_string(&main)?)?;
    fs::write(&main, text)?;
    let script = files::bundle(tools, &bound.join("main.js"), &workshop().join("bundled.js"))?;
    let script = files::put(folder, STEM, &script, "js")?;
    Ok(Program { script, first })
}

/// The script that loads the parts, as it is written by whoever divides them.
const LOADER: &str = "__wasm_split.js";

/// The program as one, with all that is needed to divide it: who refers to whom, and the names.
fn compile(tools: &Tools) -> Result<PathBuf> {
    let mut cargo = shell::cargo();
    tools.for_wasm(&mut cargo)?;
    cargo.args(["rustc", "--profile", "wasm-release", "--target", "wasm32-unknown-unknown", "--features", "parts"]);
    cargo.args(["--package", PACKAGE, "--bin", PACKAGE, "--", "-Clink-args=--emit-relocs"]);
    // With what each function was made for in its name.
    cargo.arg("-Csymbol-mangling-version=v0");
    cargo.env("CARGO_PROFILE_WASM_RELEASE_STRIP", "none");
    shell::run(&mut cargo)?;
    Ok(shell::target().join("wasm32-unknown-unknown/wasm-release").join(format!("{PACKAGE}.wasm")))
}

const PACKAGE: &str = "escalation-path-builder";

/// Divides the program: `main.wasm`, the parts beside it, and the script that loads them.
fn divide(compiled: &Path) -> Result<PathBuf> {
    let folder = files::emptied(workshop().join("divided"))?;
    let program = fs::read(compiled).with_context(|| format!("cannot read {}", compiled.display()))?;
    let main = folder.join("main.wasm");
    let mut options = wasm_split_cli_support::Options::new(&program);
    options.output_dir = &folder;
    options.main_out_path = &main;
    wasm_split_cli_support::transform(options).map_err(|error| anyhow!("the program cannot be divided: {error:#}"))?;
    Ok(folder)
}

/// The parts with the names of their functions, as they were before they were shrunk, by their own names.
pub fn named() -> Result<Vec<(String, PathBuf)>> {
    let mut all = vec![("the first part".to_string(), workshop().join("bound/main_bg.wasm"))];
    for part in parts(&workshop().join("divided"))? {
        all.push((part.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(), part));
    }
    Ok(all)
}

/// The files of the parts but the first, in the order of their names.
fn parts(divided: &Path) -> Result<Vec<PathBuf>> {
    let mut parts = Vec::new();
    for entry in fs::read_dir(divided)? {
        let file = entry?.path();
        if file.extension().is_some_and(|ending| ending == "wasm")
            && file.file_stem().is_some_and(|stem| stem != "main")
        {
            parts.push(file);
        }
    }
    parts.sort();
    Ok(parts)
}

/// Writes the JavaScript around the first part. The others use what it exports, so nothing of that is taken away.
fn bind(tools: &Tools, divided: &Path) -> Result<PathBuf> {
    let folder = files::emptied(workshop().join("bound"))?;
    let mut bindgen = shell::command("wasm-bindgen");
    bindgen.arg(divided.join("main.wasm")).arg("--out-dir").arg(&folder).args(["--target", "web", "--no-typescript"]);
    bindgen.args(["--keep-lld-exports", "--omit-default-module-path", "--out-name", "main"]);
    files::run(tools, &mut bindgen)?;
    Ok(folder)
}

/// What a page that has Trusted Types asks for: a policy by which the program's own texts become elements, and the address
/// of its own worker a worker. None of them come from anybody else.
const POLICY: &str = "
const trusted = (() => {
    const same = { createHTML: (text) => text, createScriptURL: (address) => address };
    try {
        return globalThis.trustedTypes ? globalThis.trustedTypes.createPolicy('escalation-path', same) : same;
    } catch {
        return same;
    }
})();
";

/// The JavaScript around the program, in which what it makes of texts is named as trusted.
fn trusting(script: &str) -> Result<String> {
    let mut written = String::with_capacity(script.len() + POLICY.len());
    let mut marked = 0;
    for line in script.lines() {
        let html = line.split_once(".innerHTML = ").and_then(|(before, text)| {
            Some(format!("{before}.innerHTML = trusted.createHTML({});", text.strip_suffix(';')?))
        });
        let worker = || {
            let (before, after) = line.split_once("new Worker(getStringFromWasm0(arg0, arg1)")?;
            Some(format!("{before}new Worker(trusted.createScriptURL(getStringFromWasm0(arg0, arg1)){after}"))
        };
        let trusted = html.or_else(worker);
        marked += usize::from(trusted.is_some());
        written.push_str(trusted.as_deref().unwrap_or(line));
        written.push('\n');
    }
    ensure!(marked == 2, "the script around the program makes elements or workers in {marked} places, not in 2");
    written.push_str(POLICY);
    Ok(written)
}

/// A part without names and what nobody calls. More than that makes it smaller as it is, and larger as it is sent:
/// what is inlined repeats itself.
fn shrink(tools: &Tools, part: &Path) -> Result<Vec<u8>> {
    let small = workshop().join("small.wasm");
    let mut shrink = shell::command("wasm-opt");
    shrink.arg(part).arg("-o").arg(&small).arg("-O1").args(FEATURES);
    files::run(tools, &mut shrink)?;
    Ok(fs::read(small)?)
}
