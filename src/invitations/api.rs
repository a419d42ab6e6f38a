//! JSON API of invitations.

use super::actions;
use super::model::{Act, Answer, State, WaveDraft};
use super::store::{self, LinkRow, PersonRow, WaveRow};
use crate::accounts::api::answer as session_answer;
use crate::accounts::model::Origin;
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::i18n::{Lang, iso};
use crate::web::forms::Json;
use crate::web::guards::{Ctx, Manager};
use crate::web::paging::{Cursor, Page, PageQuery};
use crate::web::problem::Problem;
use actix_web::{HttpResponse, web};
use std::collections::BTreeMap;

/// A wave.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct WaveJson {
    /// Id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Segment, where one was named.
    pub segment_id: Option<i64>,
    /// `running`, `paused`, `finished` or `cancelled`.
    pub status: String,
    /// Letters an hour.
    pub per_hour: i64,
    /// Days until the one reminder; 0 for none.
    pub remind_days: i64,
    /// People left out because their address must not be mailed.
    pub left_out: i64,
    /// State to number of people, summing to the wave.
    pub counts: BTreeMap<String, i64>,
    /// When it was made.
    pub created_at: String,
    /// When its last letter was sent.
    pub finished_at: Option<String>,
}

/// An invitation of one person.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct InvitationJson {
    /// Id.
    pub id: i64,
    /// Wave.
    pub wave_id: i64,
    /// Member.
    pub member_id: i64,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// `queued`, `invited`, `delivered`, `opened`, `active` or `failed`.
    pub state: String,
    /// When the letter was queued.
    pub invited_at: Option<String>,
    /// When the mail server took it.
    pub delivered_at: Option<String>,
    /// When the link was opened.
    pub opened_at: Option<String>,
    /// When they came in.
    pub active_at: Option<String>,
    /// When they were reminded.
    pub reminded_at: Option<String>,
    /// SMTP code of a refusal, else 0.
    pub code: i32,
}

/// A standing link.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct LinkJson {
    /// Id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Its address.
    pub url: String,
    /// How often it was opened.
    pub visits: i64,
    /// Confirmed applications that came by it.
    pub applications: i64,
    /// When it was made.
    pub created_at: String,
    /// When it was closed.
    pub closed_at: Option<String>,
}

/// Id of what was made.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Created {
    /// Id.
    pub id: i64,
}

/// Every state with its number, zero included.
pub(super) fn counts_of(states: &[(i64, String, i64)], wave: i64) -> BTreeMap<String, i64> {
    let mut all: BTreeMap<String, i64> = State::ALL.map(|s| (s.code().to_owned(), 0)).into();
    for (_, state, n) in states.iter().filter(|(of, ..)| *of == wave) {
        all.insert(state.clone(), *n);
    }
    all
}

fn wave(row: WaveRow, states: &[(i64, String, i64)]) -> WaveJson {
    WaveJson {
        counts: counts_of(states, row.id),
        id: row.id,
        name: row.name,
        segment_id: row.segment_id,
        status: row.status,
        per_hour: row.per_hour,
        remind_days: row.remind_days,
        left_out: row.left_out,
        created_at: iso(row.created_at),
        finished_at: row.finished_at.map(iso),
    }
}

/// `GET /api/v1/invitation-waves`
#[utoipa::path(get, path = "/api/v1/invitation-waves", tag = "invitations", params(PageQuery),
    responses((status = 200, body = Page<WaveJson>)))]
pub async fn list_waves(me: Manager, query: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (limit, after) = (query.limit()?, query.after()?);
    let page = me
        .house
        .db
        .read(move |c| {
            let page = Page::cut(store::list_waves(c, after, limit)?, limit, |w| Cursor { key: 0, id: w.id });
            let ids: Vec<i64> = page.items.iter().map(|w| w.id).collect();
            let states = store::count_states(c, &ids)?;
            Ok(page.map(|w| wave(w, &states)))
        })
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

/// `POST /api/v1/invitation-waves`: invites people who were imported, at most `size` of them.
#[utoipa::path(post, path = "/api/v1/invitation-waves", tag = "invitations", request_body = WaveDraft,
    responses((status = 201, body = Created), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create_wave(me: Manager, body: Json<WaveDraft>) -> Result<HttpResponse> {
    let id = actions::start(&me.house, me.viewer.id, body.0).await?;
    Ok(HttpResponse::Created().json(Created { id }))
}

/// `GET /api/v1/invitation-waves/{id}`
#[utoipa::path(get, path = "/api/v1/invitation-waves/{id}", tag = "invitations", params(("id" = i64, Path)),
    responses((status = 200, body = WaveJson), (status = 404, body = Problem)))]
