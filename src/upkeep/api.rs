//! JSON of upkeep, for admins.

use super::alerts::Detail;
use super::doctor::{Record, State};
use super::model::{Backup, Cause};
use super::{backups, dkim, store, web};
use crate::error::{Error, Result};
use crate::i18n::iso;
use crate::mail::dkim::store as kept;
use crate::mail::{Pace, Volume, volume};
use crate::web::guards::Admin;
use crate::web::paging::{Cursor, Page, PageQuery};
use actix_web::{HttpResponse, web as http};
use serde::Serialize;
use utoipa::ToSchema;

/// A backup.
#[derive(Debug, Serialize, ToSchema)]
pub struct BackupItem {
    /// Row id.
    pub id: i64,
    /// Name of the file or object.
    pub name: String,
    /// Why it was taken: `schedule`, `asked`, `command`.
    pub kind: String,
    /// Where it is.
    pub place: String,
    /// `running`, `done`, `failed`, `removed` (its time was over).
    pub state: String,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// Length.
    pub bytes: i64,
    /// SHA-256 of the archive.
    pub sha256: String,
    /// Rows in it.
    pub rows: i64,
    /// Files in it.
    pub files: i64,
    /// What went wrong.
    pub error: String,
    /// When it began; it shows this moment.
    pub started_at: String,
    /// When it ended.
    pub finished_at: Option<String>,
}

impl From<Backup> for BackupItem {
    fn from(b: Backup) -> Self {
        Self {
            id: b.id,
            name: b.name,
            kind: b.kind,
            place: b.place,
            state: b.state,
            encrypted: b.sealed,
            bytes: b.bytes,
            sha256: b.sha256,
            rows: b.row_count,
            files: b.file_count,
            error: b.error,
            started_at: iso(b.started_at),
            finished_at: b.finished_at.map(iso),
        }
    }
}

/// `GET /api/v1/backups`: newest first.
#[utoipa::path(get, path = "/api/v1/backups", tag = "upkeep", params(PageQuery), responses((status = 200, body = Page<BackupItem>)))]
pub async fn list_backups(me: Admin, query: http::Query<PageQuery>) -> Result<HttpResponse> {
    let (limit, after) = (query.limit()?, query.after()?);
    let rows = me.house.db.read(move |c| store::list_backups(c, after.map(|a| a.id), limit + 1)).await?;
    let page = Page::cut(rows, limit, |b| Cursor { key: 0, id: b.id }).map(BackupItem::from);
    Ok(HttpResponse::Ok().json(page))
}

/// The id of what was begun.
#[derive(Debug, Serialize, ToSchema)]
pub struct Begun {
    /// Row id of the backup.
    pub id: i64,
}

/// `POST /api/v1/backups`: begins one.
#[utoipa::path(post, path = "/api/v1/backups", tag = "upkeep", responses((status = 202, body = Begun),
    (status = 409, description = "`backup_running`, or `backup_off` where the operator wants none")))]
pub async fn create_backup(me: Admin) -> Result<HttpResponse> {
    let id = backups::begin(&me.house, Cause::Asked, Some(me.viewer.id)).await?;
    Ok(HttpResponse::Accepted().json(Begun { id }))
}

/// `GET /api/v1/backups/{id}`
#[utoipa::path(get, path = "/api/v1/backups/{id}", tag = "upkeep", params(("id" = i64, Path)),
    responses((status = 200, body = BackupItem), (status = 404, description = "No such backup")))]
pub async fn get_backup(me: Admin, id: http::Path<i64>) -> Result<HttpResponse> {
    let id = *id;
    let found = me.house.db.read(move |c| store::find_backup(c, id)).await?;
    Ok(HttpResponse::Ok().json(BackupItem::from(found)))
}

/// What was found about one topic.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingItem {
    /// Topic.
    pub topic: &'static str,
    /// How it is.
    pub state: State,
    /// Stable name of the sentence.
    pub code: &'static str,
    /// The sentence in the caller's language.
    pub text: String,
    /// Records to paste into the DNS.
    pub records: Vec<Record>,
}

/// The doctor's report.
#[derive(Debug, Serialize, ToSchema)]
pub struct Report {
    /// The worst state.
    pub state: State,
    /// Findings.
    pub findings: Vec<FindingItem>,
}

/// `GET /api/v1/doctor`: looks now; it takes as long as the slowest server it asks.
#[utoipa::path(get, path = "/api/v1/doctor", tag = "upkeep", responses((status = 200, body = Report)))]
pub async fn get_doctor(me: Admin) -> Result<HttpResponse> {
    let lang = me.lang();
    let findings = web::examine(&me.house).await?;
    let state = findings.iter().map(|f| f.state).max().unwrap_or(State::Ok);
    let findings = findings
        .into_iter()
        .map(|f| FindingItem { text: f.text(lang), topic: f.topic, state: f.state, code: f.code, records: f.records })
        .collect();
    Ok(HttpResponse::Ok().json(Report { state, findings }))
}

