//! Keys of keyboards with other letters.

use crate::numerals;

/// The sign of a key as shortcuts have it. A Latin letter counts as itself, wherever it lies, and so does every sign
/// that is no letter. A letter of another script counts as the one in its place on a keyboard of the United States,
/// for which `code` is the browser's name: `ф` is `a`, and `э` is `'`. Digits of other scripts count as theirs. Names of
/// keys such as `Enter` stay as they are.
#[must_use]
pub fn sign(key: &str, code: &str, shift: bool) -> String {
    let mut signs = key.chars();
    let Some(first) = signs.next() else { return String::new() };
    if first.is_ascii() {
        return key.to_string();
    }
    // Full width, as input methods of East Asia write Latin.
    if let ('\u{ff01}'..='\u{ff5e}', None) = (first, signs.clone().next()) {
        return numerals::plain(key);
    }
    if let (Some(digit), None) = (numerals::digit(first), signs.next()) {
        return digit.to_string();
    }
    if is_of_other_script(first) { in_place(code, shift).unwrap_or_else(|| key.to_string()) } else { key.to_string() }
}

/// Whether a sign is a letter, or part of one, of another script than Latin.
fn is_of_other_script(sign: char) -> bool {
    let is_latin = matches!(sign, '\u{80}'..='\u{36f}' | '\u{1d00}'..='\u{1dbf}' | '\u{1e00}'..='\u{1eff}'
        | '\u{2c60}'..='\u{2c7f}' | '\u{a720}'..='\u{a7ff}' | '\u{ab30}'..='\u{ab6f}' | '\u{fb00}'..='\u{fb06}');
    // Punctuation, money and other symbols.
    let is_symbol = matches!(sign, '\u{2000}'..='\u{2bff}' | '\u{2e00}'..='\u{2e7f}' | '\u{3000}'..='\u{3020}'
        | '\u{ff00}'..='\u{ff65}' | '\u{60c}' | '\u{61b}' | '\u{61f}' | '\u{66a}'..='\u{66c}' | '\u{37e}' | '\u{387}');
    !is_latin && !is_symbol
}

/// The sign on a key of a keyboard of the United States.
fn in_place(code: &str, shift: bool) -> Option<String> {
    if let Some(letter) = code.strip_prefix("Key").filter(|letter| letter.len() == 1) {
        return Some(if shift { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() });
    }
    let (plain, shifted) = match code {
        "Backquote" => ("`", "~"),
        "Digit1" => ("1", "!"),
        "Digit2" => ("2", "@"),
        "Digit3" => ("3", "#"),
        "Digit4" => ("4", "$"),
        "Digit5" => ("5", "%"),
        "Digit6" => ("6", "^"),
        "Digit7" => ("7", "&"),
        "Digit8" => ("8", "*"),
        "Digit9" => ("9", "("),
        "Digit0" => ("0", ")"),
        "Minus" => ("-", "_"),
        "Equal" => ("=", "+"),
        "BracketLeft" => ("[", "{"),
        "BracketRight" => ("]", "}"),
        "Backslash" => ("\\", "|"),
        "Semicolon" => (";", ":"),
        "Quote" => ("'", "\""),
        "Comma" => (",", "<"),
        "Period" => (".", ">"),
        "Slash" => ("/", "?"),
        _ => return None,
    };
    Some(if shift { shifted } else { plain }.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_other_keyboards() {
        for (key, code, told) in [
            ("ф", "KeyA", "a"),
            ("я", "KeyZ", "z"),
            ("ы", "KeyS", "s"),
            ("э", "Quote", "'"),
            ("ζ", "KeyZ", "z"),
            ("σ", "KeyS", "s"),
            ("ש", "KeyA", "a"),
            ("لا", "KeyB", "b"),
            ("ㅁ", "KeyA", "a"),
            ("ち", "KeyA", "a"),
            ("่", "KeyJ", "j"),
            ("ॉ", "KeyA", "a"),
            ("ა", "KeyA", "a"),
            // Digits are what they are.
            ("١", "Digit1", "1"),
            ("๐", "KeyQ", "0"),
            ("ａ", "KeyA", "a"),
            // Latin letters are, wherever they lie.
            ("z", "KeyY", "z"),
            ("y", "KeyZ", "y"),
            ("a", "KeyQ", "a"),
            ("é", "Digit2", "é"),
            ("ı", "KeyI", "ı"),
            ("ø", "Quote", "ø"),
            ("ß", "Minus", "ß"),
            // Signs too, and keys without one.
            ("'", "KeyW", "'"),
            ("?", "Digit7", "?"),
            ("№", "Digit3", "№"),
            ("₽", "Digit8", "₽"),
            ("،", "KeyT", "،"),
            ("Enter", "Enter", "Enter"),
            ("ArrowUp", "ArrowUp", "ArrowUp"),
            ("Process", "KeyA", "Process"),
            ("ф", "", "ф"),
            ("ф", "Unidentified", "ф"),
            ("", "KeyA", ""),
        ] {
            assert_eq!(sign(key, code, false), told, "{key} {code}");
        }
        assert_eq!(sign("Я", "KeyZ", true), "Z");
        assert_eq!(sign("Э", "Quote", true), "\"");
    }
}
