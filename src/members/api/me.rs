//! The caller's own profile.

use super::super::actions;
use super::super::model::ProfileChange;
use super::super::store::{self, FullPerson};
use super::member::{Consents, ProgramRef, program_refs};
use crate::accounts::model::Origin;
use crate::error::{Error, Result};
use crate::i18n::iso;
use crate::web::forms::Json;
use crate::web::guards::Member;
use crate::web::viewer::MemberId;
use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// The caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The member.
    #[schema(value_type = i64)]
    pub id: MemberId,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Role.
    pub role: String,
    /// Status.
    pub status: String,
    /// `de` or `en`.
    pub locale: String,
    /// `auto`, `light` or `dark`.
    pub theme: String,
    /// IANA time zone.
    pub time_zone: String,
    /// About yourself.
    pub bio: String,
    /// Slug of the tier.
    pub tier: Option<String>,
    /// What links carry, of the first program that has one.
    pub affiliate_ref: Option<String>,
    /// References by program.
    pub affiliate_refs: Vec<ProgramRef>,
    /// Slugs of niches.
    pub niches: Vec<String>,
    /// What you have agreed to.
    pub consents: Consents,
    /// Progress to the next tier; null where nothing is known.
    #[schema(value_type = Option<Object>)]
    pub progress: serde_json::Value,
    /// When you came in.
    pub joined_at: Option<String>,
    /// When the account was made.
    pub created_at: String,
}

async fn answer(me: &Member) -> Result<HttpResponse> {
    let (id, sources) = (me.viewer.id, me.house.sources.clone());
    let shown = me
        .house
        .db
        .read(move |c| {
            let person = store::find_person(c, id)?;
            let tier = store::tier_slug(c, person.tier_rank)?;
            // One's own niches are known, whatever the tier has become since.
            let full = store::complete(c, vec![person], i32::MAX)?.pop().ok_or(Error::NotFound)?;
            let progress = sources.progress(c, id)?;
            Ok(view(full, tier, progress))
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

fn view(full: FullPerson, tier: Option<String>, progress: serde_json::Value) -> Me {
    let affiliate_ref = full.affiliate_ref().map(str::to_owned);
    let FullPerson { person: p, niches, refs, .. } = full;
    Me {
        id: p.id,
        name: p.name,
        email: p.email,
        role: p.role,
        status: p.status,
        locale: p.locale,
        theme: p.theme,
        time_zone: p.time_zone,
        bio: p.bio,
        tier,
        affiliate_ref,
        affiliate_refs: program_refs(&refs),
        niches: niches.into_iter().map(|n| n.slug).collect(),
        consents: Consents { newsletter: p.newsletter_consent, tracking: p.tracking_consent },
        progress,
        joined_at: p.joined_at.map(iso),
        created_at: iso(p.created_at),
    }
}

/// `GET /api/v1/me`
#[utoipa::path(get, path = "/api/v1/me", tag = "members", responses((status = 200, body = Me)))]
pub async fn get_me(me: Member) -> Result<HttpResponse> {
    answer(&me).await
}

/// `PATCH /api/v1/me`
#[utoipa::path(patch, path = "/api/v1/me", tag = "members", request_body = ProfileChange,
    responses((status = 200, body = Me), (status = 422, description = "Wrong fields")))]
pub async fn update_me(me: Member, body: Json<ProfileChange>) -> Result<HttpResponse> {
    let origin = Origin { ip: me.ip(), agent: me.agent.clone() };
    actions::change_profile(&me.house, &me.viewer, body.0, origin).await?;
    answer(&me).await
}
