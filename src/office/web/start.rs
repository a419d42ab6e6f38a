//! `/`: what a visitor learns, and where a member begins.

use crate::accounts::store as accounts;
use crate::error::Result;
use crate::jobs;
use crate::settings;
use crate::web::guards::Ctx;
use crate::web::sources::Card;
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
    tier: String,
    role: String,
    cards: Vec<Card>,
    manages: bool,
    waiting: i64,
    admin: bool,
    queue: i64,
    dead: usize,
    kept: usize,
    has_route: bool,
    imprint_missing: bool,
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
    let lang = ctx.lang();
    let sources = ctx.house.sources.clone();
    let outbox = ctx.house.mailer.outbox().clone();
    let has_route = ctx.house.config.smtp.is_some();
    let view = ctx
        .house
        .db
        .read(move |c| {
            let manages = viewer.is_manager();
            let admin = viewer.is_admin();
            let overview = if admin { jobs::overview(c)? } else { jobs::Overview::default() };
            let team = viewer.is_moderator();
            let tier = if team { String::new() } else { crate::members::store::tier_name(c, viewer.tier_rank, lang)? };
            Ok(StartView {
                tier,
                role: if team {
                    crate::i18n::t(lang, &format!("members-role-{}", viewer.role.code())).into_owned()
                } else {
                    String::new()
                },
                cards: sources.cards(c, &viewer, lang)?,
                manages,
                waiting: if manages { accounts::count_waiting(c)? } else { 0 },
                admin,
                queue: overview.waiting,
                dead: overview.dead.len(),
                kept: if admin && !has_route { outbox.count()? } else { 0 },
                has_route,
                imprint_missing: admin && settings::load(c)?.imprint.is_empty(),
                name: viewer.name.clone(),
            })
        })
        .await?;
    ctx.page("office/start", "office-start-title").nav("home").show(&view).await
}
