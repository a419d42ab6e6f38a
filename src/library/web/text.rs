//! One text of a resource: filled in for its reader, measured, with what is locked and what is still asked for.

use super::show::{Shown, TextQuery};
use super::{Tab, query};
use crate::access::Sight;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::i18n::{Lang, t};
use crate::library::actions::taking::{facts, owner};
use crate::library::channels::Key;
use crate::library::formats::Format;
use crate::library::marks;
use crate::library::model::{Variant, reading_minutes};
use crate::library::personal::{self, Facts, Owner};
use crate::library::store;
use crate::text::merge::Field;
use crate::web::viewer::Viewer;
use serde::Serialize;
use std::collections::BTreeMap;

/// One of the own words a text asks for.
#[derive(Serialize)]
pub(super) struct WordField {
    name: &'static str,
    label: String,
    hint: String,
    value: String,
    is_long: bool,
    is_missing: bool,
}

/// A filled-in text: the part of the page that follows what is typed.
#[derive(Serialize)]
pub(super) struct CopyView {
    pub(super) lang: &'static str,
    pub(super) subject: String,
    pub(super) copy_html: String,
    pub(super) text: String,
    words: i32,
    minutes: i32,
    target: String,
    on_target: bool,
    characters: usize,
    most: Option<usize>,
    too_long: bool,
    parts: usize,
    pub(super) problems: Vec<String>,
}

#[derive(Serialize)]
struct LockedView {
    reason: String,
    text: String,
}

/// A chosen text with the ways to take it.
#[derive(Serialize)]
pub(super) struct TextView {
    pub(super) copy: CopyView,
    downloads: Vec<Tab>,
    needs_ref: bool,
    is_ready: bool,
    missing: bool,
    fields: Vec<WordField>,
    program_id: i64,
    locked: Vec<LockedView>,
    label: &'static str,
    why: String,
    has_own: bool,
    is_own: bool,
    own_stale: bool,
    sides: Vec<Tab>,
    mine: String,
}

/// The fields of own words.
pub(super) fn word_fields(asked: &[Field], owner: &Owner, missing: &[Field], lang: Lang) -> Vec<WordField> {
    asked
        .iter()
        .map(|f| {
            let short = personal::short_name(*f);
            WordField {
                name: f.name(),
                label: t(lang, &format!("library-own-{short}")).into_owned(),
                hint: t(lang, &format!("library-own-{short}-hint")).into_owned(),
                value: owner.words.get(f).cloned().unwrap_or_default(),
                is_long: *f != Field::Coupon,
                is_missing: missing.contains(f),
            }
        })
        .collect()
}

/// The own words that a text asks for, said or not.
pub(super) fn asked_words(v: &Variant) -> Vec<Field> {
    personal::missing(v, &Owner::default())
}

/// The text of `v` for the eye, with its measures in words of `lang`.
pub(super) fn copy_view(v: &Variant, facts: &Facts, owner: &Owner, lang: Lang) -> Result<CopyView> {
    let copy = personal::sketch(v, facts, owner, lang.pick("dein-link", "your-link"))?;
    let (words, measure, text) = (copy.words(), v.key().measure(), copy.text());
    let characters = text.trim_end().chars().count();
    // 3GPP 23.038: letters beyond the basic alphabet shorten a part from 153 to 67 characters.
    let basic = text.chars().all(|c| c.is_ascii() || "äöüÄÖÜßàéèùìòÇØøÅåÆæÉñÑ€£¥§¿¡".contains(c));
    let part = if basic { 153 } else { 67 };
    let (from, to) = measure.words;
    Ok(CopyView {
        lang: v.lang().code(),
        copy_html: copy.html(),
        subject: copy.subject,
        words,
        minutes: reading_minutes(words),
        target: format!("{from}–{to}"),
        on_target: (from..=to).contains(&words),
        too_long: measure.most.is_some_and(|most| characters > most),
        parts: if v.key() == Key::Sms { characters.div_ceil(part) } else { 0 },
        most: measure.most,
        characters,
        text,
        problems: Vec::new(),
    })
}

/// What is shown of the chosen text.
pub(super) struct Chosen<'s> {
    pub(super) shown: &'s Shown,
    pub(super) original: &'s Variant,
    pub(super) wants_own: bool,
    pub(super) blocked: bool,
}

