//! Markdown to plain text, for mails and posts: what was markup becomes layout that reads well without it.

use comrak::nodes::{ListType, Node, NodeValue};
use comrak::{Arena, parse_document};

/// Plain text of a Markdown source: links become `text (address)`, lists keep their marks, paragraphs their gaps.
pub fn plain_text(source: &str) -> String {
    let arena = Arena::new();
    let root = parse_document(&arena, source, &super::markdown::options(true));
    let mut out = String::new();
    blocks(root, "", &mut out);
    out.trim_end().to_owned()
}

/// Writes the blocks below `parent`, an empty line between them, `indent` before each line.
fn blocks<'a>(parent: Node<'a>, indent: &str, out: &mut String) {
    for (i, node) in parent.children().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        block(node, indent, out);
    }
}

fn block<'a>(node: Node<'a>, indent: &str, out: &mut String) {
    match &node.data.borrow().value {
        NodeValue::Paragraph | NodeValue::Heading(_) => lines(&inline(node), indent, out),
        NodeValue::CodeBlock(code) => lines(code.literal.trim_end(), indent, out),
        NodeValue::HtmlBlock(html) => lines(html.literal.trim_end(), indent, out),
        NodeValue::ThematicBreak => lines("———", indent, out),
        NodeValue::BlockQuote => blocks(node, &format!("{indent}> "), out),
        NodeValue::List(list) => {
            for (i, item) in node.children().enumerate() {
                if i > 0 && !list.tight {
                    out.push('\n');
                }
                let mark = match list.list_type {
                    ListType::Bullet => "– ".to_owned(),
                    ListType::Ordered => format!("{}. ", list.start + i),
                };
                let mut inner = String::new();
                let hang = " ".repeat(mark.chars().count());
                blocks(item, &format!("{indent}{hang}"), &mut inner);
                // The mark takes the place of the first line's hanging indent.
                let first = inner.strip_prefix(&format!("{indent}{hang}")).unwrap_or(&inner);
                out.push_str(indent);
                out.push_str(&mark);
                out.push_str(first);
            }
        }
        NodeValue::Table(_) => {
            for row in node.children() {
                let cells: Vec<String> = row.children().map(inline).collect();
                lines(&cells.join(" | "), indent, out);
            }
        }
        _ => blocks(node, indent, out),
    }
}

fn lines(text: &str, indent: &str, out: &mut String) {
    for line in text.lines() {
        out.push_str(indent);
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

fn inline<'a>(node: Node<'a>) -> String {
    let mut out = String::new();
    for child in node.children() {
        match &child.data.borrow().value {
            NodeValue::Text(text) => out.push_str(text),
            NodeValue::Code(code) => out.push_str(&code.literal),
            NodeValue::HtmlInline(html) => out.push_str(html),
            NodeValue::SoftBreak | NodeValue::LineBreak => out.push('\n'),
            NodeValue::Link(link) | NodeValue::Image(link) => {
                let text = inline(child);
                let address = link.url.strip_prefix("mailto:").unwrap_or(&link.url);
                if text.is_empty() || text == address {
                    out.push_str(address);
                } else {
                    out.push_str(&format!("{text} ({address})"));
                }
            }
            _ => out.push_str(&inline(child)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::plain_text;

    #[test]
    fn markup_becomes_layout() {
        let source = "# Titel\n\nEin **fetter** Satz, [hier](https://a.example/x) und https://b.example\nneue Zeile\n\n1. eins\n2. zwei\n   - innen\n\n> Zitat";
        let text = "Titel\n\nEin fetter Satz, hier (https://a.example/x) und https://b.example\nneue Zeile\n\n1. eins\n2. zwei\n\n   – innen\n\n> Zitat";
        assert_eq!(plain_text(source), text);
    }

    #[test]
    fn escaped_marks_come_back_as_they_were() {
        assert_eq!(plain_text("\\<b\\>\\*x\\* & y"), "<b>*x* & y");
    }
}
