//! Each target with the examples of the project, and with many that were made from them by chance, the same each time.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

use escalation_fuzz::{MAX_INPUT, TARGETS, run};
use serde_json::Value;

/// How many are made for each target.
const COUNT: usize = 20_000;
/// What is put in, besides pieces of other examples.
const PIECES: [&str; 18] = [
    "null",
    "true",
    "{}",
    "[]",
    "\"\"",
    "-1",
    "0",
    "1e999",
    "9223372036854775808",
    "1.5",
    "\\u0000",
    "\u{202e}",
    "{",
    "]",
    "\"2026-03-29T02:30:00+02:00\"",
    "\"if_else\"",
    "\"Factory\"",
    ",",
];

/// A generator of numbers that are as good as chance here: splitmix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((number ^ (number >> 31)) % limit.max(1) as u64).unwrap()
    }
}

fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, all);
        } else if path.extension().is_some_and(|ending| ending == "json") {
            all.push(path);
        }
    }
}

/// Each object in each file, so that there is something for every target to read.
fn seeds() -> Vec<String> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut all = Vec::new();
    for folder in ["tests/contract/examples", "tests/corpus", "docs/examples"] {
        files(&project.join(folder), &mut all);
    }
    all.sort();
    let mut seeds = Vec::new();
    fn objects(value: &Value, depth: usize, seeds: &mut Vec<String>) {
        let inner: Vec<&Value> = match value {
            Value::Object(fields) => fields.values().collect(),
            Value::Array(items) => items.iter().collect(),
            _ => return,
        };
        let text = value.to_string();
        if (20..MAX_INPUT).contains(&text.len()) {
            seeds.push(text);
        }
        if depth > 0 {
            inner.into_iter().for_each(|value| objects(value, depth - 1, seeds));
        }
    }
    for file in all {
        objects(&serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap(), 3, &mut seeds);
    }
    seeds.sort();
    seeds.dedup();
    // Some of each length.
    seeds.sort_by_key(String::len);
    let step = (seeds.len() / 400).max(1);
    let short = [
        "1h 30m",
        "1,5h",
        "W/\"7-gzip\"",
        "120",
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Europe/London",
        "2026-03-28T03:10:00Z",
    ];
    seeds.into_iter().step_by(step).chain(short.map(str::to_string)).collect()
}

/// Cuts, repeats, replaces or puts in, a few times.
fn mutated(seeds: &[String], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seeds[chance.below(seeds.len())].clone().into_bytes();
    for _ in 0..=chance.below(4) {
        let (from, length) = (chance.below(bytes.len() + 1), chance.below(24));
        let until = (from + length).min(bytes.len());
        match chance.below(6) {
            0 => drop(bytes.drain(from..until)),
            1 => {
                let piece = bytes[from..until].to_vec();
                bytes.splice(from..from, piece);
            }
            2 => drop(bytes.splice(from..until, PIECES[chance.below(PIECES.len())].bytes())),
            3 => {
                let other = seeds[chance.below(seeds.len())].as_bytes();
                let at = chance.below(other.len());
                let piece = &other[at..(at + length).min(other.len())];
                bytes.splice(from..from, piece.iter().copied());
            }
            4 if from < bytes.len() => bytes[from] = u8::try_from(chance.below(128)).unwrap(),
            // A value of JSON for another: what still has its form goes further in.
            _ => {
                let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) else { continue };
                replace_one(&mut value, chance);
                bytes = value.to_string().into_bytes();
            }
        }
    }
    bytes
}

fn replace_one(value: &mut Value, chance: &mut Chance) {
    let inner = match value {
        Value::Object(fields) if !fields.is_empty() => {
            let at = chance.below(fields.len());
            fields.values_mut().nth(at)
        }
        Value::Array(items) if !items.is_empty() => {
            let at = chance.below(items.len());
            items.get_mut(at)
        }
        _ => None,
    };
    match inner {
        Some(inner) if chance.below(4) > 0 => replace_one(inner, chance),
        _ => *value = serde_json::from_str(PIECES[chance.below(11)]).unwrap_or(Value::Null),
    }
}

/// Requests to a server, whose name stands for where it is.
const REQUESTS: [&str; 9] = [
    "GET /v2/escalation_paths?page_size=3&after=01J0 HTTP/1.1\r\nhost: HOST\r\naccept-encoding: gzip",
    "GET /v2/escalations?status[one_of]=triggered&created_at%5Bdate_range%5D=2026-01-01~2026-02-01 HTTP/1.1\r\nhost: HOST",
    "GET /v2/schedule_entries?schedule_id=01J0SCHEDPRIMARY0000000000&entry_window_start=2026-03-24T00:00:00Z&entry_window_end=2026-04-24T00:00:00Z HTTP/1.1\r\nhost: HOST",
    "GET /builder/v1/audit?actor=x&from=2026-01-01T00:00:00Z&page_size=2 HTTP/1.1\r\nhost: HOST\r\ncookie: epb_session=eps_x; a=b",
    "POST /v2/escalations HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer epb_x\r\nx-incident-user: 1\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
    "PUT /v2/escalation_paths/01J0PATHMOBILE000000000000 HTTP/1.1\r\nhost: HOST\r\nif-match: W/\"7-gzip\", \"8\"\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0",
    "GET /builder/v1/escalations/01J0/stream HTTP/1.1\r\nhost: HOST\r\nlast-event-id: 12\r\nx-forwarded-for: 1.2.3.4, ::1",
    "GET /respond?t=abc.def HTTP/1.1\r\nhost: HOST",
    "GET /index.html HTTP/1.1\r\nhost: HOST\r\nif-none-match: \"a\"\r\nrange: bytes=0-5",
];

#[test]
fn nothing_panics_whatever_is_read() {
    let documents = seeds();
    assert!(documents.len() > 200, "{}", documents.len());
    // As many requests as documents.
    let requests = REQUESTS.iter().cycle().take(documents.len()).map(ToString::to_string);
    let both: Vec<_> = documents.iter().cloned().chain(requests).collect();
    for (number, target) in (1..).zip(&TARGETS) {
        let is_server = target.name == "server";
        let seeds = if is_server { &both } else { &documents };
        for seed in seeds {
            run(target, seed.as_bytes());
        }
        let mut chance = Chance(number);
        for _ in 0..COUNT {
            let bytes = mutated(seeds, &mut chance);
            let caught = std::panic::catch_unwind(|| run(target, &bytes));
            assert!(caught.is_ok(), "{}: {}", target.name, String::from_utf8_lossy(&bytes));
        }
    }
}
