//! `escalation entries`.

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use escalation_engine::Instant;
use escalation_engine::instant::WEEK;
use escalation_engine::schedule::{Override, ScheduleError, Shift, has_holidays, known_shifts, overridden};
use serde_json::json;

use crate::output::plain;
use crate::{Findings, Format, input, output};

#[derive(clap::Args)]
pub struct Options {
    /// The schedule, as the API returns it
    schedule: PathBuf,

    /// The overrides of the schedule, as the API lists them
    #[arg(long)]
    overrides: Option<PathBuf>,

    /// Start of the list
    #[arg(long, value_name = "INSTANT")]
    from: Instant,

    /// End of the list, exclusive [default: four weeks later]
    #[arg(long, value_name = "INSTANT")]
    until: Option<Instant>,

    /// List rotations as if public holidays changed nothing
    #[arg(long)]
    ignore_holidays: bool,
}

pub fn run(options: &Options, format: Format) -> Result<Findings> {
    let schedule = input::schedule(&options.schedule)?;
    let until = options.until.unwrap_or(options.from + 4 * WEEK);
    if until <= options.from {
        bail!("no time between {} and {until}", options.from);
    }
    let file = options.schedule.display();
    let fault = |error: &ScheduleError| anyhow!("{file}, schedule `{}`: {error}", schedule.name);
    if has_holidays(&schedule) && !options.ignore_holidays {
        let error = fault(&ScheduleError::Holidays);
        bail!("{error}; --ignore-holidays lists the rotations all the same");
    }
    let (shifts, unknown) = known_shifts(&schedule, options.from, until).map_err(|error| fault(&error))?;
    let (from, until) = (options.from, until);
    let overrides = match &options.overrides {
        Some(file) => input::overrides(file, &schedule)?,
        None => Vec::new(),
    };
    let overrides: Vec<_> = overrides.into_iter().filter(|one| one.start_at < until && from < one.end_at).collect();
    let scheduled = shifts;
    let shifts = overridden(&scheduled, &overrides);
    match format {
        Format::Json => {
            let entry = |shift: &Shift| {
                let (rota_id, user_id) = (&shift.rotation_id, &shift.user_id);
                json!({"rota_id": rota_id, "user_id": user_id, "start_at": shift.start_at, "end_at": shift.end_at})
            };
            let entries = |shifts: &[Shift]| shifts.iter().map(entry).collect::<Vec<_>>();
            let over = |one: &Override| {
                let (rota_id, user_id) = (&one.rotation_id, &one.user_id);
                json!({"rota_id": rota_id, "user_id": user_id, "start_at": one.start_at, "end_at": one.end_at})
            };
            let mut all = json!({
                "scheduled": entries(&scheduled),
                "overrides": overrides.iter().map(over).collect::<Vec<_>>(),
                "final": entries(&shifts),
            });
            if let (false, Some(fields)) = (unknown.is_empty(), all.as_object_mut()) {
                let unknown: Vec<_> = unknown.iter().map(ToString::to_string).collect();
                fields.insert("unknown".to_string(), json!(unknown));
            }
            output::json(&all)?;
        }
        Format::Text => {
            let mut table = Table::new();
            table.load_preset(NOTHING);
            for shift in &shifts {
                let (start, end) = (shift.start_at.to_string(), shift.end_at.to_string());
                table.add_row([&start, &end, &shift.rotation_id, &shift.user_id].map(|cell| plain(cell)));
            }
            if unknown.is_empty() || !shifts.is_empty() {
                output::text(&format!("{table}\n"))?;
            }
        }
    }
    // What is known was printed; it is not all.
    match unknown.as_slice() {
        [] => Ok(Findings::Nothing),
        errors => Err(anyhow!(errors.iter().map(|error| fault(error).to_string()).collect::<Vec<_>>().join("; "))),
    }
}
