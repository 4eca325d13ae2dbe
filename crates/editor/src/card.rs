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
    let tenths = text.chars().map(|letter| match letter {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 34,
        ' ' | 'f' | 'r' | 't' | '(' | ')' | '-' => 46,
        'm' | 'w' | 'M' | 'W' | '@' | '…' => 112,
        'A'..='Z' | '#' | '&' | '?' => 86,
        letter if letter.is_ascii() => 74,
        // Letters of other scripts may be twice as wide.
        _ => 125,
    });
    tenths.sum::<i32>() / 10
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
    }
}
