//! Own words and own versions.

use super::exact_lang;
use crate::access::Sight;
use crate::error::{Error, Result};
use crate::i18n::{Lang, iso};
use crate::library::actions::own::{self, VersionInput, Words};
use crate::library::channels::Key;
use crate::library::history::{Run, diff};
use crate::library::marks;
use crate::library::store;
use crate::web::forms::Json;
use crate::web::guards::Member;
use crate::web::paging::Page;
use crate::web::problem::Problem;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Own words of one program.
#[derive(Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WordsJson {
    /// Slug of the program; empty: texts without one.
    #[serde(default)]
    program: String,
    /// `affiliate.coupon`, `own.story`, `own.bonus`, `affiliate.subid`, `short_links` (`1`: short links stand in texts).
    values: BTreeMap<String, String>,
}

/// `GET /api/v1/me/words`
#[utoipa::path(get, path = "/api/v1/me/words", tag = "library",
    responses((status = 200, description = "What the caller said for the merge fields, by program", body = Page<WordsJson>)))]
pub async fn words(me: Member) -> Result<HttpResponse> {
    let member = me.viewer.id;
    let items = me
        .house
        .db
        .read(move |c| {
            let programs = store::list_programs(c)?;
            let mut out: Vec<WordsJson> = Vec::new();
            for (program, field, text) in store::own::list_all_words(c, member)? {
                let slug = programs.iter().find(|p| p.id == program).map(|p| p.slug.clone()).unwrap_or_default();
                match out.iter_mut().find(|w| w.program == slug) {
                    Some(words) => {
                        words.values.insert(field, text);
                    }
                    None => out.push(WordsJson { program: slug, values: BTreeMap::from([(field, text)]) }),
                }
            }
            Ok(out)
        })
        .await?;
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: None }))
}

/// `PUT /api/v1/me/words`
#[utoipa::path(put, path = "/api/v1/me/words", tag = "library", request_body = WordsJson,
    responses((status = 204, description = "Kept; fields left out stay, empty ones are forgotten"), (status = 422, body = Problem)))]
pub async fn save_words(me: Member, input: Json<WordsJson>) -> Result<HttpResponse> {
    let WordsJson { program, values } = input.0;
    let slug = program.trim().to_owned();
    let program = if slug.is_empty() {
        0
    } else {
        let found =
            me.house.db.read(move |c| Ok(store::list_programs(c)?.into_iter().find(|p| p.slug == slug))).await?;
        found.ok_or_else(|| Error::field("program", "not_found"))?.id
    };
    own::save_words(&me.house, &me.viewer, program, Words::from_iter(values)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// An own version.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OwnJson {
    /// The resource.
    pub resource: i64,
    /// Its title.
    pub title: String,
    /// Form.
    pub key: String,
    /// Language.
    pub lang: String,
    /// Subject.
    pub subject: String,
    /// Markdown with marks and merge fields.
    pub body: String,
    /// Whether the original changed since.
    pub original_changed: bool,
    /// What changed in the original.
    pub changes: Vec<Run>,
    /// Whether the locked parts are those of today's original; only then it can be taken.
    pub keeps_locked: bool,
    /// The own text with today's locked parts; null where that is not possible or not needed.
    pub refreshed: Option<String>,
    /// Empty, `offered`, `accepted` or `declined`.
    pub offer: String,
    /// What the team says to it.
    pub offer_note: String,
    /// When it was changed.
    pub updated_at: String,
}

type Place = (i64, String, String);

fn place(place: &Place) -> Result<(i64, Key, Lang)> {
    let (id, key, lang) = place;
    Ok((*id, Key::parse(key).ok_or(Error::NotFound)?, exact_lang(lang).ok_or(Error::NotFound)?))
}

fn json(own: store::own::OwnVersion, title: String, original: Option<&str>) -> OwnJson {
    let keeps_locked = original.is_some_and(|o| marks::keeps(o, &own.body));
    OwnJson {
        resource: own.resource_id,
        title,
        original_changed: original.is_none_or(|o| o != own.base_body),
        changes: original.map(|o| diff(&own.base_body, o)).unwrap_or_default(),
        refreshed: original.filter(|_| !keeps_locked).and_then(|o| marks::refresh(o, &own.body)),
        keeps_locked,
        key: own.key,
        lang: own.lang,
        subject: own.subject,
        body: own.body,
        offer: own.offer,
        offer_note: own.offer_note,
        updated_at: iso(own.updated_at),
    }
}

/// `GET /api/v1/me/versions`
#[utoipa::path(get, path = "/api/v1/me/versions", tag = "library",
    responses((status = 200, description = "Every own version of a text the caller still sees", body = Page<OwnJson>)))]
