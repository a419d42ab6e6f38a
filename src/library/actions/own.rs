//! Own words for the merge fields, asked for once; own versions of texts, whose locked parts stay locked.

use super::taking::{OWN_SUB, SHORT};
use crate::access::Sight;
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::library::channels::Key;
use crate::library::input::{BODY_MOST, check_text};
use crate::library::links::parse_word;
use crate::library::marks;
use crate::library::model::Whole;
use crate::library::personal::leaves_whole;
use crate::library::store;
use crate::library::store::own::OwnText;
use crate::text::merge::Field;
use crate::web::viewer::Viewer;
use std::collections::BTreeMap;

/// The longest story or bonus in characters.
const STORY_MOST: usize = 4_000;

/// Own words as sent: field name to words; empty forgets.
pub type Words = BTreeMap<String, String>;

fn check_word(field: &str, text: &str) -> Result<String, FieldError> {
    let wrong = |code| FieldError::new(format!("values.{field}"), code);
    let text = text.trim();
    let most = if field == Field::Coupon.name() { 60 } else { STORY_MOST };
    if text.chars().count() > most {
        return Err(wrong("too_long").arg("max", most));
    }
    match field {
        OWN_SUB => parse_word("x", text).map_err(|e| FieldError { field: format!("values.{field}").into(), ..e }),
        SHORT => Ok(if matches!(text, "" | "0" | "false") { String::new() } else { "1".to_owned() }),
        _ if field == Field::Coupon.name() => Ok(crate::web::forms::one_line(text)),
        _ if Field::OWN.iter().any(|f| f.name() == field) => Ok(text.replace("\r\n", "\n")),
        _ => Err(wrong("unknown")),
    }
}

/// Keeps own words of a member for a program (0: texts without one).
///
/// # Errors
/// Invalid fields.
pub async fn save_words(house: &House, viewer: &Viewer, program: i64, words: Words) -> Result<()> {
    let (mut good, mut wrong) = (Vec::new(), Vec::new());
    for (field, text) in &words {
        match check_word(field, text) {
            Ok(text) => good.push((field.clone(), text)),
            Err(error) => wrong.push(error),
        }
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let member = viewer.id;
    house
        .db
        .write(move |tx| {
            if program != 0 && !store::list_programs(tx)?.iter().any(|p| p.id == program) {
                return Err(Error::field("program", "not_found"));
            }
            for (field, text) in &good {
                store::own::put_words(tx, member, program, field, text)?;
            }
            Ok(())
        })
        .await
}

/// An own version as sent.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionInput {
    /// Subject; merge fields allowed.
    #[serde(default)]
    pub subject: String,
    /// Markdown with the marks and merge fields of the original.
    pub body: String,
}

fn original(whole: &Whole, key: Key, lang: crate::i18n::Lang) -> Result<&crate::library::model::Variant> {
    whole.choose(Some(key), Some(lang), lang).ok_or(Error::NotFound)
}

/// Keeps the own version of one text.
///
/// # Errors
/// Not found; `locked` on `body` or `subject` where a locked part was touched; wrong fields, marks or links.
pub async fn save_version(
    house: &House,
    viewer: &Viewer,
    id: i64,
    (key, lang): (Key, crate::i18n::Lang),
    input: VersionInput,
) -> Result<()> {
    let (sight, member) = (Sight::of(viewer), viewer.id);
    let subject = crate::web::forms::one_line(&input.subject);
    let body = input.body.trim().replace("\r\n", "\n");
    house
        .db
        .write(move |tx| {
            let now = tx.now();
            let whole = store::find_visible(tx, sight, id, now)?;
            let text = original(&whole, key, lang)?;
            let mut wrong = Vec::new();
            for (field, form, own, before) in
                [("subject", None, &subject, &text.subject), ("body", Some(key), &body, &text.body)]
            {
                let most = if field == "body" { BODY_MOST } else { 200 };
                if field == "body" && own.is_empty() {
                    wrong.push(FieldError::new(field, "required"));
                } else if own.chars().count() > most {
                    wrong.push(FieldError::new(field, "too_long").arg("max", most));
                } else if let Err(mistakes) = check_text(field, form, own) {
                    wrong.extend(mistakes);
                } else if !marks::keeps(before, own) {
                    wrong.push(FieldError::new(field, "locked"));
                } else if field == "body" && !leaves_whole(key, lang, own) {
                    wrong.push(FieldError::new(field, "swallowed"));
                }
            }
            if !wrong.is_empty() {
                return Err(Error::Invalid(wrong));
            }
            let own = OwnText {
                key: text.key.clone(),
                lang: text.lang.clone(),
                subject: subject.clone(),
                body: body.clone(),
                base_subject: text.subject.clone(),
                base_body: text.body.clone(),
            };
            store::own::put_version(tx, member, id, &own)
        })
        .await
}

/// Throws an own version away.
///
/// # Errors
/// Not found.
pub async fn drop_version(
    house: &House,
    viewer: &Viewer,
    id: i64,
    (key, lang): (Key, crate::i18n::Lang),
) -> Result<()> {
    let member = viewer.id;
    let gone = house.db.write(move |tx| store::own::delete_version(tx, member, id, key.code(), lang.code())).await?;
    if gone { Ok(()) } else { Err(Error::NotFound) }
}

/// Offers an own version to the library; the team looks at it.
///
/// # Errors
/// Not found; conflict `locked_changed` where the original moved on, `offered` where it waits already.
pub async fn offer_version(
    house: &House,
    viewer: &Viewer,
    id: i64,
    (key, lang): (Key, crate::i18n::Lang),
) -> Result<()> {
    let (sight, member) = (Sight::of(viewer), viewer.id);
    house
        .db
        .write(move |tx| {
            let now = tx.now();
            let whole = store::find_visible(tx, sight, id, now)?;
            let text = original(&whole, key, lang)?;
            let own = store::own::list_of(tx, member, id)?;
            let own = own.iter().find(|o| o.key == text.key && o.lang == text.lang).ok_or(Error::NotFound)?;
            if !marks::keeps(&text.body, &own.body) {
                return Err(Error::Conflict("locked_changed"));
            }
            if !store::own::mark_offered(tx, member, id, key.code(), lang.code())? {
                return Err(Error::Conflict("offered"));
            }
            Ok(())
        })
        .await
}
