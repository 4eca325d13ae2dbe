//! A server that is killed again and again while escalations run, or one of several that share a database: none is lost,
//! none doubled, and what is stored of each follows from what is recorded. `cargo xtask soak` is the long form of it.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crate::kills;

use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_and_nothing_doubled() {
    let plan = kills::Plan {
        count: 300,
        kills: 20,
        apart: Duration::from_millis(50),
        between: (400, 1_000),
        patience: Duration::from_secs(240),
    };
    // Shown where it fails.
    let outcome = kills::play(&plan, |said| println!("{said}")).await;
    println!("{outcome:?}");
    assert_eq!(outcome.ended.values().sum::<usize>(), plan.count);
    assert!(outcome.sent > 10 * outcome.dropped, "most are sent: {outcome:?}");
}
