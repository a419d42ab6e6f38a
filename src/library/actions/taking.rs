//! Taking a text along: who it is for, what stands in the way, the file, and the note that it was taken.

use crate::access::Sight;
use crate::db::{Conn, Ms};
use crate::error::{Error, Result};
use crate::house::House;
use crate::i18n::Lang;
use crate::library::channels::Key;
use crate::library::formats::{self, Format};
use crate::library::kits;
use crate::library::letters::OwnCopy;
use crate::library::links::OwnCode;
use crate::library::marks;
use crate::library::model::{Kind, Resource, Variant, Whole};
use crate::library::personal::{self, Facts, Owner, Personal};
use crate::library::store;
use crate::mail::To;
use crate::members::store::{Tier, list_tiers};
use crate::programs::store::links_of;
use crate::text::merge::Field;
use crate::web::limits::Bucket;
use crate::web::pipe::Parts;
use crate::web::viewer::{MemberId, Viewer};

/// Field of the own words that holds the member's part of sub-ids.
pub const OWN_SUB: &str = "affiliate.subid";
/// Field of the own words that says whether short links stand in texts.
pub const SHORT: &str = "short_links";

/// What a text needs to know of a member: name, tier, code for the resource's program, own words. `base` is where the
/// house's short links begin (`https://kontor.example/l/`).
///
/// # Errors
/// When the database fails.
pub fn owner(conn: &mut Conn, base: &str, whole: &Whole, tiers: &[Tier], who: (MemberId, &str, i32)) -> Result<Owner> {
    let mut one = owners(conn, base, std::slice::from_ref(whole), tiers, who)?;
    one.pop().ok_or_else(|| Error::internal("no owner for a resource"))
}

/// [`owner`] for each of `wholes` in their order: three statements at most, however many there are.
///
/// # Errors
/// When the database fails.
pub fn owners(
    conn: &mut Conn,
    base: &str,
    wholes: &[Whole],
    tiers: &[Tier],
    who: (MemberId, &str, i32),
) -> Result<Vec<Owner>> {
    let (id, name, rank) = who;
    if wholes.is_empty() {
        return Ok(Vec::new());
    }
    let tier = tiers.iter().find(|t| t.rank == rank);
    let tier = tier.map(|t| (t.name_de.clone(), t.name_en.clone())).unwrap_or_default();
    let said = store::own::list_all_words(conn, id)?;
    let links = if wholes.iter().any(|w| w.resource.program.is_some()) { links_of(conn, id)? } else { Vec::new() };
    let find = |program: i64, field: &str| {
        said.iter().find(|(p, f, _)| *p == program && f == field).map(|(.., words)| words.clone())
    };
    let short_for: Vec<i64> = wholes
        .iter()
        .filter(|w| w.resource.program.as_ref().is_some_and(|p| find(p.id, SHORT).is_some()))
        .map(|w| w.resource.id)
        .collect();
    let short = if short_for.is_empty() { Vec::new() } else { store::links::list_of_texts(conn, id, &short_for)? };
    let mut out = Vec::with_capacity(wholes.len());
    for whole in wholes {
        let program = whole.resource.program.as_ref();
        let of = program.map_or(0, |p| p.id);
        let words = Field::OWN.into_iter().filter_map(|f| Some((f, find(of, f.name())?))).collect();
        let mut owner = Owner { name: name.to_owned(), tier: tier.clone(), words, ..Owner::default() };
        if let Some(program) = program
            && let Some(own) = links.iter().find(|l| l.program_id == program.id)
        {
            let code = OwnCode {
                program_id: program.id,
                base: program.link_base.clone(),
                sub_param: program.sub_param.clone(),
                reference: own.reference.clone(),
                own_sub: find(of, OWN_SUB).unwrap_or_default(),
            };
            owner.wants_short = find(of, SHORT).is_some();
            for (_, sub, target, short) in short.iter().filter(|(resource, ..)| *resource == whole.resource.id) {
                // A link to an old address of the program is no stand-in for today's.
                let extras = crate::library::links::Extras { sub_id: sub.clone(), ..Default::default() };
                if owner.wants_short && code.link(&extras)? == *target {
                    owner.short.insert(sub.clone(), format!("{base}{short}"));
                }
            }
            owner.code = Some(code);
        }
        out.push(owner);
    }
    Ok(out)
}

