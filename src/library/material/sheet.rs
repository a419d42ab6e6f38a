//! Material on paper: details as Markdown, and from it the same PDF that texts become. What promotes (fact sheets, brand
//! kits) begins with its label; what teaches does not.

use super::model::{Details, minor};
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::house::House;
use crate::i18n::{Lang, money, t, t_args};
use crate::library;
use crate::library::actions::taking::{check_open, stem_of};
use crate::library::formats;
use crate::library::model::Resource;
use crate::text::merge::markdown as escape;
use crate::web::viewer::Viewer;

/// What is printed of a resource.
pub struct Sheet<'r> {
    /// Title.
    pub title: &'r str,
    /// One or two sentences.
    pub summary: &'r str,
    /// Everything structured.
    pub details: &'r Details,
    /// Whether it promotes and so carries the label.
    pub labelled: bool,
}

/// Markdown of a sheet in `lang`.
pub fn markdown(sheet: &Sheet<'_>, lang: Lang) -> String {
    let d = sheet.details;
    let mut out = String::new();
    if sheet.labelled {
        out.push_str(&format!("{}\n\n", lang.pick("Anzeige", "Ad")));
    }
    out.push_str(&format!("# {}\n\n", escape(sheet.title)));
    if !sheet.summary.is_empty() {
        out.push_str(&format!("{}\n\n", escape(sheet.summary)));
    }
    let mut list = |key: &str, lines: &[String]| {
        if !lines.is_empty() {
            out.push_str(&format!("## {}\n\n", t(lang, key)));
            lines.iter().for_each(|line| out.push_str(&format!("- {}\n", escape(line))));
            out.push('\n');
        }
    };
    list("material-features", d.features.get(lang));
    list("material-benefits", d.benefits.get(lang));
    let prices: Vec<String> = d
        .prices
        .iter()
        .map(|p| {
            let amount = minor(&p.amount).map_or_else(String::new, |m| money(lang, m, &p.currency));
            let note = p.note.get(lang);
            format!(
                "{}: {amount}{}",
                p.label.get(lang),
                if note.is_empty() { String::new() } else { format!(" ({note})") }
            )
        })
        .collect();
    list("material-prices", &prices);
    let colours: Vec<String> =
        d.colours.iter().map(|c| format!("{} {} {}", c.name, c.hex, c.use_for.get(lang))).collect();
    list("material-colours", &colours);
    list("material-dos", d.dos.get(lang));
    list("material-donts", d.donts.get(lang));
    let until = super::web::view::day(lang, &d.valid_until);
    if !until.is_empty() {
        out.push_str(&format!("**{}**\n\n", t_args(lang, "material-valid-until", &[("day", until.into())])));
    }
    for (i, section) in d.sections.get(lang).iter().enumerate() {
        out.push_str(&format!("## {}. {}\n\n", i + 1, escape(&section.title)));
        if !section.link.is_empty() {
            out.push_str(&format!("<{}>\n\n", section.link));
        }
        out.push_str(&format!("{}\n\n", section.body));
    }
    for (key, objection) in [("material-questions", false), ("material-objections", true)] {
        let some: Vec<_> = d.entries.get(lang).iter().filter(|e| e.objection == objection).collect();
        if !some.is_empty() {
            out.push_str(&format!("## {}\n\n", t(lang, key)));
        }
        for entry in some {
            out.push_str(&format!("### {}\n\n{}\n\n", escape(&entry.question), entry.answer));
        }
    }
    out
}

/// What is said of a resource as a PDF.
///
/// # Errors
/// When the document cannot be made.
pub fn document(resource: &Resource, details: &Details, lang: Lang) -> Result<Vec<u8>> {
    let labelled = matches!(resource.kind.as_str(), "fact_sheet" | "brand");
    let sheet = Sheet { title: &resource.title, summary: &resource.summary, details, labelled };
    formats::document(&markdown(&sheet, lang), lang, &resource.title)
}

/// The PDF of a resource's material, noted as a download once a day: its name and bytes.
///
/// # Errors
/// Not found, also where there is nothing to print; what was taken back or is over.
pub async fn take(house: &House, viewer: &Viewer, id: i64, lang: Lang) -> Result<(String, Vec<u8>)> {
    let (sight, now) = (Sight::of(viewer), house.db.now());
    let made = house
        .db
        .read(move |c| {
            let whole = library::store::find_visible(c, sight, id, now)?;
            check_open(&whole.resource, now)?;
            super::store::check_fresh(c, &whole.resource, now)?;
            let details = super::store::find_details(c, id)?;
            if details.is_empty() {
                return Err(Error::NotFound);
            }
            let bytes = document(&whole.resource, &details, lang)?;
            Ok((format!("{}-{}.pdf", stem_of(&whole.resource.title, id), lang.code()), bytes))
        })
        .await?;
    house
        .db
        .write(move |tx| {
            if library::store::insert_download(tx, id, sight.member, ("sheet", lang, "pdf"))? {
                library::store::mark_downloaded(tx, id)?;
            }
            Ok(())
        })
        .await?;
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::material::model::{Lines, Price};
    use crate::settings::Bilingual;

    #[test]
    fn what_promotes_begins_with_its_label_and_prices_read_as_people_write_them() {
        let both = |t: &str| Bilingual { de: t.into(), en: t.into() };
        let details = Details {
            features: Lines { de: vec!["Leise *und* klein".into()], en: vec![] },
            prices: vec![Price { label: both("R2"), amount: "649.00".into(), currency: "EUR".into(), note: both("") }],
            valid_until: "2027-03-31".into(),
            ..Details::default()
        };
        let sheet = Sheet { title: "Rudergerät <R2>", summary: "", details: &details, labelled: true };
        let text = crate::text::plain_text(&markdown(&sheet, Lang::De));
        assert!(text.starts_with("Anzeige\n"), "{text}");
        for part in ["Rudergerät <R2>", "Leise *und* klein", "649,00\u{a0}€", "31.03.2027"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        let lesson = Sheet { labelled: false, ..sheet };
        assert!(!markdown(&lesson, Lang::En).contains("Ad\n"));
    }
}
