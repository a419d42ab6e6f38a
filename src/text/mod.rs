//! Text: Markdown to safe HTML at write time, excerpts, word counts, folding for search and unique names.

pub mod blocks;
pub mod links;
mod markdown;
mod mentions;
pub mod merge;
mod plain;
mod search;

pub use markdown::{RENDERER_VERSION, chat_html, page_html, post_html};
pub use mentions::mentioned;
pub use plain::plain_text;
pub use search::{Terms, escape_into, excerpt_html, plain, search_words};

use unicode_normalization::UnicodeNormalization;

/// Folds case and width, so that two spellings of one e-mail address or name meet (`lower()` is ASCII on SQLite).
pub fn fold(text: &str) -> String {
    text.trim().nfkc().collect::<String>().to_lowercase()
}

/// The first `most` characters of plain text, cut at a word, with an ellipsis.
pub fn excerpt(text: &str, most: usize) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= most {
        return flat;
    }
    let cut: String = flat.chars().take(most).collect();
    let end = cut.rfind(' ').filter(|i| *i > most / 2).unwrap_or(cut.len());
    format!("{}…", cut[..end].trim_end())
}

/// Words of a text, as people count them.
pub fn words(text: &str) -> usize {
    text.split_whitespace().filter(|w| w.chars().any(char::is_alphanumeric)).count()
}

/// A short name for addresses: letters, digits and hyphens, German letters spelled out.
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.to_lowercase().chars() {
        match c {
            'ä' => out.push_str("ae"),
            'ö' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            '&' => out.push_str("-und-"),
            _ => {
                for base in c.nfd().filter(char::is_ascii) {
                    out.push(if base.is_ascii_alphanumeric() { base } else { '-' });
                }
            }
        }
    }
    let parts: Vec<&str> = out.split('-').filter(|p| !p.is_empty()).collect();
    parts.join("-").chars().take(80).collect::<String>().trim_end_matches('-').to_owned()
}

/// Whether `text` is a slug: 1 to 60 of `a-z 0-9 -`, beginning and ending with a letter or digit.
pub fn is_slug(text: &str) -> bool {
    let inner = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    inner && (1..=60).contains(&text.len()) && !text.starts_with('-') && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_spell_german_letters_out() {
        assert_eq!(slug("Ernährung & Größe: 2. Teil!"), "ernaehrung-und-groesse-2-teil");
        assert!(is_slug(&slug("Ça va, Łódź?")));
    }

    #[test]
    fn an_excerpt_ends_at_a_word() {
        assert_eq!(excerpt("eins zwei drei vier", 12), "eins zwei…");
        assert_eq!(excerpt("kurz", 12), "kurz");
    }

    #[test]
    fn folding_meets_spellings() {
        assert_eq!(fold(" Jörg@EXAMPLE.com"), fold("jörg@example.COM "));
    }
}
