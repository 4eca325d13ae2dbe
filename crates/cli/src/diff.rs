//! `escalation diff`.

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use escalation_api::Value;
use escalation_engine::diff::{Behaviour, Difference, Location, behaviour, structure};
use escalation_engine::prove::Horizon;
use escalation_engine::{CompiledPath, Index, Instant, Scenario};
use serde_json::json;

use crate::output::plain;
use crate::{Findings, Format, input, output};

#[derive(clap::Args)]
pub struct Options {
    /// Path before the change
    before: PathBuf,

    /// Path after the change
    after: PathBuf,

    /// World that both refer to [default: the world of a bundle]
    #[arg(long)]
    world: Option<PathBuf>,

    /// First alert time [default: now, or where the known entries begin]
    #[arg(long, value_name = "INSTANT")]
    from: Option<Instant>,

    /// End of alert times, exclusive [default: where the known entries end, at most a year later]
    #[arg(long, value_name = "INSTANT")]
    until: Option<Instant>,
}

pub fn run(options: &Options, format: Format) -> Result<Findings> {
    let (mut before, mut after) = (input::path(&options.before)?, input::path(&options.after)?);
    let with_world = if after.world.is_some() { &mut after } else { &mut before };
    if options.world.is_none() && with_world.world.is_none() {
        bail!("no world given: use --world, or a bundle that has one");
    }
    let index = input::world_of(options.world.as_deref(), with_world)?;
    let (from, until) = input::horizon(options.from, options.until, &index)?;
    let differences = structure(&before.path, &after.path);
    let [old, new] = [&before, &after].map(|path| CompiledPath::new(&path.id, &path.path, &index));
    let horizon = Horizon { from, until, scenario: Scenario::default() };
    let people = behaviour(&old, &new, &index, &horizon).map_err(|error| anyhow!("can't compare: {error}"))?;
    match format {
        Format::Json => {
            let mut both = json!({"from": from, "until": until, "structure": differences, "behaviour": people});
            let assumed = index.world().assumed();
            if let (false, Some(fields)) = (assumed.is_empty(), both.as_object_mut()) {
                fields.insert("assumed".to_string(), json!(assumed));
            }
            output::json(&both)?;
        }
        Format::Text => output::text(&text(&differences, &people, &index, (from, until)))?,
    }
    let nothing = differences.is_empty() && people.changes.is_empty() && people.is_complete;
    Ok(if nothing { Findings::Nothing } else { Findings::Something })
}

fn text(differences: &[Difference], people: &Behaviour, index: &Index, (from, until): (Instant, Instant)) -> String {
    let mut lines: Vec<String> = differences.iter().map(|difference| plain(&line(difference))).collect();
    if lines.is_empty() {
        lines.push("no differences".to_string());
    }
    lines.push(String::new());
    for change in &people.changes {
        lines.push(plain(&change.sentence(index)));
    }
    let over = format!("from {from} until {until}");
    lines.push(match (people.changes.is_empty(), people.is_complete) {
        (true, true) => {
            format!("no change in who is paged {over}, if nobody responds")
        }
        (true, false) => format!("no known change, but some data is unknown {over}"),
        (false, true) => {
            format!("all other alerts page as before {over}, if nobody responds")
        }
        (false, false) => format!("other changes are unknown for some times {over}"),
    });
    lines.extend(index.world().assumed().iter().map(|one| format!("assumed: {one}")));
    lines.join("\n") + "\n"
}

fn line(difference: &Difference) -> String {
    let place = |at: &Location| match &at.within {
        Some((branch, side)) => format!("{} of {side} of `{branch}`", at.position + 1),
        None => format!("{} of the path", at.position + 1),
    };
    let value = |value: &Option<Value>| value.as_ref().map_or("nothing".to_string(), ToString::to_string);
    match difference {
        Difference::Added { node_id, to } => format!("+ `{node_id}`, number {}", place(to)),
        Difference::Removed { node_id, from } => format!("- `{node_id}`, number {}", place(from)),
        Difference::Moved { node_id, from, to } => {
            format!("> `{node_id}`, from number {} to number {}", place(from), place(to))
        }
        Difference::Changed { node_id, field, before, after } => {
            let of = node_id.as_ref().map_or("the path".to_string(), |id| format!("`{id}`"));
            format!("~ {of}: {field} was {}, is {}", value(before), value(after))
        }
    }
}
