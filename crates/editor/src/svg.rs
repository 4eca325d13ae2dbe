//! The whole graph as one picture that stands alone: for a file, for print and for pixels.
//!
//! The same input gives the same bytes. Everything that is written on a node is in it as text; what does not fit is cut
//! off, and whole in the node's title.

use std::fmt::Write as _;

use escalation_api::{NodeKind, PathPayload};
use escalation_engine::Index;

use crate::bidi;
use crate::card;
use crate::layout::{EdgeKind, Layout, NodeBox, Point, Rect, svg_path};
use crate::tree::{self, PathNode, Side};
use crate::words::{self, NodeIcon, NodeWords};

/// The colours and the letters of a picture, as CSS has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// Behind everything.
    pub canvas: String,
    /// Of cards.
    pub surface: String,
    /// Of lines and the edges of cards.
    pub line: String,
    /// Of what is read first.
    pub text: String,
    /// Of the rest.
    pub muted: String,
    /// Of the stripe of levels.
    pub level: String,
    /// Of the stripe of channels.
    pub channel: String,
    /// Of the stripe of delays.
    pub delay: String,
    /// Of the edges of branches.
    pub branch: String,
    /// Of every other stripe.
    pub other: String,
    /// The fonts.
    pub font: String,
}

/// What is said in a picture that is not about a node.
pub struct Labels<'a> {
    /// Where the alert fires.
    pub start: &'a str,
    /// At an end.
    pub ends: &'a str,
    /// At an end behind a repeat.
    pub ends_after: &'a str,
    /// On the line of a repeat: how often.
    pub repeats: &'a dyn Fn(i64) -> String,
}

/// How round the corners of lines are.
const RADIUS: i32 = 12;
/// From the edge of a card to what is written on it.
const PADDING: i32 = 17;
const TITLE_LINE: i32 = 19;

/// Draws all that a layout has of a path.
#[must_use]
pub fn draw(path: &PathPayload, layout: &Layout, index: &Index, labels: &Labels<'_>, theme: &Theme) -> String {
    let mut picture = Picture { text: String::new(), theme, names: bidi::names(index.world(), path) };
    picture.open(path, layout);
    let sides = |id: &str| match tree::find(path, id).map(|found| &found.node.kind) {
        Some(NodeKind::IfElse(branch)) => Some(words::sides(&branch.conditions, index)),
        _ => None,
    };
    let times = |id: &str| match tree::find(path, id).map(|found| &found.node.kind) {
        Some(NodeKind::Repeat(repeat)) => Some((labels.repeats)(repeat.repeat_times)),
        _ => None,
    };
    for edge in &layout.edges {
        picture.line(&edge.points, edge.kind == EdgeKind::Back);
    }
    for edge in &layout.edges {
        let (Some(at), Some(from)) = (edge.label, &edge.from) else { continue };
        let label = match edge.kind {
            EdgeKind::Side(side) => {
                sides(from).map(|[then, otherwise]| if side == Side::Then { then } else { otherwise })
            }
            EdgeKind::Back => times(from),
            EdgeKind::Next => None,
        };
        picture.label(&label.unwrap_or_default(), at);
    }
    picture.start(labels.start, layout.start);
    for end in &layout.ends {
        let words = if end.after_repeat { labels.ends_after } else { labels.ends };
        picture.words(words, Point { x: end.at.x, y: end.at.y + 15 }, &Ink::small(&theme.muted).middle());
    }
    let mut nodes = std::collections::BTreeMap::new();
    tree::walk(path, |found| {
        nodes.entry(found.node.id.as_str()).or_insert(found.node);
    });
    for drawn in &layout.nodes {
        if let Some(node) = nodes.get(drawn.id.as_str()) {
            picture.node(node, drawn, &words::node(node, path, index));
        }
    }
    picture.text.push_str("</svg>\n");
    picture.text
}

struct Picture<'a> {
    text: String,
    theme: &'a Theme,
    /// What is to be set apart in all that is written.
    names: Vec<String>,
}

/// How something is written.
struct Ink<'a> {
    colour: &'a str,
    /// In tenths of a pixel.
    size: u32,
    bold: bool,
    middle: bool,
}

impl<'a> Ink<'a> {
    fn small(colour: &'a str) -> Self {
        Self { colour, size: 115, bold: false, middle: false }
    }

    fn title(colour: &'a str) -> Self {
        Self { colour, size: 125, bold: true, middle: false }
    }

    fn middle(self) -> Self {
        Self { middle: true, ..self }
    }
}

