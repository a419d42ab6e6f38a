//! What machines say, in the shape that Slack made common: text, blocks, attachments; as Markdown.

use serde_json::Value;

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Markdown, at most 4,000 characters.
    pub text: String,
    /// Name the machine gives itself.
    pub name: Option<String>,
}

/// Longest text in characters; the rest is cut.
const MOST: usize = 4_000;

/// Reads a payload.
pub fn read(payload: &Value) -> Said {
    let mut parts: Vec<String> = Vec::new();
    let blocks = payload.get("blocks").and_then(Value::as_array);
    // With blocks, the text is what notifications show.
    match blocks.filter(|b| !b.is_empty()) {
        Some(blocks) => parts.extend(blocks.iter().filter_map(block)),
        None => parts.extend(payload.get("text").and_then(Value::as_str).map(markdown)),
    }
    if parts.is_empty() {
        parts.extend(payload.get("text").and_then(Value::as_str).map(markdown));
    }
    for attachment in payload.get("attachments").and_then(Value::as_array).into_iter().flatten().take(20) {
        parts.extend(attached(attachment));
    }
    let text = parts.into_iter().filter(|p| !p.trim().is_empty()).collect::<Vec<_>>().join("\n\n");
    let text = if text.chars().count() > MOST {
        let cut: String = text.chars().take(MOST - 1).collect();
        format!("{cut}…")
    } else {
        text
    };
    let name = payload.get("username").and_then(Value::as_str).map(crate::web::forms::one_line);
    Said { text, name: name.map(|n| n.chars().take(40).collect::<String>()).filter(|n| !n.is_empty()) }
}

/// The text of a text object, or a plain string.
fn text_of(value: Option<&Value>) -> Option<String> {
    let value = value?;
    let text = value.as_str().or_else(|| value.get("text")?.as_str())?;
    let plain = value.get("type").and_then(Value::as_str) == Some("plain_text");
    Some(if plain { text.to_owned() } else { markdown(text) })
}

fn block(value: &Value) -> Option<String> {
    match value.get("type")?.as_str()? {
        "header" => text_of(value.get("text")).map(|t| format!("**{}**", t.trim())),
        "section" => {
            let mut lines: Vec<String> = text_of(value.get("text")).into_iter().collect();
            let fields = value.get("fields").and_then(Value::as_array);
            lines.extend(fields.into_iter().flatten().filter_map(|f| text_of(Some(f))));
            Some(lines.join("\n"))
        }
        "context" => {
            let elements = value.get("elements").and_then(Value::as_array)?;
            Some(elements.iter().filter_map(|e| text_of(Some(e))).collect::<Vec<_>>().join(" · "))
        }
        "image" => {
            let url = value.get("image_url").and_then(Value::as_str)?;
            let alt = value.get("alt_text").and_then(Value::as_str).unwrap_or(url);
            Some(link(url, alt))
        }
        "divider" => Some("---".to_owned()),
        "rich_text" => Some(rich(value).trim().to_owned()),
        _ => None,
    }
}

/// The words of a rich text, without its marks.
fn rich(value: &Value) -> String {
    let mut out = String::new();
    match value.get("type").and_then(Value::as_str) {
        Some("text") => out.push_str(value.get("text").and_then(Value::as_str).unwrap_or("")),
        Some("link") => {
            let url = value.get("url").and_then(Value::as_str).unwrap_or("");
            out.push_str(&link(url, value.get("text").and_then(Value::as_str).unwrap_or(url)));
        }
        _ => {
            for element in value.get("elements").and_then(Value::as_array).into_iter().flatten() {
                out.push_str(&rich(element));
            }
            out.push('\n');
        }
    }
    out
}

fn attached(value: &Value) -> Vec<String> {
    let field = |name: &str| value.get(name).and_then(Value::as_str).filter(|t| !t.is_empty());
    let mut out: Vec<String> = Vec::new();
    out.extend(field("pretext").map(markdown));
    if let Some(title) = field("title") {
        out.push(match field("title_link") {
            Some(url) => format!("**{}**", link(url, title)),
            None => format!("**{title}**"),
        });
    }
    match field("text") {
        Some(text) => out.push(markdown(text)),
        None if out.is_empty() => out.extend(field("fallback").map(markdown)),
        None => {}
    }
    let fields = value.get("fields").and_then(Value::as_array);
    let fields: Vec<String> = fields
        .into_iter()
        .flatten()
        .filter_map(|f| {
            let (title, text) = (f.get("title").and_then(Value::as_str)?, f.get("value").and_then(Value::as_str)?);
            Some(format!("**{title}:** {}", markdown(text)))
        })
        .collect();
    if !fields.is_empty() {
        out.push(fields.join("\n"));
    }
    for inner in value.get("blocks").and_then(Value::as_array).into_iter().flatten() {
        out.extend(block(inner));
    }
    out.extend(field("footer").map(|f| format!("_{f}_")));
    out
}

