//! The marks of the old house in a text.

/// Discourse's own marks as Markdown: quotes become quotes, pictures that lie in the old house their words.
pub(super) fn tidy(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut depth = 0_usize;
    for line in raw.replace("\r\n", "\n").lines() {
        let bare = line.trim();
        if let Some(rest) = bare.strip_prefix("[quote") {
            let (who, after) = rest.split_once(']').unwrap_or((rest, ""));
            let who = who.trim_start_matches('=').trim_matches('"').split(',').next().unwrap_or("").trim();
            depth += 1;
            if !who.is_empty() {
                out.push_str(&format!("{}**{who}:**\n", "> ".repeat(depth)));
            }
            if !after.trim().is_empty() {
                out.push_str(&format!("{}{after}\n", "> ".repeat(depth)));
            }
            continue;
        }
        if bare == "[/quote]" {
            depth = depth.saturating_sub(1);
            out.push('\n');
            continue;
        }
        out.push_str(&"> ".repeat(depth));
        out.push_str(&without_uploads(line));
        out.push('\n');
    }
    out.trim().chars().filter(|c| *c != '\0').collect()
}

/// `![words|690x400](upload://…)` becomes `words`: the file is not in the export.
fn without_uploads(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("](upload://") {
        let Some(open) = rest[..at].rfind('[') else { break };
        let Some(close) = rest[at..].find(')') else { break };
        let words = rest[open + 1..at].split('|').next().unwrap_or("");
        out.push_str(rest[..open].strip_suffix('!').unwrap_or(&rest[..open]));
        out.push_str(&format!("*{words}*"));
        rest = &rest[at + close + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_pictures_of_the_old_house_become_markdown() {
        let raw = "[quote=\"mara, post:2, topic:5\"]\nerst\n[/quote]\nja ![bild|690x40](upload://a.png), gut";
        assert_eq!(tidy(raw), "> **mara:**\n> erst\n\nja *bild*, gut");
        assert_eq!(without_uploads("[x](upload://offen"), "[x](upload://offen");
    }
}
