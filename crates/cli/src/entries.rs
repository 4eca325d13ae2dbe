//! `escalation entries`.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use escalation_engine::Instant;
use escalation_engine::instant::WEEK;
use escalation_engine::schedule::shifts;
use serde_json::json;

use crate::{Format, Found, input};

#[derive(clap::Args)]
pub struct Options {
    /// The schedule, as the API returns it
    schedule: PathBuf,

    /// From when
    #[arg(long, value_name = "INSTANT")]
    from: Instant,

    /// Until when; absent: four weeks later
    #[arg(long, value_name = "INSTANT")]
    until: Option<Instant>,
}

pub fn run(options: &Options, format: Format) -> Result<Found> {
    let schedule = input::schedule(&options.schedule)?;
    let until = options.until.unwrap_or(options.from + 4 * WEEK);
    let shifts = shifts(&schedule, options.from, until)
        .map_err(|error| anyhow!("the rotations of `{}` have no meaning: {error:?}", schedule.name))?;
    match format {
        Format::Json => {
            let entry = |shift: &escalation_engine::schedule::Shift| json!({"rota_id": shift.rotation_id, "user_id": shift.user_id, "start_at": shift.start_at, "end_at": shift.end_at});
            println!("{}", serde_json::to_string_pretty(&shifts.iter().map(entry).collect::<Vec<_>>())?);
        }
        Format::Text => {
            let mut table = Table::new();
            table.load_preset(NOTHING);
            for shift in &shifts {
                table.add_row([
                    &shift.start_at.to_string(),
                    &shift.end_at.to_string(),
                    &shift.rotation_id,
                    &shift.user_id,
                ]);
            }
            println!("{table}");
        }
    }
    Ok(Found::Nothing)
}
