//! `escalation simulate`.

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use escalation_engine::machine::Outcome;
use escalation_engine::words::duration;
use escalation_engine::{Index, Instant, Scenario, Trace, simulate};

use crate::input::NamedPath;
use crate::output::plain;
use crate::{Findings, Format, input, output};

#[derive(clap::Args)]
pub struct Options {
    /// World the path refers to
    #[arg(long)]
    world: Option<PathBuf>,

    /// Scenario: the alert, responses, and the path unless --path gives it; or a corpus case
    #[arg(long, required_unless_present = "at")]
    scenario: Option<PathBuf>,

    /// Path that replaces the scenario's; or a bundle, with its world
    #[arg(long)]
    path: Option<PathBuf>,

    /// Priority id of the alert; replaces the scenario's
    #[arg(long, value_name = "ID")]
    priority: Option<String>,

    /// When the alert fires (2026-03-28T03:10:00Z); replaces the scenario's
    #[arg(long, value_name = "INSTANT")]
    at: Option<Instant>,
}

pub fn run(options: &Options, format: Format) -> Result<Findings> {
    let mut path = options.path.as_deref().map(input::path).transpose()?;
    let index = match &mut path {
        Some(path) => input::world_of(options.world.as_deref(), path)?,
        None => input::world(options.world.as_deref())?,
    };
    let scenario = scenario(options, path.as_ref())?;
    let named = options
        .scenario
        .as_ref()
        .or(options.path.as_ref())
        .map_or(String::new(), |file| format!("{}: ", file.display()));
    let priorities = &index.world().priorities;
    // Where the list of priorities is not complete, there may be one with any id.
    if let Some(id) = scenario.priority_id.as_ref().filter(|_| index.world().knows_all_priorities())
        && priorities.iter().all(|priority| priority.id != *id)
    {
        let known: Vec<_> = priorities.iter().map(|priority| priority.id.as_str()).collect();
        bail!("{named}priority_id: the world has no priority `{id}`; it has {}", known.join(", "));
    }
    let trace = simulate(&index, &scenario).map_err(|error| anyhow!("{named}{error}"))?;
    match format {
        Format::Json => output::json(&trace)?,
        Format::Text => output::text(&(table(&trace, &index) + "\n"))?,
    }
    // A run that ends in any of these says nothing about who would be paged after it.
    let followed = matches!(trace.outcome, Outcome::Acked | Outcome::Expired | Outcome::Cancelled | Outcome::Resolved);
    Ok(if followed { Findings::Nothing } else { Findings::Something })
}

fn scenario(options: &Options, path: Option<&NamedPath>) -> Result<Scenario> {
    let mut scenario = match &options.scenario {
        Some(file) => input::scenario(file)?,
        None => Scenario::default(),
    };
    if let Some(at) = options.at {
        scenario.fired_at = at;
    }
    if let Some(priority) = &options.priority {
        scenario.priority_id = Some(priority.clone());
    }
    if let Some(path) = path {
        (scenario.path, scenario.path_id) = (Some(path.inline()), None);
    }
    if scenario.path.is_none() && scenario.path_id.is_none() && scenario.user_ids.is_empty() {
        bail!("no path given: use --path, or set `path_id` in the scenario");
    }
    Ok(scenario)
}

fn table(trace: &Trace, index: &Index) -> String {
    let mut table = Table::new();
    table.load_preset(NOTHING);
    for step in &trace.steps {
        let who = match (&step.user_id, &step.channel_id) {
            (Some(user), _) => index.user_name(user),
            (None, Some(channel)) => index.channel_name(channel),
            (None, None) => "",
        };
        let name = serde_json::to_value(step.step).ok();
        let name = name.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
        let (at, after) = (step.at.to_string(), format!("T+{}", duration(step.after_seconds)));
        let node = step.node_id.as_deref().unwrap_or_default();
        table.add_row([&at, &after, node, name, who, &step.why, &step.rule].map(plain));
    }
    let assumed: String = trace.assumed.iter().map(|one| format!("\nassumed: {}", plain(one))).collect();
    format!("{table}\n\n{} at {}{assumed}", trace.outcome.as_str(), trace.ended_at)
}
