//! Names that are written from right to left, in sentences that are written from left to right.
//!
//! Digits, commas and brackets beside such a name would jump to its other side, and a mark in a name that turns the
//! order round would turn round all that follows. So every text that is shown, on the page and in pictures, goes through
//! [`shown`], which sets such names apart (Unicode's isolates) and takes such marks out. What is stored stays as it is.

use std::borrow::Cow;

use escalation_api::PathPayload;
use escalation_engine::World;

/// What follows is set apart, in the direction of its first letter.
const ISOLATE: char = '\u{2068}';
/// The end of it.
const END: char = '\u{2069}';

/// The marks that [`shown`] puts into a text. They come back with what is copied from the page and typed in again.
const MARKS: [char; 2] = [ISOLATE, END];

/// What is typed or pasted into a field, without the marks that [`shown`] has put into what was copied.
#[must_use]
pub fn unmarked(text: &str) -> String {
    text.replace(MARKS, "")
}

/// A text as it is shown: its names (those of [`names`], in their order) and all else that is written from right to left
/// set apart, and without marks that turn the order round. The same once more gives the same.
#[must_use]
pub fn shown<'a>(text: &'a str, names: &[String]) -> Cow<'a, str> {
    if !is_concerned(text) {
        return Cow::Borrowed(text);
    }
    let text = without_controls(text);
    let mut shown = String::with_capacity(text.len() + 12);
    let mut rest = &*text;
    while let Some(letter) = rest.chars().next() {
        let name = names.iter().find(|name| rest.starts_with(name.as_str())).map_or(0, String::len);
        let length = name.max(if is_from_right(letter) { run(rest) } else { 0 });
        let (part, after) = match length {
            0 => rest.split_at_checked(letter.len_utf8()).unwrap_or((rest, "")),
            length => rest.split_at_checked(length).unwrap_or((rest, "")),
        };
        if length == 0 {
            shown.push_str(part);
        } else {
            shown.push(ISOLATE);
            shown.push_str(part);
            shown.push(END);
        }
        rest = after;
    }
    Cow::Owned(shown)
}

/// How long what begins a text goes on from right to left: to the last such letter before another one or before a sign
/// that parts names.
fn run(text: &str) -> usize {
    let mut length = 0;
    for (at, letter) in text.char_indices() {
        if is_from_right(letter) {
            length = at + letter.len_utf8();
        } else if letter.is_alphabetic()
            || !matches!(letter, ' ' | '-' | '.' | '/' | '\'' | '_' | '0'..='9' | '\u{300}'..='\u{36f}')
        {
            break;
        }
    }
    length
}

/// The names of an organisation and of a path that [`shown`] is to set apart, the longest first. None where all of them
/// are written from left to right.
#[must_use]
pub fn names(world: &World, path: &PathPayload) -> Vec<String> {
    let mut all = of_world(world);
    all.extend(of_path(path));
    in_order(all)
}

/// Those of an organisation, in no order.
#[must_use]
pub fn of_world(world: &World) -> Vec<String> {
    let users = world.users.iter().map(|user| &user.name);
    let schedules = world
        .schedules
        .iter()
        .flat_map(|schedule| std::iter::once(&schedule.name).chain(schedule.rotas.iter().map(|rota| &rota.name)));
    let channels = world.channels.iter().map(|channel| &channel.name);
    let priorities = world.priorities.iter().map(|priority| &priority.name);
    let paths = world.paths.iter().map(|path| &path.name);
    let hours = world.paths.iter().flat_map(|path| path.working_hours.iter().flatten()).map(|set| &set.name);
    users
        .chain(schedules)
        .chain(channels)
        .chain(priorities)
        .chain(paths)
        .chain(hours)
        .filter_map(|name| of(name))
        .collect()
}

/// Those of a path, in no order.
#[must_use]
pub fn of_path(path: &PathPayload) -> Vec<String> {
    let hours = path.working_hours.iter().flatten().map(|set| &set.name);
    std::iter::once(&path.name).chain(hours).filter_map(|name| of(name)).collect()
}

