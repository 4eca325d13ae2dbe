//! What takes the room in the program: for each of its parts, the modules with the most code.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use wasmparser::{KnownCustom, Name, Parser, Payload};

/// So many modules of a part are printed.
const MOST: usize = 15;

/// What begins the name of each crate of ours in the names of functions, and what it is called here.
const CRATES: [(&str, &str); 4] = [
    ("escalation_path_builder::", "app"),
    ("escalation_editor::", "editor"),
    ("escalation_engine::", "engine"),
    ("escalation_api::", "api"),
];

/// Prints the largest modules of a part that still has the names of its functions.
pub fn print(name: &str, part: &Path) -> Result<()> {
    let module = fs::read(part).with_context(|| format!("cannot read {}", part.display()))?;
    let rooms = rooms(&module)?;
    let whole: usize = rooms.values().sum();
    println!("\n{name}: {whole} bytes of code");
    let mut largest: Vec<_> = rooms.into_iter().collect();
    largest.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    for (room, size) in largest.iter().take(MOST) {
        println!("  {room:<40} {size:>9} {:>5.1} %", *size as f64 * 100.0 / whole.max(1) as f64);
    }
    Ok(())
}

/// How many bytes of code each module has.
fn rooms(module: &[u8]) -> Result<BTreeMap<String, usize>> {
    let (mut imported, mut sizes, mut names) = (0_u32, Vec::new(), BTreeMap::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imported += u32::from(matches!(import?.ty, wasmparser::TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => sizes.push(body.as_bytes().len()),
            Payload::CustomSection(section) => {
                let KnownCustom::Name(section) = section.as_known() else { continue };
                for part in section {
                    // The names of locals and the like, some of which no reader knows.
                    let Ok(Name::Function(functions)) = part else { continue };
                    for naming in functions {
                        let naming = naming?;
                        names.insert(naming.index, naming.name);
                    }
                }
            }
            _ => {}
        }
    }
    let mut rooms = BTreeMap::new();
    for (at, size) in (imported..).zip(sizes) {
        let name = names.get(&at).map_or_else(String::new, |name| format!("{:#}", rustc_demangle::demangle(name)));
        *rooms.entry(room(&without_hashes(&name))).or_insert(0) += size;
    }
    Ok(rooms)
}

/// A name without what tells one build of a crate from another: `core[c5930c85a12de822]::fmt`.
fn without_hashes(name: &str) -> String {
    let mut parts = name.split('[');
    let mut plain = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let is_hash = |text: &str| text.len() > 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match part.split_once(']') {
            Some((hash, rest)) if is_hash(hash) => plain.push_str(rest),
            _ => {
                plain.push('[');
                plain.push_str(part);
            }
        }
    }
    plain
}

/// The module that a function is for: its own, or that of the first type of ours that it was made for.
fn room(name: &str) -> String {
    let found = CRATES.iter().filter_map(|(path, label)| Some((name.find(path)?, *path, *label)));
    let Some((at, path, label)) = found.min() else {
        let name = name.trim_start_matches(['<', '&', '(', '[']);
        let library = name.strip_prefix("_ as ").unwrap_or(name).split("::").next().unwrap_or_default();
        return if library.is_empty() { "without a name".to_string() } else { format!("(library {library})") };
    };
    let module = name.get(at + path.len()..).unwrap_or_default();
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_';
    let first: String = module.chars().take_while(|sign| is_part(*sign)).collect();
    let rest = module.get(first.len()..).unwrap_or_default();
    let second: String = rest
        .strip_prefix("::")
        .map(|rest| rest.chars().take_while(|sign| is_part(*sign)).collect())
        .unwrap_or_default();
    // A module is written small, a type of it is not.
    let is_module = |word: &str| word.starts_with(|sign: char| sign.is_lowercase());
    if is_module(&second) && label == "app" {
        format!("{label}: {first}::{second}")
    } else {
        format!("{label}: {first}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generic_counts_for_what_it_is_made_for() {
        assert_eq!(room("<escalation_path_builder::canvas::card::Card as core::fmt::Debug>::fmt"), "app: canvas::card");
        assert_eq!(room("core::ptr::drop_in_place::<escalation_engine::world::World>"), "engine: world");
        assert_eq!(room("alloc::vec::Vec<u8>::push"), "(library alloc)");
        assert_eq!(room("<_ as tachys::view::Render>::build"), "(library tachys)");
        assert_eq!(room(""), "without a name");
        assert_eq!(without_hashes("<core[c5930c85a12de822]::fmt as [u8]>"), "<core::fmt as [u8]>");
    }
}
