//! Pages of text that come with the app: the small part of Markdown that they are written in, taken apart.

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading, with its depth from 1.
    Heading(usize, Vec<Span>),
    /// A paragraph.
    Text(Vec<Span>),
    /// What somebody or something says.
    Quote(Vec<Span>),
    /// Text as it stands, such as JSON.
    Code(String),
    /// A list, item by item.
    List(Vec<Vec<Span>>),
    /// A table, row by row, the first being its head.
    Table(Vec<Vec<Vec<Span>>>),
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Text.
    Plain(String),
    /// Text that stands out.
    Strong(String),
    /// Text as it stands.
    Code(String),
}

/// The most that is read of a page, in bytes.
const MAX: usize = 64 << 10;

/// Takes a page apart. Whatever is not known is text.
#[must_use]
pub fn read(text: &str) -> Vec<Block> {
    let mut end = text.len().min(MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut lines = text.get(..end).unwrap_or_default().lines().peekable();
    let mut blocks = Vec::new();
    while let Some(line) = lines.next() {
        let line = line.trim_end();
        if line.starts_with("```") {
            let code: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            blocks.push(Block::Code(code.join("\n")));
        } else if let Some(heading) = line.strip_prefix('#') {
            let text = heading.trim_start_matches('#');
            blocks.push(Block::Heading(1 + heading.len() - text.len(), spans(text.trim())));
        } else if !line.is_empty() {
            // Lines that follow one another belong together.
            let mut together = vec![line];
            while let Some(next) = lines.next_if(|next| !next.trim().is_empty() && !next.starts_with("```")) {
                together.push(next.trim_end());
            }
            blocks.push(block(&together));
        }
    }
    blocks
}

fn block(lines: &[&str]) -> Block {
    let each = |begin: &str| lines.iter().map(|line| line.strip_prefix(begin)).collect::<Option<Vec<_>>>();
    if let Some(quoted) = each(">") {
        return Block::Quote(spans(quoted.join(" ").trim()));
    }
    if let Some(items) = each("- ") {
        return Block::List(items.into_iter().map(spans).collect());
    }
    if let Some(rows) = each("|") {
        let is_rule = |row: &&str| row.chars().all(|sign| matches!(sign, '-' | '|' | ':' | ' '));
        let cells = |row: &str| row.trim_end_matches('|').split('|').map(|cell| spans(cell.trim())).collect();
        return Block::Table(rows.into_iter().filter(|row| !is_rule(row)).map(cells).collect());
    }
    Block::Text(spans(&lines.join(" ")))
}

/// Takes a line apart. Of links the words are left: where they lead is not part of the app.
fn spans(line: &str) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut plain = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let marked = [("**", "**"), ("`", "`"), ("[", "](")].into_iter().find_map(|(begin, end)| {
            let (inside, after) = rest.strip_prefix(begin)?.split_once(end)?;
            Some((begin, inside, if begin == "[" { after.split_once(')')?.1 } else { after }))
        });
        let Some((begin, inside, after)) = marked else {
            plain.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        };
        rest = after;
        if begin == "[" {
            plain.push_str(inside);
            continue;
        }
        if !plain.is_empty() {
            spans.push(Span::Plain(std::mem::take(&mut plain)));
        }
        spans.push(if begin == "`" { Span::Code(inside.to_string()) } else { Span::Strong(inside.to_string()) });
    }
    if !plain.is_empty() {
        spans.push(Span::Plain(plain));
    }
    spans
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn plain(text: &str) -> Span {
        Span::Plain(text.to_string())
    }

    #[test]
    fn a_page_is_taken_apart() {
        let text = "# EP1: A `x` too many\n\n**At night:** it waits\nfor ever, see [EP008](EP008.md).\n\n## Before\n\n```json\n{\n  \"a\": 1\n}\n```\n\n> `path.0`: no\n\n- one\n- **two**\n\n| a | b |\n|---|---|\n| `c` | d |\n";
        assert_eq!(
            read(text),
            [
                Block::Heading(1, vec![plain("EP1: A "), Span::Code("x".into()), plain(" too many")]),
                Block::Text(vec![Span::Strong("At night:".into()), plain(" it waits for ever, see EP008.")]),
                Block::Heading(2, vec![plain("Before")]),
                Block::Code("{\n  \"a\": 1\n}".into()),
                Block::Quote(vec![Span::Code("path.0".into()), plain(": no")]),
                Block::List(vec![vec![plain("one")], vec![Span::Strong("two".into())]]),
                Block::Table(vec![
                    vec![vec![plain("a")], vec![plain("b")]],
                    vec![vec![Span::Code("c".into())], vec![plain("d")]]
                ]),
            ]
        );
        assert_eq!(read(""), []);
        assert_eq!(
            read("2 ** 3 is `not closed [nor](this"),
            [Block::Text(vec![plain("2 ** 3 is `not closed [nor](this")])]
        );
        assert_eq!(read("```\nnot closed"), [Block::Code("not closed".into())]);
        assert_eq!(read(&"é".repeat(MAX)).len(), 1, "a page has a bound");
    }

    /// Nothing in the pages of problems is left as signs of Markdown.
    #[test]
    fn every_page_of_a_problem_is_understood() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/problems");
        let mut count = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let file = file.unwrap().path();
            if !file.file_name().unwrap().to_str().unwrap().starts_with("EP") {
                continue;
            }
            count += 1;
            let text = std::fs::read_to_string(&file).unwrap();
            let blocks = read(&text);
            let code = file.file_stem().unwrap().to_str().unwrap();
            let Some(Block::Heading(1, heading)) = blocks.first() else { panic!("{code} has no heading") };
            assert!(matches!(heading.first(), Some(Span::Plain(text)) if text.starts_with(&format!("{code}: "))));
            let code_blocks = blocks.iter().filter(|block| matches!(block, Block::Code(_))).count();
            assert_eq!(code_blocks, text.matches("```").count() / 2, "{code}");
            let mut plain = Vec::new();
            let mut add = |spans: &[Span]| {
                plain.extend(spans.iter().filter_map(|span| match span {
                    Span::Plain(text) => Some(text.clone()),
                    _ => None,
                }));
            };
            for block in &blocks {
                match block {
                    Block::Heading(_, spans) | Block::Text(spans) | Block::Quote(spans) => add(spans),
                    Block::List(rows) => rows.iter().for_each(|spans| add(spans)),
                    Block::Table(rows) => rows.iter().flatten().for_each(|spans| add(spans)),
                    Block::Code(_) => {}
                }
            }
            for text in plain {
                assert!(
                    !text.contains(['`', '|']) && !text.contains("# ") && !text.contains("**") && !text.contains("]("),
                    "{code}: {text}"
                );
            }
        }
        assert!(count > 40, "{count}");
    }
}
