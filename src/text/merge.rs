//! Merge fields: `{{member.name}}` and its relatives in texts that the team writes once and each member gets
//! as the own one. A template is parsed and checked when it is saved; an unknown field is an error that names
//! its place, never an empty spot in a letter that has already left.
//!
//! Values are escaped for where they land ([`Context`]), and what comes out is bounded.

use crate::error::FieldError;

/// What a template may ask for. Newsletters and swipe copy share [`Field::ALL`]; swipe copy knows [`Field::COPY`] too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Shown name of the member.
    MemberName,
    /// Name of the member's tier in the text's language.
    MemberTier,
    /// The member's own link for the program.
    AffiliateLink,
    /// The member's code for the program.
    AffiliateRef,
    /// The label that promotional text must carry.
    Disclosure,
    /// The member's own coupon for the program.
    Coupon,
    /// The mark in the link by which a sale is told apart.
    SubId,
    /// What the offer costs.
    Price,
    /// The last day of the offer.
    Until,
    /// The member's own experience, in the own words.
    Story,
    /// What the member gives on top.
    Bonus,
}

impl Field {
    /// What every template may ask for.
    pub const ALL: [Field; 5] =
        [Field::MemberName, Field::MemberTier, Field::AffiliateLink, Field::AffiliateRef, Field::Disclosure];

    /// What swipe copy may ask for.
    pub const COPY: [Field; 11] = [
        Field::MemberName,
        Field::MemberTier,
        Field::AffiliateLink,
        Field::AffiliateRef,
        Field::Disclosure,
        Field::Coupon,
        Field::SubId,
        Field::Price,
        Field::Until,
        Field::Story,
        Field::Bonus,
    ];

    /// What only the member can say; asked for once.
    pub const OWN: [Field; 3] = [Field::Coupon, Field::Story, Field::Bonus];

    /// As written between the braces.
    pub fn name(self) -> &'static str {
        match self {
            Self::MemberName => "member.name",
            Self::MemberTier => "member.tier",
            Self::AffiliateLink => "affiliate.link",
            Self::AffiliateRef => "affiliate.ref",
            Self::Disclosure => "disclosure",
            Self::Coupon => "affiliate.coupon",
            Self::SubId => "affiliate.subid",
            Self::Price => "product.price",
            Self::Until => "promotion.date",
            Self::Story => "own.story",
            Self::Bonus => "own.bonus",
        }
    }

    /// Reads a name among `known`; case and surrounding space do not matter.
    pub fn parse_among(text: &str, known: &[Field]) -> Option<Self> {
        let name = text.trim();
        known.iter().copied().find(|f| f.name().eq_ignore_ascii_case(name))
    }

    /// The field among `known` that somebody meant who wrote `text`: at most a few letters away, or the same word.
    pub fn nearest(text: &str, known: &[Field]) -> Option<Self> {
        let wanted: String = text.trim().to_ascii_lowercase().replace(['_', ' ', '-'], ".");
        let alias = match wanted.as_str() {
            "name" | "first.name" | "affiliate.first.name" | "affiliate.name" | "member" | "subscriber" => {
                Some(Self::MemberName)
            }
            "tier" | "level" => Some(Self::MemberTier),
            "link" | "url" | "affiliate.url" | "member.link" => Some(Self::AffiliateLink),
            "ref" | "code" | "affiliate.id" | "affiliate.code" | "member.ref" => Some(Self::AffiliateRef),
            "ad" | "anzeige" | "label" => Some(Self::Disclosure),
            "coupon" | "voucher" | "gutschein" | "member.coupon" => Some(Self::Coupon),
            "subid" | "sub.id" | "affiliate.sub.id" => Some(Self::SubId),
            "price" | "preis" | "offer.price" => Some(Self::Price),
            "date" | "datum" | "until" | "promotion.end" | "valid.until" => Some(Self::Until),
            "story" | "own.experience" | "geschichte" => Some(Self::Story),
            "bonus" => Some(Self::Bonus),
            _ => None,
        };
        alias.filter(|f| known.contains(f)).or_else(|| {
            known
                .iter()
                .copied()
                .map(|f| (distance(&wanted, f.name()), f))
                .min_by_key(|(d, _)| *d)
                .filter(|(d, f)| *d <= f.name().len() / 3)
                .map(|(_, f)| f)
        })
    }
}

