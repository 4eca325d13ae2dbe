//! The corpus: world + scenario, what must happen in a few words, and the whole trace to the byte.

use std::collections::BTreeMap;

use escalation_engine::{Index, Scenario, World, simulate};
use serde::Deserialize;
use serde_json::Value;

/// One case.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// What it shows, for readers of the file.
    #[serde(rename = "about")]
    _about: String,
    /// The rules that it is about.
    #[cfg_attr(target_arch = "wasm32", expect(dead_code, reason = "whether every rule has a case is asked natively"))]
    pub(crate) rules: Vec<String>,
    /// The name of its world.
    world: String,
    scenario: Value,
    /// What must happen, written by hand: every step but `entered` and `waiting`.
    story: Vec<String>,
}

/// Plays a case. Gives the trace as it is to be stored, or says what is wrong.
pub(crate) fn play(case: &str, worlds: &BTreeMap<String, String>) -> Result<(Case, String), String> {
    let case: Case = serde_json::from_str(case).map_err(|e| format!("the case cannot be read: {e}"))?;
    let world = worlds.get(&case.world).ok_or_else(|| format!("there is no world `{}`", case.world))?;
    let world = World::from_text(world).map_err(|e| format!("world `{}`: {e}", case.world))?;
    let scenario = Scenario::from_text(&case.scenario.to_string()).map_err(|e| format!("scenario: {e}"))?;
    let trace = simulate(&Index::new(world), &scenario).map_err(|e| format!("simulate: {e}"))?;

    if !trace.steps.is_sorted_by_key(|step| step.at) {
        return Err("time runs backwards".to_string());
    }
    let told = trace.story();
    if told != case.story {
        return Err(format!("it must happen:\n  {}\nbut it is:\n  {}", case.story.join("\n  "), told.join("\n  ")));
    }
    let text = serde_json::to_string_pretty(&trace).map_err(|e| e.to_string())? + "\n";
    Ok((case, text))
}