pub async fn show_wave(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let id = *id;
    let (row, states) =
        me.house.db.read(move |c| Ok((store::find_wave(c, id)?, store::count_states(c, &[id])?))).await?;
    Ok(HttpResponse::Ok().json(wave(row, &states)))
}

/// `POST /api/v1/invitation-waves/{id}/{act}`: `pause`, `resume` or `cancel`.
#[utoipa::path(post, path = "/api/v1/invitation-waves/{id}/{act}", tag = "invitations",
    params(("id" = i64, Path), ("act" = String, Path)),
    responses((status = 204, description = "Done"), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn act(me: Manager, path: web::Path<(i64, String)>) -> Result<HttpResponse> {
    let (id, act) = path.into_inner();
    actions::act(&me.house, me.viewer.id, id, Act::parse(&act)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What narrows the list of invitations.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
pub struct InvitationQuery {
    limit: Option<i64>,
    cursor: Option<String>,
    /// Of this wave only.
    wave: Option<i64>,
    /// In this state only.
    state: Option<String>,
}

fn person(row: PersonRow) -> InvitationJson {
    InvitationJson {
        id: row.id,
        wave_id: row.wave_id,
        member_id: row.member_id,
        name: row.name,
        email: row.email,
        state: row.state,
        invited_at: row.invited_at.map(iso),
        delivered_at: row.delivered_at.map(iso),
        opened_at: row.opened_at.map(iso),
        active_at: row.active_at.map(iso),
        reminded_at: row.reminded_at.map(iso),
        code: row.code,
    }
}

/// `GET /api/v1/invitations`: every invited person with their state.
#[utoipa::path(get, path = "/api/v1/invitations", tag = "invitations", params(InvitationQuery),
    responses((status = 200, body = Page<InvitationJson>), (status = 422, body = Problem)))]
pub async fn list(me: Manager, query: web::Query<InvitationQuery>) -> Result<HttpResponse> {
    let query = query.into_inner();
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, after) = (paging.limit()?, paging.after()?);
    if query.state.as_deref().is_some_and(|s| State::parse(s).is_none()) {
        let choices = State::ALL.map(State::code).join(", ");
        return Err(Error::Invalid(vec![FieldError::new("state", "choice").arg("choices", choices)]));
    }
    let rows = me.house.db.read(move |c| store::list_people(c, (query.wave, query.state), after, limit)).await?;
    let page = Page::cut(rows, limit, |p| Cursor { key: 0, id: p.id });
    Ok(HttpResponse::Ok().json(page.map(person)))
}

/// Address of a standing link.
pub(super) fn url(house: &House, code: &str) -> String {
    house.config.absolute(&format!("/join/{code}"))
}

fn link(house: &House, row: LinkRow, applications: &[(i64, i64)]) -> LinkJson {
    LinkJson {
        applications: applications.iter().find(|(id, _)| *id == row.id).map_or(0, |(_, n)| *n),
        url: url(house, &row.code),
        id: row.id,
        name: row.name,
        visits: row.visits,
        created_at: iso(row.created_at),
        closed_at: row.closed_at.map(iso),
    }
}

/// A standing link to make.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLink {
    /// What the team calls it: the group it is posted to.
    name: String,
}

/// `GET /api/v1/invite-links`
#[utoipa::path(get, path = "/api/v1/invite-links", tag = "invitations", params(PageQuery), responses((status = 200, body = Page<LinkJson>)))]
pub async fn list_links(me: Manager, paging: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (rows, applications) = me.house.db.read(|c| Ok((store::list_links(c)?, store::count_applications(c)?))).await?;
    let items = rows.into_iter().map(|r| link(&me.house, r, &applications)).collect();
    Ok(HttpResponse::Ok().json(Page::of_short(items, &paging)?))
}

/// `POST /api/v1/invite-links`
#[utoipa::path(post, path = "/api/v1/invite-links", tag = "invitations", request_body = NewLink,
    responses((status = 201, body = LinkJson), (status = 422, body = Problem)))]
pub async fn create_link(me: Manager, body: Json<NewLink>) -> Result<HttpResponse> {
    let id = actions::make_link(&me.house, me.viewer.id, &body.0.name).await?;
    let row = me.house.db.read(move |c| store::find_link(c, id)).await?;
    Ok(HttpResponse::Created().json(link(&me.house, row, &[])))
}