/// Levenshtein distance of two short names.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, ca) in a.chars().take(60).enumerate() {
        let mut next = vec![i + 1];
        for (cells, cb) in row.windows(2).zip(b.chars()) {
            let [diagonal, up] = cells else { continue };
            let left = next.last().copied().unwrap_or(0);
            next.push((diagonal + usize::from(ca != cb)).min(up + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// What is wrong with a template, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// What stands between the braces, cut to 60 characters; empty where the braces never close.
    pub name: String,
    /// Line, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub column: usize,
    /// The field that was probably meant.
    pub meant: Option<Field>,
    /// The fields there are.
    pub known: &'static [Field],
}

impl Mistake {
    /// As an error of the form field or JSON path `field`: `merge_unknown` or `merge_open`.
    pub fn into_field_error(self, field: &str) -> FieldError {
        let code = if self.name.is_empty() { "merge_open" } else { "merge_unknown" };
        let suggestion = match self.meant {
            Some(meant) => format!("{{{{{}}}}}", meant.name()),
            None => self.known.iter().map(|f| format!("{{{{{}}}}}", f.name())).collect::<Vec<_>>().join(", "),
        };
        FieldError::new(field.to_owned(), code)
            .arg("name", self.name)
            .arg("line", self.line)
            .arg("column", self.column)
            .arg("suggestion", suggestion)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Field(Field),
}

/// A checked template: texts and fields in turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

/// Where a merged text will land; decides how values are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// Plain text: values as they are, on one line.
    Plain,
    /// Markdown: a value is text, never markup.
    Markdown,
    /// HTML text or a quoted attribute.
    Html,
}

/// The values of one member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// `{{member.name}}`
    pub member_name: String,
    /// `{{member.tier}}`
    pub member_tier: String,
    /// `{{affiliate.link}}`, a complete URL.
    pub affiliate_link: String,
    /// `{{affiliate.ref}}`
    pub affiliate_ref: String,
    /// `{{disclosure}}`
    pub disclosure: String,
    /// `{{affiliate.coupon}}`
    pub coupon: String,
    /// `{{affiliate.subid}}`
    pub sub_id: String,
    /// `{{product.price}}`
    pub price: String,
    /// `{{promotion.date}}`
    pub until: String,
    /// `{{own.story}}`, may have paragraphs.
    pub story: String,
    /// `{{own.bonus}}`, may have paragraphs.
    pub bonus: String,
}

impl Values {
    fn get(&self, field: Field) -> &str {
        match field {
            Field::MemberName => &self.member_name,
            Field::MemberTier => &self.member_tier,
            Field::AffiliateLink => &self.affiliate_link,
            Field::AffiliateRef => &self.affiliate_ref,
            Field::Disclosure => &self.disclosure,
            Field::Coupon => &self.coupon,
            Field::SubId => &self.sub_id,
            Field::Price => &self.price,
            Field::Until => &self.until,
            Field::Story => &self.story,
            Field::Bonus => &self.bonus,
        }
    }
}

/// The merged text would be longer than the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong;

impl Template {
    /// Parses `source`. A backslash before the braces (`\\{{`) keeps them as text.
    ///
    /// # Errors
    /// Every unknown field and every pair of braces that never closes.
    pub fn parse(source: &str) -> Result<Self, Vec<Mistake>> {
        Self::parse_among(source, &Field::ALL)
    }

    /// [`Template::parse`] of swipe copy, which knows [`Field::COPY`].
    ///
    /// # Errors
    /// As [`Template::parse`].
    pub fn parse_copy(source: &str) -> Result<Self, Vec<Mistake>> {
        Self::parse_among(source, &Field::COPY)
    }

    fn parse_among(source: &str, known: &'static [Field]) -> Result<Self, Vec<Mistake>> {
        let (mut pieces, mut mistakes) = (Vec::new(), Vec::new());
        let mut rest = source;
        while let Some(at) = rest.find("{{") {
            let (before, inner) = (&rest[..at], &rest[at + 2..]);
            if let Some(kept) = before.strip_suffix('\\') {
                push_text(&mut pieces, kept);
                push_text(&mut pieces, "{{");
                rest = inner;
                continue;
            }
            push_text(&mut pieces, before);
            let place = place_of(source, source.len() - rest.len() + at);
            let close = inner.find("}}").filter(|end| !inner[..*end].contains('\n'));
            let Some(end) = close else {
                mistakes.push(Mistake { name: String::new(), line: place.0, column: place.1, meant: None, known });
                rest = inner;
                continue;
            };
            let name = &inner[..end];
            match Field::parse_among(name, known) {
                Some(field) => pieces.push(Piece::Field(field)),
                None => mistakes.push(Mistake {
                    name: format!("{{{{{}}}}}", name.trim().chars().take(60).collect::<String>()),
                    line: place.0,
                    column: place.1,
                    meant: Field::nearest(name, known),
                    known,
                }),
            }
            rest = &inner[end + 2..];
        }
        push_text(&mut pieces, rest);
        if mistakes.is_empty() { Ok(Self(pieces)) } else { Err(mistakes) }
    }

    /// Parses `source`; mistakes become errors of `field`.
    ///
    /// # Errors
    /// As [`Template::parse`].
    pub fn check(field: &str, source: &str) -> Result<Self, Vec<FieldError>> {
        Self::parse(source).map_err(|all| all.into_iter().map(|m| m.into_field_error(field)).collect())
    }

    /// [`Template::check`] of swipe copy.
    ///
    /// # Errors
    /// As [`Template::parse`].
    pub fn check_copy(field: &str, source: &str) -> Result<Self, Vec<FieldError>> {
        Self::parse_copy(source).map_err(|all| all.into_iter().map(|m| m.into_field_error(field)).collect())
    }

    /// Whether the template asks for `field`.
    pub fn uses(&self, field: Field) -> bool {
        self.0.contains(&Piece::Field(field))
    }

    /// Whether the template needs a code of the member: link or ref.
    pub fn needs_ref(&self) -> bool {
        self.uses(Field::AffiliateLink) || self.uses(Field::AffiliateRef)
    }

    /// Merges `values` in, escaped for `context`; at most `limit` bytes come out.
    ///
    /// # Errors
    /// [`TooLong`].
    pub fn render(&self, values: &Values, context: Context, limit: usize) -> Result<String, TooLong> {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Field(field) => out.push_str(&escape(*field, values.get(*field), context)),
            }
            if out.len() > limit {
                return Err(TooLong);
            }
        }
        Ok(out)
    }
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Text(before)) => before.push_str(text),
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

