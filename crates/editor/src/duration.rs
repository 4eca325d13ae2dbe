//! Durations as people type them.

use escalation_engine::Seconds;
use escalation_engine::instant::{DAY, HOUR, MINUTE, WEEK};

use crate::numerals::{ambiguous, may_be_grouped, plain};

/// Reads a duration such as `5m`, `1h 30m`, `1,5h`, `90s`, `2 days` or `15`, which are minutes, in the digits of any
/// script. Nothing is taken that may be another number, too: `1,000s` and `1:30` are refused with what to type instead.
///
/// # Errors
/// What cannot be read or may be read in two ways, or that it is too long: more than four weeks.
///
/// ```
/// use escalation_editor::duration::parse;
/// assert_eq!(parse("1h 30m"), Ok(5_400));
/// assert!(parse("soon").is_err());
/// ```
pub fn parse(text: &str) -> Result<Seconds, String> {
    let text = plain(text).to_lowercase();
    if text.is_empty() {
        return Err("type a duration such as 5m or 1h 30m".to_string());
    }
    let no_duration = || format!("`{text}` is not a duration such as 5m or 1h 30m");
    if text.contains(':') {
        return Err(format!("`{text}` may be hours or minutes: type 1h 30m or 1m 30s"));
    }
    // `½`, and what else counts without being a digit.
    if let Some(sign) = text.chars().find(|letter| letter.is_numeric() && !letter.is_ascii()) {
        return Err(format!("`{sign}` is not a digit: type a decimal such as 1.5h"));
    }
    let mut total: Seconds = 0;
    let mut units: Vec<Seconds> = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (number, after) = split(rest, |letter| letter.is_ascii_digit() || matches!(letter, ',' | '.' | '\''));
        if may_be_grouped(number) {
            return Err(ambiguous(number));
        }
        let (name, after) = split(after.trim_start(), char::is_alphabetic);
        let unit = match name {
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => MINUTE,
            "h" | "hr" | "hrs" | "hour" | "hours" => HOUR,
            "d" | "day" | "days" => DAY,
            "w" | "wk" | "wks" | "week" | "weeks" => WEEK,
            // Alone it is minutes; in `1h 30` as well. In `2m 30` they could be seconds.
            "" if after.is_empty() && (units.is_empty() || units.as_slice() == [HOUR]) => MINUTE,
            _ if number.is_empty() => return Err(no_duration()),
            "" if after.starts_with(|letter: char| letter.is_ascii_digit()) => {
                let (second, _) = split(after, |letter| letter.is_ascii_digit());
                return Err(format!(
                    "`{number} {second}` may be one number or two: type {number}{second}, or two units"
                ));
            }
            "" => {
                return Err(format!("`{}` has no unit: add s, m, h, d or w", number.trim_end_matches(',')));
            }
            other => return Err(format!("`{other}` is not a unit: use s, m, h, d or w")),
        };
        if units.contains(&unit) {
            return Err(format!("`{text}` has a unit twice: type one number for each"));
        }
        // `.5h`, and nowhere but in front: in `1h..30m` it is a slip.
        let is_fraction = units.is_empty() && number.starts_with([',', '.']);
        let number = if is_fraction { format!("0{number}") } else { number.to_string() };
        units.push(unit);
        total = total.saturating_add(exact(&number, unit).ok_or_else(no_duration)??);
        // `5 min.`
        rest = if name.is_empty() { after } else { after.strip_prefix('.').unwrap_or(after) };
        rest = rest.trim_start_matches([' ', ',', ';']);
        rest = rest.strip_prefix("and ").unwrap_or(rest).trim_start();
    }
    if total > 4 * WEEK { Err("more than four weeks is too long".to_string()) } else { Ok(total) }
}

/// The first part of a text, for as long as its letters fit, and the rest.
fn split(text: &str, fits: impl Fn(char) -> bool) -> (&str, &str) {
    let length = text.len() - text.trim_start_matches(fits).len();
    text.split_at_checked(length).unwrap_or((text, ""))
}

/// So many digits of a fraction are read: a billionth of a week is less than a second.
const MOST_DIGITS: usize = 9;