/// Where the short links of a house begin.
pub fn short_base(house: &House) -> String {
    house.config.absolute("/l/")
}

/// What a member wants to take away.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// Which form; none: the first there is.
    pub key: Option<Key>,
    /// Which language; none: the member's own, else the other.
    pub lang: Option<Lang>,
    /// Which kind of file.
    pub format: Format,
    /// Whether the own version is wanted where there is one.
    pub own: bool,
}

/// The bytes of a file made for one member.
pub enum Content {
    /// All of them.
    Whole(Vec<u8>),
    /// They are written while they are sent.
    Parts(Parts),
}

/// A file made for one member.
pub struct Taken {
    /// Its bytes.
    pub content: Content,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub format: Format,
    /// Strong entity tag.
    pub etag: String,
}

/// Refuses what was taken back or is over; names the successor where there is one.
///
/// # Errors
/// Conflict `recalled`, `expired` or `price_expired`.
pub fn check_open(resource: &Resource, now: Ms) -> Result<()> {
    let Some(blocked) = resource.blocked(now) else { return Ok(()) };
    let successor = resource.offer.as_ref().and_then(|o| o.successor_id);
    Err(match successor {
        Some(id) => Error::ConflictWith(blocked.code(), id),
        None => Error::Conflict(blocked.code()),
    })
}

/// What a resource says itself.
pub fn facts(resource: &Resource) -> Facts {
    Facts { resource: resource.id, offer: resource.offer.clone().unwrap_or_default() }
}

/// The own version of `text`, if it keeps the locked parts of today's original.
///
/// # Errors
/// Conflict `locked_changed`; not found when there is none.
fn own_of(conn: &mut Conn, member: MemberId, text: &Variant) -> Result<Variant> {
    let all = store::own::list_of(conn, member, text.resource_id)?;
    let own = all.into_iter().find(|o| o.key == text.key && o.lang == text.lang).ok_or(Error::NotFound)?;
    if !(marks::keeps(&text.body, &own.body) && marks::keeps(&text.subject, &own.subject)) {
        return Err(Error::Conflict("locked_changed"));
    }
    Ok(Variant { subject: own.subject, body: own.body, ..text.clone() })
}

/// One text of a resource for a member, ready to leave.
struct Made {
    copy: Personal,
    key: Key,
    lang: Lang,
    title: String,
}

fn make(conn: &mut Conn, base: &str, viewer: &Viewer, id: i64, wish: Wish, now: Ms) -> Result<Made> {
    let whole = store::find_visible(conn, Sight::of(viewer), id, now)?;
    check_open(&whole.resource, now)?;
    let text = whole.choose(wish.key, wish.lang, viewer.lang).ok_or(Error::NotFound)?;
    let text = if wish.own { own_of(conn, viewer.id, text)? } else { text.clone() };
    let tiers = list_tiers(conn)?;
    let owner = owner(conn, base, &whole, &tiers, (viewer.id, &viewer.name, viewer.tier_rank))?;
    let copy = personal::compose(&text, &facts(&whole.resource), &owner)?;
    Ok(Made { copy, key: text.key(), lang: text.lang(), title: whole.resource.title })
}

/// Notes that texts were taken, once a day each. Refuses at the last moment what was recalled meanwhile: whoever is
/// not in the list of takers must not have the text.
async fn note(house: &House, member: MemberId, taken: Vec<(i64, String, Lang)>, format: &'static str) -> Result<()> {
    house
        .db
        .write(move |tx| {
            for (id, key, lang) in &taken {
                if store::is_recalled(tx, *id)? {
                    return Err(Error::Conflict("recalled"));
                }
                if store::insert_download(tx, *id, member, (key, *lang, format))? {
                    store::mark_downloaded(tx, *id)?;
                }
            }
            Ok(())
        })
        .await
}

