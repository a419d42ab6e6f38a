//! The link builder and the house's own short links. A click is a number of the day; who clicked is kept only for a
//! member who allowed it.

use super::taking::{facts, owners, short_base};
use crate::access::Sight;
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::library::links::{Extras, OwnCode, PARAMS_MOST, is_web, parse_param, parse_word};
use crate::library::store;
use crate::library::store::links::{NewLink, ShortLink};
use crate::members::store::list_tiers;
use crate::programs::store::find_link_of;
use crate::web::viewer::Viewer;
use std::collections::BTreeMap;

/// Links a member may make by hand.
const MOST: i64 = 500;

/// What a link is to carry, as sent.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LinkInput {
    /// Slug of the program; not needed where there is one.
    pub program: String,
    /// At most 80 characters, for the own overview.
    pub name: String,
    /// Mark by which sales are told apart.
    pub sub_id: String,
    /// `utm_source`
    pub utm_source: String,
    /// `utm_medium`
    pub utm_medium: String,
    /// `utm_campaign`
    pub utm_campaign: String,
    /// `utm_content`
    pub utm_content: String,
    /// At most five parameters of the member's own, name to value; none that the link carries already.
    pub params: BTreeMap<String, String>,
}

/// A random code for a short link: eight characters that nobody mixes up.
fn random_code() -> Result<String> {
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_err(|e| Error::internal(e.to_string()))?;
    Ok(bytes.iter().map(|b| char::from(LETTERS[usize::from(*b) % LETTERS.len()])).collect())
}

/// Makes a link of a member, or finds the one there is.
///
/// # Errors
/// Invalid fields; conflict `no_affiliate_ref` without a code for the program, `too_many_links`.
pub async fn create(house: &House, viewer: &Viewer, input: LinkInput) -> Result<ShortLink> {
    let (mut wrong, mut words) = (Vec::new(), Vec::new());
    let given = [
        ("sub_id", &input.sub_id),
        ("utm_source", &input.utm_source),
        ("utm_medium", &input.utm_medium),
        ("utm_campaign", &input.utm_campaign),
        ("utm_content", &input.utm_content),
    ];
    for (field, text) in given {
        match parse_word(field, text) {
            Ok(word) => words.push(word),
            Err(error) => wrong.push(error),
        }
    }
    let name = crate::web::forms::one_line(&input.name);
    if name.chars().count() > 80 {
        wrong.push(FieldError::new("name", "too_long").arg("max", 80));
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let mut words = words.into_iter();
    let mut next = || words.next().unwrap_or_default();
    let words =
        Extras { sub_id: next(), source: next(), medium: next(), campaign: next(), content: next(), more: Vec::new() };
    if input.params.len() > PARAMS_MOST {
        return Err(Error::Invalid(vec![FieldError::new("params", "too_many").arg("max", PARAMS_MOST)]));
    }
    let (member, code) = (viewer.id, random_code()?);
    house
        .db
        .write(move |tx| {
            let programs = store::list_programs(tx)?;
            let program = match (input.program.trim(), programs.as_slice()) {
                ("", [only]) => Some(only),
                (slug, all) => all.iter().find(|p| p.slug == slug),
            };
            let program = program.ok_or_else(|| Error::field("program", "not_found"))?;
            let own = find_link_of(tx, member, Some(program.id))?.ok_or(Error::Conflict("no_affiliate_ref"))?;
            if store::links::count_links(tx, member)? >= MOST {
                return Err(Error::Conflict("too_many_links"));
            }
            let own = OwnCode {
                program_id: program.id,
                base: program.link_base.clone(),
                sub_param: program.sub_param.clone(),
                reference: own.reference,
                own_sub: String::new(),
            };
            let more: std::result::Result<_, _> = input.params.iter().map(|(n, v)| parse_param(&own, n, v)).collect();
            let extras = Extras { more: more.map_err(|e| Error::Invalid(vec![e]))?, ..words.clone() };
            let new = NewLink {
                code: code.clone(),
                program: program.id,
                resource: 0,
                name: name.clone(),
                sub_id: extras.sub_id.clone(),
                target: own.link(&extras)?,
            };
            store::links::ensure_link(tx, member, &new)
        })
        .await
}

/// Sees to it that the texts of `ids` have their short links where the member wants them.
///
/// # Errors
/// When the database fails.
pub async fn ensure_short(house: &House, viewer: &Viewer, ids: &[i64]) -> Result<()> {
    let (sight, now, who, base, ids) =
        (Sight::of(viewer), house.db.now(), viewer.clone(), short_base(house), ids.to_vec());
    let wanted: Vec<NewLink> = house
        .db
        .read(move |c| {
            let tiers = list_tiers(c)?;
            let mut out = Vec::new();
            let wholes = store::list_wholes(c, sight, &ids, now)?;
            let owners = owners(c, &base, &wholes, &tiers, (who.id, &who.name, who.tier_rank))?;
            for (whole, owner) in wholes.iter().zip(&owners) {
                let Some(code) = owner.code.as_ref().filter(|_| owner.wants_short) else { continue };
                for text in &whole.variants {
                    let sub = code.sub_of(facts(&whole.resource).resource, text.key(), text.lang());
                    if !owner.short.contains_key(&sub) {
                        let target = code.link(&Extras { sub_id: sub.clone(), ..Extras::default() })?;
                        out.push(NewLink {
                            code: random_code()?,
                            program: code.program_id,
                            resource: whole.resource.id,
                            name: String::new(),
                            sub_id: sub,
                            target,
                        });
                    }
                }
            }
            Ok(out)
        })
        .await?;
    if wanted.is_empty() {
        return Ok(());
    }
    let member = viewer.id;
    house
        .db
        .write(move |tx| {
            for new in &wanted {
                store::links::ensure_link(tx, member, new)?;
            }
            Ok(())
        })
        .await
}

/// Takes a link away; who still clicks it gets nothing.
///
/// # Errors
/// Not found.
pub async fn remove(house: &House, viewer: &Viewer, id: i64) -> Result<()> {
    let member = viewer.id;
    house
        .db
        .write(move |tx| if store::links::delete_own(tx, member, id)? { Ok(()) } else { Err(Error::NotFound) })
        .await
}

/// Where a short link leads; counts the click.
///
/// # Errors
/// Not found.
pub async fn follow(house: &House, viewer: Option<&Viewer>, code: String) -> Result<String> {
    let visitor = viewer.map(|v| v.id);
    house
        .db
        .write_background(move |tx| {
            let link = store::links::find_by_code(tx, &code)?;
            if !is_web(&link.target) {
                return Err(Error::NotFound);
            }
            store::links::mark_click(tx, link.id)?;
            if let Some(visitor) = visitor
                && store::allows_tracking(tx, visitor)?
            {
                store::links::insert_visit(tx, link.id, visitor)?;
            }
            Ok(link.target)
        })
        .await
}
