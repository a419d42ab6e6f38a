//! Words as the search knows them: one folding for both databases, and excerpts with what was found marked.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Adds the folded form of one character: case, accents and umlauts go, `ß` becomes `ss`.
fn fold_char(c: char, out: &mut String) {
    match c {
        'ß' | 'ẞ' => out.push_str("ss"),
        'æ' | 'Æ' => out.push_str("ae"),
        'œ' | 'Œ' => out.push_str("oe"),
        'ø' | 'Ø' => out.push('o'),
        'ł' | 'Ł' => out.push('l'),
        _ => out.extend(std::iter::once(c).nfkd().filter(|d| !is_combining_mark(*d)).flat_map(char::to_lowercase)),
    }
}

fn fold_word(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    word.chars().for_each(|c| fold_char(c, &mut out));
    out
}

/// The words of a text with their places in bytes.
fn words_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c))
        .filter(|w| !w.is_empty())
        .map(move |w| (w.as_ptr() as usize - text.as_ptr() as usize, w))
}

/// The folded words of a text, one space between two: what the index of either database is fed.
pub fn search_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (_, word) in words_of(text) {
        if !out.is_empty() {
            out.push(' ');
        }
        word.chars().for_each(|c| fold_char(c, &mut out));
    }
    out
}

/// What somebody looks for: at most eight words, each as the beginnings it may have
/// (`ernaehrung` also finds `Ernährung`). Letters and digits only, so nothing of it is syntax to a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms(Vec<Vec<String>>);

impl Terms {
    /// Reads a query; `None` when there is no word in it.
    pub fn parse(query: &str) -> Option<Self> {
        let terms: Vec<Vec<String>> = words_of(query)
            .take(8)
            .map(|(_, word)| {
                let folded: String = fold_word(word).chars().take(40).collect();
                let spelled = folded.replace("ae", "a").replace("oe", "o").replace("ue", "u");
                if spelled == folded { vec![folded] } else { vec![folded, spelled] }
            })
            .filter(|forms| forms.iter().all(|f| !f.is_empty()))
            .collect();
        (!terms.is_empty()).then_some(Self(terms))
    }

    /// The words, each with its forms.
    pub fn words(&self) -> &[Vec<String>] {
        &self.0
    }

    /// Whether every word stands in a text, or the beginning of one.
    pub fn all_in(&self, text: &str) -> bool {
        let words: Vec<String> = words_of(text).map(|(_, word)| fold_word(word)).collect();
        self.0.iter().all(|forms| words.iter().any(|word| forms.iter().any(|form| word.starts_with(form.as_str()))))
    }

    fn matches(&self, word: &str) -> bool {
        let folded = fold_word(word);
        self.0.iter().flatten().any(|form| folded.starts_with(form.as_str()))
    }
}

/// The part of `text` around the first found word, about `most` characters, as HTML:
/// everything is escaped first, then what was found stands in `<mark>`.
pub fn excerpt_html(text: &str, terms: &Terms, most: usize) -> String {
    let first = words_of(text).find(|(_, w)| terms.matches(w)).map_or(0, |(at, _)| at);
    let lead = most / 4;
    let from = text[..first].char_indices().rev().nth(lead).map_or(0, |(i, _)| i);
    let from = if from == 0 { 0 } else { text[from..first].find(char::is_whitespace).map_or(first, |i| from + i + 1) };
    let rest = &text[from..];
    let to = rest.char_indices().nth(most).map_or(rest.len(), |(i, _)| i);
    let cut = &rest[..to];
    let cut = if to < rest.len() { &cut[..cut.rfind(char::is_whitespace).unwrap_or(to)] } else { cut };
    let mut out = String::with_capacity(cut.len() + 64);
    if from > 0 {
        out.push('…');
    }
    let mut done = 0;
    for (at, word) in words_of(cut) {
        if !terms.matches(word) {
            continue;
        }
        escape_into(&cut[done..at], &mut out);
        out.push_str("<mark>");
        escape_into(word, &mut out);
        out.push_str("</mark>");
        done = at + word.len();
    }
    escape_into(&cut[done..], &mut out);
    if cut.len() < rest.len() {
        out.push('…');
    }
    out
}

/// Adds `text` with the five characters of HTML escaped.
pub fn escape_into(text: &str, out: &mut String) {
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#x27;",
            _ => continue,
        };
        out.push_str(&text[done..at]);
        out.push_str(entity);
        done = at + 1;
    }
    out.push_str(&text[done..]);
}

/// The text of HTML that we rendered ourselves: tags become spaces, entities their characters.
pub fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(if rest.starts_with('<') { '>' } else { ';' });
        let Some(end) = end else { break };
        match &rest[..=end] {
            "&amp;" => out.push('&'),
            "&lt;" => out.push('<'),
            "&gt;" => out.push('>'),
            "&quot;" => out.push('"'),
            "&#39;" | "&#x27;" => out.push('\''),
            "&nbsp;" => out.push(' '),
            tag if is_inline(tag) => {}
            _ => out.push(' '),
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_inline(tag: &str) -> bool {
    ["<em>", "</em>", "<strong>", "</strong>", "<code>", "</code>", "<del>", "</del>", "</a>"].contains(&tag)
        || tag.starts_with("<a ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_meet() {
        assert_eq!(search_words("Größe, Straße & Café!"), "grosse strasse cafe");
        let terms = Terms::parse("Ernaehrung").unwrap();
        assert_eq!(terms.words(), [vec!["ernaehrung".to_owned(), "ernahrung".to_owned()]]);
        assert_eq!(Terms::parse("\"' OR * -- "), Terms::parse("or"));
        assert_eq!(Terms::parse(" \"*( "), None);
    }

    #[test]
    fn an_excerpt_marks_what_was_found_and_nothing_executes() {
        let terms = Terms::parse("ernahr").unwrap();
        let html = excerpt_html("<b>Tipps</b> zur Ernährung & mehr", &terms, 200);
        assert_eq!(html, "&lt;b&gt;Tipps&lt;/b&gt; zur <mark>Ernährung</mark> &amp; mehr");
        let long = format!("{} Ernährung {}", "vorher ".repeat(80), "nachher ".repeat(80));
        let html = excerpt_html(&long, &terms, 100);
        assert!(html.starts_with('…') && html.ends_with('…') && html.contains("<mark>Ernährung</mark>"), "{html}");
    }

    #[test]
    fn plain_text_reads_like_the_page() {
        assert_eq!(plain("<p>a <strong>b</strong>c &amp; &lt;d&gt;</p><p>e<br>f</p>"), "a bc & <d> e f");
    }
}