/// Names in the order in which [`shown`] looks for them.
#[must_use]
pub fn in_order(mut names: Vec<String>) -> Vec<String> {
    names.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    names.dedup();
    names
}

/// A name as it is looked for, if it has to be.
fn of(name: &str) -> Option<String> {
    let name = without_controls(name.trim());
    name.chars().any(is_from_right).then(|| name.into_owned())
}

/// A text without the marks by which the order of signs is turned round or set apart.
#[must_use]
pub fn without_controls(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_control) {
        Cow::Owned(text.chars().filter(|sign| !is_control(*sign)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether anything in a text is to be set apart or taken out.
#[must_use]
pub fn is_concerned(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(|sign| is_from_right(sign) || is_control(sign))
}

pub(crate) fn is_control(sign: char) -> bool {
    matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a sign is written from right to left, or is a digit of a script that is.
fn is_from_right(sign: char) -> bool {
    matches!(sign, '\u{590}'..='\u{8ff}' | '\u{200f}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text with visible marks in place of the isolates.
    fn seen(text: &str, names: &[&str]) -> String {
        let names = in_order(names.iter().filter_map(|name| of(name)).collect());
        let once = shown(text, &names).into_owned();
        assert_eq!(shown(&once, &names), once, "the same once more");
        once.replace(ISOLATE, "[").replace(END, "]")
    }

    #[test]
    fn names_are_set_apart() {
        let names = ["مها الخطيب", "דנה לוי (2)", "דנה", "P1 דחוף", "Maya"];
        for (text, told) in [
            ("Page مها الخطيب, then after 5m", "Page [مها الخطيب], then after 5m"),
            ("דנה לוי (2) and דנה are paged", "[דנה לוי (2)] and [דנה] are paged"),
            ("מישהו אחר, דנה לוי (2)", "[מישהו אחר], [דנה לוי (2)]"),
            ("Priority is P1 דחוף?", "Priority is [P1 דחוף]?"),
            ("Maya", "Maya"),
            ("Maya and Élodie – 佐藤", "Maya and Élodie – 佐藤"),
            ("from ٥ on", "from [٥] on"),
            ("“דנה…”", "“[דנה]…”"),
        ] {
            assert_eq!(seen(text, &names), told);
        }
    }

    #[test]
    fn what_turns_the_order_round_is_taken_out() {
        assert_eq!(seen("In UK \u{202e}sruoh?", &["UK \u{202e}sruoh"]), "In UK sruoh?");
        assert_eq!(seen("In ساعات \u{202e} العمل?", &["ساعات \u{202e} العمل"]), "In [ساعات  العمل]?");
        assert_eq!(seen("a\u{2067}b \u{2069}c", &[]), "ab c");
        assert_eq!(shown("plain", &[]), "plain");
    }

    #[test]
    fn nothing_is_lost_whatever_the_text() {
        let signs = ['a', 'ש', 'م', ' ', '(', '1', '٥', ',', '\u{202e}', '\u{2069}', '\u{200f}', '佐', '\u{5b8}'];
        let mut seed = 7_usize;
        let mut next = |most: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % most
        };
        for _ in 0..2_000 {
            let text: String = (0..next(12)).map(|_| signs[next(signs.len())]).collect();
            let names = in_order(
                (0..2)
                    .filter_map(|_| of(&(0..next(5)).map(|_| signs[next(signs.len())]).collect::<String>()))
                    .collect(),
            );
            let told = shown(&text, &names);
            assert_eq!(without_controls(&told), without_controls(&text));
            assert_eq!(shown(&told, &names), told);
            let mut open = 0;
            for sign in told.chars() {
                open += i32::from(sign == ISOLATE) - i32::from(sign == END);
                assert!((0..=1).contains(&open));
                assert!(open == 1 || !is_from_right(sign), "{told:?}");
            }
            assert_eq!(open, 0);
        }
    }
}