impl Picture<'_> {
    fn open(&mut self, path: &PathPayload, layout: &Layout) {
        let (width, height) = (layout.size.width, layout.size.height);
        let _infallible = write!(
            self.text,
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" font-family="{}"><title>{}</title><rect width="100%" height="100%" fill="{}"/>"#,
            escaped(&self.theme.font),
            escaped(&bidi::shown(&path.name, &self.names)),
            escaped(&self.theme.canvas)
        );
    }

    fn line(&mut self, points: &[Point], back: bool) {
        let d = svg_path(points, RADIUS);
        let line = escaped(&self.theme.line);
        let _infallible = write!(self.text, r#"<path d="{d}" fill="none" stroke="{line}" stroke-width="1.5"/>"#);
        let ([.., before, at], true) = (points, back) else { return };
        // The head of a line that comes back, from whichever side it comes.
        let from = if before.x < at.x { at.x - 7 } else { at.x + 7 };
        let _infallible = write!(
            self.text,
            r#"<path d="M{from} {}L{} {}L{from} {}" fill="none" stroke="{line}" stroke-width="1.5"/>"#,
            at.y - 4,
            at.x,
            at.y,
            at.y + 4
        );
    }

    /// Words on a line, which is covered by them.
    fn label(&mut self, words: &str, at: Point) {
        if words.is_empty() {
            return;
        }
        let width = card::text_width(words) + 8;
        let rect = Rect { x: at.x - width / 2, y: at.y - 9, width, height: 18 };
        let theme = self.theme;
        self.rect(rect, 4, &theme.canvas, None);
        self.words(words, Point { x: at.x, y: at.y + 4 }, &Ink::small(&theme.text).middle());
    }

    fn start(&mut self, words: &str, rect: Rect) {
        let theme = self.theme;
        self.rect(rect, rect.height / 2, &theme.surface, Some(&theme.line));
        let at = Point { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 + 4 };
        self.words(words, at, &Ink::small(&theme.text).middle());
    }

    fn node(&mut self, node: &PathNode, drawn: &NodeBox, words: &NodeWords) {
        let (theme, rect) = (self.theme, drawn.rect);
        let said = [words.kind.as_str(), &words.title, &words.timer].into_iter();
        let said = said.chain(words.badges.iter().map(words::Badge::text)).filter(|part| !part.is_empty());
        let said = said.collect::<Vec<_>>().join(". ");
        let _infallible = write!(self.text, "<g><title>{}</title>", escaped(&bidi::shown(&said, &self.names)));
        if let NodeKind::IfElse(_) = node.kind {
            self.rect(rect, rect.height / 2, &theme.surface, Some(&theme.branch));
            let at = Point { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 + 4 };
            let title = cut(&words.title, rect.width - 32);
            self.words(&title, at, &Ink::title(&theme.text).middle());
        } else {
            self.rect(rect, 8, &theme.surface, Some(&theme.line));
            let stripe = match words.icon {
                NodeIcon::Level => &theme.level,
                NodeIcon::Channel => &theme.channel,
                NodeIcon::Delay => &theme.delay,
                _ => &theme.other,
            };
            self.rect(Rect { x: rect.x, y: rect.y + 8, width: 4, height: rect.height - 16 }, 2, stripe, None);
            self.card(rect, words);
        }
        self.text.push_str("</g>");
    }

    fn card(&mut self, rect: Rect, words: &NodeWords) {
        let theme = self.theme;
        let (x, mut y) = (rect.x + PADDING, rect.y + 11 + 13);
        let room = rect.width - 2 * PADDING;
        self.words(&words.kind, Point { x, y }, &Ink::small(&theme.muted));
        y += 5;
        for line in lines(&words.title, room, card::title_lines(words)) {
            y += TITLE_LINE;
            self.words(&line, Point { x, y: y - 4 }, &Ink::title(&theme.text));
        }
        if !words.timer.is_empty() {
            y += 19;
            self.words(&cut(&words.timer, room), Point { x, y: y - 4 }, &Ink::small(&theme.muted));
        }
        let badges: Vec<&str> = words.badges.iter().map(words::Badge::text).collect();
        if !badges.is_empty() {
            let badges = cut(&badges.join(" · "), room);
            self.words(&badges, Point { x, y: y + 20 }, &Ink::small(&theme.muted));
        }
    }

    fn rect(&mut self, rect: Rect, radius: i32, fill: &str, edge: Option<&str>) {
        let Rect { x, y, width, height } = rect;
        let edge = edge.map(|edge| format!(r#" stroke="{}""#, escaped(edge))).unwrap_or_default();
        let _infallible = write!(
            self.text,
            r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}" fill="{}"{edge}/>"#,
            escaped(fill)
        );
    }

    fn words(&mut self, words: &str, at: Point, ink: &Ink<'_>) {
        let Point { x, y } = at;
        let weight = if ink.bold { r#" font-weight="600""# } else { "" };
        let anchor = if ink.middle { r#" text-anchor="middle""# } else { "" };
        let _infallible = write!(
            self.text,
            r#"<text x="{x}" y="{y}" fill="{}" font-size="{}.{}"{weight}{anchor}>{}</text>"#,
            escaped(ink.colour),
            ink.size / 10,
            ink.size % 10,
            escaped(&bidi::shown(words, &self.names))
        );
    }
}

/// Words on so many lines at most, broken between words.
fn lines(text: &str, room: i32, most: i32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let full = i32::try_from(lines.len()).unwrap_or(most) >= most;
        match lines.last_mut() {
            Some(line) if full || card::text_width(line) + card::text_width(word) + 4 <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines.iter().map(|line| cut(line, room)).collect()
}

/// As much of a text as fits, with an ellipsis for the rest.
fn cut(text: &str, room: i32) -> String {
    if card::text_width(text) <= room {
        return text.to_string();
    }
    let mut fits = String::new();
    for letter in text.chars() {
        fits.push(letter);
        if card::text_width(&fits) + 12 > room {
            fits.pop();
            break;
        }
    }
    fits.push('…');
    fits
}

/// A text as XML has it. What XML cannot say is shown as a character that could not be read.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}