pub async fn versions(me: Member) -> Result<HttpResponse> {
    let (sight, now) = (Sight::of(&me.viewer), me.house.db.now());
    let items: Vec<OwnJson> = me
        .house
        .db
        .read(move |c| {
            let mine = store::own::list_mine(c, sight.member, 200)?;
            let ids: Vec<i64> = mine.iter().map(|(o, _)| o.resource_id).collect();
            let wholes = store::list_wholes(c, sight, &ids, now)?;
            Ok(mine
                .into_iter()
                .filter_map(|(own, title)| {
                    let whole = wholes.iter().find(|w| w.resource.id == own.resource_id)?;
                    let original = whole.variants.iter().find(|v| v.key == own.key && v.lang == own.lang);
                    Some(json(own, title, original.map(|v| v.body.as_str())))
                })
                .collect())
        })
        .await?;
    Ok(HttpResponse::Ok().json(Page { items, next_cursor: None }))
}

/// `GET /api/v1/resources/{id}/own/{key}/{lang}`
#[utoipa::path(get, path = "/api/v1/resources/{id}/own/{key}/{lang}", tag = "library", params(("id" = i64, Path), ("key" = String, Path), ("lang" = String, Path)),
    responses((status = 200, body = OwnJson), (status = 404, body = Problem)))]
pub async fn version(me: Member, at: web::Path<Place>) -> Result<HttpResponse> {
    let (id, key, lang) = place(&at)?;
    let (sight, now) = (Sight::of(&me.viewer), me.house.db.now());
    let shown = me
        .house
        .db
        .read(move |c| {
            let whole = store::find_visible(c, sight, id, now)?;
            let own = store::own::list_of(c, sight.member, id)?;
            let own = own.into_iter().find(|o| o.key == key.code() && o.lang == lang.code()).ok_or(Error::NotFound)?;
            let original = whole.variants.iter().find(|v| v.key == own.key && v.lang == own.lang);
            Ok(json(own, whole.resource.title.clone(), original.map(|v| v.body.as_str())))
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// `PUT /api/v1/resources/{id}/own/{key}/{lang}`
#[utoipa::path(put, path = "/api/v1/resources/{id}/own/{key}/{lang}", tag = "library", params(("id" = i64, Path), ("key" = String, Path), ("lang" = String, Path)), request_body = VersionInput,
    responses((status = 204, description = "Kept"), (status = 404, body = Problem), (status = 422, description = "`locked`: a locked part was touched", body = Problem)))]
pub async fn save(me: Member, at: web::Path<Place>, input: Json<VersionInput>) -> Result<HttpResponse> {
    let (id, key, lang) = place(&at)?;
    own::save_version(&me.house, &me.viewer, id, (key, lang), input.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /api/v1/resources/{id}/own/{key}/{lang}`
#[utoipa::path(delete, path = "/api/v1/resources/{id}/own/{key}/{lang}", tag = "library", params(("id" = i64, Path), ("key" = String, Path), ("lang" = String, Path)),
    responses((status = 204, description = "Gone"), (status = 404, body = Problem)))]
pub async fn remove(me: Member, at: web::Path<Place>) -> Result<HttpResponse> {
    let (id, key, lang) = place(&at)?;
    own::drop_version(&me.house, &me.viewer, id, (key, lang)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /api/v1/resources/{id}/own/{key}/{lang}/offer`
#[utoipa::path(post, path = "/api/v1/resources/{id}/own/{key}/{lang}/offer", tag = "library", params(("id" = i64, Path), ("key" = String, Path), ("lang" = String, Path)),
    responses((status = 202, description = "The team looks at it"), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn offer(me: Member, at: web::Path<Place>) -> Result<HttpResponse> {
    let (id, key, lang) = place(&at)?;
    own::offer_version(&me.house, &me.viewer, id, (key, lang)).await?;
    Ok(HttpResponse::Accepted().finish())
}
