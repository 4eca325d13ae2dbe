//! Numbers as people type them: whatever is typed, it is read as one thing or refused.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use escalation_editor::{assume, duration, numerals, typed_week};
use escalation_engine::words;
use proptest::prelude::*;

/// What a text looks like with the digits and the signs of another keyboard.
fn elsewhere(text: &str, zero: char) -> String {
    let one = |sign: char| match sign {
        '0'..='9' => char::from_u32(u32::from(zero) + u32::from(sign) - u32::from('0')).unwrap(),
        '!'..='~' if zero == '０' => char::from_u32(u32::from(sign) + 0xfee0).unwrap(),
        sign => sign,
    };
    text.chars().map(one).collect()
}

/// The decimal sign of another country, where it stands between digits.
fn other_decimal(text: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    let is_digit = |at: Option<usize>| at.and_then(|at| signs.get(at)).is_some_and(char::is_ascii_digit);
    let one = |(at, sign): (usize, &char)| match sign {
        ',' if is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)) => '.',
        '.' if is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)) => ',',
        sign => *sign,
    };
    signs.iter().enumerate().map(one).collect()
}

/// The seconds of `7h`, `7.5 h` and the like, by another way: in billionths.
fn one_number(whole: u32, fraction: &str, unit: i64) -> Option<i64> {
    let billionths = i64::from(whole) * 1_000_000_000 + format!("{fraction:0<9}").parse::<i64>().ok()?;
    let seconds = i128::from(billionths) * i128::from(unit);
    (seconds % 1_000_000_000 == 0).then(|| i64::try_from(seconds / 1_000_000_000).ok()).flatten()
}

proptest! {
    #[test]
    fn whatever_is_typed(text in "[0-9,.' :hms()a-z٥５½-]{0,12}", any in ".{0,16}") {
        for text in [text, any] {
            let read = duration::parse(&text);
            prop_assert!(read.as_ref().is_ok_and(|seconds| (0..=4 * 604_800).contains(seconds)) || read.is_err());
            let _count = numerals::count(&text);
            let _row = assume::durations(&text);
            if let Ok(week) = typed_week::typed(&[], 2, &text) {
                // What is shown then is the same once more.
                prop_assert_eq!(typed_week::typed(&week, 2, &typed_week::told(&week, 2)), Ok(week));
            }
        }
    }

    #[test]
    fn keyboards_differ_and_numbers_do_not(text in "[0-9]{1,3}([,.][0-9]{1,4})? ?(h|m|s|min|min\\.)?( [0-9]{1,2} ?(m|s))?") {
        let read = duration::parse(&text).ok();
        for zero in ['０', '٠', '۰', '०', '๐'] {
            prop_assert_eq!(duration::parse(&elsewhere(&text, zero)).ok(), read, "{}", elsewhere(&text, zero));
        }
        prop_assert_eq!(duration::parse(&other_decimal(&text)).ok(), read, "{}", other_decimal(&text));
    }

    #[test]
    fn one_number_is_what_it_says(
        whole in 0_u32..400,
        fraction in "[0-9]{1,4}",
        comma in any::<bool>(),
        unit in prop::sample::select(vec![("s", 1_i64), ("m", 60), ("h", 3_600), ("d", 86_400)]),
    ) {
        let sign = if comma { ',' } else { '.' };
        let text = format!("{whole}{sign}{fraction}{}", unit.0);
        let right = one_number(whole, &fraction, unit.1).filter(|seconds| *seconds <= 4 * 604_800);
        // Three digits may be thousands.
        let right = right.filter(|_| whole == 0 || fraction.len() != 3);
        prop_assert_eq!(duration::parse(&text).ok(), right, "{}", text);
    }

    #[test]
    fn what_is_told_can_be_typed(seconds in 0_i64..=4 * 604_800) {
        let told = words::duration(seconds);
        prop_assert_eq!(duration::parse(&told), Ok(seconds));
        prop_assert_eq!(duration::parse(&told.replace(' ', ", ")), Ok(seconds));
        prop_assert_eq!(duration::parse(&told.replace(' ', "")), Ok(seconds));
        prop_assert_eq!(duration::parse(&elsewhere(&told, '０')), Ok(seconds));
    }

    #[test]
    fn times_of_day(hour in 0_u32..24, minute in 0_u32..60, until in 0_u32..24) {
        let right = format!("{hour:02}:{minute:02}-{until:02}:30");
        let read = |text: String| typed_week::typed(&[], 0, &text).ok().map(|week| typed_week::told(&week, 0));
        let half = |hour: u32| (if hour.is_multiple_of(12) { 12 } else { hour % 12 }, if hour < 12 { "am" } else { "pm" });
        let ((h, am), (u, pm)) = (half(hour), half(until));
        for text in [
            right.clone(),
            elsewhere(&right, '０'),
            elsewhere(&right, '٠'),
            format!("{hour}.{minute:02} – {until}.30"),
            format!("{hour}h{minute:02}-{until}h30"),
            format!("{hour}:{minute:02} Uhr - {until}:30 Uhr"),
            format!("{h}:{minute:02} {am} to {u}:30{pm}"),
        ] {
            prop_assert_eq!(read(text.clone()), Some(right.clone()), "{}", text);
        }
    }
}