/// `DELETE /api/v1/invite-links/{id}`: closes it; its numbers stay.
#[utoipa::path(delete, path = "/api/v1/invite-links/{id}", tag = "invitations", params(("id" = i64, Path)),
    responses((status = 204, description = "Closed"), (status = 404, body = Problem)))]
pub async fn close_link(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::close_link(&me.house, me.viewer.id, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /api/v1/invite-links/{id}/qr`: its QR code as SVG.
#[utoipa::path(get, path = "/api/v1/invite-links/{id}/qr", tag = "invitations", params(("id" = i64, Path)),
    responses((status = 200, content_type = "image/svg+xml", body = String), (status = 404, body = Problem)))]
pub async fn qr(me: Manager, id: web::Path<i64>) -> Result<HttpResponse> {
    let row = me.house.db.read(move |c| store::find_link(c, *id)).await?;
    let code = qrcode::QrCode::new(url(&me.house, &row.code)).map_err(|e| Error::internal(e.to_string()))?;
    let svg = code
        .render::<qrcode::render::svg::Color<'_>>()
        .min_dimensions(320, 320)
        // Black on white whatever the page's scheme: readers of codes expect it.
        .dark_color(qrcode::render::svg::Color("#000000"))
        .light_color(qrcode::render::svg::Color("#ffffff"))
        .build();
    Ok(HttpResponse::Ok().content_type("image/svg+xml").body(svg))
}

/// What an invitation says.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OpenedJson {
    /// Name as it was imported.
    pub name: String,
    /// Address.
    pub email: String,
    /// `de` or `en`.
    pub locale: String,
    /// Programs with the reference in each.
    pub programs: Vec<OpenedProgram>,
    /// Ids of the texts to accept (`GET /api/v1/policies`).
    pub policies: Vec<i64>,
}

/// A program of somebody who is invited.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OpenedProgram {
    /// Name of the program.
    pub program: String,
    /// The reference.
    #[serde(rename = "ref")]
    pub code: String,
}

/// `GET /api/v1/invitation-acceptances/{token}`
#[utoipa::path(get, path = "/api/v1/invitation-acceptances/{token}", tag = "invitations", params(("token" = String, Path)),
    responses((status = 200, body = OpenedJson), (status = 404, description = "Unknown, used or over")))]
pub async fn look(ctx: Ctx, token: web::Path<String>) -> Result<HttpResponse> {
    let opened = actions::open(&ctx.house, &token).await?;
    let programs = opened.programs.into_iter().map(|(program, code)| OpenedProgram { program, code }).collect();
    let policies = opened.texts.iter().map(|p| p.id).collect();
    let json = OpenedJson { name: opened.name, email: opened.email, locale: opened.locale, programs, policies };
    Ok(HttpResponse::Ok().json(json))
}

/// Accepts an invitation.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The last part of the mailed link.
    token: String,
    /// Name.
    name: String,
    /// Wanted password; without one, mailed links sign in.
    password: Option<String>,
    /// `de` or `en`; the caller's language when not given.
    locale: Option<String>,
    /// `newsletter`, `tracking`.
    consents: Option<Vec<String>>,
    /// Ids of the texts that are accepted: all that the invitation names, or none: then the next sign-in asks.
    policies: Option<Vec<i64>>,
}

/// `POST /api/v1/invitation-acceptances`
#[utoipa::path(post, path = "/api/v1/invitation-acceptances", tag = "invitations", request_body = Acceptance,
    responses((status = 201, body = crate::accounts::api::Session), (status = 404, description = "Unknown, used or over"), (status = 422, body = Problem)))]
pub async fn accept(ctx: Ctx, body: Json<Acceptance>) -> Result<HttpResponse> {
    let body = body.0;
    let lang = match body.locale.as_deref() {
        None => ctx.lang(),
        Some(code) => Lang::parse(code)
            .ok_or_else(|| Error::Invalid(vec![FieldError::new("locale", "choice").arg("choices", "de, en")]))?,
    };
    let answer = Answer {
        name: body.name,
        password: body.password.unwrap_or_default(),
        consents: body.consents.unwrap_or_default(),
        policies: body.policies,
    };
    let origin = Origin { ip: ctx.ip(), agent: ctx.agent.clone() };
    let signed_in = actions::accept(&ctx.house, &body.token, answer, lang, origin).await?;
    session_answer(&ctx.house, signed_in).await
}
