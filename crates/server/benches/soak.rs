//! 5,000 escalations, of which some are answered and some cancelled, while one of three servers with one database is killed
//! fifty times. What must hold is what `tests/crash.rs` asks for; `cargo xtask soak` runs it on a PostgreSQL that is killed
//! meanwhile, too, and keeps what is said at the end.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs, reason = "a test, only long")]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "../tests/kills/mod.rs"]
mod kills;
#[path = "../tests/replay_of/mod.rs"]
mod replay_of;

use std::time::Duration;

/// Where the result is kept, if it is.
const RESULT: &str = "ESCALATION_SOAK_RESULT";

fn main() {
    let plan = kills::Plan {
        count: 5_000,
        kills: 50,
        apart: Duration::from_millis(45),
        between: (2_000, 5_000),
        patience: Duration::from_secs(1_800),
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let outcome = runtime.block_on(kills::play(&plan, |said| println!("{said}")));
    let ended: Vec<_> = outcome.ended.iter().map(|(status, count)| format!("{count} {status}")).collect();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let database = if common::database::is_shared() { "PostgreSQL, which was killed twice itself" } else { "SQLite" };
    let text = format!(
        "# The last soak\n\n\
         `cargo xtask soak`: what `crates/server/tests/crash.rs` asks for, in its long form. Written by it.\n\n\
         | | |\n|---|---|\n\
         | when | {} |\n\
         | on | {processors} processors, {} servers with one database: {database} |\n\
         | seed | {} |\n\
         | escalations | {} |\n\
         | servers killed | {} times, with SIGKILL |\n\
         | lost, or begun twice | 0 |\n\
         | steps, each equal to what follows from the recorded inputs | {} |\n\
         | pages sent | {}, of which {} were sent again after a kill, with the same id |\n\
         | pages dropped, because somebody had answered or cancelled by then | {} |\n\
         | the latest timer | {} s late |\n\
         | until nothing ran any more | {} s |\n\
         | with the check of all that was stored | {} s |\n",
        chrono::Utc::now().format("%Y-%m-%d"),
        outcome.servers,
        outcome.seed,
        ended.join(", "),
        plan.kills,
        outcome.steps,
        outcome.sent,
        outcome.sent_again,
        outcome.dropped,
        outcome.latest,
        outcome.ran.as_secs(),
        outcome.took.as_secs(),
    );
    println!("\n{text}");
    if let Some(file) = std::env::var_os(RESULT) {
        std::fs::write(file, text).unwrap();
    }
}