fn place_of(source: &str, at: usize) -> (usize, usize) {
    let before = &source[..at];
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

fn escape(field: Field, value: &str, context: Context) -> String {
    // The own words may have paragraphs, each of them text.
    if matches!(field, Field::Story | Field::Bonus) && context == Context::Markdown {
        let parts = value.split('\n').map(one_line).filter(|p| !p.is_empty()).map(|p| markdown(&p));
        return parts.collect::<Vec<_>>().join("\n\n");
    }
    let line = one_line(value);
    match (context, field) {
        (Context::Plain, _) => line,
        (Context::Html, _) => html(&line),
        // A backslash inside a bare address would become part of it: addresses are percent-encoded instead.
        (Context::Markdown, Field::AffiliateLink) => address(&line),
        (Context::Markdown, _) => markdown(&line),
    }
}

/// A value never brings lines or invisible controls (bidi, zero width) of its own.
fn one_line(value: &str) -> String {
    let hidden = |c: &char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let visible: String = value.chars().filter(|c| !hidden(c)).collect();
    visible.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Text that is text in HTML, also inside a quoted attribute.
pub fn html(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// Text that is text in Markdown. Names keep their hyphens, dots and apostrophes unless those would start a list
/// or a link.
pub fn markdown(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 8);
    for (i, c) in value.char_indices() {
        let before = &value[..i];
        let special = match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '(' | ')' | '#' | '!' | '|' | '~' | '&'
            | ':' => true,
            '.' => before.bytes().all(|b| b.is_ascii_digit()) || before.to_ascii_lowercase().ends_with("www"),
            '-' | '+' | '=' => i == 0,
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// An address in which no character means anything to Markdown.
pub fn address(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for b in value.bytes() {
        if b.is_ascii_alphanumeric() || b"-._~:/?#@$&+,;=%".contains(&b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

/// Text as a part of an address: everything but unreserved characters (RFC 3986, 2.3) percent-encoded.
pub fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

/// `base` with `{ref}` replaced by `code`, percent-encoded so that a code cannot add parameters of its own.
pub fn affiliate_link(base: &str, code: &str) -> String {
    base.replace("{ref}", &percent(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(name: &str) -> Values {
        Values {
            member_name: name.into(),
            member_tier: "Profi".into(),
            affiliate_link: affiliate_link("https://shop.example/?ref={ref}", "lena_b"),
            affiliate_ref: "lena_b".into(),
            disclosure: "Anzeige".into(),
            ..Values::default()
        }
    }

    #[test]
    fn an_unknown_field_names_its_place_and_what_was_meant() {
        let source = "Hallo,\nhier ist {{affiliate.lnk}} und {{wetter}}\n{{offen";
        let mistakes = Template::parse(source).unwrap_err();
        let told: Vec<_> = mistakes.iter().map(|m| (m.line, m.column, m.meant)).collect();
        assert_eq!(told, [(2, 10, Some(Field::AffiliateLink)), (2, 32, None), (3, 1, None)]);
        let error = mistakes[0].clone().into_field_error("variants[0].body");
        assert_eq!(error.code, "merge_unknown");
        assert!(error.args.contains(&("suggestion", "{{affiliate.link}}".into())), "{error:?}");
    }

    #[test]
    fn values_are_text_wherever_they_land() {
        let template = Template::parse("Hi {{ member.name }}").unwrap();
        let evil = values("<b>**x**</b>\n# [y](javascript:1)");
        let html = template.render(&evil, Context::Html, 1_000).unwrap();
        assert_eq!(html, "Hi &lt;b&gt;**x**&lt;/b&gt; # [y](javascript:1)");
        let rendered = crate::text::post_html(&template.render(&evil, Context::Markdown, 1_000).unwrap());
        assert!(!rendered.contains("<b>") && !rendered.contains("<strong>") && !rendered.contains("<a "), "{rendered}");
        let plain =
            Template::parse("{{member.name}}").unwrap().render(&values("Anna-Lena O'Hara"), Context::Markdown, 99);
        assert_eq!(plain.unwrap(), "Anna-Lena O'Hara");
    }

    #[test]
    fn a_link_survives_markdown_bare_and_in_brackets() {
        let template = Template::parse("{{affiliate.link}} [x]({{affiliate.link}})").unwrap();
        let html = crate::text::post_html(&template.render(&values("L"), Context::Markdown, 1_000).unwrap());
        assert_eq!(html.matches("href=\"https://shop.example/?ref=lena_b\"").count(), 2, "{html}");
        assert_eq!(affiliate_link("https://s.example/{ref}", "a&b=c d"), "https://s.example/a%26b%3Dc%20d");
    }

    #[test]
    fn braces_can_be_text_and_the_output_is_bounded() {
        let template = Template::parse("\\{{x}} {{disclosure}}").unwrap();
        assert_eq!(template.render(&values("L"), Context::Plain, 100).unwrap(), "{{x}} Anzeige");
        assert_eq!(template.render(&values("L"), Context::Plain, 5), Err(TooLong));
        assert!(template.uses(Field::Disclosure) && !template.needs_ref());
    }
}
