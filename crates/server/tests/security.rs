//! The threat model names tests: each of them is there.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::path::Path;

#[test]
fn each_claim_of_the_threat_model_has_its_tests() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let document = fs::read_to_string(project.join("docs/security.md")).unwrap();
    let claims = document.split("\n## Claims\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows: Vec<_> = claims.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| claim ")).collect();
    assert!(rows.len() > 25, "{}", rows.len());
    for row in rows {
        let tests = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        for name in tests.split(", ").map(|name| name.trim_matches('`')) {
            let there = match name.split_once("::") {
                Some((file, test)) => {
                    let source = fs::read_to_string(project.join(format!("crates/server/tests/{file}.rs")));
                    source.is_ok_and(|source| source.contains(&format!("fn {test}()")))
                }
                None if name.starts_with("tests/") => project.join(name).is_dir(),
                None => name.ends_with(".spec.js") && project.join("tests/browser").join(name).exists(),
            };
            assert!(there, "`{name}` is no test: {row}");
        }
    }
}
