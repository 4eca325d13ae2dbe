//! The corpus: world + scenario, what must happen in a few words, and the whole trace to the byte.

use std::collections::BTreeMap;

use escalation_engine::trace::{StepName, TraceStep};
use escalation_engine::words::duration;
use escalation_engine::{Index, Instant, Scenario, Trace, World, simulate};
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
    let told = story(&trace, scenario.fired_at);
    if told != case.story {
        return Err(format!("it must happen:\n  {}\nbut it is:\n  {}", case.story.join("\n  "), told.join("\n  ")));
    }
    let text = serde_json::to_string_pretty(&trace).map_err(|e| e.to_string())? + "\n";
    Ok((case, text))
}

/// A trace in a few words a step: `+5m paged l1 maya high`.
fn story(trace: &Trace, fired_at: Instant) -> Vec<String> {
    let quiet = |step: &&TraceStep| !matches!(step.step, StepName::Entered | StepName::Waiting);
    let mut lines: Vec<String> = trace.steps.iter().filter(quiet).map(|step| line(step, fired_at)).collect();
    lines.push(format!("= {}", word(&trace.outcome)));
    lines
}

fn line(step: &TraceStep, fired_at: Instant) -> String {
    let mut words = vec![format!("+{}", duration(step.after_seconds)), word(&step.step)];
    words.push(step.node_id.clone().unwrap_or_else(|| "-".to_string()));
    words.extend(step.user_id.clone());
    words.extend(step.channel_id.clone());
    words.extend(step.branch.map(|branch| word(&branch)));
    words.extend(step.urgency.clone());
    words.extend(step.attempt.filter(|attempt| *attempt > 1).map(|attempt| format!("#{attempt}")));
    words.extend(step.to_node.iter().chain(&step.to_path).map(|to| format!("to {to}")));
    words.extend(step.until.map(|until| format!("until +{}", duration(until - fired_at))));
    if step.step == StepName::Stopped {
        words.extend(step.outcome.map(|outcome| word(&outcome)));
    }
    words.join(" ")
}

fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
}
