//! Every page of the demo community, to everyone, in both languages.

use crate::crawl::Walk;
use crate::house::{Client, Server, config};
use crate::support::{Browser, all_well};
use kontor::commands::demo;
use kontor::db::Clock;
use kontor::i18n::Lang;
use kontor::web::viewer::MemberId;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_well_made_in_german() {
    every_page(Lang::De).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_well_made_in_english() {
    every_page(Lang::En).await;
}

/// The stable addresses of the contract; everything else is found by its links.
const MEMBER: [&str; 12] = [
    "/",
    "/me",
    "/me/security",
    "/me/privacy",
    "/me/subscriptions",
    "/me/standing",
    "/niches",
    "/rooms",
    "/library",
    "/newsletters",
    "/members",
    "/search?q=rudern",
];
const MANAGER: [&str; 13] = [
    "/",
    "/moderate",
    "/manage/today",
    "/manage/applications",
    "/manage/segments",
    "/manage/campaigns",
    "/manage/campaigns/1/report",
    "/manage/library",
    "/manage/programs",
    "/manage/imports",
    "/manage/forum",
    "/me/feeds",
    "/manage/niches",
];
const ADMIN: [&str; 11] = [
    "/",
    "/admin",
    "/admin/settings",
    "/admin/mail",
    "/admin/returns",
    "/admin/outbox",
    "/admin/roles",
    "/admin/tiers",
    "/admin/tokens",
    "/admin/jobs",
    "/admin/audit",
];

/// The demo community, as `kontor demo` shows it.
async fn demo() -> Server {
    let clock = Clock::default();
    let folder = std::env::temp_dir();
    let demo = demo::start(config(&folder, &[]), clock.clone()).await.unwrap();
    let dir = demo.running.house.config.data_dir.clone();
    Server { running: demo.running, clock, dir, database: None }
}

/// Signs in as one of the demo's people, who from now on read `lang`.
async fn login(server: &Server, email: &str, lang: Lang) -> Client {
    let fields = json!({ "email": email, "password": demo::PASSWORD });
    let answer = server.visitor().post("/api/v1/session", fields).await.expect(201);
    let cookie = answer.header("set-cookie").split(';').next().unwrap_or("").to_owned();
    let session = cookie.split_once('=').map(|(_, v)| v).unwrap();
    let id = answer.json()["member"]["id"].as_i64().unwrap();
    let me = server.visitor().with_session(session, MemberId(id));
    me.patch("/api/v1/me", json!({ "locale": lang.code() })).await.expect(200);
    me
}

async fn every_page(lang: Lang) {
    let server = demo().await;
    let mut walk = Walk::default();
    let visitor = Browser::open(&server, "visitor", lang).await;
    let client = server.visitor().with_header("accept-language", lang.code());
    walk.on(&visitor, &client, &["/", "/login", "/apply", "/forgot", "/styleguide"]).await;
    visitor.quit().await;
    for (name, email, starts) in [
        ("member", "mehmet.aydin@nordlicht.example", &MEMBER[..]),
        ("manager", "jana.petersen@nordlicht.example", &MANAGER[..]),
        ("admin", "ruth.okafor@nordlicht.example", &ADMIN[..]),
    ] {
        let client = login(&server, email, lang).await;
        let browser = Browser::of(&server, &client, name, lang).await;
        walk.on(&browser, &client, starts).await;
        browser.quit().await;
    }
    server.stop().await;
    all_well(&walk.wrong);
}
