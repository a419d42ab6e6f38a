//! The label of advertising ("Anzeige", "Werbung", "Ad"): which word where, and why. Promotional text carries it in
//! its first line: § 5a (4) UWG (Germany), the CAP Code (United Kingdom), 16 CFR Part 255 (United States).

use super::channels::Channel;
use crate::i18n::Lang;

/// The market a text is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Country {
    /// Germany.
    De,
    /// Austria.
    At,
    /// Switzerland.
    Ch,
    /// United Kingdom.
    Gb,
    /// Ireland.
    Ie,
    /// United States.
    Us,
}

impl Country {
    /// All of them, in the order forms offer them.
    pub const ALL: [Country; 6] = [Country::De, Country::At, Country::Ch, Country::Gb, Country::Ie, Country::Us];

    /// ISO 3166.
    pub fn code(self) -> &'static str {
        match self {
            Self::De => "DE",
            Self::At => "AT",
            Self::Ch => "CH",
            Self::Gb => "GB",
            Self::Ie => "IE",
            Self::Us => "US",
        }
    }

    /// Reads a code.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.code().eq_ignore_ascii_case(text.trim()))
    }

    /// The market of a text that names none.
    pub fn usual(lang: Lang) -> Self {
        lang.pick(Self::De, Self::Gb)
    }

    /// Fluent key of its name.
    pub fn label(self) -> String {
        format!("library-country-{}", self.code().to_lowercase())
    }

    /// Fluent key of the reason for the label there.
    pub fn why(self) -> String {
        format!("library-why-{}", self.code().to_lowercase())
    }
}

/// The label of a text in `lang` for `channel` in `country`. It speaks the language of the text: a reader must
/// understand it, so `#ad` alone does not do in German. Pictures and films are called "Werbung".
pub fn label(lang: Lang, channel: Channel, country: Country) -> &'static str {
    let moving = matches!(channel, Channel::Instagram | Channel::Tiktok | Channel::Youtube);
    let german = if moving || country == Country::Ch { "Werbung" } else { "Anzeige" };
    lang.pick(german, "Ad")
}

/// Whether the first line with words in it begins with a label of `lang`.
pub fn is_labelled(text: &str, lang: Lang) -> bool {
    let first = text.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or("");
    let first = first.trim_start_matches(['*', '_', '[', '(', '#', ' ']);
    let words: &[&str] = lang.pick(&["Anzeige", "Werbung"], &["Advertisement", "Ad"]);
    words.iter().any(|word| {
        let begins = first.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
        begins && !first[word.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '-')
    })
}

/// The author's text without a label it already begins with: the house puts its own above every text.
pub fn without_label(source: &str, lang: Lang) -> &str {
    let source = source.trim_start_matches(['\u{feff}', ' ', '\t', '\n', '\r']);
    let marks: &[char] = &['*', '_', '[', ']', '(', ')', '#', '>', ' '];
    let inner = source.trim_start_matches(marks);
    let opened = &source[..source.len() - inner.len()];
    let Some((rest, strict)) = label_at(inner, lang) else { return source };
    let (mut tail, mut closed, mut parted) = (rest, false, false);
    loop {
        if let Some(next) = tail.strip_prefix(['*', '_', ']', ')']) {
            (tail, closed) = (next, true);
        } else if let Some(next) = tail.strip_prefix([':', '.', '–', '—', '-', '|', '!', ',']).filter(|_| !parted) {
            (tail, parted) = (next, true);
        } else if !parted && let Some(next) = tail.trim_start_matches([' ', '\t']).strip_prefix(['–', '—', '-', '|'])
        {
            (tail, parted) = (next, true);
        } else {
            break;
        }
    }
    // "Ad-free" and emphasis that goes on after the label are not a label of their own.
    let is_marked = opened.contains(['*', '_', '[', '(']);
    if !(tail.is_empty() || tail.starts_with(char::is_whitespace)) || (is_marked && !closed) {
        return source;
    }
    let ends_line = tail.trim_start_matches([' ', '\t', '\r']).starts_with('\n') || tail.trim().is_empty();
    let stands_alone = parted || closed || ends_line || opened.contains('#');
    if !stands_alone && strict && !tail.trim_start().starts_with(char::is_uppercase) {
        return source;
    }
    tail.trim_start()
}

/// What follows a label at the beginning of `text`; `true`: the word is also an everyday word, so what follows
/// decides.
fn label_at(text: &str, lang: Lang) -> Option<(&str, bool)> {
    if let Some(field) = text.strip_prefix("{{") {
        let (name, rest) = field.split_once("}}")?;
        return name.trim().eq_ignore_ascii_case("disclosure").then_some((rest, false));
    }
    let words: &[(&str, bool)] =
        lang.pick(&[("anzeige", false), ("werbung", true)], &[("advertisement", false), ("ad", true)]);
    words.iter().find_map(|(word, strict)| {
        let head = text.get(..word.len())?;
        let rest = &text[word.len()..];
        let ends = !rest.starts_with(|c: char| c.is_alphanumeric());
        (head.eq_ignore_ascii_case(word) && ends).then_some((rest, *strict))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_fits_language_channel_and_country() {
        assert_eq!(label(Lang::De, Channel::Mail, Country::De), "Anzeige");
        assert_eq!(label(Lang::De, Channel::Instagram, Country::At), "Werbung");
        assert_eq!(label(Lang::De, Channel::Mail, Country::Ch), "Werbung");
        assert_eq!(label(Lang::En, Channel::Tiktok, Country::Us), "Ad");
    }

    #[test]
    fn a_draft_without_a_label_is_seen() {
        for good in ["Anzeige\n\nHallo", "**Werbung:** Hallo", "#Anzeige Hallo"] {
            assert!(is_labelled(good, Lang::De), "{good}");
        }
        for bad in ["Hallo\nAnzeige", "Anzeigen sind teuer", "#ad Hallo", ""] {
            assert!(!is_labelled(bad, Lang::De), "{bad}");
        }
        assert!(is_labelled("#ad hello", Lang::En) && !is_labelled("Ad-free workouts", Lang::En));
    }
}