/// The chosen text as its page shows it.
pub(super) fn text_view(chosen: &Chosen<'_>, base: &str, member: &str, lang: Lang) -> Result<TextView> {
    let Chosen { shown, original: v, wants_own, blocked } = chosen;
    let own = shown.own.iter().find(|o| o.key == v.key && o.lang == v.lang);
    let is_own = *wants_own && own.is_some();
    let mut text = (*v).clone();
    if let Some(own) = own.filter(|_| is_own) {
        (text.subject, text.body) = (own.subject.clone(), own.body.clone());
    }
    let own_stale = own.is_some_and(|o| o.base_body != v.body || o.base_subject != v.subject);
    let keeps = own.is_some_and(|o| marks::keeps(&v.body, &o.body) && marks::keeps(&v.subject, &o.subject));
    let r = &shown.whole.resource;
    let facts = facts(r);
    let needs_ref = shown.owner.code.is_none() && personal::needs_ref(&text);
    let missing = personal::missing(&text, &shown.owner);
    let own_flag = if is_own { "1" } else { "" };
    let pairs = |format: &'static str| {
        let own = if is_own { "true" } else { "" };
        [("variant", v.key.as_str()), ("lang", v.lang.as_str()), ("format", format), ("own", own)]
    };
    let downloads = Format::ALL.iter().map(|format| Tab {
        href: format!("/api/v1/resources/{}/download?{}", r.id, query(&pairs(format.code()))),
        label: t(lang, &format!("library-format-{}", format.code())).into_owned(),
        current: false,
    });
    let side = |own: &str, key: &str| Tab {
        href: format!("{base}?{}", query(&[("variant", &v.key), ("lang", &v.lang), ("member", member), ("own", own)])),
        label: t(lang, key).into_owned(),
        current: own == own_flag,
    };
    Ok(TextView {
        copy: copy_view(&text, &facts, &shown.owner, lang)?,
        downloads: downloads.collect(),
        needs_ref,
        is_ready: !needs_ref && missing.is_empty() && !blocked && (!is_own || keeps),
        missing: !missing.is_empty(),
        fields: word_fields(&asked_words(&text), &shown.owner, &missing, lang),
        program_id: r.program.as_ref().map_or(0, |p| p.id),
        locked: marks::locked(&v.body)
            .into_iter()
            .map(|(reason, text)| LockedView {
                reason: t(lang, &format!("library-locked-{}", reason.code())).into_owned(),
                text,
            })
            .collect(),
        label: facts.label(v.key(), v.lang()),
        why: t(lang, &facts.why(v.lang())).into_owned(),
        has_own: own.is_some(),
        is_own,
        own_stale: own_stale || (own.is_some() && !keeps),
        sides: vec![side("", "library-original"), side("1", "library-mine")],
        mine: format!("/library/{}/mine?{}", r.id, query(&[("variant", &v.key), ("lang", &v.lang)])),
    })
}

/// Words typed so far over the ones that are kept.
pub(super) fn over(owner: &mut Owner, typed: &BTreeMap<String, String>) {
    for field in Field::OWN {
        if let Some(words) = typed.get(field.name()) {
            owner.words.insert(field, words.trim().to_owned());
        }
    }
}

/// A text of a resource with words and wording typed but not kept.
pub(super) fn typed_copy(
    c: &mut Conn,
    base: &str,
    viewer: &Viewer,
    (id, now): (i64, i64),
    (asked, typed): (&TextQuery, &BTreeMap<String, String>),
    lang: Lang,
) -> Result<CopyView> {
    let whole = store::find_visible(c, Sight::of(viewer), id, now)?;
    let original = whole.choose(asked.key(), asked.lang(), lang).ok_or(Error::NotFound)?;
    let tiers = crate::members::store::list_tiers(c)?;
    let mut owner = owner(c, base, &whole, &tiers, (viewer.id, &viewer.name, viewer.tier_rank))?;
    over(&mut owner, typed);
    let mut text = original.clone();
    if !asked.own.is_empty()
        && let Some(own) =
            store::own::list_of(c, viewer.id, id)?.into_iter().find(|o| o.key == text.key && o.lang == text.lang)
    {
        (text.subject, text.body) = (own.subject, own.body);
    }
    let mut problems = Vec::new();
    if let Some(body) = typed.get("body") {
        let subject = typed.get("subject").cloned().unwrap_or_default();
        for (field, key, source) in [("subject", None, &subject), ("body", Some(text.key()), body)] {
            if let Err(errors) = crate::library::input::check_text(field, key, source) {
                problems.extend(errors.iter().map(|e| crate::web::problem::field_message(lang, e)));
            }
        }
        if problems.is_empty() && !marks::keeps(&original.body, body) {
            problems.push(t(lang, "error-field-locked").into_owned());
        }
        if problems.is_empty() {
            (text.subject, text.body) = (subject, body.clone());
        }
    }
    let mut view = copy_view(&text, &facts(&whole.resource), &owner, lang)?;
    view.problems = problems;
    Ok(view)
}
