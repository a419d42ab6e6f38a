//! A text as one member gets it: own link, name and own words filled in, the label as its first line.

use super::channels::Key;
use super::labels::{Country, label, without_label};
use super::links::{Extras, OwnCode};
use super::marks;
use super::model::{Offer, Variant};
use crate::error::{Error, FieldError, Result};
use crate::i18n::{Lang, date, money, parse_zone};
use crate::text::merge::{Context, Field, Template, Values, address};
use crate::text::{plain_text, post_html};
use std::collections::BTreeMap;

/// The longest personal text in bytes.
const MOST: usize = 400_000;

/// Whose text it becomes.
#[derive(Debug, Clone, Default)]
pub struct Owner {
    /// Shown name.
    pub name: String,
    /// Name of the tier in both languages.
    pub tier: (String, String),
    /// The code for the program; none: the member has none.
    pub code: Option<OwnCode>,
    /// Coupon, story and bonus in the member's own words.
    pub words: BTreeMap<Field, String>,
    /// Short links of the texts of one resource that stand in for the long ones: sub-id to address.
    pub short: BTreeMap<String, String>,
    /// Whether short links are to stand in texts.
    pub wants_short: bool,
}

/// What a resource says itself.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The resource.
    pub resource: i64,
    /// Price and dates.
    pub offer: Offer,
}

impl Facts {
    fn country(&self, lang: Lang) -> Country {
        Country::parse(&self.offer.country).unwrap_or(Country::usual(lang))
    }

    /// The label of a text of it.
    pub fn label(&self, key: Key, lang: Lang) -> &'static str {
        label(lang, key.channel(), self.country(lang))
    }

    /// Fluent key that says why.
    pub fn why(&self, lang: Lang) -> String {
        self.country(lang).why()
    }
}

/// A text of one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Personal {
    /// Language.
    pub lang: Lang,
    /// Form.
    pub key: Key,
    /// The label in its first line.
    pub label: &'static str,
    /// Subject, plain.
    pub subject: String,
    /// Markdown, the label first.
    pub markdown: String,
    /// Plain text of it.
    pub plain: String,
    /// What must be read in it, as plain text: the link, each locked part.
    pub must: Vec<String>,
}

/// Text without any space: wrapping and indenting are no difference.
fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

impl Personal {
    /// Whether everything that must be read in it is: Markdown around a part can swallow it (an unclosed block, a
    /// definition of a link), and then the text must not leave.
    pub fn is_whole(&self) -> bool {
        let all = squeeze(&self.plain);
        self.must.iter().all(|part| all.contains(&squeeze(part)))
    }

    /// HTML fragment, the label first. Its links are paid ones, and say so.
    pub fn html(&self) -> String {
        let html = post_html(&self.markdown);
        html.replace("rel=\"nofollow noopener noreferrer ugc\"", "rel=\"sponsored nofollow noopener\"")
    }

    /// Plain text, the label first.
    pub fn text(&self) -> String {
        format!("{}\n", self.plain)
    }

    /// Words of the text without its label.
    pub fn words(&self) -> i32 {
        let all = crate::text::words(&self.plain).saturating_sub(1);
        i32::try_from(all).unwrap_or(i32::MAX)
    }
}

/// Whether `variant` asks for the member's link or code.
pub fn needs_ref(variant: &Variant) -> bool {
    let asks = |t: &Template| t.needs_ref() || t.uses(Field::SubId);
    [&variant.subject, &variant.body].into_iter().any(|s| Template::parse_copy(s).is_ok_and(|t| asks(&t)))
}

/// The own words that `variant` asks for and `owner` has not said yet, each once.
pub fn missing(variant: &Variant, owner: &Owner) -> Vec<Field> {
    let templates: Vec<Template> =
        [&variant.subject, &variant.body].into_iter().filter_map(|s| Template::parse_copy(s).ok()).collect();
    let said = |field: &Field| owner.words.get(field).is_some_and(|w| !w.trim().is_empty());
    Field::OWN.into_iter().filter(|f| templates.iter().any(|t| t.uses(*f)) && !said(f)).collect()
}