/// An alert that stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertItem {
    /// Topic.
    pub topic: String,
    /// The sentence in the caller's language.
    pub text: String,
    /// When it was seen first.
    pub since: String,
    /// When it was seen last.
    pub seen_at: String,
    /// When the admins were told last.
    pub mailed_at: Option<String>,
}

/// Alerts that stand.
#[derive(Debug, Serialize, ToSchema)]
pub struct Alerts {
    /// Oldest first.
    pub items: Vec<AlertItem>,
}

/// `GET /api/v1/alerts`
#[utoipa::path(get, path = "/api/v1/alerts", tag = "upkeep", responses((status = 200, body = Alerts)))]
pub async fn list_alerts(me: Admin) -> Result<HttpResponse> {
    let lang = me.lang();
    let rows = me.house.db.read(store::list_alerts).await?;
    let items = rows
        .into_iter()
        .map(|a| {
            let detail: Detail = serde_json::from_str(&a.detail).map_err(Error::internal)?;
            Ok(AlertItem {
                text: detail.text(lang, &a.kind),
                topic: a.kind,
                since: iso(a.since),
                seen_at: iso(a.seen_at),
                mailed_at: a.mailed_at.map(iso),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(HttpResponse::Ok().json(Alerts { items }))
}

/// The mail route and its volume.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailRoute {
    /// Host and port; `null`: the outbox.
    pub route: Option<String>,
    /// How much went over it and how much may; `null`: not limited.
    pub volume: Option<Volume>,
}

/// `GET /api/v1/mail-route`
#[utoipa::path(get, path = "/api/v1/mail-route", tag = "upkeep", responses((status = 200, body = MailRoute)))]
pub async fn get_mail_route(me: Admin) -> Result<HttpResponse> {
    let (now, pace) = (me.house.db.now(), Pace::of(&me.house.config));
    let found = me.house.db.read(move |c| pace.map(|p| volume::volume(c, &p, now)).transpose()).await?;
    let route = me.house.config.smtp.as_ref().map(|r| format!("{}:{}", r.host, r.port));
    Ok(HttpResponse::Ok().json(MailRoute { route, volume: found }))
}

/// A key that signs mail; its private half never leaves the house.
#[derive(Debug, Serialize, ToSchema)]
pub struct DkimKey {
    /// Row id.
    pub id: i64,
    /// Domain of the signature.
    pub domain: String,
    /// Name of the TXT record to publish.
    pub name: String,
    /// Value of the TXT record to publish.
    pub record: String,
    /// `rsa` or `ed25519`.
    pub algorithm: String,
    /// When it was made.
    pub created_at: String,
    /// Since when it signs.
    pub active_at: Option<String>,
}

/// Every key of the house.
#[derive(Debug, Serialize, ToSchema)]
pub struct DkimKeys {
    /// Newest first.
    pub items: Vec<DkimKey>,
}

async fn dkim_keys(me: &Admin) -> Result<DkimKeys> {
    let items = me.house.db.read(kept::list_keys).await?.into_iter().map(|k| DkimKey {
        name: k.name(),
        record: k.record(),
        id: k.id,
        domain: k.domain,
        algorithm: k.algorithm,
        created_at: iso(k.created_at),
        active_at: k.active_at.map(iso),
    });
    Ok(DkimKeys { items: items.collect() })
}

/// `GET /api/v1/dkim-keys`
#[utoipa::path(get, path = "/api/v1/dkim-keys", tag = "upkeep", responses((status = 200, body = DkimKeys)))]
pub async fn list_dkim_keys(me: Admin) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(dkim_keys(&me).await?))
}

/// `POST /api/v1/dkim-keys`: one key of each algorithm for the sender's domain; they sign once activated.
#[utoipa::path(post, path = "/api/v1/dkim-keys", tag = "upkeep",
    responses((status = 201, body = DkimKeys), (status = 422, description = "The sender has no domain")))]
pub async fn create_dkim_keys(me: Admin) -> Result<HttpResponse> {
    dkim::create(&me.house, &me.viewer).await?;
    Ok(HttpResponse::Created().json(dkim_keys(&me).await?))
}

/// `POST /api/v1/dkim-keys/{id}/activate`
#[utoipa::path(post, path = "/api/v1/dkim-keys/{id}/activate", tag = "upkeep", params(("id" = i64, Path)),
    responses((status = 204, description = "It signs from now on"), (status = 404, description = "No such key"),
        (status = 422, description = "The DNS does not show it yet")))]
pub async fn activate_dkim_key(me: Admin, id: http::Path<i64>) -> Result<HttpResponse> {
    dkim::activate(&me.house, &me.viewer, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /api/v1/dkim-keys/{id}`
#[utoipa::path(delete, path = "/api/v1/dkim-keys/{id}", tag = "upkeep", params(("id" = i64, Path)),
    responses((status = 204, description = "Forgotten"), (status = 404, description = "No such key")))]
pub async fn delete_dkim_key(me: Admin, id: http::Path<i64>) -> Result<HttpResponse> {
    dkim::remove(&me.house, &me.viewer, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
