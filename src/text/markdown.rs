//! Markdown to safe HTML. comrak escapes raw HTML already; ammonia is the second lock, with an allow-list.

use ammonia::{Builder, UrlRelative};
use comrak::Options;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Grows when the output changes, so that a job can render stored texts again.
pub const RENDERER_VERSION: i32 = 2;

pub(super) fn options(hard_breaks: bool) -> Options<'static> {
    let mut o = Options::default();
    o.extension.strikethrough = true;
    o.extension.table = true;
    o.extension.autolink = true;
    o.extension.tasklist = false;
    o.parse.smart = false;
    o.render.hardbreaks = hard_breaks;
    o.render.r#unsafe = false;
    o.render.escape = true;
    o
}

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut b = Builder::empty();
    b.tags(HashSet::from([
        "p",
        "br",
        "hr",
        "em",
        "strong",
        "del",
        "code",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
        "a",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "img",
    ]));
    b.tag_attributes(HashMap::from([
        ("a", HashSet::from(["href", "title"])),
        ("img", HashSet::from(["src", "alt", "title"])),
        ("ol", HashSet::from(["start"])),
        ("th", HashSet::from(["align"])),
        ("td", HashSet::from(["align"])),
        ("pre", HashSet::from(["tabindex"])),
    ]));
    b.url_schemes(HashSet::from(["http", "https", "mailto"]));
    b.url_relative(UrlRelative::PassThrough);
    // Outbound links neither hand over our address nor our reputation.
    b.link_rel(Some("nofollow noopener noreferrer ugc"));
    b
});

fn render(source: &str, hard_breaks: bool, images: bool) -> String {
    let html = comrak::markdown_to_html(source, &options(hard_breaks));
    // Headings of a text begin below the page's own.
    let html = html.replace("<h1>", "<h2>").replace("</h1>", "</h2>").replace("<pre>", "<pre tabindex=\"0\">");
    let html = CLEANER.clean(&html).to_string();
    if images { html } else { strip_images(&html) }
}

/// Images of other servers would tell them who reads; only our own files are shown, others become links.
fn strip_images(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("<img ") {
        out.push_str(&rest[..at]);
        let Some(end) = rest[at..].find('>') else { break };
        let tag = &rest[at..=at + end];
        let value = |name: &str| {
            let from = tag.find(&format!("{name}=\""))? + name.len() + 2;
            tag[from..].split('"').next()
        };
        match value("src") {
            Some(src) if src.starts_with("/files/") => out.push_str(tag),
            Some(src) => {
                let text = value("alt").filter(|a| !a.is_empty()).unwrap_or(src);
                out.push_str(&format!("<a href=\"{src}\" rel=\"nofollow noopener noreferrer ugc\">{text}</a>"));
            }
            None => {}
        }
        rest = &rest[at + end + 1..];
    }
    out.push_str(rest);
    out
}

/// HTML of a forum post. Links that are declared as advertising carry [`super::links::LABEL`], for the reader's own words.
pub fn post_html(source: &str) -> String {
    label_ads(render(source, true, false))
}

/// Puts the label before each link whose title declares it, and says so to search engines as well.
fn label_ads(html: String) -> String {
    if !html.contains(" title=\"") {
        return html;
    }
    let mut out = String::with_capacity(html.len() + 128);
    let mut rest = html.as_str();
    while let Some(at) = rest.find("<a ") {
        out.push_str(&rest[..at]);
        let Some(end) = rest[at..].find('>') else { break };
        let tag = &rest[at..=at + end];
        let title = tag.split(" title=\"").nth(1).and_then(|t| t.split('"').next()).unwrap_or("");
        if super::links::is_label(title) {
            out.push_str(super::links::LABEL);
            out.push_str(&tag.replace("rel=\"nofollow ", "rel=\"nofollow sponsored "));
        } else {
            out.push_str(tag);
        }
        rest = &rest[at + end + 1..];
    }
    out.push_str(rest);
    out
}

/// HTML of a chat message: the same Markdown, a line break is a line break.
pub fn chat_html(source: &str) -> String {
    if is_plain(source) { format!("<p>{source}</p>\n") } else { render(source, true, false) }
}

/// Whether a text is one line of words without anything that Markdown or HTML could mean: most of a chat is, and it need
/// not pass two parsers to become a paragraph.
fn is_plain(source: &str) -> bool {
    let begins = source.chars().next().is_some_and(|c| c.is_alphabetic() || c == '(');
    begins
        && !source.ends_with(' ')
        && !source.contains("www.")
        && source.chars().all(|c| c.is_alphanumeric() || " ,.;?!()'-–…€".contains(c))
}

/// HTML of a page written by the team (imprint, privacy, guide).
pub fn page_html(source: &str) -> String {
    render(source, false, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_executes() {
        for attack in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1))",
            "[x](data:text/html,<script>alert(1)</script>)",
            "![a](javascript:alert(1))",
            "<a href=\"#\" onclick=\"x()\">x</a>",
            "<<script>script>alert(1)<</script>/script>",
            "<svg><style><img src=x onerror=alert(1)></style></svg>",
        ] {
            let html = post_html(attack);
            for bad in [
                "<script",
                "<img src=x",
                "href=\"javascript:",
                "src=\"javascript:",
                "href=\"data:",
                "<svg",
                "<a href=\"#\" on",
            ] {
                assert!(!html.contains(bad), "{attack} gave {html}");
            }
        }
    }

    #[test]
    fn the_short_way_of_plain_text_ends_where_the_long_one_does() {
        for text in ["Hallo Tom, wie läuft's?", "(nur kurz) Ja - 3.5 Prozent!", "Größe 12; ab 500 €…", "a"] {
            assert!(is_plain(text), "{text}");
            assert_eq!(chat_html(text), render(text, true, false));
        }
        for text in ["1. eins", "- eins", "www.x.de", "a\nb", "a & b", "*a*", "a@b.de", "https://x.de", ""] {
            assert!(!is_plain(text), "{text}");
        }
    }

    #[test]
    fn foreign_images_become_links() {
        let html = post_html("![Kurve](https://tracker.example/p.png)");
        assert!(html.contains("<a href=\"https://tracker.example/p.png\"") && !html.contains("<img"), "{html}");
    }

    #[test]
    fn markdown_reads_as_people_expect() {
        let html = post_html("# Titel\n**fett** und `code`\nneue Zeile\n\n| a | b |\n|---|---|\n| 1 | 2 |");
        for part in ["<h2>Titel</h2>", "<strong>fett</strong>", "<br>", "<table>"] {
            assert!(html.contains(part), "{html}");
        }
    }
}
