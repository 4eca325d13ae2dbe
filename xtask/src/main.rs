//! The project's chores. `cargo xtask help` lists them.

#![allow(unreachable_pub, reason = "nothing outside a program reaches in")]

mod app;
mod arrows;
mod bench;
mod bench_server;
mod browser;
mod dist;
mod fuzz;
mod packaging;
mod pictures;
mod postgres;
mod rooms;
mod run;
mod setup;
mod shell;
mod soak;
mod test;
mod words;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  setup [--all]   install what is missing to build and run (--all: and to test)
  run [OPTIONS]   build the app and the server, start the server, print the address
      --port N        port to listen on (8787)
      --data DIR      folder of the database (data)
      --empty         start a new database without the demo organisation
      every other option goes to the server as it is: `cargo xtask run -- --help`
  app             build the app alone, into dist
  test [PART..]   run everything, or only: fmt words rooms deny packaging clippy native postgres wasm sdk schema browser
  bench           sizes of the app and of what is in its parts, speed of the engine, of the interface and of the server
  bench app       the sizes alone
  bench server    the server alone, beside a mock of the vendor's API, and how it grows
      --quick         built as for the tests: there minutes sooner, and slower
  fuzz TARGET [SECONDS]  libFuzzer against what reads bytes: api path world scenario import draft text
  soak            5,000 escalations while servers and their database are killed (10 min); writes docs/soak.md
  dist            one archive: the server with the app inside, with checksums, SBOMs and licences, in target/dist
  dist papers     the SBOMs and licences alone
  pictures        screenshots of every state of the interface, to docs/pictures
";

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let command = args.next().and_then(|c| c.into_string().ok());
    let rest: Vec<_> = args.collect();
    let done = match command.as_deref() {
        Some("setup") => setup::command(rest),
        Some("run") => run::command(rest),
        Some("app") => app::command(rest),
        Some("test") => test::command(rest),
        Some("bench") => bench::command(rest),
        Some("fuzz") => fuzz::command(rest),
        Some("soak") => soak::command(rest),
        Some("dist") => dist::command(rest),
        Some("pictures") => pictures::command(rest),
        Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            Ok(())
        }
        Some(other) => Err(anyhow::anyhow!("there is no command `{other}`\n\n{HELP}")),
        None => Err(anyhow::anyhow!("a command is missing\n\n{HELP}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
