//! A text as one member gets it: own link, name and tier filled in, the label as its first line.

use super::model::{Variant, disclosure};
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::text::merge::{Context, Template, Values};
use crate::text::{plain_text, post_html};

/// The longest personal text in bytes.
const MOST: usize = 400_000;

/// Whose text it becomes.
#[derive(Debug, Clone)]
pub struct Owner {
    /// Shown name.
    pub name: String,
    /// Name of the tier in both languages.
    pub tier: (String, String),
    /// The member's own link for the program and the code in it; none: the member has no code.
    pub code: Option<(String, String)>,
}

impl Owner {
    fn values(&self, lang: Lang) -> Values {
        let (link, code) = match &self.code {
            Some((link, code)) => (link.clone(), code.clone()),
            None => (String::new(), String::new()),
        };
        Values {
            member_name: self.name.clone(),
            member_tier: lang.pick(&self.tier.0, &self.tier.1).clone(),
            affiliate_link: link,
            affiliate_ref: code,
            disclosure: disclosure(lang).to_owned(),
        }
    }
}

/// A text of one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Personal {
    /// Language.
    pub lang: Lang,
    /// Subject, plain.
    pub subject: String,
    /// Markdown, the label first.
    pub markdown: String,
    /// HTML fragment, the label first.
    pub html: String,
    /// Plain text, the label first.
    pub text: String,
}

/// Whether `variant` asks for the member's link or code.
pub fn needs_ref(variant: &Variant) -> bool {
    [&variant.subject, &variant.body].into_iter().any(|s| Template::parse(s).is_ok_and(|t| t.needs_ref()))
}

/// Makes `variant` the text of `owner`.
///
/// # Errors
/// Conflict `no_affiliate_ref` when the text needs a code and the owner has none.
pub fn compose(variant: &Variant, owner: &Owner) -> Result<Personal> {
    if owner.code.is_none() && needs_ref(variant) {
        return Err(Error::Conflict("no_affiliate_ref"));
    }
    fill(variant, owner)
}

/// Makes the text for the eye alone: where the owner has no code, a hint stands in for the link.
///
/// # Errors
/// When a stored text is broken or far too long.
pub fn sketch(variant: &Variant, owner: &Owner, hint: &str) -> Result<Personal> {
    let mut owner = owner.clone();
    if owner.code.is_none() {
        owner.code = Some((format!("https://{hint}"), String::new()));
    }
    fill(variant, &owner)
}

fn fill(variant: &Variant, owner: &Owner) -> Result<Personal> {
    let lang = variant.lang();
    let values = owner.values(lang);
    let merged = |source: &str, context: Context| {
        let template = Template::parse(source).map_err(|_| Error::internal("a stored text has unknown fields"))?;
        template.render(&values, context, MOST).map_err(|_| Error::internal("a personal text is too long"))
    };
    let body = merged(without_label(&variant.body, lang), Context::Markdown)?;
    let markdown = format!("{}\n\n{}\n", disclosure(lang), body.trim());
    Ok(Personal {
        lang,
        subject: merged(&variant.subject, Context::Plain)?,
        html: copy_html(&markdown),
        text: format!("{}\n", plain_text(&markdown)),
        markdown,
    })
}

/// HTML of a text that partners send out: its links are paid ones, and say so.
fn copy_html(markdown: &str) -> String {
    post_html(markdown).replace("rel=\"nofollow noopener noreferrer ugc\"", "rel=\"sponsored nofollow noopener\"")
}

/// The author's text without a label it already begins with: the house puts its own above every text.
fn without_label(source: &str, lang: Lang) -> &str {
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
    let words: &[(&str, bool)] = match lang {
        Lang::De => &[("anzeige", false), ("werbung", true)],
        Lang::En => &[("advertisement", false), ("ad", true)],
    };
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

    fn variant(lang: &str, body: &str) -> Variant {
        Variant {
            resource_id: 1,
            key: "short".into(),
            lang: lang.into(),
            subject: "Für {{member.name}}".into(),
            body: body.into(),
            words: 0,
        }
    }

    fn lena() -> Owner {
        Owner {
            name: "Lena <b>Brandt</b>".into(),
            tier: ("Profi".into(), "Pro".into()),
            code: Some(("https://fitnord.example/?p=lena".into(), "lena".into())),
        }
    }

    #[test]
    fn the_label_is_the_first_line_and_there_once() {
        for (lang, body) in [
            ("de", "Hallo du"),
            ("de", "Anzeige\n\nHallo du"),
            ("de", "Anzeige. Hallo du"),
            ("de", "**Anzeige:** Hallo du"),
            ("de", "  *Anzeige*\nHallo du"),
            ("de", "{{disclosure}}\n\nHallo du"),
            ("de", "{{ disclosure }} Hallo du"),
            ("de", "# Anzeige\nHallo du"),
            ("de", "#Werbung\nHallo du"),
            ("de", "Anzeige Hallo du"),
            ("en", "Ad: Hallo du"),
            ("en", "#ad\nHallo du"),
            ("en", "Ad – Hallo du"),
            ("en", "Ad Hallo du"),
        ] {
            let label = disclosure(Lang::stored(lang));
            let made = compose(&variant(lang, body), &lena()).unwrap();
            assert_eq!(made.text, format!("{label}\n\nHallo du\n"), "{body}");
            assert!(made.html.starts_with(&format!("<p>{label}</p>")), "{}", made.html);
            assert!(made.markdown.starts_with(&format!("{label}\n\n")));
        }
    }

    #[test]
    fn words_that_only_look_like_the_label_stay() {
        for (lang, body) in [
            ("en", "Ad-free workouts"),
            ("en", "Adventure"),
            ("en", "Ad spend is down"),
            ("de", "Anzeigen sind teuer"),
            ("de", "Werbung lohnt sich"),
        ] {
            let made = compose(&variant(lang, body), &lena()).unwrap();
            assert_eq!(made.text, format!("{}\n\n{body}\n", disclosure(Lang::stored(lang))));
        }
    }

    #[test]
    fn name_and_link_are_the_members_own_and_harmless() {
        let made = compose(&variant("de", "Ich, {{member.name}}: [hier]({{affiliate.link}})"), &lena()).unwrap();
        assert!(
            made.html.contains("Lena &lt;b&gt;Brandt&lt;/b&gt;")
                && made.html.contains("href=\"https://fitnord.example/?p=lena\""),
            "{}",
            made.html
        );
        assert!(made.html.contains("rel=\"sponsored nofollow noopener\""));
        assert!(made.text.contains("hier (https://fitnord.example/?p=lena)"), "{}", made.text);
        assert!(made.markdown.contains("Lena \\<b\\>"), "{}", made.markdown);
    }

    #[test]
    fn without_a_code_no_text_with_a_link_leaves() {
        let stranger = Owner { code: None, ..lena() };
        let refused = compose(&variant("de", "{{affiliate.link}}"), &stranger);
        assert!(matches!(refused, Err(Error::Conflict("no_affiliate_ref"))));
        assert!(compose(&variant("de", "Ohne Link"), &stranger).is_ok());
    }
}