fn link(url: &str, text: &str) -> String {
    let text = text.replace(['[', ']'], "");
    format!("[{text}](<{}>)", url.replace(['<', '>', '\n'], ""))
}

/// Slack's own marks as Markdown: `*bold*`, `~struck~`, `<url|text>`, the escaped `&amp; &lt; &gt;`.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        marks(&rest[..at], &mut out);
        let Some(end) = rest[at..].find('>') else { break };
        let inner = &rest[at + 1..at + end];
        match inner.split_once('|') {
            Some((url, label)) if url.contains("://") || url.starts_with("mailto:") => out.push_str(&link(url, label)),
            Some((_, label)) => out.push_str(label),
            None if inner.contains("://") => out.push_str(inner),
            None => out.push_str(inner.trim_start_matches('!')),
        }
        rest = &rest[at + end + 1..];
    }
    marks(rest, &mut out);
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Doubles the marks of a pair: the first stands before a word, the second behind one, on the same line.
fn marks(text: &str, out: &mut String) {
    let chars: Vec<char> = text.chars().collect();
    let at = |n: Option<usize>| n.and_then(|n| chars.get(n)).copied();
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let ink = |c: Option<char>, mark: char| c.is_some_and(|c| !c.is_whitespace() && c != mark);
    let lone = |i: usize, mark: char| at(i.checked_sub(1)) != Some(mark) && at(Some(i + 1)) != Some(mark);
    let mut doubled = vec![false; chars.len()];
    let mut i = 0;
    while let Some(mark) = at(Some(i)) {
        // A star between two words is no mark, two of them are Markdown already.
        let opens =
            matches!(mark, '*' | '~') && lone(i, mark) && !word(at(i.checked_sub(1))) && ink(at(Some(i + 1)), mark);
        let close = opens.then(|| {
            let line = chars.iter().enumerate().skip(i + 1).take_while(|(_, c)| **c != '\n');
            line.map(|(j, c)| (j, *c)).find(|(j, c)| {
                *c == mark && lone(*j, mark) && ink(at(j.checked_sub(1)), mark) && !word(at(Some(j + 1)))
            })
        });
        if let Some((j, _)) = close.flatten() {
            for n in [i, j] {
                if let Some(place) = doubled.get_mut(n) {
                    *place = true;
                }
            }
            i = j;
        }
        i += 1;
    }
    for (c, twice) in chars.iter().zip(doubled) {
        out.push(*c);
        if twice {
            out.push(*c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn marks_become_markdown() {
        let text = "*Fertig:* <https://ci.example/5|Lauf 5> ~alt~ 3*4 **schon** &amp; <!here>";
        assert_eq!(markdown(text), "**Fertig:** [Lauf 5](<https://ci.example/5>) ~~alt~~ 3*4 **schon** & here");
    }

    #[test]
    fn blocks_and_attachments_are_read_in_order() {
        let said = read(&json!({
            "text": "nur für Benachrichtigungen", "username": "CI\nBot",
            "blocks": [
                { "type": "header", "text": { "type": "plain_text", "text": "Neuer Verkauf" } },
                { "type": "section", "text": { "type": "mrkdwn", "text": "*R2* für <https://x.example|Lena>" },
                  "fields": [{ "type": "mrkdwn", "text": "Betrag: 99 €" }] },
                { "type": "divider" },
                { "type": "actions", "elements": [] },
            ],
            "attachments": [{ "title": "Beleg", "title_link": "https://x.example/1", "fields": [{ "title": "Nr", "value": "7" }] }],
        }));
        assert_eq!(said.name.as_deref(), Some("CI Bot"));
        assert_eq!(
            said.text,
            "**Neuer Verkauf**\n\n**R2** für [Lena](<https://x.example>)\nBetrag: 99 €\n\n---\n\n**[Beleg](<https://x.example/1>)**\n\n**Nr:** 7"
        );
    }

    #[test]
    fn a_long_text_is_cut_and_an_empty_one_is_empty() {
        assert_eq!(read(&json!({ "text": "ä".repeat(5_000) })).text.chars().count(), 4_000);
        assert_eq!(read(&json!({ "foo": 1 })).text, "");
    }
}
