//! A scenario as a case of the corpus: the files that `tests/corpus` takes, with which the engine is held to what it
//! does now.

use std::collections::BTreeSet;

use escalation_api::{Json as _, PathPayload, Value};
use escalation_engine::{Index, Scenario, World, simulate};
use serde_json::json;

use crate::needed::needed;
use crate::scenarios::without_path;

/// The files of a case, by their place below `tests/corpus`: the case itself, the world that it is played in, and the
/// trace to the byte. `name` is that of the files, `about` is for readers, `id` is the path's and may be empty.
///
/// # Errors
/// Why the scenario cannot be played, in words.
pub fn case(
    name: &str,
    about: &str,
    (id, path): (&str, &PathPayload),
    world: &World,
    scenario: &Scenario,
) -> Result<Vec<(String, String)>, String> {
    let world = needed(path, world);
    let mut given = path.write();
    if let (false, Some(fields)) = (id.is_empty(), given.as_object_mut()) {
        fields.shift_insert(0, "id".to_string(), Value::from(id));
    }
    let scenario = Scenario { path: Some(given), ..without_path(scenario) };
    let index = Index::new(world);
    let trace = simulate(&index, &scenario).map_err(|error| error.to_string())?;
    // R9 comes before R10.
    let rules: BTreeSet<(usize, &str)> = trace.steps.iter().map(|step| (step.rule.len(), step.rule.as_str())).collect();
    let rules: Vec<&str> = rules.into_iter().map(|(_, rule)| rule).collect();
    let case = json!({
        "about": about,
        "rules": rules,
        "world": name,
        "scenario": serde_json::to_value(&scenario).unwrap_or_default(),
        "story": trace.story(),
    });
    let world = serde_json::to_value(index.world()).unwrap_or_default();
    let trace = serde_json::to_value(&trace).unwrap_or_default();
    Ok(vec![
        (format!("cases/{name}.json"), format!("{case:#}\n")),
        (format!("worlds/{name}.json"), format!("{world:#}\n")),
        (format!("traces/{name}.json"), format!("{trace:#}\n")),
    ])
}

/// The size of a block of an archive, in bytes.
const BLOCK: usize = 512;

/// Files as one archive that `tar` unpacks. It is text, if the files are: numbers in it are written with digits.
#[must_use]
pub fn archive(files: &[(String, String)]) -> String {
    let mut text = String::new();
    for (name, content) in files {
        text.push_str(&header(name, content.len()));
        text.push_str(content);
        pad(&mut text, content.len());
    }
    // Two empty blocks are the end.
    text.extend(std::iter::repeat_n('\0', 2 * BLOCK));
    text
}

fn pad(text: &mut String, length: usize) {
    text.extend(std::iter::repeat_n('\0', length.next_multiple_of(BLOCK) - length));
}

/// The block before a file, in the format of POSIX (ustar). Nothing in it is of this machine: no owner, no time.
fn header(name: &str, size: usize) -> String {
    // Each field with its width: name, mode, owner, group, size, time.
    let before = [(name.to_string(), 100), ("0000644".to_string(), 8), ("0000000".to_string(), 8)];
    let numbers = [("0000000".to_string(), 8), (format!("{size:011o}"), 12), (format!("{:011o}", 0), 12)];
    let field = |(text, width): (String, usize)| {
        let text: String = text.chars().take(width).collect();
        let rest = width.saturating_sub(text.len());
        text + &"\0".repeat(rest)
    };
    let before: String = before.into_iter().chain(numbers).map(field).collect();
    let after: String = [("0", 1), ("", 100), ("ustar", 6), ("00", 2), ("", BLOCK - 265)]
        .into_iter()
        .map(|(text, width)| field((text.to_string(), width)))
        .collect();
    // The sum is taken with spaces in its own place.
    let sum: u32 = before.bytes().chain(after.bytes()).map(u32::from).sum::<u32>() + 8 * u32::from(b' ');
    format!("{before}{sum:06o}\0 {after}")
}
