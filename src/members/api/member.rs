//! Members as the team sees them.

use super::super::actions;
use super::super::model::MemberChange;
use super::super::store::{self, Filter, FullPerson, RefRow, Tier};
use crate::access::Sight;
use crate::accounts::model::Status;
use crate::error::{Error, FieldError, Result};
use crate::i18n::iso;
use crate::web::forms::Json;
use crate::web::guards::Manager;
use crate::web::paging::{Cursor, Page, PageQuery};
use crate::web::viewer::MemberId;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// References of one program.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProgramRef {
    /// Slug of the program.
    pub program: String,
    /// What links carry.
    #[serde(rename = "ref")]
    pub code: Option<String>,
    /// Further names under which sales arrive.
    pub match_ids: Vec<String>,
    /// Who brought them in; for the team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sponsor: Option<Sponsor>,
}

/// Who brought a member into a program.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Sponsor {
    /// Their reference, as it was handed over.
    #[serde(rename = "ref")]
    pub code: String,
    /// The member, once they are there.
    pub member_id: Option<i64>,
    /// Their name.
    pub name: Option<String>,
}

/// Groups references by program.
pub(super) fn program_refs(rows: &[RefRow]) -> Vec<ProgramRef> {
    let mut out: Vec<ProgramRef> = Vec::new();
    for row in rows {
        if out.last().is_none_or(|last| last.program != row.program) {
            out.push(ProgramRef { program: row.program.clone(), code: None, match_ids: Vec::new(), sponsor: None });
        }
        let Some(last) = out.last_mut() else { continue };
        if row.for_links {
            last.code = Some(row.code.clone());
        } else {
            last.match_ids.push(row.code.clone());
        }
    }
    out
}

/// What a member has agreed to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Consents {
    /// Newsletters.
    pub newsletter: bool,
    /// Counting openings and clicks.
    pub tracking: bool,
}

/// A member as the team sees them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MemberItem {
    /// The member.
    #[schema(value_type = i64)]
    pub id: MemberId,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// `invited`, `pending_email`, `pending_approval`, `active`, `declined` or `suspended`.
    pub status: String,
    /// `member`, `moderator`, `manager` or `admin`.
    pub role: String,
    /// Slug of the tier.
    pub tier: Option<String>,
    /// Slug of the tier the team set, if it did.
    pub tier_override: Option<String>,
    /// `de` or `en`.
    pub locale: String,
    /// Why they wanted to join.
    pub pitch: String,
    /// About them, as they put it.
    pub bio: String,
    /// Why the application was declined.
    pub decline_reason: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Slugs of niches.
    pub niches: Vec<String>,
    /// What links carry, of the first program that has one.
    pub affiliate_ref: Option<String>,
    /// References by program.
    pub affiliate_refs: Vec<ProgramRef>,
    /// What they have agreed to.
    pub consents: Consents,
    /// When the account was made.
    pub created_at: String,
    /// When the address was confirmed.
    pub confirmed_at: Option<String>,
    /// When they came in.
    pub joined_at: Option<String>,
    /// Last visit.
    pub last_seen_at: Option<String>,
    /// The manager who looks after them.
    pub contact_id: Option<i64>,
}

fn item(full: FullPerson, tiers: &[Tier]) -> MemberItem {
    let slug = |rank: i32| tiers.iter().find(|t| t.rank == rank).map(|t| t.slug.clone());
    let affiliate_ref = full.affiliate_ref().map(str::to_owned);
    let FullPerson { person: p, tags, niches, refs, sponsors } = full;
    let mut affiliate_refs = program_refs(&refs);
    for of in affiliate_refs.iter_mut() {
        let named = sponsors.iter().find(|s| s.program == of.program);
        of.sponsor = named.map(|s| Sponsor {
            code: s.code.clone(),
            member_id: s.sponsor.as_ref().map(|(id, _)| *id),
            name: s.sponsor.as_ref().map(|(_, name)| name.clone()),
        });
    }
    MemberItem {
        id: p.id,
        tier: slug(p.tier_rank),
        tier_override: p.tier_override_rank.and_then(slug),
        name: p.name,
        email: p.email,
        status: p.status,
        role: p.role,
        locale: p.locale,
        pitch: p.pitch,
        bio: p.bio,
        decline_reason: p.decline_reason,
        tags,
        niches: niches.into_iter().map(|n| n.slug).collect(),
        affiliate_ref,
        affiliate_refs,
        consents: Consents { newsletter: p.newsletter_consent, tracking: p.tracking_consent },
        created_at: iso(p.created_at),
        confirmed_at: p.confirmed_at.map(iso),
        joined_at: p.joined_at.map(iso),
        last_seen_at: p.last_seen_at.map(iso),
        contact_id: p.contact_id,
    }
}

