//! Numbers as people type them: with the digits of any script, full-width signs, and marks that are not seen.

/// The zero of each script that counts in tens: Unicode's decimal digits, each followed by its nine others.
const ZEROS: [char; 66] = [
    '0',
    '\u{660}',
    '\u{6f0}',
    '\u{7c0}',
    '\u{966}',
    '\u{9e6}',
    '\u{a66}',
    '\u{ae6}',
    '\u{b66}',
    '\u{be6}',
    '\u{c66}',
    '\u{ce6}',
    '\u{d66}',
    '\u{de6}',
    '\u{e50}',
    '\u{ed0}',
    '\u{f20}',
    '\u{1040}',
    '\u{1090}',
    '\u{17e0}',
    '\u{1810}',
    '\u{1946}',
    '\u{19d0}',
    '\u{1a80}',
    '\u{1a90}',
    '\u{1b50}',
    '\u{1bb0}',
    '\u{1c40}',
    '\u{1c50}',
    '\u{a620}',
    '\u{a8d0}',
    '\u{a900}',
    '\u{a9d0}',
    '\u{a9f0}',
    '\u{aa50}',
    '\u{abf0}',
    '\u{ff10}',
    '\u{104a0}',
    '\u{10d30}',
    '\u{11066}',
    '\u{110f0}',
    '\u{11136}',
    '\u{111d0}',
    '\u{112f0}',
    '\u{11450}',
    '\u{114d0}',
    '\u{11650}',
    '\u{116c0}',
    '\u{11730}',
    '\u{118e0}',
    '\u{11950}',
    '\u{11c50}',
    '\u{11d50}',
    '\u{11da0}',
    '\u{16a60}',
    '\u{16ac0}',
    '\u{16b50}',
    '\u{1d7ce}',
    '\u{1d7d8}',
    '\u{1d7e2}',
    '\u{1d7ec}',
    '\u{1d7f6}',
    '\u{1e140}',
    '\u{1e2f0}',
    '\u{1e950}',
    '\u{1fbf0}',
];

/// The ASCII digit for a decimal digit of any script.
#[must_use]
pub fn digit(sign: char) -> Option<char> {
    let after = ZEROS.partition_point(|zero| *zero <= sign);
    let zero = ZEROS.get(after.checked_sub(1)?)?;
    char::from_digit(u32::from(sign).checked_sub(u32::from(*zero))?, 10)
}

/// What was typed, in the signs that are read: ASCII digits, letters and punctuation in place of full-width ones and of
/// those of other scripts, plain spaces, and no marks of direction or of no width. What turns the order of signs round
/// stays, so that nothing is read that was not seen.
#[must_use]
pub fn plain(text: &str) -> String {
    let one = |sign: char| match sign {
        // Marks that are not seen come with text that is copied.
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{61c}' | '\u{feff}' => None,
        '\u{ff01}'..='\u{ff5e}' => u32::from(sign).checked_sub(0xfee0).and_then(char::from_u32),
        '\u{66b}' => Some('.'),
        '\u{60c}' | '\u{3001}' | '\u{fe50}' | '\u{fe51}' => Some(','),
        '\u{61b}' => Some(';'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{301c}' | '\u{30fc}' => Some('-'),
        // The Arabic one parts thousands, and never a fraction.
        '\u{2019}' | '\u{66c}' => Some('\''),
        sign if sign.is_whitespace() => Some(' '),
        sign => Some(digit(sign).unwrap_or(sign)),
    };
    text.chars().filter_map(one).collect::<String>().trim().to_string()
}

/// Reads a whole number.
///
/// # Errors
/// That it is none, or that what was typed may be one of two: `1,000`.
///
/// ```
/// use escalation_editor::numerals::count;
/// assert_eq!(count("12"), Ok(12));
/// ```
pub fn count(text: &str) -> Result<i64, String> {
    let text = plain(text);
    if may_be_grouped(&text) {
        return Err(ambiguous(&text));
    }
    text.parse().map_err(|_| format!("`{text}` is not a whole number such as 3"))
}

/// Whether digits are parted by a sign that groups thousands to some and begins a fraction to others.
pub(crate) fn may_be_grouped(text: &str) -> bool {
    let parts: Vec<&str> = text.split([',', '.', '\'', ' ']).collect();
    let are_digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match parts.as_slice() {
        // Nobody writes the thousands of nothing.
        [first, rest @ ..] if !rest.is_empty() && *first != "0" => {
            are_digits(first) && first.len() <= 3 && rest.iter().all(|part| are_digits(part) && part.len() == 3)
        }
        _ => false,
    }
}

pub(crate) fn ambiguous(number: &str) -> String {
    let together: String = number.chars().filter(char::is_ascii_digit).collect();
    format!("`{number}` may be a thousand or a fraction: type {together} without a separator")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script() {
        assert!(ZEROS.is_sorted());
        for (signs, plain_signs) in
            [("٠١٢٣٤٥٦٧٨٩", "0123456789"), ("０５９", "059"), ("۴۵", "45"), ("๙", "9"), ("𝟕", "7")]
        {
            assert_eq!(signs.chars().filter_map(digit).collect::<String>(), plain_signs);
        }
        for sign in ['a', 'ａ', '/', ':', '一', '½', '²', 'Ⅴ', '٪', '\u{65f}', '\u{66a}'] {
            assert_eq!(digit(sign), None, "{sign}");
        }
        // Each digit of each script, and never another value.
        for zero in ZEROS {
            for value in 0..10 {
                let sign = char::from_u32(u32::from(zero) + value).unwrap();
                assert_eq!(digit(sign), char::from_digit(value, 10), "{sign}");
                assert!(sign.is_numeric(), "{sign}");
            }
        }
    }

    #[test]
    fn what_is_typed_becomes_plain() {
        assert_eq!(plain(" １０ｍ\u{200f}"), "10m");
        assert_eq!(plain("٥m"), "5m");
        assert_eq!(plain("０９：００－１７：００"), "09:00-17:00");
        assert_eq!(plain("1٫5h، 2m"), "1.5h, 2m");
        assert_eq!(plain("1\u{a0}h\u{3000}30\u{202f}m"), "1 h 30 m");
        assert!(plain("\u{202e}51m").contains('\u{202e}'), "what is seen the other way round is not read");
    }

    #[test]
    fn counts() {
        for (text, number) in [("3", 3), (" ３ ", 3), ("٣", 3), ("+3", 3), ("−1", -1), ("0", 0), ("12345", 12_345)]
        {
            assert_eq!(count(text), Ok(number), "{text}");
        }
        for text in
            ["", "three", "3x", "1,5", "1.5", "1,000", "1.000", "1 000", "1'000", "1,000,000", "3.0", "½", "1e3"]
        {
            assert!(count(text).is_err(), "{text}");
        }
        assert_eq!(
            count("1,000").unwrap_err(),
            "`1,000` may be a thousand or a fraction: type 1000 without a separator"
        );
    }
}
