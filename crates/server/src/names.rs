//! Names that people give things: something must be seen of them.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The Braille pattern without a dot: a symbol, and blank.
const NO_DOTS: char = '\u{2800}';

/// Whether nothing can be seen of a name: blanks, controls, characters that have no width, and accents that are on none.
pub(crate) fn is_blank(name: &str) -> bool {
    use GeneralCategory::{EnclosingMark, NonspacingMark, SpacingMark, Surrogate, Unassigned};
    let invisible = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let categories = CodePointMapData::<GeneralCategory>::new();
    let is_nothing = |c| {
        matches!(categories.get(c), EnclosingMark | NonspacingMark | SpacingMark | Surrogate | Unassigned)
            || invisible.contains(c)
    };
    name.chars().all(|c| c.is_whitespace() || c.is_control() || c == NO_DOTS || is_nothing(c))
}

/// What is wrong with a name, if something is.
pub(crate) fn fault(name: &str) -> Option<(&'static str, &'static str)> {
    if is_blank(name) {
        Some(("is_required", "Name is required"))
    } else if name.contains('\0') {
        Some(("invalid_value", "Name must not contain NUL"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn something_must_be_seen() {
        for name in [
            "",
            " ",
            "\u{200b}",
            "\u{feff}\t",
            "\u{2060}\u{ad}",
            "\u{3164}",
            "\0",
            "\u{202e}",
            "\u{a0}\u{3000}",
            "\u{2800}",
            "\u{301}",
            " \u{20dd}",
        ] {
            assert_eq!(fault(name), Some(("is_required", "Name is required")), "{name:?}");
        }
        assert_eq!(fault("a\0b"), Some(("invalid_value", "Name must not contain NUL")));
        for name in ["Payments", "支払い", "שלום", "👩‍🚒", "a\u{200b}b", "-", "e\u{301}", "\u{2801}"] {
            assert_eq!(fault(name), None, "{name}");
        }
    }
}
