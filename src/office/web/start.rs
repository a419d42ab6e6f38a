//! `/`: what a visitor learns, and where a member begins.

use super::super::partner::{Partner, partner};
use super::super::setup::{Progress, Step};
use crate::accounts::store as accounts;
use crate::db::Conn;
use crate::error::Result;
use crate::house::House;
use crate::i18n::Lang;
use crate::jobs;
use crate::settings;
use crate::web::guards::Ctx;
use crate::web::sources::{Card, HealthLine};
use crate::web::viewer::Viewer;
use actix_web::HttpResponse;
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
struct LandingView {
    community: String,
    tagline: String,
    niches: Vec<String>,
    open: bool,
}

#[derive(Serialize)]
struct StartView {
    name: String,
    role: String,
    partner: Option<Partner>,
    cards: Vec<Card>,
    manages: bool,
    waiting: i64,
    health: Vec<HealthLine>,
    imprint_missing: bool,
    /// Steps of the assistant that are behind the viewer, and all of theirs; equal: it is finished.
    setup_done: usize,
    setup_of: usize,
}

/// `GET /`: 200 for anyone.
pub async fn start(ctx: Ctx) -> Result<HttpResponse> {
    match ctx.viewer.clone() {
        Some(viewer) => house(&ctx, viewer).await,
        None => landing(&ctx).await,
    }
}

async fn landing(ctx: &Ctx) -> Result<HttpResponse> {
    let lang = ctx.lang();
    let view = ctx
        .house
        .db
        .read(move |c| {
            let settings = settings::load(c)?;
            let niches = accounts::list_open_niches(c)?;
            Ok(LandingView {
                tagline: settings.tagline.get(lang).to_owned(),
                community: settings.community_name,
                niches: niches.into_iter().map(|(_, de, en)| lang.pick(de, en)).collect(),
                open: accounts::has_admin(c)?,
            })
        })
        .await?;
    let title = view.community.clone();
    ctx.page("office/landing", "office-start-title").title(title).show(&view).await
}

async fn house(ctx: &Ctx, viewer: Arc<Viewer>) -> Result<HttpResponse> {
    let (lang, now) = (ctx.lang(), ctx.house.db.now());
    let house = ctx.house.clone();
    let view = ctx
        .house
        .db
        .read(move |c| {
            let (manages, admin) = (viewer.is_manager(), viewer.is_admin());
            let team = viewer.is_moderator();
            let (mut setup_done, mut setup_of, mut imprint_missing) = (0, 0, false);
            if manages {
                let settings = house.settings.refresh(c)?;
                let mine = Step::of(&viewer);
                setup_done = Progress::load(c, &settings)?.behind(&mine);
                setup_of = mine.len();
                imprint_missing = admin && settings.imprint.is_empty();
            }
            let mut health = Vec::new();
            if admin {
                health = own_health(c, &house, lang)?;
                health.extend(house.sources.health(c, lang)?);
            }
            Ok(StartView {
                role: if team {
                    crate::i18n::t(lang, &format!("members-role-{}", viewer.role.code())).into_owned()
                } else {
                    String::new()
                },
                partner: if team { None } else { Some(partner(c, &viewer, lang, now)?) },
                cards: house.sources.cards(c, &viewer, lang, None)?,
                manages,
                waiting: if manages { accounts::count_waiting(c)? } else { 0 },
                health,
                imprint_missing: imprint_missing && setup_done == setup_of,
                setup_done,
                setup_of,
                name: viewer.name.clone(),
            })
        })
        .await?;
    ctx.page("office/start", "office-start-title").nav("home").show(&view).await
}

/// What the office itself knows: the way out of mails, and the queue.
fn own_health(conn: &mut Conn, house: &House, lang: Lang) -> Result<Vec<HealthLine>> {
    let line = |key: &str, value: String, state, href: &str| HealthLine {
        label: crate::i18n::t(lang, key).into_owned(),
        value,
        state,
        href: href.to_owned(),
    };
    let queue = jobs::overview(conn)?;
    let dead = i64::try_from(queue.dead.len()).unwrap_or(0);
    let mail = match &house.config.smtp {
        Some(route) => line("members-mail", format!("{}:{}", route.host, route.port), "ok", "/admin/mail"),
        None => line("members-mail", crate::i18n::t(lang, "office-no-route").into_owned(), "hot", "/admin/outbox"),
    };
    let waiting = crate::i18n::t_args(lang, "office-jobs-lead", &[("n", queue.waiting.into())]);
    let jobs = match dead {
        0 => line("members-jobs", waiting, "ok", "/admin/jobs"),
        n => line("members-jobs", crate::i18n::t_args(lang, "office-dead", &[("n", n.into())]), "bad", "/admin/jobs"),
    };
    Ok(vec![mail, jobs])
}
