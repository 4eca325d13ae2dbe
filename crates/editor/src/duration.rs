//! Durations as people type them.

use escalation_engine::Seconds;
use escalation_engine::instant::{DAY, HOUR, MINUTE, WEEK};

/// Reads a duration such as `5m`, `1h 30m`, `90s`, `2 days` or `15`, which are minutes.
///
/// # Errors
/// What cannot be read, or that it is too long: more than four weeks.
pub fn parse(text: &str) -> Result<Seconds, String> {
    let text = text.trim().to_ascii_lowercase();
    if text.is_empty() {
        return Err("type a duration such as 5m or 1h 30m".to_string());
    }
    let mut total: Seconds = 0;
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let number: Seconds = number.parse().map_err(|_| format!("`{rest}` is not a duration such as 5m or 1h 30m"))?;
        let after = after.trim_start();
        let letters =
            after.len() - after.trim_start_matches(|c: char| !c.is_ascii_digit() && !matches!(c, ' ' | ',')).len();
        let (unit, after) = after.split_at(letters);
        let unit = match unit {
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "" | "m" | "min" | "mins" | "minute" | "minutes" => MINUTE,
            "h" | "hr" | "hrs" | "hour" | "hours" => HOUR,
            "d" | "day" | "days" => DAY,
            "w" | "week" | "weeks" => WEEK,
            other => return Err(format!("`{other}` is not a unit: use s, m, h, d or w")),
        };
        total = total.saturating_add(number.saturating_mul(unit));
        rest = after.trim_start_matches([' ', ',']);
    }
    if total > 4 * WEEK { Err("more than four weeks is too long".to_string()) } else { Ok(total) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type() {
        for (text, seconds) in [
            ("5m", 300),
            ("5", 300),
            ("1h 30m", 5400),
            ("1h30m", 5400),
            (" 90 s ", 90),
            ("2 days", 172_800),
            ("1H, 5 Minutes", 3900),
            ("0", 0),
            ("1w", 604_800),
        ] {
            assert_eq!(parse(text), Ok(seconds), "{text}");
        }
        for text in ["", "m", "5x", "-5m", "1.5h", "five minutes", "5w", "99999999999999999999m", "5m!"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_told_can_be_typed() {
        for seconds in [0, 1, 59, 60, 61, 3600, 5400, 90_061, 604_800] {
            assert_eq!(parse(&escalation_engine::words::duration(seconds)), Ok(seconds));
        }
    }
}
