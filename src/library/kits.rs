//! A campaign kit as one archive: each step in a folder of its own, with everything filled in, and the plan.

use super::actions::taking::{check_open, facts, owners, stem_of};
use super::formats::{self, Entry, Format, Growing};
use super::marks;
use super::material::model::Piece;
use super::material::sheet::document;
use super::material::store::{list_details, list_pieces};
use super::model::{Variant, Whole};
use super::personal;
use super::store;
use super::store::kits::KitItem;
use crate::access::Sight;
use crate::db::{Conn, DAY, Ms};
use crate::error::{Error, Result};
use crate::files::FileInfo;
use crate::house::House;
use crate::i18n::{Lang, date, parse_zone, t, t_args};
use crate::members::store::list_tiers;
use crate::web::pipe::{Parts, written};
use crate::web::viewer::Viewer;
use futures_util::StreamExt;

/// Bytes of pictures and other files that one archive carries; the plan says where the others are.
const FILES_MOST: i64 = 100_000_000;

/// A file of a resource that goes into the archive as it is.
pub struct File {
    /// Its name in the archive.
    pub path: String,
    /// Where its bytes lie.
    pub object_key: String,
    /// Bytes.
    pub size: i64,
}

/// A packed kit.
pub struct Packed {
    /// What was made for the member.
    pub entries: Vec<Entry>,
    /// What is added as it is.
    pub files: Vec<File>,
    /// Title of the kit.
    pub title: String,
    /// What is in it: resource, which part of it, language.
    pub taken: Vec<(i64, String, Lang)>,
}

/// The texts of a step in `lang`, or in the other language where there is none.
fn texts(whole: &Whole, lang: Lang) -> Vec<&Variant> {
    let of = |wanted: Lang| whole.variants.iter().filter(move |v| v.lang() == wanted);
    if of(lang).next().is_some() { of(lang).collect() } else { whole.variants.iter().collect() }
}

/// The files of a resource for readers of `lang`: those with words of the other language only where there are no others.
fn pictures(all: &[(Piece, FileInfo)], resource: i64, lang: Lang) -> Vec<&(Piece, FileInfo)> {
    let own: Vec<&(Piece, FileInfo)> = all.iter().filter(|(p, f)| p.resource_id == resource && f.is_ready()).collect();
    let fits = |p: &Piece| p.lang.is_empty() || p.lang == lang.code();
    if own.iter().any(|(p, _)| fits(p)) { own.into_iter().filter(|(p, _)| fits(p)).collect() } else { own }
}

impl Packed {
    /// Strong `ETag` of the archive: a stored file never changes under its name.
    pub fn etag(&self) -> String {
        let made = self.entries.iter().flat_map(Entry::parts);
        let kept = self.files.iter().flat_map(|f| [f.path.as_bytes(), f.object_key.as_bytes()]);
        let mut all = Vec::new();
        for part in made.chain(kept) {
            all.extend_from_slice(&part.len().to_be_bytes());
            all.extend_from_slice(part);
        }
        formats::etag(&all)
    }

    /// Writes the archive while it is sent: no picture is ever whole in memory.
    pub fn stream(self, house: &House) -> Parts {
        let (house, runtime) = (house.clone(), tokio::runtime::Handle::current());
        written(move |pipe| {
            let mut zip = Growing::new(pipe);
            self.entries.iter().try_for_each(|entry| zip.add(entry))?;
            for file in &self.files {
                zip.begin(&file.path)?;
                let mut bytes = runtime.block_on(house.files.stream(&file.object_key))?;
                while let Some(part) = runtime.block_on(bytes.next()) {
                    zip.more(&part?)?;
                }
            }
            zip.finish()
        })
    }

    /// Adds the files of a resource below `folder`; answers a line for each, for the plan.
    fn add_files(&mut self, folder: &str, files: &[&(Piece, FileInfo)], lang: Lang) -> Vec<String> {
        let mut lines = Vec::new();
        let mut room = FILES_MOST - self.files.iter().map(|f| f.size).sum::<i64>();
        for (i, (piece, file)) in files.iter().enumerate() {
            // Two files of one name must not meet in a folder.
            let clash = files.iter().take(i).any(|(_, other)| other.name == file.name);
            let name = if clash { format!("{}-{}", i + 1, file.name) } else { file.name.clone() };
            let licence = t(lang, &format!("material-licence-{}", piece.licence)).into_owned();
            let said: Vec<&str> =
                [licence.as_str(), &piece.credit, piece.alt(lang)].into_iter().filter(|s| !s.is_empty()).collect();
            if file.size <= room {
                room -= file.size;
                lines.push(format!("{name}: {}", said.join(", ")));
                let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
                self.files.push(File { path, object_key: file.object_key.clone(), size: file.size });
                self.taken.push((piece.resource_id, format!("file-{}", file.id), lang));
            } else {
                let left_out = t_args(lang, "library-kit-too-large", &[("name", name.into())]);
                lines.push(format!("{left_out} /library/{}", piece.resource_id));
            }
        }
        lines
    }
}

