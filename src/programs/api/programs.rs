//! `/api/v1/programs`

use crate::db::Ms;
use crate::error::Result;
use crate::i18n::iso;
use crate::programs::actions::{self, ProgramDraft};
use crate::programs::model::Program;
use crate::programs::store::programs as store;
use crate::settings::Bilingual;
use crate::web::forms::Json;
use crate::web::guards::{Manager, Member};
use crate::web::paging::{Page, PageQuery};
use crate::web::problem::Problem;
use actix_web::{HttpResponse, web};

/// A program.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ProgramJson {
    /// Id.
    pub id: i64,
    /// Stable name.
    pub slug: String,
    /// Shown name.
    pub name: String,
    /// Link with `{ref}` where the partner's reference goes.
    pub link_base: String,
    /// ISO 4217.
    pub currency: String,
    /// Description.
    pub description: Bilingual,
    /// Parameter of a link by which the shop tells sales apart; empty: none.
    pub sub_param: String,
    /// The caller's own link.
    pub link: Option<String>,
    /// Address the shop calls for each sale; managers only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s2s_url: Option<String>,
    /// When it was made.
    pub created_at: String,
}

fn json(program: Program, link: Option<String>, s2s_url: Option<String>) -> ProgramJson {
    ProgramJson {
        id: program.id,
        slug: program.slug,
        name: program.name,
        link_base: program.link_base,
        currency: program.currency,
        description: Bilingual { de: program.description_de, en: program.description_en },
        sub_param: program.sub_param,
        link,
        s2s_url,
        created_at: at(program.created_at),
    }
}

fn at(ms: Ms) -> String {
    iso(ms)
}

/// A new program.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProgram {
    /// Stable name; made from the name where it is left out.
    #[serde(default)]
    slug: String,
    /// Shown name.
    name: String,
    /// http(s) address with `{ref}`.
    link_base: String,
    /// ISO 4217; the community's where it is left out.
    #[serde(default)]
    currency: Option<String>,
    /// Description.
    #[serde(default)]
    description: Option<Bilingual>,
    /// Parameter of a link by which the shop tells sales apart.
    #[serde(default)]
    sub_param: String,
}

/// Changes of a program.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgramPatch {
    /// Shown name.
    name: Option<String>,
    /// http(s) address with `{ref}`.
    link_base: Option<String>,
    /// ISO 4217.
    currency: Option<String>,
    /// Description.
    description: Option<Bilingual>,
    /// Parameter of a link by which the shop tells sales apart.
    sub_param: Option<String>,
}

/// `GET /api/v1/programs`
#[utoipa::path(get, path = "/api/v1/programs", tag = "programs", params(PageQuery), responses((status = 200, body = Page<ProgramJson>)))]
pub async fn list(me: Member, paging: web::Query<PageQuery>) -> Result<HttpResponse> {
    let id = me.viewer.id;
    let (programs, links) = me.house.db.read(move |c| Ok((store::list_programs(c)?, store::links_of(c, id)?))).await?;
    let manages = me.viewer.is_manager();
    let items = programs
        .into_iter()
        .map(|p| {
            let link = links.iter().find(|l| l.program_id == p.id).map(|l| l.url.clone());
            let s2s = manages.then(|| actions::postback_url(&me.house, &p));
            json(p, link, s2s)
        })
        .collect();
    Ok(HttpResponse::Ok().json(Page::of_short(items, &paging)?))
}

async fn one(me: &Manager, id: i64) -> Result<ProgramJson> {
    let program = me.house.db.read(move |c| store::find_program(c, id)).await?;
    let s2s = actions::postback_url(&me.house, &program);
    Ok(json(program, None, Some(s2s)))
}

/// `POST /api/v1/programs`
#[utoipa::path(post, path = "/api/v1/programs", tag = "programs", request_body = NewProgram,
    responses((status = 201, body = ProgramJson), (status = 422, body = Problem)))]
pub async fn create(me: Manager, body: Json<NewProgram>) -> Result<HttpResponse> {
    let new = body.0;
    let description = new.description.unwrap_or_default();
    let draft = ProgramDraft {
        slug: new.slug,
        name: new.name,
        link_base: new.link_base,
        currency: new.currency.unwrap_or_default(),
        sub_param: new.sub_param,
        description_de: description.de,
        description_en: description.en,
    };
    let id = actions::create_program(&me.house, me.viewer.id, draft).await?;
    Ok(HttpResponse::Created().json(one(&me, id).await?))
}

/// `PATCH /api/v1/programs/{id}`
#[utoipa::path(patch, path = "/api/v1/programs/{id}", tag = "programs", params(("id" = i64, Path)), request_body = ProgramPatch,
    responses((status = 200, body = ProgramJson), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn update(me: Manager, id: web::Path<i64>, body: Json<ProgramPatch>) -> Result<HttpResponse> {
    let (id, patch) = (*id, body.0);
    let old = me.house.db.read(move |c| store::find_program(c, id)).await?;
    let description = patch.description.unwrap_or(Bilingual { de: old.description_de, en: old.description_en });
    let draft = ProgramDraft {
        slug: old.slug,
        name: patch.name.unwrap_or(old.name),
        link_base: patch.link_base.unwrap_or(old.link_base),
        currency: patch.currency.unwrap_or(old.currency),
        sub_param: patch.sub_param.unwrap_or(old.sub_param),
        description_de: description.de,
        description_en: description.en,
    };
    actions::update_program(&me.house, me.viewer.id, id, draft).await?;
    Ok(HttpResponse::Ok().json(one(&me, id).await?))
}

/// `POST /api/v1/programs/{id}/rotate-secret`: a new address for the shop; the old one ends at once.
#[utoipa::path(post, path = "/api/v1/programs/{id}/rotate-secret", tag = "programs", params(("id" = i64, Path)),
    responses((status = 200, body = ProgramJson), (status = 404, body = Problem)))]
pub async fn rotate(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::rotate_secret(&me.house, me.viewer.id, *id).await?;
    Ok(HttpResponse::Ok().json(one(&me, *id).await?))
}

/// A pattern to try.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkTrial {
    /// Pattern with `{ref}`.
    pub link_base: String,
    /// Reference of a partner.
    #[serde(rename = "ref")]
    pub reference: String,
}

/// A link as a partner would get it.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TriedLink {
    /// The link.
    pub link: String,
    /// Name of the partner whose reference it is, where it is somebody's.
    pub partner: Option<String>,
}

/// `POST /api/v1/program-links`: keeps nothing.
#[utoipa::path(post, path = "/api/v1/program-links", tag = "programs", request_body = LinkTrial,
    responses((status = 200, body = TriedLink), (status = 422, body = Problem)))]
pub async fn try_link(me: Manager, body: Json<LinkTrial>) -> Result<HttpResponse> {
    let trial = body.0;
    let (partner, link) = me.house.db.read(move |c| actions::try_link(c, &trial.link_base, &trial.reference)).await?;
    Ok(HttpResponse::Ok().json(TriedLink { link, partner: Some(partner).filter(|p| !p.is_empty()) }))
}