/// A number of a unit in seconds; nothing if it is no number, an error if it is no whole number of seconds.
fn exact(number: &str, unit: Seconds) -> Option<Result<Seconds, String>> {
    let (whole, fraction) = number.split_once([',', '.']).unwrap_or((number, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let part = || {
        let fraction = fraction.trim_end_matches('0');
        let digits = u32::try_from(fraction.len()).ok().filter(|_| fraction.len() <= MOST_DIGITS)?;
        let (parts, of) = (if fraction.is_empty() { 0 } else { fraction.parse::<Seconds>().ok()? }, 10_i64.pow(digits));
        let seconds = parts * unit;
        (seconds % of == 0).then_some(seconds / of)
    };
    let Some(part) = part() else { return Some(Err(format!("`{number}` is not a whole number of seconds"))) };
    // What is longer than can be counted is too long in any case.
    let whole = whole.parse::<Seconds>().unwrap_or(Seconds::MAX);
    Some(Ok(whole.saturating_mul(unit).saturating_add(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type() {
        for (text, seconds) in [
            ("5m", 300),
            (".5h", 1_800),
            (",5h", 1_800),
            ("٫٥h", 1_800),
            ("5", 300),
            ("1h 30m", 5400),
            ("1h30m", 5400),
            ("1h30", 5400),
            (" 90 s ", 90),
            ("2 days", 172_800),
            ("1H, 5 Minutes", 3900),
            ("1h,30m", 5400),
            ("1h, 30m", 5400),
            ("1h and 30m", 5400),
            ("30m 1h", 5400),
            ("0", 0),
            ("1w", 604_800),
            ("1,5h", 5400),
            ("1.5h", 5400),
            ("0,5h", 1800),
            ("2,5m", 150),
            ("1,5", 90),
            ("1.50h", 5400),
            ("0.125h", 450),
            ("0,500m", 30),
            ("1,25d 1m", 108_060),
            ("5 min.", 300),
            ("1 hr. 30 min.", 5400),
            ("5min.30sec.", 330),
            ("１０m", 600),
            ("５ｍ", 300),
            ("１ｈ　３０ｍ", 5400),
            ("１，５ｈ", 5400),
            ("٥m", 300),
            ("١٫٥h", 5400),
            ("۱۰ m", 600),
            ("\u{200e}5m\u{200e}", 300),
            ("1\u{a0}h", 3600),
        ] {
            assert_eq!(parse(text), Ok(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_asked_about_is_not_taken() {
        for text in [
            "",
            "m",
            "5x",
            "-5m",
            "five minutes",
            "5w",
            "99999999999999999999m",
            "99999999999999999999",
            "5m!",
            "1,000s",
            "1.000s",
            "１，０００s",
            "1 000s",
            "1'000s",
            "1,000,000s",
            "1.000,5s",
            "1,5,5m",
            "12,345",
            "1:30",
            "１：３０",
            "0:05",
            "5m 5m",
            "5m 10m",
            "1 2",
            "1, 5",
            "5 10m",
            "2m 30",
            "1d 12",
            "1h 30m 5",
            "1.h",
            "5.",
            "1..5h",
            "1.5s",
            "0.0001m",
            "0.3333333333333h",
            "½h",
            "1½h",
            "5²m",
            "1e3s",
            "0x10m",
            "5-10m",
            "5–10m",
            "+5m",
            "~5m",
            "5 m m",
            "\u{202e}m51",
            "\u{202e}51m",
            "5分",
            "PT5M",
            "5ms",
            "h5",
            "5.m",
            "5,m",
            "5,,m",
            "1h..30m",
            ",",
            ".",
        ] {
            assert!(parse(text).is_err(), "{text}: {:?}", parse(text));
        }
        for (text, why) in [
            ("1٬5h", "`1'5h` is not a duration such as 5m or 1h 30m"),
            (".h", "`.h` is not a duration such as 5m or 1h 30m"),
            ("1,000s", "`1,000` may be a thousand or a fraction: type 1000 without a separator"),
            ("1:30", "`1:30` may be hours or minutes: type 1h 30m or 1m 30s"),
            ("2m 30", "`30` has no unit: add s, m, h, d or w"),
            ("1.5s", "`1.5` is not a whole number of seconds"),
            ("1½h", "`½` is not a digit: type a decimal such as 1.5h"),
            ("1 500s", "`1 500` may be one number or two: type 1500, or two units"),
        ] {
            assert_eq!(parse(text), Err(why.to_string()));
        }
    }

    #[test]
    fn what_is_told_can_be_typed() {
        for seconds in [0, 1, 59, 60, 61, 3600, 5400, 90_061, 604_800] {
            assert_eq!(parse(&escalation_engine::words::duration(seconds)), Ok(seconds));
        }
    }
}
