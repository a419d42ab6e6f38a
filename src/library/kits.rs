//! A campaign kit as one archive: each step in a folder of its own, with everything filled in, and the plan.

use super::actions::taking::{check_open, facts, owner, stem_of};
use super::channels::Key;
use super::formats::{self, Entry, Format, archive};
use super::marks;
use super::model::{Variant, Whole};
use super::personal;
use super::store;
use super::store::kits::KitItem;
use crate::access::Sight;
use crate::db::{Conn, DAY, Ms};
use crate::error::{Error, Result};
use crate::i18n::{Lang, date, parse_zone, t};
use crate::members::store::list_tiers;
use crate::web::viewer::Viewer;

/// A packed kit.
pub struct Packed {
    /// The archive.
    pub bytes: Vec<u8>,
    /// Title of the kit.
    pub title: String,
    /// What is in it.
    pub taken: Vec<(i64, Key, Lang)>,
}

/// The texts of a step in `lang`, or in the other language where there is none.
fn texts(whole: &Whole, lang: Lang) -> Vec<&Variant> {
    let of = |wanted: Lang| whole.variants.iter().filter(move |v| v.lang() == wanted);
    if of(lang).next().is_some() { of(lang).collect() } else { whole.variants.iter().collect() }
}

/// Packs what `viewer` may take of the kit `whole`; own versions stand in for texts where they keep what is locked.
///
/// # Errors
/// Conflict `no_affiliate_ref`, `kit_empty`; missing own words.
pub fn pack(conn: &mut Conn, base: &str, viewer: &Viewer, whole: &Whole, lang: Lang, now: Ms) -> Result<Packed> {
    let items = store::kits::list_items(conn, &[whole.resource.id])?;
    let ids: Vec<i64> = items.iter().map(|i| i.resource_id).collect();
    let parts = store::list_wholes(conn, Sight::of(viewer), &ids, now)?;
    let tiers = list_tiers(conn)?;
    let mut entries = Vec::new();
    let mut taken = Vec::new();
    for (i, item) in items.iter().enumerate() {
        let Some(part) = parts.iter().find(|p| p.resource.id == item.resource_id) else { continue };
        if check_open(&part.resource, now).is_err() {
            continue;
        }
        let owner = owner(conn, base, part, &tiers, (viewer.id, &viewer.name, viewer.tier_rank))?;
        let own = store::own::list_of(conn, viewer.id, part.resource.id)?;
        let title = &part.resource.title;
        let folder = format!("{:02}-{}", i + 1, stem_of(title, part.resource.id));
        for text in texts(part, lang) {
            let mine = own.iter().find(|o| o.key == text.key && o.lang == text.lang);
            let mine = mine.filter(|o| marks::keeps(&text.body, &o.body) && marks::keeps(&text.subject, &o.subject));
            let chosen = mine.map_or_else(
                || text.clone(),
                |o| Variant { subject: o.subject.clone(), body: o.body.clone(), ..text.clone() },
            );
            let copy = personal::compose(&chosen, &facts(&part.resource), &owner)?;
            let stem = format!("{}-{}", text.key().code(), text.lang().code());
            let mut wanted = vec![Format::Txt, Format::Html, Format::Md, Format::Docx, Format::Pdf];
            if text.key().is_mail() {
                wanted.push(Format::Eml);
            }
            for format in wanted {
                let bytes = formats::write(&copy, format, title, &stem)?;
                entries.push(Entry::new(format!("{folder}/{stem}.{}", format.code()), bytes));
            }
            taken.push((part.resource.id, text.key(), text.lang()));
        }
    }
    if entries.is_empty() {
        return Err(Error::Conflict("kit_empty"));
    }
    let starts = whole.resource.offer.as_ref().and_then(|o| o.starts_at);
    let named: Vec<(&KitItem, &str)> = items
        .iter()
        .filter_map(|i| Some((i, parts.iter().find(|p| p.resource.id == i.resource_id)?.resource.title.as_str())))
        .collect();
    entries.insert(0, Entry::new(lang.pick("plan.txt", "plan.txt"), plan(&whole.resource.title, &named, starts, lang)));
    if let Some(starts) = starts {
        entries.insert(1, Entry::new("plan.ics", calendar(&named, starts, whole.resource.id)));
    }
    Ok(Packed { bytes: archive(entries)?, title: whole.resource.title.clone(), taken })
}

/// When to use what, one line a step.
pub fn plan(title: &str, items: &[(&KitItem, &str)], starts: Option<Ms>, lang: Lang) -> String {
    let zone = parse_zone("Europe/Berlin");
    let mut out = format!("{title}\n\n");
    for (i, (item, name)) in items.iter().enumerate() {
        let day = match starts {
            Some(at) => date(lang, at + i64::from(item.day) * DAY, &zone),
            None => format!("{} {}", t(lang, "library-kit-day"), item.day + 1),
        };
        out.push_str(&format!("{:02}  {day}  {name}\n", i + 1));
        if !item.note.is_empty() {
            out.push_str(&format!("    {}\n", item.note));
        }
    }
    out
}

/// The same as a calendar of whole days (RFC 5545).
fn calendar(items: &[(&KitItem, &str)], starts: Ms, kit: i64) -> String {
    let zone = parse_zone("Europe/Berlin");
    let day = |n: i32| {
        let at = jiff::Timestamp::from_millisecond(starts + i64::from(n) * DAY).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        at.to_zoned(zone.clone()).strftime("%Y%m%d").to_string()
    };
    let safe = |text: &str| text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', " ");
    let mut out = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kontor//Kit//DE\r\n");
    for (item, name) in items {
        out.push_str(&format!(
            "BEGIN:VEVENT\r\nUID:kit-{kit}-{}@kontor\r\nDTSTAMP:{}T000000Z\r\nDTSTART;VALUE=DATE:{}\r\n",
            item.position,
            day(0),
            day(item.day)
        ));
        // A line holds at most 75 octets; a fold begins with a space.
        let mut line = String::from("SUMMARY:");
        for c in safe(name).chars() {
            if line.len() + c.len_utf8() > 73 {
                out.push_str(&line);
                out.push_str("\r\n");
                line = String::from(" ");
            }
            line.push(c);
        }
        out.push_str(&line);
        out.push_str("\r\nEND:VEVENT\r\n");
    }
    out.push_str("END:VCALENDAR\r\n");
    out
}
