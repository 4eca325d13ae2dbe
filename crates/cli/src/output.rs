//! What is printed. Names and ids come from whoever wrote the files, and what reads the output may act on it: a terminal
//! on control characters, a CI runner on lines that are commands to it. Neither is ever printed as it came.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Write};

use anyhow::{Context as _, Result};
use serde::Serialize;

/// Prints text of lines that end in a line feed, the last one too. Whoever reads may have left: that is no error.
pub fn text(lines: &str) -> Result<()> {
    write(&mut io::stdout().lock(), &safe(lines)).context("can't write to standard output")
}

/// Prints one JSON document.
pub fn json(value: &impl Serialize) -> Result<()> {
    let document = escaped_json(&serde_json::to_string_pretty(value)?);
    write(&mut io::stdout().lock(), &(document + "\n")).context("can't write to standard output")
}

/// Prints an error. Where that cannot be, nobody is there to be told.
pub fn error(message: &str) {
    let _ = write(&mut io::stderr().lock(), &safe(&format!("error: {}\n", plain(message))));
}

/// Prints what the argument parser has to say.
pub fn usage(said: &clap::Error) {
    let text = safe(&said.render().to_string());
    let _ =
        if said.use_stderr() { write(&mut io::stderr().lock(), &text) } else { write(&mut io::stdout().lock(), &text) };
}

fn write(to: &mut impl Write, text: &str) -> io::Result<()> {
    match to.write_all(text.as_bytes()).and_then(|()| to.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// Data as part of a line: on one line, whatever is in it.
pub fn plain(data: &str) -> String {
    let mut plain = String::with_capacity(data.len());
    for char in data.chars() {
        if acts(char) { plain.extend(char.escape_default()) } else { plain.push(char) }
    }
    plain
}

/// Whether a character does something other than be seen: a control character, the end of a line, or one that turns the
/// direction of what follows.
fn acts(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// What a line of a command to a CI runner begins with: GitHub's with `::` (`::error::`, `::set-output`), TeamCity's and
/// Azure's with `##`, and Buildkite's, which open and close groups, with `---`, `+++`, `~~~` or `^^^`.
const COMMANDS: [&str; 6] = ["::", "##", "---", "+++", "~~~", "^^^"];

/// Lines of which none is a command to a CI runner. `##[`, `##vso[`, `##teamcity[` and the like are none anywhere in a
/// line: runners look for them behind a time or a prefix, too.
fn safe(lines: &str) -> String {
    let mut safe = String::with_capacity(lines.len());
    for line in lines.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        let line = without_brackets(&plain(line), "\\[");
        let rest = line.trim_start();
        if COMMANDS.iter().any(|command| rest.starts_with(command)) {
            safe.push_str(line.strip_suffix(rest).unwrap_or_default());
            safe.push('\\');
            safe.push_str(rest);
        } else {
            safe.push_str(&line);
        }
        safe.push_str(end);
    }
    safe
}

/// The same text with something else in place of each bracket that `##` and perhaps a word stand before.
fn without_brackets(text: &str, instead: &str) -> String {
    let mut parts = text.split('[');
    let mut safe = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let word = |char: char| char.is_alphanumeric() || matches!(char, '-' | '_' | '.');
        safe.push_str(if safe.trim_end_matches(word).ends_with("##") { instead } else { "[" });
        safe.push_str(part);
    }
    safe
}

/// The same document, in which characters that act are written as escapes.
fn escaped_json(document: &str) -> String {
    let mut escaped = String::with_capacity(document.len());
    for char in document.chars() {
        // A line feed is between values: in strings it is an escape already.
        if acts(char) && char != '\n' {
            let mut units = [0; 2];
            for unit in char.encode_utf16(&mut units) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(char);
        }
    }
    // Only strings have these.
    without_brackets(&escaped, "\\u005b")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_data_acts() {
        assert_eq!(plain("x\n::error::y\r\t\u{1b}[31m\u{7}\u{9b}1m"), "x\\n::error::y\\r\\t\\u{1b}[31m\\u{7}\\u{9b}1m");
        assert_eq!(plain("a\u{202e}b\u{2066}c\u{2069}d\u{2028}e"), "a\\u{202e}b\\u{2066}c\\u{2069}d\\u{2028}e");
        assert_eq!(plain("Zoë 山田 🙂 شهاب"), "Zoë 山田 🙂 شهاب");
    }

    #[test]
    fn no_line_is_a_command() {
        assert_eq!(safe("::error::x\n"), "\\::error::x\n");
        assert_eq!(safe("a\n \t::set-env name=x::y"), "a\n \\t::set-env name=x::y");
        assert_eq!(safe("  ::error::x\n"), "  \\::error::x\n");
        assert_eq!(safe("\u{2003}::error::x\n"), "\u{2003}\\::error::x\n");
        assert_eq!(safe("a ::error:: b ##[error]c ##vso[x]"), "a ::error:: b ##\\[error]c ##vso\\[x]");
        for line in ["##teamcity[buildStop]", "##VSO[x]", " ## title", "##[x]", "--- a", "+++ b", "~~~ c", "^^^ +++"] {
            let said = safe(&format!("{line}\n"));
            assert!(said.trim_start().starts_with('\\') && !said.contains("##["), "{said}");
        }
        assert_eq!(safe("2026 ##teamcity[x [y] ###abc[z]\n"), "2026 ##teamcity\\[x [y] ###abc\\[z]\n");
        assert_eq!(safe("a # b[c] ## d [e]\n"), "a # b[c] ## d [e]\n");
    }

    #[test]
    fn json_says_the_same() {
        let value =
            serde_json::json!({"a\u{202e}": "##[error]\u{1b}\n\u{7f}\u{9b}", "b": ["##vso[x]", "##teamcity[y]", "🙂"]});
        let text = escaped_json(&serde_json::to_string_pretty(&value).unwrap_or_default());
        assert!(
            !text.contains("##[")
                && !text.contains("teamcity[")
                && !text.chars().any(|char| acts(char) && char != '\n'),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).ok(), Some(value));
    }
}
