//! Pages of upkeep: backups, the doctor.

pub mod dkim;

use super::alerts::Detail;
use super::doctor::{self, Finding, Record};
use super::model::Cause;
use super::{backups as taking, store};
use crate::config::{BackupPlace, Config};
use crate::db::{Clock, Conn, DAY, HOUR, Ms};
use crate::error::{Error, Result};
use crate::house::House;
use crate::i18n::{Lang, t};
use crate::secrets::Ring;
use crate::web::guards::Admin;
use crate::web::redirect::see_other_with;
use crate::web::sources::{Card, CardLine, HealthLine, HealthSource};
use crate::web::viewer::Viewer;
use actix_web::HttpResponse;
use serde::Serialize;
use std::sync::Arc;

/// Backups of the page.
const SHOWN: i64 = 50;

#[derive(Serialize)]
struct Line {
    name: String,
    why: String,
    state: String,
    kind: &'static str,
    sealed: bool,
    size: String,
    rows: i64,
    files: i64,
    sum: String,
    error: String,
    at: Ms,
}

#[derive(Serialize)]
struct BackupsView {
    is_on: bool,
    place: String,
    days: i64,
    hours: i64,
    keep: String,
    sealed: bool,
    bucket: bool,
    last: Option<Ms>,
    is_old: bool,
    running: bool,
    lines: Vec<Line>,
}

/// `GET /admin/backups`
pub async fn backups(me: Admin) -> Result<HttpResponse> {
    let (lang, now) = (me.lang(), me.house.db.now());
    let operations = &me.house.config.operations;
    let (all, last) = me.house.db.read(|c| Ok((store::list_backups(c, None, SHOWN)?, store::last_good(c)?))).await?;
    let word = |key: String| t(lang, &key).into_owned();
    let lines = all.into_iter().map(|b| Line {
        why: word(format!("upkeep-cause-{}", b.kind)),
        kind: match b.state.as_str() {
            "done" => "ok",
            "failed" => "bad",
            "running" => "hot",
            _ => "",
        },
        state: word(format!("upkeep-state-{}", b.state)),
        sealed: b.sealed,
        size: size(b.bytes),
        rows: b.row_count,
        files: b.file_count,
        sum: b.sha256.chars().take(12).collect(),
        error: b.error,
        at: b.started_at,
        name: b.name,
    });
    let lines: Vec<Line> = lines.collect();
    let keep = operations.backup_keep;
    let view = BackupsView {
        is_on: operations.backup_to.is_some(),
        place: operations.backup_to.as_ref().map(ToString::to_string).unwrap_or_default(),
        days: operations.backup_every / DAY,
        hours: operations.backup_every / HOUR,
        keep: format!("{} / {} / {}", keep.days, keep.weeks, keep.months),
        sealed: operations.backup_passphrase.is_some(),
        bucket: matches!(operations.backup_to, Some(BackupPlace::Bucket { .. })),
        last,
        is_old: last.is_some_and(|at| now - at > taking::alarm_age(operations.backup_every)),
        running: lines.first().is_some_and(|l| l.kind == "hot"),
        lines,
    };
    me.page("upkeep/backups", "upkeep-backups").nav("admin").show(&view).await
}

/// Megabytes, or kilobytes of a small one.
fn size(bytes: i64) -> String {
    match bytes {
        b if b >= 10_000_000 => format!("{} MB", b / 1_000_000),
        b => format!("{} kB", (b + 999) / 1_000),
    }
}

/// `POST /admin/backups`
pub async fn back_up(me: Admin) -> Result<HttpResponse> {
    let (kind, key) = match taking::begin(&me.house, Cause::Asked, Some(me.viewer.id)).await {
        Ok(_) => ("ok", "upkeep-backup-begun"),
        Err(Error::Conflict("backup_running")) => ("hot", "upkeep-backup-running"),
        Err(Error::Conflict(_)) => ("bad", "upkeep-backup-off"),
        Err(other) => return Err(other),
    };
    Ok(see_other_with(&me.house.config, "/admin/backups", kind, key))
}

/// Examines the running house.
///
/// # Errors
/// When the database fails.
pub async fn examine(house: &House) -> Result<Vec<Finding>> {
    super::node::look(house).await?;
    let (inner, now) = (house.clone(), house.db.now());
    // The keys as they stand on disk: a running server may remember one that is gone.
    let ring = Ring::open(&house.config)?;
    let seen = house.db.read(move |c| doctor::look_at_database(c, &inner.config, &ring, now)).await?;
    Ok(doctor::examine(&house.config, seen).await)
}

#[derive(Serialize)]
struct FindingLine {
    title: String,
    text: String,
    kind: &'static str,
    state: String,
    records: Vec<Record>,
}

#[derive(Serialize)]
struct DoctorView {
    bad: usize,
    warn: usize,
    has_route: bool,
    findings: Vec<FindingLine>,
}

/// `GET /admin/doctor`
pub async fn doctor(me: Admin) -> Result<HttpResponse> {
    let lang = me.lang();
    let mut findings = examine(&me.house).await?;
    // What must be mended comes first.
    findings.sort_by_key(|f| std::cmp::Reverse(f.state));
    let count = |state| findings.iter().filter(|f| f.state == state).count();
    let view = DoctorView {
        bad: count(doctor::State::Bad),
        warn: count(doctor::State::Warn),
        has_route: me.house.config.smtp.is_some(),
        findings: findings
            .iter()
            .map(|f| FindingLine {
                title: f.title(lang),
                text: f.text(lang),
                kind: match f.state {
                    doctor::State::Ok => "ok",
                    doctor::State::Warn => "hot",
                    doctor::State::Bad => "bad",
                },
                state: t(lang, &format!("upkeep-is-{}", f.state.code())).into_owned(),
                records: f.records.clone(),
            })
            .collect(),
    };
    me.page("upkeep/doctor", "upkeep-doctor").nav("admin").show(&view).await
}

/// How backups and the disk stand, for the admin's start page.
pub fn health(config: Config, clock: Clock) -> HealthSource {
    Arc::new(move |conn: &mut Conn, lang: Lang| {
        let seen = doctor::glance(conn, clock.now())?;
        let lines = [(doctor::backup(&config, &seen), "/admin/backups"), (doctor::disk(&config), "/admin/doctor")];
        Ok(lines
            .into_iter()
            .map(|(finding, href)| HealthLine {
                label: finding.title(lang),
                value: finding.text(lang),
                state: match finding.state {
                    doctor::State::Ok => "ok",
                    doctor::State::Warn => "hot",
                    doctor::State::Bad => "bad",
                },
                href: href.to_owned(),
            })
            .collect())
    })
}

/// What an admin's start page says: alerts that stand.
///
/// # Errors
/// When the database fails.
pub fn cards(conn: &mut Conn, viewer: &Viewer, lang: Lang) -> Result<Vec<Card>> {
    if !viewer.is_admin() {
        return Ok(Vec::new());
    }
    let mut lines = Vec::new();
    for alert in store::list_alerts(conn)? {
        let detail: Detail = serde_json::from_str(&alert.detail).map_err(Error::internal)?;
        let href = if alert.kind == "backup" { "/admin/backups" } else { "/admin/doctor" };
        lines.push(CardLine {
            text: t(lang, &format!("upkeep-topic-{}", alert.kind)).into_owned(),
            href: href.to_owned(),
            note: detail.text(lang, &alert.kind),
        });
    }
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![Card { title: t(lang, "upkeep-needs-a-look").into_owned(), href: "/admin/doctor".to_owned(), lines }])
}
