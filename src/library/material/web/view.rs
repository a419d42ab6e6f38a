//! Material as pages show it.

use crate::access::Sight;
use crate::db::{Conn, Ms};
use crate::error::Result;
use crate::files::FileInfo;
use crate::files::model::Size;
use crate::i18n::{Lang, money, t};
use crate::library::material::model::{Details, Entry, Piece, Section, minor, rgb};
use crate::library::material::store;
use crate::text::page_html;
use serde::Serialize;

#[derive(Serialize)]
struct Link {
    label: String,
    href: String,
}

#[derive(Serialize)]
struct PieceView {
    file_id: i64,
    title: String,
    alt: String,
    url: String,
    preview: String,
    is_picture: bool,
    is_video: bool,
    is_audio: bool,
    kind: String,
    pixels: String,
    size: String,
    colour: String,
    licence: String,
    credit: String,
    href: String,
    sizes: Vec<Link>,
}

#[derive(Serialize)]
struct PriceView {
    label: String,
    amount: String,
    note: String,
}

#[derive(Serialize)]
struct ColourView {
    name: String,
    hex: String,
    rgb: String,
    use_for: String,
}

#[derive(Serialize)]
struct OptionView {
    value: usize,
    label: String,
    chosen: bool,
}

#[derive(Serialize)]
struct QuestionView {
    number: usize,
    text: String,
    options: Vec<OptionView>,
    is_right: bool,
    is_wrong: bool,
}

#[derive(Serialize)]
struct SectionView {
    place: usize,
    number: usize,
    title: String,
    body_html: String,
    link: String,
    host: String,
    minutes: u32,
    questions: Vec<QuestionView>,
    done: bool,
    tried: bool,
}

#[derive(Serialize)]
struct EntryView {
    place: usize,
    question: String,
    answer_html: String,
}

/// Everything a page shows of a resource's material.
#[derive(Serialize)]
pub struct MaterialView {
    id: i64,
    has_any: bool,
    is_brand: bool,
    pieces: Vec<PieceView>,
    features: Vec<String>,
    benefits: Vec<String>,
    prices: Vec<PriceView>,
    valid_until: String,
    is_expired: bool,
    colours: Vec<ColourView>,
    dos: Vec<String>,
    donts: Vec<String>,
    sections: Vec<SectionView>,
    done: usize,
    total: usize,
    minutes: u32,
    questions: Vec<EntryView>,
    objections: Vec<EntryView>,
    can_print: bool,
}

impl MaterialView {
    /// Whether there is anything to show.
    pub fn has_any(&self) -> bool {
        self.has_any
    }
}

/// Answers a member has just given to the questions of one section.
#[derive(Debug, Clone, Default)]
pub struct Tried {
    /// Place of the section.
    pub section: usize,
    /// What was chosen.
    pub answers: Vec<usize>,
}

/// What is read for a resource's material, in four statements.
#[derive(Default)]
pub struct Loaded {
    details: Details,
    pieces: Vec<(Piece, FileInfo)>,
    sizes: Vec<Size>,
    done: Vec<i32>,
}

/// Reads the material of a resource that is known to be open to `sight`.
///
/// # Errors
/// When the database cannot be read.
pub fn load(conn: &mut Conn, sight: Sight, id: i64) -> Result<Loaded> {
    let pieces = store::list_pieces(conn, &[id])?;
    let files: Vec<i64> = pieces.iter().map(|(_, f)| f.id).collect();
    let sizes = if files.is_empty() { Vec::new() } else { crate::files::store::list_sizes(conn, &files)? };
    let details = store::find_details(conn, id)?;
    let done = store::list_marks(conn, sight.member, &[id])?.into_iter().map(|(_, s)| s).collect();
    Ok(Loaded { details, pieces, sizes, done })
}

/// Bytes as people say them.
pub fn bytes(lang: Lang, size: i64) -> String {
    let (value, unit) = match size {
        n if n < 1_000 => return format!("{n} B"),
        n if n < 1_000_000 => (n * 10 / 1_024, "KB"),
        n => (n * 10 / (1_024 * 1_024), "MB"),
    };
    let point = lang.pick(",", ".");
    if value >= 100 { format!("{} {unit}", value / 10) } else { format!("{}{point}{} {unit}", value / 10, value % 10) }
}

fn format_of(file: &FileInfo) -> String {
    let ending = file.name.rsplit_once('.').map_or("", |(_, e)| e);
    let by_mime = file.mime.rsplit_once('/').map_or("", |(_, s)| s.trim_end_matches("+xml"));
    if ending.is_empty() || ending.len() > 5 { by_mime.to_uppercase() } else { ending.to_uppercase() }
}

