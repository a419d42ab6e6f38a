//! What waits: today's work, jobs; what happened: the audit log; who may: tokens.

use super::super::actions;
use crate::accounts::store as accounts;
use crate::error::Result;
use crate::jobs as queue;
use crate::members::store as members;
use crate::members::store::AuditRow;
use crate::members::web::{contact_choices, of_contact};
use crate::web::forms::Choice;
use crate::web::guards::{Admin, Manager};
use crate::web::paging::{Cursor, Page, PageQuery};
use crate::web::redirect::{see_other, see_other_with};
use crate::web::sources::Card;
use actix_web::{HttpResponse, web};
use serde::Serialize;

/// `GET /manage`
pub async fn manage(_me: Manager) -> Result<HttpResponse> {
    Ok(see_other("/manage/today"))
}

/// `GET /admin`
pub async fn admin(_me: Admin) -> Result<HttpResponse> {
    Ok(see_other("/admin/settings"))
}

#[derive(Serialize)]
struct TodayView {
    waiting: i64,
    dead: usize,
    cards: Vec<Card>,
    contacts: Vec<Choice>,
    has_contacts: bool,
}

/// What today's page is narrowed to.
#[derive(serde::Deserialize)]
pub struct TodayQuery {
    contact: Option<String>,
}

/// `GET /manage/today`
pub async fn today(me: Manager, query: web::Query<TodayQuery>) -> Result<HttpResponse> {
    let (viewer, sources, lang) = (me.viewer.clone(), me.house.sources.clone(), me.lang());
    let contact = query.into_inner().contact.filter(|c| !c.is_empty());
    let of = of_contact(contact.as_deref(), viewer.id);
    let view = me
        .house
        .db
        .read(move |c| {
            let team = members::list_contacts(c)?;
            Ok(TodayView {
                contacts: contact_choices(&team, lang, contact.as_deref().unwrap_or("")),
                has_contacts: contact.is_some() || members::has_contacts(c)?,
                waiting: accounts::count_waiting(c)?,
                dead: if viewer.is_admin() { queue::overview(c)?.dead.len() } else { 0 },
                cards: sources.cards(c, &viewer, lang, of)?,
            })
        })
        .await?;
    me.page("office/today", "members-today").nav("manage").show(&view).await
}

/// `GET /admin/jobs`
pub async fn jobs(me: Admin) -> Result<HttpResponse> {
    let overview = me.house.db.read(queue::overview).await?;
    me.page("office/jobs", "members-jobs").nav("admin").show(&overview).await
}

/// `POST /admin/jobs/{id}/retry`
pub async fn retry(me: Admin, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::retry_job(&me.house, &me.viewer, *id).await?;
    Ok(see_other_with(&me.house.config, "/admin/jobs", "ok", "office-job-retried"))
}

#[derive(Serialize)]
struct AuditView {
    rows: Vec<AuditRow>,
    next: String,
}

/// `GET /admin/audit`
pub async fn audit(me: Admin, query: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (limit, after) = (query.limit()?, query.after()?);
    let rows = me.house.db.read(move |c| members::list_audit(c, after.map(|a| a.id), limit + 1)).await?;
    let page = Page::cut(rows, limit, |r| Cursor { key: 0, id: r.id });
    let next = page.next_cursor.map(|c| format!("/admin/audit?limit={limit}&cursor={c}")).unwrap_or_default();
    me.page("office/audit", "members-audit").nav("admin").show(&AuditView { rows: page.items, next }).await
}

#[derive(Serialize)]
struct TokenLine {
    id: i64,
    member_id: i64,
    member: String,
    name: String,
    scopes: String,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
}

#[derive(Serialize)]
struct TokensView {
    tokens: Vec<TokenLine>,
    next: String,
}

/// `GET /admin/tokens`
pub async fn tokens(me: Admin, query: web::Query<PageQuery>) -> Result<HttpResponse> {
    let (limit, after) = (query.limit()?, query.after()?);
    let rows = me.house.db.read(move |c| accounts::list_all_tokens(c, after.map(|a| a.id), limit + 1)).await?;
    let page = Page::cut(rows, limit, |(t, _)| Cursor { key: 0, id: t.id });
    let next = page.next_cursor.map(|c| format!("/admin/tokens?limit={limit}&cursor={c}")).unwrap_or_default();
    let tokens = page
        .items
        .into_iter()
        .map(|(t, member)| TokenLine {
            id: t.id,
            member_id: t.member_id,
            member,
            name: t.name,
            scopes: t.scopes.replace(' ', ", "),
            created_at: t.created_at,
            expires_at: t.expires_at,
            last_used_at: t.last_used_at,
        })
        .collect();
    me.page("office/tokens", "members-tokens").nav("admin").show(&TokensView { tokens, next }).await
}

/// `POST /admin/tokens/{id}/revoke`
pub async fn revoke(me: Admin, id: web::Path<i64>) -> Result<HttpResponse> {
    actions::revoke_token(&me.house, &me.viewer, *id).await?;
    Ok(see_other_with(&me.house.config, "/admin/tokens", "ok", "accounts-token-deleted"))
}
