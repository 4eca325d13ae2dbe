//! `escalation check`.

use std::path::PathBuf;

use anyhow::Result;
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use escalation_engine::{Severity, check};

use crate::output::plain;
use crate::{Findings, Format, input, output};

#[derive(clap::Args)]
pub struct Options {
    /// The path, or a bundle
    path: PathBuf,

    /// World the path refers to; without one, only structure is checked
    #[arg(long)]
    world: Option<PathBuf>,
}

pub fn run(options: &Options, format: Format) -> Result<Findings> {
    let mut path = input::path(&options.path)?;
    let knows_world = options.world.is_some() || path.world.is_some();
    let index = input::world_of(options.world.as_deref(), &mut path)?;
    let mut problems = check(&path.id, &path.path, &index);
    if !knows_world {
        // Without a world, everything that is referred to is unknown, which says nothing.
        problems.retain(|problem| problem.code != check::Code::UnknownReference);
    }
    match format {
        Format::Json => output::json(&problems)?,
        Format::Text if problems.is_empty() => {
            output::text(&format!("`{}`: no problems found\n", plain(&path.path.name)))?
        }
        Format::Text => {
            let mut table = Table::new();
            table.load_preset(NOTHING);
            for problem in &problems {
                let severity = match problem.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                    Severity::Info => "info",
                };
                let fix = problem.fix.as_ref().map_or(String::new(), |fix| format!(" Fix: {}.", fix.title));
                let hint = format!("{}{fix}", problem.hint);
                table.add_row([problem.code.as_str(), severity, &problem.pointer, &problem.text(), &hint].map(plain));
            }
            output::text(&format!("{table}\n"))?;
        }
    }
    let against = problems.iter().any(|problem| problem.severity != Severity::Info);
    Ok(if against { Findings::Something } else { Findings::Nothing })
}
