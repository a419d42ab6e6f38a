//! Markdown as a flat run of blocks, for writers of documents (PDF, word processors) that know paragraphs and no HTML.

use comrak::nodes::{ListType, Node, NodeValue};
use comrak::{Arena, parse_document};

/// A run of letters of one look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span {
    /// What is read; `\n` is a line break.
    pub text: String,
    /// Strong.
    pub bold: bool,
    /// Emphasis.
    pub italic: bool,
    /// Code.
    pub code: bool,
    /// Where it leads: http, https or mailto; none else.
    pub href: Option<String>,
}

/// What a block is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// A heading of level 1 to 6.
    Heading(u8),
    /// A paragraph.
    Paragraph,
    /// A list item with its mark (`•`, `2.`), only on its first paragraph.
    Item(String),
    /// Lines kept as they are.
    Code,
    /// A line across.
    Rule,
    /// A row of a table, its cells after one another; `true`: the head.
    Row(bool),
}

/// A block of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub shape: Shape,
    /// How many lists or quotes it stands in.
    pub depth: usize,
    /// Whether it is quoted.
    pub quoted: bool,
    /// Its content; of a row: one list of spans a cell.
    pub cells: Vec<Vec<Span>>,
}

impl Block {
    /// Everything that is read in it, cells parted by ` | `.
    pub fn text(&self) -> String {
        let cell = |spans: &Vec<Span>| spans.iter().map(|s| s.text.as_str()).collect::<String>();
        self.cells.iter().map(cell).collect::<Vec<_>>().join(" | ")
    }
}

#[derive(Clone, Copy, Default)]
struct Place {
    depth: usize,
    quoted: bool,
}

/// The blocks of a Markdown source, first to last.
pub fn blocks(source: &str) -> Vec<Block> {
    let arena = Arena::new();
    let root = parse_document(&arena, source, &super::markdown::options(true));
    let mut out = Vec::new();
    walk(root, Place::default(), &mut None, &mut out);
    out
}

/// Every address that a Markdown source links to or shows a picture of.
pub fn links(source: &str) -> Vec<String> {
    let arena = Arena::new();
    let root = parse_document(&arena, source, &super::markdown::options(true));
    root.descendants()
        .filter_map(|node| match &node.data.borrow().value {
            NodeValue::Link(link) | NodeValue::Image(link) => Some(link.url.clone()),
            _ => None,
        })
        .collect()
}

fn walk<'a>(parent: Node<'a>, place: Place, mark: &mut Option<String>, out: &mut Vec<Block>) {
    for node in parent.children() {
        block(node, place, mark, out);
    }
}

fn block<'a>(node: Node<'a>, place: Place, mark: &mut Option<String>, out: &mut Vec<Block>) {
    let make = |shape, cells| Block { shape, depth: place.depth, quoted: place.quoted, cells };
    match &node.data.borrow().value {
        NodeValue::Paragraph => {
            let shape = mark.take().map_or(Shape::Paragraph, Shape::Item);
            out.push(make(shape, vec![spans(node)]));
        }
        NodeValue::Heading(heading) => out.push(make(Shape::Heading(heading.level), vec![spans(node)])),
        NodeValue::CodeBlock(code) => {
            let span = Span { text: code.literal.trim_end().to_owned(), code: true, ..Span::default() };
            out.push(make(Shape::Code, vec![vec![span]]));
        }
        NodeValue::HtmlBlock(html) => {
            let span = Span { text: html.literal.trim_end().to_owned(), ..Span::default() };
            out.push(make(Shape::Paragraph, vec![vec![span]]));
        }
        NodeValue::ThematicBreak => out.push(make(Shape::Rule, Vec::new())),
        NodeValue::BlockQuote => walk(node, Place { depth: place.depth + 1, quoted: true }, &mut None, out),
        NodeValue::List(list) => {
            for (i, item) in node.children().enumerate() {
                let mut mark = Some(match list.list_type {
                    ListType::Bullet => "•".to_owned(),
                    ListType::Ordered => format!("{}.", list.start + i),
                });
                walk(item, Place { depth: place.depth + 1, ..place }, &mut mark, out);
            }
        }
        NodeValue::Table(_) => {
            for (i, row) in node.children().enumerate() {
                out.push(make(Shape::Row(i == 0), row.children().map(spans).collect()));
            }
        }
        _ => walk(node, place, mark, out),
    }
}

fn spans<'a>(node: Node<'a>) -> Vec<Span> {
    let mut out = Vec::new();
    inline(node, &Span::default(), &mut out);
    out
}

fn push(out: &mut Vec<Span>, look: &Span, text: &str, code: bool) {
    match out.last_mut() {
        Some(last) if (last.bold, last.italic, last.code, &last.href) == (look.bold, look.italic, code, &look.href) => {
            last.text.push_str(text);
        }
        _ => out.push(Span { text: text.to_owned(), code, ..look.clone() }),
    }
}

fn inline<'a>(node: Node<'a>, look: &Span, out: &mut Vec<Span>) {
    for child in node.children() {
        match &child.data.borrow().value {
            NodeValue::Text(text) => push(out, look, text, false),
            NodeValue::Code(code) => push(out, look, &code.literal, true),
            NodeValue::HtmlInline(html) => push(out, look, html, false),
            NodeValue::SoftBreak | NodeValue::LineBreak => push(out, look, "\n", false),
            NodeValue::Strong => inline(child, &Span { bold: true, ..look.clone() }, out),
            NodeValue::Emph => inline(child, &Span { italic: true, ..look.clone() }, out),
            NodeValue::Link(link) | NodeValue::Image(link) => {
                let is_safe = ["http://", "https://", "mailto:"].iter().any(|s| link.url.starts_with(s));
                inline(child, &Span { href: is_safe.then(|| link.url.clone()), ..look.clone() }, out);
            }
            _ => inline(child, look, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_blocks_in_reading_order() {
        let all = blocks(
            "# Titel\n\nEin **fetter** [Satz](https://a.example)\n\n- eins\n- zwei\n\n> Zitat\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        );
        let texts: Vec<String> = all.iter().map(Block::text).collect();
        assert_eq!(texts, ["Titel", "Ein fetter Satz", "eins", "zwei", "Zitat", "a | b", "1 | 2"]);
        assert_eq!(all[2].shape, Shape::Item("•".into()));
        assert_eq!(all[1].cells[0][3].href.as_deref(), Some("https://a.example"));
        assert!(all[4].quoted && all[5].shape == Shape::Row(true));
    }

    #[test]
    fn only_web_and_mail_addresses_are_links() {
        assert_eq!(blocks("[x](javascript:alert(1))")[0].cells[0][0].href, None);
    }
}