fn piece(resource: i64, p: Piece, file: &FileInfo, sizes: &[Size], lang: Lang) -> PieceView {
    let shown = file.is_picture() || file.mime == "image/svg+xml";
    let pixels = |w: i32, h: i32| format!("{w} × {h}");
    let own = sizes.iter().filter(|s| s.file_id == file.id);
    PieceView {
        file_id: file.id,
        title: if p.title.is_empty() { file.name.clone() } else { p.title.clone() },
        alt: p.alt(lang).to_owned(),
        url: file.url(),
        preview: match (shown, file.is_picture()) {
            (true, true) => file.url_at(320),
            (true, false) => file.url(),
            _ => String::new(),
        },
        is_picture: shown,
        is_video: file.mime.starts_with("video/"),
        is_audio: file.mime.starts_with("audio/"),
        kind: format_of(file),
        pixels: file.width.zip(file.height).map(|(w, h)| pixels(w, h)).unwrap_or_default(),
        size: bytes(lang, file.size),
        colour: file.colour.clone(),
        licence: t(lang, &format!("material-licence-{}", p.licence)).into_owned(),
        credit: p.credit,
        href: format!("/library/{resource}/files/{}", file.id),
        sizes: own
            .map(|s| Link {
                label: pixels(s.width, s.height),
                href: format!("/library/{resource}/files/{}?w={}", file.id, s.width),
            })
            .collect(),
    }
}

fn section(place: usize, s: &Section, done: &[i32], tried: Option<&Tried>) -> SectionView {
    let tried = tried.filter(|t| t.section == place && t.answers.len() == s.questions.len());
    let questions = s.questions.iter().enumerate().map(|(i, q)| {
        let chosen = tried.and_then(|t| t.answers.get(i)).copied();
        QuestionView {
            number: i + 1,
            text: q.text.clone(),
            options: q
                .options
                .iter()
                .enumerate()
                .map(|(n, label)| OptionView { value: n, label: label.clone(), chosen: chosen == Some(n) })
                .collect(),
            is_right: chosen == Some(q.right),
            is_wrong: chosen.is_some_and(|c| c != q.right),
        }
    });
    SectionView {
        place,
        number: place + 1,
        title: s.title.clone(),
        body_html: page_html(&s.body),
        host: url::Url::parse(&s.link).ok().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_default(),
        link: s.link.clone(),
        minutes: s.time(),
        questions: questions.collect(),
        done: i32::try_from(place).is_ok_and(|p| done.contains(&p)),
        tried: tried.is_some(),
    }
}

fn entries(all: &[Entry], objection: bool) -> Vec<EntryView> {
    all.iter()
        .enumerate()
        .filter(|(_, e)| e.objection == objection)
        .map(|(place, e)| EntryView { place, question: e.question.clone(), answer_html: page_html(&e.answer) })
        .collect()
}

/// The last day of a date as people read it.
pub fn day(lang: Lang, date: &str) -> String {
    match date.parse::<jiff::civil::Date>().and_then(|d| d.to_zoned(jiff::tz::TimeZone::UTC)) {
        Ok(at) => crate::i18n::date(lang, at.timestamp().as_millisecond(), &jiff::tz::TimeZone::UTC),
        Err(_) => String::new(),
    }
}

impl Loaded {
    /// Whether its last day is over at `now`.
    pub fn is_over(&self, now: Ms) -> bool {
        self.details.is_over(now)
    }

    /// Without its files: what was taken back or is over is not handed out.
    pub fn without_files(mut self) -> Self {
        self.pieces.clear();
        self
    }
}

/// Makes the view of what was read.
pub fn view(id: i64, kind: &str, loaded: &Loaded, tried: Option<&Tried>, (lang, now): (Lang, Ms)) -> MaterialView {
    let Loaded { details, pieces, sizes, done } = loaded;
    let sections: Vec<SectionView> =
        details.sections.get(lang).iter().enumerate().map(|(i, s)| section(i, s, done, tried)).collect();
    let has_any = !details.is_empty() || !pieces.is_empty();
    MaterialView {
        id,
        has_any,
        is_brand: kind == "brand",
        pieces: pieces
            .iter()
            .filter(|(_, f)| f.is_ready())
            .map(|(p, f)| piece(id, p.clone(), f, sizes, lang))
            .collect(),
        features: details.features.get(lang).to_vec(),
        benefits: details.benefits.get(lang).to_vec(),
        prices: details
            .prices
            .iter()
            .map(|p| PriceView {
                label: p.label.get(lang).to_owned(),
                amount: minor(&p.amount).map_or_else(String::new, |m| money(lang, m, &p.currency)),
                note: p.note.get(lang).to_owned(),
            })
            .collect(),
        valid_until: day(lang, &details.valid_until),
        is_expired: details.is_over(now),
        colours: details
            .colours
            .iter()
            .map(|c| ColourView {
                name: c.name.clone(),
                hex: c.hex.clone(),
                rgb: rgb(&c.hex).map_or_else(String::new, |(r, g, b)| format!("rgb({r}, {g}, {b})")),
                use_for: c.use_for.get(lang).to_owned(),
            })
            .collect(),
        dos: details.dos.get(lang).to_vec(),
        donts: details.donts.get(lang).to_vec(),
        done: sections.iter().filter(|s| s.done).count(),
        total: sections.len(),
        minutes: sections.iter().map(|s| s.minutes).sum(),
        sections,
        questions: entries(details.entries.get(lang), false),
        objections: entries(details.entries.get(lang), true),
        can_print: !details.is_empty() && !details.is_over(now),
    }
}
