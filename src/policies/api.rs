//! JSON of policies.

use super::model::{Kind, Policy, PolicyInput};
use super::{actions, store};
use crate::error::{Error, Result};
use crate::i18n::iso;
use crate::settings::Bilingual;
use crate::web::forms::Json;
use crate::web::guards::{Ctx, Manager, Member};
use crate::web::paging::{Cursor, Page, PageQuery};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;

/// One version of a text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PolicyItem {
    /// Row id.
    pub id: i64,
    /// What it is.
    pub kind: Kind,
    /// Slug of the program whose terms these are.
    pub program: Option<String>,
    /// 1, 2, 3 …
    pub version: i32,
    /// Markdown.
    pub text: Bilingual,
    /// Whether members are asked to accept it.
    pub asks: bool,
    /// When it was published.
    pub created_at: String,
}

fn item(p: Policy, slugs: &HashMap<i64, String>) -> PolicyItem {
    PolicyItem {
        id: p.id,
        kind: p.kind,
        program: p.program_id.and_then(|id| slugs.get(&id).cloned()),
        version: p.version,
        text: p.text,
        asks: p.asks,
        created_at: iso(p.created_at),
    }
}

fn slugs(programs: Vec<(i64, String, String)>) -> HashMap<i64, String> {
    programs.into_iter().map(|(id, slug, _)| (id, slug)).collect()
}

/// Which text.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub struct PolicyQuery {
    /// Slug of the program whose terms are meant.
    pub program: Option<String>,
}

/// A list of versions.
#[derive(Debug, Serialize, ToSchema)]
pub struct Policies {
    /// The versions.
    pub items: Vec<PolicyItem>,
}

/// `GET /api/v1/policies`
#[utoipa::path(get, path = "/api/v1/policies", tag = "policies", description = "The newest version of every text.",
    responses((status = 200, body = Policies)))]
pub async fn list(ctx: Ctx) -> Result<HttpResponse> {
    let (all, programs) = ctx.house.db.read(|c| Ok((store::list_current(c)?, store::list_programs(c)?))).await?;
    let slugs = slugs(programs);
    Ok(HttpResponse::Ok().json(Policies { items: all.into_iter().map(|p| item(p, &slugs)).collect() }))
}

/// `GET /api/v1/policies/{kind}/versions`
#[utoipa::path(get, path = "/api/v1/policies/{kind}/versions", tag = "policies",
    params(("kind" = Kind, Path), PolicyQuery),
    responses((status = 200, body = Policies), (status = 404, description = "No such text")))]
pub async fn versions(ctx: Ctx, kind: web::Path<String>, query: web::Query<PolicyQuery>) -> Result<HttpResponse> {
    let kind = Kind::parse(&kind).ok_or(Error::NotFound)?;
    let wanted = query.into_inner().program;
    let (all, slugs) = ctx
        .house
        .db
        .read(move |c| {
            let programs = store::list_programs(c)?;
            let program = match wanted {
                None => None,
                Some(slug) => Some(programs.iter().find(|(_, s, _)| *s == slug).ok_or(Error::NotFound)?.0),
            };
            Ok((store::list_versions(c, kind, program)?, slugs(programs)))
        })
        .await?;
    Ok(HttpResponse::Ok().json(Policies { items: all.into_iter().map(|p| item(p, &slugs)).collect() }))
}

/// `POST /api/v1/policies`
#[utoipa::path(post, path = "/api/v1/policies", tag = "policies", request_body = PolicyInput,
    responses((status = 201, body = PolicyItem), (status = 403, description = "Imprint and privacy are for admins"),
              (status = 422, description = "Wrong fields")))]
pub async fn publish(me: Manager, body: Json<PolicyInput>) -> Result<HttpResponse> {
    let made = actions::publish(&me.house, &me.viewer, body.0).await?;
    let slugs = slugs(me.house.db.read(store::list_programs).await?);
    Ok(HttpResponse::Created().json(item(made, &slugs)))
}

/// A yes in the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcceptanceItem {
    /// Row id.
    pub id: i64,
    /// Who.
    pub member_id: i64,
    /// Their name.
    pub name: String,
    /// `application`, `invitation`, `login` or `api`.
    pub source: String,
    /// Language in which it was shown.
    pub locale: String,
    /// When.
    pub at: String,
}

/// `GET /api/v1/policies/{id}/acceptances`
#[utoipa::path(get, path = "/api/v1/policies/{id}/acceptances", tag = "policies",
    params(("id" = i64, Path), PageQuery),
    responses((status = 200, body = Page<AcceptanceItem>), (status = 404, description = "No such version")))]
pub async fn acceptances(me: Manager, id: web::Path<i64>, query: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (id, limit, after) = (*id, query.limit()?, query.after()?);
    let rows = me
        .house
        .db
        .read(move |c| {
            store::find(c, id)?;
            store::list_acceptances(c, id, after.map(|a| a.id), limit + 1)
        })
        .await?;
    let page = Page::cut(rows, limit, |r| Cursor { key: 0, id: r.id });
    let items = page.items.into_iter().map(|r| AcceptanceItem {
        id: r.id,
        member_id: r.member_id,
        name: r.name,
        source: r.source,
        locale: r.locale,
        at: iso(r.at),
    });
    Ok(HttpResponse::Ok().json(Page { items: items.collect(), next_cursor: page.next_cursor }))
}

/// What a member accepted, and what waits for a yes.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyPolicies {
    /// What waits for a yes.
    pub pending: Vec<PolicyItem>,
    /// What was accepted, the newest first.
    pub accepted: Vec<Accepted>,
}

/// A version and when it was accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// Row id of the version.
    pub id: i64,
    /// What it is.
    pub kind: Kind,
    /// Slug of the program.
    pub program: Option<String>,
    /// 1, 2, 3 …
    pub version: i32,
    /// When.
    pub at: String,
}

/// `GET /api/v1/me/policies`
#[utoipa::path(get, path = "/api/v1/me/policies", tag = "policies", responses((status = 200, body = MyPolicies)))]
pub async fn mine(me: Member) -> Result<HttpResponse> {
    let id = me.viewer.id;
    let (pending, accepted, programs) = me
        .house
        .db
        .read(move |c| Ok((store::pending(c, id)?, store::list_accepted(c, id)?, store::list_programs(c)?)))
        .await?;
    let slugs = slugs(programs);
    let accepted = accepted.into_iter().map(|(p, at)| Accepted {
        id: p.id,
        kind: p.kind,
        program: p.program_id.and_then(|id| slugs.get(&id).cloned()),
        version: p.version,
        at: iso(at),
    });
    Ok(HttpResponse::Ok().json(MyPolicies {
        accepted: accepted.collect(),
        pending: pending.into_iter().map(|p| item(p, &slugs)).collect(),
    }))
}

/// `PUT /api/v1/me/policies/{id}`
#[utoipa::path(put, path = "/api/v1/me/policies/{id}", tag = "policies", params(("id" = i64, Path)),
    responses((status = 204, description = "Accepted"), (status = 404, description = "No current version")))]
pub async fn accept(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::accept(&me.house, me.viewer.id, vec![*id], actions::from(&me, "api")).await?;
    Ok(HttpResponse::NoContent().finish())
}
