//! The target that `FUZZ_TARGET` names.

#![no_main]

use std::sync::LazyLock;

use escalation_fuzz::{TARGETS, Target, run};

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let found = TARGETS.iter().find(|target| target.name == name);
    *found.unwrap_or_else(|| panic!("FUZZ_TARGET must be one of {}", TARGETS.map(|target| target.name).join(", ")))
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| run(&TARGET, bytes));
