//! `escalation`: checks and simulates escalation paths in a terminal or in CI.
//!
//! It prints text, or JSON with `--format json`. It exits with 0 when no problems are found, with 1 when there are
//! some, and with 2 when the input is unusable.

#![allow(unreachable_pub, reason = "nothing outside a program reaches in")]

mod check;
mod diff;
mod entries;
mod input;
mod output;
mod prove;
mod simulate;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

/// Checks and simulates escalation paths: who is paged, when and why
#[derive(Parser)]
#[command(name = "escalation", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Output format
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const EXAMPLES: &str = "\
Files are JSON; `-` reads standard input. A path is given as the API returns it, as it is sent, or as the whole answer
that has it. A world is what the path refers to: people, schedules with their entries, priorities, other paths.

Examples:
  escalation check path.json --world world.json
  escalation simulate --world world.json --scenario scenario.json
  escalation simulate --world world.json --path path.json --priority p1 --at 2026-03-28T03:10:00Z
  escalation prove path.json --world world.json --expectations expectations.json
  escalation prove bundle.json
  escalation diff main.json branch.json --world world.json
  escalation entries schedule.json --from 2026-03-23T00:00:00Z

Exit status: 0 no problems found, 1 problems found, 2 unusable input.";

#[derive(Subcommand)]
enum Command {
    /// Check a path for errors and warnings
    Check(check::Options),
    /// Simulate an alert: who is paged, when and why
    Simulate(simulate::Options),
    /// Prove expectations for every alert time
    Prove(prove::Options),
    /// Compare two paths: changed steps, and paging impact for every alert time
    Diff(diff::Options),
    /// List who is on call when, by the rotations of a schedule
    Entries(entries::Options),
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for people.
    Text,
    /// One JSON document.
    Json,
}

/// Whether there is something to say against a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Findings {
    /// No.
    Nothing,
    /// Yes.
    Something,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(said) => {
            output::usage(&said);
            // 0 for help and the version, 2 for what cannot be used.
            return ExitCode::from(u8::try_from(said.exit_code()).unwrap_or(2));
        }
    };
    let done = match cli.command {
        Command::Check(options) => check::run(&options, cli.format),
        Command::Simulate(options) => simulate::run(&options, cli.format),
        Command::Prove(options) => prove::run(&options, cli.format),
        Command::Diff(options) => diff::run(&options, cli.format),
        Command::Entries(options) => entries::run(&options, cli.format),
    };
    match done {
        Ok(Findings::Nothing) => ExitCode::SUCCESS,
        Ok(Findings::Something) => ExitCode::from(1),
        Err(error) => {
            output::error(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}
