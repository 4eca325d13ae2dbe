//! Text for the cells of a spreadsheet, which takes some of it for formulas. All tables that leave the app as text are
//! made of it.

use std::borrow::Cow;

use crate::bidi;

/// A cell that shows what it says and does nothing: an apostrophe stands before what a spreadsheet would run. It is on
/// one line, and nothing in it turns round the order of what follows.
#[must_use]
pub fn cell(text: &str) -> String {
    let is_whole = |text: &str| {
        let count = |of: fn(char) -> bool| text.chars().filter(|sign| of(*sign)).count();
        count(|sign| matches!(sign, '\u{2066}'..='\u{2068}')) == count(|sign| sign == '\u{2069}')
            && !text.contains(|sign| matches!(sign, '\u{202a}'..='\u{202e}'))
    };
    // What sets names apart in a sentence stays.
    let text = if is_whole(text) { Cow::Borrowed(text) } else { bidi::without_controls(text) };
    let text: String = text.chars().map(|sign| if parts_cells(sign) { ' ' } else { sign }).collect();
    // Some programs look behind spaces, quotes and marks that are not seen, and take full-width signs for plain ones.
    let is_passed = |sign: &char| {
        sign.is_whitespace()
            || bidi::is_control(*sign)
            || matches!(sign, '"' | '\'' | '\u{feff}' | '\u{200b}'..='\u{200f}')
    };
    let begins = text.chars().find(|sign| !is_passed(sign));
    let is_formula =
        begins.is_some_and(|sign| matches!(sign, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '|' | '%'));
    // A quote at the beginning may join the cells up to the next one.
    if is_formula || text.starts_with('"') { format!("'{text}") } else { text }
}

/// The same as a field of comma-separated values (RFC 4180).
#[must_use]
pub fn csv_field(text: &str) -> String {
    let cell = cell(text);
    if cell.contains(['"', ',']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

/// Cells as a line of text with tabs between them.
#[must_use]
pub fn row(cells: &[&str]) -> String {
    cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join("\t")
}

fn parts_cells(sign: char) -> bool {
    sign.is_control() || matches!(sign, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_text() {
        for formula in [
            "=HYPERLINK(\"https://example.com\",\"y\")",
            "+1",
            "-1+1",
            "@SUM(A1)",
            " =1+1",
            "\t=1+1",
            "\r\n=1",
            "＝1+1",
            "＋1",
            "\u{feff}=1",
            "\u{200b}=1",
            "\u{202e}=1",
            "\"=1+1\"",
            "\"",
            "'=1",
            "|cmd",
        ] {
            let cell = cell(formula);
            assert!(cell.starts_with('\''), "{formula:?}: {cell:?}");
            assert!(!cell.chars().any(char::is_control), "{formula:?}: {cell:?}");
        }
        for text in ["Maya Chen", "1 = 1", "T+5m", "a-b", "", "@", "Élodie", "佐藤"] {
            let same = cell(text);
            assert!(same == text || text == "@", "{text}: {same}");
        }
    }

    #[test]
    fn nothing_parts_a_row() {
        assert_eq!(row(&["a\tb", "c\nd", "e\u{2028}f", "=g"]), "a b\tc d\te f\t'=g");
        assert_eq!(csv_field("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(csv_field("=1,2"), "\"'=1,2\"");
        assert_eq!(csv_field("plain"), "plain");
    }
}