/// Makes the file and notes the download, once a day.
///
/// # Errors
/// Not found; conflict `no_affiliate_ref`, `recalled`, `expired`, `price_expired`, `locked_changed`; missing own words.
pub async fn download(house: &House, viewer: &Viewer, id: i64, wish: Wish) -> Result<Taken> {
    let (sight, now) = (Sight::of(viewer), house.db.now());
    let kind = house.db.read(move |c| Ok(store::find_visible(c, sight, id, now)?.resource.kind)).await?;
    if kind == Kind::Kit.code() {
        return kit(house, viewer, id, wish.lang).await;
    }
    super::links::ensure_short(house, viewer, &[id]).await?;
    let (base, who) = (short_base(house), viewer.clone());
    let (taken, key, lang) = house
        .db
        .read(move |c| {
            let made = make(c, &base, &who, id, wish, now)?;
            let stem = format!("{}-{}-{}", stem_of(&made.title, id), made.key.code(), made.lang.code());
            let bytes = formats::write(&made.copy, wish.format, &made.title, &stem)?;
            let name = format!("{stem}.{}", wish.format.code());
            let taken =
                Taken { etag: formats::etag(&bytes), content: Content::Whole(bytes), name, format: wish.format };
            Ok((taken, made.key, made.lang))
        })
        .await?;
    note(house, viewer.id, vec![(id, key.code().to_owned(), lang)], wish.format.code()).await?;
    Ok(taken)
}

/// Everything of a kit in one archive, and the note that each part was taken.
async fn kit(house: &House, viewer: &Viewer, id: i64, lang: Option<Lang>) -> Result<Taken> {
    let (sight, now) = (Sight::of(viewer), house.db.now());
    let lang = lang.unwrap_or(viewer.lang);
    let parts: Vec<i64> = house
        .db
        .read(move |c| Ok(store::kits::list_items(c, &[id])?.into_iter().map(|i| i.resource_id).collect()))
        .await?;
    super::links::ensure_short(house, viewer, &parts).await?;
    let (base, who) = (short_base(house), viewer.clone());
    let packed = house
        .db
        .read(move |c| {
            let whole = store::find_visible(c, sight, id, now)?;
            check_open(&whole.resource, now)?;
            kits::pack(c, &base, &who, &whole, lang, now)
        })
        .await?;
    let mut noted = packed.taken.clone();
    noted.push((id, Key::Short.code().to_owned(), lang));
    let stem = format!("{}-{}", stem_of(&packed.title, id), lang.code());
    note(house, viewer.id, noted, Format::Zip.code()).await?;
    let etag = packed.etag();
    Ok(Taken { etag, content: Content::Parts(packed.stream(house)), name: format!("{stem}.zip"), format: Format::Zip })
}

/// Notes that a text left by another way: `copy` or `share`.
///
/// # Errors
/// As [`download`].
pub async fn note_copy(house: &House, viewer: &Viewer, id: i64, wish: Wish, way: &'static str) -> Result<()> {
    let (base, who, now) = (short_base(house), viewer.clone(), house.db.now());
    let made = house.db.read(move |c| make(c, &base, &who, id, wish, now)).await?;
    note(house, viewer.id, vec![(id, made.key.code().to_owned(), made.lang)], way).await
}

/// Sends a text to the member's own address.
///
/// # Errors
/// As [`download`]; too many mails.
pub async fn mail_to_self(house: &House, viewer: &Viewer, id: i64, wish: Wish) -> Result<()> {
    let (base, who, now, member) = (short_base(house), viewer.clone(), house.db.now(), viewer.id);
    super::links::ensure_short(house, viewer, &[id]).await?;
    let (made, person) =
        house.db.read(move |c| Ok((make(c, &base, &who, id, wish, now)?, store::find_address(c, member.0)?))).await?;
    house.limits.take(Bucket::MailTo, format!("copy:{}", person.email))?;
    note(house, viewer.id, vec![(id, made.key.code().to_owned(), made.lang)], "mail").await?;
    let letter = OwnCopy {
        title: made.title.clone(),
        subject: if made.copy.subject.is_empty() { made.title } else { made.copy.subject.clone() },
        html: made.copy.html(),
        text: made.copy.text(),
        link: house.config.absolute(&format!("/library/{id}")),
    };
    let to = To { email: person.email, name: viewer.name.clone(), lang: viewer.lang };
    let for_tx = house.clone();
    house.db.write(move |tx| for_tx.mailer.post(tx, &to, &letter)).await
}

/// The beginning of a file's name: the title as a slug of at most 60 characters.
pub fn stem_of(title: &str, id: i64) -> String {
    let slug: String = crate::text::slug(title).chars().take(60).collect();
    match slug.trim_end_matches('-') {
        "" => format!("material-{id}"),
        slug => slug.to_owned(),
    }
}