/// What narrows the list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub struct MemberQuery {
    /// Status.
    pub status: Option<String>,
    /// Slug of a tier.
    pub tier: Option<String>,
    /// Slug of a niche.
    pub niche: Option<String>,
    /// Part of a name or an address, in every status.
    pub q: Option<String>,
    /// Id of the manager who looks after them, `me`, or `none`.
    pub contact: Option<String>,
    /// Items wanted, 1 to 200; 50 when not given.
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// `GET /api/v1/members`
#[utoipa::path(get, path = "/api/v1/members", tag = "members", params(MemberQuery),
    responses((status = 200, body = Page<MemberItem>), (status = 403, description = "Managers only")))]
pub async fn list_members(me: Manager, query: web::Query<MemberQuery>) -> Result<HttpResponse> {
    let query = query.into_inner();
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let status = query.status.filter(|s| !s.is_empty());
    if status.as_deref().is_some_and(|s| Status::parse(s).is_none()) {
        let choices = Status::ALL.map(Status::code).join(", ");
        return Err(Error::Invalid(vec![FieldError::new("status", "choice").arg("choices", choices)]));
    }
    let sight = Sight::of(&me.viewer);
    let contact = match query.contact.as_deref().filter(|c| !c.is_empty()) {
        None => None,
        Some("none") => Some(None),
        Some("me") => Some(Some(me.viewer.id.0)),
        Some(id) => Some(Some(id.parse().map_err(|_| Error::field("contact", "type"))?)),
    };
    let page = me
        .house
        .db
        .read(move |c| {
            let rank = match query.tier.as_deref().filter(|t| !t.is_empty()) {
                Some(slug) => Some(store::rank_of(c, slug, "tier")?),
                None => None,
            };
            let niche = match query.niche.as_deref().filter(|n| !n.is_empty()) {
                Some(slug) => {
                    Some(store::find_visible_niche(c, sight, slug).map_err(|_| Error::field("niche", "not_found"))?.id)
                }
                None => None,
            };
            let filter = Filter { status, rank, niche, q: query.q, by_email: true, contact };
            let people = store::list_people(c, &filter, after.map(|a| a.id), limit + 1)?;
            let tiers = store::list_tiers(c)?;
            let page = Page::cut(people, limit, |p| Cursor { key: 0, id: p.id.0 });
            let next_cursor = page.next_cursor;
            let items = store::complete(c, page.items, sight.rank)?.into_iter().map(|f| item(f, &tiers)).collect();
            Ok(Page { items, next_cursor })
        })
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

async fn answer(me: &Manager, id: MemberId) -> Result<HttpResponse> {
    let rank = Sight::of(&me.viewer).rank;
    let one = me
        .house
        .db
        .read(move |c| {
            let tiers = store::list_tiers(c)?;
            let person = store::find_person(c, id)?;
            Ok(store::complete(c, vec![person], rank)?.into_iter().map(|f| item(f, &tiers)).next())
        })
        .await?;
    one.map_or(Err(Error::NotFound), |item| Ok(HttpResponse::Ok().json(item)))
}

/// `GET /api/v1/members/{id}`
#[utoipa::path(get, path = "/api/v1/members/{id}", tag = "members", params(("id" = i64, Path)),
    responses((status = 200, body = MemberItem), (status = 404, description = "No such member")))]
pub async fn get_member(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    answer(&me, MemberId(*id)).await
}

/// `PATCH /api/v1/members/{id}`
#[utoipa::path(patch, path = "/api/v1/members/{id}", tag = "members", params(("id" = i64, Path)),
    request_body = MemberChange,
    responses((status = 200, body = MemberItem), (status = 403, description = "Roles and admins are for admins"),
              (status = 404, description = "No such member"), (status = 409, description = "The status does not allow it"),
              (status = 422, description = "Wrong fields")))]
pub async fn update_member(me: Manager, id: web::Path<i64>, body: Json<MemberChange>) -> Result<HttpResponse> {
    let id = MemberId(*id);
    actions::change_member(&me.house, &me.viewer, id, body.0).await?;
    answer(&me, id).await
}