/// Packs what `viewer` may take of the kit `whole`: texts filled in, what is said of products as documents, pictures as
/// they are. Own versions stand in for texts where they keep what is locked.
///
/// # Errors
/// Conflict `no_affiliate_ref`, `kit_empty`; missing own words.
pub fn pack(conn: &mut Conn, base: &str, viewer: &Viewer, whole: &Whole, lang: Lang, now: Ms) -> Result<Packed> {
    let items = store::kits::list_items(conn, &[whole.resource.id])?;
    let mut ids: Vec<i64> = items.iter().map(|i| i.resource_id).collect();
    let parts = store::list_wholes(conn, Sight::of(viewer), &ids, now)?;
    let tiers = list_tiers(conn)?;
    let owners = owners(conn, base, &parts, &tiers, (viewer.id, &viewer.name, viewer.tier_rank))?;
    let own = store::own::list_of_many(conn, viewer.id, &ids)?;
    let details = list_details(conn, &ids)?;
    ids.push(whole.resource.id);
    let pieces = list_pieces(conn, &ids)?;
    let mut packed =
        Packed { entries: Vec::new(), files: Vec::new(), title: whole.resource.title.clone(), taken: Vec::new() };
    let mut steps: Vec<Step<'_>> = Vec::new();
    for (i, item) in items.iter().enumerate() {
        let Some((part, owner)) = parts.iter().zip(&owners).find(|(p, _)| p.resource.id == item.resource_id) else {
            continue;
        };
        let id = part.resource.id;
        let said = details.iter().find(|(of, d)| *of == id && !d.is_empty()).map(|(_, d)| d);
        if check_open(&part.resource, now).is_err() || said.is_some_and(|d| d.is_over(now)) {
            continue;
        }
        let title = &part.resource.title;
        let folder = format!("{:02}-{}", i + 1, stem_of(title, id));
        for text in texts(part, lang) {
            let mine = own.iter().find(|o| o.resource_id == id && o.key == text.key && o.lang == text.lang);
            let mine = mine.filter(|o| marks::keeps(&text.body, &o.body) && marks::keeps(&text.subject, &o.subject));
            let chosen = mine.map_or_else(
                || text.clone(),
                |o| Variant { subject: o.subject.clone(), body: o.body.clone(), ..text.clone() },
            );
            let copy = personal::compose(&chosen, &facts(&part.resource), owner)?;
            let stem = format!("{}-{}", text.key().code(), text.lang().code());
            let mut wanted = vec![Format::Txt, Format::Html, Format::Md, Format::Docx, Format::Pdf];
            if text.key().is_mail() {
                wanted.push(Format::Eml);
            }
            for format in wanted {
                let bytes = formats::write(&copy, format, title, &stem)?;
                packed.entries.push(Entry::new(format!("{folder}/{stem}.{}", format.code()), bytes));
            }
            packed.taken.push((id, text.key().code().to_owned(), text.lang()));
        }
        if let Some(said) = said {
            let bytes = document(&part.resource, said, lang)?;
            packed.entries.push(Entry::new(format!("{folder}/{}-{}.pdf", stem_of(title, id), lang.code()), bytes));
            packed.taken.push((id, "sheet".to_owned(), lang));
        }
        let files = packed.add_files(&folder, &pictures(&pieces, id, lang), lang);
        steps.push(Step { item, title, files });
    }
    let extra = packed.add_files("", &pictures(&pieces, whole.resource.id, lang), lang);
    if packed.entries.is_empty() && packed.files.is_empty() {
        return Err(Error::Conflict("kit_empty"));
    }
    let starts = whole.resource.offer.as_ref().and_then(|o| o.starts_at);
    packed.entries.insert(0, Entry::new("plan.txt", plan(&whole.resource.title, &steps, &extra, starts, lang)));
    if let Some(starts) = starts {
        packed.entries.insert(1, Entry::new("plan.ics", calendar(&steps, starts, whole.resource.id)));
    }
    Ok(packed)
}

/// One step of a kit in the plan.
struct Step<'k> {
    item: &'k KitItem,
    title: &'k str,
    /// A line for each of its files.
    files: Vec<String>,
}

/// When to use what, one line a step, with what must be known of its files.
fn plan(title: &str, steps: &[Step<'_>], extra: &[String], starts: Option<Ms>, lang: Lang) -> String {
    let zone = parse_zone("Europe/Berlin");
    let mut out = format!("{title}\n\n");
    for (i, step) in steps.iter().enumerate() {
        let item = step.item;
        let day = match starts {
            Some(at) => date(lang, at + i64::from(item.day) * DAY, &zone),
            None => format!("{} {}", t(lang, "library-kit-day"), item.day + 1),
        };
        out.push_str(&format!("{:02}  {day}  {}\n", i + 1, step.title));
        for line in Some(&item.note).filter(|n| !n.is_empty()).into_iter().chain(&step.files) {
            out.push_str(&format!("    {line}\n"));
        }
    }
    if !extra.is_empty() {
        out.push_str(&format!("\n{}\n", extra.join("\n")));
    }
    out
}

/// The same as a calendar of whole days (RFC 5545).
fn calendar(steps: &[Step<'_>], starts: Ms, kit: i64) -> String {
    let zone = parse_zone("Europe/Berlin");
    let day = |n: i32| {
        let at = jiff::Timestamp::from_millisecond(starts + i64::from(n) * DAY).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        at.to_zoned(zone.clone()).strftime("%Y%m%d").to_string()
    };
    let safe = |text: &str| text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', " ");
    let mut out = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kontor//Kit//DE\r\n");
    for Step { item, title, .. } in steps {
        out.push_str(&format!(
            "BEGIN:VEVENT\r\nUID:kit-{kit}-{}@kontor\r\nDTSTAMP:{}T000000Z\r\nDTSTART;VALUE=DATE:{}\r\n",
            item.position,
            day(0),
            day(item.day)
        ));
        // A line holds at most 75 octets; a fold begins with a space.
        let mut line = String::from("SUMMARY:");
        for c in safe(title).chars() {
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
