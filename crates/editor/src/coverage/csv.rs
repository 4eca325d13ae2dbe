//! Coverage as a table for other programs.

use escalation_engine::Index;

use super::{RANKS, Row, words};
use crate::sheet::csv_field;

/// All stretches as comma-separated values (RFC 4180): the priorities, from when until when alerts fire (UTC), and for
/// each rank who is paged and after how many seconds, the least and the most.
#[must_use]
pub fn csv(rows: &[Row], index: &Index) -> String {
    let mut text = "priorities,from,until".to_string();
    for rank in ["first", "second", "third"] {
        text.push_str(&format!(",{rank},{rank}_after_seconds_least,{rank}_after_seconds_most"));
    }
    text.push_str("\r\n");
    for row in rows {
        let names: Vec<&str> = row.priorities.iter().map(|id| index.priority_name(id)).collect();
        for stretch in &row.stretches {
            let mut fields = vec![names.join("; "), stretch.from.to_string(), stretch.until.to_string()];
            for rank in 0..RANKS {
                let band = stretch.by_rank(rank);
                fields.push(words(&band.what, index));
                let [least, most] = band.wait.map_or_else(Default::default, |(a, b)| [a.to_string(), b.to_string()]);
                fields.extend([least, most]);
            }
            let fields: Vec<String> = fields.iter().map(|field| csv_field(field)).collect();
            text.push_str(&fields.join(","));
            text.push_str("\r\n");
        }
    }
    text
}
