//! The editor's form: from a campaign, and back.

use crate::db::Conn;
use crate::error::Result;
use crate::i18n::Lang;
use crate::newsletters::input::{ByLanguage, Raw, Words};
use crate::newsletters::model::Campaign;
use crate::newsletters::store;
use crate::segments::store as segments;
use crate::segments::web::Choice;
use crate::web::forms::Form;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
pub struct Offset {
    pub name: String,
    pub label: String,
    pub value: String,
}

#[derive(Serialize)]
pub struct Choices {
    pub segments: Vec<Choice>,
    pub programs: Vec<Choice>,
    pub offsets: Vec<Offset>,
}

pub fn raw(form: &Form) -> Raw {
    let words = |name: &str| {
        Words::Each(ByLanguage {
            de: form.raw(&format!("{name}_de")).trim_end().to_owned(),
            en: form.raw(&format!("{name}_en")).trim_end().to_owned(),
        })
    };
    let mut tier_offsets = BTreeMap::new();
    for (name, value) in form.values() {
        if let Some(tier) = name.strip_prefix("offset_")
            && !value.trim().is_empty()
        {
            tier_offsets.insert(tier.to_owned(), value.trim().parse().unwrap_or(-1));
        }
    }
    Raw {
        name: form.text("name").to_owned(),
        segment_id: form.text("segment_id").parse().unwrap_or(0),
        subject: words("subject"),
        body: words("body"),
        program: form.text("program").to_owned(),
        reply_to: form.text("reply_to").to_owned(),
        tier_offsets,
        tracking: form.ticked("tracking"),
    }
}

/// The form's values of a stored campaign.
pub fn values(conn: &mut Conn, campaign: &Campaign) -> Result<BTreeMap<String, String>> {
    let slug = crate::newsletters::api::program_slug(conn, campaign.program_id)?;
    let mut values = BTreeMap::from(
        [
            ("name", campaign.name.clone()),
            ("segment_id", campaign.segment_id.to_string()),
            ("subject_de", campaign.subject_de.clone()),
            ("subject_en", campaign.subject_en.clone()),
            ("body_de", campaign.body_de.clone()),
            ("body_en", campaign.body_en.clone()),
            ("program", slug.unwrap_or_default()),
            ("reply_to", campaign.reply_to.clone()),
        ]
        .map(|(k, v)| (k.to_owned(), v)),
    );
    if campaign.tracking {
        values.insert("tracking".to_owned(), "on".to_owned());
    }
    for (tier, minutes) in campaign.offsets() {
        values.insert(format!("offset_{tier}"), minutes.to_string());
    }
    Ok(values)
}

/// What the selects offer, with the values' choices made.
pub fn choices(conn: &mut Conn, lang: Lang, values: &BTreeMap<String, String>) -> Result<Choices> {
    let chosen = |name: &str| values.get(name).cloned().unwrap_or_default();
    let (segment, program) = (chosen("segment_id"), chosen("program"));
    let none = Choice {
        value: String::new(),
        label: crate::i18n::t(lang, "newsletters-no-program").into_owned(),
        selected: program.is_empty(),
    };
    let programs = store::list_programs(conn)?.into_iter().map(|(_, slug, name)| Choice {
        selected: slug == program,
        value: slug,
        label: name,
    });
    Ok(Choices {
        segments: segments::list(conn, None, 200)?
            .into_iter()
            .map(|s| Choice { value: s.id.to_string(), label: s.name, selected: s.id.to_string() == segment })
            .collect(),
        programs: std::iter::once(none).chain(programs).collect(),
        offsets: crate::members::store::list_tiers(conn)?
            .iter()
            .map(|t| Offset {
                name: format!("offset_{}", t.slug),
                label: t.name(lang).to_owned(),
                value: chosen(&format!("offset_{}", t.slug)),
            })
            .collect(),
    })
}