/// Makes `variant` the text of `owner`.
///
/// # Errors
/// Conflict `no_affiliate_ref` when the text needs a code and the owner has none; `required` on `values.<field>` for
/// each own word that is missing.
pub fn compose(variant: &Variant, facts: &Facts, owner: &Owner) -> Result<Personal> {
    if owner.code.is_none() && needs_ref(variant) {
        return Err(Error::Conflict("no_affiliate_ref"));
    }
    let missing = missing(variant, owner);
    if !missing.is_empty() {
        let errors = missing.iter().map(|f| FieldError::new(format!("values.{}", f.name()), "required"));
        return Err(Error::Invalid(errors.collect()));
    }
    fill(variant, facts, owner)
}

/// Makes the text for the eye alone: where the owner has no code, a hint stands in for the link, and each missing own
/// word says what belongs there.
///
/// # Errors
/// When a stored text is broken or far too long.
pub fn sketch(variant: &Variant, facts: &Facts, owner: &Owner, hint: &str) -> Result<Personal> {
    let mut owner = owner.clone();
    if owner.code.is_none() {
        owner.code = Some(OwnCode {
            program_id: 0,
            base: format!("https://{hint}"),
            sub_param: String::new(),
            reference: String::new(),
            own_sub: String::new(),
        });
    }
    for field in missing(variant, &owner) {
        let name = crate::i18n::t(variant.lang(), &format!("library-own-{}", short_name(field)));
        owner.words.insert(field, format!("[{name}]"));
    }
    fill(variant, facts, &owner)
}

/// Whether a text as written leaves whole, tried with values of nobody.
pub fn leaves_whole(key: Key, lang: Lang, body: &str) -> bool {
    let variant = Variant {
        resource_id: 0,
        key: key.code().to_owned(),
        lang: lang.code().to_owned(),
        subject: String::new(),
        body: body.to_owned(),
        words: 0,
    };
    let owner = Owner { name: "Lena".to_owned(), ..Owner::default() };
    sketch(&variant, &Facts::default(), &owner, "example.com/lena").is_ok_and(|copy| copy.is_whole())
}

/// The last part of a field's name: `story`.
pub fn short_name(field: Field) -> &'static str {
    field.name().rsplit('.').next().unwrap_or_default()
}

fn values(variant: &Variant, facts: &Facts, owner: &Owner) -> Result<Values> {
    let (key, lang) = (variant.key(), variant.lang());
    let (mut link, mut reference, mut sub_id) = (String::new(), String::new(), String::new());
    if let Some(code) = &owner.code {
        let sub = code.sub_of(facts.resource, key, lang);
        link = match owner.short.get(&sub) {
            Some(short) => short.clone(),
            None => code.link(&Extras { sub_id: sub.clone(), ..Extras::default() })?,
        };
        reference.clone_from(&code.reference);
        sub_id = sub;
    }
    let word = |field: Field| owner.words.get(&field).cloned().unwrap_or_default();
    let offer = &facts.offer;
    Ok(Values {
        member_name: owner.name.clone(),
        member_tier: lang.pick(&owner.tier.0, &owner.tier.1).clone(),
        affiliate_link: link,
        affiliate_ref: reference,
        disclosure: facts.label(key, lang).to_owned(),
        coupon: word(Field::Coupon),
        sub_id,
        price: offer.price.map(|p| money(lang, p, &offer.currency)).unwrap_or_default(),
        // The last day itself, not the midnight that ends it.
        until: offer.valid_until.map(|at| date(lang, at - 1, &parse_zone("Europe/Berlin"))).unwrap_or_default(),
        story: word(Field::Story),
        bonus: word(Field::Bonus),
    })
}

