//! Rendering of letters: `email_templates/<name>/{de,en}/{subject.txt,body.txt,body.html}.hbs`; `de` says du, and
//! `de_sie` holds the parts that differ where the house says Sie.

use crate::error::{Error, Result};
use crate::i18n::Lang;
use handlebars::Handlebars;
use serde::Serialize;
use std::sync::OnceLock;

#[derive(rust_embed::RustEmbed)]
#[folder = "email_templates"]
#[include = "*.hbs"]
struct Files;

/// A letter: its fields are what the templates may use.
pub trait Letter: Serialize {
    /// Name of its folder.
    const NAME: &'static str;
}

/// A letter ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Rendered {
    /// One line, no line breaks.
    pub subject: String,
    /// Plain text part.
    pub text: String,
    /// HTML part with its styles inlined.
    pub html: String,
}

/// All letters, compiled once. HTML parts get the shared frame `_frame/body.html.hbs` and inline styles at that time.
pub struct Letters {
    registry: Handlebars<'static>,
    plain: Handlebars<'static>,
}

#[derive(Serialize)]
struct Root<'a, L> {
    community: &'a str,
    base_url: &'a str,
    subject: &'a str,
    lang: &'static str,
    letter: &'a L,
}

impl Letters {
    /// Compiles every letter, once in a process.
    ///
    /// # Errors
    /// When a template does not parse.
    pub fn load() -> Result<&'static Self> {
        static LETTERS: OnceLock<std::result::Result<Letters, String>> = OnceLock::new();
        LETTERS
            .get_or_init(|| Self::compile().map_err(|e| e.to_string()))
            .as_ref()
            .map_err(|wrong| Error::internal(wrong.clone()))
    }

    fn compile() -> Result<Self> {
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        let mut plain = Handlebars::new();
        plain.set_strict_mode(true);
        plain.register_escape_fn(handlebars::no_escape);
        let frame = text("_frame/body.html.hbs").ok_or_else(|| Error::internal("the frame of letters is missing"))?;
        for path in Files::iter().filter(|p| !p.starts_with('_')) {
            let Some(name) = path.strip_suffix(".hbs") else { continue };
            let source = text(&path).ok_or_else(|| Error::internal("a letter is not UTF-8"))?;
            if name.ends_with(".html") {
                let whole = inline(&frame.replace("{{> content}}", &source))?;
                registry.register_template_string(name, whole).map_err(Error::internal)?;
            } else {
                plain.register_template_string(name, source).map_err(Error::internal)?;
            }
        }
        Ok(Self { registry, plain })
    }

    /// Renders `letter` in `lang`.
    ///
    /// # Errors
    /// When the letter lacks a field its templates use.
    pub fn render<L: Letter>(&self, lang: Lang, community: &str, base_url: &str, letter: &L) -> Result<Rendered> {
        let part = |name: &str| {
            let own = format!("{}/{}/{name}", L::NAME, lang.folder());
            let known = self.registry.has_template(&own) || self.plain.has_template(&own);
            if known { own } else { format!("{}/{}/{name}", L::NAME, lang.code()) }
        };
        let mut root = Root { community, base_url, subject: "", lang: lang.code(), letter };
        let subject = self.plain.render(&part("subject.txt"), &root).map_err(Error::internal)?;
        // A line break in a subject would be a header of somebody else's.
        let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
        root.subject = &subject;
        let text = self.plain.render(&part("body.txt"), &root).map_err(Error::internal)?;
        let html = self.registry.render(&part("body.html"), &root).map_err(Error::internal)?;
        Ok(Rendered { subject, text, html })
    }
}

fn text(path: &str) -> Option<String> {
    String::from_utf8(Files::get(path)?.data.into_owned()).ok()
}

/// Styles go into the elements: many mail programs drop a style sheet.
///
/// # Errors
/// When the HTML or its style sheet cannot be read.
pub fn inline(html: &str) -> Result<String> {
    let inliner = css_inline::CSSInliner::options().keep_style_tags(true).load_remote_stylesheets(false).build();
    inliner.inline(html).map_err(Error::internal)
}

/// The parts of letters in a language's own folder, as written, with their path: tests read them.
pub fn written(lang: Lang) -> Vec<(String, String)> {
    let folder = format!("/{}/", lang.folder());
    let mut out: Vec<(String, String)> =
        Files::iter().filter(|p| p.contains(&folder)).filter_map(|p| Some((p.to_string(), text(&p)?))).collect();
    out.sort();
    out
}

/// Every letter's folder: a test compares languages and use.
pub fn folders() -> Vec<String> {
    let mut out: Vec<String> =
        Files::iter().filter_map(|p| p.split('/').next().map(str::to_owned)).filter(|n| !n.starts_with('_')).collect();
    out.sort();
    out.dedup();
    out
}
