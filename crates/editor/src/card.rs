//! How large nodes are drawn. Sizes come from the words, never from what is on the screen.

use escalation_api::NodeKind;

use crate::layout::{CARD, Size};
use crate::tree::PathNode;
use crate::words::NodeWords;

/// How much room there is for a line of a card's title.
const TITLE_WIDTH: i32 = CARD - 34;
/// The height of a line of a title.
const TITLE_LINE: i32 = 19;

/// How large a node is drawn.
#[must_use]
pub fn size(node: &PathNode, words: &NodeWords) -> Size {
    if let NodeKind::IfElse(_) = node.kind {
        return Size { width: (text_width(&words.title) + 62).clamp(120, 380), height: 40 };
    }
    // Padding, the line with the kind, the title.
    let mut height = 22 + 18 + title_lines(words) * TITLE_LINE;
    if !words.timer.is_empty() {
        height += 19;
    }
    if !words.badges.is_empty() {
        height += 27;
    }
    Size { width: CARD, height }
}

/// On how many lines the title of a card is written: one or two. A longer one is cut off there.
#[must_use]
pub fn title_lines(words: &NodeWords) -> i32 {
    if text_width(&words.title) > TITLE_WIDTH { 2 } else { 1 }
}

/// About how wide a text in bold type of 12.5 pixels is; rather more than less.
#[must_use]
pub fn text_width(text: &str) -> i32 {
    text.chars().map(letter_width).sum::<i32>() / 10
}

/// About how wide a letter is, in tenths of a pixel.
fn letter_width(letter: char) -> i32 {
    match letter {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 34,
        ' ' | '\u{a0}' | 'f' | 'r' | 't' | '(' | ')' | '-' => 46,
        'm' | 'w' | 'M' | 'W' | '@' | '…' => 112,
        'A'..='Z' | '#' | '&' | '?' => 86,
        letter if letter.is_ascii() => 74,
        letter if is_mark(letter) => 0,
        // Latin with marks is as wide as without.
        'ì'..='ï'
        | 'ĩ'
        | 'ī'
        | 'ĭ'
        | 'į'
        | 'ı'
        | 'ĺ'
        | 'ļ'
        | 'ľ'
        | 'ł'
        | 'Ì'..='Ï'
        | 'Ī'
        | 'Į'
        | 'İ'
        | '‘'
        | '’'
        | '‚'
        | '·' => 44,
        'ŕ' | 'ŗ' | 'ř' | 'ţ' | 'ť' | 'ŧ' | 'ț' | '“' | '”' | '„' | '«' | '»' => 56,
        'Æ' | 'æ' | 'Œ' | 'œ' | 'Ŵ' | 'ŵ' | 'Ĳ' | '—' => 125,
        // Greek and Cyrillic.
        'ι' | 'ΐ' | 'ί' | 'ϊ' | 'Ι' | 'Ϊ' | 'і' | 'ї' | 'ј' | 'І' | 'Ї' => 44,
        'г' | 'ѓ' | 'ґ' | 'з' | 'ε' | 'τ' => 70,
        'ж' | 'м' | 'ш' | 'ы' | 'ю' | 'ф' | 'φ' | 'ψ' | 'ω' | 'ώ' | 'Μ' | 'М' | 'Ю' | 'Ф' | 'Ы' | 'Ђ' | 'Ћ' => {
            112
        }
        'щ' | 'љ' | 'њ' | 'Ж' | 'Ш' | 'Щ' | 'Љ' | 'Њ' => 138,
        '\u{c0}'..='\u{24f}' | '\u{370}'..='\u{52f}' | '\u{1e00}'..='\u{1fff}' => {
            if letter.is_uppercase() {
                98
            } else {
                79
            }
        }
        // Hebrew, and Arabic, whose letters are narrower within a word than alone.
        '\u{5d5}' | '\u{5d6}' | '\u{5d9}' | '\u{5df}' => 50,
        '\u{590}'..='\u{5ff}' => 90,
        '\u{622}' | '\u{623}' | '\u{625}' | '\u{627}' => 44,
        '\u{633}'..='\u{638}' => 138,
        '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => 88,
        '\u{2010}'..='\u{2013}' | '\u{2212}' => 74,
        '\u{ff61}'..='\u{ff9f}' => 66,
        // Those of East Asia are as wide as high; of other scripts the widest.
        _ => 129,
    }
}

/// Whether a character takes no room: marks above and below letters, and those of direction and joining.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{5bf}'..='\u{5c7}' | '\u{610}'..='\u{61c}'
        | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// The first letters of the first two words of a name.
#[must_use]
pub fn initials(name: &str) -> String {
    let words = name.split_whitespace().filter_map(|word| word.chars().find(|c| !c.is_ascii_punctuation()));
    words.take(2).map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths() {
        // Between Inter and DejaVu Sans at 12.5 pixels and bold.
        assert!((194..=228).contains(&text_width("Page Primary on-call, all at once")));
        assert!((20..=30).contains(&text_width("yes")));
        // What Inter takes, and a quarter more.
        for (text, width) in [
            ("Александр Константинопольский", 211),
            ("Константинопольский", 140),
            ("Παπαδόπουλος", 96),
            ("مها الخطيب", 72),
            ("Årsmøde Élodie", 95),
            ("佐藤 健", 42),
        ] {
            let told = text_width(text);
            assert!((width..=width * 5 / 4).contains(&told), "{text}: {told}");
        }
        assert_eq!(text_width("e\u{301}\u{2068}\u{2069}"), text_width("e"), "marks take no room");
    }
}