fn fill(variant: &Variant, facts: &Facts, owner: &Owner) -> Result<Personal> {
    let (key, lang) = (variant.key(), variant.lang());
    let values = values(variant, facts, owner)?;
    let merged = |source: &str, context: Context| {
        let template = Template::parse_copy(source).map_err(|_| Error::internal("a stored text has unknown fields"))?;
        template.render(&values, context, MOST).map_err(|_| Error::internal("a personal text is too long"))
    };
    let plain = marks::strip(&variant.body);
    let body = merged(without_label(&plain, lang), Context::Markdown)?;
    let (label, body) = (facts.label(key, lang), body.trim());
    // Where each character counts the label shares the first line, unless that line is more than words.
    let shares = key.is_tight() && body.starts_with(|c: char| c.is_alphabetic());
    let markdown = if shares { format!("{label}: {body}\n") } else { format!("{label}\n\n{body}\n") };
    let mut must = Vec::new();
    if Template::parse_copy(&variant.body).is_ok_and(|t| t.uses(Field::AffiliateLink)) {
        must.push(address(&values.affiliate_link));
    }
    for (_, part) in marks::locked(&variant.body) {
        must.push(plain_text(&merged(&part, Context::Markdown)?));
    }
    Ok(Personal {
        lang,
        key,
        label,
        subject: merged(&marks::strip(&variant.subject), Context::Plain)?,
        plain: plain_text(&markdown),
        markdown,
        must,
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
            code: Some(OwnCode {
                program_id: 1,
                base: "https://fitnord.example/?p={ref}".into(),
                sub_param: String::new(),
                reference: "lena".into(),
                own_sub: String::new(),
            }),
            ..Owner::default()
        }
    }

    fn made(lang: &str, body: &str) -> Personal {
        compose(&variant(lang, body), &Facts::default(), &lena()).unwrap()
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
            let label = if lang == "de" { "Anzeige" } else { "Ad" };
            let made = made(lang, body);
            assert_eq!(made.text(), format!("{label}\n\nHallo du\n"), "{body}");
            assert!(made.html().starts_with(&format!("<p>{label}</p>")), "{}", made.html());
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
            let label = if lang == "de" { "Anzeige" } else { "Ad" };
            assert_eq!(made(lang, body).text(), format!("{label}\n\n{body}\n"));
        }
    }

    #[test]
    fn name_and_link_are_the_members_own_and_harmless() {
        let made = made("de", "Ich, {{member.name}}: [hier]({{affiliate.link}})");
        let html = made.html();
        assert!(
            html.contains("Lena &lt;b&gt;Brandt&lt;/b&gt;")
                && html.contains("href=\"https://fitnord.example/?p=lena\""),
            "{html}"
        );
        assert!(html.contains("rel=\"sponsored nofollow noopener\""));
        assert!(made.text().contains("hier (https://fitnord.example/?p=lena)"), "{}", made.text());
        assert!(made.markdown.contains("Lena \\<b\\>"), "{}", made.markdown);
    }

    #[test]
    fn without_a_code_no_text_with_a_link_leaves() {
        let stranger = Owner { code: None, ..lena() };
        let refused = compose(&variant("de", "{{affiliate.link}}"), &Facts::default(), &stranger);
        assert!(matches!(refused, Err(Error::Conflict("no_affiliate_ref"))));
        assert!(compose(&variant("de", "Ohne Link"), &Facts::default(), &stranger).is_ok());
    }

    #[test]
    fn own_words_are_asked_for_and_stay_words() {
        let text = variant("de", "{{own.story}}\n\nCode {{affiliate.coupon}}");
        let Err(Error::Invalid(errors)) = compose(&text, &Facts::default(), &lena()) else { panic!("not refused") };
        let fields: Vec<&str> = errors.iter().map(|e| e.field.as_ref()).collect();
        assert_eq!(fields, ["values.affiliate.coupon", "values.own.story"]);
        let mut owner = lena();
        owner.words.insert(Field::Coupon, "LENA10".into());
        owner.words.insert(Field::Story, "# Erst\n\n<script>x</script>\n{{member.tier}}".into());
        let made = compose(&text, &Facts::default(), &owner).unwrap();
        assert_eq!(made.text(), "Anzeige\n\n# Erst\n\n<script>x</script>\n\n{{member.tier}}\n\nCode LENA10\n");
        assert!(!made.html().contains("<script") && !made.html().contains("<h2"), "{}", made.html());
    }

    #[test]
    fn price_and_date_come_from_the_offer_in_the_language_of_the_text() {
        let offer = Offer {
            price: Some(49_900),
            currency: "EUR".into(),
            valid_until: Some(1_793_487_600_000),
            ..Offer::default()
        };
        let facts = Facts { resource: 1, offer };
        let text =
            |lang| compose(&variant(lang, "{{product.price}} bis {{promotion.date}}"), &facts, &lena()).unwrap().text();
        assert!(text("de").contains("499,00 €") && text("de").contains("2026"), "{}", text("de"));
        assert!(text("en").contains("€499.00"), "{}", text("en"));
    }

    #[test]
    fn where_characters_count_the_label_shares_the_line() {
        let mut text = variant("de", "Sechs Wochen Rudern.");
        text.key = "sms".into();
        assert_eq!(compose(&text, &Facts::default(), &lena()).unwrap().text(), "Anzeige: Sechs Wochen Rudern.\n");
    }
}
